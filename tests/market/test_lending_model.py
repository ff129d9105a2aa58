"""The others' glance at the lending market agrees with the exact market."""

from __future__ import annotations

import pytest

from lstwallet.engine import kernel, lending_view
from lstwallet.engine.lending_facts import LIQUIDATORS, MOST_LIQUIDATIONS, LiquidateUnhealthy
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.world import Draft, World
from lstwallet.market.lending_model import NO_DEBT, Kept, LendingModel
from lstwallet.protocols.lending import NO_DEBT as EXACT_NO_DEBT
from lstwallet.protocols.lending import empty_position
from lstwallet.units.clock import DAY

LENT = ("ETH", "wstETH", "USDC")


@pytest.fixture(scope="module")
def later(world: World) -> Draft:
    """Thirty days of interest on."""
    draft = Draft(world)
    draft.time += 30 * DAY
    return draft


def test_health_and_amounts_agree(later: Draft) -> None:
    model = LendingModel(later)
    for account, position in later.positions.items():
        exact = lending_view.health_of(later, account)
        if exact == EXACT_NO_DEBT:
            assert model.health(position) == NO_DEBT
            continue
        assert model.health(position) == pytest.approx(exact / 10**18, rel=1e-6)
        for token in LENT:
            supplied = lending_view.supplied_units(later, account, token)
            owed = lending_view.owed_units(later, account, token)
            assert model.supplied(position, token) == pytest.approx(supplied, rel=1e-9, abs=1)
            assert model.owed(position, token) == pytest.approx(owed, rel=1e-9, abs=1)


def test_an_empty_position_has_no_debt(later: Draft) -> None:
    assert LendingModel(later).health(empty_position(3)) == NO_DEBT


def test_utilisation_is_debt_over_all(later: Draft) -> None:
    model = LendingModel(later)
    supplied, free = model.reserve("ETH")
    assert model.utilisation("ETH") == pytest.approx(1 - free / supplied, abs=2e-3)


def test_nobody_is_missed_while_the_price_falls(world: World) -> None:
    """Whenever the exact queue would liquidate somebody, the glance sees it coming."""
    draft, falls, kept = Draft(world), 0, Kept()
    price = draft.prices.eth
    for _ in range(400):
        price -= price >> 9
        draft.time += 3600
        kernel.handle(draft, SetPrices(price, draft.prices.usdc))
        model, again = LendingModel(draft), LendingModel(draft, kept)
        near = model.anybody_near()
        assert again.anybody_near() == near
        assert [again.reserve(token) for token in LENT] == [model.reserve(token) for token in LENT]
        events = kernel.handle(draft, LiquidateUnhealthy(LIQUIDATORS, MOST_LIQUIDATIONS))
        assert near or not events
        falls += len(events)
    assert falls > 10


def test_a_calm_hour_is_seen_as_calm(world: World) -> None:
    assert not LendingModel(Draft(world)).anybody_near()
