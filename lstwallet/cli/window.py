"""Opening the window: first see that there is a display, then import Qt.

Qt ends the process without a word when it finds no display, so that is asked beforehand.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Final

WITHOUT_DISPLAY: Final = frozenset({"offscreen", "minimal", "vnc", "linuxfb", "eglfs"})
"""Qt platforms that need none."""
PATIENCE: Final = 2.0
"""Seconds to wait for the display's answer."""


def _answers(address: str) -> bool:
    """Whether somebody listens on a local socket."""
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(PATIENCE)
            probe.connect(address)
    except OSError:
        return False
    return True


def _x_answers(display: str) -> bool:
    host, _, rest = display.rpartition(":")
    if host not in ("", "unix"):
        return True  # another machine's: only Qt can tell, we open no network socket
    number = rest.split(".")[0]
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 (where X servers listen)
    return _answers(path) or _answers("\0" + path)


def _wayland_answers(name: str) -> bool:
    return _answers(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/run"), name)))


def has_display() -> bool:
    """Whether a window can be shown here (or Qt was told to do without)."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if platform in WITHOUT_DISPLAY or sys.platform in ("win32", "darwin"):
        return True
    wayland, display = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    return bool(wayland and _wayland_answers(wayland)) or bool(display and _x_answers(display))


def open_window(profile: Path | None) -> int:
    """Show the window until it is closed; the exit code."""
    if not has_display():
        print(
            "There is no display to show a window on; "
            "“lstwallet demo --out FOLDER” draws it into pictures instead.",
            file=sys.stderr,
        )
        return 1
    try:
        from lstwallet.ui.application import run
    except ImportError as error:
        print(
            f"The window's libraries could not be loaded ({error}); "
            "“python3 packaging/bootstrap.py run” installs what is missing.",
            file=sys.stderr,
        )
        return 1
    code: int = run(profile)
    return code
