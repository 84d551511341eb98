"""What finding fragments needs beside plain tables: full-text trigrams on SQLite, GIN on PostgreSQL.

PostgreSQL uses `pg_trgm` where the server has it, else an array of trigrams made by a function of
our own; both answer the same queries.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

#: Tables with a `search_text` that is searched by fragments.
SEARCHED = ("customer", "item", "customer_order", "offer", "supplier_order")

TRIGRAMS = """
CREATE FUNCTION desk_trigrams(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(value, at, 3)), '{}')
    FROM generate_series(1, greatest(length(value) - 2, 0)) AS at
$$
"""


def has_trigram_extension(connection: Connection) -> bool:
    """Whether the PostgreSQL server offers `pg_trgm` and this login may install it."""
    available = connection.execute(
        text("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
    ).scalar_one()
    if not available:
        return False
    installed = connection.execute(text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")).scalar_one()
    if installed:
        return True
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION pg_trgm"))
    except Exception:
        return False
    return True


def search_statements(connection: Connection) -> Iterator[str]:
    """The statements that make `SEARCHED` findable by fragments on this database."""
    if connection.dialect.name == "sqlite":
        for table in SEARCHED:
            yield from _sqlite_statements(table)
        return
    extension = has_trigram_extension(connection)
    if not extension:
        yield TRIGRAMS
    for table in SEARCHED:
        key = "search_text gin_trgm_ops" if extension else "desk_trigrams(search_text)"
        yield f"CREATE INDEX ix_{table}_fragments ON {table} USING gin ({key})"


def _sqlite_statements(table: str) -> Iterator[str]:
    fts = f"{table}_fragments"
    yield (
        f"CREATE VIRTUAL TABLE {fts} USING fts5(search_text, content='{table}', content_rowid='id',"
        " tokenize='trigram case_sensitive 1', columnsize=0)"
    )
    added = f"INSERT INTO {fts}(rowid, search_text) VALUES (new.id, new.search_text);"
    removed = f"INSERT INTO {fts}({fts}, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
    yield f"CREATE TRIGGER {fts}_added AFTER INSERT ON {table} BEGIN {added} END"
    yield f"CREATE TRIGGER {fts}_removed AFTER DELETE ON {table} BEGIN {removed} END"
    yield (
        f"CREATE TRIGGER {fts}_changed AFTER UPDATE OF search_text ON {table}"
        f" WHEN old.search_text IS NOT new.search_text BEGIN {removed} {added} END"
    )
