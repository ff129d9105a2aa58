"""A two-coin StableSwap pool: trading near parity with little price impact.

Between a constant sum (no slippage) and a constant product (never empty) stands the
invariant ``A·n·ΣX + D = A·D·n + D³/(4·x₀·x₁)`` with ``n = 2``: ``D`` is the pool's value
when balanced, ``A`` how flat the curve is around parity. The fee grows when the pool is
off balance. Half of every fee is set aside for the administrator.

Source: curvefi/stableswap-ng, ``CurveStableSwapNG`` 7.0.0 and ``Views`` 1.2.0. Divisions
truncate, in the pool's favour, in the contract's order. A coin's *value* is its balance
times its rate (18 decimals); rates carry the coin's decimals and, for a coin that
earns, its exchange rate. Vyper gives no reason where arithmetic fails: ``Revert``
without one. Nothing here knows who holds what: balances of holders are the caller's.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.units.checked import MAX_UINT256, Revert, require
from lstwallet.units.exponential import wad_exp
from lstwallet.units.fixed import WAD, div_floor, half_floor, mul_div_floor, wad_mul_floor
from lstwallet.units.newton import A_PRECISION, stableswap_d, stableswap_y
from lstwallet.units.records import make

FEE_ONE: Final = 10**10
"""Fees have 10 decimals: 4 basis points are 4_000_000."""
ADMIN_SHARE: Final = 5 * 10**9
"""The administrator's part of every fee: half."""
D_WINDOW: Final = 62_324
"""Seconds of the moving average of D (twelve hours over ln 2)."""
PRICE_CAP: Final = 2 * WAD
"""The highest spot price the moving average takes in."""
MIN_RAMP_SECONDS: Final = 86_400
MAX_RAMP_FACTOR: Final = 10
A_LIMIT: Final = 10**6
VALUE_WITH_SAFE_PRICE: Final = 10**12
D_WITH_SAFE_PRICE: Final = 10**27
"""With both values at least, and D at most this, no product on the way to the spot price
reaches 2²⁵⁶: ``D³·10¹⁸/x²`` stays below 10⁷⁵."""

AMOUNT_FITS_BELOW: Final = 2**128
"""Times a rate below 2¹²⁸ (a coin of two decimals has 10³⁴) it fits into a word."""
FEE_FITS_BELOW: Final = 2**95
"""Two values that sum to less: their product times the greatest multiplier fits."""

NO_REASON: Final = "revert without reason"
SLIPPAGE: Final = "Slippage screwed you"
TOO_FEW_EXCHANGED: Final = "Exchange resulted in fewer coins than expected"
TOO_FEW_REMOVED: Final = "Not enough coins removed"
TOO_FEW_WITHDRAWN: Final = "Withdrawal resulted in fewer coins than expected"


Pair = tuple[int, int]
"""One number for each coin."""


class Pool(NamedTuple):
    """What a pool holds, in base units of its coins."""

    stored: Pair
    """Coins the pool counts as its own, the administrator's part included."""
    admin: Pair
    """The administrator's part, not yet taken."""
    supply: int
    """LP tokens, 18 decimals."""


class Terms(NamedTuple):
    """What a pool trades by at one moment."""

    amp: int
    """A·100."""
    fee: int
    """The fee at balance, of 10¹⁰."""
    offpeg: int
    """How many times the fee when far off balance, of 10¹⁰; 10¹⁰ or less: a flat fee."""
    rates: Pair
    """Value (18 decimals) of 10¹⁸ base units of each coin."""


class Ramp(NamedTuple):
    """The amplification, moving in a straight line from one value to another."""

    begin_amp: int
    end_amp: int
    begin: int
    end: int


class Exchanged(NamedTuple):
    """A swap went through."""

    pool: Pool
    received: int
    """Base units of the coin bought."""
    fee: int
    """The whole fee, as value of the coin bought (18 decimals)."""
    values: Pair
    d: int
    """Values and invariant that a price oracle takes in."""


