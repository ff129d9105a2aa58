"""The road of ranges: bounds on the chart, a range that earns, its fees, and out again."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton

from lstwallet.ui.robot.camera import Camera


def ranges(camera: Camera) -> None:
    """Provide between two prices, let a day pass, collect, and take a part out."""
    hands = camera.hands
    hands.go("pools")
    if hands.maybe("pools.list", QAbstractButton) is not None:  # a pool was left open
        hands.click("pools.list")
    hands.click("pools.open.wsteth_eth")
    camera.shot("ranges-empty", "Where the liquidity lies", "No range yet", small=True)
    hands.click("ranges.width.100")
    hands.fill("ranges.amount1", "1")
    camera.shot("ranges-form", "In range: it earns fees", "The range takes", small=True)
    hands.agree("ranges")
    camera.shot("ranges-receipt", "provides", "Against holding")
    hands.click("ranges.again")
    hands.step("day")
    camera.shot("ranges-after-a-day", "In range", "Fees to collect")
    hands.click("ranges.tab.remove")
    hands.fill("ranges.liquidity", "10")
    camera.shot("ranges-take-out", "Take out of a range", "Withdrawn")
    hands.click("ranges.list")


__all__ = ["ranges"]
