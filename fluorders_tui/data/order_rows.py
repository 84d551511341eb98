"""Orders between the draft and the tables: what has a column, and what stands in the snapshot (D-2.5)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from fluorders_tui.data.tables import documents
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain import codec
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.folding import fold
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS, NANO_DECIMALS, ZERO, from_scaled, round_half_up, to_scaled
from fluorders_tui.domain.order import (
    Address,
    Currency,
    LineStatus,
    LineType,
    OrderDraft,
    OrderLine,
    OrderStatus,
    Uom,
    VatCode,
    VatKind,
)
from fluorders_tui.domain.totals import Totals

ORDER = table(documents.CustomerOrder)
LINE = table(documents.CustomerOrderLine)

#: The parts of a draft that have no column of their own.
HEADER_SNAPSHOT = (
    "type", "tax_code", "email", "address", "recipient", "customer_vat", "payments", "discounts", "final_discounts",
    "expenses", "agents", "minimum_value", "external_number", "warnings",
)  # fmt: skip
VAT_TEXTS = "vat_texts"

#: What the period of an order begins with that gave its number back when it was cancelled (D-9.5).
FREED = "!"
MOST_ALIKE = 20
LINE_SNAPSHOT = ("price_source", "discounts", "agents", "warnings")


def _micro(value: Decimal) -> int:
    return to_scaled(value, MICRO_DECIMALS)


def header_values(draft: OrderDraft, totals: Totals, customer_id: int | None) -> dict[str, Any]:
    """The columns of an order's or offer's header that follow from the draft and its totals."""
    decimals = draft.currency.decimals
    amounts = {
        "items_gross": totals.items_gross,
        "discounts": totals.discounts,
        "items_net": totals.items_net,
        "final_discounts": totals.final_discounts,
        "charges": totals.charges,
        "expenses": totals.expenses_total,
        "taxable": totals.taxable,
        "vat": totals.vat,
        "give_away": totals.give_away,
        "total": totals.total,
        "deposit": draft.deposit,
    }
    payment = draft.payments[0] if draft.payments else None
    to = draft.destination
    return {
        "order_type": draft.type.code,
        "customer_id": customer_id,
        "customer_code": draft.customer,
        "customer_name": draft.name,
        "vat_number": draft.vat_number,
        "order_date": draft.date,
        "delivery_date": draft.delivery_date,
        "ready_date": draft.ready_date,
        "reference": draft.reference,
        "reference_key": fold(draft.reference, 60),
        "language": draft.language,
        "zone": draft.zone,
        "category": draft.commercial_category,
        "agent": draft.agents[0].agent if draft.agents else "",
        "currency": draft.currency.code,
        "currency_decimals": decimals,
        "rate_nano": to_scaled(draft.currency.rate, NANO_DECIMALS),
        "rate_date": draft.currency.rate_date,
        "vat_included": draft.vat_included,
        "destination_code": to.code,
        "destination_name": to.name,
        "destination_street": to.street,
        "destination_postcode": to.postcode,
        "destination_city": to.city,
        "destination_region": to.region,
        "destination_country": to.country,
        "payment_type": payment.payment_type if payment else "",
        "payment_terms": payment.term.code if payment else "",
        "carrier": draft.carrier,
        "shipping_method": draft.shipping_method,
        "delivery_terms": draft.delivery_terms,
        "delivery_place": draft.delivery_place,
        "packing": draft.packing,
        "note": draft.note,
        "internal_note": draft.internal_note,
        "line_count": len(draft.lines),
        **{f"{name}_minor": to_scaled(amount, decimals) for name, amount in amounts.items()},
        "company_total_minor": to_scaled(totals.company_total, 2),
        "cost_minor": _cost(draft),
        "weight_micro": _micro(totals.weight),
        "snapshot": codec.dumps(draft, only=HEADER_SNAPSHOT, beside=_vat_texts(draft)),
    }


def _vat_texts(draft: OrderDraft) -> dict[str, Any]:
    """What the lines' VAT codes are called: once for the order, where every line would repeat it."""
    texts = {line.vat.code: line.vat.description for line in draft.lines if line.vat and line.vat.description}
    return {VAT_TEXTS: texts} if texts else {}


def _cost(draft: OrderDraft) -> int | None:
    """What the goods cost, in the company currency's hundredths; None where no cost is known."""
    known = [line for line in draft.lines if line.cost and line.line_type is not LineType.NOTE]
    if not known:
        return None
    whole = sum((line.cost * line.quantity * line.uom.factor for line in known), ZERO)
    return int((whole * 100).to_integral_value())


def search_text(number: str, reference: str) -> str:
    """What fragments of an order are looked for in."""
    return f"{fold(number, 60)}\n{fold(reference, 60)}"


