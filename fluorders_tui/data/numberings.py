"""Numbers inside the saving transaction (D-9.3): read the numbering, lock its counter, take the next.

The counter's row is the lock: whoever enters an order of the same numbering and period waits for
the transaction that holds it, so that numbers have neither gaps nor duplicates. The unique index
over numbering, period and number has the last word.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, union_all, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from fluorders_tui.data.order_rows import FREED
from fluorders_tui.data.tables import commerce, documents, fulfilment, offers, supply
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.numbering import (
    Numbering,
    NumberingPolicy,
    NumberingRange,
    Period,
    check_external_number,
    choose_number,
    number_text,
    period_key,
    policy_for,
    preview,
    ranges_of,
)

_NUMBERING = table(commerce.Numbering)
_POLICY = table(commerce.NumberingPolicy)
_RANGE = table(commerce.NumberingRange)
_COUNTER = table(commerce.NumberingCounter)

#: All that bears a number: documents of several kinds may share a numbering, and then its counter and its gaps.
_OFFER = table(offers.Offer)
_TABLES = (table(documents.CustomerOrder), _OFFER, table(supply.SupplierOrder), table(fulfilment.FulfilmentDocument))
_NUMBERED = union_all(
    *(select(one.c.numbering_id, one.c.period, one.c.sequence, one.c.number) for one in _TABLES)
).subquery("numbered")


def _date(document: Table) -> Any:
    """The column with the date that a document's number goes by."""
    return document.c["document_date" if "document_date" in document.c else "order_date"]


@dataclass(frozen=True, slots=True)
class TakenNumber:
    """A number with its uniqueness key (D-9.3b)."""

    numbering_id: int
    period: str
    sequence: int
    number: str


def load_numbering(connection: Connection, code: str) -> tuple[int, Numbering]:
    """A numbering with its policies and ranges, and its row. Raises `Invalid` for an unknown code."""
    row = connection.execute(select(_NUMBERING).where(_NUMBERING.c.code == code)).first()
    if row is None:
        raise Invalid(f"There is no numbering {code!r}.", field="numbering", rule="D-9.1")
    ranges: dict[str, list[NumberingRange]] = defaultdict(list)
    for found in connection.execute(select(_RANGE).where(_RANGE.c.numbering_id == row.id).order_by(_RANGE.c.start)):
        ranges[found.policy].append(
            NumberingRange(found.start, found.search_start, found.end, found.external, found.format)
        )
    policies = tuple(
        NumberingPolicy(
            valid_from=found.valid_from,
            valid_to=found.valid_to,
            period=Period(found.period),
            shift_months=found.shift_months,
            shift_days=found.shift_days,
            progressive_by_date=found.progressive_by_date,
            recover_gaps=found.recover_gaps,
            format=found.format,
            ranges=tuple(ranges[found.code]),
        )
        for found in connection.execute(select(_POLICY).where(_POLICY.c.numbering_id == row.id))
    )
    numbering = Numbering(row.code, row.name, row.format, policies or (NumberingPolicy(),))
    return row.id, numbering


def provisional_number(connection: Connection, numbering_code: str, date: dt.date, type_code: str, user: str) -> str:
    """The number an order would get now; it is not taken, and looks so on screen (D-9.3b). '' if none."""
    numbering_id, numbering = load_numbering(connection, numbering_code)
    policy = policy_for(numbering, date)
    period = period_key(policy, date)
    last = _last(connection, numbering_id, period)
    try:
        sequence = _choose(connection, numbering_id, policy, period, date, last)
    except Refused:
        return ""
    return number_text(numbering, date, sequence, type_code, user)


def upcoming(
    connection: Connection, numbering_code: str, date: dt.date, count: int, type_code: str, user: str
) -> list[str]:
    """The next numbers by the period's counter, as they would look on `date`; none is taken (D-9.3b)."""
    numbering_id, numbering = load_numbering(connection, numbering_code)
    period = period_key(policy_for(numbering, date), date)
    return preview(numbering, date, _last(connection, numbering_id, period), count, type_code, user)


