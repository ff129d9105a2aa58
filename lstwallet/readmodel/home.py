"""The first room as rows: positions, what they have been worth, net worth over time.

Money is USD with 8 decimals, at the market's prices as in ``portfolio``; rates are shares
of one. The values of all positions add up to the net worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from lstwallet.engine import concentrated_view, validators
from lstwallet.engine.lending_view import health_of
from lstwallet.engine.pools_facts import LP, TOKENS
from lstwallet.engine.pools_view import lp_value
from lstwallet.engine.validators_facts import ACTIVE, EXITING, WAITING
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel import pools
from lstwallet.readmodel.portfolio import (
    BORROWED,
    ESCROW,
    NATIVE,
    POOL,
    RANGE,
    RESTAKED,
    SUPPLIED,
    TICKET,
    WALLET,
    Holding,
    Quotes,
    cost_of,
    in_ranges,
    value_of,
)
from lstwallet.readmodel.samples import Series
from lstwallet.readmodel.yields import (
    Rates,
    ranges_fees,
    ranges_staked,
    restaked_rate,
    staked_yield,
)
from lstwallet.units.clock import DAY, SimTime
from lstwallet.units.fixed import RAY, WAD, div_ceil, mul_div_floor

LENT: Final = "lending"
"""What is supplied less what is borrowed, as one position."""

IDLE: Final = "idle"
EARNING: Final = "earning"
LOAN: Final = "loan"
LEANING: Final = "leaning"
QUEUED: Final = "queued"
READY: Final = "ready"
ENTERING: Final = "entering"
LEAVING: Final = "leaving"
STATES: Final = (IDLE, EARNING, LOAN, LEANING, QUEUED, READY, ENTERING, LEAVING)
"""What a position does. ``loan``: see its health; ``leaning``: see its pool."""

PRICES: Final = (
    "eth_usd8", "usdc_usd8", "steth_market_wad", "steth_rate_ray", "reth_market_wad",
    "vault_weth_wad", "vault_wsteth_wad",
)  # fmt: skip
"""The samples that ``past_prices`` reads."""
WORTH: Final = "net_worth_usd8"
_POOLS: Final = {token: pool for pool, token in LP.items()}


# --- positions -----------------------------------------------------------------------------


class Part(NamedTuple):
    """Base units of a token; below zero they are owed."""

    token: str
    units: int


class Position(NamedTuple):
    """One row of the table, one part of the ring."""

    key: str
    """``wallet:ETH``, ``lending``, ``pool:steth_eth``, ``ticket``, ``native``, ``range``,
    ``restaked:stETH``, ``escrow:rETH``."""
    kind: str
    """``wallet``, ``lending``, ``pool``, ``ticket``, ``native``, ``range``, ``restaked`` or
    ``escrow``."""
    parts: tuple[Part, ...]
    balance: Part
    """What the row counts in; a loan's equity counts in ETH."""
    usd: int
    rate: float | None
    """What it earns a year; ``None``: nothing."""
    state: str
    """One of ``STATES``."""
    health: int | None = None
    """Of a loan, WAD."""
    leans_to: str = ""
    lean: float = 0.0
    """Which token a pool has too much of, and that token's part of it."""

    @property
    def owned(self) -> tuple[str, ...]:
        """Tokens that are held."""
        return tuple(part.token for part in self.parts if part.units >= 0)

    @property
    def owed(self) -> tuple[str, ...]:
        """Tokens that are owed."""
        return tuple(part.token for part in self.parts if part.units < 0)


def positions(
    world: World, account: Account, rows: Sequence[Holding], prices: Quotes, at: Rates
) -> tuple[Position, ...]:
    """The largest first. ``rows`` are the account's holdings at ``prices``."""
    found = [_one(world, account, row, prices, at) for row in rows if row.kind not in _IN_LENDING]
    lent = [row for row in rows if row.kind in _IN_LENDING]
    if lent:
        found.append(_lent(world, account, lent, prices, at))
    return tuple(sorted(found, key=lambda each: (-each.usd, each.key)))


def is_small(position: Position, dust: int) -> bool:
    """Whether it may be folded away: worth less than ``dust`` (USD, 8 decimals). What one owes
    on never is, nor what waits to be claimed."""
    return position.kind in ("wallet", "pool") and position.usd < dust


_IN_LENDING: Final = (SUPPLIED, BORROWED)


