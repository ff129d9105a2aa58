"""The demo's look at fees and approvals: given with an action, seen in the wallet, revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lstwallet.ui.robot.camera import Camera


def fees_and_approvals(camera: Camera) -> None:
    """An approval without limit is shown with its danger; nothing of it is signed."""
    hands = camera.hands
    hands.go("lend")
    hands.click("lend.supply")
    hands.choose("lend.token", "USDC")
    hands.fill("lend.amount", "1000")
    hands.click("lend.review")
    camera.shot("approval-exact", "exactly this amount", "Network fee")
    hands.click("lend.unlimited")
    camera.shot("approval-unlimited", "without limit", "Danger")
    hands.click("lend.back")
    hands.fill("lend.amount", "")
    hands.go("wallet")
    hands.click("wallet.tab.approvals")
    camera.shot("approvals", "What contracts may take of your tokens", small=True)
    hands.click("wallet.tab.accounts")
    hands.go("home")


__all__ = ["fees_and_approvals"]
