"""Lines of supplier orders while they are typed: whose price it is, and what a change takes along (P-120, P-122)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.order import Address, Currency, Uom, VatCode
from fluorders_tui.domain.purchasing import (
    PurchasedItem,
    PurchasePrice,
    SupplierConditions,
    bought_line,
    change_purchase_currency,
    change_purchase_date,
    change_purchase_delivery,
    choose_supplier,
    line_notices,
    with_line_date,
    with_purchase_price,
    with_purchase_quantity,
    with_purchase_unit,
)
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderStatus, SupplierOrderType

PIECE, BOX = Uom("pc"), Uom("box", Decimal(12))
DAY = dt.date(2026, 11, 24)
USD = Currency("USD", 2, Decimal("0.8"), DAY)
LISTED = PurchasedItem(
    1, "A", "Bolt", (PIECE, BOX), VatCode("22", Decimal(22)),
    prices=(PurchasePrice("pc", Decimal(10)), PurchasePrice("pc", Decimal(8), Decimal(100))),
)  # fmt: skip
OWN = replace(LISTED, price=Decimal(6), supplier_item="S-A", lead_time_days=5, min_lot=Decimal(50))
DRAFT = SupplierOrderDraft(SupplierOrderType("STD"), DAY, "S1", delivery_date=dt.date(2026, 12, 4))
ACME = SupplierConditions("S1", "Acme", Address(), Currency("EUR"), "30EOM", "", 10, False, True, "MAIN")


@pytest.mark.parametrize(
    ("item", "quantity", "price"),
    [(LISTED, 99, 10), (LISTED, 100, 8), (OWN, 1, 6), (OWN, 1000, 6), (replace(LISTED, prices=()), 5, 0)],
)
def test_the_items_own_price_comes_before_breaks_of_the_list(item: PurchasedItem, quantity: int, price: int) -> None:
    assert bought_line(DRAFT, item, Decimal(quantity)).price == price


def test_a_price_by_hand_stays_and_one_of_the_list_follows_its_break() -> None:
    line = bought_line(DRAFT, LISTED, Decimal(10))
    assert with_purchase_quantity(DRAFT, line, LISTED, Decimal(100)).price == 8
    by_hand = with_purchase_price(DRAFT, line, LISTED, Decimal("9.5"))
    more = with_purchase_quantity(DRAFT, by_hand, LISTED, Decimal(100))
    assert (more.price, more.net) == (Decimal("9.5"), 950)
    assert with_purchase_price(DRAFT, more, LISTED, None).price == 8


@given(st.decimals("0.01", "9999", places=2), st.integers(1, 5000))
def test_there_and_back_to_another_unit_leaves_a_price_by_hand_to_a_millionth(price: Decimal, quantity: int) -> None:
    line = with_purchase_price(DRAFT, bought_line(DRAFT, LISTED, Decimal(quantity)), LISTED, price)
    boxed = with_purchase_unit(DRAFT, line, LISTED, "box")
    if line.price not in (8, 10):
        assert boxed.price == price * 12
    assert abs(with_purchase_unit(DRAFT, boxed, LISTED, "pc").price - price) <= Decimal("0.000001") or price in (8, 10)


@given(st.decimals("0.01", "9999", places=2), st.decimals("0.1", "9", places=3))
def test_converted_prices_are_worth_the_same_in_company_currency(price: Decimal, rate: Decimal) -> None:
    line = bought_line(DRAFT, LISTED, Decimal(1), price=price)
    other = change_purchase_currency(replace(DRAFT, lines=(line,)), Currency("XXX", 2, rate, DAY))
    assert abs(other.lines[0].price * rate - price) <= rate * Decimal("0.000001")


def test_what_a_supplier_confirmed_counts_no_more_for_another_quantity() -> None:
    line = replace(
        bought_line(DRAFT, LISTED, Decimal(10)), id=3, confirmed_quantity=Decimal(4), confirmed_date=DAY,
        received=Decimal(2),
    )  # fmt: skip
    changed = with_purchase_quantity(DRAFT, line, LISTED, Decimal(12))
    assert (changed.confirmed_quantity, changed.confirmed_date, changed.open) == (None, DAY, 10)
    assert with_purchase_quantity(DRAFT, line, LISTED, Decimal(10)).confirmed_quantity == 4
    with pytest.raises(Refused, match="2 were received"):
        with_purchase_quantity(DRAFT, line, LISTED, Decimal(1))
    with pytest.raises(Refused, match="received already"):
        with_purchase_unit(DRAFT, line, LISTED, "box")


def test_another_supplier_brings_their_prices_terms_and_lead_time() -> None:
    lines = (bought_line(DRAFT, LISTED, Decimal(10), price=Decimal(1)),)
    made = choose_supplier(replace(DRAFT, lines=lines), ACME, {"A": OWN})
    assert (made.name, made.payment_terms, made.delivery_date, made.warehouse) == (
        "Acme", "30EOM", DAY + dt.timedelta(10), "MAIN",
    )  # fmt: skip
    (line,) = made.lines
    assert (line.price, line.supplier_item, line.delivery_date) == (6, "S-A", DAY + dt.timedelta(5))
    with pytest.raises(Refused, match="does not drop-ship"):
        choose_supplier(replace(DRAFT, drop_ship=True), ACME, {})
    with pytest.raises(Refused, match="not active"):
        choose_supplier(DRAFT, replace(ACME, active=False), {})


def test_lines_with_the_headers_day_move_with_it() -> None:
    own_day = dt.date(2027, 1, 1)
    lines = (
        bought_line(DRAFT, LISTED, Decimal(1)), replace(bought_line(DRAFT, LISTED, Decimal(1)), delivery_date=own_day),
    )  # fmt: skip
    later = dt.date(2026, 12, 20)
    moved = change_purchase_delivery(replace(DRAFT, lines=lines), later)
    assert [line.due for line in moved.lines] == [later, own_day]
    shifted = change_purchase_date(moved, DAY + dt.timedelta(2), USD)
    assert [line.due for line in shifted.lines] == [later + dt.timedelta(2), own_day + dt.timedelta(2)]
    numbered = replace(moved, number="1", status=SupplierOrderStatus.ENTERED)
    for change in (lambda: change_purchase_date(numbered, DAY, USD), lambda: change_purchase_currency(numbered, USD)):
        with pytest.raises(Refused, match="numbered order"):
            change()


def test_a_day_of_a_confirmed_line_is_the_suppliers() -> None:
    line = replace(bought_line(DRAFT, LISTED, Decimal(1)), id=1)
    later = dt.date(2027, 2, 1)
    assert with_line_date(DRAFT, line, later).confirmed_date is None
    assert with_line_date(replace(DRAFT, confirmed_on=DAY), line, later).confirmed_date == later
    assert with_line_date(DRAFT, replace(line, confirmed_date=DAY), None).due == DRAFT.delivery_date


def test_the_clerk_is_told_of_small_lots_missing_prices_and_days_gone_by() -> None:
    few = bought_line(DRAFT, OWN, Decimal(4), "box")
    assert line_notices(DRAFT, few, OWN) == ("They deliver at least 50 pc.",)
    assert line_notices(DRAFT, bought_line(DRAFT, OWN, Decimal(5), "BOX"), OWN) == ()
    unknown = replace(bought_line(DRAFT, LISTED, Decimal(1), price=Decimal(0)), delivery_date=dt.date(2026, 1, 1))
    assert len(line_notices(DRAFT, unknown, LISTED)) == 2
    with pytest.raises(Invalid, match="no unit"):
        bought_line(DRAFT, LISTED, Decimal(1), "bag")
