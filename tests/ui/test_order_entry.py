"""Orders typed on the real screen over a real database, in one burst and slowly (U-1.1, U-3)."""

from __future__ import annotations

import contextlib
import time
from decimal import Decimal
from typing import Any

import pytest

from fluorders_tui.app import FluordersApp
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Unreachable
from fluorders_tui.domain.header_text import format_payments
from fluorders_tui.places import state_dir
from fluorders_tui.screens.order_entry import OrderEntryScreen
from fluorders_tui.services import orders
from fluorders_tui.services.autosave import abandoned, drafts_folder
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.holding import held
from fluorders_tui.services.orders import change_order, enter_order, open_order
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.widgets.info_line import InfoLine
from tests.shop import draft, with_line
from tests.ui.clerk import Typing
from tests.ui.desk_demo import DemoSettings
from tests.ui.raw_keys import burst, paste, slowly, until

ORDER = (
    "C0001{enter}A-100{enter}12{enter}a-110{enter}3*4{ctrl+j}!A-120{enter}5{enter}"
    "'As agreed{enter}.Repair{enter}1{enter}30{enter}"
)


async def test_a_burst_is_the_same_as_slow_typing(typing: Typing) -> None:
    async with typing() as clerk:
        await burst(clerk.pilot, ORDER)
        fast = clerk.screen.session.draft
        lines = clerk.lines
    async with typing() as clerk:
        await slowly(clerk.pilot, ORDER)
        assert clerk.screen.session.draft == fast
    assert lines == [
        ("A-100", "12", "120.00"), ("A-110", "12", "132.00"), ("A-120", "5", "2.50"), ("As agreed", "0", "0.00"),
        ("Repair", "1", "30.00"),
    ]  # fmt: skip


