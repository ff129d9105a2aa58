"""Starting this program again as a helper: a process of its own that may be killed.

A helper is named by a hidden first word on the command line, which ``lstwallet.__main__``
looks up before anything else. It works from a checkout, from an installed wheel, and in a
bundle, where ``sys.executable`` is the program itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

HELPERS: Final[Mapping[str, str]] = {
    "--helper=door": "lstwallet.app.door.child",
}
"""Hidden word → the module whose ``main(arguments) -> exit code`` is the helper."""

_KEPT: Final = ("PATH", "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL")
"""What a helper is told of the environment: nothing that is the user's own."""


def command(word: str, *arguments: str) -> list[str]:
    """The command line that starts the helper of this hidden word."""
    assert word in HELPERS, word
    if getattr(sys, "frozen", False):
        return [sys.executable, word, *arguments]
    # -P and -s: no module is taken from the folder one stands in, nor from the user's own
    return [sys.executable, "-P", "-s", "-m", "lstwallet", word, *arguments]


def environment(*more: str) -> dict[str, str]:
    """The environment of a helper: little, and that this very copy of the program is run.

    ``more`` names variables that it also needs.
    """
    kept = {name: os.environ[name] for name in (*_KEPT, *more) if name in os.environ}
    kept["PYTHONUTF8"] = "1"
    kept["OPENBLAS_NUM_THREADS"] = "1"  # numpy would take address space for every core
    kept["PYTHONDONTWRITEBYTECODE"] = "1"
    if not getattr(sys, "frozen", False):
        kept["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    return kept
