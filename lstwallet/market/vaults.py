"""Vaults from the catalogue: what they are founded with, in any world."""

from __future__ import annotations

from collections.abc import Sequence

from lstwallet.engine.kernel import Command
from lstwallet.engine.vaults_facts import ACCOUNTS, DeployVaults, VaultTerms
from lstwallet.engine.world import World
from lstwallet.market.accounts import HOLDERS
from lstwallet.market.catalogue import Catalogue


def deployment(world: World, catalogue: Catalogue) -> Sequence[Command]:
    """The command that founds vaults in a world made before them; none where they are there."""
    return () if world.vaults else (founding(catalogue),)


def founding(numbers: Catalogue) -> DeployVaults:
    """One vault for each asset; those who hold and do nothing else put in what is locked."""
    return DeployVaults(
        tuple(
            VaultTerms(
                asset,
                numbers.scaled(f"vaults.{asset}.fee", 18),
                numbers.scaled(f"vaults.{asset}.offset", 0),
                numbers.scaled(f"vaults.{asset}.locked", 18),
            )
            for asset in ACCOUNTS
        ),
        HOLDERS,
    )
