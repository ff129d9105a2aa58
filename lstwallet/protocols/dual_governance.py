"""Lido's dual governance: stakers can delay the DAO, and leave before it acts.

    support R = (value of locked shares + ether of locked, paid requests)
                / (stETH supply + that ether)                                  (rounded down)
    lock(R)   = 0 below R1; L_max from R2 on; between them
                L_min + (R − R1) · (L_max − L_min) / (R2 − R1)                 (rounded down)
    delay(n)  = min(W_min + n · W_growth, W_max)        for the n-th rage quit in a row

The story: stakers lock stETH or withdrawal requests in the signalling escrow. From R1 on the
DAO may submit but not schedule (veto signalling) for as long as ``lock(R)`` says. Then it is
wound down (deactivation, 3 days), and a short window lets through what was submitted before
the veto (cooldown). With R2 at the end of the longest veto, the escrow turns into a rage quit:
its stETH is withdrawn, nothing of the DAO's passes meanwhile, and the ether is paid out after
a delay that grows with every rage quit in a row. A tiebreaker may act when all stands still.

Time must have passed a duration, not just reached it; a proposal's own delays end when they
are reached. A change of state is made by a call, one at a time (``activate``).

Source: lidofinance/dual-governance@0d31f5b3 ``contracts/libraries/DualGovernanceConfig.sol``,
``DualGovernanceStateTransitions.sol``, ``DualGovernanceStateMachine.sol``,
``AssetsAccounting.sol``, ``EscrowState.sol``, ``WithdrawalsBatchesQueue.sol``,
``Tiebreaker.sol``, ``ExecutableProposals.sol``, ``committees/HashConsensus.sol``, and the
mainnet values of ``deploy-artifacts/deploy-artifact-mainnet.toml`` (2025-07-25). Support has
16 decimals of a percent (10¹⁸ is all), amounts are wei or shares, times are seconds. The
emergency committees, which end in 2026, and the reseal committee are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from lstwallet.units.checked import require
from lstwallet.units.clock import DAY, HOUR, YEAR
from lstwallet.units.fixed import WAD, div_floor, mul_div_floor

MAX_ROUND: Final = 255
"""Rage quits in a row that are counted."""
LEAST_STETH: Final = 100
"""Wei of stETH below which nothing more is withdrawn (``MIN_TRANSFERRABLE_ST_ETH_AMOUNT``)."""
LEAST_BATCH: Final = 4
"""Requests that one call must ask for at least (``MIN_WITHDRAWALS_BATCH_SIZE``)."""
TIEBREAKER_AFTER: Final = YEAR
"""Seconds without a way for proposals until the tiebreaker may act."""
TIEBREAKER_DELAY: Final = 30 * DAY
TIEBREAKER_QUORUM: Final = 2
"""Of the three sub-committees."""

BAD_SECOND_SEAL: Final = "InvalidSecondSealRageQuitSupport"
BAD_SEALS: Final = "InvalidRageQuitSupportRange"
BAD_LOCKS: Final = "InvalidVetoSignallingDurationRange"
BAD_DELAYS: Final = "InvalidRageQuitEthWithdrawalsDelayRange"
BAD_MIN_LOCK: Final = "InvalidMinAssetsLockDuration"
BAD_SHARES: Final = "InvalidSharesValue"
STILL_LOCKED: Final = "MinAssetsLockDurationNotPassed"
BAD_STATUS: Final = "InvalidUnstETHStatus"
BAD_HOLDER: Final = "InvalidUnstETHHolder"
BAD_CLAIMABLE: Final = "InvalidClaimableAmount"
BAD_BATCH: Final = "InvalidBatchSize"
BATCHES_CLOSED: Final = "UnexpectedWithdrawalsBatchesQueueState"
EMPTY_BATCH: Final = "EmptyBatch"
CLAIMING_FINISHED: Final = "ClaimingIsFinished"
BATCHES_OPEN: Final = "BatchesQueueIsNotClosed"
UNFINALIZED: Final = "UnfinalizedUnstETHIds"
UNCLAIMED: Final = "UnclaimedBatches"
EXTENSION_STARTED: Final = "RageQuitExtensionPeriodAlreadyStarted"
EXTENSION_NOT_STARTED: Final = "RageQuitExtensionPeriodNotStarted"
DELAY_NOT_PASSED: Final = "EthWithdrawalsDelayNotPassed"
SUBMISSION_BLOCKED: Final = "ProposalSubmissionBlocked"
SCHEDULING_BLOCKED: Final = "ProposalSchedulingBlocked"
BAD_PROPOSAL: Final = "UnexpectedProposalStatus"
SUBMIT_DELAY: Final = "AfterSubmitDelayNotPassed"
SCHEDULE_DELAY: Final = "AfterScheduleDelayNotPassed"
EXECUTION_DELAY: Final = "MinExecutionDelayNotPassed"
NO_TIE: Final = "TiebreakNotAllowed"
NOT_MEMBER: Final = "CallerIsNotMember"
ALREADY_SCHEDULED: Final = "HashAlreadyScheduled"
NOT_SCHEDULED: Final = "HashIsNotScheduled"
ALREADY_USED: Final = "HashAlreadyUsed"
TIMELOCK: Final = "TimelockNotPassed"


class State(StrEnum):
    """Where governance stands."""

    NORMAL = "normal"
    VETO_SIGNALLING = "veto_signalling"
    DEACTIVATION = "veto_signalling_deactivation"
    VETO_COOLDOWN = "veto_cooldown"
    RAGE_QUIT = "rage_quit"


class Config(NamedTuple):
    """What the DAO may set, under dual governance itself; the defaults are mainnet's."""

    first_seal: int = 10**16
    """R1: support from which a veto is signalled."""
    second_seal: int = 10**17
    """R2: support with which stakers leave."""
    min_lock: int = 5 * HOUR
    """Seconds from a vetoer's last lock until it may unlock."""
    shortest_veto: int = 5 * DAY
    longest_veto: int = 45 * DAY
    min_active: int = 5 * HOUR
    """Seconds of signalling before it may be wound down, also after it came back."""
    deactivation: int = 3 * DAY
    cooldown: int = 5 * HOUR
    extension: int = 7 * DAY
    """Seconds that a rage quit lasts on once everything is claimed."""
    shortest_delay: int = 60 * DAY
    """Seconds after the extension until the ether is paid out."""
    longest_delay: int = 180 * DAY
    delay_growth: int = 15 * DAY


