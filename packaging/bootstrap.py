#!/usr/bin/env python3
"""Sets up a checkout and runs it: `bootstrap.py run`, `test`, `demo`, `bench` or `lint`.

Standard library only. It makes `.venv` in the checkout, installs the hash-pinned lock that lies
beside this file, then the project itself in place, and starts what was asked for. On Debian and
Ubuntu it adds missing system packages when it may, and otherwise prints the exact command. A stamp
in `.venv` makes every later run start at once.

The syntax is that of Python 3.8, so that an old Python can still say which one to install.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import machine
from machine import Problem, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "lstwallet-stamp.json"
RUN_LOCK = ROOT / "packaging" / "requirements.lock"
TEST_LOCK = ROOT / "packaging" / "requirements-test.lock"
BUNDLE_LOCK = ROOT / "packaging" / "requirements-bundle.lock"

SPACE_NEEDED = 900
"""Megabytes free before a first installation: everything in `.venv`, and pip's downloads."""

VERBS = {
    "run": "open the window (without a display: play the demo offscreen)",
    "test": "ruff, mypy, import-linter and pytest; arguments after it go to pytest alone",
    "demo": "play the main road by real clicks and save a picture of each step",
    "bench": "measure the speed of everything that has an aim",
    "lint": "ruff, mypy and import-linter",
}


# --- what a former run left behind ---------------------------------------------------------------


class Stamp(NamedTuple):
    """What is in place already, so that this run need not look again."""

    root: str
    """The checkout that `.venv` was made for; its programs hold absolute paths."""
    locks: dict[str, str]
    """Lock file name to the digest of the one installed."""
    project: str
    """Digest of what an installation of the project depends on."""
    system: dict[str, int]
    """Verb and display to the state of the system's packages when all were there."""
    sources: int
    """The newest change among the modules compiled last, in nanoseconds."""


NO_STAMP = Stamp("", {}, "", {}, 0)


def read_stamp(path: Path) -> Stamp:
    """The stamp, or an empty one when there is none that can be read."""
    try:
        return Stamp(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return NO_STAMP


def write_stamp(path: Path, stamp: Stamp) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(stamp._asdict()), encoding="utf-8")
    os.replace(str(new), str(path))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def project_digest(pyproject: str) -> str:
    """Changes when an installation in place would: not with the settings of a checker."""
    import tomllib  # Python 3.11; here a fitting Python is certain

    table: dict[str, Any] = tomllib.loads(pyproject)
    kept = {key: table.get(key) for key in ("build-system", "project")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def system_state() -> int:
    """Changes whenever a system package comes or goes."""
    try:
        return os.stat("/var/lib/dpkg/status").st_mtime_ns
    except OSError:
        return 0


def newest_source() -> int:
    """The latest change to the project's own modules, in nanoseconds."""
    modules = (ROOT / "lstwallet").rglob("*.py")
    return max((path.stat().st_mtime_ns for path in modules), default=0)


# --- installation --------------------------------------------------------------------------------


def venv_program(name: str, windows: bool = os.name == "nt") -> Path:
    """A program of the virtual environment, e.g. `python` or `lstwallet`."""
    return VENV / "Scripts" / (name + ".exe") if windows else VENV / "bin" / name


def venv_is_sound(stamp: Stamp) -> bool:
    """Whether `.venv` belongs to this checkout and its Python runs."""
    python = venv_program("python")
    if not python.exists() or stamp.root not in ("", str(ROOT)):
        return False
    return machine.probe_python([str(python)]) is not None


def make_venv() -> None:
    say(f"Making {VENV}")
    free = shutil.disk_usage(str(ROOT)).free // 2**20
    if free < SPACE_NEEDED:
        raise Problem(
            f"The disk that holds {ROOT} has {free} MB free and the installation needs about "
            f"{SPACE_NEEDED} MB; free some space."
        )
    code, output = machine.captured([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if code != 0:
        raise Problem(explain_pip(output))


def pip_command(*arguments: str) -> list[str]:
    python = str(venv_program("python"))
    return [python, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]


def no_bytecode_is_written() -> bool:
    """Whether Python was told not to cache what it compiles: then we compile beforehand."""
    return bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))


def lock_command(lock: Path) -> list[str]:
    """Every package of the lock, each held to its hash, nothing besides and nothing built."""
    held = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    # Most modules are never imported; Python compiles the others when it first meets them.
    held += ["--compile" if no_bytecode_is_written() else "--no-compile"]
    return pip_command("install", "--quiet", *held, "-r", str(lock))


def uv_command(uv: str, lock: Path) -> list[str]:
    """The same as `lock_command`, by uv, which takes seconds instead of a minute."""
    python = str(venv_program("python"))
    held = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    held += ["--compile-bytecode"] if no_bytecode_is_written() else []
    return [uv, "pip", "install", "--quiet", "--python", python, *held, "-r", str(lock)]


def project_command() -> list[str]:
    """The project itself, in place; its build tools are in the lock, so no network is needed."""
    alone = ["--no-deps", "--no-build-isolation", "--no-index"]
    return pip_command("install", "--quiet", *alone, "-e", str(ROOT))


def install_lock(lock: Path) -> None:
    say(f"Installing the packages pinned in packaging/{lock.name}; the first time takes a minute")
    uv = shutil.which("uv")
    if uv and machine.captured(uv_command(uv, lock))[0] == 0:
        return
    code, output = machine.captured(lock_command(lock))
    if code != 0:
        raise Problem(explain_pip(output))


def install_project() -> None:
    code, output = machine.captured(project_command())
    if code != 0:
        raise Problem(explain_pip(output))


def compile_sources() -> None:
    """Where Python may not write bytecode by itself, each start would compile all modules anew."""
    python = str(venv_program("python"))
    machine.captured([python, "-m", "compileall", "-q", str(ROOT / "lstwallet")])


NETWORK_MARKS = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "SSLError",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Connection refused",
)


