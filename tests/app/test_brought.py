"""A portfolio's file, looked into before there is a profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstwallet.app import beginnings, brought, profiles
from lstwallet.app.door.portfolio import Portfolio, to_json
from lstwallet.engine.refusals import BelowMinimum
from lstwallet.engine.staking import steth_of
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.readmodel.portfolio import net_worth
from lstwallet.units.clock import parse_iso
from lstwallet.units.strict.refused import FileRefused, Problem

ETH = 10**18
REPLAY = MarketConfig("replay:steth_2022")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(profiles.HOME_VARIABLE, str(tmp_path / "home"))


def written(folder: Path, text: str, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_what_it_holds_and_is_worth_at_the_first_moment(tmp_path: Path) -> None:
    path = written(tmp_path, "token,amount\nUSDC,4000\nETH,12.5\n")
    found = brought.look(path, market=REPLAY)
    assert found.path == path
    assert [(part.token, part.units) for part in found.parts] == [
        ("ETH", 25 * ETH // 2), ("USDC", 4_000 * 10**6),
    ]  # fmt: skip
    assert found.at == parse_iso("2022-05-02T00:00:00")
    session = beginnings.create(
        "empty", name=found.name, market=REPLAY, portfolio=found.portfolio
    )
    try:
        assert net_worth(session.world, YOU) == found.usd
        assert session.world.time == found.at
        assert session.path.name == "mine.lstwallet"
    finally:
        session.close()


def test_the_profile_s_wallet_is_filled_without_fees(tmp_path: Path) -> None:
    portfolio = Portfolio("Family", {"ETH": ETH, "stETH": 3 * ETH})
    path = written(tmp_path, to_json(portfolio), "any.json")
    found = brought.look(path)
    session = beginnings.create("empty", name=found.name, portfolio=found.portfolio)
    try:
        world = session.world
        assert world.balance(YOU, "ETH") == ETH, "to the last wei"
        assert 0 <= steth_of(world, YOU) - 3 * ETH <= 2
        assert session.verify().problems == ()
    finally:
        session.close()


@pytest.mark.parametrize(
    ("inside", "file", "name"),
    [
        ("Family", "any.json", "Family"),
        ("", "My holdings.json", "My holdings"),
        ("a/b", "any.json", "any"),
        ("", "con.json", "Main"),
        ("", ".json.json", "Main"),
    ],
)
def test_it_is_called_as_the_file_says_or_as_the_file_is(
    tmp_path: Path, inside: str, file: str, name: str
) -> None:
    path = written(tmp_path, to_json(Portfolio(inside, {"ETH": ETH})), file)
    assert brought.look(path).name == name


def test_a_name_that_is_taken_is_counted_up(tmp_path: Path) -> None:
    profiles.folder().mkdir(parents=True)
    (profiles.folder() / f"Mine{profiles.SUFFIX}").touch()
    assert brought.look(written(tmp_path, "token,amount\nETH,1\n")).name == "mine 2"


def test_a_fault_of_the_file_has_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "token,amount\nETH,1\nstEHT,3\n")
    with pytest.raises(FileRefused) as told:
        brought.look(path)
    assert (told.value.line, told.value.field, told.value.near) == (3, "stEHT", "stETH")
    assert told.value.problem is Problem.UNKNOWN_KEY


def test_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as told:
        brought.look(written(tmp_path, "token,amount\nETH,1\n"), unwanted=lambda: True)
    assert told.value.problem is Problem.STOPPED


def test_less_than_a_protocol_takes_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "token,amount\nrETH,0.000001\n")
    with pytest.raises(BelowMinimum):
        brought.look(path)
    with pytest.raises(BelowMinimum):
        beginnings.create("empty", name="x", portfolio=Portfolio("", {"rETH": 10**12}))
    assert profiles.found() == []
    assert [each.suffix for each in profiles.folder().iterdir()] == [".lock"]
