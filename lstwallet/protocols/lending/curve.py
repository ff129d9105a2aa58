"""The rate curve: what borrowers pay and suppliers earn at a utilisation.

Sources: aave-v3-origin v3.6.0 ``DefaultReserveInterestRateStrategyV2.sol``, aave-v3-core 1.19.3
(v3.0.2) ``DefaultReserveInterestRateStrategy.sol``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.protocols.lending.state import RateCurve
from lstwallet.units.fixed import BPS, ray_div, ray_mul
from lstwallet.units.interest import earned_rate, kinked_rate
from lstwallet.units.records import make

WAD_TO_RAY: Final = 10**9
"""What v3.0.2 blows amounts up by before it divides them by one another."""


class Rates(NamedTuple):
    """Both rates of a reserve, rays a year."""

    liquidity: int
    borrow: int


def usage_ratio(debt: int, liquidity: int, deficit: int = 0) -> int:
    """Debt over everything, a ray, halves up; 0 without debt."""
    return ray_div(debt, liquidity + debt + deficit) if debt else 0


def borrow_rate(curve: RateCurve, usage: int) -> int:
    """The curve's rate at a utilisation, rays a year.

    Below the kink ``base + slope1 × U/U*``; above it ``base + slope1 + slope2 × (U−U*)/(1−U*)``.
    """
    optimal, base, slope1, slope2 = curve
    return kinked_rate(usage, optimal, base, slope1, slope2)


def interest_rates(
    curve: RateCurve, reserve_factor: int, debt: int, liquidity: int, deficit: int
) -> Rates:
    """Both rates for ``debt`` tokens owed and ``liquidity`` tokens left.

    Without debt suppliers earn nothing and the borrow rate is the base rate. A deficit
    lowers what suppliers earn, not what borrowers pay.
    """
    optimal, base, slope1, slope2 = curve
    if debt == 0:
        return Rates(0, base)
    usage = ray_div(debt, liquidity + debt)
    borrow = kinked_rate(usage, optimal, base, slope1, slope2)
    if deficit:
        usage = ray_div(debt, liquidity + debt + deficit)
    return make(Rates, (earned_rate(borrow, usage, BPS - reserve_factor), borrow))


def interest_rates_overall(
    curve: RateCurve, reserve_factor: int, debt: int, liquidity: int, deficit: int
) -> Rates:
    """The rates of v3.0.2: suppliers earn on the *overall* borrow rate.

    That is the average of variable and stable debt, blown up by 10⁹ and divided back. Nobody
    owes stable debt, but the last digits still go through it. There is no deficit.
    """
    if debt == 0:
        return Rates(0, curve.base)
    usage = ray_div(debt, liquidity + debt + deficit)
    borrow = borrow_rate(curve, ray_div(debt, liquidity + debt))
    weight = debt * WAD_TO_RAY
    overall = ray_div(ray_mul(weight, borrow), weight)
    return Rates(earned_rate(overall, usage, BPS - reserve_factor), borrow)
