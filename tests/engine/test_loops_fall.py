"""A loop at 3 × and at 10 ×, then a fall: the ledger shows what Aave's rules give.

The rules are worked here by hand with fractions (aave-v3-origin v3.6.0 ``LiquidationLogic``):
nothing of ``protocols.lending`` decides what is expected. All of it happens in one moment, so
that no interest has to be reckoned with.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from lstwallet.engine import kernel, loops
from lstwallet.engine.lending import (
    LIQUIDATORS,
    TREASURY,
    Liquidate,
    LiquidateUnhealthy,
    PositionLiquidated,
    owed_units,
    supplied_units,
)
from lstwallet.engine.lending_oracle import MARKET, ChooseFeed
from lstwallet.engine.lending_view import oracle_prices
from lstwallet.engine.loops import Loop, Own, leverage
from lstwallet.engine.pools import STETH_ETH, Swap
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.refusals import ProtocolRefused
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU, Draft
from lstwallet.units.fixed import RAY, WAD
from tests.engine.test_loops import ETH, USDC, funded

DOLLARS = Loop(YOU, "ETH", "USDC")
STAKED = Loop(YOU, "wstETH", "ETH", loops.MINT)
USD = 10**8


# --- the rules, by hand --------------------------------------------------------------------


class Terms(NamedTuple):
    """What the market asks: fractions of one; units and oracle prices (USD, 8 decimals)."""

    threshold: Fraction
    bonus: Fraction
    """1.05: what a liquidator gets for 1 of debt."""
    fee: Fraction
    """The treasury's share of the bonus."""
    unit: int
    price: int
    debt_unit: int
    debt_price: int


class Worked(NamedTuple):
    """One liquidation."""

    repaid: int
    seized: int
    fee: int
    lost: int


def half_up(x: Fraction) -> int:
    return math.floor(x + Fraction(1, 2))


def health(collateral: int, debt: int, terms: Terms) -> Fraction:
    worth = math.floor(Fraction(collateral * terms.price, terms.unit))
    owed = math.ceil(Fraction(debt * terms.debt_price, terms.debt_unit))
    return worth * terms.threshold / owed


def worked(collateral: int, debt: int, terms: Terms) -> list[Worked]:
    """Liquidations one after the other, until the position is healthy or gone."""
    done = []
    while debt and collateral and health(collateral, debt, terms) < 1:
        worth = math.floor(Fraction(collateral * terms.price, terms.unit))
        owed = math.ceil(Fraction(debt * terms.debt_price, terms.debt_unit))
        cover = debt
        small = worth < 2_000 * USD or owed < 2_000 * USD
        if not small and health(collateral, debt, terms) > Fraction(95, 100):
            cover = math.floor(Fraction(half_up(Fraction(owed, 2)) * terms.debt_unit,
                                        terms.debt_price))  # fmt: skip
        base = math.floor(
            Fraction(terms.debt_price * cover * terms.unit, terms.price * terms.debt_unit)
        )
        taken = half_up(base * terms.bonus)
        if taken > collateral:
            taken = collateral
            value = math.floor(
                Fraction(terms.price * taken * terms.debt_unit, terms.debt_price * terms.unit)
            )
            cover = math.ceil(value / terms.bonus)
        fee = half_up((taken - half_up(taken / terms.bonus)) * terms.fee)
        collateral -= taken
        lost = 0 if collateral else debt - cover
        debt = debt - cover if collateral else 0
        done.append(Worked(cover, taken - fee, fee, lost))
    return done


# --- the world -----------------------------------------------------------------------------


def looped(loop: Loop, own: int, multiple: int) -> Draft:
    """The loop, and liquidators who can pay for it and for the large loops of the crowd."""
    draft = Draft(funded())
    plan = leverage(draft, loop, Own("ETH", own), multiple * WAD)
    kernel.handle(draft, kernel.Batch(plan.calls))
    for _ in range(30):
        kernel.handle(draft, Fund(LIQUIDATORS, "USDC", 100_000_000 * USDC))
        kernel.handle(draft, Fund(LIQUIDATORS, "ETH", 100_000 * ETH))
    kernel.handle(draft, WrapEth(LIQUIDATORS, "all"))
    return draft


