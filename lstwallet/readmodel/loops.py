"""Loops as the room shows them: which pairs there are, how far one can go, what it brings.

The yearly rate of a loop, at the rates that its own borrowing leads to:

    net = multiple × (supply APY + staking) − (multiple − 1) × borrow APY

Staking is what the collateral itself earns (wstETH). It is ``Net.rate`` of the position.
Shares of one and multiples have 18 decimals (WAD).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from lstwallet.engine import loops
from lstwallet.engine.lending_facts import (
    Borrow,
    Borrowed,
    CollateralSwitched,
    EModeChosen,
    Repaid,
    Supplied,
    Supply,
    SupplyWithdrawn,
)
from lstwallet.engine.lending_view import find_place, owed_units, reserve_token, supplied_units
from lstwallet.engine.loops import Loop, Own
from lstwallet.engine.network import cost_of
from lstwallet.engine.pools_facts import ROUTE, STETH_ETH, TOKENS, USDC_ETH, Swap, Swapped
from lstwallet.engine.pools_view import pool_price, pool_reserves
from lstwallet.engine.refusals import MultipleOutOfReach
from lstwallet.engine.staking import Stake, Staked, Unwrapped, Wrap, Wrapped, steth_of
from lstwallet.engine.wallet import EthUnwrapped, EthWrapped
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lido
from lstwallet.readmodel import lending
from lstwallet.readmodel.lending import Net, Risk
from lstwallet.units.fixed import WAD, mul_div_floor

MINT: Final = loops.MINT
SWAP: Final = loops.SWAP
SPACING: Final = mul_div_floor(WAD, 3, 4)
"""Points of an outlook are at least this far apart."""
_PAIRS: Final = (("wstETH", "ETH"), ("rETH", "ETH"), ("wstETH", "USDC"), ("ETH", "USDC"))
_OWN: Final = {"wstETH": ("ETH", "stETH", "wstETH"), "ETH": ("ETH", "USDC")}
_MINTED: Final = frozenset(("wstETH",))


class LoopPair(NamedTuple):
    """What can be looped: collateral and debt as the wallet holds them."""

    collateral: str
    debt: str


def pairs(world: Readable) -> tuple[LoopPair, ...]:
    """The pairs whose reserves this market has and that can be exchanged here."""
    return tuple(
        LoopPair(collateral, debt)
        for collateral, debt in _PAIRS
        if collateral in _OWN and find_place(world.lending, collateral) is not None
        if find_place(world.lending, debt) is not None
    )


def own_tokens(collateral: str) -> tuple[str, ...]:
    """What may be brought for a collateral."""
    return _OWN[collateral]


def routes(collateral: str) -> tuple[str, ...]:
    """Ways from the loan to more collateral."""
    return (MINT, SWAP) if collateral in _MINTED else (SWAP,)


def available(world: Readable, account: Account, token: str) -> int:
    """What the wallet has of a token, base units."""
    return steth_of(world, account) if token == "stETH" else world.balance(account, token)


def for_fees(world: Readable, account: Account) -> int:
    """Wei that pay the network's fee of the longest loop at the present price.

    Every round is counted with the dearest exchange there is, by the pools and by minting, and
    as a transaction of its own: that covers e-mode, switch and approvals too.
    """
    if world.network is None:
        return 0
    one = (
        Borrow(account, "ETH", 1), Swap(account, ROUTE, "ETH", 1, 0, "ETH"), Stake(account, 1),
        Wrap(account, 1), Supply(account, "ETH", 1),
    )  # fmt: skip
    return cost_of(world, one).wei * loops.MOST_ROUNDS


# --- how far ---------------------------------------------------------------------------------


class Point(NamedTuple):
    """What a multiple brings a year, WAD of what is one's own; ``None`` without any."""

    multiple: int
    net: int | None


class Outlook(NamedTuple):
    """From doing nothing but bringing one's own to the highest multiple."""

    lowest: int
    highest: int
    limit: str
    """What binds at the highest: a limit of ``engine.loops``."""
    points: tuple[Point, ...]


def outlook(world: Readable, loop: Loop, own: Own) -> Outlook:
    """How far a loop can go. Raises what the market refuses of the first step."""
    points: list[Point] = []
    last: loops.Rung | None = None
    try:
        for last in loops.climb(world, loop, own):
            if not points or last.multiple - points[-1].multiple >= SPACING:
                points.append(_point(last, loop.account))
    except MultipleOutOfReach as end:
        assert last is not None
        if points[-1].multiple < last.multiple:
            points.append(_point(last, loop.account))
        return Outlook(points[0].multiple, end.reached, end.limit, tuple(points))
    raise AssertionError("a climb ends with what ended it")


def _point(rung: loops.Rung, account: Account) -> Point:
    return Point(rung.multiple, lending.position(rung.world, account).net.rate)


# --- what it is ------------------------------------------------------------------------------


class LoopNow(NamedTuple):
    """A loop at a moment."""

    multiple: int | None
    """``None`` without anything of one's own in it."""
    lent: int
    """Base units of the collateral."""
    owed: int
    """Base units of the debt."""
    risk: Risk
    net: Net
    borrow_apy: int
    break_even: int | None
    """Borrow APY at which nothing is earned; ``None`` without debt."""
    pays_below: int
    """Borrow APY at which another turn adds nothing: what the collateral earns."""


def loop_now(world: Readable, account: Account, pair: LoopPair) -> LoopNow:
    """The loop of a pair, with the risk and the net of the whole account."""
    collateral, debt = pair
    held = lending.position(world, account)
    rows = {row.token: row for row in lending.markets(world, account)}
    earns = rows[reserve_token(collateral)].supply_apy
    earns += held.staking if collateral == lending.EARNS_STAKING else 0
    multiple = loops.multiple_of(world, account, collateral, debt)
    return LoopNow(
        multiple,
        supplied_units(world, account, collateral),
        owed_units(world, account, debt),
        held.risk,
        held.net,
        rows[reserve_token(debt)].borrow_apy,
        _break_even(multiple, earns),
        earns,
    )


