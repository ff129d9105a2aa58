"""The door for files: what may come in, what is refused, and how it is said."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from lstwallet.app.door import KINDS, FileRefused, Kind, Problem, read, stream
from lstwallet.app.door import door as doors
from lstwallet.app.door.portfolio import read_portfolio
from lstwallet.units.paths import resources
from lstwallet.units.strict.documents import read_json

PORTFOLIO = '{"format": "lstwallet portfolio", "version": 1, "holdings": {"ETH": "5"}}'


def put(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def refusal(path: Path, kind: str = "portfolio") -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(path, kind)
    return caught.value


def test_a_file_comes_in_as_plain_data(tmp_path: Path) -> None:
    found = read_portfolio(put(tmp_path / "mine.json", PORTFOLIO))
    assert found.holdings == {"ETH": 5 * 10**18}


@pytest.mark.parametrize("kind", sorted(name for name, kind in KINDS.items() if not kind.streamed))
def test_what_ships_with_the_program_passes(kind: str, tmp_path: Path) -> None:
    folder = resources()
    path = {
        "prices": folder / "replays" / "steth_2022.csv",
        "lesson": folder / "lessons" / "en" / "01-any-amount.toml",
        "portfolio": put(tmp_path / "mine.json", PORTFOLIO),
    }.get(kind, folder / "catalogue" / f"{kind.removeprefix('catalogue.')}.toml")
    assert read(path, kind)


def test_a_name_without_a_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.json").problem is Problem.MISSING
    assert refusal(tmp_path / "a\0b.json").problem is Problem.MISSING
    assert refusal(tmp_path / ("x" * 300)).problem is Problem.MISSING


def test_only_a_regular_file_is_opened(tmp_path: Path) -> None:
    began = time.monotonic()
    assert refusal(tmp_path).problem is Problem.NOT_A_FILE
    assert refusal(Path(os.devnull)).problem is Problem.NOT_A_FILE
    assert refusal(put(tmp_path / "empty", "")).problem is Problem.EMPTY
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    assert refusal(fifo).problem is Problem.NOT_A_FILE
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        assert refusal(tmp_path / "socket").problem is Problem.NOT_A_FILE
    assert time.monotonic() - began < 2, "it waited for somebody to write"


def test_links_are_not_followed(tmp_path: Path) -> None:
    link, loop = tmp_path / "link", tmp_path / "loop"
    link.symlink_to(put(tmp_path / "mine.json", PORTFOLIO))
    loop.symlink_to(loop)
    assert refusal(link).problem is Problem.LINK
    assert refusal(loop).problem is Problem.LINK
    assert refusal(loop / "mine.json").problem is Problem.LINK


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing
    assert refusal(path).problem is Problem.TOO_LARGE


def test_a_refusal_names_file_line_and_what_was_meant(tmp_path: Path) -> None:
    found = refusal(put(tmp_path / "mine.csv", "token,amount\nETH,5\nstEHT,3\n"))
    assert (found.problem, found.line, found.near) == (Problem.UNKNOWN_KEY, 3, "stETH")
    assert (found.field, found.file) == ("stEHT", str(tmp_path / "mine.csv"))


def test_a_refusal_survives_the_way_as_data() -> None:
    told = FileRefused(Problem.BAD_NUMBER, line=3, field="a", detail="1e9", near="b", wanted="c")
    assert FileRefused.of(told.data()).data() == told.data()
    for nonsense in ({}, {"problem": "none"}, {**told.data(), "line": "3"}):
        with pytest.raises((ValueError, TypeError)):
            FileRefused.of(nonsense)


# --- long files, line by line --------------------------------------------------------------------


def pairs(lines):
    """A reader for the tests: every line a table with one number, doubled."""
    for number, text in lines:
        value = read_json(text, line=number)
        if value.get("sleep"):
            time.sleep(60)
        while value.get("spin"):
            pass
        if value.get("grind"):
            sum(range(10**13))  # in C, where no other thread of Python gets a turn
        if value.get("eat"):
            bytearray(2**30)
        if value.get("fail"):
            raise ZeroDivisionError("of the reader's")
        if value.get("exit"):
            os._exit(3)
        yield {"twice": value["n"] * 2}


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A streamed kind that both sides know: the child is told by a module of the test's."""
    extra = Kind("tests.app.test_door:pairs", 10_000_000, 1_000_000, streamed=True)
    monkeypatch.setattr(doors, "KINDS", {**KINDS, "pairs": extra})
    command = doors.helpers.command("--helper=door", "pairs")
    program = (
        "import lstwallet.app.door.child as c; from tests.app import test_door as t;"
        "c.KINDS = {**c.KINDS, 'pairs': c.Kind('tests.app.test_door:pairs', 10**7, 10**7,"
        " seconds=10, streamed=True)}; raise SystemExit(c.main(['pairs']))"
    )
    start = command[: command.index("-m")]
    monkeypatch.setattr(doors.helpers, "command", lambda *_: [*start, "-c", program])
    return "pairs"


