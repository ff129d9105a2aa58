"""Further profiles: a portfolio's file, a password with its recovery code, the lock, and what
Settings says of them."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from lstwallet.app import profiles
from lstwallet.ui.robot.camera import Camera

WORD: Final = "moon lantern orbit"
HOLDINGS: Final = "token,amount\nETH,12.5\nstETH,3\nwstETH,8\nrETH,4\nUSDC,4000\n"
PATIENCE_S: Final = 60.0
"""A password takes a second on purpose, and longer on a busy machine."""


def portfolio(camera: Camera) -> None:
    """A file of what somebody holds: a slip is told with its line, mended, and looked into."""
    hands = camera.hands
    hands.choose("top.profile", "New profile")
    hands.click("welcome.portfolio")
    camera.shot("portfolio-which-file", "Begin with a portfolio", "Choose a file first.",
                small=True)  # fmt: skip
    file = profiles.home() / "My holdings.csv"
    file.write_text("token,amount\nETH,12.5\nstEHT,3\nUSDC,4000\n", encoding="utf-8")
    hands.fill("portfolio.file", str(file))
    hands.click("portfolio.main")
    camera.shot("portfolio-line-3-is-refused", "line 3, stEHT", "Did you mean “stETH”?",
                small=True)  # fmt: skip
    file.write_text(HOLDINGS, encoding="utf-8")
    hands.click("portfolio.main")
    camera.shot("portfolio-what-it-holds", "12.5000 ETH", "3.0000 stETH", "Worth on",
                "The profile will be called “My holdings”.", small=True)  # fmt: skip
    file.unlink()
    hands.click("portfolio.back")
    hands.sees("How would you like to begin?")


def protected(camera: Camera) -> None:
    """A second profile, with a password: how it is protected is asked before it is made."""
    hands = camera.hands
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
    card = hands.find("settings.keys", QWidget)
    camera.shot("settings-keys", "Keys of this profile", "Asked for at the start", small=True,
                reveal=lambda: hands.reveal(card))  # fmt: skip
    hands.click("keys.change")
    hands.pause(100)
    form = hands.find("keys.form.change", QWidget)
    camera.shot("settings-change-the-password", "Present password", "The old one opens",
                small=True, reveal=lambda: hands.reveal(form))  # fmt: skip
    hands.click("keys.cancel")
    hands.choose("top.profile", "Main")
    hands.until(lambda: _name(camera) == "Main", "the first profile", PATIENCE_S)


def _name(camera: Camera) -> str:
    profile = camera.bridge.profile
    return profile.name if profile is not None else ""
