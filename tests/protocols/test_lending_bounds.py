"""Lending at its limits: the least and the most that is allowed, and what counts for it.

Of a sample of 150 mutants of the package (``tests/golden/mutants.py``, seed 7) those that live
change nothing: a rate of nothing and no time grow nothing whether or not they are asked for; a
change of nothing is nothing, and what rounds up on its way in rounds down with its sign turned;
power equal to the debt leaves nothing to borrow by either branch; without debt, or without a
reserve factor, the share that the treasury gets again is nothing. The margin of a queue limit
may be a millionth more or its rounding another: it only decides who is looked at.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from lstwallet.protocols import lending
from lstwallet.protocols.lending import (
    MAX_AMOUNT,
    EMode,
    Market,
    Position,
    account_data,
    empty_position,
    health_factor,
)
from lstwallet.protocols.lending.liquidation import max_debt_to_cover, seize
from lstwallet.units.checked import Revert
from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import RAY, WAD
from tests.protocols.lending_market import (
    DOLLAR,
    ETHER,
    START,
    USD,
    USDC,
    USDC_CONFIG,
    WETH,
    WETH_CONFIG,
    WSTETH,
    leveraged,
    priced,
    stocked,
)

RULES = lending.V3_6


def reverts(reason: str) -> Any:
    """A context in which the contract's reason begins like this."""
    return pytest.raises(Revert, match=f"^{reason}")


def account_with(health_bps: int, debt: int) -> lending.Account:
    return lending.Account(0, debt * USD, 0, 0, 0, health_bps * WAD // 10_000, False)


def earning() -> tuple[Market, Position]:
    """A leveraged position in a market in which both reserves have debt and grow."""
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    other = lending.supply(stock, USDC, empty_position(3), 10**6 * DOLLAR, START)
    moved = lending.borrow(other.market, WETH, other.position, 300 * ETHER, START)
    return moved.market, position


def test_health_counts_interest_on_both_sides_once() -> None:
    stock, position = earning()
    later = START + YEAR
    reserve = stock.reserves[WETH]
    grown = lending.normalized_income(reserve, later)
    assert grown > reserve.liquidity_index
    assert health_factor(stock, position, later) == account_data(stock, position, later)[5]
    collateral = position.supplied[WETH] * grown // RAY * 2_000 * USD // ETHER
    owed = lending.debt_balance(stock.reserves[USDC], position.borrowed[USDC], later, RULES)
    debt = owed * USD // DOLLAR
    exact = Fraction(collateral * 83, debt * 100)
    assert abs(Fraction(health_factor(stock, position, later), WAD) - exact) < Fraction(1, 10**17)


def test_the_largest_transfer_is_a_number_of_120_bits() -> None:
    stock, position = leveraged(10 * ETHER, DOLLAR)
    with reverts("Panic"):
        lending.transfer(stock, WETH, position, None, 2**120 - 1, START)
    with reverts("SafeCast"):
        lending.transfer(stock, WETH, position, None, 2**120, START)


def test_the_supply_cap_counts_what_the_treasury_is_owed() -> None:
    stock = stocked(weth=WETH_CONFIG._replace(supply_cap=1_001))
    reserve = stock.reserves[WETH]._replace(accrued_to_treasury=1)
    stock = Market(stock.parameters, lending.put(stock.reserves, WETH, reserve), stock.prices)
    with reverts("SupplyCapExceeded"):
        lending.supply(stock, WETH, empty_position(3), ETHER, START)
    lending.supply(stock, WETH, empty_position(3), ETHER - 1, START)
    assert lending.supply_room(stock, WETH, START) == ETHER - 1 - 2


def test_what_is_not_collateral_leaves_unchecked() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    stock, position, _ = lending.supply(stock, USDC, position, 1_000 * DOLLAR, START)
    position = lending.set_collateral(stock, USDC, position, False, START)
    assert position.collateral == (True, False, False)
    sick = priced(stock, 400 * USD)
    paid = lending.repay_with_supply(sick, USDC, position, 500 * DOLLAR, START)
    assert paid.position.supplied[USDC] == 500 * DOLLAR
    taken = lending.withdraw(sick, USDC, position, MAX_AMOUNT, START)
    assert taken.amount == 1_000 * DOLLAR
    assert lending.withdrawable(sick, USDC, position, START) == 1_000 * DOLLAR
    on = position._replace(collateral=(True, True, False))
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.repay_with_supply(sick, USDC, on, 500 * DOLLAR, START)
    cleared = lending.repay_with_supply(
        stock, USDC, on._replace(borrowed=(0, 1_000 * DOLLAR, 0)), MAX_AMOUNT, START
    )
    assert cleared.position.collateral == (True, False, False)
    some = lending.repay_with_supply(stock, USDC, on, 500 * DOLLAR, START)
    assert some.position.collateral == (True, True, False)


def test_a_sick_position_withdraws_nothing_and_weightless_collateral_leaves_freely() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    assert lending.withdrawable(priced(stock, 400 * USD), WETH, position, START) == 0
    weightless = USDC_CONFIG._replace(ltv=1, liquidation_threshold=0)
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR, usdc=weightless)
    stock, position, _ = lending.supply(stock, USDC, position, 1_000 * DOLLAR, START)
    assert position.collateral[USDC]
    assert lending.withdrawable(stock, USDC, position, START) == 1_000 * DOLLAR


