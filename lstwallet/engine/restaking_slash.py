"""An operator is slashed: its magnitude, everybody's part, and the tokens that are burned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lstwallet.engine.guards import block_of
from lstwallet.engine.refusals import NothingToDo
from lstwallet.engine.restaking_facts import (
    BURNED,
    HELD,
    Operator,
    OperatorSlashed,
    Restaking,
    Slash,
    SlashOperator,
    StakeSlashed,
    Strategy,
)
from lstwallet.engine.restaking_view import (
    ledger_units,
    of,
    operator_named,
    paid_out,
    place_of,
    recounted,
    strategy_of,
)
from lstwallet.ledger.entries import Account, Entry, move
from lstwallet.protocols import restaking as protocol
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable


def decide_slash(
    world: Readable, command: SlashOperator
) -> Sequence[OperatorSlashed | StakeSlashed]:
    """Refuses a part of nothing or more than all, and where nothing was allocated."""
    name, service, part = command
    restaking, now = of(world), block_of(world)
    operator = operator_named(restaking, name)
    names = [each.name for each in restaking.rules.services]
    if operator is None or service not in names or not 0 < part <= WAD:
        raise NothingToDo("slash")
    stakes, to_burn, slash = list(operator.stakes), {}, None
    for place, stake in enumerate(operator.stakes):
        done = protocol.slash(stake, names.index(service), part, now, restaking.rules.delays)
        if done is None:
            continue
        before, after = protocol.max_magnitude(stake), protocol.max_magnitude(done.operator)
        slash = slash or Slash(world.time, service, part, before, after)
        stakes[place] = done.operator
        to_burn[place] = done.to_burn
    if slash is None:
        raise NothingToDo("slash")
    changed = operator._replace(stakes=tuple(stakes), slashes=(*operator.slashes, slash))
    changed = changed._replace(earnings=recounted(world, restaking, changed, post=False))
    strategies, burned, entry = _burned(world, restaking, to_burn)
    slashed = OperatorSlashed(
        world.time, name, service, part, changed, strategies, burned, entry
    )
    return (slashed, *_losses(world, restaking, operator, changed, service))


def _burned(
    world: Readable, restaking: Restaking, to_burn: dict[int, int]
) -> tuple[tuple[Strategy, ...], tuple[tuple[str, int], ...], Entry]:
    """The strategies without the slashed shares, what these paid, and where it went."""
    strategies, burned = list(restaking.strategies), []
    entry: Entry = ()
    for place, shares in to_burn.items():
        token = restaking.strategies[place].token
        left, paid = paid_out(strategy_of(world, place), shares)
        strategies[place] = Strategy(token, left)
        moved = ledger_units(world, token, world.balance(HELD + token, token), paid)
        if moved:
            entry += move(token, moved, HELD + token, BURNED)
            burned.append((token, paid))
    return tuple(strategies), tuple(burned), entry


def _losses(
    world: Readable, restaking: Restaking, before: Operator, after: Operator, service: str
) -> list[StakeSlashed]:
    """What each of the user's accounts lost, by token: deposits and escrow together."""
    lost: dict[tuple[Account, int], int] = {}
    for account in world.accounts:
        stake = world.restakes.get(account)
        if stake is None or stake.operator != before.name:
            continue
        for place, held in enumerate(stake.deposits):
            was = protocol.withdrawable(held, before.stakes[place])
            now = protocol.withdrawable(held, after.stakes[place])
            lost[account, place] = was - now
    block, delays = block_of(world), restaking.rules.delays
    for number in restaking.waiting:
        escrow = world.escrows[number]
        if escrow.withdrawal.operator != before.name:
            continue
        place = place_of(restaking, escrow.token)
        was = protocol.escrowed(escrow.withdrawal, before.stakes[place], block, delays)
        now = protocol.escrowed(escrow.withdrawal, after.stakes[place], block, delays)
        key = (escrow.account, place)
        lost[key] = lost.get(key, 0) + was - now
    found = []
    for (account, place), shares in lost.items():
        amount = protocol.tokens_for(strategy_of(world, place), shares)
        if amount:
            token = restaking.strategies[place].token
            found.append(
                StakeSlashed(world.time, account, before.name, service, token, amount)
            )
    return found
