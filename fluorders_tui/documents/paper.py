"""What stands on a printed paper, as plain texts in the reader's language: one shape for every kind of document.

Templates, the preview in the terminal and tests all read the same `Paper`. Every number and date in it is already
written by the reader's locale, so that a template only places texts and can compute nothing wrong.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from fluorders_tui.documents.paper_words import word
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.locales import LocaleForm, format_date, format_decimal, locale_form
from fluorders_tui.domain.order import Address, LineType, OrderDraft, OrderLine
from fluorders_tui.domain.payment_terms import DueDate
from fluorders_tui.domain.totals import Totals

__all__ = ["Column", "Letterhead", "Paper", "PaperLine", "Table", "offer_paper", "order_paper", "paper_json"]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who sends it. `details` are lines such as phone and VAT number, `footer` free text at the foot of each page."""

    name: str
    address: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    footer: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the lines: its title, and whether its texts stand at the right."""

    key: str
    title: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line: a text for each column, and what stands below it over the whole width."""

    cells: tuple[str, ...]
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A small table beside the totals: VAT by code, due dates."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `facts` and `totals` are pairs of label and text; the last total is the one that counts."""

    kind: str
    language: str
    title: str
    number: str
    size: str
    sender: Letterhead
    address: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    lines: tuple[PaperLine, ...]
    totals: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    page_word: str
    of_word: str
    continued: str
    copy: str = ""


def paper_json(paper: Paper) -> str:
    """The paper as JSON, for a template."""
    return json.dumps(asdict(paper), ensure_ascii=False, separators=(",", ":"))


def order_paper(
    draft: OrderDraft, totals: Totals, due_dates: Sequence[DueDate], sender: Letterhead, *, copy: bool = False,
    language: str = "", size: str = "a4",
) -> Paper:  # fmt: skip
    """The confirmation of an order in the customer's language, or in `language`."""
    return _sales_paper("order", draft, totals, due_dates, sender, copy, language, size, ())


def offer_paper(
    draft: OrderDraft, totals: Totals, sender: Letterhead, facts: Sequence[tuple[str, str]], *, copy: bool = False,
    language: str = "", size: str = "a4",
) -> Paper:  # fmt: skip
    """An offer; `facts` are those that only an offer has, by the keys of `paper_words`."""
    return _sales_paper("offer", draft, totals, (), sender, copy, language, size, facts)


def _sales_paper(
    kind: str, draft: OrderDraft, totals: Totals, due_dates: Sequence[DueDate], sender: Letterhead, copy: bool,
    language: str, size: str, more: Sequence[tuple[str, str]],
) -> Paper:  # fmt: skip
    reads = language or draft.language or "en"
    form = locale_form(reads)
    say = _Saying(reads, form, draft.currency.decimals)
    columns = tuple(
        Column(key, word(key, reads), right)
        for key, right in (
            ("position", True), ("item", False), ("description", False), ("quantity", True), ("unit", False),
            ("price", True), ("discounts", True), ("net", True), ("vat", True),
        )
    )  # fmt: skip
    return Paper(
        kind=kind,
        language=reads,
        title=word(kind, reads),
        number=draft.number,
        size=size,
        sender=sender,
        address=_address_lines(draft.address, draft.name),
        facts=tuple(_facts(draft, say, more)),
        columns=columns,
        lines=tuple(_line(number, line, draft, say) for number, line in enumerate(draft.lines, 1)),
        totals=tuple(_totals(draft, totals, say)),
        tables=tuple(_tables(draft, totals, due_dates, say)),
        notes=tuple(text for text in (word("vat_included", reads) if draft.vat_included else "", draft.note) if text),
        page_word=word("page", reads),
        of_word=word("of", reads),
        continued=word("continued", reads),
        copy=word("copy", reads) if copy else "",
    )


