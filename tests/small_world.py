"""A small world for tests of everything that stands on the engine."""

from __future__ import annotations

from functools import lru_cache

from lstwallet.engine import vaults_facts
from lstwallet.engine.genesis import found
from lstwallet.engine.rocketpool_facts import TOKENS
from lstwallet.engine.world import World
from lstwallet.market.genesis import blueprint, genesis, tiny


@lru_cache(maxsize=8)
def small_world(seed: int = 7) -> World:
    """A world with a small crowd; immutable, so tests may share it."""
    return genesis(seed, catalogue=tiny())


@lru_cache(maxsize=2)
def old_world(seed: int = 7) -> World:
    """The same as an earlier program made it: without rETH, fees, and all that came later."""
    plan = blueprint(seed, catalogue=tiny())
    later = {token.symbol for token in (*TOKENS, *vaults_facts.TOKENS)}
    tokens = {symbol: token for symbol, token in plan.tokens.items() if symbol not in later}
    plan = plan._replace(rocketpool=None, network=None, vaults=None, concentrated=None)
    return found(plan._replace(tokens=tokens, restaking=None))
