"""What Aave v3.0.2 does another way: the older rules, by the names of the newer ones.

Source: aave-v3-core 1.19.3 (v3.0.2) ``SupplyLogic.sol``, ``BorrowLogic.sol``, ``EModeLogic.sol``,
``LiquidationLogic.sol``, ``ValidationLogic.sol``. Indices, the account and the way a reserve
settles are shared; the roundings are those of ``rules.V3_0_2``. A reserve counts its real
tokens. Each has at most one e-mode category. Amounts decide where v3.6 asks for shares: a
supply stops being collateral when its whole *balance* goes. A borrow is judged before it is
made. Half of one debt may be liquidated above a health of 0.95, everything at or below it;
there are no least values, and debt that outlives its collateral just stays. Who borrows is told
by a flag, which may outlive the debt (``left_flagged``).
"""

from __future__ import annotations

from typing import Final

from lstwallet.protocols.lending import actions
from lstwallet.protocols.lending.account import (
    account_data,
    counts_as_borrowed,
    is_borrowing,
    require_healthy,
    require_healthy_without,
    reserve_bonus,
)
from lstwallet.protocols.lending.actions import Moved, Transferred, repay_in_tokens
from lstwallet.protocols.lending.liquidation import (
    CLOSE_FACTOR,
    CLOSE_FACTOR_HEALTH,
    Liquidated,
    Seizure,
    seize,
)
from lstwallet.protocols.lending.rates import accrue, normalized_income, settle
from lstwallet.protocols.lending.rules import V3_0_2
from lstwallet.protocols.lending.state import (
    HEALTHY,
    MAX_AMOUNT,
    EMode,
    Market,
    Parameters,
    Position,
    ReserveConfig,
    credit,
    find_emode,
    with_collateral,
    with_debt,
    with_reserve,
    with_supply,
)
from lstwallet.units import word
from lstwallet.units.checked import checked_add, checked_mul, checked_sub, require
from lstwallet.units.clock import SimTime
from lstwallet.units.fixed import div_floor, percent_mul

MAX_TRANSFER: Final = 2**128 - 1
"""Scaled balances are 128-bit numbers here."""


def category(emode: EMode, configs: tuple[ReserveConfig, ...]) -> EMode:
    """An e-mode of which a reserve is a member or not, and nothing else.

    A member may be borrowed if it may be borrowed at all, and lends borrowing power if it does
    so outside.
    """
    members = tuple(
        place
        for place in range(len(configs))
        if place in emode.collateral or place in emode.borrowable
    )
    return emode._replace(
        collateral=members,
        borrowable=tuple(place for place in members if configs[place].borrowing_enabled),
        ltv_zero=tuple(place for place in members if configs[place].ltv == 0),
    )


def is_member(parameters: Parameters, place: int, number: int) -> bool:
    """Whether a reserve belongs to the category of that number."""
    emode = find_emode(parameters, number)
    return emode is not None and place in emode.collateral


# --- supply and borrow -----------------------------------------------------------------


def supply(market: Market, place: int, position: Position, amount: int, now: SimTime) -> Moved:
    """Supply ``amount`` tokens; the shares are rounded to the nearest.

    The cap counts the amount itself. Reverts ``InvalidAmount`` (nothing),
    ``SupplyCapExceeded``, or ``InvalidMintAmount`` (too little for one share).
    """
    config = market.parameters.configs[place]
    reserve = accrue(market.reserves[place], config, now, V3_0_2)
    require(amount != 0, "InvalidAmount")
    if config.supply_cap:
        shares = reserve.supply_scaled + reserve.accrued_to_treasury
        held = V3_0_2.supply_balance(shares, reserve.liquidity_index)
        most = config.supply_cap * config.unit
        require(checked_add(held, amount) <= most, "SupplyCapExceeded")
    scaled = V3_0_2.mint_supply(amount, reserve.liquidity_index)
    reserve = settle(
        reserve,
        config,
        V3_0_2,
        supply_scaled=reserve.supply_scaled + scaled,
        debt_scaled=reserve.debt_scaled,
        added=amount,
    )
    require(scaled != 0, "InvalidMintAmount")
    return Moved(
        with_reserve(market, place, reserve), receive(market, position, place, scaled), amount
    )


def receive(market: Market, position: Position, place: int, scaled: int) -> Position:
    """The position after aTokens came, whatever the way: the first ones become collateral."""
    first = position.supplied[place] == 0
    position = credit(position, place, scaled)
    if first and market.parameters.configs[place].ltv != 0:
        return with_collateral(position, place, True)
    return position


