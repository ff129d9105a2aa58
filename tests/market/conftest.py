"""Small worlds, founded once."""

from __future__ import annotations

import pytest

from lstwallet.engine.world import World
from lstwallet.market.catalogue import Catalogue, load
from lstwallet.market.genesis import genesis, tiny

SEED = 7


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped numbers."""
    return load()


@pytest.fixture(scope="session")
def small(catalogue: Catalogue) -> Catalogue:
    """The shipped numbers with a small crowd."""
    return tiny(catalogue)


@pytest.fixture(scope="session")
def world(catalogue: Catalogue) -> World:
    """A whole world."""
    return genesis(SEED, catalogue=catalogue)


@pytest.fixture(scope="session")
def small_world(small: Catalogue) -> World:
    """A world with a small crowd."""
    return genesis(SEED, catalogue=small)
