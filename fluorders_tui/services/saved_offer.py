"""An offer as the outside sees it: its draft and terms, what follows from them, and what became of it (D-13.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fluorders_tui.domain.conversion import Conversion, ConvertibleLine, conversion_of, convertible_lines
from fluorders_tui.domain.links import Link
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.offers import Offer, OfferStatus, has_expired
from fluorders_tui.domain.order import Execution, LineStatus, OrderDraft
from fluorders_tui.domain.payment_terms import DueDate, document_due_dates
from fluorders_tui.domain.readiness import draft_warnings
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.services.desk import Desk


@dataclass(frozen=True, slots=True)
class SavedOffer:
    """A completed offer, with the shape of a saved order.

    `status` is *expired* as soon as its validity has ended, marked or not. `lines` are all lines but notes with what
    was converted of them and into which orders. `newest` is False for an old version (D-13.2). `again` says that it had
    been entered before, by the same desk, and nothing was entered now.
    """

    offer: Offer
    newest: bool
    totals: Totals
    due_dates: tuple[DueDate, ...]
    warnings: tuple[Notice, ...]
    status: OfferStatus
    lines: tuple[ConvertibleLine, ...]
    conversion: Conversion
    again: bool = False

    @property
    def draft(self) -> OrderDraft:
        """The offer as the order it may become."""
        return self.offer.draft

    @property
    def number(self) -> str:
        """The offer's number, '' for one that was not entered."""
        return self.offer.draft.number

    @property
    def execution(self) -> Execution:
        """Offers are converted, never executed."""
        return Execution.NONE

    @property
    def line_statuses(self) -> tuple[LineStatus, ...]:
        """Lines of an offer have no status of their own but what was converted of them."""
        return (LineStatus.INSERTED,) * len(self.draft.lines)


def completed_offer(
    desk: Desk, offer: Offer, links: Iterable[Link] = (), *, newest: bool = True, totals: Totals | None = None
) -> SavedOffer:
    """`offer` with totals, due dates and warnings computed from its snapshot (D-7, D-8), and its conversion so far."""
    own = tuple(links)
    draft = offer.draft
    totals = totals or document_totals(draft, company_decimals=desk.company.currency_decimals)
    return SavedOffer(
        offer,
        newest,
        totals,
        document_due_dates(draft, totals),
        draft_warnings(draft, desk.checks, totals, document="offer"),
        OfferStatus.EXPIRED if has_expired(offer, desk.today()) else offer.terms.status,
        convertible_lines((offer,), own),
        conversion_of(offer, own),
    )
