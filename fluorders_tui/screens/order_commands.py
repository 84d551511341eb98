"""The commands on the whole order: undo, header, new registry rows, holding, leaving and entering (U-2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from fluorders_tui.domain.errors import Conflict, DeskError, Refused, Several, Unreachable
from fluorders_tui.domain.header import price_lines_again, set_header_discounts
from fluorders_tui.screens.order_actions import OrderActions
from fluorders_tui.screens.order_kind import Typed
from fluorders_tui.screens.order_line_commands import counted
from fluorders_tui.screens.order_showing import LINE_FIELDS
from fluorders_tui.screens.order_summary import conflict_text, summary
from fluorders_tui.services.holding import hold
from fluorders_tui.widgets.field import Field

__all__ = ["OrderCommands"]

_OF_A_LINE = re.compile(r"lines\[(\d+)\]\.(\w+)")


class OrderCommands(OrderActions):
    """What keys do on the order screen beside moving through its fields and lines."""

    discounts_offered = False
    """The header discounts changed a moment ago: F5 gives them to the present lines (D-3.2)."""

    # -- header and registries ---------------------------------------------------------------------

    async def action_refresh(self) -> None:
        """Read conditions, stock and prices again; or give changed header discounts to the present lines (D-3.2)."""
        if self._session is None:
            await self.open_again()
            return
        session = self.session
        draft = session.draft
        if self.discounts_offered:
            self.discounts_offered = False
            session.change_header(set_header_discounts(draft, draft.discounts, apply_to_lines=True))
            self.message_line.say("The lines have the header's discounts now; those typed by hand stay.", "done")
            return
        read = await self.desk_app.ask(session.read_again)
        if read is None:
            self.message_line.say("There is nothing to read again: no customer yet.")
            return
        session.conditions, session.cards = read.conditions, dict(read.cards)
        if draft.number:
            self.show_all()
            self.message_line.say(f"Read again; an entered {self.kind.word} keeps its prices.", "done")
            return
        session.change_header(price_lines_again(draft, read.conditions, read.cards, checks=self.desk.checks))
        self.show_all()
        self.message_line.say("Conditions, prices and stock were read again.", "done")

    async def open_again(self) -> None:
        """The database did not answer when the screen opened: try once more."""

    async def action_new(self) -> None:
        """F6 in a field that looks up: a new row in its registry, and back to the same field."""
        field = self.current_field
        registry = {"customer": "customers", "item": "items"}.get(field.field_name if field else "", "")
        if field is None or not registry:
            raise Refused("F6 adds a customer or an item where one is asked for.")
        typed = field.text.strip() if field.dirty else ""
        named = "name" if registry == "customers" else "description"

        async def created(code: str | None) -> None:
            field.focus()
            if code:
                field.input.value = code
                await self.action_accept()

        preset = {named: typed} if typed else {}
        await self.desk_app.open_screen("registry_form", then=created, name=registry, preset=preset)

    async def action_next_step(self) -> None:
        """F9: everything that will be entered, before it is."""
        self.open_pane(f"The {self.kind.word} as it stands", summary(self.session, self.amount, self.day))

    def say_totals(self) -> None:
        """Enter on an empty line: say how to go on."""
        lines, totals = self.session.draft.lines, self.session.totals
        currency = self.session.draft.currency
        total = f"{self.amount(totals.total, currency.decimals)} {currency.code}"
        then = f"F10 enters the {self.kind.word}, F9 shows it whole."
        self.message_line.say(f"{counted(len(lines), 'line')}, {total}. {then}")

    # -- holding and leaving -----------------------------------------------------------------------

    async def action_hold(self) -> None:
        """Put the order aside and take the next call (D-12.9)."""
        if not await self._hold():
            self.message_line.say("There is nothing to put on hold.")
            return
        await self.start_new()
        self.message_line.say("Put on hold. The desk's first screen lists it.", "done")

    async def _hold(self) -> bool:
        """Put everything aside, a half-typed line and field included; False when there is nothing."""
        session, desk, field = self.session, self.desk, self.current_field
        if field is not None and field.dirty:
            session.type(field.field_name, field.text)
        if not session.worth_keeping:
            return False
        draft, typing = session.draft, session.typing
        await self.desk_app.run_write(lambda: hold(desk, draft, typing), what="Putting on hold…")
        return True

    async def action_leave(self) -> None:
        """F3: what isn't entered is put on hold, never lost (U-2); without a database it stays on this machine."""
        session, told = self._session, ""
        if session is not None:
            try:
                if await self._hold():
                    told = f"The {self.kind.word} is on hold."
                    session.forget()
            except Unreachable as error:
                if session.autosave is None or session.unsaved:
                    raise
                told = f"{error.message} The {self.kind.word} is kept on this machine and offered again."
        if len(self.app.screen_stack) <= 2:
            if told and session is not None and not session.worth_keeping:
                await self.start_new()
            self.message_line.say(told or "There is no screen to go back to. Ctrl+Q ends the desk.")
            return
        await super().action_leave()
        self.say_below(told)

    async def back_wanted(self) -> None:
        session = self._session
        if session is not None and session.line is not None:
            session.undo()
            self.clear_strip()
            self.field("item").focus()
            return
        if session is not None and session.worth_keeping:
            self.message_line.say(f"F3 leaves and puts the {self.kind.word} on hold; F10 enters it.", "warning")
            return
        await self.action_leave()

    # -- entering ----------------------------------------------------------------------------------

    async def action_save(self) -> None:
        """F10: enter the order, or save the changes to one that was entered."""
        self.pane.close()
        session, desk = self.session, self.desk
        await self.settle_line()
        self.to_next_line()
        problems = session.problems()
        if problems:
            await self._show_problems(problems)
            return
        typed, kind = session.typed, session.kind
        number = typed.draft.number
        if number and not session.dirty:
            self.message_line.say(f"Nothing was changed in {kind.word} {number}.")
            return
        session.entering(True)
        try:
            if number:
                saved = await self.desk_app.run_write(lambda: kind.change(desk, typed), what="Saving…")
            else:
                saved = await self.desk_app.run_write(lambda: kind.enter(desk, typed), what="Entering…")
        except Conflict as error:
            session.entering(False)
            await self._show_conflict(error)
        except Unreachable as error:
            # Whether it was entered is unknown where the line broke after the last word.
            raise Unreachable(
                error.message, field=error.field, hint=f"The draft is kept; F10 again. {error.hint}"
            ) from error
        except DeskError as error:
            session.entering(False)
            await self._show_problems(error.errors if isinstance(error, Several) else (error,))
        else:
            await self._after_saving(saved, changed=bool(number))

    async def _after_saving(self, saved: Typed, *, changed: bool) -> None:
        draft, status = saved.draft, self.kind.status(saved)
        total = f"{self.amount(self.session.totals_of(draft).total, draft.currency.decimals)} {draft.currency.code}"
        done = ("saved" if changed else "entered") + ("" if status == "entered" else f" · {status}")
        name = self.kind.word.capitalize()
        text = f"{name} {draft.number} {done}: {counted(len(draft.lines), 'line')}, {total}."
        if changed:
            session = self.session
            conditions, cards = session.conditions, session.cards
            session.restart(saved)
            session.conditions, session.cards = conditions, cards
            if len(self.app.screen_stack) > 2:
                await super().action_leave()
                self.say_below(text)
                return
        else:
            # Before anything else can fail: what was entered must not be offered again.
            self.session.restart(saved)
            try:
                await self.start_new()
            except DeskError:
                text += " The database doesn't answer for a new one: F3 leaves."
        self.message_line.say(text, "done")

    async def start_new(self) -> None:
        """An empty one, the caret on the customer."""
        desk, kind = self.desk, self.kind

        def read() -> tuple[Typed, str]:
            typed = kind.start(desk)
            return typed, kind.next_number(desk, typed)

        typed, self.provisional = await self.desk_app.ask(read)
        self.session.restart(typed)
        self.discounts_offered, self._typing_undone = False, None
        for field in self.query(Field):
            field.clear()
        self.query_one("#header-more").remove_class("-open")
        self.show_all()
        self.field("customer").focus()

    async def _show_problems(self, errors: Sequence[DeskError]) -> None:
        """List them, and put the caret where the first one is."""
        if len(errors) > 1:
            self.open_pane(f"To put right before the {self.kind.word} is entered", [f"✗ {one}" for one in errors])
        first = errors[0]
        if found := _OF_A_LINE.fullmatch(first.field):
            place, name = int(found[1]) - 1, LINE_FIELDS.get(found[2], "")
            if 0 <= place < len(self.session.draft.lines):
                await self.edit_line(place, name)
        else:
            name = {"lines": "item", "number": "external_number"}.get(first.field, first.field.partition("[")[0])
            with suppress(KeyError):
                self.reveal(self.field(name))
        self.message_line.tell(first)

    async def _show_conflict(self, error: Conflict) -> None:
        session = self.session
        text = await self.desk_app.ask(lambda: conflict_text(session, self.form))
        self.open_pane(f"Somebody else changed this {self.kind.word}", text)
        self.message_line.tell(error)
