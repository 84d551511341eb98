"""One field for items and quantities: `ABC`, `12*ABC`, `ABC 12`, and blocks pasted from elsewhere (D-6.6b)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.shorthand import parse_decimal

LONGEST_ITEM = 200
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """A quantity (None: not typed) and the text that names an item: code, barcode, customer's code or fragment.

    `otherwise` is the next way to read the same typing. `ABC 12` may be an item of that name or twelve `ABC`, so a
    reading is taken when its text is an exact code; when none is, the first reading that finds an item.
    """

    quantity: Decimal | None
    item: str
    otherwise: ItemEntry | None = None

    def readings(self) -> tuple[ItemEntry, ...]:
        """All readings in the order they are tried."""
        found = [self]
        while (following := found[-1].otherwise) is not None:
            found.append(following)
        return tuple(found)


def parse_item_entry(text: str) -> ItemEntry:
    """The readings of what was typed into the item field.

    A `*` is a quantity first, before or after the item (`12*ABC`, `2*12*ABC`, `ABC*12`); after a blank the whole
    text is an item first, then item and quantity (`ABC 12`), then quantity and item (`12 ABC`).

    Raises `Invalid` (D-6.6b) on empty or overlong text, (D-6.3) on a quantity of zero or less before a `*`.
    """
    typed = " ".join(text.split())
    if not typed:
        raise Invalid("There is no item.", field="item", rule="D-6.6b")
    if len(typed) > LONGEST_ITEM:
        raise Invalid(f"An item is found with at most {LONGEST_ITEM} characters.", field="item", rule="D-6.6b")
    whole = ItemEntry(None, typed)
    before, star, after = typed.rpartition("*")
    if star and before.strip() and after.strip():
        quantity = _number(before)
        if quantity is not None:
            return ItemEntry(_positive(quantity), after.strip(), whole)
        first, _, rest = typed.partition("*")
        quantity = _number(rest)
        if quantity is not None:
            return ItemEntry(_positive(quantity), first.strip(), whole)
        return whole
    head, blank, last = typed.rpartition(" ")
    if not blank:
        return whole
    readings = [whole]
    quantity = _number(last)
    if quantity is not None and quantity > 0:
        readings.append(ItemEntry(quantity, head))
    first, _, tail = typed.partition(" ")
    quantity = _number(first)
    if quantity is not None and quantity > 0:
        readings.append(ItemEntry(quantity, tail))
    return _chain(readings)


def _chain(readings: Sequence[ItemEntry]) -> ItemEntry:
    chained = readings[-1]
    for reading in reversed(readings[:-1]):
        chained = replace(reading, otherwise=chained)
    return chained


def _number(text: str) -> Decimal | None:
    try:
        return parse_decimal(text)
    except Invalid:
        return None


def _positive(quantity: Decimal) -> Decimal:
    if quantity <= 0:
        raise Invalid("A quantity is greater than zero.", field="quantity", rule="D-6.3")
    return quantity


_ITEM_WORDS = frozenset(
    {
        "item", "items", "code", "sku", "article", "art", "ref", "reference", "product", "part", "barcode",
        "ean", "gtin", "artikel", "artikelnummer", "artikelnr", "nummer", "articolo", "codice", "cod",
        "articulo", "codigo", "codice_articolo", "produit", "produkt", "prodotto", "producto",
    }
)  # fmt: skip
_QUANTITY_WORDS = frozenset(
    {
        "quantity", "qty", "quant", "pcs", "pieces", "units", "menge", "anzahl", "stk", "stuck", "quantita",
        "qta", "q.ta", "quantite", "qte", "cantidad", "cant", "pezzi",
    }
)  # fmt: skip
_SEPARATORS = ("\t", ";", "|")


def parse_block(text: str) -> list[tuple[int, ItemEntry | Invalid]]:
    """The rows of a pasted block, each with its number (from 1, blank rows counted) and an entry or its error.

    Columns are separated by tabs, semicolons, bars, commas or blanks: item and quantity, quantity and item, or the
    item alone. Blank rows and a row of headings are left out; headings also say which columns count when there are more
    than two. Nothing is raised: good rows are kept, all errors are listed together.

    A single comma inside a number is a decimal comma: `A-100,12,5` is 12.5 of A-100.
    """
    rows = [
        (number, cells)
        for number, line in enumerate(text.splitlines(), 1)
        if any(cells := [_unquoted(cell) for cell in _cells(line)])
    ]
    columns = _headings(rows[0][1]) if rows else None
    if columns is not None or (len(rows) > 1 and _looks_like_headings(rows[0][1], rows[1][1])):
        rows = rows[1:]
    quantity_first = _quantity_comes_first([cells for _, cells in rows])
    found: list[tuple[int, ItemEntry | Invalid]] = []
    for number, cells in rows[:MOST_ROWS]:
        try:
            found.append((number, _entry(cells, columns, quantity_first)))
        except Invalid as error:
            place = f"row {number}" + (f", {error.field}" if error.field else "")
            found.append((number, Invalid(error.message, field=place, rule=error.rule, hint=error.hint)))
    if len(rows) > MOST_ROWS:
        number = rows[MOST_ROWS][0]
        found.append((number, Invalid(f"At most {MOST_ROWS} rows at once.", field=f"row {number}", rule="D-6.6b")))
    return found


_COMMA_COLUMNS = re.compile(r"(.*[^\s,])\s*,\s*([+-]?\d+(?:[.,]\d+)?)|([+-]?\d+(?:\.\d+)?)\s*,\s*([^\s,].*)")


def _cells(line: str) -> list[str]:
    for separator in _SEPARATORS:
        if separator in line:
            return line.split(separator)
    stripped = line.strip()
    # A blank before the last number separates, whatever commas are inside the number: `ABC 12,5`.
    head, _, last = stripped.rpartition(" ")
    if head and not head.rstrip().endswith(",") and _number(last) is not None:
        return [stripped]
    shortest = re.fullmatch(r"([^,]*[^\s,])\s*,\s*([+-]?\d+(?:[.,]\d+)?)", stripped)
    match = shortest or _COMMA_COLUMNS.fullmatch(stripped)
    if match:
        return [cell for cell in match.groups() if cell is not None]
    if _headings(stripped.split(",")) is not None:
        return stripped.split(",")
    return [stripped]


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"').strip()
    return cell


def _words(cell: str) -> set[str]:
    return set(re.split(r"[^\w.]+", fold(cell))) | {word.strip(".") for word in re.split(r"[^\w.]+", fold(cell))}


def _headings(cells: Sequence[str]) -> tuple[int, int | None] | None:
    """The columns of item and quantity when `cells` are headings that name the item."""
    item = next((i for i, cell in enumerate(cells) if _words(cell) & _ITEM_WORDS), None)
    quantity = next((i for i, cell in enumerate(cells) if _words(cell) & _QUANTITY_WORDS), None)
    if item is None or any(_number(cell) is not None for cell in cells):
        return None
    if quantity is None and (len(cells) > 1 or fold(cells[0]) not in _ITEM_WORDS):
        return None
    return item, quantity


def _looks_like_headings(first: Sequence[str], second: Sequence[str]) -> bool:
    """Headings in words nobody foresaw: columns without any digit above a row that has a number."""
    return (
        len(first) > 1
        and not any(char.isdigit() for cell in first for char in cell)
        and any(_number(cell) is not None for cell in second)
    )


def _quantity_comes_first(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first column holds the quantities, told by rows of which only one cell is a number."""
    votes = 0
    for cells in rows:
        pair = [cell for cell in cells if cell]
        if len(pair) == 2:
            first, second = (_number(cell) is not None for cell in pair)
            votes += first - second
    return votes > 0


