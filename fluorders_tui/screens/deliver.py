"""Delivering orders: lines with what is open and in stock, quantities typed, documents previewed, made, undone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.timer import Timer

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Conflict, DeskError, Several
from fluorders_tui.domain.fulfilment import DeliverableLine, Part
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.screens.convert_offers_rows import said
from fluorders_tui.screens.deliver_rows import DOCUMENTS, LINES, DeliverRows, document_rows, made_rows, picking
from fluorders_tui.services.deliveries import Asked, Delivered, Preview, deliver, known_fulfilment_types, preview
from fluorders_tui.services.delivery_choice import DeliveryChoice, delivery_choice
from fluorders_tui.services.delivery_undo import undo
from fluorders_tui.services.registries import find
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.tick_table import FIGURE_KEYS, TickTable
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.typed_fields import DateField, DecimalField
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["DeliverScreen"]

PREVIEW_SECONDS = 0.05
"""How long the choice stands still before its documents are worked out."""

FEW = 20


class DeliverScreen(DeskScreen):
    """The orders in the rows `orders`. Everything open is ticked at first: F10 delivers it all.

    Dismissed with how many documents were made.
    """

    CSS_PATH = "deliver.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "refresh", "next_step", "save", "undo", "edit", "picking", "delete_line", "first_row", "last_row"
    )
    TITLE_TEXT = "Deliver"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Everything open is ticked. Space ticks a line, or a whole order on its own row; a figure typed on a line "
        "delivers so much of it. Ctrl+T takes an order out.",
        "Tab goes to the fields: another type of document, its date, the warehouse goods leave from, and a reason that "
        "closes by force what is left of the ticked lines.",
        "‘!’ before a stock: less is there than is delivered. Ctrl+K shows what is to be picked.",
        "F10 makes the documents shown below or beside, all or none. Then Ctrl+Z takes them back.",
    )

    def __init__(self, *, orders: Sequence[int] = ()) -> None:
        super().__init__()
        self._orders = tuple(orders)
        self.choice: DeliveryChoice | None = None
        self.taken: dict[int, Decimal] = {}
        self.shown: Preview | None = None
        """What is on the screen; None while it is worked out."""
        self.made: Delivered | None = None
        self._shown_for: Asked | None = None
        self._later: Timer | None = None
        self._rows: DeliverRows | None = None
        self.lines = TickTable(LINES, on_tick=self._tick, on_text=self._figure_typed, id="lines",
                               empty="No order is chosen.")  # fmt: skip
        self.documents = VirtualTable(DOCUMENTS, empty="Nothing is ticked.", id="documents")
        self.take = DecimalField("take", width=0, show=self.number, decimals=6,
                                 help="How much of the line is delivered; 0 leaves it out.")  # fmt: skip
        self.strip = EditStrip(self.lines, {"take": self.take})

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(classes="filter", id="how"):
            yield Field("type", "Type", label_width=5, width=11, id="type", suggest=self._types,
                        resolver=self._resolve_type, help="Delivery note, invoice, or another type.")  # fmt: skip
            yield DateField(
                "date", "  Date", today=lambda: self.desk.today(), show=self.day, day_first=self.form.day_first,
                past_ok=True, label_width=7, width=11, id="date", help="The date of the documents.",
            )  # fmt: skip
            yield Field("warehouse", "  From", label_width=7, width=14, id="warehouse", suggest=self._warehouses,
                        resolver=self._resolve_warehouse, help="The warehouse goods leave from.")  # fmt: skip
        yield Field("force", "Close rest", label_width=11, width=0, id="force", max_length=120,
                    help="A reason here closes by force what is left of the ticked lines (D-15.2).")  # fmt: skip
        with Container(id="both"):
            with Vertical(id="taking"):
                yield self.lines
                yield self.strip
            yield self.documents
        yield Question()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()

    async def on_mount(self) -> None:
        self.lines.focus()

    async def desk_ready(self) -> None:
        self.field("date").set_value(self.desk.today())
        self.field("type").set_value(self.desk.company.fulfilment_type)
        await self._read()

    async def _read(self, *, keep: bool = False) -> None:
        desk, orders, kind = self.desk, self._orders, self.field("type").text.strip()
        choice = await self.desk_app.ask(lambda: delivery_choice(desk, orders, kind), what="Reading the orders…")
        before = self.taken
        # An order that can't be delivered stays on the screen with its reason, and nothing of it is ticked.
        good = [order for order in choice.orders if order.draft.id not in choice.refusals]
        known = {one.line.id for order in (self.choice.orders if self.choice else ()) for one in order.lines}
        self.choice, self.taken = choice, {}
        for order in good:
            for one in order.lines:
                mine = before.get(one.line.id) if keep and one.line.id in known else one.open
                if mine:
                    self.taken[one.line.id] = min(mine, one.open) if keep else mine
        if not self.field("warehouse").text:
            self.field("warehouse").set_value(choice.warehouse)
        self._show_lines(keep_key=keep)
        if not keep:
            # On the first line: a figure that is typed at once is meant for it.
            self.lines.cursor = 1
        self._changed()

    # -- ticking and typing ------------------------------------------------------------------------

    @property
    def warehouse(self) -> str:
        """The code of the warehouse goods leave from."""
        return self.field("warehouse").text.strip() or (self.choice.warehouse if self.choice else "")

    def _show_lines(self, *, keep_key: bool = True) -> None:
        if self.choice is not None:
            self._rows = DeliverRows.of(self, self.choice, self.taken, self.warehouse)
            self.lines.marks = self._rows.ticked()
            self.lines.refresh_source(self._rows, keep_key=keep_key)
            self.show_strip()

    def _line_of(self, row: Row | None) -> DeliverableLine | None:
        place = self._rows.place_of(row.key) if self._rows is not None and row is not None else None
        return place[1] if place is not None else None

    def _tick(self, row: Row) -> None:
        place = self._rows.place_of(row.key) if self._rows is not None else None
        if place is None or self.choice is None:
            return
        order, one = place
        wrong = self.choice.refusals.get(order.draft.id)
        if wrong is not None:
            self.message_line.say(said(wrong), "warning")
            return
        lines = [one] if one is not None else [line for line in order.lines if line.open]
        if one is not None and not one.open:
            self.message_line.say("Nothing is open of it.", "warning", rule="D-15.2")
            return
        on = not all(self.taken.get(line.line.id) for line in lines)
        for line in lines:
            self.taken.pop(line.line.id, None)
            if on:
                self.taken[line.line.id] = line.open
        self._show_lines()
        self._changed()

    def _figure_typed(self, character: str) -> bool:
        return character in FIGURE_KEYS and self._begin_figure()

    def _begin_figure(self) -> bool:
        row = self.lines.current
        place = self._rows.place_of(row.key) if self._rows is not None and row is not None else None
        if place is None or place[1] is None:
            self.message_line.say("A figure is typed on a line of the order.", "warning")
            return False
        order, one = place[0], place[1]
        wrong = self.choice.refusals.get(order.draft.id) if self.choice else None
        if wrong is not None:
            self.message_line.say(said(wrong), "warning")
            return False
        self.take.set_value(self.taken.get(one.line.id, one.open))
        self.take.focus()
        return True

    @on(VirtualTable.RowHighlighted, "#lines")
    def _show_in_strip(self) -> None:
        if self.current_field is not self.take:
            self.show_strip()

    def show_strip(self) -> None:
        """What is delivered of the line under the cursor, under its column."""
        row = self.lines.current
        one = self._line_of(row)
        self.take.set_value(self.taken.get(one.line.id) if one is not None else None)
        cells = dict(zip((column.key for column in LINES), row.cells, strict=True)) if row is not None else {}
        shown = ("item", "description", "open", "uom", "stock") if one is not None else ()
        self.strip.show_texts({name: cells[name] if name in shown else "" for name in cells})

    async def field_accepted(self, field: Field) -> None:
        if field is self.take:
            one = self._line_of(self.lines.current)
            if one is not None:
                quantity = self.take.number
                self.taken.pop(one.line.id, None)
                if quantity:
                    self.taken[one.line.id] = quantity
                self._show_lines()
                self._changed()
        elif field.field_name == "type":
            self.field("warehouse").clear()
            await self._read(keep=True)
        else:
            self._show_lines()
            self._changed()

    async def fields_done(self) -> None:
        field = self.current_field
        self.lines.focus()
        if field is self.take:
            self.lines.action_cursor_down()

    async def line_wanted(self, delta: int) -> None:
        field = self.current_field
        if field is None or await self._accept(field):
            self.lines.focus()
            if field is self.take:
                self.lines.action_cursor_down() if delta > 0 else self.lines.action_cursor_up()

    def _types(self, text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        known = known_fulfilment_types(self.desk)
        return [Choice(one.code, one.name, one.kind.value, one.code) for one in known.values()
                if wanted in f"{one.code} {one.name}".casefold()]  # fmt: skip

    async def _resolve_type(self, text: str) -> Resolution:
        await self.desk_app.desk_there()
        return Resolution.of(text, await self.desk_app.ask(lambda: self._types(text)))

    def _warehouses(self, text: str) -> list[Choice]:
        return [Choice(one.code, one.name, "", one.code) for one in find(self.desk, "warehouses", text, FEW)]

    async def _resolve_warehouse(self, text: str) -> Resolution:
        await self.desk_app.desk_there()
        return Resolution.of(text, await self.desk_app.ask(lambda: self._warehouses(text)))

    # -- what would come ---------------------------------------------------------------------------

    def asked(self) -> Asked:
        """What is to be delivered as it is chosen now; orders of which nothing is ticked stay out of it."""
        reason = self.field("force").text.strip()
        force = bool(reason)
        orders = self.choice.orders if self.choice is not None else ()
        parts = tuple(
            Part(order.draft.id, one.line.id, self.taken[one.line.id], force)
            for order in orders
            for one in order.lines
            if self.taken.get(one.line.id)
        )
        rows = tuple(dict.fromkeys(part.order for part in parts))
        return Asked(
            rows,
            parts,
            force,
            reason,
            self.field("type").text.strip(),
            cast(DateField, self.field("date")).date,
            self.field("warehouse").text.strip(),
            {order.draft.id: order.draft.version for order in orders if order.draft.id in rows},
        )

    def _changed(self) -> None:
        """What would come has to be worked out anew; what is shown stays until then."""
        self._stop_later()
        self._later = self.set_timer(PREVIEW_SECONDS, self._look)
        self._show_title()

    def _stop_later(self) -> None:
        if self._later is not None:
            self._later.stop()
            self._later = None

    def _look(self) -> None:
        self._later = None
        desk, asked = self.desk, self.asked()
        self.desk_app.run_read(
            self, lambda: preview(desk, asked), lambda seen: self._show(asked, seen), group="preview"
        )

    async def caught_up(self) -> None:
        """Wait until the documents on the screen are those of the choice, so that F10 means them (U-1.1)."""
        asked = self.asked()
        if self.shown is None or self._shown_for != asked:
            self._stop_later()
            desk = self.desk
            self._show(asked, await self.desk_app.ask(lambda: preview(desk, asked), what="Working it out…"))

    def _show(self, asked: Asked, seen: Preview) -> None:
        if asked != self.asked() or self.made is not None:
            return
        self.shown, self._shown_for = seen, asked
        self.documents.refresh_source(ListSource(document_rows(self, seen)))
        self._show_title()
        if self.message_line.kind in ("error", "warning") and self.message_line.text:
            # Whatever was told last is still being read.
            return
        if seen.refusals:
            self.message_line.say(said(seen.refusals[0]), "error")
        elif seen.deliveries:
            count = len(seen.deliveries)
            what = seen.type.name or seen.type.kind.value
            self.message_line.say(f"F10 makes {count} × {what}." if count > 1 else f"F10 makes it: {what}.")

    def _show_title(self) -> None:
        orders = self.choice.orders if self.choice is not None else ()
        ticked = sum(bool(much) for much in self.taken.values())
        if len(orders) == 1:
            draft = orders[0].draft
            name = f"{draft.number} · {draft.name or draft.customer}"
        else:
            name = f"{len(orders)} orders"
        self.title_bar.show(f"Deliver · {name} · {ticked} {'line' if ticked == 1 else 'lines'} ticked")

    # -- doing it ----------------------------------------------------------------------------------

    async def action_next_step(self) -> None:
        if self.made is not None:
            await self.action_leave()
        else:
            await self.action_save()

    async def action_save(self) -> None:
        if self.made is not None:
            return
        field = self.current_field
        if field is not None and not await self._accept(field):
            return
        if not self.taken:
            self.message_line.say("Nothing is ticked: Space ticks a line.", "warning")
            return
        self.message_line.clear()
        await self.caught_up()
        shown, asked = self.shown, self._shown_for
        if shown is None or asked is None:
            return
        if shown.refusals:
            self.message_line.say(said(shown.refusals[0]), "error")
            self.documents.cursor = 0
            return
        desk = self.desk
        try:
            made = await self.desk_app.run_write(lambda: deliver(desk, asked), what="Delivering…")
        except Conflict as error:
            await self._read(keep=True)
            self.message_line.say(
                f"{error.message} What you chose was kept as far as it is open; look again.", "warning"
            )
            return
        except Several as error:
            await self._read(keep=True)
            self.pane.open(error.title, [str(one) for one in error.errors])
            self.message_line.tell(error.errors[0])
            return
        except DeskError as error:
            await self._read(keep=True)
            self.message_line.tell(error)
            return
        self._show_made(made)

    def _show_made(self, made: Delivered) -> None:
        self.made = made
        self._stop_later()
        # At once, not by a class alone: keys typed ahead must find what is there now (U-1.1).
        self.query_one("#taking").display = self.query_one("#how").display = self.field("force").display = False
        self.add_class("-made")
        self.documents.refresh_source(ListSource(made_rows(made)), keep_key=False)
        self.documents.focus()
        numbers = ", ".join(number for _, number in made.documents[:6])
        more = f" and {len(made.documents) - 6} more" if len(made.documents) > 6 else ""
        warned = f" {made.notices[0].message}" if made.notices else ""
        self.message_line.say(f"Made {numbers}{more}.{warned} Ctrl+Z takes it back.", "warning" if warned else "done")
        self.title_bar.show(f"Delivered · {numbers}{more}")
        self.refresh_bindings()

    @on(VirtualTable.RowSelected, "#documents")
    async def _document_chosen(self, message: VirtualTable.RowSelected) -> None:
        place, row = cast(tuple[int, int], message.row.key)
        if self.made is not None and place == 0:
            await self.desk_app.open_screen("order_status", row=row, kind=DocumentKind.DELIVERY)
        elif self.made is not None:
            await self.desk_app.open_screen("order_status", row=row)
        elif self.shown is not None and place < 0:
            self.pane.open("Mind", [message.row.cells[0]])

    @on(VirtualTable.RowSelected, "#lines")
    def _line_chosen(self) -> None:
        """Enter: the quantity of a line."""
        self._begin_figure()

    # -- commands ----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "undo":
            return self.made is not None
        if action in ("delete_line", "picking", "edit"):
            return self.made is None
        return super().check_action(action, parameters)

    async def action_edit(self) -> None:
        """F2: the quantity of the line under the cursor."""
        self._begin_figure()

    async def action_delete_line(self) -> None:
        """Take the order under the cursor out of the delivery."""
        row = self.lines.current
        place = self._rows.place_of(row.key) if self._rows is not None and row is not None else None
        if place is None:
            return
        order = place[0].draft
        self._orders = tuple(one for one in self._orders if one != order.id)
        await self._read(keep=True)
        self.message_line.say(f"{order.number} is taken out.", "done")

    async def action_picking(self) -> None:
        """What is to be picked, with the stock beside it."""
        if self.choice is not None:
            self.pane.open("Picking", picking(self, self.choice, self.taken, self.warehouse))

    async def action_first_row(self) -> None:
        self.lines.action_cursor_first()

    async def action_last_row(self) -> None:
        self.lines.action_cursor_last()

    async def action_undo(self) -> None:
        if self.made is None:
            return
        made = self.made
        count = len(made.documents)
        what = made.documents[0][1] if count == 1 else f"all {count} documents"
        self.query_one(Question).ask(f"Take {what} back?", self._undo)

    async def _undo(self) -> None:
        desk, made = self.desk, self.made
        assert made is not None
        rows = [row for row, _ in made.documents]
        await self.desk_app.run_write(lambda: [undo(desk, row) for row in rows], what="Taking it back…")
        self.made = self.shown = self._shown_for = None
        self.remove_class("-made")
        self.query_one("#taking").display = self.query_one("#how").display = self.field("force").display = True
        await self._read()
        self.lines.focus()
        self.message_line.say("Taken back: the quantities are open again, and the goods are in stock.", "done")

    async def action_refresh(self) -> None:
        if self.made is None and await self.desk_app.desk_there():
            await self._read(keep=True)
            self.message_line.say("Read again; what you chose was kept as far as it is open.", "done")

    async def action_back(self) -> None:
        field, hits = self.current_field, self.lookup_list
        if self.is_reading or (hits is not None and hits.is_open) or field is None:
            await super().action_back()
            return
        field.revert()
        self.message_line.clear()
        self.lines.focus()
        self.show_strip()

    async def action_leave(self) -> None:
        if len(self.app.screen_stack) > 2:
            self.dismiss(len(self.made.documents) if self.made is not None else 0)
