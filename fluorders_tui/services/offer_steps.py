"""The steps an offer goes through: confirmed, withdrawn, lost, reopened, extended, expired, a new version (D-13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from fluorders_tui.data.numberings import TakenNumber
from fluorders_tui.data.offer_rows import expired_ids, load_offers, lock_offers, offer_rows_of
from fluorders_tui.data.offer_writing import OfferEvent, OfferMove, insert_offer, move_offers, offer_story
from fluorders_tui.data.store import IntegrityError, Session
from fluorders_tui.data.terms import lost_reasons
from fluorders_tui.domain import offers as rules
from fluorders_tui.domain.errors import Conflict
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.offers import Offer, OfferStatus
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.offers import checked_offer, held_offer, offer_links, offer_writing, open_offer_row
from fluorders_tui.services.saved_offer import SavedOffer

_Step = Callable[[Session, Offer], Offer]


def confirm(desk: Desk, offer_id: int, on: dt.date | None = None, *, version: int | None = None) -> SavedOffer:
    """The customer confirmed the offer, today if not said (D-13.3). Raises `Refused` by date, validity or status."""
    return _take(desk, offer_id, version, "confirmed", lambda _, one: rules.confirm_offer(one, on or desk.today()))


def withdraw_confirmation(desk: Desk, offer_id: int, comment: str = "", *, version: int | None = None) -> SavedOffer:
    """Take the confirmation back, to change the offer. Raises `Refused` once anything was converted."""
    return _take(
        desk, offer_id, version, "confirmation withdrawn", lambda _, one: rules.withdraw_confirmation(one), comment
    )


def lose(
    desk: Desk, offer_id: int, reason: str, on: dt.date | None = None, *, version: int | None = None
) -> SavedOffer:
    """The offer, or what is left of it, is lost, today if not said (D-13.1). Raises `Invalid` without a reason.

    A reason that begins with a code of the table says what the table says (P-104).
    """
    why = reason_in_words(desk, reason)
    return _take(desk, offer_id, version, "lost", lambda _, one: rules.lose_offer(one, on or desk.today(), why))


def reasons_for_losing(desk: Desk) -> dict[str, str]:
    """Why offers are lost, by code (P-104)."""
    with desk.store.read() as connection:
        return lost_reasons(connection)


def reason_in_words(desk: Desk, reason: str) -> str:
    """`price they said` as `Price too high: they said`; other words stay as they are."""
    code, _, more = reason.strip().partition(" ")
    name = {one.casefold(): name for one, name in reasons_for_losing(desk).items()}.get(code.casefold(), "")
    if not name:
        return reason
    return f"{name}: {more.strip()}" if more.strip() else name


def reopen(desk: Desk, offer_id: int, comment: str = "", *, version: int | None = None) -> SavedOffer:
    """Take a lost offer up again as what it was. Raises `Refused` for any other."""

    def step(session: Session, offer: Offer) -> Offer:
        links = offer_links(session.connection(), [offer_id])
        converted = sum((link.quantity for link in links if link.source.line), ZERO) > ZERO
        return rules.reopen_offer(offer, partly_converted=converted)

    return _take(desk, offer_id, version, "reopened", step, comment)


def extend_validity(desk: Desk, offer_id: int, until: dt.date, *, version: int | None = None) -> SavedOffer:
    """Let the offer be valid until another day; one that had expired is open again (D-13.1)."""
    return _take(desk, offer_id, version, "extended", lambda _, one: rules.extend_validity(one, until))


def expire_due(desk: Desk) -> int:
    """Mark every entered offer whose validity has ended; how many there were. Doing it twice changes nothing.

    Whoever may not work on offers marks none. Where there is nothing to mark nobody is waited for (P-108).
    """
    if not desk.may(Permission.OFFERS):
        return 0
    with desk.store.read() as connection:
        if not expired_ids(connection, desk.today()):
            return 0
    with desk.store.write() as session:
        connection = session.connection()
        ids = expired_ids(connection, desk.today())
        lock_offers(connection, ids)
        moves = [
            OfferMove(after, OfferEvent("expired", stored.offer.terms.status.value))
            for stored in load_offers(connection, ids).values()
            if (after := rules.expire_offer(stored.offer, desk.today())) is not stored.offer
        ]
        move_offers(session, moves, desk.now(), desk.user)
    return len(moves)


def new_version(desk: Desk, offer_id: int, *, version: int | None = None) -> SavedOffer:
    """A copy with version + 1 to be changed and confirmed; the old one is read-only from now on (D-13.2).

    Raises `Refused` for an old version and one of which anything was converted, `Conflict` when another desk
    made the version in the same moment.
    """
    check_permission(desk, Permission.OFFERS)
    try:
        with desk.store.write() as session:
            connection = session.connection()
            before = held_offer(session, offer_id, version).offer
            old, copy = rules.new_version(before, desk.today())
            new = rules.enter_offer(copy)
            totals = checked_offer(desk, new)
            row = next(row for row in offer_rows_of(connection, before.draft.number) if row.id == offer_id)
            event = OfferEvent("superseded", before.terms.status.value, after={"version": new.terms.version})
            move_offers(session, [OfferMove(old, event, newest=False)], desk.now(), desk.user)
            made = insert_offer(
                session,
                new,
                totals,
                TakenNumber(row.numbering_id, row.period, row.sequence, before.draft.number),
                offer_writing(desk, session, new, entering=False),
                OfferEvent("entered", OfferStatus.DRAFT.value, after=offer_story(new, totals)),
            )
    except IntegrityError as error:
        raise Conflict("Somebody else made this version already.", rule="D-13.2", field="version") from error
    return open_offer_row(desk, made)


def _take(desk: Desk, offer_id: int, version: int | None, event: str, step: _Step, comment: str = "") -> SavedOffer:
    check_permission(desk, Permission.OFFERS)
    with desk.store.write() as session:
        before = held_offer(session, offer_id, version).offer
        after = step(session, before)
        told = {name: (_value(before, name), _value(after, name)) for name in _TOLD}
        changed = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
        what = OfferEvent(
            event,
            before.terms.status.value,
            comment or (after.terms.reason if event == "lost" else ""),
            {name: old for name, (old, _) in changed.items()},
            {name: new for name, (_, new) in changed.items()},
        )
        move_offers(session, [OfferMove(after, what)], desk.now(), desk.user)
    return open_offer_row(desk, offer_id)


_TOLD = ("valid_until", "confirmed_on", "closed_on")


def _value(offer: Offer, name: str) -> str | None:
    value: dt.date | None = getattr(offer.terms, name)
    return None if value is None else str(value)
