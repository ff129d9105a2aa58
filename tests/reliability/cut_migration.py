"""``python -m tests.reliability.cut_migration STRIDE``: killed at every call that changes a file.

Two migrations: a plain profile becomes an encrypted one, and a file of an earlier format becomes
one of today's. strace kills the process before the N-th such call, for every N (or each STRIDE-th)
until one runs through. What is left must be the old profile or the new one, with the same world;
done again, it is the new one, and nothing plain is left beside it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lstwallet.app.session import Session
from lstwallet.store.encrypt import encrypt
from lstwallet.store.errors import Damage, StoreBroken
from lstwallet.store.journal import Store
from lstwallet.store.mark import mark_path
from lstwallet.store.verify import verify
from tests.reliability import deeds, traced
from tests.store.test_kept import HASHES, unpacked

CALLS: Final = f"{traced.WRITES},openat,link,linkat"
ENDS: Final = frozenset({"", ".head", ".lock"})
"""What lies in the folder of an encrypted profile that is closed."""


def cut(work: Callable[[], None], number: int, log: Path) -> bool:
    """Whether the work was killed at call ``number``."""
    options = ("-e", f"trace={CALLS}", "-e", f"inject={CALLS}:signal=KILL:when={number}")
    status = traced.run(work, options, log)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert status == 0, "the migration ended by itself"
    return False


def is_encrypted(profile: Path) -> bool:
    """Whether it opens with its key; if not, it must be a plain one still."""
    try:
        Store.open(profile, key=deeds.KEY).close()
    except StoreBroken as error:
        if error.damage is Damage.NOT_ENCRYPTED:
            return False
        raise
    return True


def encrypted(old: Path, place: Path, number: int, expected: str, found: Counter[str]) -> bool:
    """One try of the first migration; whether it was cut."""
    profile = copied(old, place)
    was_cut = cut(lambda: encrypt(profile, deeds.KEY), number, place.parent / "trace")
    new = is_encrypted(profile)
    found["new" if new else "old"] += 1
    if not new:
        encrypt(profile, deeds.KEY)
        assert is_encrypted(profile)
    left = {each.name.removeprefix(profile.name) for each in place.iterdir()}
    assert left == ENDS, f"call {number}: {left} is left"
    assert hash_of(profile, deeds.KEY) == expected, f"call {number}: another world"
    return was_cut


def brought_up(old: Path, place: Path, number: int, expected: str, found: Counter[str]) -> bool:
    """One try of the second; whether it was cut."""
    profile = copied(old, place)
    was_cut = cut(lambda: Store.open(profile).close(), number, place.parent / "trace")
    assert hash_of(profile, None) == expected, f"call {number}: another world"
    Session.open(profile).close()
    found["opened"] += 1
    return was_cut


def copied(old: Path, place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    profile = place / "Main.lstwallet"
    shutil.copy(old, profile)
    if mark_path(old).exists():
        shutil.copy(mark_path(old), mark_path(profile))
    return profile


def hash_of(profile: Path, key: bytes | None) -> str:
    report = verify(profile, key=key)
    assert report.sound, report.problems
    return report.world_hash


def main(stride: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = folder / "plain.lstwallet"
        deeds.begin(plain, None)
        session = Session.open(plain)
        for _ in range(2 * deeds.DEEDS):
            deeds.do_next(session)
        session.close()
        earlier = unpacked("main-road", folder)
        for what, migrate, old, expected in (
            ("encrypted", encrypted, plain, hash_of(plain, None)),
            ("brought up to date", brought_up, earlier, HASHES["main-road"]),
        ):
            found: Counter[str] = Counter()
            number = 1
            while migrate(old, folder / "place", number, expected, found):
                number += stride
            print(f"{what}: killed at {found.total() - 1} of {number} calls: {dict(found)}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
