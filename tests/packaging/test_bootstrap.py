"""Setting up: which Python, which packages, which commands, and the sentence for each failure."""

from __future__ import annotations

import ast
import errno
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.packaging.scripts import ROOT, SCRIPTS, script

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


machine = script("machine")
bootstrap = script("bootstrap")


class Recorder:
    """Stands in for `machine.captured`: keeps the commands, answers from a function."""

    def __init__(self, answer: Callable[[Sequence[str]], tuple[int, str]]) -> None:
        self.commands: list[list[str]] = []
        self.answer = answer

    def __call__(self, command: Sequence[str], **extra: str) -> tuple[int, str]:
        self.commands.append(list(command))
        return self.answer(command)

    def having(self, word: str) -> list[list[str]]:
        return [command for command in self.commands if word in command]


# --- Python --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bootstrap.py", "machine.py", "build.py"])
def test_an_old_python_can_read_the_script(name: str) -> None:
    ast.parse((SCRIPTS / name).read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ((3, 8, 10), False),
        ((3, 10, 13), False),
        ((3, 11, 0), True),
        ((3, 12, 7), True),
        ((3, 13, 0), True),
        ((3, 14, 0), False),
        ((4, 0, 0), False),
    ],
)
def test_versions_with_wheels_fit(version: tuple[int, int, int], fits: bool) -> None:
    assert machine.suits(version) is fits


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("3 12 cpython 0\n", (3, 12)),
        ("3 14 cpython 0\n", None),
        ("3 11 pypy 0\n", None),
        ("3 13 cpython 1\n", None),
        ("pyenv: python3.12: command not found", None),
        ("", None),
    ],
)
def test_a_python_answers_for_itself(answer: str, version: tuple[int, int] | None) -> None:
    assert machine.parse_probe(answer) == version


@pytest.mark.parametrize(
    ("platform", "offered", "install"),
    [
        ("win32", [], "winget install Python.Python.3.13"),
        ("darwin", [], "brew install python@3.13"),
        ("linux", ["python3.12"], "sudo apt-get install python3.12 python3.12-venv"),
        ("linux", [], "Python 3.13 from your package manager or python.org"),
    ],
)
def test_one_sentence_names_what_to_install(
    platform: str, offered: list[str], install: str
) -> None:
    assert machine.wrong_python((3, 14, 1), platform, offered) == (
        "lstwallet needs Python 3.11, 3.12 or 3.13, and this is Python 3.14.1: "
        f"install one ({install}), then run this again."
    )


def program(path: Path, lines: str) -> None:
    path.write_text("#!/bin/sh\n" + lines, encoding="utf-8")
    path.chmod(0o755)


