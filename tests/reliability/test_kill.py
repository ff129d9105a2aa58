"""kill -9 at random moments: no acknowledged step is lost, none is done twice.

A child process works on a profile and writes an acknowledgement, outside the profile, for
every step that was acknowledged to it. What it does next follows from the world alone, so
an undisturbed history of the same length must have the very same hashes.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from lstwallet.app.session import Session
from lstwallet.engine.kernel import Batch
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, World
from lstwallet.market.driver import MarketConfig
from lstwallet.store.book import (
    Book,
    Contact,
    Edit,
    Favour,
    NameAccount,
    PutContact,
    edited,
)
from lstwallet.store.codec import world_hash
from lstwallet.store.journal import Store
from lstwallet.units.clock import HOUR
from tests.small_world import small_world

STRIDE = 5 * HOUR + 1_234
"""Simulated seconds between two commands."""
ETH = 10**18
ROOT = Path(__file__).resolve().parents[2]


def done(world: World) -> int:
    """How many commands have been done: each brings one unit of USDC."""
    return world.balance(YOU, "USDC")


def next_moment(world: World) -> int:
    return world.started + done(world) * STRIDE


def command(world: World) -> Batch:
    """The next command: play money, a stake, and the unit of USDC that counts it."""
    number = done(world)
    return Batch(
        (Fund(YOU, "ETH", (number + 1) * ETH), Stake(YOU, ETH // 3), Fund(YOU, "USDC", 1))
    )


def work(profile: Path, log: Path) -> None:
    """What the child does until it is killed."""
    import lstwallet.app.session as sessions

    sessions.COMMIT_SECONDS = 0.004
    acknowledged = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def acknowledge(world: World) -> None:
        os.write(acknowledged, f"{world.events} {world.time} {done(world)}\n".encode())

    session = Session.open(profile)
    acknowledge(session.world)
    while True:
        world = session.world
        if world.time < next_moment(world):
            session.advance(next_moment(world), progress=lambda seen: acknowledge(seen.world))
        else:
            session.execute(command(world))
        acknowledge(session.world)


def begun(arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """A child that has acknowledged something in ``log``: it is at work."""
    log.unlink(missing_ok=True)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.test_kill", *arguments], cwd=ROOT
    )
    deadline = time.monotonic() + 60
    while not (log.exists() and log.stat().st_size):
        assert child.poll() is None, "the child ended by itself"
        assert time.monotonic() < deadline, "the child never began"
        time.sleep(0.002)
    return child


def kill_at(profile: Path, log: Path, delay: float) -> tuple[int, int, int]:
    """Start a child, kill it ``delay`` seconds after it began to work: its last acknowledgement."""
    child = begun([str(profile), str(log)], log)
    time.sleep(delay)
    assert child.poll() is None, "the child ended by itself"
    child.kill()
    child.wait()
    lines = log.read_text().split("\n")[:-1]
    seq, moment, number = lines[-1].split()
    return int(seq), int(moment), int(number)


def undisturbed(path: Path, end: World) -> Session:
    """The same work, never interrupted, up to the same point."""
    session = Session.create(path, small_world(), MarketConfig(), name="undisturbed")
    while done(session.world) < done(end) or session.world.time < end.time:
        world = session.world
        if world.time < next_moment(world):
            session.advance(min(next_moment(world), end.time))
        else:
            session.execute(command(world))
    return session


def killed_and_compared(folder: Path, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    profile, log = folder / "Main.lstwallet", folder / "acknowledged"
    Session.create(profile, small_world(), MarketConfig(), name="Main").close()
    in_flight = 0
    for number in range(kills):
        seq, moment, commands = kill_at(profile, log, dice.uniform(0.0, 0.12))
        session = Session.open(profile)
        world = session.world
        label = f"kill {number} of seed {seed}"
        assert world.events >= seq, f"{label}: event {seq} was acknowledged and is lost"
        assert world.time >= moment, f"{label}: time {moment} was acknowledged and is lost"
        assert commands <= done(world) <= commands + 1, f"{label}: a command is lost or doubled"
        in_flight += world.events > seq
        again = world_hash(world)
        session.close()
        reopened = Session.open(profile)
        assert world_hash(reopened.world) == again, label
        reopened.close()
    survivor = Session.open(profile)
    reference = undisturbed(folder / "reference.lstwallet", survivor.world)
    assert done(survivor.world) > 0
    assert world_hash(survivor.world) == world_hash(reference.world)
    assert survivor.verify().sound
    survivor.close()
    reference.close()
    assert heads(profile) == heads(folder / "reference.lstwallet")


def heads(path: Path) -> tuple[int, bytes]:
    """Where the chain of events ends."""
    store = Store.open(path, read_only=True)
    try:
        head = store.head()
    finally:
        store.close()
    return head.seq, head.hash


@pytest.mark.slow
def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    killed_and_compared(tmp_path, 4, 1)


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    killed_and_compared(tmp_path, 100, 2)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(3, 13))
def test_a_thousand_kills_lose_nothing_and_double_nothing(tmp_path: Path, seed: int) -> None:
    killed_and_compared(tmp_path, 100, seed)


@pytest.mark.slow
def test_a_kill_while_a_profile_is_made_leaves_a_whole_one_or_none(tmp_path: Path) -> None:
    dice = random.Random(4)
    code = (
        "import sys; from pathlib import Path; from lstwallet.store.journal import Store\n"
        "from tests.small_world import small_world\n"
        "world = small_world(); print('go', flush=True)\n"
        "for number in range(10_000): Store.create(Path(sys.argv[1]) / f'{number}.lstwallet',"
        " world, {'market': '[\"seeded\",true]'}).close()"
    )
    for number in range(3):
        folder = tmp_path / str(number)
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "go\n"
        time.sleep(dice.uniform(0.02, 0.2))
        child.kill()
        child.wait()
        child.stdout.close()
        for path in folder.glob("*.lstwallet"):
            Session.open(path).close()


def edits() -> Iterator[tuple[Edit, Edit, Edit]]:
    """Without an end: a contact under one address, then under another, its note and its star.

    Each edit is one transaction of several statements: halves would show.
    """
    for number in count(1):
        old, new = (f"sim:{number - 1}", f"sim:{number}")
        contact = Contact(new, f"Contact {number}", " ".join(["note"] * (number % 40)))
        yield (
            PutContact(old, contact), NameAccount(YOU, f"Account {number}"),
            Favour("token", "rETH", bool(number % 2)),
        )  # fmt: skip


def edit_on(profile: Path, log: Path) -> None:
    """What the child does until it is killed: each edit that was made is acknowledged."""
    acknowledged = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    session, made = Session.open(profile), 0
    for each in edits():
        for edit in each:
            session.edit(edit)
            made += 1
            os.write(acknowledged, f"{made}\n".encode())


def books(most: int) -> list[Book]:
    """The book before any edit, after the first, and so on."""
    seen = [Book()]
    for each in edits():
        for edit in each:
            seen.append(edited(seen[-1], edit))
        if len(seen) > most:
            return seen
    raise AssertionError("edits have no end")


@pytest.mark.slow
def test_a_kill_in_the_middle_of_an_edit_leaves_the_book_before_or_after(tmp_path: Path) -> None:
    dice, log = random.Random(5), tmp_path / "acknowledged"
    for number in range(3):
        profile = tmp_path / f"{number}.lstwallet"
        Session.create(profile, small_world(), MarketConfig(), name="Main").close()
        child = begun([str(profile), str(log), "edits"], log)
        time.sleep(dice.uniform(0.0, 0.15))
        child.kill()
        child.wait()
        made = int(log.read_text().split("\n")[-2])
        session = Session.open(profile)
        around = books(made + 1)[made : made + 2]
        assert session.book in around, f"kill {number}: neither the old book nor the new one"
        assert session.verify().sound
        session.close()


if __name__ == "__main__":
    (edit_on if "edits" in sys.argv else work)(Path(sys.argv[1]), Path(sys.argv[2]))
