"""Lido: stETH shares, the wrapper, and the rebase of an oracle report.

    balance = shares · total ether / total shares           (rounded down)
    fee shares = fee ether · shares / (ether after − fee ether)

Holders own shares, which time does not change; a report moves the two totals, never a
holder, so no cost grows with how many hold. Every rounding is down, for those who stay.

Sources: lidofinance/core ``contracts/0.4.24/StETH.sol``, ``contracts/0.6.12/WstETH.sol``,
``contracts/0.8.9/Accounting.sol`` and ``lib/PositiveTokenRebaseLimiter.sol``. Amounts are
wei of ETH or stETH, or shares (also 18 decimals); a wstETH is one share.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.units.checked import Revert, checked_sub
from lstwallet.units.fixed import RAY, WAD, div_floor, mul_div_ceil, mul_div_floor
from lstwallet.units.records import make

FEE_PRECISION: Final = 10**20
"""One, in the fee's own fixed point (``FEE_PRECISION_POINTS``): 10 % is 10¹⁹."""
REBASE_PRECISION: Final = 10**9
"""One, in the rebase limiter's fixed point: 0.075 % is 750,000."""
MAX_UINT128: Final = 2**128 - 1
"""An amount of this or more is not converted at all."""

ETHER_TOO_LARGE: Final = "ETH_TOO_LARGE"
SHARES_TOO_LARGE: Final = "SHARES_TOO_LARGE"
BALANCE_EXCEEDED: Final = "BALANCE_EXCEEDED"
ZERO_DEPOSIT: Final = "ZERO_DEPOSIT"
ZERO_WRAP: Final = "wstETH: can't wrap zero stETH"
ZERO_UNWRAP: Final = "wstETH: zero amount unwrap not allowed"
WSTETH_BURN_EXCEEDED: Final = "ERC20: burn amount exceeds balance"
WSTETH_TRANSFER_EXCEEDED: Final = "ERC20: transfer amount exceeds balance"


class Pool(NamedTuple):
    """All that the value of a share depends on."""

    ether: int
    """Wei: buffer, validators' balances and deposits on their way."""
    shares: int


class Wrapper(NamedTuple):
    """The wstETH contract. It holds at least as many shares as there are wstETH."""

    shares: int
    """stETH shares that it owns; unwrapping leaves dust behind."""
    supply: int
    """wstETH in existence."""


class Fees(NamedTuple):
    """What the protocol keeps of rewards, in parts of ``precision``."""

    total: int
    module: int
    """The operators' part of ``total``; the treasury has the rest."""
    precision: int = FEE_PRECISION


class Rebase(NamedTuple):
    """What a report did to the pool."""

    pool: Pool
    fee_shares: int
    module_shares: int
    treasury_shares: int


class Collected(NamedTuple):
    """How much of the two vaults a report may take without raising the rate too far."""

    withdrawals: int
    execution: int


# --- shares and ether ----------------------------------------------------------------


def shares_for(pool: Pool, ether: int) -> int:
    """Shares worth ``ether`` wei, rounded down (``getSharesByPooledEth``)."""
    return mul_div_floor(ether, pool.shares, pool.ether)


def ether_for(pool: Pool, shares: int) -> int:
    """Wei that ``shares`` are worth, rounded down (``getPooledEthByShares``)."""
    return mul_div_floor(shares, pool.ether, pool.shares)


def ether_for_ceil(pool: Pool, shares: int) -> int:
    """Wei that ``shares`` are worth, rounded up (``getPooledEthBySharesRoundUp``)."""
    return mul_div_ceil(shares, pool.ether, pool.shares)


def steth_per_wsteth(pool: Pool) -> int:
    """Wei of stETH for one wstETH, 18 decimals (``stEthPerToken``)."""
    return ether_for(pool, WAD)


def share_rate(pool: Pool) -> int:
    """Ether per share, 27 decimals, rounded down."""
    return mul_div_floor(pool.ether, RAY, pool.shares)


# --- staking and moving --------------------------------------------------------------


def submit(pool: Pool, value: int) -> tuple[Pool, int]:
    """Stake ``value`` wei: the pool after, and the shares minted at the rate before.

    Reverts with ``ZERO_DEPOSIT``.
    """
    if value == 0:
        raise Revert(ZERO_DEPOSIT)
    minted = shares_for(pool, value)
    ether, shares = pool
    return make(Pool, (ether + value, shares + minted)), minted


def shares_to_move(pool: Pool, held: int, amount: int) -> int:
    """Shares that a transfer of ``amount`` wei of stETH moves; ``held`` is the sender's.

    They may be worth a wei or two less than ``amount``. Reverts with ``BALANCE_EXCEEDED``,
    or ``ETH_TOO_LARGE`` for what no ether can be.
    """
    moved = shares_for(pool, amount)
    if moved > held:
        raise Revert(ETHER_TOO_LARGE if amount >= MAX_UINT128 else BALANCE_EXCEEDED)
    return moved


def ether_moved(pool: Pool, held: int, shares: int) -> int:
    """Wei that a transfer of ``shares`` moves. Reverts with ``BALANCE_EXCEEDED``."""
    if shares > held:
        raise Revert(BALANCE_EXCEEDED)
    return ether_for(pool, shares)


