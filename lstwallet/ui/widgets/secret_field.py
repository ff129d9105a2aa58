"""The field for a password or a recovery code, its strength, and secrets on the clipboard."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, paint
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import column, row
from lstwallet.ui.widgets.rows import ErrorLine

HEIGHT: Final = 42
LONGEST: Final = 1_024
"""Characters."""
CLEARED_AFTER_S: Final = 60
"""A secret that was copied leaves the clipboard after so long, or when the program locks."""


class _Frame(Themed, QWidget):
    """The edge around the field: rest, focus or bad."""

    def __init__(self, field: SecretField) -> None:
        super().__init__(field)
        self._field = field
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedHeight(current().px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        edge, width = "line_control", 1
        if self._field.edit.hasFocus():
            edge, width = "focus", 2
        elif self._field.error.text.text():
            edge, width = "bad_mark", 2
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), "surface", edge, 8, width)


class SecretField(QWidget):
    """Label, the secret behind dots with an eye to show it, and what is wrong below.

    What was typed is never kept in an undo history, offered to an input method, or remembered.
    """

    changed = Signal()
    confirmed = Signal()
    """Enter was pressed."""

    def __init__(
        self, label: str, name: str, *, shown: bool = False, parent: QWidget | None = None
    ) -> None:
        """``name`` is the field's object name; ``shown``: a code that one types from paper."""
        super().__init__(parent)
        self.error = ErrorLine()
        self.label = Label(label, "strong")
        self.frame = _Frame(self)
        self.edit = QLineEdit()
        self.edit.setProperty("own_focus", True)
        self.edit.setFrame(False)
        self.edit.setObjectName(name)
        self.edit.setAccessibleName(label)
        self.edit.setMaxLength(LONGEST)
        self.edit.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.edit.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.edit.textChanged.connect(self._changed)
        self.edit.returnPressed.connect(self.confirmed)
        self.edit.installEventFilter(self)
        self.label.setBuddy(self.edit)
        self.eye = ToolButton("eye", "", side=30, icon_side=18, on_click=self._turn)
        self.eye.setObjectName(f"{name}.eye")
        self._what = label
        self.frame.setLayout(row((self.edit, 1), self.eye, margins=(14, 1, 5, 1), spacing=6))
        self.caps = Label(self.tr("Caps Lock is on"), "small", "warn")
        self._caps = row(Icon("arrow-fat-line-up", "warn", 14), self.caps, None, spacing=6)
        self._caps_line = QWidget()
        self._caps_line.setLayout(self._caps)
        self._caps_line.hide()
        self.setLayout(
            column(self.label, self.frame, self._caps_line, self.error, spacing=6)
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setFocusProxy(self.edit)
        self.show_secret(shown)

    def text(self) -> str:
        """What was typed."""
        return self.edit.text()

    def wipe(self) -> None:
        """Empty the field, its undo history too, and hide what is typed next."""
        self.edit.setText("")
        self.set_error("")
        self._caps_line.hide()

    def set_error(self, text: str) -> None:
        """Say what is wrong, or nothing."""
        self.error.set_text(text)
        self.edit.setAccessibleDescription(text)
        self.frame.update()

    def show_secret(self, shown: bool) -> None:
        """Readable, or dots."""
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.edit.setEchoMode(mode)
        self.eye.set_icon("eye-slash" if shown else "eye")
        words = self.tr("Hide: {what}") if shown else self.tr("Show: {what}")
        self.eye.set_tip(words.format(what=self._what))

    def _turn(self) -> None:
        self.show_secret(self.edit.echoMode() != QLineEdit.EchoMode.Normal)

    def _changed(self) -> None:
        if self.error.text.text():
            self.set_error("")
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.frame.update()
            if kind == QEvent.Type.FocusOut:
                self._caps_line.hide()
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self._look_at_caps(event)
        return False

    def _look_at_caps(self, event: QKeyEvent) -> None:
        """Qt does not tell of Caps Lock: a capital without Shift, or the reverse, does."""
        if event.key() == Qt.Key.Key_CapsLock:
            self._caps_line.hide()
        text = event.text()
        if len(text) == 1 and text.lower() != text.upper():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._caps_line.setVisible(text.isupper() != shifted)


class _Bars(Themed, QWidget):
    """Three short bars, filled as far as the level goes."""

    _TONES = ("line_strong", "bad_mark", "warn_mark", "good_mark")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.level = 0
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedSize(current().px(96), current().px(6))

    def set_level(self, level: int) -> None:
        """So many bars are filled, in the tone of the level."""
        self.level = level
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, gap = current(), 4.0
        width = (self.width() - 2 * gap) / 3
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            painter.setPen(paint.NO_PEN)
            for number in range(3):
                on = number < self.level
                painter.setBrush(theme.color(self._TONES[self.level] if on else "pressed"))
                box = QRectF(number * (width + gap), 0, width, self.height())
                painter.drawRoundedRect(box, 3, 3)


class StrengthLine(QWidget):
    """How a password stands, in a word and a sentence beside bars: advice, never a rule."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = _Bars()
        self.word = Label("", "small_medium", "2")
        self.advice = Label("", "small", "2", wrap=True)
        self.setLayout(column(row(self.bars, self.word, None, spacing=8), self.advice, spacing=4))
        self.setAccessibleName(self.tr("Strength of the password"))
        self.look("")

    def look(self, password: str, name: str = "") -> int:
        """Judge a password; ``name`` is the profile's.

        0: nothing is typed, 1: weak, 2: fair, 3: strong.
        """
        level, weakness = judged(password, name) if password else (0, "")
        words = ("", self.tr("Weak"), self.tr("Fair"), self.tr("Strong"))
        tones = ("2", "bad", "warn", "good")
        advice = {
            "": self.tr("Three or four words that have nothing to do with each other hold well."),
            "too_short": self.tr("At least eight characters."),
            "too_long": self.tr("At most a thousand characters."),
            "short": self.tr("Longer is better than odd: add another word."),
            "common": self.tr("It is one of those that everybody tries first."),
            "like_name": self.tr("It holds the profile's name, which everybody can see."),
            "repeated": self.tr("It says the same over and over, or runs along the alphabet."),
        }
        self.bars.set_level(level)
        self.word.setText(words[level])
        self.word.set_tone(tones[level])
        self.advice.setText(self.tr("This holds.") if level == 3 else advice[weakness])
        self.setAccessibleDescription(f"{self.word.text()} {self.advice.text()}".strip())
        return level


def judged(password: str, name: str) -> tuple[int, str]:
    """1 weak, 2 fair or 3 strong, and the one thing to mend first."""
    from lstwallet.vault import passwords  # Argon2's module: never before it is needed

    problem = passwords.problem(password)
    if problem is not None:
        return 1, str(problem)
    advice = passwords.advice(password, name)
    if not advice:
        return 3, ""
    return (2 if advice[0] is passwords.Advice.SHORT else 1), str(advice[0])


class SecretClipboard(QObject):
    """Puts a secret on the clipboard, and takes it back: after a time, at a lock, at the end."""

    cleared = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.clear)

    def copy(self, secret: str) -> None:
        """Put it there for ``CLEARED_AFTER_S``."""
        self._kept = secret
        QApplication.clipboard().setText(secret)
        self._timer.start(CLEARED_AFTER_S * 1_000)

    def clear(self) -> None:
        """Take it away, unless something else was copied since."""
        self._timer.stop()
        kept, self._kept = self._kept, ""
        if kept and QApplication.clipboard().text() == kept:
            QApplication.clipboard().clear()
            self.cleared.emit()


__all__ = ["SecretClipboard", "SecretField", "StrengthLine"]
