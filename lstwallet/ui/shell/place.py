"""Where the window stands and how large it is: kept for the next time, and taken up again."""

from __future__ import annotations

import base64
from typing import Final

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

SEEN: Final = 200
"""Pixels, wide and high, of a window that must be on a screen."""
SIZE: Final = QSize(1440, 900)
MINIMUM: Final = QSize(1000, 640)
"""Said, not asked of the layout: what is wide now may be narrow after the resize."""


def kept(window: QWidget) -> str:
    """Size and place, to be given to ``take_up``."""
    return base64.b64encode(window.saveGeometry().data()).decode()


def take_up(window: QWidget, geometry: str) -> None:
    """Stand where one stood.

    A place that is on no screen any more becomes one that is, and a text that is no
    geometry is none.
    """
    if not geometry or not window.restoreGeometry(QByteArray.fromBase64(geometry.encode())):
        window.resize(SIZE.boundedTo(window.screen().availableSize()))
    _bring_back(window)


def _bring_back(window: QWidget) -> None:
    """Qt believes any place that was kept, however damaged: enough must be on a screen."""
    for screen in QGuiApplication.screens():
        seen = window.frameGeometry().intersected(screen.availableGeometry())
        if seen.width() >= SEEN and seen.height() >= SEEN:
            return
    free = window.screen().availableGeometry()
    window.resize(window.size().expandedTo(MINIMUM).boundedTo(free.size()))
    window.move(free.topLeft())
