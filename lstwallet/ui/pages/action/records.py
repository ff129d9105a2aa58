"""What an action says of itself: header, review and receipt, as plain records of words."""

from __future__ import annotations

from typing import Any, NamedTuple


class NotYet(NamedTuple):
    """Why there is nothing to review: ``reason`` stands above the disabled button,
    ``error`` (if any) beside the input named ``field``."""

    reason: str
    error: str = ""
    field: str = "amount"


class Header(NamedTuple):
    """The panel's header: words, and a token's disc or an icon."""

    title: str
    sub: str = ""
    symbol: str = ""
    icon: str = ""


class Move(NamedTuple):
    """Tokens out (``amount`` with U+2212) or in (with +)."""

    symbol: str
    caption: str
    amount: str
    worth: str = ""
    tone: str = "text"


class Check(NamedTuple):
    """A check before signing. Tones: good, info, warn, bad."""

    text: str
    tone: str = "good"


class Fact(NamedTuple):
    """A key and its value."""

    key: str
    value: str
    tone: str = "text"


class Change(NamedTuple):
    """Before → after; ``tone`` colours the new value only."""

    key: str
    old: str
    new: str
    tone: str = "text"


class NextStep(NamedTuple):
    """Where one may go from a receipt: a room and the arguments of its ``show_request``."""

    title: str
    sub: str
    icon: str
    room: str
    arguments: Any = None


class Review(NamedTuple):
    """What will happen, in words. ``moves`` is what Confirm holds the world to."""

    title: str
    confirm: str
    pending: str
    moves: tuple[Move, ...] = ()
    checks: tuple[Check, ...] = ()
    changes: tuple[Change, ...] = ()
    facts: tuple[Fact, ...] = ()
    warning: str = ""
    """A banner in the warning tone."""
    accept: str = ""
    """A sentence to be ticked ("I accept the risk") before Confirm."""
    type_word: str = ""
    """A word to be typed before Confirm (a price impact of 10 % or more)."""


class Receipt(NamedTuple):
    """What has happened."""

    title: str
    again: str
    changes: tuple[Change, ...] = ()
    facts: tuple[Fact, ...] = ()
    next_steps: tuple[NextStep, ...] = ()


def differs(seen: Review, fresh: Review) -> bool:
    """Whether what was agreed to is no longer what would happen: amounts, not their worth."""
    agreed, now = ([move[:3] for move in review.moves] for review in (seen, fresh))
    return agreed != now or (fresh.accept != "" and seen.accept == "")
