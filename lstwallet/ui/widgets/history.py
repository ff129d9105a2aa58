"""The time bar's slider over the whole history: the past solid, the agenda dotted.

The past is dragged, or walked by keys; what is due stands right of it on a scale of its own,
with hollow marks. Seconds of simulated time throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, paint
from lstwallet.ui.widgets.bubble import Bubble, Line

_EDGE = 10.0
_KNOB = 8.0
_MARK = 2.5
_BAD_MARK = 4.0
_NEAR = 5.0
"""Pixels within which a drag holds on to a mark."""
PAST_SHARE: Final = 0.74
"""Of the width, at most: a long past is compressed, what is due keeps its scale."""
MINUTE: Final = 60
COARSE: Final = 240
"""Seconds a pixel stands for, from which on the knob goes by hours."""
HOUR: Final = 3_600
DAY: Final = 86_400


class Mark(NamedTuple):
    """Something that happened or is due: its time, its tone and its words."""

    at: int
    tone: str = "3"
    """good, warn, bad, or 3 for the ordinary."""
    tip: str = ""
    seq: int = 0
    """The last event that belongs to it; 0 for what is due."""


Words = Callable[[int, "Mark | None"], Sequence[Line]]
"""Moment and the mark that is there → what the bubble says."""


class HistoryBar(Themed, QWidget):
    """``chosen(time, seq)``: the user lets go of the knob at a moment of the past; ``seq`` is the
    event of the mark it holds on to, else 0. ``moved(time)``: it is at this moment meanwhile,
    ``None`` when it is let go or put back (Esc)."""

    chosen = Signal(object, object)
    moved = Signal(object)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start, self._now, self._end = 0, 1, 1
        self._marks: tuple[Mark, ...] = ()
        self._looking: int | None = None
        self._moving: int | None = None
        self._held: Mark | None = None
        self._dragged = self._still = False
        self._words: Words = _tips
        self._bubble: Bubble | None = None
        self._told: tuple[float, int, Mark | None] | None = None
        """Where the bubble stands: x, its moment and mark."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("focus_radius", 8)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedHeight(current().px(32))

    def set(self, start: int, now: int, end: int, marks: Sequence[Mark] = ()) -> None:
        """The first moment, now, and the last that is shown of the agenda (seconds)."""
        self._start, self._now, self._end = start, now, max(end, now, start + 1)
        self._marks = tuple(marks)
        self.update()

    def look(self, at: int | None) -> None:
        """This moment of the past is looked at; ``None``: the present."""
        self._looking = at
        self.update()

    def set_words(self, words: Words) -> None:
        """What is said of a moment that is pointed at."""
        self._words = words

    def rest(self, still: bool) -> None:
        """Whether the knob stays where it is: marks are told of, nothing is dragged."""
        if still != self._still:
            self._still = still
            self.drop()

    def at(self) -> int:
        """Where the knob stands."""
        if self._moving is not None:
            return self._moving
        return self._now if self._looking is None else self._looking

    def moving(self) -> bool:
        """Whether the knob is held."""
        return self._moving is not None

    def sizeHint(self) -> QSize:
        return QSize(320, current().px(32))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, current().px(32))

    # --- places -------------------------------------------------------------------------

    def _share(self) -> float:
        """How much of the width the past takes: in proportion, until it is long."""
        return min(PAST_SHARE, (self._now - self._start) / (self._end - self._start))

    def _wide(self) -> float:
        return max(1.0, self.width() - 2 * _EDGE)

    def place(self, time: int) -> float:
        """Where a moment stands, pixels from the left."""
        share = self._share()
        if time <= self._now:
            part = (time - self._start) / max(1, self._now - self._start) * share
        else:
            part = share + (time - self._now) / max(1, self._end - self._now) * (1 - share)
        return _EDGE + self._wide() * min(max(part, 0.0), 1.0)

    def time_at(self, x: float) -> int:
        """The moment at a place."""
        share, part = self._share(), min(max((x - _EDGE) / self._wide(), 0.0), 1.0)
        if part <= share:
            return self._start + round((self._now - self._start) * part / max(share, 1e-9))
        return self._now + round((self._end - self._now) * (part - share) / (1 - share))

    def _round(self, time: int) -> int:
        """To whole hours where a pixel is no shorter than a few minutes, else to minutes."""
        whole = HOUR if self._now - self._start > COARSE * self._wide() else MINUTE
        return self._now if self._now - time < whole else time - time % whole

    def _mark_at(self, x: float, near: float) -> Mark | None:
        found = [m for m in self._marks if abs(self.spot(m) - x) <= near]
        return min(found, key=lambda m: (abs(self.spot(m) - x), -_weight(m)), default=None)

    def spot(self, mark: Mark) -> float:
        """Where a mark stands: beside the knob, not on it, if its moment is about now."""
        x, now = self.place(mark.at), self.place(self._now)
        clear = _KNOB + _radius(mark) + 2
        if abs(x - now) >= clear:
            return x
        return now + clear if mark.at > self._now else now - clear

    # --- mouse --------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._still:
            self._dragged = True
            self._drag(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton and self._moving is not None:
            self._drag(x)
        else:
            self._tell(x, self.time_at(x), self._mark_at(x, _NEAR + 1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._moving is not None:
            self._let_go()

    def leaveEvent(self, event: QEvent) -> None:
        if self._moving is None:
            self._hush()
        super().leaveEvent(event)

    def _drag(self, x: float) -> None:
        mark = self._mark_at(x, _NEAR)
        if mark is not None and mark.at > self._now:
            mark = None
        self._move_to(self._round(self.time_at(x)) if mark is None else mark.at, mark)

    def _move_to(self, time: int, mark: Mark | None = None) -> None:
        self._moving = min(max(time, self._start), self._now)
        self._held = mark
        self._tell(self.place(self._moving), self._moving, mark)
        self.update()
        self.moved.emit(self._moving)

    def _let_go(self) -> None:
        time, mark = self._moving, self._held
        self.drop()
        self.chosen.emit(time, mark.seq if mark is not None else 0)

    def drop(self) -> None:
        """Put the knob back where it was."""
        self._dragged = False
        if self._moving is not None:
            self._moving = self._held = None
            self.moved.emit(None)
        self._hush()
        self.update()

    # --- keys ---------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The knob moves while a key is down, and is let go with it."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self._moving is not None:
            self.drop()
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._still or not self._walk(key, HOUR if fine else DAY):
            super().keyPressEvent(event)

    def _walk(self, key: Qt.Key, step: int) -> bool:
        here = self.at()
        past = [mark for mark in self._marks if mark.at <= self._now and mark.seq]
        before = [mark for mark in past if mark.at < here]
        after = [mark for mark in past if mark.at > here]
        if key == Qt.Key.Key_Left:
            self._move_to(here - step)
        elif key == Qt.Key.Key_Right:
            self._move_to(here + step)
        elif key == Qt.Key.Key_Home:
            self._move_to(self._start)
        elif key == Qt.Key.Key_End:
            self._move_to(self._now)
        elif key == Qt.Key.Key_PageUp:
            mark = max(before, key=_order, default=None)
            self._move_to(self._start if mark is None else mark.at, mark)
        elif key == Qt.Key.Key_PageDown:
            mark = min(after, key=_order, default=None)
            self._move_to(self._now if mark is None else mark.at, mark)
        else:
            return False
        return True

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self._moving is not None and not event.isAutoRepeat():
            self._let_go()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if not self._dragged:  # a key's release would come to another widget
            self.drop()
        super().focusOutEvent(event)

    # --- what is said -------------------------------------------------------------------

    def tell_again(self) -> None:
        """There are other words for where the bubble stands."""
        if self._told is not None and self.said():
            self._tell(*self._told)

    def _tell(self, x: float, time: int, mark: Mark | None) -> None:
        self._told = x, time, mark
        lines = self._words(time if mark is None else mark.at, mark)
        if self._moving is not None:
            self.setAccessibleDescription(", ".join(text for text, _, _ in lines))
        if self._bubble is None:
            self._bubble = Bubble(self.window())
        self._bubble.show_at(self, x if mark is None else self.spot(mark), lines)

    def _hush(self) -> None:
        if self._bubble is not None:
            self._bubble.hide()

    def said(self) -> tuple[Line, ...]:
        """The bubble's lines, while it stands."""
        bubble = self._bubble
        return bubble.lines() if bubble is not None and bubble.isVisible() else ()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hush()

    # --- drawing ------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        now, y, last = self.place(self._now), self.height() / 2, self.width() - _EDGE
        knob = self.place(self.at())
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            pen = QPen(theme.color("text3"), 2)
            pen.setDashPattern([1, 3])
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            if now + 12 < last:
                painter.drawLine(QPointF(now + 12, y), QPointF(last, y))
            painter.setPen(paint.NO_PEN)
            if knob < now:  # what has happened since the moment that is looked at
                painter.setBrush(theme.color("sim_mark", 90))
                painter.drawRoundedRect(QRectF(knob, y - 2, now - knob, 4), 2, 2)
            painter.setBrush(theme.color("sim_mark"))
            painter.drawRoundedRect(QRectF(_EDGE, y - 2, max(0.0, knob - _EDGE), 4), 2, 2)
            for mark in sorted(self._marks, key=_weight):
                self._draw_mark(painter, mark, y - 8)
            if now - knob > _KNOB + 2:
                painter.setBrush(theme.color("sim_mark"))
                painter.setPen(paint.NO_PEN)
                painter.drawRoundedRect(QRectF(now - 1.5, y - 7, 3, 14), 1.5, 1.5)
            painter.setBrush(theme.color("surface" if not self._still else "rail"))
            painter.setPen(QPen(theme.color("sim_mark"), 2.5 if self.moving() else 2))
            painter.drawEllipse(QPointF(knob, y), 7, 7)

    def _draw_mark(self, painter: QPainter, mark: Mark, y: float) -> None:
        x, size = self.spot(mark), _radius(mark)
        if not size <= x <= self.width() - size:
            return  # on the first day there is no room beside the knob
        theme = current()
        role = f"{mark.tone}_mark" if mark.tone in ("good", "warn", "bad") else "axis"
        due = mark.at > self._now
        if mark.tone == "bad":  # a ring of the ground parts it from its neighbours
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color("rail"))
            painter.drawEllipse(QPointF(x, y), size + 1.5, size + 1.5)
        painter.setPen(QPen(theme.color(role), 1.5) if due else paint.NO_PEN)
        painter.setBrush(theme.color("rail" if due else role))
        painter.drawEllipse(QPointF(x, y), size, size)


def _tips(_time: int, mark: Mark | None) -> Sequence[Line]:
    return [(mark.tip, "small", "text")] if mark is not None and mark.tip else []


def _order(mark: Mark) -> tuple[int, int]:
    return mark.at, mark.seq


def _radius(mark: Mark) -> float:
    return _BAD_MARK if mark.tone == "bad" else _MARK


def _weight(mark: Mark) -> int:
    """What is worse is drawn later, over what is not."""
    return ("warn", "bad").index(mark.tone) + 1 if mark.tone in ("warn", "bad") else 0
