"""A panel that opens from the right over a dimmed window, where a room has no place beside."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, paint, tokens
from lstwallet.ui.widgets.layout import column
from lstwallet.ui.widgets.overlays import MARGIN, Floating, Overlay

_GAP = 12
_READING = 400
_CHIP_ROOM = 3
_CHIP_RADIUS = 8


class _Surface(Floating):
    """The panel draws its own surface; only the shadow is painted here."""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_shadow(painter, QRectF(self.content_rect()), tokens.RADIUS["card"])


class SheetSurface(Themed, QWidget):
    """The surface of a sheet that is made for reading: give it a layout."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedWidth(min(current().px(_READING), 640))

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 560)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            box = QRectF(self.rect())
            paint.draw_panel(painter, box, "surface", "line_strong", tokens.RADIUS["card"])


class SideSheet(Overlay):
    """Holds ``panel`` while it is open over ``window``. Esc or a click beside it closes it.

    It stands between the top bar and the time bar: that this is a simulation, and what one
    has, stays in sight when one signs.
    """

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
        chip, bar = self._box("top.simulation"), self._box("time.bar")
        top = self._box("top.simulation", above=True).bottom() + 1 if chip else 0
        bottom = bar.top() if bar else self.height()
        tall = bottom - top - 2 * _GAP + 2 * MARGIN
        left = self.width() - wide + MARGIN - _GAP
        self.surface.setGeometry(left, top + _GAP - MARGIN, wide, tall)

    def _box(self, name: str, above: bool = False) -> QRect:
        """Where a part of the window stands (``above``: the bar it stands in), if it has it."""
        window = self.parentWidget()
        part = window.findChild(QWidget, name)
        if part is None or not part.isVisibleTo(window):
            return QRect()
        found = part.parentWidget() if above else part
        return QRect(found.mapTo(window, QPoint(0, 0)), found.size())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        dim = QPainterPath()
        dim.addRect(QRectF(self.rect()))
        chip = self._box("top.simulation")
        if chip:
            room = QRectF(chip).adjusted(-_CHIP_ROOM, -_CHIP_ROOM, _CHIP_ROOM, _CHIP_ROOM)
            free = QPainterPath()
            free.addRoundedRect(room, _CHIP_RADIUS, _CHIP_RADIUS)
            dim -= free
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            painter.fillPath(dim, theme.color("scrim", theme.depth.scrim))
