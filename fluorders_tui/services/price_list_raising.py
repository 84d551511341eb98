"""Raising the prices of a list: shown first, row by row, then written in one transaction (D-4.10).

The preview goes once through the list and keeps one number a row; what a row becomes is worked out again
when it is looked at or written, so that half a million rows need a few megabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.price_list_rows import (
    CHUNK,
    LineFilter,
    ListHead,
    ListState,
    PriceLine,
    StoredLine,
    lines_by_ids,
    list_head,
    list_state,
    prices_in_order,
    stored_lines,
    write_prices,
)
from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_codes import Codes
from fluorders_tui.data.registry_rows import Transaction
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.money import EXACT, HUNDRED, ZERO, plain, round_half_up
from fluorders_tui.domain.price_raising import (
    PriceBracket,
    RaisedPrice,
    Variation,
    check_brackets,
    check_variation,
    raise_price,
)
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.price_lists import (
    NewList,
    Progress,
    WrittenList,
    changed_meanwhile,
    lock,
    make_list,
    read_list,
)
from fluorders_tui.services.registry_history import child_prefix
from fluorders_tui.services.stopping import Stop, stop_if

__all__ = ["PreviewRow", "PriceFilter", "RaisePreview", "Raising", "preview_raise", "write_raised"]

#: Prices worked out and kept: lists repeat them.
_KEPT_PRICES = 50_000
#: Up to so many changed prices the journal names each, before and after; more are kept by a new version (P-60).
_MOST_NAMED = 500
_MOST_EXAMPLES = 3

_Raise = Callable[[Decimal], RaisedPrice]


@dataclass(frozen=True, slots=True)
class PriceFilter:
    """Which rows of a list are raised: codes of the items' registries, the beginning of the item's code
    (whatever its case), or only quantity breaks; what is empty doesn't count.
    """

    item_class: str = ""
    category: str = ""
    discount_category: str = ""
    brand: str = ""
    code_prefix: str = ""
    only_breaks: bool = False


@dataclass(frozen=True, slots=True)
class Raising:
    """How prices change, how they are rounded, and which ones (D-4.10)."""

    variation: Variation
    brackets: tuple[PriceBracket, ...] = ()
    rows: PriceFilter = PriceFilter()

    def __str__(self) -> str:
        sign = "+" if self.variation.value > 0 else ""
        parts = [f"{sign}{plain(self.variation.value)}{'' if self.variation.is_amount else ' %'}"]
        for one in self.brackets:
            limit = "any price" if one.up_to is None else f"up to {plain(one.up_to)}"
            most = "" if one.most_deviation is None else f" within {plain(one.most_deviation)} %"
            parts.append(f"{limit} {one.mask}{most}")
        for name in ("item_class", "category", "discount_category", "brand", "code_prefix"):
            if value := getattr(self.rows, name):
                parts.append(f"{name.replace('_', ' ')} {value}")
        if self.rows.only_breaks:
            parts.append("quantity breaks only")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One price before and after; `price` has old, unrounded and new, the deviation, and whether it is beyond."""

    line: PriceLine
    price: RaisedPrice

    @property
    def id(self) -> int:
        """The row's number, as `accepted` takes it."""
        return self.line.id


@dataclass(frozen=True)
class RaisePreview:
    """What raising a list would do; nothing is written.

    `rows` is all of the list, `chosen` those the filter lets through, `changed` those whose price would
    differ, those `beyond` a bracket's limit included. `mean_change` is the mean of the chosen rows' changes,
    in percent of the old price with two decimals; rows at 0 don't count. Rows beyond their limit come first.
    """

    head: ListHead
    raising: Raising
    rows: int
    chosen: int
    changed: int
    beyond: int
    mean_change: Decimal
    state: ListState
    _ids: array[int] = field(repr=False, compare=False)

    @property
    def beyond_ids(self) -> Collection[int]:
        """The rows that rounding would move too far."""
        return self._ids[: self.beyond]

    def page(self, desk: Desk, start: int, stop: int) -> tuple[PreviewRow, ...]:
        """Rows `start` up to `stop`, those beyond their limit first, then by item, unit and break."""
        change = _raiser(self.raising)
        with desk.store.read() as connection:
            lines = lines_by_ids(connection, self._ids[start:stop])
        return tuple(PreviewRow(line, change(line.price)) for line in lines)

    def each(self, desk: Desk) -> Iterator[PreviewRow]:
        """All rows in the order of `page`, read a piece at a time."""
        for start in range(0, self.chosen, CHUNK):
            yield from self.page(desk, start, start + CHUNK)