@LINUX
def test_a_shim_that_does_not_run_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "python3.13", "echo no such version >&2; exit 127\n")
    program(tmp_path / "python3.12", "echo 3 12 cpython 0\n")
    program(tmp_path / "python3.11", "echo 3 11 cpython 0\n")
    program(tmp_path / "running", "echo 3 14 cpython 0\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(machine.sys, "executable", str(tmp_path / "running"))
    assert machine.fitting_python() == [str(tmp_path / "python3.12")]


@LINUX
def test_no_fitting_python_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "running", "echo 3 14 cpython 0\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(machine.sys, "executable", str(tmp_path / "running"))
    with pytest.raises(machine.Problem, match=r"^lstwallet needs Python 3\.11, 3\.12 or 3\.13"):
        machine.fitting_python()


def test_the_running_python_fits() -> None:
    assert machine.fitting_python() is None


# --- system packages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "debian"),
    [
        ('NAME="Debian GNU/Linux"\nID=debian\n', True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ("ID=fedora\nNAME=debian\n", False),
        ("", False),
    ],
)
def test_debian_and_its_children_are_known(text: str, debian: bool) -> None:
    assert machine.is_debian(text) is debian


def test_provided_packages_count_and_removed_ones_do_not() -> None:
    listing = (
        "libegl1\tinstalled\t\n"
        "libgl1\tconfig-files\t\n"
        "libglib2.0-0t64\tinstalled\tlibglib2.0-0 (= 2.80.0-6), libglib2.0-0-old\n"
        "python3-venv\tnot-installed\t\n"
    )
    assert machine.parse_dpkg(listing) == {
        "libegl1",
        "libglib2.0-0t64",
        "libglib2.0-0",
        "libglib2.0-0-old",
    }


def test_each_verb_wants_its_own_packages() -> None:
    assert machine.wanted_packages("lint", display=True) == []
    offscreen = machine.wanted_packages("run", display=False)
    assert "libegl1" in offscreen
    assert "fonts-inter" in offscreen
    assert not {"libxcb-cursor0", "xvfb"} & set(offscreen)
    assert "libxcb-cursor0" in machine.wanted_packages("run", display=True)
    assert {"xvfb", "libxcb-cursor0"} <= set(machine.wanted_packages("test", display=False))


def test_the_command_to_type_is_exact() -> None:
    assert machine.apt_sentence(["libegl1", "libgl1"]) == (
        "sudo apt-get update && "
        "sudo apt-get install --yes --no-install-recommends libegl1 libgl1"
    )


def test_the_venv_package_has_the_number_of_its_python() -> None:
    assert machine.venv_package((3, 12), "/elsewhere/python3.12") == "python3.12-venv"
    default = os.path.realpath("/usr/bin/python3")
    assert machine.venv_package((3, 11), default) == "python3-venv"


def on_debian(
    monkeypatch: pytest.MonkeyPatch, there: set[str], venv: bool, root: list[str] | None
) -> list[list[str]]:
    """A Debian with the packages `there`; what is installed is kept in the list returned."""
    added: list[list[str]] = []
    monkeypatch.setattr(machine, "uses_apt", lambda: True)
    monkeypatch.setattr(machine, "can_make_venv", lambda: venv)
    monkeypatch.setattr(machine, "installed_packages", lambda: there)
    monkeypatch.setattr(machine, "has_display", lambda: False)
    monkeypatch.setattr(machine, "root_prefix", lambda: root)
    monkeypatch.setattr(machine, "apt_install", lambda prefix, names: added.append(list(names)))
    return added


def test_nothing_is_done_when_all_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    there = set(machine.wanted_packages("test", display=False))
    added = on_debian(monkeypatch, there, venv=True, root=[])
    assert machine.add_system_packages("test") == []
    assert added == []


def test_what_is_missing_is_added_when_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = set(machine.wanted_packages("run", display=False)) - {"libegl1"}
    added = on_debian(monkeypatch, there, venv=False, root=["sudo", "-n"])
    monkeypatch.setattr(machine, "venv_package", lambda version, executable: "python3-venv")
    assert machine.add_system_packages("run") == []
    assert added == [["python3-venv", "libegl1"]]


def test_without_rights_missing_libraries_are_left_to_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    there = set(machine.wanted_packages("run", display=False)) - {"libegl1"}
    added = on_debian(monkeypatch, there, venv=True, root=None)
    assert machine.add_system_packages("run") == ["libegl1"]
    assert added == []


def test_without_rights_a_missing_venv_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    there = set(machine.wanted_packages("run", display=False)) - {"libegl1"}
    on_debian(monkeypatch, there, venv=False, root=None)
    monkeypatch.setattr(machine, "venv_package", lambda version, executable: "python3-venv")
    with pytest.raises(machine.Problem, match=r"--no-install-recommends python3-venv libegl1$"):
        machine.add_system_packages("run")


def test_the_package_lists_are_fetched_only_when_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(lambda command: (0, ""))
    monkeypatch.setattr(machine, "captured", recorder)
    monkeypatch.setattr(machine, "apt_lists_are_there", lambda: True)
    machine.apt_install([], ["libegl1"])
    assert not recorder.having("update")
    monkeypatch.setattr(machine, "apt_lists_are_there", lambda: False)
    machine.apt_install([], ["libegl1"])
    assert len(recorder.having("update")) == 1


def test_stale_package_lists_are_fetched_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter([100, 0, 0])
    recorder = Recorder(lambda command: (next(codes), "E: 404 Not Found"))
    monkeypatch.setattr(machine, "captured", recorder)
    monkeypatch.setattr(machine, "apt_lists_are_there", lambda: True)
    machine.apt_install(["sudo", "-n"], ["libegl1"])
    assert [command[:2] for command in recorder.commands] == [["sudo", "-n"]] * 3
    assert "update" in recorder.commands[1]


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("dpkg: error: No space left on device", "The disk is full"),
        ("E: Could not get lock /var/lib/dpkg/lock", "Another program is installing packages"),
        ("Err:1 http://deb bookworm InRelease\n  Temporary failure resolving", "cannot be reached"),
        ("E: Unable to locate package xdotool", "Unable to locate package xdotool"),
        ("", "no reason given"),
    ],
)
def test_apt_failures_are_one_sentence(output: str, sentence: str) -> None:
    told = machine.explain_apt(output, ["xdotool"])
    assert sentence in told
    assert "\n" not in told


