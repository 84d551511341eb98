"""The codes that rows refer to: resolved one by one for a form, from a preloaded table for a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from fluorders_tui.data.registries import registries
from fluorders_tui.domain.folding import fold, nearest, prefix_end

#: How many different unknown codes of one registry get a "did you mean": each costs a search.
_MOST_SUGGESTIONS = 40
_MOST_CANDIDATES = 400


@dataclass(frozen=True, slots=True)
class Code:
    """A row as others refer to it."""

    id: int
    code: str
    active: bool


@dataclass
class _Known:
    exact: dict[str, Code] = field(default_factory=dict)
    folded: dict[str, Code | None] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    loaded: bool = False


class Codes:
    """Codes of one transaction. With `whole` a registry is read at once on its first use, else code by code."""

    def __init__(self, connection: Connection, *, whole: bool = False) -> None:
        self._connection = connection
        self._whole = whole
        self._known: dict[str, _Known] = {}

    def find(self, registry: str, code: str) -> Code | None:
        """The row called `code`, exactly or, when only one fits, whatever its case and accents."""
        known = self._known.get(registry) or self._open(registry)
        found = known.exact.get(code)
        if found is not None or code in known.missing:
            return found
        if known.loaded:
            if not known.folded:
                self._fold(known)
            found = known.folded.get(fold(code))
        else:
            found = self._ask(registry, code)
            if found is not None:
                known.exact[code] = found
        return found

    def id_of(self, registry: str, code: str) -> int:
        """The id of a code that `find` knows; raises `KeyError`."""
        found = self.find(registry, code)
        if found is None:
            raise KeyError(code)
        return found.id

    def add(self, registry: str, row: Code) -> None:
        """Make a row known that this transaction has just written."""
        known = self._known.get(registry) or self._open(registry)
        known.exact[row.code] = row
        known.missing.pop(row.code, None)
        if known.folded:
            key = fold(row.code)
            other = known.folded.get(key)
            same = key not in known.folded or (other is not None and other.code == row.code)
            known.folded[key] = row if same else None

    def expect(self, registry: str, code: str) -> None:
        """Make a row known that this transaction is about to write; its id is not known yet."""
        known = self._known.get(registry) or self._open(registry)
        if code not in known.exact:
            self.add(registry, Code(0, code, True))

    def nearest(self, registry: str, code: str) -> str:
        """The existing code most like `code`, or an empty text."""
        known = self._known.get(registry) or self._open(registry)
        if code in known.missing:
            return known.missing[code]
        suggestion = ""
        if len(known.missing) < _MOST_SUGGESTIONS:
            suggestion = nearest(code, self._candidates(registry, code))
        known.missing[code] = suggestion
        return suggestion

    def _open(self, registry: str) -> _Known:
        known = self._known[registry] = _Known()
        if self._whole:
            stored = registries()[registry]
            rows = self._connection.execute(select(stored.table.c.id, stored.table.c.code, stored.table.c.active))
            known.exact = {code: Code(row_id, code, active) for row_id, code, active in rows}
            known.loaded = True
        return known

    @staticmethod
    def _fold(known: _Known) -> None:
        for code, row in known.exact.items():
            key = fold(code)
            # Two codes that differ only in case: neither is meant by a third way of writing it.
            known.folded[key] = None if key in known.folded else row

    def _ask(self, registry: str, code: str) -> Code | None:
        table = registries()[registry].table
        columns = select(table.c.id, table.c.code, table.c.active)
        row = self._connection.execute(columns.where(table.c.code == code)).first()
        if row is None:
            key = fold(code) + "\n"
            span = (table.c.search_text >= key, table.c.search_text < prefix_end(key))
            rows = self._connection.execute(columns.where(*span).limit(2)).all()
            row = rows[0] if len(rows) == 1 else None
        return Code(*row) if row else None

    def _candidates(self, registry: str, code: str) -> list[str]:
        table = registries()[registry].table
        start = fold(code)[:1]
        query = select(table.c.code).where(table.c.active).limit(_MOST_CANDIDATES)
        few = list(self._connection.execute(query).scalars())
        if len(few) < _MOST_CANDIDATES or not start:
            return few
        near = query.where(table.c.search_text >= fold(code)[:3], table.c.search_text < prefix_end(fold(code)[:3]))
        return list(self._connection.execute(near).scalars()) or few