def preview_raise(
    desk: Desk,
    code: str,
    raising: Raising,
    *,
    progress: Progress = lambda *_: None,
    stop: Stop = lambda: False,
) -> RaisePreview:
    """Work out what raising the list `code` would do (D-4.10).

    Raises `Invalid` for an unknown list or code of the filter, `Several` for brackets that contradict each
    other, and `Refused` when a price would go below 0 or `stop` says so.
    """
    check_variation(raising.variation)
    check_brackets(raising.brackets)
    with desk.store.read() as connection:
        head = read_list(connection, code)
        chosen = _line_filter(connection, raising.rows)
        state = list_state(connection, head.id)
        counting = _Counting(_raiser(raising))
        for part in prices_in_order(connection, head.id, chosen):
            stop_if(stop)
            counting.add(part)
            progress("reading", counting.count, state.rows)
        if counting.refused:
            raise _below_zero(connection, counting)
    return RaisePreview(
        head,
        raising,
        rows=state.rows,
        chosen=counting.count,
        changed=counting.changed,
        beyond=len(counting.beyond),
        mean_change=counting.mean,
        state=state,
        _ids=counting.beyond + counting.others,
    )


def write_raised(
    desk: Desk,
    preview: RaisePreview,
    *,
    new: NewList | None = None,
    accept_beyond: bool = False,
    accepted: Collection[int] = (),
    progress: Progress = lambda *_: None,
    stop: Stop = lambda: False,
) -> WrittenList:
    """Write what a preview showed, in one transaction with one journal entry for each list (E-1.4).

    With `new` the new prices go into a new list, and rows that were not chosen go along as they are: the old
    one keeps its prices. Without it they replace those of the list. Rows beyond their bracket's limit keep
    their price, unless all are accepted (`accept_beyond`) or their ids are among `accepted` (D-4.10).

    Raises `Conflict` (D-12.7) when somebody changed the list since the preview; nothing is written then.
    """
    if new is not None and new.currency not in ("", preview.head.currency):
        raise Invalid(
            "Prices are raised in the list's own currency.",
            field="currency",
            rule="D-4.10",
            hint="Duplicate the list into the other currency first.",
        )
    change = _raiser(preview.raising)
    kept = frozenset() if accept_beyond else frozenset(preview.beyond_ids).difference(accepted)
    with desk.store.write() as session:
        connection = lock(desk, session)
        head = list_head(connection, preview.head.id)
        if head is None or list_state(connection, head.id) != preview.state:
            raise changed_meanwhile(connection, preview.head)
        chosen = _line_filter(connection, preview.raising.rows)
        if new is not None:

            def copied(line: StoredLine) -> tuple[Decimal, str]:
                moved = line.chosen and line.id not in kept
                return (change(line.price).new if moved else line.price), line.discounts

            written = make_list(
                desk,
                session,
                head,
                new,
                change=copied,
                chosen=chosen,
                told=lambda done: _told(preview, done.changed, len(kept)),
                progress=progress,
                stop=stop,
            )
            return WrittenList(written.code, written.rows, written.changed, len(kept), written.notes)
        named: list[tuple[int, Decimal, Decimal]] = []
        changed = done = 0
        for part in stored_lines(connection, head.id, chosen):
            stop_if(stop)
            prices = [
                (line.id, line.price, change(line.price).new) for line in part if line.chosen and line.id not in kept
            ]
            prices = [one for one in prices if one[1] != one[2]]
            write_prices(connection, [(row_id, price) for row_id, _, price in prices])
            named += prices[: _MOST_NAMED + 1 - len(named)]
            changed += len(prices)
            done += len(part)
            progress("writing", done, preview.rows)
        if changed:
            record(session, desk.now(), desk.user, [_raised(connection, preview, named, changed, len(kept))])
        return WrittenList(head.code, preview.rows, changed, len(kept))


