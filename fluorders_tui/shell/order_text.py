"""An order on paper-wide lines, for people and screen readers: what `order new` and `order show` print as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from fluorders_tui.documents.table_writing import shown
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.money import fixed, plain
from fluorders_tui.domain.order import LineType, OrderLine

if TYPE_CHECKING:
    from fluorders_tui.domain.totals import Totals
    from fluorders_tui.services.saved_order import SavedOrder

_WIDTH = 80


def order_text(saved: SavedOrder, locks: Sequence[str] = ()) -> str:
    """The order with its lines, totals, due dates and warnings; `locks` are what holds it back (D-11.2)."""
    return "".join(f"{line}\n" for line in _text(saved, locks))


def _text(saved: SavedOrder, locks: Sequence[str]) -> Iterator[str]:
    draft, totals = saved.draft, saved.totals
    code, decimals = draft.currency.code, draft.currency.decimals
    yield f"Order {shown(draft.number) or '(no number yet)'}: {draft.status.value}"
    for reason in locks:
        yield from field_text("Held back" if draft.number else "Would wait", reason)
    yield from field_text("Customer", f"{draft.customer} {draft.name}")
    yield from field_text("Date", draft.date.isoformat())
    yield from field_text("Delivery", draft.delivery_date.isoformat() if draft.delivery_date else "")
    yield from field_text("Reference", draft.reference)
    yield from field_text("Ship to", draft.destination.one_line())
    for number, line in enumerate(draft.lines, 1):
        yield from wrapped(line_text(line, decimals), f"{number:>4} ", " " * 5)
    yield from totals_before_tax(totals, code)
    yield from field_text("Taxable", f"{totals.taxable:f} {code}")
    yield from field_text("VAT", f"{totals.vat:f} {code}")
    yield from field_text("Total", f"{totals.total:f} {code}")
    for due in saved.due_dates:
        yield from field_text("Due", f"{due.date.isoformat()} {due.amount:f} {code} {due.payment_type}".rstrip())
    for notice in saved.warnings:
        where = f"line {notice.line}: " if notice.line else ""
        yield from field_text("Warning", f"{where}{notice.text}")


def totals_before_tax(totals: Totals, currency: str) -> Iterator[str]:
    """What makes the taxable amount of a document differ from the sum of its lines (D-7)."""
    for label, amount in (("Final disc.", -totals.final_discounts), ("Expenses", totals.expenses_total)):
        if amount:
            yield from field_text(label, f"{amount:f} {currency}")


def line_text(line: OrderLine, decimals: int) -> str:
    """One line: quantity, what, price, discounts and net."""
    what = " ".join(part for part in (line.item, line.description) if part)
    if line.line_type is LineType.NOTE:
        return what
    kind = f" ({line.line_type.value})" if line.line_type not in (LineType.CODED, LineType.UNCODED) else ""
    less = f" less {format_discounts(line.discounts)}" if line.discounts else ""
    if line.cancelled:
        kind += " (cancelled)"
    quantity = f"{plain(line.quantity)} {line.uom.code}".strip()
    return f"{quantity} {what}{kind} at {plain(line.price)}{less} = {fixed(line.net, decimals)}"


def field_text(label: str, value: str) -> Iterator[str]:
    """A label and its value, wrapped; nothing without a value."""
    if value:
        yield from wrapped(value, f"{label:<11}", " " * 11)


def wrapped(text: str, first: str, further: str) -> Iterator[str]:
    """A text without anything a terminal would obey, on lines of the paper's width."""
    lines = wrap(shown(text), _WIDTH - len(further), break_on_hyphens=False) or [""]
    yield first + lines[0]
    for line in lines[1:]:
        yield further + line
