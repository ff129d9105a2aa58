"""Rules for what a transaction itself does: the network's fee, the ether left, approvals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from statistics import median
from typing import Any, Final

from lstwallet.engine.network import UNLIMITED, Approve, Approved, FeePaid, allowance
from lstwallet.market import catalogue as catalogues
from lstwallet.market.network import BaseFees, fee_model
from lstwallet.readmodel import portfolio
from lstwallet.readmodel.preflight.records import (
    Case,
    Finding,
    danger,
    note,
    safe,
    warning,
)
from lstwallet.readmodel.staking import held as held_units
from lstwallet.units.clock import HOUR

WEEK: Final = 168
"""Hours that the usual fee is the median of."""
HIGH: Final = 2.0
"""Times the usual price from which a fee is unusually high: our own choice."""
COSTLY: Final = 0.05
"""Of what is moved: a fee that eats more of it is warned of: our own choice."""
NEXT: Final = 3
"""So many more transactions like this one should be payable with what is left."""


def of_transaction(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Stake: "network fee", "gas reserve"; Approve: "spender"."""
    paid = next((event for event in case.events if isinstance(event, FeePaid)), None)
    if paid is not None:
        yield _price(case, paid)
        yield from _share(case, paid)
        yield _left(case, paid)
    for event in case.events:
        if isinstance(event, Approved):
            yield _approved(event)


def of_approve(case: Case) -> Iterator[Finding]:
    """The same for an approval that is sent by itself."""
    for event in case.events:
        if isinstance(event, Approved):
            yield _approved(event)
    call: Approve = case.call
    held = held_units(case.end, case.account, call.token)
    left = allowance(case.end, case.account, call.token, call.spender)
    if held < left < UNLIMITED:  # what the action itself uses up is no excess
        yield warning("approval_exceeds", token=call.token, units=call.units, held=held)


def _approved(event: Approved) -> Finding:
    """EXPERIENCE, Approve: "spender, exact amount by default"."""
    facts: dict[str, Any] = {
        "token": event.token, "spender": event.spender, "units": event.units,
    }  # fmt: skip
    if event.units == UNLIMITED:
        return danger("approval_unlimited", **facts)
    if event.units == 0:
        return safe("approval_revoked", **facts)
    return note("approval", **facts)


def _price(case: Case, paid: FeePaid) -> Finding:
    """The price of gas against the median of the last week."""
    usual = usual_base_fee(case.start.seed, case.start.time // HOUR) + paid.tip
    price = paid.base_fee + paid.tip
    times = price / usual if usual else 1.0
    return (warning if times >= HIGH else safe)("fee_high", times=times, price=price, usual=usual)


@lru_cache(maxsize=64)
def usual_base_fee(seed: int, hour: int) -> int:
    """The median base fee (wei per gas) of the week before this hour.

    The base fee is a pure function of seed and time, so its past needs no samples.
    """
    fees = BaseFees(seed, fee_model(catalogues.load()))
    return int(median(fees.at((hour - back) * HOUR) for back in range(1, WEEK + 1)))


def _share(case: Case, paid: FeePaid) -> Iterator[Finding]:
    """The fee against the worth of what leaves the wallet."""
    prices = portfolio.quotes(case.start)
    fee = portfolio.value_of(prices, "ETH", (paid.base_fee + paid.tip) * paid.gas)
    moved = _moved(case, prices)
    if moved <= 0:
        return
    share = fee / moved
    yield (warning if share >= COSTLY else safe)("fee_share", share=share, fee=fee)


def _moved(case: Case, prices: portfolio.Quotes) -> int:
    """USD of the largest single movement of the account's tokens, the fee left out."""
    largest = 0
    for event in case.events:
        if isinstance(event, FeePaid):
            continue
        for owner, token, units in getattr(event, "entry", ()):
            if owner == case.account and token in portfolio.WALLET_TOKENS:
                largest = max(largest, portfolio.value_of(prices, token, abs(units)))
    return largest


def _left(case: Case, paid: FeePaid) -> Finding:
    """Ether left for the next fees: without it nothing can be done any more."""
    fee = (paid.base_fee + paid.tip) * paid.gas
    left = case.end.balance(case.account, "ETH")
    return (warning if left < NEXT * fee else safe)("gas_left", left=left, fee=fee)


__all__ = ["of_approve", "of_transaction", "usual_base_fee"]