# --- display -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("display", "number"),
    [(":0", "0"), ("unix:1.0", "1"), (":12.3", "12"), ("far:10.0", None), ("", None)],
)
def test_local_displays_are_told_from_far_ones(display: str, number: str | None) -> None:
    assert machine.unix_display(display) == number


def no_window_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@LINUX
def test_a_stale_display_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    no_window_system(monkeypatch)
    assert not machine.has_display()
    monkeypatch.setenv("DISPLAY", ":48151")
    assert not machine.has_display()


@LINUX
def test_a_display_that_answers_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    no_window_system(monkeypatch)
    monkeypatch.setenv("DISPLAY", ":48152")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X48152")
        server.listen()
        assert machine.has_display()
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        assert not machine.has_display()


@LINUX
def test_wayland_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_window_system(monkeypatch)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-9")
    assert not machine.has_display()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-9"))
        server.listen()
        assert machine.has_display()


# --- installation --------------------------------------------------------------------------------


class Checkout(NamedTuple):
    """A made-up checkout, and the commands that were run in it."""

    root: Path
    recorder: Recorder


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    locks = ("requirements.lock", "requirements-test.lock", "requirements-bundle.lock")
    for name in (*locks, "pyproject.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    (tmp_path / "lstwallet").mkdir()
    (tmp_path / "lstwallet" / "a.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(bootstrap, "RUN_LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(bootstrap, "TEST_LOCK", tmp_path / "requirements-test.lock")
    monkeypatch.setattr(bootstrap, "BUNDLE_LOCK", tmp_path / "requirements-bundle.lock")
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(machine, "add_system_packages", lambda verb: [])
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)

    def answer(command: Sequence[str]) -> tuple[int, str]:
        if "venv" in command:
            python = bootstrap.venv_program("python")
            python.parent.mkdir(parents=True)
            python.write_text("", encoding="utf-8")
        return 0, "3 11 cpython 0"

    recorder = Recorder(answer)
    monkeypatch.setattr(machine, "captured", recorder)
    return Checkout(tmp_path, recorder)


def test_the_first_run_installs_the_lock_then_the_project(checkout: Checkout) -> None:
    bootstrap.set_up("run")
    commands = checkout.recorder.commands
    assert "venv" in commands[0]
    assert bootstrap.lock_command(checkout.root / "requirements.lock") in commands
    assert bootstrap.project_command() in commands
    assert "QApplication" in commands[-1][-1]


def test_the_second_run_starts_no_program(checkout: Checkout) -> None:
    bootstrap.set_up("test")
    checkout.recorder.commands.clear()
    bootstrap.set_up("test")
    assert checkout.recorder.commands == []


def test_the_test_lock_serves_the_window_too(checkout: Checkout) -> None:
    bootstrap.set_up("test")
    checkout.recorder.commands.clear()
    bootstrap.set_up("run")
    assert not checkout.recorder.having("install")


def test_the_bundle_lock_serves_the_window_and_not_the_tests(checkout: Checkout) -> None:
    bootstrap.set_up("bundle")
    commands = checkout.recorder.commands
    assert bootstrap.lock_command(checkout.root / "requirements-bundle.lock") in commands
    commands.clear()
    bootstrap.set_up("run")
    assert not checkout.recorder.having("install")
    (checkout.root / "requirements-test.lock").write_text("pytest==9\n", encoding="utf-8")
    bootstrap.set_up("test")
    assert bootstrap.lock_command(checkout.root / "requirements-test.lock") in commands


def test_a_changed_lock_is_installed_again(checkout: Checkout) -> None:
    bootstrap.set_up("run")
    checkout.recorder.commands.clear()
    (checkout.root / "requirements.lock").write_text("numpy==2\n", encoding="utf-8")
    bootstrap.set_up("run")
    assert bootstrap.lock_command(checkout.root / "requirements.lock") in (
        checkout.recorder.commands
    )
    assert not checkout.recorder.having("venv")


def test_a_moved_checkout_gets_a_new_environment(checkout: Checkout) -> None:
    bootstrap.set_up("run")
    stamp = bootstrap.read_stamp(bootstrap.STAMP)
    bootstrap.write_stamp(bootstrap.STAMP, stamp._replace(root="/elsewhere"))
    assert not bootstrap.venv_is_sound(bootstrap.read_stamp(bootstrap.STAMP))


def test_sources_are_compiled_where_python_may_not_cache(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    bootstrap.set_up("run")
    assert len(checkout.recorder.having("compileall")) == 1
    bootstrap.set_up("run")
    assert len(checkout.recorder.having("compileall")) == 1
    module = checkout.root / "lstwallet" / "a.py"
    later = module.stat().st_mtime_ns + 10**9
    os.utime(module, ns=(later, later))
    bootstrap.set_up("run")
    assert len(checkout.recorder.having("compileall")) == 2


def test_a_failed_installation_leaves_no_stamp(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = checkout.recorder.answer

    def failing(command: Sequence[str]) -> tuple[int, str]:
        return (1, "OSError: [Errno 28] No space left") if "pip" in command else real(command)

    monkeypatch.setattr(checkout.recorder, "answer", failing)
    with pytest.raises(machine.Problem, match="The disk is full"):
        bootstrap.set_up("run")
    assert not bootstrap.STAMP.exists()


def test_too_small_a_disk_is_told_before_anything_is_written(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = shutil.disk_usage(checkout.root)._replace(free=5 * 2**20)
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: small)
    with pytest.raises(machine.Problem, match="has 5 MB free"):
        bootstrap.set_up("run")
    assert not bootstrap.VENV.exists()


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"root": "x"}'])
def test_a_spoilt_stamp_is_no_stamp(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stamp.json"
    path.write_text(text, encoding="utf-8")
    assert bootstrap.read_stamp(path) == bootstrap.NO_STAMP


def test_every_package_is_held_to_its_hash_and_the_project_needs_no_network() -> None:
    lock = bootstrap.lock_command(bootstrap.TEST_LOCK)
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(lock)
    assert "--require-hashes" in bootstrap.uv_command("uv", bootstrap.TEST_LOCK)
    assert {"--no-deps", "--no-build-isolation", "--no-index"} <= set(bootstrap.project_command())


def test_programs_lie_where_each_platform_puts_them() -> None:
    assert bootstrap.venv_program("lstwallet", windows=False).parts[-2:] == ("bin", "lstwallet")
    assert bootstrap.venv_program("python", windows=True).parts[-2:] == ("Scripts", "python.exe")


def test_settings_of_a_checker_do_not_install_again() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    changed = text.replace("line-length = 100", "line-length = 99")
    assert changed != text
    assert bootstrap.project_digest(changed) == bootstrap.project_digest(text)
    depends = text.replace("lstwallet.__main__:main", "lstwallet.cli:main")
    assert bootstrap.project_digest(depends) != bootstrap.project_digest(text)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "The disk is full"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "does not match its pinned hash",
        ),
        ("SSLError(1, 'CERTIFICATE_VERIFY_FAILED')", "certificate is not trusted"),
        (
            "WARNING: Retrying NewConnectionError\nERROR: No matching distribution found for x",
            "cannot be reached",
        ),
        ("ERROR: No matching distribution found for numpy==2", "no build for this machine"),
        ("PermissionError: [Errno 13] Permission denied: '.venv'", "cannot be written to"),
        ("OSError: [Errno 30] Read-only file system: '.venv'", "cannot be written to"),
        ("ERROR: something else", "The installation failed: ERROR: something else"),
        ("", "The installation failed"),
    ],
)
def test_installation_failures_are_one_sentence(output: str, sentence: str) -> None:
    told = bootstrap.explain_pip(output)
    assert sentence in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("output", "missing", "sentence"),
    [
        ("anything", ["libegl1"], "--no-install-recommends libegl1"),
        (
            "ImportError: libEGL.so.1: cannot open shared object file: No such file",
            [],
            "the system library libEGL.so.1;",
        ),
        ("qt.qpa: could not connect\nAborted", [], "does not start on this machine: Aborted"),
    ],
)
def test_a_qt_that_does_not_start_is_explained(
    output: str, missing: list[str], sentence: str
) -> None:
    assert sentence in bootstrap.explain_qt(output, missing)


