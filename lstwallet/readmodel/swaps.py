"""Swaps: which way one goes, what it costs, and a pair's price.

Fair value means outside prices, with stETH and rETH at what their issuers count them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from lstwallet.engine.kernel import Command
from lstwallet.engine.pools_facts import (
    POOL_OF,
    RETH_ETH,
    ROUTE,
    STABLE,
    STETH_ETH,
    TOKENS,
    USDC_ETH,
    Swap,
    Swapped,
)
from lstwallet.engine.pools_route import traded_as
from lstwallet.engine.pools_view import fair_price, pool_price, pool_reserves
from lstwallet.engine.staking import Unwrap, Unwrapped, Wrap, Wrapped, steth_of, steth_rate
from lstwallet.engine.wallet import UnwrapEth, WrapEth
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lido
from lstwallet.readmodel.pools import fair_usd
from lstwallet.readmodel.samples import Series
from lstwallet.units.amount import Wanted
from lstwallet.units.fixed import RAY, WAD, mul_div_floor

TOKENS_SWAPPED: Final = ("ETH", "WETH", "stETH", "wstETH", "rETH", "USDC")
SERIES: Final = (
    "steth_market_wad", "steth_rate_ray", "usdc_eth_usd8", "usdc_usd8", "reth_market_wad",
)  # fmt: skip
"""The samples that a pair's price is made of."""

IMPACT_NOTED: Final = 0.01
IMPACT_WARNED: Final = 0.03
IMPACT_HIGH: Final = 0.05
IMPACT_TYPED: Final = 0.10
IMPACT_REFUSED: Final = 0.15
NEAR_FAIR: Final = -0.01
OFF_FAIR: Final = -0.04
"""How much less than fair value is still close to it, and what is warned of."""

_WRAPS: Final[dict[tuple[str, str], Any]] = {
    ("ETH", "WETH"): WrapEth, ("WETH", "ETH"): UnwrapEth,
    ("stETH", "wstETH"): Wrap, ("wstETH", "stETH"): Unwrap,
}  # fmt: skip


class Hop(NamedTuple):
    """One step of a way: ``wrap``, ``unwrap`` or a pool's name, and what comes out."""

    by: str
    token: str


def way(token_in: str, token_out: str) -> tuple[Hop, ...]:
    """The steps from one token to the other; none when they are the same."""
    if token_in == token_out:
        return ()
    steps: list[Hop] = []
    at, wanted = traded_as(token_in), traded_as(token_out)
    if at != token_in:
        steps.append(Hop("unwrap", at))
    while at != wanted:
        pool = POOL_OF[wanted if at == "ETH" else at]
        at = wanted if at == "ETH" else "ETH"
        steps.append(Hop(pool, at))
    if at != token_out:
        steps.append(Hop("wrap", token_out))
    return tuple(steps)


def command(
    account: Account, token_in: str, amount: Wanted, token_out: str, min_out: int
) -> Command:
    """The command for a pair: a wrap where there is no price, one pool, or a route."""
    wrap = _WRAPS.get((token_in, token_out))
    if wrap is not None:
        return wrap(account, amount)
    steps = way(token_in, token_out)
    pool = steps[0].by if len(steps) == 1 else ROUTE
    return Swap(account, pool, token_in, amount, min_out, token_out)


def has_price(token_in: str, token_out: str) -> bool:
    """Whether a pool lies on the way; wrapping alone has no price, fee or slippage."""
    return any(hop.by in TOKENS for hop in way(token_in, token_out))


class Fee(NamedTuple):
    """What one pool on the way keeps."""

    token: str
    units: int


class Traded(NamedTuple):
    """A swap as previewed or done."""

    token_in: str
    paid: int
    token_out: str
    received: int
    impact: float
    """How much worse than the pools' present prices, fees apart; 0 to 1."""
    fees: tuple[Fee, ...]
    fee_usd: int
    """Fair USD, 8 decimals."""
    against_fair: float
    """Fair value of what is received over that of what is paid, less one."""


def traded(before: Readable, events: Sequence[Any], token_in: str, token_out: str) -> Traded:
    """A swap from its events and the world before them."""
    paid, received = _first(events[0]), _last(events[-1])
    kept, fees = 1.0, []
    for event in events:
        if isinstance(event, Swapped):
            kept *= 1 - _impact(before, event)
            fees.append(Fee(event.fee_token, event.fee))
    worth_in = fair_usd(before, token_in, paid)
    worth_out = fair_usd(before, token_out, received)
    fee_usd = sum(fair_usd(before, fee.token, fee.units) for fee in fees)
    against = worth_out / worth_in - 1 if worth_in else 0.0
    return Traded(
        token_in, paid, token_out, received, max(0.0, 1 - kept), tuple(fees), fee_usd, against
    )


