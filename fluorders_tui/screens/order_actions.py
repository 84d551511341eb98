"""Actions on the order beyond its fields: split, explode, copy, change many lines at once (D-6.4, D-6.5, D-12.8).

They are typed into the item field, so that they wait in the same queue as everything else, and each
is one change that undo takes back whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from fluorders_tui.domain.copying import copy_lines
from fluorders_tui.domain.draft_lines import move_line, replace_line
from fluorders_tui.domain.entry import make_give_away, make_line
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.header_text import parse_agents
from fluorders_tui.domain.kits import explode_kit
from fluorders_tui.domain.mass_changes import (
    MassChange,
    move_delivery,
    set_discounts,
    set_line_agents,
    set_note,
    set_price,
    take_list,
    vary_price,
)
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import LineType
from fluorders_tui.domain.price_raising import Variation
from fluorders_tui.domain.price_updates import PriceDate, update_prices
from fluorders_tui.domain.shorthand import parse_date, parse_decimal
from fluorders_tui.domain.splitting import Delivery, Every, plan_deliveries, split_in_draft, split_line
from fluorders_tui.screens.order_action_text import ACTION_MARK, OrderAction, line_indexes, read_action, split_step
from fluorders_tui.screens.order_line_commands import OrderLineCommands, counted
from fluorders_tui.services.conditions import kit_components, known_agents
from fluorders_tui.services.orders import open_order

__all__ = ["OrderActions"]

_EVERY = {"d": Every.DAYS, "w": Every.WEEKS, "m": Every.MONTHS}


class OrderActions(OrderLineCommands):
    """`run_action` does what was typed; the line meant is the one in the strip, else the one under the cursor."""

    async def typed_action(self) -> bool:
        """Enter in the item field on an action: do it. False when no action stands there."""
        field = self.current_field
        if field is None or field.field_name != "item" or not field.text.lstrip().startswith(ACTION_MARK):
            return False
        hits = self.lookup_list
        picked = hits.picked if hits is not None and hits.field is field else None
        if hits is not None:
            hits.close()
        if picked is not None:
            # Chosen from the list: what it needs is still to be typed.
            field.input.value = f"{picked.code} "
            field.input.cursor_position = len(field.text)
            return True
        try:
            await self.run_order_action(read_action(field.text))
        except DeskError as error:
            field.show_error(error)
        return True

    async def run_order_action(self, action: OrderAction) -> None:
        """Do it, or raise what forbids it; the caret goes to a new line."""
        place = self.session.editing if self.session.editing >= 0 else self.lines_table.cursor
        lines = self.session.draft.lines
        if action.name == "copy":
            await self._copy(action)
            self.drop_line()
            return
        if not lines:
            raise Refused("There is no line yet.", field="item")
        one = line_indexes(action, len(lines), [place] if 0 <= place < len(lines) else [])
        many = line_indexes(
            action, len(lines), [i for i, line in enumerate(lines) if line.line_type is not LineType.NOTE]
        )
        await self._load_cards([lines[index].item for index in {*one, *many} if lines[index].item])
        match action.name:
            case "split":
                self._split(action.words, one)
            case "kit":
                await self._explode(action.words, one)
            case "reprice":
                self._reprice(action.words)
            case "free":
                self._give_away(action.words, one)
            case "move":
                self._move_line(action.words, one)
            case "instead":
                await self._replace_item(action.words, one)
            case _:
                self._told(await self._many(action, many))
        self.drop_line()

    async def _load_cards(self, codes: Sequence[str]) -> None:
        session = self.session
        missing = [code for code in codes if code not in session.cards]
        if missing:
            session.cards |= await self.desk_app.ask(lambda: session.read_cards(missing))

    def _one(self, indexes: Sequence[int]) -> int:
        if len(indexes) != 1:
            raise Invalid("Name one line, as in #2.", field="item")
        return indexes[0]

    def _split(self, words: str, indexes: Sequence[int]) -> None:
        """D-6.4: the parts add up exactly."""
        session, index = self.session, self._one(indexes)
        line, checks = session.draft.lines[index], session.desk.checks
        if (equal := split_step(words)) is not None:
            parts, step, unit = equal
            start = line.delivery_date or session.draft.delivery_date or self.desk.today()
            deliveries = plan_deliveries(line, start, parts, step, _EVERY[unit], checks.calendar)
        else:
            deliveries = tuple(self._delivery(part) for part in words.split())
        split = split_line(session.draft, line, deliveries, session.cards.get(line.item), checks=checks)
        session.change(split_in_draft(session.draft, index, split))
        told = f" Rounding changes the net by {plain(split.difference)}." if split.difference else ""
        self.message_line.say(f"Line {index + 1} is now {len(split.lines)} deliveries.{told}", "done")

    def _delivery(self, text: str) -> Delivery:
        quantity, at, date = text.partition("@")
        if not at:
            raise Invalid(f"{text!r} is no delivery.", field="item", rule="D-6.4", hint="Type 3 2w, or 12@15.12 8@+30.")
        return Delivery(parse_date(date, self.desk.today(), day_first=self.form.day_first), parse_decimal(quantity))

    async def _explode(self, words: str, indexes: Sequence[int]) -> None:
        """D-6.5."""
        session, index = self.session, self._one(indexes)
        if session.conditions is None:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
        code = session.draft.lines[index].item
        components = await self.desk_app.ask(lambda: kit_components(self.desk, code))
        await self._load_cards([one.item for one in components])
        session.change(
            explode_kit(
                session.draft, index, components, session.conditions, session.cards,
                commercial=words.casefold().startswith("p"), checks=session.desk.checks,
            )
        )  # fmt: skip
        self.message_line.say(f"{code} is exploded into {counted(len(components), 'component')}.", "done")

    async def _copy(self, action: OrderAction) -> None:
        """D-12.8: lines of any earlier order, prices kept or looked up."""
        session = self.session
        number, _, rest = action.words.partition(" ")
        if not number:
            raise Invalid("Say which order, as in /copy 2026-00012.", field="item", rule="D-12.8")
        if not session.draft.customer:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
        source = (await self.desk_app.ask(lambda: open_order(self.desk, number))).draft
        indexes = line_indexes(action, len(source.lines), range(len(source.lines)))
        await self._load_cards([source.lines[index].item for index in indexes if source.lines[index].item])
        copied = copy_lines(
            session.draft, source, indexes, conditions=session.conditions, cards=session.cards,
            reprice=rest.casefold().startswith("r"), checks=session.desk.checks,
        )  # fmt: skip
        session.change(copied.draft)
        self.lines_table.cursor = len(copied.draft.lines) - 1
        self.message_line.say(f"{counted(len(indexes), 'line')} of {source.number} copied.", "done")
        if copied.notices:
            self.pane.open(f"Copied from {source.number}", [f"! {one.text}" for one in copied.notices])

    def _reprice(self, words: str) -> None:
        """D-4.9, with what changed and what stays, and why."""
        session = self.session
        if session.conditions is None:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
        wanted = words.casefold().split()
        updated = update_prices(
            session.draft, session.conditions, session.cards,
            by=PriceDate.DELIVERY if any(word.startswith("d") for word in wanted) else PriceDate.DOCUMENT,
            only_unexecuted=not any(word.startswith("e") for word in wanted),
            with_manual=any(word.startswith("m") for word in wanted), checks=session.desk.checks,
        )  # fmt: skip
        session.change(updated.draft)
        told = [
            f"Line {one.number}: {self.price(one.old_price)} {one.old_discounts} → {self.price(one.new_price)} "
            f"{one.new_discounts} · {one.reason}"
            for one in updated.changes
        ] + [f"Line {one.number} stays: {one.error.message}" for one in updated.kept]
        self.message_line.say(f"{counted(len(updated.changes), 'price')} changed.", "done")
        if told:
            self.pane.open("Prices updated. Ctrl+Z takes it back", told)

    def _give_away(self, words: str, indexes: Sequence[int]) -> None:
        """D-6.1, D-7 step 7."""
        session, index = self.session, self._one(indexes)
        line = make_give_away(session.draft, session.draft.lines[index], vat_recourse=words.casefold().startswith("v"))
        session.change(replace_line(session.draft, index, line))
        self.message_line.say(f"Line {index + 1} is free of charge.", "done")

    def _move_line(self, words: str, indexes: Sequence[int]) -> None:
        index = self._one(indexes)
        if not words.isdecimal():
            raise Invalid("Say where to, as in /move 3.", field="item")
        self.session.change(move_line(self.session.draft, index, int(words[:6]) - 1))
        self.lines_table.cursor = int(words[:6]) - 1

    async def _replace_item(self, words: str, indexes: Sequence[int]) -> None:
        """A substitute takes the line's place, with its quantity (D-6.7)."""
        session, index = self.session, self._one(indexes)
        if session.conditions is None:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
        await self._load_cards([words])
        if words not in session.cards:
            raise Invalid(f"There is no item {words!r}.", field="item", rule="D-6.6")
        old = session.draft.lines[index]
        line = make_line(
            session.draft, session.conditions, session.cards[words], old.quantity, checks=session.desk.checks
        )
        dated = replace(line, delivery_date=old.delivery_date, ready_date=old.ready_date, note=old.note)
        session.change(replace_line(session.draft, index, dated))
        self.message_line.say(f"{words} instead of {old.item or old.description}.", "done")

    async def _many(self, action: OrderAction, indexes: Sequence[int]) -> MassChange:
        session, words, checks = self.session, action.words, self.session.desk.checks
        draft = session.draft
        match action.name:
            case "date":
                if words.startswith(("+", "-")) and words[1:].isdecimal():
                    return move_delivery(draft, indexes, days=int(words), calendar=checks.calendar, checks=checks)
                date = parse_date(words, self.desk.today(), day_first=self.form.day_first)
                return move_delivery(draft, indexes, to=date, checks=checks)
            case "discount":
                return set_discounts(draft, indexes, words, session.discount_types)
            case "agent":
                if words.casefold() == "header":
                    return set_line_agents(draft, indexes, None)
                names = await self.desk_app.ask(lambda: known_agents(self.desk))
                return set_line_agents(draft, indexes, parse_agents("" if words.casefold() == "none" else words, names))
            case "note":
                return set_note(draft, indexes, words)
            case "list":
                if session.conditions is None:
                    raise Refused("Choose the customer first.", field="customer", rule="D-3.1")
                return take_list(draft, indexes, words, session.conditions, session.cards, checks=checks)
            case _:
                return self._prices(words, indexes)

    def _prices(self, words: str, indexes: Sequence[int]) -> MassChange:
        draft, checks = self.session.draft, self.session.desk.checks
        if words.endswith("%") or words.startswith(("+", "-")):
            sign = -1 if words.startswith("-") else 1
            value: Decimal = parse_decimal(words.strip("+-% ")) * sign
            return vary_price(draft, indexes, Variation(value, not words.endswith("%")), None, checks=checks)
        return set_price(draft, indexes, parse_decimal(words), checks=checks)

    def _told(self, change: MassChange) -> None:
        self.session.change(change.draft)
        refused: list[DeskError] = [one.error for one in change.refused]
        told = f"{counted(len(change.changed), 'line')} changed"
        self.message_line.say(
            f"{told}, {len(refused)} not." if refused else f"{told}.", "warning" if refused else "done"
        )
        if refused:
            self.pane.open(
                f"{told}. Ctrl+Z takes it back", [f"Line {one.number} stays: {one.error}" for one in change.refused]
            )
