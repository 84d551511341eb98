"""How the screen that converts offers shows offers, their lines, and the orders that would come (D-13.6)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fluorders_tui.domain.conversion import ConvertibleLine
from fluorders_tui.domain.conversion_choice import ConversionChoice
from fluorders_tui.domain.errors import DeskError
from fluorders_tui.domain.money import ZERO
from fluorders_tui.domain.notices import Notice
from fluorders_tui.screens.base import DeskScreen
from fluorders_tui.services.conversions import Convertible, Preview, PreviewedOrder
from fluorders_tui.widgets.row_sources import Row
from fluorders_tui.widgets.table_layout import Column

__all__ = [
    "LINES",
    "ORDERS",
    "LineRows",
    "OrderRows",
    "order_in_words",
    "said",
    "totals_of",
]

LINES = (
    Column("line", "Ln", 3, align="right"),
    Column("item", "Item", 13),
    Column("description", "Description", 24, flex=True),
    Column("quantity", "Offered", 8, align="right", drop=2),
    Column("uom", "UM", 3, drop=1),
    Column("left", "Left", 8, align="right"),
    Column("take", "Convert", 9, align="right"),
    Column("orders", "Went into", 11, drop=3),
)

ORDERS = (
    Column("order", "Orders that would come", 24, flex=True),
    Column("total", "Total", 12, align="right"),
    Column("currency", "", 3, drop=1),
)


@dataclass(frozen=True, slots=True)
class LineRows:
    """Offers with their lines under them, made into rows only where they are looked at; a `RowSource`.

    Keys are an offer's row with 0, or with its line's row.
    """

    screen: DeskScreen
    offers: tuple[Convertible, ...]
    choice: ConversionChoice
    places: tuple[tuple[int, int], ...]
    """Which offer, and which of its lines from 0, stands at a place; -1 is the offer itself."""

    @classmethod
    def of(
        cls, screen: DeskScreen, offers: Sequence[Convertible], choice: ConversionChoice, folded: frozenset[int]
    ) -> LineRows:
        """The rows of `offers`; those that are `folded` show none of their lines."""
        places = [
            (at, line)
            for at, one in enumerate(offers)
            for line in range(-1, 0 if one.offer.draft.id in folded else len(one.lines))
        ]
        return cls(screen, tuple(offers), choice, tuple(places))

    @property
    def count(self) -> int:
        return len(self.places)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        return [self._row(place) for place in self.places[start:stop]]

    def index_of(self, key: Hashable) -> int | None:
        return next((index for index, place in enumerate(self.places) if self._key(place) == key), None)

    def offer_at(self, key: Hashable) -> Convertible | None:
        """The offer of a row's key."""
        return next((one for one in self.offers if isinstance(key, tuple) and one.offer.draft.id == key[0]), None)

    def line_at(self, key: Hashable) -> ConvertibleLine | None:
        """The line of a row's key, None for the row of an offer."""
        offer = self.offer_at(key)
        return next((line for line in offer.lines if line.ref.line == key[1]), None) if offer else None  # type: ignore[index]

    def ticked(self) -> set[Hashable]:
        """The keys of ticked lines, and of offers of which all that is left is."""
        found: set[Hashable] = set()
        for one in self.offers:
            row = one.offer.draft.id
            left = [line.ref.line for line in one.lines if line.left > 0]
            found |= {(row, line) for line in left if line in self.choice.quantities}
            if left and all(line in self.choice.quantities for line in left):
                found.add((row, 0))
        return found

    def _key(self, place: tuple[int, int]) -> tuple[int, int]:
        one = self.offers[place[0]]
        return one.offer.draft.id, 0 if place[1] < 0 else one.lines[place[1]].ref.line

    def _row(self, place: tuple[int, int]) -> Row:
        one = self.offers[place[0]]
        if place[1] < 0:
            return self._offer_row(one)
        screen, line = self.screen, one.lines[place[1]]
        taken = self.choice.quantities.get(line.ref.line)
        lowered = taken is not None and taken < line.left
        return Row(
            self._key(place),
            (
                str(line.position),
                line.item or line.line_type.value,
                line.description,
                screen.number(line.quantity),
                line.uom.code,
                screen.number(line.left) if line.left else "–",
                f"{'<' if lowered else ''}{screen.number(taken)}" if taken is not None else "",
                ", ".join(line.orders),
            ),
            "muted" if line.left <= 0 else "warning" if lowered else "",
        )

    def _offer_row(self, one: Convertible) -> Row:
        offer, draft = one.offer, one.offer.draft
        newest = f" v{offer.terms.version}" if offer.terms.version > 1 else ""
        who = f"{draft.customer} {draft.name}".strip()
        prospect = "prospect " if offer.terms.prospect else ""
        wrong = one.refusal if one.refusal is not None and not one.awaits_confirmation else None
        state = "not confirmed · " if one.awaits_confirmation else f"✗ {_why(wrong)} · " if wrong is not None else ""
        description = f"{state}{prospect}{who}"
        chosen = sum(line.ref.line in self.choice.quantities for line in one.lines)
        left = sum(line.left > 0 for line in one.lines)
        look = "bad" if wrong is not None else "warning" if one.awaits_confirmation else "group"
        count = f"{chosen} of {left}" if left else "–"
        return Row((draft.id, 0), ("", draft.number + newest, description, "", "", "", count, ""), look)


