"""Fees of a stake pool, by the program's own examples and by exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import stake_pool as sp
from lstwallet.protocols.stake_pool import (
    Fee,
    Fees,
    FeeType,
    FutureFee,
)
from lstwallet.protocols.stake_pool import state as reasons
from tests.protocols.stake_pools import (
    NOW,
    SOL,
    U64,
    pool_of,
    refused,
)


def test_ten_per_cent_of_ten_sol_is_one_sol_less_a_lamport_of_rounding() -> None:
    # state.rs specific_fee_calculation
    pool = pool_of(100 * SOL, 100 * SOL, Fees(epoch=Fee(1, 10)))
    minted = sp.epoch_fee_tokens(pool, 10 * SOL)
    assert minted == floor(Fraction(100 * SOL * SOL, 109 * SOL))
    after = pool._replace(total_lamports=110 * SOL, pool_token_supply=100 * SOL + minted)
    assert sp.lamports_for_tokens(after, minted) == SOL - 1


def test_without_tokens_all_rewards_are_the_manager_s() -> None:
    # state.rs divide_by_zero_fee, zero_withdraw_calculation
    assert sp.epoch_fee_tokens(pool_of(0, 0, Fees(epoch=Fee(1, 10))), 10) == 10
    assert sp.epoch_fee_tokens(pool_of(5, 0, Fees(epoch=Fee(1, 10))), 10) == 10
    assert sp.lamports_for_tokens(pool_of(0, 0), 0) == 0


def test_a_fee_of_everything_there_is_mints_the_rewards() -> None:
    pool = pool_of(0, 7, Fees(epoch=Fee(1, 1)))
    assert sp.epoch_fee_tokens(pool, 10) == 10
    # one lamport that is not the manager's, and the tokens are all worth that one
    assert sp.epoch_fee_tokens(pool._replace(total_lamports=1), 10) == 70


def test_tokens_beyond_64_bits_fail() -> None:
    pool = pool_of(1, 2**63, Fees(epoch=Fee(1, 1)))
    assert sp.epoch_fee_tokens(pool, 1) == 2**63
    with refused(reasons.CALCULATION_FAILURE):
        sp.epoch_fee_tokens(pool, 2)


@pytest.mark.parametrize(
    ("fee", "amount", "taken"),
    [
        (Fee(1, 1_000), 0, 0),
        (Fee(1, 1_000), 1, 1),  # rounded up
        (Fee(1, 1_000), 1_000, 1),
        (Fee(1, 1_000), 1_001, 2),
        (Fee(0, 1_000), 999, 0),
        (Fee(1, 0), 999, 0),
        (Fee(1, 1), 999, 999),
    ],
)
def test_a_fee_is_rounded_up(fee: Fee, amount: int, taken: int) -> None:
    assert sp.fee_on(fee, amount) == taken


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        # set_withdrawal_fee.rs: from 0.3 % to 0.4 %, 0.46 %; from none to 0.15 %, 0.16 %
        (Fee(3, 1_000), Fee(4, 1_000), None),
        (Fee(30, 10_000), Fee(45, 10_000), None),
        (Fee(3, 1_000), Fee(46, 10_000), reasons.FEE_INCREASE_TOO_HIGH),
        (Fee(0, 1), Fee(15, 10_000), None),
        (Fee(0, 1), Fee(16, 10_000), reasons.FEE_INCREASE_TOO_HIGH),
        (Fee(5, 0), Fee(15, 10_000), None),
        (Fee(5, 0), Fee(16, 10_000), reasons.FEE_INCREASE_TOO_HIGH),
        # state.rs check_withdrawal_fee_max_increase: half a per cent is the most
        (Fee(10, 200), Fee(11, 200), None),
        (
            Fee(10, 200),
            Fee(11_000_000_000_000_001, 200_000_000_000_000_000),
            reasons.FEE_INCREASE_TOO_HIGH,
        ),
        # state.rs check_withdrawal_fee_overflow_failure
        (Fee(1, U64), Fee(U64, U64), reasons.CALCULATION_FAILURE),
        (Fee(4, 1_000), Fee(0, 1), None),
        (Fee(U64 // 4, U64), Fee(U64 // 4, U64), None),
        (Fee(U64 // 2, U64), Fee(U64 // 2, U64), reasons.CALCULATION_FAILURE),
    ],
)
def test_how_fast_a_withdrawal_fee_may_rise(old: Fee, new: Fee, reason: str | None) -> None:
    if reason is None:
        sp.check_withdrawal_increase(new, old)
    else:
        with refused(reason):
            sp.check_withdrawal_increase(new, old)


def test_each_product_of_the_comparison_has_128_bits() -> None:
    # 3 · old · new denominators: the largest that fits, and one that does not
    fits, large = (2**128 - 1) // 3 // U64, (2**128 - 1) // 3 // U64 + 1
    sp.check_withdrawal_increase(Fee(0, U64), Fee(fits, U64))
    with refused(reasons.CALCULATION_FAILURE):
        sp.check_withdrawal_increase(Fee(0, U64), Fee(large, U64))
    # 2 · new numerator · old denominator, when the old fee is above one
    half = (2**128 - 1) // 2 // U64
    with refused(reasons.FEE_INCREASE_TOO_HIGH):
        sp.check_withdrawal_increase(Fee(half, 1), Fee(half, U64 // 300))
    with refused(reasons.CALCULATION_FAILURE):
        sp.check_withdrawal_increase(Fee(U64, 1), Fee(U64 // 200 + 2**60, U64))


@given(
    st.integers(1, 500), st.integers(500, 10_000), st.integers(0, 10_000), st.integers(1, 10_000)
)
def test_the_limits_are_those_of_exact_fractions(a: int, b: int, c: int, d: int) -> None:
    old, new = Fraction(a, b), Fraction(c, d)
    allowed = new <= old * Fraction(3, 2) and new - old <= Fraction(1, 200)
    if allowed:
        sp.check_withdrawal_increase(Fee(c, d), Fee(a, b))
    else:
        with refused(reasons.FEE_INCREASE_TOO_HIGH):
            sp.check_withdrawal_increase(Fee(c, d), Fee(a, b))


def test_a_fee_that_is_decided_is_taken_after_two_starts_of_an_epoch() -> None:
    # set_withdrawal_fee.rs success, fee by fee
    was = Fees(epoch=Fee(1, 10), stake_withdrawal=Fee(3, 1_000), sol_withdrawal=Fee(3, 1_000))
    pool = pool_of(100 * SOL, 100 * SOL, was, reserve=100 * SOL)
    for kind in (FeeType.EPOCH, FeeType.STAKE_WITHDRAWAL, FeeType.SOL_WITHDRAWAL):
        pool = sp.set_fee(pool, kind, Fee(4, 1_000), NOW)
    waiting = FutureFee(Fee(4, 1_000), 2)
    decided = was._replace(
        next_epoch=waiting, next_stake_withdrawal=waiting, next_sol_withdrawal=waiting
    )
    assert pool.fees == decided
    pool, _ = sp.update_pool(pool, (), NOW)  # the same epoch again: nothing comes nearer
    assert pool.fees == decided
    pool, _ = sp.update_pool(pool, (), NOW + 1)
    assert pool.fees.sol_withdrawal == Fee(3, 1_000)
    assert pool.fees.next_epoch == FutureFee(Fee(4, 1_000), 1)
    pool, _ = sp.update_pool(pool, (), NOW + 2)
    fee = Fee(4, 1_000)
    assert pool.fees == Fees(epoch=fee, stake_withdrawal=fee, sol_withdrawal=fee)


def test_deciding_again_replaces_and_begins_the_wait_anew() -> None:
    # set_withdrawal_fee.rs success_reset_fee_after_one_epoch, …cannot_increase_more_than_once
    pool = pool_of(SOL, SOL, Fees(sol_withdrawal=Fee(3, 1_000)), reserve=SOL)
    pool = sp.set_fee(pool, FeeType.SOL_WITHDRAWAL, Fee(4, 1_000), NOW)
    with refused(reasons.FEE_INCREASE_TOO_HIGH):  # still measured by the fee that is taken
        sp.set_fee(pool, FeeType.SOL_WITHDRAWAL, Fee(6, 1_000), NOW)
    pool, _ = sp.update_pool(pool, (), NOW + 1)
    pool = sp.set_fee(pool, FeeType.SOL_WITHDRAWAL, Fee(0, 1), NOW + 1)
    pool, _ = sp.update_pool(pool, (), NOW + 2)
    assert pool.fees.sol_withdrawal == Fee(3, 1_000)
    pool, _ = sp.update_pool(pool, (), NOW + 3)
    assert pool.fees.sol_withdrawal == Fee(0, 1)


def test_deposit_fees_and_referrals_change_at_once() -> None:
    pool = pool_of(SOL, SOL)
    for epoch in (NOW, NOW + 1):  # also when the pool is not up to date
        after = sp.set_fee(pool, FeeType.SOL_DEPOSIT, Fee(1, 2), epoch)
        after = sp.set_fee(after, FeeType.STAKE_DEPOSIT, Fee(1, 3), epoch)
        assert after.fees == Fees(sol_deposit=Fee(1, 2), stake_deposit=Fee(1, 3))
    assert sp.set_referral(pool, stake=100).fees == Fees(stake_referral=100)
    assert sp.set_referral(pool, sol=100).fees == Fees(sol_referral=100)
    assert sp.set_referral(pool) == pool


@pytest.mark.parametrize("kind", list(FeeType))
def test_fees_that_are_refused(kind: FeeType) -> None:
    pool = pool_of(SOL, SOL, Fees(stake_withdrawal=Fee(1, 1), sol_withdrawal=Fee(1, 1)))
    with refused(reasons.FEE_TOO_HIGH):
        sp.set_fee(pool, kind, Fee(11, 10), NOW)
    sp.set_fee(pool, kind, Fee(10, 10), NOW)
    if kind in (FeeType.EPOCH, FeeType.STAKE_WITHDRAWAL, FeeType.SOL_WITHDRAWAL):
        with refused(reasons.POOL_OUT_OF_DATE):
            sp.set_fee(pool, kind, Fee(1, 10), NOW + 1)
    if kind in (FeeType.STAKE_WITHDRAWAL, FeeType.SOL_WITHDRAWAL):
        cheap = pool_of(SOL, SOL)
        with refused(reasons.FEE_INCREASE_TOO_HIGH):
            sp.set_fee(cheap, kind, Fee(2, 1_000), NOW)


def test_referrals_above_a_hundred_per_cent_are_refused() -> None:
    with refused(reasons.FEE_TOO_HIGH):
        sp.set_referral(pool_of(SOL, SOL), stake=101)
    with refused(reasons.FEE_TOO_HIGH):
        sp.set_referral(pool_of(SOL, SOL), sol=101)
