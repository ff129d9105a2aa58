"""What the window asks the session, and how long an answer is of use.

The floor of the bridge above ``Shown``: here the session is read, in the lane. Nothing here
changes it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from lstwallet.app.settings import Settings
from lstwallet.ui.jobs import GATE, Jobs
from lstwallet.ui.records import Read, Run
from lstwallet.ui.shown import Shown
from lstwallet.ui.standstill import Standstill

if TYPE_CHECKING:
    from lstwallet.app.session import ActivityRecord, Series, Session


class Asking(Shown):
    """Reads of the session that is open: between two commands, or beside a run of time."""

    def __init__(
        self, jobs: Jobs, settings: Settings, settings_path: Path | None, parent: QObject | None
    ) -> None:
        """Without ``settings_path`` settings are not kept."""
        super().__init__(jobs, settings, settings_path, parent)
        self._era = 0
        """Counted up when another branch, profile or moment is shown."""
        self.session: Session | None = None
        """Belongs to the lane."""
        self._run: Run | None = None
        """The run of time that is under way; the floor above starts and ends it."""
        self._reads: deque[Read] = deque()
        self._opening = 0
        self._locking = False
        self.standstill = Standstill(self)
        """Whether the file takes writing, and what to do if it does not."""

    @property
    def opening(self) -> bool:
        """Whether a profile is being opened, or closed."""
        return bool(self._opening)

    def call(
        self,
        work: Callable[[Session], Any],
        reply: Callable[[Any], None],
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Run ``work`` on the session in the lane (exports, checks); reads only.

        A read that fails has changed nothing: ``failed`` (or the signal) is all that it does.
        During a run it is done after the run's next commit: the run is not interrupted.
        """
        if self._locking or self.profile is None:
            return  # who asks is about to go with the profile
        read = Read(work, reply, failed or self.failed.emit)
        if self._run is not None:
            self._reads.append(read)
        else:
            self.jobs.run(lambda: work(self._require()), read.reply, read.failed)

    def _read_along(self) -> None:
        """In the lane, between two commits of a run: what was asked for meanwhile."""
        while self._reads:
            read = self._reads.popleft()
            try:
                told = partial(_reply, read, read.work(self._require()))
            except Exception as error:  # the same error that a job of its own would tell
                told = partial(_fail, read, error)
            self.jobs.tell(told)

    def _read_the_rest(self) -> None:
        """The run is over: what came too late for its last commit is read now."""
        while self._reads:
            read = self._reads.popleft()
            self.call(*read)

    def series(
        self,
        names: Sequence[str],
        begin: int,
        end: int,
        reply: Callable[[Series], None],
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Samples for a chart, of the account that is shown, see ``Session.series``.

        ``failed``: no answer will come.
        """
        account, looking = self.account, self.past.looking
        if looking is not None:
            end = min(end, looking.world.time)
        self.call(
            lambda session: session.series(
                names, begin, end, account=account, gate=GATE.wait
            ),
            self._of_this_era(reply, failed),
            self._unanswered(failed),
        )

    def activity(
        self,
        reply: Callable[[list[ActivityRecord]], None],
        *,
        before: int | None = None,
        limit: int = 500,
        everybody: bool = False,
        failed: Callable[[], None] | None = None,
    ) -> None:
        """The entries of the account that is shown, newest first, see ``Session.activity``.

        ``everybody``: of all the user's accounts.
        """
        account, looking = None if everybody else self.account, self.past.looking
        if looking is not None:
            before = min(looking.seq + 1, looking.seq + 1 if before is None else before)
        self.call(
            lambda session: session.activity(
                before=before, limit=limit, account=account, gate=GATE.wait
            ),
            self._of_this_era(reply, failed),
            self._unanswered(failed),
        )

    def another_era(self) -> None:
        """Another moment is shown: what was asked about the one before answers nothing."""
        self._era += 1

    def _of_this_era(
        self, reply: Callable[[Any], None], failed: Callable[[], None] | None
    ) -> Callable[[Any], None]:
        """An answer about another branch, profile or moment comes too late: there is none."""
        asked = self._era

        def told(answer: Any) -> None:
            if asked == self._era:
                reply(answer)
            elif failed is not None:
                failed()

        return told

    def _unanswered(self, failed: Callable[[], None] | None) -> Callable[[BaseException], None]:
        """Whoever asked may ask again; and it is told."""

        def broken(error: BaseException) -> None:
            if failed is not None:
                failed()
            self.failed.emit(error)

        return broken

    def _require(self) -> Session:
        assert self.session is not None, "no profile is open"
        return self.session


def _reply(read: Read, answer: Any) -> None:
    """The whole question travels back, with all that it holds of the window."""
    read.reply(answer)


def _fail(read: Read, error: Exception) -> None:
    read.failed(error)
