"""Pools, stakes and validators for the tests of the stake pool."""

from __future__ import annotations

import pytest

from lstwallet.protocols import stake_pool as sp
from lstwallet.protocols.stake_pool import (
    STAKE_RENT,
    Fees,
    StakeAccount,
    StakePool,
    Validator,
)
from lstwallet.units.checked import Revert

SOL = 10**9
U64 = 2**64 - 1
NOW = 700
LEAST = STAKE_RENT + sp.MINIMUM_ACTIVE_STAKE
NONE = Fees()


def refused(reason: str) -> object:
    return pytest.raises(Revert, match=f"^{reason}$")


def pool_of(total: int, supply: int, fees: Fees = NONE, reserve: int = 0) -> StakePool:
    """A pool that is up to date; its reserve holds the rent and ``reserve`` lamports."""
    return StakePool(total, supply, STAKE_RENT + reserve, NOW, fees)


def staked(lamports: int, since: int = 1, **changes: int) -> StakeAccount:
    return StakeAccount(lamports + STAKE_RENT, lamports, since)._replace(**changes)


def validator_of(stake: int, since: int = 1) -> Validator:
    return Validator(staked(stake, since), None, stake + STAKE_RENT, 0, NOW)


def counted(pool: StakePool, *validators: Validator) -> int:
    """All lamports there are, as an update would find them."""
    accounts = [a for v in validators for a in (v.active, v.transient) if a is not None]
    return pool.reserve - STAKE_RENT + sum(account.lamports for account in accounts)
