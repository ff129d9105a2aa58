"""A backup is looked into before it becomes a profile: opened, audited, told, then restored."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from lstwallet.app import profiles
from lstwallet.ui import wording
from lstwallet.ui.widgets.buttons import Button
from lstwallet.ui.widgets.cards import Banner, ChoiceCard, Inset
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import clear, column, holder, row
from lstwallet.ui.widgets.overlays import Sheet
from lstwallet.ui.widgets.rows import ErrorLine, KeyValue
from lstwallet.ui.widgets.secret_field import SecretField

if TYPE_CHECKING:
    from lstwallet.app.restoring import Preview, Staged
    from lstwallet.app.safe import HeldKey, How


class RestoreSheet(Sheet):
    """Reading → password, if it wants one → what it holds → restored."""

    restored = Signal(object)
    """Path of the profile that it became."""

    def __init__(self, window: Any, path: Path) -> None:
        """``window`` is the main window: ``bridge``."""
        super().__init__(window, window.tr("Restore a backup"), width=560, sticky=True)
        self.setObjectName("restore")
        self.cross.setObjectName("restore.close")
        self.bridge, self.deeds = window.bridge, window.bridge.backups
        self._path = path
        self._staged: Staged | None = None
        self._key: HeldKey | None = None
        self._name = ""
        self._here = window.bridge.profile
        self._over = False
        self._cancel = Button(self.tr("Cancel"), "ghost", on_click=self.close)
        self._cancel.setObjectName("restore.cancel")
        self._main = Button("", "primary", on_click=self._act)
        self._main.setObjectName("restore.main")
        self._deed = self._open_it
        self.trouble = Banner("", "bad")
        self.trouble.setObjectName("restore.trouble")
        self.trouble.hide()
        self._inside = column(spacing=12)
        self.add(Label(path.name, "small", "2", elide=True), self.trouble,
                 holder(self._inside))  # fmt: skip
        self.add_foot(None, self._cancel, self._main)
        self.closed.connect(self._let_go)
        self._wait(self.tr("Reading"))
        self.deeds.stage(path, self._read, self._while_open(self._failed))

    # --- reading ------------------------------------------------------------------------

    def _wait(self, words: str) -> None:
        self._main.setText(words)
        self._main.set_pending(words)

    def _while_open(self, hear: Callable[[Any], None]) -> Callable[[Any], None]:
        """An answer that comes after Cancel is for nobody: the widgets are gone."""

        def heard(answer: Any) -> None:
            if not self._over:
                hear(answer)

        return heard

    def _offer(self, words: str, deed: Any) -> None:
        self._main.set_pending("")
        self._main.setText(words)
        self._deed = deed
        self.fit()

    def _act(self) -> None:
        self.trouble.set("")
        self._deed()

    def _read(self, answer: tuple[Staged, How]) -> None:
        staged, how = answer
        if self._over:
            self.deeds.drop(staged)
            return
        self._staged = staged
        self._has_code = any(str(slot.kind) == "recovery" for slot in how.slots)
        self._wait(self.tr("Opening"))
        self._preview(None, self._locked)

    def _preview(self, secret: Any, refused: Callable[[BaseException], None]) -> None:
        assert self._staged is not None
        hear = self._while_open
        self.deeds.preview(self._staged, secret, hear(self._look), hear(refused))

    def _locked(self, error: BaseException) -> None:
        """The key that is at hand does not open it: ask for one."""
        if type(error).__name__ not in ("WrongSecret", "NoSuchSlot", "KeysDamaged"):
            self._failed(error)
            return
        clear(self._inside)
        self.secret = SecretField(self.tr("Password of this backup"), "restore.password")
        self.secret.confirmed.connect(self._act)
        note = self.tr("The password that its profile had when the backup was made.")
        self._inside.addWidget(Label(note, "small", "2", wrap=True))
        self._inside.addWidget(self.secret)
        self._by_code = False
        if self._has_code:
            other = Button(self.tr("Use the recovery code instead"), "ghost", "small",
                           on_click=self._ask_code)  # fmt: skip
            other.setObjectName("restore.code")
            self._inside.addWidget(holder(row(other, None)))
        self._offer(self.tr("Open"), self._open_it)
        self.secret.setFocus()

    def _ask_code(self) -> None:
        self._by_code = True
        clear(self._inside)
        self.secret = SecretField(self.tr("Recovery code"), "restore.password", shown=True)
        self.secret.confirmed.connect(self._act)
        self._inside.addWidget(self.secret)
        self.fit()
        self.secret.setFocus()

    def _open_it(self) -> None:
        from lstwallet.app.safe import Password, RecoveryCode

        text = self.secret.text()
        secret = RecoveryCode(text) if self._by_code else Password(text)
        self._wait(self.tr("Opening"))
        self._preview(secret, self._refused)

    def _refused(self, error: BaseException) -> None:
        self._offer(self.tr("Open"), self._open_it)
        self.secret.set_error(wording.error(error))
        self.fit()

    # --- what it holds ------------------------------------------------------------------

    def _look(self, answer: tuple[Preview, HeldKey, str]) -> None:
        preview, self._key, self._name = answer
        clear(self._inside)
        for part in (self._facts(preview), self._verdict(preview)):
            self._inside.addWidget(part)
        if preview.problems:
            self._offer(self.tr("Close"), self.close)
            self._cancel.hide()
            return
        self._ways(preview)
        self._offer(self.tr("Restore"), self._restore)

    def _facts(self, preview: Preview) -> QWidget:
        assert self._staged is not None
        label = self._staged.source.label
        assert label is not None
        worth = wording.owned_fiat(self.bridge.preferences, preview.net_worth)
        rows = [
            (self.tr("Profile"), preview.name),
            (self.tr("Made"), wording.real_moment(label.made, time.time())),
            (self.tr("Made with version"), label.program),
            (self.tr("Simulated moment"), wording.moment(preview.at)),
            (self.tr("Net worth then (play money)"), worth),
            (self.tr("Events"), wording.count(preview.events)),
        ]
        if preview.branches > 1:
            rows.append((self.tr("Branches"), wording.count(preview.branches)))
        return Inset(*(KeyValue(key, value) for key, value in rows), spacing=8)

    def _verdict(self, preview: Preview) -> QWidget:
        if preview.problems:
            text = self.tr("This backup does not hold: {what}. Take an older one.")
            banner = Banner(text.format(what=preview.problems[0]), "bad")
        else:
            banner = Banner(
                self.tr("Replayed from its first event: nothing is wrong."), "good"
            )
        banner.setObjectName("restore.verdict")
        return banner

    # --- as what ------------------------------------------------------------------------

    def _ways(self, preview: Preview) -> None:
        self.name = QLineEdit()
        self.name.setProperty("box", True)
        self.name.setObjectName("restore.name")
        self.name.setAccessibleName(self.tr("Name of the new profile"))
        self.name.setMaxLength(profiles.LONGEST_NAME)
        self.name.setText(self._name)
        self.name.textEdited.connect(lambda _text: self.name_error.set_text(""))
        self.name_error = ErrorLine()
        self.as_new = ChoiceCard(self.tr("As a new profile"))
        self.as_new.setObjectName("restore.as.new")
        note = self.tr("Beside those that you have; nothing is replaced.")
        self.as_new.set_content(_choice(self.as_new, note))
        self.as_new.setChecked(True)
        choices: list[QWidget] = [self.as_new]
        if self._here is not None and self._here.path.parent == profiles.folder():
            self.in_place = ChoiceCard(
                self.tr("In place of {name}").format(name=self._here.name)
            )
            self.in_place.setObjectName("restore.as.place")
            note = self.tr(
                "{name} is backed up first, and can be put back as it is now for a week."
            ).format(name=self._here.name)
            self.in_place.set_content(_choice(self.in_place, note))
            choices.append(self.in_place)
        label = Label(self.tr("Name"), "body", "2")
        label.setBuddy(self.name)
        self._name_box = holder(
            column(row(label, (self.name, 1), spacing=12), self.name_error, spacing=4)
        )
        self.as_new.toggled.connect(self._show_name)
        self._inside.addWidget(holder(column(*choices, spacing=8)))
        self._inside.addWidget(self._name_box)

    def _show_name(self, on: bool) -> None:
        self._name_box.setVisible(on)
        self.fit()

    def _restore(self) -> None:
        assert self._staged is not None
        assert self._key is not None
        if self.as_new.isChecked():
            name = self.name.text()
            try:
                profiles.check_name(name)
            except profiles.BadName as bad:
                self._refuse_name(bad)
                return
            self._wait(self.tr("Restoring"))
            self.deeds.restore_new(
                self._staged, self._key, name, self._done, self._while_open(self._not_restored)
            )
            return
        self._wait(self.tr("Restoring"))
        assert self._here is not None
        path = self._here.path
        self.deeds.restore_here(
            self._staged, self._key, lambda: self._done(path),
            self._while_open(self._not_restored),
        )  # fmt: skip

    def _done(self, path: Path) -> None:
        if not self._over:
            self.close()
            self.restored.emit(path)

    def _not_restored(self, error: BaseException) -> None:
        self._offer(self.tr("Restore"), self._restore)
        if isinstance(error, profiles.BadName):
            self._refuse_name(error)
        else:
            self._say(error)

    def _refuse_name(self, bad: profiles.BadName) -> None:
        self.name_error.set_text(wording.name_problem(bad.problem))
        self.fit()
        self.name.setFocus()

    # --- trouble, and the end -----------------------------------------------------------

    def _failed(self, error: BaseException) -> None:
        """It cannot be read at all."""
        self._say(error)
        self._offer(self.tr("Close"), self.close)
        self._cancel.hide()

    def _say(self, error: BaseException) -> None:
        words = wording.bad_backup(error) or wording.backup_error(error) or wording.error(error)
        self.trouble.set(words, "bad")
        self.fit()

    def _let_go(self) -> None:
        """What was taken apart is thrown away, unless it became a profile."""
        self._over = True
        staged, self._staged = self._staged, None
        if staged is not None:
            self.deeds.drop(staged)
        self.deleteLater()


def _choice(card: ChoiceCard, note: str) -> Any:
    title = row(Label(card.text(), "strong"), card.mark, None, spacing=6)
    return column(title, Label(note, "small", "2", wrap=True), margins=(14, 10, 14, 10), spacing=3)


__all__ = ["RestoreSheet"]
