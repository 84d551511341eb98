"""One supplier order while it is typed: the draft, what can be undone, and the line in the strip; no widget (E-1.3).

As `order_session`: the `read_…` methods ask the database and may run in a thread, all else is pure (U-1.2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.domain.conditions import DiscountType
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.money import ONE
from fluorders_tui.domain.purchasing import (
    PurchasedItem,
    SupplierConditions,
    bought_line,
    choose_supplier,
    line_notices,
    with_line_date,
    with_purchase_price,
    with_purchase_quantity,
    with_purchase_unit,
)
from fluorders_tui.domain.supplier_orders import (
    SupplierOrderDraft,
    SupplierOrderLine,
    SupplierTotals,
    enter_supplier_order,
    supplier_totals,
    with_line_amounts,
)
from fluorders_tui.screens.kept_session import KeptSession
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.linked import ChainLink
from fluorders_tui.services.supplier_drafts import purchase_discount_types, supplier_conditions, supplier_lines
from fluorders_tui.services.supplier_holding import NOTHING_TYPED, SupplierAutosave

__all__ = ["SupplierRead", "SupplierSession"]


@dataclass(frozen=True, slots=True)
class SupplierRead:
    """What choosing a supplier reads: their conditions, and the items on the order as they sell them."""

    conditions: SupplierConditions
    items: Mapping[str, PurchasedItem]


@dataclass(frozen=True, slots=True)
class _State:
    draft: SupplierOrderDraft
    conditions: SupplierConditions | None
    items: Mapping[str, PurchasedItem]
    line: SupplierOrderLine | None = None
    editing: int = -1
    counted: bool = False


class SupplierSession(KeptSession[_State]):
    """The supplier order of one screen."""

    NOTHING_TYPED = NOTHING_TYPED
    draft: SupplierOrderDraft
    line: SupplierOrderLine | None

    def __init__(
        self,
        desk: Desk,
        draft: SupplierOrderDraft,
        autosave: SupplierAutosave | None,
        on_change: Callable[[], None],
    ) -> None:
        super().__init__(autosave, on_change)
        self.desk = desk
        self.draft = draft
        self.saved = draft
        self.conditions: SupplierConditions | None = None
        self.items: dict[str, PurchasedItem] = {}
        self.discount_types: tuple[DiscountType, ...] = ()
        self.links: tuple[ChainLink, ...] = ()
        """What customers were promised of the stored order."""
        self.line = None

    # -- reading, also in a thread -----------------------------------------------------------------

    def read_tables(self) -> tuple[DiscountType, ...]:
        """The table that typing needs."""
        return purchase_discount_types(self.desk)

    def read_supplier(self, code: str) -> SupplierRead:
        """A supplier's conditions with the items on the order as they sell them. Raises `DeskError`."""
        conditions = supplier_conditions(self.desk, code, self.draft.date)
        lines = (*self.draft.lines, self.line) if self.line is not None else self.draft.lines
        return SupplierRead(conditions, self.read_items([line.item for line in lines], code))

    def read_items(self, codes: Sequence[str], supplier: str = "") -> dict[str, PurchasedItem]:
        """Items by code, as a supplier sells them: that of the order, or another one."""
        wanted = list(dict.fromkeys(code for code in codes if code))
        draft = replace(self.draft, supplier=supplier) if supplier else self.draft
        return dict(supplier_lines(self.desk, draft, wanted)) if wanted else {}

    # -- the draft ---------------------------------------------------------------------------------

    @property
    def totals(self) -> SupplierTotals:
        """The sums of the draft as it stands."""
        return supplier_totals(self.draft)

    @property
    def dirty(self) -> bool:
        """Whether something would be lost if the draft were thrown away."""
        return self.draft is not self.saved and self.draft != self.saved

    def change(self, draft: SupplierOrderDraft) -> None:
        """Take another state of the draft; the one before can be had back."""
        if draft is not self.draft:
            self._go_on(self._now(strip=False), replace(self._now(), draft=draft))

    def change_header(self, draft: SupplierOrderDraft) -> None:
        """Take a draft with another header; the line in the strip goes along as the others did."""
        before = self.draft
        if draft is before:
            return
        line = self.line
        if line is not None and 0 <= self.editing < len(draft.lines) and line is before.lines[self.editing]:
            line = draft.lines[self.editing]
        elif line is not None and line.item in self.items and not line.id:
            line = replace(line, delivery_date=_following(line, before, draft))
        self._go_on(self._now(strip=False), replace(self._now(), draft=draft, line=line))

    def _now(self, *, strip: bool = True) -> _State:
        if not strip:
            return _State(self.draft, self.conditions, self.items)
        return _State(self.draft, self.conditions, self.items, self.line, self.editing, self.counted)

    def _has_document(self, state: _State) -> bool:
        return state.draft is self.draft

    def _restore(self, state: _State) -> None:
        self.draft, self.conditions, self.items = state.draft, state.conditions, dict(state.items)
        self.line, self.editing, self.counted = state.line, state.editing, state.counted

    def forget(self) -> None:
        """The draft is safe elsewhere: nothing of it has to be kept here."""
        self.saved, self.typing = self.draft, NOTHING_TYPED

    def restart(self, draft: SupplierOrderDraft) -> None:
        """Begin with another one: the old one was entered, held or discarded."""
        self.draft = self.saved = draft
        self.conditions, self.items, self.links = None, {}, ()
        self._start_over()

    # -- header ------------------------------------------------------------------------------------

    def take_supplier(self, read: SupplierRead) -> None:
        """Choose the supplier: the header is filled, lines get their codes and prices (D-2.3). Raises `Refused`."""
        if self.draft.number:
            raise Refused(
                "Supplier, type, date and currency of a numbered order stay.",
                field="supplier",
                rule="D-9.3b",
                hint="Cancel it and enter another one.",
            )
        draft = choose_supplier(self.draft, read.conditions, read.items)
        line, item = self.line, read.items.get(self.line.item) if self.line is not None else None
        if line is not None and item is not None and self.editing < 0:
            line = bought_line(draft, item, line.quantity, line.uom.code)
        state = _State(draft, read.conditions, read.items, line, self.editing, self.counted)
        self._go_on(self._now(strip=False), state)

    def problems(self) -> tuple[DeskError, ...]:
        """What must be put right before the order is entered."""
        draft = self.draft
        if draft.number:
            return () if draft.lines else (Invalid("There is no line any more.", field="lines", rule="D-14.2"),)
        try:
            enter_supplier_order(draft)
        except DeskError as error:
            return tuple(getattr(error, "errors", (error,)))
        return ()

    # -- the line in the strip ---------------------------------------------------------------------

    @property
    def item(self) -> PurchasedItem | None:
        """The item in the strip, as the supplier sells it."""
        return self.items.get(self.line.item) if self.line is not None else None

    @property
    def notices(self) -> tuple[str, ...]:
        """What the clerk should mind of the line in the strip."""
        return line_notices(self.draft, self.line, self.item) if self.line is not None else ()

    def start_item(self, code: str, quantity: Decimal | None, uom: str) -> None:
        """Put an item into the strip; a line being changed keeps quantity, date and note. Raises `Refused`."""
        before = self.line
        if not self.draft.supplier:
            raise Refused("Choose the supplier first.", field="supplier", rule="D-2.3")
        if before is not None and before.item == code:
            if uom and uom != before.uom.code:
                self.set_uom(uom)
            if quantity is not None:
                self.set_quantity(quantity)
            return
        changed = before if before is not None and self.editing >= 0 else None
        if changed is not None and changed.received:
            raise Refused("A part was received: its item stays.", field="item", rule="D-12.6", hint="Add a new line.")
        if quantity is None and changed is not None:
            quantity = changed.quantity
        item = self.items[code]
        amount = quantity if quantity is not None else max(ONE, item.min_lot)
        line = bought_line(self.draft, item, amount, uom)
        if changed is not None:
            line = replace(line, note=changed.note, delivery_date=changed.delivery_date)
        self.line = line
        self.counted = self.counted if changed is not None else quantity is not None

    def set_quantity(self, quantity: Decimal) -> None:
        """Price by the break it reaches (P-120)."""
        self.line = with_purchase_quantity(self.draft, self._line(), self.item, quantity)
        self.counted = True

    def set_uom(self, code: str) -> None:
        """Another of the item's units."""
        if self.item is None:
            raise Refused("The item's units are not known.", field="uom", hint="F5 reads the item again.")
        self.line = with_purchase_unit(self.draft, self._line(), self.item, code)

    def set_price(self, price: Decimal | None) -> None:
        """A price by hand; None has it looked up again."""
        self.line = with_purchase_price(self.draft, self._line(), self.item, price)

    def set_discounts(self, text: str) -> None:
        """Discounts by hand (D-5.1)."""
        discounts = parse_discounts(text, types=self.discount_types) if text.strip() else ()
        self.line = with_line_amounts(replace(self._line(), discounts=discounts), self.draft.currency.decimals)

    def set_date(self, date: dt.date | None) -> None:
        """When it comes; on a confirmed order that is what the supplier says."""
        self.line = with_line_date(self.draft, self._line(), date)

    def set_note(self, note: str) -> None:
        """A note on the line."""
        self.line = replace(self._line(), note=note)

    def set_description(self, text: str) -> None:
        """What it is called on the order."""
        self.line = replace(self._line(), description=text.strip())

    def _line(self) -> SupplierOrderLine:
        if self.line is None:
            raise Invalid("Type the item first.", field="item", rule="D-6.6")
        return self.line

    def put_line(self) -> int:
        """Put the strip's line into the order; returns its place."""
        line, place, lines = self._line(), self.editing, self.draft.lines
        draft = self.draft
        if place < 0:
            place, draft = len(lines), replace(draft, lines=(*lines, line))
        elif lines[place] != line:
            draft = replace(draft, lines=(*lines[:place], line, *lines[place + 1 :]))
        self._empty_strip()
        self.typing = NOTHING_TYPED
        self.change(draft)
        self.keep()
        return place

    def delete(self, place: int) -> None:
        """Take a line out; undo brings it back. Raises `Refused` for one of which a part was received."""
        lines = self.draft.lines
        if lines[place].received:
            raise Refused(
                "A part was received: the line stays.", field="lines", rule="D-12.6", hint="F9 cancels the rest of it."
            )
        self._empty_strip()
        self.change(replace(self.draft, lines=(*lines[:place], *lines[place + 1 :])))

    def repeat(self) -> None:
        """The last line once more, as a new one."""
        last = self.draft.lines[-1]
        fresh = replace(
            last, id=0, version=0, received=last.received * 0, cancelled=False, confirmed_quantity=None,
            confirmed_date=None,
        )  # fmt: skip
        self.change(replace(self.draft, lines=(*self.draft.lines, fresh)))

    def add_block(self, entries: Sequence[tuple[int, str, Decimal | None, str]], errors: list[DeskError]) -> int:
        """Add a line for each (row, item code, quantity, unit) of a pasted block; bad ones go to `errors` (D-6.6b)."""
        lines, added = list(self.draft.lines), 0
        for row, code, quantity, uom in entries:
            try:
                item = self.items[code]
                lines.append(bought_line(self.draft, item, quantity or max(ONE, item.min_lot), uom))
            except DeskError as error:
                errors.append(type(error)(error.message, field=f"row {row}", rule=error.rule, hint=error.hint))
                continue
            added += 1
        if added:
            self.change(replace(self.draft, lines=tuple(lines)))
        return added

    def promised(self, line: SupplierOrderLine) -> tuple[ChainLink, ...]:
        """Which customers' lines a stored line is linked to, those made first coming first (D-14.3)."""
        place = next((at for at, one in enumerate(self.saved.lines, 1) if line.id and one.id == line.id), 0)
        return tuple(link for link in self.links if place and link.line == place)


def _following(line: SupplierOrderLine, before: SupplierOrderDraft, after: SupplierOrderDraft) -> dt.date | None:
    return after.delivery_date if line.delivery_date == before.delivery_date else line.delivery_date
