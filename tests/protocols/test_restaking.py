"""Restaking: who joins pays for no slash of before, who leaves pays for those of the escrow.

Of a sample of 150 mutants (``tests/golden/mutants.py``, seed 7) those that live change nothing: no
change of magnitude is refused before its sign is asked for, and a part of nothing pending is
nothing.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lstwallet.protocols import restaking
from lstwallet.protocols.restaking import (
    NOTHING,
    Allocation,
    Delays,
    Deposit,
    Entries,
    Magnitude,
    Operator,
    Strategy,
    Withdrawal,
)
from lstwallet.units.checked import PANIC_ARITHMETIC, PANIC_DIVISION, Revert
from lstwallet.units.fixed import WAD

ETH = 10**18
DELAYS = Delays(withdrawal=10, deallocation=10, allocation=0)
SLOW = Delays(withdrawal=10, deallocation=10, allocation=5)

amounts = st.integers(min_value=1, max_value=10**24)
strategies = st.builds(
    # A share is worth at least one unit until something is burned.
    lambda shares, more: Strategy(shares, shares + more),
    st.integers(min_value=0, max_value=10**24),
    st.integers(min_value=0, max_value=10**24),
)
parts = st.integers(min_value=1, max_value=WAD)


def operator_with(
    shares: int = 0, magnitude: int = WAD, given_away: int = 0, services: int = 1
) -> Operator:
    """Slashed down to ``magnitude``; ``given_away`` of it to the first service."""
    fresh = restaking.new_operator(services)
    history = (*fresh.magnitudes, Magnitude(1, magnitude)) if magnitude < WAD else fresh.magnitudes
    allocations = (Allocation(given_away, 0, 0), *fresh.allocations[1:])
    return Operator(shares, given_away, allocations, history, fresh.queued)


def slashed(operator: Operator, part: int, now: int = 5, service: int = 0) -> restaking.Slashed:
    done = restaking.slash(operator, service, part, now, DELAYS)
    assert done is not None
    return done


# --- the strategy ------------------------------------------------------------------------


def test_a_thousand_virtual_shares_and_units_stand_beside_the_real_ones() -> None:
    strategy = Strategy(shares=3_000, tokens=5_000)
    assert restaking.shares_for(strategy, 100) == floor(Fraction(100 * 4_000, 6_000))
    assert restaking.tokens_for(strategy, 100) == floor(Fraction(100 * 6_000, 4_000))
    assert restaking.shares_for(Strategy(0, 0), 7) == restaking.tokens_for(Strategy(0, 0), 7) == 7


def test_what_comes_in_mints_and_what_goes_out_burns() -> None:
    strategy, minted = restaking.put_in(Strategy(3_000, 5_000), 900)
    assert (strategy, minted) == (Strategy(3_600, 5_900), 600)
    assert restaking.take_out(strategy, 600) == (Strategy(3_000, 5_000), 900)
    assert restaking.earn(strategy, 50) == Strategy(3_600, 5_950)


def test_a_deposit_too_small_for_a_share_is_refused() -> None:
    dear = Strategy(shares=0, tokens=1_000)  # a share is worth two units
    with pytest.raises(Revert, match=restaking.NOTHING_MINTED):
        restaking.put_in(dear, 1)
    assert restaking.put_in(dear, 2) == (Strategy(1, 1_002), 1)


def test_the_shares_of_a_strategy_have_an_end() -> None:
    room = Strategy(restaking.MAX_TOTAL_SHARES - 5, restaking.MAX_TOTAL_SHARES - 5)
    assert restaking.put_in(room, 5)[1] == 5
    with pytest.raises(Revert, match=restaking.TOO_MANY_SHARES):
        restaking.put_in(room, 6)
    assert restaking.MAX_TOTAL_SHARES == 10**38 - 1


def test_nobody_takes_more_shares_than_there_are() -> None:
    assert restaking.take_out(Strategy(5, 5), 5) == (Strategy(0, 0), 5)
    with pytest.raises(Revert, match=restaking.MORE_THAN_DEPOSITED):
        restaking.take_out(Strategy(5, 5), 6)


@given(strategies, amounts)
def test_in_and_out_again_never_gains(strategy: Strategy, amount: int) -> None:
    assume(restaking.shares_for(strategy, amount) > 0)
    after, minted = restaking.put_in(strategy, amount)
    left, paid = restaking.take_out(after, minted)
    assert paid <= amount
    assert left.shares == strategy.shares
    assert left.tokens == strategy.tokens + amount - paid  # nothing is lost on the way


@given(strategies, amounts)
def test_a_share_never_loses_by_what_others_do(strategy: Strategy, amount: int) -> None:
    assume(restaking.shares_for(strategy, amount) > 0)
    before = Fraction(strategy.tokens + 1_000, strategy.shares + 1_000)
    after, minted = restaking.put_in(strategy, amount)
    assert Fraction(after.tokens + 1_000, after.shares + 1_000) >= before
    left, _ = restaking.take_out(after, minted)
    assert Fraction(left.tokens + 1_000, left.shares + 1_000) >= before


@given(strategies, amounts, amounts)
def test_more_in_is_more_out(strategy: Strategy, amount: int, more: int) -> None:
    for worth in (restaking.shares_for, restaking.tokens_for):
        assert worth(strategy, amount) <= worth(strategy, amount + more)
        assert worth(strategy, amount) + worth(strategy, more) <= worth(strategy, amount + more)


# --- what a staker has -------------------------------------------------------------------


def test_a_slash_takes_from_everybody_in_proportion() -> None:
    """The protocol's own example: half is slashed, 100 deposit shares are worth 50."""
    half = operator_with(shares=100, magnitude=WAD // 2)
    held = Deposit(shares=100, factor=WAD)
    assert restaking.withdrawable(held, half) == 50
    assert restaking.withdrawable(held, None) == 100
    assert restaking.deposit_shares_for(held, half, 20) == 40
    queued = restaking.queue_withdrawal(held, half, 40, 5, DELAYS)
    assert (queued.scaled_shares, queued.withdrawable) == (40, 20)
    assert restaking.withdrawable(queued.deposit, half) == 30


def test_withdrawable_shares_are_rounded_down_twice() -> None:
    held = Deposit(shares=7, factor=WAD * 3 // 2)
    operator = operator_with(magnitude=WAD * 9 // 10)
    assert restaking.scaled_shares(7, WAD * 3 // 2) == 10  # 10.5
    assert restaking.withdrawable(held, operator) == 9  # of 10, not 9.45
    assert restaking.deposit_shares_for(held, operator, 10) == 6  # 10 / 1.5 = 6, / 0.9 = 6.67
    with pytest.raises(Revert, match=r"Panic\(0x12"):
        restaking.deposit_shares_for(held, operator_with(magnitude=0), 10)
    assert PANIC_DIVISION.startswith("Panic(0x12")


def test_the_first_shares_set_the_factor_against_past_slashes() -> None:
    third = operator_with(shares=1_000, magnitude=WAD // 3)
    held, operator = restaking.add_shares(NOTHING, third, 600)
    assert held == Deposit(600, floor(Fraction(WAD * WAD, WAD // 3)))
    assert operator is not None
    assert operator.shares == 1_600
    assert restaking.withdrawable(held, operator) in (599, 600)


def test_later_shares_move_the_factor_to_keep_what_is_withdrawable() -> None:
    """100 at 0.5 are 50; with 50 more there are 100 for 150 deposit shares: 4/3 · 0.5."""
    half = operator_with(shares=50, magnitude=WAD // 2)
    held, operator = restaking.add_shares(Deposit(100, WAD), half, 50)
    worth = floor(Fraction(100 * WAD, 150))
    assert held == Deposit(150, floor(Fraction(worth * WAD, WAD // 2)))
    assert operator is not None
    assert operator.shares == 100
    assert restaking.withdrawable(held, operator) == 99  # rounding is the staker's


def test_without_an_operator_the_factor_stays_one() -> None:
    assert restaking.add_shares(NOTHING, None, 5) == (Deposit(5, WAD), None)
    assert restaking.add_shares(Deposit(5, WAD), None, 9) == (Deposit(14, WAD), None)


def test_nobody_joins_an_operator_who_was_slashed_to_nothing() -> None:
    nothing, dust = operator_with(magnitude=0), operator_with(magnitude=1)
    with pytest.raises(Revert, match=restaking.FULLY_SLASHED):
        restaking.add_shares(NOTHING, nothing, 5)
    assert restaking.add_shares(NOTHING, dust, 5)[0] == Deposit(5, WAD * WAD)
    with pytest.raises(Revert, match=restaking.FULLY_SLASHED):
        restaking.deposit(Strategy(0, 0), NOTHING, nothing, 5)
    assert restaking.delegate(NOTHING, nothing) == (NOTHING, nothing)  # who has nothing may


def test_a_factor_of_nothing_is_refused() -> None:
    """So many shares that were slashed to dust that the rest rounds down to nothing."""
    dust = operator_with(magnitude=1)
    with pytest.raises(Revert, match=restaking.NO_FACTOR):
        restaking.add_shares(Deposit(10**36 - 1, 1), dust, 1)
    assert restaking.add_shares(Deposit(10**18 - 1, 1), dust, 1)[0] == Deposit(10**18, WAD)


def test_the_least_factor_is_the_last_digit_of_one() -> None:
    """WAD shares that one share is left of: a factor of 10⁻¹⁸, and the next share keeps it."""
    assert restaking.add_shares(Deposit(WAD - 1, 1), None, 1) == (Deposit(WAD, 1), None)


magnitudes = st.integers(min_value=10**12, max_value=WAD)


@given(magnitudes, amounts, amounts)
def test_who_joins_gets_no_more_than_he_brings(magnitude: int, first: int, second: int) -> None:
    operator: Operator | None = operator_with(magnitude=magnitude)
    held, operator = restaking.add_shares(NOTHING, operator, first)
    worth = restaking.withdrawable(held, operator)
    assert worth <= first
    # Each factor is cut at its 18th digit; under a small magnitude that digit weighs more.
    assert worth >= first - 2 - ceil(Fraction(first, magnitude))
    held, operator = restaking.add_shares(held, operator, second)
    assert restaking.withdrawable(held, operator) <= worth + second
    assert operator is not None
    assert operator.shares == first + second


# --- delegating --------------------------------------------------------------------------


def test_one_operator_at_a_time() -> None:
    restaking.check_delegation("", registered=True)
    with pytest.raises(Revert, match=restaking.DELEGATED):
        restaking.check_delegation("ann", registered=True)
    with pytest.raises(Revert, match=restaking.NO_OPERATOR):
        restaking.check_delegation("", registered=False)
    with pytest.raises(Revert, match=restaking.DELEGATED):  # looked at first
        restaking.check_delegation("ann", registered=False)


def test_who_may_leave_an_operator() -> None:
    restaking.check_undelegation("me", "ann")
    with pytest.raises(Revert, match=restaking.NOT_DELEGATED):
        restaking.check_undelegation("me", "")
    with pytest.raises(Revert, match=restaking.IS_OPERATOR):
        restaking.check_undelegation("ann", "ann")


def test_delegating_brings_the_deposit_to_the_operator() -> None:
    half = operator_with(shares=10, magnitude=WAD // 2)
    held, operator = restaking.delegate(Deposit(100, WAD), half)
    assert held == Deposit(100, 2 * WAD)
    assert operator.shares == 110
    assert restaking.withdrawable(held, operator) == 100


def test_a_deposit_goes_to_the_operator_at_once() -> None:
    done = restaking.deposit(Strategy(0, 0), NOTHING, operator_with(shares=7), 40)
    assert (done.strategy, done.deposit, done.shares) == (Strategy(40, 40), Deposit(40, WAD), 40)
    assert done.operator is not None
    assert done.operator.shares == 47
    alone = restaking.deposit(done.strategy, done.deposit, None, 2)
    assert (alone.deposit, alone.operator) == (Deposit(42, WAD), None)


# --- the withdrawal queue ----------------------------------------------------------------


def test_queueing_takes_shares_from_the_staker_and_the_operator() -> None:
    operator = operator_with(shares=100)
    done = restaking.queue_withdrawal(Deposit(60, WAD), operator, 20, 5, DELAYS)
    assert (done.deposit, done.scaled_shares, done.withdrawable) == (Deposit(40, WAD), 20, 20)
    assert done.operator is not None
    assert done.operator.shares == 80
    assert done.operator.queued == Entries((-1, 5), (0, 20))


def test_the_last_share_resets_the_factor() -> None:
    done = restaking.queue_withdrawal(Deposit(60, 2 * WAD), None, 60, 5, DELAYS)
    assert (done.deposit, done.operator, done.scaled_shares) == (NOTHING, None, 120)
    left = restaking.queue_withdrawal(Deposit(60, 2 * WAD), None, 59, 5, DELAYS)
    assert left.deposit == Deposit(1, 2 * WAD)


def test_queueing_more_than_a_word_holds_once_scaled_reverts() -> None:
    held = Deposit(ETH, 2 * WAD)
    for operator in (None, operator_with(2 * ETH)):
        with pytest.raises(Revert, match=restaking.OVERFLOW):
            restaking.queue_withdrawal(held, operator, 2**255, 5, DELAYS)  # twice that: 2**256
    with pytest.raises(Revert, match=restaking.TOO_MANY_WITHDRAWN):
        restaking.queue_withdrawal(held, None, 2**255 - 1, 5, DELAYS)


def test_queueing_refuses_in_the_contracts_order() -> None:
    held, operator = Deposit(60, WAD), operator_with(shares=60)
    with pytest.raises(Revert, match=restaking.NO_SHARES):
        restaking.queue_withdrawal(held, operator, 0, 5, DELAYS)
    with pytest.raises(Revert, match=restaking.TOO_MANY_WITHDRAWN):
        restaking.queue_withdrawal(held, None, 61, 5, DELAYS)
    with pytest.raises(Revert) as caught:
        restaking.queue_withdrawal(held, operator, 61, 5, DELAYS)
    assert caught.value.reason == PANIC_ARITHMETIC
    with pytest.raises(Revert, match=restaking.TOO_MANY_WITHDRAWN):
        restaking.queue_withdrawal(held, operator_with(shares=61), 61, 5, DELAYS)


def test_what_entered_in_one_block_is_one_sum_and_old_sums_are_forgotten() -> None:
    operator = operator_with(shares=100)
    for now in (5, 5, 9, 16):
        done = restaking.queue_withdrawal(Deposit(50, WAD), operator, 10, now, DELAYS)
        assert done.operator is not None
        operator = done.operator
    # In block 16 a slash reaches block 6 and later: the sum of block 5 is still needed.
    assert operator.queued == Entries((5, 9, 16), (20, 30, 40))
    assert restaking.slashable_in_queue(operator, 16, DELAYS) == 20
    assert restaking.slashable_in_queue(operator, 15, DELAYS) == 20
    assert restaking.slashable_in_queue(operator, 19, DELAYS) == 20  # block 9, the last time
    assert restaking.slashable_in_queue(operator, 20, DELAYS) == 10
    assert restaking.slashable_in_queue(operator, 26, DELAYS) == 10
    assert restaking.slashable_in_queue(operator, 27, DELAYS) == 0


def test_sums_that_a_slash_may_ask_for_are_all_kept() -> None:
    operator: Operator | None = operator_with(shares=100)
    for now in (5, 9, 9):
        operator = restaking.queue_withdrawal(Deposit(50, WAD), operator, 10, now, DELAYS).operator
    assert operator is not None
    assert operator.queued == Entries((-1, 5, 9), (0, 10, 30))


def test_the_escrow_ends_after_its_last_block() -> None:
    waiting = Withdrawal("me", "ann", start_block=5, scaled_shares=100)
    assert restaking.completable_at(waiting, DELAYS) == 16
    assert restaking.check_completion(waiting, "me", 16, DELAYS) is waiting
    with pytest.raises(Revert, match=restaking.TOO_EARLY):
        restaking.check_completion(waiting, "me", 15, DELAYS)
    with pytest.raises(Revert, match=restaking.NOT_WITHDRAWER):
        restaking.check_completion(waiting, "you", 15, DELAYS)
    with pytest.raises(Revert, match=restaking.NOT_QUEUED):
        restaking.check_completion(None, "me", 16, DELAYS)


def test_slashes_of_the_escrow_count_and_later_ones_do_not() -> None:
    waiting = Withdrawal("me", "ann", start_block=5, scaled_shares=101)
    early = operator_with(shares=0)._replace(
        magnitudes=(Magnitude(-1, WAD), Magnitude(15, WAD // 2), Magnitude(16, WAD // 4))
    )
    assert restaking.magnitude_at(early, -1) == restaking.magnitude_at(early, 14) == WAD
    assert restaking.escrowed(waiting, early, 14, DELAYS) == 101
    assert restaking.escrowed(waiting, early, 15, DELAYS) == 50  # 50.5 rounded down
    assert restaking.escrowed(waiting, early, 16, DELAYS) == 50
    assert restaking.escrowed(waiting, early, 99, DELAYS) == 50
    assert restaking.escrowed(waiting, None, 99, DELAYS) == 101


def test_completing_pays_tokens_or_gives_shares_back() -> None:
    strategy = Strategy(3_000, 5_000)
    assert restaking.complete_as_tokens(strategy, 600) == (Strategy(2_400, 4_100), 900)
    assert restaking.complete_as_tokens(strategy, 0) == (strategy, 0)
    half = operator_with(shares=10, magnitude=WAD // 2)
    held, operator = restaking.complete_as_shares(NOTHING, half, 30)
    assert held == Deposit(30, 2 * WAD)
    assert operator is not None
    assert operator.shares == 40
    # Nothing to give back changes nothing, not even with somebody who was slashed to nothing.
    nothing = operator_with(magnitude=0)
    assert restaking.complete_as_shares(NOTHING, nothing, 0) == (NOTHING, nothing)
    with pytest.raises(Revert, match=restaking.FULLY_SLASHED):
        restaking.complete_as_shares(NOTHING, nothing, 1)


# --- allocating --------------------------------------------------------------------------


def test_magnitude_is_given_at_once_or_after_the_delay() -> None:
    fresh = restaking.new_operator(2)
    at_once = restaking.allocate(fresh, 1, 7, 100, DELAYS)
    assert at_once.allocations == (Allocation(0, 0, 0), Allocation(7, 0, 0))
    assert at_once.encumbered == 7
    later = restaking.allocate(fresh, 0, 7, 100, SLOW)
    assert later.allocations[0] == Allocation(0, 7, 105)
    assert later.encumbered == 7
    assert restaking.settled(later, 104) is later
    assert restaking.settled(later, 105).allocations[0] == Allocation(7, 0, 0)
    assert restaking.settled(later, 105).encumbered == 7


def test_a_new_operator_gave_nothing_and_waits_for_nothing() -> None:
    fresh = restaking.new_operator(2)
    assert fresh.allocations == (Allocation(0, 0, 0), Allocation(0, 0, 0))
    assert (fresh.shares, fresh.encumbered, restaking.max_magnitude(fresh)) == (0, 0, WAD)


def test_a_change_may_take_effect_in_the_very_first_block() -> None:
    giving = operator_with()._replace(allocations=(Allocation(0, 8, 1),), encumbered=8)
    assert restaking.settled(giving, 1).allocations == (Allocation(8, 0, 0),)
    two = giving._replace(allocations=(Allocation(0, 8, 1), Allocation(0, 0, 7)))
    assert restaking.settled(two, 1).allocations == (Allocation(8, 0, 0), Allocation(0, 0, 7))
    assert slashed(giving, WAD // 2, now=1).magnitude == 4


def test_magnitude_taken_back_is_free_after_the_delay() -> None:
    operator = operator_with(given_away=10, services=2)
    taking = restaking.allocate(operator, 0, 4, 100, DELAYS)
    assert taking.allocations[0] == Allocation(10, -6, 111)
    assert (taking.encumbered, restaking.settled(taking, 110)) == (10, taking)
    done = restaking.settled(taking, 111)
    assert (done.allocations[0], done.encumbered) == (Allocation(4, 0, 0), 4)


def test_allocating_refuses() -> None:
    operator = operator_with(given_away=10, magnitude=20, services=2)
    with pytest.raises(Revert, match=restaking.SAME):
        restaking.allocate(operator, 0, 10, 100, DELAYS)
    with pytest.raises(Revert, match=restaking.TOO_MUCH_MAGNITUDE):
        restaking.allocate(operator, 1, 11, 100, DELAYS)
    assert restaking.allocate(operator, 1, 10, 100, DELAYS).encumbered == 20
    taking = restaking.allocate(operator, 0, 4, 100, DELAYS)
    for change in (10, 4, 3, 11):
        with pytest.raises(Revert, match=restaking.PENDING):
            restaking.allocate(taking, 0, change, 110, DELAYS)
    assert restaking.allocate(taking, 0, 3, 111, DELAYS).allocations[0] == Allocation(4, -1, 122)
    # Another service's magnitude is free for this one in the same block.
    assert restaking.allocate(taking, 1, 16, 111, DELAYS).encumbered == 20
    with pytest.raises(Revert, match=restaking.TOO_MUCH_MAGNITUDE):
        restaking.allocate(taking, 1, 16, 110, DELAYS)


# --- slashing ----------------------------------------------------------------------------


def test_a_slash_rounds_what_it_takes_up_and_what_it_leaves_up() -> None:
    operator = operator_with(shares=100, given_away=7)._replace(
        queued=Entries((-1, 4), (0, 50)), magnitudes=(Magnitude(-1, 10),)
    )
    done = slashed(operator, WAD // 3, now=5)  # a third less a bit of 7, rounded up: 3
    assert done.magnitude == 3
    assert done.operator.magnitudes == (Magnitude(-1, 10), Magnitude(5, 7))
    assert done.operator.allocations[0] == Allocation(4, 0, 0)
    assert done.operator.encumbered == 4
    assert done.operator.shares == ceil(Fraction(100 * 7, 10)) == 70
    assert done.delegated == 30
    assert (done.queued, done.to_burn) == (0, 30)  # 50 · 10⁻¹⁷ is nothing


def test_those_in_escrow_are_slashed_too() -> None:
    operator = operator_with(shares=101, given_away=WAD)._replace(
        queued=Entries((-1, 4, 5), (0, 55, 66))
    )
    done = slashed(operator, WAD // 10, now=5)
    assert done.operator.shares == ceil(Fraction(101 * 9, 10)) == 91
    assert done.queued == 66 - ceil(Fraction(66 * 9, 10)) == 6
    assert (done.delegated, done.to_burn) == (10, 16)
    assert restaking.slashable_in_queue(done.operator, 5, DELAYS) == 59  # 66 · 0.9, rounded down
    late = slashed(operator, WAD // 10, now=15)  # block 4 is out of reach
    assert late.queued == 11 - ceil(Fraction(11 * 9, 10)) == 1


def test_what_is_being_taken_back_is_slashed_by_the_same_part() -> None:
    operator = restaking.allocate(operator_with(given_away=10), 0, 5, 100, DELAYS)
    done = slashed(operator, WAD // 4, now=110)
    assert done.magnitude == 3  # 2.5
    assert done.operator.allocations[0] == Allocation(7, -3, 111)  # 5 less 1.25 rounded up
    free = slashed(operator, WAD // 4, now=111)
    assert free.magnitude == 2  # of the 5 that are left: 1.25
    assert free.operator.allocations[0] == Allocation(3, 0, 0)
    assert free.operator.encumbered == 3
    whole = slashed(operator, WAD, now=105)
    assert whole.operator.allocations[0] == Allocation(0, 0, 111)
    with pytest.raises(Revert, match=restaking.PENDING):
        restaking.allocate(whole.operator, 0, 5, 110, DELAYS)
    assert restaking.allocate(whole.operator, 0, 5, 111, DELAYS).encumbered == 5


def test_what_is_not_given_yet_is_not_slashed() -> None:
    waiting = restaking.allocate(operator_with(given_away=10), 0, 30, 100, SLOW)
    done = slashed(waiting, WAD // 2, now=104)
    assert done.magnitude == 5
    assert done.operator.allocations[0] == Allocation(5, 20, 105)
    assert done.operator.encumbered == 25
    assert slashed(waiting, WAD // 2, now=105).magnitude == 15


def test_a_service_slashes_only_what_it_was_given() -> None:
    operator = operator_with(shares=100, given_away=WAD // 2, services=3)
    assert restaking.slash(operator, 1, WAD, 5, DELAYS) is None
    first = slashed(operator, WAD // 2)
    assert first.operator.allocations == (Allocation(WAD // 4, 0, 0), *operator.allocations[1:])
    both = restaking.allocate(operator, 2, WAD // 2, 5, DELAYS)
    done = slashed(both, WAD, now=5, service=2)
    assert [each.current for each in done.operator.allocations] == [WAD // 2, 0, 0]
    assert (done.operator.shares, restaking.max_magnitude(done.operator)) == (50, WAD // 2)


def test_two_slashes_of_one_block_are_one_line_of_the_history() -> None:
    once = slashed(operator_with(shares=100, given_away=WAD), WAD // 2, now=5)
    twice = slashed(once.operator, WAD // 2, now=5)
    assert twice.operator.magnitudes == (Magnitude(-1, WAD), Magnitude(5, WAD // 4))
    assert twice.operator.shares == 25
    thrice = slashed(twice.operator, WAD // 2, now=6)
    again = slashed(thrice.operator, WAD // 2, now=6)
    assert again.operator.magnitudes == (
        Magnitude(-1, WAD), Magnitude(5, WAD // 4), Magnitude(6, WAD // 16)
    )  # fmt: skip


def test_a_part_is_more_than_nothing_and_at_most_all() -> None:
    operator = operator_with(shares=100, given_away=WAD)
    for part in (0, WAD + 1):
        with pytest.raises(Revert, match=restaking.BAD_PART):
            restaking.slash(operator, 0, part, 5, DELAYS)
    assert slashed(operator, 1).magnitude == 1
    whole = slashed(operator, WAD)
    assert (whole.operator.shares, whole.to_burn) == (0, 100)
    assert restaking.slash(whole.operator, 0, WAD, 6, DELAYS) is None
    assert restaking.slashable_in_queue(whole.operator, 6, DELAYS) == 0


# --- a whole story -----------------------------------------------------------------------

USERS = ("ann", "bob", "cat")


class Step(NamedTuple):
    """One thing that happens; what it does not need it leaves."""

    kind: str
    user: str
    size: int
    part: int


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            ("deposit", "delegate", "queue", "tokens", "shares", "slash", "yield", "give", "roll")
        ),
        st.sampled_from(USERS),
        st.integers(min_value=1, max_value=10**21),
        parts,
    ),
    min_size=5,
    max_size=40,
)


class Story:
    """Three stakers and one operator; the strategy's tokens are counted beside it."""

    def __init__(self) -> None:
        self.strategy, self.operator = Strategy(0, 0), restaking.new_operator(1)
        self.held = dict.fromkeys(USERS, NOTHING)
        self.joined: set[str] = set()
        self.waiting: list[Withdrawal] = []
        self.to_burn = self.tokens = 0
        self.now = 1

    def mine(self, user: str) -> Operator | None:
        return self.operator if user in self.joined else None

    def put(self, user: str, held: Deposit, operator: Operator | None) -> None:
        self.held[user] = held
        self.operator = operator or self.operator

    def play(self, step: Step) -> None:
        user, held, mine = step.user, self.held[step.user], self.mine(step.user)
        match step.kind:
            case "deposit":
                done = restaking.deposit(self.strategy, held, mine, step.size)
                self.strategy = done.strategy
                self.tokens += step.size
                self.put(user, done.deposit, done.operator)
            case "delegate" if user not in self.joined:
                held, operator = restaking.delegate(held, self.operator)
                self.joined.add(user)
                self.put(user, held, operator)
            case "queue" if held.shares:
                shares = 1 + held.shares * (step.part - 1) // WAD
                queued = restaking.queue_withdrawal(held, mine, shares, self.now, DELAYS)
                self.put(user, queued.deposit, queued.operator)
                whose = "op" if mine else ""
                self.waiting.append(Withdrawal(user, whose, self.now, queued.scaled_shares))
            case "tokens" | "shares":
                self.complete(step.kind)
            case "slash":
                slashed = restaking.slash(self.operator, 0, step.part, self.now, DELAYS)
                if slashed:
                    self.operator = slashed.operator
                    self.to_burn += slashed.to_burn
            case "give":
                free = restaking.max_magnitude(self.operator)
                self.operator = restaking.allocate(
                    self.operator, 0, free * step.part // WAD, self.now, DELAYS
                )
            case "yield":
                self.strategy = restaking.earn(self.strategy, step.size)
                self.tokens += step.size
            case "roll":
                self.now += step.size % 15

    def complete(self, kind: str) -> None:
        for withdrawal in self.waiting:
            if restaking.completable_at(withdrawal, DELAYS) > self.now:
                continue
            shares = self.worth(withdrawal)
            user = withdrawal.staker
            if kind == "tokens":
                self.strategy, paid = restaking.complete_as_tokens(self.strategy, shares)
                self.tokens -= paid
            else:
                held, mine = self.held[user], self.mine(user)
                self.put(user, *restaking.complete_as_shares(held, mine, shares))
            self.waiting.remove(withdrawal)
            return

    def worth(self, withdrawal: Withdrawal) -> int:
        operator = self.operator if withdrawal.operator else None
        return restaking.escrowed(withdrawal, operator, self.now, DELAYS)


@given(steps)
def test_what_is_owed_is_always_there(story: list[Step]) -> None:
    """Shares of stakers, in escrow and to be burned never exceed the strategy's."""
    told = Story()
    for step in story:
        rate = Fraction(told.strategy.tokens + 1_000, told.strategy.shares + 1_000)
        try:
            told.play(step)
        except Revert:
            continue
        strategy, operator = told.strategy, told.operator
        assert Fraction(strategy.tokens + 1_000, strategy.shares + 1_000) >= rate
        mine = {user: restaking.withdrawable(told.held[user], told.mine(user)) for user in USERS}
        owed = sum(mine.values()) + sum(told.worth(each) for each in told.waiting) + told.to_burn
        assert owed <= strategy.shares
        assert sum(mine[user] for user in told.joined) <= operator.shares
        assert strategy.tokens == told.tokens
        current = restaking.settled(operator, told.now).allocations[0].current
        assert 0 <= current <= operator.encumbered <= restaking.max_magnitude(operator)


@given(magnitudes, parts, parts, amounts)
def test_a_greater_part_takes_more(magnitude: int, part: int, other: int, shares: int) -> None:
    operator = operator_with(shares=shares, magnitude=magnitude, given_away=magnitude)
    low, high = (slashed(operator, each) for each in sorted((part, other)))
    assert low.magnitude <= high.magnitude
    assert low.to_burn <= high.to_burn <= shares
    for done in (low, high):
        assert done.operator.shares + done.delegated == shares
        left = Fraction(shares * restaking.max_magnitude(done.operator), magnitude)
        assert left <= done.operator.shares < left + 1  # rounded up, for those who stay
