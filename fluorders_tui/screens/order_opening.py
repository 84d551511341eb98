"""Opening the order screen: on a new order, a saved, a held or an abandoned one (D-12.9, U-1.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.places import state_dir
from fluorders_tui.screens.order_session import OrderSession
from fluorders_tui.services.autosave import Autosave, Recovered, Typing, discard, drafts_folder
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
    saved: OrderDraft | None = None
    if opening.recovered is not None:
        draft, typing = opening.recovered.draft, opening.recovered.typing
        told = "Taken up where it was left."
    elif opening.held:
        draft, told = resume(desk, opening.held), "Taken up again."
    elif opening.number:
        draft = saved = open_order(desk, opening.number).draft
        if draft.status not in CHANGEABLE:
            told = f"Order {draft.number} is {draft.status.value}: it can be read, not changed."
    else:
        draft = saved = new_draft(desk)
    autosave = Autosave(drafts_folder(state_dir(), desk.store.shown_url, desk.user))
    session = OrderSession(desk, draft, autosave, on_change)
    session.discount_types, session.usual_vat = session.read_tables()
    if saved is None:
        # What was held or abandoned differs from anything stored: it must not be thrown away unasked.
        session.saved = new_draft(desk)
        autosave.save(draft, typing)
    if opening.recovered is not None:
        discard(opening.recovered)
    if draft.customer:
        try:
            read = session.read_customer(draft.customer)
        except DeskError as error:
            told = str(error)
        else:
            session.conditions, session.cards = read.conditions, read.cards
    return Opened(session, "" if draft.number else next_number(desk, draft), typing, told)
