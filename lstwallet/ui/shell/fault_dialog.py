"""The one dialog about a bug of ours: what happened, that the money is safe, and what to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPlainTextEdit, QWidget

from lstwallet.ui import wording
from lstwallet.ui.jobs import Jobs
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import IconTile
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, column, row
from lstwallet.ui.widgets.overlays import alive

WIDTH: Final = 560
REPORT_HEIGHT: Final = 170


class FaultDialog(QDialog):
    """Tells of one error; ``leave``: the program shall be closed."""

    leave = Signal()

    def __init__(self, number: str, report: str, jobs: Jobs, parent: QWidget) -> None:
        """``report`` is what may be copied or saved: it is shown whole, so that one can see."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("fault")
        self.setWindowTitle(self.tr("Something went wrong"))
        self.setMinimumWidth(WIDTH)
        self._number = number
        self._report = report
        self._jobs = jobs
        self._more = 0
        self._state_icon = Icon("hourglass-simple", "3", 18)
        self._state = Label(self.tr("Reading your profile again…"), "body", "2", wrap=True)
        self._state.setObjectName("fault.state")
        self._times = Label("", "small", "3", wrap=True)
        self._times.hide()
        self._said = Label("", "small", "3", wrap=True)
        self._said.setObjectName("fault.said")
        self._build()

    def _build(self) -> None:
        title = Label(self.tr("Something went wrong inside the program"), "heading", wrap=True)
        what = Label(
            self.tr(
                "This is a mistake in lstwallet, not one of yours. What you had confirmed is "
                "saved; what you had not confirmed was not done."
            ),
            "body", "2", wrap=True,
        )  # fmt: skip
        words = column(title, what, self._times, spacing=6)
        state = row((self._state_icon, 0, TOP), (self._state, 1), spacing=10)
        about = Label(
            self.tr(
                "The report of error {number} says where in the program it happened. It holds no "
                "names, amounts, addresses or passwords."
            ).format(number=self._number),
            "small", "3", wrap=True,
        )  # fmt: skip
        self.setLayout(
            column(
                row((IconTile("warning-circle", "bad", 44), 0, TOP), (words, 1), spacing=16),
                4, state, 4, about, self._details(), self._said, self._buttons(),
                margins=(24, 24, 24, 20), spacing=10,
            )
        )  # fmt: skip
        self._go_on.setFocus()  # not the report: Enter goes on

    def _details(self) -> QPlainTextEdit:
        details = QPlainTextEdit(self._report)
        details.setReadOnly(True)
        details.setTabChangesFocus(True)
        details.setAccessibleName(self.tr("Report of error {number}").format(number=self._number))
        details.setFont(current().font("small"))
        details.setFixedHeight(REPORT_HEIGHT)
        return details

    def _buttons(self) -> QWidget:
        copy = Button(self.tr("Copy report"), "secondary", icon="copy", on_click=self._copy)
        save = Button(self.tr("Save report…"), "secondary", on_click=self._save)
        close = Button(self.tr("Close the program"), "secondary", on_click=self._leave)
        go_on = Button(self.tr("Go on"), "primary", on_click=self.accept)
        for each, name in ((copy, "copy"), (save, "save"), (close, "close"), (go_on, "go_on")):
            each.setObjectName(f"fault.{name}")
            each.setAutoDefault(False)
        go_on.setDefault(True)
        self._go_on = go_on
        bar = QWidget()
        bar.setLayout(row(copy, save, None, close, go_on))
        return bar

    # --- what became of it --------------------------------------------------------------

    def one_more(self) -> None:
        """Another error came while this one is told."""
        self._more += 1
        text = self.tr("%n more error(s) since then; they are in the log.", "", self._more)
        self._times.setText(wording.plural(text, self._more))
        self._times.show()
        self.adjustSize()

    def show_sound(self) -> None:
        """The file was read again, and audited."""
        self._show("check-circle", "good", self.tr("Your profile was read again and is sound."))

    def show_unsound(self, error: BaseException) -> None:
        """The file could not be read again, or does not hold what it should."""
        text = self.tr("Your profile was read again and is not sound. {why}")
        self._show("warning", "bad", text.format(why=wording.error(error)))

    def show_nothing_open(self) -> None:
        """There was no profile."""
        self._show("check-circle", "3", self.tr("No profile was open."))

    def _show(self, icon: str, tone: str, text: str) -> None:
        self._state_icon.set_icon(icon, tone)
        self._state.setText(text)
        self._state.set_tone("2" if tone == "3" else tone)

    # --- what one can do ----------------------------------------------------------------

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._report)
        self._said.setText(self.tr("Copied."))

    def _save(self) -> None:
        name = f"lstwallet-report-{self._number}.txt"
        dialog = QFileDialog(self, self.tr("Save report"), name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._save_to)
        dialog.open()

    def _save_to(self, chosen: str) -> None:
        path, report = Path(chosen), self._report
        self._jobs.run(lambda: _write(path, report), self._saved, self._not_saved)

    def _saved(self, path: Path) -> None:
        if alive(self):
            self._said.setText(self.tr("Saved as {name}.").format(name=path.name))

    def _not_saved(self, error: BaseException) -> None:
        if alive(self):
            self._said.setText(self.tr("Not saved. {why}").format(why=wording.error(error)))

    def _leave(self) -> None:
        self.accept()
        self.leave.emit()


def _write(path: Path, text: str) -> Path:
    """In the lane. Raises ``OSError``."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path
