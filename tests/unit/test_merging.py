"""Two people on one order brought together: nothing of either is lost, nothing is settled by chance (D-12.7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.merging import LINES, Side, carried_over, merge
from fluorders_tui.domain.order import Currency, LineType, OrderDraft, OrderLine, OrderStatus, OrderType, Uom

TYPE = OrderType("STD")
DAY = dt.date(2026, 11, 24)


def line(row: int, item: str = "A", quantity: int = 1, **fields: object) -> OrderLine:
    made = OrderLine(LineType.CODED, f"item {item}", item, Decimal(quantity), Uom("pc"), Decimal(10), id=row, version=1)
    return with_amounts(replace(made, **fields), 2)  # type: ignore[arg-type]


def order(*lines: OrderLine, **fields: object) -> OrderDraft:
    made = OrderDraft(TYPE, DAY, "C1", lines=lines, number="N1", status=OrderStatus.ENTERED, id=7, version=3)
    return replace(made, **fields)  # type: ignore[arg-type]


BASE = order(line(1, "A", 5), line(2, "B", 6), line(3, "C", 7), reference="old")


def changed(draft: OrderDraft, place: int, **fields: object) -> OrderDraft:
    lines = list(draft.lines)
    lines[place] = with_amounts(replace(lines[place], **fields), 2)  # type: ignore[arg-type]
    return replace(draft, lines=tuple(lines))


def test_what_only_one_side_changed_is_taken_from_it() -> None:
    mine = changed(replace(BASE, reference="mine"), 0, quantity=Decimal(9))
    theirs = replace(changed(replace(BASE, note="theirs"), 0, price=Decimal(8)), version=4)
    made = merge(BASE, mine, theirs)
    assert not made.conflicts
    assert [(one.key, one.proposed) for one in made.differences] == [
        ("reference", Side.MINE), ("note", Side.THEIRS), ("lines[#1].quantity", Side.MINE),
        ("lines[#1].price", Side.THEIRS),
    ]  # fmt: skip
    both = made.merged({})
    assert (both.reference, both.note, both.version) == ("mine", "theirs", 4)
    assert (both.lines[0].quantity, both.lines[0].price, both.lines[0].net) == (9, 8, Decimal("72.00"))


def test_where_both_changed_the_same_a_person_chooses() -> None:
    mine, theirs = replace(BASE, reference="mine"), replace(BASE, reference="theirs", version=4)
    made = merge(BASE, mine, theirs)
    assert [one.key for one in made.undecided({})] == ["reference"]
    assert made.merged({"reference": Side.MINE}).reference == "mine"
    assert made.merged({"reference": Side.THEIRS}).reference == "theirs"
    same = merge(BASE, mine, replace(theirs, reference="mine"))
    assert not same.conflicts
    assert same.merged({}).reference == "mine"


def test_lines_added_deleted_and_moved() -> None:
    mine = replace(BASE, lines=(line(0, "N", 1), BASE.lines[1], BASE.lines[2]))
    theirs = replace(BASE, lines=(*BASE.lines[:2], line(9, "T", 2)), version=4)
    made = merge(BASE, mine, theirs)
    assert not made.conflicts
    # I deleted A and added N, they deleted C and added T.
    assert [one.item for one in made.merged({}).lines] == ["N", "B", "T"]
    assert [one.id for one in made.merged({}).lines] == [0, 2, 9]
    moved = replace(BASE, lines=tuple(reversed(BASE.lines)))
    assert [one.item for one in merge(BASE, moved, theirs).merged({}).lines] == ["B", "T", "A"]


def test_a_line_deleted_here_and_changed_there() -> None:
    mine = replace(BASE, lines=BASE.lines[1:])
    theirs = changed(BASE, 0, quantity=Decimal(8))
    made = merge(BASE, mine, theirs)
    assert [one.key for one in made.conflicts] == ["lines[#1]"]
    assert [one.item for one in made.merged({"lines[#1]": Side.MINE}).lines] == ["B", "C"]
    assert made.merged({"lines[#1]": Side.THEIRS}).lines[0].quantity == 8
    other = merge(BASE, theirs, mine)
    back = other.merged({"lines[#1]": Side.MINE}).lines
    # Its row is gone: it comes back as a new line.
    assert [(one.item, one.id) for one in back if one.item == "A"] == [("A", 0)]


def test_what_the_trade_did_meanwhile_is_theirs() -> None:
    theirs = changed(BASE, 0, executed=Decimal(2))
    theirs = changed(theirs, 1, cancelled=True)
    mine = changed(changed(BASE, 0, quantity=Decimal(3)), 1, quantity=Decimal(1))
    made = merge(BASE, mine, theirs)
    (cancelled,) = [one for one in made.differences if one.fixed]
    assert (cancelled.key, cancelled.conflict) == ("lines[#2]", False)
    both = made.merged({cancelled.key: Side.MINE})
    assert (both.lines[0].quantity, both.lines[0].executed) == (3, 2)
    assert (both.lines[1].cancelled, both.lines[1].quantity) == (True, 6)


def test_another_currency_takes_all_lines_along() -> None:
    dollars = replace(changed(BASE, 0, price=Decimal(11)), currency=Currency("USD"))
    theirs = changed(BASE, 1, price=Decimal(3))
    made = merge(BASE, dollars, theirs)
    assert [one.key for one in made.conflicts] == [LINES]
    assert made.merged({LINES: Side.MINE}).lines[0].price == 11
    assert made.merged({LINES: Side.THEIRS}).lines[1].price == 3


def test_another_unit_takes_quantity_and_price_along() -> None:
    boxes = changed(BASE, 0, uom=Uom("box", Decimal(12)), quantity=Decimal(1), price=Decimal(120))
    theirs = changed(BASE, 0, quantity=Decimal(8))
    made = merge(BASE, boxes, theirs)
    assert [one.key for one in made.conflicts] == ["lines[#1].quantity"]
    mine = made.merged({"lines[#1].quantity": Side.MINE}).lines[0]
    assert (mine.uom.code, mine.quantity, mine.price) == ("box", 1, 120)


def test_an_entry_found_again_goes_on_as_a_change() -> None:
    mine = replace(order(line(0, "A", 5), line(0, "X", 1), line(0, "C", 9)), number="", id=0, version=0)
    again = carried_over(mine, BASE)
    assert [(one.item, one.id) for one in again.lines] == [("A", 1), ("X", 0), ("C", 3)]
    assert (again.number, again.id, again.version) == ("N1", 7, 3)


# -- any two people ------------------------------------------------------------------------------------

_numbers = st.integers(1, 4).map(Decimal)


@st.composite
def edited(draw: st.DrawFn, first_new: int) -> OrderDraft:
    """What somebody makes of the order: header fields, lines changed, deleted, added, moved."""
    draft = replace(
        BASE,
        reference=draw(st.sampled_from(["old", "x", "y"])),
        note=draw(st.sampled_from(["", "n"])),
        delivery_date=draw(st.sampled_from([None, DAY])),
    )
    lines: list[OrderLine] = []
    for one in draft.lines:
        if draw(st.integers(0, 4)) == 0:
            continue
        if draw(st.booleans()):
            one = replace(one, quantity=draw(_numbers), price=draw(_numbers), note=draw(st.sampled_from(["", "m"])))
        lines.append(with_amounts(one, 2))
    for place in range(draw(st.integers(0, 2))):
        lines.append(line(first_new and first_new + place, draw(st.sampled_from("NM"))))
    if draw(st.booleans()):
        lines.reverse()
    return replace(draft, lines=tuple(lines))


@given(edited(0), edited(50), st.sampled_from(list(Side)))
def test_nothing_of_either_side_is_lost(mine: OrderDraft, theirs: OrderDraft, side: Side) -> None:
    theirs = replace(theirs, version=4)
    made = merge(BASE, mine, theirs)
    choices = dict.fromkeys([one.key for one in made.conflicts], side)
    assert not made.undecided(choices)
    both = made.merged(choices)
    assert (both.id, both.version, both.number) == (7, 4, "N1")
    for name in ("reference", "note", "delivery_date"):
        was, own, other = (getattr(one, name) for one in (BASE, mine, theirs))
        wanted = own if other == was else other if own in (was, other) else (own, other)[side is Side.THEIRS]
        assert getattr(both, name) == wanted
    added = [one.item for one in both.lines if one.id in (0, 50, 51) and one.item in "NM"]
    assert sorted(added) == sorted(
        [one.item for one in mine.lines if one.item in "NM"] + [one.item for one in theirs.lines if one.item in "NM"]
    )
    for one in both.lines:
        assert one == with_amounts(one, 2)
    ids = [one.id for one in both.lines if one.id]
    assert len(ids) == len(set(ids))
    # A line that neither deleted is there; one that either deleted and nobody else changed is not.
    for was in BASE.lines:
        own, other = (next((one for one in draft.lines if one.id == was.id), None) for draft in (mine, theirs))
        if own is not None and other is not None:
            assert was.id in ids


@given(edited(0), edited(50))
def test_whoever_changed_nothing_gets_the_others_order(mine: OrderDraft, theirs: OrderDraft) -> None:
    assert merge(BASE, BASE, theirs).merged({}) == theirs
    alone = merge(BASE, mine, BASE)
    assert not alone.conflicts
    assert [replace(one, version=0) for one in alone.merged({}).lines] == [
        replace(one, version=0) for one in mine.lines
    ]


@given(edited(0))
def test_both_doing_the_same_is_no_conflict(mine: OrderDraft) -> None:
    kept = replace(mine, lines=tuple(one for one in mine.lines if one.id))
    made = merge(BASE, kept, kept)
    assert not made.conflicts
    assert made.merged({}).lines == kept.lines
