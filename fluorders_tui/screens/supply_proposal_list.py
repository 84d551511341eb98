"""What of customer orders is short and who delivers it: asked for, listed, and corrected by hand (D-14.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.registry import Value
from fluorders_tui.domain.supply_proposals import PlannedSupply
from fluorders_tui.screens.awaited import AwaitedScreen
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.order_header import read_flag
from fluorders_tui.screens.supplier_lines import SupplierForms
from fluorders_tui.screens.supply_proposal_rows import (
    PLAN_COLUMNS,
    PROPOSAL_COLUMNS,
    STOCK_USES,
    STRATEGIES,
    Correction,
    Found,
    corrections_from,
    corrections_to,
    find_proposals,
    key_of,
    proposal_row,
)
from fluorders_tui.services.form_drafts import FormDraft, FormTyping
from fluorders_tui.services.registries import find, find_items
from fluorders_tui.services.supply_proposals import (
    Asked,
    Proposal,
    sources_of,
    with_quantity,
    with_source,
)
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.info_line import InfoLine
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.reading_pane import ReadingPane
from fluorders_tui.widgets.row_sources import ListSource
from fluorders_tui.widgets.title_bar import TitleBar
from fluorders_tui.widgets.typed_fields import DateField, DecimalField
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["ProposalList"]

FILTERS = ("strategy", "stock", "supplier", "order", "customer", "item", "until", "ships")
CORRECTED = ("quantity", "from", "drop")


class ProposalList(AwaitedScreen):
    """What `asked` lets through, and what is corrected in it by hand; that is on disk after every key (U-1.7)."""

    def __init__(self, *, asked: Asked | None = None) -> None:
        super().__init__()
        self._asked = asked or Asked()
        self._found = Found((), ())
        self._plan: Sequence[PlannedSupply] | None = None
        self._corrections: dict[tuple[int, bool], Correction] = {}
        self._drop_shipped: frozenset[int] = self._asked.drop_shipped
        self._kept: FormDraft | None = None
        self.table = VirtualTable(PROPOSAL_COLUMNS, markable=True, empty="Nothing is to be ordered.", id="proposals")
        self.plan_table = VirtualTable(PLAN_COLUMNS, empty="No order would come.", id="plan")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.TITLE_TEXT)
        with Horizontal(classes="row"):
            yield Field(
                "strategy",
                "From",
                text="preferred",
                label_width=6,
                width=11,
                suggest=self._strategies,
                resolver=self._resolve_strategy,
                help="Who gets it: preferred, price, lead time, last used.",
            )
            yield Field(
                "stock",
                "Order",
                text="shortage",
                label_width=7,
                width=12,
                suggest=self._stock_uses,
                resolver=self._resolve_stock,
                help="How much: shortage, always, stock first.",
            )
            yield self._code("supplier", "Supplier", "suppliers", "Only what would go to this supplier.")
            yield Field("ships", "Ship", label_width=5, width=4, help="y: suppliers ship to the customers (D-14.1).")
        with Horizontal(classes="row"):
            yield Field("order", "For", label_width=6, width=14, help="Only this customer order: its number.")
            yield self._code("customer", "Customer", "customers", "Only this customer.")
            yield self._code("item", "Item", "items", "Only this item.")
            yield DateField(
                "until",
                "By",
                today=lambda: self.desk.today(),
                show=self.day,
                label_width=3,
                width=11,
                day_first=self.form.day_first,
                help="Only what is needed by this day.",
            )
        with Vertical(id="lists"):
            yield self.table
            yield self.plan_table
        yield InfoLine(id="info")
        with Horizontal(id="correct"):
            yield DecimalField(
                "quantity",
                "Order",
                label_width=6,
                width=10,
                show=self.number,
                help="In main units; more than the demand goes to stock, 0 orders nothing.",
            )
            yield Field(
                "from",
                "from",
                label_width=5,
                width=10,
                suggest=self._sources,
                resolver=self._resolve_source,
                help="The supplier; F4 lists who has it, with price and lead time.",
            )
            yield Field("drop", "ship", label_width=5, width=4, help="y: the supplier ships this line to the customer.")
        with Horizontal(id="how"):
            yield Field(
                "add",
                "Add to open orders",
                text="yes",
                label_width=19,
                width=4,
                help="y: lines go to an open, unconfirmed order of the supplier where one fits.",
            )
            yield Field(
                "sum",
                "Sum items",
                text="yes",
                label_width=10,
                width=4,
                help="y: one line for an item, however many customers want it.",
            )
            yield self._code("type", "Type", "supplier-order-types", "Type of new supplier orders.")
        yield Question()
        yield MessageLine()
        yield CommandBar()
        yield Lookup()
        yield ReadingPane()  # fmt: skip

    def _code(self, name: str, label: str, registry: str, said: str) -> Field:
        def suggest(text: str) -> list[Choice]:
            found = find_items(self.desk, text) if registry == "items" else find(self.desk, registry, text)
            return [Choice(one.code, one.name) for one in found]

        async def resolve(text: str) -> Resolution:
            return Resolution.of(text, await self.desk_app.ask(lambda: suggest(text), what="Looking up…"))

        return Field(name, label, label_width=len(label) + 1, width=10, suggest=suggest, resolver=resolve, help=said)

    # -- opening and asking ------------------------------------------------------------------------

    async def open_first(self) -> None:
        self.table.focus()
        asked = self._asked
        if len(asked.orders) == 1:
            self.field("order").set_value(asked.orders[0])
        stock = next(word for word, (use, _) in STOCK_USES.items() if use is asked.stock_use)
        self.field("stock").set_value(stock, stock)
        self.field("customer").set_value(asked.customer or None)
        self.field("supplier").set_value(asked.supplier or None)
        try:
            self._kept = FormDraft(self.desk, "supply-proposals", None)
            self._corrections = corrections_from(self._kept.found.values) if self._kept.found is not None else {}
        except OSError:
            # Another desk of this person has the screen open, or there is no room: it works without.
            self._kept = None
        await self._again()
        if self._corrections:
            self.message_line.say("What was corrected by hand and not ordered is marked with *.", "warning")

    def _wanted(self) -> Asked:
        text = {name: self.field(name).text.strip() for name in FILTERS}
        strategy = STRATEGIES.get(text["strategy"], STRATEGIES["preferred"])[0]
        stock = STOCK_USES.get(text["stock"], STOCK_USES["shortage"])[0]
        orders = (text["order"],) if text["order"] else self._asked.orders if len(self._asked.orders) > 1 else ()
        return replace(
            self._asked, strategy=strategy, stock_use=stock, orders=orders, customer=text["customer"],
            items=(text["item"],) if text["item"] else (), until=cast("dt.date | None", self.field("until").value),
            supplier=text["supplier"], drop_ship=bool(text["ships"]) and read_flag(text["ships"], "ships"),
            drop_shipped=self._drop_shipped,
        )  # fmt: skip

    async def _again(self) -> None:
        """Ask anew, so that the next key acts on what is meant (U-1.1)."""
        desk, asked, corrections = self.desk, self._wanted(), dict(self._corrections)
        found = await self.desk_app.ask(lambda: find_proposals(desk, asked, corrections), what="Working out…")
        self._show(found)

    def _show(self, found: Found) -> None:
        self._found = found
        self.table.marks &= {key_of(one) for one in found.rows}
        self._show_rows()
        if found.refusals:
            more = f" and {len(found.refusals) - 1} more" if len(found.refusals) > 1 else ""
            self.message_line.say(f"{found.refusals[0].message}{more} {found.refusals[0].hint}", "warning")

    def _show_rows(self) -> None:
        forms = self._forms
        rows = [proposal_row(one, forms, corrected=key_of(one) in self._corrections) for one in self._found.rows]
        self.table.refresh_source(ListSource(rows))
        self.table.cursor = max(0, self.table.cursor)
        self._show_title()

    @property
    def _forms(self) -> SupplierForms:
        return SupplierForms(self.number, self.price, self.amount, self.day)

    @on(VirtualTable.MarksChanged, "#proposals")
    def _show_title(self) -> None:
        ordered = [one for one in self._meant() if one.quantity]
        suppliers = len({one.source.supplier for one in ordered})
        ticked = " ticked" if self.table.marks else ""
        without = f" · {counted(len(self._found.refusals), 'line')} without a supplier" if self._found.refusals else ""
        self.title_bar.show(
            f"Supply proposals · {counted(len(ordered), 'line')}{ticked} from {counted(suppliers, 'supplier')}{without}"
        )

    def _meant(self) -> list[Proposal]:
        return [one for one in self._found.rows if not self.table.marks or key_of(one) in self.table.marks]

    def _here(self) -> Proposal | None:
        place = self.table.cursor
        return self._found.rows[place] if 0 <= place < len(self._found.rows) else None

    @on(VirtualTable.RowHighlighted, "#proposals")
    def _tell(self) -> None:
        one = self._here()
        text = ""
        if one is not None:
            needed = f", needed by {self.day(one.demand.needed_by)}" if one.demand.needed_by else ""
            lot = f", least lot {self.number(one.source.min_lot)}" if one.source.min_lot else ""
            text = (
                f"{one.source.name}: {one.reason}, {one.source.lead_time_days} days{lot} · "
                f"{one.demand.description}{needed}"
            )
        self.query_one("#info", InfoLine).show(text)

    # -- lookups -----------------------------------------------------------------------------------

    @staticmethod
    def _named(known: dict[str, Any], text: str) -> list[Choice]:
        wanted = text.strip().casefold()
        return [Choice(word, about, "", word) for word, (_, about) in known.items() if word.startswith(wanted)]

    def _strategies(self, text: str) -> list[Choice]:
        return self._named(dict(STRATEGIES), text)

    async def _resolve_strategy(self, text: str) -> Resolution:
        return Resolution.of(text, self._strategies(text))

    def _stock_uses(self, text: str) -> list[Choice]:
        return self._named(dict(STOCK_USES), text)

    async def _resolve_stock(self, text: str) -> Resolution:
        return Resolution.of(text, self._stock_uses(text))

    def _sources(self, text: str) -> list[Choice]:
        """Who delivers the item at hand, with price and lead time; asked in a thread."""
        one = self._here()
        if one is None:
            return []
        wanted = text.strip().casefold()
        return [
            Choice(
                source.supplier,
                f"{source.name} · {self.price(source.price)} {source.currency.code} · {source.lead_time_days} days",
                "default" if source.default else f"priority {source.priority}",
                source,
            )
            for source in sources_of(self.desk, one.demand.item)
            if wanted in f"{source.supplier} {source.name}".casefold()
        ]

    async def _resolve_source(self, text: str) -> Resolution:
        return Resolution.of(text, await self.desk_app.ask(lambda: self._sources(text), what="Looking up…"))

    # -- hooks -------------------------------------------------------------------------------------

    async def preview(self) -> None:
        """Show the supplier orders that would come."""

    def close_preview(self) -> None:
        """Back to the proposals."""

    # -- typing ------------------------------------------------------------------------------------

    async def field_accepted(self, field: Field) -> None:
        name = field.field_name
        if name in CORRECTED:
            await self._correct(name, field)
            return
        if name in ("strategy", "stock") and not field.text.strip():
            field.set_value("preferred" if name == "strategy" else "shortage")
        if name in ("ships", "add", "sum"):
            flag = bool(field.text.strip()) and read_flag(field.text, name)
            field.set_value("yes" if flag else "no" if name != "ships" else None)
        if name in FILTERS:
            await self._again()
        elif self._plan is not None:
            await self.preview()

    async def _correct(self, name: str, field: Field) -> None:
        one = self._here()
        if one is None:
            return
        place, key = self.table.cursor, key_of(one)
        known = self._corrections.get(key, Correction())
        if name == "quantity":
            quantity = cast("Decimal | None", field.value)
            changed = with_quantity(one, quantity) if quantity is not None else one
            known = replace(known, quantity=None if quantity == one.quantity and known.quantity is None else quantity)
        elif name == "from":
            source = cast(Any, field.choice.value) if field.choice is not None else one.source
            changed = with_source(one, source, self.desk.today()) if source.supplier != one.source.supplier else one
            known = replace(known, supplier=source.supplier if changed is not one else known.supplier)
        else:
            ships = bool(field.text.strip()) and read_flag(field.text, name)
            line = frozenset({one.demand.line.line})
            before = self._drop_shipped
            self._drop_shipped = before | line if ships else before - line
            field.set_value("yes" if ships else None)
            if self._drop_shipped != before:
                await self._again()
            return
        if known == Correction():
            self._corrections.pop(key, None)
        else:
            self._corrections[key] = known
        rows = self._found.rows
        self._found = replace(self._found, rows=(*rows[:place], changed, *rows[place + 1 :]))
        self._show_rows()
        self._keep()

    async def fields_done(self) -> None:
        field = self.current_field
        name = field.field_name if field is not None else ""
        if name in CORRECTED[:2]:
            self.focus_next()
        elif name == "drop":
            if self.table.cursor + 1 < len(self._found.rows):
                self.table.cursor += 1
                self._load()
            else:
                self._close_correcting()
        elif name in ("add", "sum"):
            self.focus_next()
        elif self._plan is not None:
            self.plan_table.focus()
        else:
            self.table.focus()

    async def line_wanted(self, delta: int) -> None:
        field = self.current_field
        table = self.plan_table if self._plan is not None else self.table
        inside = field is not None and field.field_name in CORRECTED
        if inside and field is not None and field.dirty and not await self._accept(field):
            return
        table.action_cursor_down() if delta > 0 else table.action_cursor_up()
        if inside:
            self._load(field.field_name if field is not None else "quantity")

    @on(VirtualTable.RowSelected, "#proposals")
    async def _row_chosen(self) -> None:
        await self.action_edit()

    async def action_edit(self) -> None:
        """F2, Enter: correct the proposal under the cursor by hand."""
        if self._plan is not None or self._here() is None:
            raise Refused("There is no proposal to correct.", rule="D-14.2")
        self.query_one("#correct").add_class("-open")
        self._load()

    def _load(self, name: str = "quantity") -> None:
        one = self._here()
        if one is None:
            return
        self.field("quantity").set_value(one.quantity)
        self.field("from").set_value(one.source.supplier, note=one.source.name)
        self.field("drop").set_value("yes" if key_of(one)[1] else None)
        self.field(name).focus()
        self.field(name).input.action_select_all()

    def _close_correcting(self) -> None:
        self.query_one("#correct").remove_class("-open")
        self.table.focus()

    async def back_wanted(self) -> None:
        if self._plan is not None:
            self.close_preview()
        elif self.query_one("#correct").has_class("-open"):
            self._close_correcting()
        elif self.table.marks:
            self.table.clear_marks()
        else:
            await self.action_leave()

    @on(Field.Edited)
    def _keep(self) -> None:
        if self._kept is None:
            return
        values: dict[str, Value] = corrections_to(self._corrections)
        try:
            self._kept.save(FormTyping(values))
        except OSError as error:
            self.message_line.say(f"What you correct can't be kept: {error.strerror or error}.", "warning")

    def on_unmount(self) -> None:
        if self._kept is not None:
            self._kept.close(keep=bool(self._corrections))
            self._kept = None
