"""A program on a pseudo-terminal, and exact times of what it sends.

The tests' terminal keeps a screen; that costs time of its own, so this one only looks at the bytes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple, Self

from benchmarks.surroundings import Surroundings

ENTER, TAB, ESCAPE, BACKSPACE = "\r", "\t", "\x1b", "\x7f"
PAGE_DOWN, CTRL_HOME, CTRL_END, CTRL_F = "\x1b[6~", "\x1b[1;5H", "\x1b[1;5F", "\x06"

QUIET = 0.06
"""Seconds of silence after which a key is taken to be answered."""

_CONTROLS = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()].|\x1b[=>]")


class Answer(NamedTuple):
    """What came after a key: milliseconds to the first and to the last byte, and how many."""

    first: float
    last: float
    size: int


class Line:
    """Start `argv` on a pseudo-terminal; a context manager that ends what it started."""

    def __init__(self, surroundings: Surroundings, argv: Sequence[str], *, columns: int = 120, rows: int = 40) -> None:
        self.started = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(argv[0], list(argv), surroundings.variables)
        self.output = b""
        """All that was sent since the last key."""
        self.last = self.started
        """When the last byte came, by `time.perf_counter`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._master)

    def wait_for(self, *marks: str, seconds: float = 60) -> float:
        """Milliseconds from the last key (or the start) until all marks were sent. Raises `TimeoutError`."""
        end = time.perf_counter() + seconds
        missing = set(marks)
        while True:
            text = self.text
            missing = {mark for mark in missing if mark not in text}
            if not missing:
                return (self.last - self.started) * 1000
            if not self._take(end - time.perf_counter()):
                raise TimeoutError(f"{sorted(missing)} never came:\n{text[-3000:]}")

    @property
    def text(self) -> str:
        """What was sent since the last key, without the control sequences."""
        return _CONTROLS.sub(b"", self.output).decode("utf-8", "replace")

    def send(self, keys: str) -> None:
        """Write keys; times count from here."""
        self.output = b""
        self.started = time.perf_counter()
        os.write(self._master, keys.encode())

    def key(self, keys: str, *, quiet: float = QUIET, seconds: float = 10) -> Answer:
        """Write keys and take the answer until the line is quiet. Raises `TimeoutError` for no answer at all."""
        self.send(keys)
        if not self._take(seconds):
            raise TimeoutError(f"no answer to {keys!r}")
        first = self.last
        while self._take(quiet):
            pass
        return Answer((first - self.started) * 1000, (self.last - self.started) * 1000, len(self.output))

    def settle(self, quiet: float = 0.3, seconds: float = 30) -> None:
        """Wait until nothing has been sent for `quiet` seconds."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end and self._take(quiet):
            pass

    def silence(self, seconds: float) -> int:
        """How many bytes come in so many seconds without a key."""
        self.output = b""
        end = time.perf_counter() + seconds
        while (rest := end - time.perf_counter()) > 0:
            self._take(rest)
        return len(self.output)

    def memory(self) -> float:
        """The resident memory of the process in MB (Linux)."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def _take(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.last = time.perf_counter()
        self.output += data
        return bool(data)
