"""Looking at the past and changing branch, on the bridge alone; what comes late is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lstwallet.app.session import ActivityRecord, Outcome, Series, Session
from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.staking import Stake
from lstwallet.engine.world import YOU
from lstwallet.store.codec import world_hash
from lstwallet.ui.bridge import Bridge, Opening
from lstwallet.ui.jobs import Inline, Lane
from lstwallet.ui.past import InThePast, WentOn
from lstwallet.units.clock import DAY, HOUR
from tests.ui.harness import FUNDED, make_profile

ETH = 10**18
STORY = (*FUNDED, DAY, Stake(YOU, 5 * ETH), DAY)


def profile(folder: Path, name: str = "past") -> Path:
    return make_profile(folder / f"{name}.lstwallet", STORY)


@pytest.fixture
def bridge(qapp: QApplication, tmp_path: Path) -> Iterator[Bridge]:
    """Everything is done at once."""
    path = profile(tmp_path)
    made = Bridge(Inline())
    made.open(lambda: Session.open(path))
    yield made
    made.close()


@pytest.fixture
def lane(qtbot: QtBot, tmp_path: Path) -> Iterator[Bridge]:
    """With the lane: answers come later."""
    path = profile(tmp_path)
    made = Bridge(Lane())
    with qtbot.waitSignal(made.opened, timeout=60_000):
        made.open(lambda: Session.open(path))
    yield made
    assert made.close()


def staked_at(bridge: Bridge) -> int:
    """Number of the stake's event."""
    found: list[int] = []
    bridge.call(
        lambda session: next(r.seq for r in session.activity(limit=99) if r.kind == "Staked"),
        found.append,
    )
    return found[0]


def test_a_moment_shows_its_world_and_the_present_waits(bridge: Bridge) -> None:
    now, seq = bridge.present, staked_at(bridge)
    seen: list[object] = []
    bridge.past.changed.connect(lambda: seen.append(bridge.past.looking))
    bridge.past.look_before(seq)
    assert bridge.world.balance(YOU, "stETH") == 0
    assert bridge.world.balance(YOU, "ETH") == now.balance(YOU, "ETH") + 5 * ETH
    bridge.past.look_after(seq)
    assert bridge.world.balance(YOU, "stETH") > 0
    assert bridge.present is now
    bridge.past.look_at(now.started + HOUR)
    assert bridge.world.time == now.started + HOUR
    bridge.past.back()
    assert bridge.world is now
    assert len(seen) == 4
    assert seen[-1] is None


def test_the_end_of_the_past_is_the_present(bridge: Bridge) -> None:
    now = bridge.present
    for look, where in (
        (bridge.past.look, now.events), (bridge.past.look_after, now.events),
        (bridge.past.look_at, now.time),
    ):  # fmt: skip
        bridge.past.look_at(now.time - DAY)
        look(where)
        assert bridge.past.looking is None
        assert bridge.world is now
    bridge.past.look_before(1)
    assert bridge.world.time == now.started, "before the birth there is nothing to look at"


def test_nothing_is_done_in_the_past(bridge: Bridge) -> None:
    bridge.past.look_at(bridge.present.time - DAY)
    before = world_hash(bridge.present)
    said: list[str] = []
    bridge.past.refused.connect(lambda: said.append("refused"))
    errors: list[BaseException] = []
    bridge.send(Stake(YOU, ETH), failed=errors.append)
    assert [type(each) for each in errors] == [InThePast]
    bridge.send(Stake(YOU, ETH))
    assert said == ["refused"]
    assert not bridge.advance(DAY)
    bridge.play()
    assert not bridge.playing
    assert world_hash(bridge.present) == before


def test_charts_and_entries_end_at_the_moment(bridge: Bridge) -> None:
    now, seq = bridge.present, staked_at(bridge)
    bridge.past.look_before(seq)
    moment = bridge.world.time
    series: list[Series] = []
    records: list[list[ActivityRecord]] = []
    bridge.series(["net_worth_usd8"], now.started, now.time, series.append)
    bridge.activity(records.append)
    bridge.activity(records.append, before=2)
    assert max(series[0].at) <= moment < now.time
    assert max(record.seq for record in records[0]) < seq
    assert all(record.seq < 2 for record in records[1])


def test_an_account_that_was_not_open_yet_is_not_shown(bridge: Bridge) -> None:
    done: list[Outcome] = []
    bridge.send(OpenAccount(), done.append)
    second = done[0].world.accounts[-1]
    bridge.show_account(second)
    bridge.past.look_at(bridge.present.time - DAY)
    assert bridge.account == YOU
    bridge.past.back()
    assert bridge.account == second
    bridge.past.look_at(bridge.present.time - DAY)
    bridge.past.fork("Earlier")
    assert bridge.account == YOU, "on this branch there is no such account"


