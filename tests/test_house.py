"""The house rules of the repository itself: which room may know which, size of files, words that don't belong (E-1)."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "fluorders_tui"
HEAVY = {"textual", "rich", "sqlalchemy", "sqlmodel", "psycopg", "alembic", "pydantic", "babel"}
SCREEN = {"textual", "rich"}
DATABASE = {"sqlalchemy", "sqlmodel", "psycopg", "alembic", "sqlite3"}


def _sources(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def _modules(room: str) -> list[str]:
    """Every module of a room of the package, by its dotted name; none for a room that is not there."""
    found = [PACKAGE / f"{room}.py"] if (PACKAGE / f"{room}.py").exists() else sorted((PACKAGE / room).rglob("*.py"))
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found)
    return [name.removesuffix(".__init__") for name in names if ".migrations." not in name]


def _loaded(*modules: str) -> set[str]:
    """The top-level packages in memory after importing `modules` in a fresh interpreter."""
    code = f"import sys, importlib\nfor name in {modules!r}: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("rooms", "forbidden"),
    [
        (["cli"], HEAVY | {"argparse", "dataclasses", "logging", "platformdirs", "tomllib"}),
        (["config", "log", "shell"], HEAVY),
        (["domain"], HEAVY | DATABASE),
        (["services", "data", "documents"], SCREEN),
        (["app"], DATABASE),
        (["widgets"], DATABASE),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_importing_a_room_loads_nothing_it_must_not_know(rooms: list[str], forbidden: set[str]) -> None:
    modules = [name for room in rooms for name in _modules(room)]
    if modules:
        assert _loaded(*modules) & forbidden == set()


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_over_500_lines() -> None:
    """E-1.2."""
    files = [*_sources("fluorders_tui", "tests", "benchmarks"), *sorted(PACKAGE.rglob("*.tcss"))]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > 500} == {}


def test_no_room_has_a_name_that_says_nothing() -> None:
    """E-1.2."""
    empty = re.compile(r"util|helper|manager|common|misc|tools?$|base_?classes", re.IGNORECASE)
    assert [str(path) for path in _sources("fluorders_tui") if empty.search(path.stem)] == []


def test_nothing_unfinished_is_left() -> None:
    word = re.compile(r"\b(TODO|FIXME|HACK|NotImplementedError|breakpoint\(\))")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in _sources("fluorders_tui", "tests", "benchmarks")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if word.search(line)
    ]
    assert found == []


def test_no_text_names_the_machine_it_was_written_on() -> None:
    machine = re.compile(r"/work/|/root/|/home/\w+/|\bpypi\.|files\.pythonhosted")
    texts = [path for room in (".", ".ci") for path in (ROOT / room).iterdir() if path.is_file()]
    texts += [path for room in ("docs", "fluorders_tui", "tests", "benchmarks") for path in (ROOT / room).rglob("*.*")]
    plain = {".py", ".md", ".toml", ".tcss", ".sh", ".txt", ".json", ".csv", ".mako", ""}
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in texts
        if path.suffix in plain and path != Path(__file__)
        if (hit := machine.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert found == []


def test_domain_has_no_binary_floats() -> None:
    """Money, quantity, rate and percentage are Decimal: no float even by accident of a literal or a cast."""
    excused = {"folding.py": "likeness of names", "cell_values.py": "where a spreadsheet's floats become Decimal"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _sources("fluorders_tui/domain")
        if path.name not in excused
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert found == []


def test_every_module_and_public_name_says_what_it_is_for() -> None:
    """E-1.5. Table models say it in `docs/`, a migration in its file name."""
    silent = []
    for path in _sources("fluorders_tui"):
        if {"migrations", "tables"} & set(path.parts):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.name != "__init__.py" and not ast.get_docstring(tree):
            silent.append(f"{path.relative_to(ROOT)}")
        silent += [
            f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert silent == []


def test_every_command_of_the_shell_has_its_file() -> None:
    from fluorders_tui.cli import COMMANDS

    for name, command in COMMANDS.items():
        assert importlib.util.find_spec(f"fluorders_tui.shell.{command.module}"), name


def test_the_two_commands_of_the_readme_are_there_and_can_be_run() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("desk", "check", ".ci/run"):
        assert (ROOT / command).stat().st_mode & 0o111, f"{command} can't be run"
    for line in ("./desk --demo", "./check"):
        assert re.search(rf"(?m)^\s*(\$ )?{re.escape(line)}\s*$", readme), f"README does not show {line}"
