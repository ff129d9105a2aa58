"""Every command there is against a profile with branches, whatever happens to either.

The world of ``tests/engine/test_machine.py`` is lived through twice: by the bare kernel and by
a session on a file, which forks, switches, is killed, reopened, exported and imported in
between. At the end every branch is what was done on it, and nothing else.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from lstwallet.app import importing
from lstwallet.app.session import Session
from lstwallet.engine.kernel import Command
from lstwallet.engine.staking_facts import StepPool, SubmitReport
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, World
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.store import codec, export, imports, journal
from lstwallet.store.errors import BadText
from lstwallet.store.journal import Store
from lstwallet.store.replay import replay
from lstwallet.units.clock import DAY, HOUR, MINUTE
from tests.engine.test_machine import SOMETHING_OF_EVERYTHING, Life
from tests.small_world import small_world

PART = st.integers(0, 10**6)
"""Which one of many: an event, a branch."""


class Profile(Life):
    """One profile, whatever happens to it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.session: Session | None = None
        self.ends: dict[int, tuple[list[str], int, str]] = {}
        """Branch → the lines of its events, its moment, the hash of its world."""
        self.last: Command | None = None

    # --- the base's, on a file -------------------------------------------------------------

    @initialize(flows=st.booleans(), seed=st.integers(0, 3))
    def begin(self, flows: bool, seed: int) -> None:
        world, market = small_world(seed), MarketConfig(flows=flows)
        born, self.world = journal.birth(world)
        self.driver = Driver(market, seed)
        self.lines = [codec.encode_event(born)]
        self.hash = codec.world_hash(self.world)
        self.session = Session.create(self.folder / "Main.lstwallet", world, market, name="Main")
        self.do(Fund(YOU, "ETH", 500 * 10**18))
        self.do(Fund(YOU, "USDC", 500_000 * 10**6))
        for command in SOMETHING_OF_EVERYTHING if seed != 3 else ():
            self.do(command)

    def do(self, command: Command) -> None:
        """By the kernel, and by the session: the same answer, and the same world.

        Reports come with time. Given as a command, nobody would note what they brought.
        """
        if isinstance(command, SubmitReport | StepPool):
            return
        before = self.world
        super().do(command)
        try:
            outcome = self.open().execute(command)
        except (BadText, TypeError):  # it could not be read back: no form makes such a command
            self.back_to(before)
            return
        assert (outcome.refusal is None) == (self.world is not before), command
        self.equals()
        self.last = command

    def back_to(self, world: World) -> None:
        """The session has taken no part in what the kernel did."""
        del self.lines[world.events :]
        self.world, self.hash = world, codec.world_hash(world)
        self.equals()

    def passes(self, driver: Driver, seconds: int) -> None:
        """As the profile's own market has it."""
        assert self.driver is not None
        super().passes(self.driver, seconds)
        self.open().advance(self.world.time)
        self.equals()

    def took(self, world: World, events: tuple[Any, ...]) -> None:
        super().took(world, events)
        self.note()

    def note(self) -> None:
        if self.session is not None:
            self.ends[self.session.branch] = (list(self.lines), self.world.time, self.hash)

    def open(self) -> Session:
        assert self.session is not None
        return self.session

    def store(self) -> Store:
        store = self.open()._store
        assert store is not None
        return store

    def equals(self) -> None:
        assert codec.world_hash(self.open().world) == self.hash
        self.note()

    # --- what a profile can do besides -------------------------------------------------------

    @rule(part=PART)
    def fork(self, part: int) -> None:
        """Go back to any event."""
        session = self.open()
        seq = 1 + part % session.world.events
        stop = session.action(seq).stop
        session.fork(seq, f"from {seq}")
        self.lines = self.lines[:stop]
        self.world, self.hash = session.world, codec.world_hash(session.world)
        assert session.world.events == stop
        self.note()

    @rule(part=PART)
    def switch(self, part: int) -> None:
        session = self.open()
        branches = [each for each in session.branches() if not each.hidden]
        branch = branches[part % len(branches)].id
        session.switch(branch)
        lines, _, self.hash = self.ends[branch]
        self.lines, self.world = list(lines), session.world
        self.equals()

    @rule(part=PART)
    def hide_or_show(self, part: int) -> None:
        session = self.open()
        branch = session.branches()[part % len(session.branches())]
        if not branch.current:
            (session.unhide if branch.hidden else session.hide)(branch.id)

    @rule(crash=st.booleans())
    def closed_and_opened(self, crash: bool) -> None:
        session = self.open()
        self.store().close() if crash else session.close()
        self.session = Session.open(session.path)
        assert self.session.branch == session.branch
        self.equals()

    @rule()
    def exported_and_imported(self) -> None:
        """Another file, made from the exported journal, is the same profile."""
        session = self.open()
        lines = list(export.lines(session.journal()))
        items = imports.answer(enumerate((line.rstrip("\n") for line in lines), 1))
        path = self.folder / f"{len(list(self.folder.iterdir()))}.lstwallet"
        importing.load(map(imports.of_answer, items), path)
        again = Session.open(path)
        assert list(export.lines(again.journal()))[1:] == lines[1:]
        assert again.branch == session.branch
        session.close()
        self.session = again
        self.equals()

    @rule()
    def the_same_again(self) -> None:
        """A command that is given twice is done twice, or refused; nothing is lost by it."""
        if self.last is not None:
            self.do(self.last)

    @rule(seconds=st.sampled_from((0, 1, MINUTE, HOUR, DAY)))
    def the_clock_is_set_back(self, seconds: int) -> None:
        outcome = self.open().advance(self.world.time - seconds)
        assert outcome.events == ()
        self.equals()

    @rule(part=PART)
    def looked_back(self, part: int) -> None:
        """A look at the past changes nothing."""
        session = self.open()
        seq = 1 + part % session.world.events
        assert session.world_at(seq).events == seq
        assert session.world_at(session.seq_at(session.world.time)).events == session.world.events
        self.equals()

    def teardown(self) -> None:
        if self.session is None:
            return
        try:
            for branch in self.open().branches():
                reading = self.store().along(branch.id)
                lines, time, hashed = self.ends[branch.id]
                assert [each for row in reading.rows() for each in row.events.split("\n")] == lines
                world = replay(reading.path, reading.rows(), None).world
                assert codec.world_hash(world._replace(time=time)) == hashed
            assert self.open().verify().problems == ()
            super().teardown()
        finally:
            self.open().close()
            shutil.rmtree(self.folder, ignore_errors=True)


class ProfileNightly(Profile):
    """The same for a whole night."""


TestProfile = Profile.TestCase
TestProfile.settings = settings(max_examples=4, stateful_step_count=20, deadline=None)

TestProfileNightly = pytest.mark.nightly(ProfileNightly.TestCase)
TestProfileNightly.settings = settings(max_examples=1_000, stateful_step_count=50, deadline=None)
