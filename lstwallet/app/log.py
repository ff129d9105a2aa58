"""The log: what the program did and what went wrong in it, in a file that may be sent to anyone.

It lies in the user's folder, for the user alone (0600), and is rotated. What may stand in it
is ``redaction``'s business: an error is its kind, its frames and the program's own words.
A crash of the interpreter itself is written by ``faulthandler`` to a file of its own, since
that cannot hide where the program lies; at the next start it is moved here, redacted.

A disk that is full, or a folder that may not be written to, ends the log and nothing else.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import platform
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Any, Final
from uuid import uuid4

from lstwallet import __version__
from lstwallet.app.profiles import HOME_VARIABLE, log_path
from lstwallet.app.redaction import Veil, described, dumped, own_words, place

NAME: Final = "lstwallet"
LARGEST: Final = 1_000_000
"""Bytes; then the log is begun anew and ``KEPT`` older ones stay beside it."""
KEPT: Final = 3
LARGEST_CRASH: Final = 256_000
"""Bytes that are read of what ``faulthandler`` wrote."""
IN_FULL: Final = 3
"""An error that comes again and again is described so often; then it is only counted."""
STALLS: Final = 60
"""Times of a window that stood still that are described in one run."""
REPORTED: Final = 40
"""Last lines of the log that a report carries."""


class _Private(RotatingFileHandler):
    """Files for the user alone; a log that cannot be written is not worth an error."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if sys.platform != "win32":
            os.fchmod(handle, 0o600)  # one that an earlier version made, or somebody opened up
        return os.fdopen(handle, "a", encoding="utf-8", errors="replace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's)
        """Nobody to tell: the log is where it would have been told."""


class _Redacted(logging.Formatter):
    """Time in UTC, level, where from, and what may be said."""

    converter = staticmethod(time.gmtime)

    def __init__(self, veil: Veil) -> None:
        super().__init__()
        self._veil = veil

    def format(self, record: logging.LogRecord) -> str:
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ")
        if getattr(record, "vouched", False):
            text = self._veil.names(record.getMessage())
        elif record.name.split(".")[0] == NAME:
            text = self._veil.all(record.getMessage())
        else:  # another library's: its words are not ours to vouch for
            text = f"{own_words(str(record.msg))} ({place(record.pathname)}:{record.lineno})"
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n" + self._veil.names(described(record.exc_info[1]))
        return f"{moment} {record.levelname} {record.name}: " + text.replace("\n", "\n  ")


class Log:
    """One open log. Any thread may write to it."""

    def __init__(self, path: Path) -> None:
        """Begin to write to ``path``; its folder is made if need be."""
        self.path = path
        self.open = False
        """Whether the file could be opened."""
        self.crash: str | None = None
        """Number under which the crash that ended the run before stands here, if one did."""
        self._veil = Veil((os.environ.get(HOME_VARIABLE, ""), "‹folder›"))
        self._veil.hide(str(path.parent), "‹folder›")
        self._seen: Counter[str] = Counter()
        self._numbers: dict[str, str] = {}
        self._stalls = 0
        self._crashes: IO[str] | None = None
        self._handler: logging.Handler = logging.NullHandler()
        self._logger = logging.getLogger(NAME)
        self._show_warning: Callable[..., None] | None = None
        self._begin()

    def _begin(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._handler = _Private(
                self.path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8"
            )
        except OSError:
            return
        self.open = True
        self._handler.setFormatter(_Redacted(self._veil))
        logging.getLogger().addHandler(self._handler)
        self._logger.setLevel(logging.INFO)

    # --- writing ------------------------------------------------------------------------

    def say(self, template: str, *facts: object, level: int = logging.INFO) -> None:
        """A line of ours. ``facts``: versions, counts, numbers of errors; nothing of the user's."""
        self._logger.log(level, template, *facts, extra={"vouched": True})

    def started(self, **versions: str) -> None:
        """The first line of a run."""
        self.say(
            "started: lstwallet %s, Python %s, %s %s %s%s",
            __version__, platform.python_version(), platform.system(), platform.release(),
            platform.machine(), "".join(f", {name} {text}" for name, text in versions.items()),
        )  # fmt: skip

    def hide(self, text: str, words: str) -> None:
        """A name that must not stand in a line from now on: a profile's, its file's."""
        self._veil.hide(text, words)

    def fault(self, error: BaseException) -> str:
        """Write an error down; the number it is found under.

        One that came the same way before keeps its number and is soon only counted.
        """
        text = described(error)
        return self._counted(text, text, logging.ERROR)[0]

    def remark(self, text: str, level: int) -> bool:
        """What a library says; ``text`` holds no words of the user's. Whether it was written:
        what is said again and again is only counted."""
        return self._counted(text, text, level)[1]

    def stalled(self, milliseconds: int, frames: list[str], over: bool) -> None:
        """The window did not answer for so long; ``frames``: where it was, innermost first.

        Told by place a few times each and ``STALLS`` times in all: on a machine that is too
        busy everything stands still.
        """
        how = "stood still for" if over else "stands still since"
        own = next((each for each in frames if each.strip().startswith(f"{NAME}.")), "")
        place = "stalled" + re.sub(r":\d+", "", own)
        self._stalls += self._seen[place] < IN_FULL
        text = "\n".join((f"the window {how} {milliseconds} ms", *frames))
        self._counted(place if self._stalls <= STALLS else "stalled", text, logging.WARNING)

    def _counted(self, key: str, text: str, level: int) -> tuple[str, bool]:
        """Write a text, or only that it came again: its number, and whether it was written."""
        number = self._numbers.setdefault(key, uuid4().hex[:8])
        self._seen[key] += 1
        times = self._seen[key]
        if times <= IN_FULL:
            self.say("[%s] %s", number, text, level=level)
        elif times & (times - 1) == 0:
            self.say("[%s] again, %s times by now", number, times, level=level)
        return number, times <= IN_FULL

    def report(self, number: str, error: BaseException | None, **versions: str) -> str:
        """All that may be told of an error, for whoever shall mend it."""
        lines = [
            f"lstwallet {__version__}, error {number}",
            f"Python {platform.python_version()}, {platform.system()} {platform.release()} "
            f"{platform.machine()}",
            *(f"{name} {text}" for name, text in versions.items()),
            "",
        ]
        if error is not None:
            lines += [self._veil.names(described(error)), ""]
        return "\n".join([*lines, "Last lines of the log:", *self.tail()]) + "\n"

    def tail(self) -> list[str]:
        """The last lines."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, self.path.stat().st_size - 200 * REPORTED))
                return file.read().decode("utf-8", "replace").splitlines()[-REPORTED:]
        except OSError:
            return []

    # --- what Python tells by itself ----------------------------------------------------

    def watch_warnings(self) -> None:
        """Python's warnings go here: their kind and place, and the program's own words."""
        if self._show_warning is None:
            self._show_warning = warnings.showwarning
            warnings.showwarning = self._warned

    def _warned(
        self, message: Warning | str, category: type[Warning], filename: str, lineno: int,
        file: Any = None, line: str | None = None,
    ) -> None:  # fmt: skip
        self.say(
            "%s at %s:%s: %s", category.__name__, place(filename), lineno,
            own_words(str(message)), level=logging.WARNING,
        )  # fmt: skip

    def watch_crashes(self) -> None:
        """From now on a crash of the interpreter is written down; the last one is moved here."""
        path = self.path.with_suffix(".crash")
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            crashes = os.fdopen(handle, "r+", encoding="utf-8", errors="replace")
            crashes.seek(0)
            text = crashes.read(LARGEST_CRASH)
            crashes.truncate(0)
            faulthandler.enable(crashes)
        except (OSError, ValueError):
            return
        self._crashes = crashes
        if text.strip():
            self.crash = uuid4().hex[:8]
            told = "\n".join(dumped(text))
            self.say("[%s] the run before crashed: %s", self.crash, told, level=logging.ERROR)

    def close(self) -> None:
        """The last line was written; a second call does nothing."""
        if self._show_warning is not None:
            warnings.showwarning, self._show_warning = self._show_warning, None
        if self._crashes is not None:
            faulthandler.disable()
            self._crashes.close()
            self._crashes = None
        logging.getLogger().removeHandler(self._handler)
        with contextlib.suppress(OSError):
            self._handler.close()


def note_down(error: BaseException) -> tuple[str, Path | None]:
    """For a run without a window: write an error down. Its number, and the log if it is there."""
    log = Log(log_path())
    try:
        number = log.fault(error)
    finally:
        log.close()
    if not log.open:
        sys.stderr.write(described(error) + "\n")
    return number, log.path if log.open else None
