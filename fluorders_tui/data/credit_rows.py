"""What is known about a customer's credit: limits, balances, blocks, and what its open orders are worth (D-11.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, func, select, text, true

from fluorders_tui.data.order_rows import ORDER
from fluorders_tui.data.tables import parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import USES_CREDIT
from fluorders_tui.domain.credit import (
    COMPANY_DECIMALS,
    USING_CREDIT,
    Account,
    Block,
    BlockKind,
    CreditPolicy,
    Standing,
)
from fluorders_tui.domain.money import ZERO, from_scaled

_CUSTOMER = table(parties.Customer)
_GROUP = table(parties.CustomerGroup)
_BLOCK = table(parties.CustomerBlock)

#: The first number of our advisory locks, and how many different ones there are: more would fill the server's table
#: of locks in a long conversion, and two customers that share one only wait for each other.
_LOCK_SPACE = 1_106_011
_LOCKS = 1024


@dataclass(frozen=True, slots=True)
class Party:
    """A customer whose credit is looked at, with its row and its group's (0 without one)."""

    row: int
    group: int
    standing: Standing


def standings(
    connection: Connection, codes: Iterable[str], leaving_out: Collection[int] = (), *, hold: bool = False
) -> dict[str, Party]:
    """The standing of each customer, with exposures as of now; orders in `leaving_out` don't count.

    With `hold` no other desk gets an answer about the same customers or groups until the transaction ends, so that two
    desks can't both slip under one limit. SQLite has one writer anyhow.
    """
    wanted = sorted(set(codes))
    rows = _rows(connection, wanted)
    limited = [row for row in rows if _limited(row)]
    if hold and limited and connection.dialect.name == "postgresql":
        _hold(connection, limited)
        # What another desk wrote while this one waited counts.
        rows = _rows(connection, wanted)
        limited = [row for row in rows if _limited(row)]
    groups = {row.group_id for row in limited if row.group_limit is not None and row.group_policy != CreditPolicy.NONE}
    members = _members(connection, groups)
    customers = {row.id for row in limited} | {one for rows_of in members.values() for one, _ in rows_of}
    open_orders = open_values(connection, customers, leaving_out)
    blocks = _blocks(connection, [row.id for row in rows])
    found: dict[str, Party] = {}
    for row in rows:
        accounts = []
        if row.credit_limit_minor is not None:
            accounts.append(
                Account(
                    f"customer {row.code}",
                    CreditPolicy(row.credit_policy),
                    _amount(row.credit_limit_minor),
                    _amount(row.balance_minor),
                    open_orders.get(row.id, ZERO),
                )
            )
        if row.group_id in members:
            of = members[row.group_id]
            accounts.append(
                Account(
                    f"group {row.group_code}",
                    CreditPolicy(row.group_policy),
                    _amount(row.group_limit),
                    sum((_amount(balance) for _, balance in of), ZERO),
                    sum((open_orders.get(one, ZERO) for one, _ in of), ZERO),
                )
            )
        standing = Standing(row.code, tuple(accounts), tuple(blocks[row.id]), row.always_authorise)
        found[row.code] = Party(row.id, row.group_id or 0, standing)
    return found


def _rows(connection: Connection, codes: list[str]) -> list[Any]:
    columns = (
        _CUSTOMER.c.id, _CUSTOMER.c.code, _CUSTOMER.c.group_id, _CUSTOMER.c.credit_limit_minor,
        _CUSTOMER.c.credit_policy, _CUSTOMER.c.balance_minor, _CUSTOMER.c.always_authorise,
        _GROUP.c.code.label("group_code"), _GROUP.c.credit_limit_minor.label("group_limit"),
        _GROUP.c.credit_policy.label("group_policy"),
    )  # fmt: skip
    joined = _CUSTOMER.outerjoin(_GROUP, and_(_GROUP.c.id == _CUSTOMER.c.group_id, _GROUP.c.active))
    found: list[Any] = []
    for start in range(0, len(codes), 400):
        part = codes[start : start + 400]
        found += connection.execute(select(*columns).select_from(joined).where(_CUSTOMER.c.code.in_(part))).all()
    return found


def _limited(row: Any) -> bool:
    own = row.credit_limit_minor is not None and row.credit_policy != CreditPolicy.NONE
    return own or (row.group_limit is not None and row.group_policy != CreditPolicy.NONE)


def _hold(connection: Connection, rows: Iterable[Any]) -> None:
    # Customers have even numbers, groups odd ones; all desks take them in one order.
    keys = {row.id * 2 % _LOCKS for row in rows} | {(row.group_id * 2 + 1) % _LOCKS for row in rows if row.group_id}
    for key in sorted(keys):
        connection.execute(text("SELECT pg_advisory_xact_lock(:space, :key)"), {"space": _LOCK_SPACE, "key": key})


def _members(connection: Connection, groups: set[int]) -> dict[int, list[tuple[int, int]]]:
    """The customers of each group, with their balances."""
    if not groups:
        return {}
    query = select(_CUSTOMER.c.group_id, _CUSTOMER.c.id, _CUSTOMER.c.balance_minor)
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for group, row, balance in connection.execute(query.where(_CUSTOMER.c.group_id.in_(sorted(groups)))):
        found[group].append((row, balance))
    return found


def open_values(
    connection: Connection, customers: Iterable[int], leaving_out: Collection[int] = ()
) -> dict[int, Decimal]:
    """What the open orders of customers are worth that count for credit, by the customer's row (P-150)."""
    wanted = sorted(customers)
    found: dict[int, Decimal] = {}
    statuses = [status.value for status in USING_CREDIT]
    for start in range(0, len(wanted), 400):
        query = (
            select(ORDER.c.customer_id, func.sum(ORDER.c.company_open_minor))
            .where(
                ORDER.c.customer_id.in_(wanted[start : start + 400]),
                ORDER.c.status.in_(statuses),
                # Word for word as the partial index has it: only so the databases use it.
                text(USES_CREDIT),
                ORDER.c.id.not_in(sorted(leaving_out)) if leaving_out else true(),
            )
            .group_by(ORDER.c.customer_id)
        )
        found.update({customer: _amount(int(value)) for customer, value in connection.execute(query)})
    return found


def _blocks(connection: Connection, customers: list[int]) -> dict[int, list[Block]]:
    found: dict[int, list[Block]] = {customer: [] for customer in customers}
    for start in range(0, len(customers), 400):
        query = select(_BLOCK).where(_BLOCK.c.customer_id.in_(customers[start : start + 400])).order_by(_BLOCK.c.id)
        for row in connection.execute(query):
            block = Block(BlockKind(row.blocked_for), row.reason, row.valid_from, row.valid_to)
            found[row.customer_id].append(block)
    return found


def _amount(minor: int) -> Decimal:
    return from_scaled(minor, COMPANY_DECIMALS)
