"""The concentrated pool: what it holds, what one can ask of it, and what happens in it.

One pool stands in this world: wstETH (token 0) against WETH (token 1), so that its price is
ETH for one wstETH. ETH is wrapped and unwrapped on the way. A position of an account (a
*range*) has a number, two ticks, and liquidity between them; it stands by itself, as if its
owner used the pool directly.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.ledger.entries import Account, Entry
from lstwallet.protocols import concentrated
from lstwallet.protocols.concentrated import Pool, Terms
from lstwallet.units.amount import Wanted
from lstwallet.units.clock import SimTime

NAME: Final = "wsteth_eth"
CONTRACT: Final = f"pool:{NAME}"
WSTETH: Final = "wstETH"
ETH: Final = "ETH"
WETH: Final = "WETH"
TOKENS: Final = (WSTETH, ETH)
"""What a person gives and gets, in the pool's own order."""
HELD: Final = (WSTETH, WETH)
"""What the pool holds."""
LIQUIDITY: Final = f"LP:{NAME}"
"""Names liquidity where an amount of it is refused; no token of the ledger."""

Pair = tuple[int, int]
"""One number for each of the pool's tokens, in its order."""


class Range(NamedTuple):
    """One position."""

    account: Account
    lower: int
    """Tick."""
    upper: int
    position: concentrated.Position
    put: Pair
    """Paid in so far, base units."""
    taken: Pair
    """Paid out so far: withdrawn, and fees."""
    earned: Pair
    """The fees of it."""
    opened: SimTime


class Concentrated(NamedTuple):
    """The pool of the world."""

    terms: Terms
    pool: Pool
    held: Pair
    """Tokens there are: behind positions, owed, and the protocol's."""
    last_id: int
    """The number of the newest range."""


# --- commands ------------------------------------------------------------------------------


class OpenRange(NamedTuple):
    """Provide the most of ``amounts`` that fits between two ticks, as a new range.

    Either amount may be zero where the price lies beyond the range. Refused when less than
    ``min_liquidity`` comes of it.
    """

    account: Account
    lower: int
    upper: int
    amounts: tuple[Wanted, Wanted]
    min_liquidity: int = 0


class AddToRange(NamedTuple):
    """Provide more in a range of one's own."""

    account: Account
    range_id: int
    amounts: tuple[Wanted, Wanted]
    min_liquidity: int = 0


class WithdrawRange(NamedTuple):
    """Take ``liquidity`` out of a range, and with it all fees that it has earned."""

    account: Account
    range_id: int
    liquidity: Wanted
    min_out: Pair = (0, 0)
    """Of what is withdrawn, without the fees."""


class CollectRange(NamedTuple):
    """Take the fees that a range has earned."""

    account: Account
    range_id: int


class SwapConcentrated(NamedTuple):
    """Sell ``amount`` of ``token_in`` for at least ``min_out`` of the other token.

    With a ``limit`` (square root of the price, 96 binary places) less is sold when the price
    gets there; without one the whole amount is sold or nothing.
    """

    account: Account
    token_in: str
    amount: Wanted
    min_out: int
    limit: int = 0


class Band(NamedTuple):
    """Liquidity ``half_width`` ticks to either side of the first price."""

    half_width: int
    eth: int
    """Wei on the one side; as much wstETH as fits on the other."""


class DeployConcentrated(NamedTuple):
    """Found the pool at the market's present price."""

    fee: int
    """Millionths."""
    spacing: int
    provider: Account
    """Owns the first ranges."""
    holder: Account
    """Gives the wstETH of the first ranges."""
    bands: tuple[Band, ...]


# --- events --------------------------------------------------------------------------------


class RangeFunded(NamedTuple):
    """Liquidity came into a range, or opened it."""

    at: int
    account: Account
    range_id: int
    amounts: Pair
    liquidity: int
    is_new: bool
    pool: Pool
    range: Range
    entry: Entry


class RangeWithdrawn(NamedTuple):
    """Liquidity left a range, with all its fees; a range without any is gone."""

    at: int
    account: Account
    range_id: int
    amounts: Pair
    """Withdrawn, without the fees."""
    fees: Pair
    liquidity: int
    pool: Pool
    range: Range
    entry: Entry


class RangeCollected(NamedTuple):
    """A range's fees were paid out."""

    at: int
    account: Account
    range_id: int
    fees: Pair
    range: Range
    entry: Entry


class SwappedConcentrated(NamedTuple):
    """A swap went through the pool."""

    at: int
    account: Account
    token_in: str
    paid: int
    token_out: str
    received: int
    fee: int
    """Of the token that came in."""
    pool: Pool
    entry: Entry


class ConcentratedDeployed(NamedTuple):
    """The pool is there from now on, with its first ranges."""

    at: int
    state: Concentrated
    ranges: tuple[Range, ...]
    entry: Entry
