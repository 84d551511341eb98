"""What the values of a form would do, in examples: the next numbers, due dates, discounts, closing days.

From the values as they stand in the form, saved or not, so that a supervisor understands what they
set before they set it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from fluorders_tui.domain.calendars import Calendar, closed_because, next_open, parse_weekend
from fluorders_tui.domain.discounts import net_after, parse_discounts
from fluorders_tui.domain.errors import DeskError, Several
from fluorders_tui.domain.money import ZERO, fixed
from fluorders_tui.domain.numbering import (
    Numbering,
    NumberingPolicy,
    NumberingRange,
    Period,
    check_numbering,
    policy_for,
    preview,
)
from fluorders_tui.domain.order import ExcludedMonth, Instalment, PaymentLine, PaymentTerm
from fluorders_tui.domain.payment_terms import due_dates
from fluorders_tui.domain.registry import Value
from fluorders_tui.services.desk import Desk

__all__ = ["PREVIEWED", "registry_preview"]

Values = Mapping[str, Value]
Children = Mapping[str, Sequence[Values]]

EXAMPLE = Decimal(1000)


def registry_preview(desk: Desk, registry: str, values: Values, children: Children) -> list[str]:
    """Examples of what `values` and their `children` mean; what is wrong with them instead, where they can't work."""
    try:
        return PREVIEWED[registry](desk.today(), values, children)
    except Several as several:
        return [f"✗ {error}" for error in several.errors]
    except DeskError as error:
        return [f"✗ {error}"]


def _fields(kind: Any, values: Values) -> dict[str, Any]:
    return {name: values[name] for name in kind.__dataclass_fields__ if values.get(name) is not None}


def numbering_of(values: Values, children: Children) -> Numbering:
    """The numbering that a form describes."""
    ranges = children.get("numbering-ranges", ())
    policies = []
    for row in children.get("numbering-policies", ()):
        own = tuple(
            NumberingRange(**_fields(NumberingRange, one)) for one in ranges if one.get("policy") == row.get("code")
        )
        made = _fields(NumberingPolicy, row) | {"period": Period(str(row.get("period") or "none")), "ranges": own}
        policies.append(NumberingPolicy(**made))
    return Numbering(
        str(values.get("code") or ""),
        format=str(values.get("format") or ""),
        policies=tuple(policies) or (NumberingPolicy(),),
    )


def numbering_lines(numbering: Numbering, dates: Sequence[dt.date], last: int = 0, count: int = 3) -> list[str]:
    """The next numbers after `last` on each of `dates`, as they would look (D-9.3b)."""
    check_numbering(numbering)
    told = []
    for date in dates:
        policy = policy_for(numbering, date)
        typed = all(row.external for row in policy.ranges) and bool(policy.ranges)
        numbers = "typed by the clerk (D-9.6)" if typed else ", ".join(preview(numbering, date, last, count, "STD"))
        told.append(f"{date.isoformat()}   {numbers or 'no number is left'}")
    return told


def _numberings(today: dt.date, values: Values, children: Children) -> list[str]:
    year = today.year
    dates = [today, dt.date(year, 12, 31), dt.date(year + 1, 1, 1), dt.date(year + 1, 6, 1)]
    numbering = numbering_of(values, children)
    told = ["The first numbers of a period, by the document's date (type STD):", *numbering_lines(numbering, dates)]
    for policy in numbering.policies:
        traits = [f"numbers start again: {policy.period.value}"]
        if policy.progressive_by_date:
            traits.append("no higher number with an earlier date (D-9.4)")
        if policy.recover_gaps:
            traits.append("free numbers are offered again (D-9.5)")
        told.append("· " + "; ".join(traits))
    return told


def _terms(today: dt.date, values: Values, children: Children) -> list[str]:
    term = PaymentTerm(
        **_fields(PaymentTerm, values)
        | {
            "instalments": tuple(
                Instalment(**_fields(Instalment, row)) for row in children.get("payment-term-instalments", ())
            )
            or (Instalment(0),),
            "excluded_months": tuple(
                ExcludedMonth(**_fields(ExcludedMonth, row)) for row in children.get("payment-term-excluded-months", ())
            ),
        }
    )
    told = [f"{fixed(EXAMPLE, 2)} taxable and 220.00 VAT fall due:"]
    for date in (today, dt.date(today.year, 1, 31), dt.date(today.year, 7, 1), dt.date(today.year, 11, 30)):
        dues = due_dates((PaymentLine("", term),), date, EXAMPLE, Decimal(220), ZERO, 2)
        told.append(f"{date}   " + ", ".join(f"{fixed(one.amount, 2)} on {one.date}" for one in dues))
    return told


