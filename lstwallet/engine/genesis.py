"""A new world from a blueprint of integers.

Each area founds its own state and the ledger entry that backs it; here they are put
together in order: the chain, the staking pool, the trading pools, purses, the lending
market with its first loans, and the requests that wait in the queue already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from lstwallet.engine import guards, kernel, lending, pools, rocketpool, staking, validators
from lstwallet.engine.concentrated_facts import DeployConcentrated
from lstwallet.engine.guards import FoundGuards, Guards
from lstwallet.engine.lending_facts import LendingBlueprint
from lstwallet.engine.network import Network
from lstwallet.engine.pools_facts import PoolsBlueprint, StablePool
from lstwallet.engine.prices import Prices
from lstwallet.engine.restaking_facts import DeployRestaking, Founding
from lstwallet.engine.rocketpool_facts import RocketPool, RocketPoolBlueprint
from lstwallet.engine.staking_facts import RequestUnstake, StakingBlueprint
from lstwallet.engine.validators_facts import Beacon, BeaconBlueprint
from lstwallet.engine.vaults_facts import DeployVaults
from lstwallet.engine.wallet import eth_into_weth
from lstwallet.engine.world import Draft, World
from lstwallet.ledger.entries import Account, Entry, burn, mint
from lstwallet.protocols import lido
from lstwallet.units.amount import Token
from lstwallet.units.clock import SimTime


class Purse(NamedTuple):
    """``units`` of ETH, WETH or USDC that an account begins with, or no longer has."""

    account: Account
    token: str
    units: int


class Wait(NamedTuple):
    """``steth`` wei of stETH that wait in the queue already."""

    account: Account
    steth: int


class Blueprint(NamedTuple):
    """All that a world is made of. Integers in base units."""

    time: SimTime
    seed: int
    tokens: Mapping[str, Token]
    prices: Prices
    beacon: BeaconBlueprint
    staking: StakingBlueprint
    pools: PoolsBlueprint
    lending: LendingBlueprint
    purses: tuple[Purse, ...]
    """Minted before the loans are made."""
    spent: tuple[Purse, ...]
    """Taken away after they are made: what borrowers have spent of them."""
    waits: tuple[Wait, ...]
    rocketpool: RocketPoolBlueprint | None = None
    network: Network | None = None
    guards: FoundGuards | None = None
    """Lido's staking limit; ``None`` where there is none."""
    vaults: DeployVaults | None = None
    concentrated: DeployConcentrated | None = None
    restaking: Founding | None = None


def found(blueprint: Blueprint) -> World:
    """The world of a blueprint, without any event yet.

    Raises ``Revert`` or ``Refusal`` when the blueprint asks for what a protocol does not
    allow, and ``LedgerBroken`` when it does not add up.
    """
    now = blueprint.time
    beacon, beacon_entry = validators.found(blueprint.beacon, now)
    pooled = staking.found(blueprint.staking, beacon, now)
    traded, pools_entry = pools.found(blueprint.pools, now)
    lent = lending.found(
        blueprint.lending,
        now,
        blueprint.prices.eth,
        blueprint.prices.usdc,
        lido.steth_per_wsteth(pooled.staking.pool),
    )
    rocket, reth_pool, rocket_entry = _rocketpool(blueprint, beacon)
    draft = Draft(
        World(
            time=now,
            events=0,
            seed=blueprint.seed,
            started=now,
            tokens=blueprint.tokens,
            prices=blueprint.prices,
            staking=pooled.staking,
            beacon=beacon,
            lending=lent.lending,
            pools=traded._replace(reth_eth=reth_pool),
            balances={},
            tickets={ticket.id: ticket for ticket in pooled.tickets},
            validators={},
            positions=dict(lent.positions),
            rocketpool=rocket,
            network=blueprint.network,
            guards=_guards(blueprint),
        )
    )
    founded = (beacon_entry, pooled.entry, pools_entry, rocket_entry)
    for entry in (*founded, *_purses(blueprint), lent.entry):
        draft.post(entry)
    for purse in blueprint.spent:
        draft.post(burn(purse.token, purse.units, purse.account))
    for wait in blueprint.waits:
        kernel.handle(draft, RequestUnstake(wait.account, wait.steth))
    if blueprint.vaults is not None:
        kernel.handle(draft, blueprint.vaults)
    if blueprint.concentrated is not None:
        kernel.handle(draft, blueprint.concentrated)
    if blueprint.restaking is not None:
        kernel.handle(draft, DeployRestaking(blueprint.restaking))
    return _newborn(draft)


def _rocketpool(
    blueprint: Blueprint, beacon: Beacon
) -> tuple[RocketPool | None, StablePool | None, Entry]:
    """rETH, its pool and what backs them, where the blueprint has them."""
    if blueprint.rocketpool is None:
        return None, None, ()
    return rocketpool.found(blueprint.rocketpool, beacon, blueprint.time)


def _guards(blueprint: Blueprint) -> Guards | None:
    """The staking limit, unused so far, where the blueprint has one."""
    if blueprint.guards is None:
        return None
    return guards.founded(blueprint.guards.most, blueprint.guards.blocks, blueprint.time)


def _purses(blueprint: Blueprint) -> list[Entry]:
    """What accounts begin with; WETH is backed by ETH as always."""
    entries: list[Any] = []
    for account, token, units in blueprint.purses:
        if token == "WETH":
            entries.append(mint("ETH", units, account) + eth_into_weth(units, account, account))
        else:
            entries.append(mint(token, units, account))
    return entries


def _newborn(draft: Draft) -> World:
    """The world of a draft whose making does not count as history."""
    draft.events = 0
    return draft.freeze()
