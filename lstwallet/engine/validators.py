"""Native staking: deposits of 32 ETH, the activation and exit queues, sweep and rewards.

A deposit waits for the activation churn; an exit takes its place in the one exit queue
that everybody shares, is withdrawable 256 epochs later, and is paid when the sweep comes
by. While a validator is active the sweep pays its rewards at every round.

Rewards are the expected ones: the base-reward formula at recorded participation, and
recorded execution rewards, without the luck of single proposers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from lstwallet.engine.refusals import (
    BelowMinimum,
    NotAMultiple,
    NotEnoughBalance,
    NothingToDo,
    NotReadyYet,
)
from lstwallet.engine.validators_facts import (
    ACTIVE,
    BEACON,
    ETH_PER_VALIDATOR,
    EXITED,
    EXITING,
    GENESIS_TIME,
    GWEI,
    VALIDATOR_GWEI,
    VALIDATOR_WEI,
    WAITING,
    Beacon,
    BeaconBlueprint,
    DutiesRecorded,
    Earnings,
    ExitStarted,
    LeaveNatively,
    OthersActivated,
    OthersExited,
    OthersJoin,
    OthersJoined,
    OthersLeave,
    OthersLeft,
    OthersPaid,
    Passage,
    RecordDuties,
    RewardsSwept,
    StakeNatively,
    StepChain,
    Validator,
    ValidatorsActivated,
    ValidatorsDeposited,
    ValidatorsExited,
    ValidatorsPaid,
)
from lstwallet.ledger.entries import Account, Entry, burn, mint, move
from lstwallet.protocols import consensus
from lstwallet.protocols.consensus import Churn
from lstwallet.units.amount import ALL
from lstwallet.units.clock import EPOCH, SLOT, epoch_of, next_after
from lstwallet.units.fixed import BPS, div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

SOLO_RULE: Final = "solo_validator"
"""Why 32 ETH: the minimum activation balance of one validator."""
EPOCHS_PER_DAY: Final = 225
_STEP: Final = StepChain()


# --- the chain's clock and queues, shared with the pool --------------------------------


def epoch_now(beacon: Beacon, now: int) -> int:
    """The epoch that contains ``now``."""
    return epoch_of(now, beacon.genesis_time)


def epoch_start(beacon: Beacon, epoch: int) -> int:
    """The moment at which ``epoch`` begins."""
    return beacon.genesis_time + epoch * EPOCH


def earnings_at(beacon: Beacon, now: int) -> Earnings:
    """What one staked ETH has earned by the epochs complete at ``now``."""
    epoch = epoch_now(beacon, now)
    earned = beacon.earned
    epochs = epoch - earned.epoch
    return Earnings(
        epoch,
        earned.duties + consensus.duties_over(beacon.active, epochs, beacon.participation),
        earned.execution + beacon.execution * epochs,
    )


def join_activation(beacon: Beacon, now: int, gwei: int) -> tuple[Churn, int]:
    """The activation queue with ``gwei`` more in it, and when they begin to attest."""
    queue = consensus.join_deposit_queue(
        beacon.deposits, epoch_now(beacon, now), gwei, beacon.active
    )
    return queue, epoch_start(beacon, consensus.activation_epoch(queue.earliest_epoch))


def join_exit(beacon: Beacon, now: int, gwei: int) -> tuple[Churn, int, int]:
    """The exit queue with ``gwei`` more in it, when they are out, and withdrawable."""
    queue = consensus.join_exit_queue(beacon.exits, epoch_now(beacon, now), gwei, beacon.active)
    out = queue.earliest_epoch
    ready = consensus.withdrawable_epoch(out)
    return queue, epoch_start(beacon, out), epoch_start(beacon, ready)


def sweep_round(beacon: Beacon) -> int:
    """Seconds that one round of the sweep takes."""
    return consensus.sweep_slots(beacon.round) * SLOT


def mean_sweep_wait(beacon: Beacon) -> int:
    """Seconds that many validators, spread over all indices, wait for it on average."""
    return div_floor(sweep_round(beacon), 2)


def next_sweep(beacon: Beacon, place: int, after: int) -> int:
    """When the sweep next comes by the validator at this place, after ``after``."""
    turn = div_floor(place, consensus.SWEEP_PER_SLOT) * SLOT
    return next_after(sweep_round(beacon), after, beacon.genesis_time + turn)


def with_active(beacon: Beacon, active: int, earned: Earnings) -> Beacon:
    """The beacon from the moment at which the active balance changed."""
    return beacon._replace(active=active, earned=earned)


# --- reading --------------------------------------------------------------------------


def accrued(world: Readable, validator: Validator) -> tuple[int, int]:
    """Wei earned and not paid yet: for duties (may be negative), from fees and MEV."""
    if validator.stage in (WAITING, EXITED):
        return validator.unpaid, 0
    return _earned_between(validator, earnings_at(world.beacon, world.time))


def _earned_between(validator: Validator, now: Earnings) -> tuple[int, int]:
    return earned_by(validator.keys, validator.earned, now)


def earned_by(keys: int, since: Earnings, now: Earnings) -> tuple[int, int]:
    """Wei that ``keys`` validators earn between two sums: for duties, from fees and MEV."""
    eth = keys * ETH_PER_VALIDATOR
    duties = consensus.rewards_of((now.duties - since.duties) * eth)
    return duties * GWEI, (now.execution - since.execution) * eth


def expected_rate(beacon: Beacon) -> tuple[int, int]:
    """Expected yearly return on staked ETH, 18 decimals: for duties, from fees and MEV."""
    year = consensus.EPOCHS_PER_YEAR
    duties = consensus.rewards_of(consensus.duties_over(beacon.active, year, beacon.participation))
    return duties * GWEI, beacon.execution * year


def estimate_activation(world: Readable, gwei: int) -> int:
    """Seconds until ``gwei`` deposited now would be active."""
    return join_activation(world.beacon, world.time, gwei)[1] - world.time


def estimate_exit(world: Readable, gwei: int) -> tuple[int, int]:
    """Seconds until ``gwei`` that leave now are paid: soonest and latest sweep."""
    _, _, ready = join_exit(world.beacon, world.time, gwei)
    return ready - world.time, ready - world.time + sweep_round(world.beacon)


# --- an account's validators -------------------------------------------------------------


def decide_stake_natively(world: Readable, command: StakeNatively) -> Sequence[ValidatorsDeposited]:
    """Refuses under 32 ETH, what is not a multiple of it, and more than the balance."""
    who, amount = command
    available = world.balance(who, "ETH")
    wei = div_floor(available, VALIDATOR_WEI) * VALIDATOR_WEI if amount == ALL else int(amount)
    if wei <= 0 and amount != ALL:
        raise NothingToDo("stake")
    if wei < VALIDATOR_WEI:
        raise BelowMinimum("ETH", available if amount == ALL else wei, VALIDATOR_WEI, SOLO_RULE)
    if wei % VALIDATOR_WEI:
        raise NotAMultiple("ETH", wei, VALIDATOR_WEI)
    if wei > available:
        raise NotEnoughBalance("ETH", wei, available)
    beacon, now = world.beacon, world.time
    deposits, active_at = join_activation(beacon, now, div_floor(wei, GWEI))
    validator = Validator(
        who, div_floor(wei, VALIDATOR_WEI), beacon.next_place, WAITING, now, active_at,
        0, 0, next_sweep(beacon, beacon.next_place, active_at), beacon.earned, 0,
    )  # fmt: skip
    entry = move("ETH", wei, who, BEACON)
    return (ValidatorsDeposited(now, who, beacon.next_id, validator, deposits, entry),)


def decide_leave_natively(world: Readable, command: LeaveNatively) -> Sequence[ExitStarted]:
    """Refuses what is not there or already leaving, and what has not served long enough."""
    who, wanted = command
    mine = {
        number: validator
        for number, validator in world.validators.items()
        if validator.account == who and validator.stage in (WAITING, ACTIVE)
    }
    chosen = sorted(mine) if wanted == ALL else [int(wanted)]
    ready = [number for number in chosen if number in mine and _may_leave(world, mine[number])]
    if not ready:
        asked = [mine[number] for number in chosen if number in mine]
        if not asked:
            raise NothingToDo("leave")
        moments = [may_leave_from(world.beacon, validator) for validator in asked]
        raise NotReadyYet("exit", min(moments), max(moments))
    beacon = world.beacon
    events = []
    for number in ready:
        validator = mine[number]
        exits, exit_at, withdrawable_at = join_exit(
            beacon, world.time, validator.keys * VALIDATOR_GWEI
        )
        beacon = beacon._replace(exits=exits)
        leaving = validator._replace(
            stage=EXITING,
            exit_at=exit_at,
            paid_at=next_sweep(beacon, validator.place, withdrawable_at - 1),
        )
        events.append(ExitStarted(world.time, who, number, leaving, exits))
    return events


def may_leave_from(beacon: Beacon, validator: Validator) -> int:
    """When it has served long enough to be let go: 256 epochs after its activation."""
    served = epoch_now(beacon, validator.active_at) + consensus.SHARD_COMMITTEE_PERIOD
    return epoch_start(beacon, served)


def _may_leave(world: Readable, validator: Validator) -> bool:
    return validator.stage == ACTIVE and world.time >= may_leave_from(world.beacon, validator)


# --- everybody else ------------------------------------------------------------------------


def decide_others_join(world: Readable, command: OthersJoin) -> Sequence[OthersJoined]:
    """Others' ETH comes from outside this world."""
    if command.gwei <= 0:
        raise NothingToDo("join")
    deposits, active_at = join_activation(world.beacon, world.time, command.gwei)
    entry = mint("ETH", command.gwei * GWEI, BEACON)
    return (OthersJoined(world.time, deposits, Passage(active_at, command.gwei), entry),)


