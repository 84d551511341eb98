"""What every session of a typed document does with its file on the disk (U-1.7)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from fluorders_tui.services.draft_files import DraftFile

__all__ = ["KeptSession"]


class KeptSession:
    """`autosave` is the file, None where there is none: then the draft lives in memory only."""

    autosave: DraftFile[Any, Any] | None

    def entering(self, now: bool) -> None:
        """Note on the disk that the database is being asked to enter this draft, or has answered."""
        if self.autosave is not None:
            with suppress(OSError):
                self.autosave.entering(now)

    def sync(self) -> None:
        """Wait until the disk has the draft. Raises `OSError`."""
        if self.autosave is not None:
            self.autosave.sync()
