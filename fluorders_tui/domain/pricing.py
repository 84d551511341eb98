"""Price retrieval (D-4.1–4.5, 4.7–4.8b): which price an item has for a customer, and why.

Pure computation on the snapshots taken when customer and item were chosen (U-1.2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from fluorders_tui.domain.conditions import (
    CustomerConditions,
    ItemCard,
    ListPrice,
    PriceAssignment,
    PriceListVersion,
)
from fluorders_tui.domain.discount_policies import PolicyHit, policy_discounts
from fluorders_tui.domain.discounts import format_discounts, from_source, net_after
from fluorders_tui.domain.money import EXACT, MICRO_DECIMALS, ONE, ZERO, plain, round_half_up
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.order import (
    NO_PRICE,
    Currency,
    Discount,
    DiscountSource,
    OrderLine,
    PriceOrigin,
    PriceSource,
    Uom,
    VatCode,
)
from fluorders_tui.domain.totals import vat_percent


@dataclass(frozen=True, slots=True)
class Price:
    """A unit price in document currency, the discounts that come with it, where it is from, and warnings."""

    value: Decimal
    discounts: tuple[Discount, ...] = ()
    source: PriceSource = NO_PRICE
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """One place to look: an assignment with its dated list that counts, or none that does.

    `rank` sorts the places: default before others, then priority, then customer-specific before general.
    """

    rank: tuple[bool, int, bool]
    assignment: PriceAssignment
    version: PriceListVersion | None

    @property
    def code(self) -> str:
        return self.assignment.price_list


@dataclass(frozen=True, slots=True)
class _Hit:
    """A price found in a list, already per the line's unit; `net` is what the whole line would cost."""

    place: _Place
    row: ListPrice
    value: Decimal
    discounts: tuple[Discount, ...]
    net: Decimal


def price_of(
    card: ItemCard,
    uom: Uom,
    quantity: Decimal,
    conditions: CustomerConditions,
    date: dt.date,
    currency: Currency,
    vat_included: bool,
    destination: str = "",
    variant: str = "",
    *,
    vat: VatCode | None = None,
    header_discounts: tuple[Discount, ...] = (),
    preferred: str = "",
) -> Price:
    """The price per `uom` of an item for a customer (D-4.1–4.8b), in `currency`, with up to six decimals.

    Lists are searched by default and priority, or all compared where the customer has *best price*;
    there `header_discounts`, which the line will carry too, are part of the comparison (D-4.4).
    Without a list the item's sales price is converted, VAT added by `vat` (else the customer's, else
    the item's) where the document includes it (D-4.7). Without that the price is 0, with a warning.

    Two lists of the same rank with different prices are a tie (D-4.8): `source.tied` names them and a
    warning asks the clerk, who settles it with `preferred`; until then the first by code stands in.

    Discounts of the policies (D-5.4) come with every price, whatever it is from, and count in the
    comparison of *best price*.

    A missing rate or a unit the lists don't know is told in `source.tried`; nothing is raised.
    """
    tried: list[str] = []
    places = _places(conditions, date, currency.code, vat_included)
    rows = _rows_by_list(card, uom, abs(quantity), destination, variant, places)
    granted = policy_discounts(conditions.policies, conditions.code, conditions.commercial_category, card, date)
    others = header_discounts + granted.discounts

    def hit(place: _Place) -> _Hit | None:
        if place.version is None:
            mode = "with" if vat_included else "without"
            tried.append(f"{place.code}: no list is valid on {date} in {currency.code} {mode} VAT.")
            return None
        row = rows.get(place.version.id)
        if row is None:
            tried.append(f"{place.code} of {place.version.valid_from}: no price for {plain(quantity)} {uom.code}.")
            return None
        return _hit(place, row, card, uom, abs(quantity) or ONE, others)

    found = _lowest(places, hit, tried) if conditions.best_price else _first(places, hit, preferred)
    if found is not None:
        chosen, tied, settled = found
        return _with_policy(_list_price(chosen, tied, settled, tried), granted)
    if conditions.assignments and len(places) < len(conditions.assignments):
        tried.append("Lists other than the default one are not searched.")
    price = _sales_price(card, uom, currency, vat_included, vat or conditions.vat or card.vat, tried)
    return _with_policy(price, granted)


def policy_warnings(tied: tuple[str, ...]) -> tuple[str, ...]:
    """The warning on discount policies between which no rule decides, as a line keeps it (D-4.8)."""
    if not tied:
        return ()
    asked = f"{_and(tied)} match alike and give different discounts. Check the discount of this line."
    return (Notice("D-4.8", asked).text,)


