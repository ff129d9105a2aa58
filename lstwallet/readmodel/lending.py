"""The lending room as rows: markets, a position, its risk, and how far it may go.

Values are the market's own oracle prices (USD, 8 decimals), so that they agree with the
health factor; shares of one and rates a year have 18 decimals (WAD). What is owned is
rounded down, what is owed up, and a distance to liquidation down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from lstwallet.engine.lending_facts import PositionLiquidated
from lstwallet.engine.lending_view import (
    account_of,
    market_of,
    oracle_prices,
    owed_units,
    place_of,
    position_of,
    reserve_token,
    supplied_units,
)
from lstwallet.engine.staking import yearly_rate
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lending as protocol
from lstwallet.protocols import lido
from lstwallet.protocols.lending import NO_DEBT, RateCurve
from lstwallet.protocols.lending.limits import MARGIN
from lstwallet.units.amount import ALL, Wanted
from lstwallet.units.checked import Revert
from lstwallet.units.clock import YEAR, SimTime
from lstwallet.units.fixed import (
    BPS,
    RAY,
    WAD,
    div_floor,
    mul_div_ceil,
    mul_div_floor,
)
from lstwallet.units.interest import grow_taylor

SUPPLY: Final = "supply"
WITHDRAW: Final = "withdraw"
BORROW: Final = "borrow"
REPAY: Final = "repay"
ACTIONS: Final = (SUPPLY, WITHDRAW, BORROW, REPAY)
TOKENS: Final = ("ETH", "WETH", "wstETH", "USDC")
"""What may be brought to the market or taken from it; ETH is WETH at the door."""
EARNS_STAKING: Final = "wstETH"
NEAR_CAP: Final = mul_div_floor(98, WAD, 100)
"""From this share of a cap on, people are warned."""
RISKY: Final = mul_div_floor(3, WAD, 2)
"""A health factor below this wants an "I accept the risk"."""
LIQUIDATABLE: Final = WAD
_RAY_TO_WAD: Final = div_floor(RAY, WAD)


# --- rates ---------------------------------------------------------------------------------


def apy(rate: int) -> int:
    """A rate (a ray a year) as what it comes to in a year with interest on interest, WAD.

    ``e**rate - 1`` by the third-order polynomial that the market compounds debt with.
    """
    return div_floor(grow_taylor(RAY, rate, YEAR) - RAY, _RAY_TO_WAD)


class CurvePoint(NamedTuple):
    """Borrow APY (WAD) at a utilisation (WAD)."""

    utilisation: int
    apy: int


class Curve(NamedTuple):
    """A reserve's rate curve with the present point."""

    token: str
    points: tuple[CurvePoint, ...]
    kink: int
    """Utilisation (WAD) above which the rate rises steeply."""
    now: CurvePoint


def curve_of(world: Readable, token: str, steps: int = 100) -> Curve:
    """The rate curve of a reserve, sampled evenly and at its kink."""
    lending = world.lending
    place = place_of(lending, token)
    curve: RateCurve = lending.parameters.configs[place].curve
    kink = div_floor(curve.optimal, _RAY_TO_WAD)
    marks = sorted({kink, *(mul_div_floor(WAD, step, steps) for step in range(steps + 1))})
    points = tuple(
        CurvePoint(mark, apy(protocol.borrow_rate(curve, mark * _RAY_TO_WAD))) for mark in marks
    )
    now = CurvePoint(_utilisation(world, place), apy(lending.reserves[place].borrow_rate))
    return Curve(lending.parameters.configs[place].symbol, points, kink, now)


def _utilisation(world: Readable, place: int) -> int:
    lending = world.lending
    reserve, rules = lending.reserves[place], protocol.RULES[lending.parameters.rules]
    debt = protocol.debt_balance(reserve, reserve.debt_scaled, world.time, rules)
    return div_floor(protocol.usage_ratio(debt, reserve.liquidity), _RAY_TO_WAD)


# --- markets -------------------------------------------------------------------------------


class MarketRow(NamedTuple):
    """One reserve, with the terms that hold for the account that looks at it."""

    token: str
    supply_apy: int
    borrow_apy: int
    utilisation: int
    ltv: int
    """Most that may be borrowed against it, basis points of its value."""
    threshold: int
    """Debt above this share of its value is liquidated, basis points."""
    oracle: str
    """Where its price comes from: ``eth``, ``usdc``, ``wsteth`` or ``fixed``."""
    price: int
    free: int
    """Base units that can be borrowed or withdrawn now."""
    borrowable: bool
    """Whether the account's e-mode lets it borrow this."""


