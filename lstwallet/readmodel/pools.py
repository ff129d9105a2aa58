"""What a pool is, what it earns, and how a share of it has done against holding.

In every pool the first token is the one the other is priced in: ETH for the stableswap
pools, USDC for ``usdc_eth``. ``quote`` names the first, ``base`` the second. Amounts are base
units; fair value means outside prices, with stETH and rETH at what their issuers count them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, Protocol

from lstwallet.engine import rocketpool, staking
from lstwallet.engine.accounts import Sent
from lstwallet.engine.kernel import Batch, Transaction
from lstwallet.engine.pools import AddLiquidity, LiquidityAdded, LiquidityRemoved, Swapped
from lstwallet.engine.pools_facts import (
    GROWTH,
    LP,
    RETH_ETH,
    STABLE,
    STETH,
    STETH_ETH,
    TOKENS,
    USDC_ETH,
    Pair,
    StablePool,
)
from lstwallet.engine.pools_view import (
    fair_price,
    fee_sums,
    fees_earned,
    lp_supply,
    lp_value,
    matching_amount,
    pool_price,
    pool_reserves,
)
from lstwallet.engine.world import YOU, Readable
from lstwallet.ledger.entries import Account, net
from lstwallet.protocols import constant_product, lido, stableswap
from lstwallet.readmodel.samples import FEE_GROWTH, Series
from lstwallet.units.clock import DAY, HOUR, YEAR, SimTime
from lstwallet.units.fixed import BPS, RAY, WAD, div_floor, mul_div_ceil, mul_div_floor
from lstwallet.units.newton import A_PRECISION, stableswap_d

POOLS: Final = (STETH_ETH, RETH_ETH, USDC_ETH)
APR_WINDOW: Final = 7 * DAY
"""What a fee APR looks back on."""
LEANS: Final = 0.6
"""A side with this share of the pool's value makes it lean."""
FEE_SERIES: Final = {
    STETH_ETH: ("steth_eth_fees_0", "steth_eth_fees_1"),
    USDC_ETH: ("usdc_eth_fees_0", "usdc_eth_fees_1"),
    RETH_ETH: ("reth_eth_fees_0", "reth_eth_fees_1"),
}
_SCALE: Final = {"USDC": 10**6}


# --- a pool ----------------------------------------------------------------------------------


class PoolView(NamedTuple):
    """A pool as it is now."""

    pool: str
    tokens: tuple[str, str]
    reserves: Pair
    worth: int
    """All that it holds at fair value, USD with 8 decimals."""
    base_share: float
    """The second token's part of that value, 0 to 1; half for an empty pool."""
    price: int
    """ETH for one staking token, 18 decimals. ``usdc_eth``: USD for one ETH, 8."""
    fair: int
    """What the price would be at fair value: redemption, or outside; the same decimals."""
    fee: float
    amplification: int
    """A of the stableswap pool; 0 for the pair."""

    @property
    def gap(self) -> float:
        """How far the pool's price is above (or, negative, below) the fair one."""
        return self.price / self.fair - 1 if self.fair and self.price else 0.0

    @property
    def leans_to(self) -> str:
        """The token the pool has clearly too much of, or nothing."""
        if self.base_share >= LEANS:
            return self.tokens[1]
        return self.tokens[0] if self.base_share <= 1 - LEANS else ""


def fair_usd(world: Readable, token: str, units: int) -> int:
    """USD (8 decimals) of base units at outside prices; staked ETH counts as its issuer does."""
    if token == "wstETH":
        units = lido.ether_for(world.staking.pool, units)
    elif token == "rETH":
        units = mul_div_floor(units, fair_price(world, RETH_ETH), WAD)
    price = world.prices.usdc if token == "USDC" else world.prices.eth
    return mul_div_floor(units, price, _SCALE.get(token, WAD))


def view(world: Readable, pool: str) -> PoolView:
    """The pool now."""
    tokens, held = TOKENS[pool], pool_reserves(world, pool)
    quote, base = fair_usd(world, tokens[0], held[0]), fair_usd(world, tokens[1], held[1])
    share = base / (quote + base) if quote + base else 0.5
    stable = world.pools.steth_eth if pool == STETH_ETH else world.pools.reth_eth
    if pool in STABLE and stable is not None:
        fee, fair = stable.fee / 10**10, fair_price(world, pool)
        amp = div_floor(stableswap.amp_at(stable.ramp, world.time), A_PRECISION)
    else:
        fee, fair, amp = constant_product.FEE / constant_product.THOUSAND, world.prices.eth, 0
    price = pool_price(world, pool)
    return PoolView(pool, tokens, held, quote + base, share, price, fair, fee, amp)


