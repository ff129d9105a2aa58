"""Does a lesson's step for the person who asks: slowly enough to watch, never in their way.

Unlike the rest of the robot it starts no event loop: it looks again every few
milliseconds, and stops when it is told to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from lstwallet.ui.robot.hands import Hands

LOOK_MS: Final = 40
PACE_MS: Final = 320
"""Between two actions: long enough to see what was done."""
PATIENCE_MS: Final = 8_000
"""How long one action may wait for its widget."""

Action = Sequence[str]


class Helper(QObject):
    """Plays one list of actions through the real widgets; ``done(ok)`` at its end."""

    done = Signal(bool)

    def __init__(self, window: QWidget, actions: Sequence[Action], parent: QObject) -> None:
        super().__init__(parent)
        self._hands = Hands(window)
        self._left = list(actions)
        self._acted = False
        self._waited = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin with the first action."""
        self._waited.start()
        self._timer.start(LOOK_MS)

    def stop(self) -> None:
        """Leave it at what was done."""
        self._timer.stop()
        self._left = []

    def _look(self) -> None:
        if not self._left:
            self._finish(True)
            return
        action = self._left[0]
        if not self._acted and self._can(action):
            self._act(action)
            self._acted = True
        if self._acted and self._settled(action):
            self._left.pop(0)
            self._acted = False
            self._waited.restart()
            self._timer.start(PACE_MS if self._left else LOOK_MS)
        elif self._waited.elapsed() > PATIENCE_MS and not self._running():
            self._finish(False)
        else:
            self._timer.start(LOOK_MS)

    def _finish(self, ok: bool) -> None:
        self.stop()
        self.done.emit(ok)

    def _button(self, name: str) -> QAbstractButton | None:
        found = self._hands.maybe(name, QAbstractButton)
        return found if found is not None and found.isEnabled() else None

    @staticmethod
    def _name(action: Action) -> str:
        return {"go": "rail.{}", "step": "time.{}"}.get(action[0], "{}").format(action[1])

    def _can(self, action: Action) -> bool:
        if action[0] == "type":
            edit = self._hands.maybe(action[1], QLineEdit)
            return edit is not None and edit.isEnabled() and not edit.isReadOnly()
        return self._button(self._name(action)) is not None

    def _act(self, action: Action) -> None:
        if action[0] == "type":
            self._hands.fill(action[1], action[2])
        else:
            button = self._button(self._name(action))
            assert button is not None
            self._hands.press(button)

    def _settled(self, action: Action) -> bool:
        if action[0] == "choose":
            return self._hands.pick(action[2])
        if action[0] == "go":
            page = self._hands.window.page(action[1])  # type: ignore[attr-defined]
            return page is not None and page.isVisible()
        return action[0] != "step" or not self._running()

    def _running(self) -> bool:
        return bool(self._hands.window.bridge.running)  # type: ignore[attr-defined]