def withdraw(market: Market, place: int, position: Position, amount: int, now: SimTime) -> Moved:
    """Withdraw ``amount`` tokens, or everything with ``MAX_AMOUNT``.

    Reverts ``InvalidAmount``, ``NotEnoughAvailableUserBalance``, the arithmetic panic when the
    reserve is short of tokens, ``InvalidBurnAmount``, or a health reason.
    """
    config = market.parameters.configs[place]
    reserve = accrue(market.reserves[place], config, now, V3_0_2)
    held = position.supplied[place]
    balance = V3_0_2.supply_balance(held, reserve.liquidity_index)
    if amount == MAX_AMOUNT:
        amount = balance
    require(amount != 0, "InvalidAmount")
    require(amount <= balance, "NotEnoughAvailableUserBalance")
    scaled = V3_0_2.burn_supply(amount, reserve.liquidity_index)
    reserve = settle(
        reserve,
        config,
        V3_0_2,
        supply_scaled=reserve.supply_scaled - scaled,
        debt_scaled=reserve.debt_scaled,
        taken=amount,
    )
    require(scaled != 0, "InvalidBurnAmount")
    market = with_reserve(market, place, reserve)
    was_collateral = position.collateral[place]
    position = with_supply(position, place, checked_sub(held, scaled))
    if amount == balance:
        position = with_collateral(position, place, False)
    if was_collateral and is_borrowing(position):
        require_healthy_without(market, position, place, now)
    return Moved(market, position, amount)


def borrow(market: Market, place: int, position: Position, amount: int, now: SimTime) -> Moved:
    """Borrow ``amount`` tokens, judged by the account as it is before.

    Reverts ``InvalidAmount``, ``BorrowingNotEnabled``, ``BorrowCapExceeded``,
    ``InconsistentEModeCategory``, ``CollateralBalanceIsZero``, ``LtvValidationFailed``,
    ``HealthFactorLowerThanLiquidationThreshold`` (exactly one is too low),
    ``CollateralCannotCoverNewBorrow``, ``InvalidMintAmount``, or the arithmetic panic when the
    reserve is short of tokens.
    """
    config = market.parameters.configs[place]
    reserve = accrue(market.reserves[place], config, now, V3_0_2)
    market = with_reserve(market, place, reserve)
    require(amount != 0, "InvalidAmount")
    require(config.borrowing_enabled, "BorrowingNotEnabled")
    if config.borrow_cap:
        owed = V3_0_2.debt_balance(reserve.debt_scaled, reserve.borrow_index)
        most = config.borrow_cap * config.unit
        require(checked_add(owed, amount) <= most, "BorrowCapExceeded")
    if position.emode:
        member = is_member(market.parameters, place, position.emode)
        require(member, "InconsistentEModeCategory")
    require_covering(market, place, position, amount, now)
    scaled = V3_0_2.mint_debt(amount, reserve.borrow_index)
    require(scaled != 0, "InvalidMintAmount")
    reserve = settle(
        reserve,
        config,
        V3_0_2,
        supply_scaled=reserve.supply_scaled,
        debt_scaled=reserve.debt_scaled + scaled,
        taken=amount,
    )
    position = with_debt(position, place, position.borrowed[place] + scaled)
    return Moved(with_reserve(market, place, reserve), unflagged(position, place), amount)


def require_covering(
    market: Market, place: int, position: Position, amount: int, now: SimTime
) -> None:
    """Check an account before it borrows ``amount`` more of a reserve.

    What it will owe, over the average loan-to-value (halves up), must not exceed the
    collateral; the new debt's value rounds down.
    """
    account = account_data(market, position, now)
    require(account.collateral != 0, "CollateralBalanceIsZero")
    require(account.ltv != 0, "LtvValidationFailed")
    require(account.health_factor > HEALTHY, "HealthFactorLowerThanLiquidationThreshold")
    unit = market.parameters.configs[place].unit
    value = div_floor(checked_mul(market.prices[place], amount), unit)
    needed = word.percent_div(account.debt + value, account.ltv)
    require(needed <= account.collateral, "CollateralCannotCoverNewBorrow")


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
    moved = actions.repay(market, place, position, amount, now, own_debt=own_debt)
    return moved._replace(position=left_flagged(moved, place, position))