def _why(error: DeskError) -> str:
    """Why it can't be, without saying first that it can't: the row has no room for it."""
    return error.message.removeprefix("This offer can't be converted. ")


@dataclass(frozen=True, slots=True)
class OrderRows:
    """What a preview says, row by row: refusals first, then each order with why it is its own and its warnings.

    `numbers` are those the orders got, once they are made. Keys are the order's place from 0 and a detail's.
    """

    screen: DeskScreen
    preview: Preview
    numbers: tuple[str, ...] = ()

    def rows(self) -> list[Row]:
        """All of them, for a `ListSource`."""
        wrong = [Row((-1, place), (f"✗ {said(error)}",), "bad") for place, error in enumerate(self.preview.refusals)]
        return wrong + [row for place, one in enumerate(self.preview.orders) for row in self._order(place, one)]

    def _order(self, place: int, one: PreviewedOrder) -> Iterable[Row]:
        screen, draft = self.screen, one.draft
        number = self.numbers[place] if self.numbers else str(place + 1)
        cells = (
            f"{number}  {draft.customer} {draft.name}",
            screen.money(one.totals.total) if one.totals else "?",
            draft.currency.code,
        )
        yield Row((place, 0), cells, "strong")
        for detail, (text, look) in enumerate(_details(one, made=bool(self.numbers)), 1):
            yield Row((place, detail), (f"   {text}",), look)


def _details(one: PreviewedOrder, *, made: bool) -> Iterable[tuple[str, str]]:
    count = len(one.draft.lines)
    yield f"{count} {'line' if count == 1 else 'lines'} from {_offers(one)}", "muted"
    yield from ((f"apart by {reason}", "") for reason in one.reasons)
    if one.new_customer:
        verb = "became" if made else "becomes"
        what = f"{verb} customer {one.new_customer}, known already" if one.is_known else f"{verb} new customer "
        yield f"! prospect {what}{'' if one.is_known else one.new_customer}", "warning"
    yield from ((f"! {_notice(notice)}", "warning") for notice in one.warnings)


def _offers(one: PreviewedOrder) -> str:
    return ", ".join(offer.draft.number for offer in one.offers)


def _notice(notice: Notice) -> str:
    where = f"line {notice.line}: " if notice.line else ""
    return f"{where}{notice.text}"


def order_in_words(screen: DeskScreen, one: PreviewedOrder, number: str) -> tuple[str, list[str]]:
    """Title and text for the reading pane: the whole order with its lines."""
    draft = one.draft
    told = [f"{draft.customer} {draft.name}".strip(), *(text for text, _ in _details(one, made=bool(number))), ""]
    for place, line in enumerate(draft.lines, 1):
        what = f"{line.item} {line.description}".strip()
        if line.quantity:
            figures = f"{screen.number(line.quantity)} {line.uom.code} × {screen.price(line.price)}"
            told.append(f"{place:>4}  {what}: {figures} = {screen.money(line.net)}")
        else:
            told.append(f"{place:>4}  {what}")
    if one.totals is not None:
        code = draft.currency.code
        told += ["", f"Taxable {screen.money(one.totals.taxable)}, VAT {screen.money(one.totals.vat)},"
                     f" total {screen.money(one.totals.total)} {code}"]  # fmt: skip
    return f"Order {number}" if number else "Order that would come", told


def said(error: DeskError) -> str:
    """A refusal in one sentence, with where it is and its way out."""
    number, colon, _ = error.field.partition(": ")
    where = f"{number}: " if colon else ""
    rule = f" ({error.rule})" if error.rule else ""
    return f"{where}{error.message}{rule} {error.hint}".rstrip()


def totals_of(screen: DeskScreen, preview: Preview) -> str:
    """What the orders come to, by currency: `1,234.00 EUR + 20.00 USD`."""
    sums: dict[str, Decimal] = {}
    for one in preview.orders:
        if one.totals is not None:
            code = one.draft.currency.code
            sums[code] = sums.get(code, ZERO) + one.totals.total
    return " + ".join(f"{screen.money(total)} {code}" for code, total in sums.items())
