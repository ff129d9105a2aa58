"""What a stableswap pool does beyond swaps and shares: chosen withdrawals, and its
administrator's two acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lstwallet.engine.guards import STOP_OF, require_open
from lstwallet.engine.pools_facts import (
    ACCOUNT,
    ADMIN,
    ETH,
    LP,
    TOKENS,
    AmplificationRamped,
    ClaimPoolFees,
    LiquidityRemoved,
    PoolFeesClaimed,
    RampAmplification,
    RemoveExact,
    StablePool,
)
from lstwallet.engine.pools_moves import less_admin, out_of_pool, refuse, with_fees
from lstwallet.engine.pools_stable import places
from lstwallet.engine.pools_view import (
    stable_pool,
    stable_state,
    stable_terms,
    units_of,
    wei_of,
)
from lstwallet.engine.refusals import (
    NotEnoughBalance,
    NotEnoughLiquidity,
    NothingToDo,
    SlippageExceeded,
)
from lstwallet.ledger.entries import burn, move
from lstwallet.protocols import stableswap
from lstwallet.units.checked import Revert

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable


def decide_remove_exact(world: Readable, command: RemoveExact) -> Sequence[LiquidityRemoved]:
    """Refuses nothing, more than the pool, and more LP units than agreed or held."""
    account, wanted, max_lp, name = command
    pool = stable_pool(world, name)
    require_open(world, STOP_OF[name])
    held = stable_state(world, name, pool)
    if min(wanted) < 0 or wanted == (0, 0):
        raise NothingToDo("remove liquidity")
    for token, units, available in zip(
        TOKENS[name], wanted, stableswap.balances(held), strict=True
    ):
        if units > available:
            raise NotEnoughLiquidity(name, token, units, available)
    try:
        terms = stable_terms(world, name, pool)
        done = stableswap.remove_liquidity_imbalance(held, terms, wanted)
    except Revert as refused:
        refuse("stableswap", refused)
    if done.burned > max_lp:
        raise SlippageExceeded(LP[name], max_lp, done.burned)
    owned = world.balance(account, LP[name])
    if done.burned > owned:
        raise NotEnoughBalance(LP[name], done.burned, owned)
    units = units_of(world, name, wanted[1])
    sums = with_fees(
        pool.fee_sums, less_admin(done.fees, held.admin, done.pool.admin), done.pool.supply
    )
    steth, reth = places(name, StablePool(
        done.pool.stored[0], pool.units - units, done.pool.admin, done.pool.supply,
        pool.ramp, pool.fee, pool.offpeg, sums,
    ))  # fmt: skip
    entry = (
        burn(LP[name], done.burned, account)
        + out_of_pool(name, ETH, wanted[0], account)
        + out_of_pool(name, TOKENS[name][1], units, account)
    )
    amounts = (wanted[0], wei_of(world, name, units))
    return (LiquidityRemoved(
        world.time, account, name, done.burned, amounts, done.fees, steth, None, entry, reth,
    ),)  # fmt: skip


def decide_claim_fees(world: Readable, command: ClaimPoolFees) -> Sequence[PoolFeesClaimed]:
    """Refuses when nothing has been set aside."""
    name = command.pool
    pool = stable_pool(world, name)
    if pool.admin == (0, 0):
        raise NothingToDo("claim")
    done = stableswap.claim_admin_fees(stable_state(world, name, pool))
    units = units_of(world, name, done.amounts[1])
    steth, reth = places(name, StablePool(
        done.pool.stored[0], pool.units - units, done.pool.admin, pool.supply,
        pool.ramp, pool.fee, pool.offpeg, pool.fee_sums,
    ))  # fmt: skip
    entry = move(ETH, done.amounts[0], ACCOUNT[name], ADMIN) + move(
        TOKENS[name][1], units, ACCOUNT[name], ADMIN
    )
    return (PoolFeesClaimed(world.time, name, done.amounts, steth, None, entry, reth),)


def decide_ramp(world: Readable, command: RampAmplification) -> Sequence[AmplificationRamped]:
    """Refuses what the contract refuses: too soon, too short, too far."""
    name = command.pool
    pool = stable_pool(world, name)
    try:
        ramp = stableswap.start_ramp(pool.ramp, command.future_a, command.seconds, world.time)
    except Revert as refused:
        refuse("stableswap", refused)
    steth, reth = places(name, StablePool(
        pool.eth, pool.units, pool.admin, pool.supply,
        ramp, pool.fee, pool.offpeg, pool.fee_sums,
    ))  # fmt: skip
    return (AmplificationRamped(world.time, name, steth, None, reth),)
