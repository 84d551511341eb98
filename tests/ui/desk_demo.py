"""A small order desk made only of the widgets: for tests, and to look at (`python -m tests.ui.desk_demo`)."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from fluorders_tui.app import FluordersApp
from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Refused
from fluorders_tui.widgets.choices import Choice, Resolution
from fluorders_tui.widgets.command_bar import CommandBar
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.field_flow import FieldFlow
from fluorders_tui.widgets.lookup import Lookup
from fluorders_tui.widgets.message_line import MessageLine
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.side_panel import Block, Fact, SidePanel
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.totals_bar import TotalsBar
from fluorders_tui.widgets.typed_fields import DateField, DecimalField
from fluorders_tui.widgets.virtual_table import VirtualTable
from fluorders_tui.work import DeskWork

CUSTOMERS = tuple(
    Choice(code, name, city)
    for code, name, city in (
        ("C0001", "Rossi [Milano] S.p.A.", "Milano"),
        ("C0002", "Rossi & Figli [/b]", "Torino"),
        ("C0003", "Bäckerei Größe 🥨", "München"),
        ("C0004", "שלום בע״מ", "חיפה"),
        ("C0005", "日本工業株式会社", "大阪"),
    )
)
ITEMS = tuple(Choice(f"A-{n}", f"Hex bolt M{n // 10} zinc plated", "pc") for n in range(100, 180, 10))
COLUMNS = (
    Column("line", "Ln", 3, align="right"),
    Column("item", "Item", 12),
    Column("description", "Description", 16, flex=True),
    Column("quantity", "Quantity", 9, align="right"),
    Column("unit", "UM", 4, drop=1),
    Column("price", "Price", 9, align="right"),
    Column("net", "Net", 11, align="right"),
)


@dataclass
class DemoSettings:
    theme: str = "fluorders-dark"
    keys: dict[str, str] = field(default_factory=dict)
    mouse: bool = True
    language: str = "en_GB"


def hits(choices: Sequence[Choice], text: str, delay: float = 0.0) -> list[Choice]:
    """What a database would find."""
    time.sleep(delay)
    folded = text.strip().casefold()
    return [one for one in choices if folded in one.code.casefold() or folded in one.description.casefold()]


class EntryDemo(FieldFlow[None]):
    """Customer, date, lines: the shape of the order screen."""

    BINDINGS = bindings("save", "leave", "delete_line", "next_step", "refresh", "edit")
    DEFAULT_CSS = """
    EntryDemo #head { height: 2; }
    EntryDemo .row { height: 1; }
    EntryDemo SidePanel { width: 30; }
    """

    def __init__(self, delay: float = 0.0, draft: Path | None = None, debounce: float = 0.08) -> None:
        super().__init__()
        self.delay = delay
        self.debounce = debounce
        self.draft = draft
        self.lines: list[tuple[Choice, Decimal]] = []
        self.blocks: list[str] = []
        self.saves = 0
        self.table = VirtualTable(COLUMNS, ListSource(), can_focus=False, empty="No lines yet.")

    def compose(self) -> ComposeResult:
        with Vertical(id="head"):
            with Horizontal(classes="row"):
                yield Field("customer", "Customer", needed=True, resolver=self.resolve_customer,
                            suggest=lambda text: hits(CUSTOMERS, text, self.delay), debounce=self.debounce)  # fmt: skip
            with Horizontal(classes="row"):
                yield DateField("delivery_date", "Delivery", today=lambda: dt.date(2026, 11, 24))
                yield Field("reference", "Reference", width=0)
        with Horizontal():
            with Vertical():
                yield self.table
                yield EditStrip(
                    self.table,
                    {
                        "item": Field("item", width=0, needed=True, resolver=self.resolve_item, on_block=self.block,
                                      suggest=lambda text: hits(ITEMS, text, self.delay), debounce=self.debounce),
                        "quantity": DecimalField("quantity", width=0, needed=True),
                        "price": DecimalField("price", width=0, decimals=2),
                    },
                )  # fmt: skip
            yield SidePanel(classes="wide-only")
        yield TotalsBar((("net", "Net"), ("vat", "VAT 22 %"), ("total", "Total EUR")))
        yield MessageLine()
        yield CommandBar()
        yield Lookup()

    async def resolve_customer(self, text: str) -> Resolution:
        return await self.resolve(CUSTOMERS, text)

    async def resolve_item(self, text: str) -> Resolution:
        return await self.resolve(ITEMS, text)

    async def resolve(self, choices: Sequence[Choice], text: str) -> Resolution:
        app = cast(DeskWork[Any], self.app)
        return Resolution.of(text, await app.ask(lambda: hits(choices, text, self.delay), what="Looking up…"))

    async def block(self, text: str) -> None:
        self.blocks.append(text)

    async def field_accepted(self, field: Field) -> None:
        if field.field_name == "quantity" and cast(Decimal, field.value) > 9999:
            raise Refused("There is no stock for that.", field="quantity", rule="D-6.1", hint="Less will do.")
        if field.field_name == "customer" and field.choice is not None:
            self.query_one(SidePanel).show(
                [
                    Block(
                        field.choice.description, (Fact("Credit left", "1,200.00"), Fact("Overdue", "310.00", "bad"))
                    ),
                    Block("Notes", ("Deliver before ten, ring at the back door; pallets go back.",)),
                ]
            )

    async def fields_done(self) -> None:
        item, quantity = self.field("item"), self.field("quantity")
        if item.choice is None or quantity.value is None:
            item.focus()
            return
        self.lines.append((item.choice, cast(Decimal, quantity.value)))
        rows = [
            Row(
                place,
                (str(place + 1), choice.code, choice.description, str(number), "pc", "10.00", f"{number * 10:,.2f}"),
            )
            for place, (choice, number) in enumerate(self.lines)
        ]
        self.table.refresh_source(ListSource(rows))
        self.table.action_cursor_last()
        self.query_one(EditStrip).clear()
        net = sum(number for _, number in self.lines) * 10
        vat = net * Decimal("0.22")
        self.query_one(TotalsBar).update_figures(
            {"net": f"{net:,.2f}", "vat": f"{vat:,.2f}", "total": f"{net + vat:,.2f}"}
        )
        item.focus()

    async def line_wanted(self, delta: int) -> None:
        self.table.action_cursor_down() if delta > 0 else self.table.action_cursor_up()

    async def action_save(self) -> None:
        app = cast(DeskWork[Any], self.app)
        await app.run_write(lambda: time.sleep(self.delay))
        self.saves += 1
        self.message_line.say("Order 1234 entered.", "done")

    def action_next_step(self) -> None:
        raise RuntimeError("a defect")

    def save_now(self) -> bool:
        if self.draft is not None:
            self.draft.write_text("\n".join(f"{choice.code} {number}" for choice, number in self.lines))
        return bool(self.lines)


class MillionOrders:
    """A million orders that exist only while they are looked at."""

    count = 1_000_000
    states = (
        ("○ entered", ""),
        ("● confirmed", "good"),
        ("! held", "warning"),
        ("✗ rejected", "bad"),
        ("✓ done", "muted"),
    )

    def rows(self, start: int, stop: int) -> list[Row]:
        return [self.row(index) for index in range(start, min(stop, self.count))]

    def row(self, index: int) -> Row:
        state, look = self.states[index % 5]
        customer = CUSTOMERS[index % 5].description
        return Row(
            index, (f"2026/{index + 1:07}", state, customer, "24.11.2026", f"{index % 90000 / 100 + 10:,.2f}"), look
        )

    def index_of(self, key: object) -> int | None:
        return key if isinstance(key, int) else None


class ListDemo(FieldFlow[None]):
    """A list with marks, the shape of the board and the orders list."""

    BINDINGS = bindings("find", "leave", "new", "refresh", "approve", "reject")

    def compose(self) -> ComposeResult:
        yield Field("find", "Find", width=30)
        yield VirtualTable(
            (
                Column("number", "Number", 13),
                Column("status", "Status", 11),
                Column("customer", "Customer", 16, flex=True),
                Column("date", "Date", 10, drop=1),
                Column("total", "Total", 11, align="right"),
            ),
            MillionOrders(),
            markable=True,
        )
        yield MessageLine()
        yield CommandBar()

    def on_mount(self) -> None:
        self.query_one(VirtualTable).focus()


def demo_app(screen: Screen[Any], *, theme: str = "dark", **options: Any) -> FluordersApp:
    """The real app on one of the screens above."""
    return FluordersApp(DemoSettings(theme=theme), home=lambda: screen, **{"calm": False, **options})


if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else "entry"
    draft = os.environ.get("DEMO_DRAFT")
    delay = float(os.environ.get("DEMO_DELAY", "0"))
    shown: Screen[Any] = ListDemo() if name == "list" else EntryDemo(delay, Path(draft) if draft else None)
    app = demo_app(shown, theme=os.environ.get("DEMO_THEME", "dark"), log_file="fluorders.log", calm=True)
    app.run()
    sys.exit(app.return_code)
