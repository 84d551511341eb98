"""An offer on paper-wide lines, for people and screen readers, and as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.money import plain
from fluorders_tui.shell.order_text import field_text, line_text, totals_before_tax, wrapped

if TYPE_CHECKING:
    from fluorders_tui.services.saved_offer import SavedOffer

COLUMNS = (
    "number", "version", "status", "customer", "name", "date", "valid_until", "line", "line_type", "item",
    "description", "quantity", "uom", "price", "discounts", "net", "converted", "left", "total", "currency",
)  # fmt: skip


def offer_rows(saved: SavedOffer) -> Iterator[list[Any]]:
    """One row for each line."""
    draft, terms = saved.draft, saved.offer.terms
    rows = {row.position: row for row in saved.lines}
    for place, line in enumerate(draft.lines, 1):
        row = rows.get(place)
        yield [
            draft.number, terms.version, saved.status.value, draft.customer, draft.name, draft.date, terms.valid_until,
            place, line.line_type.value, line.item, line.description, line.quantity, line.uom.code, line.price,
            format_discounts(line.discounts), line.net, row.converted if row else None, row.left if row else None,
            saved.totals.total, draft.currency.code,
        ]  # fmt: skip


def offer_text(saved: SavedOffer) -> str:
    """The offer with its lines, totals and what became of it."""
    return "".join(f"{line}\n" for line in _text(saved))


def _text(saved: SavedOffer) -> Iterator[str]:
    draft, terms, totals = saved.draft, saved.offer.terms, saved.totals
    code, decimals = draft.currency.code, draft.currency.decimals
    older = "" if saved.newest else ", an old version"
    number = draft.number or "(no number yet)"
    yield from wrapped(f"Offer {number}, version {terms.version}: {saved.status.value}{older}", "", "")
    yield from field_text("Prospect" if terms.prospect else "Customer", f"{draft.customer} {draft.name}".strip())
    yield from field_text("Date", draft.date.isoformat())
    yield from field_text("Valid to", terms.valid_until.isoformat() if terms.valid_until else "")
    yield from field_text("Confirmed", terms.confirmed_on.isoformat() if terms.confirmed_on else "")
    yield from field_text("Lost", f"{terms.closed_on}: {terms.reason}" if terms.closed_on else "")
    yield from field_text("Expected", terms.expected_delivery.isoformat() if terms.expected_delivery else "")
    yield from field_text("Probable", "" if terms.probability is None else f"{plain(terms.probability)} %")
    yield from field_text("Project", terms.project)
    yield from field_text("Reference", draft.reference)
    rows = {row.position: row for row in saved.lines}
    for place, line in enumerate(draft.lines, 1):
        row = rows.get(place)
        told = ""
        if row is not None and row.converted:
            into = f" into {', '.join(row.orders)}" if row.orders else ""
            told = f"; {plain(row.converted)} converted{into}, {plain(row.left)} left"
        yield from wrapped(line_text(line, decimals) + told, f"{place:>4} ", " " * 5)
    yield from totals_before_tax(totals, code)
    yield from field_text("Taxable", f"{totals.taxable:f} {code}")
    yield from field_text("VAT", f"{totals.vat:f} {code}")
    yield from field_text("Total", f"{totals.total:f} {code}")
    for notice in saved.warnings:
        where = f"line {notice.line}: " if notice.line else ""
        yield from field_text("Warning", f"{where}{notice.text}")