class Earnings(NamedTuple):
    """What a pool pays its providers."""

    day: int | None
    """Fees for all providers in the last 24 hours, fair USD with 8 decimals."""
    apr: float | None
    """Fees over the last seven days (or since there are samples) as a yearly share."""
    with_staking: float | None
    """The same plus what the staked ETH in the pool earns."""
    days: float
    """How far the APR looks back."""


def earnings(world: Readable, pool: str, past: Series | None) -> Earnings:
    """``past`` holds the pool's ``FEE_SERIES`` of the last seven days.

    APR = fees per LP unit since then / value of an LP unit now · year / time since then, all
    at fair value. ``None`` until an hour has been sampled.
    """
    then = _since(past, pool, world.time - APR_WINDOW)
    if then is None or world.time - then[0] < HOUR:
        return Earnings(None, None, None, 0.0)
    now = view(world, pool)
    supply = lp_supply(world, pool)
    week = _fees_usd(world, pool, then[1], supply)
    seconds = world.time - then[0]
    apr = week / now.worth * YEAR / seconds if now.worth else 0.0
    both = apr + now.base_share * staking_rate(world, pool) / WAD
    day = _since(past, pool, world.time - DAY)
    last = _fees_usd(world, pool, day[1], supply) if day is not None else None
    return Earnings(last, apr, both, seconds / DAY)


def staking_rate(world: Readable, pool: str) -> int:
    """What the pool's staking token is expected to earn a year, 18 decimals; 0 for the pair."""
    if pool == STETH_ETH:
        return staking.yearly_rate(world)
    return rocketpool.yearly_rate(world) if pool == RETH_ETH and world.rocketpool else 0


def _since(past: Series | None, pool: str, begin: SimTime) -> tuple[SimTime, Pair] | None:
    """The first sample not before ``begin``: its moment and the fee sums then."""
    if past is None:
        return None
    first, second = (past.column(name) for name in FEE_SERIES[pool])
    for at, one, two in zip(past.at, first, second, strict=True):
        if at >= begin and one is not None and two is not None:
            return at, (one, two)
    return None


def _fees_usd(world: Readable, pool: str, then: Pair, supply: int) -> int:
    """Fair USD (8 decimals) of the fees of ``supply`` LP units since the sums were ``then``."""
    total = 0
    for token, now, before in zip(TOKENS[pool], fee_sums(world, pool), then, strict=True):
        growth = max(0, mul_div_floor(now, FEE_GROWTH, GROWTH) - before)
        total += fair_usd(world, token, mul_div_floor(growth, supply, FEE_GROWTH))
    return total


# --- a share of it against holding -----------------------------------------------------------


class Price(NamedTuple):
    """Quote units for base units: ``units · over / under``."""

    over: int
    under: int

    def of(self, base: int) -> int:
        """Quote units of ``base`` units, rounded down."""
        return mul_div_floor(base, self.over, self.under) if self.under else 0


class Basis(NamedTuple):
    """How one came by the LP units one has. A withdrawal shrinks all of it in proportion."""

    since: SimTime
    """When the oldest of them came."""
    lp: int
    put_quote: int
    put_base: int
    """What was put in, as it was then."""
    put_held: int
    """``put_base`` in units of the ledger (shares of stETH), which a rebase lets grow."""
    put_value: int
    """What was put in, in quote units at the pool's price right after each deposit."""
    had_quote: int
    had_base: int
    """What the LP units stood for right after each deposit."""
    had_held: int
    """``had_base`` in units of the ledger."""
    had_base_value: int
    """``had_base`` in quote units at the price then."""
    fees: Pair
    """Fees earned until the fee sums stood at ``sums``."""
    sums: Pair


