"""What the screen of a supplier order shows of it: header, lines, sums, the line in the strip and what is beside it."""

from __future__ import annotations

from collections.abc import Iterable

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.money import EXACT, HUNDRED
from fluorders_tui.domain.purchasing import PurchasedItem, line_notices
from fluorders_tui.domain.supplier_orders import SupplierOrderLine
from fluorders_tui.screens.document_typing import DocumentTyping
from fluorders_tui.screens.supplier_fields import SUPPLIER_FIELDS
from fluorders_tui.screens.supplier_lines import NEW_COLUMNS, SUPPLIER_COLUMNS, SupplierForms
from fluorders_tui.screens.supplier_session import SupplierSession
from fluorders_tui.services.linked import ChainLink
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.info_line import InfoLine
from fluorders_tui.widgets.side_panel import Block, Fact, SidePanel
from fluorders_tui.widgets.totals_bar import TotalsBar

__all__ = ["SUPPLIER_FIGURES", "SUPPLIER_LINE_FIELDS", "SupplierShowing", "promise_text"]

SUPPLIER_FIGURES = (
    ("lines", "Lines"),
    ("open", "To come"),
    ("gross", "Gross"),
    ("discounts", "Discounts"),
    ("net", "Net"),
)

#: The fields of a line by the name that rules and the draft give them.
SUPPLIER_LINE_FIELDS = {
    "item": "item", "quantity": "quantity", "uom": "uom", "price": "price", "discounts": "line_discounts",
    "description": "description", "note": "line_note", "delivery_date": "line_delivery",
    "confirmed_date": "line_delivery",
}  # fmt: skip


def promise_text(link: ChainLink, forms: SupplierForms) -> str:
    """`20 → 2026-00003/1 Rossi by 4.12.`, with what came of it."""
    other = link.other
    came = f", {forms.number(link.done)} came" if link.done else ""
    due = f" by {forms.day(other.due)}" if other.due else ""
    return f"{forms.number(link.quantity)} → {other.number}/{other.line} {other.party_name}{due}{came}"


