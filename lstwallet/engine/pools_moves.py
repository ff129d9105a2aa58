"""How tokens go into the pools and out of them, and what is refused on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from lstwallet.engine import staking
from lstwallet.engine.pools_facts import (
    ACCOUNT,
    ETH,
    GROWTH,
    STETH,
    TOKENS,
    USDC_ETH,
    Pair,
    StablePool,
)
from lstwallet.engine.pools_view import wei_of
from lstwallet.engine.refusals import (
    NotEnoughBalance,
    NothingToDo,
    ProtocolRefused,
    SlippageExceeded,
)
from lstwallet.engine.wallet import eth_into_weth, take_units, weth_into_eth
from lstwallet.ledger.entries import Account, Entry, move
from lstwallet.units.amount import ALL, Wanted
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import mul_div_floor
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable


class Paid(NamedTuple):
    """Tokens on the way from an account into a pool."""

    units: int
    """Base units as the account sees them (wei of stETH)."""
    moved: int
    """Units of the ledger: shares for stETH."""


def arriving(world: Readable, name: str, pool: StablePool, units: int) -> int:
    """By how many wei the pool's staking token rises when ``units`` of the ledger come in."""
    held = pool.units
    return wei_of(world, name, held + units) - wei_of(world, name, held)


def take(world: Readable, account: Account, token: str, amount: Wanted) -> Paid:
    """What ``amount`` means for the account. Raises when there is not that much."""
    if token != STETH:
        units = take_units(world, account, token, amount)
        return make(Paid, (units, units))
    shares = world.balance(account, "stETH")
    available = staking.steth_for_shares(world, shares)
    units = available
    if amount != ALL:
        units = int(amount)
        shares = staking.shares_for_steth(world, units) if 0 < units <= available else shares
    if units <= 0 or shares == 0:
        raise NothingToDo("stETH")
    if units > available:
        raise NotEnoughBalance("stETH", units, available)
    return make(Paid, (units, shares))


def take_or_none(world: Readable, account: Account, token: str, amount: Wanted) -> Paid:
    """Like ``take``, but zero of one token is fine, and so is all of nothing."""
    if amount == 0 or (amount == ALL and world.balance(account, token) == 0):
        return Paid(0, 0)
    return take(world, account, token, amount)


def into_pool(pool: str, token: str, moved: int, account: Account) -> Entry:
    """From the account into the pool; ETH becomes WETH on its way into the pair."""
    if moved == 0:
        return ()
    if pool == USDC_ETH and token == ETH:
        return eth_into_weth(moved, account, ACCOUNT[pool])
    return move(token, moved, account, ACCOUNT[pool])


def out_of_pool(pool: str, token: str, moved: int, account: Account) -> Entry:
    """From the pool to the account; WETH of the pair becomes ETH."""
    if moved == 0:
        return ()
    if pool == USDC_ETH and token == ETH:
        return weth_into_eth(moved, ACCOUNT[pool], account)
    return move(token, moved, ACCOUNT[pool], account)


def only(side: int, units: int) -> Pair:
    """``units`` of one token, nothing of the other."""
    return (units, 0) if side == 0 else (0, units)


def less_admin(fees: Pair, before: Pair, after: Pair) -> Pair:
    """The providers' part of fees: without what was set aside."""
    return fees[0] - (after[0] - before[0]), fees[1] - (after[1] - before[1])


def with_fees(sums: Pair, fees: Pair, supply: int) -> Pair:
    """The sums per LP unit after ``fees`` for providers."""
    if supply == 0:
        return sums
    return (
        sums[0] + mul_div_floor(fees[0], GROWTH, supply),
        sums[1] + mul_div_floor(fees[1], GROWTH, supply),
    )


def tokens_of(pool: str) -> tuple[str, str]:
    """The pool's tokens in its order. Refuses a pool that there is not."""
    if pool not in TOKENS:
        raise NothingToDo(pool)
    return TOKENS[pool]


def require_tokens(pool: str, token_in: str, token_out: str) -> None:
    """Both tokens are the pool's, and not the same."""
    tokens = tokens_of(pool)
    if token_in == token_out or token_in not in tokens or token_out not in tokens:
        raise NothingToDo("swap")


def require_minimum(token: str, received: int, minimum: int) -> None:
    """Refuses less than what was agreed to."""
    if received < minimum:
        raise SlippageExceeded(token, received, minimum)


def refuse(protocol: str, refused: Revert) -> NoReturn:
    """A contract's own reason, where there is no sentence of its own."""
    raise ProtocolRefused(protocol, refused.reason) from refused
