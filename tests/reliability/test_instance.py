"""One program per data folder: a second start raises the first one's window, and ends."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, QObject
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from lstwallet.store.lock import WriterLock
from lstwallet.ui.shell import instance
from lstwallet.ui.shell.instance import Instance, Request, hand_over, read, socket_name, written
from tests.reliability.window_child import Child, program
from tests.ui.harness import make_profile

if sys.platform == "win32":
    pytest.skip("a pipe, not a socket's file", allow_module_level=True)

CHILD = "tests.reliability.window_child"


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sockets of this test only. A socket's path has 107 bytes at most, so not in ``tmp_path``."""
    with tempfile.TemporaryDirectory(prefix="run-", dir="/tmp") as folder:
        monkeypatch.setattr(instance, "_folder_of_sockets", lambda: Path(folder))
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


@pytest.fixture
def owner() -> Iterator[QObject]:
    """What an instance belongs to: it ends with it, in this thread."""
    made = QObject()
    yield made
    delete(made)


# --- processes ---------------------------------------------------------------------------


@pytest.fixture
def quiet_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children find their sockets by themselves; paths of sockets must be short."""
    monkeypatch.undo()


def test_a_second_start_raises_the_first_window_and_ends(
    tmp_path: Path, quiet_folder: None
) -> None:
    home, mine = tmp_path / "home", make_profile(tmp_path / "mine.lstwallet")
    other = make_profile(tmp_path / "other.lstwallet")
    with program(CHILD, mine, "idle", home=home) as first:
        assert first.heard("open").endswith("mine.lstwallet")
        with program(CHILD, mine, "idle", home=home) as second:
            assert second.ended(20) == 0
            assert second.process.stdout is not None
            assert second.process.stdout.read() == "", "it opened something itself"
        assert first.heard("asked") == "asked True True"
        assert stat.S_IMODE(os.stat(socket_name(home)).st_mode) & 0o077 == 0
        with program(CHILD, other, "idle", home=home) as third:
            assert third.ended(20) == 0
        first.heard("asked")
        assert first.heard("open").endswith("other.lstwallet")
        first.process.terminate()
        assert first.ended() == 0
    assert not os.path.exists(socket_name(home))


def test_a_path_that_is_relative_is_the_second_starts_own(
    tmp_path: Path, quiet_folder: None
) -> None:
    home, mine = tmp_path / "home", make_profile(tmp_path / "mine.lstwallet")
    make_profile(tmp_path / "other.lstwallet")
    with program(CHILD, mine, "idle", home=home) as first:
        first.heard("open")
        here = os.path.relpath(tmp_path / "other.lstwallet", Path(__file__).parents[2])
        with program(CHILD, here, "idle", home=home) as second:
            assert second.ended(20) == 0
        assert first.heard("open").endswith(str(tmp_path / "other.lstwallet"))


@pytest.mark.slow
def test_what_a_killed_one_left_behind_is_no_hindrance(
    tmp_path: Path, quiet_folder: None
) -> None:
    home, mine = tmp_path / "home", make_profile(tmp_path / "mine.lstwallet")
    with program(CHILD, mine, "idle", home=home) as first:
        first.heard("open")
        first.process.kill()
        first.ended()
    assert os.path.exists(socket_name(home)), "nothing was left behind: nothing is shown"
    with program(CHILD, mine, "idle", home=home) as again:
        again.heard("open")
        with program(CHILD, mine, "idle", home=home) as second:
            assert second.ended(20) == 0


@pytest.mark.slow
def test_of_several_begun_at_once_one_remains(tmp_path: Path, quiet_folder: None) -> None:
    home, mine = tmp_path / "home", make_profile(tmp_path / "mine.lstwallet")
    with contextlib.ExitStack() as stack:
        children: list[Child] = [
            stack.enter_context(program(CHILD, mine, "idle", home=home)) for _ in range(5)
        ]
        until = time.monotonic() + 60
        while sum(child.process.poll() is None for child in children) > 1:
            assert time.monotonic() < until, "more than one remains"
            time.sleep(0.05)
        (remaining,) = [child for child in children if child.process.poll() is None]
        remaining.heard("open")
        for child in children:
            if child is not remaining:
                assert child.ended() == 0
                assert child.process.stdout is not None
                assert "open" not in child.process.stdout.read()


# --- the lock and the wait -----------------------------------------------------------------


def test_whoever_waits_goes_on_when_the_first_has_ended(
    qtbot: QtBot, tmp_path: Path, owner: QObject
) -> None:
    tmp_path.joinpath("home").mkdir()
    held = WriterLock(tmp_path / "home" / "window")
    ours = Instance(tmp_path / "home", None, owner)
    with qtbot.assertNotEmitted(ours.claimed, wait=400):
        ours.claim()
    with qtbot.waitSignal(ours.claimed, timeout=5_000):
        held.release()
    ours.close()


def test_one_that_never_answers_is_not_waited_for_for_ever(
    qtbot: QtBot, tmp_path: Path, owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "PATIENCE_S", 0.3)
    tmp_path.joinpath("home").mkdir()
    held = WriterLock(tmp_path / "home" / "window")
    ours = Instance(tmp_path / "home", None, owner)
    with qtbot.waitSignal(ours.claimed, timeout=5_000):
        ours.claim()
    ours.close()
    held.release()


def test_a_folder_that_may_not_be_written_to_is_no_hindrance(
    qtbot: QtBot, tmp_path: Path, owner: QObject
) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    ours = Instance(tmp_path / "home", None, owner)
    with qtbot.waitSignal(ours.claimed, timeout=5_000):
        ours.claim()
    ours.close()


# --- what comes in -------------------------------------------------------------------------


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path, owner: QObject) -> Iterator[Instance]:
    made = Instance(tmp_path / "home", None, owner)
    with qtbot.waitSignal(made.claimed, timeout=5_000):
        made.claim()
    yield made
    made.close()


def sent(qtbot: QtBot, first: Instance, data: bytes) -> bytes:
    """What a stranger that writes ``data`` gets back."""
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(0.0)
        stranger.connect(socket_name(first._home))
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            stranger.send(data)
        answer, clock = b"", QElapsedTimer()
        clock.start()
        while clock.elapsed() < 5_000:
            qtbot.wait(10)
            try:
                more = stranger.recv(100)
            except BlockingIOError:
                continue
            except ConnectionResetError:
                break
            answer += more
            if not more or answer.endswith(b"\n"):
                break
        return answer


NONSENSE = [
    b"\n", b"null\n", b"[]\n", b"{}\n", b"\xff\xfe\n", b'{"profile": "/a"}\n',
    b'{"profile": 1, "token": ""}\n', b'{"profile": "", "token": null}\n',
    b'{"profile": "a.lstwallet", "token": ""}\n', b'{"profile": "/a\\u0000b", "token": ""}\n',
    b'{"profile": "", "token": "", "run": "rm"}\n', b'{"profile": "", "token": "a\\nb"}\n',
    b'{"profile": "/' + b"a" * 5_000 + b'", "token": ""}\n', b"[" * 10_000 + b"\n",
    b'{"profile": "", "token": "' + b"a" * 600 + b'"}\n', b"a" * 60_000,
]  # fmt: skip


@pytest.mark.parametrize("line", NONSENSE, ids=lambda each: repr(each[:30]))
def test_nonsense_gets_no_answer_and_does_nothing(
    qtbot: QtBot, first: Instance, line: bytes
) -> None:
    with qtbot.assertNotEmitted(first.asked):
        assert sent(qtbot, first, line) == b""
    with qtbot.waitSignal(first.asked) as heard:
        assert sent(qtbot, first, written(Request(None))) == instance.DONE
    assert heard.args == [Request(None)]


def test_one_that_says_nothing_is_dropped(
    qtbot: QtBot, first: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "LISTEN_MS", 100)
    assert sent(qtbot, first, b'{"profile": ') == b""


def test_a_line_is_read_as_it_was_written() -> None:
    for request in (Request(None), Request(Path("/some where/ü.lstwallet"), "token-1")):
        assert read(written(request)) == request
    assert read(json.dumps({"profile": "/a", "token": ""}).encode()) == Request(Path("/a"))


def test_a_socket_of_somebody_else_is_not_spoken_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(socket_name(tmp_path)).write_text("no socket")
    assert not hand_over(tmp_path, None)
    os.unlink(socket_name(tmp_path))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(socket_name(tmp_path))
        listener.listen()
        monkeypatch.setattr(os, "getuid", lambda: 12_345)
        monkeypatch.setattr(instance, "socket_name", lambda home: listener.getsockname())
        assert not hand_over(tmp_path, None)
