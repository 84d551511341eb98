"""One change to many orders (D-17.4): shown first, then one transaction per order, and taken back where still possible.

Every order is computed from what is stored, outside its transaction, and written against the version it was read at:
nobody's change is ever overwritten (D-12.7). Stopping leaves the orders done so far done and the others untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

from fluorders_tui.data import mass_changes as kept_changes
from fluorders_tui.data.mass_changes import Begun, Kept
from fluorders_tui.data.order_line_list import customers_of_orders
from fluorders_tui.data.order_rows import line_statuses, load_order
from fluorders_tui.data.store import Connection
from fluorders_tui.domain import codec
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, NotAllowed, Refused, Unreachable
from fluorders_tui.domain.mass_changes import LineRefusal
from fluorders_tui.domain.order import LineStatus, OrderDraft, OrderLine, OrderStatus
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.orders import CHANGEABLE, amend, check_changeable, checked_totals
from fluorders_tui.services.pricing_sources import PricingSources

__all__ = [
    "Begun",
    "Change",
    "ChangedOrder",
    "Difference",
    "LeftAlone",
    "Meant",
    "OrderPreview",
    "Outcome",
    "Preview",
    "Progress",
    "apply",
    "apply_unseen",
    "check_role",
    "last_change_to_undo",
    "last_changes",
    "preview",
    "undo",
]

#: The lines meant, by the order's row: their own rows, or None for all lines of the order.
Meant = Mapping[int, Sequence[int] | None]

#: Told how many orders are done of how many; False stops before the next one.
Progress = Callable[[int, int], bool]

_NO_STATUSES: Mapping[int, LineStatus] = MappingProxyType({})
_RESTORED_STATUSES = CHANGEABLE | {OrderStatus.EXECUTED, OrderStatus.FORCED}
_NOT_CHANGED_BY_HAND = frozenset({"id", "version", "executed"})


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes on line `number` of an order (0: its header), as text before and after; `why` where it is told."""

    number: int
    item: str
    description: str
    before: str
    after: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class ChangedOrder:
    """An order as a change makes it: the draft, statuses that lines get by hand, and what differs or was refused."""

    draft: OrderDraft
    differences: tuple[Difference, ...] = ()
    refused: tuple[LineRefusal, ...] = ()
    statuses: Mapping[int, LineStatus] = field(default_factory=dict)


class Change(Protocol):
    """What is done to many orders. `about` says it in words, for the journal and the preview.

    It takes a `permission`, in orders of a status in `allowed`; `revised` changes go into a new revision (D-12.5).
    """

    @property
    def about(self) -> str: ...
    @property
    def permission(self) -> Permission: ...
    @property
    def allowed(self) -> frozenset[OrderStatus]: ...
    @property
    def revised(self) -> bool: ...
    def check(self, desk: Desk, connection: Connection) -> None:
        """Raise `Refused` where what was typed can't be meant for any line."""
        ...

    def apply(
        self, desk: Desk, connection: Connection, sources: PricingSources, draft: OrderDraft, indexes: Sequence[int]
    ) -> ChangedOrder:
        """The order with the lines at `indexes`, from 0, changed. Raises `Refused` for the order as a whole."""
        ...


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """One order before anything is written: totals in its currency, what differs, and what a rule refuses.

    `error` says why the order as a whole stays as it is.
    """

    order_id: int
    number: str
    customer: str
    version: int
    currency: str
    total_before: Decimal
    total_after: Decimal
    differences: tuple[Difference, ...] = ()
    refused: tuple[LineRefusal, ...] = ()
    error: DeskError | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do; `stopped` when not all orders were looked at."""

    change: Change
    meant: Meant
    orders: tuple[OrderPreview, ...]
    stopped: bool = False

    @property
    def changed_lines(self) -> int:
        """How many lines, or headers, would change."""
        return sum(len(order.differences) for order in self.orders)

    @property
    def changed_orders(self) -> int:
        """How many orders would change."""
        return sum(1 for order in self.orders if order.differences)

    @property
    def refusals(self) -> int:
        """How many lines and whole orders a rule keeps as they are."""
        return sum(len(order.refused) + (order.error is not None) for order in self.orders)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """An order that stayed as it is, and why: a `Conflict` where somebody else changed it."""

    order_id: int
    number: str
    error: DeskError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done: `change_id` takes it back (0 where nothing changed). `left` are the orders that stayed.

    `stopped` when not all were tried: somebody wanted it so, or the database went away, which `left` then says.
    """

    change_id: int
    orders: int
    lines: int
    left: tuple[LeftAlone, ...] = ()
    refused: int = 0
    stopped: bool = False