def explain_pip(output: str) -> str:
    """One sentence for a failed installation; `output` is all that pip or venv printed."""
    if "No space left" in output or "Errno 28" in output or "not enough space" in output:
        return f"The disk is full; the installation needs about {SPACE_NEEDED} MB."
    if "DO NOT MATCH THE HASHES" in output:
        return (
            "A download does not match its pinned hash, so it was not installed. Try again; if it "
            "stays so, the package server or something on the way changes files."
        )
    if "Permission denied" in output or "Errno 13" in output or "Read-only file system" in output:
        return unwritable_sentence()
    if "CERTIFICATE_VERIFY_FAILED" in output:
        return (
            "The package server's certificate is not trusted. If a proxy stands on the way, name "
            "its certificate file in PIP_CERT, then try again."
        )
    if any(mark in output for mark in NETWORK_MARKS):
        return "The package server cannot be reached; check the network or proxy, then try again."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:] or ["no reason"]
    if "No matching distribution found" in output:
        return f"A pinned package has no build for this machine: {errors[-1]}"
    return f"The installation failed: {errors[-1]}"


def unwritable_sentence() -> str:
    return f"{ROOT} cannot be written to; clone the project into a folder of your own."


def check_qt(missing: Sequence[str], display: bool) -> None:
    """Starts Qt once, so that a library the system lacks is told in a sentence, not by a crash."""
    trial = "from PySide6 import QtSvg, QtWidgets; QtWidgets.QApplication([])"
    extra = {} if display else {"QT_QPA_PLATFORM": "offscreen"}
    code, output = machine.captured([str(venv_program("python")), "-c", trial], **extra)
    if code != 0:
        raise Problem(explain_qt(output, missing))


