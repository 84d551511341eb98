"""One compact input that does not blink: the least a typed character can cost."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class BareInput(App[None]):
    """Nothing else."""

    def compose(self) -> ComposeResult:
        field = Input(placeholder="type here", compact=True)
        field.cursor_blink = False
        yield field


if __name__ == "__main__":
    BareInput().run()
