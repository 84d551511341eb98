"""A supplier order on one page: facts, which customers wait for its lines, and what happened (D-14.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.screens.story_page import in_columns, labelled, told_story, under
from fluorders_tui.screens.supplier_lines import SupplierForms
from fluorders_tui.services.linked import ChainLink
from fluorders_tui.widgets.page import Line, line

__all__ = ["SupplierStoryPage"]


class SupplierStoryPage:
    """Sets the page out for any width."""

    def __init__(
        self,
        draft: SupplierOrderDraft,
        links: Sequence[ChainLink],
        entries: Sequence[StoryEntry],
        forms: SupplierForms,
        today: dt.date,
    ) -> None:
        self.draft = draft
        self.links = links
        self.entries = entries
        self.forms = forms
        self.today = today

    def __call__(self, width: int) -> Sequence[Line]:
        """The page in lines of at most `width` cells."""
        return under([self._facts(width), self._links(width), told_story(self.entries, width, self.today)])

    def _facts(self, width: int) -> list[Line]:
        draft, day = self.draft, self.forms.day
        facts = [
            ("Date", day(draft.date)),
            ("Delivery", day(draft.delivery_date)),
            ("Confirmed", day(draft.confirmed_on)),
            ("Reference", draft.reference),
            ("Terms", draft.payment_terms),
            ("Goes to", "" if draft.drop_ship else f"warehouse {draft.warehouse}"),
        ]
        rows = in_columns([one for one in facts if one[1].strip()], width)
        for label, text in (
            ("Ships to", draft.destination.one_line() if draft.drop_ship else ""), ("Note", draft.note),
            ("Cancelled", draft.reason),
        ):  # fmt: skip
            rows += labelled(label, text, width) if text else []
        return rows

    def _links(self, width: int) -> list[Line]:
        rows: list[Line] = []
        number = self.forms.number
        for link in self.links:
            other = link.other
            came = f"{number(link.done)} of " if link.done else ""
            what = f"{came}{number(link.quantity)} of line {link.line}"
            by = f", promised for {self.forms.day(other.due)}" if other.due else ""
            mode = f" · {link.mode.value}" if link.mode else ""
            text = f"{other.number} line {other.line} · {other.status} · {other.party_name}{by}{mode}"
            rows += labelled("Made from" if link.came_from else "Sold as", f"{what} · {text}", width)
        return [line("Customers that wait for it", "title"), *rows] if rows else []
