"""The fields of a supplier order's header: how each is read, applied to the draft and shown again (D-2.3, D-14.2).

Read in a thread, applied on the screen's own; the supplier is none of them, for choosing one changes everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.order import Address
from fluorders_tui.domain.purchasing import (
    change_purchase_currency,
    change_purchase_date,
    change_purchase_delivery,
)
from fluorders_tui.domain.supplier_orders import SupplierOrderDraft
from fluorders_tui.screens.supplier_session import SupplierSession
from fluorders_tui.services.conditions import customer_conditions, payment_term
from fluorders_tui.services.registries import find
from fluorders_tui.services.supplier_drafts import purchase_currency, supplier_type, with_warehouse
from fluorders_tui.widgets.choices import Choice

__all__ = ["SHIP_TO", "SUPPLIER_FIELDS", "SupplierField", "places_of"]

SHIP_TO = "ship-to"
"""What the field for the customer's destination looks its codes up in."""


@dataclass(frozen=True)
class SupplierField:
    """One field. `registry` is where its codes come from; `show` gives value and the note beside it."""

    name: str
    label: str
    show: Callable[[SupplierOrderDraft], tuple[Any, str]]
    apply: Callable[[SupplierOrderDraft, Any], SupplierOrderDraft]
    read: Callable[[SupplierSession, Any], Any] | None = None
    registry: str = ""
    kind: str = "text"
    width: int = 14
    main: bool = False
    help: str = ""


def places_of(session: SupplierSession, text: str) -> list[Choice]:
    """Customers as `C0001` and their destinations as `C0001/D1`, for a supplier who ships there."""
    code, slash, rest = text.strip().partition("/")
    found = find(session.desk, "customers", code, 20)
    choices: list[Choice] = []
    for one in found:
        exact = one.code.casefold() == code.casefold()
        if not slash or not exact:
            choices.append(Choice(one.code, one.name, str(one.extra.get("city") or "")))
        if exact or (slash and len(found) == 1):
            choices += [
                Choice(f"{one.code}/{place.code}", place.one_line())
                for place in customer_conditions(session.desk, one.code).destinations
                if place.code and place.code.casefold().startswith(rest.casefold())
            ]
    return choices


def _read_place(session: SupplierSession, text: Any) -> Address | None:
    if not text:
        return None
    code, _, wanted = str(text).partition("/")
    conditions = customer_conditions(session.desk, code)
    wanted = wanted or conditions.default_destination
    if not wanted:
        return conditions.address
    for place in conditions.destinations:
        if place.code.casefold() == wanted.casefold():
            return place
    raise Invalid(f"{code} has no destination {wanted!r}.", field="ship_to", rule="D-2.1")


def _apply_place(draft: SupplierOrderDraft, place: Address | None) -> SupplierOrderDraft:
    if place is None:
        return replace(draft, drop_ship=False, destination=Address())
    if not draft.drop_ship_allowed:
        who = draft.name or "The supplier"
        raise Refused(f"{who} does not ship to customers.", field="ship_to", rule="D-2.3")
    return replace(draft, drop_ship=True, destination=place, warehouse="")


def _show_place(draft: SupplierOrderDraft) -> tuple[str, str]:
    if not draft.drop_ship:
        return "", ""
    place = draft.destination
    return place.code or place.name or place.city, place.one_line()


def _read_date(session: SupplierSession, date: Any) -> Any:
    if date is None:
        raise Invalid("An order has a date.", field="date", rule="D-9.3")
    return date, purchase_currency(session.desk, session.draft.currency.code, date)


def _read_warehouse(session: SupplierSession, code: Any) -> str:
    return with_warehouse(session.desk, session.draft, code).warehouse if code else ""


def _apply_warehouse(draft: SupplierOrderDraft, code: str) -> SupplierOrderDraft:
    if code and draft.drop_ship:
        raise Refused(
            "These goods go to a customer.", field="warehouse", rule="D-14.1", hint="Empty the field ship to first."
        )
    return replace(draft, warehouse=code)


def _apply_type(draft: SupplierOrderDraft, kind: Any) -> SupplierOrderDraft:
    if kind == draft.type:
        return draft
    if draft.number:
        raise Refused(
            "Supplier, type, date and currency of a numbered order stay.",
            field="type",
            rule="D-9.3b",
            hint="Cancel it and enter another one.",
        )
    return replace(draft, type=kind)


SUPPLIER_FIELDS: tuple[SupplierField, ...] = (
    SupplierField(
        "date", "Date", lambda draft: (draft.date, ""), lambda draft, value: change_purchase_date(draft, *value)
        if value[0] != draft.date else draft, read=_read_date, kind="date", width=11, main=True,
        help="The order's date; prices and rates are those of this day.",
    ),
    SupplierField(
        "delivery_date", "Delivery", lambda draft: (draft.delivery_date, ""), change_purchase_delivery, kind="date",
        width=11, main=True, help="When the goods should come; lines with a date of their own stay.",
    ),
    SupplierField(
        "reference", "Reference", lambda draft: (draft.reference, ""),
        lambda draft, value: replace(draft, reference=value or ""), width=0, main=True,
        help="What the supplier calls it: their offer or order.",
    ),
    SupplierField(
        "type", "Type", lambda draft: (draft.type.code, draft.type.name), _apply_type,
        read=lambda session, code: supplier_type(session.desk, code or ""), registry="supplier-order-types",
        help="Its numbering.",
    ),
    SupplierField(
        "currency", "Currency", lambda draft: (draft.currency.code, ""), change_purchase_currency,
        read=lambda session, code: purchase_currency(
            session.desk, code or session.desk.company.currency, session.draft.date
        ),
        registry="currencies", help="Prices are converted at the rates of the order's date.",
    ),
    SupplierField(
        "payment_terms", "Terms", lambda draft: (draft.payment_terms, ""),
        lambda draft, value: replace(draft, payment_terms=value),
        read=lambda session, code: payment_term(session.desk, code).code if code else "", registry="payment-terms",
        help="How the supplier is paid.",
    ),
    SupplierField(
        "warehouse", "Warehouse", lambda draft: (draft.warehouse, ""), _apply_warehouse, read=_read_warehouse,
        registry="warehouses", help="Where the goods come in.",
    ),
    SupplierField(
        "ship_to", "Ship to", _show_place, _apply_place, read=_read_place, registry=SHIP_TO,
        help="A customer, or a destination of theirs as C0001/D1: the supplier ships there (D-14.1). Empty: to us.",
    ),
    SupplierField(
        "note", "Note", lambda draft: (draft.note, ""), lambda draft, value: replace(draft, note=value or ""),
        width=0, help="Printed on the order.",
    ),
)  # fmt: skip
