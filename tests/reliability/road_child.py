"""The demo's road in a process of its own, without pictures: something real to be watched.

``python -m tests.reliability.road_child N`` plays the first N chapters in the home folder that
the environment names, as ``lstwallet`` begins: with its log, its guard and its lane.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from PySide6.QtWidgets import QApplication

from lstwallet.app import profiles
from lstwallet.app.beginnings import DEMO
from lstwallet.ui import theme
from lstwallet.ui.application import Program
from lstwallet.ui.robot.camera import LARGE, Camera
from lstwallet.ui.robot.hands import Hands
from lstwallet.ui.robot.road import CHAPTERS
from lstwallet.ui.shell.instance import Instance
from tests.reliability.window_child import say


class Blind(Camera):
    """Sees the facts and takes no picture."""

    def _themes(self) -> tuple[str, ...]:
        return ()


def begun(app: QApplication) -> tuple[Program, Blind]:
    """The program, shown, and whoever will use it."""
    program = Program(app)
    program.guard(Instance(profiles.home(), None))
    program.seed, program.market = 7, DEMO
    theme.set_calm(True)
    program.window.resize(*LARGE)
    program.show()
    return program, Blind(Hands(program.window), program.bridge, Path())


def main(chapters: int) -> int:
    """Play; then close the window as a person does."""
    app = QApplication([])
    program, camera = begun(app)
    for chapter in CHAPTERS[:chapters]:
        try:
            chapter(camera)
        except Exception:  # the program's own hook would tell its log only
            traceback.print_exc()
            return 1
        say("played", chapter.__name__)
    program.window.close()
    program.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