def explain_qt(output: str, missing: Sequence[str]) -> str:
    """One sentence for a Qt that does not start; `missing` are Debian packages not installed."""
    if missing:
        return "Qt needs system packages that are missing. Run: " + machine.apt_sentence(missing)
    library = re.search(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object", output)
    if library:
        return (
            f"Qt needs the system library {library.group(1)}; install it with your package "
            "manager, then run this again."
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["no reason given"]
    return "Qt does not start on this machine: " + lines[-1]


def set_up(verb: str) -> None:
    """Brings system packages, `.venv` and the project to the state that `verb` needs."""
    stamp = read_stamp(STAMP)
    lock = lock_for(verb)
    state = f"{verb} {machine.has_display()}"
    missing: list[str] = []
    look_again = stamp.system.get(state) != system_state() or not venv_is_sound_enough(stamp)
    if look_again:
        missing = machine.add_system_packages(verb)
    if not venv_is_sound_enough(stamp) and not venv_is_sound(stamp):
        make_venv()
        stamp = NO_STAMP
    locks, project = install(stamp, lock)
    changed = (locks, project) != (stamp.locks, stamp.project)
    if verb in machine.QT_VERBS and (changed or look_again):
        check_qt(missing, machine.has_display())
    sources = newest_source() if no_bytecode_is_written() else stamp.sources
    if sources != stamp.sources:
        compile_sources()
    system = stamp.system if missing else {**stamp.system, state: system_state()}
    fresh = Stamp(str(ROOT), locks, project, system, sources)
    if fresh != stamp:
        write_stamp(STAMP, fresh)


def lock_for(verb: str) -> Path:
    """The lock that holds what `verb` needs; the larger ones hold all of the run lock."""
    if verb in ("run", "demo"):
        return RUN_LOCK
    return BUNDLE_LOCK if verb in ("bundle", "try") else TEST_LOCK


def venv_is_sound_enough(stamp: Stamp) -> bool:
    """The quick look: a stamp for this checkout, and a Python where it should be."""
    return stamp.root == str(ROOT) and venv_program("python").exists()


def install(stamp: Stamp, lock: Path) -> tuple[dict[str, str], str]:
    """Installs what changed since `stamp`; the new digests of the locks and of the project."""
    now = digest(lock)
    project = project_digest((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if stamp.locks.get(lock.name) == now and stamp.project == project:
        return stamp.locks, project
    if stamp.locks.get(lock.name) != now:
        install_lock(lock)
    install_project()
    locks = {**stamp.locks, lock.name: now}
    locks[RUN_LOCK.name] = digest(RUN_LOCK)  # the others hold all of it, at the same versions
    return locks, project


# --- verbs ---------------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """For a program that draws: Qt's offscreen platform when there is no display."""
    kept = machine.clean_environment()
    if not machine.has_display():
        kept.setdefault("QT_QPA_PLATFORM", "offscreen")
    return kept


def run(arguments: list[str]) -> int:
    if not machine.has_display():
        say("There is no display for the window, so `lstwallet demo` is played offscreen instead.")
        return demo([])
    return subprocess.call([str(venv_program("lstwallet")), *arguments], env=environment())


def demo(arguments: list[str]) -> int:
    if not any(word == "--out" or word.startswith("--out=") for word in arguments):
        folder = tempfile.mkdtemp(prefix="lstwallet-demo-")
        say(f"The pictures go to {folder}")
        arguments = ["--out", folder, *arguments]
    return subprocess.call([str(venv_program("lstwallet")), "demo", *arguments], env=environment())


def bench(arguments: list[str]) -> int:
    command = [str(venv_program("python")), "-m", "tests.benchmarks", *arguments]
    return subprocess.call(command, env=environment(), cwd=str(ROOT))


def workers() -> int:
    """For the tests: one more than there are cores, for some of them wait for children and
    clocks."""
    spare = getattr(os, "sched_getaffinity", None)
    return (len(spare(0)) if spare else os.cpu_count() or 1) + 1


def stages(verb: str, arguments: list[str]) -> list[tuple[str, list[str]]]:
    """What `lint` or `test` runs, by name. `test` hands arguments to pytest, and runs it alone.

    The tests are spread over the cores, a file to each, unless arguments name files of them.
    """
    ruff = ["check", "--output-format", "concise", "lstwallet", "tests", "packaging"]
    checks = [
        ("ruff", [str(venv_program("ruff")), *ruff]),
        ("mypy", [str(venv_program("mypy"))]),
        ("import-linter", [str(venv_program("lint-imports"))]),
    ]
    named = any((ROOT / each.split("::")[0]).exists() for each in arguments)
    spread = [] if named else ["-n", str(workers()), "--dist", "loadfile", "--no-loadscope-reorder"]
    python = str(venv_program("python"))
    pytest = [python, "-m", "pytest", *spread, "-m", "not nightly", *arguments]
    if verb == "lint":
        return checks
    return [("pytest", pytest)] if arguments else [*checks, ("pytest", pytest)]


def run_stages(verb: str, arguments: list[str]) -> int:
    """Runs every stage, also after a failure, and tells at the end which ones failed."""
    results = []
    for name, command in stages(verb, arguments):
        say(f"--- {name}")
        began = time.monotonic()
        code = subprocess.call(
            command, env=environment(), cwd=str(ROOT), stdin=subprocess.DEVNULL
        )
        results.append((name, code, time.monotonic() - began))
    say("---")
    for name, code, seconds in results:
        say(f"{name:14} {'passed' if code == 0 else 'FAILED'} ({seconds:.1f} s)")
    return 1 if any(code for _, code, _ in results) else 0


def perform(verb: str, arguments: list[str]) -> int:
    """Runs `verb` in a checkout that is set up; its exit code."""
    actions = {"run": run, "demo": demo, "bench": bench}
    return actions[verb](arguments) if verb in actions else run_stages(verb, arguments)


def parser() -> argparse.ArgumentParser:
    lines = [f"  {verb:6} {text}" for verb, text in VERBS.items()]
    made = argparse.ArgumentParser(
        prog="bootstrap.py",
        description="Sets up this checkout of lstwallet and runs it.",
        epilog="verbs:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("verb", choices=list(VERBS), metavar="|".join(VERBS))
    made.add_argument("arguments", nargs=argparse.REMAINDER, help="handed on to what is started")
    return made


def guarded(script: str, words: Sequence[str], action: Callable[[], int]) -> int:
    """Runs `action` under a fitting Python; with another one the whole `script` starts again.

    Exit code 0 when all went well, 1 for a failure told in a sentence, 130 when stopped.
    """
    try:
        fitting = machine.fitting_python()
        if fitting:
            return subprocess.call([*fitting, str(Path(script).resolve()), *words])
        return action()
    except Problem as problem:
        sentence = str(problem)
    except OSError as error:
        sentence = explain_pip(str(error))
    except KeyboardInterrupt:
        print("lstwallet: stopped", file=sys.stderr)
        return 130
    print(f"lstwallet: {sentence}", file=sys.stderr)
    return 1


def main(words: Sequence[str]) -> int:
    """The exit code, as `guarded` tells it."""
    chosen = parser().parse_args(list(words))

    def action() -> int:
        set_up(chosen.verb)
        return perform(chosen.verb, chosen.arguments)

    return guarded(__file__, words, action)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
