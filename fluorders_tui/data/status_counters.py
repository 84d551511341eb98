"""How many documents stand in each status and what they are worth, kept in the saving transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from fluorders_tui.data.tables import documents
from fluorders_tui.data.tables.base import table

_COUNTER = table(documents.StatusCounter)


def count_documents(connection: Connection, kind: str, changes: Iterable[tuple[str, int, int]]) -> None:
    """Add to the counters of `kind`: status, number of documents, company total in hundredths."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for status, count, minor in changes:
        sums[status][0] += count
        sums[status][1] += minor
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    # In the order of their names, so that two desks never wait for each other in a circle.
    for status, (count, minor) in sorted(sums.items()):
        if not count and not minor:
            continue
        statement = insert(_COUNTER).values(version=1, kind=kind, status=status, count=count, company_total_minor=minor)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["kind", "status"],
                set_={
                    "count": _COUNTER.c["count"] + statement.excluded["count"],
                    "company_total_minor": _COUNTER.c.company_total_minor + statement.excluded.company_total_minor,
                },
            )
        )


def counted(connection: Connection, kind: str) -> dict[str, tuple[int, int]]:
    """Per status: number of documents and their company total in hundredths."""
    rows = connection.execute(
        select(_COUNTER.c.status, _COUNTER.c["count"], _COUNTER.c.company_total_minor).where(
            _COUNTER.c.kind == kind, _COUNTER.c["count"] > 0
        )
    )
    return {status: (count, minor) for status, count, minor in rows}
