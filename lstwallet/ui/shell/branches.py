"""All branches of the history, as a small tree above the time bar: switch, name, fork, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from lstwallet.store.imports import LONGEST_TITLE
from lstwallet.ui import wording
from lstwallet.ui.past import Past, Standing, titled
from lstwallet.ui.theme import current
from lstwallet.ui.widgets.buttons import Button, ToolButton
from lstwallet.ui.widgets.cards import PressCard
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import Rule, Scroller, clear, column, fill, holder, row
from lstwallet.ui.widgets.overlays import Popover
from lstwallet.ui.widgets.rows import ErrorLine
from lstwallet.units.strict.texts import plain_line

if TYPE_CHECKING:
    from lstwallet.ui.bridge import Bridge

INDENT: Final = 18
DEEPEST: Final = 5
"""A deeper branch is indented no further."""
TALLEST: Final = 330
"""Pixels of the list; what is longer scrolls."""


class NameField(QWidget):
    """A name to be typed, its button, and beside it what is wrong with it.

    ``kept(name)``: the button or Enter, with a name that may be used.
    """

    kept = Signal(str)

    def __init__(
        self,
        name: str,
        label: str,
        act: str,
        problem: Callable[[str], str],
        kind: str = "secondary",
    ) -> None:
        """``name`` is the object's; ``problem`` says what is wrong with a text, or nothing."""
        super().__init__()
        self._problem = problem
        self.field = QLineEdit()
        self.field.setProperty("box", True)
        self.field.setObjectName(name)
        self.field.setAccessibleName(label)
        self.field.setPlaceholderText(label)
        self.field.setMaxLength(LONGEST_TITLE)
        self.button = Button(act, kind, on_click=self._keep)
        self.button.setObjectName(f"{name}.keep")
        self.error = ErrorLine()
        self.error.setObjectName(f"{name}.error")
        self.field.returnPressed.connect(self._keep)
        self.field.textEdited.connect(lambda _text: self.error.set_text(""))
        self.setLayout(column(row((self.field, 1), self.button, spacing=8), self.error, spacing=5))

    def text(self) -> str:
        """What is typed, with single spaces."""
        return plain_line(self.field.text())

    def set_text(self, text: str) -> None:
        """Offer a name."""
        self.field.setText(text)
        self.error.set_text("")

    def _keep(self) -> None:
        wrong = self._problem(self.text())
        self.error.set_text(wrong)
        if wrong:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.kept.emit(self.text())


class BranchLine(QWidget):
    """One branch: pressed, it is switched to; it can be renamed and deleted."""

    switched = Signal()
    renamed = Signal()
    deleted = Signal()

    def __init__(self, standing: Standing, depth: int, sub: str, worth: str) -> None:
        super().__init__()
        branch = standing.branch
        title = titled(branch.title)
        here = standing.current
        self.card = PressCard()
        self.card.setObjectName(f"branch.{branch.id}")
        self.card.setText(title)
        self.card.setAccessibleName(title)
        said = self.tr("You are on it. {about}") if here else self.tr("Switch to it. {about}")
        self.card.setAccessibleDescription(said.format(about=" ".join((sub, worth)).strip()))
        mark = Icon("check-circle-fill" if here else "git-branch", "sim" if here else "3", 16)
        words = column(
            Label(title, "strong", elide=True), Label(sub, "caption", "3", elide=True), spacing=1
        )
        figure = Label(worth, "small_medium", "2", align="right")
        self.card.setLayout(row(mark, (words, 1), figure, margins=(10, 7, 10, 7), spacing=9))
        self.card.clicked.connect(lambda _on=False: self.switched.emit())
        tip = self.tr("Rename {title}").format(title=title)
        self.pencil = self._tool("pencil-simple", tip, f"branch.rename.{branch.id}", self.renamed)
        tip = self.tr("Delete {title}").format(title=title)
        self.bin = self._tool("trash", tip, f"branch.delete.{branch.id}", self.deleted)
        self.bin.setEnabled(not here)
        if here:
            self.bin.setToolTip(self.tr("Switch to another branch first"))
        self.setLayout(
            row((self.card, 1), self.pencil, self.bin,
                margins=(current().px(INDENT) * min(depth, DEEPEST), 0, 0, 0), spacing=2)
        )  # fmt: skip

    @staticmethod
    def _tool(icon: str, tip: str, name: str, then: Any) -> ToolButton:
        button = ToolButton(icon, tip, side=28, icon_side=16, tone="3", on_click=then.emit)
        button.setObjectName(name)
        return button


