"""How orders to be delivered, the documents that would come, and what is to be picked look on the screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.fulfilment import DeliverableLine, DeliverableOrder
from fluorders_tui.domain.money import EXACT, ZERO
from fluorders_tui.domain.order import LineType
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.convert_offers_rows import said
from fluorders_tui.services.deliveries import Delivered, Preview
from fluorders_tui.services.delivery_choice import DeliveryChoice
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["DOCUMENTS", "LINES", "DeliverRows", "document_rows", "made_rows", "picking"]

LINES = (
    Column("line", "Ln", 3, align="right"),
    Column("item", "Item", 12),
    Column("description", "Description", 16, flex=True),
    Column("quantity", "Ordered", 8, align="right", drop=2),
    Column("executed", "Done", 7, align="right", drop=3),
    Column("open", "Open", 8, align="right"),
    Column("take", "Deliver", 9, align="right"),
    Column("uom", "UM", 3, drop=1),
    Column("stock", "Stock", 9, align="right"),
)

DOCUMENTS = (Column("what", "What would come", 30, flex=True), Column("lines", "Lines", 5, align="right"))


@dataclass(frozen=True, slots=True)
class DeliverRows:
    """Orders with their lines under them; a `RowSource`. Keys are an order's row with 0, or with its line's row."""

    screen: DeskScreen
    choice: DeliveryChoice
    taken: Mapping[int, Decimal]
    warehouse: str
    places: tuple[tuple[DeliverableOrder, DeliverableLine | None], ...]
    short: frozenset[str]
    """The items of which more is ticked, on all lines together, than the warehouse holds."""

    @classmethod
    def of(
        cls, screen: DeskScreen, choice: DeliveryChoice, taken: Mapping[int, Decimal], warehouse: str
    ) -> DeliverRows:
        """The rows of a choice; notes have nothing to deliver and are left out."""
        places: list[tuple[DeliverableOrder, DeliverableLine | None]] = []
        for order in choice.orders:
            places.append((order, None))
            places += [(order, one) for one in order.lines if one.line.line_type is not LineType.NOTE]
        held = {item: choice.held(item, warehouse) for item in choice.stock}
        wanted = _wanted(choice, taken)
        short = frozenset(
            item for item, much in wanted.items() if (there := held.get(item)) is not None and much > there
        )
        return cls(screen, choice, taken, warehouse, tuple(places), short)

    @property
    def count(self) -> int:
        return len(self.places)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        return [self._row(*place) for place in self.places[start:stop]]

    def index_of(self, key: Hashable) -> int | None:
        return next((index for index, place in enumerate(self.places) if _key(*place) == key), None)

    def place_of(self, key: Hashable) -> tuple[DeliverableOrder, DeliverableLine | None] | None:
        """The order and the line of a row's key."""
        return next((place for place in self.places if _key(*place) == key), None)

    def ticked(self) -> set[Hashable]:
        """The keys of lines that are delivered, and of orders of which all that is open is."""
        found: set[Hashable] = set()
        for order in self.choice.orders:
            row = order.draft.id
            open_lines = [one.line.id for one in order.lines if one.open]
            found |= {(row, one.line.id) for one in order.lines if self.taken.get(one.line.id)}
            if open_lines and all(self.taken.get(line) for line in open_lines):
                found.add((row, 0))
        return found

    def _row(self, order: DeliverableOrder, one: DeliverableLine | None) -> Row:
        if one is None:
            return self._order_row(order)
        screen, line = self.screen, one.line
        taken = self.taken.get(line.id)
        held = self.choice.held(line.item, self.warehouse) if line.item else None
        short = bool(taken) and line.item in self.short
        lowered = taken is not None and taken < one.open
        return Row(
            _key(order, one),
            (
                str(one.position),
                line.item or line.line_type.value,
                line.description,
                screen.number(line.quantity),
                screen.number(line.executed) if line.executed else "–",
                screen.number(one.open) if one.open else "–",
                f"{'<' if lowered else ''}{screen.number(taken)}" if taken else "",
                line.uom.code,
                "" if held is None else f"{'! ' if short else ''}{screen.number(held)}",
            ),
            "warning" if short or lowered else "" if one.open else "muted",
        )

    def _order_row(self, order: DeliverableOrder) -> Row:
        draft = order.draft
        wrong = self.choice.refusals.get(draft.id)
        to = draft.destination.city or draft.address.city
        what = " · ".join(part for part in (draft.name, to) if part)
        if wrong is not None:
            # In few cells the status says it; the whole reason is told when somebody tries.
            what = f"✗ {draft.status.value if wrong.field == 'status' else wrong.message}"
        return Row(
            (draft.id, 0), ("", draft.number, what, "", "", "", "", "", ""), "bad" if wrong is not None else "group"
        )


