"""The network's fee: its rules from the catalogue, and the base fee of every hour.

Between two hourly ticks lie three hundred blocks; EIP-1559 moves the base fee by up to an
eighth at each of them (``protocols/fee_market``), so that what an hour begins with says
little about the next one's blocks. The level of an hour is therefore a process of its own:
the fee's logarithm returns to its median (Ornstein-Uhlenbeck, in discrete hours) and never
falls below a floor. It is a pure function of the seed and the absolute hour. Whole numbers
leave this module: wei per gas.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from lstwallet.engine.network import DeployNetwork, Network, Rules
from lstwallet.engine.world import World
from lstwallet.market.catalogue import GAS, Catalogue
from lstwallet.market.random_streams import HOURS_A_DAY, Hours, Normals, Stream, hour_of
from lstwallet.protocols.fee_market import GWEI, TRANSACTION_GAS
from lstwallet.units.clock import SimTime

OTHER: Final = "other"
_MEMORY: Final = 12
"""Half-lives before an hour that are taken into account; the rest has decayed to nothing."""


class FeeModel(NamedTuple):
    """The parameters of the process (``resources/catalogue/network.toml``)."""

    median: float
    """Gwei."""
    spread: float
    """Standard deviation of the fee's logarithm."""
    half_life_days: float
    floor: float
    """Gwei."""


def fee_model(catalogue: Catalogue) -> FeeModel:
    """The catalogue's parameters."""
    path = "network.base_fee"
    return FeeModel(
        median=catalogue.real(f"{path}.median"),
        spread=catalogue.real(f"{path}.spread"),
        half_life_days=catalogue.real(f"{path}.half_life"),
        floor=catalogue.real(f"{path}.floor"),
    )


class BaseFees:
    """What gas costs, hour by hour."""

    def __init__(self, seed: int, model: FeeModel) -> None:
        self._model = model
        self._normals = Normals(seed, Stream.BASE_FEE)
        self._days = max(1, math.ceil(_MEMORY * model.half_life_days))
        self._kept = 0.5 ** (1 / (model.half_life_days * HOURS_A_DAY))
        self._hours = Hours(self._day)

    def at(self, time: SimTime) -> int:
        """The base fee of the hour that ``time`` lies in, wei per gas."""
        return self._hours.at(hour_of(time))

    def _day(self, day: int) -> list[int]:
        """Started ``_days`` earlier at the median."""
        model, kept = self._model, self._kept
        step = model.spread * math.sqrt(1 - kept**2)
        past = [self._normals.day(day - n) for n in range(self._days, 0, -1)]
        deviation = 0.0  # one by one: a matrix product adds in the order of the machine's BLAS
        for drawn in np.concatenate(past).tolist():
            deviation = kept * deviation + step * drawn
        fees = []
        for drawn in self._normals.day(day).tolist():
            deviation = kept * deviation + step * drawn
            fees.append(round(max(model.median * math.exp(deviation), model.floor) * GWEI))
        return fees


def network_of(catalogue: Catalogue, seed: int, time: SimTime) -> Network:
    """The network of a world at a moment."""
    gas = {kind: catalogue.scaled(f"network.gas.{kind}", 0) for kind in GAS}
    calls = {kind: max(units - TRANSACTION_GAS, 0) for kind, units in gas.items()}
    other = calls.pop(OTHER)
    return Network(
        rules=Rules(tuple(calls.items()), other),
        base_fee=BaseFees(seed, fee_model(catalogue)).at(time),
        tip=catalogue.scaled("network.base_fee.tip", 9),
    )


def deploy(world: World, catalogue: Catalogue) -> tuple[DeployNetwork, ...]:
    """What an older world is missing."""
    if world.network is not None:
        return ()
    return (DeployNetwork(network_of(catalogue, world.seed, world.time)),)


__all__ = ["BaseFees", "FeeModel", "deploy", "fee_model", "network_of"]
