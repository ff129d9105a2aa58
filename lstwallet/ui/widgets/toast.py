"""Toasts: what was done, bottom right, with Undo; six seconds, and as long as one hovers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent
from PySide6.QtWidgets import QWidget

from lstwallet.ui import theme
from lstwallet.ui.theme import current, tokens
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import column, row
from lstwallet.ui.widgets.overlays import MARGIN, Floating

WIDTH = 330
_ICONS = {
    "good": "check-circle-fill", "info": "info-fill", "warn": "warning-fill",
    "bad": "warning-circle-fill",
}  # fmt: skip


class Toast(Floating):
    """One message."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        tone: str,
        action: str,
        on_action: Callable[[], object] | None,
        on_gone: Callable[[Toast], None],
        about: str = "",
        undoes: bool = False,
    ) -> None:
        """``about``: the subject it speaks of, such as a room. ``undoes``: the action takes
        back what is told."""
        super().__init__(parent, "card")
        self.about, self.undoes = about, undoes
        self._on_action, self._on_gone = on_action, on_gone
        self.title = Label(title, "strong", elide=True)
        self.text = Label(text, "small", "2", wrap=True)
        self.action = Button(action, "ghost", "small", on_click=self._act)
        cross = ToolButton(
            "x", self.tr("Close"), side=28, icon_side=14, tone="3", on_click=self.dismiss
        )
        words = column(self.title, self.text, spacing=2)
        edge = MARGIN + 1
        self.setLayout(
            row(
                Icon(_ICONS[tone], tone, 16), (words, 1), self.action, cross,
                margins=(edge + 14, edge + 9, edge + 8, edge + 9), spacing=10,
            )
        )  # fmt: skip
        self.text.setVisible(bool(text))
        self.action.setVisible(bool(action))
        self.setAccessibleName(f"{title} {text}".strip())
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self.dismiss)
        self._clock.start(tokens.TOAST_MS)
        width = current().px(WIDTH) + 2 * MARGIN
        folded = self.hasHeightForWidth() and bool(text)
        self.resize(width, self.heightForWidth(width) if folded else self.sizeHint().height())

    def _act(self) -> None:
        self.dismiss()  # first: what it does may be told by another toast about the same
        if self._on_action is not None:
            self._on_action()

    def dismiss(self) -> None:
        """Go now."""
        self._clock.stop()
        self.hide()
        self._on_gone(self)
        self.deleteLater()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._clock.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._clock.start(tokens.TOAST_MS)


class Toaster(QObject):
    """Keeps a window's toasts in its corner, above the time bar, the newest lowest."""

    def __init__(
        self,
        window: QWidget,
        *,
        above: int = 54,
        beside: Callable[[], QWidget | None] = lambda: None,
    ) -> None:
        """``above``: pixels kept free at the window's foot. ``beside``: a panel at the right
        with a button at its foot, if there is one; toasts stand left of it."""
        super().__init__(window)
        self._window, self._above, self._beside = window, above, beside
        self._shown: list[Toast] = []
        window.installEventFilter(self)

    def show_toast(
        self,
        title: str,
        text: str = "",
        *,
        tone: str = "good",
        action: str = "",
        on_action: Callable[[], object] | None = None,
        about: str = "",
        undo: Callable[[], object] | None = None,
    ) -> Toast:
        """Say what was done, with a button that does more. At most three stand at once.

        ``about``: a subject for ``seen``, such as the room that shows it. ``undo`` takes the
        edit back; an older toast about the same subject goes, its edit is no longer the last.
        """
        if undo is not None:
            action, on_action = self.tr("Undo"), undo
            if about:
                self.seen(about)
        while len(self._shown) >= 3:
            self._shown[0].dismiss()
        toast = Toast(
            self._window, title, text, tone, action, on_action, self._gone, about,
            undoes=undo is not None,
        )  # fmt: skip
        self._shown.append(toast)
        self.place()
        toast.show()
        toast.raise_()
        alert = QAccessibleEvent(toast, QAccessible.Event.Alert)  # said, whatever has the focus
        QAccessible.updateAccessibility(alert)
        if not theme.calm():
            end = toast.pos()
            move = QPropertyAnimation(toast, b"pos", toast)
            move.setDuration(tokens.SWAP_MS)
            move.setStartValue(end + QPoint(0, 12))
            move.setEndValue(end)
            move.setEasingCurve(QEasingCurve.Type.OutCubic)
            move.start()
        return toast

    def seen(self, about: str) -> None:
        """What these toasts tell is on the screen now."""
        for toast in self.shown():
            if toast.about == about:
                toast.dismiss()

    def clear(self) -> None:
        """Another profile: what was told, and could be taken back, was of the one before."""
        for toast in self.shown():
            toast.dismiss()

    def undo(self) -> bool:
        """Take back the newest edit that still can be; whether there was one."""
        for toast in reversed(self._shown):
            if toast.undoes:
                toast.action.click()
                return True
        return False

    def shown(self) -> list[Toast]:
        """The toasts standing, oldest first."""
        return list(self._shown)

    def _gone(self, toast: Toast) -> None:
        if toast in self._shown:
            self._shown.remove(toast)
            self.place()

    def place(self) -> None:
        """Stand where nothing that is pressed is covered: after the room or its size changed."""
        panel = self._beside()
        right = self._window.width() - 16
        if panel is not None:
            right = panel.mapTo(self._window, QPoint(0, 0)).x() - 12
        bottom = self._window.height() - self._above - 12 + MARGIN
        for toast in reversed(self._shown):
            bottom -= toast.height()
            toast.move(right - toast.width() + MARGIN, bottom)
            bottom += 2 * MARGIN - 8

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return super().eventFilter(watched, event)
