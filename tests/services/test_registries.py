"""Working in registries: finding, reading, saving with checks, history; on both databases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fluorders_tui.domain.errors import Conflict, DeskError, Invalid, NotAllowed, Refused, Several, Unreadable
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.imports import import_table
from fluorders_tui.services.registries import (
    all_specs,
    blank_values,
    find,
    find_items,
    get_row,
    list_rows,
    registry_spec,
    window,
)
from fluorders_tui.services.registry_history import history
from fluorders_tui.services.registry_saving import copy_row, deactivate, delete, reactivate, save_row

CUSTOMER = {"code": "C1", "name": "Rossi [Milano]", "country": "IT", "city": "Milano"}


def errors_of(raised: pytest.ExceptionInfo[DeskError]) -> dict[str, str]:
    """Each error's message by field."""
    error = raised.value
    every = error.errors if isinstance(error, Several) else (error,)
    return {one.field: one.message for one in every}


def load(desk: Desk, registry: str, rows: list[dict[str, Any]]) -> None:
    result = import_table(desk, registry, list(enumerate(rows, 2)))
    assert result.stored, result.errors


def codes(found: list[Any]) -> list[str]:
    return [hit.code for hit in found]


def test_every_table_of_the_interface_is_a_registry() -> None:
    named = [
        "customers", "items", "price-lists", "price-list-lines", "suppliers", "agents", "carriers",
        "vat-codes", "units", "currencies", "payment-types", "payment-terms", "discount-types",
        "expense-types", "order-types", "offer-types", "supplier-order-types", "numberings", "warehouses",
        "stock", "zones", "categories", "calendars", "users",
    ]  # fmt: skip
    assert set(named) <= {spec.name for spec in all_specs()}


def test_an_unknown_registry_names_the_nearest() -> None:
    with pytest.raises(Unreadable, match="Did you mean customers"):
        registry_spec("custmers")


def test_a_row_comes_back_as_it_was_saved(italian_desk: Desk) -> None:
    saved = save_row(
        italian_desk, "customers", {**CUSTOMER, "final_discounts": "5 + 2", "minimum_order_value": "100,50"}
    )
    read = get_row(italian_desk, "customers", "C1")
    assert read == saved
    assert (read.version, read.active, read.name) == (1, True, "Rossi [Milano]")
    assert read.values["country"] == "IT"
    assert read.values["final_discounts"] == "5+2"
    assert read.values["minimum_order_value"] == Decimal("100.5")
    assert read.values["currency"] is None


def test_everything_wrong_is_told_at_once_with_its_field(italian_desk: Desk) -> None:
    values = {
        "code": "C1",
        "country": "IT",
        "vat_number": "IT00743110158",
        "final_discounts": "50++",
        "payment_terms": "30EOMM",
        "best_price": "perhaps",
        "colour": "red",
        "postcode": "1" * 17,
    }
    with pytest.raises(Several) as raised:
        save_row(italian_desk, "customers", values)
    found = errors_of(raised)
    assert set(found) == {
        "name", "vat_number", "final_discounts", "payment_terms", "best_price", "colour", "postcode",
    }  # fmt: skip
    assert "check digit" in found["vat_number"]
    assert list_rows(italian_desk, "customers").total == 0


@pytest.mark.parametrize(
    ("country", "number", "good"),
    [("IT", "00743110157", True), ("IT", "00743110158", False), ("DE", "DE136695976", True), ("DE", "136695977", False),
     ("US", "anything", True), ("GB", "GB980780684", True), ("FR", "x", False)],
)  # fmt: skip
def test_vat_numbers_follow_their_country(sqlite_desk: Desk, country: str, number: str, good: bool) -> None:
    values = {**CUSTOMER, "country": country, "vat_number": number}
    if good:
        assert save_row(sqlite_desk, "customers", values).values["vat_number"] == number
        return
    with pytest.raises(Invalid) as raised:
        save_row(sqlite_desk, "customers", values)
    assert raised.value.field == "vat_number"


