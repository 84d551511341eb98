"""Opening the screen of a supplier order: on a new one, a saved, a held or an abandoned one (D-12.9, U-1.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fluorders_tui.domain.errors import Refused, Unreachable
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.places import state_dir
from fluorders_tui.screens.supplier_session import SupplierSession
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.linked import chain
from fluorders_tui.services.supplier_drafts import empty_supplier_order
from fluorders_tui.services.supplier_holding import (
    SupplierAutosave,
    SupplierRecovered,
    SupplierTyping,
    drafts_folder,
    resume_supply,
)
from fluorders_tui.services.supplier_orders import CHANGEABLE, next_supplier_number, open_supplier_order

__all__ = ["SupplierOpened", "SupplierOpening", "open_supplier_session", "read_beside"]


@dataclass(frozen=True, slots=True)
class SupplierOpening:
    """What to open: the order with `number`, the held row, the abandoned draft, or a new one for `supplier`."""

    number: str = ""
    held: int = 0
    recovered: SupplierRecovered | None = None
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class SupplierOpened:
    """A session ready to type in, the number the order would get, where the caret stood, and what to tell."""

    session: SupplierSession
    provisional: str
    typing: SupplierTyping
    told: str


def open_supplier_session(desk: Desk, opening: SupplierOpening, on_change: Callable[[], None]) -> SupplierOpened:
    """Read everything the screen needs; runs in a thread. Raises `DeskError`."""
    typing, told = SupplierTyping(), ""
    try:
        autosave = SupplierAutosave(drafts_folder(state_dir(), desk.store.shown_url, desk.user))
    except OSError as error:
        autosave, told = None, f"Drafts can't be kept on this machine: {error.strerror}. Put orders on hold instead."
    saved: SupplierOrderDraft | None = None
    try:
        if opening.recovered is not None:
            draft, typing = opening.recovered.draft, opening.recovered.typing
            if autosave is not None:
                autosave.take_up(opening.recovered)
            told = "Taken up where it was left."
            if opening.recovered.entering:
                told = "The desk ended while this was being entered: look whether it is among the orders already."
        elif opening.held:
            draft, typing = resume_supply(desk, opening.held, autosave.save if autosave is not None else _nowhere)
            told = "Taken up again."
        elif opening.number:
            draft = saved = open_supplier_order(desk, opening.number).draft
            told = why_read_only(draft)
        else:
            draft = saved = empty_supplier_order(desk)
        session = SupplierSession(desk, draft, autosave, on_change)
        # What was held or abandoned differs from anything stored: it must not be thrown away unasked.
        session.saved = saved if saved is not None else empty_supplier_order(desk)
        session.discount_types = session.read_tables()
        told = read_beside(session) or told
        if opening.supplier and not draft.supplier:
            session.take_supplier(session.read_supplier(opening.supplier))
        provisional = "" if draft.number else next_supplier_number(desk, draft)
    except BaseException as error:
        # Opened in vain: what was taken up already stays on the disk.
        if autosave is not None:
            autosave.close(keep=True)
        if isinstance(error, OSError):
            raise Unreachable(f"The draft can't be kept on this machine: {error.strerror}.") from error
        raise
    return SupplierOpened(session, provisional, typing, told)


def why_read_only(draft: SupplierOrderDraft) -> str:
    """Why it can be read and not changed, '' where it can (D-12.3)."""
    if not draft.number or draft.status in CHANGEABLE:
        return ""
    return f"Supplier order {draft.number} is {draft.status.value}: it can be read, not changed. F9 shows its story."


def _nowhere(draft: SupplierOrderDraft, typing: SupplierTyping) -> None:
    """Where a draft is kept that no file can keep: in memory only."""


def read_beside(session: SupplierSession) -> str:
    """Have conditions, items and links of the draft; returns why there are none: the order stays as it was typed."""
    draft = session.draft
    if draft.number:
        session.links = chain(session.desk, DocumentKind.SUPPLIER_ORDER, draft.id)
    if draft.supplier:
        try:
            read = session.read_supplier(draft.supplier)
        except Refused as error:
            return str(error)
        session.conditions, session.items = read.conditions, dict(read.items)
    return ""
