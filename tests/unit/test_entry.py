"""Making and changing lines (D-3.3, D-4.6, D-5.3, D-5.6, D-6)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain import entry
from fluorders_tui.domain.conditions import LastPrice, LineChecks, PriceAssignment, Substitute
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import make_line
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.line_checks import proposed_quantity
from fluorders_tui.domain.order import NO_PRICE, DiscountSource, LineType, PaymentLine, PriceOrigin
from fluorders_tui.domain.pricing import explain_price
from tests.unit.trade_samples import (
    AT_ONCE,
    BOX,
    EXEMPT,
    KILO,
    PIECE,
    TODAY,
    VAT_10,
    VAT_22,
    customer,
    d,
    dated,
    item,
    listed,
    order_for,
)

CONDITIONS = customer(dated("A"))
CARD = item(listed("10"), listed("9", min_quantity="10"), listed("100", min_quantity="1", uom="BOX"))
DRAFT = order_for(CONDITIONS)
REFUSE = LineChecks("refuse", "refuse", False, "refuse", "refuse")
OFF = LineChecks("off", "off", False, "off", "off")
TOMORROW = TODAY + dt.timedelta(1)
YESTERDAY = TODAY - dt.timedelta(1)


def line_of(quantity: str = "1", uom: str = "", card=CARD, **fields):
    return replace(make_line(DRAFT, CONDITIONS, card, Decimal(quantity), uom), **fields)


def test_a_line_has_all_that_item_and_header_give():
    """D-6.1, D-6.2, D-6.4, D-4.8b."""
    draft = replace(DRAFT, ready_date=TODAY, delivery_date=TOMORROW)
    line = make_line(draft, CONDITIONS, CARD, Decimal(10))
    assert (line.line_type, line.item, line.description, line.uom) == (LineType.CODED, "BOLT", "Bolt M8", PIECE)
    assert (line.price, line.gross, line.net, line.vat) == (9, Decimal("90.00"), Decimal("90.00"), VAT_22)
    assert (line.ready_date, line.delivery_date) == (TODAY, TOMORROW)
    assert (line.cost, line.weight, line.agents, line.warnings) == (4, Decimal("0.2"), None, ())
    assert (line.price_source.price_list, line.price_source.min_quantity) == ("A", 10)


@pytest.mark.parametrize(("customers", "expected"), [(None, VAT_22), (EXEMPT, EXEMPT)])
def test_vat_is_the_customers_else_the_items(customers, expected):
    """D-3.3."""
    draft = replace(DRAFT, customer_vat=customers)
    assert make_line(draft, CONDITIONS, CARD, Decimal(1)).vat == expected
    free = entry.free_line(draft, LineType.UNCODED, "Sawing", price=Decimal(5), vat=VAT_22)
    assert free.vat == expected


@pytest.mark.parametrize(
    ("typed", "barcode_unit", "expected"),
    [("", "", "PC"), ("BOX", "", "BOX"), ("box", "", "BOX"), ("", "BOX", "BOX"), ("PC", "BOX", "PC")],
)
def test_the_unit_is_typed_else_the_barcodes_else_the_main_one(typed, barcode_unit, expected):
    """D-2.2."""
    card = replace(CARD, entered_uom=barcode_unit)
    assert make_line(DRAFT, CONDITIONS, card, Decimal(1), typed).uom.code == expected


def test_discounts_are_collected_in_the_order_of_their_sources():
    """D-5.3: 100 less 10, 2, 5 and 3 percent in cascade."""
    conditions = customer(
        dated("A"),
        PriceAssignment("A", discounts=d("5")),
        discounts=d("10"),
        payments=(PaymentLine("CASH", AT_ONCE, discounts=d("2")),),
    )
    line = make_line(order_for(conditions), conditions, item(listed("100", discounts=d("3"))), Decimal(1))
    assert [(one.value, one.source) for one in line.discounts] == [
        (10, DiscountSource.CUSTOMER),
        (2, DiscountSource.PAYMENT_TYPE),
        (5, DiscountSource.PRICE_LIST),
        (3, DiscountSource.PRICE_LINE),
    ]
    assert line.net == Decimal("81.28")


@pytest.mark.parametrize(
    ("quantity", "uom", "message"),
    [
        ("0", "PC", "more than 0"),
        ("-1", "PC", "more than 0"),
        ("1.5", "PC", "no decimals"),
        ("1.0001", "KG", "at most 3 decimals"),
        ("NaN", "PC", "not a number"),
        ("1e13", "PC", "too large"),
    ],
)
def test_a_quantity_that_cannot_be(quantity, uom, message):
    """D-6.3, on a new line, on a change, and on a line without an item."""
    card = replace(CARD, uoms=(PIECE, BOX, KILO))
    for attempt in (
        lambda: make_line(DRAFT, CONDITIONS, card, Decimal(quantity), uom),
        lambda: entry.change_quantity(DRAFT, line_of("1", uom, card), Decimal(quantity), CONDITIONS, card),
        lambda: entry.free_line(DRAFT, LineType.UNCODED, "x", Decimal(quantity), uom=PIECE if uom == "PC" else KILO),
    ):
        with pytest.raises(Invalid, match=message) as caught:
            attempt()
        assert (caught.value.field, caught.value.rule) == ("quantity", "D-6.3")


def test_decimals_of_the_unit_are_fine():
    """D-6.3: 1.250 kg; trailing zeros are no decimals."""
    card = item(uoms=(KILO, PIECE))
    assert make_line(DRAFT, CONDITIONS, card, Decimal("1.250")).net == Decimal("12.50")
    assert make_line(DRAFT, CONDITIONS, card, Decimal("2.000"), "PC").quantity == 2


@pytest.mark.parametrize(
    ("fields", "quantity", "uom", "text"),
    [
        ({"pack_quantity": Decimal(5)}, "5", "PC", ""),
        ({"pack_quantity": Decimal(5)}, "7", "PC", "7 PC is not a multiple of the pack of 5 PC. Near it: 5 or 10."),
        ({"pack_quantity": Decimal(5)}, "3", "PC", "3 PC is not a multiple of the pack of 5 PC. Near it: 5."),
        ({"pack_quantity": Decimal(24)}, "2", "BOX", ""),
        ({"pack_quantity": Decimal(24)}, "3", "BOX", "3 BOX is not a multiple of the pack of 24 PC. Near it: 2 or 4."),
        ({"pack_quantity": Decimal(5)}, "1", "BOX", "1 BOX is not a multiple of the pack of 5 PC."),
        ({"economic_lot": Decimal(20)}, "20", "PC", ""),
        (
            {"economic_lot": Decimal(20)},
            "19",
            "PC",
            "19 PC is below the economic lot of 20 PC. Order at least 20 PC.",
        ),
        ({"economic_lot": Decimal(20)}, "2", "BOX", ""),
    ],
)
def test_pack_and_lot_warn_refuse_or_are_off(fields, quantity, uom, text):
    """D-6.3 by parameter, in main units."""
    card = replace(CARD, **fields)
    warned = make_line(DRAFT, CONDITIONS, card, Decimal(quantity), uom)
    assert warned.warnings == ((f"{text} (D-6.3)",) if text else ())
    assert make_line(DRAFT, CONDITIONS, card, Decimal(quantity), uom, checks=OFF).warnings == ()
    if text:
        with pytest.raises(Refused) as caught:
            make_line(DRAFT, CONDITIONS, card, Decimal(quantity), uom, checks=REFUSE)
        assert (caught.value.field, caught.value.rule) == ("quantity", "D-6.3")
        assert f"{caught.value.message} {caught.value.hint}".strip() == text
    else:
        assert make_line(DRAFT, CONDITIONS, card, Decimal(quantity), uom, checks=REFUSE) == warned


@pytest.mark.parametrize(
    ("lot", "pack", "uom", "propose", "expected"),
    [
        ("20", "0", "PC", True, "20"),
        ("20", "0", "PC", False, "1"),
        ("0", "6", "PC", True, "1"),
        ("20", "6", "PC", True, "24"),
        ("20", "0", "BOX", True, "2"),
    ],
)
def test_the_economic_lot_is_proposed(lot, pack, uom, propose, expected):
    """D-6.3: what is proposed never breaks the checks."""
    card = replace(CARD, economic_lot=Decimal(lot), pack_quantity=Decimal(pack))
    checks = replace(REFUSE, propose_lot=propose)
    unit = PIECE if uom == "PC" else BOX
    assert proposed_quantity(card, unit, checks) == Decimal(expected)
    if propose and lot != "0":
        assert make_line(DRAFT, CONDITIONS, card, None, uom, checks=checks).quantity == Decimal(expected)


def test_a_running_out_item_warns_and_names_what_can_stand_in():
    """D-6.3: it is never refused."""
    card = replace(CARD, running_out=True, running_out_date=TOMORROW, substitutes=(Substitute("NUT", "Nut M8"),))
    line = make_line(DRAFT, CONDITIONS, card, Decimal(1), checks=REFUSE)
    assert line.warnings == (f"BOLT runs out on {TOMORROW}. Substitutes: NUT. (D-6.3)",)


@pytest.mark.parametrize(("fields", "rule"), [({"blocked": True}, "D-6.3"), ({"active": False}, "D-2.5")])
def test_a_blocked_or_inactive_item_is_refused(fields, rule):
    with pytest.raises(Refused) as caught:
        make_line(DRAFT, CONDITIONS, replace(CARD, **fields), Decimal(1))
    assert (caught.value.field, caught.value.rule) == ("item", rule)


def test_an_unknown_unit_is_refused_with_those_there_are():
    """D-2.2."""
    with pytest.raises(Invalid, match="PALLET") as caught:
        make_line(DRAFT, CONDITIONS, CARD, Decimal(1), "PALLET")
    assert (caught.value.field, caught.value.hint) == ("uom", "It has PC, BOX.")


def test_quantity_looks_the_break_up_again():
    """D-4.6, both ways; the line is the same as one made at once."""
    ten = entry.change_quantity(DRAFT, line_of("1"), Decimal(10), CONDITIONS, CARD)
    assert ten == line_of("10")
    assert entry.change_quantity(DRAFT, ten, Decimal(1), CONDITIONS, CARD) == line_of("1")


def test_a_break_brings_and_takes_its_discounts_and_leaves_those_of_the_header():
    """D-4.6 with D-3.2: the line keeps the header discount it got, though the header has another by now."""
    conditions = customer(dated("A"), discounts=d("10"))
    draft = order_for(conditions)
    card = item(listed("10"), listed("10", min_quantity="5", discounts=d("7")))
    line = make_line(draft, conditions, card, Decimal(1))
    later = replace(draft, discounts=d("50"))
    more = entry.change_quantity(later, line, Decimal(5), conditions, card)
    assert format_discounts(more.discounts) == "10+7"
    assert entry.change_quantity(later, more, Decimal(1), conditions, card) == line


@given(st.integers(1, 10**6), st.integers(1, 10**9))
def test_a_manual_price_survives_every_quantity(quantity, micro):
    """D-4.6."""
    price = Decimal(micro).scaleb(-6)
    line = entry.change_price(DRAFT, line_of("1"), price, agreed=True)
    changed = entry.change_quantity(DRAFT, line, Decimal(quantity), CONDITIONS, CARD)
    assert (changed.price, changed.price_source.origin) == (price, PriceOrigin.MANUAL)
    assert changed.quantity == quantity


def test_a_price_from_a_document_survives_too():
    """D-3.5."""
    line = line_of("1", price=Decimal("7.77"))
    line = replace(line, price_source=replace(line.price_source, origin=PriceOrigin.DOCUMENT))
    assert entry.change_quantity(DRAFT, line, Decimal(10), CONDITIONS, CARD).price == Decimal("7.77")


def test_without_the_item_card_a_price_stays_and_says_so():
    """D-4.6: an order opened again before its items are at hand."""
    changed = entry.change_quantity(DRAFT, line_of("1"), Decimal(10))
    assert (changed.price, changed.net) == (10, 100)
    assert entry.change_quantity(DRAFT, line_of("1"), Decimal(10), CONDITIONS) == changed
    assert changed.warnings == ("The price was not looked up for this quantity. (D-4.6)",)
    assert entry.change_quantity(DRAFT, changed, Decimal(12), CONDITIONS, CARD) == line_of("12")
    free = entry.free_line(DRAFT, LineType.UNCODED, "Sawing", price=Decimal(5))
    for line in (free, replace(free, price_source=NO_PRICE)):
        assert entry.change_quantity(DRAFT, line, Decimal(2)).warnings == ()


def test_quantity_never_falls_below_what_was_executed():
    """D-15.2."""
    line = line_of("10", executed=Decimal(4))
    assert entry.change_quantity(DRAFT, line, Decimal(4), CONDITIONS, CARD).quantity == 4
    with pytest.raises(Refused, match="4 were executed"):
        entry.change_quantity(DRAFT, line, Decimal(3), CONDITIONS, CARD)
    with pytest.raises(Refused, match="executed"):
        entry.change_uom(DRAFT, line, "BOX", CONDITIONS, CARD)


def test_a_warning_goes_when_its_cause_goes():
    """D-6.3."""
    card = replace(CARD, pack_quantity=Decimal(5))
    line = make_line(DRAFT, CONDITIONS, card, Decimal(7))
    assert line.warnings
    assert entry.change_quantity(DRAFT, line, Decimal(10), CONDITIONS, card).warnings == ()


def test_another_unit_keeps_the_number_and_takes_its_own_price():
    """D-4.5, D-6.3."""
    assert entry.change_uom(DRAFT, line_of("3"), "BOX", CONDITIONS, CARD) == line_of("3", "BOX")
    kilos = item(uoms=(KILO, PIECE))
    half = make_line(DRAFT, CONDITIONS, kilos, Decimal("0.5"))
    with pytest.raises(Invalid, match="no decimals"):
        entry.change_uom(DRAFT, half, "PC", CONDITIONS, kilos)


def test_a_manual_price_goes_along_with_the_unit():
    """D-4.6: 2 a piece is 24 a box, and the clerk is told."""
    line = entry.change_price(DRAFT, line_of("3"), Decimal(2))
    boxes = entry.change_uom(DRAFT, line, "BOX", CONDITIONS, CARD)
    assert (boxes.price, boxes.net, boxes.price_source.origin) == (24, 72, PriceOrigin.MANUAL)
    assert boxes.warnings == ("The manual price was converted from PC to BOX. (D-4.6)",)
    assert entry.change_uom(DRAFT, boxes, "PC", CONDITIONS, CARD).price == 2
    nothing = entry.change_price(DRAFT, line, Decimal(0))
    assert entry.change_uom(DRAFT, nothing, "BOX", CONDITIONS, CARD).warnings == nothing.warnings


def test_a_typed_price_is_manual_and_knows_what_it_replaced():
    """D-4.8b: and the price that stands there already changes nothing."""
    line = line_of("1")
    assert entry.change_price(DRAFT, line, Decimal("10.00")) is line
    agreed = entry.change_price(DRAFT, line, Decimal(10), agreed=True)
    assert agreed.price_source.origin is PriceOrigin.MANUAL
    typed = entry.change_price(DRAFT, line, Decimal("9.5"))
    assert typed.net == Decimal("9.50")
    assert explain_price(typed) == ["9.5 per PC was typed by hand.", "Before, it was 10 from price list A."]


@pytest.mark.parametrize("price", ["-1", "1.0000001", "1e13", "NaN"])
def test_a_price_that_cannot_be(price):
    """D-6.2."""
    with pytest.raises(Invalid) as caught:
        entry.change_price(DRAFT, line_of("1"), Decimal(price))
    assert (caught.value.field, caught.value.rule) == ("price", "D-6.2")


def test_a_price_of_zero_warns_unless_the_parameter_is_off():
    """D-4.7: a manual zero as well as one that no list gave; a typed price ends the warning."""
    none = make_line(DRAFT, CONDITIONS, item(sales_price=Decimal(0)), Decimal(1))
    assert none.warnings == ("No price was found for BOLT: it is 0. (D-4.7)",)
    assert entry.change_price(DRAFT, none, Decimal(3)).warnings == ()
    zero = entry.change_price(DRAFT, line_of("1"), Decimal(0))
    assert zero.warnings == ("The price is 0. (D-4.7)",)
    assert entry.change_price(DRAFT, line_of("1"), Decimal(0), checks=OFF).warnings == ()


def test_the_last_price_is_taken_over_with_its_discounts():
    """D-6.7: converted to the line's unit."""
    card = replace(CARD, last_price=LastPrice(Decimal(96), "BOX", dt.date(2026, 5, 4), "2026-0042", "10+5"))
    line = entry.take_last_price(DRAFT, line_of("2"), card)
    assert (line.price, format_discounts(line.discounts), line.net) == (8, "10+5", Decimal("13.68"))
    assert explain_price(line)[:2] == ["8 per PC was typed by hand.", "Taken from order 2026-0042 of 2026-05-04."]
    single = replace(card, last_price=LastPrice(Decimal(8), "PC", TODAY, "2026-0043"))
    assert entry.take_last_price(DRAFT, line_of("1", "BOX"), single).price == 96
    with pytest.raises(Refused, match="never bought"):
        entry.take_last_price(DRAFT, line_of("1"), CARD)


