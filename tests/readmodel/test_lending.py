"""The lending room's rows against numbers worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import kernel
from lstwallet.engine.lending import (
    LIQUIDATORS,
    Borrow,
    ChooseEMode,
    Liquidate,
    Supply,
    SwitchCollateral,
    WithdrawSupply,
    supplied_units,
)
from lstwallet.engine.prices import USD, Prices
from lstwallet.engine.refusals import HealthTooLow
from lstwallet.engine.world import YOU, Draft
from lstwallet.readmodel import lending
from lstwallet.readmodel.lending import DebtRow, SupplyRow, Trigger
from lstwallet.units.amount import ALL
from lstwallet.units.fixed import RAY, WAD
from tests.engine.lending_world import give, lending_world
from tests.protocols.lending_market import DOLLAR, ETHER, USDC_CONFIG, WETH_CONFIG

HALF = WAD // 2


def world_with(*commands: object, **changes: object) -> Draft:
    """You own 100 ETH, 20,000 USDC and 100 wstETH, and have given these commands."""
    draft = lending_world(**changes)
    give(draft, YOU, "wstETH", 100 * ETHER)
    for command in commands:
        kernel.handle(draft, command)
    return draft


# --- rates ---------------------------------------------------------------------------------


def test_apy_is_the_rate_with_interest_on_interest() -> None:
    assert lending.apy(0) == 0
    # 0.05 + 0.05²/2 + 0.05³/6
    assert lending.apy(RAY // 20) == 51_270_833_333_333_333


def test_the_curve_has_its_kink_and_the_present_point() -> None:
    world = world_with(Supply(YOU, "ETH", 10 * ETHER), Borrow(YOU, "USDC", 5_000 * DOLLAR))
    curve = lending.curve_of(world, "ETH")
    assert curve.token == "WETH"
    assert curve.kink == 9 * WAD // 10
    at_kink = next(point for point in curve.points if point.utilisation == curve.kink)
    assert at_kink.apy == lending.apy(3 * RAY // 100)
    assert curve.now == (0, 0)
    usdc = lending.curve_of(world, "USDC").now
    assert usdc.utilisation == WAD * 5_000 // 2_000_000
    assert [p.utilisation for p in curve.points] == sorted({p.utilisation for p in curve.points})


# --- risk ----------------------------------------------------------------------------------


def test_without_a_position_nothing_is_at_risk() -> None:
    risk = lending.risk_of(world_with(), YOU)
    assert (risk.health, risk.ltv, risk.debt_room, risk.trigger) == (None, None, None, None)


def test_a_loan_against_ether() -> None:
    # 10 ETH × 2,000 × 83 % = 16,600 against 8,300
    world = world_with(Supply(YOU, "ETH", 10 * ETHER), Borrow(YOU, "USDC", 8_300 * DOLLAR))
    risk = lending.risk_of(world, YOU)
    assert risk.health == 2 * WAD
    assert risk.debt_room == WAD
    assert risk.ltv == 415 * WAD // 1_000
    assert (risk.most, risk.threshold) == (8_000, 8_300)
    assert risk.available == 7_700 * USD
    assert risk.trigger == Trigger("ETH", False, HALF, 1_000 * USD, "USD")


def test_a_loan_against_wrapped_stake_names_its_own_price() -> None:
    # 10 wstETH × 2,400 × 81 % = 19,440 against 9,720
    world = world_with(Supply(YOU, "wstETH", 10 * ETHER), Borrow(YOU, "USDC", 9_720 * DOLLAR))
    trigger = lending.risk_of(world, YOU).trigger
    assert trigger == Trigger("wstETH", False, HALF, 1_200 * USD, "USD")


def test_a_loan_of_ether_against_dollars_ends_when_ether_rises() -> None:
    # 10,000 × 78 % = 7,800 against 1.95 ETH = 3,900
    world = world_with(
        Supply(YOU, "USDC", 10_000 * DOLLAR), Borrow(YOU, "ETH", 195 * ETHER // 100)
    )
    trigger = lending.risk_of(world, YOU).trigger
    assert trigger == Trigger("ETH", True, WAD, 4_000 * USD, "USD")


def test_ether_against_wrapped_stake_ends_when_the_rate_falls() -> None:
    # 10 wstETH × 2,400 × 81 % = 19,440 against 4.86 ETH = 9,720: the price of ether cancels out
    world = world_with(
        Supply(YOU, "wstETH", 10 * ETHER), Borrow(YOU, "WETH", 486 * ETHER // 100)
    )
    trigger = lending.risk_of(world, YOU).trigger
    assert trigger == Trigger("wstETH", False, HALF, 6 * ETHER // 10, "ETH")


def test_two_collaterals_one_of_which_stands_still() -> None:
    # 16,600 of ether and 3,900 of dollars against 12,200: ether alone has to carry 8,300
    world = world_with(
        Supply(YOU, "ETH", 10 * ETHER),
        Supply(YOU, "USDC", 5_000 * DOLLAR),
        Borrow(YOU, "USDC", 12_200 * DOLLAR),
    )
    assert lending.risk_of(world, YOU).trigger == Trigger("ETH", False, HALF, 1_000 * USD, "USD")


@pytest.mark.parametrize(
    "commands",
    [
        (Supply(YOU, "ETH", 10 * ETHER), Borrow(YOU, "WETH", 2 * ETHER)),
        (
            Supply(YOU, "ETH", 10 * ETHER),
            Supply(YOU, "USDC", 20_000 * DOLLAR),
            Borrow(YOU, "USDC", 10_000 * DOLLAR),
        ),
    ],
)
def test_no_price_can_liquidate_the_same_token_or_enough_dollars(commands: tuple[object]) -> None:
    risk = lending.risk_of(world_with(*commands), YOU)
    assert risk.health is not None
    assert risk.trigger is None


@given(
    ether=st.integers(1, 50 * ETHER),
    dollars=st.integers(0, 20_000 * DOLLAR),
    share=st.integers(1, 99),
)
def test_at_the_trigger_price_the_position_just_stands(
    ether: int, dollars: int, share: int
) -> None:
    world = world_with(Supply(YOU, "ETH", ether + ETHER))
    if dollars:
        kernel.handle(world, Supply(YOU, "USDC", dollars))
    most = lending.reach(world, YOU, lending.BORROW, "USDC").available
    kernel.handle(world, Borrow(YOU, "USDC", most * share // 100))
    trigger = lending.risk_of(world, YOU).trigger
    if trigger is None:
        world.prices = Prices(1, USD)  # nearly nothing
        health = lending.risk_of(world, YOU).health
        assert health is not None
        assert health >= WAD - WAD // 1_000
        return
    world.prices = Prices(trigger.price, USD)
    above = lending.risk_of(world, YOU).health
    world.prices = Prices(trigger.price - trigger.price // 10_000 - 1, USD)
    below = lending.risk_of(world, YOU).health
    assert above is not None
    assert below is not None
    assert above >= WAD - 10**9 > below


def test_what_is_typed_leads_to_the_health_the_engine_would_refuse_with() -> None:
    world = world_with(Supply(YOU, "ETH", 10 * ETHER), Borrow(YOU, "USDC", 8_300 * DOLLAR))
    health = lending.health_if(world, YOU, lending.WITHDRAW, "ETH", 6 * ETHER)
    with pytest.raises(HealthTooLow) as refused:
        kernel.decide(world, WithdrawSupply(YOU, "ETH", 6 * ETHER))
    assert health == refused.value.after == 8 * WAD // 10
    assert lending.health_if(world, YOU, lending.BORROW, "USDC", 8_300 * DOLLAR) == WAD
    assert lending.health_if(world, YOU, lending.BORROW, "USDC", 10**90) is None


# --- positions and markets -----------------------------------------------------------------


def test_net_yield_by_hand() -> None:
    supplied = (
        SupplyRow("wstETH", 0, 24_000 * USD, True, 7_800, WAD // 1_000, 3 * WAD // 100),
        SupplyRow("USDC", 0, 1_000 * USD, True, 7_500, 4 * WAD // 100, 0),
    )
    owed = (DebtRow("WETH", 0, 5_000 * USD, 2 * WAD // 100, 0),)
    net = lending.net_of(supplied, owed)
    # 24 + 40 of interest, 720 of staking, 100 of cost, on 20,000
    assert net.supplied == 64 * USD
    assert net.staking == 720 * USD
    assert net.cost == 100 * USD
    assert net.equity == 20_000 * USD
    assert net.rate == WAD * 684 // 20_000
    # a debt in wstETH grows by the staking yield as well: 300 and 100 on 10,000
    grows = (DebtRow("wstETH", 0, 10_000 * USD, WAD // 100, 0, 3 * WAD // 100),)
    assert lending.net_of((), grows).cost == 400 * USD
    assert lending.net_of((), ()).rate is None
    assert lending.net_of((), owed).rate is None


def test_rows_of_a_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "staking_rate", lambda _: 3 * WAD // 100)
    world = world_with(
        Supply(YOU, "wstETH", 10 * ETHER),
        Supply(YOU, "USDC", 1_000 * DOLLAR),
        SwitchCollateral(YOU, "USDC", False),
        Borrow(YOU, "ETH", 2 * ETHER),
    )
    held = lending.position(world, YOU)
    assert [(row.token, row.usd, row.collateral, row.staking) for row in held.supplied] == [
        ("USDC", 1_000 * USD, False, 0),
        ("wstETH", 24_000 * USD, True, 3 * WAD // 100),
    ]
    (debt,) = held.borrowed
    assert (debt.token, debt.units, debt.usd) == ("WETH", 2 * ETHER, 4_000 * USD)
    assert debt.utilisation == WAD * 2 // 1_000
    assert held.net.equity == 21_000 * USD


def test_the_e_mode_changes_the_terms_that_are_shown() -> None:
    world = world_with(Supply(YOU, "wstETH", 10 * ETHER))
    plain = {row.token: row for row in lending.markets(world, YOU)}
    assert (plain["wstETH"].ltv, plain["USDC"].borrowable) == (7_800, True)
    assert plain["wstETH"].oracle == "wsteth"
    kernel.handle(world, ChooseEMode(YOU, 1))
    inside = {row.token: row for row in lending.markets(world, YOU)}
    assert (inside["wstETH"].ltv, inside["wstETH"].threshold) == (9_300, 9_500)
    assert (inside["WETH"].borrowable, inside["USDC"].borrowable) == (True, False)
    assert lending.risk_of(world, YOU).most == 9_300
    (mode,) = lending.emodes(world)
    assert mode == (1, ("WETH", "wstETH"), ("WETH",), 9_300, 9_500)


def test_how_full_a_cap_is() -> None:
    capped = WETH_CONFIG._replace(supply_cap=1_100)
    world = world_with(Supply(YOU, "ETH", 50 * ETHER), weth=capped)
    used = lending.cap_used(world, "ETH", lending.SUPPLY)
    assert used is not None
    assert abs(used - WAD * 1_050 // 1_100) < 10
    assert lending.cap_used(world, "ETH", lending.BORROW) is None
    assert lending.cap_used(world, "USDC", lending.SUPPLY) is None
    reach = lending.reach(world, YOU, lending.SUPPLY, "ETH")
    assert reach.available == 50 * ETHER
    assert reach.wanted == reach.most == 50 * ETHER - 2  # the margin of what fits under a cap


# --- how far -------------------------------------------------------------------------------


def test_max_takes_everything_where_no_debt_holds_it() -> None:
    world = world_with(Supply(YOU, "ETH", 10 * ETHER))
    assert lending.reach(world, YOU, lending.SUPPLY, "ETH") == (90 * ETHER, 90 * ETHER, ALL, False)
    reach = lending.reach(world, YOU, lending.WITHDRAW, "ETH")
    assert (reach.wanted, reach.most) == (ALL, supplied_units(world, YOU, "WETH"))


def test_max_of_a_withdrawal_keeps_the_loan_within_its_limit() -> None:
    world = world_with(Supply(YOU, "ETH", 10 * ETHER), Borrow(YOU, "USDC", 8_000 * DOLLAR))
    reach = lending.reach(world, YOU, lending.WITHDRAW, "ETH")
    # 8,000 / 80 % = 10,000: half of it has to stay; down to a health of one more could go
    assert reach.most == reach.wanted == 5 * ETHER
    assert reach.available > reach.most
    kernel.handle(world, WithdrawSupply(YOU, "ETH", reach.most))
    assert lending.risk_of(world, YOU).available == 0


def test_what_is_lent_out_cannot_be_withdrawn() -> None:
    world = world_with(
        Supply(YOU, "USDC", 20_000 * DOLLAR), usdc=USDC_CONFIG._replace(borrow_cap=0)
    )
    give(world, "crowd:whale", "WETH", 5_000 * ETHER)
    kernel.handle(world, Supply("crowd:whale", "WETH", ALL))
    kernel.handle(world, Borrow("crowd:whale", "USDC", 2_015_000 * DOLLAR))
    reach = lending.reach(world, YOU, lending.WITHDRAW, "USDC")
    assert reach.lent_out
    assert reach.most == 5_000 * DOLLAR


def test_repaying_reaches_as_far_as_the_debt_or_the_purse() -> None:
    world = world_with(Supply(YOU, "ETH", 10 * ETHER), Borrow(YOU, "USDC", 8_000 * DOLLAR))
    owed = 8_000 * DOLLAR
    assert lending.reach(world, YOU, lending.REPAY, "USDC") == (owed, owed, ALL, False)
    world = world_with(Supply(YOU, "USDC", ALL), Borrow(YOU, "ETH", 5 * ETHER))
    world.post((("supply:ETH", "ETH", 104 * ETHER), (YOU, "ETH", -104 * ETHER)))  # type: ignore[arg-type]
    assert lending.reach(world, YOU, lending.REPAY, "ETH") == (ETHER, ETHER, ETHER, False)
    nothing = lending.reach(world, YOU, lending.REPAY, "ETH", from_supply=True)
    assert nothing.most == 0


# --- what has happened ---------------------------------------------------------------------


def test_liquidations_are_summed_up() -> None:
    world = world_with(Supply(YOU, "ETH", 10 * ETHER), Borrow(YOU, "USDC", 12_000 * DOLLAR))
    world.prices = Prices(1_400 * USD, USD)
    command = Liquidate(LIQUIDATORS, YOU, "WETH", "USDC", 1_000 * DOLLAR, False)
    events = [*kernel.handle(world, command), *kernel.handle(world, command)]
    told = lending.liquidations(events, YOU)
    assert told is not None
    assert told.times == 2
    assert told.repaid == (("USDC", 2_000 * DOLLAR),)
    (taken,) = told.taken
    # 2,000 / 1,400 and 5 % on top
    assert taken.token == "WETH"
    assert abs(taken.units - 2_000 * 105 * ETHER // (1_400 * 100)) < 10
    assert told.health < WAD
    assert lending.liquidations(events, "crowd:someone") is None
    assert lending.liquidations([], YOU) is None