class SupplierShowing(DocumentTyping):
    """Puts the draft into the widgets; what a person is typing is left alone, what did not change is not painted."""

    PARTY = "supplier"
    STRIP_FIELDS = SUPPLIER_LINE_FIELDS
    provisional = ""
    _session: SupplierSession | None = None

    @property
    def session(self) -> SupplierSession:
        """The supplier order being typed. `Refused` until the database has answered."""
        if self._session is None:
            raise Refused("The order is not open: the database didn't answer.", hint="F5 tries again.")
        return self._session

    @property
    def has_party(self) -> bool:
        """A supplier is chosen."""
        return bool(self.session.draft.supplier)

    @property
    def forms(self) -> SupplierForms:
        """How numbers, prices, amounts and dates are written here."""
        return SupplierForms(self.number, self.price, self.amount, self.day)

    def order_changed(self) -> None:
        """The draft changed: show it, and say so when the disk doesn't take it."""
        if self._session is not None:
            self.show_all()
            self.tell_unsaved()

    def show_all(self) -> None:
        """Read the draft again into every widget."""
        self.show_header()
        columns = SUPPLIER_COLUMNS if self.session.draft.number else NEW_COLUMNS
        if self.lines_table.columns != columns:
            self.lines_table.set_columns(columns)
            self.query_one(EditStrip).on_resize()
        self.lines_table.refresh_source()
        self.show_totals()
        self.show_strip()

    def minded(self, line: SupplierOrderLine) -> bool:
        """Whether a line of the order has something to mind."""
        session = self.session
        return bool(line_notices(session.draft, line, session.items.get(line.item)))

    def show_header(self) -> None:
        """The header fields from the draft."""
        draft = self.session.draft
        supplier = self.field("supplier")
        if not supplier.dirty:
            place = ", ".join(part for part in (draft.address.city, draft.address.country) if part)
            supplier.set_value(draft.supplier or None, note=" · ".join(one for one in (draft.name, place) if one))
        for spec in SUPPLIER_FIELDS:
            field = self.field(spec.name)
            value, note = spec.show(draft)
            if not field.dirty:
                field.set_value(value or None, note=note)
        if draft.number:
            changed = f" · revision {draft.revision}" if draft.revision else ""
            drop = " · drop-ship" if draft.drop_ship else ""
            self.title_bar.show(f"Supplier order {draft.number} · {draft.status.value}{changed}{drop}")
        else:
            number = f" · {self.provisional} (provisional)" if self.provisional else ""
            self.title_bar.show(f"New supplier order {draft.type.code}{number}")

    def show_totals(self) -> None:
        """The sums in the supplier's currency."""
        session = self.session
        draft, totals = session.draft, session.totals
        decimals = draft.currency.decimals
        coming = [line for line in draft.lines if line.open]
        self.query_one(TotalsBar).update_figures(
            {
                "lines": str(len(draft.lines)),
                "open": f"{len(coming)} lines" if draft.number else "",
                "gross": self.amount(totals.gross, decimals),
                "discounts": self.amount(totals.discounts, decimals),
                "net": f"{self.amount(totals.net, decimals)} {draft.currency.code}",
            }
        )

    def show_strip(self, keep: str = "") -> None:
        """The strip's fields from the line in it; `keep` is a field that shows its value even while it is typed in."""
        session = self.session
        line, draft = session.line, session.draft
        new = session.editing < 0
        texts = dict.fromkeys(("net", "description", "due", "received", "open"), "")
        texts["line"] = f"{(len(draft.lines) if new else session.editing) + 1}"
        values: dict[str, object] = dict.fromkeys(
            ("uom", "price", "line_discounts", "description", "line_note", "line_delivery")
        )
        if line is not None:
            quantity = self.field("quantity")
            values = {
                "uom": line.uom.code or None,
                "price": line.price,
                "line_discounts": format_discounts(line.discounts) or None,
                "description": line.description,
                "line_note": line.note or None,
                "line_delivery": line.due,
            }
            if not new or session.counted:
                if keep == "quantity" or not quantity.dirty:
                    quantity.set_value(line.quantity)
                texts["net"] = self.amount(line.net, draft.currency.decimals)
            texts["description"] = line.description
            texts["due"] = self.day(line.due)
            if line.id:
                texts["received"], texts["open"] = self.number(line.received), self.number(line.open)
        for name, value in values.items():
            field = self.field(name)
            if name == keep or not field.dirty:
                field.set_value(value)
        self.query_one(EditStrip).show_texts(texts)
        self.show_panel()

    def fill_strip(self) -> None:
        """Put the strip's line into all of its fields, also those a person typed."""
        line, session = self.session.line, self.session
        if line is None:
            self.clear_strip()
            return
        self.field("item").set_value(line.item)
        self.field("quantity").set_value(line.quantity if session.editing >= 0 or session.counted else None)
        self._drop_typed()
        self.show_strip()

    def clear_strip(self) -> None:
        """Empty the strip for a new line."""
        for name in ("item", "quantity"):
            self.field(name).clear()
        self._drop_typed()
        self.show_strip()

    def _drop_typed(self) -> None:
        for name in dict.fromkeys(SUPPLIER_LINE_FIELDS.values()):
            if name not in ("item", "quantity"):
                self.field(name).clear()

    # -- what stands beside the field --------------------------------------------------------------

    def show_panel(self) -> None:
        """The supplier, or the line: their price and lead time, and which customers wait for it (D-14.3)."""
        session = self.session
        line = session.line
        if line is None and session.draft.number and 0 <= self.lines_table.cursor < len(session.draft.lines):
            line = session.draft.lines[self.lines_table.cursor]
        item = session.items.get(line.item) if line is not None else None
        blocks = list(self._supplier_blocks()) if line is None else list(self._line_blocks(line, item))
        self.query_one(SidePanel).show(blocks)
        self.query_one(InfoLine).show(self._in_short(line, item))

    def _supplier_blocks(self) -> Iterable[Block]:
        conditions, draft = self.session.conditions, self.session.draft
        if conditions is None:
            yield Block("Supplier", ("Type a code or part of the name. F4 lists suppliers, F6 adds a new one.",))
            return
        facts: list[str | Fact] = [Fact("Currency", draft.currency.code)]
        if draft.currency.rate != 1:
            facts.append(Fact("Rate", self.number(draft.currency.rate)))
        facts += [
            Fact("Terms", draft.payment_terms or "–"),
            Fact("Lead time", f"{conditions.lead_time_days} days"),
            Fact("Price list", conditions.price_list or "–"),
            Fact("Ships to customers", "yes" if conditions.drop_ship_allowed else "no"),
        ]
        yield Block(conditions.name, (*facts, conditions.address.one_line()))

    def _line_blocks(self, line: SupplierOrderLine, item: PurchasedItem | None) -> Iterable[Block]:
        forms, draft = self.forms, self.session.draft
        facts: list[str | Fact] = []
        if line.supplier_item:
            facts.append(Fact("Their code", line.supplier_item))
        if item is not None:
            unit = item.main_uom.code
            if item.price:
                facts.append(Fact("Their price", f"{self.price(item.price)} / {unit}"))
            facts += [
                Fact(f"from {self.number(one.min_quantity)} {one.uom}", self.price(one.price))
                for one in sorted(item.prices, key=lambda one: one.min_quantity)[:5]
                if not item.price
            ]
            if item.min_lot:
                facts.append(Fact("Least lot", f"{self.number(item.min_lot)} {unit}"))
            facts.append(Fact("Lead time", f"{item.lead_time_days} days"))
            if item.cost and self.desk.sees_margin:
                facts.append(Fact("Cost so far", self.price(item.cost)))
                facts += self._against_cost(line, item)
            facts += [Fact(f"1 {uom.code}", f"{self.number(uom.factor)} {unit}") for uom in item.uoms[1:4]]
        yield Block(f"{line.item} {line.description}", tuple(facts))
        if line.id:
            said: list[str | Fact] = [Fact("Came", self.number(line.received)), Fact("To come", self.number(line.open))]
            if line.confirmed_quantity is not None:
                said.append(Fact("Confirmed", self.number(line.confirmed_quantity)))
            if line.confirmed_date is not None:
                said.append(Fact("Confirmed for", self.day(line.confirmed_date)))
            yield Block(draft.status.value.capitalize(), tuple(said))
        promised = self.session.promised(line)
        if promised:
            yield Block("Promised to", tuple(promise_text(link, forms) for link in promised))
        told = line_notices(draft, line, item)
        if told:
            yield Block("! Mind", told)

    def _against_cost(self, line: SupplierOrderLine, item: PurchasedItem) -> list[Fact]:
        """How far this price is from what the item cost so far, per main unit in company currency."""
        if not line.quantity or not line.uom.factor:
            return []
        now = EXACT.divide(EXACT.multiply(line.unit_cost, self.session.draft.currency.rate), line.uom.factor)
        change = EXACT.multiply(EXACT.divide(now - item.cost, item.cost), HUNDRED)
        return [
            Fact("against that", f"{'+' if change > 0 else ''}{self.amount(change, 1)} %", "bad" if change > 0 else "")
        ]

    def _in_short(self, line: SupplierOrderLine | None, item: PurchasedItem | None) -> str:
        """The same on one line, where there is no room for the panel."""
        draft = self.session.draft
        if line is None:
            conditions = self.session.conditions
            if conditions is None:
                return ""
            drop = "ships to customers" if conditions.drop_ship_allowed else "no drop-shipping"
            lead = f"lead time {conditions.lead_time_days} days"
            return " · ".join((draft.currency.code, draft.payment_terms or "no terms", lead, drop))
        parts = list(line_notices(draft, line, item))
        promised = self.session.promised(line)
        parts += [promise_text(link, self.forms) for link in promised[:2]]
        if len(promised) > 2:
            parts.append(f"and {len(promised) - 2} more")
        if line.confirmed_quantity is not None or line.confirmed_date is not None:
            said = " ".join(
                one for one in (
                    self.number(line.confirmed_quantity) if line.confirmed_quantity is not None else "",
                    f"for {self.day(line.confirmed_date)}" if line.confirmed_date else "",
                ) if one
            )  # fmt: skip
            parts.append(f"confirmed {said}")
        if not promised and line.supplier_item:
            parts.append(f"theirs {line.supplier_item}")
        if item is not None and item.min_lot:
            parts.append(f"least lot {self.number(item.min_lot)}")
        if item is not None:
            parts.append(f"{item.lead_time_days} days")
        return " · ".join(parts)
