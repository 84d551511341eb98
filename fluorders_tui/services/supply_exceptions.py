"""Customer lines that a change on the supplier's side touches, and what the clerk decides about them (D-14.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.order_progress import lock_orders
from fluorders_tui.data.order_rows import load_order
from fluorders_tui.data.order_writing import KIND
from fluorders_tui.data.store import Connection, Session
from fluorders_tui.data.supplier_order_rows import lock_supplier_orders
from fluorders_tui.data.supply_exception_rows import (
    PendingException,
    exceptions_at,
    link_at,
    pending_exceptions,
    write_exceptions,
)
from fluorders_tui.data.supply_rows import customer_lines
from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.errors import Conflict, DeskError, Refused
from fluorders_tui.domain.links import LineRef, Link, SupplyMode
from fluorders_tui.domain.money import EXACT, ONE, ZERO, plain
from fluorders_tui.domain.order import LineStatus, OrderLine
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.supply_exceptions import (
    Choice,
    ExceptionKind,
    Resolution,
    SupplyException,
)
from fluorders_tui.domain.supply_exceptions import resolve as resolution_of
from fluorders_tui.domain.totals import document_totals
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.orders import amend, check_changeable
from fluorders_tui.services.supply_sides import (
    customer_line,
    free_stock,
    settle_lines,
    supply_links,
    uncovered,
    write_links,
)

__all__ = [
    "Choice",
    "Decided",
    "ExceptionKind",
    "PendingException",
    "exception_count",
    "exceptions",
    "flag",
    "resolve",
    "resolve_many",
]


def exceptions(desk: Desk, *, urgent: bool = False, limit: int = 0) -> list[PendingException]:
    """What waits for a decision: what asks for one first, then by the day it was promised for.

    The choices are those of this moment: serving from stock is one where stock suffices now. With `urgent` only
    what asks for a decision; at most `limit` when it is not 0.
    """
    with desk.store.read() as connection:
        found = pending_exceptions(connection)
        items = {one.exception.item for one in found if one.exception.urgent}
        free = free_stock(connection, items, besides={one.line_id for one in found}) if items else {}
        missing = uncovered(connection, [one.exception.link.customer_line for one in found])
        found = [_as_of_now(connection, one, free.get(one.exception.item, ZERO), missing) for one in found]
    wanted = [one for one in found if one.exception.quantity and (one.exception.urgent or not urgent)]
    wanted.sort(key=_first)
    return wanted[:limit] if limit else wanted


def exception_count(desk: Desk) -> int:
    """How much of it asks for a decision."""
    return len(exceptions(desk, urgent=True))


def _first(one: PendingException) -> tuple[bool, bool, str, int]:
    promised = one.exception.promised
    return not one.exception.urgent, promised is None, promised.isoformat() if promised else "", one.link_id


def _as_of_now(
    connection: Connection, pending: PendingException, free: Decimal, missing: Mapping[LineRef, Decimal]
) -> PendingException:
    link = link_at(connection, pending.link_id) or pending.exception.link
    return replace(pending, exception=_current(pending.exception, link, free, missing))


def _current(
    exception: SupplyException, link: Link, free: Decimal, missing: Mapping[LineRef, Decimal]
) -> SupplyException:
    """The exception as of now: a date concerns what is still to come, all else what the customer still lacks.

    Stock is a choice where it suffices.
    """
    concerned = link.outstanding if exception.kind is ExceptionKind.DATE else missing.get(link.customer_line, ZERO)
    quantity = min(exception.quantity, concerned)
    choices: list[Choice] = [choice for choice in exception.choices if choice is not Choice.STOCK]
    if exception.urgent and free >= quantity and Choice.FORCE in choices:
        choices.insert(choices.index(Choice.FORCE), Choice.STOCK)
    return replace(exception, link=link, quantity=quantity, choices=tuple(choices))


def flag(desk: Desk, session: Session, found: Iterable[SupplyException]) -> None:
    """Let exceptions stand at their links and tell the customer orders' journals, in the caller's transaction."""
    connection = session.connection()
    events: list[Event] = []
    for exception in found:
        link = exception.link
        write_exceptions(session, link, _joined(exceptions_at(connection, link), exception))
        row = next(iter(customer_lines(connection, [link.customer_line.line])))
        events.append(
            Event(
                KIND, row.order_id, row.number, "changed", row.order_status, row.order_status, exception.message,
                after={f"lines[{row.position}].supply": exception.kind.value},
            )
        )  # fmt: skip
    record(session, desk.now(), desk.user, events)


def _joined(pending: Sequence[SupplyException], new: SupplyException) -> list[SupplyException]:
    """`pending` with one more: a date replaces the last one, what won't come adds up."""
    others = [one for one in pending if one.kind is not new.kind]
    same = next((one for one in pending if one.kind is new.kind), None)
    if new.kind is ExceptionKind.DATE:
        if same is not None:
            new = replace(new, was_due=same.was_due)
        # Back on the day it was promised for: there is nothing to tell any more.
        return others if same is not None and new.due == new.promised else [*others, new]
    if same is not None:
        quantity = same.quantity + new.quantity
        told = new.message.replace(plain(new.quantity), plain(quantity), 1)
        new = replace(new, quantity=quantity, message=told)
    return [*others, new]


