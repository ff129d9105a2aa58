"""Marinade: mSOL, its tickets for delayed unstaking, and the pool that unstakes at once.

    value of mSOL = amount · (under control − tickets) / supply              (rounded down)
    instant fee   = max − (max − min) · left / target, min from the target on

The story: who deposits SOL is first sold the mSOL that lies in the liquidity pool, without a
fee, and only the rest is minted and staked. Who leaves has two ways. The slow one burns mSOL
for a *ticket* of fixed value, less a fee that stays with the others; stake is taken back at
the end of the epoch, and the ticket is paid out of the reserve when it is due. The fast one
sells mSOL to the liquidity pool at its full value less a fee that grows as the pool is
emptied; a part of the fee goes to the treasury, the rest to those who lent the pool its SOL.

Source: marinade-finance/liquid-staking-program@3e7c0904 ``programs/marinade-finance/src``;
figures from marinade's help and docs pages of 2026. When a ticket is due is told in two ways
there: ``Docs/Backend-Design.md`` says the start of the second epoch after the order and four
hours, the program's ``claim.rs`` the next epoch and half an hour. Both are here by name.

Amounts are lamports, or mSOL and LP tokens of nine decimals; each fits into 64 bits. Fees are
basis points or their hundredths. Every rounding is down: fees in favour of who pays them,
values in favour of who stays.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.units.checked import require
from lstwallet.units.clock import HOUR, MINUTE
from lstwallet.units.fixed import BPS, mul_div_floor

LAMPORTS_PER_SOL: Final = 10**9
MAX_U64: Final = 2**64 - 1
BP_CENTS: Final = 1_000_000
"""One, in hundredths of a basis point (``FeeCents``)."""
ACCOUNT_RENT: Final = 2_039_280
"""Lamports that keep the pool's account alive: (128 + 165) bytes · 3,480 · 2 years."""

MAX_INSTANT_FEE: Final = 1_000
"""Basis points: the most that the instant fee may ever be (``LiqPool::MAX_FEE``)."""
MIN_TARGET: Final = 50 * LAMPORTS_PER_SOL
MAX_TREASURY_CUT: Final = 7_500
"""Basis points of the instant fee."""
MAX_REWARD_FEE: Final = 1_000
"""Basis points of rewards."""
MAX_OTHER_FEE: Final = 2_000
"""Hundredths of a basis point: the most for a deposit or a ticket."""

CALCULATION_FAILURE: Final = "CalculationFailure"
DEPOSIT_TOO_LOW: Final = "DepositAmountIsTooLow"
WITHDRAW_TOO_LOW: Final = "WithdrawAmountIsTooLow"
STAKING_CAPPED: Final = "StakingIsCapped"
LIQUIDITY_CAPPED: Final = "LiquidityIsCapped"
NO_LIQUIDITY: Final = "InsufficientLiquidity"
NOT_DUE: Final = "TicketNotDue"
NOT_READY: Final = "TicketNotReady"
REUSED: Final = "ReusingDelayedUnstakeTicket"
BASIS_POINTS: Final = "BasisPointsOverflow"
MAX_FEE_TOO_HIGH: Final = "LpMaxFeeIsTooHigh"
WRONG_WAY_ROUND: Final = "LpFeesAreWrongWayRound"
TARGET_TOO_LOW: Final = "LiquidityTargetTooLow"
TREASURY_TOO_HIGH: Final = "TreasuryCutIsTooHigh"
REWARD_FEE_TOO_HIGH: Final = "RewardsFeeIsTooHigh"
TICKET_FEE_TOO_HIGH: Final = "DelayedUnstakeFeeIsTooHigh"
DEPOSIT_FEE_TOO_HIGH: Final = "DepositSolFeeIsTooHigh"


class TicketRule(NamedTuple):
    """When a ticket is paid."""

    epochs: int
    """From the epoch the ticket counts from."""
    extra_seconds: int
    """After the start of that epoch, for the stake that became free to be collected."""


DOCUMENTED: Final = TicketRule(2, 4 * HOUR)
"""``Docs/Backend-Design.md``."""
PROGRAM: Final = TicketRule(1, 30 * MINUTE)
"""``instructions/delayed_unstake/claim.rs``, ``WAIT_EPOCHS`` and ``EXTRA_WAIT_SECONDS``."""


