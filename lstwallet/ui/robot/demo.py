"""``lstwallet demo``: the whole road through the real window, on real prices.

A fresh home folder of its own, the recorded ETH prices of May to July 2022, a fixed seed:
the same clicks give the same ledger and the same ``summary.json``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication

from lstwallet.app import profiles
from lstwallet.app.beginnings import DEMO
from lstwallet.ui import theme
from lstwallet.ui.application import Program
from lstwallet.ui.robot.camera import LARGE, THEMES, Camera
from lstwallet.ui.robot.hands import Hands, NotThere
from lstwallet.ui.robot.road import CHAPTERS, found_again

FAILED: Final = 1


def run(out: Path, seed: int, themes: tuple[str, ...] = THEMES) -> int:
    """Play the road, write the pictures and the summary; the exit code."""
    app = QApplication.instance() or QApplication(["lstwallet"])
    assert isinstance(app, QApplication)
    with tempfile.TemporaryDirectory(prefix="lstwallet-demo-") as home:
        before = os.environ.get(profiles.HOME_VARIABLE)
        os.environ[profiles.HOME_VARIABLE] = home
        try:
            camera = _play(app, out, seed, themes)
        except NotThere as missing:
            print(f"The demo stopped: {missing}.", file=sys.stderr)
            return FAILED
        finally:
            if before is None:
                del os.environ[profiles.HOME_VARIABLE]
            else:
                os.environ[profiles.HOME_VARIABLE] = before
    print(f"{len(camera.shots)} steps, pictures in {out}")
    return 0


def _play(app: QApplication, out: Path, seed: int, themes: tuple[str, ...]) -> Camera:
    program = _open(app, seed)
    camera = Camera(Hands(program.window), program.bridge, out, themes)
    try:
        for chapter in CHAPTERS:
            chapter(camera)
        shown = camera.summary(seed)
        _close(program)
        program = _open(app, seed)
        camera.hands = Hands(program.window)
        camera.bridge = program.bridge
        found_again(camera, str(shown["world_hash"]))
        camera.write_summary(seed)
    except NotThere:
        program.window.grab().save(str(out / "stopped-here.png"))
        raise
    finally:
        _close(program)
    return camera


def _open(app: QApplication, seed: int) -> Program:
    program = Program(app)
    program.seed = seed
    program.market = DEMO
    theme.set_calm(True)
    program.window.resize(*LARGE)
    program.show()
    return program


def _close(program: Program) -> None:
    program.window.close()
    program.close()
