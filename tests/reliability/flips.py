"""``python -m tests.reliability.flips COUNT SEED``: one bit flips, anywhere: found, or harmless.

In the database, its head mark, either slot file, or a backup of it. After every flip the profile
is audited (the backup taken apart, opened and audited): an error by name, a finding, or the very
same profile.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from lstwallet.app import backups, restoring, safe
from lstwallet.app.restoring import Preview
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store.errors import StoreError
from lstwallet.store.journal import Store
from lstwallet.vault.errors import KeysError
from tests.reliability import deeds
from tests.small_world import small_world

NAME: Final = "Main.lstwallet"
WHERE: Final = {"": 50, ".head": 15, ".keys": 10, ".keys.copy": 10, "backup": 15}
"""Which file, and how often in a hundred."""


class Whole:
    """The undamaged profile with its backup."""

    def __init__(self, folder: Path) -> None:
        profile = folder / NAME
        session = safe.begin_profile(
            profile, small_world(), MarketConfig(flows=False), name="Main"
        )
        session.execute(Fund(YOU, "ETH", 100 * deeds.ETH))
        for _ in range(3 * deeds.DEEDS):
            deeds.do_next(session)
        (folder / "backups").mkdir()
        backup = backups.back_up(session, folder / "backups")
        session.close()
        self.files = {
            suffix: (backup if suffix == "backup" else folder / (NAME + suffix)).read_bytes()
            for suffix in WHERE
        }
        self.world = safe.verify_profile(profile).world_hash
        self.state = state_of(profile)
        self.preview = preview_of(backup)
        assert self.preview.problems == ()

    def laid(self, place: Path, damaged: str, content: bytes) -> Path:
        """All of it in a fresh folder, one file damaged."""
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for suffix, whole in self.files.items():
            name = "Main 2026-01-01 0000.lstbackup" if suffix == "backup" else NAME + suffix
            (place / name).write_bytes(content if suffix == damaged else whole)
        return place / NAME


def state_of(profile: Path) -> str:
    """What a person sees."""
    store = Store.open(profile, key=safe.unlock(profile), read_only=True)
    try:
        return deeds.state_of(store)
    finally:
        store.close()


def preview_of(backup: Path) -> Preview:
    """What a person is told before it is restored."""
    staged = restoring.stage(backup)
    try:
        return staged.open(safe.NOTHING)
    finally:
        staged.close()


def verdict(whole: Whole, profile: Path, damaged: str) -> str:
    """``found``, ``harmless`` or ``missed``."""
    try:
        if damaged == "backup":
            preview = preview_of(next(profile.parent.glob("*.lstbackup")))
            if preview.problems:
                return "found"
            return "harmless" if preview == whole.preview else "missed"
        report = safe.verify_profile(profile)
        if not report.sound:
            return "found"
        same = report.world_hash == whole.world and state_of(profile) == whole.state
        return "harmless" if same else "missed"
    except (StoreError, KeysError):
        return "found"


def main(count: int, seed: int) -> None:
    dice = random.Random(seed)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        os.environ.update(dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME"), name))
        (Path(name) / "whole").mkdir()
        whole = Whole(Path(name) / "whole")
        for number in range(count):
            (suffix,) = dice.choices(list(WHERE), list(WHERE.values()))
            content = bytearray(whole.files[suffix])
            bit = dice.randrange(8 * len(content))
            content[bit // 8] ^= 1 << bit % 8
            profile = whole.laid(Path(name) / "place", suffix, bytes(content))
            came = verdict(whole, profile, suffix)
            assert came != "missed", f"flip {number} of seed {seed}: bit {bit} of {suffix or NAME}"
            found[f"{suffix or 'database'} {came}"] += 1
    print(f"{count} flips, seed {seed}: 0 missed; {dict(sorted(found.items()))}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
