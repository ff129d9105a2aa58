"""A constant-product pair and its router: whoever trades keeps ``x·y`` from falling.

A swap of ``Δx`` gives ``Δy = y·997·Δx / (1000·x + 997·Δx)``: the pair keeps 0.3 % of what
comes in. Liquidity is a share of both reserves; its value is their geometric mean.

Source: Uniswap V2, ``UniswapV2Pair`` (v2-core 1.0.1), ``UniswapV2Library`` and
``UniswapV2Router02`` (v2-periphery 1.1.0-beta.0). Divisions truncate; an amount to pay
in is rounded up by adding one. Nothing here knows who holds what.
"""

from __future__ import annotations

from math import isqrt
from typing import Final, NamedTuple, NoReturn

from lstwallet.units.checked import MAX_UINT256, Revert, require
from lstwallet.units.fixed import div_floor, mul_div_floor
from lstwallet.units.records import make

LOCKED_LIQUIDITY: Final = 1_000
"""Liquidity of the first deposit that nobody can ever redeem."""
AFTER_FEE: Final = 997
"""Of a thousand that come in, what trades; 3 stay with the pair."""
FEE: Final = 3
THOUSAND: Final = 1_000
MAX_RESERVE: Final = 2**112 - 1
CLOCK_MASK: Final = 2**32 - 1
"""The pair's clock is 32 bits wide and wraps."""
PROTOCOL_PART: Final = 5
"""With the protocol's fee on, it receives 1/6 of the growth: ``1/(5 + 1)``."""

NO_INPUT: Final = "UniswapV2Library: INSUFFICIENT_INPUT_AMOUNT"
NO_OUTPUT: Final = "UniswapV2Library: INSUFFICIENT_OUTPUT_AMOUNT"
NO_AMOUNT: Final = "UniswapV2Library: INSUFFICIENT_AMOUNT"
NO_RESERVES: Final = "UniswapV2Library: INSUFFICIENT_LIQUIDITY"
TOO_LITTLE_OUT: Final = "UniswapV2Router: INSUFFICIENT_OUTPUT_AMOUNT"
TOO_MUCH_IN: Final = "UniswapV2Router: EXCESSIVE_INPUT_AMOUNT"
TOO_LITTLE_0: Final = "UniswapV2Router: INSUFFICIENT_A_AMOUNT"
TOO_LITTLE_1: Final = "UniswapV2Router: INSUFFICIENT_B_AMOUNT"
NOTHING_OUT: Final = "UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT"
NOTHING_IN: Final = "UniswapV2: INSUFFICIENT_INPUT_AMOUNT"
MORE_THAN_RESERVES: Final = "UniswapV2: INSUFFICIENT_LIQUIDITY"
PRODUCT_FELL: Final = "UniswapV2: K"
OVERFLOW: Final = "UniswapV2: OVERFLOW"
NOTHING_MINTED: Final = "UniswapV2: INSUFFICIENT_LIQUIDITY_MINTED"
NOTHING_BURNED: Final = "UniswapV2: INSUFFICIENT_LIQUIDITY_BURNED"
BELOW_ZERO: Final = "ds-math-sub-underflow"
TOO_LARGE: Final = "ds-math-mul-overflow"
NO_REASON: Final = "revert without reason"


Pair = tuple[int, int]
"""One number for each token."""


class PriceClock(NamedTuple):
    """Sums of price × seconds, from which anybody reads an average price."""

    cumulative_0: int
    """Price of token 0 in token 1 (112 binary places) × seconds, modulo 2²⁵⁶."""
    cumulative_1: int
    updated: int
    """When the reserves last changed, seconds modulo 2³²."""


class Pool(NamedTuple):
    """What a pair holds, in base units of its tokens."""

    reserve_0: int
    reserve_1: int
    balance_0: int
    """Tokens there are: what was sent to the pair stands here before its reserves count it."""
    balance_1: int
    supply: int
    """LP tokens, locked ones included."""
    k_last: int
    """The product when liquidity last changed; 0 while the protocol takes no fee."""
    clock: PriceClock


EMPTY: Final = Pool(0, 0, 0, 0, 0, 0, PriceClock(0, 0, 0))
"""A pair just created."""


class Swapped(NamedTuple):
    """A swap went through."""

    pool: Pool
    paid: int
    received: int


