"""Trades with the world outside: at the recorded price, and not for the user."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import kernel
from lstwallet.engine.outside import TradedOutside, TradeOutside
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.refusals import NotEnoughBalance, NothingToDo
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.genesis import genesis, tiny

WHO = "crowd:somebody"
ETH = 10**18
DOLLAR = 10**6


@pytest.fixture(scope="module")
def world() -> World:
    """Somebody with 100 ETH and 1,000 USDC; ETH at 2,500 dollars, USDC at 0.99."""
    draft = Draft(genesis(7, catalogue=tiny()))
    kernel.handle(draft, SetPrices(2500 * 10**8, 99 * 10**6))
    kernel.handle(draft, Fund(WHO, "ETH", 100 * ETH))
    kernel.handle(draft, Fund(WHO, "USDC", 1000 * DOLLAR))
    kernel.handle(draft, Fund(YOU, "ETH", ETH))
    return draft.freeze()


def trade(world: World, token: str, amount: int | str) -> TradedOutside:
    (event,) = kernel.decide(world, TradeOutside(WHO, token, amount))  # type: ignore[arg-type]
    assert isinstance(event, TradedOutside)
    return event


def test_the_price_is_the_recorded_one(world: World) -> None:
    assert trade(world, "ETH", 2 * ETH).received == 5_050_505_050  # 5,000 / 0.99
    assert trade(world, "USDC", 250 * DOLLAR).received == 99 * 10**15  # 247.50 / 2,500


@given(units=st.integers(10**13, 90 * ETH))
def test_going_round_gains_nothing(units: int) -> None:
    draft = Draft(genesis_of_somebody())
    (out,) = kernel.handle(draft, TradeOutside(WHO, "ETH", units))
    kernel.handle(draft, TradeOutside(WHO, "USDC", out.received))
    after = draft.balance(WHO, "ETH")
    assert 100 * ETH - 10**12 <= after <= 100 * ETH


_KEPT: list[World] = []


def genesis_of_somebody() -> World:
    """The same world for every example."""
    if not _KEPT:
        draft = Draft(genesis(7, catalogue=tiny()))
        kernel.handle(draft, Fund(WHO, "ETH", 100 * ETH))
        _KEPT.append(draft.freeze())
    return _KEPT[0]


def test_all_is_everything(world: World) -> None:
    draft = Draft(world)
    kernel.handle(draft, TradeOutside(WHO, "ETH", "all"))
    assert draft.balance(WHO, "ETH") == 0
    assert kernel.audit(draft) == []


def test_the_user_and_other_tokens_are_refused(world: World) -> None:
    for command in (TradeOutside(YOU, "ETH", ETH), TradeOutside(WHO, "stETH", ETH)):
        with pytest.raises(NothingToDo):
            kernel.decide(world, command)
    with pytest.raises(NotEnoughBalance):
        trade(world, "ETH", 101 * ETH)
    with pytest.raises(NothingToDo):
        trade(world, "ETH", 1)
