"""Offers become customer orders (D-13.3–13.6): what is left of them, what would come, then one transaction.

`conversion_runs` takes a conversion back.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.link_rows import (
    add_links,
    add_run,
)
from fluorders_tui.data.offer_rows import grouping_parameters, load_offers, lock_offers, offer_versions
from fluorders_tui.data.offer_writing import OfferEvent, OfferMove, move_offers
from fluorders_tui.data.order_rows import lines_of_orders
from fluorders_tui.data.order_story import first_user
from fluorders_tui.data.order_writing import KIND as ORDER_KIND
from fluorders_tui.data.order_writing import customer_row
from fluorders_tui.data.prospect_rows import customer_like, known_country, known_customer, proposed_code
from fluorders_tui.data.store import Connection, IntegrityError, Session
from fluorders_tui.domain.conversion import (
    ConversionPlan,
    ConvertibleLine,
    Lines,
    convertible_lines,
    plan_conversion,
    select_lines,
)
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.links import Link, StoredDocument, stored_links
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.offers import Offer, OfferStatus, become_customer, has_expired
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.readiness import draft_problems, draft_warnings
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.offer_links import settle
from fluorders_tui.services.offers import find_offer, offer_links
from fluorders_tui.services.orders import Progress, enter_all_within, no_progress
from fluorders_tui.services.registry_saving import save_within
from fluorders_tui.services.stopping import Stop, stop_if

__all__ = [
    "Asked",
    "Converted",
    "Convertible",
    "GroupingParameters",
    "Lines",
    "Preview",
    "PreviewedOrder",
    "chosen",
    "convert",
    "convertible",
    "in_short",
    "preview",
    "who_converted",
]

#: The kind of a run that made orders from offers.
RUN_KIND = "customer orders from offers"


@dataclass(frozen=True, slots=True)
class Asked:
    """What shall be converted: offers by row, and of them the quantity of each line by its row.

    Without `selection`, `lines` says which: what is left of all lines, or only of those nothing was converted of
    (D-13.3). Without `parameters` the company's and the customers' own group (D-13.4); orders are of `date`, today
    when None. `confirm_on` confirms entered offers on the spot. `customers` are codes for prospects by their offer's
    row. With `versions` the offers must still be those that were looked at.
    """

    offers: tuple[int, ...]
    selection: Mapping[int, Decimal] | None = None
    lines: Lines = Lines.ALL
    parameters: GroupingParameters | None = None
    date: dt.date | None = None
    confirm_on: dt.date | None = None
    customers: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    versions: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Convertible:
    """An offer with what is left of its lines; `refusal` says why it can't be converted as it stands."""

    offer: Offer
    status: OfferStatus
    lines: tuple[ConvertibleLine, ...]
    refusal: DeskError | None = None

    @property
    def awaits_confirmation(self) -> bool:
        """Nothing but the customer's confirmation is missing (D-13.3)."""
        return self.status is OfferStatus.ENTERED and self.offer.terms.type.order_type is not None


@dataclass(frozen=True, slots=True)
class PreviewedOrder:
    """An order that would come, why it is its own, and what the clerk should see.

    `new_customer` is the code under which a prospect would become a customer, '' for customers; with `is_known` a
    customer has that code already. `totals` is None where the order can't be computed, which `Preview.refusals` tells.
    """

    draft: OrderDraft
    offers: tuple[Offer, ...]
    reasons: tuple[str, ...]
    totals: Totals | None
    new_customer: str = ""
    is_known: bool = False
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a conversion would do (D-13.6); nothing was written. `versions` is what `Asked.versions` wants."""

    orders: tuple[PreviewedOrder, ...]
    refusals: tuple[DeskError, ...]
    confirmed: tuple[Offer, ...]
    versions: Mapping[int, int]

    @property
    def warnings(self) -> int:
        """How many warnings the orders have together."""
        return sum(len(order.warnings) for order in self.orders)


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion did: the run that undoes it, the orders by row and number, and each as it was `previewed`."""

    run_id: int
    orders: tuple[tuple[int, str], ...]
    previewed: tuple[PreviewedOrder, ...] = ()


