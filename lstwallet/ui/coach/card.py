"""The coach's card: what to do, what is waited for, hints, and what has just happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from lstwallet.ui.theme import current, paint, tokens
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import Banner, Inset
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, clear, column, holder, row
from lstwallet.ui.widgets.overlays import MARGIN, Floating, Popover, term_popover
from lstwallet.ui.widgets.terms import TermText, bare

WIDTH: Final = 392
_SHARE: Final = 0.4
"""Of the window's width, at most."""
_POINTER: Final = 10
_STRIDE: Final = 19
"""Pixels from one dash to the next; the shorter one where there are more than a ``_FEW``: the
buttons beside them keep their words."""
_SHORT_STRIDE: Final = 12
_FEW: Final = 3
_BETWEEN: Final = 4


class Shown(NamedTuple):
    """What the card says. Texts may hold ``*marks*``."""

    lesson: str
    title: str
    text: str
    waiting: str
    step: int
    """From 1 on."""
    steps: int
    done: bool
    """The step is done and ``text`` tells what has happened."""
    hints: Sequence[str] = ()
    """Those asked for so far."""
    most_hints: int = 3
    wrong: str = ""
    elsewhere: str = ""
    """Title of the room that the step is in, when the window shows another one."""
    trouble: str = ""
    """Why the last hint could not do it."""
    busy: bool = False
    """The last hint is being done."""


class Dots(QWidget):
    """One dash per step: done green, the one under way blue."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._done, self._steps, self._now = 0, 1, True
        self._stride = _STRIDE

    def set(self, done: int, steps: int, *, under_way: bool) -> None:
        """``done`` steps of ``steps``, and whether the next one is under way already."""
        self._done, self._steps, self._now = done, steps, under_way
        self._stride = _STRIDE if steps <= _FEW else _SHORT_STRIDE
        self.setFixedSize(steps * self._stride - _BETWEEN, 4)
        self.update()

    def role(self, step: int) -> str:
        """The colour of a step's dash, from 0 on."""
        if step < self._done:
            return "good_mark"
        return "accent" if self._now and step == self._done else "line_strong"

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            painter.setPen(paint.NO_PEN)
            for step in range(self._steps):
                painter.setBrush(theme.color(self.role(step)))
                box = QRectF(step * self._stride, 0, self._stride - _BETWEEN, 4)
                painter.drawRoundedRect(box, 2, 2)