class Minted(NamedTuple):
    """Liquidity was added."""

    pool: Pool
    amounts: Pair
    minted: int
    """LP tokens for the depositor."""
    locked: int
    """LP tokens locked for ever: 1000 at the first deposit, otherwise 0."""
    protocol_fee: int
    """LP tokens for the protocol."""


class Burned(NamedTuple):
    """Liquidity was taken out."""

    pool: Pool
    amounts: Pair
    protocol_fee: int


class Skimmed(NamedTuple):
    """Tokens beyond the reserves were taken away."""

    pool: Pool
    amounts: Pair


# --- prices (library) ----------------------------------------------------------------


def quote(amount: int, reserve: int, reserve_other: int) -> int:
    """What ``amount`` is worth in the other token at the present ratio, without a fee."""
    require(amount > 0, NO_AMOUNT)
    require(reserve > 0 and reserve_other > 0, NO_RESERVES)
    return div_floor(_mul(amount, reserve_other), reserve)


def amount_out(amount_in: int, reserve_in: int, reserve_out: int) -> int:
    """What a swap of ``amount_in`` gives."""
    if amount_in <= 0:
        raise Revert(NO_INPUT)
    if reserve_in <= 0 or reserve_out <= 0:
        raise Revert(NO_RESERVES)
    if amount_in > MAX_RESERVE:
        _mul(_mul(amount_in, AFTER_FEE), reserve_out)
    traded = amount_in * AFTER_FEE
    return mul_div_floor(traded, reserve_out, reserve_in * THOUSAND + traded)


def amount_in(amount_out: int, reserve_in: int, reserve_out: int) -> int:
    """What must be paid in for ``amount_out``, rounded up."""
    require(amount_out > 0, NO_OUTPUT)
    require(reserve_in > 0 and reserve_out > 0, NO_RESERVES)
    numerator = _mul(_mul(reserve_in, amount_out), THOUSAND)
    denominator = _sub(reserve_out, amount_out) * AFTER_FEE
    require(denominator > 0, NO_REASON)
    return div_floor(numerator, denominator) + 1


# --- swapping ------------------------------------------------------------------------


def swap_exact_in(pool: Pool, token_in: int, paid: int, min_out: int, now: int) -> Swapped:
    """Sell ``paid`` of token ``token_in`` (0 or 1).

    The product cannot fall here: the output is rounded down. Reverts: nothing paid, an
    empty pair, less than ``min_out``, an output of nothing.
    """
    if paid <= 0:
        _refuse_swap(pool, token_in, paid, min_out)
    reserve_0, reserve_1, held_0, held_1, supply, k_last, clock = pool
    traded = paid * AFTER_FEE
    if token_in == 0:
        out = mul_div_floor(traded, reserve_1, reserve_0 * THOUSAND + traded)
        held_0 += paid
        held_1 -= out
    else:
        out = mul_div_floor(traded, reserve_0, reserve_1 * THOUSAND + traded)
        held_0 -= out
        held_1 += paid
    if out <= 0 or out < min_out or held_0 > MAX_RESERVE or held_1 > MAX_RESERVE:
        _refuse_swap(pool, token_in, paid, min_out)
    if now != clock.updated:
        clock = _ticked(clock, reserve_0, reserve_1, now)
    return make(
        Swapped, (make(Pool, (held_0, held_1, held_0, held_1, supply, k_last, clock)), paid, out)
    )


def _refuse_swap(pool: Pool, token_in: int, paid: int, min_out: int) -> NoReturn:
    """Say why, in the order in which router and pair look."""
    reserves = (pool.reserve_0, pool.reserve_1)
    out = amount_out(paid, reserves[token_in], reserves[1 - token_in])
    require(out >= min_out, TOO_LITTLE_OUT)
    require(out > 0, NOTHING_OUT)
    raise Revert(OVERFLOW)


def swap_exact_out(pool: Pool, token_in: int, out: int, max_in: int, now: int) -> Swapped:
    """Buy exactly ``out`` of the other token. Reverts above ``max_in`` as well."""
    if token_in == 0:
        paid = amount_in(out, pool.reserve_0, pool.reserve_1)
    else:
        paid = amount_in(out, pool.reserve_1, pool.reserve_0)
    require(paid <= max_in, TOO_MUCH_IN)
    outs = (0, out) if token_in == 0 else (out, 0)
    return Swapped(swap(receive(pool, token_in, paid), outs, now), paid, out)


