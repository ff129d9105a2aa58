"""Native staking: 32 ETH a piece, one queue in, one queue out, rewards by the formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import kernel, quotes, validators
from lstwallet.engine.refusals import (
    BelowMinimum,
    NotAMultiple,
    NotEnoughBalance,
    NothingToDo,
    NotReadyYet,
    Refusal,
)
from lstwallet.engine.staking import Stake
from lstwallet.engine.validators import (
    ACTIVE,
    EXITED,
    EXITING,
    VALIDATOR_WEI,
    WAITING,
    LeaveNatively,
    OthersJoin,
    OthersLeave,
    RecordDuties,
    StakeNatively,
)
from lstwallet.engine.validators_facts import (
    OthersActivated,
    OthersExited,
    OthersPaid,
    RewardsSwept,
    ValidatorsPaid,
)
from lstwallet.engine.world import Draft
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY, EPOCH
from tests.engine.staking_world import (
    CHAIN,
    ETH,
    GWEI_ETH,
    NOW,
    POOL,
    YOUR_ETH,
    only,
    run,
    world_of,
)

ROUND = 2 * 567 * EPOCH
"""One round of the sweep in these worlds."""


@pytest.fixture
def draft() -> Draft:
    return Draft(world_of())


def active_stake(keys: int = 1, execution: int = 0) -> Draft:
    """A world in which your validators have just begun to attest."""
    made = Draft(world_of(POOL, CHAIN._replace(execution=execution)))
    kernel.handle(made, StakeNatively("you", keys * 32 * ETH))
    run(made, made.validators[1].active_at)
    return made


# --- refusals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (StakeNatively("you", 5 * ETH), BelowMinimum("ETH", 5 * ETH, 32 * ETH, "solo_validator")),
        (StakeNatively("you", 0), NothingToDo("stake")),
        (StakeNatively("you", -1), NothingToDo("stake")),
        (StakeNatively("you", 33 * ETH), NotAMultiple("ETH", 33 * ETH, 32 * ETH)),
        (StakeNatively("you", 32 * ETH + 1), NotAMultiple("ETH", 32 * ETH + 1, 32 * ETH)),
        (StakeNatively("you", 16_000 * ETH), NotEnoughBalance("ETH", 16_000 * ETH, YOUR_ETH)),
        (StakeNatively("nobody", ALL), BelowMinimum("ETH", 0, 32 * ETH, "solo_validator")),
        (LeaveNatively("you", ALL), NothingToDo("leave")),
        (LeaveNatively("you", 1), NothingToDo("leave")),
        (OthersJoin(0), NothingToDo("join")),
        (OthersLeave(0), NothingToDo("leave")),
        (OthersLeave(20_000_000 * GWEI_ETH), NothingToDo("leave")),
        (RecordDuties(10_001, 0), NothingToDo("duties")),
        (RecordDuties(9_900, -1), NothingToDo("duties")),
    ],
)
def test_a_refusal_names_the_numbers_and_changes_nothing(
    draft: Draft, command: object, refusal: Refusal
) -> None:
    before = draft.freeze()
    with pytest.raises(type(refusal)) as raised:
        kernel.handle(draft, command)
    assert raised.value == refusal
    assert draft.freeze() == before


def test_nobody_leaves_before_having_served_256_epochs() -> None:
    draft = active_stake()
    served = draft.time + 256 * EPOCH
    with pytest.raises(NotReadyYet) as refused:
        kernel.handle(draft, LeaveNatively("you", 1))
    assert (refused.value.what, refused.value.earliest) == ("exit", served)
    run(draft, served)
    kernel.handle(draft, LeaveNatively("you", 1))
    assert draft.validators[1].stage == EXITING
    with pytest.raises(NothingToDo):
        kernel.handle(draft, LeaveNatively("you", 1))


def test_nobody_else_can_make_your_validators_leave() -> None:
    draft = active_stake()
    run(draft, draft.time + 2 * DAY)
    with pytest.raises(NothingToDo):
        kernel.handle(draft, LeaveNatively("someone else", 1))


# --- the way in ---------------------------------------------------------------------------


def test_everything_means_as_many_validators_as_there_are(draft: Draft) -> None:
    kernel.handle(draft, StakeNatively("you", ALL))
    assert draft.balance("you", "ETH") == YOUR_ETH % VALIDATOR_WEI == 16 * ETH
    assert draft.validators[1].keys == 312


def test_the_way_to_activation_with_an_empty_queue(draft: Draft) -> None:
    """Two epochs to be final, the next to be eligible, two to be final again, five ahead."""
    kernel.handle(draft, StakeNatively("you", 32 * ETH))
    validator = draft.validators[1]
    epoch = validators.epoch_now(draft.beacon, NOW)
    assert validator.active_at == validators.epoch_start(draft.beacon, epoch + 2 + 1 + 2 + 5)
    assert validator.stage == WAITING
    active = draft.beacon.active
    run(draft, validator.active_at - 1)
    assert draft.validators[1].stage == WAITING
    run(draft, validator.active_at)
    assert draft.validators[1].stage == ACTIVE
    assert draft.beacon.active - active >= 32 * GWEI_ETH


def test_those_ahead_in_the_entry_queue_make_you_wait() -> None:
    empty = Draft(world_of())
    full = Draft(world_of(POOL, CHAIN._replace(entry_queue=576_000 * GWEI_ETH)))
    waits = [validators.estimate_activation(draft, 32 * GWEI_ETH) for draft in (empty, full)]
    assert waits[1] - waits[0] == pytest.approx(10 * DAY, abs=2 * EPOCH)
    kernel.handle(full, OthersJoin(57_600 * GWEI_ETH))
    assert validators.estimate_activation(full, 32 * GWEI_ETH) - waits[1] == DAY
    activated = only(run(full, NOW + 12 * DAY), OthersActivated)
    assert len(activated) == 11
    # The pool's own deposits activate in between.
    assert activated[-1].active >= (36_000_000 + 576_000 + 57_600) * GWEI_ETH


# --- rewards --------------------------------------------------------------------------------


def test_rewards_by_the_formula_paid_by_the_sweep() -> None:
    execution = 10**10
    draft = active_stake(2, execution)
    begun, paid_before = draft.time, draft.balance("you", "ETH")
    (first, second) = only(run(draft, begun + 2 * ROUND), RewardsSwept)[:2]
    assert second.at - first.at == ROUND
    # 64 ETH, 337 Gwei an ETH and epoch; the stake on the chain moves by the pool's deposits.
    assert second.consensus == 64 * 337 * 1_134 * 10**9
    assert second.execution == 64 * 1_134 * execution
    total = sum(event.consensus + event.execution for event in (first, second))
    assert draft.balance("you", "ETH") == paid_before + total


def test_rewards_accrue_between_sweeps() -> None:
    draft = active_stake()
    (number, validator) = next(iter(validators.of_account(draft, "you").items()))
    assert number == 1
    assert validators.accrued(draft, validator) == (0, 0)
    run(draft, draft.time + DAY)
    duties, _ = validators.accrued(draft, draft.validators[1])
    assert duties == 32 * 337 * 225 * 10**9


def test_little_participation_costs_and_a_sweep_then_pays_nothing() -> None:
    draft = active_stake()
    kernel.handle(draft, RecordDuties(4_000, 0))
    swept = only(run(draft, draft.time + ROUND), RewardsSwept)
    assert [event.consensus for event in swept] == [0]
    assert validators.accrued(draft, draft.validators[1])[0] < 0


records = st.tuples(st.integers(0, 10_000), st.integers(0, 10**11), st.integers(0, 500))


@given(st.lists(records, max_size=6))
def test_the_index_adds_up_whatever_the_market_records(changes: list[tuple[int, int, int]]) -> None:
    """One running sum tells what a stake has earned; nothing is rounded on the way."""
    draft = active_stake()
    expected = fees = 0
    for participation, execution, epochs in changes:
        kernel.handle(draft, RecordDuties(participation, execution))
        draft.time += epochs * EPOCH
        # In 64ths and squares of basis points: 64 p² earned, 40 (1 − p) lost.
        parts = 64 * participation**2 - 40 * (10_000 - participation) * 10_000
        expected += 32 * 337 * epochs * parts
        fees += 32 * execution * epochs
    accrued = validators.accrued(draft, draft.validators[1])
    assert accrued == (expected // (64 * 10**8) * 10**9, fees)


def test_the_expected_rate_at_36_million_eth(draft: Draft) -> None:
    duties, execution = validators.expected_rate(draft.beacon)
    assert duties == 337 * 82_125 * 10**9  # 2.77 %
    assert execution == 0


# --- the way out -------------------------------------------------------------------------------


def test_the_whole_way_out_and_the_money_back() -> None:
    draft = active_stake(3)
    begun = draft.time
    run(draft, begun + 10 * DAY)
    (event,) = kernel.handle(draft, LeaveNatively("you", ALL))
    leaving = event.validator
    epoch = validators.epoch_now(draft.beacon, draft.time)
    assert leaving.exit_at == validators.epoch_start(draft.beacon, epoch + 5)
    assert 256 * EPOCH <= leaving.paid_at - leaving.exit_at <= 256 * EPOCH + ROUND
    active = draft.beacon.active
    run(draft, leaving.exit_at)
    assert draft.validators[1].stage == EXITED
    assert active - draft.beacon.active == 96 * GWEI_ETH
    owed = draft.validators[1].unpaid
    assert owed >= 0
    before = draft.balance("you", "ETH")
    (paid,) = only(run(draft, leaving.paid_at), ValidatorsPaid)
    assert (paid.principal, paid.rewards) == (96 * ETH, owed)
    assert draft.balance("you", "ETH") == before + 96 * ETH + owed
    assert draft.validators == {}
    # Nothing was made up: what came back is what was paid in, and the rewards of the formula.
    epochs = (leaving.exit_at - begun) // EPOCH
    assert draft.balance("you", "ETH") - YOUR_ETH == 96 * 337 * epochs * 10**9


def test_a_loss_is_taken_from_the_principal() -> None:
    draft = active_stake()
    kernel.handle(draft, RecordDuties(0, 0))
    run(draft, draft.time + 3 * DAY)
    kernel.handle(draft, LeaveNatively("you", 1))
    validator = draft.validators[1]
    (paid,) = only(run(draft, validator.paid_at), ValidatorsPaid)
    assert paid.rewards < 0
    assert draft.balance("you", "ETH") == YOUR_ETH + paid.rewards


def test_several_deposits_leave_one_behind_the_other(draft: Draft) -> None:
    for _ in range(3):
        kernel.handle(draft, StakeNatively("you", 3_200 * ETH))
    run(draft, NOW + 5 * DAY)
    events = kernel.handle(draft, LeaveNatively("you", ALL))
    exits = [event.validator.exit_at for event in events]
    assert exits == sorted(exits)
    # 3,200 ETH are twelve and a half epochs of churn.
    assert exits[-1] - exits[0] == 25 * EPOCH
    run(draft, max(validator.paid_at for validator in draft.validators.values()))
    assert draft.validators == {}


def test_others_in_the_exit_queue_go_first(draft: Draft) -> None:
    kernel.handle(draft, StakeNatively("you", 32 * ETH))
    run(draft, NOW + 3 * DAY)
    soon, _ = validators.estimate_exit(draft, 32 * GWEI_ETH)
    kernel.handle(draft, OthersLeave(576_000 * GWEI_ETH))
    later, latest = validators.estimate_exit(draft, 32 * GWEI_ETH)
    assert later - soon == pytest.approx(10 * DAY, abs=EPOCH)
    assert latest - later == ROUND
    (event,) = kernel.handle(draft, LeaveNatively("you", 1))
    assert draft.time + later <= event.validator.paid_at <= draft.time + latest
    held = draft.balance("beacon", "ETH")
    events = run(draft, NOW + 30 * DAY)
    assert len(only(events, OthersExited)) == len(only(events, OthersPaid)) == 1
    assert draft.balance("beacon", "ETH") < held


# --- time and previews -------------------------------------------------------------------


@given(st.integers(1, 40 * DAY), st.integers(2, 9))
def test_slicing_time_changes_nothing(length: int, slices: int) -> None:
    whole, sliced = Draft(world_of()), Draft(world_of())
    for draft in (whole, sliced):
        kernel.handle(draft, StakeNatively("you", 640 * ETH))
        kernel.handle(draft, OthersLeave(1_000 * GWEI_ETH))
    one = run(whole, NOW + length)
    many = []
    for number in range(1, slices + 1):
        many += run(sliced, NOW + length * number // slices)
    assert one == many
    assert whole.freeze() == sliced.freeze()


def test_every_receipt_equals_its_preview(draft: Draft) -> None:
    kernel.handle(draft, Stake("you", 100 * ETH))
    for command in (StakeNatively("you", 96 * ETH), LeaveNatively("you", ALL)):
        quote = quotes.preview(draft.freeze(), command)
        assert tuple(kernel.handle(draft, command)) == quote.events
        assert draft.freeze() == quote.after
        run(draft, draft.time + 5 * DAY)


def test_others_cannot_take_what_is_the_pools() -> None:
    draft = Draft(world_of(chain=CHAIN._replace(active=12_000_000 * GWEI_ETH)))
    with pytest.raises(NothingToDo):  # 9 of the 12 million are the pool's
        kernel.handle(draft, OthersLeave(4_000_000 * GWEI_ETH))
    kernel.handle(draft, OthersLeave(2_000_000 * GWEI_ETH))
    assert not validators.audit(draft)
