"""One row of any registry: its fields by tab, the rows that belong to it, all saved together (D-2, D-12.7)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from textual.binding import BindingType

from fluorders_tui.bindings import bindings
from fluorders_tui.domain.errors import Conflict, DeskError, Invalid
from fluorders_tui.domain.registry import Value
from fluorders_tui.screens.registry_children import ChildTab
from fluorders_tui.screens.registry_draft import RowDraft, Values
from fluorders_tui.screens.registry_fields import is_needed, neutral
from fluorders_tui.screens.registry_form_keeping import KeptForm
from fluorders_tui.screens.registry_reading import conflict_lines, history_lines
from fluorders_tui.screens.registry_texts import Names
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.registries import RegistryRecord, blank_values, get_row, registry_spec
from fluorders_tui.services.registry_history import history
from fluorders_tui.services.registry_names import names_of, next_code
from fluorders_tui.services.registry_preview import PREVIEW_TITLES, PREVIEWED, registry_preview
from fluorders_tui.services.registry_saving import save_row
from fluorders_tui.widgets.field import Field

__all__ = ["RegistryFormScreen"]

OF_THE_DESK = ("company", "users")
_Standing = tuple[Field | None, str, int]

ENTER_SAVES = "That is all it needs: Enter again saves; or go on typing."
NOT_SAVED = "F10 saves, F12 again throws the changes away."


class RegistryFormScreen(KeptForm):
    """The form of the row `row` (an id or a code) of the registry `name`, or of a new one when `row` is None.

    `preset` holds values a new row starts with, such as the name typed where it was missed; `copy_of` is
    the id of a row to copy. The screen is dismissed with the code of the saved row, or None when it was left
    without saving: `open_screen("registry_form", then=…, name="customers", preset={"name": typed})`.
    """

    CSS_PATH = "registry_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(
        "save", "refresh", "edit", "delete_row", "copy_row", "history", "next_step"
    )  # fmt: skip
    HELP_TEXT = (
        "Enter goes to the next field; in a new row to the next one that is needed (*), and where nothing more is "
        "needed a second Enter saves. Tab and ↑↓ go through all fields, PgUp and PgDn through the tabs.",
        "In tabs with a table Enter adds the row typed below it, ↑ or F2 takes one to change, Ctrl+T removes it.",
        "F10 saves everything together; until then F12 twice leaves all as it was. F5 loads what is stored now.",
    )

    def __init__(
        self,
        name: str,
        row: int | str | None = None,
        preset: Mapping[str, Value] | None = None,
        copy_of: int | None = None,
    ) -> None:
        super().__init__(name)
        self.saved: RegistryRecord | None = None
        """The row as it was stored, once it is."""
        self._row, self._preset, self._copy_of = row, dict(preset or {}), copy_of
        # Where Enter or F12 was told to be pressed again; anything typed since makes it count anew.
        self._enter_saves: _Standing | None = None
        self._warned: _Standing | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("edit", "delete_row"):
            return isinstance(self.tab, ChildTab)
        if action == "next_step":
            return self._draft is not None and self.spec.name in PREVIEWED
        if action in ("copy_row", "history"):
            return self._draft is not None and not self._draft.is_new
        if action in ("save", "refresh") and self._draft is None:
            return False
        if action == "lookup":
            field = self.current_field
            return field is not None and field.suggest is not None
        return super().check_action(action, parameters)

    # -- reading -----------------------------------------------------------------------------------

    async def desk_ready(self) -> None:
        desk = self.desk
        self._draft, self._names = await self.desk_app.ask(lambda: self._read(desk))
        await self._show_tab(0)
        self._start().focus()
        await self.show_found()

    def _read(self, desk: Desk) -> tuple[RowDraft, Names]:
        name = self.spec.name
        if self._row is None and self._copy_of is None:
            values: Values = {**blank_values(desk, name)}
            if values.get("country") is None and "country" in values:
                values["country"] = desk.company.country or None
            if self.spec.coded and not self._preset.get("code"):
                values["code"] = next_code(desk, name) or None
            draft = RowDraft.blank(self.spec, {**values, **self._preset})
        elif self._copy_of is not None:
            source = get_row(desk, name, self._copy_of)
            draft = RowDraft.copy_of(source, next_code(desk, name) if self.spec.coded else "")
        else:
            # What has a list of its own is not read here: it may be a hundred thousand rows.
            draft = RowDraft.of(get_row(desk, name, self._row or 0, children=bool(self._child_names)))
        start = {**self._preset, "copy of": self._copy_of} if self._copy_of is not None else self._preset
        self.keep_from(desk, draft, start)
        return draft, _names(desk, draft)

    def _start(self) -> Field:
        """The field where typing begins: the first needed one that is empty, else the name."""
        fields = self._tab_fields()
        empty = next((one for one in fields.values() if one.needed and not one.text), None)
        if empty is not None:
            return empty
        first = next(iter(fields.values()))
        others = [one for name, one in fields.items() if name not in (*self.spec.key, self.spec.parent)]
        return others[0] if others and self.draft.is_new else first

    # -- typing ------------------------------------------------------------------------------------

    async def field_accepted(self, field: Field) -> None:
        tab = self.tab
        if isinstance(tab, ChildTab):
            tab.accepted(field)
            return
        spec = self.spec.by_name[field.field_name]
        value: Value = neutral(spec) if field.value is None else field.value  # type: ignore[assignment]
        if field.value is None and value not in (None, ""):
            self._maker.put(field, spec, value)
        if field.choice is not None and spec.names:
            self._names[spec.names, field.choice.code] = field.choice.description
        if value != self.draft.values.get(field.field_name):
            self.draft.values[field.field_name] = value
            self._changes += 1
            self.show_titles()

    def _standing(self) -> _Standing:
        field = self.current_field
        return field, field.text if field is not None else "", self._changes

    async def action_accept(self) -> None:
        field, tab = self.current_field, self.tab
        if self.pane.is_open and field is not None and not field.dirty:
            self.pane.close()
            return
        if isinstance(tab, ChildTab) and field is not None and field.needed and tab.editing is None and not tab.typed:
            self.message_line.say("F10 saves; PgDn shows the next tab.")
            return
        await super().action_accept()

    async def fields_done(self) -> None:
        field, tab = self.current_field, self.tab
        if isinstance(tab, ChildTab):
            if self._commit():
                tab.begin()
            return
        if field is None:
            return
        missing = self._missing()
        if self.draft.is_new and self._enter_saves == self._standing() and not missing:
            await self.action_save()
        elif self.draft.is_new and (field.needed or self._is_last(field)):
            if missing:
                await self.go_to(missing)
            else:
                # What is typed now belongs to the next field, never to the end of this one.
                if not self._is_last(field):
                    self.focus_next()
                self._enter_saves = self._standing()
                self.message_line.say(ENTER_SAVES)
        elif self._is_last(field):
            self.message_line.say("F10 saves; PgDn shows the next tab.")
        else:
            self.focus_next()

    def _is_last(self, field: Field) -> bool:
        return self.fields[-1:] == [field]

    async def action_next_field(self) -> None:
        field = self.current_field
        if field is not None and self._is_last(field):
            await self._change_tab(self._shown + 1)
        else:
            await super().action_next_field()

    async def action_previous_field(self) -> None:
        field = self.current_field
        if field is not None and self.fields[:1] == [field]:
            await self._change_tab(self._shown - 1, last=True)
        else:
            await super().action_previous_field()

    async def page_wanted(self, delta: int) -> None:
        await self._change_tab(self._shown + delta)

    async def line_wanted(self, delta: int) -> None:
        tab = self.tab
        if not isinstance(tab, ChildTab):
            await (self.action_next_field() if delta > 0 else self.action_previous_field())
            return
        where = len(tab.rows) if tab.editing is None else tab.editing
        if await self._settled():
            wanted = max(0, min(where + delta, len(tab.rows)))
            tab.load(wanted if wanted < len(tab.rows) else None)
            tab.begin()

    async def action_edit(self) -> None:
        """F2 in a table: take its last row, or the one before, to change it."""
        if isinstance(self.tab, ChildTab):
            await self.line_wanted(-1)

    async def action_delete_row(self) -> None:
        tab = self.tab
        if isinstance(tab, ChildTab) and tab.delete():
            self._changes += 1
            tab.begin()
            self.show_titles()
            self.message_line.say("Removed; F10 saves it so, F12 twice keeps it.")
        else:
            self.message_line.say("↑ or F2 takes a row, Ctrl+T removes it.", "warning")

    def _missing(self) -> str:
        needed = {one.name: is_needed(self.spec.name, one) for one in self.spec.fields}
        return self.draft.missing(needed)

    # -- saving ------------------------------------------------------------------------------------

    async def action_save(self) -> None:
        if self._draft is None or not await self._settled():
            return
        self.pane.close()
        missing = self._missing()
        if missing:
            field = await self.go_to(missing)
            label = self.spec.by_name[missing].label
            if field is not None:
                field.show_error(Invalid(f"{label} is needed.", field=missing, rule="D-2"))
            return
        if not self.draft.is_changed and not self.draft.is_new:
            self._close(None)
            return
        values, children = self.draft.to_save()
        save = partial(
            save_row,
            self.desk,
            self.spec.name,
            values,
            row_id=self.draft.row_id,
            version=self.draft.version,
            children=children,
        )
        try:
            self.saved = await self.desk_app.run_write(save)
        except Conflict as conflict:
            await self._tell_conflict(conflict)
        except DeskError as error:
            await self._place(error)
        else:
            await self._refresh_desk()
            self._close(self.saved.code)

    async def _refresh_desk(self) -> None:
        """The desk knows the company's parameters and the person's role: take them over."""
        if self.spec.name in OF_THE_DESK:
            self.desk_app.desk = await self.desk_app.ask(self.desk.refreshed)

    async def _tell_conflict(self, conflict: Conflict) -> None:
        row_id = self.draft.row_id
        if row_id is None:
            await self._place(conflict)
            return
        theirs = await self.desk_app.ask(partial(get_row, self.desk, self.spec.name, row_id, children=False))
        self.message_line.say("Somebody else changed it meanwhile: F5 loads theirs.", "error", rule=conflict.rule)
        lines = conflict_lines(self.spec, self.draft.differences(theirs), self.form)
        self.pane.open("Changed by somebody else", [*lines, "", "F5 loads theirs and keeps what only you changed."])

    # -- other commands ----------------------------------------------------------------------------

    async def action_refresh(self) -> None:
        """F5: what is stored now; what was changed only here stays, to be saved over it."""
        row_id = self.draft.row_id
        if row_id is None or not await self._settled():
            return
        self.pane.close()
        desk, name = self.desk, self.spec.name
        theirs = await self.desk_app.ask(lambda: get_row(desk, name, row_id, children=bool(self._child_names)))
        kept = self.draft.take(theirs)
        self._names |= await self.desk_app.ask(lambda: _names(desk, self.draft))
        shown = self._shown
        for tab in self._made.values():
            await tab.remove()
        self._made.clear()
        await self._show_tab(shown)
        next(iter(self._tab_fields().values())).focus()
        labels = ", ".join(
            self.spec.by_name[one].label if one in self.spec.by_name else registry_spec(one).title for one in kept
        )
        self.message_line.say(f"Loaded. Yours and not saved yet: {labels}." if kept else "Loaded.", "done")

    async def action_copy_row(self) -> None:
        if self.draft.is_new or self.draft.is_changed:
            self.message_line.say("Save it first, then copy it.", "warning")
            return
        await self.desk_app.open_screen("registry_form", name=self.spec.name, copy_of=self.draft.row_id)

    async def action_next_step(self) -> None:
        """F9: what the values in the form would do, before they are saved."""
        if self.pane.close():
            return
        draft, desk = self.draft, self.desk
        lines = await self.desk_app.ask(
            lambda: registry_preview(desk, self.spec.name, draft.values, draft.children), what="Looking ahead…"
        )
        self.pane.open(PREVIEW_TITLES.get(self.spec.name, "What it would do"), lines)

    async def action_history(self) -> None:
        if self.pane.close():
            return
        if self.draft.row_id is None or self.spec.parent:
            self.message_line.say("It has no history yet." if self.draft.is_new else "Its history is its owner's.")
            return
        entries = await self.desk_app.ask(partial(history, self.desk, self.spec.name, self.draft.row_id))
        self.pane.open(f"History of {self.draft.values.get('code')}", history_lines(entries, self.desk, self.form))

    # -- leaving -----------------------------------------------------------------------------------

    async def back_wanted(self) -> None:
        tab = self.tab
        if isinstance(tab, ChildTab) and (tab.editing is not None or tab.typed):
            tab.load(None)
            tab.begin()
            return
        await self.action_leave()

    async def action_leave(self) -> None:
        typed = isinstance(self.tab, ChildTab) and self.tab.typed
        field = self.current_field
        changed = self._draft is not None and self._draft.is_changed
        if (changed or typed or (field is not None and field.dirty)) and self._warned != self._standing():
            self._warned = self._standing()
            self.message_line.say(NOT_SAVED, "warning")
            return
        self._close(None)

    def _close(self, code: str | None) -> None:
        self.let_go()
        # Not awaited: a click would wait for itself. The screen below has the next key all the same.
        self.dismiss(code)


def _names(desk: Desk, draft: RowDraft) -> Names:
    """What all codes of a draft stand for."""
    wanted: dict[str, set[str]] = {}
    rows = [(draft.spec, draft.values)]
    rows += [(registry_spec(name), row) for name, of in draft.children.items() for row in of]
    for spec, values in rows:
        for one in spec.fields:
            code = values.get(one.name)
            if one.names and code:
                wanted.setdefault(one.names, set()).add(str(code))
    return names_of(desk, wanted)
