"""Every room, walked in process: a name on each control, Tab everywhere, 4.5:1, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lstwallet.app import profiles, safe
from lstwallet.app.safe import Tools
from lstwallet.app.settings import Settings, save
from lstwallet.ui.commands import shown_charts
from lstwallet.ui.main_window import MainWindow, real_rooms
from lstwallet.ui.models.table import TableView
from lstwallet.ui.pages.wallet.page import RoomPage as Wallet
from lstwallet.vault.errors import KeyringState
from tests.cheap_keys import POLICY, FakeKeyring
from tests.journeys.driver import Driver
from tests.journeys.program import Start
from tests.ui import inspection
from tests.ui.harness import dress, enter, window_on
from tests.ui.test_home import STORY

Go = Callable[[Driver], object]


class Place(NamedTuple):
    """A room, and what is done there before one looks."""

    room: str
    name: str = ""
    go: tuple[tuple[str, ...], ...] = ()


PLACES = (
    *(Place(room.key) for room in real_rooms()),
    Place("stake", "wrap", (("click", "stake.mode.wrap"),)),
    Place("stake", "refused", (
        ("click", "stake.mode.stake"), ("click", "stake.choice.solo"),
        ("fill", "stake.amount", "5"),
    )),
    Place("stake", "review", (
        ("click", "stake.choice.lido"), ("fill", "stake.amount", "5"), ("click", "stake.review"),
    )),
    Place("stake", "receipt", (("click", "stake.confirm"), ("see", "stETH received"))),
    Place("stake", "form again", (("click", "stake.again"),)),
    Place("lend", "borrow", (("click", "lend.borrow"), ("fill", "lend.amount", "2000"))),
    Place("lend", "loop", (("click", "lend.loop"), ("fill", "loop.amount", "2"))),
    Place("lend", "vault", (("click", "lend.vault.WETH"), ("fill", "vault.amount", "2"))),
    Place("lend", "out of a vault", (("click", "vault.out"),)),
    Place("lend", "markets again", (("click", "vault.back"),)),
    Place("stake", "rocket pool", (
        ("click", "stake.mode.stake"), ("click", "stake.choice.rocketpool"),
        ("fill", "stake.amount", "5"),
    )),
    *(Place("wallet", view, (("click", f"wallet.tab.{view}"),))
      for view in Wallet.MAKERS),
    Place("pools", "ranges", (("click", "pools.open.wsteth_eth"),)),
    Place("pools", "pool", (("click", "ranges.list"), ("click", "pools.open.steth_eth"))),
    Place("restake", "operator", (("click", "restake.tab.delegate"),)),
    Place("restake", "delegation", (("click", "restake.review"),)),
    Place("restake", "withdrawal", (
        ("click", "restake.back"), ("click", "restake.tab.withdraw"), ("fill", "restake.out", "1"),
    )),
    Place("restake", "deposit", (
        ("click", "restake.tab.deposit"), ("fill", "restake.amount", "1"),
    )),
    Place("unstake", "queue or market", (("fill", "unstake.amount", "1"),)),
    Place("unstake", "review", (("click", "unstake.review"),)),
)  # fmt: skip
"""Rooms that others build are walked by themselves; these are further views of some."""
FEW = (
    Place("home"), Place("stake"),
    Place("stake", "refused", (("click", "stake.choice.solo"), ("fill", "stake.amount", "5"))),
    Place("lend"),
)  # fmt: skip
"""For the quick set."""
LOOKS, BETWEEN_MS = 12, 250
SLOW = pytest.mark.slow
SIZES = (
    pytest.param((1024, 700), 150, id="1024-150"),
    pytest.param((1024, 700), 100, id="1024"),
    pytest.param((1440, 900), 150, id="1440-150"),
    pytest.param((1440, 900), 100, id="1440"),
)


def walked(person: Driver, places: Iterable[Place] = PLACES) -> Iterator[Place]:
    """Goes to every place in turn."""
    for place in places:
        if person.window.room != place.room or not place.name:
            enter(person.qtbot, person.window, place.room)
        for verb, *words in place.go:
            {"click": person.click, "fill": person.fill, "see": person.sees}[verb](*words)
        person.pause(120)
        yield place


def window_at(
    qtbot: QtBot, folder: Path, size: tuple[int, int], scale: int, mode: str = "light"
) -> MainWindow:
    """A window on a profile in which everything has happened."""
    settings = Settings(theme=mode, text_scale=scale)
    window = window_on(qtbot, folder, STORY, settings=settings, size=size)
    window.show_focus()
    return window


@pytest.fixture
def flashes(qapp: QApplication) -> Iterator[inspection.Flashes]:
    watch = inspection.Flashes()
    qapp.installEventFilter(watch)
    yield watch
    qapp.removeEventFilter(watch)


@pytest.fixture(autouse=True)
def _light_again(qapp: QApplication) -> Iterator[None]:
    yield
    dress(qapp)


def lasting(person: Driver, look: Callable[[], list[str]]) -> list[str]:
    """What is still wrong when the page has settled: charts and averages come a little later."""
    problems: list[str] = []
    for _ in range(LOOKS):
        problems = look()
        if not problems:
            break
        person.pause(BETWEEN_MS)
    return problems


def told(place: Place, problems: list[str]) -> list[str]:
    """Each problem once, with where it was met."""
    return [f"{place.room} {place.name}: {each}" for each in dict.fromkeys(problems)]


def test_a_few_rooms_are_named_legible_and_whole_and_reached_by_tab(
    qtbot: QtBot, tmp_path: Path, flashes: inspection.Flashes
) -> None:
    """What is looked for in every room below, thinly."""
    person = Driver(qtbot, window_at(qtbot, tmp_path, (1024, 700), 150))
    flashes.seen.clear()  # the window itself
    looks = (inspection.mute, inspection.unreadable, inspection.cut_off, inspection.unreached)
    problems = []
    for place in walked(person, FEW):
        tabbed = place.name or place.room != "stake"
        for each in looks if tabbed else looks[:-1]:
            problems += told(place, lasting(person, lambda each=each: each(person.window)))
        assert (person.window.width(), person.window.height()) == (1024, 700)
    assert not problems, "\n".join(problems)
    assert not flashes.seen, "windows of their own: " + ", ".join(flashes.seen)


@SLOW
def test_every_control_has_a_name_and_every_figure_says_what_it_shows(
    qtbot: QtBot, tmp_path: Path, flashes: inspection.Flashes
) -> None:
    person = Driver(qtbot, window_at(qtbot, tmp_path, (1440, 900), 100))
    flashes.seen.clear()  # the window itself
    problems = []
    for place in walked(person):
        problems += told(place, lasting(person, lambda: inspection.mute(person.window)))
    assert not problems, "\n".join(problems)
    assert not flashes.seen, "windows of their own: " + ", ".join(flashes.seen)


@SLOW
@pytest.mark.parametrize(
    "size", [pytest.param((1440, 900), id="1440"), pytest.param((1024, 700), id="1024")]
)
def test_tab_comes_to_everything(qtbot: QtBot, tmp_path: Path, size: tuple[int, int]) -> None:
    person = Driver(qtbot, window_at(qtbot, tmp_path, size, 100))
    problems = []
    for place in walked(person):
        problems += told(place, lasting(person, lambda: inspection.unreached(person.window)))
    assert not problems, "\n".join(problems)


@SLOW
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_text_is_below_four_and_a_half_to_one(qtbot: QtBot, tmp_path: Path, mode: str) -> None:
    person = Driver(qtbot, window_at(qtbot, tmp_path, (1440, 900), 100, mode))
    problems = []
    for place in walked(person):
        problems += told(place, lasting(person, lambda: inspection.unreadable(person.window)))
    assert not problems, "\n".join(problems)


@SLOW
@pytest.mark.parametrize(("size", "scale"), SIZES)
def test_nothing_is_cut_off(
    qtbot: QtBot, tmp_path: Path, size: tuple[int, int], scale: int
) -> None:
    person = Driver(qtbot, window_at(qtbot, tmp_path, size, scale))
    problems = []
    for place in walked(person):
        problems += told(place, lasting(person, lambda: inspection.cut_off(person.window)))
        need = person.window.minimumSizeHint().width()
        if need > size[0]:
            problems.append(f"{place.room} {place.name}: the window needs {need} px")
        assert (person.window.width(), person.window.height()) == size
    assert not problems, "\n".join(problems)


def test_tab_reads_the_window_from_its_rail_to_its_time_bar(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_at(qtbot, tmp_path, (1440, 900), 100)
    person = Driver(qtbot, window)
    enter(qtbot, window, "home")
    person.until(lambda: person.maybe("home.worth.more") is not None, "the chart")
    person.until(lambda: person.find("home.worth.more").isEnabled(), "the chart")
    line, _ = inspection.tab_round(window)
    page = window.page("home")
    parts = [window.rail, window.top_bar, page, window.time_bar]
    places = [
        at for widget in line[1:] for at, part in enumerate(parts) if part.isAncestorOf(widget)
    ]
    assert places == sorted(places)
    assert set(places) == {0, 1, 2, 3}
    assert line[1] is person.find("rail.home")
    names = [widget.objectName() for widget in line]
    chart = next(at for at, each in enumerate(line) if each is page.worth.chart.plot)
    assert names[chart - 1] == "home.worth.more", "a chart that came later stands in its place"
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is line[-1], "from the first one back to the last"


def test_arrows_in_the_rail_go_from_room_to_room(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_at(qtbot, tmp_path, (1440, 900), 100)
    person = Driver(qtbot, window)
    enter(qtbot, window, "home")
    person.find("rail.home").setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Down)
    person.until(lambda: window.room == window.rooms[1].key, "the next room")


@SLOW
def test_every_chart_has_its_table_its_crosshair_and_its_files(
    qtbot: QtBot, tmp_path: Path
) -> None:
    person = Driver(qtbot, window_at(qtbot, tmp_path, (1440, 900), 100))
    seen = set()
    for place in walked(person):
        page = person.window.page(place.room)
        person.pause(400)
        for chart in shown_charts(page):
            if chart.name in seen or not chart.table()[1]:
                continue
            seen.add(chart.name)
            head, rows = chart.table()
            assert len(head) >= 2
            assert all(len(row) == len(head) for row in rows)
            chart.plot.setFocus()
            QTest.keyClick(chart.plot, Qt.Key.Key_Home)
            QTest.keyClick(chart.plot, Qt.Key.Key_Right)
            assert chart.plot.pointed_at() is not None, chart.name
            for kind in (".png", ".svg", ".csv"):
                chart.save(tmp_path / f"{len(seen)}{kind}")
            assert len((tmp_path / f"{len(seen)}.csv").read_text().splitlines()) == len(rows) + 1
    assert len(seen) >= 5, seen


@pytest.mark.parametrize("scale", [150, pytest.param(100, marks=pytest.mark.slow)])
def test_the_first_start_and_a_lesson(home: Path, start: Start, scale: int) -> None:
    save(profiles.settings_path(), Settings(theme="dark", text_scale=scale))
    program, person = start(size=(1024, 700))
    problems = []

    def look(name: str, *, whole: bool = False) -> None:
        looks = [inspection.mute, inspection.unreadable, inspection.cut_off]
        for each in looks + ([inspection.unreached] if whole else []):
            problems.extend(
                told(Place(name), lasting(person, lambda each=each: each(program.window)))
            )

    person.until(program.window.isActiveWindow, "the window")
    look("first start", whole=True)
    person.click("welcome.tour")
    person.sees("Try it alone first")
    person.until(lambda: person._in("stake"), "the lesson's room")
    program.window.enter("learn")
    person.until(lambda: person._in("learn"), "Learn, while a lesson is under way")
    look("learn in a lesson")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("mode", "scale"), [("light", 150), pytest.param("dark", 100, marks=pytest.mark.slow)]
)
def test_the_pages_that_ask_for_a_key(
    home: Path, start: Start, monkeypatch: pytest.MonkeyPatch, mode: str, scale: int
) -> None:
    keyring = FakeKeyring()
    monkeypatch.setattr(safe, "tools", Tools(POLICY, keyring))
    save(profiles.settings_path(), Settings(theme=mode, text_scale=scale))
    program, person = start(size=(1024, 700), asks=True)
    problems = []

    def look(name: str) -> None:
        for each in (
            inspection.mute, inspection.unreadable, inspection.cut_off, inspection.unreached
        ):  # fmt: skip
            problems.extend(
                told(Place(name), lasting(person, lambda each=each: each(program.window)))
            )
        assert (program.window.width(), program.window.height()) == (1024, 700)

    person.click("welcome.empty")
    person.fill("protect.password", "password1")
    person.fill("protect.again", "password2")
    person.click("protect.create")
    look("protect, refused")
    person.fill("protect.again", "password1")
    person.click("protect.computer")
    person.click("protect.create")
    person.sees("Keep this recovery code")
    look("recovery code")
    person.click("recovery.skip")
    person.until(lambda: program.window.cover() is None, "the window")
    person.go("settings")
    for button in ("keys.change", "keys.remove"):
        person.click(button)
        person.click("keys.do")
        look(f"settings, {button}")
    person.click("keys.cancel")
    program.door.lock()
    person.sees("Welcome back")
    keyring.state = KeyringState.LOCKED
    person.click("unlock.computer")
    person.sees("keyring is locked")
    person.click("unlock.unlock")
    look("unlock")
    person.click("unlock.forgotten")
    person.click("recover.set")
    look("forgotten password")
    program.door.show_problem(profiles.path_of("Main"), "Why.", "Title", "What to do.", "Do it")
    look("problem")
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("mode", "scale"), [("dark", 150), pytest.param("light", 100, marks=pytest.mark.slow)]
)
def test_the_past_its_branches_and_their_comparison(
    qtbot: QtBot, tmp_path: Path, mode: str, scale: int
) -> None:
    window = window_at(qtbot, tmp_path, (1024, 700), scale, mode)
    person = Driver(qtbot, window)
    enter(qtbot, window, "home")
    problems = []

    def look(name: str, *, whole: bool = False) -> None:
        looks = [inspection.mute, inspection.unreadable, inspection.cut_off]
        for each in looks + ([inspection.unreached] if whole else []):
            problems.extend(told(Place(name), lasting(person, lambda each=each: each(window))))
        assert (window.width(), window.height()) == (1024, 700)

    person.click("time.rewind")
    person.sees("You are looking at")
    look("the past", whole=True)
    person.click("past.compare")
    steps = person.find("compare.steps", TableView)
    person.until(lambda: steps.rows_model.rowCount() > 0, "what happened since")
    look("comparison", whole=True)
    person.click("compare.close")
    person.click("past.go_on")
    person.sees("You are on a new branch")
    person.click("time.branch")
    person.until(lambda: person.maybe("branch.2") is not None, "the list of branches")
    person.click("branches.name.keep")
    person.click("branch.rename.1")
    look("branches", whole=True)
    person.click("branches.close")
    enter(qtbot, window, "activity")
    table = person.find("activity.table", TableView)

    def lines() -> list[Any]:
        return [row.item for row in table.rows_model.rows() if row.kind == "line"]

    person.until(lambda: bool(lines()), "the entries")
    line = lines()[0]
    window.enter("what_if", line)
    look("what if", whole=True)
    person.click("what_if.name.keep")
    person.until(lambda: person.maybe("what_if.compare") is not None, "the report")
    look("the report", whole=True)
    assert not problems, "\n".join(problems)
