"""Notices are told once, when something begins."""

from __future__ import annotations

from pathlib import Path

from lstwallet.app.beginnings import play
from lstwallet.app.session import Session
from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.lending import Borrow, Supply
from lstwallet.engine.lending_view import health_of
from lstwallet.engine.staking import RequestUnstake, Stake, Wrap
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis, tiny
from lstwallet.readmodel.notices import (
    LINE,
    Notice,
    notices,
    notices_of_all,
    standing,
    standings,
)
from lstwallet.units.clock import DAY

ETH = 10**18


def session(folder: Path) -> Session:
    market = MarketConfig(flows=False)
    made = Session.create(folder / "n.lstwallet", genesis(7, catalogue=tiny()), market, name="N")
    play(made, (Fund(YOU, "ETH", 100 * ETH), Stake(YOU, 50 * ETH)))
    return made


def test_a_ticket_is_told_when_it_becomes_ready_and_never_again(tmp_path: Path) -> None:
    open_ = session(tmp_path)
    open_.execute(RequestUnstake(YOU, 2 * ETH))
    before = standing(open_.world, YOU)
    assert notices(before, open_.world, YOU) == []
    open_.advance(open_.world.time + 20 * DAY)
    (told,) = notices(before, open_.world, YOU)
    assert told.kind == "ready"
    assert 0 <= 2 * ETH - told.amount < 10
    assert notices(standing(open_.world, YOU), open_.world, YOU) == []
    open_.close()


def test_what_begins_for_an_account_that_is_not_shown_is_told_too(tmp_path: Path) -> None:
    open_ = session(tmp_path)
    second = f"{YOU}:2"
    before = standings(open_.world)
    play(open_, (OpenAccount(), Fund(second, "ETH", 100 * ETH), Stake(second, 50 * ETH)))
    play(open_, (RequestUnstake(second, 2 * ETH), Wrap(second, 40 * ETH)))
    play(open_, (Supply(second, "wstETH", 20 * ETH), Borrow(second, "WETH", 185 * ETH // 10)))
    health = health_of(open_.world, second)
    # An account that was opened since then has nothing behind it.
    assert notices_of_all(before, open_.world) == [Notice("low", health, "", second)]
    before = standings(open_.world)
    assert notices_of_all(before, open_.world) == []
    open_.advance(open_.world.time + 20 * DAY)
    (told,) = notices_of_all(before, open_.world)
    assert (told.kind, told.token, told.account) == ("ready", "ETH", second)
    assert notices(before[YOU], open_.world, YOU) == []
    open_.close()


def test_low_health_is_told_when_it_begins(tmp_path: Path) -> None:
    open_ = session(tmp_path)
    play(open_, (Wrap(YOU, 40 * ETH), Supply(YOU, "wstETH", 20 * ETH)))
    play(open_, (Borrow(YOU, "WETH", 10 * ETH),))
    before = standing(open_.world, YOU)
    assert not before.low
    assert notices(before, open_.world, YOU) == []
    play(open_, (Borrow(YOU, "WETH", 85 * ETH // 10),))
    health = health_of(open_.world, YOU)
    assert health < LINE
    assert notices(before, open_.world, YOU) == [Notice("low", health)]
    assert notices(standing(open_.world, YOU), open_.world, YOU) == []
    lower = health - 1
    assert notices(standing(open_.world, YOU, lower), open_.world, YOU, (), lower) == []
    assert not standing(open_.world, YOU, health).low  # below the line, not on it
    assert standing(open_.world, YOU, health + 1).low
    assert not standing(open_.world, YOU, 0).low  # switched off
    open_.close()


def test_a_liquidation_is_read_from_its_event(tmp_path: Path) -> None:
    open_ = session(tmp_path)

    class PositionLiquidated:
        account, collateral, seized, fee = YOU, "wstETH", 5, 1

    class Other(PositionLiquidated):
        account = "crowd:1"

    Other.__name__ = "PositionLiquidated"
    told = notices(standing(open_.world, YOU), open_.world, YOU, [PositionLiquidated(), Other()])
    assert told == [Notice("liquidated", 6, "wstETH")]
    open_.close()