class CoachCard(Floating):
    """Floats over the window; its signals are the buttons that were pressed."""

    go_on = Signal()
    hint_wanted = Signal()
    pause_wanted = Signal()
    room_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "sheet")
        self.setObjectName("coach.card")
        self._side, self._tip = "", 0.5
        self._shown: Shown | None = None
        self._terms: Mapping[str, str] = {}
        self._popover: Popover | None = None
        self._build()
        self.hide()

    # --- parts --------------------------------------------------------------------------

    def _build(self) -> None:
        self.chip = Chip(self.tr("Lesson"), "info", "graduation-cap-fill")
        self.lesson = Label("", "small", "2", elide=True)
        self.cross = ToolButton(
            "x", self.tr("Pause the lesson (Esc)"), side=28, icon_side=16, tone="3",
            on_click=self.pause_wanted.emit,
        )  # fmt: skip
        self.cross.setObjectName("coach.close")
        self.title = Label("", "title", wrap=True)
        self.text = TermText()
        self.text.setObjectName("coach.text")
        self.text.asked.connect(self._explain)
        self._hints = column(spacing=6)
        self._hint_box = Inset(self._hints)
        self.wrong = Banner(tone="warn")
        self.wrong.setObjectName("coach.wrong")
        self.trouble = Banner(tone="bad")
        self.trouble.setObjectName("coach.trouble")
        self.waiting = Label("", "small", "2", wrap=True)
        self.waiting.setObjectName("coach.waiting")
        glass = Icon("hourglass-medium", "accent", 15)
        self._wait_box = Inset(row((glass, 0, TOP), (self.waiting, 1), spacing=9))
        self._build_foot()
        edge = MARGIN + 18
        self.setLayout(
            column(
                row(self.chip, (self.lesson, 1), self.cross, spacing=8),
                4,
                self.title,
                self.text,
                self._hint_box,
                self.wrong,
                self.trouble,
                self._wait_box,
                2,
                self._foot,
                margins=(edge, MARGIN + 14, edge - 4, MARGIN + 14),
                spacing=8,
            )
        )

    def _build_foot(self) -> None:
        self.dots = Dots()
        self.count = Label("", "small", "2")
        self.pause = Button(self.tr("Pause"), "quiet", on_click=self.pause_wanted.emit)
        self.pause.setObjectName("coach.pause")
        self.pause.setToolTip(self.tr("Keep this lesson and go back to your own wallet (Esc)"))
        self.hint = Button("", "secondary", icon="lightbulb", on_click=self.hint_wanted.emit)
        self.hint.setObjectName("coach.hint")
        self.room = Button("", "primary", trailing=True, icon="arrow-right")
        self.room.clicked.connect(lambda _on=False: self.room_wanted.emit())
        self.room.setObjectName("coach.room")
        self.next = Button("", "primary", on_click=self.go_on.emit)
        self.next.setObjectName("coach.go_on")
        self._foot = holder(
            row(self.dots, self.count, None, self.pause, self.hint, self.room, self.next, spacing=8)
        )

    # --- showing ------------------------------------------------------------------------

    def show_step(self, shown: Shown, terms: Mapping[str, str]) -> None:
        """Say this; nothing happens when it is said already."""
        if shown == self._shown and terms is self._terms:
            return
        self._shown, self._terms = shown, terms
        self.lesson.setText(shown.lesson)
        self.title.setText(shown.title)
        self.text.set_text(shown.text, terms)
        self.chip.set(
            self.tr("Done") if shown.done else self.tr("Lesson"),
            "good" if shown.done else "info",
            "check-circle-fill" if shown.done else "graduation-cap-fill",
        )
        self._show_hints(shown)
        self.wrong.set(bare(shown.wrong) if not shown.done else "")
        self.trouble.set(shown.trouble if not shown.done else "")
        self.waiting.setText(shown.waiting)
        self._wait_box.setVisible(not shown.done)
        self._show_foot(shown)
        self._say(shown)
        self.fit()

    def _show_hints(self, shown: Shown) -> None:
        clear(self._hints)
        # the newest alone: each says more than the one before, and a short card hides less
        for hint in shown.hints[-1:] if not shown.done else ():
            words = TermText(hint, self._terms, style="small")
            words.asked.connect(self._explain)
            bulb = Icon("lightbulb", "warn", 15)
            self._hints.addLayout(row((bulb, 0, TOP), (words, 1), spacing=9))
            words.show()  # what is not shown yet has no height
            bulb.show()
        self._hint_box.setVisible(bool(shown.hints) and not shown.done)

    def _show_foot(self, shown: Shown) -> None:
        done = shown.step if shown.done else shown.step - 1
        self.dots.set(done, shown.steps, under_way=not shown.done)
        self.count.setText(
            self.tr("Step {step} of {steps}").format(step=shown.step, steps=shown.steps)
        )
        away = bool(shown.elsewhere) and not shown.done
        asked = len(shown.hints)
        self.hint.setText(
            self.tr("Hint {number} of {all}").format(number=asked + 1, all=shown.most_hints)
            if asked < shown.most_hints
            else self.tr("Do it for me")
        )
        self.hint.setEnabled(not shown.busy)
        self.hint.setVisible(not shown.done and not away)
        self.room.setText(self.tr("Go to {room}").format(room=shown.elsewhere))
        self.room.setVisible(away)
        last = shown.step == shown.steps
        self.next.setText(self.tr("Go on to the quiz") if last else self.tr("Continue"))
        self.next.setVisible(shown.done)

    def _say(self, shown: Shown) -> None:
        words = self.tr("Lesson {lesson}: {title}")
        self.setAccessibleName(words.format(lesson=shown.lesson, title=shown.title))
        self.setAccessibleDescription(f"{self.text.text()} {'' if shown.done else shown.waiting}")

    def fit(self) -> None:
        """As tall as its words need; large text makes it wider where the window is wide."""
        most = max(WIDTH, round(self.parentWidget().width() * _SHARE))
        wide = min(current().px(WIDTH), most) + 2 * MARGIN
        self.dots.setVisible(current().px(WIDTH) <= most)  # the words beside them say the same
        layout = self.layout()
        layout.activate()
        tall = layout.heightForWidth(wide) if layout.hasHeightForWidth() else -1
        self.resize(wide, max(tall, layout.minimumSize().height()))

    def size_of_surface(self) -> QSize:
        """Its size without the shadow."""
        return self.content_rect().size().toSize()

    def point(self, side: str, share: float) -> None:
        """Draw the pointer on ``side`` ("" for none), ``share`` of the way along it."""
        if (side, share) != (self._side, self._tip):
            self._side, self._tip = side, share
            self.update()

    # --- glossary -----------------------------------------------------------------------

    def _explain(self, term: str) -> None:
        asked = self.sender()
        anchor = asked if isinstance(asked, QWidget) else self.text
        if self._popover is not None:
            self._popover.deleteLater()
        popover = term_popover(
            self.parentWidget(), "coach.glossary", term, self._terms[term]
        )
        self._popover = popover
        popover.show_at(anchor)

    def hideEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().hideEvent(event)
        if self._popover is not None:
            self._popover.close()

    # --- Qt -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys for its buttons stay here: Space in the card does not start time."""
        if event.key() == Qt.Key.Key_Space:
            event.accept()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._side:
            return
        theme, box = current(), self.content_rect()
        tip, one, two = _pointer(box, self._side, self._tip)
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color("surface"))
            painter.drawPolygon(QPolygonF([one, tip, two]))
            painter.setPen(QPen(theme.color("line_strong"), 1))
            painter.drawLine(one, tip)
            painter.drawLine(tip, two)


def _pointer(box: QRectF, side: str, share: float) -> tuple[QPointF, QPointF, QPointF]:
    """Tip and both feet of the pointer; the feet stand inside the edge and cover it."""
    least = tokens.RADIUS["sheet"] + _POINTER + 2
    flat = side in ("top", "bottom")
    length = box.width() if flat else box.height()
    along = min(max(share * length, least), length - least)
    out = -1 if side in ("top", "left") else 1
    if flat:
        edge = box.top() + 1 if side == "top" else box.bottom() - 1
        x = box.left() + along
        return (
            QPointF(x, edge + out * _POINTER),
            QPointF(x - _POINTER, edge),
            QPointF(x + _POINTER, edge),
        )
    edge = box.left() + 1 if side == "left" else box.right() - 1
    y = box.top() + along
    return (
        QPointF(edge + out * _POINTER, y),
        QPointF(edge, y - _POINTER),
        QPointF(edge, y + _POINTER),
    )
