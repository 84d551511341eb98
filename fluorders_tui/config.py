"""Settings of one run: defaults < file < environment < arguments (E-1).

`settings.SETTINGS` is the one list of what can be set; this module finds the values. Nothing heavy is imported
here: every shell command pays for this module.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fluorders_tui.addresses import NO_PASSWORD_HINT, has_password, normal_url
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.places import config_path, data_dir, system_language, system_user, user_config_path
from fluorders_tui.settings import BY_KEY, FREE_TABLES, PREFIX, SETTINGS, checked, from_text, way_out


@dataclass(frozen=True, slots=True)
class Settings:
    """What one run works with; never changed, only made by `load`.

    `database` is an address for the data layer and may hold a password: show it through `shown_url`.
    `keys` maps a command's id to its keys as typed in the file. `lookup_debounce` is in milliseconds.
    `sources` says for every key where its value came from: `default`, `file`, `environment` or `argument`.
    """

    database: str
    user: str
    language: str
    theme: str
    mouse: bool
    log_level: str
    templates: str
    print_command: str
    lookup_debounce: int
    lookup_rows: int
    keys: Mapping[str, str] = field(default_factory=dict)
    profile: str = ""
    demo: bool = False
    file: Path | None = None
    sources: Mapping[str, str] = field(default_factory=dict)


def load(
    arguments: Mapping[str, str | None] | None = None,
    *,
    config: str | None = None,
    profile: str | None = None,
    demo: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Put the settings of this run together.

    `arguments` are values from the command line by key; None means not given. `config` names the file, `profile`
    one of its `[profiles.NAME]`. With `demo` the database is the demo data's own, whatever else is set.
    Raises `Unreadable` naming the file, the key, the bad value and the nearest valid key.
    """
    environ = os.environ if environ is None else environ
    path = config_path(config, environ)
    wanted = config or environ.get(PREFIX + "CONFIG")
    found: dict[str, str | int | bool] = {}
    keys: dict[str, str] = {}
    sources: dict[str, str] = {}
    profile = profile or environ.get(PREFIX + "PROFILE") or ""
    document = _read(path) if wanted or path.exists() else None
    if document is not None:
        profiles = document.pop("profiles", {})
        _take(document, path, "", found, keys)
        chosen = _profile(profiles, profile, path)
        _take(chosen, path, f"profiles.{profile}.", found, keys)
        sources.update(dict.fromkeys(found, "file"))
    elif profile:
        raise Unreadable(
            f"There is no configuration file, so no profile “{profile}” either.",
            field="profile",
            hint=f"Write one at {path}.",
        )
    for setting in SETTINGS:
        given = environ.get(setting.variable)
        if given:
            found[setting.key] = from_text(setting, given)
            sources[setting.key] = "environment"
    for key, value in (arguments or {}).items():
        if value is not None:
            setting = BY_KEY[key]
            if key == "database" and has_password(value):
                raise Unreadable(
                    "A password on the command line can be read by everybody on this machine.",
                    field="--database",
                    hint=NO_PASSWORD_HINT,
                )
            found[key] = checked(setting, value, f"--{key}")
            sources[key] = "argument"
    if demo:
        found["database"] = f"sqlite:///{data_dir() / 'demo.db'}"
        sources["database"] = "argument"
    values: dict[str, Any] = _defaults(environ) | {key: value for key, value in found.items() if value != ""}
    return Settings(
        database=normal_url(values["database"]),
        user=values["user"],
        language=values["language"],
        theme=values["theme"],
        mouse=values["mouse"],
        log_level=values["log_level"],
        templates=values["templates"],
        print_command=values["print_command"],
        lookup_debounce=values["lookups.debounce"],
        lookup_rows=values["lookups.rows"],
        keys=keys,
        profile=profile,
        demo=demo,
        file=path if document is not None else None,
        sources=dict.fromkeys(BY_KEY, "default") | sources,
    )


def _defaults(environ: Mapping[str, str]) -> dict[str, Any]:
    """What holds where nobody said anything; the machine is asked for what has no fixed default."""
    values: dict[str, Any] = {setting.key: setting.default for setting in SETTINGS}
    values["database"] = f"sqlite:///{data_dir() / 'fluorders.db'}"
    values["user"] = system_user()
    values["language"] = system_language(environ)
    values["templates"] = str(user_config_path().parent / "templates")
    return values


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise Unreadable("There is no such configuration file.", field=str(path)) from None
    except OSError as error:
        raise Unreadable(f"The file can't be read: {error.strerror}.", field=str(path)) from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"The file is not UTF-8 (byte {error.start + 1}).", field=str(path)) from None
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"This is not TOML: {error}.", field=str(path)) from None


def _profile(profiles: Any, name: str, path: Path) -> dict[str, Any]:
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        raise Unreadable(
            "Profiles are tables.", field=f"{path}, profiles", hint="Write [profiles.NAME] and its settings below."
        )
    for other, table in profiles.items():
        _take(table, path, f"profiles.{other}.", {}, {})
    if not name:
        return {}
    if name not in profiles:
        raise Unreadable(
            f"There is no profile “{name}”.", field=f"{path}, profiles", hint=way_out(name, list(profiles), "profile")
        )
    return dict(profiles[name])


def _take(
    document: dict[str, Any], path: Path, prefix: str, found: dict[str, str | int | bool], keys: dict[str, str]
) -> None:
    tables = {key.partition(".")[0] for key in BY_KEY if "." in key}
    for name, value in document.items():
        where = f"{path}, {prefix}{name}"
        if name in FREE_TABLES:
            keys.update(_free_table(value, where))
        elif name in tables:
            if not isinstance(value, dict):
                raise Unreadable(
                    "This is a table of settings.", field=where, hint=f"Write [{prefix}{name}] above them."
                )
            for inner, inner_value in value.items():
                found[f"{name}.{inner}"] = _file_value(f"{name}.{inner}", inner_value, path, prefix)
        else:
            found[name] = _file_value(name, value, path, prefix)


def _free_table(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Unreadable("This is a table: one line per command.", field=where, hint='For example save = "f10".')
    for name, keys in value.items():
        if not isinstance(keys, str):
            raise Unreadable(f"{keys!r} is not a text.", field=f"{where}.{name}", hint='For example "f10,ctrl+s".')
    return dict(value)


def _file_value(key: str, value: Any, path: Path, prefix: str) -> str | int | bool:
    where = f"{path}, {prefix}{key}"
    setting = BY_KEY.get(key)
    if setting is None:
        names = [*BY_KEY, *FREE_TABLES, *(() if prefix else ("profiles",))]
        raise Unreadable("There is no such setting.", field=where, hint=way_out(key, names, "setting"))
    if key == "database" and isinstance(value, str) and has_password(value):
        raise Unreadable("A password does not belong in a configuration file.", field=where, hint=NO_PASSWORD_HINT)
    return checked(setting, value, where)