def decide_others_leave(world: Readable, command: OthersLeave) -> Sequence[OthersLeft]:
    """Refuses more than others have, and half of what is active: they never all leave at once."""
    beacon = world.beacon
    leaving = command.gwei + sum(passage.gwei for passage in beacon.exiting)
    if command.gwei <= 0 or 2 * leaving > beacon.active or leaving > others_active(world):
        raise NothingToDo("leave")
    exits, out, ready = join_exit(beacon, world.time, command.gwei)
    paid = ready + mean_sweep_wait(beacon)
    return (OthersLeft(world.time, exits, Passage(out, command.gwei), Passage(paid, command.gwei)),)


def others_active(world: Readable) -> int:
    """Gwei that attest and belong to no protocol and to no account of this world."""
    mine = world.validators.values()
    attesting = sum(v.keys for v in mine if v.stage in (ACTIVE, EXITING)) * VALIDATOR_GWEI
    minipools = world.rocketpool.active if world.rocketpool else 0
    return world.beacon.active - world.staking.active - minipools - attesting


def decide_record_duties(world: Readable, command: RecordDuties) -> Sequence[DutiesRecorded]:
    """Refuses a participation outside 0 to 100 % and negative execution rewards."""
    participation, execution = command
    if not 0 <= participation <= BPS or execution < 0:
        raise NothingToDo("duties")
    earned = earnings_at(world.beacon, world.time)
    return (DutiesRecorded(world.time, participation, execution, earned),)