def left_flagged(repaid: Moved, place: int, before: Position) -> Position:
    """The position after a repayment, with the flag that it may have left standing.

    The flag goes when the *amount* repaid is the amount owed. One unit less may round up to the
    last share of the debt: then nothing is owed, and the flag stays.
    """
    position = repaid.position
    if position.borrowed[place]:
        return position
    index = repaid.market.reserves[place].borrow_index
    if repaid.amount == V3_0_2.debt_balance(before.borrowed[place], index):
        return position
    return position._replace(flagged=tuple(sorted((*position.flagged, place))))


def unflagged(position: Position, place: int) -> Position:
    """The position when a reserve is borrowed again: its debt is the flag."""
    if place not in position.flagged:
        return position
    return position._replace(flagged=tuple(each for each in position.flagged if each != place))


def repay_with_supply(
    market: Market, place: int, position: Position, amount: int, now: SimTime
) -> Moved:
    """Repay a debt with one's own aTokens; ``MAX_AMOUNT`` uses all that the debt needs.

    Neither the collateral switch nor the health is looked at, even when no supply is left.
    """
    require(amount != 0, "InvalidAmount")
    config = market.parameters.configs[place]
    reserve = accrue(market.reserves[place], config, now, V3_0_2)
    index, held = reserve.liquidity_index, position.supplied[place]
    if amount == MAX_AMOUNT:
        require(position.borrowed[place] != 0, "NoDebtOfSelectedType")
        amount = V3_0_2.supply_balance(held, index)
    moved = repay_in_tokens(market, place, position, amount, now, incoming=False)
    market, paid = moved.market, moved.amount
    position = left_flagged(moved, place, position)
    scaled = V3_0_2.burn_supply(paid, index)
    require(scaled != 0, "InvalidBurnAmount")
    position = with_supply(position, place, checked_sub(held, scaled))
    reserve = market.reserves[place]
    reserve = reserve._replace(supply_scaled=reserve.supply_scaled - scaled)
    return Moved(with_reserve(market, place, reserve), position, paid)


# --- transfers, collateral, e-mode -----------------------------------------------------


def transfer(
    market: Market,
    place: int,
    sender: Position,
    recipient: Position | None,
    amount: int,
    now: SimTime,
) -> Transferred:
    """Move aTokens worth ``amount``; the first ones of a recipient become collateral.

    ``recipient=None`` is a transfer to oneself. Reverts ``SafeCastOverflowedUintDowncast``, the
    arithmetic panic when there are too few, or a health reason.
    """
    require(amount <= MAX_TRANSFER, "SafeCastOverflowedUintDowncast")
    index = normalized_income(market.reserves[place], now)
    scaled = V3_0_2.burn_supply(amount, index)
    balance = V3_0_2.supply_balance(sender.supplied[place], index)
    left = checked_sub(sender.supplied[place], scaled)
    if recipient is None:
        return Transferred(sender, sender, scaled)
    if amount == 0:
        return Transferred(sender, recipient, 0)
    was_collateral = sender.collateral[place]
    sender = with_supply(sender, place, left)
    if was_collateral and is_borrowing(sender):
        require_healthy_without(market, sender, place, now)
    if amount == balance:
        sender = with_collateral(sender, place, False)
    return Transferred(sender, receive(market, recipient, place, scaled), scaled)


def set_collateral(
    market: Market, place: int, position: Position, on: bool, now: SimTime
) -> Position:
    """Switch a supply on or off as collateral; without a supply neither is allowed.

    Reverts ``UnderlyingBalanceZero``, ``UserInIsolationModeOrLtvZero`` (no borrowing power),
    or a health reason when it is switched off.
    """
    require(position.supplied[place] != 0, "UnderlyingBalanceZero")
    if position.collateral[place] is on:
        return position
    if on:
        power = market.parameters.configs[place].ltv
        require(power != 0, "UserInIsolationModeOrLtvZero")
        return with_collateral(position, place, True)
    position = with_collateral(position, place, False)
    require_healthy_without(market, position, place, now)
    return position


