"""Adapter: sequences of an Aave v3.0.2 pool. The same operations under the older rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lstwallet.protocols import lending
from tests.golden.aave_v3 import replay_under
from tests.golden.replay import Checked


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every operation: what it answers, and the whole state after it."""
    return replay_under(lending.V3_0_2, document)
