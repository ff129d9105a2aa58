"""An exported history on its way in: how far it is, Cancel, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstwallet.ui import wording
from lstwallet.ui.jobs import GATE
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.overlays import Sheet

if TYPE_CHECKING:
    from lstwallet.app.session import Session
    from lstwallet.ui.keys import Protection


Begin = Callable[
    ["Protection", Callable[[Any], "Session"], Callable[[BaseException], None]], None
]
"""Protection, what makes the profile of its secrets, and who hears that it was refused."""


class ImportSheet(Sheet):
    """Begins at once; closes when the new profile is open."""

    def __init__(self, window: Any, path: Path, begin: Begin, protection: Protection) -> None:
        """``begin`` has a profile made in the lane; ``window`` is the main window."""
        super().__init__(window, window.tr("Import a history"), width=480, sticky=True)
        self.setObjectName("import")
        self.cross.setObjectName("import.close")
        self._path = path
        self._unwanted = False
        self.text = Label(
            self.tr(
                "Every event is read and replayed. The new profile is there when the last one "
                "comes to the same world, or not at all."
            ),
            "body", "2", wrap=True,
        )  # fmt: skip
        self.trouble = Banner("", "bad")
        self.trouble.setObjectName("import.trouble")
        self.trouble.hide()
        self.add(Label(path.name, "strong", elide=True), self.text, self.trouble)
        self._cancel = Button(self.tr("Cancel"), "secondary", on_click=self.close)
        self._cancel.setObjectName("import.cancel")
        self._busy = Button(self.tr("Import"), "primary")
        self._busy.set_pending(self.tr("Importing"))
        self.add_foot(None, self._cancel, self._busy)
        self.closed.connect(self._leave)
        begin(protection, self._make, self._refused)
        window.bridge.opened.connect(self.close)

    def _make(self, secrets: Any) -> Session:
        """In the lane."""
        from lstwallet.app import journals

        return journals.import_file(
            self._path, secrets=secrets, gate=GATE.wait, unwanted=lambda: self._unwanted
        )

    def _refused(self, error: BaseException) -> None:
        if self._unwanted:
            return
        self._busy.set_pending("")
        self._busy.hide()
        self._cancel.setText(self.tr("Close"))
        self.text.hide()
        self.trouble.set(wording.error(error), "bad")
        self.fit()

    def _leave(self) -> None:
        self._unwanted = True
        self.deleteLater()


__all__ = ["Begin", "ImportSheet"]
