"""Up to which price is rounded how: the brackets of a raise, typed in a strip like the lines of an order (D-4.10)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from textual.app import ComposeResult
from textual.containers import Vertical

from fluorders_tui.domain.errors import DeskError, Invalid
from fluorders_tui.domain.locales import LocaleForm, format_decimal
from fluorders_tui.domain.price_raising import PriceBracket, RoundingMask, check_brackets, parse_mask
from fluorders_tui.widgets.edit_strip import EditStrip
from fluorders_tui.widgets.field import Field
from fluorders_tui.widgets.row_sources import ListSource, Row
from fluorders_tui.widgets.table_layout import Column
from fluorders_tui.widgets.typed_fields import DecimalField
from fluorders_tui.widgets.virtual_table import VirtualTable

__all__ = ["BracketTable"]

COLUMNS = (
    Column("mask", "Rounded by", 30, flex=True),
    Column("up_to", "Up to price", 14, align="right"),
    Column("most_deviation", "At most %", 10, align="right"),
)
SHOWN = 3
"""Brackets in sight; more scroll."""

MASK_HELP = (
    "One box per digit: [=] keeps it, [+] and [-] raise and lower it, [9] sets it. [=],[9][9] makes 12.34 to 12.99, "
    "[=] rounds to whole numbers."
)


class BracketTable(Vertical):
    """`brackets` are in the order of typing; what stands in the strip is not among them until it is added."""

    def __init__(self, form: LocaleForm) -> None:
        super().__init__(id="brackets")
        self.brackets: list[PriceBracket] = []
        self.editing: int | None = None
        """The bracket in the strip; None while a new one is typed."""
        self._form = form
        self.table = VirtualTable(COLUMNS, can_focus=False, empty="No rounding: type a bracket below, or go on.")
        self.fields: dict[str, Field] = {
            "mask": Field(
                "mask", width=0, parse=parse_mask, show=lambda value: str(cast(RoundingMask, value)), max_length=200,
                help=MASK_HELP,
            ),
            "up_to": DecimalField(
                "up_to", show=self._number, decimals=6, width=0, help="The highest price; empty: any price."
            ),
            "most_deviation": DecimalField(
                "most_deviation", show=self._number, decimals=6, width=0,
                help="Prices that rounding moves by more are shown first and stay as they were; empty: any.",
            ),
        }  # fmt: skip

    def compose(self) -> ComposeResult:
        yield self.table
        yield EditStrip(self.table, self.fields)

    def on_mount(self) -> None:
        self._show()

    def has(self, field: Field | None) -> bool:
        """Whether a field is one of the strip's."""
        return field is not None and self.fields.get(field.field_name) is field

    @property
    def is_empty(self) -> bool:
        """Nothing is typed in the strip."""
        return not any(field.text.strip() for field in self.fields.values())

    def commit(self) -> None:
        """Put the strip among the brackets. Raises `DeskError` with its field where it can't be."""
        mask = self.fields["mask"].value
        if mask is None:
            raise Invalid("How is it rounded?", field="mask", rule="D-4.10", hint="Such as [=],[9][9].")
        made = PriceBracket(
            cast(RoundingMask, mask),
            cast("Decimal | None", self.fields["up_to"].value),
            cast("Decimal | None", self.fields["most_deviation"].value),
        )
        wanted = list(self.brackets)
        if self.editing is None:
            wanted.append(made)
        else:
            wanted[self.editing] = made
        check_brackets(wanted)
        self.brackets = wanted
        self.load(None)
        self._show()

    def delete(self) -> bool:
        """Take the bracket in the strip away; False when there is none."""
        if self.editing is None:
            return False
        del self.brackets[self.editing]
        self.load(None)
        self._show()
        return True

    @property
    def place(self) -> int:
        """Where the bracket in the strip stands or would stand."""
        return len(self.brackets) if self.editing is None else self.editing

    def begin(self) -> None:
        """Go to the first field, so that typing replaces what stands there."""
        field = self.fields["mask"]
        field.focus()
        field.input.action_select_all()

    def load(self, place: int | None) -> None:
        """Put a bracket into the strip; below the last one, and with None, a new one is typed."""
        at = len(self.brackets) if place is None else max(0, place)
        self.editing = at if at < len(self.brackets) else None
        one = None if self.editing is None else self.brackets[self.editing]
        for name, field in self.fields.items():
            field.set_value(None if one is None else getattr(one, name))
        self.table.cursor = -1 if self.editing is None else self.editing

    def show_error(self, error: DeskError) -> None:
        """Show an error at its field: `mask`, or `brackets[2].up_to`."""
        field = self.fields.get(error.field.rpartition(".")[2], self.fields["mask"])
        field.focus()
        field.show_error(error)

    def _show(self) -> None:
        rows: Sequence[Row] = [
            Row(
                place,
                (
                    str(one.mask),
                    "any price" if one.up_to is None else self._number(one.up_to),
                    "" if one.most_deviation is None else self._number(one.most_deviation),
                ),
            )
            for place, one in enumerate(self.brackets)
        ]
        self.table.styles.height = min(max(1, len(rows)), SHOWN) + 1
        self.table.refresh_source(ListSource(rows))
        self.table.cursor = -1 if self.editing is None else self.editing

    def _number(self, value: Decimal) -> str:
        return format_decimal(value, self._form)
