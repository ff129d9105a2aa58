"""Any story of slots: what should open the profile does, nothing else does, and always one key.

Slots come and go, passwords change, processes end in the middle, one of the two files is damaged,
lost or put back, the keyring is away. A model says which secrets are good.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lstwallet.app import safe
from lstwallet.app.safe import NOTHING, HeldKey, Password, RecoveryCode, Secret, ThisComputer
from lstwallet.app.safe_records import info_of
from lstwallet.vault import key_file
from lstwallet.vault.errors import KeyringState, KeyringTrouble, KeysError, LastSlot
from lstwallet.vault.slots import Kind
from tests.cheap_keys import POLICY, FakeKeyring
from tests.cut_off import Killed, dying

PASSWORDS = [Password(f"tractor number {number}") for number in range(4)]
HERE = ThisComputer("this desk")


class Story(RuleBasedStateMachine):
    """One profile's slot files, and what a person knows."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="safe-story-"))
        self.path = self.folder / "Main.lstwallet"
        self.keyring = FakeKeyring()
        self.before, safe.tools = safe.tools, safe.Tools(POLICY, self.keyring)

    def teardown(self) -> None:
        safe.tools = self.before
        shutil.rmtree(self.folder)

    @initialize(password=st.sampled_from(PASSWORDS))
    def begin(self, password: Password) -> None:
        self.key = safe.create_keys(self.path, (password,))
        self.password: Password | None = password
        self.code: RecoveryCode | None = None
        self.here = False
        self.old = self.files()

    # --- what is done -------------------------------------------------------------------

    @rule(new=st.sampled_from(PASSWORDS), data=st.data())
    def change_password(self, new: Password, data: st.DataObject) -> None:
        if self.password is None:  # it lies open: only a new data key would do (``replace_key``)
            return
        safe.change_password(self.path, self.way_in(data), new)
        self.password = new

    @rule(data=st.data())
    def new_code(self, data: st.DataObject) -> None:
        self.code = safe.new_recovery_code(self.path, self.way_in(data))

    @rule(data=st.data())
    def add_this_computer(self, data: st.DataObject) -> None:
        if self.here:
            return
        try:
            safe.add_slot(self.path, self.way_in(data), HERE)
        except KeyringTrouble:
            assert self.away
        else:
            self.here = True

    @rule(data=st.data(), kind=st.sampled_from([Kind.RECOVERY, Kind.KEYRING, Kind.PASSWORD]))
    def remove_slot(self, data: st.DataObject, kind: Kind) -> None:
        for slot in self.slots():
            if slot.kind is not kind:
                continue
            try:
                safe.remove_slot(self.path, self.way_in(data), slot.id)
            except LastSlot:
                others = (kind is not Kind.RECOVERY and self.code) or (
                    kind is not Kind.PASSWORD and self.password
                )
                assert not others, "it was not the last one"
                return
            if kind is Kind.PASSWORD:
                self.password = None
            elif kind is Kind.RECOVERY:
                self.code = None
            else:
                self.here = False

    @rule(data=st.data(), name=st.sampled_from(["open", "fsync", "replace"]),
          fatal=st.integers(1, 6), after=st.booleans(), new=st.sampled_from(PASSWORDS))
    def end_in_the_middle(
        self, data: st.DataObject, name: str, fatal: int, after: bool, new: Password
    ) -> None:
        """A change of password that a kill cuts off, somewhere: the old or the new one is good."""
        if self.password is None:
            return
        by = self.way_in(data)
        real = getattr(os, name)
        setattr(os, name, dying(real, fatal, after=after))
        try:
            safe.change_password(self.path, by, new)
            self.password = new
        except Killed:
            setattr(os, name, real)
            if self.opens(new):
                self.password = new
        finally:
            setattr(os, name, real)

    # --- what happens to it -------------------------------------------------------------

    @rule(which=st.sampled_from([0, 1]), bit=st.integers(0, 10**5))
    def damage_one(self, which: int, bit: int) -> None:
        self.mend()
        file = key_file.paths(self.path)[which]
        content = bytearray(file.read_bytes())
        content[bit // 8 % len(content)] ^= 1 << bit % 8
        file.write_bytes(content)

    @rule(which=st.sampled_from([0, 1]))
    def lose_one(self, which: int) -> None:
        self.mend()
        key_file.paths(self.path)[which].unlink()

    @rule(which=st.sampled_from([0, 1]))
    def put_one_back(self, which: int) -> None:
        """One of the two files is as it was earlier in the story."""
        self.mend()
        key_file.paths(self.path)[which].write_bytes(self.old[which])

    @rule()
    def remember_the_files(self) -> None:
        self.mend()
        self.old = self.files()

    @rule(state=st.sampled_from([state for state in KeyringState if state != "empty"]))
    def keyring_goes_or_comes(self, state: KeyringState) -> None:
        self.keyring.state = state

    # --- what must hold -----------------------------------------------------------------

    @invariant()
    def what_is_good_opens_it_and_nothing_else(self) -> None:
        if not hasattr(self, "key"):
            return
        for password in PASSWORDS:
            assert self.opens(password) == (password == self.password), password
        assert self.opens(HERE) == (self.here and not self.away)
        assert not self.opens(NOTHING)
        if self.code is not None:
            assert self.opens(self.code)

    @property
    def away(self) -> bool:
        return self.keyring.state is not KeyringState.OK

    def opens(self, secret: Secret) -> bool:
        try:
            found = safe.unlock(self.path, secret)
        except KeysError:
            return False
        assert found == self.key, "another key"
        return True

    def way_in(self, data: st.DataObject) -> safe.By:
        ways: list[safe.By] = [HeldKey(self.key)]
        ways += [each for each in (self.password, self.code) if each is not None]
        ways += [HERE] if self.here and not self.away else []
        return data.draw(st.sampled_from(ways))

    def slots(self) -> list[safe.SlotInfo]:
        return [info_of(slot) for slot in key_file.read(self.path).sealed[0].keys.slots]

    def mend(self) -> None:
        """The profile is opened once: whatever was wrong with one file is mended."""
        key_file.mend(self.path, safe.tools.unlocked(self.path, HeldKey(self.key)).sealed)

    def files(self) -> list[bytes]:
        return [each.read_bytes() for each in key_file.paths(self.path)]


Story.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestStory = Story.TestCase
