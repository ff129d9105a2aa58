"""What a contract does when it will not go on.

A ``Revert`` is an expected answer of a protocol, never a bug: the engine turns it into
a refusal, the golden replays compare its reason with the real contract's.
"""

from __future__ import annotations

PANIC_ARITHMETIC = "Panic(0x11: arithmetic under/overflow)"
PANIC_DIVISION = "Panic(0x12: division or modulo by zero)"
MAX_UINT256 = 2**256 - 1


class Revert(Exception):
    """A protocol refuses; nothing has changed.

    ``reason`` is the contract's own reason string or the name of its custom error.
    """

    def __init__(self, reason: str = "revert without reason") -> None:
        super().__init__(reason)
        self.reason = reason


def require(condition: bool, reason: str) -> None:
    """Raise ``Revert(reason)`` unless the condition holds."""
    if not condition:
        raise Revert(reason)


def checked_add(a: int, b: int) -> int:
    """``a + b`` as a word; reverts with the arithmetic panic beyond 256 bits."""
    if a + b > MAX_UINT256:
        raise Revert(PANIC_ARITHMETIC)
    return a + b


def checked_mul(a: int, b: int) -> int:
    """``a * b`` as a word; reverts with the arithmetic panic beyond 256 bits."""
    if a * b > MAX_UINT256:
        raise Revert(PANIC_ARITHMETIC)
    return a * b


def checked_sub(a: int, b: int) -> int:
    """``a - b`` as an unsigned integer; reverts with the arithmetic panic below zero."""
    if b > a:
        raise Revert(PANIC_ARITHMETIC)
    return a - b
