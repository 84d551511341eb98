"""Putting an order aside while another call comes in, and taking it up again (D-12.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from fluorders_tui.data.held_rows import add_held, held_rows, take_held
from fluorders_tui.domain import codec
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.services.autosave import Typing
from fluorders_tui.services.desk import Desk

NOTHING_TYPED = Typing()


@dataclass(frozen=True, slots=True)
class Held:
    """A document put aside: its row, what to call it, and since when (UTC); an order unless it says otherwise."""

    row: int
    title: str
    held_at: dt.datetime
    offer: bool = False
    supply: bool = False


@dataclass(frozen=True, slots=True)
class _Payload:
    """What is put aside: the draft, and what was being typed into it."""

    draft: OrderDraft
    typing: Typing = NOTHING_TYPED


def hold(desk: Desk, draft: OrderDraft, typing: Typing = NOTHING_TYPED) -> Held:
    """Put a draft aside, a half-typed line included; any terminal of this person can take it up."""
    what = draft.number or ("new order" if typing.terms is None else "new offer")
    title = f"{draft.name or draft.customer or 'no customer yet'} · {what} · {len(draft.lines)} lines"[:200]
    now = desk.now()
    with desk.store.write() as session:
        row = add_held(session, desk.user, title, now, codec.dumps(_Payload(draft, typing)))
    return Held(row, title, now, typing.terms is not None)


def held(desk: Desk) -> tuple[Held, ...]:
    """This person's held orders, newest first."""
    with desk.store.read() as connection:
        return tuple(
            Held(row.id, row.title, row.held_at, row.offer, row.supply) for row in held_rows(connection, desk.user)
        )


def resume(desk: Desk, row: int, keep: Callable[[OrderDraft, Typing], None]) -> tuple[OrderDraft, Typing]:
    """Take a held order up again; nobody else can take it a second time.

    `keep` stores it elsewhere before it goes from here, so that no crash in between can lose it. Raises `Invalid`
    when it is gone, and what `keep` raises.
    """
    with desk.store.write() as session:
        payload = take_held(session, desk.user, row)
        if payload is None:
            raise Invalid("This held order was taken up already.", rule="D-12.9")
        kept = codec.loads(_Payload, payload)
        keep(kept.draft, kept.typing)
    return kept.draft, kept.typing


def discard_held(desk: Desk, row: int) -> None:
    """Throw a held order away."""
    with desk.store.write() as session:
        take_held(session, desk.user, row)
