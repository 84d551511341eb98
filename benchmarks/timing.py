"""Taking times: rounds that alternate between the candidates, so that a busy moment hits all of them alike."""

from __future__ import annotations

import math
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from benchmarks.surroundings import Surroundings


def milliseconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def interleaved(candidates: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each candidate's own figure; one round before them warms the caches."""
    for candidate in candidates.values():
        candidate()
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, candidate in candidates.items():
            taken[name].append(candidate())
    return {name: statistics.median(values) for name, values in taken.items()}


def run_time(surroundings: Surroundings, argv: Sequence[str]) -> float:
    """Milliseconds from starting a program to its end. Raises `CalledProcessError` when it fails."""

    def run() -> None:
        subprocess.run(argv, check=True, env=surroundings.variables, stdout=subprocess.DEVNULL)

    return milliseconds(run)


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The smallest of the values that at least 95 of 100 do not exceed."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]
