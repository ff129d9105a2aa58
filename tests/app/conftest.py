"""What tests of files share: a process that ends at any move of a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.cut_off import Killed

MOVES = ("open", "replace", "rename", "unlink", "fsync", "mkdir", "link")
"""What every way to move files comes down to."""


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Lets the n-th move of a file from now on, and every one after it, end the process."""
    left = [10**9]

    def guard(name: str) -> None:
        real = getattr(os, name)

        def step(*arguments, **options):  # type: ignore[no-untyped-def]
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return real(*arguments, **options)

        monkeypatch.setattr(os, name, step)

    for name in MOVES:
        guard(name)

    def after(moves: int) -> None:
        left[0] = moves

    yield after
    left[0] = 10**9
