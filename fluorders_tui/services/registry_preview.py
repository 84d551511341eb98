"""What the values of a form would do, in examples: the next numbers, due dates, discounts, closing days.

From the values as they stand in the form, saved or not, so that a supervisor understands what they
set before they set it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from fluorders_tui.data.numberings import last_numbers, load_numbering
from fluorders_tui.data.policy_rows import combination_rows
from fluorders_tui.domain.calendars import Calendar, closed_because, next_open, parse_weekend
from fluorders_tui.domain.discount_policies import (
    CRITERIA,
    DiscountCombination,
    DiscountPolicy,
    check_combination,
    check_policy,
)
from fluorders_tui.domain.discounts import net_after, parse_discounts
from fluorders_tui.domain.errors import DeskError, Invalid, Several
from fluorders_tui.domain.money import ZERO, fixed, plain
from fluorders_tui.domain.numbering import Numbering, Period, period_key, policy_for, preview
from fluorders_tui.domain.order import PaymentLine
from fluorders_tui.domain.payment_terms import due_dates
from fluorders_tui.domain.registry import Value
from fluorders_tui.services.composed_rows import Placed, numbering_errors, numbering_of, term_errors, term_of
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.registries import list_rows, place_in_words

__all__ = ["PREVIEWED", "PREVIEW_TITLES", "registry_preview"]

Values = Mapping[str, Value]
Children = Mapping[str, Sequence[Values]]

EXAMPLE = Decimal(1000)
MOST_ITEMS = 200
"""Items of a supplier that are listed."""


def registry_preview(desk: Desk, registry: str, values: Values, children: Children) -> list[str]:
    """Examples of what `values` and their `children` mean; what is wrong with them instead, where they can't work."""
    try:
        return PREVIEWED[registry](desk, values, children)
    except Several as several:
        return [_wrong(registry, error) for error in several.errors]
    except DeskError as error:
        return [_wrong(registry, error)]


def _wrong(registry: str, error: DeskError) -> str:
    """What is wrong, with the row and the field as the form calls them."""
    where = place_in_words(registry, error.field)
    rule = f" ({error.rule})" if error.rule else ""
    return f"✗ {where}: {error.message} {error.hint}".rstrip().replace("✗ : ", "✗ ") + rule


def _misplaced(registry: str, found: Iterable[Placed]) -> list[str]:
    told = []
    for registry_of, row, error in found:
        place = f"{registry_of}[{row + 1}].{error.field}" if registry_of else error.field
        told.append(_wrong(registry, type(error)(error.message, field=place, rule=error.rule, hint=error.hint)))
    return told


def _fields(kind: Any, values: Values) -> dict[str, Any]:
    return {name: values[name] for name in kind.__dataclass_fields__ if values.get(name) is not None}


def _next_numbers(desk: Desk, numbering: Numbering, type_code: str, count: int = 3) -> list[str]:
    """The next numbers by the counters as they stand, today and around the ends of periods; none is taken (D-9.3b)."""
    today = desk.today()
    with desk.store.read() as connection:
        last = last_numbers(connection, numbering.code)
    told = []
    for date in (today, dt.date(today.year, 12, 31), dt.date(today.year + 1, 1, 1), dt.date(today.year + 1, 6, 1)):
        policy = policy_for(numbering, date)
        typed = all(row.external for row in policy.ranges) and bool(policy.ranges)
        given = preview(numbering, date, last.get(period_key(policy, date), 0), count, type_code, desk.user)
        numbers = "typed by the clerk (D-9.6)" if typed else ", ".join(given)
        told.append(f"{date.isoformat()}   {numbers or 'no number is left'}")
    return told


def _numberings(desk: Desk, values: Values, children: Children) -> list[str]:
    policies, ranges = children.get("numbering-policies", ()), children.get("numbering-ranges", ())
    if wrong := _misplaced("numberings", numbering_errors(values, policies, ranges)):
        return wrong
    numbering = numbering_of(values, policies, ranges)
    usual = desk.company.order_type
    told = [f"The next numbers, by the document's date (type {usual}):", *_next_numbers(desk, numbering, usual)]
    for row, policy in zip(policies, numbering.policies, strict=True):
        traits = [_PERIODS[policy.period]]
        if policy.progressive_by_date:
            traits.append("no higher number with an earlier date (D-9.4)")
        if policy.recover_gaps:
            traits.append("free numbers are offered again (D-9.5)")
        span = " ".join(
            f"{word} {row[name]}" for word, name in (("from", "valid_from"), ("to", "valid_to")) if row.get(name)
        )
        told.append(f"· {row.get('code') or ''}{f' {span}' if span else ''}: {'; '.join(traits)}")
    return told


