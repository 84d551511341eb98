"""What a registry row must be before it is stored; what rows must be together is in `fitting_checks`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from fluorders_tui.data.registries import registries
from fluorders_tui.data.registry_codes import Codes
from fluorders_tui.data.registry_rows import Values
from fluorders_tui.domain.errors import DeskError, Invalid, Refused
from fluorders_tui.domain.money import HUNDRED, LARGEST, ZERO, plain
from fluorders_tui.domain.number_format import parse_template
from fluorders_tui.domain.payment_terms import MOST_DAYS
from fluorders_tui.domain.registry import FieldKind, FieldSpec, RegistrySpec, Value
from fluorders_tui.services.tax_numbers import wrong_tax_code, wrong_vat_number

#: Decimals below zero are a slip of the hand except here: a surcharge, stock that was oversold, a paid-in balance.
_SIGNED = {("customer-discounts", "value"), ("stock", "quantity"), ("customers", "balance")}
_POSITIVE = {("item-units", "factor"), ("item-components", "quantity"), ("currency-rates", "rate")}
_PERCENT = {
    ("vat-codes", "rate"),
    ("agents", "commission"),
    ("customer-agents", "commission"),
    ("customer-expenses", "percent"),
    ("customer-discounts", "value"),
}
_WHOLE_RANGES = {
    ("units", "decimals"): (0, 6, "D-6.3"),
    ("currencies", "decimals"): (0, 4, "D-6.2"),
    ("payment-terms", "extra_days"): (0, MOST_DAYS, "D-8.2"),
    ("payment-term-instalments", "days"): (0, MOST_DAYS, "D-8.1"),
    ("payment-term-excluded-months", "month"): (1, 12, "D-8.3b"),
    ("payment-term-excluded-months", "to_month"): (1, 12, "D-8.3b"),
    ("payment-term-excluded-months", "to_day"): (1, 31, "D-8.3b"),
    ("suppliers", "lead_time_days"): (0, MOST_DAYS, "D-2.3"),
    ("item-suppliers", "lead_time_days"): (0, MOST_DAYS, "D-2.2"),
    ("offer-types", "validity_days"): (0, MOST_DAYS, "D-13.1"),
    ("numbering-ranges", "start"): (0, (1 << 31) - 1, "D-9.1"),
}
#: Whose row can't be the same twice: a kit in itself, an item instead of itself.
_DIFFERENT = {
    "item-substitutes": ("item", "substitute", "An item can't be its own substitute."),
    "item-components": ("item", "component", "A kit can't contain itself."),
}


def default_values(spec: RegistrySpec) -> Values:
    """What a new row holds where nothing is given."""
    return {field.name: _empty(field) for field in spec.fields}


def _empty(field: FieldSpec) -> Value:
    if field.kind in (FieldKind.CODE, FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.DISCOUNTS):
        return field.default or ""
    return field.default


def merged(spec: RegistrySpec, before: Mapping[str, Value], given: Mapping[str, Value]) -> Values:
    """`before` with the given values; an empty one clears what may be empty and else changes nothing."""
    values = dict(before)
    for name, value in given.items():
        if value is not None:
            values[name] = value
        elif spec.by_name[name].kind in (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.DISCOUNTS):
            values[name] = ""
        elif spec.by_name[name].optional and not spec.by_name[name].required:
            values[name] = None
    return values


class RowChecker:
    """Checks rows of one registry; compiled once, because files have very many of them."""

    def __init__(self, registry: str, codes: Codes) -> None:
        self.spec = registries()[registry].spec
        self._codes = codes
        self._references = [field for field in self.spec.fields if field.names]
        self._required = [
            field for field in self.spec.fields if field.required and (field.default in (None, "") or field.target)
        ]
        # A required decimal has 0 as its column's default, so whether it was given shows only beside the row.
        self._given = [
            field.name
            for field in self.spec.fields
            if field.required and field.kind in (FieldKind.DECIMAL, FieldKind.WHOLE) and field not in self._required
        ]
        self._decimals = [
            (field, (registry, field.name)) for field in self.spec.fields if field.kind is FieldKind.DECIMAL
        ]
        self._ranges = [(name, limits) for (of, name), limits in _WHOLE_RANGES.items() if of == registry]
        self._dated = {"valid_from", "valid_to"} <= self.spec.by_name.keys()
        self._tax = [name for name in ("vat_number", "tax_code") if name in self.spec.by_name]

    def resolve(self, values: Values) -> list[DeskError]:
        """Write references as their rows' codes are written; the errors are those that don't exist."""
        errors: list[DeskError] = []
        for field in self._references:
            typed = values.get(field.name)
            if typed in (None, ""):
                continue
            found = self._codes.find(field.names, str(typed))
            if found is None:
                errors.append(self._unknown(field, str(typed)))
                values[field.name] = None if field.target else ""
            else:
                values[field.name] = found.code
        return errors

    def _unknown(self, field: FieldSpec, typed: str) -> Invalid:
        close = self._codes.nearest(field.names, typed)
        singular = registries()[field.names].spec.singular
        hint = f"Did you mean {close}?" if close else ""
        return Invalid(f"There is no {singular} “{typed[:40]}”.", field=field.name, rule="D-2", hint=hint)

    def check(
        self, values: Mapping[str, Value], before: Mapping[str, Value] | None, given: Iterable[str] | None = None
    ) -> list[DeskError]:
        """Everything wrong with a resolved row; `before` is what it was, None for a new one.

        `given` names the values somebody typed; None for all.
        """
        errors: list[DeskError] = []
        for field in self._required:
            if values.get(field.name) in (None, ""):
                errors.append(Invalid(f"{field.label} is needed.", field=field.name, rule="D-2"))
        if before is None and given is not None:
            missing = set(self._given).difference(given)
            errors.extend(
                Invalid(f"{self.spec.by_name[name].label} is needed.", field=name, rule="D-2") for name in missing
            )
        self._check_active(values, before, errors)
        for field, place in self._decimals:
            value = values.get(field.name)
            if isinstance(value, Decimal) and (
                value.is_signed() or place in _POSITIVE or place in _PERCENT or value > 1
            ):
                self._check_decimal(field, place, value, errors)
        for name, (least, most, rule) in self._ranges:
            number = values.get(name)
            if isinstance(number, int) and not least <= number <= most:
                errors.append(Invalid(f"It goes from {least} to {most}, not {number}.", field=name, rule=rule))
        if self._dated:
            start, end = values.get("valid_from"), values.get("valid_to")
            if isinstance(start, dt.date) and isinstance(end, dt.date) and end < start:
                errors.append(Invalid("It ends before it starts.", field="valid_to", rule="D-4.1"))
        if self._tax:
            self._check_tax(values, before, errors)
        if special := _SPECIAL.get(self.spec.name):
            errors.extend(special(values))
        return errors

    def _check_active(
        self, values: Mapping[str, Value], before: Mapping[str, Value] | None, errors: list[DeskError]
    ) -> None:
        for field in self._references:
            code = values.get(field.name)
            # An old row may keep what has been deactivated since (D-2.5).
            if code in (None, "") or (before is not None and before.get(field.name) == code):
                continue
            found = self._codes.find(field.names, str(code))
            if found is None:
                errors.append(self._unknown(field, str(code)))
            elif not found.active:
                singular = registries()[field.names].spec.singular
                errors.append(
                    Refused(
                        f"The {singular} {code} is not active.",
                        field=field.name,
                        rule="D-2.5",
                        hint="Reactivate it or take another.",
                    )
                )

    @staticmethod
    def _check_decimal(field: FieldSpec, place: tuple[str, str], value: Decimal, errors: list[DeskError]) -> None:
        message = ""
        if abs(value) > LARGEST:
            message = "This number is too large."
        elif place in _POSITIVE and value <= ZERO:
            message = f"{field.label} must be above zero."
        elif value < ZERO and place not in _SIGNED:
            message = f"{field.label} can't be negative."
        elif place in _PERCENT and value > HUNDRED:
            message = f"{plain(value)} % is over 100 %."
        elif place in _PERCENT and value < -10 * HUNDRED:
            message = f"{plain(value)} % is no surcharge anybody means."
        if message:
            errors.append(Invalid(message, field=field.name, rule="D-2"))

    def _check_tax(
        self, values: Mapping[str, Value], before: Mapping[str, Value] | None, errors: list[DeskError]
    ) -> None:
        country = values.get("country")
        if not country:
            return
        for name in self._tax:
            number = str(values.get(name) or "")
            unchanged = before is not None and all(
                before.get(other) == values.get(other) for other in (name, "country")
            )
            if not number or unchanged:
                continue
            wrong = (wrong_vat_number if name == "vat_number" else wrong_tax_code)(str(country), number)
            if wrong:
                label = self.spec.by_name[name].label
                errors.append(Invalid(f"{number} is no {label} of {country}: {wrong}.", field=name, rule="D-2.1"))


def _check_numbering_row(values: Mapping[str, Value]) -> Iterator[DeskError]:
    template = str(values.get("format") or "")
    if not template:
        return
    try:
        parse_template(template)
    except Invalid as error:
        yield Invalid(error.message, field="format", rule=error.rule, hint=error.hint)


def _check_expense(values: Mapping[str, Value]) -> Iterator[DeskError]:
    if values.get("percent") is not None and values.get("amount") is not None:
        yield Invalid("An expense is a percent or an amount, not both.", field="amount", rule="D-2.1")


def _check_weekend(values: Mapping[str, Value]) -> Iterator[DeskError]:
    days = str(values.get("weekend") or "").split()
    if any(day not in ("1", "2", "3", "4", "5", "6", "7") for day in days) or len(set(days)) != len(days):
        yield Invalid("Weekdays are numbers from 1 (Monday) to 7.", field="weekend", rule="D-2.4", hint="Such as: 6 7.")
    elif len(days) == 7:
        yield Invalid("Not every day can be closed.", field="weekend", rule="D-2.4")


def _different(registry: str) -> Callable[[Mapping[str, Value]], Iterator[DeskError]]:
    first, second, message = _DIFFERENT[registry]

    def check(values: Mapping[str, Value]) -> Iterator[DeskError]:
        if values.get(first) is not None and values.get(first) == values.get(second):
            yield Refused(message, field=second, rule="D-2.2")

    return check


_SPECIAL: dict[str, Callable[[Mapping[str, Value]], Iterable[DeskError]]] = {
    "numberings": _check_numbering_row,
    "numbering-policies": _check_numbering_row,
    "numbering-ranges": _check_numbering_row,
    "customer-expenses": _check_expense,
    "calendars": _check_weekend,
    "item-substitutes": _different("item-substitutes"),
    "item-components": _different("item-components"),
}
