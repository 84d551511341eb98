"""People who work here: add them, list them, say what they may do.

fluorders user add NAME --role ROLE    add somebody; with --database-login also a login of their own to PostgreSQL
fluorders user list                    list everybody
fluorders user role NAME ROLE          give somebody another role
fluorders user remove NAME             somebody no longer works here; their name stays in old documents

Roles: clerk, supervisor, expediter, viewer, administrator. What each may do stands in docs/roles.md.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from fluorders_tui.config import Settings
from fluorders_tui.shell.result import add_format, write_rows

COLUMNS = ("name", "full_name", "role", "email", "active", "database_login")


def register(parser: ArgumentParser) -> None:
    """Describe the arguments of `fluorders user`."""
    commands = parser.add_subparsers(dest="action", metavar="add|list|role|remove", required=True)
    add = commands.add_parser("add", prog="fluorders user add", help="add somebody")
    add.add_argument("name", metavar="NAME", help="login name, as the operating system or the database has it")
    add.add_argument("--role", metavar="ROLE", default="clerk", help="what they may do (default: clerk)")
    add.add_argument("--full-name", metavar="TEXT", default="", help="how they are called")
    add.add_argument("--email", metavar="ADDRESS", default="")
    add.add_argument(
        "--database-login", action="store_true",
        help="make them a login of their own on PostgreSQL, which refuses there what their role may not do",
    )  # fmt: skip
    listed = commands.add_parser("list", prog="fluorders user list", help="list everybody")
    add_format(listed)
    role = commands.add_parser("role", prog="fluorders user role", help="give somebody another role")
    role.add_argument("name", metavar="NAME")
    role.add_argument("role", metavar="ROLE")
    remove = commands.add_parser("remove", prog="fluorders user remove", help="somebody no longer works here")
    remove.add_argument("name", metavar="NAME")


def run(args: Namespace, settings: Settings) -> int:
    """Do it, and say what was done."""
    from fluorders_tui.services.users import add_person, change_role, let_go, people
    from fluorders_tui.shell.opening import open_desk

    desk = open_desk(settings)
    if args.action == "list":
        cells: Iterator[list[Any]] = (
            [one.name, one.full_name, one.role, one.email, one.active, one.login] for one in people(desk)
        )
        write_rows(cells, COLUMNS, args)
    elif args.action == "add":
        made = add_person(
            desk, args.name, args.role,
            full_name=args.full_name, email=args.email, database_login=args.database_login,
        )  # fmt: skip
        sys.stdout.write(f"{args.name}: {args.role}\n")
        if made:
            sys.stderr.write(
                f"The login has no password yet: in psql, \\password {args.name} sets one, or let the server ask"
                " for a certificate or the operating system's user.\n"
            )
    elif args.action == "role":
        before = change_role(desk, args.name, args.role)
        sys.stdout.write(f"{args.name}: {before} → {args.role}\n")
    else:
        let_go(desk, args.name)
        sys.stdout.write(f"{args.name}: no longer active\n")
    return 0
