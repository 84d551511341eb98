"""Opening the order screen: on a new order, a saved, a held or an abandoned one (D-12.9, U-1.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fluorders_tui.domain.errors import Refused, Unreachable
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.places import state_dir
from fluorders_tui.screens.order_session import OrderSession
from fluorders_tui.services.autosave import Autosave, Recovered, Typing, drafts_folder, take_up
from fluorders_tui.services.conditions import new_draft
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.holding import resume
from fluorders_tui.services.orders import CHANGEABLE, next_number, open_order

__all__ = ["Opened", "Opening", "open_session"]


@dataclass(frozen=True, slots=True)
class Opening:
    """What to open: the order `number`, the held row, the abandoned draft, or with none of them a new order."""

    number: str = ""
    held: int = 0
    recovered: Recovered | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session ready to type in, the number the order would get, where the caret stood, and what to tell."""

    session: OrderSession
    provisional: str
    typing: Typing
    told: str


def open_session(desk: Desk, opening: Opening, on_change: Callable[[], None]) -> Opened:
    """Read everything the screen needs; runs in a thread. Raises `DeskError`."""
    typing, told = Typing(), ""
    try:
        autosave = Autosave(drafts_folder(state_dir(), desk.store.shown_url, desk.user))
    except OSError as error:
        autosave, told = None, f"Drafts can't be kept on this machine: {error.strerror}. Put orders on hold instead."
    saved: OrderDraft | None = None
    try:
        if opening.recovered is not None:
            draft, typing = opening.recovered.draft, opening.recovered.typing
            if autosave is not None:
                take_up(opening.recovered, autosave)
            told = "Taken up where it was left."
            if opening.recovered.entering:
                told = "The desk ended while this was being entered: look whether it is among the orders already."
        elif opening.held:
            draft, typing = resume(desk, opening.held, autosave.save if autosave is not None else _nowhere)
            told = "Taken up again."
        elif opening.number:
            draft = saved = open_order(desk, opening.number).draft
            if draft.status not in CHANGEABLE:
                told = f"Order {draft.number} is {draft.status.value}: it can be read, not changed."
        else:
            draft = saved = new_draft(desk)
        session = OrderSession(desk, draft, autosave, on_change)
        session.discount_types, session.usual_vat = session.read_tables()
        # What was held or abandoned differs from anything stored: it must not be thrown away unasked.
        session.saved = saved if saved is not None else new_draft(desk)
        told = _read_conditions(session) or told
        provisional = "" if draft.number else next_number(desk, draft)
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
    if session.draft.customer:
        try:
            read = session.read_customer(session.draft.customer)
        except Refused as error:
            return str(error)
        session.conditions, session.cards = read.conditions, read.cards
    return ""
