"""The chain of documents from each of its ends, through the services and through the bare driver (D-14.3)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fluorders_tui.data.status_reader import read_status
from fluorders_tui.domain.fulfilment import Part
from fluorders_tui.services import supply_proposals as supply
from fluorders_tui.services.deliveries import Asked, deliver
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.document_stories import delivery_story, offer_story, supplier_order_story
from fluorders_tui.services.linked import ChainLink
from fluorders_tui.services.order_story import story_of_row
from fluorders_tui.services.orders import open_order_row
from fluorders_tui.services.supplier_orders import receive_goods
from tests.services.chain import Chain, fill_chain
from tests.services.supply_shop import fill_supply_shop, ordered
from tests.services.test_order_story import _url


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_supply_shop(italian_desk)
    return italian_desk


@pytest.fixture
def chain(desk: Desk) -> Chain:
    return fill_chain(desk)


def told(links: tuple[ChainLink, ...]) -> list[tuple[str, str, str, int, int, str]]:
    """Direction and depth, number, whose line, line, the other's line, quantity."""
    return [
        (
            ("from " if one.came_from else "to ") + str(one.depth), one.other.number, one.via, one.line,
            one.other.line, f"{one.quantity.normalize():f}",
        )
        for one in links
    ]  # fmt: skip


def test_an_offer_leads_to_its_order_and_on_to_the_supplier_order(desk: Desk, chain: Chain) -> None:
    number, bought = chain.order[1], chain.supplier_order[1]
    assert told(offer_story(desk, chain.offer.draft.id).links) == [
        ("to 1", number, "", 1, 1, "12"),
        ("to 1", number, "", 2, 2, "2"),
        ("to 2", bought, number, 1, 1, "12"),
    ]


def test_an_order_knows_both_ends(desk: Desk, chain: Chain) -> None:
    links = story_of_row(desk, chain.order[0]).links
    assert told(links) == [
        ("from 1", chain.offer.number, "", 1, 1, "12"),
        ("from 1", chain.offer.number, "", 2, 2, "2"),
        ("to 1", chain.supplier_order[1], "", 1, 1, "12"),
    ]
    assert links[0].other.date == desk.today()
    assert links[2].other.due is not None


def test_a_supplier_order_goes_back_to_the_offer(desk: Desk, chain: Chain) -> None:
    story = supplier_order_story(desk, chain.supplier_order[0])
    assert told(story.links) == [
        ("from 2", chain.offer.number, chain.order[1], 1, 1, "12"),
        ("from 2", chain.offer.number, chain.order[1], 2, 2, "2"),
        ("from 1", chain.order[1], "", 1, 1, "12"),
    ]
    assert ["entered the supplier order" in entry.headline(desk.today()) for entry in story.entries] == [True]


def delivered(desk: Desk, chain: Chain, quantity: int) -> tuple[int, str]:
    """So many of the order's second line, by a delivery note."""
    order = open_order_row(desk, chain.order[0])
    part = Part(chain.order[0], order.draft.lines[1].id, Decimal(quantity))
    (made,) = deliver(desk, Asked((chain.order[0],), (part,))).documents
    return made


def test_a_delivery_ends_the_chain_and_goes_back_along_it(desk: Desk, chain: Chain) -> None:
    row, number = delivered(desk, chain, 2)
    order, offer = chain.order[1], chain.offer.number
    assert told(story_of_row(desk, chain.order[0]).links)[-1] == ("to 1", number, "", 2, 1, "2")
    assert told(offer_story(desk, chain.offer.draft.id).links)[-1] == ("to 2", number, order, 2, 1, "2")
    assert told(delivery_story(desk, row).links) == [
        ("from 2", offer, order, 1, 1, "12"),
        ("from 2", offer, order, 2, 2, "2"),
        ("from 1", order, "", 1, 2, "2"),
    ]


def test_what_else_a_supplier_order_serves_is_no_part_of_the_chain(desk: Desk, chain: Chain) -> None:
    other = ordered(desk, ("A-100", 3), customer="C0002")
    rows = supply.proposals(desk, supply.Asked(orders=(other.number,), stock_use=supply.StockUse.ALWAYS)).rows
    supply.order_supply(desk, rows, add_to=[chain.supplier_order[0]])
    assert chain.supplier_order[1] in {one.other.number for one in story_of_row(desk, other.draft.id).links}
    assert other.number not in {one.other.number for one in story_of_row(desk, chain.order[0]).links}


def test_the_bare_driver_walks_the_same_chain(desk: Desk, chain: Chain) -> None:
    receive_goods(desk, chain.supplier_order[0], {0: Decimal(5)})
    delivered(desk, chain, 2)
    links = story_of_row(desk, chain.order[0]).links
    (state,) = read_status(_url(desk), chain.order[1]).orders
    assert [
        (
            link["direction"], link["depth"], link["document"], link["number"], link["status"], link["line"],
            link["other_line"], link["quantity"], link["received"], link["mode"], link["date"], link["due"],
            link["via"],
        )
        for link in state.links
    ] == [
        (
            "from" if one.came_from else "to", one.depth, one.other.called, one.other.number, one.other.status,
            one.line, one.other.line, one.quantity, one.done if one.mode else None,
            one.mode.value if one.mode else "", one.other.date, one.other.due, one.via,
        )
        for one in links
    ]  # fmt: skip
    assert [link["received"] for link in state.links] == [None, None, 5, None]
