"""Changes to many lines: shown first, an order at a time, nobody overwritten, and taken back exactly (D-17.4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain.errors import Conflict, Invalid, NotAllowed, Refused, Unreachable
from fluorders_tui.domain.order import Execution, LineStatus, OrderStatus, PriceOrigin
from fluorders_tui.services import mass_changes
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.line_changes import (
    DeliveryMoved,
    DiscountsSet,
    Forced,
    LineAgentSet,
    ListTaken,
    NoteSet,
    PriceSet,
    PriceVaried,
    QuantitySet,
    meant_lines,
    meant_orders,
)
from fluorders_tui.services.line_list import ALL_LINES, LineFilter, each_line, line_ids
from fluorders_tui.services.mass_changes import Change, apply, apply_unseen, last_change_to_undo, preview, undo
from fluorders_tui.services.order_story import story_of_row
from fluorders_tui.services.orders import change_order, open_order_row
from fluorders_tui.services.registry_saving import save_row
from tests.services.lines_on_list import change_by_hand, counters_hold, execute, fill_lines, plain_lines
from tests.services.orders_on_list import DAY, fill_registries


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_registries(italian_desk)
    save_row(italian_desk, "agents", {"code": "AG1", "name": "Neri"})
    return italian_desk


@pytest.fixture
def rows(desk: Desk) -> list[int]:
    return fill_lines(desk, 6)


def _all(desk: Desk) -> mass_changes.Meant:
    return meant_lines(desk, line_ids(desk, ALL_LINES))


CHANGES: tuple[tuple[Change, str, object], ...] = (
    (DeliveryMoved(to=DAY + dt.timedelta(20)), "delivery_date", DAY + dt.timedelta(20)),
    (PriceSet(Decimal("3.5")), "price", Decimal("3.5")),
    (QuantitySet(Decimal(40)), "quantity", Decimal(40)),
    (DiscountsSet("50+10"), "net", None),
    (NoteSet("call [first]"), "note", "call [first]"),
    (LineAgentSet("AG1", Decimal(4)), "agents", None),
)


@pytest.mark.parametrize(("change", "field", "value"), CHANGES, ids=lambda one: getattr(one, "about", ""))
def test_what_is_shown_is_done_and_undone_exactly(
    desk: Desk, rows: list[int], change: Change, field: str, value: object
) -> None:
    before = {row: open_order_row(desk, row) for row in rows}
    lines_before = {row: plain_lines(desk, row) for row in rows}
    shown = preview(desk, change, _all(desk))
    assert {row: plain_lines(desk, row) for row in rows} == lines_before, "a preview writes nothing"
    notes = field == "note"
    assert shown.changed_lines == len(rows) * (3 if notes else 2)
    assert shown.refusals == (0 if notes else len(rows))
    done = apply(desk, shown)
    assert (done.orders, done.lines, done.left, done.stopped) == (len(rows), shown.changed_lines, (), False)
    for row, order in zip(rows, sorted(shown.orders, key=lambda one: one.order_id), strict=True):
        after = open_order_row(desk, row)
        coded = after.draft.lines[:2]
        assert [getattr(line, field) for line in coded] != [getattr(line, field) for line in lines_before[row][:2]]
        assert value is None or all(getattr(line, field) == value for line in coded)
        assert after.totals.total == order.total_after
        assert before[row].totals.total == order.total_before
        assert after.draft.revision == before[row].draft.revision + (after.draft.status is OrderStatus.CONFIRMED)
    assert counters_hold(desk)
    back = undo(desk, done.change_id)
    assert (back.orders, back.lines, back.left) == (len(rows), shown.changed_lines, ())
    assert {row: plain_lines(desk, row) for row in rows} == lines_before
    for row in rows:
        assert open_order_row(desk, row).totals == before[row].totals
        assert open_order_row(desk, row).draft.status is before[row].draft.status
    assert counters_hold(desk)
    with pytest.raises(Refused, match="undone already"):
        undo(desk, done.change_id)


def test_the_journal_of_each_order_tells_the_change_and_its_undoing(desk: Desk, rows: list[int]) -> None:
    done = apply_unseen(desk, PriceVaried(Decimal(10)), meant_orders(rows[:1]))
    undo(desk, done.change_id)
    entries = story_of_row(desk, rows[0]).entries
    comments = [entry.comment for entry in entries]
    assert f"Mass change {done.change_id}: price +10 %" in comments
    assert f"Mass change {done.change_id} undone" in comments
    changed = next(entry for entry in entries if entry.comment.endswith("price +10 %"))
    assert any("price 7.77 → 8.55" in change for change in changed.changes)


def test_only_the_lines_meant_are_changed(desk: Desk, rows: list[int]) -> None:
    meant = [row.id for row in each_line(desk, LineFilter(item="A-100"))]
    apply(desk, preview(desk, PriceSet(Decimal(1)), meant_lines(desk, meant)))
    for row in each_line(desk):
        assert (row.price == 1) is (row.id in meant)
        assert row.price_origin is PriceOrigin.MANUAL or row.id not in meant


def _monday_after_a_weekend(day: dt.date) -> dt.date:
    return day + dt.timedelta(7 - day.weekday()) if day.weekday() > 4 else day


def test_a_shift_takes_each_line_from_its_own_day_to_an_open_one(desk: Desk, rows: list[int]) -> None:
    before = {row.id: row.delivery_date for row in each_line(desk) if row.delivery_date}
    apply_unseen(desk, DeliveryMoved(days=5), meant_orders(rows))
    after = {row.id: row.delivery_date for row in each_line(desk) if row.delivery_date}
    shifted = {line: day + dt.timedelta(5) for line, day in before.items() if day}
    assert after == {line: _monday_after_a_weekend(day) for line, day in shifted.items()}
    assert after != shifted


def test_what_somebody_changed_since_the_preview_stays_theirs(desk: Desk, rows: list[int]) -> None:
    shown = preview(desk, PriceSet(Decimal(2)), _all(desk))
    change_by_hand(desk, rows[2])
    kept = plain_lines(desk, rows[2])
    done = apply(desk, shown)
    assert [(one.order_id, type(one.error)) for one in done.left] == [(rows[2], Conflict)]
    assert done.orders == len(rows) - 1
    assert plain_lines(desk, rows[2]) == kept


def test_what_somebody_saves_while_it_runs_stays_theirs(
    desk: Desk, rows: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = mass_changes._write

    def write(desk: Desk, change: Change, change_id: int, before: object, made: mass_changes.ChangedOrder) -> int:
        # Between reading the order and writing it, another desk saves.
        if made.draft.id == rows[3]:
            change_by_hand(desk, rows[3])
        return written(desk, change, change_id, before, made)  # type: ignore[arg-type]

    monkeypatch.setattr(mass_changes, "_write", write)
    done = apply_unseen(desk, PriceSet(Decimal(2)), meant_orders(rows))
    assert [(one.order_id, type(one.error)) for one in done.left] == [(rows[3], Conflict)]
    assert done.orders == len(rows) - 1
    opened = open_order_row(desk, rows[3]).draft
    assert opened.reference == "by hand"
    assert all(line.price != 2 for line in opened.lines)
    assert counters_hold(desk)


def test_stopped_in_the_middle_leaves_whole_orders_and_undo_takes_those_back(desk: Desk, rows: list[int]) -> None:
    before = {row: plain_lines(desk, row) for row in rows}
    done = apply_unseen(desk, PriceSet(Decimal(2)), meant_orders(rows), lambda at, total: at < 3)
    assert (done.orders, done.stopped) == (3, True)
    prices = {row: {line.price for line in plain_lines(desk, row)[:2]} for row in rows}
    assert sorted(prices.values(), key=len).count({Decimal(2)}) == 3
    assert sum(plain_lines(desk, row) == before[row] for row in rows) == 3
    half = undo(desk, done.change_id, lambda at, total: at < 1)
    assert (half.orders, half.stopped) == (1, True)
    rest = undo(desk, done.change_id)
    assert (rest.orders, rest.stopped, rest.left) == (2, False, ())
    assert {row: plain_lines(desk, row) for row in rows} == before


def test_undo_leaves_what_somebody_changed_since(desk: Desk, rows: list[int]) -> None:
    before = {row: plain_lines(desk, row) for row in rows}
    done = apply_unseen(desk, NoteSet("x"), meant_orders(rows))
    change_by_hand(desk, rows[1])
    back = undo(desk, done.change_id)
    assert [one.order_id for one in back.left] == [rows[1]]
    assert isinstance(back.left[0].error, Conflict)
    assert all((plain_lines(desk, row) == before[row]) is (row != rows[1]) for row in rows)
    assert last_change_to_undo(desk) is None


def _force(desk: Desk, rows: Sequence[int]) -> mass_changes.Outcome:
    return apply(desk, preview(desk, Forced("no more stock"), meant_orders(rows)))


def test_forcing_closes_what_is_left_and_derives_the_rest(desk: Desk, rows: list[int]) -> None:
    confirmed, other = rows[0], rows[2]
    execute(desk, other, 1, 3, "executed")
    before = plain_lines(desk, other)
    done = _force(desk, [confirmed, other])
    assert (done.orders, done.lines, done.refused) == (2, 3, 3)
    for row in (confirmed, other):
        saved = open_order_row(desk, row)
        assert saved.draft.status is OrderStatus.FORCED
        assert saved.execution is Execution.FORCED
        assert saved.line_statuses[1] is LineStatus.FORCED
    assert open_order_row(desk, other).line_statuses[0] is LineStatus.EXECUTED
    assert not [row for row in each_line(desk) if row.order_id == confirmed and row.remaining]
    assert counters_hold(desk)
    undo(desk, done.change_id)
    first, second = open_order_row(desk, confirmed), open_order_row(desk, other)
    assert (first.draft.status, first.execution) == (OrderStatus.CONFIRMED, Execution.NONE)
    assert (second.draft.status, second.execution) == (OrderStatus.PARTIAL, Execution.PARTIAL)
    assert first.line_statuses[:2] == (LineStatus.CONFIRMED, LineStatus.CONFIRMED)
    assert plain_lines(desk, other) == before
    assert counters_hold(desk)


def test_one_forced_line_beside_an_open_one_leaves_the_order_open(desk: Desk, rows: list[int]) -> None:
    line = open_order_row(desk, rows[0]).draft.lines[0].id
    done = apply(desk, preview(desk, Forced("damaged"), meant_lines(desk, [line])))
    saved = open_order_row(desk, rows[0])
    assert done.lines == 1
    assert (saved.draft.status, saved.execution) == (OrderStatus.CONFIRMED, Execution.NONE)
    assert saved.line_statuses[:2] == (LineStatus.FORCED, LineStatus.CONFIRMED)


def test_what_is_not_confirmed_is_not_forced(desk: Desk, rows: list[int]) -> None:
    shown = preview(desk, Forced("no more stock"), meant_orders([rows[1]]))
    assert shown.changed_lines == 0
    assert [one.error.rule for one in shown.orders[0].refused] == ["D-12.3", "D-12.3", "D-12.1"]


@pytest.mark.parametrize(
    ("role", "change", "allowed"),
    [
        ("clerk", Forced("x"), False),
        ("expediter", Forced("x"), True),
        ("supervisor", Forced("x"), True),
        ("expediter", PriceSet(Decimal(1)), False),
        ("expediter", DeliveryMoved(days=1), True),
        ("clerk", PriceSet(Decimal(1)), True),
        ("viewer", NoteSet("x"), False),
    ],
)
def test_roles_are_held_by_the_service(desk: Desk, rows: list[int], role: str, change: Change, allowed: bool) -> None:
    person = replace(desk, role=role)
    shown = preview(person, change, meant_orders(rows[:1]))
    assert shown.changed_lines
    if allowed:
        assert apply(person, shown).orders == 1
        return
    for attempt in (lambda: apply(person, shown), lambda: apply_unseen(person, change, meant_orders(rows))):
        with pytest.raises(NotAllowed) as caught:
            attempt()
        assert caught.value.rule == "P-71"


def test_only_who_did_it_or_a_supervisor_takes_it_back(desk: Desk, rows: list[int]) -> None:
    done = apply_unseen(desk, NoteSet("x"), meant_orders(rows))
    other = replace(desk, user="bruno", role="clerk")
    assert last_change_to_undo(other) is None
    with pytest.raises(NotAllowed):
        undo(other, done.change_id)
    assert undo(replace(other, role="supervisor"), done.change_id).orders == len(rows)
    with pytest.raises(Invalid):
        undo(desk, 999_999)


@pytest.mark.parametrize(
    "change",
    [
        DeliveryMoved(),
        PriceVaried(Decimal(0)),
        QuantitySet(Decimal(0)),
        DiscountsSet("5+x"),
        ListTaken("NONE"),
        LineAgentSet("NOBODY", Decimal(1)),
        LineAgentSet("AG1", Decimal(101)),
        Forced("  "),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_no_line_can_mean_is_refused_before_any_is_read(desk: Desk, rows: list[int], change: Change) -> None:
    with pytest.raises(Refused):
        preview(desk, change, meant_orders(rows))
    with pytest.raises(Refused):
        apply_unseen(desk, change, meant_orders(rows))


def test_executed_lines_and_closed_orders_stay(desk: Desk, rows: list[int]) -> None:
    execute(desk, rows[4], 1, 2, "partially executed")
    shown = preview(desk, PriceSet(Decimal(1)), meant_orders([rows[4]]))
    assert [(one.number, one.error.rule) for one in shown.orders[0].refused] == [(1, "D-12.6"), (3, "D-6.1")]
    lower = preview(desk, QuantitySet(Decimal(1)), meant_orders([rows[4]]))
    assert ("D-15.2", 1) in [(one.error.rule, one.number) for one in lower.orders[0].refused]
    _force(desk, [rows[0]])
    closed = preview(desk, NoteSet("x"), meant_orders([rows[0]]))
    assert closed.changed_lines == 0
    assert closed.orders[0].error is not None
    assert closed.orders[0].error.rule == "D-12.3"


def test_prices_of_a_list_nobody_has(desk: Desk, rows: list[int]) -> None:
    save_row(desk, "price-list-types", {"code": "PROMO", "name": "Promo"})
    save_row(
        desk,
        "price-lists",
        {"code": "P26", "name": "P", "list_type": "PROMO", "currency": "EUR", "valid_from": "2026-01-01"},
        children={"price-list-lines": [{"item": "A-100", "price": "1.25"}]},
    )
    shown = preview(desk, ListTaken("PROMO"), _all(desk))
    done = apply(desk, shown)
    assert done.lines == len([row for row in each_line(desk) if row.item == "A-100"])
    assert {row.price for row in each_line(desk, LineFilter(item="A-100"))} == {Decimal("1.25")}
    assert shown.refusals == len(rows) * 3 - done.lines


def test_nothing_to_change_begins_no_change(desk: Desk, rows: list[int]) -> None:
    done = apply_unseen(desk, LineAgentSet(""), meant_orders(rows))
    assert (done.change_id, done.orders) == (0, 0)
    assert last_change_to_undo(desk) is None


def test_a_change_after_the_undo_of_another_starts_from_what_is_there(desk: Desk, rows: list[int]) -> None:
    first = apply_unseen(desk, PriceSet(Decimal(5)), meant_orders(rows[:1]))
    undo(desk, first.change_id)
    opened = open_order_row(desk, rows[0]).draft
    change_order(desk, replace(opened, note="kept"))
    second = apply_unseen(desk, PriceSet(Decimal(6)), meant_orders(rows[:1]))
    undo(desk, second.change_id)
    assert open_order_row(desk, rows[0]).draft.note == "kept"
    assert open_order_row(desk, rows[0]).draft.lines[0].price == Decimal("7.77")


def test_a_raised_price_keeps_its_decimals(desk: Desk, rows: list[int]) -> None:
    lines = [line.id for line in open_order_row(desk, rows[0]).draft.lines[:2]]
    apply_unseen(desk, PriceSet(Decimal("0.0179")), meant_lines(desk, lines[1:]))
    apply_unseen(desk, PriceVaried(Decimal(5)), meant_lines(desk, lines))
    assert [line.price for line in plain_lines(desk, rows[0])[:2]] == [Decimal("8.16"), Decimal("0.0188")]
    apply_unseen(desk, PriceVaried(Decimal("-0.005"), is_amount=True), meant_lines(desk, lines))
    assert [line.price for line in plain_lines(desk, rows[0])[:2]] == [Decimal("8.155"), Decimal("0.0138")]


def test_a_database_that_goes_away_stops_it_and_what_is_done_can_be_undone(
    desk: Desk, rows: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written, calls = mass_changes._write, []

    def write(*arguments: object) -> int:
        calls.append(arguments)
        if len(calls) == 3:
            raise Unreachable("The database is busy: another program holds it.")
        return written(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(mass_changes, "_write", write)
    done = apply_unseen(desk, NoteSet("x"), meant_orders(rows))
    assert (done.orders, done.stopped, len(calls)) == (2, True, 3)
    assert isinstance(done.left[-1].error, Unreachable)
    assert undo(desk, done.change_id).orders == 2
    assert all(row.note != "x" for row in each_line(desk))
