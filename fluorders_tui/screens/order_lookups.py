"""What the fields of the order screen find while they are typed: customers, items, and codes of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.conditions import ItemCard
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.item_entry import ItemEntry
from fluorders_tui.domain.locales import LocaleForm
from fluorders_tui.domain.money import ZERO, plain
from fluorders_tui.domain.order import LineType
from fluorders_tui.screens.item_finding import BlockRow, ItemPick, block_rows, item_hits, resolve_entry
from fluorders_tui.screens.order_action_plan import Planning
from fluorders_tui.screens.order_action_text import ACTION_MARK, OrderAction, read_action
from fluorders_tui.screens.order_session import OrderSession
from fluorders_tui.services.availability import free_now
from fluorders_tui.services.registries import Found, find, find_items
from fluorders_tui.widgets.choices import Choice, Resolution

__all__ = ["FREE_LINES", "LINE_MARKS", "FreeText", "ItemPick", "Lookups"]

LIMIT = 20
EXTRA_WIDTH = 14
"""What a list of hits has room for beside code and description."""

#: What a text in the item field begins with when the line has no item of the registry (D-6.1).
FREE_LINES = {".": LineType.UNCODED, "+": LineType.CHARGE, "'": LineType.NOTE}
GIVE_AWAY_MARK = "!"
LINE_MARKS = {line_type: mark for mark, line_type in FREE_LINES.items()} | {LineType.GIVE_AWAY: GIVE_AWAY_MARK}


@dataclass(frozen=True, slots=True)
class FreeText:
    """A line without an item (D-6.1)."""

    line_type: LineType
    text: str


class Lookups:
    """All methods ask the database and run in a thread. `place` is the line that an action would mean."""

    def __init__(self, session: OrderSession, form: LocaleForm, place: int = -1) -> None:
        self.session = session
        self.form = form
        self.place = place

    def customers(self, text: str) -> list[Choice]:
        """Customers by code, name or fragment."""
        found = find(self.session.desk, "customers", text, LIMIT)
        return [Choice(one.code, one.name, str(one.extra.get("city") or "")) for one in found]

    def items(self, text: str) -> list[Choice]:
        """Items by code, barcode, the customer's code or fragments of the description (D-6.6)."""
        if text.lstrip().startswith(ACTION_MARK):
            # Imported here: the screen opens without it.
            from fluorders_tui.screens.order_action_choices import action_choices

            return action_choices(Planning(self.session, self.form, OrderAction("", ""), self.place), text)
        given, rest = _mark(text)
        if rest[:1] in FREE_LINES:
            return []
        free: dict[int, Decimal] = {}

        def found(fragment: str) -> list[Found]:
            hits = self._found(fragment)
            free.update(free_now(self.session.desk, [one.id for one in hits]))
            return hits

        return item_hits(rest, found, lambda one, quantity: self._choice(one, quantity, given, free.get(one.id)))

    def _found(self, text: str) -> list[Found]:
        return find_items(self.session.desk, text, self.session.draft.customer, LIMIT)

    def _choice(
        self, found: Found, quantity: Decimal | None, line_type: LineType, free: Decimal | None = None
    ) -> Choice:
        """A hit with its price, and what is free of it now (D-15.3); what is free where both have no room."""
        note = f"{found.typed_code}: " if found.via else ""
        price = found.extra.get("sales_price")
        shown = plain(price) if isinstance(price, Decimal) and price != ZERO else ""
        if free is not None:
            there = f"{plain(free)} free"
            both = f"{shown} · {there}" if shown else there
            shown = both if len(both) <= EXTRA_WIDTH else there
        return Choice(found.code, note + found.name, shown, ItemPick(found.code, quantity, found.unit, line_type))

    def resolve_item(self, text: str) -> Resolution:
        """What an item field's text means: `ABC`, `12*ABC`, `ABC 12`, a barcode, `!ABC`, or a free line."""
        if text.lstrip().startswith(ACTION_MARK):
            read_action(text, self.session.kind.actions)
            raise Invalid("Enter does the action, F12 takes it back.", field="item")
        given, rest = _mark(text)
        if rest[:1] in FREE_LINES:
            words = rest[1:].strip()
            if not words:
                raise Invalid("Type the text of the line after the mark.", field="item", rule="D-6.1")
            free = FreeText(FREE_LINES[rest[0]], words)
            return Resolution("exact", (Choice(text, free.line_type.value, "", free),))
        return resolve_entry(rest, self._found, lambda one, quantity: self._choice(one, quantity, given))

    def codes(self, registry: str, text: str) -> list[Choice]:
        """Codes of a table; destinations and recipients are the customer's own."""
        conditions = self.session.conditions
        if registry in ("destination", "recipient"):
            known = () if conditions is None else getattr(conditions, f"{registry}s")
            wanted = fold(text)
            return [
                Choice(one.code, one.one_line())
                for one in known
                if wanted in fold(one.code) or wanted in fold(one.one_line())
            ]
        return [Choice(one.code, one.name) for one in find(self.session.desk, registry, text, LIMIT)]

    def resolve(self, choices: Sequence[Choice], text: str) -> Resolution:
        """Judge hits by the rule of the desk (exact code first)."""
        return Resolution.of(text, choices)

    def block(
        self, entries: Sequence[tuple[int, ItemEntry]]
    ) -> tuple[list[BlockRow], list[Invalid], dict[str, ItemCard]]:
        """The items of a pasted block with their cards; exact codes only, what isn't found is listed (D-6.6b)."""
        cards = self.session.read_cards([entry.item for _, entry in entries])
        good, bad = block_rows(entries, cards, self.resolve_item)
        missing = [code for _, code, _, _ in good if code not in cards]
        return good, bad, cards | self.session.read_cards(missing)


def _mark(text: str) -> tuple[LineType, str]:
    stripped = text.strip()
    if stripped.startswith(GIVE_AWAY_MARK):
        return LineType.GIVE_AWAY, stripped[1:].strip()
    return LineType.CODED, stripped
