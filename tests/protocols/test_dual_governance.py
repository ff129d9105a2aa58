"""Dual governance: the seals, the dynamic timelock, every transition at its very second."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import dual_governance as dg
from lstwallet.protocols.dual_governance import (
    Config,
    Escrow,
    Governance,
    Locked,
    LockedRequest,
    Motion,
    Proposal,
    RageQuit,
    State,
    Status,
    Timelock,
    Vetoer,
)
from lstwallet.units.checked import Revert

ETH = 10**18
ONE = 10**18
PERCENT = ONE // 100
HOUR, DAY = 3_600, 86_400
MAINNET = Config()
T0 = 1_750_000_000


def refusal(call: Callable[..., object], *args: object, **kwargs: object) -> str:
    with pytest.raises(Revert) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def moved(governance: Governance, support: int, now: int, *, quit_over: bool = False) -> Governance:
    return dg.activate(governance, MAINNET, support, quit_over=quit_over, now=now)


def signalling(at: int = T0) -> Governance:
    return Governance(State.VETO_SIGNALLING, at, activated_at=at, exited_at=at)


# --- settings ------------------------------------------------------------------------------


def test_the_defaults_are_those_of_the_mainnet_artifact() -> None:
    assert tuple(MAINNET) == (
        10_000_000_000_000_000,  # 1_0000000000000000
        100_000_000_000_000_000,  # 10_0000000000000000
        18_000,
        432_000,
        3_888_000,
        18_000,
        259_200,
        18_000,
        604_800,
        5_184_000,
        15_552_000,
        1_296_000,
    )
    assert tuple(Timelock())[2:] == (259_200, 86_400, 259_200)
    assert (dg.TIEBREAKER_AFTER, dg.TIEBREAKER_DELAY, dg.TIEBREAKER_QUORUM) == (
        31_536_000,
        2_592_000,
        2,
    )
    assert (dg.LEAST_BATCH, dg.LEAST_STETH, dg.MAX_ROUND) == (4, 100, 255)
    dg.check_config(MAINNET)


@pytest.mark.parametrize(
    ("wrong", "reason", "right"),
    [
        ({"second_seal": ONE + 1}, dg.BAD_SECOND_SEAL, {"second_seal": ONE}),
        (
            {"first_seal": 10 * PERCENT},
            dg.BAD_SEALS,
            {"first_seal": 10 * PERCENT - 1},
        ),
        ({"shortest_veto": 45 * DAY}, dg.BAD_LOCKS, {"shortest_veto": 45 * DAY - 1}),
        ({"shortest_delay": 180 * DAY + 1}, dg.BAD_DELAYS, {"shortest_delay": 180 * DAY}),
        ({"min_lock": 0}, dg.BAD_MIN_LOCK, {"min_lock": 1}),
    ],
)
def test_settings_that_make_no_sense(
    wrong: dict[str, int], reason: str, right: dict[str, int]
) -> None:
    assert refusal(dg.check_config, MAINNET._replace(**wrong)) == reason
    dg.check_config(MAINNET._replace(**right))


# --- support and timelock ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("support", "seconds"),
    [
        (0, 0),
        (PERCENT - 1, 0),
        (PERCENT, 5 * DAY),
        (PERCENT + ONE * 9 // 100 // 40, 6 * DAY),  # a fortieth of the way
        (55 * ONE // 1_000, 25 * DAY),  # half-way
        (10 * PERCENT - 1, 45 * DAY - 1),
        (10 * PERCENT, 45 * DAY),
        (ONE, 45 * DAY),
    ],
)
def test_how_long_a_veto_lasts(support: int, seconds: int) -> None:
    assert dg.veto_duration(MAINNET, support) == seconds


@given(st.integers(0, 2 * 10 * PERCENT))
def test_the_dynamic_timelock_is_the_line_rounded_down(support: int) -> None:
    lock = dg.veto_duration(MAINNET, support)
    if PERCENT <= support < 10 * PERCENT:
        line = 5 * DAY + Fraction(support - PERCENT, 9 * PERCENT) * 40 * DAY
        assert lock == floor(line)
    assert lock <= dg.veto_duration(MAINNET, support + 1)


@pytest.mark.parametrize(
    ("rage_quits", "days"), [(0, 60), (1, 75), (2, 90), (7, 165), (8, 180), (9, 180), (255, 180)]
)
def test_how_long_the_ether_waits(rage_quits: int, days: int) -> None:
    assert dg.ether_delay(MAINNET, rage_quits) == days * DAY


def test_support_counts_paid_requests_above_and_below() -> None:
    # 1,200 ether for 1,000 shares. 50 + 30 shares are 96 ether; 24 ether are paid already.
    escrow = Escrow(50 * ETH, 30 * ETH, 24 * ETH)
    expected = floor(Fraction(96 + 24, 1_200 + 24) * ONE)
    assert dg.rage_quit_support(escrow, 1_200 * ETH, 1_000 * ETH) == expected
    assert dg.rage_quit_support(Escrow(), 1_200 * ETH, 1_000 * ETH) == 0
    # The value itself is rounded down before the fraction is taken: 2 shares of 7/4 wei.
    assert dg.rage_quit_support(Escrow(1, 1, 0), 7, 4) == ONE * 3 // 7


# --- transitions ---------------------------------------------------------------------------


def test_a_veto_begins_at_the_first_seal() -> None:
    normal = Governance(State.NORMAL, T0)
    assert moved(normal, PERCENT - 1, T0 + 5) is normal
    assert moved(normal, PERCENT, T0 + 5) == Governance(
        State.VETO_SIGNALLING, T0 + 5, activated_at=T0 + 5, exited_at=T0 + 5
    )


def test_a_veto_winds_down_one_second_after_its_time() -> None:
    veto = signalling()
    assert moved(veto, PERCENT, T0 + 5 * DAY) is veto
    over = moved(veto, PERCENT, T0 + 5 * DAY + 1)
    assert over == veto._replace(state=State.DEACTIVATION, entered_at=T0 + 5 * DAY + 1)


def test_without_support_a_veto_still_lasts_its_five_hours() -> None:
    veto = signalling()
    assert moved(veto, 0, T0 + 5 * HOUR) is veto
    assert moved(veto, 0, T0 + 5 * HOUR + 1).state is State.DEACTIVATION
    assert moved(veto, 0, T0) is veto


def test_a_veto_that_came_back_lasts_five_hours_from_there() -> None:
    back = signalling()._replace(reactivated_at=T0 + 9 * DAY)
    assert moved(back, 0, T0 + 9 * DAY + 5 * HOUR) is back
    assert moved(back, 0, T0 + 9 * DAY + 5 * HOUR + 1).state is State.DEACTIVATION
    # A reactivation of an earlier veto does not count for this one.
    old = signalling()._replace(reactivated_at=T0 - 9 * DAY)
    assert moved(old, 0, T0 + 5 * HOUR) is old


def test_a_rage_quit_needs_the_second_seal_and_all_45_days() -> None:
    veto = signalling()
    assert moved(veto, 10 * PERCENT, T0 + 45 * DAY) is veto
    left = moved(veto, 10 * PERCENT, T0 + 45 * DAY + 1)
    assert left == veto._replace(state=State.RAGE_QUIT, entered_at=T0 + 45 * DAY + 1, rage_quits=1)
    assert moved(veto, 10 * PERCENT - 1, T0 + 45 * DAY + 1).state is State.DEACTIVATION


def test_rage_quits_are_counted_up_to_255() -> None:
    for before, after in [(3, 4), (254, 255), (255, 255)]:
        veto = signalling()._replace(rage_quits=before)
        assert moved(veto, ONE, T0 + 46 * DAY).rage_quits == after


def test_deactivation_turns_back_when_the_timelock_grows() -> None:
    down = signalling()._replace(state=State.DEACTIVATION, entered_at=T0 + 6 * DAY)
    seven = PERCENT + ONE * 9 // 100 // 20  # 5 + 2 days
    assert dg.veto_duration(MAINNET, seven) == 7 * DAY
    back = moved(down, seven, T0 + 7 * DAY)
    assert back == down._replace(
        state=State.VETO_SIGNALLING, entered_at=T0 + 7 * DAY, reactivated_at=T0 + 7 * DAY
    )
    assert moved(down, seven, T0 + 7 * DAY + 1) is down


def test_deactivation_may_end_in_a_rage_quit_or_after_three_days_in_the_cooldown() -> None:
    down = signalling()._replace(state=State.DEACTIVATION, entered_at=T0 + 44 * DAY, rage_quits=2)
    assert moved(down, ONE, T0 + 45 * DAY + 1).state is State.RAGE_QUIT
    assert moved(down, 0, T0 + 47 * DAY) is down
    cool = moved(down, 0, T0 + 47 * DAY + 1)
    assert cool == down._replace(
        state=State.VETO_COOLDOWN, entered_at=T0 + 47 * DAY + 1, rage_quits=0
    )


def test_the_cooldown_lasts_five_hours_whatever_the_support() -> None:
    cool = Governance(State.VETO_COOLDOWN, T0, 5, 6, 7)
    assert moved(cool, ONE, T0 + 5 * HOUR) is cool
    end = T0 + 5 * HOUR + 1
    assert moved(cool, PERCENT - 1, end) == Governance(State.NORMAL, end, 5, 6, end)
    assert moved(cool, PERCENT, end) == Governance(State.VETO_SIGNALLING, end, end, 6, end)


def test_a_rage_quit_ends_when_it_is_over() -> None:
    leaving = Governance(State.RAGE_QUIT, T0, 5, 6, 7, 2)
    assert moved(leaving, ONE, T0 + 999 * DAY) is leaving
    at = T0 + 100 * DAY
    assert moved(leaving, PERCENT, at, quit_over=True) == Governance(
        State.VETO_SIGNALLING, at, at, 6, 7, 2
    )
    assert moved(leaving, PERCENT - 1, at, quit_over=True) == Governance(
        State.VETO_COOLDOWN, at, 5, 6, 7, 0
    )


def test_who_alternates_cannot_hold_governance_longer_than_the_highest_support_allows() -> None:
    """The bounds of the source's design review (Runtime Verification, timing analysis)."""
    shortest = 5 * HOUR + 3 * DAY + 2
    at = T0 + 5 * HOUR + 1
    veto = moved(signalling(), 0, at)
    assert moved(veto, 0, at + 3 * DAY + 1).state is State.VETO_COOLDOWN
    assert at + 3 * DAY + 1 - T0 == shortest
    # Longest: down just before the lock of R ends, back at its last second, five hours more.
    lock = dg.veto_duration(MAINNET, 55 * ONE // 1_000)
    down = moved(signalling(), 0, T0 + lock - 1)
    assert down.state is State.DEACTIVATION
    back = moved(down, 55 * ONE // 1_000, T0 + lock)
    assert back.state is State.VETO_SIGNALLING
    down = moved(back, 55 * ONE // 1_000, T0 + lock + 5 * HOUR + 1)
    assert down.state is State.DEACTIVATION
    cool = moved(down, 55 * ONE // 1_000, T0 + lock + 5 * HOUR + 1 + 3 * DAY + 1)
    assert cool.state is State.VETO_COOLDOWN
    assert cool.entered_at - T0 == lock + 5 * HOUR + 3 * DAY + 2


ALLOWED = {
    State.NORMAL: {State.NORMAL, State.VETO_SIGNALLING},
    State.VETO_SIGNALLING: {State.VETO_SIGNALLING, State.DEACTIVATION, State.RAGE_QUIT},
    State.DEACTIVATION: {
        State.DEACTIVATION,
        State.VETO_SIGNALLING,
        State.RAGE_QUIT,
        State.VETO_COOLDOWN,
    },
    State.VETO_COOLDOWN: {State.VETO_COOLDOWN, State.VETO_SIGNALLING, State.NORMAL},
    State.RAGE_QUIT: {State.RAGE_QUIT, State.VETO_SIGNALLING, State.VETO_COOLDOWN},
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from((0, HOUR, 5 * HOUR + 1, DAY, 3 * DAY + 1, 10 * DAY, 45 * DAY + 1)),
        st.sampled_from((0, PERCENT - 1, PERCENT, 55 * ONE // 1_000, 10 * PERCENT, ONE)),
        st.booleans(),
    ),
    max_size=40,
)


@given(STEPS)
def test_no_walk_leaves_the_drawn_transitions(
    steps: list[tuple[int, int, bool]],
) -> None:
    now, governance = T0, Governance(State.NORMAL, T0)
    for passed, support, quit_over in steps:
        now += passed
        before, governance = governance, moved(governance, support, now, quit_over=quit_over)
        assert governance.state in ALLOWED[before.state]
        assert governance.entered_at in (before.entered_at, now)
        assert (governance is before) == (governance.state is before.state)
        if governance.state is State.RAGE_QUIT and before.state is not State.RAGE_QUIT:
            assert support >= MAINNET.second_seal
            assert now - governance.activated_at > MAINNET.longest_veto
        if governance.state in (State.NORMAL, State.VETO_COOLDOWN):
            assert governance.rage_quits == 0


# --- the signalling escrow -----------------------------------------------------------------


def test_locking_adds_up_and_starts_the_clock_anew() -> None:
    escrow, vetoer = dg.lock_shares(Escrow(5, 6, 7), Vetoer(1, 2, 3), 10, T0)
    assert (escrow, vetoer) == (Escrow(15, 6, 7), Vetoer(11, 2, T0))
    assert refusal(dg.lock_shares, Escrow(), Vetoer(), 0, T0) == dg.BAD_SHARES


def test_the_least_lock_is_one_share_and_nothing_stands_there_at_first() -> None:
    assert (tuple(Escrow()), tuple(Vetoer())) == ((0, 0, 0), (0, 0, 0))
    assert tuple(Governance(State.NORMAL, T0))[2:] == (0, 0, 0, 0)
    assert tuple(RageQuit(1, 2, 3, 4))[4:] == (0, 0, 0, False, 0)
    assert (tuple(Timelock())[:2], tuple(Motion())) == ((0, 0), (frozenset(), 0, 0))
    assert Proposal(1, Status.SUBMITTED, T0).scheduled_at == 0
    one = dg.lock_shares(Escrow(), Vetoer(), 1, T0)
    assert one == (Escrow(1), Vetoer(1, 0, T0))
    assert dg.unlock_shares(*one, MAINNET, T0 + DAY)[2] == 1


def test_unlocking_waits_five_hours_and_gives_all_back() -> None:
    escrow, vetoer = Escrow(15, 6, 7), Vetoer(11, 2, T0)
    last = T0 + 5 * HOUR
    assert refusal(dg.unlock_shares, escrow, vetoer, MAINNET, last) == dg.STILL_LOCKED
    done = dg.unlock_shares(escrow, vetoer, MAINNET, last + 1)
    assert done == (Escrow(4, 6, 7), Vetoer(0, 2, T0), 11)
    assert refusal(dg.unlock_shares, Escrow(), Vetoer(0, 2, T0), MAINNET, last + 1) == (
        dg.BAD_SHARES
    )


def test_a_withdrawal_request_counts_by_shares_then_by_ether() -> None:
    locked = dg.lock_request(Escrow(1, 2, 3), Vetoer(4, 5, 6), "ann", 10, T0, finalized=False)
    escrow, vetoer, request = locked
    assert locked == (
        Escrow(1, 12, 3),
        Vetoer(4, 15, T0),
        LockedRequest(Locked.LOCKED, "ann", 10, 0),
    )
    assert dg.mark_finalized(escrow, request, 0) == (escrow, request)
    paid = dg.mark_finalized(escrow, request, 11)
    assert paid == (Escrow(1, 2, 14), LockedRequest(Locked.FINALIZED, "ann", 10, 11))
    assert dg.mark_finalized(*paid, 12) == paid
    after = dg.unlock_request(paid[0], vetoer, paid[1], "ann", MAINNET, T0 + 5 * HOUR + 1)
    assert after == (Escrow(1, 2, 3), Vetoer(4, 5, T0))
    unpaid = dg.unlock_request(escrow, vetoer, request, "ann", MAINNET, T0 + 5 * HOUR + 1)
    assert unpaid == (Escrow(1, 2, 3), Vetoer(4, 5, T0))


def test_withdrawal_requests_that_are_refused() -> None:
    escrow, vetoer = Escrow(0, 10, 0), Vetoer(0, 10, T0)
    request = LockedRequest(Locked.LOCKED, "ann", 10, 0)
    late = T0 + 5 * HOUR + 1
    assert refusal(dg.lock_request, escrow, vetoer, "ann", 10, T0, finalized=True) == (
        dg.BAD_STATUS
    )
    assert refusal(dg.unlock_request, escrow, vetoer, request, "bob", MAINNET, late) == (
        dg.BAD_HOLDER
    )
    assert refusal(dg.unlock_request, escrow, vetoer, request, "ann", MAINNET, late - 1) == (
        dg.STILL_LOCKED
    )


# --- rage quit -----------------------------------------------------------------------------

LEAST, MOST = 100, 1_000 * ETH


def test_the_escrow_leaves_with_its_shares_and_its_delay() -> None:
    leaving = dg.begin_rage_quit(Escrow(50, 30, 20), MAINNET, 2, 77)
    assert leaving == RageQuit(50, 77, 7 * DAY, 90 * DAY)


@pytest.mark.parametrize(
    ("steth", "batch", "amounts", "closed"),
    [
        (2_500 * ETH, 4, (MOST, MOST, 500 * ETH), True),
        (9_000 * ETH, 4, (MOST,) * 4, False),
        (4_000 * ETH + 99, 5, (MOST,) * 4, True),  # 99 wei of dust
        (4_000 * ETH + 99, 4, (MOST,) * 4, True),
        (4_000 * ETH + 100, 4, (MOST,) * 4, False),
        (4_000 * ETH + 100, 5, (*(MOST,) * 4, 100), True),
        (100, 4, (100,), True),
        (99, 4, (), True),
        (0, 4, (), True),
    ],
)
def test_how_steth_is_cut_into_requests(
    steth: int, batch: int, amounts: tuple[int, ...], closed: bool
) -> None:
    leaving = RageQuit(50, 77, 7 * DAY, 90 * DAY, requested=3)
    after, cut = dg.request_batch(leaving, steth, batch, LEAST, MOST)
    assert cut == amounts
    assert after == leaving._replace(requested=3 + len(amounts), closed=closed)


def test_the_queue_s_own_least_request_counts_too() -> None:
    leaving = RageQuit(50, 77, 7 * DAY, 90 * DAY)
    assert dg.request_batch(leaving, 499, 4, 500, MOST) == (leaving._replace(closed=True), ())
    assert dg.request_batch(leaving, 500, 4, 500, MOST)[1] == (500,)
    # The queue takes less than the escrow moves: 60 wei would do for it, but stay behind.
    assert dg.request_batch(leaving, 60, 4, 50, MOST)[1] == ()
    after, cut = dg.request_batch(leaving, MOST + 60, 4, 50, MOST)
    assert cut == (MOST, 60)
    assert after.closed


def test_batches_that_are_refused() -> None:
    leaving = RageQuit(50, 77, 7 * DAY, 90 * DAY, requested=3)
    assert refusal(dg.request_batch, leaving, ETH, 3, LEAST, MOST) == dg.BAD_BATCH
    done = leaving._replace(closed=True)
    assert refusal(dg.request_batch, done, ETH, 4, LEAST, MOST) == dg.BATCHES_CLOSED
    assert refusal(dg.claim_batch, leaving, 0, 0) == dg.EMPTY_BATCH
    assert refusal(dg.claim_batch, leaving, 4, 0) == dg.EMPTY_BATCH
    assert refusal(dg.claim_batch, leaving._replace(extended_at=1), 1, 0) == dg.CLAIMING_FINISHED


def test_the_extension_begins_when_everything_is_in() -> None:
    leaving = RageQuit(50, 77, 7 * DAY, 90 * DAY, requested=3, closed=True)
    leaving = dg.claim_batch(leaving, 2, 20)
    assert refusal(dg.claim_batch, leaving, 2, 20) == dg.EMPTY_BATCH
    assert refusal(dg.start_extension, leaving, 80, T0) == dg.UNCLAIMED
    leaving = dg.claim_batch(leaving, 1, 5)
    assert (leaving.claimed, leaving.claimed_ether) == (3, 25)
    assert refusal(dg.start_extension, leaving._replace(closed=False), 80, T0) == dg.BATCHES_OPEN
    assert refusal(dg.start_extension, leaving, 76, T0) == dg.UNFINALIZED
    begun = dg.start_extension(leaving, 77, T0)
    assert begun == leaving._replace(extended_at=T0)
    assert refusal(dg.start_extension, begun, 80, T0) == dg.EXTENSION_STARTED
    assert not dg.is_over(leaving, T0 + 999 * DAY)
    assert not dg.is_over(begun, T0 + 7 * DAY)
    assert dg.is_over(begun, T0 + 7 * DAY + 1)


def test_the_ether_is_paid_out_after_extension_and_delay() -> None:
    leaving = RageQuit(3, 77, 7 * DAY, 90 * DAY, claimed_ether=10, extended_at=T0)
    last = T0 + 97 * DAY
    assert refusal(dg.withdraw_ether, leaving, Vetoer(1), last) == dg.DELAY_NOT_PASSED
    assert dg.withdraw_ether(leaving, Vetoer(1, 5, 6), last + 1) == (Vetoer(0, 5, 6), 3)
    assert dg.withdraw_ether(leaving, Vetoer(2), last + 1)[1] == 6
    assert refusal(dg.withdraw_ether, leaving, Vetoer(), last + 1) == dg.BAD_SHARES
    early = leaving._replace(extended_at=0)
    assert refusal(dg.withdraw_ether, early, Vetoer(1), last + 1) == dg.EXTENSION_NOT_STARTED


def test_a_locked_request_is_claimed_once_and_withdrawn_once() -> None:
    leaving = RageQuit(3, 77, 7 * DAY, 90 * DAY, extended_at=T0)
    late = T0 + 97 * DAY + 1
    waiting = LockedRequest(Locked.LOCKED, "ann", 10, 0)
    marked = LockedRequest(Locked.FINALIZED, "ann", 10, 11)
    claimed = LockedRequest(Locked.CLAIMED, "ann", 10, 11)
    assert dg.claim_request(waiting, 11) == claimed
    assert dg.claim_request(marked, 11) == claimed
    assert refusal(dg.claim_request, marked, 12) == dg.BAD_CLAIMABLE
    assert refusal(dg.claim_request, claimed, 11) == dg.BAD_STATUS
    assert refusal(dg.withdraw_request, leaving, claimed, "bob", late) == dg.BAD_HOLDER
    assert refusal(dg.withdraw_request, leaving, claimed, "ann", late - 1) == dg.DELAY_NOT_PASSED
    assert refusal(dg.withdraw_request, leaving, marked, "ann", late) == dg.BAD_STATUS
    gone, ether = dg.withdraw_request(leaving, claimed, "ann", late)
    assert (gone.status, ether) == (Locked.WITHDRAWN, 11)
    assert refusal(dg.withdraw_request, leaving, gone, "ann", late) == dg.BAD_STATUS


# --- proposals -----------------------------------------------------------------------------

NORMAL = Governance(State.NORMAL, T0)


def test_what_each_state_lets_the_dao_do() -> None:
    before = Proposal(1, Status.SUBMITTED, 100)
    after = Proposal(2, Status.SUBMITTED, 101)
    table = {
        State.NORMAL: (True, True, True, False),
        State.VETO_SIGNALLING: (True, False, False, True),
        State.DEACTIVATION: (False, False, False, True),
        State.VETO_COOLDOWN: (False, True, False, False),
        State.RAGE_QUIT: (True, False, False, False),
    }
    for state, expected in table.items():
        governance = Governance(state, T0, activated_at=100)
        assert (
            dg.can_submit(governance),
            dg.can_schedule(governance, before),
            dg.can_schedule(governance, after),
            dg.can_cancel(governance),
        ) == expected


def test_a_proposal_s_way() -> None:
    timelock, proposal = dg.submit(NORMAL, Timelock(4, 2), T0)
    assert timelock == Timelock(5, 2)
    assert proposal == Proposal(5, Status.SUBMITTED, T0)
    due = T0 + 3 * DAY
    assert refusal(dg.schedule, NORMAL, timelock, proposal, due - 1) == dg.SUBMIT_DELAY
    assert refusal(dg.execute, timelock, proposal, due) == dg.BAD_PROPOSAL
    ready = dg.schedule(NORMAL, timelock, proposal, due)
    assert ready == Proposal(5, Status.SCHEDULED, T0, due)
    assert refusal(dg.schedule, NORMAL, timelock, ready, due) == dg.BAD_PROPOSAL
    assert refusal(dg.execute, timelock, ready, due + DAY - 1) == dg.SCHEDULE_DELAY
    done = dg.execute(timelock, ready, due + DAY)
    assert done == ready._replace(status=Status.EXECUTED)
    assert refusal(dg.execute, timelock, done, due + DAY) == dg.BAD_PROPOSAL


def test_the_least_delay_of_all_holds_when_the_others_are_shorter() -> None:
    timelock = Timelock(1, 0, after_submit=DAY, after_schedule=DAY)
    ready = dg.schedule(NORMAL, timelock, Proposal(1, Status.SUBMITTED, T0), T0 + DAY)
    assert refusal(dg.execute, timelock, ready, T0 + 3 * DAY - 1) == dg.EXECUTION_DELAY
    assert dg.execute(timelock, ready, T0 + 3 * DAY).status is Status.EXECUTED


def test_states_that_block() -> None:
    veto, cool = signalling(), Governance(State.VETO_COOLDOWN, T0, T0)
    proposal = Proposal(1, Status.SUBMITTED, T0)
    assert refusal(dg.submit, cool, Timelock(), T0) == dg.SUBMISSION_BLOCKED
    assert refusal(dg.schedule, veto, Timelock(1), proposal, T0 + 9 * DAY) == (
        dg.SCHEDULING_BLOCKED
    )


def test_cancelling_ends_what_is_pending_but_not_what_was_done() -> None:
    timelock = dg.cancel_all(signalling(), Timelock(5, 2))
    assert timelock == Timelock(5, 5)
    assert dg.cancel_all(NORMAL, Timelock(5, 2)) == Timelock(5, 2)
    late = T0 + 9 * DAY
    fifth = Proposal(5, Status.SUBMITTED, T0)
    assert dg.is_cancelled(timelock, fifth)
    assert not dg.is_cancelled(timelock, fifth._replace(number=6))
    assert not dg.is_cancelled(timelock, fifth._replace(status=Status.EXECUTED))
    assert refusal(dg.schedule, NORMAL, timelock, fifth, late) == dg.BAD_PROPOSAL
    ready = fifth._replace(status=Status.SCHEDULED, scheduled_at=T0)
    assert refusal(dg.execute, timelock, ready, late) == dg.BAD_PROPOSAL


# --- tiebreaker ----------------------------------------------------------------------------


def test_when_the_tiebreaker_may_act() -> None:
    veto = signalling()
    year = 365 * DAY
    assert not dg.is_tie(veto, (), T0 + year - 1)
    assert dg.is_tie(veto, (), T0 + year)
    for state in (State.NORMAL, State.VETO_COOLDOWN):
        assert not dg.is_tie(veto._replace(state=state), (None,), T0 + 9 * year)


def test_a_rage_quit_that_cannot_end_is_a_tie_at_once() -> None:
    leaving = signalling()._replace(state=State.RAGE_QUIT)
    now, year = T0 + DAY, 365 * DAY
    assert not dg.is_tie(leaving, (), now)
    assert not dg.is_tie(leaving, (0, now + year), now)
    assert dg.is_tie(leaving, (0, now + year + 1), now)
    assert dg.is_tie(leaving, (0, None), now)
    assert not dg.is_tie(signalling(), (None,), now)


def test_two_of_three_committees_and_thirty_days() -> None:
    members = frozenset({"a", "b", "c"})
    quorum = dg.TIEBREAKER_QUORUM
    motion = dg.approve(Motion(), "a", members, T0, quorum)
    assert motion == Motion(frozenset("a"))
    assert dg.approve(motion, "a", members, T0, quorum) == motion  # twice is once
    assert refusal(dg.approve, motion, "d", members, T0, quorum) == dg.NOT_MEMBER
    assert refusal(dg.use, motion, T0 + 99 * DAY) == dg.NOT_SCHEDULED
    passed = dg.approve(motion, "b", members, T0, quorum)
    assert passed == Motion(frozenset("ab"), T0)
    assert refusal(dg.approve, passed, "c", members, T0, quorum) == dg.ALREADY_SCHEDULED
    assert refusal(dg.use, passed, T0 + 30 * DAY - 1) == dg.TIMELOCK
    used = dg.use(passed, T0 + 30 * DAY)
    assert used == passed._replace(used_at=T0 + 30 * DAY)
    assert refusal(dg.use, used, T0 + 31 * DAY) == dg.ALREADY_USED


def test_an_approval_of_a_committee_that_was_removed_does_not_count() -> None:
    motion = Motion(frozenset({"gone"}))
    assert dg.approve(motion, "a", frozenset({"a", "b"}), T0, 2).scheduled_at == 0


def test_the_tiebreaker_passes_a_proposal_that_the_veto_holds_up() -> None:
    proposal = Proposal(1, Status.SUBMITTED, T0)
    late = T0 + 3 * DAY
    done = dg.tiebreaker_schedule(Timelock(1), proposal, tie=True, now=late)
    assert done.status is Status.SCHEDULED
    assert refusal(dg.tiebreaker_schedule, Timelock(1), proposal, tie=False, now=late) == (
        dg.NO_TIE
    )
    assert refusal(dg.tiebreaker_schedule, Timelock(1), proposal, tie=True, now=late - 1) == (
        dg.SUBMIT_DELAY
    )


# --- properties ----------------------------------------------------------------------------

SHARES = st.integers(1, 10**24)


@given(
    st.lists(SHARES, min_size=1, max_size=8),
    st.integers(0, 10**25),
)
def test_a_rage_quit_pays_everybody_his_part_and_never_more_than_there_is(
    locked: list[int], ether: int
) -> None:
    escrow, vetoers = Escrow(), []
    for shares in locked:
        escrow, vetoer = dg.lock_shares(escrow, Vetoer(), shares, T0)
        vetoers.append(vetoer)
    leaving = dg.begin_rage_quit(escrow, MAINNET, 1, 0)._replace(
        claimed_ether=ether, extended_at=T0
    )
    paid = [dg.withdraw_ether(leaving, each, T0 + 999 * DAY)[1] for each in vetoers]
    assert 0 <= ether - sum(paid) < len(locked)
    for shares, wei in zip(locked, paid, strict=True):
        assert wei == floor(Fraction(ether * shares, sum(locked)))


@given(st.integers(0, 10**25), st.integers(4, 60))
def test_all_steth_but_dust_is_requested_in_order(steth: int, batch: int) -> None:
    leaving, left, calls = RageQuit(1, 0, 1, 1), steth, 0
    while not leaving.closed:
        leaving, amounts = dg.request_batch(leaving, left, batch, LEAST, MOST)
        assert len(amounts) <= batch
        assert all(LEAST <= amount <= MOST for amount in amounts)
        left -= sum(amounts)
        calls += 1
    assert 0 <= left < LEAST
    assert calls <= steth // (MOST * batch) + 1


@given(
    st.lists(
        st.tuples(st.sampled_from(("lock", "request", "pay", "unlock", "take")), SHARES),
        max_size=30,
    )
)
def test_the_escrow_s_sums_are_those_of_the_vetoer_and_its_requests(
    steps: list[tuple[str, int]],
) -> None:
    escrow, vetoer, now = Escrow(), Vetoer(), T0
    requests: list[LockedRequest] = []
    for what, amount in steps:
        now += 6 * HOUR
        if what == "lock":
            escrow, vetoer = dg.lock_shares(escrow, vetoer, amount, now)
        elif what == "request":
            escrow, vetoer, made = dg.lock_request(
                escrow, vetoer, "ann", amount, now, finalized=False
            )
            requests.append(made)
        elif what == "pay" and requests:
            escrow, requests[0] = dg.mark_finalized(escrow, requests[0], amount)
        elif what == "unlock" and vetoer.shares:
            escrow, vetoer, _ = dg.unlock_shares(escrow, vetoer, MAINNET, now)
        elif what == "take" and requests:
            gone = requests.pop()
            escrow, vetoer = dg.unlock_request(escrow, vetoer, gone, "ann", MAINNET, now)
    assert escrow.shares == vetoer.shares
    assert vetoer.request_shares == sum(each.shares for each in requests)
    waiting = [each for each in requests if each.status is Locked.LOCKED]
    assert escrow.request_shares == sum(each.shares for each in waiting)
    assert escrow.finalized_ether == sum(each.ether for each in requests)
