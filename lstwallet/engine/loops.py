"""Loops: leverage and deleverage as batches of ordinary calls, planned on a draft.

A loop lends collateral, borrows against it, exchanges the loan for more collateral and
lends that too, as often as needed. Its multiple is what is lent over what of it is one's
own:

    multiple = collateral / (collateral − debt), both at the market's oracle prices

With ``C`` of collateral, ``D`` of debt, ``E = C − D`` and exchanges that bring the part
``g`` of what goes in, borrowing ``x`` more leads to the multiple ``L`` when

    C + g·x = L·(E − (1 − g)·x)      x = (L·E − C) / (g + L·(1 − g))

and selling ``v`` of the collateral to repay leads to it when

    C − v = L·(E − (1 − g)·v)        v = (C − L·E) / (1 − L·(1 − g))

``g`` is what the draft gives, so every step is tried before it is planned and the last one
is trimmed. A plan is a tuple of calls for one ``Batch``: all of them happen or none. What is
planned is exact on the world it was planned on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from lstwallet.engine import kernel
from lstwallet.engine.lending_facts import (
    Borrow,
    ChooseEMode,
    Repay,
    Supply,
    SupplyWithdrawn,
    SwitchCollateral,
    WithdrawSupply,
)
from lstwallet.engine.lending_view import (
    market_of,
    oracle_prices,
    owed_units,
    place_of,
    position_of,
    reserve_token,
    supplied_units,
)
from lstwallet.engine.loops_exchange import MINT, SWAP, WORST, TooCostly, Work, exchange
from lstwallet.engine.refusals import CapReached, MultipleOutOfReach, Refusal
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lending as protocol
from lstwallet.units.amount import ALL, Wanted
from lstwallet.units.fixed import BPS, WAD, mul_div_ceil, mul_div_floor

MOST_ROUNDS: Final = 40
"""Nobody signs a longer batch: some 160 calls."""
SMALLEST_ROUND: Final = 1_000
"""A round below this part of what is one's own ends the climb."""
HALVINGS: Final = 12
"""How often a round that costs too much is tried with half of it."""
TRIALS: Final = 8
"""Tries for the amount of the last round; two or three do as a rule."""

BY_LTV: Final = "ltv"
BY_LIQUIDITY: Final = "liquidity"
BY_BORROW_CAP: Final = "borrow_cap"
BY_SUPPLY_CAP: Final = "supply_cap"
BY_SLIPPAGE: Final = "slippage"
BY_ROUNDS: Final = "rounds"


class Loop(NamedTuple):
    """Whose loop, of what, by which way."""

    account: Account
    collateral: str
    """As the wallet holds it: ``ETH`` for WETH."""
    debt: str
    route: str = SWAP
    """How a loan becomes collateral: ``swap``, or ``mint`` (stake and wrap; wstETH only)."""
    worst: int = WORST
    """Basis points that an exchange may lose at most, against the oracle's prices."""


class Own(NamedTuple):
    """What is brought from the wallet."""

    token: str
    amount: Wanted
    """0 for nothing."""


class Plan(NamedTuple):
    """Calls for one batch, and the multiple that they lead to."""

    calls: tuple[kernel.Command, ...]
    multiple: int | None
    """WAD; ``None`` when nothing of the loop is left."""
    rounds: int


class Rung(NamedTuple):
    """Where a climb stands after a round."""

    world: Readable
    multiple: int


# --- what a loop is worth ------------------------------------------------------------------


class _Sides(NamedTuple):
    """Collateral and debt at oracle prices, USD with 26 decimals."""

    collateral: int
    debt: int

    @property
    def own(self) -> int:
        return self.collateral - self.debt


def _worth(world: Readable, token: str, units: int) -> int:
    place = place_of(world.lending, token)
    unit = world.lending.parameters.configs[place].unit
    return mul_div_floor(units * WAD, oracle_prices(world)[place], unit)


