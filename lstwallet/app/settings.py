"""What the user likes: one small JSON file, written whole or not at all, read tolerantly.

A value that is missing or makes no sense falls back to its default, alone. A file that is
not JSON at all is kept aside under another name and said to be so; nothing is thrown away.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from lstwallet.units.strict.files import read_regular
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.units.synced import sync_file

THEMES: Final = ("system", "light", "dark")
PRIVACY: Final = ("exact", "hidden", "percent")
IDLE_LOCKS: Final = (0, 5, 15, 60)
"""Minutes; 0: never."""
DUST: Final = (0, 1, 10, 100)
"""Whole dollars below which rows may be folded away; 0: none is."""
TEXT_SCALES: Final = range(100, 151)
"""Percent."""
SLIPPAGE: Final = range(1, 3_001)
"""Basis points: 0.01 % to 30 %."""
HEALTH_LINE: Final = range(101, 1_001)
"""Hundredths of a health factor: 1.01 to 10."""
BACKUPS: Final = ("hour", "day", "never")
LONGEST_TEXT: Final = 20_000
LARGEST_FILE: Final = 1_000_000


class Settings(NamedTuple):
    """Every setting, with its default."""

    theme: str = "system"
    text_scale: int = 100
    """Percent, 100 to 150."""
    reduced_motion: bool = False
    privacy: str = "exact"
    """How amounts are shown: ``exact``, ``hidden`` or ``percent``."""
    slippage_bps: int = 50
    """The default limit of a swap, in basis points."""
    last_profile: str = ""
    """Path of the profile that was open last; empty at first."""
    window_geometry: str = ""
    """The window's own text; opaque here."""
    last_room: str = ""
    language: str = ""
    """Code of the language that was chosen; empty for English."""
    table_sorts: str = ""
    """How tables are sorted: a line for each, ``home.positions=value down``."""
    recent_actions: str = ""
    """Keys of what was last chosen in the command palette, one a line, the newest first."""
    expert: bool = False
    """Lets a trade with a price impact of 15 % or more be confirmed, by typing."""
    ticket_notice: bool = True
    """Tell when a withdrawal ticket becomes ready."""
    health_notice: bool = True
    """Tell when the health factor falls below ``health_line``."""
    health_line: int = 150
    """In hundredths."""
    desktop_notices: bool = False
    """Also show notices on the desktop, while the window is not in front."""
    dust_usd: int = 0
    """Rows worth less than so many dollars are folded away; 0: none is."""
    idle_lock: int = 15
    """Minutes without a key or a move of the mouse until a profile with a password is locked;
    0: never."""
    lock_minimised: bool = False
    """Lock when the window is minimised."""
    shown_accounts: str = ""
    """Which account was shown last: a line for each profile, its path, a tab, the account."""
    backup_folder: str = ""
    """Where backups go; empty: ``backups`` in the program's own folder."""
    backup_every: str = "hour"
    """How old the newest may be before closing or locking makes another: ``hour``, ``day``, or
    ``never``."""


class SettingsProblem(Exception):
    """The settings file cannot be read or written: ``path``, and ``detail`` in plain words.

    ``kept`` is where a file that makes no sense was moved to.
    """

    def __init__(self, path: Path, detail: str, kept: Path | None = None) -> None:
        super().__init__(f"{path}: {detail}")
        self.path = path
        self.detail = detail
        self.kept = kept


def _one_of(*allowed: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in allowed


def _within(allowed: range) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and value in allowed


def _is_text(value: Any) -> bool:
    """A text without control characters; a path may hold bytes that are no letters."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return False
    return not any(ord(each) < 32 and each not in "\n\t" for each in value) and _can_be_kept(value)


def _can_be_kept(value: str) -> bool:
    try:
        value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


_CHECKS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "theme": _one_of(*THEMES),
    "text_scale": _within(TEXT_SCALES),
    "reduced_motion": lambda value: type(value) is bool,
    "privacy": _one_of(*PRIVACY),
    "backup_every": _one_of(*BACKUPS),
    "slippage_bps": _within(SLIPPAGE),
    "expert": lambda value: type(value) is bool,
    "ticket_notice": lambda value: type(value) is bool,
    "health_notice": lambda value: type(value) is bool,
    "health_line": _within(HEALTH_LINE),
    "desktop_notices": lambda value: type(value) is bool,
    "window_geometry": lambda value: _is_text(value) and value.isascii(),
    "idle_lock": lambda value: type(value) is int and value in IDLE_LOCKS,
    "lock_minimised": lambda value: type(value) is bool,
    "dust_usd": lambda value: type(value) is int and value in DUST,
}
"""What makes sense; every other setting is a text."""


def load(path: Path) -> tuple[Settings, SettingsProblem | None]:
    """The settings in ``path``, and what was wrong with the file, if anything was."""
    try:
        raw = json.loads(read_regular(path, LARGEST_FILE, follow=True).decode("utf-8"))
    except FileRefused as refused:
        return _not_read(path, refused)
    except (ValueError, RecursionError):
        return Settings(), _keep_aside(path, "the settings file is not JSON")
    if not isinstance(raw, dict):
        return Settings(), _keep_aside(path, "the settings file holds no settings")
    good = {
        name: raw[name]
        for name in Settings._fields
        if name in raw and _CHECKS.get(name, _is_text)(raw[name])
    }
    return Settings(**good), None


def _not_read(path: Path, refused: FileRefused) -> tuple[Settings, SettingsProblem | None]:
    match refused.problem:
        case Problem.MISSING:
            return Settings(), None
        case Problem.TOO_LARGE:
            return Settings(), _keep_aside(path, "the settings file is far too large")
        case Problem.EMPTY:
            return Settings(), _keep_aside(path, "the settings file is not JSON")
        case Problem.UNREADABLE:
            return Settings(), SettingsProblem(path, refused.detail)
        case _:
            return Settings(), SettingsProblem(path, "it is no ordinary file")


def move_aside(path: Path) -> Path:
    """Move a file that makes no sense out of the way; where to. Raises ``OSError``.

    One that was moved before is not overwritten.
    """
    for number in range(1, 1_000):
        kept = path.with_name(f"{path.name}.broken-{number}")
        if not kept.exists():
            path.rename(kept)
            return kept
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def _keep_aside(path: Path, detail: str) -> SettingsProblem:
    kept = None
    with contextlib.suppress(OSError):
        kept = move_aside(path)
    return SettingsProblem(path, detail, kept)


def save(path: Path, settings: Settings) -> None:
    """Replace the file in one step. Raises ``SettingsProblem``."""
    fresh = path.with_name(path.name + ".new")
    text = json.dumps(settings._asdict(), indent=1, sort_keys=True) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            sync_file(file.fileno())
        os.replace(fresh, path)
    except OSError as error:
        raise SettingsProblem(path, error.strerror or str(error)) from error
