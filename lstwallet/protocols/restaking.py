"""EigenLayer: staked tokens that secure further services, and can be slashed by them.

A **strategy** holds one token; its shares are the deposits. A staker delegates all of his
deposits to one **operator**, who allocates magnitude (trust, of one WAD) to services. A
service slashes an operator by a part of the magnitude allocated to it: the operator's *max
magnitude* falls and with it, in proportion, everything delegated to him. Nobody's deposit is
written to. What a staker can withdraw is worked out when it is asked for:

    withdrawable = deposit shares · deposit scaling factor · max magnitude of his operator

The scaling factor is his own. It is set when he joins or adds, so that slashes from before
cost him nothing. A withdrawal waits in escrow, slashable until the delay is over; what a
slash took is withdrawn from the strategy to be burned. So a slash costs the same for ten
delegators as for ten thousand.

Source: Layr-Labs/eigenlayer-contracts@f84a5151, ``StrategyBase``, ``StrategyManager``,
``DelegationManager``, ``AllocationManager``, ``SlashingLib``. Left out: beacon-chain ETH (its
own slashing factor is one here), registration with services (every operator is registered),
signatures. Amounts are base units of the token or shares, factors and magnitudes have 18
decimals, times are block numbers. Divisions truncate unless named otherwise; what a slash
leaves and what magnitude it takes are rounded up. Stakers are the caller's: a function
takes the one deposit that it is about.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final, NamedTuple

from lstwallet.units.checked import MAX_UINT256, Revert, checked_sub, require
from lstwallet.units.fixed import WAD, mul_div_ceil, mul_div_floor, wad_mul_ceil, wad_mul_floor
from lstwallet.units.records import make

VIRTUAL: Final = 1_000
"""Shares and base units that a strategy counts beyond its own: nobody can buy the rate."""
MAX_TOTAL_SHARES: Final = 10**38 - 1

NOTHING_MINTED: Final = "NewSharesZero"
TOO_MANY_SHARES: Final = "TotalSharesExceedsMax"
MORE_THAN_DEPOSITED: Final = "WithdrawalAmountExceedsTotalDeposits"
FULLY_SLASHED: Final = "FullySlashed"
NO_FACTOR: Final = "InvalidDepositScalingFactor"
DELEGATED: Final = "ActivelyDelegated"
NOT_DELEGATED: Final = "NotActivelyDelegated"
NO_OPERATOR: Final = "OperatorNotRegistered"
IS_OPERATOR: Final = "OperatorsCannotUndelegate"
NO_SHARES: Final = "SharesAmountZero"
TOO_MANY_WITHDRAWN: Final = "SharesAmountTooHigh"
NOT_QUEUED: Final = "WithdrawalNotQueued"
TOO_EARLY: Final = "WithdrawalDelayNotElapsed"
NOT_WITHDRAWER: Final = "WithdrawerNotCaller"
PENDING: Final = "ModificationAlreadyPending"
SAME: Final = "SameMagnitude"
TOO_MUCH_MAGNITUDE: Final = "InsufficientMagnitude"
BAD_PART: Final = "InvalidWadToSlash"
OVERFLOW: Final = "Math: mulDiv overflow"


class Delays(NamedTuple):
    """Blocks to wait."""

    withdrawal: int
    """A withdrawal is slashable for so long, the last block included."""
    deallocation: int
    """Magnitude taken back is slashable for so long, the last block included."""
    allocation: int
    """Until magnitude that is given can be slashed."""


class Strategy(NamedTuple):
    """One token's deposits."""

    shares: int
    tokens: int
    """Base units held, gifts and rebases included."""


class Deposit(NamedTuple):
    """What one staker has in one strategy."""

    shares: int
    factor: int
    """Deposit scaling factor, 18 decimals."""


NOTHING: Final = Deposit(0, WAD)


class Magnitude(NamedTuple):
    """An operator's max magnitude from a block on: one for each block with a slash."""

    block: int
    value: int


class Entries(NamedTuple):
    """Scaled shares that ever entered the queue, as a running sum at the end of a block.

    Both tuples are as long, and never empty.
    """

    blocks: tuple[int, ...]
    sums: tuple[int, ...]


class Allocation(NamedTuple):
    """Magnitude that an operator gave to one service."""

    current: int
    """Slashable now."""
    pending: int
    """To be added to it (negative: taken back) at ``effect_block``."""
    effect_block: int
    """Zero when no change is pending; a slash of all of it leaves the change to be waited for."""


UNALLOCATED: Final = Allocation(0, 0, 0)


