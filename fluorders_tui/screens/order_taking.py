"""What a field of the order screen changes once its value is accepted: header, customer, the line being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.screens.order_commands import OrderCommands
from fluorders_tui.screens.order_header import HeaderField, read_flag
from fluorders_tui.screens.order_lookups import FreeText, ItemPick
from fluorders_tui.screens.order_session import CustomerRead
from fluorders_tui.services.conditions import vat_code
from fluorders_tui.widgets.field import Field

if TYPE_CHECKING:
    from fluorders_tui.domain.offers import OfferTerms

__all__ = ["OrderTaking"]


class OrderTaking(OrderCommands):
    """Each value goes through the rules into the draft; where one says no, the caret stays in its field (U-1.6)."""

    async def field_accepted(self, field: Field) -> None:
        await self._opened.wait()
        session, name = self.session, field.field_name
        self.discounts_offered, self._typing_undone = False, None
        if name == "customer":
            await self.take_customer(field)
        elif spec := next((one for one in (*self.draft_fields, *self.prospect_fields) if one.name == name), None):
            await self._take_header(spec, field)
        elif terms := next((one for one in self.terms_fields if one.name == name), None):
            await self._take_terms(terms, field)
        else:
            await self._take_line_field(name, field)
        session.type()
        self.tell_unsaved()

    async def take_customer(self, field: Field) -> None:
        """The customer was chosen: their conditions fill the header (D-3.1)."""
        session = self.session
        code = field.choice.code if field.choice else field.text
        if not code or code == session.draft.customer:
            return
        self.customer_read(await self.desk_app.ask(lambda: session.read_customer(code)))

    def customer_read(self, read: CustomerRead) -> None:
        """Take what a customer brings, and tell what the clerk must know of them."""
        session, before = self.session, self.session.draft
        session.take_customer(read)
        self.show_strip()
        conditions = session.conditions
        told = [text for text in session.draft.warnings if text not in before.warnings]
        if conditions is not None and conditions.pop_up_note:
            told.append(conditions.pop_up_note)
        if told:
            self.message_line.say(told[-1], "warning")

    async def _take_terms(self, spec: HeaderField[OfferTerms], field: Field) -> None:
        session, read, value = self.session, spec.read, field.value
        if session.terms is None:
            return
        if read is not None:
            value = await self.desk_app.ask(lambda: read(session, value))
        before = session.terms.type
        session.change_terms(spec.apply(session.terms, value, session))
        if session.terms.type != before:
            await self._renumber()
        self.show_header()

    async def _renumber(self) -> None:
        """Date or type changed: a new one would get another number now (D-9.3b)."""
        session = self.session
        if not session.draft.number:
            self.provisional = await self.desk_app.ask(lambda: session.kind.next_number(session.desk, session.typed))

    async def _take_header(self, spec: HeaderField[OrderDraft], field: Field) -> None:
        session, read, value = self.session, spec.read, field.value
        missing = [line.item for line in session.draft.lines if line.item and line.item not in session.cards]
        if missing:
            session.cards |= await self.desk_app.ask(lambda: session.read_cards(missing))
        if read is not None:
            value = await self.desk_app.ask(lambda: read(session, value))
        before = session.draft
        session.change_header(spec.apply(before, value, session))
        draft = session.draft
        if spec.name in ("date", "type"):
            await self._renumber()
        told = [text for text in draft.warnings if text not in before.warnings]
        if told:
            self.message_line.say(told[-1], "warning")
        elif draft.discounts != before.discounts and draft.lines:
            self.discounts_offered = True
            self.message_line.say("On new lines only (D-3.2). F5 now gives them to the present lines too.", "warning")
        self.show_header()

    async def _take_line_field(self, name: str, field: Field) -> None:
        session = self.session
        before = session.line
        await self._change_line(name, field)
        if session.read_only and session.line != before:
            session.line = before
            raise Refused(session.read_only, field=name, rule="D-12.3")
        self.show_strip(keep=name)

    async def _change_line(self, name: str, field: Field) -> None:
        session, value = self.session, cast(Any, field.value)
        code = field.choice.code if field.choice else field.text
        if name == "item":
            if field.choice is not None:
                await self._take_item(field.choice.value)
        elif session.line is None and not field.text:
            return
        elif name == "quantity":
            if value is not None:
                session.set_quantity(value)
        elif name == "uom":
            if code:
                session.set_uom(code)
        elif name == "price":
            if isinstance(value, str):
                session.take_list(value)
            else:
                session.set_price(value)
        elif name == "line_discounts":
            session.set_discounts(field.text)
        elif name == "vat":
            if code:
                session.set_vat(await self.desk_app.ask(lambda: vat_code(self.desk, code)))
        elif name == "vat_recourse":
            session.set_recourse(read_flag(field.text, name))
        elif name == "line_delivery":
            session.set_delivery(value)
        elif name == "line_note":
            session.set_note(field.text.strip())
        elif name == "description":
            session.set_description(field.text)

    async def _take_item(self, value: object) -> None:
        session = self.session
        if isinstance(value, FreeText):
            session.start_free(value.line_type, value.text)
            return
        if not isinstance(value, ItemPick):
            return
        code = value.code
        if code not in session.cards:
            session.cards |= await self.desk_app.ask(lambda: session.read_cards([code]))
        if code not in session.cards:
            raise Invalid(f"There is no item {code!r}.", field="item", rule="D-6.6")
        session.start_item(code, value.quantity, value.unit, value.line_type)
        if session.counted and session.line is not None:
            self.field("quantity").set_value(session.line.quantity)
        if session.line is not None and session.line.warnings:
            self.message_line.say(session.line.warnings[0], "warning")
