"""Addresses of this simulation: ``sim1…``, checksummed, and worthless on any real network.

An address is 20 bytes in bech32m with the prefix ``sim``, which no network uses. That of
one's own account follows from the world and the account's name: there is no key behind it.
"""

from __future__ import annotations

import hashlib
import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from lstwallet.units import bech32

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable
    from lstwallet.ledger.entries import Account

PREFIX: Final = "sim"
LENGTH: Final = 42
"""Characters of every address."""
_BYTES: Final = 20
_FOREIGN: Final = (
    re.compile(r"0x[0-9a-f]{6,}", re.IGNORECASE),
    re.compile(r"[13][1-9A-HJ-NP-Za-km-z]{24,33}"),
    re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}"),
    re.compile(r"[a-z0-9-]+\.(eth|sol|crypto)", re.IGNORECASE),
)
"""Ethereum, old Bitcoin and Solana addresses, and names that stand for such."""


class Problem(Enum):
    """Why a text is not an address of this simulation."""

    EMPTY = "empty"
    OTHER_NETWORK = "other_network"
    """It reads like the address of a real network."""
    MIXED_CASE = "mixed_case"
    CHARACTER = "character"
    """A character that no address has."""
    LENGTH = "length"
    CHECKSUM = "checksum"
    """A slip: one character or more is wrong."""
    NOT_AN_ADDRESS = "not_an_address"
    """It does not even begin like one."""


_PROBLEMS: Final = {
    bech32.Problem.MIXED_CASE: Problem.MIXED_CASE,
    bech32.Problem.NO_PREFIX: Problem.NOT_AN_ADDRESS,
    bech32.Problem.CHARACTER: Problem.CHARACTER,
    bech32.Problem.LENGTH: Problem.LENGTH,
    bech32.Problem.CHECKSUM: Problem.CHECKSUM,
}


def of_account(world: Readable, account: Account) -> str:
    """The address of one of the user's accounts in this world."""
    text = f"lstwallet account\n{world.seed}\n{world.started}\n{account}"
    return bech32.encode(PREFIX, hashlib.sha256(text.encode()).digest()[:_BYTES])


def problem(text: str) -> Problem | None:
    """What is wrong with an address, ``None`` when it is sound. Capitals alone are sound."""
    if not text:
        return Problem.EMPTY
    if not text.lower().startswith(f"{PREFIX}1"):
        return Problem.OTHER_NETWORK if _is_foreign(text) else Problem.NOT_AN_ADDRESS
    try:
        prefix, payload = bech32.decode(text)
    except bech32.BadBech32 as bad:
        short = bad.problem is bech32.Problem.CHECKSUM and len(text) != LENGTH
        return Problem.LENGTH if short else _PROBLEMS[bad.problem]
    # ``sim1q1…`` begins like an address and is one of another prefix.
    return None if (prefix, len(payload)) == (PREFIX, _BYTES) else Problem.LENGTH


def _is_foreign(text: str) -> bool:
    """Whether it looks like an address, or a name for one, of a network that exists."""
    if any(form.fullmatch(text) for form in _FOREIGN):
        return True
    prefix, _, data = text.lower().partition("1")
    alone = prefix.isalpha() and len(data) >= 6
    return alone and all(letter in bech32.ALPHABET for letter in data)


def tidy(text: str) -> str:
    """An address as it is kept: without spaces, in small letters unless the case is mixed."""
    bare = "".join(text.split())
    return bare.lower() if bare == bare.upper() else bare


def short(address: str) -> str:
    """``sim1qx3f…8k2d``: enough to tell one's own apart, never to be copied."""
    return f"{address[:8]}…{address[-4:]}"
