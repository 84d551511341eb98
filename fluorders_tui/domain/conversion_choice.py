"""What a person chooses to convert while they look at it: pure changes of a frozen choice (D-13.3, E-1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from fluorders_tui.domain.conversion import ConvertibleLine, Lines, check_part, select_lines

__all__ = ["ConversionChoice", "OfferLines"]


@dataclass(frozen=True, slots=True)
class OfferLines:
    """An offer by row with its lines as they were read; `ready` unless something but its confirmation is missing."""

    offer: int
    lines: tuple[ConvertibleLine, ...]
    ready: bool = True


@dataclass(frozen=True)
class ConversionChoice:
    """Offers and, by the rows of their ticked lines, the quantities to be converted; the rest is not ticked."""

    offers: tuple[OfferLines, ...] = ()
    quantities: Mapping[int, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def begin(cls, offers: Iterable[OfferLines], which: Lines = Lines.ALL) -> ConversionChoice:
        """With all lines ticked of which something is left, or only those that are still open as a whole (D-13.3)."""
        given = tuple(offers)
        ready = [line for one in given if one.ready for line in one.lines]
        return cls(given, MappingProxyType(select_lines(ready, which)))

    @property
    def chosen(self) -> tuple[int, ...]:
        """The offers of which a line is ticked."""
        return tuple(one.offer for one in self.offers if any(line.ref.line in self.quantities for line in one.lines))

    def tick(self, line: ConvertibleLine) -> ConversionChoice:
        """The line ticked with all that is left of it, or no longer ticked; nothing left can't be ticked."""
        wanted = dict(self.quantities)
        if wanted.pop(line.ref.line, None) is None and line.left > 0:
            wanted[line.ref.line] = line.left
        return replace(self, quantities=MappingProxyType(wanted))

    def tick_offer(self, offer: int) -> ConversionChoice:
        """All lines of an offer ticked, keeping what was lowered; none of them once all of them are."""
        lines = [line for one in self.offers if one.offer == offer for line in one.lines if line.left > 0]
        wanted = dict(self.quantities)
        if all(line.ref.line in wanted for line in lines):
            for line in lines:
                del wanted[line.ref.line]
        else:
            wanted = {line.ref.line: line.left for line in lines} | wanted
        return replace(self, quantities=MappingProxyType(wanted))

    def take(self, line: ConvertibleLine, quantity: Decimal) -> ConversionChoice:
        """The line with another quantity; 0 takes the tick away. Raises `Refused` for more than is left (D-13.5)."""
        wanted = dict(self.quantities)
        if quantity == 0:
            wanted.pop(line.ref.line, None)
        else:
            check_part(line, quantity)
            wanted[line.ref.line] = quantity
        return replace(self, quantities=MappingProxyType(wanted))

    def choose(self, which: Lines) -> ConversionChoice:
        """Ticked anew: all that is left, or only the lines nothing was converted of; what was lowered is forgotten."""
        return self.begin(self.offers, which)

    def renewed(self, offers: Iterable[OfferLines]) -> ConversionChoice:
        """The same choice over the offers as they stand now: ticks and lowered quantities stay, up to what is left."""
        given = tuple(offers)
        kept = {
            line.ref.line: min(self.quantities[line.ref.line], line.left)
            for one in given
            for line in one.lines
            if line.ref.line in self.quantities and line.left > 0
        }
        return ConversionChoice(given, MappingProxyType(kept))
