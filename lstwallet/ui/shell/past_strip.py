"""The strip above the room while a moment of the past is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.ui import wording
from lstwallet.ui.theme import paint
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import column, row

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Bridge


class PastStrip(QWidget):
    """Says which moment it is, and leads on from it or back. Hidden in the present."""

    go_on_wanted = Signal()
    compare_wanted = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("past")
        self._bridge = bridge
        self.text = Label("", "small_medium", "sim", wrap=True)
        self.go_on = Button(self.tr("Go on from here"), "primary", "small", icon="git-branch")
        self.compare = Button(self.tr("Compare with now"), "secondary", "small")
        self.back = Button(self.tr("Back to now"), "secondary", "small")
        for name, button in (("go_on", self.go_on), ("compare", self.compare), ("back", self.back)):
            button.setObjectName(f"past.{name}")
        self.back.setToolTip(self.tr("Back to now (Esc)"))
        self.go_on.setToolTip(self.tr("What has happened since stays as it is, on its own branch"))
        self.go_on.clicked.connect(self.go_on_wanted)
        self.compare.clicked.connect(self.compare_wanted)
        self.back.clicked.connect(bridge.past.back)
        acts = row(self.go_on, self.compare, self.back, None, spacing=8)
        words = row(Icon("clock-counter-clockwise", "sim", 18), (self.text, 1), spacing=10)
        self._inside = row((words, 1), acts, margins=(14, 9, 10, 9), spacing=14)
        self._panel = _Panel()
        self._panel.setLayout(self._inside)
        self.setLayout(column(self._panel, margins=(20, 12, 16, 0), spacing=0))
        self.setAccessibleName(self.tr("Looking at the past"))
        self.hide()
        bridge.past.changed.connect(self._show)
        bridge.opened.connect(self._show)
        bridge.locked.connect(self._show)

    def set_slim(self, slim: bool) -> None:
        """The buttons stand below the sentence where there is little room."""
        way = QBoxLayout.Direction
        self._inside.setDirection(way.TopToBottom if slim else way.LeftToRight)
        self._inside.setSpacing(8 if slim else 14)

    def _show(self) -> None:
        looking = self._bridge.past.looking
        self.setVisible(looking is not None)
        text = ""
        if looking is not None:
            text = self.tr(
                "You are looking at {moment}. Nothing changes until you go on from here."
            ).format(moment=wording.moment(looking.world.time))
        self.text.setText(text)
        self.setAccessibleDescription(text)


class _Panel(QWidget):
    """The plum of simulated time."""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), "sim_soft", "sim_mark", 10)


__all__ = ["PastStrip"]
