"""What a supplier does to their order, as it is typed: steps, their columns, and what was answered (D-14.4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.registry import Value
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft, SupplierOrderStatus
from fluorders_tui.widgets.table_layout import Column

__all__ = ["CANCEL", "CONFIRM", "DATES", "GIVE_BACK", "RECEIVE", "SELL", "STEPS", "Answer", "Answers", "step_columns",
           "usual_step"]  # fmt: skip

CONFIRM, RECEIVE, DATES, CANCEL, GIVE_BACK, SELL = "confirm", "receive", "dates", "cancel", "give back", "sell"

STEPS: Mapping[str, tuple[str, str]] = {
    CONFIRM: ("they confirmed it", "quantity and day where they said another one; 0 is nothing"),
    RECEIVE: ("goods came", "what came of each line; nothing typed is all that is to come"),
    DATES: ("it comes on other days", "the day of each line, or one for all of them"),
    CANCEL: ("it won't come", "y on the lines that won't come; none is all of them"),
    GIVE_BACK: ("it was not received after all", "how much of each line; nothing typed is all of it"),
    SELL: ("its goods are sold on", "customer orders from its lines"),
}
"""By name: what happened, and what is typed."""

_FIXED = (
    Column("line", "Ln", 3, align="right"),
    Column("item", "Item", 10),
    Column("description", "Description", 10, flex=True),
    Column("quantity", "Ordered", 8, align="right"),
    Column("uom", "UM", 4, drop=2),
    Column("received", "Came", 7, align="right", drop=3),
    Column("open", "To come", 8, align="right"),
    Column("due", "Delivery", 10, drop=1),
    Column("promised", "Promised", 8, align="right", drop=4),
)


def step_columns(step: str) -> tuple[Column, ...]:
    """The columns of the lines for a step; the last ones are typed."""
    quantity = {CONFIRM: "Confirmed", RECEIVE: "Came now", GIVE_BACK: "Back"}.get(step)
    typed: list[Column] = []
    if quantity is not None:
        typed.append(Column("answer", quantity, 9, align="right"))
    if step in (CONFIRM, DATES):
        typed.append(Column("day", "For", 10))
    if step == CANCEL:
        typed.append(Column("goes", "Cancel", 6))
    return (*_FIXED, *typed)


def usual_step(draft: SupplierOrderDraft) -> str:
    """What most likely comes next."""
    if draft.status is SupplierOrderStatus.ENTERED:
        return CONFIRM
    return RECEIVE if draft.status in (SupplierOrderStatus.CONFIRMED, SupplierOrderStatus.PARTIAL) else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was typed for one line."""

    quantity: Decimal | None = None
    day: dt.date | None = None
    goes: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """The step with what was typed for it; lines by their place from 0. Goes to the disk as plain values and back."""

    step: str = ""
    reason: str = ""
    all_day: dt.date | None = None
    lines: Mapping[int, Answer] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing was typed but what to do."""
        return not self.lines and not self.reason and self.all_day is None

    def of(self, place: int) -> Answer:
        """What was typed for a line."""
        return self.lines.get(place, Answer())

    def with_line(self, place: int, answer: Answer) -> Answers:
        """With another answer for a line; an empty one is none."""
        lines = {**self.lines, place: answer}
        return replace(self, lines={at: one for at, one in sorted(lines.items()) if one != Answer()})

    def quantities(self) -> dict[int, Decimal]:
        """Quantities above 0 by line."""
        return {place: one.quantity for place, one in self.lines.items() if one.quantity}

    def days(self, draft: SupplierOrderDraft) -> dict[int, dt.date]:
        """The day of each line that still comes, its own or the one for all. Raises `Invalid` for none."""
        found: dict[int, dt.date] = {}
        for place, line in enumerate(draft.lines):
            day = self.of(place).day or (self.all_day if line.open else None)
            if day is not None and day != line.due:
                found[place] = day
        if not found:
            raise Invalid("No line has another day.", field="all_day", rule="D-14.4")
        return found

    def to_values(self) -> dict[str, Value]:
        """As plain values, for a file."""
        values: dict[str, Value] = {"step": self.step} if self.step else {}
        if self.reason:
            values["reason"] = self.reason
        if self.all_day is not None:
            values["all_day"] = self.all_day
        for place, one in self.lines.items():
            if one.quantity is not None:
                values[f"{place}.quantity"] = one.quantity
            if one.day is not None:
                values[f"{place}.day"] = one.day
            if one.goes:
                values[f"{place}.goes"] = True
        return values

    @classmethod
    def from_values(cls, values: Mapping[str, Value]) -> Answers:
        """What `to_values` gave."""
        found = cls(str(values.get("step") or ""), str(values.get("reason") or ""))
        all_day = values.get("all_day")
        found = replace(found, all_day=all_day if isinstance(all_day, dt.date) else None)
        for name, value in values.items():
            place, dot, what = name.partition(".")
            if dot and place.isdecimal() and what in ("quantity", "day", "goes"):
                known = found.of(int(place))
                if what == "quantity" and isinstance(value, Decimal):
                    known = replace(known, quantity=value)
                elif what == "day" and isinstance(value, dt.date):
                    known = replace(known, day=value)
                elif what == "goes":
                    known = replace(known, goes=bool(value))
                found = found.with_line(int(place), known)
        return found
