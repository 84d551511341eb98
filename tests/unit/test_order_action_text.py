"""Reading actions that are typed into the item field."""

import pytest

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.screens.order_action_text import ACTIONS, OrderAction, line_indexes, read_action, split_step


def test_a_unique_beginning_is_enough_and_lines_are_named_from_one() -> None:
    assert read_action("/sp 3 2w") == OrderAction("split", "3 2w")
    assert read_action(" /date +7 #1-3,8 ") == OrderAction("date", "+7", (1, 2, 3, 8))
    assert read_action("/kit") == OrderAction("kit", "")


def test_lines_are_named_before_the_words_or_after_them() -> None:
    """The `#` of an amount is none (D-5.1)."""
    assert read_action("/discount #1-2,5 50+10") == OrderAction("discount", "50+10", (1, 2, 5))
    assert read_action("/discount 50+10 #1-2,5") == OrderAction("discount", "50+10", (1, 2, 5))
    assert read_action("/discount 5#") == OrderAction("discount", "5#")
    assert read_action("/discount 10+5# #3") == OrderAction("discount", "10+5#", (3,))
    assert read_action("/kit #2") == OrderAction("kit", "", (2,))


def test_an_unknown_action_is_answered_with_the_near_one_or_with_all() -> None:
    with pytest.raises(Invalid) as refused:
        read_action("/discuont 5")
    assert refused.value.hint == "Did you mean discount?"
    with pytest.raises(Invalid) as refused:
        read_action("/mass")
    assert refused.value.hint.startswith("There are: split, kit, copy")


@pytest.mark.parametrize("text", ["/", "/x", "/date +7 #1-", "/date +7 #", "/n"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    if text == "/n":
        assert read_action(text).name == "note"
        return
    with pytest.raises(Invalid):
        read_action(text)


def test_every_name_reads_as_itself() -> None:
    assert [read_action(f"/{name} 1").name for name in ACTIONS] == list(ACTIONS)


def test_lines_beyond_the_order_are_refused() -> None:
    assert line_indexes(read_action("/date +7"), 3, [0, 1]) == [0, 1]
    assert line_indexes(read_action("/date +7 #2-3"), 3, []) == [1, 2]
    with pytest.raises(Invalid, match="no line 4"):
        line_indexes(read_action("/date +7 #4"), 3, [])


def test_parts_every_so_often() -> None:
    assert split_step("3") == (3, 1, "w")
    assert split_step("4 every 2m") == (4, 2, "m")
    assert split_step("12@15.12 8@+30") is None
