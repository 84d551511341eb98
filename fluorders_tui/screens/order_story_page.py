"""One order on one page: facts, lines with what is still to come, totals, due dates, and what happened (U-3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.lifecycle import LineProgress
from fluorders_tui.domain.order import Execution, LineStatus, LineType, OrderStatus
from fluorders_tui.domain.order_listing import OPEN
from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.screens.status_words import LINE_STATUS, ORDER_STATUS
from fluorders_tui.services.order_story import Story
from fluorders_tui.widgets.page import Line, Span, beside, line
from fluorders_tui.widgets.plain_text import fit, wrap
from fluorders_tui.widgets.table_layout import GAP, Column, place_columns

__all__ = ["Forms", "StoryPage", "in_columns", "labelled", "told_story", "under"]

WIDE = 118
"""From here on the money and the story stand beside the lines."""

RIGHT = 40

COLUMNS = (
    Column("line", "Ln", 3, align="right"),
    Column("item", "Item", 10),
    Column("description", "Description", 20, flex=True),
    Column("quantity", "Quantity", 8, align="right"),
    Column("uom", "UM", 4, drop=1),
    Column("executed", "Done", 6, align="right"),
    Column("remaining", "Left", 6, align="right"),
    Column("net", "Net", 10, align="right", drop=2),
    Column("status", "Status", 11),
)


@dataclass(frozen=True, slots=True)
class Forms:
    """How numbers, amounts and dates are written here, and which day it is."""

    number: Callable[[Decimal | None], str]
    amount: Callable[[Decimal | None, int], str]
    day: Callable[[dt.date | None], str]
    today: dt.date


class StoryPage:
    """Sets a story out for any width."""

    def __init__(self, story: Story, forms: Forms, *, margin: bool = False) -> None:
        self.story = story
        self.forms = forms
        self.margin = margin

    def __call__(self, width: int) -> Sequence[Line]:
        """The page in lines of at most `width` cells."""
        if width < WIDE:
            parts = [self._facts(width), self._lines(width), self._money(min(width, 60)), self._story(width)]
            return under(parts)
        left = width - RIGHT - 3
        return beside(
            under([self._facts(left), self._lines(left)]), under([self._money(RIGHT), self._story(RIGHT)]), left
        )

    # -- the header --------------------------------------------------------------------------------

    def _facts(self, width: int) -> list[Line]:
        order, forms = self.story.order, self.forms
        draft, look = order.draft, ORDER_STATUS[order.draft.status]
        status = [Span(f"{look.glyph} {draft.status.value}", look.look or "strong")]
        if order.execution is not Execution.NONE and order.execution.value != draft.status.value:
            status.append(Span(f" · {order.execution.value}"))
        if draft.revision:
            status.append(Span(f" · revision {draft.revision}"))
        if self._days_late():
            status.append(Span(f" · ! {self._days_late()}", "bad"))
        place = ", ".join(part for part in (draft.address.city, draft.address.country) if part)
        who = " · ".join(part for part in (draft.name, draft.customer, place) if part)
        facts = [
            ("Date", forms.day(draft.date)),
            ("Delivery", forms.day(draft.delivery_date) or "as soon as ready"),
            ("Reference", draft.reference),
            ("Type", " · ".join(part for part in (draft.type.code, draft.type.name) if part)),
            ("Payment", " + ".join(f"{one.payment_type} {one.term.code}".strip() for one in draft.payments)),
            ("Discounts", format_discounts(draft.discounts)),
            ("Agent", " ".join(one.name or one.agent for one in draft.agents)),
            (
                "Carrier",
                " · ".join(part for part in (draft.carrier, draft.delivery_terms, draft.delivery_place) if part),
            ),
        ]
        rows: list[Line] = [tuple(status), line(who, "strong"), *in_columns([one for one in facts if one[1]], width)]
        sent = draft.destination.one_line()
        if sent and draft.destination != draft.address:
            rows += labelled("Deliver to", sent, width)
        for label, text in (("Note", draft.note), ("Internal", draft.internal_note)):
            rows += labelled(label, text, width) if text else []
        for notice in order.warnings:
            where = f"line {notice.line}: " if notice.line else ""
            rows += [line(piece, "warning") for piece in wrap(f"! {where}{notice.text}", width)]
        return rows

    def _days_late(self) -> str:
        draft = self.story.order.draft
        if draft.delivery_date is None or draft.status not in OPEN or draft.delivery_date >= self.forms.today:
            return ""
        days = (self.forms.today - draft.delivery_date).days
        return "1 day late" if days == 1 else f"{days} days late"

    # -- the lines ---------------------------------------------------------------------------------

    def _lines(self, width: int) -> list[Line]:
        places = place_columns(COLUMNS, width + 2)
        gap = " " * GAP

        def row(cells: Sequence[str]) -> str:
            return gap.join(fit(cells[place.index], place.width, place.column.align) for place in places)

        rows: list[Line] = [line(row([column.title for column in COLUMNS]), "head")]
        for place, cells, look in self._line_cells():
            rows.append(line(row([str(place), *cells]), look))
        return rows

    def _line_cells(self) -> Iterable[tuple[int, list[str], str]]:
        order, forms = self.story.order, self.forms
        decimals = order.draft.currency.decimals
        for place, (one, status) in enumerate(zip(order.draft.lines, order.line_statuses, strict=True), 1):
            if one.line_type is LineType.NOTE:
                yield place, ["", one.description, "", "", "", "", "", ""], "muted"
                continue
            progress = LineProgress(
                one.line_type, one.quantity, one.executed,
                forced=status is LineStatus.FORCED, cancelled=status is LineStatus.CANCELLED,
            )  # fmt: skip
            left = "" if order.draft.status is OrderStatus.CANCELLED else forms.number(progress.remaining)
            look = LINE_STATUS[status]
            free = "free · " if one.line_type is LineType.GIVE_AWAY else ""
            cells = [
                one.item, free + one.description, forms.number(one.quantity), one.uom.code,
                forms.number(one.executed) if one.executed else "–", left if progress.remaining else "–",
                forms.amount(one.net, decimals), str(look),
            ]  # fmt: skip
            yield place, cells, look.look or "text"

    # -- money -------------------------------------------------------------------------------------

    def _money(self, width: int) -> list[Line]:
        order = self.story.order
        totals, currency = order.totals, order.draft.currency
        figures: list[tuple[str, Decimal | None]] = [
            ("Gross", totals.items_gross if totals.discounts else None),
            ("Discounts", -totals.discounts if totals.discounts else None),
            ("Net", totals.items_net),
            ("Final discounts", -totals.final_discounts if totals.final_discounts else None),
            ("Charges", totals.charges or None),
            *((one.description or one.type, one.amount) for one in totals.expenses),
            ("Taxable", totals.taxable),
            *((f"VAT {one.vat.code} · {self.forms.number(one.vat.rate)} %", one.tax) for one in totals.vat_summary),
        ]
        rows = [self._figure(label, value, width, "text") for label, value in figures if value is not None]
        rows.append(self._figure(f"Total {currency.code}", totals.total, width, "strong"))
        if totals.deposit:
            rows.append(self._figure("Deposit", -totals.deposit, width, "text"))
            rows.append(self._figure("To pay", totals.balance_due, width, "strong"))
        if totals.give_away:
            rows.append(self._figure("Free goods, worth", totals.give_away, width, "muted"))
        if self.margin and totals.margin is not None:
            percent = f" {self.forms.number(totals.margin_percent)} %" if totals.margin_percent is not None else ""
            rows.append(self._figure(f"Margin{percent}", totals.margin, width, "muted"))
        due = [
            self._figure(
                f"{self.forms.day(one.date)}  {one.payment_type} {one.term}".rstrip(), one.amount, width, "text"
            )
            for one in order.due_dates
        ]
        return [line("Totals", "title"), *rows, *([line(), line("Due", "title"), *due] if due else [])]

    def _figure(self, label: str, value: Decimal, width: int, look: str) -> Line:
        shown = self.forms.amount(value, self.story.order.draft.currency.decimals)
        return (
            Span(fit(label, width - len(shown) - 1), "muted" if look == "text" else look),
            Span(f" {shown}", look),
        )

    # -- what happened -----------------------------------------------------------------------------

    def _story(self, width: int) -> list[Line]:
        return told_story(self.story.entries, width, self.forms.today)


def told_story(entries: Iterable[StoryEntry], width: int, today: dt.date) -> list[Line]:
    """A document's journal in plain words, oldest first."""
    rows: list[Line] = [line("What happened", "title")]
    for entry in entries:
        first, *rest = wrap(entry.headline(today), width) or [""]
        rows += [line(first), *(line(f"  {piece}") for piece in rest)]
        for told in (*entry.changes, *([f"“{entry.comment}”"] if entry.comment else [])):
            rows += [line(f"    {piece}", "muted") for piece in wrap(told, width - 4)]
    return rows


