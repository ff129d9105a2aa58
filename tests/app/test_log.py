"""The log tells what went wrong and nothing that is the user's."""

from __future__ import annotations

import ast
import errno
import faulthandler
import logging
import re
import stat
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lstwallet.app import log as logs
from lstwallet.app.log import Log, note_down
from lstwallet.app.redaction import GAP, described, dumped, own_words, place
from lstwallet.store.errors import StoreUnavailable, Trouble

SECRETS = (
    "Zaphod", "grandmother", "hunter2", "correcthorse", "sim1qqpzry9x8gf2tvdw0", "1337.4242",
    "98765432109876543210", "deadbeefcafe0123deadbeefcafe0123", "Beeblebrox.lstwallet",
)  # fmt: skip
"""A user, a label, passwords, an address, amounts, a key, a profile."""
SECRET = " ".join(SECRETS)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path / "home" / "lstwallet.log")
    yield made
    made.close()


def text_of(log: Log) -> str:
    """All that stands in the log's folder."""
    return "".join(each.read_text() for each in sorted(log.path.parent.iterdir()))


def assert_tells_nothing(text: str) -> None:
    for secret in SECRETS:
        assert secret.lower() not in text.lower()


def caught(stumble: Callable[[], object]) -> BaseException:
    try:
        stumble()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def quoted() -> None:
    raise ValueError(f"the label {SECRET} is too long")


def chained() -> None:
    label = SECRET
    try:
        {}[label]
    except KeyError as error:
        raise RuntimeError(f"no contact {label}") from error


def while_handling() -> None:
    try:
        int(SECRET)
    except ValueError:
        open(f"/people/{SECRETS[0]}/{SECRETS[-1]}")  # noqa: SIM115


def noted() -> None:
    error = ValueError(SECRET)
    error.add_note(SECRET)
    raise error


def grouped() -> None:
    raise ExceptionGroup(SECRET, [ValueError(SECRET), caught(chained)])  # type: ignore[list-item]


def of_the_store() -> None:
    raise StoreUnavailable(Path(f"/people/{SECRET}"), Trouble.DISK_FULL, f"at {SECRET}")


def of_the_system() -> None:
    raise OSError(errno.ENOSPC, "No space left on device", f"/people/{SECRET}")


def of_a_name() -> None:
    getattr(object(), SECRETS[0])


STUMBLES = [
    quoted, chained, while_handling, noted, grouped, of_the_store, of_the_system, of_a_name,
]  # fmt: skip


@pytest.mark.parametrize("stumble", STUMBLES)
def test_an_error_tells_nothing_of_the_users(log: Log, stumble: Callable[[], None]) -> None:
    error = caught(stumble)
    number = log.fault(error)
    assert_tells_nothing(text_of(log))
    assert_tells_nothing(log.report(number, error))
    assert re.search(rf"tests\.app\.test_log:\d+ {stumble.__name__}", text_of(log))


def test_values_of_variables_are_never_there(log: Log) -> None:
    def opens(password: str) -> None:
        kept = {"password": password}
        assert not kept, "there is something"

    log.fault(caught(lambda: opens(SECRETS[2])))
    assert "there is something" in text_of(log)
    assert_tells_nothing(text_of(log))


def test_the_programs_own_words_stay() -> None:
    def refuse() -> None:
        raise LookupError("the pool is upside down")

    assert "LookupError: the pool is upside down" in described(caught(refuse))
    assert "trouble=disk_full" in described(caught(of_the_store))
    assert "No space left on device" in described(caught(of_the_system))
    assert "'NoneType' object has no attribute" in described(caught(lambda: None.real))  # type: ignore[attr-defined]
    assert own_words("expected str instance, Zaphod found") == f"expected str instance, {GAP} found"


def test_causes_are_told_in_their_order() -> None:
    text = described(caught(chained))
    assert text.index("RuntimeError") < text.index("because of") < text.index("KeyError")