_PERIODS = {
    Period.NONE: "numbers never start again",
    Period.YEARLY: "numbers start again every year",
    Period.MONTHLY: "numbers start again every month",
    Period.DAILY: "numbers start again every day",
}


def _terms(desk: Desk, values: Values, children: Children) -> list[str]:
    instalments = children.get("payment-term-instalments", ())
    months = children.get("payment-term-excluded-months", ())
    if wrong := _misplaced("payment-terms", term_errors(values, instalments, months)):
        return wrong
    term, today = term_of(values, instalments, months), desk.today()
    told = [f"{fixed(EXAMPLE, 2)} taxable and 220.00 VAT fall due:"]
    for date in (today, dt.date(today.year, 1, 31), dt.date(today.year, 7, 1), dt.date(today.year, 11, 30)):
        dues = due_dates((PaymentLine("", term),), date, EXAMPLE, Decimal(220), ZERO, 2)
        told.append(f"{date}   " + ", ".join(f"{fixed(one.amount, 2)} on {one.date}" for one in dues))
    return told


def _discount_types(desk: Desk, values: Values, children: Children) -> list[str]:
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


def _numbers_of_type(desk: Desk, values: Values) -> list[str]:
    """The next numbers of the numbering that a type takes."""
    code = str(values.get("numbering") or "")
    if not code:
        return ["Set a numbering to see the next numbers."]
    with desk.store.read() as connection:
        _, numbering = load_numbering(connection, code)
    told = _next_numbers(desk, numbering, str(values.get("code") or ""))
    return [f"The next numbers of {code}, by the document's date:", *told]


def _document_types(desk: Desk, values: Values, children: Children) -> list[str]:
    return _numbers_of_type(desk, values)


def _order_types(desk: Desk, values: Values, children: Children) -> list[str]:
    def either(field: str, yes: str, no: str) -> str:
        return f"· {yes if values.get(field) else no}"

    return [
        *_numbers_of_type(desk, values),
        either("vat_included", "Prices contain VAT.", "VAT comes on top of prices."),
        either("automatic_confirmation", "Entered orders are confirmed at once.", "Somebody confirms them."),
        either("credit", "They count for the customer's credit while open.", "They don't count for credit."),
        either("exclude_lock", "They pass over the credit limit.", "Over the limit they are locked."),
        either("block_when_printed", "Once printed only a supervisor changes them.", "They may change after printing."),
        either("execution_needs_print", "They are executed only when printed and confirmed.", "They may be executed."),
        f"· Up to {values.get('over_delivery') or 0} % more than ordered may be delivered.",
        either("same_line_apart", "A line delivered twice in one document stays apart.", "It adds up to one line."),
    ]


def _calendars(desk: Desk, values: Values, children: Children) -> list[str]:
    days = children.get("calendar-days", ())
    calendar = Calendar(
        str(values.get("code") or ""),
        weekend=parse_weekend(str(values.get("weekend") or "")),
        closing={row["day"]: str(row.get("name") or "") for row in days if row.get("closed", True)},  # type: ignore[misc]
        opened=frozenset(row["day"] for row in days if not row.get("closed", True)),  # type: ignore[misc]
    )
    told: list[str] = []
    date = today = desk.today()
    while len(told) < 10 and date < today + dt.timedelta(days=120):
        if why := closed_because(calendar, date):
            told.append(f"{date}   closed: {why}")
        date += dt.timedelta(days=1)
    return [f"The next open day is {next_open(calendar, today)}.", *told]


