"""The rail: the app's mark and one button per room, 196 px wide or 60 px of icons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from lstwallet.ui.theme import Themed, current, icons, paint
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import HCENTER, Panel, Rule, row, tidy

WIDE, SLIM = 196, 60
_CHOSEN = {"list-bullets": "list-bullets-bold"}
"""Chosen icons that have nothing to fill."""
_LEFT = Qt.AlignmentFlag(0)


class RoomLike(Protocol):
    """What the rail needs to know of a room."""

    @property
    def key(self) -> str: ...
    @property
    def icon(self) -> str: ...
    @property
    def group(self) -> int: ...
    def label(self) -> str: ...


class Mark(QWidget):
    """The app's mark: two stacked layers, the upper one liquid."""

    _TOP = ((12, 4.6), (19, 8.4), (19, 10.2), (12, 13.6), (5, 10.2), (5, 8.4))
    _LOW = ((5, 15.2), (12, 18.8), (19, 15.2), (19, 13), (12, 16.4), (5, 13))

    def __init__(self, side: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            scale = self.width() / 24
            painter.scale(scale, scale)
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRectF(0, 0, 24, 24), 7, 7)
            for points, alpha in ((self._LOW, 140), (self._TOP, 255)):
                path = QPainterPath(QPointF(*points[0]))
                for point in points[1:]:
                    path.lineTo(*point)
                path.closeSubpath()
                painter.fillPath(path, theme.color("on_accent", alpha))


class RailButton(Themed, QAbstractButton):
    """One room. Filled icon and raised surface while one is in it."""

    def __init__(self, room: RoomLike, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = room.icon
        self._slim = False
        words = room.label()
        self.setText(words)
        self.setAccessibleName(words)
        self.setObjectName(f"rail.{room.key}")
        self._tip = f"{words}  Alt+{number}" if number <= 9 else words
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("focus_radius", 8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.begin_style()

    def restyle(self) -> None:
        self.updateGeometry()

    def set_slim(self, slim: bool) -> None:
        """Icon only; the words move to the tool tip."""
        self._slim = slim
        self.setToolTip(plain_tip(self._tip if slim else ""))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(40 if self._slim else 176, current().px(36))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, current().px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        box = QRectF(self.rect())
        on = self.isChecked()
        with QPainter(self) as painter:
            if on:
                paint.draw_panel(painter, box, "rail_selected", "line", 8)
            elif self.underMouse():
                paint.draw_panel(painter, box, "pressed", "", 8)
            side = theme.px(18)
            left = (box.width() - side) / 2 if self._slim else 11.0
            spot = QRectF(left, (box.height() - side) / 2, side, side)
            name = _CHOSEN.get(self._icon, f"{self._icon}-fill") if on else self._icon
            icons.draw(painter, spot, name, theme.color("accent_text" if on else "text2"))
            if not self._slim:
                words = QRectF(left + side + 9, 0, box.width() - left - side - 14, box.height())
                style, tone = ("strong", "text") if on else ("medium", "text2")
                paint.draw_text(painter, words, self.text(), style, tone)


class Rail(Panel):
    """Rooms from top to bottom, parted by group; the last group stands at the foot."""

    chosen = Signal(str)

    def __init__(self, rooms: Sequence[RoomLike], parent: QWidget | None = None) -> None:
        super().__init__("rail", "line", "right", parent)
        self.setAccessibleName(self.tr("Rooms"))
        self._buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        self._mark = Mark()
        self._word = Label("lstwallet", "heading")
        self._head = row(self._mark, self._word, None, margins=(6, 0, 0, 0), spacing=10)
        self._list = tidy(QVBoxLayout(), (10, 14, 11, 12), 2)
        self._list.addLayout(self._head)
        self._list.addSpacing(14)
        self._fill(rooms)
        self.setLayout(self._list)
        self._slim: bool | None = None
        self.set_slim(False)

    def _fill(self, rooms: Sequence[RoomLike]) -> None:
        group, last = 0, max((room.group for room in rooms), default=0)
        for number, room in enumerate(rooms, 1):
            if room.group != group:
                group = room.group
                if group == last:
                    self._list.addStretch(1)
                else:
                    self._list.addSpacing(8)
                    self._list.addWidget(Rule())
                    self._list.addSpacing(8)
            button = RailButton(room, number, self)
            button.clicked.connect(lambda _on=False, key=room.key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[room.key] = button
            self._list.addWidget(button)

    def keys(self) -> list[str]:
        """Keys of the rooms in the rail's order."""
        return list(self._buttons)

    def set_current(self, key: str) -> None:
        """Mark the room one is in, without a signal."""
        self._buttons[key].setChecked(True)
        for other, button in self._buttons.items():  # Tab comes to the room one is in
            tab = Qt.FocusPolicy.TabFocus if other == key else Qt.FocusPolicy.NoFocus
            button.setFocusPolicy(tab)

    def set_slim(self, slim: bool) -> None:
        """60 px of icons, or 196 px with words."""
        if slim == self._slim:
            return
        self._slim = slim
        self.setFixedWidth(SLIM if slim else WIDE)
        self._word.setVisible(not slim)
        self._head.setContentsMargins(7 if slim else 6, 0, 0, 0)
        self._list.setAlignment(self._head, HCENTER if slim else _LEFT)
        for button in self._buttons.values():
            button.set_slim(slim)