class AgainstHolding(NamedTuple):
    """Where a share of a pool stands, in quote units. With ``p`` the pool's price now, ``p₀``
    right after the deposit, ``x₀, y₀`` what the share stood for then and ``x, y`` now,
    ``g`` the growth of stETH since (1 for the pair) and ``a, b`` what was put in:

    - put          ``a + b·p₀``
    - worth        ``x + y·p``
    - entry        ``(x₀ + y₀·p₀) − put``: bonus or cost of the deposit itself
    - staking      ``y₀·(g − 1)·p`` (rETH counts in ETH by its rate here, as stETH does)
    - price        ``y₀·(p − p₀)``
    - fees         what the fee sums say, at ``p``
    - divergence   ``worth − fees − (x₀ + y₀·g·p)``: what the pool's own trading along the
      curve cost, compared with keeping what one stood in with
    - held         ``a + b·g·p``: had one kept what one put in

    entry + staking + price + fees + divergence = worth − put, to the last unit.
    """

    since: SimTime
    quote: str
    lp: int
    put: int
    worth: int
    held: int
    entry: int
    staking: int
    price: int
    fees: int
    divergence: int

    @property
    def total(self) -> int:
        """How much more it is worth than what was put in."""
        return self.worth - self.put

    @property
    def ahead(self) -> int:
        """How much more it is worth than what was put in would be now."""
        return self.worth - self.held

    def share(self, units: int) -> float:
        """``units`` as a share of what was put in."""
        return units / self.put if self.put else 0.0


class Record(Protocol):
    """An event of the user's, as the session hands it over."""

    @property
    def seq(self) -> int: ...
    @property
    def event(self) -> Any: ...
    @property
    def command(self) -> Any: ...


RateAt = Callable[[SimTime], int]
"""Ether per stETH share, or per rETH (27 decimals) at a moment."""
RATE_SERIES: Final = {STETH_ETH: ("steth_rate_ray", 1), RETH_ETH: ("reth_rate_wad", 10**9)}
"""The samples of a pool's rate, and what makes 27 decimals of them."""


def basis(
    records: Iterable[Record], pool: str, rate_at: RateAt, account: Account = YOU
) -> Basis | None:
    """How an account came by its share of ``pool``; ``None`` when there is none left, or when
    some of it was sent to it: what that was paid with is not known here.

    ``records`` in any order. ``rate_at`` is asked about moments of deposits of ETH alone.
    """
    held: Basis | None = None
    before: Record | None = None
    for record in sorted(records, key=lambda each: each.seq):
        event = record.event
        if isinstance(event, Sent) and event.token == LP[pool]:
            if event.receiver == account:
                return None
            left = held.lp - event.units if held is not None else 0
            held = _shrunk(held, left) if held is not None and left > 0 else None
        elif getattr(event, "account", account) != account:
            continue
        elif isinstance(event, LiquidityAdded) and event.pool == pool:
            swapped = _swapped_part(before, record)
            held = _joined(held, _deposit(event, swapped, rate_at))
        elif isinstance(event, LiquidityRemoved) and event.pool == pool and held is not None:
            left = held.lp - event.burned
            held = _shrunk(_accrued(held, _sums_after(event)), left) if left > 0 else None
        before = record
    return held


def _swapped_part(before: Record | None, record: Record) -> Swapped | None:
    """The swap that a deposit of one token into the pair began with."""
    if before is None or before.seq != record.seq - 1 or not isinstance(before.event, Swapped):
        return None
    command = record.command
    asked: Sequence[Any] = (command,)
    if isinstance(command, Batch):
        asked = command.commands
    elif isinstance(command, Transaction):
        asked = command.calls
    alone = any(
        isinstance(each, AddLiquidity) and each.pool == USDC_ETH and 0 in each.amounts
        for each in asked
    )
    return before.event if alone and record.event.pool == USDC_ETH else None


def _deposit(event: LiquidityAdded, swapped: Swapped | None, rate_at: RateAt) -> Basis:
    quote, base = event.amounts
    if swapped is not None:
        into = event.amounts[TOKENS[event.pool].index(swapped.token_in)] + swapped.paid
        rest = event.amounts[TOKENS[event.pool].index(swapped.token_out)] - swapped.received
        quote, base = (into, rest) if swapped.token_in == TOKENS[event.pool][0] else (rest, into)
    if event.pool == STETH_ETH:
        moved = -net(event.entry, event.account, STETH)
        rate = mul_div_ceil(base, RAY, moved) if moved > 10**9 else rate_at(event.at)
        held, price, total = _stable_after(event.steth_pool, event.at, rate)
    elif event.pool == RETH_ETH:
        moved, rate = base, rate_at(event.at)
        base = mul_div_floor(base, rate, RAY)
        held, price, total = _stable_after(event.reth_pool, event.at, rate)
    else:
        assert event.usdc_pool is not None
        pair = event.usdc_pool.pair
        moved, price = base, Price(pair.reserve_0, pair.reserve_1)
        held, total = (pair.reserve_0, pair.reserve_1, pair.reserve_1), pair.supply
    had = [mul_div_floor(each, event.minted, total) for each in held]
    return Basis(
        event.at, event.minted, quote, base, moved, quote + price.of(base),
        had[0], had[1], had[2], price.of(had[1]), (0, 0), _sums_after(event),
    )  # fmt: skip


