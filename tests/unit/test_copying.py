"""Copies of orders and of lines (D-12.8): what goes over, what starts afresh, and at which price."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from fluorders_tui.domain.copying import copy_lines, copy_order
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.entry import change_discounts, change_price, free_line, make_give_away, make_line
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.order import (
    AgentShare,
    LineType,
    OrderDraft,
    OrderStatus,
    PaymentLine,
    PriceOrigin,
)
from fluorders_tui.domain.totals import document_totals
from tests.unit.strategies import drafts
from tests.unit.trade_samples import (
    AT_ONCE,
    EXEMPT,
    TODAY,
    USD,
    VAT_10,
    VAT_22,
    customer,
    d,
    dated,
    item,
    listed,
    order_for,
)

LATER = dt.date(2027, 2, 1)
CARD = item(listed("10", 1), listed("12", 2))
ROSSI = customer(dated("A", 1), discounts=d("10"), agents=(AgentShare("WEBER", Decimal(5)),))
#: The same customer once a newer list is valid.
ROSSI_LATER = replace(ROSSI, versions=(dated("A", 1), dated("A", 2, valid_from=LATER)), discounts=d("15"))
BIANCHI = replace(ROSSI_LATER, code="BIANCHI", name="Bianchi", vat=EXEMPT, agents=())
CARDS = {"BOLT": CARD}


def order() -> OrderDraft:
    """An entered order with a listed, a typed, an executed, a free, a given and a note line."""
    draft = order_for(ROSSI)
    line = replace(make_line(draft, ROSSI, CARD, Decimal(2)), delivery_date=TODAY, id=5, version=2)
    typed = change_discounts(draft, change_price(draft, line, Decimal(9)), "20")
    return replace(
        draft,
        number="2026-00007",
        status=OrderStatus.CONFIRMED,
        revision=3,
        id=77,
        version=9,
        reference="PO 4711",
        external_number="X1",
        delivery_date=TODAY,
        ready_date=TODAY,
        deposit=Decimal(5),
        packing="Pallet",
        note="By the gate",
        payments=(PaymentLine("CASH", AT_ONCE, apply_from=TODAY),),
        warnings=("Something. (D-7.1b)",),
        lines=(
            line,
            typed,
            replace(line, executed=Decimal(2), agents=(AgentShare("ROSSI"),)),
            free_line(draft, LineType.UNCODED, "Work", price=Decimal(5), vat=VAT_22),
            make_give_away(draft, line),
            free_line(draft, LineType.NOTE, "As agreed"),
        ),
    )


def prices(draft: OrderDraft) -> list[tuple[str, str]]:
    return [(str(line.price), format_discounts(line.discounts)) for line in draft.lines]


KEPT = [("10", "10"), ("9", "20"), ("10", "10"), ("5", "10"), ("10", ""), ("0", "")]


def test_a_copy_starts_afresh():
    """D-12.8: unapproved, unlocked, undated, with nothing executed; the header is as it was agreed (D-3.5)."""
    copy = copy_order(order(), date=LATER).draft
    assert (copy.number, copy.status, copy.revision, copy.id, copy.version) == ("", OrderStatus.DRAFT, 0, 0, 0)
    assert (copy.date, copy.delivery_date, copy.ready_date, copy.payments[0].apply_from) == (LATER, None, None, None)
    assert (copy.reference, copy.external_number, copy.deposit, copy.warnings) == ("", "", 0, ())
    assert (copy.customer, copy.packing, copy.note) == ("ROSSI", "Pallet", "By the gate")
    assert copy.discounts == order().discounts
    for line in copy.lines:
        assert (line.id, line.version, line.executed, line.delivery_date, line.warnings) == (0, 0, 0, None, ())


def test_kept_prices_are_the_documents():
    """D-3.5: a price from a list is one from the document now, one typed by hand stays manual."""
    copy = copy_order(order(), date=LATER, conditions=ROSSI_LATER, cards=CARDS).draft
    assert prices(copy) == KEPT
    origins = [line.price_source.origin for line in copy.lines[:5]]
    assert origins == [
        PriceOrigin.DOCUMENT, PriceOrigin.MANUAL, PriceOrigin.DOCUMENT, PriceOrigin.MANUAL, PriceOrigin.DOCUMENT,
    ]  # fmt: skip
    assert copy.lines[2].agents == (AgentShare("ROSSI"),)


def test_re_priced_is_as_if_typed_now():
    """D-12.8: lists and header discounts of the copy, nothing typed by hand; without an item the price stays."""
    copy = copy_order(order(), date=LATER, conditions=ROSSI_LATER, cards=CARDS, reprice=True).draft
    assert prices(copy) == [("12", "10"), ("12", "10"), ("12", "10"), ("5", "10"), ("12", ""), ("0", "")]
    assert copy.lines[1].price_source.origin is PriceOrigin.LIST


@pytest.mark.parametrize("reprice", [False, True])
def test_another_customer_brings_their_header(reprice):
    """D-12.8, D-3.1, D-3.3: their VAT code and agents also on the lines."""
    found = copy_order(order(), date=LATER, conditions=BIANCHI, cards=CARDS, reprice=reprice)
    copy = found.draft
    assert (copy.customer, copy.name, copy.payments, copy.packing) == ("BIANCHI", "Bianchi", BIANCHI.payments, "")
    assert {line.vat for line in copy.lines[:5]} == {EXEMPT}
    assert [line.agents for line in copy.lines] == [None, None, None, None, (), None]
    listed_lines = [("12", "15")] * 3 if reprice else KEPT[:3]
    assert prices(copy)[:3] == listed_lines
    assert found.notices == ()


def test_another_currency_converts_what_is_kept():
    """D-7.2: a dollar is 0.80."""
    american = replace(BIANCHI, currency=USD)
    found = copy_order(order(), date=LATER, conditions=american, cards=CARDS)
    assert prices(found.draft)[:4] == [
        ("12.500000", "10"),
        ("11.250000", "20"),
        ("12.500000", "10"),
        ("6.250000", "10"),
    ]
    assert found.draft.currency == USD
    assert [notice.text for notice in found.notices] == ["Prices were converted from EUR to USD. (D-7.2)"]
    same = copy_order(found.draft, date=LATER, currency=replace(USD, rate=Decimal("0.9"), rate_date=LATER))
    assert (same.draft.currency.rate, same.draft.lines[0].price) == (Decimal("0.9"), Decimal("12.5"))


def test_items_no_longer_sold_are_left_out_and_told():
    """D-6.3, D-2.5: by the line they had; an unknown item keeps its price."""
    blocked = {"BOLT": replace(CARD, blocked=True)}
    found = copy_order(order(), date=LATER, cards=blocked)
    assert [line.line_type for line in found.draft.lines] == [LineType.UNCODED, LineType.NOTE]
    assert [notice.line for notice in found.notices] == [1, 2, 3, 5]
    assert found.notices[0].text == "BOLT is blocked. It was left out. Choose another item. (D-6.3)"
    gone = copy_order(order(), date=LATER, conditions=ROSSI_LATER, reprice=True)
    assert prices(gone.draft) == KEPT
    assert gone.notices[0].text == "BOLT is no longer in the registry: its price was kept. (D-12.8)"


def test_quantities_are_looked_at_again_but_never_refused():
    """D-6.3."""
    packed = {"BOLT": replace(CARD, pack_quantity=Decimal(5))}
    copy = copy_order(order(), date=LATER, cards=packed).draft
    assert copy.lines[0].warnings == ("2 PC is not a multiple of the pack of 5 PC. Near it: 5. (D-6.3)",)


def test_what_cannot_be_copied():
    """D-12.8, D-2.5, D-5.5."""
    with pytest.raises(Refused, match="without the customer's conditions"):
        copy_order(order(), date=LATER, reprice=True)
    with pytest.raises(Refused, match="without the customer's conditions"):
        copy_lines(order(), order(), [0], reprice=True)
    with pytest.raises(Refused, match="no longer active"):
        copy_order(order(), date=LATER, conditions=replace(BIANCHI, active=False))
    with pytest.raises(Refused) as caught:
        copy_order(order(), date=LATER, conditions=replace(BIANCHI, discounts=d("99#")), cards=CARDS, reprice=True)
    assert (caught.value.field, caught.value.rule) == ("lines[1].discounts", "D-5.5")
    with pytest.raises(Invalid, match="There is no line 7"):
        copy_lines(order(), order(), [6])


def target() -> OrderDraft:
    draft = replace(order_for(ROSSI_LATER), date=LATER, delivery_date=LATER)
    return replace(draft, lines=(free_line(draft, LineType.NOTE, "First"),))


def test_lines_of_another_document_come_at_the_end_in_the_order_asked_for():
    """D-12.8, D-6.4: with this order's dates."""
    found = copy_lines(target(), order(), [1, 0]).draft
    assert (found.lines[0], len(found.lines)) == (target().lines[0], 3)
    assert prices(found)[1:] == [("9", "20"), ("10", "10")]
    assert {(line.delivery_date, line.id, line.executed) for line in found.lines[1:]} == {(LATER, 0, 0)}
    again = copy_lines(target(), order(), [1, 0], conditions=ROSSI_LATER, cards=CARDS, reprice=True).draft
    assert prices(again)[1:] == [("12", "15"), ("12", "15")]


