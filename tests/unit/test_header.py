"""The head of an order (D-3, D-7.1b, D-7.2): what the customer brings and what a change means for the lines."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain import entry, header
from fluorders_tui.domain.conditions import PriceAssignment
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.draft_lines import add_line
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.exchange import exchanged
from fluorders_tui.domain.order import (
    NO_PRICE,
    Address,
    AgentShare,
    Currency,
    DiscountSource,
    Expense,
    LineType,
    OrderDraft,
    OrderType,
    PaymentLine,
    PriceOrigin,
)
from tests.unit.trade_samples import (
    AT_ONCE,
    CASH,
    EUR,
    EXEMPT,
    TODAY,
    USD,
    VAT_10,
    VAT_22,
    customer,
    d,
    dated,
    item,
    listed,
    order_for,
)

TOMORROW = TODAY + dt.timedelta(1)
YESTERDAY = TODAY - dt.timedelta(1)
MILAN = Address("MI", "Rossi Store", "Via Po 2", "20100", "Milano", "MI", "IT")
TURIN = Address("TO", "Rossi Turin", "Via Dora 3", "10100", "Torino", "TO", "IT")

FULL = customer(
    dated("A"),
    vat_number="IT00743110157",
    tax_code="RSSMRA80A01F205X",
    language="it",
    zone="NORTH",
    commercial_category="RETAIL",
    currency=EUR,
    vat=VAT_10,
    discounts=d("10"),
    final_discounts=d("2"),
    expenses=(Expense("FREIGHT", VAT_22, amount=Decimal(9)),),
    agents=(AgentShare("VERDI", Decimal(3)),),
    payments=(PaymentLine("CASH", AT_ONCE, discounts=d("1")),),
    recipients=(MILAN,),
    destinations=(MILAN, TURIN),
    default_recipient="MI",
    default_destination="TO",
    carrier="DHL",
    shipping_method="ROAD",
    delivery_terms="DAP",
    delivery_place="Torino",
    packing="BOXES",
    minimum_value=Decimal(50),
    internal_note="Calls on Monday",
)


def with_lines(conditions, *lines) -> OrderDraft:
    draft = order_for(conditions)
    for line in lines:
        draft = add_line(draft, line(draft))
    return draft


def coded(card, quantity="1", conditions=None):
    return lambda draft: entry.make_line(draft, conditions, card, Decimal(quantity))


def uncoded(price="5"):
    return lambda draft: entry.free_line(draft, LineType.UNCODED, "Sawing", price=Decimal(price), vat=VAT_22)


def test_an_order_starts_with_its_types_vat_mode():
    """D-12.4."""
    draft = header.start_order(OrderType("WEB", vat_included=True), TODAY, currency=USD)
    assert (draft.vat_included, draft.date, draft.currency, draft.lines) == (True, TODAY, USD, ())


def test_the_customer_fills_every_field_of_the_header():
    """D-3.1: each field of the draft that bears the name of a condition, and those that bear another."""
    draft = order_for(FULL)
    same_name = {one.name for one in fields(FULL)} & {one.name for one in fields(draft)} - {"discounts"}
    assert len(same_name) >= 18
    for name in same_name:
        assert getattr(draft, name) == getattr(FULL, name), name
    assert (draft.customer, draft.customer_vat) == ("ROSSI", VAT_10)
    assert (draft.recipient, draft.destination) == (MILAN, TURIN)
    assert [(one.value, one.source) for one in draft.discounts] == [
        (10, DiscountSource.CUSTOMER),
        (1, DiscountSource.PAYMENT_TYPE),
    ]


@pytest.mark.parametrize("default", ["", "GONE"])
def test_without_a_default_destination_it_is_the_customers_address(default):
    """D-3.4."""
    draft = order_for(replace(FULL, default_destination=default, default_recipient=default))
    assert (draft.destination, draft.recipient) == (FULL.address, None)


def test_an_inactive_customer_is_refused():
    """D-2.5."""
    with pytest.raises(Refused) as caught:
        order_for(replace(FULL, active=False))
    assert (caught.value.field, caught.value.rule) == ("customer", "D-2.5")


def test_what_was_typed_about_the_order_survives_another_customer():
    draft = replace(order_for(FULL), reference="PO 7", delivery_date=TOMORROW, note="Ring twice", deposit=Decimal(5))
    other = header.choose_customer(draft, customer(code="BIANCHI", name="Bianchi"))
    assert (other.reference, other.delivery_date, other.note, other.deposit) == ("PO 7", TOMORROW, "Ring twice", 5)
    assert (other.carrier, other.agents, other.discounts, other.internal_note) == ("", (), (), "")


def test_another_customers_conditions_reach_the_lines_except_what_was_typed_by_hand():
    """D-3.1 with D-4.6: price, header discounts and VAT follow; manual price and manual chain stay."""
    old, new = replace(FULL, internal_note=""), customer(dated("B", 2), code="BIANCHI", discounts=d("20"))
    card = item(listed("10", 1, discounts=d("3")), listed("30", 2))
    draft = with_lines(old, coded(card, "2", old), coded(card, "2", old), coded(card, "2", old), uncoded())
    draft = replace(
        draft,
        lines=(
            draft.lines[0],
            entry.change_price(draft, draft.lines[1], Decimal(7)),
            entry.change_discounts(draft, draft.lines[2], "50"),
            draft.lines[3],
        ),
    )
    changed = header.choose_customer(draft, new, {"BOLT": card})
    assert [line.price for line in changed.lines] == [30, 7, 30, 5]
    assert [format_discounts(line.discounts) for line in changed.lines] == ["20", "20+3", "50", "20"]
    assert [line.net for line in changed.lines] == [48, Decimal("10.86"), 30, 4]
    assert [line.vat for line in changed.lines] == [VAT_22, VAT_22, VAT_22, VAT_10]
    assert changed.lines[3].warnings == ("VAT code 10 came from the former conditions: check it. (D-3.3)",)
    assert changed.lines[0] == entry.make_line(changed, new, card, Decimal(2))


def test_a_line_whose_item_is_not_at_hand_says_that_its_price_is_the_old_one():
    """D-4.6."""
    card = item(listed("10"))
    draft = with_lines(FULL, coded(card, "1", FULL))
    changed = header.choose_customer(draft, customer(code="BIANCHI"))
    assert (changed.lines[0].price, changed.lines[0].discounts) == (10, ())
    assert changed.lines[0].warnings[-1] == "The price was not looked up again after a change in the header. (D-4.6)"
    free = with_lines(customer(), uncoded())
    free = replace(free, lines=(replace(free.lines[0], price_source=NO_PRICE),))
    assert header.choose_customer(free, customer(code="BIANCHI")).lines[0].warnings == ()


def test_a_tie_settled_for_one_customer_is_open_again_for_another():
    """D-4.8."""
    lists = (dated("A", 1), dated("B", 2), PriceAssignment("A", 1), PriceAssignment("B", 1))
    first, second = customer(*lists), customer(*lists, code="BIANCHI")
    card = item(listed("8", 1), listed("7", 2))
    draft = with_lines(first, coded(card, "1", first))
    draft = replace(draft, lines=(entry.choose_list(draft, draft.lines[0], "B", first, card),))
    changed = header.choose_customer(draft, second, {"BOLT": card})
    assert (changed.lines[0].price_source.tied, changed.lines[0].price) == (("A", "B"), 8)
    stays = header.change_date(draft, TOMORROW, conditions=first, cards={"BOLT": card})
    assert stays.lines[0].price == 7


def test_executed_lines_keep_everything():
    """What was delivered was delivered at that price."""
    card = item(listed("10"))
    draft = with_lines(FULL, coded(card, "2", FULL))
    done = replace(draft.lines[0], executed=Decimal(1))
    draft = replace(draft, lines=(done,))
    moved = header.choose_customer(draft, customer(dated("B", 2), code="BIANCHI"), {"BOLT": card})
    assert moved.lines == (done,)
    assert header.set_header_discounts(draft, d("50"), apply_to_lines=True).lines == (done,)
    assert header.set_delivery_date(draft, TOMORROW).lines == (done,)


def test_discounts_that_a_line_cannot_bear_name_the_line():
    """D-5.5."""
    draft = with_lines(customer(), uncoded("5"), uncoded("3"))
    for attempt in (
        lambda: header.choose_customer(draft, customer(code="BIANCHI", discounts=d("4#"))),
        lambda: header.set_header_discounts(draft, d("4#"), apply_to_lines=True),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert (caught.value.field, caught.value.rule) == ("lines[2].discounts", "D-5.5")


def test_header_discounts_reach_new_lines_and_old_ones_only_when_asked():
    """D-3.2: those typed in the header are no manual ones of the line."""
    conditions = customer(dated("A"), discounts=d("10"))
    card = item(listed("10", discounts=d("3")))
    draft = with_lines(conditions, coded(card, "1", conditions), uncoded())
    draft = add_line(draft, entry.free_line(draft, LineType.CHARGE, "Pallet", price=Decimal(8), vat=VAT_22))
    left = header.set_header_discounts(draft, d("20"))
    assert left.lines == draft.lines
    fresh = entry.make_line(left, conditions, card, Decimal(1))
    assert format_discounts(fresh.discounts) == "20+3"
    assert {one.source for one in fresh.discounts} == {DiscountSource.CUSTOMER, DiscountSource.PRICE_LINE}
    asked = header.set_header_discounts(draft, d("20"), apply_to_lines=True)
    assert [format_discounts(line.discounts) for line in asked.lines] == ["20+3", "20", ""]
    assert [line.net for line in asked.lines] == [Decimal("7.76"), 4, 8]


def test_the_payment_types_discount_comes_and_goes_with_it():
    """D-5.3, D-3.2."""
    draft = with_lines(FULL, uncoded("100"))
    assert format_discounts(draft.lines[0].discounts) == "10+1"
    changed = header.set_payments(draft, (PaymentLine("BANK", AT_ONCE, discounts=d("3")), CASH))
    assert format_discounts(changed.discounts) == "10+3"
    assert changed.lines == draft.lines
    applied = header.set_payments(draft, (CASH,), apply_to_lines=True)
    assert format_discounts(applied.discounts) == "10"
    assert applied.lines[0].net == 90


def test_prices_follow_the_destination():
    """D-4.5: an address typed by hand, without a code, asks for no other price."""
    conditions = customer(dated("A"))
    card = item(listed("10"), listed("9", destination="MI"))
    draft = with_lines(conditions, coded(card, "1", conditions))
    there = header.choose_destination(draft, MILAN, conditions, {"BOLT": card})
    assert (there.destination, there.lines[0].price, there.lines[0].price_source.destination) == (MILAN, 9, "MI")
    back = header.choose_destination(there, draft.destination, conditions, {"BOLT": card})
    assert back == draft
    typed = header.choose_destination(draft, Address(name="Site 7"))
    assert (typed.lines, typed.destination.name) == (draft.lines, "Site 7")
    assert header.choose_recipient(draft, MILAN).recipient == MILAN


def test_prices_follow_the_date_and_the_rate_comes_along():
    """D-4.1, D-7.2."""
    conditions = customer(dated("A", 1), dated("A", 2, valid_from=TOMORROW))
    card = item(listed("10", 1), listed("11", 2))
    draft = with_lines(conditions, coded(card, "1", conditions))
    later = header.change_date(draft, TOMORROW, conditions=conditions, cards={"BOLT": card})
    assert (later.date, later.lines[0].price) == (TOMORROW, 11)
    assert header.change_date(later, TODAY, conditions=conditions, cards={"BOLT": card}) == draft
    dollars = replace(draft, currency=USD)
    newer = replace(USD, rate=Decimal("0.9"), rate_date=TOMORROW)
    moved = header.change_date(dollars, TOMORROW, currency=newer, conditions=conditions, cards={"BOLT": card})
    assert moved.currency == newer
    assert moved.lines[0].price == Decimal("11.111111")


def test_another_currency_converts_what_was_agreed_and_prices_the_rest():
    """D-7.2: at 0.8 a dollar, 8 euro are 10 dollars."""
    conditions = customer(dated("A", 1), dated("U", 2, currency="USD"), final_discounts=d("4#+5"))
    card = item(listed("10", 1), listed("11", 2))
    draft = with_lines(conditions, coded(card, "1", conditions), uncoded("8"))
    draft = replace(
        draft,
        lines=(*draft.lines, entry.change_discounts(draft, draft.lines[1], "2#")),
        deposit=Decimal(8),
        minimum_value=Decimal(80),
        expenses=(
            Expense("F", VAT_22, amount=Decimal(4)),
            Expense("P", VAT_22, percent=Decimal(1), minimum=Decimal(2)),
        ),
        payments=(PaymentLine("BANK", AT_ONCE, None, Decimal(16)), CASH),
    )
    changed = header.change_currency(draft, USD, conditions, {"BOLT": card})
    assert [line.price for line in changed.lines] == [11, 10, 10]
    assert [line.net for line in changed.lines] == [11, 10, Decimal("7.5")]
    assert changed.lines[0].warnings == ()
    assert changed.lines[1].warnings == ("The price of 8 EUR was converted to USD. (D-7.2)",)
    assert format_discounts(changed.final_discounts) == "5#+5"
    assert (changed.deposit, changed.minimum_value, changed.payments[0].amount) == (10, 100, 20)
    assert (changed.expenses[0].amount, changed.expenses[1].minimum, changed.expenses[1].percent) == (
        5,
        Decimal("2.5"),
        1,
    )


def test_another_customer_brings_another_currency():
    """D-3.1, D-7.2: a deposit is converted without lines, a line without a deposit."""
    american = customer(code="SMITH", currency=USD)
    paid = header.choose_customer(replace(order_for(customer()), deposit=Decimal(8)), american)
    assert (paid.currency, paid.deposit) == (USD, 10)
    moved = header.choose_customer(with_lines(customer(), uncoded("8")), american)
    assert (moved.currency, moved.lines[0].price) == (USD, 10)


def test_without_a_rate_the_currency_stays():
    """D-7.2."""
    draft = with_lines(customer(), uncoded())
    with pytest.raises(Refused) as caught:
        header.change_currency(draft, Currency("GBP", 2, Decimal(0)))
    assert (caught.value.field, caught.value.rule) == ("currency", "D-7.2")


@given(st.integers(1, 10**9), st.integers(1, 10**7), st.integers(1, 10**7))
def test_exchanging_there_and_back_is_off_by_less_than_a_rounding_step(micro, one_rate, other_rate):
    """D-7.2: half a unit of the sixth decimal, carried back at the rates, and half of one more."""
    one = Currency("AAA", 2, Decimal(one_rate).scaleb(-3))
    other = Currency("BBB", 2, Decimal(other_rate).scaleb(-3))
    amount = Decimal(micro).scaleb(-6)
    back = exchanged(exchanged(amount, one, other, 6), other, one, 6)
    step = Decimal("0.0000005")
    assert abs(back - amount) <= step * other.rate / one.rate + step


def test_the_vat_mode_never_changes_without_a_warning():
    """D-7.1b, D-4.1: lists of the other mode are searched; manual prices keep their figure."""
    conditions = customer(dated("A", 1), dated("V", 2, vat_included=True))
    card = item(listed("10", 1), listed("12", 2))
    draft = with_lines(conditions, coded(card, "1", conditions), uncoded())
    assert header.change_vat_mode(draft, False, conditions, {"BOLT": card}) is draft
    changed = header.change_vat_mode(draft, True, conditions, {"BOLT": card})
    assert (changed.vat_included, [line.price for line in changed.lines]) == (True, [12, 5])
    assert len(changed.warnings) == 1
    assert changed.warnings[0].endswith("(D-7.1b)")
    again = header.change_vat_mode(changed, False, conditions, {"BOLT": card})
    assert len(again.warnings) == 1
    assert again.warnings != changed.warnings
    assert header.change_vat_mode(order_for(conditions), True).warnings == ()


def test_the_order_type_brings_its_vat_mode_only_to_an_empty_order():
    """D-12.4, D-7.1b."""
    retail = OrderType("SHOP", vat_included=True)
    assert header.change_type(order_for(customer()), retail).vat_included
    draft = with_lines(customer(), uncoded())
    changed = header.change_type(draft, retail)
    assert (changed.type, changed.vat_included) == (retail, False)


def test_the_customers_vat_code_reaches_lines_that_have_no_own():
    """D-3.3: and leaves them to their item's code again."""
    conditions = customer(dated("A"))
    card = item(listed("10"))
    draft = with_lines(conditions, coded(card, "1", conditions), coded(card, "1", conditions))
    draft = replace(draft, lines=(draft.lines[0], entry.change_vat(draft.lines[1], VAT_10)))
    exempt = header.set_customer_vat(draft, EXEMPT, {"BOLT": card})
    assert [line.vat for line in exempt.lines] == [EXEMPT, VAT_10]
    assert header.set_customer_vat(exempt, None, {"BOLT": card}) == draft


