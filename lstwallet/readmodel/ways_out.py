"""Ways out of whatever an account has staked, wherever it lies: one list for every room.

A row a holding: staking tokens in the wallet, as collateral, inside a pool, restaked or in
escrow, and own validators. Each names its ways: the pool's queue, burning, the market, the exit
queue. What lies in a loan or a pool has to be taken out first; the ways then are the same. What
is restaked has to pass its escrow, and each way begins when that is over. Waits come
from ``engine/staking_wait`` and the chain's queue. A further protocol adds its ways in
``ways_for`` and its holdings in ``ways_out``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from lstwallet.engine import rocketpool
from lstwallet.engine.lending_view import find_place, supplied_units
from lstwallet.engine.pools_facts import LP, RETH_ETH, STETH_ETH
from lstwallet.engine.pools_view import (
    lp_value,
    pools_of,
    stable_pool,
    stable_state,
    stable_terms,
)
from lstwallet.engine.staking import estimate_wait, steth_of, yearly_rate
from lstwallet.engine.staking_wait import Wait
from lstwallet.engine.world import Readable, World
from lstwallet.ledger.entries import Account
from lstwallet.protocols import stableswap
from lstwallet.readmodel import restaking
from lstwallet.readmodel.rocketpool import burn_offer
from lstwallet.readmodel.staking import ACTIVE, leave_wait, steth_behind, validator_rows
from lstwallet.readmodel.unstaking import BreakEven, break_even
from lstwallet.units.checked import Revert
from lstwallet.units.clock import YEAR
from lstwallet.units.fixed import WAD, mul_div_floor

QUEUE: Final = "queue"
BURN: Final = "burn"
MARKET: Final = "market"
EXIT: Final = "exit"
AT_ONCE: Final = Wait(0, 0)
POOLS: Final = {STETH_ETH: "stETH", RETH_ETH: "rETH"}
"""Pools that hold a staking token, and which."""

WALLET: Final = "wallet"
LENT: Final = "lending"
POOLED: Final = "pool"
RESTAKED: Final = "restaked"
ESCROW: Final = "escrow"
NATIVE: Final = "native"


class Way(NamedTuple):
    """One way: what it pays, and when."""

    kind: str
    """``queue``, ``burn``, ``market`` or ``exit``."""
    wei: int
    """Wei of ETH for all of it, fee and impact counted; network fees are not."""
    wait: Wait
    """Seconds from now."""
    open: bool = True
    """Whether it can be taken now for all of it."""
    available: int = 0
    """Of burning: wei of ETH that can be paid now."""


class WaysOut(NamedTuple):
    """One holding and its ways."""

    place: str
    """``wallet``, ``lending``, ``pool``, ``restaked``, ``escrow`` or ``native``."""
    token: str
    """stETH, wstETH, rETH, or ETH for own validators."""
    units: int
    """Of the token; stETH in wei."""
    worth: int
    """Wei of ETH as the issuer counts it."""
    ways: tuple[Way, ...]
    even: BreakEven | None
    """Waiting against the market; ``None`` where one of them is missing."""
    staked_for: int
    """Seconds of staking that earn as much as the market takes; 0 where it takes nothing, or
    there is no market."""
    escrow: int = 0
    """Seconds until the escrow is over, which every way waits for."""
    slashable: bool = False
    """Whether an operator's slash reaches it until then."""

    @property
    def key(self) -> str:
        """Names the row: ``lending:wstETH``."""
        return f"{self.place}:{self.token}"


def ways_for(world: Readable, token: str, units: int) -> tuple[int, tuple[Way, ...]]:
    """What so much of a staking token is worth at its issuer, and its ways out."""
    if token == "rETH":
        burn = burn_offer(world, units)
        return burn.worth, (
            Way(BURN, burn.worth, AT_ONCE, burn.pays, burn.available),
            *_market(world, RETH_ETH, units),
        )
    steth = units if token == "stETH" else steth_behind(world, units)
    wait = estimate_wait(world, steth)
    return steth, (Way(QUEUE, steth, wait), *_market(world, STETH_ETH, steth))


def _market(world: Readable, name: str, wei: int) -> tuple[Way, ...]:
    """Selling all of it in its pool; nothing where the pool cannot take it."""
    pool = stable_pool(world, name)
    state, terms = stable_state(world, name, pool), stable_terms(world, name, pool)
    try:
        return (Way(MARKET, stableswap.quote_dy(state, terms, 1, 0, wei), AT_ONCE),)
    except Revert:
        return ()


