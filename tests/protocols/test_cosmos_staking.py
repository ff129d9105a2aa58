"""Cosmos staking: the SDK's own examples, exact fractions, and what must always hold."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import cosmos_staking as cs
from lstwallet.protocols.cosmos_staking import Redelegation, Status, Unbonding, Validator
from lstwallet.units.checked import Revert

ONE = 10**18
DAY = 86_400
NOW = 1_700_000_000
HUB = cs.COSMOS_HUB
LONG = NOW + HUB.unbonding_time


def refused(reason: str) -> object:
    return pytest.raises(Revert, match=f"^{reason}$")


def validator_of(tokens: int, shares: int | None = None, **changes: object) -> Validator:
    whole = tokens if shares is None else shares
    return Validator("one", tokens, whole * ONE)._replace(**changes)


# --- shares and tokens ----------------------------------------------------------------------


def test_the_sdk_s_own_examples_of_shares() -> None:
    # x/staking/types/validator_test.go: TestShareTokens
    whole = validator_of(100)
    assert cs.tokens_of(whole, 50 * ONE) == 50 * ONE
    assert cs.tokens_of(whole._replace(tokens=50), 50 * ONE) == 25 * ONE
    assert cs.tokens_of(whole, 5 * ONE) == 5 * ONE
    # TestRemoveDelShares: "specific case from random tests"
    after, tokens = cs.unbond(validator_of(5_102, 115), 29 * ONE)
    assert (tokens, after.tokens, after.shares) == (1_286, 3_816, 86 * ONE)
    # TestAddTokensValidator…: shares are worth half a token each after a slash
    after, issued = cs.delegate(validator_of(10, 20), 6)
    assert (issued, after.tokens, after.shares) == (12 * ONE, 16, 32 * ONE)


def test_the_first_share_is_a_token_and_after_a_total_loss_there_is_no_price() -> None:
    after, issued = cs.delegate(validator_of(0), 7)
    assert (issued, after) == (7 * ONE, validator_of(7))
    assert cs.delegate(validator_of(7, 0), 5)[1] == 5 * ONE
    with refused(cs.INVALID_RATE):
        cs.delegate(validator_of(0, 5), 7)
    with refused(cs.NO_TOKENS):
        cs.shares_of(validator_of(0, 5), 7)
    with refused(cs.NO_TOKENS):
        cs.shares_to_unbond(validator_of(0, 5), 5 * ONE, 7)


def test_shares_and_tokens_by_fractions() -> None:
    validator = Validator("one", 999_999, 1_234_567_890_123_456_789_012_345)
    assert cs.shares_of(validator, 777) == floor(Fraction(validator.shares * 777, 999_999))
    shares = 5 * 10**20 + 7
    exact = Fraction(shares * 999_999, validator.shares)
    assert cs.tokens_of(validator, shares) == round(exact * ONE)
    assert cs.unbond(validator, shares)[1] == floor(exact)


def test_a_worth_that_rounds_up_to_a_token_is_paid_as_one() -> None:
    # the decimal is rounded to the nearest before it is cut: as the SDK does it
    validator = Validator("one", 3, 4 * 10**18 + 1)
    assert cs.tokens_of(validator, (4 * 10**18 + 1) // 3) == ONE
    assert cs.unbond(validator, (4 * 10**18 + 1) // 3)[1] == 1


def test_who_asks_for_all_gives_all_shares() -> None:
    validator = Validator("one", 3, 4 * 10**18 + 1)
    held = (4 * 10**18 + 1) // 3  # worth a token, and a share's last digit less than needed
    assert cs.shares_of(validator, 1) == held
    assert cs.shares_to_unbond(validator, held, 1) == held
    with refused(cs.BAD_SHARES):
        cs.shares_to_unbond(validator, held - 1, 1)
    assert cs.shares_to_unbond(validator_of(100), 30 * ONE, 30) == 30 * ONE
    assert cs.shares_to_unbond(validator_of(1, 2), 2 * ONE, 1) == 2 * ONE
    with refused(cs.BAD_SHARES):
        cs.shares_to_unbond(validator_of(100), 30 * ONE, 31)


def test_the_last_shares_take_all_tokens() -> None:
    after, tokens = cs.unbond(Validator("one", 7, 3), 3)
    assert (tokens, after.tokens, after.shares) == (7, 0, 0)
    with refused(cs.BAD_SHARES):
        cs.unbond(Validator("one", 7, 3), 4)


# --- leaving --------------------------------------------------------------------------------


def test_an_unbonding_is_paid_after_21_days() -> None:
    left = cs.undelegate(validator_of(100, 200), 80 * ONE, (), 30, HUB, 5, NOW)
    assert left.validator == validator_of(70, 140)
    assert (left.shares, left.tokens) == (20 * ONE, 30)
    assert left.entries == (Unbonding(5, NOW + 21 * DAY, 30, 30),)
    assert cs.complete(left.entries, NOW + 21 * DAY - 1) == (left.entries, 0)
    assert cs.complete(left.entries, NOW + 21 * DAY) == ((), 30)


def test_celestia_s_takes_14_days_and_an_hour() -> None:
    for params, seconds in ((cs.CELESTIA, 14 * DAY + 3_600), (cs.CELESTIA_V3, 21 * DAY)):
        left = cs.undelegate(validator_of(100), 80 * ONE, (), 30, params, 5, NOW)
        assert left.entries[0].completion_time == NOW + seconds
    assert cs.CELESTIA == (
        14 * DAY + 3_600, 7, 2 * ONE // 100, 0, 10_000, 75 * ONE // 100, 60
    )  # fmt: skip
    assert cs.CELESTIA._replace(unbonding_time=21 * DAY) == cs.CELESTIA_V3


def test_two_of_a_block_are_one_entry_and_an_eighth_is_refused() -> None:
    validator, held, entries = validator_of(1_000), 1_000 * ONE, tuple[Unbonding, ...]()
    for height in (1, 1, 2, 3, 4, 5, 6):
        left = cs.undelegate(validator, held, entries, 10, HUB, height, NOW + height)
        validator, held, entries = left.validator, left.shares, left.entries
    assert [entry.balance for entry in entries] == [20, 10, 10, 10, 10, 10]
    slashed = (*entries[:-1], entries[-1]._replace(balance=4))
    again = cs.undelegate(validator, held, slashed, 10, HUB, 6, NOW + 6).entries
    assert again == (*entries[:-1], Unbonding(6, NOW + 6 + 21 * DAY, 20, 14))
    other_time = cs.undelegate(validator, held, slashed, 10, HUB, 6, NOW + 7).entries
    assert len(other_time) == 7
    with refused(cs.TOO_MANY_UNBONDINGS):
        cs.undelegate(validator, held, other_time, 10, HUB, 6, NOW + 7)
    with refused(cs.BAD_SHARES):
        cs.undelegate(validator, held, other_time, 10**6, HUB, 7, NOW + 7)


def test_an_unbonding_may_be_cancelled_in_whole_or_in_part() -> None:
    first, second = Unbonding(5, LONG, 100, 90), Unbonding(6, LONG + 5, 40, 40)
    validator = validator_of(100, 200)
    after, entries, issued = cs.cancel(validator, (first, second), 5, 30, NOW)
    assert issued == 60 * ONE
    assert after == validator_of(130, 260)
    assert entries == (Unbonding(5, LONG, 70, 60), second)
    after, entries, _ = cs.cancel(validator, (first, second), 6, 40, LONG + 5)
    assert entries == (first,)
    with refused(cs.NOT_FOUND):
        cs.cancel(validator, (first, second), 7, 1, NOW)
    with refused(cs.INVALID_REQUEST):
        cs.cancel(validator, (first, second), 5, 91, NOW)
    with refused(cs.INVALID_REQUEST):
        cs.cancel(validator, (first, second), 6, 40, LONG + 6)
    with refused(cs.JAILED):
        cs.cancel(cs.jail(validator, NOW), (first, second), 5, 1, NOW)
    with refused(cs.INVALID_RATE):
        cs.cancel(validator_of(0, 5), (first, second), 5, 1, NOW)


# --- moving ---------------------------------------------------------------------------------


def moved(
    source: Validator, *, entries: int = 0, receiving: int = 0, tokens: int = 30, to: str = "two"
) -> cs.Redelegated:
    waiting = Redelegation(1, LONG, 1, ONE)
    return cs.redelegate(
        source, validator_of(10, 20, address=to), 80 * ONE, (waiting,) * entries,
        (waiting,) * receiving, tokens, HUB, 5, NOW,
    )  # fmt: skip


def test_stake_moves_at_once_and_answers_for_where_it_was() -> None:
    done = moved(validator_of(100, 200))
    assert done.source == validator_of(70, 140)
    assert done.destination == validator_of(40, 80, address="two")
    assert (done.source_shares, done.destination_shares, done.tokens) == (20 * ONE, 60 * ONE, 30)
    assert done.entries == (Redelegation(5, LONG, 30, 60 * ONE),)
    leaving = validator_of(100, status=Status.UNBONDING, unbonding_height=3, unbonding_time=NOW + 9)
    assert moved(leaving).entries == (Redelegation(3, NOW + 9, 30, 60 * ONE),)
    assert moved(validator_of(100, status=Status.UNBONDED)).entries == ()
    assert len(moved(validator_of(100), entries=6).entries) == 7
    assert cs.complete_redelegations(done.entries, LONG - 1) == done.entries
    assert cs.complete_redelegations(done.entries, LONG) == ()


def test_moves_that_are_refused() -> None:
    source = validator_of(100)
    with refused(cs.SELF_REDELEGATION):
        moved(source, to="one")
    with refused(cs.TRANSITIVE):
        moved(source, receiving=1)
    with refused(cs.TOO_MANY_REDELEGATIONS):
        moved(source, entries=7)
    with refused(cs.BAD_SHARES):
        moved(source, tokens=81)
    with refused(cs.TINY):
        moved(source, tokens=0)
    assert moved(source, tokens=1).tokens == 1


# --- slashing -------------------------------------------------------------------------------

HALF = ONE // 2


def test_the_sdk_s_own_example_of_a_slashed_unbonding() -> None:
    # keeper/slash_test.go TestSlashUnbondingDelegation: ten tokens, half of them
    entry = Unbonding(0, NOW + 5, 10, 10)
    assert cs.slash_unbondings([entry], 1, HALF, NOW) == ((entry,), 0, 0)  # left before
    assert cs.slash_unbondings([entry], 0, HALF, NOW + 5) == ((entry,), 0, 0)  # paid by now
    assert cs.slash_unbondings([entry], 0, HALF, NOW + 4) == ((entry._replace(balance=5),), 5, 5)


def test_a_second_slash_takes_no_more_than_is_left_but_counts_in_full() -> None:
    entry = Unbonding(3, NOW + 5, 100, 20)
    old = Unbonding(1, NOW + 5, 100, 100)
    done = cs.slash_unbondings([old, entry], 2, 3 * ONE // 10, NOW)
    assert done == ((old, entry._replace(balance=0)), 30, 20)
    odd = cs.slash_unbondings([Unbonding(3, NOW + 5, 99, 99)], 3, HUB.slash_double_sign, NOW)
    assert odd.burned == 99 * 5 // 100


def slashed_move(
    entries: tuple[Redelegation, ...],
    unbondings: tuple[Unbonding, ...] = (),
    held: int = 10,
    height: int = 0,
    now: int = NOW,
) -> cs.SlashedRedelegation:
    return cs.slash_redelegations(
        validator_of(20), held * ONE, unbondings, entries, height, HALF, now
    )  # fmt: skip


def test_the_sdk_s_own_example_of_a_slashed_redelegation() -> None:
    # keeper/slash_test.go TestSlashRedelegation: ten tokens that moved, half of them
    entry = Redelegation(0, NOW + 5, 10, 10 * ONE)
    nothing = (validator_of(20), 10 * ONE, (), 0, 0)
    assert slashed_move((entry,), height=1) == nothing
    assert slashed_move((entry,), now=NOW + 5) == nothing
    done = slashed_move((entry,))
    assert done == (validator_of(15), 5 * ONE, (), 5, 5)


def test_what_has_begun_to_leave_since_is_slashed_first() -> None:
    entry = Redelegation(2, NOW + 5, 10, 10 * ONE)
    leaving = Unbonding(3, NOW + 8, 4, 4)
    early, gone = Unbonding(1, NOW + 8, 4, 4), Unbonding(3, NOW, 4, 4)
    done = slashed_move((entry,), (early, leaving, gone), held=6, height=2)
    # 4 of the 5 out of the unbonding; then half of the shares that moved, as the SDK has it
    assert done.unbondings == (early, leaving._replace(balance=0), gone)
    assert (done.charged, done.burned) == (5, 4 + 5)
    assert (done.destination, done.shares) == (validator_of(15), ONE)
    enough = slashed_move((entry,), (leaving._replace(balance=5),), held=6, height=2)
    assert (enough.charged, enough.burned, enough.shares) == (5, 5, 6 * ONE)
    assert enough.unbondings[0].balance == 0
    # no more shares than are held; what is not there any more is not burned
    few = slashed_move((entry,), held=2, height=2)
    assert (few.charged, few.burned, few.shares) == (5, 2, 0)
    twice = slashed_move((entry, entry), held=7, height=2)
    assert (twice.charged, twice.burned, twice.shares) == (10, 7, 0)
    assert slashed_move((entry._replace(shares=0),), height=2).burned == 0


def test_the_rest_of_a_slash_is_everybody_s() -> None:
    validator = validator_of(100_000_000, 150_000_000)
    power = cs.consensus_power(100_999_999)
    assert power == 100
    assert cs.slash_amount(power, HUB.slash_double_sign) == 5_000_000
    assert cs.slash_amount(1, HUB.slash_downtime) == 100
    assert cs.slash_amount(1, 15 * 10**11) == 1  # 1.5 millionths of a token: rounded down
    after, burned = cs.slash(validator, power, HUB.slash_double_sign, 2_000_001)
    assert burned == 2_999_999
    assert after == validator._replace(tokens=100_000_000 - 2_999_999)
    assert cs.slash(validator, power, HUB.slash_double_sign, 5_000_001) == (validator, 0)
    poor = validator._replace(tokens=7)
    assert cs.slash(poor, power, HUB.slash_double_sign, 0) == (poor._replace(tokens=0), 7)


# --- jail -----------------------------------------------------------------------------------


def test_downtime_and_jail() -> None:
    assert (cs.most_missed(HUB), cs.most_missed(cs.CELESTIA)) == (9_500, 2_500)
    assert [cs.is_down(missed, HUB) for missed in (9_500, 9_501)] == [False, True]
    # half a block more: to the even number (RoundInt64)
    assert cs.most_missed(HUB._replace(signed_window=10, min_signed=25 * ONE // 100)) == 8
    inside = cs.jail(validator_of(1), NOW + HUB.jail_time)
    assert inside.jailed_until == NOW + 600
    with refused(cs.JAILED):
        cs.unjail(inside, NOW + 599)
    free = cs.unjail(inside, NOW + 600)
    assert free == validator_of(1)
    with refused(cs.NOT_JAILED):
        cs.unjail(free, NOW)
    dead = cs.jail(validator_of(1), NOW, tombstone=True)
    with refused(cs.JAILED):
        cs.unjail(dead, NOW + 10**9)
    assert cs.jail(dead, NOW).tombstoned


# --- what must always hold ------------------------------------------------------------------

TOKENS = st.integers(1, 10**15)
SHARES = st.integers(1, 10**33)


def worth(validator: Validator) -> Fraction:
    return Fraction(validator.tokens, validator.shares)


@given(TOKENS, SHARES, TOKENS)
def test_delegating_never_takes_from_others_and_going_back_never_gains(
    tokens: int, shares: int, more: int
) -> None:
    before = Validator("one", tokens, shares)
    after, issued = cs.delegate(before, more)
    assert worth(after) >= worth(before)
    assert after.tokens == tokens + more
    if issued:
        back, got = cs.unbond(after, issued)
        assert got <= more
        assert back.tokens + got == after.tokens
        # the decimal is the nearest: half of 10⁻¹⁸ of a token is the most that is too much
        assert got <= issued * worth(after) + Fraction(1, 2 * ONE)


@given(TOKENS, SHARES, st.integers(1, 10**9), st.integers(1, 10**9))
def test_more_tokens_are_more_shares(tokens: int, shares: int, less: int, more: int) -> None:
    validator = Validator("one", tokens, shares)
    less, more = sorted((less, more))
    assert cs.shares_of(validator, less) <= cs.shares_of(validator, more)


@given(
    st.lists(
        st.tuples(st.sampled_from("dulcsvt"), st.integers(1, 60), st.integers(0, 100)), max_size=40
    )
)
def test_every_token_is_delegated_unbonding_paid_or_burned(
    story: list[tuple[str, int, int]],
) -> None:
    validator, held, entries = validator_of(10**9, 13 * 10**8), 0, tuple[Unbonding, ...]()
    outside, paid, burned, height, now = 10**12, 0, 0, 10, NOW
    there = validator.tokens + outside
    for what, amount, part in story:
        tokens = amount * 1_000_000
        height, now = height + 1, now + DAY
        before = validator
        try:
            match what:
                case "d":
                    validator, issued = cs.delegate(validator, tokens)
                    held, outside = held + issued, outside - tokens
                case "u" | "l":
                    left = cs.undelegate(validator, held, entries, tokens, HUB, height, now)
                    validator, held, entries = left[:3]
                case "c":
                    validator, entries, issued = cs.cancel(
                        validator, entries, height - part % 25, tokens, now
                    )
                    held += issued
                case "t":
                    entries, got = cs.complete(entries, now)
                    paid += got
                case _:
                    fraction = part * ONE // 1_000
                    done = cs.slash_unbondings(entries, height - part % 25, fraction, now)
                    entries, burned = done.entries, burned + done.burned
                    power = cs.consensus_power(validator.tokens + done.charged)
                    validator, lost = cs.slash(validator, power, fraction, done.charged)
                    burned += lost
        except Revert:
            continue
        assert validator.tokens + outside + paid + burned + sum(e.balance for e in entries) == there
        assert what in "sv" or worth(validator) >= worth(before) - Fraction(1, before.shares)
        assert held <= validator.shares
        assert len(entries) <= HUB.max_entries
        assert all(0 <= entry.balance <= entry.initial_balance for entry in entries)
