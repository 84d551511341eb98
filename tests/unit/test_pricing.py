"""Price retrieval (D-4): which list, which break, which unit, and what is said about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.conditions import ListPrice, PriceAssignment
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import make_line
from fluorders_tui.domain.order import Currency, DiscountSource, PriceOrigin, Uom
from fluorders_tui.domain.pricing import explain_price
from tests.unit.trade_samples import (
    BOX,
    EXEMPT,
    NEW_YEAR,
    PIECE,
    TODAY,
    USD,
    VAT_22,
    ask,
    customer,
    d,
    dated,
    item,
    listed,
    order_for,
)

MARCH = dt.date(2026, 3, 1)
CARD = item(listed("8"))


@pytest.mark.parametrize(
    ("version", "assigned_from", "found"),
    [
        (dated("A"), None, True),
        (dated("A", valid_from=TODAY), None, True),
        (dated("A", valid_from=TODAY + dt.timedelta(1)), None, False),
        (dated("A", valid_to=TODAY), None, True),
        (dated("A", valid_to=TODAY - dt.timedelta(1)), None, False),
        (dated("A", currency="USD"), None, False),
        (dated("A", vat_included=True), None, False),
        (dated("A"), NEW_YEAR, True),
        (dated("A"), MARCH, False),
        (dated("A", customer="ROSSI"), None, True),
        (dated("A", customer="BIANCHI"), None, False),
    ],
)
def test_a_list_counts_by_date_currency_vat_mode_and_customer(version, assigned_from, found):
    """D-4.1: else the item's own price stands in (D-4.7), and what was tried is told (D-4.8b)."""
    price = ask(CARD, customer(version, PriceAssignment("A", valid_from=assigned_from)))
    assert price.value == (8 if found else 10)
    assert price.source.origin is (PriceOrigin.LIST if found else PriceOrigin.ITEM)
    assert price.source.tried == (() if found else (f"A: no list is valid on {TODAY} in EUR without VAT.",))


def test_of_several_dated_lists_the_newest_valid_counts_even_without_the_item():
    """D-4.1: an old list needs no end date."""
    old, new, future = dated("A", 1), dated("A", 2, valid_from=MARCH), dated("A", 3, valid_from=dt.date(2027, 1, 1))
    conditions = customer(new, old, future)
    assert ask(item(listed("8", 1), listed("9", 2), listed("7", 3)), conditions).value == 9
    missing = ask(item(listed("8", 1)), conditions)
    assert missing.source.origin is PriceOrigin.ITEM
    assert missing.source.tried == ("A of 2026-03-01: no price for 1 PC.",)


def test_a_customers_own_list_wins_at_the_same_priority_only():
    """D-4.2: also inside one list type; where it lacks the item the general one follows."""
    own, general = dated("OWN", 1, customer="ROSSI"), dated("GEN", 2)
    card = item(listed("8", 1), listed("7", 2))
    for assignments, expected in (
        ((PriceAssignment("GEN", 1), PriceAssignment("OWN", 1)), 8),
        ((PriceAssignment("GEN", 1), PriceAssignment("OWN", 2)), 7),
    ):
        assert ask(card, customer(own, general, *assignments)).value == expected
    same_type = customer(dated("A", 1, customer="ROSSI"), dated("A", 2, valid_from=MARCH))
    assert ask(card, same_type).value == 8
    assert ask(item(listed("7", 2)), same_type).value == 7


DEFAULT = (PriceAssignment("A", 1), PriceAssignment("B", 2), PriceAssignment("D", 9, default=True))
LISTS = (dated("A", 1), dated("B", 2), dated("D", 3))


@pytest.mark.parametrize(
    ("prices", "flags", "expected"),
    [
        ((listed("1", 1), listed("3", 3)), {}, "D"),
        ((listed("1", 1), listed("2", 2)), {}, "A"),
        ((listed("2", 2),), {}, "B"),
        ((listed("1", 1),), {"search_all_lists": False}, ""),
        ((listed("1", 1), listed("3", 3)), {"search_all_lists": False}, "D"),
        ((listed("1", 1), listed("3", 3)), {"search_by_priority": True}, "A"),
        ((listed("1", 1),), {"search_by_priority": True, "search_all_lists": False}, "A"),
        ((listed("2", 2), listed("3", 3), listed("1", 1)), {"best_price": True, "search_all_lists": False}, "A"),
    ],
)
def test_default_first_then_by_priority(prices, flags, expected):
    """D-4.3, and *search by priority*, which sets the default aside."""
    price = ask(item(*prices), customer(*LISTS, *DEFAULT, **flags))
    assert price.source.price_list == expected


