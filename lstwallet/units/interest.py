"""Interest and the value of scaled balances: the inner arithmetic of lending in one call.

It lives here because it runs at every tick, and a chain of named divisions would cost more
than the arithmetic. Each division truncates unless the name says otherwise, in the order of
the contract; the order matters. Rates are rays a year, indices rays, times whole seconds.
Sources: aave-v3-origin v3.6.0 and aave-v3-core 1.19.3 (v3.0.2) ``MathUtils.sol`` and
``GenericLogic.sol``.
"""

from __future__ import annotations

from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import BPS, HALF_BPS, HALF_RAY, RAY, WAD


def grow_linear(index: int, rate: int, elapsed: int) -> int:
    """``index × (1 + rate × elapsed / year)``, the product halves up.

    With an index of one ray this is ``calculateLinearInterest``.
    """
    return (index * (RAY + rate * elapsed // YEAR) + HALF_RAY) // RAY


def grow_taylor(index: int, rate: int, elapsed: int) -> int:
    """``index × (1 + x + x²/2 + x³/6)`` with ``x = rate × elapsed / year``.

    The third-order Taylor polynomial of ``e**x``; with an index of one ray this is v3.6's
    ``calculateCompoundedInterest``. The divisions by 2 and 6 truncate, the products round
    halves up; what the polynomial leaves out favours borrowers.
    """
    x = rate * elapsed // YEAR
    cubic = (x * (x // 6) + HALF_RAY) // RAY
    return (index * (RAY + x + (x * (x // 2 + cubic) + HALF_RAY) // RAY) + HALF_RAY) // RAY


def grow_binomial(index: int, rate: int, elapsed: int) -> int:
    """``index × (1 + n·r + n(n−1)/2·r² + n(n−1)(n−2)/6·r³)``, ``n`` seconds at ``r`` a second.

    The first four terms of ``(1 + r)**n``; with an index of one ray this is v3.0.2's
    ``calculateCompoundedInterest``. The powers of the rate a year are products halves up, and
    are brought to seconds by divisions that truncate; what that drops favours borrowers.
    """
    squared = (rate * rate + HALF_RAY) // RAY // (YEAR * YEAR)
    cubed = (squared * rate + HALF_RAY) // RAY // YEAR
    pairs = elapsed * (elapsed - 1)
    second = pairs * squared // 2
    third = pairs * (elapsed - 2) * cubed // 6
    return (index * (RAY + rate * elapsed // YEAR + second + third) + HALF_RAY) // RAY


def interest_share_half_up(
    scaled: int, old_index: int, new_index: int, share_bps: int, share_index: int
) -> int:
    """A share of the interest on ``scaled`` debt between two indices, itself scaled.

    Every step halves up: the debt before and after, the percentage, the result
    (v3.0.2's ``_accrueToTreasury``).
    """
    before = (scaled * old_index + HALF_RAY) // RAY
    interest = (scaled * new_index + HALF_RAY) // RAY - before
    share = (interest * share_bps + HALF_BPS) // BPS
    return (share * RAY + share_index // 2) // share_index


def interest_share_floor(
    scaled: int, old_index: int, new_index: int, share_bps: int, share_index: int
) -> int:
    """A share of the interest on ``scaled`` debt between two indices, itself scaled.

    Interest and result round down, the percentage halves up (``_accrueToTreasury``).
    """
    interest = scaled * (new_index - old_index) // RAY
    return (interest * share_bps + HALF_BPS) // BPS * RAY // share_index


def kinked_rate(usage: int, optimal: int, base: int, slope1: int, slope2: int) -> int:
    """A rate that rises with utilisation, and faster beyond ``optimal``; all numbers are rays.

    ``base + slope1 × usage/optimal`` up to the kink; beyond it
    ``base + slope1 + slope2 × (usage − optimal)/(1 − optimal)``. Every product and quotient is
    halves up (``calculateInterestRates``). ``optimal`` is not zero.
    """
    if usage > optimal:
        rest = RAY - optimal
        beyond = ((usage - optimal) * RAY + rest // 2) // rest
        return base + slope1 + (slope2 * beyond + HALF_RAY) // RAY
    rising = (slope1 * usage + HALF_RAY) // RAY
    return base + (rising * RAY + optimal // 2) // optimal


def earned_rate(rate: int, usage: int, kept_bps: int) -> int:
    """What is left of a rate when a part of the tokens earns it and basis points are kept of it.

    ``rate × usage``, then times ``kept_bps``; both halves up.
    """
    return ((rate * usage + HALF_RAY) // RAY * kept_bps + HALF_BPS) // BPS


def scaled_value_floor(scaled: int, index: int, price: int, unit: int) -> int:
    """Value of a scaled balance: tokens rounded down, then their value rounded down."""
    return scaled * index // RAY * price // unit


def scaled_value_ceil(scaled: int, index: int, price: int, unit: int) -> int:
    """Value of a scaled debt: tokens rounded up, then their value rounded up."""
    return -(-scaled * index // RAY * price // unit)


def scaled_value_half_up(scaled: int, index: int, price: int, unit: int) -> int:
    """Value of a scaled balance: tokens halves up, then their value rounded down."""
    return (scaled * index + HALF_RAY) // RAY * price // unit


def health_ratio(weighted_bps: int, debt: int, value: int = 0) -> int:
    """``weighted / debt`` in WAD, of a value weighted with basis points (v3.6).

    Halves up first, truncated after, as the contract does; ``debt`` is not zero. The value
    without its weights is not asked for.
    """
    return (weighted_bps * WAD + debt // 2) // debt // BPS


def averaged_health(weighted_bps: int, debt: int, value: int) -> int:
    """The same from the average weight in whole basis points, rounded down (v3.0.2).

    The weighted value and the ratio are halves up; ``debt`` is not zero.
    """
    average = weighted_bps // value if value else 0
    covered = (value * average + HALF_BPS) // BPS
    return (covered * WAD + debt // 2) // debt
