"""The encrypted store under kills, power loss, ill disks, cut migrations and races.

Each rig is a module beside this one; what it does and what it counts stands at its top. Here the
short runs, the long ones behind ``-m nightly``; with ``-s`` they print their figures.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.reliability.disk_model import Call, Disk, Write, _torn
from tests.reliability.rigs import figures_of, needs_fork, needs_strace


@needs_fork
def test_kills_lose_nothing_and_double_nothing() -> None:
    assert "4 kills, seed 1: 0 lost, 0 doubled" in figures_of("kill_loop", 4, 1, seconds=120)


@needs_fork
@pytest.mark.slow
def test_a_hundred_kills() -> None:
    assert "100 kills, seed 2: 0 lost, 0 doubled" in figures_of("kill_loop", 100, 2, seconds=600)


@needs_fork
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_kills(seed: int) -> None:
    assert "0 lost, 0 doubled" in figures_of("kill_loop", 100, 100 + seed, seconds=1_800)


@needs_strace
def test_a_power_loss_loses_nothing() -> None:
    assert "0 bad" in figures_of("power_loss", 25, 1, seconds=120)


@needs_strace
@pytest.mark.slow
def test_a_power_loss_loses_nothing_and_a_weakened_store_does() -> None:
    assert "0 bad" in figures_of("power_loss", 100, 1, seconds=120)
    assert " 0 bad" not in figures_of("power_loss", 60, 1, "NORMAL", seconds=120, code=None)


@needs_strace
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(5))
def test_five_thousand_power_losses(seed: int) -> None:
    assert "0 bad" in figures_of("power_loss", 1_001, 100 + seed, seconds=3_600)


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("weakened", ["NORMAL", "OFF", "mark"])
def test_the_controls_fail(weakened: str) -> None:
    said = figures_of("power_loss", 300, 2, weakened, seconds=600, code=None)
    assert int(said.split(" bad")[0].rsplit(" ", 1)[1]) >= 20


@needs_strace
@pytest.mark.slow
def test_a_call_that_fails_is_told_and_it_goes_on() -> None:
    assert "0 lost, 0 doubled" in figures_of("ill_disk", 45, 7, seconds=600)


@needs_strace
@pytest.mark.nightly
def test_every_call_that_fails_is_told_and_it_goes_on() -> None:
    assert "0 lost, 0 doubled" in figures_of("ill_disk", 1, seconds=3 * 3_600)


@needs_strace
@pytest.mark.parametrize("only", "1234")
@pytest.mark.slow
def test_a_migration_that_is_cut_leaves_the_old_or_the_new(only: str) -> None:
    assert "killed at" in figures_of("cut_migration", 61, only, seconds=600)


@needs_strace
def test_an_encryption_that_is_cut_leaves_the_old_or_the_new() -> None:
    assert "encrypted: killed at" in figures_of("cut_migration", 301, 1, seconds=300)


@needs_strace
@pytest.mark.nightly
@pytest.mark.parametrize("only", "1234")
def test_a_migration_that_is_cut_anywhere_leaves_the_old_or_the_new(only: str) -> None:
    assert "killed at" in figures_of("cut_migration", 1, only, seconds=3 * 3_600)


@needs_fork
def test_of_twenty_processes_one_wins() -> None:
    assert "one winner each time" in figures_of("race", 4, seconds=120)


@needs_fork
@pytest.mark.nightly
def test_of_twenty_processes_one_wins_a_thousand_times() -> None:
    assert "one winner each time" in figures_of("race", 1_000, seconds=3_600)


# --- the model itself --------------------------------------------------------------------------


def call(name: str, words: str, *texts: bytes, result: int = 0) -> Call:
    return Call(name, words, list(texts), result)


def test_what_was_synced_stays_and_what_was_not_may_go() -> None:
    disk, dice = Disk(Path("/d")), random.Random(1)
    disk.do(call("openat", "AT_FDCWD, , O_RDWR|O_CREAT", b"/d/a", result=5))
    disk.do(call("pwrite64", "5, , 1024, 0", b"x" * 1024, result=1024))
    left = [disk.after_loss(dice) for _ in range(50)]
    assert {len(each) for each in left} == {0, 1}  # the name itself may be lost
    disk.do(call("fsync", "5"))
    disk.do(call("openat", "AT_FDCWD, , O_RDONLY", b"/d", result=6))
    disk.do(call("fsync", "6"))
    assert all(disk.after_loss(dice) == {"a": b"x" * 1024} for _ in range(50))
    disk.do(call("pwrite64", "5, , 1024, 0", b"y" * 1024, result=1024))
    contents = {disk.after_loss(dice)["a"] for _ in range(200)}
    assert {b"x" * 1024, b"y" * 1024, b"y" * 512 + b"x" * 512, b"x" * 512 + b"y" * 512} == contents
    disk.do(call("unlink", "", b"/d/a"))
    assert {len(disk.after_loss(dice)) for _ in range(50)} == {0, 1}
    disk.do(call("fsync", "6"))
    assert disk.after_loss(dice) == {}


def test_a_rename_is_one_change() -> None:
    disk, dice = Disk(Path("/d")), random.Random(2)
    disk.do(call("openat", "AT_FDCWD, , O_WRONLY|O_CREAT", b"/d/new", result=5))
    disk.do(call("write", "5, , 3", b"abc", result=3))
    disk.do(call("fdatasync", "5"))
    disk.sync_names()
    disk.do(call("rename", ", ", b"/d/new", b"/d/old"))
    seen = {tuple(sorted(disk.after_loss(dice).items())) for _ in range(50)}
    assert seen == {(("new", b"abc"),), (("old", b"abc"),)}


def test_a_torn_write_ends_at_sectors() -> None:
    dice = random.Random(3)
    for _ in range(50):
        for part in _torn(Write(100, bytes(2_000)), dice):
            assert part.offset == 100 or part.offset % 512 == 0
            assert part.offset // 512 == (part.offset + len(part.data) - 1) // 512