def test_at_a_health_of_exactly_one_only_what_weighs_nothing_leaves() -> None:
    """10 WETH at 2,000 and 83 % are 16,600 dollars, and as many are owed."""
    weightless = USDC_CONFIG._replace(ltv=1, liquidation_threshold=0)
    stock = stocked(usdc=weightless)
    even = Position((10 * ETHER, 50 * DOLLAR, 0), (0, 16_600 * DOLLAR, 0), (True, True, False), 0)
    assert health_factor(stock, even, START) == WAD
    assert lending.withdrawable(stock, USDC, even, START) == 50 * DOLLAR
    assert lending.withdraw(stock, USDC, even, 50 * DOLLAR, START).amount == 50 * DOLLAR
    assert lending.withdrawable(stock, WETH, even, START) == 0


def test_a_debt_that_would_be_repaid_whole_weighs_nothing() -> None:
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    for change in (-5_000 * DOLLAR, -(10**9) * DOLLAR):
        told = lending.health_after(stock, USDC, position, START, debt_change=change)
        assert told == lending.NO_DEBT


def test_usage_is_debt_over_everything_a_deficit_included() -> None:
    assert lending.usage_ratio(0, 5) == 0
    assert lending.usage_ratio(1, 3) == RAY // 4
    assert lending.usage_ratio(1, 2, 1) == RAY // 4


def dust_case(debt: int, collateral: int) -> tuple[Market, Position]:
    """A position with so many dollars of USDC debt and WETH at a health of 0.94 or less."""
    supplied = collateral * ETHER // 1_000
    position = Position((supplied, 0, 0), (0, debt * DOLLAR, 0), (True, False, False), 0)
    stock = stocked()
    reserves = list(stock.reserves)
    reserves[USDC] = reserves[USDC]._replace(debt_scaled=debt * DOLLAR)
    reserves[WETH] = reserves[WETH]._replace(supply_scaled=reserves[WETH].supply_scaled + supplied)
    return priced(Market(stock.parameters, tuple(reserves), stock.prices), 1_000 * USD), position


def test_exactly_a_thousand_dollars_may_stay_and_no_cent_less() -> None:
    """2,500 owed against 2,800 at a threshold of 83 %: all may go; 1,500 repaid leave 1,000."""
    stock, position = dust_case(2_500, 2_800)
    assert health_factor(stock, position, START) < 95 * WAD // 100
    done = lending.liquidate(stock, WETH, USDC, position, 1_500 * DOLLAR, START)
    assert done.borrower.borrowed[USDC] == 1_000 * DOLLAR
    with reverts("MustNotLeaveDust"):
        lending.liquidate(stock, WETH, USDC, position, 1_500 * DOLLAR + 1, START)
    stock, position = dust_case(5_000, 3_100)  # 2,000 buy 2,100: exactly 1,000 of WETH stay
    done = lending.liquidate(stock, WETH, USDC, position, 2_000 * DOLLAR, START)
    assert done.borrower.supplied[WETH] == ETHER
    with reverts("MustNotLeaveDust"):
        lending.liquidate(stock, WETH, USDC, position, 2_000 * DOLLAR + 1, START)
    done = lending.liquidate(stock, WETH, USDC, position, MAX_AMOUNT, START)  # all of it goes
    assert done.borrower.supplied[WETH] == 0


