"""Offers between the draft and the tables: an order's columns, and what only an offer has (D-13)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, literal, select

from fluorders_tui.data.order_rows import draft_from, header_values, line_values
from fluorders_tui.data.tables import commerce, desk, offers, parties
from fluorders_tui.data.tables.base import table
from fluorders_tui.data.terms import micro, optional_micro, order_types
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.money import MICRO_DECIMALS, to_scaled
from fluorders_tui.domain.offers import Offer, OfferStatus, OfferTerms, OfferType
from fluorders_tui.domain.order import OrderLine, OrderStatus
from fluorders_tui.domain.totals import Totals

OFFER = table(offers.Offer)
OFFER_LINE = table(offers.OfferLine)
_TYPE = table(commerce.OfferType)
_NUMBERING = table(commerce.Numbering)

_BATCH = 400

#: A stored offer's status is that of its terms; as an order it is a draft until it is converted.
_HEADER = (
    *(column for column in OFFER.c if column.name != "status"),
    OFFER.c.status.label("offer_status"),
    literal(OrderStatus.DRAFT.value).label("status"),
)
_LINES = select(OFFER_LINE, literal(0).label("executed_micro"))


@dataclass(frozen=True, slots=True)
class KnownType:
    """An offer type, and whether prices of its offers contain VAT."""

    type: OfferType
    vat_included: bool


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """An offer as it stands, and what became of its number since: `newest` is False for an old version."""

    offer: Offer
    newest: bool


def offer_types(connection: Connection, *, active: bool = True) -> dict[str, KnownType]:
    """The offer types by code, the active ones or all; one whose order type is not active any more has none."""
    orders = order_types(connection)
    order_type = table(commerce.OrderType)
    query = (
        select(_TYPE, _NUMBERING.c.code.label("numbering"), order_type.c.code.label("order_type"))
        .join(_NUMBERING, _NUMBERING.c.id == _TYPE.c.numbering_id)
        .outerjoin(order_type, order_type.c.id == _TYPE.c.order_type_id)
        .order_by(_TYPE.c.code)
    )
    return {
        row.code: KnownType(
            OfferType(
                row.code,
                row.name,
                row.numbering,
                orders.get(row.order_type or ""),
                row.validity_days,
                row.vat_included,
            ),
            row.vat_included,
        )
        for row in connection.execute(query.where(_TYPE.c.active) if active else query)
    }


def offer_values(offer: Offer, totals: Totals, customer_id: int | None) -> dict[str, Any]:
    """The columns of an offer's header that follow from the offer and its totals."""
    terms = offer.terms
    order_type = terms.type.order_type or offer.draft.type
    return header_values(offer.draft, totals, customer_id) | term_values(terms) | {"order_type": order_type.code}


def term_values(terms: OfferTerms) -> dict[str, Any]:
    """The columns that only an offer has, but for its version."""
    return {
        "status": terms.status.value,
        "offer_type": terms.type.code,
        "prospect": terms.prospect,
        "valid_until": terms.valid_until,
        "confirmed_on": terms.confirmed_on,
        "closed_on": terms.closed_on,
        "lost_reason": terms.reason,
        "expected_delivery": terms.expected_delivery,
        "probability_micro": None if terms.probability is None else to_scaled(terms.probability, MICRO_DECIMALS),
        "project": terms.project,
    }


def offer_line_values(
    line: OrderLine, position: int, decimals: int, share: Decimal, item_id: int | None
) -> dict[str, Any]:
    """The columns of one line but its offer; an offer's lines have no status and nothing executed."""
    values = line_values(line, position, decimals, "", share, item_id)
    del values["executed_micro"]
    return values


def load_offers(connection: Connection, ids: Iterable[int]) -> dict[int, StoredOffer]:
    """Offers by row, each with header and lines of one version; one that is not there is left out.

    The caller's own locks make this what the transaction goes on from.
    """
    types = {code: known.type for code, known in offer_types(connection, active=False).items()}
    wanted = sorted(set(ids))
    found: dict[int, StoredOffer] = {}
    for start in range(0, len(wanted), _BATCH):
        found |= _loaded(connection, wanted[start : start + _BATCH], types)
    return found


def load_offer(connection: Connection, offer_id: int) -> StoredOffer | None:
    """As `load_offers`, for one; None when it is not there."""
    return load_offers(connection, [offer_id]).get(offer_id)