def _go_on(done: int, total: int) -> bool:
    return True


def preview(desk: Desk, change: Change, meant: Meant, progress: Progress = _go_on) -> Preview:
    """What `change` would do to the lines meant; nothing is written. Raises `Refused` for a change that can't be meant.

    `progress` may stop it: then the orders seen so far are in it.
    """
    sources, found, stopped = PricingSources(desk), [], False
    with desk.store.read() as connection:
        change.check(desk, connection)
        order_ids = _by_customer(connection, meant)
        for done, order_id in enumerate(order_ids):
            if not progress(done, len(order_ids)):
                stopped = True
                break
            shown = _previewed(desk, connection, sources, change, order_id, meant[order_id])
            if shown is not None:
                found.append(shown)
        else:
            progress(len(order_ids), len(order_ids))
    return Preview(change, meant, tuple(found), stopped)


def _by_customer(connection: Connection, meant: Meant) -> list[int]:
    """The orders one customer after another, so that conditions are read once; each customer's from the oldest on."""
    customers = customers_of_orders(connection, list(meant))
    return sorted(customers, key=lambda order_id: (customers[order_id], order_id))


def _previewed(
    desk: Desk,
    connection: Connection,
    sources: PricingSources,
    change: Change,
    order_id: int,
    lines: Sequence[int] | None,
) -> OrderPreview | None:
    before = load_order(connection, order_id)
    if before is None:
        return None
    total = _totals(desk, before).total
    shown = OrderPreview(order_id, before.number, before.customer, before.version, before.currency.code, total, total)
    try:
        made = _made(desk, connection, sources, change, before, lines)
    except DeskError as error:
        return _with(shown, error=error)
    if not made.differences:
        return _with(shown, refused=made.refused) if made.refused else None
    try:
        after = checked_totals(desk, made.draft)
    except DeskError as error:
        return _with(shown, error=error)
    return _with(shown, total_after=after.total, differences=made.differences, refused=made.refused)


def _with(shown: OrderPreview, **values: Any) -> OrderPreview:
    return OrderPreview(**({one.name: getattr(shown, one.name) for one in fields(shown)} | values))


def _totals(desk: Desk, draft: OrderDraft) -> Totals:
    return document_totals(draft, company_decimals=desk.company.currency_decimals)


def _made(
    desk: Desk,
    connection: Connection,
    sources: PricingSources,
    change: Change,
    before: OrderDraft,
    lines: Sequence[int] | None,
) -> ChangedOrder:
    """The order changed. Raises `Refused` or `NotAllowed` where the order as a whole can't be."""
    wanted = None if lines is None else set(lines)
    indexes = [place for place, line in enumerate(before.lines) if wanted is None or line.id in wanted]
    made = change.apply(desk, connection, sources, before, indexes)
    if made.differences:
        check_changeable(desk, connection, before, made.draft, change.allowed)
    return made


def check_role(desk: Desk, change: Change) -> None:
    """Raise `NotAllowed` where this person's role may not make the change (P-71, P-72)."""
    check_permission(desk, Permission.MASS_CHANGES, rule="P-71", field="role")
    check_permission(desk, change.permission, rule="P-71", field="role")


def apply(desk: Desk, shown: Preview, progress: Progress = _go_on) -> Outcome:
    """Do what a preview shows, one transaction per order.

    An order that was changed since, or for which other conditions count now than in the preview, is left alone and
    listed. Raises `NotAllowed`.
    """
    return _each(desk, shown.change, shown.meant, progress, {order.order_id: order for order in shown.orders})