class Added(NamedTuple):
    """Liquidity was added."""

    pool: Pool
    minted: int
    fees: Pair
    """Base units kept for being off balance; zero for the first deposit."""
    values: Pair
    d: int


class Removed(NamedTuple):
    """Liquidity was taken out in both coins, in proportion."""

    pool: Pool
    amounts: Pair


class RemovedOne(NamedTuple):
    """Liquidity was taken out in one coin."""

    pool: Pool
    received: int
    fee: int
    """Base units of the coin taken: what a balanced exit of the same value costs less."""
    values: Pair
    d: int


class RemovedImbalance(NamedTuple):
    """Chosen amounts were taken out."""

    pool: Pool
    burned: int
    fees: Pair
    values: Pair
    d: int


class Claimed(NamedTuple):
    """The administrator took what was set aside."""

    pool: Pool
    amounts: Pair


# --- what a pool is worth ------------------------------------------------------------


def stored_rate(decimals: int, oracle_rate: int = WAD) -> int:
    """The rate of a coin: 10^(36−decimals), times what an earning coin's oracle says."""
    return wad_mul_floor(10 ** (36 - decimals), oracle_rate)


def balances(pool: Pool) -> Pair:
    """What belongs to liquidity providers, in base units."""
    return _sub(pool.stored[0], pool.admin[0]), _sub(pool.stored[1], pool.admin[1])


def values(held: Pair, rates: Pair) -> Pair:
    """Values of two balances, 18 decimals, rounded down."""
    return wad_mul_floor(rates[0], held[0]), wad_mul_floor(rates[1], held[1])


def invariant(held: Pair, terms: Terms) -> int:
    """D of two balances, 18 decimals."""
    return stableswap_d(
        wad_mul_floor(terms.rates[0], held[0]), wad_mul_floor(terms.rates[1], held[1]), terms.amp
    )


def virtual_price(pool: Pool, terms: Terms) -> int:
    """D for each LP token, 18 decimals: grows with fees, never with trades alone."""
    require(pool.supply > 0, NO_REASON)
    return mul_div_floor(invariant(balances(pool), terms), WAD, pool.supply)


def dynamic_fee(value_i: int, value_j: int, fee: int, offpeg: int) -> int:
    """The fee at two values: ``fee`` at balance, towards ``fee·offpeg`` far from it."""
    if offpeg <= FEE_ONE:
        return fee
    total = value_i + value_j
    if total == 0:
        raise Revert
    distance = (offpeg - FEE_ONE) * 4 * value_i * value_j
    if total >= FEE_FITS_BELOW:
        _refuse_overflow(total * total, distance)
    closeness = div_floor(distance, total * total)
    return div_floor(offpeg * fee, closeness + FEE_ONE)


def spot_price(held: Pair, amp: int, d: int) -> int:
    """The price of coin 1 in coin 0 by values, before fees, 18 decimals (``_get_p``)."""
    x0, x1 = held
    if x0 == 0 or x1 == 0:
        raise Revert
    weight = div_floor(2 * amp * x0, A_PRECISION)
    reduced = mul_div_floor(div_floor(d, 4), d, x0)
    product = mul_div_floor(reduced, d, x1)
    numerator = WAD * (weight + mul_div_floor(product, x0, x1))
    if max(reduced * d, product * x0, numerator) > MAX_UINT256 or weight + product == 0:
        raise Revert
    return div_floor(numerator, weight + product)


# --- trading -------------------------------------------------------------------------


