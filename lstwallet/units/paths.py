"""Where the data files that ship with the program lie: catalogue, lessons, replays, icons."""

from __future__ import annotations

import sys
from pathlib import Path

_INSIDE_THE_WHEEL = "_resources"


def resources() -> Path:
    """The folder of shipped data files; raises `FileNotFoundError` when an installation lost it.

    It is `lstwallet/_resources` in an installed wheel, `resources/` beside the package in a
    checkout, and `resources/` in the unpacked folder of a bundled program.
    """
    package = Path(__file__).resolve().parents[1]
    bundle = getattr(sys, "_MEIPASS", None)
    candidates = [package / _INSIDE_THE_WHEEL, package.parent / "resources"]
    if bundle is not None:
        candidates.insert(0, Path(bundle) / "resources")
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        "the data files of lstwallet are missing; install it again: "
        + ", ".join(str(folder) for folder in candidates)
    )
