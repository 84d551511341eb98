"""Actions typed into the item field, ahead of the screen; each is one step of undo."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fluorders_tui.domain.order import LineType
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_order
from fluorders_tui.services.registry_saving import save_row
from tests.shop import draft
from tests.ui.clerk import Typing

LINES = "C0001{enter}A-100{enter}12{enter}A-110{enter}5{enter}"


async def test_split_into_deliveries_adds_up_and_is_undone_as_one(typing: Typing) -> None:
    """D-6.4."""
    async with typing() as clerk:
        await clerk.types(LINES + "/split 3 2w #1{enter}")
        lines = clerk.screen.session.draft.lines
        assert [one.quantity for one in lines[:3]] == [4, 4, 4]
        # 8 December is a holiday in Italy.
        assert [str(one.delivery_date) for one in lines[:3]] == ["2026-11-24", "2026-12-09", "2026-12-22"]
        assert clerk.field == "item"
        assert clerk.text("item") == ""
        await clerk.types("{ctrl+z}")
        assert [quantity for _, quantity, _ in clerk.lines] == ["12", "5"]


async def test_typed_quantities_must_add_up_and_the_text_stays(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types(LINES + "/split 7@+7 6@+14 #1{enter}")
        assert clerk.text("item") == "/split 7@+7 6@+14 #1"
        assert "D-6.4" in clerk.message
        await clerk.types("{f12}/split 7@+7 5@+14 #1{enter}")
        assert [quantity for _, quantity, _ in clerk.lines] == ["7", "5", "5"]


@pytest.mark.parametrize("words", ["", " prices"])
async def test_a_kit_is_exploded(desk: Desk, typing: Typing, words: str) -> None:
    """D-6.5: without prices the kit keeps its price; with them each component is sold by its own."""
    values = {"code": "KIT", "description": "Set", "unit": "pc", "sales_price": "20", "vat_code": "22"}
    parts = [{"component": "A-100", "quantity": "2"}, {"component": "A-110", "quantity": "1"}]
    save_row(desk, "items", values, children={"item-components": parts})
    async with typing() as clerk:
        await clerk.types("C0001{enter}KIT{enter}3{enter}/kit" + words + "{enter}")
        lines = clerk.screen.session.draft.lines
        assert {(one.item, one.quantity) for one in lines} >= {("A-100", Decimal(6)), ("A-110", Decimal(3))}
        assert clerk.screen.session.totals.items_net == (Decimal(93) if words else Decimal(60))
        await clerk.types("{ctrl+z}")
        assert [item for item, *_ in clerk.lines] == ["KIT"]


async def test_lines_of_an_earlier_order_are_copied(desk: Desk, typing: Typing) -> None:
    """D-12.8."""
    number = enter_order(desk, draft(desk, ("A-100", 4), ("A-120", 9))).number
    async with typing() as clerk:
        await clerk.types(f"C0002{{enter}}/copy {number} #2{{enter}}")
        assert clerk.lines == [("A-120", "9", "4.50")]


async def test_many_lines_change_at_once_and_refusals_are_listed(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types(LINES + "'As agreed{enter}/discount 10{enter}/price +10%{enter}/date +7{enter}")
        lines = clerk.screen.session.draft.lines
        assert [str(one.price) for one in lines[:2]] == ["11.00", "12.10"]
        assert [str(one.net) for one in lines[:2]] == ["118.80", "54.45"]
        await clerk.types("/discount 10 #3{enter}")
        assert clerk.screen.pane.is_open
        assert "D-6.1" in clerk.screen.pane.text


async def test_prices_are_looked_up_again(desk: Desk, typing: Typing) -> None:
    """D-4.9: manual prices only where asked."""
    async with typing() as clerk:
        await clerk.types(LINES + "/price 1 #1{enter}/reprice{enter}")
        assert clerk.screen.session.draft.lines[0].price == 1
        await clerk.types("{f12}/reprice manual{enter}")
        assert clerk.screen.session.draft.lines[0].price == 10


async def test_free_moved_and_replaced(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types(LINES + "/move 2 #1{enter}/free vat #1{enter}/instead A-120 #2{enter}")
        lines = clerk.screen.session.draft.lines
        assert [(one.item, one.line_type) for one in lines] == [
            ("A-110", LineType.GIVE_AWAY),
            ("A-120", LineType.CODED),
        ]
        assert lines[0].vat_recourse
        assert lines[1].quantity == 12


async def test_actions_are_listed_while_typing_and_an_unknown_one_is_refused(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types(LINES + "/sp{down}{enter}3{enter}")
        assert len(clerk.lines) == 4
        await clerk.types("/spilt{enter}")
        assert "split" in clerk.message
