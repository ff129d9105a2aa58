"""What a session answers: what a command or a run has done, and what has happened before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from lstwallet.engine import kernel
from lstwallet.engine.kernel import Command, Event
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.world import World
from lstwallet.store.errors import StoreError
from lstwallet.store.records import Gain
from lstwallet.units.clock import SimTime


class Outcome(NamedTuple):
    """What a command or a run has done."""

    world: World
    """Published, immutable."""
    events: tuple[Event, ...]
    """What happened; for a run, what concerns the user and the last event of each kind."""
    changes: frozenset[str]
    """Areas touched: ``time``, ``prices``, ``wallet``, ``staking`` …"""
    refusal: Refusal | None
    """Set: nothing has changed."""
    seq: int
    """``world.events`` after it."""


class Progress(NamedTuple):
    """How far a run is; ``world`` is committed."""

    at: SimTime
    begin: SimTime
    until: SimTime
    world: World


class Halted(NamedTuple):
    """Why a session writes nothing any more, until it has recovered."""

    error: StoreError
    at: float
    """Seconds since 1970."""


class ActivityRecord(NamedTuple):
    """One event that concerns the user."""

    seq: int
    at: SimTime
    kind: str
    event: Event
    command: Command | None
    """The user's command that caused it; ``None`` for what time brought."""
    gains: tuple[Gain, ...] = ()
    """What a rebase added to the user's holdings, which no posting shows."""


def _areas_by_kind() -> dict[type, frozenset[str]]:
    """Which area an event kind belongs to; what moves money touches the wallet too."""
    found: dict[type, frozenset[str]] = {kernel.Born: frozenset({"profile"})}
    for area in kernel.AREAS:
        name = area.__name__.rsplit(".", 1)[-1]
        for kind in area.EVOLVE:
            moves = "entry" in getattr(kind, "_fields", ())
            found[kind] = frozenset({name, "wallet"} if moves else {name})
    return found


_AREAS: Final = _areas_by_kind()


def changes_of(kinds: Sequence[type]) -> frozenset[str]:
    """The areas that events of these kinds touch."""
    empty: frozenset[str] = frozenset()
    return empty.union(*(_AREAS[kind] for kind in kinds))
