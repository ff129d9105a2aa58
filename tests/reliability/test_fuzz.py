"""The door under fire: thousands of files made of good ones, each let in or refused.

Whatever is neither (another exception, more than 2 s) ends the run with the file that did it.
"""

from __future__ import annotations

import io
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from lstwallet.app import importing
from lstwallet.app.door import KINDS, FileRefused, Problem, child, read
from lstwallet.store import imports
from tests.reliability import fuzz

ROOT = Path(__file__).resolve().parents[2]
RUNS = 10_000
NIGHTLY = 300_000


def under_fire(folder: Path, runs: int, limit: int) -> Path:
    """Feed so many files; the folder of those that reached something new."""
    kept = folder / "corpus"
    kept.mkdir()
    seed = random.SystemRandom().randrange(1, 2**31)
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.fuzz", str(kept), str(runs), str(seed)],
        cwd=ROOT, capture_output=True, text=True, timeout=limit,
    )  # fmt: skip
    files, told = fuzz.counted(done.stdout + done.stderr)
    print(f"seed {seed}: {told}")
    found = [path for path in folder.iterdir() if path.is_file()]
    assert done.returncode == 0, f"seed {seed}, {found}: {done.stderr[-4_000:]}"
    assert files >= runs
    return kept


def through_the_child(folder: Path, most: int) -> None:
    """Both ways of reading a file agree, and the child is never at a loss."""
    feed = fuzz.Feeder(folder.with_name("read"))
    paths = [path for path in sorted(folder.iterdir()) if path.stat().st_size > 1]
    paths = [path for path in paths if fuzz.kind_in(path.read_bytes()) in fuzz.NAMES]
    asked = refused = 0
    for path in random.Random(len(paths)).sample(paths, min(most, len(paths))):
        data = path.read_bytes()
        kind, alone = fuzz.kind_in(data), folder / "alone"
        alone.write_bytes(data[1:])
        try:
            here = feed.readers[kind](data[1:])
        except FileRefused as error:
            here = error.problem
        try:
            there = read(alone, kind)
        except FileRefused as error:
            there = error.problem
            refused += 1
        assert there == here, path
        assert there not in (Problem.FAILED, Problem.TOO_LONG, Problem.TOO_MUCH_MEMORY)
        asked += 1
    print(f"{asked} through the child, {refused} refused, none otherwise")
    assert asked


@pytest.mark.slow
def test_ten_thousand_files(tmp_path: Path) -> None:
    through_the_child(under_fire(tmp_path, RUNS, 400), 60)


@pytest.mark.nightly
def test_a_night_of_files(tmp_path: Path) -> None:
    through_the_child(under_fire(tmp_path, NIGHTLY, 7_200), 1_000)


def test_a_few_hundred_files_by_chance(tmp_path: Path) -> None:
    feed, dice = fuzz.Feeder(tmp_path), random.Random(5)
    names = (*fuzz.NAMES, *fuzz.OWN)
    for name, files in fuzz.corpus().items():
        for data in files:
            feed(bytes([names.index(name)]) + data)
            for _ in range(20):
                feed(bytes([names.index(name)]) + fuzz.mutate(data, dice))
    print(feed.told())
    assert feed.seen["let in"] >= len(fuzz.corpus())
    assert len(feed.seen) > 8, "the changes do not reach far"


def journals(folder: Path, count: int) -> Counter[str]:
    """Changed journals, replayed as far as they go: refused, or the same history."""
    good = fuzz.journal_file(folder / "good")
    dice, seen, hashes = random.Random(count), Counter[str](), set[str]()
    for number in range(count):
        data = fuzz.mutate(good, dice, 400_000) if number else good
        target = folder / f"{number}.lstwallet"
        began = time.process_time()
        try:
            lines = child._lines(io.BytesIO(data), KINDS["journal"].longest_line)
            items = map(imports.of_answer, imports.answer(lines))
            hashes.add(importing.load(items, target).world_hash)
            seen["let in"] += 1
        except FileRefused as error:
            seen[error.problem.value] += 1
        assert time.process_time() - began < 5
        for path in folder.glob(f"{target.name}*"):
            path.unlink()
    assert len(hashes) == 1, "a changed history was taken for a sound one"
    if sys.platform != "win32":  # the child's clock would end the whole run, seconds later
        assert signal.getitimer(signal.ITIMER_PROF)[0] == 0
    return seen


def test_journals_made_of_a_good_one(tmp_path: Path) -> None:
    print(journals(tmp_path, 60))


@pytest.mark.nightly
def test_many_journals_made_of_a_good_one(tmp_path: Path) -> None:
    print(journals(tmp_path, 5_000))


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), MemoryError(), OSError()])
def test_whatever_is_no_refusal_ends_the_run(tmp_path: Path, error: Exception) -> None:
    feed = fuzz.Feeder(tmp_path)

    def broken(_data: bytes) -> None:
        raise error

    feed.readers["lesson"] = broken
    with pytest.raises(type(error)):
        feed(bytes([fuzz.NAMES.index("lesson")]) + b"x")


def test_a_slow_reader_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SECONDS", 0)
    with pytest.raises(AssertionError, match="for a file of kind"):
        fuzz.Feeder(tmp_path)(b"\0x")
