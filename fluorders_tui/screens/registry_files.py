"""Import into and export out of a registry's list: a strip asks for the file, the pane shows what would happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fluorders_tui.documents.table_writing import write_table
from fluorders_tui.documents.tabular import read_table
from fluorders_tui.domain.errors import DeskError, Invalid
from fluorders_tui.domain.registry import RegistrySpec
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.exports import export_columns, export_table
from fluorders_tui.services.imports import ImportResult, import_table
from fluorders_tui.widgets.choices import Choice
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.question import Question

__all__ = ["RegistryFiles"]

READABLE = (".csv", ".txt", ".tsv", ".xlsx", ".xls", ".xlsb", ".ods", ".json")
WRITABLE = {".csv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".json": "json"}
MOST_FILES = 200
MOST_ERRORS = 200
LABEL = "Import from file"


class RegistryFiles(DeskScreen):
    """The part of a list screen that reads and writes files; `spec` is the registry."""

    spec: RegistrySpec
    _importing = True
    _previewed: tuple[Path, ImportResult] | None = None

    def file_field(self) -> Field:
        """The strip for the file's path, hidden until it is asked for."""
        return Field(
            "file",
            LABEL,
            label_width=len(LABEL) + 2,
            width=0,
            needed=True,
            suggest=_files,
            max_length=4000,
            help="The path of a file: CSV, Excel, ODS or JSON. Names are completed; ~ is your own folder.",
            id="file",
        )

    async def reload(self) -> None:
        """Read the list again."""

    @property
    def is_asking_file(self) -> bool:
        """The strip is open and has the focus."""
        field = self.current_field
        return field is not None and field.field_name == "file"

    async def action_import_file(self) -> None:
        self._ask_file(True, "")
        self.message_line.say("Enter shows what the file would change, before anything is written.")

    async def action_export_file(self) -> None:
        self._ask_file(False, str(Path.home() / f"{self.spec.name}.csv"))
        self.message_line.say("The name's end says how: .csv, .xlsx or .json. Enter writes it.")

    def _ask_file(self, importing: bool, path: str) -> None:
        self._importing, self._previewed = importing, None
        field = self.field("file")
        field.label = LABEL if importing else "Export to file"
        field.set_value(path or None, path)
        field.add_class("-open")
        field.refresh()
        field.focus()

    def close_file(self) -> None:
        """Take the strip away."""
        field = self.field("file")
        self._previewed = None
        self.field("find").focus()
        field.remove_class("-open")
        if self.lookup_list is not None:
            self.lookup_list.close()
        self.message_line.clear()

    async def file_given(self) -> None:
        """Enter in the strip: show what an import would do, and at the second time do it; or export."""
        path = Path(self.field("file").text.strip()).expanduser()
        if not self._importing:
            await self._export(path)
        elif self._previewed is not None and self._previewed[0] == path:
            await self._import(path, self._previewed[1])
        else:
            await self._preview(path)

    # -- import ------------------------------------------------------------------------------------

    async def _preview(self, path: Path) -> None:
        result = await self._run(path, "Looking at", dry_run=True)
        if result is None:
            return
        self._previewed = (path, result)
        changes = result.inserted + result.changed
        lines = [
            f"{result.inserted} new, {result.changed} changed, {result.unchanged} as they are, "
            f"{len({error.row for error in result.errors})} wrong.",
            "",
        ]
        if result.errors:
            lines += [str(error) for error in result.errors[:MOST_ERRORS]]
            lines += [f"… and {len(result.errors) - MOST_ERRORS} more."] if len(result.errors) > MOST_ERRORS else []
            lines += ["", "Mend the file and press Enter again."]
            lines += ["Or Enter writes the good rows alone, after a question."] if changes else []
        else:
            lines.append("Enter writes it, F12 doesn't." if changes else "There is nothing to write.")
        if result.warnings:
            lines += ["", f"{len(result.warnings)} doubtful, and written all the same:"]
            lines += [str(warning) for warning in result.warnings[:MOST_ERRORS]]
            more = len(result.warnings) - MOST_ERRORS
            lines += [f"… and {more} more."] if more > 0 else []
        self.pane.open(f"Import of {path.name}, nothing is written yet", lines)
        self.message_line.say("Enter writes it, F12 doesn't." if changes and not result.errors else lines[0], "info")

    async def _import(self, path: Path, seen: ImportResult) -> None:
        self._previewed = None
        if not seen.errors:
            await self._write_import(path, keep_good=False)
            return
        again = await self._run(path, "Looking at", dry_run=True)
        if again is None:
            return
        if again != seen:
            await self._preview(path)
            return
        good = again.inserted + again.changed
        if good:
            self.pane.close()
            self.query_one(Question).ask(
                f"Write the {good} good rows and leave out the wrong ones?",
                partial(self._write_import, path, keep_good=True),
            )
        else:
            self._previewed = (path, seen)

    async def _write_import(self, path: Path, *, keep_good: bool) -> None:
        result = await self._run(path, "Importing", dry_run=False, keep_good=keep_good)
        self.pane.close()
        if result is None:
            return
        if not result.stored:
            self._previewed = None
            await self._preview(path)
            return
        self.close_file()
        await self.reload()
        self.message_line.say(f"{path.name}: {result.inserted} new, {result.changed} changed.", "done")

    async def _run(self, path: Path, verb: str, *, dry_run: bool, keep_good: bool = False) -> ImportResult | None:
        loop = asyncio.get_running_loop()
        line, desk, name = self.message_line, self.desk, self.spec.name

        def progress(phase: str, done: int, total: int) -> None:
            told = f"{verb} {path.name}: {phase} {done}" + (f" of {total}" if total else "")
            loop.call_soon_threadsafe(line.busy, told)

        call = partial(_import_file, desk, name, path, dry_run=dry_run, keep_good=keep_good, progress=progress)
        try:
            return await self.desk_app.run_write(call, what=f"{verb} {path.name}…")
        except DeskError as error:
            self.field("file").show_error(error)
            return None
        finally:
            # After any progress that is still on its way.
            loop.call_soon(line.busy, "")

    # -- export ------------------------------------------------------------------------------------

    async def _export(self, path: Path) -> None:
        if path.suffix.lower() not in WRITABLE:
            self.field("file").show_error(
                Invalid("The name must end in .csv, .xlsx or .json.", field="file", hint="Such as customers.xlsx.")
            )
        elif await asyncio.to_thread(path.exists):
            self.query_one(Question).ask(f"Replace {path.name}?", partial(self._write_export, path))
        else:
            await self._write_export(path)

    async def _write_export(self, path: Path) -> None:
        desk, name = self.desk, self.spec.name
        try:
            count = await self.desk_app.ask(lambda: _export_file(desk, name, path), what=f"Writing {path.name}…")
        except DeskError as error:
            self.field("file").show_error(error)
            return
        self.close_file()
        self.message_line.say(f"{count} rows written to {path}.", "done")


