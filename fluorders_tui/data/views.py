"""The views that the outside reads (`interfaces.md` §4), in the words of the vocabulary.

Amounts are exact `numeric` on PostgreSQL. SQLite has no decimal type: there the readable amount is
the nearest float, for reading and sorting, and the exact `…_minor` integer stands beside it.
"""

from __future__ import annotations

VIEWS = ("v_order", "v_order_line", "v_offer", "v_backlog", "v_journal")


def _amount(dialect: str, column: str, decimals: str) -> str:
    if dialect == "postgresql":
        return f"round({column} / power(10::numeric, {decimals}), {decimals})"
    scale = f"CASE {decimals} WHEN 2 THEN 100.0 WHEN 0 THEN 1.0 WHEN 3 THEN 1000.0 WHEN 4 THEN 10000.0 ELSE 10.0 END"
    return f"round({column} / ({scale}), {decimals})"


def _micro(dialect: str, column: str) -> str:
    return f"trim_scale({column} / 1000000::numeric)" if dialect == "postgresql" else f"{column} / 1000000.0"


ORDER_AMOUNTS = (
    "items_gross", "discounts", "items_net", "final_discounts", "charges", "expenses", "taxable", "vat",
    "give_away", "total", "deposit",
)  # fmt: skip


#: Columns that a later revision added to a view: the revision, the view, and the column, before its `version`.
ADDED: tuple[tuple[str, str, str], ...] = (("0009", "v_order", "o.resend_confirmation"),)


def _added(view: str, revision: str) -> str:
    return "".join(f"{column}, " for since, of, column in ADDED if of == view and since <= revision)


def renewed_views(dialect: str, revision: str) -> list[str]:
    """The statements that put the views of a revision in place of those of an earlier one."""
    return [*(f"DROP VIEW {name}" for name in reversed(VIEWS)), *view_statements(dialect, revision)]


def view_statements(dialect: str, revision: str = "0007") -> list[str]:
    """The CREATE VIEW statements for `sqlite` or `postgresql` as of a schema revision."""
    amounts = ",\n    ".join(
        f"{_amount(dialect, f'o.{name}_minor', 'o.currency_decimals')} AS {name}, o.{name}_minor"
        for name in ORDER_AMOUNTS
    )
    line_amount = {
        name: f"{_amount(dialect, f'l.{name}_minor', 'o.currency_decimals')} AS {name}, l.{name}_minor"
        for name in ("gross", "net", "final_discount")
    }
    order = f"""CREATE VIEW v_order AS SELECT
    o.id, o.number, o.order_type AS type, o.status, o.execution, o.revision,
    o.customer_code AS customer, o.customer_name, o.order_date AS date, o.delivery_date, o.ready_date,
    o.reference, o.currency, o.currency_decimals, {_micro(dialect, "o.rate_nano / 1000")} AS rate, o.vat_included,
    o.language, o.zone, o.category, o.agent,
    o.destination_code AS destination, o.destination_name, o.destination_city, o.destination_country,
    o.payment_type, o.payment_terms, o.carrier, o.shipping_method, o.delivery_terms, o.delivery_place, o.packing,
    o.line_count AS lines,
    {amounts},
    {_amount(dialect, "o.company_total_minor", "2")} AS company_total, o.company_total_minor,
    {_micro(dialect, "o.weight_micro")} AS weight, o.note,
    o.entered_by, o.entered_at, o.confirmed_at, o.changed_at, o.printed_at, {_added("v_order", revision)}o.version
FROM customer_order o"""
    offer = f"""CREATE VIEW v_offer AS SELECT
    o.id, o.number, o.offer_version AS version, o.newest, o.offer_type AS type, o.order_type, o.status,
    o.customer_code AS customer, o.customer_name, o.prospect, o.order_date AS date, o.valid_until, o.confirmed_on,
    o.closed_on, o.lost_reason, o.expected_delivery, {_micro(dialect, "o.probability_micro")} AS probability, o.project,
    o.delivery_date, o.reference, o.currency, o.currency_decimals, o.vat_included, o.agent, o.zone,
    o.line_count AS lines,
    {amounts},
    {_amount(dialect, "o.company_total_minor", "2")} AS company_total, o.company_total_minor,
    o.note, o.entered_by, o.entered_at, o.changed_at
FROM offer o"""
    lines = f"""l.id, o.number, l.position AS line, l.line_type, l.status,
    o.status AS order_status, o.customer_code AS customer, o.customer_name, o.order_date AS date,
    l.item_code AS item, l.description,
    {_micro(dialect, "l.quantity_micro")} AS quantity, l.quantity_micro,
    {_micro(dialect, "l.executed_micro")} AS executed, l.executed_micro,
    CASE WHEN l.status IN ('executed', 'forcibly executed', 'cancelled') OR l.line_type = 'note' THEN 0
        WHEN l.quantity_micro > l.executed_micro THEN {_micro(dialect, "(l.quantity_micro - l.executed_micro)")}
        ELSE 0 END AS remaining,
    l.unit AS uom, {_micro(dialect, "l.unit_price_micro")} AS price, l.unit_price_micro, l.price_origin, l.discounts,
    o.currency, o.currency_decimals, {line_amount["gross"]}, {line_amount["net"]}, {line_amount["final_discount"]},
    l.vat_code AS vat, {_micro(dialect, "l.vat_rate_micro")} AS vat_rate, l.vat_rate_micro,
    l.ready_date, l.delivery_date, l.note, l.order_id
FROM customer_order_line l JOIN customer_order o ON o.id = l.order_id"""
    backlog = f"""CREATE VIEW v_backlog AS SELECT {lines}
WHERE o.status NOT IN ('executed', 'forcibly executed', 'cancelled', 'rejected', 'archived')
    AND l.status NOT IN ('executed', 'forcibly executed', 'cancelled') AND l.line_type <> 'note'
    AND l.quantity_micro > l.executed_micro"""
    journal = """CREATE VIEW v_journal AS SELECT
    id, at, "user", kind, document_id, number, event, from_status, to_status, comment, "before", "after"
FROM journal"""
    return [order, offer, f"CREATE VIEW v_order_line AS SELECT {lines}", backlog, journal]
