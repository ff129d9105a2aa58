"""CSV from outside as rows of cells, and cells that a spreadsheet does not run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from lstwallet.units.strict.refused import FileRefused, Problem

MOST_COLUMNS: Final = 64
LONGEST_CELL: Final = 4_000
RISKY: Final = frozenset("=+-@\t\r")
"""What a cell must not begin with: a spreadsheet would run it."""


class Row(NamedTuple):
    """One row, and the line its end stands in (from 1)."""

    line: int
    cells: list[str]


def rows_of(text: str, *, most_rows: int, most_columns: int = MOST_COLUMNS) -> Iterator[Row]:
    """The rows that are not empty, quotes taken off, cells as they stand.

    Raises ``FileRefused``: a quote that never closes, something behind a quote, too many
    columns or rows, a cell that is too long.
    """
    most_lines = 4 * most_rows + 1_000  # empty ones, and cells of several lines
    if text.count("\n") > most_lines:
        raise FileRefused(Problem.TOO_MANY, wanted=str(most_lines))
    lines = enumerate(text.split("\n"), 1)
    source = csv.reader((_bounded(line, at, most_columns) for at, line in lines), strict=True)
    found = 0
    while True:
        try:
            cells = next(source)
        except StopIteration:
            return
        except csv.Error as error:
            line = max(1, source.line_num)
            raise FileRefused(Problem.NOT_CSV, line=line, detail=str(error)) from None
        if not any(cell.strip() for cell in cells):
            continue
        found += 1
        _check(cells, source.line_num, most_columns)
        if found > most_rows:
            raise FileRefused(Problem.TOO_MANY, line=source.line_num, wanted=str(most_rows))
        yield Row(source.line_num, cells)


def _bounded(line: str, number: int, most_columns: int) -> str:
    """The line with its end again, before a million columns are made of it."""
    if line.count(",") >= most_columns and '"' not in line:
        raise FileRefused(Problem.TOO_MANY, line=number, wanted=str(most_columns))
    if len(line) > LONGEST_CELL * 4:
        raise FileRefused(Problem.LONG_LINE, line=number, wanted=str(LONGEST_CELL * 4))
    return f"{line}\n"


def _check(cells: list[str], line: int, most_columns: int) -> None:
    if len(cells) > most_columns:
        raise FileRefused(Problem.TOO_MANY, line=line, wanted=str(most_columns))
    if any(len(cell) > LONGEST_CELL for cell in cells):
        raise FileRefused(Problem.LONG_LINE, line=line, wanted=str(LONGEST_CELL))


def write_rows(rows: Iterable[Sequence[str]]) -> str:
    """CSV of the rows, no cell of which a spreadsheet runs; a carriage return is a line feed.

    ``rows_of`` and ``bare_cell`` read it back.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([_line_feeds(safe_cell(cell)) for cell in row])
    return out.getvalue()


def _line_feeds(cell: str) -> str:
    """A bare carriage return is not quoted, and what follows it would begin a row."""
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet might run.

    ``bare_cell`` takes it off again: a text that itself begins so gets one more.
    """
    return f"'{text}" if (text[:1] in RISKY and text) or _looks_prefixed(text) else text


def bare_cell(cell: str) -> str:
    """What ``safe_cell`` was given."""
    return cell[1:] if _looks_prefixed(cell) else cell


def _looks_prefixed(text: str) -> bool:
    rest = text.lstrip("'")
    return text[:1] == "'" and rest[:1] in RISKY and rest != ""
