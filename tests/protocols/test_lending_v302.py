"""Lending under the older rules: v3.0.2 by hand, and what holds under both rule sets."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import lending
from lstwallet.protocols.lending import (
    HEALTHY,
    MAX_AMOUNT,
    NO_DEBT,
    RULES,
    V3_0_2,
    V3_6,
    EMode,
    Market,
    Position,
    Reserve,
    Rules,
    account_data,
    empty_position,
    health_factor,
)
from lstwallet.units.checked import MAX_UINT256, Revert
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

both = pytest.mark.parametrize("rules", RULES.values(), ids=lambda rules: rules.name)
USDC_MODE = EMode(2, 9_500, 9_700, 10_100, (USDC,), (USDC,), ())


def reverts(reason: str) -> Any:
    """A context in which the reason begins like this."""
    return pytest.raises(Revert, match=f"^{reason}")


def old(supplied: int, borrowed: int, **changes: Any) -> tuple[Market, Position]:
    """A position of the older rules with wei supplied and units of USDC borrowed."""
    return leveraged(supplied, borrowed, rules=V3_0_2, **changes)


def grown(index: int, **changes: Any) -> Market:
    """A stocked market of the older rules whose WETH indices stand at ``index``."""
    stock = stocked(rules=V3_0_2, **changes)
    reserve = stock.reserves[WETH]._replace(liquidity_index=index, borrow_index=index)
    return Market(stock.parameters, lending.put(stock.reserves, WETH, reserve), stock.prices)


def nearest(value: Fraction) -> int:
    """To the nearest, halves up."""
    return (value + Fraction(1, 2)).__floor__()


# --- how the versions write -------------------------------------------------------------


def test_a_reason_has_one_name_and_is_written_by_number() -> None:
    assert lending.written(V3_6, "InvalidAmount") == "InvalidAmount"
    assert lending.written(V3_0_2, "InvalidAmount") == "26 INVALID_AMOUNT"
    assert lending.written(V3_0_2, "Panic(0x11: …)") == "Panic(0x11: …)"
    numbers = [text.split()[0] for text in V3_0_2.written.values() if text[0].isdigit()]
    assert len(set(numbers)) == len(numbers) == len(V3_0_2.written) - 1


def test_an_untouched_reserve_has_neither_rate_nor_time() -> None:
    empty = market(rules=V3_0_2)
    assert empty.reserves[WSTETH] == Reserve(RAY, RAY, 0, 0, 0, 0, 0, 0, 0, 0)
    assert market().reserves[WSTETH].borrow_rate == 50 * lending.BPS_TO_RAY
    supplied = lending.supply(empty, WSTETH, empty_position(3), 1, START)
    touched = supplied.market.reserves[WSTETH]
    assert (touched.updated_at, touched.borrow_rate) == (START, 50 * lending.BPS_TO_RAY)
    assert touched.liquidity_index == RAY


def test_members_of_a_category() -> None:
    """One list of members: they lend power and may be borrowed as they do outside."""
    odd = EMode(1, 9_300, 9_500, 10_100, (WSTETH,), (WETH,), ())
    configs = market(weth=WETH_CONFIG._replace(ltv=0)).parameters.configs
    one = market(weth=WETH_CONFIG._replace(ltv=0), emodes=(odd,), rules=V3_0_2)
    emode = one.parameters.emodes[0]
    assert emode.collateral == (WETH, WSTETH)
    assert emode.borrowable == (WETH,)  # wstETH cannot be borrowed at all
    assert emode.ltv_zero == (WETH,)
    assert one.parameters.configs == configs


# --- interest ---------------------------------------------------------------------------


def test_rates_go_through_the_overall_rate() -> None:
    """Debt 3 of 11: the borrow rate, weighted by 3 × 10⁹ and divided back, loses digits."""
    line = curve(9_000, 0, 700, 6_000)
    rates = V3_0_2.interest_rates(line, 1_000, 3, 8, 0)
    usage = nearest(Fraction(3 * RAY, 11))
    borrow = nearest(Fraction(nearest(Fraction(line.slope1 * usage, RAY)) * RAY, line.optimal))
    weight = 3 * 10**9
    overall = nearest(Fraction(nearest(Fraction(weight * borrow, RAY)) * RAY, weight))
    assert overall != borrow
    earned = nearest(Fraction(overall * usage, RAY))
    assert rates == (nearest(Fraction(earned * 9, 10)), borrow)
    assert V3_0_2.interest_rates(line, 1_000, 0, 4, 0) == (0, 0)
    assert V3_0_2.interest_rates(curve(9_000, 50, 1, 1), 0, 0, 4, 0).borrow == 50 * 10**23
    most = V3_0_2.interest_rates(line, 0, 95 * WAD, 5 * WAD, 0)
    assert most.borrow == 3_700 * lending.BPS_TO_RAY  # half-way above the kink: 7 + 30 %
    assert most.liquidity == 3_515 * lending.BPS_TO_RAY


def test_treasury_shares_are_minted_as_they_were_accrued() -> None:
    stock, position = old(500 * ETHER, 500_000 * DOLLAR)
    stock, position, _ = lending.repay(stock, USDC, position, DOLLAR, START + YEAR)
    owed = stock.reserves[USDC].accrued_to_treasury
    assert owed > 0
    after, treasury = lending.mint_to_treasury(stock, (WETH, USDC), empty_position(3))
    assert treasury.supplied[USDC] == owed
    assert after.reserves[USDC].accrued_to_treasury == 0


# --- supply and withdraw ----------------------------------------------------------------


def test_supply_refuses_nothing_more_than_the_cap_and_less_than_a_share() -> None:
    capped = stocked(weth=WETH_CONFIG._replace(supply_cap=1_001), rules=V3_0_2)
    with reverts("InvalidAmount"):
        lending.supply(capped, WETH, empty_position(3), 0, START)
    with reverts("SupplyCapExceeded"):
        lending.supply(capped, WETH, empty_position(3), ETHER + 1, START)
    with reverts("Panic"):
        lending.supply(capped, WETH, empty_position(3), MAX_AMOUNT, START)
    lending.supply(capped, WETH, empty_position(3), ETHER, START)
    rich = grown(2 * RAY + 1)
    with reverts("InvalidMintAmount"):
        lending.supply(rich, WETH, empty_position(3), 1, START)
    assert lending.supply(grown(2 * RAY), WETH, empty_position(3), 1, START).position.supplied[WETH]


def test_the_cap_counts_what_the_treasury_is_owed() -> None:
    stock = stocked(weth=WETH_CONFIG._replace(supply_cap=1_001), rules=V3_0_2)
    reserve = stock.reserves[WETH]._replace(accrued_to_treasury=1)
    stock = Market(stock.parameters, lending.put(stock.reserves, WETH, reserve), stock.prices)
    with reverts("SupplyCapExceeded"):
        lending.supply(stock, WETH, empty_position(3), ETHER, START)
    lending.supply(stock, WETH, empty_position(3), ETHER - 1, START)


def test_the_first_supply_is_collateral_if_it_lends_power() -> None:
    first = lending.supply(stocked(rules=V3_0_2), WETH, empty_position(3), ETHER, START)
    assert first.position.collateral == (True, False, False)
    off = lending.set_collateral(first.market, WETH, first.position, False, START)
    again = lending.supply(first.market, WETH, off, ETHER, START)
    assert again.position.collateral == (False, False, False)
    powerless = stocked(weth=WETH_CONFIG._replace(ltv=0), rules=V3_0_2)
    moved = lending.supply(powerless, WETH, empty_position(3), ETHER, START)
    assert moved.position.collateral == (False, False, False)


def test_withdraw_asks_for_amounts() -> None:
    stock, position = old(10 * ETHER, 5_000 * DOLLAR)
    with reverts("InvalidAmount"):
        lending.withdraw(stock, WETH, position, 0, START)
    with reverts("InvalidAmount"):
        lending.withdraw(stock, WSTETH, position, MAX_AMOUNT, START)
    with reverts("NotEnoughAvailableUserBalance"):
        lending.withdraw(stock, WETH, position, 10 * ETHER + 1, START)
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.withdraw(stock, WETH, position, 7 * ETHER, START)
    assert lending.withdraw(stock, WETH, position, 6 * ETHER, START).amount == 6 * ETHER
    with reverts("InvalidBurnAmount"):
        lending.withdraw(grown(3 * RAY), WETH, Position((1, 0, 0), (0,) * 3, (True,) * 3, 0), 1, 0)


def test_withdraw_reverts_when_the_reserve_is_short() -> None:
    stock, _ = old(10**6 * ETHER, 1_995_000 * DOLLAR)
    lender = Position((0, 10_000 * DOLLAR, 0), (0, 0, 0), (False,) * 3, 0)
    assert lending.withdraw(stock, USDC, lender, 5_000 * DOLLAR, START).amount == 5_000 * DOLLAR
    with reverts("Panic"):
        lending.withdraw(stock, USDC, lender, 5_000 * DOLLAR + 1, START)


def test_collateral_is_switched_off_when_the_balance_goes_not_when_the_shares_do() -> None:
    """At 1.5 two shares are 3: taking 2 burns 1.33 → 1, taking 3 burns both.

    At 3 one share is 3: taking 2 burns 0.67 → 1, all of them, and the switch stays on.
    """
    position = Position((2, 0, 0), (0, 0, 0), (True, False, False), 0)
    stock = grown(3 * RAY // 2)
    some = lending.withdraw(stock, WETH, position, 2, START).position
    assert (some.supplied[WETH], some.collateral[WETH]) == (1, True)
    everything = lending.withdraw(stock, WETH, position, 3, START).position
    assert (everything.supplied[WETH], everything.collateral[WETH]) == (0, False)
    stuck = lending.withdraw(
        grown(3 * RAY), WETH, position._replace(supplied=(1, 0, 0)), 2, START
    ).position
    assert (stuck.supplied[WETH], stuck.collateral[WETH]) == (0, True)


def test_what_is_not_collateral_is_withdrawn_unchecked() -> None:
    stock, position = old(10 * ETHER, 5_000 * DOLLAR)
    stock, position, _ = lending.supply(stock, USDC, position, 1_000 * DOLLAR, START)
    aside = lending.set_collateral(stock, USDC, position, False, START)
    sick = priced(stock, 400 * USD)
    assert lending.withdraw(sick, USDC, aside, MAX_AMOUNT, START).amount == 1_000 * DOLLAR
    assert lending.transfer(sick, USDC, aside, empty_position(3), DOLLAR, START).scaled == DOLLAR
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.withdraw(sick, USDC, position, DOLLAR, START)


# --- borrow and repay -------------------------------------------------------------------


def test_borrow_refuses_in_the_contracts_order() -> None:
    stock, position = old(10 * ETHER, 5_000 * DOLLAR)
    with reverts("InvalidAmount"):
        lending.borrow(stock, WSTETH, position, 0, START)
    with reverts("BorrowingNotEnabled"):
        lending.borrow(stock, WSTETH, position, ETHER, START)
    with reverts("CollateralBalanceIsZero"):
        lending.borrow(stock, USDC, empty_position(3), DOLLAR, START)
    with reverts("CollateralCannotCoverNewBorrow"):
        lending.borrow(stock, USDC, position, 11_000 * DOLLAR + 1, START)
    assert lending.borrow(stock, USDC, position, 11_000 * DOLLAR, START).amount == 11_000 * DOLLAR
    with reverts("Panic"):
        lending.borrow(stock, USDC, position, MAX_AMOUNT, START)


def test_a_value_that_leaves_the_word_when_it_is_divided() -> None:
    """With two decimals the value itself still fits, ten thousand times the value does not."""
    stock, position = old(10 * ETHER, 1, usdc=USDC_CONFIG._replace(unit=100))
    with reverts("revert without reason"):
        lending.borrow(stock, USDC, position, MAX_UINT256 // USD, START)


def test_borrow_needs_a_health_above_one_before() -> None:
    """10 WETH at a threshold of 83 %: 15,000 owed are exactly safe at 15,000 / 8.3."""
    stock, position = old(10 * ETHER, 15_000 * DOLLAR)
    exactly = priced(stock, 15_000 * USD * 10 // 83)  # 1807.2289156 dollars, rounded down
    assert health_factor(exactly, position, START) < HEALTHY
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.borrow(exactly, USDC, position, 1, START)
    one = Position((0, 10_000 * DOLLAR, 0), (0, 7_800 * DOLLAR, 0), (False, True, False), 0)
    assert health_factor(stock, one, START) == HEALTHY
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.borrow(stock, USDC, one, 1, START)


def test_borrow_needs_borrowing_power() -> None:
    stock = stocked(weth=WETH_CONFIG._replace(ltv=0), rules=V3_0_2)
    held = Position((ETHER, 0, 0), (0, 0, 0), (True, False, False), 0)
    with reverts("LtvValidationFailed"):
        lending.borrow(stock, USDC, held, DOLLAR, START)


def test_the_borrow_cap_counts_the_amount() -> None:
    stock, position = old(10 * ETHER, 5_000 * DOLLAR, usdc=USDC_CONFIG._replace(borrow_cap=5_001))
    with reverts("BorrowCapExceeded"):
        lending.borrow(stock, USDC, position, DOLLAR + 1, START)
    with reverts("Panic"):
        lending.borrow(stock, USDC, position, MAX_AMOUNT, START)
    assert lending.borrow(stock, USDC, position, DOLLAR, START).amount == DOLLAR


def test_borrow_reverts_when_too_small_or_when_the_reserve_is_short() -> None:
    lender = Position((0, 10**12 * DOLLAR, 0), (0, 0, 0), (False, True, False), 0)
    with reverts("InvalidMintAmount"):
        lending.borrow(grown(2 * RAY + 1), WETH, lender, 1, START)
    with reverts("Panic"):
        lending.borrow(grown(RAY), WETH, lender, 1_000 * ETHER + 1, START)
    assert lending.borrow(grown(RAY), WETH, lender, 1_000 * ETHER, START).amount == 1_000 * ETHER


def owing(scaled: int) -> tuple[Market, Position]:
    """A WETH debt of so many shares, each worth one and a half wei, over a supply of USDC."""
    stock = grown(RAY * 3 // 2)
    reserve = stock.reserves[WETH]._replace(debt_scaled=scaled)
    stock = stock._replace(reserves=lending.put(stock.reserves, WETH, reserve))
    nobody = empty_position(len(stock.reserves))
    return stock, nobody._replace(
        supplied=lending.put(nobody.supplied, USDC, 1_000 * USD),
        borrowed=lending.put(nobody.borrowed, WETH, scaled),
        collateral=lending.put(nobody.collateral, USDC, True),
    )


def test_a_repayment_of_a_wei_less_may_burn_the_last_share_and_leave_the_flag() -> None:
    # 1 share is owed as 1.5 wei, shown as 2; a payment of 1 wei burns 0.67 share, that is 1
    stock, position = owing(1)
    assert lending.debt_balance(stock.reserves[WETH], 1, START, V3_0_2) == 2
    moved = lending.repay(stock, WETH, position, 1, START)
    assert (moved.amount, moved.position.borrowed[WETH]) == (1, 0)
    assert lending.counts_as_borrowed(moved.position, WETH)
    assert not lending.counts_as_borrowed(moved.position, USDC)
    assert account_data(moved.market, moved.position, START).health_factor == NO_DEBT
    with reverts("InconsistentEModeCategory"):  # a debt of nothing must belong to it too
        lending.set_emode(moved.market, moved.position, USDC_MODE.number, START)
    with reverts("NoDebtOfSelectedType"):
        lending.repay(moved.market, WETH, moved.position, 1, START)
    again = lending.borrow(moved.market, WETH, moved.position, 3, START)
    assert (again.position.borrowed[WETH], again.position.flagged) == (2, ())
    paid = lending.repay(again.market, WETH, again.position, MAX_AMOUNT, START)
    assert not lending.counts_as_borrowed(paid.position, WETH)


def test_the_flag_goes_with_the_amount_owed_and_stays_while_shares_are() -> None:
    stock, position = owing(1)
    assert not lending.counts_as_borrowed(
        lending.repay(stock, WETH, position, 2, START).position, WETH
    )
    stock, position = owing(4)  # 6 wei; 3 of them burn 2 shares
    moved = lending.repay(stock, WETH, position, 3, START)
    assert (moved.position.borrowed[WETH], moved.position.flagged) == (2, ())
    assert lending.counts_as_borrowed(moved.position, WETH)


def test_flags_stand_in_the_order_of_their_reserves() -> None:
    stock, position = owing(1)
    moved = lending.repay(stock, WETH, position._replace(flagged=(USDC,)), 1, START)
    assert moved.position.flagged == (WETH, USDC)
    assert lending.borrow(stock, WETH, moved.position, 3, START).position.flagged == (USDC,)


def test_a_flag_alone_keeps_collateral_without_power_from_staying_behind() -> None:
    """Whoever borrows nothing may take out what they like; by the flag, they borrow."""
    stock = stocked(usdc=USDC_CONFIG._replace(ltv=0), rules=V3_0_2)
    free = Position((ETHER, 1_000 * DOLLAR, 0), (0, 0, 0), (True, True, False), 0)
    held = free._replace(flagged=(WSTETH,))
    assert lending.withdraw(stock, WETH, free, 1, START).amount == 1
    with reverts("LtvValidationFailed"):
        lending.withdraw(stock, WETH, held, 1, START)
    nobody = empty_position(3)
    assert lending.transfer(stock, WETH, free, nobody, 1, START).scaled == 1
    with reverts("LtvValidationFailed"):
        lending.transfer(stock, WETH, held, nobody, 1, START)


@pytest.mark.parametrize(("wanted", "repaid", "flagged"), [(1, 1, (WETH,)), (2, 2, ())])
def test_a_liquidation_may_leave_the_flag_too(
    wanted: int, repaid: int, flagged: tuple[int, ...]
) -> None:
    """With a dollar to the wei, 2 wei are owed over 2 dollars of USDC: health 0.78, all may go."""
    stock, position = owing(1)
    stock = Market(stock.parameters, stock.reserves, (ETHER * USD, USD, ETHER * USD))
    position = position._replace(supplied=lending.put(position.supplied, USDC, 2 * DOLLAR))
    assert health_factor(stock, position, START) == Fraction(78, 100) * WAD
    done = lending.liquidate(stock, USDC, WETH, position, wanted, START)
    assert (done.debt, done.borrower.borrowed[WETH]) == (repaid, 0)
    assert done.borrower.flagged == flagged


FLAG_STEPS = st.lists(
    st.tuples(st.sampled_from(("borrow", "repay", "repay_with_supply")), st.integers(1, 5)),
    max_size=30,
)


@given(st.integers(RAY, 4 * RAY), FLAG_STEPS)
def test_the_flag_is_the_bit_that_the_contract_keeps(
    index: int, steps: list[tuple[str, int]]
) -> None:
    """``BorrowLogic``: set by a borrow, cleared when the amount repaid is the whole debt."""
    stock, flag = grown(index), False
    reserve = stock.reserves[WETH]._replace(debt_scaled=100)
    stock = Market(stock.parameters, lending.put(stock.reserves, WETH, reserve), stock.prices)
    position = Position((100, 1_000 * DOLLAR, 0), (0, 0, 0), (False, True, False), 0)
    for action, amount in steps:
        owed = lending.debt_balance(stock.reserves[WETH], position.borrowed[WETH], START, V3_0_2)
        try:
            moved = getattr(lending, action)(stock, WETH, position, amount, START)
        except Revert:
            continue
        stock, position, paid = moved
        flag = action == "borrow" or (flag and paid != owed)
        assert lending.counts_as_borrowed(position, WETH) is flag
        assert flag or position.borrowed[WETH] == 0
        assert position.flagged in ((), (WETH,))


def test_repaying_with_supply_may_leave_the_flag_too() -> None:
    stock, position = owing(1)
    position = position._replace(supplied=lending.put(position.supplied, WETH, 4))
    moved = lending.repay_with_supply(stock, WETH, position, 1, START)
    assert (moved.position.borrowed[WETH], moved.position.flagged) == (0, (WETH,))
    moved = lending.repay_with_supply(stock, WETH, position, 2, START)
    assert (moved.position.borrowed[WETH], moved.position.flagged) == (0, ())


def test_repaying_with_supply_leaves_the_switch_and_asks_for_no_health() -> None:
    stock, position = old(10 * ETHER, 5_000 * DOLLAR)
    with reverts("InvalidAmount"):
        lending.repay_with_supply(stock, USDC, position, 0, START)
    with reverts("InvalidBurnAmount"):
        lending.repay_with_supply(stock, USDC, position, MAX_AMOUNT, START)
    with reverts("NoDebtOfSelectedType"):
        lending.repay_with_supply(stock, WETH, position, MAX_AMOUNT, START)
    with reverts("Panic"):
        lending.repay_with_supply(stock, USDC, position, DOLLAR, START)
    stock, position, _ = lending.supply(stock, USDC, position, 2_000 * DOLLAR, START)
    before = stock.reserves[USDC]
    fallen = priced(stock, 100 * USD)
    paid = lending.repay_with_supply(fallen, USDC, position, MAX_AMOUNT, START)
    assert paid.amount == 2_000 * DOLLAR
    assert health_factor(paid.market, paid.position, START) < HEALTHY
    assert (paid.position.supplied[USDC], paid.position.collateral[USDC]) == (0, True)
    after = paid.market.reserves[USDC]
    assert after.liquidity == before.liquidity
    assert after.supply_scaled == before.supply_scaled - 2_000 * DOLLAR
    assert after.debt_scaled == before.debt_scaled - 2_000 * DOLLAR


def test_repaying_with_supply_burns_at_least_a_share() -> None:
    """At a supply index of 3 one unit is a third of a share: nothing to burn."""
    reserve = (
        stocked(rules=V3_0_2)
        .reserves[WETH]
        ._replace(liquidity_index=3 * RAY, debt_scaled=10, supply_scaled=10)
    )
    stock = stocked(rules=V3_0_2)
    stock = Market(stock.parameters, lending.put(stock.reserves, WETH, reserve), stock.prices)
    holder = Position((5, 0, 0), (5, 0, 0), (True, False, False), 0)
    with reverts("InvalidBurnAmount"):
        lending.repay_with_supply(stock, WETH, holder, 1, START)
    assert lending.repay_with_supply(stock, WETH, holder, 2, START).position.supplied[WETH] == 4


# --- transfers, collateral, e-mode ------------------------------------------------------


def test_what_is_received_first_becomes_collateral() -> None:
    stock, sender = old(10 * ETHER, DOLLAR)
    done = lending.transfer(stock, WETH, sender, empty_position(3), 9 * ETHER, START)
    assert done.recipient.collateral == (True, False, False)
    assert done.recipient.supplied[WETH] == 9 * ETHER
    off = lending.set_collateral(stock, WETH, done.recipient, False, START)
    more = lending.transfer(stock, WETH, done.sender, off, ETHER // 10, START)
    assert more.recipient.collateral == (False, False, False)
    nothing = lending.transfer(stock, WETH, sender, empty_position(3), 0, START)
    assert nothing == (sender, empty_position(3), 0)


def test_a_transfer_of_everything_switches_collateral_off() -> None:
    stock, position, _ = lending.supply(
        stocked(rules=V3_0_2), WETH, empty_position(3), ETHER, START
    )
    some = lending.transfer(stock, WETH, position, empty_position(3), ETHER - 1, START)
    assert some.sender.collateral[WETH]
    everything = lending.transfer(stock, WETH, position, empty_position(3), ETHER, START)
    assert not everything.sender.collateral[WETH]
    to_itself = lending.transfer(stock, WETH, position, None, ETHER, START)
    assert to_itself.sender == to_itself.recipient == position
    with reverts("Panic"):
        lending.transfer(stock, WETH, position, None, ETHER + 1, START)


def test_transfers_check_health_balance_and_size() -> None:
    stock, position = old(10 * ETHER, 5_000 * DOLLAR)
    other = empty_position(3)
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.transfer(stock, WETH, position, other, 7 * ETHER, START)
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.transfer(stock, WETH, position, other, 10 * ETHER, START)
    with reverts("Panic"):
        lending.transfer(stock, WETH, position, other, 2**128 - 1, START)
    with reverts("SafeCastOverflowedUintDowncast"):
        lending.transfer(stock, WETH, position, other, 2**128, START)
    aside = Position((10 * ETHER, 0, ETHER), position.borrowed, (True, False, False), 0)
    done = lending.transfer(stock, WSTETH, aside, other, ETHER, START)  # not collateral: no check
    assert done.sender.supplied[WSTETH] == 0


def test_the_switch_asks_for_a_supply_either_way() -> None:
    stock, position = old(10 * ETHER, 5_000 * DOLLAR)
    for on in (True, False):
        with reverts("UnderlyingBalanceZero"):
            lending.set_collateral(stock, WSTETH, position, on, START)
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.set_collateral(stock, WETH, position, False, START)
    assert lending.set_collateral(stock, WETH, position, True, START) is position
    powerless = stocked(weth=WETH_CONFIG._replace(ltv=0), rules=V3_0_2)
    held = Position((ETHER, 0, 0), (0, 0, 0), (False,) * 3, 0)
    with reverts("UserInIsolationModeOrLtvZero"):
        lending.set_collateral(powerless, WETH, held, True, START)
    assert lending.set_collateral(stock, WETH, held, True, START).collateral[WETH]


def test_entering_a_category_is_unchecked_and_leaving_is_not() -> None:
    """10 wstETH at 2,400 and 10 WETH owed: 81 % of 24,000 against 20,000 is below one."""
    stock = stocked(rules=V3_0_2, emodes=(ETH_MODE, USDC_MODE))
    sick = Position((0, 0, 10 * ETHER), (10 * ETHER, 0, 0), (False, False, True), 0)
    assert health_factor(stock, sick, START) < HEALTHY
    inside = lending.set_emode(stock, sick, 1, START)
    assert health_factor(stock, inside, START) == Fraction(24 * 95, 20 * 100) * WAD
    with reverts("HealthFactorLowerThanLiquidationThreshold"):
        lending.set_emode(stock, inside, 0, START)
    with reverts("InconsistentEModeCategory"):
        lending.set_emode(stock, inside, 2, START)
    with reverts("InconsistentEModeCategory"):
        lending.set_emode(stock, inside, 7, START)
    assert lending.set_emode(stock, inside, 1, START) == inside
    fallen = Market(stock.parameters, stock.reserves, (2_300 * USD, USD, 2_300 * USD))
    with reverts("HealthFactorLowerThanLiquidationThreshold"):  # the same one is left as well
        lending.set_emode(fallen, inside, 1, START)
    assert lending.set_emode(fallen, sick, 0, START) == sick


def test_a_category_without_threshold_does_not_exist() -> None:
    stock = stocked(rules=V3_0_2, emodes=(ETH_MODE._replace(liquidation_threshold=0),))
    with reverts("InconsistentEModeCategory"):
        lending.set_emode(stock, empty_position(3), 1, START)


def test_inside_a_category_only_its_members_are_borrowed() -> None:
    stock, position = old(10 * ETHER, 1)
    stock, position, _ = lending.repay(stock, USDC, position, MAX_AMOUNT, START)
    inside = lending.set_emode(stock, position, 1, START)
    with reverts("InconsistentEModeCategory"):
        lending.borrow(stock, USDC, inside, DOLLAR, START)
    with reverts("BorrowingNotEnabled"):
        lending.borrow(stock, WSTETH, inside, ETHER, START)
    assert lending.borrow(stock, WETH, inside, 93 * ETHER // 10, START).amount
    with reverts("CollateralCannotCoverNewBorrow"):
        lending.borrow(stock, WETH, inside, 93 * ETHER // 10 + 10**10, START)


# --- the account ------------------------------------------------------------------------


def test_the_account_averages_first() -> None:
    """1 WETH (2,000 at 83 %) and 1,000 USDC (78 %): 81.33… counts as 81.33 %."""
    stock, position = old(ETHER, 100 * DOLLAR)
    stock, position, _ = lending.supply(stock, USDC, position, 1_000 * DOLLAR, START)
    account = account_data(stock, position, START)
    assert account[:2] == (3_000 * USD, 100 * USD)
    assert (account.liquidation_threshold, account.ltv) == (8_133, 7_833)
    assert account.health_factor == Fraction(3_000 * 8_133, 100 * 10_000) * WAD
    assert account.available_borrows == Fraction(3_000 * 7_833, 10_000) * USD - 100 * USD
    assert health_factor(stock, position, START) == account.health_factor
    assert health_factor(stock, empty_position(3), START) == NO_DEBT


def test_borrowing_power_rounds_to_the_nearest() -> None:
    """A collateral of 0.00000006 at 75 %: 4.5 units of the base currency count as 5."""
    stock = stocked(rules=V3_0_2)
    tiny = Position((0, 6, 0), (0, 0, 0), (False, True, False), 0)
    stock = Market(stock.parameters, stock.reserves, (2_000 * USD, DOLLAR, 2_400 * USD))
    assert account_data(stock, tiny, START)[:3] == (6, 0, 5)
    newer = Market(stocked().parameters, stocked().reserves, stock.prices)
    assert account_data(newer, tiny, START)[:3] == (6, 0, 4)


# --- liquidation ------------------------------------------------------------------------


def fallen(
    price: int, supplied: int = 10 * ETHER, borrowed: int = 15_000 * DOLLAR, **more: Any
) -> Any:
    """The market after the price of ETH has fallen to so many dollars, and the position."""
    stock, position = old(supplied, borrowed, **more)
    return priced(stock, price * USD), position


def test_liquidation_refuses_in_the_contracts_order() -> None:
    stock, position = old(10 * ETHER, 15_000 * DOLLAR)
    with reverts("HealthFactorNotBelowThreshold"):
        lending.liquidate(stock, WSTETH, USDC, position, MAX_AMOUNT, START)
    low, position = fallen(1_800)
    with reverts("CollateralCannotBeLiquidated"):
        lending.liquidate(low, WSTETH, WETH, position, MAX_AMOUNT, START)
    with reverts("SpecifiedCurrencyNotBorrowedByUser"):
        lending.liquidate(low, WETH, WETH, position, MAX_AMOUNT, START)
    with reverts("InvalidBurnAmount"):
        lending.liquidate(low, WETH, USDC, position, 0, START)
    one = Position((0, 10_000 * DOLLAR, 0), (0, 7_800 * DOLLAR, 0), (False, True, False), 0)
    with reverts("HealthFactorNotBelowThreshold"):  # exactly one
        lending.liquidate(low, USDC, USDC, one, 1, START)


def test_half_of_this_debt_above_095_and_all_of_it_at_or_below() -> None:
    """10 WETH at 83 %: 15,000 owed have a health of 0.95 at 14,250 / 8.3 = 1,716.867… dollars."""
    above, position = fallen(1_717)
    done = lending.liquidate(above, WETH, USDC, position, MAX_AMOUNT, START)
    assert done.debt == 7_500 * DOLLAR
    below, position = fallen(1_716)
    done = lending.liquidate(below, WETH, USDC, position, MAX_AMOUNT, START)
    assert done.debt == 15_000 * DOLLAR
    exactly = Position((0, 9_500 * DOLLAR, 0), (0, 7_800 * DOLLAR, 0), (False, True, False), 0)
    assert health_factor(below, exactly, START) == 95 * WAD // 100
    assert lending.liquidate(below, USDC, USDC, exactly, MAX_AMOUNT, START).debt == 7_800 * DOLLAR
    odd = exactly._replace(supplied=(0, 9_500 * DOLLAR, 0), borrowed=(0, 7_700 * DOLLAR + 1, 0))
    half = lending.liquidate(below, USDC, USDC, odd, MAX_AMOUNT, START)
    assert half.debt == 3_850 * DOLLAR + 1  # halves up


def test_a_small_debt_is_halved_too_and_dust_may_stay() -> None:
    low, position = fallen(1_800, ETHER // 10, 150 * DOLLAR)
    done = lending.liquidate(low, WETH, USDC, position, 75 * DOLLAR - 1, START)
    assert done.debt == 75 * DOLLAR - 1
    assert done.borrower.borrowed[USDC] == 75 * DOLLAR + 1


def test_debt_without_collateral_stays() -> None:
    """10 WETH at 1,000 dollars and a bonus of 5 % pay 9,523.809524 of 15,000, to the nearest."""
    low, position = fallen(1_000)
    done = lending.liquidate(low, WETH, USDC, position, MAX_AMOUNT, START)
    assert done.debt == nearest(Fraction(10_000 * DOLLAR * 100, 105)) == 9_523_809_524
    assert done.borrower.supplied[WETH] == 0
    assert not done.borrower.collateral[WETH]
    assert done.borrower.borrowed[USDC] == 15_000 * DOLLAR - done.debt
    assert done.written_off == ()
    assert done.market.reserves[USDC].deficit == 0
    assert done.collateral + done.fee == 10 * ETHER


@pytest.mark.parametrize(("price", "needed"), [(1_000, 9_523_809_524), (1_001, 9_533_333_333)])
def test_the_debt_that_all_collateral_buys_is_to_the_nearest(price: int, needed: int) -> None:
    """10,010 / 1.05 = 9,533.333333…: down; 10,000 / 1.05 = 9,523.8095238…: up."""
    low, position = fallen(price)
    assert lending.liquidate(low, WETH, USDC, position, MAX_AMOUNT, START).debt == needed


def test_received_supply_leaves_its_reserve_untouched() -> None:
    low, position = fallen(1_700)
    other = lending.supply(low, USDC, empty_position(3), 10**6 * DOLLAR, START)
    low = lending.borrow(other.market, WETH, other.position, 300 * ETHER, START).market
    later = START + DAY
    before = low.reserves[WETH]
    done = lending.liquidate(low, WETH, USDC, position, DOLLAR, later, receive_supply=True)
    assert done.market.reserves[WETH] == before
    index = lending.normalized_income(before, later)
    assert index > before.liquidity_index
    assert done.collateral_scaled == nearest(Fraction(done.collateral * RAY, index))
    assert done.market.reserves[USDC].updated_at == later
    paid = lending.liquidate(low, WETH, USDC, position, DOLLAR, later)
    assert paid.market.reserves[WETH].updated_at == later
    assert paid.market.reserves[WETH].liquidity == before.liquidity - paid.collateral
    new = lending.receive(low, empty_position(3), WETH, done.collateral_scaled)
    assert new.collateral[WETH]
    assert lending.receive(low, empty_position(3), WETH, 0).collateral[WETH]  # even nothing
    held = lending.put(empty_position(3).supplied, WETH, 1)
    assert not lending.receive(low, empty_position(3)._replace(supplied=held), WETH, 5).collateral[
        WETH
    ]
    newer = stocked()
    assert not lending.receive(newer, empty_position(3), WETH, 5).collateral[WETH]


def test_the_repayment_is_missing_in_the_last_rates_of_one_and_the_same_reserve() -> None:
    low, _ = fallen(1_000)
    sick = Position((0, 10_000 * DOLLAR, 0), (0, 7_900 * DOLLAR, 0), (False, True, False), 0)
    before = low.reserves[USDC]
    done = lending.liquidate(low, USDC, USDC, sick, 1_000 * DOLLAR, START)
    after = done.market.reserves[USDC]
    assert after.liquidity == before.liquidity + done.debt - done.collateral
    told = V3_0_2.interest_rates(
        USDC_CONFIG.curve,
        USDC_CONFIG.reserve_factor,
        after.debt_scaled,
        before.liquidity - done.collateral,
        0,
    )
    assert (after.liquidity_rate, after.borrow_rate) == told
    short = before._replace(liquidity=done.collateral - 1)
    empty = Market(low.parameters, lending.put(low.reserves, USDC, short), low.prices)
    with reverts("Panic"):  # although the repayment would suffice
        lending.liquidate(empty, USDC, USDC, sick, 1_000 * DOLLAR, START)
    just = before._replace(liquidity=done.collateral)
    enough = Market(low.parameters, lending.put(low.reserves, USDC, just), low.prices)
    assert lending.liquidate(enough, USDC, USDC, sick, 1_000 * DOLLAR, START).debt


def test_a_borrower_may_liquidate_himself() -> None:
    low, position = fallen(1_700)
    done = lending.liquidate(
        low, WETH, USDC, position, DOLLAR, START, receive_supply=True, by_borrower=True
    )
    assert done.fee_scaled > 0
    assert done.borrower.supplied[WETH] == 10 * ETHER - done.fee_scaled
    paid = lending.liquidate(low, WETH, USDC, position, DOLLAR, START, by_borrower=True)
    assert paid.borrower.supplied[WETH] == 10 * ETHER - paid.fee_scaled - paid.collateral_scaled


def test_a_repayment_that_buys_nothing() -> None:
    """A wei of WETH is worth no unit of USDC: nothing to burn, nothing to receive."""
    stock = stocked(rules=V3_0_2)
    sick = Position((0, 10_000 * DOLLAR, 0), (4 * ETHER, 0, 0), (False, True, False), 0)
    with reverts("InvalidBurnAmount"):
        lending.liquidate(stock, USDC, WETH, sick, 1, START)
    done = lending.liquidate(stock, USDC, WETH, sick, 1, START, receive_supply=True)
    assert (done.debt, done.collateral, done.collateral_scaled, done.fee_scaled) == (1, 0, 0, 0)


def test_the_bonus_of_a_category() -> None:
    stock = stocked(rules=V3_0_2)
    sick = Position((0, 0, 10 * ETHER), (120 * ETHER // 10, 0, 0), (False, False, True), 1)
    done = lending.liquidate(stock, WSTETH, WETH, sick, 12 * ETHER // 10, START)
    assert done.collateral + done.fee == 101 * ETHER // 100


def test_the_fee_is_capped_at_what_is_left() -> None:
    """One share at 1.5 counts as 2 tokens: 1 to the liquidator and 1 as fee, a share each."""
    config = WETH_CONFIG._replace(unit=1, protocol_fee=10_000, liquidation_bonus=20_000)
    stock = priced(grown(3 * RAY // 2, weth=config), USD)
    sick = Position((1, 0, 0), (0, 100 * DOLLAR, 0), (True, False, False), 0)
    done = lending.liquidate(stock, WETH, USDC, sick, MAX_AMOUNT, START, receive_supply=True)
    assert (done.debt, done.collateral, done.fee) == (DOLLAR, 1, 1)
    assert (done.collateral_scaled, done.fee_scaled) == (1, 0)
    assert done.borrower.supplied[WETH] == 0
    two = sick._replace(supplied=(2, 0, 0))  # 3 tokens: 3 − 1.5 → 2 leave 1 of bonus, all of it fee
    done = lending.liquidate(stock, WETH, USDC, two, MAX_AMOUNT, START, receive_supply=True)
    assert (done.collateral, done.fee) == (2, 1)
    assert (done.collateral_scaled, done.fee_scaled) == (1, 1)


# --- what holds under both rule sets ----------------------------------------------------

amounts = st.integers(1, 10**24)
indices = st.integers(RAY, 5 * RAY)


@both
@given(amounts, indices)
def test_a_round_trip_of_shares_gains_at_most_a_rounding(
    rules: Rules, amount: int, index: int
) -> None:
    """v3.6 never pays out more than came in; v3.0.2 at most half a share's worth more."""
    back = rules.supply_balance(rules.mint_supply(amount, index), index)
    gain = 0 if rules is V3_6 else Fraction(index, 2 * RAY) + Fraction(1, 2)
    assert back - amount <= gain
    owed = rules.debt_balance(rules.mint_debt(amount, index), index)
    assert amount - owed <= gain