class BranchesPopover(Popover):
    """Asks the bridge's time machine for everything; the window tells what was done."""

    compare_wanted = Signal()

    def __init__(self, window: QWidget, bridge: Bridge, toast: Callable[..., None]) -> None:
        super().__init__(window, width=520)
        self.setObjectName("branches")
        self.setAccessibleName(self.tr("Branches"))
        self._past: Past = bridge.past
        self._bridge, self._toast = bridge, toast
        self._renaming = False
        self._list = column(spacing=4)
        self._scroller = Scroller(holder(self._list), gutter=10)
        self._scroller.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        cross = ToolButton(
            "x", self.tr("Close"), side=24, icon_side=14, tone="3", on_click=self.close
        )
        cross.setObjectName("branches.close")
        self.compare = Button(self.tr("Compare two branches"), "ghost", "small", icon="scales")
        self.compare.setObjectName("branches.compare")
        self.compare.clicked.connect(lambda _on=False: self._compare())
        self._where = Label("", "small", "2", wrap=True)
        self.name = NameField(
            "branches.name", self.tr("Name of the new branch"), self.tr("Fork here"), self._wrong
        )
        self.name.kept.connect(self._fork)
        head = row((Label(self.tr("Branches"), "heading"), 1), self.compare, cross, spacing=6)
        fill(self.body, (head, self._scroller, Rule(), self._where, self.name))
        self._past.branches_changed.connect(self._follow)
        bridge.opened.connect(self.close)

    def show_over(self, anchor: QWidget) -> None:
        """Open above the chip with what is known, and read it again."""
        self._fill()
        self.name.set_text("")
        self.show_at(anchor)
        self._past.read_worths()

    def place(self) -> None:
        least = self._list.sizeHint().height() + 2
        self._scroller.setFixedHeight(min(least, current().px(TALLEST)))
        super().place()

    def _follow(self) -> None:
        if self.isVisible() and not self._renaming:
            self._fill()
            self.place()

    def _fill(self) -> None:
        self._renaming = False
        clear(self._list)
        shown = self._past.standings
        for standing, depth in tree_of(shown):
            line = BranchLine(standing, depth, self._about(standing), self._worth(standing))
            line.switched.connect(lambda s=standing: self._switch(s))
            line.renamed.connect(lambda s=standing, each=line: self._rename(s, each))
            line.deleted.connect(lambda s=standing: self._delete(s))
            self._list.addWidget(line)
            line.show()  # else it has no height until the next turn of the event loop
        self.compare.setVisible(len(shown) > 1)
        looking = self._past.looking
        at = self._bridge.world
        moment = wording.moment(at.time) if at is not None else ""
        self._where.setText(
            self.tr("A new branch goes on from now, and this one stays as it is.")
            if looking is None
            else self.tr(
                "A new branch goes on from {moment}, and this one stays as it is."
            ).format(moment=moment)
        )

    def _about(self, standing: Standing) -> str:
        branch = standing.branch
        reached = wording.moment(branch.time)
        known = {each.branch.id: each.branch for each in self._past.standings}
        parent = known.get(branch.parent)
        if branch.parent is None:
            return self.tr("Reached {moment}").format(moment=reached)
        left, reached = wording.short_day(branch.forked_time), wording.day_and_time(branch.time)
        if parent is None:
            return self.tr("Began {left} · reached {moment}").format(left=left, moment=reached)
        return self.tr("Left {parent} on {left} · reached {moment}").format(
            parent=titled(parent.title), left=left, moment=reached
        )

    def _worth(self, standing: Standing) -> str:
        if standing.worth is None:
            return ""
        return wording.owned_fiat(self._bridge.preferences, standing.worth)

    # --- acting -------------------------------------------------------------------------

    def _wrong(self, title: str) -> str:
        return self._past.title_problem(title)

    def _switch(self, standing: Standing) -> None:
        self.close()
        if not standing.current:
            self._past.switch(standing.branch.id)
        elif self._past.looking is not None:
            self._past.back()

    def _fork(self, title: str) -> None:
        self.close()
        self._past.fork(title)

    def _rename(self, standing: Standing, line: BranchLine) -> None:
        """The name becomes a field where it stands."""
        branch = standing.branch
        name = f"branch.title.{branch.id}"
        field = NameField(
            name, self.tr("Name of the branch"), self.tr("Save"),
            lambda title: self._past.title_problem(title, branch.id),
        )  # fmt: skip
        field.set_text(titled(branch.title))
        field.kept.connect(lambda title: self._named(branch.id, title))
        self._renaming = True
        for part in (line.card, line.pencil, line.bin):
            part.hide()
        line.layout().addWidget(field)  # type: ignore[union-attr]
        field.field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.field.selectAll()
        self.place()

    def _named(self, branch: int, title: str) -> None:
        self._renaming = False
        self._past.rename(branch, title)

    def _delete(self, standing: Standing) -> None:
        branch = standing.branch
        title = titled(branch.title)
        self._past.hide(
            branch.id,
            lambda: self._toast(
                self.tr("{title} is deleted").format(title=title),
                about=f"branch {branch.id}",
                undo=lambda: self._past.unhide(branch.id),
            ),
        )

    def _compare(self) -> None:
        self.close()
        self.compare_wanted.emit()


def tree_of(standings: Sequence[Standing]) -> list[tuple[Standing, int]]:
    """Branches in the order of a tree, each with its depth; one whose parent is hidden stands
    where its parent would."""
    shown = {each.branch.id for each in standings}
    parents = {each.branch.id: each.branch.parent for each in standings}

    def above(ident: int) -> int | None:
        parent = parents.get(ident)
        return parent if parent in shown else None

    made: list[tuple[Standing, int]] = []

    def grow(under: int | None, depth: int) -> None:
        for each in standings:
            if above(each.branch.id) == under:
                made.append((each, depth))
                grow(each.branch.id, depth + 1)

    grow(None, 0)
    return made


__all__ = ["BranchesPopover", "NameField", "tree_of"]
