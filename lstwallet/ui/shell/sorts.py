"""How the user sorted the tables is kept: each named table comes up as it was left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.models.table import TableView


class Sorts(QObject):
    """Gives a new page's tables their order back and writes down what changes."""

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge

    def take(self, page: QWidget) -> None:
        """A room was built."""
        from lstwallet.ui.models.table import TableView

        kept = read(self._bridge.settings.table_sorts)
        for table in page.findChildren(TableView):
            name = table.objectName()
            if name:
                table.restore_sort(kept.get(name, ""))
                table.sorted.connect(lambda t=table: self._keep(t))

    def _keep(self, table: TableView) -> None:
        kept = read(self._bridge.settings.table_sorts)
        kept[table.objectName()] = table.sort_state()
        lines = (f"{name}={state}" for name, state in sorted(kept.items()))
        self._bridge.change(table_sorts="\n".join(lines))


def read(text: str) -> dict[str, str]:
    """Table and order of each line; what is no such line is left out."""
    pairs = (line.partition("=") for line in text.split("\n"))
    return {name: state for name, sign, state in pairs if sign}
