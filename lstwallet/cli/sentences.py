"""One plain sentence for whatever keeps a command from being done."""

from __future__ import annotations

import sys
from typing import Final

from lstwallet.app.log import note_down
from lstwallet.app.settings import SettingsProblem
from lstwallet.market.catalogue import CatalogueError
from lstwallet.market.price_table import PriceTableError
from lstwallet.store.errors import (
    Damage,
    NewerVersion,
    StoreBroken,
    StoreUnavailable,
    Trouble,
)
from lstwallet.units.strict.refused import FileRefused
from lstwallet.vault.errors import (
    BadPassword,
    KeyringTrouble,
    KeysDamaged,
    KeysError,
    KeysMissing,
    KeysNewer,
    KeysOld,
    KeysRefused,
    LastSlot,
    NoMemory,
    NoSuchSlot,
    WrongSecret,
)

_UNAVAILABLE: Final = {
    Trouble.MISSING: "There is no profile at {path}.",
    Trouble.EXISTS: "There is a file at {path} already; choose another name.",
    Trouble.UNREADABLE: "{path} cannot be read: check that it is a file and that it is yours.",
    Trouble.READ_ONLY: "{path} cannot be written to: the file or its folder is read-only.",
    Trouble.LOCKED: "{path} is open in another window or process; close that one first.",
    Trouble.DISK_FULL: "The disk that {path} lies on is full; nothing acknowledged was lost.",
    Trouble.MOVED: "{path} was moved or replaced while it was open; nothing more was written.",
    Trouble.NO_FOLDER: "There is no folder {path}; if it is on a memory stick, plug it in.",
    Trouble.IO: "{path} could not be read or written: {detail}.",
}
_BROKEN: Final = {
    Damage.NOT_SQLITE: "{path} is not a profile: it is not a SQLite file.",
    Damage.NOT_A_PROFILE: "{path} is a SQLite file, but not a profile of lstwallet.",
    Damage.NOT_A_BACKUP: "{path} is not a backup of lstwallet.",
    Damage.NEWER: "{path} was made by a newer version of lstwallet ({detail}).",
    Damage.DAMAGED: "{path} is damaged: {detail}.",
    Damage.CHAIN: "{path} is damaged: its hash chain does not hold ({detail}).",
    Damage.UNDECODABLE: "{path} is damaged: {detail}.",
    Damage.WRONG_KEY: "{path} cannot be opened with this key, or it is damaged.",
    Damage.ENCRYPTED: "{path} is encrypted, and no key was given.",
    Damage.NOT_ENCRYPTED: "{path} is not encrypted, though it should be.",
    Damage.ROLLED_BACK: "{path} is an older state of this profile: {detail}.",
    Damage.UNMARKED: "{path} may be an older state of this profile: {detail}.",
    Damage.MISMARKED: "{path} may be an older state of this profile: {detail}.",
}

_KEYS: Final = {
    KeysMissing: "{path} is encrypted, and the files with its keys are gone: bring back "
    "{path.name}.keys from a backup.",
    KeysDamaged: "Both files with the keys of {path} are damaged: {detail}.",
    KeysRefused: "The file with the keys of {path} is refused: {detail}.",
    NoMemory: "The password of {path} needs more free memory than there is: {detail}.",
    KeysOld: "The file with the keys of {path} is older than the profile remembers ({detail}).",
    WrongSecret: "{path} does not open with this password.",
    NoSuchSlot: "{path} cannot be opened that way: it has no slot “{detail}”.",
    LastSlot: "{path} would be left without a way to open it but the keyring.",
    BadPassword: "The password for {path} will not do ({detail}).",
    KeyringTrouble: "This computer's keyring did not open {path} ({detail}).",
}


class Stop(Exception):
    """A command cannot go on; the text is the sentence."""


def sentence(error: Exception) -> str | None:
    """What to tell, or ``None`` for an error that nobody expected."""
    match error:
        case Stop():
            return str(error)
        case NewerVersion():
            return (
                f"{error.path} was written by a newer version of lstwallet "
                f"(format {error.found}, this one knows {error.known})."
            )
        case StoreUnavailable():
            return _UNAVAILABLE[error.trouble].format(path=error.path, detail=error.detail)
        case StoreBroken():
            return _BROKEN[error.damage].format(path=error.path, detail=error.detail)
        case KeysNewer():
            return (
                f"The keys of {error.path} were written by a newer version of lstwallet "
                f"(version {error.found}, this one knows {error.known})."
            )
        case KeysError():
            return _KEYS[type(error)].format(path=error.path, detail=error.detail)
        case CatalogueError():
            return f"There is an error in {error}."
        case PriceTableError():
            where = f"line {error.line}: " if error.line else ""
            return f"The price file cannot be used: {where}{error.problem}."
        case FileRefused():
            from lstwallet.cli.door_words import refusal

            return refusal(error)
        case SettingsProblem():
            return f"{error.path}: {error.detail}."
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return f"{where}{error.strerror or error}."
        case _:
            return None


def tell(text: str) -> None:
    """One line on stderr, whatever the terminal can show."""
    line = " ".join(text.split())
    if line.endswith("..") and not line.endswith("..."):  # what was quoted had its own stop
        line = line[:-1]
    encoding = sys.stderr.encoding or "ascii"
    print(line.encode(encoding, "replace").decode(encoding), file=sys.stderr)


def report_bug(error: BaseException) -> None:
    """Tell of an error that nobody expected; the details go to the log under a number."""
    number, where = note_down(error)
    if where is None:
        tell(f"Something went wrong inside lstwallet (error {number}).")
    else:
        tell(f"Something went wrong inside lstwallet (error {number}); details: {where}.")
