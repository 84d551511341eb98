"""Two people on one order: what each changed since both opened it, and both brought together (D-12.7, P-144).

Pure: from the order as both opened it (`base`), as one typed it (`mine`) and as it is stored now (`theirs`) come the
places that differ, and from what is chosen for each the order that holds both. What one side alone changed is taken
over by itself; where both changed the same thing differently a person has to choose. Nothing is dropped unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fluorders_tui.domain.amounts import with_amounts
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine

#: The parts of a header that belong together, by the name of the one that stands for them.
HEADER_PARTS: dict[str, tuple[str, ...]] = {
    "customer": ("customer", "name", "vat_number", "tax_code", "address"),
    "delivery_terms": ("delivery_terms", "delivery_place"),
    **{
        name: (name,)
        for name in (
            "type", "date", "delivery_date", "ready_date", "reference", "recipient", "destination", "language", "zone",
            "commercial_category", "currency", "vat_included", "customer_vat", "payments", "discounts",
            "final_discounts", "expenses", "agents", "carrier", "shipping_method", "packing", "deposit",
            "minimum_value", "note", "internal_note", "external_number",
        )
    },
}  # fmt: skip
#: The parts of a line, as those of a header.
LINE_PARTS: dict[str, tuple[str, ...]] = {
    "quantity": ("quantity",),
    "price": ("price", "price_source"),
    "discounts": ("discounts",),
    "vat": ("vat", "vat_recourse"),
    "description": ("description",),
    "ready_date": ("ready_date",),
    "delivery_date": ("delivery_date",),
    "note": ("note",),
    "agents": ("agents",),
}
#: What changes the worth of every line: beside it no line can be taken from the other side.
_OF_ALL_LINES = ("customer", "currency", "vat_included")
_ITEM = ("line_type", "item")
_IN_ONE_UNIT = ("quantity", "uom", "price", "price_source")
LINES = "lines"


class Side(StrEnum):
    """Whose value is taken."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which the order is not what both opened.

    `key` names it for choosing; `line` is its number on the screen of whoever merges (on the other's for a line that
    is not there), 0 for the header; `name` the field, '' for a line as a whole. `mine` and `theirs` are values of the
    draft, None for a line that one of them deleted. `fixed` says that only theirs can be.
    """

    key: str
    line: int
    name: str
    was: object
    mine: object
    theirs: object
    fixed: bool = False

    @property
    def by_me(self) -> bool:
        """I changed it."""
        return self.mine != self.was

    @property
    def by_them(self) -> bool:
        """They changed it."""
        return self.theirs != self.was

    @property
    def conflict(self) -> bool:
        """Both changed it, and not to the same: somebody has to choose."""
        return self.by_me and self.by_them and self.mine != self.theirs and not self.fixed

    @property
    def proposed(self) -> Side | None:
        """Whose value is taken without being asked; None for a conflict."""
        if self.conflict:
            return None
        return Side.MINE if self.by_me and not self.fixed else Side.THEIRS


@dataclass(frozen=True, slots=True)
class Merge:
    """What two people did to one order."""

    base: OrderDraft
    mine: OrderDraft
    theirs: OrderDraft
    differences: tuple[Difference, ...]

    @property
    def conflicts(self) -> tuple[Difference, ...]:
        """Where somebody has to choose."""
        return tuple(one for one in self.differences if one.conflict)

    def undecided(self, choices: Mapping[str, Side]) -> tuple[Difference, ...]:
        """The conflicts without a choice."""
        return tuple(one for one in self.conflicts if one.key not in choices)

    def merged(self, choices: Mapping[str, Side], *, discount_give_aways: bool = False) -> OrderDraft:
        """The stored order with everything chosen, ready to be saved over it; conflicts without a choice are theirs.

        Raises `Refused` where a line would go below zero by discounts of one and a price of the other (D-5.5).
        """
        taken = {one.key: _taken(one, choices) for one in self.differences}
        header = {
            field: getattr(self.mine, field)
            for name, fields in HEADER_PARTS.items()
            if taken.get(name) is Side.MINE
            for field in fields
        }
        draft = replace(self.theirs, **header, warnings=self.mine.warnings)
        if LINES in taken:
            lines: Iterable[OrderLine] = self.mine.lines if taken[LINES] is Side.MINE else self.theirs.lines
            return replace(draft, lines=tuple(_stored(lines, self.theirs)))
        lines = _merged_lines(self, taken, draft.currency.decimals, discount_give_aways)
        return replace(draft, lines=tuple(lines))


def _taken(one: Difference, choices: Mapping[str, Side]) -> Side:
    if one.fixed:
        return Side.THEIRS
    return choices.get(one.key) or one.proposed or Side.THEIRS


def merge(base: OrderDraft, mine: OrderDraft, theirs: OrderDraft) -> Merge:
    """What differs between an order as both opened it, as it was typed here, and as it is stored now."""
    found = [
        Difference(name, 0, name, _values(base, fields), _values(mine, fields), _values(theirs, fields))
        for name, fields in HEADER_PARTS.items()
    ]
    differences = [one for one in found if one.by_me or one.by_them]
    if any(one.name in _OF_ALL_LINES for one in differences):
        whole = Difference(LINES, 0, LINES, _bare(base.lines), _bare(mine.lines), _bare(theirs.lines))
        if whole.by_me or whole.by_them:
            differences.append(whole)
    else:
        differences += _line_differences(base, mine, theirs)
    return Merge(base, mine, theirs, tuple(differences))


def _values(draft: OrderDraft | OrderLine, fields: Sequence[str]) -> object:
    values = tuple(getattr(draft, name) for name in fields)
    return values[0] if len(values) == 1 else values


def _bare(lines: Iterable[OrderLine]) -> tuple[OrderLine, ...]:
    """Lines without what the database adds to them."""
    return tuple(replace(line, version=0, warnings=()) for line in lines)


# -- lines ---------------------------------------------------------------------------------------------


def _line_differences(base: OrderDraft, mine: OrderDraft, theirs: OrderDraft) -> Iterable[Difference]:
    was = {line.id: line for line in base.lines}
    places = {line.id: place for place, line in enumerate(theirs.lines, 1)}
    places |= {line.id: place for place, line in enumerate(mine.lines, 1) if line.id}
    own = {line.id: line for line in mine.lines if line.id}
    other = {line.id: line for line in theirs.lines}
    for line_id, before in was.items():
        yield from _one_line(line_id, places.get(line_id, 0), before, own.get(line_id), other.get(line_id))
    for place, line in enumerate(mine.lines, 1):
        if line.id not in was:
            yield Difference(f"lines[new {place}]", place, "", None, _bare([line])[0], None)
    for place, line in enumerate(theirs.lines, 1):
        if line.id not in was:
            yield Difference(f"lines[#{line.id}]", place, "", None, None, _bare([line])[0])


def _one_line(
    line_id: int, place: int, was: OrderLine, mine: OrderLine | None, theirs: OrderLine | None
) -> Iterable[Difference]:
    key = f"lines[#{line_id}]"
    if mine is None or theirs is None or _values(mine, _ITEM) != _values(theirs, _ITEM) or was.cancelled:
        own, other = mine and _typed(mine), theirs and _typed(theirs)
        one = Difference(key, place, "", _typed(was), own, other)
        if one.by_me or one.by_them:
            yield one
        return
    if theirs.cancelled and _typed(mine) != _typed(was):
        # A cancelled line stays so (D-12.3): what was typed into it can be read, not taken.
        yield Difference(key, place, "", _typed(was), _typed(mine), _typed(theirs), fixed=True)
        return
    for name, fields in _line_parts(was, mine, theirs).items():
        values = _values(was, fields), _values(mine, fields), _values(theirs, fields)
        found = Difference(f"{key}.{name}", place, name, values[0], values[1], values[2])
        if found.by_me or found.by_them:
            yield found


def _line_parts(was: OrderLine, mine: OrderLine, theirs: OrderLine) -> Mapping[str, tuple[str, ...]]:
    """The parts of a line; with another unit quantity and price are one part, for they are counted in it."""
    if was.uom == mine.uom == theirs.uom:
        return LINE_PARTS
    return {"quantity": _IN_ONE_UNIT, **{name: part for name, part in LINE_PARTS.items() if name not in _IN_ONE_UNIT}}


def _typed(line: OrderLine) -> OrderLine:
    """A line as far as people type it."""
    return replace(line, version=0, warnings=(), executed=line.executed * 0, cancelled=False, gross=line.gross * 0,
                   net=line.net * 0)  # fmt: skip


def _merged_lines(
    merge: Merge, taken: Mapping[str, Side], decimals: int, discount_give_aways: bool
) -> Iterable[OrderLine]:
    was = {line.id: line for line in merge.base.lines}
    own = {line.id: line for line in merge.mine.lines if line.id}
    other = {line.id: line for line in merge.theirs.lines}
    made: dict[object, OrderLine] = {}
    for line_id in {**was, **other}:
        line = _merged_line(line_id, was.get(line_id), own.get(line_id), other.get(line_id), taken)
        if line is not None:
            made[line_id] = with_amounts(line, decimals, discount_give_aways=discount_give_aways)
    for place, line in enumerate(merge.mine.lines, 1):
        if line.id not in was and taken.get(f"lines[new {place}]") is Side.MINE:
            made[("new", place)] = replace(line, id=0, version=0)
    return [made[key] for key in _in_order(merge, made)]


def _merged_line(
    line_id: int,
    was: OrderLine | None,
    mine: OrderLine | None,
    theirs: OrderLine | None,
    taken: Mapping[str, Side],
) -> OrderLine | None:
    key = f"lines[#{line_id}]"
    if key in taken:
        if taken[key] is Side.THEIRS or was is None:
            return theirs if taken[key] is Side.THEIRS else None
        if mine is None:
            return None
        # A line they deleted comes back as a new one: its row is gone.
        return replace(mine, id=0, version=0) if theirs is None else _kept(mine, theirs)
    if was is None or mine is None or theirs is None:
        return theirs
    values = {
        field: getattr(mine, field)
        for name, fields in _line_parts(was, mine, theirs).items()
        if taken.get(f"{key}.{name}") is Side.MINE
        for field in fields
    }
    by_quantity = "quantity" in values or "price" in values
    return replace(theirs, **values, warnings=mine.warnings if by_quantity else theirs.warnings)


def _kept(mine: OrderLine, theirs: OrderLine) -> OrderLine:
    """My line over theirs, with what only the database knows of it."""
    return replace(mine, version=theirs.version, executed=theirs.executed, cancelled=theirs.cancelled)


def _stored(lines: Iterable[OrderLine], theirs: OrderDraft) -> Iterable[OrderLine]:
    other = {line.id: line for line in theirs.lines}
    for line in lines:
        known = other.get(line.id)
        yield replace(line, id=0, version=0) if known is None else _kept(line, known)


def _in_order(merge: Merge, made: Mapping[object, OrderLine]) -> Sequence[object]:
    """The lines in my order where I moved any, else in theirs; the other side's stand behind their neighbours."""
    mine: list[object] = [
        line.id if line.id in made else ("new", place) for place, line in enumerate(merge.mine.lines, 1)
    ]
    theirs: list[object] = [line.id for line in merge.theirs.lines]
    common = {line.id for line in merge.base.lines} & set(mine)
    moved = [one for one in mine if one in common] != [line.id for line in merge.base.lines if line.id in common]
    first, second = (mine, theirs) if moved else (theirs, mine)
    found = [key for key in first if key in made]
    for place, key in enumerate(second):
        if key in made and key not in found:
            before = next((one for one in reversed(second[:place]) if one in found), None)
            found.insert(found.index(before) + 1 if before is not None else 0, key)
    return found


def carried_over(
    mine: OrderDraft, stored: OrderDraft, alike: Callable[[OrderLine, OrderLine], bool] | None = None
) -> OrderDraft:
    """A draft that turns out to be entered already as `stored`: it goes on as a change of that order (P-143).

    Lines find their rows again by what they are, in their order.
    """
    same = alike or _alike
    free = list(stored.lines)
    lines: list[OrderLine] = []
    for line in mine.lines:
        known = next((one for one in free if same(line, one)), None)
        if known is None:
            lines.append(replace(line, id=0, version=0))
            continue
        del free[: free.index(known) + 1]
        lines.append(replace(line, id=known.id, version=known.version, executed=known.executed))
    return replace(
        mine,
        number=stored.number,
        status=stored.status,
        revision=stored.revision,
        id=stored.id,
        version=stored.version,
        lines=tuple(lines),
    )


def _alike(one: OrderLine, other: OrderLine) -> bool:
    if one.line_type is LineType.CODED:
        return (one.line_type, one.item, one.uom) == (other.line_type, other.item, other.uom)
    return (one.line_type, one.item, one.description) == (other.line_type, other.item, other.description)
