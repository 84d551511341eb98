"""Whose desk it is: the company with its parameters, its currencies and calendars, and who works there.

They stand apart because the first screen needs them and no other table: making the models of all tables takes
longer than it does.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from sqlalchemy import UniqueConstraint

from fluorders_tui.data.tables.base import (
    ChildRow,
    Registry,
    RegistryRow,
    choice,
    code,
    flag,
    long_text,
    optional_scaled,
    reference,
    required_day,
    scaled,
    single_code,
    text,
    whole,
)
from fluorders_tui.domain.permissions import Role

REACTIONS = ("off", "warn", "refuse")
PAPER_SIZES = ("a4", "us-letter")


class Company(RegistryRow, table=True):
    """The one row that says whose desk this is, with the parameters that rules name (D-12.4)."""

    outside: ClassVar = Registry(
        "company", "Company and parameters", "company", "Settings", help="One row: what the company decides once."
    )
    code: str = single_code("company")
    name: str = text("Name", in_list=True)
    country: str = text("Country", codes_of="countries", length=2, in_list=True, help="Two letters; the fast start's.")
    currency: str = text(
        "Currency", codes_of="currencies", length=3, default="EUR", in_list=True, help="Company amounts are kept in it."
    )
    language: str = text("Language", codes_of="languages", length=8, default="en")
    time_zone: str = text(
        "Time zone", length=40, default="UTC", help="Such as Europe/Rome: dates and times on screens."
    )
    street: str = text("Street", tab="Papers", help="On top of printed papers, as all on this page.")
    postcode: str = text("Postcode", length=16, tab="Papers")
    city: str = text("City", tab="Papers")
    region: str = text("Region", length=40, tab="Papers")
    phone: str = text("Telephone", length=40, tab="Papers")
    email: str = text("E-mail", tab="Papers")
    web: str = text("Web site", tab="Papers")
    vat_number: str = text("VAT number", length=30, tab="Papers")
    bank: str = text("Bank", tab="Papers", help="Name and IBAN.")
    paper_footer: str = text("Foot of the page", length=200, tab="Papers", help="Register, capital, court …")
    logo: str = text("Logo", length=80, tab="Papers", help="A picture in the folder of your own templates.")
    paper_size: str = choice("Paper", PAPER_SIZES, default="a4", tab="Papers")
    order_type: str = text(
        "Usual order type", codes_of="order-types", length=12, default="STD", tab="Orders", help="Of a new order."
    )
    vat_code: str = text(
        "Usual VAT code",
        codes_of="vat-codes",
        length=12,
        tab="Orders",
        help="Of items and free-text lines without one.",
    )
    minimum_value_minor: int | None = optional_scaled(
        "Minimum order value", tab="Orders", help="Where the customer names none."
    )
    calendar: str = text(
        "Calendar",
        codes_of="calendars",
        length=30,
        tab="Orders",
        help="Whose closing days delivery dates are held against.",
    )
    closing_days: str = choice("Delivery on a closing day", REACTIONS, default="warn", tab="Orders")
    note: str = long_text("Note", tab="Orders")
    search_all_lists: bool = flag(
        "Search all lists", default=True, tab="Prices", help="When the default list lacks the item (D-4.3)."
    )
    zero_price: str = choice("A line without a price", REACTIONS, default="warn", tab="Prices", help="D-4.7.")
    discount_give_aways: bool = flag("Discounts on give-aways", tab="Prices", help="Else they take none (D-5.6).")
    commission_give_aways: bool = flag("Commission on give-aways", tab="Prices", help="Else they earn none (D-5.6).")
    pack_multiple: str = choice("No multiple of the pack", REACTIONS, default="warn", tab="Lines", help="D-6.3.")
    economic_lot: str = choice("Below the economic lot", REACTIONS, default="warn", tab="Lines", help="D-6.3.")
    propose_lot: bool = flag("Propose the economic lot", tab="Lines", help="As the quantity of a new line (D-6.3).")
    fulfilment_type: str = text(
        "Usual fulfilment type",
        codes_of="fulfilment-types",
        length=12,
        default="DN",
        tab="Fulfilment",
        help="Of a new delivery (§15).",
    )
    short_stock: str = choice("Delivering more than is there", REACTIONS, default="warn", tab="Fulfilment")
    past_delivery: str = choice("Delivery in the past", REACTIONS, default="warn", tab="Lines", help="D-6.4.")
    group_summary: bool = flag(
        "One order from many offers",
        default=True,
        tab="Grouping",
        help="And one delivery from many orders; off: one for each (D-13.4, D-15.1).",
    )
    group_by_type: bool = flag(
        "Apart by offer type", default=True, tab="Grouping", help="Offers of two types never share an order."
    )
    group_by_year: bool = flag("Apart by year", tab="Grouping", help="By the year of the offer's date.")
    group_by_month: bool = flag("Apart by month", tab="Grouping", help="By the month of the offer's date.")
    group_by_rate: bool = flag(
        "Apart by exchange rate",
        default=True,
        tab="Grouping",
        help="Off: the rate of the newest rate date counts (P-115).",
    )
    group_by_project: bool = flag("Apart by project", tab="Grouping", help="By the project of the offer.")
    group_by_payment: bool = flag(
        "Apart by payment type and terms", default=True, tab="Grouping", help="Orders and deliveries (D-15.1)."
    )
    group_by_destination: bool = flag(
        "Apart by destination and carrier", default=True, tab="Grouping", help="Orders and deliveries (D-15.1)."
    )


class Currency(RegistryRow, table=True):
    outside: ClassVar = Registry("currencies", "Currencies", "currency", "Tables")
    code: str = code(length=3, help="ISO 4217 code of three letters.")
    name: str = text("Name", in_list=True)
    symbol: str = text("Symbol", length=6, in_list=True)
    decimals: int = whole("Decimals", default=2, in_list=True, help="Amounts are rounded to it (D-6.2).")


class CurrencyRate(ChildRow, table=True):
    __tablename__ = "currency_rate"
    __table_args__ = (UniqueConstraint("currency_id", "valid_from"),)
    outside: ClassVar = Registry(
        "currency-rates", "Exchange rates", "exchange rate", "Tables", ("currency", "valid_from"), "currency"
    )
    currency_id: int = reference("currency", "Currency", registry="currencies", required=True, in_list=True)
    valid_from: dt.date = required_day("Valid from", in_list=True)
    rate_nano: int = scaled(
        "Rate", required=True, in_list=True, help="Company currency for one unit of this currency (D-7.2)."
    )


class Calendar(RegistryRow, table=True):
    outside: ClassVar = Registry("calendars", "Calendars", "calendar", "Tables")
    code: str = code()
    name: str = text("Name", in_list=True)
    country_id: int | None = reference("country", "Country", registry="countries", in_list=True)
    weekend: str = text("Weekend", default="6 7", length=14, help="Closed weekdays, Monday is 1.")


class CalendarDay(ChildRow, table=True):
    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("calendar_id", "day"),)
    outside: ClassVar = Registry(
        "calendar-days", "Closing days", "closing day", "Tables", ("calendar", "day"), "calendar"
    )
    calendar_id: int = reference("calendar", "Calendar", registry="calendars", required=True, in_list=True)
    day: dt.date = required_day("Day", in_list=True)
    name: str = text("Name", in_list=True)
    closed: bool = flag("Closed", default=True, in_list=True)


ROLES = tuple(role.value for role in Role)


class DeskUser(RegistryRow, table=True):
    __tablename__ = "desk_user"
    outside: ClassVar = Registry("users", "Users", "user", "Settings")
    code: str = code("Login", length=60)
    name: str = text("Name", in_list=True)
    role: str = choice("Role", ROLES, default="clerk", in_list=True)
    email: str = text("E-mail")
