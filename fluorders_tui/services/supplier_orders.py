"""Supplier orders: entering, opening, changing, and all that a supplier does to them; one transaction each (§14).

What a change means for the customers behind it is part of it: dates and shortages flag their lines, goods
received execute or reserve them (D-14.4).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.data.numberings import provisional_number, take_number
from fluorders_tui.data.store import Connection, IntegrityError, Session
from fluorders_tui.data.supplier_order_rows import load_supplier_order
from fluorders_tui.data.supplier_order_writing import (
    SupplierEvent,
    SupplierWriting,
    insert_supplier_order,
    update_supplier_order,
)
from fluorders_tui.data.supply_rows import supplier_terms
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.links import LineRef, Link, StoredDocument, link_problems, outstanding_quantity
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.supplier_orders import (
    Confirmation,
    SupplierOrderDraft,
    SupplierOrderLine,
    SupplierOrderStatus,
    SupplierTotals,
    cancel_lines,
    change_dates,
    confirm_supplier_order,
    receive,
    status_after,
    supplier_totals,
    undo_receipt,
    with_line_amounts,
)
from fluorders_tui.domain.supplier_orders import enter_supplier_order as checked_entry
from fluorders_tui.domain.supply_exceptions import CustomerLine, follow_supplier, receipt_of
from fluorders_tui.domain.supply_sharing import supplier_line_ref
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.order_changes import Changes, differences
from fluorders_tui.services.supplier_shipments import record_shipments
from fluorders_tui.services.supply_exceptions import flag
from fluorders_tui.services.supply_sides import (
    find_supplier_order,
    fit_links,
    free_stock,
    held_sides,
    held_supplier_order,
    move_stock,
    settle_lines,
    supplier_writing,
    supply_links,
    write_links,
)

__all__ = [
    "Confirmation",
    "SavedSupplierOrder",
    "cancel",
    "change_supplier_order",
    "confirm",
    "enter_supplier_order",
    "enter_supplier_orders",
    "move_dates",
    "next_supplier_number",
    "open_supplier_order",
    "open_supplier_order_row",
    "receive_goods",
    "take_back",
]

#: Statuses in which a supplier order may still be changed (D-12.3).
CHANGEABLE = frozenset({SupplierOrderStatus.ENTERED, SupplierOrderStatus.CONFIRMED, SupplierOrderStatus.PARTIAL})


@dataclass(frozen=True, slots=True)
class SavedSupplierOrder:
    """A supplier order with its sums, and the links of its lines, those made first coming first."""

    draft: SupplierOrderDraft
    totals: SupplierTotals
    links: tuple[Link, ...] = ()

    @property
    def number(self) -> str:
        """The order's number, '' for one that was not entered."""
        return self.draft.number

    def promised(self, line: SupplierOrderLine) -> Decimal:
        """What of a line is still to come for customers, in main units (D-14.3)."""
        return outstanding_quantity(self.links, supplier_line_ref(self.draft, line))


class _NothingWritten(Exception):
    """Ends the transaction of a dry run without a trace."""


def enter_supplier_order(desk: Desk, draft: SupplierOrderDraft) -> SavedSupplierOrder:
    """Enter one draft: number, rows, journal and counters in one transaction (D-9.3).

    Raises `Several` with everything that is wrong with the draft, `Refused` and `Unreachable`.
    """
    return enter_supplier_orders(desk, [draft])[0]


def enter_supplier_orders(
    desk: Desk, drafts: Sequence[SupplierOrderDraft], *, dry_run: bool = False
) -> list[SavedSupplierOrder]:
    """Enter several drafts, all or none. A dry run goes all the way and writes nothing: no number is taken."""
    checked = [checked_entry(_priced(draft)) for draft in drafts]
    saved: list[SavedSupplierOrder] = []
    check_permission(desk, Permission.SUPPLY)
    try:
        with desk.store.write() as session:
            for draft in checked:
                stored = enter_within(desk, session, draft)
                saved.append(_opened(session.connection(), stored.id))
            if dry_run:
                raise _NothingWritten
    except _NothingWritten:
        return [SavedSupplierOrder(draft, supplier_totals(draft)) for draft in drafts_as_entered(checked)]
    except IntegrityError as error:
        raise Refused(
            "Another document got this number in the same moment.", rule="D-9.3b", field="number", hint="Save again."
        ) from error
    return saved


def drafts_as_entered(drafts: Iterable[SupplierOrderDraft]) -> list[SupplierOrderDraft]:
    """Drafts a dry run shows: as they are, for nothing was entered."""
    return [replace(draft, status=SupplierOrderStatus.DRAFT) for draft in drafts]


