"""Settings: where they come from, which one wins, and how a wrong one is told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from fluorders_tui.addresses import has_password, normal_url, shown_url
from fluorders_tui.config import load
from fluorders_tui.domain.errors import Unreadable
from fluorders_tui.places import config_path, data_dir, user_config_path
from fluorders_tui.settings import BY_KEY, SETTINGS

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


@pytest.fixture
def written(tmp_path: Path):
    """Write a configuration file and return its path."""

    def write(text: str) -> str:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_defaults_without_a_file() -> None:
    settings = load(environ={"LANG": "it_IT.UTF-8"})
    assert settings.database == f"sqlite:///{data_dir() / 'fluorders.db'}"
    assert (settings.language, settings.theme, settings.mouse) == ("it_IT", "fluorders-dark", True)
    assert (settings.lookup_debounce, settings.lookup_rows, settings.file) == (20, 20, None)
    assert settings.user
    assert set(settings.sources.values()) == {"default"}


def test_file_then_environment_then_argument(written) -> None:
    path = written('user = "file"\ntheme = "file"\nlanguage = "de"\n')
    settings = load(
        {"user": "argument", "database": None},
        config=path,
        environ={"FLUORDERS_THEME": "environment", "FLUORDERS_USER": "environment"},
    )
    assert (settings.language, settings.theme, settings.user) == ("de", "environment", "argument")
    assert [settings.sources[key] for key in ("mouse", "language", "theme", "user")] == [
        "default",
        "file",
        "environment",
        "argument",
    ]


def test_environment_takes_numbers_and_yes_or_no() -> None:
    settings = load(environ={"FLUORDERS_LOOKUPS_ROWS": "50", "FLUORDERS_MOUSE": "no"})
    assert settings.lookup_rows == 50
    assert settings.mouse is False


def test_a_profile_overrides_single_settings_and_keys(written) -> None:
    path = written(
        'user = "anna"\n[lookups]\nrows = 30\ndebounce = 10\n[keys]\nsave = "f10"\nnew = "f6"\n'
        '[profiles.store]\nuser = "store"\n[profiles.store.lookups]\nrows = 40\n'
        '[profiles.store.keys]\nsave = "ctrl+s"\n'
    )
    plain = load(config=path, environ={})
    store = load(config=path, environ={"FLUORDERS_PROFILE": "store"})
    assert (plain.user, plain.lookup_rows, plain.keys) == ("anna", 30, {"save": "f10", "new": "f6"})
    assert (store.user, store.lookup_rows, store.lookup_debounce) == ("store", 40, 10)
    assert store.keys == {"save": "ctrl+s", "new": "f6"}
    assert load(config=path, profile="store", environ={}) == store


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("themes = 1", "themes: There is no such setting. Did you mean theme?"),
        ("[lookups]\ndebounced = 1", "lookups.debounced: There is no such setting. Did you mean lookups.debounce?"),
        ("mouse = 1", "mouse: 1 is not true or false."),
        ("[lookups]\nrows = true", "lookups.rows: True is not a whole number."),
        ("[lookups]\nrows = 1000", "lookups.rows: 1000 is not between 5 and 200."),
        ("lookups = 3", "lookups: This is a table of settings. Write [lookups] above them."),
        ('language = "Italian"', "language: “Italian” is not a language such as it_IT or de."),
        ('database = "mysql://h/x"', "“mysql://h/x” is no database the desk knows."),
        ("[keys]\nsave = 10", "keys.save: 10 is not a text."),
        ("keys = 10", "keys: This is a table: one line per command."),
        ("profiles = 10", "profiles: Profiles are tables."),
        ('[profiles.a]\ncolour = "x"', "profiles.a.colour: There is no such setting."),
        ("[profiles.a.profiles.b]", "profiles.a.profiles: There is no such setting."),
        ("theme = ", "This is not TOML: Invalid value (at end of document)."),
    ],
)
def test_a_wrong_file_is_told_with_file_key_and_way_out(written, text: str, told: str) -> None:
    path = written(text)
    with pytest.raises(Unreadable) as refused:
        load(config=path, environ={})
    assert told in str(refused.value)
    if "mysql" not in text:
        assert str(refused.value).startswith(path)


def test_an_unknown_profile_names_the_nearest(written) -> None:
    with pytest.raises(Unreadable, match=r"There is no profile “shop”\. Did you mean shops\?"):
        load(config=written("[profiles.shops]\nmouse = false\n"), profile="shop", environ={})
    with pytest.raises(Unreadable, match="no profile “shop” either"):
        load(profile="shop", environ={})


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no such configuration file"):
        load(environ={"FLUORDERS_CONFIG": str(tmp_path / "none.toml")})


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('user = "José"'.encode("latin-1"))
    with pytest.raises(Unreadable, match=r"not UTF-8 \(byte 12\)"):
        load(config=str(path), environ={})
    path.write_bytes('user = "José"'.encode("utf-8-sig"))
    assert load(config=str(path), environ={}).user == "José"


def test_own_file_goes_before_the_machine_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    shared = tmp_path / "fluorders" / "config.toml"
    shared.parent.mkdir()
    shared.write_text('theme = "shared"')
    assert load(environ={}).theme == "shared"
    user_config_path().parent.mkdir(parents=True)
    user_config_path().write_text('theme = "own"')
    assert config_path(environ={}) == user_config_path()
    assert load(environ={}).theme == "own"


def test_demo_data_stay_apart_from_any_real_database(written) -> None:
    path = written('database = "postgresql://orders.example/orders"')
    settings = load({"database": "real.db"}, config=path, demo=True, environ={"FLUORDERS_DATABASE": "other.db"})
    assert settings.database == f"sqlite:///{data_dir() / 'demo.db'}"


SECRET = "postgresql://anna:s3cr3t@orders.example/orders"


def test_a_password_is_refused_in_file_and_argument_and_taken_from_the_environment(written) -> None:
    for given in (
        {"config": written(f'database = "{SECRET}"')},
        {"config": written(f'[profiles.x]\ndatabase = "{SECRET}"')},
        {"arguments": {"database": SECRET}},
    ):
        with pytest.raises(Unreadable, match="FLUORDERS_DATABASE") as refused:
            load(environ={}, **given)  # type: ignore[arg-type]
        assert "s3cr3t" not in str(refused.value)
    assert load(environ={"FLUORDERS_DATABASE": SECRET}).database == SECRET


@pytest.mark.parametrize(
    "url",
    [
        SECRET,
        "postgresql://anna:s3cr3t@[::1]:5432/orders?sslmode=require",
        "postgresql://anna:s3/cr3t@s3cr3t@host/orders",
        "postgresql://host/orders?user=anna&password=s3cr3t",
        "mysql://root:s3cr3t@host/x",
    ],
)
def test_a_password_is_never_shown(url: str) -> None:
    assert has_password(url)
    assert "s3" not in shown_url(f"can't connect to {url} now")
    assert shown_url(shown_url(url)) == shown_url(url)


@pytest.mark.parametrize(
    "url", ["postgresql://anna@host:5432/orders", "postgresql:///orders?host=/run/postgresql", "sqlite:////a/b.db"]
)
def test_an_address_without_password_is_shown_as_it_is(url: str) -> None:
    assert not has_password(url)
    assert shown_url(url) == url


def test_addresses_have_one_spelling(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    here = f"sqlite:///{tmp_path}/a.db"
    assert [normal_url(text) for text in ("a.db", "./a.db", "sqlite:///a.db", here)] == [here] * 4
    assert normal_url("~/b.db") == f"sqlite:///{Path.home()}/b.db"
    assert normal_url("postgres://h/x") == normal_url("postgresql+psycopg://h/x") == "postgresql://h/x"
    for nothing in ("sqlite://", "sqlite:///:memory:", "oracle://h/x"):
        with pytest.raises(Unreadable):
            normal_url(nothing)


def test_the_example_has_every_setting_with_its_default_and_a_comment() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    # An example line is a comment that would be TOML; a comment in words begins with a capital letter or a bracket.
    opened = re.sub(r"(?m)^# (?=[a-z_]+ = |\[)", "", text)
    document = tomllib.loads(opened)
    profile = document.pop("profiles")
    document.pop("keys")
    shown = {
        key if not isinstance(value, dict) else f"{key}.{inner}": found
        for key, value in document.items()
        for inner, found in (value.items() if isinstance(value, dict) else [("", value)])
    }
    assert shown.keys() == BY_KEY.keys()
    for setting in SETTINGS:
        if setting.default is not None:
            assert shown[setting.key] == setting.default, setting.key
        name = setting.key.rpartition(".")[2]
        above = re.search(rf"(?m)^(.*)\n# {name} = ", text)
        assert above is not None
        assert above[1].startswith("# "), f"{setting.key} has no comment"
    assert profile


def test_the_example_can_be_used_as_it_is_and_with_every_line_in_force(tmp_path: Path) -> None:
    assert load(config=str(EXAMPLE), environ={}).sources["theme"] == "default"
    opened = tmp_path / "opened.toml"
    opened.write_text(re.sub(r"(?m)^# (?=[a-z_]+ = |\[)", "", EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    settings = load(config=str(opened), profile="warehouse", environ={})
    assert settings.sources["theme"] == "file"
    assert settings.database.endswith("orders")
