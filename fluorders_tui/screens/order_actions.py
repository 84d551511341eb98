"""Actions on the order beyond its fields: split, explode, copy, change many lines at once (D-6.4, D-6.5, D-12.8).

They are typed into the item field, so that they wait in the same queue as everything else (U-1.1).
Enter on one that changes prices, dates or many lines first shows what would come of it, and Enter
again does it; each is one change that undo takes back whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluorders_tui.domain.errors import DeskError, Refused, Several
from fluorders_tui.domain.order import LineType, OrderDraft
from fluorders_tui.keyflow import drain
from fluorders_tui.screens.document_holding import DocumentHolding
from fluorders_tui.screens.order_action_plan import Plan, Planning
from fluorders_tui.screens.order_action_text import ACTION_MARK, ActionText, OrderAction, read_action
from fluorders_tui.screens.order_kind import Typed
from fluorders_tui.screens.order_line_commands import OrderLineCommands
from fluorders_tui.widgets.choices import Choice
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field

__all__ = ["OrderActions", "plan_action"]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A plan that is being read: it holds as long as neither the text nor the order changes."""

    text: str
    draft: OrderDraft
    plan: Plan


def plan_action(planning: Planning) -> Plan:
    """What the typed action would do; runs in a thread. Raises `DeskError` for what forbids it."""
    # Imported here: the screen opens without them, and the first action can wait a moment.
    from fluorders_tui.screens.order_action_line import LINE_ACTIONS
    from fluorders_tui.screens.order_action_many import plan_change
    from fluorders_tui.screens.order_action_whole import ORDER_ACTIONS

    name = planning.action.name
    known = planning.session.kind.planner(name) or LINE_ACTIONS.get(name) or ORDER_ACTIONS.get(name)
    return known(planning) if known is not None else plan_change(planning)


class OrderActions(OrderLineCommands, DocumentHolding):
    """An action means the line that it names, else the one being changed or under the cursor."""

    _shown: _Shown | None = None

    if TYPE_CHECKING:

        def _close_hits(self) -> None: ...

    async def action_actions(self) -> None:
        """The key: from wherever one is, the list of actions on the line at hand."""
        session = self.session
        count = len(session.draft.lines)
        await self.settle_line()
        if len(session.draft.lines) > count:
            self.lines_table.cursor = count
        field = self.field("item")
        field.focus()
        # Getting the focus selects what stands in the field, and that is only heard of now.
        await drain(field.input)
        field.input.value = ACTION_MARK
        field.input.action_end()

    async def typed_action(self) -> bool:
        """Enter in the item field on an action: show what it does, or do it. False when no action stands there."""
        field = self.current_field
        if field is None or field.field_name != "item" or not field.text.lstrip().startswith(ACTION_MARK):
            return False
        hits = self.lookup_list
        if hits is not None and hits.field is field and hits.picked is not None:
            return False
        self._close_hits()
        try:
            await self._run(field)
        except Several as error:
            self.open_pane("This can't be done", [f"✗ {one}" for one in error.errors])
            field.show_error(type(error.errors[0])(f"{len(error.errors)} things forbid it.", field="item"))
        except DeskError as error:
            field.show_error(error)
        return True

    async def _run(self, field: Field) -> None:
        shown, session = self._shown, self.session
        if shown and self.pane.is_open and shown.text == field.text and shown.draft is session.draft:
            await self._do(shown.plan)
            return
        action = read_action(field.text, session.kind.actions)
        self._put_pending()
        planning = self.planning(action)
        field.no_lookup()
        plan = await self.desk_app.ask(lambda: plan_action(planning), what="Working it out…")
        if not plan.shown:
            await self._do(plan)
            return
        self.open_pane(f"{plan.title} · Enter does it", list(plan.shown))
        self._shown = _Shown(field.text, session.draft, plan)
        self.message_line.say("Enter does it, F12 leaves it.", "warning" if plan.warn else "info")

    def planning(self, action: OrderAction) -> Planning:
        """An action on the line at hand."""
        session = self.session
        place = session.editing if session.editing >= 0 else self.lines_table.cursor
        return Planning(session, self.form, action, place)

    def _put_pending(self) -> None:
        """A line that is being changed goes into the order before the action looks at it: nothing typed is lost."""
        session, line = self.session, self.session.line
        if line is None or (session.editing < 0 and not session.counted and line.line_type is not LineType.NOTE):
            return
        if self.field("price").needed and self.field("price").value is None:
            raise Refused("The price of this line is undecided.", field="price", rule="D-4.8", hint="F12, then F2.")
        self.lines_table.cursor = session.put_line()

    async def _do(self, plan: Plan) -> None:
        session, draft = self.session, plan.draft
        self._shown = None
        self.pane.close()
        if plan.opens is not None:
            screen, told = plan.opens
            self.drop_line()
            await self.desk_app.open_screen(screen, **told)
            return
        if plan.write is not None:
            saved = await self.write(plan.write, "Saving…")
            if saved is not None:
                self.take_stored(saved)
                self.field("item").focus()
                self.message_line.say(plan.done, "done")
            return
        if plan.conditions is not None:
            desk, kind, typed = session.desk, session.kind, Typed(draft, plan.terms or session.terms)
            self.provisional = await self.desk_app.ask(lambda: kind.next_number(desk, typed))
            session.change_with(draft, plan.conditions, plan.cards, plan.terms)
        else:
            session.cards = {**session.cards, **plan.cards}
            session.change(draft)
        place = self.lines_table.cursor if plan.cursor is None else plan.cursor
        self.drop_line()
        self.lines_table.cursor = min(place, len(draft.lines) - 1)
        self.message_line.say(plan.done, "warning" if plan.warn else "done")

    def take_stored(self, saved: Typed) -> None:
        """Show a document as it is stored now; what its customer brings stays."""
        session = self.session
        conditions, cards = session.conditions, session.cards
        session.restart(saved)
        session.conditions, session.cards = conditions, cards
        self.clear_strip()
        self.show_all()

    async def do_action(self, text: str) -> None:
        """As if somebody had typed this action into the item field."""
        await self.settle_line()
        field = self.field("item")
        field.focus()
        # Getting the focus selects what stands in the field, and that is only heard of now.
        await drain(field.input)
        field.input.value = text
        field.input.action_end()
        await self.typed_action()

    async def _take(self, field: Field, choice: Choice) -> bool:
        if not isinstance(choice.value, ActionText):
            return await super()._take(field, choice)
        self._close_hits()
        field.input.value = choice.value.text
        field.input.action_end()
        name, _, words = field.text.removeprefix(ACTION_MARK).partition(" ")
        known = self.session.kind.actions
        if not words and name in known:
            self.message_line.say(f"{ACTION_MARK}{name} {known[name].words}".rstrip())
        return False

    async def on_mount(self) -> None:
        self.watch(self.field("item").input, "value", self._give_room, init=False)

    def _give_room(self, text: str) -> None:
        """An action is longer than an item: its field takes the room of the others."""
        self.query_one(EditStrip).widen("item" if text.lstrip().startswith(ACTION_MARK) else "")
