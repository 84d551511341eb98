"""What stands beside the field being typed: the customer, or the item with stock, last price and why (D-6.7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from fluorders_tui.domain.conditions import CustomerConditions, ItemCard
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine
from fluorders_tui.domain.pricing import explain_price
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.widgets.side_panel import Block, Fact

__all__ = ["PanelText"]


class PanelText:
    """Builds the blocks; `number`, `amount` and `day` write by locale, `nobody` stands there without a customer."""

    def __init__(
        self,
        number: Callable[[Decimal | None], str],
        price: Callable[[Decimal | None], str],
        amount: Callable[[Decimal | None, int], str],
        day: Callable[[dt.date | None], str],
        nobody: str = "",
    ) -> None:
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
        blocks = [Block(conditions.name, tuple(facts))]
        if conditions.pop_up_note:
            blocks.append(Block("! Note", (conditions.pop_up_note,)))
        if draft.destination.code:
            blocks.append(Block(f"Deliver to {draft.destination.code}", (draft.destination.one_line(),)))
        if conditions.internal_note:
            blocks.append(Block("Internal", (conditions.internal_note,)))
        return blocks

    def item(self, draft: OrderDraft, line: OrderLine, card: ItemCard, *, margin: bool) -> list[Block]:
        """Stock and availability, last price, why this price, margin where the role may, substitutes."""
        unit = card.main_uom.code
        facts: list[str | Fact] = []
        free = self.free(draft, line, card)
        if card.stock is None:
            facts.append("Stock is not known.")
        else:
            facts += [
                Fact("Stock", f"{self.number(card.stock)} {unit}"),
                Fact("Free now", f"{self.number(free)} {unit}", "bad" if free is not None and free < 0 else "good"),
            ]
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

    def free(self, draft: OrderDraft, line: OrderLine, card: ItemCard) -> Decimal | None:
        """Stock less what customers wait for, this order included (D-6.7); None where no stock is known."""
        if card.stock is None:
            return None
        typed = sum(
            (
                (one.quantity - one.executed) * one.uom.factor
                for one in draft.lines
                if one.item == card.code and not one.id and one is not line
            ),
            ZERO,
        )
        return card.stock - card.on_order_by_customers - typed

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

    def in_short(
        self,
        draft: OrderDraft,
        conditions: CustomerConditions | None,
        line: OrderLine | None,
        card: ItemCard | None,
    ) -> str:
        """The same on one line, where there is no room for the panel."""
        if line is None and conditions is not None and conditions.pop_up_note:
            return f"! {conditions.pop_up_note}"
        if line is None or card is None:
            return ""
        free = self.free(draft, line, card)
        parts = [f"free {self.number(free)} {card.main_uom.code}" if free is not None else "stock ?"]
        if card.last_price:
            chain = f" {card.last_price.discounts}" if card.last_price.discounts else ""
            parts.append(f"last {self.price(card.last_price.price)}{chain} on {self.day(card.last_price.date)}")
        why = explain_price(line)
        parts += why[:1]
        parts += line.warnings
        if card.substitutes:
            parts.append(f"instead: {', '.join(one.code for one in card.substitutes[:3])}")
        return " · ".join(parts)
