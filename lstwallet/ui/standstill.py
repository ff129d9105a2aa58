"""After an error of the disk: nothing is sent, no time passes, and nothing that was typed is lost.

What was acknowledged is in the file, and stays readable. Whatever would write is refused at
once with the error that brought us here, until ``try_again`` has read the file anew, audited
it and found that it takes writing. Edits of the book that could not be kept wait till then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from lstwallet.store.errors import StoreError

if TYPE_CHECKING:
    from lstwallet.store.book import Edit

    Waiting = tuple[Edit, Callable[[], None] | None]


class Standstill(QObject):
    """Whether the profile that is open takes writing, of one bridge."""

    changed = Signal()
    """``trouble``, ``trying`` or the number of waiting edits is another."""
    reminded = Signal()
    """Something was to be written meanwhile: it was not."""
    over = Signal()
    """The file was read anew and takes writing."""

    def __init__(self, bridge: Any) -> None:
        """``bridge`` is the ``Bridge`` it belongs to."""
        super().__init__(bridge)
        self._bridge = bridge
        self.trouble: StoreError | None = None
        """Why nothing may be written; ``None``: all is well."""
        self.trying = False
        self._waiting: list[Waiting] = []

    @property
    def waiting(self) -> int:
        """How many edits wait to be kept."""
        return len(self._waiting)

    def look(self, error: BaseException) -> None:
        """A write failed: an error of the store stops everything."""
        if isinstance(error, StoreError):
            self.trouble = error
            self.trying = False
            self.changed.emit()

    def refuses(self, failed: Callable[[BaseException], None] | None = None) -> bool:
        """Whether nothing may be written now: then ``failed`` gets the reason."""
        if self.trouble is None:
            return False
        if failed is not None:
            failed(self.trouble)
        self.reminded.emit()
        return True

    def keep(self, edit: Edit, reply: Callable[[], None] | None) -> None:
        """What a person wrote and could not be saved: it is when this is over."""
        self._waiting.append((edit, reply))
        self.changed.emit()

    def take(self) -> list[Edit]:
        """What waits, for who keeps it longer than this profile is open."""
        waiting, self._waiting = self._waiting, []
        return [edit for edit, _reply in waiting]

    def try_again(self) -> None:
        """Read the file anew; then ``over``, or ``changed`` with the trouble there is now."""
        if self.trouble is None or self.trying:
            return
        self.trying = True
        self.changed.emit()
        self._bridge.recover(self._recovered, self._still)

    def _recovered(self) -> None:
        waiting, self._waiting = self._waiting, []
        self.forget()
        self.over.emit()
        for edit, reply in waiting:
            self._bridge.edit(edit, reply)

    def _still(self, error: BaseException) -> None:
        self.trying = False
        if isinstance(error, StoreError):
            self.trouble = error
        self.changed.emit()
        self._bridge.failed.emit(error)

    def forget(self) -> None:
        """Another profile is open, or none: what was wrong with the one before is past."""
        if self.trouble is not None or self._waiting:
            self.trouble, self.trying = None, False
            self._waiting = []
            self.changed.emit()
