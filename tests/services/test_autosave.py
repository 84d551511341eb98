"""The draft on disk: what a death at any byte, a full disk or a second desk leaves of it (U-1.1, U-1.7)."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from fluorders_tui.domain.errors import Invalid
from fluorders_tui.domain.order import OrderDraft
from fluorders_tui.services.autosave import Autosave, Recovered, Typing, abandoned, discard, drafts_folder, take_up
from fluorders_tui.services.desk import Desk
from tests.shop import draft, fill_shop, with_line


@pytest.fixture
def made(sqlite_desk: Desk) -> list[OrderDraft]:
    """An order as it grows: the customer, one line, two lines, the first one changed."""
    fill_shop(sqlite_desk)
    two = draft(sqlite_desk, ("A-100", 12), ("A-110", 3))
    changed = replace(two, lines=(replace(two.lines[0], note="[b]שלום 😀\ud800"), two.lines[1]))
    return [replace(two, lines=()), replace(two, lines=two.lines[:1]), two, changed]


def left(folder: Path) -> list[Recovered]:
    return list(abandoned(folder))


def test_a_death_at_any_byte_leaves_a_state_that_was(tmp_path: Path, made: list[OrderDraft]) -> None:
    autosave = Autosave(tmp_path / "live")
    states: list[tuple[int, OrderDraft, Typing]] = []
    for state in made:
        for typing in (Typing("item", "A"), Typing("quantity", "1", -1, False, made[2].lines[1]), Typing()):
            autosave.save(state, typing)
            states.append((autosave.path.stat().st_size, state, typing))
    data = autosave.path.read_bytes()
    autosave.close(keep=False)
    folder = tmp_path / "dead"
    folder.mkdir()
    for size in range(states[0][0], len(data), 7):
        (folder / "x.draft").write_bytes(data[:size])
        found = left(folder)[0]
        whole = [state for state in states if state[0] - 1 <= size]
        assert (found.draft, found.typing) == whole[-1][1:]


def test_only_drafts_of_dead_desks_are_offered(tmp_path: Path, made: list[OrderDraft]) -> None:
    mine, other = Autosave(tmp_path), Autosave(tmp_path)
    mine.save(made[2], Typing())
    other.save(made[1], Typing("item", "A-1"))
    assert left(tmp_path) == []
    other.close(keep=True)
    assert [(one.draft, one.typing.text) for one in left(tmp_path)] == [(made[1], "A-1")]
    discard(left(tmp_path)[0])
    mine.clear()
    mine.close(keep=True)
    assert list(tmp_path.glob("*.draft")) == []


def test_two_desks_cant_take_up_the_same_draft(tmp_path: Path, made: list[OrderDraft]) -> None:
    dead = Autosave(tmp_path)
    dead.save(made[2], Typing("quantity", "4"))
    dead.close(keep=True)
    found = left(tmp_path)[0]
    first, second = Autosave(tmp_path), Autosave(tmp_path)
    take_up(found, first)
    with pytest.raises(Invalid, match="another desk"):
        take_up(found, second)
    first.close(keep=True)
    second.close(keep=True)
    again = left(tmp_path)
    assert [(one.draft, one.typing) for one in again] == [(found.draft, found.typing)]


def test_nobody_knows_of_an_order_that_was_being_entered(tmp_path: Path, made: list[OrderDraft]) -> None:
    autosave = Autosave(tmp_path)
    autosave.save(made[2], Typing())
    autosave.entering(True)
    autosave.close(keep=True)
    assert left(tmp_path)[0].entering
    again = Autosave(tmp_path)
    again.save(made[2], Typing())
    again.entering(True)
    again.entering(False)
    again.close(keep=True)
    assert [one.entering for one in left(tmp_path)] == [False, True]


def test_a_full_disk_keeps_what_was_saved_before(tmp_path: Path, made: list[OrderDraft]) -> None:
    autosave = Autosave(tmp_path)
    autosave.save(made[1], Typing())
    size = autosave.path.stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, before[1]))
    try:
        with pytest.raises(OSError, match=r"full|large"):
            autosave.save(made[3], Typing("item", "A-110"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert autosave.path.stat().st_size == size
    autosave.save(made[3], Typing("item", "A-110"))
    autosave.close(keep=True)
    assert (left(tmp_path)[0].draft, left(tmp_path)[0].typing.text) == (made[3], "A-110")


def test_a_file_nobody_can_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.draft").write_bytes(b"\x00\x01 not a draft\n")
    (tmp_path / "y.draft").write_bytes(b"")
    assert left(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["x.draft"]


def test_a_thousand_lines_cost_no_more_than_two(tmp_path: Path, made: list[OrderDraft], sqlite_desk: Desk) -> None:
    autosave = Autosave(tmp_path)
    long = replace(made[2], lines=made[2].lines * 500)
    autosave.save(long, Typing())
    size = autosave.path.stat().st_size
    autosave.save(with_line(sqlite_desk, long, "A-120", 1), Typing())
    assert autosave.path.stat().st_size - size < 2000
    autosave.close(keep=False)


def test_kill_9_between_any_two_writes(tmp_path: Path) -> None:
    writer = textwrap.dedent(
        """
        import datetime as dt, sys
        from pathlib import Path
        from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine, OrderType
        from fluorders_tui.services.autosave import Autosave, Typing
        autosave, lines = Autosave(Path(sys.argv[1])), ()
        for number in range(100_000):
            lines += (OrderLine(LineType.NOTE, f"line {number}"),)
            draft = OrderDraft(OrderType("STD"), dt.date(2026, 1, 1), "C1", lines=lines)
            autosave.save(draft, Typing("item", str(number)))
            if number == 5:
                print("on", flush=True)
        """
    )
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", writer, str(tmp_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = left(tmp_path)[0]
        assert [line.description for line in found.draft.lines] == [f"line {n}" for n in range(len(found.draft.lines))]
        assert found.typing.text == str(len(found.draft.lines) - 1)
        discard(found)


def test_every_database_and_person_has_a_folder_of_its_own(tmp_path: Path) -> None:
    folders = {
        drafts_folder(tmp_path, url, user) for url in ("sqlite:///a", "sqlite:///b") for user in ("anna", "bruno")
    }
    assert len(folders) == 4
