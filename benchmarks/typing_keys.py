"""A typed character, against one in a bare compact input; and what a screen sends that nobody touches."""

from __future__ import annotations

import string
import sys
import time
from collections.abc import Iterator

from benchmarks.line import BACKSPACE, TAB, Answer, Line
from benchmarks.measured import Measured
from benchmarks.opened import entering
from benchmarks.surroundings import Surroundings
from benchmarks.timing import median, p95
from fluorders_tui.screens.order_header import HEADER_FIELDS

IDLE_SECONDS = 5
PAUSE = 0.04
"""Seconds between two characters of a fast typist."""


def run(surroundings: Surroundings) -> Iterator[Measured]:
    """Time and bytes of one character, silence, and typing while the lookup searches."""
    characters = (string.ascii_lowercase * 3)[: 8 * surroundings.rounds]
    main = [field.name for field in HEADER_FIELDS if field.main]
    with (
        entering(surroundings, surroundings.big()) as desk,
        Line(surroundings, [sys.executable, "-m", "benchmarks.floors.bare_input"]) as bare,
    ):
        bare.wait_for("type here")
        bare.settle()
        searched = echoes(desk, "ferramenta romana")
        floor = echoes(bare, "ferramenta romana")
        # From the empty customer field: a needed field lets Tab through while it is empty.
        desk.key(TAB * (1 + main.index("reference")))
        desk.settle()
        typed: dict[Line, list[Answer]] = {desk: [], bare: []}
        for place, character in enumerate(characters):
            for line, answers in typed.items():
                answers.append(line.key(character))
                if place % 12 == 11:
                    line.key(BACKSPACE * 12)
        idle = desk.silence(IDLE_SECONDS)
    mine, least = typed[desk], typed[bare]
    yield Measured(
        "one character in an entry field, key to last byte", median([one.last for one in mine]),
        floor=median([one.last for one in least]), limit=1.5, of_floor=True, note="against a bare compact Input",
    )  # fmt: skip
    yield Measured(
        "bytes of one character", median([one.size for one in mine]), "B",
        floor=median([one.size for one in least]), limit=400,
    )  # fmt: skip
    yield Measured("idle screen, bytes a second", idle / IDLE_SECONDS, "B", limit=0)
    yield Measured(
        "a character's echo while lookups run among 100,000 customers, 95 of 100", p95(searched),
        floor=p95(floor), note="against the bare Input, a key every 40 ms",
    )  # fmt: skip


def echoes(line: Line, text: str) -> list[float]:
    """Milliseconds from each key to the first byte after it, the keys coming as from a fast typist."""
    taken = []
    for _ in range(3):
        for character in text:
            started = time.perf_counter()
            taken.append(line.key(character, quiet=0).first)
            line.settle(quiet=max(0.0, PAUSE - (time.perf_counter() - started)), seconds=PAUSE)
        line.settle()
        line.key(BACKSPACE * len(text))
        line.settle()
    return taken
