"""What is shown when something unexpected happened: what was saved, where the log is, how to go on (U-1.6)."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

__all__ = ["ErrorScreen"]


class ErrorScreen(Screen[bool]):
    """Ends with True to go back to the first screen, False to leave the program."""

    BINDINGS = [
        Binding("enter,ctrl+j,f12,escape,f3", "go_on", show=False),
        Binding("q", "leave_program", show=False),
    ]
    DEFAULT_CSS = """
    ErrorScreen { align: center middle; background: $background; }
    ErrorScreen > Static { width: 64; max-width: 100%; height: auto; padding: 1 2; background: $surface; }
    """

    def __init__(self, saved: bool, log: str) -> None:
        super().__init__()
        self.saved = saved
        self.log_place = log

    def compose(self) -> ComposeResult:
        draft = "What you were typing is saved." if self.saved else "Nothing was being typed."
        log = f"Details for whoever looks after the program:\n{self.log_place}" if self.log_place else ""
        yield Static(
            f"✗ Something unexpected happened\n\n{draft}\n\n{log}\n\n"
            "Enter  back to the first screen\nq      leave the program",
            markup=False,
        )

    def action_go_on(self) -> None:
        self.dismiss(True)

    def action_leave_program(self) -> None:
        self.dismiss(False)