def test_an_endless_recursion_and_an_endless_chain_stay_short() -> None:
    def deeper(number: int) -> int:
        return deeper(number + 1)

    assert len(described(caught(lambda: deeper(0))).splitlines()) < 60
    first, second = ValueError(), TypeError()
    first.__cause__, second.__cause__ = second, first
    assert len(described(first).splitlines()) < 10
    chain: BaseException = ValueError()
    for _ in range(100):
        chain, before = ValueError(), chain
        chain.__cause__ = before
    assert len(described(chain).splitlines()) < 40


def test_an_error_whose_words_are_broken_too() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise ValueError(SECRET)

    assert_tells_nothing(described(Broken()))


def test_lines_of_the_program_and_of_others(log: Log) -> None:
    logging.getLogger("lstwallet.somewhere").info(
        "opened %s at %s for %s", "/srv/data/x/" + SECRETS[-1], SECRETS[5], SECRETS[4]
    )
    logging.getLogger("keyring.backend").warning(f"could not import {SECRET} at {SECRET}")
    logging.getLogger("keyring.backend").warning("no %s", SECRET, exc_info=caught(quoted))
    text = text_of(log)
    assert_tells_nothing(text)
    assert "opened ‹path› at ‹figure› for ‹address›" in text
    assert f"WARNING keyring.backend: could not import {GAP} at {GAP}" in text
    assert "ValueError: the label" in text


def test_warnings(log: Log) -> None:
    log.watch_warnings()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = log._warned  # pytest puts its own in its place
        warnings.warn(f"the file {SECRET} is not closed", ResourceWarning, stacklevel=1)
    text = text_of(log)
    assert "ResourceWarning at tests.app.test_log:" in text
    assert_tells_nothing(text)


def test_home_user_folder_and_profile_are_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "people" / "zaphod"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LOGNAME", "zaphod")
    log = Log(home / "data" / "lstwallet.log")
    try:
        log.hide("My savings", "‹profile›")
        log.say("%s and zaphod open My savings at %s", home / "notes", home / "data" / "x")
    finally:
        log.close()
    last = log.path.read_text().splitlines()[-1]
    assert last.endswith("‹home›/notes and ‹user› open ‹profile› at ‹folder›/x")


def test_the_first_line_says_what_runs(log: Log) -> None:
    log.started(Qt="6.9.3")
    assert "INFO lstwallet: started: lstwallet " in text_of(log)
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in text_of(log)
    assert "Qt 6.9.3" in text_of(log)


def test_files_are_the_users_alone_also_when_rotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST", 5_000)
    path = tmp_path / "home" / "lstwallet.log"
    path.parent.mkdir()
    path.touch(0o644)  # as an earlier version may have left it
    log = Log(path)
    log.watch_crashes()
    try:
        for number in range(400):
            log.say("line %s of many, long enough to fill a file", number)
    finally:
        log.close()
    files = sorted(path.parent.glob("lstwallet.log*"))
    assert len(files) == logs.KEPT + 1
    assert all(each.stat().st_size <= 5_000 for each in files)
    modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == {0o600}
    assert "line 399 of many" in path.read_text()


def test_an_error_again_and_again_keeps_its_number_and_is_counted(log: Log) -> None:
    numbers = {log.fault(caught(quoted)) for _ in range(1_000)}
    assert len(numbers) == 1
    text = text_of(log)
    assert text.count("ValueError") == logs.IN_FULL
    assert "again, 512 times by now" in text
    assert len(text.splitlines()) < 40


def test_a_machine_that_is_too_busy_does_not_fill_the_log(log: Log) -> None:
    for number in range(2_000):
        place = f"  lstwallet.ui.pages.room_{number % 500}:{number} paintEvent"
        log.stalled(300, ["  threading:4 wait", place], True)
    text = text_of(log)
    assert text.count("stood still for 300 ms") <= logs.STALLS + logs.IN_FULL
    assert "lstwallet.ui.pages.room_7:7 paintEvent" in text
    assert len(text.splitlines()) < 300


def test_a_place_that_stalls_again_and_again_is_counted(log: Log) -> None:
    for number in range(100):
        log.stalled(300, [f"  lstwallet.ui.pages.home:{number} refresh"], True)
    assert text_of(log).count("stood still for") == logs.IN_FULL
    assert "again, 64 times by now" in text_of(log)


