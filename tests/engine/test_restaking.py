"""Restaking in the world: deposits, the escrow, rewards, slashes; and worlds made before it."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import pytest

from lstwallet.engine import kernel, quotes, refusals
from lstwallet.engine import restaking as engine
from lstwallet.engine import restaking_view as view
from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.agenda import next_due
from lstwallet.engine.network import Approve
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.restaking_facts import (
    BURNED,
    HELD,
    MANAGER,
    SERVICES,
    ClaimRewards,
    CompleteWithdrawal,
    Delegate,
    DeployRestaking,
    EscrowEnded,
    OperatorSlashed,
    QueueWithdrawal,
    Restake,
    RewardsPosted,
    SlashOperator,
    StakeSlashed,
    StepRestaking,
    Undelegate,
    WithdrawalCompleted,
    WithdrawalsQueued,
)
from lstwallet.engine.rocketpool import MintReth
from lstwallet.engine.staking import Stake, Wrap, steth_of
from lstwallet.engine.transactions import Transaction
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market import restaking as market
from lstwallet.market.catalogue import load
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import tiny
from lstwallet.protocols import restaking as protocol
from lstwallet.protocols.restaking import Strategy
from lstwallet.store import codec
from lstwallet.units.amount import ALL
from lstwallet.units.checked import Revert
from lstwallet.units.clock import DAY, SLOT, YEAR
from lstwallet.units.fixed import WAD
from tests.small_world import old_world, small_world

ETH = 10**18
ESCROW = (100_800 + 1) * SLOT
"""Seconds: fourteen days and the block after."""
WEEK = 7 * DAY
CAREFUL, EVEN, BOLD = (name for _, name in market.OPERATORS)
DATA, ORACLE, SEQUENCER = (name for _, name in market.SERVICES)


def done(world: World, *commands: Any) -> tuple[World, list[Any]]:
    """The world after commands, and their events; it is audited."""
    draft, events = Draft(world), []
    for command in commands:
        events.extend(kernel.handle(draft, command))
    after = draft.freeze()
    assert kernel.audit(after) == []
    return after, events


def refused(command: Any, world: World) -> Refusal:
    with pytest.raises(Refusal) as caught:
        kernel.decide(world, command)
    with pytest.raises(type(caught.value)):
        quotes.preview(world, command)
    return caught.value


def passed(world: World, seconds: int) -> tuple[World, list[Any]]:
    """The world after a time, and all events; audited."""
    draft, events = Draft(world), []
    for step in Driver(MarketConfig(flows=False), 7, tiny()).steps(draft, world.time + seconds):
        events.extend(step.events)
    after = draft.freeze()
    assert kernel.audit(after) == []
    return after, events


def kinds(events: list[Any], *wanted: type) -> list[Any]:
    return [event for event in events if type(event) in wanted]


WORLD = done(
    small_world(), Fund(YOU, "ETH", 500 * ETH), Stake(YOU, 200 * ETH), Wrap(YOU, 50 * ETH),
    MintReth(YOU, 20 * ETH),
)[0]  # fmt: skip
IN = done(WORLD, Restake(YOU, "stETH", 100 * ETH), Delegate(YOU, EVEN))[0]


def worth(world: World, token: str = "stETH") -> int:
    return view.withdrawable(world, YOU, view.place_of(view.of(world), token))


# --- depositing ----------------------------------------------------------------------------


def test_a_deposit_moves_the_token_and_gives_shares() -> None:
    held = WORLD.balance(YOU, "stETH")
    world, (event,) = done(WORLD, Restake(YOU, "stETH", 100 * ETH))
    assert event.amount == 100 * ETH
    assert 100 * ETH - 5 <= worth(world) <= 100 * ETH
    assert steth_of(WORLD, YOU) - steth_of(world, YOU) in (100 * ETH, 100 * ETH - 1)
    moved = held - world.balance(YOU, "stETH")
    assert world.balance(HELD + "stETH", "stETH") == moved + WORLD.balance(HELD + "stETH", "stETH")
    stake = world.restakes[YOU]
    assert (stake.operator, stake.deposits[0].factor) == ("", WAD)
    assert view.of(world).strategies[0].shares == (
        view.of(WORLD).strategies[0].shares + stake.deposits[0].shares
    )


def test_everything_leaves_no_dust() -> None:
    for token in ("stETH", "wstETH", "rETH"):
        held = WORLD.balance(YOU, token)
        world, (event,) = done(WORLD, Restake(YOU, token, ALL))
        assert world.balance(YOU, token) == 0
        assert event.entry[0] == (YOU, token, -held)
        assert 0 <= event.amount - worth(world, token) <= 5


def test_the_first_deposit_of_a_strategy_is_one_for_one() -> None:
    world, (event,) = done(WORLD, Restake(YOU, "wstETH", 7 * ETH))
    assert event.shares == 7 * ETH
    assert view.of(world).strategies[1].shares == 7 * ETH


def test_deposits_are_refused() -> None:
    assert refused(Restake(YOU, "ETH", ETH), WORLD) == refusals.NothingToDo("restaking")
    assert refused(Restake(YOU, "stETH", 0), WORLD) == refusals.NothingToDo("restake")
    assert refused(Restake(YOU, "stETH", -1), WORLD) == refusals.NothingToDo("restake")
    assert refused(Restake(YOU, "wstETH", 0), WORLD) == refusals.NothingToDo("wstETH")
    held = steth_of(WORLD, YOU)
    assert refused(Restake(YOU, "stETH", held + 1), WORLD) == refusals.NotEnoughBalance(
        "stETH", held + 1, held
    )
    early = old_world()
    assert refused(Restake(YOU, "stETH", ETH), early) == refusals.NothingToDo("restaking")


def test_a_contract_pulls_the_token_only_as_far_as_it_may() -> None:
    call = Restake(YOU, "stETH", 10 * ETH)
    fee = 10**15
    with pytest.raises(refusals.NotApproved) as caught:
        done(WORLD, Transaction(YOU, (call,), fee))
    assert (caught.value.token, caught.value.spender) == ("stETH", MANAGER)
    approve = Approve(YOU, "stETH", MANAGER, 10 * ETH)
    world, _ = done(WORLD, Transaction(YOU, (approve, call), fee))
    assert 10 * ETH - 5 <= worth(world) <= 10 * ETH
    assert world.balance(YOU, "ETH") < WORLD.balance(YOU, "ETH")


# --- delegating ----------------------------------------------------------------------------


def test_delegating_brings_all_deposits_to_the_operator() -> None:
    alone, _ = done(WORLD, Restake(YOU, "stETH", 50 * ETH), Restake(YOU, "rETH", 5 * ETH))
    before = view.operator_named(view.of(alone), EVEN)
    world, (event,) = done(alone, Delegate(YOU, EVEN))
    assert before is not None
    for place in (0, 2):
        brought = event.operator.stakes[place].shares - before.stakes[place].shares
        assert brought == alone.restakes[YOU].deposits[place].shares > 0
    assert event.operator.stakes[1] == before.stakes[1]
    assert world.restakes[YOU].operator == EVEN


def test_who_joins_after_a_slash_pays_nothing_for_it() -> None:
    alone, _ = done(WORLD, Restake(YOU, "stETH", 50 * ETH))
    world, _ = done(alone, Delegate(YOU, BOLD))  # slashed by 2 % in former times
    assert world.restakes[YOU].deposits[0].factor == floor(Fraction(WAD * 100, 98))
    assert 0 <= worth(alone) - worth(world) < 200  # the factor is cut at its 18th digit


def test_delegating_is_refused() -> None:
    assert refused(Delegate(YOU, "Nobody"), WORLD) == refusals.NothingToDo("delegate")
    assert refused(Delegate(YOU, BOLD), IN) == refusals.AlreadyDelegated(EVEN)
    assert refused(Undelegate(YOU), WORLD) == refusals.NotDelegated(YOU)


def test_nobody_joins_who_was_slashed_to_nothing() -> None:
    world, _ = done(WORLD, *(SlashOperator(EVEN, each, WAD) for each in (DATA, ORACLE, SEQUENCER)))
    empty, _ = done(world, Delegate(YOU, EVEN))  # who has nothing may …
    assert refused(Restake(YOU, "stETH", ETH), empty) == refusals.FullySlashed(EVEN)  # … and stays
    alone, _ = done(world, Restake(YOU, "stETH", ETH))
    assert refused(Delegate(YOU, EVEN), alone) == refusals.FullySlashed(EVEN)


# --- the escrow ----------------------------------------------------------------------------


def test_a_withdrawal_waits_fourteen_days_and_pays() -> None:
    queued, (event,) = done(IN, QueueWithdrawal(YOU, "stETH", 40 * ETH))
    (escrow,) = event.escrows
    assert (escrow.id, escrow.ready, event.left) == (1, False, "")
    start = queued.time - queued.time % SLOT
    assert escrow.ends == start + ESCROW
    assert 40 * ETH - 5 <= view.escrow_worth(queued, escrow) <= 40 * ETH
    assert 60 * ETH - 5 <= worth(queued) <= 60 * ETH + 5
    assert refused(CompleteWithdrawal(YOU, 1), queued) == refusals.NotReadyYet(
        "escrow", escrow.ends, escrow.ends
    )
    assert refused(CompleteWithdrawal(YOU, ALL), queued) == refusals.NothingToDo("complete")
    early, _ = passed(queued, escrow.ends - queued.time - 1)
    assert not early.escrows[1].ready
    ready, events = passed(early, 1)
    (over,) = kinds(events, EscrowEnded)
    assert over.escrow.ready
    assert over.at == escrow.ends
    rate_before = view.escrow_worth(ready, ready.escrows[1])
    world, (paid,) = done(ready, CompleteWithdrawal(YOU, 1))
    assert paid.amount == rate_before
    assert steth_of(world, YOU) - steth_of(ready, YOU) in range(paid.amount - 2, paid.amount + 2)
    assert paid.amount > 40 * ETH  # a share of the strategy has grown with stETH meanwhile
    assert not world.escrows
    assert refused(CompleteWithdrawal(YOU, 1), world) == refusals.NothingToDo("complete")


def test_completed_as_a_deposit_it_stays_restaked() -> None:
    queued, _ = done(IN, QueueWithdrawal(YOU, "stETH", ALL))
    assert worth(queued) == 0
    assert queued.restakes[YOU].operator == EVEN  # he is still the operator
    ready, _ = passed(queued, ESCROW)
    world, (event,) = done(ready, CompleteWithdrawal(YOU, ALL, as_tokens=False))
    assert (event.amount, event.entry) == (0, ())
    assert worth(world) > 100 * ETH
    assert world.balances == ready.balances


def test_leaving_an_operator_puts_every_deposit_into_escrow() -> None:
    both, _ = done(IN, Restake(YOU, "rETH", 5 * ETH))
    left, (event,) = done(both, Undelegate(YOU))
    assert event.left == EVEN
    assert [(each.id, each.token) for each in event.escrows] == [(1, "stETH"), (2, "rETH")]
    assert left.restakes[YOU].operator == ""
    assert worth(left) == worth(left, "rETH") == 0
    again, _ = done(left, Delegate(YOU, CAREFUL))
    ready, _ = passed(again, ESCROW)
    world, events = done(ready, CompleteWithdrawal(YOU, ALL))
    assert [event.escrow for event in events] == [1, 2]
    assert all(type(event) is WithdrawalCompleted for event in events)
    assert world.balance(YOU, "rETH") >= both.balance(YOU, "rETH") + 5 * ETH - 5


def test_withdrawals_are_refused() -> None:
    assert refused(QueueWithdrawal(YOU, "stETH", 0), IN) == refusals.NothingToDo("queue")
    assert refused(QueueWithdrawal(YOU, "rETH", ALL), IN) == refusals.NothingToDo("queue")
    assert refused(QueueWithdrawal(YOU, "stETH", worth(IN) + 1), IN) == (
        refusals.NotEnoughBalance("stETH", worth(IN) + 1, worth(IN))
    )
    assert refused(QueueWithdrawal(YOU, "USDC", 1), IN) == refusals.NothingToDo("restaking")
    other, _ = done(IN, QueueWithdrawal(YOU, "stETH", ETH))
    assert refused(CompleteWithdrawal("you:2", 1), other) == refusals.NothingToDo("complete")


def test_two_completed_together_pay_what_they_pay_apart() -> None:
    queued, _ = done(
        IN, QueueWithdrawal(YOU, "stETH", 30 * ETH), QueueWithdrawal(YOU, "stETH", 20 * ETH)
    )
    ready, _ = passed(queued, ESCROW)
    together, both = done(ready, CompleteWithdrawal(YOU, ALL))
    apart, one = done(ready, CompleteWithdrawal(YOU, 1), CompleteWithdrawal(YOU, 2))
    assert [each.amount for each in both] == [each.amount for each in one]
    assert together.balances == apart.balances


# --- rewards -------------------------------------------------------------------------------


def test_rewards_are_posted_weekly_and_claimable_a_week_later() -> None:
    first = view.of(IN).next_round
    assert first - IN.time <= WEEK
    accrued, _ = passed(IN, first - IN.time - 1)
    before = view.rewards_of(accrued, YOU)
    assert before.accruing > 0
    assert (before.posted, before.claimable) == (0, 0)
    assert refused(ClaimRewards(YOU), accrued) == refusals.NothingToDo("claim_rewards")
    posted, events = passed(accrued, 1)
    (round_,) = kinds(events, RewardsPosted)
    assert (round_.round, round_.next_round) == (1, first + WEEK)
    at_posting = view.rewards_of(posted, YOU)
    assert (at_posting.accruing, at_posting.claimable) == (0, 0)
    assert at_posting.posted >= before.accruing
    active, _ = passed(posted, WEEK)
    now = view.rewards_of(active, YOU)
    assert now.claimable == at_posting.posted
    assert now.posted > 0
    world, (event,) = done(active, ClaimRewards(YOU))
    assert event.amount == now.claimable == world.balance(YOU, "WETH")
    assert view.rewards_of(world, YOU).claimed == event.amount
    assert view.rewards_of(world, YOU).posted == now.posted
    assert world.balance(SERVICES, "ETH") == 0
    assert refused(ClaimRewards(YOU), world) == refusals.NothingToDo("claim_rewards")


def test_a_year_brings_the_yearly_rate_less_the_split() -> None:
    """40 % at 0.4 %, 40 % at 0.5 % and 20 % at 0.9 %, less the operator's 8 %."""
    expected = Fraction(92, 100) * (
        Fraction(4, 10) * Fraction(4, 1000)
        + Fraction(4, 10) * Fraction(5, 1000)
        + Fraction(2, 10) * Fraction(9, 1000)
    )
    operator = view.operator_named(view.of(IN), EVEN)
    assert operator is not None
    assert view.yearly_rate(view.of(IN), operator, 0) == floor(expected * WAD)
    world, _ = passed(IN, 60 * DAY)
    rewards = view.rewards_of(world, YOU)
    earned = rewards.accruing + rewards.posted + rewards.claimable
    plain = 100 * ETH * expected * 60 * DAY / YEAR
    assert plain <= earned <= plain * Fraction(101, 100)  # stETH grows meanwhile


