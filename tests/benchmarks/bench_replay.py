"""The replay of every vector file, beside only reading what the files say.

The floor parses each file and makes its decimal strings integers, as each replay must; what
ours takes beyond it is running the protocols and comparing every number.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.benchmarks.rows import Measured, Row, cpu_clock
from tests.golden.replay import load, numbers, run

VECTORS: Final = sorted((Path(__file__).parents[1] / "golden" / "vectors").glob("*.json"))
TURNS: Final = 3
MOST_SECONDS: Final = 20


def replay() -> tuple[float, int]:
    """Seconds, and operations replayed; every one has to be exact."""
    begin = cpu_clock()
    reports = [run(path) for path in VECTORS]
    seconds = cpu_clock() - begin
    assert all(report.differ == 0 and report.left_out == 0 for report in reports)
    return seconds, sum(report.operations for report in reports)


def read() -> float:
    """Seconds that reading takes."""
    begin = cpu_clock()
    for path in VECTORS:
        numbers(load(path)["cases"])
    return cpu_clock() - begin


def measure() -> Measured:
    """In turn, after one replay that imports the adapters."""
    _, operations = replay()
    turns = [(read(), replay()[0]) for _ in range(TURNS)]
    return Measured(
        [ours for _, ours in turns],
        [floor for floor, _ in turns],
        f"{operations} operations of {len(VECTORS)} files; at most {MOST_SECONDS} s are meant",
    )


ROWS: Final = [Row("replay of all vector files", f"≤ {MOST_SECONDS} s; ≥ 0.1 of reading", measure)]