def exchange(pool: Pool, terms: Terms, i: int, j: int, dx: int, min_dy: int = 0) -> Exchanged:
    """Sell ``dx`` base units of coin ``i`` for coin ``j`` (0 and 1, or 1 and 0).

    Reverts: the same coin, nothing sold, fewer than ``min_dy``, nothing left of ``j``.
    """
    if dx <= 0 or i + j != 1:
        raise Revert
    done = _traded(pool, terms, i, dx)
    _, received, _, after, d = done
    x0, x1 = after
    if x0 < VALUE_WITH_SAFE_PRICE or x1 < VALUE_WITH_SAFE_PRICE or d > D_WITH_SAFE_PRICE:
        spot_price(after, terms.amp, d)
    if received < min_dy:
        raise Revert(TOO_FEW_EXCHANGED)
    return done


def quote_dy(pool: Pool, terms: Terms, i: int, j: int, dx: int) -> int:
    """How much of ``j`` an ``exchange`` of ``dx`` would give (``get_dy`` of the views).

    A view: it answers where ``exchange`` refuses because the price has left every range.
    """
    require(i + j == 1, NO_REASON)
    return _traded(pool, terms, i, dx).received


def _traded(pool: Pool, terms: Terms, i: int, dx: int) -> Exchanged:
    """The swap itself: along the curve, the fee off what comes out."""
    (stored_0, stored_1), (admin_0, admin_1), supply = pool
    amp, fee, offpeg, (rate_0, rate_1) = terms
    value_0 = wad_mul_floor(rate_0, stored_0 - admin_0)
    value_1 = wad_mul_floor(rate_1, stored_1 - admin_1)
    d = stableswap_d(value_0, value_1, amp)
    if dx >= AMOUNT_FITS_BELOW:
        _refuse_overflow(dx * terms.rates[i])
    if i == 0:
        value_i, value_j, rate_j = value_0, value_1, rate_1
        x = value_0 + wad_mul_floor(dx, rate_0)
    else:
        value_i, value_j, rate_j = value_1, value_0, rate_0
        x = value_1 + wad_mul_floor(dx, rate_1)
    y = stableswap_y(x, d, amp)
    gross = value_j - y - 1
    if gross < 0:
        raise Revert
    if offpeg > FEE_ONE:
        fee = dynamic_fee(half_floor(value_i + x), half_floor(value_j + y), fee, offpeg)
    fee_value = mul_div_floor(gross, fee, FEE_ONE)
    dy = mul_div_floor(gross - fee_value, WAD, rate_j)
    kept = mul_div_floor(mul_div_floor(fee_value, ADMIN_SHARE, FEE_ONE), WAD, rate_j)
    if i == 0:
        after = make(Pool, ((stored_0 + dx, stored_1 - dy), (admin_0, admin_1 + kept), supply))
        return make(Exchanged, (after, dy, fee_value, (x, y), d))
    after = make(Pool, ((stored_0 - dy, stored_1 + dx), (admin_0 + kept, admin_1), supply))
    return make(Exchanged, (after, dy, fee_value, (y, x), d))


def quote_dx(pool: Pool, terms: Terms, i: int, j: int, dy: int) -> int:
    """About how much of ``i`` buys ``dy`` of ``j`` (``get_dx`` of the views).

    An estimate: it takes the fee at present balances, not at the average of the swap.
    """
    require(i + j == 1, NO_REASON)
    held = values(balances(pool), terms.rates)
    d = stableswap_d(held[0], held[1], terms.amp)
    fee = dynamic_fee(held[i], held[j], terms.fee, terms.offpeg)
    wanted = wad_mul_floor(dy, terms.rates[j]) + 1
    y = _sub(held[j], mul_div_floor(wanted, FEE_ONE, FEE_ONE - fee))
    x = stableswap_y(y, d, terms.amp)
    return mul_div_floor(_sub(x, held[i]), WAD, terms.rates[i])


# --- adding liquidity ----------------------------------------------------------------


