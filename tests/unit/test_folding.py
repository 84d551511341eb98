"""Search keys (type-ahead): what people type finds what is written."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fluorders_tui.domain.folding import KEY_LENGTH, LAST_CHARACTER, fold, nearest, prefix_end


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Müller  GmbH", "muller gmbh"),
        ("  STRASSE\t12\n", "strasse 12"),
        ("Straße", "strasse"),
        ("Łódź Ørsted Ærø Đorđe", "lodz orsted aero dorde"),
        ("İstanbul ısı", "istanbul isi"),
        ("ﬁne ½ ²", "fine 1⁄2 2"),
        ("A‑100 – “x” d’Oro", 'a-100 - "x" d\'oro'),
        ("Ελλάδα", "ελλαδα"),
        ("Йод", "иод"),
        ("naïve\u200bword\x00end", "naive word end"),
        ("\x00a\x1b[2J", "a [2j"),
        ("🛒 cart", "🛒 cart"),
        ("", ""),
    ],
)
def test_folds_as_people_type(text: str, key: str) -> None:
    assert fold(text) == key


@given(st.text(max_size=300))
@example("ΐ")
@example("\U0010ffff")
@example("\ud800")
@example("ᴬϓ")
def test_folding_again_changes_nothing_and_fits_both_databases(text: str) -> None:
    key = fold(text)
    assert fold(key) == key
    assert len(key) <= KEY_LENGTH
    assert "\x00" not in key
    assert LAST_CHARACTER not in key
    key.encode("utf-8")


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_prefix_scan_finds_every_key_that_starts_with_it(start: str, rest: str) -> None:
    prefix = fold(start)
    key = (prefix + fold(rest))[:KEY_LENGTH]
    # Both databases compare bytes; UTF-8 keeps the order of characters.
    assert prefix.encode() <= key.encode() < prefix_end(prefix).encode()


def test_case_never_matters_even_beyond_the_basic_plane() -> None:
    assert fold("\U00010400") == fold("\U00010428")
    assert fold("GROẞ") == fold("groß") == fold("GROSS")


def test_a_long_text_is_cut_and_still_a_key() -> None:
    assert len(fold("ä" * 10_000)) == KEY_LENGTH
    assert fold("x" * 199 + "  y") == "x" * 199


def test_nearest_valid_name() -> None:
    assert nearest("custmer", ["customer", "currency"]) == "customer"
    assert nearest("Délivery-date", ["delivery_date"]) == "delivery_date"
    assert nearest("zzz", ["customer"]) == ""
