"""Kits as the registry has them: read for an order, exploded by the rules (D-6.5), on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fluorders_tui.domain.errors import Refused, Several
from fluorders_tui.domain.kits import KitComponent, explode_kit
from fluorders_tui.domain.order import LineType
from fluorders_tui.services.conditions import customer_conditions, item_cards, kit_components
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.orders import enter_order, open_order
from fluorders_tui.services.registries import get_row
from fluorders_tui.services.registry_saving import save_row
from tests.shop import draft, fill_shop

PARTS = [{"component": "A-110", "quantity": "0.5"}, {"component": "A-100", "quantity": "2"}]


@pytest.fixture(name="desk")
def kit_desk(italian_desk: Desk) -> Desk:
    """The shop with one kit."""
    fill_shop(italian_desk)
    values = {"code": "KIT", "description": "Set", "unit": "pc", "sales_price": "20", "vat_code": "22"}
    save_row(italian_desk, "items", values, children={"item-components": PARTS})
    return italian_desk


def test_components_are_read_by_code_with_exact_quantities(desk: Desk) -> None:
    assert kit_components(desk, "KIT") == (KitComponent("A-100", Decimal(2)), KitComponent("A-110", Decimal("0.5")))
    assert kit_components(desk, "A-100") == ()
    assert kit_components(desk, "nothing") == ()


@pytest.mark.parametrize("commercial", [False, True])
def test_an_exploded_kit_is_entered_and_read_back(desk: Desk, commercial: bool) -> None:
    made = draft(desk, ("KIT", 4))
    conditions = customer_conditions(desk, "C0001")
    cards = item_cards(desk, ["A-100", "A-110"], conditions)
    exploded = explode_kit(made, 0, kit_components(desk, "KIT"), conditions, cards, commercial=commercial)
    saved = open_order(desk, enter_order(desk, exploded).number)
    kit, bolt, other = saved.draft.lines
    assert kit.line_type is (LineType.NOTE if commercial else LineType.CODED)
    assert [(one.item, one.quantity) for one in (bolt, other)] == [("A-100", Decimal(8)), ("A-110", Decimal(2))]
    assert saved.totals.items_net == (8 * 10 + 2 * 11 if commercial else 80)
    assert saved.totals.give_away == 0


def test_a_component_that_is_not_sold_any_more_forbids_it(desk: Desk) -> None:
    save_row(desk, "items", {"blocked": True}, row_id=get_row(desk, "items", "A-110").id)
    made = draft(desk, ("KIT", 4))
    conditions = customer_conditions(desk, "C0001")
    cards = item_cards(desk, ["A-100", "A-110"], conditions)
    with pytest.raises(Several, match="A-110"):
        explode_kit(made, 0, kit_components(desk, "KIT"), conditions, cards, commercial=True)
    with pytest.raises(Refused):
        explode_kit(draft(desk, ("A-100", 1)), 0, kit_components(desk, "A-100"), conditions, cards, commercial=False)
