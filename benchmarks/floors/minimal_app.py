"""A Textual app with so many widgets and nothing else; with `imports` it then loads the bare data layer in a thread.

python -m benchmarks.floors.minimal_app WIDGETS [imports]
"""

import asyncio
import sys
from importlib import import_module

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Static


def load() -> None:
    """What a program of this kind imports for its data, and not a line of its own."""
    for name in ("sqlmodel", "sqlite3", "sqlalchemy.dialects.sqlite"):
        import_module(name)


class MinimalApp(App[None]):
    """Lines of text, the last of which says that the frame is complete."""

    CSS = "Static { height: 1; }"

    def compose(self) -> ComposeResult:
        # The screen and the container are widgets too.
        with Vertical():
            for number in range(int(sys.argv[1]) - 3):
                yield Static(f"widget {number}")
        yield Static("all there", id="last", markup=False)

    def on_ready(self) -> None:
        if sys.argv[2:] == ["imports"]:
            self.call_after_refresh(lambda: self.run_worker(self.import_all()))

    async def import_all(self) -> None:
        """Import in a thread, as the desk does, and say so on the screen."""
        await asyncio.to_thread(load)
        self.query_one("#last", Static).update("imports done")


if __name__ == "__main__":
    MinimalApp().run()
