"""The performance fee: a part of the yield, never of what was brought, rounded down."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import performance_fee as fee
from lstwallet.protocols.performance_fee import Fees
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import WAD

TENTH = WAD // 10

rates = st.integers(0, WAD)
balances = st.one_of(st.integers(0, 100), st.integers(0, 10**26))
states = st.builds(
    lambda rate, balance, part: Fees(rate, balance, balance * part // 100),
    rates, balances, st.integers(0, 100),
)  # fmt: skip


def test_a_tenth_of_what_came_since() -> None:
    fees = Fees(TENTH, 1_000, 7)
    assert fee.claimable(fees, 1_099) == 7 + 9  # 9.9, rounded down
    assert fee.claimable(fees, 1_100) == 7 + 10
    assert fee.total_assets(fees, 1_100) == 1_083
    assert fee.moved(fees, 1_100, 5_000) == Fees(TENTH, 5_000, 17)
    assert fee.claimable(fee.moved(fees, 1_100, 5_000), 5_000) == 17


@pytest.mark.parametrize(("balance", "charged"), [(999, 7), (1_000, 7), (1_009, 7), (1_010, 8)])
def test_nothing_is_charged_without_yield(balance: int, charged: int) -> None:
    assert fee.claimable(Fees(TENTH, 1_000, 7), balance) == charged


def test_what_is_earned_back_after_a_loss_is_charged_again() -> None:
    fees = Fees(TENTH, 1_000, 0)
    assert fee.claimable(fees, 1_000) == 0  # lost and earned back with nothing between
    after = fee.moved(fees, 900, 900)
    assert fee.claimable(after, 1_000) == 10


def test_a_loss_into_the_fees_leaves_no_answer() -> None:
    fees = Fees(TENTH, 1_000, 50)
    assert fee.total_assets(fees, 50) == 0
    with pytest.raises(Revert, match="0x11"):
        fee.total_assets(fees, 49)


def test_fees_are_taken_up_to_the_last_unit() -> None:
    fees = Fees(TENTH, 1_000, 7)
    assert fee.take(fees, 1_100, 17) == Fees(TENTH, 1_083, 0)
    assert fee.take(fees, 1_100, 5) == Fees(TENTH, 1_095, 12)
    with pytest.raises(Revert, match="INSUFFICIENT_FEES"):
        fee.take(fees, 1_100, 18)


def test_all_of_the_yield_may_be_the_fee_and_no_more() -> None:
    assert fee.founded(WAD) == Fees(WAD, 0, 0)
    assert fee.founded(0) == Fees(0, 0, 0)
    with pytest.raises(Revert, match="FEE_TOO_HIGH"):
        fee.founded(WAD + 1)


@given(states, balances)
def test_the_fee_is_the_fraction_rounded_down(fees: Fees, more: int) -> None:
    exact = Fraction(fees.rate, WAD) * more
    assert fee.claimable(fees, fees.balance + more) == fees.charged + floor(exact)


@given(states, balances)
def test_yield_is_divided_and_nothing_is_lost(fees: Fees, more: int) -> None:
    balance = fees.balance + more
    assert fee.total_assets(fees, balance) + fee.claimable(fees, balance) == balance
    assert fee.total_assets(fees, balance) >= fee.total_assets(fees, fees.balance)


@given(states, balances, balances)
def test_charging_more_often_never_charges_more(fees: Fees, one: int, two: int) -> None:
    middle, end = fees.balance + one, fees.balance + one + two
    often = fee.claimable(fee.moved(fees, middle, middle), end)
    assert often <= fee.claimable(fees, end) <= often + 1


@given(states, balances, balances)
def test_taking_fees_leaves_the_shares_alone(fees: Fees, more: int, asked: int) -> None:
    balance = fees.balance + more
    amount = min(asked, fee.claimable(fees, balance))
    left = fee.take(fees, balance, amount)
    assert fee.total_assets(left, balance - amount) == fee.total_assets(fees, balance)