def _first(event: Any) -> int:
    """What the account paid."""
    if isinstance(event, Swapped):
        return event.paid
    if isinstance(event, Wrapped):
        return event.steth
    return int(event.wsteth if isinstance(event, Unwrapped) else event.units)


def _last(event: Any) -> int:
    """What the account received."""
    if isinstance(event, Swapped):
        return event.received
    if isinstance(event, Wrapped):
        return event.wsteth
    return int(event.steth if isinstance(event, Unwrapped) else event.units)


def _impact(before: Readable, event: Swapped) -> float:
    """How much less a pool gives than at its present price, its fee added back.

    A stableswap pool takes its fee of what comes out, the pair of what goes in.
    """
    if event.pool in STABLE:
        price = pool_price(before, event.pool)
        ends = (WAD, price) if event.token_in == "ETH" else (price, WAD)
        expected, got = mul_div_floor(event.paid, *ends), event.received + event.fee
    else:
        held = pool_reserves(before, USDC_ETH)
        side = TOKENS[USDC_ETH].index(event.token_in)
        expected = mul_div_floor(event.paid - event.fee, held[1 - side], held[side])
        got = event.received
    return max(0.0, 1 - got / expected) if expected else 0.0


def by_protocol(world: Readable, token_in: str, token_out: str, paid: int) -> int:
    """What staking, the withdrawal queue or burning gives for ``paid``, by the issuer's rate.

    ETH for stETH goes one for one, wrapped ends count as what is in them. Fees are left out.
    """
    if token_in == "rETH":
        return mul_div_floor(paid, fair_price(world, RETH_ETH), WAD)
    if token_out == "rETH":
        return mul_div_floor(paid, WAD, fair_price(world, RETH_ETH))
    pool = world.staking.pool
    wei = lido.ether_for(pool, paid) if token_in == "wstETH" else paid
    return lido.shares_for(pool, wei) if token_out == "wstETH" else wei


def at_fair_value(world: Readable, token_in: str, token_out: str, paid: int) -> int:
    """Base units of ``token_out`` worth as much as ``paid`` at fair value, rounded down."""
    whole = 10 ** (6 if token_out == "USDC" else 18)
    return mul_div_floor(fair_usd(world, token_in, paid), whole, fair_usd(world, token_out, whole))


def available(world: Readable, account: Account, token: str) -> int:
    """What the account has, base units (wei of stETH)."""
    return steth_of(world, account) if token == "stETH" else world.balance(account, token)


# --- a pair's price --------------------------------------------------------------------------


def _in_eth(token: str, market: float, rate: float, usdc: float, reth: float) -> float:
    """ETH for one whole token, by the pools' prices."""
    known = {"stETH": market, "wstETH": market * rate, "USDC": usdc, "rETH": reth}
    return known.get(token, 1.0)


def price_now(world: Readable, token_in: str, token_out: str) -> float:
    """Whole ``token_out`` for one whole ``token_in`` at the pools' present prices."""
    market = pool_price(world, STETH_ETH) / WAD
    rate = steth_rate(world) / RAY
    eth = pool_price(world, USDC_ETH)
    usdc = world.prices.usdc / eth if eth else 0.0
    terms = (market, rate, usdc, pool_price(world, RETH_ETH) / WAD)
    low = _in_eth(token_out, *terms)
    return _in_eth(token_in, *terms) / low if low else 0.0


def price_series(past: Series, token_in: str, token_out: str) -> list[float | None]:
    """The same at every sampled moment; ``None`` where something is missing."""
    found: list[float | None] = []
    columns = [past.column(name) for name in SERIES]
    asked = "rETH" in (token_in, token_out)
    for market, rate, eth, usdc, reth in zip(*columns, strict=True):
        if not market or not rate or not eth or not usdc or (asked and not reth):
            found.append(None)
            continue
        terms = (market / WAD, rate / RAY, usdc / eth, (reth or 0) / WAD)
        found.append(_in_eth(token_in, *terms) / _in_eth(token_out, *terms))
    return found
