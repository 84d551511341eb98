"""What must hold for the quantity, price and dates of a line (D-6.3, D-6.4), by the desk's parameters."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from fluorders_tui.domain.amounts import check_size
from fluorders_tui.domain.calendars import closing_notices
from fluorders_tui.domain.conditions import ItemCard, LineChecks
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS, ONE, plain
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.order import LineType, Uom

USUAL_CHECKS = LineChecks()


def uom_of(card: ItemCard, code: str = "") -> Uom:
    """The unit of `card` with this code; without one the unit its barcode stood for, else the main unit.

    Raises `Invalid` (field `uom`, D-2.2) when the item has no such unit.
    """
    wanted = code or card.entered_uom
    if not wanted:
        return card.main_uom
    for unit in card.uoms:
        if unit.code.casefold() == wanted.casefold():
            return unit
    units = ", ".join(unit.code for unit in card.uoms)
    raise Invalid(f"{card.code} is not sold in {wanted}.", field="uom", rule="D-2.2", hint=f"It has {units}.")


def check_sellable(card: ItemCard) -> None:
    """Raise `Refused` (field `item`) for a blocked (D-6.3) or deactivated (D-2.5) item."""
    instead = ", ".join(substitute.code for substitute in card.substitutes)
    hint = f"Substitutes: {instead}." if instead else "Choose another item."
    if card.blocked:
        raise Refused(f"{card.code} is blocked.", field="item", rule="D-6.3", hint=hint)
    if not card.active:
        raise Refused(f"{card.code} is no longer active.", field="item", rule="D-2.5", hint=hint)


def check_quantity(quantity: Decimal, uom: Uom) -> None:
    """Raise `Invalid` (field `quantity`, D-6.3) unless it is above 0 and fits the unit's decimals."""
    check_size(quantity, "quantity", "D-6.3")
    if quantity <= 0:
        raise Invalid("The quantity must be more than 0.", field="quantity", rule="D-6.3")
    if quantity != quantity.quantize(ONE.scaleb(-uom.decimals), context=EXACT):
        allowed = f"at most {uom.decimals} decimals" if uom.decimals else "no decimals"
        unit = f" in {uom.code}" if uom.code else ""
        raise Invalid(f"A quantity{unit} has {allowed}.", field="quantity", rule="D-6.3")


def check_price(price: Decimal, line_type: LineType) -> None:
    """Raise `Invalid` (field `price`, D-6.2) beyond six decimals, or below 0 for goods.

    An uncoded line or a charge may be negative: that is how an allowance is written.
    """
    check_size(price, "price")
    if price != price.quantize(ONE.scaleb(-MICRO_DECIMALS), context=EXACT):
        raise Invalid(f"A price has at most {MICRO_DECIMALS} decimals.", field="price", rule="D-6.2")
    if price < 0 and line_type not in (LineType.UNCODED, LineType.CHARGE):
        hint = "Write an allowance as an uncoded or charge line."
        raise Invalid("The price of goods can't be below 0.", field="price", rule="D-6.2", hint=hint)


def check_dates(ready: dt.date | None, delivery: dt.date | None, field: str = "ready_date") -> None:
    """Raise `Refused` (D-6.4) when the goods would be ready after their delivery."""
    if ready is not None and delivery is not None and ready > delivery:
        raise Refused(
            f"Ready on {ready} is after the delivery on {delivery}.",
            field=field,
            rule="D-6.4",
            hint="Move the delivery first, or make the goods ready earlier.",
        )


def proposed_quantity(card: ItemCard, uom: Uom, checks: LineChecks = USUAL_CHECKS) -> Decimal:
    """The quantity offered before any is typed, in `uom`: 1, or the economic lot where the desk proposes it (D-6.3).

    The lot is raised to whole packs, and to what the unit's decimals can express.
    """
    if not checks.propose_lot or card.economic_lot <= 0:
        return ONE
    lot = card.economic_lot
    if card.pack_quantity > 0:
        packs = EXACT.divide(lot, card.pack_quantity).to_integral_value(ROUND_CEILING, EXACT)
        lot = EXACT.multiply(packs, card.pack_quantity)
    quantity = EXACT.divide(lot, uom.factor)
    return quantity.quantize(ONE.scaleb(-uom.decimals), ROUND_CEILING, EXACT)


