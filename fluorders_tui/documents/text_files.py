"""Text files as people have them: which encoding, which separator, which rows."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import BinaryIO

from fluorders_tui.domain.errors import Unreadable

SAMPLE_BYTES = 256 * 1024
SAMPLE_ROWS = 200
_CHUNK = 1 << 20
_SEPARATORS = ";\t,|"
#: A separator that stands in no file: one column only.
NO_SEPARATOR = "\x1f"
LONGEST_CELL = 1_000_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Cells a spreadsheet would run as a formula, and those that look like them after quoting (`without_quote`).
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r]")


def with_quote(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would take it for a formula.

    That is text starting with `=`, `+`, `-`, `@`, a tab or a carriage return (numbers such as `-3` excepted), and
    text that already has apostrophes before one of these. `without_quote` takes exactly one away again.
    """
    if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def without_quote(text: str) -> str:
    """The text that `with_quote` quoted."""
    return text[1:] if _QUOTED_FORMULA.match(text) else text


def encoding_of(stream: BinaryIO) -> str:
    """The encoding of a seekable file: by its byte-order mark, else UTF-16 by its zero bytes, else UTF-8, else
    Windows-1252 (the Western Excel's), or Latin-1 where bytes have no place in that. Leaves the file at its start."""
    stream.seek(0)
    start = stream.read(4096)
    stream.seek(0)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    if start and start.count(0) > len(start) // 4:
        return "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"
    for encoding in ("utf-8", "cp1252"):
        if _decodes(stream, encoding):
            return encoding
    return "latin-1"


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(0)
    return True


def separator_of(sample: str) -> str:
    """The separator of a CSV text: what `sep=` says, else the one that cuts the first lines most evenly."""
    first = next((line for line in sample.splitlines() if line.strip()), "")
    if declared := declared_separator(first):
        return declared
    best, best_score = NO_SEPARATOR, (0.0, 0)
    for separator in _SEPARATORS:
        widths = [len(row) for row in _rows(sample.splitlines(keepends=True)[:SAMPLE_ROWS], separator) if row]
        if not widths or widths[0] < 2:
            continue
        even = sum(width == widths[0] for width in widths) / len(widths)
        if (score := (even, widths[0])) > best_score:
            best, best_score = separator, score
    return best


def declared_separator(line: str) -> str:
    """The separator of a first line such as `sep=;` that some spreadsheets write; empty for any other line."""
    match = re.fullmatch(r'"?sep=(.)"?', line.strip("\ufeff\r\n "), re.IGNORECASE)
    if match:
        return match.group(1)
    return "\t" if line.strip("\ufeff\r\n").lower() == "sep=\t" else ""


def _rows(lines: Sequence[str], separator: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=separator)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue


def records(text: TextIOWrapper, separator: str, name: str) -> Iterator[list[str] | Unreadable]:
    """Every record of a CSV text, blank ones included, and an error in the place of one that can't be read."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Unreadable(_in_words(error, separator), field=f"{name}, row {number}")
        except UnicodeDecodeError:
            raise Unreadable(f"The text breaks off at row {number}.", field=name) from None


def _in_words(error: csv.Error, separator: str) -> str:
    said = str(error)
    if "unexpected end" in said:
        return "A quotation mark is opened and never closed."
    if "expected after" in said:
        return f"After a closing quotation mark comes {separator!r} or the end of the row; quotes inside are doubled."
    if "field larger" in said:
        return f"A cell has more than {LONGEST_CELL} characters; perhaps a quotation mark is never closed."
    return f"The row can't be read: {said}."
