"""Outside prices: a seeded process, or recorded daily closes with a bridge between them.

Seeded process. Daily log returns are Student-t with the catalogue's degrees of freedom
(fitted on daily closes), scaled to the catalogue's volatility. A t variable is a normal
one whose variance is itself random, so the *day* draws its variance and its 24 hours are
normal given that: hours and days both have the fat tails of the fit, turbulence comes in
days, and a year has the catalogue's volatility. The drift of the log price is zero.

A price is a pure function of the seed, the absolute hour and the last recorded price.
Whole numbers leave this module: USD with 8 decimals.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

import numpy as np

from lstwallet.engine.prices import USD, Prices
from lstwallet.market.price_table import RATIO_DECIMALS, PriceTable
from lstwallet.market.random_streams import (
    HOURS_A_DAY,
    Dice,
    Hours,
    Normals,
    Stream,
    hour_of,
    keep,
)
from lstwallet.units.clock import DAY, HOUR, SimTime
from lstwallet.units.records import make

DAYS_A_YEAR: Final = 365
SMALLEST_CHI: Final = 0.05
"""The day's chi-square variable is not taken below this: no day is more turbulent than
about four times the usual, which keeps one draw from deciding a whole year."""
USDC_NOISE: Final = 3.0
"""USDC stays within this many standard deviations of one dollar."""
_BASIS_MEMORY_DAYS: Final = 12


class PriceModel(NamedTuple):
    """The parameters of the seeded process (``resources/catalogue/prices.toml``)."""

    annual_volatility: float
    """Standard deviation of a year's log return."""
    degrees_of_freedom: float
    """Of the Student-t distribution; above 2."""
    usdc_noise: float
    """Standard deviation of USDC around one dollar, a fraction."""
    basis_mean: float
    """Mean of stETH's outside price over its rate, minus one (redemptions open)."""
    basis_sd: float
    """Its standard deviation."""
    basis_half_life_days: float


class PriceSource(Protocol):
    """Whatever says what things cost outside."""

    def at(self, time: SimTime, last: Prices) -> Prices:
        """The prices of the whole hour ``time``, an hour after ``last``."""

    def steth_basis(self, hour: int) -> float:
        """What the outside market pays for one stETH in ETH, minus one."""


def mean_of_capped_inverse(df: float) -> float:
    """The mean of ``1 / max(χ²(df), SMALLEST_CHI)``, which scales variances back to one.

    Below the cap the mean is the probability of the cap over the cap; above it the
    integral of the density over x. Both by the power series of the lower incomplete gamma
    function, exact to double precision at so small an argument.
    """
    half = df / 2
    below = _regularised_gamma(half, SMALLEST_CHI / 2)
    inverse_above = (1 - _regularised_gamma(half - 1, SMALLEST_CHI / 2)) / (df - 2)
    return below / SMALLEST_CHI + inverse_above


def _regularised_gamma(shape: float, x: float) -> float:
    """P(shape, x) by its power series, for small ``x``."""
    term = 1 / shape
    total = term
    for n in range(1, 60):
        term *= x / (shape + n)
        total += term
    return total * math.exp(-x + shape * math.log(x) - math.lgamma(shape))


