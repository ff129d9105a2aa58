"""Every seed has a world, and a seed's world stays what it was."""

from __future__ import annotations

import pytest

from lstwallet.engine import kernel
from lstwallet.market import genesis as geneses
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis, tiny
from lstwallet.units.checked import Revert

CROWDED = 699
"""Its borrowers pledge more than the catalogue's cap lets anybody supply."""


def test_a_crowd_that_pledges_more_than_usual_has_a_world(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = genesis(CROWDED)
    assert kernel.audit(world) == []
    monkeypatch.setattr(geneses, "_roomy", lambda reserve, _loans: reserve)
    with pytest.raises(Revert, match="SupplyCapExceeded"):
        genesis(CROWDED)


def test_the_caps_of_an_ordinary_crowd_are_the_catalogues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = genesis(7)
    monkeypatch.setattr(geneses, "_roomy", lambda reserve, _loans: reserve)
    assert genesis(7) == world


def test_every_small_crowd_has_a_world() -> None:
    for seed in range(60):
        genesis(seed, catalogue=tiny(), market=MarketConfig("replay:steth_2022"))


@pytest.mark.nightly
def test_a_thousand_seeds_have_a_world() -> None:
    for seed in range(1_000):
        assert kernel.audit(genesis(seed)) == []
