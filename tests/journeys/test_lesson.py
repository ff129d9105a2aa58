"""The lesson from its first click to its last answer, through the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from lstwallet.app.lessons.desk import Desk
from lstwallet.app.lessons.lesson import load_all
from lstwallet.app.lessons.overview import FINISHED, NEW, STEPS, overview
from lstwallet.store.codec import world_hash
from lstwallet.ui.application import Program
from lstwallet.ui.robot.hands import perform
from lstwallet.units.paths import resources
from tests.journeys.driver import Driver
from tests.journeys.program import Start

pytestmark = [
    pytest.mark.slow,
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),  # menus
]
"""Whole walks through the window: half a minute and more together."""

LESSONS = load_all(resources() / "lessons" / "en")


def at_learn(start: Start) -> tuple[Program, Driver]:
    """A fresh wallet of one's own, in the Learn room."""
    program, person = start()
    person.click("Start empty")
    person.until(lambda: program.bridge.world is not None, "the wallet")
    person.go("Learn")
    person.sees("Start: Any amount, not 32")
    return program, person


def answer_rightly(person: Driver, ident: str) -> None:
    lesson = next(each for each in LESSONS if each.id == ident)
    for question in lesson.quiz:
        right = next(n for n, option in enumerate(question.options) if option.right)
        person.sees(question.text)
        person.click(f"quiz.{question.id}.{right}")
        for option in question.options:
            person.sees(option.why)
        person.click("quiz.next")


@pytest.mark.parametrize("ident", [lesson.id for lesson in LESSONS])
def test_the_robot_walks_every_lesson(start: Start, ident: str) -> None:
    program, person = at_learn(start)
    own = world_hash(program.bridge.world)
    lesson = next(each for each in LESSONS if each.id == ident)
    person.click(f"learn.open.{ident}")
    for step in lesson.steps:
        person.sees(step.waiting)
        person.until(lambda s=step: any(map(person.maybe, s.targets)), f"a target of {step.id}")
        for action in step.hints[-1].do:
            perform(person, action)
        person.until(lambda: bool(person.maybe("coach.go_on", QAbstractButton)), step.title)
        assert not person.shows(step.waiting)
        person.click("coach.go_on")
    answer_rightly(person, ident)
    person.click("Back to Learn")
    person.sees("Quiz again")
    person.sees(f"{lesson.title}: {len(lesson.steps) + 1} of {len(lesson.steps) + 1} done")
    assert world_hash(program.bridge.world) == own
    states = {each.lesson.id: each.state for each in overview(Desk()).standings}
    assert states == {each.id: FINISHED if each.id == ident else NEW for each in LESSONS}


def test_by_hand_paused_closed_and_resumed_at_the_exact_step(start: Start) -> None:
    program, person = at_learn(start)
    person.click("Start")
    person.sees("Waiting for:")
    person.sees("Lesson sandbox")
    person.click("Solo validator")
    person.fill("You stake", "5")
    person.sees("Ethereum activates a validator from 32 ETH on")
    person.click("Continue")
    person.sees("Let a pool take it")
    person.key(Qt.Key.Key_Escape)
    person.sees("Step 2 of 3 · in its own sandbox")
    person.sees("$350 000.00")  # one's own wallet is back
    program.window.close()
    program.close()

    program, person = start()
    person.go("Learn")
    person.click("Resume")
    person.sees("Waiting for: a stake of 5 ETH with Lido")
    person.click("Lido")
    person.fill("You stake", "5")
    person.click("Review stake")
    person.sees_not("The pool took 5 ETH")
    person.click("stake.confirm")
    person.sees("The pool took 5 ETH")
    program.window.close()  # while the explanation is being read
    program.close()

    program, person = start()
    person.go("Learn")
    person.click("Resume")
    person.sees("The pool took 5 ETH")
    person.click("Continue")
    person.click("Day")
    person.quiet()
    person.sees("That is your first reward")
    person.click("Go on to the quiz")
    answer_rightly(person, "any-amount")
    person.sees("3 of 3 right")


def test_pressing_buttons_alone_finishes_nothing(start: Start) -> None:
    program, person = at_learn(start)
    person.click("Start")
    person.sees("Waiting for:")
    card = person.find("coach.card", QWidget)
    assert person.maybe("coach.go_on", QAbstractButton) is None
    for name in ("coach.hint", "coach.hint"):  # the third one would do it for me
        person.click(name)
    for button in card.findChildren(QAbstractButton):
        if button.objectName() == "coach.go_on":
            button.click()  # hidden, and pressed all the same
    person.pause(200)
    person.sees("Step 1 of 3")
    person.sees("Waiting for: a solo stake of 5 ETH")
    for room in ("Stake", "Lend", "Pools", "Swap", "Activity", "Home", "Stake"):
        person.go(room)
    person.click("Hour")
    person.quiet()
    person.sees("Waiting for: a solo stake of 5 ETH")
    seen = overview(Desk()).standings[0]
    assert (seen.state, seen.done) == (STEPS, 0)
    assert program.bridge.profile.path == seen.path


def test_the_last_hint_does_each_step_and_only_the_ledger_ends_it(start: Start) -> None:
    _, person = at_learn(start)
    person.click("Start")
    for step in LESSONS[0].steps:
        person.sees(step.waiting)
        for number in (1, 2, 3):
            person.click(f"Hint {number} of 3")
        person.sees(step.after.replace("*", ""))
        person.click("coach.go_on")
    person.sees("Question 1 of 3")


def test_card_and_lesson_live_beside_a_sheet(start: Start) -> None:
    """Where review and receipt come as a sheet, one can still go on, ask and pause."""
    _, person = at_learn(start)
    person.click("learn.open.queue-or-market")
    person.sees("12 stETH in your wallet")
    for action in LESSONS[2].steps[0].hints[-1].do:
        perform(person, action)
    person.click("coach.go_on")
    person.sees("5 stETH in the withdrawal queue")
    person.fill("unstake.amount", "5")
    person.click("unstake.choice.queue")
    person.click("unstake.review")
    person.sees("Step 2 of 3")
    person.pause(250)
    assert on_top(person, "coach.hint")
    person.click("unstake.confirm")
    person.sees("cannot be called back")
    person.pause(250)
    assert on_top(person, "coach.go_on")
    person.click("coach.go_on")
    person.sees("Sell as much on the market")
    person.sees_not("Ticket #28 in the queue")  # the receipt was read
    person.fill("unstake.amount", "5")
    person.click("unstake.choice.market")
    person.click("unstake.review")
    person.click("unstake.confirm")
    person.sees("You have about 4.98 ETH now")


def on_top(person: Driver, name: str) -> bool:
    """Whether a click in the middle of it in the window meets it."""
    widget = person.find(name, QAbstractButton)
    spot = widget.mapTo(person.window, widget.rect().center())
    return person.window.childAt(spot) is widget
