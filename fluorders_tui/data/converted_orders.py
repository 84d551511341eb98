"""Orders that a conversion made, as far as taking it back has to know them; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from fluorders_tui.data.numberings import GivenNumber
from fluorders_tui.data.order_rows import LINE, ORDER
from fluorders_tui.domain.money import from_scaled
from fluorders_tui.domain.order import LineType, OrderStatus

_BATCH = 400


@dataclass(frozen=True, slots=True)
class ConvertedOrder:
    """An order's header; `executed` tells whether anything of it was. `lines` are the rows of all lines but notes.

    `given` is its number as long as nobody saw it on paper: cancelled, the order leaves it to another (D-9.5).
    """

    id: int
    number: str
    status: OrderStatus
    customer: str
    name: str
    total: Decimal
    currency: str
    lines: tuple[int, ...]
    executed: bool
    given: GivenNumber | None


def converted_orders(connection: Connection, order_ids: Iterable[int]) -> list[ConvertedOrder]:
    """These orders in the order of their rows; one that is not there is left out."""
    wanted = sorted(set(order_ids))
    found: list[ConvertedOrder] = []
    header = select(
        ORDER.c.id, ORDER.c.number, ORDER.c.status, ORDER.c.customer_code, ORDER.c.customer_name, ORDER.c.total_minor,
        ORDER.c.currency, ORDER.c.currency_decimals, ORDER.c.printed_at, ORDER.c.numbering_id, ORDER.c.period,
        ORDER.c.order_date,
    )  # fmt: skip
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        lines: dict[int, list[int]] = {row: [] for row in part}
        executed: set[int] = set()
        query = select(LINE.c.id, LINE.c.order_id, LINE.c.line_type, LINE.c.executed_micro)
        for line in connection.execute(query.where(LINE.c.order_id.in_(part))):
            if line.executed_micro:
                executed.add(line.order_id)
            if line.line_type != LineType.NOTE.value:
                lines[line.order_id].append(line.id)
        for row in connection.execute(header.where(ORDER.c.id.in_(part)).order_by(ORDER.c.id)):
            found.append(
                ConvertedOrder(
                    row.id, row.number, OrderStatus(row.status), row.customer_code, row.customer_name,
                    from_scaled(row.total_minor, row.currency_decimals), row.currency, tuple(lines[row.id]),
                    row.id in executed, _given(row, executed),
                )
            )  # fmt: skip
    return found


def _given(row: Any, executed: Collection[int]) -> GivenNumber | None:
    if row.printed_at is not None or row.id in executed:
        return None
    return GivenNumber(row.id, row.numbering_id, row.period, row.order_date)