def _priced(draft: SupplierOrderDraft) -> SupplierOrderDraft:
    """The draft with the amounts of its lines worked out again, each error with its place."""
    lines: list[SupplierOrderLine] = []
    problems: list[DeskError] = []
    for place, line in enumerate(draft.lines, 1):
        try:
            if not line.item:
                raise Invalid("A supplier order's line needs an item.", field="item", rule="D-14.2")
            lines.append(with_line_amounts(line, draft.currency.decimals))
        except Refused as error:
            field = f"lines[{place}].{error.field}"
            problems.append(type(error)(error.message, field=field, rule=error.rule, hint=error.hint))
    if problems:
        raise problems[0] if len(problems) == 1 else Several(problems)
    return replace(draft, lines=tuple(lines))


def enter_within(desk: Desk, session: Session, draft: SupplierOrderDraft) -> StoredDocument:
    """Write a draft that was entered by the rules, in the caller's transaction."""
    writing = supplier_writing(desk, session, draft)
    active = supplier_terms(session.connection(), [draft.supplier])[draft.supplier].active
    if not active:
        raise Refused(f"Supplier {draft.supplier} is not active any more.", field="supplier", rule="D-2.5")
    # The number comes last before writing: its counter stays locked until the transaction ends.
    taken = take_number(session, draft.type.numbering, draft.date, draft.type.code, desk.user)
    return insert_supplier_order(session, draft, taken, writing)


def next_supplier_number(desk: Desk, draft: SupplierOrderDraft) -> str:
    """The number the draft would get now: provisional, not taken (D-9.3b)."""
    with desk.store.read() as connection:
        return provisional_number(connection, draft.type.numbering, draft.date, draft.type.code, desk.user)


def open_supplier_order(desk: Desk, number: str) -> SavedSupplierOrder:
    """A saved supplier order as it stands. Raises `Invalid` for an unknown number."""
    with desk.store.read() as connection:
        return _opened(connection, find_supplier_order(connection, number))


def open_supplier_order_row(desk: Desk, order_id: int) -> SavedSupplierOrder:
    """As `open_supplier_order`, by row."""
    with desk.store.read() as connection:
        return _opened(connection, order_id)


def _opened(connection: Connection, order_id: int) -> SavedSupplierOrder:
    draft = load_supplier_order(connection, order_id)
    if draft is None:
        raise Invalid("This supplier order is not there any more.", field="number")
    links = supply_links(connection, [supplier_line_ref(draft, line) for line in draft.lines])
    return SavedSupplierOrder(draft, supplier_totals(draft), links)


def change_supplier_order(desk: Desk, draft: SupplierOrderDraft, comment: str = "") -> SavedSupplierOrder:
    """Save a supplier order that was opened and changed; its customers are told what that means for them (D-14.4).

    Raises `Conflict` (D-12.7) when somebody saved it in between, `Refused` where its status, what was received,
    or what customers were promised forbid the change.
    """

    def change(before: SupplierOrderDraft) -> SupplierOrderDraft:
        if before.version != draft.version:
            raise Conflict("Somebody else changed this supplier order in the meantime.", rule="D-12.7", field="order")
        after = _priced(draft)
        _check_changeable(before, after)
        return replace(after, status=status_after(replace(after, status=before.status)), revision=_revision(before))

    return _acted(desk, draft.id, change, "changed", comment)


def _revision(before: SupplierOrderDraft) -> int:
    """Once the supplier confirmed it, each change is a revision they must hear of (D-12.5)."""
    return before.revision + 1 if before.confirmed_on else before.revision


def _check_changeable(before: SupplierOrderDraft, after: SupplierOrderDraft) -> None:
    if before.status not in CHANGEABLE:
        raise Refused(
            f"Supplier order {before.number} is {before.status.value} and can't be changed.",
            field="status",
            rule="D-12.3",
        )
    if (before.supplier, before.currency.code, before.type, before.date) != (
        after.supplier, after.currency.code, after.type, after.date,
    ):  # fmt: skip
        raise Refused(
            "Supplier, type, date and currency of a numbered order stay.",
            field="supplier",
            rule="D-9.3b",
            hint="Cancel it and enter another one.",
        )
    now = {line.id: (place, line) for place, line in enumerate(after.lines, 1) if line.id}
    for line in before.lines:
        place, kept = now.get(line.id, (0, None))
        if line.received and (kept is None or kept.item != line.item or kept.uom != line.uom):
            raise Refused(
                f"{plain(line.received)} of {line.item} were received already: the line stays.",
                field="lines",
                rule="D-12.6",
            )
        if kept is not None and (kept.received != line.received or kept.quantity < line.received):
            raise Refused(
                f"{plain(line.received)} were received already.", field=f"lines[{place}].quantity", rule="D-15.2"
            )