class Governance(NamedTuple):
    """The state and the moments that its transitions look at, seconds."""

    state: State
    entered_at: int
    activated_at: int = 0
    """When the veto last began."""
    reactivated_at: int = 0
    """When deactivation last turned back into signalling."""
    exited_at: int = 0
    """When normal or cooldown was last left: the tiebreaker counts from there."""
    rage_quits: int = 0
    """In a row, without a cooldown between them."""


class Escrow(NamedTuple):
    """The signalling escrow: sums over everybody who locks."""

    shares: int = 0
    """Of stETH and wstETH."""
    request_shares: int = 0
    """Of locked withdrawal requests that are not paid yet."""
    finalized_ether: int = 0
    """Wei of locked withdrawal requests that are."""


class Vetoer(NamedTuple):
    """One who locks."""

    shares: int = 0
    request_shares: int = 0
    locked_at: int = 0
    """The last time."""


class Locked(StrEnum):
    """What became of a locked withdrawal request."""

    LOCKED = "locked"
    FINALIZED = "finalized"
    CLAIMED = "claimed"
    WITHDRAWN = "withdrawn"


class LockedRequest(NamedTuple):
    """A withdrawal request in the escrow."""

    status: Locked
    owner: str
    shares: int
    ether: int
    """Wei that the queue pays for it; 0 while it waits."""


class RageQuit(NamedTuple):
    """An escrow on its way out; nobody joins it any more."""

    shares: int
    """Of those who leave with stETH; it does not change."""
    boundary: int
    """The queue's last request when it began: locked requests are not younger."""
    extension: int
    delay: int
    claimed_ether: int = 0
    """Wei that its withdrawals brought."""
    requested: int = 0
    """Withdrawal requests made."""
    claimed: int = 0
    """Of these, paid."""
    closed: bool = False
    """All stETH is in the queue."""
    extended_at: int = 0
    """When the extension began; 0 before that."""


class Status(StrEnum):
    """What became of a proposal."""

    SUBMITTED = "submitted"
    SCHEDULED = "scheduled"
    EXECUTED = "executed"


