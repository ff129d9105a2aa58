"""A text that is edited where it stands: Enter keeps the new one, Esc the old."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import row
from lstwallet.units.strict.texts import plain_line


class InPlace(QWidget):
    """A label and a pencil; a field while one edits. ``edited(text)`` when it is kept."""

    edited = Signal(str)

    def __init__(
        self, style: str, tip: str, longest: int, name: str, parent: QWidget | None = None
    ) -> None:
        """``tip`` names the pencil and the field, ``name`` is the field's object name."""
        super().__init__(parent)
        self.label = Label("", style, elide=True)
        self.pencil = ToolButton(
            "pencil-simple", tip, side=24, icon_side=14, tone="3", on_click=self.begin
        )
        self.pencil.setObjectName(f"{name}.pencil")
        self.field = QLineEdit()
        self.field.setProperty("box", True)
        self.field.setObjectName(name)
        self.field.setAccessibleName(tip)
        self.field.setMaxLength(longest)
        self.field.returnPressed.connect(self._keep)
        self.field.installEventFilter(self)
        self.field.hide()
        self.setLayout(row(self.label, self.pencil, (self.field, 1), None, spacing=4))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        """Show another text; what is being typed stays."""
        self.label.setText(text)

    def begin(self) -> None:
        """Put the cursor into the text."""
        self.field.setText(self.label.text())
        self._turn(True)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def editing(self) -> bool:
        """Whether the field is shown."""
        return not self.field.isHidden()

    def _turn(self, editing: bool) -> None:
        self.label.setVisible(not editing)
        self.pencil.setVisible(not editing)
        self.field.setVisible(editing)

    def _keep(self) -> None:
        if self.editing():
            text = plain_line(self.field.text())
            changed = text != self.label.text()
            self._end()
            if changed:
                self.edited.emit(text)

    def _end(self) -> None:
        self._turn(False)
        self.pencil.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                self._end()
                return True
        return super().eventFilter(watched, event)
