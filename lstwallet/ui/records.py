"""What the bridge tells pages, and how it remembers what was asked of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome, Session
    from lstwallet.app.settings import Settings
    from lstwallet.engine.world import World
    from lstwallet.ledger.entries import Account
    from lstwallet.store.book import Book

USD: Final = 10**8
"""One dollar, 8 decimals."""
REMEMBERED: Final = 50
"""Profiles whose shown account is kept."""
SPEEDS: Final = (3_600, 4 * 3_600, 86_400, 7 * 86_400)
"""Simulated seconds per second of play."""
EVERYTHING: Final = frozenset(
    ("time", "prices", "wallet", "accounts", "staking", "validators", "lending", "pools",
     "guards", "network", "profile")
)  # fmt: skip
"""All areas that an ``Outcome`` may name."""


class Preferences(NamedTuple):
    """What pages need to know of the user's settings."""

    privacy: str = "exact"
    """What is shown of what the user owns: ``exact``, ``hidden`` or ``percent``."""
    default_slippage_bps: int = 50
    """Offered in forms that trade: basis points below the quoted amount."""
    net_worth: int = 0
    """USD, 8 decimals: what ``percent`` is a percentage of."""
    expert: bool = False
    """Whether a trade with a price impact of 15 % or more may be confirmed."""
    dust: int = 0
    """USD, 8 decimals: rows worth less are folded away."""


class Opened(NamedTuple):
    """What the window knows about the profile that is open."""

    name: str
    path: Path
    world: World
    book: Book
    """What the person wrote beside the history when it was opened."""
    branch: int
    """The branch of the history one stands on."""


class Opening(Exception):
    """A command came while another profile was being opened: it was not sent to either."""


class Run:
    """A run of time that is under way."""

    def __init__(self, begin: int, until: int, reply: Callable[[Outcome], None] | None) -> None:
        self.begin = begin
        self.until = until
        self.reply = reply
        self.cancelled = False
        self.so_far: Outcome | None = None


class Read(NamedTuple):
    """A question to the session, and who is told the answer."""

    work: Callable[[Session], Any]
    reply: Callable[[Any], None]
    failed: Callable[[BaseException], None]


def shown_accounts(settings: Settings) -> dict[str, Account]:
    """Path of a profile → the account that was shown there last."""
    lines = (line.rpartition("\t") for line in settings.shown_accounts.split("\n"))
    return {path: account for path, _, account in lines if path}


def joined(first: Outcome | None, second: Outcome) -> Outcome:
    """One outcome of two that followed each other."""
    if first is None:
        return second
    return second._replace(
        events=(*first.events, *second.events), changes=first.changes | second.changes
    )
