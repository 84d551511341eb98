"""Customer orders from a supplier order: its lines shared out, shown, and written as one (D-14.1)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar, TypeVar, cast

from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Several
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.supply_share_typing import MODES, ShareTyping
from fluorders_tui.screens.supply_shares import (
    TypedShare,
    order_rows,
    shares_of,
)
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.supply_sharing import (
    SharedOrders,
    Sharing,
    SharingPlan,
    preview_sharing,
    share_out,
)
from fluorders_tui.widgets.row_sources import ListSource

__all__ = ["SupplySharingScreen"]

T = TypeVar("T")


class SupplySharingScreen(ShareTyping):
    """The supplier order with `number`. Customer, Enter; line and quantity are offered; Enter takes them."""

    CSS_PATH = "supply_sharing.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "next_step", "save", "edit", "refresh", "delete_line", "runs", "undo"
    )
    TITLE_TEXT = "Share out"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "Customer, Enter: the next line with something left and all of it are offered; Enter takes them.",
        "Enter on an empty customer means the one above. * as the line gives all that is left of every line.",
        "Shift+Tab from the line leads to the destination. The arrows take a share up again, Ctrl+T drops it.",
        "Prices are the customers' own; with a markup they are cost plus that percent (D-14.1).",
        "F9 shows the customer orders that would come, F10 makes them, all or none. Ctrl+D lists the runs.",
    )

    # -- preview and writing -----------------------------------------------------------------------

    async def _settled(self) -> list[TypedShare]:
        """All that is typed, with the share that stands whole in the strip. Raises what is wrong with it."""
        field = self.current_field
        if field is not None and field.dirty and not await self._accept(field):
            raise field.error or Invalid("Choose one of the hits.", field=field.field_name)
        if self.field("customer").text.strip() and self.field("line").text.strip():
            self._put()
        if not self._shares:
            raise Invalid("Nothing is shared out yet.", field="customer", rule="D-14.1")
        return list(self._shares)

    def _call(self, then: Callable[[Desk, Sharing], T], shares: list[TypedShare]) -> Callable[[], T]:
        desk, markup = self.desk, cast("Decimal | None", self.field("markup").value)
        mode, kind = MODES.get(self.field("mode").text, MODES["on demand"])[0], self.field("type").text.strip()
        return lambda: then(desk, Sharing(shares_of(desk, shares), mode, markup, kind))

    async def action_next_step(self) -> None:
        """F9: the customer orders that would come; again makes them."""
        if self.query_one("#lists").has_class("-orders"):
            await self.action_save()
            return
        shares, row = await self._settled(), self.draft.id
        try:
            plan = await self.desk_app.ask(
                self._call(lambda desk, sharing: preview_sharing(desk, row, sharing), shares), what="Working out…"
            )
        except DeskError as error:
            self._show_error(error)
            return
        self._show_plan(plan)

    def _show_plan(self, plan: SharingPlan) -> None:
        self.order_table.refresh_source(ListSource(list(order_rows(plan, self._forms))), keep_key=False)
        self.query_one("#lists").add_class("-orders")
        self.order_table.cursor = 0
        self.order_table.focus()
        if plan.refusals:
            self.message_line.say(f"{counted(len(plan.refusals), 'share')} can't be: F12 goes back.", "error")
        else:
            self.message_line.say(f"{counted(len(plan.orders), 'customer order')}. F10 makes them, F12 goes back.")

    async def action_save(self) -> None:
        """F10: make the customer orders, all or none."""
        shares, row, version = await self._settled(), self.draft.id, self.draft.version
        call = self._call(lambda desk, sharing: share_out(desk, row, sharing, version=version), shares)
        try:
            made = await self.desk_app.run_write(call, what="Entering the orders…")
        except Conflict as error:
            await self._again()
            self._show()
            self.message_line.tell(error)
            return
        except DeskError as error:
            self._forget_preview()
            await self._again()
            self._show()
            self._show_error(error)
            return
        self._shares.clear()
        self._keep()
        self._forget_preview()
        await self._again()
        self._show()
        self._begin()
        self._tell_made(made)

    def _tell_made(self, made: SharedOrders) -> None:
        numbers = ", ".join(order.number for order in made.orders[:4])
        more = f" and {len(made.orders) - 4} more" if len(made.orders) > 4 else ""
        if len(made.orders) > 1:
            self.pane.open(
                "Entered",
                [
                    f"{order.number}  {order.draft.name} · {order.draft.status.value} · "
                    f"{counted(len(order.draft.lines), 'line')}, "
                    f"{self.amount(order.totals.total, order.draft.currency.decimals)} {order.draft.currency.code}"
                    for order in made.orders
                ],
            )
        self.message_line.say(f"Entered: {numbers}{more}. Ctrl+Z takes it back.", "done")

    def _show_error(self, error: DeskError) -> None:
        errors = error.errors if isinstance(error, Several) else (error,)
        if len(errors) > 1:
            self.pane.open("Nothing was entered", [f"✗ {one}" for one in errors])
        number = errors[0].field.partition("[")[2].partition("]")[0]
        if number.isdecimal() and 1 <= int(number) <= len(self._shares):
            self._load(int(number) - 1)
        self.message_line.tell(errors[0])

    # -- elsewhere ---------------------------------------------------------------------------------

    async def action_refresh(self) -> None:
        await self._again()
        self._show()
        self.message_line.say("Read again.", "done")

    async def action_runs(self) -> None:
        await self.desk_app.open_screen("supply_runs")

    async def action_undo(self) -> None:
        await self.desk_app.open_screen("supply_runs", undo_last=True)

    async def on_screen_resume(self) -> None:
        if self._draft is not None:
            await self._again()
            self._show()
