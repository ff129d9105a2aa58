"""From calls to what is to be signed: the approvals they lack, the fee, and the outcome."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine import kernel, network, quotes, transactions
from lstwallet.engine.kernel import Batch
from lstwallet.engine.network import UNLIMITED, AllowanceUsed, Approve, Cost
from lstwallet.engine.quotes import Quote
from lstwallet.engine.refusals import FeeNotPayable, Refusal
from lstwallet.engine.transactions import Transaction
from lstwallet.engine.world import Draft
from lstwallet.ledger.entries import Account

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable, World

HEADROOM: Final = 2
"""The base fee may rise to so many times its present level before a signature is void: what
wallets allow for the blocks that pass until a transaction is in one."""
_ROUNDS: Final = 3
"""An approval costs gas, gas costs ether, and ``ALL`` of the ether may be what is pulled in the
end: that many looks settle it, since what is pulled does not change by whom."""


class Prepared(NamedTuple):
    """A transaction ready to be signed, and what it does."""

    transaction: Transaction
    """Held to the outcome of ``quote``, and to twice the present base fee."""
    quote: Quote
    """The events of the calls alone, and the world after everything."""
    whole: Quote
    """The same with the fee and the approvals."""
    cost: Cost
    approvals: tuple[Approve, ...]
    """Those that were put in front."""
    uses: tuple[AllowanceUsed, ...]
    """What contracts pull, with these approvals or with earlier ones."""


def approvals_for(
    world: Readable, account: Account, calls: Sequence[Any], *, unlimited: bool = False
) -> tuple[Approve, ...]:
    """The approvals that the calls need and do not have: exactly what is pulled before the calls
    approve it themselves.

    Raises ``Refusal`` where the calls, or the fee, are refused.
    """
    if world.network is None:
        return ()
    approvals: tuple[Approve, ...] = ()
    for _ in range(_ROUNDS):
        wanted = tuple(
            Approve(account, token, spender, units)
            for (token, spender), units in _pulled(world, account, calls, approvals).items()
            if units > network.allowance(world, account, token, spender)
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
    """(token, contract) → units, when these calls are run behind so many approvals; without what
    is pulled after the calls' own approval of it."""
    transactions.require_calls(account, calls)
    trial, means = Draft(world), kernel.MEANS
    cost = network.cost_of(world, (*approvals, *calls))
    if cost.gas:
        transactions.pay(trial, account, cost, means)
    sums: dict[tuple[str, Account], int] = {}
    own: set[tuple[str, Account]] = set()
    for call in calls:
        caused = transactions.run_call(trial, call, cost, means)
        if type(call) is Approve:
            own.add((call.token, call.spender))
        for token, spender, units in transactions.taken(trial, account, call, caused, means):
            if (token, spender) not in own:
                sums[token, spender] = sums.get((token, spender), 0) + units
    return sums


def sign(
    world: Readable, account: Account, calls: Sequence[Any], *, unlimited: bool = False
) -> Transaction:
    """The transaction of these calls, with the approvals that they need in front.

    ``agreed`` is still empty: take it from the transaction's quote. Raises ``Refusal``.
    """
    approvals = approvals_for(world, account, calls, unlimited=unlimited)
    now = network.cost_of(world, ())
    return Transaction(account, (*approvals, *calls), HEADROOM * now.base_fee + now.tip)


def prepare(world: World, account: Account, command: Any, *, unlimited: bool = False) -> Prepared:
    """What signing a command, or a batch of them, comes to.

    Raises ``Refusal``: what the calls themselves are refused for before a fee that is missing.
    """
    calls = command.commands if type(command) is Batch else (command,)
    try:
        bare = sign(world, account, calls, unlimited=unlimited)
    except FeeNotPayable:
        quotes.preview(world, Batch(tuple(calls)))
        raise
    quote = quotes.preview(world, bare)
    return Prepared(
        agree(bare, quote),
        quote._replace(events=own_events(quote.events)),
        quote,
        network.cost_of(world, bare.calls),
        bare.calls[: len(bare.calls) - len(calls)],
        tuple(event for event in quote.events if type(event) is AllowanceUsed),
    )


def spendable(world: World, account: Account, call: Any) -> int:
    """Wei of ETH that are left for a call when the fee of its transaction is paid."""
    approvals: tuple[Approve, ...] = ()
    if type(call) in kernel.MEANS.pulls:
        with contextlib.suppress(Refusal):
            approvals = approvals_for(world, account, (call,))
    cost = network.cost_of(world, (*approvals, call))
    return max(world.balance(account, "ETH") - cost.wei, 0)


def agree(transaction: Transaction, quote: Quote) -> Transaction:
    """The transaction held to what its quote has shown."""
    seen = transactions.outcome(quote.after, transaction.account, quote.events)
    return transaction._replace(agreed=seen)


def own_events(events: Sequence[Any]) -> tuple[Any, ...]:
    """The events of the calls: without the fee and the approvals around them."""
    own = tuple(event for event in events if type(event) not in transactions.OWN)
    return own or tuple(events)


__all__ = ["Prepared", "agree", "approvals_for", "own_events", "prepare", "sign", "spendable"]
