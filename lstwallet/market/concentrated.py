"""The concentrated pool from the catalogue: what it begins with, in any world."""

from __future__ import annotations

from collections.abc import Sequence

from lstwallet.engine.concentrated_facts import Band, DeployConcentrated
from lstwallet.engine.kernel import Command
from lstwallet.engine.world import World
from lstwallet.market.accounts import HOLDERS, PROVIDER
from lstwallet.market.catalogue import Catalogue

PATH = "pools.wsteth_eth"


def deployment(world: World, catalogue: Catalogue) -> Sequence[Command]:
    """The command that founds the pool in a world made before it; none where it is there."""
    return () if world.concentrated is not None else (founding(catalogue),)


def founding(numbers: Catalogue) -> DeployConcentrated:
    """A narrow range around the rate, and a wide one below it; one basis point is one tick."""
    return DeployConcentrated(
        fee=numbers.scaled(f"{PATH}.fee", 6),
        spacing=numbers.scaled(f"{PATH}.spacing", 0),
        provider=PROVIDER,
        holder=HOLDERS,
        bands=(
            Band(numbers.scaled(f"{PATH}.range", 0), numbers.scaled(f"{PATH}.eth", 18)),
            Band(numbers.scaled(f"{PATH}.wide_range", 0), numbers.scaled(f"{PATH}.wide_eth", 18)),
        ),
    )
