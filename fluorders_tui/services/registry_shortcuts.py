"""Columns that files have although they are rows of another table: an item's barcode, a customer's price list.

They are read into those rows and written from them, so that one flat row makes something that works:
a payment term with its instalments, a numbering with its policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_codes import Codes
from fluorders_tui.data.registry_rows import RowState, Values
from fluorders_tui.domain.discounts import format_discounts, parse_discounts
from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.money import ZERO, plain
from fluorders_tui.domain.number_format import check_format
from fluorders_tui.domain.numbering import Period
from fluorders_tui.domain.order import Discount
from fluorders_tui.domain.registry import FieldKind, FieldSpec, Value
from fluorders_tui.services.registry_checks import default_values

Existing = Mapping[str, Sequence[RowState]]

_PERIODS = tuple(period.value for period in Period)


@dataclass(frozen=True, slots=True)
class ChildChange:
    """A row of another table to add (no `state`), change, or remove (no `values`); `column` asked for it."""

    registry: str
    column: str
    state: RowState | None
    values: Values | None


@dataclass
class ShortcutContext:
    """What shortcuts look up: codes, who has a barcode, list types by price list, discount types in order."""

    codes: Codes
    barcode_items: dict[str, str] = field(default_factory=dict)
    list_types: Mapping[str, str] = field(default_factory=dict)
    discount_types: Sequence[str] = ()
    agent_commissions: Mapping[str, Decimal | None] = field(default_factory=dict)


def _column(name: str, label: str, told: str, *, kind: FieldKind = FieldKind.TEXT, **more: object) -> FieldSpec:
    return FieldSpec(name, kind, label, told, optional=True, **more)  # type: ignore[arg-type]


SHORTCUTS: dict[str, tuple[FieldSpec, ...]] = {
    "items": (_column("barcode", "Barcodes", "One or more, with blanks between; they are added.", aliases=("ean",)),),
    "customers": (
        _column(
            "price_lists",
            "Price lists",
            "Codes of list types or lists, with blanks between, the first one looked in first; they are added.",
            aliases=("price_list", "list_type"),
        ),
        _column(
            "discounts", "Discounts", "A chain such as 50+10, one of each discount type (D-5.2).", aliases=("discount",)
        ),
        _column("agent", "Agent", "The code of the customer's agent."),
        _column(
            "commission", "Commission %", "Of that agent; empty is the agent's own.", kind=FieldKind.DECIMAL, decimals=6
        ),
    ),
    "payment-terms": (
        _column(
            "instalments",
            "Instalments",
            "Days such as 30/60/90, or with shares: 30:50 60:50 (D-8.1).",
            aliases=("days",),
        ),
    ),
    "numberings": (
        _column(
            "period", "Period", "Numbers start again each period (D-9.1).", kind=FieldKind.CHOICE, choices=_PERIODS
        ),
        _column("start", "First number", "Where each period starts.", kind=FieldKind.WHOLE),
    ),
}

#: The tables a registry's shortcuts are about.
SHORTCUT_TABLES: dict[str, tuple[str, ...]] = {
    "items": ("barcodes",),
    "customers": ("customer-price-lists", "customer-discounts", "customer-agents"),
    "payment-terms": ("payment-term-instalments",),
    "numberings": ("numbering-policies", "numbering-ranges"),
}


def child_changes(
    registry: str, row: Mapping[str, Value], cells: Mapping[str, Value], existing: Existing, context: ShortcutContext
) -> list[ChildChange]:
    """What the shortcut `cells` of a checked row change in other tables; raises `Invalid` with the column."""
    make = _CHANGES.get(registry)
    return make(row, cells, existing, context) if make else []


def shortcut_cells(registry: str, existing: Existing, context: ShortcutContext) -> dict[str, Value]:
    """The cells that would make the `existing` rows; empty where a cell can't say it all."""
    read = _CELLS.get(registry)
    return read(existing, context) if read else {}


def parts_of(cell: object) -> list[str]:
    """The values in a cell that takes several, as they are written, with those that are there twice."""
    return re.findall(r"[^\s,;]+", str(cell or ""))


def _parts(cell: object) -> list[str]:
    return list(dict.fromkeys(parts_of(cell)))


def _new(registry: str, column: str, **values: Value) -> ChildChange:
    return ChildChange(registry, column, None, default_values(registries()[registry].spec) | values)


def barcodes_in(cells: Mapping[str, Value]) -> list[str]:
    """The barcodes that an item's cells name."""
    return _parts(cells.get("barcode"))


def _barcodes(
    row: Mapping[str, Value], cells: Mapping[str, Value], existing: Existing, context: ShortcutContext
) -> list[ChildChange]:
    changes = []
    own = {state.values["barcode"] for state in existing["barcodes"]}
    for barcode in _parts(cells.get("barcode")):
        owner = context.barcode_items.get(barcode)
        if owner is not None and owner != row["code"]:
            raise Invalid(f"The barcode {barcode} belongs to the item {owner}.", field="barcode", rule="D-2.2")
        if len(barcode) > registries()["barcodes"].field("barcode").spec.length:
            raise Invalid("A barcode has at most 48 characters.", field="barcode", rule="D-2.2")
        if barcode not in own:
            context.barcode_items[barcode] = str(row["code"])
            changes.append(_new("barcodes", "barcode", item=row["code"], barcode=barcode))
    return changes


