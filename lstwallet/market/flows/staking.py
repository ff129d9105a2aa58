"""Stakers of the pool, and everybody else's validators.

Stakers deposit ETH, ask for it back and wait in the same queue as everybody (they claim
when a report has paid them: ``engine/staking_report``). Deposits and requests are about as
large in the long run. Validators come and go by themselves through the chain's two queues.
Once a day the market records how well duties were done and what fees and MEV paid.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from lstwallet.engine import staking
from lstwallet.engine.kernel import Command
from lstwallet.engine.staking import RequestUnstake, Stake
from lstwallet.engine.validators_facts import OthersJoin, OthersLeave, RecordDuties
from lstwallet.market.accounts import accounts
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.flows.sizes import normal, pick, read_sizes, units
from lstwallet.market.random_streams import Hours, Stream, Uniforms
from lstwallet.protocols.consensus import EPOCHS_PER_YEAR
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

GWEI_DECIMALS: Final = 9
KEY_ETH: Final = 32
BPS: Final = 10_000
ETHER: Final = 10**18


class _Hour(NamedTuple):
    """What an hour's dice say: commands, and among them a request, which has to be looked at."""

    before: tuple[Command, ...]
    """Without a request all of them, else those before it."""
    request: tuple[str, int] | None
    """Who asks for so many wei of stETH, or for all there is."""
    after: tuple[Command, ...]


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
        self._hours = Hours(self._day)

    def commands(self, world: Readable, hour: int) -> Iterable[Command]:
        """At most one deposit, one request, one entry and one exit."""
        before, request, after = self._hours.at(hour)
        return before if request is None else self._with_request(world, before, request, after)

    @staticmethod
    def _with_request(
        world: Readable,
        before: tuple[Command, ...],
        request: tuple[str, int],
        after: tuple[Command, ...],
    ) -> Iterator[Command]:
        yield from before
        who, wanted = request
        held = staking.steth_for_shares(world, world.balance(who, "stETH"))
        if held > 0:
            yield make(RequestUnstake, (who, wanted if wanted < held else "all", "stETH"))
        yield from after

    def _day(self, day: int) -> Iterator[_Hour]:
        """What the dice of a day say; a day's record comes first."""
        before: tuple[Command, ...] = (self._record(self._duties.day(day)[0]),)
        for pool, chain in zip(self._staking.day(day), self._validating.day(day), strict=True):
            request, after = None, self._chain(chain)
            if pool[0] < self._stake.rate:
                amount = units(self._stake.draw(pool[1], pool[2]), 18)
                before += (make(Stake, (self._staker(pool[3]), amount)),)
            if pool[4] < self._unstake.rate:
                request = self._staker(pool[7]), units(self._unstake.draw(pool[5], pool[6]), 18)
            yield make(_Hour, (before if request else before + after, request, after))
            before = ()

    def _staker(self, u: float) -> str:
        return self._stakers[pick(u, len(self._stakers))]

    def _chain(self, drawn: list[float]) -> tuple[Command, ...]:
        commands: tuple[Command, ...] = ()
        if drawn[0] < self._enter.rate:
            commands += (OthersJoin(_keys(self._enter.draw(drawn[1], drawn[2]))),)
        if drawn[3] < self._leave.rate:
            commands += (OthersLeave(_keys(self._leave.draw(drawn[4], drawn[5]))),)
        return commands

    def _record(self, drawn: list[float]) -> RecordDuties:
        """A day's record: normal around the mean share, log-normal income of that mean."""
        done = self._participation + self._participation_spread * normal(drawn[0], drawn[1])
        spread = self._income_spread
        factor = math.exp(spread * normal(drawn[2], drawn[3]) - spread**2 / 2)
        income = self._income * factor / EPOCHS_PER_YEAR
        return RecordDuties(min(round(done * BPS), BPS), int(income * ETHER))


def _keys(eth: float) -> int:
    """Gwei of as many whole validators as ``eth`` pays for, at least one."""
    return max(int(eth / KEY_ETH), 1) * KEY_ETH * 10**GWEI_DECIMALS
