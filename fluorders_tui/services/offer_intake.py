"""Offers that programs hand over (interfaces §2): made by the same steps as orders, with every error placed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fluorders_tui.documents.offer_json import OfferInput
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.offers import Offer
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.services.conditions import customer_conditions
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.offer_drafts import Prospect, new_offer, prospect_conditions
from fluorders_tui.services.offers import enter_offers, offer_problems
from fluorders_tui.services.order_intake import Beginning, check_customer, drafts_from_inputs
from fluorders_tui.services.saved_offer import SavedOffer


def enter_offer_inputs(
    desk: Desk, given: Sequence[OfferInput], *, as_list: bool, dry_run: bool = False
) -> list[SavedOffer]:
    """Enter handed-over offers, all or none; a dry run goes all the way and writes nothing.

    Raises one error or `Several`, placed as `lines[2].quantity`, in a list (`as_list`) as `[1].lines[2].quantity`.
    """
    begun: dict[int, Offer] = {}

    def begin(place: int) -> Beginning:
        one = given[place]
        offer = new_offer(desk, one.order.type or "", one.order.date)
        begun[place] = offer
        if one.prospect:
            prospect = Prospect(
                one.name, one.address, one.vat_number, one.tax_code, one.email, one.order.language or ""
            )
            return Beginning(prospect_conditions(desk, prospect), offer.draft)
        check_customer(desk, one.order.customer)
        return Beginning(customer_conditions(desk, one.order.customer, one.order.date), offer.draft)

    def problems(place: int, draft: OrderDraft) -> Iterable[DeskError]:
        return offer_problems(desk, _with_terms(begun[place], draft, given[place]))

    orders = [one.order for one in given]
    drafts = drafts_from_inputs(desk, orders, as_list=as_list, begin=begin, problems=problems)
    offers = [_with_terms(begun[place], draft, given[place]) for place, draft in enumerate(drafts)]
    return enter_offers(desk, offers, dry_run=dry_run)


def _with_terms(begun: Offer, draft: OrderDraft, given: OfferInput) -> Offer:
    return Offer(
        draft,
        replace(
            begun.terms,
            valid_until=given.valid_until or begun.terms.valid_until,
            expected_delivery=given.expected_delivery,
            probability=given.probability,
            project=given.project,
            prospect=given.prospect,
        ),
    )
