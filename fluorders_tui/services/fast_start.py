"""Fast start (D-2.6): one action fills all tables of D-2.4, so that the first order can be typed within a minute.

It only ever adds: a code that exists stays as people left it, and what an earlier start made and
somebody renamed or deleted since does not come back.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any

from fluorders_tui.data.fast_start import company as company_rows
from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_codes import Code, Codes
from fluorders_tui.data.registry_rows import Values, children_of, insert_rows
from fluorders_tui.data.store import Session, Store
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.registry import FieldKind
from fluorders_tui.services.desk import Clock, utc_now

#: The countries with a working set of their own.
COUNTRIES = ("DE", "ES", "FR", "GB", "IT", "US")

#: The order type of a new company.
USUAL_ORDER_TYPE = "STD"

Row = dict[str, Any]
WorkingSet = dict[str, dict[str, Row]]


@dataclass(frozen=True, slots=True)
class FastStart:
    """What a fast start did: `created` counts new rows by the title of their registry, empty when nothing was missing.

    `country` and `company` are those of the database, which an earlier start may have set.
    """

    country: str
    company: str
    created: Mapping[str, int]


def working_set(country: str) -> tuple[dict[str, str], WorkingSet]:
    """The company's parameters and all rows for `country`, by registry and code, as the files have them.

    Raises `Invalid` (field `country`, D-2.6) for a country without a file.
    """
    code = country.strip().upper()
    if code not in COUNTRIES:
        raise Invalid(
            f"There is no fast start for {country!r}.",
            field="country",
            rule="D-2.6",
            hint=f"There is one for {', '.join(COUNTRIES)}.",
        )
    rows = _read("common.toml")
    own: dict[str, Any] = _read(f"{code}.toml")
    parameters: dict[str, str] = own.pop("company")
    holidays = own.pop("holidays", {})
    for registry, changes in own.items():
        known = rows.setdefault(registry, {})
        for key, change in changes.items():
            known[key] = known.get(key, {}) | change
    rows["calendars"] = {code: {"name": rows["countries"][code]["name"], "country": code, **holidays}}
    return {"country": code, "calendar": code, "order_type": USUAL_ORDER_TYPE, **parameters}, rows


def fast_start(
    store: Store,
    *,
    country: str,
    company: str = "",
    user: str,
    clock: Clock = utc_now,
    today: dt.date | None = None,
) -> FastStart:
    """Fill the tables of a database of this version with the working set of `country`, in one transaction.

    `user` becomes administrator where nobody is. The calendar gets the public holidays of the year
    of `today` (the clock's day when left out) and of the next one. A second run changes nothing,
    except that in a new year its holidays are added.

    Raises `Invalid` (D-2.6) for a country without a working set, `Unreachable`.
    """
    parameters, rows = working_set(country)
    now = clock()
    for calendar in rows["calendars"].values():
        calendar["calendar-days"] = _holidays(calendar["country"], calendar.pop("region", None), today or now.date())
    with store.write() as session:
        connection = session.connection()
        before = company_rows.company_of(connection)
        if before is None:
            company_rows.add_company(session, {"name": company, **parameters})
        elif company and not before[1]:
            company_rows.name_company(session, company)
        if not company_rows.has_administrator(connection):
            rows["users"] = {user: {"name": user, "role": "administrator"}}
        filling = _Filling(session, rows)
        filling.run()
        record(session, now, user, filling.events)
        found = company_rows.company_of(connection)
    return FastStart(*(found or ("", "")), filling.created)


class _Filling:
    """Adds what is missing, registry by registry, the ones referred to first."""

    def __init__(self, session: Session, rows: WorkingSet) -> None:
        self.connection = session.connection()
        self.rows = rows
        self.codes = Codes(self.connection, whole=True)
        self.made = company_rows.made_before(self.connection, rows)
        self.created: dict[str, int] = {}
        self.events: list[Event] = []

    def run(self) -> None:
        for registry in _in_order(self.rows):
            self._add(registry)

    def _add(self, registry: str) -> None:
        spec = registries()[registry].spec
        missing = {
            code: row
            for code, row in self.rows[registry].items()
            if self.codes.find(registry, code) is None and (registry, code) not in self.made
        }
        values = [_values(registry, {"code": code} | row) for code, row in missing.items()]
        ids = insert_rows(self.connection, registry, values, self.codes.id_of)
        for row_id, (code, row) in zip(ids, missing.items(), strict=True):
            self.codes.add(registry, Code(row_id, code, True))
            given = {name: value for name, value in row.items() if name in spec.by_name}
            self.events.append(Event(registry, row_id, code, "created", comment=company_rows.COMMENT, after=given))
        for child in spec.children:
            self._add_children(registry, child, missing)
        if registry == "calendars":
            self._add_new_years(missing)
        if missing:
            self.created[spec.title] = len(missing)

    def _add_children(self, registry: str, child: str, parents: Mapping[str, Row]) -> None:
        back = registries()[child].spec.parent
        values = [
            _values(child, {back: code} | row) for code, parent in parents.items() for row in parent.get(child, ())
        ]
        insert_rows(self.connection, child, values, self.codes.id_of)

    def _add_new_years(self, new: Mapping[str, Row]) -> None:
        """Holidays of years that a calendar made earlier knows nothing about yet."""
        for code, calendar in self.rows["calendars"].items():
            row = self.codes.find("calendars", code)
            if row is None or code in new:
                continue
            days = children_of(self.connection, "calendar-days", [row.id])[row.id]
            known = {day.values["day"].year for day in days if isinstance(day.values["day"], dt.date)}
            missing = [day for day in calendar["calendar-days"] if day["day"].year not in known]
            self._add_children("calendars", "calendar-days", {code: {"calendar-days": missing}})
            if missing:
                self.created["Closing days"] = len(missing)


def _read(name: str) -> WorkingSet:
    text = files("fluorders_tui.data.fast_start").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def _values(registry: str, row: Row) -> Values:
    """All fields of a row, those not given at their default."""
    fields = registries()[registry].fields
    values: Values = {field.spec.name: row.get(field.spec.name, field.spec.default) for field in fields}
    for field in fields:
        value = values[field.spec.name]
        if field.spec.kind is FieldKind.DECIMAL and isinstance(value, int):
            values[field.spec.name] = Decimal(value)
    return values


def _in_order(rows: WorkingSet) -> Iterator[str]:
    """The registries of `rows`, each after those that its rows refer to."""
    done: set[str] = set()

    def visit(registry: str) -> Iterator[str]:
        if registry in done:
            return
        done.add(registry)
        spec = registries()[registry].spec
        for part in (registry, *spec.children):
            for field in registries()[part].fields:
                if field.spec.target in rows:
                    yield from visit(field.spec.target)
        yield registry

    for registry in rows:
        yield from visit(registry)


def _holidays(country: str, region: str | None, today: dt.date) -> list[Row]:
    # A tenth of a second that only a fast start has to pay.
    from holidays import country_holidays

    years = (today.year, today.year + 1)
    found = country_holidays(country, subdiv=region, years=years, language="en_US")
    return [{"day": day, "name": name[:120]} for day, name in sorted(found.items())]
