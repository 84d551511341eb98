"""The chain of documents from each of its ends, through the services and through the bare driver (D-14.3)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fluorders_tui.data.status_reader import read_status
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.document_stories import offer_story, supplier_order_story
from fluorders_tui.services.linked import ChainLink
from fluorders_tui.services.order_story import story_of_row
from fluorders_tui.services.supplier_orders import receive_goods
from tests.services.chain import Chain, fill_chain
from tests.services.test_order_story import _url


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
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
    assert [entry.event for entry in story.entries] == ["entered"]


def test_the_bare_driver_walks_the_same_chain(desk: Desk, chain: Chain) -> None:
    receive_goods(desk, chain.supplier_order[0], {0: Decimal(5)})
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
            "from" if one.came_from else "to", one.depth, one.other.kind.value, one.other.number, one.other.status,
            one.line, one.other.line, one.quantity, one.done if one.mode else None,
            one.mode.value if one.mode else "", one.other.date, one.other.due, one.via,
        )
        for one in links
    ]  # fmt: skip
    assert state.links[-1]["received"] == 5
