"""The pool's door: each action by the rule set of its market.

The functions of v3.6 stand in ``actions`` and ``liquidation``, those that v3.0.2 does another
way in ``v302``. Their arguments, results and the names of their reasons are the same; how a
version writes a reason says ``rules.written``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from lstwallet.protocols.lending import actions, liquidation, v302
from lstwallet.protocols.lending.actions import Moved, Transferred
from lstwallet.protocols.lending.liquidation import Liquidated
from lstwallet.protocols.lending.rules import V3_0_2, V3_6
from lstwallet.protocols.lending.state import (
    EMode,
    Market,
    Parameters,
    Position,
    Reserve,
    ReserveConfig,
    credit,
    new_reserve,
    untouched_reserve,
)
from lstwallet.units.clock import SimTime


class Pool(NamedTuple):
    """What a version of the protocol does in its own way; arguments as below."""

    supply: Callable[..., Moved]
    withdraw: Callable[..., Moved]
    borrow: Callable[..., Moved]
    repay: Callable[..., Moved]
    repay_with_supply: Callable[..., Moved]
    transfer: Callable[..., Transferred]
    set_collateral: Callable[..., Position]
    set_emode: Callable[..., Position]
    receive: Callable[..., Position]
    liquidate: Callable[..., Liquidated]


def _receive(market: Market, position: Position, place: int, scaled: int) -> Position:
    """In v3.6 what arrives is not switched on as collateral."""
    return credit(position, place, scaled)


POOLS: Final = {
    V3_6.name: Pool(
        actions.supply,
        actions.withdraw,
        actions.borrow,
        actions.repay,
        actions.repay_with_supply,
        actions.transfer,
        actions.set_collateral,
        actions.set_emode,
        _receive,
        liquidation.liquidate,
    ),
    V3_0_2.name: Pool(
        v302.supply,
        v302.withdraw,
        v302.borrow,
        v302.repay,
        v302.repay_with_supply,
        v302.transfer,
        v302.set_collateral,
        v302.set_emode,
        v302.receive,
        v302.liquidate,
    ),
}
"""By the name that ``Parameters.rules`` carries."""


def open_market(
    configs: tuple[ReserveConfig, ...],
    emodes: tuple[EMode, ...],
    rules: str,
    prices: tuple[int, ...],
    now: SimTime,
) -> Market:
    """A market in which nobody has done anything yet, under the rule set of that name."""
    if rules == V3_0_2.name:
        emodes = tuple(v302.category(emode, configs) for emode in emodes)
        reserves: tuple[Reserve, ...] = tuple(untouched_reserve() for _ in configs)
    else:
        reserves = tuple(new_reserve(config, now) for config in configs)
    return Market(Parameters(configs, emodes, rules), reserves, prices)


def supply(market: Market, place: int, position: Position, amount: int, now: SimTime) -> Moved:
    """Supply ``amount`` tokens."""
    return POOLS[market.parameters.rules].supply(market, place, position, amount, now)


def withdraw(market: Market, place: int, position: Position, amount: int, now: SimTime) -> Moved:
    """Withdraw ``amount`` tokens, or everything with ``MAX_AMOUNT``."""
    return POOLS[market.parameters.rules].withdraw(market, place, position, amount, now)


def borrow(market: Market, place: int, position: Position, amount: int, now: SimTime) -> Moved:
    """Borrow ``amount`` tokens."""
    return POOLS[market.parameters.rules].borrow(market, place, position, amount, now)


def repay(
    market: Market,
    place: int,
    position: Position,
    amount: int,
    now: SimTime,
    *,
    own_debt: bool = True,
) -> Moved:
    """Repay up to ``amount`` tokens of a position's debt; ``MAX_AMOUNT`` repays all of it."""
    act = POOLS[market.parameters.rules].repay
    return act(market, place, position, amount, now, own_debt=own_debt)


def repay_with_supply(
    market: Market, place: int, position: Position, amount: int, now: SimTime
) -> Moved:
    """Repay a debt with one's own aTokens of the same reserve; no token moves."""
    return POOLS[market.parameters.rules].repay_with_supply(market, place, position, amount, now)


def transfer(
    market: Market,
    place: int,
    sender: Position,
    recipient: Position | None,
    amount: int,
    now: SimTime,
) -> Transferred:
    """Move aTokens worth ``amount``; ``recipient=None`` is a transfer to oneself."""
    act = POOLS[market.parameters.rules].transfer
    return act(market, place, sender, recipient, amount, now)


def set_collateral(
    market: Market, place: int, position: Position, on: bool, now: SimTime
) -> Position:
    """Switch a supply on or off as collateral."""
    return POOLS[market.parameters.rules].set_collateral(market, place, position, on, now)


def set_emode(market: Market, position: Position, number: int, now: SimTime) -> Position:
    """Enter an e-mode, or leave with 0."""
    return POOLS[market.parameters.rules].set_emode(market, position, number, now)


def receive(market: Market, position: Position, place: int, scaled: int) -> Position:
    """The liquidator's position after seized aTokens came (not for the borrower's own)."""
    return POOLS[market.parameters.rules].receive(market, position, place, scaled)


def liquidate(
    market: Market,
    collateral: int,
    debt: int,
    borrower: Position,
    wanted: int,
    now: SimTime,
    *,
    receive_supply: bool = False,
    by_borrower: bool = False,
) -> Liquidated:
    """Repay up to ``wanted`` of a borrower's debt and take collateral for it."""
    return POOLS[market.parameters.rules].liquidate(
        market,
        collateral,
        debt,
        borrower,
        wanted,
        now,
        receive_supply=receive_supply,
        by_borrower=by_borrower,
    )