def quantity_notices(card: ItemCard, uom: Uom, quantity: Decimal, checks: LineChecks = USUAL_CHECKS) -> list[Notice]:
    """Warnings on pack, economic lot and running-out item (D-6.3), the first two by parameter.

    Raises `Refused` (field `quantity`) where the parameter says so.
    """
    notices: list[Notice] = []
    in_main = EXACT.multiply(quantity, uom.factor)
    pack, lot = card.pack_quantity, card.economic_lot
    if pack > 0 and EXACT.remainder(in_main, pack) != 0:
        message = f"{plain(quantity)} {uom.code} is not a multiple of the pack of {plain(pack)} {card.main_uom.code}."
        notices += _by(checks.pack_multiple, message, _multiples(in_main, pack, uom))
    if lot > 0 and in_main < lot:
        message = f"{plain(quantity)} {uom.code} is below the economic lot of {plain(lot)} {card.main_uom.code}."
        notices += _by(checks.economic_lot, message, f"Order at least {plain(lot)} {card.main_uom.code}.")
    if card.running_out:
        until = f" on {card.running_out_date}" if card.running_out_date else ""
        instead = ", ".join(substitute.code for substitute in card.substitutes)
        message = f"{card.code} runs out{until}." + (f" Substitutes: {instead}." if instead else "")
        notices.append(Notice("D-6.3", message))
    return notices


def price_notices(price: Decimal, line_type: LineType, checks: LineChecks = USUAL_CHECKS) -> list[Notice]:
    """A warning on goods that cost nothing without being a give-away, unless the parameter is off (D-4.7).

    It never refuses here, where the price is still to be typed: `draft_problems` does that.
    """
    if price == 0 and line_type in (LineType.CODED, LineType.UNCODED) and checks.zero_price != "off":
        return [Notice("D-4.7", "The price is 0.")]
    return []


def delivery_notices(delivery: dt.date | None, order_date: dt.date, checks: LineChecks = USUAL_CHECKS) -> list[Notice]:
    """Warnings on a delivery before the order's own date, or on a closing day (D-6.4), unless the parameters are off.

    Raises `Refused` (field `delivery_date`) where a parameter says so.
    """
    closed = closing_notices(checks.calendar, delivery, checks.closing_days) if checks.calendar else []
    if delivery is None or delivery >= order_date or checks.past_delivery == "off":
        return closed
    message = f"The delivery on {delivery} is before the order's date {order_date}."
    if checks.past_delivery == "refuse":
        raise Refused(message, field="delivery_date", rule="D-6.4", hint="Type a later date.")
    return [Notice("D-6.4", message), *closed]


def _by(parameter: str, message: str, hint: str) -> list[Notice]:
    if parameter == "refuse":
        raise Refused(message, field="quantity", rule="D-6.3", hint=hint)
    return [] if parameter == "off" else [Notice("D-6.3", f"{message} {hint}".rstrip())]


def _multiples(in_main: Decimal, pack: Decimal, uom: Uom) -> str:
    """`Near it: 10 or 15.` in the line's unit, as far as its decimals can say it."""
    packs = EXACT.divide(in_main, pack)
    near: list[str] = []
    for rounding in (ROUND_FLOOR, ROUND_CEILING):
        whole = EXACT.multiply(packs.to_integral_value(rounding, EXACT), pack)
        quantity = EXACT.divide(whole, uom.factor)
        if quantity > 0 and quantity == quantity.quantize(ONE.scaleb(-uom.decimals), context=EXACT):
            near.append(plain(quantity))
    return f"Near it: {' or '.join(near)}." if near else ""