def compare(place: str, token: str, units: int, world: Readable) -> WaysOut:
    """The row of one holding."""
    worth, ways = ways_for(world, token, units)
    found = {way.kind: way for way in ways}
    even = None
    if QUEUE in found and MARKET in found:
        queue, market = found[QUEUE], found[MARKET]
        even = break_even(queue.wei, market.wei, queue.wait)
    market_wei = found[MARKET].wei if MARKET in found else worth
    rate = rocketpool.yearly_rate(world) if token == "rETH" else yearly_rate(world)
    return WaysOut(place, token, units, worth, ways, even, _staked_for(worth, market_wei, rate))


def _staked_for(worth: int, market: int, rate: int) -> int:
    """``(worth / market − 1) · year / rate``, rounded down; ``rate`` is WAD a year."""
    if market >= worth or rate <= 0 or market <= 0:
        return 0
    gain = mul_div_floor(worth, WAD, market) - WAD
    return mul_div_floor(gain, YEAR, rate)


def ways_out(world: World, account: Account) -> tuple[WaysOut, ...]:
    """Every holding that can be left, in the order of the places."""
    held = (compare(*each, world) for each in _holdings(world, account) if each[2] > 0)
    return (*held, *_restaked(world, account), *_natively(world, account))


def _holdings(world: World, account: Account) -> Iterator[tuple[str, str, int]]:
    yield WALLET, "stETH", steth_of(world, account)
    yield WALLET, "wstETH", world.balance(account, "wstETH")
    if world.rocketpool is not None:
        yield WALLET, "rETH", world.balance(account, "rETH")
    yield LENT, "wstETH", _lent(world, account, "wstETH")
    for pool, token in POOLS.items():
        yield POOLED, token, _pooled(world, account, pool)


def lent(world: World, account: Account, token: str) -> WaysOut | None:
    """The row of what is supplied of a token; ``None`` where it is none that is staked."""
    units = _lent(world, account, token) if token == "wstETH" else 0
    return compare(LENT, token, units, world) if units else None


def pooled(world: World, account: Account, pool: str) -> WaysOut | None:
    """The row of the staking token in one's share of a pool."""
    units = _pooled(world, account, pool)
    return compare(POOLED, POOLS[pool], units, world) if units else None


def _lent(world: World, account: Account, token: str) -> int:
    if account not in world.positions or find_place(world.lending, token) is None:
        return 0
    return supplied_units(world, account, token)


def _pooled(world: World, account: Account, pool: str) -> int:
    if pool not in POOLS or pool not in pools_of(world):
        return 0
    return lp_value(world, pool, world.balance(account, LP[pool]))[1]


def _restaked(world: World, account: Account) -> Iterator[WaysOut]:
    """Deposits, asked for now; then what is in escrow, a row a token, by the one that ends last."""
    found = restaking.standing(world, account)
    if found is None:
        return
    escrow = restaking.ends_if_asked_now(world) - world.time
    for stake in found.stakes:
        yield _later(
            compare(RESTAKED, stake.token, stake.units, world), escrow, bool(found.operator)
        )
    rows = restaking.escrows(world, account)
    for token in restaking.tokens(world):
        mine = [row for row in rows if row.token == token]
        units = sum(row.units for row in mine)
        if units:
            left = max(0, max(row.ends for row in mine) - world.time)
            waiting = any(row.operator for row in mine if row.state == restaking.WAITING)
            yield _later(compare(ESCROW, token, units, world), left, waiting)


def _later(out: WaysOut, escrow: int, slashable: bool) -> WaysOut:
    """The same ways, each begun so many seconds later."""
    ways = tuple(
        way._replace(wait=Wait(way.wait.low + escrow, way.wait.high + escrow)) for way in out.ways
    )
    return out._replace(ways=ways, escrow=escrow, slashable=slashable)


def _natively(world: World, account: Account) -> Iterator[WaysOut]:
    """Validators that may still be asked to leave, as one row."""
    rows = [row for row in validator_rows(world, account) if row.state == ACTIVE]
    if rows:
        value = sum(row.value for row in rows)
        wait = leave_wait(world, sum(row.keys for row in rows))
        exit_ = Way(EXIT, value, wait, all(row.may_leave for row in rows))
        yield WaysOut(NATIVE, "ETH", value, value, (exit_,), None, 0)


__all__ = [
    "BURN", "ESCROW", "EXIT", "LENT", "MARKET", "NATIVE", "POOLED", "QUEUE", "RESTAKED",
    "WALLET", "Way", "WaysOut", "compare", "lent", "pooled", "ways_for", "ways_out",
]  # fmt: skip
