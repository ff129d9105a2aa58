"""Decide, then apply. The one way anything happens.

``decide`` does all the protocol maths and all the refusing and changes nothing.
``evolve`` only adds facts: it never refuses and never redoes maths, so history stays
valid when a formula is mended later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from lstwallet.engine import (
    accounts,
    concentrated,
    guards,
    lending,
    network,
    outside,
    pools,
    prices,
    restaking,
    rocketpool,
    shadows,
    staking,
    transactions,
    validators,
    vaults,
    wallet,
)
from lstwallet.engine.refusals import NothingToDo, Refusal
from lstwallet.engine.transactions import Means, Transaction
from lstwallet.engine.world import Draft, Readable, World
from lstwallet.ledger import entries

AREAS = (
    wallet, accounts, guards, prices, outside, staking, validators, shadows, lending,
    pools, rocketpool, network, vaults, concentrated, restaking,
)  # fmt: skip
"""A new area of the world is one more module here."""

Command = Any
"""A NamedTuple that one of the areas can decide."""
Event = Any
"""A NamedTuple whose first field is ``at``; ``entry``, if it has one, is posted."""


class Batch(NamedTuple):
    """Commands that all happen at this moment, or none of them."""

    commands: tuple[Command, ...]


class Born(NamedTuple):
    """The first event of every history: the whole world as it was made."""

    at: int
    world: World


def evolve_born(draft: Draft, event: Born) -> None:
    """Everything is as it was made."""
    events = draft.events
    draft.take(Draft(event.world))
    draft.events = events


DECIDE: dict[type, Callable[..., Sequence[Event]]] = {}
EVOLVE: dict[type, Callable[..., None]] = {Born: evolve_born}
CHECK: dict[type, Callable[[Draft, Event], None]] = {}
for _area in AREAS:
    DECIDE.update(_area.DECIDE)
    EVOLVE.update(_area.EVOLVE)
    CHECK.update(getattr(_area, "CHECK", {}))

_APPLY = {
    kind: (evolve, "entry" in getattr(kind, "_fields", ()), CHECK.get(kind))
    for kind, evolve in EVOLVE.items()
}
"""What applying a kind takes: its ``evolve``, whether it has an entry, its check."""

EVENTS: dict[str, type] = {kind.__name__: kind for kind in EVOLVE}
"""Event kinds by the name under which the journal keeps them."""
COMMANDS: dict[str, type] = {kind.__name__: kind for kind in (*DECIDE, Batch, Transaction)}
"""Command kinds by name."""


def apply(draft: Draft, event: Event) -> None:
    """Add one fact: the area's state, the ledger, the counters; then check what it touched.

    Raises ``AssertionError`` (a bug, never the user's fault) when an invariant breaks.
    """
    evolve, posts, check = _APPLY[type(event)]
    evolve(draft, event)
    if posts:
        draft.post(event.entry)
    draft.events += 1
    draft.time = event.at
    if check is not None:
        check(draft, event)


def decide(world: Readable, command: Command) -> Sequence[Event]:
    """The events that ``command`` would cause now. Raises ``Refusal``; changes nothing."""
    return DECIDE[type(command)](world, command)


def handle(draft: Draft, command: Command) -> Sequence[Event]:
    """Decide and apply. Raises ``Refusal`` with the draft unchanged."""
    decide = DECIDE.get(type(command))
    if decide is None:
        if type(command) is Transaction:
            return transactions.carry_out(draft, command, MEANS)
        return _handle_batch(draft, command)
    events = decide(draft, command)
    for event in events:
        apply(draft, event)
    return events


def _handle_batch(draft: Draft, batch: Batch) -> Sequence[Event]:
    """All or nothing: work on a fork that is swapped in at the end or dropped."""
    if not batch.commands:
        raise NothingToDo("batch")
    trial = Draft(draft)
    events: list[Event] = []
    for command in batch.commands:
        events.extend(handle(trial, command))
    draft.take(trial)
    return events


MEANS = Means(
    handle,
    apply,
    {kind: pulls for area in AREAS for kind, pulls in getattr(area, "PULLS", {}).items()},
)
"""What a transaction is carried out with."""


def replay(draft: Draft, events: Iterable[Event]) -> None:
    """Apply recorded facts in order."""
    for event in events:
        apply(draft, event)


def audit(world: Readable) -> list[str]:
    """Every invariant of the whole world; what is wrong, or nothing."""
    wrong = list(entries.audit(world.balances))  # type: ignore[arg-type]
    for area in AREAS:
        check = getattr(area, "audit", None)
        if check is not None:
            wrong.extend(check(world))
    return wrong


__all__ = [
    "COMMANDS", "EVENTS", "Batch", "Born", "Command", "Event", "Refusal",
    "Transaction", "apply", "audit", "decide", "handle", "replay",
]  # fmt: skip