class Settings(NamedTuple):
    """What the council sets."""

    reward_fee: int
    """Basis points of rewards, minted as mSOL for the treasury."""
    ticket_fee: int
    """Hundredths of a basis point of what a ticket is worth; nobody gets it."""
    deposit_fee: int
    """Hundredths of a basis point of a deposit; nobody gets it."""
    max_fee: int
    """Basis points of the instant fee when the pool is empty after it."""
    min_fee: int
    """Basis points of the instant fee while the target is left after it."""
    target: int
    """Lamports in the liquidity pool from which the fee is the least."""
    treasury_cut: int
    """Basis points of the instant fee."""
    min_deposit: int
    min_withdraw: int
    staking_cap: int
    liquidity_cap: int
    ticket: TicketRule


MAINNET: Final = Settings(
    reward_fee=950,
    ticket_fee=1_000,
    deposit_fee=0,  # unverified
    max_fee=900,
    min_fee=10,
    target=21_000 * LAMPORTS_PER_SOL,
    treasury_cut=5_000,
    min_deposit=1,  # unverified
    min_withdraw=1,  # unverified
    staking_cap=MAX_U64,  # unverified
    liquidity_cap=MAX_U64,  # unverified
    ticket=DOCUMENTED,
)


class LiquidityPool(NamedTuple):
    """SOL lent to those who leave at once, and the mSOL they sold for it."""

    sol: int
    """Lamports, without the account's rent."""
    msol: int
    lp_supply: int
    """LP tokens: shares of both."""


class State(NamedTuple):
    """All stake together, whoever validates it."""

    active: int
    """Lamports delegated."""
    cooling: int
    """Lamports on their way back for tickets."""
    emergency_cooling: int
    """Lamports on their way back from validators that were given up."""
    reserve: int
    """Lamports that are neither; deposits go in here, tickets are paid out of it."""
    msol_supply: int
    ticket_balance: int
    """Lamports owed to tickets that are not claimed yet."""
    ticket_count: int
    last_stake_delta_epoch: int
    """The last epoch in which stake was moved; a ticket ordered later in it has missed it."""
    liquidity: LiquidityPool


class Ticket(NamedTuple):
    """A claim of fixed value."""

    beneficiary: str
    lamports: int
    created_epoch: int
    """The epoch the wait counts from."""


class Deposited(NamedTuple):
    """How a deposit was met."""

    msol_swapped: int
    """mSOL out of the liquidity pool."""
    msol_minted: int
    sol_swapped: int
    """Lamports into the liquidity pool."""
    sol_deposited: int
    """Lamports into the reserve."""


class Unstaked(NamedTuple):
    """What an instant unstaking does."""

    lamports: int
    """Paid out of the liquidity pool."""
    fee: int
    """mSOL of what was sold that were not paid for."""
    treasury: int
    """mSOL of the fee that go to the treasury; the pool keeps the rest."""


def check_settings(settings: Settings) -> None:
    """Reverts with the program's reason when the council asks for too much."""
    require(max(settings.min_fee, settings.max_fee, settings.treasury_cut) <= BPS, BASIS_POINTS)
    require(settings.max_fee <= MAX_INSTANT_FEE, MAX_FEE_TOO_HIGH)
    require(settings.min_fee <= settings.max_fee, WRONG_WAY_ROUND)
    require(settings.target >= MIN_TARGET, TARGET_TOO_LOW)
    require(settings.treasury_cut <= MAX_TREASURY_CUT, TREASURY_TOO_HIGH)
    require(settings.reward_fee <= MAX_REWARD_FEE, REWARD_FEE_TOO_HIGH)
    require(settings.ticket_fee <= MAX_OTHER_FEE, TICKET_FEE_TOO_HIGH)
    require(settings.deposit_fee <= MAX_OTHER_FEE, DEPOSIT_FEE_TOO_HIGH)


# --- worth -------------------------------------------------------------------------


def _proportional(amount: int, numerator: int, denominator: int) -> int:
    """``amount · numerator / denominator``, rounded down; the amount itself over nothing."""
    if denominator == 0:
        return amount
    result = mul_div_floor(amount, numerator, denominator)
    require(result <= MAX_U64, CALCULATION_FAILURE)
    return result


def _shares(value: int, total_value: int, total_shares: int) -> int:
    """Shares for ``value``; the first ones are worth a lamport each."""
    return value if total_shares == 0 else _proportional(value, total_shares, total_value)


def under_control(state: State) -> int:
    """All lamports that are staked, on their way back or in the reserve."""
    return state.active + state.cooling + state.emergency_cooling + state.reserve


def virtual_staked(state: State) -> int:
    """What belongs to mSOL: all lamports less what tickets are owed."""
    return max(under_control(state) - state.ticket_balance, 0)


