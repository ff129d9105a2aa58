"""A portfolio from a file: what somebody holds, token by token.

As JSON::

    {"format": "lstwallet portfolio", "version": 1, "name": "Mine",
     "holdings": {"ETH": "12.5", "stETH": "3", "USDC": "4000"}}

or as CSV with the header ``token,amount``. Amounts are decimal digits with a point, in whole
tokens, above zero; each token at most once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.app.door.door import read
from lstwallet.units.amount import format_exact
from lstwallet.units.strict.documents import json_line, read_json
from lstwallet.units.strict.fields import Fields
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.units.strict.tables import bare_cell, rows_of, safe_cell
from lstwallet.units.strict.texts import text_of

FORMAT: Final = "lstwallet portfolio"
VERSION: Final = 1
TOKENS: Final[Mapping[str, int]] = {"ETH": 18, "stETH": 18, "wstETH": 18, "rETH": 18, "USDC": 6}
"""What may be held, and its decimals."""
MOST_ETHER: Final = 10_000
"""Whole tokens of each but USDC; more would move the simulated market by itself."""
MOST_USDC: Final = 100_000_000
LONGEST_NAME: Final = 60
HEADER: Final = ("token", "amount")


class Portfolio(NamedTuple):
    """What somebody holds."""

    name: str
    """May be empty."""
    holdings: Mapping[str, int]
    """Token → base units, in the order of ``TOKENS``."""


def read_portfolio(path: Path, *, unwanted: Callable[[], bool] | None = None) -> Portfolio:
    """The portfolio in a file, through the door. Raises ``FileRefused``.

    ``unwanted`` is asked now and then from another thread; true ends it.
    """
    return of_plain(read(path, "portfolio", unwanted=unwanted))


def answer(data: bytes) -> dict[str, Any]:
    """The reader in the child. Raises ``FileRefused``."""
    return plain(parse(text_of(data)))


def parse(text: str) -> Portfolio:
    """The portfolio that a text is: JSON when it begins with a brace, else CSV."""
    return _of_json(text) if text.lstrip().startswith("{") else _of_csv(text)


def plain(portfolio: Portfolio) -> dict[str, Any]:
    """As plain data, which is also the JSON format."""
    amounts = {
        token: format_exact(units, TOKENS[token]) for token, units in portfolio.holdings.items()
    }
    named = {"name": portfolio.name} if portfolio.name else {}
    return {"format": FORMAT, "version": VERSION, **named, "holdings": amounts}


def of_plain(raw: Any) -> Portfolio:
    """The portfolio that plain data is. Raises ``FileRefused``."""
    fields = Fields(raw)
    if fields.text("format") != FORMAT:
        raise FileRefused(Problem.OTHER_FORMAT, field="format", wanted=FORMAT)
    if fields.whole("version", 1, 10**6) > VERSION:
        raise FileRefused(Problem.NEWER, wanted=str(VERSION))
    name = fields.text("name", "", longest=LONGEST_NAME, empty=True)
    held = fields.table("holdings")
    found = {}
    for token in TOKENS:
        if token in held:
            found[token] = _units(held, token, held.raw[token])
    held.done()
    fields.done()
    return _holding(name, found)


def to_json(portfolio: Portfolio) -> str:
    """The portfolio as the text of a file."""
    return json_line(plain(portfolio)) + "\n"


def to_csv(portfolio: Portfolio) -> str:
    """Without its name, which CSV has no room for."""
    rows = [HEADER, *plain(portfolio)["holdings"].items()]
    return "".join(",".join(map(safe_cell, row)) + "\n" for row in rows)


def _of_json(text: str) -> Portfolio:
    return of_plain(read_json(text))


def _of_csv(text: str) -> Portfolio:
    rows = list(rows_of(text, most_rows=len(TOKENS) + 1, most_columns=len(HEADER)))
    header = tuple(cell.strip().casefold() for cell in rows[0].cells) if rows else ()
    if header != HEADER:
        raise FileRefused(Problem.OTHER_FORMAT, line=1, wanted=",".join(HEADER))
    found: dict[str, int] = {}
    for line, cells in rows[1:]:
        if len(cells) != len(HEADER):
            raise FileRefused(Problem.MISSING_KEY, line=line, field=HEADER[1])
        token, amount = (bare_cell(cell.strip()) for cell in cells)
        if token in found:
            raise FileRefused(Problem.DOUBLE_KEY, line=line, detail=token)
        row = Fields({token: amount}, line=line)
        for known in TOKENS:
            if known in row:
                found[known] = _units(row, known, amount)
        row.done()
    return _holding("", found)


def _units(fields: Fields, token: str, value: Any) -> int:
    decimals = TOKENS[token]
    most = MOST_USDC if token == "USDC" else MOST_ETHER
    return fields.units_of(token, value, decimals, most * 10**decimals)


def _holding(name: str, found: Mapping[str, int]) -> Portfolio:
    if not found:
        raise FileRefused(Problem.MISSING_KEY, field="holdings")
    return Portfolio(name, {token: found[token] for token in _ordered(found)})


def _ordered(found: Iterable[str]) -> list[str]:
    return [token for token in TOKENS if token in found]
