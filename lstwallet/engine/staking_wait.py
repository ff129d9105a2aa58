"""How long ETH from the withdrawal queue takes: the one source for every screen.

A request is paid by the first report that is late enough for it and has the ETH: buffer,
vaults, a day's rewards at each report, validators on their way out. What is still
missing has to come through the exit queue. The nearer end of the range counts expected
rewards and a mean sweep; the farther one counts no rewards and a whole round of the sweep.
New stakes of others would shorten it and are counted in neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lstwallet.engine.staking_facts import BUFFER, REWARDS, VAULT, Staking, Ticket
from lstwallet.engine.validators import (
    expected_rate,
    join_exit,
    mean_sweep_wait,
    sweep_round,
)
from lstwallet.engine.validators_facts import GWEI, VALIDATOR_WEI
from lstwallet.protocols import consensus, withdrawal_queue
from lstwallet.units.clock import DAY, EPOCH
from lstwallet.units.fixed import WAD, div_ceil, mul_div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable


class Wait(NamedTuple):
    """Seconds from now: not before, and not after if nothing unusual happens."""

    low: int
    high: int


def estimate_wait(world: Readable, amount: int) -> Wait:
    """For ``amount`` wei of stETH asked for now, behind everybody who waits already."""
    ahead = withdrawal_queue.unfinalized_steth(world.staking.queue)
    return _wait(world, ahead + amount, world.time)


def wait_at_least(world: Readable, amount: int) -> Wait:
    """Neither end of ``estimate_wait`` is nearer than this, which costs a third of it.

    It knows neither rewards nor how long the exit queue is.
    """
    staking, now = world.staking, world.time
    first = _first_report(staking, now, False)
    ahead = withdrawal_queue.unfinalized_steth(staking.queue)
    high = _paid_at(staking, first, ahead + amount - _held(world), 0)
    if high is None:
        out = max(staking.next_report, now) + consensus.WITHDRAWABILITY_DELAY * EPOCH
        high = max(_report_after(staking, out + sweep_round(world.beacon)) + DAY, first)
    return Wait(max(first - now, 0), max(high - now, 0))


def ticket_wait(world: Readable, ticket: Ticket) -> Wait:
    """For a ticket in the queue; zero when it is ready."""
    if ticket.finalised:
        return Wait(0, 0)
    needed = withdrawal_queue.steth_ahead(world.staking.queue, ticket.request)
    return _wait(world, needed, ticket.request.timestamp)


def daily_rewards(world: Readable) -> int:
    """Wei that the pool's validators are expected to earn in a day, before the fee.

    Negative while so few attest that they lose more than they earn.
    """
    rate = sum(expected_rate(world.beacon))
    year = mul_div_floor(world.staking.active * GWEI, rate, WAD)
    return mul_div_floor(year, _EPOCHS_A_DAY, consensus.EPOCHS_PER_YEAR)


_EPOCHS_A_DAY = 225


def _wait(world: Readable, needed: int, asked_at: int) -> Wait:
    staking, now = world.staking, world.time
    first = _first_report(staking, asked_at, in_bunker(world))
    missing = needed - _held(world)
    # A loss takes nothing out of the vaults: it only brings nothing in.
    low = _paid_at(staking, first, missing, max(daily_rewards(world), 0))
    high = _paid_at(staking, first, missing, 0)
    if low is None or high is None:
        soonest, latest = _through_the_exit_queue(world, first, missing)
        low = soonest if low is None else min(low, soonest)
        high = latest if high is None else min(high, latest)
    return Wait(max(low - now, 0), max(high - now, low - now, 0))


def _held(world: Readable) -> int:
    """Wei of the protocol that can be paid out at the next report."""
    balance = world.balance
    return balance(BUFFER, "ETH") + balance(VAULT, "ETH") + balance(REWARDS, "ETH")


def in_bunker(world: Readable) -> bool:
    """Whether the pool loses at present, so that requests wait a report longer."""
    return bool(world.staking.active) and daily_rewards(world) < 0


def _first_report(staking: Staking, asked_at: int, bunker: bool) -> int:
    """The first report whose border lies behind the request."""
    rules = staking.rules
    margin = max(rules.request_margin, DAY if bunker else 0)
    early = asked_at + margin + rules.report_delay - staking.next_report
    return staking.next_report + max(div_ceil(early, DAY), 0) * DAY


def _paid_at(staking: Staking, first: int, missing: int, a_day: int) -> int | None:
    """The report by which ``missing`` wei have come without asking anyone to leave.

    ``a_day``: wei that every report brings, not negative. ``None``: too far away.
    """
    report = staking.next_report
    missing -= a_day
    line = list(staking.leaving)
    while missing > 0 or report < first:
        while line and line[0].at <= report:
            missing -= sum(line.pop(0).keys) * VALIDATOR_WEI
        if missing <= 0 and report >= first:
            break
        days_left = div_ceil(missing, a_day) if a_day else None
        if missing > 0 and not line and (days_left is None or days_left > _FAR):
            return None
        report += DAY
        missing -= a_day
    return report


_FAR = 60
"""Days: whoever waits longer for rewards alone is served by exits before."""


def _through_the_exit_queue(world: Readable, first: int, missing: int) -> tuple[int, int]:
    """Soonest and latest report that pays with validators asked to leave at the next one."""
    staking, beacon = world.staking, world.beacon
    asked = missing - sum(sum(passage.keys) for passage in staking.leaving) * VALIDATOR_WEI
    keys = div_ceil(max(asked, 0), VALIDATOR_WEI)
    delay = max(div_ceil(keys, staking.rules.exits_per_day) - 1, 0) * DAY
    asked_at = max(staking.next_report, world.time)
    _, _, ready = join_exit(beacon, asked_at, keys * div_ceil(VALIDATOR_WEI, GWEI))
    ready = max(ready, asked_at + delay)
    soonest = _report_after(staking, ready + mean_sweep_wait(beacon))
    latest = _report_after(staking, ready + sweep_round(beacon)) + DAY
    return max(soonest, first), max(latest, first)


def _report_after(staking: Staking, moment: int) -> int:
    days = max(div_ceil(moment - staking.next_report, DAY), 0)
    return staking.next_report + days * DAY
