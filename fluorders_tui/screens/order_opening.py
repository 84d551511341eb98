"""Opening the order screen: on a new order, a saved, a held or an abandoned one (D-12.9, U-1.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fluorders_tui.domain.errors import Refused, Unreachable
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.places import state_dir
from fluorders_tui.screens.order_kind import ORDER, Kind, Typed
from fluorders_tui.screens.order_session import OrderSession
from fluorders_tui.services.autosave import Autosave, Recovered, Typing, drafts_folder, take_up
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.holding import resume

__all__ = ["Opened", "Opening", "open_session"]


@dataclass(frozen=True, slots=True)
class Opening:
    """What to open: the document with `number` or in `row`, the held one, the abandoned draft, or a new document.

    `copied` is a new one with something in it: a duplicate, or an order turned into an offer (D-12.8).
    """

    number: str = ""
    row: int = 0
    held: int = 0
    recovered: Recovered | None = None
    copied: Typed | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session ready to type in, the number the order would get, where the caret stood, and what to tell."""

    session: OrderSession
    provisional: str
    typing: Typing
    told: str


def open_session(desk: Desk, opening: Opening, on_change: Callable[[], None], kind: Kind = ORDER) -> Opened:
    """Read everything the screen needs; runs in a thread. Raises `DeskError`."""
    typing, told = Typing(), ""
    try:
        autosave = Autosave(drafts_folder(state_dir(), desk.store.shown_url, desk.user))
    except OSError as error:
        autosave, told = None, f"Drafts can't be kept on this machine: {error.strerror}. Put orders on hold instead."
    saved: Typed | None = None
    try:
        if opening.recovered is not None:
            typing = opening.recovered.typing
            typed = Typed(opening.recovered.draft, typing.terms)
            if autosave is not None:
                take_up(opening.recovered, autosave)
            told = "Taken up where it was left."
            if opening.recovered.entering:
                told = "The desk ended while this was being entered. F10: if it was, nothing is entered twice."
        elif opening.held:
            draft, typing = resume(desk, opening.held, autosave.save if autosave is not None else _nowhere)
            typed = Typed(draft, typing.terms)
            told = "Taken up again."
        elif opening.number or opening.row:
            typed = saved = kind.read_row(desk, opening.row) if opening.row else kind.read(desk, opening.number)
            told = kind.read_only(typed)
        elif opening.copied is not None:
            typed = opening.copied
        else:
            typed = saved = kind.start(desk)
        session = OrderSession(desk, typed.draft, autosave, on_change, kind=kind, terms=typed.terms)
        session.discount_types, session.usual_vat = session.read_tables()
        # What was held or abandoned differs from anything stored: it must not be thrown away unasked.
        session.saved = saved if saved is not None else kind.start(desk)
        told = _read_conditions(session) or told
        provisional = "" if typed.draft.number else kind.next_number(desk, typed)
    except BaseException as error:
        # Opened in vain: what was taken up already stays on the disk.
        if autosave is not None:
            autosave.close(keep=True)
        if isinstance(error, OSError):
            raise Unreachable(f"The draft can't be kept on this machine: {error.strerror}.") from error
        raise
    return Opened(session, provisional, typing, told)


def _nowhere(draft: OrderDraft, typing: Typing) -> None:
    """Where a draft is kept that no file can keep: in memory only."""


def _read_conditions(session: OrderSession) -> str:
    """Have the customer's conditions; returns why there are none: the order stays as it was typed."""
    try:
        read = session.read_again()
    except Refused as error:
        return str(error)
    if read is not None:
        session.conditions, session.cards = read.conditions, read.cards
    return ""
