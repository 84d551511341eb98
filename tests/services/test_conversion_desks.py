"""Four desks on the same offers at once: they wait for each other, never in a circle, and convert nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from random import Random

from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import Conflict, Refused
from fluorders_tui.services.conversion_runs import conversion_runs, undo
from fluorders_tui.services.conversions import Asked, convert
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.offers import open_offer_row
from fluorders_tui.services.orders import change_order, open_order_row
from tests.conftest import FixedClock
from tests.services.offer_shop import check_offers, offered
from tests.services.supply_shop import rows
from tests.shop import fill_shop


def _act(desk: Desk, chance: Random, offers: list[int]) -> None:
    match chance.randint(0, 3):
        case 0 | 1:
            row = chance.choice(offers)
            lines = open_offer_row(desk, row).draft.lines
            convert(desk, Asked((row, chance.choice(offers)), selection={chance.choice(lines).id: Decimal(1)}))
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


def test_four_desks_at_once(postgres_url: str, clock: FixedClock) -> None:
    store = Store(postgres_url)
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
