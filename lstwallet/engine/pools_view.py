"""What the pools hold, charge and are worth at a moment: read only."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from lstwallet.engine.pools_facts import (
    GROWTH,
    RETH_ETH,
    STETH_ETH,
    TOKENS,
    USDC_ETH,
    Pair,
    StablePool,
)
from lstwallet.engine.refusals import NothingToDo
from lstwallet.protocols import lido, rocketpool, stableswap
from lstwallet.units.fixed import WAD, mul_div_floor
from lstwallet.units.newton import stableswap_d
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

RATES: Final = (WAD, WAD)
"""Both coins of the stableswap pool have 18 decimals and count one for one."""
USDC_TO_ETH_DECIMALS: Final = 10**12
"""Lifts 6 decimals of USDC to the 18 of ETH."""


def pools_of(world: Readable) -> tuple[str, ...]:
    """The names of the pools that this world has."""
    both = (STETH_ETH, USDC_ETH)
    return both if world.pools.reth_eth is None else (*both, RETH_ETH)


def stable_pool(world: Readable, pool: str) -> StablePool:
    """A stableswap pool by its name. Refuses one that there is not."""
    if pool == STETH_ETH:
        return world.pools.steth_eth
    found = world.pools.reth_eth if pool == RETH_ETH else None
    if found is None:
        raise NothingToDo(pool)
    return found


def wei_of(world: Readable, pool: str, units: int) -> int:
    """Wei of the pool's staking token that units of the ledger are, rounded down."""
    return lido.ether_for(world.staking.pool, units) if pool == STETH_ETH else units


def units_of(world: Readable, pool: str, wei: int) -> int:
    """Units of the ledger for wei of the pool's staking token, rounded down."""
    return lido.shares_for(world.staking.pool, wei) if pool == STETH_ETH else wei


def stable_state(world: Readable, name: str, pool: StablePool) -> stableswap.Pool:
    """The pool as its contract sees it: stETH by its balance now."""
    held = wei_of(world, name, pool.units)
    return make(stableswap.Pool, ((pool.eth, held), pool.admin, pool.supply))


def stable_terms(world: Readable, name: str, pool: StablePool) -> stableswap.Terms:
    """What the pool trades by at this moment; rETH counts by its rate (asset type 1)."""
    amp = stableswap.amp_at(pool.ramp, world.time)
    rates = RATES if name == STETH_ETH else (WAD, fair_price(world, name))
    return make(stableswap.Terms, (amp, pool.fee, pool.offpeg, rates))


def fair_price(world: Readable, pool: str) -> int:
    """ETH that the issuer counts for one staking token of the pool, 18 decimals."""
    if pool == STETH_ETH or world.rocketpool is None:
        return WAD
    return rocketpool.exchange_rate(world.rocketpool.pool.reported)


def pool_reserves(world: Readable, pool: str) -> Pair:
    """What belongs to providers: (ETH, staking token in wei) or (USDC, ETH), base units."""
    if pool == USDC_ETH:
        pair = world.pools.usdc_eth.pair
        return pair.reserve_0, pair.reserve_1
    held = world.pools.steth_eth if pool == STETH_ETH else world.pools.reth_eth
    if held is None:
        return 0, 0
    return held.eth - held.admin[0], wei_of(world, pool, held.units) - held.admin[1]


def pool_price(world: Readable, pool: str) -> int:
    """The marginal price before fees.

    ETH for one staking token, 18 decimals. ``usdc_eth``: USD for one ETH, 8 decimals, USDC
    at its outside price. An empty pool has price 0.
    """
    held = pool_reserves(world, pool)
    if not (held[0] and held[1]):
        return 0
    if pool == STETH_ETH:
        amp = stableswap.amp_at(world.pools.steth_eth.ramp, world.time)
        # With rates of one the balances are the values.
        return stableswap.spot_price(held, amp, stableswap_d(held[0], held[1], amp))
    if pool == RETH_ETH:
        amp = stableswap.amp_at(stable_pool(world, pool).ramp, world.time)
        return _price_with_rate(held, (WAD, fair_price(world, pool)), amp)
    return mul_div_floor(held[0] * USDC_TO_ETH_DECIMALS, world.prices.usdc, held[1])


@lru_cache(maxsize=8)  # asked every hour; the pool is touched once a day or so
def _price_with_rate(held: Pair, rates: Pair, amp: int) -> int:
    """The second coin's price in the first, by the coins' values, then by its own rate."""
    worth = stableswap.values(held, rates)
    spot = stableswap.spot_price(worth, amp, stableswap_d(*worth, amp))
    return mul_div_floor(spot, rates[1], rates[0])


def lp_supply(world: Readable, pool: str) -> int:
    """LP units of a pool, locked ones included; 0 for one that there is not."""
    pools = world.pools
    if pool == USDC_ETH:
        return pools.usdc_eth.pair.supply
    held = pools.steth_eth if pool == STETH_ETH else pools.reth_eth
    return held.supply if held else 0


def lp_value(world: Readable, pool: str, lp: int) -> Pair:
    """What ``lp`` units give in a balanced withdrawal: base units of both tokens."""
    supply = lp_supply(world, pool)
    if supply == 0:
        return 0, 0
    held = pool_reserves(world, pool)
    return mul_div_floor(held[0], lp, supply), mul_div_floor(held[1], lp, supply)


def virtual_price(world: Readable, pool: str = STETH_ETH) -> int:
    """D for each LP unit of a stableswap pool, 18 decimals: grows with fees and rewards."""
    held = stable_pool(world, pool)
    state, terms = stable_state(world, pool, held), stable_terms(world, pool, held)
    return stableswap.virtual_price(state, terms) if held.supply else WAD


def fee_sums(world: Readable, pool: str) -> Pair:
    """Fees for providers since the beginning, per LP unit and token, 36 decimals."""
    pools = world.pools
    if pool == USDC_ETH:
        return pools.usdc_eth.fee_sums
    held = pools.steth_eth if pool == STETH_ETH else pools.reth_eth
    return held.fee_sums if held else (0, 0)


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
