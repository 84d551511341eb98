"""The steps of `fluorders order`: confirm, cancel, reopen, force, unforce and archive orders, one or many.

Every order is a transaction of its own: one that is refused stays as it is and is told, the others are done.
The exit code is that of the gravest refusal: 4 conflict, 3 not allowed, 1 a rule of the trade.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fluorders_tui.domain.errors import DeskError, Invalid, Unreadable

if TYPE_CHECKING:
    from fluorders_tui.config import Settings
    from fluorders_tui.services.desk import Desk
    from fluorders_tui.services.order_life import Asked
    from fluorders_tui.services.order_life_preview import Consequences

#: What is typed, what it does, and whether it takes lines and a reason.
STEPS: dict[str, tuple[str, bool, bool]] = {
    "confirm": ("confirm orders", False, False),
    "cancel": ("cancel orders or single lines; what was delivered stays", True, True),
    "reopen": ("take a confirmation back, or enter a rejected order again", False, False),
    "force": ("close what is left of orders or single lines", True, True),
    "unforce": ("open again what was closed by force", True, False),
    "archive": ("put orders away with which nothing is left to do", False, False),
}
_COLUMNS = ("number", "before", "status", "execution", "revision", "done", "message")


def add_steps(commands: Any, formats: Sequence[str]) -> None:
    """Describe the arguments of each step."""
    for name, (about, lines, reason) in STEPS.items():
        made: ArgumentParser = commands.add_parser(name, prog=f"fluorders order {name}", help=about)
        made.add_argument("numbers", metavar="NUMBER", nargs="+", help="the order's number")
        if lines:
            made.add_argument(
                "--line", dest="lines", metavar="N", type=int, action="append", default=[],
                help="only this line (may be given several times; of one order)",
            )  # fmt: skip
        if reason:
            known = "a code of the cancellation reasons" + (", or words" if name == "force" else "")
            made.add_argument("--reason", metavar="TEXT", required=True, help=f"why: {known}")
        made.add_argument("--comment", metavar="TEXT", default="", help="kept in the journal")
        made.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
        made.add_argument("--format", choices=formats, default="text", help="text (default), json, csv")


def run_step(args: Namespace, settings: Settings) -> int:
    """Take the step with every order named, and write how each stands now."""
    from fluorders_tui.services.order_life import Asked, OrderStep, take_many
    from fluorders_tui.services.order_life_preview import preview_many
    from fluorders_tui.shell.opening import open_desk

    lines = tuple(getattr(args, "lines", ()))
    if lines and len(args.numbers) > 1:
        raise Unreadable("Lines are those of one order.", field="--line", hint="Name one order.")
    desk = open_desk(settings)
    asked = Asked(OrderStep(args.action), lines, getattr(args, "reason", ""), args.comment)
    found, errors = rows_named(desk, args.numbers)
    if args.dry_run:
        seen = preview_many(desk, found, asked)
        _write_preview(seen, asked, args.format)
        errors += [one.error for one in seen if one.error is not None]
    else:
        done = take_many(desk, [(row, None) for row in found], asked)
        _write(
            (
                {
                    "number": one.number,
                    "before": found[one.order_id],
                    "status": one.saved.draft.status.value if one.saved else found[one.order_id],
                    "execution": one.saved.execution.value if one.saved else "",
                    "revision": one.saved.draft.revision if one.saved else None,
                    "done": one.saved is not None,
                    "message": str(one.error) if one.error else "",
                }
                for one in done
            ),
            args.format,
        )
        errors += [refusal_of(one.number, one.error) for one in done if one.error is not None]
    return told_refusals(errors)


def rows_named(desk: Desk, numbers: Iterable[str]) -> tuple[dict[int, str], list[DeskError]]:
    """The rows of the orders named with their status, each once, and why one can't be meant."""
    from fluorders_tui.services.orders import open_order

    found: dict[int, str] = {}
    errors: list[DeskError] = []
    for number in numbers:
        try:
            draft = open_order(desk, number).draft
        except Invalid as error:
            errors.append(error)
        else:
            found[draft.id] = draft.status.value
    return found, errors


def refusal_of(number: str, error: DeskError) -> DeskError:
    """An error with the number of the order it is about."""
    return type(error)(f"{number}: {error.message}", field=error.field, rule=error.rule, hint=error.hint)


def told_refusals(errors: Sequence[DeskError]) -> int:
    """Each refusal on standard error; the exit code of the gravest."""
    for error in errors:
        sys.stderr.write(f"fluorders: {error}\n")
    return max((error.exit_code for error in errors), default=0)


def _write(rows: Iterable[dict[str, Any]], form: str) -> None:
    if form == "json":
        from fluorders_tui.shell.result import write_json

        write_json(list(rows))
        return
    if form == "csv":
        from fluorders_tui.documents.table_writing import write_table

        write_table(([row[name] for name in _COLUMNS] for row in rows), _COLUMNS, "csv", sys.stdout)
        return
    for row in rows:
        if row["done"]:
            revision = f", revision {row['revision']}" if row["revision"] else ""
            same = row["before"] == row["status"]
            moved = row["status"] if same else f"{row['before']} → {row['status']}"
            sys.stdout.write(f"{row['number']}: {moved}{revision}\n")


def _write_preview(seen: Sequence[Consequences], asked: Asked, form: str) -> None:
    if form != "text":
        _write(
            (
                {
                    "number": one.number, "before": one.before.value, "status": one.after.value, "execution": "",
                    "revision": None, "done": False, "message": str(one.error) if one.error else " ".join(one.told),
                }
                for one in seen
            ),
            form,
        )  # fmt: skip
        return
    for one in seen:
        if one.error is None:
            sys.stdout.writelines(f"{line}\n" for line in consequences_text(one))


def consequences_text(one: Consequences) -> Iterator[str]:
    """What a step would do to one order, in plain lines."""
    from fluorders_tui.domain.money import plain

    moved = one.after.value if one.before is one.after else f"{one.before.value} → {one.after.value}"
    yield f"{one.number} {one.customer}: would be {moved}"
    for line in one.lines:
        left = f", {plain(line.left)} {line.uom}".rstrip() + " left" if line.left else ""
        what = f"{line.item} {line.description}".strip()
        yield f"  line {line.number} {what}: {line.before.value} → {line.after.value}{left}"
    if one.total_before != one.total_after:
        yield f"  total {one.total_before:f} → {one.total_after:f} {one.currency}"
    for told in one.told:
        yield f"  {told}"