def resolve(desk: Desk, link_id: int, kind: ExceptionKind, choice: Choice) -> Resolution:
    """Do what the clerk chose about an exception, in one transaction; what is to be ordered elsewhere is told.

    Accepting a date is an amendment of the customer's order (D-12.5); forcing closes what is left of the line, or
    lowers it where only a part of it won't come. Raises `Conflict` when somebody decided it already, `Refused` for a
    choice that is none, or when stock no longer suffices.
    """
    check_permission(desk, Permission.SUPPLY)
    if choice is Choice.FORCE:
        check_permission(desk, Permission.FORCE, rule="D-15.2")
    with desk.store.write() as session:
        connection = session.connection()
        link = link_at(connection, link_id)
        supplier_line = link.supplier_line if link else None
        if link is None or supplier_line is None:
            raise _decided()
        lock_supplier_orders(connection, [supplier_line.document])
        lock_orders(session, {link.customer_line.document})
        link = link_at(connection, link_id) or link
        pending = exceptions_at(connection, link)
        exception = next((one for one in pending if one.kind is kind), None)
        if exception is None:
            raise _decided()
        ref = link.customer_line
        free = free_stock(connection, [exception.item], besides={ref.line})[exception.item]
        exception = _current(exception, link, free, uncovered(connection, [ref]))
        if not exception.quantity:
            raise _decided()
        links = supply_links(connection, [ref])
        made = resolution_of(exception, choice, links, free=free)
        rest = [one for one in pending if one.kind is not kind]
        write_links(session, links, made.links, keeping=[link])
        write_exceptions(session, link, rest)
        _drop_if_empty(session, link_id, rest)
        _carry_out(desk, session, link, exception, made, choice)
        return made


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of several exceptions: those that were decided, with what each did, and those that were not."""

    done: tuple[tuple[PendingException, Resolution], ...]
    refused: tuple[tuple[PendingException, DeskError], ...]

    @property
    def reorder(self) -> tuple[PendingException, ...]:
        """Those of which something is to be ordered elsewhere now."""
        return tuple(one for one, made in self.done if made.reorder)


def resolve_many(desk: Desk, chosen: Sequence[PendingException], choice: Choice) -> Decided:
    """Decide several alike, each in a transaction of its own (P-70); what a rule refuses stays and is listed.

    Raises `NotAllowed` where this person may not decide so, and `Unreachable`.
    """
    done: list[tuple[PendingException, Resolution]] = []
    refused: list[tuple[PendingException, DeskError]] = []
    for one in chosen:
        try:
            done.append((one, resolve(desk, one.link_id, one.exception.kind, choice)))
        except (Refused, Conflict) as error:
            refused.append((one, error))
    return Decided(tuple(done), tuple(refused))


def _decided() -> Conflict:
    return Conflict("Somebody decided this already.", field="choice", rule="D-14.4", hint="Look at the list again.")


def _drop_if_empty(session: Session, link_id: int, rest: Sequence[SupplyException]) -> None:
    """A link through which nothing came or will come stood only for its exception."""
    link = link_at(session.connection(), link_id)
    if link is not None and not link.quantity and not rest:
        write_links(session, [link], [])


def _carry_out(
    desk: Desk, session: Session, link: Link, exception: SupplyException, made: Resolution, choice: Choice
) -> None:
    comment = f"{choice.value}: {exception.message}"
    ref = link.customer_line
    if made.date is not None:
        on_demand = link.mode is SupplyMode.ON_DEMAND

        def dated(line: OrderLine) -> OrderLine:
            return replace(line, delivery_date=made.date, ready_date=made.date if on_demand else line.ready_date)

        _amend(desk, session, ref, dated, {}, comment)
    elif made.forced:
        _force(desk, session, ref, made.forced, comment)
    elif not settle_lines(desk, session, [ref], {}, comment):
        row = next(iter(customer_lines(session.connection(), [ref.line])))
        told = {f"lines[{row.position}].supply": exception.kind.value}, {f"lines[{row.position}].supply": choice.value}
        event = Event(KIND, row.order_id, row.number, "changed", row.order_status, row.order_status, comment, *told)
        record(session, desk.now(), desk.user, [event])


def _force(desk: Desk, session: Session, ref: LineRef, forced: Decimal, comment: str) -> None:
    row = next(iter(customer_lines(session.connection(), [ref.line])))
    line = customer_line(ref, row)
    if forced >= line.remaining_in_main:
        _amend(desk, session, ref, lambda one: one, {ref.line: LineStatus.FORCED}, comment)
        return
    units = EXACT.divide(forced, line.uom.factor)
    if units != units.quantize(ONE.scaleb(-line.uom.decimals), ROUND_FLOOR, EXACT):
        raise Refused(
            f"{plain(forced)} are no whole {line.uom.code}.",
            field="choice",
            rule="D-6.3",
            hint="Change the customer's line by hand.",
        )

    def lowered(one: OrderLine) -> OrderLine:
        return replace(one, quantity=one.quantity - units)

    _amend(desk, session, ref, lowered, {}, comment)


def _amend(
    desk: Desk,
    session: Session,
    ref: LineRef,
    change: Callable[[OrderLine], OrderLine],
    statuses: dict[int, LineStatus],
    comment: str,
) -> None:
    """One line of a customer order changed, as the clerk would change it (D-12.5)."""
    before = load_order(session.connection(), ref.document)
    if before is None:
        raise _decided()
    decimals, give_aways = before.currency.decimals, desk.company.discount_give_aways
    lines: list[OrderLine] = []
    for line in before.lines:
        changed = change(line) if line.id == ref.line else line
        if changed.quantity != line.quantity:
            changed = with_amounts(changed, decimals, discount_give_aways=give_aways)
        lines.append(changed)
    after = replace(before, lines=tuple(lines))
    check_changeable(desk, session.connection(), before, after)
    totals = document_totals(after, company_decimals=desk.company.currency_decimals)
    amend(desk, session, before, after, totals, comment, statuses=statuses)