def wrap(pool: Pool, wrapper: Wrapper, held: int, amount: int) -> tuple[Wrapper, int]:
    """Wrap ``amount`` wei of stETH: the wrapper after, and the wstETH minted.

    As many shares leave the caller, who holds ``held``. Reverts on zero and on more than held.
    """
    if amount == 0:
        raise Revert(ZERO_WRAP)
    minted = shares_to_move(pool, held, amount)
    return Wrapper(wrapper.shares + minted, wrapper.supply + minted), minted


def wrap_all(wrapper: Wrapper, held: int) -> Wrapper:
    """Wrap every share a caller has; a wstETH is a share, so nothing is rounded."""
    if held == 0:
        raise Revert(ZERO_WRAP)
    return Wrapper(wrapper.shares + held, wrapper.supply + held)


def unwrap(pool: Pool, wrapper: Wrapper, held: int, wsteth: int) -> tuple[Wrapper, int, int]:
    """Unwrap: the wrapper after, the wei of stETH named, and the shares that really move.

    The contract sends the stETH by amount, so it may keep a share of dust. ``held`` is the
    caller's wstETH. Reverts on zero and on more than held.
    """
    if wsteth == 0:
        raise Revert(ZERO_UNWRAP)
    if wsteth > held:
        raise Revert(SHARES_TOO_LARGE if wsteth >= MAX_UINT128 else WSTETH_BURN_EXCEEDED)
    amount = ether_for(pool, wsteth)
    moved = shares_to_move(pool, wrapper.shares, amount)
    return Wrapper(wrapper.shares - moved, wrapper.supply - wsteth), amount, moved


# --- the oracle report ---------------------------------------------------------------


def fee_shares(fees: Fees, pool: Pool, consensus_rewards: int, execution_rewards: int) -> int:
    """Shares to mint as the fee, on a pool that has the rewards but not yet the fee.

    Nothing is taken unless the consensus layer earned something. The shares minted are
    worth the fee at the rate after minting, rounded down, for the holders.
    """
    if consensus_rewards <= 0:
        return 0
    rewards = consensus_rewards + execution_rewards
    fee_ether = mul_div_floor(rewards, fees.total, fees.precision)
    return mul_div_floor(fee_ether, pool.shares, checked_sub(pool.ether, fee_ether))


def simulated_share_rate(
    pool: Pool, fees: Fees, consensus_rewards: int, execution_rewards: int
) -> int:
    """The rate (27 decimals) that a report would give if it finalised no withdrawals.

    Requests that were made at a better rate are paid at this one.
    """
    after = _with_rewards(pool, consensus_rewards + execution_rewards)
    minted = fee_shares(fees, after, consensus_rewards, execution_rewards)
    return share_rate(Pool(after.ether, after.shares + minted))


def rebase(
    pool: Pool,
    fees: Fees,
    consensus_rewards: int,
    execution_rewards: int,
    ether_locked: int = 0,
    shares_burned: int = 0,
) -> Rebase:
    """Apply a report: rewards (or a loss) in, finalised withdrawals out, fee shares minted.

    ``consensus_rewards`` is negative for a loss. ``ether_locked`` leaves for the withdrawal
    queue and ``shares_burned`` are those of the requests that it pays.
    """
    rewarded = _with_rewards(pool, consensus_rewards + execution_rewards)
    before_fees = Pool(
        checked_sub(rewarded.ether, ether_locked), checked_sub(rewarded.shares, shares_burned)
    )
    minted = fee_shares(fees, before_fees, consensus_rewards, execution_rewards)
    module = mul_div_floor(minted, fees.module, fees.total) if minted else 0
    after = Pool(before_fees.ether, before_fees.shares + minted)
    return Rebase(after, minted, module, minted - module)


def _with_rewards(pool: Pool, rewards: int) -> Pool:
    ether = checked_sub(pool.ether, -rewards) if rewards < 0 else pool.ether + rewards
    return Pool(ether, pool.shares)


def collectable(
    pool: Pool, limit: int, consensus_change: int, withdrawals: int, execution: int
) -> Collected:
    """What a report takes from the withdrawal and the execution vault (``smoothenTokenRebase``).

    ``consensus_change`` is the change of the validators' balances, withdrawn ether counted
    as gone from there. ``limit`` is the highest positive rebase in billionths; what would
    raise the ether beyond it stays in its vault for a later report.
    """
    ceiling = pool.ether + mul_div_floor(limit, pool.ether, REBASE_PRECISION)
    reached = min(pool.ether + consensus_change, ceiling)
    from_withdrawals = min(withdrawals, ceiling - reached)
    from_execution = min(execution, ceiling - reached - from_withdrawals)
    return Collected(from_withdrawals, from_execution)


def split_evenly(total: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """``total`` parted by ``weights``, each part rounded down; the last gets the remainder.

    So nothing is lost. With no weight at all everything goes to the last.
    """
    sum_of_weights = sum(weights)
    if not sum_of_weights:
        return (*(0 for _ in weights[:-1]), total)
    parts = [div_floor(total * weight, sum_of_weights) for weight in weights[:-1]]
    return (*parts, total - sum(parts))
