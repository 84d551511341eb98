"""Every command a person can give with a key: the only place where keys are named (U-2).

Footer, help, palette, the table in the README and the `[keys]` table of the configuration are all
made from `COMMANDS`. Nothing here knows Textual, so that the shell can check a configuration without
loading the user interface; screens get their bindings from `fluorders_tui.bindings`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.keynames import EDITING_KEYS, KEYS_THAT_CANNOT_WORK, display_key, read_key

__all__ = ["COMMANDS", "Command", "by_id", "check_keys", "key_table", "keys_of"]

ALWAYS_QUITS = "ctrl+q"
"""Whatever the configuration says, this key leaves the program."""

NUMPAD_ENTER = "ctrl+j"
"""What the numeric pad's Enter sends inside tmux; it never means anything but Enter."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `id` is the binding's id, the action's name and the key in `[keys]`.

    `contexts` names the places where the command lives; `priority` orders the footer (the lowest
    stays longest when the screen is narrow, 0 is never shown there). Keys that are `fixed` stand beside
    what they open and can't be changed.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: str
    contexts: tuple[str, ...] = ("everywhere",)
    priority: int = 0
    fixed: bool = False


LIVE_TOGETHER: Mapping[str, frozenset[str]] = {
    "entry": frozenset({"everywhere", "entry"}),
    "list": frozenset({"everywhere", "list"}),
    "board": frozenset({"everywhere", "list", "board"}),
    "find": frozenset({"everywhere", "find"}),
    "deliver": frozenset({"everywhere", "find", "deliver"}),
    "merge": frozenset({"everywhere", "list", "merge"}),
    "home": frozenset({"everywhere", "home"}),
    "registry": frozenset({"everywhere", "registry"}),
    "question": frozenset({"question"}),
}
"""Which contexts hear keys at the same time: inside one of these sets a key has one meaning."""

WITHOUT_FIELDS = frozenset({"list", "board", "home", "merge", "question"})
"""Contexts in which a letter is a command and not text."""

