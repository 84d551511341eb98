"""Numbers inside the saving transaction (D-9.3): read the numbering, lock its counter, take the next.

The counter's row is the lock: whoever enters an order of the same numbering and period waits for
the transaction that holds it, so that numbers have neither gaps nor duplicates. The unique index
over numbering, period and number has the last word.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, union_all, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from fluorders_tui.data.tables import commerce, documents, offers, supply
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
    range_for,
    ranges_of,
)

_NUMBERING = table(commerce.Numbering)
_POLICY = table(commerce.NumberingPolicy)
_RANGE = table(commerce.NumberingRange)
_COUNTER = table(commerce.NumberingCounter)

#: All that bears a number: documents of several kinds may share a numbering, and then its counter and its gaps.
_NUMBERED = union_all(
    *(
        select(one.c.numbering_id, one.c.period, one.c.sequence, one.c.order_date, one.c.number)
        for one in (table(documents.CustomerOrder), table(offers.Offer), table(supply.SupplierOrder))
    )
).subquery("numbered")


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
    last = connection.execute(
        select(_COUNTER.c.last_number).where(_COUNTER.c.numbering_id == numbering_id, _COUNTER.c.period == period)
    ).scalar()
    try:
        sequence = _choose(connection, numbering_id, policy, period, date, last or 0)
    except Refused:
        return ""
    return number_text(numbering, date, sequence, type_code, user)


def upcoming(
    connection: Connection, numbering_code: str, date: dt.date, count: int, type_code: str, user: str
) -> list[str]:
    """The next numbers by the period's counter, as they would look on `date`; none is taken (D-9.3b)."""
    numbering_id, numbering = load_numbering(connection, numbering_code)
    period = period_key(policy_for(numbering, date), date)
    last = connection.execute(
        select(_COUNTER.c.last_number).where(_COUNTER.c.numbering_id == numbering_id, _COUNTER.c.period == period)
    ).scalar()
    return preview(numbering, date, last or 0, count, type_code, user)


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
    mine = (_NUMBERED.c.numbering_id == numbering_id, _NUMBERED.c.period == period)
    above = below = None
    if policy.progressive_by_date:
        above = connection.execute(
            select(func.max(_NUMBERED.c.sequence)).where(*mine, _NUMBERED.c.order_date < date)
        ).scalar()
        below = connection.execute(
            select(func.min(_NUMBERED.c.sequence)).where(*mine, _NUMBERED.c.order_date > date)
        ).scalar()
    free = _free(connection, numbering_id, period, policy, last) if policy.recover_gaps or below is not None else []
    return choose_number(policy, last, free=free, above=above or 0, below=below)


def _free(connection: Connection, numbering_id: int, period: str, policy: NumberingPolicy, last: int) -> list[int]:
    """The numbers up to `last` that no document bears, ascending."""
    first = min(row.first for row in ranges_of(policy))
    mine = (
        _NUMBERED.c.numbering_id == numbering_id,
        _NUMBERED.c.period == period,
        _NUMBERED.c.sequence.between(first, last),
    )
    # Nearly always there is no gap, and counting tells so without reading every number.
    if connection.execute(select(func.count()).where(*mine)).scalar_one() > last - first:
        return []
    taken = set(connection.execute(select(_NUMBERED.c.sequence).where(*mine)).scalars())
    return [number for number in range(first, last + 1) if number not in taken and range_for(policy, number)]
