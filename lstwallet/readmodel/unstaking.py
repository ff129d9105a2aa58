"""The unstake room as rows: the queue beside the market, the break-even, the tickets.

Shares of one and yearly rates have 18 decimals (WAD). Both offers come from the engine's
own decision on a throwaway world, so that a receipt equals what was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from lstwallet.engine.pools_facts import STETH_ETH, Swapped
from lstwallet.engine.pools_view import fair_price, pool_price
from lstwallet.engine.staking import Ticket, estimate_wait, ticket_wait, tickets_of
from lstwallet.engine.staking_facts import UnstakeRequested
from lstwallet.engine.staking_wait import Wait
from lstwallet.engine.world import Readable, World
from lstwallet.ledger.entries import Account
from lstwallet.protocols import withdrawal_queue
from lstwallet.readmodel.portfolio import ticket_value
from lstwallet.readmodel.swaps import traded
from lstwallet.units.clock import YEAR, SimTime
from lstwallet.units.fixed import BPS, WAD, div_floor, half_floor, mul_div_ceil, mul_div_floor

READY: Final = "ready"
WAITING: Final = "waiting"
LARGEST: Final = withdrawal_queue.MAX_AMOUNT
SMALLEST: Final = withdrawal_queue.MIN_AMOUNT


# --- two ways out ----------------------------------------------------------------------------


class QueueOffer(NamedTuple):
    """What the withdrawal queue would pay, and when."""

    asked: int
    """Wei of stETH."""
    receives: int
    """Wei of ETH if nothing is slashed meanwhile: the queue pays one for one, never more."""
    tickets: tuple[int, ...]
    """Wei of each ticket."""
    wait: Wait


class MarketOffer(NamedTuple):
    """What selling would pay at once."""

    sold: int
    """Wei of the staking token."""
    receives: int
    rate: int
    """ETH for one of it, fee and impact counted (WAD)."""
    below: int
    """How far that lies below what the issuer counts, as a share (WAD); negative: above."""
    impact: float
    """How far the trade itself moves the price against it, fees left out; 0 to 1."""
    fee: int
    """Wei of ETH."""
    minimum: int
    """Wei of ETH: less is refused."""


def queue_offer(world: Readable, events: Sequence[Any]) -> QueueOffer | None:
    """From the events of a ``RequestUnstake`` that ``world`` has not seen yet."""
    asked = next((event for event in events if isinstance(event, UnstakeRequested)), None)
    if asked is None:
        return None
    tickets = tuple(ticket.request.steth for ticket in asked.tickets)
    return QueueOffer(
        asked.steth, sum(tickets), tickets, estimate_wait(world, asked.steth)
    )


def market_offer(world: Readable, events: Sequence[Any], slippage_bps: int) -> MarketOffer | None:
    """From the events of a ``Swap`` into ETH that ``world`` has not seen yet."""
    sold = next((event for event in events if isinstance(event, Swapped)), None)
    if sold is None or not sold.paid:
        return None
    rate = mul_div_floor(sold.received, WAD, sold.paid)
    return MarketOffer(
        sold.paid,
        sold.received,
        rate,
        WAD - mul_div_floor(rate, WAD, fair_price(world, sold.pool)),
        traded(world, (sold,), sold.token_in, "ETH").impact,
        sold.fee,
        least(sold.received, slippage_bps),
    )


def least(received: int, slippage_bps: int) -> int:
    """The smallest amount that is accepted: ``received`` less the slippage, rounded up."""
    return mul_div_ceil(received, BPS - slippage_bps, BPS)


def resting_offer(world: Readable, pool: str = STETH_ETH) -> MarketOffer:
    """What the market would pay for a little, while no amount is given: one whole token."""
    fair = fair_price(world, pool)
    price = pool_price(world, pool) or fair
    return MarketOffer(WAD, price, price, WAD - mul_div_floor(price, WAD, fair), 0.0, 0, 0)


class BreakEven(NamedTuple):
    """When waiting is worth it."""

    gain: int
    """What waiting pays more, as a share of what the market pays (WAD); may be negative."""
    seconds: int
    """How long one waits, the middle of the range."""
    yearly: int
    """The yearly rate (WAD) that ETH would have to earn elsewhere to make up for it."""


def break_even(queue: int, market: int, wait: Wait) -> BreakEven:
    """Both in wei of ETH for the same stETH.

        yearly = (queue / market - 1) · year / wait

    A wait of less than an hour counts as an hour.
    """
    gain = mul_div_floor(queue, WAD, max(market, 1)) - WAD
    seconds = half_floor(wait.low + wait.high)
    return BreakEven(gain, seconds, div_floor(gain * YEAR, max(seconds, 3_600)))


SCALES: Final = (10, 20, 60, 100, 200, 500, 1_000)
"""Ends of the break-even bar, in percent a year."""


def scale_for(yearly: int) -> int:
    """The end of the bar (WAD) on which a rate stands in the middle part."""
    for percent in SCALES:
        if yearly * 5 <= percent * div_floor(WAD, 100) * 4:
            return percent * div_floor(WAD, 100)
    return SCALES[-1] * div_floor(WAD, 100)


# --- tickets ------------------------------------------------------------------------------------


class TicketRow(NamedTuple):
    """A place in the queue."""

    id: int
    state: str
    """``ready`` or ``waiting``."""
    asked: int
    """Wei of stETH."""
    pays: int
    """Wei of ETH: what it pays, or would if it were finalised now."""
    asked_at: SimTime
    ready_from: SimTime
    ready_to: SimTime
    """The range; both now when it is ready."""
    progress: int
    """WAD: time waited of the time that it takes in all, by the middle of the range."""


def ticket_rows(world: World, account: Account) -> tuple[TicketRow, ...]:
    """An account's tickets: ready ones first, then in the order of the queue."""
    rows = [_ticket(world, ticket) for ticket in tickets_of(world, account)]
    return tuple(sorted(rows, key=lambda row: (row.state != READY, row.id)))


def _ticket(world: World, ticket: Ticket) -> TicketRow:
    wait, now = ticket_wait(world, ticket), world.time
    request = ticket.request
    waited = max(now - request.timestamp, 0)
    whole = waited + half_floor(wait.low + wait.high)
    return TicketRow(
        ticket.id,
        READY if ticket.finalised else WAITING,
        request.steth,
        ticket_value(world, ticket),
        request.timestamp,
        now + wait.low,
        now + wait.high,
        WAD if ticket.finalised else mul_div_floor(waited, WAD, max(whole, 1)),
    )


class Claimable(NamedTuple):
    """All that is ready."""

    tickets: int
    wei: int


def waiting_ahead(world: Readable, ticket: int | None = None) -> int:
    """Wei of stETH that is paid before a ticket, or before a new one."""
    queue = world.staking.queue
    if ticket is None:
        return withdrawal_queue.unfinalized_steth(queue)
    request = world.tickets[ticket].request
    return max(withdrawal_queue.steth_ahead(queue, request) - request.steth, 0)


def claimable(rows: Sequence[TicketRow]) -> Claimable:
    """Counts and adds up the ready ones."""
    ready = [row.pays for row in rows if row.state == READY]
    return Claimable(len(ready), sum(ready))


__all__ = [
    "LARGEST", "READY", "SCALES", "SMALLEST", "WAITING", "BreakEven", "Claimable",
    "MarketOffer", "QueueOffer", "TicketRow", "break_even", "claimable", "least",
    "market_offer", "queue_offer", "resting_offer", "scale_for", "ticket_rows", "waiting_ahead",
]  # fmt: skip
