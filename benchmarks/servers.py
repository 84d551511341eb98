"""A PostgreSQL that keeps what it has promised, for as long as a benchmark runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from benchmarks.surroundings import Surroundings
from tests.postgres import Databases, NoPostgres, Server


@contextlib.contextmanager
def postgres(surroundings: Surroundings) -> Iterator[Databases | None]:
    """Databases on a server with fsync on; None, and a word about it, where no server can be had."""
    try:
        server = Server.create(durable=True)
    except NoPostgres as problem:
        surroundings.say(f"  without PostgreSQL: {problem}")
        yield None
        return
    try:
        databases = Databases(server.url("postgres"), "fluorders_bench")
        databases.make_template()
        yield databases
    finally:
        server.remove()
