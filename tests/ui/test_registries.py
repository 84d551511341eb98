"""All registries one way, with the keys of an impatient clerk on a real database (U-1.1, D-2.5, D-12.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from fluorders_tui.screens.registries import RegistriesScreen
from fluorders_tui.screens.registry import RegistryScreen
from fluorders_tui.screens.registry_children import ChildTab
from fluorders_tui.screens.registry_draft import RowDraft
from fluorders_tui.screens.registry_form import RegistryFormScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.imports import import_table
from fluorders_tui.services.registries import find, get_row, registry_spec, window
from fluorders_tui.services.registry_names import names_of, next_code
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.widgets.question import Question
from fluorders_tui.widgets.side_panel import SidePanel
from fluorders_tui.widgets.tab_line import TabLine
from tests.desks import desk_on_copy, filled_file
from tests.ui.conftest import Running
from tests.ui.raw_keys import burst, paste, settled, slowly, until

Typing = Callable[[Pilot[Any], str], Any]
CUSTOMERS = ("Rossi [Milano] S.p.A.", "Bianchi & Figli [/b]", "Bäckerei Größe 🥨", "שלום בע״מ", "Ferramenta Verdi")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database after the Italian fast start, with customers, items and a price list."""
    return filled_file(tmp_path_factory.mktemp("registries") / "filled.db", fill)


def fill(desk: Desk) -> None:
    for table, rows in {
        "customers": [{"code": f"C{n:04}", "name": name, "country": "IT"} for n, name in enumerate(CUSTOMERS, 1)],
        "items": [{"code": f"A-{n:03}", "description": f"Vite M{n}", "sales_price": "1.5"} for n in range(1, 301)],
        "price-lists": [{"code": "L1", "name": "Listino [2026]", "currency": "EUR"}],
        "price-list-lines": [{"price_list": "L1", "item": "A-001", "price": "1.2"}],
    }.items():
        result = import_table(desk, table, [(place, row) for place, row in enumerate(rows, 2)])
        assert result.stored, result.errors


