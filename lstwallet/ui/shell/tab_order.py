"""Where Tab leads: through the parts of the window in the order in which one reads them.

Qt's own chain follows the order of making: what a room adds later would come after the time
bar, and a room itself too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def chain(window: QWidget) -> Iterator[QWidget]:
    """Every widget of the window that Tab may come to, as Qt has them in line."""
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if _takes_focus(widget):
            yield widget
        widget = widget.nextInFocusChain()


def _takes_focus(widget: QWidget) -> bool:
    return (
        bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and widget.isVisible()
        and widget.isEnabled()
        and widget.focusProxy() is None
    )


def ordered(window: QWidget, parts: Sequence[QWidget]) -> list[QWidget]:
    """Part by part; what is in none of them comes last."""

    def rank(widget: QWidget) -> int:
        places = (at for at, part in enumerate(parts) if part.isAncestorOf(widget))
        return next(places, len(parts))

    return sorted(chain(window), key=rank)


def step(window: QWidget, parts: Sequence[QWidget], forward: bool) -> bool:
    """Move the focus one on, or back. From outside the line it goes to its begin (or end)."""
    line = ordered(window, parts)
    if not line:
        return False
    now = window.focusWidget()
    if now in line:
        following = line[(line.index(now) + (1 if forward else -1)) % len(line)]
    else:
        following = line[0 if forward else -1]
    following.setFocus(
        Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    )
    return True
