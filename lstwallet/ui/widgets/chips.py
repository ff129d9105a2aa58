"""Chips: a word with an icon on a soft background, and a row that hides what does not fit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, paint
from lstwallet.ui.theme.plain import plain_tip


class Chip(Themed, QWidget):
    """A state or a fact. Tones: good, warn, bad, info, sim, plain, line."""

    def __init__(
        self,
        text: str = "",
        tone: str = "plain",
        icon: str = "",
        *,
        small: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._tone, self._icon, self._small = text, tone, icon, small
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        self.begin_style()

    def restyle(self) -> None:
        self.updateGeometry()

    def text(self) -> str:
        """The word."""
        return self._text

    def set(self, text: str, tone: str = "", icon: str | None = None) -> None:
        """Show another word, tone and icon; an icon of "" drops it."""
        self._text, self._tone = text, tone or self._tone
        self._icon = self._icon if icon is None else icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(
            paint.chip_width(self._text, self._icon, self._small), paint.chip_height(self._small)
        )

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_chip(
                painter, QRectF(self.rect()), self._text, self._tone, self._icon, self._small
            )


class ChipRow(Themed, QWidget):
    """Shows the chips that fit, then "+N" with the hidden ones in its tool tip."""

    def __init__(
        self, chips: Sequence[Chip] = (), spacing: int = 6, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._chips: list[Chip] = []
        self._gap = spacing
        self._more = Chip("+9", "line", small=True, parent=self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_chips(chips)
        self.begin_style()

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """Replace the chips."""
        for old in self._chips:
            old.setParent(None)
            old.deleteLater()
        self._chips = list(chips)
        for chip in self._chips:
            chip.setParent(self)
        self.setAccessibleName(", ".join(chip.text() for chip in self._chips))
        self._place()
        self.updateGeometry()

    def restyle(self) -> None:
        self._place()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hints = [chip.sizeHint() for chip in self._chips]
        width = sum(h.width() + self._gap for h in hints)
        return QSize(max(60, width), max((h.height() for h in hints), default=0))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        x, hidden = 0, []
        room = self._more.sizeHint().width() + self._gap
        for index, chip in enumerate(self._chips):
            hint = chip.sizeHint()
            spare = 0 if index == len(self._chips) - 1 else room
            if not hidden and x + hint.width() + spare <= self.width():
                chip.setGeometry(x, self._top(hint), hint.width(), hint.height())
                chip.show()
                x += hint.width() + self._gap
            else:
                chip.hide()
                hidden.append(chip.text())
        self._more.set(f"+{len(hidden)}")
        self._more.setToolTip(plain_tip(", ".join(hidden)))
        hint = self._more.sizeHint()
        self._more.setGeometry(x, self._top(hint), hint.width(), hint.height())
        self._more.setVisible(bool(hidden))

    def _top(self, hint: QSize) -> int:
        return (self.height() - hint.height()) // 2
