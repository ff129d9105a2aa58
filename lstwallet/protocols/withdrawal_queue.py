"""Lido's withdrawal queue: requests in line, finalised in batches, paid once, in order.

    paid = min(stETH asked for, shares · the report's rate)            (rounded down)

A request keeps its amount of stETH and the shares these were. When a report reaches it,
it is paid the lesser of that amount and what the shares are worth by then: no rewards
while waiting, losses shared. Requests are finalised strictly first come, first served.

A request carries running sums beside its own amounts, so that any stretch of the queue is
priced by two subtractions; a paid request may be forgotten. Source: lidofinance/core
``contracts/0.8.9/WithdrawalQueueBase.sol`` and ``WithdrawalQueue.sol``. Amounts are wei or
shares, rates have 27 decimals, times are seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from lstwallet.units.checked import Revert
from lstwallet.units.fixed import RAY, mul_div_floor
from lstwallet.units.records import make

MIN_AMOUNT: Final = 100
"""Wei of stETH in one request."""
MAX_AMOUNT: Final = 1_000 * 10**18
"""Wei of stETH in one request."""
MAX_BATCHES: Final = 36
"""Batches that one report finalises at most."""

TOO_SMALL: Final = "RequestAmountTooSmall"
TOO_LARGE: Final = "RequestAmountTooLarge"
INVALID_ID: Final = "InvalidRequestId"
NOT_FINALIZED: Final = "RequestNotFoundOrNotFinalized"
ALREADY_CLAIMED: Final = "RequestAlreadyClaimed"
NOT_OWNER: Final = "NotOwner"
INVALID_STATE: Final = "InvalidState"
ZERO_RATE: Final = "ZeroShareRate"
EMPTY_BATCHES: Final = "EmptyBatches"
NOT_SORTED: Final = "BatchesAreNotSorted"
TOO_MUCH_ETHER: Final = "TooMuchEtherToFinalize"


class Request(NamedTuple):
    """A place in the line."""

    steth: int
    """Wei of stETH asked for; the most it will be paid."""
    shares: int
    """What that was in shares when it was asked for."""
    owner: str
    timestamp: int
    report_timestamp: int
    """When the last report before it was made: requests of one period are priced together."""
    cumulative_steth: int
    """All requests up to and with this one."""
    cumulative_shares: int


class Checkpoint(NamedTuple):
    """From request ``first_id`` on, up to the next checkpoint, pay at most ``max_rate``."""

    first_id: int
    max_rate: int


class Queue(NamedTuple):
    """The head, the tail and what is set aside between them."""

    last_id: int
    last_finalized_id: int
    cumulative_steth: int
    """Of the last request."""
    cumulative_shares: int
    finalized_steth: int
    """Running sum at the last finalised request."""
    finalized_shares: int
    locked_ether: int
    """Wei set aside for finalised requests that are not claimed yet."""
    last_report: int
    """Seconds; the report period that a new request belongs to."""


EMPTY: Final = Queue(0, 0, 0, 0, 0, 0, 0, 0)


class Prefinalized(NamedTuple):
    """What paying some batches takes."""

    ether: int
    shares: int
    """To be burned."""


# --- asking ------------------------------------------------------------------------


def check_amount(steth: int) -> None:
    """Reverts when a request of ``steth`` wei would be too small or too large."""
    if steth < MIN_AMOUNT:
        raise Revert(TOO_SMALL)
    if steth > MAX_AMOUNT:
        raise Revert(TOO_LARGE)


def enqueue(queue: Queue, steth: int, shares: int, owner: str, now: int) -> tuple[Queue, Request]:
    """Add a request at the end; the queue's ``last_id`` is its id.

    ``shares`` are what ``steth`` is worth now, by the pool. Check the amount first.
    """
    last_id, done_id, all_steth, all_shares, done_steth, done_shares, locked, period = queue
    all_steth, all_shares = all_steth + steth, all_shares + shares
    request = (steth, shares, owner, now, period, all_steth, all_shares)
    after = (last_id + 1, done_id, all_steth, all_shares, done_steth, done_shares, locked, period)
    return make(Queue, after), make(Request, request)


def unfinalized_steth(queue: Queue) -> int:
    """Wei of stETH still waiting."""
    return queue.cumulative_steth - queue.finalized_steth


def steth_ahead(queue: Queue, request: Request) -> int:
    """Wei of stETH waiting in line before and with ``request``; zero once finalised."""
    return max(0, request.cumulative_steth - queue.finalized_steth)


def split_amount(amount: int, most: int = MAX_AMOUNT, least: int = MIN_AMOUNT) -> tuple[int, ...]:
    """``amount`` as parts of at most ``most``, each fit for a request; the sum is exact.

    A remainder too small to stand alone takes from the part before it.
    """
    whole, rest = divmod(amount, most)
    parts = [most] * whole
    if rest:
        if parts and rest < least:
            parts[-1] -= least
            rest += least
        parts.append(rest)
    return tuple(parts)


# --- finalising --------------------------------------------------------------------


def request_rate(steth: int, shares: int) -> int:
    """Ether per share at which a stretch of the queue was asked for, 27 decimals."""
    return mul_div_floor(steth, RAY, shares)


def _payable(steth: int, shares: int, max_rate: int) -> int:
    """Nominal, or the shares at ``max_rate`` (rounded down) where these were dearer."""
    if request_rate(steth, shares) > max_rate:
        return mul_div_floor(shares, max_rate, RAY)
    return steth


def finalization_batches(
    queue: Queue,
    requests: Mapping[int, Request],
    max_rate: int,
    max_timestamp: int,
    ether_budget: int,
) -> tuple[int, ...]:
    """Ids at which batches end, as far as budget and ``max_timestamp`` reach.

    A batch joins neighbours on the same side of ``max_rate``, or of one report period.
    ``requests`` holds those that wait. Reverts with ``InvalidState`` without a budget.
    The cost is that of the requests finalised.
    """
    if ether_budget == 0:
        raise Revert(INVALID_STATE)
    batches: list[int] = []
    before: Request | None = None
    before_dearer = False
    for request_id in range(queue.last_finalized_id + 1, queue.last_id + 1):
        request = requests[request_id]
        if request.timestamp > max_timestamp:
            break
        dearer = request_rate(request.steth, request.shares) > max_rate
        ether = mul_div_floor(request.shares, max_rate, RAY) if dearer else request.steth
        if ether > ether_budget:
            break
        joins = before is not None and (
            before.report_timestamp == request.report_timestamp or before_dearer == dearer
        )
        if joins:
            batches[-1] = request_id
        elif len(batches) == MAX_BATCHES:
            break
        else:
            batches.append(request_id)
        ether_budget -= ether
        before, before_dearer = request, dearer
    return tuple(batches)


def prefinalize(
    queue: Queue, requests: Mapping[int, Request], batches: Sequence[int], max_rate: int
) -> Prefinalized:
    """Ether to lock and shares to burn for ``batches``.

    A batch is priced as a whole, so the ether may exceed its requests' claims by some wei.
    """
    if max_rate == 0:
        raise Revert(ZERO_RATE)
    if not batches:
        raise Revert(EMPTY_BATCHES)
    if batches[0] <= queue.last_finalized_id or batches[-1] > queue.last_id:
        raise Revert(INVALID_ID)
    steth, shares = queue.finalized_steth, queue.finalized_shares
    ether = burned = 0
    previous = queue.last_finalized_id
    for end in batches:
        if end <= previous:
            raise Revert(NOT_SORTED)
        request = requests[end]
        batch_shares = request.cumulative_shares - shares
        ether += _payable(request.cumulative_steth - steth, batch_shares, max_rate)
        burned += batch_shares
        steth, shares, previous = request.cumulative_steth, request.cumulative_shares, end
    return Prefinalized(ether, burned)


def finalize(
    queue: Queue, last: Request, last_id: int, ether: int, max_rate: int
) -> tuple[Queue, Checkpoint]:
    """Set ``ether`` aside for everything up to request ``last_id``, which is ``last``.

    The checkpoint is to be kept behind those there are: it says what claims are paid.
    """
    if last_id > queue.last_id or last_id <= queue.last_finalized_id:
        raise Revert(INVALID_ID)
    if ether > last.cumulative_steth - queue.finalized_steth:
        raise Revert(TOO_MUCH_ETHER)
    after = Queue(
        queue.last_id,
        last_id,
        queue.cumulative_steth,
        queue.cumulative_shares,
        last.cumulative_steth,
        last.cumulative_shares,
        queue.locked_ether + ether,
        queue.last_report,
    )
    return after, Checkpoint(queue.last_finalized_id + 1, max_rate)


def on_report(queue: Queue, report_timestamp: int) -> Queue:
    """A new report period begins: requests from now on belong to it."""
    return Queue(*queue[:-1], report_timestamp)


# --- claiming ----------------------------------------------------------------------


def claimable(
    queue: Queue, checkpoints: Sequence[Checkpoint], request_id: int, request: Request
) -> int:
    """Wei that a finalised request is paid; zero while it waits."""
    if request_id > queue.last_finalized_id:
        return 0
    checkpoint = checkpoints[-1]
    if request_id < checkpoint.first_id:  # seldom: most are paid as soon as they can be
        checkpoint = checkpoints[bisect_right(checkpoints, request_id, key=_first_id) - 1]
    return _payable(request.steth, request.shares, checkpoint.max_rate)


def _first_id(checkpoint: Checkpoint) -> int:
    return checkpoint.first_id


def claim(
    queue: Queue,
    checkpoints: Sequence[Checkpoint],
    request_id: int,
    request: Request | None,
    claimant: str,
) -> tuple[Queue, int]:
    """Pay a finalised request: the queue after, and the wei paid.

    ``request`` is ``None`` when it was paid before and is gone. Reverts when the id never
    was, still waits, was paid, or belongs to someone else.
    """
    if request_id <= 0 or request_id > queue.last_id:
        raise Revert(INVALID_ID)
    if request_id > queue.last_finalized_id:
        raise Revert(NOT_FINALIZED)
    if request is None:
        raise Revert(ALREADY_CLAIMED)
    if request.owner != claimant:
        raise Revert(NOT_OWNER)
    ether = claimable(queue, checkpoints, request_id, request)
    return release(queue, ether), ether


def release(queue: Queue, ether: int) -> Queue:
    """``ether`` that was set aside leaves."""
    last_id, done_id, all_steth, all_shares, done_steth, done_shares, locked, period = queue
    locked -= ether
    return make(
        Queue, (last_id, done_id, all_steth, all_shares, done_steth, done_shares, locked, period)
    )
