"""Links line to line: what may be linked, what both sides show, and what goes with a document (D-13.5, D-14.3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.domain import codec
from fluorders_tui.domain.errors import Several
from fluorders_tui.domain.links import (
    DocumentKind,
    LineRef,
    Link,
    LinkKind,
    PlannedLink,
    StoredDocument,
    SupplyMode,
    add_links,
    link_problems,
    linked_quantity,
    outstanding_quantity,
    stored_links,
)

OFFERED = LineRef(DocumentKind.OFFER, 1, 11, "O-1")
ORDERED = LineRef(DocumentKind.ORDER, 2, 21, "C-2")
BOUGHT = LineRef(DocumentKind.SUPPLIER_ORDER, 3, 31, "S-3")


def made(quantity: str, done: str = "0", **fields) -> Link:
    usual = {"kind": LinkKind.ORDER_TO_SUPPLY, "source": ORDERED, "target": BOUGHT, "mode": SupplyMode.ON_DEMAND}
    return Link(**{**usual, "quantity": Decimal(quantity), "done": Decimal(done), **fields})


def sold(quantity: str, amounts=(), **fields) -> Link:
    amounts = tuple(map(Decimal, amounts))
    usual = {"kind": LinkKind.OFFER_TO_ORDER, "source": OFFERED, "target": ORDERED, "amounts": amounts}
    return Link(**{**usual, "quantity": Decimal(quantity), **fields})


def test_ends_are_told_apart_whatever_was_made_from_what():
    there, back = made("5"), made("5", kind=LinkKind.SUPPLY_TO_ORDER, source=BOUGHT, target=ORDERED)
    assert (there.customer_line, there.supplier_line) == (back.customer_line, back.supplier_line) == (ORDERED, BOUGHT)
    assert (sold("1").customer_line, sold("1").supplier_line) == (ORDERED, None)


def test_a_number_is_for_reading_only():
    assert LineRef(DocumentKind.OFFER, 1, 11) == OFFERED
    assert len({LineRef(DocumentKind.OFFER, 1, 11), OFFERED}) == 1


def test_sums_count_each_end():
    links = (made("5", "2"), sold("4"), made("3", source=replace(ORDERED, line=22)))
    assert linked_quantity(links, ORDERED) == 9
    assert linked_quantity(links, ORDERED, LinkKind.OFFER_TO_ORDER) == 4
    assert linked_quantity(links, BOUGHT) == 8
    assert outstanding_quantity(links, ORDERED) == 3
    assert outstanding_quantity(links, BOUGHT) == 6


def test_links_between_the_same_lines_add_up():
    (one,) = add_links([made("5", "1")], [made("2")], {BOUGHT: Decimal(6)})
    assert (one.quantity, one.done) == (7, 1)
    (one,) = add_links([sold("5", ["1.50"])], [sold("1", ["0.25"])], {OFFERED: Decimal(6)})
    assert one.amounts == (Decimal("1.75"),)


def test_nothing_is_linked_beyond_what_is_open():
    """D-14.3: what was received through a link is no longer open on either side, an offer's line stays converted."""
    with pytest.raises(Several) as error:
        add_links([made("5")], [made("2")], {BOUGHT: Decimal(6), ORDERED: Decimal(9)})
    (one,) = error.value.errors
    assert (one.rule, one.field) == ("D-14.3", "supplier order S-3, line 31")
    add_links([made("5", "4")], [made("2")], {BOUGHT: Decimal(3)})
    with pytest.raises(Several) as error:
        add_links([sold("5")], [sold("1", target=replace(ORDERED, line=22))], {OFFERED: Decimal(5)})
    assert error.value.errors[0].rule == "D-13.5"


def test_what_came_from_an_offer_has_still_to_be_supplied():
    limits = {OFFERED: Decimal(5), ORDERED: Decimal(5), BOUGHT: Decimal(5)}
    assert link_problems([sold("5"), made("5")], limits) == ()


def test_quantities_that_can_not_be_are_problems():
    assert [one.rule for one in link_problems([made("-1"), made("2", "3"), made("2", "2")], {})] == ["D-14.3"] * 2


def test_a_plan_gets_its_rows_once_it_is_saved():
    plan = (
        PlannedLink(LinkKind.OFFER_TO_ORDER, OFFERED, 1, None, amounts=(Decimal(3),)),
        PlannedLink(LinkKind.OFFER_TO_ORDER, OFFERED, 1, 0, Decimal(5)),
        PlannedLink(LinkKind.ORDER_TO_SUPPLY, ORDERED, 0, 1, Decimal(2), SupplyMode.DROP_SHIP),
    )
    stored = (StoredDocument(8, "X-8", (81, 82)), StoredDocument(9, "X-9", (91,)))
    header, line, supply = stored_links(plan, stored)
    assert (header.target, header.amounts) == (LineRef(DocumentKind.ORDER, 9), (3,))
    assert (line.target, line.target.number, line.quantity) == (LineRef(DocumentKind.ORDER, 9, 91), "X-9", 5)
    assert (supply.target, supply.mode) == (LineRef(DocumentKind.SUPPLIER_ORDER, 8, 82), SupplyMode.DROP_SHIP)


def test_links_go_to_json_and_back():
    for link in (made("5", "1"), sold("1.5", ["0.25"])):
        assert codec.loads(Link, codec.dumps(link)) == link
