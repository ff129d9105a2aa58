"""The focus ring: one overlay for all widgets, for the keyboard only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from lstwallet.ui.theme import paint

_AROUND = 20
"""So much of what stands around the focus is shown with it."""


class FocusRing(QWidget):
    """One ring for all: 2 px outside the focused widget, and only when the keyboard moved
    the focus. Widgets that show focus themselves set the property ``own_focus``.

    ``FocusRing(window)`` once per window is enough.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self._watched: list[QObject] = []
        self._by_key = False
        self._handle: QObject | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        window.installEventFilter(self)
        self._watch_handle()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._moved)

    def _watch_handle(self) -> None:
        """The window's handle sees keys and clicks before any widget does."""
        handle = self.parentWidget().windowHandle()
        if handle is not None and handle is not self._handle:
            self._handle = handle
            handle.installEventFilter(self)

    def _moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._leave()
        if new is None or not self._by_key or new.window() is not self.parentWidget():
            return
        _bring_into_sight(new)
        if not new.property("own_focus"):
            self.ring(new)

    def ring(self, target: QWidget) -> None:
        """Show the ring around a widget of this window and follow it."""
        self._leave()
        self._target = target
        ancestor: QWidget | None = target
        while ancestor is not None and ancestor is not self.parentWidget():
            ancestor.installEventFilter(self)
            self._watched.append(ancestor)
            ancestor = ancestor.parentWidget()
        self._follow()

    def _leave(self) -> None:
        for watched in self._watched:
            try:
                watched.removeEventFilter(self)
            except RuntimeError:
                continue
        self._watched = []
        self._target = None
        self.hide()

    def _follow(self) -> None:
        target = self._target
        if target is None or not _alive(target) or not target.isVisible():
            self.hide()
            return
        corner = target.mapTo(self.parentWidget(), QPoint(0, 0))
        box = QRectF(corner.x(), corner.y(), target.width(), target.height())
        visible = target.visibleRegion().boundingRect()
        if visible.isEmpty():
            self.hide()
            return
        self.setGeometry(box.adjusted(-4, -4, 4, 4).toRect())
        self.raise_()
        self.show()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._handle:
            if kind in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
                self._by_key = True
            elif kind in (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin):
                self._by_key = False
                self._leave()
        elif kind in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            if watched is self.parentWidget():
                self._watch_handle()
            self._follow()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        target = self._target
        if target is None:
            return
        radius = float(target.property("focus_radius") or 6)
        with QPainter(self) as painter:
            box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            paint.draw_panel(painter, box, "", "focus", radius + 3, 2)


def _bring_into_sight(widget: QWidget) -> None:
    """Tab may enter a part of the page that is scrolled away."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget, _AROUND, _AROUND)
        parent = parent.parentWidget()


def _alive(widget: QWidget) -> bool:
    try:
        widget.isVisible()
    except RuntimeError:
        return False
    return True
