"""Orders put aside and taken up again, the half-typed line included (D-12.9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.services.autosave import Typing
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.holding import discard_held, held, hold, resume
from fluorders_tui.services.orders import enter_order, open_order
from tests.shop import draft, fill_shop


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_shop(italian_desk)
    return italian_desk


def _nowhere(_: OrderDraft, __: Typing) -> None:
    """Kept in memory only."""


def test_a_held_order_comes_back_once_as_it_was(desk: Desk) -> None:
    made = draft(desk, ("A-100", 12), ("A-120", 3))
    typing = Typing("quantity", "4", -1, False, draft(desk, ("A-110", 1)).lines[0])
    first = hold(desk, made, typing)
    second = hold(desk, draft(desk, customer="C0002"))
    assert [one.row for one in held(desk)] == [second.row, first.row]
    assert held(desk)[1].title == "Rossi [Milano] · new order · 2 lines"
    assert resume(desk, first.row, _nowhere) == (made, typing)
    with pytest.raises(Invalid):
        resume(desk, first.row, _nowhere)
    discard_held(desk, second.row)
    assert held(desk) == ()


def test_nobody_elses_order_can_be_taken(desk: Desk) -> None:
    row = hold(desk, draft(desk)).row
    bruno = replace(desk, user="bruno")
    assert held(bruno) == ()
    with pytest.raises(Invalid):
        resume(bruno, row, _nowhere)
    assert len(held(desk)) == 1


def test_it_stays_on_hold_when_it_can_be_kept_nowhere_else(desk: Desk) -> None:
    row = hold(desk, draft(desk)).row

    def full(_: OrderDraft, __: Typing) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        resume(desk, row, full)
    assert resume(desk, row, _nowhere)[0] == draft(desk)


def test_changes_to_an_entered_order_can_wait_too(desk: Desk) -> None:
    opened = open_order(desk, enter_order(desk, draft(desk)).number).draft
    row = hold(desk, opened).row
    assert held(desk)[0].title.endswith(f"{opened.number} · 1 lines")
    assert resume(desk, row, _nowhere)[0] == opened