def _one(
    world: World, account: Account, row: Holding, prices: Quotes, at: Rates
) -> Position:
    if row.kind == POOL:
        return _share(world, row, prices, at)
    if row.kind == TICKET:
        return _tickets(world, account, row)
    if row.kind == RANGE:
        return _ranges(world, account, row, prices, at)
    if row.kind == NATIVE:
        return _natively(world, account, row, at)
    if row.kind == RESTAKED:
        return _restaked(world, account, row, at)
    if row.kind == ESCROW:
        return _in_escrow(world, account, row, at)
    assert row.kind == WALLET
    part = Part(row.token, row.units)
    rate = at.of(row.token)
    state = IDLE if rate is None else EARNING
    return Position(row.key, row.kind, (part,), part, row.usd, rate, state)


def _share(world: World, row: Holding, prices: Quotes, at: Rates) -> Position:
    pool = _POOLS[row.token]
    held = lp_value(world, pool, row.units)
    parts = tuple(Part(token, units) for token, units in zip(TOKENS[pool], held, strict=True))
    staked = staked_yield(world, row, prices, at) / row.usd if row.usd else 0.0
    view = pools.view(world, pool)
    leans = view.leans_to
    lean = view.base_share if leans == TOKENS[pool][1] else 1 - view.base_share
    return Position(
        f"{POOL}:{pool}",
        POOL,
        parts,
        Part(row.token, row.units),
        row.usd,
        at.fees(pool) + staked,
        LEANING if leans else EARNING,
        None,
        leans,
        lean if leans else 0.0,
    )


def _ranges(
    world: World, account: Account, row: Holding, prices: Quotes, at: Rates
) -> Position:
    """All ranges together; they earn while the price is in one of them."""
    held = in_ranges(world, account)
    parts = tuple(Part(*each) for each in zip(("wstETH", "ETH"), held, strict=True))
    mine = concentrated_view.ranges_of(world, account).values()
    earns = any(concentrated_view.is_in_range(world, each) for each in mine)
    yearly = ranges_staked(world, account, prices, at) + ranges_fees(world, account, prices)
    rate = yearly / row.usd if row.usd else None
    balance = Part("ETH", row.units)
    return Position(RANGE, RANGE, parts, balance, row.usd, rate, EARNING if earns else IDLE)


def _tickets(world: World, account: Account, row: Holding) -> Position:
    ready = any(t.account == account and t.finalised for t in world.tickets.values())
    part = Part("ETH", row.units)
    return Position(TICKET, TICKET, (part,), part, row.usd, None, READY if ready else QUEUED)


def _natively(world: World, account: Account, row: Holding, at: Rates) -> Position:
    stages = {each.stage for each in validators.of_account(world, account).values()}
    state = EARNING if ACTIVE in stages else ENTERING if WAITING in stages else LEAVING
    part = Part("ETH", row.units)
    rate = at.native if stages & {ACTIVE, EXITING} else None
    return Position(NATIVE, NATIVE, (part,), part, row.usd, rate, state)


def _restaked(world: World, account: Account, row: Holding, at: Rates) -> Position:
    """What its issuer pays, and what the operator's services add; rewards earn nothing."""
    part = Part(row.token, row.units)
    staked = at.of(row.token)
    rate = None if staked is None else staked + restaked_rate(world, account, row.token)
    state = IDLE if rate is None else EARNING
    return Position(row.key, RESTAKED, (part,), part, row.usd, rate, state)


def _in_escrow(world: World, account: Account, row: Holding, at: Rates) -> Position:
    """It earns what its issuer pays, and no more."""
    part = Part(row.token, row.units)
    ready = any(
        each.ready and each.account == account and each.token == row.token
        for each in world.escrows.values()
    )
    state = READY if ready else QUEUED
    return Position(row.key, ESCROW, (part,), part, row.usd, at.of(row.token), state)