@dataclass(frozen=True, slots=True)
class _Saying:
    """How one paper says things."""

    language: str
    form: LocaleForm
    decimals: int

    def label(self, key: str) -> str:
        return word(key, self.language)

    def money(self, value: Decimal) -> str:
        return format_decimal(value, self.form, self.decimals)

    def price(self, value: Decimal) -> str:
        exponent = value.normalize().as_tuple().exponent
        return format_decimal(value, self.form, max(2, -exponent if isinstance(exponent, int) else 0))


def _address_lines(address: Address, name: str) -> tuple[str, ...]:
    town = " ".join(part for part in (address.postcode, address.city) if part)
    return tuple(part for part in (address.name or name, address.street, town, address.region, address.country) if part)


def _facts(draft: OrderDraft, say: _Saying, more: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    ship_to = draft.destination.one_line()
    same = _address_lines(draft.destination, draft.name) == _address_lines(draft.address, draft.name)
    payments = ", ".join(dict.fromkeys(one.term.name or one.term.code or one.payment_type for one in draft.payments))
    found = [
        ("number", draft.number),
        ("date", format_date(draft.date, say.form)),
        ("revision", str(draft.revision) if draft.revision else ""),
        *more,
        ("customer", draft.customer),
        ("vat_number", draft.vat_number),
        ("reference", draft.reference),
        ("delivery", format_date(draft.delivery_date, say.form) if draft.delivery_date else ""),
        ("ship_to", "" if same else ship_to),
        ("payment", payments),
        ("carrier", draft.carrier),
        ("delivery_terms", " ".join(part for part in (draft.delivery_terms, draft.delivery_place) if part)),
        ("currency", draft.currency.code),
    ]
    return [(say.label(key), text) for key, text in found if text]


def _line(number: int, line: OrderLine, draft: OrderDraft, say: _Saying) -> PaperLine:
    if line.line_type is LineType.NOTE:
        return PaperLine(("", "", line.description, "", "", "", "", "", ""))
    below = [line.note] if line.note else []
    if line.delivery_date and line.delivery_date != draft.delivery_date:
        below.append(f"{say.label('delivery')}: {format_date(line.delivery_date, say.form)}")
    if line.line_type is LineType.GIVE_AWAY:
        below.append(say.label("free"))
    cells = (
        str(number),
        line.item,
        line.description,
        format_decimal(line.quantity, say.form),
        line.uom.code,
        say.price(line.price),
        format_discounts(line.discounts),
        say.money(line.net),
        line.vat.code if line.vat else "",
    )
    return PaperLine(cells, tuple(below))


def _totals(draft: OrderDraft, totals: Totals, say: _Saying) -> list[tuple[str, str]]:
    rows = [
        ("items_net", totals.items_net),
        ("final_discounts", -totals.final_discounts),
        ("charges", totals.charges + totals.expenses_total),
    ]
    shown = [(say.label(key), say.money(value)) for key, value in rows if value]
    shown += [(say.label("taxable"), say.money(totals.taxable)), (say.label("tax"), say.money(totals.vat))]
    shown.append((f"{say.label('total')} {draft.currency.code}", say.money(totals.total)))
    if totals.deposit:
        shown += [
            (say.label("deposit"), say.money(-totals.deposit)),
            (f"{say.label('balance')} {draft.currency.code}", say.money(totals.balance_due)),
        ]
    return shown


def _tables(draft: OrderDraft, totals: Totals, due_dates: Sequence[DueDate], say: _Saying) -> list[Table]:
    found: list[Table] = []
    if totals.vat_summary:
        by_code = (
            Column("vat", say.label("vat")),
            Column("taxable", say.label("taxable"), True),
            Column("tax", say.label("tax"), True),
        )
        sums = tuple(
            (row.vat.description or row.vat.code, say.money(row.taxable), say.money(row.tax))
            for row in totals.vat_summary
        )
        found.append(Table(say.label("vat"), by_code, sums))
    if due_dates:
        by_date = (Column("due", say.label("due")), Column("amount", say.label("amount"), True))
        dates = tuple((format_date(due.date, say.form), say.money(due.amount)) for due in due_dates)
        found.append(Table(say.label("due_dates"), by_date, dates))
    return found
