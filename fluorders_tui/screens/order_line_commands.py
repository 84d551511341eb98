"""The lines of the order screen: moving through them, changing, repeating, deleting and pasting them (U-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluorders_tui.domain.draft_lines import repeat_line, value_above
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.item_entry import ItemEntry, parse_block
from fluorders_tui.domain.order import LineType, OrderLine
from fluorders_tui.domain.pricing import explain_price
from fluorders_tui.screens.order_showing import LINE_FIELDS, OrderShowing
from fluorders_tui.widgets.field import Field

if TYPE_CHECKING:
    from fluorders_tui.screens.order_lookups import Lookups

__all__ = ["OrderLineCommands", "counted"]

BLOCK_STEP = 250
"""Rows of a pasted block that are looked up with one question."""


def counted(count: int, what: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


class OrderLineCommands(OrderShowing):
    """What keys do to lines. Every step away from a field first takes what was typed there."""

    if TYPE_CHECKING:

        @property
        def lookups(self) -> Lookups: ...

    # -- what was typed ----------------------------------------------------------------------------

    async def accept_typed(self) -> None:
        """Take what was typed into any field and not accepted yet; raises the first error, in its field."""
        for field in list(self.query(Field)):
            if field.dirty and not await self._accept(field):
                if self.current_field is not field:
                    self.reveal(field)
                raise field.error or Invalid("Choose one of the hits.", field=field.field_name)

    def reveal(self, field: Field) -> None:
        """Put the caret into a field, also where it is among the hidden ones of the header."""
        if not field.input.focusable:
            self.query_one("#header-more").add_class("-open")
        field.focus()

    async def settle_line(self) -> None:
        """Put the line in the strip into the order before going elsewhere; raises where it isn't finished."""
        await self.accept_typed()
        session = self.session
        line = session.line
        if line is None:
            return
        name = ""
        if session.editing < 0 and not session.counted and line.line_type is not LineType.NOTE:
            name, missing = "quantity", Invalid("The line has no quantity yet.", field="quantity", rule="D-6.3")
        elif self.field("price").needed and self.field("price").value is None:
            name, missing = "price", self._undecided(line)
        if name:
            self.field(name).focus()
            raise missing
        session.put_line()
        self.clear_strip()

    @staticmethod
    def _undecided(line: OrderLine) -> Invalid:
        tied = line.price_source.tied
        if not tied:
            return Invalid("The line has no price yet.", field="price", rule="D-6.1", hint="Type it, or 0.")
        said = f"{' and '.join(tied)} have different prices for it."
        return Invalid(said, field="price", rule="D-4.8", hint="F4 lists them; or type the price.")

    def to_next_line(self) -> None:
        """The caret from a field of the strip to where the next line begins."""
        field = self.current_field
        if self.session.line is None and field is not None and field.field_name in LINE_FIELDS.values():
            self.field("item").focus()

    async def put_line(self) -> None:
        """The strip's line goes into the order, and the caret to the next one."""
        await self.accept_typed()
        place = self.session.put_line()
        self.clear_strip()
        self.lines_table.cursor = place
        warned = self.session.draft.lines[place].warnings
        if warned:
            self.message_line.say(f"Line {place + 1}: {warned[0]}", "warning")
        self.field("item").focus()

    # -- moving ------------------------------------------------------------------------------------

    def drop_line(self) -> None:
        """Leave the line being typed or changed as it was."""
        self.session.drop_line()
        self.clear_strip()
        self.field("item").focus()

    async def line_wanted(self, delta: int) -> None:
        await self._move_by(delta)

    async def page_wanted(self, delta: int) -> None:
        await self._move_by(delta * max(1, self.lines_table.window - 1))

    async def _move_by(self, delta: int) -> None:
        session = self.session
        count = len(session.draft.lines)
        if not count and session.line is None:
            self.message_line.say("There is no line yet.")
            return
        place = (session.editing if session.editing >= 0 else count) + delta
        await self.settle_line()
        count = len(session.draft.lines)
        if place >= count:
            self.drop_line()
            self.lines_table.cursor = count - 1
        else:
            await self.edit_line(max(0, place))

    async def edit_line(self, place: int, name: str = "") -> None:
        """Take a line into the strip to change it, with the caret in the field `name`, else where it was."""
        session = self.session
        line = session.draft.lines[place]
        if line.item and line.item not in session.cards:
            session.cards |= await self.desk_app.ask(lambda: session.read_cards([line.item]))
        session.load_line(place)
        self.lines_table.cursor = place
        self.fill_strip()
        field = self.current_field
        if not name and field is not None and field.text and field.field_name not in ("customer", "item"):
            name = field.field_name if field.field_name in LINE_FIELDS.values() else ""
        field = self.field(name or ("item" if line.line_type is LineType.NOTE else "quantity"))
        field.focus()
        field.input.action_select_all()

    async def action_edit(self) -> None:
        session = self.session
        place = session.editing if session.editing >= 0 else self.lines_table.cursor
        if session.line is None or session.editing < 0:
            await self.settle_line()
        if not session.draft.lines:
            raise Refused("There is no line yet.", field="lines")
        await self.edit_line(min(max(0, place), len(session.draft.lines) - 1))

    # -- changing ----------------------------------------------------------------------------------

    async def action_delete_line(self) -> None:
        session = self.session
        if session.editing < 0 and session.line is not None:
            session.undo()
            self.clear_strip()
            self.field("item").focus()
            self.message_line.say("The line being typed was dropped. Ctrl+Y brings it back.")
            return
        place = session.editing if session.editing >= 0 else self.lines_table.cursor
        if not 0 <= place < len(session.draft.lines):
            raise Refused("There is no line to delete.", field="lines")
        gone = session.draft.lines[place]
        session.delete(place)
        self.clear_strip()
        self.lines_table.cursor = min(place, len(session.draft.lines) - 1)
        self.field("item").focus()
        self.message_line.say(
            f"Line {place + 1} ({gone.item or gone.description[:30]}) deleted. Ctrl+Z brings it back."
        )

    async def action_repeat_line(self) -> None:
        await self.settle_line()
        self.to_next_line()
        session = self.session
        if not session.draft.lines:
            raise Refused("There is no line to repeat.", field="lines")
        session.change(repeat_line(session.draft))
        count = len(session.draft.lines)
        self.lines_table.cursor = count - 1
        self.message_line.say(f"Line {count} repeats line {count - 1}.")

    async def action_copy_above(self) -> None:
        field = self.current_field
        names = {shown: name for name, shown in LINE_FIELDS.items() if name not in ("ready_date", "vat_recourse")}
        if field is None or field.field_name not in names:
            raise Refused("Only fields of a line are copied from the line above.")
        session = self.session
        index = session.editing if session.editing >= 0 else len(session.draft.lines)
        value = value_above(session.draft, index, names[field.field_name])
        text = getattr(value, "code", None) or (value if isinstance(value, str) else None)
        accepted = field.state
        field.set_value(value, text)
        # As if it had been typed: Enter accepts it, the rules look at it.
        typed = field.text
        field.set_value(accepted[0], accepted[2], choice=accepted[1])
        field.input.value = typed
        field.input.action_end()
        if not typed:
            self.message_line.say("The line above has nothing there.")

    async def paste_block(self, text: str) -> None:
        """A pasted block of codes and quantities becomes lines; all errors together, good lines kept (D-6.6b)."""
        session = self.session
        if session.conditions is None:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
        parsed = parse_block(text)
        errors: list[DeskError] = [
            Invalid(entry.message, field=f"row {row}", rule=entry.rule, hint=entry.hint)
            for row, entry in parsed
            if isinstance(entry, Invalid)
        ]
        entries = [(row, entry) for row, entry in parsed if isinstance(entry, ItemEntry)]
        good: list[Any] = []
        for start in range(0, len(entries), BLOCK_STEP):
            part = entries[start : start + BLOCK_STEP]
            what = f"Finding the items… {start} of {len(entries)}"
            found, bad, cards = await self.desk_app.ask(lambda part=part: self.lookups.block(part), what=what)  # type: ignore[misc]
            good += found
            errors += bad
            session.cards |= cards
        added = session.add_block(good, errors)
        self.lines_table.cursor = len(session.draft.lines) - 1
        if errors:
            errors.sort(key=lambda error: int(error.field.partition(" ")[2] or 0))
            self.open_pane(f"{counted(added, 'line')} added, {len(errors)} not", [str(error) for error in errors])
        self.message_line.say(f"{counted(added, 'line')} added.", "warning" if errors else "done")

    def open_pane(self, title: str, paragraphs: list[str]) -> None:
        """Have something read over the screen until it is closed or typing goes on."""
        self.pane.open(title, paragraphs)

    # -- prices ------------------------------------------------------------------------------------

    async def action_why_price(self) -> None:
        line = self._line_at_hand()
        if line is None:
            raise Refused("There is no line to explain.", field="price", rule="D-4.8b")
        self.open_pane(f"Why this price? {line.item or line.description}", explain_price(line))

    async def action_last_price(self) -> None:
        self.session.take_last()
        self.show_strip(keep="price")

    def _line_at_hand(self) -> OrderLine | None:
        if self.session.line is not None:
            return self.session.line
        lines, cursor = self.session.draft.lines, self.lines_table.cursor
        return lines[cursor] if 0 <= cursor < len(lines) else None