def explain_price(line: OrderLine) -> list[str]:
    """The lines behind *why this price?* (D-4.8b): the source first, then what was tried before it."""
    source = line.price_source
    price = f"{plain(line.price)} per {line.uom.code}" if line.uom.code else plain(line.price)
    match source.origin:
        case PriceOrigin.LIST:
            said = [f"{price} from price list {source.price_list} of {source.version}."]
            if source.min_quantity:
                said.append(f"It is the price from {plain(source.min_quantity)} {source.uom} on.")
            if source.destination:
                said.append(f"It is the price for destination {source.destination}.")
            if source.uom != line.uom.code:
                said.append(f"The list has it per {source.uom}; it was converted to {line.uom.code}.")
        case PriceOrigin.ITEM:
            said = [f"{price} from the item's sales price."]
        case PriceOrigin.MANUAL:
            said = [f"{price} was typed by hand."]
        case PriceOrigin.DOCUMENT:
            said = [f"{price} stands in the document this line was made from."]
        case PriceOrigin.NONE:
            said = ["No price was found."]
    if source.tied:
        said.append(f"Undecided: {_and(source.tied)} have the same priority and different prices.")
    if source.settled:
        said.append(f"{source.price_list} was chosen at the desk among lists of the same priority.")
    said.extend(source.tried)
    for origin, group in groupby(line.discounts, key=lambda discount: discount.source):
        name = f" {source.policy}" if origin is DiscountSource.POLICY and source.policy else ""
        said.append(f"Discount {format_discounts(tuple(group))} from {origin.value}{name}.")
        if origin is DiscountSource.POLICY and source.policies_tied:
            said.append(f"Undecided: {_and(source.policies_tied)} match alike and give different discounts.")
    return said


def _places(conditions: CustomerConditions, date: dt.date, currency: str, vat_included: bool) -> list[_Place]:
    """Where to look, in order (D-4.1–4.3).

    *Search by priority* sets the default aside. Where a default exists and the other lists are not
    to be searched, only the default is a place, unless *best price* wants all compared.
    """
    usable: dict[str, list[PriceListVersion]] = {}
    for version in conditions.versions:
        if (
            version.valid_from <= date
            and (version.valid_to is None or date <= version.valid_to)
            and version.currency == currency
            and version.vat_included == vat_included
            and version.customer in ("", conditions.code)
        ):
            usable.setdefault(version.code, []).append(version)

    heeds_default = not conditions.search_by_priority
    only_default = (
        heeds_default
        and not conditions.search_all_lists
        and not conditions.best_price
        and any(assignment.default for assignment in conditions.assignments)
    )
    places: list[_Place] = []
    for assignment in conditions.assignments:
        if only_default and not assignment.default:
            continue
        first = not (heeds_default and assignment.default)
        valid = [
            version
            for version in usable.get(assignment.price_list, ())
            if assignment.valid_from is None or assignment.valid_from <= version.valid_from
        ]
        own = [version for version in valid if version.customer]
        general = [version for version in valid if not version.customer]
        if own:
            places.append(_Place((first, assignment.priority, False), assignment, _newest(own)))
        if general or not own:
            places.append(_Place((first, assignment.priority, True), assignment, _newest(general) if general else None))
    places.sort(key=lambda place: place.rank)
    return places


def _newest(versions: list[PriceListVersion]) -> PriceListVersion:
    """The dated list that counts; of two from the same day the one entered later (D-4.1)."""
    return max(versions, key=lambda version: (version.valid_from, version.id))


def _rows_by_list(
    card: ItemCard, uom: Uom, quantity: Decimal, destination: str, variant: str, places: Iterable[_Place]
) -> dict[int, ListPrice]:
    """For each list the one price that matches (D-4.5).

    The line's unit goes before the item's other ones, those in their order on the card; the variant
    and the destination before what is for all; then the highest break not above the quantity. A
    break in another unit is compared in that unit's quantity.
    """
    wanted = {place.version.id for place in places if place.version is not None}
    units = {unit.code: (unit.factor, -position) for position, unit in enumerate(card.uoms)}
    units[uom.code] = (uom.factor, 1)
    in_main_units = EXACT.multiply(quantity, uom.factor)
    best: dict[int, tuple[tuple[bool, int, bool, Decimal], ListPrice]] = {}
    for row in card.prices:
        if row.version_id not in wanted or row.variant not in ("", variant):
            continue
        if row.destination not in ("", destination) or row.uom not in units:
            continue
        factor, closeness = units[row.uom]
        if EXACT.multiply(row.min_quantity, factor) > in_main_units:
            continue
        key = (row.variant != "", closeness, row.destination != "", row.min_quantity)
        known = best.get(row.version_id)
        if known is None or key > known[0]:
            best[row.version_id] = (key, row)
    return {version_id: row for version_id, (_, row) in best.items()}


