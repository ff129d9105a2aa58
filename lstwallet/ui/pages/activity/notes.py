"""Notes and labels on entries, edited where they stand: Enter keeps them, Esc does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from lstwallet.store.book import LONGEST_LABEL, LONGEST_NOTE, Note
from lstwallet.ui.models.cells import ButtonsCell, ButtonSpec
from lstwallet.ui.theme import current, paint
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.layout import row
from lstwallet.units.strict.texts import plain_line

if TYPE_CHECKING:
    from lstwallet.ui.models.table import TableView

SHOWN = 22
"""Characters of a note that its button shows; hovering tells all of it."""


def shown(note: Note | None, empty: str) -> ButtonsCell:
    """The button of a note: its label and its beginning, or ``empty`` where there is none."""
    if note is None:
        return ButtonsCell((ButtonSpec("note", empty, "quiet", True, "note-pencil"),))
    said = " · ".join(part for part in (note.label, note.text) if part)
    short = said if len(said) <= SHOWN else f"{said[: SHOWN - 1].rstrip()}…"
    return ButtonsCell((ButtonSpec("note", short, "quiet", True, "note", said),))


class NoteEditor(QWidget):
    """Lies over the row that is edited. ``kept(seq, note)``, without a note to strike it out."""

    kept = Signal(object, object)

    def __init__(self, table: TableView) -> None:
        super().__init__(table.viewport())
        self._table = table
        self._seq = 0
        self.label = self._field("activity.label", self.tr("Label"), LONGEST_LABEL)
        self.label.setFixedWidth(current().px(120))
        self.text = self._field("activity.note", self.tr("Note"), LONGEST_NOTE)
        self.keep = Button(self.tr("Save"), "primary", "small", on_click=self._keep)
        self.keep.setObjectName("activity.note.save")
        self.cancel = Button(self.tr("Cancel"), "secondary", "small", on_click=self._leave)
        self.cancel.setObjectName("activity.note.cancel")
        self.setLayout(
            row(self.label, (self.text, 1), self.cancel, self.keep, margins=(8, 4, 8, 4), spacing=6)
        )
        table.verticalScrollBar().valueChanged.connect(lambda _value: self.hide())
        self.hide()

    def _field(self, name: str, words: str, longest: int) -> QLineEdit:
        field = QLineEdit()
        field.setProperty("box", True)
        field.setObjectName(name)
        field.setAccessibleName(words)
        field.setPlaceholderText(words)
        field.setMaxLength(longest)
        field.returnPressed.connect(self._keep)
        field.installEventFilter(self)
        return field

    def begin(self, seq: int, note: Note | None, line: QRect) -> None:
        """Edit the note of an event; ``line`` is where its row stands in the viewport."""
        self._seq = seq
        self.label.setText(note.label if note is not None else "")
        self.text.setText(note.text if note is not None else "")
        viewport = self._table.viewport()
        wide = min(viewport.width(), current().px(640))
        tall = max(line.height(), self.sizeHint().height())
        top = min(max(0, line.top()), viewport.height() - tall)
        self.setGeometry(viewport.width() - wide, top, wide, tall)
        self.show()
        self.raise_()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)
        self.text.selectAll()

    def _keep(self) -> None:
        label = plain_line(self.label.text())
        text = plain_line(self.text.text())
        self._leave()
        self.kept.emit(self._seq, Note(text, label) if text or label else None)

    def _leave(self) -> None:
        self.hide()
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), "surface", "line_strong", 8)
