"""A star that makes its subject a favourite, or no longer one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui.widgets.buttons import ToolButton


class StarButton(ToolButton):
    """Pressed while its subject is a favourite. ``wanted(on)``: it was clicked; the book decides
    what is shown, so it stays as it was until ``set_on``."""

    wanted = Signal(bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """``name`` is the subject's, for tool tip and accessible name."""
        super().__init__("star", "", side=28, icon_side=16, tone="3", parent=parent)
        self.name = name
        self._on = False
        self.setCheckable(True)
        self.clicked.connect(self._clicked)
        self.set_on(False)

    def set_on(self, on: bool) -> None:
        """Whether the subject is a favourite."""
        self._on = on
        self.setChecked(on)
        self.set_icon("star-fill" if on else "star", "warn" if on else "3")
        words = (
            self.tr("Remove {name} from favourites") if on else self.tr("Add {name} to favourites")
        )
        self.set_tip(words.format(name=self.name))

    def _clicked(self, _checked: bool = False) -> None:
        wish = not self._on
        self.setChecked(self._on)
        self.wanted.emit(wish)
