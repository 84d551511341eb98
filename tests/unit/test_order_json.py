"""interfaces §2: documents in, with everything wrong told by its place, and out again."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluorders_tui.documents.order_input import LINE_OUTPUT_KEYS, OUTPUT_KEYS
from fluorders_tui.documents.order_json import (
    AgentInput,
    ExpenseInput,
    LineInput,
    OrderInput,
    PaymentInput,
    document_text,
    order_to_json,
    read_orders,
)
from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.discounts import parse_discounts
from fluorders_tui.domain.errors import DeskError, Several, Unreadable
from fluorders_tui.domain.notices import Notice
from fluorders_tui.domain.order import (
    Address,
    AgentShare,
    Currency,
    Execution,
    Expense,
    Instalment,
    LineStatus,
    LineType,
    OrderDraft,
    OrderLine,
    OrderStatus,
    OrderType,
    PaymentLine,
    PaymentTerm,
    PriceOrigin,
    PriceSource,
    Uom,
    VatCode,
)
from fluorders_tui.domain.payment_terms import DueDate, document_due_dates
from fluorders_tui.domain.totals import Totals, document_totals

EXAMPLE = """
{"type": "STD", "customer": "C0001", "date": "2026-11-24", "delivery_date": "2026-12-01", "reference": "PO 4711",
 "currency": "EUR", "destination": "D1", "payment_terms": "30EOM", "final_discounts": "5+2",
 "expenses": [{"type": "TRANSPORT", "amount": "12.00", "vat": "22"}],
 "lines": [{"line_type": "coded", "item": "A-100", "quantity": "12", "uom": "pc", "price": "10.00",
            "discounts": "50+10+5", "vat": "22", "delivery_date": "2026-12-01", "description": null, "note": null}]}
