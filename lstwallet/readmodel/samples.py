"""Numbers kept once a simulated hour, for charts.

``NONE`` stands where there is no number (no debt: no health); a chart shows a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from lstwallet.engine.lending_view import health_of
from lstwallet.engine.pools_facts import GROWTH, RETH_ETH, USDC_ETH, StablePool
from lstwallet.engine.pools_view import fair_price, pool_price
from lstwallet.engine.staking import steth_rate
from lstwallet.engine.vaults_facts import ACCOUNTS
from lstwallet.engine.vaults_view import assets_for, is_used
from lstwallet.engine.world import YOU, Readable, World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel import portfolio
from lstwallet.units.clock import DAY, HOUR, SimTime, start_of
from lstwallet.units.fixed import WAD, div_ceil, div_floor

NONE: Final = -1
"""No number: all that is sampled is zero or more."""

SERIES: Final = (
    "net_worth_usd8",
    "wallet_usd8",
    "supplied_usd8",
    "borrowed_usd8",
    "pool_usd8",
    "ticket_usd8",
    "native_usd8",
    "restaked_usd8",
    "escrow_usd8",
    "eth_usd8",
    "usdc_usd8",
    "steth_market_wad",
    "steth_rate_ray",
    "usdc_eth_usd8",
    "health_wad",
    "steth_eth_fees_0",
    "steth_eth_fees_1",
    "usdc_eth_fees_0",
    "usdc_eth_fees_1",
    "reth_market_wad",
    "reth_rate_wad",
    "reth_eth_fees_0",
    "reth_eth_fees_1",
    "vault_weth_wad",
    "vault_wsteth_wad",
)
"""What is sampled: the user's net worth (below zero it is a gap) and its parts, outside
prices, ETH for one stETH in the pool, ETH for one share, the pair's price of ETH, the
user's health factor, what providers of each pool have earned in fees since the
beginning (base units of the pool's first and second token per LP unit, 24 decimals),
ETH for one rETH in its pool and by the oracle's report, and the asset for one share of each
vault: every hour while somebody is in it, else once a day."""
OWNED: Final = (*SERIES[:9], "health_wad")
"""What is an account's own. Of an account that is not the first the names are followed by
``@`` and the account's."""
FEE_GROWTH: Final = 10**24
"""One, in the samples of fees."""
GROWTH_A_UNIT: Final = div_floor(GROWTH, FEE_GROWTH)
"""Of the pools' own sums, in one unit of the samples."""
_OWNS_NOTHING: Final = (*[0] * (len(OWNED) - 1), NONE)
"""The numbers of ``OWNED``: no worth, no debt, and so no health."""


class Series(NamedTuple):
    """Points in time and, for each name, one number (or ``None``) per point."""

    at: list[SimTime]
    columns: Mapping[str, list[int | None]]

    def column(self, name: str) -> list[int | None]:
        """The numbers of one name, as long as ``at``."""
        return self.columns[name]


class Day(Protocol):
    """A stored day: rows of the moment and one number per name."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def hours(self) -> list[list[int]]: ...


def name_of(name: str, account: Account) -> str:
    """The name under which a number of an account's is kept."""
    return f"{name}@{account}" if name in OWNED and account != YOU else name


def sampled(world: Readable) -> tuple[str, ...]:
    """The names of what ``sample`` gives."""
    if len(world.accounts) == 1:
        return SERIES
    return SERIES + tuple(name_of(name, who) for who in world.accounts[1:] for name in OWNED)


def sample(world: Readable) -> tuple[int, ...]:
    """One number per name of ``sampled``."""
    prices = portfolio.quotes(world)
    *parts, health = _owned(world, YOU, prices)
    steth_pool, usdc_pool, reth_pool = world.pools
    numbers = (
        *parts,
        world.prices.eth,
        world.prices.usdc,
        prices.steth_eth,
        steth_rate(world),
        pool_price(world, USDC_ETH),
        health,
        *[div_floor(growth, GROWTH_A_UNIT) for growth in steth_pool.fee_sums + usdc_pool.fee_sums],
        *([NONE] * 4 if reth_pool is None else _of_reth(world, prices, reth_pool)),
        *_of_vaults(world),
    )
    if len(world.accounts) == 1:
        return numbers
    return numbers + tuple(n for who in world.accounts[1:] for n in _owned(world, who, prices))


def _of_reth(world: Readable, prices: portfolio.Quotes, pool: StablePool) -> list[int]:
    """rETH in its pool and by the report, and the pool's fees."""
    fees = [div_floor(growth, GROWTH_A_UNIT) for growth in pool.fee_sums]
    return [prices.reth_eth, fair_price(world, RETH_ETH), *fees]


def _of_vaults(world: Readable) -> list[int]:
    """What one share of each vault is worth in its asset."""
    if not world.vaults:
        return [NONE] * len(ACCOUNTS)
    daily = start_of(DAY, world.time) == world.time
    return [
        assets_for(world, vault.asset, WAD) if daily or is_used(world, vault) else NONE
        for vault in world.vaults
    ]


def _owned(world: Readable, account: Account, prices: portfolio.Quotes) -> Sequence[int]:
    """One number per name of ``OWNED``."""
    rows = portfolio.holdings(world, account, prices)
    if not rows:
        return _OWNS_NOTHING
    owned = portfolio.by_kind(rows)
    net = sum([row.usd for row in rows])
    health = health_of(world, account) if owned[portfolio.BORROWED] else NONE
    return [max(net, NONE), *owned.values(), health]


def gathered(
    names: Sequence[str],
    begin: SimTime,
    end: SimTime,
    days: Iterable[Day],
    now: World,
    most: int,
    account: Account = YOU,
) -> Series:
    """Stored days between two moments as columns, at most about ``most`` points.

    Thinned by whole hours of absolute time, so that points stay where they are while the
    range moves. The present world is the last point when it lies in the range. What an
    account owns is ``account``'s.
    """
    stored = [name_of(name, account) for name in names]
    span = max(min(end, now.time) - max(begin, now.started), 0)
    stride = HOUR * max(1, div_ceil(span, HOUR * most))
    at: list[SimTime] = []
    columns: dict[str, list[int | None]] = {name: [] for name in names}
    last = -1
    for day in days:
        places = [day.names.index(name) + 1 if name in day.names else 0 for name in stored]
        for row in day.hours:
            moment = row[0]
            slot = moment - moment % stride
            if slot != last and begin <= moment <= end:
                last = slot
                _add(at, columns, row, places)
    if begin <= now.time <= end and (not at or at[-1] < now.time):
        row = [now.time, *sample(now)]
        known = sampled(now)
        _add(at, columns, row, [known.index(name) + 1 if name in known else 0 for name in stored])
    return Series(at, columns)


def _add(
    at: list[SimTime],
    columns: Mapping[str, list[int | None]],
    row: Sequence[int],
    places: Sequence[int],
) -> None:
    """Append one row; a place of 0 is a name that was not sampled then."""
    at.append(row[0])
    for column, place in zip(columns.values(), places, strict=True):
        value = row[place] if place else NONE
        column.append(None if value == NONE else value)
