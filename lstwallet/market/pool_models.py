"""What an arbitrageur works out on paper: pool prices and the trade that mends them.

Floats on whole tokens. The exact pool decides what the trade really gives.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from lstwallet.units.records import make

ROUNDS: Final = 80
CLOSE: Final = 1e-6
"""A hundredth of a basis point."""
SCARCEST: Final = 1e-3
"""The least part of a pool's value in one coin that is looked at."""
STEEPNESS: Final = 0.08
"""The first guess of how fast the price falls, for a pool with A = 50 near balance."""


class StableCurve(NamedTuple):
    """A two-coin stableswap pool: ``Ann S + D = Ann D + D³/(4xy)`` with ``Ann = 2 A``."""

    ann: float
    d: float

    def other(self, x: float) -> float:
        """The balance of one coin when the other's is ``x``: a quadratic equation."""
        b = x + self.d / self.ann - self.d
        c = self.d**3 / (4 * x * self.ann)
        root = math.sqrt(b * b + 4 * c)
        return (root - b) / 2 if b <= 0 else 2 * c / (root + b)

    def price(self, x: float, y: float) -> float:
        """What a little of the ``x`` coin is worth in the ``y`` coin."""
        term = self.d**3 / (4 * x * y)
        return (self.ann + term / x) / (self.ann + term / y)

    def balance_at(self, price: float, near: float) -> float:
        """The balance of the ``x`` coin at which it is worth ``price``; ``near`` is a guess.

        The price falls with the balance, so the answer is bracketed. Secants on the
        logarithm of the price, which is straighter, find it in a few steps; one that would
        leave the bracket is replaced by halving.
        """
        goal = math.log(price)
        low, high = self.d * SCARCEST, self.d
        here = min(max(near, low), high)
        gap = self._log_price(here) - goal
        slope = -STEEPNESS / self.d
        for _ in range(ROUNDS):
            if abs(gap) < CLOSE or high - low < self.d * CLOSE:
                break
            low, high = (here, high) if gap > 0 else (low, here)
            there = here - gap / slope
            if not low < there < high:
                there = (low + high) / 2
            gap_there = self._log_price(there) - goal
            if gap_there != gap:
                slope = (gap_there - gap) / (there - here)
            here, gap = there, gap_there
        return here

    def _log_price(self, x: float) -> float:
        return math.log(self.price(x, self.other(x)))


def stable_curve(x: float, y: float, amplification: float) -> StableCurve:
    """The curve through two balances (Newton's iteration for ``D``)."""
    ann = 2 * amplification
    total = d = x + y
    for _ in range(ROUNDS):
        product = d**3 / (4 * x * y)
        following = (ann * total + 2 * product) * d / ((ann - 1) * d + 3 * product)
        if abs(following - d) < 1e-9 * d:
            return make(StableCurve, (ann, following))
        d = following
    return StableCurve(ann, d)


def product_trade(given: float, taken: float, price: float, fee: float) -> float:
    """How much of a constant-product pool's ``given`` coin to pay in.

    ``price`` is what one ``taken`` coin is worth outside in the ``given`` coin. The trade
    ends where one more unit would cost that price, fee included; negative or zero when
    the pool is dear already.
    """
    kept = 1 - fee
    return (math.sqrt(given * taken * price * kept) - given) / kept
