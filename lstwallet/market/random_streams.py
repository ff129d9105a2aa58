"""Counter-based randomness: any hour's numbers can be drawn alone.

Each stream is a Philox-4x64 generator (Salmon et al., SC'11) with the key (seed, stream)
and the counter set to the absolute day. There is no generator state to save: the numbers
of an hour depend on the seed, the stream and the hour, and on nothing that was drawn
before. What is kept of a day is only a cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from lstwallet.units.clock import HOUR, SimTime, steps_between

HOURS_A_DAY: Final = 24
_WORD: Final = 2**64
_KEPT_DAYS: Final = 32
_MOST_AHEAD: Final = 16

Floats = NDArray[np.float64]
T = TypeVar("T")


class Stream(IntEnum):
    """One number per purpose; a number is never used for another purpose later."""

    ETH_DAY = 1
    """How turbulent a day is."""
    ETH_HOUR = 2
    """The steps of the ETH price."""
    USDC = 3
    BRIDGE = 4
    """The way between two recorded daily prices."""
    BASIS = 5
    """What the outside market pays for stETH over or under its rate."""
    CROWD = 6
    """Who is there when a world is made."""
    STAKING = 7
    LENDING = 8
    TRADING = 9
    LIQUIDITY = 10
    VALIDATORS = 11
    DUTIES = 12
    BASE_FEE = 13
    RETH = 14
    RANGES = 15


class Dice:
    """Generators of a seed. One is reused: making a new one costs eight times as much."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.Philox(0)
        self._generator = np.random.Generator(self._bits)
        self._counter = np.zeros(4, dtype=np.uint64)
        self._key = np.array((seed % _WORD, 0), dtype=np.uint64)
        self._start: Any = {
            "bit_generator": "Philox",
            "state": {"counter": self._counter, "key": self._key},
            "buffer": np.zeros(4, dtype=np.uint64),
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }
        """The state at the start of a block: the generator copies it."""

    def roll(self, stream: Stream, index: int) -> np.random.Generator:
        """A generator at the start of block ``index`` (an absolute day) of a stream.

        It is the same object each time: draw from it before the next call.
        """
        self._counter[3] = index % _WORD
        self._key[1] = stream
        self._bits.state = self._start
        return self._generator


def hour_of(at: SimTime) -> int:
    """The absolute hour that ``at`` lies in."""
    return steps_between(HOUR, 0, at)


class Uniforms:
    """Uniform numbers in [0, 1): ``width`` of them for every hour of a stream."""

    def __init__(self, seed: int, stream: Stream, width: int) -> None:
        self._dice = Dice(seed)
        self._stream = stream
        self._shape = (HOURS_A_DAY, width)

    def day(self, day: int) -> list[list[float]]:
        """The numbers of the 24 hours of an absolute day, drawn anew."""
        drawn: list[list[float]] = self._dice.roll(self._stream, day).random(self._shape).tolist()
        return drawn


    def first(self, day: int) -> list[float]:
        """The numbers of a day's first hour: for what is looked at once a day."""
        drawn: list[float] = self._dice.roll(self._stream, day).random(self._shape[1]).tolist()
        return drawn


class Normals:
    """One standard normal number for every hour of a stream."""

    def __init__(self, seed: int, stream: Stream) -> None:
        self._dice = Dice(seed)
        self._stream = stream
        self._days: dict[int, Floats] = {}

    def day(self, day: int) -> Floats:
        """The 24 numbers of an absolute day, shape (24,)."""
        block = self._days.get(day)
        if block is None:
            drawn = self._dice.roll(self._stream, day).standard_normal(HOURS_A_DAY)
            block = keep(self._days, day, drawn)
        return block


class Hours(Generic[T]):
    """Something for every hour, made a day at once and kept for a while.

    Where days are asked for in a row more and more of them are made in the same go: what
    has just been done is done again in a fraction of the time. Who asks for one hour pays
    for one day.
    """

    def __init__(self, make: Callable[[int], Iterable[T]]) -> None:
        """``make`` gives the 24 values of an absolute day."""
        self._make = make
        self._hours: dict[int, T] = {}
        self._at_once = 1
        """Days that were made in the last go."""

    def at(self, hour: int) -> T:
        """What belongs to an absolute hour."""
        try:
            return self._hours[hour]
        except KeyError:
            return self._made(hour)

    def _made(self, hour: int) -> T:
        hours, day = self._hours, hour // HOURS_A_DAY
        in_a_row = hour - HOURS_A_DAY in hours
        self._at_once = min(self._at_once * 2, _MOST_AHEAD) if in_a_row else 1
        if len(hours) >= _KEPT_DAYS * HOURS_A_DAY:
            hours.clear()
        for each in range(day, day + self._at_once):
            hours.update(enumerate(self._make(each), each * HOURS_A_DAY))
        return hours[hour]


def keep(cache: dict[int, T], day: int, block: T) -> T:
    """Put a block into its cache, which forgets its oldest entry when it is full."""
    if len(cache) >= _KEPT_DAYS:
        del cache[next(iter(cache))]
    cache[day] = block
    return block
