"""Home on a real window: attention, net worth and its ranges, positions, privacy, sizes."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lstwallet.app.session import Session
from lstwallet.app.settings import Settings
from lstwallet.engine.lending import Borrow, Supply
from lstwallet.engine.pools import AddLiquidity
from lstwallet.engine.staking import RequestUnstake, Stake, Wrap
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.readmodel import home
from lstwallet.readmodel.portfolio import net_worth
from lstwallet.readmodel.shadow import all_compared
from lstwallet.ui import wording
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.pages.home import words
from lstwallet.ui.pages.home.page import RoomPage
from lstwallet.ui.robot.hands import plain
from lstwallet.ui.theme import tokens
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY, HOUR
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, make_profile, window_on

ETH = 10**18
STORY = (
    *FUNDED, Stake(YOU, 40 * ETH), Wrap(YOU, 15 * ETH), Supply(YOU, "wstETH", 10 * ETH),
    Borrow(YOU, "USDC", 15_000 * 10**6), AddLiquidity(YOU, "steth_eth", (3 * ETH, 3 * ETH), 0),
    RequestUnstake(YOU, 2 * ETH), 2 * DAY,
)  # fmt: skip
MORE = (
    *STORY, Fund(YOU, "ETH", 100 * ETH), WrapEth(YOU, ETH), StakeNatively(YOU, 32 * ETH),
    AddLiquidity(YOU, "usdc_eth", (3_000 * 10**6, ETH), 0), RequestUnstake(YOU, ETH), HOUR,
)  # fmt: skip


def page_of(window: MainWindow) -> RoomPage:
    page = window.page("home")
    assert isinstance(page, RoomPage)
    return page


def ready(qtbot: QtBot, window: MainWindow) -> RoomPage:
    """Home with its chart and its samples."""
    page = page_of(window)
    qtbot.waitUntil(
        lambda: page.worth.chart is not None and page._worth.past is not None
        and page._month.past is not None,
        timeout=60_000,
    )  # fmt: skip
    return page


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    return window_on(qtbot, tmp_path, STORY, room="home")


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> RoomPage:
    return ready(qtbot, window)


@pytest.fixture
def person(qtbot: QtBot, window: MainWindow) -> Driver:
    return Driver(qtbot, window)


# --- a new profile -----------------------------------------------------------------------------


def test_a_new_profile_says_what_to_do_first(qtbot: QtBot, tmp_path: Path) -> None:
    person = Driver(qtbot, window_on(qtbot, tmp_path, room="home"))
    person.sees("Start here")
    person.sees("Your ETH is not earning yet")
    person.sees("The line begins when time passes")
    person.sees("Nothing earns yet")
    person.sees("Nothing is on its way out.")
    person.click("Stake ETH")
    person.until(lambda: person.window.room == "stake", "the room Stake")


@pytest.mark.parametrize(("way", "room"), [("lend", "lend"), ("pools", "pools")])
def test_the_ways_to_earn_lead_to_their_rooms(
    qtbot: QtBot, tmp_path: Path, way: str, room: str
) -> None:
    person = Driver(qtbot, window_on(qtbot, tmp_path, room="home"))
    person.click(f"home.ways.{way}")
    person.until(lambda: person.window.room == room, f"the room {room}")


def test_an_empty_wallet_is_offered_play_money(qtbot: QtBot, tmp_path: Path) -> None:
    person = Driver(qtbot, window_on(qtbot, tmp_path, (), room="home"))
    person.sees("Your wallet is empty")
    person.sees("You hold nothing yet.")
    person.click("home.first")
    person.until(lambda: person.window.room == "settings", "the room Settings")


def test_once_something_earns_the_first_step_is_gone(person: Driver, page: RoomPage) -> None:
    person.sees("Positions")
    person.sees_not("Start here")
    assert not page.ways.isVisible()


# --- what is shown -----------------------------------------------------------------------------


def test_the_figure_is_the_net_worth(window: MainWindow, page: RoomPage, person: Driver) -> None:
    usd = net_worth(window.bridge.world, YOU)
    person.sees(wording.fiat(usd))
    assert sum(each.usd for each in page._positions) == usd


def test_positions_the_largest_first(page: RoomPage) -> None:
    rows = page.positions.table.rows_model.rows()
    assert [row.usd for row in rows] == sorted((row.usd for row in rows), reverse=True)
    assert {words.title(row) for row in rows} == {
        "ETH", "USDC", "stETH", "wstETH", "stETH / ETH pool", "wstETH / USDC loan",
        "In the exit queue",
    }  # fmt: skip
    loan = next(row for row in rows if row.key == "lending")
    assert words.chip(loan).text.startswith(("Watch", "Safe"))


def test_the_yield_names_its_layers_and_what_is_borrowed(page: RoomPage, person: Driver) -> None:
    said = page.yields.steps.accessibleDescription()
    for words_ in ("Consensus", "Borrow cost −", "Net yield"):
        assert words_ in said
    person.sees("a year, at current rates")


def test_why_the_yield_and_why_the_net_worth(person: Driver, page: RoomPage) -> None:
    person.click("home.yield.why")
    person.sees("what each layer would earn in a year ÷ net worth")
    world = person.window.bridge.world
    (beside,) = all_compared(world, YOU)
    person.sees(f"{wording.amount(abs(beside.ahead), 'ETH')} more than")
    person.key(Qt.Key.Key_Escape)
    person.click("home.worth.why")
    person.sees("what you own − what you owe")
    person.sees(wording.fiat(net_worth(world, YOU)))


def test_the_ring_has_no_colour_twice(qtbot: QtBot, tmp_path: Path) -> None:
    page = ready(qtbot, window_on(qtbot, tmp_path, MORE, room="home"))
    parts = page.allocation.legend._parts
    assert len(parts) == 8
    assert parts[-1].label == "Other"
    assert len({part.role for part in parts}) == len(parts)


# --- the line ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "span"), [("1D", DAY), ("1W", 7 * DAY), ("ALL", 0)])
def test_a_range_shows_its_part_of_the_past(
    qtbot: QtBot, person: Driver, page: RoomPage, key: str, span: int
) -> None:
    world = person.window.bridge.world
    begin = max(world.started, world.time - span) if span else world.started
    person.click(f"home.range.{key}")
    chart = page.worth.chart

    def shown() -> bool:
        xs = chart.series()[0].xs if chart.series() else ()
        return bool(xs) and begin <= xs[0] <= begin + HOUR and xs[-1] == world.time

    person.until(shown, f"the line from {begin}")
    person.sees("past day" if key == "1D" else "since 5 Jan")
    ys = chart.series()[0].ys
    assert ys[-1] == pytest.approx(net_worth(world, YOU) / 10**8)
    assert len(ys) >= 24


def test_the_crosshair_reads_out_day_value_and_change(page: RoomPage) -> None:
    line = page.worth._line
    first = line.first()
    lines = [text for text, _, _ in page.worth._readout(5)]
    assert lines == [
        wording.moment(line.at[5]), wording.fiat(line.usd[5]),
        wording.fiat_change(line.usd[5] - first[1]),
    ]  # fmt: skip
    assert page.worth._readout(10_000) == []


def test_time_moves_the_figure_and_the_line(qtbot: QtBot, person: Driver, page: RoomPage) -> None:
    begin = person.window.bridge.world.time
    person.click("time.day")
    bridge = person.window.bridge
    person.until(lambda: bridge.world.time == begin + DAY and not bridge.running, "a day")
    person.sees(wording.fiat(net_worth(bridge.world, YOU)))
    person.until(lambda: page.worth._line.at[-1] == begin + DAY, "the line to follow")
    person.until(
        lambda: sum(at > begin for at in page.worth._line.at) >= 24, "the day's own samples"
    )


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
def test_a_change_is_shown_whole_however_long(
    qtbot: QtBot, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Beside the figure while there is room, else below it."""
    window = window_on(qtbot, tmp_path, FUNDED, days=2, room="home", size=size)
    page, person = ready(qtbot, window), Driver(qtbot, window)
    card = page.worth

    def below() -> bool:
        end = card.figure.mapTo(card, QPoint(0, card.figure.height())).y()
        return card.delta.mapTo(card, QPoint()).y() >= end

    person.until(lambda: below() == (size[0] == 1024), "the change where there is room")
    window.bridge.send(Fund(YOU, "ETH", 50_000 * ETH), lambda _: None)
    person.until(lambda: len(card.delta.text()) > 22, "the change")
    person.until(below, "the change below the figure")
    texts = (card.figure, card.delta, card._since)
    person.until(
        lambda: all(each.width() >= each.sizeHint().width() for each in texts), "every text whole"
    )


