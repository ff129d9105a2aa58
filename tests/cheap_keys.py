"""Keys for tests: a password that costs next to nothing, and a keyring in memory.

Only through these can a slot be read that is cheaper than the product's floor.
"""

from __future__ import annotations

from typing import Final

from lstwallet.vault.errors import KeyringState
from lstwallet.vault.kdf import STANDARD, Cost, Policy
from lstwallet.vault.os_keyring import Answer, Keyring

CHEAP: Final = Cost(1, 8, 1)
POLICY: Final = Policy(floor=CHEAP, ceiling=STANDARD.ceiling, fixed=CHEAP)


class FakeKeyring(Keyring):
    """A keyring in memory; ``state`` is what every call answers while it is not ``OK``."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, bytes] = {}
        self.state = KeyringState.OK

    def get(self, name: str) -> Answer:
        if self.state is not KeyringState.OK:
            return Answer(self.state)
        if name not in self.held:
            return Answer(KeyringState.EMPTY)
        return Answer(KeyringState.OK, self.held[name])

    def put(self, name: str, secret: bytes) -> KeyringState:
        if self.state is KeyringState.OK:
            self.held[name] = secret
        return self.state

    def forget(self, name: str) -> KeyringState:
        if self.state is not KeyringState.OK:
            return self.state
        return KeyringState.OK if self.held.pop(name, None) else KeyringState.EMPTY
