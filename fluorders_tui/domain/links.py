"""What was made from what: line to line, with a quantity (D-13.5, D-14.3).

An offer's link counts in the unit that both its lines share. A supply link counts in the item's
main unit, for a box sold may be bought in pieces. A link between headers (line 0) has no quantity;
it carries what of the amounts of an offer's header went over. What deliveries executed of orders stands in their own
lines (D-15.2) and is shown as a link only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from fluorders_tui.domain.errors import DeskError, Refused, Several
from fluorders_tui.domain.money import ZERO, plain


class DocumentKind(StrEnum):
    """The documents that can be linked."""

    OFFER = "offer"
    ORDER = "customer order"
    SUPPLIER_ORDER = "supplier order"
    DELIVERY = "delivery"


class LinkKind(StrEnum):
    """Which document was made from which."""

    OFFER_TO_ORDER = "offer to customer order"
    SUPPLY_TO_ORDER = "supplier order to customer order"
    ORDER_TO_SUPPLY = "customer order to supplier order"
    ORDER_TO_DELIVERY = "customer order to delivery"


class SupplyMode(StrEnum):
    """How the goods get to the customer (D-14.1)."""

    DROP_SHIP = "drop-ship"
    ON_DEMAND = "on demand"


@dataclass(frozen=True, slots=True)
class LineRef:
    """A stored line: its document and its row. Line 0 is the header. `number` is for reading only."""

    kind: DocumentKind
    document: int
    line: int = 0
    number: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """`quantity` of `target` was made from `source`.

    `done` is what was received through a supply link so far. `amounts` are the parts of the offer
    line's amount discounts that went over, in their order, or for headers those of `header_amounts`.
    """

    kind: LinkKind
    source: LineRef
    target: LineRef
    quantity: Decimal = ZERO
    mode: SupplyMode | None = None
    done: Decimal = ZERO
    amounts: tuple[Decimal, ...] = ()

    @property
    def outstanding(self) -> Decimal:
        """What is still to come through this link."""
        return max(self.quantity - self.done, ZERO)

    @property
    def customer_line(self) -> LineRef:
        """The end that is a customer order's line."""
        return self.target if self.target.kind is DocumentKind.ORDER else self.source

    @property
    def supplier_line(self) -> LineRef | None:
        """The end that is a supplier order's line; None for an offer's link."""
        return next((end for end in (self.source, self.target) if end.kind is DocumentKind.SUPPLIER_ORDER), None)


@dataclass(frozen=True, slots=True)
class PlannedLink:
    """A link whose target isn't stored yet: line `line` of the plan's document `document`, both counted from 0.

    `line` is None for a link between headers.
    """

    kind: LinkKind
    source: LineRef
    document: int
    line: int | None
    quantity: Decimal = ZERO
    mode: SupplyMode | None = None
    amounts: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What saving a planned document gave: its row and number, and the row of each of its lines, in order."""

    id: int
    number: str
    lines: tuple[int, ...]


def stored_links(planned: Iterable[PlannedLink], stored: Sequence[StoredDocument]) -> tuple[Link, ...]:
    """The links of a plan once its documents are saved; `stored` is in the order of the plan's documents."""
    found: list[Link] = []
    for link in planned:
        document = stored[link.document]
        to_supply = link.kind is LinkKind.ORDER_TO_SUPPLY
        kind = DocumentKind.SUPPLIER_ORDER if to_supply else DocumentKind.ORDER
        row = 0 if link.line is None else document.lines[link.line]
        target = LineRef(kind, document.id, row, document.number)
        found.append(Link(link.kind, link.source, target, link.quantity, link.mode, amounts=link.amounts))
    return tuple(found)


def linked_quantity(links: Iterable[Link], line: LineRef, *kinds: LinkKind) -> Decimal:
    """Σ quantity of the links of `line`, of all kinds or only of `kinds`."""
    return sum((link.quantity for link in _of(links, line, kinds)), ZERO)


def outstanding_quantity(links: Iterable[Link], line: LineRef) -> Decimal:
    """What is still to come through the supply links of `line`, in main units (D-14.3)."""
    return sum(
        (link.outstanding for link in _of(links, line, ()) if link.kind is not LinkKind.OFFER_TO_ORDER),
        ZERO,
    )


def add_links(links: Sequence[Link], new: Iterable[Link], limits: Mapping[LineRef, Decimal]) -> tuple[Link, ...]:
    """`links` with `new` ones; a second link of one kind between two lines adds to the first.

    `limits` says how much of a line may be linked: an offer line's quantity, the open quantity of a
    customer or supplier line in main units (which offer links leave alone). Lines not named there
    have no limit.
    Raises `Several` (D-14.3, D-13.5) with each line that would be linked beyond it.
    """
    found = {(link.kind, link.source, link.target): link for link in links}
    for link in new:
        key = (link.kind, link.source, link.target)
        before = found.get(key)
        if before is not None:
            pairs = zip(before.amounts, link.amounts, strict=True)
            link = replace(
                before,
                quantity=before.quantity + link.quantity,
                mode=link.mode,
                amounts=tuple(one + other for one, other in pairs),
            )
        found[key] = link
    every = tuple(found.values())
    problems = link_problems(every, limits)
    if problems:
        raise Several(problems)
    return every


def link_problems(links: Sequence[Link], limits: Mapping[LineRef, Decimal]) -> tuple[DeskError, ...]:
    """Where links break the rules: below 0, done beyond the quantity, or linked beyond what is open (D-14.3)."""
    problems: list[DeskError] = []
    used: dict[LineRef, Decimal] = {}
    for link in links:
        if link.quantity < 0 or not ZERO <= link.done <= link.quantity:
            what = f"{plain(link.quantity)} linked and {plain(link.done)} received can't be."
            problems.append(Refused(what, field=_name(link.source), rule="D-14.3"))
        # An order made from an offer has still to be supplied: the offer's link uses up the offer's line alone.
        offered = link.kind is LinkKind.OFFER_TO_ORDER
        for end in (link.source,) if offered else (link.source, link.target):
            if end in limits:
                used[end] = used.get(end, ZERO) + (link.quantity if offered else link.outstanding)
    for line, quantity in used.items():
        if quantity > limits[line]:
            rule = "D-13.5" if line.kind is DocumentKind.OFFER else "D-14.3"
            what = f"{plain(quantity)} would be linked, but only {plain(limits[line])} are open."
            problems.append(Refused(what, field=_name(line), rule=rule, hint="Lower the quantity."))
    return tuple(problems)


def _of(links: Iterable[Link], line: LineRef, kinds: tuple[LinkKind, ...]) -> Iterable[Link]:
    return (
        link for link in links if (not kinds or link.kind in kinds) and (link.source == line or link.target == line)
    )


def _name(line: LineRef) -> str:
    return f"{line.kind.value} {line.number or line.document}, line {line.line}"