def test_counting_often_earns_no_more_than_counting_once() -> None:
    once, _ = passed(IN, 30 * DAY)
    often = IN
    for _ in range(10):
        often, _ = passed(often, 3 * DAY)
        often, _ = done(often, Restake(YOU, "stETH", 1000))
    alone, other = view.rewards_of(once, YOU), view.rewards_of(often, YOU)
    parts = [(alone.accruing, other.accruing), (alone.posted, other.posted)]
    for exact, counted in [*parts, (alone.claimable, other.claimable)]:
        assert abs(exact - counted) <= 10**6
    assert other.accruing + other.posted + other.claimable > 0


def test_in_escrow_nothing_is_earned() -> None:
    queued, _ = done(IN, Undelegate(YOU))
    world, _ = passed(queued, 30 * DAY)
    assert view.rewards_of(world, YOU) == view.NOBODY._replace(round=view.of(world).round)
    assert view.rewards_of(world, "you:2") == view.NOBODY


def test_amounts_move_on_even_when_rounds_were_missed() -> None:
    one_week, _ = passed(IN, WEEK)
    left, _ = done(one_week, Undelegate(YOU))  # counted in round 1, and never again
    stake = left.restakes[YOU].rewards
    assert stake.accruing + stake.posted > 0
    later, _ = passed(left, 5 * WEEK)
    now = view.rewards_of(later, YOU)
    assert now.claimable == stake.accruing + stake.posted + stake.claimable
    assert (now.accruing, now.posted) == (0, 0)