"""


def errors_of(text: str) -> list[str]:
    with pytest.raises(DeskError) as refused:
        read_orders(text, "f.json")
    assert refused.value.exit_code == 2
    if isinstance(refused.value, Several):
        assert all(isinstance(error, Unreadable) for error in refused.value.errors)
        return [str(error) for error in refused.value.errors]
    return [str(refused.value)]


def order(**keys: Any) -> str:
    return json.dumps({"customer": "C", "lines": [{"item": "A", "quantity": 1}], **keys})


def line(**keys: Any) -> str:
    return json.dumps({"customer": "C", "lines": [{"item": "A", "quantity": 1, **keys}]})


def test_the_documented_example() -> None:
    orders, was_list = read_orders(EXAMPLE)
    assert not was_list
    assert orders == [
        OrderInput(
            customer="C0001",
            lines=(
                LineInput(
                    item="A-100",
                    quantity=Decimal(12),
                    uom="pc",
                    price=Decimal(10),
                    discounts="50+10+5",
                    vat="22",
                    delivery_date=dt.date(2026, 12, 1),
                ),
            ),
            type="STD",
            date=dt.date(2026, 11, 24),
            delivery_date=dt.date(2026, 12, 1),
            reference="PO 4711",
            currency="EUR",
            destination="D1",
            payment_terms="30EOM",
            final_discounts="5+2",
            expenses=(ExpenseInput("TRANSPORT", amount=Decimal(12), vat="22"),),
        )
    ]


def test_only_customer_item_and_quantity_are_needed() -> None:
    smallest = '{"customer": "C", "lines": [{"item": "A", "quantity": 0.1}]}'
    expected = [OrderInput("C", (LineInput(item="A", quantity=Decimal("0.1")),))]
    assert read_orders(smallest) == (expected, False)
    assert read_orders(io.StringIO(f"\ufeff[{smallest}]")) == (expected, True)
    assert read_orders("[]") == ([], True)


def test_everything_an_order_can_bring() -> None:
    orders, _ = read_orders(
        order(
            payments=[{"payment_terms": "30", "amount": "5"}, {"payment_terms": "60", "percent": 100}],
            agents=[{"agent": "X", "percent": "2.5"}, {"agent": "Y", "percent": None}],
            destination={"name": "Site", "city": "Roma"},
            vat_included=True,
            deposit="10.50",
            lines=[
                {"line_type": "uncoded", "description": "Work", "quantity": "1.5", "agents": []},
                {"line_type": "charge", "description": "Packing", "price": 3},
                {"line_type": "note", "description": "As agreed"},
                {"line_type": "give-away", "item": "A", "quantity": 1, "vat_recourse": True},
                {"line_type": "give-away", "description": "Pen", "quantity": 1},
            ],
        )
    )
    found = orders[0]
    assert found.payments == (PaymentInput("30", amount=Decimal(5)), PaymentInput("60", percent=Decimal(100)))
    assert found.agents == (AgentInput("X", Decimal("2.5")), AgentInput("Y"))
    assert found.destination == Address(name="Site", city="Roma")
    assert found.vat_included is True
    assert found.deposit == Decimal("10.5")
    assert [row.line_type for row in found.lines] == [
        LineType.UNCODED,
        LineType.CHARGE,
        LineType.NOTE,
        LineType.GIVE_AWAY,
        LineType.GIVE_AWAY,
    ]
    assert found.lines[0].agents == ()
    assert found.lines[1].agents is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "f.json: There is nothing to read."),
        ("{", "f.json: This is no JSON: Expecting property name enclosed in double quotes (line 1, column 2)."),
        ('{"customer": "C"}\n\n x', "f.json: This is no JSON: There is something after the end (line 3, column 2)."),
        ("[" * 100_000, "f.json: This is no JSON: Nested too deeply (line 1, column 1)."),
        ("5", "Expected an object {…}, not 5."),
        ("[null]", "[1]: Expected an object {…}, not null."),
        ('{"lines": []}', "customer: It is missing."),
        ('{"customer": " ", "lines": []}', "customer: Expected a code, not ' '."),
        ('{"customer": "C"}', "lines: It is missing."),
        (order(custmer="x"), "custmer: There is no such key. Did you mean customer?"),
        (order(__class__=1), "__class__: There is no such key."),
        ('{"customer": "C", "customer": "D", "lines": []}', "customer: This key is there more than once."),
        (order(customer=5), "customer: Expected a text in quotes, not 5."),
        (order(date="24/11/2026"), "date: Expected a date such as \"2026-11-24\", not '24/11/2026'."),
        (order(date="2026-02-30"), "date: Expected a date such as \"2026-11-24\", not '2026-02-30'."),
        (order(vat_included="yes"), "vat_included: Expected true or false, not 'yes'."),
        (order(lines={}), "lines: Expected a list […], not an object."),
        (order(lines=[5]), "lines[1]: Expected an object {…}, not 5."),
        (order(destination=[1]), "destination: Expected a text in quotes, not a list."),
        (order(destination={"town": "x"}), "destination.town: There is no such key."),
        (
            order(payments=[{"payment_terms": "30"}], payment_terms="30"),
            "payment_terms: It stands in each of the payments already. Leave out one of the two.",
        ),
        (
            order(expenses=[{"type": "T", "percent": 1, "amount": 2}]),
            "expenses[1].amount: An expense is a percent or an amount, not both.",
        ),
        (order(agents=[{"percent": 1}]), "agents[1].agent: It is missing."),
        (line(quantity="1,5"), "lines[1].quantity: Expected a number such as \"12.50\", not '1,5'."),
        (line(quantity=True), 'lines[1].quantity: Expected a number such as "12.50", not true.'),
        (line(quantity="1e3"), "lines[1].quantity: Expected a number such as \"12.50\", not '1e3'."),
        (line(quantity=float("nan")), 'lines[1].quantity: Expected a number such as "12.50", not NaN.'),
        (line(quantity=float("-inf")), 'lines[1].quantity: Expected a number such as "12.50", not -Infinity.'),
        (line().replace(": 1}", ": 1e99999}"), 'lines[1].quantity: Expected a number such as "12.50", not 1e99999.'),
        (line(price="1.1234567"), "lines[1].price: Expected at most 6 decimals, not '1.1234567'."),
        (line(price=10**13), "lines[1].price: Expected a number up to 1000000000000, not 10000000000000."),
        (line(item=None), "lines[1].item: It is missing."),
        (line(item=" "), "lines[1].item: It is missing."),
        (line(quantity=None), "lines[1].quantity: It is missing."),
        (line(line_type="kit"), "line_type: Expected one of coded, uncoded, charge, note, give-away, not 'kit'."),
        (line(line_type="note"), "lines[1].item: A line of type note has no item, but a description."),
        (line(pricing="1"), "lines[1].pricing: There is no such key. Did you mean price?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, said: str) -> None:
    assert any(error.endswith(said) for error in errors_of(text))


def test_all_errors_of_all_documents_at_once() -> None:
    text = json.dumps(
        [
            {"customer": "C", "lines": [{"item": "A", "quantity": "x"}, {"item": "B", "quantity": 1, "prise": 1}]},
            {"customr": "C", "lines": []},
        ]
    )
    assert errors_of(text) == [
        "[1].lines[1].quantity: Expected a number such as \"12.50\", not 'x'.",
        "[1].lines[2].prise: There is no such key. Did you mean price?",
        "[2].customr: There is no such key. Did you mean customer?",
        "[2].customer: It is missing.",
    ]


def test_bytes_that_are_no_text() -> None:
    stream = io.TextIOWrapper(io.BytesIO(b'{"customer": "\xff"}'), encoding="utf-8")
    with pytest.raises(Unreadable, match="not in UTF-8"):
        read_orders(stream)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["customer", "lines", "item", "quantity", "agents", "destination", "x"]), inner
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_any_json_is_an_order_or_a_clear_error(value: Any) -> None:
    try:
        orders, _ = read_orders(json.dumps(value))
    except DeskError as error:
        said = str(error)
    else:
        assert all(isinstance(found, OrderInput) for found in orders)
        return
    assert said


@given(st.decimals(-(10**12), 10**12, places=6), st.booleans())
def test_decimals_are_exact_as_text_and_as_number(value: Decimal, as_text: bool) -> None:
    written = f'"{value:f}"' if as_text else f"{value:f}"
    orders, _ = read_orders(f'{{"customer": "C", "lines": [{{"item": "A", "quantity": 1, "price": {written}}}]}}')
    assert orders[0].lines[0].price == value


# --- out --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """What the services hand over."""

    draft: OrderDraft
    totals: Totals
    due_dates: tuple[DueDate, ...]
    execution: Execution
    line_statuses: tuple[LineStatus, ...]
    warnings: tuple[Notice, ...]


VAT = VatCode("22", Decimal(22))
TERM = PaymentTerm("30", "30 days", (Instalment(30),))
DRAFT = OrderDraft(
    OrderType("STD"),
    dt.date(2026, 11, 24),
    customer="C0001",
    name="Rossi [Milano]",
    destination=Address(name="Site", city="Roma"),
    payments=(PaymentLine("BANK", TERM),),
    final_discounts=parse_discounts("5+2"),
    expenses=(Expense("TRANSPORT", VAT, amount=Decimal(12)),),
    agents=(AgentShare("AG", Decimal(3)), AgentShare("NO")),
    number="2026-00001",
    status=OrderStatus.PARTIAL,
    revision=1,
    lines=tuple(
        with_amounts(row, 2)
        for row in (
            OrderLine(
                LineType.CODED,
                "Red paint",
                "A-100",
                Decimal(12),
                Uom("pc"),
                Decimal(10),
                PriceSource(PriceOrigin.LIST, "BASE", dt.date(2026, 1, 1), Decimal(10), "pc"),
                parse_discounts("50+10+5"),
                VAT,
                executed=Decimal("2.5"),
            ),
            OrderLine(LineType.NOTE, "As agreed"),
            OrderLine(
                LineType.UNCODED, "Work", quantity=Decimal(1), price=Decimal("0.123456"), vat=VAT, agents=()
            ),
        )
    ),
)  # fmt: skip


def document(draft: OrderDraft = DRAFT) -> Document:
    totals = document_totals(draft)
    statuses = (LineStatus.PARTIAL, LineStatus.CONFIRMED, LineStatus.FORCED)
    warnings = (Notice("D-8.1", "The order has no payment terms."), Notice("D-4.7", "No price.", 3))
    return Document(draft, totals, document_due_dates(draft, totals), Execution.PARTIAL, statuses, warnings)


def test_the_completed_document() -> None:
    shown = order_to_json(document(), locks=["Over the limit"], links=[{"kind": "offer", "number": "OF-1"}])
    assert (shown["number"], shown["status"], shown["execution"], shown["revision"]) == (
        "2026-00001",
        "partially executed",
        "partially executed",
        1,
    )
    assert shown["payment_terms"] == "30"
    assert shown["payment_type"] == "BANK"
    assert shown["destination"] == {"name": "Site", "city": "Roma"}
    assert shown["final_discounts"] == "5+2"
    first, note, work = shown["lines"]
    assert (
        first
        | {
            "number": 1,
            "price": "10.00",
            "price_source": "list",
            "quantity": "12",
            "discounts": "50+10+5",
            "gross": "120.00",
            "net": "51.30",
            "final_discount": "3.54",
            "status": "partially executed",
            "executed": "2.5",
            "remaining": "9.5",
        }
        == first
    )
    assert first["price_details"]["version"] == "2026-01-01"
    assert (note["quantity"], note["price"], note["remaining"]) == (None, None, "0")
    assert (work["price"], work["agents"], work["remaining"]) == ("0.123456", [], "0")
    assert (
        shown["totals"]
        | {
            "items_gross": "120.12",
            "discounts": "68.70",
            "items_net": "51.42",
            "final_discounts": "3.55",
            "charges": "0.00",
            "expenses": "12.00",
            "taxable": "59.87",
            "vat": "13.17",
            "total": "73.04",
            "give_away": "0.00",
        }
        == shown["totals"]
    )
    assert shown["vat_summary"][0] | {"vat": "22", "taxable": "59.87", "tax": "13.17"} == shown["vat_summary"][0]
    assert shown["due_dates"] == [
        {"date": "2026-12-24", "amount": "73.04", "payment_type": "BANK", "payment_terms": "30"}
    ]
    assert shown["commissions"][0] == {"agent": "AG", "base": "47.76", "amount": "1.43"}
    assert shown["commissions"][1]["amount"] is None
    assert shown["warnings"] == [
        {"rule": "D-8.1", "line": None, "message": "The order has no payment terms."},
        {"rule": "D-4.7", "line": 3, "message": "No price."},
    ]
    assert shown["locks"] == ["Over the limit"]
    assert shown["links"] == [{"kind": "offer", "number": "OF-1"}]


def test_what_comes_out_goes_in_again() -> None:
    shown = order_to_json(document())
    orders, was_list = read_orders(document_text([shown], as_list=True))
    assert was_list
    found = orders[0]
    assert (found.customer, found.date, found.destination) == ("C0001", DRAFT.date, DRAFT.destination)
    assert found.agents == (AgentInput("AG", Decimal(3)), AgentInput("NO"))
    assert found.expenses == (ExpenseInput("TRANSPORT", amount=Decimal(12), vat="22"),)
    assert [row.quantity for row in found.lines] == [Decimal(12), None, Decimal(1)]
    assert found.lines[2].price == Decimal("0.123456")
    assert found.lines[2].agents == ()
    assert read_orders(document_text([shown], as_list=False)) == (orders, False)


def test_output_keys_are_exactly_those_that_only_come_out() -> None:
    shown = order_to_json(document())
    accepted = set(OrderInput.__dataclass_fields__)
    assert set(shown) - accepted == OUTPUT_KEYS
    assert accepted - set(shown) == {"payments"}
    assert set(shown["lines"][0]) - set(LineInput.__dataclass_fields__) == LINE_OUTPUT_KEYS
    assert set(LineInput.__dataclass_fields__) - set(shown["lines"][0]) == set()


def test_several_payment_lines_come_as_a_list() -> None:
    draft = replace(
        DRAFT,
        currency=Currency("USD", rate=Decimal("0.9")),
        payments=(PaymentLine("CASH", TERM, None, Decimal(20)), PaymentLine("BANK", TERM)),
    )
    shown = order_to_json(document(draft))
    assert "payment_terms" not in shown
    assert read_orders(json.dumps(shown))[0][0].payments == (
        PaymentInput("30", "CASH", amount=Decimal(20)),
        PaymentInput("30", "BANK", percent=Decimal(100)),
    )
    assert shown["exchange_rate"] == "0.9"
    assert shown["totals"]["company_total"] == "65.74"