def _units(world: Readable, token: str, worth: int) -> int:
    """Base units of a token for so much, rounded down."""
    place = place_of(world.lending, token)
    unit = world.lending.parameters.configs[place].unit
    return mul_div_floor(worth, unit, oracle_prices(world)[place] * WAD)


def _sides(world: Readable, loop: Loop) -> _Sides:
    account, collateral, debt = loop[:3]
    return _Sides(
        _worth(world, collateral, supplied_units(world, account, collateral)),
        _worth(world, debt, owed_units(world, account, debt)),
    )


def multiple_of(world: Readable, account: Account, collateral: str, debt: str) -> int | None:
    """Collateral over what of it is one's own, WAD, rounded down; ``None`` without any."""
    sides = _sides(world, Loop(account, collateral, debt))
    return mul_div_floor(sides.collateral, WAD, sides.own) if sides.own > 0 else None


def mode_for(world: Readable, collateral: str, debt: str) -> int:
    """The e-mode in which the debt may be owed against the collateral, or 0."""
    lent, owed = place_of(world.lending, collateral), place_of(world.lending, debt)
    for mode in world.lending.parameters.emodes:
        if lent in mode.collateral and owed in mode.borrowable and lent not in mode.ltv_zero:
            return mode.number
    return 0


# --- up ------------------------------------------------------------------------------------


def leverage(world: Readable, loop: Loop, own: Own, multiple: int) -> Plan:
    """Calls that bring ``own`` in and climb to ``multiple`` (WAD) of the whole loop.

    The multiple is met from below, by what one base unit of the debt makes of it. Raises
    ``MultipleOutOfReach`` with the highest that can be had and what binds, or what the
    market refuses of the first steps.
    """
    work = _enter(world, loop, own)
    rounds = sum(1 for _ in _climb(work, loop, multiple))
    reached = _multiple(work.draft, loop)
    if work.limit:
        raise MultipleOutOfReach(multiple, reached, work.limit)
    return Plan(tuple(work.calls), reached, rounds)


def climb(world: Readable, loop: Loop, own: Own) -> Iterator[Rung]:
    """All the way up: the world as it would be after each round. Read each before the next.

    Raises ``MultipleOutOfReach`` at the end: it says what ended the climb.
    """
    work = _enter(world, loop, own)
    yield Rung(work.draft, _multiple(work.draft, loop))
    for _ in _climb(work, loop, None):
        yield Rung(work.draft, _multiple(work.draft, loop))
    raise MultipleOutOfReach(0, _multiple(work.draft, loop), work.limit)


def _multiple(world: Readable, loop: Loop) -> int:
    return multiple_of(world, *loop[:3]) or WAD


def _enter(world: Readable, loop: Loop, own: Own) -> Work:
    """The e-mode, what is brought, and its switch as collateral.

    Refuses to bring so much that its exchange loses more than it may: no multiple mends that.
    """
    work = Work(world)
    account, collateral, _, route, worst = loop
    _fit_mode(work, loop)
    if own.amount:
        try:
            got = exchange(work, account, own.token, own.amount, collateral, route, worst)
        except TooCostly as costly:
            if costly.why is None:
                raise
            raise costly.why from None
        work.do(Supply(account, collateral, got))
    place = place_of(work.draft.lending, collateral)
    held = position_of(work.draft, account)
    if held.supplied[place] and not held.collateral[place]:
        work.do(SwitchCollateral(account, reserve_token(collateral), True))
    return work


def _fit_mode(work: Work, loop: Loop) -> None:
    """Enter the pair's e-mode, or leave one that does not lend the debt."""
    draft, account = work.draft, loop.account
    now, wanted = position_of(draft, account).emode, mode_for(draft, loop.collateral, loop.debt)
    mode = protocol.find_emode(draft.lending.parameters, now) if now else None
    lends = mode is None or place_of(draft.lending, loop.debt) in mode.borrowable
    if wanted == now or (not wanted and lends):
        return
    try:
        work.do(ChooseEMode(account, wanted))
    except Refusal:  # another debt or collateral stands in the way
        if not lends:
            raise