def set_emode(market: Market, position: Position, number: int, now: SimTime) -> Position:
    """Enter a category, or leave with 0.

    Every debt must belong to the category entered; leaving one, for whatever other or the same,
    is checked for health. Reverts ``InconsistentEModeCategory`` or a health reason.
    """
    emode = find_emode(market.parameters, number)
    known = number == 0 or (emode is not None and emode.liquidation_threshold != 0)
    require(known, "InconsistentEModeCategory")
    for place in range(len(position.borrowed)):
        if number and counts_as_borrowed(position, place):
            member = is_member(market.parameters, place, number)
            require(member, "InconsistentEModeCategory")
    left = position.emode
    position = position._replace(emode=number)
    if left:
        require_healthy(market, position, now)
    return position


# --- liquidation -----------------------------------------------------------------------


def liquidate(
    market: Market,
    collateral: int,
    debt: int,
    borrower: Position,
    wanted: int,
    now: SimTime,
    *,
    receive_supply: bool,
    by_borrower: bool,
) -> Liquidated:
    """Repay up to ``wanted`` of a borrower's debt and take collateral for it.

    Borrowers may liquidate themselves. Reverts ``HealthFactorNotBelowThreshold``,
    ``CollateralCannotBeLiquidated``, ``SpecifiedCurrencyNotBorrowedByUser``,
    ``InvalidBurnAmount``, or the arithmetic panic when tokens or aTokens do not suffice.
    """
    config = market.parameters.configs[debt]
    reserve = accrue(market.reserves[debt], config, now, V3_0_2)
    market = with_reserve(market, debt, reserve)
    health = account_data(market, borrower, now).health_factor
    require(health < HEALTHY, "HealthFactorNotBelowThreshold")
    require(borrower.collateral[collateral], "CollateralCannotBeLiquidated")
    require(borrower.borrowed[debt] != 0, "SpecifiedCurrencyNotBorrowedByUser")
    index = normalized_income(market.reserves[collateral], now)
    balance = V3_0_2.supply_balance(borrower.supplied[collateral], index)
    seizure = quote(market, collateral, debt, borrower, wanted, balance, health)
    if seizure.collateral + seizure.fee == balance:
        borrower = with_collateral(borrower, collateral, False)
    moved = repay_in_tokens(market, debt, borrower, seizure.debt, now, incoming=True)
    market, borrower = moved.market, left_flagged(moved, debt, borrower)
    taken = V3_0_2.burn_supply(seizure.collateral, index)
    if not receive_supply:
        arriving = seizure.debt if collateral == debt else 0
        market = pay_out(market, collateral, seizure.collateral, taken, arriving, now)
    left = checked_sub(borrower.supplied[collateral], taken)
    if not (receive_supply and by_borrower):
        borrower = with_supply(borrower, collateral, left)
    fee = seizure.fee
    fee_scaled = min(V3_0_2.burn_supply(fee, index), borrower.supplied[collateral])
    left = borrower.supplied[collateral] - fee_scaled
    borrower = with_supply(borrower, collateral, left)
    return Liquidated(
        market, borrower, seizure.debt, seizure.collateral, taken, fee, fee_scaled, ()
    )


def quote(
    market: Market,
    collateral: int,
    debt: int,
    borrower: Position,
    wanted: int,
    balance: int,
    health: int,
) -> Seizure:
    """What may be repaid of one debt, and what it buys out of ``balance`` collateral."""
    parameters, reserves, prices = market
    configs = parameters.configs
    owed = V3_0_2.debt_balance(borrower.borrowed[debt], reserves[debt].borrow_index)
    limit = percent_mul(owed, CLOSE_FACTOR) if health > CLOSE_FACTOR_HEALTH else owed
    return seize(
        configs[collateral],
        prices[collateral],
        configs[debt],
        prices[debt],
        min(wanted, limit),
        balance,
        reserve_bonus(parameters, collateral, find_emode(parameters, borrower.emode)),
        V3_0_2.debt_needed,
    )


def pay_out(
    market: Market, place: int, amount: int, scaled: int, arriving: int, now: SimTime
) -> Market:
    """Burn a reserve's aTokens and pay collateral out of it.

    A quirk of the contract: the repayment (``arriving``, if it goes to the same reserve) is
    there only after the last rates were computed, which count without it.
    """
    config = market.parameters.configs[place]
    reserve = accrue(market.reserves[place], config, now, V3_0_2)
    reserve = settle(
        reserve,
        config,
        V3_0_2,
        supply_scaled=reserve.supply_scaled - scaled,
        debt_scaled=reserve.debt_scaled,
        taken=arriving + amount,
    )
    require(scaled != 0, "InvalidBurnAmount")
    return with_reserve(market, place, reserve._replace(liquidity=reserve.liquidity + arriving))
