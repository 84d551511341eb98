"""Offers become customer orders (D-13.3–13.6): what is left of them, what would come, then one transaction, and undo.

Taking a conversion back cancels its orders: their numbers were given, and an entered document is never removed
(D-12.6). What the customer said stays: the confirmation of the offer, and that a prospect became a customer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from fluorders_tui.data.journal import Event, record
from fluorders_tui.data.link_rows import (
    Run,
    add_links,
    add_run,
    links_of_documents,
    links_of_run,
    mark_undone,
    open_run,
    remove_links,
    runs,
)
from fluorders_tui.data.offer_rows import grouping_parameters, load_offers, lock_offers
from fluorders_tui.data.offer_writing import OfferEvent, OfferMove, move_offers
from fluorders_tui.data.order_progress import LineStep, lock_orders, write_progress
from fluorders_tui.data.order_rows import line_statuses, lines_of_orders, load_order, order_state
from fluorders_tui.data.order_story import first_user
from fluorders_tui.data.order_writing import KIND as ORDER_KIND
from fluorders_tui.data.order_writing import customer_row
from fluorders_tui.data.prospect_rows import customer_like, known_country, proposed_code
from fluorders_tui.data.store import Connection, IntegrityError, Session
from fluorders_tui.domain.conversion import (
    ConversionPlan,
    ConvertibleLine,
    Lines,
    convertible_lines,
    plan_conversion,
    select_lines,
    undo_conversion,
)
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, Refused, Several
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.links import DocumentKind, Link, StoredDocument, stored_links
from fluorders_tui.domain.offers import Offer, OfferStatus, become_customer, has_expired
from fluorders_tui.domain.order import LineStatus, OrderDraft, OrderStatus
from fluorders_tui.domain.permissions import Permission
from fluorders_tui.domain.readiness import draft_problems
from fluorders_tui.domain.totals import Totals, document_totals
from fluorders_tui.services.desk import Desk, check_permission
from fluorders_tui.services.offer_links import settle
from fluorders_tui.services.offers import offer_links
from fluorders_tui.services.order_life import free_number, held_order
from fluorders_tui.services.orders import Progress, enter_all_within, no_progress
from fluorders_tui.services.registry_saving import save_within

__all__ = [
    "Asked",
    "Converted",
    "Convertible",
    "GroupingParameters",
    "Lines",
    "Preview",
    "PreviewedOrder",
    "conversion_runs",
    "convert",
    "convertible",
    "preview",
    "undo",
]

#: The kind of a run that made orders from offers.
RUN_KIND = "customer orders from offers"

_UNDONE = "conversion undone"


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


@dataclass(frozen=True, slots=True)
class PreviewedOrder:
    """An order that would come: `new_customer` is the code a prospect would get, '' for customers.

    `totals` is None where the order can't be computed, which `Preview.refusals` tells.
    """

    draft: OrderDraft
    offers: tuple[Offer, ...]
    reasons: tuple[str, ...]
    totals: Totals | None
    new_customer: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a conversion would do (D-13.6); nothing was written. `versions` is what `Asked.versions` wants."""

    orders: tuple[PreviewedOrder, ...]
    refusals: tuple[DeskError, ...]
    confirmed: tuple[Offer, ...]
    versions: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion did: the run that undoes it, the new orders by row and number, in the preview's order."""

    run_id: int
    orders: tuple[tuple[int, str], ...]


def convertible(desk: Desk, offers: Iterable[int]) -> list[Convertible]:
    """Offers by row with what is left of each line (D-13.5), in the order given."""
    wanted = list(dict.fromkeys(offers))
    with desk.store.read() as connection:
        stored = load_offers(connection, wanted)
        links = offer_links(connection, wanted)
    found = []
    for row in wanted:
        if row in stored:
            offer = stored[row].offer
            status = OfferStatus.EXPIRED if has_expired(offer, desk.today()) else offer.terms.status
            found.append(Convertible(offer, status, convertible_lines((offer,), links), _refusal(offer, links, desk)))
    return found


def _refusal(offer: Offer, links: Sequence[Link], desk: Desk) -> DeskError | None:
    plan = plan_conversion(
        [offer], select_lines(convertible_lines((offer,), links)), GroupingParameters(), desk.today(), links=links
    )
    return plan.refusals[0] if plan.refusals else None


def preview(desk: Desk, asked: Asked) -> Preview:
    """The orders that would come, why each is its own, and everything that stands in the way; nothing is written."""
    with desk.store.read() as connection:
        prepared = _prepare(desk, connection, asked)
    versions = {offer.draft.id: offer.draft.version for offer in prepared.offers}
    return Preview(prepared.orders, prepared.refusals, prepared.plan.confirmed, versions)


