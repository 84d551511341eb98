"""A real process in a real pseudo-terminal, its screen as text, and the ways a line can die."""

from __future__ import annotations

import codecs
import contextlib
import errno
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self, cast

import pyte

KEYS: Mapping[str, str] = {
    "enter": "\r", "ctrl+j": "\n", "tab": "\t", "escape": "\x1b", "backspace": "\x7f", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
    "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~", "f12": "\x1b[24~", "shift+tab": "\x1b[Z",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghklnopqrstuvwxyz"},
}  # fmt: skip


def encode(text: str) -> bytes:
    """The bytes a terminal sends for a text in which `{enter}`, `{f4}` stand for keys."""
    for name, sequence in KEYS.items():
        text = text.replace(f"{{{name}}}", sequence)
    return text.encode()


class Terminal:
    """Start `argv` in a pseudo-terminal of `columns` × `rows`; a context manager that ends what it started."""

    def __init__(
        self, argv: Sequence[str], *, columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.received = 0
        """Bytes the program has sent so far."""
        self.exit_code: int | None = None
        """Exit code, or minus the signal's number; None while it runs."""
        # Whoever runs the tests may export their own terminal's size.
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        variables = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(env or {})}
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], list(argv), variables)
        self._open = True
        self._set_size(columns, rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.exit_code is None:
            self.kill()
        if self._open:
            os.close(self._master)

    @property
    def text(self) -> str:
        """What is on the screen now, one line a row."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def send(self, text: str) -> None:
        """Write all keys in one burst, as a line delivers them after a lag."""
        self.send_bytes(encode(text))

    def paste(self, text: str) -> None:
        """Send a bracketed paste."""
        self.send_bytes(b"\x1b[200~" + text.encode() + b"\x1b[201~")

    def send_bytes(self, data: bytes) -> None:
        """Write raw bytes, reading meanwhile so that neither side waits for the other."""
        while data:
            _, writable, _ = select.select([], [self._master], [], 0.05)
            if writable:
                data = data[os.write(self._master, data[:512]) :]
            self.read(0)

    def read(self, seconds: float) -> bytes:
        """Take what the program sends until it is silent for `seconds`."""
        taken = b""
        while self._open and select.select([self._master], [], [], seconds)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                break
            if not data:
                break
            taken += data
            self.received += len(data)
            self._stream.feed(self._decoder.decode(data))
        return taken

    def wait_for(self, text: str, seconds: float = 15) -> None:
        """Read until `text` is on the screen; AssertionError with the screen after `seconds`."""
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, f"“{text}” never appeared:\n{self.text}"
            self.read(0.02)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as when a window is dragged."""
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)
        os.kill(self.pid, signal.SIGWINCH)

    def hang_up(self) -> None:
        """The line dies: the terminal goes and the program gets SIGHUP."""
        os.close(self._master)
        self._open = False

    def kill(self) -> None:
        """kill −9."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.wait_exit()

    def wait_exit(self, seconds: float = 10) -> int:
        """Wait for the end of the process and return its exit code (minus the signal's number)."""
        end = time.monotonic() + seconds
        while self.exit_code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)
                break
            assert time.monotonic() < end, f"it never ended:\n{self.text}"
            if self._open:
                self.read(0.02)
            else:
                time.sleep(0.02)
        return self.exit_code

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, cast(Any, struct.pack("HHHH", rows, columns, 0, 0)))
