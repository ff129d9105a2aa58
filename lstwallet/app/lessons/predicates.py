"""The vocabulary of ``done_when``: what a lesson may ask of the ledger.

A condition is a table with one key, the predicate's name, and its arguments; there is no
expression language and nothing is evaluated.

=================  ==========================================================================
predicate          it holds when, since the step began …
=================  ==========================================================================
``happened``       an event of this kind happened to you: ``{ happened = { event = "Staked",
                   token = "ETH", at_least = "5" } }``; ``at_least`` compares the event's
                   ``amount``, or the field named by ``of``, in whole tokens; ``where`` other
                   fields by name
``refused``        the engine refused a command for this reason: ``{ refused = { command =
                   "StakeNatively", reason = "BelowMinimum" } }``
``holds``          you hold at least this much now: ``{ holds = { token = "stETH",
                   at_least = "4.99" } }`` (stETH counted as ETH, not as shares)
``time_passed``    so much simulated time has passed: ``{ time_passed = { hours = 24 } }``
``reward_arrived`` your stETH, or wstETH, is worth more than when the step began, by the
                   share rate alone: ``{ reward_arrived = { token = "stETH" } }``
``ticket``         you have a withdrawal ticket in this state: ``{ ticket = { state =
                   "waiting" } }`` or ``"ready"``
``all``, ``any``   all, or any, of a list of conditions hold
``not``            a condition does not hold
=================  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, ForwardRef, NamedTuple

from lstwallet.engine import kernel, refusals
from lstwallet.engine.staking import steth_of, steth_rate
from lstwallet.engine.world import YOU, World
from lstwallet.units.amount import BadAmount, parse_units
from lstwallet.units.clock import HOUR
from lstwallet.units.strict.fields import nearest

Condition = Mapping[str, Any]
TOKENS: Final = {"ETH": 18, "WETH": 18, "USDC": 6, "stETH": 18, "wstETH": 18, "rETH": 18}
"""What a condition may be about, and its decimals."""
MOST_HOURS: Final = 100_000
_WHOLE: Final = ("int", ForwardRef("int"), int)
"""How the type of a field may be written that is a number."""


class BadCondition(ValueError):
    """A condition that is not in the vocabulary; the message says what is wrong with it."""


class Refused(NamedTuple):
    """The engine refused ``command`` (its kind) for ``reason`` (the refusal's kind)."""

    command: str
    reason: str


class Mark(NamedTuple):
    """What is remembered of the world at the moment a step began."""

    time: int
    events: int
    steth_rate: int


def mark(world: World) -> Mark:
    """The mark of this moment."""
    return Mark(world.time, world.events, steth_rate(world))


class Evidence(NamedTuple):
    """What a step may be judged by: when it began, what is so now, what happened between."""

    began: Mark
    now: World
    events: Sequence[kernel.Event]
    refused: Sequence[Refused]


def _holding(world: World, token: str) -> int:
    if token == "stETH":
        return steth_of(world, YOU)
    return world.balance(YOU, token)


def _happened(ask: Mapping[str, Any], seen: Evidence) -> bool:
    wanted = ask.get("where", {})
    for event in seen.events:
        if type(event).__name__ != ask["event"] or getattr(event, "account", YOU) != YOU:
            continue
        if any(getattr(event, name, None) != value for name, value in wanted.items()):
            continue
        if "at_least" in ask:
            least = parse_units(ask["at_least"], seen.now.tokens[ask["token"]].decimals)
            if getattr(event, ask.get("of", "amount")) < least:
                continue
        return True
    return False


def _refused(ask: Mapping[str, Any], seen: Evidence) -> bool:
    return any(
        item.command == ask["command"] and item.reason == ask["reason"] for item in seen.refused
    )


def _holds(ask: Mapping[str, Any], seen: Evidence) -> bool:
    least = parse_units(ask["at_least"], seen.now.tokens[ask["token"]].decimals, allow_zero=True)
    return _holding(seen.now, ask["token"]) >= least


def _time_passed(ask: Mapping[str, Any], seen: Evidence) -> bool:
    return seen.now.time - seen.began.time >= int(ask["hours"]) * HOUR


def _reward_arrived(ask: Mapping[str, Any], seen: Evidence) -> bool:
    held = seen.now.balance(YOU, ask["token"])
    return held > 0 and steth_rate(seen.now) > seen.began.steth_rate


def _ticket(ask: Mapping[str, Any], seen: Evidence) -> bool:
    mine = [ticket for ticket in seen.now.tickets.values() if ticket.account == YOU]
    return any(ticket.finalised == (ask["state"] == "ready") for ticket in mine)


def _all(ask: Sequence[Condition], seen: Evidence) -> bool:
    return all(holds(condition, seen) for condition in ask)


def _any(ask: Sequence[Condition], seen: Evidence) -> bool:
    return any(holds(condition, seen) for condition in ask)


def _not(ask: Condition, seen: Evidence) -> bool:
    return not holds(ask, seen)


class _Predicate(NamedTuple):
    judge: Callable[[Any, Evidence], bool]
    required: Mapping[str, type]
    optional: Mapping[str, type]


VOCABULARY: Final[Mapping[str, _Predicate]] = {
    "happened": _Predicate(
        _happened, {"event": str},
        {"token": str, "at_least": str, "of": str, "where": dict},
    ),
    "refused": _Predicate(_refused, {"command": str, "reason": str}, {}),
    "holds": _Predicate(_holds, {"token": str, "at_least": str}, {}),
    "time_passed": _Predicate(_time_passed, {"hours": int}, {}),
    "reward_arrived": _Predicate(_reward_arrived, {"token": str}, {}),
    "ticket": _Predicate(_ticket, {"state": str}, {}),
}
_COMPOUND: Final[Mapping[str, Callable[[Any, Evidence], bool]]] = {
    "all": _all,
    "any": _any,
    "not": _not,
}


def holds(condition: Condition, seen: Evidence) -> bool:
    """Whether a checked condition holds on the evidence."""
    ((name, ask),) = condition.items()
    if name in _COMPOUND:
        return _COMPOUND[name](ask, seen)
    return VOCABULARY[name].judge(ask, seen)


def check(condition: Any) -> Condition:
    """The condition, if it is in the vocabulary. Raises ``BadCondition`` with the reason."""
    if not isinstance(condition, dict) or len(condition) != 1:
        raise BadCondition("a condition is a table with exactly one predicate")
    ((name, ask),) = condition.items()
    if name in ("all", "any"):
        if not isinstance(ask, list) or not ask:
            raise BadCondition(f"“{name}” takes a list of conditions")
        for part in ask:
            check(part)
    elif name == "not":
        check(ask)
    elif name in VOCABULARY:
        _check_arguments(name, VOCABULARY[name], ask)
    else:
        _known("predicate", name, (*VOCABULARY, *_COMPOUND))
    return condition


def _check_arguments(name: str, predicate: _Predicate, ask: Any) -> None:
    if not isinstance(ask, dict):
        raise BadCondition(f"“{name}” takes a table of arguments")
    for key, kind in predicate.required.items():
        if type(ask.get(key)) is not kind:
            raise BadCondition(f"“{name}” needs “{key}”")
    known = {**predicate.required, **predicate.optional}
    for key, value in ask.items():
        if key not in known or type(value) is not known[key]:
            raise BadCondition(f"“{name}” does not take this “{key}”")
    if name == "happened":
        _check_happened(ask)
    if name == "refused":
        _known("command", ask["command"], kernel.COMMANDS)
        _known("reason", ask["reason"], vars(refusals))
    if name == "reward_arrived" and ask["token"] not in ("stETH", "wstETH"):
        raise BadCondition("a reward arrives in “stETH” or “wstETH”")
    if name == "ticket" and ask["state"] not in ("waiting", "ready"):
        raise BadCondition("a ticket is “waiting” or “ready”")
    if name == "time_passed" and not 0 < ask["hours"] <= MOST_HOURS:
        raise BadCondition(f"“hours” is a number from 1 to {MOST_HOURS}")
    if "token" in ask:
        _known("token", ask["token"], TOKENS)
    if "at_least" in ask:
        try:
            parse_units(ask["at_least"], TOKENS[ask["token"]], allow_zero=True)
        except BadAmount as bad:
            raise BadCondition(f"“{ask['at_least'][:40]}” is not an amount") from bad


def _check_happened(ask: Mapping[str, Any]) -> None:
    _known("event", ask["event"], kernel.EVENTS)
    fields = getattr(kernel.EVENTS[ask["event"]], "_fields", ())
    for field, value in ask.get("where", {}).items():
        _known(f"field of {ask['event']}", field, fields)
        if type(value) not in (str, int, bool):
            raise BadCondition(f"“where” compares “{field}” with a text or a whole number")
    if "at_least" in ask:
        of = ask.get("of", "amount")
        _known(f"field of {ask['event']}", of, fields)
        if kernel.EVENTS[ask["event"]].__annotations__[of] not in _WHOLE:
            raise BadCondition(f"“{of}” of {ask['event']} is no number")
        if "token" not in ask:
            raise BadCondition("“happened” needs “token” beside “at_least”")


def _known(what: str, name: str, names: Any) -> None:
    if name not in names:
        meant = nearest(name, names)
        hint = f"; did you mean “{meant}”?" if meant else ""
        raise BadCondition(f"there is no {what} “{name[:40]}”{hint}")
