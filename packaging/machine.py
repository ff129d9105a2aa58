"""What the machine offers: fitting Pythons, Debian packages, a display. Standard library only.

Part of `bootstrap.py`, which see. The syntax is that of Python 3.8.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
"""PySide6 6.9.3 has wheels for these and no other."""

FITTING = tuple(f"3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1))
"""The fitting versions as text, newest first."""

# What Qt loads on a clean Debian 12; its own error message names one of them only.
QT_PACKAGES = (
    "libegl1",
    "libgl1",
    "libxkbcommon0",
    "libdbus-1-3",
    "libfontconfig1",
    "libglib2.0-0",
    "libgssapi-krb5-2",
)
DISPLAY_PACKAGES = (
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    "libx11-xcb1",
    "libxcb-image0",
    "libxcb-render-util0",
    "libxcb-randr0",
)
FONT_PACKAGES = ("fonts-inter",)
REAL_DISPLAY_PACKAGES = ("xvfb", "openbox", "xdotool")
"""A display, a window manager and a keyboard for the tests that want real ones."""
SAFETY_PACKAGES = ("gnome-keyring", "dbus", "strace")
"""A real store for secrets, a bus to reach it by, and eyes on the calls to the system."""

BUNDLE_PACKAGES = ("binutils", "desktop-file-utils", "appstream")
"""PyInstaller reads libraries with the first; the others check what describes the program."""
CLEAN_ROOT_PACKAGES = ("debootstrap", "xvfb", "xdotool")

QT_VERBS = ("run", "test", "demo", "bench", "bundle", "try")


class Problem(Exception):
    """Something outside the project stands in the way; the text is the sentence for the user."""


def say(sentence: str) -> None:
    print(sentence, flush=True)


# --- running programs ----------------------------------------------------------------------------


def clean_environment() -> dict[str, str]:
    """The environment without what would lead pip or Python out of the virtual environment."""
    leading_away = {"PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    kept = {key: value for key, value in os.environ.items() if key not in leading_away}
    kept["PYTHONNOUSERSITE"] = "1"
    return kept


def captured(command: Sequence[str], **extra: str) -> tuple[int, str]:
    """Runs a command without input; its exit code and all it printed.

    `extra` joins the environment. A program that cannot be started counts as code 127.
    """
    try:
        done = subprocess.run(
            list(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**clean_environment(), **extra},
            check=False,
        )
    except OSError as error:
        return 127, str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace")


# --- Python --------------------------------------------------------------------------------------


def suits(version: Sequence[int]) -> bool:
    """Whether Python `version` (major, minor, …) can run the project."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def candidates() -> list[list[str]]:
    """Command lines that may start a fitting Python, newest first."""
    named = [shutil.which("python" + version) for version in FITTING]
    found = [[path] for path in named if path]
    launcher = shutil.which("py") if os.name == "nt" else None
    if launcher:
        found.extend([launcher, "-" + version] for version in FITTING)
    return found


def probe_python(command: Sequence[str]) -> tuple[int, int] | None:
    """(major, minor) of a Python that really runs and that the wheels fit; otherwise None.

    A shim may lie on PATH for a version that is not active: only running it tells.
    """
    question = (
        "import sys, sysconfig; print(sys.version_info[0], sys.version_info[1], "
        "sys.implementation.name, sysconfig.get_config_var('Py_GIL_DISABLED') or 0)"
    )
    code, answer = captured([*command, "-c", question])
    return parse_probe(answer) if code == 0 else None


def parse_probe(answer: str) -> tuple[int, int] | None:
    """The version in a probe's answer, e.g. "3 12 cpython 0".

    None for another version, another implementation, or a build without the global lock.
    """
    words = answer.split()
    if len(words) != 4 or words[2] != "cpython" or words[3] != "0":
        return None
    version = (int(words[0]), int(words[1]))
    return version if suits(version) else None


