"""The ends that do not come from the window: signals, and the desktop's session.

A signal closes the window as its button would: what was confirmed is committed, the window's
place is kept. A second one changes nothing, so it cannot break a commit. When the desktop
session ends, its manager asks first: then everything is committed before it gets its answer.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QSessionManager
from PySide6.QtWidgets import QApplication

SESSION_END_S: Final = 4.0
"""Seconds to commit in: Windows gives five, X11's managers some more."""
ENDING: Final = ("SIGINT", "SIGTERM", "SIGHUP")


def watch(
    app: QApplication, close: Callable[[], Any], settle: Callable[[float], bool]
) -> Callable[[], None]:
    """Signals ``close`` the window, a session's end ``settle``s it. Returns how to undo it."""
    stop = _watch_signals(app, close)

    def commit(_manager: QSessionManager) -> None:
        settle(SESSION_END_S)

    app.commitDataRequest.connect(commit, Qt.ConnectionType.DirectConnection)
    app.saveStateRequest.connect(_restart_by_hand, Qt.ConnectionType.DirectConnection)

    def undo() -> None:
        app.commitDataRequest.disconnect(commit)
        app.saveStateRequest.disconnect(_restart_by_hand)
        stop()

    return undo


def _restart_by_hand(manager: QSessionManager) -> None:
    """The next session begins us as we are begun now: without arguments of this run's."""
    manager.setRestartHint(QSessionManager.RestartHint.RestartIfRunning)


def _watch_signals(app: QApplication, close: Callable[[], Any]) -> Callable[[], None]:
    """Python runs its handlers between two instructions of its own, and Qt's loop has none.

    So the wake-up descriptor tells a notifier of the event loop.
    """
    if os.name != "posix":
        return lambda: None
    ear, mouth = os.pipe()
    os.set_blocking(ear, False)
    os.set_blocking(mouth, False)
    before = signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    for name in ENDING:
        signal.signal(getattr(signal, name), _noted)
    notifier = QSocketNotifier(ear, QSocketNotifier.Type.Read, app)

    def heard() -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(ear, 64)
        QTimer.singleShot(0, close)

    notifier.activated.connect(heard)

    def undo() -> None:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(before)
        for end in (ear, mouth):
            with contextlib.suppress(OSError):
                os.close(end)

    return undo


def _noted(number: int, frame: Any) -> None:
    """The wake-up descriptor carries the message."""
