"""What lies between two prices, and where a price goes when tokens come or leave.

With liquidity ``L`` between the square roots of prices ``a < b``, the pool holds
``L·(b − a)/(a·b)`` of token 0 and ``L·(b − a)`` of token 1. A falling price takes token 0 in
and gives token 1 out. Square roots have 96 binary places.

Amounts that come in are rounded up, amounts that leave are rounded down, and a price never
moves further than the tokens pay for: always in favour of the pool.

Source: v3-core ``SqrtPriceMath.sol`` (d8b1c635).
"""

from __future__ import annotations

from typing import Final

from lstwallet.units.checked import MAX_UINT256, Revert
from lstwallet.units.fixed import (
    div_ceil,
    div_floor,
    mul_div_ceil,
    mul_div_floor,
    mul_div_twice_ceil,
    mul_div_twice_floor,
)
from lstwallet.units.wide import mul_div_ceil as wide_mul_div_ceil

Q96: Final = 2**96
"""One, in square roots of prices."""
MAX_UINT160: Final = 2**160 - 1


# --- amounts between two prices ---------------------------------------------------------


def amount_0_floor(a: int, b: int, liquidity: int) -> int:
    """Token 0 between the prices ``a`` and ``b``, in either order, for who takes it out."""
    low, high = (b, a) if a > b else (a, b)
    if low <= 0:
        raise Revert
    return mul_div_twice_floor(liquidity << 96, high - low, high, low)


def amount_0_ceil(a: int, b: int, liquidity: int) -> int:
    """Token 0 between the prices ``a`` and ``b``, for who pays it in."""
    low, high = (b, a) if a > b else (a, b)
    if low <= 0:
        raise Revert
    return mul_div_twice_ceil(liquidity << 96, high - low, high, low)


def amount_1_floor(a: int, b: int, liquidity: int) -> int:
    """Token 1 between the prices ``a`` and ``b``, for who takes it out."""
    return liquidity * abs(b - a) >> 96


def amount_1_ceil(a: int, b: int, liquidity: int) -> int:
    """Token 1 between the prices ``a`` and ``b``, for who pays it in."""
    return -(-liquidity * abs(b - a) >> 96)


def signed_amount_0(a: int, b: int, delta: int) -> int:
    """Token 0 for a change of liquidity: positive is paid in, negative is paid out."""
    return -amount_0_floor(a, b, -delta) if delta < 0 else amount_0_ceil(a, b, delta)


def signed_amount_1(a: int, b: int, delta: int) -> int:
    """Token 1 for a change of liquidity: positive is paid in, negative is paid out."""
    return -amount_1_floor(a, b, -delta) if delta < 0 else amount_1_ceil(a, b, delta)


# --- where the price goes ---------------------------------------------------------------


def price_after_input(price: int, liquidity: int, amount: int, zero_for_one: bool) -> int:
    """The price when ``amount`` of the input came in. Rounded against who pays.

    Reverts without liquidity, and when the price would not fit its 160 bits.
    """
    if price <= 0 or liquidity <= 0:
        raise Revert
    if zero_for_one:
        return _price_with_more_0(price, liquidity, amount)
    raised = price + mul_div_floor(amount, Q96, liquidity)
    if raised > MAX_UINT160:
        raise Revert
    return raised


def price_after_output(price: int, liquidity: int, amount: int, zero_for_one: bool) -> int:
    """The price when ``amount`` of the output left. Rounded against who takes it.

    Reverts when there is not that much to take at any price.
    """
    if price <= 0 or liquidity <= 0:
        raise Revert
    if not zero_for_one:
        return _price_with_less_0(price, liquidity, amount)
    lowered = price - mul_div_ceil(amount, Q96, liquidity)
    if lowered <= 0:
        raise Revert
    return lowered


def _price_with_more_0(price: int, liquidity: int, amount: int) -> int:
    """``L·P/(L + amount·P)``, rounded up; ``L/(L/P + amount)`` where a word would overflow."""
    if amount == 0:
        return price
    weight = liquidity << 96
    product = amount * price
    if product <= MAX_UINT256 and weight + product <= MAX_UINT256:
        return mul_div_ceil(weight, price, weight + product)
    divisor = div_floor(weight, price) + amount
    if divisor > MAX_UINT256:
        raise Revert
    return div_ceil(weight, divisor)


def _price_with_less_0(price: int, liquidity: int, amount: int) -> int:
    """``L·P/(L − amount·P)``, rounded up."""
    if amount == 0:
        return price
    weight = liquidity << 96
    product = amount * price
    if product > MAX_UINT256 or weight <= product:
        raise Revert
    raised = wide_mul_div_ceil(weight, price, weight - product)
    if raised > MAX_UINT160:
        raise Revert
    return raised
