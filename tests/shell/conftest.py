"""Running a command of the shell on the database of the test's desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fluorders_tui.cli import main
from fluorders_tui.services.desk import Desk

Run = Callable[..., tuple[int, str, str]]
"""A command's arguments, and `user` where it isn't anna; gives the exit code, the output and the messages."""


@pytest.fixture
def run(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the database of the module's fixture `desk`."""
    url = desk.store.url.set(drivername=desk.store.url.get_backend_name()).render_as_string(hide_password=False)

    def command(*arguments: str, user: str = "anna") -> tuple[int, str, str]:
        code = main(["--database", url, "--user", user, *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command
