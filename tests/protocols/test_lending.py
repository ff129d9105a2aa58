"""Lending: value is conserved, rounding favours the pool, health means what it says."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import lending
from lstwallet.protocols.lending import (
    HEALTHY,
    MAX_AMOUNT,
    NO_DEBT,
    EMode,
    Market,
    Position,
    account_data,
    empty_position,
    health_factor,
)
from lstwallet.protocols.lending.liquidation import max_debt_to_cover, seize
from lstwallet.units.checked import Revert
from lstwallet.units.clock import DAY, YEAR
from lstwallet.units.fixed import RAY, WAD
from tests.protocols.lending_market import (
    DOLLAR,
    ETH_MODE,
    ETHER,
    START,
    USD,
    USDC,
    USDC_CONFIG,
    WETH,
    WETH_CONFIG,
    WSTETH,
    curve,
    leveraged,
    market,
    priced,
    stocked,
)

RULES = lending.V3_6
amounts = st.integers(1, 10**24)
indices = st.integers(RAY, 5 * RAY)
spans = st.integers(0, 3 * YEAR)


def reverts(reason: str) -> Any:
    """A context in which the contract's reason begins like this."""
    return pytest.raises(Revert, match=f"^{reason}")


def owed_to_suppliers(of: Market, place: int, now: int) -> int:
    """Everything that a reserve owes: to holders of aTokens and to the treasury."""
    reserve = of.reserves[place]
    scaled = reserve.supply_scaled + reserve.accrued_to_treasury
    return lending.supply_balance(reserve, scaled, now, RULES)


def assets(of: Market, place: int, now: int) -> int:
    """Everything that backs it: tokens, debt, and debt written off."""
    reserve = of.reserves[place]
    debt = lending.debt_balance(reserve, reserve.debt_scaled, now, RULES)
    return reserve.liquidity + debt + reserve.deficit


# --- rates and indices -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("debt", "liquidity", "deficit", "borrow_bps", "supply_bps"),
    [
        (0, 1_000, 0, 100, 0),  # nobody borrows: base rate, nothing earned
        (450, 550, 0, 100 + 200, 300 * 45 // 100),  # half-way to the kink
        (900, 100, 0, 100 + 400, 450),  # at the kink
        (950, 50, 0, 100 + 400 + 3_000, 3_325),  # half-way above it
        (1_000, 0, 0, 100 + 400 + 6_000, 6_500),  # all out
        (500, 0, 500, 6_500, 3_250),  # a deficit halves what suppliers earn
    ],
)
def test_rate_curve_by_hand(
    debt: int, liquidity: int, deficit: int, borrow_bps: int, supply_bps: int
) -> None:
    rates = lending.interest_rates(curve(9_000, 100, 400, 6_000), 0, debt, liquidity, deficit)
    assert rates.borrow == borrow_bps * lending.BPS_TO_RAY
    assert rates.liquidity == supply_bps * lending.BPS_TO_RAY


def test_reserve_factor_is_taken_from_what_suppliers_earn() -> None:
    line = curve(9_000, 0, 900, 6_000)
    whole = lending.interest_rates(line, 0, 900, 100, 0)
    less = lending.interest_rates(line, 2_000, 900, 100, 0)
    assert less.borrow == whole.borrow
    assert less.liquidity * 10 == whole.liquidity * 8


@given(st.integers(0, RAY), st.integers(0, RAY))
def test_borrow_rate_never_falls_with_utilisation(a: int, b: int) -> None:
    low, high = sorted((a, b))
    line = WETH_CONFIG.curve
    assert lending.borrow_rate(line, low) <= lending.borrow_rate(line, high)


@given(st.integers(0, 10 * RAY), st.integers(0, YEAR), st.integers(0, YEAR))
def test_growth_is_at_least_one_and_never_falls_with_time(rate: int, a: int, b: int) -> None:
    short, long = sorted((a, b))
    assert RAY <= RULES.compound(RAY, rate, short) <= RULES.compound(RAY, rate, long)


def test_a_year_of_compound_interest_lies_between_linear_and_exact() -> None:
    rate = RAY // 10
    exact = Fraction(110_517_091_807_564_762, 10**17)  # e**0.1, rounded up
    grown = Fraction(RULES.compound(RAY, rate, YEAR), RAY)
    assert Fraction(11, 10) < grown < exact
    assert exact - grown < Fraction(1, 100_000)


