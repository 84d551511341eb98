"""Keep price lists: copy them, raise their prices, open and close dated versions.

fluorders price-list duplicate CODE NEW --from DATE    copy a list with all its prices
fluorders price-list raise CODE --percent 3            raise prices; --dry-run shows each of them first
fluorders price-list open CODE NEW --from DATE         the next dated version, with the prices of CODE
fluorders price-list close CODE --on DATE              end a list

For example: fluorders price-list raise RETAIL-2026 --percent 3 --bracket 100:[=],[9][9]:2 --bracket :[=] --dry-run
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import DeskError, Unreadable
from fluorders_tui.shell.result import add_format, write_rows

if TYPE_CHECKING:
    import datetime as dt

    from fluorders_tui.domain.price_raising import PriceBracket
    from fluorders_tui.services.desk import Desk
    from fluorders_tui.services.price_list_raising import RaisePreview, Raising
    from fluorders_tui.services.price_lists import NewList, PlannedList, WrittenList

COLUMNS = ("price_list", "rows", "changed", "left", "stored")
PRICE_COLUMNS = (
    "item", "unit", "variant", "destination", "min_quantity", "old_price", "unrounded", "new_price", "deviation",
    "beyond",
)  # fmt: skip
_TEXT_COLUMNS = ("item", "unit", "min_quantity", "old_price", "new_price", "deviation", "beyond")
_FILTERS = (
    ("--class", "item_class", "only items of this class"),
    ("--category", "category", "only items of this commercial category"),
    ("--discount-category", "discount_category", "only items of this discount category"),
    ("--brand", "brand", "only items of this brand"),
    ("--items", "code_prefix", "only items whose code begins like this"),
)
_BRACKET_HINT = "Such as 100:[=],[9][9]:2, or :[=] for all prices."


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders price-list`."""
    commands = parser.add_subparsers(dest="action", metavar="duplicate|raise|open|close", required=True)

    def command(name: str, about: str) -> ArgumentParser:
        made: ArgumentParser = commands.add_parser(name, prog=f"fluorders price-list {name}", help=about)
        made.add_argument("code", metavar="CODE", help="the price list")
        return made

    duplicate = command("duplicate", "copy a list with all its prices")
    duplicate.add_argument("new", metavar="NEW", help="code of the copy")
    duplicate.add_argument("--name", metavar="TEXT", default="", help="its name, else that of CODE")
    duplicate.add_argument("--type", metavar="CODE", default="", help="its list type, else that of CODE")
    duplicate.add_argument("--currency", metavar="CODE", default="", help="its currency; prices are converted")
    duplicate.add_argument("--rate", metavar="N", help="of the new currency for one of the old; else the rates of DATE")
    duplicate.add_argument("--customer", metavar="CODE", help="only for this customer; '' for everybody")
    duplicate.add_argument("--close-old", action="store_true", help="the version that counts until then ends")
    _dated(duplicate, required=True)

    raising = command("raise", "raise prices by percent or amount")
    how = raising.add_mutually_exclusive_group(required=True)
    how.add_argument("--percent", metavar="N", help="raise by N %%; --percent=-2,5 lowers")
    how.add_argument("--amount", metavar="N", help="raise by N of the list's currency")
    raising.add_argument("--bracket", metavar="UPTO:MASK[:PERCENT]", action="append", default=[],
                         help="how prices up to UPTO are rounded, and by how many percent at most")  # fmt: skip
    for option, name, about in _FILTERS:
        raising.add_argument(option, dest=name, metavar="CODE", default="", help=about)
    raising.add_argument("--only-breaks", action="store_true", help="only prices from a quantity on")
    raising.add_argument(
        "--accept-beyond", action="store_true", help="also prices rounded by more than their bracket allows"
    )
    raising.add_argument("--new", metavar="CODE", default="", help="write a new dated version, and keep the old prices")
    raising.add_argument("--keep-old-open", action="store_true", help="don't end the old version")
    _dated(raising, required=False)

    opening = command("open", "make the next dated version")
    opening.add_argument("new", metavar="NEW", help="code of the new version")
    opening.add_argument("--keep-old-open", action="store_true", help="don't end the old version")
    _dated(opening, required=True)

    closing = command("close", "end a list, or open its end again")
    end = closing.add_mutually_exclusive_group(required=True)
    end.add_argument("--on", metavar="DATE", help="its last day")
    end.add_argument("--no-end", action="store_true", help="without end")

    for one in (duplicate, raising, opening, closing):
        one.add_argument("--dry-run", action="store_true", help="show what would be written, write nothing")
        add_format(one)


def _dated(parser: ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--from", dest="valid_from", metavar="DATE", required=required, help="first day of the new list"
    )
    parser.add_argument("--to", dest="valid_to", metavar="DATE", help="its last day, else without end")


def run(args: Namespace, settings: Settings) -> int:
    """Do it, and say what was done; a dry run of `raise` gives each price."""
    from fluorders_tui.shell.opening import open_desk

    raising = _raising(args) if args.action == "raise" else None
    desk = open_desk(settings)
    if raising is not None:
        return _raise(desk, raising, args)
    if args.action == "close":
        return _close(desk, args)
    from fluorders_tui.services.price_lists import duplicate_list, plan_new

    new = _new_list(desk, args)
    if args.dry_run:
        return _planned(plan_new(desk, args.code, new), new.code, args)
    written = duplicate_list(
        desk,
        args.code,
        new.code,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        name=new.name,
        list_type=new.list_type,
        currency=new.currency,
        rate=new.rate,
        customer=new.customer,
        close_old=new.close_old,
    )
    return _written(written, args)


