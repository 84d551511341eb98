"""One order's story: the order as it stands and everything that happened to it, in plain words (U-4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from fluorders_tui.data.order_list import KIND
from fluorders_tui.data.order_rows import order_state
from fluorders_tui.data.order_story import story_entries
from fluorders_tui.domain.lifecycle import HELD
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.services.approvals import WaitingReason, waiting_reasons
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.linked import ChainLink, whole_chain
from fluorders_tui.services.orders import open_order, open_order_row
from fluorders_tui.services.presence import Present, present_in
from fluorders_tui.services.saved_order import SavedOrder


@dataclass(frozen=True, slots=True)
class Story:
    """An order and its journal, oldest entry first, times in the company's zone (E-2.3).

    `links` is the whole chain of offers, supplier orders and what else it came from or led to (D-14.3).
    `present` is who has it open now (D-12.7b), `printed_at` when it was printed first.
    """

    order: SavedOrder
    entries: tuple[StoryEntry, ...]
    links: tuple[ChainLink, ...] = ()
    held: tuple[WaitingReason, ...] = ()
    """What it waits for, with amounts (D-11.2, D-16.2)."""
    present: tuple[Present, ...] = ()
    printed_at: dt.datetime | None = None
    resend_confirmation: bool = False


def story(desk: Desk, number: str) -> Story:
    """The story of the order with `number`. Raises `Invalid` for a number that no order or several have."""
    return _told(desk, open_order(desk, number))


def story_of_row(desk: Desk, order_id: int) -> Story:
    """As `story`, by row."""
    return _told(desk, open_order_row(desk, order_id))


def _told(desk: Desk, order: SavedOrder) -> Story:
    with desk.store.read() as connection:
        state = order_state(connection, order.draft.id)
        return Story(
            order,
            story_entries(connection, KIND, order.draft.id, desk.local),
            whole_chain(connection, DocumentKind.ORDER, order.draft.id),
            waiting_reasons(connection, order.draft.id) if order.draft.status in HELD else (),
            tuple(
                replace(one, since=desk.local(one.since)) for one in present_in(desk, connection, KIND, order.draft.id)
            ),
            desk.local(state.printed_at) if state.printed_at else None,
            state.resend_confirmation,
        )