def chosen(desk: Desk, numbers: Iterable[str]) -> list[Convertible]:
    """As `convertible`, by number: the newest version of each. Raises `Invalid` for one that nobody has."""
    with desk.store.read() as connection:
        rows = [find_offer(connection, number) for number in numbers]
    return convertible(desk, rows)


def convertible(desk: Desk, offers: Iterable[int]) -> list[Convertible]:
    """Offers by row with what is left of each line (D-13.5), in the order given."""
    wanted = list(dict.fromkeys(offers))
    with desk.store.read() as connection:
        stored = load_offers(connection, wanted)
        links = offer_links(connection, wanted)
    mine: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        mine[link.source.document].append(link)
    found = []
    for row in wanted:
        if row in stored:
            offer = stored[row].offer
            status = OfferStatus.EXPIRED if has_expired(offer, desk.today()) else offer.terms.status
            lines = convertible_lines((offer,), mine[row])
            found.append(Convertible(offer, status, lines, _refusal(offer, lines, mine[row], desk)))
    return found


def _refusal(offer: Offer, lines: Sequence[ConvertibleLine], links: Sequence[Link], desk: Desk) -> DeskError | None:
    plan = plan_conversion([offer], select_lines(lines), GroupingParameters(), desk.today(), links=links)
    return plan.refusals[0] if plan.refusals else None


def who_converted(desk: Desk, offers: Iterable[int]) -> tuple[str, ...]:
    """What was made of each of these offers last, and by whom: `OF2026-00001: bruno made 2026-00007 of it.`"""
    wanted = list(dict.fromkeys(offers))
    with desk.store.read() as connection:
        stored = load_offers(connection, wanted)
        links = offer_links(connection, wanted)
        told = [
            (stored[row].offer, _converted_by(connection, links, stored[row].offer)) for row in wanted if row in stored
        ]
    return tuple(f"{offer.draft.number}: {said}" for offer, said in told if said)


def preview(desk: Desk, asked: Asked) -> Preview:
    """The orders that would come, why each is its own, and everything that stands in the way; nothing is written."""
    with desk.store.read() as connection:
        prepared = _prepare(desk, connection, asked)
    versions = {offer.draft.id: offer.draft.version for offer in prepared.offers}
    return Preview(prepared.orders, prepared.refusals, prepared.plan.confirmed, versions)


def convert(desk: Desk, asked: Asked, progress: Progress = no_progress, stop: Stop = lambda: False) -> Converted:
    """Make the orders, all or none, each line linked to its offer line (D-13.5, D-13.6).

    The offers are held and looked at again first, so that two desks never convert the same twice: the second one
    is told who did (P-112). `progress` hears how many orders have a number; `stop` is asked until all is written.
    Raises `Conflict` where an offer changed since it was looked at, else everything that is refused, as `Several`.
    """
    check_permission(desk, Permission.OFFERS)
    # Worked out before anything is held: another desk waits only while it is written (P-118).
    with desk.store.read() as connection:
        prepared = _prepare(desk, connection, asked)

    def told(done: int) -> None:
        stop_if(stop)
        progress(done)

    try:
        with desk.store.write() as session:
            connection = session.connection()
            lock_offers(connection, asked.offers)
            if _has_moved(connection, prepared):
                prepared = _prepare(desk, connection, asked)
            _check_versions(connection, prepared, asked)
            if prepared.refusals:
                refusals = prepared.refusals
                raise refusals[0] if len(refusals) == 1 else Several(refusals)
            if not prepared.orders:
                raise Invalid("No offer is chosen.", field="offers", rule="D-13.3")
            made = _write(desk, session, prepared, told)
            stop_if(stop)
            return made
    except IntegrityError as error:
        raise Refused(
            "Another order got this number in the same moment.", rule="D-9.3b", field="number", hint="Convert again."
        ) from error


