"""Orders that programs hand over (interfaces §2): made by the same steps as on the screen, with every error placed.

What is left out comes from the conditions; a given price or chain of discounts is a manual one. Everything that is
wrong with one document is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TypeVar

from fluorders_tui.data.order_codes import has_customer, items_meant, known_units, near_codes
from fluorders_tui.documents.order_input import AgentInput, ExpenseInput, LineInput, OrderInput, PaymentInput
from fluorders_tui.domain.conditions import CustomerConditions, DiscountType, ItemCard
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.draft_lines import add_line
from fluorders_tui.domain.entry import (
    NO_UNIT,
    change_dates,
    change_description,
    change_discounts,
    change_price,
    change_vat,
    free_line,
    make_give_away,
    make_line,
)
from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.folding import nearest
from fluorders_tui.domain.header import (
    TEXT_FIELDS,
    change_currency,
    change_vat_mode,
    choose_customer,
    choose_destination,
    choose_recipient,
    set_agents,
    set_customer_vat,
    set_delivery_date,
    set_deposit,
    set_expenses,
    set_final_discounts,
    set_header_discounts,
    set_payments,
    set_ready_date,
    set_text,
)
from fluorders_tui.domain.money import HUNDRED, ONE, ZERO
from fluorders_tui.domain.order import (
    Address,
    AgentShare,
    DiscountSource,
    Expense,
    LineType,
    OrderDraft,
    OrderLine,
    PaymentLine,
    Uom,
    VatCode,
)
from fluorders_tui.domain.readiness import draft_problems
from fluorders_tui.services import conditions as tables
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_orders
from fluorders_tui.services.saved_order import SavedOrder

T = TypeVar("T")


def enter_inputs(desk: Desk, given: Sequence[OrderInput], *, as_list: bool, dry_run: bool = False) -> list[SavedOrder]:
    """Enter handed-over orders, all or none; a dry run goes all the way and writes nothing.

    Raises one error or `Several`, placed as `lines[2].quantity`, in a list (`as_list`) as `[1].lines[2].quantity`.
    """
    return enter_orders(desk, drafts_from_inputs(desk, given, as_list=as_list), dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a handed-over document begins with: what its customer brings, and an empty draft of its type."""

    conditions: CustomerConditions
    draft: OrderDraft


def drafts_from_inputs(
    desk: Desk,
    given: Sequence[OrderInput],
    *,
    as_list: bool,
    begin: Callable[[int], Beginning] | None = None,
    problems: Callable[[int, OrderDraft], Iterable[DeskError]] | None = None,
) -> list[OrderDraft]:
    """The drafts of handed-over documents, ready to be entered. Raises as `enter_inputs`.

    `begin` and `problems`, both told the place from 0, are for documents that are more than orders.
    """
    reading = _Tables(desk)
    errors: list[DeskError] = []
    drafts: list[OrderDraft] = []
    for place, one in enumerate(given):
        intake = _Intake(reading, f"[{place + 1}]." if as_list else "")
        own = None if begin is None else partial(begin, place)
        draft = intake.read(one, own, None if problems is None else partial(problems, place))
        errors += intake.errors
        if draft is not None:
            drafts.append(draft)
    if errors:
        raise errors[0] if len(errors) == 1 else Several(errors)
    return drafts


def check_customer(desk: Desk, code: str) -> None:
    """Raises `Invalid` with the nearest codes when there is no customer `code`."""
    with desk.store.read() as connection:
        known = has_customer(connection, code)
        near = [] if known else near_codes(connection, "customers", code)
    if not known:
        raise Invalid(f"There is no customer {code!r}.", field="customer", rule="D-3.1", hint=_meant(near))


def _meant(near: Sequence[str]) -> str:
    return f"Did you mean {' or '.join(near)}?" if near else ""


