"""One offer on one page: where it stands, its lines with what was converted, totals, and what happened (D-13, U-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from fluorders_tui.domain.offers import CONVERTIBLE_STATUSES
from fluorders_tui.domain.order import LineType
from fluorders_tui.domain.statuses import OfferStatus
from fluorders_tui.screens.order_story_page import SalesPage
from fluorders_tui.screens.status_words import OFFER_STATUS
from fluorders_tui.screens.story_page import Forms
from fluorders_tui.services.document_stories import OfferStory
from fluorders_tui.widgets.page import Line, Span
from fluorders_tui.widgets.table_layout import Column

__all__ = ["OfferPage"]


class OfferPage(SalesPage):
    """Sets an offer's story out for any width."""

    columns = (
        Column("line", "Ln", 3, align="right"),
        Column("item", "Item", 10),
        Column("description", "Description", 20, flex=True),
        Column("quantity", "Quantity", 8, align="right"),
        Column("uom", "UM", 4, drop=1),
        Column("converted", "Ordered", 8, align="right"),
        Column("left", "Left", 6, align="right"),
        Column("net", "Net", 10, align="right", drop=2),
    )

    def __init__(self, story: OfferStory, forms: Forms, *, margin: bool = False) -> None:
        offer = story.offer
        super().__init__(offer.draft, offer.totals, offer.due_dates, story.entries, forms, margin=margin)
        self.story = story

    def facts(self, width: int) -> list[Line]:
        """Status, version, validity, confirmation, what may come of it, or why nothing will."""
        offer, forms, terms = self.story.offer, self.forms, self.story.offer.offer.terms
        look = OFFER_STATUS[offer.status]
        status = [Span(f"{look.glyph} {offer.status.value}", look.look or "strong")]
        if terms.version > 1 or not offer.newest:
            status.append(Span(f" · version {terms.version}"))
        if not offer.newest:
            status.append(Span(" · ! there is a newer one", "warning"))
        days = (terms.valid_until - forms.today).days if terms.valid_until else None
        if offer.status is OfferStatus.ENTERED and days is not None and days <= 7:
            ends = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
            status.append(Span(f" · ! its validity ends {ends}", "warning"))
        facts = [
            ("Date", forms.day(offer.draft.date)),
            ("Valid to", forms.day(terms.valid_until)),
            ("Confirmed", forms.day(terms.confirmed_on)),
            ("Expected", forms.day(terms.expected_delivery)),
            ("Chance", f"{forms.number(terms.probability)} %" if terms.probability is not None else ""),
            ("Project", terms.project),
            ("Lost", " · ".join(part for part in (forms.day(terms.closed_on), terms.reason) if part)),
            ("Reference", offer.draft.reference),
            ("Type", " · ".join(part for part in (terms.type.code, terms.type.name) if part)),
            ("Prospect", "becomes a customer with the first order" if terms.prospect else ""),
        ]
        return self.header(status, facts, offer.warnings, width)

    def line_cells(self) -> Iterable[tuple[int, Sequence[str], str]]:
        """Item, quantity, how much of it was ordered and how much may still be, net."""
        offer, forms = self.story.offer, self.forms
        known = {one.ref.line: one for one in offer.lines}
        still = offer.status in CONVERTIBLE_STATUSES or offer.status is OfferStatus.ENTERED
        for place, one in enumerate(offer.draft.lines, 1):
            if one.line_type is LineType.NOTE:
                yield place, ["", one.description, "", "", "", "", ""], "muted"
                continue
            line = known.get(one.id)
            converted, left = (line.converted, line.left) if line is not None else (Decimal(0), one.quantity)
            free = "free · " if one.line_type is LineType.GIVE_AWAY else ""
            cells = [
                one.item, free + one.description, forms.number(one.quantity), one.uom.code,
                forms.number(converted) if converted else "–", forms.number(left) if left and still else "–",
                forms.amount(one.net, offer.draft.currency.decimals),
            ]  # fmt: skip
            yield place, cells, "text" if left and still else "muted"
