"""Our own bugs: every exception that nobody caught goes to the log under a number.

By default those in slots, timers, paint events and threads are printed and swallowed.
One dialog tells of them; a flood of them opens no flood of dialogs.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import IO
from uuid import uuid4

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QWidget

from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, row

LARGEST_LOG = 2_000_000
"""Bytes; a longer log is begun anew and the old one kept beside it."""


class Faults(QObject):
    """Catches what nobody caught, from any thread."""

    _caught = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._log: IO[str] | None = None
        self._path: Path | None = None
        self.dialog: FaultDialog | None = None
        self._caught.connect(self.tell, Qt.ConnectionType.QueuedConnection)

    def watch(self, log: Path) -> None:
        """From now on; crashes of the interpreter itself go to the log too."""
        self._path = log
        self._begin_log(log)
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook

    def _begin_log(self, log: Path) -> None:
        """Go on with the log, or begin it anew when it is too long."""
        before, self._log = self._log, None
        try:
            log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if log.exists() and log.stat().st_size > LARGEST_LOG:
                if before is not None:
                    faulthandler.disable()
                    before.close()  # an open file cannot be renamed everywhere
                os.replace(log, log.with_name(log.name + ".old"))
            handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._log = os.fdopen(handle, "a", encoding="utf-8", errors="replace")
            faulthandler.enable(self._log)
        except OSError:
            self._log = None  # a full disk must not keep the window from opening

    def _hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self._caught.emit(error.with_traceback(trace))

    def _thread_hook(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._caught.emit(args.exc_value)

    def log(self, error: BaseException) -> str:
        """Write an error down; the number it is found under."""
        number = uuid4().hex[:8]
        details = "".join(traceback.format_exception(error))
        if self._log is not None:
            try:
                self._log.write(f"[{number}] {details}\n")
                self._log.flush()
                if self._path is not None and self._log.tell() > LARGEST_LOG:
                    self._begin_log(self._path)
            except OSError:
                self._log = None
        else:
            sys.stderr.write(f"[{number}] {details}\n")
        return number

    def tell(self, error: BaseException) -> None:
        """Log it and show the one dialog."""
        number = self.log(error)
        if self.dialog is not None:
            return
        self.dialog = FaultDialog(number, error, self._path, self._window)
        self.dialog.finished.connect(self._told)
        self.dialog.open()

    def _told(self) -> None:
        self.dialog = None


class FaultDialog(QDialog):
    """What happened, under which number, and that the money is safe."""

    def __init__(
        self, number: str, error: BaseException, log: Path | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("fault")
        self.setWindowTitle(self.tr("Something went wrong"))
        self.setMinimumWidth(520)
        title = Label(self.tr("Something went wrong inside the program"), "heading")
        text = self.tr(
            "What you had confirmed is saved; nothing else was done. "
            "The details are in the log under {number}."
        ).format(number=number)
        details = QPlainTextEdit("".join(traceback.format_exception(error)))
        details.setReadOnly(True)
        details.setAccessibleName(self.tr("Details"))
        details.setMaximumHeight(180)
        where = Label(str(log or ""), "small", "3", wrap=True).make_selectable()
        copy = Button(
            self.tr("Copy details"), "secondary",
            on_click=lambda: QApplication.clipboard().setText(details.toPlainText()),
        )  # fmt: skip
        close = Button(self.tr("Close"), "primary", on_click=self.accept)
        close.setDefault(True)
        self.setLayout(
            column(
                title, Label(text, "body", "2", wrap=True), details, where,
                row(None, copy, close), margins=20, spacing=10,
            )
        )