def test_the_table_twin_and_the_csv_hold_the_line(
    tmp_path: Path, person: Driver, page: RoomPage
) -> None:
    person.until(lambda: bool(page.worth.chart.series()), "the line")
    page.worth.chart.save(tmp_path / "worth.csv")
    rows = (tmp_path / "worth.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "time,Net worth"
    assert len(rows) == 1 + len(page.worth._line.at)
    page.worth.chart.show_table(True)
    assert page.worth.chart.shows_table()
    words_ = [action.text() for action in page.worth.chart.menu().actions() if action.text()]
    assert words_ == ["Show as chart", "Save as PNG…", "Save as SVG…", "Save as CSV…"]


# --- privacy ----------------------------------------------------------------------------------


def test_hidden_shows_no_amount_of_what_one_owns(person: Driver, page: RoomPage) -> None:
    person.window.bridge.change(privacy="hidden")
    person.sees_not("$")
    person.sees(wording.HIDDEN)
    assert page.worth._y_text(1_000.0) == wording.HIDDEN
    table = page.positions.table.rows_model
    shown = [
        table.data(table.index(row, column))
        for row in range(table.rowCount())
        for column in range(table.columnCount())
    ]
    assert not [text for text in shown if "$" in text]
    assert [text for text in shown if wording.HIDDEN in text]
    assert all("$" not in text for text, _, _ in page.worth._readout(5))


def test_percent_shows_shares_of_the_net_worth(person: Driver, page: RoomPage) -> None:
    person.window.bridge.change(privacy="percent")
    person.sees_not("$")
    assert page.worth.percent.isVisible()
    assert page.worth.percent.text().endswith("%")
    assert page.worth._y_text(-0.1) == "−10.0%"
    model = page.positions.table.rows_model
    shares = [float(page.positions._value(row).text.rstrip("%")) for row in model.rows()]
    assert sum(shares) == pytest.approx(100, abs=0.1)


# --- where things lead ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "room"), [("wallet:ETH", "stake"), ("lending", "lend"), ("wallet:USDC", "swap")]
)
def test_a_click_on_a_position_opens_its_room(
    person: Driver, page: RoomPage, key: str, room: str
) -> None:
    table = page.positions.table
    index = table.rows_model.index(table.rows_model.find(key), 0)
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center()
    )
    person.until(lambda: person.window.room == room, f"the room {room}")


