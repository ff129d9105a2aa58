"""Restaking as rows: operators with what they add and what they risk, stakes, escrows, slashes.

Amounts are base units of the token as a person counts them, rates and parts have 18 decimals.
Where a stake's number comes from is told term by term (``Terms``):

    withdrawable = deposit shares · scaling factor · max magnitude, at the strategy's rate
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.engine import restaking_view as view
from lstwallet.engine.guards import block_of
from lstwallet.engine.restaking_facts import Escrow, Operator, Restaking, Rewards, Slash
from lstwallet.engine.restaking_view import Layer
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lido, restaking
from lstwallet.units.clock import SLOT, SimTime
from lstwallet.units.fixed import WAD, mul_div_floor

WAITING: Final = "waiting"
READY: Final = "ready"
_RATED: Final = 0
"""Services are allocated to alike in every strategy; rates are read off the first."""


class OperatorRow(NamedTuple):
    """To whom one may delegate."""

    name: str
    split: int
    """Its own part of the rewards."""
    rate: int
    """What it adds a year, after that."""
    layers: tuple[Layer, ...]
    at_risk: int
    """Part of a stake that one of the services may take, all together."""
    delegated: int
    """Wei of ETH that all have delegated to it, by the tokens' own rates."""
    magnitude: int
    """Max magnitude: what slashes have left of one."""
    slashes: tuple[Slash, ...]
    chosen: bool

    @property
    def empty(self) -> bool:
        """Slashed to nothing: nobody can join."""
        return self.magnitude == 0


class StakeRow(NamedTuple):
    """What is deposited of one token."""

    token: str
    units: int
    """What can be withdrawn: slashes counted."""
    wei: int
    """The same in ETH by the token's own rate."""
    slashed: int
    """Part of what was deposited that slashes have taken, 18 decimals."""


class Terms(NamedTuple):
    """How a stake's number comes about."""

    shares: int
    factor: int
    magnitude: int
    withdrawable: int
    """Shares."""
    rate: int
    """Base units for 10**18 shares."""
    units: int


class EscrowRow(NamedTuple):
    """A withdrawal that is not completed."""

    id: int
    token: str
    units: int
    """What it pays as things stand."""
    lost: int
    """What slashes have taken since it was asked for."""
    operator: str
    asked: SimTime
    ends: SimTime
    state: str
    """``waiting`` or ``ready``."""
    progress: int
    """18 decimals."""


class SlashRow(NamedTuple):
    """One slash of an operator."""

    key: str
    """Names the row: ``Blue Mesa:0``, the operator and which of its slashes."""
    operator: str
    slash: Slash
    taken: int
    """Part of every stake delegated to it, 18 decimals."""
    former: bool
    """Before the protocol was founded in this world."""


class Standing(NamedTuple):
    """All that an account has restaked."""

    operator: str
    stakes: tuple[StakeRow, ...]
    wei: int
    """All deposits in ETH, by the tokens' own rates."""
    rate: int
    """What the operator adds a year; 0 without one."""
    rewards: Rewards
    next_round: SimTime


def tokens(world: World) -> tuple[str, ...]:
    """Tokens that there is a strategy for."""
    return tuple(each.token for each in world.restaking.strategies) if world.restaking else ()


def held(world: World, account: Account, token: str) -> int:
    """Base units of a token in the wallet."""
    units = world.balance(account, token)
    return lido.ether_for(world.staking.pool, units) if token == view.STETH else units


def deposited(world: World, account: Account, token: str) -> int:
    """Base units that a deposit is worth, slashes counted; 0 without a strategy."""
    restaking_ = world.restaking
    if restaking_ is None or token not in tokens(world):
        return 0
    return view.withdrawable(world, account, view.place_of(restaking_, token))


def worth_of(world: World, token: str, shares: int) -> int:
    """Base units that shares of a token's strategy are worth."""
    place = view.place_of(view.of(world), token)
    return restaking.tokens_for(view.strategy_of(world, place), shares)


def operators(world: World, account: Account) -> tuple[OperatorRow, ...]:
    """In the protocol's order."""
    if world.restaking is None:
        return ()
    chosen = view.stake_of(world, account).operator
    whole = world.restaking
    return tuple(_operator(world, whole, each, chosen) for each in whole.operators)


def operator(world: World, account: Account, name: str) -> OperatorRow | None:
    """One of them by name."""
    return next((each for each in operators(world, account) if each.name == name), None)


