"""The stake room as rows: what each way of staking offers, wrapping rates, own validators.

Shares of one and yearly rates have 18 decimals (WAD), USD have 8. What one gets is rounded
down. Nothing here promises: an average is of reports that have come, the rest are estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from lstwallet.engine import quotes, validators
from lstwallet.engine.pools_facts import STETH_ETH, Swap, Swapped
from lstwallet.engine.pools_view import pool_price
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.staking import (
    estimate_wait,
    shares_for_steth,
    steth_for_shares,
    steth_of,
    steth_rate,
    yearly_rate,
)
from lstwallet.engine.staking_wait import Wait
from lstwallet.engine.validators_facts import (
    ACTIVE,
    ETH_PER_VALIDATOR,
    EXITED,
    EXITING,
    GWEI,
    VALIDATOR_GWEI,
    VALIDATOR_WEI,
    WAITING,
    Validator,
)
from lstwallet.engine.world import Readable, World
from lstwallet.ledger.entries import Account
from lstwallet.protocols import consensus, lido
from lstwallet.units.clock import DAY, EPOCH, HOUR, YEAR, SimTime
from lstwallet.units.fixed import (
    WAD,
    div_floor,
    half_floor,
    mul_div_floor,
    mul_div_half_up,
)

WINDOW: Final = 7
"""Days (reports) of the average."""
PENDING: Final = "pending"
COOLING: Final = "cooling"
WITHDRAWABLE: Final = "withdrawable"
STATES: Final = (PENDING, ACTIVE, EXITING, COOLING, WITHDRAWABLE)
"""Of own validators. ``cooling``: out of the active set, not withdrawable yet."""
WORTH_A_WORD: Final = div_floor(WAD, 10_000)
"""The market's discount is mentioned from one basis point on."""


# --- yields ----------------------------------------------------------------------------------


class Apr(NamedTuple):
    """A yearly rate without interest on interest (WAD)."""

    rate: int
    days: int
    """Of how many days it is the average; 0: expected from the chain's formula."""


def expected_apr(world: Readable) -> Apr:
    """What stETH would earn in a year if the chain went on as it is, after the fee."""
    return Apr(yearly_rate(world), 0)


def baseline(world: World) -> SimTime:
    """The moment whose rate the average is measured against.

    An hour after the report that came ``WINDOW`` days before the last one; the beginning of
    a world that is younger.
    """
    return max(_first_report(world) + HOUR, world.started)


def _first_report(world: World) -> SimTime:
    return world.staking.last_report.at - WINDOW * DAY


def measured_apr(world: World, rate_then: int | None) -> Apr:
    """The average since ``baseline``, at which the rate (27 decimals) was ``rate_then``.

        (rate now / rate then - 1) · year / time that the reports since then speak of

    Reports speak of 12:00 UTC, so that time is whole days, but for the first report of a
    world. Without a report, or without a rate, it is the expected one.
    """
    staking = world.staking
    spoken_of = staking.last_report.at - staking.rules.report_delay
    whole = _first_report(world) >= world.started
    seconds = WINDOW * DAY if whole else spoken_of - world.started
    if seconds <= 0 or not rate_then:
        return expected_apr(world)
    grown = mul_div_floor(steth_rate(world), WAD * YEAR, rate_then * seconds)
    rate = grown - div_floor(WAD * YEAR, seconds)
    return Apr(rate, max(1, div_floor(seconds, DAY)))


def rate_at(points: Sequence[tuple[SimTime, int | None]], at: SimTime) -> int | None:
    """The last sampled rate not after ``at``; before the first one, the first."""
    found: int | None = None
    for moment, rate in points:
        if rate is not None and (moment <= at or found is None):
            found = rate
        if moment > at:
            break
    return found


def native_apr(world: Readable) -> Apr:
    """What validators of one's own would earn: duties, and fees with MEV; no fee."""
    return Apr(sum(native_parts(world)), 0)


