"""The next step of orders: confirm, cancel, close by force, open again, archive; one order or many (D-12).

What would happen is shown before it does: each line's status, what becomes of offers and supply, and what is
refused and why. F9 does it: F9 on an order and F9 once more confirms it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused
from fluorders_tui.domain.fulfilment import DELIVERABLE
from fluorders_tui.domain.order_steps import STEP_WORDS, OrderStep
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.status_words import LINE_STATUS, ORDER_STATUS
from fluorders_tui.services.order_life import Asked, Done, reasons, take_many
from fluorders_tui.services.order_life_preview import Consequences, Stand, preview_many, stands
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.virtual_table import VirtualTable
from fluorders_tui.work import DeskFailed

__all__ = ["OrderStepsScreen"]

COLUMNS = (
    Column("number", "Order", 12),
    Column("line", "Ln", 3, align="right"),
    Column("what", "Item", 16, flex=True),
    Column("left", "Left", 9, align="right", drop=1),
    Column("before", "Now", 12),
    Column("after", "Will be", 22, flex=True),
)

#: What is proposed first: a step that only goes on. Cancelling and closing by force are always typed.
_PROPOSED = (OrderStep.CONFIRM, OrderStep.REOPEN, OrderStep.UNFORCE, OrderStep.ARCHIVE)
_SAFE_TO_PROPOSE = frozenset({OrderStep.CONFIRM, OrderStep.ARCHIVE})

DELIVER = "deliver"
"""The word that leads to the screen on which orders are delivered: what follows once an order is confirmed."""


class OrderStepsScreen(DeskScreen):
    """One step for the orders in the rows `orders`. Dismissed with how many it was taken with."""

    CSS_PATH = "order_steps.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("next_step", "save", "refresh")
    TITLE_TEXT = "Next step"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "F4 lists what can be done now. Enter shows what would happen, F9 does it, F12 leaves everything as it is.",
        "Lines: 2,4-6 means only these lines of the order; empty means the whole order.",
        "Cancelling wants a reason from the table; closing by force takes any words too.",
        "Of several orders each is done by itself: what is refused stays as it is and says why.",
        "  deliver   to the screen on which confirmed orders are delivered, all or line by line",
        *(f"  {step.value:<10}{words.about}" for step, words in STEP_WORDS.items()),
    )

    def __init__(self, *, orders: Sequence[int] = (), step: str = "") -> None:
        super().__init__()
        self._orders = tuple(orders)
        self._first = step
        self._stands: list[Stand] = []
        self._reasons: dict[str, str] = {}
        self._seen: list[Consequences] = []
        self._seen_for: Asked | None = None
        self._done = 0
        self._known = asyncio.Event()
        """The orders were read, or the database has said why not: keys typed ahead wait for it (U-1.1)."""
        self.table = VirtualTable(COLUMNS, can_focus=False, empty="", id="seen")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(classes="row"):
            yield Field("step", "Step", label_width=6, width=11, needed=True, id="step", suggest=self._steps,
                        resolver=self._resolve_step, help="What to do; F4 lists what is possible now.")  # fmt: skip
            yield Field("lines", "  Lines", label_width=9, width=10, id="lines",
                        help="Only these lines, as in 2,4-6; empty means all of it.")  # fmt: skip
            yield Field("reason", "  Reason", label_width=9, width=16, id="reason", suggest=self._known_reasons,
                        resolver=self._resolve_reason, help="Why; F4 lists the reasons of the table.")  # fmt: skip
        yield Field("comment", "Note", label_width=6, width=0, id="comment",
                    help="Kept with it in the journal.")  # fmt: skip
        yield self.table
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self._show_fields(None)
        self.field("step").focus()

    async def desk_ready(self) -> None:
        try:
            await self._read()
        finally:
            self._known.set()

    @on(DeskFailed)
    def _desk_failed(self) -> None:
        self._known.set()

    async def _read(self) -> None:
        desk, orders = self.desk, self._orders
        self._stands, self._reasons = await self.desk_app.ask(lambda: (stands(desk, orders), reasons(desk)))
        self._show_title()
        step = self._first or self._proposed()
        if step == DELIVER:
            self._show_stands()
            if not self.field("step").dirty:
                self.field("step").set_value(DELIVER, DELIVER, choice=Choice(DELIVER, "", "", DELIVER))
                self.field("step").input.select_all()
            others = ", ".join(one for one in self._possible() if one != DELIVER)
            self.message_line.say(f"F9 delivers. Or type another step: {others}." if others else "F9 delivers.")
        elif step and not self.field("step").dirty:
            self._choose(OrderStep(step))
            # Whoever means another one types over it.
            self.field("step").input.select_all()
            await self._look_if_whole()
        elif not self._seen:
            self._show_stands()
            self.message_line.say(f"What shall be done? {', '.join(self._possible()) or 'Nothing is possible now.'}")

    def _show_title(self) -> None:
        if len(self._stands) == 1:
            one = self._stands[0]
            self.title_bar.show(f"Order {one.number} · {one.status.value} · {one.customer}")
        else:
            self.title_bar.show(f"{len(self._stands)} orders · next step")

    def _possible(self) -> list[str]:
        """The steps that at least one of the orders allows, in their order."""
        allowed = {step for one in self._stands for step in one.steps}
        delivers = [DELIVER] if self._deliverable() else []
        return [*delivers, *(step.value for step in OrderStep if step in allowed)]

    def _deliverable(self) -> list[int]:
        """The rows of the orders that may be delivered by this person."""
        may = self.desk.may(Permission.DELIVER)
        return [one.order_id for one in self._stands if may and one.status in DELIVERABLE]

    def _proposed(self) -> str:
        """The step most of them wait for; none where a mistaken key would undo something."""
        possible = self._possible()
        found = next((step for step in _PROPOSED if step.value in possible), None)
        if DELIVER in possible and found is not OrderStep.CONFIRM:
            return DELIVER
        return found.value if found in _SAFE_TO_PROPOSE else ""

    # -- fields ------------------------------------------------------------------------------------

    def _steps(self, text: str) -> list[Choice]:
        wanted, possible = text.strip().casefold(), self._possible()
        delivers = DELIVER.startswith(wanted) and (DELIVER in possible or wanted)
        note = "" if DELIVER in possible else "not now"
        return [
            *([Choice(DELIVER, "deliver what is open, all or line by line", note, DELIVER)] if delivers else []),
            *(
                Choice(step.value, words.about, "" if step.value in possible else "not now", step)
                for step, words in STEP_WORDS.items()
                if step.value.startswith(wanted) and (step.value in possible or wanted)
            ),
        ]

    async def _resolve_step(self, text: str) -> Resolution:
        await self._known.wait()
        return Resolution.of(text, self._steps(text))

    def _known_reasons(self, text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        return [
            Choice(code, name, "", code)
            for code, name in self._reasons.items()
            if wanted in f"{code} {name}".casefold()
        ]

    async def _resolve_reason(self, text: str) -> Resolution:
        await self._known.wait()
        found = Resolution.of(text, self._known_reasons(text))
        if found.kind == "none" and self.field("step").text == OrderStep.FORCE.value:
            # Closing by force takes any words (D-15.2).
            return Resolution("exact", (Choice(text.strip(), "", "", text.strip()),))
        return found

    def _choose(self, step: OrderStep) -> None:
        self.field("step").set_value(step, step.value, choice=Choice(step.value, "", "", step))
        self._show_fields(step)

    def _show_fields(self, step: OrderStep | None) -> None:
        words = STEP_WORDS.get(step) if step is not None else None
        self.field("lines").display = words is not None and words.lines and len(self._stands) == 1
        self.field("reason").display = words is not None and words.reason
        self.field("reason").needed = words is not None and words.reason

    async def field_accepted(self, field: Field) -> None:
        await self._known.wait()
        if field.field_name == "step" and field.text:
            # What it means stands in the help and in the list; here the room is wanted.
            field.set_value(field.value, field.text, note="", choice=field.choice)
            self._show_fields(None if field.text == DELIVER else OrderStep(field.text))
        elif field.field_name == "lines":
            line_numbers(field.text)

    async def fields_done(self) -> None:
        """Enter behind the last needed field: what would happen."""
        if self._delivers:
            await self._deliver()
        else:
            await self._look()

    @property
    def _delivers(self) -> bool:
        return self.field("step").text.strip() == DELIVER

    async def _deliver(self) -> None:
        """To the screen on which they are delivered; what is not confirmed stays out of it."""
        orders = self._deliverable()
        if not orders:
            raise Refused("None of them may be delivered now.", field="step", rule="D-15.1", hint="Confirm them first.")
        await self.desk_app.open_screen("deliver", then=self._delivered, orders=orders)

    async def _delivered(self, made: int | None) -> None:
        if made:
            self._done += len(self._deliverable())
            self.dismiss(self._done)
        else:
            await self._read()

    def _asked(self) -> Asked:
        text = self.field("step").text.strip()
        if not text:
            raise Refused("Say what shall be done.", field="step", hint="F4 lists what is possible.")
        if text not in set(OrderStep):
            raise Invalid(f"{text!r} is no step.", field="step", hint="F4 lists what is possible.")
        step = OrderStep(text)
        words = STEP_WORDS[step]
        return Asked(
            step,
            line_numbers(self.field("lines").text) if words.lines and len(self._stands) == 1 else (),
            self.field("reason").text.strip() if words.reason else "",
            self.field("comment").text.strip(),
        )

    # -- what would happen -------------------------------------------------------------------------

    async def _look_if_whole(self) -> None:
        if not self.field("reason").needed:
            await self._look()

    async def _look(self) -> None:
        desk, asked = self.desk, self._asked()
        rows = [one.order_id for one in self._stands]
        self._seen = await self.desk_app.ask(lambda: preview_many(desk, rows, asked), what="Working it out…")
        self._seen_for = asked
        self._show_seen()

    def _show_seen(self) -> None:
        self.table.refresh_source(ListSource([row for one in self._seen for row in self._rows(one)]), keep_key=False)
        refused = [one for one in self._seen if one.error is not None]
        count = len(self._seen) - len(refused)
        asked = self._seen_for
        if asked is None:
            return
        if not count:
            self.message_line.tell(refused[0].error) if refused and refused[0].error else None
            return
        orders = "it" if len(self._seen) == 1 else f"{count} {'order' if count == 1 else 'orders'}"
        left = f", {len(refused)} not possible" if refused else ""
        self.message_line.say(f"F9 does it: {asked.step.value} {orders}{left}. F12 leaves it.",
                              "warning" if refused else "info")  # fmt: skip

    def _show_stands(self) -> None:
        """Before a step is chosen: the orders as they are."""
        rows = [
            Row((one.order_id, 0, 0), (one.number, "", one.customer, "", str(ORDER_STATUS[one.status]), ""))
            for one in self._stands
        ]
        self.table.refresh_source(ListSource(rows), keep_key=False)

    def _rows(self, one: Consequences) -> Iterator[Row]:
        head = (one.number, "", one.customer, "", str(ORDER_STATUS[one.before]))
        if one.error is not None:
            yield Row((one.order_id, 0, 0), (*head, f"✗ {_said(one.error)}"), "bad")
            return
        yield Row((one.order_id, 0, 0), (*head, str(ORDER_STATUS[one.after])), "text")
        for line in one.lines:
            left = f"{self.number(line.left)} {line.uom}".strip() if line.left else ""
            what = f"{line.item} {line.description}".strip()
            cells = ("", str(line.number), what, left, str(LINE_STATUS[line.before]), str(LINE_STATUS[line.after]))
            yield Row((one.order_id, 1, line.number), cells)
        if one.total_before != one.total_after:
            total = f"{self.money(one.total_before)} → {self.money(one.total_after)} {one.currency}"
            yield Row((one.order_id, 2, 0), ("", "", f"Total {total}", "", "", ""), "muted")
        for place, told in enumerate(one.told):
            yield Row((one.order_id, 3, place), ("", "", f"! {told}", "", "", ""), "warning")

    # -- doing it ----------------------------------------------------------------------------------

    async def action_next_step(self) -> None:
        """F9: what would happen, and once that is on the screen, do it."""
        await self._known.wait()
        field = self.current_field
        if field is not None and field.dirty:
            await self.action_accept()
            listed = self.lookup_list is not None and self.lookup_list.is_open
            if field.error is not None or listed or self.app.screen is not self:
                return
        if self._delivers:
            await self._deliver()
            return
        asked = self._asked()
        if STEP_WORDS[asked.step].reason and not asked.reason:
            self.field("reason").focus()
            raise Invalid("This needs a reason.", field="reason", hint="F4 lists them.",
                          rule="D-12.6" if asked.step is OrderStep.CANCEL else "D-15.2")  # fmt: skip
        if asked != self._seen_for:
            await self._look()
            return
        await self._do(asked)

    async def action_save(self) -> None:
        await self.action_next_step()

    async def _do(self, asked: Asked) -> None:
        desk = self.desk
        wanted = [(one.order_id, one.version) for one in self._seen if one.error is None]
        if not wanted:
            self._show_seen()
            return
        done = await self.desk_app.run_write(lambda: take_many(desk, wanted, asked), what="Doing it…")
        self._done += sum(one.error is None for one in done)
        left = [one for one in done if one.error is not None]
        told = _told(asked, done)
        if left:
            # What they are now is shown, with why they stayed.
            self._stands = await self.desk_app.ask(lambda: stands(desk, [one.order_id for one in left]))
            await self._look()
            self.message_line.say(f"{told} {_said(left[0].error)}" if left[0].error else told, "warning")
            return
        if len(self.app.screen_stack) > 2:
            self.dismiss(self._done)
            below = self.app.screen_stack[-1 if self.app.screen is not self else -2]
            if isinstance(below, DeskScreen):
                below.message_line.say(told, "done")
            return
        await self._read()
        self.message_line.say(told, "done")

    async def action_refresh(self) -> None:
        """F5: the orders as they are now."""
        await self._known.wait()
        self._seen_for = None
        await self._read()

    async def action_leave(self) -> None:
        if len(self.app.screen_stack) > 2:
            self.dismiss(self._done)


def line_numbers(text: str) -> tuple[int, ...]:
    """`2,4-6` as numbers of lines. Raises `Invalid`."""
    found: list[int] = []
    for part in re.split(r"[,\s]+", text.strip().replace("#", "")):
        if not part:
            continue
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part)
        if match is None or (match[2] and int(match[2]) < int(match[1])):
            raise Invalid(f"{part!r} is no line.", field="lines", hint="Type them as 2,4-6.")
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(dict.fromkeys(found))


def _said(error: DeskError) -> str:
    hint = " Look at it again." if isinstance(error, Conflict) and not error.hint else f" {error.hint}".rstrip()
    rule = f" ({error.rule})" if error.rule else ""
    return f"{error.message}{rule}{hint}"


def _told(asked: Asked, done: Sequence[Done]) -> str:
    """`Order 2026-00012 confirmed.`, or how many."""
    taken = [one for one in done if one.error is None]
    words = STEP_WORDS[asked.step].done
    if len(done) == 1 and taken and taken[0].saved is not None:
        one = taken[0]
        lines = f" (lines {', '.join(map(str, asked.lines))})" if asked.lines else ""
        status = taken[0].saved.draft.status.value
        now = "" if status == words or asked.lines else f": it is {status} now"
        return f"Order {one.number} {words}{lines}{now}."
    stayed = f", {len(done) - len(taken)} stayed as they were" if len(taken) < len(done) else ""
    return f"{len(taken)} {'order' if len(taken) == 1 else 'orders'} {words}{stayed}."
