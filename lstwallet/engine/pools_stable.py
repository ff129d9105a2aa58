"""The stableswap pools: swaps, deposits, withdrawals, and how they begin.

A pool of stETH holds shares and reads its balance at every use; one of rETH holds rETH and
reads its rate. Both are told apart in ``pools_view`` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lstwallet.engine.guards import STOP_OF, require_open
from lstwallet.engine.pools_facts import (
    ACCOUNT,
    BALANCED,
    ETH,
    LP,
    RETH_ETH,
    STETH_ETH,
    TOKENS,
    LiquidityAdded,
    LiquidityRemoved,
    Pair,
    RethPoolBlueprint,
    StablePool,
    Swapped,
)
from lstwallet.engine.pools_moves import (
    Paid,
    arriving,
    into_pool,
    less_admin,
    only,
    out_of_pool,
    refuse,
    with_fees,
)
from lstwallet.engine.pools_view import (
    stable_pool,
    stable_state,
    stable_terms,
    units_of,
    wei_of,
)
from lstwallet.engine.refusals import NotEnoughLiquidity, NothingToDo
from lstwallet.ledger.entries import Account, Entry, burn, mint, move
from lstwallet.protocols import stableswap
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import WAD, mul_div_floor
from lstwallet.units.newton import A_PRECISION
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

Places = tuple[StablePool | None, StablePool | None]


def places(name: str, pool: StablePool) -> Places:
    """(``steth_pool``, ``reth_pool``) of an event that leaves the pool called ``name`` so."""
    return (pool, None) if name == STETH_ETH else (None, pool)


# --- swapping ------------------------------------------------------------------------


def swap_stable(
    world: Readable, name: str, account: Account, token_in: str, paid: Paid
) -> Swapped:
    """Sell what was paid for the pool's other token. Refuses more than the pool could answer."""
    require_open(world, STOP_OF[name])
    pool = stable_pool(world, name)
    held = stable_state(world, name, pool)
    terms = stable_terms(world, name, pool)
    i = 0 if token_in == ETH else 1
    token_out = TOKENS[name][1 - i]
    arrived = paid.units if i == 0 else arriving(world, name, pool, paid.moved)
    _require_answer(name, held, terms, i, arrived)
    try:
        done = stableswap.exchange(held, terms, i, 1 - i, arrived)
    except Revert as refused:
        refuse("stableswap", refused)
    kept = done.pool.admin[1 - i] - held.admin[1 - i]
    fee = done.fee if i == 1 else mul_div_floor(done.fee, WAD, terms.rates[1])
    sums = with_fees(pool.fee_sums, only(1 - i, fee - kept), pool.supply)
    if i == 0:
        sent = units_of(world, name, done.received)
        received = wei_of(world, name, sent)
        units = pool.units - sent
        entry = into_pool(name, ETH, paid.moved, account) + move(
            token_out, sent, ACCOUNT[name], account
        )
    else:
        received = done.received
        units = pool.units + paid.moved
        entry = into_pool(name, token_in, paid.moved, account) + move(
            ETH, received, ACCOUNT[name], account
        )
    if received <= 0:
        raise NothingToDo("swap")
    steth, reth = places(name, make(StablePool, (
        done.pool.stored[0], units, done.pool.admin, pool.supply,
        pool.ramp, pool.fee, pool.offpeg, sums,
    )))  # fmt: skip
    return make(Swapped, (
        world.time, account, name, token_in, paid.units, token_out, received,
        token_out, fee, steth, None, entry, reth,
    ))  # fmt: skip


def _require_answer(
    name: str, held: stableswap.Pool, terms: stableswap.Terms, i: int, arrived: int
) -> None:
    """Refuses more than the other coin is worth: the contract would give nothing for it."""
    available = held.stored[1 - i] - held.admin[1 - i]
    wanted = arrived
    if terms.rates[1] != WAD:
        wanted = mul_div_floor(arrived, terms.rates[i], terms.rates[1 - i])
    if wanted > available:
        raise NotEnoughLiquidity(name, TOKENS[name][1 - i], wanted, available)


