"""What people do in a lending market.

Each function takes a market and a position and returns both anew, or reverts with the
contract's reason and changes nothing. The order of the checks is the contract's
(aave-v3-origin v3.6.0 ``SupplyLogic.sol``, ``BorrowLogic.sol``, ``ValidationLogic.sol``).
Wallets are the ledger's business: the amount that has to move is in the result.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.protocols.lending.account import (
    is_borrowing,
    require_covered,
    require_healthy,
    require_healthy_without,
    reserve_ltv,
)
from lstwallet.protocols.lending.rates import accrue, normalized_income, settle
from lstwallet.protocols.lending.rules import RULES
from lstwallet.protocols.lending.state import (
    MAX_AMOUNT,
    Market,
    Position,
    Reserve,
    find_emode,
    put,
    with_collateral,
    with_debt,
    with_reserve,
    with_supply,
)
from lstwallet.units.checked import Revert, checked_sub, require
from lstwallet.units.clock import SimTime
from lstwallet.units.records import make

MAX_TRANSFER: Final = 2**120 - 1
"""Scaled balances are 120-bit numbers in the contract."""


class Moved(NamedTuple):
    """A market and a position after a movement of ``amount`` tokens."""

    market: Market
    position: Position
    amount: int


class Transferred(NamedTuple):
    """Two positions after aTokens went from one to the other."""

    sender: Position
    recipient: Position
    scaled: int


class Minted(NamedTuple):
    """A market and the treasury's position after its share was minted."""

    market: Market
    treasury: Position


def _supply_changed(reserve: Reserve, scaled: int) -> Reserve:
    """The reserve with aTokens minted (or, below zero, burned) and nothing else changed."""
    return reserve._replace(supply_scaled=reserve.supply_scaled + scaled)


def supply(market: Market, place: int, position: Position, amount: int, now: SimTime) -> Moved:
    """Supply ``amount`` tokens; shares round down, in favour of the pool.

    A first supply becomes collateral at once if it lends borrowing power. Reverts
    ``InvalidAmount`` (too little for one share) or ``SupplyCapExceeded``.
    """
    parameters = market.parameters
    config, rules = parameters.configs[place], RULES[parameters.rules]
    reserve = accrue(market.reserves[place], config, now, rules)
    scaled = rules.mint_supply(amount, reserve.liquidity_index)
    require(scaled != 0, "InvalidAmount")
    total = reserve.supply_scaled + scaled
    if config.supply_cap:
        held = rules.supply_balance(total + reserve.accrued_to_treasury, reserve.liquidity_index)
        require(held <= config.supply_cap * config.unit, "SupplyCapExceeded")
    reserve = settle(
        reserve,
        config,
        rules,
        supply_scaled=total,
        debt_scaled=reserve.debt_scaled,
        added=amount,
    )
    before = position.supplied[place]
    position = with_supply(position, place, before + scaled)
    if before == 0:
        emode = find_emode(parameters, position.emode)
        if reserve_ltv(parameters, place, emode) != 0:
            position = with_collateral(position, place, True)
    return make(Moved, (with_reserve(market, place, reserve), position, amount))


def _check_departure(market: Market, position: Position, place: int, now: SimTime) -> Position:
    """A position after supply has left it: switch cleared at zero, health checked."""
    if not position.collateral[place]:
        return position
    if position.supplied[place] == 0:
        position = with_collateral(position, place, False)
    if is_borrowing(position):
        require_healthy_without(market, position, place, now)
    return position


def withdraw(market: Market, place: int, position: Position, amount: int, now: SimTime) -> Moved:
    """Withdraw ``amount`` tokens, or everything with ``MAX_AMOUNT``.

    The shares burned round up, in favour of the pool; everything leaves no dust. Reverts
    ``InvalidAmount``, ``NotEnoughAvailableUserBalance``, the arithmetic panic when the
    reserve is short of tokens, or a health reason.
    """
    parameters = market.parameters
    config, rules = parameters.configs[place], RULES[parameters.rules]
    reserve = accrue(market.reserves[place], config, now, rules)
    held = position.supplied[place]
    if amount == MAX_AMOUNT:
        scaled, amount = held, rules.supply_balance(held, reserve.liquidity_index)
    else:
        scaled = rules.burn_supply(amount, reserve.liquidity_index)
    require(scaled != 0, "InvalidAmount")
    require(scaled <= held, "NotEnoughAvailableUserBalance")
    reserve = settle(
        reserve,
        config,
        rules,
        supply_scaled=reserve.supply_scaled - scaled,
        debt_scaled=reserve.debt_scaled,
        taken=amount,
    )
    market = with_reserve(market, place, reserve)
    position = with_supply(position, place, held - scaled)
    return make(Moved, (market, _check_departure(market, position, place, now), amount))