def native_parts(world: Readable) -> tuple[int, int]:
    """The expected rate (WAD): for duties, and from fees with MEV."""
    return validators.expected_rate(world.beacon)


def yearly(wei: int, apr: Apr, eth_usd: int) -> int:
    """USD (8 decimals) that ``wei`` of staked ether earn in a year at this rate."""
    return mul_div_floor(mul_div_floor(wei, apr.rate, WAD), eth_usd, WAD)


# --- who runs the validators -------------------------------------------------------------------


class LidoOffer(NamedTuple):
    """The pool, as a card and a form show it."""

    fee: int
    """Share of rewards (WAD) that operators and treasury keep."""
    operators: int
    largest: int
    """The largest operator's share of the pool's validators (WAD)."""
    wait: Wait
    """Seconds to leave through the queue."""
    market: int
    """ETH for one stETH in the pool (WAD)."""
    steth_per_wsteth: int
    total: int
    """Wei that the pool looks after."""
    next_report: SimTime


def lido_offer(world: Readable, wei: int = 0) -> LidoOffer:
    """The pool now; ``wei`` is what one would want out again."""
    staking = world.staking
    fees = staking.rules.fees
    keys = [operator.keys for operator in staking.operators]
    return LidoOffer(
        mul_div_floor(fees.total, WAD, fees.precision),
        len(keys),
        mul_div_half_up(max(keys, default=0), WAD, max(sum(keys), 1)),
        estimate_wait(world, wei),
        pool_price(world, STETH_ETH) or WAD,
        lido.steth_per_wsteth(staking.pool),
        staking.pool.ether,
        staking.next_report,
    )


class SoloOffer(NamedTuple):
    """Validators of one's own."""

    keys: int
    activation: int
    """Seconds until they attest."""
    exit: Wait
    """Seconds from asking to leave until everything is paid back."""
    sweep: int
    """Seconds between two payments of rewards."""
    slashed: int
    """Wei that the first penalty takes from one validator at once."""


def solo_offer(world: Readable, keys: int = 1) -> SoloOffer:
    """So many validators, now."""
    gwei = max(keys, 1) * VALIDATOR_GWEI
    initial = div_floor(VALIDATOR_GWEI, consensus.SLASHING_PENALTY_QUOTIENT)
    return SoloOffer(
        keys,
        validators.estimate_activation(world, gwei),
        Wait(*validators.estimate_exit(world, gwei)),
        validators.sweep_round(world.beacon),
        initial * GWEI,
    )


def whole_validators(wei: int) -> int:
    """How many validators ``wei`` are enough for."""
    return div_floor(wei, VALIDATOR_WEI)


class Edge(NamedTuple):
    """What the market gives instead of minting."""

    discount: int
    """How far the market's price lies below the mint rate (WAD)."""
    more: int
    """Wei of stETH that buying would get more."""


def market_edge(world: World, account: Account, wei: int, minted: int) -> Edge | None:
    """Whether buying stETH for ``wei`` beats minting ``minted`` wei of it, fees and impact counted.

    ``None`` when it does not, or when the difference is not worth a word.
    """
    below = WAD - pool_price(world, STETH_ETH)
    return edge_of(world, Swap(account, STETH_ETH, "ETH", wei, 0, "stETH"), below, minted)


def edge_of(world: World, swap: Swap, below: int, minted: int) -> Edge | None:
    """Whether a swap beats minting so much; ``below`` (WAD) is how far the market's price is
    below the mint rate."""
    if not WORTH_A_WORD <= below < WAD:
        return None
    bought = _bought(world, swap)
    if bought is None or bought <= minted:
        return None
    return Edge(below, bought - minted)


def _bought(world: World, swap: Swap) -> int | None:
    try:
        events = quotes.preview(world, swap).events
    except Refusal:
        return None
    return next((event.received for event in events if isinstance(event, Swapped)), None)


def minted_for(world: Readable, wei: int) -> int:
    """Wei of stETH that one holds after staking ``wei``: a wei may be lost to rounding."""
    return steth_for_shares(world, shares_for_steth(world, wei))


