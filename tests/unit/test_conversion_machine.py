"""The chain offer → order → supplier order in any order of events, held against a plain tally.

Converts, lowers, cancels, undoes, orders, confirms, receives and gives back at random, and holds after
each step: nothing is linked beyond what is open, the links of an offer's line are what was converted
of it, undoing restores exactly, and own stock never sees drop-shipped goods.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.conversion import (
    Lines,
    convertible_lines,
    links_after_change,
    offer_after,
    plan_conversion,
    select_lines,
    undo_conversion,
)
from fluorders_tui.domain.errors import Refused
from fluorders_tui.domain.grouping import GroupingParameters
from fluorders_tui.domain.links import (
    DocumentKind,
    LineRef,
    Link,
    LinkKind,
    StoredDocument,
    SupplyMode,
    add_links,
    link_problems,
    linked_quantity,
    outstanding_quantity,
    stored_links,
)
from fluorders_tui.domain.offers import Offer, OfferStatus
from fluorders_tui.domain.order import LineType, OrderDraft, OrderStatus
from fluorders_tui.domain.supplier_orders import (
    OPEN,
    Confirmation,
    SupplierOrderDraft,
    cancel_lines,
    change_dates,
    confirm_supplier_order,
    enter_supplier_order,
    receive,
    undo_receipt,
)
from fluorders_tui.domain.supply_exceptions import (
    Choice,
    CustomerLine,
    follow_supplier,
    lower_link,
    receipt_of,
    resolve,
)
from fluorders_tui.domain.supply_proposals import StockUse, Strategy, demands_of, plan_supply, propose, with_quantity
from fluorders_tui.domain.supply_sharing import Share, plan_shares, supplier_line_ref, unlinked
from tests.unit.offer_samples import ORDER_TYPE, note, offer, priced
from tests.unit.test_supplier_orders import TYPE, bought, supply
from tests.unit.test_supply_proposals import ACME
from tests.unit.test_supply_sharing import BUYERS
from tests.unit.trade_samples import BOX, PIECE, TODAY, d

ITEMS = {"BOLT": PIECE, "NUT": PIECE}
TOGETHER = GroupingParameters(True, *([False] * 7))
fractions = st.integers(0, 5).map(lambda n: Decimal(n) / 5)


class Chain(RuleBasedStateMachine):
    """Documents as they would be stored, and a tally kept by simple counting."""

    orders = Bundle("orders")
    supplies = Bundle("supplies")

    def __init__(self) -> None:
        super().__init__()
        charge = priced("", "1", "9", line_type=LineType.CHARGE, description="Packing")
        drafts = (
            offer(1, priced("BOLT", "10", "10", "5+7#"), note("A"), priced("NUT", "4", "3", uom=BOX), charge),
            offer(2, priced("BOLT", "7", "9"), priced("NUT", "5", "2"), deposit=Decimal(100), final_discounts=d("9#")),
            offer(3, priced("BOLT", "3", "8"), customer="SMITH"),
        )
        self.offers: dict[int, Offer] = {one.draft.id: one for one in drafts}
        self.order: dict[int, OrderDraft] = {}
        self.supply: dict[int, SupplierOrderDraft] = {}
        self.links: tuple[Link, ...] = ()
        self.converted: dict[tuple[int, int], Decimal] = {}
        self.stock: dict[str, Decimal] = dict.fromkeys(ITEMS, Decimal(0))
        self.received: dict[str, Decimal] = dict.fromkeys(ITEMS, Decimal(0))
        self.shipped: dict[str, Decimal] = dict.fromkeys(ITEMS, Decimal(0))
        self.ids = itertools.count(10)

    def save_order(self, draft: OrderDraft) -> StoredDocument:
        number = next(self.ids)
        lines = tuple(replace(line, id=number * 100 + at) for at, line in enumerate(draft.lines, 1))
        self.order[number] = replace(draft, id=number, number=f"C-{number}", status=OrderStatus.ENTERED, lines=lines)
        return StoredDocument(number, f"C-{number}", tuple(line.id for line in lines))

    def save_supply(self, draft: SupplierOrderDraft, added_from: int) -> StoredDocument:
        number = draft.id or next(self.ids)
        lines = tuple(line if line.id else replace(line, id=number * 100 + at) for at, line in enumerate(draft.lines))
        saved = replace(draft, id=number, number=f"S-{number}", lines=lines)
        self.supply[number] = saved if added_from else enter_supplier_order(saved)
        return StoredDocument(number, f"S-{number}", tuple(line.id for line in lines))

    def rows(self):
        return convertible_lines(self.offers.values(), self.links)

    def settle(self) -> None:
        self.offers = {number: offer_after(one, self.links) for number, one in self.offers.items()}

    def limits(self) -> dict[LineRef, Decimal]:
        """How much of each line may be linked at most."""
        limits: dict[LineRef, Decimal] = {}
        for one in self.offers.values():
            for line in one.draft.lines:
                limits[LineRef(DocumentKind.OFFER, one.draft.id, line.id)] = line.quantity
        for line in self.customer_lines().values():
            limits[line.ref] = line.remaining_in_main
        for draft in self.supply.values():
            for line in draft.lines:
                limits[supplier_line_ref(draft, line)] = line.open_in_main
        return limits

    def customer_lines(self) -> dict[LineRef, CustomerLine]:
        found = {}
        for draft in self.order.values():
            for line in draft.lines:
                if line.line_type is LineType.NOTE:
                    continue
                ref = LineRef(DocumentKind.ORDER, draft.id, line.id)
                forced = draft.status is OrderStatus.CANCELLED
                found[ref] = CustomerLine(ref, line.item, line.quantity, line.uom, line.executed, TODAY, forced)
        return found

    def change_line(self, ref: LineRef, **fields: object) -> None:
        draft = self.order[ref.document]
        lines = tuple(replace(line, **fields) if line.id == ref.line else line for line in draft.lines)
        self.order[ref.document] = replace(draft, lines=lines)

    def tally_after_change(self, document: int) -> None:
        """After an order was changed by hand the tally follows what its lines still hold, by plain counting."""
        draft = self.order[document]
        lines = {line.id: line for line in draft.lines}
        for (offered, ordered), quantity in tuple(self.converted.items()):
            if ordered // 100 != document:
                continue
            line = lines.get(ordered)
            most = Decimal(0) if line is None else line.quantity
            if draft.status is OrderStatus.CANCELLED and line is not None:
                most = line.executed
            self.converted[offered, ordered] = min(quantity, most)

    @rule(target=orders, which=st.sampled_from(Lines), parts=st.lists(fractions, min_size=6, max_size=6))
    def convert(self, which, parts):
        chosen = select_lines(self.rows(), which)
        selection = {
            row: (left * part).to_integral_value() for (row, left), part in zip(chosen.items(), parts, strict=False)
        }
        able = [one for one in self.offers.values() if any(selection.get(line.id) for line in one.draft.lines)]
        plan = plan_conversion(able, selection, TOGETHER, TODAY, links=self.links)
        selected = {row for row, quantity in selection.items() if quantity}
        if plan.refusals:
            # The one thing that can't be split further: an amount discount whose share no longer fits.
            assert {one.rule for one in plan.refusals} <= {"D-5.5", "D-13.3"}
            return multiple()
        before = self.rows(), self.offers
        stored = [self.save_order(each.draft) for each in plan.orders]
        new = stored_links(plan.links, stored)
        assert {link.source.line for link in new if link.source.line} == selected
        self.links = add_links(self.links, new, self.limits())
        for link in new:
            if link.source.line:
                assert link.quantity == selection[link.source.line]
                self.converted[link.source.line, link.target.line] = link.quantity
        self.settle()
        kept = self.links
        for document in stored:
            kept, _ = undo_conversion(self.order[document.id], kept)
        rows = convertible_lines(self.offers.values(), kept)
        offers = {number: offer_after(one, kept) for number, one in self.offers.items()}
        assert (rows, offers) == before, "undoing at once restores exactly"
        return multiple(*(document.id for document in stored))

    @rule(extra=st.integers(1, 5))
    def convert_too_much(self, extra):
        for row in self.rows():
            able = [self.offers[row.ref.document]]
            plan = plan_conversion(able, {row.ref.line: row.left + extra}, TOGETHER, TODAY, links=self.links)
            assert plan.orders == ()
            assert len(plan.refusals) == 1

    @rule(document=orders)
    def undo(self, document):
        draft = self.order.get(document)
        if draft is None:
            return
        supplied = any(
            link.customer_line.document == document for link in self.links if link.kind is not LinkKind.OFFER_TO_ORDER
        )
        offered = any(link.target.document == document for link in self.links if link.source.kind is DocumentKind.OFFER)
        executed = any(line.executed for line in draft.lines)
        try:
            self.links, gone = undo_conversion(draft, self.links)
        except Refused:
            assert draft.status is not OrderStatus.ENTERED or supplied or executed or not offered
            return
        assert draft.status is OrderStatus.ENTERED
        assert not supplied
        assert not executed
        assert gone
        del self.order[document]
        self.converted = {key: value for key, value in self.converted.items() if key[1] // 100 != document}
        self.settle()

    @rule(document=orders, at=st.integers(0, 5), part=fractions)
    def lower(self, document, at, part):
        draft = self.order.get(document)
        if draft is None or draft.status is not OrderStatus.ENTERED or not draft.lines:
            return
        line = draft.lines[at % len(draft.lines)]
        ref = LineRef(DocumentKind.ORDER, document, line.id)
        if line.line_type is LineType.NOTE or outstanding_quantity(self.links, ref) or line.executed:
            return
        quantity = (line.quantity * part).to_integral_value()
        kept = tuple(one for one in draft.lines if one.id != line.id)
        if quantity:
            try:
                less = with_amounts(replace(line, quantity=quantity), 2)
            except Refused:
                return
            kept = tuple(less if one.id == line.id else one for one in draft.lines)
        self.order[document] = replace(draft, lines=kept)
        self.follow(document)

    @rule(document=orders)
    def cancel(self, document):
        draft = self.order.get(document)
        if draft is None:
            return
        for link in self.links:
            if link.kind is not LinkKind.OFFER_TO_ORDER and link.customer_line.document == document:
                self.links = lower_link(self.links, link, link.outstanding)
        self.order[document] = replace(draft, status=OrderStatus.CANCELLED)
        self.follow(document)

    def follow(self, document: int) -> None:
        self.links = links_after_change(self.order[document], self.links)
        self.tally_after_change(document)
        self.settle()

    @rule(
        target=supplies,
        document=orders,
        use=st.sampled_from(StockUse),
        shipped=st.booleans(),
        part=fractions,
        add=st.booleans(),
    )
    def order_supply(self, document, use, shipped, part, add):
        draft = self.order.get(document)
        if draft is None or draft.status is OrderStatus.CANCELLED:
            return multiple()
        rows = [line.id for line in draft.lines] if shipped else []
        needs = demands_of(draft, self.links, ITEMS, rows)
        proposals, refusals = propose(
            needs, dict.fromkeys(ITEMS, (ACME,)), {"BOLT": Decimal(2)}, Strategy.PREFERRED, use, TODAY
        )
        assert refusals == ()
        corrected = [with_quantity(one, (one.quantity * part).to_integral_value()) for one in proposals]
        plan = plan_supply(corrected, TYPE, TODAY, add_to=tuple(self.supply.values()) if add else ())
        stored = [self.save_supply(each.draft, each.added_from) for each in plan.orders]
        self.links = add_links(self.links, stored_links(plan.links, stored), self.limits())
        return multiple(*(document.id for document in stored))

    @rule(target=supplies, quantity=st.integers(1, 3), unit=st.sampled_from((PIECE, BOX)))
    def buy_for_stock(self, quantity, unit):
        draft = supply(bought(quantity=str(quantity * 4), uom=unit), entered=False, id=0, drop_ship_allowed=True)
        return self.save_supply(replace(draft, lines=tuple(replace(line, id=0) for line in draft.lines)), 0).id

    @rule(target=orders, document=supplies, part=fractions, mode=st.sampled_from(SupplyMode))
    def share(self, document, part, mode):
        draft = self.supply[document]
        line = draft.lines[0]
        free = unlinked(draft, line, self.links) / line.uom.factor
        shares = [Share(0, who, (free * part / 2).to_integral_value("ROUND_FLOOR")) for who in ("ROSSI", "SMITH")]
        wanted = [one for one in shares if one.quantity > 0]
        over = plan_shares(draft, [Share(0, "ROSSI", free.to_integral_value("ROUND_FLOOR") + 1)], BUYERS, ORDER_TYPE,
                           TODAY, mode, links=self.links)  # fmt: skip
        assert over.refusals
        assert over.orders == ()
        if not wanted or line.item != "BOLT" or draft.status not in OPEN:
            return multiple()
        plan = plan_shares(draft, wanted, BUYERS, ORDER_TYPE, TODAY, mode, links=self.links)
        assert plan.refusals == ()
        stored = [self.save_order(each) for each in plan.orders]
        self.links = add_links(self.links, stored_links(plan.links, stored), self.limits())
        return multiple(*(each.id for each in stored))

    @rule(document=supplies, at=st.integers(0, 3), event=st.sampled_from(("short", "late", "cancel")), part=fractions,
          choice=st.sampled_from(Choice))  # fmt: skip
    def supplier_changes(self, document, at, event, part, choice):
        before = self.supply[document]
        index = at % len(before.lines)
        line = before.lines[index]
        if before.status not in OPEN or not line.open:
            return
        if event == "short":
            said = line.received + (line.open * part).to_integral_value()
            after = confirm_supplier_order(before, TODAY, {index: Confirmation(said)})
        elif event == "late":
            after = change_dates(before, {index: TODAY.replace(year=2027)})
        else:
            after = cancel_lines(before, "gone", [index])
        change = follow_supplier(before, after, self.links, self.customer_lines())
        self.supply[document], self.links = after, change.links
        for exception in change.exceptions:
            wanted = choice if choice in exception.choices else exception.choices[-1]
            self.links = resolve(exception, wanted, self.links).links

    @rule(document=supplies, parts=st.lists(fractions, min_size=1, max_size=4), back=st.booleans())
    def goods_come(self, document, parts, back):
        before, links = self.supply[document], self.links
        quantities = {
            index: quantity
            for index, (line, part) in enumerate(zip(before.lines, itertools.cycle(parts), strict=False))
            if (quantity := (line.open * part).to_integral_value())
        }
        if before.status not in OPEN or not quantities:
            return
        after = receive(before, quantities)
        receipt = receipt_of(before, after, links, self.customer_lines())
        self.apply(document, before, after, receipt)
        if not back:
            return
        returned = undo_receipt(after, quantities)
        again = receipt_of(after, returned, self.links, self.customer_lines())
        assert again.links == links, "giving goods back restores exactly"
        self.apply(document, after, returned, again)

    def apply(self, document, before, after, receipt) -> None:
        self.supply[document], self.links = after, receipt.links
        for old, line in zip(before.lines, after.lines, strict=True):
            self.received[line.item] += (line.received - old.received) * line.uom.factor
        for item, quantity in receipt.stock.items():
            self.stock[item] += quantity
        for item, quantity in receipt.surplus.items():
            self.shipped[item] += quantity
        lines = self.customer_lines()
        for one in receipt.lines:
            self.change_line(one.line, executed=lines[one.line].executed + one.executed)
        done = dict.fromkeys(ITEMS, Decimal(0))
        for link in self.links:
            if link.mode is SupplyMode.DROP_SHIP:
                done[lines[link.customer_line].item] += link.done
        for item in ITEMS:
            assert self.received[item] == self.stock[item] + done[item] + self.shipped[item]

    @invariant()
    def nothing_is_linked_beyond_what_is_open(self):
        assert link_problems(self.links, self.limits()) == ()

    @invariant()
    def the_links_are_what_was_converted(self):
        for row in self.rows():
            tally = sum((value for (line, _), value in self.converted.items() if line == row.ref.line), Decimal(0))
            assert row.converted == tally == linked_quantity(self.links, row.ref)
            assert 0 <= row.left <= row.quantity

    @invariant()
    def amounts_go_over_once(self):
        for one in self.offers.values():
            for line in one.draft.lines:
                whole = [each.value for each in line.discounts if each.is_amount]
                given = [link.amounts for link in self.links if link.source.line == line.id and whole]
                for value, parts in zip(whole, zip(*given, strict=True), strict=False):
                    assert sum(parts) <= value
            if one.terms.status is OfferStatus.CONVERTED:
                headers = [
                    link.amounts for link in self.links if link.source == LineRef(DocumentKind.OFFER, one.draft.id)
                ]
                assert sum(amounts[0] for amounts in headers) == one.draft.deposit

    @invariant()
    def the_status_follows_from_the_tally(self):
        for one in self.offers.values():
            rows = convertible_lines([one], self.links)
            left = sum(row.left for row in rows)
            expected = OfferStatus.CONFIRMED if all(not row.converted for row in rows) else OfferStatus.PARTLY
            assert one.terms.status is (expected if left else OfferStatus.CONVERTED)

    @invariant()
    def drop_shipped_goods_are_executed_in_whole_units(self):
        lines = self.customer_lines()
        for ref, line in lines.items():
            done = sum(
                (link.done for link in self.links if link.mode is SupplyMode.DROP_SHIP and link.customer_line == ref),
                Decimal(0),
            )
            assert line.executed == done // line.uom.factor


TestChain = Chain.TestCase
TestChain.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
