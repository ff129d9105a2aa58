"""How much less than quoted one accepts: the limit every trade carries."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from lstwallet.ui.theme import Themed, current
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, row
from lstwallet.ui.widgets.rows import ErrorLine
from lstwallet.units.amount import AmountProblem, BadAmount, format_exact, parse_units

MOST_BPS: Final = 3_000
"""More is refused: someone else would take the difference."""
HIGH_BPS: Final = 1_000
LOW_BPS: Final = 10
_DECIMALS: Final = 2


class SlippageField(Themed, QWidget):
    """A percentage with at most two decimals. ``changed()`` when it may have changed.

    ``basis_points()`` is ``None`` while the text is refused; ``problem()`` says why.
    """

    changed = Signal()

    def __init__(self, name: str, basis_points: int, parent: QWidget | None = None) -> None:
        """``name`` is the object name of the line edit."""
        super().__init__(parent)
        self._offered = basis_points
        words = self.tr("Slippage limit")
        self.label = Label(words, "body", "2", elide=True)
        self.edit = QLineEdit(format_exact(basis_points, _DECIMALS))
        self.edit.setProperty("box", True)
        self.edit.setObjectName(name)
        self.edit.setAccessibleName(self.tr("Slippage limit in percent"))
        self.edit.setMaxLength(12)
        self.edit.textChanged.connect(self._edited)
        self.label.setBuddy(self.edit)
        self.note = ErrorLine()
        line = row(self.label, None, self.edit, Label("%", "body", "2"), spacing=6)
        self.setLayout(column(line, self.note, spacing=4))
        self.begin_style()

    def restyle(self) -> None:
        self.edit.setFixedWidth(current().px(72))

    def offer(self, basis_points: int) -> None:
        """Another default from the settings; what was typed stays."""
        if basis_points != self._offered and self.basis_points() == self._offered:
            self.edit.setText(format_exact(basis_points, _DECIMALS))
        self._offered = basis_points

    def basis_points(self) -> int | None:
        """The limit, or ``None`` when it is no percentage or more than 30 %."""
        units = self._units()
        return units if units is not None and units <= MOST_BPS else None

    def problem(self) -> str:
        """Why the limit is refused; empty when it is not."""
        try:
            units = parse_units(self.edit.text(), _DECIMALS, allow_zero=True)
        except BadAmount as bad:
            return self._sentence(bad.problem)
        if units > MOST_BPS:
            return self.tr("A limit above 30% is refused: someone else would take the difference.")
        return ""

    def warning(self) -> str:
        """What one should know about the limit; empty for an ordinary one."""
        units = self._units()
        if units is None or units > MOST_BPS:
            return ""
        if units > HIGH_BPS:
            return self.tr("Above 10% you may receive much less than quoted.")
        if units < LOW_BPS:
            return self.tr("Below 0.1% the smallest move of the price stops it.")
        return ""

    def _units(self) -> int | None:
        try:
            return parse_units(self.edit.text(), _DECIMALS, allow_zero=True)
        except BadAmount:
            return None

    def _sentence(self, problem: AmountProblem) -> str:
        sentences = {
            AmountProblem.EMPTY: self.tr("Enter a limit, for example 0.5."),
            AmountProblem.COMMA: self.tr("Use a point for decimals, for example 0.5."),
            AmountProblem.NEGATIVE: self.tr("The limit cannot be below zero."),
            AmountProblem.TOO_MANY_DECIMALS: self.tr("At most two decimals here."),
            AmountProblem.EXPONENT: self.tr("Write the number out in full, without an exponent."),
        }
        return sentences.get(problem, self.tr("This is not a number. Use digits only."))

    def _edited(self) -> None:
        problem = self.problem()
        self.note.set_text(problem or self.warning(), "bad" if problem else "warn")
        self.changed.emit()
