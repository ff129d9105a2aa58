"""The recovery code, shown once: write it down, print it, or go on without, in clear words.

The sheet is a PDF that one prints oneself: to ask for printers would open network sockets. It is
drawn into memory by the window, which has the fonts, and written by the lane.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMarginsF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontDatabase, QPageSize, QPainter, QPaintEvent, QPdfWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from lstwallet.ui.jobs import Jobs
from lstwallet.ui.shell.whole import Whole
from lstwallet.ui.theme import Themed, current, paint
from lstwallet.ui.widgets.buttons import Button, CheckBox
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, row
from lstwallet.ui.widgets.overlays import Sheet, alive
from lstwallet.ui.widgets.rows import ErrorLine
from lstwallet.ui.widgets.secret_field import CLEARED_AFTER_S, SecretClipboard
from lstwallet.units.synced import sync_file

WIDTH: Final = 640
IN_A_LINE: Final = 4
"""Groups of the code in one line."""
PAPER_DPI: Final = 300


class CodeBox(Themed, QWidget):
    """The code in its groups, letters of one width, on a sunken ground."""

    def __init__(self, code: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.code = code
        self.setObjectName("recovery.code")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("focus_radius", 10)
        self.setAccessibleName(self.tr("Recovery code"))
        self.setAccessibleDescription(" ".join(code.replace("-", " ")))
        self.begin_style()

    def restyle(self) -> None:
        lines = len(lines_of(self.code))
        self.setFixedHeight(current().px(24 + 30 * max(lines, 1)))

    def _font(self) -> QFont:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(current().px(19))
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def forget(self) -> None:
        """The page goes: so does the code."""
        self.code = ""
        self.setAccessibleDescription("")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), "sunken", "line", 10)
            painter.setPen(theme.color("text"))
            painter.setFont(self._font())
            height = theme.px(30)
            for number, line in enumerate(lines_of(self.code)):
                box = QRectF(0, theme.px(12) + number * height, self.width(), height)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, line)


def lines_of(code: str) -> list[str]:
    """The groups of a code, ``IN_A_LINE`` in each line."""
    groups = [each for each in code.split("-") if each]
    starts = range(0, len(groups), IN_A_LINE)
    return ["  ".join(groups[start : start + IN_A_LINE]) for start in starts]


class RecoveryPage(Whole):
    """Shows a fresh code; ``left`` once the person is done with it."""

    left = Signal()
    lost = Signal()
    """Something else went over it, a lock most likely, before the person said what becomes of
    the code: nobody will see it again."""

    def __init__(
        self,
        code: str,
        profile: str,
        clipboard: SecretClipboard,
        jobs: Jobs,
        parent: QWidget | None = None,
    ) -> None:
        """``profile`` is the profile's name; it stands on the paper too. ``jobs`` write that."""
        foot = self.tr("It opens this profile only, and nothing on a real chain")
        super().__init__(WIDTH, foot, parent=parent)
        self._profile, self._clipboard, self._jobs = profile, clipboard, jobs
        self._over = False
        self.box = CodeBox(code)
        self.card.add(
            Label(self.tr("Keep this recovery code"), "display", wrap=True),
            Label(
                self.tr(
                    "If the password is forgotten, this code opens the profile. It is shown now "
                    "and never again; Settings can make a new one, and then this one is void."
                ),
                "body", "2", wrap=True,
            ),
            8, self.box, 4,
        )  # fmt: skip
        self._offer_to_keep()
        self.kept = CheckBox(self.tr("I have written it down, printed it or saved it"), "body")
        self.kept.setObjectName("recovery.kept")
        self.go_on = Button(self.tr("Go on"), "primary", "main", on_click=self._leave)
        self.go_on.setObjectName("recovery.go_on")
        self.go_on.setEnabled(False)
        self.kept.toggled.connect(self.go_on.setEnabled)
        self.skip = Button(
            self.tr("Go on without keeping it"), "secondary", on_click=self._leave
        )
        self.skip.setObjectName("recovery.skip")
        warning = Label(
            self.tr("Then a forgotten password cannot be replaced: not by us, not by anybody."),
            "small", "2", wrap=True,
        )  # fmt: skip
        self.card.add(10, self.kept, 4, self.go_on, 6, row(self.skip, None), warning)
        self.first = self.box

    def _offer_to_keep(self) -> None:
        copy = Button(self.tr("Copy"), "secondary", icon="copy", on_click=self._copy)
        copy.setObjectName("recovery.copy")
        words = self.tr("Save a sheet to print…")
        self._save = Button(words, "secondary", icon="file-pdf", on_click=self._ask)
        self._save.setObjectName("recovery.save")
        self.note = Label("", "small", "2", wrap=True)
        self.note.setObjectName("recovery.note")
        self.trouble = ErrorLine()
        self._clipboard.cleared.connect(self._cleared)
        self.card.add(row(self._save, copy, None, spacing=8))
        self.card.add(row((Icon("info", "3", 14), 0, TOP), (self.note, 1), spacing=7), self.trouble)
        self.note.setText(self.tr("Paper is best: what lies on this disk is lost with it."))

    # --- keeping it ---------------------------------------------------------------------

    def _copy(self) -> None:
        self._clipboard.copy(self.box.code)
        words = self.tr("Copied. The clipboard is cleared in {seconds} seconds.")
        self.note.setText(words.format(seconds=CLEARED_AFTER_S))

    def _cleared(self) -> None:
        self.note.setText(self.tr("The clipboard is cleared."))

    def _ask(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the recovery code"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("PDF") + " (*.pdf)")
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(self.tr("Recovery code {profile}").format(profile=self._profile))
        dialog.fileSelected.connect(lambda chosen: self.save(Path(chosen)))
        dialog.open()

    def save(self, path: Path) -> None:
        """Write the sheet as a PDF that only this user may read; says where, or why not."""
        data = self.paper()
        self.trouble.set_text("")
        self._save.set_pending(self.tr("Saving"))

        def saved(_none: None) -> None:
            if alive(self):
                self._save.set_pending("")
                said = self.tr("Saved as {name}. Print it, then delete the file.")
                self.note.setText(said.format(name=path.name))

        def failed(error: BaseException) -> None:
            if alive(self):
                self._save.set_pending("")
                why = getattr(error, "strerror", None) or str(error)
                self.trouble.set_text(self.tr("It was not saved: {why}.").format(why=why))

        self._jobs.run(lambda: _write(path, data), saved, failed)

    def paper(self) -> bytes:
        """The sheet as a PDF."""
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setTitle(self.tr("Recovery code"))
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(20, 20, 20, 20))
        writer.setResolution(PAPER_DPI)
        with QPainter(writer) as painter:
            self.draw(painter, PAPER_DPI)
        buffer.close()
        return bytes(data.data())

    def draw(self, painter: QPainter, dpi: int) -> None:
        """The sheet: what it is, whose it is, the code."""
        point = dpi / 72
        lines = [
            (20.0, True, self.tr("lstwallet recovery code")),
            (12.0, False, self.tr("Profile: {profile}").format(profile=self._profile)),
            (12.0, False, self.tr("It opens this profile when the password is forgotten.")),
            *((22.0, True, line) for line in lines_of(self.box.code)),
            (6.0, False, ""),
            (10.0, False, self.tr("A simulation: this is no recovery phrase of a real wallet.")),
        ]
        y = 0.0
        for size, strong, text in lines:
            code = text in lines_of(self.box.code)
            font = QFontDatabase.systemFont(
                QFontDatabase.SystemFont.FixedFont if code else QFontDatabase.SystemFont.GeneralFont
            )
            font.setPixelSize(round(size * point))
            font.setBold(strong)
            painter.setFont(font)
            y += size * point * 1.8
            painter.drawText(0, round(y), text)

    def _leave(self) -> None:
        self._over = True
        self.left.emit()

    def wipe(self) -> None:
        if not self._over and not self.kept.isChecked():
            self.lost.emit()
        self._over = True
        self.box.forget()


