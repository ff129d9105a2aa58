"""The program as a process of its own, offscreen, with something to wait for and to disturb.

It says on its standard output what happens in it: ``open`` when a profile is open, and what
the tests that begin it ask for besides.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lstwallet.app import profiles

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0


class Child:
    """A program that runs; ``heard`` waits for a line of its."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def heard(self, word: str) -> str:
        """The next line that begins with this word. Fails when the program ends before."""
        out: IO[str] | None = self.process.stdout
        assert out is not None
        for line in out:
            self.lines.append(line.rstrip("\n"))
            if line.startswith(word):
                return line.rstrip("\n")
        raise AssertionError(f"it ended without “{word}”: {self.lines}, {self.process.wait()}")

    def ended(self, seconds: float = PATIENCE_S) -> int:
        """Wait for its end: the exit code."""
        return self.process.wait(seconds)


@contextmanager
def program(
    module: str, *arguments: object, home: Path, before: tuple[str, ...] = ()
) -> Iterator[Child]:
    """``python -m module arguments`` in a home of its own; killed at the end of the block."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", profiles.HOME_VARIABLE: str(home)}
    process = subprocess.Popen(
        [*before, sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Child(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def say(*words: object) -> None:
    """In the child: one line to whoever waits."""
    print(*words, flush=True)


def slow_commits(seconds: float) -> None:
    """In the child: every commit takes so long, and says when it begins and when it is done."""
    from lstwallet.store.journal import Store

    real = Store.commit

    def slow(store: Store, page: object) -> None:
        say("committing")
        time.sleep(seconds)
        real(store, page)  # type: ignore[arg-type]
        say("committed", page.head.seq)  # type: ignore[attr-defined]

    Store.commit = slow  # type: ignore[method-assign]


def main(profile: Path, doing: str) -> int:
    """What the child does: ``idle``, or ``fund`` with slow commits."""
    from lstwallet.engine.wallet import Fund
    from lstwallet.ui import application
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.shell.instance import Request

    if doing == "fund":
        slow_commits(1.0)
    real = Bridge.__init__

    def begun(bridge: Bridge, *arguments: object) -> None:
        real(bridge, *arguments)  # type: ignore[arg-type]
        bridge.opened.connect(lambda: opened(bridge))

    def opened(bridge: Bridge) -> None:
        say("open", bridge.world.events, bridge.profile.path)  # type: ignore[union-attr]
        if doing == "fund":
            bridge.send(Fund("you", "ETH", 10**18))

    real_asked = application.Program._asked

    def asked(program: application.Program, request: Request) -> None:
        real_asked(program, request)
        say("asked", program.window.isVisible(), program.window.isActiveWindow())

    application.Program._asked = asked  # type: ignore[method-assign]
    Bridge.__init__ = begun  # type: ignore[method-assign, assignment]
    return application.run(profile)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