@given(st.lists(st.integers(1, 60 * DAY), min_size=1, max_size=6))
def test_indices_never_fall_and_the_view_tells_what_accrual_does(steps: list[int]) -> None:
    stock, _ = leveraged(100 * ETHER, 100_000 * DOLLAR)
    now = START
    for step in steps:
        before = stock.reserves[USDC]
        now += step
        after = lending.accrue(before, USDC_CONFIG, now, RULES)
        assert after.liquidity_index == lending.normalized_income(before, now)
        assert after.borrow_index == lending.normalized_debt(before, now, RULES)
        assert after.liquidity_index >= before.liquidity_index
        assert after.borrow_index >= before.borrow_index
        assert after.accrued_to_treasury >= before.accrued_to_treasury
        stock = lending.supply(stock, USDC, empty_position(3), DOLLAR, now).market


def test_a_reserve_without_debt_stands_still() -> None:
    reserve = stocked().reserves[WSTETH]
    later = lending.accrue(reserve, market().parameters.configs[WSTETH], START + YEAR, RULES)
    assert later == reserve._replace(updated_at=START + YEAR)


# --- rounding --------------------------------------------------------------------------


@given(amounts, indices)
def test_every_rounding_favours_the_pool(amount: int, index: int) -> None:
    exact = Fraction(amount * RAY, index)
    assert RULES.mint_supply(amount, index) <= exact <= RULES.burn_supply(amount, index)
    assert RULES.burn_debt(amount, index) <= exact <= RULES.mint_debt(amount, index)
    worth = Fraction(amount * index, RAY)
    assert RULES.supply_balance(amount, index) <= worth <= RULES.debt_balance(amount, index)


@given(amounts, indices)
def test_supplied_shares_are_never_worth_more_than_was_paid(amount: int, index: int) -> None:
    shares = RULES.mint_supply(amount, index)
    assert RULES.supply_balance(shares, index) <= amount
    debt = RULES.mint_debt(amount, index)
    assert RULES.debt_balance(debt, index) >= amount


@given(st.integers(10**6, 10**22), spans)
def test_supply_then_withdraw_never_gains(amount: int, wait: int) -> None:
    stock, _ = leveraged(500 * ETHER, 500_000 * DOLLAR)
    now = START + wait
    supplied = lending.supply(stock, WETH, empty_position(3), amount, now)
    taken = lending.withdraw(supplied.market, WETH, supplied.position, MAX_AMOUNT, now)
    assert amount - 2 <= taken.amount <= amount
    assert taken.position == empty_position(3)


@given(st.integers(1, 300_000 * DOLLAR), st.integers(0, 30 * DAY))
def test_borrow_then_repay_never_gains(amount: int, wait: int) -> None:
    stock, position, _ = lending.supply(stocked(), WETH, empty_position(3), 1_000 * ETHER, START)
    owed = lending.borrow(stock, USDC, position, amount, START)
    paid = lending.repay(owed.market, USDC, owed.position, MAX_AMOUNT, START + wait)
    assert paid.amount >= amount
    assert paid.position == position
    assert paid.market.reserves[USDC].debt_scaled == 0


class Crowd:
    """Two accounts in one market, moved by drawn steps; a revert changes nothing."""

    def __init__(self) -> None:
        self.market = stocked()
        self.now = START
        self.positions = [empty_position(3), empty_position(3)]

    def step(self, kind: int, who: int, place: int, amount: int, wait: int) -> None:
        self.now += wait
        position = self.positions[who]
        action = (lending.supply, lending.withdraw, lending.borrow, lending.repay)[kind % 4]
        try:
            self.market, self.positions[who], _ = action(
                self.market, place, position, amount, self.now
            )
        except Revert:
            assert self.positions[who] is position


steps = st.tuples(
    st.integers(0, 3),
    st.integers(0, 1),
    st.sampled_from((WETH, USDC)),
    st.one_of(st.integers(1, 10**12), st.integers(10**12, 10**21), st.just(MAX_AMOUNT)),
    st.integers(0, 40 * DAY),
)


