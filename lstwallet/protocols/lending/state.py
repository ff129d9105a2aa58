"""The records of a lending market: what a reserve, a position and a market hold.

Balances are kept *scaled*: divided by the index of their reserve, so that time moves one
index and never a holder. Reserves are known by their place in the market's tuples.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeVar

from lstwallet.units.checked import MAX_UINT256
from lstwallet.units.clock import SimTime
from lstwallet.units.fixed import RAY
from lstwallet.units.records import make

MAX_AMOUNT: Final = MAX_UINT256
"""As an amount: all there is (a whole balance, a whole debt)."""
NO_DEBT: Final = MAX_UINT256
"""The health factor of a position without debt."""
HEALTHY: Final = 10**18
"""A health factor of one: below it a position can be liquidated."""
BPS_TO_RAY: Final = 10**23
"""One basis point as a ray."""

T = TypeVar("T")


class RateCurve(NamedTuple):
    """The two-slope interest curve; every field is a ray a year (``optimal`` a ray)."""

    optimal: int
    """Utilisation at the kink."""
    base: int
    slope1: int
    slope2: int


class ReserveConfig(NamedTuple):
    """The parameters of one reserve. Percentages are basis points."""

    symbol: str
    unit: int
    """Base units in one whole token: ``10**decimals``."""
    ltv: int
    liquidation_threshold: int
    liquidation_bonus: int
    """What a liquidator gets for 10,000 of debt, e.g. 10,500."""
    protocol_fee: int
    """The treasury's share of the liquidation bonus."""
    reserve_factor: int
    """The treasury's share of the interest."""
    supply_cap: int
    """Whole tokens; 0 is no cap."""
    borrow_cap: int
    """Whole tokens; 0 is no cap."""
    borrowing_enabled: bool
    curve: RateCurve


class EMode(NamedTuple):
    """An efficiency mode: better terms for correlated assets. Percentages are basis points."""

    number: int
    """1 or more; 0 stands for no e-mode."""
    ltv: int
    liquidation_threshold: int
    liquidation_bonus: int
    collateral: tuple[int, ...]
    """Reserves that count with this category's terms."""
    borrowable: tuple[int, ...]
    """Reserves that may be borrowed inside it."""
    ltv_zero: tuple[int, ...]
    """Collaterals of the category that lend no borrowing power."""


class Reserve(NamedTuple):
    """The moving state of one reserve."""

    liquidity_index: int
    """Ray; what one scaled unit of supply is worth, at ``updated_at``."""
    borrow_index: int
    """Ray; what one scaled unit of debt is worth, at ``updated_at``."""
    liquidity_rate: int
    """Ray a year, earned by suppliers."""
    borrow_rate: int
    """Ray a year, paid by borrowers."""
    updated_at: SimTime
    supply_scaled: int
    """All aTokens, scaled."""
    debt_scaled: int
    """All debt, scaled."""
    liquidity: int
    """Tokens that can be borrowed or withdrawn now (``virtualUnderlyingBalance``)."""
    accrued_to_treasury: int
    """Scaled aTokens owed to the treasury, not minted yet."""
    deficit: int
    """Debt written off: tokens that suppliers are owed and nobody owes any more."""


class Position(NamedTuple):
    """What one account holds in a market; one place per reserve."""

    supplied: tuple[int, ...]
    """Scaled aTokens."""
    borrowed: tuple[int, ...]
    """Scaled debt."""
    collateral: tuple[bool, ...]
    """Whether the supply stands as collateral."""
    emode: int
    flagged: tuple[int, ...] = ()
    """Reserves that count as borrowed although nothing is owed any more (v3.0.2 only), in order."""


class Parameters(NamedTuple):
    """What a market was set up with."""

    configs: tuple[ReserveConfig, ...]
    emodes: tuple[EMode, ...]
    rules: str
    """The name of a rule set in ``rules.RULES``."""


class Market(NamedTuple):
    """One market at one moment."""

    parameters: Parameters
    reserves: tuple[Reserve, ...]
    prices: tuple[int, ...]
    """Per whole token, in the base currency (USD with 8 decimals)."""


def new_reserve(config: ReserveConfig, now: SimTime) -> Reserve:
    """An empty reserve: both indices one, the borrow rate at the curve's base."""
    return Reserve(RAY, RAY, 0, config.curve.base, now, 0, 0, 0, 0, 0)


def untouched_reserve() -> Reserve:
    """An empty reserve of v3.0.2: no rate and no time until somebody touches it."""
    return Reserve(RAY, RAY, 0, 0, 0, 0, 0, 0, 0, 0)


def empty_position(places: int) -> Position:
    """An account that holds nothing in a market of ``places`` reserves."""
    return Position((0,) * places, (0,) * places, (False,) * places, 0)


def put(row: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    """``row`` with another value at ``place``."""
    changed = list(row)
    changed[place] = value
    return tuple(changed)


def with_reserve(market: Market, place: int, reserve: Reserve) -> Market:
    """The market with one reserve replaced."""
    parameters, reserves, prices = market
    return make(Market, (parameters, put(reserves, place, reserve), prices))


def with_supply(position: Position, place: int, scaled: int) -> Position:
    """The position with another scaled supply in one reserve."""
    supplied, borrowed, collateral, emode, flagged = position
    return make(Position, (put(supplied, place, scaled), borrowed, collateral, emode, flagged))


def credit(position: Position, place: int, scaled: int) -> Position:
    """The position with more scaled supply in one reserve; its switches stay as they are."""
    return with_supply(position, place, position.supplied[place] + scaled) if scaled else position


def with_debt(position: Position, place: int, scaled: int) -> Position:
    """The position with another scaled debt in one reserve."""
    supplied, borrowed, collateral, emode, flagged = position
    return make(Position, (supplied, put(borrowed, place, scaled), collateral, emode, flagged))


def with_collateral(position: Position, place: int, on: bool) -> Position:
    """The position with the collateral switch of one reserve set."""
    if position.collateral[place] is on:
        return position
    return position._replace(collateral=put(position.collateral, place, on))


def find_emode(parameters: Parameters, number: int) -> EMode | None:
    """The category of that number, or ``None``."""
    for emode in parameters.emodes:
        if emode.number == number:
            return emode
    return None
