"""Pools as rows: what they hold and earn, and a share of them against holding, worked by hand."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.engine import kernel, quotes, staking
from lstwallet.engine.pools import STETH_ETH, USDC_ETH, AddLiquidity, RemoveLiquidity, Swap
from lstwallet.engine.pools_facts import TOKENS
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.protocols import lido
from lstwallet.readmodel import pools
from lstwallet.readmodel.samples import FEE_GROWTH, Series
from lstwallet.units.clock import DAY, HOUR
from tests.engine.pool_world import LIDO, NOW, USDC, WAD, world_of
from tests.small_world import small_world

RATE = LIDO.ether * 10**27 // LIDO.shares


class Happened(NamedTuple):
    """An event as the session hands it over."""

    seq: int
    event: Any
    command: Any


class Story:
    """A world that commands move, and the user's records of it."""

    def __init__(self) -> None:
        self.draft = Draft(world_of())
        self.records: list[Happened] = []

    def do(self, command: Any) -> Any:
        events = kernel.handle(self.draft, command)
        first = self.draft.events - len(events)
        if command.account == YOU:
            self.records += [
                Happened(first + at, event, command) for at, event in enumerate(events, 1)
            ]
        return events[-1]

    @property
    def world(self) -> World:
        return self.draft.freeze()

    def grow(self, thousandths: int) -> None:
        """A rebase: every share is worth so many thousandths more."""
        area = self.draft.staking
        more = lido.Pool(area.pool.ether * (1_000 + thousandths) // 1_000, area.pool.shares)
        self.draft.staking = area._replace(pool=more)

    def standing(self, pool: str) -> pools.AgainstHolding:
        found = pools.basis(self.records, pool, lambda at: RATE)
        assert found is not None
        assert found.lp == self.draft.balance(YOU, f"LP:{pool}")
        return pools.against_holding(self.world, pool, found)


def adds_up(row: pools.AgainstHolding) -> bool:
    return row.entry + row.staking + row.price + row.fees + row.divergence == row.total


# --- a pool ------------------------------------------------------------------------------


def test_a_pool_at_fair_value() -> None:
    """50,000 ETH and as much stETH at 2,000 USD; 20 million USDC and 10,000 ETH."""
    stable, pair = (pools.view(world_of(), pool) for pool in (STETH_ETH, USDC_ETH))
    assert stable.tokens == ("ETH", "stETH")
    assert stable.worth == pytest.approx(2 * 50_000 * 2_000 * 10**8, rel=1e-4)
    assert stable.base_share == pytest.approx(0.5, abs=1e-4)
    assert (stable.fee, stable.amplification, stable.fair) == (0.0004, 50, WAD)
    assert stable.leans_to == ""
    assert (pair.worth, pair.price, pair.fair) == (40_000_000 * 10**8, 2_000 * 10**8, 2_000 * 10**8)
    assert (pair.fee, pair.amplification, pair.gap, pair.base_share) == (0.003, 0, 0.0, 0.5)


def test_a_pool_that_people_sell_into_leans_and_falls() -> None:
    story = Story()
    story.do(Swap(YOU, STETH_ETH, "stETH", 20_000 * WAD, 0, "ETH"))
    view = pools.view(story.world, STETH_ETH)
    assert view.leans_to == "stETH"
    assert view.base_share == pytest.approx(70_000 / 100_000, abs=3e-3)
    assert view.gap < -0.001


def test_earnings_are_fees_over_value_and_time() -> None:
    """1,000 ETH sold: about 0.4 stETH of fees, half of it for providers, in one day."""
    begin = small_world()
    draft = Draft(begin)
    kernel.handle(draft, Fund(YOU, "ETH", 1_000 * WAD))
    kernel.handle(draft, Swap(YOU, STETH_ETH, "ETH", 1_000 * WAD, 0, "stETH"))
    after = draft.freeze()._replace(time=begin.time + DAY)
    past = Series([begin.time, after.time], {n: [0, None] for n in pools.FEE_SERIES[STETH_ETH]})
    earned = pools.earnings(after, STETH_ETH, past)
    assert earned.day == pytest.approx(0.2 * after.prices.eth, rel=0.01)
    view = pools.view(after, STETH_ETH)
    assert earned.apr == pytest.approx(earned.day / view.worth * 365, rel=1e-3)
    staked = view.base_share * staking.yearly_rate(after) / WAD
    assert earned.with_staking == pytest.approx(earned.apr + staked)
    assert earned.days == 1.0


def test_nothing_is_said_of_earnings_before_an_hour_was_sampled() -> None:
    world = world_of()
    nothing = pools.Earnings(None, None, None, 0.0)
    assert pools.earnings(world, STETH_ETH, None) == nothing
    names = pools.FEE_SERIES[STETH_ETH]
    now = Series([world.time], {name: [0] for name in names})
    assert pools.earnings(world, STETH_ETH, now) == nothing
    assert FEE_GROWTH == 10**24


# --- against holding ---------------------------------------------------------------------


def test_a_balanced_deposit_stands_where_it_began() -> None:
    story = Story()
    story.do(AddLiquidity(YOU, USDC_ETH, (2_000 * USDC, WAD), 0))
    row = story.standing(USDC_ETH)
    assert row.put == 4_000 * USDC
    assert (row.quote, row.since) == ("USDC", NOW)
    assert all(
        abs(part) <= 2
        for part in (row.staking, row.price, row.fees, row.divergence, row.entry, row.ahead)
    )
    assert adds_up(row)


@pytest.mark.parametrize(("token", "amount"), [("USDC", 5_000_000 * USDC), ("ETH", 4_000 * WAD)])
def test_divergence_follows_the_textbook_and_fees_stand_apart(token: str, amount: int) -> None:
    """Price ratio r: the pair without fees is worth 2√r / (1 + r) of holding."""
    story = Story()
    story.do(AddLiquidity(YOU, USDC_ETH, (2_000 * USDC, WAD), 0))
    other = "ETH" if token == "USDC" else "USDC"
    swapped = story.do(Swap(YOU, USDC_ETH, token, amount, 0, other))
    row = story.standing(USDC_ETH)
    ratio = pools.view(story.world, USDC_ETH).price / (2_000 * 10**8)
    textbook = 2 * math.sqrt(ratio) / (1 + ratio) - 1
    assert row.divergence / row.held == pytest.approx(textbook, abs=2e-4)
    assert textbook < -0.01
    mine = story.draft.balance(YOU, "LP:usdc_eth") / story.draft.pools.usdc_eth.pair.supply
    fee = swapped.fee * mine * (1 if token == "USDC" else ratio * 2_000 * USDC / WAD)
    assert row.fees == pytest.approx(fee, rel=1e-3)
    assert row.price == pytest.approx(2_000 * USDC * (ratio - 1), rel=1e-4)
    assert row.held == pytest.approx(2_000 * USDC * (1 + ratio), rel=1e-4)
    assert abs(row.ahead - row.fees - row.divergence) <= 2
    assert adds_up(row)


def test_a_rebase_is_staking_yield_and_holding_gets_it_too() -> None:
    """10 ETH and 10 stETH; every share gains 1 %: a tenth of a stETH for both."""
    story = Story()
    story.do(AddLiquidity(YOU, STETH_ETH, (10 * WAD, 10 * WAD), 0))
    story.grow(10)
    row = story.standing(STETH_ETH)
    price = pools.view(story.world, STETH_ETH).price / WAD
    assert row.staking == pytest.approx(0.1 * WAD * price, rel=1e-3)
    assert row.held == pytest.approx((10 + 10.1 * price) * WAD, rel=1e-4)
    assert abs(row.ahead) < row.put * 1e-5
    assert row.price == pytest.approx((price - 1) * 10 * WAD, rel=0.02)
    assert adds_up(row)


def test_a_deposit_of_ether_alone_earns_more_by_staking_than_holding_would() -> None:
    """20 ETH alone become half stETH: a rebase of 1 % brings a tenth of an ether more."""
    story = Story()
    story.do(AddLiquidity(YOU, STETH_ETH, (20 * WAD, 0), 0))
    story.grow(10)
    row = story.standing(STETH_ETH)
    assert row.put == row.held == 20 * WAD
    assert row.staking == pytest.approx(0.1 * WAD, rel=0.01)
    assert row.ahead == row.total > 0
    assert row.entry < 0  # the fee for tipping the pool
    assert adds_up(row)


def test_one_token_into_the_pair_costs_the_fee_of_half_of_it() -> None:
    story = Story()
    story.do(AddLiquidity(YOU, USDC_ETH, (4_000 * USDC, 0), 0))
    row = story.standing(USDC_ETH)
    assert row.put == pytest.approx(4_000 * USDC, abs=2_000)
    assert row.held == pytest.approx(4_000 * USDC, abs=2_000)
    assert row.entry / row.put == pytest.approx(-0.0015, abs=2e-4)
    assert adds_up(row)


def test_a_withdrawal_shrinks_the_whole_story_in_proportion() -> None:
    story = Story()
    story.do(AddLiquidity(YOU, STETH_ETH, (10 * WAD, 10 * WAD), 0))
    story.do(Swap("you", STETH_ETH, "ETH", 1_000 * WAD, 0, "stETH"))
    before = story.standing(STETH_ETH)
    half = story.draft.balance(YOU, "LP:steth_eth") // 2
    story.do(RemoveLiquidity(YOU, STETH_ETH, half, "balanced", (0, 0)))
    after = story.standing(STETH_ETH)
    for name in ("put", "worth", "held", "fees", "price", "total"):
        assert getattr(after, name) == pytest.approx(getattr(before, name) / 2, rel=1e-6, abs=10)
    assert after.fees > 0
    assert adds_up(after)
    story.do(RemoveLiquidity(YOU, STETH_ETH, "all", "ETH", (0, 0)))
    assert pools.basis(story.records, STETH_ETH, lambda at: RATE) is None


def test_a_second_deposit_joins_the_first() -> None:
    story = Story()
    story.do(AddLiquidity(YOU, USDC_ETH, (2_000 * USDC, WAD), 0))
    story.do(Swap(YOU, USDC_ETH, "USDC", 2_000_000 * USDC, 0, "ETH"))
    first = story.standing(USDC_ETH)
    story.draft.time = NOW + DAY
    story.do(AddLiquidity(YOU, USDC_ETH, (2_000 * USDC, WAD), 0))
    both = story.standing(USDC_ETH)
    assert both.since == NOW
    assert abs(both.fees - first.fees) <= 2  # the second one has earned nothing yet
    assert both.price == pytest.approx(first.price, rel=1e-6)
    assert both.put > first.put
    assert adds_up(both)


def test_the_rate_around_a_report() -> None:
    """A rate of 10 at 12:00 and 11 at 13:00, the report at 12:24."""
    noon = 1_700_000_000 // DAY * DAY + 12 * HOUR
    samples = [(noon, 10), (noon + HOUR, 11), (noon + 2 * HOUR, None)]
    rate_at = pools.rate_from(samples, noon + 24 * 60 + 5 * DAY, 99)
    assert rate_at(noon + 10 * 60) == 10
    assert rate_at(noon + 24 * 60) == 11
    assert rate_at(noon) == 10
    assert rate_at(noon + 3 * HOUR) == 11
    assert pools.rate_from([], noon, 99)(noon) == 99


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "one", "remove", "single", "trade", "grow"]),
        st.sampled_from([STETH_ETH, USDC_ETH]),
        st.integers(1, 1_000),
    ),
    min_size=1,
    max_size=12,
)