# --- the agenda ------------------------------------------------------------------------------


def _moment(validator: Validator) -> int:
    """When something next happens to it by itself."""
    stage = validator.stage
    if stage == WAITING:
        return validator.active_at
    if stage == ACTIVE:
        return validator.next_sweep
    if stage == EXITING:
        return min(validator.next_sweep, validator.exit_at)
    return validator.paid_at


def due(world: Readable) -> tuple[int, StepChain] | None:
    """The next passage, sweep or payment."""
    beacon, soonest = world.beacon, None
    for line in (beacon.activating, beacon.exiting, beacon.leaving):
        if line and (soonest is None or line[0].at < soonest):
            soonest = line[0].at
    for validator in world.validators.values():
        moment = _moment(validator)
        if soonest is None or moment < soonest:
            soonest = moment
    return None if soonest is None else (soonest, _STEP)


def decide_step_chain(world: Readable, command: StepChain) -> Sequence[Any]:
    """One step, the first that is due: others' passages first, then accounts' by id."""
    beacon, now = world.beacon, world.time
    for line, step in ((beacon.activating, _others_activate), (beacon.exiting, _others_exit)):
        if line and line[0].at <= now:
            return (step(beacon, now, line[0]),)
    if beacon.leaving and beacon.leaving[0].at <= now:
        gwei = beacon.leaving[0].gwei
        return (OthersPaid(now, gwei, burn("ETH", gwei * GWEI, BEACON)),)
    for number, validator in sorted(world.validators.items()):
        if _moment(validator) <= now:
            return (_step(beacon, now, number, validator),)
    raise NothingToDo("chain")


def _others_activate(beacon: Beacon, now: int, passage: Passage) -> OthersActivated:
    return OthersActivated(now, beacon.active + passage.gwei, earnings_at(beacon, now))


def _others_exit(beacon: Beacon, now: int, passage: Passage) -> OthersExited:
    return OthersExited(now, beacon.active - passage.gwei, earnings_at(beacon, now))


