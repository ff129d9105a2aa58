"""Desktop manners: the palette, help, a chart as a table, an edit taken back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from lstwallet.ui.robot.camera import Camera


def _do(camera: Camera, typed: str) -> None:
    """Type it into the palette and press Enter."""
    camera.hands.click("top.finder")
    edit = camera.hands.find("palette.edit", QLineEdit)
    QTest.keyClicks(edit, typed)
    QTest.keyClick(edit, Qt.Key.Key_Return)


def palette(camera: Camera) -> None:
    """Ctrl+K: every room and action; a few letters find one."""
    hands = camera.hands
    hands.go("home")
    hands.click("top.finder")  # its shortcut needs the active window, and there may be no display
    camera.shot("palette", "Rooms", "Stake with Lido", "Let a week pass", small=True)
    edit = hands.find("palette.edit", QLineEdit)
    QTest.keyClicks(edit, "liq")
    camera.shot("palette-typed-liq", "Add liquidity to stETH / ETH", small=True)
    edit.selectAll()
    QTest.keyClicks(edit, "save as")
    camera.shot("palette-save-the-chart", "Save as PNG: Net worth", "Save as CSV: Net worth")
    QTest.keyClick(edit, Qt.Key.Key_Escape)


def table_twin(camera: Camera) -> None:
    """The same chart as a table, asked for by its name."""
    hands = camera.hands
    hands.go("swap")
    _do(camera, "show as table")
    camera.shot("swap-chart-as-a-table", "Show as chart", "22:00", small=True)
    hands.click("swap.chart.table")


def help_sheet(camera: Camera) -> None:
    """F1: what a room is for."""
    hands = camera.hands
    hands.go("lend")
    _do(camera, "help on this")
    camera.shot("help-lend", "Fields and terms", "Supply tokens to earn interest", small=True)
    hands.click("help.close")


def undo(camera: Camera) -> None:
    """What was changed by mistake is taken back."""
    hands = camera.hands
    hands.go("home")
    hands.click("top.eye")
    camera.shot("hidden-with-undo", "What you own is hidden", "Undo")
    button = hands.maybe("Undo", QAbstractButton)
    if button is not None:
        hands.press(button)
    else:  # a slow machine took the pictures for longer than a toast stands
        hands.click("top.eye")
        hands.click("top.eye")
    hands.until(lambda: camera.bridge.settings.privacy == "exact", "amounts to be shown")
