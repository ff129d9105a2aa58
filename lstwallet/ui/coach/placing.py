"""Where the coach's card stands: beside the target, never over one, and on free ground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize

GAP: Final = 22
"""Between the card and the target; the pointer fits in."""
EDGE: Final = 12
"""The least distance to the window's edge."""
_SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_ACROSS: Final = (0.5, 0.0, 1.0, 0.125, 0.25, 0.375, 0.625, 0.75, 0.875)
_DOWN: Final = (1.0, 0.5, 0.0, 0.875, 0.75, 0.625, 0.375, 0.25, 0.125)
_AIM: Final = 16
"""How much worse it is to hide the target, or to stand outside, than to hide the rest."""
_RISE: Final = 160
"""So much content (square pixels) it hides rather than stand a pixel higher, beside no target:
what stands first on a page is looked at most."""


class Place(NamedTuple):
    """The card's rectangle, and the side of it that faces the target ("" when none does)."""

    box: QRect
    side: str


def place(
    card: QSize,
    target: QRect | None,
    keep: Sequence[QRect],
    room: QRect,
    content: Sequence[QRect] = (),
) -> Place:
    """The best place for a card of this size within ``room``.

    It hides least of ``target`` and of what to ``keep`` in sight; then it faces the target
    when there is one, near its top, or else stands low; either way it hides little of the
    ``content``.
    """

    def rank(numbered: tuple[int, Place]) -> tuple[int, bool, int, int]:
        number, (box, side) = numbered
        worst = _area(box) - _area(box.intersected(room))
        if target is not None:
            worst += _area(box.intersected(target))
        rise = 0 if side else _RISE * (room.bottom() - box.bottom())
        return _AIM * worst + _hidden(box, keep), not side, _hidden(box, content) + rise, number

    return min(enumerate(_candidates(card, target, room)), key=rank)[1]


def _candidates(card: QSize, target: QRect | None, room: QRect) -> Iterator[Place]:
    inner = room.adjusted(EDGE, EDGE, -EDGE, -EDGE)
    if target is not None:
        yield from _beside(card, target, inner)
    for share_y in _DOWN:
        for share_x in _ACROSS:
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


def _hidden(box: QRect, parts: Sequence[QRect]) -> int:
    return sum(_area(box.intersected(part)) for part in parts)


def _area(box: QRect) -> int:
    return max(0, box.width()) * max(0, box.height())