class Operator(NamedTuple):
    """One operator in one strategy."""

    shares: int
    """Withdrawable shares of everybody who delegated to him."""
    encumbered: int
    """Magnitude given to services, with what is being given or taken back."""
    allocations: tuple[Allocation, ...]
    """One for each service, in the services' order."""
    magnitudes: tuple[Magnitude, ...]
    """The last is the max magnitude; never empty."""
    queued: Entries


class Withdrawal(NamedTuple):
    """Shares in escrow."""

    staker: str
    operator: str
    """Whom he was delegated to when he asked; empty: nobody, nothing can be slashed."""
    start_block: int
    scaled_shares: int
    """Deposit shares times scaling factor: times the max magnitude it is what is paid."""


class Deposited(NamedTuple):
    """Tokens came in."""

    strategy: Strategy
    deposit: Deposit
    operator: Operator | None
    shares: int


class Queued(NamedTuple):
    """A withdrawal was asked for."""

    deposit: Deposit
    operator: Operator | None
    scaled_shares: int
    withdrawable: int
    """What it would pay, in shares, if nothing is slashed meanwhile."""


class Slashed(NamedTuple):
    """A service took from an operator."""

    operator: Operator
    magnitude: int
    """Taken from allocation, encumbered and max magnitude alike."""
    delegated: int
    """Shares that those delegated lost."""
    queued: int
    """Shares that those in escrow lost."""
    to_burn: int
    """Both: shares to be withdrawn from the strategy and burned."""


# --- the strategy: a token and its shares ------------------------------------------------


def shares_for(strategy: Strategy, amount: int) -> int:
    """Shares that ``amount`` of the token is worth."""
    return mul_div_floor(amount, strategy.shares + VIRTUAL, strategy.tokens + VIRTUAL)


def tokens_for(strategy: Strategy, shares: int) -> int:
    """Base units that ``shares`` are worth."""
    return mul_div_floor(shares, strategy.tokens + VIRTUAL, strategy.shares + VIRTUAL)


def put_in(strategy: Strategy, amount: int) -> tuple[Strategy, int]:
    """The strategy with ``amount`` more, and the shares minted, in favour of those there."""
    minted = shares_for(strategy, amount)
    require(minted > 0, NOTHING_MINTED)
    shares = strategy.shares + minted
    require(shares <= MAX_TOTAL_SHARES, TOO_MANY_SHARES)
    return Strategy(shares, strategy.tokens + amount), minted


def take_out(strategy: Strategy, shares: int) -> tuple[Strategy, int]:
    """The strategy without ``shares``, and what they paid: to a staker, or to be burned."""
    require(shares <= strategy.shares, MORE_THAN_DEPOSITED)
    paid = tokens_for(strategy, shares)
    return Strategy(strategy.shares - shares, strategy.tokens - paid), paid


def earn(strategy: Strategy, amount: int) -> Strategy:
    """Tokens come in without shares: a rebase, or a gift."""
    return Strategy(strategy.shares, strategy.tokens + amount)


# --- what a staker has -------------------------------------------------------------------


def max_magnitude(operator: Operator | None) -> int:
    """What is left of one WAD after all slashes; without an operator nothing is lost."""
    return WAD if operator is None else operator.magnitudes[-1].value


def magnitude_at(operator: Operator, block: int) -> int:
    """The max magnitude at the end of ``block``."""
    return operator.magnitudes[bisect_right(operator.magnitudes, block, key=_block) - 1].value


def _block(magnitude: Magnitude) -> int:
    return magnitude.block


def scaled_shares(shares: int, factor: int) -> int:
    """Deposit shares as they enter the queue, before any slash of the operator."""
    return wad_mul_floor(shares, factor)


def withdrawable(deposit: Deposit, operator: Operator | None) -> int:
    """Shares that are the staker's after slashing."""
    return wad_mul_floor(scaled_shares(*deposit), max_magnitude(operator))


def deposit_shares_for(deposit: Deposit, operator: Operator | None, wanted: int) -> int:
    """Deposit shares to queue so that about ``wanted`` shares come out, never more.

    Reverts with the division panic when everything was slashed.
    """
    unscaled = mul_div_floor(wanted, WAD, deposit.factor)
    return mul_div_floor(unscaled, WAD, max_magnitude(operator))


