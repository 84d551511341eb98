"""Text from the database on a terminal: one line, no control codes, an exact number of cells (U-1.5)."""

from __future__ import annotations

from typing import Literal

from rich.cells import cell_len, set_cell_size

__all__ = ["Align", "fit", "plain", "wrap", "wrap_beside"]

Align = Literal["left", "right", "center"]

# C0 and C1 codes could move the cursor or end a string; the direction overrides could make a row lie.
_UNSAFE = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029), " ")
_UNSAFE |= dict.fromkeys((0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "")


def plain(text: str) -> str:
    """`text` on one line: control codes become spaces, invisible direction marks go."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_UNSAFE)


def fit(text: str, width: int, align: Align = "left") -> str:
    """`text` in exactly `width` cells, cut with `…` or filled with spaces; wide characters count two."""
    if width <= 0:
        return ""
    # Nothing beyond four characters a cell can show; a name of a megabyte must not cost a megabyte.
    text = plain(text[: width * 4 + 8])
    cells = len(text) if text.isascii() else cell_len(text)
    if cells > width:
        return set_cell_size(text, width - 1) + "…"
    room = width - cells
    if align == "right":
        return " " * room + text
    if align == "center":
        return " " * (room // 2) + text + " " * (room - room // 2)
    return text + " " * room


def wrap(text: str, width: int) -> list[str]:
    """`text` broken at spaces into lines of at most `width` cells; a longer word is cut into pieces."""
    if width <= 0:
        return []
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line, used = "", 0
        for word in plain(paragraph).split():
            cells = cell_len(word)
            if used and used + 1 + cells > width:
                lines.append(line)
                line, used = "", 0
            while cells > width:
                piece = set_cell_size(word, width).rstrip() or word[0]
                lines.append(piece)
                word = word[len(piece) :]
                cells = cell_len(word)
            line, used = (f"{line} {word}", used + 1 + cells) if used else (word, cells)
        lines.append(line)
    return lines


def wrap_beside(text: str, width: int) -> list[str]:
    """As `wrap`; what follows three spaces goes on under itself, as beside a date."""
    head, gap, rest = text.partition("   ")
    indent = cell_len(head) + 2
    if not gap or not head or indent > width // 2:
        return wrap(text, width)
    first, *others = wrap(rest, width - indent)
    return [f"{head}  {first}", *(" " * indent + one for one in others)]
