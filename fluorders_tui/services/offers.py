"""Entering, opening and changing offers: one transaction each (D-13.1, D-9.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from fluorders_tui.data.journal_reading import entries_of
from fluorders_tui.data.link_rows import links_of_documents
from fluorders_tui.data.linked_documents import linked_lines
from fluorders_tui.data.numberings import load_numbering, provisional_number, take_number
from fluorders_tui.data.offer_rows import StoredOffer, load_offer, lock_offers, offer_of_entry, offer_rows_of
from fluorders_tui.data.offer_writing import KIND, OfferEvent, OfferWriting, insert_offer, offer_story, update_offer
from fluorders_tui.data.order_story import story_entries
from fluorders_tui.data.store import Connection, IntegrityError, Session
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.links import DocumentKind, LineRef, Link, LinkKind
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.numbering import same_series
from fluorders_tui.domain.offer_changes import OfferChange, offer_changes
from fluorders_tui.domain.offers import Offer, OfferStatus, check_editable, check_terms, expire_offer
from fluorders_tui.domain.offers import enter_offer as entered
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.readiness import draft_problems
from fluorders_tui.domain.story_words import StoryEntry
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.order_changes import changes
from fluorders_tui.services.orders import customer_id_of, item_ids_of
from fluorders_tui.services.saved_offer import SavedOffer, completed_offer
from fluorders_tui.services.tax_numbers import wrong_tax_code, wrong_vat_number

__all__ = [
    "OfferVersion",
    "SavedOffer",
    "change_offer",
    "enter_offer",
    "enter_offers",
    "last_offer_change",
    "next_offer_number",
    "offer_story_of",
    "open_offer",
    "open_offer_row",
    "versions",
]

_TERMS = ("valid_until", "expected_delivery", "probability", "project", "prospect")
_PROSPECT = ("name", "address", "vat_number", "tax_code", "email")


@dataclass(frozen=True, slots=True)
class OfferVersion:
    """One version of an offer, and what it changed of the version before (D-13.2)."""

    saved: SavedOffer
    changes: tuple[OfferChange, ...]


class _NothingWritten(Exception):
    """Ends the transaction of a dry run without a trace."""


def enter_offer(desk: Desk, offer: Offer, entry_id: str = "") -> SavedOffer:
    """Enter one offer, for a customer or a prospect (D-13.1): number, rows, journal and counters in one transaction.

    Asked again under the same `entry_id`, it gives the offer that is there, with `again` set (P-143).
    Raises `Several` with everything that is wrong with it, `Refused` and `Unreachable`.
    """
    check_permission(desk, Permission.OFFERS)
    known = _entered_as(desk, entry_id)
    if known is not None:
        return replace(open_offer_row(desk, known), again=True)
    totals = checked_offer(desk, offer)
    try:
        with desk.store.write() as session:
            row = _enter(desk, session, offer, totals, entry_id)
    except IntegrityError as error:
        # What broke off before may have ended in between.
        known = _entered_as(desk, entry_id)
        if known is not None:
            return replace(open_offer_row(desk, known), again=True)
        raise _number_taken() from error
    return open_offer_row(desk, row)


def _entered_as(desk: Desk, entry_id: str) -> int | None:
    if not entry_id:
        return None
    with desk.store.read() as connection:
        return offer_of_entry(connection, entry_id)


def _number_taken() -> Refused:
    return Refused(
        "Another document got this number in the same moment.", rule="D-9.3b", field="number", hint="Save again."
    )


def enter_offers(desk: Desk, offers: Sequence[Offer], *, dry_run: bool = False) -> list[SavedOffer]:
    """Enter several offers, all or none. A dry run goes all the way and writes nothing: no number is taken."""
    checked = [
        (offer, checked_offer(desk, offer, f"[{place}]." if len(offers) > 1 else ""))
        for place, offer in enumerate(offers, 1)
    ]
    ids: list[int] = []
    check_permission(desk, Permission.OFFERS)
    try:
        with desk.store.write() as session:
            ids = [_enter(desk, session, offer, totals) for offer, totals in checked]
            if dry_run:
                raise _NothingWritten
    except _NothingWritten:
        return [completed_offer(desk, offer, totals=totals) for offer, totals in checked]
    except IntegrityError as error:
        raise _number_taken() from error
    return [open_offer_row(desk, row) for row in ids]


def checked_offer(desk: Desk, offer: Offer, place: str = "") -> Totals:
    """The totals of an offer in which nothing is wrong; raises what is, as `Several` where it is more than one."""
    totals = document_totals(offer.draft, company_decimals=desk.company.currency_decimals)
    problems = list(offer_problems(desk, offer, totals))
    if not problems:
        return totals
    if len(problems) == 1 and not place:
        raise problems[0]
    raise Several([type(one)(one.message, field=place + one.field, rule=one.rule, hint=one.hint) for one in problems])


def offer_problems(desk: Desk, offer: Offer, totals: Totals | None = None) -> Iterable[DeskError]:
    """Everything that must be put right before the offer is entered, in the order of the screen."""
    draft = offer.draft
    try:
        check_terms(offer)
    except Refused as error:
        yield error
    if offer.terms.prospect and not draft.name.strip():
        yield Refused("The prospect has no name.", field="name", rule="D-13.1", hint="Type it, or choose a customer.")
    if offer.terms.prospect and draft.customer:
        yield Refused(f"{draft.customer} is a customer, no prospect.", field="customer", rule="D-13.1")
    if offer.terms.prospect:
        yield from prospect_problems(desk, draft)
    for problem in draft_problems(draft, desk.checks, totals, document=KIND):
        # A prospect is known by name: only an order needs a customer.
        if not (offer.terms.prospect and problem.field == "customer"):
            yield problem


def prospect_problems(desk: Desk, draft: OrderDraft) -> Iterator[DeskError]:
    """A VAT number or tax code that their country does not have (D-2.1): the customer they become couldn't be saved."""
    country = draft.address.country or desk.company.country
    checks = (("vat_number", "VAT number", wrong_vat_number), ("tax_code", "tax code", wrong_tax_code))
    for name, said, check in checks:
        number = getattr(draft, name)
        if number and country and (reason := check(country, number)):
            yield Invalid(f"{number} is no {said} of {country}: {reason}.", field=name, rule="D-2.1")


