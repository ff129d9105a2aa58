"""What every test shares: a window system when there is no display, steady Hypothesis runs, and
the whole program in a home folder of its own."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from types import ModuleType

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


def pytest_collection_finish() -> None:
    """What was imported stays: the collections between tests need not look at it."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Widgets left in cycles end here, in the main thread: not in one of a test, nor in the one
    in which a worker listens for its orders. See ``ui/collector.py``."""
    if not _knows_qt(getattr(item, "module", None)):
        yield
        return
    gc.disable()
    yield
    _end_what_was_closed()
    gc.collect()
    gc.freeze()  # what is left stays until its last reference goes: not looked at after each test
    gc.enable()


def _end_what_was_closed() -> None:
    """Closed windows wait for an event loop to end them: until then a theme styles them too.
    What was on its way to them comes first."""
    from PySide6.QtCore import QCoreApplication, QEvent

    if QCoreApplication.instance() is not None:
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@cache
def _knows_qt(module: ModuleType | None) -> bool:
    """Whether it names anything of Qt's, or of the window's or these tests' own."""
    homes = (str(getattr(each, "__module__", "")) for each in vars(module or object).values())
    return any(home.startswith(("PySide6", "pytestqt", "lstwallet.ui")) for home in homes)


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
