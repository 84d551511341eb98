"""Supplier orders from customer orders: what is short, who delivers it, corrected by hand, ordered at once (D-14.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.supply_proposals import PlannedSupply
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.supply_proposal_list import ProposalList
from fluorders_tui.screens.supply_proposal_rows import (
    STOCK_USES,
    STRATEGIES,
    key_of,
    plan_rows,
)
from fluorders_tui.services.supply_proposals import (
    OrderedSupply,
    Proposal,
    addable_orders,
    order_supply,
    preview_supply,
)
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.row_sources import ListSource

__all__ = ["SupplyProposalsScreen"]


class SupplyProposalsScreen(ProposalList):
    """The list takes keys itself: Space ticks, Enter corrects, F9 shows what would come, F10 orders."""

    CSS_PATH = "supply_proposals.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "next_step", "save", "edit", "refresh", "find", "open_linked", "runs", "undo", "first_row", "last_row",
    )  # fmt: skip
    TITLE_TEXT = "Supply proposals"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Open lines of customer orders that nothing covers yet, each with a supplier (D-14.2).",
        "Full is the whole demand, free what stock and what comes leave of it, short the rest, to order what is asked.",
        "Space ticks lines; without a tick all of them are meant. Enter or F2 corrects quantity, supplier, shipping.",
        "* was corrected by hand, ! would come too late, ? has no price, → is shipped by the supplier.",
        "F9 shows the supplier orders that would come, F10 makes them. Ctrl+D lists the runs, Ctrl+Z takes yours back.",
        *(f"  {word:<12} {about}" for word, (_, about) in {**STRATEGIES, **STOCK_USES}.items()),
    )

    # -- preview and ordering ----------------------------------------------------------------------

    async def action_next_step(self) -> None:
        """F9: the supplier orders that would come; again orders them."""
        if self._plan is not None:
            await self.action_save()
            return
        await self._settle_typing()
        await self.preview()
        self.plan_table.focus()
        orders: Sequence[PlannedSupply] = self._plan or ()
        added = len([one for one in orders if one.draft.id])
        told = f", {added} of them open ones that get lines" if added else ""
        self.message_line.say(f"{counted(len(orders), 'supplier order')}{told}. F10 makes them, F12 goes back.")

    async def _settle_typing(self) -> None:
        field = self.current_field
        if field is not None and field.dirty and not await self._accept(field):
            raise field.error or Invalid("Choose one of the hits.", field=field.field_name)

    async def preview(self) -> None:
        desk, rows, options = self.desk, self._to_order(), self._options()
        suppliers = {one.source.supplier for one in rows}

        def call() -> Sequence[PlannedSupply]:
            add_to = [draft.id for draft in addable_orders(desk, suppliers)] if options["add"] else []
            return preview_supply(
                desk, rows, type_code=str(options["type"]), sum_items=bool(options["sum"]), add_to=add_to
            ).orders

        self._plan = await self.desk_app.ask(call, what="Working out…")
        self.query_one("#correct").remove_class("-open")
        self.query_one("#lists").add_class("-plan")
        self.query_one("#how").add_class("-open")
        self.plan_table.refresh_source(ListSource(list(plan_rows(self._plan, self._forms))), keep_key=False)

    def _to_order(self) -> list[Proposal]:
        rows = [one for one in self._meant() if one.quantity]
        if not rows:
            hint = "Correct a quantity with F2, or order always." if self._meant() else ""
            raise Refused("There is nothing to order.", field="proposals", rule="D-14.2", hint=hint)
        return rows

    def _options(self) -> dict[str, object]:
        return {
            "add": self.field("add").text.strip() == "yes",
            "sum": self.field("sum").text.strip() == "yes",
            "type": self.field("type").text.strip(),
        }

    def close_preview(self) -> None:
        self._plan = None
        self.query_one("#lists").remove_class("-plan")
        self.query_one("#how").remove_class("-open")
        self.table.focus()

    async def action_save(self) -> None:
        """F10: order what is ticked, or all of it once that is said."""
        await self._settle_typing()
        rows = self._to_order()
        if self._plan is None and not self.table.marks and len(rows) > 1:
            suppliers = counted(len({one.source.supplier for one in rows}), "supplier")
            said = f"Order all {len(rows)} lines from {suppliers}?"
            self.query_one(Question).ask(said, lambda: self._order(rows))
            return
        await self._order(rows)

    async def _order(self, rows: Sequence[Proposal]) -> None:
        desk, options = self.desk, self._options()
        suppliers = {one.source.supplier for one in rows}

        def call() -> OrderedSupply:
            add_to = [draft.id for draft in addable_orders(desk, suppliers)] if options["add"] else []
            return order_supply(
                desk, rows, type_code=str(options["type"]), sum_items=bool(options["sum"]), add_to=add_to
            )

        try:
            made = await self.desk_app.run_write(call, what="Ordering…")
        except DeskError as error:
            await self._not_ordered(error)
            return
        for one in rows:
            self._corrections.pop(key_of(one), None)
        self._keep()
        self.table.marks = set()
        self.close_preview()
        await self._again()
        numbers = ", ".join(order.number for order in made.orders[:3])
        more = f" and {len(made.orders) - 3} more" if len(made.orders) > 3 else ""
        if len(made.orders) > 3:
            self.pane.open("Ordered", [self._made(order) for order in made.orders])
        self.message_line.say(f"Ordered: {numbers}{more}. Ctrl+Z takes it back.", "done")

    def _made(self, order: Any) -> str:
        net = f"{self.amount(order.totals.net, order.draft.currency.decimals)} {order.draft.currency.code}"
        return f"{order.number}  {order.draft.name}, {counted(len(order.draft.lines), 'line')}, {net}"

    async def _not_ordered(self, error: DeskError) -> None:
        """Somebody ordered, delivered or changed it meanwhile: the list is read again, nothing was ordered."""
        errors = error.errors if isinstance(error, Several) else (error,)
        if self._plan is not None:
            self.close_preview()
        await self._again()
        if len(errors) > 1:
            self.pane.open("Nothing was ordered", [f"✗ {one}" for one in errors])
        self.message_line.tell(errors[0])

    # -- elsewhere ---------------------------------------------------------------------------------

    async def action_find(self) -> None:
        self.field("order").focus()
        self.field("order").input.action_select_all()

    async def action_first_row(self) -> None:
        self.table.action_cursor_first()

    async def action_last_row(self) -> None:
        self.table.action_cursor_last()

    async def action_open_linked(self) -> None:
        """Ctrl+E: the customer's order that wants the goods."""
        one = self._here()
        if one is not None:
            await self.desk_app.open_screen("order_status", row=one.demand.line.document)

    async def action_runs(self) -> None:
        await self.desk_app.open_screen("supply_runs")

    async def action_undo(self) -> None:
        """Ctrl+Z: take this person's last run back."""
        await self.desk_app.open_screen("supply_runs", undo_last=True)

    async def action_refresh(self) -> None:
        await self._again()
        self.message_line.say("Worked out again.", "done")

    async def on_screen_resume(self) -> None:
        if self.opened.is_set() and self.desk_app.desk is not None and self._plan is None:
            await self._again()
