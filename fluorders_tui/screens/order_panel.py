"""What stands beside the field being typed: the customer, or the item with stock, last price and why (D-6.7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.availability import Availability, availability, while_typing
from fluorders_tui.domain.conditions import CustomerConditions, ItemCard
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine
from fluorders_tui.domain.pricing import explain_price
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.widgets.side_panel import Block, Fact

__all__ = ["Asking", "PanelText"]


@dataclass(frozen=True, slots=True)
class Asking:
    """The line in the strip with its item: in which order (as typed and as `saved`), at which place, on which day."""

    draft: OrderDraft
    saved: OrderDraft
    line: OrderLine
    card: ItemCard
    place: int
    today: dt.date

    @property
    def needed(self) -> Decimal:
        """What the line still wants, in the item's main unit."""
        return (self.line.quantity - self.line.executed) * self.line.uom.factor


class PanelText:
    """Builds the blocks; `number`, `amount` and `day` write by locale, `nobody` stands there without a customer."""

    def __init__(
        self,
        number: Callable[[Decimal | None], str],
        price: Callable[[Decimal | None], str],
        amount: Callable[[Decimal | None, int], str],
        day: Callable[[dt.date | None], str],
        nobody: str = "",
        today: Callable[[], dt.date] = dt.date.today,
    ) -> None:
        self.today = today
        self.nobody = nobody
        self.number = number
        self.price = price
        self.amount = amount
        self.day = day

    def customer(self, draft: OrderDraft, conditions: CustomerConditions | None) -> list[Block]:
        """Who they are, what they have open, what the clerk must know."""
        if conditions is None:
            return [Block("Customer", (self.nobody,))]
        if not conditions.code:
            known = (("VAT no.", draft.vat_number), ("E-mail", draft.email))
            said = [Fact(label, text) for label, text in known if text]
            return [Block(f"{draft.name} · prospect", (*said, draft.address.one_line() or "No address yet."))]
        facts: list[str | Fact] = [
            Fact("Open orders", str(conditions.open_orders)),
            Fact("worth", self.amount(conditions.open_value, 2)),
        ]
        if draft.payments:
            facts.append(Fact("Terms", draft.payments[0].term.code))
        if conditions.assignments:
            facts.append(Fact("Lists", " ".join(one.price_list for one in conditions.assignments)[:22]))
        if draft.discounts:
            facts.append(Fact("Discounts", format_discounts(draft.discounts)))
        blocks = [Block(conditions.name, tuple(facts)), *self._credit(draft, conditions)]
        if conditions.pop_up_note:
            blocks.append(Block("! Note", (conditions.pop_up_note,)))
        if draft.destination.code:
            blocks.append(Block(f"Deliver to {draft.destination.code}", (draft.destination.one_line(),)))
        if conditions.internal_note:
            blocks.append(Block("Internal", (conditions.internal_note,)))
        return blocks

    def _credit(self, draft: OrderDraft, conditions: CustomerConditions) -> list[Block]:
        """How far they are trusted: limits with what counts against them, this order too, and blocks (D-11)."""
        blocks: list[Block] = []
        own = self._own(draft)
        for account in conditions.standing.accounts:
            if not account.checked:
                continue
            figures = account.figures(own)
            facts = [Fact("Limit", self.amount(figures.limit, 2)), Fact("Unpaid", self.amount(figures.balance, 2))]
            facts.append(Fact("Open orders", self.amount(figures.orders, 2)))
            if own:
                facts.append(Fact("This order", self.amount(own, 2)))
            if figures.excess:
                facts.append(Fact("Too much", self.amount(figures.excess, 2), "bad"))
            else:
                facts.append(Fact("Free", self.amount(figures.free, 2), "good"))
            whose = "Credit" if account.who.startswith("customer ") else f"Credit of {account.who}"
            blocks.append(Block(f"! {whose}" if figures.excess else whose, tuple(facts)))
        told = [block.message for block in conditions.standing.blocks if block.today(self.today())]
        if conditions.standing.always_authorise:
            told.append("Every order goes to a supervisor first.")
        return [*blocks, Block("! Blocked", tuple(told))] if told else blocks

    def _own(self, draft: OrderDraft) -> Decimal:
        """What a new order adds; a stored one counts among the open ones."""
        if draft.number or not draft.type.credit or not draft.lines:
            return ZERO
        return max(document_totals(draft).company_total, ZERO)

    def item(self, asking: Asking, *, margin: bool) -> list[Block]:
        """Stock and availability, last price, why this price, margin where the role may, substitutes."""
        draft, line, card = asking.draft, asking.line, asking.card
        unit = card.main_uom.code
        facts = self._free_facts(asking)
        if len(card.uoms) > 1:
            facts += [Fact(f"1 {uom.code}", f"{self.number(uom.factor)} {unit}") for uom in card.uoms[1:4]]
        if card.pack_quantity:
            facts.append(Fact("Pack of", self.number(card.pack_quantity)))
        blocks = [Block(f"{card.code} {card.description}", tuple(facts))]
        if last := card.last_price:
            chain = f" {last.discounts}" if last.discounts else ""
            blocks.append(
                Block(
                    "Last price",
                    (
                        Fact(self.day(last.date), f"{self.price(last.price)}{chain}"),
                        Fact(f"{self.number(last.quantity)} {last.uom}", last.number),
                        "Ctrl+E takes it over.",
                    ),
                )
            )
        blocks.append(Block("Why this price", tuple(explain_price(line))))
        if margin and card.cost:
            blocks.append(Block("Margin", tuple(self._margin(draft, line))))
        if line.warnings:
            blocks.append(Block("! Mind", line.warnings))
        if card.substitutes:
            blocks.append(
                Block(
                    "Instead of it",
                    tuple(
                        Fact(
                            f"{one.code} {one.description}"[:22], self.number(one.free) if one.free is not None else "?"
                        )
                        for one in card.substitutes[:5]
                    ),
                )
            )
        return blocks

    def free(self, asking: Asking) -> Availability | None:
        """What is free of the item over time, this order's other lines included (D-15.3); None without known stock."""
        card = asking.card
        if card.stock is None:
            return None
        moves = while_typing(card.movements, card.code, asking.draft, asking.saved, besides=asking.place)
        return availability(card.stock, moves, asking.today)

    def _free_facts(self, asking: Asking) -> list[str | Fact]:
        """Stock, free now, and from when on the line's quantity is free where it is not yet."""
        card, unit, free = asking.card, asking.card.main_uom.code, self.free(asking)
        if free is None or card.stock is None:
            return ["Stock is not known."]
        enough = free.free_now >= asking.needed and free.free_now >= 0
        facts: list[str | Fact] = [
            Fact("Stock", f"{self.number(card.stock)} {unit}"),
            Fact("Free now", f"{self.number(free.free_now)} {unit}", "good" if enough else "bad"),
        ]
        if not enough and asking.needed > 0:
            facts.append(Fact("Free from", self._free_from(free, asking.needed)))
        coming = next((point for point in free.points if point.supply), None)
        if coming is not None:
            facts.append(Fact(f"Comes {self.day(coming.date)}", f"{self.number(coming.supply)} {unit}"))
        return facts

    def _free_from(self, free: Availability, needed: Decimal) -> str:
        day = free.free_from(needed)
        return "not known" if day is None else self.day(day)

    def _margin(self, draft: OrderDraft, line: OrderLine) -> list[Fact]:
        if line.line_type is LineType.NOTE or not line.quantity:
            return []
        alone = OrderDraft(
            draft.type, draft.date, currency=draft.currency, vat_included=draft.vat_included, lines=(line,)
        )
        totals: Totals = document_totals(alone)
        if totals.margin is None:
            return []
        percent = "" if totals.margin_percent is None else f"{self.amount(totals.margin_percent, 1)} %"
        look = "bad" if totals.margin < 0 else ""
        return [Fact("Margin", self.amount(totals.margin, draft.currency.decimals), look), Fact("", percent, look)]

    def _trust(self, conditions: CustomerConditions) -> str:
        """Blocks, what is left of the limits, and the note, for one line."""
        standing = conditions.standing
        parts = []
        free = [account.figures(ZERO).free for account in standing.accounts if account.checked]
        if free:
            left = min(free)
            said = f"credit {self.amount(left, 2)} free" if left >= 0 else f"! credit {self.amount(-left, 2)} over"
            parts.append(said)
        parts += [f"! {block.message}" for block in standing.blocks if block.today(self.today())]
        if standing.always_authorise:
            parts.append("! every order is authorised")
        if conditions.pop_up_note:
            parts.append(f"! {conditions.pop_up_note}")
        return " · ".join(parts)

    def in_short(
        self,
        conditions: CustomerConditions | None,
        asking: Asking | None,
    ) -> str:
        """The same on one line, where there is no room for the panel."""
        if asking is None:
            return self._trust(conditions) if conditions is not None else ""
        line, card, free = asking.line, asking.card, self.free(asking)
        parts = ["stock ?"]
        if free is not None:
            later = ""
            if free.free_now < asking.needed:
                day = free.free_from(asking.needed)
                later = ", the rest: no date yet" if day is None else f", all from {self.day(day)}"
            parts = [f"free {self.number(free.free_now)} {card.main_uom.code}{later}"]
        if card.last_price:
            chain = f" {card.last_price.discounts}" if card.last_price.discounts else ""
            parts.append(f"last {self.price(card.last_price.price)}{chain} on {self.day(card.last_price.date)}")
        why = explain_price(line)
        parts += why[:1]
        parts += line.warnings
        if card.substitutes:
            parts.append(f"instead: {', '.join(one.code for one in card.substitutes[:3])}")
        return " · ".join(parts)
