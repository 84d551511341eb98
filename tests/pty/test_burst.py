"""The widgets in a real process on a real pseudo-terminal: bursts, bytes, hang-up, kill (U-1.1, U-1.3, U-1.7)."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.pty.terminal import Terminal

DEMO = [sys.executable, "-m", "tests.ui.desk_demo"]
ORDER = "C0001{enter}A-100{enter}12{enter}bolt m11{enter}3*4{ctrl+j}A-12x{backspace}0{enter}7{enter}"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_an_order_typed_in_one_burst() -> None:
    with Terminal(DEMO, env={"DEMO_DELAY": "0.05"}) as terminal:
        terminal.wait_for("Customer")
        terminal.send(ORDER + "{f10}")
        terminal.wait_for("Order 1234 entered.")
        assert "Rossi [Milano] S.p.A." in terminal.text
        assert "310.00" in terminal.text
        for line in ("1 A-100", "2 A-110", "3 A-120"):
            assert line in terminal.text
        terminal.resize(132, 43)
        terminal.wait_for("Credit left")
        terminal.send("{ctrl+q}")
        assert terminal.wait_exit() == 0


def test_keys_sent_before_the_first_frame_are_not_lost() -> None:
    with Terminal(DEMO) as terminal:
        terminal.wait_for("Customer")
        terminal.paste("C0002")
        terminal.send("{enter}")
        terminal.wait_for("Rossi & Figli [/b]")


def test_few_bytes_a_key_and_none_when_idle() -> None:
    with Terminal(DEMO) as terminal:
        terminal.wait_for("Customer")
        terminal.read(0.5)
        before = terminal.received
        terminal.read(1.0)
        assert terminal.received == before, "an idle screen sends nothing"
        terminal.send("{tab}{tab}")
        terminal.read(0.3)
        assert 0 < terminal.received - before <= 1000, "a change of focus paints two fields, not the screen"
        before = terminal.received
        for character in "reference":
            terminal.send(character)
            terminal.read(0.1)
        assert (terminal.received - before) / len("reference") <= 400
    with Terminal([*DEMO, "list"]) as terminal:
        terminal.wait_for("2026/0000001")
        terminal.read(0.5)
        before = terminal.received
        terminal.send("{down}")
        terminal.read(0.3)
        assert 0 < terminal.received - before <= 700


@pytest.mark.parametrize("how", ["hang_up", "terminate"])
def test_a_dying_line_leaves_the_draft(tmp_path: Path, how: str) -> None:
    draft = tmp_path / "draft"
    with Terminal(DEMO, env={"DEMO_DRAFT": str(draft)}) as terminal:
        terminal.wait_for("Customer")
        terminal.send(ORDER)
        terminal.wait_for("310.00")
        if how == "hang_up":
            terminal.hang_up()
            number = signal.SIGHUP
        else:
            import os

            os.kill(terminal.pid, signal.SIGTERM)
            number = signal.SIGTERM
        assert terminal.wait_exit() == 128 + number
    assert draft.read_text() == "A-100 12\nA-110 12\nA-120 7"


def test_an_unexpected_error_is_told_calmly() -> None:
    with Terminal(DEMO) as terminal:
        terminal.wait_for("Customer")
        terminal.send(ORDER + "{f9}")
        terminal.wait_for("Something unexpected happened")
        assert "What you were typing is saved." in terminal.text
        assert "fluorders.log" in terminal.text
        assert "Traceback" not in terminal.text
        terminal.send("q")
        terminal.wait_exit()
        assert "Traceback" not in terminal.text
