"""Profiles and backups in words: how old, how large, how protected, what keeps one from being made.

Moments here are the computer's own, in its own time zone; nothing is simulated about them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from lstwallet.ui.wording.numbers import NARROW_SPACE, month_name, translate

_KILO: Final = 1_000


def file_size(size: int) -> str:
    """``812 kB``, ``1.2 MB``."""
    if size < _KILO * _KILO:
        return f"{max(1, round(size / _KILO))}{NARROW_SPACE}kB"
    if size < _KILO**3:
        return f"{size / _KILO**2:.1f}{NARROW_SPACE}MB"
    return f"{size / _KILO**3:.1f}{NARROW_SPACE}GB"


def real_moment(at: int, now: float) -> str:
    """``Today, 14:05``, ``Yesterday, 09:12``, ``14 Oct 2026, 18:30``."""
    moment, today = datetime.fromtimestamp(at), datetime.fromtimestamp(now)
    time = f"{moment:%H:%M}"
    if moment.date() == today.date():
        return translate("backups", "Today, {time}").format(time=time)
    if moment.date() == today.date() - timedelta(days=1):
        return translate("backups", "Yesterday, {time}").format(time=time)
    return translate("backups", "{day} {month} {year}, {time}").format(
        day=moment.day, month=month_name(moment), year=moment.year, time=time
    )


def backup_why(why: str) -> str:
    """What a backup was made for."""
    return {
        "auto": translate("backups", "automatic"),
        "kept": translate("backups", "before a change"),
    }.get(why, translate("backups", "by hand"))


def protection(state: str, kinds: Iterable[str]) -> str:
    """How a profile is protected, in a few words."""
    have = set(kinds)
    if state == "open":
        return translate("backups", "no password")
    if state == "plain":
        return translate("backups", "not encrypted yet")
    if state in ("keys_lost", "keys_damaged", "keys_newer"):
        return translate("backups", "its key file cannot be read")
    if "keyring" in have:
        return translate("backups", "password, this computer")
    return translate("backups", "password")


def backup_error(problem: Any) -> str:
    """Why there is no backup, as a sentence; the profile itself is never in danger."""
    trouble = str(getattr(problem, "trouble", ""))
    sentences = {
        "no_folder": translate(
            "backups",
            "The folder for backups is not there. If it is on a memory stick, plug it in; or "
            "choose another folder.",
        ),
        "disk_full": translate(
            "backups", "The disk is full: no backup was made, and nothing was lost."
        ),
        "read_only": translate("backups", "Nothing may be written into the folder for backups."),
        "unreadable": translate("backups", "The folder for backups may not be looked into."),
        "io": translate("backups", "The disk reports an error: no backup was made."),
    }
    return sentences.get(trouble, "")


def bad_backup(problem: Any) -> str:
    """Why a backup cannot be used, as a sentence."""
    damage = str(getattr(problem, "damage", ""))
    sentences = {
        "not_a_backup": translate("backups", "This file is not a backup of lstwallet."),
        "newer": translate(
            "backups", "A newer version of lstwallet made this backup. Update to restore it."
        ),
        "damaged": translate(
            "backups", "This backup is damaged and cannot be restored. Take an older one."
        ),
    }
    return sentences.get(damage, "")


def name_problem(problem: Any) -> str:
    """Why a profile cannot be called so."""
    sentences = {
        "empty": translate("backups", "Give it a name."),
        "too_long": translate("backups", "The name is too long."),
        "forbidden": translate(
            "backups", "A name has none of / \\ : * ? \" < > | and no dot at its ends."
        ),
        "taken": translate("backups", "There is a profile of that name already."),
    }
    return sentences[str(problem)]
