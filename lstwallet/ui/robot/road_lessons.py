"""Two more lessons: the main step of each, as a person meets it. See ``road``."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton

from lstwallet.ui.robot.camera import Camera


def two_kinds(camera: Camera) -> None:
    """stETH grows in number, wstETH in rate: a day later both are seen on one card."""
    hands = camera.hands
    _begin(camera, "two-kinds")
    hands.click("stake.choice.lido")
    hands.fill("stake.amount", "10")
    hands.agree("stake")
    hands.click("coach.go_on")
    hands.click("stake.mode.wrap")
    hands.click("wrap.choice.wsteth")
    hands.fill("wrap.amount", "5")
    camera.shot("lesson-two-kinds-wrap-half", "Wrap half of it", "4.0983", small=True)
    hands.agree("wrap")
    hands.click("coach.go_on")
    hands.step("day")
    camera.shot("lesson-two-kinds-a-day-later", "5.0003 stETH", "1.2201", "rate", small=True)
    _pause(camera)


def queue_or_market(camera: Camera) -> None:
    """Both ways out side by side; the ticket waits and is paid."""
    hands = camera.hands
    _begin(camera, "queue-or-market")
    hands.click("stake.choice.lido")
    hands.fill("stake.amount", "12")
    hands.agree("stake")
    hands.click("coach.go_on")
    hands.fill("unstake.amount", "5")
    camera.shot("lesson-queue-or-market", "Ask the queue", "Break-even", "5 to 10", small=True)
    hands.click("unstake.choice.queue")
    hands.agree("unstake")
    hands.sees("cannot be called back")
    camera.shot("lesson-queue-ticket", "in the queue")
    hands.click("coach.go_on")
    hands.fill("unstake.amount", "5")
    hands.click("unstake.choice.market")
    hands.agree("unstake")
    hands.click("coach.go_on")
    hands.step("week")
    camera.shot("lesson-queue-ready", "Wait for the other half", "Ready now")
    hands.click("coach.go_on")
    hands.click("unstake.claim")
    hands.click("claim.confirm")
    camera.shot("lesson-queue-claimed", "5.0000 ETH claimed", "Waiting paid 0.44% more", small=True)
    _pause(camera)


def _begin(camera: Camera, ident: str) -> None:
    hands = camera.hands
    hands.go("learn")
    if hands.maybe("quiz.back", QAbstractButton) is not None:
        hands.click("quiz.back")  # the first lesson's, left half way
        hands.sees("Short lessons in a sandbox world")
        hands.quiet()
    hands.click(f"learn.open.{ident}")
    hands.sees("Lesson sandbox")


def _pause(camera: Camera) -> None:
    """Back to one's own wallet; the lesson waits where it is."""
    camera.hands.click("coach.close")
    camera.hands.sees_not("Lesson sandbox")
    camera.hands.sees("Short lessons in a sandbox world")


__all__ = ["queue_or_market", "two_kinds"]