def test_without_a_default_the_other_lists_are_searched_anyway():
    """D-4.3: *search all lists* only limits a search that begins at a default."""
    conditions = customer(*LISTS, PriceAssignment("B", 2), PriceAssignment("A", 1), search_all_lists=False)
    assert ask(item(listed("2", 2)), conditions).source.price_list == "B"


def test_what_was_not_searched_is_told():
    """D-4.8b with D-4.3."""
    price = ask(item(listed("1", 1)), customer(*LISTS, *DEFAULT, search_all_lists=False))
    assert price.source.tried == (
        "D of 2026-01-01: no price for 1 PC.",
        "Lists other than the default one are not searched.",
    )


def test_best_price_compares_what_is_left_after_all_discounts():
    """D-4.4: 9 less 20 % = 7.20 beats 8 and 10 less 25 % = 7.50."""
    assignments = (PriceAssignment("A", 1), PriceAssignment("B", 2, discounts=d("20")), PriceAssignment("D", 3))
    card = item(listed("8", 1), listed("9", 2), listed("10", 3, discounts=d("25")))
    price = ask(card, customer(*LISTS, *assignments, best_price=True))
    assert (price.source.price_list, price.value, format_discounts(price.discounts)) == ("B", 9, "20")
    assert price.source.tried == ("A: 8 is not lower.", "D: 10 less 25 is not lower.")
    assert price.source.tied == ()


def test_best_price_sees_an_amount_for_the_whole_line():
    """D-4.4, D-5.2: 5# is 5 off a line of 1, but only 0.05 a piece off a line of 100."""
    card = item(listed("8", 1), listed("9", 2, discounts=d("5#")))
    conditions = customer(*LISTS, PriceAssignment("A", 1), PriceAssignment("B", 2), best_price=True)
    assert ask(card, conditions, "1").source.price_list == "B"
    assert ask(card, conditions, "100").source.price_list == "A"


@pytest.mark.parametrize(
    ("quantity", "uom", "destination", "variant", "value", "broke_at"),
    [
        ("1", PIECE, "", "", "10", "0"),
        ("9", PIECE, "", "", "10", "0"),
        ("10", PIECE, "", "", "9", "10"),
        ("99", PIECE, "", "", "9", "10"),
        ("100", PIECE, "", "", "8", "100"),
        ("1", PIECE, "MI", "", "9.5", "0"),
        ("100", PIECE, "MI", "", "9.5", "0"),
        ("1", PIECE, "NA", "", "10", "0"),
        ("1", PIECE, "", "RED", "11", "0"),
        ("10", PIECE, "", "RED", "11", "0"),
        ("1", PIECE, "", "BLUE", "10", "0"),
        ("1", BOX, "", "", "100", "1"),
        ("5", BOX, "", "", "90", "5"),
        ("2", BOX, "NA", "", "100", "1"),
    ],
)
def test_inside_a_list(quantity, uom, destination, variant, value, broke_at):
    """D-4.5: destination before general, highest break not above the quantity, a unit's own price with its quantity."""
    card = item(
        listed("10"),
        listed("9", min_quantity="10"),
        listed("8", min_quantity="100"),
        listed("9.5", destination="MI"),
        listed("11", variant="RED"),
        listed("100", min_quantity="1", uom="BOX"),
        listed("90", min_quantity="5", uom="BOX"),
    )
    price = ask(card, customer(dated("A")), quantity, uom, destination=destination, variant=variant)
    assert (price.value, price.source.min_quantity) == (Decimal(value), Decimal(broke_at))