@given(st.lists(steps, max_size=25))
def test_a_reserve_never_owes_more_than_it_has(story: list[tuple[int, int, int, int, int]]) -> None:
    crowd = Crowd()
    for kind, who, place, amount, wait in story:
        crowd.step(kind, who, place, amount, wait)
    now, moved = crowd.now, crowd.market
    for place in (WETH, USDC):
        config = moved.parameters.configs[place]
        reserve = lending.accrue(moved.reserves[place], config, now, RULES)
        synced = Market(moved.parameters, lending.put(moved.reserves, place, reserve), moved.prices)
        gap = assets(synced, place, now) - owed_to_suppliers(synced, place, now)
        # Debt compounds by a polynomial that is never below the linear growth of supply.
        assert gap >= -len(story) - 1
        debts = sum(position.borrowed[place] for position in crowd.positions)
        assert reserve.debt_scaled == debts


@given(st.lists(steps, max_size=15))
def test_health_alone_is_the_health_of_the_account(
    story: list[tuple[int, int, int, int, int]],
) -> None:
    crowd = Crowd()
    for kind, who, place, amount, wait in story:
        crowd.step(kind, who, place, amount, wait)
        for position in crowd.positions:
            later = crowd.now + wait
            account = account_data(crowd.market, position, later)
            assert account.health_factor == health_factor(crowd.market, position, later)


# --- account and health ----------------------------------------------------------------


def test_account_by_hand() -> None:
    """10 WETH at 2,000 and 5,000 USDC owed: (20,000 × 83 %) / 5,000 = 3.32."""
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    account = account_data(stock, position, START)
    assert account[:5] == (20_000 * USD, 5_000 * USD, 11_000 * USD, 8_300, 8_000)
    assert account.health_factor == 332 * WAD // 100


def test_thresholds_average_by_value() -> None:
    """1 WETH (2,000; 83 %) and 6,000 USDC (78 %): 79.25 %; 80 % and 75 %: 76.25 %."""
    stock, position = leveraged(1 * ETHER, 100 * DOLLAR)
    stock, position, _ = lending.supply(stock, USDC, position, 6_000 * DOLLAR, START)
    account = account_data(stock, position, START)
    assert (account.liquidation_threshold, account.ltv) == (7_925, 7_625)


def test_no_debt_has_no_health_and_nothing_is_nothing() -> None:
    stock, position, _ = lending.supply(stocked(), WETH, empty_position(3), ETHER, START)
    assert health_factor(stock, position, START) == NO_DEBT
    assert account_data(stock, empty_position(3), START)[:6] == (0, 0, 0, 0, 0, NO_DEBT)


@given(st.integers(1, 10_000 * DOLLAR), st.integers(1, 3_000 * DOLLAR))
def test_more_debt_lowers_health(first: int, more: int) -> None:
    stock, position = leveraged(10 * ETHER, first)
    before = health_factor(stock, position, START)
    after = lending.borrow(stock, USDC, position, more, START)
    assert health_factor(after.market, after.position, START) < before


@given(st.integers(0, 4_000 * USD), st.integers(0, 4_000 * USD))
def test_health_rises_with_the_price_of_collateral(a: int, b: int) -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    low, high = sorted((a, b))
    assert health_factor(priced(stock, low), position, START) <= health_factor(
        priced(stock, high), position, START
    )


@given(spans, spans)
def test_health_never_rises_by_waiting_when_debt_costs_more_than_supply_earns(
    a: int, b: int
) -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    early, late = sorted((a, b))
    assert health_factor(stock, position, START + late) <= health_factor(
        stock, position, START + early
    )


# --- refusals --------------------------------------------------------------------------


def test_supply_refuses_nothing_and_more_than_the_cap() -> None:
    capped = stocked(weth=WETH_CONFIG._replace(supply_cap=1_001))
    with reverts("InvalidAmount"):
        lending.supply(capped, WETH, empty_position(3), 0, START)
    lending.supply(capped, WETH, empty_position(3), ETHER, START)
    with reverts("SupplyCapExceeded"):
        lending.supply(capped, WETH, empty_position(3), ETHER + 1, START)


