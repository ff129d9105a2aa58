"""The wallet: a second account, a contact, a labelled transfer, notes, the eye. See ``road``.

What is sent to the second account comes back: the chapters after this one find the portfolio
as it was, but for the tenth of an ether that a contact keeps.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Qt

from lstwallet.ui.robot.camera import Camera
from lstwallet.ui.robot.hands import Hands

ALICE: Final = "sim1qqqsyqcyq5rqwzqfpg9scrgwpugpzysny6zhl8"


def accounts(camera: Camera) -> None:
    """A second account, with a name of its own."""
    hands = camera.hands
    hands.go("wallet")
    hands.click("wallet.add_account")
    hands.sees("Account 2 opened")
    hands.click("account.name.you.2.pencil")
    hands.fill("account.name.you.2", "Savings")
    hands.key(Qt.Key.Key_Return)
    hands.sees("Account is called Savings")
    camera.shot("wallet-accounts", "Savings", "All accounts", small=True)


def send(camera: Camera) -> None:
    """To oneself and back, to a stranger with a label, and not to another network."""
    hands = camera.hands
    hands.click("account.send.you.2")
    hands.fill("send.amount", "0.5")
    hands.sees("Your own: Savings")
    hands.agree("send")
    hands.sees("0.5000 ETH sent")
    _home_again(hands)
    hands.click("wallet.tab.send")
    hands.fill("send.to", "0x00000000219ab540356cBB839Cbe05303d7705Fa")
    camera.shot("wallet-send-other-network", "another network's address", small=True)
    hands.fill("send.to", ALICE)
    hands.fill("send.amount", "0.1")
    hands.fill("send.label", "Coffee")
    hands.click("send.review")
    camera.shot("wallet-send-first-time", "never sent to this address", small=True)
    hands.click("send.confirm")
    hands.sees("0.1000 ETH sent")
    hands.click("send.next.wallet")
    hands.fill("contact.name", "Alice")
    hands.click("contact.save")
    hands.sees("Alice is saved")
    camera.shot("wallet-contacts", "Alice")


def _home_again(hands: Hands) -> None:
    """Half an ether goes back to the first account."""
    window: Any = hands.window
    hands.click("wallet.tab.accounts")
    hands.click("account.show.you.2")
    hands.until(lambda: window.bridge.account == "you:2", "the account Savings")
    hands.click("account.send.you")
    hands.click("send.max")
    hands.agree("send")
    hands.sees("ETH sent")
    hands.click("wallet.tab.accounts")
    hands.click("account.show.you")
    hands.until(lambda: window.bridge.account == "you", "the first account")


def receive(camera: Camera) -> None:
    """The address as text and as a code."""
    hands = camera.hands
    hands.click("wallet.tab.receive")
    camera.shot("wallet-receive", "worthless on a real network", small=True)


def labels(camera: Camera) -> None:
    """Labelled rows in Activity, found by a name; the eye hides what is owned."""
    hands = camera.hands
    hands.go("activity")
    hands.fill("activity.search", "alice")
    camera.shot("activity-label", "Coffee", "to Alice")
    hands.click("activity.search.empty")
    hands.click("top.eye")
    hands.sees("••••")
    camera.shot("activity-hidden", "••••")
    hands.click("top.eye")
    hands.click("top.eye")
    hands.sees_not("••••")