def _climb(work: Work, loop: Loop, goal: int | None) -> Iterator[None]:
    """Round after round up to the goal; ``work.limit`` says what ended it before that."""
    for _ in range(MOST_ROUNDS):
        ahead = _ahead(work.draft, loop, goal)
        if not ahead:
            return
        before = len(work.calls)
        going_on = _round_up(work, loop, goal, ahead)
        if len(work.calls) > before:
            yield
        if not going_on:
            return
    if _ahead(work.draft, loop, goal):
        work.limit = BY_ROUNDS


def _ahead(world: Readable, loop: Loop, goal: int | None, gain: int = WAD) -> int | None:
    """Base units of debt that lead to the goal if exchanges bring the part ``gain``; ``None``
    without a goal counts as more than can be borrowed."""
    sides = _sides(world, loop)
    if goal is None:
        return _units(world, loop.debt, sides.collateral)
    lacking = mul_div_floor(goal, sides.own, WAD) - sides.collateral
    if lacking <= 0:
        return 0
    steep = gain + mul_div_floor(goal, WAD - gain, WAD)
    return _units(world, loop.debt, mul_div_floor(lacking, WAD, steep)) if steep > 0 else None


def _round_up(work: Work, loop: Loop, goal: int | None, ahead: int) -> bool:
    """Borrow, exchange, supply: as much as is allowed or wanted. ``False`` when it is over:
    the goal is met, or ``work.limit`` says why not."""
    most, limit = _most(work.draft, loop)
    amount, last = min(most, ahead), most >= ahead
    own = _sides(work.draft, loop).own
    if not last and _worth(work.draft, loop.debt, amount) * SMALLEST_ROUND < own:
        work.limit = limit
        return False
    for _ in range(HALVINGS):
        try:
            trial = _tried(work, loop, amount)
        except TooCostly:
            amount, last, limit = amount >> 1, False, BY_SLIPPAGE
            if _worth(work.draft, loop.debt, amount) * SMALLEST_ROUND < own:
                break
            continue
        except CapReached as full:
            amount, last, limit = _fitting(work.draft, loop, full.room), False, BY_SUPPLY_CAP
            if not amount:
                break
            continue
        if goal is not None and (last or _multiple(trial.draft, loop) > goal):
            trial, last = _trimmed(work, loop, goal, trial, amount, most), True
        work.take(trial)
        return not last
    work.limit = limit
    return False


def _fitting(world: Readable, loop: Loop, room: int) -> int:
    """Debt that buys a little less collateral than fits under the cap."""
    worth = mul_div_floor(_worth(world, loop.collateral, room), BPS - loop.worst, BPS)
    units = _units(world, loop.debt, worth)
    big = _worth(world, loop.debt, units) * SMALLEST_ROUND >= _sides(world, loop).own
    return units if big else 0


def _tried(work: Work, loop: Loop, amount: int) -> Work:
    """One round on a copy."""
    account, collateral, debt, route, worst = loop
    trial = work.copy()
    trial.do(Borrow(account, debt, amount))
    got = exchange(trial, account, debt, amount, collateral, route, worst)
    trial.do(Supply(account, collateral, got))
    return trial


def _trimmed(work: Work, loop: Loop, goal: int, trial: Work, amount: int, most: int) -> Work:
    """The last round with the amount that meets the goal from below."""
    before, best, nearest = _sides(work.draft, loop), None, -1
    for _ in range(TRIALS):
        reached = _multiple(trial.draft, loop)
        if nearest < reached <= goal:
            best, nearest = trial, reached
        paid = _worth(work.draft, loop.debt, amount)
        got = _sides(trial.draft, loop).collateral - before.collateral
        wanted = _ahead(work.draft, loop, goal, mul_div_floor(got, WAD, paid)) or 0
        if reached > goal and wanted >= amount:
            wanted = amount - 1
        wanted = min(wanted, most)
        if wanted <= 0 or wanted == amount:
            break
        amount = wanted
        trial = _tried(work, loop, amount)
    return best if best is not None else trial