@both
@given(st.integers(0, 3 * RAY), st.integers(0, YEAR), st.integers(0, YEAR))
def test_debt_never_shrinks_with_time(rules: Rules, rate: int, a: int, b: int) -> None:
    short, long = sorted((a, b))
    assert RAY <= rules.compound(RAY, rate, short) <= rules.compound(RAY, rate, long)


@both
@given(st.integers(0, 10**24), st.integers(0, 10**24), st.integers(0, 10_000))
def test_suppliers_never_earn_more_than_borrowers_pay(
    rules: Rules, debt: int, liquidity: int, factor: int
) -> None:
    rates = rules.interest_rates(WETH_CONFIG.curve, factor, debt, liquidity, 0)
    assert rates.liquidity <= rates.borrow + 1


steps = st.tuples(
    st.integers(0, 3),
    st.integers(0, 1),
    st.sampled_from((WETH, USDC)),
    st.one_of(st.integers(1, 10**12), st.integers(10**12, 10**21), st.just(MAX_AMOUNT)),
    st.integers(0, 40 * DAY),
)


@both
@given(st.lists(steps, max_size=20))
def test_value_is_conserved(rules: Rules, story: list[tuple[int, int, int, int, int]]) -> None:
    """Tokens and debts cover what suppliers and the treasury are owed, but for roundings."""
    stock, now = stocked(rules=rules), START
    crowd = [empty_position(3), empty_position(3)]
    actions = (lending.supply, lending.withdraw, lending.borrow, lending.repay)
    for kind, who, place, amount, wait in story:
        now += wait
        try:
            stock, crowd[who], _ = actions[kind](stock, place, crowd[who], amount, now)
        except Revert:
            continue
    for place in (WETH, USDC):
        config = stock.parameters.configs[place]
        reserve = lending.accrue(stock.reserves[place], config, now, rules)
        owed = reserve.supply_scaled + reserve.accrued_to_treasury
        supplied = rules.supply_balance(owed, reserve.liquidity_index)
        debt = rules.debt_balance(reserve.debt_scaled, reserve.borrow_index)
        assert reserve.liquidity + debt - supplied >= -2 * len(story) - 2
        assert reserve.debt_scaled == sum(position.borrowed[place] for position in crowd)


