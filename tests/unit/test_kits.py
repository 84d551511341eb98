"""Kits: exploding with and without commercial data, and structures that contain themselves (D-6.5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.domain.entry import change_discounts, change_price, change_quantity, make_give_away, make_line
from fluorders_tui.domain.errors import Refused, Several
from fluorders_tui.domain.kits import KitComponent, circular_components, explode_kit, find_cycle
from fluorders_tui.domain.order import AgentShare, LineType, OrderDraft, PriceOrigin
from fluorders_tui.domain.readiness import draft_problems
from fluorders_tui.domain.totals import document_totals
from tests.unit.trade_samples import KILO, TODAY, VAT_10, customer, d, dated, item, listed, order_for

KIT = item(listed("100"), code="SET", description="Tool set")
SAW = item(listed("30"), code="SAW", description="Saw", vat=VAT_10)
NAIL = item(listed("8"), code="NAIL", description="Nails", uoms=(KILO,), sales_price=Decimal(8))
CARDS = {"SAW": SAW, "NAIL": replace(NAIL, prices=(listed("8", uom="KG"),))}
PARTS = (KitComponent("SAW", Decimal(2)), KitComponent("NAIL", Decimal("0.125")))
CONDITIONS = customer(dated("A"), discounts=d("10"))
WEEK = TODAY + dt.timedelta(7)


def kit_order(quantity: str = "3", uom: str = "PC") -> OrderDraft:
    draft = order_for(CONDITIONS)
    line = make_line(draft, CONDITIONS, KIT, Decimal(quantity), uom)
    line = replace(line, delivery_date=WEEK, agents=(AgentShare("WEBER", Decimal(5)),), note="Handle with care", id=7)
    other = make_line(draft, CONDITIONS, SAW, Decimal(1))
    return replace(draft, lines=(other, line, other))


def explode(draft: OrderDraft, parts=PARTS, *, commercial: bool, cards=CARDS) -> OrderDraft:
    return explode_kit(draft, 1, parts, CONDITIONS, cards, commercial=commercial)


def test_with_commercial_data_the_components_are_sold():
    """D-6.5: priced by their own lists under the header's discounts; the kit line heads them as a note."""
    before, kit, saw, nail, after = explode(kit_order(), commercial=True).lines
    assert (before, after) == (kit_order().lines[0], kit_order().lines[2])
    assert (kit.line_type, kit.description, kit.note, kit.net, kit.id) == (
        LineType.NOTE, "3 PC SET Tool set", "Handle with care", 0, 7,
    )  # fmt: skip
    assert (saw.quantity, saw.price, saw.net, saw.vat) == (6, 30, Decimal("162.00"), VAT_10)
    assert (nail.quantity, nail.uom, nail.price, nail.net) == (Decimal("0.375"), KILO, 8, Decimal("2.70"))
    assert {line.delivery_date for line in (saw, nail)} == {WEEK}
    assert saw.agents == (AgentShare("WEBER", Decimal(5)),)
    assert saw.id == 0


def test_without_commercial_data_the_kit_is_sold_once():
    """D-6.5: nothing about the document's figures changes, and the components stay at 0."""
    draft = kit_order()
    exploded = explode(draft, commercial=False)
    _, kit, saw, nail, _ = exploded.lines
    assert kit == draft.lines[1]
    for line, quantity in ((saw, "6"), (nail, "0.375")):
        assert (line.line_type, line.quantity, line.price, line.net) == (LineType.GIVE_AWAY, Decimal(quantity), 0, 0)
        assert (line.note, line.agents, line.discounts, line.cost, line.weight) == (
            "Included in kit SET.",
            (),
            (),
            0,
            0,
        )
        assert line.price_source.origin is PriceOrigin.MANUAL
    before, after = document_totals(draft), document_totals(exploded)
    assert (before.total, before.taxable, before.margin, before.weight) == (
        after.total, after.taxable, after.margin, after.weight,
    )  # fmt: skip
    assert draft_problems(exploded) == ()
    again = change_quantity(exploded, saw, Decimal(8), CONDITIONS, SAW)
    assert (again.price, again.warnings) == (0, ())


def test_a_kit_in_boxes_counts_all_its_pieces():
    """D-6.5, D-6.3: 2 boxes of 12 kits with 2 saws and 125 g of nails."""
    _, _, saw, nail, _ = explode(kit_order("2", "BOX"), commercial=False).lines
    assert (saw.quantity, nail.quantity) == (48, 3)


def test_a_given_kit_gives_its_components():
    """D-6.1, D-5.6."""
    draft = kit_order()
    given_away = make_give_away(draft, draft.lines[1], vat_recourse=True)
    draft = replace(draft, lines=(draft.lines[0], given_away, draft.lines[2]))
    _, _, saw, nail, _ = explode(draft, commercial=True).lines
    assert {line.line_type for line in (saw, nail)} == {LineType.GIVE_AWAY}
    assert (saw.price, saw.discounts, saw.agents, saw.vat_recourse) == (30, (), (), True)


