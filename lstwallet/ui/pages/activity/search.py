"""The search field of Activity: a magnifier, the text, and a cross that empties it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, paint
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.labels import Icon
from lstwallet.ui.widgets.layout import row

_WIDE = 320


class SearchField(Themed, QWidget):
    """As high as the choosers beside it; ``edit`` has the text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit()
        self.edit.setProperty("own_focus", True)
        self.edit.setObjectName("activity.search")
        self.edit.setPlaceholderText(self.tr("Search (Ctrl+F)"))
        self.edit.setAccessibleName(self.tr("Search"))
        self.edit.textChanged.connect(lambda text: self.cross.setVisible(bool(text)))
        self.edit.installEventFilter(self)
        self.cross = ToolButton(
            "x", self.tr("Empty the search"), side=24, icon_side=14, tone="3",
            on_click=self._empty,
        )  # fmt: skip
        self.cross.setObjectName("activity.search.empty")
        self.cross.hide()
        glass = Icon("magnifying-glass", "3", 15)
        self.setLayout(row(glass, (self.edit, 1), self.cross, margins=(10, 0, 4, 0), spacing=8))
        self.setFocusProxy(self.edit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedHeight(current().px(32))
        self.setMaximumWidth(current().px(_WIDE))

    def sizeHint(self) -> QSize:
        return QSize(current().px(_WIDE), current().px(32))

    def _empty(self) -> None:
        self.edit.clear()
        self.edit.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        edge, width = ("focus", 2) if self.edit.hasFocus() else ("line_control", 1)
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), "surface", edge, 8, width)
