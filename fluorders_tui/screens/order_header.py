"""The fields of an order's header: how each is read, applied to the draft and shown again (D-3.1).

A header field is read in a thread (`read` may ask the database) and applied on the screen's own
(`apply` is pure). It belongs to the draft, or to what an offer has beside it. The customer is no part
of the table: choosing one changes everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Generic, TypeVar

from fluorders_tui.domain import header
from fluorders_tui.domain.discounts import format_discounts, parse_discounts
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.header_text import (
    format_agents,
    format_expenses,
    format_payments,
    parse_agents,
    parse_expenses,
    parse_payments,
)
from fluorders_tui.domain.money import plain
from fluorders_tui.domain.order import Address, OrderDraft, PaymentLine
from fluorders_tui.screens.order_session import OrderSession
from fluorders_tui.services import conditions as registries

__all__ = ["HEADER_FIELDS", "HeaderField", "read_flag"]

Read = Callable[[OrderSession, Any], Any]
D = TypeVar("D")
Apply = Callable[[D, Any, OrderSession], D]
Show = Callable[[D], tuple[Any, str]]


@dataclass(frozen=True)
class HeaderField(Generic[D]):
    """One field. `registry` is where its codes come from; `show` gives value and the note beside it.

    `kind` is `text`, `date`, `amount` or `flag`; `width` the cells of its input.
    """

    name: str
    label: str
    show: Show[D]
    apply: Apply[D]
    read: Read | None = None
    registry: str = ""
    kind: str = "text"
    width: int = 14
    main: bool = False
    help: str = ""


def _plain_text(
    name: str,
    label: str,
    *,
    registry: str = "",
    width: int = 14,
    help: str = "",  # noqa: A002
) -> HeaderField[OrderDraft]:
    return HeaderField(
        name,
        label,
        lambda draft: (getattr(draft, name), ""),
        lambda draft, value, _: header.set_text(draft, name, value or ""),
        registry=registry,
        width=width,
        help=help,
    )


def _read_date(session: OrderSession, date: Any) -> Any:
    code = session.draft.currency.code
    if code == session.desk.company.currency:
        return date, None
    return date, registries.currency(session.desk, code, date)


def _apply_date(draft: OrderDraft, value: Any, session: OrderSession) -> OrderDraft:
    date, currency = value
    return header.change_date(draft, date, currency=currency, conditions=session.conditions, cards=session.cards)


def _destination(session: OrderSession, code: str | None) -> Address:
    known = session.conditions.destinations if session.conditions else ()
    if not code:
        return session.draft.address
    for address in known:
        if address.code.casefold() == code.casefold():
            return address
    codes = ", ".join(address.code for address in known) or "none"
    raise Invalid(f"There is no destination {code!r}.", field="destination", rule="D-3.4", hint=f"Known: {codes}.")


def _recipient(session: OrderSession, code: str | None) -> Address | None:
    known = session.conditions.recipients if session.conditions else ()
    if not code:
        return None
    for address in known:
        if address.code.casefold() == code.casefold():
            return address
    codes = ", ".join(address.code for address in known) or "none"
    raise Invalid(f"There is no recipient {code!r}.", field="recipient", rule="D-2.1", hint=f"Known: {codes}.")


def _show_address(address: Address | None) -> tuple[str, str]:
    return (address.code, address.one_line()) if address else ("", "")


def _read_terms(session: OrderSession, code: str | None) -> Any:
    return registries.payment_term(session.desk, code) if code else None


def _apply_terms(draft: OrderDraft, term: Any, session: OrderSession) -> OrderDraft:
    if term is None:
        return header.set_payments(draft, ())
    first = draft.payments[0] if draft.payments else PaymentLine("", term)
    return header.set_payments(draft, (replace(first, term=term), *draft.payments[1:]))


def _read_payment_type(session: OrderSession, code: str | None) -> Any:
    if not code:
        return "", ()
    return code, registries.payment_discounts(session.desk, code)


def _apply_payment_type(draft: OrderDraft, value: Any, session: OrderSession) -> OrderDraft:
    code, granted = value
    if not draft.payments:
        raise Invalid("Choose the payment terms first.", field="payment_type", rule="D-8.1")
    first = replace(draft.payments[0], payment_type=code, discounts=granted)
    return header.set_payments(draft, (first, *draft.payments[1:]))


def _read_payments(session: OrderSession, text: str | None) -> Any:
    types, terms = registries.known_payments(session.desk)
    # What the order has already stays typeable, also where the registry dropped it since (D-2.5).
    for line in session.draft.payments:
        types.setdefault(line.payment_type, line.discounts)
        terms.setdefault(line.term.code, line.term)
    return parse_payments(text or "", types, terms)


def _read_discounts(session: OrderSession, text: str | None) -> Any:
    return parse_discounts(text or "", types=session.discount_types)


def _read_currency(session: OrderSession, code: str | None) -> Any:
    return registries.currency(session.desk, code or session.desk.company.currency, session.draft.date)


def _read_vat(session: OrderSession, code: str | None) -> Any:
    return registries.vat_code(session.desk, code) if code else None


def _read_type(session: OrderSession, code: str | None) -> Any:
    return registries.order_type(session.desk, code or "")


def _read_expenses(session: OrderSession, text: str | None) -> Any:
    return parse_expenses(text or "", registries.known_expenses(session.desk))


def _read_agents(session: OrderSession, text: str | None) -> Any:
    return parse_agents(text or "", registries.known_agents(session.desk))


def read_flag(text: str | None, field: str) -> bool:
    """Yes or no in the languages of the desk; nothing is no. Raises `Invalid`."""
    word = (text or "").strip().casefold()
    if word in ("y", "yes", "1", "x", "s", "si", "sì", "sí", "j", "ja", "o", "oui", "true"):
        return True
    if word in ("", "n", "no", "0", "nein", "non", "false"):
        return False
    raise Invalid("Type y or n.", field=field)


def _read_flag(_: OrderSession, text: str | None) -> bool:
    return read_flag(text, "vat_included")


def _terms_code(draft: OrderDraft) -> tuple[str, str]:
    return (draft.payments[0].term.code, draft.payments[0].term.name) if draft.payments else ("", "")


HEADER_FIELDS: tuple[HeaderField[OrderDraft], ...] = (
    HeaderField(
        "date", "Date", lambda draft: (draft.date, ""), _apply_date, _read_date, kind="date", width=11, main=True,
        help="The document's date: lists, rates and numbers follow it. t is today, 15 the fifteenth, -1 yesterday.",
    ),
    HeaderField(
        "delivery_date", "Delivery", lambda draft: (draft.delivery_date, ""),
        lambda draft, value, session: header.set_delivery_date(draft, value, checks=session.desk.checks),
        kind="date", width=11, main=True,
        help="Delivery date of every line that has none of its own. +7 is in a week.",
    ),
    HeaderField(
        "reference", "Reference", lambda draft: (draft.reference, ""),
        lambda draft, value, _: header.set_text(draft, "reference", value or ""), width=0, main=True,
        help="The customer's own order number.",
    ),
    HeaderField("type", "Type", lambda draft: (draft.type.code, draft.type.name),
                lambda draft, value, _: header.change_type(draft, value), _read_type, "order-types"),
    HeaderField("destination", "Deliver to", lambda draft: _show_address(draft.destination),
                lambda draft, value, session: header.choose_destination(
                    draft, value, session.conditions, session.cards),
                _destination, "destination", help="Code of a destination of the customer; empty is their address."),
    HeaderField("recipient", "Recipient", lambda draft: _show_address(draft.recipient),
                lambda draft, value, _: header.choose_recipient(draft, value), _recipient, "recipient",
                help="Who receives the goods, where it is not the customer."),
    HeaderField("payment_terms", "Terms", _terms_code, _apply_terms, _read_terms, "payment-terms"),
    HeaderField("payment_type", "Paid by",
                lambda draft: (draft.payments[0].payment_type if draft.payments else "", ""),
                _apply_payment_type, _read_payment_type, "payment-types",
                help="Some payment types grant a discount on new lines (D-5.3)."),
    HeaderField("payments", "Payments", lambda draft: (format_payments(draft.payments), ""),
                lambda draft, value, _: header.set_payments(draft, value), _read_payments, width=0,
                help="All payment lines: CASH 500; BT 30EOM 40%; RIBA 60EOM 60% - amounts first, percents of the rest; "
                     "from 2026-12-01 counts the days from there (D-8.3b)."),
    HeaderField("discounts", "Discounts", lambda draft: (format_discounts(draft.discounts), "on new lines"),
                lambda draft, value, _: header.set_header_discounts(draft, value), _read_discounts,
                help="Copied to each new line; existing lines stay (D-3.2). 50+10+5, -3 is a surcharge."),
    HeaderField("final_discounts", "Final disc.",
                lambda draft: (format_discounts(draft.final_discounts), "on the document"),
                lambda draft, value, _: header.set_final_discounts(draft, value), _read_discounts,
                help="On the whole document; 5# is an amount (D-7)."),
    HeaderField("expenses", "Expenses", lambda draft: (format_expenses(draft.expenses), ""),
                lambda draft, value, _: header.set_expenses(draft, value), _read_expenses, width=0,
                help="TRANSPORT 12; PACKING 3%; COLLECTION 2% min 5"),
    HeaderField("agents", "Agents", lambda draft: (format_agents(draft.agents), ""),
                lambda draft, value, _: header.set_agents(draft, value), _read_agents, width=0,
                help="A01 5; A02: an agent without a figure has no commission, which is not 0 % (D-10.1)."),
    HeaderField("currency", "Currency",
                lambda draft: (draft.currency.code, f"at {plain(draft.currency.rate)}"
                               if draft.currency.rate != 1 else ""),
                lambda draft, value, session: header.change_currency(
                    draft, value, session.conditions, session.cards),
                _read_currency, "currencies"),
    HeaderField("customer_vat", "VAT code",
                lambda draft: (draft.customer_vat.code, draft.customer_vat.description)
                if draft.customer_vat else ("", "as the items"),
                lambda draft, value, session: header.set_customer_vat(draft, value, session.cards),
                _read_vat, "vat-codes", help="Overrides the items' (D-3.3)."),
    HeaderField("vat_included", "VAT incl.", lambda draft: ("yes" if draft.vat_included else "no", ""),
                lambda draft, value, session: header.change_vat_mode(
                    draft, value, session.conditions, session.cards),
                _read_flag, kind="flag", help="Whether prices contain VAT (D-7 step 6)."),
    HeaderField("ready_date", "Ready", lambda draft: (draft.ready_date, ""),
                lambda draft, value, _: header.set_ready_date(draft, value), kind="date", width=11,
                help="Not after the delivery date (D-6.4)."),
    HeaderField("deposit", "Deposit", lambda draft: (draft.deposit or None, ""),
                lambda draft, value, _: header.set_deposit(draft, value or Decimal(0)), kind="amount",
                help="Paid on account (D-7 step 8)."),
    _plain_text("carrier", "Carrier", registry="carriers"),
    _plain_text("shipping_method", "Shipping", registry="shipping-methods"),
    _plain_text("delivery_terms", "Incoterms", registry="delivery-terms"),
    _plain_text("delivery_place", "Place", width=0),
    _plain_text("packing", "Packing", registry="packings"),
    _plain_text("language", "Language", registry="languages"),
    _plain_text("zone", "Zone", registry="zones"),
    _plain_text("external_number", "Own number",
                help="Where the numbering lets the clerk type the number (D-9.6)."),
    _plain_text("note", "Note", width=0, help="Printed on the documents."),
    _plain_text("internal_note", "Internal", width=0, help="Only for the desk."),
)  # fmt: skip
