"""Shadows: what each of the user's liquid stakes would be, had it been staked natively.

A shadow waits in the activation queue as it stood at the moment of the stake, and begins to
earn when its place comes. It takes no room in the queue and moves no money: it only
remembers the chain's running sum of earnings at its activation, which is all that its
rewards follow from later (``readmodel/shadow``). Only whole validators of 32 ETH count;
what is left over of a stake, alone, could not have been staked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine.refusals import NothingToDo
from lstwallet.engine.validators import earnings_at, join_activation
from lstwallet.engine.validators_facts import VALIDATOR_GWEI, VALIDATOR_WEI, Earnings
from lstwallet.engine.world import is_yours
from lstwallet.ledger.entries import Account
from lstwallet.units.clock import SimTime
from lstwallet.units.fixed import div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable


class Shadow(NamedTuple):
    """One stake, as if it had gone to validators of one's own."""

    account: Account
    token: str
    """What the stake became: ``stETH``, ``rETH``."""
    at: SimTime
    """When it was staked."""
    wei: int
    """ETH that was staked."""
    units: int
    """Of the token, as the ledger keeps it (shares for stETH)."""
    keys: int
    """Whole validators that ``wei`` is enough for."""
    active_at: SimTime
    """When they would attest; ``at`` when there are none."""
    begun: Earnings | None = None
    """The chain's running sums at ``active_at``; ``None`` until then and without validators."""


class Shadows(NamedTuple):
    """All of them, oldest first."""

    cast: tuple[Shadow, ...]
    waiting: tuple[int, ...]
    """Places in ``cast`` of those that are not active yet: first come, first active."""


class StepShadow(NamedTuple):
    """Agenda: the first shadow that waits is active now."""


class ShadowBegan(NamedTuple):
    """The shadow at ``place`` earns from here on."""

    at: int
    place: int
    begun: Earnings


_STEP: Final = StepShadow()


def shadow_of(
    world: Readable, account: Account, token: str, wei: int, units: int
) -> Shadow | None:
    """The shadow that a stake of ``wei`` casts; ``None`` for other people's, and for nothing."""
    if units <= 0 or not is_yours(account):
        return None
    now, keys = world.time, div_floor(wei, VALIDATOR_WEI)
    active_at = now
    if keys:
        active_at = join_activation(world.beacon, now, keys * VALIDATOR_GWEI)[1]
    return Shadow(account, token, now, wei, units, keys, active_at)


def add_shadow(draft: Draft, shadow: Shadow) -> None:
    """Remember what a stake's event brought."""
    cast, waiting = draft.shadows or ((), ())
    if shadow.keys:  # two at one moment keep their order
        waiting = tuple(
            sorted((*waiting, len(cast)), key=lambda place: (*cast, shadow)[place].active_at)
        )
    draft.shadows = Shadows((*cast, shadow), waiting)


def due(world: Readable) -> tuple[int, StepShadow] | None:
    """The first activation."""
    shadows = world.shadows
    if shadows is None or not shadows.waiting:
        return None
    return shadows.cast[shadows.waiting[0]].active_at, _STEP


def decide_step(world: Readable, command: StepShadow) -> Sequence[ShadowBegan]:
    """Refuses while nobody's place has come."""
    first = due(world)
    if first is None or first[0] > world.time or world.shadows is None:
        raise NothingToDo("shadow")
    earned = earnings_at(world.beacon, world.time)
    return (ShadowBegan(world.time, world.shadows.waiting[0], earned),)


def evolve_began(draft: Draft, event: ShadowBegan) -> None:
    """It no longer waits."""
    assert draft.shadows is not None
    cast, waiting = draft.shadows
    begun = cast[event.place]._replace(begun=event.begun)
    draft.shadows = Shadows(
        (*cast[: event.place], begun, *cast[event.place + 1 :]),
        tuple(place for place in waiting if place != event.place),
    )


def audit(world: Readable) -> Sequence[str]:
    """Those that wait are those without a beginning, in the order in which they will begin."""
    if world.shadows is None:
        return ()
    cast, waiting = world.shadows
    missing = [place for place, each in enumerate(cast) if each.keys and each.begun is None]
    if sorted(waiting) != missing:
        return (f"shadows {waiting} wait, {missing} have not begun",)
    moments = [cast[place].active_at for place in waiting]
    return () if moments == sorted(moments) else ("shadows wait out of order",)


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {StepShadow: decide_step}
EVOLVE: dict[type, Callable[..., None]] = {ShadowBegan: evolve_began}

__all__ = [
    "Shadow", "ShadowBegan", "Shadows", "StepShadow", "add_shadow", "audit", "due", "shadow_of",
]  # fmt: skip