def _key(order: DeliverableOrder, one: DeliverableLine | None) -> tuple[int, int]:
    return order.draft.id, one.line.id if one is not None else 0


def document_rows(screen: DeskScreen, preview: Preview) -> list[Row]:
    """What would come: refusals, then each document with what keeps it apart, then warnings."""
    rows = [Row((-1, place), (f"✗ {said(error)}", ""), "bad") for place, error in enumerate(preview.refusals)]
    for place, one in enumerate(preview.deliveries):
        planned = one.planned
        rows.append(
            Row((place, 0), (f"{preview.type.kind.value} · {planned.references}", str(len(planned.lines))), "strong")
        )
        told = [f"apart by {reason}" for reason in planned.reasons]
        told += [f"! closes the rest of {_closed(one.planned.lines)}"] if any(x.forced for x in planned.lines) else []
        told += [f"{screen.number(planned.weight)} kg"] if planned.weight else []
        rows += [Row((place, detail), (f"   {text}", "")) for detail, text in enumerate(told, 1)]
    rows += [Row((-2, place), (f"! {notice.text}", ""), "warning") for place, notice in enumerate(preview.notices)]
    return rows


def _closed(lines: Sequence[object]) -> str:
    count = sum(bool(getattr(line, "forced", False)) for line in lines)
    return "1 line" if count == 1 else f"{count} lines"


def made_rows(made: Delivered) -> list[Row]:
    """The documents that were made, and how the orders stand now; keys are the order's row."""
    rows = [Row((0, row), (f"{made.kind.value} {number}", ""), "strong") for row, number in made.documents]
    return rows + [Row((1, row), (f"   order {number}: {status.value}", "")) for row, number, status in made.orders]


def picking(screen: DeskScreen, choice: DeliveryChoice, taken: Mapping[int, Decimal], warehouse: str) -> list[str]:
    """What is to be picked of each item, with the stock beside it, what is short, and what other warehouses hold."""
    wanted = _wanted(choice, taken)
    about: dict[str, tuple[str, str]] = {}
    orders: dict[str, list[str]] = defaultdict(list)
    for order in choice.orders:
        for one in order.lines:
            if taken.get(one.line.id) and one.line.item:
                unit = one.line.uom.code if one.line.uom.factor == 1 else ""
                about.setdefault(one.line.item, (one.line.description, unit))
                orders[one.line.item].append(f"{order.draft.number}/{one.position}")
    if not wanted:
        return ["Nothing is ticked."]
    return [f"From {warehouse or 'nowhere'}", "", *_picked(screen, choice, wanted, about, orders, warehouse)]


def _wanted(choice: DeliveryChoice, taken: Mapping[int, Decimal]) -> dict[str, Decimal]:
    """What is ticked of each item, in main units."""
    wanted: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for order in choice.orders:
        for one in order.lines:
            much = taken.get(one.line.id)
            if much and one.line.item:
                wanted[one.line.item] += EXACT.multiply(much, one.line.uom.factor)
    return dict(wanted)


def _picked(
    screen: DeskScreen,
    choice: DeliveryChoice,
    wanted: Mapping[str, Decimal],
    about: Mapping[str, tuple[str, str]],
    orders: Mapping[str, Sequence[str]],
    warehouse: str,
) -> Iterator[str]:
    for item in sorted(wanted):
        description, unit = about[item]
        held = choice.held(item, warehouse)
        yield f"{screen.number(wanted[item])} {unit} {item}  {description}".replace("  ", " ")
        there = "no stock is kept" if held is None else f"{screen.number(held)} there"
        short = ZERO if held is None else max(wanted[item] - held, ZERO)
        missing = f", ! {screen.number(short)} short" if short else ""
        others = {name: much for name, much in choice.stock.get(item, {}).items() if name != warehouse and much}
        elsewhere = f"; {', '.join(f'{name} {screen.number(much)}' for name, much in others.items())}" if others else ""
        yield f"    {there}{missing}{elsewhere}; for {', '.join(orders[item])}"
