"""``python -m tests.reliability.cut_migration STRIDE [ONLY]``: killed at each call, one by one.

Four migrations: a plain profile becomes an encrypted one; a file of an earlier format becomes one
of today's; a profile of an earlier program is opened as the window opens it (keys are made, then it
is encrypted); a first password makes the database anew under another key. strace kills the process
before the N-th such call of each kind, for every N (or each STRIDE-th) until one runs through. What
is left must be the old profile or the new one, with the same world; done again, it is the new one,
and nothing plain is left beside it. ONLY names the migrations to try by numbers, as in ``34``.
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
from typing import Final, NamedTuple

from lstwallet.app import safe
from lstwallet.app.session import Session
from lstwallet.store.encrypt import encrypt
from lstwallet.store.errors import Damage, StoreBroken
from lstwallet.store.journal import Store
from lstwallet.store.mark import mark_path
from lstwallet.store.verify import verify
from lstwallet.vault.errors import KeysError
from tests import cheap_keys
from tests.reliability import deeds, traced
from tests.store.test_kept import HASHES, unpacked

CALLS: Final = (
    "rename", "unlink", "link", "ftruncate", "fsync", "fdatasync", "write", "openat", "pwrite64",
)  # fmt: skip
PASSWORD: Final = safe.Password("correct horse battery staple")
KEYS: Final = frozenset({".keys", ".keys.copy"})
ENDS: Final = frozenset({"", ".head", ".lock"})
"""What lies in the folder of an encrypted profile that is closed."""


class At(NamedTuple):
    """The N-th call of a kind: strace counts each kind by itself."""

    call: str
    number: int


def cut(work: Callable[[], None], at: At, log: Path) -> bool:
    """Whether the work was killed there."""
    options = ("-e", f"trace={at.call}", "-e", f"inject={at.call}:signal=KILL:when={at.number}")
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


def encrypted(old: Path, place: Path, at: At, expected: str, found: Counter[str]) -> bool:
    """One try of the first migration; whether it was cut."""
    profile = copied(old, place)
    was_cut = cut(lambda: encrypt(profile, deeds.KEY), at, place.parent / "trace")
    new = is_encrypted(profile)
    found["new" if new else "old"] += 1
    if not new:
        encrypt(profile, deeds.KEY)
        assert is_encrypted(profile)
    left = {each.name.removeprefix(profile.name) for each in place.iterdir()}
    assert left == ENDS, f"{at}: {left} is left"
    assert hash_of(profile, deeds.KEY) == expected, f"{at}: another world"
    return was_cut


def brought_up(old: Path, place: Path, at: At, expected: str, found: Counter[str]) -> bool:
    """One try of the second; whether it was cut."""
    profile = copied(old, place)
    was_cut = cut(lambda: Store.open(profile).close(), at, place.parent / "trace")
    assert hash_of(profile, None) == expected, f"{at}: another world"
    Session.open(profile).close()
    found["opened"] += 1
    return was_cut


def opened(old: Path, place: Path, at: At, expected: str, found: Counter[str]) -> bool:
    """One try of the third; whether it was cut."""
    profile = copied(old, place)
    was_cut = cut(lambda: safe.open_profile(profile).close(), at, place.parent / "trace")
    found[safe.how(profile).state.value] += 1
    session = safe.open_profile(profile)
    assert session.world.events > 0
    session.close()
    left = {each.name.removeprefix(profile.name) for each in place.iterdir()}
    assert left == ENDS | KEYS, f"{at}: {left} is left"
    report = safe.verify_profile(profile)
    assert report.sound, report.problems
    assert report.events >= int(expected), f"{at}: another history"
    return was_cut


def under_another_key(
    old: Path, place: Path, at: At, expected: str, found: Counter[str]
) -> bool:
    """One try of the fourth; whether it was cut."""
    profile = copied(old, place)
    was_cut = cut(
        lambda: safe.set_password(profile, safe.NOTHING, PASSWORD), at, place.parent / "trace"
    )
    try:
        report, came = safe.verify_profile(profile, PASSWORD), "new"
    except KeysError:
        report, came = safe.verify_profile(profile), "old"
    assert report.sound, report.problems
    assert report.world_hash == expected, f"{at}: another world"
    found[came] += 1
    if came == "old":
        safe.set_password(profile, safe.NOTHING, PASSWORD)
    safe.open_profile(profile, PASSWORD).close()
    left = {each.name.removeprefix(profile.name) for each in place.iterdir()}
    assert left == ENDS | KEYS, f"{at}: {left} is left"
    return was_cut


def copied(old: Path, place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    profile = place / "Main.lstwallet"
    for suffix in ("", ".head", ".keys", ".keys.copy"):
        if old.with_name(old.name + suffix).exists():
            shutil.copy(old.with_name(old.name + suffix), place / (profile.name + suffix))
    return profile


def hash_of(profile: Path, key: bytes | None) -> str:
    report = verify(profile, key=key)
    assert report.sound, report.problems
    return report.world_hash


def all_cut(
    migrate: Callable[[Path, Path, At, str, Counter[str]], bool],
    call: str,
    stride: int,
    rest: tuple[Path, Path, str, Counter[str]],
) -> int:
    """Kill a migration at each call of a kind; how many there were."""
    old, place, expected, found = rest
    kills = 0
    while migrate(old, place, At(call, 1 + kills * stride), expected, found):
        kills += 1
    return kills


def main(stride: int, only: str = "1234") -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = folder / "plain.lstwallet"
        deeds.begin(plain, None)
        session = Session.open(plain)
        for _ in range(2 * deeds.DEEDS):
            deeds.do_next(session)
        session.close()
        earlier = unpacked("main-road", folder)
        cheap = cheap_keys.POLICY
        safe.tools = safe.Tools(cheap, cheap_keys.FakeKeyring())
        unlocked = folder / "open.lstwallet"
        shutil.copy(plain, unlocked)
        shutil.copy(mark_path(plain), mark_path(unlocked))
        safe.open_profile(unlocked).close()
        tries = (
            ("encrypted", encrypted, plain, hash_of(plain, None)),
            ("brought up to date", brought_up, earlier, HASHES["main-road"]),
            ("opened by the window", opened, plain, str(verify(plain).events)),
            ("another key", under_another_key, unlocked, hash_of(plain, None)),
        )
        for what, migrate, old, expected in (tries[int(digit) - 1] for digit in only):
            found: Counter[str] = Counter()
            kills = sum(
                all_cut(migrate, call, stride, (old, folder / "place", expected, found))
                for call in CALLS
            )
            print(f"{what}: killed at {kills} calls: {dict(found)}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