def apply_unseen(desk: Desk, change: Change, meant: Meant, progress: Progress = _go_on) -> Outcome:
    """As `apply`, without a preview: for the shell, and for more orders than anybody reads."""
    return _each(desk, change, meant, progress, None)


def _each(
    desk: Desk, change: Change, meant: Meant, progress: Progress, shown: Mapping[int, OrderPreview] | None
) -> Outcome:
    check_role(desk, change)
    sources = PricingSources(desk)
    with desk.store.read() as connection:
        change.check(desk, connection)
        order_ids = _by_customer(connection, meant)
    if shown is not None:
        order_ids = [one for one in order_ids if one in shown and shown[one].differences]
    change_id, orders, lines, refused, stopped = 0, 0, 0, 0, False
    left: list[LeftAlone] = []
    for done, order_id in enumerate(order_ids):
        if not progress(done, len(order_ids)):
            stopped = True
            break
        seen = shown[order_id] if shown is not None else None
        number = seen.number if seen is not None else ""
        try:
            with desk.store.read() as connection:
                before = load_order(connection, order_id)
                if before is None:
                    continue
                number = before.number
                _check_seen(before, seen)
                made = _made(desk, connection, sources, change, before, meant[order_id])
            refused += len(made.refused)
            if not made.differences:
                continue
            if seen is not None and made.differences != seen.differences:
                raise Conflict(
                    "What the registries say has changed since the preview.", rule="D-12.7", hint="Look at it again."
                )
            change_id = _write(desk, change, change_id, before, made)
        except DeskError as error:
            left.append(LeftAlone(order_id, number, error))
            if isinstance(error, Unreachable):
                # The next ones would only wait for the same database.
                stopped = True
                break
            continue
        orders += 1
        lines += len(made.differences)
    else:
        progress(len(order_ids), len(order_ids))
    return Outcome(change_id, orders, lines, tuple(left), refused, stopped)


def _check_seen(before: OrderDraft, seen: OrderPreview | None) -> None:
    if seen is not None and before.version != seen.version:
        raise Conflict(
            "Somebody else changed this order since the preview.",
            rule="D-12.7",
            field="order",
            hint="Look at it again.",
        )


def _write(desk: Desk, change: Change, change_id: int, before: OrderDraft, made: ChangedOrder) -> int:
    """One order in one transaction, with what it was before; gives the change's id, begun with its first order."""
    totals = checked_totals(desk, made.draft)
    with desk.store.write() as session:
        connection = session.connection()
        check_changeable(desk, connection, before, made.draft, change.allowed)
        at = desk.now()
        begun = change_id or kept_changes.begin(session, at, desk.user, change.about)
        stored = line_statuses(connection, before.id) if made.statuses else _NO_STATUSES
        version = amend(
            desk,
            session,
            before,
            made.draft,
            totals,
            f"Mass change {begun}: {change.about}",
            statuses=made.statuses,
            revised=change.revised,
        )
        kept = _what_it_was(before, made.draft, {line_id: stored[line_id] for line_id in made.statuses})
        kept_changes.keep(session, at, desk.user, begun, Kept(before.id, before.number, version, kept))
    return begun


# -- taking back -----------------------------------------------------------------------------------


def _what_it_was(before: OrderDraft, after: OrderDraft, statuses: Mapping[int, LineStatus]) -> dict[str, Any]:
    """The fields that differ, exactly as they were, by the line's row; and the statuses that lines had."""
    lines: dict[str, dict[str, Any]] = {}
    for old, new in zip(before.lines, after.lines, strict=True):
        differing = _differing(old, new)
        if differing:
            lines[str(old.id)] = differing
    kept: dict[str, Any] = {"lines": lines}
    if before.agents != after.agents:
        kept["agents"] = codec.to_data(before.agents)
    if statuses:
        kept["statuses"] = {str(line_id): status.value for line_id, status in statuses.items()}
    return kept