def wrong_python(version: Sequence[int], platform: str, offered: Sequence[str]) -> str:
    """The sentence for a machine without a fitting Python.

    `offered` are fitting packages that the system's own installer knows, newest first.
    """
    shown = ".".join(str(part) for part in version[:3])
    if platform == "win32":
        install = f"winget install Python.Python.{FITTING[0]}"
    elif platform == "darwin":
        install = f"brew install python@{FITTING[0]}"
    elif offered:
        install = f"sudo apt-get install {offered[0]} {offered[0]}-venv"
    else:
        install = f"Python {FITTING[0]} from your package manager or python.org"
    return (
        f"lstwallet needs Python 3.11, 3.12 or 3.13, and this is Python {shown}: "
        f"install one ({install}), then run this again."
    )


def python_packages_offered() -> list[str]:
    """Fitting Python packages that apt knows, newest first."""
    code, listed = captured(["apt-cache", "search", "--names-only", r"^python3\.1[0-9]$"])
    names = {line.split(" ")[0] for line in listed.splitlines()} if code == 0 else set()
    return ["python" + version for version in FITTING if "python" + version in names]


def fitting_python() -> list[str] | None:
    """A command line that starts a fitting Python; None when the running one fits itself.

    Raises `Problem` when the machine has none.
    """
    if probe_python([sys.executable]):
        return None
    for command in candidates():
        if probe_python(command):
            return command
    raise Problem(wrong_python(sys.version_info[:3], sys.platform, python_packages_offered()))


# --- system packages -----------------------------------------------------------------------------


def is_debian(os_release: str) -> bool:
    """Whether the text of /etc/os-release names Debian, Ubuntu or a child of theirs."""
    for line in os_release.splitlines():
        key, _, value = line.partition("=")
        if key in ("ID", "ID_LIKE") and {"debian", "ubuntu"} & set(value.strip('"').split()):
            return True
    return False


