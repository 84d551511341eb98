"""List customer lines that a change on a supplier's side touches, and decide about one.

For example: fluorders supply-exceptions, fluorders supply-exceptions --decide 12 elsewhere
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.shell.result import add_format, write_rows

if TYPE_CHECKING:
    from fluorders_tui.services.desk import Desk
    from fluorders_tui.services.supply_exceptions import PendingException

COLUMNS = (
    "link", "kind", "urgent", "order", "line", "customer", "customer_name", "item", "quantity", "supplier_order",
    "supplier", "was_due", "due", "promised", "choices", "message",
)  # fmt: skip
_TEXT_COLUMNS = ("link", "kind", "order", "line", "item", "quantity", "due", "choices")

#: The words of the shell for the choices and kinds of the domain.
_WORDS = {"accept": "accept the date", "elsewhere": "order elsewhere", "stock": "serve from stock", "force": "force"}
_KINDS = {"date": "date changed", "short": "confirmed short", "cancelled": "cancelled"}


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders supply-exceptions`."""
    parser.add_argument("--urgent", action="store_true", help="only what asks for a decision")
    parser.add_argument("--decide", nargs=2, metavar=("LINK", "CHOICE"), help=f"CHOICE is one of {', '.join(_WORDS)}")
    parser.add_argument("--kind", choices=tuple(_KINDS), help="which, where a link has more than one")
    add_format(parser)


def run(args: Namespace, settings: Settings) -> int:
    """List them, what asks for a decision first; or decide about one."""
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    from fluorders_tui.services.supply_exceptions import exceptions

    found = exceptions(desk, urgent=args.urgent)
    if args.decide:
        return _decide(desk, found, args)
    text = args.format == "text"
    written = write_rows(_cells(found, text=text), _TEXT_COLUMNS if text else COLUMNS, args)
    if text and not written:
        sys.stderr.write("Nothing waits for a decision.\n")
    return 0


def _decide(desk: Desk, found: list[PendingException], args: Namespace) -> int:
    from fluorders_tui.domain.money import plain
    from fluorders_tui.services.supply_exceptions import Choice, resolve

    link, word = args.decide
    if word not in _WORDS:
        raise Unreadable(f"There is no choice “{word}”.", field="--decide", hint=f"Known: {', '.join(_WORDS)}.")
    wanted = _KINDS.get(args.kind or "", "")
    fitting = [one for one in found if str(one.link_id) == link and wanted in ("", one.exception.kind.value)]
    if len(fitting) != 1:
        told = f"{len(fitting)} exceptions stand" if fitting else "No exception stands"
        raise Unreadable(f"{told} at link {link}.", field="--decide", hint="Say which with --kind." if fitting else "")
    made = resolve(desk, fitting[0].link_id, fitting[0].exception.kind, Choice(_WORDS[word]))
    if made.reorder:
        item, order = fitting[0].exception.item, fitting[0].order
        sys.stderr.write(
            f"{plain(made.reorder)} of {item} are to be ordered: "
            f"fluorders supply-proposals --order {order} --item {item} --without {fitting[0].supplier}\n"
        )
    return 0


def _cells(found: list[PendingException], *, text: bool) -> Iterator[list[Any]]:
    short = {choice: word for word, choice in _WORDS.items()}
    for one in found:
        what = one.exception
        choices = " ".join(short[choice.value] for choice in what.choices)
        if text:
            yield [one.link_id, what.kind.value, one.order, one.line, what.item, what.quantity, what.due, choices]
        else:
            yield [
                one.link_id, what.kind.value, what.urgent, one.order, one.line, one.customer, one.customer_name,
                what.item, what.quantity, one.supplier_order, one.supplier, what.was_due, what.due, what.promised,
                choices, what.message,
            ]  # fmt: skip
