"""What the window shows of a profile and how: settings, account, and which moment of its history.

The lower half of the bridge: nothing here asks the session.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from lstwallet.app import settings as settings_file
from lstwallet.app.settings import Settings
from lstwallet.engine.world import YOU
from lstwallet.ui.jobs import Jobs
from lstwallet.ui.past import Past
from lstwallet.ui.records import REMEMBERED, USD, Opened, Preferences, shown_accounts

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ledger.entries import Account


class Shown(QObject):
    """Settings, the account that is shown, and the world: the present or a past one."""

    opened = Signal()
    """A profile was opened: ``profile`` and ``world`` are set; every page is stale."""
    not_opened = Signal()
    """Another profile or branch could not be opened: what was open still is, and it was told."""
    failed = Signal(object)
    """An exception from the lane: the environment's (``StoreUnavailable``) or a bug."""
    account_changed = Signal()
    """Another of the user's accounts is shown: every page is stale."""
    preferences_changed = Signal()
    """Another privacy mode or default: every page shows itself again."""
    settings_changed = Signal(object)
    """Names (a frozenset) of the settings that were changed."""

    def __init__(
        self, jobs: Jobs, settings: Settings, settings_path: Path | None, parent: QObject | None
    ) -> None:
        """Without ``settings_path`` settings are not kept."""
        super().__init__(parent)
        self.jobs: Final = jobs
        self.settings = settings
        self._settings_path = settings_path
        self.profile: Opened | None = None
        self._account: Account = YOU
        self.present: World | None = None
        """The newest world of the branch that is open, whatever is looked at."""
        self.past: Final = Past(self)
        self.preferences = Preferences(
            self.settings.privacy, self.settings.slippage_bps, expert=self.settings.expert,
            dust=self.settings.dust_usd * USD,
        )  # fmt: skip

    def change(self, **values: Any) -> None:
        """Change settings, and keep them; the file is written in the lane."""
        wanted = self.settings._replace(**values)
        names = frozenset(
            name for name in values if getattr(wanted, name) != getattr(self.settings, name)
        )
        if not names:
            return
        self.settings = wanted
        path = self._settings_path
        if path is not None:
            self.jobs.run(lambda: settings_file.save(path, wanted), _nothing, self.failed.emit)
        if names & {"privacy", "slippage_bps", "expert", "dust_usd"}:
            self._prefer(
                privacy=wanted.privacy, default_slippage_bps=wanted.slippage_bps,
                expert=wanted.expert, dust=wanted.dust_usd * USD,
            )  # fmt: skip
        self.settings_changed.emit(names)

    @property
    def world(self) -> World | None:
        """The world that is shown: the present one, or the moment that is looked at."""
        looking = self.past.looking
        return self.present if looking is None else looking.world

    @world.setter
    def world(self, world: World | None) -> None:
        self.present = world

    @property
    def account(self) -> Account:
        """The account that is shown: forms act for it, pages tell of it."""
        looking = self.past.looking
        if looking is not None and self._account not in looking.world.accounts:
            return YOU  # it was not open yet
        return self._account

    def show_account(self, account: Account) -> None:
        """Show another of the user's accounts."""
        if account != self._account:
            self._account = account
            self._remember_account()
            self.account_changed.emit()

    def _remember_account(self) -> None:
        if self.profile is not None:
            known = {str(self.profile.path): self._account, **shown_accounts(self.settings)}
            known[str(self.profile.path)] = self._account
            lines = [f"{path}\t{account}" for path, account in list(known.items())[:REMEMBERED]]
            self.change(shown_accounts="\n".join(lines))

    def set_net_worth(self, usd: int) -> None:
        """What shares are shares of (USD, 8 decimals)."""
        self.preferences = self.preferences._replace(net_worth=usd)

    def _prefer(self, **values: Any) -> None:
        self.preferences = self.preferences._replace(**values)
        self.preferences_changed.emit()


def _nothing(_: Any) -> None:
    """An answer nobody waits for."""