def _close(desk: Desk, args: Namespace) -> int:
    from fluorders_tui.services.price_lists import close_version, plan_close

    valid_to = None if args.no_end else _day(args.on, "--on", desk.today())
    if args.dry_run:
        return _planned(plan_close(desk, args.code, valid_to), args.code, args)
    return _written(close_version(desk, args.code, valid_to), args)


def _raise(desk: Desk, raising: Raising, args: Namespace) -> int:
    from fluorders_tui.services.price_list_raising import preview_raise, write_raised
    from fluorders_tui.services.price_lists import plan_new

    new = None
    if args.new:
        if not args.valid_from:
            raise Unreadable("From when does the new version count?", field="--from", hint="Add --from DATE.")
        new = _new_list(desk, args)
        plan_new(desk, args.code, new).check()
    elif args.valid_from or args.valid_to:
        raise Unreadable("A date is for a new version.", field="--from", hint="Add --new CODE.")
    preview = preview_raise(desk, args.code, raising)
    if args.dry_run:
        text = args.format == "text"
        write_rows(_prices(desk, preview, text=text), _TEXT_COLUMNS if text else PRICE_COLUMNS, args)
        kept = f", {preview.beyond} rounded too far" if preview.beyond else ""
        sys.stderr.write(
            f"{preview.changed} of {preview.rows} prices would change by {preview.mean_change} % in the mean{kept}; "
            "this was a dry run, nothing was stored.\n"
        )
        return 0
    return _written(write_raised(desk, preview, new=new, accept_beyond=args.accept_beyond), args)


def _prices(desk: Desk, preview: RaisePreview, *, text: bool) -> Iterator[list[Any]]:
    for row in preview.each(desk):
        line, price = row.line, row.price
        if text:
            far = "too far" if price.beyond else ""
            yield [line.item, line.unit, line.min_quantity, price.old, price.new, price.deviation, far]
        else:
            yield [line.item, line.unit, line.variant, line.destination, line.min_quantity, price.old, price.unrounded,
                   price.new, price.deviation, price.beyond]  # fmt: skip


def _planned(planned: PlannedList, code: str, args: Namespace) -> int:
    planned.check()
    return _tell([code, planned.rows, planned.rows if planned.rate else 0, 0, False], planned.notes, args)


def _written(written: WrittenList, args: Namespace) -> int:
    notes = list(written.notes)
    if written.left:
        notes.append(f"{written.left} prices stay as they were: rounding would move them too far (--accept-beyond).")
    return _tell([written.code, written.rows, written.changed, written.left, True], notes, args)


def _tell(row: list[Any], notes: list[str] | tuple[str, ...], args: Namespace) -> int:
    write_rows([row], COLUMNS, args)
    for note in notes:
        sys.stderr.write(f"fluorders: {note}\n")
    return 0


def _new_list(desk: Desk, args: Namespace) -> NewList:
    from fluorders_tui.services.price_lists import NewList

    today = desk.today()
    given = vars(args)
    rate = given.get("rate")
    return NewList(
        args.new,
        _day(args.valid_from, "--from", today),
        _day(args.valid_to, "--to", today) if args.valid_to else None,
        given.get("name", ""),
        given.get("type", ""),
        given.get("currency", ""),
        None if rate is None else _number(rate, "--rate"),
        given.get("customer"),
        given["close_old"] if args.action == "duplicate" else not args.keep_old_open,
    )


def _raising(args: Namespace) -> Raising:
    from fluorders_tui.domain.price_raising import Variation
    from fluorders_tui.services.price_list_raising import PriceFilter, Raising

    is_amount = args.percent is None
    value = _number(args.amount if is_amount else args.percent, "--amount" if is_amount else "--percent")
    chosen = PriceFilter(**{name: getattr(args, name) for _, name, _ in _FILTERS}, only_breaks=args.only_breaks)
    return Raising(Variation(value, is_amount), tuple(map(_bracket, args.bracket)), chosen)


def _bracket(text: str) -> PriceBracket:
    """A bracket such as `100:[=],[9][9]:2`; a missing limit means all prices, a missing percent any deviation."""
    from fluorders_tui.domain.price_raising import PriceBracket, parse_mask

    parts = text.split(":")
    if len(parts) not in (2, 3):
        raise Unreadable(f"“{text[:40]}” is no bracket.", field="--bracket", hint=_BRACKET_HINT)
    limit, mask, most = (*(part.strip() for part in parts), "")[:3]
    try:
        return PriceBracket(
            parse_mask(mask),
            _number(limit, "--bracket") if limit else None,
            _number(most, "--bracket") if most else None,
        )
    except DeskError as error:
        raise Unreadable(
            f"{error.message[:-1]} of {mask!r}." if error.field == "mask" else error.message,
            field="--bracket",
            rule=error.rule,
            hint=_BRACKET_HINT,
        ) from None


def _number(text: str, option: str) -> Any:
    from fluorders_tui.domain.shorthand import parse_decimal

    try:
        return parse_decimal(text)
    except DeskError as error:
        raise Unreadable(error.message, field=option, hint=error.hint) from None


def _day(text: str, option: str, today: dt.date) -> dt.date:
    from fluorders_tui.domain.shorthand import parse_date

    try:
        return parse_date(text, today, past_ok=True)
    except DeskError as error:
        raise Unreadable(error.message, field=option, hint=error.hint) from None
