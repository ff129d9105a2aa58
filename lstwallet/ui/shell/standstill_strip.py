"""Above the rooms while the file takes no writing: why, what still works, the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from lstwallet.ui import wording
from lstwallet.ui.widgets.cards import Banner
from lstwallet.ui.widgets.layout import column

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Bridge


class StandstillStrip(QWidget):
    """Shown as long as nothing can be saved."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._standstill = bridge.standstill
        self.banner = Banner(
            "", "bad", action=self.tr("Try again"), on_action=self._standstill.try_again
        )
        self.banner.setObjectName("standstill")
        self.banner.action.setObjectName("standstill.again")
        self.setLayout(column(self.banner, margins=(20, 12, 16, 0), spacing=0))
        self._standstill.changed.connect(self._show)
        self._standstill.reminded.connect(self._remind)
        self._standstill.over.connect(self._tell_over)
        self._show()

    def _show(self) -> None:
        trouble = self._standstill.trouble
        self.setVisible(trouble is not None)
        if trouble is None:
            return
        said = [
            wording.error(trouble),
            self.tr(
                "What you confirmed is saved, and you can look at everything. Until this is "
                "mended nothing new is saved and no time passes."
            ),
        ]
        waiting = self._standstill.waiting
        if waiting:
            text = self.tr("Not saved yet: %n edit(s) of yours.", "", waiting)
            said.append(wording.plural(text, waiting))
        self.banner.set(" ".join(said), "bad", "hard-drives")
        self.banner.action.set_pending(self.tr("Trying…") if self._standstill.trying else "")

    def _remind(self) -> None:
        """Something was tried that would write."""
        trouble = self._standstill.trouble
        assert trouble is not None
        self._toast(self.tr("Nothing can be saved now"), wording.error(trouble), "warn")

    def _tell_over(self) -> None:
        self._toast(
            self.tr("All is well again"),
            self.tr("Your profile was read anew and is sound."),
            "good",
        )

    def _toast(self, title: str, text: str, tone: str) -> None:
        toast = getattr(self.window(), "toast", None)
        if toast is not None:
            toast(title, text, tone)