def _discount_types(today: dt.date, values: Values, children: Children) -> list[str]:
    chain = parse_discounts("50+10+5")
    on_gross = parse_discounts("50+10+5")
    gross = Decimal(100)
    left = sum((one.value for one in on_gross), ZERO)
    return [
        "Of 100.00 with 50+10+5 there remain",
        f"  {fixed(net_after(gross, chain), 2)} when each works on what the earlier ones left (cascade)",
        f"  {fixed(gross - left, 2)} when each works on the gross",
        f"This type is applied at priority {values.get('priority')}, {values.get('application')}.",
        "Agents: it lowers nothing of their base." if values.get("excluded_from_commission") else "",
    ]


def _order_types(today: dt.date, values: Values, children: Children) -> list[str]:
    def either(field: str, yes: str, no: str) -> str:
        return f"· {yes if values.get(field) else no}"

    return [
        f"Orders of this type take their numbers from {values.get('numbering') or '…'}.",
        either("vat_included", "Prices contain VAT.", "VAT comes on top of prices."),
        either("automatic_confirmation", "Entered orders are confirmed at once.", "Somebody confirms them."),
        either("credit", "They count for the customer's credit while open.", "They don't count for credit."),
        either("exclude_lock", "They pass over the credit limit.", "Over the limit they are locked."),
        either("block_when_printed", "Once printed only a supervisor changes them.", "They may change after printing."),
        either("execution_needs_print", "They are executed only when printed and confirmed.", "They may be executed."),
        f"· Up to {values.get('over_delivery') or 0} % more than ordered may be delivered.",
        either("same_line_apart", "A line delivered twice in one document stays apart.", "It adds up to one line."),
    ]


def _calendars(today: dt.date, values: Values, children: Children) -> list[str]:
    days = children.get("calendar-days", ())
    calendar = Calendar(
        str(values.get("code") or ""),
        weekend=parse_weekend(str(values.get("weekend") or "")),
        closing={row["day"]: str(row.get("name") or "") for row in days if row.get("closed", True)},  # type: ignore[misc]
        opened=frozenset(row["day"] for row in days if not row.get("closed", True)),  # type: ignore[misc]
    )
    told: list[str] = []
    date = today
    while len(told) < 10 and date < today + dt.timedelta(days=120):
        if why := closed_because(calendar, date):
            told.append(f"{date}   closed: {why}")
        date += dt.timedelta(days=1)
    return [f"The next open day is {next_open(calendar, today)}.", *told]


def _policies(today: dt.date, values: Values, children: Children) -> list[str]:
    names = {
        "customer": "this customer",
        "category": "customers of this category",
        "item_class": "items of this class",
        "discount_category": "items of this discount category",
        "item": "this item",
    }
    looked = [f"{name} {values[field]}" for field, name in names.items() if values.get(field)]
    net = net_after(Decimal(100), parse_discounts(str(values.get("discounts") or "")))
    span = f"from {values.get('valid_from') or 'ever'} to {values.get('valid_to') or 'further notice'}"
    return [
        f"For {' and '.join(looked) or 'nobody yet: set a criterion'}, {span}:",
        f"of 100.00 there remain {fixed(net, 2)}.",
        "The first combination of criteria with a hit supplies the discounts (D-5.4).",
    ]


def _company(today: dt.date, values: Values, children: Children) -> list[str]:
    apart = {
        "group_by_type": "their offer types differ",
        "group_by_year": "their years differ",
        "group_by_month": "their months differ",
        "group_by_rate": "their exchange rates differ",
        "group_by_project": "their projects differ",
        "group_by_payment": "their payment types or terms differ",
        "group_by_destination": "their destinations or carriers differ",
    }
    if not values.get("group_summary", True):
        return ["Every offer becomes an order of its own (D-13.4)."]
    kept = [why for field, why in apart.items() if values.get(field)]
    return ["Several offers of one customer become one order, unless", *(f"· {why}" for why in kept)]


#: The registries whose forms have something to show, by name.
PREVIEWED: dict[str, Callable[[dt.date, Values, Children], list[str]]] = {
    "numberings": _numberings,
    "payment-terms": _terms,
    "discount-types": _discount_types,
    "order-types": _order_types,
    "calendars": _calendars,
    "discount-policies": _policies,
    "company": _company,
    "customers": _company,
}
