"""Commands down, one signal up; the lane makes room; nothing is lost."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from pytestqt.qtbot import QtBot

from lstwallet.app.session import Outcome, Progress, Session
from lstwallet.app.settings import Settings, load
from lstwallet.engine.refusals import NotEnoughBalance
from lstwallet.engine.signing import Prepared, own_events
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.ui.bridge import Bridge, Opening
from lstwallet.ui.jobs import Gate, Inline, Lane
from lstwallet.units.clock import DAY
from tests.ui.harness import make_profile

ETH = 10**18


@pytest.fixture
def bridge(qtbot: QtBot, tmp_path: Path) -> Iterator[Bridge]:
    path = make_profile(tmp_path / "test.lstwallet")
    made = Bridge(Lane(), Settings(), tmp_path / "settings.json")
    with qtbot.waitSignal(made.opened, timeout=60_000):
        made.open(lambda: Session.open(path))
    qtbot.waitUntil(lambda: bool(made.past.standings), timeout=60_000)  # it reads them by itself
    yield made
    assert made.close()


@pytest.fixture
def inline(tmp_path: Path) -> Iterator[Bridge]:
    path = make_profile(tmp_path / "inline.lstwallet")
    made = Bridge(Inline())
    made.open(lambda: Session.open(path))
    yield made
    made.close()


def test_a_command_is_acknowledged_once_it_is_committed(qtbot: QtBot, bridge: Bridge) -> None:
    answers: list[Outcome] = []
    with qtbot.waitSignal(bridge.outcome, timeout=10_000):
        bridge.send(Stake(YOU, 5 * ETH), answers.append)
    assert answers[0].refusal is None
    assert "staking" in answers[0].changes
    assert bridge.world is answers[0].world


def test_a_refusal_changes_nothing(qtbot: QtBot, bridge: Bridge) -> None:
    before = bridge.world
    answers: list[Outcome] = []
    bridge.send(Stake(YOU, 10**6 * ETH), answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    assert isinstance(answers[0].refusal, NotEnoughBalance)
    assert answers[0].world.events == before.events


def test_a_preview_is_what_execution_then_does(inline: Bridge) -> None:
    signed = inline.prepare(Stake(YOU, 5 * ETH))
    assert isinstance(signed, Prepared)
    assert inline.preview(Stake(YOU, 5 * ETH)) == signed.quote
    done: list[Outcome] = []
    inline.send(signed.transaction, done.append)
    assert own_events(done[0].events) == signed.quote.events
    assert done[0].world == signed.quote.after


def test_a_preview_is_quick_and_changes_nothing(inline: Bridge) -> None:
    before = inline.world
    inline.preview(Stake(YOU, ETH))
    begin = time.perf_counter()
    for _ in range(20):
        inline.preview(Stake(YOU, ETH))
    assert (time.perf_counter() - begin) / 20 < 0.02
    assert inline.world is before
    assert isinstance(inline.preview(Stake(YOU, 10**9 * ETH)), NotEnoughBalance)


def test_a_run_reports_progress_and_arrives(qtbot: QtBot, bridge: Bridge) -> None:
    reports: list[Progress] = []
    bridge.progress.connect(reports.append)
    begin = bridge.world.time
    done: list[Outcome] = []
    assert bridge.advance(200 * DAY, reply=done.append)
    assert not bridge.advance(DAY), "one run at a time"
    qtbot.waitUntil(lambda: bool(done), timeout=60_000)
    assert bridge.world.time == begin + 200 * DAY
    assert all(report.begin == begin for report in reports)
    assert [r.at for r in reports] == sorted(r.at for r in reports)


def test_a_cancelled_run_keeps_what_has_happened(qtbot: QtBot, bridge: Bridge) -> None:
    begin = bridge.world.time
    done: list[Outcome] = []
    bridge.advance(100 * 365 * DAY, reply=done.append)
    qtbot.waitUntil(lambda: bridge.world.time > begin, timeout=60_000)
    bridge.cancel()
    qtbot.waitUntil(lambda: bool(done), timeout=60_000)
    assert begin < bridge.world.time < begin + 100 * 365 * DAY
    reached = bridge.world
    again: list[object] = []
    bridge.call(lambda session: session.world, again.append)
    qtbot.waitUntil(lambda: bool(again), timeout=10_000)
    assert again[0] == reached


def test_cutting_a_run_for_a_command_changes_neither(qtbot: QtBot, tmp_path: Path) -> None:
    """The run makes room, the command happens, and the run goes on to its end."""
    path = make_profile(tmp_path / "cut.lstwallet")
    bridge = Bridge(Lane())
    with qtbot.waitSignal(bridge.opened, timeout=60_000):
        bridge.open(lambda: Session.open(path))
    begin = bridge.world.time
    sent: list[Outcome] = []
    ran: list[Outcome] = []
    bridge.advance(120 * DAY, reply=ran.append)
    bridge.send(Fund(YOU, "ETH", ETH), sent.append)
    qtbot.waitUntil(lambda: bool(sent and ran), timeout=60_000)
    assert sent[0].world.time < begin + 120 * DAY
    assert bridge.world.time == begin + 120 * DAY
    assert bridge.close()


def test_a_read_does_not_cut_a_run(qtbot: QtBot, bridge: Bridge) -> None:
    done: list[Outcome] = []
    outcomes: list[Outcome] = []
    bridge.outcome.connect(outcomes.append)
    begin = bridge.world.time
    bridge.advance(120 * DAY, reply=done.append)
    found: list[object] = []
    bridge.series(("net_worth_usd8",), begin, begin + DAY, found.append)
    bridge.activity(found.append)
    qtbot.waitUntil(lambda: bool(done) and len(found) == 2, timeout=60_000)
    assert len(outcomes) == 1, "the run ended once, for itself"
    assert bridge.world.time == begin + 120 * DAY


def test_a_read_that_fails_during_a_run_is_told(qtbot: QtBot, bridge: Bridge) -> None:
    done: list[Outcome] = []
    errors: list[BaseException] = []
    bridge.advance(60 * DAY, reply=done.append)
    bridge.call(lambda _session: {}["nothing"], errors.append, errors.append)
    qtbot.waitUntil(lambda: bool(done) and bool(errors), timeout=60_000)
    assert isinstance(errors[0], KeyError)
    assert done[0].refusal is None


def test_time_plays_and_pauses(qtbot: QtBot, bridge: Bridge) -> None:
    begin = bridge.world.time
    bridge.play(7 * DAY)
    qtbot.waitUntil(lambda: bridge.world.time > begin, timeout=10_000)
    bridge.pause()
    qtbot.wait(600)
    stood = bridge.world.time
    qtbot.wait(400)
    assert bridge.world.time == stood
    assert stood - begin < 60 * DAY


def test_the_next_event_is_the_report_for_who_holds_stake(qtbot: QtBot, bridge: Bridge) -> None:
    bridge.send(Stake(YOU, ETH))
    done: list[Outcome] = []
    qtbot.waitUntil(lambda: bridge.world.balance(YOU, "stETH") > 0, timeout=10_000)
    report = bridge.world.staking.next_report
    assert bridge.advance_to_next_event(done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=60_000)
    assert bridge.world.time == report
    assert bridge.world.staking.next_report > report


def test_a_profile_that_cannot_be_opened_leaves_the_old_one(
    qtbot: QtBot, bridge: Bridge, tmp_path: Path
) -> None:
    before = bridge.profile
    refused: list[BaseException] = []
    bridge.open(lambda: Session.open(tmp_path / "missing.lstwallet"), refused.append)
    qtbot.waitUntil(lambda: bool(refused), timeout=10_000)
    assert isinstance(refused[0], StoreUnavailable)
    assert refused[0].trouble is Trouble.MISSING
    assert bridge.profile is before


def test_an_error_in_the_lane_is_told_and_the_lane_goes_on(qtbot: QtBot, bridge: Bridge) -> None:
    def broken(session: Session) -> None:
        raise ValueError("broken")

    with qtbot.waitSignal(bridge.failed, timeout=10_000) as told:
        bridge.call(broken, lambda _: None)
    assert isinstance(told.args[0], ValueError)
    with qtbot.waitSignal(bridge.outcome, timeout=10_000):
        bridge.send(Fund(YOU, "ETH", ETH))


def test_a_failed_read_is_told_once_and_restores_nothing(qtbot: QtBot, bridge: Bridge) -> None:
    """Who hears ``opened`` reads again: a read that fails must not begin that round anew."""
    told: list[BaseException] = []
    again: list[bool] = []
    bridge.failed.connect(told.append)

    def broken(session: Session) -> None:
        raise StoreUnavailable(session.path, Trouble.IO)

    def read_again() -> None:
        again.append(True)
        bridge.call(broken, lambda _: None)

    bridge.opened.connect(read_again)
    bridge.call(broken, lambda _: None)
    qtbot.waitUntil(lambda: bool(told), timeout=10_000)
    qtbot.wait(100)
    assert len(told) == 1
    assert not again


def test_whoever_gets_no_answer_may_ask_again(
    qtbot: QtBot, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(session: Session, *_args: object, **_named: object) -> None:
        raise StoreUnavailable(session.path, Trouble.IO)

    monkeypatch.setattr(Session, "series", broken)
    monkeypatch.setattr(Session, "activity", broken)
    unanswered: list[str] = []
    told: list[BaseException] = []
    bridge.failed.connect(told.append)
    bridge.series(["steth_rate_ray"], 0, 1, lambda _: None, lambda: unanswered.append("series"))
    bridge.activity(lambda _: None, failed=lambda: unanswered.append("activity"))
    qtbot.waitUntil(lambda: len(told) == 2, timeout=10_000)
    assert unanswered == ["series", "activity"]


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be moved")
def test_a_profile_that_goes_away_is_told_and_comes_back(
    qtbot: QtBot, bridge: Bridge, tmp_path: Path
) -> None:
    path, away = tmp_path / "test.lstwallet", tmp_path / "away"
    before = bridge.world
    told: list[BaseException] = []
    again: list[bool] = []
    bridge.failed.connect(told.append)
    bridge.opened.connect(lambda: again.append(True))
    path.rename(away)
    bridge.send(Fund(YOU, "ETH", ETH))
    qtbot.waitUntil(lambda: bool(told), timeout=10_000)
    qtbot.wait(100)
    assert len(told) == 1
    assert not again, "what is shown is what is committed"
    assert bridge.world == before
    away.rename(path)
    with qtbot.waitSignal(bridge.standstill.over, timeout=10_000):
        bridge.standstill.try_again()
    with qtbot.waitSignal(bridge.outcome, timeout=10_000):
        bridge.send(Fund(YOU, "ETH", ETH))
    assert bridge.world.balance(YOU, "ETH") == before.balance(YOU, "ETH") + ETH


def test_while_a_profile_is_being_opened_nothing_goes_to_another(
    qtbot: QtBot, bridge: Bridge, tmp_path: Path
) -> None:
    path = make_profile(tmp_path / "other.lstwallet")
    go = threading.Event()

    def opener() -> Session:
        go.wait(10)
        return Session.open(path)

    refused: list[BaseException] = []
    bridge.open(opener)
    assert not bridge.advance(DAY)
    bridge.play()
    assert not bridge.playing
    bridge.send(Stake(YOU, ETH), failed=refused.append)
    assert isinstance(refused[0], Opening)
    with qtbot.waitSignal(bridge.opened, timeout=10_000):
        go.set()
    fresh = bridge.world
    assert bridge.profile.path == path
    qtbot.wait(50)
    assert bridge.world is fresh
    assert bridge.advance(DAY)
    qtbot.waitUntil(lambda: not bridge.running, timeout=60_000)


def test_a_refused_opening_lets_time_go_on(qtbot: QtBot, bridge: Bridge, tmp_path: Path) -> None:
    refused: list[BaseException] = []
    bridge.open(lambda: Session.open(tmp_path / "missing.lstwallet"), refused.append)
    qtbot.waitUntil(lambda: bool(refused), timeout=10_000)
    assert bridge.advance(DAY)
    qtbot.waitUntil(lambda: not bridge.running, timeout=60_000)


def test_settings_are_kept(qtbot: QtBot, bridge: Bridge, tmp_path: Path) -> None:
    told: list[frozenset[str]] = []
    bridge.settings_changed.connect(told.append)
    bridge.change(privacy="hidden", theme="system")
    assert told == [frozenset({"privacy"})]
    assert bridge.preferences.privacy == "hidden"
    qtbot.waitUntil(
        lambda: load(tmp_path / "settings.json")[0].privacy == "hidden", timeout=10_000
    )


def test_the_gui_thread_never_runs_lane_work(qtbot: QtBot, bridge: Bridge) -> None:
    seen: list[int] = []
    bridge.call(lambda _session: threading.get_ident(), seen.append)
    qtbot.waitUntil(lambda: bool(seen), timeout=10_000)
    assert seen[0] != threading.get_ident()


# --- the gate ----------------------------------------------------------------------------


def watch_then_run(gate: Gate, milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    gate.watch()
    loop.exec()
    gate.forget()


def test_the_gate_holds_the_lane_while_a_handler_runs(qtbot: QtBot) -> None:
    gate = Gate()
    waits: list[tuple[float, float]] = []
    handler: list[float] = []
    stop = threading.Event()

    def lane() -> None:
        while not stop.is_set():
            begin = time.perf_counter()
            gate.wait()
            waits.append((begin, time.perf_counter()))
            time.sleep(0.0002)

    def busy() -> None:
        handler.append(time.perf_counter())
        until = handler[0] + 0.05
        while time.perf_counter() < until:
            sum(range(50))
        handler.append(time.perf_counter())

    thread = threading.Thread(target=lane)
    thread.start()
    QTimer.singleShot(100, busy)
    watch_then_run(gate, 300)
    stop.set()
    thread.join()
    inside = [end for _, end in waits if handler[0] + 0.005 < end < handler[1] - 0.005]
    assert not inside, "the lane went on in the middle of a handler"
    assert any(end < handler[0] for _, end in waits)
    assert any(end > handler[1] for _, end in waits)


def test_the_gate_does_not_hold_the_lane_for_ever(qtbot: QtBot) -> None:
    """A handler with an event loop of its own (a modal dialog) must not stop time."""
    gate = Gate()
    passed: list[float] = []
    stop = threading.Event()

    def lane() -> None:
        while not stop.is_set():
            gate.wait()
            passed.append(time.perf_counter())
            time.sleep(0.0002)

    def nested() -> None:
        loop = QEventLoop()
        QTimer.singleShot(400, loop.quit)
        loop.exec()

    thread = threading.Thread(target=lane)
    thread.start()
    QTimer.singleShot(50, nested)
    watch_then_run(gate, 700)
    stop.set()
    thread.join()
    assert len(passed) > 200


def test_without_a_window_the_gate_is_open() -> None:
    gate = Gate()
    begin = time.perf_counter()
    for _ in range(1_000):
        gate.wait()
    assert time.perf_counter() - begin < 0.2
    assert not gate.busy()


def test_the_lane_asks_for_short_switches(qtbot: QtBot) -> None:
    lane = Lane()
    assert sys.getswitchinterval() <= 0.001
    assert lane.close(lambda: None)
