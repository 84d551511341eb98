"""VAT numbers and tax codes by each country's own rules; what no rule is known for is accepted (D-2.1)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

#: Which of a country's numbers may stand in the tax-code field; other countries' are accepted as they are.
_TAX_CODES = {
    "IT": ("it.codicefiscale", "it.iva"),
    "ES": ("es.nif",),
    "FR": ("fr.siret", "fr.siren", "fr.nif", "fr.tva"),
    "DE": ("de.idnr", "de.stnr", "de.vat"),
    "US": ("us.tin",),
}


def wrong_vat_number(country: str, number: str) -> str:
    """Why `number` can't be a VAT number of the country with this ISO code; empty when it can."""
    module = _vat_module(country)
    return _wrong(number, [module]) if module is not None else ""


def wrong_tax_code(country: str, number: str) -> str:
    """Why `number` can't be a tax code of the country with this ISO code; empty when it can."""
    modules = [_module(name) for name in _TAX_CODES.get(country, ())]
    return _wrong(number, modules) if modules else ""


@lru_cache(maxsize=64)
def _vat_module(country: str) -> Any:
    from stdnum import get_cc_module

    # The United States have no VAT; what the library offers there are other numbers.
    return None if country == "US" else get_cc_module("el" if country == "GR" else country.lower(), "vat")


@lru_cache(maxsize=64)
def _module(name: str) -> Any:
    from importlib import import_module

    return import_module(f"stdnum.{name}")


def _wrong(number: str, modules: list[Any]) -> str:
    from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

    reason = ""
    for module in modules:
        try:
            module.validate(number)
        except InvalidChecksum:
            reason = "a check digit is wrong"
        except InvalidLength:
            reason = reason or "it is too long or too short"
        except ValidationError:
            reason = reason or "its form is wrong"
        else:
            return ""
    return reason
