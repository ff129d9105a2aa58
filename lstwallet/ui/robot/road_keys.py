"""Keys: a profile with a password, its recovery code, the lock, and what Settings says of them."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from lstwallet.ui.robot.camera import Camera

WORD: Final = "moon lantern orbit"
PATIENCE_S: Final = 60.0
"""A password takes a second on purpose, and longer on a busy machine."""


def protected(camera: Camera) -> None:
    """A second profile, with a password: how it is protected is asked before it is made."""
    hands = camera.hands
    hands.choose("top.profile", "New profile")
    hands.click("welcome.demo")
    hands.fill("protect.password", "password1")
    camera.shot("protect-weak-password", "Protect this profile", "Weak", "It is play money")
    hands.fill("protect.password", WORD)
    hands.fill("protect.again", WORD)
    camera.shot("protect-strong-password", "Strong", small=True)
    hands.click("protect.create")
    hands.until(
        lambda: hands.shows("Keep this recovery code"), "the recovery code", PATIENCE_S
    )
    camera.shot("recovery-code", "It is shown now and never again", small=True)
    hands.click("recovery.kept")
    hands.click("recovery.go_on")
    hands.go("home")


def locked(camera: Camera) -> None:
    """Locked by the button in the top bar; a wrong password; the code for a forgotten one."""
    hands = camera.hands
    hands.click("top.lock")
    hands.sees("Welcome back")
    camera.shot("locked", "The world stands still while it is locked", "Demo portfolio", small=True)
    hands.fill("unlock.password", "moon lantern orbiz")
    hands.click("unlock.unlock")
    hands.until(lambda: hands.shows("Wrong password"), "the answer", PATIENCE_S)
    camera.shot("unlock-wrong-password", "Wrong password. Nothing was changed.", small=True)
    hands.click("unlock.forgotten")
    camera.shot("forgotten-password", "Never type the recovery phrase of a real wallet", small=True)
    hands.click("recover.back")
    hands.fill("unlock.password", WORD)
    hands.click("unlock.unlock")
    hands.until(lambda: camera.bridge.world is not None, "the profile", PATIENCE_S)
    hands.go("home")


def settings(camera: Camera) -> None:
    """Which ways open the profile, and how each is changed; then back to the first profile."""
    hands = camera.hands
    hands.go("settings")
    hands.reveal(hands.find("keys.minimised", QWidget))
    camera.shot("settings-keys", "Keys of this profile", "Asked for at the start", small=True)
    hands.click("keys.change")
    hands.pause(100)
    hands.reveal(hands.find("keys.do", QWidget))
    camera.shot("settings-change-the-password", "Present password", "The old one opens")
    hands.click("keys.cancel")
    hands.choose("top.profile", "Main")
    hands.until(lambda: _name(camera) == "Main", "the first profile", PATIENCE_S)


def _name(camera: Camera) -> str:
    profile = camera.bridge.profile
    return profile.name if profile is not None else ""
