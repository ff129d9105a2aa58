"""The robot believes only what stands on the screen, and its demo is the same each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from lstwallet.app.settings import Settings
from lstwallet.ui.bridge import Bridge
from lstwallet.ui.jobs import Inline
from lstwallet.ui.robot.camera import Camera
from lstwallet.ui.robot.hands import Hands, NotThere

ROOT = Path(__file__).resolve().parents[2]
SABOTAGE = """
import sys
from pathlib import Path
from lstwallet.ui.robot import demo, hands, road

def wrong(camera):
    road.first_start(camera)
    hands.Hands.until.__defaults__ = (1.0,)  # it will not come: no need to wait long
    camera.shot("home-101-eth", "101.0000 ETH")

demo.CHAPTERS = (wrong,)
sys.exit(demo.run(Path(sys.argv[1]), 7))
"""


class Impatient(Hands):
    """Waits a moment only, and its window is never busy."""

    def until(self, met, what, seconds=0.3):  # type: ignore[no-untyped-def]
        super().until(met, what, seconds)

    def _busy(self) -> bool:
        return False


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    box = QVBoxLayout(made)
    box.addWidget(QLabel("You have 5.0000\u202fETH"))
    hidden = QLabel("7.0000 ETH")
    box.addWidget(hidden)
    qtbot.addWidget(made)
    made.show()
    hidden.hide()
    return made


@pytest.fixture
def camera(window: QWidget, tmp_path: Path) -> Camera:
    bridge = Bridge(Inline(), Settings(theme="light"), tmp_path / "settings.json")
    return Camera(Impatient(window), bridge, tmp_path)


def test_a_fact_on_the_screen_is_taken_in_both_themes(camera: Camera, tmp_path: Path) -> None:
    camera.shot("mine", "5.0000 ETH")
    (shot,) = camera.shots
    assert (shot.number, shot.name, shot.facts) == (1, "mine", ("5.0000 ETH",))
    assert len(shot.pictures) == len(set(shot.pictures)) == 2
    assert all((tmp_path / name).stat().st_size > 0 for name in shot.pictures)


@pytest.mark.parametrize("fact", ["6.0000 ETH", "7.0000 ETH"])  # nowhere; there, but hidden
def test_a_fact_that_is_not_on_the_screen_takes_no_picture(
    camera: Camera, tmp_path: Path, fact: str
) -> None:
    with pytest.raises(NotThere, match=fact):
        camera.shot("mine", "5.0000 ETH", fact)
    assert not camera.shots
    assert not list(tmp_path.glob("*.png"))


def menu_of(window: QWidget) -> tuple[QPushButton, list[str]]:
    """A button with a menu of tokens, and what was chosen."""
    chosen: list[str] = []
    menu = QMenu(window)
    for token in ("ETH", "stETH", "wstETH"):
        menu.addAction(f"{token}\u2009balance", lambda t=token: chosen.append(t))
    button = QPushButton("Token", window)
    button.setObjectName("token")
    button.clicked.connect(
        lambda: QTimer.singleShot(0, lambda: menu.popup(button.mapToGlobal(button.rect().center())))
    )
    button.show()
    return button, chosen


@pytest.mark.qt_log_ignore("does not support")  # a menu, where no window system is
def test_choosing_clicks_the_item_that_begins_with_the_words(window: QWidget) -> None:
    _, chosen = menu_of(window)
    Hands(window).choose("token", "stETH")
    assert chosen == ["stETH"]


@pytest.mark.qt_log_ignore("does not support")  # a menu, where no window system is
def test_choosing_what_is_not_in_the_menu_closes_it(window: QWidget) -> None:
    _, chosen = menu_of(window)
    with pytest.raises(NotThere, match=r"no “rETH” in the menu of “token”"):
        Impatient(window).choose("token", "rETH")
    assert not chosen
    assert Hands._menu() is None


# --- the demo, as a person runs it ----------------------------------------------------------


def run(*arguments: str, seconds: int) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )


@pytest.mark.slow
def test_the_demo_stops_at_a_fact_that_is_not_so(tmp_path: Path) -> None:
    done = run("-c", SABOTAGE, str(tmp_path), seconds=120)
    assert done.returncode == 1, done.stderr
    assert "The demo stopped: waited in vain for the text “101.0000 ETH”." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "summary.json").exists()
    assert not list(tmp_path.glob("*home-101-eth*"))


@pytest.mark.slow
def test_the_demo_twice_tells_the_same(tmp_path: Path) -> None:
    told = []
    for theme in ("light", "dark"):
        out = tmp_path / theme
        done = run("-m", "lstwallet", "demo", "--out", str(out), "--theme", theme, seconds=1_200)
        assert done.returncode == 0, done.stderr
        told.append(json.loads((out / "summary.json").read_bytes()))
        pictures = [p for step in told[-1]["steps"] for p in step["pictures"]]
        assert pictures
        assert len(set(pictures)) == len(pictures)
        assert {each.name for each in out.glob("*.png")} == set(pictures)
    for step in told[1]["steps"]:
        step["pictures"] = [name.replace("-dark", "-light") for name in step["pictures"]]
    assert told[0] == told[1]
