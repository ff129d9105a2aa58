"""The time machine's part of the window: what is told, and the sheets that it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from lstwallet.ui import wording
from lstwallet.ui.past import WentOn

if TYPE_CHECKING:
    from lstwallet.ui.shell.branches import BranchesPopover
    from lstwallet.ui.shell.compare import CompareSheet
    from lstwallet.ui.shell.what_if import WhatIfSheet


class Travel(QObject):
    """One window's; its sheets are imported when first opened."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window."""
        super().__init__(window)
        self._window, self._bridge = window, window.bridge
        self._past = self._bridge.past
        self._branches: BranchesPopover | None = None
        self._compare: CompareSheet | None = None
        self._what_if: WhatIfSheet | None = None
        bar, strip = window.time_bar, window.past_strip
        bar.branch.clicked.connect(lambda _on=False: self.show_branches())
        strip.go_on_wanted.connect(self.go_on)
        strip.compare_wanted.connect(self.compare)
        self._past.refused.connect(self._tell_why_not)
        self._past.went_on.connect(self._went_on)
        self._past.switched.connect(self._switched)
        self._past.branches_changed.connect(self._name_branch)
        self._bridge.opened.connect(self._name_branch)
        self._bridge.locked.connect(self._forget)

    def goes(self, key: str, arguments: Any) -> bool:
        """Whether a page's wish is one of these: ``what_if`` (the entry's ``Line``), ``compare``
        or ``branches``."""
        if key == "what_if":
            self.what_if(arguments)
        elif key == "compare":
            self.compare()
        elif key == "branches":
            self.show_branches()
        else:
            return False
        return True

    def _ready(self) -> bool:
        open_ = self._bridge.present is not None and self._window.cover() is None
        return open_ and not self._past.resting

    def _forget(self) -> None:
        """The profile is locked: neither its branches nor what one was worth on them."""
        for sheet in (self._branches, self._compare, self._what_if):
            if sheet is not None:
                sheet.hide()
                sheet.deleteLater()
        self._branches = self._compare = self._what_if = None
        self._name_branch()

    # --- the chip -----------------------------------------------------------------------

    def _name_branch(self) -> None:
        here = self._past.current()
        self._window.time_bar.branch.set_branch(here.branch.title if here is not None else "")

    def show_branches(self) -> None:
        """The list of branches above their chip."""
        if not self._ready():
            return
        if self._branches is None:
            from lstwallet.ui.shell.branches import BranchesPopover

            self._branches = BranchesPopover(self._window, self._bridge, self._window.toast)
            self._branches.compare_wanted.connect(self.compare)
        self._branches.show_over(self._window.time_bar.branch)

    # --- going on -----------------------------------------------------------------------

    def go_on(self) -> None:
        """From the moment that is looked at, on a new branch that is called after it."""
        looking = self._past.looking
        if looking is None:
            return
        moment = wording.day_and_time(looking.world.time)
        self._past.fork(self._past.free_title(self.tr("From {moment}").format(moment=moment)))

    def _went_on(self, went: WentOn) -> None:
        self._window.toast(
            self.tr("You are on a new branch"), went.title, about="branch",
            undo=lambda: self._past.return_from(went),
        )  # fmt: skip

    def _switched(self, title: str) -> None:
        self._window.toast(self.tr("You are on another branch"), title)

    def _tell_why_not(self) -> None:
        text = self.tr("Go on from here, or go back to now, to do something.")
        self._window.toast(self.tr("This is the past"), text, "info", about="past")

    # --- sheets -------------------------------------------------------------------------

    def compare(self, first: int | None = None, second: int | None = None) -> None:
        """Two branches side by side; see ``CompareSheet.show_now``."""
        if not self._ready():
            return
        if self._compare is None:
            from lstwallet.ui.shell.compare import CompareSheet

            self._compare = CompareSheet(self._window)
        self._compare.show_now(first, second)

    def what_if(self, line: Any) -> None:
        """What would be if an action had been left out; ``line`` is its row of Activity."""
        if not self._ready():
            return
        if self._what_if is None:
            from lstwallet.ui.shell.what_if import WhatIfSheet

            self._what_if = WhatIfSheet(self._window)
            self._what_if.compare_wanted.connect(self.compare)
        self._what_if.ask(line)