def confirm(
    desk: Desk,
    order_id: int,
    said: Mapping[int, Confirmation] | None = None,
    *,
    on: dt.date | None = None,
    version: int = 0,
) -> SavedSupplierOrder:
    """The supplier confirmed an order, perhaps less or for another day (by line, from 0); `on` is today's date.

    With `version` it must still be the one that was opened. Raises as the rules of `domain.supplier_orders` do.
    """
    day = on or desk.today()
    return _acted(
        desk, order_id, lambda before: confirm_supplier_order(before, day, said), "confirmed", version=version
    )


def move_dates(desk: Desk, order_id: int, dates: Mapping[int, dt.date], *, version: int = 0) -> SavedSupplierOrder:
    """Lines (from 0) come on other days than they were to come; linked customer lines are flagged (D-14.4)."""
    return _acted(desk, order_id, lambda before: change_dates(before, dates), "changed", version=version)


def cancel(
    desk: Desk, order_id: int, reason: str, lines: Sequence[int] | None = None, *, version: int = 0
) -> SavedSupplierOrder:
    """What is open of some lines (from 0), or of all, will not come; linked customer lines are flagged (D-14.4)."""
    return _acted(
        desk, order_id, lambda before: cancel_lines(before, reason, lines), "cancelled", reason, version=version
    )


def receive_goods(
    desk: Desk,
    order_id: int,
    quantities: Mapping[int, Decimal] | None = None,
    *,
    consent: bool = False,
    version: int = 0,
) -> SavedSupplierOrder:
    """Goods came: so much of each line (from 0, in its unit), or all that is open (D-14.4).

    What was drop-shipped executes the customers' lines, all else is in stock from now on. More than is to come needs
    the clerk's `consent`. Raises `Several` with each line that would get too much, `Refused` when nothing is open.
    """

    def change(before: SupplierOrderDraft) -> SupplierOrderDraft:
        wanted = quantities
        if wanted is None:
            wanted = {place: line.open for place, line in enumerate(before.lines) if line.open}
        if not wanted:
            raise Refused("Nothing of this supplier order is to come.", field="lines", rule="D-14.4")
        return receive(before, wanted, consent=consent)

    return _moved(desk, order_id, change, "received", version)


def take_back(
    desk: Desk, order_id: int, quantities: Mapping[int, Decimal] | None = None, *, version: int = 0
) -> SavedSupplierOrder:
    """Undo receipts: so much of each line (from 0, in its unit) was not received after all, or nothing was.

    Stock and customer lines go back by the same. Raises `Refused` beyond what was received.
    """

    def change(before: SupplierOrderDraft) -> SupplierOrderDraft:
        wanted = quantities
        if wanted is None:
            wanted = {place: line.received for place, line in enumerate(before.lines) if line.received}
        if not wanted:
            raise Refused("Nothing of this supplier order was received.", field="lines", rule="D-15.2")
        return undo_receipt(before, wanted)

    return _moved(desk, order_id, change, "receipt undone", version)


_Change = Callable[[SupplierOrderDraft], SupplierOrderDraft]


def _acted(
    desk: Desk, order_id: int, change: _Change, event: str, comment: str = "", *, version: int = 0
) -> SavedSupplierOrder:
    """One change of what is to come, with what it means for customers, in one transaction."""
    check_permission(desk, Permission.SUPPLY)
    with desk.store.write() as session:
        before = held_supplier_order(session, order_id)
        _check_version(before, version)
        after = change(before)
        _write_change(desk, session, before, after, event, comment)
        return _opened(session.connection(), order_id)


def _write_change(
    desk: Desk, session: Session, before: SupplierOrderDraft, after: SupplierOrderDraft, event: str, comment: str
) -> None:
    was, becomes = changes(before, after)
    if not was and not becomes and before.status is after.status and before.confirmed_on == after.confirmed_on:
        return
    sides = held_sides(session, before)
    _check_promises(before, after, sides.links)
    # A line that goes is a line cancelled, as far as its customers are concerned.
    kept = {line.id for line in after.lines}
    gone = tuple(replace(line, cancelled=True) for line in before.lines if line.id not in kept)
    seen = replace(after, lines=(*after.lines, *gone))
    free = free_stock(session.connection(), {row.item_code for row in sides.rows.values()})
    change = follow_supplier(before, seen, sides.links, sides.lines, free)
    flagged = [one.link for one in change.exceptions]
    write_links(session, sides.links, change.links, keeping=flagged)
    writing = supplier_writing(desk, session, after)
    update_supplier_order(session, after, writing, SupplierEvent(event, comment, was, becomes))
    _check_links(session.connection(), after)
    settle_lines(desk, session, [link.customer_line for link in flagged], {}, f"supplier order {before.number}")
    flag(desk, session, change.exceptions)