def test_what_was_typed_on_the_kit_is_told_when_it_goes():
    draft = kit_order()
    typed = change_discounts(draft, change_price(draft, draft.lines[1], Decimal(90)), "12+3")
    draft = replace(draft, lines=(draft.lines[0], typed, draft.lines[2]))
    assert explode(draft, commercial=True).lines[1].warnings == (
        "What was typed on the kit does not go over to its components: price 90 and discount 12+3. (D-6.5)",
    )
    assert explode(kit_order(), commercial=True).lines[1].warnings == ()


def test_all_components_that_cannot_be_are_told_together():
    """D-6.3, D-6.5: unknown, blocked, and 0.0375 kg where grams end."""
    parts = (*PARTS, KitComponent("GONE", Decimal(1)), KitComponent("OLD", Decimal(1)))
    parts = (replace(parts[0], quantity=Decimal("0.5")), replace(parts[1], quantity=Decimal("0.0001")), *parts[2:])
    cards = {**CARDS, "OLD": replace(SAW, code="OLD", blocked=True)}
    with pytest.raises(Several) as caught:
        explode(kit_order(), parts, commercial=False, cards=cards)
    assert [(error.field, error.message) for error in caught.value.errors] == [
        ("lines[2].quantity", "SAW: A quantity in PC has no decimals."),
        ("lines[2].quantity", "NAIL: A quantity in KG has at most 3 decimals."),
        ("lines[2].item", "GONE: There is no such item."),
        ("lines[2].item", "OLD: OLD is blocked."),
    ]


def test_lines_that_are_no_open_kit_are_refused():
    """D-6.5, D-12.6."""
    draft = kit_order()
    with pytest.raises(Refused, match="SET has no components"):
        explode(draft, (), commercial=True)
    begun = replace(draft, lines=(draft.lines[0], replace(draft.lines[1], executed=Decimal(1))))
    with pytest.raises(Refused, match="1 of this line were executed already"):
        explode(begun, commercial=True)
    with pytest.raises(Refused, match="There is no line 9"):
        explode_kit(draft, 8, PARTS, CONDITIONS, CARDS, commercial=True)


def test_a_cycle_is_named_by_its_way_round():
    assert find_cycle({"A": ["X", "B"], "B": ["C"], "C": ["Y", "B"]}) == ("B", "C", "B")
    assert find_cycle({"A": ["A"]}) == ("A", "A")
    # A component used twice on different ways is no cycle.
    assert find_cycle({"A": ["B", "C"], "B": ["D"], "C": ["D"]}) == ()
    deep = {str(n): [str(n + 1)] for n in range(5000)}
    assert find_cycle(deep) == ()
    assert len(find_cycle({**deep, "5000": ["0"]})) == 5002


NODES = st.sampled_from("ABCDEFG")


@given(st.dictionaries(NODES, st.lists(NODES, max_size=4, unique=True), max_size=7))
def test_a_cycle_is_found_exactly_when_there_is_one(edges):
    """Against the standard library's sorter; what is named really goes round."""
    cycle = find_cycle(edges)
    try:
        TopologicalSorter(edges).prepare()
    except CycleError:
        assert cycle
    else:
        assert not cycle
    assert all(after in edges[before] for before, after in pairwise(cycle))
    assert cycle[:1] == cycle[-1:]


@given(st.dictionaries(NODES, st.lists(NODES, max_size=4, unique=True), max_size=7))
def test_without_the_components_that_are_told_no_kit_contains_itself(edges):
    """D-6.5."""
    told = list(circular_components(edges, set(edges)))
    assert bool(told) == bool(find_cycle(edges))
    bad = {(kit, component) for kit, component, _ in told}
    kept = {kit: [one for one in parts if (kit, one) not in bad] for kit, parts in edges.items()}
    assert not find_cycle(kept)


def test_a_circle_is_told_at_the_kits_asked_for():
    """D-6.5: a circle elsewhere is not this kit's."""
    edges = {"SET": ("SAW", "BOX", "SET"), "BOX": ("SET",), "P": ("Q",), "Q": ("P",)}
    assert {(kit, component, str(error)) for kit, component, error in circular_components(edges, {"SET"})} == {
        ("SET", "BOX", "component: SET would contain itself: SET → BOX → SET. (D-6.5)"),
        ("SET", "SET", "component: SET would contain itself: SET → SET. (D-6.5)"),
    }
    assert [kit for kit, _, _ in circular_components(edges, {"Q"})] == ["Q"]