def test_a_tie_is_settled_by_the_clerk_and_stays_settled():
    """D-4.8."""
    lists = (dated("A", 1), dated("B", 2), PriceAssignment("A", 1), PriceAssignment("B", 1))
    conditions = customer(*lists)
    card = item(listed("8", 1), listed("7", 2), listed("6", 2, "10"))
    line = make_line(DRAFT, conditions, card, Decimal(1))
    assert line.price_source.tied == ("A", "B")
    assert line.warnings[0].endswith("(D-4.8)")
    with pytest.raises(Refused, match="not among") as caught:
        entry.choose_list(DRAFT, line, "D", conditions, card)
    assert caught.value.hint == "They are: A, B."
    settled = entry.choose_list(DRAFT, line, "B", conditions, card)
    assert (settled.price, settled.price_source.tied, settled.warnings) == (7, (), ())
    more = entry.change_quantity(DRAFT, settled, Decimal(10), conditions, card)
    assert (more.price, more.price_source.settled, more.warnings) == (6, True, ())


def test_best_price_counts_the_header_discounts_that_the_line_will_carry():
    """D-4.4: 8 beats 10 less 25 % once 5 are taken off before: 3 against 3.75."""
    lists = (dated("A", 1), dated("B", 2))
    card = item(listed("8", 1), listed("10", 2, discounts=d("25")))
    for header_discounts, expected in (("", "B"), ("5#", "A")):
        conditions = customer(*lists, best_price=True, discounts=d(header_discounts))
        line = make_line(order_for(conditions), conditions, card, Decimal(1))
        assert line.price_source.price_list == expected