def test_withdraw_refuses_more_than_held_more_than_there_and_bad_health() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    with reverts("InvalidAmount"):
        lending.withdraw(stock, WETH, position, 0, START)
    with reverts("InvalidAmount"):
        lending.withdraw(stock, WSTETH, position, MAX_AMOUNT, START)
    with reverts("NotEnoughAvailableUserBalance"):
        lending.withdraw(stock, WETH, position, 10 * ETHER + 1, START)
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.withdraw(stock, WETH, position, 7 * ETHER, START)
    drained, whale, _ = lending.supply(stock, WETH, empty_position(3), 10**6 * ETHER, START)
    drained, whale, _ = lending.borrow(drained, USDC, whale, 1_995_000 * DOLLAR, START)
    lender = Position((0, 10 * DOLLAR, 0), (0, 0, 0), (False,) * 3, 0)
    with reverts("Panic"):
        lending.withdraw(drained, USDC, lender, DOLLAR, START)


def test_borrow_refuses_in_the_contracts_order() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    with reverts("InvalidAmount"):
        lending.borrow(stock, USDC, position, 0, START)
    with reverts("BorrowingNotEnabled"):
        lending.borrow(stock, WSTETH, position, ETHER, START)
    with reverts("InvalidAmount"):
        lending.borrow(stock, USDC, position, 3_000_000 * DOLLAR, START)
    with reverts("LtvValidationFailed"):
        lending.borrow(stock, USDC, empty_position(3), DOLLAR, START)
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.borrow(stock, USDC, position, 12_000 * DOLLAR, START)
    with reverts("CollateralCannotCoverNewBorrow"):
        lending.borrow(stock, USDC, position, 11_001 * DOLLAR, START)
    lending.borrow(stock, USDC, position, 11_000 * DOLLAR, START)


def test_borrow_cap_counts_whole_tokens() -> None:
    capped, position = leveraged(
        10 * ETHER, 5_000 * DOLLAR, usdc=USDC_CONFIG._replace(borrow_cap=5_001)
    )
    with reverts("BorrowCapExceeded"):
        lending.borrow(capped, USDC, position, DOLLAR + 1, START)
    lending.borrow(capped, USDC, position, DOLLAR, START)


def test_an_amount_beyond_a_word_reverts_like_the_contract() -> None:
    with reverts("revert without reason"):
        lending.supply(stocked(), WETH, empty_position(3), MAX_AMOUNT, START)


def test_repay_needs_a_debt_and_an_explicit_amount_for_others() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    with reverts("InvalidAmount"):
        lending.repay(stock, USDC, position, 0, START)
    with reverts("NoDebtOfSelectedType"):
        lending.repay(stock, WETH, position, 1, START)
    with reverts("NoExplicitAmountToRepayOnBehalf"):
        lending.repay(stock, USDC, position, MAX_AMOUNT, START, own_debt=False)
    paid = lending.repay(stock, USDC, position, 9_999 * DOLLAR, START, own_debt=False)
    assert paid.amount == 5_000 * DOLLAR


def test_repaying_with_supply_moves_no_token() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    with reverts("Panic"):
        lending.repay_with_supply(stock, USDC, position, DOLLAR, START)
    with reverts("InvalidBurnAmount"):
        lending.repay_with_supply(stock, USDC, position, MAX_AMOUNT, START)
    stock, position, _ = lending.supply(stock, USDC, position, 2_000 * DOLLAR, START)
    liquidity = stock.reserves[USDC].liquidity
    paid = lending.repay_with_supply(stock, USDC, position, MAX_AMOUNT, START)
    assert paid.amount == 2_000 * DOLLAR
    assert paid.market.reserves[USDC].liquidity == liquidity
    assert paid.position.supplied[USDC] == 0
    assert not paid.position.collateral[USDC]
    assert paid.position.borrowed[USDC] == 3_000 * DOLLAR


# --- collateral, transfers, e-mode -----------------------------------------------------


def test_first_supply_becomes_collateral_and_a_switched_off_one_stays_off() -> None:
    stock, position, _ = lending.supply(stocked(), WETH, empty_position(3), ETHER, START)
    assert position.collateral == (True, False, False)
    position = lending.set_collateral(stock, WETH, position, False, START)
    stock, position, _ = lending.supply(stock, WETH, position, ETHER, START)
    assert position.collateral == (False, False, False)


