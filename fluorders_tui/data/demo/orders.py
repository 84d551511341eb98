"""Twelve months of orders out of baskets: dated, numbered, entered, confirmed and delivered as their age suggests."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from fluorders_tui.data.demo.baskets import LINE_BASKET, LINE_OWN, ORDER_BASKET, ORDER_OWN, Basket, BasketMaker
from fluorders_tui.data.demo.known import Known
from fluorders_tui.data.demo.writing import Bulk, Progress
from fluorders_tui.data.order_rows import search_text
from fluorders_tui.data.order_writing import KIND
from fluorders_tui.domain.credit import OpenPart, open_value
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import from_scaled, to_scaled
from fluorders_tui.domain.numbering import Numbering, number_text, period_key, policy_for
from fluorders_tui.domain.order import Execution, LineStatus, OrderStatus

#: Orders written at a time: what a fill keeps in memory.
BATCH = 5_000

#: Baskets are what takes time to make. Up to `FEW_BASKETS` every order has its own; beyond, customers order the
#: same again in the same quarter, with another reference and another fate.
FEW_BASKETS = 1_000
MOST_BASKETS = 24_000

_S, _L = OrderStatus, LineStatus
_REFERENCES = ("Cantiere Via Roma", "Tel. {n}", "Mail {n}", "Nachbestellung", "Chantier {n}", "Shop counter", "")
_REASONS = ("Customer changed their mind", "Entered twice", "Goods not available", "No agreement on the price")
_CLERKS = ("anna", "bruno", "carla", "dario")
_JOURNAL = (
    "version", "at", "user", "kind", "document_id", "number", "event", "from_status", "to_status", "comment",
    "before", "after",
)  # fmt: skip

_EXECUTION = {
    _S.PARTIAL: Execution.PARTIAL.value,
    _S.EXECUTED: Execution.EXECUTED.value,
    _S.FORCED: Execution.FORCED.value,
}


@dataclass
class _Series:
    """A numbering's counters: the last number of each period, and the period of each day."""

    id: int
    numbering: Numbering
    last: dict[str, int] = field(default_factory=dict)
    periods: dict[dt.date, str] = field(default_factory=dict)

    def next(self, date: dt.date, type_code: str, user: str) -> tuple[str, int, str]:
        """Period, number and text of the next order of that day (D-9.1)."""
        period = self.periods.get(date)
        if period is None:
            period = self.periods[date] = period_key(policy_for(self.numbering, date), date)
        sequence = self.last[period] = self.last.get(period, 0) + 1
        return period, sequence, number_text(self.numbering, date, sequence, type_code, user)


@dataclass
class OrdersWritten:
    """What was written: counters of statuses (number and company total) and of numberings."""

    statuses: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    series: list[_Series] = field(default_factory=list)
    lines: int = 0


def working_days(now: dt.datetime) -> list[dt.date]:
    """The Mondays to Fridays of the twelve months that end with the day of `now`."""
    today = now.date()
    return [day for back in range(364, -1, -1) if (day := today - dt.timedelta(days=back)).weekday() < 5]