async def test_a_whole_order_in_one_burst_on_a_slow_database(typing: Typing, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Store.read

    @contextlib.contextmanager
    def slow(self: Store) -> Any:
        time.sleep(0.03)
        with read(self) as connection:
            yield connection

    monkeypatch.setattr(Store, "read", slow)
    async with typing() as clerk:
        await clerk.types(ORDER + "{f10}C0002{enter}8001234567890{enter}2{enter}{f10}")
        await until(lambda: "2026-00002 entered" in clerk.message)
        assert clerk.field == "customer"
        assert [(row.customer, row.total) for row in reversed(clerk.orders)] == [
            ("C0001", Decimal("344.04")), ("C0002", Decimal("322.08"))
        ]  # fmt: skip


async def test_wrong_text_keeps_the_caret_and_what_follows_is_not_misplaced(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}nothing{enter}")
        assert (clerk.field, clerk.text("item")) == ("item", "nothing")
        assert "Nothing found" in clerk.message
        await clerk.types("{f12}A-100{enter}1,5{enter}A-110{enter}7{enter}")
        assert (clerk.field, clerk.text("quantity"), clerk.lines) == ("quantity", "1.5A-1107", [])
        await clerk.types("{ctrl+u}3{enter}bolt{enter}")
        assert clerk.message.startswith("2 fit")
        await clerk.types("{down}{enter}4{enter}")
        assert clerk.lines[-1] == ("A-100", "4", "40.00")
        assert len(clerk.lines) == 2


async def test_all_problems_are_listed_and_the_caret_goes_to_the_first(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("{f10}")
        assert clerk.field == "customer"
        assert "The order has no line." in clerk.screen.pane.text
        await clerk.types("C0003{enter}")
        assert not clerk.screen.pane.is_open
        await paste(clerk.pilot, "A-100;1\nB-900;2")
        await clerk.types("{f10}")
        assert (clerk.field, clerk.screen.session.editing) == ("price", 1)
        assert "D-4.8" in clerk.message
        assert clerk.orders == []


async def test_a_tie_between_price_lists_is_the_clerks_to_settle(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0003{enter}B-900{enter}2{enter}")
        assert (clerk.field, clerk.text("price"), clerk.lines) == ("price", "", [])
        await clerk.types("{f4}{down}{enter}B-900{enter}2{enter}l1{enter}B-900{enter}2{enter}7,5{enter}{up}5{enter}")
        sources = [(str(one.price), one.price_source.settled) for one in clerk.screen.session.draft.lines]
        assert sources == [("7.2", True), ("7.5", True), ("7.5", False)]
        assert clerk.lines[-1] == ("B-900", "5", "37.50")


async def test_undo_and_redo_reach_everything(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}A-100{enter}12{enter}A-110{enter}4")
        await clerk.types("{ctrl+z}")
        assert (clerk.text("quantity"), clerk.text("item")) == ("", "A-110")
        await clerk.types("{ctrl+y}")
        assert clerk.text("quantity") == "4"
        await clerk.types("{ctrl+z}{ctrl+z}")
        assert (clerk.text("item"), clerk.field, len(clerk.lines)) == ("", "item", 1)
        await clerk.types("{ctrl+z}{ctrl+z}")
        assert (clerk.lines, clerk.field, clerk.text("customer")) == ([], "customer", "")
        await clerk.types("{ctrl+z}")
        assert clerk.message == "Nothing to undo."
        await clerk.types("{ctrl+y}{ctrl+y}{ctrl+y}")
        assert (clerk.text("item"), clerk.field, len(clerk.lines)) == ("A-110", "quantity", 1)
        await clerk.types("5{enter}{ctrl+t}{ctrl+z}")
        assert clerk.lines == [("A-100", "12", "120.00"), ("A-110", "5", "55.00")]


async def test_undoing_a_customer_brings_back_their_prices(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}B-900{enter}1{enter}{shift+tab}{shift+tab}{shift+tab}{shift+tab}C0003{enter}")
        assert clerk.screen.session.draft.customer == "C0003"
        assert clerk.lines == [("B-900", "1", "7.50")]
        await clerk.types("{ctrl+z}B-900{enter}2{enter}")
        assert clerk.lines == [("B-900", "1", "7.00"), ("B-900", "2", "14.00")]


async def test_a_pasted_block_keeps_good_lines_and_lists_bad_ones(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}")
        rows = [f"A-100;{number}" for number in range(1, 49)]
        await paste(clerk.pilot, "\n".join([*rows[:10], "NOPE;3", *rows[10:20], "A-110;zz", *rows[20:], "xy 9\t2"]))
        assert len(clerk.lines) == 49
        assert clerk.lines[-1] == ("A-120", "2", "1.00")
        assert "row 11: There is no item 'NOPE'" in clerk.screen.pane.text
        assert "row 22" in clerk.screen.pane.text
        await clerk.types("{f12}{ctrl+z}")
        assert clerk.lines == []


async def test_odd_text_is_text(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0002{enter}")
        assert "Rossi & Figli [/b]" in clerk.screen.field("customer").note
        await paste(clerk.pilot, "x" * 10_000)
        assert (clerk.text("item"), clerk.field) == ("", "item")
        assert "10000 characters" in clerk.message
        await clerk.types("{f12}.[b]שלום 😀{enter}1{enter}2{enter}")
        await clerk.types("{tab}{tab}")
        await paste(clerk.pilot, "two\nlines\x1b[31m\x07")
        assert clerk.text(clerk.field) == "two lines [31m"
        await clerk.types("{ctrl+u}{f10}")
        assert [line.description for line in open_order(clerk.desk, "2026-00001").draft.lines] == ["[b]שלום 😀"]


async def test_header_fields_and_several_payments(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}A-100{enter}10{enter}{ctrl+d}")
        assert clerk.field == "type"
        clerk.screen.field("payments").focus()
        await clerk.types("CASH 50; BT 30EOM 40%; RIBA 60EOM{enter}")
        payments = clerk.screen.session.draft.payments
        assert format_payments(payments) == "CASH IMM 50; BT 30EOM 40%; RIBA 60EOM 60%"
        clerk.screen.field("discounts").focus()
        await clerk.types("10{enter}")
        assert clerk.lines == [("A-100", "10", "100.00")]
        await clerk.types("{f5}")
        assert clerk.lines == [("A-100", "10", "90.00")]
        clerk.screen.field("deposit").focus()
        await clerk.types("20{enter}")
        clerk.screen.field("reference").focus()
        await clerk.types("PO 7{f10}")
        await until(lambda: "entered" in clerk.message)
        saved = orders.open_order(clerk.desk, "2026-00001")
        assert saved.draft.reference == "PO 7"
        assert sum(due.amount for due in saved.due_dates) == saved.totals.balance_due == Decimal("89.80")


async def test_a_charge_asks_for_its_price_alone_and_free_text_for_quantity_and_price(typing: Typing) -> None:
    keys = "C0001{enter}+Transport{enter}25{enter}.Repair{enter}2{enter}30{enter}+Toll{enter}{shift+tab}{shift+tab}"
    async with typing() as clerk:
        await clerk.types(keys + "3{enter}4,50{enter}'Thanks{enter}")
        assert clerk.field == "item"
        assert clerk.lines == [
            ("Transport", "1", "25.00"), ("Repair", "2", "60.00"), ("Toll", "3", "13.50"), ("Thanks", "0", "0.00")
        ]  # fmt: skip
        await clerk.types("+Duty{enter}{shift+tab}{shift+tab}{shift+tab}/move up #2{enter}")
        assert (clerk.field, len(clerk.lines)) == ("item", 4)
        assert "undecided" in clerk.message


async def test_free_goods_with_their_vat_paid(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}!A-100{enter}1{tab}{tab}{tab}{tab}")
        assert clerk.field == "vat_recourse"
        await clerk.types("y{enter}")
        assert clerk.screen.session.totals.total == Decimal("2.20")
        await clerk.types("{up}2{enter}")
        line = clerk.screen.session.draft.lines[0]
        assert (line.quantity, line.vat_recourse, line.line_type.value) == (2, True, "give-away")


async def test_an_emptied_price_is_looked_up_again(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}A-100{enter}1{tab}{tab}9{enter}")
        assert clerk.lines == [("A-100", "1", "9.00")]
        await clerk.types("{up}{tab}box{tab}{ctrl+u}{enter}")
        assert clerk.lines == [("A-100", "1", "120.00")]


async def test_a_date_change_reaches_the_line_being_changed(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}A-100{enter}1{enter}{up}")
        clerk.screen.field("delivery_date").focus()
        await clerk.types("+7{enter}")
        await clerk.types("{f10}")
        await until(lambda: "entered" in clerk.message)
        assert str(open_order(clerk.desk, "2026-00001").draft.lines[0].delivery_date) == "2026-12-01"


async def test_hold_and_resume_bring_back_the_half_typed_line(typing: Typing) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}A-100{enter}12{enter}A-110{enter}4{ctrl+k}")
        assert (clerk.lines, clerk.field) == ([], "customer")
        row = held(clerk.desk)[0].row
    async with typing(held=row) as clerk:
        assert (clerk.field, clerk.text("quantity"), clerk.text("item")) == ("quantity", "4", "A-110")
        await clerk.types("{enter}")
        assert clerk.lines == [("A-100", "12", "120.00"), ("A-110", "4", "44.00")]
        assert held(clerk.desk) == ()


async def test_an_entered_order_is_changed_and_a_second_desk_is_told(typing: Typing, desk: Desk) -> None:
    saved = enter_order(desk, draft(desk, ("A-100", 1), ("A-110", 2)))
    async with typing(number=saved.number) as clerk:
        await clerk.types("{f10}")
        assert "Nothing was changed" in clerk.message
        await clerk.types("{up}{up}5{f10}")
        await until(lambda: "saved" in clerk.message)
        theirs = open_order(desk, saved.number).draft
        assert [line.quantity for line in theirs.lines] == [5, 2]
        await clerk.types("{up}9{enter}")
        change_order(desk, with_line(desk, theirs, "A-120", 3))
        await clerk.types("{f10}")
        merging = clerk.pilot.app.screen
        assert "anna saved it" in merging.query_one("#about", InfoLine).text
        await clerk.types("{f12}")
        assert clerk.lines[1] == ("A-110", "9", "99.00")
        assert len(open_order(desk, saved.number).draft.lines) == 3


async def test_a_database_that_is_gone_keeps_the_draft(
    typing: Typing, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> Any:
        raise Unreachable("The database can't be reached.", hint="Is the server running?")

    async with typing() as clerk:
        await clerk.types("C0001{enter}A-100{enter}12{enter}A-110{enter}3")
        with monkeypatch.context() as without:
            without.setattr(Store, "write", gone)
            await clerk.types("{f10}")
            assert "can't be reached" in clerk.message
            assert "draft is kept" in clerk.message
            assert len(clerk.lines) == 2
            await clerk.types("{f3}")
            assert "kept on this machine" in clerk.message
        await clerk.types("{f10}")
        await until(lambda: "entered" in clerk.message)
    assert list(abandoned(drafts_folder(state_dir(), desk.store.shown_url, desk.user))) == []


async def test_keys_go_on_when_the_database_never_answered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_: Any) -> Desk:
        raise Unreachable("The database can't be reached.")

    app = FluordersApp(DemoSettings(), refuses, home=OrderEntryScreen, calm=False)
    async with app.run_test() as pilot:
        await until(lambda: "can't be reached" in app.screen.message_line.text)
        await burst(pilot, "C0001{enter}")
        assert app.screen.field("customer").text == "C0001"
        assert "F5" in app.screen.message_line.text
        app._opener = lambda _: desk
        await burst(pilot, "{f5}")
        await until(lambda: app.screen._session is not None)
        await burst(pilot, "{f12}C0001{enter}A-100{enter}2{enter}")
        assert len(app.screen.session.draft.lines) == 1


async def test_a_full_disk_is_told_and_doesnt_stop_the_typing(typing: Typing, monkeypatch: pytest.MonkeyPatch) -> None:
    async with typing() as clerk:
        await clerk.types("C0001{enter}")

        def full(*_: Any) -> int:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as disk:
            disk.setattr("fluorders_tui.services.draft_files.os.write", full)
            await clerk.types("A-100{enter}12{enter}")
            assert "No space left on device" in clerk.message
        await clerk.types("A-110{enter}1{enter}{f10}")
        await until(lambda: "entered: 2 lines" in clerk.message)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)])
