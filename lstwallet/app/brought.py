"""A portfolio's file on its way to a new profile: read, tried in a new world, told of.

Nothing is written: what is shown of it is what the profile's wallet will hold, at the prices of
the world's first moment. ``beginnings.create`` makes the profile.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lstwallet.app import profiles
from lstwallet.app.beginnings import EMPTY, SEED
from lstwallet.app.door.portfolio import Portfolio, read_portfolio
from lstwallet.app.holdings import tried
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis
from lstwallet.readmodel.portfolio import quotes, value_of
from lstwallet.units.clock import SimTime


class Part(NamedTuple):
    """What there is of a token."""

    token: str
    units: int
    """Base units, as the file says."""
    usd: int
    """8 decimals, rounded down."""


class Brought(NamedTuple):
    """A portfolio that a profile may begin with."""

    path: Path
    portfolio: Portfolio
    name: str
    """That the profile would get: the one in the file, or the file's own; no profile has it."""
    at: SimTime
    """The first moment of the new world."""
    parts: tuple[Part, ...]

    @property
    def usd(self) -> int:
        """What all of it is worth then; 8 decimals."""
        return sum(part.usd for part in self.parts)


def look(
    path: Path,
    *,
    seed: int | None = None,
    market: MarketConfig | None = None,
    unwanted: Callable[[], bool] | None = None,
) -> Brought:
    """Read the file and fill a new world's wallet with it, in memory.

    ``seed`` and ``market`` are those that the profile would get. Raises ``FileRefused``, the
    ``Refusal`` of a protocol that gives no such amount, ``CatalogueError`` or
    ``StoreUnavailable``. ``unwanted`` ends the reading from another thread.
    """
    portfolio = read_portfolio(path, unwanted=unwanted)
    world = genesis(SEED if seed is None else seed, market=EMPTY if market is None else market)
    prices = quotes(tried(world, portfolio).world)
    parts = tuple(
        Part(token, units, value_of(prices, token, units))
        for token, units in portfolio.holdings.items()
    )
    name = profiles.free_name(_named(portfolio.name, path))
    return Brought(path, portfolio, name, world.time, parts)


def _named(name: str, path: Path) -> str:
    """What the file calls itself, or what it is called, if a profile may be called so."""
    for each in (name, path.stem):
        try:
            return profiles.check_name(each)
        except profiles.BadName:
            continue
    return profiles.DEFAULT_NAME


__all__ = ["Brought", "Part", "look"]
