"""What re-pricing many orders needs of the registries, read once per customer and item (D-4.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from fluorders_tui.data.condition_rows import load_conditions
from fluorders_tui.data.item_rows import load_item_cards
from fluorders_tui.data.price_list_rows import lists_of_type
from fluorders_tui.data.store import Connection
from fluorders_tui.data.terms import discount_types
from fluorders_tui.domain.conditions import CustomerConditions, DiscountType, ItemCard
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.services.desk import Desk

#: Codes in one statement.
_BATCH = 500


class PricingSources:
    """Conditions and item cards while many orders are priced again, one customer's orders after another's.

    It keeps what belongs to the last customer, so its size follows one customer's items. Everything is as of the
    time it was made for: a registry that changes meanwhile counts from the next use on.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._conditions: CustomerConditions | None = None
        self._known_for = ("", dt.date.min, "")
        self._cards: dict[str, ItemCard] = {}
        self._asked: set[str] = set()
        self._types: tuple[DiscountType, ...] | None = None

    def conditions(
        self, connection: Connection, customer: str, date: dt.date | None = None, price_list: str = ""
    ) -> CustomerConditions:
        """What a customer, active or not, brings on `date` (today when None); agents depend on the date, lists don't.

        With `price_list` its dated lists are known too, assigned or not. Raises `Invalid` for an unknown code.
        """
        wanted = (customer, date or self._desk.today(), price_list)
        if self._conditions is not None and self._known_for == wanted:
            return self._conditions
        company = self._desk.company
        found = load_conditions(
            connection,
            customer,
            wanted[1],
            company_currency=company.currency,
            search_all_lists=company.search_all_lists,
        )
        if found is None:
            raise Invalid(f"There is no customer {customer!r}.", field="customer", rule="D-3.1")
        if price_list:
            known = {version.id for version in found.versions}
            others = (head.dated for head in lists_of_type(connection, price_list) if head.id not in known)
            found = replace(
                found, versions=(*found.versions, *(one for one in others if one.customer in ("", customer)))
            )
        if (self._known_for[0], self._known_for[2]) != (customer, price_list):
            self._cards, self._asked = {}, set()
        self._conditions, self._known_for = found, wanted
        return found

    def cards(
        self, connection: Connection, conditions: CustomerConditions, codes: Iterable[str]
    ) -> dict[str, ItemCard]:
        """The cards of these items under `conditions`, the last that were asked for; unknown codes are left out."""
        missing = [code for code in dict.fromkeys(codes) if code and code not in self._asked]
        for start in range(0, len(missing), _BATCH):
            part = missing[start : start + _BATCH]
            usual = self._desk.company.vat_code
            self._cards |= load_item_cards(connection, part, conditions, usual_vat=usual, only_pricing=True)
        self._asked.update(missing)
        return self._cards

    def discount_types(self, connection: Connection) -> tuple[DiscountType, ...]:
        """The discount types by priority (D-5.2)."""
        if self._types is None:
            self._types = discount_types(connection)
        return self._types