def terms_of(draft: Draft, loop: Loop, *, emode: bool) -> Terms:
    """Numbers of the catalogue (aave_v3.toml), and the oracle's prices now."""
    prices = dict(zip(("WETH", "wstETH", "USDC"), oracle_prices(draft), strict=True))
    prices["ETH"] = prices["WETH"]
    if emode:
        threshold, bonus = Fraction(95, 100), Fraction(101, 100)
    else:
        assert loop.collateral == "ETH"
        threshold, bonus = Fraction(83, 100), Fraction(105, 100)
    debt_unit = USDC if loop.debt == "USDC" else ETH
    return Terms(threshold, bonus, Fraction(1, 10), ETH, prices[loop.collateral], debt_unit,
                 prices[loop.debt])  # fmt: skip


def fallen(draft: Draft, loop: Loop, *, emode: bool = False) -> list[Worked]:
    """Liquidators look; every number of the ledger is held against the hand-worked case."""
    symbols = [config.symbol for config in draft.lending.parameters.configs]
    lent, owed = (symbols.index({"ETH": "WETH"}.get(t, t)) for t in (loop.collateral, loop.debt))
    reserves = draft.lending.reserves
    # Nothing has accrued: scaled balances are tokens.
    assert reserves[lent].liquidity_index == reserves[owed].borrow_index == RAY
    collateral = supplied_units(draft, YOU, loop.collateral)
    debt = owed_units(draft, YOU, loop.debt)
    deficit = reserves[owed].deficit
    expected = worked(collateral, debt, terms_of(draft, loop, emode=emode))

    before = draft.balance(YOU, loop.collateral), draft.balance(YOU, loop.debt)
    events = kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 1_000))
    mine = [e for e in events if isinstance(e, PositionLiquidated) and e.account == YOU]
    assert [
        Worked(e.repaid, e.seized, e.fee, sum(lost.amount for lost in e.losses)) for e in mine
    ] == expected
    left = collateral - sum(each.seized + each.fee for each in expected)
    still = debt - sum(each.repaid + each.lost for each in expected)
    assert supplied_units(draft, YOU, loop.collateral) == left
    assert owed_units(draft, YOU, loop.debt) == still
    _ledger_agrees(mine, expected)
    lost = sum(each.lost for each in expected)
    others = sum(
        part.amount for e in events if e.account != YOU for part in e.losses
        if part.token == symbols[owed]
    )  # fmt: skip
    assert draft.lending.reserves[owed].deficit - deficit == lost + others
    # The wallet itself was not touched.
    assert (draft.balance(YOU, loop.collateral), draft.balance(YOU, loop.debt)) == before
    assert kernel.audit(draft) == []
    return expected


def _ledger_agrees(mine: list[PositionLiquidated], expected: list[Worked]) -> None:
    """The postings of each liquidation."""
    for event, each in zip(mine, expected, strict=True):
        net: dict[tuple[str, str], int] = {}
        for account, token, units in event.entry:
            net[account, token] = net.get((account, token), 0) + units
        shares, owed = f"a{event.collateral}", f"d{event.debt}"
        assert net[YOU, shares] == -(each.seized + each.fee)
        assert net[YOU, owed] == -(each.repaid + each.lost)
        assert net.get((TREASURY, shares), 0) == each.fee
        assert net[LIQUIDATORS, event.debt] == -each.repaid
        assert net[LIQUIDATORS, event.collateral] == each.seized