def _step(beacon: Beacon, now: int, number: int, validator: Validator) -> Any:
    who, gwei = validator.account, validator.keys * VALIDATOR_GWEI
    if validator.stage == WAITING:
        earned = earnings_at(beacon, now)
        begun = validator._replace(stage=ACTIVE, earned=earned)
        return ValidatorsActivated(now, who, number, begun, beacon.active + gwei, earned)
    if validator.stage == EXITED:
        return _pay_back(now, number, validator)
    if validator.stage == EXITING and validator.exit_at <= now:
        earned = earnings_at(beacon, now)
        unpaid = sum(_earned_between(validator, earned))
        ended = validator._replace(stage=EXITED, earned=earned, unpaid=unpaid)
        return ValidatorsExited(now, who, number, ended, beacon.active - gwei, earned)
    return _sweep(beacon, now, number, validator)


def _sweep(beacon: Beacon, now: int, number: int, validator: Validator) -> RewardsSwept:
    """Pay what lies above 32 ETH; a balance below it pays nothing and goes on."""
    earned = earnings_at(beacon, now)
    duties, execution = _earned_between(validator, earned)
    again = next_sweep(beacon, validator.place, now)
    if duties < 0:
        waits = validator._replace(next_sweep=again)
        return RewardsSwept(now, validator.account, number, 0, 0, waits, ())
    paid = validator._replace(next_sweep=again, earned=earned)
    entry = mint("ETH", duties + execution, validator.account)
    return RewardsSwept(now, validator.account, number, duties, execution, paid, entry)


def _pay_back(now: int, number: int, validator: Validator) -> ValidatorsPaid:
    principal = validator.keys * VALIDATOR_WEI
    lost = min(max(-validator.unpaid, 0), principal)
    gained = max(validator.unpaid, 0)
    entry: Entry = move("ETH", principal - lost, BEACON, validator.account)
    if lost:
        entry += burn("ETH", lost, BEACON)
    if gained:
        entry += mint("ETH", gained, validator.account)
    return ValidatorsPaid(now, validator.account, number, principal, validator.unpaid, entry)


# --- applying --------------------------------------------------------------------------------


def evolve_deposited(draft: Draft, event: ValidatorsDeposited) -> None:
    """A record, and the queue and the counters behind it."""
    beacon = draft.beacon
    draft.writable("validators")[event.id] = event.validator
    draft.beacon = beacon._replace(
        deposits=event.deposits,
        next_id=event.id + 1,
        next_place=event.validator.place + event.validator.keys,
    )


def evolve_active_change(draft: Draft, event: ValidatorsActivated | ValidatorsExited) -> None:
    """The record's next stage, and a new active balance from here on."""
    draft.writable("validators")[event.id] = event.validator
    draft.beacon = with_active(draft.beacon, event.active, event.earned)


def evolve_swept(draft: Draft, event: RewardsSwept) -> None:
    """Paid up to now."""
    draft.writable("validators")[event.id] = event.validator


def evolve_exit_started(draft: Draft, event: ExitStarted) -> None:
    """The record knows its dates; the queue is longer."""
    draft.writable("validators")[event.id] = event.validator
    draft.beacon = draft.beacon._replace(exits=event.exits)


def evolve_paid(draft: Draft, event: ValidatorsPaid) -> None:
    """The record is gone."""
    draft.writable("validators").pop(event.id)


def evolve_others_joined(draft: Draft, event: OthersJoined) -> None:
    """One more in the line to activation."""
    beacon = draft.beacon
    draft.beacon = beacon._replace(
        deposits=event.deposits, activating=(*beacon.activating, event.activates)
    )


def evolve_others_left(draft: Draft, event: OthersLeft) -> None:
    """One more in the line to the exit, and in the one to the payment."""
    beacon = draft.beacon
    draft.beacon = beacon._replace(
        exits=event.exits,
        exiting=(*beacon.exiting, event.exits_with),
        leaving=(*beacon.leaving, event.paid_with),
    )


def evolve_others_activated(draft: Draft, event: OthersActivated) -> None:
    """The first in line is active."""
    beacon = draft.beacon
    draft.beacon = beacon._replace(
        active=event.active, earned=event.earned, activating=beacon.activating[1:]
    )


def evolve_others_exited(draft: Draft, event: OthersExited) -> None:
    """The first in line is out."""
    beacon = draft.beacon
    draft.beacon = beacon._replace(
        active=event.active, earned=event.earned, exiting=beacon.exiting[1:]
    )


def evolve_others_paid(draft: Draft, event: OthersPaid) -> None:
    """The first in line is paid."""
    beacon = draft.beacon
    draft.beacon = beacon._replace(leaving=beacon.leaving[1:])


