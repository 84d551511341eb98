"""What the order screen shows of its order: header, lines, totals, the line in the strip and what stands beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.errors import DeskError, Refused
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine
from fluorders_tui.screens.document_typing import DocumentTyping
from fluorders_tui.screens.order_header import HEADER_FIELDS, HeaderField
from fluorders_tui.screens.order_kind import ORDER, Kind
from fluorders_tui.screens.order_lookups import LINE_MARKS
from fluorders_tui.screens.order_panel import Asking, PanelText
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.info_line import InfoLine
from fluorders_tui.widgets.side_panel import SidePanel
from fluorders_tui.widgets.totals_bar import TotalsBar

if TYPE_CHECKING:
    from fluorders_tui.domain.offers import OfferTerms
    from fluorders_tui.screens.order_session import OrderSession

__all__ = ["FIGURES", "LINE_FIELDS", "PROSPECT_MARK", "OrderShowing"]

PROSPECT_MARK = "+"
"""What a name in the customer field begins with when it is no customer's yet."""

FIGURES = (
    ("weight", "Weight"),
    ("margin", "Margin"),
    ("give_away", "Free goods"),
    ("items_gross", "Gross"),
    ("final_discounts", "Final disc."),
    ("expenses", "Charges, exp."),
    ("discounts", "Discounts"),
    ("items_net", "Net"),
    ("taxable", "Taxable"),
    ("vat", "VAT"),
    ("total", "Total"),
)


#: The fields of a line by the name that rules and the draft give them.
LINE_FIELDS = {
    "item": "item", "quantity": "quantity", "uom": "uom", "price": "price", "discounts": "line_discounts",
    "description": "description", "note": "line_note", "vat": "vat", "delivery_date": "line_delivery",
    "ready_date": "line_delivery", "vat_recourse": "vat_recourse",
}  # fmt: skip


