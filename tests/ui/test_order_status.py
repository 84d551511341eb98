"""One order's story: found by what people say on the telephone, readable at every width."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from fluorders_tui.app import FluordersApp
from fluorders_tui.domain.fulfilment import Part
from fluorders_tui.screens.order_status import OrderStatusScreen
from fluorders_tui.services.deliveries import Asked, deliver
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import change_order, open_order, open_order_row
from fluorders_tui.widgets.page import Page
from fluorders_tui.widgets.title_bar import TitleBar
from tests.services.chain import Chain, fill_chain
from tests.services.offer_shop import offered
from tests.services.orders_on_list import draft
from tests.services.supply_shop import fill_suppliers
from tests.ui.orders_desk import desk_on, opens
from tests.ui.raw_keys import burst


@pytest.mark.parametrize("size", [(80, 24), (132, 43)])
async def test_the_page_tells_header_lines_totals_and_journal(orders_desk: Desk, size: tuple[int, int]) -> None:
    number = open_order(orders_desk, "2026-00001").number
    saved = open_order(orders_desk, number).draft
    change_order(orders_desk, replace(saved, reference="New [b] reference"))
    async with desk_on(opens(orders_desk), size=size) as pilot:
        await burst(pilot, "31{enter}")
        screen = pilot.app.screen
        assert isinstance(screen, OrderStatusScreen)
        text = screen.query_one(Page).text
        for said in ("Rossi [Milano]", "New [b] reference", "A-100", "Totals", "Total EUR", "anna entered the order"):
            assert said in text, said
        assert "reference" in text.split("What happened")[1]
        assert all(len(line) <= size[0] - 2 for line in text.splitlines())


async def test_a_long_order_scrolls_and_starts_again_with_the_next_number(orders_desk: Desk) -> None:
    from fluorders_tui.services.orders import enter_order

    one = draft(orders_desk)
    line = one.lines[0]
    long = enter_order(
        orders_desk, replace(one, lines=tuple(replace(line, quantity=Decimal(n), gross=Decimal(10 * n),
                                                      net=Decimal(10 * n)) for n in range(1, 61)))
    )  # fmt: skip
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, f"3{long.number}{{enter}}{{pagedown}}{{down}}")
        page = pilot.app.screen.query_one(Page)
        assert page.hidden[0] == page.page() + 1
        await burst(pilot, "{ctrl+end}{down}")
        assert page.hidden[1] == 0
        await burst(pilot, "{ctrl+g}2{enter}")
        assert pilot.app.screen.query_one(Page).hidden[0] == 0


async def test_an_unknown_number_is_told_and_the_page_stays(orders_desk: Desk) -> None:
    async with desk_on(opens(orders_desk)) as pilot:
        await burst(pilot, "31{enter}{ctrl+g}99999{enter}")
        screen = pilot.app.screen
        assert isinstance(screen, OrderStatusScreen)
        assert "Nothing found" in screen.message_line.text
        assert "Rossi [Milano]" in screen.query_one(Page).text


@pytest.fixture
def chain(desk: Desk) -> Chain:
    fill_suppliers(desk)
    return fill_chain(desk)


async def test_each_end_of_a_chain_opens_the_other(desk: Desk, chain: Chain) -> None:
    async with desk_on(opens(desk), size=(132, 43)) as pilot:

        def shown() -> tuple[str, str]:
            screen = pilot.app.screen
            assert isinstance(screen, OrderStatusScreen)
            return screen.title_bar.left, screen.query_one(Page).text

        await burst(pilot, f"3{chain.offer.number}{{enter}}")
        assert shown()[0].startswith(f"Offer {chain.offer.number} · converted · ")
        assert "Ordered" in shown()[1]
        await burst(pilot, "{tab}{enter}")
        assert shown()[0].startswith(f"Order {chain.order[1]} · confirmed · ")
        screen = pilot.app.screen
        assert isinstance(screen, OrderStatusScreen)
        ends = [row.cells[:4] for row in screen.chain.source.rows(0, 9) or ()]
        assert ends == [
            ("← offer", chain.offer.number, "converted", "1"),
            ("← offer", chain.offer.number, "converted", "2"),
            ("→ supplier order", chain.supplier_order[1], "entered", "1"),
        ]
        await burst(pilot, "{tab}{end}{enter}")
        assert shown()[0].startswith(f"Supplier order {chain.supplier_order[1]} · entered · Acme")
        assert "For customers" in shown()[1]
        await burst(pilot, "{tab}{f12}{f3}{f12}{f3}")
        assert shown()[0].startswith(f"Offer {chain.offer.number}")


async def test_a_delivery_is_told_and_leads_back_to_its_order(desk: Desk, chain: Chain) -> None:
    line = open_order_row(desk, chain.order[0]).draft.lines[1]
    ((_, number),) = deliver(desk, Asked((chain.order[0],), (Part(chain.order[0], line.id),))).documents
    async with desk_on(opens(desk), size=(80, 24)) as pilot:
        await burst(pilot, f"3{chain.order[1]}{{enter}}{{tab}}{{end}}{{enter}}")
        screen = pilot.app.screen
        assert isinstance(screen, OrderStatusScreen)
        assert screen.title_bar.left.startswith(f"Delivery note {number} · issued · ")
        assert chain.order[1] in screen.query_one(Page).text
        await burst(pilot, "{f2}")
        assert pilot.app.screen is screen


async def test_figures_mean_the_kind_that_is_looked_at(desk: Desk, chain: Chain) -> None:
    async with desk_on(opens(desk)) as pilot:
        await burst(pilot, "31{enter}")
        assert f"Order {chain.order[1]}" in pilot.app.screen.query_one(TitleBar).left
        await burst(pilot, f"{{ctrl+g}}{chain.supplier_order[1]}{{enter}}{{ctrl+g}}1{{enter}}")
        assert f"Supplier order {chain.supplier_order[1]}" in pilot.app.screen.query_one(TitleBar).left


async def test_f9_takes_each_kind_to_its_next_step(desk: Desk, chain: Chain) -> None:
    fresh = offered(desk, ("A-100", 1)).number
    screens = {
        chain.order[1]: "order_steps", chain.supplier_order[1]: "supplier_order_steps", fresh: "convert_offers",
        chain.offer.number: "order_status",
    }  # fmt: skip
    async with desk_on(opens(desk)) as pilot:
        app = pilot.app
        assert isinstance(app, FluordersApp)
        for number, screen in screens.items():
            await burst(pilot, f"3{number}{{enter}}{{f9}}")
            assert app.name_of(app.screen) == screen, number
            while len(app.screen_stack) > 2:
                await app.pop_screen()
