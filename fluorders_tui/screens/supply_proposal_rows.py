"""Proposals of supply and the orders they would make, as rows of tables (D-14.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.links import SupplyMode
from fluorders_tui.domain.registry import Value
from fluorders_tui.domain.supplier_orders import supplier_totals
from fluorders_tui.domain.supply_proposals import PlannedSupply
from fluorders_tui.screens.supplier_lines import SupplierForms
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.supply_proposals import (
    Asked,
    Proposal,
    StockUse,
    Strategy,
    proposals,
    sources_of,
    with_quantity,
    with_source,
)
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = ["PLAN_COLUMNS", "PROPOSAL_COLUMNS", "STOCK_USES", "STRATEGIES", "Correction", "Found", "corrections_from",
           "corrections_to", "find_proposals", "key_of", "plan_rows", "proposal_row"]  # fmt: skip

STRATEGIES: Mapping[str, tuple[Strategy, str]] = {
    "preferred": (Strategy.PREFERRED, "the item's default supplier, else the first by priority"),
    "price": (Strategy.BEST_PRICE, "whoever is cheapest, in company currency"),
    "lead time": (Strategy.SHORTEST, "whoever delivers first"),
    "last used": (Strategy.LAST_USED, "whoever delivered it last"),
}
STOCK_USES: Mapping[str, tuple[StockUse, str]] = {
    "shortage": (StockUse.SHORTAGE, "what free stock and what is coming don't cover"),
    "always": (StockUse.ALWAYS, "the full quantity, whatever is in stock"),
    "stock first": (StockUse.STOCK_FIRST, "nothing while anything is free, then the full quantity"),
}

PROPOSAL_COLUMNS = (
    Column("supplier", "Supplier", 8),
    Column("item", "Item", 9),
    Column("description", "Description", 12, flex=True, drop=7),
    Column("order", "For order", 13),
    Column("customer", "Customer", 10, flex=True, drop=6),
    Column("needed", "Needed", 10, drop=3),
    Column("full", "Full", 7, align="right"),
    Column("free", "Free", 7, align="right", drop=2),
    Column("short", "Short", 7, align="right"),
    Column("quantity", "To order", 8, align="right"),
    Column("uom", "UM", 3, drop=5),
    Column("price", "Price", 8, align="right", drop=4),
    Column("arrives", "Arrives", 12, drop=1),
)
PLAN_COLUMNS = (
    Column("supplier", "Supplier order", 18),
    Column("item", "Item", 10),
    Column("description", "Description", 11, flex=True),
    Column("quantity", "Quantity", 9, align="right"),
    Column("uom", "UM", 4),
    Column("price", "Price", 9, align="right"),
    Column("due", "Delivery", 10, drop=1),
    Column("net", "Net", 11, align="right"),
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody changed by hand about a proposal."""

    quantity: Decimal | None = None
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Proposals with what was corrected in them, and why some demands have none."""

    rows: tuple[Proposal, ...]
    refusals: tuple[DeskError, ...]


def key_of(proposal: Proposal) -> tuple[int, bool]:
    """A proposal by the customer's line it is for, and whether the supplier ships it."""
    return proposal.demand.line.line, proposal.demand.mode is SupplyMode.DROP_SHIP


def find_proposals(desk: Desk, asked: Asked, corrections: Mapping[tuple[int, bool], Correction]) -> Found:
    """The proposals with the corrections in them, as far as they still fit; runs in a thread. Raises `Invalid`."""
    found = proposals(desk, asked)
    return Found(tuple(_corrected(desk, one, corrections.get(key_of(one))) for one in found.rows), found.refusals)


def _corrected(desk: Desk, proposal: Proposal, correction: Correction | None) -> Proposal:
    if correction is None:
        return proposal
    if correction.supplier and correction.supplier != proposal.source.supplier:
        source = next(
            (one for one in sources_of(desk, proposal.demand.item) if one.supplier == correction.supplier), None
        )
        if source is not None:
            proposal = with_source(proposal, source, desk.today())
    if correction.quantity is not None:
        full = proposal.full if proposal.demand.mode is SupplyMode.DROP_SHIP else correction.quantity
        proposal = with_quantity(proposal, min(correction.quantity, full))
    return proposal


def corrections_to(corrections: Mapping[tuple[int, bool], Correction]) -> dict[str, Value]:
    """As plain values, for a file."""
    values: dict[str, Value] = {}
    for (line, ships), one in corrections.items():
        name = f"{line}.{int(ships)}"
        if one.quantity is not None:
            values[f"{name}.quantity"] = one.quantity
        if one.supplier:
            values[f"{name}.supplier"] = one.supplier
    return values


def corrections_from(values: Mapping[str, Value]) -> dict[tuple[int, bool], Correction]:
    """What `corrections_to` gave."""
    found: dict[tuple[int, bool], Correction] = {}
    for name, value in values.items():
        line, _, rest = name.partition(".")
        ships, _, what = rest.partition(".")
        if not (line.isdecimal() and ships in ("0", "1")):
            continue
        key = int(line), ships == "1"
        known = found.get(key, Correction())
        if what == "quantity" and isinstance(value, Decimal):
            found[key] = replace(known, quantity=value)
        elif what == "supplier":
            found[key] = replace(known, supplier=str(value or ""))
    return found


def proposal_row(one: Proposal, forms: SupplierForms, *, corrected: bool) -> Row:
    """A proposal beside the demand: what is needed in full, what is free, what is short, what is ordered."""
    demand, source = one.demand, one.source
    arrives = f"{'! ' if one.late else '  '}{forms.day(one.arrives)}"
    cells = (
        source.supplier,
        demand.item,
        demand.description,
        f"{demand.line.number}{' →' if demand.mode is SupplyMode.DROP_SHIP else ''}",
        demand.customer,
        forms.day(demand.needed_by),
        forms.number(one.full),
        forms.number(one.available),
        forms.number(one.shortage),
        f"{'*' if corrected else ''}{forms.number(one.quantity)}" if one.quantity else "–",
        demand.uom.code,
        forms.price(source.price) if source.price else "?",
        arrives,
    )
    look = "muted" if not one.quantity else "warning" if one.late or not source.price else ""
    return Row(key_of(one), cells, look)


def plan_rows(orders: Sequence[PlannedSupply], forms: SupplierForms) -> Iterator[Row]:
    """The supplier orders that would come, each with the lines it would get."""
    for place, one in enumerate(orders):
        draft = one.draft
        net = forms.amount(supplier_totals(draft).net, draft.currency.decimals)
        name = draft.number or "new"
        to = f"ships to {draft.destination.one_line()}" if draft.drop_ship else draft.name
        due, worth = forms.day(draft.delivery_date), f"{net} {draft.currency.code}"
        yield Row((place, -1), (f"{draft.supplier} · {name}", "", to, "", "", "", due, worth), "group")
        for at, line in enumerate(draft.lines[one.added_from :]):
            yield Row(
                (place, at),
                (
                    "", line.item, line.description, forms.number(line.quantity), line.uom.code,
                    forms.price(line.price), forms.day(line.delivery_date),
                    forms.amount(line.net, draft.currency.decimals),
                ),
                "" if line.price else "warning",
            )  # fmt: skip


Show = Callable[[Proposal], Row]
