"""A closed profile copied with what lies beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

from lstwallet.store.mark import mark_path


def copied(profile: Path, to: Path) -> Path:
    """Database and head mark, under another name."""
    shutil.copy2(profile, to)
    if mark_path(profile).exists():
        shutil.copy2(mark_path(profile), mark_path(to))
    return to
