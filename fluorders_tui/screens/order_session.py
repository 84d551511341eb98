"""One order while it is typed: the draft, what can be undone, and the line in the edit strip; no widget (E-1.3).

Reading is kept apart from changing: the `read_…` methods ask the database and may run in a thread,
everything else is pure computation on what is in memory (U-1.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fluorders_tui.domain.conditions import CustomerConditions, DiscountType, ItemCard
from fluorders_tui.domain.draft_lines import add_line, delete_line, replace_line
from fluorders_tui.domain.entry import (
    change_description,
    free_line,
    make_give_away,
    make_line,
    price_again,
)
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.header import choose_customer
from fluorders_tui.domain.line_checks import proposed_quantity
from fluorders_tui.domain.merging import carried_over
from fluorders_tui.domain.money import ONE, ZERO
from fluorders_tui.domain.offers import Offer, change_offer_type, follow_date
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine, VatCode
from fluorders_tui.domain.readiness import draft_warnings, undecided_prices
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.screens.kept_session import KeptSession
from fluorders_tui.screens.order_kind import ORDER, Kind, Typed
from fluorders_tui.screens.order_strip import StripLine
from fluorders_tui.services.autosave import NOTHING_TYPED, Autosave, Origin, Typing
from fluorders_tui.services.conditions import (
    customer_conditions,
    item_cards,
    known_discount_types,
    usual_vat,
)
from fluorders_tui.services.desk import Desk

if TYPE_CHECKING:
    from fluorders_tui.domain.offers import OfferTerms

__all__ = ["CustomerRead", "OrderSession"]


@dataclass(frozen=True, slots=True)
class _State:
    """What undo goes back to: the document with what its customer brings, and the line being typed."""

    typed: Typed
    conditions: CustomerConditions | None
    cards: dict[str, ItemCard]
    line: OrderLine | None = None
    editing: int = -1
    counted: bool = False


@dataclass(frozen=True, slots=True)
class CustomerRead:
    """What choosing a customer reads: their conditions, and the cards of the items on the order."""

    conditions: CustomerConditions
    cards: dict[str, ItemCard]


def _origin(draft: OrderDraft) -> Origin:
    return Origin(uuid4().hex, draft if draft.number else None)


class OrderSession(KeptSession[_State], StripLine):
    """The order or offer of one screen."""

    NOTHING_TYPED = NOTHING_TYPED
    draft: OrderDraft
    line: OrderLine | None

    def __init__(
        self,
        desk: Desk,
        draft: OrderDraft,
        autosave: Autosave | None,
        on_change: Callable[[], None],
        *,
        kind: Kind = ORDER,
        terms: OfferTerms | None = None,
    ) -> None:
        super().__init__(autosave, on_change)
        self.desk = desk
        self.kind = kind
        self.draft = draft
        self.terms = terms
        """What an offer has beside its draft (D-13.1), None for an order."""
        self.conditions: CustomerConditions | None = None
        self.cards: dict[str, ItemCard] = {}
        self.discount_types: tuple[DiscountType, ...] = ()
        self.usual_vat: VatCode | None = None
        self.line = None
        self.origin = _origin(draft)
        self.saved = self.typed
        self._totals: tuple[OrderDraft, Totals] | None = None

    # -- reading, also in a thread -----------------------------------------------------------------

    def read_tables(self) -> tuple[tuple[DiscountType, ...], VatCode | None]:
        """The tables that typing needs: discount types and the company's usual VAT code."""
        return known_discount_types(self.desk), usual_vat(self.desk)

    def read_customer(self, code: str) -> CustomerRead:
        """A customer's conditions and the cards of the items on the order under them. Raises `DeskError`."""
        return self.read_under(customer_conditions(self.desk, code, self.draft.date))

    def read_again(self) -> CustomerRead | None:
        """As `read_customer`, for whom the document is for now; None while nobody is chosen. Raises `DeskError`."""
        conditions = self.kind.conditions(self.desk, self.typed)
        return self.read_under(conditions) if conditions is not None else None

    def read_under(self, conditions: CustomerConditions) -> CustomerRead:
        """Conditions with the cards of the items on the order under them."""
        lines = (*self.draft.lines, self.line) if self.line is not None else self.draft.lines
        return CustomerRead(conditions, self.read_cards([line.item for line in lines], conditions))

    def read_cards(self, codes: Sequence[str], conditions: CustomerConditions | None = None) -> dict[str, ItemCard]:
        """The cards of items under `conditions`, or under those of the chosen customer."""
        wanted = list(dict.fromkeys(code for code in codes if code))
        return item_cards(self.desk, wanted, conditions or self.conditions) if wanted else {}

    # -- the draft ---------------------------------------------------------------------------------

    @property
    def typed(self) -> Typed:
        """The document as it stands."""
        return Typed(self.draft, self.terms)

    @property
    def is_for_somebody(self) -> bool:
        """A customer is chosen, or a prospect named."""
        return bool(self.draft.customer) or (self.terms is not None and self.terms.prospect)

    @property
    def totals(self) -> Totals:
        """The totals of the draft as it stands (D-7), computed once for each draft."""
        if self._totals is None or self._totals[0] is not self.draft:
            self._totals = (self.draft, self.totals_of(self.draft))
        return self._totals[1]

    def totals_of(self, draft: OrderDraft) -> Totals:
        """The totals of a draft by the company's parameters (D-7)."""
        company = self.desk.company
        return document_totals(
            draft,
            company_decimals=company.currency_decimals,
            commission_on_give_aways=company.commission_give_aways,
        )

    @property
    def dirty(self) -> bool:
        """Whether something would be lost if the draft were thrown away."""
        return (self.draft is not self.saved.draft and self.typed != self.saved) or self.terms != self.saved.terms

    def change(self, draft: OrderDraft) -> None:
        """Take another state of the draft; the one before can be had back."""
        if draft is self.draft:
            return
        self._change_from(self._now(strip=False), draft)

    def change_with(
        self,
        draft: OrderDraft,
        conditions: CustomerConditions,
        cards: Mapping[str, ItemCard],
        terms: OfferTerms | None = None,
    ) -> None:
        """Take a document that comes with conditions of its own: a duplicate (D-12.8)."""
        before = self._now(strip=False)
        self.conditions, self.cards = conditions, dict(cards)
        self._empty_strip()
        self._change_from(before, draft, terms)

    def adopt(self, stored: Typed) -> bool:
        """The document is in the database already, entered by this desk: go on as a change of it (P-143).

        Gives whether anything was typed since it was entered.
        """
        now = Typed(carried_over(self.draft, stored.draft), self.terms)
        was, becomes = self.kind.changes(stored, now)
        self.saved, self.origin = stored, _origin(stored.draft)
        if was or becomes:
            self.change(now.draft)
        return bool(was or becomes)

    def merged(self, draft: OrderDraft, stored: Typed) -> None:
        """What two desks did, to be saved over `stored`; undo goes back to what was typed here."""
        self._empty_strip()
        self.saved, self.origin = stored, Origin(self.origin.entry, stored.draft)
        self.change(draft)

    def change_terms(self, terms: OfferTerms) -> None:
        """Take other terms of the offer; another type brings the type of its orders. Raises `Refused`."""
        if terms == self.terms:
            return
        before, draft = self._now(strip=False), self.draft
        if self.terms is not None and terms.type != self.terms.type:
            changed = change_offer_type(Offer(draft, self.terms), terms.type)
            draft, terms = changed.draft, changed.terms
        self._change_from(before, draft, terms)

    @property
    def read_only(self) -> str:
        """Why it can be read and not changed, '' where it can."""
        return self.kind.read_only(self.typed)

    def _check_changeable(self, draft: OrderDraft) -> None:
        """Raise `Refused` for a change to something that can only be read; another document in its place is none."""
        if draft.id == self.draft.id and self.read_only:
            raise Refused(self.read_only, field="status", rule="D-12.3")

    def _change_from(self, before: _State, draft: OrderDraft, terms: OfferTerms | None = None) -> None:
        self._check_changeable(draft)
        if terms is None and self.terms is not None and draft.date != self.draft.date:
            terms = follow_date(self.terms, self.draft.date, draft.date)
        self._go_on(before, replace(self._now(), typed=Typed(draft, self.terms if terms is None else terms)))

    def _now(self, *, strip: bool = True) -> _State:
        if not strip:
            return _State(self.typed, self.conditions, self.cards)
        return _State(self.typed, self.conditions, self.cards, self.line, self.editing, self.counted)

    def _has_document(self, state: _State) -> bool:
        return state.typed.draft is self.draft and state.typed.terms is self.terms

    def _restore(self, state: _State) -> None:
        self.draft, self.terms = state.typed.draft, state.typed.terms
        self.line, self.editing = state.line, state.editing
        self.conditions, self.cards, self.counted = state.conditions, state.cards, state.counted

    def _kept_with(self) -> Mapping[str, Any]:
        return {"terms": self.terms, "origin": self.origin}

    def take_typing(self, typing: Typing) -> None:
        """Go on where somebody was when the desk died or the order was put aside."""
        self.origin = typing.origin or self.origin
        super().take_typing(typing)

    def forget(self) -> None:
        """The draft is safe elsewhere: nothing of it has to be kept here."""
        self.saved, self.typing = self.typed, NOTHING_TYPED

    def restart(self, typed: Typed) -> None:
        """Begin with another one: the old one was entered, held or discarded."""
        self.draft, self.terms = typed.draft, typed.terms
        self.saved, self.origin = typed, _origin(typed.draft)
        self.conditions, self.cards = None, {}
        self._start_over()

    def take_customer(self, read: CustomerRead) -> None:
        """Choose the customer, or on an offer a prospect: the header is filled, lines follow (D-3.1, D-13.1)."""
        draft = choose_customer(self.draft, read.conditions, read.cards)
        self._check_changeable(draft)
        before = self._now(strip=False)
        kept = self.conditions, self.cards
        self.conditions, self.cards = read.conditions, dict(read.cards)
        try:
            self.line = self._line_under(draft, discounts_too=True)
        except DeskError:
            self.conditions, self.cards = kept
            raise
        terms = self.terms
        self._change_from(before, draft, terms and replace(terms, prospect=not draft.customer))

    def change_header(self, draft: OrderDraft) -> None:
        """Take a draft with another header; the line in the strip follows it as the others did. Raises `Refused`."""
        if draft is not self.draft:
            self.line = self._line_under(draft)
            self.change(draft)

    def _line_under(self, draft: OrderDraft, *, discounts_too: bool = False) -> OrderLine | None:
        line, card, conditions, checks = self.line, self.card, self.conditions, self.desk.checks
        if self.editing >= 0 and line is self.draft.lines[self.editing]:
            return draft.lines[self.editing]
        if line is None or card is None or conditions is None or line.executed:
            return line
        return price_again(draft, line, conditions, card, discounts_too=discounts_too, checks=checks)

    def problems(self) -> tuple[DeskError, ...]:
        """What must be put right before the order is entered."""
        found = self.kind.problems(self.desk, self.typed, self.totals)
        return (*found, *undecided_prices(self.draft))

    def warnings(self) -> list[str]:
        """What the clerk should have seen, each with its line and rule."""
        return self.warnings_of(self.draft, self.totals)

    def warnings_of(self, draft: OrderDraft, totals: Totals) -> list[str]:
        """As `warnings`, for a draft that is not there yet."""
        found = draft_warnings(draft, self.desk.checks, totals, document=self.kind.word)
        return [f"Line {notice.line}: {notice.text}" if notice.line else notice.text for notice in found]

    # -- the line in the strip ---------------------------------------------------------------------

    @property
    def card(self) -> ItemCard | None:
        """The card of the item in the strip."""
        return self.cards.get(self.line.item) if self.line else None

    def start_item(self, code: str, quantity: Decimal | None, uom: str, line_type: LineType) -> None:
        """Put an item into the strip; a line being changed keeps its quantity, dates and note.

        Raises `Refused`, `Invalid`.
        """
        card, before = self.cards[code], self.line
        if before is not None and before.item == code and before.line_type is line_type:
            if uom and uom != before.uom.code:
                self.set_uom(uom)
            if quantity is not None:
                self.set_quantity(quantity)
            return
        if self.conditions is None:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
        changed = before if before is not None and self.editing >= 0 else None
        if changed is not None and changed.executed:
            raise Refused("A part was executed: its item stays.", field="item", rule="D-12.6", hint="Add a new line.")
        if quantity is None and changed is not None and changed.quantity > 0:
            quantity = changed.quantity
        amount = quantity if quantity is not None else self._usual_quantity(card)
        line = make_line(self.draft, self.conditions, card, amount, uom, checks=self.desk.checks)
        if line_type is LineType.GIVE_AWAY:
            line = make_give_away(self.draft, line)
        if changed is not None:
            line = replace(line, note=changed.note, delivery_date=changed.delivery_date, ready_date=changed.ready_date)
        self.line = line
        self.counted = self.counted if changed is not None else quantity is not None

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
        # Transport is charged once: a charge asks for its price alone (P-100).
        self.counted = line_type is LineType.CHARGE

    def put_line(self) -> int:
        """Put the strip's line into the order; returns its place."""
        line, place = self._line(), self.editing
        if line.line_type is not LineType.NOTE and line.quantity <= ZERO:
            raise Invalid("The quantity is missing.", field="quantity", rule="D-6.3")
        draft = self.draft
        if place < 0:
            place, draft = len(draft.lines), add_line(draft, line)
        elif draft.lines[place] != line:
            draft = replace_line(draft, place, line)
        self._empty_strip()
        self.typing = NOTHING_TYPED
        self.change(draft)
        self.keep()
        return place

    def delete(self, place: int) -> None:
        """Take a line out; undo brings it back (U-2)."""
        draft = delete_line(self.draft, place)
        self._empty_strip()
        self.change(draft)

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
