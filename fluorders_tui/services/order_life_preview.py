"""What a step with an order would lead to, before anything is written: statuses, amounts, and what hangs on it.

Worked out by taking the step for real in a transaction that is then given up, so that it says what will happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.data.order_rows import FREED, line_statuses, load_order, order_state
from fluorders_tui.data.store import Session
from fluorders_tui.domain.errors import DeskError, Unreachable
from fluorders_tui.domain.links import DocumentKind, LinkKind
from fluorders_tui.domain.money import ZERO, plain
from fluorders_tui.domain.order import LineStatus, OrderStatus
from fluorders_tui.domain.order_steps import step_permission, steps_from
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.linked import ChainLink, chain_of
from fluorders_tui.services.order_life import Asked, OrderStep, held_order, take_within
from fluorders_tui.services.orders import opened
from fluorders_tui.services.saved_order import SavedOrder

__all__ = ["Consequences", "LineConsequence", "Stand", "preview", "preview_many", "stands"]


@dataclass(frozen=True, slots=True)
class LineConsequence:
    """A line whose status would change; `left` is what was still to be delivered of it, in its unit."""

    number: int
    item: str
    description: str
    before: LineStatus
    after: LineStatus
    left: Decimal
    uom: str


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a step would do to one order; `told` is what becomes of other documents, in plain words.

    `error` says why it would be refused; then the rest is the order as it is.
    """

    order_id: int
    number: str
    version: int
    customer: str
    before: OrderStatus
    after: OrderStatus
    currency: str = ""
    total_before: Decimal = ZERO
    total_after: Decimal = ZERO
    lines: tuple[LineConsequence, ...] = ()
    told: tuple[str, ...] = ()
    error: DeskError | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an order stands, and the steps that this person may take with it now."""

    order_id: int
    number: str
    customer: str
    status: OrderStatus
    lines: int
    steps: tuple[OrderStep, ...]


def stands(desk: Desk, order_ids: Iterable[int]) -> list[Stand]:
    """Where orders stand, by row, in the order given; those that are gone are left out."""
    found: list[Stand] = []
    with desk.store.read() as connection:
        for order_id in dict.fromkeys(order_ids):
            draft = load_order(connection, order_id)
            if draft is None:
                continue
            steps = steps_from(draft, line_statuses(connection, order_id))
            mine = tuple(step for step in steps if desk.may(step_permission(step, draft.status)))
            who = draft.name or draft.customer
            found.append(Stand(order_id, draft.number, who, draft.status, len(draft.lines), mine))
    return found


class _NothingWritten(Exception):
    """Gives the transaction up."""


def preview(desk: Desk, order_id: int, asked: Asked, *, version: int | None = None) -> Consequences:
    """What `asked` would do to one order. Raises as `order_life.take` does, nothing is written."""
    found: list[Consequences] = []
    try:
        with desk.store.write() as session:
            found.append(_tried(desk, session, order_id, asked, version))
            raise _NothingWritten
    except _NothingWritten:
        return found[0]


def preview_many(desk: Desk, order_ids: Iterable[int], asked: Asked) -> list[Consequences]:
    """As `preview` for several orders, each by itself; one that would be refused says so in `error`."""
    found: list[Consequences] = []
    for order_id in order_ids:
        try:
            found.append(preview(desk, order_id, asked))
        except Unreachable:
            raise
        except DeskError as error:
            found.append(_as_it_is(desk, order_id, error))
    return found


def _as_it_is(desk: Desk, order_id: int, error: DeskError) -> Consequences:
    with desk.store.read() as connection:
        saved = opened(desk, connection, order_id)
    draft = saved.draft
    return Consequences(
        order_id, draft.number, draft.version, draft.name or draft.customer, draft.status, draft.status,
        draft.currency.code, saved.totals.total, saved.totals.total, error=error,
    )  # fmt: skip


def _tried(desk: Desk, session: Session, order_id: int, asked: Asked, version: int | None) -> Consequences:
    connection = session.connection()
    held_order(session, order_id, version)
    before, linked = opened(desk, connection, order_id), chain_of(connection, DocumentKind.ORDER, order_id)
    take_within(desk, session, order_id, asked, version=version)
    after, left = opened(desk, connection, order_id), chain_of(connection, DocumentKind.ORDER, order_id)
    freed = order_state(connection, order_id).period.startswith(FREED)
    draft = before.draft
    return Consequences(
        order_id,
        draft.number,
        draft.version,
        draft.name or draft.customer,
        draft.status,
        after.draft.status,
        draft.currency.code,
        before.totals.total,
        after.totals.total,
        tuple(_lines(before, after)),
        (*_linked(before, asked, linked, left), *_more(before, after, asked, freed)),
    )


def _lines(before: SavedOrder, after: SavedOrder) -> Iterator[LineConsequence]:
    pairs = zip(before.draft.lines, before.line_statuses, after.line_statuses, strict=True)
    for number, (line, was, becomes) in enumerate(pairs, 1):
        if was is not becomes:
            left = max(line.quantity - line.executed, ZERO)
            yield LineConsequence(number, line.item, line.description, was, becomes, left, line.uom.code)


def _linked(before: SavedOrder, asked: Asked, links: Sequence[ChainLink], left: Sequence[ChainLink]) -> Iterator[str]:
    """What each link gives up, as a sentence."""
    kept = {_ends(link): link for link in left}
    for link in links:
        now = kept.get(_ends(link))
        given_up = link.quantity - (now.quantity if now is not None else ZERO)
        if not link.line or given_up <= 0:
            continue
        line = before.draft.lines[link.line - 1]
        what = f"{plain(given_up)} {line.item or line.description}"
        if link.kind is LinkKind.OFFER_TO_ORDER:
            yield f"{what}: open again in offer {link.other.number}."
        else:
            yield f"{what}: supplier order {link.other.number} brings it into stock instead; tell the supplier if not."
    if asked.step in (OrderStep.REOPEN, OrderStep.CONFIRM):
        for number in dict.fromkeys(link.other.number for link in links if link.kind is not LinkKind.OFFER_TO_ORDER):
            yield f"Supplier order {number} goes on for it."


def _ends(link: ChainLink) -> tuple[object, ...]:
    return link.kind, link.line, link.other.kind, link.other.number, link.other.line


def _more(before: SavedOrder, after: SavedOrder, asked: Asked, freed: bool) -> Iterator[str]:
    draft = after.draft
    executed = any(line.executed for line in draft.lines)
    if asked.step is OrderStep.CANCEL and executed:
        yield "What was delivered stays delivered."
    if freed:
        yield f"Number {draft.number} may be given to another order."
    if draft.revision > before.draft.revision:
        yield "The confirmation has to be sent to the customer again."
    if asked.step is OrderStep.CONFIRM and draft.status in (OrderStatus.LOCKED, OrderStatus.WAITING):
        yield f"It will be {draft.status.value} instead of confirmed."
