"""One order while it is typed: the draft, what can be undone, and the line in the edit strip; no widget (E-1.3).

Reading is kept apart from changing: the `read_…` methods ask the database and may run in a thread,
everything else is pure computation on what is in memory (U-1.2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.domain.conditions import CustomerConditions, DiscountType, ItemCard
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.draft_lines import add_line, delete_line, replace_line
from fluorders_tui.domain.entry import (
    change_dates,
    change_description,
    change_discounts,
    change_price,
    change_quantity,
    change_uom,
    change_vat,
    free_line,
    make_give_away,
    make_line,
    take_last_price,
)
from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.header import choose_customer
from fluorders_tui.domain.line_checks import proposed_quantity
from fluorders_tui.domain.money import ONE, ZERO
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine, VatCode
from fluorders_tui.domain.readiness import draft_problems, draft_warnings
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.services.autosave import Autosave, Typing
from fluorders_tui.services.conditions import (
    customer_conditions,
    item_cards,
    known_discount_types,
    usual_vat,
)
from fluorders_tui.services.desk import Desk

__all__ = ["CustomerRead", "OrderSession"]

UNDO_DEPTH = 500


@dataclass(frozen=True, slots=True)
class CustomerRead:
    """What choosing a customer reads: their conditions, and the cards of the items on the order."""

    conditions: CustomerConditions
    cards: dict[str, ItemCard]


class OrderSession:
    """The order of one screen. `on_change` runs after every change of the draft."""

    def __init__(self, desk: Desk, draft: OrderDraft, autosave: Autosave, on_change: Callable[[], None]) -> None:
        self.desk = desk
        self.draft = draft
        self.autosave = autosave
        self.conditions: CustomerConditions | None = None
        self.cards: dict[str, ItemCard] = {}
        self.discount_types: tuple[DiscountType, ...] = ()
        self.usual_vat: VatCode | None = None
        self.line: OrderLine | None = None
        """The line in the strip, None while no item is chosen."""
        self.editing = -1
        """The place of the line being changed, −1 for a new one."""
        self.typing = Typing()
        self.saved = draft
        self._on_change = on_change
        self._undo: list[OrderDraft] = []
        self._redo: list[OrderDraft] = []
        self._totals: tuple[OrderDraft, Totals] | None = None

    # -- reading, also in a thread -----------------------------------------------------------------

    def read_tables(self) -> tuple[tuple[DiscountType, ...], VatCode | None]:
        """The tables that typing needs: discount types and the company's usual VAT code."""
        return known_discount_types(self.desk), usual_vat(self.desk)

    def read_customer(self, code: str) -> CustomerRead:
        """A customer's conditions and the cards of the items on the order under them. Raises `DeskError`."""
        conditions = customer_conditions(self.desk, code, self.draft.date)
        return CustomerRead(conditions, self.read_cards([line.item for line in self.draft.lines], conditions))

    def read_cards(self, codes: Sequence[str], conditions: CustomerConditions | None = None) -> dict[str, ItemCard]:
        """The cards of items under `conditions`, or under those of the chosen customer."""
        wanted = list(dict.fromkeys(code for code in codes if code))
        return item_cards(self.desk, wanted, conditions or self.conditions) if wanted else {}

    # -- the draft ---------------------------------------------------------------------------------

    @property
    def totals(self) -> Totals:
        """The totals of the draft as it stands (D-7), computed once for each draft."""
        if self._totals is None or self._totals[0] is not self.draft:
            decimals = self.desk.company.currency_decimals
            self._totals = (self.draft, document_totals(self.draft, company_decimals=decimals))
        return self._totals[1]

    @property
    def dirty(self) -> bool:
        """Whether something would be lost if the draft were thrown away."""
        return self.draft is not self.saved and self.draft != self.saved

    def change(self, draft: OrderDraft) -> None:
        """Take another state of the draft; the one before can be had back."""
        if draft is self.draft:
            return
        self._undo.append(self.draft)
        del self._undo[:-UNDO_DEPTH]
        self._redo.clear()
        self._take(draft)

    def undo(self) -> bool:
        """Go back one change; False when there is none."""
        if not self._undo:
            return False
        self._redo.append(self.draft)
        self._take(self._undo.pop())
        return True

    def redo(self) -> bool:
        """Go forward again; False when nothing was undone."""
        if not self._redo:
            return False
        self._undo.append(self.draft)
        self._take(self._redo.pop())
        return True

    def _take(self, draft: OrderDraft) -> None:
        self.draft = draft
        if self.editing >= len(draft.lines):
            self.editing = -1
        self.autosave.save(draft, self.typing)
        self._on_change()

    def type(self, typing: Typing) -> None:
        """Remember what stands in the field being typed: it survives a crash too (U-1.1)."""
        self.typing = typing
        self.autosave.save(self.draft, typing)

    def restart(self, draft: OrderDraft) -> None:
        """Begin with another draft: the old one was entered, held or discarded."""
        self.draft = self.saved = draft
        self.conditions, self.cards = None, {}
        self.drop_line()
        self._undo.clear()
        self._redo.clear()
        self.typing = Typing()
        self.autosave.clear()
        self._on_change()

    def take_customer(self, read: CustomerRead) -> None:
        """Choose the customer: the header is filled, lines follow their conditions (D-3.1)."""
        self.conditions = read.conditions
        self.cards |= read.cards
        self.change(choose_customer(self.draft, read.conditions, self.cards))

    def problems(self) -> tuple[DeskError, ...]:
        """What must be put right before the order is entered."""
        return draft_problems(self.draft, self.desk.checks, self.totals)

    def warnings(self) -> list[str]:
        """What the clerk should have seen, each with its line and rule."""
        found = draft_warnings(self.draft, self.desk.checks, self.totals)
        return [f"Line {notice.line}: {notice.text}" if notice.line else notice.text for notice in found]

    # -- the line in the strip ---------------------------------------------------------------------

    @property
    def card(self) -> ItemCard | None:
        """The card of the item in the strip."""
        return self.cards.get(self.line.item) if self.line else None

    def start_item(self, code: str, quantity: Decimal | None, uom: str, line_type: LineType) -> None:
        """Put an item into the strip; a line being changed keeps its quantity. Raises `Refused`, `Invalid`."""
        card, before = self.cards[code], self.line
        if before is not None and before.item == code and before.line_type is line_type and quantity is None:
            return
        if self.conditions is None:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
        if quantity is None and before is not None and self.editing >= 0 and before.quantity > 0:
            quantity = before.quantity
        amount = quantity if quantity is not None else self._usual_quantity(card)
        line = make_line(self.draft, self.conditions, card, amount, uom, checks=self.desk.checks)
        if line_type is LineType.GIVE_AWAY:
            line = make_give_away(self.draft, line)
        self.line = line

    def _usual_quantity(self, card: ItemCard) -> Decimal:
        """What the price is shown for until the quantity is typed: one that no check minds."""
        proposed = proposed_quantity(card, card.main_uom, self.desk.checks)
        return max(proposed or ONE, card.pack_quantity, card.economic_lot)

    def start_free(self, line_type: LineType, description: str) -> None:
        """Put a line without an item into the strip (D-6.1)."""
        before = self.line
        if before is not None and before.line_type is line_type and not before.item:
            self.line = change_description(before, description)
            return
        self.line = free_line(self.draft, line_type, description, vat=self.usual_vat, checks=self.desk.checks)

    def set_quantity(self, quantity: Decimal) -> None:
        """D-4.6, D-6.3."""
        self.line = change_quantity(
            self.draft, self._line(), quantity, self.conditions, self.card, checks=self.desk.checks
        )

    def set_uom(self, uom: str) -> None:
        """D-6.3; priced again."""
        card = self.card
        if card is None or self.conditions is None:
            raise Refused("A line without an item has no other unit.", field="uom", rule="D-6.1")
        self.line = change_uom(self.draft, self._line(), uom, self.conditions, card, checks=self.desk.checks)

    def set_price(self, price: Decimal) -> None:
        """A price by hand (D-4.6)."""
        self.line = change_price(self.draft, self._line(), price, checks=self.desk.checks)

    def set_discounts(self, text: str) -> None:
        """Discounts by hand (D-5.1)."""
        self.line = change_discounts(self.draft, self._line(), text, self.discount_types)

    def set_vat(self, vat: VatCode) -> None:
        """D-3.3."""
        self.line = change_vat(self._line(), vat)

    def set_delivery(self, delivery: dt.date | None) -> None:
        """D-6.4."""
        line = self._line()
        self.line = change_dates(self.draft, line, delivery, line.ready_date, checks=self.desk.checks)

    def set_note(self, note: str) -> None:
        """A note on the line."""
        self.line = replace(self._line(), note=note)

    def set_description(self, text: str) -> None:
        """D-6.1."""
        self.line = change_description(self._line(), text)

    def set_recourse(self, recourse: bool) -> None:
        """Whether the customer pays the VAT of a give-away (D-7 step 7)."""
        self.line = make_give_away(self.draft, self._line(), vat_recourse=recourse)

    def take_last(self) -> None:
        """Take over what this customer paid last (D-6.7)."""
        card = self.card
        if card is None:
            raise Refused("There is no item in the line.", field="price", rule="D-6.7")
        self.line = take_last_price(self.draft, self._line(), card)

    def parse_chain(self, text: str) -> None:
        """Refuse a chain of discounts that can't be read (D-5.1)."""
        parse_discounts(text, types=self.discount_types)

    def _line(self) -> OrderLine:
        if self.line is None:
            raise Invalid("Type the item first.", field="item", rule="D-6.6")
        return self.line

    def load_line(self, place: int) -> None:
        """Take a line of the order into the strip to change it."""
        self.editing = place
        self.line = self.draft.lines[place]

    def drop_line(self) -> None:
        """Empty the strip for a new line."""
        self.line, self.editing = None, -1

    def put_line(self) -> int:
        """Put the strip's line into the order; returns its place."""
        line, place = self._line(), self.editing
        if line.line_type is not LineType.NOTE and line.quantity <= ZERO:
            raise Invalid("The quantity is missing.", field="quantity", rule="D-6.3")
        if place >= 0:
            if self.draft.lines[place] != line:
                self.change(replace_line(self.draft, place, line))
        else:
            place = len(self.draft.lines)
            self.change(add_line(self.draft, line))
        self.drop_line()
        return place

    def delete(self, place: int) -> None:
        """Take a line out; undo brings it back (U-2)."""
        self.change(delete_line(self.draft, place))
        self.drop_line()

    def add_block(self, entries: Sequence[tuple[int, str, Decimal | None, str]], errors: list[DeskError]) -> int:
        """Add a line for each (row, item code, quantity, unit) of a pasted block; bad ones go to `errors` (D-6.6b).

        Returns how many lines were added; together they are one change.
        """
        if self.conditions is None:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
        draft, added = self.draft, 0
        for row, code, quantity, uom in entries:
            try:
                line = make_line(draft, self.conditions, self.cards[code], quantity, uom, checks=self.desk.checks)
            except DeskError as error:
                errors.append(type(error)(error.message, field=f"row {row}", rule=error.rule, hint=error.hint))
                continue
            draft, added = add_line(draft, line), added + 1
        if added:
            self.change(draft)
        return added

    def refuse_problems(self) -> None:
        """Raise what must be put right before entering: the one problem, or all of them."""
        problems = self.problems()
        if len(problems) == 1:
            raise problems[0]
        if problems:
            raise Several(problems)
