"""Rocket Pool: rETH, the deposit pool, and the minipools that nodes run with it.

    rate        = reported ether / reported rETH supply
    mint        = (deposit − deposit fee) / rate                    (rounded down)
    burn        = rETH · rate, out of the rETH contract's ether,
                  then out of what the deposit pool has in excess   (rounded down)
    rETH's part = rewards · borrowed / (borrowed + bond) · (1 − commission)

The rate is what the oracle reported, not what is there now: it moves once a day and by 2 %
at most. There is no queue: a burn is paid at once or not at all. A node puts 4 ETH of its own
under every 28 it borrows; a loss takes the bond first.

Sources: rocket-pool/rocketpool ``contracts/contract/token/RocketTokenRETH.sol``,
``deposit/RocketDepositPool.sol``, ``network/RocketNetworkBalances.sol`` (v1.4), and for
shares of rewards and losses ``minipool/RocketMinipoolDelegate.sol`` and RPIP-42, -46 and -61.
Amounts are wei of ETH or rETH; fractions have 18 decimals. Every rounding is down, for those
who hold rETH.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.units.checked import checked_sub, require
from lstwallet.units.fixed import WAD, div_ceil, div_floor, mul_div_floor

ETHER: Final = 10**18
BOND: Final = 4 * ETHER
"""Wei of a node's own in one minipool (RPIP-42)."""
BORROWED: Final = 28 * ETHER
"""Wei of depositors' in one minipool."""
VALIDATOR: Final = BOND + BORROWED

NOTHING_MINTED: Final = "Invalid token mint amount"
NOTHING_BURNED: Final = "Invalid token burn amount"
RETH_EXCEEDED: Final = "Insufficient rETH balance"
ETHER_EXCEEDED: Final = "Insufficient ETH balance for exchange"
TRANSFER_EXCEEDED: Final = "ERC20: transfer amount exceeds balance"
NO_ETHER: Final = "Cannot calculate rETH token amount while total network balance is zero"
TOO_SMALL: Final = "The deposited amount is less than the minimum deposit size"
POOL_FULL: Final = "The deposit pool size after depositing exceeds the maximum size"
CHANGE_TOO_LARGE: Final = "Change exceeds maximum"
NO_MINIPOOLS: Final = "Invalid minipool count"


class Reported(NamedTuple):
    """What the oracle last said of the network."""

    ether: int
    """Wei that belong to rETH: collateral, deposit pool, and minipools' borrowed part."""
    supply: int
    """rETH in existence then."""


class Pool(NamedTuple):
    """All that minting and burning depend on."""

    reported: Reported
    supply: int
    """rETH in existence now; the rate does not follow it."""
    collateral: int
    """Wei in the rETH contract."""
    deposits: int
    """Wei in the deposit pool."""


class Settings(NamedTuple):
    """What the protocol's voters set."""

    minimum_deposit: int
    largest_pool: int
    """Wei that the deposit pool may hold, beside what waiting minipools will take."""
    deposit_fee: int
    """Fraction of a deposit, 18 decimals; it stays in the pool, for all holders."""
    target_collateral: int
    """Fraction of the network's ether that the rETH contract should hold, 18 decimals."""


class Minipools(NamedTuple):
    """All validators that nodes run with borrowed ether, taken together."""

    number: int
    balance: int
    """Wei: 32 ETH each, less what was lost and not earned again since."""


class Settled(NamedTuple):
    """A day's rewards or losses, divided."""

    minipools: Minipools
    reth: int
    """Wei for the holders of rETH."""
    nodes: int
    """Wei for node operators: on their bond, and their commission."""
    voters: int
    """Wei for those who stake RPL and vote."""


# --- the rate ------------------------------------------------------------------------


def eth_value(reported: Reported, reth: int) -> int:
    """Wei of ETH that ``reth`` are worth (``getEthValue``)."""
    ether, supply = reported
    return mul_div_floor(reth, ether, supply) if supply else reth


def reth_value(reported: Reported, ether: int) -> int:
    """rETH that ``ether`` wei are worth (``getRethValue``). Reverts when nothing backs it."""
    total, supply = reported
    if not supply:
        return ether
    require(total > 0, NO_ETHER)
    return mul_div_floor(ether, supply, total)


def exchange_rate(reported: Reported) -> int:
    """Wei of ETH for one rETH, 18 decimals (``getExchangeRate``)."""
    return eth_value(reported, WAD)


def within_limit(reported: Reported, ether: int, supply: int, most: int) -> int:
    """``ether``, or as near to it as one update may bring the rate (``most``: a fraction).

    What is beyond the limit comes with later updates.
    """
    before = _ratio(reported)
    if before is None or not supply:
        return ether
    change = mul_div_floor(before, most, WAD)
    # The least ether at which the ratio, rounded down, is not below ``before − change``, and
    # the most at which it is not above ``before + change``.
    low = div_ceil((before - change) * supply, WAD)
    high = div_floor((before + change + 1) * supply - 1, WAD)
    return min(max(ether, low), high)


def update_balances(reported: Reported, ether: int, supply: int, most: int) -> Reported:
    """The oracle's new report. Reverts when the rate would move by more than ``most``."""
    before = _ratio(reported)
    if before is not None:
        after = mul_div_floor(WAD, ether, supply)
        require(abs(after - before) <= mul_div_floor(before, most, WAD), CHANGE_TOO_LARGE)
    return Reported(ether, supply)


def _ratio(reported: Reported) -> int | None:
    """The last reported ratio; ``None`` before the first report, which nothing limits."""
    ether, supply = reported
    return mul_div_floor(WAD, ether, supply) if ether else None


# --- the ether behind it -------------------------------------------------------------


