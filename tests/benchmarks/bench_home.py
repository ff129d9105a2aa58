"""Home: from the start of the process until its chart is painted."""

from __future__ import annotations

from tests.benchmarks.bench_window import first_paint, year_old_profile
from tests.benchmarks.rows import Measured, Row, interleaved

CHILD = "tests.benchmarks.home_child"


def chart_painted() -> Measured:
    """Process start to Home's chart with its line, on a profile with a year in it."""
    profile = str(year_old_profile())
    note = "floor: a bare window with one pyqtgraph plot of 10,000 points"
    return interleaved(
        lambda: first_paint(CHILD, "home", profile), lambda: first_paint(CHILD, "plot"), note
    )


ROWS = [Row("* start to Home's chart painted", "≤ 1.4 × the floor", chart_painted)]