def _hit(
    place: _Place, row: ListPrice, card: ItemCard, uom: Uom, quantity: Decimal, header_discounts: tuple[Discount, ...]
) -> _Hit:
    value = row.price
    if row.uom != uom.code:
        factor = next(unit.factor for unit in card.uoms if unit.code == row.uom)
        value = round_half_up(EXACT.divide(EXACT.multiply(value, uom.factor), factor), MICRO_DECIMALS)
    discounts = (
        *from_source(place.assignment.discounts, DiscountSource.PRICE_LIST),
        *from_source(row.discounts, DiscountSource.PRICE_LINE),
    )
    gross = EXACT.multiply(value, quantity)
    return _Hit(place, row, value, discounts, net_after(gross, header_discounts + discounts))


_Found = tuple[_Hit, tuple[str, ...], bool]


def _first(places: list[_Place], hit: Callable[[_Place], _Hit | None], preferred: str) -> _Found | None:
    """The first rank with a price; a tie in it is named, or settled by `preferred` (D-4.2, 4.3, 4.8)."""
    for _, same_rank in groupby(places, key=lambda place: place.rank):
        hits = sorted(filter(None, map(hit, same_rank)), key=lambda found: found.place.code)
        if not hits:
            continue
        if len({found.net for found in hits}) == 1:
            return hits[0], (), False
        for found in hits:
            if found.place.code == preferred:
                return found, (), True
        return hits[0], tuple(dict.fromkeys(found.place.code for found in hits)), False
    return None


def _lowest(places: list[_Place], hit: Callable[[_Place], _Hit | None], tried: list[str]) -> _Found | None:
    """The lowest net of all lists (D-4.4); equal nets are no tie, the earlier place has it."""
    hits = list(filter(None, map(hit, places)))
    if not hits:
        return None
    best = min(hits, key=lambda found: found.net)
    for found in hits:
        if found is not best:
            terms = f" less {format_discounts(found.discounts)}" if found.discounts else ""
            tried.append(f"{found.place.code}: {plain(found.value)}{terms} is not lower.")
    return best, (), False


def _list_price(chosen: _Hit, tied: tuple[str, ...], settled: bool, tried: list[str]) -> Price:
    version = chosen.place.version
    source = PriceSource(
        origin=PriceOrigin.LIST,
        price_list=chosen.place.code,
        version=version.valid_from if version else None,
        min_quantity=chosen.row.min_quantity,
        uom=chosen.row.uom,
        destination=chosen.row.destination,
        tried=tuple(tried),
        tied=tied,
        settled=settled,
    )
    warnings: tuple[str, ...] = ()
    if tied:
        asked = f"{_and(tied)} have the same priority and different prices. Choose the list for this line."
        warnings = (Notice("D-4.8", asked).text,)
    return Price(chosen.value, chosen.discounts, source, warnings)


def _sales_price(
    card: ItemCard, uom: Uom, currency: Currency, vat_included: bool, vat: VatCode | None, tried: list[str]
) -> Price:
    """The item's own price per `uom` in document currency, else 0 and a warning (D-4.7)."""
    if card.sales_price and currency.rate > 0:
        value = EXACT.multiply(card.sales_price, uom.factor)
        percent = vat_percent(vat) if vat_included and vat is not None else ZERO
        if percent:
            value = EXACT.multiply(value, ONE + percent.scaleb(-2, EXACT))
            tried.append(f"VAT of {plain(percent)} % was added to the sales price.")
        if currency.rate != ONE:
            tried.append(f"The sales price was converted at {plain(currency.rate)}.")
        value = round_half_up(EXACT.divide(value, currency.rate), MICRO_DECIMALS)
        return Price(value, (), PriceSource(PriceOrigin.ITEM, uom=card.main_uom.code, tried=tuple(tried)))
    if card.sales_price:
        tried.append(f"There is no rate for {currency.code}: the sales price can't be converted.")
    else:
        tried.append("The item has no sales price.")
    warning = Notice("D-4.7", f"No price was found for {card.code}: it is 0.").text
    return Price(ZERO, (), PriceSource(PriceOrigin.NONE, tried=tuple(tried)), (warning,))


def _with_policy(price: Price, granted: PolicyHit) -> Price:
    if not granted.policy:
        return price
    return replace(
        price,
        discounts=price.discounts + granted.discounts,
        source=replace(price.source, policy=granted.policy, policies_tied=granted.tied),
        warnings=price.warnings + policy_warnings(granted.tied),
    )


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(([", ".join(names[:-1])] if names[1:] else []) + [names[-1]])
