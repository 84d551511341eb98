"""Barcodes with a check digit: GTIN-8, -12, -13 and -14, as printed on goods (D-2.2)."""

from __future__ import annotations

_LENGTHS = (8, 12, 13, 14)


def has_wrong_check_digit(barcode: str) -> bool:
    """Whether a text that looks like a GTIN is none; other barcodes have no check digit to be wrong."""
    if len(barcode) not in _LENGTHS or not (barcode.isascii() and barcode.isdecimal()):
        return False
    digits = [int(digit) for digit in reversed(barcode)]
    return bool((sum(digits[::2]) + 3 * sum(digits[1::2])) % 10)
