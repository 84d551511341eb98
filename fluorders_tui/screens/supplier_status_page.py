"""One supplier order on one page: where it stands, what came and what is to come, and what happened (§14, U-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fluorders_tui.domain.supplier_orders import OPEN, SupplierOrderLine
from fluorders_tui.screens.status_words import SUPPLIER_STATUS
from fluorders_tui.screens.story_page import DocumentPage, Forms, figure, in_columns, labelled
from fluorders_tui.services.document_stories import SupplierStory
from fluorders_tui.widgets.page import Line, Span, line
from fluorders_tui.widgets.table_layout import Column

__all__ = ["SupplierPage"]


class SupplierPage(DocumentPage):
    """Sets a supplier order's story out for any width."""

    columns = (
        Column("line", "Ln", 3, align="right"),
        Column("item", "Item", 10),
        Column("description", "Description", 16, flex=True),
        Column("quantity", "Quantity", 8, align="right"),
        Column("uom", "UM", 4, drop=2),
        Column("received", "Came", 6, align="right"),
        Column("open", "To come", 7, align="right"),
        Column("due", "Due", 10),
        Column("net", "Net", 10, align="right", drop=3),
        Column("for", "For customers", 13, align="right", drop=1),
    )

    def __init__(self, story: SupplierStory, forms: Forms) -> None:
        super().__init__(story.entries, forms)
        self.story = story

    def facts(self, width: int) -> list[Line]:
        """Status, supplier, dates, where the goods go."""
        draft, forms = self.story.order.draft, self.forms
        look = SUPPLIER_STATUS[draft.status]
        status = [Span(f"{look.glyph} {draft.status.value}", look.look or "strong")]
        if draft.revision:
            status.append(Span(f" · revision {draft.revision}"))
        late = self.days_late(draft.delivery_date, is_open=draft.status in OPEN)
        if late:
            status.append(Span(f" · ! {late}", "bad"))
        who = " · ".join(part for part in (draft.name, draft.supplier, draft.address.city) if part)
        way = "straight to the customer" if draft.drop_ship else f"warehouse {draft.warehouse}".strip()
        facts = [
            ("Date", forms.day(draft.date)),
            ("Delivery", forms.day(draft.delivery_date)),
            ("Confirmed", forms.day(draft.confirmed_on)),
            ("Goes to", way),
            ("Reference", draft.reference),
            ("Type", " · ".join(part for part in (draft.type.code, draft.type.name) if part)),
            ("Payment", draft.payment_terms),
            ("Reason", draft.reason),
        ]
        rows: list[Line] = [tuple(status), line(who, "strong")]
        rows += in_columns([one for one in facts if one[1]], width)
        sent = draft.destination.one_line()
        rows += labelled("Deliver to", sent, width) if sent else []
        rows += labelled("Note", draft.note, width) if draft.note else []
        return rows

    def line_cells(self) -> Iterable[tuple[int, Sequence[str], str]]:
        """Item, quantity, what came, what is to come and when, net, and what of it is promised to customers."""
        order, forms = self.story.order, self.forms
        for place, one in enumerate(order.draft.lines, 1):
            promised = order.promised(one)
            cells = [
                one.item, one.description, forms.number(one.quantity), one.uom.code,
                forms.number(one.received) if one.received else "–", forms.number(one.open) if one.open else "–",
                forms.day(one.due), forms.amount(one.net, order.draft.currency.decimals),
                f"{forms.number(promised)}" if promised else "–",
            ]  # fmt: skip
            yield place, cells, _look(one)

    def money(self, width: int) -> list[Line]:
        """The sums in the supplier's currency."""
        totals, currency = self.story.order.totals, self.story.order.draft.currency
        figures = [("Gross", totals.gross), ("Discounts", -totals.discounts)] if totals.discounts else []
        rows = [figure(label, self.forms.amount(value, currency.decimals), width, "text") for label, value in figures]
        net = figure(f"Net {currency.code}", self.forms.amount(totals.net, currency.decimals), width, "strong")
        return [line("Totals", "title"), *rows, net]


def _look(one: SupplierOrderLine) -> str:
    return "text" if one.open else "muted"
