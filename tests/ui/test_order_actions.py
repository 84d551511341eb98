"""Actions typed into the item field, ahead of the screen; each is one step of undo."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fluorders_tui.domain.order import LineType
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_order
from fluorders_tui.services.registries import get_row
from fluorders_tui.services.registry_saving import save_row
from tests.shop import draft
from tests.ui.clerk import Typing

LINES = "C0001{enter}A-100{enter}12{enter}A-110{enter}5{enter}"


async def test_split_into_deliveries_adds_up_and_is_undone_as_one(typing: Typing) -> None:
    """D-6.4: Enter shows the parts, Enter again makes them, also typed ahead."""
    async with typing() as clerk:
        await clerk.types(LINES + "/split 3 2w #1{enter}")
        assert clerk.screen.pane.is_open
        assert "40.00" in clerk.screen.pane.text
        assert len(clerk.lines) == 2
        await clerk.types("{enter}")
        lines = clerk.screen.session.draft.lines
        assert [one.quantity for one in lines[:3]] == [4, 4, 4]
        # 8 December is a holiday in Italy.
        assert [str(one.delivery_date) for one in lines[:3]] == ["2026-11-24", "2026-12-09", "2026-12-22"]
        assert not clerk.screen.pane.is_open
        assert (clerk.field, clerk.text("item")) == ("item", "")
        await clerk.types("{ctrl+z}")
        assert [quantity for _, quantity, _ in clerk.lines] == ["12", "5"]


async def test_what_is_shown_holds_only_while_nothing_changes(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types(LINES + "/split 3 2w #1{enter}")
        # Typing on closes it; Enter then shows the new plan instead of doing the old one.
        await clerk.types("{backspace}2{enter}")
        assert clerk.screen.pane.is_open
        assert len(clerk.lines) == 2
        await clerk.types("{f12}{enter}")
        assert len(clerk.lines) == 2
        await clerk.types("{enter}")
        assert [quantity for _, quantity, _ in clerk.lines] == ["12", "2", "2", "1"]


async def test_typed_quantities_must_add_up_and_the_text_stays(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types(LINES + "/split 7@+7; 6@+14 #1{enter}")
        assert clerk.text("item") == "/split 7@+7; 6@+14 #1"
        assert "D-6.4" in clerk.message
        await clerk.types("{f12}/split 7@+7; @+14 #1{enter}{enter}")
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
    """D-12.8: all lines are shown, the ones that come are marked; prices kept, or looked up again."""
    number = enter_order(desk, draft(desk, ("A-100", 4), ("A-120", 9))).number
    save_row(desk, "items", {"sales_price": "0.60"}, row_id=get_row(desk, "items", "A-120").id)
    async with typing() as clerk:
        await clerk.types(f"C0002{{enter}}/copy {number} #2{{enter}}")
        assert "  1  A-100" in clerk.screen.pane.text
        assert "✓   2  A-120" in clerk.screen.pane.text
        await clerk.types("{enter}")
        assert clerk.lines == [("A-120", "9", "4.50")]
        await clerk.types(f"/copy {number} reprice #2{{enter}}{{enter}}")
        assert clerk.lines[1:] == [("A-120", "9", "5.40")]
        await clerk.types("{ctrl+z}{ctrl+z}")
        assert clerk.lines == []


async def test_the_customers_orders_are_offered_for_copying(desk: Desk, typing: Typing) -> None:
    enter_order(desk, draft(desk, ("A-100", 4)))
    async with typing() as clerk:
        await clerk.types("C0001{enter}/copy {down}{enter}{enter}{enter}")
        assert clerk.lines == [("A-100", "4", "40.00")]


async def test_an_order_is_duplicated_for_another_customer(desk: Desk, typing: Typing) -> None:
    """D-12.8: a new draft, undone into the order it came from."""
    number = enter_order(desk, draft(desk, ("A-100", 4))).number
    async with typing(number=number) as clerk:
        await clerk.types("/duplicate for C0002{enter}{enter}")
        copy = clerk.screen.session.draft
        assert (copy.number, copy.customer, copy.id) == ("", "C0002", 0)
        await clerk.types("{ctrl+z}")
        assert clerk.screen.session.draft.number == number
        await clerk.types("{ctrl+y}{f10}")
        assert {row.customer for row in clerk.orders} == {"C0001", "C0002"}


async def test_what_a_change_would_be_warned_of_is_shown_before_it_is_done(typing: Typing) -> None:
    """D-6.4: and what was warned of before is not told again."""
    async with typing() as clerk:
        await clerk.types("C0001{enter}A-100{enter}4{enter}/date 1.1.2020{enter}")
        assert "! Line 1: The delivery on 2020-01-01 is before the order's date" in clerk.screen.pane.text
        await clerk.types("{enter}/discount 10{enter}")
        assert "Line 1" in clerk.screen.pane.text
        assert "before the order's date" not in clerk.screen.pane.text


async def test_many_lines_change_at_once_and_refusals_are_listed(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types(LINES + "'As agreed{enter}/discount 10{enter}{enter}/price +10%{enter}{enter}")
        await clerk.types("/date +7{enter}")
        assert "has no delivery date" in clerk.message
        await clerk.types("{f12}/date 3112{enter}{enter}/date +7 #2{enter}{enter}")
        lines = clerk.screen.session.draft.lines
        assert [str(one.price) for one in lines[:2]] == ["11.00", "12.10"]
        assert [str(one.net) for one in lines[:2]] == ["118.80", "54.45"]
        assert [str(one.delivery_date) for one in lines[:2]] == ["2026-12-31", "2027-01-07"]
        await clerk.types("/discount 20 #1,3{enter}")
        assert "11.00 less 10 = 118.80 → 11.00 less 20 = 105.60" in clerk.screen.pane.text
        assert "D-6.1" in clerk.screen.pane.text
        await clerk.types("{f12}{f12}/discount 20 #3{enter}")
        assert "D-6.1" in clerk.message
        assert not clerk.screen.pane.is_open


async def test_the_headers_discounts_are_given_to_present_lines(typing: Typing) -> None:
    """D-3.2: on demand, and not where a hand typed others."""
    async with typing() as clerk:
        await clerk.types(LINES + "/discount 1 #2{enter}{enter}{ctrl+d}")
        clerk.screen.field("discounts").focus()
        await clerk.types("10{enter}{ctrl+d}/discount header{enter}")
        assert "D-3.2" in clerk.screen.pane.text
        await clerk.types("{enter}")
        assert [net for *_, net in clerk.lines] == ["108.00", "54.45"]


async def test_agents_of_lines(desk: Desk, typing: Typing) -> None:
    """D-10.1: several on a line, none is not 0 %, and the customer's again on demand (D-10.2)."""
    for code in ("AG1", "AG2"):
        save_row(desk, "agents", {"code": code, "name": code})
    async with typing() as clerk:
        await clerk.types(LINES + "/agent AG1 5; AG2{enter}{enter}/commission AG1 none #2{enter}{enter}")
        first, second = clerk.screen.session.draft.lines
        assert first.agents is not None
        assert second.agents is not None
        assert [(one.agent, one.percent) for one in first.agents] == [("AG1", 5), ("AG2", None)]
        assert [(one.agent, one.percent) for one in second.agents] == [("AG1", None), ("AG2", None)]
        assert [one.amount for one in clerk.screen.session.totals.commissions] == [6, None]
        await clerk.types("/recalculate own{enter}{enter}")
        assert [one.agents for one in clerk.screen.session.draft.lines] == [None, None]


