"""An encrypted profile beside the same profile as a plain file: committing and opening."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis
from lstwallet.store.journal import Store
from lstwallet.store.records import Page
from lstwallet.units.clock import DAY
from tests.benchmarks.rows import Measured, Row, interleaved

KEY: Final = bytes(range(32))
ETH: Final = 10**18
SEED: Final = 7
DAYS: Final = 30
"""Of history in the profiles: pages enough for the tree of the journal to have its depth."""
COMMITS: Final = 10
"""In one turn: the two profiles take turns often, for a disk is busy at times."""
TURNS: Final = 15
"""In one repetition."""
OPENINGS: Final = 5


def grown(path: Path, key: bytes | None) -> Session:
    """A profile of the whole world with a month of history."""
    session = Session.create(path, genesis(SEED), MarketConfig(), name="bench", key=key)
    session.execute(Fund(YOU, "ETH", 1_000 * ETH))
    session.advance(session.world.time + DAYS * DAY)
    return session


@contextmanager
def both() -> Iterator[tuple[Session, Session]]:
    """The encrypted one and the plain one, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sessions = (
            grown(folder / "encrypted.lstwallet", KEY),
            grown(folder / "plain.lstwallet", None),
        )
        try:
            yield sessions
        finally:
            for session in sessions:
                session.close()


def commits(session: Session, times: list[float]) -> float:
    """Seconds that the commit of a command takes, the median of a turn; ``times`` grows by each.

    Not their sum: a disk that keeps one commit in a hundred waiting for twenty milliseconds, as
    some do, would decide it.
    """
    commit = Store.commit

    def timed(store: Store, page: Page) -> None:
        begin = time.perf_counter()
        commit(store, page)
        times.append(time.perf_counter() - begin)

    before = len(times)
    Store.commit = timed  # type: ignore[method-assign]
    try:
        for _ in range(COMMITS):
            assert session.execute(WrapEth(YOU, ETH // 1_000)).refusal is None
    finally:
        Store.commit = commit  # type: ignore[method-assign]
    return median(times[before:])


def measure_commit() -> Measured:
    """One command's transaction, head mark included."""
    ours: list[float] = []
    floor: list[float] = []
    with both() as (encrypted, plain):
        found = interleaved(
            lambda: commits(encrypted, ours), lambda: commits(plain, floor), "", rounds=TURNS
        )
    note = (
        f"{COMMITS} commits a turn; one: {1e3 * median(ours):.2f} ms encrypted,"
        f" {1e3 * median(floor):.2f} ms plain; 99th percentile"
        f" {1e3 * sorted(ours)[len(ours) * 99 // 100]:.2f} and"
        f" {1e3 * sorted(floor)[len(floor) * 99 // 100]:.2f} ms"
    )
    return found._replace(note=note)


def openings(path: Path, key: bytes | None) -> float:
    """Seconds of opening and closing it a few times."""
    begin = time.perf_counter()
    for _ in range(OPENINGS):
        Session.open(path, key=key).close()
    return time.perf_counter() - begin


def measure_opening() -> Measured:
    """The whole of it: file, mark, newest snapshot and tail, audit."""
    with both() as (encrypted, plain):
        encrypted.close()
        plain.close()
        found = interleaved(
            lambda: openings(encrypted.path, KEY), lambda: openings(plain.path, None), ""
        )
    each = [1e3 * median(seconds) / OPENINGS for seconds in (found.ours, found.floor)]
    return found._replace(note=f"one: {each[0]:.1f} ms encrypted, {each[1]:.1f} ms plain")


def stretch(session: Session) -> float:
    """Seconds of a run of ten days."""
    begin = time.perf_counter()
    session.advance(session.world.time + 10 * DAY)
    return time.perf_counter() - begin


def measure_run() -> Measured:
    """Time passing, with its commits."""
    with both() as (encrypted, plain):
        return interleaved(lambda: stretch(encrypted), lambda: stretch(plain), "ten days a turn")


ROWS: Final = [
    Row("a command's commit into an encrypted profile", "≤ 1.3 × a plain one", measure_commit),
    Row("opening an encrypted profile", "printed", measure_opening),
    Row("time passing in an encrypted profile", "printed", measure_run),
]
