"""Supplier orders that are still typed: on disk after every key, and put aside while something else comes in (D-12.9).

As `autosave` and `holding` do it for orders and offers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fluorders_tui.data.held_rows import add_held, take_held
from fluorders_tui.domain import codec
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderLine
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.draft_files import Abandoned, DraftFile, DraftKind, drafts_folder, left_behind
from fluorders_tui.services.holding import Held

__all__ = [
    "SupplierAutosave",
    "SupplierRecovered",
    "SupplierTyping",
    "abandoned_supply",
    "drafts_folder",
    "hold_supply",
    "resume_supply",
]


@dataclass(frozen=True, slots=True)
class SupplierTyping:
    """What was being typed: the text in a field, and the line that isn't in the order yet, as in `Typing`."""

    field: str = ""
    text: str = ""
    line: int = -1
    counted: bool = False
    pending: SupplierOrderLine | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing would be lost."""
        return not self.text and self.pending is None


NOTHING_TYPED = SupplierTyping()
KIND = DraftKind("supplier order", ".supply", SupplierOrderDraft, SupplierOrderLine, NOTHING_TYPED, {})

SupplierRecovered = Abandoned[SupplierOrderDraft, SupplierTyping]
"""A supplier order that a desk left behind when it died."""


class SupplierAutosave(DraftFile[SupplierOrderDraft, SupplierTyping]):
    """The file of one open supplier order. Not for several threads at once."""

    KIND = KIND


def abandoned_supply(folder: Path) -> Iterator[SupplierRecovered]:
    """The supplier orders that dead desks left in `folder`, newest first."""
    return left_behind(folder, KIND)


@dataclass(frozen=True, slots=True)
class _Payload:
    """What is put aside; `supply` is the name by which the list of held drafts knows it."""

    supply: SupplierOrderDraft
    typing: SupplierTyping = NOTHING_TYPED


def hold_supply(desk: Desk, draft: SupplierOrderDraft, typing: SupplierTyping = NOTHING_TYPED) -> Held:
    """Put a supplier order aside, a half-typed line included; any terminal of this person can take it up."""
    lines = "1 line" if len(draft.lines) == 1 else f"{len(draft.lines)} lines"
    title = f"{draft.name or draft.supplier or 'no supplier yet'} · {draft.number or 'new supplier order'} · {lines}"
    now = desk.now()
    with desk.store.write() as session:
        row = add_held(session, desk.user, title[:200], now, codec.dumps(_Payload(draft, typing)))
    return Held(row, title[:200], now, supply=True)


def resume_supply(
    desk: Desk, row: int, keep: Callable[[SupplierOrderDraft, SupplierTyping], None]
) -> tuple[SupplierOrderDraft, SupplierTyping]:
    """Take a held supplier order up again; nobody else can take it a second time.

    `keep` stores it elsewhere before it goes from here. Raises `Invalid` when it is gone, and what `keep` raises.
    """
    with desk.store.write() as session:
        payload = take_held(session, desk.user, row)
        if payload is None:
            raise Invalid("This held supplier order was taken up already.", rule="D-12.9")
        kept = codec.loads(_Payload, payload)
        keep(kept.supply, kept.typing)
    return kept.supply, kept.typing
