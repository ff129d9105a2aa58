"""Loops as rows: how far, what it brings, what it takes, and what a discount does."""

from __future__ import annotations

from fractions import Fraction

import pytest

from lstwallet.engine import kernel, signing
from lstwallet.engine.kernel import Batch
from lstwallet.engine.lending import Supply
from lstwallet.engine.lending_oracle import CAPPED, EXCHANGE, MARKET, ChooseFeed
from lstwallet.engine.loops import BY_LTV, BY_ROUNDS, Loop, Own, leverage
from lstwallet.engine.quotes import preview
from lstwallet.engine.refusals import NotEnoughBalance, SlippageExceeded
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft
from lstwallet.readmodel import lending, lending_depeg, loops
from lstwallet.readmodel.loops import LoopPair
from lstwallet.units.fixed import WAD
from tests.engine.test_loops import DOLLARS, ETH, LONG, MINTED, STAKED, done, funded
from tests.small_world import small_world

PAIR = LoopPair("wstETH", "ETH")


def at(multiple: int, loop: object = MINTED) -> Draft:
    return done(funded(), leverage(funded(), loop, Own("ETH", 10 * ETH), multiple * WAD))  # type: ignore[arg-type]


def test_the_pairs_are_those_that_the_market_lends() -> None:
    assert loops.pairs(small_world())[:1] == (PAIR,)
    assert LoopPair("ETH", "USDC") in loops.pairs(small_world())
    assert loops.routes("wstETH") == (loops.MINT, loops.SWAP)
    assert loops.routes("ETH") == (loops.SWAP,)
    assert loops.own_tokens("wstETH") == ("ETH", "stETH", "wstETH")


def test_the_net_rate_counts_the_staking_yield_and_the_rate_after_ones_own_loan() -> None:
    after = at(3)
    now = loops.loop_now(after, YOU, PAIR)
    rows = {row.token: row for row in lending.markets(after, YOU)}
    # L·y − (L−1)·r with the rates of now, by fractions.
    earns = Fraction(rows["wstETH"].supply_apy + lending.staking_rate(after), WAD)
    cost = Fraction(rows["WETH"].borrow_apy, WAD)
    assert now.net.rate is not None
    assert abs(Fraction(now.net.rate, WAD) - (3 * earns - 2 * cost)) < Fraction(1, 10**9)
    assert now.borrow_apy == rows["WETH"].borrow_apy
    before = {row.token: row for row in lending.markets(funded(), YOU)}
    assert now.borrow_apy > before["WETH"].borrow_apy
    assert now.multiple == 3 * WAD
    assert now.break_even is not None
    assert abs(Fraction(now.break_even, WAD) - earns * 3 / 2) < Fraction(1, 10**12)
    assert Fraction(now.pays_below, WAD) == earns


def test_the_outlook_rises_to_its_limit() -> None:
    seen = loops.outlook(funded(), MINTED, Own("ETH", 10 * ETH))
    assert seen.lowest == WAD
    assert seen.limit == BY_ROUNDS
    assert 13 * WAD < seen.highest < 14 * WAD
    assert seen.points[0].multiple == seen.lowest
    assert seen.points[-1].multiple == seen.highest
    multiples = [point.multiple for point in seen.points]
    assert multiples == sorted(multiples)
    # Borrowing is cheaper than staking earns: more multiple, more yield.
    rates = [point.net or 0 for point in seen.points]
    assert rates == sorted(rates)
    dollars = loops.outlook(funded(), DOLLARS, Own("ETH", 10 * ETH))
    assert dollars.limit == BY_LTV
    assert (dollars.points[-1].net or 0) < 0
    with pytest.raises(NotEnoughBalance):
        loops.outlook(funded(), DOLLARS, Own("ETH", 1_000 * ETH))


def test_an_empty_loop_says_so() -> None:
    now = loops.loop_now(funded(), YOU, PAIR)
    assert (now.multiple, now.lent, now.owed, now.break_even) == (None, 0, 0, None)
    assert loops.open_pair(funded(), YOU) is None
    draft = Draft(funded())
    kernel.handle(draft, Supply(YOU, "ETH", ETH))
    assert loops.open_pair(draft, YOU) is None
    assert loops.open_pair(at(2), YOU) == PAIR
    assert loops.open_pair(at(2, DOLLARS), YOU) == LoopPair("ETH", "USDC")