def _operator(world: World, whole: Restaking, each: Operator, chosen: str) -> OperatorRow:
    layers = view.layers(whole, each, _RATED)
    delegated = 0
    for place, strategy in enumerate(whole.strategies):
        units = restaking.tokens_for(view.strategy_of(world, place), each.stakes[place].shares)
        delegated += view.eth_of(world, strategy.token, units)
    return OperatorRow(
        each.name, each.split, view.yearly_rate(whole, each, _RATED), layers,
        sum(layer.allocated for layer in layers), delegated,
        restaking.max_magnitude(each.stakes[_RATED]), each.slashes, each.name == chosen,
    )  # fmt: skip


def standing(world: World, account: Account) -> Standing | None:
    """``None`` in a world without restaking."""
    whole = world.restaking
    if whole is None:
        return None
    rows = []
    for place, strategy in enumerate(whole.strategies):
        units = view.withdrawable(world, account, place)
        if units:
            wei = view.eth_of(world, strategy.token, units)
            rows.append(StakeRow(strategy.token, units, wei, _slashed(world, account, place)))
    name = view.stake_of(world, account).operator
    mine = operator(world, account, name)
    return Standing(
        name, tuple(rows), sum(row.wei for row in rows), mine.rate if mine else 0,
        view.rewards_of(world, account), whole.next_round,
    )  # fmt: skip


def _slashed(world: World, account: Account, place: int) -> int:
    """``1 − withdrawable / deposit shares``, rounded down; nothing where nothing is deposited."""
    stake = view.stake_of(world, account)
    deposit = stake.deposits[place]
    own = view.side(view.operator_named(view.of(world), stake.operator), place)
    gone = deposit.shares - restaking.withdrawable(deposit, own)
    return mul_div_floor(gone, WAD, deposit.shares) if gone > 0 else 0


def terms(world: World, account: Account, token: str) -> Terms:
    """How the worth of a deposit comes about. Refuses a token without a strategy."""
    whole = view.of(world)
    place = view.place_of(whole, token)
    stake = view.stake_of(world, account)
    own = view.side(view.operator_named(whole, stake.operator), place)
    deposit, strategy = stake.deposits[place], view.strategy_of(world, place)
    shares = restaking.withdrawable(deposit, own)
    return Terms(
        deposit.shares, deposit.factor, restaking.max_magnitude(own), shares,
        restaking.tokens_for(strategy, WAD), restaking.tokens_for(strategy, shares),
    )  # fmt: skip


def escrows(world: World, account: Account) -> tuple[EscrowRow, ...]:
    """Ready ones first, then by when they end."""
    rows = [_escrow(world, each) for each in view.escrows_of(world, account)]
    return tuple(sorted(rows, key=lambda row: (row.state != READY, row.ends, row.id)))


def _escrow(world: World, each: Escrow) -> EscrowRow:
    whole = view.of(world)
    place = view.place_of(whole, each.token)
    asked = each.withdrawal.start_block * SLOT
    pays = view.escrow_worth(world, each)
    nominal = restaking.tokens_for(view.strategy_of(world, place), each.asked)
    gone = min(max(world.time - asked, 0), each.ends - asked)
    return EscrowRow(
        each.id, each.token, pays, max(0, nominal - pays), each.withdrawal.operator, asked,
        each.ends, READY if each.ready else WAITING,
        mul_div_floor(gone, WAD, each.ends - asked),
    )  # fmt: skip


def slashes(world: World) -> tuple[SlashRow, ...]:
    """Of every operator, newest first."""
    if world.restaking is None:
        return ()
    rows = [
        SlashRow(
            f"{each.name}:{number}",
            each.name,
            slash,
            WAD - mul_div_floor(slash.after, WAD, slash.before),
            slash.at == 0,
        )
        for each in world.restaking.operators
        for number, slash in enumerate(each.slashes)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.slash.at, row.operator)))


def ends_if_asked_now(world: World) -> SimTime:
    """When a withdrawal asked for now could be completed."""
    whole = view.of(world)
    return view.end_of(block_of(world), whole)


__all__ = [
    "READY", "WAITING", "EscrowRow", "OperatorRow", "SlashRow", "StakeRow", "Standing", "Terms",
    "deposited", "ends_if_asked_now", "escrows", "held", "operator", "operators", "slashes",
    "standing", "terms", "tokens", "worth_of",
]  # fmt: skip
