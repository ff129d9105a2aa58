"""Where the ticks of an axis stand: round values, and round moments of the calendar."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import NamedTuple

HOUR = 3_600
DAY = 86_400
_STEPS = (
    HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
    DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY,
)  # fmt: skip
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)


class Scale(NamedTuple):
    """A y axis: its range and its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]
    step: float


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that needs at most ``most`` steps."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.9999)


def y_scale(low: float, high: float, most: int = 4, edge: float = 0.02) -> Scale:
    """A range that holds ``low`` and ``high``; ``edge`` is the share of it that is kept free
    beyond the first and the last tick, for their words."""
    if high - low < 1e-12 * max(1.0, abs(high)):
        margin = abs(high) * 0.01 or 1.0
        low, high = low - margin, high + margin
    step = nice_step(high - low, most)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    ticks = tuple(round(i * step, 12) for i in range(first, last + 1))
    # The top tick may stand above the data by most of a step: then the data set the top.
    top = ticks[-1] if ticks[-1] - high < 0.4 * step else high + 0.06 * (high - low)
    margin = edge / (1 - 2 * edge) * (top - ticks[0])
    shown = tuple(tick for tick in ticks if tick <= top)
    return Scale(ticks[0] - margin, top + margin, shown, step)


def time_ticks(low: float, high: float, most: int = 5) -> tuple[tuple[int, ...], int]:
    """Round moments between two times (seconds, UTC), and the step in seconds between them."""
    span = max(high - low, 60.0)
    for step in _STEPS:
        if span / step <= most:
            # Weeks start on Monday; the epoch was a Thursday.
            shift = 4 * DAY if step % (7 * DAY) == 0 else 0
            first = math.ceil((low - shift) / step) * step + shift
            return tuple(range(int(first), int(high) + 1, step)), step
    return _month_ticks(low, high, span, most)


def _month_ticks(low: float, high: float, span: float, most: int) -> tuple[tuple[int, ...], int]:
    month = 30.44 * DAY
    every = next((m for m in _MONTHS if span / (m * month) <= most), _MONTHS[-1])
    start = datetime.fromtimestamp(low, UTC)
    index = start.year * 12 + start.month - 1
    index -= index % every
    found: list[int] = []
    while True:
        moment = datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC).timestamp()
        if moment > high:
            return tuple(found), int(every * month)
        if moment >= low:
            found.append(int(moment))
        index += every
