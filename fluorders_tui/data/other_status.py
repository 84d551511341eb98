"""Where an offer or a supplier order stands, through the bare driver, for a number that is no order's (D-14.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fluorders_tui.domain.money import MICRO_DECIMALS, from_scaled
from fluorders_tui.domain.story_words import StoryEntry


class Reader(Protocol):
    """One connection of either driver; a statement's places are `?`."""

    def rows(self, columns: Sequence[str], rest: str, *values: object) -> list[dict[str, Any]]:
        """The columns of all rows that `FROM …` gives."""


@dataclass(frozen=True, slots=True)
class OtherState:
    """An offer (its newest version) or a supplier order: `kind`, header and lines in the vocabulary's words.

    `party` is the customer or the supplier. A line's `done` is what was converted or received of it.
    """

    kind: str
    document: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    journal: tuple[StoryEntry, ...]
    links: tuple[dict[str, Any], ...] = ()


_HEADERS = {
    "offer": """FROM (
        SELECT id, number, offer_version AS version, status, customer_code AS party, customer_name AS party_name,
            order_date AS date, valid_until, delivery_date, confirmed_on, lost_reason AS reason, reference, currency,
            currency_decimals AS decimals, total_minor AS total
        FROM offer WHERE newest AND number = ?
    ) AS found ORDER BY id DESC""",
    "supplier order": """FROM (
        SELECT id, number, 1 AS version, status, supplier_code AS party, supplier_name AS party_name,
            order_date AS date, NULL AS valid_until, delivery_date, confirmed_on, '' AS reason, reference, currency,
            currency_decimals AS decimals, net_minor AS total
        FROM supplier_order WHERE number = ?
    ) AS found ORDER BY id DESC""",
}
_LINES = {
    "offer": """FROM (
        SELECT position AS line, item_code AS item, description, quantity_micro AS quantity, unit AS uom,
            converted_micro AS done, net_minor AS net, delivery_date AS due, '' AS status
        FROM offer_line WHERE offer_id = ?
    ) AS found ORDER BY line""",
    "supplier order": """FROM (
        SELECT position AS line, item_code AS item, description, quantity_micro AS quantity, unit AS uom,
            received_micro AS done, net_minor AS net, coalesce(confirmed_date, delivery_date) AS due,
            CASE WHEN cancelled THEN 'cancelled' ELSE '' END AS status
        FROM supplier_order_line WHERE order_id = ?
    ) AS found ORDER BY line""",
}
_HEADER = (
    "id", "number", "version", "status", "party", "party_name", "date", "valid_until", "delivery_date",
    "confirmed_on", "reason", "reference", "currency", "decimals", "total",
)  # fmt: skip
_LINE = ("line", "item", "description", "quantity", "uom", "done", "net", "due", "status")
_DATES = ("date", "valid_until", "delivery_date", "confirmed_on")


def other_documents(
    reader: Reader,
    number: str,
    *,
    date: Callable[[Any], Any],
    journal: Callable[[str, int], tuple[StoryEntry, ...]],
    links: Callable[[str, int], tuple[dict[str, Any], ...]],
) -> Iterator[OtherState]:
    """The offers and supplier orders with this number; the rest says how their parts are read."""
    for kind, header in _HEADERS.items():
        for row in reader.rows(_HEADER, header, number):
            own, decimals = row.pop("id"), row.pop("decimals")
            row["total"] = from_scaled(row["total"], decimals)
            for name in _DATES:
                row[name] = date(row[name])
            lines = reader.rows(_LINE, _LINES[kind], own)
            for line in lines:
                line["net"] = from_scaled(line["net"], decimals)
                for name in ("quantity", "done"):
                    line[name] = from_scaled(line[name], MICRO_DECIMALS).normalize()
                line["due"] = date(line["due"])
            yield OtherState(kind, row, tuple(lines), journal(kind, own), links(kind, own))
