"""Demo data: every amount as the domain computes it, every counter right, and ready for the next real order."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from stdnum import ean, get_cc_module

from fluorders_tui import cli
from fluorders_tui.data.condition_rows import load_conditions
from fluorders_tui.data.credit_rows import standings
from fluorders_tui.data.item_rows import load_item_cards
from fluorders_tui.data.order_rows import LINE, ORDER, load_order, search_text
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables.base import metadata
from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.entry import make_line
from fluorders_tui.domain.errors import Refused, Unreachable
from fluorders_tui.domain.header import choose_customer, start_order
from fluorders_tui.domain.lifecycle import LineProgress, execution_of, line_execution, may_follow, order_status_after
from fluorders_tui.domain.money import from_scaled, to_scaled
from fluorders_tui.domain.order import DiscountSource, Execution, LineStatus, LineType, OrderStatus
from fluorders_tui.domain.totals import document_totals
from fluorders_tui.services.approvals import waiting
from fluorders_tui.services.demo import ensure_demo, fill_demo
from fluorders_tui.services.desk import open_desk
from fluorders_tui.services.orders import enter_order, open_order
from tests.conftest import FixedClock

SMALL = {"customers": 60, "items": 260, "orders": 400}


def fill(url: str, **sizes: int) -> None:
    store = Store(url)
    fill_demo(store, user="anna", clock=FixedClock(), **(SMALL | sizes))
    store.dispose()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A small demo database that tests only read."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    fill_demo(store, user="anna", clock=FixedClock(), **SMALL)
    yield store
    store.dispose()


@pytest.fixture
def copy(filled: Store, tmp_path: Path) -> str:
    """A demo database to write in."""
    filled.dispose()
    assert filled.path is not None
    shutil.copyfile(filled.path, tmp_path / "copy.db")
    return f"sqlite:///{tmp_path / 'copy.db'}"


def rows(store: Store, name: str) -> list[Any]:
    table = metadata.tables[name]
    with store.read() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


def dump(store: Store) -> dict[str, list[Any]]:
    return {name: rows(store, name) for name in metadata.tables}


def indexes(store: Store) -> list[tuple[str, str]]:
    if store.is_sqlite:
        query = "SELECT name, sql FROM sqlite_master ORDER BY name"
    else:
        query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1"
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_every_order_has_the_totals_that_the_domain_computes(filled: Store) -> None:
    kinds: Counter[LineType] = Counter()
    for header in rows(filled, "customer_order"):
        with filled.read() as connection:
            draft = load_order(connection, header.id)
            shares = list(
                connection.execute(
                    select(LINE.c.final_discount_minor).where(LINE.c.order_id == header.id).order_by(LINE.c.position)
                ).scalars()
            )
        assert draft is not None
        decimals = draft.currency.decimals
        totals = document_totals(draft)
        for name in (
            "items_gross", "discounts", "items_net", "final_discounts", "charges", "taxable", "vat", "give_away",
            "total", "deposit",
        ):  # fmt: skip
            assert from_scaled(getattr(header, f"{name}_minor"), decimals) == getattr(totals, name), name
        assert from_scaled(header.expenses_minor, decimals) == totals.expenses_total
        assert from_scaled(header.company_total_minor, 2) == totals.company_total
        assert header.weight_micro == to_scaled(totals.weight, 6)
        assert shares == [to_scaled(share, decimals) for share in totals.final_shares]
        assert header.line_count == len(draft.lines)
        for line in draft.lines:
            assert with_amounts(line, decimals) == line
            kinds[line.line_type] += 1
    assert set(kinds) == set(LineType)


def test_prices_and_conditions_are_those_the_desk_would_find_itself(filled: Store) -> None:
    checked: Counter[str] = Counter()
    company = open_desk(filled, "anna", clock=FixedClock()).company
    for header in rows(filled, "customer_order")[::2]:
        with filled.read() as connection:
            draft = load_order(connection, header.id)
            assert draft is not None
            conditions = load_conditions(
                connection,
                draft.customer,
                draft.date,
                company_currency=company.currency,
                search_all_lists=company.search_all_lists,
            )
            assert conditions is not None
            codes = [line.item for line in draft.lines if line.item]
            cards = load_item_cards(connection, codes, conditions, usual_vat=company.vat_code)
        fresh = choose_customer(start_order(draft.type, draft.date), conditions)
        for name in (
            "customer", "name", "vat_number", "address", "destination", "language", "zone", "commercial_category",
            "currency", "customer_vat", "payments", "discounts", "final_discounts", "expenses", "agents", "carrier",
            "shipping_method", "delivery_terms", "delivery_place", "packing", "minimum_value", "vat_included",
        ):  # fmt: skip
            assert getattr(draft, name) == getattr(fresh, name), (header.number, name)
        for line in draft.lines:
            if line.line_type is not LineType.CODED:
                continue
            made = make_line(fresh, conditions, cards[line.item], line.quantity, line.uom.code)
            assert line.vat is not None
            assert made.vat is not None
            assert (line.vat.code, line.vat.rate) == (made.vat.code, made.vat.rate)
            same = {"price", "price_source", "description", "cost", "weight", "uom"}
            manual = any(discount.source is DiscountSource.MANUAL for discount in line.discounts)
            for name in same if manual else {*same, "discounts", "gross", "net"}:
                assert getattr(line, name) == getattr(made, name), (header.number, line.item, name)
            checked[line.price_source.origin.value] += 1
            checked[f"list {line.price_source.price_list}"] += 1
            checked[f"uom {line.uom.code}"] += 1
            checked["manual"] += manual
            checked["break"] += bool(line.price_source.min_quantity)
    assert checked["item"]
    assert checked["manual"]
    assert checked["break"]
    assert checked["uom box"]
    assert {"list RETAIL", "list WHOLESALE", "list KEY", "list SPECIAL", "list UK"} <= set(checked)


def test_execution_follows_from_the_lines_and_the_journal_tells_it(filled: Store) -> None:
    lines = defaultdict(list)
    for line in rows(filled, "customer_order_line"):
        lines[line.order_id].append(line)
    journal = defaultdict(list)
    for entry in rows(filled, "journal"):
        # What was asked and decided moves nothing by itself.
        if entry.kind == "order" and entry.to_status:
            journal[entry.document_id].append(entry)
    seen = set()
    for order in rows(filled, "customer_order"):
        status = OrderStatus(order.status)
        seen.add(status)
        progress = [
            LineProgress(
                LineType(line.line_type),
                from_scaled(line.quantity_micro, 6),
                from_scaled(line.executed_micro, 6),
                forced=line.status == LineStatus.FORCED.value,
                cancelled=line.status == LineStatus.CANCELLED.value,
            )
            for line in lines[order.id]
        ]
        execution = execution_of(progress)
        assert order.execution == execution.value, order.number
        assert order_status_after(status, execution) is status
        for line, one in zip(lines[order.id], progress, strict=True):
            expected = {
                Execution.EXECUTED: LineStatus.EXECUTED,
                Execution.PARTIAL: LineStatus.PARTIAL,
                Execution.FORCED: LineStatus.FORCED,
            }.get(line_execution(one))
            if expected:
                assert line.status == expected.value
            else:
                assert line.status in ("inserted", "confirmed", "cancelled")
        events = journal[order.id]
        assert events[0].from_status == "draft"
        assert events[-1].to_status == order.status
        for before, after in pairwise(events):
            assert before.to_status == after.from_status
            assert before.at <= after.at
            assert may_follow(OrderStatus(after.from_status), OrderStatus(after.to_status))
        assert (events[0].at, events[-1].at) == (order.entered_at, order.changed_at)
        assert {entry.number for entry in events} == {order.number}
        assert order.changed_at <= FixedClock().now.replace(hour=18, minute=0)
        confirmed = [entry.at for entry in events if entry.to_status == "confirmed"]
        assert order.confirmed_at == (confirmed[0] if confirmed else None)
    assert {OrderStatus.ENTERED, OrderStatus.CONFIRMED, OrderStatus.PARTIAL, OrderStatus.EXECUTED} <= seen
    assert {OrderStatus.CANCELLED, OrderStatus.FORCED} <= seen


def test_some_orders_wait_for_a_decision_and_their_customers_say_why(filled: Store) -> None:
    desk = open_desk(filled, "anna", clock=FixedClock())
    held = waiting(desk)
    assert {one.status for one in held} == {OrderStatus.LOCKED, OrderStatus.WAITING}
    assert {reason.kind for one in held for reason in one.reasons} >= {"credit limit", "always authorise"}
    assert any(one.comment for one in held)
    assert {one.id for one in rows(filled, "customer_order") if one.status in ("locked", "waiting for approval")} == {
        one.order_id for one in held
    }
    with filled.read() as connection:
        known = standings(connection, [one.customer for one in held])
    for one in held:
        assert one.excess >= 0
        (account, *_) = known[one.customer].standing.accounts or (None,)
        assert account is None or account.limit > 0


def test_orders_lie_in_twelve_months_and_some_open_ones_are_late(filled: Store) -> None:
    today = FixedClock().now.date()
    orders = rows(filled, "customer_order")
    assert [order.order_date for order in orders] == sorted(order.order_date for order in orders)
    assert orders[0].order_date >= today - dt.timedelta(days=365)
    assert today - dt.timedelta(days=7) <= orders[-1].order_date <= today
    waiting = [order for order in orders if order.status in ("confirmed", "partially executed")]
    assert any(order.delivery_date < today for order in waiting)
    assert any(order.delivery_date > today for order in waiting)


def test_counters_and_search_keys_are_right(filled: Store) -> None:
    orders = rows(filled, "customer_order")
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for order in orders:
        counted[order.status][0] += 1
        counted[order.status][1] += order.company_total_minor
        assert order.search_text == search_text(order.number, order.reference)
    kept = [row for row in rows(filled, "status_counter") if row.kind == "order"]
    assert {row.status: [row.count, row.company_total_minor] for row in kept} == counted
    last = Counter(order.period for order in orders)
    mine = {order.numbering_id for order in orders}
    numbers = {row.period: row.last_number for row in rows(filled, "numbering_counter") if row.numbering_id in mine}
    assert numbers == dict(last)
    for name in ("customer", "item"):
        for row in rows(filled, name):
            assert row.search_text.startswith(row.code.lower() + "\n")
            assert row.name_key
    with filled.read() as connection:
        assert not connection.execute(text("PRAGMA foreign_key_check")).all()
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_the_next_real_order_takes_the_next_number(copy: str, clock: FixedClock) -> None:
    store = Store(copy)
    desk = open_desk(store, "anna", clock=clock)
    last = rows(store, "customer_order")[-1]
    with store.read() as connection:
        draft = load_order(connection, last.id)
    assert draft is not None
    fresh = replace(
        draft,
        id=0,
        version=0,
        number="",
        date=clock.now.date(),
        status=OrderStatus.DRAFT,
        lines=tuple(replace(line, id=0, version=0, executed=line.executed * 0) for line in draft.lines),
    )
    saved = enter_order(desk, replace(fresh, delivery_date=None))
    assert saved.draft.number == f"2026-{last.sequence + 1:05d}"
    assert open_order(desk, saved.draft.number).draft.id == saved.draft.id
    store.dispose()


def test_fragments_find_what_was_filled(copy: str) -> None:
    path = copy.removeprefix("sqlite:///")
    connection = sqlite3.connect(path)
    for name in ("customer", "item", "customer_order"):
        connection.execute(f"INSERT INTO {name}_fragments({name}_fragments, rank) VALUES ('integrity-check', 1)")
    found = connection.execute("SELECT rowid FROM customer_fragments WHERE search_text MATCH '\"si [mil\"'").fetchall()
    assert len(found) == 1
    connection.close()


def test_the_registries_hold_what_the_desk_must_cope_with(filled: Store) -> None:
    customers, items = rows(filled, "customer"), rows(filled, "item")
    assert (len(customers), len(items)) == (60, 260)
    names = [customer.name for customer in customers]
    assert {"Rossi [Milano]", "O'Neill & Söhne", "[/b] Grafica [red]"} <= set(names)
    assert any("\u0590" <= char <= "\u08ff" for name in names for char in name)
    assert any(len(name) > 100 for name in names)
    assert customers[0].code == "C0001"
    countries = {row.id: row.code for row in rows(filled, "country")}
    for customer in customers:
        if customer.vat_number:
            module: Any = get_cc_module(countries[customer.country_id].lower(), "vat")
            assert module.is_valid(customer.vat_number), customer.vat_number
    assert len({customer.country_id for customer in customers}) >= 5
    assert "A-100" in {item.code for item in items}
    assert len({item.description for item in items}) == len(items)
    assert all(item.sales_price_micro > item.standard_cost_micro > 0 for item in items)
    barcodes = rows(filled, "barcode")
    assert len(barcodes) > len(items)
    assert all(ean.is_valid(row.barcode) for row in barcodes)
    for name in ("item_unit", "item_substitute", "item_supplier", "item_component", "stock", "customer_item"):
        assert rows(filled, name), name
    for flag in ("blocked", "running_out"):
        assert any(getattr(item, flag) for item in items)


def test_the_same_seed_and_day_give_the_same_rows(filled: Store, tmp_path: Path) -> None:
    other = Store(f"sqlite:///{tmp_path / 'again.db'}")
    clock = FixedClock(FixedClock().now.replace(hour=22, minute=59))
    fill_demo(other, user="anna", clock=clock, **SMALL)
    assert dump(other) == dump(filled)
    other.dispose()


def test_another_seed_gives_other_customers(filled: Store, tmp_path: Path) -> None:
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    fill_demo(other, user="anna", clock=FixedClock(), customers=60, items=30, orders=20, seed=2)
    same = [a.name for a, b in zip(rows(filled, "customer"), rows(other, "customer"), strict=True) if a.name == b.name]
    assert len(same) < 30
    other.dispose()


def test_both_databases_get_the_same_rows_and_keep_their_indexes(database_url: str, tmp_path: Path) -> None:
    small = {"customers": 25, "items": 60, "orders": 40}
    store, reference = Store(database_url), Store(f"sqlite:///{tmp_path / 'reference.db'}")
    before = indexes(store)
    fill_demo(store, user="anna", clock=FixedClock(), **small)
    fill_demo(reference, user="anna", clock=FixedClock(), **small)
    assert indexes(store) == before
    assert dump(store) == dump(reference)
    desk = open_desk(store, "anna", clock=FixedClock())
    draft = open_order(desk, rows(store, "customer_order")[-1].number).draft
    lines = tuple(replace(line, id=0, version=0, executed=line.executed * 0) for line in draft.lines)
    fresh = replace(draft, id=0, version=0, number="", status=OrderStatus.DRAFT, date=desk.today(), lines=lines)
    saved = enter_order(desk, replace(fresh, delivery_date=None))
    assert saved.draft.id == 41
    store.dispose()
    reference.dispose()


def test_more_orders_than_baskets_repeat_them_on_other_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fluorders_tui.data.demo.orders.MOST_BASKETS", 50)
    monkeypatch.setattr("fluorders_tui.data.demo.orders.BATCH", 64)
    store = Store(f"sqlite:///{tmp_path / 'many.db'}")
    fill_demo(store, user="anna", clock=FixedClock(), customers=20, items=50, orders=700)
    orders = rows(store, "customer_order")
    assert len(orders) == 700
    assert len({order.number for order in orders}) == 700
    # The same goods for the same customer, but not the same ones every day.
    repeated = Counter((order.customer_id, order.total_minor, order.line_count) for order in orders)
    assert 30 < len(repeated) <= 60
    assert max(repeated.values()) < 60
    for order in orders[::23]:
        with store.read() as connection:
            draft = load_order(connection, order.id)
        assert draft is not None
        assert from_scaled(order.total_minor, order.currency_decimals) == document_totals(draft).total
        rates = [row.valid_from for row in rows(store, "currency_rate")]
        if draft.currency.rate_date:
            assert draft.currency.rate_date == max(day for day in rates if day <= draft.date)
    store.dispose()


@pytest.mark.parametrize("emptied", [False, True])
def test_a_database_in_use_is_refused_and_left_as_it_is(copy: str, emptied: bool) -> None:
    store = Store(copy)
    if emptied:
        with store.write() as session:
            for name in ("approval", "customer_order_line", "customer_order"):
                session.execute(metadata.tables[name].delete())
    before = dump(store)
    with pytest.raises(Refused, match="customers" if emptied else "orders"):
        fill_demo(store, user="anna", clock=FixedClock(), **SMALL)
    assert dump(store) == before
    store.dispose()


def test_a_fill_that_fails_leaves_nothing_behind(database_url: str) -> None:
    store = Store(database_url)
    before = indexes(store)

    def interrupt(message: str) -> None:
        if "index" in message:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_demo(store, user="anna", clock=FixedClock(), customers=5, items=10, orders=10, progress=interrupt)
    assert indexes(store) == before
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(ORDER)).scalar() == 0
    assert not rows(store, "customer")
    fill_demo(store, user="anna", clock=FixedClock(), customers=5, items=10, orders=10)
    assert len(rows(store, "customer_order")) == 10
    store.dispose()


def test_a_file_somebody_else_has_open_is_not_filled(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    store.dispose()
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("SELECT count(*) FROM item").fetchall()
    with pytest.raises(Unreachable) as busy:
        fill_demo(store, user="anna", clock=FixedClock(), customers=5, items=10, orders=10)
    assert "Close every program" in busy.value.hint
    other.close()
    fill_demo(store, user="anna", clock=FixedClock(), customers=5, items=10, orders=10)
    store.dispose()


def test_the_demo_is_made_once(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'deep' / 'demo.db'}")
    assert ensure_demo(store, user="anna", clock=FixedClock())
    assert not ensure_demo(store, user="anna", clock=FixedClock())
    assert rows(store, "company")[0].country == "IT"
    assert [len(rows(store, name)) for name in ("customer", "item", "customer_order")] == [400, 3000, 2500]
    store.dispose()


def test_the_demo_option_makes_its_own_database_on_first_use(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(
        "fluorders_tui.services.demo.ensure_demo", lambda store, *, user: made.append(store.shown_url) or True
    )
    assert cli.main(["orders", "--demo"]) == 5
    assert len(made) == 1
    assert made[0].endswith("/fluorders/demo.db")
    assert "demo.db" in capsys.readouterr().err


def test_from_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = str(tmp_path / "shell.db")
    arguments = ["demo", "--database", database, "--customers", "12", "--items", "30", "--orders", "25"]
    assert cli.main([*arguments, "--format", "csv"]) == 0
    out, err = capsys.readouterr()
    assert "orders,25" in out
    assert "30 items and 12 customers" in err
    assert cli.main(arguments) == 1
    assert "orders already" in capsys.readouterr().err
    assert cli.main(["demo", "--database", database, "--orders", "-1"]) == 1
    assert cli.main(["demo", "--orders", "many"]) == 2


def test_a_company_has_offers_and_supplier_orders_at_every_stage(filled: Store) -> None:
    offers = rows(filled, "offer")
    assert {one.status for one in offers} == {"entered", "confirmed", "lost", "superseded"}
    assert {one.prospect for one in offers} == {True, False}
    today = FixedClock().now.date()
    assert any(one.status == "entered" and one.valid_until < today for one in offers)
    assert any(one.status == "entered" and 0 <= (one.valid_until - today).days <= 7 for one in offers)
    assert all(one.total_minor > 0 and one.line_count for one in offers)
    bought = Counter(one.status for one in rows(filled, "supplier_order"))
    assert {"entered", "confirmed", "partially received", "received"} <= set(bought)
    short = [one for one in rows(filled, "supplier_order_line") if one.confirmed_quantity_micro is not None]
    assert any(one.confirmed_quantity_micro < one.quantity_micro for one in short)
    assert all(one.unit_price_micro > 0 for one in rows(filled, "supplier_order_line"))
