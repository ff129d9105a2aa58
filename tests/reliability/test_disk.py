"""The operating system refuses to write: told, nothing acknowledged lost, and on it goes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.units.clock import DAY, HOUR
from tests.small_world import small_world

if sys.platform == "win32":
    pytest.skip("limits and mounts are POSIX", allow_module_level=True)

import resource

ROOT = Path(__file__).resolve().parents[2]
ETH = 10**18


def in_file(session: Session) -> str:
    reader = Session.open(session.path, key=session.key, read_only=True)
    try:
        return world_hash(reader.world)
    finally:
        reader.close()


def fill_and_go_on(profile: Path, limit: int) -> None:
    """In a child: this process may write no file longer than ``limit``, then it may again."""
    session = Session.create(profile, small_world(), MarketConfig(), name="Main")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = profile.stat().st_size
    acknowledged, refusals = world_hash(session.world), 0
    for number in range(60):
        tight = number % 3 != 2
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + limit if tight else soft, hard))
        if session.halted is not None and not tight:
            session.recover()
        try:
            if number % 2:
                session.advance(session.world.time + 5 * HOUR)
            else:
                session.execute(Fund(YOU, "ETH", ETH))
            acknowledged = world_hash(session.world)
        except StoreUnavailable:
            refusals += 1
        assert world_hash(session.world) == acknowledged
        if not tight:  # what a failed write left behind has been rolled back by now
            assert in_file(session) == acknowledged
    assert refusals >= 5, f"only {refusals} writes were refused"
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    session.execute(Fund(YOU, "ETH", ETH))
    assert session.verify().sound
    session.close()


@pytest.mark.parametrize("limit", [
    4_096, *(pytest.param(limit, marks=pytest.mark.slow) for limit in (0, 20_000, 60_000))
])  # fmt: skip
def test_files_that_may_not_grow(tmp_path: Path, limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.test_disk", str(tmp_path / "p"), str(limit)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, where one may be mounted."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    place = tmp_path / "disk"
    place.mkdir()
    if mount is None or umount is None:
        pytest.skip("there is no mount here")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True
    )
    if made.returncode:
        pytest.skip("a small disk needs the right to mount one")
    yield place
    subprocess.run([umount, str(place)], check=True)


@pytest.mark.parametrize("key", [None, bytes(range(32))], ids=["plain", "encrypted"])
def test_a_disk_that_is_full(small_disk: Path, key: bytes | None) -> None:
    session = Session.create(small_disk / "p", small_world(), MarketConfig(), name="Main", key=key)
    stuffing = small_disk / "stuffing"
    stuffing.write_bytes(bytes(1_000_000))
    acknowledged, told = world_hash(session.world), None
    for _ in range(60):
        try:
            session.advance(session.world.time + DAY)
        except StoreUnavailable as error:
            told = error.trouble
            break
        acknowledged = world_hash(session.world)
    assert told is Trouble.DISK_FULL
    assert world_hash(session.world) == acknowledged
    stuffing.unlink()
    assert in_file(session) == acknowledged
    session.advance(session.world.time + DAY)
    assert session.verify().sound
    session.close()


if __name__ == "__main__":
    fill_and_go_on(Path(sys.argv[1]), int(sys.argv[2]))
