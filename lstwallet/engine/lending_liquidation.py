"""Liquidation in the world: by an account that asks for it, and in the background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lstwallet.engine.lending_entries import change_of, pay_in, pay_out, wanted_units
from lstwallet.engine.lending_facts import (
    TREASURY,
    Liquidate,
    LiquidateUnhealthy,
    Loss,
    PositionLiquidated,
    ReserveAfter,
)
from lstwallet.engine.lending_queue import Look
from lstwallet.engine.lending_view import (
    AAVE,
    debt_token,
    market_of,
    place_of,
    position_of,
    reserve_token,
    supply_token,
)
from lstwallet.engine.refusals import NotEnoughBalance, NotEnoughLiquidity, ProtocolRefused
from lstwallet.ledger.entries import Account, burn, move
from lstwallet.protocols import lending as protocol
from lstwallet.protocols.lending import Liquidated, Market, Pair, Position
from lstwallet.units.checked import PANIC_ARITHMETIC, Revert

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable


def _liquidated(
    market: Market,
    command: Liquidate,
    before: Position,
    taker: Position,
    done: Liquidated,
    now: int,
) -> PositionLiquidated:
    """The event of a liquidation: what moved, what was lost, and who holds what after it."""
    account, borrower, collateral, debt, _, receive = command
    configs, position = market.parameters.configs, done.borrower
    place = next(i for i, config in enumerate(configs) if config.symbol == collateral)
    shares = supply_token(collateral)
    entry = pay_in(debt, done.debt, account)
    for owed, config in enumerate(configs):
        entry += change_of(
            debt_token(config.symbol), before.borrowed[owed], position.borrowed[owed], borrower
        )
    if receive:
        taker = protocol.credit(taker, place, done.collateral_scaled)
        entry += move(shares, done.collateral_scaled, borrower, account)
    else:
        entry += burn(shares, done.collateral_scaled, borrower)
        entry += pay_out(collateral, done.collateral, account)
    if done.fee_scaled:
        entry += move(shares, done.fee_scaled, borrower, TREASURY)
    pairs = zip(market.reserves, done.market.reserves, strict=True)
    return PositionLiquidated(
        at=now,
        account=borrower,
        liquidator=account,
        collateral=collateral,
        debt=debt,
        repaid=done.debt,
        seized=done.collateral,
        fee=done.fee,
        health_before=protocol.health_factor(market, before, now),
        losses=tuple(Loss(configs[p].symbol, amount) for p, amount in done.written_off),
        after=tuple(ReserveAfter(p, new) for p, (old, new) in enumerate(pairs) if new is not old),
        position=position,
        liquidator_position=taker if receive else None,
        entry=entry,
    )


def decide_liquidate(world: Readable, command: Liquidate) -> Sequence[PositionLiquidated]:
    """Refuses healthy positions, what is not collateral, dust, and more than the wallet."""
    account, borrower, collateral, debt, amount, receive = command
    pair = Pair(place_of(world.lending, collateral), place_of(world.lending, debt))
    command = command._replace(collateral=reserve_token(collateral), debt=reserve_token(debt))
    market, before = market_of(world), position_of(world, borrower)
    try:
        done = protocol.liquidate(
            market,
            pair.collateral,
            pair.debt,
            before,
            wanted_units(amount),
            world.time,
            receive_supply=receive,
            by_borrower=account == borrower,
        )
    except Revert as refused:
        if refused.reason == PANIC_ARITHMETIC:
            there = market.reserves[pair.collateral].liquidity
            raise NotEnoughLiquidity(AAVE, command.collateral, there, there) from None
        raise ProtocolRefused(AAVE, refused.reason) from None
    available = world.balance(account, command.debt)
    if done.debt > available:
        raise NotEnoughBalance(command.debt, done.debt, available)
    taker = position_of(world, account)
    return (_liquidated(market, command, before, taker, done, world.time),)


class _Liquidators:
    """Background liquidators with one purse; they take aTokens where tokens are short."""

    def __init__(self, world: Readable, account: Account) -> None:
        self.world = world
        self.account = account
        self.now = world.time
        self.purse: dict[str, int] = {}
        self.position = position_of(world, account)

    def _available(self, token: str) -> int:
        return self.purse.setdefault(token, self.world.balance(self.account, token))

    def attempt(
        self, market: Market, borrower: Account, position: Position, pair: Pair
    ) -> tuple[PositionLiquidated, Market] | None:
        """One liquidation with what is in the purse; ``None`` if it cannot be."""
        configs = market.parameters.configs
        collateral, debt = configs[pair.collateral].symbol, configs[pair.debt].symbol
        available = self._available(debt)
        if not available or borrower == self.account:
            return None
        for receive in (False, True):
            try:
                done = protocol.liquidate(
                    market, *pair, position, available, self.now, receive_supply=receive
                )
            except Revert as refused:
                if refused.reason == PANIC_ARITHMETIC:
                    continue
                return None
            command = Liquidate(self.account, borrower, collateral, debt, available, receive)
            event = _liquidated(market, command, position, self.position, done, self.now)
            self.purse[debt] = available - done.debt
            if event.liquidator_position is not None:
                self.position = event.liquidator_position
            else:
                self.purse[collateral] = self._available(collateral) + done.collateral
            return event, done.market
        return None


def decide_liquidate_unhealthy(
    world: Readable, command: LiquidateUnhealthy
) -> Sequence[PositionLiquidated]:
    """What background liquidators do now; nothing when everyone is healthy. Never refuses."""
    account, most = command
    return Look(world).run(most, _Liquidators(world, account).attempt)