class OrderShowing(DocumentTyping):
    """Puts the draft into the widgets; what a person is typing is left alone, what did not change is not painted."""

    STRIP_FIELDS = LINE_FIELDS
    kind: Kind = ORDER
    draft_fields: tuple[HeaderField[OrderDraft], ...] = HEADER_FIELDS
    terms_fields: tuple[HeaderField[OfferTerms], ...] = ()
    """The fields of what an offer has beside its draft."""
    prospect_fields: tuple[HeaderField[OrderDraft], ...] = ()
    """Who a prospect is, where an offer is for one."""
    provisional = ""
    others_in_short = ""
    """Who else has it open."""
    _session: OrderSession | None = None

    @property
    def session(self) -> OrderSession:
        """The order being typed. `Refused` until the database has answered."""
        if self._session is None:
            raise Refused(f"The {self.kind.word} is not open: the database didn't answer.", hint="F5 tries again.")
        return self._session

    @property
    def has_party(self) -> bool:
        """A customer is chosen, or a prospect named."""
        return self.session.is_for_somebody

    def first_strip_field(self) -> str:
        """A note has no quantity."""
        line = self.session.line
        return "item" if line is not None and line.line_type is LineType.NOTE else "quantity"

    @property
    def panel_text(self) -> PanelText:
        """What stands in the side panel, written by locale."""
        return PanelText(self.number, self.price, self.amount, self.day, self.kind.nobody, self.desk.today)

    def order_changed(self) -> None:
        """The draft changed: show it, and say so when the disk doesn't take it."""
        if self._session is None:
            return
        self.show_all()
        self.tell_unsaved()

    def show_all(self) -> None:
        """Read the draft again into every widget."""
        self.show_header()
        self.lines_table.refresh_source()
        self.show_totals()
        self.show_strip()

    def show_header(self) -> None:
        """The header fields from the draft."""
        draft, terms = self.session.draft, self.session.terms
        customer = self.field("customer")
        if not customer.dirty:
            place = ", ".join(part for part in (draft.address.city, draft.address.country) if part)
            if terms is not None and terms.prospect:
                note = " · ".join(one for one in ("a prospect", place) if one)
                customer.set_value(draft.name, f"{PROSPECT_MARK}{draft.name}", note=note)
            else:
                customer.set_value(draft.customer or None, note=" · ".join(one for one in (draft.name, place) if one))
        for spec in (*self.draft_fields, *self.prospect_fields):
            self._show_field(spec.name, *spec.show(draft))
        if terms is not None:
            for one in self.terms_fields:
                self._show_field(one.name, *one.show(terms))
        if draft.number:
            title = self.kind.title(self.session.typed, self.day)
            self.title_bar.show(f"{title}{self.others_in_short}")
        else:
            number = f" · {self.provisional} (provisional)" if self.provisional else ""
            kind = draft.type.code if terms is None else terms.type.code
            self.title_bar.show(f"New {self.kind.word} {kind}{number}")

    def _show_field(self, name: str, value: object, note: str) -> None:
        field = self.field(name)
        if not field.dirty:
            field.set_value(value or None, note=note)

    def show_totals(self) -> None:
        """The totals bar, every figure of D-7."""
        try:
            totals = self.session.totals
        except DeskError as error:
            self.message_line.tell(error)
            return
        decimals = self.session.draft.currency.decimals
        shown = self.desk.sees_margin and totals.margin is not None
        figures = {
            "items_gross": totals.items_gross,
            "discounts": totals.discounts,
            "items_net": totals.items_net,
            "final_discounts": totals.final_discounts,
            "expenses": totals.charges + totals.expenses_total,
            "give_away": totals.give_away,
            "taxable": totals.taxable,
            "vat": totals.vat,
        }
        bar = self.query_one(TotalsBar)
        bar.update_figures({name: self.amount(value, decimals) for name, value in figures.items()})
        bar.update_figures(
            {
                "total": f"{self.amount(totals.total, decimals)} {self.session.draft.currency.code}",
                "margin": self.amount(totals.margin, decimals) if shown else "",
                "weight": f"{self.number(totals.weight)} kg" if totals.weight else "",
            }
        )

    def show_strip(self, keep: str = "") -> None:
        """The strip's fields from the line in it; `keep` is a field that shows its value even while it is typed in."""
        session = self.session
        line, draft = session.line, session.draft
        new = session.editing < 0
        texts = {"line": f"{(len(draft.lines) if new else session.editing) + 1}", "net": "", "description": ""}
        values: dict[str, object] = dict.fromkeys(
            ("uom", "price", "line_discounts", "description", "line_note", "vat", "line_delivery", "vat_recourse")
        )
        needs_price = False
        if line is not None:
            quantity = self.field("quantity")
            priced = line.line_type is not LineType.NOTE
            free = not line.item and line.line_type is not LineType.NOTE
            # A tie is never settled by chance: the clerk has to say which price it is (D-4.8).
            needs_price = free or bool(line.price_source.tied)
            undecided = bool(line.price_source.tied) or (free and new and not line.price)
            values = {
                "uom": line.uom.code or None,
                "price": line.price if priced and not undecided else None,
                "line_discounts": format_discounts(line.discounts) or None,
                "description": line.description,
                "line_note": line.note or None,
                "vat": line.vat.code if line.vat else None,
                "line_delivery": line.delivery_date,
                "vat_recourse": "yes" if line.vat_recourse else "no",
            }
            if priced and (not new or session.counted):
                if keep == "quantity" or not quantity.dirty:
                    quantity.set_value(line.quantity)
                texts["net"] = "" if undecided else self.amount(line.net, draft.currency.decimals)
            texts["description"] = line.description
        for name, value in values.items():
            field = self.field(name)
            if name == keep or not field.dirty:
                field.set_value(value)
        self.field("price").needed = needs_price
        self.field("quantity").needed = line is None or line.line_type is not LineType.NOTE
        self.field("vat_recourse").display = line is not None and line.line_type is LineType.GIVE_AWAY
        self.query_one(EditStrip).show_texts(texts)
        self.show_panel()

    def fill_strip(self) -> None:
        """Put the strip's line into all of its fields, also those a person typed."""
        line = self.session.line
        if line is None:
            self.clear_strip()
            return
        self.field("item").set_value(line.item or line.description, typed_line(line))
        known = line.line_type is not LineType.NOTE and (self.session.editing >= 0 or self.session.counted)
        self.field("quantity").set_value(line.quantity if known else None)
        self._drop_typed()
        self.show_strip()

    def clear_strip(self) -> None:
        """Empty the strip for a new line."""
        for name in ("item", "quantity"):
            self.field(name).clear()
        self._drop_typed()
        self.show_strip()

    def _drop_typed(self) -> None:
        for name in LINE_FIELDS.values():
            if name not in ("item", "quantity"):
                self.field(name).clear()

    def show_panel(self) -> None:
        """What stands beside the field being typed (D-6.7)."""
        session = self.session
        line, card = session.line, session.card
        text = self.panel_text
        asking = None
        if line is not None and card is not None:
            # An offer reserves nothing, so nothing stored is replaced by what is typed.
            saved = session.saved.draft if self.kind is ORDER else replace(session.draft, id=0)
            asking = Asking(session.draft, saved, line, card, session.editing, self.desk.today())
            blocks = text.item(asking, margin=self.desk.sees_margin)
        else:
            blocks = text.customer(session.draft, session.conditions)
        self.query_one(SidePanel).show(blocks)
        self.query_one(InfoLine).show(text.in_short(session.conditions, asking))


def typed_line(line: OrderLine) -> str:
    """What is typed into the item field for such a line (D-6.1)."""
    return f"{LINE_MARKS.get(line.line_type, '')}{line.item or line.description}"
