"""Profiles and backups: one is made, looked into, and a profile is nearly deleted."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton

from lstwallet.ui.robot.camera import Camera
from lstwallet.ui.robot.hands import Hands


def profiles_and_backups(camera: Camera) -> None:
    """The list of profiles, a backup by hand, what it holds, and the name one must type."""
    hands = camera.hands
    hands.go("settings")
    hands.click("settings.profiles")
    camera.shot("profiles-and-backups", "Profiles and backups", "Automatically", small=True)
    hands.click("backups.now")
    camera.shot("backups-one-verified", "Backed up and verified", "Verified", small=True)
    _restore(hands)
    camera.shot("restore-what-a-backup-holds", "Replayed from its first event: nothing is wrong.",
                "As a new profile", small=True)  # fmt: skip
    hands.click("restore.as.place")
    camera.shot("restore-in-place", "is backed up first")
    hands.click("restore.cancel")
    hands.choose("profiles.more.Main", "Delete")
    hands.fill("delete.name", "Mai")
    camera.shot("delete-wants-the-name", "Type Main to delete it", "Make a last backup first",
                small=True)  # fmt: skip
    hands.click("delete.cancel")
    hands.click("profiles.close")


def _restore(hands: Hands) -> None:
    """The first backup's button; its name holds the minute."""
    buttons = (each for each in hands.window.findChildren(QAbstractButton) if each.isVisible())
    hands.press(next(b for b in buttons if b.objectName().startswith("backups.restore.")))


__all__ = ["profiles_and_backups"]
