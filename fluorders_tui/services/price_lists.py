"""Keeping price lists: copies, dated versions, closing; what would not fit together is told before (D-4.1).

Raising prices is in `price_list_raising`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.journal_reading import entries_of
from fluorders_tui.data.price_list_rows import (
    LineFilter,
    ListHead,
    StoredLine,
    add_lines,
    copy_lines,
    count_lines,
    list_head,
    lists_of_type,
    stored_lines,
)
from fluorders_tui.data.registry_codes import Codes
from fluorders_tui.data.registry_import import lock_for_change
from fluorders_tui.data.registry_rows import Transaction, Values, insert_rows, row_by_id, rows_by_keys, update_row
from fluorders_tui.data.store import Session
from fluorders_tui.data.terms import currency_on
from fluorders_tui.domain.amounts import check_size
from fluorders_tui.domain.conditions import PriceListVersion
from fluorders_tui.domain.discounts import format_discounts, parse_discounts
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.exchange import exchanged
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS
from fluorders_tui.domain.order import Currency
from fluorders_tui.domain.price_versions import VersionPlan, find_conflicts, series_of
from fluorders_tui.domain.price_versions import close_version as plan_closing
from fluorders_tui.domain.price_versions import open_version as plan_opening
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.registries import registry_spec
from fluorders_tui.services.registry_checks import RowChecker, default_values
from fluorders_tui.services.registry_history import changed_values, journal_value
from fluorders_tui.services.registry_saving import check_allowed, raise_all
from fluorders_tui.services.stopping import Stop, stop_if

__all__ = [
    "ListHead",
    "NewList",
    "PlannedList",
    "Progress",
    "Stop",
    "WrittenList",
    "close_version",
    "duplicate_list",
    "open_version",
    "plan_close",
    "plan_new",
    "price_list",
]

#: phase (`reading`, `writing`), rows done, rows in all.
Progress = Callable[[str, int, int], None]

#: Makes the price and discounts of a copied row.
Change = Callable[[StoredLine], tuple[Decimal, str]]
_REGISTRY = "price-lists"
_NO_LIST = 0


@dataclass(frozen=True, slots=True)
class NewList:
    """A list to be made from another: what is None or empty is as in that one.

    `rate` is units of `currency` for one unit of the old one; without it the rates of `valid_from` count.
    `close_old` ends the version that counts until then on the day before (D-4.1). `customer` "" makes a
    list for everybody.
    """

    code: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    name: str = ""
    list_type: str = ""
    currency: str = ""
    rate: Decimal | None = None
    customer: str | None = None
    close_old: bool = False


@dataclass(frozen=True, slots=True)
class PlannedList:
    """What making or closing a list would do: from which list, with how many rows, and what does not fit.

    `errors` keep it from being written, `notes` are told (D-4.1); both leave out what did not fit before.
    `rate` converts its prices; None where the currency stays.
    """

    source: ListHead
    rows: int
    plan: VersionPlan
    errors: tuple[DeskError, ...] = ()
    notes: tuple[str, ...] = ()
    rate: Decimal | None = None

    def check(self) -> None:
        """Raise `Several` with the dates that contradict others (D-4.1)."""
        if self.errors:
            raise Several(self.errors)


@dataclass(frozen=True, slots=True)
class WrittenList:
    """What was written: the list's code, its rows, how many prices changed, and rows left as they were
    because rounding would have moved them too far (D-4.10). `notes` are what is told and not refused.
    """

    code: str
    rows: int
    changed: int = 0
    left: int = 0
    notes: tuple[str, ...] = ()


def price_list(desk: Desk, code: str) -> ListHead:
    """The list called `code`. Raises `Invalid` with the nearest code."""
    with desk.store.read() as connection:
        return read_list(connection, code)


def plan_new(desk: Desk, code: str, new: NewList) -> PlannedList:
    """What `duplicate_list` would do, with all conflicts (D-4.1); nothing is written.

    Raises what it would, except for conflicts between dates, which are in the plan.
    """
    with desk.store.read() as connection:
        source = read_list(connection, code)
        return _Making(desk, connection, source, new).planned()


def plan_close(desk: Desk, code: str, valid_to: dt.date | None) -> PlannedList:
    """What `close_version` would do, with all conflicts (D-4.1)."""
    with desk.store.read() as connection:
        source = read_list(connection, code)
        return _closing(connection, source, valid_to)


def duplicate_list(
    desk: Desk,
    code: str,
    new_code: str,
    *,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    name: str = "",
    list_type: str | None = None,
    currency: str | None = None,
    rate: Decimal | None = None,
    customer: str | None = None,
    close_old: bool = False,
    progress: Progress = lambda *_: None,
    stop: Stop = lambda: False,
) -> WrittenList:
    """Make a copy of a list with all its rows; in another currency its prices are converted (D-7.2, P-62).

    The other arguments are those of `NewList`. Everything is written or nothing, also when `stop` says so.
    Raises `Invalid` for wrong values, `Several` for dates that contradict those of other lists (D-4.1).
    """
    new = NewList(new_code, valid_from, valid_to, name, list_type or "", currency or "", rate, customer, close_old)
    with desk.store.write() as session:
        connection = lock(desk, session)
        return make_list(desk, session, read_list(connection, code), new, progress=progress, stop=stop)


def open_version(
    desk: Desk,
    code: str,
    new_code: str,
    *,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    close_old: bool = True,
    progress: Progress = lambda *_: None,
    stop: Stop = lambda: False,
) -> WrittenList:
    """Make the next dated version of a list, with its rows; the one that counts until then ends the day before (D-4.1).

    Raises as `duplicate_list` does.
    """
    return duplicate_list(
        desk,
        code,
        new_code,
        valid_from=valid_from,
        valid_to=valid_to,
        close_old=close_old,
        progress=progress,
        stop=stop,
    )


def close_version(desk: Desk, code: str, valid_to: dt.date | None, *, version: int | None = None) -> WrittenList:
    """End a list on `valid_to`, or with None leave its end open again (D-4.1).

    Raises `Several` for dates that contradict others, and `Conflict` (D-12.7) when the list is no longer
    the one with this `version`.
    """
    with desk.store.write() as session:
        connection = lock(desk, session)
        head = read_list(connection, code)
        if version is not None and version != head.version:
            raise changed_meanwhile(connection, head)
        planned = _closing(connection, head, valid_to)
        planned.check()
        record(session, desk.now(), desk.user, _end(connection, planned.plan))
        return WrittenList(head.code, planned.rows, notes=planned.notes)


# -- for raising, inside its transaction ---------------------------------------------------------------


def read_list(connection: Transaction, code: str) -> ListHead:
    """`price_list` inside an open transaction."""
    codes = Codes(connection)
    found = codes.find(_REGISTRY, code.strip())
    head = list_head(connection, found.id) if found else None
    if head is None:
        close = codes.nearest(_REGISTRY, code)
        hint = f"Did you mean {close}?" if close else ""
        raise Invalid(f"There is no price list “{code[:40]}”.", field="price_list", rule="D-2", hint=hint)
    return head


def lock(desk: Desk, session: Session) -> Transaction:
    """Check that this person may change price lists, and keep other desks from changing them meanwhile."""
    connection = session.connection()
    check_allowed(desk, _REGISTRY)
    for registry in (_REGISTRY, "price-list-lines"):
        lock_for_change(connection, registry)
    return connection


def changed_meanwhile(connection: Transaction, head: ListHead) -> Conflict:
    """The error for a list that is no longer as it was shown (D-12.7)."""
    last = entries_of(connection, _REGISTRY, head.id, 1)
    return Conflict(
        f"{last[0].user if last else 'Somebody else'} changed the price list {head.code} in the meantime.",
        field="price_list",
        rule="D-12.7",
        hint="Look at it again and repeat.",
    )


def make_list(
    desk: Desk,
    session: Session,
    source: ListHead,
    new: NewList,
    *,
    change: Change | None = None,
    chosen: LineFilter | None = None,
    told: Callable[[WrittenList], str] = lambda written: f"{written.rows} prices",
    progress: Progress = lambda *_: None,
    stop: Stop = lambda: False,
) -> WrittenList:
    """Write a new list made from `source`, each row as `change` makes it; `told` describes it in the journal.

    What `change` gives for a row that `chosen` does not choose is up to it: `StoredLine.chosen` says so.
    """
    connection = session.connection()
    making = _Making(desk, connection, source, new)
    planned = making.planned()
    planned.check()
    new_id, rows = making.write_head(), planned.rows
    converted = making.converter()
    changed = 0
    if change is None and converted is None:
        stop_if(stop)
        copy_lines(connection, source.id, new_id)
        progress("writing", rows, rows)
    else:
        make = change or converted
        assert make is not None
        done = 0
        for part in stored_lines(connection, source.id, chosen or LineFilter({})):
            stop_if(stop)
            made = [(line, *make(line)) for line in part]
            changed += sum(price != line.price for line, price, _ in made)
            add_lines(connection, new_id, made)
            done += len(part)
            progress("writing", done, rows)
    written = WrittenList(str(making.values["code"]), rows, changed, notes=planned.notes)
    after = {name: journal_value(value) for name, value in making.values.items() if value not in (None, "")}
    comment = f"from {source.code}: {told(written)}"
    event = Event(_REGISTRY, new_id, written.code, "copied", comment=comment, after=after)
    record(session, desk.now(), desk.user, [event, *_end(connection, planned.plan)])
    return written


class _Making:
    """One new list under way: its checked values, its dates beside the others', its currency."""

    def __init__(self, desk: Desk, connection: Transaction, source: ListHead, new: NewList) -> None:
        self._desk, self._connection, self._source, self._new = desk, connection, source, new
        self._codes = Codes(connection)
        self.values = self._checked()
        self._currencies = self._rates()

    def planned(self) -> PlannedList:
        """What it would do."""
        values = self.values
        dated = replace(
            self._source.dated,
            id=_NO_LIST,
            code=str(values["list_type"]),
            currency=str(values["currency"]),
            customer=str(values["customer"] or ""),
            valid_from=self._new.valid_from,
            valid_to=self._new.valid_to,
            name=str(values["code"]),
        )
        series = _series(self._connection, dated)
        plan = plan_opening(series, dated, close_old=self._new.close_old)
        rate = EXACT.divide(self._currencies[0].rate, self._currencies[1].rate) if self._currencies else None
        return _planned(self._source, count_lines(self._connection, self._source.id), series, plan, rate)

    def write_head(self) -> int:
        """Add the list itself; its id."""
        return insert_rows(self._connection, _REGISTRY, [self.values], self._codes.id_of)[0]

    def converter(self) -> Change | None:
        """What makes a row's price and discounts in the new currency; None where it stays the same."""
        if self._currencies is None:
            return None
        old, new = self._currencies
        known: dict[str, str] = {}

        def amounts(text: str) -> str:
            if "#" not in text:
                return text
            if text not in known:
                given = parse_discounts(text)
                known[text] = format_discounts(
                    replace(one, value=exchanged(one.value, old, new, new.decimals)) if one.is_amount else one
                    for one in given
                )
            return known[text]

        def convert(line: StoredLine) -> tuple[Decimal, str]:
            # As many decimals as the price had: a price of two decimals gets no more than two.
            shown = max(new.decimals, -int(line.price.normalize().as_tuple().exponent))
            price = exchanged(line.price, old, new, min(shown, MICRO_DECIMALS))
            check_size(price, "price", "D-7.2")
            return price, amounts(line.discounts)

        return convert

    def _checked(self) -> Values:
        new, source = self._new, self._source
        spec = registry_spec(_REGISTRY)
        values: Values = {
            **default_values(spec),
            "code": new.code.strip(),
            "name": new.name or source.name,
            "list_type": new.list_type or source.list_type,
            "customer": (source.customer if new.customer is None else new.customer) or None,
            "currency": new.currency or source.currency,
            "vat_included": source.vat_included,
            "valid_from": new.valid_from,
            "valid_to": new.valid_to,
            "active": True,
        }
        checker = RowChecker(_REGISTRY, self._codes)
        errors = checker.resolve(values)
        wrong = {error.field for error in errors}
        errors += [error for error in checker.check(values, None) if error.field not in wrong]
        length = spec.by_name["code"].length
        if len(str(values["code"])) > length:
            errors.append(Invalid(f"A code has at most {length} characters.", field="code", rule="D-2"))
        if (values["code"],) in rows_by_keys(self._connection, _REGISTRY, [(values["code"],)], self._codes.id_of):
            errors.append(
                Refused(
                    f"There is already a price list {values['code']}.",
                    field="code",
                    rule="D-2",
                    hint="Choose another code.",
                )
            )
        raise_all(errors)
        return values

    def _rates(self) -> tuple[Currency, Currency] | None:
        """The old and the new currency, where prices have to be converted."""
        old_code, new_code = self._source.currency, str(self.values["currency"])
        given = self._new.rate
        if given is not None and given <= 0:
            raise Invalid("A rate is above zero.", field="rate", rule="D-7.2")
        if old_code == new_code:
            if given is not None:
                raise Invalid(f"The list stays in {old_code}: there is nothing to convert.", field="rate", rule="D-7.2")
            return None
        date, company = self._new.valid_from, self._desk.company.currency
        old, new = (currency_on(self._connection, code, date, company) for code in (old_code, new_code))
        if given is not None:
            return replace(old, rate=given), replace(new, rate=Decimal(1))
        for one in (old, new):
            if one.code != company and one.rate_date is None:
                raise Refused(
                    f"There is no rate for {one.code} on {date}.",
                    field="rate",
                    rule="D-7.2",
                    hint=f"Give the {new_code} for one {old_code}.",
                )
        return old, new