# --- verbs ---------------------------------------------------------------------------------------


def names(verb: str, *arguments: str) -> list[str]:
    return [name for name, _ in bootstrap.stages(verb, list(arguments))]


def test_lint_is_the_first_part_of_test() -> None:
    assert names("lint") == ["ruff", "mypy", "import-linter"]
    assert names("test") == ["ruff", "mypy", "import-linter", "pytest"]


def test_arguments_go_to_pytest_alone() -> None:
    [(name, command)] = bootstrap.stages("test", ["tests/units", "-x"])
    assert name == "pytest"
    assert command[-4:] == ["-m", "not nightly", "tests/units", "-x"]
    assert "-n" not in command


@pytest.mark.parametrize("arguments", [[], ["-m", "not slow and not nightly"], ["-k", "health"]])
def test_many_tests_are_spread_over_the_cores(arguments: list[str]) -> None:
    command = bootstrap.stages("test", arguments)[-1][1]
    assert command[command.index("-n") + 1] == str(bootstrap.workers())


def test_one_failed_stage_fails_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter([0, 1, 0])
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **rest: next(codes))
    assert bootstrap.run_stages("lint", []) == 1
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **rest: 0)
    assert bootstrap.run_stages("lint", []) == 0


def test_without_a_display_run_plays_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    started = []

    def call(command: list[str], env: dict[str, str]) -> int:
        started.append((command, env["QT_QPA_PLATFORM"]))
        return 0

    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(machine, "has_display", lambda: False)
    monkeypatch.setattr(bootstrap.tempfile, "mkdtemp", lambda prefix: str(tmp_path))
    monkeypatch.setattr(bootstrap.subprocess, "call", call)
    assert bootstrap.perform("run", []) == 0
    program = str(bootstrap.venv_program("lstwallet"))
    assert started == [([program, "demo", "--out", str(tmp_path)], "offscreen")]
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("There is no display for the window")
    assert str(tmp_path) in printed[1]


