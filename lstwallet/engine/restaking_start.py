"""Restaking is founded: strategies with what others have put in, and their operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lstwallet.engine.guards import block_of
from lstwallet.engine.refusals import NothingToDo
from lstwallet.engine.restaking_facts import (
    HELD,
    STRATEGIES,
    DeployRestaking,
    Earnings,
    Operator,
    OperatorSeed,
    Restaking,
    RestakingDeployed,
    Rules,
    Slash,
    Strategy,
)
from lstwallet.engine.restaking_view import eth_of, reward_rate, seen
from lstwallet.ledger.entries import Entry, move
from lstwallet.protocols import restaking as protocol
from lstwallet.units.clock import next_after
from lstwallet.units.fixed import WAD, mul_div_floor, wad_mul_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable


def decide_deploy(world: Readable, command: DeployRestaking) -> Sequence[RestakingDeployed]:
    """Refuses where it is there already. What others have restaked comes from one holder."""
    if world.restaking is not None:
        raise NothingToDo("deploy")
    rules, seeds, holder, part = command.founding
    strategies: list[Strategy] = []
    entry: Entry = ()
    for token in STRATEGIES:
        if token in world.tokens:
            units = wad_mul_floor(world.balance(holder, token), part)
            strategies.append(Strategy(token, seen(world, token, units)))
            entry += move(token, units, holder, HELD + token) if units else ()
    operators = tuple(_operator(world, rules, tuple(strategies), seed) for seed in seeds)
    first = next_after(rules.interval, world.time)
    restaking = Restaking(rules, tuple(strategies), operators, 0, first, 1, (), first)
    return (RestakingDeployed(world.time, restaking, entry),)


def _operator(
    world: Readable, rules: Rules, strategies: tuple[Strategy, ...], seed: OperatorSeed
) -> Operator:
    """With a part of what others restaked, and what was slashed in former times."""
    stakes, slash = [], None
    for strategy in strategies:
        stake, slash = _first_stake(world, rules, strategy.shares, seed)
        stakes.append(stake)
    slashes = () if slash is None else (slash,)
    operator = Operator(seed.name, seed.split, tuple(stakes), (), slashes)
    earnings = []
    for place, strategy in enumerate(strategies):  # a share is one unit of its token at first
        rate = reward_rate(rules, operator, place, eth_of(world, strategy.token, WAD))
        earnings.append(Earnings(rate, 0, world.time, 0, 0))
    return operator._replace(earnings=tuple(earnings))


def _first_stake(
    world: Readable, rules: Rules, shares: int, seed: OperatorSeed
) -> tuple[protocol.Operator, Slash | None]:
    """Those who were there at a former slash have borne it: the strategy holds what was left."""
    now, delays = block_of(world), rules.delays._replace(allocation=0)
    stake = protocol.new_operator(len(rules.services))
    for service, magnitude in enumerate(seed.allocated):
        if magnitude:
            stake = protocol.allocate(stake, service, magnitude, now, delays)
    slash = None
    if seed.slashed:
        most = max(range(len(seed.allocated)), key=seed.allocated.__getitem__)
        part = mul_div_floor(seed.slashed, WAD, seed.allocated[most])
        done = protocol.slash(stake, most, part, now, delays)
        assert done is not None
        stake, name = done.operator, rules.services[most].name
        slash = Slash(0, name, part, WAD, protocol.max_magnitude(stake))
    return stake._replace(shares=wad_mul_floor(shares, seed.delegated)), slash
