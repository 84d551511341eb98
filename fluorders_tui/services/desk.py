"""Who works, on which database, when: the desk that every service gets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fluorders_tui.data.context_rows import calendar_named, company_row, role_of
from fluorders_tui.data.logins import personal_login
from fluorders_tui.data.schema import check_version
from fluorders_tui.data.store import Store
from fluorders_tui.domain.conditions import LineChecks
from fluorders_tui.domain.permissions import Permission, check_role, role_may

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The time now, aware, in UTC (E-2.3)."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Company:
    """Whose desk this is, with the parameters that rules name."""

    name: str = ""
    country: str = ""
    currency: str = "EUR"
    currency_decimals: int = 2
    language: str = "en"
    time_zone: str = "UTC"
    order_type: str = "STD"
    vat_code: str = ""
    search_all_lists: bool = True
    calendar: str = ""
    discount_give_aways: bool = False
    commission_give_aways: bool = False
    fulfilment_type: str = "DN"
    short_stock: str = "warn"


@dataclass(frozen=True)
class Desk:
    """The context of every use case: store, person, clock, company and checks."""

    store: Store
    user: str
    role: str = "clerk"
    company: Company = field(default_factory=Company)
    checks: LineChecks = field(default_factory=LineChecks)
    clock: Clock = utc_now

    def now(self) -> dt.datetime:
        """The time in UTC."""
        return self.clock()

    def today(self) -> dt.date:
        """The date in the company's zone (E-2.3)."""
        return self.local(self.clock()).date()

    def local(self, moment: dt.datetime) -> dt.datetime:
        """A moment in the company's zone, for screens."""
        try:
            return moment.astimezone(ZoneInfo(self.company.time_zone))
        except (ZoneInfoNotFoundError, ValueError):
            return moment

    @property
    def sees_margin(self) -> bool:
        """Whether this person's role may see costs and margins (D-6.7)."""
        return self.may(Permission.MARGINS)

    def may(self, permission: Permission) -> bool:
        """Whether this person's role has a permission (P-180)."""
        return role_may(self.role, permission)

    def refreshed(self) -> Desk:
        """The same desk with the company's parameters and the person's role read again."""
        company, checks, role = _read_context(self.store, self.user)
        return replace(self, company=company, checks=checks, role=role)


def check_permission(desk: Desk, permission: Permission, *, rule: str = "P-180", field: str = "") -> None:
    """Raise `NotAllowed`, naming who may instead, unless this person's role has the permission (P-180)."""
    check_role(desk.role, permission, rule=rule, field=field)


def open_desk(store: Store, user: str, *, clock: Clock = utc_now, version_checked: bool = False) -> Desk:
    """Open the desk of `user` on a database of this program's version; raises `Unreachable`.

    On PostgreSQL a login of one person says who works, whatever `user` is (P-184).
    """
    if not version_checked:
        check_version(store)
    user = _who(store) or user
    company, checks, role = _read_context(store, user)
    return Desk(store, user, role, company, checks, clock)


def _who(store: Store) -> str:
    """Who is logged in to the database, where that is a person of their own and not everybody's login (P-184)."""
    if store.is_sqlite:
        return ""
    with store.read() as connection:
        return personal_login(connection)


def _read_context(store: Store, user: str) -> tuple[Company, LineChecks, str]:
    with store.read() as connection:
        row, role = company_row(connection), role_of(connection, user)
        calendar = calendar_named(connection, row.calendar) if row is not None and row.calendar else None
    if row is None:
        return Company(), LineChecks(), role
    company = Company(
        name=row.name,
        country=row.country,
        currency=row.currency,
        currency_decimals=2 if row.decimals is None else row.decimals,
        language=row.language,
        time_zone=row.time_zone,
        order_type=row.order_type,
        vat_code=row.vat_code,
        search_all_lists=row.search_all_lists,
        calendar=row.calendar,
        discount_give_aways=row.discount_give_aways,
        commission_give_aways=row.commission_give_aways,
        fulfilment_type=row.fulfilment_type,
        short_stock=row.short_stock,
    )
    checks = LineChecks(
        pack_multiple=row.pack_multiple,
        economic_lot=row.economic_lot,
        propose_lot=row.propose_lot,
        zero_price=row.zero_price,
        past_delivery=row.past_delivery,
        closing_days=row.closing_days,
        calendar=calendar,
    )
    return company, checks, role
