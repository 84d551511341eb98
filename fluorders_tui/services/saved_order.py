"""An order as the outside sees it: the draft with its number, and every figure that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.order import Execution, LineStatus, OrderDraft
from fluorders_tui.domain.payment_terms import DueDate, document_due_dates
from fluorders_tui.domain.readiness import draft_warnings
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.services.desk import Desk


@dataclass(frozen=True, slots=True)
class SavedOrder:
    """A completed document; `line_statuses` and `totals.final_shares` are aligned to the lines.

    `again` says that it had been entered before, by the same desk, and nothing was entered now. `held` is what holds
    back an order that was just entered, or would hold it back after a dry run, with amounts (D-11.2).
    """

    draft: OrderDraft
    totals: Totals
    due_dates: tuple[DueDate, ...]
    execution: Execution
    line_statuses: tuple[LineStatus, ...]
    warnings: tuple[Notice, ...]
    again: bool = False
    held: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The order's number, '' for one that was not entered."""
        return self.draft.number


def completed(
    desk: Desk,
    draft: OrderDraft,
    execution: Execution = Execution.NONE,
    line_statuses: tuple[LineStatus, ...] = (),
    totals: Totals | None = None,
) -> SavedOrder:
    """`draft` with totals, due dates and warnings computed from its snapshot (D-7, D-8)."""
    totals = totals or document_totals(draft, company_decimals=desk.company.currency_decimals)
    return SavedOrder(
        draft,
        totals,
        document_due_dates(draft, totals),
        execution,
        line_statuses or (LineStatus.INSERTED,) * len(draft.lines),
        draft_warnings(draft, desk.checks, totals),
    )
