"""The road of vaults: put in, watch a share grow, ask why, take out, and the drills."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from lstwallet.ui.robot.camera import Camera


def put_in(camera: Camera) -> None:
    """From the list of vaults to the first shares."""
    hands = camera.hands
    hands.go("lend")
    hands.sees("put in, get shares, let them lend for you")
    hands.click("lend.vault.WETH")
    camera.shot("vault-open", "Share price, WETH", "What a share is worth", small=True)
    hands.fill("vault.amount", "6")
    camera.shot("vault-form-6-eth", "Shares you get", "Room in the market", small=True)
    hands.click("vault.review")
    camera.shot(
        "vault-review-6-eth", "Step 2 of 3", "The vault keeps 10.0% of the interest", small=True
    )
    hands.click("vault.confirm")
    camera.shot("vault-receipt", "6.0000 ETH put in", "Watch a share grow", small=True)
    hands.click("vault.again")


def a_share_grows(camera: Camera) -> None:
    """A day later each share is worth more; every term of that can be asked for."""
    hands = camera.hands
    hands.step("day")
    hands.sees("Brought so far")
    camera.shot("vault-a-day-later", "Brought so far", "Can be taken out now", small=True)
    hands.pause(300)  # a bubble stands where its button was when it was pressed
    hands.click("vault.price.why")
    camera.shot("vault-why-this-price", "Cut off by rounding", "Rounded down, for those who stay")
    hands.click("Close")


def take_out(camera: Camera) -> None:
    """By amount, shares rounded up; the rest goes on earning."""
    hands = camera.hands
    hands.click("vault.out")
    hands.fill("vault.amount", "2")
    camera.shot("vault-take-out-2-eth", "Shares you give back", "Not lent out", small=True)
    hands.agree("vault")
    camera.shot("vault-taken-out", "2.0000 ETH taken out", small=True)
    hands.click("vault.again")


def drills(camera: Camera) -> None:
    """The first depositor's attack on an empty vault, with and without an offset; then a theft."""
    hands = camera.hands
    hands.click("vault.drill.gift.100")
    hands.sees("You got no share at all")
    hands.pause(300)
    hands.reveal(hands.find("vault.drill.says", QWidget))
    camera.shot("vault-first-depositor", "You got no share at all")
    hands.click("vault.drill.offset.6")
    hands.reveal(hands.find("vault.drill.says", QWidget))
    camera.shot("vault-with-an-offset", "The virtual shares take half of the gift")
    hands.click("vault.drill.steal.10")
    brought = hands.find("vault.brought", QWidget)
    hands.until(lambda: brought.accessibleDescription().startswith("−"), "the loss to be told")
    hands.reveal(hands.find("vault.chart.table", QWidget))
    camera.shot("vault-robbed", "Brought so far", "Share price", small=True)
    hands.click("vault.back")
    hands.sees("click one for its rate curve")
    hands.go("home")
    camera.shot("home-with-a-vault", "WETH vault, value grows", small=True)


__all__ = ["a_share_grows", "drills", "put_in", "take_out"]