def _differing(old: OrderLine, new: OrderLine) -> dict[str, Any]:
    if old is new:
        return {}
    names = (one.name for one in fields(OrderLine) if one.name not in _NOT_CHANGED_BY_HAND)
    return {name: codec.to_data(getattr(old, name)) for name in names if getattr(old, name) != getattr(new, name)}


def _as_it_was(draft: OrderDraft, kept: Mapping[str, Any]) -> OrderDraft:
    lines: list[OrderLine] = []
    for line in draft.lines:
        was = kept["lines"].get(str(line.id))
        if was:
            old = codec.from_data(OrderLine, {"line_type": line.line_type.value, **was})
            line = replace(line, **{name: getattr(old, name) for name in was})
        lines.append(line)
    draft = replace(draft, lines=tuple(lines))
    if "agents" in kept:
        header = {"type": {"code": ""}, "date": draft.date.isoformat(), "agents": kept["agents"]}
        draft = replace(draft, agents=codec.from_data(OrderDraft, header).agents)
    return draft


def last_changes(desk: Desk, limit: int = 20) -> list[Begun]:
    """The newest mass changes, the last one first."""
    with desk.store.read() as connection:
        return kept_changes.newest(connection, limit)


def last_change_to_undo(desk: Desk) -> Begun | None:
    """The newest mass change of this person that was not undone, None where there is none."""
    return next((one for one in last_changes(desk, 200) if one.user == desk.user and not one.undone), None)


def undo(desk: Desk, change_id: int, progress: Progress = _go_on) -> Outcome:
    """Take a mass change back, the last order first: each one exactly as it was, unless somebody changed it since.

    It is a change of its own in every order's journal, and may be stopped and taken up again. Raises `Invalid` for
    an unknown change, `Refused` for one that was undone, `NotAllowed` for somebody else's (P-73).
    """
    with desk.store.read() as connection:
        begun = kept_changes.begun(connection, change_id)
        if begun is None:
            raise Invalid(f"There is no mass change {change_id}.", field="change", rule="P-73")
        if begun.undone:
            raise Refused(f"Mass change {change_id} was undone already.", field="change", rule="P-73")
        if begun.user != desk.user and not desk.may(Permission.UNDO_MASS_CHANGES):
            raise NotAllowed(f"Only {begun.user} or a supervisor may undo mass change {change_id}.", rule="P-73")
        kept = kept_changes.kept_orders(connection, change_id)
    left: list[LeftAlone] = []
    orders, lines, stopped = 0, 0, False
    for done, one in enumerate(kept):
        if not progress(done, len(kept)):
            stopped = True
            break
        try:
            lines += _undo_one(desk, change_id, one)
        except DeskError as error:
            left.append(LeftAlone(one.order_id, one.number, error))
            if isinstance(error, Unreachable):
                stopped = True
                break
            continue
        orders += 1
    else:
        progress(len(kept), len(kept))
    if not stopped:
        with desk.store.write() as session:
            about = f"{orders} orders as they were, {len(left)} changed since"
            kept_changes.close(session, desk.now(), desk.user, change_id, about)
    return Outcome(change_id, orders, lines, tuple(left), stopped=stopped)


def _undo_one(desk: Desk, change_id: int, kept: Kept) -> int:
    with desk.store.write() as session:
        now = load_order(session.connection(), kept.order_id)
        if now is None or now.version != kept.version:
            raise Conflict("Somebody changed this order since; it stays as it is.", rule="D-12.7", field="order")
        was = _as_it_was(now, kept.before)
        check_changeable(desk, session.connection(), now, was, _RESTORED_STATUSES)
        statuses = {int(line_id): LineStatus(status) for line_id, status in kept.before.get("statuses", {}).items()}
        comment = f"Mass change {change_id} undone"
        revised = bool(kept.before["lines"]) or bool(statuses)
        amend(desk, session, now, was, _totals(desk, was), comment, statuses=statuses, revised=revised)
        kept_changes.mark_undone(session, desk.now(), desk.user, change_id, kept.order_id, kept.number)
    return max(1, len(kept.before["lines"]), len(statuses))
