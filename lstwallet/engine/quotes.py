"""Preview: the same functions as execution, on a draft that is thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lstwallet.engine import kernel
from lstwallet.engine.kernel import Command, Event
from lstwallet.engine.world import Draft, World


class Quote(NamedTuple):
    """What a command would do now: its events, and the world after them."""

    events: Sequence[Event]
    after: World


def preview(world: World, command: Command) -> Quote:
    """Raises ``Refusal`` exactly when executing the command now would be refused."""
    draft = Draft(world)
    events = kernel.handle(draft, command)
    return Quote(tuple(events), draft.freeze())
