"""One order on one page: facts, lines with what is still to come, totals, due dates, and what happened (U-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.lifecycle import LineProgress
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.order import Execution, LineStatus, LineType, OrderDraft, OrderStatus
from fluorders_tui.domain.order_listing import OPEN
from fluorders_tui.domain.payment_terms import DueDate
from fluorders_tui.domain.story_words import StoryEntry, moment
from fluorders_tui.domain.totals import Totals
from fluorders_tui.screens.status_words import LINE_STATUS, ORDER_STATUS
from fluorders_tui.screens.story_page import DocumentPage, Forms, figure, in_columns, labelled
from fluorders_tui.services.order_story import Story
from fluorders_tui.widgets.page import Line, Span, line
from fluorders_tui.widgets.plain_text import wrap
from fluorders_tui.widgets.table_layout import Column

__all__ = ["SalesPage", "StoryPage"]


class SalesPage(DocumentPage):
    """What orders and offers have in common: an order's draft, its totals and due dates."""

    def __init__(
        self,
        draft: OrderDraft,
        totals: Totals,
        due: Sequence[DueDate],
        entries: Sequence[StoryEntry],
        forms: Forms,
        *,
        margin: bool = False,
    ) -> None:
        super().__init__(entries, forms)
        self.draft = draft
        self.totals = totals
        self.due = due
        self.margin = margin

    def header(
        self, status: Sequence[Span], facts: Sequence[tuple[str, str]], warnings: Sequence[Notice], width: int
    ) -> list[Line]:
        """Status, whom it is for, the facts that say something, addresses, notes and warnings."""
        draft = self.draft
        place = ", ".join(part for part in (draft.address.city, draft.address.country) if part)
        who = " · ".join(part for part in (draft.name, draft.customer, place) if part)
        shared = [
            ("Payment", " + ".join(f"{one.payment_type} {one.term.code}".strip() for one in draft.payments)),
            ("Discounts", format_discounts(draft.discounts)),
            ("Agent", " ".join(one.name or one.agent for one in draft.agents)),
            (
                "Carrier",
                " · ".join(part for part in (draft.carrier, draft.delivery_terms, draft.delivery_place) if part),
            ),
        ]
        said = [one for one in (*facts, *shared) if one[1]]
        rows: list[Line] = [tuple(status), line(who, "strong"), *in_columns(said, width)]
        sent = draft.destination.one_line()
        if sent and draft.destination != draft.address:
            rows += labelled("Deliver to", sent, width)
        for label, text in (("Note", draft.note), ("Internal", draft.internal_note)):
            rows += labelled(label, text, width) if text else []
        for notice in warnings:
            where = f"line {notice.line}: " if notice.line else ""
            rows += [line(piece, "warning") for piece in wrap(f"! {where}{notice.text}", width)]
        return rows

    def money(self, width: int) -> list[Line]:
        """Gross to total, VAT by code, deposit, margin where it may be seen, and the due dates."""
        totals, currency = self.totals, self.draft.currency
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
            for one in self.due
        ]
        return [line("Totals", "title"), *rows, *([line(), line("Due", "title"), *due] if due else [])]

    def _figure(self, label: str, value: Decimal, width: int, look: str) -> Line:
        return figure(label, self.forms.amount(value, self.draft.currency.decimals), width, look)


class StoryPage(SalesPage):
    """Sets an order's story out for any width."""

    columns = (
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

    def __init__(self, story: Story, forms: Forms, *, margin: bool = False) -> None:
        order = story.order
        super().__init__(order.draft, order.totals, order.due_dates, story.entries, forms, margin=margin)
        self.story = story

    def facts(self, width: int) -> list[Line]:
        """Status, dates, reference, type."""
        order, forms = self.story.order, self.forms
        draft, look = order.draft, ORDER_STATUS[order.draft.status]
        status = [Span(f"{look.glyph} {draft.status.value}", look.look or "strong")]
        if order.execution is not Execution.NONE and order.execution.value != draft.status.value:
            status.append(Span(f" · {order.execution.value}"))
        if draft.revision:
            status.append(Span(f" · revision {draft.revision}"))
        late = self.days_late(draft.delivery_date, is_open=draft.status in OPEN)
        if late:
            status.append(Span(f" · ! {late}", "bad"))
        facts = [
            ("Date", forms.day(draft.date)),
            ("Delivery", forms.day(draft.delivery_date) or "as soon as ready"),
            ("Reference", draft.reference),
            ("Type", " · ".join(part for part in (draft.type.code, draft.type.name) if part)),
            ("Printed", moment(self.story.printed_at, forms.today) if self.story.printed_at else ""),
            ("Open now", ", ".join(f"{one.user} since {one.since:%H:%M}" for one in self.story.present)),
        ]
        told = order.warnings
        if self.story.resend_confirmation:
            told = (Notice("D-12.5", "The confirmation has to be sent to the customer again."), *told)
        return [*self.header(status, facts, told, width), *self._held(width)]

    def _held(self, width: int) -> list[Line]:
        """Why it goes no further, with amounts, and what can be done (D-11.2)."""
        rows = [line(piece, "bad") for one in self.story.held for piece in wrap(f"! {one.text} ({one.rule})", width)]
        if not rows:
            return []
        asked = next((one.asked_by for one in self.story.held if one.asked_by), "")
        how = f"{asked} asked for its release." if asked else "F9 asks for its release."
        return [*rows, line(how, "muted")]

    def line_cells(self) -> Iterable[tuple[int, Sequence[str], str]]:
        """Item, quantity, what was done and what is left, net, status."""
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