def test_a_folder_that_may_not_be_written_to_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    log = Log(tmp_path / "home" / "lstwallet.log")
    log.watch_crashes()
    assert len(log.fault(caught(quoted))) == 8
    assert log.tail() == []
    log.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_is_no_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lstwallet.log").symlink_to("/dev/full")
    log = Log(tmp_path / "lstwallet.log")
    for _ in range(3):
        log.say("nowhere to go")
    log.close()
    assert capfd.readouterr().err == ""


def test_a_crash_of_the_interpreter_is_told_at_the_next_start(tmp_path: Path) -> None:
    home = tmp_path / "Zaphod"
    code = (
        "import sys; from pathlib import Path; from lstwallet.app.log import Log\n"
        "log = Log(Path(sys.argv[1])); log.watch_crashes()\n"
        "import ctypes; ctypes.string_at(0)"
    )
    path = home / "lstwallet.log"
    ended = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True)
    assert ended.returncode not in (0, 1)
    crashes = path.with_suffix(".crash")
    assert "Segmentation fault" in crashes.read_text() or sys.platform == "win32"
    log = Log(path)
    try:
        log.watch_crashes()
        assert log.crash is not None
        assert crashes.read_text() == ""
        text = path.read_text()
        assert f"[{log.crash}] the run before crashed: Segmentation fault" in text
        assert ":3 <module>" in text or "ctypes" in text
        assert_tells_nothing(text)
        assert faulthandler.is_enabled()
    finally:
        log.close()
    again = Log(path)
    again.watch_crashes()
    again.close()
    assert again.crash is None


def test_a_dump_of_frames_names_modules_not_folders() -> None:
    text = (
        "Fatal Python error: Aborted\n\n"
        "Thread 0x00007f01 (most recent call first):\n"
        '  File "/people/Zaphod/x/lstwallet/ui/jobs.py", line 189 in _work\n'
        "\nCurrent thread 0x00007f02 (most recent call first):\n"
        '  File "/people/Zaphod/venv/lib/python3.11/site-packages/keyring/core.py", line 3 in get\n'
        '  File "/usr/lib/python3.11/threading.py", line 4 in run\n'
        '  File "/people/Zaphod/Beeblebrox.py", line 5 in main\n'
        "Extension modules: grandmother\n"
    )
    assert dumped(text) == [
        "Aborted", "thread", "  lstwallet.ui.jobs:189 _work", "thread", "  keyring.core:3 get",
        "  threading:4 run", f"  {GAP}:5 main",
    ]  # fmt: skip
    assert dumped(text, 0x7F01) == ["Aborted", "  lstwallet.ui.jobs:189 _work"]


def test_a_place_is_a_module_whatever_the_system() -> None:
    assert place(r"C:\people\Zaphod\lstwallet\ui\jobs.py") == "lstwallet.ui.jobs"
    assert place("<frozen importlib._bootstrap>") == "<frozen importlib._bootstrap>"
    assert place("<string>") == GAP


def test_without_a_window_an_error_is_noted_down(home: Path) -> None:
    number, where = note_down(caught(quoted))
    assert where == home / "lstwallet.log"
    assert number in where.read_text()
    assert_tells_nothing(where.read_text())


def test_without_a_window_or_a_folder_it_goes_to_the_terminal(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.write_text("a file where the folder should be")
    _, where = note_down(caught(quoted))
    assert where is None
    assert "ValueError" in capsys.readouterr().err


@pytest.mark.slow
def test_no_line_for_the_log_is_put_together_before_it_is_redacted() -> None:
    """Templates are constants: what is filled in is seen, and hidden, by the log."""
    root = Path(logs.__file__).parents[1]
    found = []
    for path in sorted(root.rglob("*.py")):
        if path.name == "log.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and _logs(node.func) and node.args):
                continue
            if not isinstance(node.args[0], ast.Constant):
                found.append(f"{path.relative_to(root)}:{node.lineno}")
    assert not found, found


def _logs(called: ast.expr) -> bool:
    """``_log.warning`` and its kin, ``log.say``."""
    if not isinstance(called, ast.Attribute):
        return False
    owner = called.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    levels = {"debug", "info", "warning", "error", "exception", "critical", "say"}
    return called.attr in levels and name in ("log", "_log", "logger", "logging")
