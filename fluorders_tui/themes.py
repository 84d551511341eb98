"""Four ways to colour the desk: dark, light, high contrast, and the terminal's own sixteen colours (U-1.4).

The colours of the first three are among the 256 that every terminal has: over SSH, where `COLORTERM`
gets lost, the desk looks as it does at home.
"""

from __future__ import annotations

from textual.theme import Theme

__all__ = ["DEFAULT_THEME", "THEMES", "theme_name"]

DEFAULT_THEME = "fluorders-dark"

THEMES: tuple[Theme, ...] = (
    Theme(
        name="fluorders-dark", dark=True,
        primary="#5f87af", secondary="#87afaf", accent="#87afd7", success="#87af87", warning="#d7af5f", error="#d7875f",
        foreground="#dadada", background="#121212", surface="#1c1c1c", panel="#303030",
        variables={
            "block-cursor-background": "#005f87", "block-cursor-foreground": "#ffffff", "input-focus": "#005f87",
            "input-cursor-background": "#dadada", "input-cursor-foreground": "#121212",
            "input-selection-background": "#5f87af", "primary-muted": "#444444", "text-muted": "#a8a8a8",
            "text-accent": "#87afd7", "text-success": "#87af87", "text-warning": "#d7af5f", "text-error": "#ff875f",
        },
    ),
    Theme(
        name="fluorders-light", dark=False,
        primary="#005f87", secondary="#5f8787", accent="#005f87", success="#008700", warning="#875f00", error="#af0000",
        foreground="#1c1c1c", background="#ffffff", surface="#eeeeee", panel="#dadada",
        variables={
            "block-cursor-background": "#005f87", "block-cursor-foreground": "#ffffff", "input-focus": "#afd7ff",
            "input-cursor-background": "#1c1c1c", "input-cursor-foreground": "#ffffff",
            "input-selection-background": "#87afd7", "primary-muted": "#bcbcbc", "text-muted": "#585858",
            "text-accent": "#005f87", "text-success": "#008700", "text-warning": "#875f00", "text-error": "#af0000",
        },
    ),
    Theme(
        name="fluorders-contrast", dark=True,
        primary="#5fd7ff", secondary="#ffffff", accent="#ffd75f", success="#5fff87", warning="#ffd700", error="#ff8787",
        foreground="#ffffff", background="#000000", surface="#1c1c1c", panel="#303030", text_alpha=1.0,
        variables={
            "block-cursor-background": "#ffffff", "block-cursor-foreground": "#000000", "input-focus": "#00458a",
            "input-cursor-background": "#ffd75f", "input-cursor-foreground": "#000000",
            "input-selection-background": "#0070d7", "text-muted": "#dadada",
        },
    ),
    Theme(
        name="fluorders-ansi", dark=True, ansi=True,
        primary="ansi_blue", secondary="ansi_cyan", accent="ansi_bright_cyan", success="ansi_green",
        warning="ansi_yellow", error="ansi_red", foreground="ansi_default", background="ansi_default",
        surface="ansi_default", panel="ansi_default", boost="ansi_default",
        variables={
            "block-cursor-background": "ansi_blue", "block-cursor-foreground": "ansi_bright_white",
            "ansi-background": "ansi_black", "ansi-foreground": "ansi_white", "border-blurred": "ansi_white",
            "primary-muted": "ansi_blue", "input-cursor-text-style": "none",
            "input-focus": "ansi_blue", "input-cursor-background": "ansi_white",
            "input-cursor-foreground": "ansi_black", "input-selection-background": "ansi_cyan",
        },
    ),
)  # fmt: skip


def theme_name(wanted: str) -> str | None:
    """The theme meant by `dark`, `light`, `contrast`, `ansi` or a full name; None if there is none."""
    names = {theme.name for theme in THEMES}
    full = wanted if wanted.startswith("fluorders-") else f"fluorders-{wanted}"
    return full if full in names else None
