"""The log file: what went wrong, for whoever mends it. Never on the screen, never a password (E-2.4)."""

from __future__ import annotations

import io
import logging
import logging.handlers
import os
from pathlib import Path

from fluorders_tui.addresses import shown_url
from fluorders_tui.places import log_path

MAX_BYTES = 1_000_000
KEPT = 5


class _NoPasswords(logging.Formatter):
    """Masks database passwords in the finished text, traceback included: an exception may quote its address."""

    def format(self, record: logging.LogRecord) -> str:
        return shown_url(super().format(record))


class _Private(logging.handlers.RotatingFileHandler):
    """A rotating file only its owner can read: names of customers pass through it."""

    def _open(self) -> io.TextIOWrapper:
        return open(
            self.baseFilename,
            "a",
            encoding=self.encoding,
            errors=self.errors,
            opener=lambda path, flags: os.open(path, flags, 0o600),
        )


def start(level: str = "INFO") -> Path | None:
    """Send the program's log to this user's file and return its path; None where it can't be written.

    Called once per process. Several processes may share the file: each line is one append.
    """
    path = log_path()
    # A handler's own failure (disk full) must not print a traceback over the screen.
    logging.raiseExceptions = False
    root = logging.getLogger()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _Private(path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(_NoPasswords("{asctime} {process} {levelname} {name}: {message}", style="{"))
    root.addHandler(handler)
    root.setLevel(level)
    return path