def _policies(desk: Desk, values: Values, children: Children) -> list[str]:
    """D-5.4: for whom, which combination it belongs to, when that one is looked at, and what is left of 100."""
    made = {"code": ""} | _fields(DiscountPolicy, {**values, "discounts": None})
    policy = DiscountPolicy(**made, discounts=parse_discounts(str(values.get("discounts") or "")))
    with desk.store.read() as connection:
        combinations = sorted((one for _, one in combination_rows(connection)), key=lambda one: one.priority)
    if errors := check_policy(policy, combinations):
        return [_wrong("discount-policies", error) for error in errors]
    names = {
        "customer": "this customer",
        "category": "customers of this category",
        "item_class": "items of this class",
        "discount_category": "items of this discount category",
        "item": "this item",
    }
    looked = [f"{name} {values[field]}" for field, name in names.items() if values.get(field)]
    span = f"from {values.get('valid_from') or 'ever'} to {values.get('valid_to') or 'further notice'}"
    turn = next(place for place, one in enumerate(combinations) if one.looks == policy.looks)
    before = [one.name for one in combinations[:turn]]
    return [
        f"For {' and '.join(looked)}, {span}:",
        f"of 100.00 there remain {fixed(net_after(Decimal(100), policy.discounts), 2)}.",
        f"It belongs to the combination {combinations[turn].name}, {turn + 1} of {len(combinations)} to be looked at.",
        f"Before it come: {'; '.join(before)}." if before else "No combination comes before it.",
        "The first combination with a hit supplies the discounts (D-5.4).",
    ]


def _combinations(desk: Desk, values: Values, children: Children) -> list[str]:
    """D-5.4: the whole table in the order in which it is looked at, with this row in its place."""
    criteria = {name: bool(values.get(name)) for name in CRITERIA}
    own = DiscountCombination(int(str(values.get("priority") or 0)), **criteria)
    with desk.store.read() as connection:
        rows = combination_rows(connection, but=str(values.get("code") or ""))
    others = [one for _, one in rows]
    if errors := check_combination(own, others):
        return [_wrong("discount-combinations", error) for error in errors]
    return [
        "Policies are looked for in this order; the first hit counts:",
        *(
            f"{'→' if one is own else '·'} {one.priority}  {one.name}"
            for one in sorted([*others, own], key=lambda one: one.priority)
        ),
    ]


def _company(desk: Desk, values: Values, children: Children) -> list[str]:
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


def _suppliers(desk: Desk, values: Values, children: Children) -> list[str]:
    """What they sell us, as the items' own forms have it, with prices for those who may see costs (D-2.2, D-6.7)."""
    code = str(values.get("code") or "")
    currency = values.get("currency") or desk.company.currency
    try:
        page = list_rows(desk, "item-suppliers", filters={"supplier": code}, limit=MOST_ITEMS) if code else None
    except Invalid:
        # A code that isn't saved yet.
        page = None
    if page is None or not page.total:
        return ["No item names them as its supplier. Their prices stand in the items, tab Preferred suppliers."]
    many = "item comes" if page.total == 1 else "items come"
    shown = "their code, price, days" if desk.sees_margin else "their code, days"
    told = [f"{page.total} {many} from them (item, {shown}):"]
    for row in page.rows:
        own = row.values
        price = f"{plain(own['price'])} {currency}  " if desk.sees_margin and isinstance(own["price"], Decimal) else ""
        days = own.get("lead_time_days") or values.get("lead_time_days") or 0
        lot = own.get("min_lot")
        least = f", at least {plain(lot)}" if isinstance(lot, Decimal) and lot else ""
        usual = " · default" if own.get("default") else ""
        told.append(f"· {own['item']}  {own.get('code') or ''}  {price}{days} d{least}{usual}")
    if page.total > len(page.rows):
        told.append(f"… and {page.total - len(page.rows)} more: fluorders export item-suppliers lists them all.")
    return told


#: The registries whose forms have something to show, by name.
PREVIEWED: dict[str, Callable[[Desk, Values, Children], list[str]]] = {
    "numberings": _numberings,
    "payment-terms": _terms,
    "discount-types": _discount_types,
    "order-types": _order_types,
    "calendars": _calendars,
    "discount-policies": _policies,
    "discount-combinations": _combinations,
    "offer-types": _document_types,
    "supplier-order-types": _document_types,
    "company": _company,
    "customers": _company,
    "suppliers": _suppliers,
}

#: What the lines are called where they are no examples of what a form does.
PREVIEW_TITLES = {"suppliers": "What they sell us"}
