"""What a world that was made by an earlier program has to catch up with.

A mechanism that came later is founded in an old world by a command of its own, as a contract
is deployed on a chain that has long been running: history stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from lstwallet.engine.concentrated import DeployConcentrated
from lstwallet.engine.guards import FoundGuards
from lstwallet.engine.kernel import Command
from lstwallet.engine.network import DeployNetwork
from lstwallet.engine.restaking_facts import DeployRestaking
from lstwallet.engine.rocketpool import DeployRocketPool
from lstwallet.engine.vaults import DeployVaults
from lstwallet.engine.world import World
from lstwallet.market import catalogue as catalogues
from lstwallet.market import concentrated, network, restaking, vaults
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.genesis import found_guards
from lstwallet.market.rocketpool import deployment

Upgrade = Callable[[World, Catalogue], Sequence[Command]]
"""The commands that found a mechanism in a world; none where it has it already."""


def staking_limit(world: World, numbers: Catalogue) -> Sequence[Command]:
    """Lido's staking limit and the emergency stops."""
    return () if world.guards is not None else (found_guards(numbers),)


UPGRADES: Final[tuple[Upgrade, ...]] = (
    deployment, network.deploy, staking_limit, vaults.deployment, concentrated.deployment,
    restaking.deployment,
)  # fmt: skip
"""In the order in which they came."""


FOUNDING: Final = frozenset(
    (
        DeployRocketPool, DeployNetwork, FoundGuards, DeployVaults, DeployConcentrated,
        DeployRestaking,
    )
)
"""Kinds of their commands: nobody gives them but ``upgrades``."""


def upgrades(world: World) -> Sequence[Command]:
    """What to execute, in order, before the world is used. Raises ``CatalogueError``."""
    catalogue = catalogues.load()
    return [command for upgrade in UPGRADES for command in upgrade(world, catalogue)]
