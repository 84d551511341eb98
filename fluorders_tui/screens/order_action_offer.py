"""Actions on an offer: its steps, its versions, copies of it; and an order reversed into one (D-12.8, D-13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from fluorders_tui.domain import offers as rules
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.links import DocumentKind
from fluorders_tui.domain.offers import Offer
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.domain.shorthand import parse_date
from fluorders_tui.screens.offer_kind import OFFER, offer_of, typed_offer
from fluorders_tui.screens.order_action_plan import Plan, Planning, counted
from fluorders_tui.screens.order_action_text import read_duplicate
from fluorders_tui.screens.order_kind import Typed
from fluorders_tui.screens.order_showing import PROSPECT_MARK
from fluorders_tui.services import offer_steps as steps
from fluorders_tui.services.offer_drafts import Prospect, duplicate, order_into_offer
from fluorders_tui.services.offers import open_offer

__all__ = ["FROM_ORDER_ACTIONS", "OFFER_ACTIONS"]


def _stored(planning: Planning) -> Offer:
    """The offer as it is stored. Raises `Refused` where it is not stored, or not as it stands."""
    session = planning.session
    if not session.draft.number:
        raise Refused("This offer is not entered yet.", field="item", rule="D-12.3", hint="F10 enters it.")
    if session.dirty:
        raise Refused("This offer was changed and not saved.", field="item", rule="D-12.3", hint="F10 saves it.")
    return offer_of(session.typed)


def _day(planning: Planning) -> dt.date:
    """The day typed, today without one. Raises `Invalid`."""
    if not planning.words:
        return planning.today
    return parse_date(planning.words, planning.today, day_first=planning.form.day_first)


def _facts(planning: Planning, offer: Offer) -> list[str]:
    draft = offer.draft
    total = f"{planning.amount(planning.session.totals.total)} {draft.currency.code}"
    valid = f", valid until {planning.day(offer.terms.valid_until)}" if offer.terms.valid_until else ""
    return [f"{draft.name}, {counted(len(draft.lines), 'line')}, {total}{valid}"]


def _confirm(planning: Planning) -> Plan:
    """The day can be another one than today (D-13.3)."""
    offer, day, desk = _stored(planning), _day(planning), planning.session.desk
    rules.confirm_offer(offer, day)
    draft = offer.draft
    return Plan(
        draft,
        f"Offer {draft.number} is confirmed. F9 makes orders of it.",
        f"Offer {draft.number} is confirmed by the customer",
        (
            *_facts(planning, offer),
            f"Confirmed on {planning.day(day)}; /confirm and a date says another day.",
            "From then on it can't be changed, as long as the confirmation is not taken back.",
        ),
        write=lambda: typed_offer(steps.confirm(desk, draft.id, day, version=draft.version)),
    )


def _withdraw(planning: Planning) -> Plan:
    offer, desk, words = _stored(planning), planning.session.desk, planning.words
    rules.withdraw_confirmation(offer)
    draft = offer.draft
    return Plan(
        draft,
        f"The confirmation of offer {draft.number} is taken back: it can be changed again.",
        write=lambda: typed_offer(steps.withdraw_confirmation(desk, draft.id, words, version=draft.version)),
    )


def _lose(planning: Planning) -> Plan:
    """A code of the table says what the table says; other words stand as they are (P-104)."""
    offer, desk = _stored(planning), planning.session.desk
    reason = steps.reason_in_words(desk, planning.words)
    rules.lose_offer(offer, planning.today, reason)
    draft = offer.draft
    left = ["What was converted of it stays."] if offer.terms.status is rules.OfferStatus.PARTLY else []
    return Plan(
        draft,
        f"Offer {draft.number} is lost: {reason}. /reopen takes it up again.",
        f"Offer {draft.number} is lost",
        (*_facts(planning, offer), f"Reason: {reason}", *left),
        write=lambda: typed_offer(steps.lose(desk, draft.id, planning.words, version=draft.version)),
    )


def _reopen(planning: Planning) -> Plan:
    offer, desk, words = _stored(planning), planning.session.desk, planning.words
    rules.reopen_offer(offer)
    draft = offer.draft
    return Plan(
        draft,
        f"Offer {draft.number} is taken up again.",
        write=lambda: typed_offer(steps.reopen(desk, draft.id, words, version=draft.version)),
    )


def _extend(planning: Planning) -> Plan:
    offer, desk = _stored(planning), planning.session.desk
    if not planning.words:
        raise Invalid("Say until when, as in /extend +30.", field="item", rule="D-13.1")
    until = _day(planning)
    rules.extend_validity(offer, until)
    draft = offer.draft
    return Plan(
        draft,
        f"Offer {draft.number} is valid until {planning.day(until)}.",
        write=lambda: typed_offer(steps.extend_validity(desk, draft.id, until, version=draft.version)),
    )


def _version(planning: Planning) -> Plan:
    offer, desk = _stored(planning), planning.session.desk
    _, new = rules.new_version(offer, planning.today)
    draft, number, until = offer.draft, new.terms.version, planning.day(new.terms.valid_until)
    return Plan(
        draft,
        f"Version {number} of offer {draft.number}, to be changed and confirmed. /versions shows all.",
        f"Version {number} of offer {draft.number}",
        (
            *_facts(planning, offer),
            f"It has the same lines and prices, today's date, and is valid until {until}.",
            f"Version {offer.terms.version} can only be read from then on.",
        ),
        write=lambda: typed_offer(steps.new_version(desk, draft.id, version=draft.version)),
    )


def _versions(planning: Planning) -> Plan:
    draft = _numbered(planning)
    return Plan(draft, "", opens=("offer_versions", {"number": draft.number}))


def _convert(planning: Planning) -> Plan:
    draft = _stored(planning).draft
    return Plan(draft, "", opens=("convert_offers", {"numbers": (draft.number,)}))


def _story(planning: Planning) -> Plan:
    draft = _numbered(planning)
    return Plan(draft, "", opens=("order_status", {"kind": DocumentKind.OFFER, "row": draft.id}))


def _numbered(planning: Planning) -> OrderDraft:
    draft = planning.draft
    if not draft.number:
        raise Refused("This offer is not entered yet.", field="item", rule="D-13.2", hint="F10 enters it.")
    return draft


def _duplicate(planning: Planning) -> Plan:
    """The offer on the screen, or another one, as a new one of today; for another customer or prospect too (D-12.8)."""
    session, desk = planning.session, planning.session.desk
    if session.dirty:
        raise Refused("This offer is not saved yet.", field="item", rule="D-12.8",
                      hint="F10 saves it, Ctrl+K puts it on hold.")  # fmt: skip
    number, who, reprice = read_duplicate(planning.words)
    source = open_offer(desk, number).offer if number else _stored(planning)
    prospect = Prospect(who.removeprefix(PROSPECT_MARK).strip()) if who.startswith(PROSPECT_MARK) else None
    customer = "" if prospect is not None else who
    made = duplicate(desk, source, customer=customer, prospect=prospect, reprice=reprice)
    offer = made.offer
    conditions = OFFER.conditions(desk, Typed(offer.draft, offer.terms))
    cards = session.read_cards([line.item for line in offer.draft.lines], conditions)
    how = "prices looked up again" if reprice else "prices kept"
    draft, total, until = offer.draft, session.totals_of(offer.draft).total, planning.day(offer.terms.valid_until)
    told = [f"! Line {one.line}: {one.text}" if one.line else f"! {one.text}" for one in made.notices]
    return Plan(
        draft,
        f"A new offer like {source.draft.number}, {how}. F10 enters it, Ctrl+Z takes it back.",
        f"A new offer like {source.draft.number}",
        (
            f"{draft.name}, {counted(len(draft.lines), 'line')}, {how}",
            f"Total {planning.amount(total)} {draft.currency.code}, valid until {until}",
            "Without number and delivery dates, unconfirmed.",
            "",
            "With reprice the prices are looked up again." if not reprice else "Without reprice the prices stay.",
            *told,
        ),
        warn=bool(made.notices),
        cursor=len(draft.lines) - 1,
        cards=cards,
        conditions=conditions,
        terms=offer.terms,
    )


def _into_offer(planning: Planning) -> Plan:
    """An offer with the lines of this order, at its prices; the order stays as it is (D-12.8)."""
    planning.need_customer()
    draft = planning.draft
    if not draft.lines:
        raise Refused("There is no line yet.", field="item", rule="D-12.8")
    made = order_into_offer(planning.session.desk, draft, planning.words.upper())
    return Plan(draft, "", opens=("offer_entry", {"copied": Typed(made.draft, made.terms)}))


OFFER_ACTIONS: dict[str, Callable[[Planning], Plan]] = {
    "confirm": _confirm,
    "withdraw": _withdraw,
    "lose": _lose,
    "reopen": _reopen,
    "extend": _extend,
    "version": _version,
    "versions": _versions,
    "convert": _convert,
    "story": _story,
    "duplicate": _duplicate,
}

FROM_ORDER_ACTIONS: dict[str, Callable[[Planning], Plan]] = {"offer": _into_offer}
