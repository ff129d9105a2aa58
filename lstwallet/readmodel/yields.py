"""What an account earns a year, layer by layer, at the rates in force.

Money is USD with 8 decimals; rates are shares of one. Staking is the average of the last
reports, pool fees that of the last seven days, everything else stands as it is now. A
value is the market's, as in ``portfolio``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from lstwallet.engine import concentrated_view, restaking_view, validators
from lstwallet.engine.pools_facts import LP, RETH_ETH, STABLE, STETH_ETH, TOKENS, USDC_ETH
from lstwallet.engine.pools_view import lp_value
from lstwallet.engine.validators_facts import ACTIVE, EXITING, VALIDATOR_WEI
from lstwallet.engine.vaults_facts import SHARES
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel import lending, pools, rocketpool, staking, vaults
from lstwallet.readmodel.portfolio import (
    BORROWED,
    ESCROW,
    POOL,
    RANGE,
    RESTAKED,
    RETH,
    STETH,
    SUPPLIED,
    WALLET,
    WSTETH,
    Holding,
    Quotes,
    in_ranges,
    value_of,
)
from lstwallet.readmodel.samples import Series
from lstwallet.units.clock import DAY, YEAR
from lstwallet.units.fixed import WAD

CONSENSUS: Final = "consensus"
EXECUTION: Final = "execution"
RESTAKING: Final = "restaking"
LENDING: Final = "lending"
FEES: Final = "fees"
BORROWING: Final = "borrowing"
LAYERS: Final = (CONSENSUS, EXECUTION, RESTAKING, LENDING, FEES, BORROWING)
"""In the order of a waterfall; borrowing costs."""
RATE: Final = "steth_rate_ray"
WINDOW: Final = 8 * DAY
"""How far back the samples must reach that ``rates`` reads."""
RETH_RATE: Final = "reth_rate_wad"
NAMES: Final = (RATE, RETH_RATE, *(name for both in pools.FEE_SERIES.values() for name in both))
"""The samples that ``rates`` reads."""
VAULT_OF_WSTETH: Final = SHARES[WSTETH]
_POOLS: Final = {token: pool for pool, token in LP.items()}


class Rates(NamedTuple):
    """What things earn a year, as shares of their value; simple, not compounded."""

    staking: float
    """Of stETH in any form, after the fee."""
    days: int
    """How many days of reports ``staking`` is the average of; 0: expected."""
    native: float
    """Of validators of one's own."""
    duties: float
    """Which part of staking comes from the consensus layer, 0 to 1; fees and MEV the rest."""
    steth_eth: float
    usdc_eth: float
    """Fees for providers of each pool; 0 until an hour has been sampled."""
    supply: tuple[tuple[str, float], ...]
    """Lent tokens: what suppliers get, compounded as the market shows it."""
    borrow: tuple[tuple[str, float], ...]
    reth: float = 0.0
    """Of rETH, after commission."""
    reth_eth: float = 0.0
    vaults: tuple[tuple[str, float], ...] = ()
    """Share tokens: what lending brings their holders, after the fee."""

    def fees(self, pool: str) -> float:
        """What a pool's fees come to."""
        if pool == RETH_ETH:
            return self.reth_eth
        return self.steth_eth if pool == STETH_ETH else self.usdc_eth

    def of(self, token: str) -> float | None:
        """What a token earns by lying in the wallet; ``None`` for one that does not."""
        lent = dict(self.vaults).get(token)
        staked = self.staked(token)
        return staked if lent is None else lent + (staked or 0.0)

    def staked(self, token: str) -> float | None:
        """What staking brings a token by itself; ``None`` for one that is not staked."""
        if token in (STETH, WSTETH, VAULT_OF_WSTETH):
            return self.staking
        return self.reth if token == RETH else None


def rates(world: World, account: Account, past: Series | None) -> Rates:
    """``past`` holds ``NAMES`` from ``WINDOW`` ago until now, or nothing yet."""
    apr = staking.expected_apr(world)
    if past is not None:
        points = list(zip(past.at, past.column(RATE), strict=True))
        apr = staking.measured_apr(world, staking.rate_at(points, staking.baseline(world)))
    duties, execution = staking.native_parts(world)
    native = duties + execution
    markets = lending.markets(world, account)
    fees = [
        pools.earnings(world, pool, past).apr or 0.0 for pool in (STETH_ETH, USDC_ETH, RETH_ETH)
    ]
    return Rates(
        apr.rate / WAD,
        apr.days,
        native / WAD,
        duties / native if native else 1.0,
        fees[0],
        fees[1],
        tuple((row.token, row.supply_apy / WAD) for row in markets),
        tuple((row.token, row.borrow_apy / WAD) for row in markets),
        rocketpool.apr(world, past).rate / WAD,
        fees[2],
        tuple((each.token, each.net / WAD) for each in vaults.offers(world)),
    )


