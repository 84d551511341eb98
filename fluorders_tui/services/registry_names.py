"""What codes stand for, and the code that a new row would get from a clerk who numbers on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from fluorders_tui.data.code_rows import names_by_code, newest_codes, taken_codes
from fluorders_tui.data.registries import registries
from fluorders_tui.services.desk import Desk
from fluorders_tui.services.registries import registry_spec

#: Registries whose rows are numbered on, with the first code of an empty one.
FIRST_CODES: Mapping[str, str] = {
    "customers": "C0001",
    "suppliers": "S0001",
    "items": "A0001",
    "agents": "AG01",
    "carriers": "CA01",
}
_NEWEST = 50
_TRIED = 500
_NUMBERED = re.compile(r"(.*?)(\d+)", re.DOTALL)


def names_of(desk: Desk, wanted: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], str]:
    """The names of `wanted` (codes by registry), by registry and code; unknown codes are left out."""
    found: dict[tuple[str, str], str] = {}
    with desk.store.read() as connection:
        for registry, codes in wanted.items():
            for code, name in names_by_code(connection, registry, codes).items():
                found[registry, code] = name
    return found


def next_code(desk: Desk, registry: str) -> str:
    """The next free code after the pattern of the newest ones (`C0400` → `C0401`).

    The pattern is the text before the last digits that most of the newest codes share. Empty for
    registries whose codes are words, and where the newest codes have no number.
    """
    spec = registry_spec(registry)
    first = FIRST_CODES.get(spec.name, "")
    if not first:
        return ""
    with desk.store.read() as connection:
        newest = newest_codes(connection, spec.name, _NEWEST)
        if not newest:
            return first
        numbered = [match for code in newest if (match := _NUMBERED.fullmatch(code))]
        if not numbered:
            return ""
        # The newest of equally frequent beginnings: a Counter keeps the order in which they came.
        prefix = Counter(match[1] for match in numbered).most_common(1)[0][0]
        digits = [match[2] for match in numbered if match[1] == prefix]
        width, last = len(digits[0]), max(map(int, digits))
        tried = [f"{prefix}{number:0{width}d}" for number in range(last + 1, last + 1 + _TRIED)]
        taken = taken_codes(connection, spec.name, tried)
    length = registries()[spec.name].field("code").spec.length
    return next((code for code in tried if code not in taken and len(code) <= length), "")