def test_typed_discounts_make_the_chain_manual_unless_nothing_changed():
    """D-5.1–5.3, D-4.6: a manual chain follows no break any more."""
    conditions = customer(dated("A"), discounts=d("10"))
    draft = order_for(conditions)
    card = item(listed("10", discounts=d("5")), listed("10", min_quantity="5", discounts=d("20")))
    line = make_line(draft, conditions, card, Decimal(1))
    assert entry.change_discounts(draft, line, " 10 + 5,0 ") is line
    assert {one.source for one in entry.change_discounts(draft, line, "10+5", agreed=True).discounts} == {
        DiscountSource.MANUAL
    }
    typed = entry.change_discounts(draft, line, "10+3")
    assert {one.source for one in typed.discounts} == {DiscountSource.MANUAL}
    assert typed.net == Decimal("8.73")
    more = entry.change_quantity(draft, typed, Decimal(5), conditions, card)
    assert format_discounts(more.discounts) == "10+3"


def test_discounts_below_zero_are_refused():
    """D-5.5."""
    with pytest.raises(Refused) as caught:
        entry.change_discounts(DRAFT, line_of("1"), "11#")
    assert (caught.value.field, caught.value.rule) == ("discounts", "D-5.5")


def test_dates_of_a_line():
    """D-6.4: ready not after delivery; a past delivery by parameter."""
    line = entry.change_dates(DRAFT, line_of("1"), TOMORROW, TODAY)
    assert (line.delivery_date, line.ready_date, line.warnings) == (TOMORROW, TODAY, ())
    assert entry.change_dates(DRAFT, line, TODAY, TODAY).delivery_date == TODAY
    with pytest.raises(Refused) as caught:
        entry.change_dates(DRAFT, line, TODAY, TOMORROW)
    assert (caught.value.field, caught.value.rule) == ("ready_date", "D-6.4")
    with pytest.raises(Refused) as caught:
        entry.change_dates(DRAFT, line, YESTERDAY, TODAY)
    assert caught.value.field == "delivery_date"
    past = entry.change_dates(DRAFT, line, YESTERDAY, None)
    assert past.warnings == (f"The delivery on {YESTERDAY} is before the order's date {TODAY}. (D-6.4)",)
    assert entry.change_dates(DRAFT, past, TOMORROW, None).warnings == ()
    assert entry.change_dates(DRAFT, line, YESTERDAY, None, checks=OFF).warnings == ()
    with pytest.raises(Refused, match="before the order's date"):
        entry.change_dates(DRAFT, line, YESTERDAY, None, checks=REFUSE)


