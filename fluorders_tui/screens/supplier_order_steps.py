"""What a supplier does to their order: confirm, deliver, move, cancel; with its story under it (D-14.3, D-14.4)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.supplier_step_typing import SupplierStepTyping
from fluorders_tui.screens.supplier_step_words import (
    CANCEL,
    CONFIRM,
    DATES,
    GIVE_BACK,
    RECEIVE,
    SELL,
    STEPS,
    Answer,
    Answers,
    usual_step,
)
from fluorders_tui.services.supplier_orders import (
    Confirmation,
    SavedSupplierOrder,
    cancel,
    confirm,
    move_dates,
    receive_goods,
    take_back,
)
from fluorders_tui.services.supply_exceptions import exception_count
from fluorders_tui.widgets.question import Question

__all__ = ["SupplierOrderStepsScreen"]


class SupplierOrderStepsScreen(SupplierStepTyping):
    """The supplier order with `number`; with `step` that is what is typed, else what most likely comes next."""

    CSS_PATH = "supplier_order_steps.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "save", "edit", "refresh", "next_step", "open_linked", "delete_line"
    )
    TITLE_TEXT = "Supplier order"
    HELP_TEXT: ClassVar[tuple[str, ...]] = (
        "What: confirm, receive, dates, cancel, give back, sell; its beginning is enough. F10 does it.",
        *(f"  {name:<10} {about}: {typed}." for name, (about, typed) in STEPS.items()),
        "Enter goes from line to line, the arrows too; PgUp and PgDn move the page below.",
        "F2 changes the order itself, Ctrl+E opens the customer's order that waits for the line.",
    )

    # -- doing it ----------------------------------------------------------------------------------

    async def action_save(self) -> None:
        await self.do_it()

    async def do_it(self) -> None:
        """F10: do what is typed; what can't be taken back easily is asked first."""
        field = self.current_field
        if field is not None and field.dirty and not await self._accept(field):
            return
        answers, draft = self.answers, self.draft
        if not answers.step:
            self.field("step").focus()
            raise Invalid("Say what happened.", field="step", hint="F4 lists it.")
        if answers.step == SELL:
            await self.desk_app.open_screen("supply_sharing", number=draft.number)
            return
        call = self._call(answers)
        question = self.query_one(Question)
        if answers.step == CANCEL and not answers.lines:
            coming = counted(sum(1 for line in draft.lines if line.open), "line")
            question.ask(f"Cancel all that is to come, {coming}?", lambda: self._do(call))
        elif answers.step == GIVE_BACK and not answers.lines:
            question.ask("Take back all that was received?", lambda: self._do(call))
        else:
            await self._do(call)

    def _call(self, answers: Answers, *, consent: bool = False) -> Callable[[], SavedSupplierOrder]:
        desk, draft = self.desk, self.draft
        row, version = draft.id, draft.version
        if answers.step == CONFIRM:
            said: dict[int, Confirmation] = {}
            for place, line in enumerate(draft.lines):
                answer, for_all = answers.of(place), answers.all_day if line.open else None
                if answer != Answer() or for_all is not None:
                    said[place] = Confirmation(answer.quantity, answer.day or for_all)
            return lambda: confirm(desk, row, said, version=version)
        if answers.step == RECEIVE:
            came = answers.quantities() or None
            return lambda: receive_goods(desk, row, came, consent=consent, version=version)
        if answers.step == GIVE_BACK:
            back = answers.quantities() or None
            return lambda: take_back(desk, row, back, version=version)
        if answers.step == DATES:
            days = answers.days(draft)
            return lambda: move_dates(desk, row, days, version=version)
        gone = [place for place, one in answers.lines.items() if one.goes] or None
        if not answers.reason:
            self.field("reason").focus()
            raise Invalid("Say why it is cancelled.", field="reason", rule="D-12.6", hint="F4 lists reasons.")
        return lambda: cancel(desk, row, answers.reason, gone, version=version)

    async def _do(self, call: Callable[[], SavedSupplierOrder]) -> None:
        desk, step = self.desk, self.answers.step
        try:
            saved = await self.desk_app.run_write(call, what="Saving…")
        except Conflict as error:
            # What was typed stays; the lines are read again, so that F10 means what stands there now.
            await self.again()
            self.message_line.tell(error)
            return
        except DeskError as error:
            await self._refused(error)
            return
        waiting = await self.desk_app.ask(lambda: exception_count(desk))
        self.answers = Answers(usual_step(saved.draft))
        self.keep()
        await self.again()
        self.show_step()
        self.field("step").focus()
        self.field("step").input.action_select_all()
        self.message_line.say(f"{self._done(step, saved.draft)}{self._waiting(waiting)}", "done")

    @staticmethod
    def _done(step: str, draft: SupplierOrderDraft) -> str:
        deed = {
            CONFIRM: "Confirmed", RECEIVE: "Received", DATES: "Moved", CANCEL: "Cancelled", GIVE_BACK: "Taken back",
        }[step]  # fmt: skip
        return f"{deed}: supplier order {draft.number} is {draft.status.value}."

    @staticmethod
    def _waiting(count: int) -> str:
        if not count:
            return ""
        wait = "line waits" if count == 1 else "lines wait"
        return f" {count} customer {wait} for a decision: F9."

    async def _refused(self, error: DeskError) -> None:
        errors = error.errors if isinstance(error, Several) else (error,)
        surplus = [one for one in errors if one.rule == "D-14.4" and one.field.endswith(".received")]
        if self.answers.step == RECEIVE and surplus and len(surplus) == len(errors):
            told = "; ".join(one.message.rstrip(".") for one in surplus[:2])
            more = f" and {len(surplus) - 2} more" if len(surplus) > 2 else ""
            call = self._call(self.answers, consent=True)
            self.query_one(Question).ask(f"{told}{more}. Take the surplus?", lambda: self._do(call))
            return
        if len(errors) > 1:
            self.pane.open("This can't be done", [f"✗ {one}" for one in errors])
        place = errors[0].field.partition("[")[2].partition("]")[0]
        if place.isdecimal():
            self.begin(int(place) - 1)
        else:
            with suppress(KeyError):
                field = self.field(errors[0].field)
                field.focus()
        self.message_line.tell(errors[0])

    # -- elsewhere ---------------------------------------------------------------------------------

    async def action_next_step(self) -> None:
        """F9: what waits for a decision because a supplier changed something."""
        await self.desk_app.open_screen("supply_exceptions")

    async def action_edit(self) -> None:
        """F2: the order itself."""
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 2 else None
        if below is not None and self.desk_app.name_of(below) == "supplier_order_entry":
            await self.action_leave()
        else:
            await self.desk_app.open_screen("supplier_order_entry", number=self.draft.number)

    async def action_open_linked(self) -> None:
        """Ctrl+E: the customer's order that waits for the line at hand, else for any of them."""
        links = self.stored.links if self.stored is not None else ()
        place = self.lines_table.cursor + 1
        found = next((link for link in links if link.line == place), next(iter(links), None))
        if found is None:
            raise Refused("No customer waits for it.", rule="D-14.3")
        await self.desk_app.open_screen("order_status", row=found.other.id)

    async def action_refresh(self) -> None:
        await self.again()
        self.message_line.say("Read again.", "done")
