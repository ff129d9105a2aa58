"""A window that stands still is named in the log: for how long, and where in the program.

A timer beats in the GUI thread, and a thread of its own looks whether it still does. Only while
the window is the active one: nobody waits for another, and the computer may sleep then. A beat
every 50 ms costs 0.2 % of one core (one every 10 ms four times as much) and is fine enough to
miss no stall of a quarter of a second.

The stack is taken by ``faulthandler``, in C: a frame held by this thread while its function
returns would leave that function's widgets to the wrong thread.
"""

from __future__ import annotations

import faulthandler
import tempfile
import threading
import time
from collections.abc import Callable
from typing import IO, Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from lstwallet.app.redaction import dumped

BEAT_MS: Final = 50
LOOK_S: Final = 0.1
STALL_S: Final = 0.25
HANGS_S: Final = 5.0
"""After so long it is told though it may never end."""
FRAMES: Final = 16
"""Of the stack, from where it stands."""
ASLEEP: Final = 0.1
"""We were held up ourselves and less of that time was spent computing: it was the machine, or
somebody who stopped the process."""

PATIENCE_S: Final = 1.0
"""So long the end of the watching thread is waited for."""

_UNENDED: Final[list[Heart]] = []
"""Hearts whose thread did not end in time: it must not hold the last reference to one, for a
timer may end in its own thread only."""

Report = Callable[[int, list[str], bool], None]
"""(milliseconds, frames innermost first, whether it is over). Called by the watching thread."""


class Heart(QObject):
    """Watches the thread that made it, while the program is the active one, until ``close``."""

    def __init__(self, report: Report, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self._thread_id = threading.get_ident()
        self._beat = time.monotonic()
        self._gap = 0.0
        """Longest time between two beats since it was looked at: what held the interpreter
        held the watching thread too."""
        self._awake = threading.Event()
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beats)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.applicationStateChanged.connect(self._follow)
        self._follow(app.applicationState())
        self._watcher = threading.Thread(target=self._watch, name="stalls", daemon=True)
        self._watcher.start()

    def _beats(self) -> None:
        now = time.monotonic()
        self._gap = max(self._gap, now - self._beat)
        self._beat = now

    def _follow(self, state: Qt.ApplicationState) -> None:
        """Rest while another program is used."""
        if state == Qt.ApplicationState.ApplicationActive and not self._closed:
            self._beat = time.monotonic()
            self._timer.start()
            self._awake.set()
        else:
            self._awake.clear()
            self._timer.stop()

    def close(self) -> None:
        """Nothing is watched any more; a second call does nothing."""
        if not self._closed:
            self._closed = True
            self._timer.stop()
            self._awake.set()
            self._watcher.join(PATIENCE_S)
            if self._watcher.is_alive():
                _UNENDED.append(self)

    # --- in the watching thread -----------------------------------------------------------

    def _watch(self) -> None:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as paper:
            while self._awake.wait() and not self._closed:
                looked, worked = time.monotonic(), time.process_time()
                time.sleep(LOOK_S)
                held_up = time.monotonic() - looked - LOOK_S
                gap, self._gap = self._gap, 0.0
                if held_up > STALL_S and time.process_time() - worked < ASLEEP * held_up:
                    self._beat = time.monotonic()  # all of us stood still
                elif self._silent() > STALL_S:
                    self._follow_stall(self._beat, paper)
                elif gap > STALL_S:
                    self._report(_milliseconds(gap), [], True)

    def _silent(self) -> float:
        return time.monotonic() - self._beat if self._awake.is_set() else 0.0

    def _follow_stall(self, begun: float, paper: IO[str]) -> None:
        """It stands still: see where, and wait for it to go on."""
        frames = self._stack(paper)
        told = False
        while self._beat == begun and not self._closed:
            if not told and time.monotonic() - begun > HANGS_S:
                told = True
                self._report(_milliseconds(time.monotonic() - begun), frames, False)
            time.sleep(LOOK_S)
        self._gap = 0.0
        if not self._closed:
            self._report(_milliseconds(self._beat - begun), frames, True)

    def _stack(self, paper: IO[str]) -> list[str]:
        paper.seek(0)
        paper.truncate()
        faulthandler.dump_traceback(paper, all_threads=True)
        paper.seek(0)
        return dumped(paper.read(), self._thread_id)[:FRAMES]


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)