def under(parts: Iterable[list[Line]]) -> list[Line]:
    """Parts of a page one under the other, with an empty line between them."""
    rows: list[Line] = []
    for part in parts:
        if part:
            rows += [line(), *part] if rows else part
    return rows


def in_columns(facts: Sequence[tuple[str, str]], width: int) -> list[Line]:
    """Two facts a row, label and value each; one that is too long for its half gets the row to itself."""
    half = (width - 2) // 2
    rows: list[Line] = []
    waiting: tuple[str, str] | None = None
    for label, value in facts:
        if len(value) > half - 11:
            rows += [_fact(*waiting, half)] if waiting else []
            rows += labelled(label, value, width)
            waiting = None
        elif waiting is None:
            waiting = (label, value)
        else:
            rows.append((*_fact(*waiting, half), Span("  "), *_fact(label, value, half)))
            waiting = None
    return [*rows, _fact(*waiting, half)] if waiting else rows


def _fact(label: str, value: str, width: int) -> Line:
    return Span(fit(label, 11), "muted"), Span(fit(value, width - 11))


def labelled(label: str, text: str, width: int) -> list[Line]:
    """A label with a text of as many rows as it takes."""
    pieces = wrap(text, width - 11) or [""]
    return [
        (Span(fit(label if place == 0 else "", 11), "muted"), Span(piece))
        for place, piece in enumerate(pieces)
    ]  # fmt: skip
