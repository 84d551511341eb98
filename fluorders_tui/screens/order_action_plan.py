"""What an action would do, worked out before anything is changed; and what working it out needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fluorders_tui.domain.conditions import CustomerConditions, ItemCard, LineChecks
from fluorders_tui.domain.discounts import format_discounts
from fluorders_tui.domain.errors import DeskError, Invalid, Refused, Several
from fluorders_tui.domain.locales import LocaleForm, format_date, format_decimal
from fluorders_tui.domain.mass_changes import LineRefusal, MassChange
from fluorders_tui.domain.order import LineType, OrderDraft, OrderLine
from fluorders_tui.screens.order_action_text import OrderAction, line_indexes
from fluorders_tui.screens.order_session import OrderSession

if TYPE_CHECKING:
    from fluorders_tui.domain.offers import OfferTerms
    from fluorders_tui.screens.order_kind import Typed

__all__ = ["Plan", "Planning", "counted"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The order as the action would leave it.

    With `shown` it is read under `title` before Enter does it, else it is done at once. `done` is said
    afterwards. `cursor` is the line, from 0, where the cursor then stands. `conditions` come with a draft
    that is another document, and `terms` with one that is an offer. `write` is the service's part of it, which
    gives the stored document as it is then; `opens` another screen that takes over, with what it is told.
    """

    draft: OrderDraft
    done: str
    title: str = ""
    shown: tuple[str, ...] = ()
    warn: bool = False
    cursor: int | None = None
    cards: Mapping[str, ItemCard] = field(default_factory=dict)
    conditions: CustomerConditions | None = None
    terms: OfferTerms | None = None
    write: Callable[[], Typed] | None = None
    opens: tuple[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Planning:
    """One typed action on the order of `session`; `place` is the line at hand, from 0, −1 for none.

    Everything here reads, also from the database, and runs in a thread; nothing is changed.
    """

    session: OrderSession
    form: LocaleForm
    action: OrderAction
    place: int = -1

    # -- what it is about --------------------------------------------------------------------------

    @property
    def draft(self) -> OrderDraft:
        """The order as it stands."""
        return self.session.draft

    @property
    def words(self) -> str:
        """What was typed after the action's name."""
        return self.action.words

    @property
    def checks(self) -> LineChecks:
        """The company's checks of lines."""
        return self.session.desk.checks

    @property
    def today(self) -> dt.date:
        """The company's date."""
        return self.session.desk.today()

    @property
    def conditions(self) -> CustomerConditions:
        """The customer's conditions. Raises `Refused` where no customer is chosen."""
        self.need_customer()
        if self.session.conditions is None:
            raise Refused("This customer's conditions could not be read.", field="customer", rule="D-3.1")
        return self.session.conditions

    def need_customer(self) -> None:
        """Raise `Refused` where nobody is chosen."""
        if not self.session.is_for_somebody:
            raise Refused("Choose the customer first.", field="customer", rule="D-3.1")

    def wants(self, word: str) -> bool:
        """Whether an option, or its beginning, was typed."""
        return any(word.startswith(one) for one in self.words.casefold().split())

    def one(self) -> int:
        """The line meant, from 0: the one named, else the one at hand. Raises `Refused`, `Invalid`."""
        lines = self.draft.lines
        if not lines:
            raise Refused("There is no line yet.", field="item")
        found = line_indexes(self.action, len(lines), [self.place] if 0 <= self.place < len(lines) else [])
        if len(found) != 1:
            raise Invalid("Name one line, as in #2.", field="item")
        return found[0]

    def many(self) -> list[int]:
        """The lines meant, from 0: those named, else all that are no notes. Raises `Refused`, `Invalid`."""
        lines = self.draft.lines
        if not lines:
            raise Refused("There is no line yet.", field="item")
        usual = [index for index, line in enumerate(lines) if line.line_type is not LineType.NOTE]
        return line_indexes(self.action, len(lines), usual)

    def cards(self, codes: Iterable[str]) -> dict[str, ItemCard]:
        """The cards at hand, and those of `codes` where they were not read yet."""
        known = self.session.cards
        missing = [code for code in dict.fromkeys(codes) if code and code not in known]
        return known | self.session.read_cards(missing) if missing else known

    # -- words about it ----------------------------------------------------------------------------

    def number(self, value: Decimal) -> str:
        """A quantity or percent by locale."""
        return format_decimal(value, self.form)

    def price(self, value: Decimal) -> str:
        """A unit price by locale, with two to six decimals."""
        return format_decimal(value, self.form, max(2, -int(value.normalize().as_tuple().exponent)))

    def amount(self, value: Decimal) -> str:
        """An amount in document currency by locale."""
        return format_decimal(value, self.form, self.draft.currency.decimals)

    def day(self, value: dt.date | None) -> str:
        """A date by locale."""
        return "no date" if value is None else format_date(value, self.form)

    def quantity(self, line: OrderLine) -> str:
        """`12 pc`."""
        return f"{self.number(line.quantity)} {line.uom.code}".rstrip()

    def worth(self, line: OrderLine) -> str:
        """Price, discounts and net of a line: `10.00 less 50+10 = 54.00`."""
        less = f" less {format_discounts(line.discounts)}" if line.discounts else ""
        return f"{self.price(line.price)}{less} = {self.amount(line.net)}"

    def named(self, number: int, line: OrderLine) -> str:
        """A line by number and item, ready for what is said about it."""
        return f"{f'Line {number}':<9} {(line.item or line.description)[:14]:<14}"

    def refusals(self, refused: Sequence[LineRefusal]) -> list[str]:
        """Which lines stay as they are, with the rule and the way out."""
        return [f"{self.named(one.number, self.draft.lines[one.number - 1])}  stays: {one.error}" for one in refused]

    def totals(self, draft: OrderDraft) -> list[str]:
        """The order's total before and after, where it changes."""
        before, after = self.session.totals.total, self.session.totals_of(draft).total
        if before == after:
            return []
        code = draft.currency.code
        return ["", f"{'Total':<24}  {self.amount(before)} → {self.amount(after)} {code}"]

    def changed(self, change: MassChange, shown: Mapping[int, str]) -> Plan:
        """A change of many lines as a plan; `shown` says by number what becomes of each.

        Raises what forbids it when no line changes at all, `Refused` when nothing would change.
        """
        if not change.changed:
            errors = {str(one.error): one.error for one in change.refused}
            if not errors:
                raise Refused("Nothing would change.", field="item")
            if len(errors) == 1:
                raise next(iter(errors.values()))
            raise Several([_on_line(one) for one in change.refused])
        told = counted(len(change.changed), "line")
        left = f", {len(change.refused)} not" if change.refused else ""
        rows = [f"{self.named(number, self.draft.lines[number - 1])}  {text}" for number, text in shown.items()]
        rows += self.totals(change.draft)
        known = set(self.session.warnings())
        warnings = self.session.warnings_of(change.draft, self.session.totals_of(change.draft))
        new = [f"! {warning}" for warning in warnings if warning not in known]
        return Plan(
            change.draft,
            f"{told} changed{left}. Ctrl+Z takes it back.",
            f"{told} will change{left}",
            (*rows, *new, *self.refusals(change.refused)),
            warn=bool(change.refused or new),
        )


def _on_line(refused: LineRefusal) -> DeskError:
    error = refused.error
    return type(error)(error.message, field=f"line {refused.number}", rule=error.rule, hint=error.hint)


def counted(count: int, what: str) -> str:
    """`1 line`, `2 lines`; `1 delivery`, `2 deliveries`."""
    if count == 1:
        return f"1 {what}"
    return f"{count} {what[:-1]}ies" if what.endswith("y") else f"{count} {what}s"
