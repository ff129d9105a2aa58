"""This side of the door: open the file, start the child, take its answer or its refusal."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from lstwallet.app.door.child import OUT_OF_TIME
from lstwallet.app.door.kinds import KINDS, Kind
from lstwallet.units import helpers
from lstwallet.units.strict.documents import read_json
from lstwallet.units.strict.files import open_regular
from lstwallet.units.strict.refused import FileRefused, Problem

PATIENCE: Final = 20
"""Seconds of real time to wait for the next line: a busy computer is slow, not hostile."""
LOOK: Final = 0.05
"""Seconds between two looks at the clock and at whether it is still wanted."""
LAST_WORD: Final = 4_000
"""Bytes that a line of an answer may have beyond what it tells of."""
DEEPEST_ANSWER: Final = 24
"""Levels of an answer: a file's own and the few that go round it."""
_log = logging.getLogger("lstwallet")


class Cost(NamedTuple):
    """What reading a file took, as the child measured it."""

    seconds: float = 0.0
    """Of processor time."""
    bytes: int = 0
    """The most memory it had in use."""


class Reading:
    """An answer as it comes: iterate over it, and look at ``cost`` afterwards."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items
        self.cost = Cost()

    def __iter__(self) -> Iterator[Any]:
        return self._items


def read(path: Path, kind: str, *, unwanted: Callable[[], bool] | None = None) -> Any:
    """What is in a file of this kind, as its reader gives it. Raises ``FileRefused``.

    ``unwanted`` is asked now and then from another thread; true ends it.
    """
    with stream(path, kind, unwanted=unwanted) as items:
        found = list(items)
    if len(found) != 1:
        raise _failed(path, kind, f"{len(found)} answers")
    return found[0]


@contextmanager
def stream(
    path: Path, kind: str, *, unwanted: Callable[[], bool] | None = None
) -> Iterator[Reading]:
    """Read a file of this kind line by line: an iterator, as long as the context lasts.

    Both may raise ``FileRefused``, the iterator at any line: what was taken from it until then
    must not stay. Leaving the context ends the child.
    """
    limits = KINDS[kind]
    with open_regular(path, limits.most_bytes) as file:
        process = subprocess.Popen(  # noqa: S603 (our own program, no shell)
            helpers.command("--helper=door", kind),
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=helpers.environment(),
        )
    watch = _Watch(process, unwanted)
    try:
        assert process.stdout is not None
        reading = Reading(iter(()))
        reading._items = _answers(reading, process.stdout, watch, path, kind, limits)
        yield reading
    finally:
        watch.end()
        with contextlib.suppress(OSError):
            process.kill()
        if process.stdout is not None:
            process.stdout.close()
        process.wait()


def _answers(
    reading: Reading, pipe: IO[bytes], watch: _Watch, path: Path, kind: str, limits: Kind
) -> Iterator[Any]:
    left = limits.most_answer
    most = min(left, 2 * limits.longest_line + LAST_WORD) if limits.streamed else left
    while True:
        with watch.waiting():
            line = pipe.readline(min(most, left) + 1)
        if watch.unwanted():  # also when the answer was quicker than the next look
            raise FileRefused(Problem.STOPPED, file=str(path))
        left -= len(line)
        if not line.endswith(b"\n"):
            if left < 0 or len(line) > most:
                raise FileRefused(Problem.TOO_LARGE, wanted=str(limits.most_answer), file=str(path))
            raise _ended(watch, path, kind)
        answer = _answer(line, path, kind)
        if "item" in answer:
            yield answer["item"]
            continue
        reading.cost = _cost(answer.get("cost"))
        if "done" in answer:
            return
        try:
            raise FileRefused.of(answer["refused"]).told_of(str(path))
        except (KeyError, TypeError, AttributeError) as error:
            raise _failed(path, kind, "an answer without sense") from error


def _answer(line: bytes, path: Path, kind: str) -> dict[str, Any]:
    """One line of the child's: it may have been taken over by what it read."""
    try:
        answer = read_json(line.decode("utf-8"), deepest=DEEPEST_ANSWER)
    except (FileRefused, UnicodeDecodeError) as error:
        raise _failed(path, kind, f"an answer that is {type(error).__name__}") from error
    if not isinstance(answer, dict):
        raise _failed(path, kind, "an answer that is no table")
    return answer


def _cost(raw: Any) -> Cost:
    try:
        return Cost(float(raw["seconds"]), int(raw["bytes"]))
    except (KeyError, TypeError, ValueError):
        return Cost()


def _ended(watch: _Watch, path: Path, kind: str) -> FileRefused:
    """Why the child ended without a last word."""
    code = watch.process.wait()
    if watch.stopped is not None:
        return FileRefused(watch.stopped, file=str(path))
    if code == OUT_OF_TIME or code in _TIME_SIGNALS:
        return FileRefused(Problem.TOO_LONG, file=str(path))
    if code in _MEMORY_SIGNALS:
        return FileRefused(Problem.TOO_MUCH_MEMORY, file=str(path))
    return _failed(path, kind, f"the helper ended with {code}")


_TIME_SIGNALS: Final = frozenset((-27, -24))  # SIGPROF, SIGXCPU
_MEMORY_SIGNALS: Final = frozenset((-9, -11, -6))  # the system took it, or it found no memory


def _failed(path: Path, kind: str, detail: str) -> FileRefused:
    _log.warning("the door: reading a file of kind %s: %s", kind, detail)
    return FileRefused(Problem.FAILED, detail=detail, file=str(path))


class _Watch:
    """Ends the child when it keeps us waiting too long, or nobody wants its answer any more."""

    def __init__(
        self, process: subprocess.Popen[bytes], unwanted: Callable[[], bool] | None
    ) -> None:
        self.process = process
        self.stopped: Problem | None = None
        """Why it was ended."""
        self.unwanted = unwanted or (lambda: False)
        self._due: float | None = None
        self._over = threading.Event()
        threading.Thread(target=self._look, name="door", daemon=True).start()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While we wait, time counts; while we work on what came, it does not."""
        self._due = time.monotonic() + PATIENCE
        try:
            yield
        finally:
            self._due = None

    def end(self) -> None:
        """There is nothing to watch any more."""
        self._over.set()

    def _look(self) -> None:
        while not self._over.wait(LOOK):
            due = self._due
            if due is not None and time.monotonic() > due:
                self._stop(Problem.TOO_LONG)
            elif self.unwanted():
                self._stop(Problem.STOPPED)
            else:
                continue
            return

    def _stop(self, why: Problem) -> None:
        self.stopped = why
        self.process.kill()