def _customer_rows(
    row: Mapping[str, Value], cells: Mapping[str, Value], existing: Existing, context: ShortcutContext
) -> list[ChildChange]:
    return [
        *_customer_lists(row, cells, existing, context),
        *_customer_discounts(row, cells, existing, context),
        *_customer_agents(row, cells, existing, context),
    ]


def _customer_lists(
    row: Mapping[str, Value], cells: Mapping[str, Value], existing: Existing, context: ShortcutContext
) -> list[ChildChange]:
    changes = []
    assigned = existing["customer-price-lists"]
    own = {state.values["list_type"] for state in assigned}
    priority = max((int(str(state.values["priority"])) for state in assigned), default=0)
    for typed in _parts(cells.get("price_lists")):
        found = context.codes.find("price-list-types", typed)
        code = found.code if found else context.list_types.get(typed, "")
        if not code:
            close = context.codes.nearest("price-list-types", typed)
            hint = f"Did you mean {close}?" if close else "Import the price lists first."
            raise Invalid(f"There is no price list “{typed[:40]}”.", field="price_lists", rule="D-4.1", hint=hint)
        if code not in own:
            priority += 10
            first = not own
            own.add(code)
            values = {"customer": row["code"], "list_type": code, "priority": priority, "default": first}
            changes.append(_new("customer-price-lists", "price_lists", **values))
    return changes


def _customer_discounts(
    row: Mapping[str, Value], cells: Mapping[str, Value], existing: Existing, context: ShortcutContext
) -> list[ChildChange]:
    cell = cells.get("discounts")
    if cell is None:
        return []
    try:
        chain = parse_discounts(str(cell).replace("%", ""))
    except Invalid as error:
        raise Invalid(error.message, field="discounts", rule=error.rule, hint=error.hint) from error
    if any(discount.is_amount for discount in chain):
        raise Invalid("A customer's discounts are percentages.", field="discounts", rule="D-2.1")
    if len(chain) > len(context.discount_types):
        raise Invalid(
            f"There are {len(context.discount_types)} discount types for {len(chain)} discounts.",
            field="discounts",
            rule="D-5.2",
            hint="Add discount types first.",
        )
    old = {state.values["discount_type"]: state for state in existing["customer-discounts"]}
    changes = []
    for code, discount in zip(context.discount_types, chain, strict=False):
        state = old.pop(code, None)
        if state is None:
            values: Values = {"customer": row["code"], "discount_type": code, "value": discount.value}
            changes.append(_new("customer-discounts", "discounts", **values))
        elif state.values["value"] != discount.value:
            changes.append(
                ChildChange("customer-discounts", "discounts", state, {**state.values, "value": discount.value})
            )
    changes.extend(ChildChange("customer-discounts", "discounts", state, None) for state in old.values())
    return changes


def _customer_agents(
    row: Mapping[str, Value], cells: Mapping[str, Value], existing: Existing, context: ShortcutContext
) -> list[ChildChange]:
    typed, commission = cells.get("agent"), cells.get("commission")
    if typed is None:
        if commission is not None:
            raise Invalid("Whose commission? The column agent is empty.", field="commission", rule="D-2.1")
        return []
    found = context.codes.find("agents", str(typed))
    if found is None:
        close = context.codes.nearest("agents", str(typed))
        hint = f"Did you mean {close}?" if close else ""
        raise Invalid(f"There is no agent “{str(typed)[:40]}”.", field="agent", rule="D-2.1", hint=hint)
    state = next((state for state in existing["customer-agents"] if state.values["agent"] == found.code), None)
    if state is None:
        usual = context.agent_commissions.get(found.code) if commission is None else commission
        return [_new("customer-agents", "agent", customer=row["code"], agent=found.code, commission=usual)]
    if commission is not None and state.values["commission"] != commission:
        return [ChildChange("customer-agents", "commission", state, {**state.values, "commission": commission})]
    return []


def _instalments(
    row: Mapping[str, Value], cells: Mapping[str, Value], existing: Existing, _context: ShortcutContext
) -> list[ChildChange]:
    cell, old = cells.get("instalments"), existing["payment-term-instalments"]
    if cell is None and old:
        return []
    wanted: dict[int, Decimal] = {}
    # A term that says nothing about days is due at once.
    for part in re.split(r"[\s/;,+]+", str(cell or "0").strip()):
        match = re.fullmatch(r"(\d{1,4})(?::(\d{1,3}(?:\.\d{1,6})?)%?)?", part)
        if match is None or int(match[1]) in wanted:
            raise Invalid(
                f"“{part[:20]}” is no instalment.",
                field="instalments",
                rule="D-8.1",
                hint="Write 30/60/90, or with shares 30:50 60:50.",
            )
        wanted[int(match[1])] = Decimal(match[2] or 0)
    changes, by_days = [], {state.values["days"]: state for state in old}
    for days, share in wanted.items():
        shares: Values = {"share_taxable": share, "share_vat": share, "share_expenses": share}
        state = by_days.pop(days, None)
        if state is None:
            values = {"payment_term": row["code"], "days": days, **shares}
            changes.append(_new("payment-term-instalments", "instalments", **values))
        elif any(state.values[name] != share for name in shares):
            changes.append(ChildChange("payment-term-instalments", "instalments", state, state.values | shares))
    changes.extend(ChildChange("payment-term-instalments", "instalments", state, None) for state in by_days.values())
    return changes


