"""How near a lending position is to liquidation, and which price would take it there.

Values are the market's own oracle prices (USD, 8 decimals); shares of one have 18 decimals
(WAD). A loan to value is rounded up, a distance to liquidation down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from lstwallet.engine.lending_oracle import (
    EXCHANGE,
    is_staked,
    moves_with_ether,
    oracle_of,
    staked_rate,
)
from lstwallet.engine.lending_view import account_of, oracle_prices, position_of
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lending as protocol
from lstwallet.protocols.lending import NO_DEBT
from lstwallet.units.fixed import BPS, WAD, mul_div_ceil, mul_div_floor

EARNS_STAKING: Final = "wstETH"
RISKY: Final = mul_div_floor(3, WAD, 2)
"""A health factor below this wants an "I accept the risk"."""
LIQUIDATABLE: Final = WAD


class Trigger(NamedTuple):
    """The price movement that would let others liquidate, all else as it is."""

    token: str
    """What falls (or rises)."""
    rises: bool
    change: int
    """By which share, WAD, rounded down."""
    price: int
    """At which price of ``token``."""
    quote: str
    """What the price is in: ``USD`` (8 decimals) or ``ETH`` (18)."""


class Risk(NamedTuple):
    """How near a position is to liquidation."""

    health: int | None
    """WAD; ``None`` without debt."""
    collateral: int
    """USD."""
    debt: int
    """USD."""
    ltv: int | None
    """Debt over collateral, WAD, rounded up; ``None`` without collateral."""
    most: int
    """The loan to value up to which one may borrow, basis points."""
    threshold: int
    """The loan to value above which one is liquidated, basis points."""
    available: int
    """USD that can still be borrowed."""
    debt_room: int | None
    """By which share the debt may grow before liquidation, WAD; ``None`` without debt."""
    trigger: Trigger | None


def risk_of(world: Readable, account: Account) -> Risk:
    """The account's risk now."""
    data = account_of(world, account)
    health = None if data.health_factor == NO_DEBT else data.health_factor
    ltv = mul_div_ceil(data.debt, WAD, data.collateral) if data.collateral else None
    room = None if health is None else max(0, health - LIQUIDATABLE)
    return Risk(
        health,
        data.collateral,
        data.debt,
        ltv,
        data.ltv,
        data.liquidation_threshold,
        data.available_borrows,
        room,
        None if health is None else _trigger(world, account, health),
    )


class _Sides(NamedTuple):
    """Both sides of a position, split into what moves with one price and what does not.

    Base currency times basis points: weighted collateral, and debt.
    """

    moving_backing: int
    still_backing: int
    moving_debt: int
    still_debt: int


def _sides(world: Readable, account: Account, moves: Callable[[str], bool]) -> _Sides:
    """Split by the reserves whose feeds move."""
    lending, held, prices = world.lending, position_of(world, account), oracle_prices(world)
    parameters, rules = lending.parameters, protocol.RULES[lending.parameters.rules]
    emode = protocol.find_emode(parameters, held.emode) if held.emode else None
    backing, debt = [0, 0], [0, 0]
    for place, config in enumerate(parameters.configs):
        reserve = lending.reserves[place]
        still = not moves(lending.feeds[place].source)
        if held.collateral[place]:
            index = protocol.normalized_income(reserve, world.time)
            value = rules.supply_value(held.supplied[place], index, prices[place], config.unit)
            backing[still] += value * protocol.reserve_threshold(parameters, place, emode)
        if held.borrowed[place]:
            index = protocol.normalized_debt(reserve, world.time, rules)
            value = rules.debt_value(held.borrowed[place], index, prices[place], config.unit)
            debt[still] += value * BPS
    return _Sides(*backing, *debt)


class _Turn(NamedTuple):
    """The factor ``top / bottom`` on the moving price at which health is one."""

    rises: bool
    top: int
    bottom: int


def _turn(sides: _Sides) -> _Turn | None:
    """Solve ``k × backing + still backing = k × debt + still debt`` for a healthy position.

    ``None`` where no price above zero does it.
    """
    top = sides.still_debt - sides.still_backing
    bottom = sides.moving_backing - sides.moving_debt
    if bottom > 0 and 0 < top <= bottom:
        return _Turn(False, top, bottom)
    if bottom < 0 and top <= bottom:
        return _Turn(True, -top, -bottom)
    return None


def _trigger(world: Readable, account: Account, health: int) -> Trigger | None:
    """What would let others liquidate: the price of ether, else the rate of wstETH.

    ``None`` when no price can do it (the same token on both sides), and when the position
    can be liquidated already. A price that must not be fallen to is rounded up.
    """
    if health < LIQUIDATABLE:
        return None
    turn = _turn(_sides(world, account, moves_with_ether))
    if turn is not None:
        place = _only_wsteth(world, account)
        if place is not None and not turn.rises:
            symbol = world.lending.parameters.configs[place].symbol
            return _moved(symbol, oracle_prices(world)[place], "USD", turn)
        return _moved("ETH", world.prices.eth, "USD", turn)
    turn = _turn(_sides(world, account, is_staked))
    if turn is None:
        return None
    return _moved(EARNS_STAKING, staked_rate(world, _oracle(world)), "ETH", turn)


def _oracle(world: Readable) -> str:
    """Which oracle prices staked ETH here."""
    sources = (feed.source for feed in world.lending.feeds if is_staked(feed.source))
    return oracle_of(next(sources, EXCHANGE))


def _only_wsteth(world: Readable, account: Account) -> int | None:
    """The place of wstETH if nothing else of the position moves with ether."""
    held, feeds = position_of(world, account), world.lending.feeds
    moving = {
        place
        for place, feed in enumerate(feeds)
        if moves_with_ether(feed.source)
        and ((held.collateral[place] and held.supplied[place]) or held.borrowed[place])
    }
    if len(moving) == 1:
        place = moving.pop()
        return place if is_staked(feeds[place].source) else None
    return None


def _moved(token: str, price: int, quote: str, turn: _Turn) -> Trigger:
    rises, top, bottom = turn
    change = mul_div_floor(top - bottom if rises else bottom - top, WAD, bottom)
    rounded = mul_div_floor if rises else mul_div_ceil
    return Trigger(token, rises, change, rounded(price, top, bottom), quote)
