"""One PostgreSQL login per person: the database refuses what their role may not do, and the desk works (P-184)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from fluorders_tui.data.schema import check_version, migrate
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables.everything import metadata
from fluorders_tui.domain.errors import NotAllowed, Refused, Unreachable
from fluorders_tui.domain.order import OrderStatus
from fluorders_tui.domain.permissions import Role
from fluorders_tui.services.approvals import approve, ask_release, waiting
from fluorders_tui.services.conditions import item_card
from fluorders_tui.services.deliveries import Asked as Delivery
from fluorders_tui.services.deliveries import deliver
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.needs import needs_now
from fluorders_tui.services.order_life import Asked, OrderStep, take
from fluorders_tui.services.orders import enter_order, open_order_row
from fluorders_tui.services.presence import KIND, beat, leave
from fluorders_tui.services.registries import get_row, list_rows
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.users import add_person, change_role, let_go, people
from tests.conftest import FixedClock
from tests.services.credit_shop import entered, pieces, set_customer, status, with_quantity
from tests.shop import fill_shop

S = OrderStatus


@dataclass
class Office:
    """A company whose people log in to the database by themselves."""

    owner: Desk
    clock: FixedClock
    stores: list[Store]

    def name(self, role: str) -> str:
        """The login of whoever has a role; servers keep logins of all databases in one list."""
        return f"{role}_{os.getpid()}"

    def desk(self, role: str) -> Desk:
        """Their desk, opened as anybody: the login says who they are."""
        store = Store(make_url(self.owner.store.url).set(username=self.name(role)))
        self.stores.append(store)
        return open_desk(store, "nobody", clock=self.clock)

    def direct(self, role: str, statement: str, *, path: str = "") -> list[tuple[Any, ...]]:
        """What the database says to a statement typed beside the program."""
        url = make_url(self.owner.store.url).set(username=self.name(role), drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
            if path:
                connection.execute(f"SET search_path TO {path}".encode())
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def office(postgres_url: str, clock: FixedClock) -> Iterator[Office]:
    store = Store(postgres_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    owner = open_desk(store, "anna", clock=clock)
    fill_shop(owner)
    made = Office(owner, clock, [store])
    row = get_row(owner, "items", "A-100")
    save_row(owner, "items", {"last_cost": "6"}, row_id=row.id)
    set_customer(owner, "C0001", credit_limit="100")
    for role in Role:
        assert add_person(owner, made.name(role), role, database_login=True)
    yield made
    for one in made.stores:
        one.dispose()
    url = make_url(postgres_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        roles = [made.name(role) for role in Role] + [f"{url.database}_{role}" for role in Role]
        for name in roles:
            connection.execute(f'DROP OWNED BY "{name}"'.encode())
            connection.execute(f'DROP ROLE "{name}"'.encode())


_VOTE = (
    'INSERT INTO approval_vote (version, approval_id, "user", at, approved, comment)'
    " VALUES (1, 1, session_user, now(), true, '')"
)
_AS_ANNA = (
    'INSERT INTO journal (version, at, "user", kind, document_id, number, event, from_status, to_status, comment,'
    " before, after) VALUES (1, now(), 'anna', 'order', 1, '1', 'approved', '', '', '', '', '')"
)

REFUSED = [
    ("clerk", "UPDATE price_list SET name = 'mine'"),
    ("clerk", "INSERT INTO price_list_line (price_list_id) VALUES (1)"),
    ("clerk", "UPDATE item SET sales_price_micro = 1"),
    ("clerk", "UPDATE public.item SET sales_price_micro = 1"),
    ("clerk", "SELECT last_cost_micro FROM public.item"),
    ("clerk", "SELECT cost_minor FROM public.customer_order"),
    ("clerk", "SELECT unit_cost_micro FROM public.customer_order_line"),
    ("clerk", "SELECT desk_roles.cost_of(1)"),
    ("clerk", "UPDATE customer SET credit_limit_minor = 99999999"),
    ("clerk", "DELETE FROM customer_block"),
    ("clerk", _VOTE),
    ("clerk", "UPDATE approval SET state = 'approved'"),
    ("clerk", "UPDATE customer_order SET status = 'entered' WHERE status = 'locked'"),
    ("clerk", "UPDATE customer_order SET status = 'rejected' WHERE status = 'locked'"),
    ("clerk", "UPDATE desk_user SET role = 'administrator'"),
    ("clerk", "DELETE FROM journal"),
    ("clerk", "UPDATE journal SET comment = ''"),
    ("clerk", _AS_ANNA),
    ("clerk", "DELETE FROM customer_order"),
    ("expediter", "UPDATE customer_order_line SET unit_price_micro = 1"),
    ("expediter", "INSERT INTO customer (code) VALUES ('X')"),
    ("expediter", "UPDATE company SET name = 'mine'"),
    ("viewer", "UPDATE customer_order SET note = 'x'"),
    ("viewer", "UPDATE customer SET name = 'x'"),
    ("viewer", "INSERT INTO held_draft (version) VALUES (1)"),
    ("viewer", "UPDATE status_counter SET count = 0"),
    ("viewer", "SELECT last_cost_micro FROM public.item"),
    ("supervisor", "UPDATE desk_user SET role = 'administrator'"),
]  # fmt: skip


def test_the_database_refuses_it_beside_the_program(office: Office) -> None:
    assert [entered(office.owner, quantity).status for quantity in (3, 9)] == [S.ENTERED, S.LOCKED]
    for role, statement in REFUSED:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            office.direct(role, statement)
    # Nor does another search path help.
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.direct("clerk", "SELECT last_cost_micro FROM item", path="public")
    assert office.direct("clerk", "SELECT DISTINCT last_cost_micro FROM item") == [(0,)]
    assert office.direct("clerk", "SELECT DISTINCT cost_minor FROM customer_order") == [(None,)]
    assert office.direct("clerk", "SELECT count(*) FROM journal WHERE kind = 'items'") == [(0,)]
    assert office.direct("supervisor", "SELECT max(last_cost_micro) FROM item") == [(6_000_000,)]
    office.direct("supervisor", "UPDATE price_list SET name = 'ours'")


def test_a_clerk_works_under_their_own_login_and_costs_come_from_the_items(office: Office) -> None:
    clerk = office.desk("clerk")
    assert (clerk.user, clerk.role) == (office.name("clerk"), "clerk")
    assert item_card(clerk, "A-100", None).cost == 0
    order = enter_order(clerk, pieces(clerk, 5)).draft
    assert (order.status, order.lines[0].cost) == (S.ENTERED, 0)
    seen = open_order_row(office.owner, order.id)
    assert seen.draft.lines[0].cost == Decimal(6)
    assert seen.totals.margin == Decimal("20.00")
    assert office.direct("supervisor", f"SELECT cost_minor, entered_by FROM customer_order WHERE id = {order.id}") == [
        (3000, office.name("clerk"))
    ]
    changed = with_quantity(clerk, order, 4)
    assert office.direct("supervisor", f"SELECT cost_minor FROM customer_order WHERE id = {order.id}") == [(2400,)]
    confirmed = take(clerk, order.id, Asked(OrderStep.CONFIRM))
    assert confirmed.draft.status is S.CONFIRMED
    assert changed.draft.version < confirmed.draft.version
    row = get_row(clerk, "customers", "C0002")
    assert save_row(clerk, "customers", {"city": "Como"}, row_id=row.id).values["city"] == "Como"
    assert save_row(clerk, "customers", {"code": "N1", "name": "New", "country": "IT"}).code == "N1"
    with pytest.raises(NotAllowed):
        save_row(clerk, "zones", {"code": "N"})
    assert list_rows(clerk, "items").total == 4


def test_release_and_delivery_under_logins(office: Office, tmp_path: Path) -> None:
    clerk, boss, expediter = office.desk("clerk"), office.desk("supervisor"), office.desk("expediter")
    order = enter_order(clerk, pieces(clerk, 20)).draft
    assert order.status is S.LOCKED
    ask_release(clerk, order.id, "please")
    (one,) = waiting(boss)
    assert one.mine
    assert one.margin == Decimal("80.00")
    assert waiting(clerk)[0].margin is None
    assert approve(boss, [order.id], "ok")[0].status is S.ENTERED
    assert needs_now(clerk, tmp_path).statuses[S.ENTERED].count == 1
    take(clerk, order.id, Asked(OrderStep.CONFIRM))
    stock = get_row(boss, "items", "A-100")
    warehouse = list_rows(boss, "warehouses").rows[0].code
    save_row(boss, "items", {}, row_id=stock.id, children={"stock": [{"warehouse": warehouse, "quantity": "100"}]})
    deliver(expediter, Delivery((order.id,)))
    assert status(office.owner, order) is S.EXECUTED
    assert office.direct("supervisor", f"SELECT cost_minor FROM customer_order WHERE id = {order.id}") == [(12000,)]


def test_the_program_tells_what_the_database_refuses(office: Office) -> None:
    clerk = office.desk("clerk")
    with pytest.raises(NotAllowed, match="The database refuses this") as told:
        save_row(replace(clerk, role="administrator"), "zones", {"code": "N"})
    assert told.value.exit_code == 3
    viewer = office.desk("viewer")
    with pytest.raises(NotAllowed, match="The database refuses this"):
        enter_order(replace(viewer, role="clerk"), pieces(viewer, 1))
    order = entered(office.owner, 1)
    assert open_order_row(viewer, order.id).draft.status is S.ENTERED
    clerk = office.desk("clerk")
    assert beat(clerk, "one", KIND, order.id) == ()
    assert [one.user for one in beat(viewer, "two", KIND, order.id)] == [clerk.user]
    leave(viewer, "two")
    leave(clerk, "one")


def test_a_role_follows_the_registry_of_users(office: Office) -> None:
    name = office.name("clerk")
    update = "UPDATE price_list SET name = 'x'"
    change_role(office.owner, name, "supervisor")
    office.direct("clerk", update)
    assert office.desk("clerk").role == "supervisor"
    let_go(office.owner, name)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.direct("clerk", "SELECT 1 FROM customer")
    assert {one.name: one.login for one in people(office.owner)}[name] is False


def test_sqlite_has_no_logins(sqlite_desk: Desk) -> None:
    with pytest.raises(Refused, match="SQLite has no logins"):
        add_person(sqlite_desk, "bob", "clerk", database_login=True)
    assert add_person(sqlite_desk, "bob", "clerk") is False
    with pytest.raises(Refused, match="last administrator"):
        change_role(sqlite_desk, "anna", "clerk")


def _as_before_offers_had_entries(office: Office) -> None:
    """The database as the revision before the newest left it: its column is missing, from the views as well."""
    url = make_url(office.owner.store.url).set(drivername="postgresql")
    columns = [column.name for column in metadata.tables["offer"].columns if column.name != "entry_id"]
    shown = ", ".join(f'NULL::bigint AS "{one}"' if one == "cost_minor" else f'"{one}"' for one in columns)
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        for statement in (
            "DROP VIEW desk_roles.offer",
            "ALTER TABLE offer DROP COLUMN entry_id",
            f"CREATE VIEW desk_roles.offer WITH (security_barrier) AS SELECT {shown} FROM public.offer",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public, desk_roles FROM "
            + ", ".join(f'"{url.database}_{role}"' for role in Role),
            "UPDATE alembic_version SET version_num = '0014'",
        ):
            connection.execute(statement.encode())


def test_people_work_on_after_the_schema_grew(office: Office) -> None:
    """Every migration gives views, guards and grants anew: a new column is there for those who read no costs too."""
    _as_before_offers_had_entries(office)
    with pytest.raises(Unreachable, match="older version"):
        check_version(office.owner.store)
    assert migrate(office.owner.store) == "0014"
    clerk, expediter = office.desk("clerk"), office.desk("expediter")
    order = enter_order(clerk, pieces(clerk, 2), entry_id="one").draft
    assert enter_order(clerk, pieces(clerk, 2), entry_id="one").again
    take(clerk, order.id, Asked(OrderStep.CONFIRM))
    with_quantity(clerk, open_order_row(clerk, order.id).draft, 3)
    deliver(expediter, Delivery((order.id,)))
    assert status(office.owner, order) is S.EXECUTED
    assert office.direct("clerk", "SELECT count(entry_id), count(cost_minor) FROM offer") == [(0, 0)]
    assert [entered(office.owner, quantity).status for quantity in (3, 9)] == [S.ENTERED, S.LOCKED]
    for role, statement in REFUSED:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            office.direct(role, statement)
