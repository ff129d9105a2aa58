"""Lending through commands: entries, refusals with numbers, liquidations in order."""

from __future__ import annotations

import typing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstwallet.engine import kernel, lending, lending_queue
from lstwallet.engine.lending import (
    LIQUIDATORS,
    MARKET,
    TREASURY,
    Borrow,
    ChooseEMode,
    Liquidate,
    LiquidateUnhealthy,
    Loan,
    PositionLiquidated,
    Repay,
    Supply,
    SwitchCollateral,
    WithdrawSupply,
    account_of,
    health_of,
    owed_units,
    position_of,
    supplied_units,
)
from lstwallet.engine.lending_queue import CACHE, Queue
from lstwallet.engine.prices import USD, Prices
from lstwallet.engine.quotes import preview
from lstwallet.engine.refusals import (
    BelowMinimum,
    CapReached,
    HealthTooLow,
    NotEnoughBalance,
    NotEnoughCollateral,
    NotEnoughLiquidity,
    NothingToDo,
    ProtocolRefused,
    Refusal,
)
from lstwallet.engine.world import YOU, Draft
from lstwallet.protocols import lending as protocol
from lstwallet.protocols import lido
from lstwallet.protocols.lending import HEALTHY, NO_DEBT
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.fixed import WAD
from tests.engine.lending_world import LENDER, StandIn, give, lending_world
from tests.protocols.lending_market import (
    DOLLAR,
    ETHER,
    USDC,
    USDC_CONFIG,
    WETH,
    WETH_CONFIG,
)


def borrower_world(**changes: Any) -> Draft:
    """You supplied 10 ETH and borrowed 5,000 USDC."""
    draft = lending_world(**changes)
    kernel.handle(draft, Supply(YOU, "ETH", 10 * ETHER))
    kernel.handle(draft, Borrow(YOU, "USDC", 5_000 * DOLLAR))
    return draft


def set_price(draft: Draft, eth_usd: int) -> None:
    draft.prices = Prices(eth_usd * USD, USD)


def refusal_of(draft: Draft, command: Any) -> Refusal:
    """The refusal, having made sure that nothing changed."""
    before = Draft(draft).freeze()
    with pytest.raises(Refusal) as caught:
        kernel.handle(draft, command)
    assert draft.freeze() == before
    return caught.value


# --- supply and withdraw -----------------------------------------------------------------


def test_eth_is_wrapped_and_supplied_in_one_entry() -> None:
    draft = lending_world()
    (event,) = kernel.handle(draft, Supply(YOU, "ETH", 10 * ETHER))
    assert (event.token, event.amount) == ("ETH", 10 * ETHER)
    assert draft.balance(YOU, "ETH") == 90 * ETHER
    assert draft.balance(YOU, "WETH") == 0
    assert draft.balance(YOU, "aWETH") == position_of(draft, YOU).supplied[WETH] == 10 * ETHER
    assert draft.balance(MARKET, "WETH") == 1_010 * ETHER
    assert position_of(draft, YOU).collateral[WETH]
    assert lending.audit(draft) == []


def test_everything_supplied_comes_back_without_dust() -> None:
    draft = borrower_world()
    draft.time += 90 * DAY
    kernel.handle(draft, Borrow(YOU, "WETH", 2 * ETHER))
    draft.time += 90 * DAY
    kernel.handle(draft, Repay(YOU, "WETH", ALL, True))
    give(draft, YOU, "USDC", 1_000 * DOLLAR)
    kernel.handle(draft, Repay(YOU, "USDC", ALL, False))
    before = draft.balance(YOU, "ETH")
    worth = supplied_units(draft, YOU, "ETH")
    (event,) = kernel.handle(draft, WithdrawSupply(YOU, "ETH", ALL))
    assert event.amount == worth == draft.balance(YOU, "ETH") - before
    assert YOU not in draft.positions
    assert all(draft.balance(YOU, token) == 0 for token in ("aWETH", "dUSDC", "dWETH"))
    assert lending.audit(draft) == []


