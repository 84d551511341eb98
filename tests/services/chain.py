"""A chain of documents in the shop with suppliers: an offer, the order it became, the supplier order for that."""

from __future__ import annotations

from dataclasses import dataclass

from fluorders_tui.domain.order_steps import OrderStep
from fluorders_tui.services import order_life
from fluorders_tui.services import supply_proposals as supply
from fluorders_tui.services.conversions import Asked, convert
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.saved_offer import SavedOffer
from tests.services.offer_shop import offered


@dataclass(frozen=True, slots=True)
class Chain:
    """The three: the offer, and row and number of the others."""

    offer: SavedOffer
    order: tuple[int, str]
    supplier_order: tuple[int, str]


def fill_chain(desk: Desk) -> Chain:
    """An offer of two items in the shop with suppliers; the first is bought for the order that was made of it."""
    offer = offered(desk, ("A-100", 12), ("A-120", 2))
    order = convert(desk, Asked((offer.draft.id,))).orders[0]
    order_life.take(desk, order[0], order_life.Asked(OrderStep.CONFIRM))
    wanted = supply.proposals(desk, supply.Asked(items=("A-100",), stock_use=supply.StockUse.ALWAYS)).rows
    (bought,) = supply.order_supply(desk, wanted).orders
    return Chain(offer, order, (bought.draft.id, bought.number))
