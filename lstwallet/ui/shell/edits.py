"""Settings that were changed are told in a toast with Undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QObject

from lstwallet.units.amount import format_exact

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Bridge

_HUNDREDTHS: Final = 2


class SettingsEdits(QObject):
    """Watches the bridge's settings. What is only looks is seen at once and not told."""

    def __init__(self, bridge: Bridge, toast: Callable[..., None], parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._toast = bridge, toast
        self._before = bridge.settings
        self._quiet = False
        bridge.settings_changed.connect(self._changed)

    def _changed(self, names: frozenset[str]) -> None:
        before, self._before = self._before, self._bridge.settings
        if self._quiet or self._bridge.world is None:
            return
        for name in sorted(names):
            words = told(name, getattr(self._before, name))
            if words:
                old = getattr(before, name)
                self._toast(
                    words, about=f"setting {name}",
                    undo=lambda n=name, value=old: self._take_back(n, value),
                )  # fmt: skip

    def _take_back(self, name: str, value: Any) -> None:
        """The setting as it was; that is seen, and not told again."""
        self._quiet = True
        try:
            self._bridge.change(**{name: value})
        finally:
            self._quiet = False


def told(name: str, value: Any) -> str:
    """A sentence about a setting that was changed; empty for one that is not told."""
    tr = QCoreApplication.translate
    if name == "privacy":
        return {
            "exact": tr("edits", "What you own is shown"),
            "hidden": tr("edits", "What you own is hidden"),
            "percent": tr("edits", "What you own is shown in percent"),
        }[value]
    if name == "dust_usd":
        folded = tr("edits", "Rows worth less than ${usd} are folded away").format(usd=value)
        return folded if value else tr("edits", "No row is folded away")
    if name == "slippage_bps":
        return tr("edits", "Default slippage limit {percent}%").format(
            percent=format_exact(value, _HUNDREDTHS)
        )
    return ""
