"""What floats: sheets over a scrim, popovers, and the shadow under them.

They are children of the window, not windows: they render the same everywhere, never open
an event loop of their own, and close with Esc.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QPoint,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from lstwallet.ui.theme import current, paint, tokens
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, Rule, Scroller, clear, column, fill, holder, row
from lstwallet.ui.widgets.rows import KeyValue

MARGIN = paint.SHADOW_MARGIN


class Floating(QWidget):
    """A surface with edge and painted shadow; its content lies inside the shadow's margin."""

    def __init__(self, parent: QWidget, radius: str = "sheet") -> None:
        super().__init__(parent)
        self._radius = tokens.RADIUS[radius]
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def content_rect(self) -> QRectF:
        """The surface without its shadow."""
        return QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            box = self.content_rect()
            paint.draw_shadow(painter, box, self._radius)
            paint.draw_panel(painter, box, "surface", "line_strong", self._radius)


class Overlay(QWidget):
    """Covers its window, catches clicks beside what floats, and keeps Tab inside.

    ``closed()`` when it goes, however it goes.
    """

    closed = Signal()

    def __init__(self, window: QWidget, *, dim: bool) -> None:
        super().__init__(window)
        self._dim = dim
        self._before: QWidget | None = None
        self.hide()
        window.installEventFilter(self)

    def open(self) -> None:
        """Show over the window and take the focus."""
        self._before = QApplication.focusWidget()
        self.setGeometry(self.parentWidget().rect())
        self.place()
        self.show()
        self.raise_()
        first = self._first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            self.setFocus(Qt.FocusReason.PopupFocusReason)

    def close(self) -> bool:
        """Go, and give the focus back.

        A signal that it is connected to may still call it once it is deleted: it is a slot of
        Qt's own, which PySide does not disconnect then.
        """
        if not alive(self) or self.isHidden():
            return True
        self.hide()
        before = self._before
        if before is not None and alive(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()
        return True

    def place(self) -> None:
        """Position what floats; subclasses do."""

    def _focusable(self) -> list[QWidget]:
        return [
            child
            for child in self.findChildren(QWidget)
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus
            and child.focusProxy() is None  # a plot's viewport would send it back
            and child.isEnabled()
            and child.isVisibleTo(self)
        ]

    def _first_focus(self) -> QWidget | None:
        found = self._focusable()
        return next((child for child in found if child.property("first_focus")), None) or next(
            iter(found), None
        )

    def focusNextPrevChild(self, forward: bool) -> bool:
        found = self._focusable()
        if not found:
            return True
        now = QApplication.focusWidget()
        at = found.index(now) if now in found else -1
        found[(at + (1 if forward else -1)) % len(found)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.setGeometry(self.parentWidget().rect())
            self.place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._dim:
            theme = current()
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), theme.color("scrim", theme.depth.scrim))


def alive(widget: QWidget) -> bool:
    """Whether Qt still has the widget."""
    try:
        widget.isVisible()
    except RuntimeError:
        return False
    return True


class Sheet(Overlay):
    """A dialog inside the window: title, scrolling body, foot with its buttons.

    ``add`` fills the body, ``add_foot`` the buttons. A click beside it closes it unless
    ``sticky``.
    """

    def __init__(
        self, window: QWidget, title: str, *, width: int = 520, sticky: bool = False
    ) -> None:
        super().__init__(window, dim=True)
        self._width, self._sticky = width, sticky
        self.surface = Floating(self)
        self.title = Label(title, "title", elide=True)
        self.cross = ToolButton("x", self.tr("Close"), icon_side=16, tone="3", on_click=self.close)
        self.body = column(margins=(20, 6, 20, 16), spacing=12)
        self.foot = row(spacing=8)
        self._scroller = Scroller(holder(self.body))
        header = row((self.title, 1), self.cross, margins=(20, 14, 14, 8), spacing=8)
        self._foot_holder = holder(
            column(Rule(), holder(column(self.foot, margins=(20, 12, 20, 14))), spacing=0)
        )
        self._foot_holder.hide()
        inside = column(
            header, (self._scroller, 1), self._foot_holder, margins=MARGIN + 1, spacing=0
        )
        self.surface.setLayout(inside)
        self.setAccessibleName(title)

    def add(self, *items: Any) -> None:
        """Append to the body, items as ``layout.row`` takes them."""
        fill(self.body, items)

    def add_foot(self, *items: Any) -> None:
        """Append to the foot."""
        fill(self.foot, items)
        self._foot_holder.show()

    def fit(self) -> None:
        """What is inside has another size: now, and once its layouts have settled."""
        if self.isVisible():
            self.place()
            QTimer.singleShot(0, self, self.place)

    def place(self) -> None:
        room = self.size()
        wide = min(current().px(self._width), room.width() - 40) + 2 * MARGIN
        inner = self._scroller.widget()
        width = wide - 2 * MARGIN - 2
        tall = inner.heightForWidth(width) if inner.hasHeightForWidth() else -1
        tall = max(tall, inner.sizeHint().height())
        least = self.surface.layout().minimumSize().height()
        rest = least - self._scroller.minimumSizeHint().height()
        tall = min(tall + rest + 2, room.height() - 24 + 2 * MARGIN)
        left, top = (room.width() - wide) // 2, max(-12, (room.height() - tall) // 2)
        self.surface.setGeometry(left, top, wide, tall)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._sticky:
            super().mousePressEvent(event)


