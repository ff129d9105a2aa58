"""How often and how much: the few distributions that every flow draws from."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from lstwallet.market.catalogue import Catalogue

MICRO: Final = 10**6
"""Sizes leave the models rounded to a millionth of a token."""
_SCALES: Final[dict[int, int]] = {6: 1, 18: 10**12}


class Sizes(NamedTuple):
    """A flow of the catalogue: at most one action an hour, log-normal sizes."""

    rate: float
    """Actions an hour, at most one."""
    median: float
    """In tokens, or as a share where the catalogue says so."""
    spread: float
    """Standard deviation of the logarithm."""
    largest: float

    def draw(self, u: float, v: float) -> float:
        """A size from two uniform numbers, at most ``largest``."""
        _, median, spread, largest = self
        return min(median * math.exp(spread * normal(u, v)), largest)


def read_sizes(catalogue: Catalogue, flow: str, size: str = "median") -> Sizes:
    """The parameters of ``[flow]`` in ``flows.toml``; ``size`` is ``median`` or ``share``."""
    path = f"flows.{flow}"
    return Sizes(
        rate=catalogue.real(f"{path}.rate"),
        median=catalogue.real(f"{path}.{size}"),
        spread=catalogue.real(f"{path}.spread"),
        largest=catalogue.real(f"{path}.largest"),
    )


def normal(u: float, v: float) -> float:
    """A standard normal number from two uniform ones (Box-Muller)."""
    return math.sqrt(-2 * math.log(1 - u)) * math.cos(math.tau * v)


def pick(u: float, count: int) -> int:
    """An index below ``count`` from a uniform number."""
    return min(int(u * count), count - 1)


def units(tokens: float, decimals: int) -> int:
    """Base units of an amount in tokens, rounded down to a millionth of a token."""
    return int(tokens * MICRO) * _SCALES[decimals]
