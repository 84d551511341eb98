"""Who else has a document open (D-12.7b, P-145): told by each desk every few seconds, never in anybody's way.

A desk that died is not heard of any more and vanishes by itself. The clocks of the desks have to agree within half a
minute; `fluorders check` says when this machine's doesn't.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from fluorders_tui.data.presence_rows import (
    KIND,
    presence_rows,
    remove_presence,
    sweep_presence,
    version_of,
    write_presence,
)
from fluorders_tui.data.store import Connection, IntegrityError
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.services.desk import Desk

__all__ = ["BEAT_SECONDS", "KIND", "Present", "beat", "leave", "present", "present_in", "stored_version"]

#: A desk says it is there this often, and is believed to be for `_EXPIRES` after it last did.
BEAT_SECONDS = 15.0
_EXPIRES = dt.timedelta(seconds=60)
_FORGOTTEN = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has the document open: since when (UTC), on which machine."""

    user: str
    place: str
    since: dt.datetime


def beat(desk: Desk, screen: str, kind: str, document_id: int, place: str = "") -> tuple[Present, ...]:
    """Say that `screen` has this document open, and hear who else has. Raises `Unreachable`; nobody waits for it.

    Who only looks changes nothing, and may write nothing where the database holds roles (P-184): they only hear.
    """
    if not desk.may(Permission.MOVE_DELIVERIES):
        return present(desk, kind, document_id, besides=screen)
    now = desk.now()
    try:
        with desk.store.write() as session:
            write_presence(session, screen, kind, document_id, user=desk.user, place=place, at=now)
            sweep_presence(session, now - _FORGOTTEN)
            return present_in(desk, session.connection(), kind, document_id, besides=screen)
    except IntegrityError:
        # The same screen said it twice in one moment: it is there.
        return present(desk, kind, document_id, besides=screen)


def leave(desk: Desk, screen: str) -> None:
    """The screen was left: it has nothing open any more. Raises `Unreachable`."""
    if not desk.may(Permission.MOVE_DELIVERIES):
        return
    with desk.store.write() as session:
        remove_presence(session, screen)


def present(desk: Desk, kind: str, document_id: int, *, besides: str = "") -> tuple[Present, ...]:
    """Who has a document open now, those first who opened it first."""
    with desk.store.read() as connection:
        return present_in(desk, connection, kind, document_id, besides=besides)


def present_in(
    desk: Desk, connection: Connection, kind: str, document_id: int, *, besides: str = ""
) -> tuple[Present, ...]:
    """As `present`, in the caller's transaction."""
    now = desk.now()
    rows = presence_rows(connection, kind, document_id, now - _EXPIRES, now + _EXPIRES)
    return tuple(Present(row.user, row.place, row.opened_at) for row in rows if row.desk != besides)


def stored_version(desk: Desk, kind: str, document_id: int) -> int | None:
    """The version a document is stored at now, None where it is gone."""
    with desk.store.read() as connection:
        return version_of(connection, kind, document_id)
