"""No network, ever: not one AF_INET or AF_INET6 socket is opened on the whole road.

Sockets of the machine itself are needed: for the display, the session bus, the second start
that speaks to the first, and the wake-up. The system's own record of every call (strace) says
which there were; and without any network at all (``unshare -rn``) everything works as before.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lstwallet.app import profiles
from lstwallet.ui.robot.road import CHAPTERS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lstwallet"
CALLS = "socket,socketpair,connect,bind,sendto,sendmsg,sendmmsg"
INTERNET = re.compile(r"\b(?:PF|AF)_INET6?\b|\bAF_PACKET\b")
QUICK = 3
"""Chapters: the first start, play money, what is refused."""
FURTHER = 6
"""A stake, wrapping and lending too."""
NETWORK_MODULES = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "multiprocessing.connection",
    "nntplib", "poplib", "requests", "smtplib", "socketserver", "ssl", "telnetlib",
    "urllib.request", "urllib3", "webbrowser", "websockets", "xmlrpc",
}  # fmt: skip
LOCAL_ONLY = {"QLocalServer", "QLocalSocket"}


def environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "QT_QPA_PLATFORM": "offscreen", profiles.HOME_VARIABLE: str(home),
    }  # fmt: skip


def traced(folder: Path, *command: str, timeout: int = 500) -> list[str]:
    """Run a command; the calls about sockets of all its processes. Skips without strace."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    record = folder / "calls"
    done = subprocess.run(
        [strace, "-f", "--seccomp-bpf", "-qq", "-o", str(record), "-e", f"trace={CALLS}", *command],
        cwd=ROOT, env=environment(folder / "home"), capture_output=True, text=True,
        timeout=timeout,
    )  # fmt: skip
    if "ptrace" in done.stderr and not record.exists():
        pytest.skip("no process may be traced here")
    assert done.returncode == 0, done.stderr[-3_000:]
    return record.read_text(errors="replace").splitlines()


def judge(what: str, calls: list[str]) -> None:
    """Print how many sockets there were, and fail for every one of the network's."""
    internet = [call for call in calls if INTERNET.search(call)]
    local = sum("AF_UNIX" in call for call in calls)
    counted = f"{len(calls)} calls about sockets, {local} local ones, {len(internet)} AF_INET"
    print(f"\n{what}: {counted}")
    assert not internet, internet[:10]


def road(chapters: int) -> tuple[str, ...]:
    return sys.executable, "-m", "tests.reliability.road_child", str(chapters)


@pytest.mark.parametrize("chapters", [QUICK, pytest.param(FURTHER, marks=pytest.mark.slow)])
def test_the_road_opens_no_network_socket(tmp_path: Path, chapters: int) -> None:
    calls = traced(tmp_path, *road(chapters))
    assert any("AF_UNIX" in call and "listen" not in call for call in calls), "nothing was seen"
    judge(f"{chapters} chapters of the road", calls)


def test_the_command_line_opens_no_network_socket(tmp_path: Path) -> None:
    profile = tmp_path / "year.lstwallet"
    for arguments in (("simulate", "--days", "2", "--out", str(profile)), ("verify", str(profile))):
        judge(arguments[0], traced(tmp_path, sys.executable, "-m", "lstwallet", *arguments))


def test_one_network_socket_would_be_seen(tmp_path: Path) -> None:
    """A test that cannot fail shows nothing."""
    code = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()"
    calls = traced(tmp_path, sys.executable, "-c", code)
    assert [call for call in calls if INTERNET.search(call)]


@pytest.mark.slow
def test_without_any_network_the_road_is_the_same(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode:
        pytest.skip("no network namespace of one's own may be had here")
    done = subprocess.run(
        [unshare, "-rn", *road(QUICK)], cwd=ROOT, env=environment(tmp_path / "home"),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    assert done.stdout.count("played") == QUICK


@pytest.mark.nightly
def test_the_whole_road_opens_no_network_socket(tmp_path: Path) -> None:
    calls = traced(tmp_path, *road(len(CHAPTERS)), timeout=3_000)
    judge("the whole road", calls)


@pytest.mark.slow
def test_no_module_imports_what_speaks_to_the_network() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for name in _imported(node):
                top = name.split(".")[0]
                if {name, top} & NETWORK_MODULES or _network_of_qt(name):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {name}")  # type: ignore[attr-defined]
    assert not found, found


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [f"{node.module}.{each.name}" for each in node.names]
    return []


def _network_of_qt(name: str) -> bool:
    return "QtNetwork" in name and name.rsplit(".", 1)[-1] not in LOCAL_ONLY