def _break_even(multiple: int | None, earns: int) -> int | None:
    """``multiple × earns = (multiple − 1) × rate``, solved for the rate, rounded down."""
    if multiple is None or multiple <= WAD:
        return None
    return mul_div_floor(multiple, earns, multiple - WAD)


def open_pair(world: Readable, account: Account) -> LoopPair | None:
    """The pair that the account has lent and owes both of, or ``None``."""
    if account not in world.positions:
        return None
    for pair in pairs(world):
        if supplied_units(world, account, pair.collateral) and owed_units(
            world, account, pair.debt
        ):
            return pair
    return None


# --- what it takes ---------------------------------------------------------------------------


class Step(NamedTuple):
    """One step of a plan: ``kind`` is ``emode``, ``collateral``, ``supply``, ``borrow``,
    ``withdraw``, ``repay``, ``swap``, ``mint`` or ``wrap``."""

    number: int
    kind: str
    token: str
    units: int
    token_out: str = ""
    """What an exchange gives."""
    units_out: int = 0


_MOVES: Final = {
    Supplied: "supply", Borrowed: "borrow", SupplyWithdrawn: "withdraw", Repaid: "repay",
}  # fmt: skip
_ENDS: Final[dict[type, tuple[str, str, str, str]]] = {
    Swapped: ("token_in", "paid", "token_out", "received"),
    Wrapped: ("stETH", "steth", "wstETH", "wsteth"),
    Unwrapped: ("wstETH", "wsteth", "stETH", "steth"),
    EthWrapped: ("ETH", "units", "WETH", "units"),
    EthUnwrapped: ("WETH", "units", "ETH", "units"),
}
"""Exchanges: the token in and out (a field for a swap), and the fields of both amounts."""


def steps(events: Sequence[Any]) -> tuple[Step, ...]:
    """What a batch does, in order; exchanges that follow each other are one step. Events of
    other kinds (fees, approvals) are left out."""
    found: list[Step] = []
    run: list[Any] = []
    for event in events:
        if type(event) in _ENDS or isinstance(event, Staked):
            run.append(event)
            continue
        kind = _MOVES.get(type(event))
        step: Step | None = None
        if kind is not None:
            step = Step(0, kind, event.token, event.amount)
        elif isinstance(event, EModeChosen):
            step = Step(0, "emode", "", event.number)
        elif isinstance(event, CollateralSwitched):
            step = Step(0, "collateral", event.token, int(event.on))
        if step is not None:
            found += _exchanged(run)
            run = []
            found.append(step)
    found += _exchanged(run)
    return tuple(step._replace(number=at) for at, step in enumerate(found, start=1))


def _exchanged(run: list[Any]) -> list[Step]:
    """Exchanges in a row as one step: what went in first, what came out last."""
    if not run:
        return []
    kinds = {type(event) for event in run}
    kind = "mint" if Staked in kinds else "swap" if Swapped in kinds else "wrap"
    first, last = run[0], run[-1]
    token, units = ("ETH", first.amount) if isinstance(first, Staked) else _end(first, 0)
    if isinstance(last, Staked):
        token_out, got = "stETH", lido.ether_for(last.pool, last.shares)
    else:
        token_out, got = _end(last, 2)
    return [Step(0, kind, token, units, token_out, got)]


def _end(event: Any, at: int) -> tuple[str, int]:
    names = _ENDS[type(event)]
    token = getattr(event, names[at]) if isinstance(event, Swapped) else names[at]
    return str(token), int(getattr(event, names[at + 1]))


def impact(before: Readable, events: Sequence[Any]) -> float:
    """How much worse all exchanges together are than at the pools' prices before the first of
    them, fees apart: 0 to 1."""
    kept = 1.0
    for pool in (STETH_ETH, USDC_ETH):
        swaps = [event for event in events if isinstance(event, Swapped) and event.pool == pool]
        expected = sum(_expected(before, swap) for swap in swaps)
        got = sum(
            swap.received + (swap.fee if pool == STETH_ETH else 0) for swap in swaps
        )
        if expected:
            kept *= min(1.0, got / expected)
    return max(0.0, 1 - kept)


def _expected(before: Readable, swap: Swapped) -> int:
    """What a swap would bring at the pool's price before, its fee on what goes in taken."""
    if swap.pool == STETH_ETH:
        price = pool_price(before, STETH_ETH)
        ends = (WAD, price) if swap.token_in == "ETH" else (price, WAD)
        return mul_div_floor(swap.paid, *ends) if ends[1] else 0
    held = pool_reserves(before, USDC_ETH)
    side = TOKENS[USDC_ETH].index(swap.token_in)
    return mul_div_floor(swap.paid - swap.fee, held[1 - side], held[side]) if held[side] else 0


def net_brought(events: Sequence[Any]) -> Step | None:
    """What came from the wallet: the first exchange or supply before anything was borrowed or
    withdrawn."""
    for step in steps(events):
        if step.kind in ("borrow", "withdraw", "repay"):
            return None
        if step.kind not in ("emode", "collateral"):
            return step
    return None


__all__ = [
    "MINT", "SWAP", "LoopNow", "LoopPair", "Outlook", "Point", "Step", "available", "for_fees",
    "impact", "loop_now", "net_brought", "open_pair", "outlook", "own_tokens", "pairs", "routes",
    "steps",
]  # fmt: skip