# --- slashing ------------------------------------------------------------------------------


def test_a_slash_takes_from_deposit_and_escrow_and_burns() -> None:
    queued, _ = done(IN, QueueWithdrawal(YOU, "stETH", 40 * ETH))
    escrow = queued.escrows[1]
    world, events = done(queued, SlashOperator(EVEN, DATA, WAD // 4))  # of 40 %: a tenth
    (slashed,) = kinds(events, OperatorSlashed)
    (mine,) = kinds(events, StakeSlashed)
    assert slashed.operator.slashes[-1][1:] == (DATA, WAD // 4, WAD, WAD * 9 // 10)
    assert abs(worth(world) - worth(queued) * 9 // 10) <= 5
    assert abs(view.escrow_worth(world, escrow) - view.escrow_worth(queued, escrow) * 9 // 10) <= 5
    assert (mine.account, mine.by, mine.service, mine.token) == (YOU, EVEN, DATA, "stETH")
    assert abs(mine.amount - 10 * ETH) <= 10
    burned = dict(slashed.burned)
    assert set(burned) == {"stETH", "rETH"}
    assert world.balance(BURNED, "rETH") == burned["rETH"] > 0
    total = view.held_by(queued, "stETH") - view.held_by(world, "stETH")
    assert abs(total - burned["stETH"]) <= 2
    # Nobody else's share of the strategy is worth less for it.
    before, after = (view.share_worth(each, 0) for each in (queued, world))
    assert before <= after <= before + 2
    rates = [view.yearly_rate(view.of(each), slashed.operator, 0) for each in (queued, world)]
    assert rates[0] == rates[1]
    assert slashed.operator.earnings[0].rate < view.of(queued).operators[1].earnings[0].rate


def test_after_the_escrow_no_slash_reaches_a_withdrawal() -> None:
    queued, _ = done(IN, QueueWithdrawal(YOU, "stETH", ALL))
    ready, _ = passed(queued, ESCROW)
    pays = view.escrow_worth(ready, ready.escrows[1])
    world, events = done(ready, SlashOperator(EVEN, DATA, WAD))
    assert not kinds(events, StakeSlashed)
    assert pays <= view.escrow_worth(world, world.escrows[1]) <= pays + 2


def test_a_slash_in_the_last_block_counts() -> None:
    queued, _ = done(IN, QueueWithdrawal(YOU, "stETH", ALL))
    last, _ = passed(queued, queued.escrows[1].ends - queued.time - SLOT)
    world, events = done(last, SlashOperator(EVEN, ORACLE, WAD))
    assert kinds(events, StakeSlashed)
    ready, _ = passed(world, SLOT)
    paid = view.escrow_worth(ready, ready.escrows[1])
    assert abs(paid - view.escrow_worth(last, last.escrows[1]) * 6 // 10) <= 10


def test_a_slash_of_another_operator_leaves_you_alone() -> None:
    world, events = done(IN, SlashOperator(BOLD, SEQUENCER, WAD // 2))
    assert not kinds(events, StakeSlashed)
    assert worth(world) in range(worth(IN), worth(IN) + 3)
    bold = view.operator_named(view.of(world), BOLD)
    assert bold is not None
    assert len(bold.slashes) == 2


def test_slashes_are_refused() -> None:
    for command in (
        SlashOperator("Nobody", DATA, WAD), SlashOperator(EVEN, "Nobody", WAD),
        SlashOperator(EVEN, DATA, 0), SlashOperator(EVEN, DATA, WAD + 1),
        SlashOperator(CAREFUL, SEQUENCER, WAD),  # nothing is allocated to it
    ):  # fmt: skip
        assert refused(command, IN) == refusals.NothingToDo("slash")


def test_slashed_to_nothing_nothing_can_be_withdrawn() -> None:
    world, _ = done(IN, *(SlashOperator(EVEN, each, WAD) for each in (DATA, ORACLE, SEQUENCER)))
    assert worth(world) == 0
    assert refused(QueueWithdrawal(YOU, "stETH", ALL), world) == refusals.NothingToDo("queue")
    operator = view.operator_named(view.of(world), EVEN)
    assert operator is not None
    assert view.layers(view.of(world), operator, 0) == ()
    assert view.yearly_rate(view.of(world), operator, 0) == 0
    left, (event,) = done(world, Undelegate(YOU))
    assert type(event) is WithdrawalsQueued
    ready, _ = passed(left, ESCROW)
    free, (paid,) = done(ready, CompleteWithdrawal(YOU, ALL))
    assert (paid.amount, paid.shares, paid.entry) == (0, 0, ())
    assert not free.escrows


# --- founding ------------------------------------------------------------------------------


def test_an_older_world_catches_up_and_is_the_same_until_then() -> None:
    early = old_world()
    assert early.restaking is None
    assert "restak" not in codec.encode_world(early)
    (command,) = market.deployment(early, load())
    world, (event,) = done(early, command)
    assert [each.token for each in event.restaking.strategies] == ["stETH", "wstETH"]
    assert market.deployment(world, load()) == ()
    assert refused(command, world) == refusals.NothingToDo("deploy")
    assert type(command) is DeployRestaking


def test_what_is_due_is_the_next_posting() -> None:
    assert engine.due(WORLD) == (view.of(WORLD).next_round, StepRestaking())
    assert engine.due(old_world()) is None
    assert refused(StepRestaking(), WORLD) == refusals.NothingToDo("restaking")
    assert next_due(WORLD) is not None


def test_every_event_survives_its_text() -> None:
    queued, first = done(
        WORLD, Restake(YOU, "stETH", 9 * ETH), Delegate(YOU, BOLD),
        QueueWithdrawal(YOU, "stETH", ETH), SlashOperator(BOLD, SEQUENCER, WAD // 3),
    )  # fmt: skip
    ready, time = passed(queued, 3 * WEEK)
    _, last = done(ready, CompleteWithdrawal(YOU, ALL), ClaimRewards(YOU), Undelegate(YOU))
    events = first + [each for each in time if type(each) in engine.EVOLVE] + last
    seen = {type(event).__name__ for event in events}
    assert len(seen) == len(engine.EVOLVE) - 1  # but the founding
    for event in events:
        assert codec.decode_event(codec.encode_event(event)) == event
    world = codec.decode_world(codec.encode_world(queued))
    assert world == queued
    assert codec.world_hash(world) == codec.world_hash(queued)


def test_after_a_loss_the_last_ones_are_paid_what_is_there() -> None:
    """The virtual shares make the last ones worth a wei more than the strategy holds."""
    lost = Strategy(shares=10**21, tokens=9 * 10**20)
    left, paid = view.paid_out(lost, 10**21)
    assert protocol.tokens_for(lost, 10**21) == 9 * 10**20 + 99
    assert (left, paid) == (0, 9 * 10**20)
    assert view.paid_out(lost, 10**20) == (9 * 10**20, 9 * 10**19 + 9)
    rich = Strategy(shares=10**21, tokens=11 * 10**20)
    assert view.paid_out(rich, 10**21)[1] == protocol.tokens_for(rich, 10**21)


def test_nothing_is_deposited_again_with_who_was_slashed_to_nothing() -> None:
    queued, _ = done(IN, QueueWithdrawal(YOU, "stETH", 40 * ETH))
    ready, _ = passed(queued, ESCROW)
    gone, _ = done(ready, *(SlashOperator(EVEN, each, WAD) for each in (DATA, ORACLE, SEQUENCER)))
    again = CompleteWithdrawal(YOU, 1, as_tokens=False)
    assert refused(again, gone) == refusals.FullySlashed(EVEN)
    world, (event,) = done(gone, CompleteWithdrawal(YOU, 1))
    assert event.amount > 40 * ETH
    assert not world.escrows


def test_a_slash_touches_each_account_of_ones_own_and_nobody_elses() -> None:
    two, _ = done(IN, OpenAccount(), Fund("you:2", "ETH", 20 * ETH), Stake("you:2", 10 * ETH))
    both, _ = done(two, Restake("you:2", "stETH", 5 * ETH), Delegate("you:2", BOLD))
    left, _ = done(both, QueueWithdrawal("you:2", "stETH", ETH))
    _, events = done(left, SlashOperator(EVEN, DATA, WAD // 4))
    assert [each.account for each in kinds(events, StakeSlashed)] == [YOU]
    _, events = done(left, SlashOperator(BOLD, SEQUENCER, WAD // 4))
    (mine,) = kinds(events, StakeSlashed)
    assert mine.account == "you:2"
    assert abs(mine.amount - 5 * ETH * 78 // 98 // 4) <= 10  # a quarter of 0.78, of 0.98


def test_what_a_contract_says_becomes_a_refusal() -> None:
    for reason, said in (
        (protocol.FULLY_SLASHED, refusals.FullySlashed(EVEN)),
        (protocol.NOTHING_MINTED, refusals.NothingToDo("restake")),
        (protocol.NO_FACTOR, refusals.ProtocolRefused("restaking", protocol.NO_FACTOR)),
    ):
        assert engine._refusal(Revert(reason), EVEN, "restake") == said


def test_the_audit_sees_what_does_not_add_up() -> None:
    queued, _ = done(IN, QueueWithdrawal(YOU, "stETH", 40 * ETH))
    whole = view.of(queued)
    steth, *others = whole.strategies
    few = whole._replace(strategies=(steth._replace(shares=1), *others))
    assert "are owed" in engine.audit(queued._replace(restaking=few))[0]
    even = whole.operators[1]
    own = even.stakes[0]
    for changed, said in (
        (own._replace(encumbered=0), "allocated"), (own._replace(shares=5), "delegated"),
    ):  # fmt: skip
        operator = even._replace(stakes=(changed, *even.stakes[1:]))
        wrong = whole._replace(operators=(whole.operators[0], operator, whole.operators[2]))
        assert any(said in each for each in engine.audit(queued._replace(restaking=wrong)))
    late = whole._replace(waiting=(), next_due=whole.next_due + 1)
    assert len(engine.audit(queued._replace(restaking=late))) == 2
    alone = queued._replace(restaking=None)
    assert engine.audit(alone) == ("restaked without a protocol",)
    assert engine.audit(old_world()) == ()