def last_numbers(connection: Connection, numbering_code: str) -> dict[str, int]:
    """The last number given automatically in each period of a numbering; empty for one that gave none yet."""
    rows = connection.execute(
        select(_COUNTER.c.period, _COUNTER.c.last_number)
        .join(_NUMBERING, _NUMBERING.c.id == _COUNTER.c.numbering_id)
        .where(_NUMBERING.c.code == numbering_code)
    )
    return {row.period: row.last_number for row in rows}


def _last(connection: Connection, numbering_id: int, period: str) -> int:
    query = select(_COUNTER.c.last_number).where(_COUNTER.c.numbering_id == numbering_id, _COUNTER.c.period == period)
    return connection.execute(query).scalar() or 0


def take_number(
    session: Session, numbering_code: str, date: dt.date, type_code: str, user: str, *, external: str = ""
) -> TakenNumber:
    """The number of a document that is entered in this transaction (D-9.3, D-9.6).

    `external` is the number the clerk typed. Raises `Refused` where the numbering has none to give.
    """
    connection = session.connection()
    numbering_id, numbering = load_numbering(connection, numbering_code)
    policy = policy_for(numbering, date)
    period = period_key(policy, date)
    if external.strip():
        sequence = _typed(policy, external)
        # Whoever types the same number for a document of another kind waits, and is then refused.
        _lock(connection, numbering_id, period)
        _refuse_taken(connection, numbering_id, period, sequence)
    else:
        last = _lock(connection, numbering_id, period)
        sequence = _choose(connection, numbering_id, policy, period, date, last)
        if sequence > last:
            connection.execute(
                update(_COUNTER)
                .where(_COUNTER.c.numbering_id == numbering_id, _COUNTER.c.period == period)
                .values(last_number=sequence)
            )
    return TakenNumber(numbering_id, period, sequence, number_text(numbering, date, sequence, type_code, user))


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """The key of an order's number, and the order's date, which says by which policy it was given."""

    order_id: int
    numbering_id: int
    period: str
    date: dt.date


def give_back_number(session: Session, order_id: int, numbering_id: int, period: str, date: dt.date) -> bool:
    """Offer the number of a cancelled order again where its numbering recovers gaps (D-9.5); whether it did.

    The order keeps the number to be found by; the key that makes numbers unique is free for another one. The caller
    holds the order.
    """
    return give_back_numbers(session, [GivenNumber(order_id, numbering_id, period, date)]) > 0


def give_back_numbers(session: Session, numbers: Iterable[GivenNumber]) -> int:
    """As `give_back_number` for many orders, in few statements; how many numbers are free again."""
    connection, order = session.connection(), _TABLES[0]
    recovers: dict[tuple[int, dt.date], bool] = {}
    free: dict[tuple[int, str], list[int]] = defaultdict(list)
    for one in numbers:
        if one.period.startswith(FREED):
            continue
        key = (one.numbering_id, one.date)
        if key not in recovers:
            numbering = select(_NUMBERING.c.code).where(_NUMBERING.c.id == one.numbering_id)
            code = connection.execute(numbering).scalar_one()
            recovers[key] = policy_for(load_numbering(connection, code)[1], one.date).recover_gaps
        if recovers[key]:
            free[one.numbering_id, one.period].append(one.order_id)
    for (numbering_id, period), ids in sorted(free.items()):
        # Whoever takes a number of this period waits until it is known whether these are free.
        _lock(connection, numbering_id, period)
        statement = update(order).where(order.c.id == bindparam("row_id")).values(period=bindparam("freed"))
        connection.execute(statement, [{"row_id": row, "freed": f"{FREED}{row}"} for row in ids])
    return sum(map(len, free.values()))


def _typed(policy: NumberingPolicy, external: str) -> int:
    if not external.strip().isdecimal():
        raise Invalid(f"{external!r} is not a whole number.", field="external_number", rule="D-9.6")
    sequence = int(external)
    check_external_number(policy, sequence)
    return sequence


def _refuse_taken(connection: Connection, numbering_id: int, period: str, sequence: int) -> None:
    taken = connection.execute(
        select(_NUMBERED.c.number).where(
            _NUMBERED.c.numbering_id == numbering_id, _NUMBERED.c.period == period, _NUMBERED.c.sequence == sequence
        )
    ).scalar()
    if taken is not None:
        raise Refused(f"Document {taken} has this number already.", field="external_number", rule="D-9.6")