def add_liquidity(pool: Pool, terms: Terms, amounts: Pair, min_mint: int = 0) -> Added:
    """Deposit ``amounts`` and mint LP tokens for the growth of D, less fees off balance.

    The first deposit needs both coins and pays no fee. Reverts: D does not grow, fewer
    than ``min_mint``.
    """
    old = balances(pool)
    new = (old[0] + amounts[0], old[1] + amounts[1])
    if pool.supply == 0 and 0 in amounts:
        raise Revert
    d0 = invariant(old, terms)
    d1 = invariant(new, terms)
    require(d1 > d0, NO_REASON)
    stored = (pool.stored[0] + amounts[0], pool.stored[1] + amounts[1])
    if pool.supply == 0:
        require(d1 >= min_mint, SLIPPAGE)
        first = Pool(stored, pool.admin, d1)
        return Added(first, d1, (0, 0), values(new, terms.rates), d1)
    fees, kept = _imbalance_fees(old, new, d0, d1, terms)
    after = values((_sub(new[0], fees[0]), _sub(new[1], fees[1])), terms.rates)
    d2 = stableswap_d(after[0], after[1], terms.amp)
    minted = mul_div_floor(pool.supply, _sub(d2, d0), d0)
    spot_price(after, terms.amp, d2)
    require(minted >= min_mint, SLIPPAGE)
    admin = (pool.admin[0] + kept[0], pool.admin[1] + kept[1])
    return Added(Pool(stored, admin, pool.supply + minted), minted, fees, after, d2)


def _imbalance_fees(old: Pair, new: Pair, d0: int, d1: int, terms: Terms) -> tuple[Pair, Pair]:
    """For each coin the fee on its distance from the balanced change, and admin's part."""
    if d0 == 0:
        raise Revert
    base_fee = _liquidity_fee(terms)
    middle = half_floor(d0 + d1)
    fees = []
    for before, after, rate in zip(old, new, terms.rates, strict=True):
        ideal = mul_div_floor(d1, before, d0)
        value = wad_mul_floor(rate, before + after)
        fee = dynamic_fee(value, middle, base_fee, terms.offpeg)
        fees.append(mul_div_floor(fee, abs(ideal - after), FEE_ONE))
    return (fees[0], fees[1]), (_admin_part(fees[0]), _admin_part(fees[1]))


def _liquidity_fee(terms: Terms) -> int:
    """The fee of the liquidity functions: ``fee·n / (4·(n − 1))``."""
    return div_floor(terms.fee * 2, 4)


def _admin_part(fee: int) -> int:
    return mul_div_floor(fee, ADMIN_SHARE, FEE_ONE)


# --- taking liquidity out ------------------------------------------------------------


def remove_liquidity(pool: Pool, burn: int, min_amounts: Pair = (0, 0)) -> Removed:
    """Burn ``burn`` LP tokens for both coins in proportion; no fee, no curve.

    Reverts: nothing burned, more than there are, fewer than ``min_amounts``.
    """
    require(burn > 0, NO_REASON)
    held = balances(pool)
    out = (_pro_rata(held[0], burn, pool.supply), _pro_rata(held[1], burn, pool.supply))
    for amount, least, stored in zip(out, min_amounts, pool.stored, strict=True):
        require(amount >= least, TOO_FEW_WITHDRAWN)
        _sub(stored, amount)  # the first coin is paid before the second is looked at
    return Removed(_less(pool, out, (0, 0), burn), out)


def _pro_rata(held: int, burn: int, supply: int) -> int:
    """Without a supply the contract's unchecked division gives zero."""
    _refuse_overflow(held * burn)
    return mul_div_floor(held, burn, supply) if supply else 0


