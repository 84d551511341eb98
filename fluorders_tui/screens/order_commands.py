"""The commands on the whole order: undo, header, new registry rows, holding, leaving and entering (U-2)."""

from __future__ import annotations

from typing import Any

from fluorders_tui.domain.errors import DeskError, Refused
from fluorders_tui.domain.header import price_lines_again, set_header_discounts
from fluorders_tui.domain.order import OrderDraft, OrderStatus
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.order_actions import OrderActions
from fluorders_tui.screens.order_kind import Typed
from fluorders_tui.screens.order_release import ReleaseAsking
from fluorders_tui.screens.order_summary import conflict_text, summary
from fluorders_tui.services.autosave import Typing
from fluorders_tui.services.holding import hold
from fluorders_tui.widgets.field import Field

__all__ = ["OrderCommands"]

_RELEASED = (OrderStatus.LOCKED, OrderStatus.WAITING)


class OrderCommands(OrderActions, ReleaseAsking):
    """What keys do on the order screen beside moving through its fields and lines."""

    discounts_offered = False
    """The header discounts changed a moment ago: F5 gives them to the present lines (D-3.2)."""

    @property
    def word(self) -> str:
        """`order` or `offer`."""
        return self.kind.word

    def put_aside(self, draft: OrderDraft, typing: Typing) -> object:
        return hold(self.desk, draft, typing)

    def conflict_text(self) -> list[str]:
        return conflict_text(self.session, self.form)

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

        async def created(code: str | None) -> None:
            field.focus()
            if code:
                field.input.value = code
                await self.action_accept()

        preset = self.preset_of(field, registry)
        await self.desk_app.open_screen("registry_form", then=created, name=registry, preset=preset)

    def preset_of(self, field: Field, registry: str) -> dict[str, Any]:
        """What a new row of a registry starts with: what was typed where it was missed."""
        typed = field.text.strip() if field.dirty else ""
        return {"name" if registry == "customers" else "description": typed} if typed else {}

    async def action_next_step(self) -> None:
        """F9: everything that will be entered, before it is; for one that is held back, ask for its release."""
        draft = self.session.draft
        if self.held_order and not draft.lines:
            await self.ask_for_release(self.held_order)
            return
        if draft.id and self.kind.word == "order" and draft.status in _RELEASED and not self.session.dirty:
            await self.ask_for_release(draft.id)
            return
        self.open_pane(f"The {self.kind.word} as it stands", summary(self.session, self.amount, self.day))

    def say_totals(self) -> None:
        """Enter on an empty line: say how to go on."""
        lines, totals = self.session.draft.lines, self.session.totals
        currency = self.session.draft.currency
        total = f"{self.amount(totals.total, currency.decimals)} {currency.code}"
        then = f"F10 enters the {self.kind.word}, F9 shows it whole."
        self.message_line.say(f"{counted(len(lines), 'line')}, {total}. {then}")

    # -- entering ----------------------------------------------------------------------------------

    async def action_save(self) -> None:
        """F10: enter the order, or save the changes to one that was entered."""
        self.pane.close()
        session, desk = self.session, self.desk
        await self.settle_line()
        self.to_next_line()
        problems = session.problems()
        if problems:
            await self.show_problems(problems)
            return
        typed, kind = session.typed, session.kind
        number = typed.draft.number
        if number and not session.dirty:
            self.message_line.say(f"Nothing was changed in {kind.word} {number}.")
            return
        if number:
            saved = await self.write(lambda: kind.change(desk, typed), "Saving…")
        else:
            saved = await self.write(lambda: kind.enter(desk, typed), "Entering…")
        if saved is not None:
            await self._after_saving(saved, changed=bool(number))

    async def _after_saving(self, saved: Typed, *, changed: bool) -> None:
        draft, status = saved.draft, self.kind.status(saved)
        total = f"{self.amount(self.session.totals_of(draft).total, draft.currency.decimals)} {draft.currency.code}"
        done = ("saved" if changed else "entered") + ("" if status == "entered" else f" · {status}")
        name = self.kind.word.capitalize()
        text = f"{name} {draft.number} {done}: {counted(len(draft.lines), 'line')}, {total}."
        if changed:
            self.take_stored(saved)
            text = await self._held_or(saved, f"{name} {draft.number} {status}", text)
            if len(self.app.screen_stack) > 2:
                await super().action_leave()
                self.say_below(text)
                return
        else:
            # Before anything else can fail: what was entered must not be offered again.
            self.session.restart(saved)
            text = await self._held_or(saved, f"{name} {draft.number} {status}", text)
            try:
                await self.start_new()
            except DeskError:
                text += " The database doesn't answer for a new one: F3 leaves."
        self.message_line.say(text, "warning" if self.held_order else "done")

    async def _held_or(self, saved: Typed, done: str, text: str) -> str:
        """Why an order is held back; `text` for one that isn't, or where the database doesn't answer."""
        try:
            why = await self.why_held(saved.draft) if saved.terms is None else ""
        except DeskError:
            return text
        return f"{done}: {why}" if why else text

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
