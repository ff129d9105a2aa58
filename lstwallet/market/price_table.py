"""Recorded daily prices from a CSV file, and the way between two days.

Columns ``date,eth_usd`` and optionally ``steth_per_eth``; one row a day, in order,
without gaps. A row is the *close* of its day: it stands at 00:00 UTC of the next day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from lstwallet.units.amount import BadAmount, parse_units
from lstwallet.units.clock import DAY, SimTime, parse_iso
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.units.strict.tables import Row, rows_of

REQUIRED: Final = ("date", "eth_usd")
OPTIONAL: Final = ("steth_per_eth",)
USD_DECIMALS: Final = 8
RATIO_DECIMALS: Final = 18
FEWEST_ROWS: Final = 2
MOST_CHARACTERS: Final = 2_000_000
MOST_DIGITS: Final = 24
MOST_ROWS: Final = 40_000
"""More than a hundred years."""


class PriceTableError(ValueError):
    """A price file cannot be used; ``line`` is 0 when it concerns the whole file."""

    def __init__(self, line: int, problem: str) -> None:
        where = f"line {line}: " if line else ""
        super().__init__(f"price file, {where}{problem}")
        self.line = line
        self.problem = problem


class PriceTable(NamedTuple):
    """Closes of consecutive days; index 0 stands at ``begin``, each next one a day later."""

    begin: SimTime
    """When the first close stands (the end of the first row's day)."""
    eth: tuple[int, ...]
    """USD with 8 decimals."""
    steth: tuple[int, ...]
    """ETH paid for one stETH, 18 decimals; empty when the file does not say."""

    @property
    def end(self) -> SimTime:
        """When the last close stands."""
        return self.begin + (len(self.eth) - 1) * DAY


def read_price_table(text: str) -> PriceTable:
    """The table written in ``text``.

    Raises ``PriceTableError`` naming the line: a wrong header, a bad number or date, days
    out of order, doubled or left out, fewer than two rows.
    """
    if len(text) > MOST_CHARACTERS:
        raise PriceTableError(0, f"it is longer than {MOST_CHARACTERS} characters")
    rows = _rows(text.lstrip("\ufeff"))
    columns = _columns(rows)
    days: list[date] = []
    eth: list[int] = []
    steth: list[int] = []
    for line, row in rows[1:]:
        if len(row) != len(columns):
            raise PriceTableError(line, f"{len(row)} cells where the header has {len(columns)}")
        cells = dict(zip(columns, (cell.strip() for cell in row), strict=True))
        days.append(_next_day(cells["date"], days, line))
        eth.append(_number(cells["eth_usd"], USD_DECIMALS, "eth_usd", line))
        if "steth_per_eth" in cells:
            steth.append(_number(cells["steth_per_eth"], RATIO_DECIMALS, "steth_per_eth", line))
    if len(days) < FEWEST_ROWS:
        raise PriceTableError(0, f"it has {len(days)} rows; at least {FEWEST_ROWS} are needed")
    return PriceTable(parse_iso(days[0].isoformat()) + DAY, tuple(eth), tuple(steth))


def _rows(text: str) -> list[Row]:
    try:
        return list(rows_of(text, most_rows=MOST_ROWS))
    except FileRefused as refused:
        match refused.problem:
            case Problem.TOO_MANY:
                problem = f"it has more than {refused.wanted} rows or columns"
            case Problem.LONG_LINE:
                problem = f"it is longer than {refused.wanted} characters"
            case _:
                problem = f"it is not CSV ({refused.detail})"
        raise PriceTableError(refused.line, problem) from refused


def _columns(rows: list[Row]) -> list[str]:
    if not rows:
        raise PriceTableError(0, "it is empty")
    columns = [cell.strip() for cell in rows[0].cells]
    known = set(REQUIRED + OPTIONAL)
    if not set(REQUIRED) <= set(columns) <= known or len(set(columns)) != len(columns):
        raise PriceTableError(
            rows[0].line, "the header must read date,eth_usd or date,eth_usd,steth_per_eth"
        )
    return columns


def _next_day(text: str, days: list[date], line: int) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise PriceTableError(line, f"“{text[:40]}” is not a date like 2022-06-14") from None
    if days and day <= days[-1]:
        raise PriceTableError(line, f"{day} comes after {days[-1]}: days must go up, each once")
    if days and day != days[-1] + timedelta(days=1):
        raise PriceTableError(line, f"the days between {days[-1]} and {day} are missing")
    return day


def _number(text: str, decimals: int, column: str, line: int) -> int:
    try:
        if len(text) > MOST_DIGITS:
            raise PriceTableError(line, f"the number in {column} is too long")
        whole, point, fraction = text.partition(".")
        return parse_units(f"{whole}{point}{_cut(fraction, decimals)}", decimals)
    except BadAmount:
        raise PriceTableError(
            line, f"“{text}” in {column} is not a number above zero like 1208.50"
        ) from None


def _cut(fraction: str, decimals: int) -> str:
    """Digits beyond what a price is kept to are dropped: files are full of 0.30000000000000004."""
    return fraction[:decimals] if fraction.isdecimal() else fraction
