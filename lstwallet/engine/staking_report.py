"""The oracle report of the Lido-like pool, and what follows from it.

Once a day, for 12:00 UTC, arriving some minutes later: rewards of the pool's validators
by the base-reward formula at recorded participation, recorded execution rewards, fee
shares, the rebase, and as many withdrawals as buffer, vaults and rewards pay for.

Afterwards: others collect what they are paid; spare ETH is deposited, the operator with
the fewest validators first; if the queue is short, validators are asked to leave, from
the operator with the most, through the exit queue that everybody shares.

In steady state the sweep takes what the validators earn as fast as they earn it, so a
report finds a day's rewards in the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine.refusals import NothingToDo, ProtocolRefused
from lstwallet.engine.staking_facts import (
    BUFFER,
    CROWD,
    OPERATORS,
    QUEUE,
    REWARDS,
    TREASURY,
    VAULT,
    Claimed,
    KeyPassage,
    KeysActivated,
    KeysExited,
    KeysPaid,
    KeysPlanned,
    LastReport,
    Operator,
    OracleReported,
    Staking,
    StepPool,
    SubmitReport,
    Ticket,
    Unreported,
)
from lstwallet.engine.validators import (
    earnings_at,
    join_activation,
    join_exit,
    mean_sweep_wait,
)
from lstwallet.engine.validators_facts import (
    BEACON,
    GWEI,
    VALIDATOR_GWEI,
    VALIDATOR_WEI,
    Earnings,
)
from lstwallet.ledger.entries import Account, Entry, burn, mint, move
from lstwallet.protocols import consensus, lido, withdrawal_queue
from lstwallet.protocols.withdrawal_queue import Checkpoint, Queue
from lstwallet.units.checked import Revert
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import div_ceil, div_floor, mul_div_floor
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

_STEP: Final = StepPool()


class _Figures(NamedTuple):
    """What a report says, and how its ETH moved before anything is paid."""

    consensus: int
    execution: int
    budget: int
    border: int
    period: int
    validators_wei: int
    earned: Earnings
    next_report: int
    moved: Entry


class _Paid(NamedTuple):
    """Withdrawals that a report finalises."""

    locked: int
    burned: int
    queue: Queue
    checkpoint: Checkpoint | None
    amounts: tuple[int, ...]


# --- earnings ------------------------------------------------------------------------


def unreported_at(world: Readable, now: Earnings) -> Unreported:
    """What the pool's validators have earned since the last report."""
    staking = world.staking
    eth = div_floor(staking.active, consensus.INCREMENT)
    return Unreported(
        staking.unreported.duties + (now.duties - staking.earned.duties) * eth,
        staking.unreported.execution + (now.execution - staking.earned.execution) * eth,
    )


def coming(staking: Staking) -> int:
    """Wei of validators that were asked to leave and are not paid yet."""
    return sum(sum(passage.keys) for passage in staking.leaving) * VALIDATOR_WEI


# --- the report ------------------------------------------------------------------------


def _figures_of_the_day(world: Readable) -> _Figures:
    staking = world.staking
    rules, pool = staking.rules, staking.pool
    earned = earnings_at(world.beacon, world.time)
    sums = unreported_at(world, earned)
    rewards = consensus.rewards_of(sums.duties) * GWEI
    gained, lost = max(rewards, 0), max(-rewards, 0)
    change = -staking.swept - lost
    in_vault = world.balance(VAULT, "ETH") + gained
    in_rewards = world.balance(REWARDS, "ETH") + sums.execution
    taken = lido.collectable(pool, rules.max_rebase, change, in_vault, in_rewards)
    moved = (
        _if(gained, mint("ETH", gained, VAULT))
        + _if(sums.execution, mint("ETH", sums.execution, REWARDS))
        + _if(lost, burn("ETH", lost, BEACON))
        + _if(taken.withdrawals, move("ETH", taken.withdrawals, VAULT, BUFFER))
        + _if(taken.execution, move("ETH", taken.execution, REWARDS, BUFFER))
    )
    reference = staking.next_report - rules.report_delay
    # A loss puts the queue into bunker mode: who asked since the report before it waits for
    # the next one, so that nobody leaves ahead of a loss that others then bear (Lido,
    # lido-oracle ``safe_border.py``: the border of a negative rebase).
    return _Figures(
        change + taken.withdrawals,
        taken.execution,
        world.balance(BUFFER, "ETH") + taken.withdrawals + taken.execution,
        reference - max(rules.request_margin, DAY if rewards < 0 else 0),
        reference,
        staking.validators_wei + change,
        earned,
        staking.next_report + DAY,
        moved,
    )


