"""Restaking, read: what stakes are worth, what they earn and what they risk.

A stake is worth what its deposit scaling factor and its operator's max magnitude leave of its
shares, at its strategy's rate. What it earns a year follows from what the operator allocates:

    rate = Σ rate of a service · magnitude allocated to it / max magnitude · (1 − split)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lstwallet.engine import rocketpool
from lstwallet.engine.guards import block_of
from lstwallet.engine.refusals import NothingToDo
from lstwallet.engine.restaking_facts import (
    HELD,
    Earnings,
    Escrow,
    Operator,
    Restaking,
    Rewards,
    Rules,
    Stake,
)
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lido
from lstwallet.protocols import restaking as protocol
from lstwallet.protocols.restaking import NOTHING, Strategy
from lstwallet.units.clock import SLOT, YEAR
from lstwallet.units.fixed import WAD, mul_div_floor, ray_mul_floor, wad_mul_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

STETH = "stETH"
RETH = "rETH"
WHERE = "restaking"
NOBODY = Rewards(0, 0, 0, 0, 0)
_TO_RAY = 10**9
"""From 18 to 27 decimals."""


class Layer(NamedTuple):
    """What one service adds to a stake: its pay, and how much of the stake it can take."""

    service: str
    allocated: int
    """Part of the stake that it can slash, 18 decimals."""
    rate: int
    """A year, before the operator's split, 18 decimals of the whole stake."""


# --- finding ---------------------------------------------------------------------------


def of(world: Readable) -> Restaking:
    """The protocol of a world. Refuses where there is none."""
    if world.restaking is None:
        raise NothingToDo(WHERE)
    return world.restaking


def place_of(restaking: Restaking, token: str) -> int:
    """Which strategy takes the token. Refuses a token that none takes."""
    for place, strategy in enumerate(restaking.strategies):
        if strategy.token == token:
            return place
    raise NothingToDo(WHERE)


def operator_named(restaking: Restaking, name: str) -> Operator | None:
    """By name; ``None`` when there is none."""
    return next((each for each in restaking.operators if each.name == name), None)


def stake_of(world: Readable, account: Account) -> Stake:
    """What an account has restaked; an empty stake when it never has."""
    found = world.restakes.get(account)
    if found is not None:
        return found
    size = len(of(world).strategies)
    return Stake("", (NOTHING,) * size, (0,) * size, NOBODY)


def escrows_of(world: Readable, account: Account) -> list[Escrow]:
    """Withdrawals of an account that are not completed, first come first."""
    return [each for _, each in sorted(world.escrows.items()) if each.account == account]


# --- tokens and shares -----------------------------------------------------------------


def held_by(world: Readable, token: str) -> int:
    """Base units of ``token`` that its strategy holds, stETH as wei."""
    return seen(world, token, world.balance(HELD + token, token))


def seen(world: Readable, token: str, units: int) -> int:
    """Base units that a person sees for units of the ledger: shares of stETH are wei."""
    return lido.ether_for(world.staking.pool, units) if token == STETH else units


def ledger_units(world: Readable, token: str, held: int, units: int) -> int:
    """What moves in the ledger when ``units`` of a token are paid out of ``held``."""
    return lido.shares_to_move(world.staking.pool, held, units) if token == STETH else units


def paid_out(strategy: Strategy, shares: int) -> tuple[int, int]:
    """(shares left, base units paid) when ``shares`` leave a strategy.

    After a loss the last shares are worth up to ``VIRTUAL`` units more than there is, for the
    virtual ones are: the contract's transfer would fail then, here what is there is paid.
    """
    after, paid = protocol.complete_as_tokens(strategy, shares)
    return after.shares, min(paid, strategy.tokens)


def strategy_of(world: Readable, place: int) -> Strategy:
    """A strategy as the protocol counts."""
    token, shares = of(world).strategies[place]
    return Strategy(shares, held_by(world, token))


def eth_of(world: Readable, token: str, units: int) -> int:
    """Wei of ETH that base units of a token are worth by its issuer's rate, rounded down."""
    if token == STETH:
        return units
    if token == RETH:
        return rocketpool.eth_of(world, units)
    return lido.ether_for(world.staking.pool, units)


def side(operator: Operator | None, place: int) -> protocol.Operator | None:
    """An operator in one strategy."""
    return None if operator is None else operator.stakes[place]


def withdrawable(world: Readable, account: Account, place: int) -> int:
    """Base units that a deposit is worth after slashing."""
    stake = stake_of(world, account)
    operator = operator_named(of(world), stake.operator)
    shares = protocol.withdrawable(stake.deposits[place], side(operator, place))
    return protocol.tokens_for(strategy_of(world, place), shares)


def escrow_shares(world: Readable, escrow: Escrow) -> int:
    """Shares that a withdrawal pays as things stand: slashes count until its escrow is over."""
    if escrow.ready:
        return escrow.shares
    restaking = of(world)
    operator = operator_named(restaking, escrow.withdrawal.operator)
    own = side(operator, place_of(restaking, escrow.token))
    return protocol.escrowed(escrow.withdrawal, own, block_of(world), restaking.rules.delays)


def escrow_worth(world: Readable, escrow: Escrow) -> int:
    """Base units of its token that a withdrawal pays as things stand."""
    place = place_of(of(world), escrow.token)
    return protocol.tokens_for(strategy_of(world, place), escrow_shares(world, escrow))