def fall(draft: Draft, per_mille: int) -> None:
    """ETH loses so much of its price."""
    eth, usdc = draft.prices
    kernel.handle(draft, SetPrices(eth * (1_000 - per_mille) // 1_000, usdc))


def depeg(draft: Draft, ether: int) -> None:
    """Somebody sells stETH into the pool."""
    kernel.handle(draft, Fund("crowd:seller", "ETH", ether * ETH))
    kernel.handle(draft, Stake("crowd:seller", "all"))
    kernel.handle(draft, Swap("crowd:seller", STETH_ETH, "stETH", "all", 0, "ETH"))


# --- three times, and ETH falls ------------------------------------------------------------


def test_three_times_and_a_fall_of_a_fifth_takes_half_of_the_debt() -> None:
    draft = looped(DOLLARS, 10 * ETH, 3)
    fall(draft, 210)
    # 3 × 0.79 × 0.83 / 2 = 0.984: below 1, above 0.95.
    (once,) = fallen(draft, DOLLARS)
    assert once.lost == 0
    assert abs(once.repaid - 30_000 * USDC) < 300 * USDC
    # 30,000 of debt buys 31,500 of ETH at 2,370 a piece.
    assert (once.seized + once.fee) / ETH == pytest.approx(31_500 / 2_370, rel=0.01)
    # The treasury gets a tenth of the 5 % bonus.
    assert once.fee / (once.seized + once.fee) == pytest.approx(0.05 / 1.05 / 10, rel=1e-9)


def test_three_times_and_a_fall_of_a_quarter_takes_all_of_the_debt() -> None:
    draft = looped(DOLLARS, 10 * ETH, 3)
    fall(draft, 250)
    # 3 × 0.75 × 0.83 / 2 = 0.934: at or below 0.95 the close factor is 100 %.
    (once,) = fallen(draft, DOLLARS)
    assert once.lost == 0
    assert owed_units(draft, YOU, "USDC") == 0
    assert supplied_units(draft, YOU, "ETH") > ETH


def test_three_times_and_a_fall_of_a_third_leaves_bad_debt() -> None:
    draft = looped(DOLLARS, 10 * ETH, 3)
    fall(draft, 350)
    # Collateral 1.95 against a debt of 2: it repays 1.95 / 1.05 of it, the rest is a deficit.
    (once,) = fallen(draft, DOLLARS)
    assert once.lost / USDC == pytest.approx(60_000 - 58_500 / 1.05, rel=0.05)
    assert YOU not in draft.positions


def test_a_small_loop_is_taken_whole_above_a_health_of_095() -> None:
    draft = looped(DOLLARS, ETH // 4, 3)
    fall(draft, 210)
    # 1,500 dollars of debt are below 2,000: no close factor.
    (once,) = fallen(draft, DOLLARS)
    assert once.repaid == pytest.approx(1_500 * USDC, rel=0.01)
    assert owed_units(draft, YOU, "USDC") == 0


def test_no_liquidation_may_leave_less_than_a_thousand_dollars() -> None:
    draft = looped(DOLLARS, ETH // 2, 3)
    fall(draft, 250)
    debt = owed_units(draft, YOU, "USDC")
    assert 2_900 * USDC < debt < 3_100 * USDC

    def cover(amount: Any) -> Liquidate:
        return Liquidate(LIQUIDATORS, YOU, "WETH", "USDC", amount, False)

    with pytest.raises(ProtocolRefused, match="MustNotLeaveDust"):
        kernel.handle(draft, cover(debt - 999 * USDC))
    kernel.handle(Draft(draft), cover(debt - 1_001 * USDC))
    kernel.handle(Draft(draft), cover("all"))


def test_three_times_survives_a_fall_of_fifteen_per_cent() -> None:
    draft = looped(DOLLARS, 10 * ETH, 3)
    fall(draft, 150)
    assert fallen(draft, DOLLARS) == []


# --- ten times, and stETH trades below its rate --------------------------------------------


def test_ten_times_under_the_markets_oracle_loses_half_of_its_debt_twice() -> None:
    draft = looped(STAKED, 10 * ETH, 10)
    kernel.handle(draft, ChooseFeed(YOU, "wstETH", MARKET))
    assert fallen(Draft(draft), STAKED, emode=True) == []
    depeg(draft, 68_000)
    discount = 1 - Fraction(oracle_prices(draft)[1], 1) / (
        Fraction(draft.prices.eth) * draft.staking.pool.ether / draft.staking.pool.shares
    )
    # 0.95 × 10 × (1 − d) / 9 lies between 0.95 and 1.
    assert Fraction(53, 1_000) < discount < Fraction(1, 10)
    # Half of the debt does not bring the health back above 1: half of the rest goes too.
    first, second = fallen(draft, STAKED, emode=True)
    assert first.repaid / ETH == pytest.approx(45, rel=1e-6)
    assert second.repaid / ETH == pytest.approx(22.5, rel=1e-6)
    assert first.lost == second.lost == 0
    after = health(
        supplied_units(draft, YOU, "wstETH"), owed_units(draft, YOU, "ETH"),
        terms_of(draft, STAKED, emode=True),
    )  # fmt: skip
    assert after > 1


def test_ten_times_under_the_markets_oracle_and_a_large_discount_leaves_bad_debt() -> None:
    draft = looped(STAKED, 10 * ETH, 10)
    kernel.handle(draft, ChooseFeed(YOU, "wstETH", MARKET))
    depeg(draft, 80_000)
    (once,) = fallen(draft, STAKED, emode=True)
    assert once.lost > ETH
    assert YOU not in draft.positions or not any(draft.positions[YOU].borrowed)


def test_ten_times_under_the_exchange_rate_is_saved_from_the_same_discount() -> None:
    draft = looped(STAKED, 10 * ETH, 10)
    depeg(draft, 80_000)
    assert fallen(draft, STAKED, emode=True) == []
    # Even a fall of ETH by half changes nothing: both sides are ether.
    fall(draft, 500)
    assert fallen(draft, STAKED, emode=True) == []