def _entry(cells: Sequence[str], columns: tuple[int, int | None] | None, quantity_first: bool) -> ItemEntry:
    if columns is not None and len(cells) > 1:
        item_column, quantity_column = columns
        item = cells[item_column] if item_column < len(cells) else ""
        typed = cells[quantity_column] if quantity_column is not None and quantity_column < len(cells) else ""
        return _pair(item, typed, (quantity_column or 0) + 1)
    filled = [(i, cell) for i, cell in enumerate(cells, 1) if cell]
    if len(filled) == 1:
        column, cell = filled[0]
        if len(cells) > 1 and _number(cell) is not None and (column > 1) != quantity_first:
            raise Invalid("There is a quantity without an item.", rule="D-6.6b")
        return parse_item_entry(cell)
    if len(filled) > 2:
        raise Invalid(
            "There are more than two columns.",
            rule="D-6.6b",
            hint="Copy only item and quantity, or the headings as well.",
        )
    (first_column, first), (second_column, second) = filled
    numbers = _number(first) is not None, _number(second) is not None
    if numbers == (True, False) or (numbers == (True, True) and quantity_first):
        return _pair(second, first, first_column)
    return _pair(first, second, second_column)


def _pair(item: str, typed: str, column: int) -> ItemEntry:
    name = " ".join(item.split())
    if not name:
        raise Invalid("There is no item.", rule="D-6.6b")
    if len(name) > LONGEST_ITEM:
        raise Invalid(f"An item is found with at most {LONGEST_ITEM} characters.", rule="D-6.6b")
    if not typed:
        return ItemEntry(None, name)
    try:
        return ItemEntry(_positive(parse_decimal(typed)), name)
    except Invalid as error:
        raise Invalid(error.message, field=f"column {column}", rule=error.rule, hint=error.hint) from None
