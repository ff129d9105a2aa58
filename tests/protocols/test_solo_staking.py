"""Solo staking: one validator's life, beside the queues that give it its epochs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import consensus
from lstwallet.protocols import solo_staking as solo
from lstwallet.protocols.consensus import Churn
from lstwallet.protocols.solo_staking import (
    FAR_FUTURE,
    Partial,
    Status,
    Sweep,
    Validator,
    Withdrawal,
)
from lstwallet.units.checked import Revert

ETH = 10**9
WEI = 10**18
STAKED = 36_000_000 * ETH


def refused(reason: str) -> object:
    return pytest.raises(Revert, match=f"^{reason}$")


def on_duty(balance: int = 32 * ETH, ceiling: int = 32 * ETH, **changes: int) -> Validator:
    """Active since epoch 100."""
    effective = min(balance - balance % ETH, ceiling)
    return Validator(balance, effective, ceiling, 90, 100)._replace(**changes)


# --- in -------------------------------------------------------------------------------------


def test_deposits_of_one_ether_and_more_in_whole_gwei() -> None:
    assert solo.check_deposit(WEI) == ETH
    assert solo.check_deposit(32 * WEI + 10**9) == 32 * ETH + 1
    with refused(solo.TOO_SMALL):
        solo.check_deposit(WEI - 1)
    with refused(solo.NOT_GWEI):
        solo.check_deposit(WEI + 1)


def test_a_deposit_is_eligible_with_32_ether_and_stands_in_line_once() -> None:
    validator = solo.credit(Validator(0, 0, 32 * ETH), 31 * ETH)
    assert validator.balance == 31 * ETH
    short = validator._replace(effective=32 * ETH - 1)
    assert not solo.is_eligible(short)
    with refused(solo.NOT_ACTIVE):
        solo.enter_queue(short, 7)
    ready = solo.credit(validator, ETH)._replace(effective=32 * ETH)
    queued = solo.enter_queue(ready, 7)
    assert queued == ready._replace(eligibility_epoch=8)
    assert not solo.is_eligible(queued)
    assert [solo.may_activate(queued, epoch) for epoch in (7, 8, 9)] == [False, True, True]
    assert not solo.may_activate(ready, 10**6)
    assert not solo.may_activate(solo.activate(queued, 15), 9)


def test_a_life_with_the_queues_epochs() -> None:
    # an empty deposit queue of 256 ETH an epoch: credited two epochs on, active eight after
    deposits = consensus.join_deposit_queue(Churn(0, 0), 1_000, 32 * ETH, STAKED)
    credited = deposits.earliest_epoch
    validator = solo.credit(Validator(0, 0, 32 * ETH), 32 * ETH)._replace(effective=32 * ETH)
    validator = solo.enter_queue(validator, credited)
    active = consensus.activation_epoch(credited)
    validator = solo.activate(validator, active)
    assert (credited, active) == (1_002, 1_010)
    # 2,560 ETH in front: ten epochs more
    line = consensus.join_exit_queue(Churn(0, 0), 1_266, 2_560 * ETH, STAKED)
    solo.check_exit(validator, solo.earliest_exit(validator))
    exits = consensus.join_exit_queue(line, solo.earliest_exit(validator), 32 * ETH, STAKED)
    out = exits.earliest_epoch
    left = solo.leave(validator, out, consensus.withdrawable_epoch(out))
    assert (solo.earliest_exit(validator), out, left.withdrawable_epoch) == (1_266, 1_281, 1_537)
    assert solo.leave(left, 1, 2) == left
    told = [solo.status(left, epoch) for epoch in (1_009, 1_010, 1_280, 1_281, 1_536, 1_537)]
    assert told == [
        Status.PENDING_QUEUED,
        Status.ACTIVE_EXITING,
        Status.ACTIVE_EXITING,
        Status.EXITED_UNSLASHED,
        Status.EXITED_UNSLASHED,
        Status.WITHDRAWAL_POSSIBLE,
    ]
    done = solo.pay(left, solo.sweep([left], (), 0, 1_537).withdrawals[0])
    assert solo.status(done, 1_537) is Status.WITHDRAWAL_DONE
    assert done.balance == 0


@pytest.mark.parametrize(
    ("validator", "epoch", "expected"),
    [
        (Validator(ETH, 0, 32 * ETH), 5, Status.PENDING_INITIALIZED),
        (Validator(32 * ETH, 32 * ETH, 32 * ETH, 5), 5, Status.PENDING_QUEUED),
        (on_duty(), 99, Status.PENDING_QUEUED),
        (on_duty(), 100, Status.ACTIVE_ONGOING),
        (on_duty(exit_epoch=200), 199, Status.ACTIVE_EXITING),
        (on_duty(exit_epoch=200, slashed=True), 199, Status.ACTIVE_SLASHED),
        (on_duty(exit_epoch=200), 200, Status.EXITED_UNSLASHED),
        (on_duty(exit_epoch=200, slashed=True), 200, Status.EXITED_SLASHED),
        (on_duty(exit_epoch=200, withdrawable_epoch=456), 455, Status.EXITED_UNSLASHED),
        (on_duty(exit_epoch=200, withdrawable_epoch=456), 456, Status.WITHDRAWAL_POSSIBLE),
        (on_duty(0, exit_epoch=200, withdrawable_epoch=456), 456, Status.WITHDRAWAL_DONE),
    ],
)
def test_where_a_validator_stands(validator: Validator, epoch: int, expected: Status) -> None:
    assert solo.status(validator, epoch) is expected
    assert solo.is_active(validator, epoch) == expected.value.startswith("active")


# --- out ------------------------------------------------------------------------------------


def test_exits_that_are_refused() -> None:
    solo.check_exit(on_duty(), 356)
    table = [
        (on_duty(), 355, 0, solo.TOO_EARLY),
        (on_duty(), 99, 0, solo.NOT_ACTIVE),
        (on_duty(exit_epoch=400), 399, 0, solo.EXITING),
        (on_duty(exit_epoch=400), 400, 0, solo.NOT_ACTIVE),
        (on_duty(), 356, 1, solo.PENDING),
    ]
    for validator, epoch, pending, reason in table:
        with refused(reason):
            solo.check_exit(validator, epoch, pending)


def test_who_has_too_little_is_put_out() -> None:
    assert solo.is_ejected(on_duty(effective=16 * ETH), 100)
    assert not solo.is_ejected(on_duty(effective=17 * ETH), 100)
    assert not solo.is_ejected(on_duty(effective=16 * ETH), 99)


def test_a_part_is_what_lies_above_32_ether() -> None:
    large = on_duty(50 * ETH, 2_048 * ETH)
    assert solo.partial_amount(large, 356, 0, 5 * ETH) == 5 * ETH
    assert solo.partial_amount(large, 356, 10 * ETH, 9 * ETH) == 8 * ETH
    assert solo.partial_amount(large, 356, 18 * ETH - 1, 9 * ETH) == 1
    small = on_duty(32 * ETH + 1, 2_048 * ETH)
    assert solo.partial_amount(small, 356, 0, ETH) == 1
    assert solo.sweep([small], (Partial(0, ETH, 1),), 0, 100).withdrawals == (Withdrawal(0, 1),)
    assert FAR_FUTURE == 2**64 - 1
    with refused(solo.NO_EXCESS):
        solo.partial_amount(large, 356, 18 * ETH, 9 * ETH)
    with refused(solo.NO_EXCESS):
        solo.partial_amount(large._replace(effective=31 * ETH), 356, 0, 9 * ETH)
    with refused(solo.NOT_COMPOUNDING):
        solo.partial_amount(on_duty(50 * ETH), 356, 0, ETH)
    with refused(solo.TOO_EARLY):
        solo.partial_amount(large, 355, 0, ETH)


# --- the sweep ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("validator", "epoch", "paid"),
    [
        (on_duty(32 * ETH + 5), 100, 5),
        (on_duty(32 * ETH), 100, 0),
        (on_duty(31 * ETH), 100, 0),
        (on_duty(33 * ETH, effective=31 * ETH), 100, 0),  # not full yet: a top-up fills it first
        (on_duty(32 * ETH - 1, effective=32 * ETH), 100, 0),
        (on_duty(40 * ETH, 2_048 * ETH), 100, 0),
        (on_duty(2_049 * ETH, 2_048 * ETH), 100, ETH),
        (on_duty(33 * ETH, exit_epoch=1, withdrawable_epoch=99), 98, ETH),
        (on_duty(33 * ETH, exit_epoch=1, withdrawable_epoch=99), 99, 33 * ETH),
    ],
)
def test_what_the_sweep_pays(validator: Validator, epoch: int, paid: int) -> None:
    assert solo.swept(validator, epoch) == paid


def test_sixteen_are_paid_in_a_block_and_the_next_goes_on() -> None:
    validators = [on_duty(32 * ETH + index) for index in range(20)]  # the first has nothing
    first = solo.sweep(validators, (), 0, 100)
    assert first.withdrawals == tuple(Withdrawal(index, index) for index in range(1, 17))
    assert (first.partials_done, first.next_index) == (0, 17)
    second = solo.sweep(validators, (), 17, 100)
    assert [each.place for each in second.withdrawals] == [17, 18, 19, *range(1, 14)]
    assert second.next_index == 14
    around = solo.sweep(validators, (), 4, 100)
    assert around.next_index == 0
    few = solo.sweep(validators[:5], (), 2, 100)
    assert [each.place for each in few.withdrawals] == [2, 3, 4, 1]
    assert few.next_index == (2 + 16_384) % 5


def test_a_block_looks_at_16_384() -> None:
    validators = [on_duty()] * 16_384 + [on_duty(33 * ETH)] * 2
    assert solo.sweep(validators, (), 0, 100) == Sweep((), 0, 16_384)
    assert solo.sweep(validators, (), 1, 100) == Sweep((Withdrawal(16_384, ETH),), 0, 16_385)


def test_parts_go_first_eight_at_most() -> None:
    large = on_duty(50 * ETH, 2_048 * ETH)
    leaving = large._replace(exit_epoch=500)
    validators = [large, leaving, on_duty(33 * ETH), large._replace(effective=31 * ETH)]
    asked = (
        Partial(0, 10 * ETH, 100),
        Partial(1, ETH, 90),  # leaves altogether: forgotten
        Partial(3, ETH, 90),  # has too little that counts: forgotten
        Partial(0, 10 * ETH, 100),  # eight are left of what lies above
        Partial(0, ETH, 100),  # nothing is
        Partial(0, ETH, 101),
        Partial(2, ETH, 90),  # behind one that waits
    )
    done = solo.sweep(validators, asked, 0, 100)
    assert done.withdrawals == (Withdrawal(0, 10 * ETH), Withdrawal(0, 8 * ETH), Withdrawal(2, ETH))
    assert done.partials_done == 5
    many = solo.sweep([large], tuple(Partial(0, 1, 1) for _ in range(9)), 0, 100)
    assert (len(many.withdrawals), many.partials_done) == (8, 8)
    # what a part has taken is not paid again by the sweep of the same block
    gone = on_duty(2_050 * ETH, 2_048 * ETH)
    assert solo.sweep([gone], (Partial(0, ETH, 1),), 0, 100).withdrawals == (
        Withdrawal(0, ETH),
        Withdrawal(0, ETH),
    )


BALANCES = st.integers(0, 80 * ETH)


@given(
    st.lists(st.tuples(BALANCES, st.booleans(), st.booleans()), min_size=1, max_size=60),
    st.integers(0, 59),
)
def test_every_round_pays_everybody_once(drawn: list[tuple[int, bool, bool]], start: int) -> None:
    validators = [
        on_duty(balance, 64 * ETH if big else 32 * ETH, withdrawable_epoch=1 if out else FAR_FUTURE)
        for balance, big, out in drawn
    ]
    index, paid = start % len(validators), dict[int, int]()
    total = sum(each.balance for each in validators)
    for _ in range(len(validators)):
        done = solo.sweep(validators, (), index, 100)
        assert len(done.withdrawals) <= 16
        index = done.next_index
        for each in done.withdrawals:
            assert each.place not in paid
            paid[each.place] = each.amount
            validators[each.place] = solo.pay(validators[each.place], each)
            assert validators[each.place].balance >= 0
        if not done.withdrawals:
            break
    assert all(solo.swept(each, 100) == 0 for each in validators)
    assert sum(paid.values()) + sum(each.balance for each in validators) == total
