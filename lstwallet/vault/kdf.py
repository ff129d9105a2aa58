"""From a password to a key, slowly: Argon2id (RFC 9106), at a cost that this computer sets.

The floor is RFC 9106's second recommended choice: 3 passes, 4 lanes, 64 MiB. A new slot costs
about a second here, with at most 256 MiB. What a file asks for is held between floor and
ceiling before any work is done: a stranger's slot file can neither stop the program nor talk
it into a cheap key.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from typing import Final, NamedTuple

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
SECOND: Final = 1.0
"""How long a new slot should take to open, about."""


class Cost(NamedTuple):
    """What one guess costs."""

    passes: int
    memory_kib: int
    lanes: int


class Policy(NamedTuple):
    """Between which costs a slot is made and read."""

    floor: Cost
    ceiling: Cost
    fixed: Cost | None = None
    """A cost that is used without calibration; tests set it."""

    def allows(self, cost: Cost) -> bool:
        """Whether every part lies between floor and ceiling."""
        return all(
            low <= part <= high
            for low, part, high in zip(self.floor, cost, self.ceiling, strict=True)
        )


STANDARD: Final = Policy(floor=Cost(3, 64 * 1024, 4), ceiling=Cost(32, 256 * 1024, 16))
"""The product's. Nothing that a file or a setting says can lower it."""


def normal(password: str) -> str:
    """The same password, however a keyboard composed it (NFKC): é is é, full-width is plain."""
    return unicodedata.normalize("NFKC", password)


def derive(password: str, salt: bytes, cost: Cost) -> bytearray:
    """32 bytes that only this password gives. The caller wipes them.

    Raises ``MemoryError`` when the computer cannot spare ``cost.memory_kib`` now.
    """
    secret = bytearray(normal(password).encode("utf-8", "surrogatepass"))
    try:
        return bytearray(
            hash_secret_raw(
                bytes(secret),
                salt,
                time_cost=cost.passes,
                memory_cost=cost.memory_kib,
                parallelism=cost.lanes,
                hash_len=KEY_BYTES,
                type=Type.ID,
            )
        )
    except HashingError as error:
        raise MemoryError(str(error)) from None
    finally:
        wipe(secret)


def wipe(secret: bytearray) -> None:
    """Overwrite it. Copies that Python or a library made are out of reach."""
    secret[:] = bytes(len(secret))


def calibrated(policy: Policy, *, timed: Callable[[Cost], float] | None = None) -> Cost:
    """A cost of about a second here: first more memory, then more passes; never below the floor.

    ``timed`` measures one derivation, in seconds. Takes about as long as the floor does.
    """
    if policy.fixed is not None:
        return policy.fixed
    floor, ceiling = policy.floor, policy.ceiling
    seconds = max((timed or _timed)(floor), 1e-3)
    room = SECOND / seconds
    memory = floor.memory_kib
    while room >= 2 and memory * 2 <= ceiling.memory_kib:
        memory, room = memory * 2, room / 2
    passes = min(max(floor.passes, int(floor.passes * room)), ceiling.passes)
    return Cost(passes, memory, floor.lanes)


def _timed(cost: Cost) -> float:
    began = time.perf_counter()
    wipe(derive("how fast is this computer", bytes(SALT_BYTES), cost))
    return time.perf_counter() - began
