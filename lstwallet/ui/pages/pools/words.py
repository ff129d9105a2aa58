"""What a pool is called, and its numbers in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from lstwallet.engine.pools_facts import LP, RETH_ETH, STABLE, TOKENS
from lstwallet.readmodel.pools import PoolView
from lstwallet.ui import wording

translate = QCoreApplication.translate
_BY_RATE = frozenset(token for pool in STABLE for token in (TOKENS[pool][1], LP[pool]))


def title(pool: str) -> str:
    """``stETH / ETH``."""
    first, second = TOKENS[pool]
    return f"{second} / {first}" if pool in STABLE else f"{first} / {second}"


def kind(view: PoolView) -> str:
    """The kind of pool, its fee and, for the stableswap, its amplification."""
    if view.amplification:
        words = translate("pools", "StableSwap · fee {fee} · A = {amplification}")
        return words.format(fee=wording.percent(view.fee), amplification=view.amplification)
    words = translate("pools", "Constant product · fee {fee}")
    return words.format(fee=wording.percent(view.fee))


def price(view: PoolView) -> str:
    """The pool's price with its unit."""
    return price_of(view.pool, view.price) if view.price else wording.UNKNOWN


def price_of(pool: str, units: int) -> str:
    """A price of this pool: ``0.9958 ETH`` or ``$1 806.23``."""
    if pool in STABLE:
        return wording.price(units, "ETH")
    return wording.fiat_price(units)


def fair_name(pool: str) -> str:
    """What the fair price is: the redemption rate, or the price outside."""
    if pool == RETH_ETH:
        return translate("pools", "Protocol's rate")
    if pool in STABLE:
        return translate("pools", "Redemption rate")
    return translate("pools", "ETH / USD outside")


def worth(usd: int, token: str) -> str:
    """A fair value, and what it counts staked ETH at: the market price would tell another one."""
    value = wording.fiat(usd)
    if token in ("rETH", LP[RETH_ETH]):
        return translate("pools", "{value} at the protocol's rate").format(value=value)
    if token not in _BY_RATE:
        return value
    return translate("pools", "{value} at the redemption rate").format(value=value)


def gap(view: PoolView) -> tuple[str, str, str]:
    """Words, tone and icon of how far the pool's price is off the fair one."""
    size = abs(view.gap)
    if size < 0.00005:
        return translate("pools", "At the fair price"), "good", "check-circle"
    share = wording.percent(size)
    if view.gap < 0:
        noted = 0.001 if view.pool in STABLE else 0.01  # the pair may stray by its fee
        tone = "warn" if size >= noted else "plain"
        return translate("pools", "{share} discount").format(share=share), tone, "trend-down"
    return translate("pools", "{share} premium").format(share=share), "plain", "trend-up"


def lean(view: PoolView) -> tuple[str, str, str]:
    """Words, tone and icon of how the pool is balanced."""
    if view.leans_to:
        words = translate("pools", "Leans to {token}").format(token=view.leans_to)
        return words, "warn", "scales"
    return translate("pools", "Balanced"), "good", "check-circle"


def composition(view: PoolView) -> str:
    """``61.3% stETH``: the larger side."""
    base = view.base_share >= 0.5
    share = view.base_share if base else 1 - view.base_share
    return f"{wording.percent(share, 1)} {view.tokens[1] if base else view.tokens[0]}"


def part_of_pool(share: float) -> str:
    """A share of the pool with as many digits as it takes to see it."""
    digits = 2 if share >= 0.01 else 4
    if 0 < share < 0.000001:
        return translate("pools", "under 0.0001%")
    return wording.percent(share, digits)


def lp(units: int, pool: str) -> str:
    """LP units of a pool."""
    return wording.amount(units, f"LP:{pool}")


def bonus(share: float) -> tuple[str, str, str]:
    """Words, tone and icon of what the pool pays or takes for a one-sided move."""
    if abs(share) < 0.00005:
        return translate("pools", "No bonus, no penalty"), "plain", "equals"
    size = wording.percent(abs(share))
    if share > 0:
        return translate("pools", "Bonus {share}").format(share=size), "good", "plus-circle"
    tone = "bad" if share <= -0.05 else "warn" if share <= -0.01 else "plain"
    return translate("pools", "Penalty {share}").format(share=size), tone, "minus-circle"