def _stable_after(
    pool: StablePool | None, at: SimTime, rate: int
) -> tuple[tuple[int, int, int], Price, int]:
    """(ETH, staking token in ETH by its rate, and in the ledger's units) of providers, the
    price by rate, LP units; right after a deposit.

    The administrator's part is small: that it counts rETH here, not ETH, moves no digit shown.
    """
    assert pool is not None
    wei = mul_div_floor(pool.units, rate, RAY)
    held = (pool.eth - pool.admin[0], wei - pool.admin[1])
    units = mul_div_floor(pool.units, held[1], wei) if wei else 0
    amp = stableswap.amp_at(pool.ramp, at)
    price = stableswap.spot_price(held, amp, stableswap_d(held[0], held[1], amp))
    return (*held, units), Price(price, WAD), pool.supply


def _sums_after(event: LiquidityAdded | LiquidityRemoved) -> Pair:
    pool = event.steth_pool or event.usdc_pool or event.reth_pool
    assert pool is not None
    return pool.fee_sums


def _accrued(held: Basis, sums: Pair) -> Basis:
    """With the fees until ``sums``."""
    earned = tuple(
        fees + mul_div_floor(held.lp, now - then, GROWTH)
        for fees, now, then in zip(held.fees, sums, held.sums, strict=True)
    )
    return held._replace(fees=(earned[0], earned[1]), sums=sums)


def _joined(held: Basis | None, more: Basis) -> Basis:
    if held is None:
        return more
    held = _accrued(held, more.sums)
    summed = [mine + theirs for mine, theirs in zip(held[1:10], more[1:10], strict=True)]
    return Basis._make((held.since, *summed, held.fees, more.sums))


def _shrunk(held: Basis, left: int) -> Basis:
    """What remains of it when ``left`` LP units do."""
    parts = [mul_div_floor(each, left, held.lp) for each in held[2:10]]
    fees = [mul_div_floor(each, left, held.lp) for each in held.fees]
    return Basis._make((held.since, left, *parts, (fees[0], fees[1]), held.sums))


def against_holding(world: Readable, pool: str, held: Basis) -> AgainstHolding:
    """Where that share stands now."""
    reserves = pool_reserves(world, pool)
    price = Price(reserves[0], reserves[1])
    if pool in STABLE:
        price = Price(pool_price(world, pool), fair_price(world, pool))
    put_grown, had_grown = _grown(world, pool, held.put_held), _grown(world, pool, held.had_held)
    mine = lp_value(world, pool, held.lp)
    worth = mine[0] + price.of(_counted(world, pool, mine[1]))
    new = fees_earned(world, pool, held.lp, held.sums)
    fees = held.fees[0] + new[0] + price.of(_counted(world, pool, held.fees[1] + new[1]))
    return AgainstHolding(
        since=held.since,
        quote=TOKENS[pool][0],
        lp=held.lp,
        put=held.put_value,
        worth=worth,
        held=held.put_quote + price.of(put_grown),
        entry=held.had_quote + held.had_base_value - held.put_value,
        staking=price.of(had_grown) - price.of(held.had_base),
        price=price.of(held.had_base) - held.had_base_value,
        fees=fees,
        divergence=worth - fees - held.had_quote - price.of(had_grown),
    )


def _grown(world: Readable, pool: str, units: int) -> int:
    """Units of the ledger as ETH by the issuer's rate now; of the pair as they are."""
    if pool == STETH_ETH:
        return staking.steth_for_shares(world, units)
    return _counted(world, pool, units)


def _counted(world: Readable, pool: str, units: int) -> int:
    """The second token as it is reckoned here: rETH in ETH by its rate."""
    return rocketpool.eth_of(world, units) if pool == RETH_ETH else units


def rate_from(samples: Sequence[tuple[SimTime, int | None]], report: SimTime, now: int) -> RateAt:
    """A staking token's rate at any moment, from hourly samples around it.

    It moves once a day, at the time of day of ``report``; ``now`` is the rate where nothing
    was sampled.
    """
    known = sorted((at, rate) for at, rate in samples if rate is not None)

    def rate_at(at: SimTime) -> int:
        before = [rate for moment, rate in known if moment <= at]
        after = [rate for moment, rate in known if moment >= at]
        if not before or not after:
            return before[-1] if before else after[0] if after else now
        reported = at % DAY >= report % DAY
        return after[0] if reported else before[-1]

    return rate_at


# --- what a form shows -----------------------------------------------------------------------