def test_lines_without_an_item():
    """D-6.1, D-3.2, D-5.6: what of the header each type takes."""
    draft = replace(DRAFT, discounts=d("10"), delivery_date=TOMORROW)
    cut = entry.free_line(draft, LineType.UNCODED, "Sawing", Decimal("1.5"), Decimal(20), VAT_10)
    assert (cut.net, cut.vat, cut.delivery_date) == (27, VAT_10, TOMORROW)
    charge = entry.free_line(draft, LineType.CHARGE, "Pallet", Decimal(2), Decimal(-8), VAT_22, vat_recourse=True)
    assert (charge.net, charge.discounts, charge.vat_recourse) == (-16, (), False)
    given = entry.free_line(draft, LineType.GIVE_AWAY, "Cap", Decimal(1), Decimal(3), VAT_22, vat_recourse=True)
    assert (given.net, given.discounts, given.agents, given.vat_recourse) == (3, (), (), True)
    note = entry.free_line(draft, LineType.NOTE, "Ring twice [b]", Decimal(5), Decimal(9), VAT_22)
    assert (note.net, note.quantity, note.vat, note.delivery_date) == (0, 0, None, None)
    assert cut.price_source.origin is charge.price_source.origin is PriceOrigin.MANUAL


@pytest.mark.parametrize(
    ("line_type", "description", "price", "field"),
    [
        (LineType.UNCODED, "  ", "1", "description"),
        (LineType.NOTE, "", "1", "description"),
        (LineType.CODED, "x", "1", "item"),
        (LineType.GIVE_AWAY, "x", "-1", "price"),
    ],
)
def test_a_free_line_that_cannot_be(line_type, description, price, field):
    """D-6.1, D-6.2."""
    with pytest.raises(Invalid) as caught:
        entry.free_line(DRAFT, line_type, description, price=Decimal(price))
    assert caught.value.field == field


