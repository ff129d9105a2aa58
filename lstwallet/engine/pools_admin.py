"""What the stableswap pool does beyond swaps and shares: chosen withdrawals, and its
administrator's two acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lstwallet.engine import staking
from lstwallet.engine.pools_facts import (
    ACCOUNT,
    ADMIN,
    LP,
    STETH_ETH,
    AmplificationRamped,
    ClaimPoolFees,
    LiquidityRemoved,
    PoolFeesClaimed,
    RampAmplification,
    RemoveExact,
    StethPool,
)
from lstwallet.engine.pools_moves import less_admin, out_of_pool, refuse, with_fees
from lstwallet.engine.pools_view import steth_state, steth_terms
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
    account, wanted, max_lp = command
    pool = world.pools.steth_eth
    held = steth_state(world, pool)
    if min(wanted) < 0 or wanted == (0, 0):
        raise NothingToDo("remove liquidity")
    for token, units, available in zip(
        ("ETH", "stETH"), wanted, stableswap.balances(held), strict=True
    ):
        if units > available:
            raise NotEnoughLiquidity(STETH_ETH, token, units, available)
    try:
        done = stableswap.remove_liquidity_imbalance(held, steth_terms(pool, world.time), wanted)
    except Revert as refused:
        refuse("stableswap", refused)
    if done.burned > max_lp:
        raise SlippageExceeded(LP[STETH_ETH], max_lp, done.burned)
    owned = world.balance(account, LP[STETH_ETH])
    if done.burned > owned:
        raise NotEnoughBalance(LP[STETH_ETH], done.burned, owned)
    shares = staking.shares_for_steth(world, wanted[1])
    sums = with_fees(
        pool.fee_sums, less_admin(done.fees, held.admin, done.pool.admin), done.pool.supply
    )
    after = StethPool(
        done.pool.stored[0], pool.steth_shares - shares, done.pool.admin, done.pool.supply,
        pool.ramp, pool.fee, pool.offpeg, sums,
    )  # fmt: skip
    entry = (
        burn(LP[STETH_ETH], done.burned, account)
        + out_of_pool(STETH_ETH, "ETH", wanted[0], account)
        + out_of_pool(STETH_ETH, "stETH", shares, account)
    )
    amounts = (wanted[0], staking.steth_for_shares(world, shares))
    return (
        LiquidityRemoved(
            world.time, account, STETH_ETH, done.burned, amounts, done.fees, after, None, entry
        ),
    )


def decide_claim_fees(world: Readable, _command: ClaimPoolFees) -> Sequence[PoolFeesClaimed]:
    """Refuses when nothing has been set aside."""
    pool = world.pools.steth_eth
    if pool.admin == (0, 0):
        raise NothingToDo("claim")
    done = stableswap.claim_admin_fees(steth_state(world, pool))
    shares = staking.shares_for_steth(world, done.amounts[1])
    after = StethPool(
        done.pool.stored[0], pool.steth_shares - shares, done.pool.admin, pool.supply,
        pool.ramp, pool.fee, pool.offpeg, pool.fee_sums,
    )  # fmt: skip
    entry = move("ETH", done.amounts[0], ACCOUNT[STETH_ETH], ADMIN) + move(
        "stETH", shares, ACCOUNT[STETH_ETH], ADMIN
    )
    return (PoolFeesClaimed(world.time, STETH_ETH, done.amounts, after, None, entry),)


def decide_ramp(world: Readable, command: RampAmplification) -> Sequence[AmplificationRamped]:
    """Refuses what the contract refuses: too soon, too short, too far."""
    pool = world.pools.steth_eth
    try:
        ramp = stableswap.start_ramp(pool.ramp, command.future_a, command.seconds, world.time)
    except Revert as refused:
        refuse("stableswap", refused)
    after = StethPool(
        pool.eth, pool.steth_shares, pool.admin, pool.supply,
        ramp, pool.fee, pool.offpeg, pool.fee_sums,
    )  # fmt: skip
    return (AmplificationRamped(world.time, STETH_ETH, after, None),)