class SeededPrices:
    """The seeded process."""

    def __init__(self, seed: int, model: PriceModel) -> None:
        self._dice = Dice(seed)
        self._model = model
        self._steps = Normals(seed, Stream.ETH_HOUR)
        self._usdc = Normals(seed, Stream.USDC)
        self._basis = Normals(seed, Stream.BASIS)
        self._returns = Hours(self._day_of_returns)
        self._basis_hours = Hours(self._day_of_basis)
        self._usdc_hours = Hours(self._day_of_usdc)
        variance_a_day = model.annual_volatility**2 / DAYS_A_YEAR
        self._basis_kept = 0.5 ** (1 / (model.basis_half_life_days * HOURS_A_DAY))
        self._scale = variance_a_day / mean_of_capped_inverse(model.degrees_of_freedom)

    def at(self, time: SimTime, last: Prices) -> Prices:
        """The ETH price moves on from ``last``; USDC depends on the hour alone."""
        hour = hour_of(time)
        eth = round(last.eth * math.exp(self.hourly_return(hour)))
        return make(Prices, (max(eth, 1), self._usdc_hours.at(hour)))

    def hourly_return(self, hour: int) -> float:
        """The log return of the hour that ends at the whole hour ``hour``."""
        return self._returns.at(hour)

    def _day_of_returns(self, day: int) -> list[float]:
        chi = self._dice.roll(Stream.ETH_DAY, day).chisquare(self._model.degrees_of_freedom)
        variance = self._scale / max(chi, SMALLEST_CHI)
        returns: list[float] = (self._steps.day(day) * math.sqrt(variance / HOURS_A_DAY)).tolist()
        return returns

    def usdc(self, hour: int) -> int:
        """USDC in USD, 8 decimals: noise around one dollar, the same for everybody."""
        return self._usdc_hours.at(hour)

    def _day_of_usdc(self, day: int) -> Iterator[int]:
        noise = self._model.usdc_noise
        for drawn in self._usdc.day(day).tolist():
            yield round(USD * (1 + noise * min(max(drawn, -USDC_NOISE), USDC_NOISE)))

    def steth_basis(self, hour: int) -> float:
        """An Ornstein-Uhlenbeck process in discrete hours, started ``_BASIS_MEMORY_DAYS``
        days earlier at its mean: what came before has decayed to nothing."""
        return self._basis_hours.at(hour)

    def _day_of_basis(self, day: int) -> list[float]:
        model = self._model
        kept = self._basis_kept
        step = model.basis_sd * math.sqrt(1 - kept**2)
        past = [self._basis.day(day - n) for n in range(_BASIS_MEMORY_DAYS, 0, -1)]
        deviation = 0.0  # one by one: a matrix product adds in the order of the machine's BLAS
        for drawn in np.concatenate(past).tolist():
            deviation = kept * deviation + step * drawn
        block = []
        for drawn in self._basis.day(day).tolist():
            deviation = kept * deviation + step * drawn
            block.append(model.basis_mean + deviation)
        return block


class RecordedPrices:
    """Daily closes from a table with a seeded Brownian bridge between two closes.

    Each close is hit exactly, at its time. Before the first close its price stands; after
    the last one the seeded process goes on from the last price.
    """

    def __init__(self, table: PriceTable, seed: int, model: PriceModel) -> None:
        self._table = table
        self._seeded = SeededPrices(seed, model)
        self._hourly_sd = model.annual_volatility / math.sqrt(DAYS_A_YEAR * HOURS_A_DAY)
        self._noise = Normals(seed, Stream.BRIDGE)
        self._bridges: dict[int, list[float]] = {}

    def at(self, time: SimTime, last: Prices) -> Prices:
        """The recorded price of ``time``, or the seeded process after the last close."""
        table = self._table
        if time > table.end:
            return self._seeded.at(time, last)
        return Prices(self.eth(time), self._seeded.usdc(hour_of(time)))

    def eth(self, time: SimTime) -> int:
        """USD with 8 decimals at a moment up to the last close."""
        table = self._table
        day, seconds = divmod(max(time - table.begin, 0), DAY)
        if seconds == 0:
            return table.eth[day]
        share = seconds / DAY
        begin, end = math.log(table.eth[day]), math.log(table.eth[day + 1])
        walk = self._bridge(day)
        return max(round(math.exp(begin + (end - begin) * share + walk[seconds // HOUR])), 1)

    def _bridge(self, day: int) -> list[float]:
        """Deviations from the straight line at hours 0 … 24: zero at both ends."""
        return self._bridges.get(day) or keep(self._bridges, day, self._drawn(day))

    def _drawn(self, day: int) -> list[float]:
        steps = self._noise.day(hour_of(self._table.begin) // HOURS_A_DAY + day)
        walk = np.concatenate(([0.0], np.cumsum(steps))) * self._hourly_sd
        line: list[float] = (walk - walk[-1] * np.arange(HOURS_A_DAY + 1) / HOURS_A_DAY).tolist()
        return line

    def steth_basis(self, hour: int) -> float:
        """The recorded price where there is one, straight between two closes."""
        table = self._table
        day, seconds = divmod(max(hour * HOUR - table.begin, 0), DAY)
        if not table.steth or hour * HOUR > table.end:
            return self._seeded.steth_basis(hour)
        here = table.steth[day]
        there = table.steth[min(day + 1, len(table.steth) - 1)]
        return (here + (there - here) * seconds / DAY) / 10**RATIO_DECIMALS - 1


__all__ = ["PriceModel", "PriceSource", "RecordedPrices", "SeededPrices"]
