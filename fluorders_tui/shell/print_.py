"""Print a document as PDF, show it as text, or copy the templates to change them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from fluorders_tui.config import Settings
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.shell.opening import open_desk

if TYPE_CHECKING:
    from fluorders_tui.services.desk import Desk
    from fluorders_tui.services.printing import Printed


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders print`."""
    parser.add_argument("kind", nargs="?", metavar="DOCUMENT-KIND", help="order, offer")
    parser.add_argument("numbers", nargs="*", metavar="NUMBER")
    parser.add_argument("-o", "--output", metavar="FILE.pdf", help="the file; with several numbers a folder")
    parser.add_argument("--language", default="", metavar="TAG", help="such as de; otherwise the customer's")
    parser.add_argument("--to-printer", action="store_true", help="give it to the print_command of the configuration")
    parser.add_argument("--preview", action="store_true", help="show it as text; nothing is marked as printed")
    parser.add_argument("--templates", metavar="FOLDER", help="copy the usual templates there, to be changed")


def run(args: Namespace, settings: Settings) -> int:
    """Print what was asked for; warnings about own templates go to standard error."""
    if args.templates:
        from fluorders_tui.documents.typesetting import copy_templates

        for path in copy_templates(Path(args.templates).expanduser()):
            sys.stdout.write(f"{path}\n")
        return 0
    if not args.kind or not args.numbers:
        raise Unreadable("What is to be printed?", hint="fluorders print order NUMBER -o FILE.pdf")
    from fluorders_tui.services.printing import preview

    desk = open_desk(settings)
    if args.preview:
        for number in args.numbers:
            sys.stdout.write("\n".join(preview(desk, args.kind, number, language=args.language)) + "\n")
        return 0
    if not args.output and not args.to_printer:
        raise Unreadable("Where shall the PDF go?", hint="-o FILE.pdf, --to-printer, or --preview for text.")
    for number in args.numbers:
        _print(desk, number, args, settings)
    return 0


def _print(desk: Desk, number: str, args: Namespace, settings: Settings) -> None:
    from fluorders_tui.services.printing import print_document

    if args.to_printer:
        _command(settings)
    target = _target(args, number)
    printed = print_document(
        desk, args.kind, number, templates=Path(settings.templates).expanduser(), language=args.language
    )
    for warning in printed.warnings:
        sys.stderr.write(f"fluorders: {warning}\n")
    if target is not None:
        _write(target, printed)
        sys.stdout.write(f"{target}\n")
    if args.to_printer:
        _send(printed, _command(settings))


def _target(args: Namespace, number: str) -> Path | None:
    """The file of one number, in a folder that can be written to: known before anything is marked as printed."""
    if not args.output:
        return None
    path = Path(args.output).expanduser()
    if len(args.numbers) > 1 or path.is_dir():
        path = path / f"{number.replace('/', '-')}.pdf"
    if not path.parent.is_dir():
        raise Unreadable("There is no such folder.", field=str(path.parent))
    return path


def _write(path: Path, printed: Printed) -> None:
    try:
        path.write_bytes(printed.pdf)
    except OSError as error:
        raise Unreadable(f"The file can't be written: {error.strerror or error}", field=str(path)) from error


def _command(settings: Settings) -> list[str]:
    import shlex
    from shutil import which

    command = shlex.split(settings.print_command)
    if not command or which(command[0]) is None:
        raise Unreadable(f"There is no print command “{settings.print_command}” here.", field="print_command",
                         hint="Set one in the configuration, or use -o FILE.pdf.")  # fmt: skip
    return command


def _send(printed: Printed, command: list[str]) -> None:
    import subprocess

    try:
        done = subprocess.run(command, input=printed.pdf, capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unreadable(f"{command[0]} could not be run: {error}", field="print_command") from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise Unreadable(f"{command[0]} refused the paper: {told}", field="print_command")
