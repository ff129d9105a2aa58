"""A picture, a name and a line below it; pressed, a menu of what may be shown instead."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, paint
from lstwallet.ui.widgets.cards import Identicon
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import column, row

HEIGHT: Final = 42


class Chooser(Themed, QAbstractButton):
    """Profile and account stand in the top bar as one of these each. Subclass: ``menu``."""

    def __init__(
        self, seed: str, side: int, style: str, widest: int, parent: QWidget | None = None
    ) -> None:
        """``seed`` and ``side`` are the picture's, ``style`` the name's; ``widest`` in px."""
        super().__init__(parent)
        self._widest = widest
        self._picture = Identicon(seed, side)
        self._name = Label("", style, elide=True)
        self._below = Label("", "caption", "3", elide=True)
        words = column(self._name, self._below, spacing=1)
        self.setLayout(
            row(self._picture, (words, 1), Icon("caret-down", "3", 12),
                margins=(0, 4, 8, 4), spacing=8)
        )  # fmt: skip
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("focus_radius", 8)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self.begin_style()

    def menu(self) -> QMenu:
        """What may be chosen instead, made anew each time."""
        raise NotImplementedError

    def restyle(self) -> None:
        self.setFixedHeight(current().px(HEIGHT))
        self.setMaximumWidth(current().px(self._widest))

    def _open(self) -> None:
        if self._name.text():
            self.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width() or 150, current().px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.underMouse():
            with QPainter(self) as painter:
                paint.draw_panel(painter, QRectF(self.rect()), "hover", "", 8)
