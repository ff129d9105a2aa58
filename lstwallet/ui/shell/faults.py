"""Our own bugs: every exception that nobody caught goes to the log under a number.

By default those in slots, timers, paint events and threads are printed and swallowed. Here
they lead to one dialog, and the profile's file is read again to see that it is sound. A
flood of them opens no flood of dialogs, and fills no disk.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
    qVersion,
)
from PySide6.QtWidgets import QWidget

from lstwallet.app.redaction import described, own_words

if TYPE_CHECKING:
    from lstwallet.app.log import Log
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.shell.fault_dialog import FaultDialog

TOLD_AGAIN_S: Final = 60.0
"""An error that was told is told again after so long at the earliest; logged it is always."""
_LEVELS: Final = {
    QtMsgType.QtWarningMsg: 30, QtMsgType.QtCriticalMsg: 40, QtMsgType.QtFatalMsg: 50,
}  # fmt: skip
_CPLUSPLUS: Final = re.compile(r"\b[Qq][A-Z]\w*(?:::\w+)*")
_QT_WORDS: Final = frozenset(
    re.findall(r"\w+", """
    active animation another application backend begin Cannot child children clipboard connect
    context Could create current destroyed device devices different disconnect display drag
    empty engine event events Failed filter find focus font fonts from geometry handle icon
    image initialize inside install layout left load local message metric move negative new
    null object opengl owner paint Paint painter palette parent parse path Pixel pixmap
    platform plugin plugins point pointer popup property receiver running screen send sender
    session signal slot socket start started stop stopped style stylesheet text theme timer
    Timers timers translate unable unknown update valid wayland widget window xcb
    """)
)
"""What Qt's own messages are made of; anything else in one may be what a person wrote."""


def qt_words(message: str) -> str:
    """A message of Qt's without what may be the user's: figures, paths, texts of widgets."""
    names = "::".join(_CPLUSPLUS.findall(message))
    return own_words(message, _QT_WORDS | set(names.split("::")))


class Faults(QObject):
    """Catches what nobody caught, from any thread."""

    _caught = Signal(object)

    def __init__(self, window: QWidget, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._log: Log | None = None
        self._unhook: Callable[[], None] | None = None
        self._told: dict[str, float] = {}
        self._in_qt = threading.local()
        self.dialog: FaultDialog | None = None
        self._caught.connect(self.tell, Qt.ConnectionType.QueuedConnection)

    # --- listening ----------------------------------------------------------------------

    def watch(self, log: Log) -> None:
        """From now on everything goes to ``log``."""
        self.unwatch()
        self._log = log
        log.watch_warnings()
        log.watch_crashes()
        hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook
        sys.unraisablehook = self._unraisable_hook
        self._before: Any = qInstallMessageHandler(self._qt_said)

        def unhook() -> None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
            qInstallMessageHandler(self._before)
            log.close()

        self._unhook = unhook

    def unwatch(self) -> None:
        """As it was before ``watch``; the log is closed. A second call does nothing."""
        unhook, self._unhook = self._unhook, None
        if unhook is not None:
            unhook()
            self._log = None

    def _hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self._catch(error.with_traceback(trace))

    def _thread_hook(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self._catch(args.exc_value)

    def _unraisable_hook(self, args: Any) -> None:
        """An exception where none can be raised, such as in ``__del__``."""
        if args.exc_value is not None:
            self._catch(args.exc_value)

    def _catch(self, error: BaseException) -> None:
        try:
            self._caught.emit(error)
        except RuntimeError:  # the window has gone: there is nobody to tell
            self.log(error)

    def _qt_said(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        """Called by Qt, in any thread. What it says is passed on to whoever listened before."""
        if getattr(self._in_qt, "busy", False):
            return  # it was caused by what is written about the one before
        self._in_qt.busy = True
        try:
            level, log = _LEVELS.get(kind), self._log
            new = False
            if level is not None and log is not None:
                new = log.remark(f"Qt ({context.category}): {qt_words(message)}", level)
            if self._before is not None:
                self._before(kind, context, message)
            elif new:
                sys.stderr.write(f"Qt: {qt_words(message)}\n")
        finally:
            self._in_qt.busy = False

    # --- telling ------------------------------------------------------------------------

    def log(self, error: BaseException) -> str:
        """Write an error down; the number it is found under."""
        if self._log is not None:
            return self._log.fault(error)
        sys.stderr.write(described(error) + "\n")
        return "0"

    def tell(self, error: BaseException) -> None:
        """Log it and show the one dialog."""
        number = self.log(error)
        now = time.monotonic()
        known = now - self._told.get(number, -TOLD_AGAIN_S) < TOLD_AGAIN_S
        self._told[number] = now
        if self.dialog is not None:
            self.dialog.one_more()
        elif not known:
            try:
                self._open(number, error)
            except Exception as worse:  # a dialog about it would fail as well
                self.log(worse)

    def _open(self, number: str, error: BaseException) -> None:
        from lstwallet.ui.shell.fault_dialog import FaultDialog

        report = described(error)
        if self._log is not None:
            report = self._log.report(number, error, Qt=qVersion())
        self.dialog = dialog = FaultDialog(number, report, self._bridge.jobs, self._window)
        dialog.finished.connect(self._told_it)
        dialog.leave.connect(self._window.close)
        dialog.open()
        self._read_again(dialog)

    def _told_it(self) -> None:
        self.dialog = None

    def _read_again(self, dialog: FaultDialog) -> None:
        """The bug may have been anywhere: what stands is what the file holds, if it is sound."""

        def sound() -> None:
            if self.dialog is dialog:
                dialog.show_sound()

        def unsound(error: BaseException) -> None:
            if self.dialog is not dialog:
                self.log(error)
            elif self._bridge.world is None:  # it was locked meanwhile
                dialog.show_nothing_open()
            else:
                self.log(error)
                dialog.show_unsound(error)

        if self._bridge.world is None:
            dialog.show_nothing_open()
        else:
            self._bridge.recover(sound, unsound)
