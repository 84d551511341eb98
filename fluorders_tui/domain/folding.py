"""Search keys: the same text for `Müller`, `MULLER` and `muller`, so that a range scan finds all of them.

Keys are compared character by character (byte order in both databases); they are never shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

#: Longest key kept, in characters: longer texts differ within it or are too long to be typed.
KEY_LENGTH = 200

#: The highest character there is; `fold` never leaves it in a key.
LAST_CHARACTER = "\U0010ffff"

# Letters that Unicode doesn't take apart, as people without them on the keyboard type them.
_LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h",
        "ı": "i", "ŋ": "n", "ŧ": "t", "ĸ": "k", "ə": "e",
        "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    }
)  # fmt: skip

# Controls, format characters, lone surrogates and unassigned places: nobody types them to find something.
_UNTYPABLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


def fold(text: str, length: int = KEY_LENGTH) -> str:
    """The search key of `text`: without accents and case, blanks collapsed, at most `length` characters.

    Folding a key again gives the same key.
    """
    if text.isascii():
        key = text.lower()
        if not key.isprintable():
            key = "".join(char if char.isprintable() else " " for char in key)
    else:
        key = _fold_letters(text[: length * 4])
    return " ".join(key.split())[:length].rstrip()


class _Folded(dict[int, str]):
    """What becomes of each character taken apart, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        category = unicodedata.category(chr(code))
        folded = "" if category in ("Mn", "Me") else " " if category in _UNTYPABLE else chr(code)
        self[code] = folded
        return folded


_FOLDED = _Folded(_LETTERS)


def _fold_letters(text: str) -> str:
    # Taking letters apart can show capitals, and small letters may come apart once more: until nothing changes.
    while True:
        folded = unicodedata.normalize("NFKD", text.casefold()).translate(_FOLDED)
        if folded == text:
            return folded
        text = folded


def prefix_end(prefix: str) -> str:
    """The key after all that start with `prefix`: scan `key >= prefix AND key < prefix_end(prefix)`."""
    return prefix + LAST_CHARACTER


def nearest(word: str, valid: Iterable[str]) -> str:
    """The valid name most like `word`, or an empty text when none is near: for "did you mean …?"."""
    from difflib import get_close_matches

    names = {fold(name): name for name in valid}
    found = get_close_matches(fold(word), names, n=1, cutoff=0.6)
    return names[found[0]] if found else ""