def test_lines_of_another_customer_take_this_ones_vat():
    """D-3.3: their code, else the item's."""
    draft = replace(order_for(BIANCHI), date=LATER)
    assert copy_lines(draft, order(), [0, 3]).draft.lines[1].vat == EXEMPT
    without = order_for(replace(BIANCHI, vat=None))
    lines = copy_lines(without, order(), [0, 3], cards={"BOLT": replace(CARD, vat=VAT_10)}).draft.lines
    assert [line.vat for line in lines] == [VAT_10, VAT_22]


def test_lines_from_a_document_with_vat_included_warn():
    """D-7.1b: the figures stay, the totals differ; looked up again they don't."""
    source = replace(order(), vat_included=True)
    found = copy_lines(target(), source, [0])
    assert [notice.rule for notice in found.notices] == ["D-7.1b"]
    assert found.draft.warnings[-1].endswith("(D-7.1b)")
    assert len(copy_lines(found.draft, source, [0]).draft.warnings) == 1
    again = copy_lines(target(), source, [0], conditions=ROSSI_LATER, cards=CARDS, reprice=True)
    assert (again.notices, again.draft.warnings) == ((), ())


@given(drafts())
def test_a_kept_copy_is_worth_what_the_order_was(draft):
    """D-12.8, D-3.5: to the cent in every figure but the deposit."""
    copy = copy_order(draft, date=LATER).draft
    one, other = document_totals(draft), document_totals(copy)
    assert replace(other, deposit=one.deposit, balance_due=one.balance_due) == one
