"""Writes the key table of the README, `docs/data-model.md` and `docs/roles.md` from the code.

Run `python -m tools.write_docs`.

A test compares what stands there with what this would write.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from fluorders_tui.commands import key_table
from fluorders_tui.data.registries import registries
from fluorders_tui.data.schema import HEAD
from fluorders_tui.data.store import Store
from fluorders_tui.data.tables.everything import metadata
from fluorders_tui.data.views import VIEWS
from fluorders_tui.domain.permissions import PERMISSIONS, Permission, permission_of
from tools.life_page import order_life

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DATA_MODEL = ROOT / "docs" / "data-model.md"
ROLES = ROOT / "docs" / "roles.md"
ORDER_LIFE = ROOT / "docs" / "order-life.md"
KEYS = re.compile(r"(<!-- keys:.*?-->\n).*?(<!-- end of keys -->)", re.DOTALL)

UNITS = """\
| the column's name ends in | it holds |
|---|---|
| `_minor` | an amount in the smallest unit of its currency (`currency_decimals` says how many decimals it has) |
| `_micro` | a quantity, unit price, percentage or factor × 1,000,000 |
| `_nano` | an exchange rate × 1,000,000,000 |
| `_id` | the row of another table |
| `_at` | a moment in UTC |
| `_key`, `search_text` | folded text that searching looks at |
"""


def readme(text: str) -> str:
    """The README with the key table as the registry of commands has it."""
    groups: dict[str, list[str]] = {}
    for group, keys, _, label, help_text in key_table():
        groups.setdefault(group, []).append(f"| {keys} | {label} | {help_text} |")
    rows = "\n".join(
        f"\n**{group}**\n\n| key | command | what it does |\n|---|---|---|\n" + "\n".join(lines) + "\n"
        for group, lines in groups.items()
    )
    return KEYS.sub(lambda found: f"{found[1]}{rows}\n{found[2]}", text)


def data_model() -> str:
    """All registries, tables and views, in words."""
    return "\n".join(_data_model())


def _data_model() -> Iterator[str]:
    yield "# Data model"
    yield ""
    yield f"Schema version {HEAD}. The same tables on SQLite and PostgreSQL; `fluorders init` makes and migrates them."
    yield ""
    yield UNITS
    yield "## Views for reading"
    yield ""
    yield "Stable names for BI tools and scripts; they change only with an entry in the changelog. On PostgreSQL the"
    yield "readable amounts are exact; on SQLite they are the nearest float, with the exact integer beside them."
    yield ""
    for view, columns in _view_columns().items():
        yield f"- **`{view}`**: {', '.join(f'`{column}`' for column in columns)}"
    yield ""
    yield "## Registries"
    yield ""
    yield "The names are those of `fluorders import` and `fluorders export`; the key makes a row unique."
    yield ""
    for name, stored in registries().items():
        spec = stored.spec
        belongs = f", rows of one of the {spec.parent_registry}" if spec.parent_registry else ""
        yield f"### {spec.title} — `{name}`"
        yield ""
        key = " + ".join(f"`{part}`" for part in spec.key)
        yield f"Table `{stored.table.name}`, key {key}{belongs}. {spec.help}".rstrip()
        yield ""
        yield "| column | holds |"
        yield "|---|---|"
        for field in spec.fields:
            kind = f"{field.kind.value} to `{field.target}`" if field.target else field.kind.value
            words = f"{field.label}: {field.help}" if field.help else field.label
            yield f"| `{field.name}` | {words} ({kind}{', required' if field.required else ''}) |"
        yield ""
    yield "## Documents and the rest"
    yield ""
    seen = {stored.table.name for stored in registries().values()}
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        if table.name not in seen:
            yield f"- **`{table.name}`**: {', '.join(f'`{column.name}`' for column in table.columns)}"


def _view_columns() -> dict[str, list[str]]:
    from tempfile import TemporaryDirectory

    from fluorders_tui.data.schema import create_schema

    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "empty.db")
        create_schema(path)
        store = Store(path)
        try:
            with store.read() as connection:
                return {view: list(connection.exec_driver_sql(f"SELECT * FROM {view}").keys()) for view in VIEWS}
        finally:
            store.dispose()


def roles() -> str:
    """Who may do what, and which registries each permission opens."""
    return "\n".join(_roles())


def _roles() -> Iterator[str]:
    yield "# Who may do what"
    yield ""
    yield "The services hold this table, whichever way somebody comes in. `fluorders user role` gives a role. A"
    yield "person the desk doesn't know is a clerk; as long as nobody administers a database, everybody does."
    yield ""
    yield f"| may | {' | '.join(PERMISSIONS)} |"
    yield f"|---|{':-:|' * len(PERMISSIONS)}"
    for permission in Permission:
        marks = ("✓" if permission in granted else "" for granted in PERMISSIONS.values())
        yield f"| {permission.value} | {' | '.join(marks)} |"
    yield ""
    yield "## Registries"
    yield ""
    yield "To change the rows of a registry, or import them, takes the permission it stands under."
    yield ""
    found: dict[Permission, list[str]] = {}
    for name in registries():
        found.setdefault(permission_of(name), []).append(f"`{name}`")
    for permission in Permission:
        if permission in found:
            yield f"- **{permission.value}**: {', '.join(found[permission])}"


WRITTEN: dict[Path, Callable[[str], str]] = {
    README: readme,
    DATA_MODEL: lambda _: data_model() + "\n",
    ROLES: lambda _: roles() + "\n",
    ORDER_LIFE: lambda _: order_life() + "\n",
}


def main() -> int:
    """Write them all; returns 0."""
    for path, make in WRITTEN.items():
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(make(before), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