class Proposal(NamedTuple):
    """A decision of the DAO on its way."""

    number: int
    status: Status
    submitted_at: int
    scheduled_at: int = 0


class Timelock(NamedTuple):
    """The delays of every proposal, and which were cancelled; mainnet's by default."""

    proposals: int = 0
    last_cancelled: int = 0
    """Proposals up to this one are cancelled, unless they were executed."""
    after_submit: int = 3 * DAY
    after_schedule: int = DAY
    min_execution: int = 3 * DAY


class Motion(NamedTuple):
    """What the tiebreaker's committees have approved of one proposal."""

    approvals: frozenset[str] = frozenset()
    scheduled_at: int = 0
    used_at: int = 0


# --- support and timelock ----------------------------------------------------------------


def check_config(config: Config) -> None:
    """Reverts for settings that make no sense (``validate``)."""
    require(config.second_seal <= WAD, BAD_SECOND_SEAL)
    require(config.first_seal < config.second_seal, BAD_SEALS)
    require(config.shortest_veto < config.longest_veto, BAD_LOCKS)
    require(config.shortest_delay <= config.longest_delay, BAD_DELAYS)
    require(config.min_lock > 0, BAD_MIN_LOCK)


def rage_quit_support(escrow: Escrow, total_ether: int, total_shares: int) -> int:
    """Part of all stETH that is locked, 18 decimals (``getRageQuitSupport``).

    ``total_ether`` and ``total_shares`` are the pool's: its ether is the stETH supply.
    """
    waiting = escrow.shares + escrow.request_shares
    value = mul_div_floor(waiting, total_ether, total_shares)
    paid = escrow.finalized_ether
    return mul_div_floor(WAD, value + paid, total_ether + paid)


def veto_duration(config: Config, support: int) -> int:
    """Seconds that a veto lasts at ``support`` (``calcVetoSignallingDuration``)."""
    if support < config.first_seal:
        return 0
    if support >= config.second_seal:
        return config.longest_veto
    above = support - config.first_seal
    growth = config.longest_veto - config.shortest_veto
    return config.shortest_veto + mul_div_floor(
        above, growth, config.second_seal - config.first_seal
    )


def ether_delay(config: Config, rage_quits: int) -> int:
    """Seconds until the ether of the ``rage_quits``-th rage quit in a row is paid out."""
    return min(config.shortest_delay + rage_quits * config.delay_growth, config.longest_delay)


# --- the states --------------------------------------------------------------------------


def next_state(
    governance: Governance, config: Config, support: int, *, quit_over: bool, now: int
) -> State:
    """The state that a call would bring about now.

    ``support`` is the signalling escrow's; ``quit_over`` is what ``is_over`` says of the
    rage quit and matters only while one runs.
    """
    signalled = support >= config.first_seal
    entered_at = governance.entered_at
    match governance.state:
        case State.NORMAL:
            return State.VETO_SIGNALLING if signalled else State.NORMAL
        case State.VETO_COOLDOWN:
            if now <= entered_at + config.cooldown:
                return State.VETO_COOLDOWN
            return State.VETO_SIGNALLING if signalled else State.NORMAL
        case State.RAGE_QUIT:
            if not quit_over:
                return State.RAGE_QUIT
            return State.VETO_SIGNALLING if signalled else State.VETO_COOLDOWN
        case _:
            return _out_of_veto(governance, config, support, now)


def _out_of_veto(governance: Governance, config: Config, support: int, now: int) -> State:
    """From signalling or its deactivation: on, back, or into a rage quit."""
    if now <= governance.activated_at + veto_duration(config, support):
        return State.VETO_SIGNALLING
    if support >= config.second_seal:
        return State.RAGE_QUIT
    if governance.state is State.DEACTIVATION:
        passed = now > governance.entered_at + config.deactivation
        return State.VETO_COOLDOWN if passed else State.DEACTIVATION
    since = max(governance.reactivated_at, governance.activated_at)
    return State.DEACTIVATION if now > since + config.min_active else State.VETO_SIGNALLING


