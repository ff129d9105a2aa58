"""Ways out compared, what is due, and what was told: sheets over any room. See ``road``."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from lstwallet.ui.robot.camera import Camera


def ways_and_calendar(camera: Camera) -> None:
    """Two stETH into the queue; every way out of the rest; all that is due, by day."""
    hands = camera.hands
    hands.go("unstake")
    hands.fill("unstake.amount", "2")
    hands.click("unstake.choice.queue")
    hands.agree("unstake")
    hands.sees("in the queue")
    hands.click("unstake.again")
    hands.go("home")
    hands.press(hands.find("home.ways_out", QWidget))
    camera.shot("ways-out", "Withdrawal queue", "Sell on the market", "break-even", small=True)
    hands.click("ways.close")
    hands.click("home.calendar")
    camera.shot("calendar", "What is due", "2.0000 ETH from the queue", "A range", small=True)
    hands.click("calendar.close")


def notices(camera: Camera) -> None:
    """What was told meanwhile stands behind the bell; the line of health is in Settings."""
    hands = camera.hands
    hands.go("home")
    hands.click("top.bell")
    camera.shot("notices", "2.0000 ETH ready to claim", "liquidated", small=True)
    hands.key(Qt.Key.Key_Escape)
    hands.go("settings")
    camera.shot("settings-notices", "When my health factor falls below the line")


__all__ = ["notices", "ways_and_calendar"]