def _loaded(connection: Connection, ids: Sequence[int], types: Mapping[str, OfferType]) -> dict[int, StoredOffer]:
    found: dict[int, StoredOffer] = {}
    left = list(ids)
    # Each statement sees what was committed before it: somebody may save between headers and lines.
    while left:
        headers = connection.execute(select(*_HEADER).where(OFFER.c.id.in_(left))).all()
        lines: dict[int, list[Any]] = defaultdict(list)
        mine = _LINES.where(OFFER_LINE.c.offer_id.in_(left)).order_by(OFFER_LINE.c.offer_id, OFFER_LINE.c.position)
        for row in connection.execute(mine):
            lines[row.offer_id].append(row)
        now = {row.id: row.version for row in connection.execute(_versions(left))}
        for header in headers:
            if now.get(header.id) == header.version:
                found[header.id] = StoredOffer(_offer_from(header, lines[header.id], types), header.newest)
        left = [row.id for row in headers if row.id in now and row.id not in found]
    return found


def _versions(ids: Sequence[int]) -> Any:
    return select(OFFER.c.id, OFFER.c.version).where(OFFER.c.id.in_(ids))


def _offer_from(header: Any, lines: list[Any], types: Mapping[str, OfferType]) -> Offer:
    terms = OfferTerms(
        types.get(header.offer_type, OfferType(header.offer_type)),
        header.offer_version,
        header.valid_until,
        header.confirmed_on,
        header.closed_on,
        header.lost_reason,
        header.expected_delivery,
        optional_micro(header.probability_micro),
        header.prospect,
        header.project,
        OfferStatus(header.offer_status),
    )
    return Offer(draft_from(header, lines), terms)


def lock_offers(connection: Connection, ids: Iterable[int]) -> None:
    """Hold these offers until the transaction ends, in one order for all desks; SQLite has one writer anyhow."""
    wanted = sorted(set(ids))
    if connection.dialect.name == "sqlite":
        return
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        connection.execute(select(OFFER.c.id).where(OFFER.c.id.in_(part)).order_by(OFFER.c.id).with_for_update())


def offer_versions(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """The versions of these rows as they are now; one that is not there is left out."""
    wanted = sorted(set(ids))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), _BATCH):
        found |= {row.id: row.version for row in connection.execute(_versions(wanted[start : start + _BATCH]))}
    return found


def offer_rows_of(connection: Connection, number: str) -> list[Any]:
    """`id` and `offer_version` of all versions of the offers with this number, the newest first.

    A bare figure also finds the newest offer with that sequence.
    """
    columns = (
        OFFER.c.id,
        OFFER.c.number,
        OFFER.c.numbering_id,
        OFFER.c.period,
        OFFER.c.sequence,
        OFFER.c.offer_version,
    )
    newest_first = (OFFER.c.offer_version.desc(), OFFER.c.id.desc())
    found = connection.execute(select(*columns).where(OFFER.c.number == number).order_by(*newest_first)).all()
    if not found and number.isascii() and number.isdecimal() and len(number) < 19:
        by_sequence = select(*columns).where(OFFER.c.sequence == int(number))
        found = connection.execute(by_sequence.order_by(*newest_first)).all()
    return list(found)


def expired_ids(connection: Connection, today: dt.date) -> list[int]:
    """The entered offers whose validity ended before `today`."""
    query = select(OFFER.c.id).where(OFFER.c.status == OfferStatus.ENTERED.value, OFFER.c.valid_until < today)
    return list(connection.execute(query.order_by(OFFER.c.id)).scalars())


def line_factors(connection: Connection, rows: Iterable[int]) -> dict[int, Decimal]:
    """How many main units one unit of these offer lines is, by row."""
    wanted = sorted(set(rows))
    found: dict[int, Decimal] = {}
    for start in range(0, len(wanted), _BATCH):
        query = select(OFFER_LINE.c.id, OFFER_LINE.c.unit_factor_micro)
        part = wanted[start : start + _BATCH]
        found |= {
            row.id: micro(row.unit_factor_micro) for row in connection.execute(query.where(OFFER_LINE.c.id.in_(part)))
        }
    return found


def offer_of_entry(connection: Connection, entry_id: str) -> int | None:
    """The row of the offer that a desk entered under this name, None where it never did."""
    return connection.execute(select(OFFER.c.id).where(OFFER.c.entry_id == entry_id)).scalar()


def _grouping(row: Any) -> GroupingParameters:
    return GroupingParameters(
        row.group_summary, row.group_by_type, row.group_by_year, row.group_by_month, row.group_by_rate,
        row.group_by_project, row.group_by_payment, row.group_by_destination,
    )  # fmt: skip


def grouping_parameters(
    connection: Connection, customers: Iterable[str]
) -> tuple[GroupingParameters, dict[str, GroupingParameters]]:
    """The company's parameters, and those of the customers who have their own, by code (D-13.4)."""
    company, customer = table(desk.Company), table(parties.Customer)
    row = connection.execute(select(company).order_by(company.c.id).limit(1)).first()
    own: dict[str, GroupingParameters] = {}
    wanted = sorted(set(customers))
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        for one in connection.execute(select(customer).where(customer.c.code.in_(part), customer.c.own_grouping)):
            own[one.code] = _grouping(one)
    return (_grouping(row) if row is not None else GroupingParameters()), own