def test_steps_are_numbered_and_exchanges_are_one_step() -> None:
    plan = leverage(funded(), STAKED, Own("ETH", 10 * ETH), 2 * WAD + WAD // 2)
    quote = preview(funded(), Batch(plan.calls))
    found = loops.steps(quote.events)
    assert [step.kind for step in found[:6]] == [
        "emode", "swap", "supply", "borrow", "swap", "supply",
    ]  # fmt: skip
    assert [step.number for step in found] == list(range(1, len(found) + 1))
    swap = found[1]
    assert (swap.token, swap.units, swap.token_out) == ("ETH", 10 * ETH, "wstETH")
    assert found[2].units == swap.units_out
    assert loops.net_brought(quote.events) == swap
    minted = preview(
        funded(), Batch(leverage(funded(), MINTED, Own("ETH", 10 * ETH), 2 * WAD).calls)
    )
    kinds = [step.kind for step in loops.steps(minted.events)]
    assert kinds[:3] == ["emode", "mint", "supply"]
    assert loops.impact(funded(), minted.events) == 0
    # 45,000 dollars of ETH bought from a pool with 60 million on each side: about 0.1 %.
    dollars = preview(
        funded(), Batch(leverage(funded(), DOLLARS, Own("ETH", 15 * ETH), 2 * WAD).calls)
    )
    assert loops.impact(funded(), dollars.events) == pytest.approx(45_000 / 60_000_000, rel=0.03)
    first = loops.net_brought(dollars.events)
    assert first is not None
    assert (first.kind, first.token, first.units) == ("supply", "ETH", 15 * ETH)
    assert loops.net_brought(()) is None


@pytest.mark.parametrize("loop", [STAKED, MINTED, LONG, LONG._replace(route=loops.MINT), DOLLARS])
def test_what_is_kept_back_pays_for_the_longest_loop_of_every_kind(loop: Loop) -> None:
    highest = loops.outlook(funded(), loop, Own("ETH", 10 * ETH)).highest
    draft = Draft(funded())
    kept = loops.for_fees(draft, YOU)
    draft.writable("balances")[YOU, "ETH"] = 10 * ETH + kept  # as if Max were chosen
    plan = leverage(draft, loop, Own("ETH", 10 * ETH), highest)
    paid = signing.prepare(draft.freeze(), YOU, Batch(plan.calls)).cost.wei
    assert kept // 2 < paid <= kept


def test_an_outlook_on_bringing_more_than_the_pool_can_take_is_refused() -> None:
    rich = Draft(funded())
    kernel.handle(rich, Fund(YOU, "USDC", 20_000_000 * 10**6))
    with pytest.raises(SlippageExceeded):
        loops.outlook(rich, DOLLARS, Own("USDC", 10_000_000 * 10**6))


def test_a_discount_reaches_only_the_markets_oracle() -> None:
    after = at(10)
    rows = {row.oracle: row for row in lending_depeg.depeg(after, YOU, WAD // 10)}
    now = lending.risk_of(after, YOU).health
    assert now is not None
    assert rows[EXCHANGE].health == now
    assert rows[EXCHANGE].in_force
    assert not rows[EXCHANGE].liquidated
    # 0.95 / 0.9 = 1.0556 before, nine tenths of it after.
    assert rows[MARKET].health is not None
    assert rows[MARKET].health / WAD == pytest.approx(0.95, abs=1e-9)
    assert rows[MARKET].liquidated
    assert rows[CAPPED].health == now
    kernel.handle(after, ChooseFeed(YOU, "wstETH", MARKET))
    assert [row.in_force for row in lending_depeg.depeg(after, YOU, 0)] == [True, False, False]
    nobody = lending_depeg.depeg(funded(), YOU, WAD // 10)
    assert {(row.health, row.liquidated) for row in nobody} == {(None, False)}
    assert lending_depeg.cap_growth() == 968


def test_the_oracles_are_named_with_what_they_see() -> None:
    (row,) = lending_depeg.oracles(small_world())
    assert (row.token, row.oracle) == ("wstETH", EXCHANGE)
    assert row.rate > WAD


def test_the_liquidation_price_is_the_rate_that_the_oracle_in_force_sees() -> None:
    after = at(10)
    by_rate = lending.risk_of(after, YOU).trigger
    assert by_rate is not None
    # 1.0555…: the rate may fall by 1 − 0.9 / 0.95.
    assert (by_rate.token, by_rate.quote, by_rate.rises) == ("wstETH", "ETH", False)
    assert by_rate.change / WAD == pytest.approx(1 - 0.9 / 0.95, abs=1e-9)
    kernel.handle(after, ChooseFeed(YOU, "wstETH", MARKET))
    by_market = lending.risk_of(after, YOU).trigger
    assert by_market is not None
    assert by_market.quote == "ETH"
    # The same price of wstETH on the market is what must not be fallen to.
    assert by_market.price == pytest.approx(by_rate.price, rel=1e-6)