@pytest.mark.parametrize(
    ("registry", "values", "field"),
    [
        ("items", {"code": "A", "description": "x", "sales_price": "-1"}, "sales_price"),
        ("items", {"code": "A", "description": "x", "unit": "pcx"}, "unit"),
        ("items", {"code": "A", "description": "x" * 201}, "description"),
        ("items", {"code": "​", "description": "x"}, "code"),
        ("units", {"code": "u", "decimals": "7"}, "decimals"),
        ("currencies", {"code": "XXX", "decimals": "5"}, "decimals"),
        ("vat-codes", {"code": "X", "rate": "101"}, "rate"),
        ("vat-codes", {"code": "X", "kind": "exemptt"}, "kind"),
        ("agents", {"code": "X", "name": "x", "commission": "100,5"}, "commission"),
        ("numberings", {"code": "X", "format": "{yaer}-{number}"}, "format"),
        ("calendars", {"code": "X", "weekend": "6 8"}, "weekend"),
        ("price-lists", {"code": "X", "valid_from": "2026-02-01", "valid_to": "2026-01-31"}, "valid_to"),
        ("users", {"code": "X", "role": "king"}, "role"),
    ],
)
def test_refusals_name_the_field(sqlite_desk: Desk, registry: str, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as raised:
        save_row(sqlite_desk, registry, values)
    assert field in errors_of(raised)


def test_a_reference_is_found_whatever_its_case_and_the_nearest_is_named(italian_desk: Desk) -> None:
    saved = save_row(italian_desk, "customers", {**CUSTOMER, "country": "it"})
    assert saved.values["country"] == "IT"
    with pytest.raises(Invalid) as raised:
        save_row(italian_desk, "items", {"code": "A", "description": "x", "unit": "pcc"})
    assert raised.value.hint == "Did you mean pc?"


def test_inactive_rows_can_be_kept_but_not_newly_taken(italian_desk: Desk) -> None:
    agent = save_row(italian_desk, "zones", {"code": "N", "name": "North"})
    kept = save_row(italian_desk, "customers", {**CUSTOMER, "zone": "N"})
    deactivate(italian_desk, "zones", agent.id)
    changed = save_row(italian_desk, "customers", {"city": "Monza", "zone": "N"}, row_id=kept.id, version=1)
    assert changed.values["zone"] == "N"
    with pytest.raises(Refused, match="not active") as raised:
        save_row(italian_desk, "customers", {**CUSTOMER, "code": "C2", "zone": "N"})
    assert (raised.value.field, raised.value.rule) == ("zone", "D-2.5")
    reactivate(italian_desk, "zones", agent.id)
    assert save_row(italian_desk, "customers", {**CUSTOMER, "code": "C2", "zone": "N"}).code == "C2"


def test_the_second_to_save_is_told_what_differs(italian_desk: Desk) -> None:
    row = save_row(italian_desk, "customers", CUSTOMER)
    other = replace(italian_desk, user="bruno")
    save_row(other, "customers", {"city": "Torino"}, row_id=row.id, version=row.version)
    with pytest.raises(Conflict) as raised:
        save_row(
            italian_desk, "customers", {"city": "Como", "name": CUSTOMER["name"]}, row_id=row.id, version=row.version
        )
    assert raised.value.field == "city"
    assert raised.value.rule == "D-12.7"
    assert "bruno" in raised.value.message
    assert "Torino" in raised.value.message
    assert get_row(italian_desk, "customers", row.id).values["city"] == "Torino"


def test_saving_the_same_again_changes_nothing(italian_desk: Desk) -> None:
    row = save_row(italian_desk, "customers", CUSTOMER)
    again = save_row(italian_desk, "customers", dict(row.values), row_id=row.id, version=row.version)
    assert again.version == row.version
    assert [entry.event for entry in history(italian_desk, "customers", row.id)] == ["made"]


def test_history_tells_changes_in_words(italian_desk: Desk) -> None:
    row = save_row(italian_desk, "items", {"code": "A", "description": "Bolt", "sales_price": "10"})
    row = save_row(
        italian_desk, "items", {"sales_price": "12,5"}, row_id=row.id, children={"barcodes": [{"barcode": "800"}]}
    )
    deactivate(italian_desk, "items", row.id)
    off, changed, made = history(italian_desk, "items", row.id)
    assert (off.event, changed.event, made.event, made.user) == ("deactivated", "changed", "made", "anna")
    assert changed.changes == ("Sales price: 10 → 12.5", "Barcodes, 800: Barcode: empty → 800")


def test_children_are_stored_changed_and_removed_with_their_row(italian_desk: Desk) -> None:
    for code in ("R", "S"):
        save_row(italian_desk, "price-list-types", {"code": code})
    rows = [{"list_type": "R", "default": True, "discounts": "5"}, {"list_type": "S", "priority": 20}]
    saved = save_row(italian_desk, "customers", CUSTOMER, children={"customer-price-lists": rows})
    assert [row.values["list_type"] for row in saved.children["customer-price-lists"]] == ["R", "S"]
    kept = [{"list_type": "S", "priority": 5}]
    saved = save_row(italian_desk, "customers", {}, row_id=saved.id, version=1, children={"customer-price-lists": kept})
    assert [(row.values["list_type"], row.values["priority"]) for row in saved.children["customer-price-lists"]] == [
        ("S", 5)
    ]
    assert saved.version == 2


def test_one_default_and_no_key_twice(italian_desk: Desk) -> None:
    for code in ("R", "S"):
        save_row(italian_desk, "price-list-types", {"code": code})
    two = [{"list_type": "R", "default": True}, {"list_type": "S", "default": True}]
    with pytest.raises(Refused, match="only one default"):
        save_row(italian_desk, "customers", CUSTOMER, children={"customer-price-lists": two})
    same = [{"list_type": "R"}, {"list_type": "R"}]
    with pytest.raises(Refused, match="twice"):
        save_row(italian_desk, "customers", CUSTOMER, children={"customer-price-lists": same})
    save_row(italian_desk, "customers", CUSTOMER)
    with pytest.raises(Refused, match="already a customer C1"):
        save_row(italian_desk, "customers", CUSTOMER)


def test_a_kit_never_contains_itself(italian_desk: Desk) -> None:
    for code in ("A", "B", "C"):
        save_row(italian_desk, "items", {"code": code, "description": code})
    save_row(italian_desk, "item-components", {"item": "A", "component": "B", "quantity": 1})
    save_row(italian_desk, "item-components", {"item": "B", "component": "C", "quantity": 2})
    with pytest.raises(Refused, match="contain itself"):
        save_row(italian_desk, "item-components", {"item": "C", "component": "A", "quantity": 1})
    with pytest.raises(Refused, match="contain itself"):
        save_row(italian_desk, "item-components", {"item": "A", "component": "A", "quantity": 1})


def test_terms_and_numberings_are_checked_whole(italian_desk: Desk) -> None:
    halves = [{"days": 30, "share_taxable": 50}, {"days": 60, "share_taxable": 40}]
    with pytest.raises(Refused, match="90 %, not 100 %"):
        save_row(italian_desk, "payment-terms", {"code": "T"}, children={"payment-term-instalments": halves})
    with pytest.raises(Refused, match="needs at least one instalment"):
        save_row(italian_desk, "payment-terms", {"code": "T"})
    monthly = [{"code": "P", "period": "monthly"}]
    with pytest.raises(Refused) as raised:
        save_row(
            italian_desk,
            "numberings",
            {"code": "N", "format": "{year}-{number}"},
            children={"numbering-policies": monthly},
        )
    assert raised.value.rule == "D-9.2"


def test_only_what_was_never_used_is_deleted(italian_desk: Desk) -> None:
    unit = save_row(italian_desk, "units", {"code": "crate9"})
    item = save_row(
        italian_desk,
        "items",
        {"code": "A", "description": "x", "unit": "crate9"},
        children={"barcodes": [{"barcode": "1"}]},
    )
    with pytest.raises(Refused, match="used: items") as raised:
        delete(italian_desk, "units", unit.id)
    assert raised.value.rule == "D-2.5"
    assert "Deactivate" in raised.value.hint
    delete(italian_desk, "items", item.id)
    delete(italian_desk, "units", unit.id)
    assert find(italian_desk, "units", "crate9") == []
    with pytest.raises(Refused, match="is used"):
        delete(italian_desk, "countries", get_row(italian_desk, "countries", "IT").id)


def test_a_copy_brings_its_rows_but_no_barcode(italian_desk: Desk) -> None:
    children = {"barcodes": [{"barcode": "1"}], "item-units": [{"unit": "box", "factor": "10"}]}
    save_row(italian_desk, "units", {"code": "box"}) if not find(italian_desk, "units", "box") else None
    item = save_row(italian_desk, "items", {"code": "A", "description": "x", "sales_price": 3}, children=children)
    copy = copy_row(italian_desk, "items", item.id, "B")
    assert (copy.code, copy.values["sales_price"]) == ("B", Decimal(3))
    assert [row.values["factor"] for row in copy.children["item-units"]] == [Decimal(10)]
    assert copy.children["barcodes"] == ()


def test_viewers_look_and_clerks_make_no_administrators(italian_desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        save_row(replace(italian_desk, role="viewer"), "zones", {"code": "N"})
    with pytest.raises(NotAllowed):
        save_row(replace(italian_desk, user="bruno", role="clerk"), "users", {"code": "bruno", "role": "administrator"})


def test_new_items_and_lists_take_what_the_company_uses(italian_desk: Desk) -> None:
    blank = blank_values(italian_desk, "items")
    assert (blank["unit"], blank["vat_code"]) == ("pc", italian_desk.company.vat_code)
    price_list = save_row(italian_desk, "price-lists", {"code": "RETAIL"})
    assert (price_list.values["list_type"], price_list.values["currency"]) == ("RETAIL", "EUR")


ITEMS = [
    ("BOLT", "Hexagon bolt"),
    ("BOLT-8", "Hexagon bolt M8"),
    ("NUT-8", "Hexagon nut M8 galvanised"),
    ("X1", "Bolt cutter"),
    ("Z%_\\1", 'Odd "name" [b]50%[/b]'),
    ("ÅNGSTRÖM", "Ångström scale"),
]


def test_lookup_puts_the_exact_code_first(italian_desk: Desk) -> None:
    load(italian_desk, "items", [{"code": code, "description": name} for code, name in ITEMS])
    assert codes(find(italian_desk, "items", "bolt")) == ["BOLT", "BOLT-8", "X1"]
    assert codes(find(italian_desk, "items", "m8 hex"))[:2] == ["NUT-8", "BOLT-8"]
    assert codes(find(italian_desk, "items", "galv")) == ["NUT-8"]
    assert codes(find(italian_desk, "items", "angstrom")) == ["ÅNGSTRÖM"]
    assert codes(find(italian_desk, "items", "z%_\\")) == ["Z%_\\1"]
    assert codes(find(italian_desk, "items", '"name" 50%')) == ["Z%_\\1"]
    assert codes(find(italian_desk, "items", "%%%")) == []
    assert codes(find(italian_desk, "items", "' OR 1=1 --")) == []
    hit = find(italian_desk, "items", "nut-8")[0]
    assert (hit.name, hit.extra["unit"], hit.extra["sales_price"]) == ("Hexagon nut M8 galvanised", "pc", Decimal(0))


def test_lookup_leaves_inactive_rows_out_unless_asked(italian_desk: Desk) -> None:
    load(italian_desk, "items", [{"code": code, "description": name} for code, name in ITEMS])
    deactivate(italian_desk, "items", get_row(italian_desk, "items", "BOLT").id)
    assert codes(find(italian_desk, "items", "bolt")) == ["BOLT-8", "X1"]
    assert codes(find(italian_desk, "items", "bolt", include_inactive=True))[0] == "BOLT"


def test_lookup_in_small_tables_and_rows_of_a_parent(italian_desk: Desk) -> None:
    load(
        italian_desk, "suppliers", [{"code": "S1", "name": "Ferramenta Bianchi"}, {"code": "S2", "name": "Bianchi Spa"}]
    )
    assert codes(find(italian_desk, "suppliers", "bianchi")) == ["S2", "S1"]
    assert codes(find(italian_desk, "suppliers", "bianchi ferr")) == ["S1"]
    places = [{"code": "D1", "city": "Como"}, {"code": "D2", "city": "Lecco"}]
    save_row(italian_desk, "customers", CUSTOMER, children={"destinations": places})
    save_row(italian_desk, "customers", {**CUSTOMER, "code": "C2"}, children={"destinations": places})
    found = list_rows(italian_desk, "destinations", parent="C2", find="lec")
    assert [(row.values["customer"], row.values["code"]) for row in found.rows] == [("C2", "D2")]
    assert codes(find(italian_desk, "destinations", "", customer="C1")) == ["C1 / D1", "C1 / D2"]


def test_items_by_barcode_and_by_the_customers_own_code(italian_desk: Desk) -> None:
    load(
        italian_desk,
        "items",
        [{"code": code, "description": name, "barcode": f"80{i}"} for i, (code, name) in enumerate(ITEMS)],
    )
    save_row(
        italian_desk,
        "customers",
        CUSTOMER,
        children={"customer-items": [{"item": "NUT-8", "code": "Bolt-X"}, {"item": "X1", "code": "801"}]},
    )
    barcode = find_items(italian_desk, "801")[0]
    assert (barcode.code, barcode.via) == ("BOLT-8", "barcode")
    theirs = find_items(italian_desk, "bolt-x", customer="C1")[0]
    assert (theirs.code, theirs.via, theirs.typed_code) == ("NUT-8", "customer code", "Bolt-X")
    assert codes(find_items(italian_desk, "bolt", customer="C1")) == ["BOLT", "NUT-8", "BOLT-8", "X1"]
    assert codes(find_items(italian_desk, "bolt")) == ["BOLT", "BOLT-8", "X1"]


def test_pages_and_windows_show_the_same_rows(italian_desk: Desk) -> None:
    load(italian_desk, "items", [{"code": f"I{n:05d}", "description": f"Item {n}"} for n in range(2500)])
    paged: list[str] = []
    after: object = None
    while True:
        page = list_rows(italian_desk, "items", after=after, limit=700)
        assert page.total == 2500
        paged.extend(row.code for row in page.rows)
        after = page.next
        if after is None:
            break
    assert paged == [f"I{n:05d}" for n in range(2500)]
    view = window(italian_desk, "items")
    assert view.count == 2500
    for start, stop in ((0, 3), (998, 1003), (2400, 2600), (1999, 2001), (5000, 5010)):
        assert [row.code for row in view.rows(start, stop)] == paged[start:stop]
    assert view.index_of("I01234") == 1234
    narrowed = window(italian_desk, "items", find="item 12")
    assert narrowed.count == sum("12" in f"i{n:05d} item {n}" for n in range(2500))
    assert [row.code for row in narrowed.rows(0, 2)] == ["I00012", "I00112"]
