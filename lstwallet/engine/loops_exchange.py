"""What a plan is tried on, and how one token becomes another in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from lstwallet.engine import kernel
from lstwallet.engine.lending_view import find_place, oracle_prices
from lstwallet.engine.pools_facts import ETH, ROUTE, STETH, Swap, Swapped
from lstwallet.engine.refusals import SlippageExceeded
from lstwallet.engine.staking import Stake, Wrap, Wrapped, steth_of
from lstwallet.engine.world import Draft, Readable
from lstwallet.ledger.entries import Account
from lstwallet.units.amount import ALL, Wanted
from lstwallet.units.fixed import BPS, WAD, mul_div_floor

SWAP: Final = "swap"
MINT: Final = "mint"
WORST: Final = 200
"""Basis points that an exchange may lose against the oracle's prices, unless said."""
WSTETH: Final = "wstETH"


class TooCostly(Exception):
    """An exchange loses more than it may; ``why`` is what the pools refused, if it was tried."""

    def __init__(self, why: SlippageExceeded | None = None) -> None:
        super().__init__(why)
        self.why: Final = why


class Work:
    """A draft, the calls that made it what it is, and what ended a climb."""

    __slots__ = ("calls", "draft", "limit")

    def __init__(self, world: Readable, calls: Sequence[kernel.Command] = ()) -> None:
        self.draft = Draft(world)
        self.calls = list(calls)
        self.limit = ""

    def do(self, command: kernel.Command) -> Sequence[Any]:
        """One more call. Raises ``Refusal`` with nothing changed."""
        events = kernel.handle(self.draft, command)
        self.calls.append(command)
        return events

    def copy(self) -> Work:
        """The same again, to try something on."""
        return Work(self.draft, self.calls)

    def take(self, other: Work) -> None:
        """Go on with what was tried."""
        self.draft, self.calls = other.draft, other.calls


def exchange(
    work: Work,
    account: Account,
    token_in: str,
    amount: Wanted,
    token_out: str,
    route: str,
    worst: int,
) -> Wanted:
    """Turn ``amount`` of one token into another; what came out, base units.

    By a swap through the pools, or for wstETH by staking and wrapping. Raises ``TooCostly``
    when more than ``worst`` basis points would be lost, or what the pools refuse.
    """
    if token_in == token_out:
        return amount
    if token_out == WSTETH and token_in == STETH:
        return _wrapped(work, account, amount)
    if token_out == WSTETH and route == MINT:
        if token_in != ETH:
            amount = _swapped(work, account, token_in, amount, ETH, worst)
        return _minted(work, account, amount)
    return _swapped(work, account, token_in, amount, token_out, worst)


def _minted(work: Work, account: Account, amount: Wanted) -> int:
    """ETH staked and wrapped; own stETH stays what it is."""
    before = steth_of(work.draft, account)
    work.do(Stake(account, amount))
    return _wrapped(work, account, steth_of(work.draft, account) - before if before else ALL)


def _wrapped(work: Work, account: Account, amount: Wanted) -> int:
    (event,) = work.do(Wrap(account, amount))
    assert isinstance(event, Wrapped)
    return event.wsteth


def _swapped(
    work: Work, account: Account, token_in: str, amount: Wanted, token_out: str, worst: int
) -> int:
    """Through the pools, for no less than the oracle's worth of it less ``worst``."""
    draft = work.draft
    paid = draft.balance(account, token_in) if amount == ALL else int(amount)
    fair = mul_div_floor(paid, _price(draft, token_in), _price(draft, token_out))
    least = mul_div_floor(fair, BPS - worst, BPS)
    try:
        events = work.do(Swap(account, ROUTE, token_in, amount, least, token_out))
    except SlippageExceeded as why:
        raise TooCostly(why) from None
    last = events[-1]
    if isinstance(last, Swapped):
        return last.received
    return int(last.wsteth if isinstance(last, Wrapped) else last.units)


def _price(world: Readable, token: str) -> int:
    """USD for one base unit at the market's oracle, scaled alike for all tokens."""
    prices = oracle_prices(world)
    place = find_place(world.lending, token)
    if place is not None:
        unit = world.lending.parameters.configs[place].unit
        return mul_div_floor(prices[place] * WAD, WAD, unit)
    ether = find_place(world.lending, ETH)  # stETH: ether one for one, as the queue pays it
    assert ether is not None
    assert token == STETH
    return prices[ether] * WAD