def msol_for(state: State, lamports: int) -> int:
    """mSOL that ``lamports`` are worth."""
    return _shares(lamports, virtual_staked(state), state.msol_supply)


def lamports_for(state: State, msol: int) -> int:
    """Lamports that ``msol`` are worth."""
    return _proportional(msol, virtual_staked(state), state.msol_supply)


# --- in ----------------------------------------------------------------------------


def deposit(state: State, settings: Settings, lamports: int) -> tuple[State, Deposited]:
    """Pay in ``lamports``: first the pool's mSOL is sold for them, the rest is minted.

    The pool sells at full value and without a fee, all it has at most. Reverts below the
    minimum, and when what goes into the reserve would exceed the cap.
    """
    require(lamports >= settings.min_deposit, DEPOSIT_TOO_LOW)
    order = msol_for(state, lamports - mul_div_floor(lamports, settings.deposit_fee, BP_CENTS))
    pool = state.liquidity
    swapped = min(order, pool.msol)
    paid = lamports if 0 < swapped == order else lamports_for(state, swapped)
    rest = lamports - paid
    if rest > 0:
        require(under_control(state) + rest <= settings.staking_cap, STAKING_CAPPED)
    after = state._replace(
        reserve=state.reserve + rest,
        msol_supply=state.msol_supply + order - swapped,
        liquidity=pool._replace(sol=pool.sol + paid, msol=pool.msol - swapped),
    )
    return after, Deposited(swapped, order - swapped, paid, rest)


# --- out, with a ticket ------------------------------------------------------------


def order_unstake(
    state: State, settings: Settings, msol: int, beneficiary: str, epoch: int
) -> tuple[State, Ticket]:
    """Burn ``msol`` for a ticket of what they are worth now, less the fee.

    The fee is burned with them and makes the others' mSOL worth more. A ticket ordered after
    this epoch's stake was moved counts from the next one. Reverts below the minimum.
    """
    value = lamports_for(state, msol)
    lamports = value - mul_div_floor(value, settings.ticket_fee, BP_CENTS)
    require(lamports >= settings.min_withdraw, WITHDRAW_TOO_LOW)
    missed = epoch == state.last_stake_delta_epoch
    after = state._replace(
        msol_supply=state.msol_supply - msol,
        ticket_balance=state.ticket_balance + lamports,
        ticket_count=state.ticket_count + 1,
    )
    return after, Ticket(beneficiary, lamports, epoch + 1 if missed else epoch)


def due_epoch(ticket: Ticket, rule: TicketRule) -> int:
    """The epoch in which the ticket is due, some hours after its start."""
    return ticket.created_epoch + rule.epochs


def check_due(ticket: Ticket, rule: TicketRule, epoch: int, seconds: int) -> None:
    """Reverts while the ticket waits; ``seconds`` have passed since ``epoch`` began."""
    due = due_epoch(ticket, rule)
    require(epoch >= due, NOT_DUE)
    require(epoch > due or seconds >= rule.extra_seconds, NOT_READY)


def claim(state: State, settings: Settings, ticket: Ticket, epoch: int, seconds: int) -> State:
    """Pay a ticket out of the reserve; the ticket ceases to exist.

    Reverts when it was paid before, while it is not due, and with ``TicketNotReady`` as long
    as the reserve holds less than it is worth.
    """
    require(ticket.lamports != 0, REUSED)
    check_due(ticket, settings.ticket, epoch, seconds)
    require(ticket.lamports <= state.reserve, NOT_READY)
    return state._replace(
        reserve=state.reserve - ticket.lamports,
        ticket_balance=state.ticket_balance - ticket.lamports,
        ticket_count=state.ticket_count - 1,
    )


# --- out, at once ------------------------------------------------------------------


def linear_fee(settings: Settings, left: int) -> int:
    """Basis points for an instant unstaking that leaves ``left`` lamports in the pool.

    The slope is rounded down, so that the fee is rounded up to a basis point.
    """
    if left >= settings.target:
        return settings.min_fee
    span = max(settings.max_fee - settings.min_fee, 0)
    return settings.max_fee - mul_div_floor(span, left, settings.target)


def instant_fee(state: State, settings: Settings, msol: int) -> int:
    """Basis points that selling ``msol`` to the pool costs.

    By what would be left if they were paid in full; the whole fee when nothing would be.
    """
    left = state.liquidity.sol - lamports_for(state, msol)
    return settings.max_fee if left <= 0 else linear_fee(settings, left)


