"""The records of a concentrated pool: one price, the ticks where liquidity changes, positions.

Fee growth is a sum of fees per unit of liquidity, 128 binary places, modulo 2²⁵⁶: only
differences of it mean anything. Whoever keeps the positions hands them in and gets them back.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.protocols.concentrated.steps import MILLION
from lstwallet.protocols.concentrated.ticks import max_liquidity_per_tick, tick_at
from lstwallet.units.checked import MAX_UINT256, Revert

Q128: Final = 2**128
"""One, in fee growth."""
GROWTH_MASK: Final = MAX_UINT256
OWED_MASK: Final = Q128 - 1
"""Owed tokens are 128 bits wide, and wrap."""
MAX_SPACING: Final = 16_384

ALREADY_THERE: Final = "AI"

Pair = tuple[int, int]
"""One number for each token."""


class Terms(NamedTuple):
    """What a pool was made with."""

    fee: int
    """Of what comes in, millionths."""
    spacing: int
    """Every so many ticks one may be used."""
    tick_limit: int
    """The most liquidity that may begin or end at one tick."""


class Tick(NamedTuple):
    """One place where liquidity begins or ends."""

    gross: int
    """All liquidity that begins or ends here."""
    net: int
    """What is added when the price rises through it; negative when more ends than begins."""
    outside_0: int
    """Fee growth on the other side of this tick, as seen from the price."""
    outside_1: int


UNUSED: Final = Tick(0, 0, 0, 0)
"""A tick that nobody uses."""


class Position(NamedTuple):
    """The liquidity of one owner between one pair of ticks."""

    liquidity: int
    inside_0: int
    """Fee growth between its ticks when it was last touched."""
    inside_1: int
    owed_0: int
    """Fees and withdrawn tokens that can be collected."""
    owed_1: int


NO_POSITION: Final = Position(0, 0, 0, 0, 0)


class Pool(NamedTuple):
    """A pool at one moment."""

    sqrt_price: int
    """96 binary places; 0 before the pool has a price."""
    tick: int
    """The greatest tick at or below the price; one less just after a fall through it."""
    liquidity: int
    """What is in range now."""
    growth_0: int
    """Fees in token 0 per unit of liquidity so far."""
    growth_1: int
    protocol_fees: Pair
    """Set aside for the protocol."""
    protocol_share: Pair
    """The protocol takes one part in so many of the fee (4 … 10) of each token; 0 is none."""
    ticks: tuple[int, ...]
    """The used ticks in order."""
    states: tuple[Tick, ...]
    """Their states, in the same order."""


def terms_of(fee: int, spacing: int) -> Terms:
    """Terms the factory would accept. Reverts without a reason otherwise."""
    if not 0 <= fee < MILLION or not 0 < spacing < MAX_SPACING:
        raise Revert
    return Terms(fee, spacing, max_liquidity_per_tick(spacing))


EMPTY: Final = Pool(0, 0, 0, 0, 0, (0, 0), (0, 0), (), ())
"""A pool just created, without a price."""


def initialize(pool: Pool, sqrt_price: int) -> Pool:
    """Give the pool its first price. Reverts when it has one."""
    if pool.sqrt_price:
        raise Revert(ALREADY_THERE)
    return pool._replace(sqrt_price=sqrt_price, tick=tick_at(sqrt_price))
