"""The fast start (D-2.6): what it makes, and that it never overwrites anything."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from fluorders_tui.data.numberings import load_numbering
from fluorders_tui.data.order_writing import KIND
from fluorders_tui.data.registries import registries
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables.base import metadata
from fluorders_tui.data.terms import discount_types, order_types, payment_terms, vat_codes
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.numbering import check_numbering, preview
from fluorders_tui.domain.order import VatKind
from fluorders_tui.domain.payment_terms import check_term, due_date
from fluorders_tui.services.desk import open_desk
from fluorders_tui.services.fast_start import COUNTRIES, FastStart, fast_start, working_set
from tests.conftest import FixedClock

#: Country, currency, time zone, usual VAT and what it is worth, a term of the country with its due date on 24 November.
HABITS = [
    ("IT", "EUR", "Europe/Rome", "22", "22", "60EOMAD", "2027-01-31"),
    ("DE", "EUR", "Europe/Berlin", "19", "19", "14", "2026-12-08"),
    ("FR", "EUR", "Europe/Paris", "20", "20", "45EOM", "2027-01-31"),
    ("ES", "EUR", "Europe/Madrid", "21", "21", "30", "2026-12-24"),
    ("GB", "GBP", "Europe/London", "20", "20", "28", "2026-12-22"),
    ("US", "USD", "America/New_York", "RESALE", "0", "15", "2026-12-09"),
]


def start(url: str, clock: FixedClock, country: str = "IT", user: str = "anna", company: str = "Rossi") -> FastStart:
    store = Store(url)
    done = fast_start(store, country=country, company=company, user=user, clock=clock)
    store.dispose()
    return done


def everything(url: str) -> dict[str, list[Any]]:
    """All rows of all tables."""
    store = Store(url)
    with store.read() as connection:
        found = {table.name: list(connection.execute(select(table))) for table in metadata.sorted_tables}
    store.dispose()
    return found


def code_of(registry: str, code: str) -> Any:
    table = registries()[registry].table
    return select(table).where(table.c.code == code)


def test_the_codes_of_the_documented_order_are_there_on_both_databases(database_url: str, clock: FixedClock) -> None:
    start(database_url, clock)
    store = Store(database_url)
    with store.read() as connection:
        for registry, code in [
            ("order-types", "STD"),
            ("currencies", "EUR"),
            ("payment-terms", "30EOM"),
            ("expense-types", "TRANSPORT"),
            ("vat-codes", "22"),
            ("units", "pc"),
            ("payment-types", "BT"),
            ("warehouses", "MAIN"),
            ("users", "anna"),
        ]:
            assert connection.execute(code_of(registry, code)).first() is not None, (registry, code)
    desk = open_desk(store, "anna", clock=clock)
    assert (desk.company.name, desk.company.order_type, desk.company.vat_code) == ("Rossi", "STD", "22")
    assert desk.role == "administrator"
    store.dispose()


def test_a_second_run_changes_nothing_on_both_databases(database_url: str, clock: FixedClock) -> None:
    assert start(database_url, clock).created
    before = everything(database_url)
    clock.advance(hours=3)
    again = start(database_url, clock, user="bob", company="Other")
    assert again == FastStart("IT", "Rossi", {})
    assert everything(database_url) == before


@pytest.mark.parametrize(("country", "currency", "zone", "usual", "rate", "term", "due"), HABITS)
def test_each_country_has_its_own_habits(
    sqlite_url: str,
    clock: FixedClock,
    country: str,
    currency: str,
    zone: str,
    usual: str,
    rate: str,
    term: str,
    due: str,
) -> None:
    start(sqlite_url, clock, country.lower())
    store = Store(sqlite_url)
    company = open_desk(store, "anna", clock=clock).company
    assert (company.country, company.currency, company.time_zone, company.vat_code) == (country, currency, zone, usual)
    with store.read() as connection:
        vat = {code.code: code for code in vat_codes(connection).values()}
        terms = payment_terms(connection)
        types = order_types(connection)
        calendar = registries()["calendar-days"].table
        days = {row.day: row.name for row in connection.execute(select(calendar))}
        numberings = [load_numbering(connection, kind.numbering)[1] for kind in types.values()]
        discounts = discount_types(connection)
    store.dispose()
    assert vat[usual].rate == Decimal(rate)
    assert {VatKind.NORMAL, VatKind.EXEMPT} <= {code.kind for code in vat.values()}
    for found in terms.values():
        check_term(found)
    assert due_date(terms[term], terms[term].instalments[0].days, dt.date(2026, 11, 24)) == dt.date.fromisoformat(due)
    for numbering in numberings:
        check_numbering(numbering)
    assert preview(numberings[0], dt.date(2026, 11, 24), count=1) == ["2026-00001"]
    assert {day.year for day in days} == {2026, 2027}
    assert "Christmas Day" in days[dt.date(2026, 12, 25)]
    assert types["B2C"].vat_included is (country != "US")
    assert [one.type for one in parse_discounts("50+10+5", types=discounts)] == ["D1", "D2", "D3"]


def test_what_people_changed_renamed_or_deleted_stays_so(sqlite_url: str, clock: FixedClock) -> None:
    start(sqlite_url, clock)
    vat, unit, term = (registries()[name].table for name in ("vat-codes", "units", "payment-terms"))
    store = Store(sqlite_url)
    with store.write() as session:
        session.execute(update(vat).where(vat.c.code == "22").values(rate_micro=23_000_000))
        session.execute(update(term).where(term.c.code == "30EOM").values(code="30FM"))
        session.execute(delete(unit).where(unit.c.code == "ml"))
    store.dispose()
    before = everything(sqlite_url)
    assert start(sqlite_url, clock).created == {}
    assert everything(sqlite_url) == before


def test_a_new_year_brings_its_holidays(sqlite_url: str, clock: FixedClock) -> None:
    start(sqlite_url, clock)
    clock.advance(days=60)
    added = start(sqlite_url, clock).created
    assert set(added) == {"Closing days"}
    assert added["Closing days"] >= 11
    assert start(sqlite_url, clock).created == {}


def test_everything_it_makes_is_in_the_journal_and_can_be_found(sqlite_url: str, clock: FixedClock) -> None:
    done = start(sqlite_url, clock)
    rows = everything(sqlite_url)
    journal = [row for row in rows["journal"] if row.kind != KIND]
    assert len(journal) == sum(done.created.values())
    assert {row.user for row in journal} == {"anna"}
    assert {row.at for row in journal} == {clock.now}
    (euro,) = (row for row in rows["currency"] if row.code == "EUR")
    assert euro.search_text.startswith("eur\neuro")


def test_a_second_country_adds_its_tables_and_keeps_the_company(sqlite_url: str, clock: FixedClock) -> None:
    start(sqlite_url, clock, "IT")
    added = start(sqlite_url, clock, "DE")
    assert (added.country, added.company) == ("IT", "Rossi")
    store = Store(sqlite_url)
    with store.read() as connection:
        assert connection.execute(code_of("vat-codes", "19")).first() is not None
        assert connection.execute(select(func.count()).select_from(metadata.tables["company"])).scalar() == 1
    store.dispose()


def test_an_unknown_country_is_refused_before_anything_is_written(sqlite_url: str, clock: FixedClock) -> None:
    with pytest.raises(Invalid) as refused:
        start(sqlite_url, clock, "XX")
    assert refused.value.field == "country"
    assert "IT" in refused.value.hint
    assert not any(rows for name, rows in everything(sqlite_url).items() if name != "alembic_version")


def test_every_name_in_the_files_is_a_field_of_its_registry() -> None:
    for country in COUNTRIES:
        for registry, rows in working_set(country)[1].items():
            spec = registries()[registry].spec
            for code, row in rows.items():
                children = {name: row[name] for name in row if name in spec.children}
                unknown = set(row) - set(spec.by_name) - set(children) - {"region"}
                assert not unknown, (country, registry, code, unknown)
                assert len(code) <= spec.by_name["code"].length
                for child, parts in children.items():
                    for part in parts:
                        assert set(part) <= set(registries()[child].spec.by_name), (country, code, part)
