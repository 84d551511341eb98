"""Supplier orders typed on the real screen over a real database, in one burst and slowly (U-1.1, D-14.2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from fluorders_tui.places import state_dir
from fluorders_tui.screens.home import HomeScreen
from fluorders_tui.screens.supplier_order_entry import SupplierOrderEntryScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.holding import held
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.services.supplier_holding import abandoned_supply, drafts_folder
from fluorders_tui.services.supplier_order_list import each_supplier_order
from fluorders_tui.services.supplier_orders import change_supplier_order, confirm, open_supplier_order
from tests.services.supply_shop import bought, ordered
from tests.ui.raw_keys import burst, paste, slowly, until
from tests.ui.supply_desk import Showing

ORDER = "S1{enter}A-100{enter}20{enter}s1-b-900{enter}3*4{tab}{tab}4,50{ctrl+j}"


async def test_a_burst_is_the_same_as_slow_typing(showing: Showing) -> None:
    async with showing(SupplierOrderEntryScreen) as buyer:
        await burst(buyer.pilot, ORDER)
        fast = buyer.screen.session.draft
        lines = buyer.lines
    async with showing(SupplierOrderEntryScreen) as buyer:
        await slowly(buyer.pilot, ORDER)
        assert buyer.screen.session.draft == fast
    assert lines == [("A-100", "20", "120.00"), ("B-900", "12", "54.00")]
    assert (fast.currency.code, fast.payment_terms, fast.lines[0].supplier_item) == ("EUR", "30EOM", "S1-A-100")
    assert fast.delivery_date is not None
    assert (fast.delivery_date - fast.date).days == 10


async def test_two_orders_are_entered_in_one_burst(showing: Showing, supply_desk: Desk) -> None:
    async with showing(SupplierOrderEntryScreen) as buyer:
        await buyer.types(ORDER + "{f10}gamma{enter}A-110{enter}7{enter}{f10}")
        await until(lambda: "00002 entered" in buyer.message)
        assert buyer.field == "supplier"
    found = list(each_supplier_order(supply_desk))
    assert [(row.supplier, row.total) for row in found] == [("S3", Decimal("45.50")), ("S1", Decimal("174.00"))]


async def test_a_looked_up_price_follows_the_unit_and_a_typed_one_is_converted(showing: Showing) -> None:
    async with showing(SupplierOrderEntryScreen) as buyer:
        await buyer.types("S1{enter}A-100{enter}2{tab}box{tab}{enter}")
        assert buyer.lines == [("A-100", "2", "144.00")]
        await buyer.types("{up}{tab}{tab}70{enter}")
        assert buyer.lines == [("A-100", "2", "140.00")]
        await buyer.types("{up}{tab}{ctrl+u}pc{tab}{enter}")
        line = buyer.screen.session.draft.lines[0]
        assert (line.uom.code, line.price) == ("pc", Decimal("5.833333"))
        await buyer.types("{ctrl+z}{ctrl+z}{ctrl+z}")
        assert buyer.lines == []
        await buyer.types("{ctrl+y}")
        assert buyer.lines == [("A-100", "2", "144.00")]


async def test_what_is_wrong_is_told_where_it_is(showing: Showing, supply_desk: Desk) -> None:
    save_row(supply_desk, "suppliers", {"code": "S9", "name": "Closed", "active": False})
    async with showing(SupplierOrderEntryScreen) as buyer:
        await buyer.types("{f10}")
        assert (buyer.field, "supplier" in buyer.message) == ("supplier", True)
        await buyer.types("S9{enter}A-100{enter}")
        assert buyer.field == "supplier"
        await buyer.types("{ctrl+u}S2{enter}{ctrl+d}")
        await buyer.types("{tab}{tab}{tab}{tab}C0001{enter}")
        assert (buyer.field, buyer.screen.field("ship_to").error is not None) == ("ship_to", True)
        assert "does not ship to customers" in buyer.message
        await buyer.types("{f12}{ctrl+d}nothing{enter}5{enter}")
        assert (buyer.field, buyer.text("item")) == ("item", "nothing5")


async def test_a_block_becomes_lines(showing: Showing) -> None:
    async with showing(SupplierOrderEntryScreen) as buyer:
        await buyer.types("S1{enter}")
        await paste(buyer.pilot, "A-100;10\nnix;3\nS1-A-110;2\n")
        assert buyer.lines == [("A-100", "10", "60.00"), ("A-110", "2", "14.00")]
        assert buyer.message == "2 lines added."
        assert buyer.screen.pane.text == "row 2: There is no item 'nix'. (D-6.6b)"


async def test_what_a_killed_desk_left_is_taken_up_where_it_was(showing: Showing, supply_desk: Desk) -> None:
    folder = drafts_folder(state_dir(), supply_desk.store.shown_url, "anna")
    async with showing(SupplierOrderEntryScreen) as buyer:
        await buyer.types("S1{enter}A-100{enter}20{enter}A-110{enter}7")
        assert list(abandoned_supply(folder)) == []
    (found,) = abandoned_supply(folder)
    assert (found.word, found.draft.name) == ("supplier order", "Acme")
    async with showing(lambda: SupplierOrderEntryScreen(recovered=found)) as buyer:
        assert buyer.lines == [("A-100", "20", "120.00")]
        assert (buyer.field, buyer.text("quantity"), buyer.text("item")) == ("quantity", "7", "A-110")
        await buyer.types("{enter}{f3}")
        assert "on hold" in buyer.message
    assert list(abandoned_supply(folder)) == []
    (aside,) = held(supply_desk)
    assert aside.supply
    async with showing(HomeScreen) as buyer:
        await buyer.types("a")
        assert isinstance(buyer.screen, SupplierOrderEntryScreen)
        assert buyer.lines == [("A-100", "20", "120.00"), ("A-110", "7", "49.00")]
        await buyer.types("{f10}")
        await until(lambda: "entered" in buyer.message)
    assert held(supply_desk) == ()


async def test_the_second_to_save_is_told_and_loses_nothing(showing: Showing, supply_desk: Desk) -> None:
    number = bought(supply_desk, ("A-100", 20)).number
    async with showing(lambda: SupplierOrderEntryScreen(number=number)) as buyer:
        await buyer.types("{up}30{enter}")
        theirs = open_supplier_order(supply_desk, number).draft
        change_supplier_order(supply_desk, replace(theirs, reference="AB 12"))
        await buyer.types("{f10}")
        assert "D-12.7" in buyer.message
        assert "lines[1].quantity: theirs 20, yours 30" in buyer.screen.pane.text
        await buyer.types("{f3}")
    assert [one.supply for one in held(supply_desk)] == [True]
    stored = open_supplier_order(supply_desk, number).draft
    assert (stored.reference, stored.lines[0].quantity) == ("AB 12", 20)


async def test_a_confirmed_quantity_that_is_changed_counts_no_more(showing: Showing, supply_desk: Desk) -> None:
    from fluorders_tui.services.supplier_orders import Confirmation

    order = bought(supply_desk, ("A-100", 20))
    confirm(supply_desk, order.draft.id, {0: Confirmation(Decimal(15))})
    async with showing(lambda: SupplierOrderEntryScreen(number=order.number)) as buyer:
        await buyer.types("{up}25{enter}{f10}")
        await until(lambda: "saved" in buyer.message)
    line = open_supplier_order(supply_desk, order.number).draft.lines[0]
    assert (line.quantity, line.confirmed_quantity, line.open) == (25, None, 25)


async def test_the_line_says_to_whom_it_is_promised(showing: Showing, supply_desk: Desk) -> None:
    from fluorders_tui.services.supply_proposals import order_supply, proposals
    from fluorders_tui.widgets.info_line import InfoLine

    sold = ordered(supply_desk, ("A-100", 20))
    made = order_supply(supply_desk, proposals(supply_desk).rows).orders[0]
    async with showing(lambda: SupplierOrderEntryScreen(number=made.number), size=(80, 24)) as buyer:
        await buyer.types("{up}")
        assert f"20 → {sold.number}/1 Rossi [Milano]" in buyer.screen.query_one(InfoLine).text
        await buyer.types("{f12}{ctrl+t}{f10}")
        assert (buyer.field, "no line any more" in buyer.message) == ("item", True)