def receive(pool: Pool, token: int, amount: int) -> Pool:
    """A plain transfer to the pair: its reserves count it once the pair acts."""
    reserve_0, reserve_1, held_0, held_1, supply, k_last, clock = pool
    held_0, held_1 = (held_0 + amount, held_1) if token == 0 else (held_0, held_1 + amount)
    return Pool(reserve_0, reserve_1, held_0, held_1, supply, k_last, clock)


def surplus(pool: Pool) -> Pair:
    """What the pair holds beyond its reserves."""
    return pool.balance_0 - pool.reserve_0, pool.balance_1 - pool.reserve_1


def swap(pool: Pool, outs: Pair, now: int) -> Pool:
    """Pay out ``outs`` against the surplus already sent in, if the product allows it.

    The product is checked on balances less the fee: ``(1000·b − 3·in)`` of both tokens.
    """
    require(outs[0] > 0 or outs[1] > 0, NOTHING_OUT)
    require(outs[0] < pool.reserve_0 and outs[1] < pool.reserve_1, MORE_THAN_RESERVES)
    held_0, held_1 = pool.balance_0 - outs[0], pool.balance_1 - outs[1]
    in_0, in_1 = surplus(pool)
    require(in_0 > 0 or in_1 > 0, NOTHING_IN)
    adjusted = _mul(held_0 * THOUSAND - in_0 * FEE, held_1 * THOUSAND - in_1 * FEE)
    require(adjusted >= pool.reserve_0 * pool.reserve_1 * THOUSAND**2, PRODUCT_FELL)
    return _updated(pool, held_0, held_1, pool.supply, pool.k_last, now)


# --- liquidity -----------------------------------------------------------------------


def optimal_amounts(pool: Pool, desired: Pair, minimum: Pair) -> Pair:
    """The most of ``desired`` that keeps the ratio; everything in an empty pair.

    Reverts when either amount would be below its minimum.
    """
    reserve_0, reserve_1 = pool.reserve_0, pool.reserve_1
    if reserve_0 == 0 and reserve_1 == 0:
        return desired
    optimal_1 = quote(desired[0], reserve_0, reserve_1)
    if optimal_1 <= desired[1]:
        require(optimal_1 >= minimum[1], TOO_LITTLE_1)
        return desired[0], optimal_1
    optimal_0 = quote(desired[1], reserve_1, reserve_0)
    require(optimal_0 >= minimum[0], TOO_LITTLE_0)
    return optimal_0, desired[1]


def add_liquidity(
    pool: Pool, desired: Pair, minimum: Pair, now: int, *, fee_on: bool = False
) -> Minted:
    """Deposit the most of ``desired`` that keeps the ratio (router)."""
    amounts = optimal_amounts(pool, desired, minimum)
    funded = receive(receive(pool, 0, amounts[0]), 1, amounts[1])
    done = mint(funded, now, fee_on=fee_on)
    return Minted(done.pool, amounts, done.minted, done.locked, done.protocol_fee)


def one_sided_part(amount: int, reserve: int) -> int:
    """How much of ``amount`` to swap first, so that the rest fits the new ratio.

    The part ``s`` solves ``997·s² + 1997·reserve·s = 1000·reserve·amount``: then what is
    left is to the new reserve as what came out is to the other one. Rounded down.
    """
    weight = (THOUSAND + AFTER_FEE) * reserve
    root = isqrt(weight * weight + 4 * AFTER_FEE * THOUSAND * reserve * amount)
    return div_floor(root - weight, 2 * AFTER_FEE)


def mint(pool: Pool, now: int, *, fee_on: bool = False) -> Minted:
    """LP tokens for the surplus in the pair, by the scarcer of the two.

    ``amounts`` of the result is the surplus taken in.
    """
    amounts = surplus(pool)
    protocol_fee, k_last = _protocol_fee(pool, fee_on)
    supply = pool.supply + protocol_fee
    if supply == 0:
        locked = LOCKED_LIQUIDITY
        minted = _sub(isqrt(_mul(amounts[0], amounts[1])), locked)
    else:
        locked = 0
        minted = min(
            _part(_mul(amounts[0], supply), pool.reserve_0),
            _part(_mul(amounts[1], supply), pool.reserve_1),
        )
    require(minted > 0, NOTHING_MINTED)
    held_0, held_1 = pool.balance_0, pool.balance_1
    after = _updated(
        pool, held_0, held_1, supply + locked + minted, held_0 * held_1 if fee_on else k_last, now
    )
    return Minted(after, amounts, minted, locked, protocol_fee)


