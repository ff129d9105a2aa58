"""The withdrawal queue: first come, first served, never more than was asked for or is there."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import withdrawal_queue as wq
from lstwallet.protocols.withdrawal_queue import Checkpoint, Queue, Request
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import RAY

ETH = 10**18


class Line(NamedTuple):
    """A queue with its requests and checkpoints."""

    queue: Queue
    requests: dict[int, Request]
    checkpoints: tuple[Checkpoint, ...]


def line_of(*asked: tuple[int, int], period_every: int = 0) -> Line:
    """Requests of (stETH, shares), one a second; a report after each ``period_every``."""
    queue, requests = wq.EMPTY, {}
    for second, (steth, shares) in enumerate(asked, 1):
        if period_every and second % period_every == 0:
            queue = wq.on_report(queue, second)
        queue, requests[second] = wq.enqueue(queue, steth, shares, "you", second)
    return Line(queue, requests, ())


def finalised(line: Line, rate: int, budget: int, until: int = 10**9) -> tuple[Line, int, int]:
    """The line after a report, the ether locked and the shares burned."""
    batches = wq.finalization_batches(line.queue, line.requests, rate, until, budget)
    if not batches:
        return line, 0, 0
    ether, shares = wq.prefinalize(line.queue, line.requests, batches, rate)
    last = batches[-1]
    queue, checkpoint = wq.finalize(line.queue, line.requests[last], last, ether, rate)
    return Line(queue, line.requests, (*line.checkpoints, checkpoint)), ether, shares


asked = st.lists(
    st.tuples(st.integers(wq.MIN_AMOUNT, wq.MAX_AMOUNT), st.integers(wq.MIN_AMOUNT, wq.MAX_AMOUNT)),
    min_size=1,
    max_size=30,
)
rates = st.integers(RAY // 2, 2 * RAY)


# --- asking ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steth", "reason"), [(0, wq.TOO_SMALL), (99, wq.TOO_SMALL), (wq.MAX_AMOUNT + 1, wq.TOO_LARGE)]
)
def test_amounts_out_of_bounds_are_refused(steth: int, reason: str) -> None:
    with pytest.raises(Revert) as refused:
        wq.check_amount(steth)
    assert refused.value.reason == reason


def test_the_bounds_themselves_are_taken() -> None:
    wq.check_amount(wq.MIN_AMOUNT)
    wq.check_amount(wq.MAX_AMOUNT)


@given(st.integers(wq.MIN_AMOUNT, 10**23))
def test_a_split_is_exact_and_every_part_is_a_fair_request(amount: int) -> None:
    parts = wq.split_amount(amount)
    assert sum(parts) == amount
    for part in parts:
        wq.check_amount(part)
    assert len(parts) <= amount // wq.MAX_AMOUNT + 1


def test_a_remainder_too_small_for_a_request_takes_from_the_one_before() -> None:
    assert wq.split_amount(wq.MAX_AMOUNT + 1) == (wq.MAX_AMOUNT - 100, 101)


# --- finalising ---------------------------------------------------------------------------


def test_a_loss_is_shared_and_a_gain_is_not() -> None:
    # Two requests at 1.1 and 1.0 ether a share; the report's rate is 1.05.
    line = line_of((110 * ETH, 100 * ETH), (50 * ETH, 50 * ETH), period_every=1)
    after, ether, shares = finalised(line, 105 * RAY // 100, 10**30)
    assert ether == 105 * ETH + 50 * ETH
    assert shares == 150 * ETH
    paid = [wq.claimable(after.queue, after.checkpoints, i, after.requests[i]) for i in (1, 2)]
    assert paid == [105 * ETH, 50 * ETH]


def test_what_does_not_fit_in_the_budget_stops_the_line_even_for_small_ones_behind() -> None:
    line = line_of((100, 100), (1_000, 1_000), (100, 100))
    after, ether, _ = finalised(line, RAY, 500)
    assert after.queue.last_finalized_id == 1
    assert ether == 100
    assert wq.unfinalized_steth(after.queue) == 1_100
    assert wq.steth_ahead(after.queue, after.requests[2]) == 1_000
    assert wq.steth_ahead(after.queue, after.requests[1]) == 0


def test_too_young_requests_wait() -> None:
    line = line_of((100, 100), (100, 100), (100, 100))
    after, _, _ = finalised(line, RAY, 10**30, until=2)
    assert after.queue.last_finalized_id == 2


def test_a_report_finalises_at_most_36_batches() -> None:
    # Alternately dearer and cheaper than the rate, each in a period of its own.
    line = line_of(*[(200, 100), (100, 100)] * 30, period_every=1)
    batches = wq.finalization_batches(line.queue, line.requests, 15 * RAY // 10, 10**9, 10**30)
    assert batches == tuple(range(1, 37))


def test_one_period_is_one_batch() -> None:
    line = line_of(*[(200, 100), (100, 100)] * 30)
    assert wq.finalization_batches(line.queue, line.requests, 15 * RAY // 10, 10**9, 10**30) == (
        60,
    )


@given(asked, rates, st.integers(1, 10**24), st.integers(1, 5))
def test_finalising_never_pays_more_than_asked_for_nor_than_the_shares_are_worth(
    requests: list[tuple[int, int]], rate: int, budget: int, period_every: int
) -> None:
    line = line_of(*requests, period_every=period_every)
    after, ether, shares = finalised(line, rate, budget)
    done = range(1, after.queue.last_finalized_id + 1)
    paid = [wq.claimable(after.queue, after.checkpoints, i, line.requests[i]) for i in done]
    for number, wei in zip(done, paid, strict=True):
        request = line.requests[number]
        assert wei <= request.steth
        assert wei <= request.shares * rate // RAY + 1  # the request's own rate is rounded down
    assert shares == sum(line.requests[i].shares for i in done)
    assert ether == after.queue.locked_ether <= sum(line.requests[i].steth for i in done)
    assert wq.unfinalized_steth(after.queue) == sum(s for s, _ in requests[len(done) :])


@given(asked, st.lists(st.tuples(rates, st.integers(1, 10**22)), min_size=1, max_size=6))
def test_everybody_is_paid_once_in_order_and_nothing_is_made_up(
    requests: list[tuple[int, int]], reports: list[tuple[int, int]]
) -> None:
    line = line_of(*requests)
    locked = 0
    for rate, budget in reports:
        before = line.queue.last_finalized_id
        line, ether, _ = finalised(line, rate, budget)
        assert line.queue.last_finalized_id >= before
        locked += ether
    queue, paid = line.queue, 0
    for number in range(1, queue.last_finalized_id + 1):
        queue, wei = wq.claim(queue, line.checkpoints, number, line.requests[number], "you")
        paid += wei
    assert paid + queue.locked_ether == locked
    # One batch is priced as a whole: what its requests are not paid stays behind.
    assert queue.locked_ether >= 0


@given(asked)
def test_a_request_is_priced_by_its_own_report_for_ever(requests: list[tuple[int, int]]) -> None:
    line = line_of(*requests)
    line, _, _ = finalised(line, RAY, requests[0][0])
    if not line.checkpoints:
        return
    owed = wq.claimable(line.queue, line.checkpoints, 1, line.requests[1])
    later, _, _ = finalised(line, RAY // 2, 10**30)
    assert wq.claimable(later.queue, later.checkpoints, 1, line.requests[1]) == owed


# --- refusing ------------------------------------------------------------------------------


def test_claims_that_are_refused() -> None:
    line, _, _ = finalised(line_of((100, 100), (100, 100)), RAY, 100)
    first, second = line.requests[1], line.requests[2]
    table: list[tuple[int, Request | None, str, str]] = [
        (0, first, "you", wq.INVALID_ID),
        (3, first, "you", wq.INVALID_ID),
        (2, second, "you", wq.NOT_FINALIZED),
        (1, None, "you", wq.ALREADY_CLAIMED),
        (1, first, "someone else", wq.NOT_OWNER),
    ]
    for number, request, who, reason in table:
        with pytest.raises(Revert) as refused:
            wq.claim(line.queue, line.checkpoints, number, request, who)
        assert refused.value.reason == reason


def test_reports_that_are_refused() -> None:
    line = line_of((100, 100), (100, 100))
    queue, requests = line.queue, line.requests
    with pytest.raises(Revert, match=wq.INVALID_STATE):
        wq.finalization_batches(queue, requests, RAY, 10**9, 0)
    with pytest.raises(Revert, match=wq.ZERO_RATE):
        wq.prefinalize(queue, requests, (1,), 0)
    with pytest.raises(Revert, match=wq.EMPTY_BATCHES):
        wq.prefinalize(queue, requests, (), RAY)
    with pytest.raises(Revert, match=wq.INVALID_ID):
        wq.prefinalize(queue, requests, (3,), RAY)
    with pytest.raises(Revert, match=wq.NOT_SORTED):
        wq.prefinalize(queue, requests, (2, 1, 2), RAY)
    with pytest.raises(Revert, match=wq.INVALID_ID):
        wq.finalize(queue, requests[1], 0, 100, RAY)
    with pytest.raises(Revert, match=wq.TOO_MUCH_ETHER):
        wq.finalize(queue, requests[1], 1, 101, RAY)


@given(
    st.integers(wq.MIN_AMOUNT, wq.MAX_AMOUNT // 2),
    st.integers(wq.MIN_AMOUNT, wq.MAX_AMOUNT // 2),
    st.integers(0, wq.MAX_AMOUNT // 2),
    st.integers(0, wq.MAX_AMOUNT // 2),
    rates,
)
def test_more_asked_for_is_more_paid(
    steth: int, shares: int, more_steth: int, more_shares: int, rate: int
) -> None:
    """But for a wei, by which a rate rounded down may let the smaller one be paid in full."""
    line = line_of((steth, shares), (steth + more_steth, shares + more_shares), period_every=1)
    after, _, _ = finalised(line, rate, 10**30)
    paid = [wq.claimable(after.queue, after.checkpoints, i, after.requests[i]) for i in (1, 2)]
    assert paid[0] <= paid[1] + 1
