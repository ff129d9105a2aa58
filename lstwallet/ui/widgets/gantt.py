"""The unstaking timeline: past solid, certain future at 45 %, uncertain tail hatched, a plum
line for now, words at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lstwallet.ui.theme import Themed, current, paint
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.bars import hatch

_ROW = 34
_FOOT = 24


class GanttRow(NamedTuple):
    """One wait. Times are seconds; ``sure`` is the earliest end, ``likely`` the latest."""

    key: str
    title: str
    sub: str
    start: int
    sure: int
    likely: int
    when: str
    """Upper words at the right: "in 3 to 5 d", "Ready"."""
    note: str = ""
    role: str = "s1"
    ready: bool = False
    tip: str = ""


class Gantt(Themed, QWidget):
    """A timeline of waits. ``activated(key)`` on a click or Enter."""

    activated = Signal(str)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[GanttRow, ...] = ()
        self._ticks: tuple[tuple[int, str], ...] = ()
        self._now, self._word, self._at = 0, "", -1
        self._span = (0, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.begin_style()

    def restyle(self) -> None:
        self.updateGeometry()

    def set(
        self,
        rows: Sequence[GanttRow],
        now: int,
        ticks: Sequence[tuple[int, str]] = (),
        now_word: str = "",
    ) -> None:
        """Show other waits; ``ticks`` are (time, words), those that would touch are dropped."""
        before = len(self._rows)
        self._rows, self._ticks, self._now = tuple(rows), tuple(ticks), now
        self._word = now_word or self.tr("Now")
        starts = [row.start for row in self._rows] or [now]
        ends = [row.likely for row in self._rows] or [now]
        low, high = min([*starts, now]), max([*ends, now])
        # Keep the past to a third of the width, so that what is awaited has room.
        low = max(low, now - max(high - now, 86_400) // 2) if high > now else low
        pad = max((high - low) // 20, 3_600)
        self._span = (low - pad, high + pad)
        said = "; ".join(f"{r.title}, {r.sub}: {r.when}" for r in self._rows)
        self.setAccessibleDescription(said)
        if before != len(self._rows):
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = current().px(_ROW) * len(self._rows)
        return QSize(current().px(372), rows + current().px(_FOOT))

    def minimumSizeHint(self) -> QSize:
        return QSize(current().px(300), self.sizeHint().height())

    def _row_at(self, y: float) -> int:
        at = int(y // current().px(_ROW))
        return at if 0 <= at < len(self._rows) else -1

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self._row_at(event.pos().y())
            row = self._rows[at] if at >= 0 else None
            if row is not None:
                tip = row.tip or f"{row.title}, {row.sub}\n{row.when} {row.note}".strip()
                QToolTip.showText(event.globalPos(), plain_tip(tip), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hit = self._row_at(event.position().y()) >= 0
        hand = Qt.CursorShape.PointingHandCursor
        self.setCursor(hand if hit else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self.activated.emit(self._rows[at].key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and self._rows:
            self._at = min(max(self._at + step, 0), len(self._rows) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            if self._at < len(self._rows):
                self.activated.emit(self._rows[self._at].key)
        else:
            super().keyPressEvent(event)

    # -- drawing -----------------------------------------------------------------------

    def _sides(self) -> tuple[float, float]:
        """Width of the words at the left and at the right."""
        theme = current()

        def widest(pairs: list[tuple[str, str]]) -> float:
            wide = [
                max(
                    paint.text_width(upper, theme.font("medium")),
                    paint.text_width(lower, theme.font("caption")),
                )
                for upper, lower in pairs
            ]
            return max(wide, default=0.0)

        left = widest([(row.title, row.sub) for row in self._rows]) + 14
        right = widest([(row.when, row.note) for row in self._rows]) + 12
        return min(left, self.width() * 0.34), min(right, self.width() * 0.3)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        left, right = self._sides()
        low, high = self._span
        room = max(10.0, self.width() - left - right)

        def place(time: int) -> float:
            return left + room * (min(max(time, low), high) - low) / (high - low)

        height = theme.px(_ROW)
        foot = height * len(self._rows)
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            self._draw_ticks(painter, place, foot)
            for index, row in enumerate(self._rows):
                self._draw_row(painter, row, index, place, left, right)
            self._draw_now(painter, place(self._now), foot)

    def _draw_ticks(self, painter: QPainter, place, foot: int) -> None:  # type: ignore[no-untyped-def]
        theme = current()
        font = theme.font("caption")
        now = place(self._now)
        badge = paint.text_width(self._word, theme.font("caption_strong")) / 2 + 5
        last = -1e9
        for time, words in self._ticks:
            x = place(time)
            wide = paint.text_width(words, font)
            hidden = not self._span[0] <= time <= self._span[1]
            touches = abs(x - now) < wide / 2 + badge + 6 or x - last < wide + 8
            if hidden or touches or x + wide / 2 > self.width():
                continue
            last = x
            painter.fillRect(QRectF(round(x), 0, 1, foot), theme.color("grid"))
            spot = QRectF(x - wide / 2 - 2, foot + 6, wide + 4, theme.line("caption"))
            paint.draw_text(painter, spot, words, "caption", "axis", "center", elide=False)

    def _draw_row(  # type: ignore[no-untyped-def]
        self, painter: QPainter, row: GanttRow, index: int, place, left: float, right: float
    ) -> None:
        theme = current()
        height = theme.px(_ROW)
        y = index * height
        if self.hasFocus() and index == self._at:
            spot = QRectF(0, y, self.width(), height)
            paint.draw_panel(painter, spot, "selected", "", 6)
        upper, lower = theme.line("medium"), theme.line("caption")
        top = y + (height - upper - lower) / 2
        wide = self.width()
        for text, style, tone, line, offset in (
            (row.title, "medium", "text", upper, 0), (row.sub, "caption", "3", lower, upper),
        ):  # fmt: skip
            box = QRectF(0, top + offset, left - 8, line)
            paint.draw_text(painter, box, text, style, tone)
        tone = "good" if row.ready else "text"
        upper_box = QRectF(wide - right, top, right, upper)
        paint.draw_text(painter, upper_box, row.when, "medium", tone, "right")
        lower_box = QRectF(wide - right, top + upper, right, lower)
        paint.draw_text(painter, lower_box, row.note, "caption", "3", "right")
        self._draw_wait(painter, row, y + height / 2, place)

    def _draw_wait(self, painter: QPainter, row: GanttRow, middle: float, place) -> None:  # type: ignore[no-untyped-def]
        theme = current()
        start, now = place(row.start), place(self._now)
        sure, end = place(row.sure), place(row.likely)
        if row.ready:
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color("good_mark"))
            box = QRectF(start, middle - 5, max(10.0, now - start), 10)
            painter.drawRoundedRect(box, 5, 5)
            return
        box = QRectF(start, middle - 5, max(10.0, end - start), 10)
        clip = QPainterPath()
        clip.addRoundedRect(box, 5, 5)
        painter.save()
        painter.setClipPath(clip)
        painter.fillRect(box, theme.mix(row.role, "surface", 0.22))
        if end - sure > 2:
            hatch(painter, QRectF(QPointF(sure, middle - 5), QPointF(end, middle + 5)), row.role)
        certain = QRectF(QPointF(now, middle - 5), QPointF(max(sure, now), middle + 5))
        painter.fillRect(certain, theme.mix(row.role, "surface", 0.45))
        past = QRectF(QPointF(start, middle - 5), QPointF(max(start, now), middle + 5))
        painter.fillRect(past, theme.color(row.role))
        painter.restore()

    def _draw_now(self, painter: QPainter, x: float, foot: int) -> None:
        theme = current()
        painter.fillRect(QRectF(round(x), 0, 1, foot + 4), theme.color("sim_mark"))
        wide = paint.text_width(self._word, theme.font("caption_strong")) + 10
        left = min(max(0.0, x - wide / 2), self.width() - wide)
        spot = QRectF(left, foot + 5, wide, theme.line("caption") + 4)
        paint.draw_panel(painter, spot, "sim_soft", "", 5)
        paint.draw_text(painter, spot, self._word, "caption_strong", "sim", "center", elide=False)
