"""What the pools are, what one can ask of them, and what happens in them.

Three pools stand in this world, and all meet in ETH. ``steth_eth`` and ``reth_eth`` are
stableswap pools of ETH (coin 0) and a staking token (coin 1); rETH counts by its rate. A
world that was made before rETH has no ``reth_eth``. ``usdc_eth`` is a constant-product pair of
USDC (token 0) and WETH (token 1); ETH is wrapped and unwrapped on the way.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from lstwallet.ledger.entries import Account, Entry
from lstwallet.protocols import constant_product
from lstwallet.protocols.stableswap import Ramp
from lstwallet.units.amount import Wanted

ETH: Final = "ETH"
STETH: Final = "stETH"
RETH: Final = "rETH"
USDC: Final = "USDC"
STETH_ETH: Final = "steth_eth"
USDC_ETH: Final = "usdc_eth"
RETH_ETH: Final = "reth_eth"
STABLE: Final = (STETH_ETH, RETH_ETH)
"""The stableswap pools."""
TOKENS: Final = {
    STETH_ETH: ("ETH", "stETH"), USDC_ETH: ("USDC", "ETH"), RETH_ETH: ("ETH", "rETH"),
}  # fmt: skip
"""What a person gives and gets, in the pool's own order."""
ACCOUNT: Final = {pool: f"pool:{pool}" for pool in TOKENS}
LP: Final = {pool: f"LP:{pool}" for pool in TOKENS}
POOL_OF: Final = {STETH: STETH_ETH, USDC: USDC_ETH, RETH: RETH_ETH}
"""The pool in which a token meets ETH."""
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


class StablePool(NamedTuple):
    """A stableswap pool. Its stETH is held in shares, so that a rebase moves nothing."""

    eth: int
    """Wei, the administrator's part included."""
    units: int
    """The staking token as the ledger counts it: shares of stETH, or rETH itself."""
    admin: Pair
    """The administrator's part in wei of ETH and of the staking token."""
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

    steth_eth: StablePool
    usdc_eth: UsdcPool
    reth_eth: StablePool | None = None


# --- commands ------------------------------------------------------------------------


class Swap(NamedTuple):
    """Sell ``amount`` of ``token_in`` for at least ``min_out`` of ``token_out``.

    ``pool`` is a pool's name, or ``route`` for any two of ETH, WETH, stETH, wstETH, rETH, USDC:
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
    mode: Literal["balanced", "ETH", "stETH", "USDC", "rETH"]
    min_out: tuple[int, int]


class RemoveExact(NamedTuple):
    """Take exactly ``amounts`` out of a stableswap pool for at most ``max_lp`` LP units.

    ``amounts`` in its order, stETH in wei.
    """

    account: Account
    amounts: tuple[int, int]
    max_lp: int
    pool: str = STETH_ETH


class ClaimPoolFees(NamedTuple):
    """The administrator of a stableswap pool takes its part of the fees."""

    pool: str = STETH_ETH


class RampAmplification(NamedTuple):
    """The administrator of a stableswap pool moves A to ``future_a`` over ``seconds``."""

    future_a: int
    seconds: int
    pool: str = STETH_ETH


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
    steth_pool: StablePool | None
    usdc_pool: UsdcPool | None
    entry: Entry
    reth_pool: StablePool | None = None


class LiquidityAdded(NamedTuple):
    """Liquidity came in."""

    at: int
    account: Account
    pool: str
    amounts: Pair
    minted: int
    fees: Pair
    """Paid for leaving the pool off balance, the administrator's part included."""
    steth_pool: StablePool | None
    usdc_pool: UsdcPool | None
    entry: Entry
    reth_pool: StablePool | None = None


class LiquidityRemoved(NamedTuple):
    """Liquidity went out."""

    at: int
    account: Account
    pool: str
    burned: int
    amounts: Pair
    fees: Pair
    steth_pool: StablePool | None
    usdc_pool: UsdcPool | None
    entry: Entry
    reth_pool: StablePool | None = None


class PoolFeesClaimed(NamedTuple):
    """The administrator's part left a stableswap pool."""

    at: int
    pool: str
    amounts: Pair
    steth_pool: StablePool | None
    usdc_pool: UsdcPool | None
    entry: Entry
    reth_pool: StablePool | None = None


class AmplificationRamped(NamedTuple):
    """A of a stableswap pool moves in a straight line from now on."""

    at: int
    pool: str
    steth_pool: StablePool | None
    usdc_pool: UsdcPool | None
    reth_pool: StablePool | None = None


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


class RethPoolBlueprint(NamedTuple):
    """What ``reth_eth`` begins with; it may be founded later than the others."""

    provider: Account
    """Holds all first LP tokens."""
    eth: int
    reth: int
    amplification: int
    """A, whole."""
    fee: int
    offpeg: int
