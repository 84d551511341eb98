"""The registry of commands and the check of `[keys]` (U-2)."""

from __future__ import annotations

import subprocess
import sys

import pytest
from textual.binding import Binding

from fluorders_tui.bindings import bindings
from fluorders_tui.commands import COMMANDS, check_keys, key_table
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.keynames import KEYS_THAT_CANNOT_WORK, read_key


def test_defaults_pass_their_own_check() -> None:
    for command in COMMANDS:
        if command.fixed:
            continue
        keys = [key for key in command.keys if key != "ctrl+j"]
        check_keys({command.id: keys})


def test_every_command_is_told_in_the_key_table() -> None:
    assert {row[2] for row in key_table()} == {one.id for one in COMMANDS}
    assert all(all(row) for row in key_table())


def test_a_screen_gets_bindings_with_the_commands_id() -> None:
    save = bindings("save")[0]
    assert isinstance(save, Binding)
    assert (save.id, save.action, save.key) == ("save", "save", "f10,ctrl+s")


@pytest.mark.parametrize(
    ("table", "field", "said"),
    [
        ({"sava": "f10"}, "keys.sava", "“save”"),
        ({"save": "f99"}, "keys.save", "not the name of a key"),
        ({"save": ""}, "keys.save", "no key"),
        ({"save": "ctrl+i"}, "keys.save", "Tab"),
        ({"save": "ctrl+m"}, "keys.save", "Enter"),
        ({"save": "Ctrl+["}, "keys.save", "Esc"),
        ({"save": "shift+f3"}, "keys.save", "cursor"),
        ({"save": "ctrl+enter"}, "keys.save", "ctrl+enter"),
        ({"save": "alt+1"}, "keys.save", "typed"),
        ({"save": "ctrl+shift+s"}, "keys.save", "Shift"),
        ({"save": "ctrl+j"}, "keys.save", "numeric pad"),
        ({"save": "s"}, "keys.save", "text"),
        ({"save": "ctrl+w"}, "keys.save", "delete a word"),
        ({"save": "f4"}, "keys.save", "“lookup”"),
        ({"save": "f4", "lookup": "f10", "next_step": "f10"}, "keys.lookup", "“next_step”"),
        ({"approve": "space"}, "keys.approve", "“mark”"),
        ({"save": "ctrl+q"}, "keys.save", "“quit”"),
        ({"edit": "e"}, "keys.edit", "text"),
        ({"sort": "f4"}, "keys.sort", "“lookup”"),
        ({"menu_keys": "1"}, "keys.menu_keys", "“menu_new_order”"),
        ({"open_beside": "a"}, "keys.open_beside", "can't be changed"),
    ],
)
def test_a_bad_entry_is_refused_by_name(table: dict[str, str], field: str, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        check_keys(table)
    assert caught.value.field == field
    assert said in str(caught.value)


def test_keys_may_be_swapped_and_are_read_as_people_write_them() -> None:
    assert check_keys({"save": "F4", "lookup": ["f10", " ctrl+s"]}) == {"save": "f4", "lookup": "f10,ctrl+s"}
    assert check_keys({"expand": "+", "cursor_page_down": "PgDn"}) == {"expand": "plus", "cursor_page_down": "pagedown"}


def test_the_same_key_may_mean_two_things_in_places_that_never_meet() -> None:
    assert check_keys({"copy_above": "f8", "approve": "f8"})


def test_enter_keeps_the_numeric_pad_and_quit_keeps_its_key() -> None:
    assert check_keys({"choose": "enter"}) == {"choose": "enter,ctrl+j"}
    assert check_keys({"quit": "f24"}) == {"quit": "f24,ctrl+q"}


def test_no_key_that_cannot_work_is_a_default() -> None:
    for command in COMMANDS:
        for key in command.keys:
            assert read_key(key)[0] == key
            assert not any(pattern.fullmatch(key) for pattern, _ in KEYS_THAT_CANNOT_WORK), key


def test_checking_keys_does_not_load_the_user_interface() -> None:
    script = "import sys, fluorders_tui.commands as c; c.check_keys({'save': 'f24'}); print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
