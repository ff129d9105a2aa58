"""A QR code, drawn from its modules: dark on white in every theme, as readers want it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current

QUIET = 4
"""Light modules around the code, as ISO/IEC 18004 asks for."""


class QrCode(Themed, QWidget):
    """The code of a text; ``modules()`` is what is drawn."""

    def __init__(self, side: int = 208, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._text = ""
        self._modules: tuple[tuple[int, ...], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.begin_style()

    def restyle(self) -> None:
        self.updateGeometry()

    def set_text(self, text: str, name: str) -> None:
        """Show the code of another text; ``name`` says of what."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(text)
        if text == self._text:
            return
        import segno  # a room that is never entered does not pay for it

        self._text = text
        code = segno.make(text, error="m", micro=False)
        self._modules = tuple(tuple(map(int, line)) for line in code.matrix)
        self.update()

    def text(self) -> str:
        """What the code says."""
        return self._text

    def modules(self) -> tuple[tuple[int, ...], ...]:
        """Rows of modules, 1 is dark."""
        return self._modules

    def sizeHint(self) -> QSize:
        side = current().px(self._side)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        box = QRectF(self.rect())
        count = len(self._modules) + 2 * QUIET
        step = box.width() / count
        ratio = self.devicePixelRatioF()
        with QPainter(self) as painter:
            painter.fillRect(box, Qt.GlobalColor.white)

            def edge(place: int) -> float:
                return round((place + QUIET) * step * ratio) / ratio  # no seams between modules

            for y, line in enumerate(self._modules):
                for x, dark in enumerate(line):
                    if dark:
                        spot = QRectF(QPointF(edge(x), edge(y)), QPointF(edge(x + 1), edge(y + 1)))
                        painter.fillRect(spot, Qt.GlobalColor.black)
