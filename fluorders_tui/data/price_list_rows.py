"""Whole price lists: their dated versions, their rows in a stream, and new prices by the hundred thousand.

Rows are read in pieces and written in pieces, so that a list of any length needs the memory of a short one.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, insert, literal, select, text, true, update

from fluorders_tui.data.bulk import insert_many
from fluorders_tui.data.registry_rows import IN_LIST
from fluorders_tui.data.tables import basics, desk, items, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.tables.documents import JournalEntry
from fluorders_tui.domain.conditions import PriceListVersion
from fluorders_tui.domain.folding import fold, prefix_end
from fluorders_tui.domain.money import MICRO_DECIMALS, from_scaled, to_scaled

#: Rows read or written with one statement.
CHUNK = 5000

_LIST, _LINE = table(items.PriceList), table(items.PriceListLine)
_TYPE, _ITEM = table(items.PriceListType), table(items.Item)
_CURRENCY, _UNIT, _CUSTOMER = table(desk.Currency), table(basics.Unit), table(parties.Customer)
_JOURNAL = table(JournalEntry)
_COPIED = ("item_id", "unit_id", "variant", "destination", "min_quantity_micro", "price_micro", "discounts")


@dataclass(frozen=True, slots=True)
class ListHead:
    """One price list without its rows; references as codes, `decimals` those of its currency."""

    id: int
    version: int
    code: str
    name: str
    list_type: str
    currency: str
    decimals: int
    vat_included: bool
    customer: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    active: bool

    @property
    def dated(self) -> PriceListVersion:
        """What pricing and the rules for dates know of it (D-4.1)."""
        return PriceListVersion(
            self.id,
            self.list_type,
            self.currency,
            self.valid_from or dt.date.min,
            self.valid_to,
            self.vat_included,
            self.customer,
            self.code,
        )


@dataclass(frozen=True, slots=True)
class ListState:
    """By what a list is known to be as it was: every change of it or of one of its rows alters one of these."""

    version: int
    entry: int
    rows: int
    versions: int


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which rows of a list: by columns of their items (name and row), the beginning of the code
    (whatever its case), and breaks alone."""

    item_columns: Mapping[str, int]
    code_prefix: str = ""
    only_breaks: bool = False

    def conditions(self) -> list[Any]:
        """As conditions on rows joined with their items."""
        found: list[Any] = [_ITEM.c[name] == row_id for name, row_id in self.item_columns.items()]
        if self.code_prefix:
            start = fold(self.code_prefix)
            found += [_ITEM.c.search_text >= start, _ITEM.c.search_text < prefix_end(start)]
        if self.only_breaks:
            found.append(_LINE.c.min_quantity_micro > 0)
        return found


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One row as people see it; `min_quantity` is the break's quantity in `unit`, `price` in the list's currency."""

    id: int
    item: str
    description: str
    unit: str
    variant: str
    destination: str
    min_quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class StoredLine:
    """One row as it is stored, with whether a filter chooses it."""

    id: int
    price: Decimal
    discounts: str
    chosen: bool
    row: Mapping[str, Any]


def _heads() -> Select[Any]:
    return (
        select(
            _LIST.c.id,
            _LIST.c.version,
            _LIST.c.code,
            _LIST.c.name,
            _TYPE.c.code.label("list_type"),
            _CURRENCY.c.code.label("currency"),
            _CURRENCY.c.decimals,
            _LIST.c.vat_included,
            func.coalesce(_CUSTOMER.c.code, "").label("customer"),
            _LIST.c.valid_from,
            _LIST.c.valid_to,
            _LIST.c.active,
        )
        .join(_TYPE, _TYPE.c.id == _LIST.c.list_type_id)
        .join(_CURRENCY, _CURRENCY.c.id == _LIST.c.currency_id)
        .outerjoin(_CUSTOMER, _CUSTOMER.c.id == _LIST.c.customer_id)
    )


def list_head(connection: Connection, list_id: int) -> ListHead | None:
    """The list with this id."""
    row = connection.execute(_heads().where(_LIST.c.id == list_id)).first()
    return ListHead(*row) if row else None


def lists_of_type(connection: Connection, list_type: str) -> list[ListHead]:
    """The active lists of a type, the oldest first."""
    query = _heads().where(_TYPE.c.code == list_type, _LIST.c.active).order_by(_LIST.c.valid_from, _LIST.c.id)
    return [ListHead(*row) for row in connection.execute(query)]


def list_state(connection: Connection, list_id: int) -> ListState:
    """What the list is known by now."""
    version = connection.execute(select(_LIST.c.version).where(_LIST.c.id == list_id)).scalar()
    entry = connection.execute(
        select(func.max(_JOURNAL.c.id)).where(_JOURNAL.c.kind == "price-lists", _JOURNAL.c.document_id == list_id)
    ).scalar()
    rows = connection.execute(
        select(func.count(), func.coalesce(func.sum(_LINE.c.version), 0)).where(_LINE.c.price_list_id == list_id)
    ).one()
    return ListState(version or 0, entry or 0, rows[0], int(rows[1]))


def count_lines(connection: Connection, list_id: int) -> int:
    """How many rows a list has."""
    query = select(func.count()).select_from(_LINE).where(_LINE.c.price_list_id == list_id)
    return connection.execute(query).scalar_one()


def prices_in_order(connection: Connection, list_id: int, chosen: LineFilter) -> Iterator[list[tuple[int, Decimal]]]:
    """Ids and prices of the chosen rows by item, unit and break, a piece at a time."""
    query = (
        select(_LINE.c.id, _LINE.c.price_micro)
        .join(_ITEM, _ITEM.c.id == _LINE.c.item_id)
        .join(_UNIT, _UNIT.c.id == _LINE.c.unit_id)
        .where(_LINE.c.price_list_id == list_id, *chosen.conditions())
        .order_by(
            _ITEM.c.code,
            _UNIT.c.code,
            _LINE.c.variant,
            _LINE.c.destination,
            _LINE.c.min_quantity_micro,
            _LINE.c.id,
        )
    )
    result = connection.execute(query.execution_options(yield_per=CHUNK))
    for part in result.partitions(CHUNK):
        yield [(row_id, from_scaled(price, MICRO_DECIMALS)) for row_id, price in part]


def lines_by_ids(connection: Connection, ids: Sequence[int]) -> list[PriceLine]:
    """The rows with these ids, in that order; those that are gone are left out."""
    query = (
        select(
            _LINE.c.id,
            _ITEM.c.code,
            _ITEM.c.description,
            _UNIT.c.code.label("unit"),
            _LINE.c.variant,
            _LINE.c.destination,
            _LINE.c.min_quantity_micro,
            _LINE.c.price_micro,
        )
        .join(_ITEM, _ITEM.c.id == _LINE.c.item_id)
        .join(_UNIT, _UNIT.c.id == _LINE.c.unit_id)
    )
    found: dict[int, PriceLine] = {}
    for start in range(0, len(ids), IN_LIST):
        for row in connection.execute(query.where(_LINE.c.id.in_(ids[start : start + IN_LIST]))):
            quantity, price = (from_scaled(value, MICRO_DECIMALS) for value in row[6:])
            found[row.id] = PriceLine(*row[:6], quantity, price)
    return [found[row_id] for row_id in ids if row_id in found]


def stored_lines(connection: Connection, list_id: int, chosen: LineFilter) -> Iterator[list[StoredLine]]:
    """All rows of a list a piece at a time, each saying whether it is chosen; they may be changed meanwhile."""
    conditions = chosen.conditions()
    query = select(
        _LINE.c.id, *(_LINE.c[name] for name in _COPIED), (and_(*conditions) if conditions else true())
    ).join(_ITEM, _ITEM.c.id == _LINE.c.item_id)
    # By number: "the next thousand of this list" reads on PostgreSQL the whole rest of the list each time.
    ids = _line_ids(connection, list_id)
    for start in range(0, len(ids), CHUNK):
        lines = []
        for at in range(start, min(start + CHUNK, len(ids)), IN_LIST):
            wanted = ids[at : min(at + IN_LIST, start + CHUNK)]
            for row in connection.execute(query.where(_LINE.c.id.in_(wanted))):
                stored = dict(zip(_COPIED, row[1:-1], strict=True))
                price = from_scaled(stored["price_micro"], MICRO_DECIMALS)
                lines.append(StoredLine(row[0], price, stored["discounts"], bool(row[-1]), stored))
        yield lines


def _line_ids(connection: Connection, list_id: int) -> array[int]:
    query = select(_LINE.c.id).where(_LINE.c.price_list_id == list_id).order_by(_LINE.c.id)
    ids = array("q")
    for part in connection.execute(query.execution_options(yield_per=CHUNK)).scalars().partitions(CHUNK):
        ids.extend(part)
    return ids


def write_prices(connection: Connection, prices: Sequence[tuple[int, Decimal]]) -> None:
    """Give rows new prices; each row's version grows, so that nobody overwrites them unaware (D-12.7)."""
    if not prices:
        return
    stored = [(row_id, to_scaled(price, MICRO_DECIMALS)) for row_id, price in prices]
    if connection.dialect.name == "postgresql":
        # One statement a piece: row by row it would parse as many statements.
        statement = text(
            "UPDATE price_list_line SET price_micro = given.price, version = version + 1 "
            "FROM unnest(CAST(:ids AS bigint[]), CAST(:prices AS bigint[])) AS given(id, price) "
            "WHERE price_list_line.id = given.id"
        )
        connection.execute(statement, {"ids": [one for one, _ in stored], "prices": [one for _, one in stored]})
        return
    query = (
        update(_LINE)
        .where(_LINE.c.id == bindparam("of_id"))
        .values(price_micro=bindparam("new_price"), version=_LINE.c.version + 1)
    )
    connection.execute(query, [{"of_id": row_id, "new_price": price} for row_id, price in stored])


def add_lines(connection: Connection, list_id: int, lines: Sequence[tuple[StoredLine, Decimal, str]]) -> None:
    """Add copies of rows to another list, each with a price and discounts of its own."""
    insert_many(
        connection,
        _LINE,
        [
            {
                **line.row,
                "version": 1,
                "price_list_id": list_id,
                "price_micro": to_scaled(price, MICRO_DECIMALS),
                "discounts": discounts,
            }
            for line, price, discounts in lines
        ],
    )


def copy_lines(connection: Connection, source_id: int, list_id: int) -> int:
    """Add all rows of a list to another one as they are; returns their number."""
    rows = select(literal(1), literal(list_id), *(_LINE.c[name] for name in _COPIED))
    statement = insert(_LINE).from_select(
        ["version", "price_list_id", *_COPIED], rows.where(_LINE.c.price_list_id == source_id).order_by(_LINE.c.id)
    )
    return connection.execute(statement).rowcount