def activate(
    governance: Governance, config: Config, support: int, *, quit_over: bool, now: int
) -> Governance:
    """Governance after a call, one transition on at most (``activateNextState``).

    When the state becomes a rage quit, the escrow goes on as ``begin_rage_quit`` says and a
    new one, empty, takes its place.
    """
    state = next_state(governance, config, support, quit_over=quit_over, now=now)
    before = governance.state
    if state is before:
        return governance
    after = governance._replace(state=state, entered_at=now)
    if before in (State.NORMAL, State.VETO_COOLDOWN):
        after = after._replace(exited_at=now)
    if state is State.VETO_COOLDOWN:
        return after._replace(rage_quits=0)
    if state is State.RAGE_QUIT:
        return after._replace(rage_quits=min(governance.rage_quits + 1, MAX_ROUND))
    if state is State.VETO_SIGNALLING:
        if before is State.DEACTIVATION:
            return after._replace(reactivated_at=now)
        return after._replace(activated_at=now)
    return after


# --- the signalling escrow ---------------------------------------------------------------


def lock_shares(escrow: Escrow, vetoer: Vetoer, shares: int, now: int) -> tuple[Escrow, Vetoer]:
    """Lock stETH or wstETH, counted in shares."""
    require(shares > 0, BAD_SHARES)
    return (
        escrow._replace(shares=escrow.shares + shares),
        vetoer._replace(shares=vetoer.shares + shares, locked_at=now),
    )


def unlock_shares(
    escrow: Escrow, vetoer: Vetoer, config: Config, now: int
) -> tuple[Escrow, Vetoer, int]:
    """Take all one's shares back, the third of the result.

    Reverts until the last lock is older than ``min_lock``, and when nothing is locked.
    """
    _check_lock_passed(vetoer, config, now)
    require(vetoer.shares > 0, BAD_SHARES)
    left = escrow._replace(shares=escrow.shares - vetoer.shares)
    return left, vetoer._replace(shares=0), vetoer.shares


def lock_request(
    escrow: Escrow, vetoer: Vetoer, owner: str, shares: int, now: int, *, finalized: bool
) -> tuple[Escrow, Vetoer, LockedRequest]:
    """Lock a withdrawal request of ``shares``. Reverts when the queue has ``finalized`` it."""
    require(not finalized, BAD_STATUS)
    return (
        escrow._replace(request_shares=escrow.request_shares + shares),
        vetoer._replace(request_shares=vetoer.request_shares + shares, locked_at=now),
        LockedRequest(Locked.LOCKED, owner, shares, 0),
    )


def mark_finalized(
    escrow: Escrow, request: LockedRequest, ether: int
) -> tuple[Escrow, LockedRequest]:
    """The queue can pay ``ether`` wei: they count instead of the shares.

    Nothing changes for a request that still waits (0) or was marked before.
    """
    if ether == 0 or request.status is not Locked.LOCKED:
        return escrow, request
    after = escrow._replace(
        request_shares=escrow.request_shares - request.shares,
        finalized_ether=escrow.finalized_ether + ether,
    )
    return after, request._replace(status=Locked.FINALIZED, ether=ether)


def unlock_request(
    escrow: Escrow, vetoer: Vetoer, request: LockedRequest, holder: str, config: Config, now: int
) -> tuple[Escrow, Vetoer]:
    """Take a withdrawal request back; its record is gone. Reverts too early or for others."""
    _check_lock_passed(vetoer, config, now)
    require(request.owner == holder, BAD_HOLDER)
    left = vetoer._replace(request_shares=vetoer.request_shares - request.shares)
    if request.status is Locked.FINALIZED:
        ether = escrow.finalized_ether - request.ether
        return escrow._replace(finalized_ether=ether), left
    return escrow._replace(request_shares=escrow.request_shares - request.shares), left


def _check_lock_passed(vetoer: Vetoer, config: Config, now: int) -> None:
    require(now > vetoer.locked_at + config.min_lock, STILL_LOCKED)


# --- rage quit ---------------------------------------------------------------------------


def begin_rage_quit(escrow: Escrow, config: Config, rage_quits: int, last_request: int) -> RageQuit:
    """The escrow turns into a rage quit, the ``rage_quits``-th in a row (the new count).

    ``last_request`` is the withdrawal queue's last id.
    """
    return RageQuit(escrow.shares, last_request, config.extension, ether_delay(config, rage_quits))


