"""How a rig is run: in a process of its own, with its files in memory; it prints its figures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability import traced

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")

needs_strace = pytest.mark.skipif(
    traced.available() is not None, reason=str(traced.available())
)
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def figures_of(rig: str, *words: object, seconds: float, code: int | None = 0) -> str:
    """What ``python -m tests.reliability.RIG WORDS…`` prints; it must end with ``code``."""
    place = {"TMPDIR": str(MEMORY)} if os.access(MEMORY, os.W_OK) else {}
    done = subprocess.run(
        [sys.executable, "-m", f"tests.reliability.{rig}", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **place},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    print(done.stdout)
    if code is not None:
        assert done.returncode == code, done.stdout + done.stderr
    return done.stdout
