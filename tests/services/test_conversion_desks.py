"""Four desks on the same offers at once: they wait for each other, never in a circle, and convert nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from random import Random
from threading import Barrier

from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Conflict, DeskError, Refused
from fluorders_tui.services.conversion_runs import conversion_runs, undo
from fluorders_tui.services.conversions import Asked, convert
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.offers import enter_offer, open_offer_row
from fluorders_tui.services.orders import change_order, open_order_row
from tests.conftest import FixedClock
from tests.services.offer_shop import check_offers, offer_draft, offered
from tests.services.supply_shop import rows
from tests.shop import fill_shop


def _act(desk: Desk, chance: Random, offers: list[int]) -> None:
    match chance.randint(0, 4):
        case 0 | 1:
            row = chance.choice(offers)
            lines = open_offer_row(desk, row).draft.lines
            convert(desk, Asked((row,), selection={chance.choice(lines).id: Decimal(1)}))
        case 4:
            # One that is confirmed with it: its counters are touched in the same order as everywhere.
            entered = enter_offer(desk, offer_draft(desk, ("A-120", 2)))
            convert(desk, Asked((chance.choice(offers), entered.draft.id), confirm_on=desk.today()))
        case 2:
            orders = rows(desk, "SELECT id FROM customer_order WHERE status = 'entered'")
            if orders:
                draft = open_order_row(desk, chance.choice(orders)["id"]).draft
                at = chance.randrange(len(draft.lines))
                lines = [replace(one, quantity=Decimal(chance.randint(1, 4))) if place == at and one.item else one
                         for place, one in enumerate(draft.lines)]  # fmt: skip
                change_order(desk, replace(draft, lines=tuple(lines)))
        case _:
            found = [run for run in conversion_runs(desk) if run.undone_at is None]
            if found:
                undo(desk, chance.choice(found).id)


def test_four_desks_for_three_pieces(database_url: str, clock: FixedClock) -> None:
    """Each takes one piece in the same second; one of them comes too late, and is told by whom."""
    store = Store(database_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    desk = open_desk(store, "anna", clock=clock)
    fill_shop(desk)
    offer = offered(desk, ("A-100", 3))
    line = offer.draft.lines[0].id
    gate = Barrier(4)

    def work(number: int) -> DeskError | None:
        gate.wait()
        try:
            convert(replace(desk, user=f"clerk {number}"), Asked((offer.draft.id,), selection={line: Decimal(1)}))
        except DeskError as error:
            return error
        return None

    with ThreadPoolExecutor(4) as pool:
        (late,) = [error for error in pool.map(work, range(4)) if error is not None]
    assert "All of it was converted" in late.message
    assert "clerk " in late.hint
    assert len(rows(desk, "SELECT id FROM customer_order")) == 3
    assert open_offer_row(desk, offer.draft.id).lines[0].left == 0
    check_offers(desk)
    store.dispose()


def test_four_desks_at_once(database_url: str, clock: FixedClock) -> None:
    store = Store(database_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    desk = open_desk(store, "anna", clock=clock)
    fill_shop(desk)
    offers = [offered(desk, ("A-100", 3), ("A-110", 5)).draft.id for _ in range(3)]

    def work(number: int) -> int:
        chance, done = Random(number), 0
        mine = replace(desk, user=f"clerk {number}")
        for _ in range(15):
            with suppress(Refused, Conflict):
                _act(mine, chance, offers)
                done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    assert all(done)
    check_offers(desk)
    store.dispose()