def request_batch(
    leaving: RageQuit, steth: int, batch: int, least: int, most: int
) -> tuple[RageQuit, tuple[int, ...]]:
    """Put up to ``batch`` requests of the ``steth`` wei still held into the queue.

    ``least`` and ``most`` are what the queue takes in one request. A remainder below
    ``least`` stays behind as dust, for ever. Reverts once all is in the queue.
    """
    require(batch >= LEAST_BATCH, BAD_BATCH)
    require(not leaving.closed, BATCHES_CLOSED)
    floor = max(LEAST_STETH, least)
    if steth < floor:
        return leaving._replace(closed=True), ()
    taken = min(steth, most * batch)
    whole = div_floor(taken, most)
    rest = taken - whole * most
    amounts = (most,) * whole + ((rest,) if rest >= least else ())
    closed = steth - sum(amounts) < floor
    return leaving._replace(requested=leaving.requested + len(amounts), closed=closed), amounts


def claim_batch(leaving: RageQuit, requests: int, ether: int) -> RageQuit:
    """The queue paid ``ether`` wei for the next ``requests`` of the rage quit's own."""
    require(leaving.extended_at == 0, CLAIMING_FINISHED)
    require(0 < requests <= leaving.requested - leaving.claimed, EMPTY_BATCH)
    return leaving._replace(
        claimed=leaving.claimed + requests, claimed_ether=leaving.claimed_ether + ether
    )


def start_extension(leaving: RageQuit, last_finalized: int, now: int) -> RageQuit:
    """Begin the extension. ``last_finalized`` is the queue's.

    Reverts until everything is requested, paid and claimed, and a second time.
    """
    require(leaving.closed, BATCHES_OPEN)
    require(leaving.boundary <= last_finalized, UNFINALIZED)
    require(leaving.claimed == leaving.requested, UNCLAIMED)
    require(leaving.extended_at == 0, EXTENSION_STARTED)
    return leaving._replace(extended_at=now)


def is_over(leaving: RageQuit, now: int) -> bool:
    """Whether governance may go on (``isRageQuitFinalized``)."""
    return leaving.extended_at > 0 and now > leaving.extended_at + leaving.extension


def check_delay_passed(leaving: RageQuit, now: int) -> None:
    """Reverts until the ether may be taken."""
    require(leaving.extended_at > 0, EXTENSION_NOT_STARTED)
    until = leaving.extended_at + leaving.extension + leaving.delay
    require(now > until, DELAY_NOT_PASSED)


def withdraw_ether(leaving: RageQuit, vetoer: Vetoer, now: int) -> tuple[Vetoer, int]:
    """A vetoer's part of what the shares brought, once (rounded down)."""
    check_delay_passed(leaving, now)
    require(vetoer.shares > 0, BAD_SHARES)
    ether = mul_div_floor(leaving.claimed_ether, vetoer.shares, leaving.shares)
    return vetoer._replace(shares=0), ether


def claim_request(request: LockedRequest, ether: int) -> LockedRequest:
    """The queue paid ``ether`` wei for a locked request, which stay in the rage quit."""
    require(request.status in (Locked.LOCKED, Locked.FINALIZED), BAD_STATUS)
    same = request.status is Locked.LOCKED or request.ether == ether
    require(same, BAD_CLAIMABLE)
    return request._replace(status=Locked.CLAIMED, ether=ether)


def withdraw_request(
    leaving: RageQuit, request: LockedRequest, holder: str, now: int
) -> tuple[LockedRequest, int]:
    """The wei of a claimed request, once, for who locked it."""
    check_delay_passed(leaving, now)
    require(request.status is Locked.CLAIMED, BAD_STATUS)
    require(request.owner == holder, BAD_HOLDER)
    return request._replace(status=Locked.WITHDRAWN), request.ether


# --- proposals ---------------------------------------------------------------------------


def can_submit(governance: Governance) -> bool:
    """Whether the DAO may submit: not while a veto winds down or has just ended."""
    return governance.state not in (State.DEACTIVATION, State.VETO_COOLDOWN)


def can_schedule(governance: Governance, proposal: Proposal) -> bool:
    """Whether ``proposal`` may pass: in the cooldown, only one not younger than the veto."""
    if governance.state is State.NORMAL:
        return True
    in_cooldown = governance.state is State.VETO_COOLDOWN
    return in_cooldown and proposal.submitted_at <= governance.activated_at


