"""A concentrated pool: liquidity stands only where its owner put it.

Each position holds its liquidity between two ticks of the price. Whatever is in range at the
present price trades together, as a constant product of virtual reserves, and earns the fees
by its part. A trade walks from tick to tick; where a position begins or ends, the liquidity
changes. Outside its range a position holds one token alone and earns nothing.

Source: Uniswap/v3-core@d8b1c635. ``ticks``, ``prices`` and ``steps`` are its mathematics,
``swaps`` and ``positions`` the pool. Left out: the price oracle, flash loans.
"""

from __future__ import annotations

from lstwallet.protocols.concentrated.positions import (
    Collected,
    Modified,
    amounts_for,
    burn,
    collect,
    growth_inside,
    liquidity_for,
    mint,
    owed_now,
    tick_state,
)
from lstwallet.protocols.concentrated.prices import Q96
from lstwallet.protocols.concentrated.state import (
    EMPTY,
    NO_POSITION,
    UNUSED,
    Pool,
    Position,
    Terms,
    Tick,
    initialize,
    terms_of,
)
from lstwallet.protocols.concentrated.steps import MILLION, Step, step
from lstwallet.protocols.concentrated.swaps import (
    HIGHEST_LIMIT,
    LOWEST_LIMIT,
    Swapped,
    collect_protocol,
    set_protocol_share,
    swap,
)
from lstwallet.protocols.concentrated.ticks import (
    MAX_SQRT_PRICE,
    MAX_TICK,
    MIN_SQRT_PRICE,
    MIN_TICK,
    max_liquidity_per_tick,
    price_at,
    tick_at,
)

__all__ = [
    "EMPTY",
    "HIGHEST_LIMIT",
    "LOWEST_LIMIT",
    "MAX_SQRT_PRICE",
    "MAX_TICK",
    "MILLION",
    "MIN_SQRT_PRICE",
    "MIN_TICK",
    "NO_POSITION",
    "Q96",
    "UNUSED",
    "Collected",
    "Modified",
    "Pool",
    "Position",
    "Step",
    "Swapped",
    "Terms",
    "Tick",
    "amounts_for",
    "burn",
    "collect",
    "collect_protocol",
    "growth_inside",
    "initialize",
    "liquidity_for",
    "max_liquidity_per_tick",
    "mint",
    "owed_now",
    "price_at",
    "set_protocol_share",
    "step",
    "swap",
    "terms_of",
    "tick_at",
    "tick_state",
]
