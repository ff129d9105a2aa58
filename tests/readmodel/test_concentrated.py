"""Ranges as rows: state, fees, comparison with keeping, and the distribution of liquidity."""

from __future__ import annotations

from fractions import Fraction

from lstwallet.engine import concentrated as engine
from lstwallet.engine import kernel, quotes
from lstwallet.engine.concentrated import CollectRange, OpenRange, SwapConcentrated, WithdrawRange
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.protocols import concentrated as v3
from lstwallet.readmodel import concentrated, home, portfolio, preflight, yields
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import WAD
from tests.small_world import old_world, small_world

ETH = 10**18


def world_after(*commands: object, days: int = 0) -> World:
    draft = Draft(small_world())
    first = (Fund(YOU, "ETH", 5_000 * ETH), Stake(YOU, 1_000 * ETH), Wrap(YOU, 999 * ETH))
    for command in (*first, *commands):
        kernel.handle(draft, command)
    draft.time += days * DAY
    return draft.freeze()


TICK = engine.of(small_world()).pool.tick
AROUND = OpenRange(YOU, TICK - 60, TICK + 60, (100 * ETH, 100 * ETH))
PUSH = SwapConcentrated(YOU, "ETH", 300 * ETH, 0)


def test_a_range_that_nobody_traded_through_is_worth_what_was_put_in() -> None:
    world = world_after(AROUND)
    (row,) = concentrated.rows(world, YOU)
    assert (row.number, row.state, row.apr) == (3, concentrated.INSIDE, None)
    assert row.ticks == (TICK - 60, TICK + 60)
    assert 0 >= row.ahead >= -3
    assert row.earned == row.fees == (0, 0)
    base = Fraction(10_001, 10_000)
    for price, tick in ((row.lower, TICK - 60), (row.upper, TICK + 60)):
        assert abs(Fraction(price, WAD) / base**tick - 1) < Fraction(1, 10**15)


def test_fees_and_divergence_add_up_to_what_is_ahead() -> None:
    world = world_after(AROUND, PUSH, days=73)
    (row,) = concentrated.rows(world, YOU)
    each, price = world.ranges[3], Fraction(engine.price_now(world), WAD)
    behind, fees = engine.holds(world, each)
    exact = (
        sum(
            Fraction(now - put) * weight
            for now, put, weight in zip(behind, each.put, (price, 1), strict=True)
        )
        + fees[0] * price
        + fees[1]
    )
    assert abs(row.ahead - exact) <= 3
    assert fees[1] > 0
    assert exact < 0  # one push to one side costs more than its fee brings
    assert row.apr is not None
    assert abs(row.apr - float((fees[0] * price + fees[1]) * 5 / row.worth)) < 1e-12


def test_what_was_collected_counts_on() -> None:
    before = world_after(AROUND, PUSH, days=10)
    after = world_after(AROUND, PUSH, CollectRange(YOU, 3), days=10)
    (one,), (other,) = (concentrated.rows(world, YOU) for world in (before, after))
    assert one.earned == other.earned
    assert other.fees == (0, 0)
    assert abs(one.ahead - other.ahead) <= 2


def test_beyond_its_bounds_a_range_holds_one_token() -> None:
    world = world_after(
        OpenRange(YOU, TICK + 1, TICK + 9, (10 * ETH, 0)),
        OpenRange(YOU, TICK - 9, TICK - 1, (0, 10 * ETH)),
    )
    above, below = concentrated.rows(world, YOU)
    assert (above.state, below.state) == (concentrated.BELOW, concentrated.ABOVE)
    assert above.behind[1] == below.behind[0] == 0
    later = world_after(OpenRange(YOU, TICK + 1, TICK + 4, (10 * ETH, 0)), PUSH)
    (row,) = concentrated.rows(later, YOU)
    assert (row.state, row.behind[0]) == (concentrated.ABOVE, 0)
    assert row.fees[1] > 0


def test_bars_are_the_liquidity_between_prices() -> None:
    world = world_after(AROUND)
    state, mine = engine.of(world), world.ranges[3].position.liquidity
    bars = concentrated.bars(world, YOU)
    assert [bar.low for bar in bars[1:]] == [bar.high for bar in bars[:-1]]
    price = engine.price_now(world)
    (here,) = [bar for bar in bars if bar.low <= price < bar.high]
    assert (here.liquidity, here.own) == (state.pool.liquidity, mine)
    assert [bar.own for bar in bars] == [0, 0, mine, 0, 0]
    others = {each.position.liquidity for number, each in world.ranges.items() if number < 3}
    assert {bars[0].liquidity, bars[1].liquidity - bars[0].liquidity} == others


