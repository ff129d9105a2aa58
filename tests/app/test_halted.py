"""After an I/O error nothing is acknowledged any more, until the file was opened and audited."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.readmodel.samples import SERIES
from lstwallet.store import mark
from lstwallet.store.book import NameAccount
from lstwallet.store.errors import (
    Damage,
    StoreBroken,
    StoreError,
    StoreUnavailable,
    Trouble,
    halts,
)
from lstwallet.store.journal import Store
from lstwallet.units.clock import DAY, HOUR
from tests.small_world import small_world

KEY = bytes(range(32))
ETH = 10**18


@pytest.fixture
def session(tmp_path: Path) -> Session:
    path = tmp_path / "Main.lstwallet"
    made = Session.create(path, small_world(), MarketConfig(), name="Main", key=KEY)
    made.execute(Fund(YOU, "ETH", ETH))
    made.advance(made.world.time + DAY)
    return made


def ill(monkeypatch: pytest.MonkeyPatch, error: StoreError, *, committed: bool) -> None:
    """From now on every transaction ends with this error: before or after it was committed."""
    if committed:

        def advance(*_: object) -> None:
            raise error

        monkeypatch.setattr(mark, "advance", advance)
    else:

        def refuse(*_: object) -> None:
            raise error

        monkeypatch.setattr(Store, "commit", refuse)
        monkeypatch.setattr(Store, "edit", refuse)


WRITES: list[Callable[[Session], Any]] = [
    lambda session: session.execute(Fund(YOU, "ETH", ETH)),
    lambda session: session.advance(session.world.time + HOUR),
    lambda session: session.edit(NameAccount(YOU, "Me")),
    lambda session: session.fork(session.world.events - 1),
]


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("write", WRITES[:3])
def test_it_halts_shows_what_was_acknowledged_and_recovers(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[Session], Any],
    committed: bool,
) -> None:
    before, book = session.world, session.book
    error = StoreUnavailable(session.path, Trouble.IO, "made up")
    assert halts(error)
    with monkeypatch.context() as now:
        ill(now, error, committed=committed)
        with pytest.raises(StoreUnavailable):
            write(session)
        assert (session.world, session.book) == (before, book)
    assert session.halted is not None
    assert session.halted.error is error
    assert 0 <= time.time() - session.halted.at < 60
    for again in WRITES:  # although it would work by now
        with pytest.raises(StoreUnavailable) as caught:
            again(session)
        assert caught.value.trouble is Trouble.IO
    assert session.activity()  # what was done can be looked at
    assert session.series(SERIES[:1], before.time - DAY, before.time).at
    assert session.branches()
    assert (session.world, session.book) == (before, book)
    world = session.recover()
    assert session.halted is None
    assert world is session.world
    done = (world, session.book) != (before, book)
    assert done == committed  # it stood in the file, and is shown now
    session.execute(Fund(YOU, "ETH", ETH))
    assert session.world.balance(YOU, "ETH") >= before.balance(YOU, "ETH") + ETH
    assert session.verify().sound
    session.close()


def test_while_the_disk_is_ill_it_stays_halted_and_says_why(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as now:
        ill(now, StoreUnavailable(session.path, Trouble.IO, "made up"), committed=True)
        with pytest.raises(StoreUnavailable):
            session.execute(Fund(YOU, "ETH", ETH))
        with pytest.raises(StoreUnavailable):  # the mark is behind, and cannot be written
            session.recover()
        assert session.halted is not None
    session.recover()
    assert session.halted is None
    session.close()


def test_a_disk_that_forgot_what_was_acknowledged_is_told(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file itself and its mark are of one moment, but not of the last one."""
    names = [session.path, mark.mark_path(session.path)]
    old = [name.read_bytes() for name in names]
    session.execute(Fund(YOU, "ETH", ETH))
    with monkeypatch.context() as now:
        ill(now, StoreUnavailable(session.path, Trouble.IO, "made up"), committed=False)
        with pytest.raises(StoreUnavailable):
            session.execute(Fund(YOU, "ETH", ETH))
    for name, content in zip(names, old, strict=True):
        name.write_bytes(content)
    with pytest.raises(StoreBroken) as caught:
        session.recover()
    assert caught.value.damage is Damage.ROLLED_BACK
    assert session.halted is not None
    assert session.halted.error is caught.value
    session.close()


def test_damage_that_an_audit_finds_keeps_it_halted(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as now:
        ill(now, StoreUnavailable(session.path, Trouble.IO, "made up"), committed=False)
        with pytest.raises(StoreUnavailable):
            session.execute(Fund(YOU, "ETH", ETH))
    whole = session.path.read_bytes()
    with session.path.open("r+b") as file:
        file.seek(len(whole) - 4096 + 100)
        file.write(bytes(8))
    with pytest.raises(StoreBroken):
        session.recover()
    assert session.halted is not None
    session.path.write_bytes(whole)
    session.recover()
    session.close()


@pytest.mark.parametrize("trouble", [Trouble.DISK_FULL, Trouble.LOCKED, Trouble.READ_ONLY])
def test_what_harms_nothing_does_not_halt(
    session: Session, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    before = session.world
    with monkeypatch.context() as now:
        ill(now, StoreUnavailable(session.path, trouble), committed=False)
        with pytest.raises(StoreUnavailable):
            session.execute(Fund(YOU, "ETH", ETH))
        assert session.world == before
        assert session.halted is None
    session.execute(Fund(YOU, "ETH", ETH))
    assert session.world.balance(YOU, "ETH") == before.balance(YOU, "ETH") + ETH
    session.close()


def test_a_file_that_does_not_say_what_it_holds_halts(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Done twice is as bad as lost: what comes next is said by a person who sees the world."""
    before = session.world
    with monkeypatch.context() as now:
        ill(now, StoreUnavailable(session.path, Trouble.DISK_FULL), committed=True)
        with pytest.raises(StoreUnavailable) as caught:
            session.execute(Fund(YOU, "ETH", ETH))
    assert caught.value.trouble is Trouble.DISK_FULL
    assert session.world == before
    with pytest.raises(StoreUnavailable) as again:
        session.execute(Fund(YOU, "ETH", 7))
    assert again.value is caught.value
    assert session.halted is not None
    assert session.world == before
    assert session.recover().balance(YOU, "ETH") == before.balance(YOU, "ETH") + ETH
    session.close()


def test_a_moved_file_may_be_moved_back(session: Session, tmp_path: Path) -> None:
    away = tmp_path / "away"
    os.rename(session.path, away)
    with pytest.raises(StoreUnavailable):
        session.execute(Fund(YOU, "ETH", ETH))
    os.rename(away, session.path)
    session.recover()
    session.execute(Fund(YOU, "ETH", ETH))
    assert session.verify().sound
    session.close()
    shutil.rmtree(tmp_path)
