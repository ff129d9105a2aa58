"""The desktop's lock, on a real message bus of the test's own; and what the window makes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lstwallet.app import safe
from lstwallet.app.safe import Tools
from lstwallet.ui.keys import Protection
from lstwallet.ui.shell.session_watch import _local, _own_session
from tests.cheap_keys import POLICY, FakeKeyring
from tests.journeys.program import Start

SIGNALS = (
    ("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver.ActiveChanged", "boolean:true"),
    ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver.ActiveChanged", "boolean:true"),
    ("/org/freedesktop/login1", "org.freedesktop.login1.Manager.PrepareForSleep", "boolean:true"),
    ("/org/freedesktop/login1/session/_31", "org.freedesktop.login1.Session.Lock"),
)
CHILD = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from lstwallet.ui.shell.session_watch import SessionWatch
app = QCoreApplication([])
watch = SessionWatch()
watch.locked.connect(lambda: (print("locked", flush=True), app.quit()))
print("heard" if watch.begin() else "deaf", flush=True)
QTimer.singleShot(int(sys.argv[1]), app.quit)
app.exec()
"""


def bus(tmp_path: Path, *signal: str, milliseconds: int = 20_000) -> list[str]:
    """What a watch on a bus of its own prints when this signal is sent there."""
    send = f"dbus-send --session --type=signal {' '.join(signal)}" if signal else "true"
    script = (
        'export DBUS_SYSTEM_BUS_ADDRESS="$DBUS_SESSION_BUS_ADDRESS"\n'
        f'"$0" -c "$1" {milliseconds} > "$2" &\n'
        'while ! grep -q heard "$2"; do sleep 0.05; done\n'
        f"{send}\nwait\n"
    )
    out = tmp_path / "out"
    subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, sys.executable, CHILD, str(out)],
        check=True, timeout=60, stderr=subprocess.DEVNULL,
        env=os.environ | {"XDG_SESSION_ID": ""},
    )  # fmt: skip
    return out.read_text().split()


needs_bus = pytest.mark.skipif(
    shutil.which("dbus-run-session") is None or shutil.which("dbus-send") is None,
    reason="dbus-run-session and dbus-send are not here",
)


@needs_bus
@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal[1].rsplit(".", 2)[-2])
def test_a_lock_of_the_desktop_is_heard(tmp_path: Path, signal: tuple[str, ...]) -> None:
    assert bus(tmp_path, *signal) == ["heard", "locked"]


@needs_bus
def test_a_screen_that_is_free_again_is_no_lock(tmp_path: Path) -> None:
    path, name, _ = SIGNALS[0]
    assert bus(tmp_path, path, name, "boolean:false", milliseconds=600) == ["heard"]


def test_a_bus_that_is_reached_over_the_network_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for address, local in (
        ("", True), ("unix:path=/run/bus", True), ("unix:path=/a;unix:path=/b", True),
        ("tcp:host=example,port=1", False), ("unix:path=/a;tcp:host=example", False),
        ("autolaunch:", False),
    ):  # fmt: skip
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert _local("DBUS_SESSION_BUS_ADDRESS") is local, address


def test_only_the_lock_of_ones_own_session_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, path in (
        ("", ""), ("3", "/org/freedesktop/login1/session/_33"),
        ("c2", "/org/freedesktop/login1/session/c2"),
        ("a-b", "/org/freedesktop/login1/session/a_2db"),
    ):  # fmt: skip
        monkeypatch.setenv("XDG_SESSION_ID", name)
        assert _own_session() == path


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_desktops_lock_locks_the_profile(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe, "tools", Tools(POLICY, FakeKeyring()))
    program, person = start()
    program.protection = Protection("moon lantern orbit")
    person.click("welcome.empty")
    person.click("recovery.skip")
    watch = program.door.watch
    person.until(lambda: bool(watch._session), "the watch to begin")
    watch._session.lock()
    person.sees("Welcome back")
    assert program.bridge.world is None
