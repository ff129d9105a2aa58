"""Lenders, loops and borrowers.

Loops borrow ETH against staked ETH while that pays: the borrow rate below the staking
yield less a hurdle. They build up below that utilisation and wind down above it, at the
catalogue's speed, each time in a real chain of steps (borrow, stake, wrap, supply; or
withdraw, unwrap, sell, repay). Borrowers against ETH add debt when they are safer
than they need to be, more so when rates are low, and repay when they are not, from the
purse or by selling collateral.
Lenders come when rates are high and go when they are low.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from lstwallet.engine import lending_view
from lstwallet.engine.kernel import Command
from lstwallet.engine.lending_facts import Borrow, Repay, Supply, WithdrawSupply
from lstwallet.engine.pools import STETH_ETH, USDC_ETH, Swap, pool_reserves
from lstwallet.engine.staking import Stake, Unwrap, Wrap
from lstwallet.market.accounts import accounts, loan_tokens
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.flows.liquidators import SOLD_AT_ONCE, Liquidators
from lstwallet.market.flows.sizes import pick, read_sizes, units
from lstwallet.market.lending_model import Kept, LendingModel
from lstwallet.market.random_streams import HOURS_A_DAY, Hours, Stream, Uniforms
from lstwallet.protocols.lending import Position, empty_position
from lstwallet.units.fixed import RAY

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

LENT: Final = ("ETH", "USDC")
SOLD_TO_REPAY: Final = ("ETH", "USDC")
"""Collateral that is sold on a market to repay that debt."""
LOOPS_PART: Final = 0.55
"""Part of the borrowers' actions that loops do."""
FROM_PURSE: Final = 0.4
"""Part of the repayments that come out of the purse when it can pay them."""
SAFE: Final = 1.012
"""Health below which nobody lets a chain of steps take them, even for a moment."""
LOOP_LIMIT: Final = 1.03
"""Health that the first step of a loop, the borrowing, may lead to for a moment."""
LEANING: Final = 5.0
"""How much the odds of supplying follow a reserve that is too small or too much lent."""
MOST_OF_WHAT_IS_LEFT: Final = 0.5
"""Nobody withdraws more of the free tokens than this at once."""
NOT_QUITE: Final = 1 - 1e-9
"""A whole balance by the model's floats, certain not to be more than there is."""
WORST_SALE: Final = 0.9
"""What collateral has to bring at least, of its value, to be sold for a repayment."""
FIRST_LOAN: Final = 0.3
"""Whoever owes nothing (any more) reckons with this part of the collateral as a debt."""
EASIER: Final = 1.15
"""How far above the health that they started with borrowers feel safe enough to add."""


def _aims(catalogue: Catalogue, symbol: str, decimals: int) -> tuple[float, float]:
    """What a reserve tends to: base units supplied, and the part of them lent out."""
    path = f"aave_v3.reserve.{symbol}"
    supplied = catalogue.real(f"{path}.supplied") * 10**decimals
    return float(supplied), catalogue.real(f"{path}.utilisation")


def _position(world: Readable, who: str) -> Position:
    return world.positions.get(who) or empty_position(len(world.lending.reserves))


class _Lender(NamedTuple):
    """Who supplies or withdraws."""

    account: str
    token: str
    share: float
    """Of the reserve."""
    mood: float
    """Evenly spread over 0 … 1: below the odds of supplying, it supplies."""


class _Borrower(NamedTuple):
    """Who borrows or repays."""

    loop: bool
    number: int
    """Among the loops, or among the others."""
    share: float
    """Of the debt."""
    mood: float
    """Evenly spread over 0 … 1: below the odds of adding debt, it adds."""
    from_purse: bool