def markets(world: Readable, account: Account) -> tuple[MarketRow, ...]:
    """Every reserve in the market's order."""
    lending = world.lending
    parameters = lending.parameters
    number = position_of(world, account).emode
    emode = protocol.find_emode(parameters, number) if number else None
    prices = oracle_prices(world)
    rows = []
    for place, config in enumerate(parameters.configs):
        reserve = lending.reserves[place]
        inside = place in emode.borrowable if emode else config.borrowing_enabled
        rows.append(
            MarketRow(
                config.symbol,
                apy(reserve.liquidity_rate),
                apy(reserve.borrow_rate),
                _utilisation(world, place),
                protocol.reserve_ltv(parameters, place, emode),
                protocol.reserve_threshold(parameters, place, emode),
                lending.feeds[place].source,
                prices[place],
                reserve.liquidity,
                inside,
            )
        )
    return tuple(rows)


def worth(world: Readable, token: str, units: int) -> int:
    """USD (8 decimals) of base units at the market's own price, rounded down."""
    place = place_of(world.lending, token)
    unit = world.lending.parameters.configs[place].unit
    return mul_div_floor(units, oracle_prices(world)[place], unit)


def cap_used(world: Readable, token: str, kind: str) -> int | None:
    """The share (WAD) of a reserve's supply or borrow cap that is used; ``None`` without one."""
    place = place_of(world.lending, token)
    market = market_of(world)
    config = market.parameters.configs[place]
    if kind == SUPPLY:
        cap, room = config.supply_cap, protocol.supply_room(market, place, world.time)
    else:
        cap, room = config.borrow_cap, protocol.borrow_room(market, place, world.time)
    if room is None:
        return None
    whole = cap * config.unit
    return mul_div_floor(whole - room, WAD, whole)


def cap_room(world: Readable, token: str, kind: str) -> int | None:
    """Base units that still fit under a cap; ``None`` without one."""
    place, market = place_of(world.lending, token), market_of(world)
    room = protocol.supply_room if kind == SUPPLY else protocol.borrow_room
    return room(market, place, world.time)


# --- risk ----------------------------------------------------------------------------------


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


def _sides(world: Readable, account: Account, sources: tuple[str, ...]) -> _Sides:
    """Split by the reserves whose feeds are among ``sources``."""
    lending, held, prices = world.lending, position_of(world, account), oracle_prices(world)
    parameters, rules = lending.parameters, protocol.RULES[lending.parameters.rules]
    emode = protocol.find_emode(parameters, held.emode) if held.emode else None
    backing, debt = [0, 0], [0, 0]
    for place, config in enumerate(parameters.configs):
        reserve = lending.reserves[place]
        still = lending.feeds[place].source not in sources
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
    turn = _turn(_sides(world, account, ("eth", "wsteth")))
    if turn is not None:
        place = _only_wsteth(world, account)
        if place is not None and not turn.rises:
            symbol = world.lending.parameters.configs[place].symbol
            return _moved(symbol, oracle_prices(world)[place], "USD", turn)
        return _moved("ETH", world.prices.eth, "USD", turn)
    turn = _turn(_sides(world, account, ("wsteth",)))
    if turn is None:
        return None
    return _moved(EARNS_STAKING, lido.steth_per_wsteth(world.staking.pool), "ETH", turn)


def _only_wsteth(world: Readable, account: Account) -> int | None:
    """The place of wstETH if nothing else of the position moves with ether."""
    held, feeds = position_of(world, account), world.lending.feeds
    moving = {
        place
        for place, feed in enumerate(feeds)
        if feed.source in ("eth", "wsteth")
        and ((held.collateral[place] and held.supplied[place]) or held.borrowed[place])
    }
    if len(moving) == 1:
        place = moving.pop()
        return place if feeds[place].source == "wsteth" else None
    return None


def _moved(token: str, price: int, quote: str, turn: _Turn) -> Trigger:
    rises, top, bottom = turn
    change = mul_div_floor(top - bottom if rises else bottom - top, WAD, bottom)
    rounded = mul_div_floor if rises else mul_div_ceil
    return Trigger(token, rises, change, rounded(price, top, bottom), quote)


# --- a position ----------------------------------------------------------------------------


class SupplyRow(NamedTuple):
    """What is supplied of one token."""

    token: str
    units: int
    usd: int
    collateral: bool
    ltv: int
    """Basis points."""
    apy: int
    staking: int
    """What the token itself earns a year, WAD (wstETH); expected, not promised."""


class DebtRow(NamedTuple):
    """What is owed of one token."""

    token: str
    units: int
    usd: int
    apy: int
    utilisation: int
    staking: int = 0
    """What the token itself earns a year, WAD (wstETH): the debt grows by it too."""