def _most(world: Readable, loop: Loop) -> tuple[int, str]:
    """Base units of the debt that can be borrowed now, and what binds."""
    place, now = place_of(world.lending, loop.debt), world.time
    market, held = market_of(world), position_of(world, loop.account)
    most = protocol.borrowable(market, place, held, now)
    if most >= market.reserves[place].liquidity:
        return most, BY_LIQUIDITY
    room = protocol.borrow_room(market, place, now)
    if room is not None and most >= room:
        return most, BY_BORROW_CAP
    return most, BY_LTV


# --- down ----------------------------------------------------------------------------------


def deleverage(world: Readable, loop: Loop, multiple: int) -> Plan:
    """Calls that bring the loop down to ``multiple`` (WAD) with nothing from the wallet.

    One (``WAD``) repays every unit of the debt; what is lent stays. Raises
    ``MultipleOutOfReach`` with the lowest that can be had, or what the market refuses.
    """
    work = Work(world)
    rounds = _descend(work, loop, multiple)
    return Plan(tuple(work.calls), multiple_of(work.draft, *loop[:3]), rounds)


def close(world: Readable, loop: Loop, into: str) -> Plan:
    """Calls that repay all of the debt and bring everything home, as collateral or as ``into``
    the debt's token. Raises as ``deleverage`` does."""
    work = Work(world)
    rounds = _descend(work, loop, WAD)
    account, collateral, debt, _, worst = loop
    kept = work.draft.balance(account, collateral)
    if supplied_units(work.draft, account, collateral):
        (event,) = work.do(WithdrawSupply(account, collateral, ALL))
        if into == debt and into != collateral:
            amount: Wanted = event.amount if kept else ALL
            try:
                exchange(work, account, collateral, amount, debt, SWAP, worst)
            except TooCostly:
                raise MultipleOutOfReach(WAD, WAD, BY_SLIPPAGE) from None
    held = position_of(work.draft, account)
    if held.emode and not any(held.supplied) and not any(held.borrowed):
        work.do(ChooseEMode(account, 0))
    return Plan(tuple(work.calls), None, rounds)


def _descend(work: Work, loop: Loop, goal: int) -> int:
    """Withdraw, exchange, repay until the goal is met; how many rounds it took."""
    for done in range(MOST_ROUNDS):
        behind = _behind(work.draft, loop, goal)
        if not behind:
            return done
        if _round_down(work, loop, goal, behind):
            return done + 1
    if _behind(work.draft, loop, goal):
        raise MultipleOutOfReach(goal, _multiple(work.draft, loop), BY_ROUNDS)
    return MOST_ROUNDS


def _behind(world: Readable, loop: Loop, goal: int, gain: int = WAD) -> int:
    """Base units of collateral to sell if exchanges bring the part ``gain``, rounded up; 0 when
    the goal is met. Raises ``TooCostly`` when selling leads away from it."""
    sides = _sides(world, loop)
    if goal <= WAD:
        if not owed_units(world, loop.account, loop.debt):
            return 0
        excess, steep = sides.debt, gain
    else:
        excess = sides.collateral - mul_div_floor(goal, sides.own, WAD)
        steep = WAD - mul_div_floor(goal, WAD - gain, WAD)
    if excess <= 0:
        return 0
    if steep <= 0:
        raise TooCostly
    units = _units(world, loop.collateral, mul_div_ceil(excess, WAD, steep))
    # Rounding up: a unit less would not do. Less than a unit is nothing to do.
    return units + 1 if goal <= WAD else units