class LendingFlows:
    """What happens in the lending market in an hour."""

    def __init__(self, seed: int, catalogue: Catalogue) -> None:
        self._drawn = Uniforms(seed, Stream.LENDING, 14)
        self._hours = Hours(lambda day: map(self._read, self._drawn.day(day)))
        self._lenders = accounts("lender", catalogue)
        self._loopers = accounts("looper", catalogue)
        self._borrowers = accounts("borrower", catalogue)
        self._lend = read_sizes(catalogue, "lend", "share")
        self._borrow = read_sizes(catalogue, "borrow", "share")
        self._hurdle = catalogue.real("flows.borrow.hurdle")
        self._lowest = catalogue.real("flows.borrow.lowest_health")
        self._usual = catalogue.real("crowd.health.loans_median")
        self._yield = catalogue.real("flows.borrow.staking_yield")
        self._reserves = {
            token: _aims(catalogue, symbol, decimals)
            for token, symbol, decimals in (("ETH", "WETH", 18), ("USDC", "USDC", 6))
        }
        self._liquidators = Liquidators(catalogue)
        self._pull = self._pull_of(catalogue)
        self._kept = Kept()
        self._model: LendingModel

    def _pull_of(self, catalogue: Catalogue) -> float:
        """How much the odds of building a loop follow the gap in utilisation, so that the
        gap closes at the catalogue's speed in the mean."""
        lent = catalogue.real("aave_v3.reserve.WETH.utilisation")
        usual = self._borrow.median * math.exp(self._borrow.spread**2 / 2)
        step = lent * usual / len(self._loopers)
        steps_a_day = HOURS_A_DAY * self._borrow.rate * LOOPS_PART
        return catalogue.real("flows.borrow.reversion") / (2 * steps_a_day * step)

    def liquidations(self, world: Readable) -> Iterable[Command]:
        """What liquidators do first of all in an hour."""
        self._model = LendingModel(world, self._kept)
        return self._liquidators.liquidations(world, self._model)

    def sales(self, world: Readable) -> Iterable[Command]:
        """What liquidators sell after that."""
        return self._liquidators.sales(world)

    def commands(self, world: Readable, hour: int) -> Iterable[Command]:
        """At most one lender and one borrower act in an hour, after ``liquidations``."""
        lender, borrower = self._hours.at(hour)
        if lender is None:
            return () if borrower is None else self._borrowed(world, borrower)
        if borrower is None:
            return self._lent(world, lender)
        return self._both(world, lender, borrower)

    def _both(self, world: Readable, lender: _Lender, borrower: _Borrower) -> Iterator[Command]:
        yield from self._lent(world, lender)
        yield from self._borrowed(world, borrower)

    def _borrowed(self, world: Readable, borrower: _Borrower) -> Sequence[Command]:
        return (self._loop if borrower.loop else self._loan)(world, borrower)

    def _read(self, drawn: list[float]) -> tuple[_Lender | None, _Borrower | None]:
        """What an hour's dice say."""
        lender = borrower = None
        if drawn[0] < self._lend.rate:
            who = self._lenders[pick(drawn[1], len(self._lenders))]
            token = LENT[pick(drawn[2], len(LENT))]
            lender = _Lender(who, token, self._lend.draw(drawn[3], drawn[4]), drawn[10])
        if drawn[5] < self._borrow.rate:
            loop = drawn[8] < LOOPS_PART
            number = pick(drawn[9], len(self._loopers if loop else self._borrowers))
            share = self._borrow.draw(drawn[6], drawn[7])
            borrower = _Borrower(loop, number, share, drawn[11], drawn[12] < FROM_PURSE)
        return lender, borrower

    # --- lenders -------------------------------------------------------------------------

    def _lent(self, world: Readable, lender: _Lender) -> Sequence[Command]:
        """Supply or withdraw, leaning to the catalogue's size of the reserve and to supply
        where much of it is lent out, for that pays."""
        who, token, share, mood = lender
        supplied, free = self._model.reserve(token)
        aim, usual = self._reserves[token]
        lean = (1 - supplied / aim) + (self._model.utilisation(token) - usual)
        size = share * supplied
        if mood < 0.5 + LEANING * lean:
            amount = int(min(size, world.balance(who, token)))
            return (Supply(who, token, amount),) if amount > 0 else ()
        lent = self._model.supplied(_position(world, who), token) * NOT_QUITE
        amount = int(min(size, lent, free * MOST_OF_WHAT_IS_LEFT))
        return (WithdrawSupply(who, token, amount),) if amount > 0 else ()

    # --- loops ---------------------------------------------------------------------------

    def _equilibrium_gap(self, world: Readable) -> float:
        """How much more of the ETH reserve could be lent until loops no longer pay."""
        place = lending_view.place_of(world.lending, "ETH")
        curve = world.lending.parameters.configs[place].curve
        worth = self._yield - self._hurdle - curve.base / RAY
        aim = worth / (curve.slope1 / RAY) * curve.optimal / RAY
        aim = min(max(aim, 0.0), curve.optimal / RAY)
        return aim - self._model.utilisation("ETH")

    def _loop(self, world: Readable, borrower: _Borrower) -> Sequence[Command]:
        who = self._loopers[borrower.number]
        position = _position(world, who)
        health, debt = self._model.health(position), self._model.owed(position, "ETH")
        if debt == 0:
            return ()
        size = int(debt * borrower.share)
        build = borrower.mood < 0.5 + self._pull * self._equilibrium_gap(world)
        if build and health > self._lowest:
            size = min(size, int(debt * (health / LOOP_LIMIT - 1)))
            return (
                Borrow(who, "ETH", size),
                Stake(who, size),
                Wrap(who, "all"),
                Supply(who, "wstETH", "all"),
            )
        if borrower.from_purse and world.balance(who, "ETH") >= size:
            return (Repay(who, "ETH", size, False),)
        held = self._model.supplied(position, "wstETH")
        return self._unwind(world, who, size, held * max(1 - SAFE / health, 0))

    def _unwind(self, world: Readable, who: str, size: int, most: float) -> Sequence[Command]:
        """Sell staked ETH out of the loop (at most ``most``) and repay with what it gives."""
        rate = self._steth_per_wsteth(world)
        most = min(most, SOLD_AT_ONCE * pool_reserves(world, STETH_ETH)[1] / rate)
        sold = int(min(size / rate, most))
        repaid = int(sold * rate * WORST_SALE)
        if repaid <= 0:
            return ()
        return (
            WithdrawSupply(who, "wstETH", sold),
            Unwrap(who, sold),
            Swap(who, STETH_ETH, "stETH", "all", repaid, "ETH"),
            Repay(who, "ETH", repaid, False),
        )

    @staticmethod
    def _steth_per_wsteth(world: Readable) -> float:
        pool = world.staking.pool
        return float(pool.ether / pool.shares)

    # --- borrowers -----------------------------------------------------------------------

    def _loan(self, world: Readable, borrower: _Borrower) -> Sequence[Command]:
        who = self._borrowers[borrower.number]
        collateral, token = loan_tokens(borrower.number)
        position, model = _position(world, who), self._model
        health, debt = model.health(position), model.owed(position, token)
        usual = self._reserves[token][1] if token in self._reserves else 0.0
        adds = borrower.mood < 0.5 + usual - model.utilisation(token)
        if adds and health * EASIER > self._usual:
            least = FIRST_LOAN * model.backing(position) / model.price(token)
            size = int(borrower.share * max(debt, least))
            return (Borrow(who, token, size),) if size > 0 else ()
        size = int(debt * borrower.share)
        if size == 0:
            return ()
        purse = world.balance(who, token)
        if purse >= size or collateral == "USDC":
            return (Repay(who, token, min(purse, size), False),) if purse > 0 else ()
        if (collateral, token) == SOLD_TO_REPAY:
            return self._sell_collateral(world, who, size)
        return ()

    @staticmethod
    def _sell_collateral(world: Readable, who: str, size: int) -> Sequence[Command]:
        """ETH out of the collateral, sold for USDC, repaid."""
        price = world.prices.eth / world.prices.usdc
        reserves = pool_reserves(world, USDC_ETH)
        dollars = min(size / 10**6, SOLD_AT_ONCE * reserves[0] / 10**6)
        sold = units(dollars / price, 18)
        repaid = units(dollars * WORST_SALE, 6)
        if repaid <= 0:
            return ()
        return (
            WithdrawSupply(who, "ETH", sold),
            Swap(who, USDC_ETH, "ETH", sold, repaid, "USDC"),
            Repay(who, "USDC", repaid, False),
        )
