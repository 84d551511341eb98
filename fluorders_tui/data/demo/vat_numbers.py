"""VAT numbers that pass the check of their country and belong to nobody in particular."""

from __future__ import annotations

from random import Random
from typing import Any

from stdnum import get_cc_module, luhn

# `#` is any digit, `?` the check digits that are tried until the number is right.
_PATTERNS = {
    "IT": "IT0######015?",
    "DE": "DE########?",
    "ES": "ESB#######?",
    "AT": "ATU#######?",
    "GB": "GB#######??",
    "NL": "NL########?B01",
    "PL": "PL#########?",
    "CH": "CHE########? MWST",
}


def vat_number(country: str, rng: Random) -> str:
    """A valid VAT number of a country, empty for those without a pattern."""
    if country == "FR":
        siren = f"{rng.randrange(10**7, 10**8)}"
        siren += luhn.calc_check_digit(siren)
        return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"
    pattern = _PATTERNS.get(country)
    if pattern is None:
        return ""
    module: Any = get_cc_module(country.lower(), "vat")
    checks = pattern.count("?")
    while True:
        base = "".join(str(rng.randrange(1, 10)) if char == "#" else char for char in pattern)
        for check in range(10**checks):
            number = base.replace("?" * checks, f"{check:0{checks}d}")
            if module.is_valid(number):
                return number