def test_collateral_without_borrowing_power_is_not_switched_on() -> None:
    powerless = stocked(weth=WETH_CONFIG._replace(ltv=0))
    stock, position, _ = lending.supply(powerless, WETH, empty_position(3), ETHER, START)
    assert not any(position.collateral)
    with reverts("UserInIsolationModeOrLtvZero"):
        lending.set_collateral(stock, WETH, position, True, START)


def test_collateral_switch_refuses_nothing_and_bad_health() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    with reverts("UnderlyingBalanceZero"):
        lending.set_collateral(stock, WSTETH, position, True, START)
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.set_collateral(stock, WETH, position, False, START)
    assert lending.set_collateral(stock, WETH, position, True, START) is position


def test_zero_ltv_collateral_has_to_leave_first() -> None:
    mode = EMode(1, 9_300, 9_500, 10_100, (WETH, WSTETH), (WETH,), (WSTETH,))
    stock, position, _ = lending.supply(
        stocked(emodes=(mode,)), WETH, empty_position(3), 10 * ETHER, START
    )
    position = lending.set_emode(stock, position, 1, START)
    stock, position, _ = lending.supply(stock, WSTETH, position, ETHER, START)
    assert position.collateral == (True, False, False)
    position = Position(position.supplied, position.borrowed, (True, False, True), 1)
    stock, position, _ = lending.borrow(stock, WETH, position, ETHER, START)
    with reverts("LtvValidationFailed"):
        lending.withdraw(stock, WETH, position, ETHER, START)
    assert lending.withdrawable(stock, WETH, position, START) == 0
    stock, position, _ = lending.withdraw(stock, WSTETH, position, MAX_AMOUNT, START)
    lending.withdraw(stock, WETH, position, ETHER, START)


@given(st.integers(0, 10 * ETHER), st.integers(0, YEAR))
def test_transfer_conserves_shares(amount: int, wait: int) -> None:
    stock, sender = leveraged(10 * ETHER, DOLLAR)
    now = START + wait
    recipient = empty_position(3)
    done = lending.transfer(stock, WETH, sender, recipient, min(amount, 9 * ETHER), now)
    total = done.sender.supplied[WETH] + done.recipient.supplied[WETH]
    assert total == sender.supplied[WETH]
    assert not any(done.recipient.collateral)


def test_transfer_checks_health_balance_and_size() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    other = empty_position(3)
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.transfer(stock, WETH, position, other, 8 * ETHER, START)
    with reverts("Panic"):
        lending.transfer(stock, WETH, position, other, 11 * ETHER, START)
    with reverts("SafeCastOverflowedUintDowncast"):
        lending.transfer(stock, WETH, position, other, MAX_AMOUNT, START)
    to_itself = lending.transfer(stock, WETH, position, None, 8 * ETHER, START)
    assert to_itself.sender == position


def test_emode_raises_health_and_narrows_what_may_be_borrowed() -> None:
    stock, position, _ = lending.supply(stocked(), WSTETH, empty_position(3), 10 * ETHER, START)
    stock, position, _ = lending.borrow(stock, WETH, position, 9 * ETHER, START)
    inside = lending.set_emode(stock, position, 1, START)
    assert health_factor(stock, position, START) == 10 * 12 * 81 * WAD // (10 * 9 * 100)
    assert health_factor(stock, inside, START) > health_factor(stock, position, START)
    with reverts("NotBorrowableInEMode"):
        lending.borrow(stock, USDC, inside, DOLLAR, START)
    stock, inside, _ = lending.borrow(stock, WETH, inside, 2 * ETHER, START)
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.set_emode(stock, inside, 0, START)
    with reverts("InconsistentEModeCategory"):
        lending.set_emode(stock, inside, 7, START)


def test_emode_refuses_debts_and_collaterals_that_do_not_belong() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    with reverts("InvalidDebtInEmode"):
        lending.set_emode(stock, position, 1, START)
    powerless = EMode(1, 9_300, 9_500, 10_100, (WETH,), (WETH,), (WETH,))
    stock, position, _ = lending.supply(
        stocked(emodes=(powerless,)), WETH, empty_position(3), ETHER, START
    )
    with reverts("InvalidCollateralInEmode"):
        lending.set_emode(stock, position, 1, START)