def _if(units: int, entry: Entry) -> Entry:
    return entry if units else ()


def _pay(world: Readable, figures: _Figures, rate: int) -> _Paid:
    """As many requests as are old enough and fit in the budget, first come first served."""
    staking = world.staking
    queue = staking.queue
    nothing = _Paid(0, 0, queue, None, ())
    if queue.last_finalized_id == queue.last_id or figures.budget <= 0:
        return nothing
    requests = _Requests(world)
    batches = withdrawal_queue.finalization_batches(
        queue, requests, rate, figures.border, figures.budget
    )
    if not batches:
        return nothing
    ether, burned = withdrawal_queue.prefinalize(queue, requests, batches, rate)
    last = batches[-1]
    after, checkpoint = withdrawal_queue.finalize(queue, requests[last], last, ether, rate)
    amounts = tuple(
        withdrawal_queue.claimable(after, (checkpoint,), number, requests[number])
        for number in range(checkpoint.first_id, last + 1)
    )
    return _Paid(ether, burned, after, checkpoint, amounts)


class _Requests(dict[int, withdrawal_queue.Request]):
    """The requests of the world's tickets, read as they are needed."""

    def __init__(self, world: Readable) -> None:
        super().__init__()
        self._tickets = world.tickets

    def __missing__(self, number: int) -> withdrawal_queue.Request:
        return self._tickets[number].request


def _report(world: Readable, figures: _Figures) -> OracleReported:
    staking = world.staking
    pool, fees = staking.pool, staking.rules.fees
    consensus_wei, execution = figures.consensus, figures.execution
    rate = lido.simulated_share_rate(pool, fees, consensus_wei, execution)
    paid = _pay(world, figures, rate)
    done = lido.rebase(pool, fees, consensus_wei, execution, paid.locked, paid.burned)
    entry = (
        figures.moved
        + _if(paid.locked, move("ETH", paid.locked, BUFFER, QUEUE))
        + _if(paid.burned, burn("stETH", paid.burned, QUEUE))
        + _if(done.module_shares, mint("stETH", done.module_shares, OPERATORS))
        + _if(done.treasury_shares, mint("stETH", done.treasury_shares, TREASURY))
    )
    after = LastReport(world.time, lido.share_rate(pool), lido.share_rate(done.pool))
    return OracleReported(
        world.time, consensus_wei, execution, done, rate, paid.locked, paid.burned,
        withdrawal_queue.on_report(paid.queue, figures.period), paid.checkpoint, paid.amounts,
        figures.validators_wei, figures.earned, figures.next_report, after, entry,
    )  # fmt: skip


def decide_submit_report(world: Readable, command: SubmitReport) -> Sequence[OracleReported]:
    """Refuses a loss beyond what the pool has among the validators."""
    consensus_wei, execution, budget, border, period = command
    staking = world.staking
    gained, lost = max(consensus_wei, 0), max(-consensus_wei, 0)
    if lost > staking.validators_wei or execution < 0:
        raise NothingToDo("report")
    figures = _Figures(
        consensus_wei,
        execution,
        min(budget, world.balance(BUFFER, "ETH") + gained + execution),
        border,
        period,
        staking.validators_wei - lost,
        earnings_at(world.beacon, world.time),
        staking.next_report,
        _if(gained + execution, mint("ETH", gained + execution, BUFFER))
        + _if(lost, burn("ETH", lost, BEACON)),
    )
    try:
        return (_report(world, figures),)
    except Revert as refused:
        raise ProtocolRefused("lido", refused.reason) from refused


# --- what follows from it ----------------------------------------------------------------


def _tend(world: Readable) -> Sequence[Any]:
    claims = list(_claims_of_others(world))
    return (*claims, _plan(world))