def uses_apt() -> bool:
    try:
        os_release = Path("/etc/os-release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return is_debian(os_release) and bool(shutil.which("apt-get") and shutil.which("dpkg-query"))


def parse_dpkg(listing: str) -> set[str]:
    """Names that are installed or provided by something installed.

    `listing` has lines of "package TAB status TAB provides". Provided names count: Ubuntu's
    libglib2.0-0t64 provides libglib2.0-0.
    """
    names: set[str] = set()
    for line in listing.splitlines():
        package, status, provides = [*line.split("\t"), "", ""][:3]
        if status != "installed":
            continue
        names.add(package)
        names.update(part.split("(")[0].strip() for part in provides.split(",") if part.strip())
    return names


def installed_packages() -> set[str]:
    fields = "${Package}\\t${db:Status-Status}\\t${Provides}\\n"
    return parse_dpkg(captured(["dpkg-query", "-W", "-f", fields])[1])


def wanted_packages(verb: str, display: bool) -> list[str]:
    """Debian packages that `verb` needs besides Python's own."""
    if verb not in QT_VERBS:
        return []
    wanted = [*QT_PACKAGES, *FONT_PACKAGES]
    if display or verb in ("test", "bundle", "try"):  # the bundle takes them along
        wanted += DISPLAY_PACKAGES
    if verb == "test":
        wanted += REAL_DISPLAY_PACKAGES + SAFETY_PACKAGES
    if verb in ("bundle", "try"):
        wanted += BUNDLE_PACKAGES
    if verb == "try":
        wanted += CLEAN_ROOT_PACKAGES
    return wanted


def can_make_venv() -> bool:
    """A stock Debian or Ubuntu splits ensurepip off, without which a venv has no pip."""
    return bool(importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"))


def venv_package(version: Sequence[int], executable: str) -> str:
    """The package that completes this Python; the system's default has a name without a number."""
    if os.path.realpath(executable) == os.path.realpath("/usr/bin/python3"):
        return "python3-venv"
    return f"python{version[0]}.{version[1]}-venv"


def root_prefix() -> list[str] | None:
    """What stands before a command to run it as root unasked; None when that is not allowed."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and captured([sudo, "-n", "true"])[0] == 0:
        return [sudo, "-n"]
    return None


def apt_command(packages: Iterable[str]) -> list[str]:
    return ["apt-get", "install", "--yes", "--no-install-recommends", *packages]


def apt_sentence(packages: Sequence[str]) -> str:
    """The exact command for a user who must type it."""
    return "sudo apt-get update && sudo " + " ".join(apt_command(packages))


def apt_lists_are_there() -> bool:
    return any(Path("/var/lib/apt/lists").glob("*_Packages*"))


def apt_install(prefix: list[str], packages: Sequence[str]) -> None:
    """Installs `packages`; fetches apt's lists only when they are absent or out of date."""
    say("Adding system packages: " + " ".join(packages))
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    patient = ["-o", "DPkg::Lock::Timeout=300"]
    install = [*quiet, *apt_command(packages), *patient]
    if apt_lists_are_there() and captured(install)[0] == 0:
        return
    updated = captured([*quiet, "apt-get", "update", *patient])[1]
    code, installed = captured(install)
    if code != 0:
        raise Problem(explain_apt(updated + installed, packages))


def explain_apt(output: str, packages: Sequence[str]) -> str:
    """One sentence for apt's failure; `output` is all it printed."""
    if "No space left" in output or "enough free space" in output:
        return "The disk is full, so the system packages could not be installed; free some space."
    if "Could not get lock" in output:
        return "Another program is installing packages; wait until it has finished."
    network = ("Temporary failure resolving", "Could not resolve", "Could not connect", "Err:")
    if any(mark in output for mark in network):
        return (
            "The package servers cannot be reached; check the network, then run: "
            + apt_sentence(packages)
        )
    errors = [line[3:] for line in output.splitlines() if line.startswith("E: ")]
    reason = errors[0] if errors else "no reason given"
    return f"apt-get failed ({reason}); try it by hand: {apt_sentence(packages)}"


def add_system_packages(verb: str) -> list[str]:
    """Adds what is missing. Returns the packages that are missing and may not be added here."""
    if not uses_apt():
        if not can_make_venv():
            raise Problem("This Python has no ensurepip; install its venv package, then try again.")
        return []
    venv = [] if can_make_venv() else [venv_package(sys.version_info[:2], sys.executable)]
    there = installed_packages()
    missing = venv + [name for name in wanted_packages(verb, has_display()) if name not in there]
    prefix = root_prefix() if missing else None
    if prefix is not None:
        apt_install(prefix, missing)
        return []
    if venv:
        raise Problem("System packages are missing. Run: " + apt_sentence(missing))
    return missing


# --- display -------------------------------------------------------------------------------------


def unix_display(display: str) -> str | None:
    """The number in a local DISPLAY such as ":0" or "unix:1.0"; None for one on another host."""
    match = re.match(r"^(?:unix)?:(\d+)(?:\.\d+)?$", display)
    return match.group(1) if match else None


def answers(path: str) -> bool:
    """Whether a program listens on the local socket `path` (a leading NUL means abstract)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def has_display() -> bool:
    """Whether a window would be seen; a stale DISPLAY does not count, nor Qt set to offscreen."""
    if os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal", "vnc"):
        return False
    if os.name == "nt" or sys.platform == "darwin":
        return True
    wayland = os.environ.get("WAYLAND_DISPLAY")
    if wayland and answers(os.path.join(os.environ.get("XDG_RUNTIME_DIR", "/run"), wayland)):
        return True
    display = os.environ.get("DISPLAY", "")
    number = unix_display(display)
    if number is None:
        return bool(display)  # on another host: let Qt try
    socket_path = "/tmp/.X11-unix/X" + number  # noqa: S108 (where X servers listen)
    return answers(socket_path) or answers("\0" + socket_path)
