"""The lane: one worker thread that owns the engine and SQLite, and the gate it stops at.

Under the GIL a busy lane makes a 6 ms paint take 60 ms. So the lane parks between events
while the window is handling anything: it calls ``GATE.wait``.
"""

from __future__ import annotations

import importlib
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import repeat, starmap
from operator import is_
from types import FrameType, ModuleType
from typing import Any, Final, NamedTuple, Protocol

from PySide6.QtCore import QObject, Qt, Signal

from lstwallet.ui.collector import Collector

SWITCH_INTERVAL_S: Final = 0.0005
"""How long a thread may keep the interpreter while another wants it."""
UNDIVIDED_S: Final = 1_000.0
"""The same while the lane imports: PySide makes a class when its name is first read, in steps
that another thread must not see. A thread that wants a class half made by the other dies of
it. So neither is interrupted; both still make room whenever they wait for something."""
NAP_S: Final = 0.0005
QUIET_NAPS: Final = 3
"""The window counts as idle after this many looks: a paint is many short handlers."""
LONGEST_PARK_S: Final = 0.1
"""A handler that runs an event loop of its own must not stop the lane for ever."""

Work = Callable[[], Any]
Reply = Callable[[Any], None]
Failure = Callable[[BaseException], None]


class Gate:
    """Whether the window is handling something, seen from the lane.

    While the window waits for events its innermost Python frame is the one that called
    ``exec``; in a slot or a paint event it is another. To look costs the lane a
    microsecond and the window nothing. (Overriding ``QApplication.notify`` to count would
    make PySide build every class of Qt before the first frame: a tenth of a second.)
    """

    def __init__(self) -> None:
        self._rests: Iterator[bool] | None = None
        self._patient = True

    def watch(self) -> None:
        """The caller is about to call ``exec``, in the GUI thread, from its own body."""
        self._rests = _innermost(threading.get_ident(), sys._getframe(1))

    def forget(self) -> None:
        """The event loop has ended."""
        self._rests = None

    def busy(self) -> bool:
        """Whether the window is in a handler just now."""
        rests = self._rests
        return rests is not None and not next(rests)

    def wait(self) -> None:
        """Return when the window is idle. Called by the lane between two events."""
        if not self.busy():
            self._patient = True
            return
        if not self._patient:
            return
        until = time.monotonic() + LONGEST_PARK_S
        quiet = 0
        while quiet < QUIET_NAPS:
            time.sleep(NAP_S)
            quiet = 0 if self.busy() else quiet + 1
            if time.monotonic() > until:
                self._patient = False  # a handler with an event loop of its own
                return


def _innermost(thread: int, frame: FrameType) -> Iterator[bool]:
    """At each step: whether ``frame`` is the innermost of ``thread``.

    All of a step happens in C, so no other thread runs in between. A frame held by the
    lane while its function returns would leave that function's widgets to the lane, and
    they would end in the wrong thread.
    """
    frames = starmap(sys._current_frames, repeat(()))
    return map(is_, map(dict.get, frames, repeat(thread)), repeat(frame))


GATE: Final = Gate()
"""One window, one gate."""


class Jobs(Protocol):
    """Where work runs. The window uses ``Lane``, tests may use ``Inline``."""

    def run(self, work: Work, done: Reply, failed: Failure) -> None:
        """Do ``work``, then call exactly one of ``done`` and ``failed`` in the GUI thread."""

    def waiting(self) -> bool:
        """Whether work is queued behind what runs now. Asked by that work itself."""

    def tell(self, report: Callable[[], None]) -> None:
        """Called by running work: have ``report`` run in the GUI thread, in order."""

    def close(self, last: Work, seconds: float) -> bool:
        """Do ``last`` after everything queued, then stop. False when it took too long."""


class _Task(NamedTuple):
    work: Work
    done: Reply
    failed: Failure


class Lane(QObject):
    """One worker thread, first in, first out. Answers arrive in the GUI thread, in order.

    Work, answers and reports may hold widgets, and those must end in the GUI thread: each is
    kept there until the next one's arrival shows that the lane has let go of it.
    """

    _arrived = Signal(object)
    _every_import = 0
    """Imports to come, of all lanes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._imports = 0
        self._import(0)
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._kept: deque[_Task] = deque()
        self._last: tuple[_Task, _Answer] | None = None
        self._told: Callable[[], None] | None = None
        self._collector = Collector(lambda: not self._kept, self)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="lane", daemon=True)
        self._thread.start()

    def run(self, work: Work, done: Reply, failed: Failure) -> None:
        """See ``Jobs``. After ``close`` nothing is taken any more."""
        if self._closed:
            return
        if isinstance(work, _Import):
            self._import(+1)
        self._put(_Task(work, done, failed))
        if isinstance(work, _Import):
            time.sleep(SWITCH_INTERVAL_S)  # the lane may wait with the short interval yet

    def waiting(self) -> bool:
        """See ``Jobs``."""
        return not self._tasks.empty()

    def tell(self, report: Callable[[], None]) -> None:
        """See ``Jobs``. When it tells again, work has let go of what it told before."""
        self._arrived.emit(report)

    def close(self, last: Work, seconds: float = 10.0) -> bool:
        """See ``Jobs``. Waits for the thread: for the end of the program only."""
        if not self._closed:
            self._closed = True
            self._put(_Task(last, _nothing, _nothing))
            self._tasks.put(None)
        self._thread.join(seconds)
        ended = not self._thread.is_alive()
        if ended:
            self._import(-self._imports)
            self._collector.close()
        return ended

    def _import(self, more: int) -> None:
        """So many more imports are to come; while there are any, nobody is interrupted."""
        self._imports += more
        Lane._every_import += more
        sys.setswitchinterval(UNDIVIDED_S if Lane._every_import else SWITCH_INTERVAL_S)

    def _put(self, task: _Task) -> None:
        self._kept.append(task)
        self._tasks.put(task)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                answer = _Answer(task.done, task.work())
            except BaseException as error:  # whatever it was, the window hears of it
                answer = _Answer(task.failed, error)
            self._arrived.emit(answer)
            del task, answer

    def _deliver(self, answer: Callable[[], None]) -> None:
        if isinstance(answer, _Answer):
            task = self._kept.popleft()
            self._last, self._told = (task, answer), None
            if isinstance(task.work, _Import) and self._imports:
                self._import(-1)
        else:
            self._told = answer
        answer()


class _Answer(NamedTuple):
    call: Callable[[Any], None]
    value: Any

    def __call__(self) -> None:
        self.call(self.value)


class Inline:
    """Work done at once, in the caller's thread: for tests that need no window."""

    def run(self, work: Work, done: Reply, failed: Failure) -> None:
        """See ``Jobs``."""
        try:
            answer = work()
        except Exception as error:
            failed(error)
        else:
            done(answer)

    def waiting(self) -> bool:
        """See ``Jobs``: nothing ever waits."""
        return False

    def tell(self, report: Callable[[], None]) -> None:
        """See ``Jobs``."""
        report()

    def close(self, last: Work, seconds: float = 0.0) -> bool:
        """See ``Jobs``."""
        last()
        return True


class _Import(NamedTuple):
    name: str

    def __call__(self) -> ModuleType:
        return importlib.import_module(self.name)


def load(name: str) -> Work:
    """Work that imports a module: heavy modules are imported in the lane, never by the window."""
    return _Import(name)


def _nothing(_: Any) -> None:
    """An answer nobody waits for."""