def held(world: Readable, account: Account, token: str) -> int:
    """An account's balance as a person counts it: stETH in wei, not in shares."""
    return steth_of(world, account) if token == "stETH" else world.balance(account, token)


# --- wrapping -----------------------------------------------------------------------------------


class WrapRates(NamedTuple):
    """Both ways, WAD."""

    steth_per_wsteth: int
    wsteth_per_steth: int


def wrap_rates(world: Readable) -> WrapRates:
    """A wstETH is one share: the rates move with every report, and nothing else moves them."""
    pool = world.staking.pool
    return WrapRates(lido.steth_per_wsteth(pool), lido.shares_for(pool, WAD))


def steth_behind(world: Readable, wsteth: int) -> int:
    """Wei of stETH inside so much wstETH."""
    return steth_for_shares(world, wsteth)


# --- own validators ------------------------------------------------------------------------------


class ValidatorRow(NamedTuple):
    """Validators that were deposited for at one time."""

    id: int
    keys: int
    state: str
    """One of ``STATES``."""
    value: int
    """Wei: what was deposited, and what was earned since the last payment."""
    unpaid: int
    """Wei earned since the last payment; negative: lost."""
    next_at: SimTime
    """When the state ends by itself, or for active ones the next payment."""
    leave_from: SimTime
    """From when they may be asked to leave."""
    may_leave: bool


def validator_rows(world: World, account: Account) -> tuple[ValidatorRow, ...]:
    """An account's validators, oldest first."""
    mine = validators.of_account(world, account)
    return tuple(_validator(world, number, each) for number, each in mine.items())


def _validator(world: World, number: int, validator: Validator) -> ValidatorRow:
    state, ends = _state(world, validator)
    unpaid = sum(validators.accrued(world, validator))
    leave_from = validators.may_leave_from(world.beacon, validator)
    return ValidatorRow(
        number,
        validator.keys,
        state,
        validator.keys * VALIDATOR_WEI + unpaid,
        unpaid,
        ends,
        leave_from,
        validator.stage == ACTIVE and world.time >= leave_from,
    )


def _state(world: World, validator: Validator) -> tuple[str, SimTime]:
    """The state, and when something next happens to it."""
    if validator.stage == WAITING:
        return PENDING, validator.active_at
    if validator.stage == ACTIVE:
        return ACTIVE, validator.next_sweep
    if validator.stage == EXITING:
        return EXITING, validator.exit_at
    assert validator.stage == EXITED
    withdrawable = validator.exit_at + consensus.WITHDRAWABILITY_DELAY * EPOCH
    if world.time < withdrawable:
        return COOLING, withdrawable
    return WITHDRAWABLE, validator.paid_at


def leave_wait(world: Readable, keys: int) -> Wait:
    """Seconds from leaving now until everything is paid back."""
    return Wait(*validators.estimate_exit(world, keys * VALIDATOR_GWEI))


def mean(wait: Wait) -> int:
    """The middle of a range of seconds."""
    return half_floor(wait.low + wait.high)


def natively(world: Readable, account: Account) -> int:
    """Wei that an account has in validators of its own."""
    mine = validators.of_account(world, account).values()
    return sum(validator.keys for validator in mine) * VALIDATOR_WEI


__all__ = [
    "ACTIVE", "COOLING", "ETH_PER_VALIDATOR", "EXITING", "PENDING", "STATES",
    "WITHDRAWABLE", "Apr", "Edge", "LidoOffer", "SoloOffer", "ValidatorRow", "WrapRates",
    "baseline", "edge_of", "expected_apr", "held", "leave_wait", "lido_offer", "market_edge",
    "mean", "measured_apr", "minted_for", "native_apr", "native_parts", "natively", "rate_at",
    "solo_offer", "steth_behind", "validator_rows", "whole_validators", "wrap_rates", "yearly",
]  # fmt: skip
