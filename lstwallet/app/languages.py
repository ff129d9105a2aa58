"""The languages that this copy of the program speaks: those whose lessons and help ship with it.

A language is there when ``resources/lessons`` and ``resources/help`` have a folder of its code.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.units.paths import resources

FIRST: Final = "en"
_NAMES: Final = {"en": "English", "zh": "简体中文"}
"""Each in itself, so that whoever reads it finds it."""


class Language(NamedTuple):
    """``code`` as folders and settings have it, and its own ``name``."""

    code: str
    name: str


def available() -> tuple[Language, ...]:
    """English first, then the others by code."""
    folders = [resources() / part for part in ("lessons", "help")]
    found = {path.name for path in folders[0].iterdir() if path.is_dir()}
    for folder in folders[1:]:
        found &= {path.name for path in folder.iterdir() if path.is_dir()}
    codes = sorted(found, key=lambda code: (code != FIRST, code))
    return tuple(Language(code, _NAMES.get(code, code)) for code in codes)


def chosen(wanted: str) -> str:
    """The wanted language if it is there, else English."""
    return wanted if any(each.code == wanted for each in available()) else FIRST
