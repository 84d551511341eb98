"""What in a file is doubtful and yet not wrong (P-131): told beside the errors, and written all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fluorders_tui.domain.gtin import has_wrong_check_digit
from fluorders_tui.domain.registry import Value
from fluorders_tui.services.registry_shortcuts import parts_of

__all__ = ["Doubts"]

#: What two parties have in common only by mistake.
_ONCE = {
    "customers": (("vat_number", "VAT number"), ("tax_code", "tax code")),
    "suppliers": (("vat_number", "VAT number"),),
}


class Doubts:
    """Looks at the rows of one file in their order; what the first row of two says is not doubtful."""

    def __init__(self, registry: str) -> None:
        self._registry = registry
        self._seen: dict[tuple[str, str], int] = {}

    def of(
        self, number: int, values: Mapping[str, Value], cells: Mapping[str, Value]
    ) -> Iterator[tuple[str, str, str]]:
        """Field, reason and rule of each doubt about row `number`; `cells` are those of its shortcut columns."""
        for name, label in _ONCE.get(self._registry, ()):
            value = str(values.get(name) or "")
            earlier = self._seen.setdefault((name, value), number) if value else number
            if earlier != number:
                yield name, f"The {label} {value} is in row {earlier} too.", "D-2.1"
        barcodes = parts_of(cells.get("barcode"))
        if self._registry == "barcodes":
            barcodes = [str(values.get("barcode") or "")]
        for barcode in dict.fromkeys(barcodes):
            if has_wrong_check_digit(barcode):
                yield "barcode", f"The check digit of the barcode {barcode} is wrong.", "D-2.2"
        for barcode in dict.fromkeys(one for one in barcodes if barcodes.count(one) > 1):
            yield "barcode", f"The barcode {barcode} is there twice.", "D-2.2"
