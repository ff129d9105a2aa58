"""Stakers of the pool, and everybody else's validators.

Stakers deposit ETH, ask for it back and wait in the same queue as everybody (they claim
when a report has paid them: ``engine/staking_report``). Deposits and requests are about as
large in the long run. Validators come and go by themselves through the chain's two queues.
Once a day the market records how well duties were done and what fees and MEV paid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lstwallet.engine import staking
from lstwallet.engine.kernel import Command
from lstwallet.engine.staking import RequestUnstake, Stake
from lstwallet.engine.validators_facts import OthersJoin, OthersLeave, RecordDuties
from lstwallet.market.accounts import accounts
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.flows.sizes import normal, pick, read_sizes, units
from lstwallet.market.random_streams import HOURS_A_DAY, Stream, Uniforms
from lstwallet.protocols.consensus import EPOCHS_PER_YEAR

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

GWEI_DECIMALS: Final = 9
KEY_ETH: Final = 32
BPS: Final = 10_000
ETHER: Final = 10**18


class StakingFlows:
    """What stakers and validators do in an hour."""

    def __init__(self, seed: int, catalogue: Catalogue) -> None:
        self._staking = Uniforms(seed, Stream.STAKING, 8)
        self._validating = Uniforms(seed, Stream.VALIDATORS, 6)
        self._duties = Uniforms(seed, Stream.DUTIES, 4)
        self._stakers = accounts("staker", catalogue)
        self._stake = read_sizes(catalogue, "stake")
        self._unstake = read_sizes(catalogue, "unstake")
        self._enter = read_sizes(catalogue, "enter_validators")
        self._leave = read_sizes(catalogue, "leave_validators")
        rewards = "ethereum.rewards"
        self._participation = catalogue.real(f"{rewards}.participation")
        self._participation_spread = catalogue.real(f"{rewards}.participation_spread")
        self._income = catalogue.real(f"{rewards}.mev_and_tips")
        self._income_spread = catalogue.real(f"{rewards}.mev_spread")

    def commands(self, world: Readable, hour: int) -> Iterator[Command]:
        """At most one deposit, one request, one entry and one exit."""
        if hour % HOURS_A_DAY == 0:
            yield self._record(hour)
        yield from self._pool(world, self._staking.at(hour))
        yield from self._chain(self._validating.at(hour))

    def _pool(self, world: Readable, drawn: list[float]) -> Iterator[Command]:
        if drawn[0] < self._stake.rate:
            yield Stake(self._staker(drawn[3]), units(self._stake.draw(drawn[1], drawn[2]), 18))
        if drawn[4] < self._unstake.rate:
            who = self._staker(drawn[7])
            held = staking.steth_for_shares(world, world.balance(who, "stETH"))
            wanted = units(self._unstake.draw(drawn[5], drawn[6]), 18)
            if held > 0:
                yield RequestUnstake(who, wanted if wanted < held else "all")

    def _staker(self, u: float) -> str:
        return self._stakers[pick(u, len(self._stakers))]

    def _chain(self, drawn: list[float]) -> Iterator[Command]:
        if drawn[0] < self._enter.rate:
            yield OthersJoin(_keys(self._enter.draw(drawn[1], drawn[2])))
        if drawn[3] < self._leave.rate:
            yield OthersLeave(_keys(self._leave.draw(drawn[4], drawn[5])))

    def _record(self, hour: int) -> RecordDuties:
        """A day's record: normal around the mean share, log-normal income of that mean."""
        drawn = self._duties.at(hour)
        done = self._participation + self._participation_spread * normal(drawn[0], drawn[1])
        spread = self._income_spread
        factor = math.exp(spread * normal(drawn[2], drawn[3]) - spread**2 / 2)
        income = self._income * factor / EPOCHS_PER_YEAR
        return RecordDuties(min(round(done * BPS), BPS), int(income * ETHER))


def _keys(eth: float) -> int:
    """Gwei of as many whole validators as ``eth`` pays for, at least one."""
    return max(int(eth / KEY_ETH), 1) * KEY_ETH * 10**GWEI_DECIMALS
