"""`python -m tests.benchmarks [--only SUBSTR]`: each job beside its floor, measured in one run.

Ours and the floor are shown as median (min) of their repetitions. The ratio is ours over the
floor; its inverse, the part of the floor's speed that is reached, stands behind it.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import platform
import sys
import textwrap
from collections.abc import Iterator, Sequence
from statistics import median

import tests.benchmarks
from tests.benchmarks.rows import Measured, Row

HEADER = ("job", "ours", "floor", "ours / floor", "speed", "aim")
WIDTHS = (44, 20, 20, 12, 7, 28)
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def need_no_display() -> None:
    """Without a display the windows, those of child processes too, are drawn off screen."""
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in displays):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def all_rows() -> Iterator[Row]:
    """The rows of every `bench_*` module, in order of the modules' names."""
    for module in pkgutil.iter_modules(tests.benchmarks.__path__):
        if module.name.startswith("bench_"):
            yield from importlib.import_module(f"tests.benchmarks.{module.name}").ROWS


def seconds(value: float) -> str:
    """Three significant digits in the largest unit that leaves something before the point."""
    for size, unit in UNITS:
        if abs(value) >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} s"


def with_min(values: Sequence[float]) -> str:
    return f"{seconds(median(values))} ({seconds(min(values))})"


def cells(row: Row, measured: Measured) -> tuple[str, ...]:
    ours, floor = median(measured.ours), median(measured.floor)
    return (
        row.name,
        with_min(measured.ours),
        with_min(measured.floor),
        f"{ours / floor:.2f}",
        f"{floor / ours:.2f}",
        row.aim,
    )


def lines(texts: Sequence[str]) -> Iterator[str]:
    """One row of the table; a text wider than its column goes on below."""
    pairs = zip(texts, WIDTHS, strict=True)
    columns = [textwrap.wrap(text, width) or [""] for text, width in pairs]
    for index in range(max(len(column) for column in columns)):
        parts = [column[index] if index < len(column) else "" for column in columns]
        padded = [part.ljust(width) for part, width in zip(parts, WIDTHS, strict=True)]
        yield "  ".join(padded).rstrip()


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="SUBSTR", default="", help="jobs whose name has this")
    need_no_display()
    only = parser.parse_args(words).only.casefold()
    rows = [row for row in all_rows() if only in row.name.casefold()]
    if not rows:
        print(f"No job has {only!r} in its name.", file=sys.stderr)
        return 1
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.platform()}")
    print("median (min); every floor is measured in the same run\n")
    print("\n".join(lines(HEADER)))
    for row in rows:
        measured = row.measure()
        print("\n".join(lines(cells(row, measured))))
        if measured.note:
            print(textwrap.indent(textwrap.fill(measured.note, 110), "    "))
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
