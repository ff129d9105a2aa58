"""The lending room as rows: markets and a position; its risk, its reach and its past have
modules of their own beside this one.

Values are the market's own oracle prices (USD, 8 decimals), so that they agree with the
health factor; shares of one and rates a year have 18 decimals (WAD). What is owned is
rounded down, what is owed up, and a distance to liquidation down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from lstwallet.engine.lending_view import (
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
from lstwallet.protocols.lending import RateCurve
from lstwallet.readmodel.lending_past import Losses, Sum, liquidations
from lstwallet.readmodel.lending_reach import (
    ACTIONS,
    BORROW,
    REPAY,
    SUPPLY,
    WITHDRAW,
    Reach,
    cap_room,
    cap_used,
    health_if,
    reach,
)
from lstwallet.readmodel.lending_risk import EARNS_STAKING, RISKY, Risk, Trigger, risk_of
from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import (
    BPS,
    RAY,
    WAD,
    div_floor,
    mul_div_ceil,
    mul_div_floor,
)
from lstwallet.units.interest import grow_taylor

TOKENS: Final = ("ETH", "WETH", "wstETH", "USDC")
"""What may be brought to the market or taken from it; ETH is WETH at the door."""
NEAR_CAP: Final = mul_div_floor(98, WAD, 100)
"""From this share of a cap on, people are warned."""
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
