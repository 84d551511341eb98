"""Where a run happens: its folder, the environment of the programs it starts, and its databases."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLUORDERS = (sys.executable, "-c", "import sys; from fluorders_tui.cli import main; sys.exit(main())")
"""What the installed command runs, without depending on where it was installed."""

CUSTOMERS = 100_000
ITEMS = 100_000
USER = "bench"


@dataclass
class Surroundings:
    """One run: `folder` keeps the big databases for the next one."""

    folder: Path
    orders: int = 1_000_000
    rounds: int = 9
    _ready: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        hidden = ("FLUORDERS_", "LC_", "PG", "XDG_")
        self.variables = {name: value for name, value in os.environ.items() if not name.startswith(hidden)} | {
            "HOME": str(home),
            "XDG_CONFIG_DIRS": str(home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PYTHONPATH": str(ROOT),
        }
        self.variables.pop("NO_COLOR", None)

    @property
    def home(self) -> Path:
        """The home folder of the programs that are started."""
        return self.folder / "home"

    def desk(self, database: str | Path, *arguments: str) -> list[str]:
        """The command line of `fluorders` on a database."""
        return [*FLUORDERS, "--database", str(database), "--user", USER, *arguments]

    def big(self) -> Path:
        """The database with many orders, customers and items, made on first use."""
        return self.made(self.orders, CUSTOMERS, ITEMS)

    def small(self) -> Path:
        """A hundred orders, to compare the big one with."""
        return self.made(100, 400, 3000)

    def made(self, orders: int, customers: int, items: int) -> Path:
        """A demo database of that size, kept in the folder for the next run."""
        path = self.folder / f"{orders}-{customers}-{items}.db"
        if path in self._ready:
            return path
        if path.exists():
            self._migrate(path)
        else:
            self._fill(path, orders, customers, items)
        self._ready.add(path)
        return path

    def _migrate(self, path: Path) -> None:
        """Bring a database that an earlier program made up to date; the copy of the old one is of no use here."""
        subprocess.run(self.desk(path, "init"), check=True, env=self.variables, capture_output=True)
        for copy in path.parent.glob(f"{path.name}.before-*"):
            copy.unlink()

    def _fill(self, path: Path, orders: int, customers: int, items: int) -> None:
        self.say(f"filling a database with {orders:,} orders, {customers:,} customers and {items:,} items …")
        half = path.with_suffix(".half")
        for left in (half, Path(f"{half}-wal"), Path(f"{half}-shm")):
            left.unlink(missing_ok=True)
        size = ("--orders", str(orders), "--customers", str(customers), "--items", str(items))
        started = time.perf_counter()
        subprocess.run(self.desk(half, "demo", *size), check=True, env=self.variables, stdout=subprocess.DEVNULL)
        (self.folder / f"{path.stem}.seconds").write_text(f"{time.perf_counter() - started:.1f}")
        half.rename(path)

    def filling_seconds(self, path: Path) -> float | None:
        """How long it took to make a database of the folder; None where nobody measured it."""
        noted = path.with_suffix(".seconds")
        return float(noted.read_text()) if noted.exists() else None

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder that goes when the block ends, on the same disk as the databases."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            yield Path(name)

    def forget_drafts(self) -> None:
        """Drop what earlier desks left half typed: the next one would offer it."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()

    def say(self, text: str) -> None:
        """Progress, on standard error."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
