"""How numbers and dates look in a locale: marks between digits and the order of day, month and year.

The locales of the fast start stand here, because reading them from Babel costs more than the first screen; any
other locale is asked from Babel when it is first needed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from fluorders_tui.domain.money import fixed, plain

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class LocaleForm:
    """Decimal and group mark, and the date as a pattern of `{d}`, `{m}` (two digits each) and `{y}` (four)."""

    decimal: str = "."
    group: str = ","
    date: str = "{y}-{m}-{d}"

    @property
    def day_first(self) -> bool:
        """Whether a date typed without its year starts with the day."""
        return self.date.index("{m}") > self.date.index("{d}") or self.date.startswith("{y}")


#: Without a known locale: the international forms.
NEUTRAL = LocaleForm(".", NO_BREAK_SPACE, "{y}-{m}-{d}")

_KNOWN = {
    "it": LocaleForm(",", ".", "{d}/{m}/{y}"),
    "de": LocaleForm(",", ".", "{d}.{m}.{y}"),
    "de_AT": LocaleForm(",", NO_BREAK_SPACE, "{d}.{m}.{y}"),
    "de_CH": LocaleForm(".", "’", "{d}.{m}.{y}"),
    "fr": LocaleForm(",", NO_BREAK_SPACE, "{d}/{m}/{y}"),
    "es": LocaleForm(",", ".", "{d}/{m}/{y}"),
    "en": LocaleForm(".", ",", "{m}/{d}/{y}"),
    "en_US": LocaleForm(".", ",", "{m}/{d}/{y}"),
    "en_GB": LocaleForm(".", ",", "{d}/{m}/{y}"),
}
_REGIONS_LIKE_LANGUAGE = {"it_IT", "de_DE", "fr_FR", "es_ES"}


@lru_cache(maxsize=32)
def locale_form(tag: str) -> LocaleForm:
    """The form of a locale such as `it`, `de_CH`, `en-GB` or `fr_FR.UTF-8`; the neutral one when it is unknown."""
    name = tag.split(".")[0].split("@")[0].replace("-", "_")
    language, _, region = name.partition("_")
    name = f"{language.lower()}_{region.upper()}" if region else language.lower()
    if name in _REGIONS_LIKE_LANGUAGE:
        name = language.lower()
    return _KNOWN.get(name) or _from_babel(name)


def _from_babel(name: str) -> LocaleForm:
    import babel

    try:
        locale = babel.Locale.parse(name)
    except (ValueError, babel.UnknownLocaleError):
        return NEUTRAL
    symbols = locale.number_symbols.get("latn", {})
    group = str(symbols.get("group", "")).replace("\N{NARROW NO-BREAK SPACE}", NO_BREAK_SPACE)
    return LocaleForm(str(symbols.get("decimal", ".")), group, _date_pattern(locale.date_formats["short"].pattern))


def _date_pattern(pattern: str) -> str:
    """Babel's short pattern (`d. M. yy`) with all digits shown; the neutral one when it has other fields."""
    shown = ""
    for i, char in enumerate(pattern):
        if char in "dMLyu" and i and pattern[i - 1] == char:
            continue
        shown += {"d": "{d}", "M": "{m}", "L": "{m}", "y": "{y}", "u": "{y}"}.get(char, "" if char in "'‏‎" else char)
    if all(shown.count(field) == 1 for field in ("{d}", "{m}", "{y}")) and "G" not in shown:
        return shown
    return NEUTRAL.date


def format_decimal(value: Decimal, form: LocaleForm = NEUTRAL, decimals: int | None = None, group: bool = True) -> str:
    """`value` as people of the locale write it: `1.234,50`.

    With `decimals` rounded half up to exactly that many places, else the shortest exact text.
    """
    text = plain(value) if decimals is None else fixed(value, decimals)
    sign = "-" if text.startswith("-") and text.strip("-0.") else ""
    whole, _, rest = text.removeprefix("-").partition(".")
    if group and form.group:
        whole = f"{int(whole):,}".replace(",", form.group)
    return f"{sign}{whole}{form.decimal if rest else ''}{rest}"


def format_date(date: dt.date, form: LocaleForm = NEUTRAL) -> str:
    """`date` as people of the locale write it, always with four digits of the year."""
    return form.date.format(d=f"{date.day:02d}", m=f"{date.month:02d}", y=f"{date.year:04d}")
