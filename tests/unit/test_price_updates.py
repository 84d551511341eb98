"""*Update prices* with its options (D-4.9)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.conditions import PriceAssignment
from fluorders_tui.domain.discount_policies import DiscountCombination, DiscountPolicy, index_policies
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import change_discounts, change_price, free_line, make_give_away, make_line
from fluorders_tui.domain.order import LineType, OrderDraft, PriceOrigin
from fluorders_tui.domain.price_updates import PriceChange, PriceDate, PriceUpdate, update_prices
from tests.unit.trade_samples import TODAY, customer, d, dated, item, listed, order_for

NEXT_MONTH = dt.date(2026, 12, 24)
OLD = customer(dated("A", 1), PriceAssignment("A", discounts=d("5")), discounts=d("10"))
CARD = item(listed("10", 1), listed("12", 2), listed("13", 3))
#: What has changed since: a list from this month on, one from December on, and a policy.
NOW = replace(
    OLD,
    versions=(dated("A", 1), dated("A", 2, valid_from=TODAY), dated("A", 3, valid_from=dt.date(2026, 12, 1))),
    policies=index_policies(
        [DiscountPolicy("XMAS", item="BOLT", valid_from=dt.date(2026, 12, 1), discounts=d("2"))],
        [DiscountCombination(1, item=True)],
    ),
)


def order() -> OrderDraft:
    draft = order_for(OLD)
    line = make_line(draft, OLD, CARD, Decimal(10))
    return replace(
        draft,
        lines=(
            line,
            replace(line, delivery_date=NEXT_MONTH),
            replace(line, executed=Decimal(4)),
            replace(line, executed=Decimal(10)),
            change_price(draft, line, Decimal(9)),
            change_discounts(draft, line, "20"),
            free_line(draft, LineType.UNCODED, "Work", price=Decimal(5)),
            free_line(draft, LineType.NOTE, "As agreed"),
        ),
    )


def update(draft: OrderDraft | None = None, cards=None, **options) -> PriceUpdate:
    return update_prices(draft or order(), NOW, {"BOLT": CARD} if cards is None else cards, **options)


def terms(found: PriceUpdate) -> list[tuple[int, str, str]]:
    return [(one.number, str(one.new_price), one.new_discounts) for one in found.changes]


def test_by_document_date():
    """D-4.9: unexecuted lines without manual prices; typed discounts stay."""
    found = update()
    assert terms(found) == [(1, "12", "10+5"), (2, "12", "10+5"), (6, "12", "20")]
    assert [(one.number, one.error.rule) for one in found.kept] == [(3, "D-4.9"), (4, "D-4.9"), (5, "D-4.6")]
    assert found.changes[0] == PriceChange(
        1, Decimal(10), "10+5", Decimal("85.50"), Decimal(12), "10+5", Decimal("102.60"),
        "12 per PC from price list A of 2026-11-24.",
    )  # fmt: skip
    assert found.draft.date == TODAY
    unchanged = [place for place, line in enumerate(found.draft.lines) if line == order().lines[place]]
    assert unchanged == [2, 3, 4, 6, 7]


def test_by_delivery_date():
    """D-4.9, D-5.4: the line's date, else the header's, else the document's; policies follow it too."""
    assert terms(update(by=PriceDate.DELIVERY))[:2] == [(1, "12", "10+5"), (2, "13", "10+5+2")]
    header = replace(order(), delivery_date=NEXT_MONTH)
    assert terms(update(header, by=PriceDate.DELIVERY))[0] == (1, "13", "10+5+2")


def test_partially_executed_lines_on_demand():
    """D-4.9; what was executed in full stays."""
    found = update(only_unexecuted=False)
    assert [number for number, _, _ in terms(found)] == [1, 2, 3, 6]
    assert found.draft.lines[2].executed == 4
    assert [one.number for one in found.kept] == [4, 5]


@pytest.mark.parametrize("origin", [PriceOrigin.MANUAL, PriceOrigin.DOCUMENT])
def test_agreed_prices_on_demand(origin):
    """D-4.9, D-3.5: afterwards they follow the lists again."""
    draft = order()
    agreed = replace(draft.lines[4], price_source=replace(draft.lines[4].price_source, origin=origin))
    draft = replace(draft, lines=(agreed,))
    kept = update(draft)
    assert (kept.changes, [one.error.rule for one in kept.kept], kept.draft) == ((), ["D-4.6"], draft)
    found = update(draft, with_manual=True)
    assert terms(found) == [(1, "12", "10+5")]
    assert found.draft.lines[0].price_source.origin is PriceOrigin.LIST


def test_the_value_of_a_give_away_set_by_hand_stays():
    """D-6.5: components included in a kit are worth 0, whatever lists say."""
    draft = order()
    given = make_give_away(draft, draft.lines[0])
    zero = change_price(draft, given, Decimal(0))
    found = update(replace(draft, lines=(given, zero)), with_manual=True)
    assert terms(found) == [(1, "12", "")]
    assert [(one.number, one.error.rule) for one in found.kept] == [(2, "D-4.6")]


def test_a_line_that_a_rule_refuses_stays_and_is_told():
    """D-2.5, D-5.5: an amount larger than the new price would make."""
    gone = update(cards={})
    assert [one.error.rule for one in gone.kept][:2] == ["D-2.5", "D-2.5"]
    draft = order()
    amount = change_discounts(draft, draft.lines[0], "90#")
    cheaper = update_prices(replace(draft, lines=(amount,)), NOW, {"BOLT": item(listed("5", 2))})
    assert [(one.error.rule, cheaper.draft.lines[0] == amount) for one in cheaper.kept] == [("D-5.5", True)]


def test_updating_twice_changes_nothing_more():
    once = update(with_manual=True, only_unexecuted=False, by=PriceDate.DELIVERY)
    again = update(once.draft, with_manual=True, only_unexecuted=False, by=PriceDate.DELIVERY)
    assert (again.changes, again.draft) == ((), once.draft)
    assert format_discounts(once.draft.lines[1].discounts) == "10+5+2"
