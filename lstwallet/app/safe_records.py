"""What is said of a profile's keys and given for them: small records, no work."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from lstwallet.vault.slots import Kind, Slot, Unknown

# --- secrets -----------------------------------------------------------------------------------


class Password(NamedTuple):
    """What a person types."""

    text: str

    def __repr__(self) -> str:
        return "Password(…)"


class RecoveryCode(NamedTuple):
    """The printed code, as somebody typed it; reading it raises ``Mistyped``."""

    text: str

    def __repr__(self) -> str:
        return "RecoveryCode(…)"


class ThisComputer(NamedTuple):
    """The system's keyring."""

    label: str = ""
    """For a new slot: what to call this computer; by default its own name."""


class Nothing(NamedTuple):
    """No secret: for a profile whose key lies beside it."""


class HeldKey(NamedTuple):
    """The data key of a profile that is open: whoever has it need not ask again."""

    key: bytes

    def __repr__(self) -> str:
        return "HeldKey(…)"


Secret = Password | RecoveryCode | ThisComputer | Nothing
"""What opens a profile."""
By = Secret | HeldKey
"""In whose name a slot is changed."""

NOTHING: Final = Nothing()


# --- what is told ------------------------------------------------------------------------------


class State(StrEnum):
    """What a profile needs before it can be opened."""

    MISSING = "missing"
    """There is no profile."""
    PLAIN = "plain"
    """Made by an earlier program: not encrypted yet; opening encrypts it. (Or no profile at all:
    opening says so.)"""
    OPEN = "open"
    """It has a slot that anybody can open."""
    LOCKED = "locked"
    """It needs a password, a code or this computer."""
    KEYS_LOST = "keys_lost"
    """It is encrypted, and both slot files are gone: only a backup of them can open it."""
    KEYS_DAMAGED = "keys_damaged"
    """Both slot files are damaged."""
    KEYS_NEWER = "keys_newer"
    """Its slots were written by a later program."""


class SlotInfo(NamedTuple):
    """One slot, for a list."""

    id: str
    kind: Kind | None
    """``None``: of a later program."""
    label: str
    made: int
    """Seconds since 1970; 0 when it is not known."""


class How(NamedTuple):
    """What opens a profile."""

    state: State
    slots: tuple[SlotInfo, ...] = ()
    mended: bool = False
    """One of the two slot files is missing or damaged; the other serves, and opening mends it."""

    def has(self, kind: Kind) -> bool:
        """Whether there is a slot of this kind."""
        return any(slot.kind is kind for slot in self.slots)


def info_of(slot: Slot | Unknown) -> SlotInfo:
    if isinstance(slot, Slot):
        return SlotInfo(slot.id, slot.kind, slot.label, slot.made)
    return SlotInfo(slot.id, None, slot.kind, 0)