def liquid_unstake(state: State, settings: Settings, msol: int) -> tuple[State, Unstaked]:
    """Sell ``msol`` to the liquidity pool: its full value less the fee, at once.

    Reverts when the pool has too little SOL, and below the minimum.
    """
    fee = mul_div_floor(msol, instant_fee(state, settings, msol), BPS)
    lamports = lamports_for(state, msol - fee)
    pool = state.liquidity
    require(lamports <= pool.sol, NO_LIQUIDITY)
    require(lamports >= settings.min_withdraw, WITHDRAW_TOO_LOW)
    treasury = mul_div_floor(fee, settings.treasury_cut, BPS)
    after = pool._replace(sol=pool.sol - lamports, msol=pool.msol + msol - treasury)
    return state._replace(liquidity=after), Unstaked(lamports, fee, treasury)


# --- the liquidity behind it -------------------------------------------------------


def pool_value(state: State) -> int:
    """Lamports that all LP tokens together are worth."""
    return state.liquidity.sol + lamports_for(state, state.liquidity.msol)


def add_liquidity(state: State, settings: Settings, lamports: int) -> tuple[State, int]:
    """Lend ``lamports`` to the pool: the state after, and the LP tokens for them.

    Reverts below the minimum, and above the pool's cap (its account's rent counts).
    """
    require(lamports >= settings.min_deposit, DEPOSIT_TOO_LOW)
    pool = state.liquidity
    require(pool.sol + ACCOUNT_RENT + lamports <= settings.liquidity_cap, LIQUIDITY_CAPPED)
    tokens = _shares(lamports, pool_value(state), pool.lp_supply)
    after = pool._replace(sol=pool.sol + lamports, lp_supply=pool.lp_supply + tokens)
    return state._replace(liquidity=after), tokens


def remove_liquidity(state: State, settings: Settings, tokens: int) -> tuple[State, int, int]:
    """Burn LP ``tokens``: the state after, and the lamports and mSOL they are a share of.

    Reverts when both together are worth less than the minimum.
    """
    pool = state.liquidity
    sol = _proportional(tokens, pool.sol, pool.lp_supply)
    msol = _proportional(tokens, pool.msol, pool.lp_supply)
    require(sol + lamports_for(state, msol) >= settings.min_withdraw, WITHDRAW_TOO_LOW)
    after = LiquidityPool(pool.sol - sol, pool.msol - msol, pool.lp_supply - tokens)
    return state._replace(liquidity=after), sol, msol


# --- what the bot does, before and after the end of an epoch -----------------------


def stake_delta(state: State) -> int:
    """Lamports to stake, or below zero to take back, so that tickets can be paid.

    Stake that cools down in an emergency is never staked again at once, but it spares
    taking back other stake for tickets.
    """
    raw = state.reserve + state.cooling - state.ticket_balance
    return raw if raw >= 0 else min(raw + state.emergency_cooling, 0)


def move_stake(state: State, epoch: int) -> State:
    """Before the epoch ends: stake what the reserve can spare, or take back what is missing.

    All of it at once; the program does it validator by validator, and leaves less than the
    least stake of an account for another time.
    """
    delta = max(min(stake_delta(state), state.reserve), -state.active)
    if delta == 0:
        return state
    return state._replace(
        active=state.active + delta,
        reserve=state.reserve - max(delta, 0),
        cooling=state.cooling + max(-delta, 0),
        last_stake_delta_epoch=epoch,
    )


def collect_cooled(state: State) -> State:
    """After the epoch has begun: what has cooled down goes to the reserve."""
    return state._replace(
        cooling=0,
        emergency_cooling=0,
        reserve=state.reserve + state.cooling + state.emergency_cooling,
    )


def _mint_fee(state: State, settings: Settings, gained: int) -> tuple[State, int]:
    """mSOL for the treasury out of ``gained`` lamports, at the rate of this moment."""
    minted = msol_for(state, mul_div_floor(gained, settings.reward_fee, BPS))
    return state._replace(msol_supply=state.msol_supply + minted), minted


def update(state: State, settings: Settings, rewards: int, tips: int = 0) -> tuple[State, int]:
    """Count an epoch: the state after, and the mSOL minted for the treasury.

    ``tips`` (MEV) are put into the reserve first, and the fee on them is minted at the rate
    with them; the fee on ``rewards`` at the rate before they are counted. Rewards below zero
    are a loss, and everybody's; reverts for one of more than is delegated.
    """
    require(state.active + rewards >= 0, CALCULATION_FAILURE)
    state, minted = _mint_fee(state._replace(reserve=state.reserve + tips), settings, tips)
    state, more = _mint_fee(state, settings, max(rewards, 0))
    return state._replace(active=state.active + rewards), minted + more