class Popover(Overlay):
    """A floating card beside a widget; a click elsewhere or Esc closes it."""

    def __init__(self, window: QWidget, *, width: int = 300) -> None:
        super().__init__(window, dim=False)
        self._width = width
        self._anchor: QWidget | None = None
        self._spot: QRect | None = None
        self.surface = Floating(self)
        self.body = column(margins=MARGIN + 16, spacing=8)
        self.surface.setLayout(self.body)

    def show_at(self, anchor: QWidget, spot: QRect | None = None) -> None:
        """Open beside ``anchor``, or a ``spot`` in it: below if there is room, else above,
        always inside."""
        self._anchor, self._spot = anchor, spot
        self.open()

    def place(self) -> None:
        anchor = self._anchor
        wide = current().px(self._width) + 2 * MARGIN
        layout = self.surface.layout()
        tall = layout.heightForWidth(wide) if layout.hasHeightForWidth() else -1
        tall = max(tall, layout.minimumSize().height())
        spot = QPoint((self.width() - wide) // 2, (self.height() - tall) // 2)
        if anchor is not None and alive(anchor):
            beside = self._spot or anchor.rect()
            corner = anchor.mapTo(self.parentWidget(), beside.topLeft())
            below = corner.y() + beside.height() + 6 - MARGIN
            above = corner.y() - tall - 6 + MARGIN
            fits = below + tall - MARGIN <= self.height()
            left = corner.x() + beside.width() // 2 - wide // 2
            spot = QPoint(left, below if fits or above < -MARGIN else above)
        left = min(max(spot.x(), 8 - MARGIN), self.width() - wide + MARGIN - 8)
        top = min(max(spot.y(), 8 - MARGIN), self.height() - tall + MARGIN - 8)
        self.surface.setGeometry(left, top, wide, tall)


class WhyPopover(Popover):
    """Why this number? The formula, its live terms, and rounding with source."""

    def __init__(self, window: QWidget, *, width: int = 316) -> None:
        super().__init__(window, width=width)
        self.title = Label("", "heading", elide=True)
        self.formula = Label("", "small", "2", wrap=True)
        self._terms = column(spacing=5)
        self.note = Label("", "caption", "3", wrap=True)
        cross = ToolButton(
            "x", self.tr("Close"), side=24, icon_side=14, tone="3", on_click=self.close
        )
        foot = row((Icon("info", "3", 14), 0, TOP), (self.note, 1), spacing=7)
        fill(
            self.body,
            (row((self.title, 1), cross), self.formula, Rule(), self._terms, Rule(), foot),
        )

    def explain(
        self,
        anchor: QWidget,
        title: str,
        formula: str,
        terms: Sequence[tuple[str, ...]],
        note: str,
        spot: QRect | None = None,
    ) -> None:
        """``terms`` are (words, value) or (words, value, tone); ``note`` rounding and source.
        A ``spot`` in the anchor is what was asked: a button in a table."""
        self.title.setText(title)
        self.formula.setText(formula)
        clear(self._terms)
        for term in terms:
            self._terms.addWidget(KeyValue(*term))
        self.note.setText(note)
        self.setAccessibleName(title)
        said = "; ".join(f"{term[0]} {term[1]}" for term in terms)
        self.setAccessibleDescription(f"{formula}. {said}. {note}")
        self.show_at(anchor, spot)


def term_popover(parent: QWidget | None, name: str, term: str, meaning: str) -> Popover:
    """What a dotted word means; ``name`` is the popover's own, for the robot. Show it yourself."""
    popover = Popover(parent, width=300)
    popover.setObjectName(name)
    close = QCoreApplication.translate("overlays", "Close")
    cross = ToolButton("x", close, side=24, icon_side=14, tone="3", on_click=popover.close)
    popover.body.addLayout(row((Label(term, "heading"), 1), cross))
    popover.body.addWidget(Label(meaning, "small", "2", wrap=True))
    popover.setAccessibleName(term)
    popover.setAccessibleDescription(meaning)
    return popover
