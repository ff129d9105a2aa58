"""Who is next to be liquidated, and the liquidators in the background.

Positions with one collateral and one debt wait per pair, in the order of a key that neither
prices nor interest change, so that a look at a healthy market sees the first of each pair
only. The few others are looked at one by one. A look goes worst first, then by account,
and again at whoever was only partly liquidated, until nobody is left to liquidate or the
most for one look is reached; the rest is still in the queue next time.

The dust rule: nobody bothers with a debt or a collateral worth less than ``MIN_VALUE``.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final, NamedTuple

from lstwallet.engine.lending_facts import PositionLiquidated
from lstwallet.engine.lending_view import market_of
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lending as protocol
from lstwallet.protocols.lending import (
    HEALTHY,
    Market,
    Pair,
    Parameters,
    Position,
    queue_key,
    queue_limit,
    single_pair,
)
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import mul_div_floor
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

MIN_VALUE: Final = 20 * 10**8
"""USD with 8 decimals: about what it costs to take part, on a bonus of five per cent."""
CACHE: Final = "lending.queue"


class Place(NamedTuple):
    """Where an account waits."""

    pair: Pair
    rank: int
    """The queue key with its sign turned: a line is sorted, and the worst comes first."""


class Queue:
    """Borrowers in order. Rebuilt from the positions at any time; never part of the World."""

    __slots__ = ("others", "pairs", "waiting")

    def __init__(self, parameters: Parameters, positions: dict[Account, Position]) -> None:
        self.pairs: dict[Pair, list[tuple[int, Account]]] = {}
        self.waiting: dict[Account, Place] = {}
        self.others: set[Account] = set()
        for account, position in positions.items():
            place = place_in_queue(parameters, position)
            if place is not None:
                self.pairs.setdefault(place.pair, []).append((place.rank, account))
                self.waiting[account] = place
            elif any(position.borrowed):
                self.others.add(account)
        for line in self.pairs.values():
            line.sort()

    def move(self, parameters: Parameters, account: Account, position: Position) -> None:
        """Put an account where its new position belongs."""
        before = self.waiting.pop(account, None)
        if before is not None:
            line = self.pairs[before.pair]
            del line[bisect_left(line, (before.rank, account))]
        self.others.discard(account)
        if not any(position.borrowed):
            return
        place = place_in_queue(parameters, position)
        if place is not None:
            insort(self.pairs.setdefault(place.pair, []), (place.rank, account))
            self.waiting[account] = place
        else:
            self.others.add(account)

    def suspects(self, market: Market, pair: Pair, now: int) -> Iterator[Account]:
        """Accounts of a pair that may be unhealthy, the worst first."""
        line = self.pairs[pair]
        limit = queue_limit(market, pair, now)
        for rank, account in line:
            if -rank < limit:
                return
            yield account


def place_in_queue(parameters: Parameters, position: Position) -> Place | None:
    """The pair and key of a position; ``None`` without debt or with more than one pair."""
    pair = single_pair(position)
    if pair is None:
        return None
    try:
        return make(Place, (pair, -queue_key(parameters, position, pair)))
    except Revert:  # collateral that counts for nothing
        return None


def queue_of(world: Readable) -> Queue:
    """The queue of a world; a Draft remembers it."""
    cache = getattr(world, "cache", None)
    if cache is None:
        return Queue(world.lending.parameters, dict(world.positions))
    if CACHE not in cache:
        cache[CACHE] = Queue(world.lending.parameters, dict(world.positions))
    found: Queue = cache[CACHE]
    return found


def best_pair(market: Market, position: Position, now: int) -> Pair | None:
    """The most valuable collateral and the most valuable debt; ``None`` if one is missing."""
    rules = protocol.RULES[market.parameters.rules]
    collateral = debt = -1
    most_collateral = most_debt = 0
    for place, reserve in enumerate(market.reserves):
        unit, price = market.parameters.configs[place].unit, market.prices[place]
        if position.collateral[place]:
            held = protocol.supply_balance(reserve, position.supplied[place], now, rules)
            value = mul_div_floor(held, price, unit)
            if value > most_collateral:
                collateral, most_collateral = place, value
        if position.borrowed[place]:
            owed = protocol.debt_balance(reserve, position.borrowed[place], now, rules)
            value = mul_div_floor(owed, price, unit)
            if value > most_debt:
                debt, most_debt = place, value
    if min(most_collateral, most_debt) < MIN_VALUE:
        return None
    return Pair(collateral, debt)


Attempt = Callable[[Market, Account, Position, Pair], tuple[PositionLiquidated, Market] | None]
"""Tries one liquidation: the event and the market after it, or ``None`` if it cannot be."""


class Look:
    """One look through the queue: a heap of the unhealthy, filled from each pair's line."""

    def __init__(self, world: Readable) -> None:
        self.now = world.time
        self.market = market_of(world)
        self.positions = world.positions
        self.changed: dict[Account, Position] = {}
        self.heap: list[tuple[int, Account, int]] = []
        queue = queue_of(world)
        self.lines = [
            queue.suspects(self.market, pair, self.now)
            for pair, line in queue.pairs.items()
            if line
        ]
        for number in range(len(self.lines)):
            self._next_of(number)
        for account in queue.others:
            self._consider(account, -1)

    def _position(self, account: Account) -> Position:
        return self.changed.get(account) or self.positions[account]

    def _consider(self, account: Account, line: int) -> bool:
        """Add an account if it is unhealthy; ``line`` is the line that it came from, or -1."""
        health = protocol.health_factor(self.market, self._position(account), self.now)
        if health >= HEALTHY:
            return False
        heappush(self.heap, (health, account, line))
        return True

    def _next_of(self, number: int) -> None:
        """Add the next unhealthy account of a line, if there is one."""
        for account in self.lines[number]:
            if self._consider(account, number):
                return

    def run(self, most: int, attempt: Attempt) -> list[PositionLiquidated]:
        """Liquidate the worst until nobody is left or ``most`` is reached."""
        events: list[PositionLiquidated] = []
        while self.heap and len(events) < most:
            _, account, line = heappop(self.heap)
            if line >= 0:
                self._next_of(line)
            position = self._position(account)
            pair = best_pair(self.market, position, self.now)
            done = attempt(self.market, account, position, pair) if pair else None
            if done is not None:
                event, self.market = done
                events.append(event)
                self.changed[account] = event.position
                self._consider(account, -1)
        return events
