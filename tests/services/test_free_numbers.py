"""The search for a free number in the database against a plain one in memory (D-9.4, D-9.5), on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from fluorders_tui.data.numberings import load_numbering, take_number
from fluorders_tui.data.store import Session, Store
from fluorders_tui.data.tables import commerce, documents, offers
from fluorders_tui.data.tables.base import table
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.numbering import choose_number, period_key, policy_for
from fluorders_tui.services.desk import Desk, open_desk
from fluorders_tui.services.fast_start import fast_start
from fluorders_tui.services.orders import enter_order
from fluorders_tui.services.registry_saving import save_row
from tests.conftest import FixedClock
from tests.shop import draft, fill_shop

ORDER, OFFER, COUNTER = table(documents.CustomerOrder), table(offers.Offer), table(commerce.NumberingCounter)
DAY = dt.date(2026, 6, 15)
RANGES: Sequence[Mapping[str, object]] = (
    {"policy": "P", "start": 1, "end": 6},
    {"policy": "P", "start": 7, "end": 8, "external": True},
    {"policy": "P", "start": 9, "search_start": 10},
)
FLAGS = {"G": (False, True), "D": (True, False), "DG": (True, True)}

#: The day of each number that is taken: how many days after `DAY`; the offers among them have two versions.
TAKEN = st.dictionaries(st.integers(1, 16), st.integers(-3, 3), max_size=14)


class _Enough(Exception):
    """The example is looked at: nothing of it stays."""


@pytest.fixture
def desk(database_url: str, clock: FixedClock) -> Desk:
    store = Store(database_url)
    fast_start(store, country="IT", company="Prova Srl", user="anna", clock=clock)
    desk = open_desk(store, "anna", clock=clock)
    fill_shop(desk)
    for code, (progressive, gaps) in FLAGS.items():
        policy = {"code": "P", "period": "yearly", "progressive_by_date": progressive, "recover_gaps": gaps}
        children = {"numbering-policies": [policy], "numbering-ranges": list(RANGES)}
        save_row(desk, "numberings", {"code": code, "format": "{year}-{number}"}, children=children)
    enter_order(desk, draft(desk))
    return desk


def _put(session: Session, numbering_id: int, taken: Mapping[int, int], offered: frozenset[int], last: int) -> None:
    """Documents with these numbers, copies of the one order there is."""
    connection = session.connection()
    model = dict(connection.execute(select(ORDER)).one()._mapping)
    orders, others = [], []
    for number, days in taken.items():
        own: dict[str, Any] = {
            "numbering_id": numbering_id, "period": "2026", "sequence": number, "number": f"{numbering_id}-{number}",
            "order_date": DAY + dt.timedelta(days),
        }  # fmt: skip
        if number in offered:
            common = {name: value for name, value in model.items() if name in OFFER.c and name != "id"}
            extra = {"prospect": False, "offer_type": "", "lost_reason": "", "project": "", "search_text": ""}
            others += [common | extra | own | {"offer_version": one, "newest": one == 2} for one in (1, 2)]
        else:
            orders.append(model | own | {"id": model["id"] + number, "entry_id": None})
    if orders:
        connection.execute(insert(ORDER), orders)
    if others:
        connection.execute(insert(OFFER), others)
    connection.execute(insert(COUNTER).values(version=1, numbering_id=numbering_id, period="2026", last_number=last))


@pytest.mark.parametrize("code", FLAGS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=TAKEN, offered=st.frozensets(st.integers(1, 16)), days=st.integers(-4, 4), beyond=st.integers(0, 2))
def test_the_number_found_is_the_one_that_a_plain_search_finds(
    desk: Desk, code: str, taken: dict[int, int], offered: frozenset[int], days: int, beyond: int
) -> None:
    """D-9.4, D-9.5: whatever is taken, by orders and by offers, of which every version bears the same number."""
    last = max(taken, default=0) + beyond
    date = DAY + dt.timedelta(days)
    found: int | str = ""
    wanted: int | str = ""
    with suppress(_Enough), desk.store.write() as session:
        numbering_id, numbering = load_numbering(session.connection(), code)
        policy = policy_for(numbering, date)
        assert period_key(policy, date) == "2026"
        _put(session, numbering_id, taken, offered, last)
        above = max((number for number, day in taken.items() if day < days), default=0)
        below = min((number for number, day in taken.items() if day > days), default=None)
        free = [number for number in range(1, last + 1) if number not in taken]
        ordered = policy.progressive_by_date
        try:
            wanted = choose_number(
                policy, last, free=free, above=above if ordered else 0, below=below if ordered else None
            )
        except Refused as error:
            wanted = error.rule
        try:
            found = take_number(session, code, date, "STD", "anna").sequence
        except Refused as error:
            found = error.rule
        raise _Enough
    assert found == wanted != ""
