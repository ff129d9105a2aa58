"""Where the gallery's pieces are registered, and how one stands in a piece of window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from lstwallet.ui.widgets.layout import Panel, row

BUILDERS: dict[str, Callable[[], QWidget]] = {}


def shows(name: str) -> Callable[[Callable[[], QWidget]], Callable[[], QWidget]]:
    """Put a builder into the gallery."""

    def keep(build: Callable[[], QWidget]) -> Callable[[], QWidget]:
        BUILDERS[name] = build
        return build

    return keep


def page(*items: object, width: int, height: int = 0) -> QWidget:
    """A piece of window with these items in columns of its own."""
    sheet = Panel("window")
    sheet.setLayout(row(*items, margins=16, spacing=14))
    sheet.resize(width, height or sheet.sizeHint().height())
    return sheet
