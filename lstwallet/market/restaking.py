"""Restaking from the catalogue: what the protocol begins with, in any world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lstwallet.engine.kernel import Command
from lstwallet.engine.restaking_facts import (
    DeployRestaking,
    Founding,
    OperatorSeed,
    Rules,
    Service,
)
from lstwallet.engine.world import World
from lstwallet.market.accounts import HOLDERS
from lstwallet.market.catalogue import Catalogue
from lstwallet.protocols.restaking import Delays
from lstwallet.units.clock import DAY
from lstwallet.units.fixed import div_floor

SERVICES: Final = (("data", "Data layer"), ("oracle", "Price oracle"), ("sequencer", "Sequencer"))
"""Key in the catalogue and name, in the protocol's order. Made up, as the operators are."""
OPERATORS: Final = (
    ("northlight", "Northlight"), ("harbour", "Harbour Nodes"), ("blue_mesa", "Blue Mesa"),
)  # fmt: skip
_MICRODAYS: Final = 10**6


def deployment(world: World, catalogue: Catalogue) -> Sequence[Command]:
    """The command that founds restaking in a world made before it; none where it is there."""
    return () if world.restaking is not None else (DeployRestaking(founding(catalogue)),)


def founding(numbers: Catalogue) -> Founding:
    """All numbers that the protocol is founded from."""
    return Founding(
        rules=_rules(numbers),
        operators=tuple(_operator(numbers, key, name) for key, name in OPERATORS),
        holder=HOLDERS,
        part=numbers.scaled("eigenlayer.others.restaked", 18),
    )


def _rules(numbers: Catalogue) -> Rules:
    delays, rewards = "eigenlayer.delays", "eigenlayer.rewards"
    return Rules(
        delays=Delays(
            numbers.scaled(f"{delays}.withdrawal", 0),
            numbers.scaled(f"{delays}.deallocation", 0),
            numbers.scaled(f"{delays}.allocation", 0),
        ),
        interval=_seconds(numbers, f"{rewards}.interval"),
        activation=_seconds(numbers, f"{rewards}.activation"),
        services=tuple(
            Service(name, numbers.scaled(f"eigenlayer.services.{key}", 18))
            for key, name in SERVICES
        ),
    )


def _seconds(numbers: Catalogue, path: str) -> int:
    return div_floor(numbers.scaled(path, 6) * DAY, _MICRODAYS)


def _operator(numbers: Catalogue, key: str, name: str) -> OperatorSeed:
    path = f"eigenlayer.operator.{key}"
    return OperatorSeed(
        name=name,
        split=numbers.scaled(f"{path}.split", 18),
        allocated=tuple(numbers.scaled(f"{path}.{service}", 18) for service, _ in SERVICES),
        delegated=numbers.scaled(f"{path}.delegated", 18),
        slashed=numbers.scaled(f"{path}.slashed", 18),
    )
