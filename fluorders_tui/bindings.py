"""The registry's commands as Textual bindings (U-2)."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from fluorders_tui.commands import by_id

__all__ = ["bindings"]


def bindings(*command_ids: str, action: str = "{}") -> list[BindingType]:
    """Bindings of these commands, for a screen's or a widget's `BINDINGS`.

    The action has the command's name (`action_save` for `save`) unless `action` puts it elsewhere; the binding
    carries the command's id, so that the keys of the configuration reach it. `Unreadable` for an unknown id.
    """
    return [
        Binding(
            ",".join(command.keys),
            action.format(command.id),
            command.label,
            show=command.priority > 0,
            tooltip=command.help,
            id=command.id,
            priority=command.id == "quit",
        )
        for command in map(by_id, command_ids)
    ]
