"""Addresses of databases: one spelling, and never a password where it can be read (E-2.4)."""

from __future__ import annotations

import re
from pathlib import Path

from fluorders_tui.domain.errors import Unreadable

SCHEMES = ("sqlite", "postgresql", "postgres", "postgresql+psycopg")
NO_PASSWORD_HINT = (
    "Leave the password out and put it in ~/.pgpass (or the file PGPASSFILE names), "
    "or give the whole address in the environment variable FLUORDERS_DATABASE."
)


def shown_url(url: str) -> str:
    """The address without its password, for messages, screens and logs (E-2.4)."""
    # Up to the last @ of the word: a password typed with an unescaped / or @ is hidden whole.
    hidden = re.sub(r"(://[^/?#:@\s]*):\S*@", r"\1:***@", url)
    return re.sub(r"(?i)([?&](?:password|sslpassword)=)[^&#\s]*", r"\1***", hidden)


def has_password(url: str) -> bool:
    """Whether an address carries a password in clear."""
    return shown_url(url) != url


def normal_url(text: str) -> str:
    """A database address in one spelling: a bare file name is an SQLite file, `postgres://` is PostgreSQL.

    Raises `Unreadable` for a database the desk does not know.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        return f"sqlite:///{Path(text).expanduser().absolute()}"
    if scheme not in SCHEMES:
        raise Unreadable(
            f"“{shown_url(text)}” is no database the desk knows.",
            field="database",
            hint="Use sqlite:///FILE or postgresql://USER@HOST/NAME.",
        )
    if scheme == "sqlite":
        name = rest.removeprefix("/")
        if not name or name.startswith(":memory:"):
            raise Unreadable(
                "An SQLite database needs a file; one in memory would be gone with the program.",
                field="database",
                hint="Use sqlite:///FILE.",
            )
        return f"sqlite:///{Path(name).expanduser().absolute()}"
    return f"postgresql://{rest}"
