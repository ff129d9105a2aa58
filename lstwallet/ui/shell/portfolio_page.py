"""A new profile from a portfolio's file: choose it, see what it holds and is worth, go on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from lstwallet.ui import wording
from lstwallet.ui.shell.whole import Whole
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Inset
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, Rule, clear, column, holder, row
from lstwallet.ui.widgets.rows import ErrorLine, KeyValue, MoveRow

if TYPE_CHECKING:
    from lstwallet.app.brought import Brought

WIDTH: Final = 640
FILES: Final = "*.csv *.json *.txt"


class PortfolioPage(Whole):
    """``chosen(Brought)``, or ``left`` to choose another way to begin.

    Its main button does what is next: reads the file, and once that is shown goes on with it.
    What is typed is read by Enter as well; an answer about another path is let go.
    """

    chosen = Signal(object)
    read_wanted = Signal(object, int)
    """A path and the number of this question: ``show_found`` or ``show_refused`` answers."""
    left = Signal()

    def __init__(self, path: str = "", parent: QWidget | None = None) -> None:
        """``path``: the file that was chosen before."""
        super().__init__(WIDTH, self.tr("Nothing here is connected to a real chain"), parent=parent)
        self.asked = 0
        """The number of the last question; also read by another thread, which gives up a file
        that nobody waits for any more."""
        self._found: Brought | None = None
        self.card.add(
            Label(self.tr("Begin with a portfolio"), "display", wrap=True),
            Label(
                self.tr(
                    "A file says how much of each token there is, and the new wallet holds the "
                    "same in play money. The file is only read."
                ),
                "body", "2", wrap=True,
            ),
            8,
        )  # fmt: skip
        self._ask_for_file()
        self._inside = column(spacing=8)
        self.card.add(4, self._inside, 4)
        self.why = Label("", "small", "2", align="center")
        self.why.setObjectName("portfolio.why")
        self.main = Button("", "primary", "main", on_click=self._go_on)
        self.main.setObjectName("portfolio.main")
        back = Button(self.tr("Back"), "secondary", on_click=self._leave)
        back.setObjectName("portfolio.back")
        self.card.add(self.why, self.main, 2, holder(row(back, None)))
        self.first = self.file
        self.file.setText(path)
        self._show_format()
        self._say_what_is_next()

    def _ask_for_file(self) -> None:
        self.file = QLineEdit()
        self.file.setProperty("box", True)
        self.file.setObjectName("portfolio.file")
        self.file.setPlaceholderText(self.tr("Choose a file, or type where it is"))
        self.file.textEdited.connect(lambda _text: self._begin_anew())
        self.file.returnPressed.connect(self._go_on)
        label = Label(self.tr("File"), "strong")
        label.setBuddy(self.file)
        choose = Button(self.tr("Choose…"), "secondary", icon="folder-open", on_click=self._choose)
        choose.setObjectName("portfolio.choose")
        self.trouble = ErrorLine()
        self.trouble.setObjectName("portfolio.trouble")
        self.card.add(label, row((self.file, 1), choose, spacing=8), self.trouble)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("A portfolio"), self.file.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Portfolios") + f" ({FILES})")
        dialog.fileSelected.connect(self.take)
        dialog.open()

    # --- reading ------------------------------------------------------------------------

    def take(self, path: str) -> None:
        """Read this file."""
        self.file.setText(path)
        self._begin_anew()
        self._read()

    def _begin_anew(self) -> None:
        """Another file: what was found, or asked for, is not of it."""
        self.asked += 1
        self._found = None
        self.trouble.set_text("")
        self.main.set_pending("")
        self._show_format()
        self._say_what_is_next()

    def _read(self) -> None:
        self.asked += 1
        self.trouble.set_text("")
        self.why.setText("")
        self.main.set_pending(self.tr("Reading"))
        self.read_wanted.emit(Path(self.file.text().strip()).expanduser(), self.asked)

    def show_found(self, asked: int, found: Brought) -> None:
        """What is in the file."""
        if asked != self.asked:
            return
        self._found = found
        self.main.set_pending("")
        clear(self._inside)
        self._inside.addWidget(self._preview(found))
        note = self.tr("The profile will be called “{name}”.").format(name=found.name)
        self._inside.addLayout(
            row((Icon("info", "3", 14), 0, TOP), (Label(note, "small", "2", wrap=True), 1),
                spacing=7)
        )  # fmt: skip
        self._say_what_is_next()
        self.main.setFocus()

    def show_refused(self, asked: int, sentence: str) -> None:
        """It is not let in; the path is still there, and can be read again once it is mended."""
        if asked != self.asked:
            return
        self.main.set_pending("")
        self.trouble.set_text(sentence)
        self._say_what_is_next()
        self.file.setFocus()

    # --- showing ------------------------------------------------------------------------

    def _show_format(self) -> None:
        """Until there is something to show: how such a file is written."""
        clear(self._inside)
        sample = Label("token,amount\nETH,12.5\nstETH,3\nUSDC,4000", "medium").make_selectable()
        sample.setAccessibleName(self.tr("A portfolio as CSV"))
        text = self.tr(
            "A table (CSV) like this, or JSON. There may be ETH, stETH, wstETH, rETH and USDC; "
            "the decimal mark is a point."
        )
        self._inside.addWidget(
            Inset(row((sample, 0, TOP), (Label(text, "small", "2", wrap=True), 1), spacing=28),
                  padding=(14, 11, 14, 12))
        )  # fmt: skip

    def _preview(self, found: Brought) -> QWidget:
        total = self.tr("Worth on {day}").format(day=wording.day(found.at))
        rows = [
            MoveRow(
                part.token, wording.token_name(part.token), wording.fiat(part.usd),
                wording.amount(part.units, part.token),
            )
            for part in found.parts
        ]  # fmt: skip
        for row_, part in zip(rows, found.parts, strict=True):
            row_.amount.setToolTip(plain_tip(wording.exact(part.units, part.token)))
        box = Inset(
            *rows, Rule(), KeyValue(total, wording.fiat(found.usd), strong=True),
            padding=(14, 12, 14, 12), spacing=10,
        )  # fmt: skip
        box.setObjectName("portfolio.preview")
        return box

    def _say_what_is_next(self) -> None:
        empty = not self.file.text().strip()
        self.why.setText(self.tr("Choose a file first.") if empty else "")
        self.why.setVisible(empty)
        self.main.setEnabled(not empty)
        if self._found is not None:
            self.main.setText(self.tr("Begin with this"))
        elif self.trouble.text.text():
            self.main.setText(self.tr("Read it again"))
        else:
            self.main.setText(self.tr("Read the file"))

    def _go_on(self) -> None:
        if not self.main.isEnabled():
            return
        if self._found is None:
            self._read()
        else:
            self.asked += 1
            self.chosen.emit(self._found)

    def _leave(self) -> None:
        self.asked += 1
        self.left.emit()


__all__ = ["PortfolioPage"]