def _round_down(work: Work, loop: Loop, goal: int, behind: int) -> bool:
    """Withdraw, exchange, repay: as much as health allows, or the last of it (``True``)."""
    place = place_of(work.draft.lending, loop.collateral)
    market, held = market_of(work.draft), position_of(work.draft, loop.account)
    most = protocol.withdrawable(market, place, held, work.draft.time)
    amount = min(most, behind)
    reached = _multiple(work.draft, loop)
    small = _worth(work.draft, loop.collateral, amount) * SMALLEST_ROUND
    if amount < behind and small < _sides(work.draft, loop).own:
        short = market.reserves[place].liquidity <= most
        raise MultipleOutOfReach(goal, reached, BY_LIQUIDITY if short else BY_LTV)
    try:
        trial, got = _sold(work, loop, amount)
        owed = owed_units(work.draft, loop.account, loop.debt)
        last = amount == behind
        if goal <= WAD:
            settled = _settled(work, loop, amount, got, owed, most) if last or got >= owed else None
            trial, last = settled or trial, settled is not None
        elif last or _multiple(trial.draft, loop) < goal:
            trial, last = _lowered(work, loop, goal, trial, amount, got, most)
    except TooCostly:
        raise MultipleOutOfReach(goal, reached, BY_SLIPPAGE) from None
    work.take(trial)
    return last


def _sold(work: Work, loop: Loop, amount: int) -> tuple[Work, int]:
    """One round down on a copy, and what the exchange brought of the debt's token."""
    account, collateral, debt, _, worst = loop
    trial = work.copy()
    (event,) = trial.do(WithdrawSupply(account, collateral, amount))
    assert isinstance(event, SupplyWithdrawn)
    got = int(exchange(trial, account, collateral, event.amount, debt, SWAP, worst))
    owed = owed_units(trial.draft, account, debt)
    trial.do(Repay(account, debt, ALL if got >= owed else got, False))
    return trial, got


def _settled(
    work: Work, loop: Loop, amount: int, got: int, owed: int, most: int
) -> Work | None:
    """The last sale: as little as brings all that is owed. ``None`` if more would be needed
    than may be withdrawn now."""
    best: Work | None = None
    for _ in range(TRIALS):
        wanted = mul_div_ceil(amount, owed, got)
        if got >= owed and wanted >= amount:
            break
        amount = wanted if got >= owed or wanted > amount else amount + 1
        if amount > most:
            return best
        trial, got = _sold(work, loop, amount)
        if got >= owed:
            best = trial
    if best is None and got >= owed:
        best, _ = _sold(work, loop, amount)
    return best


def _lowered(
    work: Work, loop: Loop, goal: int, trial: Work, amount: int, got: int, most: int
) -> tuple[Work, bool]:
    """The last sale of a descent that leaves a debt: as near to the goal as can be.

    ``False`` with it: what health allows now does not quite lead there, another round must.
    """
    best, distance = trial, abs(_multiple(trial.draft, loop) - goal)
    for _ in range(TRIALS):
        sold = _worth(work.draft, loop.collateral, amount)
        gain = mul_div_floor(_worth(work.draft, loop.debt, got), WAD, sold)
        wanted = _behind(work.draft, loop, goal, gain)
        if wanted > most:
            return (trial if amount == most else _sold(work, loop, most)[0]), False
        if not wanted or wanted == amount:
            break
        amount = wanted
        trial, got = _sold(work, loop, amount)
        off = abs(_multiple(trial.draft, loop) - goal)
        if off < distance:
            best, distance = trial, off
    return best, True


__all__ = [
    "BY_BORROW_CAP", "BY_LIQUIDITY", "BY_LTV", "BY_ROUNDS", "BY_SLIPPAGE", "BY_SUPPLY_CAP",
    "MINT", "MOST_ROUNDS", "SWAP", "WORST", "Loop", "Own", "Plan", "Rung", "climb", "close",
    "deleverage", "leverage", "mode_for", "multiple_of",
]  # fmt: skip
