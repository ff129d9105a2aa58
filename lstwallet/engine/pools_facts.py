"""What the pools are, what one can ask of them, and what happens in them.

Two pools stand in this world. ``steth_eth`` is a stableswap pool of ETH (coin 0) and
stETH (coin 1). ``usdc_eth`` is a constant-product pair of USDC (token 0) and WETH
(token 1); ETH is wrapped and unwrapped on the way.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from lstwallet.ledger.entries import Account, Entry
from lstwallet.protocols import constant_product
from lstwallet.protocols.stableswap import Ramp
from lstwallet.units.amount import Wanted

ETH: Final = "ETH"
STETH: Final = "stETH"
USDC: Final = "USDC"
STETH_ETH: Final = "steth_eth"
USDC_ETH: Final = "usdc_eth"
TOKENS: Final = {STETH_ETH: ("ETH", "stETH"), USDC_ETH: ("USDC", "ETH")}
"""What a person gives and gets, in the pool's own order."""
ACCOUNT: Final = {STETH_ETH: "pool:steth_eth", USDC_ETH: "pool:usdc_eth"}
LP: Final = {STETH_ETH: "LP:steth_eth", USDC_ETH: "LP:usdc_eth"}
LOCKED: Final = "pool:usdc_eth:locked"
"""Holds the first thousand LP units of the pair, for ever."""
ADMIN: Final = "pool:admin"
"""Receives the administrator's part of the fees."""
BALANCED: Final = "balanced"
ROUTE: Final = "route"
"""In place of a pool: through whatever lies between, wrapping and unwrapping at the ends."""
GROWTH: Final = 10**36
"""One, in the fee sums for each LP unit."""

Pair = tuple[int, int]
"""One number for each of the pool's tokens, in its order."""


# --- states --------------------------------------------------------------------------


class StethPool(NamedTuple):
    """The stableswap pool. Its stETH is held in shares, so that a rebase moves nothing."""

    eth: int
    """Wei, the administrator's part included."""
    steth_shares: int
    admin: Pair
    """The administrator's part in wei of ETH and of stETH."""
    supply: int
    """LP tokens, 18 decimals."""
    ramp: Ramp
    fee: int
    """The fee at balance, of 10¹⁰."""
    offpeg: int
    """How many times the fee when far off balance, of 10¹⁰."""
    fee_sums: Pair
    """Fees for providers so far, per LP unit and token, 36 decimals."""


class UsdcPool(NamedTuple):
    """The constant-product pair and the fees it has earned."""

    pair: constant_product.Pool
    fee_sums: Pair
    """Fees for providers so far, per LP unit and token, 36 decimals."""


class Pools(NamedTuple):
    """Every pool of the world."""

    steth_eth: StethPool
    usdc_eth: UsdcPool


# --- commands ------------------------------------------------------------------------


class Swap(NamedTuple):
    """Sell ``amount`` of ``token_in`` for at least ``min_out`` of ``token_out``.

    ``pool`` is a pool's name, or ``route`` for any two of ETH, WETH, stETH, wstETH and USDC:
    the pools meet in ETH, wrapped tokens are unwrapped and wrapped on the way. Amounts of
    stETH are wei of stETH, not shares.
    """

    account: Account
    pool: str
    token_in: str
    amount: Wanted
    min_out: int
    token_out: str


class AddLiquidity(NamedTuple):
    """Deposit ``amounts`` (in the pool's order) for at least ``min_lp`` LP units.

    One of the amounts may be zero. The stableswap pool takes exactly what is offered. The
    pair takes the most that keeps its ratio; of a single token it first swaps a part.
    """

    account: Account
    pool: str
    amounts: tuple[Wanted, Wanted]
    min_lp: int


class RemoveLiquidity(NamedTuple):
    """Redeem ``lp`` units: in both tokens (``balanced``) or all in the token ``mode``."""

    account: Account
    pool: str
    lp: Wanted
    mode: Literal["balanced", "ETH", "stETH", "USDC"]
    min_out: tuple[int, int]


class RemoveExact(NamedTuple):
    """Take exactly ``amounts`` out of ``steth_eth`` for at most ``max_lp`` LP units.

    ``amounts`` in its order, stETH in wei.
    """

    account: Account
    amounts: tuple[int, int]
    max_lp: int


class ClaimPoolFees(NamedTuple):
    """The administrator of ``steth_eth`` takes its part of the fees."""


class RampAmplification(NamedTuple):
    """The administrator of ``steth_eth`` moves A to ``future_a`` over ``seconds``."""

    future_a: int
    seconds: int


# --- events --------------------------------------------------------------------------


class Swapped(NamedTuple):
    """A swap went through one pool. Amounts in base units of the tokens, stETH in wei."""

    at: int
    account: Account
    pool: str
    token_in: str
    paid: int
    token_out: str
    received: int
    fee_token: str
    fee: int
    """The whole fee, the administrator's part included."""
    steth_pool: StethPool | None
    usdc_pool: UsdcPool | None
    entry: Entry


class LiquidityAdded(NamedTuple):
    """Liquidity came in."""

    at: int
    account: Account
    pool: str
    amounts: Pair
    minted: int
    fees: Pair
    """Paid for leaving the pool off balance, the administrator's part included."""
    steth_pool: StethPool | None
    usdc_pool: UsdcPool | None
    entry: Entry


class LiquidityRemoved(NamedTuple):
    """Liquidity went out."""

    at: int
    account: Account
    pool: str
    burned: int
    amounts: Pair
    fees: Pair
    steth_pool: StethPool | None
    usdc_pool: UsdcPool | None
    entry: Entry


class PoolFeesClaimed(NamedTuple):
    """The administrator's part left ``steth_eth``."""

    at: int
    pool: str
    amounts: Pair
    steth_pool: StethPool | None
    usdc_pool: UsdcPool | None
    entry: Entry


class AmplificationRamped(NamedTuple):
    """A of ``steth_eth`` moves in a straight line from now on."""

    at: int
    pool: str
    steth_pool: StethPool | None
    usdc_pool: UsdcPool | None


class PoolsBlueprint(NamedTuple):
    """What the pools begin with."""

    provider: Account
    """Holds all first LP tokens but the locked ones."""
    eth: int
    steth_shares: int
    steth: int
    """What those shares are worth in wei at the beginning."""
    amplification: int
    """A of the stableswap pool, whole."""
    fee: int
    offpeg: int
    usdc: int
    weth: int