def quarter_of(day: dt.date) -> dt.date:
    """The first day of the quarter, in which prices and rates stay the same."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def write_orders(
    bulk: Bulk, known: Known, maker: BasketMaker, count: int, now: dt.datetime, rng: Random, progress: Progress
) -> OrdersWritten:
    """Write `count` orders in the order of their dates; memory stays the same however many."""
    written = OrdersWritten()
    series = {code: _Series(*numbering) for code, numbering in known.numberings.items()}
    by_type = {code: series[kind.numbering] for code, kind in known.order_types.items()}
    automatic = {code for code, kind in known.order_types.items() if kind.automatic_confirmation}
    written.series = list(series.values())
    story = _Stories(now, rng, automatic)
    batch = _Batch(bulk)
    number = 0
    for day, baskets in _days(maker, count, now, rng):
        for place, basket in enumerate(baskets):
            number += 1
            told = story.tell(day, place, len(baskets), basket)
            period, sequence, text = by_type[basket.order_type].next(day, basket.order_type, told.user)
            batch.add(number, by_type[basket.order_type].id, period, sequence, text, day, basket, told)
            sums = written.statuses[told.status.value]
            sums[0] += 1
            sums[1] += basket.company_total_minor
            written.lines += len(basket.lines)
            if number % BATCH == 0:
                batch.flush()
                progress(f"{number:,} of {count:,} orders")
    batch.flush()
    return written


def _days(maker: BasketMaker, count: int, now: dt.datetime, rng: Random) -> Iterator[tuple[dt.date, list[Basket]]]:
    """Each working day with the baskets of its orders."""
    days = working_days(now)
    shares = [count * (place + 1) // len(days) - count * place // len(days) for place in range(len(days))]
    quarter = dt.date.min
    baskets: list[Basket] = []
    whole = min(count, max(count // 2, FEW_BASKETS), MOST_BASKETS)
    for day, share in zip(days, shares, strict=True):
        if not share:
            continue
        if quarter_of(day) != quarter:
            quarter = quarter_of(day)
            mine = sum(s for d, s in zip(days, shares, strict=True) if quarter_of(d) == quarter)
            baskets = maker.make(quarter, max(whole * mine // count, 1)) if count > whole else []
        yield day, rng.choices(baskets, k=share) if baskets else maker.make(quarter, share)


@dataclass(frozen=True, slots=True)
class _Told:
    """What happened to an order: who entered it when, and each later event with its time and status."""

    user: str
    status: OrderStatus
    delivery: str
    entered_at: str
    confirmed_at: str | None
    reference: str
    events: tuple[tuple[str, OrderStatus, str], ...]

    @property
    def changed_at(self) -> str:
        return self.events[-1][0] if self.events else self.entered_at


class _Stories:
    """Makes up what happened to an order since it was entered, never later than now."""

    def __init__(self, now: dt.datetime, rng: Random, automatic: set[str]) -> None:
        self._today = now.date()
        self._now = _moment(now.date(), now.hour * 3600 + now.minute * 60 + now.second)
        self._rng = rng
        self._automatic = automatic

    def tell(self, day: dt.date, place: int, share: int, basket: Basket) -> _Told:
        """The story of one order of `day`, the `place`-th of `share`."""
        rng = self._rng
        second = 7 * 3600 + 32_400 * place // share
        entered = min(_moment(day, second), self._now)
        user = "web" if basket.order_type == "WEB" else rng.choice(_CLERKS)
        delivery = day + dt.timedelta(days=rng.randrange(2, 21))
        if delivery.weekday() > 4:
            delivery += dt.timedelta(days=7 - delivery.weekday())
        automatic = basket.order_type in self._automatic
        status = self._status((self._today - day).days, (delivery - self._today).days, basket)
        if status is _S.ENTERED and automatic:
            status = _S.CONFIRMED
        events: list[tuple[str, OrderStatus, str]] = []
        confirmed = None
        if status is not _S.ENTERED and not (status is _S.CANCELLED and rng.random() < 0.5 and not automatic):
            delay = 0 if automatic else rng.randrange(600, 50_000)
            confirmed = min(_moment(day, second + delay), self._now)
            events.append((confirmed, _S.CONFIRMED, ""))
        if status in (_S.EXECUTED, _S.FORCED):
            late = 0 if rng.random() < 0.85 else rng.randrange(1, 7)
            gone = delivery + dt.timedelta(days=late)
            at = min(_moment(gone, rng.randrange(25_200, 57_600)), self._now)
            if rng.random() < 0.2 and _can_be_partial(basket):
                part = _moment(day + dt.timedelta(days=(delivery - day).days // 2), rng.randrange(25_200, 57_600))
                if (confirmed or entered) < part < at:
                    events.append((part, _S.PARTIAL, ""))
            events.append((at, status, "Rest no longer wanted" if status is _S.FORCED else ""))
        elif status is _S.PARTIAL:
            at = min(_moment(day + dt.timedelta(days=2), rng.randrange(25_200, 57_600)), self._now)
            events.append((max(at, confirmed or entered), _S.PARTIAL, ""))
        elif status is _S.CANCELLED:
            at = min(_moment(day + dt.timedelta(days=1), rng.randrange(25_200, 57_600)), self._now)
            events.append((max(at, confirmed or entered), _S.CANCELLED, rng.choice(_REASONS)))
        return _Told(user, status, _iso(delivery), entered, confirmed, self._reference(), tuple(events))

    def _status(self, age: int, to_delivery: int, basket: Basket) -> OrderStatus:
        chance = self._rng.random()
        steps: tuple[tuple[float, OrderStatus], ...]
        if age <= 1:
            steps = ((0.65, _S.ENTERED), (1, _S.CONFIRMED))
        elif to_delivery > 0:
            steps = ((0.72, _S.CONFIRMED), (0.85, _S.PARTIAL), (0.97, _S.ENTERED), (1, _S.CANCELLED))
        elif to_delivery > -10:
            steps = (
                (0.66, _S.EXECUTED), (0.78, _S.PARTIAL), (0.95, _S.CONFIRMED), (0.97, _S.ENTERED), (1, _S.CANCELLED)
            )  # fmt: skip
        else:
            steps = (
                (0.955, _S.EXECUTED), (0.965, _S.FORCED), (0.985, _S.CANCELLED), (0.992, _S.PARTIAL),
                (0.998, _S.CONFIRMED), (1, _S.ENTERED),
            )  # fmt: skip
        status = next(status for limit, status in steps if chance < limit)
        return _S.CONFIRMED if status is _S.PARTIAL and not _can_be_partial(basket) else status

    def _reference(self) -> str:
        rng = self._rng
        if rng.random() < 0.6:
            return f"PO {rng.randrange(1000, 99_999)}"
        return rng.choice(_REFERENCES).format(n=rng.randrange(100, 999))


def _can_be_partial(basket: Basket) -> bool:
    counting = [line for line in basket.lines if line.counts]
    return len(counting) > 1 or bool(counting and counting[0].half_micro)


def execution_of_lines(basket: Basket, status: OrderStatus) -> list[tuple[str, int]]:
    """Status and executed quantity of each line of an order in that status (D-12.1, D-12.2)."""
    open_status = {_S.ENTERED: _L.INSERTED, _S.CANCELLED: _L.CANCELLED}.get(status, _L.CONFIRMED).value
    if status not in _EXECUTION:
        return [(open_status, 0) for _ in basket.lines]
    counting = sum(line.counts for line in basket.lines)
    done = {_S.EXECUTED: counting, _S.FORCED: counting - 1}.get(status, counting // 2)
    found: list[tuple[str, int]] = []
    for line in basket.lines:
        if not line.counts:
            found.append((open_status, 0))
        elif done > 0:
            found.append((_L.EXECUTED.value, line.quantity_micro))
        elif status is _S.FORCED:
            found.append((_L.FORCED.value, 0))
        elif counting == 1:
            found.append((_L.PARTIAL.value, line.half_micro))
        else:
            found.append((open_status, 0))
        done -= line.counts
    return found


_NET = LINE_BASKET.index("net_minor")


def _open_minor(basket: Basket, status: OrderStatus) -> int:
    """What is left to execute of an order in that status, in hundredths of company currency (D-11.1)."""
    if status in (_S.ENTERED, _S.CONFIRMED):
        return max(basket.company_total_minor, 0)
    if status is not _S.PARTIAL:
        return 0
    parts = []
    for line, (line_status, executed) in zip(basket.lines, execution_of_lines(basket, status), strict=True):
        if line.counts:
            left = 0 if line_status == _L.EXECUTED.value else line.quantity_micro - executed
            parts.append(OpenPart(from_scaled(line.columns[_NET], 2), Decimal(line.quantity_micro), Decimal(left)))
    return to_scaled(open_value(from_scaled(basket.company_total_minor, 2), parts), 2)


class _Batch:
    """Rows on their way to the database."""

    def __init__(self, bulk: Bulk) -> None:
        self._bulk = bulk
        self._orders: list[tuple[Any, ...]] = []
        self._lines: list[tuple[Any, ...]] = []
        self._journal: list[tuple[Any, ...]] = []

    def add(
        self,
        order_id: int,
        numbering_id: int,
        period: str,
        sequence: int,
        number: str,
        day: dt.date,
        basket: Basket,
        told: _Told,
    ) -> None:
        status = told.status
        self._orders.append(
            (
                order_id, number, numbering_id, period, sequence, status.value,
                _EXECUTION.get(status, Execution.NONE.value), _iso(day), told.delivery,
                told.reference, fold(told.reference, 60), told.user, told.entered_at, told.confirmed_at,
                told.changed_at, search_text(number, told.reference), _open_minor(basket, status), *basket.columns,
            )
        )  # fmt: skip
        for line, (line_status, executed) in zip(basket.lines, execution_of_lines(basket, status), strict=True):
            self._lines.append((order_id, line_status, executed, told.delivery if line.counts else None, *line.columns))
        before = _S.ENTERED.value
        self._journal.append(
            (
                1,
                told.entered_at,
                told.user,
                KIND,
                order_id,
                number,
                before,
                _S.DRAFT.value,
                before,
                "",
                "",
                basket.story,
            )
        )
        for at, after, comment in told.events:
            self._journal.append(
                (1, at, told.user, KIND, order_id, number, after.value, before, after.value, comment, "", "")
            )
            before = after.value

    def flush(self) -> None:
        """Write what has come together."""
        self._bulk.insert("customer_order", ORDER_OWN + ORDER_BASKET, self._orders)
        self._bulk.insert("customer_order_line", LINE_OWN + LINE_BASKET, self._lines)
        self._bulk.insert("journal", _JOURNAL, self._journal)
        self._orders, self._lines, self._journal = [], [], []


_DAYS: dict[dt.date, str] = {}


def _iso(day: dt.date) -> str:
    text = _DAYS.get(day)
    if text is None:
        text = _DAYS[day] = day.isoformat()
    return text


def _moment(day: dt.date, second: int) -> str:
    """A time in UTC as both databases read it; `second` of the day, or beyond it on the next."""
    while second >= 86_400:
        day, second = day + dt.timedelta(days=1), second - 86_400
    return f"{_iso(day)} {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000000"