def convert(desk: Desk, asked: Asked, progress: Progress = no_progress) -> Converted:
    """Make the orders, all or none, each line linked to its offer line (D-13.5, D-13.6).

    The offers are held and looked at again first, so that two desks never convert the same twice: the second one
    is told who did. `progress` hears how many orders have a number.
    Raises `Conflict` where an offer changed since it was looked at, else everything that is refused, as `Several`.
    """
    check_permission(desk, Permission.OFFERS)
    try:
        with desk.store.write() as session:
            connection = session.connection()
            lock_offers(connection, asked.offers)
            prepared = _prepare(desk, connection, asked)
            _check_versions(connection, prepared, asked)
            if prepared.refusals:
                refusals = prepared.refusals
                raise refusals[0] if len(refusals) == 1 else Several(refusals)
            if not prepared.orders:
                raise Invalid("No offer is chosen.", field="offers", rule="D-13.3")
            return _write(desk, session, prepared, progress)
    except IntegrityError as error:
        raise Refused(
            "Another order got this number in the same moment.", rule="D-9.3b", field="number", hint="Convert again."
        ) from error


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
        numbers = ", ".join(offer.draft.number for offer in planned.offers)
        refusals += [
            type(one)(one.message, field=f"{numbers}: {one.field}", rule=one.rule, hint=one.hint) for one in problems
        ]
        orders.append(PreviewedOrder(draft, planned.offers, planned.reasons, totals, code))
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
    move_offers(session, on_the_spot, desk.now(), desk.user)
    offers = _with_customers(desk, session, prepared, offers)
    drafts = [(order.draft, order.totals) for order in prepared.orders if order.totals is not None]
    saved = enter_all_within(desk, session, drafts, progress)
    rows = lines_of_orders(connection, [one.draft.id for one in saved])
    stored = [StoredDocument(one.draft.id, one.number, rows[one.draft.id]) for one in saved]
    numbers = [one.number for one in saved]
    run_id = add_run(session, RUN_KIND, desk.now(), desk.user, _in_short(numbers))
    new = stored_links(prepared.plan.links, stored)
    add_links(session, run_id, new)
    changed = {link.source.line for link in new if link.source.line}
    settle(desk, session, offers, (*prepared.links, *new), changed, "converted", _in_short(numbers))
    record(
        session,
        desk.now(),
        desk.user,
        [
            Event(
                ORDER_KIND, one.draft.id, one.number, "made from offer", one.draft.status.value, one.draft.status.value,
                _in_short([offer.draft.number for offer in order.offers]),
            )
            for one, order in zip(saved, prepared.orders, strict=True)
        ],
    )  # fmt: skip
    return Converted(run_id, tuple((one.draft.id, one.number) for one in saved))


def _in_short(numbers: Sequence[str]) -> str:
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return ", ".join(numbers[:10]) + more


def _with_customers(desk: Desk, session: Session, prepared: _Prepared, offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """The prospects among the offers as the customers they become, new ones added to the registry (D-13.1)."""
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
    move_offers(session, moves, desk.now(), desk.user)
    return tuple(became.get(offer.draft.id, offer) for offer in offers)


def _add_customer(desk: Desk, session: Session, draft: OrderDraft) -> int:
    """The registry row of a prospect: name, place, and the payment agreed on."""
    values: dict[str, object] = {
        "code": draft.customer,
        "name": draft.name,
        "vat_number": draft.vat_number,
        "tax_code": draft.tax_code,
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


def conversion_runs(desk: Desk, limit: int = 100) -> list[Run]:
    """The newest conversions first, those taken back among them; times are UTC."""
    with desk.store.read() as connection:
        return runs(connection, [RUN_KIND], limit)


def undo(desk: Desk, run_id: int) -> tuple[str, ...]:
    """Take a conversion back as a whole (D-13.6): its orders are cancelled, and what they took is left again.

    Gives the numbers of the orders. Raises `Refused` where one of them is confirmed, executed or linked to a supplier
    order, `Conflict` when the run was taken back already.
    """
    check_permission(desk, Permission.OFFERS)
    with desk.store.write() as session:
        connection = session.connection()
        orders = sorted({link.target.document for link in links_of_run(connection, run_id)})
        # Orders before offers, as whoever changes an order holds them.
        lock_orders(session, set(orders))
        run = open_run(connection, run_id, lock=True)
        if run is None or run.kind != RUN_KIND:
            raise Invalid("There is no such run.", field="run", rule="D-13.6")
        if run.undone_at is not None:
            raise Conflict(f"{run.undone_by or 'Somebody'} took this run back already.", field="run", rule="D-13.6")
        gone = _undone_links(connection, orders)
        if not gone:
            raise Refused("Nothing of this conversion is left to undo.", field="run", rule="D-13.6")
        ids = sorted({link.source.document for link in gone})
        lock_offers(connection, ids)
        numbers = []
        for order_id in sorted({link.target.document for link in gone}):
            steps = {row: LineStep(status=LineStatus.CANCELLED) for row in line_statuses(connection, order_id)}
            write_progress(session, order_id, steps, desk.now(), desk.user, _UNDONE, header=OrderStatus.CANCELLED)
            draft = held_order(session, order_id)
            free_number(session, draft, order_state(connection, order_id))
            numbers.append(draft.number)
        remove_links(session, gone)
        offers = [stored.offer for stored in load_offers(connection, ids).values()]
        changed = {link.source.line for link in gone if link.source.line}
        left = links_of_documents(connection, DocumentKind.OFFER, ids)
        settle(desk, session, offers, left, changed, _UNDONE, _in_short(numbers))
        mark_undone(session, run_id, desk.now(), desk.user)
    return tuple(numbers)


def _undone_links(connection: Connection, orders: Sequence[int]) -> list[Link]:
    """The offer links of these orders; raises `Refused` where one of the orders went on since (D-13.6)."""
    every = links_of_documents(connection, DocumentKind.ORDER, orders)
    found: list[Link] = []
    for order_id in orders:
        draft = load_order(connection, order_id)
        if draft is None or draft.status is OrderStatus.CANCELLED:
            continue
        mine = tuple(link for link in every if link.customer_line.document == order_id)
        try:
            found += undo_conversion(draft, mine)[1]
        except Refused as error:
            raise type(error)(
                f"Order {draft.number}: {error.message}", field="run", rule=error.rule, hint=error.hint
            ) from error
    return found
