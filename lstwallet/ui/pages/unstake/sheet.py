"""Review and receipt of a form that stands in the room itself: a sheet from the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from lstwallet.ui.pages.action import ActionFlow
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.side_sheet import SideSheet


class _Sheet(SideSheet):
    """Stays while a command is on its way."""

    def __init__(self, window: QWidget, name: str, may_close: Callable[[], bool]) -> None:
        super().__init__(window, name)
        self._may_close = may_close

    def close(self) -> bool:
        return self._may_close() and super().close()


class FlowSheet:
    """Opens with a flow's review, closes with its return to the form, and the other way round."""

    def __init__(self, page: QWidget, panel: ActionPanel, flow: ActionFlow, name: str) -> None:
        """``name`` is what assistive tools call the sheet."""
        self._page, self._panel, self._flow, self._name = page, panel, flow, name
        self._sheet: _Sheet | None = None
        panel.setParent(page)
        panel.hide()
        flow.phase_changed.connect(self._phase_changed)

    def _phase_changed(self, phase: str) -> None:
        if phase == "form":
            if self._sheet is not None:
                self._sheet.close()
            return
        if self._sheet is None:
            self._sheet = _Sheet(self._page.window(), self._name, self._may_close)
            self._sheet.closed.connect(self._closed)
            self._sheet.hold(self._panel)
        self.come_back()

    def come_back(self) -> None:
        """Show what is under way, if the page itself is shown."""
        if self._sheet is None or self._flow.phase == "form" or not self._page.isVisible():
            return
        if self._sheet.isHidden():
            self._sheet.open()

    def leave(self) -> None:
        """Another room: back to the form. A command on its way waits for one's return."""
        if self._sheet is not None and not self._sheet.close():
            self._sheet.hide()

    def _may_close(self) -> bool:
        return self._flow.phase != "pending"

    def _closed(self) -> None:
        """By Esc or a click beside: back to the form."""
        if self._flow.phase == "review":
            self._flow.back()
        elif self._flow.phase == "receipt":
            self._panel.page("receipt").main.click()