def _has_moved(connection: Connection, prepared: _Prepared) -> bool:
    """Whether what was worked out no longer holds, now that the offers are held; codes of newcomers may be taken."""
    seen = {offer.draft.id: offer.draft.version for offer in prepared.offers}
    newcomers = any(order.new_customer for order in prepared.orders)
    return newcomers or bool(prepared.refusals) or offer_versions(connection, seen) != seen


@dataclass(frozen=True, slots=True)
class _Prepared:
    offers: tuple[Offer, ...]
    links: tuple[Link, ...]
    plan: ConversionPlan
    orders: tuple[PreviewedOrder, ...]
    refusals: tuple[DeskError, ...]


def _prepare(desk: Desk, connection: Connection, asked: Asked) -> _Prepared:
    stored = load_offers(connection, asked.offers)
    offers = tuple(stored[row].offer for row in asked.offers if row in stored)
    links = offer_links(connection, stored)
    selection = asked.selection
    if selection is None:
        selection = select_lines(convertible_lines(offers, links), asked.lines)
    parameters, own = grouping_parameters(connection, {offer.draft.customer for offer in offers})
    if asked.parameters is not None:
        parameters, own = asked.parameters, {}
    plan = plan_conversion(
        offers,
        selection,
        parameters,
        asked.date or desk.today(),
        links=links,
        own=own,
        confirm_on=asked.confirm_on,
    )
    refusals = [_told(connection, links, offers, error) for error in plan.refusals]
    for row in asked.offers:
        if row not in stored:
            refusals.append(Invalid("An offer is not there any more.", field="offers", rule="D-13.3"))
    orders: list[PreviewedOrder] = []
    new: set[str] = set()
    for planned in plan.orders:
        draft, code = planned.draft, ""
        if planned.prospect:
            given = next((asked.customers[o.draft.id] for o in planned.offers if o.draft.id in asked.customers), "")
            code = given or customer_like(connection, draft.name, draft.vat_number) or proposed_code(connection, new)
            new.add(code)
            draft = replace(draft, customer=code)
        totals, problems = _checked(desk, draft)
        warnings = draft_warnings(draft, desk.checks, totals) if totals is not None else ()
        numbers = ", ".join(offer.draft.number for offer in planned.offers)
        refusals += [
            type(one)(one.message, field=f"{numbers}: {one.field}", rule=one.rule, hint=one.hint) for one in problems
        ]
        known = bool(code) and known_customer(connection, code)
        orders.append(PreviewedOrder(draft, planned.offers, planned.reasons, totals, code, known, warnings))
    return _Prepared(offers, links, plan, tuple(orders), tuple(refusals))


def _checked(desk: Desk, draft: OrderDraft) -> tuple[Totals | None, tuple[DeskError, ...]]:
    try:
        totals = document_totals(draft, company_decimals=desk.company.currency_decimals)
    except Refused as error:
        return None, (error,)
    return totals, draft_problems(draft, desk.checks, totals)


def _told(connection: Connection, links: Sequence[Link], offers: Sequence[Offer], error: DeskError) -> DeskError:
    """A refusal with who converted the offer before, where somebody did."""
    offer = next((one for one in offers if error.field.startswith(f"{one.draft.number}: ")), None)
    said = _converted_by(connection, links, offer) if offer else ""
    if not said:
        return error
    return type(error)(error.message, field=error.field, rule=error.rule, hint=f"{said} {error.hint}".strip())


def _converted_by(connection: Connection, links: Sequence[Link], offer: Offer) -> str:
    """`bruno made OR2026-00001 of it.`, '' where nothing was made of the offer."""
    made = [link for link in links if link.source.document == offer.draft.id]
    if not made:
        return ""
    target = made[-1].target
    who = first_user(connection, ORDER_KIND, target.document) or "Somebody"
    return f"{who} made {target.number} of it."


def _check_versions(connection: Connection, prepared: _Prepared, asked: Asked) -> None:
    for offer in prepared.offers:
        seen = asked.versions.get(offer.draft.id, offer.draft.version)
        if seen != offer.draft.version:
            said = _converted_by(connection, prepared.links, offer)
            raise Conflict(
                f"Offer {offer.draft.number} changed since it was looked at. {said}".strip(),
                field="offers",
                rule="D-12.7",
                hint="Look at what is left and convert that.",
            )