def offer_writing(desk: Desk, session: Session, offer: Offer, *, entering: bool) -> OfferWriting:
    """Who writes an offer and the rows behind its codes. Raises as for an order."""
    customer_id = None
    if not offer.terms.prospect:
        customer_id = customer_id_of(session, offer.draft.customer, entering=entering)
    return OfferWriting(desk.now(), desk.user, customer_id, item_ids_of(session, offer.draft))


def _enter(desk: Desk, session: Session, offer: Offer, totals: Totals, entry_id: str = "") -> int:
    ready = entered(offer)
    writing = offer_writing(desk, session, ready, entering=True)
    draft, kind = ready.draft, ready.terms.type
    # The number comes last before writing: its counter stays locked until the transaction ends.
    taken = take_number(session, kind.numbering, draft.date, kind.code, desk.user, external=draft.external_number)
    event = OfferEvent("entered", OfferStatus.DRAFT.value, after=offer_story(ready, totals))
    return insert_offer(session, ready, totals, taken, writing, event, entry_id=entry_id)


def next_offer_number(desk: Desk, offer: Offer) -> str:
    """The number the offer would get now: provisional, not taken (D-9.3b)."""
    kind = offer.terms.type
    with desk.store.read() as connection:
        return provisional_number(connection, kind.numbering, offer.draft.date, kind.code, desk.user)


def find_offer(connection: Connection, number: str, version: int | None = None) -> int:
    """The row of the offer with `number`, of its newest version or of `version`. Raises `Invalid`."""
    rows = offer_rows_of(connection, number)
    if not rows:
        raise Invalid(f"There is no offer {number!r}.", field="number", rule="D-9.3")
    if len({(row.numbering_id, row.period, row.sequence) for row in rows}) > 1:
        raise Invalid(f"Several offers have the number {number!r}.", field="number", hint="Give the whole number.")
    found = rows[0] if version is None else next((row for row in rows if row.offer_version == version), None)
    if found is None:
        raise Invalid(f"Offer {rows[0].number} has no version {version}.", field="version", rule="D-13.2")
    row: int = found.id
    return row


def stored_offer(connection: Connection, offer_id: int) -> StoredOffer:
    """An offer by its row. Raises `Invalid` when it is not there any more."""
    found = load_offer(connection, offer_id)
    if found is None:
        raise Invalid("This offer is not there any more.", field="number")
    return found


def held_offer(session: Session, offer_id: int, version: int | None = None) -> StoredOffer:
    """An offer that nobody else changes until the transaction ends.

    Raises `Conflict` (D-12.7) when it is not at `version` any more, where that is given.
    """
    lock_offers(session.connection(), [offer_id])
    found = stored_offer(session.connection(), offer_id)
    if version is not None and found.offer.draft.version != version:
        raise Conflict("Somebody else changed this offer in the meantime.", rule="D-12.7", field="offer")
    return found


def offer_links(connection: Connection, offers: Iterable[int]) -> tuple[Link, ...]:
    """The links of offers to the orders made from them, those with their numbers."""
    links = [
        link
        for link in links_of_documents(connection, DocumentKind.OFFER, offers)
        if link.kind is LinkKind.OFFER_TO_ORDER
    ]
    headers = {LineRef(DocumentKind.ORDER, link.target.document) for link in links}
    numbers = {ref.document: linked.number for ref, linked in linked_lines(connection, headers).items()}
    return tuple(
        replace(link, target=replace(link.target, number=numbers.get(link.target.document, ""))) for link in links
    )


