"""Which oracle prices staked ETH: what each of them sees, and the switch."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import kernel
from lstwallet.engine.lending_oracle import (
    CAPPED,
    EXCHANGE,
    MARKET,
    ChooseFeed,
    FeedChosen,
    RateCap,
    base_of,
    highest_rate,
    moves_with_ether,
    oracle_of,
    staked_rate,
)
from lstwallet.engine.lending_view import oracle_prices
from lstwallet.engine.pools import STETH_ETH, Swap, pool_price
from lstwallet.engine.refusals import NothingToDo, ProtocolRefused
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft
from lstwallet.protocols import lido
from lstwallet.store import codec
from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import WAD
from tests.small_world import small_world

ETH = 10**18
PLACE = 1
"""Of wstETH among the reserves."""


def depegged() -> Draft:
    """A world whose stETH pool was sold into."""
    draft = Draft(small_world())
    kernel.handle(draft, Fund("crowd:seller", "ETH", 60_000 * ETH))
    kernel.handle(draft, Stake("crowd:seller", "all"))
    kernel.handle(draft, Swap("crowd:seller", STETH_ETH, "stETH", "all", 0, "ETH"))
    return draft


def price(draft: Draft) -> int:
    return oracle_prices(draft)[PLACE]


def test_the_markets_price_falls_with_the_pool_and_the_exchange_rate_does_not() -> None:
    draft = depegged()
    rate, pool = lido.steth_per_wsteth(draft.staking.pool), pool_price(draft, STETH_ETH)
    assert pool < 97 * WAD // 100
    assert price(draft) == draft.prices.eth * rate // WAD
    (event,) = kernel.handle(draft, ChooseFeed(YOU, "wstETH", MARKET))
    assert event == FeedChosen(draft.time, YOU, "wstETH", MARKET, None)
    seen = Fraction(draft.prices.eth) * Fraction(rate, WAD) * Fraction(pool, WAD)
    assert 0 <= seen - price(draft) < 2
    # The other reserves are priced as before.
    assert oracle_prices(draft)[0] == draft.prices.eth
    kernel.handle(draft, ChooseFeed(YOU, "wstETH", EXCHANGE))
    assert price(draft) == draft.prices.eth * rate // WAD
    assert kernel.audit(draft) == []


def test_the_capped_rate_may_fall_but_rises_no_faster_than_its_cap() -> None:
    draft = Draft(small_world())
    rate = lido.steth_per_wsteth(draft.staking.pool)
    kernel.handle(draft, ChooseFeed(YOU, "wstETH", CAPPED, 968))
    assert draft.rate_caps == (RateCap("wstETH", rate, draft.time, 968),)
    assert staked_rate(draft, CAPPED) == rate
    pool = draft.staking.pool
    draft.staking = draft.staking._replace(pool=pool._replace(ether=pool.ether * 105 // 100))
    assert staked_rate(draft, CAPPED) == rate
    draft.time += YEAR // 4
    # A quarter of 9.68 % of the rate that was recorded.
    grown = Fraction(rate) * (1 + Fraction(968, 10_000) / 4)
    assert 0 <= grown - staked_rate(draft, CAPPED) < 1
    draft.staking = draft.staking._replace(pool=pool._replace(ether=pool.ether * 9 // 10))
    assert staked_rate(draft, CAPPED) == staked_rate(draft, EXCHANGE) < rate
    draft.staking = draft.staking._replace(pool=pool)
    kernel.handle(draft, ChooseFeed(YOU, "wstETH", EXCHANGE))
    assert draft.rate_caps == ()


@given(st.integers(0, 10**20), st.integers(0, 10_000), st.integers(0, 10 * YEAR))
def test_a_cap_never_falls_and_is_rounded_down(rate: int, growth: int, seconds: int) -> None:
    cap = RateCap("wstETH", rate, 1_000, growth)
    exact = rate + Fraction(rate * growth * seconds, 10_000 * YEAR)
    assert 0 <= exact - highest_rate(cap, 1_000 + seconds) < 1
    assert highest_rate(cap, 1_000 + seconds) >= rate


def test_what_cannot_be_switched_is_refused() -> None:
    draft = Draft(small_world())
    before = draft.freeze()
    for token in ("WETH", "USDC", "stETH", ""):
        with pytest.raises(ProtocolRefused, match="OneOracleOnly"):
            kernel.decide(draft, ChooseFeed(YOU, token, MARKET))
    for command in (ChooseFeed(YOU, "wstETH", "nowhere"), ChooseFeed(YOU, "wstETH", CAPPED, -1)):
        with pytest.raises(ProtocolRefused, match="UnknownOracle"):
            kernel.decide(draft, command)
    with pytest.raises(NothingToDo):
        kernel.decide(draft, ChooseFeed(YOU, "wstETH", EXCHANGE))
    assert draft.freeze() == before


def test_names_of_feeds() -> None:
    assert (base_of("wsteth:market"), base_of("eth")) == ("wsteth", "eth")
    assert oracle_of("wsteth") == EXCHANGE
    assert oracle_of("wsteth:capped") == CAPPED
    assert oracle_of("eth") == oracle_of("usdc") == MARKET
    assert moves_with_ether("wsteth:market")
    assert not moves_with_ether("usdc")


def test_a_world_with_a_cap_survives_the_journal_and_one_without_keeps_its_hash() -> None:
    plain = small_world()
    assert '"rate_caps"' not in codec.encode_world(plain)
    draft = Draft(plain)
    (event,) = kernel.handle(draft, ChooseFeed(YOU, "wstETH", CAPPED, 968))
    world = draft.freeze()
    assert codec.decode_world(codec.encode_world(world)) == world
    assert codec.decode_event(codec.encode_event(event)) == event
    assert codec.world_hash(world) != codec.world_hash(plain)
    kernel.handle(draft, ChooseFeed(YOU, "wstETH", EXCHANGE))
    back = draft.freeze()._replace(events=plain.events)
    assert codec.world_hash(back) == codec.world_hash(plain)
