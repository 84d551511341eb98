"""Papers of documents: shown as text, made as PDF, and the order's flag that it was printed (D-12.1, §17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fluorders_tui.data.context_rows import company_row
from fluorders_tui.documents.paper import Letterhead, Paper, offer_paper, order_paper
from fluorders_tui.documents.paper_text import paper_text
from fluorders_tui.documents.typesetting import typeset
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.locales import format_date, locale_form
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offers import open_offer
from fluorders_tui.services.order_life import check_printable, mark_printed
from fluorders_tui.services.orders import open_order

__all__ = ["KINDS", "Printed", "preview", "print_document"]


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed paper; `copy` where it had been printed before, `warnings` about the company's own templates."""

    number: str
    pdf: bytes
    copy: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """A document to print: how its paper is made (as a copy or not, in a language), whose it is, and how it is kept.

    `check` refuses what can't be printed now, and says whether it was printed before; `mark` keeps that it was and
    says whether it was the first time.
    """

    number: str
    customer: str
    paper: Callable[[bool, str], Paper]
    check: Callable[[], bool] = lambda: False
    mark: Callable[[], bool] = lambda: True


def preview(desk: Desk, kind: str, number: str, *, language: str = "", width: int = 80) -> list[str]:
    """The paper as text, nothing marked. Raises `Invalid` for a kind or number that is not there."""
    source = _source(desk, kind, number)
    return paper_text(source.paper(False, language), width)


def print_document(desk: Desk, kind: str, number: str, *, templates: Path | None = None, language: str = "") -> Printed:
    """Make the PDF; an order is marked as printed the first time, and every later paper is a copy (D-12.1).

    Raises `Invalid` for a kind or number that is not there, `Refused` for an order that may not be printed now.
    """
    source = _source(desk, kind, number)
    copy = source.check()
    made = typeset(source.paper(copy, language), desk.now(), own=templates, customer=source.customer)
    first = source.mark()
    if not first and not copy:
        # Another desk printed it while this one set the page: this is the copy.
        copy = True
        made = typeset(source.paper(copy, language), desk.now(), own=templates, customer=source.customer)
    return Printed(source.number, made.pdf, copy, made.warnings)


def _source(desk: Desk, kind: str, number: str) -> _Source:
    found = KINDS.get(kind)
    if found is None:
        raise Invalid(f"There is no paper “{kind}”.", field="kind", hint=f"There are {', '.join(KINDS)}.")
    return found(desk, number)


def _order(desk: Desk, number: str) -> _Source:
    saved = open_order(desk, number)
    draft = saved.draft
    sender, size = _letterhead(desk)
    return _Source(
        draft.number,
        draft.customer,
        lambda copy, language: order_paper(
            draft, saved.totals, saved.due_dates, sender, copy=copy, language=language, size=size
        ),
        lambda: check_printable(desk, draft.id),
        lambda: mark_printed(desk, draft.id),
    )


def _offer(desk: Desk, number: str) -> _Source:
    saved = open_offer(desk, number)
    terms = saved.offer.terms
    sender, size = _letterhead(desk)

    def paper(copy: bool, language: str) -> Paper:
        form = locale_form(language or saved.draft.language or "en")
        facts = [
            ("version", str(terms.version) if terms.version > 1 else ""),
            ("valid_until", format_date(terms.valid_until, form) if terms.valid_until else ""),
        ]
        return offer_paper(saved.draft, saved.totals, sender, facts, copy=copy, language=language, size=size)

    return _Source(saved.number, saved.draft.customer, paper)


#: What can be printed, by the name that the shell takes.
KINDS: Mapping[str, Callable[[Desk, str], _Source]] = {"order": _order, "offer": _offer}


def _letterhead(desk: Desk) -> tuple[Letterhead, str]:
    with desk.store.read() as connection:
        row = company_row(connection)
    if row is None:
        return Letterhead(desk.company.name), "a4"
    town = " ".join(part for part in (row.postcode, row.city) if part)
    address = tuple(part for part in (row.street, town, row.region) if part)
    details = tuple(part for part in (row.phone, row.email, row.web, row.vat_number, row.bank) if part)
    return Letterhead(row.name, address, details, row.paper_footer, row.logo), row.paper_size