def add_shares(
    deposit: Deposit, operator: Operator | None, added: int
) -> tuple[Deposit, Operator | None]:
    """Credit ``added`` shares; the new factor makes them withdrawable in full.

    Reverts when the operator was slashed to nothing, or the factor would be nothing.
    """
    slashing = max_magnitude(operator)
    require(slashing > 0, FULLY_SLASHED)
    shares = deposit.shares + added
    if deposit.shares == 0:
        factor = mul_div_floor(deposit.factor, WAD, slashing)
    else:
        worth = withdrawable(deposit, operator) + added
        factor = mul_div_floor(mul_div_floor(worth, WAD, shares), WAD, slashing)
        require(factor > 0, NO_FACTOR)
    if operator is not None:
        operator = operator._replace(shares=operator.shares + added)
    return Deposit(shares, factor), operator


# --- depositing and delegating -----------------------------------------------------------


def deposit(
    strategy: Strategy, held: Deposit, operator: Operator | None, amount: int
) -> Deposited:
    """Put ``amount`` of the token in. ``operator`` is whom the staker is delegated to.

    Reverts: no share minted, too many shares, an operator slashed to nothing.
    """
    strategy, minted = put_in(strategy, amount)
    held, operator = add_shares(held, operator, minted)
    return Deposited(strategy, held, operator, minted)


def check_delegation(present: str, registered: bool) -> None:
    """Reverts when the staker has an operator, ``present``, or the new one is none."""
    require(not present, DELEGATED)
    require(registered, NO_OPERATOR)


def delegate(held: Deposit, operator: Operator) -> tuple[Deposit, Operator]:
    """Join ``operator`` with one deposit; slashes of the past are not for the newcomer.

    Once for each of the staker's deposits, after ``check_delegation``.
    """
    if held.shares == 0:
        return held, operator
    joined, after = add_shares(Deposit(0, held.factor), operator, held.shares)
    assert after is not None
    return joined, after


def check_undelegation(staker: str, present: str) -> None:
    """Reverts without an operator, and for operators, who are delegated to themselves.

    To undelegate is to queue all of every deposit.
    """
    require(bool(present), NOT_DELEGATED)
    require(present != staker, IS_OPERATOR)


# --- the withdrawal queue ----------------------------------------------------------------


def queue_withdrawal(
    held: Deposit, operator: Operator | None, shares: int, now: int, delays: Delays
) -> Queued:
    """Put ``shares`` deposit shares in escrow; the last one leaves the factor at one.

    Reverts: no shares, more than the staker has (more than all of the operator's: a panic).
    """
    scaled = scaled_shares(shares, held.factor)
    require(scaled <= MAX_UINT256, OVERFLOW)
    leaving = wad_mul_floor(scaled, max_magnitude(operator))
    if operator is not None:
        operator = operator._replace(
            shares=checked_sub(operator.shares, leaving),
            queued=_entered(operator.queued, scaled, now, delays),
        )
    require(shares > 0, NO_SHARES)
    require(shares <= held.shares, TOO_MANY_WITHDRAWN)
    left = held.shares - shares
    return Queued(Deposit(left, held.factor) if left else NOTHING, operator, scaled, leaving)


def _entered(queued: Entries, scaled: int, now: int, delays: Delays) -> Entries:
    """``scaled`` shares enter; what no slash can ask for any more is left out."""
    blocks, sums = queued
    begin = max(0, bisect_left(blocks, now - delays.withdrawal) - 1)
    blocks, sums = blocks[begin:], sums[begin:]
    total = sums[-1] + scaled
    if blocks[-1] == now:
        return Entries(blocks, (*sums[:-1], total))
    return Entries((*blocks, now), (*sums, total))


def completable_at(withdrawal: Withdrawal, delays: Delays) -> int:
    """The first block in which a withdrawal can be completed; no slash reaches it then."""
    return withdrawal.start_block + delays.withdrawal + 1


def check_completion(
    withdrawal: Withdrawal | None, caller: str, now: int, delays: Delays
) -> Withdrawal:
    """The withdrawal; reverts when it is not in the queue, not the caller's, or waits still."""
    if withdrawal is None:
        raise Revert(NOT_QUEUED)
    require(withdrawal.staker == caller, NOT_WITHDRAWER)
    require(now >= completable_at(withdrawal, delays), TOO_EARLY)
    return withdrawal


def escrowed(
    withdrawal: Withdrawal, operator: Operator | None, now: int, delays: Delays
) -> int:
    """Shares a withdrawal pays: by the max magnitude now, at the latest at the escrow's end.

    ``operator`` is the withdrawal's own, not the staker's present one.
    """
    if operator is None:
        return withdrawal.scaled_shares
    block = min(now, withdrawal.start_block + delays.withdrawal)
    magnitude = magnitude_at(operator, block)
    return wad_mul_floor(withdrawal.scaled_shares, magnitude)