class _Tables:
    """The tables that documents name rows of, each read once for all of them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._vat: dict[str, VatCode] = {}

    @cached_property
    def discount_types(self) -> tuple[DiscountType, ...]:
        return tables.known_discount_types(self.desk)

    @cached_property
    def expenses(self) -> Mapping[str, Expense]:
        return tables.known_expenses(self.desk)

    @cached_property
    def agents(self) -> Mapping[str, str]:
        return tables.known_agents(self.desk)

    @cached_property
    def usual_vat(self) -> VatCode | None:
        return tables.usual_vat(self.desk)

    @cached_property
    def units(self) -> Mapping[str, Uom]:
        with self.desk.store.read() as connection:
            return known_units(connection)

    def vat(self, code: str) -> VatCode:
        if code not in self._vat:
            self._vat[code] = tables.vat_code(self.desk, code)
        return self._vat[code]

    def unit(self, code: str) -> Uom:
        return _known(self.units, code, "unit of measure", "uom")


def _known(rows: Mapping[str, T], code: str, what: str, field: str) -> T:
    if code in rows:
        return rows[code]
    close = nearest(code, rows)
    hint = f"Did you mean {close}?" if close else f"Known: {', '.join(list(rows)[:30])}." if rows else ""
    raise Invalid(f"There is no {what} {code!r}.", field=field, rule="D-2.4", hint=hint)


class _Intake:
    """Makes one draft and gathers what is wrong with it; a wrong part is left out so that the rest is looked at too."""

    def __init__(self, reading: _Tables, place: str) -> None:
        self._tables = reading
        self._desk = reading.desk
        self._place = place
        self.errors: list[DeskError] = []

    @contextmanager
    def _at(self, place: str = "", field: str = "") -> Iterator[None]:
        """Gathers what the block raises; `field` is where, if the error itself does not say."""
        try:
            yield
        except Several as several:
            self.errors += [self._placed(error, place, field) for error in several.errors]
        except Refused as error:
            self.errors.append(self._placed(error, place, field))

    def _placed(self, error: DeskError, place: str, field: str) -> DeskError:
        where = field or error.field
        return type(error)(
            error.message, field=f"{self._place}{place}{where}".rstrip("."), rule=error.rule, hint=error.hint
        )

    def read(
        self,
        given: OrderInput,
        begin: Callable[[], Beginning] | None = None,
        problems: Callable[[OrderDraft], Iterable[DeskError]] | None = None,
    ) -> OrderDraft | None:
        """The draft, None when it has no customer to begin with. Look at `errors` before using it."""
        with self._at():
            beginning = self._order(given) if begin is None else begin()
            conditions = beginning.conditions
            draft = self._header(choose_customer(beginning.draft, conditions), given, conditions)
            draft = self._lines(draft, given.lines, conditions)
            if not self.errors:
                wrong = draft_problems(draft, self._desk.checks) if problems is None else problems(draft)
                self.errors += [self._placed(error, "", "") for error in wrong]
            return draft
        return None

    def _order(self, given: OrderInput) -> Beginning:
        check_customer(self._desk, given.customer)
        conditions = tables.customer_conditions(self._desk, given.customer, given.date)
        draft = tables.new_draft(self._desk, given.type or conditions.order_type, given.date)
        return Beginning(conditions, draft)

    def _header(self, draft: OrderDraft, given: OrderInput, conditions: CustomerConditions) -> OrderDraft:
        steps: list[tuple[str, Callable[[OrderDraft], OrderDraft]]] = [
            ("currency", lambda now: self._currency(now, given, conditions)),
            ("vat_included", lambda now: self._vat_mode(now, given.vat_included, conditions)),
            ("vat", lambda now: set_customer_vat(now, self._tables.vat(given.vat)) if given.vat else now),
            ("recipient", lambda now: self._recipient(now, given.recipient, conditions)),
            ("destination", lambda now: self._destination(now, given.destination, conditions)),
            ("", lambda now: self._payments(now, given)),
            ("discounts", lambda now: self._discounts(now, given.discounts)),
            ("final_discounts", lambda now: self._final_discounts(now, given.final_discounts)),
            ("", lambda now: self._expenses(now, given.expenses)),
            ("", lambda now: self._agents(now, given.agents)),
            ("deposit", lambda now: now if given.deposit is None else set_deposit(now, given.deposit)),
            ("minimum_value", lambda now: _minimum(now, given)),
            ("delivery_date", lambda now: self._delivery(now, given)),
            ("ready_date", lambda now: set_ready_date(now, given.ready_date) if given.ready_date else now),
        ]
        for field, step in steps:
            with self._at(field=field):
                draft = step(draft)
        for field in TEXT_FIELDS:
            text = getattr(given, field)
            if text is not None:
                draft = set_text(draft, field, text)
        return draft

    def _currency(self, draft: OrderDraft, given: OrderInput, conditions: CustomerConditions) -> OrderDraft:
        if given.currency is None and given.exchange_rate is None:
            return draft
        code = given.currency or draft.currency.code
        currency = tables.currency(self._desk, code, draft.date)
        rate = given.exchange_rate
        if rate is not None and rate != currency.rate:
            if rate <= ZERO:
                raise Invalid("An exchange rate is more than 0.", field="exchange_rate", rule="D-7.2")
            if code == self._desk.company.currency:
                raise Invalid(f"{code} is the company's own currency: its rate is 1.", rule="D-7.2")
            currency = replace(currency, rate=rate, rate_date=draft.date)
        return change_currency(draft, currency, conditions)

    @staticmethod
    def _vat_mode(draft: OrderDraft, included: bool | None, conditions: CustomerConditions) -> OrderDraft:
        return draft if included is None else change_vat_mode(draft, included, conditions)

    def _recipient(self, draft: OrderDraft, given: str | Address | None, conditions: CustomerConditions) -> OrderDraft:
        if given is None:
            return draft
        return choose_recipient(draft, _address(given, conditions.recipients, "recipient"))

    def _destination(
        self, draft: OrderDraft, given: str | Address | None, conditions: CustomerConditions
    ) -> OrderDraft:
        if given is None:
            return draft
        return choose_destination(draft, _address(given, conditions.destinations, "destination"), conditions)

    def _payments(self, draft: OrderDraft, given: OrderInput) -> OrderDraft:
        parts: Sequence[tuple[str, PaymentInput]] = ()
        if given.payments is not None:
            parts = [(f"payments[{number}].", part) for number, part in enumerate(given.payments, 1)]
        elif given.payment_terms is not None or given.payment_type is not None:
            parts = [("", PaymentInput(given.payment_terms, given.payment_type))]
        else:
            return draft
        usual = draft.payments[0] if draft.payments else None
        lines: list[PaymentLine] = []
        for place, part in parts:
            with self._at(place):
                lines.append(self._payment(part, usual))
        return set_payments(draft, tuple(lines))

    def _payment(self, part: PaymentInput, usual: PaymentLine | None) -> PaymentLine:
        if part.payment_terms is not None:
            term = tables.payment_term(self._desk, part.payment_terms)
        elif usual is not None:
            term = usual.term
        else:
            raise Invalid("The customer has no payment terms: name them.", field="payment_terms", rule="D-8.1")
        kind = part.payment_type if part.payment_type is not None else usual.payment_type if usual else ""
        percent = None if part.amount is not None else part.percent if part.percent is not None else HUNDRED
        granted = tables.payment_discounts(self._desk, kind) if kind else ()
        return PaymentLine(kind, term, percent, part.amount, part.apply_from, granted)

    def _discounts(self, draft: OrderDraft, text: str | None) -> OrderDraft:
        if text is None:
            return draft
        typed = parse_discounts(text, types=self._tables.discount_types, source=DiscountSource.CUSTOMER)
        return set_header_discounts(draft, typed)

    def _final_discounts(self, draft: OrderDraft, text: str | None) -> OrderDraft:
        if text is None:
            return draft
        return set_final_discounts(draft, parse_discounts(text, types=self._tables.discount_types))

    def _expenses(self, draft: OrderDraft, given: Sequence[ExpenseInput] | None) -> OrderDraft:
        if given is None:
            return draft
        usual = {expense.type: expense for expense in draft.expenses}
        found: list[Expense] = []
        for number, part in enumerate(given, 1):
            with self._at(f"expenses[{number}]."):
                found.append(self._expense(part, usual.get(part.type)))
        with self._at():
            return set_expenses(draft, tuple(found))
        return draft

    def _expense(self, part: ExpenseInput, usual: Expense | None) -> Expense:
        known = usual or _known(self._tables.expenses, part.type, "expense type", "type")
        amounts = (part.percent, part.amount)
        if amounts == (None, None):
            amounts = (known.percent, known.amount)
        if amounts == (None, None):
            raise Invalid("The expense needs a percent or an amount.", field="amount", rule="D-7")
        vat = self._tables.vat(part.vat) if part.vat else known.vat
        if not vat.code and self._tables.usual_vat is not None:
            vat = self._tables.usual_vat
        description = known.description if part.description is None else part.description
        minimum = known.minimum if part.minimum is None else part.minimum
        return Expense(part.type, vat, description, amounts[0], amounts[1], minimum)

    def _agents(self, draft: OrderDraft, given: Sequence[AgentInput] | None) -> OrderDraft:
        return draft if given is None else set_agents(draft, self._shares(given, ""))

    def _shares(self, given: Sequence[AgentInput], place: str) -> tuple[AgentShare, ...]:
        found: list[AgentShare] = []
        for number, part in enumerate(given, 1):
            with self._at(f"{place}agents[{number}]."):
                name = _known(self._tables.agents, part.agent, "agent", "agent")
                found.append(AgentShare(part.agent, part.percent, name))
        return tuple(found)

    def _delivery(self, draft: OrderDraft, given: OrderInput) -> OrderDraft:
        if given.delivery_date is None:
            return draft
        return set_delivery_date(draft, given.delivery_date, checks=self._desk.checks)

    def _lines(self, draft: OrderDraft, given: Sequence[LineInput], conditions: CustomerConditions) -> OrderDraft:
        typed = [line.item.strip() for line in given if line.item]
        with self._desk.store.read() as connection:
            meant = items_meant(connection, typed, conditions.code)
        codes = list(dict.fromkeys(code for code, _ in meant.values()))
        cards = tables.item_cards(self._desk, codes, conditions)
        for number, part in enumerate(given, 1):
            place = f"lines[{number}]."
            with self._at(place):
                line = self._coded(draft, part, conditions, cards, meant) if part.item else self._free(draft, part)
                draft = add_line(draft, self._details(draft, line, part, place))
        return draft

    def _coded(
        self,
        draft: OrderDraft,
        part: LineInput,
        conditions: CustomerConditions,
        cards: Mapping[str, ItemCard],
        meant: Mapping[str, tuple[str, str]],
    ) -> OrderLine:
        typed = (part.item or "").strip()
        if typed not in meant:
            with self._desk.store.read() as connection:
                near = near_codes(connection, "items", typed)
            raise Invalid(f"There is no item {typed!r}.", field="item", rule="D-6.6", hint=_meant(near))
        code, unit = meant[typed]
        checks = self._desk.checks
        line = make_line(draft, conditions, cards[code], part.quantity, part.uom or unit, checks=checks)
        if part.price is not None:
            line = change_price(draft, line, part.price, agreed=True, checks=checks)
        if part.line_type is LineType.GIVE_AWAY:
            line = make_give_away(draft, line, vat_recourse=bool(part.vat_recourse))
        return self._described(line, part)

    @staticmethod
    def _described(line: OrderLine, part: LineInput) -> OrderLine:
        return line if part.description is None else change_description(line, part.description)

    def _free(self, draft: OrderDraft, part: LineInput) -> OrderLine:
        """A line without an item (D-6.1); a quantity left out is 1, a price left out is 0."""
        return free_line(
            draft,
            part.line_type,
            part.description or "",
            ONE if part.quantity is None else part.quantity,
            ZERO if part.price is None else part.price,
            self._tables.usual_vat,
            uom=self._tables.unit(part.uom) if part.uom else NO_UNIT,
            vat_recourse=bool(part.vat_recourse),
            checks=self._desk.checks,
        )

    def _details(self, draft: OrderDraft, line: OrderLine, part: LineInput, place: str) -> OrderLine:
        """The line with everything else that was given for it."""
        is_note = line.line_type is LineType.NOTE
        if part.vat is not None and not is_note:
            line = change_vat(line, self._tables.vat(part.vat))
        if part.discounts is not None:
            line = change_discounts(draft, line, part.discounts, self._tables.discount_types, agreed=True)
        if (part.delivery_date or part.ready_date) and not is_note:
            delivery, ready = part.delivery_date or line.delivery_date, part.ready_date or line.ready_date
            line = change_dates(draft, line, delivery, ready, checks=self._desk.checks)
        if part.agents is not None:
            line = replace(line, agents=self._shares(part.agents, place))
        return line if part.note is None else replace(line, note=part.note)


def _minimum(draft: OrderDraft, given: OrderInput) -> OrderDraft:
    if given.minimum_value is None:
        return draft
    if given.minimum_value < ZERO:
        raise Invalid("A minimum value is 0 or more.", rule="D-2.1")
    return replace(draft, minimum_value=given.minimum_value)


def _address(given: str | Address, known: Sequence[Address], field: str) -> Address:
    """One of the customer's places by code, or an address as given."""
    if isinstance(given, Address):
        return given
    return _known({address.code: address for address in known if address.code}, given, field, field)
