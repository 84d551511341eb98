"""Papers: what stands on them, in whose language, the flag and the copy, and templates that are broken (§17)."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from fluorders_tui.documents.paper import Letterhead, order_paper, paper_json
from fluorders_tui.documents.paper_text import paper_text
from fluorders_tui.documents.paper_words import LANGUAGES, word
from fluorders_tui.documents.typesetting import copy_templates, template_names, typeset
from fluorders_tui.domain.errors import Invalid, Refused
from fluorders_tui.domain.header import set_text
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.order_life import Asked, OrderStep, take
from fluorders_tui.services.orders import enter_order, open_order
from fluorders_tui.services.printing import preview, print_document
from fluorders_tui.services.registries import list_rows
from fluorders_tui.services.registry_saving import save_row
from tests.shop import draft, fill_shop

NOBODY = Letterhead("Prova Srl")


@pytest.fixture
def desk(italian_desk: Desk) -> Desk:
    fill_shop(italian_desk)
    return italian_desk


@pytest.fixture
def sqlite_shop(sqlite_desk: Desk) -> Desk:
    fill_shop(sqlite_desk)
    return sqlite_desk


def pages(pdf: bytes) -> int:
    """How many pages a PDF has, its compressed objects looked into."""
    objects = pdf
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            objects += zlib.decompress(stream)
        except zlib.error:
            continue
    return len(re.findall(rb"/Type\s*/Page\b", objects))


def test_the_first_paper_is_the_original_and_the_next_a_copy(desk: Desk) -> None:
    number = enter_order(desk, draft(desk, ("A-100", 12))).number
    first = print_document(desk, "order", number)
    assert first.pdf.startswith(b"%PDF-")
    assert (first.copy, first.warnings, pages(first.pdf)) == (False, (), 1)
    again = print_document(desk, "order", number)
    assert again.copy
    assert len(again.pdf) > len(first.pdf)
    with desk.store.read() as connection:
        events = connection.exec_driver_sql(
            "SELECT event FROM journal WHERE event IN ('printed', 'printed again') ORDER BY id"
        ).all()
    assert [event for (event,) in events] == ["printed", "printed again"]


def test_a_preview_marks_nothing_and_says_what_the_page_says(desk: Desk) -> None:
    number = enter_order(desk, draft(desk, ("A-100", 12), ("B-900", 2))).number
    said = preview(desk, "order", number, language="it")
    assert f"Conferma d'ordine {number}" in said
    assert any("Hex bolt M10" in line and line.split()[-1] == "22" and "120,00" in line for line in said)
    assert max(map(len, said)) <= 80
    assert not print_document(desk, "order", number).copy


def test_a_locked_or_cancelled_order_is_not_printed(desk: Desk) -> None:
    number = enter_order(desk, draft(desk, ("A-100", 12))).number
    take(desk, open_order(desk, number).draft.id, Asked(OrderStep.CANCEL, reason="customer"))
    with pytest.raises(Refused, match="it can't be printed"):
        print_document(desk, "order", number)
    with pytest.raises(Invalid, match="There is no paper “memo”"):
        print_document(desk, "memo", number)


def test_a_broken_template_names_its_line_and_the_usual_one_steps_in(sqlite_shop: Desk, tmp_path: Path) -> None:
    number = enter_order(sqlite_shop, draft(sqlite_shop, ("A-100", 12))).number
    copy_templates(tmp_path)
    own = tmp_path / "order.typ"
    own.write_text("#let paper = json(bytes(sys.inputs.paper))\nfine\n#paper.nothing\n", encoding="utf-8")
    printed = print_document(sqlite_shop, "order", number, templates=tmp_path)
    assert printed.pdf.startswith(b"%PDF-")
    assert printed.warnings[0].startswith("order.typ, line 3: ")
    assert "The usual layout was taken" in printed.warnings[0]
    own.write_text("#let paper = json(bytes(sys.inputs.paper))\nOrdine #paper.number", encoding="utf-8")
    assert print_document(sqlite_shop, "order", number, templates=tmp_path).warnings == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('#import "@preview/cetz:0.2.2": canvas', "asks for a package from the net"),
        ('#read("../outside.txt")', "order.typ, line 1"),
        ('#read("/etc/passwd")', "order.typ, line 1"),
        ("#while true {}", "order.typ"),
    ],
)
def test_a_template_sees_its_own_folder_alone(sqlite_shop: Desk, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "outside.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "templates"
    copy_templates(folder)
    (folder / "order.typ").write_text(text, encoding="utf-8")
    number = enter_order(sqlite_shop, draft(sqlite_shop, ("A-100", 12))).number
    assert says in print_document(sqlite_shop, "order", number, templates=folder).warnings[0]


def test_copied_templates_are_never_written_over(tmp_path: Path) -> None:
    made = copy_templates(tmp_path)
    assert {path.name for path in made} >= {"paper.typ", "order.typ", "offer.typ"}
    (tmp_path / "order.typ").write_text("mine", encoding="utf-8")
    assert copy_templates(tmp_path) == []
    assert (tmp_path / "order.typ").read_text(encoding="utf-8") == "mine"


def test_every_language_has_its_words_and_its_figures(sqlite_shop: Desk) -> None:
    (company,) = list_rows(sqlite_shop, "company").rows
    save_row(sqlite_shop, "company", {"street": "Via Roma 1", "bank": "IT60 X054"}, row_id=company.id)
    number = enter_order(sqlite_shop, draft(sqlite_shop, ("A-100", 120), ("A-110", 12))).number
    for language in LANGUAGES:
        said = "\n".join(preview(sqlite_shop, "order", number, language=language))
        assert f"{word('order', language)} {number}" in said
        assert "Via Roma 1" in said
        assert "IT60 X054" in said
    assert "1,332.00" in "\n".join(preview(sqlite_shop, "order", number, language="en"))
    assert "1.332,00" in "\n".join(preview(sqlite_shop, "order", number, language="de"))


def test_text_from_data_is_text_also_for_a_template(sqlite_shop: Desk) -> None:
    nasty = '#read("/etc/passwd") *bold* $x$ \\ `code` <label> @ref "quote" שלום 😀'
    made = replace(draft(sqlite_shop, ("A-100", 1)), name=nasty)
    number = enter_order(sqlite_shop, set_text(made, "note", nasty)).number
    saved = open_order(sqlite_shop, number)
    paper = order_paper(saved.draft, saved.totals, saved.due_dates, NOBODY)
    assert typeset(paper, sqlite_shop.now()).pdf.startswith(b"%PDF-")
    assert nasty in "\n".join(paper_text(paper, 200))


def test_a_thousand_lines_repeat_their_titles_and_count_their_pages(sqlite_shop: Desk) -> None:
    saved = open_order(sqlite_shop, enter_order(sqlite_shop, draft(sqlite_shop, ("A-100", 12))).number)
    many = replace(saved.draft, lines=saved.draft.lines * 200)
    paper = order_paper(many, saved.totals, saved.due_dates, NOBODY)
    assert pages(typeset(paper, sqlite_shop.now()).pdf) > 3
    assert paper_json(paper).count('"Hex bolt M10"') == 200


def test_which_template_of_the_company_counts(sqlite_shop: Desk) -> None:
    saved = open_order(sqlite_shop, enter_order(sqlite_shop, draft(sqlite_shop, ("A-100", 12))).number)
    paper = order_paper(saved.draft, saved.totals, (), NOBODY, language="de_AT")
    assert template_names(paper, "C/1") == ["order.C_1.de.typ", "order.C_1.typ", "order.de.typ", "order.typ"]