def _lent(
    world: World, account: Account, rows: Sequence[Holding], prices: Quotes, at: Rates
) -> Position:
    """Equity, and what it earns: interest and staking less interest owed, over the equity."""
    supply, borrow = dict(at.supply), dict(at.borrow)
    parts, income = [], 0.0
    for row in rows:
        owed = row.kind == BORROWED
        parts.append(Part(row.token, -row.units if owed else row.units))
        income += row.usd * (borrow if owed else supply).get(row.token, 0.0)
        income += staked_yield(world, row, prices, at)
    equity = sum(row.usd for row in rows)
    indebted = any(row.kind == BORROWED for row in rows)
    balance = parts[0]
    if len(parts) > 1:
        balance = Part("ETH", mul_div_floor(equity, WAD, prices.eth))
    return Position(
        LENT,
        LENT,
        tuple(parts),
        balance,
        equity,
        income / equity if equity > 0 else None,
        LOAN if indebted else EARNING,
        health_of(world, account) if indebted else None,
    )


# --- what they have been worth -------------------------------------------------------------


def past_prices(past: Series, most: int = 30) -> tuple[Quotes, ...]:
    """Prices at evenly spaced samples, the last one included; gaps are left out."""
    columns = [past.column(name) for name in PRICES]
    columns[-2:] = [_carried(column) for column in columns[-2:]]
    step = max(1, div_ceil(len(past.at), most))
    found = []
    for place in range((len(past.at) - 1) % step, len(past.at), step):
        eth, usdc, market, rate, other, *shares = (column[place] for column in columns)
        if eth is not None and usdc is not None and rate is not None:
            steth = mul_div_floor(eth, market or WAD, WAD)
            wsteth = mul_div_floor(steth, rate, RAY)
            reth = mul_div_floor(eth, other or 0, WAD)
            worth = (mul_div_floor(eth, shares[0] or WAD, WAD),
                     mul_div_floor(wsteth, shares[1] or WAD, WAD))
            found.append(Quotes(eth, usdc, steth, wsteth, market or 0, reth, other or 0, *worth))
    return tuple(found)


def _carried(column: Sequence[int | None]) -> list[int | None]:
    """A column with its gaps filled by what stood before: nobody looked more often."""
    known: int | None = None
    return [known := known if each is None else each for each in column]


def trend(position: Position, prices: Sequence[Quotes]) -> tuple[float, ...]:
    """What the position, as it is now, would have been worth at each of those prices, USD."""
    return tuple(sum(_value(at, part) for part in position.parts) / 10**8 for at in prices)


def _value(prices: Quotes, part: Part) -> int:
    if part.units < 0:
        return -cost_of(prices, part.token, -part.units)
    return value_of(prices, part.token, part.units)


# --- net worth over time -------------------------------------------------------------------

RANGES: Final = (("1D", DAY), ("1W", 7 * DAY), ("1M", 30 * DAY), ("1Y", 365 * DAY), ("ALL", 0))
"""What a chart may show; 0 is everything."""


def begin_of(world: World, span: int) -> SimTime:
    """Where a range of so many seconds begins."""
    return max(world.started, world.time - span) if span else world.started


class Line(NamedTuple):
    """Net worth at some moments; ``None``: below zero."""

    at: tuple[SimTime, ...]
    usd: tuple[int | None, ...]

    def first(self) -> tuple[SimTime, int] | None:
        """The first moment with a value."""
        pairs = zip(self.at, self.usd, strict=True)
        return next(((at, usd) for at, usd in pairs if usd is not None), None)


def line_of(past: Series | None, begin: SimTime, now: SimTime, usd: int) -> Line:
    """Samples between two moments, and what it is now as the last one.

    A sample of the present hour may be older than the user's own last step: the present
    value takes its place.
    """
    at: list[SimTime] = []
    known: list[int | None] = []
    if past is not None:
        for moment, value in zip(past.at, past.column(WORTH), strict=True):
            if begin <= moment < now:
                at.append(moment)
                known.append(value)
    return Line((*at, now), (*known, usd if usd >= 0 else None))


class Change(NamedTuple):
    """From the first value of a line until now."""

    since: SimTime
    usd: int
    share: float | None
    """Of the first value; ``None`` when that was nothing."""


def change(line: Line, usd: int) -> Change | None:
    """``None`` when there is nothing before."""
    first = line.first()
    if first is None or len(line.at) < 2:
        return None
    since, before = first
    return Change(since, usd - before, (usd - before) / before if before else None)


__all__ = [
    "EARNING", "ENTERING", "IDLE", "LEANING", "LEAVING", "LENT", "LOAN", "PRICES", "QUEUED",
    "RANGES", "READY", "STATES", "WORTH", "Change", "Line", "Part", "Position", "begin_of",
    "change", "line_of", "past_prices", "positions", "trend",
]  # fmt: skip
