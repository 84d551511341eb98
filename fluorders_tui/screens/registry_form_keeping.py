"""A registry form whose typing outlives the program (U-1.7)."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on

from fluorders_tui.domain.registry import Value
from fluorders_tui.screens.registry_children import ChildTab
from fluorders_tui.screens.registry_draft import RowDraft
from fluorders_tui.screens.registry_form_tabs import FormTabs
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.form_drafts import FormDraft, FormTyping
from fluorders_tui.widgets.field import Field

__all__ = ["KeptForm"]


class KeptForm(FormTabs):
    """Writes down every key; what a desk that died left of the same form stands there again."""

    _kept: FormDraft | None = None
    _found: FormTyping | None = None

    def keep_from(self, desk: Desk, draft: RowDraft, start: Mapping[str, Value]) -> None:
        """Begin to keep `draft`, and put into it what was left behind. Runs in a thread."""
        try:
            self._kept = FormDraft(desk, self.spec.name, draft.row_id, start)
        except OSError:
            # The same form is open at another desk of this person, or there is no room: it works without.
            return
        self._found = self._kept.found
        if self._found is not None:
            known = self.spec.by_name
            draft.values |= {name: value for name, value in self._found.values.items() if name in known}
            draft.children |= {
                name: [dict(row) for row in rows]
                for name, rows in self._found.children.items()
                if name in self.spec.children
            }

    async def show_found(self) -> None:
        """Say what came back, and put the cursor where it was."""
        if self._found is None:
            return
        if self._found.text and self._found.field in self.spec.by_name:
            field = await self.go_to(self._found.field)
            if field is not None:
                field.input.value = self._found.text
        self.message_line.say("This was typed and not saved when the desk ended. F10 saves it.", "warning")

    def _typing(self) -> FormTyping:
        draft, tab, field = self.draft, self.tab, self.current_field
        children = {name: [dict(row) for row in draft.children[name]] for name in draft.changed_children}
        if isinstance(tab, ChildTab) and tab.typed:
            rows = children.setdefault(tab.spec.name, [dict(row) for row in tab.rows])
            rows[len(rows) if tab.editing is None else tab.editing :] = [tab.values]
        typed = field is not None and field.dirty and not isinstance(tab, ChildTab)
        return FormTyping(
            {name: draft.values[name] for name in draft.changed},
            children,
            field.field_name if field is not None and typed else "",
            field.text if field is not None and typed else "",
        )

    def save_now(self) -> bool:
        """Write down what stands here now; True if something would have been lost."""
        if self._draft is None or self._kept is None:
            return False
        typing = self._typing()
        self._kept.save(typing)
        return not typing.is_empty

    def let_go(self) -> None:
        """The row was saved or its changes thrown away on purpose."""
        if self._kept is not None:
            self._kept.close(keep=False)
            self._kept = None

    def on_unmount(self) -> None:
        if self._kept is not None:
            self._kept.close(keep=not self._kept.written.is_empty)
            self._kept = None

    def show_titles(self) -> None:
        super().show_titles()
        self._keep()

    @on(Field.Edited)
    def _keep(self) -> None:
        try:
            self.save_now()
        except OSError as error:
            self.message_line.say(f"What you type can't be kept: {error.strerror or error}.", "warning")