# --- treasury --------------------------------------------------------------------------


def test_treasury_is_minted_what_was_accrued_and_nothing_else_moves() -> None:
    stock, position = leveraged(500 * ETHER, 500_000 * DOLLAR)
    later = START + YEAR
    stock, position, _ = lending.repay(stock, USDC, position, DOLLAR, later)
    before = stock.reserves[USDC]
    assert before.accrued_to_treasury > 0
    after, treasury = lending.mint_to_treasury(stock, (WETH, USDC), empty_position(3))
    assert treasury.supplied[USDC] == before.accrued_to_treasury
    reserve = after.reserves[USDC]
    assert reserve.supply_scaled == before.supply_scaled + before.accrued_to_treasury
    assert reserve.accrued_to_treasury == 0
    assert reserve.liquidity_index == before.liquidity_index
    again, same = lending.mint_to_treasury(after, (WETH, USDC), treasury)
    assert (again, same) == (after, treasury)


# --- liquidation -----------------------------------------------------------------------


def account_with(health_bps: int, debt: int) -> lending.Account:
    return lending.Account(0, debt * USD, 0, 0, 0, health_bps * WAD // 10_000, False)


@pytest.mark.parametrize(
    ("health_bps", "total", "debt", "collateral", "expected"),
    [
        (9_900, 10_000, 10_000, 11_000, 5_000),  # half of the total
        (9_900, 10_000, 6_000, 11_000, 5_000),  # half of the total, not of this debt
        (9_900, 10_000, 4_000, 11_000, 4_000),  # this debt is less than half of the total
        (9_500, 10_000, 10_000, 11_000, 10_000),  # at 0.95 all may go
        (9_900, 1_999, 1_999, 11_000, 1_999),  # a small debt goes whole
        (9_900, 10_000, 10_000, 1_999, 10_000),  # and so does one against small collateral
    ],
)
def test_close_factor_by_hand(
    health_bps: int, total: int, debt: int, collateral: int, expected: int
) -> None:
    limit = max_debt_to_cover(
        account_with(health_bps, total),
        debt * DOLLAR,
        debt * USD,
        collateral * USD,
        USD,
        DOLLAR,
    )
    assert limit == expected * DOLLAR


def test_seizure_by_hand() -> None:
    """1,000 USDC buy 0.5 WETH at 2,000, and 5 % more; a tenth of the 5 % is the fee."""
    got = seize(WETH_CONFIG, 2_000 * USD, USDC_CONFIG, USD, 1_000 * DOLLAR, 10 * ETHER, 10_500)
    assert got.debt == 1_000 * DOLLAR
    assert got.collateral + got.fee == 525 * ETHER // 1_000
    assert got.fee == 25 * ETHER // 10_000
    assert got.value == 1_050 * USD


def test_seizure_of_all_collateral_asks_for_less_debt() -> None:
    """0.42 WETH at 2,000 are 840 dollars: at a bonus of 5 % that pays 800 of debt."""
    got = seize(
        WETH_CONFIG, 2_000 * USD, USDC_CONFIG, USD, 1_000 * DOLLAR, 42 * ETHER // 100, 10_500
    )
    assert got.debt == 800 * DOLLAR
    assert got.collateral + got.fee == 42 * ETHER // 100


def test_liquidation_refuses_in_the_contracts_order() -> None:
    stock, position = leveraged(10 * ETHER, 15_000 * DOLLAR)
    with reverts("SelfLiquidation"):
        lending.liquidate(stock, WETH, USDC, position, MAX_AMOUNT, START, by_borrower=True)
    with reverts("HealthFactorNotBelowThreshold"):
        lending.liquidate(stock, WETH, USDC, position, MAX_AMOUNT, START)
    fallen = priced(stock, 1_800 * USD)
    with reverts("CollateralCannotBeLiquidated"):
        lending.liquidate(fallen, WSTETH, USDC, position, MAX_AMOUNT, START)
    with reverts("SpecifiedCurrencyNotBorrowedByUser"):
        lending.liquidate(fallen, WETH, WETH, position, MAX_AMOUNT, START)
    with reverts("MustNotLeaveDust"):
        lending.liquidate(priced(stock, 1_600 * USD), WETH, USDC, position, 14_500 * DOLLAR, START)
    with reverts("InvalidBurnAmount"):
        lending.liquidate(fallen, WETH, USDC, position, 0, START)


def test_half_of_a_position_is_liquidated_and_it_is_healthier() -> None:
    stock, position = leveraged(10 * ETHER, 15_000 * DOLLAR)
    fallen = priced(stock, 1_780 * USD)
    before = health_factor(fallen, position, START)
    assert before < HEALTHY
    done = lending.liquidate(fallen, WETH, USDC, position, MAX_AMOUNT, START)
    assert done.debt == 7_500 * DOLLAR
    assert done.borrower.borrowed[USDC] == 7_500 * DOLLAR
    assert health_factor(done.market, done.borrower, START) > before
    taken = done.collateral_scaled + done.fee_scaled
    assert done.borrower.supplied[WETH] == position.supplied[WETH] - taken
    assert done.market.reserves[WETH].supply_scaled == (
        stock.reserves[WETH].supply_scaled - done.collateral_scaled
    )
    assert not done.written_off


def test_bad_debt_becomes_the_deficit_of_every_reserve_owed() -> None:
    stock, position = leveraged(10 * ETHER, 10_000 * DOLLAR)
    stock, position, _ = lending.borrow(stock, WETH, position, ETHER, START)
    crashed = priced(stock, 500 * USD)
    done = lending.liquidate(crashed, WETH, USDC, position, MAX_AMOUNT, START)
    assert not any(done.borrower.borrowed)
    assert not any(done.borrower.collateral)
    lost = dict(done.written_off)
    assert lost == {USDC: 10_000 * DOLLAR - done.debt, WETH: ETHER}
    assert done.market.reserves[USDC].deficit == lost[USDC]
    assert done.market.reserves[WETH].deficit == ETHER


@given(st.integers(300 * USD, 1_800 * USD), st.integers(1, 20_000 * DOLLAR), st.booleans())
def test_liquidation_conserves_value(eth_usd: int, wanted: int, receive: bool) -> None:
    stock, position = leveraged(10 * ETHER, 15_000 * DOLLAR)
    fallen = priced(stock, eth_usd)
    try:
        done = lending.liquidate(
            fallen, WETH, USDC, position, wanted, START, receive_supply=receive
        )
    except Revert as refused:
        healthy = health_factor(fallen, position, START) >= HEALTHY
        small = {"MustNotLeaveDust", "InvalidBurnAmount"}
        expected = {"HealthFactorNotBelowThreshold"} if healthy else small
        if refused.reason not in expected:
            raise
        return
    assert done.debt <= wanted
    for place in (WETH, USDC):
        before, after = stock, done.market
        gap_before = assets(before, place, START) - owed_to_suppliers(before, place, START)
        gap_after = assets(after, place, START) - owed_to_suppliers(after, place, START)
        assert gap_before <= gap_after <= gap_before + 2
    gone = position.supplied[WETH] - done.borrower.supplied[WETH]
    assert gone == done.collateral_scaled + done.fee_scaled


@given(
    st.lists(
        st.tuples(st.integers(ETHER, 50 * ETHER), st.integers(3_000, 7_900)),
        min_size=2,
        max_size=6,
    ),
    st.integers(400 * USD, 2_500 * USD),
    st.integers(0, 2 * YEAR),
)
def test_the_queue_is_in_order_of_health_and_its_limit_misses_nobody(
    borrowers: list[tuple[int, int]], eth_usd: int, wait: int
) -> None:
    stock = stocked()
    queue = []
    for weth, loan_bps in borrowers:
        stock, position, _ = lending.supply(stock, WETH, empty_position(3), weth, START)
        usdc = weth * 2_000 * DOLLAR * loan_bps // (ETHER * 10_000)
        stock, position, _ = lending.borrow(stock, USDC, position, usdc, START)
        pair = lending.single_pair(position)
        assert pair == lending.Pair(WETH, USDC)
        queue.append((lending.queue_key(stock.parameters, position, pair), position))
    queue.sort(reverse=True)
    now, moved = START + wait, priced(stock, eth_usd)
    healths = [health_factor(moved, position, now) for _, position in queue]
    for worse, better in pairwise(healths):
        assert worse <= better + better // 10**6
    limit = lending.queue_limit(moved, lending.Pair(WETH, USDC), now)
    for (key, _), health in zip(queue, healths, strict=True):
        if health < HEALTHY:
            assert key >= limit
        if key >= limit:
            assert health < HEALTHY + HEALTHY // 10_000


def test_positions_with_several_debts_or_collaterals_have_no_pair() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    two_debts = lending.borrow(stock, WETH, position, ETHER, START).position
    two_collaterals = lending.supply(stock, USDC, position, DOLLAR, START).position
    assert lending.single_pair(two_debts) is None
    assert lending.single_pair(two_collaterals) is None
    assert lending.single_pair(empty_position(3)) is None


def test_worthless_collateral_cannot_wait_in_a_queue() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    empty = lending.Position((0, 0, 0), position.borrowed, position.collateral, 0)
    with reverts("CollateralCannotBeLiquidated"):
        lending.queue_key(stock.parameters, empty, lending.Pair(WETH, USDC))


# --- limits ----------------------------------------------------------------------------


@given(st.integers(ETHER // 1_000, 100 * ETHER), st.integers(1, 7_999), st.integers(0, YEAR))
def test_limits_can_be_used_and_hardly_exceeded(weth: int, loan_bps: int, wait: int) -> None:
    usdc = max(1, weth * 2_000 * DOLLAR * loan_bps // (ETHER * 10_000))
    stock, position = leveraged(weth, usdc)
    now = START + wait
    most = lending.borrowable(stock, USDC, position, now)
    if most:
        lending.borrow(stock, USDC, position, most, now)
    with pytest.raises(Revert):
        lending.borrow(stock, USDC, position, most + 10, now)
    out = lending.withdrawable(stock, WETH, position, now)
    if out:
        lending.withdraw(stock, WETH, position, out, now)
    with pytest.raises(Revert):
        lending.withdraw(stock, WETH, position, out + 10**12, now)


@given(st.integers(10, 4 * ETHER), st.integers(10, 3_000 * DOLLAR), st.integers(0, YEAR))
def test_health_after_is_the_health_after(out: int, more: int, wait: int) -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    now = START + wait
    less = lending.withdraw(stock, WETH, position, out, now)
    told = lending.health_after(stock, WETH, position, now, supply_change=-out)
    assert told == health_factor(less.market, less.position, now)
    owing = lending.borrow(stock, USDC, position, more, now)
    told = lending.health_after(stock, USDC, position, now, debt_change=more)
    assert told == health_factor(owing.market, owing.position, now)
    paid = lending.repay(stock, USDC, position, more, now)
    told = lending.health_after(stock, USDC, position, now, debt_change=-more)
    assert told == health_factor(paid.market, paid.position, now)
    richer = lending.supply(stock, WETH, position, out, now)
    told = lending.health_after(stock, WETH, position, now, supply_change=out)
    assert told == health_factor(richer.market, richer.position, now)


def test_limits_by_caps_liquidity_and_mode() -> None:
    capped, position = leveraged(
        10 * ETHER,
        5_000 * DOLLAR,
        usdc=USDC_CONFIG._replace(borrow_cap=5_100, supply_cap=2_000_100),
    )
    assert lending.borrowable(capped, USDC, position, START) == 100 * DOLLAR - 2
    assert lending.supply_room(capped, USDC, START) == 100 * DOLLAR - 2
    assert lending.supply_room(capped, WETH, START) is None
    assert lending.borrow_room(capped, WETH, START) is None
    assert lending.borrowable(capped, WSTETH, position, START) == 0
    free = lending.supply(stocked(), WETH, empty_position(3), 5 * ETHER, START)
    assert lending.withdrawable(free.market, WETH, free.position, START) == 5 * ETHER
    inside = lending.set_emode(free.market, free.position, ETH_MODE.number, START)
    assert lending.borrowable(free.market, USDC, inside, START) == 0
    assert lending.borrowable(free.market, WETH, inside, START) > 4 * ETHER
