"""What an account owns and owes, in tokens and in USD.

A value is what the market pays at the margin, outside or in the pool: stETH at the
pool's price (the lending market's oracle counts it one for one instead, see
``engine/lending_view``), wstETH as the stETH inside it, rETH at its own pool's price, LP
shares as what a balanced withdrawal gives, vault shares as the asset that they are worth, a
ticket as the ETH that it will pay at most, what is restaked as what slashes left of it.
USD have 8 decimals; what is owned is rounded down, what is owed up.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.engine import concentrated_view, restaking_view, validators
from lstwallet.engine.lending_view import debt_token, owed_units, supplied_units, supply_token
from lstwallet.engine.pools_facts import LP, RETH_ETH, STETH_ETH, TOKENS
from lstwallet.engine.pools_view import fair_price, lp_value, pool_price
from lstwallet.engine.restaking_facts import REWARD
from lstwallet.engine.staking import tickets_of
from lstwallet.engine.staking_facts import Ticket
from lstwallet.engine.validators_facts import VALIDATOR_WEI
from lstwallet.engine.vaults_facts import ASSETS, SHARES
from lstwallet.engine.vaults_view import assets_for, is_used
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lido
from lstwallet.units.fixed import WAD, mul_div_ceil, mul_div_floor
from lstwallet.units.records import make

WALLET: Final = "wallet"
SUPPLIED: Final = "supplied"
BORROWED: Final = "borrowed"
POOL: Final = "pool"
RANGE: Final = "range"
"""All of an account's ranges in the concentrated pool, counted in ETH."""
TICKET: Final = "ticket"
NATIVE: Final = "native"
RESTAKED: Final = "restaked"
ESCROW: Final = "escrow"
KINDS: Final = (
    WALLET, SUPPLIED, BORROWED, POOL, TICKET, NATIVE, RANGE, RESTAKED, ESCROW,
)  # fmt: skip
"""Where a holding is: each is one kind of row."""
_NOTHING: Final = {kind: 0 for kind in KINDS if kind != RANGE}

STETH: Final = "stETH"
WSTETH: Final = "wstETH"
RETH: Final = "rETH"
USDC: Final = "USDC"
WALLET_TOKENS: Final = ("ETH", "WETH", STETH, WSTETH, RETH, USDC, *ASSETS)
_POOLS: Final = tuple(LP.items())
_UNIT: Final = {USDC: 10**6}
_ETH: Final = 10**18


class Holding(NamedTuple):
    """One row of a portfolio."""

    kind: str
    """One of ``KINDS``."""
    token: str
    """What ``units`` are of: a token, ``LP:…`` for a pool share, ETH for tickets and validators,
    WETH for rewards of restaking."""
    units: int
    """Base units as a person counts them (wei of stETH, not shares); a debt is positive here."""
    usd: int
    """8 decimals; negative for a debt."""

    @property
    def key(self) -> str:
        """Names the row: ``supplied:wstETH``."""
        return f"{self.kind}:{self.token}"


class Quotes(NamedTuple):
    """What one whole token is worth, USD with 8 decimals."""

    eth: int
    usdc: int
    steth: int
    wsteth: int
    steth_eth: int
    """ETH for one stETH in the pool, 18 decimals; 0 when the pool is empty."""
    reth: int = 0
    reth_eth: int = 0
    """ETH for one rETH in its pool, 18 decimals; 0 when there is none."""
    vweth: int = 0
    vwsteth: int = 0
    """Of vault shares: what would be paid for one now; 0 while nobody holds any."""

    def of(self, token: str) -> int:
        """By token symbol; WETH counts as ETH."""
        if token == USDC:
            return self.usdc
        if token == STETH:
            return self.steth
        if token == RETH:
            return self.reth
        if token in ASSETS:
            return self.vweth if token == SHARES["WETH"] else self.vwsteth
        return self.wsteth if token == WSTETH else self.eth


def quotes(world: Readable) -> Quotes:
    """The market's prices now; an empty pool leaves its token at what the issuer pays."""
    eth, market = world.prices.eth, pool_price(world, STETH_ETH)
    steth = mul_div_floor(eth, market or WAD, WAD)
    pool = world.staking.pool
    wsteth = mul_div_floor(steth, lido.steth_per_wsteth(pool), WAD) if pool.shares else steth
    usdc = world.prices.usdc
    other = reth = 0
    if world.rocketpool is not None:
        other = pool_price(world, RETH_ETH)
        reth = mul_div_floor(eth, other or fair_price(world, RETH_ETH), WAD)
    vweth = vwsteth = 0
    for vault in world.vaults:
        if is_used(world, vault):
            price = assets_for(world, vault.asset, WAD)
            if vault.asset == WSTETH:
                vwsteth = mul_div_floor(wsteth, price, WAD)
            else:
                vweth = mul_div_floor(eth, price, WAD)
    return make(Quotes, (eth, usdc, steth, wsteth, market, reth, other, vweth, vwsteth))


def value_of(prices: Quotes, token: str, units: int) -> int:
    """USD (8 decimals) of base units of a token, rounded down."""
    return mul_div_floor(units, prices.of(token), _UNIT.get(token, _ETH))


def cost_of(prices: Quotes, token: str, units: int) -> int:
    """USD (8 decimals) of base units that are owed, rounded up."""
    return mul_div_ceil(units, prices.of(token), _UNIT.get(token, _ETH))


