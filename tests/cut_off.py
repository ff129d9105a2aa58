"""Ends a piece of work at the N-th call of a function, as a kill would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Killed(BaseException):
    """The process ends here."""


def dying(real: Callable[..., Any], fatal: int, *, after: bool) -> Callable[..., Any]:
    """``real``, until its ``fatal``-th call: that one ends everything, before or after its work."""
    calls = 0

    def call(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == fatal and not after:
            raise Killed
        result = real(*args, **more)
        if calls == fatal:
            raise Killed
        return result

    return call
