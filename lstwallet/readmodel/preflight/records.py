"""What a check before signing says: a rule that fired, how grave it is, and its facts.

A finding is data. ``ui/wording`` makes the sentence; the review only sorts and colours.
Shares of one are floats here, as in the other read models; amounts are base units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from lstwallet.engine.kernel import Command, Event
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account

SAFE: Final = "safe"
NOTE: Final = "note"
WARNING: Final = "warning"
DANGER: Final = "danger"
FORBIDDEN: Final = "forbidden"
SEVERITIES: Final = (SAFE, NOTE, WARNING, DANGER, FORBIDDEN)
"""From harmless to grave. A note is something to know, not something to fear."""

TICK: Final = "tick"
TYPE: Final = "type"
CONSENTS: Final = ("", TICK, TYPE)
"""What a finding asks for before Confirm: nothing, "I accept the risk", or a typed word."""

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Finding(NamedTuple):
    """One rule that was looked at."""

    rule: str
    """One of ``SOURCES``."""
    severity: str
    facts: Mapping[str, Any] = NOTHING
    consent: str = ""
    """One of ``CONSENTS``."""
    lifted: bool = False
    """Expert mode lets this pass; without it, it would be forbidden."""


class Terms(NamedTuple):
    """What the user's settings decide."""

    expert: bool = False
    known: frozenset[str] = frozenset()
    """Whom the user has sent to before: accounts and addresses."""


class Case(NamedTuple):
    """One call of an action. An action of several calls is a case for each of them."""

    account: Account
    call: Command
    events: Sequence[Event]
    """Of this call alone."""
    before: World
    """Just before this call."""
    done: World
    """Just after this call."""
    start: World
    """Before the whole action."""
    end: World
    """After the whole action."""
    terms: Terms


def safe(rule: str, **facts: Any) -> Finding:
    """Looked at, and fine."""
    return Finding(rule, SAFE, facts)


def note(rule: str, **facts: Any) -> Finding:
    """Good to know."""
    return Finding(rule, NOTE, facts)


def warning(rule: str, **facts: Any) -> Finding:
    """To be weighed."""
    return Finding(rule, WARNING, facts)


def danger(rule: str, consent: str = "", **facts: Any) -> Finding:
    """Likely to cost money."""
    return Finding(rule, DANGER, facts, consent)


def forbidden(rule: str, **facts: Any) -> Finding:
    """Not done, whatever is ticked or typed."""
    return Finding(rule, FORBIDDEN, facts)


def worst_first(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """By severity; equal ones in the order they were found; each rule once for each token."""
    kept: dict[tuple[str, Any], Finding] = {}
    for each in found:
        key = (each.rule, each.facts.get("token"))
        other = kept.get(key)
        if other is None or _grave(other) < _grave(each):
            kept[key] = each
    return tuple(sorted(kept.values(), key=_grave, reverse=True))


def _grave(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def fired(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """All but what is safe."""
    return tuple(each for each in found if each.severity != SAFE)


def checked(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """What was looked at and is safe."""
    return tuple(each for each in found if each.severity == SAFE)


def is_forbidden(found: Iterable[Finding]) -> bool:
    """Whether nothing may be sent."""
    return any(each.severity == FORBIDDEN for each in found)


def consent(found: Iterable[Finding]) -> str:
    """The strongest consent that is asked for."""
    return max((each.consent for each in found), key=CONSENTS.index, default="")


__all__ = [
    "CONSENTS", "DANGER", "FORBIDDEN", "NOTE", "SAFE", "SEVERITIES", "TICK", "TYPE", "WARNING",
    "Case", "Finding", "Terms", "checked", "consent", "danger", "fired", "forbidden",
    "is_forbidden", "note", "safe", "warning", "worst_first",
]  # fmt: skip
