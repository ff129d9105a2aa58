"""One step of a swap: towards a target price, with constant liquidity on the way.

The fee is a part of what comes in, in millionths. A step ends at the target, or earlier
where the amount is used up; then all that is left of the input is fee.

Source: v3-core ``SwapMath.sol`` (d8b1c635).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.protocols.concentrated.prices import (
    amount_0_ceil,
    amount_0_floor,
    amount_1_ceil,
    amount_1_floor,
    price_after_input,
    price_after_output,
)
from lstwallet.units.fixed import mul_div_floor
from lstwallet.units.records import make
from lstwallet.units.wide import mul_div_ceil

MILLION: Final = 1_000_000
"""One, in fees."""


class Step(NamedTuple):
    """What one step did."""

    price: int
    """The square root of the price now."""
    amount_in: int
    """Without the fee."""
    amount_out: int
    fee: int


def step(price: int, target: int, liquidity: int, remaining: int, fee: int) -> Step:
    """Go from ``price`` towards ``target``, which also tells the direction.

    ``remaining`` is positive for an input to spend, negative for an output to get.
    """
    if remaining < 0:
        return _step_exact_out(price, target, liquidity, -remaining, fee)
    falls = price >= target
    cost = amount_0_ceil if falls else amount_1_ceil
    amount_in = cost(target, price, liquidity)
    spendable = mul_div_floor(remaining, MILLION - fee, MILLION)
    if spendable >= amount_in:
        after, paid = target, mul_div_ceil(amount_in, fee, MILLION - fee)
    else:
        # short of the target: what does not pay for the way there cannot move the price to it
        after = price_after_input(price, liquidity, spendable, falls)
        amount_in = cost(after, price, liquidity)
        paid = remaining - amount_in
    out = (amount_1_floor if falls else amount_0_floor)(after, price, liquidity)
    return make(Step, (after, amount_in, out, paid))


def _step_exact_out(price: int, target: int, liquidity: int, wanted: int, fee: int) -> Step:
    """Towards ``target`` until ``wanted`` has come out; never a unit more."""
    falls = price >= target
    gain = amount_1_floor if falls else amount_0_floor
    after, out = target, gain(target, price, liquidity)
    if wanted < out:
        after = price_after_output(price, liquidity, wanted, falls)
        out = gain(after, price, liquidity)
    amount_in = (amount_0_ceil if falls else amount_1_ceil)(after, price, liquidity)
    paid = mul_div_ceil(amount_in, fee, MILLION - fee)
    return make(Step, (after, amount_in, min(out, wanted), paid))
