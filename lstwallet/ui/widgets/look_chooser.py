"""Light, dark or system: three small drawings of the window to choose from."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from lstwallet.ui.theme import Themed, current, paint, tokens
from lstwallet.ui.widgets.cards import PressCard
from lstwallet.ui.widgets.layout import row

MODES: Final = ("light", "dark", "system")


class LookCard(Themed, PressCard):
    """A small drawing of the window in one theme."""

    def __init__(self, mode: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode = mode
        self.setText(words)
        self.setAccessibleName(words)
        self.setObjectName(f"look.{mode}")
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedSize(current().px(90), current().px(78))

    def sizeHint(self) -> QSize:
        return QSize(current().px(90), current().px(78))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        high = self.height() - theme.px(22)
        box = QRectF(1, 1, self.width() - 2, high)
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            clip = QPainterPath()
            clip.addRoundedRect(box, 8, 8)
            painter.save()
            painter.setClipPath(clip)
            halves = ("light", "dark") if self.mode == "system" else (self.mode, self.mode)
            for index, name in enumerate(halves):
                half = QRectF(box.x() + index * box.width() / 2, box.y(), box.width() / 2, high)
                painter.setClipRect(half, Qt.ClipOperation.ReplaceClip)
                painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
                self._draw_window(painter, box, name)
            painter.restore()
            on = self.isChecked()
            paint.draw_panel(painter, box, "", "accent" if on else "line_strong", 8, 2 if on else 1)
            words = QRectF(0, high + 4, self.width(), theme.px(18))
            style, tone = ("small_medium", "text") if on else ("small", "2")
            paint.draw_text(painter, words, self.text(), style, tone, "center")

    @staticmethod
    def _draw_window(painter: QPainter, box: QRectF, name: str) -> None:
        roles = tokens.ROLES["dark" if name == "dark" else "light"]
        x, y, w, h = box.x(), box.y(), box.width(), box.height()
        painter.fillRect(box, QColor(roles["window"]))
        painter.fillRect(QRectF(x, y, w * 0.2, h), QColor(roles["rail"]))
        painter.fillRect(QRectF(x + w * 0.28, y + h * 0.14, w * 0.38, h * 0.44),
                         QColor(roles["surface"]))  # fmt: skip
        painter.fillRect(QRectF(x + w * 0.72, y + h * 0.14, w * 0.22, h * 0.44),
                         QColor(roles["surface"]))  # fmt: skip
        painter.fillRect(QRectF(x + w * 0.28, y + h * 0.68, w * 0.66, h * 0.32),
                         QColor(roles["surface"]))  # fmt: skip
        painter.fillRect(QRectF(x + w * 0.32, y + h * 0.4, w * 0.3, h * 0.1),
                         QColor(roles["accent"]))  # fmt: skip


class LookChooser(QWidget):
    """Light, dark or system; ``changed(mode)`` when the user picks."""

    changed = Signal(str)

    def __init__(self, mode: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = {
            "light": self.tr("Light"),
            "dark": self.tr("Dark"),
            "system": self.tr("System"),
        }
        self._cards = {each: LookCard(each, words[each], self) for each in MODES}
        for each, card in self._cards.items():
            card.clicked.connect(lambda _on=False, m=each: self.changed.emit(m))
        self.setAccessibleName(self.tr("Appearance"))
        self.setLayout(row(*self._cards.values(), None, spacing=14))
        self.set_mode(mode)

    def set_mode(self, mode: str) -> None:
        """Choose without a signal."""
        self._cards[mode].setChecked(True)
