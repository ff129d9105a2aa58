"""What if I had not …: an action is left out on a new branch, and what followed is done again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui import wording
from lstwallet.ui.past import titled
from lstwallet.ui.shell.branches import NameField
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.bars import ProgressRow
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Banner, IconTile, Inset
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import TOP, clear, column, holder, row
from lstwallet.ui.widgets.overlays import Sheet
from lstwallet.ui.wording import happened

if TYPE_CHECKING:
    from lstwallet.app.timeline import Again, Retold
    from lstwallet.readmodel.activity import Line

ASKING, RUNNING, REPORT = range(3)
"""The faces of the sheet."""
MOST: Final = 40
"""Refusals that are listed one by one."""


class WhatIfSheet(Sheet):
    """Asked, living through it again, and the report: one sheet, three faces."""

    compare_wanted = Signal(object, object)
    """Two branches: the one that was left, and the new one."""

    def __init__(self, window: Any) -> None:
        """``window`` is the main window."""
        title = QCoreApplication.translate("WhatIfSheet", "What if I had not done this?")
        super().__init__(window, title, width=580, sticky=True)
        self.setObjectName("what_if")
        self.cross.setObjectName("what_if.close")
        self._window, self._bridge = window, window.bridge
        self._past = self._bridge.past
        self._line: Line | None = None
        self._from, self._from_title = 0, ""
        self._told: Retold | None = None
        self._build()
        self._past.retelling.connect(self._progressed)

    # --- parts --------------------------------------------------------------------------

    def _build(self) -> None:
        self._entry = Inset(padding=(14, 11, 14, 12))
        self._tile = IconTile("git-branch", "sim", 32)
        self._title = Label("", "strong", elide=True)
        self._about = Label("", "small", "2", wrap=True)
        words = column(self._title, self._about, spacing=1)
        self._entry.add(row((self._tile, 0, TOP), (words, 1), spacing=10))
        self._says = Label(
            self.tr(
                "A new branch begins just before it. What you did later is done again on it, at "
                "the same moments and at its own prices and balances. This branch stays as it is."
            ),
            "small", "2", wrap=True,
        )  # fmt: skip
        self.name = NameField(
            "what_if.name", self.tr("Name of the new branch"), self.tr("Try it"), self._wrong,
            "primary",
        )  # fmt: skip
        self.name.kept.connect(self._try)
        asking = holder(column(self._says, self.name, spacing=12))
        self.run = ProgressRow("")
        self.run.setObjectName("what_if.run")
        self.run.cancel.setObjectName("what_if.cancel")
        self.run.cancelled.connect(self._past.cancel_retelling)
        running = holder(column(self.run))
        self._verdict = Banner("", "good")
        self._verdict.setObjectName("what_if.verdict")
        self._list = column(spacing=8)
        report = holder(column(self._verdict, self._list, spacing=12))
        self._faces = (asking, running, report)
        self._face = ASKING
        self.add(self._entry, *self._faces, None)
        self.compare = Button(self.tr("Compare the two"), "primary", icon="scales",
                              on_click=self._compare)  # fmt: skip
        self.compare.setObjectName("what_if.compare")
        self.stay = Button(self.tr("Stay on the new branch"), "secondary", on_click=self.close)
        self.stay.setObjectName("what_if.stay")
        self.leave = Button(self.tr("Go back"), "secondary", on_click=self._leave)
        self.leave.setObjectName("what_if.leave")
        self.add_foot(self.leave, None, self.stay, self.compare)
        self._turn(ASKING)

    def close(self) -> bool:
        """While it runs, to close it is to stop it; it goes once it has stopped."""
        if self._face == RUNNING:
            self._past.cancel_retelling()
            return False
        return super().close()

    # --- asking -------------------------------------------------------------------------

    def ask(self, line: Line) -> None:
        """Open with the entry that would be left out."""
        self._line, self._told = line, None
        title = happened.title(line)
        self._tile.set(happened.icon(line), "sim")
        self._title.setText(title)
        preferences = self._bridge.preferences
        moved = [
            happened.moves(line.moves, preferences, incoming=way).replace("\n", ", ")
            for way in (False, True)
        ]
        about = [wording.moment(line.at), *(each for each in moved if each)]
        self._about.setText(" · ".join(about))
        day = wording.short_day(line.at)
        self.name.set_text(
            self._past.free_title(
                self.tr("Without: {what}, {day}").format(what=title, day=day)
            )
        )
        self._turn(ASKING)
        self.open()
        self.name.field.setFocus()
        self.name.field.selectAll()

    def _wrong(self, title: str) -> str:
        return self._past.title_problem(title)

    def _turn(self, face: int) -> None:
        self._face = face
        for at, shown in enumerate(self._faces):
            shown.setVisible(at == face)
        self._foot_holder.setVisible(face == REPORT)
        self.surface.layout().activate()
        self.place()

    # --- living through it again --------------------------------------------------------

    def _try(self, title: str) -> None:
        assert self._line is not None
        here = self._past.current()
        if here is not None:
            self._from, self._from_title = here.branch.id, titled(here.branch.title)
        self.run.set(0.0, self.tr("Living through it again"))
        self._turn(RUNNING)
        self.run.cancel.setFocus()
        self._past.leave_out(self._line.seq, title, self._ended, self._failed)

    def _progressed(self, at: int, begin: int, until: int) -> None:
        share = (at - begin) / max(1, until - begin)
        day = wording.day(at)
        self.run.set(share, self.tr("Living through it again: {day}").format(day=day))

    def _failed(self, error: BaseException) -> None:
        self._turn(ASKING)
        self.name.error.set_text(wording.error(error))

    def _ended(self, told: Retold | None) -> None:
        """The report; ``None``: it was stopped, and nothing has changed."""
        if told is None:
            self._turn(ASKING)
            self.close()
            self._window.toast(self.tr("Stopped"), self.tr("Nothing has changed."), "info")
            return
        self._told = told
        tip = self.tr("Back to {title}").format(title=self._from_title)
        self.leave.setToolTip(plain_tip(tip))
        self.leave.setAccessibleDescription(tip)
        self._show_report(told)
        self.open()
        self.compare.setFocus()

    # --- the report ---------------------------------------------------------------------

    def _show_report(self, told: Retold) -> None:
        refused = len(told.refused)
        if not told.done and not refused:
            words, tone = self.tr("You did nothing after it. Only time has passed again."), "info"
        elif refused:
            words = self.tr("{refused} refused:").format(refused=_actions(refused))
            if told.done:
                words = self.tr("{done} done again, {refused} refused:").format(
                    done=_actions(told.done), refused=wording.count(refused)
                )
            tone = "warn"
        else:
            words = self.tr("All that followed was possible without it: {done} done again.")
            words, tone = words.format(done=_actions(told.done)), "good"
        self._verdict.set(words, tone)
        clear(self._list)
        for each in told.refused[:MOST]:
            self._list.addWidget(self._refusal(each))
        if refused > MOST:
            more = self.tr("and {count} more").format(count=wording.count(refused - MOST))
            self._list.addWidget(Label(more, "small", "3"))
        self._turn(REPORT)

    def _refusal(self, each: Again) -> QWidget:
        assert each.refusal is not None
        private = self._bridge.preferences.privacy != "exact"
        why = wording.refusal(each.refusal, private=private)
        title = happened.title(each.line)
        when = wording.day_and_time(each.at)
        head = row((Label(title, "medium", elide=True), 1), Label(when, "caption", "3"))
        words = column(head, Label(why, "small", "2", wrap=True), spacing=1)
        line = holder(row((Icon("x-circle", "warn", 16), 0, TOP), (words, 1), spacing=9))
        line.setAccessibleName(title)
        line.setAccessibleDescription(f"{when}. {why}")
        return line

    def _compare(self) -> None:
        told = self._told
        self.close()
        if told is not None:
            self.compare_wanted.emit(self._from, told.branch)

    def _leave(self) -> None:
        """Back to the branch that was left; the new one is kept."""
        self.close()
        self._past.switch(self._from)


def _actions(count: int) -> str:
    """``7 actions``."""
    return wording.plural(
        QCoreApplication.translate("WhatIfSheet", "%n action(s)", "", count), count
    )


__all__ = ["WhatIfSheet"]
