"""From calls to what is to be signed: the approvals they lack, the fee, and the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from lstwallet.engine import kernel, network, transactions
from lstwallet.engine.network import UNLIMITED, Approve
from lstwallet.engine.transactions import Transaction
from lstwallet.engine.world import Draft
from lstwallet.ledger.entries import Account

if TYPE_CHECKING:
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import Readable

_ROUNDS: Final = 3
"""An approval costs gas, gas costs ether, and ``ALL`` of the ether may be what is pulled in the
end: that many looks settle it, since what is pulled does not change by whom."""


def approvals_for(
    world: Readable, account: Account, calls: Sequence[Any], *, unlimited: bool = False
) -> tuple[Approve, ...]:
    """The approvals that the calls need and do not have: exactly what is pulled.

    Raises ``Refusal`` where the calls, or the fee, are refused.
    """
    if world.network is None:
        return ()
    own = {call[1:3] for call in calls if type(call) is Approve}
    approvals: tuple[Approve, ...] = ()
    for _ in range(_ROUNDS):
        wanted = tuple(
            Approve(account, token, spender, units)
            for (token, spender), units in _pulled(world, account, calls, approvals).items()
            if units > network.allowance(world, account, token, spender)
            and (token, spender) not in own
        )
        settled = len(wanted) == len(approvals)
        approvals = wanted
        if settled:
            break
    if unlimited:
        return tuple(approval._replace(units=UNLIMITED) for approval in approvals)
    return approvals


def _pulled(
    world: Readable, account: Account, calls: Sequence[Any], approvals: Sequence[Approve]
) -> dict[tuple[str, Account], int]:
    """(token, contract) → units, when these calls are run behind so many approvals."""
    transactions.require_calls(account, calls)
    trial, means = Draft(world), kernel.MEANS
    cost = network.cost_of(world, (*approvals, *calls))
    transactions.pay(trial, account, cost, means)
    sums: dict[tuple[str, Account], int] = {}
    for call in calls:
        caused = transactions.run_call(trial, call, cost, means)
        for token, spender, units in transactions.taken(trial, account, call, caused, means):
            sums[token, spender] = sums.get((token, spender), 0) + units
    return sums


def sign(
    world: Readable, account: Account, calls: Sequence[Any], *, unlimited: bool = False
) -> Transaction:
    """The transaction of these calls at the present fee, what it needs to approve in front.

    ``agreed`` is still empty: take it from the transaction's quote. Raises ``Refusal``.
    """
    approvals = approvals_for(world, account, calls, unlimited=unlimited)
    price = network.cost_of(world, ()).price
    return Transaction(account, (*approvals, *calls), price)


def agree(transaction: Transaction, quote: Quote) -> Transaction:
    """The transaction held to what its quote has shown."""
    seen = transactions.outcome(quote.after, transaction.account, quote.events)
    return transaction._replace(agreed=seen)


def own_events(events: Sequence[Any]) -> tuple[Any, ...]:
    """The events of the calls: without the fee and the approvals around them."""
    own = tuple(event for event in events if type(event) not in transactions.OWN)
    return own or tuple(events)


__all__ = ["agree", "approvals_for", "own_events", "sign"]
