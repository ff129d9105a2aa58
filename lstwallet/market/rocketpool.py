"""rETH from the catalogue: what the protocol and its pool begin with, in any world."""

from __future__ import annotations

from collections.abc import Sequence

from lstwallet.engine.kernel import Command
from lstwallet.engine.pools_facts import RethPoolBlueprint
from lstwallet.engine.rocketpool_facts import DeployRocketPool, RocketPoolBlueprint, Rules
from lstwallet.engine.world import World
from lstwallet.market.accounts import HOLDERS, PROVIDER
from lstwallet.market.catalogue import Catalogue
from lstwallet.protocols.rocketpool import Settings


def deployment(world: World, catalogue: Catalogue) -> Sequence[Command]:
    """The command that founds rETH in a world made before it; none where it is there."""
    if world.rocketpool is not None:
        return ()
    return (DeployRocketPool(blueprint(catalogue)),)


def blueprint(numbers: Catalogue) -> RocketPoolBlueprint:
    """All numbers that the protocol and its pool are founded from."""
    state = "rocketpool.state"
    return RocketPoolBlueprint(
        rules=_rules(numbers),
        minipools=numbers.scaled(f"{state}.minipools", 0),
        collateral=numbers.scaled(f"{state}.collateral", 18),
        deposits=numbers.scaled(f"{state}.deposit_pool", 18),
        rate=numbers.scaled(f"{state}.ether_per_reth", 18),
        holder=HOLDERS,
        holdings=(),
        reth_pool=RethPoolBlueprint(
            provider=PROVIDER,
            eth=numbers.scaled("pools.reth_eth.eth", 18),
            reth=numbers.scaled("pools.reth_eth.reth", 18),
            amplification=numbers.scaled("pools.reth_eth.amplification", 0),
            fee=numbers.scaled("pools.reth_eth.fee", 10),
            offpeg=0,
        ),
    )


def _rules(numbers: Catalogue) -> Rules:
    limits, shares, nodes = "rocketpool.limits", "rocketpool.shares", "rocketpool.nodes"
    return Rules(
        settings=Settings(
            minimum_deposit=numbers.scaled(f"{limits}.minimum_deposit", 18),
            largest_pool=numbers.scaled(f"{limits}.largest_deposit_pool", 18),
            deposit_fee=numbers.scaled(f"{limits}.deposit_fee", 18),
            target_collateral=numbers.scaled(f"{limits}.collateral_target", 18),
        ),
        node_share=numbers.scaled(f"{shares}.nodes", 18),
        voter_share=numbers.scaled(f"{shares}.voters", 18),
        max_change=numbers.scaled(f"{limits}.max_rate_change", 18),
        nodes_per_day=numbers.scaled(f"{nodes}.offered_per_day", 0),
        longest_line=numbers.scaled(f"{nodes}.longest_line", 0),
        smallest_batch=numbers.scaled(f"{nodes}.smallest_batch", 0),
        exits_below=numbers.scaled(f"{nodes}.exits_below", 18),
        exits_per_day=numbers.scaled(f"{nodes}.exits_per_day", 0),
    )