def step_of(story: Story, kind: str, pool: str, size: int) -> Any:
    """A command of the user's; ``None`` when there is nothing to take out."""
    first, second = TOKENS[pool]
    quote = size * (USDC * 2_000 if first == "USDC" else WAD)
    if kind in ("add", "one"):
        return AddLiquidity(YOU, pool, (quote, size * WAD if kind == "add" else 0), 0)
    if kind == "trade":
        way = (first, quote, second) if size % 2 else (second, size * WAD, first)
        return Swap(YOU, pool, way[0], way[1], 0, way[2])
    held = story.draft.balance(YOU, f"LP:{pool}")
    if not held:
        return None
    mode: Any = "balanced" if kind == "remove" else second
    return RemoveLiquidity(YOU, pool, max(1, held * size // 1_000), mode, (0, 0))


@settings(max_examples=40)
@given(STEPS)
def test_the_parts_always_add_up_to_the_whole(steps: list[tuple[str, str, int]]) -> None:
    story = Story()
    for kind, pool, size in steps:
        if kind == "grow":
            story.grow(size % 5)
            continue
        command = step_of(story, kind, pool, size)
        if command is not None:
            try:
                story.do(command)
            except Refusal:
                continue
    for pool in pools.POOLS:
        if not story.draft.balance(YOU, f"LP:{pool}"):
            assert pools.basis(story.records, pool, lambda at: RATE) is None
            continue
        row = story.standing(pool)
        assert adds_up(row)
        assert row.worth - row.held == row.ahead
        assert row.fees >= 0
        assert row.put > 0


# --- what forms show ---------------------------------------------------------------------


def preview(world: World, command: Any) -> tuple[Any, World]:
    quote = quotes.preview(world, command)
    return quote.events, quote.after


def test_a_deposit_of_the_scarce_side_is_paid_for() -> None:
    story = Story()
    story.do(Swap(YOU, STETH_ETH, "stETH", 20_000 * WAD, 0, "ETH"))
    scarce = pools.added(*preview(story.world, AddLiquidity(YOU, STETH_ETH, (10 * WAD, 0), 0)))
    plenty = pools.added(*preview(story.world, AddLiquidity(YOU, STETH_ETH, (0, 10 * WAD), 0)))
    held = pools.pool_reserves(story.world, STETH_ETH)
    both = (10 * WAD, 10 * WAD * held[1] // held[0])
    even = pools.added(*preview(story.world, AddLiquidity(YOU, STETH_ETH, both, 0)))
    assert scarce is not None
    assert plenty is not None
    assert even is not None
    assert scarce.bonus > 0.0005 > 0 > plenty.bonus
    assert even.bonus == pytest.approx(0, abs=1e-6)
    assert scarce.amounts == (10 * WAD, 0)


def test_one_token_into_the_pair_says_what_was_put_in() -> None:
    world = world_of()
    found = pools.added(*preview(world, AddLiquidity(YOU, USDC_ETH, (0, 2 * WAD), 0)))
    assert found is not None
    assert found.amounts[1] == pytest.approx(2 * WAD, rel=1e-6)
    assert found.amounts[0] <= 10
    assert found.bonus == pytest.approx(-0.0015, abs=3e-4)


def test_taking_out_one_token_costs_and_both_do_not() -> None:
    story = Story()
    story.do(AddLiquidity(YOU, USDC_ETH, (20_000 * USDC, 10 * WAD), 0))
    world = story.world
    one = RemoveLiquidity(YOU, USDC_ETH, "all", "ETH", (0, 0))
    both = RemoveLiquidity(YOU, USDC_ETH, "all", "balanced", (0, 0))
    single = pools.removed(*_around(world, one))
    double = pools.removed(*_around(world, both))
    assert single is not None
    assert double is not None
    assert single.amounts[0] == 0
    assert single.bonus == pytest.approx(-0.002, abs=1e-3)
    assert double.bonus == pytest.approx(0, abs=1e-6)
    assert double.amounts == pytest.approx((20_000 * USDC, 10 * WAD), rel=1e-9)


def _around(world: World, command: Any) -> tuple[Any, World, World]:
    quote = quotes.preview(world, command)
    return quote.events, world, quote.after


def test_small_ones() -> None:
    assert pools.at_least(10_000, 50) == 9_950
    assert pools.at_least(99, 1) == 98
    assert pools.at_least(7, 0) == 7
    assert pools.readable(1_234_567_890_123_456_789, 18) == 1_234_567_000_000_000_000
    assert pools.readable(5, 18) == 5
    assert pools.readable(1_234_567, 6) == 1_234_567
    share = pools.share_of(world_of(), YOU, STETH_ETH)
    assert share == pools.Share(0, 0.0, (0, 0), 0)