@pytest.mark.parametrize(
    ("rows", "quantity", "uom", "value"),
    [
        ((listed("10"), listed("9", min_quantity="24")), "1", BOX, "120"),
        ((listed("10"), listed("9", min_quantity="24")), "2", BOX, "108"),
        ((listed("100", uom="BOX", min_quantity="1"),), "12", PIECE, "8.333333"),
        ((listed("100", uom="BOX", min_quantity="1"), listed("10", min_quantity="1")), "24", PIECE, "10"),
        ((listed("10"), listed("100", uom="BOX", min_quantity="5")), "2", BOX, "120"),
    ],
)
def test_a_price_in_another_unit_is_converted_and_its_break_compared_there(rows, quantity, uom, value):
    """D-4.5: a unit's own price goes first, once its break is reached."""
    assert ask(item(*rows), customer(dated("A")), quantity, uom).value == Decimal(value)


def test_a_break_in_boxes_is_not_reached_by_eleven_pieces():
    """D-4.5: 11 pieces are less than one box; the list has nothing then, and D-4.7 follows."""
    price = ask(item(listed("100", uom="BOX", min_quantity="1")), customer(dated("A")), "11")
    assert price.source.origin is PriceOrigin.ITEM
    assert ask(item(listed("1", uom="PALLET")), customer(dated("A"))).source.origin is PriceOrigin.ITEM


@pytest.mark.parametrize(
    ("uom", "currency", "included", "vat", "value"),
    [
        (PIECE, Currency("EUR"), False, VAT_22, "10"),
        (BOX, Currency("EUR"), False, VAT_22, "120"),
        (PIECE, USD, False, VAT_22, "12.5"),
        (BOX, USD, False, VAT_22, "150"),
        (PIECE, Currency("GBP", 2, Decimal("1.15")), False, VAT_22, "8.695652"),
        (PIECE, Currency("EUR"), True, VAT_22, "12.2"),
        (PIECE, Currency("EUR"), True, EXEMPT, "10"),
        (PIECE, Currency("USD", 2, Decimal(0)), False, VAT_22, "0"),
    ],
)
def test_the_items_sales_price_stands_in_converted(uom, currency, included, vat, value):
    """D-4.7: by rate and unit; with VAT included the VAT is added; without a rate it is 0 with a warning."""
    price = ask(item(), customer(), uom=uom, currency=currency, vat_included=included, vat=vat)
    assert price.value == Decimal(value)
    assert bool(price.warnings) is (value == "0")


def test_without_any_price_it_is_zero_and_says_so():
    """D-4.7."""
    price = ask(item(sales_price=Decimal(0)), customer(dated("A")))
    assert (price.value, price.source.origin) == (0, PriceOrigin.NONE)
    assert price.warnings == ("No price was found for BOLT: it is 0. (D-4.7)",)
    assert price.source.tried == ("A of 2026-01-01: no price for 1 PC.", "The item has no sales price.")


TIED = customer(dated("B", 2), dated("A", 1), PriceAssignment("B", 1), PriceAssignment("A", 1))


def test_a_tie_is_shown_not_settled():
    """D-4.8: the same stand-in whatever the order of assignments, marked as undecided."""
    card = item(listed("8", 1), listed("7", 2))
    for conditions in (TIED, replace(TIED, assignments=TIED.assignments[::-1])):
        price = ask(card, conditions)
        assert (price.value, price.source.tied, price.source.settled) == (8, ("A", "B"), False)
        assert price.warnings == (
            "A and B have the same priority and different prices. Choose the list for this line. (D-4.8)",
        )
    settled = ask(card, TIED, preferred="B")
    assert (settled.value, settled.source.tied, settled.source.settled, settled.warnings) == (7, (), True, ())


@pytest.mark.parametrize(
    "prices",
    [
        (listed("8", 1), listed("8", 2)),
        (listed("8", 1), listed("10", 2, discounts=d("20"))),
        (listed("8", 1),),
    ],
)
def test_no_tie_where_the_customer_pays_the_same(prices):
    """D-4.8 speaks of different prices; discounts count."""
    price = ask(item(*prices), TIED)
    assert (price.source.price_list, price.source.tied, price.warnings) == ("A", (), ())