async def test_prices_are_looked_up_again(typing: Typing) -> None:
    """D-4.9: manual prices only where asked; old and new are shown first."""
    async with typing() as clerk:
        await clerk.types(LINES + "/price 1 #1{enter}{enter}/reprice{enter}")
        assert "by hand" in clerk.message
        await clerk.types("{f12}/reprice manual{enter}")
        assert "1.00 = 12.00 → 10.00 = 120.00" in clerk.screen.pane.text
        assert clerk.screen.session.draft.lines[0].price == 1
        await clerk.types("{enter}")
        assert clerk.screen.session.draft.lines[0].price == 10


async def test_a_list_that_is_not_assigned(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}B-900{enter}2{enter}/list L2{enter}{enter}")
        assert clerk.lines == [("B-900", "2", "14.40")]


async def test_a_tie_of_policies_is_settled(desk: Desk, typing: Typing) -> None:
    """D-4.8, D-5.4."""
    for code, until, text in (("P1", "2026-12-30", "10"), ("P2", "2026-12-31", "20")):
        values = {"code": code, "item": "A-100", "valid_from": "2026-01-01", "valid_to": until, "discounts": text}
        save_row(desk, "discount-policies", values)
    async with typing() as clerk:
        await clerk.types("C0001{enter}A-100{enter}10{enter}")
        assert clerk.screen.session.draft.lines[0].price_source.policies_tied == ("P1", "P2")
        await clerk.types("/settle {down}{down}{enter}{enter}")
        (line,) = clerk.screen.session.draft.lines
        assert (line.net, line.price_source.policies_tied) == (Decimal(80), ())
        assert not any("D-4.8" in text for text in line.warnings)


async def test_free_moved_and_replaced(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types(LINES + "/move up{enter}/free vat #1{enter}/instead A-120 #2{enter}")
        lines = clerk.screen.session.draft.lines
        assert [(one.item, one.line_type) for one in lines] == [
            ("A-110", LineType.GIVE_AWAY),
            ("A-120", LineType.CODED),
        ]
        assert lines[0].vat_recourse
        assert lines[1].quantity == 12
        await clerk.types("{ctrl+z}{ctrl+z}{ctrl+z}")
        assert [item for item, *_ in clerk.lines] == ["A-100", "A-110"]


async def test_the_key_takes_the_line_being_changed_along(typing: Typing) -> None:
    """What was typed into the line goes into the order, then the action is about that line."""
    async with typing() as clerk:
        await clerk.types(LINES + "{up}{up}20{insert}sp 2{enter}{enter}")
        assert [quantity for _, quantity, _ in clerk.lines] == ["10", "10", "5"]


async def test_actions_are_listed_while_typing_and_an_unknown_one_is_refused(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types(LINES + "/sp{down}{enter}3{enter}{enter}")
        assert len(clerk.lines) == 4
        await clerk.types("/spilt{enter}")
        assert "split" in clerk.message
