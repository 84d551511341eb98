"""The commands on the whole order: undo, header, new registry rows, holding, leaving and entering (U-2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fluorders_tui.domain.errors import Conflict, DeskError, Refused
from fluorders_tui.domain.header import price_lines_again, set_header_discounts
from fluorders_tui.domain.merging import merge
from fluorders_tui.domain.order import OrderDraft, OrderStatus
from fluorders_tui.screens.document_presence import DocumentPresence
from fluorders_tui.screens.document_typing import counted
from fluorders_tui.screens.order_actions import OrderActions
from fluorders_tui.screens.order_kind import Typed
from fluorders_tui.screens.order_release import ReleaseAsking
from fluorders_tui.screens.order_summary import conflict_text, summary
from fluorders_tui.services.autosave import Typing
from fluorders_tui.services.holding import hold
from fluorders_tui.services.registry_saving import check_allowed
from fluorders_tui.widgets.field import Field

__all__ = ["OrderCommands"]

_RELEASED = (OrderStatus.LOCKED, OrderStatus.WAITING)


class OrderCommands(OrderActions, ReleaseAsking, DocumentPresence):
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

    # -- two desks ---------------------------------------------------------------------------------

    def open_document(self) -> tuple[str, int, int]:
        if self._session is None:
            return self.kind.word, 0, 0
        draft = self._session.draft
        return self.kind.word, draft.id, draft.version

    def others_changed(self) -> None:
        self.others_in_short = self.others_named
        if self._session is not None:
            self.show_header()

    def last_saved(self, row: int) -> tuple[str, dt.datetime]:
        return self.kind.last_change(self.desk, row)

    async def take_theirs(self) -> bool:
        session = self.session
        typing = session.worth_keeping or session.line is not None or any(field.dirty for field in self.query(Field))
        if typing or self.app.screen is not self:
            return False
        await self.read_stored()
        return True

    async def conflicted(self, error: Conflict) -> None:
        """Both changed it: what each did, place by place, and both brought together (D-12.7)."""
        session = self.session
        base, mine, kind, desk = session.origin.base, session.draft, session.kind, session.desk
        if base is None or base.id != mine.id or session.terms is not None:
            await super().conflicted(error)
            return

        def read() -> tuple[Typed, str, dt.datetime]:
            return kind.read_row(desk, mine.id), *kind.last_change(desk, mine.id)

        theirs, who, at = await self.desk_app.ask(read)
        # Both are shown: what is heard of it later says nothing new.
        self._told_version = theirs.draft.version
        merged = merge(base, mine, theirs.draft)

        async def chosen(draft: OrderDraft | None) -> None:
            await self._save_merged(draft, theirs)

        await self.desk_app.open_screen("order_merge", then=chosen, merge=merged, who=who, at=at)

    async def _save_merged(self, draft: OrderDraft | None, theirs: Typed) -> None:
        """What both did, over what was stored when they were brought together; whoever saves again is merged again."""
        session = self.session
        if draft is None:
            self.message_line.say(
                "Nothing was saved; what you typed stands as it is. F10 shows both again, F3 puts it on hold.",
                "warning",
            )
            return
        session.merged(draft, theirs)
        self.show_all()
        if not session.dirty:
            await self.read_stored()
            self.message_line.say("It stays as it was saved at the other desk.", "done")
            return
        await self.action_save()

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
        check_allowed(self.desk, registry)

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
        """F9: what an entered order does next, or its release; else all that will be entered, before it is."""
        draft = self.session.draft
        if self.held_order and not draft.lines:
            await self.ask_for_release(self.held_order)
            return
        if draft.id and self.kind.word == "order" and draft.status in _RELEASED and not self.session.dirty:
            await self.ask_for_release(draft.id)
            return
        if draft.number and self.session.terms is None:
            await self.accept_typed()
            if not self.session.worth_keeping:
                await self.desk_app.open_screen("order_steps", then=self._step_taken, orders=[draft.id])
                return
            # What is confirmed is what is stored, never what is only typed (D-16.3b).
            self.message_line.say("F10 saves the changes first; then F9 goes on.", "warning")
        self.open_pane(f"The {self.kind.word} as it stands", summary(self.session, self.amount, self.day))

    async def _step_taken(self, done: int | None) -> None:
        """The order as it is after a step."""
        if done:
            await self.read_stored()

    async def read_stored(self) -> None:
        """Take the stored document as it is now; nothing typed may be lost by it."""
        session, row = self.session, self.session.draft.id
        typed = await self.desk_app.ask(lambda: session.kind.read_row(session.desk, row))
        conditions, cards = session.conditions, session.cards
        session.restart(typed)
        session.conditions, session.cards = conditions, cards
        self.show_all()
        if told := self.kind.read_only(typed):
            self.message_line.say(told, "warning")

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
            if saved is not None:
                await self._after_saving(saved, changed=True)
            return
        entry = session.origin.entry
        entered = await self.write(lambda: kind.enter(desk, typed, entry), "Entering…")
        if entered is None:
            return
        if entered.again and session.adopt(entered.typed):
            session.entering(False)
            self.show_all()
            number = entered.typed.draft.number
            self.message_line.say(f"It was entered as {number} before the connection broke. F10 saves what you changed "
                                  "since.", "warning")  # fmt: skip
            return
        await self._after_saving(entered.typed, changed=False, again=entered.again)

    async def _after_saving(self, saved: Typed, *, changed: bool, again: bool = False) -> None:
        draft, status = saved.draft, self.kind.status(saved)
        total = f"{self.amount(self.session.totals_of(draft).total, draft.currency.decimals)} {draft.currency.code}"
        done = ("saved" if changed else "was entered already" if again else "entered") + (
            "" if status == "entered" else f" · {status}"
        )
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