def holdings(world: Readable, account: Account, prices: Quotes | None = None) -> list[Holding]:
    """Every row that is not empty, in the order of ``KINDS`` and tokens."""
    at = prices if prices is not None else quotes(world)
    rows = _in_wallet(world, account, at)
    if account in world.positions:
        rows += _in_lending(world, account, at)
    for pool, token in _POOLS:
        lp = world.balances.get((account, token))
        if lp:
            first, second = lp_value(world, pool, lp)
            usd = value_of(at, TOKENS[pool][0], first) + value_of(at, TOKENS[pool][1], second)
            rows.append(Holding(POOL, token, lp, usd))
    provided = in_ranges(world, account)
    if provided != (0, 0):
        usd = value_of(at, WSTETH, provided[0]) + value_of(at, "ETH", provided[1])
        rows.append(Holding(RANGE, "ETH", mul_div_floor(usd, WAD, at.eth), usd))
    mine = tickets_of(world, account)
    if mine:
        waiting = sum(ticket_value(world, ticket) for ticket in mine)
        rows.append(Holding(TICKET, "ETH", waiting, value_of(at, "ETH", waiting)))
    native = native_wei(world, account)
    if native:
        rows.append(Holding(NATIVE, "ETH", native, value_of(at, "ETH", native)))
    if account in world.restakes:
        rows += _in_restaking(world, account, at)
    return rows


def in_ranges(world: Readable, account: Account) -> tuple[int, int]:
    """wstETH and wei of ETH that an account's ranges would pay now, fees included."""
    if not world.ranges:
        return 0, 0
    ranges = concentrated_view.ranges_of(world, account)
    if not ranges:
        return 0, 0
    mine = [concentrated_view.holds(world, each).whole for each in ranges.values()]
    return sum(first for first, _ in mine), sum(second for _, second in mine)


def _in_restaking(world: Readable, account: Account, at: Quotes) -> list[Holding]:
    """What is deposited, what was earned by it, and what is on its way out; slashes counted."""
    tokens = [strategy.token for strategy in restaking_view.of(world).strategies]
    found = []
    for place, token in enumerate(tokens):
        units = restaking_view.withdrawable(world, account, place)
        if units:
            found.append(Holding(RESTAKED, token, units, value_of(at, token, units)))
    earned = sum(restaking_view.rewards_of(world, account)[1:4])
    if earned:
        found.append(Holding(RESTAKED, REWARD, earned, value_of(at, REWARD, earned)))
    waiting = dict.fromkeys(tokens, 0)
    for escrow in restaking_view.escrows_of(world, account):
        waiting[escrow.token] += restaking_view.escrow_worth(world, escrow)
    found += [
        Holding(ESCROW, token, units, value_of(at, token, units))
        for token, units in waiting.items()
        if units
    ]
    return found


def _in_wallet(world: Readable, account: Account, at: Quotes) -> list[Holding]:
    rows, balances = [], world.balances
    for token in WALLET_TOKENS:
        units = balances.get((account, token))
        if units:
            if token == STETH:
                units = lido.ether_for(world.staking.pool, units)
            rows.append(Holding(WALLET, token, units, value_of(at, token, units)))
    return rows


def _in_lending(world: Readable, account: Account, at: Quotes) -> list[Holding]:
    supplied, borrowed = [], []
    for config in world.lending.parameters.configs:
        token = config.symbol
        if world.balance(account, supply_token(token)):
            units = supplied_units(world, account, token)
            supplied.append(Holding(SUPPLIED, token, units, value_of(at, token, units)))
        if world.balance(account, debt_token(token)):
            units = owed_units(world, account, token)
            borrowed.append(Holding(BORROWED, token, units, -cost_of(at, token, units)))
    return supplied + borrowed


def ticket_value(world: Readable, ticket: Ticket) -> int:
    """Wei that a ticket pays if it is, or were, finalised now: never more than was asked for."""
    if ticket.finalised:
        return ticket.ether
    request = ticket.request
    return min(request.steth, lido.ether_for(world.staking.pool, request.shares))


def native_wei(world: Readable, account: Account) -> int:
    """Wei in an account's own validators, with what they earned and have not been paid."""
    total = 0
    for validator in world.validators.values():
        if validator.account == account:
            total += validator.keys * VALIDATOR_WEI + sum(validators.accrued(world, validator))
    return total


def net_worth(world: Readable, account: Account) -> int:
    """What is owned less what is owed, USD with 8 decimals."""
    return sum(row.usd for row in holdings(world, account))


def by_kind(rows: list[Holding]) -> dict[str, int]:
    """USD (8 decimals) per kind; a debt is positive here. Ranges count as shares of pools do."""
    sums = dict(_NOTHING)
    for row in rows:
        sums[POOL if row.kind == RANGE else row.kind] += abs(row.usd)
    return sums


__all__ = [
    "BORROWED", "ESCROW", "KINDS", "NATIVE", "POOL", "RANGE", "RESTAKED", "SUPPLIED", "TICKET",
    "WALLET", "Holding", "Quotes", "by_kind", "cost_of", "holdings", "in_ranges", "native_wei",
    "net_worth", "quotes",
    "ticket_value", "value_of",
]  # fmt: skip