def _import_file(
    desk: Desk, registry: str, path: Path, *, dry_run: bool, keep_good: bool, progress: Callable[[str, int, int], None]
) -> ImportResult:
    table = read_table(path)
    try:
        return import_table(desk, registry, table, dry_run=dry_run, keep_good=keep_good, progress=progress)
    finally:
        table.close()


def _export_file(desk: Desk, registry: str, path: Path) -> int:
    return write_table(export_table(desk, registry), export_columns(registry), WRITABLE[path.suffix.lower()], path)


def _files(text: str) -> list[Choice]:
    """Files and folders that complete a typed path. Runs in a thread."""
    typed = Path(text).expanduser() if text else Path.cwd()
    folder, start = (typed, "") if not text or text.endswith("/") else (typed.parent, typed.name)
    found: list[Choice] = []
    try:
        for entry in sorted(folder.iterdir(), key=lambda one: (one.is_file(), one.name.casefold()))[:MOST_FILES]:
            fits = entry.name.casefold().startswith(start.casefold()) and not entry.name.startswith(".")
            if fits and entry.is_dir():
                found.append(Choice(f"{entry}/", "folder"))
            elif fits and entry.suffix.lower() in READABLE:
                found.append(Choice(str(entry), "", f"{entry.stat().st_size / 1024:,.0f} KB"))
    except OSError:
        return []
    return found