class Net(NamedTuple):
    """What a position earns a year at the rates of now, USD; ``rate`` of its equity, WAD."""

    equity: int
    supplied: int
    staking: int
    cost: int
    rate: int | None
    """``None`` without equity."""


class EModeRow(NamedTuple):
    """An efficiency mode; percentages are basis points."""

    number: int
    collateral: tuple[str, ...]
    borrowable: tuple[str, ...]
    ltv: int
    threshold: int


class Position(NamedTuple):
    """All that the room shows of an account."""

    supplied: tuple[SupplyRow, ...]
    borrowed: tuple[DebtRow, ...]
    risk: Risk
    net: Net
    staking: int
    """What staking is expected to earn a year now, WAD."""
    emode: int
    """0 without one."""


def staking_rate(world: Readable) -> int:
    """What stETH is expected to earn a year, after the fee, WAD; 0 before anything is staked."""
    return yearly_rate(world) if world.staking.pool.ether else 0


def position(world: Readable, account: Account) -> Position:
    """What an account has supplied and borrowed, how risky it is and what it earns."""
    held = position_of(world, account)
    lending, prices = world.lending, oracle_prices(world)
    parameters = lending.parameters
    emode = protocol.find_emode(parameters, held.emode) if held.emode else None
    staking = staking_rate(world)
    supplied, borrowed = [], []
    for place, config in enumerate(parameters.configs):
        reserve = lending.reserves[place]
        if held.supplied[place]:
            units = supplied_units(world, account, config.symbol)
            supplied.append(
                SupplyRow(
                    config.symbol,
                    units,
                    mul_div_floor(units, prices[place], config.unit),
                    held.collateral[place],
                    protocol.reserve_ltv(parameters, place, emode),
                    apy(reserve.liquidity_rate),
                    staking if config.symbol == EARNS_STAKING else 0,
                )
            )
        if held.borrowed[place]:
            units = owed_units(world, account, config.symbol)
            borrowed.append(
                DebtRow(
                    config.symbol,
                    units,
                    mul_div_ceil(units, prices[place], config.unit),
                    apy(reserve.borrow_rate),
                    _utilisation(world, place),
                    staking if config.symbol == EARNS_STAKING else 0,
                )
            )
    rows = tuple(supplied), tuple(borrowed)
    return Position(*rows, risk_of(world, account), net_of(*rows), staking, held.emode)


def net_of(supplied: Sequence[SupplyRow], borrowed: Sequence[DebtRow]) -> Net:
    """Income less cost over equity: interest, the staking yield of what is supplied, debt.

    ``rate = (Σ supplied × (APY + staking) − Σ borrowed × (APY + staking)) / (Σ supplied −
    Σ borrowed)``; staking is what wstETH earns, and what a debt in wstETH grows by too.
    """
    interest = sum(mul_div_floor(row.usd, row.apy, WAD) for row in supplied)
    staking = sum(mul_div_floor(row.usd, row.staking, WAD) for row in supplied)
    cost = sum(mul_div_ceil(row.usd, row.apy + row.staking, WAD) for row in borrowed)
    equity = sum(row.usd for row in supplied) - sum(row.usd for row in borrowed)
    rate = mul_div_floor(interest + staking - cost, WAD, equity) if equity > 0 else None
    return Net(equity, interest, staking, cost, rate)


def emodes(world: Readable) -> tuple[EModeRow, ...]:
    """The efficiency modes on offer."""
    parameters = world.lending.parameters
    symbols = [config.symbol for config in parameters.configs]
    return tuple(
        EModeRow(
            mode.number,
            tuple(symbols[place] for place in mode.collateral),
            tuple(symbols[place] for place in mode.borrowable),
            mode.ltv,
            mode.liquidation_threshold,
        )
        for mode in parameters.emodes
    )


# --- how far an action may go --------------------------------------------------------------


class Reach(NamedTuple):
    """What an action can move now, in base units of the token."""

    available: int
    """The most that it could be."""
    most: int
    """What Max takes: for a withdrawal it keeps the loan within the loan-to-value limit."""
    wanted: Wanted
    """Max as the command says it: ``ALL`` where that leaves no dust, else a number."""
    lent_out: bool
    """Less than one holds can be had, because the rest is lent to others."""


