"""Interest: the indices, and what the treasury is owed.

Source: ``ReserveLogic.sol`` (aave-v3-origin v3.6.0; the same in v3.0.2 but for roundings and
the polynomial, which ``rules`` holds). Interest accrues when a reserve is touched; in between,
the normalised indices say what it would be.
"""

from __future__ import annotations

from lstwallet.protocols.lending.rules import Rules
from lstwallet.protocols.lending.state import Reserve, ReserveConfig
from lstwallet.units.checked import PANIC_ARITHMETIC, Revert
from lstwallet.units.clock import SimTime
from lstwallet.units.interest import grow_linear
from lstwallet.units.records import make


def normalized_income(reserve: Reserve, now: SimTime) -> int:
    """The liquidity index as it would be at ``now``, a ray."""
    rate = reserve.liquidity_rate
    if rate == 0 or reserve.updated_at == now:
        return reserve.liquidity_index
    return grow_linear(reserve.liquidity_index, rate, now - reserve.updated_at)


def normalized_debt(reserve: Reserve, now: SimTime, rules: Rules) -> int:
    """The borrow index as it would be at ``now``, a ray.

    Like the contract's view it grows even while nobody owes anything.
    """
    rate = reserve.borrow_rate
    if rate == 0 or reserve.updated_at == now:
        return reserve.borrow_index
    return rules.compound(reserve.borrow_index, rate, now - reserve.updated_at)


def supply_balance(reserve: Reserve, scaled: int, now: SimTime, rules: Rules) -> int:
    """Tokens that ``scaled`` aTokens are worth at ``now``."""
    return rules.supply_balance(scaled, normalized_income(reserve, now))


def debt_balance(reserve: Reserve, scaled: int, now: SimTime, rules: Rules) -> int:
    """Tokens that ``scaled`` debt amounts to at ``now``."""
    return rules.debt_balance(scaled, normalized_debt(reserve, now, rules))


def accrue(reserve: Reserve, config: ReserveConfig, now: SimTime, rules: Rules) -> Reserve:
    """The reserve with its indices and the treasury's claim brought to ``now``.

    Supply grows linearly and only while it earns; debt compounds and only while there is
    some (``ReserveLogic.updateState``).
    """
    income, owed, earned, paid, updated_at, supply, debt, liquidity, accrued, deficit = reserve
    if updated_at == now:
        return reserve
    if earned:
        income = grow_linear(income, earned, now - updated_at)
    if debt:
        before = owed
        owed = rules.compound(before, paid, now - updated_at)
        if config.reserve_factor:
            accrued += rules.treasury_share(debt, before, owed, config.reserve_factor, income)
    return make(
        Reserve, (income, owed, earned, paid, now, supply, debt, liquidity, accrued, deficit)
    )


def accrue_treasury_again(
    before: Reserve, after: Reserve, config: ReserveConfig, rules: Rules
) -> Reserve:
    """``after`` with the treasury's share between two states booked a second time.

    The contract does so when collateral and debt of a liquidation are the same reserve:
    both sides work on a copy of the reserve taken before the update.
    """
    if not (after.debt_scaled and config.reserve_factor) or before.updated_at == after.updated_at:
        return after
    share = rules.treasury_share(
        after.debt_scaled,
        before.borrow_index,
        after.borrow_index,
        config.reserve_factor,
        after.liquidity_index,
    )
    return after._replace(accrued_to_treasury=after.accrued_to_treasury + share)


def available_after(liquidity: int, added: int, taken: int) -> int:
    """Liquidity after a movement; reverts with the arithmetic panic when it falls short."""
    left = liquidity + added - taken
    if left < 0:
        raise Revert(PANIC_ARITHMETIC)
    return left


def settle(
    reserve: Reserve,
    config: ReserveConfig,
    rules: Rules,
    *,
    supply_scaled: int,
    debt_scaled: int,
    added: int = 0,
    taken: int = 0,
    new_deficit: int = 0,
) -> Reserve:
    """The accrued reserve after a movement, with the rates that follow from it.

    ``added`` and ``taken`` are tokens that come in and go out. Reverts with the arithmetic
    panic when more is taken than there is.
    """
    income, owed, _, _, updated_at, _, _, liquidity, accrued, deficit = reserve
    liquidity = available_after(liquidity, added, taken)
    deficit += new_deficit
    debt = rules.debt_balance(debt_scaled, owed) if debt_scaled else 0
    earned, paid = rules.interest_rates(
        config.curve, config.reserve_factor, debt, liquidity, deficit
    )
    return make(
        Reserve,
        (
            income,
            owed,
            earned,
            paid,
            updated_at,
            supply_scaled,
            debt_scaled,
            liquidity,
            accrued,
            deficit,
        ),
    )