@pytest.fixture
def desk(filled: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk_on_copy(filled, tmp_path) as desk:
        yield desk


@pytest.fixture
def at(running: Running, desk: Desk) -> Callable[..., Any]:
    """Run the desk on a screen, once it shows its rows: `async with at(RegistryScreen("customers")) as pilot`."""

    def run(screen: Screen[Any], **options: Any) -> Any:
        return running(screen, opener=lambda _: desk, **options)

    return run


async def shown(pilot: Pilot[Any], kind: type[Any] = RegistryScreen) -> Any:
    """The screen of that kind, once it has read what it shows."""
    await until(lambda: isinstance(pilot.app.screen, kind))
    screen: Any = pilot.app.screen
    ready = "_draft" if kind is RegistryFormScreen else "_listed"
    await until(lambda: kind is RegistriesScreen or getattr(screen, ready) is not None)
    await until(lambda: screen.focused is not None)
    await settled(pilot.app)
    return screen


def to_tab(form: RegistryFormScreen, title: str) -> str:
    """The keys that lead from the first tab to the one with that title."""
    titles = form.query_one(TabLine).titles
    return "{pagedown}" * next(place for place, one in enumerate(titles) if one.startswith(title))


def texts(screen: RegistryScreen) -> list[str]:
    rows = screen.table.source.rows(0, 20) or ()
    return [row.cells[0] for row in rows]


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_a_new_customer_takes_its_name_and_two_enters(at: Any, desk: Desk, typing: Typing) -> None:
    async with at(RegistryScreen("customers")) as pilot:
        screen = await shown(pilot)
        await typing(pilot, "{f6}Rossi [Roma]{enter}{enter}")
        await until(lambda: pilot.app.screen is screen)
        await until(lambda: screen.message_line.text == "Customer C0006 saved.")
        assert screen.table.current.cells[:2] == ("C0006", "Rossi [Roma]")
    saved = get_row(desk, "customers", "C0006")
    assert (saved.name, saved.values["country"]) == ("Rossi [Roma]", "IT")


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_after_the_last_needed_field_typing_goes_on_in_the_next(at: Any, desk: Desk, typing: Typing) -> None:
    """P-90: nothing is added to the end of the code."""
    async with at(RegistryScreen("zones")) as pilot:
        screen = await shown(pilot)
        await typing(pilot, "{f6}NE{enter}North East{f10}")
        await until(lambda: pilot.app.screen is screen)
        await until(lambda: screen.message_line.text == "Zone NE saved.")
    assert get_row(desk, "zones", "NE").name == "North East"


@pytest.mark.parametrize(
    ("dates", "named", "told"),
    [
        ("01012026{tab}", "valid_from", "Two lists L"),
        ("01012026{tab}31122025", "valid_to", "before it starts"),
        ("01062025{tab}30062026", "valid_to", "began"),
    ],
)
async def test_dates_of_price_lists_that_contradict_each_other_are_refused_at_their_place(
    at: Any, desk: Desk, dates: str, named: str, told: str
) -> None:
    """D-4.1, P-63: with F10 the cursor stands in the date that is wrong, and nothing is written."""
    save_row(desk, "price-list-types", {"code": "L", "name": "L"})
    save_row(desk, "price-lists", {"code": "L-2026", "list_type": "L", "currency": "EUR", "valid_from": "2026-01-01"})
    async with at(RegistryScreen("price-lists")) as pilot:
        await shown(pilot)
        await burst(pilot, "{f6}L-X{tab}{tab}L{tab}{tab}{tab}{tab}" + dates + "{f10}")
        form = await shown(pilot, RegistryFormScreen)
        await until(lambda: told in form.message_line.text)
        assert form.current_field.field_name == named
        assert form.field(named).error is not None
    assert find(desk, "price-lists", "L-X", 5) == []


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_what_is_typed_ahead_of_the_list_counts(at: Any, typing: Typing) -> None:
    async with at(RegistryScreen("customers")) as pilot:
        await shown(pilot)
        await typing(pilot, "verdi{enter}")
        form = await shown(pilot, RegistryFormScreen)
        assert form.draft.values["code"] == "C0005"
        await typing(pilot, "{f12}")
        screen = await shown(pilot)
        assert texts(screen) == ["C0005"]
        await typing(pilot, "{f12}")
        await until(lambda: len(texts(screen)) == 5)


async def test_a_form_opened_from_elsewhere_gives_back_the_code(at: Any, desk: Desk) -> None:
    given: list[str | None] = []
    async with at(RegistriesScreen()) as pilot:
        await shown(pilot, RegistriesScreen)
        await pilot.app.open_screen("registry_form", then=given.append, name="customers", preset={"name": "Nuova [/b]"})
        form = await shown(pilot, RegistryFormScreen)
        assert form.current_field.text == "Nuova [/b]"
        await burst(pilot, "{enter}{enter}")
        await until(lambda: given)
        assert isinstance(pilot.app.screen, RegistriesScreen)
        await pilot.app.open_screen("registry_form", then=given.append, name="items", preset={"description": "x"})
        await shown(pilot, RegistryFormScreen)
        await burst(pilot, "{f12}")
        await until(lambda: len(given) == 2)
    assert given == ["C0006", None]
    assert get_row(desk, "customers", "C0006").name == "Nuova [/b]"


async def test_all_fields_and_tabs_are_reached_with_tab(at: Any) -> None:
    async with at(RegistryFormScreen("items", "A-001"), size=(80, 24)) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        reached = set()
        for _ in range(60):
            reached.add((form._shown, form.current_field.field_name))
            await burst(pilot, "{tab}")
        tabs = {index for index, _ in reached}
        assert tabs == set(range(len(pilot.app.screen.query_one(TabLine).titles)))
        assert {"code", "active", "blocked", "barcode", "factor"} <= {name for _, name in reached}


async def test_errors_stand_at_their_field_and_nothing_is_saved(at: Any, desk: Desk) -> None:
    async with at(RegistryFormScreen("customers", "C0001")) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        await burst(pilot, "{tab}{tab}IT123{pagedown}{pagedown}{f10}")
        await until(lambda: form.current_field.field_name == "vat_number")
        assert "VAT number" in form.message_line.text
        assert form.current_field.error is not None
        await burst(pilot, "{ctrl+u}{f10}")
        await until(lambda: form.saved is None and pilot.app.screen is not form)
    assert get_row(desk, "customers", "C0001").version == 1


async def test_a_needed_value_that_is_missing_is_asked_for(at: Any) -> None:
    async with at(RegistryFormScreen("items")) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        await burst(pilot, "{pagedown}{f10}")
        assert form.current_field.field_name == "description"
        assert form.message_line.text.startswith("Description is needed.")


@pytest.mark.parametrize("typing", [burst, slowly])
async def test_rows_below_a_row_are_typed_like_lines(at: Any, desk: Desk, typing: Typing) -> None:
    async with at(RegistryFormScreen("customers", "C0001"), size=(80, 24)) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        await typing(pilot, to_tab(form, "Discounts") + "d1{enter}10{enter}D2{enter}5,5{enter}")
        await typing(pilot, "d3{enter}1{enter}{up}{ctrl+t}{f2}{tab}6{enter}{f10}")
        await until(lambda: not isinstance(pilot.app.screen, RegistryFormScreen))
    rows = get_row(desk, "customers", "C0001").children["customer-discounts"]
    assert [(row.values["discount_type"], row.values["value"]) for row in rows] == [("D1", 10), ("D2", 6)]


async def test_an_error_in_such_a_row_shows_the_row(at: Any, desk: Desk) -> None:
    async with at(RegistryFormScreen("customers", "C0001")) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        await burst(pilot, to_tab(form, "Discounts") + "D1{enter}10{enter}D2{enter}200{enter}{pageup}{f10}")
        await until(lambda: isinstance(form.tab, ChildTab))
        assert form.tab.editing == 1
        assert form.current_field.field_name == "value"
        assert "200" in form.message_line.text
        await burst(pilot, "20{enter}{f10}")
        await until(lambda: pilot.app.screen is not form)
    assert len(get_row(desk, "customers", "C0001").children["customer-discounts"]) == 2


async def test_an_error_across_rows_shows_the_row_that_mends_it(at: Any, desk: Desk) -> None:
    """D-8.1: shares of 99 % are told at the last share."""
    async with at(RegistryFormScreen("payment-terms", preset={"code": "T99", "name": "Half"})) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        await burst(pilot, to_tab(form, "Instalments") + "0{tab}50{enter}30{tab}49{enter}")
        await until(lambda: len(form.draft.children["payment-term-instalments"]) == 2)
        await burst(pilot, "{pagedown}{f10}")
        await until(lambda: isinstance(form.tab, ChildTab) and form.tab.editing == 1)
        assert form.current_field.field_name == "share_taxable"
        assert "make 99 %, not 100 %" in form.message_line.text
        await burst(pilot, "50{f10}")
        await until(lambda: pilot.app.screen is not form)
    assert get_row(desk, "payment-terms", "T99")


async def test_the_next_numbers_stand_beside_the_form_where_there_is_room(at: Any) -> None:
    """D-9.3b: they follow every value, and a format that repeats a number says so before it is saved (D-9.2)."""
    async with at(RegistryFormScreen("numberings", "ORD"), size=(132, 43)) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        panel = form.query_one(SidePanel)
        await until(lambda: "2026-11-24  2026-00001" in panel.text)
        form.field("format").focus()
        await burst(pilot, "{ctrl+u}")
        await paste(pilot, "N{number}")
        await burst(pilot, "{tab}")
        await until(lambda: "Numbers start again every" in panel.text)
        await pilot.resize_terminal(80, 24)
        await settled(pilot.app)
        assert not panel.display


async def test_the_company_names_its_rows_by_looking_them_up(at: Any, desk: Desk) -> None:
    """D-2.4: codes that the parameters keep as text are found like references, and wrong ones are refused at once."""
    async with at(RegistryFormScreen("company", "company"), size=(80, 24)) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        field = form.field("currency")
        assert field.note == "Euro"
        field.focus()
        await burst(pilot, "{ctrl+u}usd{tab}")
        await until(lambda: form.draft.values["currency"] == "USD")
        field.focus()
        await burst(pilot, "{ctrl+u}XYZ{tab}")
        await until(lambda: field.error is not None)
        await burst(pilot, "{ctrl+u}EUR{tab}{f10}")
        await until(lambda: pilot.app.screen is not form)
    assert get_row(desk, "company", "company").values["currency"] == "EUR"


async def test_leaving_changes_takes_f12_twice(at: Any, desk: Desk) -> None:
    async with at(RegistryFormScreen("customers", "C0001")) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        await burst(pilot, "{tab}Other{enter}{f12}")
        assert pilot.app.screen is form
        assert "F12 again" in form.message_line.text
        await burst(pilot, "x{f12}{f12}{f12}")
        await until(lambda: pilot.app.screen is not form)
    assert get_row(desk, "customers", "C0001").name == CUSTOMERS[0]


async def test_what_somebody_else_changed_is_shown_and_taken(at: Any, desk: Desk) -> None:
    row_id = get_row(desk, "customers", "C0001").id
    async with at(RegistryFormScreen("customers", row_id)) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        save_row(desk, "customers", {"city": "Monza", "phone": "1"}, row_id=row_id)
        await burst(pilot, "{tab}Rossi{tab}{tab}{tab}{tab}{tab}Como{f10}")
        await until(lambda: form.pane.is_open)
        assert "City: was empty, is now “Monza”; yours is “Como”" in form.pane.text
        assert "Phone: was empty, is now “1”" in form.pane.text
        await burst(pilot, "{f5}")
        await until(lambda: "Name" in form.message_line.text)
        assert (form.draft.values["city"], form.draft.values["name"]) == ("Monza", "Rossi")
        await burst(pilot, "{f10}")
        await until(lambda: pilot.app.screen is not form)
    saved = get_row(desk, "customers", row_id)
    assert (saved.name, saved.values["city"], saved.values["phone"]) == ("Rossi", "Monza", "1")


async def test_deactivating_asks_and_a_used_row_is_not_deleted(at: Any, desk: Desk) -> None:
    async with at(RegistryScreen("items")) as pilot:
        screen = await shown(pilot)
        await burst(pilot, "{ctrl+t}y")
        await until(lambda: "D-2.5" in screen.message_line.text)
        await burst(pilot, "{ctrl+k}{enter}")
        assert get_row(desk, "items", "A-001").active
        await burst(pilot, "{ctrl+k}y")
        await until(lambda: texts(screen)[0] == "A-002")
        await burst(pilot, "{ctrl+d}")
        await until(lambda: texts(screen)[0] == "A-001")
        assert screen.table.row_at(0).cells[-1] == "inactive"
        await burst(pilot, "{down}{ctrl+t}y")
        await until(lambda: "A-002" not in texts(screen))
        assert screen.current_field.field_name == "find"
    assert not get_row(desk, "items", "A-001").active


async def test_a_question_that_is_left_is_answered_with_no(at: Any) -> None:
    async with at(RegistryScreen("items")) as pilot:
        screen = await shown(pilot)
        await burst(pilot, "{ctrl+k}{tab}")
        assert screen.query_one(Question).text == ""
        await burst(pilot, "{ctrl+k}xyz{f12}")
        assert screen.query_one(Question).text == ""
        assert screen.field("find").text == ""


async def test_an_import_is_seen_before_it_is_written(at: Any, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("code;name;country\nC0900;Neue [/b];DE\nC0901;;DE\n", "utf-8")
    async with at(RegistryScreen("customers")) as pilot:
        screen = await shown(pilot)
        await burst(pilot, f"{{f8}}{file}{{enter}}")
        await until(lambda: screen.pane.is_open)
        assert "1 new, 0 changed, 0 as they are, 1 wrong." in screen.pane.text
        assert "row 3, name" in screen.pane.text
        assert window(desk, "customers").count == 5
        file.write_text("code;name;country\nC0900;Neue [/b];DE\nC0901;Zwei;DE\n", "utf-8")
        await burst(pilot, "{enter}")
        await until(lambda: "2 new" in screen.pane.text)
        assert window(desk, "customers").count == 5
        await burst(pilot, "{enter}")
        await until(lambda: window(desk, "customers").count == 7)
        await until(lambda: not screen.is_asking_file)
        await burst(pilot, f"{{ctrl+e}}{{ctrl+u}}{tmp_path / 'out.xlsx'}{{enter}}")
        await until(lambda: screen.message_line.text.startswith("7 rows written"))
    assert (tmp_path / "out.xlsx").stat().st_size > 1000


async def test_enter_on_a_price_list_shows_its_prices(at: Any, desk: Desk) -> None:
    async with at(RegistryScreen("price-lists")) as pilot:
        await shown(pilot)
        await burst(pilot, "{enter}")
        await until(lambda: pilot.app.screen.spec.name == "price-list-lines")
        await shown(pilot)
        await burst(pilot, "{f6}A-002{enter}9,90{enter}{enter}")
        await until(lambda: isinstance(pilot.app.screen, RegistryScreen))
        await until(lambda: "saved" in pilot.app.screen.message_line.text)
        assert [row.cells[:3] for row in pilot.app.screen.table.source.rows(0, 5)] == [
            ("A-001", "Vite M1", "pc"), ("A-002", "Vite M2", "pc"),
        ]  # fmt: skip


async def test_what_was_typed_when_the_desk_died_is_there_again(at: Any, desk: Desk) -> None:
    async with at(RegistryFormScreen("customers", "C0001")) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        await burst(pilot, to_tab(form, "Discounts") + "D1{enter}10{enter}D2{tab}5{tab}")
        await burst(pilot, "{pageup}" * form.query_one(TabLine).shown + "{tab}Rossi [nuova]{tab}{tab}unfin")
        # Nobody tells the screen that the program ends.
    async with at(RegistryFormScreen("customers", "C0002")) as pilot:
        other = await shown(pilot, RegistryFormScreen)
        assert not other.draft.is_changed
    async with at(RegistryFormScreen("customers", "C0001")) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        assert (form.current_field.field_name, form.current_field.text) == ("tax_code", "unfin")
        assert "not saved" in form.message_line.text
        await burst(pilot, "{ctrl+u}{f10}")
        await until(lambda: pilot.app.screen is not form)
    saved = get_row(desk, "customers", "C0001")
    assert (saved.name, len(saved.children["customer-discounts"])) == ("Rossi [nuova]", 2)
    async with at(RegistryFormScreen("customers", "C0001")) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        assert not form.draft.is_changed


async def test_a_row_that_is_no_longer_there_is_told_and_left(at: Any) -> None:
    async with at(RegistryFormScreen("customers", "C0099")) as pilot:
        form: Any = pilot.app.screen
        await until(lambda: "There is no customer" in form.message_line.text)
        await burst(pilot, "{f5}{f10}{pagedown}x{f12}")
        assert pilot.app.screen is not form


async def test_any_text_is_text_and_too_much_is_refused(at: Any, desk: Desk) -> None:
    async with at(RegistryFormScreen("customers", "C0002")) as pilot:
        form = await shown(pilot, RegistryFormScreen)
        await burst(pilot, "{tab}")
        await paste(pilot, "x" * 10_000)
        assert "10000 characters were pasted" in form.message_line.text
        assert form.current_field.text == CUSTOMERS[1]
        await burst(pilot, to_tab(form, "Notes") + "{tab}")
        await paste(pilot, "first [b]\nsecond שלום 🥨")
        await burst(pilot, "{f10}")
        await until(lambda: pilot.app.screen is not form)
    assert get_row(desk, "customers", "C0002").values["internal_note"] == "first [b]\nsecond שלום 🥨"


async def test_a_copy_takes_a_new_code_and_leaves_barcodes_behind(at: Any, desk: Desk) -> None:
    row = get_row(desk, "items", "A-005")
    children: dict[str, list[dict[str, object]]] = {
        "barcodes": [{"barcode": "4006381333931"}],
        "item-units": [{"unit": "box", "factor": 10}],
    }
    save_row(desk, "items", {}, row_id=row.id, children=children)
    async with at(RegistryScreen("items")) as pilot:
        await shown(pilot)
        await burst(pilot, "A-005{f7}{f10}")
        await until(lambda: isinstance(pilot.app.screen, RegistryScreen))
        await until(lambda: "A-301 saved" in pilot.app.screen.message_line.text)
    copy = get_row(desk, "items", "A-301")
    assert copy.name == "Vite M5"
    assert [unit.values["factor"] for unit in copy.children["item-units"]] == [10]
    assert copy.children["barcodes"] == ()


async def test_registries_of_every_shape_open_their_list_and_a_form(at: Any) -> None:
    async with at(RegistriesScreen(), size=(80, 24)) as pilot:
        registries = await shown(pilot, RegistriesScreen)
        for spec in (one for one in registries._specs if one.children or len(one.fields) > 8):
            await pilot.app.open_screen("registry", name=spec.name)
            screen = await shown(pilot)
            await burst(pilot, "{f2}" if spec.name == "company" else "{f6}")
            assert pilot.app.screen.current_field is not None, spec.name
            await burst(pilot, "{pageup}{f12}{f3}")
            assert pilot.app.screen is registries, (spec.name, screen.message_line.text)


async def test_finding_a_registry_by_a_part_of_its_name(at: Any) -> None:
    async with at(RegistriesScreen()) as pilot:
        await shown(pilot, RegistriesScreen)
        await burst(pilot, "cust{enter}")
        screen = await shown(pilot)
        assert screen.spec.name == "customers"


def test_the_next_code_follows_the_newest(desk: Desk) -> None:
    assert next_code(desk, "customers") == "C0006"
    assert next_code(desk, "items") == "A-301"
    assert next_code(desk, "suppliers") == "S0001"
    assert next_code(desk, "units") == ""
    save_row(desk, "customers", {"code": "C0007", "name": "x", "country": "IT"})
    save_row(desk, "customers", {"code": "ZETA", "name": "x", "country": "IT"})
    assert next_code(desk, "customers") == "C0008"


def test_names_are_told_by_registry_and_code(desk: Desk) -> None:
    found = names_of(desk, {"items": ["A-001", "nothing"], "countries": ["IT"]})
    assert found["items", "A-001"] == "Vite M1"
    assert ("items", "nothing") not in found
    assert found["countries", "IT"]


def test_a_draft_keeps_only_what_was_changed_here(desk: Desk) -> None:
    draft = RowDraft.of(get_row(desk, "items", "A-001"))
    assert not draft.is_changed
    draft.values["sales_price"] = Decimal(2)
    draft.children["item-units"].append({"unit": "box", "factor": Decimal(10)})
    theirs = save_row(desk, "items", {"sales_price": "3", "last_cost": "1"}, row_id=draft.row_id)
    assert {one.name: one.both for one in draft.differences(theirs)} == {"sales_price": True, "last_cost": False}
    assert draft.take(theirs) == ["item-units"]
    values, children = draft.to_save()
    assert (values, list(children)) == ({}, ["item-units"])
    new = RowDraft.blank(registry_spec("item-units"), {"factor": Decimal(0)})
    assert new.values["factor"] is None
