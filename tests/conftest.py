"""What every test shares: a window system when there is no display, steady Hypothesis runs, and
the whole program in a home folder of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.journeys.program import Start


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# Set before any test module imports Qt.
if not _has_display():
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A slow machine must not turn a right answer into a failure; a failing example is always shown
# with the line that reproduces it.
settings.register_profile(
    "lstwallet",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "lstwallet"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's data folder, for this test only; it is not made yet."""
    from lstwallet.app import profiles

    monkeypatch.setenv(profiles.HOME_VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def start(qtbot: QtBot, home: Path) -> Iterator[Start]:
    """Starts the program; imported here, since most tests need no window."""
    from tests.journeys.program import programs

    with programs(qtbot) as begin:
        yield begin