def _claims_of_others(world: Readable) -> Iterator[Claimed]:
    """Others claim what the last report finalised for them, one event for each account."""
    staking = world.staking
    queue = staking.queue
    if not staking.checkpoints:
        return
    ready: dict[Account, list[int]] = {}
    for number in range(staking.checkpoints[-1].first_id, queue.last_finalized_id + 1):
        ticket = world.tickets.get(number)
        if ticket is not None and ticket.account.startswith(CROWD):
            ready.setdefault(ticket.account, []).append(number)
    for account, numbers in ready.items():
        ether = 0
        for number in numbers:
            queue, paid = withdrawal_queue.claim(
                queue, staking.checkpoints, number, world.tickets[number].request, account
            )
            ether += paid
        entry = _if(ether, move("ETH", ether, QUEUE, account))
        yield Claimed(world.time, account, tuple(numbers), ether, queue, entry)


def _plan(world: Readable) -> KeysPlanned:
    staking, beacon, now = world.staking, world.beacon, world.time
    rules = staking.rules
    waiting = withdrawal_queue.unfinalized_steth(staking.queue)
    buffer = world.balance(BUFFER, "ETH")
    in_vaults = world.balance(VAULT, "ETH") + world.balance(REWARDS, "ETH")
    spare = div_floor(max(buffer - waiting - rules.reserve, 0), VALIDATOR_WEI)
    missing = div_ceil(max(waiting - buffer - in_vaults - coming(staking), 0), VALIDATOR_WEI)
    operators, deposits, exits = staking.operators, beacon.deposits, beacon.exits
    deposited = left = paid = None
    entry: Entry = ()
    spare = min(spare, rules.deposits_per_day)
    if spare:
        keys = spread_deposits(operators, spare)
        deposits, active_at = join_activation(beacon, now, spare * VALIDATOR_GWEI)
        deposited = KeyPassage(active_at, keys)
        entry = move("ETH", spare * VALIDATOR_WEI, BUFFER, BEACON)
        operators = _with_keys(operators, keys, 1)
    missing = min(missing, rules.exits_per_day, may_leave(staking))
    if missing:
        keys = spread_exits(operators, missing)
        exits, out, ready = join_exit(beacon, now, missing * VALIDATOR_GWEI)
        left = KeyPassage(out, keys)
        paid = KeyPassage(ready + mean_sweep_wait(beacon), keys)
        operators = _with_keys(operators, keys, -1)
    validators_wei = staking.validators_wei + spare * VALIDATOR_WEI
    return KeysPlanned(
        now, deposited, left, paid, deposits, exits, operators, validators_wei, entry
    )


def may_leave(staking: Staking) -> int:
    """Validators that attest and were not asked to leave."""
    asked = sum(sum(passage.keys) for passage in staking.exiting)
    return div_floor(staking.active, VALIDATOR_GWEI) - asked


def _with_keys(
    operators: tuple[Operator, ...], keys: tuple[int, ...], sign: int
) -> tuple[Operator, ...]:
    return tuple(
        Operator(operator.name, operator.keys + sign * more)
        for operator, more in zip(operators, keys, strict=True)
    )


def spread_deposits(operators: tuple[Operator, ...], keys: int) -> tuple[int, ...]:
    """``keys`` deposits, each to the operator that has the fewest by then."""
    return _spread([operator.keys for operator in operators], keys)


def spread_exits(operators: tuple[Operator, ...], keys: int) -> tuple[int, ...]:
    """``keys`` exits, each from the operator that has the most by then."""
    return _spread([-operator.keys for operator in operators], keys)


def _spread(levels: list[int], keys: int) -> tuple[int, ...]:
    """Raise the lowest level, ``keys`` times; the first of equals comes first.

    Like water: it stands equally high over the lowest levels, and what does not suffice
    for all of those goes to the first of them.
    """
    water = raised = 0
    for level in sorted(levels):
        if raised * level - water > keys:
            break
        water += level
        raised += 1
    surface, rest = divmod(water + keys, raised)
    given = []
    for level in levels:
        more = surface - level
        if more >= 0 and rest:
            more, rest = more + 1, rest - 1
        given.append(max(more, 0))
    return tuple(given)


# --- the agenda ----------------------------------------------------------------------------


def due(world: Readable) -> tuple[int, StepPool] | None:
    """The next report, its consequences at once, or a passage of validators."""
    staking = world.staking
    if staking.untended:
        return staking.last_report.at, _STEP
    moment = staking.next_report
    for line in (staking.activating, staking.exiting, staking.leaving):
        if line and line[0].at < moment:
            moment = line[0].at
    return moment, _STEP


