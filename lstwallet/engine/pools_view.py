"""What the pools hold, charge and are worth at a moment: read only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lstwallet.engine.pools_facts import GROWTH, STETH_ETH, TOKENS, Pair, StethPool
from lstwallet.protocols import lido, stableswap
from lstwallet.units.fixed import WAD, mul_div_floor
from lstwallet.units.newton import stableswap_d
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

RATES: Final = (WAD, WAD)
"""Both coins of the stableswap pool have 18 decimals and count one for one."""
USDC_TO_ETH_DECIMALS: Final = 10**12
"""Lifts 6 decimals of USDC to the 18 of ETH."""


def steth_state(world: Readable, pool: StethPool) -> stableswap.Pool:
    """The pool as its contract sees it: stETH by its balance now."""
    steth = lido.ether_for(world.staking.pool, pool.steth_shares)
    return make(stableswap.Pool, ((pool.eth, steth), pool.admin, pool.supply))


def steth_terms(pool: StethPool, now: int) -> stableswap.Terms:
    """What the pool trades by at a moment."""
    amp = stableswap.amp_at(pool.ramp, now)
    return make(stableswap.Terms, (amp, pool.fee, pool.offpeg, RATES))


def pool_reserves(world: Readable, pool: str) -> Pair:
    """What belongs to providers: (ETH, stETH in wei) or (USDC, ETH), base units."""
    if pool == STETH_ETH:
        held, staked = world.pools.steth_eth, world.staking.pool
        steth = lido.ether_for(staked, held.steth_shares)
        return held.eth - held.admin[0], steth - held.admin[1]
    pair = world.pools.usdc_eth.pair
    return pair.reserve_0, pair.reserve_1


def pool_price(world: Readable, pool: str) -> int:
    """The marginal price before fees.

    ``steth_eth``: ETH for one stETH, 18 decimals. ``usdc_eth``: USD for one ETH, 8
    decimals, USDC at its outside price. An empty pool has price 0.
    """
    held = pool_reserves(world, pool)
    if not (held[0] and held[1]):
        return 0
    if pool == STETH_ETH:
        amp = stableswap.amp_at(world.pools.steth_eth.ramp, world.time)
        # With rates of one the balances are the values.
        return stableswap.spot_price(held, amp, stableswap_d(held[0], held[1], amp))
    return mul_div_floor(held[0] * USDC_TO_ETH_DECIMALS, world.prices.usdc, held[1])


def lp_supply(world: Readable, pool: str) -> int:
    """LP units of a pool, locked ones included."""
    pools = world.pools
    return pools.steth_eth.supply if pool == STETH_ETH else pools.usdc_eth.pair.supply


def lp_value(world: Readable, pool: str, lp: int) -> Pair:
    """What ``lp`` units give in a balanced withdrawal: base units of both tokens."""
    supply = lp_supply(world, pool)
    if supply == 0:
        return 0, 0
    held = pool_reserves(world, pool)
    return mul_div_floor(held[0], lp, supply), mul_div_floor(held[1], lp, supply)


def virtual_price(world: Readable) -> int:
    """D for each LP unit of ``steth_eth``, 18 decimals: grows with fees and with rebases."""
    pool = world.pools.steth_eth
    held = steth_state(world, pool)
    return stableswap.virtual_price(held, steth_terms(pool, world.time)) if pool.supply else WAD


def fee_sums(world: Readable, pool: str) -> Pair:
    """Fees for providers since the beginning, per LP unit and token, 36 decimals."""
    pools = world.pools
    return pools.steth_eth.fee_sums if pool == STETH_ETH else pools.usdc_eth.fee_sums


def fees_earned(world: Readable, pool: str, lp: int, since: Pair) -> Pair:
    """Fees that ``lp`` units have earned since the sums stood at ``since``, base units."""
    now = fee_sums(world, pool)
    return (
        mul_div_floor(lp, now[0] - since[0], GROWTH),
        mul_div_floor(lp, now[1] - since[1], GROWTH),
    )


def matching_amount(world: Readable, pool: str, token: str, amount: int) -> int:
    """How much of the pool's other token keeps its present ratio, rounded down."""
    held = pool_reserves(world, pool)
    i = TOKENS[pool].index(token)
    return mul_div_floor(amount, held[1 - i], held[i]) if held[i] else 0