def _write(desk: Desk, session: Session, prepared: _Prepared, progress: Progress) -> Converted:
    connection = session.connection()
    confirmed = {offer.draft.id: offer for offer in prepared.plan.confirmed}
    offers = tuple(confirmed.get(offer.draft.id, offer) for offer in prepared.offers)
    on_the_spot = [OfferMove(offer, OfferEvent("confirmed", OfferStatus.ENTERED.value)) for offer in confirmed.values()]
    offers, became = _with_customers(desk, session, prepared, offers)
    drafts = [(order.draft, order.totals) for order in prepared.orders if order.totals is not None]
    saved = enter_all_within(desk, session, drafts, progress)
    # The counters of orders before those of offers, as whoever takes a conversion back or lowers its orders.
    move_offers(session, on_the_spot, desk.now(), desk.user)
    move_offers(session, became, desk.now(), desk.user)
    rows = lines_of_orders(connection, [one.draft.id for one in saved])
    stored = [StoredDocument(one.draft.id, one.number, rows[one.draft.id]) for one in saved]
    numbers = [one.number for one in saved]
    sources = in_short([offer.draft.number for offer in prepared.offers])
    run_id = add_run(session, RUN_KIND, desk.now(), desk.user, f"{sources} → {in_short(numbers)}")
    new = stored_links(prepared.plan.links, stored)
    add_links(session, run_id, new)
    changed = {link.source.line for link in new if link.source.line}
    settle(desk, session, offers, (*prepared.links, *new), changed, "converted", in_short(numbers))
    record(
        session,
        desk.now(),
        desk.user,
        [
            Event(
                ORDER_KIND, one.draft.id, one.number, "made from offer", one.draft.status.value, one.draft.status.value,
                in_short([offer.draft.number for offer in order.offers]),
            )
            for one, order in zip(saved, prepared.orders, strict=True)
        ],
    )  # fmt: skip
    return Converted(run_id, tuple((one.draft.id, one.number) for one in saved), prepared.orders)


def in_short(numbers: Sequence[str]) -> str:
    """The first ten numbers, and how many more."""
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return ", ".join(numbers[:10]) + more


def _with_customers(
    desk: Desk, session: Session, prepared: _Prepared, offers: tuple[Offer, ...]
) -> tuple[tuple[Offer, ...], list[OfferMove]]:
    """The prospects among the offers as the customers they become, new ones added to the registry (D-13.1).

    What becomes of the offers is given to be written.
    """
    became: dict[int, Offer] = {}
    moves: list[OfferMove] = []
    for order in prepared.orders:
        if not order.new_customer:
            continue
        known = customer_row(session, order.new_customer)
        row = known[0] if known else _add_customer(desk, session, order.draft)
        mine = {offer.draft.id for offer in order.offers}
        for offer in (one for one in offers if one.draft.id in mine):
            customer = become_customer(offer, order.new_customer)
            status = offer.terms.status.value
            event = OfferEvent("became customer", status, after={"customer": order.new_customer})
            moves.append(OfferMove(customer, event, customer=(row, order.new_customer)))
            became[offer.draft.id] = customer
    return tuple(became.get(offer.draft.id, offer) for offer in offers), moves


def _add_customer(desk: Desk, session: Session, draft: OrderDraft) -> int:
    """The registry row of a prospect: name, place, and the payment agreed on."""
    values: dict[str, object] = {
        "code": draft.customer,
        "name": draft.name,
        "vat_number": draft.vat_number,
        "tax_code": draft.tax_code,
        "email": draft.email,
        "street": draft.address.street,
        "postcode": draft.address.postcode,
        "city": draft.address.city,
        "region": draft.address.region,
    }
    country = draft.address.country or desk.company.country
    if country and known_country(session.connection(), country):
        values["country"] = country
    if draft.payments:
        values |= {"payment_type": draft.payments[0].payment_type, "payment_terms": draft.payments[0].term.code}
    return save_within(desk, session, "customers", {name: value for name, value in values.items() if value})