def reach(
    world: Readable, account: Account, action: str, token: str, *, from_supply: bool = False
) -> Reach:
    """How far ``supply``, ``withdraw``, ``borrow`` or ``repay`` can go."""
    if action == SUPPLY:
        units = world.balance(account, token)
        room = cap_room(world, token, SUPPLY)
        if room is not None and room < units:
            return Reach(units, room, room, False)
        return Reach(units, units, ALL, False)
    if action == WITHDRAW:
        return _withdraw_reach(world, account, token)
    if action == BORROW:
        place = place_of(world.lending, token)
        market, held = market_of(world), position_of(world, account)
        units = protocol.borrowable(market, place, held, world.time)
        free = world.lending.reserves[place].liquidity
        return Reach(units, units, ALL, units >= free - MARGIN)
    owed = owed_units(world, account, token)
    held_units = (
        supplied_units(world, account, token) if from_supply else world.balance(account, token)
    )
    if held_units >= owed or from_supply:
        return Reach(min(held_units, owed), min(held_units, owed), ALL, False)
    return Reach(held_units, held_units, held_units, False)


def _withdraw_reach(world: Readable, account: Account, token: str) -> Reach:
    place = place_of(world.lending, token)
    market, held = market_of(world), position_of(world, account)
    supplied = supplied_units(world, account, token)
    free = market.reserves[place].liquidity
    units = protocol.withdrawable(market, place, held, world.time)
    if units >= supplied:
        return Reach(units, units, ALL, False)
    within = min(units, _within_ltv(world, account, place))
    return Reach(units, within, within, free < supplied and units >= free)


def _within_ltv(world: Readable, account: Account, place: int) -> int:
    """Base units whose withdrawal keeps the debt within the loan-to-value limit."""
    data = account_of(world, account)
    parameters = world.lending.parameters
    held = position_of(world, account)
    if data.debt == 0 or not held.collateral[place]:
        return supplied_units(world, account, parameters.configs[place].symbol)
    emode = protocol.find_emode(parameters, held.emode) if held.emode else None
    ltv = protocol.reserve_ltv(parameters, place, emode)
    if ltv == 0:
        return 0
    value = mul_div_floor(data.available_borrows, BPS, ltv)
    price, unit = oracle_prices(world)[place], parameters.configs[place].unit
    return mul_div_floor(value, unit, price)


def health_if(
    world: Readable, account: Account, action: str, token: str, units: int
) -> int | None:
    """The health factor (WAD) that a borrow or withdrawal would lead to, allowed or not.

    ``None`` without a debt then, and for numbers that no market could hold.
    """
    place = place_of(world.lending, token)
    market, held = market_of(world), position_of(world, account)
    change = {"debt_change": units} if action == BORROW else {"supply_change": -units}
    try:
        health = protocol.health_after(market, place, held, world.time, **change)
    except Revert:
        return None
    return None if health == NO_DEBT else health


# --- what has happened ---------------------------------------------------------------------


class Sum(NamedTuple):
    """Base units of a token."""

    token: str
    units: int


class Losses(NamedTuple):
    """Liquidations of one position, summed up."""

    first: SimTime
    last: SimTime
    times: int
    health: int
    """Before the last one, WAD."""
    repaid: tuple[Sum, ...]
    taken: tuple[Sum, ...]
    """Collateral that is gone, the treasury's share included."""


def liquidations(events: Iterable[Any], account: Account) -> Losses | None:
    """The liquidations of ``account`` among events (oldest first), or ``None``."""
    mine = [
        event
        for event in events
        if isinstance(event, PositionLiquidated) and event.account == account
    ]
    if not mine:
        return None
    repaid: dict[str, int] = {}
    taken: dict[str, int] = {}
    for event in mine:
        repaid[event.debt] = repaid.get(event.debt, 0) + event.repaid
        taken[event.collateral] = taken.get(event.collateral, 0) + event.seized + event.fee
    return Losses(
        mine[0].at,
        mine[-1].at,
        len(mine),
        mine[-1].health_before,
        tuple(Sum(*pair) for pair in repaid.items()),
        tuple(Sum(*pair) for pair in taken.items()),
    )


def liquidation_bonus(world: Readable, account: Account, token: str) -> int:
    """What a liquidator gets on top for collateral ``token`` of the account, basis points."""
    parameters = world.lending.parameters
    number = position_of(world, account).emode
    emode = protocol.find_emode(parameters, number) if number else None
    return protocol.reserve_bonus(parameters, place_of(world.lending, token), emode) - BPS


__all__ = [
    "ACTIONS", "BORROW", "EARNS_STAKING", "NEAR_CAP", "REPAY", "RISKY", "SUPPLY", "TOKENS",
    "WITHDRAW", "Curve", "CurvePoint", "DebtRow", "EModeRow", "Losses", "MarketRow", "Net",
    "Position", "Reach", "Risk", "Sum", "SupplyRow", "Trigger", "apy", "cap_room", "cap_used",
    "curve_of", "emodes", "health_if", "liquidation_bonus", "liquidations", "markets",
    "net_of", "position", "reach", "reserve_token", "risk_of", "staking_rate", "worth",
]  # fmt: skip
