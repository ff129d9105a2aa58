"""The whole program, begun as ``lstwallet`` begins it, but without its event loop."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lstwallet.ui import theme
from lstwallet.ui.application import Program
from lstwallet.ui.keys import OPEN
from tests.journeys.driver import Driver
from tests.ui.harness import dress

PATIENCE_MS = 30_000
Start = Callable[..., tuple[Program, Driver]]


@contextmanager
def programs(qtbot: QtBot) -> Iterator[Start]:
    """A function that starts the program; all that were started end with the block."""
    hooks = sys.excepthook, threading.excepthook
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.set_calm(True)
    made: list[Program] = []

    def begin(
        profile: Path | None = None, size: tuple[int, int] = (1440, 900), *, asks: bool = False
    ) -> tuple[Program, Driver]:
        """``asks``: a new profile is asked how it is protected; else it has no password."""
        program = Program(app, profile)
        program.protection = None if asks else OPEN
        theme.set_calm(True)
        made.append(program)
        qtbot.addWidget(program.window)
        program.window.resize(*size)
        with qtbot.waitSignal(program.window.painted, timeout=PATIENCE_MS):
            program.show()
        program.window.activateWindow()
        return program, Driver(qtbot, program.window)

    try:
        yield begin
    finally:
        for program in reversed(made):  # each puts back the hooks it found
            program.close()
        sys.excepthook, threading.excepthook = hooks
        dress(app)