_POLICY = "STD"


def _policies(
    row: Mapping[str, Value], cells: Mapping[str, Value], existing: Existing, _context: ShortcutContext
) -> list[ChildChange]:
    period, start = cells.get("period"), cells.get("start")
    policies, ranges = existing["numbering-policies"], existing["numbering-ranges"]
    if not policies:
        usual = period or _usual_period(str(row["format"]))
        return [
            _new("numbering-policies", "period", numbering=row["code"], code=_POLICY, period=usual),
            _new(
                "numbering-ranges", "start", numbering=row["code"], policy=_POLICY, start=1 if start is None else start
            ),
        ]
    changes = []
    if period is not None and (len(policies) > 1 or policies[0].values["period"] != period):
        _only_one(policies, "period")
        changes.append(
            ChildChange("numbering-policies", "period", policies[0], policies[0].values | {"period": period})
        )
    if start is not None and (len(ranges) != 1 or ranges[0].values["start"] != start):
        _only_one(ranges, "start")
        changes.append(ChildChange("numbering-ranges", "start", ranges[0], ranges[0].values | {"start": start}))
    return changes


def _only_one(rows: Sequence[RowState], column: str) -> None:
    if len(rows) != 1:
        raise Invalid(
            f"This numbering has {len(rows) or 'no'} rows that say it.",
            field=column,
            rule="D-9.1",
            hint="Change its policies and ranges themselves.",
        )


def _usual_period(template: str) -> str:
    try:
        check_format(template, Period.YEARLY)
    except Invalid:
        return Period.NONE.value
    return Period.YEARLY.value if re.search(r"\{(year|yy|period)", template) else Period.NONE.value


def _barcode_cell(existing: Existing, _context: ShortcutContext) -> dict[str, Value]:
    codes = [str(state.values["barcode"]) for state in existing["barcodes"]]
    return {"barcode": " ".join(code for code in codes if _parts(code) == [code]) or None}


def _customer_cells(existing: Existing, context: ShortcutContext) -> dict[str, Value]:
    lists = sorted(existing["customer-price-lists"], key=lambda state: int(str(state.values["priority"])))
    codes = [str(state.values["list_type"]) for state in lists]
    cells: dict[str, Value] = {
        "price_lists": " ".join(code for code in codes if _parts(code) == [code]) or None,
        "discounts": None,
        "agent": None,
        "commission": None,
    }
    rows = {state.values["discount_type"]: state.values["value"] for state in existing["customer-discounts"]}
    types = list(context.discount_types[: len(rows)])
    if rows and set(types) == set(rows):
        values = [value for code in types if isinstance(value := rows[code], Decimal)]
        cells["discounts"] = format_discounts(Discount(value, priority=place) for place, value in enumerate(values))
    agents = existing["customer-agents"]
    if len(agents) == 1 and agents[0].values["valid_from"] is None and agents[0].values["valid_to"] is None:
        cells["agent"], cells["commission"] = agents[0].values["agent"], agents[0].values["commission"]
    return cells


def _instalment_cell(existing: Existing, _context: ShortcutContext) -> dict[str, Value]:
    rows = sorted(existing["payment-term-instalments"], key=lambda state: int(str(state.values["days"])))
    parts = []
    for state in rows:
        shares = {state.values[name] for name in ("share_taxable", "share_vat", "share_expenses")}
        if len(shares) > 1:
            return {"instalments": None}
        share = shares.pop()
        days = str(state.values["days"])
        parts.append(f"{days}:{plain(share)}" if isinstance(share, Decimal) and share != ZERO else days)
    return {"instalments": (" " if any(":" in part for part in parts) else "/").join(parts) or None}


def _policy_cells(existing: Existing, _context: ShortcutContext) -> dict[str, Value]:
    policies, ranges = existing["numbering-policies"], existing["numbering-ranges"]
    return {
        "period": policies[0].values["period"] if len(policies) == 1 else None,
        "start": ranges[0].values["start"] if len(ranges) == 1 else None,
    }


_Changes = Callable[[Mapping[str, Value], Mapping[str, Value], Existing, ShortcutContext], list[ChildChange]]
_CHANGES: dict[str, _Changes] = {
    "items": _barcodes,
    "customers": _customer_rows,
    "payment-terms": _instalments,
    "numberings": _policies,
}
_CELLS: dict[str, Callable[[Existing, ShortcutContext], dict[str, Value]]] = {
    "items": _barcode_cell,
    "customers": _customer_cells,
    "payment-terms": _instalment_cell,
    "numberings": _policy_cells,
}