class Layers(NamedTuple):
    """USD (8 decimals) a year."""

    consensus: float
    execution: float
    restaking: float
    lending: float
    fees: float
    borrowing: float
    """Not above zero."""
    worth: int
    """The net worth that they are shares of."""

    @property
    def net(self) -> float:
        """All of them together."""
        return sum(self[:6])

    def amount(self, layer: str) -> float:
        """USD a year of one of ``LAYERS``."""
        return self[LAYERS.index(layer)]

    def share(self, amount: float) -> float | None:
        """An amount as a share of the net worth; ``None`` without any."""
        return amount / self.worth if self.worth > 0 else None


def layers(
    world: World, account: Account, rows: Sequence[Holding], prices: Quotes, at: Rates
) -> Layers:
    """``rows`` are the account's holdings at ``prices``.

        consensus + execution   value that is staked × staking rate, split by the chain's own
        restaking               Σ restaked × what its operator's services pay, after its split
        lending                 Σ supplied × supply rate, vault shares × the same less the fee
        fees                    Σ pool shares × fee rate
        borrowing               − Σ owed × borrow rate, of wstETH the staking rate as well
    """
    consensus = execution = restaked = lent = fees = cost = 0.0
    supply, borrow, shares = dict(at.supply), dict(at.borrow), dict(at.vaults)
    for row in rows:
        staked = staked_yield(world, row, prices, at)
        if row.kind == BORROWED:
            cost += row.usd * borrow.get(row.token, 0.0) + staked
            continue
        if row.kind == RANGE:
            staked = ranges_staked(world, account, prices, at)
            fees += ranges_fees(world, account, prices)
        consensus += staked * at.duties
        execution += staked * (1 - at.duties)
        if row.kind == RESTAKED:
            restaked += row.usd * restaked_rate(world, account, row.token)
        elif row.kind == SUPPLIED:
            lent += row.usd * supply.get(row.token, 0.0)
        elif row.kind == POOL:
            fees += row.usd * at.fees(_POOLS[row.token])
        elif row.kind == WALLET:
            lent += row.usd * shares.get(row.token, 0.0)
    native = active_usd(world, account, prices) * at.native
    consensus += native * at.duties
    execution += native * (1 - at.duties)
    worth = sum(row.usd for row in rows)
    return Layers(consensus, execution, restaked, lent, fees, cost, worth)


def restaked_rate(world: World, account: Account, token: str) -> float:
    """What delegating adds to a restaked token a year; nothing without an operator."""
    restaking = restaking_view.of(world)
    operator = restaking_view.operator_named(
        restaking, restaking_view.stake_of(world, account).operator
    )
    tokens = [strategy.token for strategy in restaking.strategies]
    if operator is None or token not in tokens:
        return 0.0
    return restaking_view.yearly_rate(restaking, operator, tokens.index(token)) / WAD


def staked_yield(world: World, row: Holding, prices: Quotes, at: Rates) -> float:
    """What a holding earns a year by the staking token in it, USD (8 decimals).

    Negative for a debt in wstETH: what one owes then grows by what staking earns.
    """
    if row.kind in (WALLET, SUPPLIED, BORROWED, RESTAKED, ESCROW):
        return row.usd * (at.staked(row.token) or 0.0)
    pool = _POOLS.get(row.token) if row.kind == POOL else None
    if pool not in STABLE:
        return 0.0
    token = TOKENS[pool][1]
    held = lp_value(world, pool, row.units)[1]
    return value_of(prices, token, held) * (at.staked(token) or 0.0)


def ranges_staked(world: World, account: Account, prices: Quotes, at: Rates) -> float:
    """What the wstETH in an account's ranges earns a year by staking, USD (8 decimals)."""
    wsteth, _ = in_ranges(world, account)
    return value_of(prices, WSTETH, wsteth) * (at.of(WSTETH) or 0.0)


def ranges_fees(world: World, account: Account, prices: Quotes) -> float:
    """Fees a year of an account's ranges, USD (8 decimals), as each has earned them since it
    was opened; nothing from one that is younger than a day."""
    total = 0.0
    for each in concentrated_view.ranges_of(world, account).values():
        age = world.time - each.opened
        if age >= DAY:
            owed = concentrated_view.holds(world, each).fees
            fees = [one + other for one, other in zip(each.earned, owed, strict=True)]
            usd = value_of(prices, WSTETH, fees[0]) + value_of(prices, "ETH", fees[1])
            total += usd * YEAR / age
    return total


def active_usd(world: World, account: Account, prices: Quotes) -> int:
    """What an account's validators that still attest are staked with, USD (8 decimals)."""
    mine = validators.of_account(world, account).values()
    keys = sum(each.keys for each in mine if each.stage in (ACTIVE, EXITING))
    return value_of(prices, "ETH", keys * VALIDATOR_WEI)


__all__ = [
    "BORROWING", "CONSENSUS", "EXECUTION", "FEES", "LAYERS", "LENDING", "NAMES", "RESTAKING",
    "WINDOW", "Layers", "Rates", "active_usd", "layers", "ranges_fees", "ranges_staked", "rates",
    "restaked_rate", "staked_yield",
]  # fmt: skip
