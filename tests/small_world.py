"""A small world for tests of everything that stands on the engine."""

from __future__ import annotations

from functools import lru_cache

from lstwallet.engine.world import World
from lstwallet.market.genesis import genesis, tiny


@lru_cache(maxsize=8)
def small_world(seed: int = 7) -> World:
    """A world with a small crowd; immutable, so tests may share it."""
    return genesis(seed, catalogue=tiny())