def _series(connection: Transaction, dated: PriceListVersion) -> list[PriceListVersion]:
    """The active lists that follow each other with `dated` (D-4.1)."""
    versions = [head.dated for head in lists_of_type(connection, dated.code)]
    return [one for one in versions if series_of(one) == series_of(dated)]


def _closing(connection: Transaction, head: ListHead, valid_to: dt.date | None) -> PlannedList:
    series = _series(connection, head.dated)
    plan = plan_closing(series, head.dated, valid_to)
    return _planned(head, count_lines(connection, head.id), series, plan)


def _planned(
    source: ListHead, rows: int, series: Iterable[PriceListVersion], plan: VersionPlan, rate: Decimal | None = None
) -> PlannedList:
    """A plan with the conflicts it adds to those that its series has already: these must not keep it from mending."""
    known = {one.message for one in find_conflicts(series)}
    added = [one for one in plan.conflicts if one.message not in known]
    field = "valid_from" if plan.added else "valid_to"
    errors = tuple(Refused(one.message, field=field, rule="D-4.1") for one in added if one.refuses)
    notes = tuple(one.message for one in added if not one.refuses)
    return PlannedList(source, rows, plan, errors, notes, rate)


def _end(connection: Transaction, plan: VersionPlan) -> list[Event]:
    """Store the ends of the versions that the plan changes; their journal entries."""
    events = []
    for one in plan.changed:
        state = row_by_id(connection, _REGISTRY, one.id)
        assert state is not None
        values: Values = {**state.values, "valid_to": one.valid_to}
        if values != state.values:
            update_row(connection, _REGISTRY, state, values, Codes(connection).id_of)
            before, after = changed_values(state.values, values)
            events.append(Event(_REGISTRY, one.id, one.name, "changed", before=before, after=after))
    return events
