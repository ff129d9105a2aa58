"""A panel that opens from the right over a dimmed window, where a room has no place beside."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from lstwallet.ui.theme import paint, tokens
from lstwallet.ui.widgets.layout import column
from lstwallet.ui.widgets.overlays import MARGIN, Floating, Overlay


class _Surface(Floating):
    """The panel draws its own surface; only the shadow is painted here."""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_shadow(painter, QRectF(self.content_rect()), tokens.RADIUS["card"])


class SideSheet(Overlay):
    """Holds ``panel`` while it is open over ``window``. Esc or a click beside it closes it."""

    def __init__(self, window: QWidget, name: str) -> None:
        super().__init__(window, dim=True)
        self.surface = _Surface(self)
        self._inside = column(margins=MARGIN, spacing=0)
        self.surface.setLayout(self._inside)
        self.setAccessibleName(name)

    def hold(self, panel: QWidget) -> None:
        """Take the panel in."""
        self._inside.addWidget(panel)
        panel.show()

    def place(self) -> None:
        wide = self._inside.sizeHint().width()
        wide = min(wide, self.width() - 16 + 2 * MARGIN)
        tall = self.height() - 24 + 2 * MARGIN
        left = self.width() - wide + MARGIN - 12
        self.surface.setGeometry(left, 12 - MARGIN, wide, tall)
