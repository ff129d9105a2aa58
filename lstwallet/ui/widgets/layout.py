"""Layouts in one line, rules, and scrolling without the stock background.

``row(a, None, (b, 1), 12, c)``: widgets and layouts in order, ``None`` stretches, an
integer is a fixed gap, ``(item, stretch)`` or ``(item, stretch, alignment)`` says more.
"""

from __future__ import annotations

from typing import Any, TypeVar

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lstwallet.ui.theme import current, paint

_L = TypeVar("_L", bound=QLayout)
Margins = int | tuple[int, int, int, int]
TOP = Qt.AlignmentFlag.AlignTop
VCENTER = Qt.AlignmentFlag.AlignVCenter
HCENTER = Qt.AlignmentFlag.AlignHCenter
LEFT = Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignRight


def tidy(layout: _L, margins: Margins = 0, spacing: int = 8) -> _L:
    """Set margins and spacing of a layout and return it."""
    if isinstance(margins, int):
        margins = (margins, margins, margins, margins)
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    return layout


def fill(layout: QBoxLayout, items: tuple[Any, ...]) -> None:
    """Append items to a box layout; see the module's description."""
    for given in items:
        item, stretch, align = given, 0, None
        if isinstance(given, tuple):
            item, stretch, align = given if len(given) == 3 else (*given, None)
        if item is None:
            layout.addStretch(stretch or 1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item, stretch)
        elif align is None:
            layout.addWidget(item, stretch)
        else:
            layout.addWidget(item, stretch, align)


def row(*items: Any, margins: Margins = 0, spacing: int = 8) -> QHBoxLayout:
    """A horizontal layout of the items."""
    layout = tidy(QHBoxLayout(), margins, spacing)
    fill(layout, items)
    return layout


def column(*items: Any, margins: Margins = 0, spacing: int = 8) -> QVBoxLayout:
    """A vertical layout of the items."""
    layout = tidy(QVBoxLayout(), margins, spacing)
    fill(layout, items)
    return layout


def holder(layout: QLayout, parent: QWidget | None = None) -> QWidget:
    """A transparent widget around a layout."""
    widget = QWidget(parent)
    widget.setLayout(layout)
    return widget


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


class Rule(QWidget):
    """A line of one pixel between things."""

    def __init__(
        self, vertical: bool = False, role: str = "line", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._role = role
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), current().color(self._role))


class Dot(QWidget):
    """A small rounded square in a series colour: the key of a legend."""

    def __init__(self, role: str, side: int = 9, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.role = role
        self.setFixedSize(side, side)

    def set_role(self, role: str) -> None:
        """Change the colour."""
        self.role = role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            painter.setPen(paint.NO_PEN)
            painter.setBrush(current().color(self.role))
            painter.drawRoundedRect(QRectF(self.rect()), 3, 3)


class Panel(QWidget):
    """A widget that paints one colour role behind its children, with an optional edge line."""

    def __init__(
        self,
        role: str,
        edge: str = "",
        side: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """``edge`` is the role of a one-pixel line along ``side``: top, bottom, left, right."""
        super().__init__(parent)
        self._role, self._edge, self._side = role, edge, side

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color(self._role))
            if not self._edge:
                return
            w, h = self.width(), self.height()
            x, y = (w - 1 if self._side == "right" else 0), (h - 1 if self._side == "bottom" else 0)
            flat = self._side in ("top", "bottom")
            painter.fillRect(x, y, w if flat else 1, 1 if flat else h, theme.color(self._edge))


class Scroller(QScrollArea):
    """Scrolls one widget vertically and lets the background behind it show through.

    ``gutter`` is the room right of the content: the bar stands in it when there is one, and
    the content is as wide without.
    """

    def __init__(self, inner: QWidget, parent: QWidget | None = None, gutter: int = 0) -> None:
        super().__init__(parent)
        self._gutter = gutter
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        if gutter:
            self.verticalScrollBar().rangeChanged.connect(self._keep_gutter)
            self._keep_gutter(0, 0)

    def _keep_gutter(self, low: int, high: int) -> None:
        bar = self.verticalScrollBar().sizeHint().width() if high > low else 0
        layout = self.widget().layout()
        margins = layout.contentsMargins()
        margins.setRight(self._gutter - bar)
        layout.setContentsMargins(margins)

    def minimumSizeHint(self) -> QSize:
        inner = self.widget()
        bar = self.verticalScrollBar()
        room = bar.sizeHint().width()
        if self._gutter and bar.maximum() == bar.minimum():
            room = 0  # the gutter has it
        return QSize(inner.minimumSizeHint().width() + room if inner else 60, 60)

    def sizeHint(self) -> QSize:
        inner = self.widget()
        return inner.sizeHint() if inner else QSize(100, 100)

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        focused = self.window().focusWidget()
        if moved and focused is not None and self.isAncestorOf(focused):
            self.ensureWidgetVisible(focused, 20, 20)
        return moved