def decide_step_pool(world: Readable, command: StepPool) -> Sequence[Any]:
    """One step, the first that is due."""
    staking, now = world.staking, world.time
    if staking.untended:
        return _tend(world)
    if staking.activating and staking.activating[0].at <= now:
        return (KeysActivated(now, *_changed(world, sum(staking.activating[0].keys))),)
    if staking.exiting and staking.exiting[0].at <= now:
        return (KeysExited(now, *_changed(world, -sum(staking.exiting[0].keys))),)
    if staking.leaving and staking.leaving[0].at <= now:
        wei = worth_of(staking, sum(staking.leaving[0].keys))
        return (KeysPaid(now, wei, staking.swept + wei, move("ETH", wei, BEACON, VAULT)),)
    if staking.next_report <= now:
        return (_report(world, _figures_of_the_day(world)),)
    raise NothingToDo("report")


def worth_of(staking: Staking, keys: int) -> int:
    """Wei that ``keys`` of its validators pay back: 32 ETH each, or their part of a loss."""
    left = sum(operator.keys for operator in staking.operators)
    left += sum(sum(passage.keys) for passage in staking.leaving)
    part = mul_div_floor(staking.validators_wei - staking.swept, keys, left)
    return min(keys * VALIDATOR_WEI, part)


def _changed(world: Readable, keys: int) -> tuple[int, int, Earnings, Unreported]:
    gwei = keys * VALIDATOR_GWEI
    earned = earnings_at(world.beacon, world.time)
    return (
        world.staking.active + gwei,
        world.beacon.active + gwei,
        earned,
        unreported_at(world, earned),
    )


# --- applying --------------------------------------------------------------------------------


def evolve_reported(draft: Draft, event: OracleReported) -> None:
    """The pool after it; its tickets know what they are paid."""
    staking = draft.staking
    checkpoints = staking.checkpoints
    if event.checkpoint is not None:
        checkpoints = (*checkpoints, event.checkpoint)
        tickets = draft.writable("tickets")
        for number, ether in enumerate(event.paid, event.checkpoint.first_id):
            ticket = tickets[number]
            tickets[number] = make(Ticket, (*ticket[:3], True, ether))
    draft.staking = staking._replace(
        pool=event.rebase.pool,
        queue=event.queue,
        checkpoints=checkpoints,
        validators_wei=event.validators_wei,
        swept=0,
        earned=event.earned,
        unreported=Unreported(0, 0),
        next_report=event.next_report,
        untended=True,
        last_report=event.last_report,
    )


def evolve_planned(draft: Draft, event: KeysPlanned) -> None:
    """Validators on their way, and both queues of the chain as they are now."""
    staking, beacon = draft.staking, draft.beacon
    draft.staking = staking._replace(
        operators=event.operators,
        validators_wei=event.validators_wei,
        activating=_joined(staking.activating, event.deposited),
        exiting=_joined(staking.exiting, event.left),
        leaving=_joined(staking.leaving, event.paid),
        untended=False,
    )
    draft.beacon = beacon._replace(deposits=event.deposits, exits=event.exits)


def _joined(line: tuple[KeyPassage, ...], passage: KeyPassage | None) -> tuple[KeyPassage, ...]:
    return line if passage is None else (*line, passage)


def _evolve_active(draft: Draft, event: KeysActivated | KeysExited) -> None:
    draft.staking = draft.staking._replace(
        active=event.pool_active, earned=event.earned, unreported=event.unreported
    )
    draft.beacon = draft.beacon._replace(active=event.active, earned=event.earned)


def evolve_activated(draft: Draft, event: KeysActivated) -> None:
    """The first in line are active."""
    _evolve_active(draft, event)
    draft.staking = draft.staking._replace(activating=draft.staking.activating[1:])


def evolve_exited(draft: Draft, event: KeysExited) -> None:
    """The first in line are out."""
    _evolve_active(draft, event)
    draft.staking = draft.staking._replace(exiting=draft.staking.exiting[1:])


def evolve_keys_paid(draft: Draft, event: KeysPaid) -> None:
    """The first in line are paid into the vault."""
    staking = draft.staking
    draft.staking = staking._replace(leaving=staking.leaving[1:], swept=event.swept)


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    StepPool: decide_step_pool,
    SubmitReport: decide_submit_report,
}
EVOLVE: dict[type, Callable[..., None]] = {
    OracleReported: evolve_reported,
    KeysPlanned: evolve_planned,
    KeysActivated: evolve_activated,
    KeysExited: evolve_exited,
    KeysPaid: evolve_keys_paid,
}
