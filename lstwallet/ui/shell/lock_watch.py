"""Says when a profile is to be locked by itself: idle, minimised, or the session is locked."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from lstwallet.ui.jobs import load

MINUTE_MS: Final = 60_000
SOONEST_MS: Final = 20
"""The clock is looked at not more often than this."""


class LockWatch(QObject):
    """``due()``: lock now. Watches only while there is something to lock."""

    due = Signal()

    def __init__(self, window: Any, minute_ms: int = MINUTE_MS) -> None:
        """``window`` is the main window: ``bridge``, ``touched``, ``minimised``."""
        super().__init__(window)
        self._window, self._bridge = window, window.bridge
        self._minute_ms = minute_ms
        self._on = False
        self._session: Any = None
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._look)
        window.minimised.connect(self._minimised)
        self._bridge.settings_changed.connect(self._again)

    def watch(self, on: bool) -> None:
        """Begin, or stop."""
        self._on = on
        self._window.touched.start()
        self._again()
        if on and self._session is None:
            self._session = False  # asked for
            self._bridge.jobs.run(
                load("lstwallet.ui.shell.session_watch"), self._loaded, self._bridge.failed.emit
            )

    def _loaded(self, module: ModuleType) -> None:
        watch = self._session = module.SessionWatch(self)
        watch.locked.connect(self._locked)
        self._bridge.jobs.run(watch.begin, lambda _heard: None, self._bridge.failed.emit)

    def _limit_ms(self) -> int:
        return int(self._bridge.settings.idle_lock * self._minute_ms)

    def _again(self) -> None:
        """Look when the time is over if nothing is touched until then."""
        self._clock.stop()
        if self._on and self._limit_ms():
            self._clock.start(max(SOONEST_MS, self._limit_ms() - self._window.touched.elapsed()))

    def _look(self) -> None:
        if self._window.touched.elapsed() >= self._limit_ms():
            self._tell()
        else:
            self._again()

    def _minimised(self) -> None:
        if self._bridge.settings.lock_minimised:
            self._tell()

    def _locked(self) -> None:
        self._tell()

    def _tell(self) -> None:
        if self._on:
            self.due.emit()


__all__ = ["LockWatch"]