def test_interest_accrues_at_events_only_and_reaches_suppliers() -> None:
    draft = borrower_world()
    draft.time += 365 * DAY
    assert owed_units(draft, YOU, "USDC") > 5_000 * DOLLAR
    assert supplied_units(draft, LENDER, "USDC") > 2_000_000 * DOLLAR
    assert draft.lending.reserves[USDC].accrued_to_treasury == 0
    kernel.handle(draft, Repay(YOU, "USDC", 100 * DOLLAR, False))
    assert draft.lending.reserves[USDC].accrued_to_treasury > 0


def test_a_receipt_equals_its_preview() -> None:
    draft = borrower_world()
    draft.time += DAY
    for command in (
        Supply(YOU, "USDC", 500 * DOLLAR),
        Borrow(YOU, "ETH", ETHER),
        Repay(YOU, "USDC", 20 * DOLLAR, True),
        Repay(YOU, "ETH", ALL, False),
        SwitchCollateral(YOU, "USDC", False),
        WithdrawSupply(YOU, "USDC", ALL),
        Borrow(YOU, "USDC", ALL),
    ):
        quote = preview(draft.freeze(), command)
        assert tuple(kernel.handle(draft, command)) == quote.events
        assert draft.freeze() == quote.after
        draft.time += HOUR


