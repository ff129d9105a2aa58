"""When the next thing happens that concerns an account."""

from __future__ import annotations

from lstwallet.engine import validators
from lstwallet.engine.lending_view import find_place, position_of
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.units.clock import SimTime

_REBASING = ("stETH", "wstETH", "LP:steth_eth", "vwstETH")
_BY_RATE = ("rETH", "LP:reth_eth")


def next_for(world: World, account: Account) -> SimTime | None:
    """The earliest planned moment that concerns ``account``, or ``None``.

    A report concerns whoever holds stETH in any form, or waits in the queue, rETH's daily
    update whoever holds rETH; a posting of rewards whoever has restaked; of the ends of escrows
    and the validators' moments only those of the account's own count.
    """
    moments = []
    if _awaits_reports(world, account):
        moments.append(world.staking.next_report)
    if world.rocketpool and any(world.balance(account, token) for token in _BY_RATE):
        moments.append(world.rocketpool.next_update)
    if world.restaking and account in world.restakes:
        moments.append(world.restaking.next_round)
    waiting = (each for each in world.escrows.values() if each.account == account)
    moments.extend(each.ends for each in waiting if not each.ready)
    mine = validators.of_account(world, account)
    if mine:
        alone = world.beacon._replace(activating=(), exiting=(), leaving=())
        due = validators.due(world._replace(validators=mine, beacon=alone))
        if due is not None:
            moments.append(due[0])
    return min(moments, default=None)


def _awaits_reports(world: World, account: Account) -> bool:
    if any(world.balance(account, token) for token in _REBASING):
        return True
    if any(t.account == account and not t.finalised for t in world.tickets.values()):
        return True
    place = find_place(world.lending, "wstETH")
    return place is not None and position_of(world, account).supplied[place] > 0
