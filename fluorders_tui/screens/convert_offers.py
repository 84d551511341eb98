"""Offers become orders: pick them, tick and lower their lines, see the orders that would come, make them (D-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.conversion import Lines
from fluorders_tui.domain.errors import Conflict, DeskError, Several
from fluorders_tui.screens.convert_offers_preview import ConversionPreview
from fluorders_tui.screens.convert_offers_rows import LINES, order_in_words
from fluorders_tui.services.conversion_runs import undo
from fluorders_tui.services.conversions import Converted, Convertible, chosen, convert, convertible
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.tick_table import FIGURE_KEYS, TickTable
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.typed_fields import DateField, DecimalField
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["ConvertOffersScreen"]

WHICH = {Lines.ALL: "what is left of every line", Lines.OPEN: "only lines of which nothing was converted"}


class ConvertOffersScreen(ConversionPreview):
    """`numbers` are offers chosen elsewhere; without any they are picked from a list.

    The list of offers and the lines take keys themselves: Space ticks, a figure typed on a line lowers it.
    """

    CSS_PATH = "convert_offers.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "refresh", "next_step", "save", "find", "sort", "undo", "edit", "expand", "collapse", "delete_line",
        "first_row", "last_row",
    )  # fmt: skip
    TITLE_TEXT = "Convert offers"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Type to find an offer, Enter goes back to the list. Space selects offers there; F9 shows the lines of all "
        "that are selected, Enter those of the one under the cursor.",
        "Space ticks a line, or all of an offer on its own row; a figure typed on a line converts less of it. "
        "+ and - show and hide an offer's lines, Ctrl+T takes it out.",
        "The orders that would come stand beside or below, each with what keeps it apart. Tab goes there; Enter shows "
        "one whole, F2 gives a prospect another customer code.",
        "F10 makes the orders, all or none. Offers that are not confirmed are confirmed with it, on the day in "
        "Confirm on; emptied, they are refused.",
        "Then Enter opens an order, and Ctrl+Z takes the whole conversion back. Ctrl+O, Conversions lists all of them.",
    )

    def __init__(self, numbers: Sequence[str] = ()) -> None:
        super().__init__()
        self._numbers = tuple(numbers)
        self.lines = TickTable(LINES, on_tick=self._tick, on_text=self._figure_typed, id="lines",
                               empty="Nothing is left of these offers.")  # fmt: skip
        self.take = DecimalField("take", width=0, show=self.number, decimals=6,
                                 help="How much of the line is converted; 0 leaves it out.")  # fmt: skip
        self.strip = EditStrip(self.lines, {"take": self.take})

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Vertical(id="picking"):
            yield from self.compose_picking()
        with Vertical(id="choosing"):
            with Horizontal(classes="filter", id="how"):
                yield Field("which", "Lines", text=Lines.ALL.value, label_width=6, width=12, id="which",
                            suggest=self._whiches, resolver=self._resolve_which,
                            help="all: what is left of every line; open: only lines nothing was made of.")  # fmt: skip
                yield self._day_field("date", "  Date", "The date of the orders.")
                yield self._day_field("confirm_on", "  Confirm on", "Confirms offers that are not confirmed yet.")
            yield Field("new_code", "Customer code", label_width=14, width=12, id="new_code",
                        help="Under which code the prospect becomes a customer; a known one is theirs.")  # fmt: skip
            with Container(id="both"):
                with Vertical(id="taking"):
                    yield self.lines
                    yield self.strip
                yield self.orders
        yield Question()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    def _day_field(self, name: str, label: str, about: str) -> DateField:
        return DateField(
            name, label, today=lambda: self.desk.today(), show=self.day, day_first=self.form.day_first, past_ok=True,
            label_width=len(label) + 1, width=11, id=name, help=about,
        )  # fmt: skip

    async def on_mount(self) -> None:
        self.table.focus()

    async def desk_ready(self) -> None:
        self.field("date").set_value(self.desk.today())
        self.field("confirm_on").set_value(self.desk.today())
        if self._numbers:
            desk, numbers = self.desk, self._numbers
            try:
                self._open(await self.desk_app.ask(lambda: chosen(desk, numbers)))
                return
            except DeskError as error:
                self.message_line.tell(error)
        self.ask_again()

    def on_screen_resume(self) -> None:
        if self.is_picking:
            super().on_screen_resume()

    # -- the three levels --------------------------------------------------------------------------

    @property
    def is_picking(self) -> bool:
        """Offers are being picked."""
        return bool(self.query_one("#picking").display)

    def _show_level(self, *, picking: bool, made: bool = False) -> None:
        # At once, not by a class: keys typed ahead must find the fields and tables of the level (U-1.1).
        self.query_one("#picking").display = picking
        self.query_one("#choosing").display = not picking
        self.query_one("#taking").display = self.query_one("#how").display = not made
        self.set_class(made, "-made")
        self.field("new_code").display = False
        self.refresh_bindings()

    async def _to_lines(self) -> None:
        """F9 or Enter in the list: the lines of what is selected."""
        rows = await self.offers_picked()
        if not rows:
            self.message_line.say("No offer is listed that could be converted.", "warning")
            return
        desk = self.desk
        self._open(await self.desk_app.ask(lambda: convertible(desk, rows)))

    def _open(self, offers: Sequence[Convertible]) -> None:
        self.begin(offers)
        # The focus goes before the list does: what is hidden with the focus takes it away once more, later.
        self.query_one("#choosing").display = True
        self.lines.focus()
        self._show_level(picking=False)
        self.field("confirm_on").display = any(one.awaits_confirmation for one in self.offers)
        self.lines.focus()
        # On the first line: a figure that is typed at once is meant for it.
        self.lines.cursor = 1

    def _to_picking(self) -> None:
        self.forget_preview()
        self.made = None
        self._show_level(picking=True)
        self.table.focus()
        self.ask_again(keep=True)
        self.show_title()

    def show_title(self) -> None:
        if self.is_picking:
            self.show_picking_title()
        else:
            self.show_choosing_title()

    @on(VirtualTable.MarksChanged, "#offers")
    def _selected(self) -> None:
        self.show_title()

    # -- ticking and typing ------------------------------------------------------------------------

    def _tick(self, row: Row) -> None:
        line, offer = self.rows.line_at(row.key), self.rows.offer_at(row.key)
        if line is not None and line.left > 0:
            self.choose(self.choice.tick(line))
        elif line is None and offer is not None and any(one.left > 0 for one in offer.lines):
            self.choose(self.choice.tick_offer(offer.offer.draft.id))
        else:
            self._say_nothing_left(row)

    def _say_nothing_left(self, row: Row) -> None:
        line = self.rows.line_at(row.key)
        went = f" It went into {', '.join(line.orders)}." if line is not None and line.orders else ""
        self.message_line.say(f"Nothing is left of it.{went}", "warning", rule="D-13.5")

    def _figure_typed(self, character: str) -> bool:
        row = self.lines.current
        return character in FIGURE_KEYS and row is not None and self._begin_figure(row)

    def _begin_figure(self, row: Row) -> bool:
        line = self.rows.line_at(row.key)
        if line is None:
            self.message_line.say("A figure is typed on a line of the offer.", "warning")
            return False
        if line.left <= 0:
            self._say_nothing_left(row)
            return False
        self.take.set_value(self.choice.quantities.get(line.ref.line, line.left))
        self.take.focus()
        return True

    @on(VirtualTable.RowHighlighted, "#lines")
    def _show_in_strip(self, message: VirtualTable.RowHighlighted) -> None:
        if self.current_field is not self.take:
            self.show_strip()

    def show_strip(self) -> None:
        """What is being taken of the line under the cursor, under its column."""
        row = self.lines.current
        line = self.rows.line_at(row.key) if row is not None else None
        taken = self.choice.quantities.get(line.ref.line) if line is not None else None
        self.take.set_value(taken)
        cells = dict(zip((column.key for column in LINES), row.cells, strict=True)) if row is not None else {}
        shown = ("item", "description", "left") if line is not None else ()
        self.strip.show_texts({name: cells[name] if name in shown else "" for name in cells})

    async def field_accepted(self, field: Field) -> None:
        if self.is_picking:
            await self.picking_accepted(field)
        elif field is self.take:
            self._take_figure()
        elif field.field_name == "which":
            which = Lines(field.text or Lines.ALL.value)
            field.set_value(which.value)
            if which is not self.which:
                self.which = which
                self.choose(self.choice.choose(which))
        elif field.field_name == "new_code":
            self.name_customer(field.text.strip())
        elif field.field_name in ("date", "confirm_on"):
            self.changed()

    def _take_figure(self) -> None:
        row = self.lines.current
        line = self.rows.line_at(row.key) if row is not None else None
        if line is not None:
            quantity = self.take.number
            self.choose(self.choice.take(line, Decimal(0) if quantity is None else quantity))

    async def fields_done(self) -> None:
        field = self.current_field
        if self.is_picking:
            await self._picked_by_finding(field)
        elif field is self.take:
            self.lines.focus()
            self.lines.action_cursor_down()
        elif field is not None and field.field_name == "new_code":
            field.display = False
            self.orders.focus()
        else:
            self.lines.focus()

    async def _picked_by_finding(self, field: Field | None) -> None:
        """Enter in the find field: to the list, or straight to the lines where only one offer is meant."""
        if field is not None and field.field_name == "find" and field.text.strip() and self.count == 1:
            await self._to_lines()
        else:
            self.table.focus()

    async def line_wanted(self, delta: int) -> None:
        field = self.current_field
        if self.is_picking:
            await super().line_wanted(delta)
        elif field is self.take:
            if await self._accept(field):
                self.lines.focus()
                self.lines.action_cursor_down() if delta > 0 else self.lines.action_cursor_up()
        else:
            self.lines.focus()

    async def page_wanted(self, delta: int) -> None:
        if self.is_picking:
            await super().page_wanted(delta)

    def _whiches(self, text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        return [Choice(one.value, about, "", one.value) for one, about in WHICH.items() if one.value.startswith(wanted)]

    async def _resolve_which(self, text: str) -> Resolution:
        return Resolution.of(text, self._whiches(text))

    # -- rows --------------------------------------------------------------------------------------

    @on(VirtualTable.RowSelected, "#offers")
    async def _offer_chosen(self) -> None:
        await self._to_lines()

    @on(VirtualTable.RowSelected, "#lines")
    def _line_chosen(self, message: VirtualTable.RowSelected) -> None:
        """Enter: the quantity of a line, or the lines of an offer shown and hidden."""
        offer = self.rows.offer_at(message.row.key)
        if self.rows.line_at(message.row.key) is not None:
            self._begin_figure(message.row)
        elif offer is not None:
            self.fold(offer.offer.draft.id, not self.is_folded(offer.offer.draft.id))

    @on(VirtualTable.RowSelected, "#orders")
    async def _order_chosen(self, message: VirtualTable.RowSelected) -> None:
        place = cast(tuple[int, int], message.row.key)[0]
        if self.made is not None and place >= 0:
            await self.desk_app.open_screen("order_status", row=self.made.orders[place][0])
        elif self.shown is not None and place >= 0:
            self.pane.open(*order_in_words(self, self.shown.orders[place], ""))
        elif self.shown is not None:
            self.pane.open("Why it can't be done", [str(error) for error in self.shown.refusals])

    async def action_edit(self) -> None:
        """F2: the quantity of a line, the customer's code of a prospect, or an order that was made."""
        row, place = self.orders.current, self.place_in_orders
        if self.is_picking:
            await self._to_lines()
        elif self.made is not None and place is not None:
            await self.desk_app.open_screen("order_entry", number=self.made.orders[place][1])
        elif self.focused is self.orders and row is not None:
            await self._edit_code()
        elif self.lines.current is not None and self.focused is self.lines:
            self._begin_figure(self.lines.current)

    async def _edit_code(self) -> None:
        order = self.order_here
        if order is None or not order.new_customer:
            self.message_line.say("Only a prospect gets another customer code.", "warning")
            return
        field = self.field("new_code")
        field.display = True
        field.set_value(order.new_customer, note=order.draft.name)
        field.focus()

    async def action_expand(self) -> None:
        self._fold_here(folded=False)

    async def action_collapse(self) -> None:
        self._fold_here(folded=True)

    def _fold_here(self, *, folded: bool) -> None:
        row = self.lines.current
        offer = self.rows.offer_at(row.key) if row is not None else None
        if offer is not None:
            self.fold(offer.offer.draft.id, folded)

    async def action_delete_line(self) -> None:
        """Take the offer under the cursor out of the conversion."""
        row = self.lines.current
        offer = self.rows.offer_at(row.key) if row is not None else None
        if offer is not None:
            self.without(offer.offer.draft.id)
            self.message_line.say(f"{offer.offer.draft.number} is taken out.", "done")

    # -- commands ----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("expand", "collapse", "delete_line"):
            return self.focused is self.lines
        if action == "undo":
            return self.made is not None
        if action in ("sort", "find"):
            return self.is_picking
        return super().check_action(action, parameters)

    async def action_next_step(self) -> None:
        if self.is_busy():
            return
        if self.is_picking:
            await self._to_lines()
        elif self.made is not None:
            self._to_picking()
        else:
            await self.action_save()

    async def action_save(self) -> None:
        if self.is_busy():
            return
        if self.is_picking or self.made is not None:
            self.message_line.say("F9 goes on with the offers that are selected.", "warning")
            return
        field = self.current_field
        if field is not None and not await self._accept(field):
            return
        await self.caught_up()
        if self.shown is not None and self.can_be_done():
            await self._convert()

    async def _convert(self) -> None:
        assert self.shown is not None
        desk, total = self.desk, len(self.shown.orders)
        asked = replace(self.asked(), versions=self.shown.versions)
        progress = self.progress(lambda done: f"Converting: {done:,} of {total:,} orders. F12 stops it.")
        await self.run_long(lambda: convert(desk, asked, progress, self.stop_wanted), self._converted, "Converting")

    def _converted(self, made: Converted) -> None:
        self.made = made
        self.table.clear_marks()
        self._show_level(picking=False, made=True)
        self.show_made()
        self.orders.focus()

    async def work_refused(self, error: DeskError) -> None:
        """A conflict leads back to what is left, with the ticks and what was lowered kept."""
        if isinstance(error, Conflict) and self.made is None:
            await self.renew(f"{error.message} What you chose was kept as far as it is left; look again.")
            return
        first = error.errors[0] if isinstance(error, Several) else error
        if isinstance(error, Several):
            self.pane.open(error.title, [str(one) for one in error.errors])
        self.message_line.tell(first)

    async def action_undo(self) -> None:
        if self.made is None or self.is_busy():
            return
        desk, made = self.desk, self.made
        orders = "its order" if len(made.orders) == 1 else f"its {len(made.orders)} orders"
        self.query_one(Question).ask(
            f"Take conversion {made.run_id} back and cancel {orders}?",
            lambda: self.run_long(lambda: undo(desk, made.run_id), self._undone, "Taking it back"),
        )

    async def _undone(self, numbers: tuple[str, ...]) -> None:
        self._to_picking()
        self.message_line.say(f"Taken back: {self.short(numbers)} cancelled; their offers are open again.", "done")

    async def action_refresh(self) -> None:
        if self.is_picking:
            await super().action_refresh()
        elif self.made is None:
            await self.renew("Read again; what you chose was kept as far as it is left.")

    async def action_next_field(self) -> None:
        await super().action_next_field()
        await self._orders_reached()

    async def action_previous_field(self) -> None:
        await super().action_previous_field()
        await self._orders_reached()

    async def _orders_reached(self) -> None:
        # The next key means an order that slower fingers would have seen by now (U-1.1).
        if self.focused is self.orders and self.made is None:
            await self.caught_up()

    async def action_find(self) -> None:
        self.field("find").focus()

    async def action_back(self) -> None:
        field, hits = self.current_field, self.lookup_list
        if self.is_reading or (hits is not None and hits.is_open):
            await super().action_back()
        elif self.stop_work():
            return
        elif self.is_picking:
            await self._back_from_picking(field)
        elif self.made is not None:
            self._to_picking()
        elif field is not None:
            field.revert()
            self.message_line.clear()
            if field.field_name == "new_code":
                field.display = False
                self.orders.focus()
            else:
                self.lines.focus()
                self.show_strip()
        elif self.focused is self.orders:
            self.lines.focus()
        else:
            self._to_picking()

    async def _back_from_picking(self, field: Field | None) -> None:
        if self.table.marks and self.focused is self.table:
            self.table.clear_marks()
        elif field is not None and field.field_name == "find" and field.text:
            field.clear()
            await self.catch_up()
        else:
            await super().action_back()