def evolve_duties(draft: Draft, event: DutiesRecorded) -> None:
    """From now on like this; what was earned before stands."""
    draft.beacon = draft.beacon._replace(
        participation=event.participation, execution=event.execution, earned=event.earned
    )


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    StakeNatively: decide_stake_natively,
    LeaveNatively: decide_leave_natively,
    OthersJoin: decide_others_join,
    OthersLeave: decide_others_leave,
    RecordDuties: decide_record_duties,
    StepChain: decide_step_chain,
}
EVOLVE: dict[type, Callable[..., None]] = {
    ValidatorsDeposited: evolve_deposited,
    ValidatorsActivated: evolve_active_change,
    RewardsSwept: evolve_swept,
    ExitStarted: evolve_exit_started,
    ValidatorsExited: evolve_active_change,
    ValidatorsPaid: evolve_paid,
    OthersJoined: evolve_others_joined,
    OthersLeft: evolve_others_left,
    OthersActivated: evolve_others_activated,
    OthersExited: evolve_others_exited,
    OthersPaid: evolve_others_paid,
    DutiesRecorded: evolve_duties,
}


# --- the beginning, and what must hold ---------------------------------------------------------


def found(blueprint: BeaconBlueprint, at: int) -> tuple[Beacon, Entry]:
    """The chain of a new world, and the entry that mints its stake.

    Those who wait in the two queues already pass in portions of one day's churn.
    """
    active, waiting, leaving, sweep_epochs, participation, execution = blueprint
    beacon = Beacon(
        GENESIS_TIME, active, Churn(0, 0), Churn(0, 0),
        sweep_epochs * 2 * consensus.SWEEP_PER_SLOT * div_floor(EPOCH, SLOT),
        participation, execution, Earnings(epoch_of(at, GENESIS_TIME), 0, 0),
        1, 0, (), (), (),
    )  # fmt: skip
    day = consensus.activation_exit_churn_limit(active) * EPOCHS_PER_DAY
    for gwei in _portions(waiting, day):
        deposits, active_at = join_activation(beacon, at, gwei)
        beacon = beacon._replace(
            deposits=deposits, activating=(*beacon.activating, Passage(active_at, gwei))
        )
    for gwei in _portions(leaving, day):
        exits, out, ready = join_exit(beacon, at, gwei)
        paid = ready + mean_sweep_wait(beacon)
        beacon = beacon._replace(
            exits=exits,
            exiting=(*beacon.exiting, Passage(out, gwei)),
            leaving=(*beacon.leaving, Passage(paid, gwei)),
        )
    return beacon, mint("ETH", (active + waiting) * GWEI, BEACON)


def _portions(whole: int, portion: int) -> list[int]:
    count, rest = divmod(whole, portion)
    return [portion] * count + ([rest] if rest else [])


def audit(world: Readable) -> Sequence[str]:
    """The lines are in order, records are sound, and the stake is there."""
    beacon = world.beacon
    wrong = []
    for name in ("activating", "exiting", "leaving"):
        moments = [passage.at for passage in getattr(beacon, name)]
        if moments != sorted(moments):
            wrong.append(f"line {name} is out of order")
    mine = world.validators.values()
    others = others_active(world)
    if others < 0:
        wrong.append(f"{beacon.active} Gwei active, of which others have {others}")
    on_their_way = (
        sum(passage.gwei for passage in beacon.activating)
        + sum(passage.gwei for passage in beacon.leaving)
        - sum(passage.gwei for passage in beacon.exiting)
    )
    said = (
        (others + on_their_way) * GWEI
        + sum(validator.keys for validator in mine) * VALIDATOR_WEI
        + world.staking.validators_wei
        - world.staking.swept
        + (world.rocketpool.minipools.balance if world.rocketpool else 0)
    )
    held = world.balance(BEACON, "ETH")
    if said != held:
        wrong.append(f"the stake of all is {said} wei, the beacon chain holds {held}")
    return wrong


def of_account(world: Readable, account: Account) -> dict[int, Validator]:
    """An account's validators by id."""
    return {
        number: validator
        for number, validator in sorted(world.validators.items())
        if validator.account == account
    }


__all__ = [
    "ACTIVE", "BEACON", "EXITED", "EXITING", "GWEI", "VALIDATOR_GWEI", "VALIDATOR_WEI", "WAITING",
    "Beacon", "BeaconBlueprint", "Earnings", "LeaveNatively", "OthersJoin", "OthersLeave",
    "Passage", "RecordDuties", "StakeNatively", "StepChain", "Validator", "accrued", "earned_by",
    "earnings_at", "estimate_activation", "estimate_exit", "expected_rate", "found",
    "join_activation", "join_exit", "may_leave_from", "mean_sweep_wait", "of_account",
    "others_active", "sweep_round",
]  # fmt: skip
