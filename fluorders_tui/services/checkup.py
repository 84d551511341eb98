"""Whether everything here is fit to work with, and how to mend what isn't."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fluorders_tui.data import database_checks as checks
from fluorders_tui.data.store import Store
from fluorders_tui.domain.errors import DeskError, Unreachable
from fluorders_tui.services.desk import utc_now

_MEGABYTE = 1_000_000
_LITTLE_ROOM = 500 * _MEGABYTE
_NO_ROOM = 50 * _MEGABYTE
_CLOCK_TOLERANCE = dt.timedelta(seconds=30)


class State(StrEnum):
    """How a thing is: `wrong` keeps people from working, a `warning` does not."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `hint` is how to mend it, `exit_code` what the shell returns where it is wrong."""

    subject: str
    state: State
    message: str
    hint: str = ""
    exit_code: int = 0


def _ok(subject: str, message: str) -> Finding:
    return Finding(subject, State.OK, message)


def check_database(
    store: Store, clock: Callable[[], dt.datetime] = utc_now, *, full: bool = False
) -> Iterator[Finding]:
    """Reachable, of this version, writable, filled, on time, with room on its disk; with `full` every page is read."""
    try:
        if store.path is not None and not store.path.exists():
            yield _wrong("database", Unreachable("There is no database yet.", hint="Run `fluorders init`."))
            return
        checks.version_found(store)
        yield _ok("database", f"{store.shown_url} can be reached.")
    except DeskError as error:
        yield _wrong("database", error)
        return
    try:
        checks.check_version(store)
        yield _ok("schema", f"Its version is {checks.HEAD}, as this program needs it.")
    except DeskError as error:
        yield _wrong("schema", error)
        return
    try:
        checks.check_writable(store)
        yield _ok("writing", "It can be written to.")
    except DeskError as error:
        yield _wrong("writing", error)
    try:
        found = checks.read_contents(store)
        yield from _contents(found)
        yield _clock(found, clock())
        if full:
            damaged = checks.whole(store)
            if damaged:
                told = Unreachable(f"The file is damaged: {damaged[0]}.", hint="Restore the last backup.")
                yield _wrong("pages", told)
            elif store.is_sqlite:
                yield _ok("pages", "Every page of the file is whole.")
    except DeskError as error:
        yield _wrong("database", error)
    if store.path is not None:
        yield check_room("disk", store.path.parent)


def _wrong(subject: str, error: DeskError) -> Finding:
    return Finding(subject, State.WRONG, error.message, error.hint, error.exit_code)


def _contents(found: checks.Contents) -> Iterator[Finding]:
    if found.company is None:
        yield Finding(
            "company", State.WARNING, "The fast start was not run: there are no VAT codes, numberings or order types.",
            "Run `fluorders init --country IT`, with your country.",
        )  # fmt: skip
    else:
        yield _ok("company", " ".join(part for part in (found.company or "without a name", found.country) if part))
    if found.company is not None and not found.order_types:
        yield Finding(
            "order types", State.WARNING, "There is no active order type: no order can be entered.",
            "Make one in the registry of order types.",
        )  # fmt: skip
    if not found.users:
        yield Finding(
            "users", State.WARNING, "Nobody is registered: everybody works as a clerk.",
            "Add the desk's people in the registry of users.",
        )  # fmt: skip
    try:
        ZoneInfo(found.time_zone)
        yield _ok("time zone", found.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding(
            "time zone", State.WARNING, f"This machine does not know {found.time_zone}; times are shown in UTC.",
            "Correct the company's time zone, or install the package tzdata.",
        )  # fmt: skip
    yield _ok("finding", f"Parts of names and numbers are found by {found.fragments}.")


def _clock(found: checks.Contents, now: dt.datetime) -> Finding:
    """The clock against the server's, and against the last thing that happened: time never goes back."""
    if found.server_time is not None and abs(found.server_time - now) > _CLOCK_TOLERANCE:
        seconds = abs(int((found.server_time - now).total_seconds()))
        behind = "behind" if found.server_time > now else "ahead of"
        message = f"This machine's clock is {seconds} seconds {behind} the server's."
        return Finding("clock", State.WARNING, message, "Let both follow a time server (NTP).")
    if found.last_event is not None and found.last_event > now + _CLOCK_TOLERANCE:
        message = f"The last entry in the journal is of {found.last_event:%Y-%m-%d %H:%M} UTC, which is still to come."
        return Finding("clock", State.WARNING, message, "Set this machine's clock; let it follow a time server (NTP).")
    return _ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def check_room(subject: str, folder: Path) -> Finding:
    """Whether there is room on the disk of a folder."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(subject, State.WARNING, f"{folder} can't be looked at: {error.strerror}.")
    message = f"{free // _MEGABYTE:,} MB are free in {folder}."
    if free < _NO_ROOM:
        return Finding(subject, State.WRONG, message, "Free some room before going on.", Unreachable.exit_code)
    return Finding(subject, State.WARNING, message, "Free some room.") if free < _LITTLE_ROOM else _ok(subject, message)


def check_log(log: Path) -> Finding:
    """Whether the log can be written; its folder is made when something is first written there."""
    place = log if log.exists() else log.parent
    while not place.exists() and place != place.parent:
        place = place.parent
    if os.access(place, os.W_OK):
        return _ok("log", str(log))
    return Finding("log", State.WARNING, f"{log} can't be written.", f"Make {place} writable for yourself.")