def borrow(market: Market, place: int, position: Position, amount: int, now: SimTime) -> Moved:
    """Borrow ``amount`` tokens; the debt rounds up, in favour of the pool.

    Reverts ``InvalidAmount`` (nothing, or more than was ever supplied),
    ``NotBorrowableInEMode``, ``BorrowingNotEnabled``, ``BorrowCapExceeded``, the arithmetic
    panic when the reserve is short of tokens, or, with the debt counted in, a health reason.
    """
    parameters = market.parameters
    config, rules = parameters.configs[place], RULES[parameters.rules]
    reserve = accrue(market.reserves[place], config, now, rules)
    scaled = rules.mint_debt(amount, reserve.borrow_index)
    require(scaled != 0, "InvalidAmount")
    if position.emode:
        emode = find_emode(parameters, position.emode)
        listed = emode is not None and place in emode.borrowable
        require(listed, "NotBorrowableInEMode")
    else:
        require(config.borrowing_enabled, "BorrowingNotEnabled")
    supplied = rules.supply_balance(reserve.supply_scaled, reserve.liquidity_index)
    require(supplied >= rules.debt_balance(scaled, reserve.borrow_index), "InvalidAmount")
    total = reserve.debt_scaled + scaled
    if config.borrow_cap:
        owed = rules.debt_balance(total, reserve.borrow_index)
        require(owed <= config.borrow_cap * config.unit, "BorrowCapExceeded")
    reserve = settle(
        reserve,
        config,
        rules,
        supply_scaled=reserve.supply_scaled,
        debt_scaled=total,
        taken=amount,
    )
    market = with_reserve(market, place, reserve)
    position = with_debt(position, place, position.borrowed[place] + scaled)
    require_covered(market, position, now)
    return make(Moved, (market, position, amount))


def repay(
    market: Market,
    place: int,
    position: Position,
    amount: int,
    now: SimTime,
    *,
    own_debt: bool = True,
) -> Moved:
    """Repay up to ``amount`` tokens of a position's debt; ``MAX_AMOUNT`` repays all of it.

    The debt burned rounds down, in favour of the pool. Somebody else's debt
    (``own_debt=False``) needs an explicit amount. Reverts ``InvalidAmount``,
    ``NoExplicitAmountToRepayOnBehalf``, ``NoDebtOfSelectedType`` or ``InvalidBurnAmount``.
    """
    require(amount != 0, "InvalidAmount")
    require(amount != MAX_AMOUNT or own_debt, "NoExplicitAmountToRepayOnBehalf")
    return repay_in_tokens(market, place, position, amount, now, incoming=True)


def repay_in_tokens(
    market: Market, place: int, position: Position, amount: int, now: SimTime, *, incoming: bool
) -> Moved:
    """Burn debt worth up to ``amount``; the tokens come in, or are there already."""
    parameters = market.parameters
    config, rules = parameters.configs[place], RULES[parameters.rules]
    reserve = accrue(market.reserves[place], config, now, rules)
    held = position.borrowed[place]
    require(held != 0, "NoDebtOfSelectedType")
    amount = min(amount, rules.debt_balance(held, reserve.borrow_index))
    scaled = rules.burn_debt(amount, reserve.borrow_index)
    require(scaled != 0, "InvalidBurnAmount")
    reserve = settle(
        reserve,
        config,
        rules,
        supply_scaled=reserve.supply_scaled,
        debt_scaled=reserve.debt_scaled - scaled,
        added=amount if incoming else 0,
    )
    market = with_reserve(market, place, reserve)
    return make(Moved, (market, with_debt(position, place, held - scaled), amount))


