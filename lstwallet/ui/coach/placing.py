"""Where the coach's card stands: beside the target, never over one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize

GAP: Final = 22
"""Between the card and the target; the pointer fits in."""
EDGE: Final = 12
"""The least distance to the window's edge."""
_SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


class Place(NamedTuple):
    """The card's rectangle, and the side of it that faces the target ("" when none does)."""

    box: QRect
    side: str


def place(card: QSize, target: QRect | None, holes: Sequence[QRect], room: QRect) -> Place:
    """The best place for a card of this size within ``room``.

    Beside ``target`` when there is one; of all candidates the one that hides least of the
    holes, and of those the one nearest to the target's top.
    """
    best: tuple[int, int, Place] | None = None
    for number, candidate in enumerate(_candidates(card, target, room)):
        hidden = sum(_area(candidate.box.intersected(hole)) for hole in holes)
        spill = _area(candidate.box) - _area(candidate.box.intersected(room))
        rank = (hidden + 4 * spill, number, candidate)
        if best is None or rank[:2] < best[:2]:
            best = rank
    assert best is not None
    return best[2]


def _candidates(card: QSize, target: QRect | None, room: QRect) -> Iterator[Place]:
    inner = room.adjusted(EDGE, EDGE, -EDGE, -EDGE)
    if target is not None:
        yield from _beside(card, target, inner)
    for share_y in (1.0, 0.5, 0.0):
        for share_x in (0.5, 0.0, 1.0):
            yield Place(QRect(_spot(card, inner, share_x, share_y), card), "")


def _beside(card: QSize, target: QRect, inner: QRect) -> Iterator[Place]:
    """Left, right, below and above, as far as the card then still faces the target."""
    left = target.left() - GAP - card.width()
    right = target.right() + 1 + GAP
    above = target.top() - GAP - card.height()
    below = target.bottom() + 1 + GAP
    for share in _SHARES:
        y = target.top() + round(share * (target.height() - card.height()))
        y = _within(y, inner.top(), inner.bottom() + 1 - card.height())
        if y < target.bottom() and y + card.height() > target.top():
            yield Place(QRect(QPoint(left, y), card), "right")
            yield Place(QRect(QPoint(right, y), card), "left")
    for share in _SHARES:
        x = target.left() + round(share * (target.width() - card.width()))
        x = _within(x, inner.left(), inner.right() + 1 - card.width())
        if x < target.right() and x + card.width() > target.left():
            yield Place(QRect(QPoint(x, below), card), "top")
            yield Place(QRect(QPoint(x, above), card), "bottom")


def _spot(card: QSize, inner: QRect, share_x: float, share_y: float) -> QPoint:
    spare_x = max(0, inner.width() - card.width())
    spare_y = max(0, inner.height() - card.height())
    return QPoint(inner.left() + round(share_x * spare_x), inner.top() + round(share_y * spare_y))


def _within(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def _area(box: QRect) -> int:
    return max(0, box.width()) * max(0, box.height())