@both
@given(st.integers(DOLLAR, 14_000 * DOLLAR), st.integers(1, 10 * ETHER), st.integers(0, 60 * DAY))
def test_what_the_limits_allow_succeeds(rules: Rules, debt: int, more: int, wait: int) -> None:
    stock, position = leveraged(10 * ETHER, debt, rules=rules)
    now = START + wait
    if out := lending.withdrawable(stock, WETH, position, now):
        taken = lending.withdraw(stock, WETH, position, out, now)
        assert health_factor(taken.market, taken.position, now) >= HEALTHY
    if most := lending.borrowable(stock, USDC, position, now):
        owing = lending.borrow(stock, USDC, position, most, now)
        assert health_factor(owing.market, owing.position, now) >= HEALTHY


@both
@given(st.integers(900, 1_800), st.integers(1, 15_000 * DOLLAR))
def test_a_liquidation_conserves_shares(rules: Rules, price: int, wanted: int) -> None:
    stock, position = leveraged(10 * ETHER, 15_000 * DOLLAR, rules=rules)
    low = priced(stock, price * USD)
    try:
        done = lending.liquidate(low, WETH, USDC, position, wanted, START, receive_supply=True)
    except Revert:
        return
    left = done.borrower.supplied[WETH]
    assert left + done.collateral_scaled + done.fee_scaled == 10 * ETHER
    assert done.debt <= wanted
    bought = Fraction(done.collateral + done.fee) * price / ETHER
    assert bought <= Fraction(done.debt, DOLLAR) * Fraction(105, 100) + Fraction(1, 100)


@given(st.integers(1, 9_000), st.integers(0, 1_000), st.integers(0, YEAR))
def test_more_debt_never_raises_health(dollars: int, more: int, wait: int) -> None:
    stock, position = old(10 * ETHER, 9_000 * DOLLAR)
    low, high = (
        health_factor(
            stock,
            position._replace(borrowed=lending.put(position.borrowed, USDC, each * DOLLAR)),
            START + wait,
        )
        for each in (dollars + more, dollars)
    )
    assert low <= high
