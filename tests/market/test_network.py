"""The base fee of every hour: seeded, returning to its median, never under its floor."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from lstwallet.engine import kernel
from lstwallet.engine.network import DeployNetwork
from lstwallet.engine.prices import PricesMoved
from lstwallet.engine.world import Draft
from lstwallet.market.catalogue import load
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import tiny
from lstwallet.market.network import BaseFees, FeeModel, deploy, fee_model, network_of
from lstwallet.market.upgrades import upgrades
from lstwallet.protocols.fee_market import GWEI
from lstwallet.units.clock import DAY, HOUR
from tests.small_world import small_world

BEGIN = 1_767_571_200
MODEL = FeeModel(median=1.0, spread=0.8, half_life_days=0.5, floor=0.05)


def walk(seed: int, hours: int, model: FeeModel = MODEL) -> list[int]:
    fees = BaseFees(seed, model)
    return [fees.at(BEGIN + hour * HOUR) for hour in range(hours)]


def test_an_hour_can_be_asked_for_alone() -> None:
    path = walk(3, 24 * 40)
    for hour in (0, 23, 24, 500, 959):
        assert BaseFees(3, MODEL).at(BEGIN + hour * HOUR) == path[hour]
    assert walk(4, 24) != path[:24]


def test_it_returns_to_its_median_with_the_models_spread() -> None:
    logs = np.log(np.array(walk(5, 24 * 365 * 4)) / GWEI)
    assert abs(float(np.median(logs))) < 0.08
    assert abs(float(np.std(logs)) - 0.8) < 0.06
    kept = float(np.corrcoef(logs[:-12], logs[12:])[0, 1])
    assert abs(kept - 0.5) < 0.06, "half of a deviation is left after half a day"


def test_it_never_falls_below_its_floor_and_moves_every_hour() -> None:
    path = walk(6, 24 * 200, MODEL._replace(floor=0.6))
    assert min(path) == round(0.6 * GWEI)
    free = walk(6, 24 * 200)
    assert all(one != two for one, two in pairwise(free))
    # from hour to hour it moves far more than one block's eighth allows, or far less
    steps = [abs(math.log(two / one)) for one, two in pairwise(free)]
    assert max(steps) > math.log(9 / 8) > min(steps)


def test_a_world_begins_with_the_fee_of_its_hour() -> None:
    world = small_world()
    network = world.network
    assert network is not None
    assert network == network_of(load(), world.seed, world.time)
    assert network.base_fee == BaseFees(world.seed, fee_model(load())).at(world.time)
    gas = dict(network.rules.gas)
    assert gas["Stake"] == 90_000 - 21_000
    assert "other" not in gas


def test_the_hourly_tick_carries_the_fee_and_adds_no_event() -> None:
    with_fees, without = Draft(small_world()), Draft(small_world()._replace(network=None))
    config, begin = MarketConfig(), with_fees.time
    events = [
        event for step in Driver(config, 7, tiny()).steps(with_fees, begin + DAY)
        for event in step.events
    ]  # fmt: skip
    plain = Driver(config, 7, tiny()).advance(without, begin + DAY)
    assert len(events) == plain
    fees = [event.base_fee for event in events if type(event) is PricesMoved]
    assert fees == [BaseFees(7, fee_model(load())).at(begin + n * HOUR) for n in range(1, 25)]
    assert with_fees.network is not None
    assert with_fees.network.base_fee == fees[-1]
    assert without.network is None


def test_an_older_world_gets_its_network_once() -> None:
    old = small_world()._replace(network=None)
    (command,) = deploy(old, load())
    assert command in upgrades(old)
    assert isinstance(command, DeployNetwork)
    draft = Draft(old)
    kernel.handle(draft, command)
    assert draft.network == small_world().network
    assert deploy(draft.freeze(), load()) == ()