def can_cancel(governance: Governance) -> bool:
    """Whether the DAO may cancel everything pending, to make peace with the stakers."""
    return governance.state in (State.VETO_SIGNALLING, State.DEACTIVATION)


def is_cancelled(timelock: Timelock, proposal: Proposal) -> bool:
    """Whether ``proposal`` can never be executed any more."""
    executed = proposal.status is Status.EXECUTED
    return proposal.number <= timelock.last_cancelled and not executed


def submit(governance: Governance, timelock: Timelock, now: int) -> tuple[Timelock, Proposal]:
    """A new proposal, numbered from 1."""
    require(can_submit(governance), SUBMISSION_BLOCKED)
    number = timelock.proposals + 1
    return timelock._replace(proposals=number), Proposal(number, Status.SUBMITTED, now)


def schedule(governance: Governance, timelock: Timelock, proposal: Proposal, now: int) -> Proposal:
    """Let ``proposal`` through to its last delay."""
    require(can_schedule(governance, proposal), SCHEDULING_BLOCKED)
    return _scheduled(timelock, proposal, now)


def _scheduled(timelock: Timelock, proposal: Proposal, now: int) -> Proposal:
    require(not is_cancelled(timelock, proposal), BAD_PROPOSAL)
    require(proposal.status is Status.SUBMITTED, BAD_PROPOSAL)
    require(now >= proposal.submitted_at + timelock.after_submit, SUBMIT_DELAY)
    return proposal._replace(status=Status.SCHEDULED, scheduled_at=now)


def execute(timelock: Timelock, proposal: Proposal, now: int) -> Proposal:
    """Carry ``proposal`` out. A veto no longer stops what is scheduled."""
    require(not is_cancelled(timelock, proposal), BAD_PROPOSAL)
    require(proposal.status is Status.SCHEDULED, BAD_PROPOSAL)
    require(now >= proposal.scheduled_at + timelock.after_schedule, SCHEDULE_DELAY)
    require(now >= proposal.submitted_at + timelock.min_execution, EXECUTION_DELAY)
    return proposal._replace(status=Status.EXECUTED)


def cancel_all(governance: Governance, timelock: Timelock) -> Timelock:
    """Cancel all that is not executed; out of a veto the call is skipped."""
    if not can_cancel(governance):
        return timelock
    return timelock._replace(last_cancelled=timelock.proposals)


# --- tiebreaker --------------------------------------------------------------------------


def is_tie(
    governance: Governance, pauses: Iterable[int | None], now: int, after: int = TIEBREAKER_AFTER
) -> bool:
    """Whether the tiebreaker may act.

    Proposals have had no way for ``after`` seconds; or a rage quit cannot end, because a
    contract it needs is paused for longer than that. ``pauses`` are the moments at which
    these contracts resume, ``None`` for one that does not answer.
    """
    if governance.state in (State.NORMAL, State.VETO_COOLDOWN):
        return False
    if now >= governance.exited_at + after:
        return True
    stuck = any(resumes is None or resumes > now + after for resumes in pauses)
    return governance.state is State.RAGE_QUIT and stuck


def approve(
    motion: Motion, committee: str, members: frozenset[str], now: int, quorum: int
) -> Motion:
    """A sub-committee's word; with the ``quorum``-th the motion's own delay begins."""
    require(committee in members, NOT_MEMBER)
    require(motion.scheduled_at == 0, ALREADY_SCHEDULED)
    approvals = motion.approvals | {committee}
    support = len(approvals & members)
    return motion._replace(approvals=approvals, scheduled_at=now if support >= quorum else 0)


def use(motion: Motion, now: int, delay: int = TIEBREAKER_DELAY) -> Motion:
    """The motion is carried out, once, ``delay`` seconds after its quorum."""
    require(motion.scheduled_at > 0, NOT_SCHEDULED)
    require(motion.used_at == 0, ALREADY_USED)
    require(now >= motion.scheduled_at + delay, TIMELOCK)
    return motion._replace(used_at=now)


def tiebreaker_schedule(timelock: Timelock, proposal: Proposal, *, tie: bool, now: int) -> Proposal:
    """The tiebreaker lets ``proposal`` through in spite of governance's state.

    ``tie`` is what ``is_tie`` says; the proposal's own delay must have passed.
    """
    require(tie, NO_TIE)
    return _scheduled(timelock, proposal, now)
