"""Where profiles lie, which there are, and what they may be called."""

from __future__ import annotations

import contextlib
import os
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

import platformdirs

SUFFIX: Final = ".lstwallet"
DEFAULT_NAME: Final = "Main"
LONGEST_NAME: Final = 60
HOME_VARIABLE: Final = "LSTWALLET_HOME"
"""Names a folder to use instead of the platform's own (a memory stick, a test)."""

_FORBIDDEN: Final = frozenset('<>:"/\\|?*')
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"com{number}" for number in range(1, 10)}
    | {f"lpt{number}" for number in range(1, 10)}
)
"""Names that Windows keeps for itself: a profile must travel."""


class NameProblem(StrEnum):
    """Why a text cannot be a profile's name."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    FORBIDDEN = "forbidden"
    TAKEN = "taken"


class BadName(ValueError):
    """``problem`` says why ``name`` will not do."""

    def __init__(self, name: str, problem: NameProblem) -> None:
        super().__init__(f"{name!r}: {problem.value}")
        self.name = name
        self.problem = problem


class Profile(NamedTuple):
    """A profile file."""

    name: str
    path: Path


def home() -> Path:
    """The folder that everything of the user's lies in."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("lstwallet", False))


def folder() -> Path:
    """The folder of the profiles."""
    return home() / "profiles"


def is_practice(path: Path) -> bool:
    """Whether it is a lesson's own profile: made anew at will, and without a password."""
    return path.parent == home() / "lessons"


def settings_path() -> Path:
    """The settings file."""
    return home() / "settings.json"


def log_path() -> Path:
    """The log that error dialogs refer to."""
    return home() / "lstwallet.log"


def check_name(name: str) -> str:
    """The name without outer white space. Raises ``BadName``."""
    bare = name.strip()
    if not bare:
        raise BadName(name, NameProblem.EMPTY)
    if len(bare) > LONGEST_NAME:
        raise BadName(name, NameProblem.TOO_LONG)
    plain = not _FORBIDDEN.intersection(bare) and bare.isprintable()
    if not plain or bare[0] == "." or bare[-1] == "." or bare.lower() in _RESERVED:
        raise BadName(name, NameProblem.FORBIDDEN)
    return bare


def path_of(name: str, *, new: bool = False) -> Path:
    """The file of a profile. Raises ``BadName``; ``new``: also when there is one already."""
    bare = check_name(name)
    if new:
        check_free(bare)
    return folder() / f"{bare}{SUFFIX}"


def check_free(name: str, but: Path | None = None) -> None:
    """Raise ``BadName`` when a profile is called so; ``but``: this one may be."""
    if any(each.name.lower() == name.strip().lower() and each.path != but for each in found()):
        raise BadName(name, NameProblem.TAKEN)


def found() -> list[Profile]:
    """The profiles there are, by name. Raises ``StoreUnavailable``."""
    where = folder()
    try:
        paths = [each for each in where.iterdir() if each.suffix == SUFFIX]
    except FileNotFoundError:
        return []
    except OSError as error:
        from lstwallet.store.errors import from_os  # the first frame need not load SQLite

        raise from_os(where, error) from error
    return sorted(
        (Profile(path.name.removesuffix(SUFFIX), path) for path in paths),
        key=lambda profile: profile.name.casefold(),
    )


def free_name(name: str) -> str:
    """A name that no profile has yet, counted up from ``name``. Raises ``StoreUnavailable``."""
    taken = {each.name.lower() for each in found()}
    fresh, number = name, 1
    while fresh.lower() in taken:
        number += 1
        fresh = f"{name} {number}"
    return fresh


def default(last: str = "") -> Path:
    """The profile to open at start: the one open last if it is still there, or ``Main``."""
    with contextlib.suppress(OSError):  # a path that cannot be looked at: not there, for us
        if last and Path(last).is_file():
            return Path(last)
    return path_of(DEFAULT_NAME)
