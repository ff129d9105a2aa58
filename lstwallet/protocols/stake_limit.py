"""Lido's staking rate limit: so much ether at once, refilled with every block.

    left now = min(most, left then + blocks since · growth per block)

Sources: lidofinance/core ``contracts/0.4.24/lib/StakeLimitUtils.sol``
(``calculateCurrentStakeLimit``, ``updatePrevStakeLimit``) and ``Lido.sol`` (``STAKE_LIMIT``).
Amounts are wei. The growth for each block is ``most`` over the blocks that a refill from
nothing takes, rounded down, so that a refill never comes early.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.units.checked import Revert
from lstwallet.units.fixed import div_ceil, div_floor

STAKE_LIMIT: Final = "STAKE_LIMIT"
"""The contract's reason when more is staked than is left."""


class StakeLimit(NamedTuple):
    """What is left, and when that was counted."""

    most: int
    """Wei at once, when nobody has staked for long; 0: there is no limit."""
    blocks: int
    """Blocks that a refill from nothing takes; 0: it is never refilled."""
    left: int
    """Wei that could be staked in block ``block``, after the last stake of it."""
    block: int


def growth(limit: StakeLimit) -> int:
    """Wei that every block brings back, rounded down."""
    return div_floor(limit.most, limit.blocks) if limit.blocks else 0


def left_at(limit: StakeLimit, block: int) -> int:
    """Wei that can be staked in ``block``, not before the last counted one."""
    passed = max(0, block - limit.block)
    return min(limit.most, limit.left + passed * growth(limit))


def take(limit: StakeLimit, wei: int, block: int) -> StakeLimit:
    """The limit after ``wei`` are staked. Reverts with ``STAKE_LIMIT``."""
    if not limit.most:
        return limit
    left = left_at(limit, block)
    if wei > left:
        raise Revert(STAKE_LIMIT)
    return limit._replace(left=left - wei, block=max(block, limit.block))


def blocks_until(limit: StakeLimit, wei: int, block: int) -> int | None:
    """Blocks from ``block`` until ``wei`` can be staked, if nobody else stakes meanwhile.

    ``None`` when that much can never be staked at once.
    """
    missing = wei - left_at(limit, block)
    if missing <= 0 or not limit.most:
        return 0
    if wei > limit.most or not growth(limit):
        return None
    return div_ceil(missing, growth(limit))


__all__ = ["STAKE_LIMIT", "StakeLimit", "blocks_until", "growth", "left_at", "take"]