class Added(NamedTuple):
    """A deposit as previewed or done."""

    amounts: Pair
    """What the account pays, base units; less than offered where the pair keeps its ratio."""
    minted: int
    share: float
    """Of the pool afterwards."""
    put: int
    worth: int
    """Fair USD (8 decimals) of what is put in, and of what the LP units give at once."""
    after: PoolView

    @property
    def bonus(self) -> float:
        """Positive: the pool pays for the scarce side. Negative: what the deposit costs."""
        return self.worth / self.put - 1 if self.put else 0.0


def added(events: Iterable[Any], after: Readable) -> Added | None:
    """A deposit from its events and the world after them; ``None`` when there is none."""
    swapped: Swapped | None = None
    for event in events:
        if isinstance(event, Swapped):
            swapped = event
        elif isinstance(event, LiquidityAdded):
            return _added(event, swapped if event.pool == USDC_ETH else None, after)
    return None


def _added(event: LiquidityAdded, swapped: Swapped | None, after: Readable) -> Added:
    tokens = TOKENS[event.pool]
    amounts = list(event.amounts)
    if swapped is not None and swapped.pool == event.pool:
        amounts[tokens.index(swapped.token_in)] += swapped.paid
        amounts[tokens.index(swapped.token_out)] -= swapped.received
    mine = lp_value(after, event.pool, event.minted)
    put, worth = _pair_usd(after, tokens, amounts), _pair_usd(after, tokens, mine)
    share = event.minted / max(1, lp_supply(after, event.pool))
    paid = (max(0, amounts[0]), max(0, amounts[1]))
    return Added(paid, event.minted, share, put, worth, view(after, event.pool))


def _pair_usd(world: Readable, tokens: tuple[str, str], units: Sequence[int]) -> int:
    first, second = units
    return fair_usd(world, tokens[0], max(0, first)) + fair_usd(world, tokens[1], max(0, second))


class Removed(NamedTuple):
    """A withdrawal as previewed or done."""

    burned: int
    amounts: Pair
    """What comes out, base units."""
    stood_for: int
    got: int
    """Fair USD (8 decimals) of the LP units before, and of what comes out."""
    after: PoolView

    @property
    def bonus(self) -> float:
        """Positive or negative: what the chosen way of leaving brings or costs."""
        return self.got / self.stood_for - 1 if self.stood_for else 0.0


def removed(events: Iterable[Any], before: Readable, after: Readable) -> Removed | None:
    """A withdrawal from its events and the worlds around them; ``None`` when there is none."""
    first: LiquidityRemoved | None = None
    amounts = [0, 0]
    for event in events:
        if isinstance(event, LiquidityRemoved):
            first, amounts = event, list(event.amounts)
        elif isinstance(event, Swapped) and first is not None:
            tokens = TOKENS[first.pool]
            amounts[tokens.index(event.token_in)] -= event.paid
            amounts[tokens.index(event.token_out)] += event.received
    if first is None:
        return None
    tokens = TOKENS[first.pool]
    stood = _pair_usd(before, tokens, lp_value(before, first.pool, first.burned))
    got = _pair_usd(before, tokens, amounts)
    return Removed(
        first.burned, (amounts[0], amounts[1]), stood, got, view(after, first.pool)
    )


def pair_worth(world: Readable, pool: str, lp: int) -> int:
    """Fair USD (8 decimals) of what LP units stand for."""
    return _pair_usd(world, TOKENS[pool], lp_value(world, pool, lp))


def balanced(world: Readable, pool: str, token: str, units: int) -> int:
    """How much of the pool's other token keeps its present ratio, rounded down."""
    return matching_amount(world, pool, token, units)


def readable(units: int, decimals: int) -> int:
    """``units`` rounded down to six decimals of the token, unless nothing would be left."""
    scale = 10 ** max(0, decimals - 6)
    return div_floor(units, scale) * scale or units


def at_least(units: int, slippage_bps: int) -> int:
    """The least one accepts of ``units``, rounded down."""
    return mul_div_floor(units, BPS - slippage_bps, BPS)


class Share(NamedTuple):
    """One's share of a pool."""

    lp: int
    share: float
    amounts: Pair
    worth: int
    """Fair USD, 8 decimals."""


def share_of(world: Readable, account: str, pool: str) -> Share:
    """An account's LP units and what they stand for."""
    lp = world.balance(account, LP[pool])
    mine = lp_value(world, pool, lp)
    usd = _pair_usd(world, TOKENS[pool], mine)
    return Share(lp, lp / max(1, lp_supply(world, pool)), mine, usd)
