"""`./desk` and `./check` on a fresh machine: what they install, when, and what they say if they can't."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which Python is a script that writes down what it is asked to do."""
    root = tmp_path / "with blank"
    shutil.copytree(ROOT / ".ci", root / ".ci")
    for name in ("desk", "check", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, root / name)
    python = root / "python"
    python.write_text(
        f'#!/bin/sh\necho "$@" >>"{root}/asked"\n'
        'case "$*" in\n'
        '"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0" "$3/bin/fluorders";;\n'
        f'*"pip --version"|*" pip "*) [ ! -e "{root}/broken" ];;\nesac\n'
    )
    python.chmod(0o755)
    return root


def _run(root: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", script, "sh"],
        env=os.environ | {"FLUORDERS_PYTHON": str(root / "python")} | variables,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def _asked(root: Path) -> list[str]:
    found = (root / "asked").read_text().splitlines() if (root / "asked").exists() else []
    (root / "asked").unlink(missing_ok=True)
    return found


def test_the_first_start_installs_and_the_second_only_runs(checkout: Path) -> None:
    first = _run(checkout, f'"{checkout}/desk" --demo "two words"')
    assert (first.returncode, first.stdout) == (0, "")
    assert "first start" in first.stderr
    asked = _asked(checkout)
    (install,) = (line for line in asked if " install " in line)
    assert f"-c {checkout}/constraints.txt -e {checkout}" in install
    assert "[dev]" not in install
    assert asked[-1] == "--demo two words"

    second = _run(checkout, f'"{checkout}/desk" status 1')
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert _asked(checkout) == ["status 1"]


def test_changed_requirements_are_installed_before_the_next_start(checkout: Path) -> None:
    _run(checkout, f'"{checkout}/desk"')
    _asked(checkout)
    with (checkout / "constraints.txt").open("a") as file:
        file.write("# newer\n")
    again = _run(checkout, f'"{checkout}/desk"')
    assert "installing what changed" in again.stderr
    assert any(" install " in line for line in _asked(checkout))
    assert not any("venv" in line.split()[:2] for line in _asked(checkout))


def test_a_link_to_the_desk_finds_its_checkout(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "orders").symlink_to(checkout / "desk")
    assert _run(checkout, f'"{tmp_path}/orders" --version').returncode == 0
    assert _asked(checkout)[-1] == "--version"


def test_a_failed_installation_is_told_and_tried_again(checkout: Path) -> None:
    (checkout / "broken").touch()
    failed = _run(checkout, f'"{checkout}/desk"')
    assert failed.returncode == 1
    assert f"the installation failed; all of it is in {checkout}/.venv/install.log" in failed.stderr
    (checkout / "broken").unlink()
    assert _run(checkout, f'"{checkout}/desk"').returncode == 0


@pytest.mark.parametrize(
    ("found", "told"),
    [(1, "sudo apt install python3 python3-venv"), (2, "this Python can't make environments yet")],
)
def test_a_missing_python_is_told_with_what_to_install(checkout: Path, found: int, told: str) -> None:
    done = _run(
        checkout, f'. "{checkout}/.ci/prepare.sh"; find_python() {{ return {found}; }}; prepare "{checkout}" ""'
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert "sudo apt install" in done.stderr
    assert not (checkout / ".venv").exists()


def test_check_takes_the_development_extras_and_hands_arguments_to_pytest(checkout: Path) -> None:
    done = _run(checkout, f'"{checkout}/check" --tests-only tests/unit -k totals')
    assert done.returncode == 0
    assert "all passed" in done.stdout
    asked = _asked(checkout)
    assert any(f"-e {checkout}[dev]" in line for line in asked)
    assert asked[-1] == "-m pytest tests/unit -k totals"


def test_check_fails_when_one_step_fails_and_runs_the_others(checkout: Path) -> None:
    _run(checkout, f'"{checkout}/check" --tests-only')
    for name, code in (("ruff", 1), ("mypy", 0), ("lint-imports", 3)):
        tool = checkout / ".venv" / "bin" / name
        tool.write_text(f"#!/bin/sh\nexit {code}\n")
        tool.chmod(0o755)
    done = _run(checkout, f'"{checkout}/check"')
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "✗ failed: format, lint, contracts"
    assert _asked(checkout)[-1] == "-m pytest"


@pytest.mark.parametrize("name", ["desk", "check", ".ci/prepare.sh", ".ci/run"])
def test_scripts_are_well_formed(name: str) -> None:
    shell = "bash" if name == ".ci/run" else "sh"
    assert subprocess.run([shell, "-n", ROOT / name], check=False).returncode == 0
