"""The other side of the door: this process reads one file, answers, and ends.

Started by ``door`` as a helper. The file is its standard input, opened by the parent; it opens
nothing itself. Before the first byte is read it gives itself limits that it cannot raise again:
address space, processor time, no file to write, no memory picture. Then a line of JSON for each
thing read, and a last one that says how it went::

    {"item": …}                                  what the reader gave
    {"refused": {…}, "cost": {…}}                last: why not
    {"done": 1, "cost": {"seconds": "0.031", "bytes": 41000000}}

Every system can kill it; Linux and macOS also keep the limits, as far as each knows them.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from lstwallet.app.door.kinds import KINDS, MEMORY, SECONDS, Kind
from lstwallet.units.strict.documents import json_line
from lstwallet.units.strict.files import read_most
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.units.strict.texts import text_of

LOOK: Final = 0.05
"""Seconds between two looks at the clock, where the system has no limit of its own."""
MOST_EMPTY: Final = 1_000
"""Lines of a long file that say nothing."""
OUT_OF_TIME: Final = 124
"""Exit code of a child that took too long and ended itself."""


def main(arguments: list[str]) -> int:
    """Read the kind of file that the first argument names from stdin; the exit code."""
    kind = KINDS.get(arguments[0]) if arguments else None
    if kind is None:
        return 2
    reader = kind.load()  # what it imports is not the file's doing
    began = time.process_time()
    _limit(kind)
    last: dict[str, Any] = {"done": 1}
    try:
        for item in _items(kind, reader, sys.stdin.buffer):
            _say({"item": item})
    except FileRefused as refused:
        last = {"refused": refused.data()}
    except MemoryError:
        last = {"refused": FileRefused(Problem.TOO_MUCH_MEMORY).data()}
    except Exception as error:
        last = {"refused": FileRefused(Problem.FAILED, detail=_place(error)).data()}
    last["cost"] = {"seconds": f"{time.process_time() - began:.3f}", "bytes": _peak()}
    _say(last)
    sys.stdout.buffer.flush()
    return 0


def _items(kind: Kind, reader: Any, file: BinaryIO) -> Iterator[Any]:
    if kind.streamed:
        yield from reader(_each_in_time(_lines(file, kind.longest_line)))
        return
    data = read_most(file, kind.most_bytes)
    yield reader(data, kind.argument) if kind.argument else reader(data)


def _lines(file: BinaryIO, longest: int) -> Iterator[tuple[int, str]]:
    """(number, text) of every line that is not empty. Raises ``FileRefused``."""
    number = empty = 0
    while line := file.readline(longest + 2):
        number += 1
        if len(line.rstrip(b"\r\n")) > longest:
            raise FileRefused(Problem.LONG_LINE, line=number, wanted=str(longest))
        if not line.strip():
            empty += 1
            if empty > MOST_EMPTY:
                raise FileRefused(Problem.TOO_MANY, line=number, wanted=str(MOST_EMPTY))
            continue
        try:
            text = text_of(line, longest_line=longest).rstrip("\n")
        except FileRefused as refused:
            refused.line = number
            raise
        yield number, text


def _each_in_time(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The same lines, each with a time of its own: for a child only, which the clock may end."""
    for line in lines:
        _begin_anew()
        yield line


def _say(value: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json_line(value).encode("utf-8", "surrogatepass") + b"\n")


def _place(error: Exception) -> str:
    """The error and where it arose, for the log; never what the file says."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"
    return f"{type(error).__name__} in {where}"


# --- limits --------------------------------------------------------------------------------------


_deadline = 0.0
"""Of processor time; for systems that keep no such limit."""


def _limit(kind: Kind) -> None:
    """From here on this process can do little, and not for long: ``SECONDS`` for a small file,
    or for a line of a long one, and for all of that its kind's."""
    if sys.platform != "win32":
        _limit_posix(kind.seconds)
    _begin_anew()
    threading.Thread(target=_watch, args=(_peak() + MEMORY,), daemon=True).start()


def _begin_anew() -> None:
    """The next line has all its time before it."""
    global _deadline
    _deadline = time.process_time() + SECONDS
    if sys.platform != "win32":
        # to the hundredth, and also where no Python runs meanwhile: the signal ends the process
        signal.setitimer(signal.ITIMER_PROF, SECONDS)


if sys.platform != "win32":
    import resource

    def _limit_posix(seconds: int) -> None:
        used = int(time.process_time()) + 1
        for what, most in (
            (resource.RLIMIT_AS, _room()),
            (resource.RLIMIT_CPU, used + seconds + 1),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            _lower(what, most)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)

    def _room() -> int:
        """Bytes of address space with which no more than ``MEMORY`` can be in use: libraries
        take far more of it than they use."""
        try:
            with open("/proc/self/statm", encoding="ascii") as file:
                taken, used = map(int, file.read().split()[:2])
        except (OSError, ValueError):
            return MEMORY
        return (taken - used) * resource.getpagesize() + MEMORY

    def _lower(what: int, most: int) -> None:
        _soft, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(what, (most, most))
        except (OSError, ValueError):  # macOS does not know every limit
            return

    def _peak() -> int:
        """The most memory in use so far, in bytes."""
        try:  # Linux counts in getrusage what the parent had in use when it started us
            with open("/proc/self/status", encoding="ascii") as status:
                for line in status:
                    if line.startswith("VmHWM:"):
                        return int(line.split()[1]) * 1024
        except OSError:
            pass
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024

else:

    def _peak() -> int:
        """Not known here."""
        return 0


def _watch(most: int) -> None:
    """End the process once it has taken too much; for systems that keep no such limit."""
    while time.process_time() < _deadline + LOOK and _peak() <= most:
        time.sleep(LOOK)
    os._exit(OUT_OF_TIME)