COMMANDS: tuple[Command, ...] = (
    Command("accept", ("enter", NUMPAD_ENTER), "Accept",
            "Accept the field and go to the next field that needs a value; on the last one add the line.",
            "Fields", ("entry", "find", "registry")),
    Command("next_field", ("tab",), "Next field", "Go to the next field.", "Fields", ("entry", "find", "registry")),
    Command("previous_field", ("shift+tab",), "Previous field", "Go to the previous field.",
            "Fields", ("entry", "find", "registry")),
    Command("line_up", ("up",), "Previous line", "Go to the previous line; move up in an open lookup.",
            "Fields", ("entry", "find", "registry")),
    Command("line_down", ("down",), "Next line", "Go to the next line; move down in an open lookup.",
            "Fields", ("entry", "find", "registry")),
    Command("lines_page_up", ("pageup",), "Page up", "Go one page up in the lines or in an open lookup.",
            "Fields", ("entry", "find", "registry")),
    Command("lines_page_down", ("pagedown",), "Page down", "Go one page down in the lines or in an open lookup.",
            "Fields", ("entry", "find", "registry")),
    Command("help", ("f1",), "Help", "Help for this field and this screen.", "General", priority=9),
    Command("edit", ("f2",), "Edit", "Edit the selected line.",
            "Lines", ("entry", "list", "find", "registry"), priority=5),
    Command("leave", ("f3",), "Leave", "Leave the screen; the draft is saved.", "General", priority=1),
    Command("lookup", ("f4",), "Look up", "Look up values for this field.",
            "Fields", ("entry", "find", "registry"), priority=2),
    Command("refresh", ("f5",), "Refresh", "Read again what is shown.", "General", priority=8),
    Command("new", ("f6", "ctrl+n"), "New", "Start a new one.", "General", priority=6),
    Command("repeat_line", ("f7",), "Repeat line", "Repeat the previous line.", "Lines", ("entry",), priority=11),
    Command("copy_above", ("f8",), "Copy above", "Copy the value of the line above.", "Lines", ("entry",), priority=10),
    Command("next_step", ("f9",), "Next step", "The next step: convert, confirm, deliver.", "General", priority=4),
    Command("save", ("f10", "ctrl+s"), "Save", "Save what is on the screen.", "General", priority=3),
    Command("back", ("f12", "escape"), "Back", "Go back one level, undo what was typed in the field.",
            "General", priority=7),
    Command("undo", ("ctrl+z",), "Undo", "Undo the last change to the order, or your last mass change of lines.",
            "Lines", ("entry", "find")),
    Command("redo", ("ctrl+y",), "Redo", "Do again what was undone.", "Lines", ("entry",)),
    Command("header", ("ctrl+d",), "Header", "Show or hide all fields of the header.", "Lines", ("entry",), priority=9),
    Command("actions", ("insert",), "Actions",
            "Actions on the line or the document: split, kit, copy; in a list confirm, lose, cancel, …",
            "Lines", ("entry", "find"), priority=10),
    Command("why_price", ("ctrl+l",), "Why this price", "Why this price? List, break, discounts, and what was tried.",
            "Lines", ("entry",), priority=12),
    Command("last_price", ("ctrl+e",), "Last price", "Take over what this customer paid last.", "Lines", ("entry",)),
    Command("hold", ("ctrl+k",), "Hold", "Put the order aside, to take another call.",
            "General", ("entry",), priority=6),
    Command("delete_line", ("ctrl+t",), "Delete line", "Delete the line; undo brings it back.",
            "Lines", ("entry", "list", "find"), priority=12),
    Command("find", ("ctrl+f",), "Find",
            "Find in what is listed; while an order is typed: what is open of its item or customer.",
            "Go to", priority=13),
    Command("go_to_number", ("ctrl+g",), "Go to number", "Open a document by its number.", "Go to", priority=14),
    Command("recent", ("ctrl+r",), "Recent", "Documents opened lately.", "Go to"),
    Command("jump", ("ctrl+o",), "Jump", "Jump to another screen.", "Go to", priority=15),
    Command("command_palette", ("ctrl+p",), "Commands", "All commands, by name.", "Go to", priority=16),
    Command("choose", ("enter", NUMPAD_ENTER), "Open", "Open the row under the cursor.", "Lists", ("list", "home")),
    Command("cursor_up", ("up",), "Row up", "Move the cursor one row up.", "Lists", ("list", "home")),
    Command("cursor_down", ("down",), "Row down", "Move the cursor one row down.", "Lists", ("list", "home")),
    Command("cursor_page_up", ("pageup",), "Page up", "Move the cursor one page up.", "Lists", ("list",)),
    Command("cursor_page_down", ("pagedown",), "Page down", "Move the cursor one page down.", "Lists", ("list",)),
    Command("cursor_first", ("home",), "First row", "Move the cursor to the first row.", "Lists", ("list", "home")),
    Command("cursor_last", ("end",), "Last row", "Move the cursor to the last row.", "Lists", ("list", "home")),
    Command("mark", ("space",), "Select", "Select the row or take it out of the selection.", "Lists", ("list",)),
    Command("expand", ("plus", "add"), "Expand", "Expand the row.", "Lists", ("list",)),
    Command("collapse", ("minus", "subtract"), "Collapse", "Collapse the row.", "Lists", ("list",)),
    Command("approve", ("a",), "Approve", "Approve the selected orders, with a comment.",
            "Board", ("board",), priority=2),
    Command("reject", ("r",), "Reject", "Reject the selected orders, with a comment.",
            "Board", ("board",), priority=2),
    Command("next_lane", ("right", "tab"), "Next lane", "Show the next lane of the board.",
            "Board", ("board",), priority=4),
    Command("previous_lane", ("left", "shift+tab"), "Lane before", "Show the lane before.", "Board", ("board",)),
    Command("open_lane", tuple("12345678"), "Lane", "Show the lane beside the digit.", "Board", ("board",), fixed=True),
    Command("take_mine", ("m",), "Mine", "Take what I typed in this place; what somebody else saved there goes.",
            "Two desks", ("merge",), priority=2),
    Command("take_theirs", ("t",), "Theirs", "Take what somebody else saved in this place; what I typed there goes.",
            "Two desks", ("merge",), priority=2),
    Command("first_row", ("ctrl+home",), "First row", "Move the cursor to the first row.", "Lists", ("find",)),
    Command("last_row", ("ctrl+end",), "Last row", "Move the cursor to the last row.", "Lists", ("find",)),
    Command("sort", ("f8",), "Sort", "Sort by the next column: newest, oldest, customer, delivery, total.",
            "Lists", ("find",), priority=4),
    Command("duplicate", ("f7",), "Duplicate", "Start a new document as a copy of this one.",
            "Lists", ("find",), priority=11),
    Command("picking", ("ctrl+k",), "Picking", "What is to be picked, by warehouse, with the stock beside it.",
            "Lists", ("deliver",), priority=6),
    Command("order_lines", ("ctrl+l",), "Lines", "The lines of the order, to change many or to update their prices.",
            "Lists", ("find",), priority=12),
    Command("open_linked", ("ctrl+e",), "Linked", "Open the document at the other end: the order that waits for this.",
            "Lists", ("find",), priority=11),
    Command("runs", ("ctrl+d",), "Runs", "What was ordered and shared out lately, to take it back.",
            "Lists", ("find",), priority=12),
    Command("menu_new_order", ("1",), "New order", "Type a new order.", "First screen", ("home",)),
    Command("menu_orders", ("2",), "Orders", "All orders: find, filter, sort.", "First screen", ("home",)),
    Command("menu_order_status", ("3",), "Order by number", "Where does an order stand?", "First screen", ("home",)),
    Command("menu_board", ("4",), "Board", "Orders by where they stand, live; what waits for approval on top.",
            "First screen", ("home",)),
    Command("menu_offers", ("5",), "Offers", "All offers: find, filter, confirm, make orders of them.",
            "First screen", ("home",)),
    Command("menu_supplier_orders", ("6",), "Supplier orders", "All supplier orders: find, filter, receive.",
            "First screen", ("home",)),
    Command("menu_deliveries", ("7",), "Deliveries", "Delivery notes and invoices: find, read, undo.",
            "First screen", ("home",)),
    Command("menu_lines", ("8",), "Lines", "The lines of all orders: find, and change many at once.",
            "First screen", ("home",)),
    Command("menu_registries", ("9",), "Registries", "Customers, items, prices and all other tables.",
            "First screen", ("home",)),
    Command("menu_keys", ("question_mark",), "All keys", "Every key of the desk.", "First screen", ("home",)),
    Command("menu_quit", ("0",), "Quit", "Leave the program.", "First screen", ("home",)),
    Command("open_beside", tuple("abcdefghijklmnopqstuvwxyz"), "Open", "Open what stands beside the letter.",
            "First screen", ("home",), fixed=True),
    Command("try_again", ("r",), "Try again", "Try again to open the database.",
            "First screen", ("home",), priority=1),
    Command("discard", ("delete", "ctrl+t"), "Discard", "Throw away the draft or held order under the cursor.",
            "First screen", ("home",), priority=12),
    Command("copy_row", ("f7",), "Copy", "Start a new row as a copy of this one.",
            "Registries", ("registry",), priority=10),
    Command("import_file", ("f8",), "Import", "Read rows from a file; shown before anything is written.",
            "Registries", ("registry",), priority=11),
    Command("export_file", ("ctrl+e",), "Export", "Write all rows to a file (CSV, Excel, JSON).",
            "Registries", ("registry",), priority=12),
    Command("history", ("ctrl+l",), "History", "Who changed this row, when, and what.",
            "Registries", ("registry",), priority=9),
    Command("deactivate", ("ctrl+k",), "(De)activate", "Keep the row out of new documents, or take it back into use.",
            "Registries", ("registry",), priority=12),
    Command("show_inactive", ("ctrl+d",), "Inactive", "Show the rows that are not active too, or hide them.",
            "Registries", ("registry",), priority=13),
    Command("delete_row", ("ctrl+t",), "Delete", "Delete the row, where nothing uses it.",
            "Registries", ("registry",), priority=13),
    Command("yes", ("y",), "Yes", "Answer a question with yes.", "Questions", ("question",), priority=1),
    Command("no", ("n", "f12", "escape", "enter", NUMPAD_ENTER), "No", "Answer a question with no.",
            "Questions", ("question",), priority=1),
    Command("quit", (ALWAYS_QUITS,), "Quit", "Leave the program; drafts are saved.", "General"),
)  # fmt: skip

_BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}


def by_id(command_id: str) -> Command:
    """The command called `command_id`; `Unreadable` with the nearest name if there is none."""
    try:
        return _BY_ID[command_id]
    except KeyError:
        near = difflib.get_close_matches(command_id, _BY_ID, n=1, cutoff=0.0)
        raise Unreadable(
            f"There is no command called “{command_id}”.",
            field=f"keys.{command_id}",
            rule="U-2",
            hint=f"The nearest is “{near[0]}”.",
        ) from None


def keys_of(command_id: str, keymap: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The keys that give a command now: those of `keymap` (as `check_keys` returns it) or the defaults."""
    command = by_id(command_id)
    if keymap and command_id in keymap:
        return tuple(keymap[command_id].split(","))
    return command.keys


def check_keys(table: Mapping[str, str | Iterable[str]]) -> dict[str, str]:
    """The `[keys]` table of a configuration as a keymap (`id` → comma-separated key names).

    A value is one text (`"f4, ctrl+l"`) or a list of texts. `Unreadable` names the entry for an
    unknown command, a key that doesn't exist or can't work in a terminal, and a key with two
    meanings in the same place (U-2).
    """
    keymap: dict[str, str] = {}
    for command_id, value in table.items():
        command = by_id(command_id)
        if command.fixed:
            raise Unreadable(f"The keys of “{command_id}” can't be changed: they stand beside what they open.",
                             field=f"keys.{command_id}", rule="U-2")  # fmt: skip
        texts = value.split(",") if isinstance(value, str) else list(value)
        keys = [_usable_key(command, text) for text in texts if text.strip()]
        if not keys:
            raise Unreadable(f"“{command_id}” has no key.", field=f"keys.{command_id}", rule="U-2",
                             hint=f"The default is {', '.join(command.keys)}.")  # fmt: skip
        if "enter" in keys:
            keys.append(NUMPAD_ENTER)
        if command_id == "quit":
            keys.append(ALWAYS_QUITS)
        keymap[command_id] = ",".join(dict.fromkeys(keys))
    _refuse_clashes(keymap)
    return keymap


def _usable_key(command: Command, text: str) -> str:
    where = f"keys.{command.id}"
    key, near = read_key(text)
    if key is None:
        raise Unreadable(f"“{text.strip()}” is not the name of a key.", field=where, rule="U-2",
                         hint=f"The nearest is “{near}”." if near else "")  # fmt: skip
    for pattern, reason in KEYS_THAT_CANNOT_WORK:
        if pattern.fullmatch(key):
            raise Unreadable(f"“{key}” can't be used: {reason}.", field=where, rule="U-2")
    if key == NUMPAD_ENTER and command.id not in ("accept", "choose", "no"):
        raise Unreadable(f"“{key}” can't be used: it is the numeric pad's Enter in tmux.", field=where, rule="U-2")
    if WITHOUT_FIELDS.issuperset(command.contexts):
        return key
    if len(key) == 1 or key in ("space", "plus", "minus"):
        raise Unreadable(f"“{key}” can't be used: in a field it is text.", field=where, rule="U-2")
    if key in EDITING_KEYS:
        raise Unreadable(f"“{key}” can't be used: fields need it {EDITING_KEYS[key]}.", field=where, rule="U-2")
    return key


def _refuse_clashes(keymap: Mapping[str, str]) -> None:
    for together in LIVE_TOGETHER.values():
        taken: dict[str, Command] = {}
        for command in COMMANDS:
            if together.isdisjoint(command.contexts):
                continue
            for key in keys_of(command.id, keymap):
                other = taken.setdefault(key, command)
                if other is not command:
                    first, second = sorted((other, command), key=lambda one: one.id not in keymap)
                    raise Unreadable(
                        f"“{key}” would mean both “{first.id}” and “{second.id}”.",
                        field=f"keys.{first.id}",
                        rule="U-2",
                        hint=f"Give “{second.id}” another key, or choose another for “{first.id}”.",
                    )


def key_table(keymap: Mapping[str, str] | None = None) -> list[tuple[str, str, str, str, str]]:
    """Rows for README and help: group, keys as people read them, id, label, help; grouped in registry order."""
    groups = dict.fromkeys(command.group for command in COMMANDS)
    return [
        (group, _shown_keys(keys_of(one.id, keymap)), one.id, one.label, one.help)
        for group in groups
        for one in COMMANDS
        if one.group == group
    ]


def _shown_keys(keys: tuple[str, ...]) -> str:
    """Keys as people read them; a whole alphabet as its ends."""
    shown = [display_key(key) for key in keys]
    return f"{shown[0]} … {shown[-1]}" if len(shown) > 4 else " ".join(shown)
