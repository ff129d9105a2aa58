"""What a glance at the lending market tells those who act in it.

Floats, good to nine digits, worked out once an hour. They decide who acts and how much;
the exact market decides whether it may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lstwallet.engine.lending_queue import queue_of
from lstwallet.engine.lending_view import oracle_prices, place_of
from lstwallet.ledger.entries import Account
from lstwallet.protocols.lending import Pair, Position, Reserve, find_emode, reserve_threshold
from lstwallet.protocols.lending.liquidation import KEY_SCALE
from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import BPS

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

NEARLY: Final = 0.9999
"""A position this near to liquidation is looked at exactly."""
PER_RAY: Final = 1e-27
NO_DEBT: Final = float("inf")


class Kept:
    """Big integers as floats, for as long as the very same records stand: most do for hours."""

    __slots__ = ("heads", "reserves")

    def __init__(self) -> None:
        self.reserves: dict[int, tuple[Reserve, float, float, float, float]] = {}
        """By place: rates of supply and debt a year, indices of both."""
        self.heads: dict[Pair, tuple[tuple[int, Account], float]] = {}
        """Who is first in the line of a pair, and the key as the part of the collateral that
        may be owed."""


class LendingModel:
    """Indices and values of one moment. Prices are in dollars, amounts in base units."""

    __slots__ = ("_debts", "_heads", "_incomes", "_owing", "_world", "_worth")

    def __init__(self, world: Readable, kept: Kept | None = None) -> None:
        """``kept``: from the model of an earlier moment, whatever world that was of."""
        reserves, heads = (kept.reserves, kept.heads) if kept is not None else ({}, {})
        lending, now = world.lending, world.time
        incomes: list[float] = []
        debts: list[float] = []
        owing: list[float] = []
        worth: list[float] = []
        prices, configs = oracle_prices(world), lending.parameters.configs
        for place, reserve in enumerate(lending.reserves):
            known = reserves.get(place)
            if known is None or known[0] is not reserve:
                known = reserves[place] = (
                    reserve,
                    reserve.liquidity_rate * PER_RAY,
                    reserve.borrow_rate * PER_RAY,
                    reserve.liquidity_index * PER_RAY,
                    reserve.borrow_index * PER_RAY,
                )
            _, supply_rate, debt_rate, supplied, owed = known
            years = (now - reserve.updated_at) / YEAR
            x = debt_rate * years
            income = supplied * (1 + supply_rate * years)
            debt = owed * (1 + x + x * x / 2 + x * x * x / 6)
            value = prices[place] / configs[place].unit
            incomes.append(income)
            debts.append(debt)
            worth.append(value * income)
            owing.append(value * debt)
        self._world, self._heads = world, heads
        self._incomes, self._debts, self._owing, self._worth = incomes, debts, owing, worth

    def anybody_near(self) -> bool:
        """Whether the queue has to be looked through exactly."""
        queue = queue_of(self._world)
        if queue.others:
            return True
        heads = self._heads
        for pair, line in queue.pairs.items():
            if line:
                first, known = line[0], heads.get(pair)
                if known is None or known[0] is not first:
                    known = heads[pair] = (first, -first[0] / KEY_SCALE * BPS)
                collateral, debt = pair
                if known[1] * self._owing[debt] > NEARLY * self._worth[collateral]:
                    return True
        return False

    def unhealthy(self) -> Iterator[Account]:
        """Whoever can be liquidated, as far as floats can tell; in no order."""
        queue = queue_of(self._world)
        for (collateral, debt), line in queue.pairs.items():
            for rank, account in line:
                if -rank / KEY_SCALE * BPS * self._owing[debt] <= self._worth[collateral]:
                    break
                yield account
        for account in queue.others:
            if self.health(self._world.positions[account]) < 1:
                yield account

    def health(self, position: Position) -> float:
        """Health factor of a position."""
        debt = 0.0  # not sum(): since Python 3.12 it rounds floats differently
        for scaled, owing in zip(position.borrowed, self._owing, strict=True):
            debt += scaled * owing
        if not debt:
            return NO_DEBT
        return self.backing(position) / debt

    def backing(self, position: Position) -> float:
        """Dollars of collateral, each weighted with its liquidation threshold."""
        parameters = self._world.lending.parameters
        mode = find_emode(parameters, position.emode)
        weighted = 0.0
        for place, scaled in enumerate(position.supplied):
            if scaled and position.collateral[place]:
                threshold = reserve_threshold(parameters, place, mode)
                weighted += scaled * self._worth[place] * threshold / BPS
        return weighted

    def price(self, token: str) -> float:
        """Dollars for one base unit of a token."""
        place = place_of(self._world.lending, token)
        return self._owing[place] / self._debts[place]

    def supplied(self, position: Position, token: str) -> float:
        """Base units of a token that a position's supply is worth."""
        place = place_of(self._world.lending, token)
        return position.supplied[place] * self._incomes[place]

    def owed(self, position: Position, token: str) -> float:
        """Base units of a token that a position owes."""
        place = place_of(self._world.lending, token)
        return position.borrowed[place] * self._debts[place]

    def reserve(self, token: str) -> tuple[float, float]:
        """Base units of a token that are supplied, and that are free."""
        place = place_of(self._world.lending, token)
        reserve = self._world.lending.reserves[place]
        return reserve.supply_scaled * self._incomes[place], float(reserve.liquidity)

    def utilisation(self, token: str) -> float:
        """The part of a reserve that is lent out."""
        place = place_of(self._world.lending, token)
        reserve = self._world.lending.reserves[place]
        debt = reserve.debt_scaled * self._debts[place]
        return debt / (debt + reserve.liquidity)