def remove_liquidity(
    pool: Pool, liquidity: int, minimum: Pair, now: int, *, fee_on: bool = False
) -> Burned:
    """Redeem ``liquidity`` LP tokens for both tokens, at least ``minimum`` (router)."""
    done = burn(pool, liquidity, now, fee_on=fee_on)
    require(done.amounts[0] >= minimum[0], TOO_LITTLE_0)
    require(done.amounts[1] >= minimum[1], TOO_LITTLE_1)
    return done


def burn(pool: Pool, liquidity: int, now: int, *, fee_on: bool = False) -> Burned:
    """Burn ``liquidity`` for its part of everything the pair holds, surplus included."""
    held_0, held_1 = pool.balance_0, pool.balance_1
    protocol_fee, k_last = _protocol_fee(pool, fee_on)
    supply = pool.supply + protocol_fee
    out_0 = _part(_mul(liquidity, held_0), supply)
    out_1 = _part(_mul(liquidity, held_1), supply)
    require(out_0 > 0 and out_1 > 0, NOTHING_BURNED)
    held_0, held_1 = _sub(held_0, out_0), _sub(held_1, out_1)
    after = _updated(
        pool, held_0, held_1, supply - liquidity, held_0 * held_1 if fee_on else k_last, now
    )
    return Burned(after, (out_0, out_1), protocol_fee)


def _protocol_fee(pool: Pool, fee_on: bool) -> Pair:
    """LP tokens worth 1/6 of the growth of √k since liquidity last changed, and ``k_last``.

    While the fee is off, ``k_last`` is cleared.
    """
    if not fee_on:
        return 0, 0
    if pool.k_last == 0:
        return 0, 0
    root, root_last = isqrt(pool.reserve_0 * pool.reserve_1), isqrt(pool.k_last)
    if root <= root_last:
        return 0, pool.k_last
    grown = _mul(pool.supply, root - root_last)
    return div_floor(grown, root * PROTOCOL_PART + root_last), pool.k_last


# --- the pair's own books ------------------------------------------------------------


def skim(pool: Pool) -> Skimmed:
    """Take the surplus away."""
    reserve_0, reserve_1, _, _, supply, k_last, clock = pool
    left = Pool(reserve_0, reserve_1, reserve_0, reserve_1, supply, k_last, clock)
    return Skimmed(left, surplus(pool))


def sync(pool: Pool, now: int) -> Pool:
    """Count the surplus into the reserves: a gift to all liquidity."""
    return _updated(pool, pool.balance_0, pool.balance_1, pool.supply, pool.k_last, now)


def _updated(pool: Pool, held_0: int, held_1: int, supply: int, k_last: int, now: int) -> Pool:
    """Balances become reserves; the price so far enters the sums first."""
    if held_0 > MAX_RESERVE or held_1 > MAX_RESERVE:
        raise Revert(OVERFLOW)
    clock = _ticked(pool.clock, pool.reserve_0, pool.reserve_1, now)
    return Pool(held_0, held_1, held_0, held_1, supply, k_last, clock)


def _ticked(clock: PriceClock, reserve_0: int, reserve_1: int, now: int) -> PriceClock:
    elapsed = (now - clock.updated) & CLOCK_MASK
    if elapsed == 0:
        return clock
    sum_0, sum_1 = clock.cumulative_0, clock.cumulative_1
    if reserve_0 and reserve_1:
        sum_0 = (sum_0 + div_floor(reserve_1 << 112, reserve_0) * elapsed) & MAX_UINT256
        sum_1 = (sum_1 + div_floor(reserve_0 << 112, reserve_1) * elapsed) & MAX_UINT256
    return make(PriceClock, (sum_0, sum_1, now & CLOCK_MASK))


def _part(numerator: int, denominator: int) -> int:
    """Rounded down; the contract gives no reason when it divides by zero."""
    require(denominator > 0, NO_REASON)
    return div_floor(numerator, denominator)


def _sub(a: int, b: int) -> int:
    require(b <= a, BELOW_ZERO)
    return a - b


def _mul(a: int, b: int) -> int:
    product = a * b
    require(product <= MAX_UINT256, TOO_LARGE)
    return product
