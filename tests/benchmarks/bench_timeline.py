"""The time machine on an encrypted profile of a year in which the user acted every week."""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Final

from lstwallet.app.session import Session
from lstwallet.app.timeline import compare, leave_out
from lstwallet.engine.signing import prepare
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis
from lstwallet.store.journal import Store
from lstwallet.units.clock import DAY
from tests.benchmarks.rows import REPETITIONS, Measured, Row, cpu_clock, interleaved

SEED: Final = 7
WEEK: Final = 7 * DAY
WEEKS: Final = 52
ETH: Final = 10**18
PLACES: Final = 25
"""Random places of the year, in each repetition."""
MILLISECONDS: Final = 1e3
KEY: Final = bytes(range(32))


def timed(work: Callable[[], object]) -> float:
    begin = cpu_clock()
    work()
    return cpu_clock() - begin


@lru_cache(maxsize=1)
def year() -> Path:
    """The profile, closed; thrown away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lstwallet-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "year.lstwallet"
    session = Session.create(path, genesis(SEED), MarketConfig(), name="year", key=KEY)
    session.execute(Fund(YOU, "ETH", 1_000 * ETH))
    for _ in range(WEEKS):
        stake = prepare(session.world, YOU, Stake(YOU, ETH)).transaction
        assert session.execute(stake).refusal is None
        session.advance(session.world.time + WEEK)
    session.close()
    return path


def one_snapshot(session: Session) -> float:
    """Seconds in which one snapshot is read from the file and is a World."""
    store = session._store
    assert isinstance(store, Store)
    seqs = store.snapshot_seqs()
    return median(timed(lambda seq=seq: store.snapshot(seq)) for seq in seqs[:9])  # type: ignore[misc]


def measure_open() -> Measured:
    """The whole profile, beside one snapshot of it."""
    path = year()
    session = Session.open(path, key=KEY, read_only=True)
    events = session.world.events
    found = interleaved(
        lambda: timed(lambda: Session.open(path, key=KEY, read_only=True).close()),
        lambda: one_snapshot(session),
        f"{events:,} events",
    )
    session.close()
    return found


def places(count: int = PLACES) -> list[int]:
    dice = random.Random(SEED)
    session = Session.open(year(), key=KEY, read_only=True)
    found = [dice.randrange(1, session.world.events + 1) for _ in range(count)]
    session.close()
    return found


def measure_rewind() -> Measured:
    """Look at the world of any event: the median place; the slowest in the note."""
    session = Session.open(year(), key=KEY, read_only=True)
    floors, medians, slowest = [], [], []
    for turn in range(REPETITIONS + 1):
        floors.append(one_snapshot(session))
        times = [timed(lambda seq=seq: session.world_at(seq)) for seq in places()]  # type: ignore[misc]
        medians.append(median(times))
        slowest.append(max(times))
        if turn == 0:
            floors, medians, slowest = [], [], []
    session.close()
    worst = median(slow / floor for slow, floor in zip(slowest, floors, strict=True))
    note = (
        f"the slowest of {len(places())} places {worst:.1f} ×, "
        f"{MILLISECONDS * median(slowest):.0f} ms"
    )
    return Measured(medians, floors, note)


def on_a_copy(work: Callable[[Session], float]) -> float:
    """What is measured may change the copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.lstwallet"
        for each in year().parent.glob("year.lstwallet*"):
            shutil.copy(each, folder + "/" + each.name.replace("year", "copy"))
        session = Session.open(path, key=KEY)
        seconds = work(session)
        session.close()
    return seconds


def measure_fork() -> Measured:
    """Begin a branch anywhere, committed."""
    seqs = iter(places(REPETITIONS + 1))
    return interleaved(
        lambda: on_a_copy(lambda session: timed(lambda: session.fork(next(seqs)))),
        lambda: on_a_copy(one_snapshot),
        "with its commit",
    )


def measure_switch() -> Measured:
    """Back to the end of the year from a branch that began in its middle."""

    def switched(session: Session) -> float:
        session.fork(session.world.events * 500 // 1_000)
        return timed(lambda: session.switch(1))

    return interleaved(
        lambda: on_a_copy(switched), lambda: on_a_copy(one_snapshot), "with its commit"
    )


def measure_compare() -> Measured:
    """Two branches that parted in the middle of the year, one of them half a year long."""

    def compared(session: Session) -> float:
        session.fork(session.world.events * 500 // 1_000)
        return timed(lambda: compare(session, (1, None), (2, None)))

    def read(session: Session) -> float:
        names = ("net_worth_usd8",)
        return timed(lambda: session.series(names, session.world.started, session.world.time))

    return interleaved(
        lambda: on_a_copy(compared), lambda: on_a_copy(read), "the floor: one chart of the year"
    )


def measure_leaving_out() -> Measured:
    """Leave out the first week's action, beside the year as it was first lived through."""

    def left_out(session: Session) -> float:
        seconds = timed(lambda: leave_out(session, 3))
        assert len(session.branches()) == 2
        return seconds

    def lived(session: Session) -> float:
        return timed(lambda: session.advance(session.world.time + WEEKS * WEEK))

    ours, floor = on_a_copy(left_out), on_a_copy(lived)
    note = f"{WEEKS - 1} actions done again; the floor is a year without any; once each"
    return Measured([ours], [floor], note)


ROWS: Final = [
    Row("open a profile of a year", "≤ 20 × a snapshot", measure_open),
    Row("rewind a year to any event", "≤ 20 × a snapshot", measure_rewind),
    Row("begin a branch anywhere in a year", "≤ 20 × a snapshot", measure_fork),
    Row("switch to the end of a year", "≤ 20 × a snapshot", measure_switch),
    Row("compare two branches of a year", "for the record", measure_compare),
    Row("leave one action out of a year", "for the record", measure_leaving_out),
]
