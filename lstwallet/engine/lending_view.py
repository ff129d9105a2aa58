"""Reading the lending market of a world: prices, positions, health.

Read models and other areas come in here; nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Final

from lstwallet.engine.lending_facts import Feed, Lending
from lstwallet.engine.lending_oracle import oracle_of, staked_rate
from lstwallet.engine.refusals import ProtocolRefused
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lending as protocol
from lstwallet.protocols import lido
from lstwallet.protocols.lending import Market, Position
from lstwallet.units.fixed import WAD, mul_div_floor
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

AAVE: Final = "aave"
SAME_AS: Final = {"ETH": "WETH"}
"""Tokens that stand for a reserve's own token at the door."""


def reserve_token(token: str) -> str:
    """The token that a reserve holds for ``token``: WETH for ETH, itself otherwise."""
    return SAME_AS.get(token, token)


def find_place(lending: Lending, token: str) -> int | None:
    """Where the reserve of ``token`` (ETH counts as WETH) stands, or ``None``."""
    try:
        return place_of(lending, token)
    except ProtocolRefused:
        return None


def place_of(lending: Lending, token: str) -> int:
    """Where the reserve of ``token`` stands. Refused when there is none."""
    symbol = SAME_AS.get(token, token)
    for place, config in enumerate(lending.parameters.configs):
        if config.symbol == symbol:
            return place
    raise ProtocolRefused(AAVE, "AssetNotListed")


@cache
def supply_token(symbol: str) -> str:
    """The ledger's name for scaled supply."""
    return f"a{symbol}"


@cache
def debt_token(symbol: str) -> str:
    """The ledger's name for scaled debt."""
    return f"d{symbol}"


def prices_of(
    feeds: Iterable[Feed],
    eth: int,
    usdc: int,
    steth_per_wsteth: int,
    world: Readable | None = None,
) -> tuple[int, ...]:
    """What the feeds say, USD with 8 decimals, rounded down.

    ``world`` tells what oracles other than the exchange rate see.
    """
    prices = []
    for source, fixed in feeds:
        if source == "eth":
            prices.append(eth)
        elif source == "usdc":
            prices.append(usdc)
        elif source == "wsteth":
            prices.append(mul_div_floor(eth, steth_per_wsteth, WAD))
        elif source == "fixed" or world is None:
            prices.append(fixed)
        else:
            prices.append(mul_div_floor(eth, staked_rate(world, oracle_of(source)), WAD))
    return tuple(prices)


def oracle_prices(world: Readable) -> tuple[int, ...]:
    """The price of every reserve's token, USD with 8 decimals."""
    eth, usdc = world.prices
    rate = lido.steth_per_wsteth(world.staking.pool)
    return prices_of(world.lending.feeds, eth, usdc, rate, world)


def market_of(world: Readable) -> Market:
    """The lending market at the world's prices."""
    parameters, reserves, _ = world.lending
    return make(Market, (parameters, reserves, oracle_prices(world)))


def market_without_prices(world: Readable) -> Market:
    """The lending market for what no price decides: supplying, and repaying from the wallet."""
    parameters, reserves, _ = world.lending
    return make(Market, (parameters, reserves, ()))


def position_of(world: Readable, account: Account) -> Position:
    """What an account holds in the market; empty if it was never there."""
    found = world.positions.get(account)
    return found if found is not None else protocol.empty_position(len(world.lending.reserves))


def account_of(world: Readable, account: Account) -> protocol.Account:
    """Collateral, debt, thresholds and health of an account now."""
    return protocol.account_data(market_of(world), position_of(world, account), world.time)


def health_of(world: Readable, account: Account) -> int:
    """Health factor now, WAD; ``NO_DEBT`` without debt."""
    return protocol.health_factor(market_of(world), position_of(world, account), world.time)


def supplied_units(world: Readable, account: Account, token: str) -> int:
    """Tokens that an account's supply is worth now."""
    lending = world.lending
    place = place_of(lending, token)
    rules = protocol.RULES[lending.parameters.rules]
    scaled = position_of(world, account).supplied[place]
    return protocol.supply_balance(lending.reserves[place], scaled, world.time, rules)


def owed_units(world: Readable, account: Account, token: str) -> int:
    """Tokens that an account owes now."""
    lending = world.lending
    place = place_of(lending, token)
    rules = protocol.RULES[lending.parameters.rules]
    scaled = position_of(world, account).borrowed[place]
    return protocol.debt_balance(lending.reserves[place], scaled, world.time, rules)