def test_a_price_finds_its_tick() -> None:
    for tick in (-887_272, -1, 0, TICK, 887_271):
        price = engine.price_of(v3.price_at(tick)) + 1
        assert abs(concentrated.tick_near(price, 1) - tick) <= (1 if tick > -400_000 else 10**6)
    assert concentrated.tick_near(engine.price_of(v3.price_at(25)) + 1, 10) == 20
    assert concentrated.tick_near(0, 60) == -887_220
    assert concentrated.tick_near(10**80, 60) == 887_220


def test_what_goes_beside_an_amount_fits() -> None:
    world = world_after()
    lower, upper = TICK - 60, TICK + 60
    other = concentrated.beside(world, lower, upper, 0, 40 * ETH)
    opened = world_after(OpenRange(YOU, lower, upper, (40 * ETH, other)))
    put = opened.ranges[3].put
    assert 40 * ETH - 10**6 <= put[0] <= 40 * ETH
    assert other - 10**6 <= put[1] <= other
    assert abs(concentrated.beside(world, lower, upper, 1, other) - 40 * ETH) < 10**6
    assert concentrated.takes(world, lower, upper) == (True, True)
    assert concentrated.takes(world, TICK + 1, upper) == (True, False)
    assert concentrated.takes(world, lower, TICK) == (False, True)
    assert concentrated.beside(world, TICK + 1, upper, 0, ETH) == 0
    (row,) = concentrated.rows(opened, YOU)
    assert concentrated.prices_of((lower, upper)) == (row.lower, row.upper)


def test_the_portfolio_counts_ranges() -> None:
    world = world_after(AROUND, PUSH, days=30)
    bare = world_after(PUSH, days=30)
    prices = portfolio.quotes(world)
    (row,) = [each for each in portfolio.holdings(world, YOU) if each.kind == portfolio.RANGE]
    held = engine.holds(world, world.ranges[3]).whole
    assert row.usd == sum(
        portfolio.value_of(prices, token, units)
        for token, units in zip(("wstETH", "ETH"), held, strict=True)
    )
    assert row.token == "ETH"
    assert portfolio.by_kind([row])[portfolio.POOL] == row.usd
    assert abs(portfolio.net_worth(world, YOU) - portfolio.net_worth(bare, YOU)) < row.usd // 500
    gone = world_after(AROUND, WithdrawRange(YOU, 3, "all"))
    assert portfolio.RANGE not in {each.kind for each in portfolio.holdings(gone, YOU)}


def test_home_and_yields_tell_of_ranges() -> None:
    world = world_after(AROUND, PUSH, days=30)
    prices, at = portfolio.quotes(world), yields.rates(world, YOU, None)
    rows = portfolio.holdings(world, YOU)
    (position,) = [
        each for each in home.positions(world, YOU, rows, prices, at) if each.kind == "range"
    ]
    assert [part.token for part in position.parts] == ["wstETH", "ETH"]
    fees = yields.ranges_fees(world, YOU, prices)
    staked = yields.ranges_staked(world, YOU, prices, at)
    assert fees > 0
    assert position.rate == (fees + staked) / position.usd
    layers = yields.layers(world, YOU, rows, prices, at)
    assert layers.fees == fees
    young = world_after(AROUND, PUSH)
    assert yields.ranges_fees(young, YOU, portfolio.quotes(young)) == 0


def test_an_older_world_has_no_ranges() -> None:
    assert concentrated.rows(old_world(), YOU) == ()
    assert portfolio.in_ranges(old_world(), YOU) == (0, 0)


def found(command: OpenRange) -> dict[str, preflight.Finding]:
    world = world_after()
    quote = quotes.preview(world, command)
    told = preflight.findings(world, YOU, command, quote, preflight.Terms())
    return {each.rule: each for each in told}


def test_a_range_beyond_the_price_is_warned_of() -> None:
    inside = found(AROUND)
    assert inside["range_idle"].severity == preflight.SAFE
    assert inside["range_diverges"].severity == preflight.NOTE
    assert inside["range_diverges"].facts["lower"] < inside["range_diverges"].facts["upper"]
    above = found(OpenRange(YOU, TICK + 10, TICK + 20, (ETH, 0)))["range_idle"]
    assert (above.severity, above.facts) == (preflight.WARNING, {"token": "wstETH"})
    below = found(OpenRange(YOU, TICK - 20, TICK - 10, (0, ETH)))["range_idle"]
    assert (below.severity, below.facts) == (preflight.WARNING, {"token": "ETH"})