def test_dates_of_the_header_move_the_lines_that_followed_them():
    """D-6.4."""
    draft = with_lines(customer(), uncoded(), uncoded())
    draft = add_line(draft, entry.free_line(draft, LineType.NOTE, "x"))
    own = entry.change_dates(draft, draft.lines[1], TODAY + dt.timedelta(9), None)
    draft = replace(draft, lines=(draft.lines[0], own, draft.lines[2]))
    moved = header.set_ready_date(header.set_delivery_date(draft, TOMORROW), TODAY)
    assert [line.delivery_date for line in moved.lines] == [TOMORROW, own.delivery_date, None]
    assert [line.ready_date for line in moved.lines] == [TODAY, TODAY, None]
    with pytest.raises(Refused) as caught:
        header.set_delivery_date(moved, YESTERDAY)
    assert (caught.value.field, caught.value.rule) == ("delivery_date", "D-6.4")
    with pytest.raises(Refused) as caught:
        header.set_ready_date(moved, TODAY + dt.timedelta(2))
    assert caught.value.field == "ready_date"
    with pytest.raises(Refused) as caught:
        header.set_ready_date(replace(moved, delivery_date=None), TODAY + dt.timedelta(2))
    assert caught.value.field == "lines[1].ready_date"


def test_small_fields():
    """D-7 steps 3, 4 and 8, D-10.1, D-3.1."""
    draft = order_for(customer())
    assert header.set_final_discounts(draft, d("3")).final_discounts == d("3")
    freight = Expense("FREIGHT", VAT_22, amount=Decimal(9))
    assert header.set_expenses(draft, (freight,)).expenses == (freight,)
    for bad in (Expense("X", VAT_22), replace(freight, percent=Decimal(1))):
        with pytest.raises(Invalid) as caught:
            header.set_expenses(draft, (freight, bad))
        assert caught.value.field == "expenses[2]"
    assert header.set_agents(draft, (AgentShare("VERDI"),)).agents == (AgentShare("VERDI"),)
    assert header.set_deposit(draft, Decimal("5.50")).deposit == Decimal("5.5")
    assert header.set_deposit(draft, Decimal(0)).deposit == 0
    for amount in ("-1", "0.001", "NaN"):
        with pytest.raises(Invalid):
            header.set_deposit(draft, Decimal(amount))
    for name in header.TEXT_FIELDS:
        assert getattr(header.set_text(draft, name, "[b]"), name) == "[b]"
    with pytest.raises(Invalid):
        header.set_text(draft, "status", "confirmed")


def test_a_document_price_survives_every_change_of_the_header():
    """D-3.5."""
    conditions = customer(dated("A"), PriceAssignment("A"))
    card = item(listed("10"))
    draft = with_lines(conditions, coded(card, "1", conditions))
    line = draft.lines[0]
    line = replace(line, price=Decimal(7), price_source=replace(line.price_source, origin=PriceOrigin.DOCUMENT))
    draft = replace(draft, lines=(line,))
    for changed in (
        header.choose_customer(draft, conditions, {"BOLT": card}),
        header.choose_destination(draft, MILAN, conditions, {"BOLT": card}),
        header.change_date(draft, TOMORROW, conditions=conditions, cards={"BOLT": card}),
        header.change_vat_mode(draft, True, conditions, {"BOLT": card}),
    ):
        assert changed.lines[0].price == 7
