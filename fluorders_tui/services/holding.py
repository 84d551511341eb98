"""Putting an order aside while another call comes in, and taking it up again (D-12.9)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from fluorders_tui.data.held_rows import add_held, held_rows, take_held
from fluorders_tui.domain import codec
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Held:
    """An order put aside: its row, what to call it, and since when (UTC)."""

    row: int
    title: str
    held_at: dt.datetime


def hold(desk: Desk, draft: OrderDraft) -> Held:
    """Put a draft aside; it waits in the database, so that any terminal of this person can take it up."""
    what = draft.number or "new order"
    title = f"{draft.name or draft.customer or 'no customer yet'} · {what} · {len(draft.lines)} lines"[:200]
    now = desk.now()
    with desk.store.write() as session:
        row = add_held(session, desk.user, title, now, codec.dumps(draft))
    return Held(row, title, now)


def held(desk: Desk) -> tuple[Held, ...]:
    """This person's held orders, newest first."""
    with desk.store.read() as connection:
        return tuple(Held(row.id, row.title, row.held_at) for row in held_rows(connection, desk.user))


def resume(desk: Desk, row: int) -> OrderDraft:
    """Take a held order up again; nobody else can take it a second time. Raises `Invalid` when it is gone."""
    with desk.store.write() as session:
        payload = take_held(session, desk.user, row)
    if payload is None:
        raise Invalid("This held order was taken up already.", rule="D-12.9")
    return codec.loads(OrderDraft, payload)


def discard_held(desk: Desk, row: int) -> None:
    """Throw a held order away."""
    with desk.store.write() as session:
        take_held(session, desk.user, row)
