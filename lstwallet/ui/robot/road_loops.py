"""Loops: built with the keyboard, priced by another oracle, and brought home. See ``road``."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider

from lstwallet.ui.robot.camera import Camera


def loop(camera: Camera) -> None:
    """What June left is repaid; then ten times the stake, every step listed."""
    hands = camera.hands
    hands.go("lend")
    hands.click("lend.repay")
    hands.choose("lend.token", "USDC")
    hands.click("lend.max")
    hands.agree("lend")
    hands.click("lend.again")
    hands.click("lend.loop")
    hands.fill("loop.amount", "5")
    slider = hands.find("loop.multiple", QSlider)
    slider.setFocus()
    for _ in range(16):
        hands.key(Qt.Key.Key_PageUp)
    camera.shot("loop-10-times", "10.00×", "Net APY, with staking", "Break-even", small=True)
    hands.click("loop.steps")
    camera.shot("loop-every-step", "Supply wstETH", "All steps happen together or not at all")
    hands.click("loop.steps")
    hands.click("loop.review")
    camera.shot("loop-review", "I accept the risk", "Loop to 10.00×", small=True)
    hands.click("loop.accept")
    hands.click("loop.confirm")
    camera.shot("loop-receipt", "Loop at 10.00×", small=True)
    hands.click("loop.again")


def oracle(camera: Camera) -> None:
    """The exchange rate saves the loop; the market's price, in June 2022, does not."""
    hands = camera.hands
    hands.click("lend.depeg.10")
    camera.shot("oracle-what-a-discount-does", "A discount on the market liquidates nobody",
                "liquidated", small=True)  # fmt: skip
    hands.click("lend.oracle.market")
    camera.shot("oracle-market-price-review", "It changes the simulated market")
    hands.click("lend.accept")
    hands.click("lend.confirm")
    hands.sees("wstETH is priced by another oracle")
    hands.click("lend.again")
    hands.step("day")
    hands.step("day")
    hands.go("home")
    camera.shot("home-loop-liquidated", "your position was liquidated", small=True)
    hands.go("lend")
    camera.shot("lend-loop-liquidated", "your position was liquidated", small=True)


def bring_down(camera: Camera) -> None:
    """Reduced, then closed to ether: nothing is owed, nothing is left lying about."""
    hands = camera.hands
    hands.click("lend.loop.lower")
    hands.fill("reduce.slippage", "10")
    camera.shot("reduce-the-loop", "Bring the loop down", "Nothing comes from your wallet",
                small=True)  # fmt: skip
    hands.click("reduce.debt")
    hands.click("reduce.review")
    camera.shot("close-to-eth-review", "Close to ETH", "No debt is left, not even dust")
    hands.click("reduce.confirm")
    camera.shot("close-to-eth-receipt", "Loop closed, nothing is owed", small=True)
    hands.click("reduce.again")


__all__ = ["bring_down", "loop", "oracle"]
