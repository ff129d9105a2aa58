"""Lending: what may be done in the market, and what it leaves behind.

``decide`` calls ``protocols.lending`` and turns its reverts into refusals with the numbers
that a sentence needs; events carry the reserve and the position as they were left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from lstwallet.engine import lending_oracle
from lstwallet.engine.lending_entries import change_of, pay_in, pay_out, wanted_units
from lstwallet.engine.lending_facts import (
    LIQUIDATORS,
    MARKET,
    MOST_LIQUIDATIONS,
    TREASURY,
    Borrow,
    Borrowed,
    ChooseEMode,
    CollateralSwitched,
    EModeChosen,
    Feed,
    Founded,
    Lending,
    LendingBlueprint,
    Liquidate,
    LiquidateUnhealthy,
    Loan,
    Loss,
    Need,
    PositionLiquidated,
    Repaid,
    Repay,
    ReserveAfter,
    Supplied,
    Supply,
    SupplyWithdrawn,
    SwitchCollateral,
    WithdrawSupply,
)
from lstwallet.engine.lending_liquidation import decide_liquidate, decide_liquidate_unhealthy
from lstwallet.engine.lending_queue import CACHE
from lstwallet.engine.lending_view import (
    AAVE,
    account_of,
    debt_token,
    health_of,
    market_of,
    market_without_prices,
    oracle_prices,
    owed_units,
    place_of,
    position_of,
    prices_of,
    reserve_token,
    supplied_units,
    supply_token,
)
from lstwallet.engine.refusals import (
    BelowMinimum,
    CapReached,
    HealthTooLow,
    NotEnoughBalance,
    NotEnoughCollateral,
    NotEnoughLiquidity,
    NothingToDo,
    ProtocolRefused,
    Refusal,
)
from lstwallet.engine.wallet import take_units
from lstwallet.ledger.entries import Account, mint, supply_of
from lstwallet.protocols import lending as protocol
from lstwallet.protocols.lending import MAX_AMOUNT, Market, Position
from lstwallet.units.amount import ALL
from lstwallet.units.checked import PANIC_ARITHMETIC, Revert
from lstwallet.units.fixed import RAY, div_ceil
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

HEALTH: Final = "HealthFactorLowerThanLiquidationThreshold"
COVER: Final = "CollateralCannotCoverNewBorrow"
NO_POWER: Final = "LtvValidationFailed"
OVERFLOW: Final = "revert without reason"
"""What a number gets that does not fit into a word."""


# --- supply and withdraw -----------------------------------------------------------------


def decide_supply(world: Readable, command: Supply) -> Sequence[Supplied]:
    """Refuses more than the wallet, less than one share, and more than the cap."""
    account, token, amount = command
    place = place_of(world.lending, token)
    units = take_units(world, account, token, amount)
    market, before = market_without_prices(world), position_of(world, account)
    try:
        moved = protocol.supply(market, place, before, units, world.time)
    except Revert as refused:
        raise _supply_refusal(market, place, token, units, world.time, refused) from None
    symbol = supply_token(reserve_token(token))
    shares = change_of(symbol, before.supplied[place], moved.position.supplied[place], account)
    after = make(ReserveAfter, (place, moved.market.reserves[place]))
    entry = pay_in(token, units, account) + shares
    facts = (world.time, account, token, units, after, moved.position, entry)
    return (make(Supplied, facts),)


def _supply_refusal(
    market: Market, place: int, token: str, units: int, now: int, refused: Revert
) -> Refusal:
    if refused.reason == "InvalidAmount":
        index = protocol.normalized_income(market.reserves[place], now)
        return BelowMinimum(token, units, div_ceil(index, RAY), "one share of the pool")
    if refused.reason == "SupplyCapExceeded":
        config = market.parameters.configs[place]
        room = protocol.supply_room(market, place, now) or 0
        return CapReached(token, "supply", config.supply_cap * config.unit, room)
    return ProtocolRefused(AAVE, refused.reason)


def decide_withdraw(world: Readable, command: WithdrawSupply) -> Sequence[SupplyWithdrawn]:
    """Refuses more than is supplied, more than is there, and a health below one."""
    account, token, amount = command
    place = place_of(world.lending, token)
    market, before = market_of(world), position_of(world, account)
    if not before.supplied[place]:
        raise NothingToDo("withdraw")
    wanted = wanted_units(amount)
    try:
        moved = protocol.withdraw(market, place, before, wanted, world.time)
    except Revert as refused:
        raise _withdraw_refusal(world, market, command, place, wanted, refused) from None
    symbol = supply_token(reserve_token(token))
    shares = change_of(symbol, before.supplied[place], moved.position.supplied[place], account)
    after = make(ReserveAfter, (place, moved.market.reserves[place]))
    entry = shares + pay_out(token, moved.amount, account)
    facts = (world.time, account, token, moved.amount, after, moved.position, entry)
    return (make(SupplyWithdrawn, facts),)


def _withdraw_refusal(
    world: Readable,
    market: Market,
    command: WithdrawSupply,
    place: int,
    wanted: int,
    refused: Revert,
) -> Refusal:
    account, token, _ = command
    held = supplied_units(world, account, token)
    wanted = held if wanted == MAX_AMOUNT else wanted
    if refused.reason in ("NotEnoughAvailableUserBalance", OVERFLOW):
        return NotEnoughBalance(token, wanted, held)
    if refused.reason == PANIC_ARITHMETIC:
        return NotEnoughLiquidity(AAVE, token, wanted, market.reserves[place].liquidity)
    if refused.reason == HEALTH:
        position = position_of(world, account)
        after = protocol.health_after(market, place, position, world.time, supply_change=-wanted)
        return HealthTooLow(health_of(world, account), after)
    return ProtocolRefused(AAVE, refused.reason)


# --- borrow and repay --------------------------------------------------------------------


def decide_borrow(world: Readable, command: Borrow) -> Sequence[Borrowed]:
    """Refuses more than collateral, liquidity or cap allow, and what may not be borrowed."""
    account, token, amount = command
    place = place_of(world.lending, token)
    market, before = market_of(world), position_of(world, account)
    if amount == ALL:
        # With nothing to borrow, one base unit finds out why.
        units = protocol.borrowable(market, place, before, world.time) or 1
    else:
        units = wanted_units(amount)
    try:
        moved = protocol.borrow(market, place, before, units, world.time)
    except Revert as refused:
        raise _borrow_refusal(world, market, command, place, units, refused) from None
    symbol = debt_token(reserve_token(token))
    shares = change_of(symbol, before.borrowed[place], moved.position.borrowed[place], account)
    after = make(ReserveAfter, (place, moved.market.reserves[place]))
    entry = shares + pay_out(token, units, account)
    facts = (world.time, account, token, units, after, moved.position, entry)
    return (make(Borrowed, facts),)


def _borrow_refusal(
    world: Readable, market: Market, command: Borrow, place: int, units: int, refused: Revert
) -> Refusal:
    account, token, _ = command
    now, position = world.time, position_of(world, account)
    if refused.reason in ("InvalidAmount", PANIC_ARITHMETIC, OVERFLOW):
        return NotEnoughLiquidity(AAVE, token, units, market.reserves[place].liquidity)
    if refused.reason == "BorrowCapExceeded":
        config = market.parameters.configs[place]
        room = protocol.borrow_room(market, place, now) or 0
        return CapReached(token, "borrow", config.borrow_cap * config.unit, room)
    if refused.reason == HEALTH:
        after = protocol.health_after(market, place, position, now, debt_change=units)
        return HealthTooLow(health_of(world, account), after)
    if refused.reason in (COVER, NO_POWER):
        most = protocol.borrowable(market, place, position, now)
        return NotEnoughCollateral(token, units, most)
    return ProtocolRefused(AAVE, refused.reason)


def decide_repay(world: Readable, command: Repay) -> Sequence[Repaid]:
    """Refuses without a debt, and more than the wallet or the supply holds."""
    account, token, amount, from_supply = command
    place = place_of(world.lending, token)
    before = position_of(world, account)
    if not before.borrowed[place]:
        raise NothingToDo("repay")
    wanted = wanted_units(amount)
    if from_supply:
        action, market = protocol.repay_with_supply, market_of(world)
    else:
        action, market = protocol.repay, market_without_prices(world)
        available = world.balance(account, token)
        if wanted > available:  # still enough if less is owed
            needed = min(wanted, owed_units(world, account, token))
            if needed > available:
                raise NotEnoughBalance(token, needed, available)
    try:
        moved = action(market, place, before, wanted, world.time)
    except Revert as refused:
        raise _repay_refusal(world, market, command, place, wanted, refused) from None
    position, symbol = moved.position, reserve_token(token)
    debt = change_of(debt_token(symbol), before.borrowed[place], position.borrowed[place], account)
    if from_supply:
        paid = change_of(
            supply_token(symbol), before.supplied[place], position.supplied[place], account
        )
    else:
        paid = pay_in(token, moved.amount, account)
    after = make(ReserveAfter, (place, moved.market.reserves[place]))
    entry = paid + debt
    facts = (world.time, account, token, moved.amount, from_supply, after, position, entry)
    return (make(Repaid, facts),)


def _repay_refusal(
    world: Readable, market: Market, command: Repay, place: int, wanted: int, refused: Revert
) -> Refusal:
    account, token, _, from_supply = command
    wanted = min(wanted, owed_units(world, account, token))
    held = supplied_units(world, account, token)
    if from_supply and (refused.reason == PANIC_ARITHMETIC or not held):
        return NotEnoughBalance(token, wanted, held)
    if refused.reason == "InvalidBurnAmount":
        index = protocol.normalized_debt(
            market.reserves[place], world.time, protocol.RULES[market.parameters.rules]
        )
        return BelowMinimum(token, wanted, div_ceil(index, RAY), "one share of the debt")
    if refused.reason == HEALTH:
        less = protocol.repay(market, place, position_of(world, account), wanted, world.time)
        after = protocol.health_after(
            less.market, place, less.position, world.time, supply_change=-less.amount
        )
        return HealthTooLow(health_of(world, account), after)
    return ProtocolRefused(AAVE, refused.reason)


# --- switches ----------------------------------------------------------------------------


def decide_switch_collateral(
    world: Readable, command: SwitchCollateral
) -> Sequence[CollateralSwitched]:
    """Refuses without a supply, without a change, and a health below one."""
    account, token, on = command
    place = place_of(world.lending, token)
    market, before = market_of(world), position_of(world, account)
    if before.collateral[place] is on:
        raise NothingToDo("collateral")
    try:
        position = protocol.set_collateral(market, place, before, on, world.time)
    except Revert as refused:
        if refused.reason == "UnderlyingBalanceZero":
            raise NothingToDo("collateral") from None
        if refused.reason == HEALTH:
            off = protocol.with_collateral(before, place, False)
            after = protocol.health_factor(market, off, world.time)
            raise HealthTooLow(health_of(world, account), after) from None
        raise ProtocolRefused(AAVE, refused.reason) from None
    return (CollateralSwitched(world.time, account, token, on, position),)


def decide_choose_emode(world: Readable, command: ChooseEMode) -> Sequence[EModeChosen]:
    """Refuses an unknown mode, one that a debt or collateral does not fit, a health below one."""
    account, number = command
    market, before = market_of(world), position_of(world, account)
    if before.emode == number:
        raise NothingToDo("emode")
    try:
        position = protocol.set_emode(market, before, number, world.time)
    except Revert as refused:
        if refused.reason == HEALTH:
            inside = before._replace(emode=number)
            after = protocol.health_factor(market, inside, world.time)
            raise HealthTooLow(health_of(world, account), after) from None
        raise ProtocolRefused(AAVE, refused.reason) from None
    return (EModeChosen(world.time, account, number, position),)


# --- evolve ------------------------------------------------------------------------------


def put_position(draft: Draft, account: Account, position: Position) -> None:
    """Keep a position, or drop it when nothing is left of it."""
    queue = draft.cache.get(CACHE)
    if queue is not None:
        queue.move(draft.lending.parameters, account, position)
    positions = draft.writable("positions")
    if position.emode or any(position.supplied) or any(position.borrowed):
        positions[account] = position
    else:
        positions.pop(account, None)


def _put_reserve(draft: Draft, after: ReserveAfter) -> None:
    parameters, reserves, feeds = draft.lending
    place, reserve = after
    draft.lending = make(Lending, (parameters, protocol.put(reserves, place, reserve), feeds))


def evolve_moved(draft: Draft, event: Supplied | SupplyWithdrawn | Borrowed | Repaid) -> None:
    """The reserve and the position are as the event says."""
    _put_reserve(draft, event.after)
    put_position(draft, event.account, event.position)


def evolve_switched(draft: Draft, event: CollateralSwitched | EModeChosen) -> None:
    """The position is as the event says."""
    put_position(draft, event.account, event.position)


def evolve_liquidated(draft: Draft, event: PositionLiquidated) -> None:
    """The reserves and both positions are as the event says."""
    for after in event.after:
        _put_reserve(draft, after)
    put_position(draft, event.account, event.position)
    if event.liquidator_position is not None:
        put_position(draft, event.liquidator, event.liquidator_position)


# --- invariants --------------------------------------------------------------------------


def _reserve_faults(world: Readable, place: int) -> list[str]:
    """Where the ledger and a reserve disagree."""
    reserve = world.lending.reserves[place]
    symbol = world.lending.parameters.configs[place].symbol
    balances: Any = world.balances
    ledger = (
        world.balance(MARKET, symbol),
        supply_of(balances, supply_token(symbol)),
        supply_of(balances, debt_token(symbol)),
    )
    market = (reserve.liquidity, reserve.supply_scaled, reserve.debt_scaled)
    return [] if ledger == market else [f"{symbol}: ledger {ledger}, market {market}"]


def _holding_faults(world: Readable, account: Account, place: int) -> list[str]:
    """Where the ledger and a position disagree about one reserve."""
    position = position_of(world, account)
    symbol = world.lending.parameters.configs[place].symbol
    ledger = (
        world.balance(account, supply_token(symbol)),
        world.balance(account, debt_token(symbol)),
    )
    market = (position.supplied[place], position.borrowed[place])
    return [] if ledger == market else [f"{account} {symbol}: ledger {ledger}, position {market}"]


def _position_faults(world: Readable, account: Account) -> list[str]:
    """Where the ledger and a position disagree."""
    faults: list[str] = []
    for place in range(len(world.lending.reserves)):
        faults += _holding_faults(world, account, place)
    return faults


def check_moved(draft: Draft, event: Supplied | SupplyWithdrawn | Borrowed | Repaid) -> None:
    """Ledger and market agree about the reserve and the account that were touched."""
    place = event.after.place
    faults = _reserve_faults(draft, place) + _holding_faults(draft, event.account, place)
    assert not faults, faults


def check_liquidated(draft: Draft, event: PositionLiquidated) -> None:
    """Ledger and market agree about every reserve and both accounts."""
    faults = _position_faults(draft, event.account) + _position_faults(draft, event.liquidator)
    for place, _ in event.after:
        faults += _reserve_faults(draft, place)
    assert not faults, faults


def audit(world: Readable) -> Sequence[str]:
    """Everything in the market against the ledger, and scaled sums against totals."""
    faults = []
    for account in world.positions:
        faults += _position_faults(world, account)
    for place, config in enumerate(world.lending.parameters.configs):
        faults += _reserve_faults(world, place)
        reserve = world.lending.reserves[place]
        held = sum(position.supplied[place] for position in world.positions.values())
        held += world.balance(TREASURY, supply_token(config.symbol))
        if held != reserve.supply_scaled:
            faults.append(f"{config.symbol}: holders {held}, supply {reserve.supply_scaled}")
        owed = sum(position.borrowed[place] for position in world.positions.values())
        if owed != reserve.debt_scaled:
            faults.append(f"{config.symbol}: debtors {owed}, debt {reserve.debt_scaled}")
    return faults


# --- founding ----------------------------------------------------------------------------


def needed(blueprint: LendingBlueprint) -> tuple[Need, ...]:
    """What accounts have to own before ``found``: the supply of every loan."""
    return tuple(
        Need(loan.account, loan.collateral, loan.supplied)
        for loan in blueprint.loans
        if loan.supplied
    )


def found(
    blueprint: LendingBlueprint, now: int, eth: int, usdc: int, steth_per_wsteth: int
) -> Founded:
    """A market at ``now`` with its first positions: all supplies first, then all debts.

    Prices are USD with 8 decimals, the rate of wstETH has 18. Raises ``Revert`` when a loan
    would not be granted.
    """
    configs = blueprint.configs
    parameters = protocol.Parameters(configs, blueprint.emodes, blueprint.rules)
    prices = prices_of(blueprint.feeds, eth, usdc, steth_per_wsteth)
    reserves = tuple(protocol.new_reserve(config, now) for config in configs)
    market = Market(parameters, reserves, prices)
    lending = Lending(parameters, reserves, blueprint.feeds)
    positions: dict[Account, Position] = {}
    entry: list[Any] = []
    for loan in blueprint.loans:
        if loan.supplied:
            place = place_of(lending, loan.collateral)
            before = positions.get(loan.account) or protocol.empty_position(len(configs))
            market, after, _ = protocol.supply(market, place, before, loan.supplied, now)
            symbol = supply_token(configs[place].symbol)
            minted = after.supplied[place] - before.supplied[place]
            entry += pay_in(loan.collateral, loan.supplied, loan.account)
            entry += mint(symbol, minted, loan.account)
            positions[loan.account] = after
    for loan in blueprint.loans:
        if loan.borrowed:
            place = place_of(lending, loan.debt)
            before = protocol.set_emode(market, positions[loan.account], loan.emode, now)
            market, after, _ = protocol.borrow(market, place, before, loan.borrowed, now)
            symbol = debt_token(configs[place].symbol)
            minted = after.borrowed[place] - before.borrowed[place]
            entry += mint(symbol, minted, loan.account)
            entry += pay_out(loan.debt, loan.borrowed, loan.account)
            positions[loan.account] = after
    state = Lending(parameters, market.reserves, blueprint.feeds)
    return Founded(state, tuple(positions.items()), tuple(entry))


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    Supply: decide_supply,
    WithdrawSupply: decide_withdraw,
    Borrow: decide_borrow,
    Repay: decide_repay,
    SwitchCollateral: decide_switch_collateral,
    ChooseEMode: decide_choose_emode,
    Liquidate: decide_liquidate,
    LiquidateUnhealthy: decide_liquidate_unhealthy,
    **lending_oracle.DECIDE,
}
PULLS: dict[type, Callable[[Any], Sequence[tuple[str, Account]]]] = {
    Supply: lambda call: ((call.token, MARKET),),
    Repay: lambda call: () if call.from_supply else ((call.token, MARKET),),
    Liquidate: lambda call: ((call.debt, MARKET),),
}
EVOLVE: dict[type, Callable[..., None]] = {
    Supplied: evolve_moved,
    SupplyWithdrawn: evolve_moved,
    Borrowed: evolve_moved,
    Repaid: evolve_moved,
    CollateralSwitched: evolve_switched,
    EModeChosen: evolve_switched,
    PositionLiquidated: evolve_liquidated,
    **lending_oracle.EVOLVE,
}
CHECK: dict[type, Callable[..., None]] = {
    Supplied: check_moved,
    SupplyWithdrawn: check_moved,
    Borrowed: check_moved,
    Repaid: check_moved,
    PositionLiquidated: check_liquidated,
}

__all__ = [
    "CHECK",
    "DECIDE",
    "EVOLVE",
    "LIQUIDATORS",
    "MARKET",
    "MOST_LIQUIDATIONS",
    "TREASURY",
    "Borrow",
    "Borrowed",
    "ChooseEMode",
    "CollateralSwitched",
    "EModeChosen",
    "Feed",
    "Founded",
    "Lending",
    "LendingBlueprint",
    "Liquidate",
    "LiquidateUnhealthy",
    "Loan",
    "Loss",
    "Need",
    "PositionLiquidated",
    "Repaid",
    "Repay",
    "ReserveAfter",
    "Supplied",
    "Supply",
    "SupplyWithdrawn",
    "SwitchCollateral",
    "WithdrawSupply",
    "account_of",
    "audit",
    "found",
    "health_of",
    "market_of",
    "needed",
    "oracle_prices",
    "owed_units",
    "position_of",
    "put_position",
    "supplied_units",
]