def complete_as_tokens(strategy: Strategy, shares: int) -> tuple[Strategy, int]:
    """Leave for good: the strategy after, and the base units paid for ``escrowed`` shares."""
    return take_out(strategy, shares) if shares else (strategy, 0)


def complete_as_shares(
    held: Deposit, operator: Operator | None, shares: int
) -> tuple[Deposit, Operator | None]:
    """Deposit ``escrowed`` shares again, with whom the staker is delegated to by now."""
    return add_shares(held, operator, shares) if shares else (held, operator)


# --- allocating magnitude ----------------------------------------------------------------


def new_operator(services: int) -> Operator:
    """An operator nobody delegated to yet, with nothing given to ``services`` services."""
    allocations = (UNALLOCATED,) * services
    return Operator(0, 0, allocations, (Magnitude(-1, WAD),), Entries((-1,), (0,)))


def settled(operator: Operator, now: int) -> Operator:
    """The operator after all changes that took effect by block ``now``."""
    for allocation in operator.allocations:
        if 0 < allocation.effect_block <= now:
            break
    else:
        return operator
    allocations, freed = [], 0
    for current, pending, effect_block in operator.allocations:
        if 0 < effect_block <= now:
            allocations.append(Allocation(current + pending, 0, 0))
            freed += max(0, -pending)
        else:
            allocations.append(Allocation(current, pending, effect_block))
    return operator._replace(
        allocations=tuple(allocations), encumbered=operator.encumbered - freed
    )


def allocate(
    operator: Operator, service: int, magnitude: int, now: int, delays: Delays
) -> Operator:
    """Give ``service`` so much magnitude. More waits for the allocation delay; less stays
    slashable and encumbered for the deallocation delay.

    Reverts: a change is pending, no change, more than what is left to give.
    """
    operator = settled(operator, now)
    current, _, effect_block = operator.allocations[service]
    require(effect_block == 0, PENDING)
    change = magnitude - current
    require(change != 0, SAME)
    encumbered = operator.encumbered
    if change > 0:
        encumbered += change
        require(encumbered <= max_magnitude(operator), TOO_MUCH_MAGNITUDE)
        effect_block = now + delays.allocation
    else:
        effect_block = now + delays.deallocation + 1
    changed = Allocation(current, change, effect_block)
    allocations = (*operator.allocations[:service], changed, *operator.allocations[service + 1 :])
    return settled(operator._replace(encumbered=encumbered, allocations=allocations), now)


# --- slashing ----------------------------------------------------------------------------


def slashable_in_queue(operator: Operator, now: int, delays: Delays) -> int:
    """Shares in escrow that a slash in block ``now`` can still reach."""
    return _still_slashable(operator.queued, max_magnitude(operator), now - delays.withdrawal)


def _still_slashable(queued: Entries, magnitude: int, since: int) -> int:
    """Shares that entered the queue in block ``since`` or later."""
    blocks, sums = queued
    begin = bisect_left(blocks, since)
    return wad_mul_floor(sums[-1] - sums[begin - 1 if begin else 0], magnitude)


def slash(operator: Operator, service: int, part: int, now: int, delays: Delays) -> Slashed | None:
    """``service`` takes ``part`` (of one WAD) of the magnitude it was given.

    ``None`` when it was given nothing. The cost is the same however many delegated.
    Reverts when ``part`` is nothing or more than all.
    """
    if not 0 < part <= WAD:
        raise Revert(BAD_PART)
    shares, encumbered, allocations, magnitudes, queued = operator
    current, pending, effect_block = allocations[service]
    if 0 < effect_block <= now:
        return slash(settled(operator, now), service, part, now, delays)
    if current == 0:
        return None
    taken = wad_mul_ceil(current, part)
    if pending < 0:  # what is being taken back is slashed too: less will be freed
        pending += wad_mul_ceil(-pending, part)
    changed = make(Allocation, (current - taken, pending, effect_block))
    since, before = magnitudes[-1]
    after = before - taken
    if since == now:
        magnitudes = magnitudes[:-1]
    magnitudes = (*magnitudes, make(Magnitude, (now, after)))
    left = mul_div_ceil(shares, after, before)
    waiting = _still_slashable(queued, before, now - delays.withdrawal)
    still_waiting = mul_div_ceil(waiting, after, before)
    others = (*allocations[:service], changed, *allocations[service + 1 :])
    slashed = make(Operator, (left, encumbered - taken, others, magnitudes, queued))
    lost, lost_waiting = shares - left, waiting - still_waiting
    return make(Slashed, (slashed, taken, lost, lost_waiting, lost + lost_waiting))
