"""What conditions see of an order: every name there is, of its kind, whatever the order (D-16.1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given

from fluorders_tui.domain.order import Currency, OrderDraft
from fluorders_tui.domain.totals import document_totals
from fluorders_tui.domain.workflow_conditions import Facts, compile_condition
from fluorders_tui.domain.workflow_facts import Seen, facts_of
from fluorders_tui.domain.workflow_names import ALL_NAMES, CHANGE, CUSTOMER, LINE, ORDER, USER, Kind
from tests.unit.strategies import drafts

TODAY = dt.date(2026, 11, 24)
KINDS = {Kind.TEXT: str, Kind.NUMBER: Decimal, Kind.DATE: dt.datetime, Kind.YES_NO: bool, Kind.TEXTS: tuple}
EXAMPLES = [compile_condition(one.example) for names in ALL_NAMES.values() for one in names.values() if one.example]


def facts(draft: OrderDraft, before: OrderDraft | None = None, **more: Any) -> Facts:
    seen = [Seen(one, document_totals(one, company_decimals=2)) for one in (draft, before) if one is not None]
    return facts_of(seen[0], seen[1] if before else None, today=TODAY, user="anna", role="clerk", **more)


def holds(condition: str, seen: Facts) -> bool:
    return compile_condition(condition).holds(seen)


@given(drafts(), drafts())
def test_every_name_has_a_value_of_its_kind_and_every_example_can_be_answered(
    draft: OrderDraft, before: OrderDraft
) -> None:
    seen = facts(draft, before)
    records = [(ORDER, seen.order), (ORDER, seen.old), (CUSTOMER, seen.customer), (USER, seen.user)]
    records += [(CHANGE, seen.change), *((LINE, line) for line in seen.lines)]
    for names, record in records:
        assert record.keys() == names.keys()
        for name, value in record.items():
            assert isinstance(value, KINDS[names[name].kind]), name
    for condition in EXAMPLES:
        condition.holds(seen)


@given(drafts())
def test_amounts_are_those_of_the_company(draft: OrderDraft) -> None:
    foreign = replace(draft, currency=Currency("USD", draft.currency.decimals, Decimal("0.5")))
    seen = facts(foreign)
    assert seen.order["total"] == document_totals(foreign, company_decimals=2).company_total
    for line, told in zip(foreign.lines, seen.lines, strict=True):
        assert abs(told["net"] - line.net / 2) <= Decimal("0.005")


@given(drafts())
def test_a_new_order_has_nothing_before(draft: OrderDraft) -> None:
    seen = facts(draft)
    assert holds("is_new and old.total == 0 and old.status == '' and old.date == never", seen)
    assert holds("not is_new", facts(draft, draft))


@given(drafts())
def test_what_is_late_and_what_changed_by_whom(draft: OrderDraft) -> None:
    late = replace(draft, delivery_date=TODAY - dt.timedelta(days=3))
    seen = facts(late, changed=("delivery_date",), moved_days=4, customer={"excess": Decimal(5), "orders": Decimal(1)})
    assert holds("order.late_days == 3", seen) == holds("any([line.remaining > 0 for line in lines])", seen)
    assert holds("'delivery_date' in changed and moved_days > 2 and customer.excess == 5", seen)
    assert holds("user.name == 'anna' and user.role == 'clerk'", seen)
