"""Where the desk keeps its files on this machine, and what the machine says about its user."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path


def data_dir() -> Path:
    """Folder of this user's databases; made when something is first written there."""
    from platformdirs import user_data_path

    return user_data_path("fluorders", appauthor=False)


def state_dir() -> Path:
    """Folder of what this user's desks remember: drafts being typed, saved filters; made when first written to."""
    from platformdirs import user_state_path

    return user_state_path("fluorders", appauthor=False)


def log_path() -> Path:
    """The log file of this user."""
    from platformdirs import user_log_path

    return user_log_path("fluorders", appauthor=False) / "fluorders.log"


def user_config_path() -> Path:
    """Where this user's configuration is expected, whether it exists or not."""
    from platformdirs import user_config_path as folder

    return folder("fluorders", appauthor=False) / "config.toml"


def site_config_path() -> Path:
    """Where a configuration for everybody on the machine is expected."""
    from platformdirs import site_config_path as folder

    return folder("fluorders", appauthor=False) / "config.toml"


def config_path(chosen: str | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """The configuration file of this run: the chosen one, else FLUORDERS_CONFIG, the user's, the machine's.

    Without any the user's path is returned, which then does not exist.
    """
    named = chosen or (os.environ if environ is None else environ).get("FLUORDERS_CONFIG")
    if named:
        return Path(named).expanduser()
    own = user_config_path()
    shared = site_config_path()
    return own if own.exists() or not shared.exists() else shared


def system_user() -> str:
    """Who the operating system says works here."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "desk"


def system_language(environ: Mapping[str, str]) -> str:
    """The language and country of the session, `en_GB` (day before month) where it names none."""
    for variable in ("LC_ALL", "LC_NUMERIC", "LANG"):
        language = environ.get(variable, "").partition(".")[0].partition("@")[0]
        if language:
            return language if re.fullmatch(r"[a-z]{2,3}_[A-Z]{2}", language) else "en_GB"
    return "en_GB"