def line_values(
    line: OrderLine, position: int, decimals: int, status: str, final_discount: Decimal, item_id: int | None
) -> dict[str, Any]:
    """The columns of one line but its order."""
    vat = line.vat or VatCode("", ZERO)
    return {
        "position": position,
        "line_type": line.line_type.value,
        "status": status,
        "item_id": item_id,
        "item_code": line.item,
        "description": line.description,
        "quantity_micro": _micro(line.quantity),
        "executed_micro": _micro(line.executed),
        "unit": line.uom.code,
        "unit_factor_micro": _micro(line.uom.factor),
        "unit_decimals": line.uom.decimals,
        "unit_price_micro": _micro(line.price),
        "price_origin": line.price_source.origin.value,
        "discounts": format_discounts(line.discounts),
        "gross_minor": to_scaled(line.gross, decimals),
        "net_minor": to_scaled(line.net, decimals),
        "final_discount_minor": to_scaled(final_discount, decimals),
        "vat_code": vat.code,
        "vat_rate_micro": _micro(vat.rate),
        "vat_kind": vat.kind.value,
        "vat_recourse": line.vat_recourse,
        "ready_date": line.ready_date,
        "delivery_date": line.delivery_date,
        "unit_cost_micro": _micro(line.cost),
        "weight_micro": _micro(line.weight),
        "note": line.note,
        "snapshot": codec.dumps(line, only=LINE_SNAPSHOT),
    }


def draft_from(header: Row[Any], lines: list[Row[Any]]) -> OrderDraft:
    """The draft of a saved order, with `number`, `id` and `version`."""
    decimals = header.currency_decimals
    kept = json.loads(header.snapshot)
    kept["date"] = header.order_date.isoformat()
    vat_texts: dict[str, str] = kept.get(VAT_TEXTS, {})
    return replace(
        codec.from_data(OrderDraft, kept),
        customer=header.customer_code,
        name=header.customer_name,
        vat_number=header.vat_number,
        destination=Address(
            header.destination_code,
            header.destination_name,
            header.destination_street,
            header.destination_postcode,
            header.destination_city,
            header.destination_region,
            header.destination_country,
        ),
        language=header.language,
        zone=header.zone,
        commercial_category=header.category,
        currency=Currency(header.currency, decimals, _short(header.rate_nano, NANO_DECIMALS), header.rate_date),
        vat_included=header.vat_included,
        reference=header.reference,
        delivery_date=header.delivery_date,
        ready_date=header.ready_date,
        carrier=header.carrier,
        shipping_method=header.shipping_method,
        delivery_terms=header.delivery_terms,
        delivery_place=header.delivery_place,
        packing=header.packing,
        deposit=from_scaled(header.deposit_minor, decimals) if header.deposit_minor else ZERO,
        note=header.note,
        internal_note=header.internal_note,
        lines=tuple(_line_from(line, decimals, vat_texts) for line in lines),
        number=header.number,
        status=OrderStatus(header.status),
        revision=header.revision,
        id=header.id,
        version=header.version,
    )


def load_order(connection: Connection, order_id: int, *, lock: bool = False) -> OrderDraft | None:
    """The saved order of a row, None when there is none; header and lines are of the same version.

    With `lock` nobody else can change it until the transaction ends: SQLite's writers are alone anyway.
    """
    wanted = select(ORDER).where(ORDER.c.id == order_id)
    lines = select(LINE).where(LINE.c.order_id == order_id).order_by(LINE.c.position)
    if connection.dialect.name == "sqlite":
        header = connection.execute(wanted).first()
        return None if header is None else draft_from(header, list(connection.execute(lines)))
    # Each statement sees what was committed before it: somebody may save between header and lines.
    while (header := connection.execute(wanted.with_for_update() if lock else wanted).first()) is not None:
        found = list(connection.execute(lines))
        now = connection.execute(select(ORDER.c.version).where(ORDER.c.id == order_id)).scalar()
        if now == header.version:
            return draft_from(header, found)
    return None


def _short(number: int, decimals: int) -> Decimal:
    """A scaled integer without the zeros behind it, so that a quantity reads as it was typed."""
    whole, rest = divmod(number, 10**decimals)
    return from_scaled(number, decimals).normalize(EXACT) if rest else Decimal(whole)


def _micro_of(number: int) -> Decimal:
    return _short(number, MICRO_DECIMALS)


def _line_from(row: Row[Any], decimals: int, vat_texts: Mapping[str, str]) -> OrderLine:
    kept = json.loads(row.snapshot) if row.snapshot else {}
    kept["line_type"] = row.line_type
    vat = None
    if row.vat_code:
        about = vat_texts.get(row.vat_code, "")
        vat = VatCode(row.vat_code, _micro_of(row.vat_rate_micro), VatKind(row.vat_kind), about)
    return replace(
        codec.from_data(OrderLine, kept),
        description=row.description,
        item=row.item_code,
        quantity=_micro_of(row.quantity_micro),
        uom=Uom(row.unit, _micro_of(row.unit_factor_micro), row.unit_decimals),
        price=_micro_of(row.unit_price_micro),
        vat=vat,
        vat_recourse=row.vat_recourse,
        ready_date=row.ready_date,
        delivery_date=row.delivery_date,
        note=row.note,
        cost=_micro_of(row.unit_cost_micro),
        weight=_micro_of(row.weight_micro),
        gross=from_scaled(row.gross_minor, decimals),
        net=from_scaled(row.net_minor, decimals),
        id=row.id,
        executed=_micro_of(row.executed_micro),
        version=row.version,
        cancelled=_cancelled_alone(row, decimals),
    )


