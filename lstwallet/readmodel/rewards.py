"""What a report of the staking pool did to a holder: no posting shows it, shares stay the same."""

from __future__ import annotations

from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lido
from lstwallet.protocols.lido import Pool


def steth_gain(world: Readable, account: Account, before: Pool) -> int:
    """Wei by which an account's stETH grew since the pool was ``before``; negative: it shrank."""
    shares = world.balance(account, "stETH")
    if not shares:
        return 0
    return lido.ether_for(world.staking.pool, shares) - lido.ether_for(before, shares)
