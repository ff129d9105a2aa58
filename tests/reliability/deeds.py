"""What the rigs do to a profile: deeds that follow from the count of operations alone.

Every deed is exactly one transaction: commands, time, edits, and forks, switches, names and
hiding of branches. So the count in the file says which deed is the next one, and an undisturbed
profile says what the file must hold at each count.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final
from unittest import mock

import lstwallet.app.session as sessions
from lstwallet.app.session import Session
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store.book import Contact, Favour, NameAccount, PutContact
from lstwallet.store.codec import world_hash
from lstwallet.store.journal import Store
from lstwallet.store.migrations import MAIN
from lstwallet.units.clock import HOUR
from tests.small_world import small_world

KEY: Final = bytes(range(1, 33))
ETH: Final = 10**18
DEEDS: Final = 12
"""After so many it begins anew."""


def begin(profile: Path, key: bytes | None = KEY) -> None:
    """A new profile, closed."""
    session = Session.create(
        profile, small_world(), MarketConfig(flows=False), name="Main", key=key
    )
    session.close()


def number_of(session: Session) -> int:
    """How many operations there have been. Raises ``StoreError``."""
    return session._ready().operation.number


def do_next(session: Session) -> int:
    """The next deed; the count after it."""
    number = number_of(session)
    turn = number // DEEDS
    other = max(branch.id for branch in session.branches())
    match number % DEEDS:
        case 1 | 5:
            session.execute(Fund(YOU, "ETH", (number + 1) * ETH))
        case 2:
            session.edit(PutContact("sim:1", Contact("sim:1", f"Name {number}", "note " * turn)))
        case 3:
            session.execute(Stake(YOU, ETH // 3))
        case 4 | 8:
            with mock.patch.object(sessions, "COMMIT_SECONDS", 3_600.0):  # one transaction
                session.advance(session.world.time + 5 * HOUR + number)
        case 6 if turn % 4 == 1:
            session.fork(session.world.events - 1, f"Branch {number}")
        case 6:
            session.execute(WrapEth(YOU, ETH // 7))
        case 7:
            session.rename(session.branch, f"Called {number}")
        case 9 if turn % 4 == 2:
            session.switch(MAIN if session.branch != MAIN else other)
        case 9 if turn % 4 == 3 and other != session.branch:
            session.hide(other)
        case 9 if turn % 4 == 0 and any(each.hidden for each in session.branches()):
            session.unhide(next(each.id for each in session.branches() if each.hidden))
        case 10:
            session.edit(NameAccount(YOU, f"Account {number}"))
        case 11:
            session.edit(Favour("token", "rETH", bool(turn % 2)))
        case _:
            session.execute(Fund(YOU, "USDC", number + 1))
    assert number_of(session) == number + 1, "a deed is one transaction"
    return number + 1


def state_of(store: Store) -> str:
    """A digest of all that a person can see of the profile."""
    book = store.book()
    seen = (
        world_hash(store.load().world),
        store.line.branch,
        [tuple(row) for row in store.branches().values()],
        tuple(sorted(book.contacts.items())),
        tuple(sorted(book.names.items())),
        tuple(sorted(book.favourites)),
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


class Undisturbed:
    """The same deeds, never interrupted: the state at each count."""

    def __init__(self, profile: Path) -> None:
        begin(profile, None)
        self._session = Session.open(profile)
        self._states: dict[int, str] = {}
        self._note()

    def _note(self) -> None:
        assert self._session._store is not None
        self._states[number_of(self._session)] = state_of(self._session._store)

    def at(self, number: int) -> str:
        """The state after operation ``number``."""
        while number not in self._states:
            do_next(self._session)
            self._note()
        return self._states[number]


def work(profile: Path, log: Path, most: int = 1 << 30) -> None:
    """Deed after deed; the count of each is written down once it is acknowledged."""
    acknowledged = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    session = Session.open(profile, key=KEY)
    os.write(acknowledged, f"{number_of(session)}\n".encode())
    for _ in range(most):
        os.write(acknowledged, f"{do_next(session)}\n".encode())


def acknowledged(log: Path) -> int:
    """The last count that was written down; 0 when there is none."""
    lines = log.read_text().split("\n")[:-1] if log.exists() else []
    return int(lines[-1]) if lines else 0
