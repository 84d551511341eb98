"""Fields for dates and numbers in shorthand, formatted by locale when they are left (U-1.8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import cast

from fluorders_tui.domain.shorthand import parse_date, parse_decimal
from fluorders_tui.widgets.field import Field

__all__ = ["DateField", "DecimalField"]


class DateField(Field):
    """A date typed as `15`, `1503`, `15.3`, `+7` or `t`; `today` comes from the injected clock (E-2.3)."""

    def __init__(
        self,
        name: str,
        label: str = "",
        *,
        today: Callable[[], dt.date],
        show: Callable[[dt.date], str] = dt.date.isoformat,
        day_first: bool = True,
        past_ok: bool = False,
        needed: bool = False,
        label_width: int = 12,
        width: int = 11,
        help: str = "",  # noqa: A002 - what F1 shows for the field
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(
            name,
            label,
            parse=lambda text: parse_date(text, today(), day_first=day_first, past_ok=past_ok),
            show=lambda value: show(cast(dt.date, value)),
            needed=needed,
            label_width=label_width,
            width=width,
            help=help,
            id=id,
            classes=classes,
        )

    @property
    def date(self) -> dt.date | None:
        """The date accepted last."""
        return cast("dt.date | None", self.value)


class DecimalField(Field):
    """A number typed as `12,50`, `12.50` or `3*12`; `decimals` limits the places after the mark."""

    def __init__(
        self,
        name: str,
        label: str = "",
        *,
        show: Callable[[Decimal], str] = str,
        decimals: int | None = None,
        needed: bool = False,
        label_width: int = 12,
        width: int = 12,
        on_block: Callable[[str], Awaitable[None]] | None = None,
        help: str = "",  # noqa: A002 - what F1 shows for the field
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(
            name,
            label,
            parse=lambda text: parse_decimal(text, decimals=decimals),
            show=lambda value: show(cast(Decimal, value)),
            needed=needed,
            label_width=label_width,
            width=width,
            on_block=on_block,
            help=help,
            id=id,
            classes=classes,
        )

    @property
    def number(self) -> Decimal | None:
        """The number accepted last."""
        return cast("Decimal | None", self.value)
