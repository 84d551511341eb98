"""Offers and their orders in whatever order: nothing is converted twice, and undo restores exactly (D-13.5).

The rules held after each step: no line is linked beyond its quantity, every offer line tells the sum of its links,
statuses follow from them, and the counters count what there is. What suppliers ship for the orders meanwhile never
makes one side tell something else than the other.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from fluorders_tui.data.store import Store
from fluorders_tui.domain.conversion import Conversion
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.links import Link
from fluorders_tui.domain.offers import OfferStatus
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.domain.order_steps import OrderStep
from fluorders_tui.services.conversion_runs import conversion_runs, undo
from fluorders_tui.services.conversions import Asked, convert
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.offer_steps import lose, reopen
from fluorders_tui.services.offers import open_offer_row
from fluorders_tui.services.order_life import Asked as Step
from fluorders_tui.services.order_life import reasons, take
from fluorders_tui.services.orders import change_order, open_order_row
from fluorders_tui.services.supplier_orders import receive_goods
from fluorders_tui.services.supply_proposals import Asked as SupplyAsked
from fluorders_tui.services.supply_proposals import order_supply, proposals
from fluorders_tui.services.supply_runs import supply_runs, undo_run
from tests.conftest import FixedClock
from tests.services.machines import copies_of, run_on_desks
from tests.services.offer_shop import check_offers, links_of, offer_links_of, offered
from tests.services.supply_shop import fill_supply_shop, rows
from tests.services.test_supply_invariants import check as check_supply

ITEMS = ("A-100", "A-110", "A-120")
small = st.integers(0, 6)


class Conversions(RuleBasedStateMachine):
    """Offers are made, converted in parts, their orders lowered, split and cancelled, conversions taken back."""

    desk: Desk

    @initialize()
    def begin(self) -> None:
        self.make(3, 5)
        self.make(8, 2)
        self.convert_a_part(0, 1, [2, 0, 5, 1])

    def any_of(self, table: str, number: int, condition: str = "1 = 1") -> int | None:
        found = rows(self.desk, f"SELECT id FROM {table} WHERE {condition} ORDER BY id")
        return int(found[number % len(found)]["id"]) if found else None

    def an_order(self, number: int) -> int | None:
        return self.any_of("customer_order", number, "status = 'entered'")

    def an_offer(self, number: int) -> int | None:
        return self.any_of("offer", number, "status IN ('confirmed', 'partly converted')")

    @rule(first=st.integers(1, 9), second=st.integers(1, 9))
    def make(self, first: int, second: int) -> None:
        offered(self.desk, ("A-100", first), ("A-110", second))

    @rule(which=small, other=small, quantities=st.lists(st.integers(0, 6), min_size=4, max_size=4))
    def convert_a_part(self, which: int, other: int, quantities: list[int]) -> None:
        """Also more than is left, which is refused."""
        chosen = sorted({row for row in (self.an_offer(which), self.an_offer(other)) if row})
        lines = [line.id for row in chosen for line in open_offer_row(self.desk, row).draft.lines]
        wanted = {row: Decimal(quantity) for row, quantity in zip(lines, quantities, strict=False)}
        with suppress(Refused):
            convert(self.desk, Asked(tuple(chosen), selection=wanted))

    @rule(which=small)
    def convert_what_is_left(self, which: int) -> None:
        with suppress(Refused):
            convert(self.desk, Asked((self.an_offer(which) or 0,)))

    @rule(which=small, place=small, quantity=st.integers(1, 4))
    def change_a_quantity(self, which: int, place: int, quantity: int) -> None:
        row = self.an_order(which)
        if row is None:
            return
        draft = open_order_row(self.desk, row).draft
        lines = list(draft.lines)
        at = place % len(lines)
        if lines[at].item:
            lines[at] = replace(lines[at], quantity=Decimal(quantity))
            with suppress(Refused):
                change_order(self.desk, replace(draft, lines=tuple(lines)))

    @rule(which=small, place=small)
    def delete_or_split_a_line(self, which: int, place: int) -> None:
        row = self.an_order(which)
        if row is None:
            return
        draft = open_order_row(self.desk, row).draft
        at = place % len(draft.lines)
        line, rest = draft.lines[at], draft.lines[:at] + draft.lines[at + 1 :]
        if line.item and line.quantity > 1:
            one, other = replace(line, quantity=line.quantity - 1), replace(line, quantity=Decimal(1), id=0, version=0)
            rest = (*rest, one, other)
        with suppress(Refused):
            change_order(self.desk, replace(draft, lines=rest))

    @rule(which=small)
    def cancel_an_order(self, which: int) -> None:
        row = self.an_order(which)
        if row is None:
            return
        with suppress(Refused):
            take(self.desk, row, Step(OrderStep.CANCEL, reason=next(iter(reasons(self.desk)))))

    @rule(which=small)
    def confirm_an_order(self, which: int) -> None:
        """From then on its conversion is not undone any more, and suppliers may be asked for its goods."""
        row = self.an_order(which)
        if row is not None:
            with suppress(Refused):
                take(self.desk, row, Step(OrderStep.CONFIRM))

    @rule(which=small, drop_ship=st.booleans(), received=st.integers(0, 6))
    def order_from_suppliers(self, which: int, drop_ship: bool, received: int) -> None:
        """For all that is confirmed; a part of it may come at once."""
        self.confirm_an_order(which)
        with suppress(Refused):
            order_supply(self.desk, proposals(self.desk, SupplyAsked(drop_ship=drop_ship)).rows)
        if received:
            self.receive_something(which, received)

    @rule(which=small, quantity=st.integers(1, 6))
    def receive_something(self, which: int, quantity: int) -> None:
        row = self.any_of("supplier_order", which)
        if row is not None:
            with suppress(Refused):
                receive_goods(self.desk, row, {0: Decimal(quantity)})

    @rule(which=small)
    def take_supply_back(self, which: int) -> None:
        found = [run for run in supply_runs(self.desk) if run.undone_at is None]
        if found:
            with suppress(Refused):
                undo_run(self.desk, found[which % len(found)].id)

    @rule(which=small)
    def undo_a_run(self, which: int) -> None:
        found = [run for run in conversion_runs(self.desk) if run.undone_at is None]
        if found:
            with suppress(Refused):
                undo(self.desk, found[which % len(found)].id)

    @rule(which=small)
    def convert_and_undo_restores(self, which: int) -> None:
        before = self.picture()
        with suppress(Refused):
            undo(self.desk, convert(self.desk, Asked((self.an_offer(which) or 0,))).run_id)
        assert self.picture() == before

    @rule(which=small)
    def lose_and_reopen(self, which: int) -> None:
        row = self.an_offer(which)
        if row is None:
            return
        before = open_offer_row(self.desk, row).status
        lose(self.desk, row, "price")
        with pytest.raises(Refused):
            convert(self.desk, Asked((row,)))
        assert reopen(self.desk, row).status is before

    def picture(self) -> tuple[list[Link], list[Any]]:
        lines = rows(self.desk, "SELECT id, converted_micro FROM offer_line ORDER BY id")
        statuses = rows(self.desk, "SELECT id, status, confirmed_on FROM offer ORDER BY id")
        return links_of(self.desk), [*lines, *statuses]

    @precondition(lambda self: hasattr(self, "desk"))
    @invariant()
    def nothing_twice(self) -> None:
        check_offers(self.desk)
        orders = {row["id"]: row["status"] for row in rows(self.desk, "SELECT id, status FROM customer_order")}
        quantities = {
            row["id"]: Decimal(row["quantity_micro"]).scaleb(-6)
            for row in rows(self.desk, "SELECT id, quantity_micro FROM customer_order_line")
        }
        taken: dict[int, Decimal] = {}
        for link in offer_links_of(self.desk):
            assert orders[link.target.document] != OrderStatus.CANCELLED.value
            if link.target.line:
                taken[link.target.line] = taken.get(link.target.line, Decimal(0)) + link.quantity
        assert all(quantity <= quantities[line] for line, quantity in taken.items())
        check_supply(self.desk)
        expected = {Conversion.OPEN: OfferStatus.CONFIRMED, Conversion.PARTLY: OfferStatus.PARTLY,
                    Conversion.FULLY: OfferStatus.CONVERTED}  # fmt: skip
        for row in rows(self.desk, "SELECT id FROM offer"):
            offer = open_offer_row(self.desk, row["id"])
            assert offer.status is expected[offer.conversion]


def _filled(url: str) -> Desk:
    store = Store(url)
    clock = FixedClock()
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    desk = open_desk(store, "anna", clock=clock)
    fill_supply_shop(desk)
    return desk


def test_both_sides_stay_true_on_sqlite(sqlite_url: str) -> None:
    with copies_of(_filled(sqlite_url)) as desk:
        run_on_desks(Conversions, desk, 15, 20)


def test_both_sides_stay_true_on_postgresql(new_postgres: Callable[..., str]) -> None:
    """Shorter: the rules are the same, only the locks differ."""
    run_on_desks(Conversions, lambda: _filled(new_postgres()), 5, 20)
