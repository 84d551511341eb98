"""What `fluorders status` says of a number that is an offer's or a supplier order's."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fluorders_tui.shell.result import write_json
from fluorders_tui.shell.status import chain_and_story, field, plain_json, safe, wrapped, write_rows_of

if TYPE_CHECKING:
    from fluorders_tui.data.other_status import OtherState

_CSV = (
    "kind", "number", "document_status", "line", "status", "item", "description", "quantity", "uom", "done", "net",
    "currency", "due",
)  # fmt: skip
#: What is done with a line, and the command that says more.
_WORDS = {"offer": ("converted", "offer"), "supplier order": ("received", "supplier-order")}
_PARTY = {"offer": "Customer", "supplier order": "Supplier"}


def write_others(found: Sequence[OtherState], form: str, today: dt.date) -> None:
    """The documents as text, JSON (one object, or a list of several) or CSV."""
    if form == "json":
        whole = [plain_json(_data(one)) for one in found]
        write_json(whole if len(whole) > 1 else whole[0])
    elif form == "csv":
        write_rows_of((row for one in found for row in _rows(one)), _CSV, "csv")
    else:
        sys.stdout.write("\n".join("".join(f"{line}\n" for line in _text(one, today)) for one in found))


def _data(one: OtherState) -> dict[str, Any]:
    journal = [asdict(entry) for entry in one.journal]
    document = dict(one.document)
    party = _PARTY[one.kind].lower()
    named = {"kind": one.kind, party: document.pop("party"), f"{party}_name": document.pop("party_name")}
    return {**named, **document, "lines": one.lines, "links": one.links, "journal": journal}


def _rows(one: OtherState) -> Iterator[dict[str, Any]]:
    document = one.document
    for line in one.lines:
        yield line | {
            "kind": one.kind,
            "number": document["number"],
            "document_status": document["status"],
            "currency": document["currency"],
        }


def _text(one: OtherState, today: dt.date) -> Iterator[str]:
    document = one.document
    done, command = _WORDS[one.kind]
    version = f", version {document['version']}" if document["version"] > 1 else ""
    yield f"{one.kind.capitalize()} {safe(document['number'])}{version}: {document['status']}"
    yield from field(_PARTY[one.kind], f"{document['party']} {document['party_name']}".strip())
    for label, name in (
        ("Date", "date"), ("Valid to", "valid_until"), ("Delivery", "delivery_date"), ("Confirmed", "confirmed_on"),
        ("Lost", "reason"), ("Reference", "reference"),
    ):  # fmt: skip
        yield from field(label, str(document[name] or ""))
    yield from field("Total", f"{document['total']:f} {document['currency']}")
    yield ""
    yield "Lines"
    for line in one.lines:
        what = " ".join(part for part in (line["item"], line["description"]) if part)
        if not line["quantity"]:
            yield from wrapped(f"{line['line']}  {what}", "  ", "     ")
            continue
        left = line["quantity"] - line["done"]
        so_far = f", {line['done']:f} {done}, {max(left, 0):f} left" if line["done"] else ""
        due = f", due {line['due']}" if line["due"] else ""
        state = f"; {line['status']}" if line["status"] else ""
        amount = f"{line['quantity']:f} {line['uom']}".strip()
        yield from wrapped(
            f"{line['line']}  {amount} {what} = {line['net']:f} {document['currency']}{so_far}{due}{state}",
            "  ",
            "     ",
        )
    yield from chain_and_story(one.links, one.journal, today)
    yield ""
    yield f"All of it: fluorders {command} show {safe(document['number'])}"