def _lock(connection: Connection, numbering_id: int, period: str) -> int:
    """The last number of a period; its row stays locked until the transaction ends."""
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    statement = (
        insert(_COUNTER)
        .values(version=1, numbering_id=numbering_id, period=period, last_number=0)
        .on_conflict_do_update(index_elements=["numbering_id", "period"], set_={"last_number": _COUNTER.c.last_number})
        .returning(_COUNTER.c.last_number)
    )
    last: int = connection.execute(statement).scalar_one()
    return last


def _choose(
    connection: Connection, numbering_id: int, policy: NumberingPolicy, period: str, date: dt.date, last: int
) -> int:
    """The next number, with the neighbours in date that D-9.4 and D-9.5 look at."""
    if not (policy.progressive_by_date or policy.recover_gaps):
        return choose_number(policy, last)
    above = below = None
    if policy.progressive_by_date:
        above = _highest_before(connection, numbering_id, period, date)
        below = _lowest_after(connection, numbering_id, period, date)
    free: list[int] = []
    if policy.recover_gaps or below is not None:
        found = _lowest_free(
            connection, numbering_id, period, policy, (above or 0) + 1, min(last, (below or last + 1) - 1)
        )
        free = [] if found is None else [found]
    return choose_number(policy, last, free=free, above=above or 0, below=below)


def _highest_before(connection: Connection, numbering_id: int, period: str, date: dt.date) -> int | None:
    """The highest number of documents dated earlier: read downwards, for it is nearly always among the last ones."""
    found = []
    for one in _TABLES:
        query = select(one.c.sequence).where(
            one.c.numbering_id == numbering_id, one.c.period == period, _date(one) < date
        )
        found.append(connection.execute(query.order_by(one.c.sequence.desc()).limit(1)).scalar())
    return max((number for number in found if number is not None), default=None)


def _lowest_after(connection: Connection, numbering_id: int, period: str, date: dt.date) -> int | None:
    """The lowest number of documents dated later: found by their dates, for nearly always there are none."""
    found = []
    for one in _TABLES:
        mine = (one.c.numbering_id == numbering_id, one.c.period == period)
        if any(next(iter(index.columns)) is _date(one) for index in one.indexes):
            # What is compared is no column, so that the databases take the index by date and not that of all numbers.
            mine = (one.c.numbering_id + 0 == numbering_id, one.c.period.concat("") == period)
        query = select(func.min(one.c.sequence + 0)).where(*mine, _date(one) > date)
        found.append(connection.execute(query).scalar())
    return min((number for number in found if number is not None), default=None)


def _lowest_free(
    connection: Connection, numbering_id: int, period: str, policy: NumberingPolicy, lowest: int, highest: int
) -> int | None:
    """The lowest number from `lowest` to `highest` that may be given automatically and that no document bears.

    Found by halving: each step counts one half in the index. No number leaves the database, and the whole
    costs at most two counts of the period, however many documents it has.
    """

    def is_full(first: int, last: int) -> bool:
        return _count_taken(connection, numbering_id, period, first, last) > last - first

    for row in ranges_of(policy):
        first = max(row.first, lowest)
        last = highest if row.end is None else min(row.end, highest)
        if row.external or first > last or is_full(first, last):
            continue
        while first < last:
            middle = (first + last) // 2
            if is_full(first, middle):
                first = middle + 1
            else:
                last = middle
        return first
    return None


def _count_taken(connection: Connection, numbering_id: int, period: str, first: int, last: int) -> int:
    """How many numbers from `first` to `last` documents bear; the versions of an offer bear the same one."""
    counts = []
    for one in _TABLES:
        counted = func.count(one.c.sequence.distinct()) if one is _OFFER else func.count()
        query = select(counted).where(
            one.c.numbering_id == numbering_id, one.c.period == period, one.c.sequence.between(first, last)
        )
        counts.append(query.scalar_subquery())
    return int(connection.execute(select(sum(counts[1:], start=counts[0]))).scalar_one())
