"""Bounded Newton iterations on integers, the inner loops of AMM invariants.

They live here because a loop of named divisions would cost more than the arithmetic.
Every division truncates, in the order of the contract; the order matters.
"""

from __future__ import annotations

from lstwallet.units.checked import Revert

MAX_ROUNDS = 255
"""StableSwap-NG gives up after this many rounds."""