def test_what_is_still_owed_counts_rounded_up() -> None:
    """Half a WETH at 2,000, less a wei: a part of the base currency's last digit short."""
    stock = stocked()
    reserve = stock.reserves[WETH]._replace(debt_scaled=5 * ETHER)
    stock = Market(stock.parameters, lending.put(stock.reserves, WETH, reserve), stock.prices)
    sick = Position((0, 11_000 * DOLLAR, 0), (5 * ETHER, 0, 0), (False, True, False), 0)
    assert health_factor(stock, sick, START) < 95 * WAD // 100
    for owed in (ETHER // 2, ETHER // 2 - 1):
        done = lending.liquidate(stock, USDC, WETH, sick, 5 * ETHER - owed, START)
        assert done.borrower.borrowed[WETH] == owed
    with reverts("MustNotLeaveDust"):
        lending.liquidate(stock, USDC, WETH, sick, 45 * ETHER // 10 + 10**7, START)


def test_a_health_of_exactly_one_is_not_liquidated() -> None:
    """10,000 of USDC at 78 % against 3.9 WETH at 2,000; a wei more is too much."""
    stock = stocked()
    reserve = stock.reserves[WETH]._replace(debt_scaled=4 * ETHER)
    stock = Market(stock.parameters, lending.put(stock.reserves, WETH, reserve), stock.prices)
    even = Position((0, 10_000 * DOLLAR, 0), (39 * ETHER // 10, 0, 0), (False, True, False), 0)
    assert health_factor(stock, even, START) == WAD
    with reverts("HealthFactorNotBelowThreshold"):
        lending.liquidate(stock, USDC, WETH, even, ETHER, START)
    sick = even._replace(borrowed=(39 * ETHER // 10 + 1, 0, 0))
    assert lending.liquidate(stock, USDC, WETH, sick, ETHER, START).debt == ETHER


def test_a_wei_that_buys_no_unit_of_collateral_is_refused() -> None:
    stock = stocked()
    reserve = stock.reserves[WETH]._replace(debt_scaled=5 * ETHER)
    stock = Market(stock.parameters, lending.put(stock.reserves, WETH, reserve), stock.prices)
    sick = Position((0, 11_000 * DOLLAR, 0), (5 * ETHER, 0, 0), (False, True, False), 0)
    with reverts("InvalidBurnAmount"):
        lending.liquidate(stock, USDC, WETH, sick, 1, START)


def test_when_both_shares_round_up_the_treasury_gets_what_is_left() -> None:
    """2 shares are 3 wei of a dollar: 2 go to the liquidator, 1 is the fee, and each wei would
    burn two thirds of a share."""
    config = WETH_CONFIG._replace(liquidation_bonus=20_000, protocol_fee=10_000)
    stock = stocked(weth=config)
    reserve = stock.reserves[WETH]._replace(liquidity_index=RAY * 3 // 2)
    other = stock.reserves[USDC]._replace(debt_scaled=10 * DOLLAR)
    reserves = lending.put(lending.put(stock.reserves, WETH, reserve), USDC, other)
    stock = Market(stock.parameters, reserves, (ETHER * USD, USD, USD))
    sick = Position((2, 0, 0), (0, 10 * DOLLAR, 0), (True, False, False), 0)
    done = lending.liquidate(stock, WETH, USDC, sick, MAX_AMOUNT, START)
    assert (done.debt, done.collateral, done.fee) == (15 * DOLLAR // 10, 2, 1)
    assert (done.collateral_scaled, done.fee_scaled) == (2, 0)
    assert done.borrower.supplied[WETH] == 0


def test_a_queue_weighs_with_the_thresholds_of_the_mode() -> None:
    stock = stocked()
    outside = Position((0, 0, 7 * ETHER), (3 * ETHER, 0, 0), (False, False, True), 0)
    pair = lending.Pair(WSTETH, WETH)
    for emode, threshold in ((0, 8_100), (1, 9_500)):
        key = lending.queue_key(stock.parameters, outside._replace(emode=emode), pair)
        assert key == int(Fraction(3 * 10**45, 7 * threshold))


def test_two_thousand_dollars_are_enough_for_the_close_factor() -> None:
    account = account_with(9_900, 10_000)
    for debt_value, collateral_value in ((2_000, 2_000), (10_000, 2_000), (2_000, 10_000)):
        limit = max_debt_to_cover(
            account_with(9_900, 2_000) if debt_value == 2_000 else account,
            debt_value * DOLLAR,
            debt_value * USD,
            collateral_value * USD,
            USD,
            DOLLAR,
        )
        assert limit == debt_value * DOLLAR // 2


def test_half_of_a_debt_that_is_exactly_half_is_the_debt_itself() -> None:
    """Two units at a price of 1 for both: the value rounds up, the debt must not follow it."""
    debt = 2 * 10**12 + 1
    value = 10**12 + 1
    account = lending.Account(0, 2 * value, 0, 0, 0, 99 * WAD // 100, False)
    assert max_debt_to_cover(account, debt, value, 10**12, 1, 2) == debt


def test_collateral_without_power_may_be_withdrawn_first() -> None:
    mode = EMode(1, 9_300, 9_500, 10_100, (WETH, WSTETH), (WETH,), (WSTETH,))
    stock = stocked(emodes=(mode,))
    held = Position((10 * ETHER, 0, ETHER), (ETHER, 0, 0), (True, False, True), 1)
    assert lending.withdrawable(stock, WETH, held, START) == 0
    assert lending.withdrawable(stock, WSTETH, held, START) == ETHER


def test_health_told_beforehand_rounds_like_the_action() -> None:
    """Few units at a broken index: rounded the other way each of them would be another."""
    stock, _ = earning()
    later = START + YEAR
    reserve = stock.reserves[USDC]._replace(liquidity_index=RAY * 4 // 3, borrow_index=RAY * 5 // 3)
    stock = Market(stock.parameters, lending.put(stock.reserves, USDC, reserve), stock.prices)
    held = Position((0, 1_000, 0), (0, 300, 0), (False, True, False), 0)
    for change in (1, 2, 3, 7, 8):
        more = lending.supply(stock, USDC, held, change + 1, later)
        told = lending.health_after(stock, USDC, held, later, supply_change=change + 1)
        assert told == health_factor(more.market, more.position, later)
        less = lending.withdraw(stock, USDC, held, change, later)
        told = lending.health_after(stock, USDC, held, later, supply_change=-change)
        assert told == health_factor(less.market, less.position, later)
        owing = lending.borrow(stock, USDC, held, change, later)
        told = lending.health_after(stock, USDC, held, later, debt_change=change)
        assert told == health_factor(owing.market, owing.position, later)
        paid = lending.repay(stock, USDC, held, change + 1, later)
        told = lending.health_after(stock, USDC, held, later, debt_change=-change - 1)
        assert told == health_factor(paid.market, paid.position, later)


@pytest.mark.parametrize("receive", [False, True])
def test_one_reserve_on_both_sides_books_its_treasury_share_twice(receive: bool) -> None:
    """Debt and collateral are USDC and a year has passed: a quirk of the contract.

    The share itself: the interest on all debt rounded down, a tenth of it halves up, over the
    new liquidity index rounded down.
    """
    stock, _ = earning()
    later = START + YEAR
    before = stock.reserves[USDC]
    sick = Position((0, 10_000 * DOLLAR, 0), (0, 4_000 * DOLLAR, 0), (False, True, False), 0)
    low = stock._replace(
        parameters=stock.parameters._replace(
            configs=lending.put(
                stock.parameters.configs, USDC, USDC_CONFIG._replace(liquidation_threshold=3_000)
            )
        )
    )
    done = lending.liquidate(low, USDC, USDC, sick, 1_000 * DOLLAR, later, receive_supply=receive)
    after = done.market.reserves[USDC]
    index = lending.normalized_income(before, later)
    debt_index = lending.normalized_debt(before, later, RULES)
    interest = Fraction(before.debt_scaled * (debt_index - before.borrow_index), RAY).__floor__()
    part = (Fraction(interest, 10) + Fraction(1, 2)).__floor__()
    share = Fraction(part * RAY, index).__floor__()
    assert share > 0
    assert after.accrued_to_treasury == before.accrued_to_treasury + 2 * share
    paid_out = 0 if receive else done.collateral
    assert after.liquidity == before.liquidity + done.debt - paid_out
    burned = Fraction(done.debt * RAY, debt_index).__floor__()
    assert after.debt_scaled == before.debt_scaled - burned
    owed = Fraction(after.debt_scaled * debt_index, RAY).__ceil__()
    rates = lending.interest_rates(USDC_CONFIG.curve, 1_000, owed, after.liquidity, 0)
    assert (after.liquidity_rate, after.borrow_rate) == rates
    again = lending.liquidate(
        done.market, USDC, USDC, done.borrower, 1_000 * DOLLAR, later, receive_supply=receive
    )
    assert again.market.reserves[USDC].accrued_to_treasury == after.accrued_to_treasury


def test_received_supply_accrues_its_reserve_but_leaves_its_rates() -> None:
    stock, position = earning()
    later = START + YEAR
    low = priced(stock, 600 * USD)
    before = low.reserves[WETH]
    done = lending.liquidate(low, WETH, USDC, position, DOLLAR, later, receive_supply=True)
    after = done.market.reserves[WETH]
    assert after == lending.accrue(before, WETH_CONFIG, later, RULES)
    assert (after.liquidity_rate, after.borrow_rate) == (before.liquidity_rate, before.borrow_rate)
    index = lending.normalized_income(before, later)
    assert done.collateral_scaled == Fraction(done.collateral * RAY, index).__ceil__()
    assert done.fee_scaled == Fraction(done.fee * RAY, index).__ceil__()


def test_collateral_without_power_may_leave_in_parts() -> None:
    mode = EMode(1, 9_300, 9_500, 10_100, (WETH, WSTETH), (WETH,), (WSTETH,))
    stock = stocked(emodes=(mode,))
    held = Position((10 * ETHER, 0, ETHER), (ETHER, 0, 0), (True, False, True), 1)
    part = lending.withdraw(stock, WSTETH, held, ETHER // 2, START)
    assert part.position.collateral == (True, False, True)
    with reverts("LtvValidationFailed"):
        lending.withdraw(stock, WETH, held, ETHER, START)


def test_a_health_of_exactly_one_may_be_borrowed_to() -> None:
    even = WETH_CONFIG._replace(ltv=8_000, liquidation_threshold=8_000)
    stock, position, _ = lending.supply(
        stocked(weth=even), WETH, empty_position(3), 10 * ETHER, START
    )
    owing = lending.borrow(stock, USDC, position, 16_000 * DOLLAR, START)
    assert health_factor(owing.market, owing.position, START) == WAD


def test_a_switch_goes_both_ways() -> None:
    stock, position, _ = lending.supply(stocked(), WETH, empty_position(3), ETHER, START)
    off = lending.set_collateral(stock, WETH, position, False, START)
    assert off.collateral == (False, False, False)
    assert lending.set_collateral(stock, WETH, off, True, START).collateral == (True, False, False)


def test_a_full_cap_leaves_no_room() -> None:
    full = stocked(weth=WETH_CONFIG._replace(supply_cap=1_000))
    assert lending.supply_room(full, WETH, START) == 0
    stock, _ = leveraged(10 * ETHER, 5_000 * DOLLAR, usdc=USDC_CONFIG._replace(borrow_cap=5_000))
    assert lending.borrow_room(stock, USDC, START) == 0


def test_what_may_be_withdrawn_by_hand() -> None:
    """(20,000 × 83 % − 5,000) / 83 % dollars of WETH, less two units of either kind."""
    stock, position = leveraged(10 * ETHER, 5_000 * DOLLAR)
    spare = Fraction((20_000 * 8_300 - 5_000 * 10_000) * USD, 8_300).__floor__() - 2
    tokens = Fraction(spare * ETHER, 2_000 * USD).__floor__() - 2
    assert lending.withdrawable(stock, WETH, position, START) == tokens


def test_a_repayment_that_buys_exactly_all_is_not_reckoned_back() -> None:
    """2,100.50 dollars buy one indivisible token of 2,000: the rounding is the liquidator's."""
    whole = WETH_CONFIG._replace(unit=1, protocol_fee=0)
    got = seize(whole, 2_000 * USD, USDC_CONFIG, USD, 2_100_500_000, 1, 10_000)
    assert (got.debt, got.collateral) == (2_100_500_000, 1)
    less = seize(whole, 2_000 * USD, USDC_CONFIG, USD, 4_100_000_000, 1, 10_000)
    assert (less.debt, less.collateral) == (2_000_000_000, 1)


def test_without_a_fee_the_treasury_gets_nothing() -> None:
    stock, position = leveraged(
        10 * ETHER, 15_000 * DOLLAR, weth=WETH_CONFIG._replace(protocol_fee=0)
    )
    done = lending.liquidate(priced(stock, 1_700 * USD), WETH, USDC, position, DOLLAR, START)
    assert (done.fee, done.fee_scaled) == (0, 0)
    assert done.borrower.supplied[WETH] == 10 * ETHER - done.collateral_scaled