async def test_the_same_at_every_size(typing: Typing, size: tuple[int, int]) -> None:
    async with typing(size=size) as clerk:
        await clerk.types("C0001{enter}A-100{enter}1")
        await clerk.pilot.resize_terminal(70, 22)
        await clerk.types("2{enter}{ctrl+d}")
        assert clerk.lines == [("A-100", "12", "120.00")]
        assert clerk.field == "type"


async def test_what_is_missing_is_added_or_it_is_said_by_whom(typing: Typing) -> None:
    """P-132: somebody who may not add items hears it before a form opens."""
    async with typing(size=(80, 24), role="clerk") as clerk:
        await clerk.types("NOBODY{enter}")
        assert clerk.message == "Nothing found for “NOBODY”. F4 lists values, F6 adds it."
        await clerk.types("{ctrl+u}C0001{enter}NOSUCH{enter}")
        assert clerk.message == "Nothing found for “NOSUCH”. F4 lists; supervisor or administrator may add it."
        await clerk.types("{f6}")
        assert clerk.message.startswith("Only supervisor or administrator may add and change items")
        assert (clerk.field, clerk.text("item")) == ("item", "NOSUCH")


async def test_the_summary_shows_every_figure_in_the_order_of_the_rules(desk: Desk, typing: Typing) -> None:
    """D-7, D-10.1: the final discount as it falls on the VAT codes, expenses, deposit, each agent, nothing for none."""
    values = {"code": "F-10", "description": "Food", "unit": "pc", "sales_price": "20", "vat_code": "10"}
    save_row(desk, "items", values)
    for code, name in (("A01", "Laura"), ("A02", "House")):
        save_row(desk, "agents", {"code": code, "name": name})
    header = {
        "agents": "A01 5; A02",
        "final_discounts": "100#",
        "expenses": "TRANSPORT 12",
        "deposit": "50",
        "payments": "BT 30EOM 40%; BT IMM 60%",
    }
    async with typing(size=(80, 24)) as clerk:
        await clerk.types("C0001{enter}{ctrl+d}")
        for name, typed in header.items():
            clerk.screen.field(name).focus()
            await clerk.types(typed + "{tab}")
            assert clerk.message == "", name
        clerk.screen.field("item").focus()
        await clerk.types("A-100{enter}10{enter}F-10{enter}10{enter}!A-110{enter}1{enter}{f9}")
        told = clerk.screen.pane.text.splitlines()
    figures = [(row[:34].strip(), row[34:].strip()) for row in told if row[34:].strip()]
    assert figures[:14] == [
        ("Items gross", "300.00"),
        ("less discounts", "0.00"),
        ("Items net", "300.00"),
        ("less final discounts", "100.00"),
        ("on VAT 22, net 100.00", "33.33"),
        ("on VAT 10, net 200.00", "66.67"),
        ("TRANSPORT Transport", "12.00"),
        ("Taxable", "212.00"),
        ("VAT 10 on 133.33", "13.33"),
        ("VAT 22 on 78.67", "17.31"),
        ("Goods free of charge (value)", "11.00"),
        ("Total", "242.64"),
        ("on account", "50.00"),
        ("Balance due", "192.64"),
    ]
    dues = [(label.split("  ")[1], amount) for label, amount in figures if label.startswith("due")]
    assert dues == [("BT IMM", "115.58"), ("BT 30EOM", "77.06")]
    assert ("Commission A01 Laura", "10.00") in figures
    assert ("Commission A02 House", "none") in figures