def test_discounts_know_whether_they_came_with_the_list_or_with_its_line():
    """D-5.3."""
    conditions = customer(dated("A"), PriceAssignment("A", discounts=d("5")))
    price = ask(item(listed("10", discounts=d("3"))), conditions)
    assert [(one.value, one.source) for one in price.discounts] == [
        (5, DiscountSource.PRICE_LIST),
        (3, DiscountSource.PRICE_LINE),
    ]


def test_why_this_price():
    """D-4.8b: source, break, destination, unit, what was tried, and where the discounts came from."""
    conditions = customer(
        dated("NEW", 2, currency="USD"),
        dated("A", 1),
        PriceAssignment("NEW", 1),
        PriceAssignment("A", 2, discounts=d("5")),
        discounts=d("10"),
    )
    draft = order_for(conditions)
    draft = replace(draft, destination=replace(draft.destination, code="MI"))
    line = make_line(draft, conditions, item(listed("2", 1, "24", destination="MI")), Decimal(2), "BOX")
    assert explain_price(line) == [
        "24 per BOX from price list A of 2026-01-01.",
        "It is the price from 24 PC on.",
        "It is the price for destination MI.",
        "The list has it per PC; it was converted to BOX.",
        f"NEW: no list is valid on {TODAY} in EUR without VAT.",
        "Discount 10 from customer.",
        "Discount 5 from price list.",
    ]


UNITS = (Uom("PC", Decimal(1), 3), Uom("BOX", Decimal(12), 3), Uom("GR", Decimal("0.144"), 3))
ROWS = st.lists(
    st.builds(
        ListPrice,
        st.integers(1, 3),
        st.integers(1, 1000).map(lambda cents: Decimal(cents) / 100),
        st.sampled_from([unit.code for unit in UNITS]),
        st.integers(0, 60).map(Decimal),
        st.sampled_from(["", "MI"]),
    ),
    max_size=12,
    unique_by=lambda row: (row.version_id, row.uom, row.min_quantity, row.destination),
)


@given(ROWS, st.sampled_from(UNITS), st.integers(1, 200_000), st.integers(0, 200_000), st.booleans())
def test_a_higher_quantity_never_picks_a_lower_break(rows, uom, thousandths, more, destined):
    """D-4.5, over units, destinations and three lists by priority; and the break is never above the quantity."""
    conditions = customer(dated("A", 1), dated("B", 2), dated("D", 3))
    card = item(*rows, uoms=UNITS)
    factors = {unit.code: unit.factor for unit in UNITS}

    def reached(quantity: Decimal) -> Decimal:
        price = ask(card, conditions, str(quantity), uom, destination="MI" if destined else "")
        if price.source.origin is PriceOrigin.ITEM:
            return Decimal(-1)
        assert price.source.min_quantity is not None
        broke_at = price.source.min_quantity * factors[price.source.uom]
        assert broke_at <= quantity * uom.factor
        return broke_at

    low = Decimal(thousandths).scaleb(-3)
    assert reached(low) <= reached(low + Decimal(more).scaleb(-3))


@given(ROWS, st.integers(1, 70))
def test_the_break_is_the_highest_reached(rows, quantity):
    """D-4.5 against the plain definition, one list and one unit."""
    own = [row for row in rows if row.version_id == 1 and row.uom == "PC" and not row.destination]
    reached = [row for row in own if row.min_quantity <= quantity]
    price = ask(item(*own), customer(dated("A")), str(quantity))
    if reached:
        assert price.value == max(reached, key=lambda row: row.min_quantity).price
    else:
        assert price.source.origin is PriceOrigin.ITEM


@given(ROWS, st.permutations(range(3)), st.booleans())
def test_the_order_of_rows_and_assignments_is_never_what_decides(rows, order, best):
    """D-4.8: nothing is settled by chance."""
    assignments = (PriceAssignment("A", 1), PriceAssignment("B", 1), PriceAssignment("D", 2))
    conditions = customer(*LISTS, *assignments, best_price=best)
    shuffled = replace(conditions, assignments=tuple(assignments[place] for place in order))
    one, other = ask(item(*rows), conditions, "30"), ask(item(*reversed(rows)), shuffled, "30")
    assert (one.value, one.source.tied) == (other.value, other.source.tied)
