"""The branch one stands on, in the time bar; its button opens the list of all."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from lstwallet.ui.theme import current, paint
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.buttons import Button

WIDEST, SLIM = 200, 128
"""Pixels: a longer name is cut with an ellipsis; the tip tells all of it."""


class BranchChip(Button):
    """``set_branch(title)``; pressed like any button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "secondary", "small", icon="git-branch", parent=parent)
        self.setObjectName("time.branch")
        self._widest = WIDEST
        self.set_branch("")

    def set_branch(self, title: str) -> None:
        """Show the name of the present branch."""
        self._title = title or self.tr("Main")
        self.setText(self._title.replace("&", "&&"))
        said = self.tr("Branch: {title}").format(title=self._title)
        self.setAccessibleName(said)
        self.setToolTip(plain_tip(said))
        self.updateGeometry()

    def set_slim(self, slim: bool) -> None:
        """In a narrow window a long name has less room."""
        self._widest = SLIM if slim else WIDEST
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        wide = paint.button_width(self._title, "secondary", "small", "git-branch")
        return QSize(min(wide, current().px(self._widest)), super().sizeHint().height())