def test_a_long_file_comes_line_by_line(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path / "long.jsonl", "".join(f'{{"n": {n}}}\n' for n in range(20_000)))
    with stream(path, kind) as lines:
        assert [item["twice"] for item in lines] == [2 * n for n in range(20_000)]
        assert 0 < lines.cost.bytes < 256 * 2**20
    print(lines.cost)


def test_a_line_that_will_not_do_is_named(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path / "long.jsonl", '{"n": 1}\n\n{"n": NaN}\n{"n": 3}\n')
    taken = []
    with pytest.raises(FileRefused) as caught, stream(path, kind) as lines:
        taken.extend(lines)
    assert taken == [{"twice": 2}]
    assert (caught.value.problem, caught.value.line) == (Problem.NOT_FINITE, 3)


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        pytest.param("spin", Problem.TOO_LONG, marks=pytest.mark.slow),
        ("eat", Problem.TOO_MUCH_MEMORY),
        ("fail", Problem.FAILED),
        ("exit", Problem.FAILED),
    ],
)
def test_a_child_that_goes_astray_is_ended(
    tmp_path: Path, kind: str, wish: str, problem: Problem
) -> None:
    path = put(tmp_path / "bad.jsonl", f'{{"n": 1}}\n{{"{wish}": true, "n": 2}}\n')
    assert refusal(path, kind).problem is problem


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_child_is_ended_by_the_system_where_no_python_runs(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    monkeypatch.setattr(doors, "PATIENCE", 300)  # a busy computer is no reason

    def used() -> float:
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    path, before = put(tmp_path / "bad.jsonl", '{"grind": true, "n": 2}\n'), used()
    assert refusal(path, kind).problem is Problem.TOO_LONG
    assert used() - before < 6, "seconds of processor time"


def test_an_answer_has_a_limit_of_its_own(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path / "long.jsonl", "".join(f'{{"n": {n}}}\n' for n in range(60_000)))
    with pytest.raises(FileRefused) as caught, stream(path, kind) as lines:
        list(lines)
    assert caught.value.problem is Problem.TOO_LARGE


def test_a_child_that_only_sleeps_is_ended(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "PATIENCE", 1)
    path = put(tmp_path / "bad.jsonl", '{"sleep": true, "n": 2}\n')
    assert refusal(path, kind).problem is Problem.TOO_LONG


def test_nobody_has_to_wait_for_what_is_not_wanted_any_more(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path / "bad.jsonl", '{"sleep": true, "n": 2}\n')
    enough = threading.Event()
    threading.Timer(0.5, enough.set).start()
    began = time.monotonic()
    with pytest.raises(FileRefused) as caught:
        read(path, kind, unwanted=enough.is_set)
    assert caught.value.problem is Problem.STOPPED
    assert time.monotonic() - began < 5


def test_leaving_early_ends_the_child(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path / "long.jsonl", "".join(f'{{"n": {n}}}\n' for n in range(100_000)))
    began = time.monotonic()
    with stream(path, kind) as lines:
        assert next(iter(lines)) == {"twice": 0}
    assert time.monotonic() - began < 5