def test_a_fork_goes_on_from_what_is_looked_at_and_undo_comes_back(bridge: Bridge) -> None:
    now, went = bridge.present, []
    bridge.past.went_on.connect(went.append)
    bridge.past.look_at(now.started + DAY - HOUR)
    bridge.past.fork("Other")
    assert went == [WentOn("Other", 2, 1)]
    assert bridge.past.looking is None
    assert bridge.present.time == now.started + DAY - HOUR
    assert [each.branch.title for each in bridge.past.standings] == ["", "Other"]
    assert bridge.past.current().branch.id == 2
    assert bridge.profile.branch == 2
    bridge.past.return_from(went[0])
    assert world_hash(bridge.present) == world_hash(now)
    assert [each.branch.id for each in bridge.past.standings] == [1]


def test_each_branch_stands_with_what_one_is_worth_at_its_end(bridge: Bridge) -> None:
    from lstwallet.readmodel.portfolio import net_worth

    bridge.past.fork("Other")
    assert [each.worth for each in bridge.past.standings] == [None, None], "nobody asked"
    bridge.past.read_worths()
    worths = [each.worth for each in bridge.past.standings]
    assert worths == [net_worth(bridge.present, YOU)] * 2


def test_names_of_branches(bridge: Bridge) -> None:
    past = bridge.past
    past.fork("Other")
    assert past.title_problem("")
    assert past.title_problem("OTHER")
    assert past.title_problem("main"), "what the first one is called until it has a name"
    assert not past.title_problem("Other", but=2)
    assert past.free_title("Other") == "Other (2)"
    assert past.free_title("Another") == "Another"
    past.rename(2, "Third")
    assert [each.branch.title for each in past.standings] == ["", "Third"]
    done: list[str] = []
    past.switch(1)
    past.hide(2, lambda: done.append("hidden"))
    assert done == ["hidden"]
    assert [each.branch.id for each in past.standings] == [1]
    past.unhide(2)
    assert len(past.standings) == 2


def test_where_it_rests_nothing_is_looked_at(bridge: Bridge) -> None:
    bridge.past.rest(True)
    bridge.past.look_at(bridge.present.started)
    bridge.past.fork("Other")
    assert bridge.past.looking is None
    assert bridge.profile.branch == 1


def test_time_that_runs_is_stopped(qtbot: QtBot, lane: Bridge) -> None:
    begun = lane.present.time
    lane.advance(100 * 365 * DAY)
    qtbot.waitUntil(lambda: lane.present.time > begun, timeout=60_000)
    lane.past.look_at(begun)
    qtbot.waitUntil(lambda: lane.past.looking is not None, timeout=60_000)
    qtbot.waitUntil(lambda: not lane.running, timeout=60_000)
    assert lane.world.time == begun, "also once its last events are told"
    lane.past.back()
    lane.play()
    qtbot.waitUntil(lambda: lane.present.time > begun + 60, timeout=60_000)
    lane.past.look_at(begun)
    assert not lane.playing


def test_an_answer_about_another_moment_or_branch_is_dropped(qtbot: QtBot, lane: Bridge) -> None:
    told: list[Any] = []

    def ask() -> None:
        lane.activity(lambda _records: told.append("answered"), failed=lambda: told.append("no"))

    lane.past.look_at(lane.present.started + HOUR)
    ask()
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    assert told == ["no"], "it was asked before the moment was shown"
    assert lane.past.looking is not None
    told.clear()
    ask()
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    assert told == ["answered"]
    told.clear()
    lane.past.fork("Other")
    ask()
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    assert told == ["no"], "it was asked on the branch before"


def test_the_newest_wish_counts(qtbot: QtBot, lane: Bridge) -> None:
    begun = lane.present.started
    shown: list[int] = []
    lane.past.changed.connect(lambda: shown.append(lane.world.time))
    for hours in (1, 2, 3):
        lane.past.look_at(begun + hours * HOUR)
    qtbot.waitUntil(lambda: lane.world.time == begun + 3 * HOUR, timeout=60_000)
    lane.past.look_at(begun + HOUR)
    lane.past.back()
    qtbot.wait(200)
    assert shown == [begun + 3 * HOUR, lane.present.time]


def test_while_another_branch_is_opened_nothing_is_sent(qtbot: QtBot, lane: Bridge) -> None:
    errors: list[BaseException] = []
    lane.past.fork("Other")
    lane.send(Stake(YOU, ETH), failed=errors.append)
    assert [type(each) for each in errors] == [Opening]
    qtbot.waitUntil(lambda: lane.profile.branch == 2, timeout=60_000)


def test_another_profile_is_shown_at_its_present(bridge: Bridge, tmp_path: Path) -> None:
    bridge.past.look_at(bridge.present.started)
    other = profile(tmp_path, "other")
    bridge.open(lambda: Session.open(other))
    assert bridge.past.looking is None
    assert bridge.world is bridge.present
