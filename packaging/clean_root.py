"""The story of the .deb in a clean Debian: installed, started, the demo played, removed.

A folder is filled by debootstrap with the smallest Debian 12, and the package is met there as by a
stranger: apt brings what it depends on, an ordinary user starts it under Xvfb, whose server runs
outside so that nothing of it helps. What the removal leaves must belong to other packages, to
apt's own books, or to the user. Every command and its answer are printed.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from machine import Problem, captured, say

RELEASE = "bookworm"
USER = "guest"
HOME = "srv/guest"
"""The user's home in the root; not below /home, so that nobody's real one is meant."""
PATIENCE = 120
"""Seconds for the first window, on a busy machine."""

BOOKS = (
    "etc/ld.so.cache",
    "tmp",
    "var/cache",
    "var/lib/apt",
    "var/lib/dpkg",
    "var/lib/systemd",
    "var/log",
)
"""Where apt, dpkg and the linker write about what they do."""


# --- the root ------------------------------------------------------------------------------------


def inside(root: Path, command: Sequence[str], user: bool = False) -> list[str]:
    """`command` run in the root with /proc there, as root or as the user. It keeps its process."""
    who = ["--userspec", f"{USER}:{USER}"] if user else []
    chroot = ["chroot", *who, str(root), *command]
    mount = f"mount -t proc proc {shlex.quote(str(root / 'proc'))} && exec {shlex.join(chroot)}"
    return ["unshare", "--mount", "sh", "-c", mount]


def environment(user: bool, **extra: str) -> dict[str, str]:
    home = f"/{HOME}" if user else "/"
    path = "/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": path, "HOME": home, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **extra}


def tell(root: Path, command: Sequence[str], user: bool = False, **extra: str) -> str:
    """Prints the command and what it says; raises `Problem` when it fails."""
    say(f"\n{'$' if user else '#'} {shlex.join(command)}")
    done = subprocess.run(
        inside(root, command, user),
        env=environment(user, **extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    output = done.stdout.decode("utf-8", "replace").rstrip()
    if output:
        say(output)
    if done.returncode != 0:
        raise Problem(f"{shlex.join(command)} ended with code {done.returncode} in the clean root")
    return output


def make_root(root: Path) -> None:
    say(f"# debootstrap --variant=minbase {RELEASE} {root}")
    code, output = captured(["debootstrap", "--variant=minbase", RELEASE, str(root)])
    say(output.rstrip().splitlines()[-1] if output else "")
    if code != 0:
        raise Problem("debootstrap could not make a clean Debian")


def listing(root: Path) -> set[str]:
    """Every path in the root, without /proc, /sys and /dev."""
    found = set()
    for folder, folders, files in os.walk(root):
        below = os.path.relpath(folder, root)
        if below == ".":
            folders[:] = [name for name in folders if name not in ("proc", "sys", "dev")]
        names = (os.path.normpath(os.path.join(below, name)) for name in (*folders, *files))
        found.update(names)
    return found


def owned(root: Path) -> set[str]:
    """Every path that an installed package of the root says is its own."""
    found: set[str] = set()
    for file in (root / "var/lib/dpkg/info").glob("*.list"):
        found.update(line.lstrip("/") for line in file.read_text(encoding="utf-8").splitlines())
    return found | {f"usr/{path}" for path in found if path.startswith(("bin", "lib", "sbin"))}


def own_paths(root: Path) -> set[str]:
    """What the package itself unpacked. It has no scripts, so its installation makes no more."""
    text = (root / "var/lib/dpkg/info/lstwallet.list").read_text(encoding="utf-8")
    return {line.lstrip("/") for line in text.splitlines()}


def left_over(
    installed: set[str], own: set[str], after: set[str], others: set[str]
) -> tuple[list[str], list[str]]:
    """What use and removal left: (the user's own files, files that nobody answers for).

    `installed` is what was there once apt had finished, `own` what the package brought.
    """
    left = sorted(((after - installed) | (after & own)) - others - {"."})
    kept = [path for path in left if not below(path, BOOKS)]
    mine = [path for path in kept if below(path, (HOME,))]
    return mine, [path for path in kept if path not in mine]


def below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


# --- the display ---------------------------------------------------------------------------------


@contextmanager
def display(folder: Path) -> Iterator[str]:
    """A virtual display outside the root; its name. Its picture lies in folder/Xvfb_screen0."""
    reading, writing = os.pipe()
    screen = ["-screen", "0", "1440x900x24", "-nolisten", "tcp", "-fbdir", str(folder)]
    command = ["Xvfb", "-displayfd", str(writing), *screen]
    with subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


def window_name(shown_on: str) -> str:
    """The title of a visible window of the program; empty while there is none."""
    search = ["xdotool", "search", "--onlyvisible", "--name", "lstwallet", "getwindowname"]
    return captured(search, DISPLAY=shown_on)[1].strip()


def picture(dump: bytes) -> bytes:
    """A PNG of an X window dump: 32-bit words in the server's order, blue first."""
    words = struct.unpack(">25I", dump[:100])
    head, width, height, line, colours = words[0], words[4], words[5], words[12], words[19]
    start = head + 12 * colours
    rows = b""
    for row in range(height):
        pixels = dump[start + row * line : start + row * line + 4 * width]
        three = bytearray(3 * width)
        three[0::3], three[1::3], three[2::3] = pixels[2::4], pixels[1::4], pixels[0::4]
        rows += b"\0" + three
    shape = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", shape), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def start(root: Path, shown_on: str, screen: Path) -> None:
    """The window comes, is painted, and ends by itself when told to."""
    say("\n$ lstwallet &")
    command = inside(root, ["lstwallet"], user=True)
    with subprocess.Popen(
        command,
        env=environment(True, DISPLAY=shown_on),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as program:
        try:
            end = time.monotonic() + PATIENCE
            while not (name := window_name(shown_on)):
                if program.poll() is not None or time.monotonic() > end:
                    break
                time.sleep(0.2)
            time.sleep(5)
            screen.write_bytes(picture((screen.parent / "Xvfb_screen0").read_bytes()))
            program.send_signal(signal.SIGTERM)
            said = program.communicate(timeout=PATIENCE)[0].decode("utf-8", "replace").strip()
        finally:
            program.kill()
    if not name or program.returncode != 0 or said:
        raise Problem(f"the window {name!r} ended with code {program.returncode}: {said}")
    say(f"a window “{name}” is shown, {screen.name} is its picture; SIGTERM closes it with code 0")


# --- the story -----------------------------------------------------------------------------------


def story(package: Path, root: Path | None) -> int:
    """Tells it for `package`; in a folder of its own, or in `root`, which then stays."""
    if os.geteuid() != 0:
        raise Problem("A clean Debian is made and entered by root; run this as root.")
    place = root or Path(tempfile.mkdtemp(prefix="lstwallet-clean-")) / "root"
    if place.exists() and any(place.iterdir()):
        raise Problem(f"{place} is not empty; a clean Debian needs a folder of its own.")
    place.mkdir(parents=True, exist_ok=True)
    try:
        make_root(place)
        install_and_use(package, place)
    finally:
        if root is None:
            shutil.rmtree(place.parent, ignore_errors=True)
    return 0


def install_and_use(package: Path, root: Path) -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-q", "-o", "Dpkg::Use-Pty=0"]
    tell(root, ["useradd", "--create-home", "--home-dir", f"/{HOME}", USER])
    tell(root, [*apt, "update"])
    shutil.copyfile(package, root / "tmp" / package.name)
    install = ["install", "--yes", "--no-install-recommends", f"/tmp/{package.name}"]  # noqa: S108
    tell(root, [*apt, *install], **quiet)
    installed, own = listing(root), own_paths(root)
    tell(root, ["dpkg", "-s", "lstwallet"])
    tell(root, ["lstwallet", "--version"], user=True)
    with tempfile.TemporaryDirectory() as screens, display(Path(screens)) as shown_on:
        screen = Path(screens) / "window.png"
        start(root, shown_on, screen)
        shutil.copyfile(screen, root.parent / "window.png")
        tell(root, ["lstwallet", "demo", "--out", f"/{HOME}/demo"], user=True, DISPLAY=shown_on)
    tell(root, ["sh", "-c", f"ls /{HOME}/demo | wc -l; sha256sum /{HOME}/demo/summary.json"], True)
    tell(root, ["dpkg", "-P", "lstwallet"])
    judge(installed, own, root)


def judge(installed: set[str], own: set[str], root: Path) -> None:
    """Prints what the package left behind; raises `Problem` when that is more than user data."""
    mine, nobodys = left_over(installed, own, listing(root), owned(root))
    say(f"\nLeft below the user's home: {len(mine)} files and folders")
    for path in mine:
        if "/demo/" not in path:
            say(f"  /{path}")
    if nobodys:
        raise Problem("The removal left behind: " + ", ".join(f"/{path}" for path in nobodys))
    say("Left anywhere else: nothing that is not another package's")