def test_goods_given_away():
    """D-6.1, D-5.6: value kept, no discount, no commission, and none can be typed."""
    conditions = customer(dated("A"), discounts=d("10"))
    draft = order_for(conditions)
    line = make_line(draft, conditions, CARD, Decimal(2))
    given = entry.make_give_away(draft, line, vat_recourse=True)
    assert (given.line_type, given.net, given.discounts, given.agents) == (LineType.GIVE_AWAY, 20, (), ())
    assert given.vat_recourse
    with pytest.raises(Refused, match="no discount"):
        entry.change_discounts(draft, given, "5")
    more = entry.change_quantity(draft, given, Decimal(10), conditions, CARD)
    assert (more.price, more.net, more.discounts) == (9, 90, ())
    with pytest.raises(Refused, match="given away"):
        entry.make_give_away(draft, entry.free_line(draft, LineType.NOTE, "x"))


def test_a_note_has_neither_quantity_nor_price_nor_vat():
    """D-6.1."""
    note = entry.free_line(DRAFT, LineType.NOTE, "x")
    for attempt in (
        lambda: entry.change_quantity(DRAFT, note, Decimal(1)),
        lambda: entry.change_price(DRAFT, note, Decimal(1)),
        lambda: entry.change_vat(note, VAT_22),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.rule == "D-6.1"
    assert entry.change_description(note, "y").description == "y"
    with pytest.raises(Invalid):
        entry.change_description(note, " ")


@given(st.integers(1, 500), st.integers(1, 500), st.sampled_from(["PC", "BOX"]))
def test_changing_back_gives_the_same_line(first, second, uom):
    """What a change did, the opposite change undoes, to the last field."""
    line = line_of(str(first), uom)
    there = entry.change_quantity(DRAFT, line, Decimal(second), CONDITIONS, CARD)
    assert entry.change_quantity(DRAFT, there, Decimal(first), CONDITIONS, CARD) == line
    other = "BOX" if uom == "PC" else "PC"
    turned = entry.change_uom(DRAFT, line, other, CONDITIONS, CARD)
    assert entry.change_uom(DRAFT, turned, uom, CONDITIONS, CARD) == line