def remove_liquidity_one_coin(
    pool: Pool, terms: Terms, burn: int, i: int, min_received: int = 0
) -> RemovedOne:
    """Burn ``burn`` LP tokens for coin ``i`` alone, paying fees for the way off balance.

    Reverts: nothing burned, more than there are, all of them, fewer than
    ``min_received``.
    """
    require(burn > 0 and pool.supply > 0 and i in (0, 1), NO_REASON)
    held = values(balances(pool), terms.rates)
    d0 = stableswap_d(held[0], held[1], terms.amp)
    d1 = _sub(d0, mul_div_floor(burn, d0, pool.supply))
    new_y = stableswap_y(held[1 - i], d1, terms.amp)
    reduced = _reduced_by_fees(held, i, new_y, d0, d1, terms)
    left = _sub(reduced[i], stableswap_y(reduced[1 - i], d1, terms.amp))
    free = mul_div_floor(_sub(held[i], new_y), WAD, terms.rates[i])
    received = mul_div_floor(_sub(left, 1), WAD, terms.rates[i])
    fee = _sub(free, received)
    require(received >= min_received, TOO_FEW_REMOVED)
    after = (new_y, held[1]) if i == 0 else (held[0], new_y)
    spot_price(after, terms.amp, d1)
    kept = _admin_part(fee)
    out, share = ((received, 0), (kept, 0)) if i == 0 else ((0, received), (0, kept))
    return RemovedOne(_less(pool, out, share, burn), received, fee, after, d1)


def _reduced_by_fees(held: Pair, i: int, new_y: int, d0: int, d1: int, terms: Terms) -> Pair:
    """Values less the fee on each coin's distance from the balanced exit."""
    base_fee = _liquidity_fee(terms)
    middle = div_floor(d0 + d1, 4)
    reduced = []
    for coin, value in enumerate(held):
        ideal = mul_div_floor(value, d1, d0)
        distance = _sub(ideal, new_y) if coin == i else value - ideal
        average = half_floor(value + new_y) if coin == i else value
        fee = dynamic_fee(average, middle, base_fee, terms.offpeg)
        reduced.append(_sub(value, mul_div_floor(fee, distance, FEE_ONE)))
    return reduced[0], reduced[1]


def remove_liquidity_imbalance(
    pool: Pool, terms: Terms, amounts: Pair, max_burn: int = MAX_UINT256
) -> RemovedImbalance:
    """Take out chosen amounts and burn what they are worth, fees included, rounded up.

    Reverts: more than there is, nothing burned, more burned than ``max_burn`` or than
    there are.
    """
    old = balances(pool)
    new = (_sub(old[0], amounts[0]), _sub(old[1], amounts[1]))
    d0 = invariant(old, terms)
    d1 = invariant(new, terms)
    fees, kept = _imbalance_fees(old, new, d0, d1, terms)
    after = values((_sub(new[0], fees[0]), _sub(new[1], fees[1])), terms.rates)
    d2 = stableswap_d(after[0], after[1], terms.amp)
    spot_price(after, terms.amp, d2)
    burned = mul_div_floor(_sub(d0, d2), pool.supply, d0) + 1
    require(burned > 1, NO_REASON)
    require(burned <= max_burn, SLIPPAGE)
    return RemovedImbalance(_less(pool, amounts, kept, burned), burned, fees, after, d2)


def claim_admin_fees(pool: Pool) -> Claimed:
    """Pay out the administrator's part; what providers own does not change."""
    left = balances(pool)
    return Claimed(Pool(left, (0, 0), pool.supply), pool.admin)


def _less(pool: Pool, out: Pair, kept: Pair, burn: int) -> Pool:
    return Pool(
        (_sub(pool.stored[0], out[0]), _sub(pool.stored[1], out[1])),
        (pool.admin[0] + kept[0], pool.admin[1] + kept[1]),
        _sub(pool.supply, burn),
    )


# --- the amplification over time -----------------------------------------------------


def steady(amp: int) -> Ramp:
    """An amplification (A·100) that does not move."""
    return Ramp(amp, amp, 0, 0)


def amp_at(ramp: Ramp, now: int) -> int:
    """A·100 at a moment (seconds)."""
    if now >= ramp.end:
        return ramp.end_amp
    passed, whole = now - ramp.begin, ramp.end - ramp.begin
    if ramp.end_amp > ramp.begin_amp:
        return ramp.begin_amp + mul_div_floor(ramp.end_amp - ramp.begin_amp, passed, whole)
    return ramp.begin_amp - mul_div_floor(ramp.begin_amp - ramp.end_amp, passed, whole)


