"""The Learn room: how far one is, the quiz with every option explained, what comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from lstwallet.app import profiles
from lstwallet.app.lessons.desk import Desk
from lstwallet.app.lessons.lesson import Lesson
from lstwallet.app.lessons.overview import FINISHED, NEW, overview
from lstwallet.app.lessons.predicates import Mark
from lstwallet.app.lessons.progress import Progress, ProgressFile
from lstwallet.app.session import Session
from lstwallet.app.settings import Settings
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.pages.learn.quiz import OptionCard, QuizView
from tests.journeys.driver import Driver
from tests.ui.harness import enter, window_on

RIGHT = {"why-32": 1, "what-grows": 1, "the-fee": 0}


@pytest.fixture
def desk(home: Path) -> Desk:
    return Desk()


def lesson_of(desk: Desk) -> Lesson:
    return desk.lessons[0]


def keep(progress: Progress) -> None:
    """How far the lesson is, as another run of the program left it."""
    ProgressFile(profiles.home() / "lessons" / "progress.json").keep("any-amount", progress)


def at_learn(
    qtbot: QtBot, tmp_path: Path, **options: object
) -> tuple[MainWindow, Driver]:
    window = window_on(qtbot, tmp_path, **options)  # type: ignore[arg-type]
    enter(qtbot, window, "learn")
    person = Driver(qtbot, window)
    person.sees("Any amount, not 32")
    return window, person


DONE = Progress(3, Mark(0, 0, 0))


def at_quiz(
    qtbot: QtBot, tmp_path: Path, progress: Progress = DONE
) -> tuple[MainWindow, Driver]:
    """The steps are done, the first question is asked."""
    keep(progress)
    window, person = at_learn(qtbot, tmp_path)
    person.click("learn.open.any-amount")
    return window, person


def answer(person: Driver, question: str, option: int) -> None:
    person.click(f"quiz.{question}.{option}")
    person.click("quiz.next")


def test_nothing_begun_looks_finished(qtbot: QtBot, tmp_path: Path, desk: Desk) -> None:
    _, person = at_learn(qtbot, tmp_path)
    person.sees("Start: Any amount, not 32")
    person.sees("0 of 4")
    person.sees("Oracle report")
    person.sees("14 terms")
    assert person.maybe("learn.reset.any-amount", QAbstractButton) is None
    assert person.maybe("learn.review", QAbstractButton) is None


def test_start_asks_for_the_lesson_and_does_not_touch_the_wallet(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    window, person = at_learn(qtbot, tmp_path)
    with qtbot.waitSignal(window.lesson_wanted) as wanted:
        person.click("learn.open.any-amount")
    assert wanted.args == ["any-amount"]
    assert not desk.path(lesson_of(desk)).exists()


def test_under_way_it_says_the_step(qtbot: QtBot, tmp_path: Path, desk: Desk) -> None:
    keep(Progress(1, Mark(0, 0, 0)))
    _, person = at_learn(qtbot, tmp_path)
    person.sees("Continue: Any amount, not 32")
    person.sees("Step 2 of 3 · in its own sandbox, your portfolio is not touched")
    person.sees("1 of 4")
    person.sees("Let a pool take it")


def test_three_lessons_are_shown_with_their_progress(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    keep(Progress(3, Mark(0, 0, 0), answers=RIGHT, finished=True))
    window, person = at_learn(qtbot, tmp_path)
    person.sees("Start: Two kinds of receipt")
    person.sees("4 of 16")
    for title, done in (
        ("Any amount, not 32", "4 of 4"), ("Two kinds of receipt", "0 of 6"),
        ("Queue or market", "0 of 6"),
    ):  # fmt: skip
        person.sees(f"{title}: {done} done")
    with qtbot.waitSignal(window.lesson_wanted) as wanted:
        person.click("learn.open.queue-or-market")
    assert wanted.args == ["queue-or-market"]
    assert person.disabled("learn.open.two-kinds")  # one at a time


def test_a_finished_lesson_can_be_started_over_from_its_trail(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    keep(Progress(3, Mark(0, 0, 0), answers=RIGHT, finished=True))
    _, person = at_learn(qtbot, tmp_path)
    person.click("learn.reset.any-amount")
    person.sees("Start: Any amount, not 32")
    assert overview(Desk()).standings[0].state == NEW


def test_start_over_deletes_sandbox_and_progress(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    lesson = lesson_of(desk)
    desk.open(lesson).close()
    keep(Progress(1, Mark(0, 0, 0)))
    assert desk.path(lesson).exists()
    _, person = at_learn(qtbot, tmp_path)
    person.click("learn.reset.any-amount")
    person.sees("Start: Any amount, not 32")
    assert not desk.path(lesson).exists()
    assert overview(Desk()).standings[0].state == NEW


def test_what_is_being_opened_cannot_be_deleted(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    desk.open(lesson_of(desk)).close()
    keep(Progress(1, Mark(0, 0, 0)))
    window, person = at_learn(qtbot, tmp_path)
    person.click("learn.open.any-amount")
    assert person.disabled("learn.reset.any-amount")
    page = window.page("learn")
    assert page is not None
    page.mark_stale()  # as the school does when nothing came of it
    person.until(lambda: not person.disabled("learn.reset.any-amount"), "the button")


def test_a_sandbox_open_elsewhere_is_not_deleted_and_can_be_asked_for_again(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    lesson = lesson_of(desk)
    session = desk.open(lesson)
    keep(Progress(1, Mark(0, 0, 0)))
    _, person = at_learn(qtbot, tmp_path)
    person.click("learn.reset.any-amount")
    person.sees("The profile is open in another window or program.")
    assert desk.path(lesson).exists()
    person.until(lambda: not person.disabled("learn.reset.any-amount"), "the button")
    session.close()


def test_every_option_is_explained_whatever_is_chosen(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    keep(DONE)
    _, person = at_learn(qtbot, tmp_path)
    person.sees("The steps are done; 3 questions left")
    person.click("learn.open.any-amount")
    person.sees("Question 1 of 3")
    assert person.disabled("quiz.next")
    question = lesson_of(desk).quiz[0]
    for option in question.options:
        assert not person.shows(option.why)
    person.click("quiz.why-32.2")
    for option in question.options:
        person.sees(option.why)
    person.sees("Not right: it comes back for review.")
    assert person.window.page("learn").quiz.verdict.isVisible()
    chosen = person.find("quiz.why-32.1", OptionCard)
    assert chosen.accessibleDescription().startswith("Right.")
    assert Desk().progress(lesson_of(desk)).missed == ("why-32",)


def test_an_answer_cannot_be_changed_once_it_is_explained(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    _, person = at_quiz(qtbot, tmp_path)
    person.click("quiz.why-32.0")
    person.sees("Not right")
    right = person.find("quiz.why-32.1", OptionCard)
    assert isinstance(right, OptionCard)
    right.click()
    person.pause(200)
    assert Desk().progress(lesson_of(desk)).answers == {"why-32": 0}


def test_what_was_missed_comes_back_until_it_is_right(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    window, person = at_quiz(qtbot, tmp_path)
    for question, option in {**RIGHT, "why-32": 0}.items():
        answer(person, question, option)
    person.sees("2 of 3 right")
    person.click("quiz.done")
    person.sees("Review due")
    person.sees("Why was a solo stake of 5 ETH refused?")
    person.sees("1 question left")
    window.enter("stake")
    enter(qtbot, window, "learn")
    person.click("Answer now")
    person.sees("Question 1 of 1")
    answer(person, "why-32", 1)
    person.sees("1 of 1 right")
    person.click("quiz.done")
    person.sees("Start: Two kinds of receipt")  # the next one takes its place
    person.sees("Any amount, not 32: 4 of 4 done")
    person.sees("Quiz again")
    assert person.maybe("learn.review", QAbstractButton) is None
    assert overview(Desk()).standings[0].state == FINISHED


def test_missed_ones_at_once(qtbot: QtBot, tmp_path: Path, desk: Desk) -> None:
    _, person = at_quiz(qtbot, tmp_path, DONE._replace(answers={"what-grows": 1, "the-fee": 0}))
    answer(person, "why-32", 2)
    person.sees("0 of 1 right")
    person.click("quiz.again")
    answer(person, "why-32", 1)
    person.sees("1 of 1 right")
    person.sees("All of it is right.")


def test_a_quiz_left_half_way_goes_on_with_what_is_left(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    _, person = at_quiz(qtbot, tmp_path)
    person.click("quiz.why-32.1")
    person.sees("Right.")
    person.click("quiz.back")
    person.sees("2 questions left")
    person.click("learn.open.any-amount")
    person.sees("Question 1 of 2")
    person.sees("What happened to your stETH when the report came?")


def test_a_damaged_progress_file_is_said_and_kept(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    folder = profiles.home() / "lessons"
    folder.mkdir(parents=True)
    (folder / "progress.json").write_text("{half", encoding="utf-8")
    _, person = at_learn(qtbot, tmp_path)
    person.sees("the old file is kept as progress.json.broken-1")
    assert (folder / "progress.json.broken-1").read_text(encoding="utf-8") == "{half"
    person.sees("Start: Any amount, not 32")


@pytest.mark.parametrize("scale", [100, 150])
def test_it_fits_a_small_window(
    qtbot: QtBot, tmp_path: Path, desk: Desk, scale: int
) -> None:
    keep(DONE._replace(answers={"why-32": 0}, missed=("why-32",)))
    settings = Settings(theme="dark", text_scale=scale)
    window, person = at_learn(qtbot, tmp_path, size=(1024, 700), settings=settings)
    person.sees("Review due")
    page = window.page("learn")
    assert page is not None
    assert page.minimumSizeHint().width() <= 1024 - 60
    inside = QRect(0, 0, window.width(), window.height())
    for label in page.findChildren(QLabel):
        if label.isVisible():
            left = label.mapTo(window, label.rect().topLeft()).x()
            assert left + label.width() <= inside.right() + 1, label.text()


def test_the_quiz_is_not_asked_before_the_steps_are_done(
    qtbot: QtBot, tmp_path: Path, desk: Desk
) -> None:
    window, person = at_learn(qtbot, tmp_path)
    enter(qtbot, window, "learn", {"quiz": "any-amount"})
    person.pause(200)
    person.sees("Start: Any amount, not 32")
    assert not person.shows("Question 1 of 3")
    session = Session.open(window.bridge.profile.path, read_only=True)
    session.close()


def test_an_answer_on_its_way_is_not_one_to_the_next_question(qtbot: QtBot, desk: Desk) -> None:
    lesson, told = lesson_of(desk), []
    view = QuizView()
    qtbot.addWidget(view)
    view.begin(lesson, lesson.quiz, lambda _question, _option, tell: told.append(tell))
    view._options[0].click()
    view.begin(lesson, lesson.quiz[1:], lambda _question, _option, tell: told.append(tell))
    told[0](True)
    assert not any(option.explained for option in view._options)
    assert not view.next.isEnabled()
    view._options[0].click()
    told[1](True)
    assert all(option.explained for option in view._options)