def test_supply_refusals_carry_their_numbers() -> None:
    draft = lending_world(usdc=USDC_CONFIG._replace(supply_cap=2_000_010))
    assert refusal_of(draft, Supply(YOU, "ETH", 0)) == NothingToDo("ETH")
    assert refusal_of(draft, Supply(YOU, "ETH", 101 * ETHER)) == NotEnoughBalance(
        "ETH", 101 * ETHER, 100 * ETHER
    )
    assert refusal_of(draft, Supply(YOU, "USDC", 11 * DOLLAR)) == CapReached(
        "USDC", "supply", 2_000_010 * DOLLAR, 10 * DOLLAR - 2
    )
    assert refusal_of(draft, Supply(YOU, "stETH", ETHER)) == ProtocolRefused(
        "aave", "AssetNotListed"
    )
    give(draft, YOU, "WETH", 3 * ETHER)
    kernel.handle(draft, Supply(YOU, "WETH", ETHER))
    kernel.handle(draft, Borrow(YOU, "WETH", ETHER // 2))
    draft.time += 300 * DAY
    assert refusal_of(draft, Supply(YOU, "WETH", 1)) == BelowMinimum(
        "WETH", 1, 2, "one share of the pool"
    )


def test_withdraw_refusals_carry_their_numbers() -> None:
    draft = borrower_world()
    assert refusal_of(draft, WithdrawSupply(YOU, "wstETH", ALL)) == NothingToDo("withdraw")
    assert refusal_of(draft, WithdrawSupply(YOU, "ETH", 0)) == NothingToDo("amount")
    for wanted in (11 * ETHER, 10**60):
        assert refusal_of(draft, WithdrawSupply(YOU, "ETH", wanted)) == NotEnoughBalance(
            "ETH", wanted, 10 * ETHER
        )
    low = refusal_of(draft, WithdrawSupply(YOU, "ETH", 7 * ETHER))
    assert low == HealthTooLow(332 * WAD // 100, 996 * WAD // 1_000)
    give(draft, "whale", "ETH", 10_000 * ETHER)
    kernel.handle(draft, Supply("whale", "ETH", ALL))
    kernel.handle(draft, Borrow("whale", "USDC", 1_990_000 * DOLLAR))
    short = refusal_of(draft, WithdrawSupply(LENDER, "USDC", ALL))
    assert short == NotEnoughLiquidity("aave", "USDC", 2_000_000 * DOLLAR, 5_000 * DOLLAR)


# --- borrow and repay --------------------------------------------------------------------


def test_borrow_refusals_carry_their_numbers() -> None:
    draft = borrower_world(usdc=USDC_CONFIG._replace(borrow_cap=20_000))
    assert refusal_of(draft, Borrow(YOU, "USDC", 0)) == NothingToDo("amount")
    assert refusal_of(draft, Borrow(YOU, "USDC", 12_000 * DOLLAR)) == HealthTooLow(
        332 * WAD // 100, 166 * 10**20 // 17_000
    )
    much = refusal_of(draft, Borrow(YOU, "USDC", 11_001 * DOLLAR))
    assert much == NotEnoughCollateral("USDC", 11_001 * DOLLAR, 11_000 * DOLLAR - 3)
    assert refusal_of(draft, Borrow(YOU, "USDC", 15_001 * DOLLAR)) == CapReached(
        "USDC", "borrow", 20_000 * DOLLAR, 15_000 * DOLLAR - 2
    )
    for wanted in (2_000_001 * DOLLAR, 10**60):
        assert refusal_of(draft, Borrow(YOU, "USDC", wanted)) == NotEnoughLiquidity(
            "aave", "USDC", wanted, 1_995_000 * DOLLAR
        )
    assert refusal_of(draft, Borrow(YOU, "wstETH", ETHER)) == ProtocolRefused(
        "aave", "BorrowingNotEnabled"
    )
    assert refusal_of(draft, Borrow("nobody", "USDC", DOLLAR)) == NotEnoughCollateral(
        "USDC", DOLLAR, 0
    )
    assert refusal_of(draft, Borrow("nobody", "USDC", ALL)) == NotEnoughCollateral("USDC", 1, 0)
    assert refusal_of(draft, Borrow(YOU, "wstETH", ALL)) == ProtocolRefused(
        "aave", "BorrowingNotEnabled"
    )


def test_all_is_the_most_that_can_be_borrowed_or_repaid() -> None:
    draft = borrower_world()
    (event,) = kernel.handle(draft, Borrow(YOU, "USDC", ALL))
    assert 10_999 * DOLLAR < event.amount < 11_000 * DOLLAR
    draft.time += 30 * DAY
    owed = owed_units(draft, YOU, "USDC")
    (event,) = kernel.handle(draft, Repay(YOU, "USDC", ALL, False))
    assert event.amount == owed
    assert draft.balance(YOU, "dUSDC") == 0
    assert health_of(draft, YOU) == NO_DEBT


def test_borrowed_eth_arrives_unwrapped_and_is_repaid_as_eth() -> None:
    draft = borrower_world()
    kernel.handle(draft, Borrow(YOU, "ETH", 2 * ETHER))
    assert draft.balance(YOU, "ETH") == 92 * ETHER
    assert draft.balance(YOU, "dWETH") == 2 * ETHER
    kernel.handle(draft, Repay(YOU, "ETH", ALL, False))
    assert draft.balance(YOU, "ETH") == 90 * ETHER
    assert draft.balance(YOU, "WETH") == draft.balance(YOU, "dWETH") == 0


def test_repay_refusals_carry_their_numbers() -> None:
    draft = borrower_world()
    assert refusal_of(draft, Repay(YOU, "ETH", ALL, False)) == NothingToDo("repay")
    assert refusal_of(draft, Repay(YOU, "USDC", 0, False)) == NothingToDo("amount")
    owed = 5_000 * DOLLAR
    assert refusal_of(draft, Repay(YOU, "USDC", ALL, True)) == NotEnoughBalance("USDC", owed, 0)
    kernel.handle(draft, Supply(YOU, "USDC", 24_000 * DOLLAR))
    assert refusal_of(draft, Repay(YOU, "USDC", ALL, False)) == NotEnoughBalance(
        "USDC", owed, 1_000 * DOLLAR
    )
    draft.time += 30 * DAY
    assert refusal_of(draft, Repay(YOU, "USDC", 1, False)) == BelowMinimum(
        "USDC", 1, 2, "one share of the debt"
    )


def test_repaying_with_supply_that_carries_another_debt_is_refused() -> None:
    """The supply pays one debt off but leaves the other one uncovered."""
    draft = lending_world()
    kernel.handle(draft, Supply(YOU, "USDC", 20_000 * DOLLAR))
    kernel.handle(draft, Borrow(YOU, "USDC", 5_000 * DOLLAR))
    kernel.handle(draft, Borrow(YOU, "ETH", 45 * ETHER // 10))
    set_price(draft, 2_650)
    health = health_of(draft, YOU)
    refused = refusal_of(draft, Repay(YOU, "USDC", 5_000 * DOLLAR, True))
    assert refused == HealthTooLow(health, 11_700 * WAD // 11_925)


# --- switches ----------------------------------------------------------------------------


def test_collateral_switch() -> None:
    draft = borrower_world()
    low = refusal_of(draft, SwitchCollateral(YOU, "ETH", False))
    assert low == HealthTooLow(332 * WAD // 100, 0)
    assert refusal_of(draft, SwitchCollateral(YOU, "ETH", True)) == NothingToDo("collateral")
    assert refusal_of(draft, SwitchCollateral(YOU, "wstETH", True)) == NothingToDo("collateral")
    kernel.handle(draft, Repay(YOU, "USDC", ALL, False))
    kernel.handle(draft, SwitchCollateral(YOU, "ETH", False))
    assert not any(position_of(draft, YOU).collateral)
    kernel.handle(draft, SwitchCollateral(YOU, "ETH", True))
    assert position_of(draft, YOU).collateral[WETH]


def test_emode() -> None:
    draft = borrower_world()
    assert refusal_of(draft, ChooseEMode(YOU, 1)) == ProtocolRefused("aave", "InvalidDebtInEmode")
    assert refusal_of(draft, ChooseEMode(YOU, 0)) == NothingToDo("emode")
    kernel.handle(draft, Repay(YOU, "USDC", ALL, False))
    kernel.handle(draft, ChooseEMode(YOU, 1))
    kernel.handle(draft, Borrow(YOU, "ETH", 9 * ETHER))
    assert health_of(draft, YOU) == 95 * WAD // 90
    leave = refusal_of(draft, ChooseEMode(YOU, 0))
    assert leave == HealthTooLow(95 * WAD // 90, 83 * WAD // 90)


def test_wsteth_is_priced_by_its_rate_and_not_by_the_market() -> None:
    draft = lending_world()
    give(draft, YOU, "wstETH", 10 * ETHER)
    kernel.handle(draft, Supply(YOU, "wstETH", ALL))
    assert account_of(draft, YOU).collateral == 10 * 12 * 200 * USD
    draft.staking = typing.cast(Any, StandIn(lido.Pool(1_300 * ETHER, 1_000 * ETHER)))
    assert account_of(draft, YOU).collateral == 10 * 13 * 200 * USD


# --- liquidation -------------------------------------------------------------------------


def test_a_healthy_position_is_not_liquidated() -> None:
    draft = borrower_world()
    command = Liquidate(LIQUIDATORS, YOU, "WETH", "USDC", ALL, False)
    assert refusal_of(draft, command) == ProtocolRefused("aave", "HealthFactorNotBelowThreshold")
    assert kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50)) == []


def test_a_liquidation_moves_debt_collateral_and_fee() -> None:
    draft = borrower_world()
    set_price(draft, 600)
    purse = draft.balance(LIQUIDATORS, "USDC")
    stock = draft.balance(LIQUIDATORS, "WETH")
    (event,) = kernel.handle(draft, Liquidate(LIQUIDATORS, YOU, "ETH", "USDC", ALL, False))
    assert event.account == YOU
    assert event.liquidator == LIQUIDATORS
    assert event.health_before == 996 * WAD // 1_000
    assert event.repaid == 2_500 * DOLLAR
    assert draft.balance(LIQUIDATORS, "USDC") == purse - event.repaid
    assert draft.balance(LIQUIDATORS, "WETH") == stock + event.seized
    assert draft.balance(TREASURY, "aWETH") in (event.fee, event.fee + 1)
    assert event.seized + event.fee == 2_500 * ETHER * 105 // (600 * 100) - 1
    assert draft.balance(YOU, "dUSDC") == 2_500 * DOLLAR
    assert event.losses == ()
    assert lending.audit(draft) == []


def test_a_liquidator_pays_out_of_its_own_purse() -> None:
    draft = borrower_world()
    set_price(draft, 600)
    give(draft, "poor", "USDC", 100 * DOLLAR)
    command = Liquidate("poor", YOU, "WETH", "USDC", ALL, False)
    assert refusal_of(draft, command) == NotEnoughBalance("USDC", 2_500 * DOLLAR, 100 * DOLLAR)
    itself = Liquidate(YOU, YOU, "WETH", "USDC", ALL, False)
    assert refusal_of(draft, itself) == ProtocolRefused("aave", "SelfLiquidation")


def test_collateral_that_is_lent_out_is_taken_as_atokens() -> None:
    draft = borrower_world()
    give(draft, "whale", "USDC", 10_000_000 * DOLLAR)
    kernel.handle(draft, Supply("whale", "USDC", ALL))
    kernel.handle(draft, Borrow("whale", "WETH", 1_010 * ETHER))
    set_price(draft, 600)
    command = Liquidate(LIQUIDATORS, YOU, "WETH", "USDC", ALL, False)
    assert refusal_of(draft, command) == NotEnoughLiquidity("aave", "WETH", 0, 0)
    (event,) = kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50))
    assert event.liquidator_position == position_of(draft, LIQUIDATORS)
    assert draft.balance(LIQUIDATORS, "aWETH") >= event.seized
    assert lending.audit(draft) == []


def test_bad_debt_is_written_off() -> None:
    draft = borrower_world()
    set_price(draft, 300)
    (event,) = kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50))
    (loss,) = event.losses
    assert loss.token == "USDC"
    assert loss.amount == 5_000 * DOLLAR - event.repaid
    assert draft.lending.reserves[USDC].deficit == loss.amount
    assert YOU not in draft.positions
    assert lending.audit(draft) == []


def crowd(*debts: int) -> tuple[Loan, ...]:
    """Borrowers against 10 WETH each, owing dollars."""
    return tuple(
        Loan(f"crowd:b{number}", "WETH", 10 * ETHER, "USDC", debt * DOLLAR, 0)
        for number, debt in enumerate(debts)
    )


def fallen(events: Any) -> list[str]:
    assert all(isinstance(event, PositionLiquidated) for event in events)
    return [event.account for event in events]


def test_the_worst_go_first_and_the_rest_waits_for_the_next_look() -> None:
    draft = lending_world(*crowd(9_000, 12_000, 8_000, 11_000, 10_000))
    set_price(draft, 900)
    first = kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 2))
    assert fallen(first) == ["crowd:b1", "crowd:b3"]
    second = kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50))
    assert fallen(second)[:3] == ["crowd:b4", "crowd:b0", "crowd:b2"]
    assert kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50)) == []
    assert all(health_of(draft, f"crowd:b{number}") >= HEALTHY for number in range(5))
    assert lending.audit(draft) == []


