"""The coach: the light and what it lets through, the card, wrong moves, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from lstwallet.app.lessons import desk as desk_module
from lstwallet.app.lessons.desk import Desk
from lstwallet.engine.world import YOU
from lstwallet.store.codec import world_hash
from lstwallet.ui import theme
from lstwallet.ui.application import Program
from lstwallet.ui.coach.coach import LOOK_MS, Coach
from lstwallet.ui.coach.placing import place
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.terms import TermText
from lstwallet.units.paths import resources
from tests.journeys.driver import Driver
from tests.journeys.program import Start

pytestmark = pytest.mark.slow
"""Whole walks through the window: half a minute and more together."""

LESSON = "any-amount"
CARD = QSize(392, 240)
ROOM = QRect(0, 56, 1440, 790)


def in_the_lesson(
    start: Start, size: tuple[int, int] = (1440, 900)
) -> tuple[Program, Driver, Coach]:
    program, person = start(size=size)
    person.click("welcome.tour")
    person.sees("Waiting for:")
    person.until(lambda: person.maybe("coach.card") is not None, "the card")
    school = program._school
    assert school is not None
    assert school.coach is not None
    coach = school.coach
    person.until(coach.spotlight.isVisible, "the light")
    return program, person, coach


def spot(window: QWidget, widget: QWidget) -> QPoint:
    return widget.mapTo(window, widget.rect().center())


def clear(window: QWidget, coach: Coach, widget: QWidget) -> bool:
    """Whether the card is inside the window and leaves free what is seen of the widget."""
    box = coach.card.content_rect().toRect().translated(coach.card.pos())
    seen = widget.visibleRegion().boundingRect()
    free = QRect(widget.mapTo(window, seen.topLeft()), seen.size())
    return window.rect().contains(box) and not box.intersects(free)


def click_at(window: QWidget, where: QPoint) -> None:
    """A click as the window system sends it: Qt finds what lies there."""
    handle = window.windowHandle()
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=where)


# --- where the card stands -----------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        QRect(989, 72, 435, 760),  # a panel at the right
        QRect(216, 160, 760, 100),  # a card at the left
        QRect(60, 855, 60, 32),  # a button of the time bar
        QRect(700, 400, 20, 20),
    ],
)
def test_the_card_stands_beside_its_target_and_inside(target: QRect) -> None:
    best = place(CARD, target, [target.adjusted(-8, -8, 8, 8)], ROOM)
    assert not best.box.intersects(target.adjusted(-8, -8, 8, 8))
    assert ROOM.contains(best.box)
    assert best.side


def test_the_card_leaves_other_holes_free() -> None:
    panel, choice = QRect(989, 72, 435, 760), QRect(216, 160, 760, 100)
    best = place(CARD, panel, [panel, choice], ROOM)
    assert best.side == "right"
    assert not best.box.intersects(choice)
    assert not best.box.intersects(panel)


def test_the_card_stands_on_free_ground_and_rather_below() -> None:
    panel = QRect(989, 72, 435, 760)
    head, table = QRect(216, 72, 760, 300), QRect(216, 400, 300, 440)
    best = place(CARD, None, [panel], ROOM, [head, table])
    assert not any(best.box.intersects(part) for part in (panel, head, table))
    assert best.box.bottom() > ROOM.center().y()


def test_the_card_faces_what_it_speaks_of_before_it_looks_for_free_ground() -> None:
    table, chart = QRect(216, 600, 790, 130), QRect(216, 160, 790, 380)
    narrow = QRect(200, 56, 826, 790)
    best = place(CARD, table, [table], narrow, [chart])
    assert best.side == "bottom"
    assert not best.box.intersects(table)


def test_without_a_target_it_stands_at_the_foot() -> None:
    best = place(CARD, None, [], ROOM)
    assert best.side == ""
    assert ROOM.contains(best.box)
    assert best.box.bottom() > ROOM.center().y()


@pytest.mark.parametrize(("size", "scale"), [((1440, 900), 100), ((1024, 700), 100),
                                             ((1440, 900), 125)])  # fmt: skip
def test_the_card_never_covers_what_it_points_at(
    start: Start, size: tuple[int, int], scale: int
) -> None:
    program, person, coach = in_the_lesson(start, size)
    program.bridge.change(text_scale=scale)
    person.pause(400)
    window = program.window

    for name in ("stake.panel", "stake.choice.solo"):
        person.until(
            lambda name=name: clear(window, coach, person.find(name)),
            f"a card that leaves {name} free", 5.0,
        )  # fmt: skip


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
def test_the_card_stands_clear_of_the_reward_it_speaks_of(
    start: Start, size: tuple[int, int]
) -> None:
    program, person, coach = in_the_lesson(start, size)
    person.click("stake.choice.solo")
    person.fill("stake.amount", "5")
    person.click("coach.go_on")
    stake(person, "5")
    person.click("coach.go_on")
    person.click("time.day")
    person.sees("That is your first reward")
    positions = person.find("home.positions")
    person.until(lambda: clear(program.window, coach, positions), "the positions free", 5.0)
    assert coach.card._side  # and points at them


def test_a_card_tall_with_hints_still_points_at_what_is_lit(start: Start) -> None:
    program, person, coach = in_the_lesson(start, (1024, 700))
    for _ in range(2):
        person.click("coach.hint")
    for name in ("stake.choice.solo", "stake.panel"):
        widget = person.find(name)
        person.until(
            lambda widget=widget: clear(program.window, coach, widget) and bool(coach.card._side),
            f"a card beside {name}", 5.0,
        )  # fmt: skip
        if name == "stake.choice.solo":
            person.click(name)


def test_at_large_text_the_card_leaves_what_is_lit_free(start: Start) -> None:
    program, person, coach = in_the_lesson(start, (1024, 700))
    program.bridge.change(text_scale=150)
    person.pause(400)
    solo = person.find("stake.choice.solo")
    person.until(lambda: clear(program.window, coach, solo), "the choice free", 5.0)


# --- the light -----------------------------------------------------------------------------


def test_clicks_go_through_to_the_targets_and_nowhere_else(start: Start) -> None:
    program, person, coach = in_the_lesson(start)
    window = program.window

    def lets_through(name: str) -> bool:
        widget = person.find(name)
        where = spot(window, widget)
        found = window.childAt(where)
        assert coach.spotlight.covers(where) == (found is coach.spotlight), name
        return found is widget or widget.isAncestorOf(found)

    assert lets_through("stake.choice.solo")
    assert lets_through("top.simulation")
    assert not lets_through("rail.swap")
    click_at(window, spot(window, person.find("stake.choice.solo")))
    person.sees("Run validators of your own")
    person.until(lambda: lets_through("stake.amount"), "the light on the form")
    click_at(window, spot(window, person.find("stake.amount", QLineEdit)))
    person.until(lambda: window.focusWidget() is person.find("stake.amount"), "the focus")


def test_the_light_is_on_what_is_to_be_done_first(start: Start) -> None:
    program, person, coach = in_the_lesson(start)
    window = program.window

    def lit(name: str) -> bool:
        widget = person.find(name)
        whole = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        return coach.spotlight.hole().contains(whole)

    assert lit("stake.choice.solo")
    assert not lit("stake.panel")
    person.click("stake.choice.solo")
    person.until(lambda: lit("stake.panel"), "the light on the form")
    assert not lit("stake.choice.solo")
    person.click("stake.choice.lido")  # chosen no longer: back to the choice
    person.until(lambda: lit("stake.choice.solo"), "the light on the choice")


def test_the_ring_is_whole(start: Start) -> None:
    """Where the hole is cut out of the mask, nothing of the ring may go with it."""
    program, person, coach = in_the_lesson(start)
    hole = coach.spotlight.hole()
    coach._timer.stop()
    cut = program.window.grab(hole).toImage()
    coach.spotlight.clearMask()
    person.pause(50)
    assert program.window.grab(hole).toImage() == cut


def test_a_click_into_the_dark_lifts_it_and_a_hint_brings_it_back(start: Start) -> None:
    program, person, coach = in_the_lesson(start)
    window = program.window
    click_at(window, spot(window, person.find("rail.swap")))
    person.until(lambda: not coach.spotlight.isVisible(), "the light to lift")
    assert window.room == "stake"
    assert coach.card.isVisible()
    person.click("coach.hint")
    person.until(coach.spotlight.isVisible, "the light")


def test_in_another_room_it_says_the_way_back(start: Start) -> None:
    program, person, coach = in_the_lesson(start)
    program.window.enter("swap")
    person.sees("Go to Stake")
    assert not coach.spotlight.isVisible()
    assert person.maybe("coach.hint", QAbstractButton) is None
    person.click("Go to Stake")
    person.until(coach.spotlight.isVisible, "the light")
    assert program.window.room == "stake"


# --- moves ---------------------------------------------------------------------------------


def stake(person: Driver, amount: str) -> None:
    person.click("stake.choice.lido")
    person.fill("stake.amount", amount)
    person.click("stake.review")
    person.click("stake.confirm")


def test_a_wrong_move_is_told_and_can_be_made_good(start: Start) -> None:
    _, person, coach = in_the_lesson(start)
    person.click("stake.choice.solo")
    person.fill("stake.amount", "5")
    person.click("coach.go_on")
    person.sees("Let a pool take it")
    stake(person, "1")
    person.sees("You staked less than 5 ETH")
    assert not coach.run.told
    person.click("stake.again")
    stake(person, "5")
    person.sees("The pool took 5 ETH")
    person.sees_not("You staked less than 5 ETH")


def test_while_a_step_is_told_the_next_one_is_not_lit(start: Start) -> None:
    _, person, coach = in_the_lesson(start)

    def dashes() -> list[str]:
        return [coach.card.dots.role(step) for step in range(3)]

    assert dashes() == ["accent", "line_strong", "line_strong"]
    person.click("stake.choice.solo")
    person.fill("stake.amount", "5")
    person.sees("Ethereum activates a validator from 32 ETH on")
    assert dashes() == ["good_mark", "line_strong", "line_strong"]
    person.click("coach.go_on")
    assert dashes() == ["good_mark", "accent", "line_strong"]


def test_while_a_step_is_told_a_room_at_rest_is_read_once(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, person, coach = in_the_lesson(start)
    person.click("stake.choice.solo")
    person.fill("stake.amount", "5")
    person.sees("Ethereum activates a validator from 32 ETH on")
    person.find("coach.go_on").setFocus()  # no caret blinks
    read: list[QWidget | None] = []
    real = coach._read_content

    def reading(page: QWidget | None) -> list[QRect]:
        read.append(page)
        return real(page)

    def at_rest() -> bool:
        read.clear()
        person.pause(3 * LOOK_MS)
        return not read

    monkeypatch.setattr(coach, "_read_content", reading)
    person.until(at_rest, "a window at rest")


def test_what_comes_goes_or_moves_while_a_step_is_told_is_seen(start: Start) -> None:
    _, person, coach = in_the_lesson(start, (1100, 700))
    window = person.window
    person.click("stake.choice.solo")
    person.fill("stake.amount", "5")
    person.sees("Ethereum activates a validator from 32 ETH on")
    page = window.page("stake")
    solo = person.find("stake.choice.solo")
    bar = next(
        area.verticalScrollBar() for area in page.findChildren(QScrollArea)
        if area.isAncestorOf(solo) and area.verticalScrollBar().maximum()
    )  # fmt: skip
    word = Label("A word", parent=page)
    word.move(2, 2)
    painted: list[Callable[[], object]] = [
        word.show,
        word.hide,
        lambda: bar.setValue(0 if bar.value() else bar.maximum()),
        solo.hide,
    ]
    for number, change in enumerate(painted):
        person.pause(2 * LOOK_MS)
        old = coach._content()

        def taken_in(old: list[QRect] = old) -> bool:
            now = coach._content()
            return now != old and now == coach._read_content(page)

        change()
        person.until(taken_in, f"change {number} to be seen")
    at_once: list[Callable[[], object]] = [
        lambda: window.resize(1440, 900),
        lambda: window.enter("lend"),
    ]
    for change in at_once:
        person.pause(2 * LOOK_MS)
        coach._content()
        change()
        assert coach._content() == coach._read_content(window.page(window.room))


def test_hints_are_shown_whole(start: Start) -> None:
    _, person, coach = in_the_lesson(start)
    bare = coach.card.height()
    for asked in (1, 2):
        person.click("coach.hint")
        person.pause(150)
        assert coach.run.progress.hints == asked
        assert coach.card.height() > bare  # by the newest hint
        for text in coach.card.findChildren(TermText):
            assert text.height() >= text.heightForWidth(text.width()), text.text()


def test_a_hint_that_cannot_be_done_says_so(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lstwallet.ui.robot import helper

    monkeypatch.setattr(helper, "PATIENCE_MS", 300)
    _, person, coach = in_the_lesson(start)
    person.find("stake.choice.solo").setEnabled(False)
    for _ in range(3):
        person.click("coach.hint")
    person.sees("It could not be done from here.")
    assert not coach.run.told
    person.find("stake.choice.solo").setEnabled(True)
    person.click("Do it for me")
    person.sees("Ethereum activates a validator from 32 ETH on")


def test_time_that_passed_in_vain_does_not_count(start: Start) -> None:
    """A day without a stake brings no reward, and the first step waits for a refusal."""
    _, person, coach = in_the_lesson(start)
    person.step("day")
    assert not coach.run.told
    assert coach.run.progress.step == 0


# --- the way out ---------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["Esc", "coach.pause", "coach.close"])
def test_every_way_out_keeps_the_step_and_brings_the_own_wallet_back(
    start: Start, way: str
) -> None:
    program, person, _coach = in_the_lesson(start)
    sandbox = program.bridge.profile.path
    stake(person, "2")
    person.sees("2.0000 stETH received")
    if way == "Esc":
        person.key(Qt.Key.Key_Escape)
    else:
        person.click(way)
    person.until(lambda: program.bridge.profile.path != sandbox, "one's own wallet")
    person.sees("Continue: Any amount, not 32")
    assert program.bridge.world.balance(YOU, "ETH") == 100 * 10**18
    assert program.bridge.world.balance(YOU, "stETH") == 0
    assert program.window.windowTitle() == "lstwallet"
    person.until(lambda: person.maybe("coach.card") is None, "the card to go")
    person.click("learn.open.any-amount")
    person.sees("Lesson sandbox")
    person.sees("Step 1 of 3")
    assert program.bridge.world.balance(YOU, "stETH") > 0


def test_another_profile_chosen_instead_ends_nothing(start: Start) -> None:
    program, person, _ = in_the_lesson(start)
    own = program._school._own
    person.until(
        lambda: str(own) in [path for _, path in program.window.other_profiles],
        "the own profile offered",
    )
    program.window.profile_wanted.emit(str(own))
    person.until(lambda: program.bridge.profile.path == own, "the own profile")
    person.until(lambda: person.maybe("coach.card") is None, "the card to go")
    assert Desk().progress(Desk().lesson(LESSON)).mark is not None
    assert program.bridge.settings.last_profile == str(own)


def test_leaving_from_the_learn_room(start: Start) -> None:
    program, person, _ = in_the_lesson(start)
    program.window.enter("learn")
    person.sees("You are in its sandbox now")
    assert person.maybe(f"learn.reset.{LESSON}", QAbstractButton) is None
    person.click("Leave the sandbox")
    person.sees("Resume")
    assert program.bridge.profile.path.parent.name == "profiles"


# --- the glossary --------------------------------------------------------------------------


def test_a_dotted_term_is_explained_and_esc_closes_only_that(start: Start) -> None:
    _, person, coach = in_the_lesson(start)
    text = person.find("coach.text", TermText)
    assert isinstance(text, TermText)
    assert text.terms() == ["Solo validator"]
    QTest.mouseClick(text, Qt.MouseButton.LeftButton, pos=text.spot_of("Solo validator").toPoint())
    person.sees("A validator of your own: 32 ETH, your machine, your keys")
    person.key(Qt.Key.Key_Escape)
    person.sees_not("your machine, your keys")
    assert coach.card.isVisible()
    person.sees("Lesson sandbox")


def test_terms_are_reached_by_keys(qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "light", 1.0)
    text = TermText("A *pool* of *shares*, *Day* too.", {"pool": "P", "shares": "S"})
    qtbot.addWidget(text)
    text.resize(300, 60)
    text.show()
    assert text.text() == "A pool of shares, Day too."
    asked: list[str] = []
    text.asked.connect(asked.append)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(text, key)
    assert asked == ["pool", "shares"]


# --- trouble -------------------------------------------------------------------------------


def test_a_lesson_file_with_an_error_is_said_in_the_learn_room(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "resources"
    (broken / "lessons" / "en").mkdir(parents=True)
    text = (resources() / "lessons" / "en" / "01-any-amount.toml").read_text(encoding="utf-8")
    file = broken / "lessons" / "en" / "01-any-amount.toml"
    file.write_text(text.replace("minutes = 4", 'minutes = "four"'), encoding="utf-8")
    program, person = start()
    person.click("welcome.empty")
    person.until(lambda: program.bridge.world is not None, "the wallet")
    before = world_hash(program.bridge.world)
    monkeypatch.setattr(desk_module, "resources", lambda: broken)
    person.go("learn")
    person.sees("01-any-amount.toml: minutes is not a whole number.")
    program.teach(LESSON)
    person.until(lambda: person.maybe("trouble") is not None, "the strip above the room")
    assert world_hash(program.bridge.world) == before


def test_progress_that_cannot_be_kept_is_said_and_tried_again(
    start: Start, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, person, coach = in_the_lesson(start)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("lstwallet.app.lessons.progress.os.fsync", full)
        person.click("stake.choice.solo")
        person.fill("stake.amount", "5")
        person.sees("No space left on device")
        assert not coach.run.told
    person.fill("stake.amount", "6")
    person.sees("Ethereum activates a validator from 32 ETH on")


def test_a_sandbox_that_cannot_be_opened_leaves_one_where_one_is(
    start: Start, home: Path
) -> None:
    program, person = start()
    person.click("welcome.empty")
    person.until(lambda: program.bridge.world is not None, "the wallet")
    own = program.bridge.profile.path
    (home / "lessons").mkdir()
    (home / "lessons" / f"{LESSON}.lstwallet").write_text("no profile")
    person.go("learn")
    person.click(f"learn.open.{LESSON}")
    person.sees("This file is not a profile of lstwallet.")
    assert program.bridge.profile.path == own
    assert person.maybe("coach.card") is None

