"""The command `fluorders`: finding the command, global options anywhere, and one way to say what went wrong."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from types import SimpleNamespace

import pytest

from fluorders_tui import __version__, cli, places
from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Conflict, DeskError, NotAllowed, Refused, Several, Unreachable, Unreadable


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A command `probe` that remembers what it was run with, or does what `act` says."""
    seen = SimpleNamespace(args=None, settings=None, act=lambda: 0)

    def register(parser: ArgumentParser) -> None:
        parser.add_argument("words", nargs="*")
        parser.add_argument("--late", action="store_true")

    def run(args: Namespace, settings: Settings) -> int:
        seen.args, seen.settings = args, settings
        return seen.act()

    module = SimpleNamespace(register=register, run=run, __doc__="Probe.")
    monkeypatch.setitem(cli.COMMANDS, "probe", cli.Command("probe", "try the frame"))
    monkeypatch.setattr(cli, "_command_module", lambda command: module)
    return seen


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"fluorders {__version__}\n"
    for arguments in (["--help"], ["--demo", "-h"]):
        assert cli.main(arguments) == 0
        out = capsys.readouterr().out
        assert all(f"\n  {name} " in out for name in cli.COMMANDS)


@pytest.mark.parametrize(
    "line",
    [
        "--user anna --database a.db probe x y --late",
        "probe x y --late --user anna --database a.db",
        "--user=anna probe x --database=a.db --late y",
    ],
)
def test_global_options_stand_before_and_after_the_command(
    probe: SimpleNamespace, line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(line.split()) == 0
    assert (probe.settings.user, probe.settings.database) == ("anna", f"sqlite:///{tmp_path}/a.db")
    assert (probe.args.words, probe.args.late) == (["x", "y"], True)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("prob", "There is no command “prob”. Did you mean probe?"),
        ("--colour", "There is no option “--colour”. See fluorders --help."),
        ("probe --colour", "unrecognized arguments: --colour. See fluorders probe --help."),
        ("probe --lat", "unrecognized arguments: --lat. See fluorders probe --help."),
        ("probe --user", "argument --user: expected one argument."),
        ("--config /none/at/all probe", "/none/at/all: There is no such configuration file."),
    ],
)
def test_wrong_usage_is_code_2_in_one_line(
    probe: SimpleNamespace, line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(line.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("fluorders: ")
    assert told in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("no"), 1),
        (Unreadable("no"), 2),
        (NotAllowed("no"), 3),
        (Conflict("no"), 4),
        (Unreachable("no"), 5),
    ],
)
def test_each_error_has_its_exit_code(
    probe: SimpleNamespace, error: DeskError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def act() -> int:
        raise error

    probe.act = act
    assert cli.main(["probe"]) == code
    assert capsys.readouterr().err == "fluorders: no\n"


def test_several_errors_are_all_told_and_a_password_is_not(
    probe: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    def act() -> int:
        raise Several([Refused("one", rule="D-5.5"), Unreachable("postgresql://u:s3cr3t@h/x is away", field="row 2")])

    probe.act = act
    assert cli.main(["probe"]) == 1
    assert capsys.readouterr().err == "fluorders: one (D-5.5)\n  row 2: postgresql://u:***@h/x is away\n"


def test_a_fault_goes_to_the_log_and_shows_no_traceback(
    probe: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    def act() -> int:
        raise ZeroDivisionError("at postgresql://u:s3cr3t@h/x")

    probe.act = act
    assert cli.main(["probe"]) == 70
    said = capsys.readouterr().err
    assert str(places.log_path()) in said
    assert "Traceback" not in said
    log = places.log_path().read_text()
    assert "Traceback" in log
    assert "ZeroDivisionError" in log
    assert "s3cr3t" not in log
    assert places.log_path().stat().st_mode & 0o077 == 0


def test_a_fault_is_told_even_where_no_log_can_be_written(
    probe: SimpleNamespace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fluorders_tui.log.log_path", lambda: Path("/proc/none/fluorders.log"))

    def act() -> int:
        raise ZeroDivisionError("by nought")

    probe.act = act
    assert cli.main(["probe"]) == 70
    assert "ZeroDivisionError('by nought')" in capsys.readouterr().err


def test_ctrl_c_is_quiet(probe: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    def act() -> int:
        raise KeyboardInterrupt

    probe.act = act
    assert cli.main(["probe"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_reader_that_leaves_early_is_no_error() -> None:
    code = (
        "import sys; from fluorders_tui import cli, shell; from types import SimpleNamespace as N\n"
        "cli._command_module = lambda c: N(__doc__='', register=lambda p: None,"
        " run=lambda a, s: sys.stdout.writelines('x' * 99 + '\\n' for _ in range(10_000)) or 0)\n"
        "sys.exit(cli.main(['locate']))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


def test_the_desk_asks_for_a_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fluorders_tui"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fluorders: The desk needs a terminal.")


def test_every_command_describes_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name in cli.COMMANDS:
        with pytest.raises(SystemExit) as left:
            cli.main([name, "--help"])
        assert left.value.code == 0
        assert f"usage: fluorders {name}" in capsys.readouterr().out


def test_locate(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLUORDERS_DATABASE", "postgresql://anna:s3cr3t@h/x")
    assert cli.main(["locate"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"config    {places.user_config_path()}",
        "database  postgresql://anna:***@h/x",
        f"log       {places.log_path()}",
    ]
    assert cli.main(["locate", "database", "--database", str(tmp_path / "a.db")]) == 0
    assert capsys.readouterr().out == f"{tmp_path}/a.db\n"