def test_equal_health_goes_by_account() -> None:
    draft = lending_world(*crowd(12_000, 12_000, 12_000))
    set_price(draft, 1_300)
    events = kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 3))
    assert fallen(events) == ["crowd:b0", "crowd:b1", "crowd:b2"]


def test_a_half_liquidated_position_that_stays_unhealthy_goes_again_in_the_same_look() -> None:
    """Bonus 30 % and a health of 0.96: half of the debt is not enough."""
    steep = WETH_CONFIG._replace(liquidation_bonus=13_000)
    draft = lending_world(*crowd(15_000), weth=steep)
    set_price(draft, 1_740)
    events = kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50))
    assert len(events) > 1
    assert set(fallen(events)) == {"crowd:b0"}


def test_dust_is_left_alone() -> None:
    dust = Loan("crowd:dust", "WETH", ETHER // 100, "USDC", 15 * DOLLAR, 0)
    draft = lending_world(dust)
    set_price(draft, 1_000)
    assert health_of(draft, "crowd:dust") < HEALTHY
    assert kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50)) == []


def test_an_empty_purse_liquidates_nobody() -> None:
    draft = lending_world(*crowd(12_000))
    set_price(draft, 900)
    assert kernel.handle(draft, LiquidateUnhealthy("poor", 50)) == []


