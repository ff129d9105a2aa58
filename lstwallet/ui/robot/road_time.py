"""The time machine: the slider, a moment of the past, branches, what if, and the comparison."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from lstwallet.ui.models.table import TableView
from lstwallet.ui.robot.camera import Camera
from lstwallet.ui.robot.hands import NotThere, plain
from lstwallet.ui.widgets.history import HistoryBar
from lstwallet.units.clock import DAY, start_of

LEFT = Qt.MouseButton.LeftButton


def slider(camera: Camera) -> None:
    """The knob is held at the middle of May: the date and what one was worth stand above it."""
    hands = camera.hands
    hands.go("home")
    bar = hands.find("time.history", HistoryBar)
    world = camera.bridge.present
    assert world is not None
    moment = start_of(DAY, world.started) + 12 * DAY

    def spot() -> QPoint:
        return QPoint(round(bar.place(moment)), bar.rect().center().y())

    QTest.mouseMove(bar, spot())
    hands.pause(400)  # what one was worth is read when one first points at it
    QTest.mousePress(bar, LEFT, pos=spot())
    QTest.mouseMove(bar, spot())
    camera.shot("time-the-knob-is-held", "May 2022")
    QTest.mouseMove(bar, spot())
    QTest.mouseRelease(bar, LEFT, pos=spot())
    hands.sees("You are looking at")
    camera.shot(
        "time-looking-at-the-past", "You are looking at", "Nothing changes until you go on",
        "Now is", small=True,
    )  # fmt: skip
    hands.go("stake")
    hands.click("stake.mode.stake")
    hands.click("stake.choice.lido")
    hands.fill("stake.amount", "5")
    camera.shot("time-nothing-is-signed-in-the-past", "You are looking at the past", small=True)
    hands.fill("stake.amount", "")


def branches(camera: Camera) -> None:
    """On from there, on a branch of its own; the first one stays as it was."""
    hands = camera.hands
    hands.click("past.go_on")
    hands.sees("You are on a new branch")
    hands.go("stake")
    hands.fill("stake.amount", "10")
    hands.agree("stake")
    camera.shot("time-receipt-leads-back", "Go back to before this", small=True)
    hands.click("stake.again")
    hands.go("home")
    hands.step("day")
    hands.click("time.branch")
    hands.until(lambda: hands.maybe("branch.2", QAbstractButton) is not None, "the new branch")
    camera.shot("time-branches", "Main", "From ", "Left Main on", "Fork here", small=True)
    _to_main(camera)


def back_to_main(camera: Camera) -> None:
    """From another branch to the one the road began on."""
    camera.hands.click("time.branch")
    _to_main(camera)


def _to_main(camera: Camera) -> None:
    camera.hands.click("branch.1")
    camera.hands.sees("You are on another branch")


def what_if(camera: Camera) -> None:
    """The loop of June is left out, by the loan that was part of it: without it there was nothing
    to liquidate, and later nothing to close."""
    hands = camera.hands
    hands.go("activity")
    hands.fill("activity.search", "borrowed")
    choose_of(camera, "Borrowed", "What if I had not done this?")
    hands.fill("what_if.name", "Without the loop")
    camera.shot("time-what-if-asked", "A new branch begins just before it", small=True)
    hands.click("what_if.name.keep")
    hands.until(lambda: hands.maybe("what_if.compare", QAbstractButton) is not None, "the report",
                300.0)  # fmt: skip
    camera.shot("time-what-if-report", "refused", small=True)


def comparison(camera: Camera) -> None:
    """Both courses side by side, the first difference marked; then back to the first one."""
    hands = camera.hands
    hands.click("what_if.compare")
    steps = hands.find("compare.steps", TableView)
    hands.until(lambda: steps.rows_model.rowCount() > 0, "what happened in both")
    camera.shot("time-comparison", "Net worth", "First difference", small=True)
    at = next(at for at, row in enumerate(steps.rows_model.rows()) if row.mark)
    camera.shot("time-first-difference", "First difference", "Liquidated", small=True,
                reveal=lambda: scroll_to(camera, steps, at))  # fmt: skip
    hands.click("compare.close")
    hands.go("activity")
    hands.fill("activity.search", "")
    back_to_main(camera)
    hands.go("home")


def choose_of(camera: Camera, words: str, item: str) -> None:
    """The menu of the newest entry of Activity that begins with ``words``. Raises ``NotThere``."""
    hands = camera.hands
    hands.until(lambda: hands.maybe("activity.table", TableView) is not None, "the entries")
    table = hands.find("activity.table", TableView)
    model = table.rows_model

    def place() -> int | None:
        rows = range(model.rowCount())
        said = (plain(str(model.index(row, 0).data() or "")) for row in rows)
        return next((at for at, text in enumerate(said) if text.startswith(words)), None)

    hands.until(lambda: place() is not None, f"the entry “{words}”")
    at = place()
    assert at is not None
    table.scrollTo(model.index(at, 0))
    QTest.mouseClick(table.viewport(), LEFT, pos=table.button_rect(at, "more").center())
    hands.pause(100)
    if not hands.pick(item):
        raise NotThere(f"no “{item}” in the entry's menu")


def scroll_to(camera: Camera, table: TableView, row: int) -> None:
    """Scroll what is around a table until a row of it is in the middle."""
    box = table.visualRect(table.rows_model.index(row, 0))
    parent = table.parentWidget()
    while parent is not None and not hasattr(parent, "ensureVisible"):
        parent = parent.parentWidget()
    if parent is not None:
        spot = table.viewport().mapTo(parent.widget(), box.center())
        parent.ensureVisible(spot.x(), spot.y(), 0, round(parent.height() / 2) - 20)  # type: ignore[attr-defined]
    camera.hands.pause(100)
