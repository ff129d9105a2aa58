"""What protocols guard themselves with: Lido's staking rate limit, and emergency stops.

A stop is one of ``STOPS``: Lido takes no stakes, its queue takes no requests, a pool lets
out only what is taken in its ratio. Claims and balanced withdrawals go on in every case, as
the contracts have it: a stop never locks in what is owned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine.refusals import AboveMaximum, NothingToDo, Stopped
from lstwallet.protocols import stake_limit
from lstwallet.protocols.stake_limit import StakeLimit
from lstwallet.units.checked import Revert
from lstwallet.units.clock import SLOT
from lstwallet.units.fixed import div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

STAKING: Final = "lido:staking"
REQUESTS: Final = "lido:requests"
STOP_OF: Final = {pool: f"pool:{pool}" for pool in ("steth_eth", "usdc_eth", "reth_eth")}
"""Names the stop of a pool."""
STOPS: Final = (STAKING, REQUESTS, *STOP_OF.values())
LIMIT_RULE: Final = "stake_limit"


class Guards(NamedTuple):
    """The limit, and what is stopped now."""

    limit: StakeLimit
    stopped: tuple[str, ...] = ()
    """Some of ``STOPS``, in that order."""


class FoundGuards(NamedTuple):
    """Deploy the guards: at most ``most`` wei at once, refilled in ``blocks``."""

    most: int
    blocks: int


class Stop(NamedTuple):
    """A protocol's committee stops something, or lets it go on."""

    what: str
    on: bool


class GuardsChanged(NamedTuple):
    """The guards are now these."""

    at: int
    guards: Guards


# --- reading -------------------------------------------------------------------------------


def block_of(world: Readable) -> int:
    """The block of this moment: one each slot."""
    return div_floor(world.time, SLOT)


def stake_left(world: Readable) -> int | None:
    """Wei that Lido takes now; ``None`` where there is no limit."""
    guards = world.guards
    if guards is None or not guards.limit.most:
        return None
    return stake_limit.left_at(guards.limit, block_of(world))


def is_stopped(world: Readable, what: str) -> bool:
    """Whether one of ``STOPS`` is in force."""
    return world.guards is not None and what in world.guards.stopped


# --- what other areas ask ------------------------------------------------------------------


def require_open(world: Readable, what: str) -> None:
    """Refuses while ``what`` is stopped."""
    if is_stopped(world, what):
        raise Stopped(what)


def use_limit(world: Readable, wei: int) -> StakeLimit | None:
    """The limit after ``wei`` are staked, ``None`` without one. Refuses more than is left."""
    guards = world.guards
    if guards is None or not guards.limit.most:
        return None
    try:
        return stake_limit.take(guards.limit, wei, block_of(world))
    except Revert:
        left = stake_limit.left_at(guards.limit, block_of(world))
        raise AboveMaximum("ETH", wei, left, LIMIT_RULE) from None


# --- deciding and applying -----------------------------------------------------------------


def founded(most: int, blocks: int, at: int) -> Guards:
    """Guards that nobody has used yet."""
    return Guards(StakeLimit(most, blocks, most, div_floor(at, SLOT)))


def decide_found(world: Readable, command: FoundGuards) -> Sequence[GuardsChanged]:
    """Refuses a second foundation."""
    if world.guards is not None or command.most <= 0 or command.blocks <= 0:
        raise NothingToDo("guards")
    return (GuardsChanged(world.time, founded(command.most, command.blocks, world.time)),)


def decide_stop(world: Readable, command: Stop) -> Sequence[GuardsChanged]:
    """Refuses what is so already, and what cannot be stopped."""
    guards = world.guards
    if guards is None or command.what not in STOPS:
        raise NothingToDo("stop")
    if (command.what in guards.stopped) is command.on:
        raise NothingToDo("stop")
    now = {*guards.stopped, command.what} if command.on else {*guards.stopped} - {command.what}
    stopped = tuple(each for each in STOPS if each in now)
    return (GuardsChanged(world.time, guards._replace(stopped=stopped)),)


def evolve_guards(draft: Draft, event: GuardsChanged) -> None:
    """They are so."""
    draft.guards = event.guards


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    FoundGuards: decide_found,
    Stop: decide_stop,
}
EVOLVE: dict[type, Callable[..., None]] = {GuardsChanged: evolve_guards}

__all__ = [
    "DECIDE", "EVOLVE", "LIMIT_RULE", "REQUESTS", "STAKING", "STOPS", "STOP_OF", "FoundGuards",
    "Guards", "GuardsChanged", "Stop", "block_of", "founded", "is_stopped", "require_open",
    "stake_left", "use_limit",
]  # fmt: skip