def test_positions_with_two_debts_are_looked_at_too() -> None:
    draft = borrower_world()
    kernel.handle(draft, Borrow(YOU, "ETH", ETHER))
    set_price(draft, 600)
    assert Queue(draft.lending.parameters, dict(draft.positions)).others == {YOU}
    events = kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50))
    assert set(fallen(events)) == {YOU}
    assert events[0].debt == "USDC"


def test_a_look_at_a_healthy_market_reads_the_first_of_each_pair_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = lending_world(*crowd(*(5_000 + 10 * number for number in range(200))))
    kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50))
    calls = []
    real = protocol.health_factor

    def counted(*arguments: Any) -> int:
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(lending_queue.protocol, "health_factor", counted)
    kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 50))
    assert len(calls) <= 1


# --- stories -----------------------------------------------------------------------------

TOKENS = ("ETH", "WETH", "USDC", "wstETH")
wanted = st.one_of(st.just(ALL), st.integers(0, 10**11), st.integers(10**15, 10**20))
commands = st.one_of(
    st.builds(Supply, st.sampled_from([YOU, "other"]), st.sampled_from(TOKENS), wanted),
    st.builds(WithdrawSupply, st.sampled_from([YOU, "other"]), st.sampled_from(TOKENS), wanted),
    st.builds(Borrow, st.sampled_from([YOU, "other"]), st.sampled_from(TOKENS), wanted),
    st.builds(
        Repay, st.sampled_from([YOU, "other"]), st.sampled_from(TOKENS), wanted, st.booleans()
    ),
    st.builds(
        SwitchCollateral, st.sampled_from([YOU, "other"]), st.sampled_from(TOKENS), st.booleans()
    ),
    st.builds(ChooseEMode, st.sampled_from([YOU, "other"]), st.integers(0, 2)),
    st.just(LiquidateUnhealthy(LIQUIDATORS, 5)),
)
acts = st.tuples(commands, st.integers(0, 20 * DAY), st.integers(800, 4_000))


