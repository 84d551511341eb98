"""The whole life of orders in whatever order, with two people at it: no illegal state can be reached (D-12).

After each step: every move is in the table of transitions and the journal replays to what is stored; execution
follows from quantities alone; totals are those of what still counts; the counters count what there is; whoever
looked at an older version is told and overwrites nothing; and what is refused leaves no trace.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fluorders_tui.data.fulfilment_rows import executed_by_documents
from fluorders_tui.data.order_progress import write_progress
from fluorders_tui.data.store import Store
from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.errors import Conflict, DeskError
from fluorders_tui.domain.fulfilment import Part
from fluorders_tui.domain.lifecycle import (
    HELD,
    MOVED_BY_QUANTITY,
    execution_of,
    line_status_after,
    may_follow,
    order_status_after,
)
from fluorders_tui.domain.order import LineStatus, OrderDraft, OrderStatus
from fluorders_tui.domain.order_steps import line_progress
from fluorders_tui.services.conditions import order_type
from fluorders_tui.services.deliveries import Asked as Delivery
from fluorders_tui.services.deliveries import deliver
from fluorders_tui.services.delivery_undo import undo
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.order_life import Asked, OrderStep, mark_printed, take
from fluorders_tui.services.orders import change_order, enter_order, open_order_row
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.saved_order import SavedOrder
from tests.conftest import FixedClock
from tests.services.machines import copies_of, run_on_desks
from tests.services.supply_shop import rows
from tests.services.test_orders import kept_counters, recounted
from tests.shop import draft, fill_shop, with_line

small = st.integers(0, 5)
TYPES = ("STD", "WEB", "GAP")


class Lives(RuleBasedStateMachine):
    """A supervisor and a clerk enter, change, confirm, deliver, close, cancel, open again and put away orders.

    A room with steps of its own adds rules in a subclass, and is checked by the same invariants.
    """

    desk: Desk

    @initialize()
    def begin(self) -> None:
        self.clerk = replace(self.desk, user="bruno", role="clerk")
        self.entered: dict[int, list[dict[str, Any]]] = {}
        self.seen: list[OrderDraft] = []
        self.enter(0, 3, 2)

    # -- what people do ----------------------------------------------------------------------------

    @rule(kind=st.sampled_from(range(len(TYPES))), first=st.integers(1, 6), second=st.integers(1, 6))
    def enter(self, kind: int, first: int, second: int) -> None:
        made = draft(self.desk, ("A-100", first), ("A-110", second))
        saved = enter_order(self.clerk, replace(made, type=order_type(self.desk, TYPES[kind])))
        order = open_order_row(self.desk, saved.draft.id)
        self.entered[order.draft.id] = [_line(order, place) for place in range(len(order.draft.lines))]

    @rule(which=small)
    def look(self, which: int) -> None:
        """Somebody opens an order, and may save it much later."""
        self.seen.append(self.an_order(which).draft)

    @rule(which=small, place=small, quantity=st.integers(1, 9), by_clerk=st.booleans(), late=st.booleans())
    def change_quantity(self, which: int, place: int, quantity: int, by_clerk: bool, late: bool) -> None:
        opened = self.seen[which % len(self.seen)] if late and self.seen else self.an_order(which).draft
        lines = list(opened.lines)
        if not lines:
            return
        at = place % len(lines)
        lines[at] = with_amounts(replace(lines[at], quantity=Decimal(quantity)), 2)
        self.save(replace(opened, lines=tuple(lines)), by_clerk)

    @rule(which=small, by_clerk=st.booleans())
    def add_a_line(self, which: int, by_clerk: bool) -> None:
        self.save(with_line(self.desk, self.an_order(which).draft, "A-120", 4), by_clerk)

    @rule(which=small, place=small)
    def delete_a_line(self, which: int, place: int) -> None:
        opened = self.an_order(which).draft
        if len(opened.lines) > 1:
            at = place % len(opened.lines)
            self.save(replace(opened, lines=(*opened.lines[:at], *opened.lines[at + 1 :])), True)

    @rule(
        which=small,
        step=st.sampled_from(list(OrderStep)),
        lines=st.lists(st.integers(1, 3), max_size=2),
        by_clerk=st.booleans(),
        late=st.booleans(),
    )
    def take(self, which: int, step: OrderStep, lines: list[int], by_clerk: bool, late: bool) -> None:
        stale = self.seen[which % len(self.seen)] if late and self.seen else None
        row = stale.id if stale is not None else self.an_order(which).draft.id
        asked = Asked(step, tuple(lines), "CUSTOMER")
        with self.refused_without_trace(row):
            take(self.clerk if by_clerk else self.desk, row, asked, version=stale.version if stale else None)

    @rule(which=small, place=small, quantity=st.integers(1, 4), force=st.booleans(), by_clerk=st.booleans())
    def deliver(self, which: int, place: int, quantity: int, force: bool, by_clerk: bool) -> None:
        """Goods leave by a delivery note, which may close the rest."""
        draft = self.an_order(which).draft
        line = draft.lines[place % len(draft.lines)]
        part = Part(draft.id, line.id, Decimal(quantity), force)
        with self.refused_without_trace(draft.id):
            deliver(self.clerk if by_clerk else self.desk, Delivery((draft.id,), (part,), force, "sold out"))

    @rule(which=small, whole=st.booleans(), by_clerk=st.booleans())
    def undo_a_delivery(self, which: int, whole: bool, by_clerk: bool) -> None:
        """A delivery is taken back, or one piece of it comes back."""
        lines = rows(self.desk, "SELECT id, document_id, order_id FROM fulfilment_line ORDER BY id")
        if not lines:
            return
        line = lines[which % len(lines)]
        quantities = None if whole else {int(line["id"]): Decimal(1)}
        with self.refused_without_trace(line["order_id"]):
            undo(self.clerk if by_clerk else self.desk, line["document_id"], quantities)

    @rule(which=small, status=st.sampled_from((OrderStatus.LOCKED, OrderStatus.WAITING, OrderStatus.REJECTED)))
    def hold(self, which: int, status: OrderStatus) -> None:
        """A rule holds an order, or a supervisor rejects it: whatever the reason, the table has the last word."""
        row = self.an_order(which).draft.id
        with self.refused_without_trace(row), self.desk.store.write() as session:
            write_progress(session, row, {}, self.desk.now(), self.desk.user, header=status)

    @rule(which=small)
    def print_it(self, which: int) -> None:
        row = self.an_order(which).draft.id
        with self.refused_without_trace(row):
            mark_printed(self.desk, row)

    # -- how ---------------------------------------------------------------------------------------

    def an_order(self, number: int) -> SavedOrder:
        ids = sorted(self.entered)
        return open_order_row(self.desk, ids[number % len(ids)])

    def save(self, changed: OrderDraft, by_clerk: bool) -> None:
        current = open_order_row(self.desk, changed.id).draft.version
        with self.refused_without_trace(changed.id) as refusals:
            change_order(self.clerk if by_clerk else self.desk, changed)
        if changed.version != current:
            assert isinstance(refusals[0], Conflict), refusals

    @contextmanager
    def refused_without_trace(self, row: int) -> Iterator[list[DeskError]]:
        before, found = self.stored(row), list[DeskError]()
        try:
            yield found
        except DeskError as error:
            found.append(error)
        if found:
            assert self.stored(row) == before

    def stored(self, row: int) -> list[Any]:
        queries = (
            "SELECT * FROM customer_order WHERE id = :id",
            "SELECT * FROM customer_order_line WHERE order_id = :id ORDER BY id",
            "SELECT count(*) AS n FROM journal WHERE kind = 'order' AND document_id = :id",
        )
        return [rows(self.desk, query, id=row) for query in queries]

    # -- what always holds -------------------------------------------------------------------------

    @invariant()
    def the_journal_replays_to_what_is_stored(self) -> None:
        journal: dict[int, list[Any]] = defaultdict(list)
        for entry in rows(self.desk, "SELECT * FROM v_journal WHERE kind = 'order' ORDER BY id"):
            journal[entry["document_id"]].append(entry)
        for row, first in self.entered.items():
            order = open_order_row(self.desk, row)
            status = resting = OrderStatus.DRAFT
            lines = [dict(line) for line in first]
            for entry in journal[row]:
                if not entry["to_status"]:
                    # What was asked and decided moves nothing by itself.
                    continue
                before, after = OrderStatus(entry["from_status"]), OrderStatus(entry["to_status"])
                assert before is status, "an entry is missing"
                assert before is after or may_follow(before, after), (before, after)
                status = after
                # What an order was before it was held says what a line is that is added meanwhile.
                resting = resting if before in HELD else before
                if entry["event"] != "entered":
                    lines = _replayed(lines, entry, resting)
            assert status is order.draft.status
            assert lines == [_line(order, place) for place in range(len(order.draft.lines))]

    @invariant()
    def execution_follows_from_quantities(self) -> None:
        for row in self.entered:
            order = open_order_row(self.desk, row)
            draft = order.draft
            statuses = {line.id: status for line, status in zip(draft.lines, order.line_statuses, strict=True)}
            progress = line_progress(draft, statuses)
            assert order.execution is execution_of(progress)
            if draft.status in MOVED_BY_QUANTITY:
                assert draft.status is order_status_after(draft.status, order.execution)
                assert LineStatus.INSERTED not in order.line_statuses
            for status, one in zip(order.line_statuses, progress, strict=True):
                assert status is line_status_after(status, one)
                assert one.executed <= one.quantity
            if draft.status is OrderStatus.CANCELLED:
                closed = {LineStatus.CANCELLED, LineStatus.EXECUTED, LineStatus.FORCED}
                assert set(order.line_statuses) <= closed

    @invariant()
    def documents_say_what_was_executed(self) -> None:
        for row in self.entered:
            with self.desk.store.read() as connection:
                told = executed_by_documents(connection, row)
            lines = open_order_row(self.desk, row).draft.lines
            assert [told.get(line.id, 0) for line in lines] == [line.executed for line in lines]

    @invariant()
    def amounts_are_those_of_what_counts(self) -> None:
        for row in self.entered:
            order = open_order_row(self.desk, row)
            stored = rows(self.desk, "SELECT items_net_minor FROM customer_order WHERE id = :id", id=row)[0]
            assert Decimal(int(stored["items_net_minor"])).scaleb(-2) == order.totals.items_net
            for line in order.draft.lines:
                assert line == with_amounts(line, 2)
                if line.cancelled:
                    assert line.gross == line.price * line.executed

    @invariant()
    def counters_and_numbers_are_true(self) -> None:
        assert {key: value for key, value in kept_counters(self.desk).items() if value[0]} == recounted(self.desk)
        live = rows(self.desk, "SELECT number FROM customer_order WHERE status <> 'cancelled' AND status <> 'archived'")
        numbers = [row["number"] for row in live]
        assert len(numbers) == len(set(numbers))


def _line(order: SavedOrder, place: int) -> dict[str, Any]:
    """What the journal can be asked about a line."""
    line = order.draft.lines[place]
    return {"quantity": line.quantity, "executed": line.executed, "status": order.line_statuses[place].value}


def _replayed(lines: list[dict[str, Any]], entry: Any, resting: OrderStatus) -> list[dict[str, Any]]:
    """The lines after one entry of the journal, of an order that was `resting` before anything held it."""
    before = json.loads(entry["before"]) if entry["before"] else {}
    after = json.loads(entry["after"]) if entry["after"] else {}
    whole = [name for name in {**before, **after} if name.startswith("lines[") and name.endswith("]")]
    gone = {int(name[6:-1]) for name in whole if name not in after}
    kept = [line for place, line in enumerate(lines, 1) if place not in gone]
    for name in sorted((name for name in whole if name in after), key=lambda name: int(name[6:-1])):
        quantity = Decimal(after[name].split(" ")[0])
        status = LineStatus.CONFIRMED if resting in MOVED_BY_QUANTITY else LineStatus.INSERTED
        kept.insert(int(name[6:-1]) - 1, {"quantity": quantity, "executed": Decimal(0), "status": status.value})
    for name, value in after.items():
        place, _, field = name.removeprefix("lines[").partition("].")
        if name.startswith("lines[") and field in ("quantity", "executed"):
            kept[int(place) - 1][field] = Decimal(str(value))
        elif name.startswith("lines[") and field == "status":
            kept[int(place) - 1][field] = value
    return kept


def _filled(url: str) -> Desk:
    store = Store(url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=FixedClock())
    desk = open_desk(store, "anna", clock=FixedClock())
    fill_shop(desk)
    policy = {"code": "P", "period": "yearly", "recover_gaps": True}
    save_row(
        desk,
        "numberings",
        {"code": "GAP", "name": "G", "format": "G{year}-{number:03d}"},
        children={"numbering-policies": [policy], "numbering-ranges": []},
    )
    flags = {"block_when_printed": True, "execution_needs_print": True}
    save_row(desk, "order-types", {"code": "GAP", "name": "G", "numbering": "GAP", **flags})
    return desk


def test_no_illegal_state_on_sqlite(sqlite_url: str) -> None:
    with copies_of(_filled(sqlite_url)) as desk:
        run_on_desks(Lives, desk, 15, 20)


def test_no_illegal_state_on_postgresql(new_postgres: Callable[..., str]) -> None:
    """Shorter: the rules are the same, only the locks differ."""
    run_on_desks(Lives, lambda: _filled(new_postgres()), 3, 15)
