"""A Stride host zone: its rate, its bounds, rewards and slashes, by Stride's own examples."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import stride
from lstwallet.protocols.stride import DEFAULTS, HostZone, Split, Tokenized, Validator
from lstwallet.protocols.stride import state as reasons
from lstwallet.units.checked import Revert

ONE = 10**18
PER_CENT = ONE // 100


def refused(reason: str) -> object:
    return pytest.raises(Revert, match=f"^{reason}$")


def zone_of(*delegations: int, supply: int = 1_000, rate: int = ONE, **changes: object) -> HostZone:
    """Validators a, b, … of weight ten each."""
    validators = tuple(
        Validator("abcdefghijkl"[i], 10, delegation, ONE)
        for i, delegation in enumerate(delegations)
    )
    zone = HostZone(validators, sum(delegations), rate, supply)
    return zone._replace(**changes)


# --- the rate -------------------------------------------------------------------------------


def test_the_rate_is_updated_every_six_hours() -> None:
    assert stride.RATE_INTERVAL == 21_600


def test_the_rate_is_all_tokens_over_all_st_tokens() -> None:
    zone = zone_of(500, 320, supply=700, rate=ONE + 7, deposit_balance=11, undelegated_balance=22)
    tokens = (Tokenized("a", 30), Tokenized("b", 10), Tokenized("gone", 10**6))
    zone = zone._replace(tokenized=tokens)
    slashed = zone.validators[1]._replace(tokens_per_share=95 * PER_CENT)
    zone = zone._replace(validators=(zone.validators[0], slashed))
    assert stride.tokenized_value(zone) == 30 + 9  # 9.5, rounded down
    assert stride.locked_tokens(zone) == 11 + 22 + 39 + 820
    after = stride.update_redemption_rate(zone)
    assert after.redemption_rate == round(Fraction(892 * ONE, 700))
    assert after.last_redemption_rate == ONE + 7
    empty = zone._replace(st_supply=0)
    assert stride.update_redemption_rate(empty) == empty


@pytest.mark.parametrize(
    ("rate", "own", "safe"),
    [
        (90 * PER_CENT, {}, True),
        (90 * PER_CENT - 1, {}, False),
        (150 * PER_CENT, {}, True),
        (150 * PER_CENT + 1, {}, False),
        # a zone's own outer bounds stand in place of the default ones
        (80 * PER_CENT, {"min_rate": 80 * PER_CENT}, True),
        (80 * PER_CENT - 1, {"min_rate": 80 * PER_CENT}, False),
        (200 * PER_CENT, {"max_rate": 200 * PER_CENT}, True),
        (120 * PER_CENT + 1, {"max_rate": 120 * PER_CENT}, False),
        # inner bounds hold where they are narrower
        (100 * PER_CENT, {"min_inner_rate": 101 * PER_CENT}, False),
        (101 * PER_CENT, {"min_inner_rate": 101 * PER_CENT}, True),
        (90 * PER_CENT, {"min_inner_rate": 80 * PER_CENT}, True),
        (89 * PER_CENT, {"min_inner_rate": 80 * PER_CENT}, False),
        (110 * PER_CENT, {"max_inner_rate": 109 * PER_CENT}, False),
        (109 * PER_CENT, {"max_inner_rate": 109 * PER_CENT}, True),
        (151 * PER_CENT, {"max_inner_rate": 160 * PER_CENT}, False),
        (90 * PER_CENT, {"min_rate": 0, "min_inner_rate": 0}, True),
    ],
)
def test_a_zone_halts_outside_its_bounds(rate: int, own: dict[str, int], safe: bool) -> None:
    zone = zone_of(1_000, rate=rate, **own)
    assert stride.is_rate_safe(zone, DEFAULTS) is safe
    assert stride.halt_if_unsafe(zone, DEFAULTS) == zone._replace(halted=not safe)
    if safe:
        stride.require_open(zone, DEFAULTS)
    else:
        with refused(reasons.RATE_UNSAFE):
            stride.require_open(zone, DEFAULTS)
    with refused(reasons.HALTED):
        stride.require_open(zone._replace(halted=True), DEFAULTS)
    good = zone._replace(redemption_rate=105 * PER_CENT, halted=True)
    assert stride.halt_if_unsafe(good, DEFAULTS).halted  # nothing but governance undoes it


# --- in -------------------------------------------------------------------------------------


def test_a_stake_is_minted_at_the_last_rate() -> None:
    zone = zone_of(1_000, rate=13 * ONE // 10, deposit_balance=5)
    after, minted = stride.liquid_stake(zone, 1_000, DEFAULTS)
    assert minted == floor(Fraction(10_000, 13))
    assert after == zone._replace(deposit_balance=1_005, st_supply=1_000 + 769)
    assert stride.liquid_stake(zone, 2, DEFAULTS)[1] == 1
    with refused(reasons.TOO_LITTLE):
        stride.liquid_stake(zone, 1, DEFAULTS)
    with refused(reasons.HALTED):
        stride.liquid_stake(zone._replace(halted=True), 1_000, DEFAULTS)
    with refused(reasons.RATE_UNSAFE):
        stride.liquid_stake(zone._replace(redemption_rate=2 * ONE), 1_000, DEFAULTS)


def test_shares_of_a_validator_are_worth_their_tokens() -> None:
    zone = zone_of(1_000, rate=13 * ONE // 10)
    slashed = zone.validators[0]._replace(tokens_per_share=95 * PER_CENT)
    zone = zone._replace(validators=(slashed,))
    after, minted = stride.liquid_stake_shares(zone, "a", 999, DEFAULTS)
    assert minted == floor(Fraction(floor(Fraction(999 * 95, 100)) * 10, 13))
    assert after.tokenized == (Tokenized("a", 999),)
    assert after.st_supply == 1_000 + minted
    done = stride.detokenize(after)
    assert (done.tokenized, done.total_delegations) == ((), 1_949)
    assert done.validators[0].delegation == 1_949
    assert stride.locked_tokens(done) == stride.locked_tokens(after)
    with refused(reasons.NOT_FOUND):
        stride.liquid_stake_shares(zone, "b", 999, DEFAULTS)
    assert stride.liquid_stake_shares(zone, "a", 3, DEFAULTS)[1] == 1
    with refused(reasons.TOO_LITTLE):
        stride.liquid_stake_shares(zone, "a", 2, DEFAULTS)
    with refused(reasons.HALTED):
        stride.liquid_stake_shares(zone._replace(halted=True), "a", 999, DEFAULTS)


def test_deposits_travel_and_are_delegated_by_weight() -> None:
    weights = (("a", 10), ("b", 20), ("c", 0), ("d", 3))
    validators = tuple(Validator(name, weight, 100, ONE) for name, weight in weights)
    zone = HostZone(validators, 400, ONE, 1_000, deposit_balance=90, undelegated_balance=10)
    there = stride.transfer_deposits(zone)
    assert (there.deposit_balance, there.undelegated_balance) == (0, 100)
    after, splits = stride.delegate(there)
    # 10/33, 20/33 and 3/33 of 100; the heaviest takes what rounding leaves
    assert splits == (Split("a", 30), Split("b", 61), Split("d", 9))
    assert [each.delegation for each in after.validators] == [130, 161, 100, 109]
    assert (after.total_delegations, after.undelegated_balance) == (500, 0)
    assert stride.delegate(after) == (after, ())


def test_targets_leave_out_who_is_asked() -> None:
    validators = [
        Validator("b", 10, 0, ONE),
        Validator("a", 10, 0, ONE),
        Validator("c", 20, 0, ONE),
    ]
    asked = [*validators[:2], validators[2]._replace(slash_query_in_progress=True)]
    assert stride.target_amounts(asked, 7) == {"a": 3, "b": 4}  # of equals the later name
    assert stride.target_amounts(validators, 7) == {"a": 1, "b": 1, "c": 5}
    assert stride.target_amounts(validators, 1) == {"a": 0, "b": 0, "c": 1}
    with refused(reasons.INVALID_REQUEST):
        stride.target_amounts(validators, 0)
    with refused(reasons.NO_WEIGHTS):
        stride.target_amounts([each._replace(weight=0) for each in validators], 7)
    with refused(reasons.NO_WEIGHTS):
        stride.target_amounts([], 7)


def test_no_validator_of_ten_has_more_than_a_tenth() -> None:
    ten = [Validator(str(i), 10, 0, ONE) for i in range(10)]
    stride.check_weights(ten, DEFAULTS)
    with refused(reasons.WEIGHT_CAP):
        stride.check_weights([*ten[:9], ten[9]._replace(weight=11)], DEFAULTS)
    stride.check_weights([*ten[:8], ten[9]._replace(weight=99)], DEFAULTS)  # of nine, anything
    stride.check_weights([each._replace(weight=0) for each in ten], DEFAULTS)


# --- rewards and slashes ----------------------------------------------------------------------


def test_a_tenth_of_the_rewards_is_stride_s() -> None:
    # reward_converter.go: 1,000 rewards, 10 % fee, a tenth of the stake, 20 % rebate
    split = stride.split_rewards(1_000, DEFAULTS, pool_share=ONE // 10, rebate_rate=ONE // 5)
    assert split == (2, 98, 900)
    assert stride.split_rewards(999, DEFAULTS) == (0, 99, 900)
    zone = zone_of(1_000, undelegated_balance=7)
    after, split = stride.reinvest(zone, 999, DEFAULTS)
    assert after == zone._replace(undelegated_balance=907)
    assert split.fee == 99
    rebated = stride.reinvest(zone, 1_000, DEFAULTS, pool_share=ONE // 10, rebate_rate=ONE // 5)
    assert rebated[1].rebate == 2


def test_a_validator_is_asked_when_shares_pass_a_hundredth_of_all() -> None:
    # lsm.go: 100,000 staked, so a checkpoint of 1,000; from 900 on, 200 more passes it
    assert stride.slash_checkpoint(zone_of(100_000), DEFAULTS) == 1_000
    assert stride.should_query(900, 200, 1_000)
    assert stride.should_query(900, 100, 1_000)
    assert not stride.should_query(900, 99, 1_000)
    assert not stride.should_query(1_000, 999, 1_000)
    assert not stride.should_query(0, 10**9, 0)


def test_a_slash_lowers_delegation_weight_and_rate() -> None:
    zone = zone_of(1_000, 500, supply=1_500, rate=ONE)
    slashed = zone.validators[0]._replace(tokens_per_share=95 * PER_CENT, weight=33)
    zone = zone._replace(validators=(slashed, zone.validators[1]))
    after, amount = stride.slash(zone, "a", 1_000 * ONE)
    assert amount == 50
    assert after.validators[0] == slashed._replace(delegation=950, weight=31)  # 31.35
    assert after.total_delegations == 1_450
    assert after.redemption_rate == round(Fraction(1_450 * ONE, 1_500))
    assert after.validators[1] == zone.validators[1]


def test_a_little_more_is_rounding_and_much_more_is_not_believed() -> None:
    zone = zone_of(1_000, 500, supply=1_500, rate=ONE + 5)
    assert stride.slash(zone, "a", 1_000 * ONE) == (zone, 0)
    after, amount = stride.slash(zone, "a", 2_000 * ONE)
    assert (amount, after.validators[0].delegation, after.total_delegations) == (0, 2_000, 2_500)
    assert after.redemption_rate == ONE + 5
    with refused(reasons.INVALID_REQUEST):
        stride.slash(zone, "a", 2_001 * ONE)


# --- what must always hold ------------------------------------------------------------------

AMOUNTS = st.integers(1, 10**15)


@given(AMOUNTS, st.integers(90, 150), st.integers(1, 100), AMOUNTS)
def test_staking_never_lowers_the_rate(
    supply: int, per_cent: int, digits: int, amount: int
) -> None:
    total = supply * per_cent // 100 + digits
    zone = stride.update_redemption_rate(zone_of(total, supply=supply))
    if not stride.is_rate_safe(zone, DEFAULTS) or amount * ONE < 2 * zone.redemption_rate:
        return
    after, minted = stride.liquid_stake(zone, amount, DEFAULTS)
    # the rate itself is rounded to 18 places: less than a unit for 10¹⁸ staked
    assert minted <= Fraction(amount * ONE, zone.redemption_rate) + Fraction(1, ONE)
    exact = Fraction(total + amount, after.st_supply)
    assert exact >= Fraction(total, supply) - Fraction(1, ONE)
    later = stride.update_redemption_rate(after)
    assert later.redemption_rate >= zone.redemption_rate - 1


@given(AMOUNTS, st.integers(0, 100))
def test_rewards_are_divided_without_rest(rewards: int, commission: int) -> None:
    split = stride.split_rewards(rewards, DEFAULTS._replace(commission=commission))
    assert sum(split) == rewards
    assert split.fee == rewards * commission // 100


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=12), AMOUNTS)
def test_targets_add_up(weights: list[tuple[int, bool]], total: int) -> None:
    validators = [
        Validator(f"v{i:02}", weight, 0, ONE, asked) for i, (weight, asked) in enumerate(weights)
    ]
    if not sum(weight for weight, asked in weights if not asked):
        return
    amounts = stride.target_amounts(validators, total)
    assert sum(amounts.values()) == total
    assert min(amounts.values()) >= 0
    free = [each for each in validators if not each.slash_query_in_progress]
    whole = sum(each.weight for each in free)
    for each in free:
        assert abs(amounts[each.address] - Fraction(each.weight * total, whole)) < len(free)


@given(AMOUNTS, st.integers(90, 150), AMOUNTS, AMOUNTS)
def test_in_and_out_never_gains_and_more_in_is_more_out(
    supply: int, per_cent: int, amount: int, more: int
) -> None:
    zone = stride.update_redemption_rate(zone_of(supply * per_cent // 100 + 1, supply=supply))
    if not stride.is_rate_safe(zone, DEFAULTS) or amount * ONE < 2 * zone.redemption_rate:
        return
    after, minted = stride.liquid_stake(zone, amount, DEFAULTS)
    assert stride.native_for(after, minted) <= amount
    assert minted <= stride.liquid_stake(zone, amount + more, DEFAULTS)[1]
    assert stride.native_for(zone, minted) <= stride.native_for(zone, minted + more)
