"""The window on a real display, with a window manager and keys: what offscreen cannot show."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

NEEDED = ("Xvfb", "openbox", "xdotool")
PATIENCE = 60
"""Seconds for a start on a busy machine."""

pytestmark = pytest.mark.skipif(
    not all(shutil.which(name) for name in NEEDED), reason=f"needs {', '.join(NEEDED)}"
)


@pytest.fixture
def display(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a virtual display with a window manager on it."""
    reading, writing = os.pipe()
    screen = ["-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    command = ["Xvfb", "-displayfd", str(writing), *screen]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, pass_fds=(writing,), **quiet) as server:
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        away = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY", "XDG_SESSION_TYPE")
        environment = {key: value for key, value in os.environ.items() if key not in away}
        environment |= {"DISPLAY": f":{number}", "LSTWALLET_HOME": str(tmp_path / "home")}
        with subprocess.Popen(["openbox"], env=environment, **quiet) as manager:
            yield environment
            manager.terminate()
        server.terminate()


def tell(display: dict[str, str], *words: str) -> str:
    """What xdotool answers; empty while there is nothing to answer."""
    done = subprocess.run(
        ["xdotool", *words], env=display, capture_output=True, text=True, timeout=20
    )
    return done.stdout.strip()


def wait_for_window(display: dict[str, str], program: subprocess.Popen[str]) -> str:
    """The id of the program's window once it has the keyboard."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert program.poll() is None, program.communicate()[0]
        active = tell(display, "getactivewindow", "getwindowname")
        if active == "lstwallet":
            return tell(display, "getactivewindow")
        time.sleep(0.2)
    raise AssertionError("no window took the keyboard")


def close_by_key(display: dict[str, str], program: subprocess.Popen[str]) -> str:
    """Press Alt+F4 until the program has ended, and return what it said.

    On a busy machine the server can lose the first key: a person would press again.
    """
    end = time.monotonic() + PATIENCE
    while True:
        tell(display, "key", "alt+F4")
        try:
            return program.communicate(timeout=5)[0]
        except subprocess.TimeoutExpired:
            if time.monotonic() > end:
                raise


def test_the_window_opens_takes_the_keyboard_and_closes(display: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "lstwallet"],
        env=display,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        try:
            wait_for_window(display, program)
            said = close_by_key(display, program)
        finally:
            program.kill()
    assert program.returncode == 0, said
    assert said == ""


def test_a_stale_display_is_told_in_a_sentence(display: dict[str, str]) -> None:
    display["DISPLAY"] = ":48153"
    done = subprocess.run(
        [sys.executable, "-m", "lstwallet"],
        env=display,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode != 0
    assert done.stderr.startswith("There is no display")
    assert len(done.stderr.splitlines()) == 1
