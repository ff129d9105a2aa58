"""What an action says of itself: header, review and receipt, as plain records of words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lstwallet.readmodel.preflight import Finding


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
    plain: bool = False
    """No balance but a rate, a ratio or a price: the eye leaves it alone."""


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
    """A sentence to be ticked before Confirm; without one, "I accept the risk" where a finding
    asks for it."""
    type_word: str = ""
    """A word to be typed before Confirm; without one, "confirm" where a finding asks for it."""
    findings: tuple[Finding, ...] = ()
    """What pre-flight found, worst first. The flow fills it in; forms leave it alone."""
    unlimited: str = ""
    """A choice to approve without limit; empty where nothing is approved. The flow's, too."""
    is_unlimited: bool = False


class Receipt(NamedTuple):
    """What has happened."""

    title: str
    again: str
    changes: tuple[Change, ...] = ()
    facts: tuple[Fact, ...] = ()
    next_steps: tuple[NextStep, ...] = ()


def differs(seen: Review, fresh: Review) -> bool:
    """Whether what was agreed to is no longer what would happen: amounts, not their worth,
    or there is a danger, or something to be accepted, that was not there."""
    agreed, now = ([move[:3] for move in review.moves] for review in (seen, fresh))
    return agreed != now or bool(set(_asked(fresh)) - set(_asked(seen)))


def _asked(review: Review) -> Iterator[tuple[Any, ...]]:
    """Of each finding which it is: who has accepted one risk has not accepted another."""
    yield from ((name,) for name in ("accept", "type_word", "unlimited") if getattr(review, name))
    for each in review.findings:
        if each.consent or each.severity in ("danger", "forbidden"):
            yield each.rule, each.facts.get("token"), each.severity, each.consent
