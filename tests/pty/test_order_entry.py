"""The whole program on a real pseudo-terminal: orders in one burst, and what death leaves of them (U-1.1, U-1.7)."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fluorders_tui.data.store import Store
from fluorders_tui.places import state_dir
from fluorders_tui.services.autosave import Recovered, abandoned, drafts_folder
from fluorders_tui.services.desk import open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.offers import open_offer
from fluorders_tui.services.order_list import each_order
from fluorders_tui.services.orders import open_order
from tests.conftest import FixedClock
from tests.pty.terminal import Terminal
from tests.shop import fill_shop

Desk = Callable[..., Terminal]
SIX_LINES = "A-100{enter}12{enter}" + "a-110{enter}3*4{ctrl+j}" * 4 + "xy 9{enter}7{enter}"


@pytest.fixture(scope="module")
def shop_file(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    shutil.copyfile(_sqlite_template, path)
    store = Store(f"sqlite:///{path}")
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=FixedClock())
    fill_shop(open_desk(store, "anna", clock=FixedClock()))
    store.dispose()
    return path


@pytest.fixture
def database(shop_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "orders.db"
    shutil.copyfile(shop_file, path)
    return path


@pytest.fixture
def desk(database: Path) -> Desk:
    command = [sys.executable, "-m", "fluorders_tui", "--database", str(database), "--user", "anna"]
    return lambda **options: Terminal(command, **options)


def left(database: Path) -> list[Recovered]:
    """What dead desks left behind."""
    return list(abandoned(drafts_folder(state_dir(), Store(str(database)).shown_url, "anna")))


def test_two_orders_and_the_menu_in_one_burst(desk: Desk, database: Path) -> None:
    with desk() as terminal:
        terminal.wait_for("New order")
        terminal.send(f"1C0001{{enter}}{SIX_LINES}{{f10}}C0002{{enter}}12*A-100{{enter}}{{ctrl+j}}{{f10}}")
        terminal.wait_for("00002 entered: 1 line")
        terminal.resize(132, 43)
        terminal.send("C0003{enter}A-1")
        terminal.resize(70, 20)
        terminal.send("00{enter}2{enter}")
        terminal.wait_for("A-100")
        terminal.send("{f10}")
        terminal.wait_for("00003 entered: 1 line")
        terminal.send("{ctrl+q}")
        assert terminal.wait_exit() == 0
    shop = open_desk(Store(str(database)), "anna")
    found = {row.customer: [f"{line.item} {line.quantity}" for line in open_order(shop, row.number).draft.lines]
             for row in each_order(shop)}  # fmt: skip
    assert found == {
        "C0001": ["A-100 12", "A-110 12", "A-110 12", "A-110 12", "A-110 12", "A-120 7"],
        "C0002": ["A-100 12"],
        "C0003": ["A-100 2"],
    }
    assert left(database) == []


POINTS = {
    "the customer": ("C00", 0, "customer", "C00", ""),
    "the item": ("C0001{enter}A-1", 0, "item", "A-1", ""),
    "the quantity": ("C0001{enter}A-100{enter}12{enter}A-110{enter}4", 1, "quantity", "4", "A-110"),
    "the price": ("C0001{enter}.Repair{enter}2{enter}3", 0, "price", "3", ""),
    "between lines": ("C0001{enter}A-100{enter}12{enter}", 1, "", "", ""),
    "a changed line": ("C0001{enter}A-100{enter}12{enter}{up}5{tab}", 1, "", "", "A-100"),
    "the header": ("C0001{enter}{ctrl+d}{tab}{tab}{tab}60", 0, "payment_terms", "60", ""),
}


@pytest.mark.parametrize("point", POINTS)
def test_kill_9_anywhere_loses_nothing(desk: Desk, database: Path, point: str) -> None:
    keys, lines, field, text, pending = POINTS[point]
    with desk() as terminal:
        terminal.wait_for("New order")
        terminal.send("1")
        terminal.wait_for("(provisional)")
        terminal.send(keys)
        terminal.read(0.5)
        terminal.kill()
    found = left(database)[0]
    assert len(found.draft.lines) == lines
    assert (found.typing.field, found.typing.text) == (field, text)
    assert (found.typing.pending.item if found.typing.pending else "") == pending


def test_an_offer_for_a_prospect_outlives_the_desk(desk: Desk, database: Path) -> None:
    """Kill −9 in the middle of a line: who the prospect is, the validity and the half-typed line are all there."""
    with desk() as terminal:
        terminal.wait_for("New order")
        terminal.send("{ctrl+o}new offer{enter}")
        terminal.wait_for("OF2026-00001 (provisional)")
        terminal.send("+Nuova Srl{tab}IT12345670017{tab}info@nuova.example{enter}A-100{enter}12{enter}A-110{enter}4")
        terminal.wait_for("Hex bolt M11")
        terminal.read(0.5)
        terminal.kill()
    with desk() as terminal:
        terminal.wait_for("Offer · Nuova Srl")
        terminal.send("a")
        terminal.wait_for("Taken up where it was left")
        terminal.send("{enter}{f10}")
        terminal.wait_for("OF2026-00001 entered: 2 lines")
        terminal.send("{ctrl+q}")
        terminal.wait_exit()
    assert left(database) == []
    offer = open_offer(open_desk(Store(str(database)), "anna"), "1")
    assert (offer.draft.name, offer.draft.vat_number) == ("Nuova Srl", "IT12345670017")
    assert (offer.draft.email, offer.offer.terms.prospect) == ("info@nuova.example", True)


@pytest.mark.parametrize("how", ["hang up", "kill"])
def test_the_next_start_takes_up_the_half_typed_line(desk: Desk, database: Path, how: str) -> None:
    with desk() as terminal:
        terminal.wait_for("New order")
        terminal.send("1C0001{enter}A-100{enter}12{enter}A-110{enter}4")
        terminal.wait_for("Hex bolt M11")
        terminal.read(0.3)
        if how == "kill":
            terminal.kill()
        else:
            terminal.hang_up()
            assert terminal.wait_exit() == 128 + signal.SIGHUP
    with desk() as terminal:
        terminal.wait_for("Not finished")
        terminal.send("a")
        terminal.wait_for("Taken up where it was left")
        terminal.send("{enter}{f10}")
        terminal.wait_for("00001 entered: 2 lines")
        assert "200.08 EUR" in terminal.text
        terminal.send("{ctrl+q}")
        terminal.wait_exit()
    assert left(database) == []
