"""Deposits and withdrawals of a stake pool, worked by fractions."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import stake_pool as sp
from lstwallet.protocols.stake_pool import (
    STAKE_RENT,
    Fee,
    Fees,
    StakeAccount,
    StakePool,
    Status,
    Validator,
)
from lstwallet.protocols.stake_pool import state as reasons
from tests.protocols.stake_pools import (
    LEAST,
    NOW,
    SOL,
    pool_of,
    refused,
    staked,
    validator_of,
)

# --- in and out ---------------------------------------------------------------------------


def test_taking_all_out_leaves_nothing() -> None:
    # state.rs withdraw_all, specific_split_withdrawal
    pool = pool_of(1_100_000_000_000, 1_000_000_000_000)
    assert sp.lamports_for_tokens(pool, 10**12) == pool.total_lamports
    most = sp.lamports_for_tokens(pool, 10**12 - 1)
    rest = pool._replace(total_lamports=pool.total_lamports - most, pool_token_supply=1)
    assert rest.total_lamports == sp.lamports_for_tokens(rest, 1) == 2
    assert sp.tokens_for_deposit(pool, 3) == 2


def test_the_figures_of_the_program() -> None:
    assert (sp.LAMPORTS_PER_SOL, sp.NEVER) == (10**9, 2**64 - 1)
    assert (reasons.MAX_U64, reasons.MAX_U128) == (2**64 - 1, 2**128 - 1)
    assert sp.STAKE_RENT == (128 + 200) * 3_480 * 2
    assert sp.NO_FEE == (0, 0)
    assert StakePool(1, 2, 3, 4) == (1, 2, 3, 4, Fees(), 0, 0)
    assert Fees() == ((0, 0),) * 5 + (0, 0, None, None, None)


def test_the_first_lamports_are_worth_a_token_each() -> None:
    assert sp.tokens_for_deposit(pool_of(0, 0), 5) == 5
    assert sp.tokens_for_deposit(pool_of(0, 7), 5) == 5
    assert sp.tokens_for_deposit(pool_of(7, 0), 5) == 5


def test_a_deposit_of_sol_by_fractions() -> None:
    fees = Fees(sol_deposit=Fee(3, 1_000), sol_referral=50, stake_deposit=Fee(1, 2))
    pool = pool_of(1_234_567_890_123, 1_111_111_111_111, fees, reserve=5 * SOL)
    after, minted = sp.deposit_sol(pool, 7_777_777_777, NOW)
    tokens = floor(Fraction(7_777_777_777 * 1_111_111_111_111, 1_234_567_890_123))
    fee = ceil(Fraction(tokens * 3, 1_000))
    assert minted == (tokens - fee, fee - fee // 2, fee // 2)
    assert after == pool._replace(
        total_lamports=pool.total_lamports + 7_777_777_777,
        pool_token_supply=pool.pool_token_supply + tokens,
        reserve=pool.reserve + 7_777_777_777,
    )


def test_a_withdrawal_of_sol_by_fractions() -> None:
    fees = Fees(sol_withdrawal=Fee(1, 1_000), stake_withdrawal=Fee(1, 2))
    pool = pool_of(1_234_567_890_123, 1_111_111_111_111, fees, reserve=50 * SOL)
    after, withdrawn = sp.withdraw_sol(pool, 10 * SOL + 1, NOW)
    assert withdrawn.fee == 10_000_001  # 0.1 % of 10.000000001, rounded up
    assert withdrawn.burned == 10 * SOL + 1 - 10_000_001
    paid = floor(Fraction(withdrawn.burned * 1_234_567_890_123, 1_111_111_111_111))
    assert withdrawn.lamports == paid
    assert after.total_lamports == pool.total_lamports - paid
    assert after.pool_token_supply == pool.pool_token_supply - withdrawn.burned
    assert after.reserve == pool.reserve - paid
    free = sp.withdraw_sol(pool, 10 * SOL + 1, NOW, manager=True)[1]
    assert (free.burned, free.fee) == (10 * SOL + 1, 0)


def test_what_going_in_is_refused() -> None:
    pool = pool_of(2 * SOL, SOL)
    with refused(reasons.POOL_OUT_OF_DATE):
        sp.deposit_sol(pool, SOL, NOW + 1)
    with refused(reasons.DEPOSIT_TOO_SMALL):
        sp.deposit_sol(pool, 1, NOW)
    assert sp.deposit_sol(pool, 2, NOW)[1].depositor == 1
    assert sp.deposit_sol(pool, 20, NOW, 10)[1].depositor == 10
    with refused(reasons.EXCEEDED_SLIPPAGE):
        sp.deposit_sol(pool, 20, NOW, 11)
    all_fee = pool._replace(fees=Fees(sol_deposit=Fee(1, 1)))
    with refused(reasons.DEPOSIT_TOO_SMALL):
        sp.deposit_sol(all_fee, SOL, NOW)
    with refused(reasons.CALCULATION_FAILURE):
        sp.deposit_sol(pool_of(1, 2), 2**63, NOW)
    with refused(reasons.CALCULATION_FAILURE):
        sp.deposit_sol(pool_of(2**63, 1), 2**63, NOW)
    with refused(reasons.CALCULATION_FAILURE):
        sp.deposit_sol(pool_of(2**62, 2**63), 2**62, NOW)


def test_what_going_out_is_refused() -> None:
    pool = pool_of(SOL, 2 * SOL, reserve=100)
    with refused(reasons.POOL_OUT_OF_DATE):
        sp.withdraw_sol(pool, SOL, NOW + 1)
    with refused(reasons.WITHDRAWAL_TOO_SMALL):
        sp.withdraw_sol(pool, 1, NOW)
    assert sp.withdraw_sol(pool, 2, NOW, minimum_out=1)[1].lamports == 1
    with refused(reasons.EXCEEDED_SLIPPAGE):
        sp.withdraw_sol(pool, 2, NOW, minimum_out=2)
    assert sp.withdraw_sol(pool, 200, NOW)[0].reserve == STAKE_RENT
    with refused(reasons.SOL_WITHDRAWAL_TOO_LARGE):
        sp.withdraw_sol(pool, 202, NOW)
    rich = pool_of(SOL, SOL, reserve=10 * SOL)
    with refused(reasons.CALCULATION_FAILURE):
        sp.withdraw_sol(rich, SOL + 1, NOW)
    assert sp.withdraw_sol(rich, SOL, NOW)[0].total_lamports == 0
    with refused(reasons.CALCULATION_FAILURE):
        sp.lamports_for_tokens(pool_of(2**63, 1), 2)
    with refused(reasons.CALCULATION_FAILURE):
        sp.lamports_per_token(pool_of(5, 0))
    assert sp.lamports_per_token(pool_of(5, 1)) == 5
    assert sp.lamports_per_token(pool_of(5, 4)) == 2


def test_a_deposit_of_stake_pays_two_fees() -> None:
    fees = Fees(stake_deposit=Fee(1, 100), sol_deposit=Fee(1, 10), stake_referral=20)
    pool = pool_of(30 * SOL, 20 * SOL, fees)
    account = StakeAccount(6 * SOL + STAKE_RENT + 3_000, 6 * SOL, 5)  # 3,000 of tips
    after, validator, minted = sp.deposit_stake(pool, [validator_of(30 * SOL)], 0, account, NOW)
    tokens = floor(Fraction(account.lamports * 2, 3))
    fee = 4 * SOL // 100 + ceil(Fraction(tokens - 4 * SOL, 10))
    assert minted == (tokens - fee, fee - fee // 5, fee // 5)
    assert validator.active == staked(36 * SOL)
    assert validator.active_lamports == 36 * SOL + STAKE_RENT
    assert after.reserve == pool.reserve + STAKE_RENT + 3_000
    assert after.total_lamports == 30 * SOL + account.lamports
    assert after.pool_token_supply == 20 * SOL + tokens


def test_two_stakes_on_their_way_in_delegate_the_rent_of_one() -> None:
    # solana-program/stake merge.rs: ActivationEpoch and ActivationEpoch
    pool, validator = pool_of(SOL, SOL), validator_of(SOL, since=NOW)
    after, validator, _ = sp.deposit_stake(pool, [validator], 0, staked(SOL, NOW), NOW)
    assert validator.active == staked(2 * SOL + STAKE_RENT, NOW)
    assert after.reserve == pool.reserve


@pytest.mark.parametrize(
    ("own", "given_stake"),
    [
        (staked(SOL), staked(SOL, NOW)),
        (staked(SOL, NOW), staked(SOL)),
        (staked(SOL), staked(SOL, deactivation_epoch=NOW)),
        (staked(SOL, deactivation_epoch=NOW), staked(SOL)),
    ],
)
def test_stakes_in_different_states_do_not_merge(
    own: StakeAccount, given_stake: StakeAccount
) -> None:
    pool, validator = pool_of(SOL, SOL), validator_of(SOL)._replace(active=own)
    with refused(reasons.MERGE_MISMATCH):
        sp.deposit_stake(pool, [validator], 0, given_stake, NOW)


def test_a_deposit_of_stake_that_is_refused() -> None:
    pool, there = pool_of(SOL, SOL), [validator_of(SOL), validator_of(SOL)]
    with refused(reasons.POOL_OUT_OF_DATE):
        sp.deposit_stake(pool, there, 0, staked(SOL), NOW + 1)
    with refused(reasons.WRONG_DEPOSIT_VALIDATOR):
        sp.deposit_stake(pool, there, 0, staked(SOL), NOW, preferred=1)
    sp.deposit_stake(pool, there, 1, staked(SOL), NOW, preferred=1)
    leaving = [sp.remove_validator(there[0], NOW)]
    with refused(reasons.VALIDATOR_NOT_FOUND):
        sp.deposit_stake(pool, leaving, 0, staked(SOL), NOW)
    with refused(reasons.EXCEEDED_SLIPPAGE):
        sp.deposit_stake(pool, there, 0, staked(SOL), NOW, minimum_out=SOL + STAKE_RENT + 1)


MARGIN = LEAST + 1 + 2
"""What a validator needs above it before stake can be split off, at a rate between 1 and 2."""


def test_a_withdrawal_of_stake_keeps_earning_until_it_is_deactivated() -> None:
    fees = Fees(stake_withdrawal=Fee(1, 1_000), sol_withdrawal=Fee(1, 2))
    pool, there = (
        pool_of(30 * SOL, 20 * SOL, fees),
        [validator_of(20 * SOL), validator_of(10 * SOL)],
    )
    after, validator, account, withdrawn = sp.withdraw_stake(pool, there, 0, 2 * SOL, NOW)
    assert withdrawn == (2 * SOL - 2_000_000, 2_000_000, 3 * SOL - 3_000_000)
    assert validator.active == staked(17 * SOL + 3_000_000)
    assert validator.active_lamports == 17 * SOL + 3_000_000 + STAKE_RENT
    assert account == staked(3 * SOL - 3_000_000)
    assert (after.total_lamports, after.reserve) == (27 * SOL + 3_000_000, pool.reserve)
    assert after.pool_token_supply == 18 * SOL + 2_000_000
    asked = sp.deactivate(account, NOW)
    assert sp.deactivate(asked, NOW + 1) == asked
    assert (sp.free_from(account), sp.free_from(asked)) == (None, NOW + 1)
    assert [sp.is_inactive(asked, NOW + epochs) for epochs in (0, 1, 2)] == [False, True, True]
    assert not sp.is_inactive(account, NOW + 9)


def test_what_never_began_to_earn_is_free_at_once() -> None:
    asked = sp.deactivate(staked(SOL, NOW), NOW)
    assert sp.is_inactive(asked, NOW)
    assert not sp.is_inactive(sp.deactivate(staked(SOL, NOW - 1), NOW), NOW)
    assert not sp.is_inactive(staked(SOL, NOW), NOW)


def test_a_withdrawal_leaves_the_least_with_the_validator() -> None:
    pool, there = pool_of(2 * SOL, 2 * SOL), [validator_of(SOL)]
    most = SOL - sp.MINIMUM_ACTIVE_STAKE
    after = sp.withdraw_stake(pool, there, 0, most, NOW)
    assert after.validator.active_lamports == LEAST
    with refused(reasons.NOT_THE_MINIMUM):
        sp.withdraw_stake(pool, there, 0, most + 1, NOW)
    with refused(reasons.VALIDATOR_NOT_FOUND):
        sp.withdraw_stake(pool, [sp.remove_validator(there[0], NOW)], 0, 10, NOW)
    with refused(reasons.POOL_OUT_OF_DATE):
        sp.withdraw_stake(pool, there, 0, 10, NOW + 1)
    with refused(reasons.EXCEEDED_SLIPPAGE):
        sp.withdraw_stake(pool, there, 0, 10, NOW, minimum_out=11)


def test_the_preferred_validator_is_emptied_first() -> None:
    pool, there = (
        pool_of(2 * SOL, 2 * SOL),
        [validator_of(SOL), validator_of(MARGIN - 1 - STAKE_RENT)],
    )
    sp.withdraw_stake(pool, there, 0, SOL // 2, NOW, preferred=0)
    assert there[1].active_lamports == MARGIN - 1
    enough = [there[0], there[1]._replace(active_lamports=MARGIN - 1)]
    with refused(reasons.WRONG_WITHDRAW_VALIDATOR):  # a rate of 1: the margin is one less
        sp.withdraw_stake(pool, enough, 0, SOL // 2, NOW, preferred=1)
    short = [there[0], there[1]._replace(active_lamports=MARGIN - 2)]
    sp.withdraw_stake(pool, short, 0, SOL // 2, NOW, preferred=1)


def test_stake_in_transit_goes_when_no_other_is_to_spare() -> None:
    pool = pool_of(3 * SOL, 2 * SOL, reserve=2 * SOL)
    poor = Validator(staked(sp.MINIMUM_ACTIVE_STAKE), None, LEAST, 0, NOW)
    moved = staked(SOL, deactivation_epoch=NOW)
    busy = poor._replace(transient=moved, transient_lamports=moved.lamports)
    after = sp.withdraw_stake(pool, [poor, busy], 1, SOL // 2, NOW)
    assert after.account == staked(3 * SOL // 4, deactivation_epoch=NOW)
    assert after.validator.transient == staked(SOL // 4, deactivation_epoch=NOW)
    assert after.validator.transient_lamports == SOL // 4 + STAKE_RENT
    assert after.validator.active_lamports == LEAST
    with refused(reasons.WRONG_STAKE_STATE):
        sp.withdraw_stake(pool, [poor, busy], 0, SOL // 2, NOW)
    # once another validator has some to spare, it must be an active one
    with refused(reasons.NOT_THE_MINIMUM):
        sp.withdraw_stake(pool, [validator_of(SOL), busy], 1, SOL // 2, NOW)
    # a little in transit is in the way even when it is too little to be split
    crumb = staked(0, deactivation_epoch=NOW)
    stuck = poor._replace(transient=crumb, transient_lamports=STAKE_RENT)
    with refused(reasons.NOT_THE_MINIMUM):
        sp.withdraw_stake(pool, [stuck], 0, LEAST, NOW)


def test_the_last_stake_of_a_validator_goes_whole() -> None:
    pool = pool_of(30 * SOL, 20 * SOL)
    poor = Validator(staked(sp.MINIMUM_ACTIVE_STAKE), None, LEAST, 0, NOW)
    exact = ceil(Fraction(LEAST * 2, 3))
    after = sp.withdraw_stake(pool, [poor], 0, exact, NOW)
    assert after.withdrawn.lamports == LEAST
    assert after.account == StakeAccount(LEAST + STAKE_RENT, sp.MINIMUM_ACTIVE_STAKE, 1)
    assert after.validator == Validator(None, None, 0, 0, NOW, Status.READY_FOR_REMOVAL)
    assert after.pool.total_lamports == 30 * SOL - LEAST
    # up to a token's worth too much is kept by the pool
    assert sp.withdraw_stake(pool, [poor], 0, exact + 1, NOW).withdrawn.lamports == LEAST
    for tokens in (exact - 1, exact + 2):
        with refused(reasons.NOT_THE_MINIMUM):
            sp.withdraw_stake(pool, [poor], 0, tokens, NOW)
    with refused(reasons.POOL_OUT_OF_DATE):
        sp.withdraw_stake(pool, [poor._replace(active_lamports=LEAST - 1)], 0, exact, NOW)
    # another that has no more than the margin has nothing to spare, active or in transit
    for spare in ({"active_lamports": MARGIN}, {"transient_lamports": MARGIN}):
        other = poor._replace(**spare)
        gone = sp.withdraw_stake(pool, [poor, other], 0, exact, NOW)
        assert gone.validator.status is Status.READY_FOR_REMOVAL
    with refused(reasons.NOT_THE_MINIMUM):
        more = poor._replace(active_lamports=MARGIN + 1)
        sp.withdraw_stake(pool, [poor, more], 0, exact, NOW)
    with refused(reasons.WRONG_STAKE_STATE):
        more = poor._replace(transient_lamports=MARGIN + 1)
        sp.withdraw_stake(pool, [poor, more], 0, exact, NOW)


def test_the_reserve_s_stake_goes_only_when_no_validator_has_any() -> None:
    pool = pool_of(3 * SOL, 2 * SOL, Fees(stake_withdrawal=Fee(1, 2)), reserve=3 * SOL)
    poor = Validator(staked(MARGIN - STAKE_RENT), None, MARGIN, 0, NOW)
    after, withdrawn = sp.withdraw_stake_from_reserve(pool, [poor], 2 * SOL, NOW)
    assert withdrawn == (SOL, SOL, 3 * SOL // 2)
    assert after.reserve == pool.reserve - 3 * SOL // 2
    assert after.total_lamports == 3 * SOL // 2
    free = sp.withdraw_stake_from_reserve(pool, [poor], SOL, NOW, manager=True)[1]
    assert free == (SOL, 0, 3 * SOL // 2)
    for changed in (
        poor._replace(active_lamports=MARGIN + 1),
        poor._replace(transient_lamports=MARGIN + 1),
    ):
        with refused(reasons.NOT_THE_MINIMUM):
            sp.withdraw_stake_from_reserve(pool, [changed], 2 * SOL, NOW)
        leaving = changed._replace(status=Status.DEACTIVATING_VALIDATOR)
        sp.withdraw_stake_from_reserve(pool, [leaving], 2 * SOL, NOW)
    with refused(reasons.EXCEEDED_SLIPPAGE):
        sp.withdraw_stake_from_reserve(pool, [poor], 2 * SOL, NOW, minimum_out=3 * SOL // 2 + 1)
    little = pool._replace(reserve=STAKE_RENT + 3 * SOL // 2)
    assert sp.withdraw_stake_from_reserve(little, [poor], 2 * SOL, NOW)[0].reserve == STAKE_RENT
    with refused(reasons.SOL_WITHDRAWAL_TOO_LARGE):
        sp.withdraw_stake_from_reserve(
            little._replace(reserve=little.reserve - 1), [poor], 2 * SOL, NOW
        )


# --- what must always hold ---


LAMPORTS = st.integers(1, 4 * 10**9)  # products of two fit into 64 bits
FEES = st.builds(lambda n, d: Fee(min(n, d), d), st.integers(0, 1_000), st.integers(1, 1_000))


def rate(pool: StakePool) -> Fraction:
    return Fraction(pool.total_lamports, pool.pool_token_supply)


@given(total=LAMPORTS, supply=LAMPORTS, paid=LAMPORTS, fee=FEES, leaving=FEES)
def test_in_and_out_never_gains_and_never_lowers_the_rate(
    total: int, supply: int, paid: int, fee: Fee, leaving: Fee
) -> None:
    fees = Fees(sol_deposit=fee, sol_withdrawal=leaving, sol_referral=30)
    pool = pool_of(total, supply, fees, reserve=total)
    tokens = paid * supply // total
    if tokens <= sp.fee_on(fee, tokens):
        with refused(reasons.DEPOSIT_TOO_SMALL):
            sp.deposit_sol(pool, paid, NOW)
        return
    inside, minted = sp.deposit_sol(pool, paid, NOW)
    assert rate(inside) >= rate(pool)
    assert sum(minted) == inside.pool_token_supply - supply
    if (minted.depositor - sp.fee_on(leaving, minted.depositor)) * rate(inside) < 1:
        with refused(reasons.WITHDRAWAL_TOO_SMALL):
            sp.withdraw_sol(inside, minted.depositor, NOW)
        return
    outside, withdrawn = sp.withdraw_sol(inside, minted.depositor, NOW)
    assert withdrawn.lamports <= paid
    assert withdrawn.burned + withdrawn.fee == minted.depositor
    assert outside.total_lamports == total + paid - withdrawn.lamports
    if outside.pool_token_supply:
        assert rate(outside) >= rate(inside)


@given(total=LAMPORTS, supply=LAMPORTS, less=LAMPORTS, more=LAMPORTS)
def test_more_in_is_more_out(total: int, supply: int, less: int, more: int) -> None:
    less, more = sorted((less, more))
    pool = pool_of(total, supply)
    assert sp.lamports_for_tokens(pool, less) <= sp.lamports_for_tokens(pool, more)
    assert sp.tokens_for_deposit(pool, less) <= sp.tokens_for_deposit(pool, more)


@given(total=LAMPORTS, supply=LAMPORTS, rewards=LAMPORTS, fee=FEES)
def test_the_fee_is_never_worth_more_than_its_part_and_the_rate_never_falls(
    total: int, supply: int, rewards: int, fee: Fee
) -> None:
    pool = pool_of(total, supply, Fees(epoch=fee), reserve=total + rewards)
    after, minted = sp.update_pool(pool, (), NOW + 1)
    assert after.total_lamports == total + rewards
    assert minted * rate(after) <= ceil(Fraction(rewards * fee.numerator, fee.denominator))
    if fee.numerator < fee.denominator:
        kept = total + rewards - sp.fee_on(fee, rewards)
        assert rate(after) >= rate(pool) * Fraction(kept, total)
