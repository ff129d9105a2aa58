"""Stake out to validators and back, and the count once an epoch."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import stake_pool as sp
from lstwallet.protocols.stake_pool import (
    STAKE_RENT,
    Fee,
    Fees,
    StakePool,
    Status,
    Validator,
)
from lstwallet.protocols.stake_pool import state as reasons
from lstwallet.units.checked import Revert
from tests.protocols.stake_pools import (
    LEAST,
    NOW,
    SOL,
    U64,
    counted,
    pool_of,
    refused,
    staked,
    validator_of,
)

# --- moving stake and counting it ------------------------------------------------------------


def test_taking_back_twice_in_an_epoch_costs_two_rents_for_the_while() -> None:
    # tests/decrease.rs twice, success-all-additional
    pool, validator = pool_of(100 * SOL, 100 * SOL, reserve=10 * SOL), validator_of(90 * SOL)
    pool, validator = sp.decrease_stake(pool, validator, 20 * SOL, NOW)
    assert validator.transient == staked(20 * SOL, deactivation_epoch=NOW)
    pool, validator = sp.decrease_stake(pool, validator, 30 * SOL, NOW)
    assert validator.active == staked(40 * SOL)
    assert validator.active_lamports == 40 * SOL + STAKE_RENT
    assert validator.transient_lamports == 50 * SOL + 2 * STAKE_RENT
    assert validator.transient is not None
    assert validator.transient.lamports == validator.transient_lamports
    assert pool.reserve == STAKE_RENT + 10 * SOL - 2 * STAKE_RENT
    same, still = sp.update_validator(pool, validator, NOW)
    assert (same, still) == (pool, validator)  # not before the epoch's end
    pool, validator = sp.update_validator(pool, validator, NOW + 1)
    assert pool.reserve == STAKE_RENT + 60 * SOL
    assert (validator.transient, validator.transient_lamports) == (None, 0)
    assert (validator.status, validator.last_update_epoch) == (Status.ACTIVE, NOW + 1)


def test_stake_sent_out_arrives_in_the_next_epoch() -> None:
    pool, validator = pool_of(100 * SOL, 100 * SOL, reserve=60 * SOL), validator_of(40 * SOL)
    pool, validator = sp.increase_stake(pool, validator, 10 * SOL, NOW)
    assert validator.transient == staked(10 * SOL, NOW)
    pool, validator = sp.increase_stake(pool, validator, 5 * SOL, NOW)
    assert validator.transient == staked(15 * SOL + STAKE_RENT, NOW)
    assert validator.transient_lamports == 15 * SOL + 2 * STAKE_RENT
    assert pool.reserve == STAKE_RENT + 45 * SOL - 2 * STAKE_RENT
    with refused(reasons.WRONG_STAKE_STATE):
        sp.decrease_stake(pool, validator, SOL, NOW)
    pool, validator = sp.update_validator(pool, validator, NOW + 1)
    assert validator.active == staked(55 * SOL + STAKE_RENT)  # one rent is delegated for good
    assert pool.reserve == STAKE_RENT + 45 * SOL - STAKE_RENT  # the other is back
    assert validator.transient is None
    assert validator.active_lamports == 55 * SOL + 2 * STAKE_RENT


def test_moves_that_are_refused() -> None:
    validator = validator_of(SOL)
    pool = pool_of(3 * SOL, 3 * SOL, reserve=SOL)
    for move in (sp.increase_stake, sp.decrease_stake):
        with refused(reasons.POOL_OUT_OF_DATE):
            move(pool, validator, SOL // 2, NOW + 1)
        with refused(reasons.VALIDATOR_NOT_FOUND):
            move(pool, sp.remove_validator(validator, NOW), SOL // 2, NOW)
        move(pool, validator, sp.MINIMUM_ACTIVE_STAKE, NOW)
    less = sp.MINIMUM_ACTIVE_STAKE - 1
    with refused(reasons.INSUFFICIENT_DELEGATION):
        sp.increase_stake(pool, validator, less, NOW)
    with refused(reasons.NOT_RENT_EXEMPT):
        sp.decrease_stake(pool, validator, less, NOW)
    sp.increase_stake(pool, validator, SOL - STAKE_RENT, NOW)
    with refused(reasons.INSUFFICIENT_FUNDS):
        sp.increase_stake(pool, validator, SOL - STAKE_RENT + 1, NOW)
    sp.decrease_stake(pool, validator, SOL - sp.MINIMUM_ACTIVE_STAKE, NOW)
    with refused(reasons.INSUFFICIENT_FUNDS):
        sp.decrease_stake(pool, validator, SOL - sp.MINIMUM_ACTIVE_STAKE + 1, NOW)
    empty = pool._replace(reserve=STAKE_RENT + 1)
    assert sp.decrease_stake(empty, validator, SOL // 2, NOW)[0].reserve == 1
    with refused(reasons.RESERVE_DEPLETED):
        sp.decrease_stake(empty._replace(reserve=STAKE_RENT), validator, SOL // 2, NOW)
    for lasting in (staked(SOL, NOW - 1), staked(SOL, NOW, deactivation_epoch=NOW)):
        with refused(reasons.WRONG_STAKE_STATE):
            sp.increase_stake(pool, validator._replace(transient=lasting), SOL // 2, NOW)
    stale = staked(SOL, deactivation_epoch=NOW - 1)
    with refused(reasons.WRONG_STAKE_STATE):
        sp.decrease_stake(pool, validator._replace(transient=stale), SOL // 2, NOW)


def test_a_validator_joins_with_the_least() -> None:
    pool = pool_of(SOL, SOL, reserve=LEAST)
    after, validator = sp.add_validator(pool, NOW)
    assert after.reserve == STAKE_RENT
    assert validator == Validator(
        staked(sp.MINIMUM_ACTIVE_STAKE, NOW), None, LEAST, 0, NOW, Status.ACTIVE
    )
    with refused(reasons.INSUFFICIENT_FUNDS):
        sp.add_validator(pool._replace(reserve=pool.reserve - 1), NOW)
    with refused(reasons.POOL_OUT_OF_DATE):
        sp.add_validator(pool, NOW + 1)


def test_a_validator_that_is_removed_comes_back_at_the_epoch_s_end() -> None:
    pool, validator = pool_of(SOL, SOL, reserve=0), validator_of(40 * SOL)
    gone = sp.remove_validator(validator, NOW)
    assert gone.status is Status.DEACTIVATING_VALIDATOR
    with refused(reasons.VALIDATOR_NOT_FOUND):
        sp.remove_validator(gone, NOW)
    after, gone = sp.update_validator(pool, gone, NOW + 1)
    assert after.reserve == pool.reserve + 40 * SOL + STAKE_RENT
    assert gone == Validator(None, None, 0, 0, NOW + 1, Status.READY_FOR_REMOVAL)
    assert sp.update_validator(after, gone, NOW + 2) == (
        after,
        gone._replace(last_update_epoch=NOW + 2),
    )


def test_a_validator_is_removed_with_stake_on_its_way() -> None:
    pool, validator = pool_of(SOL, SOL, reserve=20 * SOL), validator_of(40 * SOL)
    pool, validator = sp.increase_stake(pool, validator, 10 * SOL, NOW)
    gone = sp.remove_validator(validator, NOW)
    assert gone.status is Status.DEACTIVATING_ALL
    assert gone.transient == staked(10 * SOL, NOW, deactivation_epoch=NOW)
    after, gone = sp.update_validator(pool, gone, NOW + 1)
    assert gone == Validator(None, None, 0, 0, NOW + 1, Status.READY_FOR_REMOVAL)
    assert after.reserve == STAKE_RENT + 60 * SOL + STAKE_RENT


def test_what_was_deactivated_later_comes_back_later() -> None:
    # the validator's own stake was deactivated for it before (by anybody, as delinquent)
    pool = pool_of(SOL, SOL)
    both = validator_of(40 * SOL)._replace(
        active=staked(40 * SOL, deactivation_epoch=NOW - 1),
        transient=staked(SOL),
        transient_lamports=SOL + STAKE_RENT,
        status=Status.DEACTIVATING_ALL,
    )
    after, gone = sp.update_validator(pool, both, NOW + 1)
    assert gone.active is None
    assert gone.status is Status.DEACTIVATING_TRANSIENT
    assert gone.transient == staked(SOL, deactivation_epoch=NOW + 1)
    assert gone.transient_lamports == SOL + STAKE_RENT
    assert after.reserve == pool.reserve + 40 * SOL + STAKE_RENT
    last, gone = sp.update_validator(after, gone, NOW + 2)
    assert gone == Validator(None, None, 0, 0, NOW + 2, Status.READY_FOR_REMOVAL)
    assert last.reserve == after.reserve + SOL + STAKE_RENT
    # and the other way round: nothing in transit, the validator's own not free yet
    late = both._replace(
        active=staked(40 * SOL, deactivation_epoch=NOW + 1),
        transient=staked(SOL, deactivation_epoch=NOW),
    )
    after, gone = sp.update_validator(pool, late, NOW + 1)
    assert gone.status is Status.DEACTIVATING_VALIDATOR
    assert (gone.transient, gone.active_lamports) == (None, 40 * SOL + STAKE_RENT)
    assert after.reserve == pool.reserve + SOL + STAKE_RENT


def test_an_epoch_s_rewards_and_tips_and_the_fee_on_them() -> None:
    pool = pool_of(100 * SOL, 90 * SOL, Fees(epoch=Fee(4, 100)), reserve=60 * SOL)
    validator = validator_of(40 * SOL - STAKE_RENT)
    assert counted(pool, validator) == 100 * SOL
    assert validator.active is not None
    earned = validator._replace(active=sp.with_rewards(validator.active, 20_000_000, 5_000_000))
    with refused(reasons.LIST_OUT_OF_DATE):
        sp.update_pool(pool, [earned], NOW + 1)
    pool, earned = sp.update_validator(pool, earned, NOW + 1)
    assert earned.active == staked(40 * SOL - STAKE_RENT + 20_000_000)
    assert pool.reserve == STAKE_RENT + 60 * SOL + 5_000_000  # tips
    after, minted = sp.update_pool(pool, [earned], NOW + 1)
    # 4 % of 25,000,000 is 1,000,000, at the rate that leaves for everybody else
    assert minted == floor(Fraction(90 * SOL * 1_000_000, 100 * SOL + 24_000_000))
    assert after.total_lamports == 100 * SOL + 25_000_000
    assert after.pool_token_supply == 90 * SOL + minted
    assert (after.last_epoch_total_lamports, after.last_epoch_pool_token_supply) == (
        100 * SOL,
        90 * SOL,
    )
    again, none = sp.update_pool(after, [earned], NOW + 1)
    assert (again, none) == (after, 0)


def test_rewards_are_delegated_and_tips_are_not() -> None:
    assert sp.with_rewards(staked(5), 7) == staked(12)
    assert sp.with_rewards(staked(5), 7, 2) == staked(12)._replace(lamports=STAKE_RENT + 14)


def test_a_loss_mints_nothing_and_a_reserve_below_its_rent_counts_as_none() -> None:
    pool = StakePool(100, 90, STAKE_RENT - 5, NOW, Fees(epoch=Fee(1, 2)))
    after, minted = sp.update_pool(pool, [validator_of(10)._replace(active_lamports=10)], NOW)
    assert (minted, after.total_lamports, after.pool_token_supply) == (0, 10, 90)
    assert (after.last_epoch_total_lamports, after.last_update_epoch) == (0, NOW)


def test_a_pool_above_64_bits_fails() -> None:
    pool = StakePool(0, 0, STAKE_RENT + U64, NOW)
    assert sp.update_pool(pool, (), NOW)[0].total_lamports == U64
    with refused(reasons.CALCULATION_FAILURE):
        sp.update_pool(pool._replace(reserve=pool.reserve + 1), (), NOW)


@given(
    st.lists(
        st.tuples(st.sampled_from("+-xt*"), st.integers(0, 2), st.integers(10**6, 10 * SOL)),
        max_size=40,
    )
)
def test_no_lamport_is_lost_or_made_by_moving_stake(story: list[tuple[str, int, int]]) -> None:
    epoch = NOW
    pool = pool_of(0, 0, reserve=70 * SOL)
    validators = [validator_of(10 * SOL - STAKE_RENT) for _ in range(3)]
    pool, _ = sp.update_pool(pool, validators, epoch)
    owned = counted(pool, *validators)
    for what, which, amount in story:
        chosen = validators[which]
        try:
            if what == "+":
                pool, validators[which] = sp.increase_stake(pool, chosen, amount, epoch)
            elif what == "-":
                pool, validators[which] = sp.decrease_stake(pool, chosen, amount, epoch)
            elif what == "x":
                validators[which] = sp.remove_validator(chosen, epoch)
            elif what == "t" and chosen.active is not None:
                validators[which] = chosen._replace(
                    active=sp.with_rewards(chosen.active, amount, amount)
                )
                owned += 2 * amount
            elif what == "*":
                epoch += 1
                for place, each in enumerate(validators):
                    pool, validators[place] = sp.update_validator(pool, each, epoch)
                pool, _ = sp.update_pool(pool, validators, epoch)
                assert pool.total_lamports == owned
        except Revert:
            continue
        assert counted(pool, *validators) == owned
        for each in validators:
            assert (each.status is Status.ACTIVE) <= (each.active is not None)
            if each.active is not None:
                assert each.active.lamports >= each.active.stake + STAKE_RENT
    assert pool.reserve > 0
