"""``python -m tests.reliability.power_loss STATES SEED [WEAKENED]``: the power goes, anywhere.

A worker makes a profile and does deeds under strace. Its writes are replayed; at moments spread
over all of them what was not synced is dropped, torn and reordered, and what is left is opened:
all that was acknowledged must be there, once. WEAKENED is what must fail: ``NORMAL`` or ``OFF``
for SQLite's synchronous, ``mark`` for a head mark that is not synced.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from lstwallet.store import mark, schema
from lstwallet.store.errors import StoreError
from lstwallet.store.journal import Store
from tests.reliability import deeds, traced
from tests.reliability.disk_model import OPTIONS, Disk, calls

DEEDS: Final = 60
PROFILE: Final = "Main.lstwallet"
LOG: Final = "acknowledged"


def weaken(how: str) -> None:
    """In the worker: leave out syncs."""
    levels = {"NORMAL": 1, "OFF": 0}
    if how == "mark":
        mark.sync_data = lambda handle: None  # type: ignore[assignment]
    elif how:
        schema._SETTINGS_OF_A_WRITER = tuple(
            ("synchronous", how, levels[how]) if name == "synchronous" else (name, wanted, found)
            for name, wanted, found in schema._SETTINGS_OF_A_WRITER
        )


def traced_work(folder: Path, log: Path, how: str) -> None:
    """Make a profile in ``folder`` and do deeds, all in the trace ``log``."""

    def work() -> None:
        weaken(how)
        deeds.begin(folder / PROFILE)
        deeds.work(folder / PROFILE, folder / LOG, DEEDS)

    assert traced.run(work, OPTIONS, log) == 0


def judged(left: dict[str, bytes], told: int, place: Path, reference: deeds.Undisturbed) -> str:
    """What a person finds after the loss: ``sound``, or what is wrong with it."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name, content in left.items():
        if name != LOG:
            (place / name).write_bytes(content)
    profile = place / PROFILE
    if not profile.exists():
        return "sound" if told == 0 else "lost"
    try:
        store = Store.open(profile, key=deeds.KEY)
    except StoreError as error:
        return f"refused ({error.detail})"
    try:
        count, state = store.operation.number, deeds.state_of(store)
    except StoreError as error:
        return f"refused ({error.detail})"
    finally:
        store.close()
    if count < told:
        return "lost"
    return "sound" if count <= told + 1 and state == reference.at(count) else "doubled"


def replayed(log: Path, folder: Path, states: int, seed: int) -> Counter[str]:
    """How many of the states were what."""
    dice = random.Random(seed)
    trace = list(calls(log))
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        reference = deeds.Undisturbed(Path(name) / "reference.lstwallet")
        disk, told, due = Disk(folder), 0, 0.0
        for call in trace:
            if call.name == "write" and disk.is_of(call, LOG):
                told = int(call.texts[0])
            disk.do(call)
            due += states / len(trace)
            while due >= 1.0:
                due -= 1.0
                verdict = judged(disk.after_loss(dice), told, Path(name) / "left", reference)
                found[verdict] += 1
    return found


def main(states: int, seed: int, how: str = "") -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "profile"
        folder.mkdir()
        traced_work(folder, Path(name) / "trace", how)
        found = replayed(Path(name) / "trace", folder, states, seed)
    bad = {verdict: number for verdict, number in found.items() if verdict != "sound"}
    total = sum(bad.values())
    print(f"{how or 'as it is'}: {found.total()} states, seed {seed}: {total} bad {bad or ''}")
    return total


if __name__ == "__main__":
    sys.exit(min(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]), 100))
