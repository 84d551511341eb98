"""The one tree of errors a person may see (E-2.1).

Services and the domain raise them; screens and the shell show them. Each one says what is wrong,
where (a field's name), which rule says so, and what to do instead.
"""

from __future__ import annotations


class DeskError(Exception):
    """Something the person at the desk is told in plain words.

    `message` is one or two sentences; `field` the vocabulary's name of the place (`customer`,
    `lines[3].quantity`, `row 12, column price`); `rule` a rule's number such as `D-5.5`;
    `hint` the way out.
    """

    title = "The desk can't do this"
    exit_code = 1

    def __init__(self, message: str, *, field: str = "", rule: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.rule = rule
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        rule = f" ({self.rule})" if self.rule else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{where}{self.message}{rule}{hint}"


class Refused(DeskError):
    """A rule of the trade says no (exit code 1)."""

    title = "Refused"


class Invalid(Refused):
    """A value was typed that can't be what it should be: bad number, unknown code (exit code 1)."""

    title = "Check this value"


class Unreadable(DeskError):
    """Wrong usage, a bad configuration or a file that can't be read (exit code 2)."""

    title = "Can't read this"
    exit_code = 2


class NotAllowed(DeskError):
    """This person's role may not do it (exit code 3)."""

    title = "Not allowed"
    exit_code = 3


class Conflict(DeskError):
    """Somebody else changed the same thing in the meantime (exit code 4)."""

    title = "Changed by somebody else"
    exit_code = 4


class Unreachable(DeskError):
    """The database can't be reached, is read-only, full, or of another version (exit code 5)."""

    title = "The database can't be used"
    exit_code = 5


class Several(Refused):
    """Many errors at once, all listed: an import, a pasted block, a list of documents."""

    title = "Several things are wrong"

    def __init__(self, errors: list[DeskError] | tuple[DeskError, ...]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))