def _check_promises(before: SupplierOrderDraft, after: SupplierOrderDraft, links: Sequence[Link]) -> None:
    """What customers were promised keeps its item and its way to them."""
    served = {link.supplier_line.line for link in links if link.supplier_line is not None}
    now = {line.id: line for line in after.lines if line.id}
    for place, line in enumerate(before.lines, 1):
        kept = now.get(line.id)
        if line.id in served and kept is not None and kept.item != line.item:
            raise Refused(
                f"{line.item} is promised to customers: the line keeps its item.",
                field=f"lines[{place}].item",
                rule="D-14.3",
                hint="Cancel the line and add another one.",
            )
    way = (before.drop_ship, before.destination) != (after.drop_ship, after.destination)
    if way and served.intersection(line.id for line in before.lines):
        raise Refused(
            "Goods are promised to customers: where they are sent to stays.", field="drop_ship", rule="D-14.3"
        )


def _check_links(connection: Connection, draft: SupplierOrderDraft) -> None:
    """The last word on D-14.3: no line is promised beyond what is to come."""
    refs = {supplier_line_ref(draft, line): line.open_in_main for line in draft.lines if line.id}
    problems = link_problems(supply_links(connection, refs), refs)
    if problems:
        raise problems[0] if len(problems) == 1 else Several(problems)


def _moved(desk: Desk, order_id: int, change: _Change, event: str, version: int) -> SavedSupplierOrder:
    """Goods received or given back, with what they do to links, customer lines and stock, in one transaction."""
    check_permission(desk, Permission.SUPPLY)
    with desk.store.write() as session:
        before = held_supplier_order(session, order_id)
        _check_version(before, version)
        after = change(before)
        sides = held_sides(session, before)
        receipt = receipt_of(before, after, sides.links, sides.lines)
        # Of a line that was cancelled, what is given back won't come again.
        change_of = follow_supplier(before, after, receipt.links, sides.lines)
        write_links(session, sides.links, change_of.links, keeping=[one.link for one in change_of.exceptions])
        writing: SupplierWriting = supplier_writing(desk, session, after)
        was, becomes = changes(before, after)
        if receipt.surplus:
            becomes["surplus"] = ", ".join(f"{plain(one)} {item}" for item, one in receipt.surplus.items())
        update_supplier_order(session, after, writing, SupplierEvent(event, "", was, becomes))
        move_stock(session, after, receipt.stock)
        executed: dict[LineRef, Decimal] = {}
        for one in receipt.lines:
            executed[one.line] = executed.get(one.line, Decimal(0)) + one.executed
        # What is given back is on the way again, but no more of it than the customer still wants.
        still = {ref: _still_open(line, executed.get(ref, Decimal(0))) for ref, line in sides.lines.items()}
        fit_links(session, still, shipped_too=True)
        settle_lines(desk, session, executed, executed, f"{event}: supplier order {before.number}")
        record_shipments(desk, session, (order_id, before.number), executed)
        flag(desk, session, change_of.exceptions)
        return _opened(session.connection(), order_id)


def _still_open(line: CustomerLine, executed: Decimal) -> Decimal:
    """What is open of a customer line in main units, `executed` of it (its unit) more being done."""
    return replace(line, executed=line.executed + executed).remaining_in_main


def _check_version(draft: SupplierOrderDraft, version: int) -> None:
    if version and draft.version != version:
        raise Conflict(
            "Somebody else changed this supplier order in the meantime.",
            field="order",
            rule="D-12.7",
            hint="Look at it again and repeat.",
        )


_HEADER = ("delivery_date", "reference", "payment_terms", "destination", "warehouse", "drop_ship", "note")
_LINE = (
    "item", "description", "supplier_item", "quantity", "price", "discounts", "delivery_date", "confirmed_quantity",
    "confirmed_date", "received", "cancelled", "note",
)  # fmt: skip


def changes(before: SupplierOrderDraft, after: SupplierOrderDraft) -> Changes:
    """The fields that differ, as they were and as they become, for the journal; lines as `lines[2].quantity`."""
    header = [(name, getattr(before, name), getattr(after, name)) for name in _HEADER]
    return differences(header, before.lines, after.lines, _LINE)