def excess(pool: Pool, wanted: int) -> int:
    """Wei of the deposit pool beyond the ``wanted`` wei of waiting minipools."""
    return max(pool.deposits - wanted, 0)


def available(pool: Pool, wanted: int) -> int:
    """Wei that burning can be paid with (``getTotalCollateral``)."""
    return pool.collateral + excess(pool, wanted)


def collateral_rate(pool: Pool) -> int:
    """The rETH contract's ether as a fraction of all rETH's worth, 18 decimals."""
    worth = eth_value(pool.reported, pool.supply)
    return mul_div_floor(WAD, pool.collateral, worth) if worth else WAD


def _taken_in(pool: Pool, ether: int, target: int) -> Pool:
    """Ether that comes in tops up the rETH contract first, then the deposit pool."""
    short = mul_div_floor(target, pool.reported.ether, WAD) - pool.collateral
    topped = min(max(short, 0), ether)
    return pool._replace(
        collateral=pool.collateral + topped, deposits=pool.deposits + ether - topped
    )


def deposit(pool: Pool, settings: Settings, ether: int, wanted: int = 0) -> tuple[Pool, int]:
    """Pay in ``ether`` wei: the pool after, and the rETH minted for it less the fee.

    Reverts below the minimum, when the deposit pool would hold more than it may besides the
    ``wanted`` wei of waiting minipools, and when it is worth no rETH at all.
    """
    require(ether >= settings.minimum_deposit, TOO_SMALL)
    require(pool.deposits + ether <= settings.largest_pool + wanted, POOL_FULL)
    fee = mul_div_floor(ether, settings.deposit_fee, WAD)
    minted = reth_value(pool.reported, checked_sub(ether, fee))
    require(minted > 0, NOTHING_MINTED)
    after = _taken_in(pool, ether, settings.target_collateral)
    return after._replace(supply=pool.supply + minted), minted


def burn(pool: Pool, held: int, reth: int, wanted: int = 0) -> tuple[Pool, int]:
    """Burn ``reth`` of the caller's ``held``: the pool after, and the wei paid.

    Reverts for nothing, for more than held, and for more than is available.
    """
    require(reth > 0, NOTHING_BURNED)
    require(reth <= held, RETH_EXCEEDED)
    ether = eth_value(pool.reported, reth)
    require(ether <= available(pool, wanted), ETHER_EXCEEDED)
    drawn = max(ether - pool.collateral, 0)
    after = pool._replace(
        supply=pool.supply - reth,
        collateral=pool.collateral + drawn - ether,
        deposits=pool.deposits - drawn,
    )
    return after, ether


def add_collateral(pool: Pool, ether: int) -> Pool:
    """The rETH contract after ``ether`` wei were sent to it: rewards, or a closed minipool."""
    return pool._replace(collateral=pool.collateral + ether)


def deposit_excess_collateral(pool: Pool, target: int) -> Pool:
    """What the rETH contract holds above ``target`` goes to work (anybody may ask for it)."""
    rate = collateral_rate(pool)
    if rate <= target:
        return pool
    sent = pool.collateral - mul_div_floor(pool.collateral, target, rate)
    return _taken_in(pool._replace(collateral=pool.collateral - sent), sent, target)


def network_ether(pool: Pool, minipools: Minipools) -> int:
    """Wei that belong to rETH: what an honest oracle reports."""
    return pool.collateral + pool.deposits + borrowed_part(minipools)


# --- minipools -----------------------------------------------------------------------


def borrowed_part(minipools: Minipools) -> int:
    """Wei of the minipools that belong to rETH: all of it, once the bonds are used up."""
    return min(minipools.balance, minipools.number * BORROWED)


def assign(pool: Pool, minipools: Minipools, count: int) -> tuple[Pool, Minipools]:
    """``count`` waiting minipools get their borrowed ether from the deposit pool."""
    left = checked_sub(pool.deposits, count * BORROWED)
    opened = Minipools(minipools.number + count, minipools.balance + count * VALIDATOR)
    return pool._replace(deposits=left), opened


def close(minipools: Minipools, count: int) -> tuple[Minipools, int, int]:
    """``count`` minipools end: what is left, wei for the rETH contract, wei for their nodes.

    Each takes an equal part of all balances with it; its node is paid after rETH.
    """
    require(0 < count <= minipools.number, NO_MINIPOOLS)
    paid = mul_div_floor(minipools.balance, count, minipools.number)
    reth = min(paid, count * BORROWED)
    return Minipools(minipools.number - count, minipools.balance - paid), reth, paid - reth


def settle(minipools: Minipools, rewards: int, node_share: int, voter_share: int) -> Settled:
    """Divide ``rewards`` (negative: a loss) between rETH, nodes and voters.

    A loss lowers the balances, and the bonds bear it first. Rewards first make good what was
    lost, for a validator is paid out only what it has above 32 ETH. ``node_share`` and
    ``voter_share`` are fractions of the borrowed ether's rewards, 18 decimals.
    """
    count, balance = minipools
    if rewards < 0:
        return Settled(Minipools(count, checked_sub(balance, -rewards)), 0, 0, 0)
    restored = min(rewards, max(count * VALIDATOR - balance, 0))
    rest = rewards - restored
    borrowed = mul_div_floor(rest, BORROWED, VALIDATOR)
    reth = mul_div_floor(borrowed, WAD - node_share - voter_share, WAD)
    voters = mul_div_floor(borrowed, voter_share, WAD)
    return Settled(Minipools(count, balance + restored), reth, rest - reth - voters, voters)


def holders_share(node_share: int, voter_share: int) -> int:
    """The part of a minipool's rewards that holders of rETH get, 18 decimals."""
    return mul_div_floor(BORROWED, WAD - node_share - voter_share, VALIDATOR)
