"""A process of its own that shows a window and says when its first frame was painted.

``python -m tests.benchmarks.window_child bare|shell [PROFILE]``: prints the monotonic clock
(shared by all processes) at that moment, then ends.
"""

from __future__ import annotations

import os
import sys
import time


def tell() -> None:
    """The frame is on the screen."""
    sys.stdout.write(f"{time.monotonic()}\n")
    sys.stdout.flush()
    os._exit(0)


def bare() -> None:
    """The least that Qt can do."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Window(QMainWindow):
        def paintEvent(self, event: object) -> None:
            QTimer.singleShot(0, tell)

    app = QApplication([])
    window = Window()
    window.resize(1440, 900)
    window.show()
    app.exec()


def shell(profile: str) -> None:
    """The real program on a profile, by its own way of starting."""
    from pathlib import Path

    from lstwallet.ui import application

    class Told(application.Program):
        def _start(self) -> None:
            tell()

    application.Program = Told  # type: ignore[misc]
    application.run(Path(profile))


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare()
    else:
        shell(sys.argv[2])
