"""Which oracle prices staked ETH in the lending market, and the switch between them.

``exchange``: what the protocol redeems it for, so that a discount on the market liquidates
nobody. ``market``: that times what the stETH pool pays now; Aave v2 did so in 2022.
``capped``: the exchange rate, but never more than a recorded rate that grows by so much a
year; Aave's CAPO. It guards lenders against a rate that jumps up, not against a discount.

Source of the cap: bgd-labs/aave-capo ``PriceCapAdapterBase.sol``: ``snapshot ratio +
snapshot ratio × yearly growth × seconds since / a year``, rounded down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine.pools_facts import STETH_ETH
from lstwallet.engine.pools_view import pool_price
from lstwallet.engine.refusals import NothingToDo, ProtocolRefused
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lido
from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import BPS, WAD, mul_div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

EXCHANGE: Final = "exchange"
MARKET: Final = "market"
CAPPED: Final = "capped"
ORACLES: Final = (MARKET, EXCHANGE, CAPPED)
STAKED_FEED: Final = "wsteth"
"""The feed of staked ETH; ``wsteth:market`` and ``wsteth:capped`` are its other oracles."""
STILL: Final = frozenset(("usdc", "fixed"))
"""Feeds that the price of ether does not move."""


class RateCap(NamedTuple):
    """The most that the capped oracle believes of a token's rate to ether."""

    token: str
    rate: int
    """ETH for one token when it was recorded, 18 decimals."""
    at: int
    growth: int
    """Basis points of that rate a year."""


class ChooseFeed(NamedTuple):
    """Practice: price ``token`` by another oracle, for everybody in this market.

    ``account`` asks for it. ``growth`` (basis points a year) counts for ``capped`` only, which
    starts at the rate of this moment.
    """

    account: Account
    token: str
    oracle: str
    growth: int = 0


class FeedChosen(NamedTuple):
    """From now on ``token`` is priced by ``oracle``."""

    at: int
    account: Account
    token: str
    oracle: str
    cap: RateCap | None


def base_of(source: str) -> str:
    """What a feed prices, whichever its oracle: ``wsteth`` for ``wsteth:market``."""
    return source.partition(":")[0]


def oracle_of(source: str) -> str:
    """Which oracle a feed takes: ``exchange`` or ``market`` or ``capped``.

    Ether and the dollar token have a price on the market and no exchange rate.
    """
    base, _, oracle = source.partition(":")
    if base == STAKED_FEED:
        return oracle or EXCHANGE
    return MARKET


def moves_with_ether(source: str) -> bool:
    """Whether the price of ether moves a feed."""
    return base_of(source) not in STILL


def is_staked(source: str) -> bool:
    """Whether a feed prices staked ETH, so that it has more than one oracle."""
    return base_of(source) == STAKED_FEED


def staked_rate(world: Readable, oracle: str) -> int:
    """ETH for one wstETH as an oracle sees it, 18 decimals, rounded down."""
    rate = lido.steth_per_wsteth(world.staking.pool)
    if oracle == MARKET:
        price = pool_price(world, STETH_ETH)
        return mul_div_floor(rate, price, WAD) if price else rate
    if oracle == CAPPED:
        cap = next((each for each in world.rate_caps if each.token == "wstETH"), None)
        return rate if cap is None else min(rate, highest_rate(cap, world.time))
    return rate


def highest_rate(cap: RateCap, now: int) -> int:
    """The rate that a cap has grown to, 18 decimals, rounded down."""
    return cap.rate + mul_div_floor(cap.rate * cap.growth, now - cap.at, BPS * YEAR)


def decide_choose_feed(world: Readable, command: ChooseFeed) -> Sequence[FeedChosen]:
    """Refuses tokens that have one price only, unknown oracles, and the one in force."""
    account, token, oracle, growth = command
    configs = world.lending.parameters.configs
    place = next((i for i, config in enumerate(configs) if config.symbol == token), None)
    if place is None or not is_staked(world.lending.feeds[place].source):
        raise ProtocolRefused("aave", "OneOracleOnly")
    if oracle not in ORACLES or growth < 0:
        raise ProtocolRefused("aave", "UnknownOracle")
    if oracle == oracle_of(world.lending.feeds[place].source):
        raise NothingToDo("oracle")
    cap = None
    if oracle == CAPPED:
        cap = RateCap(token, staked_rate(world, EXCHANGE), world.time, growth)
    return (FeedChosen(world.time, account, token, oracle, cap),)


def evolve_feed_chosen(draft: Draft, event: FeedChosen) -> None:
    """The feed's name says the oracle; a cap stands beside the market."""
    _, _, token, oracle, cap = event
    parameters, _, feeds = draft.lending
    chosen = STAKED_FEED if oracle == EXCHANGE else f"{STAKED_FEED}:{oracle}"
    draft.lending = draft.lending._replace(
        feeds=tuple(
            feed._replace(source=chosen) if config.symbol == token else feed
            for config, feed in zip(parameters.configs, feeds, strict=True)
        )
    )
    others = tuple(each for each in draft.rate_caps if each.token != token)
    draft.rate_caps = (*others, cap) if cap is not None else others


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {ChooseFeed: decide_choose_feed}
EVOLVE: dict[type, Callable[..., None]] = {FeedChosen: evolve_feed_chosen}
