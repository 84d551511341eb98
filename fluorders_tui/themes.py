"""Four ways to colour the desk: dark, light, high contrast, and the terminal's own sixteen colours (U-1.4)."""

from __future__ import annotations

from textual.theme import Theme

__all__ = ["DEFAULT_THEME", "THEMES", "theme_name"]

DEFAULT_THEME = "fluorders-dark"

THEMES: tuple[Theme, ...] = (
    Theme(
        name="fluorders-dark", dark=True,
        primary="#4f8fba", secondary="#7fa7a0", accent="#8fc1e3", success="#8cb87c", warning="#d8b365", error="#e08174",
        foreground="#d7dce2", background="#14181d", surface="#1e242b", panel="#2a323b",
        variables={
            "block-cursor-background": "#2f5f85", "block-cursor-foreground": "#ffffff", "input-focus": "#24435b",
            "input-cursor-background": "#d7dce2", "input-cursor-foreground": "#14181d",
            "input-selection-background": "#3f74a0",
        },
    ),
    Theme(
        name="fluorders-light", dark=False,
        primary="#2c6e9b", secondary="#4a7a70", accent="#1f5f8b", success="#3d7a34", warning="#8a6100", error="#b3372b",
        foreground="#1d242b", background="#fafaf7", surface="#eeeee9", panel="#dfe3e4",
        variables={
            "block-cursor-background": "#2c6e9b", "block-cursor-foreground": "#ffffff", "input-focus": "#d3e5f2",
            "input-cursor-background": "#1d242b", "input-cursor-foreground": "#fafaf7",
            "input-selection-background": "#9cc6e4",
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