def test_enter_on_a_position_opens_its_room(person: Driver, page: RoomPage) -> None:
    table = page.positions.table
    table.setFocus()
    table.setCurrentIndex(table.rows_model.index(table.rows_model.find("pool:steth_eth"), 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    person.until(lambda: person.window.room == "pools", "the room Pools")


def test_every_position_leads_to_a_room_that_is_there(qtbot: QtBot, tmp_path: Path) -> None:
    page = ready(qtbot, window_on(qtbot, tmp_path, MORE, room="home"))
    rooms = {each.key for each in page.window().rooms} | {"unstake"}
    assert len(page._positions) == 10
    assert {words.way(each)[0] for each in page._positions} <= rooms


def test_view_all_shows_every_position_and_back(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, MORE, room="home")
    page = ready(qtbot, window)
    person = Driver(qtbot, window)
    assert page.positions.table.rows_model.rowCount() == 7
    person.press(person.find("home.view_all"))
    assert page.positions.table.rows_model.rowCount() == 10
    person.sees("Show fewer")
    person.press(person.find("home.view_all"))
    assert page.positions.table.rows_model.rowCount() == 7


# --- attention and exits ----------------------------------------------------------------------


def test_a_low_health_leads_to_paying_back(qtbot: QtBot, tmp_path: Path) -> None:
    risky = (*FUNDED, Stake(YOU, 20 * ETH), Wrap(YOU, 15 * ETH), Supply(YOU, "wstETH", 10 * ETH),
             Borrow(YOU, "USDC", "all"))  # fmt: skip
    person = Driver(qtbot, window_on(qtbot, tmp_path, risky, room="home"))
    person.sees("Health factor 1.0")
    person.sees("Liquidates if wstETH falls")
    person.click("home.health")
    person.until(lambda: person.window.room == "lend", "the room Lend")


def test_a_ticket_that_is_ready_is_claimed_from_here(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, STORY, days=10, room="home")
    person = Driver(qtbot, window)
    person.sees("ETH ready to claim")
    page = page_of(window)
    assert page.exits.gantt._rows[0].when == "Ready"
    asked: list[tuple[str, object]] = []
    page.navigate.connect(lambda room, wish: asked.append((room, wish)))
    row = page.exits.gantt._rows[0]
    page.exits.gantt.activated.emit(row.key)
    window.enter("home")
    person.click("home.claim")
    assert asked == [
        ("unstake", {"claim": int(row.key.partition(":")[2])}),
        ("unstake", {"claim": ALL}),
    ]
    person.sees("Review claim")
    assert window.room == "unstake"


def test_a_ticket_that_still_waits_is_only_shown(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, (*STORY, RequestUnstake(YOU, ETH)), room="home")
    page = page_of(window)
    asked: list[tuple[str, object]] = []
    page.navigate.connect(lambda room, wish: asked.append((room, wish)))
    page.exits.gantt.activated.emit(page.exits.gantt._rows[1].key)
    assert asked == [("unstake", None)]


def test_a_wait_counts_down_as_time_moves(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, (*STORY, RequestUnstake(YOU, ETH)), room="home")
    person, page = Driver(qtbot, window), page_of(window)
    ready_one, waiting = page.exits.gantt._rows
    assert (ready_one.when, ready_one.note) == ("Ready", "Claim now")
    bridge = window.bridge
    begin = bridge.world.time
    assert waiting.when == wording.ready_in(waiting.sure, waiting.likely, begin)
    assert " to " in plain(waiting.when)  # always a range
    person.click("time.hour")
    person.until(lambda: bridge.world.time == begin + HOUR and not bridge.running, "an hour")
    now = begin + HOUR
    person.until(
        lambda: page.exits.gantt._rows[1].when
        == wording.ready_in(waiting.sure, waiting.likely, now),
        "one hour less",
    )


def test_all_is_well_is_one_quiet_line(qtbot: QtBot, tmp_path: Path) -> None:
    calm = (*FUNDED, Supply(YOU, "USDC", 1_000 * 10**6))
    person = Driver(qtbot, window_on(qtbot, tmp_path, calm, room="home"))
    person.sees("Nothing needs your attention. Next: rewards in")
    person.sees_not("Needs attention")


# --- sizes, speed, profiles -------------------------------------------------------------------


@pytest.mark.parametrize("scale", [100, 125, 150])
@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_it_fits(qtbot: QtBot, tmp_path: Path, size: tuple[int, int], scale: int) -> None:
    settings = Settings(theme="light", text_scale=scale)
    window = window_on(qtbot, tmp_path, MORE, room="home", settings=settings, size=size)
    page = ready(qtbot, window)
    QTest.qWait(50)
    assert page.minimumSizeHint().width() <= page.width()
    right = page.exits.mapTo(page, QPoint(page.exits.width(), 0)).x()
    assert right <= page.width()


def test_a_narrow_window_shows_two_notices_and_the_rest_on_demand(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = window_on(qtbot, tmp_path, STORY, room="home", size=(1024, 700))
    person = Driver(qtbot, window)
    card = page_of(window).attention
    three = [
        words.Notice(str(n), "info", "info", f"Title {n}", "", "Show", "stake") for n in range(3)
    ]
    card.show_notices(three, "")
    assert [item.isVisible() for item in card._items] == [True, True, False, False]
    person.press(person.find("home.attention.more"))
    assert [item.isVisible() for item in card._items] == [True, True, True, False]
    person.sees("Show fewer")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_notices_share_the_width(qtbot: QtBot, tmp_path: Path, count: int) -> None:
    card = page_of(window_on(qtbot, tmp_path, STORY, room="home")).attention
    card.show_notices(
        [words.Notice(str(n), "info", "info", "Title", "", "Show", "stake") for n in range(count)],
        "",
    )
    qtbot.waitUntil(lambda: card._items[count - 1].geometry().right() > card.width() - 40)
    widths = [item.width() for item in card._items[:count]]
    assert max(widths) - min(widths) <= 2
    for item in card._items[:count]:
        assert item.action.geometry().right() >= item.width() - 2


def test_with_nothing_to_leave_the_card_is_as_tall_as_its_words(
    qtbot: QtBot, tmp_path: Path
) -> None:
    exits = page_of(window_on(qtbot, tmp_path, room="home")).exits
    qtbot.waitUntil(lambda: exits.empty.isVisible() and exits.height() < 100)


def test_a_position_has_one_colour_in_ring_and_disc() -> None:
    for key, place in (("ticket", "exit"), (home.LENT, "loan"), ("native", "validator")):
        assert words._LIKED[key] == tokens.asset(place).role


def test_a_refresh_builds_nothing(person: Driver, page: RoomPage) -> None:
    before = {id(child) for child in page.findChildren(QObject)}
    page.refresh(person.window.bridge.world)
    assert {id(child) for child in page.findChildren(QObject)} == before


def test_another_profile_shows_its_own_line(
    qtbot: QtBot, tmp_path: Path, person: Driver, page: RoomPage
) -> None:
    other = make_profile(tmp_path / "other.lstwallet", FUNDED, days=4)
    bridge = person.window.bridge
    with qtbot.waitSignal(bridge.opened, timeout=60_000):
        bridge.open(lambda: Session.open(other))
    person.until(
        lambda: page.worth._line.at[-1] == bridge.world.time and len(page.worth._line.at) > 90,
        "the other line",
    )
    person.sees(wording.fiat(net_worth(bridge.world, YOU)))


def test_the_room_comes_without_the_charts() -> None:
    """pyqtgraph costs a tenth of a second: the room is on the screen before it is asked for."""
    code = (
        "import sys, lstwallet.ui.pages.home.page; "
        "assert not {'pyqtgraph', 'numpy'} & set(sys.modules), 'too early'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_line_is_whole_when_a_run_has_ended(qtbot: QtBot, tmp_path: Path) -> None:
    """Samples are read seldom while time runs; once it stands still none may be missing."""
    window = window_on(qtbot, tmp_path, STORY, room="home")
    page = ready(qtbot, window)
    bridge = window.bridge
    for _week in range(2):
        assert bridge.advance(7 * DAY)
        qtbot.waitUntil(lambda: not bridge.running, timeout=60_000)

    def whole() -> bool:
        past, world = page._worth.past, bridge.world
        assert world is not None
        return past is not None and len(past.at) > 14 * 24 and past.at[-2] >= world.time - 2 * HOUR

    qtbot.waitUntil(whole, timeout=60_000)
    assert page.worth.chart is not None
    at = page._worth.past.at
    assert max(later - earlier for earlier, later in pairwise(at)) <= HOUR