class _Counting:
    """The pass through a list: totals, and which rows are beyond their limit."""

    def __init__(self, change: _Raise) -> None:
        self._change = change
        self._sum, self._priced = ZERO, 0
        self.changed = 0
        self.beyond, self.others = array("q"), array("q")
        self.refused: list[tuple[int, Refused]] = []
        self.refusals = 0

    def add(self, part: list[tuple[int, Decimal]]) -> None:
        """Take rows in."""
        for row_id, price in part:
            try:
                raised = self._change(price)
            except Refused as error:
                self.refusals += 1
                self.others.append(row_id)
                if len(self.refused) < _MOST_EXAMPLES:
                    self.refused.append((row_id, error))
                continue
            (self.beyond if raised.beyond else self.others).append(row_id)
            self.changed += raised.new != price
            if price:
                self._priced += 1
                self._sum += EXACT.divide(raised.new - price, price)

    @property
    def count(self) -> int:
        """Rows taken in."""
        return len(self.beyond) + len(self.others)

    @property
    def mean(self) -> Decimal:
        """The mean change in percent."""
        if not self._priced:
            return ZERO
        return round_half_up(EXACT.divide(self._sum * HUNDRED, Decimal(self._priced)), 2)


def _raiser(raising: Raising) -> _Raise:
    @lru_cache(maxsize=_KEPT_PRICES)
    def change(price: Decimal) -> RaisedPrice:
        return raise_price(price, raising.variation, raising.brackets)

    return change


def _line_filter(connection: Transaction, rows: PriceFilter) -> LineFilter:
    """The filter with its codes looked up. Raises `Invalid` with the nearest code."""
    codes = Codes(connection)
    spec = registries()["items"]
    columns: dict[str, int] = {}
    for name in ("item_class", "category", "discount_category", "brand"):
        code = str(getattr(rows, name)).strip()
        if not code:
            continue
        stored = spec.field(name)
        found = codes.find(stored.spec.target, code)
        if found is None:
            close = codes.nearest(stored.spec.target, code)
            singular = registries()[stored.spec.target].spec.singular
            hint = f"Did you mean {close}?" if close else ""
            raise Invalid(f"There is no {singular} “{code[:40]}”.", field=name, rule="D-4.10", hint=hint)
        columns[stored.column.name] = found.id
    return LineFilter(columns, rows.code_prefix.strip(), rows.only_breaks)


def _below_zero(connection: Transaction, counting: _Counting) -> Refused:
    lines = lines_by_ids(connection, [row_id for row_id, _ in counting.refused])
    examples = "; ".join(
        f"{line.item} {line.unit}: {error.message}" for line, (_, error) in zip(lines, counting.refused, strict=False)
    )
    what = "price can't" if counting.refusals == 1 else "prices can't"
    return Refused(
        f"{counting.refusals} {what} be changed like this. {examples}",
        field="variation",
        rule="D-4.10",
        hint="Change them by less, or choose fewer rows.",
    )


def _told(preview: RaisePreview, changed: int, left: int) -> str:
    """One line for the journal: what was asked for and what came of it."""
    kept = f", {left} left because rounding moves them too far" if left else ""
    return f"{preview.raising}; {changed} of {preview.rows} prices changed{kept}"


def _raised(
    connection: Transaction, preview: RaisePreview, named: list[tuple[int, Decimal, Decimal]], changed: int, left: int
) -> Event:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if changed <= _MOST_NAMED:
        prices = {row_id: (old, new) for row_id, old, new in named}
        for line in lines_by_ids(connection, list(prices)):
            key = {name: getattr(line, name) for name in ("item", "unit", "variant", "destination", "min_quantity")}
            place = f"{child_prefix('price-list-lines', key)}.price"
            before[place], after[place] = map(plain, prices[line.id])
    head = preview.head
    comment = _told(preview, changed, left)
    return Event("price-lists", head.id, head.code, "raised", comment=comment, before=before, after=after)