def _cancelled_alone(row: Row[Any], decimals: int) -> bool:
    """Whether a line was cancelled in an order that went on: its amounts are then those of what was executed (P-141).

    A line that was cancelled with its whole order keeps the amounts it was ordered for.
    """
    if row.status != LineStatus.CANCELLED.value:
        return False
    worth = round_half_up(EXACT.multiply(_micro_of(row.unit_price_micro), _micro_of(row.executed_micro)), decimals)
    return int(row.gross_minor) == to_scaled(worth, decimals)


def order_ids(connection: Connection, number: str) -> list[int]:
    """The rows of at most two orders with this number; a bare figure also finds the newest with that sequence.

    Of those cancelled before they were printed, whose number was given again, only the newest is found, and only
    while nothing else bears it.
    """
    query = select(ORDER.c.id, ORDER.c.period).order_by(ORDER.c.id.desc())
    found = _bearing(connection, query.where(ORDER.c.number == number))
    if not found and number.isdecimal() and len(number) < 19:
        found = _bearing(connection, query.where(ORDER.c.sequence == int(number)))
    return found


def _bearing(connection: Connection, query: Select[int, str]) -> list[int]:
    """The rows of at most two orders; one that gave its number back counts only where no other one has it (D-9.5)."""
    rows = connection.execute(query.limit(MOST_ALIKE)).all()
    own = [row.id for row in rows if not row.period.startswith(FREED)]
    return (own or [row.id for row in rows[:1]])[:2]


def order_of_entry(connection: Connection, entry_id: str) -> int | None:
    """The row of the order that a desk entered under this name, None where it never did."""
    return connection.execute(select(ORDER.c.id).where(ORDER.c.entry_id == entry_id)).scalar()


def order_state(connection: Connection, order_id: int) -> Any:
    """What a saved order has beside its draft: execution, status, its number's key, when it was confirmed, printed."""
    columns = (
        ORDER.c.execution, ORDER.c.sequence, ORDER.c.printed_at, ORDER.c.confirmed_at, ORDER.c.resend_confirmation,
        ORDER.c.numbering_id, ORDER.c.period, ORDER.c.number, ORDER.c.status, ORDER.c.entered_by,
    )  # fmt: skip
    return connection.execute(select(*columns).where(ORDER.c.id == order_id)).one()


def order_amounts(connection: Connection, order_ids: Iterable[int]) -> dict[int, tuple[Decimal, bool]]:
    """The stored total of each order in company currency, and whether it counts for credit (D-11.1)."""
    wanted = sorted(set(order_ids))
    found: dict[int, tuple[Decimal, bool]] = {}
    for start in range(0, len(wanted), 400):
        query = select(ORDER.c.id, ORDER.c.company_total_minor, ORDER.c.counts_credit)
        for row in connection.execute(query.where(ORDER.c.id.in_(wanted[start : start + 400]))):
            found[row.id] = (from_scaled(row.company_total_minor, 2), row.counts_credit)
    return found


def lines_of_orders(connection: Connection, order_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The rows of the lines of each order, in their order."""
    found: dict[int, list[int]] = {order_id: [] for order_id in order_ids}
    for start in range(0, len(order_ids), 400):
        part = order_ids[start : start + 400]
        query = select(LINE.c.order_id, LINE.c.id).where(LINE.c.order_id.in_(part))
        for row in connection.execute(query.order_by(LINE.c.order_id, LINE.c.position)):
            found[row.order_id].append(row.id)
    return {order_id: tuple(rows) for order_id, rows in found.items()}


def line_statuses(connection: Connection, order_id: int) -> dict[int, LineStatus]:
    """The status of each line of an order by the line's row, in the order of the lines."""
    rows = connection.execute(
        select(LINE.c.id, LINE.c.status).where(LINE.c.order_id == order_id).order_by(LINE.c.position)
    )
    return {row.id: LineStatus(row.status) for row in rows}


def last_entry(connection: Connection, order_id: int) -> Any:
    """`user` and `at` of the newest journal entry of an order."""
    journal = table(documents.JournalEntry)
    return connection.execute(
        select(journal.c.user, journal.c.at)
        .where(journal.c.kind == "order", journal.c.document_id == order_id)
        .order_by(journal.c.id.desc())
        .limit(1)
    ).one()