class UnkeptSheet(Sheet):
    """The code was lost before it was kept: ``wanted`` for a new one, or on without."""

    wanted = Signal()

    def __init__(self, window: Any) -> None:
        """``window`` is the main window."""
        super().__init__(window, window.tr("Your recovery code was not kept"), width=480,
                         sticky=True)  # fmt: skip
        self.setObjectName("unkept")
        self.cross.setObjectName("unkept.close")
        text = self.tr(
            "It went from the screen before you said that you have it, and it is never shown "
            "again. Make a new one, and the one before is void."
        )
        warning = self.tr(
            "Without one a forgotten password cannot be replaced: not by us, not by anybody."
        )
        self.add(Label(text, "body", "2", wrap=True), Label(warning, "small", "2", wrap=True))
        skip = Button(self.tr("Go on without"), "secondary", on_click=self.close)
        skip.setObjectName("unkept.skip")
        make = Button(self.tr("Make a new code"), "primary", on_click=self._make)
        make.setObjectName("unkept.make")
        make.setProperty("first_focus", True)
        self.add_foot(None, skip, make)
        self.closed.connect(self.deleteLater)

    def _make(self) -> None:
        self.close()
        self.wanted.emit()


def _write(path: Path, data: bytes) -> None:
    """In the lane; a file of that name becomes this one, and only the user's to read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as file:
        os.chmod(path, 0o600)
        file.truncate()
        file.write(data)
        file.flush()
        sync_file(file.fileno())


__all__ = ["RecoveryPage", "UnkeptSheet"]