# --- adding and taking out -----------------------------------------------------------


def add_stable(
    world: Readable, name: str, account: Account, paid: tuple[Paid, Paid]
) -> LiquidityAdded:
    """Both amounts as they are, or one of them."""
    pool = stable_pool(world, name)
    held = stable_state(world, name, pool)
    arrived = (paid[0].units, arriving(world, name, pool, paid[1].moved))
    try:
        done = stableswap.add_liquidity(held, stable_terms(world, name, pool), arrived)
    except Revert as refused:
        refuse("stableswap", refused)
    sums = with_fees(
        pool.fee_sums, less_admin(done.fees, held.admin, done.pool.admin), done.pool.supply
    )
    steth, reth = places(name, StablePool(
        done.pool.stored[0], pool.units + paid[1].moved, done.pool.admin,
        done.pool.supply, pool.ramp, pool.fee, pool.offpeg, sums,
    ))  # fmt: skip
    entry = (
        into_pool(name, ETH, paid[0].moved, account)
        + into_pool(name, TOKENS[name][1], paid[1].moved, account)
        + mint(LP[name], done.minted, account)
    )
    return LiquidityAdded(
        world.time, account, name, (paid[0].units, paid[1].units), done.minted, done.fees,
        steth, None, entry, reth,
    )  # fmt: skip


def remove_stable(
    world: Readable, name: str, account: Account, lp: int, mode: str
) -> LiquidityRemoved:
    """In both tokens, or all in the one that ``mode`` names (not while the pool is stopped)."""
    if mode != BALANCED:
        require_open(world, STOP_OF[name])
    pool = stable_pool(world, name)
    held = stable_state(world, name, pool)
    fees: Pair = (0, 0)
    try:
        if mode == BALANCED:
            balanced = stableswap.remove_liquidity(held, lp)
            left, gross = balanced.pool, balanced.amounts
        else:
            i = TOKENS[name].index(mode)
            terms = stable_terms(world, name, pool)
            single = stableswap.remove_liquidity_one_coin(held, terms, lp, i)
            left, gross, fees = single.pool, only(i, single.received), only(i, single.fee)
    except Revert as refused:
        refuse("stableswap", refused)
    units = units_of(world, name, gross[1])
    amounts = (gross[0], wei_of(world, name, units))
    if amounts == (0, 0):
        raise NothingToDo("remove liquidity")
    sums = with_fees(pool.fee_sums, less_admin(fees, held.admin, left.admin), left.supply)
    steth, reth = places(name, StablePool(
        left.stored[0], pool.units - units, left.admin, left.supply,
        pool.ramp, pool.fee, pool.offpeg, sums,
    ))  # fmt: skip
    entry = (
        burn(LP[name], lp, account)
        + out_of_pool(name, ETH, amounts[0], account)
        + out_of_pool(name, TOKENS[name][1], units, account)
    )
    return LiquidityRemoved(
        world.time, account, name, lp, amounts, fees, steth, None, entry, reth
    )


# --- the beginning -------------------------------------------------------------------


def found_reth_pool(blueprint: RethPoolBlueprint, rate: int) -> tuple[StablePool, Entry]:
    """``reth_eth`` at a rate (18 decimals), and the entry that backs all of it but the rETH.

    The rETH itself is minted by whoever founds the protocol.
    """
    amp = blueprint.amplification * A_PRECISION
    terms = stableswap.Terms(amp, blueprint.fee, blueprint.offpeg, (WAD, rate))
    amounts = (blueprint.eth, blueprint.reth)
    first = stableswap.add_liquidity(EMPTY, terms, amounts)
    pool = StablePool(
        blueprint.eth, blueprint.reth, (0, 0), first.minted, stableswap.steady(amp),
        blueprint.fee, blueprint.offpeg, (0, 0),
    )  # fmt: skip
    entry = mint(ETH, blueprint.eth, ACCOUNT[RETH_ETH]) + mint(
        LP[RETH_ETH], first.minted, blueprint.provider
    )
    return pool, entry


EMPTY: Final = stableswap.Pool((0, 0), (0, 0), 0)
"""Before the first deposit."""