def restaked(world: Readable, account: Account, token: str) -> int:
    """Base units of a token that an account has restaked, in escrow or not; slashes counted."""
    restaking, stake = world.restaking, world.restakes.get(account)
    if restaking is None or stake is None:
        return 0
    units = sum(
        escrow_worth(world, each)
        for each in world.escrows.values()
        if each.account == account and each.token == token
    )
    for place, strategy in enumerate(restaking.strategies):
        if strategy.token == token:
            units += withdrawable(world, account, place)
    return units


def end_of(escrow_start: int, restaking: Restaking) -> int:
    """The moment from which a withdrawal asked for in a block may be completed."""
    withdrawal = protocol.Withdrawal("", "", escrow_start, 0)
    return protocol.completable_at(withdrawal, restaking.rules.delays) * SLOT


# --- rewards ---------------------------------------------------------------------------


def layers(restaking: Restaking, operator: Operator, place: int) -> tuple[Layer, ...]:
    """What each service that the operator allocated to pays, and what it can take."""
    stake = operator.stakes[place]
    whole = protocol.max_magnitude(stake)
    if whole == 0:
        return ()
    found = []
    for service, allocation in zip(restaking.rules.services, stake.allocations, strict=True):
        if allocation.current:
            part = mul_div_floor(allocation.current, WAD, whole)
            found.append(Layer(service.name, part, wad_mul_floor(service.rate, part)))
    return tuple(found)


def yearly_rate(restaking: Restaking, operator: Operator, place: int) -> int:
    """What delegating to an operator adds a year, after its split, 18 decimals."""
    gross = sum(layer.rate for layer in layers(restaking, operator, place))
    return wad_mul_floor(gross, WAD - operator.split)


def share_worth(world: Readable, place: int) -> int:
    """Wei of ETH that 10**18 shares of a strategy are worth by the token's own rate."""
    strategy = strategy_of(world, place)
    return eth_of(world, of(world).strategies[place].token, protocol.tokens_for(strategy, WAD))


def reward_rate(rules: Rules, operator: Operator, place: int, worth: int) -> int:
    """Wei of WETH (27 decimals) that a scaled share earns a second while 10**18 shares are
    worth ``worth`` wei. It is slashable by each service for as much as was allocated to it."""
    allocations = operator.stakes[place].allocations
    pairs = zip(rules.services, allocations, strict=True)
    gross = sum(wad_mul_floor(service.rate, given.current) for service, given in pairs)
    yearly = wad_mul_floor(wad_mul_floor(gross, WAD - operator.split), worth)
    return mul_div_floor(yearly, _TO_RAY, YEAR)


def earned_at(earnings: Earnings, now: int) -> int:
    """The running sum of a scaled share's earnings at a moment."""
    return earnings.total + earnings.rate * (now - earnings.since)


def recounted(
    world: Readable, restaking: Restaking, operator: Operator, *, post: bool
) -> tuple[Earnings, ...]:
    """The operator's earnings counted up to now, and at what they go on from here."""
    found = []
    for place, before in enumerate(operator.earnings):
        total = earned_at(before, world.time)
        rate = reward_rate(restaking.rules, operator, place, share_worth(world, place))
        posted, active = (total, before.posted) if post else (before.posted, before.active)
        found.append(Earnings(rate, total, world.time, posted, active))
    return tuple(found)


def counted(world: Readable, stake: Stake) -> Stake:
    """The stake with its rewards counted up to this moment, every amount rounded down.

    What was counted moves on with each posting: accruing → posted → claimable.
    """
    restaking = of(world)
    rewards = _moved_on(stake.rewards, restaking.round)
    operator = operator_named(restaking, stake.operator)
    if operator is None:
        return stake._replace(rewards=rewards)
    _, accruing, posted, claimable, claimed = rewards
    totals = []
    for held, earnings, begin in zip(stake.deposits, operator.earnings, stake.counted, strict=True):
        scaled = protocol.scaled_shares(*held)
        total = earned_at(earnings, world.time)
        until_active, until_posted = max(earnings.active, begin), max(earnings.posted, begin)
        claimable += ray_mul_floor(scaled, until_active - begin)
        posted += ray_mul_floor(scaled, until_posted - until_active)
        accruing += ray_mul_floor(scaled, total - until_posted)
        totals.append(total)
    done = Rewards(restaking.round, accruing, posted, claimable, claimed)
    return stake._replace(counted=tuple(totals), rewards=done)


def _moved_on(rewards: Rewards, now: int) -> Rewards:
    """The same amounts as they stand after all postings up to round ``now``."""
    then, accruing, posted, claimable, claimed = rewards
    if then == now:
        return rewards
    if then + 1 == now:
        return Rewards(now, 0, accruing, claimable + posted, claimed)
    return Rewards(now, 0, 0, claimable + posted + accruing, claimed)


def rewards_of(world: Readable, account: Account) -> Rewards:
    """What an account has earned up to now."""
    if account not in world.restakes:
        return NOBODY
    return counted(world, world.restakes[account]).rewards


__all__ = [
    "NOBODY", "Layer", "counted", "earned_at", "end_of", "escrow_shares", "escrow_worth",
    "escrows_of", "eth_of", "held_by", "layers", "ledger_units", "of", "operator_named",
    "paid_out", "place_of", "recounted", "restaked", "reward_rate", "rewards_of", "seen",
    "share_worth", "side", "stake_of", "strategy_of", "withdrawable", "yearly_rate",
]  # fmt: skip