def test_with_a_display_run_opens_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(machine, "has_display", lambda: True)
    monkeypatch.setattr(
        bootstrap.subprocess, "call", lambda command, env: started.append(command) or 0
    )
    assert bootstrap.perform("run", ["--profile", "x"]) == 0
    assert started == [[str(bootstrap.venv_program("lstwallet")), "--profile", "x"]]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (machine.Problem("no network"), "lstwallet: no network"),
        (OSError(errno.ENOSPC, "No space left on device"), "lstwallet: The disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "cannot be written to"),
    ],
)
def test_failures_are_told_without_a_traceback(
    error: Exception,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(verb: str) -> None:
        raise error

    monkeypatch.setattr(bootstrap, "set_up", fail)
    assert bootstrap.main(["lint"]) == 1
    told = capsys.readouterr().err
    assert sentence in told
    assert len(told.splitlines()) == 1


def test_an_unknown_verb_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        bootstrap.main(["fly"])
    assert caught.value.code == 2
    assert "fly" in capsys.readouterr().err


@LINUX
def test_continuous_integration_runs_the_same_command() -> None:
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert "python3 packaging/bootstrap.py test" in run.read_text(encoding="utf-8")
    assert subprocess.run(["bash", "-n", str(run)], check=False).returncode == 0


# --- locks ---------------------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    """Package name to version of a lock; fails on a pin without a hash."""
    text = (SCRIPTS / name).read_text(encoding="utf-8")
    found = {}
    for block in re.split(r"\n(?=\S)", text.strip()):
        match = re.match(r"([a-z0-9][a-z0-9-]*)==(\S+)", block)
        assert match, block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
        found[match.group(1)] = match.group(2)
    return found


LOCKS = ["requirements.lock", "requirements-test.lock", "requirements-bundle.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_pins_and_hashes_only(name: str) -> None:
    assert len(pins(name)) > 10
    text = (SCRIPTS / name).read_text(encoding="utf-8")
    assert not re.search(r"://|^-|^#|file:|@ ", text, re.MULTILINE)


def test_the_other_locks_hold_the_first_at_the_same_versions() -> None:
    run, test, bundle = (pins(name) for name in LOCKS)
    assert run.items() <= test.items()
    assert run.items() <= bundle.items()
    assert all(bundle[name] == test[name] for name in bundle.keys() & test.keys())


def test_the_locks_meet_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    always = [*project["dependencies"], *extras["build"]]
    for name, asked in (
        ("requirements.lock", always),
        ("requirements-test.lock", [*always, *extras["test"]]),
        ("requirements-bundle.lock", [*always, *extras["bundle"]]),
    ):
        pinned = pins(name)
        for requirement in map(Requirement, asked):
            assert Version(pinned[requirement.name]) in requirement.specifier, requirement