def displayed_amp(amp: int) -> int:
    """The amplification the views reckon with: whole A only."""
    return div_floor(amp, A_PRECISION) * A_PRECISION


def start_ramp(ramp: Ramp, future_a: int, duration: int, now: int) -> Ramp:
    """Move A to ``future_a`` over ``duration`` seconds.

    Reverts: within a day of the last start, shorter than a day, A out of range, or more
    than ten times up or down.
    """
    amp, future = amp_at(ramp, now), future_a * A_PRECISION
    require(now >= ramp.begin + MIN_RAMP_SECONDS and duration >= MIN_RAMP_SECONDS, NO_REASON)
    require(0 < future_a < A_LIMIT, NO_REASON)
    require(future * MAX_RAMP_FACTOR >= amp and future <= amp * MAX_RAMP_FACTOR, NO_REASON)
    return Ramp(amp, future, now, now + duration)


# --- moving averages -----------------------------------------------------------------


class Oracle(NamedTuple):
    """Exponential moving averages of price and D, each as of its own moment.

    A block's last value enters the average only in a later block, so nobody moves the
    average within one.
    """

    last_price: int
    average_price: int
    price_time: int
    last_d: int
    average_d: int
    d_time: int


def new_oracle(now: int) -> Oracle:
    """The oracle of a pool deployed at ``now``: parity, and nothing inside."""
    return Oracle(WAD, WAD, now, 0, 0, now)


def price_average(oracle: Oracle, window: int, now: int) -> int:
    """The moving average of the price over ``window`` seconds, 18 decimals."""
    return _average(oracle.last_price, oracle.average_price, window, now - oracle.price_time)


def d_average(oracle: Oracle, now: int) -> int:
    """The moving average of D, 18 decimals."""
    return _average(oracle.last_d, oracle.average_d, D_WINDOW, now - oracle.d_time)


def _average(last: int, average: int, window: int, elapsed: int) -> int:
    if elapsed <= 0:
        return average
    weight = wad_exp(-div_floor(elapsed * WAD, window))
    return div_floor(last * (WAD - weight) + average * weight, WAD)


def observe(oracle: Oracle, held: Pair, amp: int, d: int, window: int, now: int) -> Oracle:
    """Take in the values and D that a swap or an unbalanced change of liquidity left."""
    price = spot_price(held, amp, d)
    last, average = oracle.last_price, oracle.average_price
    if price:
        last, average = min(price, PRICE_CAP), price_average(oracle, window, now)
    return Oracle(
        last, average, max(now, oracle.price_time), d, d_average(oracle, now),
        max(now, oracle.d_time),
    )  # fmt: skip


def observe_first_deposit(oracle: Oracle, d: int, now: int) -> Oracle:
    """The first deposit sets D and its average at once."""
    return Oracle(
        oracle.last_price, oracle.average_price, oracle.price_time, d, d, max(now, oracle.d_time)
    )


def observe_withdrawal(oracle: Oracle, burn: int, supply: int, now: int) -> Oracle:
    """A balanced withdrawal of ``burn`` of ``supply`` shrinks D in proportion."""
    left = oracle.last_d - mul_div_floor(oracle.last_d, burn, supply)
    return Oracle(
        oracle.last_price, oracle.average_price, oracle.price_time,
        left, d_average(oracle, now), max(now, oracle.d_time),
    )  # fmt: skip


def _refuse_overflow(*products: int) -> None:
    """Vyper reverts without a reason where a product does not fit into 256 bits."""
    if max(products) > MAX_UINT256:
        raise Revert


def _sub(a: int, b: int) -> int:
    """``a - b``; Vyper reverts below zero without a reason."""
    if b > a:
        raise Revert
    return a - b
