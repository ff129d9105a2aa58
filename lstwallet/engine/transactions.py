"""What a person signs: calls that all happen in one transaction, or none of them.

First the fee is paid, so that ``ALL`` of ether in a call means what is left after it. Then each
call is decided and applied in order, and what contracts pulled of the signer's tokens is held
against their allowances. At the end the outcome is held against what the person saw: it is
the same to the last base unit, or nothing happens.

Commands outside of a transaction (the crowd's, a lesson's preparations) are free and need no
approval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine import network, staking
from lstwallet.engine.lending_view import debt_token, supply_token
from lstwallet.engine.network import AllowanceUsed, Approved, Cost, FeePaid, Pull
from lstwallet.engine.refusals import (
    FeeAboveLimit,
    FeeNotPayable,
    Moved,
    NotApproved,
    NotEnoughAfterFee,
    NotEnoughBalance,
    NothingToDo,
)
from lstwallet.engine.world import Draft
from lstwallet.ledger.entries import Account

if TYPE_CHECKING:
    from lstwallet.engine.world import Readable

Agreed = tuple[tuple[str, int], ...]
"""(token, base units): positive came in, negative went out, in order of the tokens."""
OWN: Final = (FeePaid, Approved, AllowanceUsed)
"""Events that belong to the transaction, not to one of its calls."""


class Transaction(NamedTuple):
    """Calls of ``account``, signed together."""

    account: Account
    calls: tuple[Any, ...]
    max_fee: int
    """The most that may be paid, in wei per gas."""
    agreed: Agreed = ()
    """What the calls bring and take, as ``outcome`` tells it; empty: whatever it is."""


class Means(NamedTuple):
    """The kernel's own functions, and the areas' tables together."""

    handle: Callable[[Draft, Any], Sequence[Any]]
    apply: Callable[[Draft, Any], None]
    pulls: Mapping[type, Callable[[Any], Sequence[Pull]]]
    """Kind of call → the tokens that contracts pull for it. Not listed: none is."""


class Taken(NamedTuple):
    """``units`` of ``token`` that ``spender`` pulled, as the owner sees them (wei of stETH)."""

    token: str
    spender: Account
    units: int


def carry_out(draft: Draft, transaction: Transaction, means: Means) -> Sequence[Any]:
    """All or nothing, on a fork. Raises ``Refusal`` with the draft unchanged."""
    account, calls, max_fee, agreed = transaction
    require_calls(account, calls)
    trial = Draft(draft)
    events: list[Any] = []
    cost = network.cost_of(draft, calls)
    if cost.gas:  # what is free stands at any price of gas
        if cost.price > max_fee:
            raise FeeAboveLimit(cost.price, max_fee)
        events.append(pay(trial, account, cost, means))
    for call in calls:
        caused = run_call(trial, call, cost, means)
        events.extend(caused)
        if draft.network is not None:
            events.extend(_use_allowances(trial, account, call, caused, means))
    if agreed:
        _hold_to(dict(agreed), dict(outcome(trial, account, events)))
    draft.take(trial)
    return events


def require_calls(account: Account, calls: Sequence[Any]) -> None:
    """There are calls, and all of them are the signer's own."""
    if not calls or any(getattr(call, "account", None) != account for call in calls):
        raise NothingToDo("transaction")


def pay(trial: Draft, account: Account, cost: Cost, means: Means) -> FeePaid:
    """Charge the fee. Raises ``FeeNotPayable``."""
    available = trial.balance(account, "ETH")
    if cost.wei > available:
        raise FeeNotPayable(cost.wei, available)
    paid = network.fee_paid(trial, account, cost)
    means.apply(trial, paid)
    return paid


def run_call(trial: Draft, call: Any, cost: Cost, means: Means) -> Sequence[Any]:
    """One call; a lack of ether says that the fee came first."""
    try:
        return tuple(means.handle(trial, call))
    except NotEnoughBalance as lack:
        if lack.token == "ETH" and cost.wei:
            raise NotEnoughAfterFee("ETH", lack.wanted, lack.available, cost.wei) from None
        raise


# --- approvals ---------------------------------------------------------------------------


def taken(
    world: Readable, account: Account, call: Any, caused: Sequence[Any], means: Means
) -> list[Taken]:
    """What the events of a call took of the account by way of contracts."""
    pulls = means.pulls.get(type(call))
    if pulls is None:
        return []
    net = _net(account, caused)
    found = []
    for token, spender in pulls(call):
        units = -_seen(world, token, net.get(token, 0))
        if token != network.SENT and units > 0:
            found.append(Taken(token, spender, units))
    return found


def _use_allowances(
    trial: Draft, account: Account, call: Any, caused: Sequence[Any], means: Means
) -> list[AllowanceUsed]:
    """What a call pulled comes off the allowances. Raises ``NotApproved``."""
    uses = []
    for token, spender, units in taken(trial, account, call, caused, means):
        allowed = network.allowance(trial, account, token, spender)
        if units > allowed:
            raise NotApproved(token, spender, units, allowed)
        left = network.after_use(allowed, units)
        used = AllowanceUsed(trial.time, account, token, spender, units, left)
        means.apply(trial, used)
        uses.append(used)
    return uses


# --- the outcome -------------------------------------------------------------------------


def outcome(world: Readable, account: Account, events: Sequence[Any]) -> Agreed:
    """What the calls brought and took, the fee left out: base units as one sees them.

    What is supplied and owed shows in the token that moved; its scaled balances, which
    change with every second's interest, are left out.
    """
    own = [event for event in events if type(event) is not FeePaid]
    scaled = {
        made(config.symbol)
        for config in world.lending.parameters.configs
        for made in (supply_token, debt_token)
    }
    return tuple(
        (token, _seen(world, token, units))
        for token, units in sorted(_net(account, own).items())
        if units and token not in scaled
    )


def _net(account: Account, events: Sequence[Any]) -> dict[str, int]:
    """Token → units of the ledger that the events brought the account."""
    net: dict[str, int] = {}
    for event in events:
        for owner, token, units in getattr(event, "entry", ()):
            if owner == account:
                net[token] = net.get(token, 0) + units
    return net


def _seen(world: Readable, token: str, units: int) -> int:
    """Ledger units as their owner sees them: shares of stETH are wei. Rounds towards zero."""
    if token != staking.STETH:
        return units
    wei = staking.steth_for_shares(world, abs(units))
    return wei if units >= 0 else -wei


def _hold_to(agreed: dict[str, int], now: dict[str, int]) -> None:
    """Raises ``Moved`` unless the outcome is what was agreed to."""
    if agreed != now:
        tokens = sorted(
            token for token in agreed.keys() | now.keys() if agreed.get(token) != now.get(token)
        )
        raise Moved(tuple((token, agreed.get(token, 0), now.get(token, 0)) for token in tokens))


__all__ = [
    "OWN", "Agreed", "Means", "Taken", "Transaction", "carry_out", "outcome", "pay",
    "require_calls", "run_call", "taken",
]  # fmt: skip