def repay_with_supply(
    market: Market, place: int, position: Position, amount: int, now: SimTime
) -> Moved:
    """Repay a debt with one's own aTokens of the same reserve; no token moves.

    ``MAX_AMOUNT`` uses all aTokens that the debt needs. Reverts like ``repay``, with the
    arithmetic panic when the aTokens do not suffice, or with a health reason.
    """
    require(amount != 0, "InvalidAmount")
    parameters = market.parameters
    config, rules = parameters.configs[place], RULES[parameters.rules]
    reserve = accrue(market.reserves[place], config, now, rules)
    held = position.supplied[place]
    if amount == MAX_AMOUNT:
        require(position.borrowed[place] != 0, "NoDebtOfSelectedType")
        amount = rules.supply_balance(held, reserve.liquidity_index)
    market, position, paid = repay_in_tokens(market, place, position, amount, now, incoming=False)
    scaled = rules.burn_supply(paid, reserve.liquidity_index)
    position = with_supply(position, place, checked_sub(held, scaled))
    market = with_reserve(market, place, _supply_changed(market.reserves[place], -scaled))
    if position.collateral[place]:
        if position.supplied[place] == 0:
            position = with_collateral(position, place, False)
        if is_borrowing(position):
            require_healthy(market, position, now)
    return make(Moved, (market, position, paid))


def transfer(
    market: Market,
    place: int,
    sender: Position,
    recipient: Position | None,
    amount: int,
    now: SimTime,
) -> Transferred:
    """Move aTokens worth ``amount``; the shares moved round up, for the recipient.

    ``recipient=None`` is a transfer to oneself. What arrives is not switched on as
    collateral. Reverts with the arithmetic panic when there are too few, or a health reason.
    """
    rules = RULES[market.parameters.rules]
    require(amount <= MAX_TRANSFER, "SafeCastOverflowedUintDowncast")
    scaled = rules.burn_supply(amount, normalized_income(market.reserves[place], now))
    left = checked_sub(sender.supplied[place], scaled)
    if recipient is None:
        return Transferred(sender, sender, scaled)
    recipient = with_supply(recipient, place, recipient.supplied[place] + scaled)
    if scaled:
        sender = _check_departure(market, with_supply(sender, place, left), place, now)
    return Transferred(sender, recipient, scaled)


def set_collateral(
    market: Market, place: int, position: Position, on: bool, now: SimTime
) -> Position:
    """Switch a supply on or off as collateral.

    Reverts ``UnderlyingBalanceZero``, ``UserInIsolationModeOrLtvZero`` (no borrowing power),
    or a health reason when it is switched off.
    """
    if position.collateral[place] is on:
        return position
    if on:
        require(position.supplied[place] != 0, "UnderlyingBalanceZero")
        emode = find_emode(market.parameters, position.emode)
        power = reserve_ltv(market.parameters, place, emode)
        require(power != 0, "UserInIsolationModeOrLtvZero")
        return with_collateral(position, place, True)
    position = with_collateral(position, place, False)
    require_healthy_without(market, position, place, now)
    return position


def set_emode(market: Market, position: Position, number: int, now: SimTime) -> Position:
    """Enter an e-mode, or leave with 0.

    Reverts ``InconsistentEModeCategory`` (unknown), ``InvalidDebtInEmode`` (a debt may not be
    owed there), ``InvalidCollateralInEmode`` (no borrowing power there), or below health one.
    """
    if position.emode == number:
        return position
    parameters = market.parameters
    emode = find_emode(parameters, number)
    if number != 0 and (emode is None or emode.liquidation_threshold == 0):
        raise Revert("InconsistentEModeCategory")
    for place, config in enumerate(parameters.configs):
        if position.borrowed[place]:
            allowed = place in emode.borrowable if emode else config.borrowing_enabled
            require(allowed, "InvalidDebtInEmode")
        if position.collateral[place]:
            power = reserve_ltv(parameters, place, emode)
            require(power != 0, "InvalidCollateralInEmode")
    position = position._replace(emode=number)
    require_healthy(market, position, now)
    return position


def mint_to_treasury(market: Market, places: tuple[int, ...], treasury: Position) -> Minted:
    """Mint what reserves owe the treasury; indices and rates are not touched."""
    reserves = market.reserves
    for place in places:
        reserve = reserves[place]
        owed = reserve.accrued_to_treasury
        if owed:
            treasury = with_supply(treasury, place, treasury.supplied[place] + owed)
            reserve = _supply_changed(reserve, owed)._replace(accrued_to_treasury=0)
            reserves = put(reserves, place, reserve)
    return Minted(Market(market.parameters, reserves, market.prices), treasury)
