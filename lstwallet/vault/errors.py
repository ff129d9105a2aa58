"""Why a key cannot be had, as data; ``ui/wording`` and the command line make the sentence.

KeysError
├── KeysMissing    there is no slot file, neither of the two
├── KeysDamaged    neither of the two is sound, or what was unlocked does not belong together
├── KeysNewer      a later version of the program wrote them
├── KeysRefused    the file asks for more (or less) work than this program accepts
├── NoMemory       the computer cannot spare the memory that the slot's password needs
├── KeysOld        an older slot file than the one that the profile was last opened with
├── WrongSecret    no slot opens with what was given
├── NoSuchSlot     there is no slot of that kind, or of that id
├── LastSlot       without this slot nothing but the keyring (or nothing at all) would be left
├── BadPassword    a new password that is too short or too long
├── Mistyped       a recovery code that nobody ever printed: a typing error
└── KeyringTrouble the system's keyring did not give or take the secret

What the operating system refuses (a full disk, a read-only folder) stays an ``OSError`` here.
None of them carries a secret, in no field and in no text.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path


class KeysError(Exception):
    """Something keeps the program from the key of the profile at ``path``."""

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(f"{path}: {detail or type(self).__name__}")
        self.path = path
        self.detail = detail


class KeysMissing(KeysError):
    """There is no slot file beside the profile, although the profile is encrypted."""


class KeysDamaged(KeysError):
    """Neither slot file is sound; ``detail`` says how."""


class KeysNewer(KeysError):
    """Version ``found`` was written by a later program than this one, which knows ``known``."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(path, f"version {found}, this program knows {known}")
        self.found = found
        self.known = known


class KeysRefused(KeysError):
    """The slot asks for more work than the program does, or for less than is safe."""


class NoMemory(KeysError):
    """The password's slot needs ``mebibytes`` of memory, and there are not so many free now."""

    def __init__(self, path: Path, mebibytes: int) -> None:
        super().__init__(path, f"{mebibytes} MiB")
        self.mebibytes = mebibytes


class KeysOld(KeysError):
    """Revision ``found`` is older than ``known``, which the profile remembers.

    A slot file from before a change was put back: an old password opens again. It can be
    accepted knowingly.
    """

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(path, f"revision {found}, the profile remembers {known}")
        self.found = found
        self.known = known


class WrongSecret(KeysError):
    """The password or the code opens no slot."""


class NoSuchSlot(KeysError):
    """The profile has no slot of this kind, or of this id: ``detail`` names it."""


class LastSlot(KeysError):
    """It would leave the key in the system's keyring only, or nowhere: refused."""


class PasswordProblem(StrEnum):
    """Why a text cannot be a new password."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


class BadPassword(KeysError):
    """``problem`` says why a new password will not do."""

    def __init__(self, path: Path, problem: PasswordProblem) -> None:
        super().__init__(path, problem.value)
        self.problem = problem


class CodeProblem(StrEnum):
    """Why a text is no recovery code."""

    LENGTH = "length"
    SYMBOL = "symbol"
    GROUP = "group"


class Mistyped(ValueError):
    """Not a code that was ever printed.

    ``group``: which group of five holds the error, counted from 1; 0 when the length is wrong.
    """

    def __init__(self, problem: CodeProblem, group: int = 0) -> None:
        super().__init__(f"{problem.value} {group}")
        self.problem = problem
        self.group = group


class KeyringState(StrEnum):
    """What came of a call to the system's keyring."""

    OK = "ok"
    ABSENT = "absent"
    """There is no keyring service on this computer, or in this session."""
    LOCKED = "locked"
    """It is locked, and was not unlocked."""
    DENIED = "denied"
    """It, or the person at its prompt, said no."""
    HANGING = "hanging"
    """It did not answer in time."""
    EMPTY = "empty"
    """It answered, and does not hold the secret of this profile (another computer's)."""
    FAILED = "failed"
    """It answered with an error that has no word of its own."""


class KeyringTrouble(KeysError):
    """``state`` says what the keyring did; the password and the recovery code still work."""

    def __init__(self, path: Path, state: KeyringState) -> None:
        super().__init__(path, f"keyring {state.value}")
        self.state = state
