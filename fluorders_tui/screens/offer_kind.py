"""Offers on the order screen: what they do in their own ways (D-13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fluorders_tui.domain.conditions import CustomerConditions
from fluorders_tui.domain.errors import DeskError, Refused
from fluorders_tui.domain.offers import OPEN_STATUSES, Offer, OfferStatus, OfferTerms
from fluorders_tui.domain.totals import Totals
from fluorders_tui.screens.order_action_text import ACTIONS, OF_OFFERS, Known
from fluorders_tui.screens.order_kind import Day, Entered, Kind, Typed
from fluorders_tui.services.conditions import customer_conditions
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_drafts import Prospect, new_offer, prospect_conditions
from fluorders_tui.services.offers import (
    change_offer,
    changed_fields,
    enter_offer,
    last_offer_change,
    next_offer_number,
    offer_problems,
    open_offer,
    open_offer_row,
)
from fluorders_tui.services.saved_offer import SavedOffer

if TYPE_CHECKING:
    from fluorders_tui.screens.order_action_plan import Plan, Planning

__all__ = ["OFFER", "OfferKind", "offer_of", "prospect_of", "terms_of", "typed_offer"]

_S = OfferStatus

#: Why an offer can only be read, and the way out.
_READ_ONLY: Mapping[OfferStatus, tuple[str, str]] = MappingProxyType({
    _S.CONFIRMED: ("is confirmed", "F9 converts, /withdraw opens it."),
    _S.PARTLY: ("was converted in part", "F9 converts the rest."),
    _S.CONVERTED: ("was converted", "/duplicate makes a new one."),
    _S.LOST: ("is lost", "/reopen takes it up again."),
    _S.EXPIRED: ("has expired", "/extend +30 opens it again."),
    _S.SUPERSEDED: ("has a newer version", "/versions shows them."),
})  # fmt: skip


def terms_of(typed: Typed) -> OfferTerms:
    """What an offer has beside its draft; `Refused` for a document that is no offer."""
    if typed.terms is None:
        raise Refused("This is no offer.", field="offer", rule="D-13.1")
    return typed.terms


def offer_of(typed: Typed) -> Offer:
    """The offer that stands on the screen."""
    return Offer(typed.draft, terms_of(typed))


def typed_offer(saved: SavedOffer) -> Typed:
    """A stored offer as it is shown: expired as soon as its validity has ended, marked or not (P-103)."""
    return Typed(saved.draft, replace(saved.offer.terms, status=saved.status))


def prospect_of(typed: Typed) -> Prospect:
    """Whom an offer is for that is no customer's yet."""
    draft = typed.draft
    return Prospect(
        draft.name,
        replace(draft.address, name=""),
        draft.vat_number,
        draft.tax_code,
        draft.email,
        draft.language,
        draft.customer_vat,
    )


class OfferKind:
    """Offers, for customers and prospects."""

    word = "offer"
    nobody = (
        "Type a code or part of the name. F4 lists customers, F6 adds a new one. "
        "+ and a name: a prospect, who is in no registry yet."
    )

    actions: Mapping[str, Known] = MappingProxyType({**OF_OFFERS, **ACTIONS})

    def planner(self, name: str) -> Callable[[Planning], Plan] | None:
        """Its steps, its versions and its copies."""
        from fluorders_tui.screens.order_action_offer import OFFER_ACTIONS

        return OFFER_ACTIONS.get(name)

    def title(self, typed: Typed, day: Day) -> str:
        """`Offer OF2026-00012 · version 2 · confirmed 24/11/2026`."""
        draft, terms = typed.draft, terms_of(typed)
        parts = [f"Offer {draft.number}"]
        if terms.version > 1 or terms.status is OfferStatus.SUPERSEDED:
            parts.append(f"version {terms.version}")
        dates = {
            OfferStatus.CONFIRMED: terms.confirmed_on,
            OfferStatus.LOST: terms.closed_on,
            OfferStatus.EXPIRED: terms.valid_until,
        }
        when = day(dates.get(terms.status))
        parts.append(f"{terms.status.value} {when}".rstrip() + (f": {terms.reason}" if terms.reason else ""))
        return " · ".join(parts)

    def status(self, typed: Typed) -> str:
        """`confirmed`."""
        return terms_of(typed).status.value

    def read_only(self, typed: Typed) -> str:
        """Old versions and what was decided can be read only (D-13.2)."""
        draft, status = typed.draft, terms_of(typed).status
        if not draft.number or status in OPEN_STATUSES:
            return ""
        why, way_out = _READ_ONLY[status]
        return f"Offer {draft.number} {why}: read-only. {way_out}"

    def start(self, desk: Desk) -> Typed:
        """An empty offer of the usual type, valid as long as the type says."""
        made = new_offer(desk)
        return Typed(made.draft, made.terms)

    def read(self, desk: Desk, number: str) -> Typed:
        """The newest version of the offer with this number. Raises `Invalid`."""
        return typed_offer(open_offer(desk, number))

    def read_row(self, desk: Desk, row: int) -> Typed:
        """The offer, of whichever version, in this row. Raises `Invalid`."""
        return typed_offer(open_offer_row(desk, row))

    def next_number(self, desk: Desk, typed: Typed) -> str:
        """Provisional (D-9.3b)."""
        return next_offer_number(desk, offer_of(typed))

    def conditions(self, desk: Desk, typed: Typed) -> CustomerConditions | None:
        """The customer's, or the little that a prospect brings. Raises `Invalid`, `Refused`."""
        draft = typed.draft
        if terms_of(typed).prospect:
            return prospect_conditions(desk, prospect_of(typed))
        return customer_conditions(desk, draft.customer, draft.date) if draft.customer else None

    def problems(self, desk: Desk, typed: Typed, totals: Totals) -> tuple[DeskError, ...]:
        """Everything that is wrong, in the order of the screen."""
        return tuple(offer_problems(desk, offer_of(typed), totals))

    def enter(self, desk: Desk, typed: Typed, entry: str) -> Entered:
        """Number, rows, journal in one transaction (D-9.3)."""
        saved = enter_offer(desk, offer_of(typed), entry)
        return Entered(typed_offer(saved), saved.again)

    def change(self, desk: Desk, typed: Typed) -> Typed:
        """Until it is confirmed (D-13.2)."""
        return typed_offer(change_offer(desk, offer_of(typed)))

    def changes(self, before: Typed, after: Typed) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header, lines, and what only an offer has."""
        return changed_fields(offer_of(before), offer_of(after))

    def last_change(self, desk: Desk, row: int) -> tuple[str, dt.datetime]:
        """From the offer's journal."""
        return last_offer_change(desk, row)


OFFER: Kind = OfferKind()