def open_offer(desk: Desk, number: str, version: int | None = None) -> SavedOffer:
    """A saved offer as it stands, its newest version or an old one to look at (D-13.2). Raises `Invalid`."""
    with desk.store.read() as connection:
        return _opened(desk, connection, find_offer(connection, number, version))


def open_offer_row(desk: Desk, offer_id: int) -> SavedOffer:
    """As `open_offer`, by row."""
    with desk.store.read() as connection:
        return _opened(desk, connection, offer_id)


def _opened(desk: Desk, connection: Connection, offer_id: int) -> SavedOffer:
    found = stored_offer(connection, offer_id)
    return completed_offer(desk, found.offer, offer_links(connection, [offer_id]), newest=found.newest)


def versions(desk: Desk, number: str) -> tuple[OfferVersion, ...]:
    """All versions of an offer, the first one first, each with what it changed (D-13.2). Raises `Invalid`."""
    with desk.store.read() as connection:
        newest = find_offer(connection, number)
        rows = offer_rows_of(connection, number)
        mine = next((row.numbering_id, row.period, row.sequence) for row in rows if row.id == newest)
        same = [row.id for row in rows if (row.numbering_id, row.period, row.sequence) == mine]
        saved = [_opened(desk, connection, row) for row in reversed(same)]
    found = [OfferVersion(saved[0], ())]
    for older, newer in pairwise(saved):
        found.append(OfferVersion(newer, offer_changes(older.offer, newer.offer)))
    return tuple(found)


def offer_story_of(desk: Desk, number: str) -> tuple[StoryEntry, ...]:
    """What happened to an offer in all its versions, oldest first, times in the company's zone (E-2.3)."""
    found = versions(desk, number)
    with desk.store.read() as connection:
        entries = [
            entry
            for one in found
            for entry in story_entries(connection, KIND, one.saved.draft.id, desk.local, document="offer")
        ]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def last_offer_change(desk: Desk, offer_id: int) -> tuple[str, dt.datetime]:
    """Who touched an offer last, and when (UTC)."""
    with desk.store.read() as connection:
        entry = entries_of(connection, KIND, offer_id, 1)[0]
    return entry.user, entry.at


def change_offer(desk: Desk, offer: Offer, comment: str = "") -> SavedOffer:
    """Save an offer that was opened and changed (D-12.7); confirmed ones and old versions are read-only (D-13.2).

    Raises `Conflict` when somebody saved it in between.
    """
    totals = checked_offer(desk, offer)
    check_permission(desk, Permission.OFFERS)
    with desk.store.write() as session:
        # One that nobody marked yet has expired all the same.
        before = expire_offer(held_offer(session, offer.draft.id, offer.draft.version).offer, desk.today())
        check_editable(before)
        _check_number_kept(session.connection(), before, offer)
        # Where the offer stands is decided by its own steps alone.
        kept = before.terms
        terms = replace(
            offer.terms,
            version=kept.version,
            status=kept.status,
            confirmed_on=kept.confirmed_on,
            closed_on=kept.closed_on,
            reason=kept.reason,
        )
        after = Offer(offer.draft, terms)
        writing = offer_writing(desk, session, after, entering=False)
        was, becomes = changed_fields(before, after)
        if was or becomes:
            event = OfferEvent("changed", kept.status.value, comment, was, becomes)
            update_offer(session, after, totals, writing, event)
    return open_offer_row(desk, offer.draft.id)


def _check_number_kept(connection: Connection, before: Offer, after: Offer) -> None:
    """A first version keeps its number only in its series; later ones bear that of the first, whatever their date."""
    old_type, new_type = before.terms.type, after.terms.type
    old_date = after.draft.date if before.terms.version > 1 else before.draft.date
    if (old_date, old_type.code) == (after.draft.date, new_type.code):
        return
    row = next(row for row in offer_rows_of(connection, before.draft.number) if row.id == before.draft.id)
    _, old = load_numbering(connection, old_type.numbering)
    _, new = load_numbering(connection, new_type.numbering)
    if not same_series(old, old_date, new, after.draft.date, row.sequence, old_type.code, new_type.code):
        raise Refused(
            f"With this date or type the offer could not keep its number {before.draft.number}.",
            rule="D-9.3b",
            field="date",
            hint="Duplicate it with the new date.",
        )


def changed_fields(before: Offer, after: Offer) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they become, for the journal and for conflicts (D-12.7)."""
    was, becomes = changes(before.draft, after.draft)
    for old, new, names in ((before.terms, after.terms, _TERMS), (before.draft, after.draft, _PROSPECT)):
        for name in names:
            one, other = getattr(old, name), getattr(new, name)
            if one != other:
                was[name], becomes[name] = _shown(one), _shown(other)
    if before.terms.type.code != after.terms.type.code:
        was["offer_type"], becomes["offer_type"] = before.terms.type.code, after.terms.type.code
    return was, becomes


def _shown(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | str) else str(getattr(value, "one_line", lambda: value)())
