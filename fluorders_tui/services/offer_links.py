"""Offers kept true to their links: what was converted of each line, and the status that follows (D-13.5).

Whoever changes orders holds them before their offers, so that two desks never wait in a circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from fluorders_tui.data.link_rows import add_links, links_of_documents, remove_links, update_link
from fluorders_tui.data.offer_rows import line_factors, load_offers, lock_offers
from fluorders_tui.data.offer_writing import OfferEvent, OfferMove, move_offers, write_converted
from fluorders_tui.data.order_rows import line_statuses
from fluorders_tui.data.store import Session
from fluorders_tui.domain.conversion import links_after_change, offer_after
from fluorders_tui.domain.links import DocumentKind, LineRef, Link, LinkKind
from fluorders_tui.domain.money import EXACT, ZERO
from fluorders_tui.domain.offers import Offer
from fluorders_tui.domain.order import LineStatus, OrderDraft, OrderLine
from fluorders_tui.services.desk import Desk

_MICRO = Decimal(1).scaleb(-6)


def follow_offers(
    desk: Desk, session: Session, before: OrderDraft, after: OrderDraft, statuses: Mapping[int, LineStatus]
) -> None:
    """Give back to its offers what a changed order no longer takes of them (D-13.5); the order was written already.

    `statuses` are those that lines got by hand. A line that was split off takes its part of the offer along (P-113).
    """
    connection = session.connection()
    links = [
        link
        for link in links_of_documents(connection, DocumentKind.ORDER, [before.id])
        if link.kind is LinkKind.OFFER_TO_ORDER
    ]
    if not links:
        return
    lock_offers(connection, {link.source.document for link in links})
    factors = line_factors(connection, [link.source.line for link in links])
    rows = list(line_statuses(connection, before.id))
    stored = tuple(replace(line, id=row) for line, row in zip(after.lines, rows, strict=True))
    counted = _in_offer_units(before, stored, links, factors, statuses)
    becoming = list(links_after_change(replace(after, id=before.id, lines=counted), links))
    becoming += _split_off(before, stored, links, becoming, factors)
    write_offer_links(session, links, becoming)
    changed = {link.source for link in {*links, *becoming} if not (link in links and link in becoming)}
    if changed:
        settle_offers(desk, session, changed, "changed", f"order {before.number}")


def _in_offer_units(
    before: OrderDraft,
    lines: Sequence[OrderLine],
    links: Iterable[Link],
    factors: Mapping[int, Decimal],
    statuses: Mapping[int, LineStatus],
) -> tuple[OrderLine, ...]:
    """The lines with what they take of their offers, in the offer lines' units: nothing once they are another item."""
    items = {line.id: line.item for line in before.lines}
    factor_of = {link.target.line: factors.get(link.source.line, Decimal(1)) for link in links if link.target.line}
    found: list[OrderLine] = []
    for line in lines:
        quantity = line.executed if statuses.get(line.id) is LineStatus.CANCELLED else line.quantity
        if line.id in items and items[line.id] != line.item:
            quantity = ZERO
        found.append(replace(line, quantity=_counted(quantity, line, factor_of.get(line.id, line.uom.factor))))
    return tuple(found)


def _counted(quantity: Decimal, line: OrderLine, factor: Decimal) -> Decimal:
    if factor == line.uom.factor:
        return quantity
    main = EXACT.multiply(quantity, line.uom.factor)
    return EXACT.divide(main, factor).quantize(_MICRO, rounding=ROUND_DOWN, context=EXACT)


def _split_off(
    before: OrderDraft,
    lines: Sequence[OrderLine],
    links: Sequence[Link],
    becoming: Iterable[Link],
    factors: Mapping[int, Decimal],
) -> list[Link]:
    """Links for new lines like one that gave up a part: split in two, an order still takes the whole of its offer."""
    own = {line.id: line for line in before.lines}
    free = {line.id: line.quantity for line in lines if line.id not in own}
    kept = {(link.source, link.target): link.quantity for link in becoming}
    found: list[Link] = []
    for link in links:
        was = own.get(link.target.line)
        given_up = link.quantity - kept.get((link.source, link.target), ZERO)
        if was is None or given_up <= 0:
            continue
        factor = factors.get(link.source.line, was.uom.factor)
        for line in lines:
            like = (line.item, line.description, line.uom.code, line.price) == (
                was.item, was.description, was.uom.code, was.price,
            )  # fmt: skip
            if line.id not in free or not like or given_up <= 0:
                continue
            part = min(given_up, _counted(free[line.id], line, factor))
            if part > 0:
                target = LineRef(DocumentKind.ORDER, before.id, line.id, before.number)
                found.append(replace(link, target=target, quantity=part, amounts=tuple(ZERO for _ in link.amounts)))
                free[line.id] -= EXACT.divide(EXACT.multiply(part, factor), line.uom.factor)
                given_up -= part
    return found


def write_offer_links(session: Session, before: Collection[Link], after: Iterable[Link]) -> None:
    """Store what became of the links of an order: changed, gone, or new."""
    becoming = {(link.source, link.target): link for link in after}
    known = {(link.source, link.target) for link in before}
    gone: list[Link] = []
    for link in before:
        now = becoming.get((link.source, link.target))
        if now is None:
            gone.append(link)
        elif now != link:
            update_link(session, now)
    remove_links(session, gone)
    add_links(session, None, [link for ends, link in becoming.items() if ends not in known])


def settle_offers(
    desk: Desk, session: Session, lines: Iterable[LineRef], event: str, comment: str
) -> tuple[Offer, ...]:
    """Bring offers in line with their stored links, `lines` being those whose links changed; the caller holds them."""
    changed = {ref.line for ref in lines if ref.line}
    ids = sorted({ref.document for ref in lines})
    connection = session.connection()
    offers = [stored.offer for stored in load_offers(connection, ids).values()]
    links = links_of_documents(connection, DocumentKind.OFFER, ids)
    return settle(desk, session, offers, links, changed, event, comment)


def settle(
    desk: Desk,
    session: Session,
    offers: Sequence[Offer],
    links: Iterable[Link],
    changed: Collection[int],
    event: str,
    comment: str,
) -> tuple[Offer, ...]:
    """As `settle_offers` with the offers and all their links at hand; `changed` are rows of lines."""
    quantities: dict[int, Decimal] = dict.fromkeys(changed, ZERO)
    of_offer: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        if link.kind is not LinkKind.OFFER_TO_ORDER:
            continue
        of_offer[link.source.document].append(link)
        if link.source.line in quantities:
            quantities[link.source.line] += link.quantity
    present = {line.id for offer in offers for line in offer.draft.lines}
    write_converted(session, {row: quantity for row, quantity in quantities.items() if row in present})
    after = tuple(offer_after(offer, of_offer[offer.draft.id]) for offer in offers)
    moves = [
        OfferMove(now, OfferEvent(event, was.terms.status.value, comment))
        for was, now in zip(offers, after, strict=True)
    ]
    move_offers(session, moves, desk.now(), desk.user)
    return after
