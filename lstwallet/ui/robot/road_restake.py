"""The road of restaking: deposit, operator, a slash, the escrow, rewards."""

from __future__ import annotations

from PySide6.QtCore import Qt

from lstwallet.ui.models.table import TableView
from lstwallet.ui.robot.camera import Camera

OPERATOR = "Harbour Nodes"
WEEKS = 2
"""As long as the escrow lasts; a day more."""


def restake(camera: Camera) -> None:
    """A deposit, reviewed with its approval; then an operator out of the table."""
    hands = camera.hands
    hands.go("restake")
    camera.shot("restake-empty", "Nothing restaked yet", "Northlight", "Slash history", small=True)
    hands.fill("restake.amount", "10")
    camera.shot("restake-deposit-form", "Without an operator", "Approval", small=True)
    hands.click("restake.review")
    camera.shot("restake-deposit-review", "Step 2 of 3", "it leaves escrow on", small=True)
    hands.click("restake.confirm")
    camera.shot("restake-deposit-receipt", "10.0000 stETH restaked", "Choose an operator")
    hands.click("restake.again")
    hands.press_cell("restake.operators", 1, "choose")
    camera.shot("restake-operator", "Data layer, 40% of the stake", "At risk", small=True)
    hands.agree("restake")
    camera.shot("restake-delegated", f"Delegated to {OPERATOR}")
    hands.click("restake.again")


def slash_and_leave(camera: Camera) -> None:
    """Half of it into escrow; a service slashes the operator; the number is explained."""
    hands = camera.hands
    hands.click("restake.tab.withdraw")
    hands.fill("restake.out", "4")
    hands.click("restake.review")
    camera.shot("restake-withdraw-review", "It can be slashed until then", small=True)
    hands.click("restake.confirm")
    hands.sees("in escrow")
    hands.click("restake.again")
    hands.go("settings")
    hands.pick_item("drill.slash.operator", OPERATOR)
    hands.pick_item("drill.slash.service", "Data layer")
    hands.pick_item("drill.slash.part", "Half")
    hands.click("drill.slash")
    hands.go("restake")
    camera.shot("restake-slashed", "Slashable", "80%", small=True)
    hands.click("restake.why.stETH")
    camera.shot("restake-why", "Operator's max magnitude", "0.800000", small=True)
    hands.key(Qt.Key.Key_Escape)


def over(camera: Camera) -> None:
    """Two weeks later the escrow is over and rewards may be claimed."""
    hands = camera.hands
    for _ in range(WEEKS):
        hands.step("week")
    hands.step("day")
    hands.go("restake")
    camera.shot("restake-escrow-over", "Ready", "Deposit again, Take", small=True)
    table = hands.find("restake.escrows", TableView)
    assert table.model().rowCount() == 1
    hands.press_cell("restake.escrows", 0, "take")
    camera.shot("restake-take-review", "You receive")
    hands.click("restake.confirm")
    hands.sees("Withdrawal taken")
    hands.click("restake.again")
    hands.click("restake.claim")
    hands.click("restake.confirm")
    camera.shot("restake-claimed", "WETH claimed")
    hands.click("restake.again")
    hands.go("home")
    camera.shot("home-with-restaking", "stETH restaked", small=True)


__all__ = ["over", "restake", "slash_and_leave"]
