"""The lines of the order screen: moving through them, changing, repeating, deleting and pasting them (U-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluorders_tui.domain.draft_lines import repeat_line, value_above
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.item_entry import ItemEntry
from fluorders_tui.domain.order import LineType, OrderLine
from fluorders_tui.domain.pricing import explain_price
from fluorders_tui.screens.item_finding import BlockRow
from fluorders_tui.screens.open_lines_text import customer_in_words, item_in_words
from fluorders_tui.screens.order_showing import LINE_FIELDS, OrderShowing
from fluorders_tui.services.availability import customer_open_lines, item_availability

if TYPE_CHECKING:
    from fluorders_tui.screens.order_lookups import Lookups

__all__ = ["OrderLineCommands"]


class OrderLineCommands(OrderShowing):
    """What keys do to lines. Every step away from a field first takes what was typed there."""

    if TYPE_CHECKING:

        @property
        def lookups(self) -> Lookups: ...

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

    async def edit_line(self, place: int, name: str = "") -> None:
        """Take a line into the strip to change it, with the caret in the field `name`, else where it was."""
        session = self.session
        line = session.draft.lines[place]
        if line.item and line.item not in session.cards:
            session.cards |= await self.desk_app.ask(lambda: session.read_cards([line.item]))
        session.load_line(place)
        self.lines_table.cursor = place
        self.fill_strip()
        self.focus_strip(name)

    # -- changing ----------------------------------------------------------------------------------

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

    def check_party(self) -> None:
        if self.session.conditions is None:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")

    def read_block(self, entries: list[tuple[int, ItemEntry]]) -> tuple[list[BlockRow], list[Invalid], Any]:
        return self.lookups.block(entries)

    def know_items(self, known: Any) -> None:
        self.session.cards |= known

    # -- prices ------------------------------------------------------------------------------------

    async def action_why_price(self) -> None:
        line = self._line_at_hand()
        if line is None:
            raise Refused("There is no line to explain.", field="price", rule="D-4.8b")
        self.open_pane(f"Why this price? {line.item or line.description}", explain_price(line))

    async def action_find(self) -> None:
        """Ctrl+F: what is open of the item at hand, else of the customer; what is typed stays as it is."""
        desk, line, draft = self.desk, self._line_at_hand(), self.session.draft
        in_header = self.current_field is not None and self.current_field.field_name == "customer"
        if line is not None and line.item and not in_header:
            code = line.item
            found = await self.desk_app.ask(lambda: item_availability(desk, code), what="Looking up…")
            self.open_pane(f"{found.code} {found.description}", item_in_words(found, self.number, self.day))
        elif draft.customer:
            lines = await self.desk_app.ask(lambda: customer_open_lines(desk, draft.customer), what="Looking up…")
            self.open_pane(
                f"Open lines of {draft.name or draft.customer}", customer_in_words(lines, self.number, self.day)
            )
        else:
            raise Refused("Choose a customer or an item first.", field="customer")

    async def action_last_price(self) -> None:
        self.session.take_last()
        self.show_strip(keep="price")

    def _line_at_hand(self) -> OrderLine | None:
        if self.session.line is not None:
            return self.session.line
        lines, cursor = self.session.draft.lines, self.lines_table.cursor
        return lines[cursor] if 0 <= cursor < len(lines) else None