@settings(max_examples=60, deadline=None)
@given(st.lists(acts, max_size=25))
def test_any_story_keeps_ledger_and_market_equal_and_the_queue_in_order(story: Any) -> None:
    draft = lending_world()
    for account, token, units in (
        (YOU, "WETH", 50 * ETHER),
        (YOU, "wstETH", 50 * ETHER),
        ("other", "USDC", 100_000 * DOLLAR),
        ("other", "WETH", 50 * ETHER),
    ):
        give(draft, account, token, units)
    kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, 5))
    for command, wait, price in story:
        draft.time += wait
        set_price(draft, price)
        before = Draft(draft).freeze()
        try:
            kernel.handle(draft, command)
        except Refusal:
            assert draft.freeze() == before
    assert lending.audit(draft) == []
    kept = draft.cache.get(CACHE)
    fresh = Queue(draft.lending.parameters, dict(draft.positions))
    if kept is not None:
        assert kept.waiting == fresh.waiting
        assert kept.others == fresh.others
        lines = {pair: line for pair, line in kept.pairs.items() if line}
        assert lines == fresh.pairs


def test_facts_name_their_types_and_hold_only_what_the_journal_can_keep() -> None:
    allowed: tuple[Any, ...] = (int, str, bool, type(None))

    def check(kind: Any) -> None:
        if hasattr(kind, "_fields"):
            for inner in typing.get_type_hints(kind).values():
                check(inner)
        elif typing.get_args(kind):
            for inner in typing.get_args(kind):
                if inner is not Ellipsis and not isinstance(inner, str):
                    check(inner)
        else:
            assert kind in allowed, kind

    for kind in (*lending.DECIDE, *lending.EVOLVE):
        check(kind)


def test_a_ledger_that_disagrees_is_noticed() -> None:
    draft = borrower_world()
    give(draft, YOU, "aWETH", 1)
    assert len(lending.audit(draft)) == 2
    with pytest.raises(AssertionError, match="WETH"):
        kernel.handle(draft, Supply(YOU, "ETH", ETHER))
    other = borrower_world()
    give(other, MARKET, "USDC", 1)
    assert len(lending.audit(other)) == 1
    set_price(other, 600)
    with pytest.raises(AssertionError, match="USDC"):
        kernel.handle(other, LiquidateUnhealthy(LIQUIDATORS, 50))
