"""The network's fee and what contracts may take: approvals.

A transaction (``engine/transactions``) pays for its gas first: the base fee is burnt, the tip
goes to whoever proposes blocks. An ERC-20 leaves an account only as far as its owner allowed
the contract that pulls it; ether is sent and needs no approval. Which contract pulls what
stands in the ``PULLS`` table of each area.

The base fee moves with the market's hourly tick (``engine/prices``). A world without a network
knows neither fees nor approvals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine.refusals import BelowMinimum, NothingToDo
from lstwallet.engine.wallet import evolve_entry_only
from lstwallet.ledger.entries import Account, Entry, burn, move
from lstwallet.protocols import fee_market

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

PROPOSERS: Final = "proposers"
"""Receives the tips."""
ROUTER: Final = "router"
"""Pulls what is swapped on a way through several contracts."""
UNLIMITED: Final = 2**256 - 1
"""An allowance that does not shrink: the contract may take whatever there ever is."""
FREE: Final = frozenset({"Fund"})
"""Kinds of calls that cost nothing: play money comes to an account that has nothing, too."""
SENT: Final = "ETH"
"""The native coin goes with the transaction; no contract can pull it."""

Key = tuple[Account, str, Account]
"""Owner, token, spender."""
Pull = tuple[str, Account]
"""A token, and the contract that pulls it."""


class Rules(NamedTuple):
    """What the calls of this network cost."""

    gas: tuple[tuple[str, int], ...]
    """Kind of call, alone or with its pool or token (``Swap.route``, ``Send.ETH``) → gas,
    without what a transaction costs in itself."""
    other: int
    """Gas of a call that has no line of its own."""


class Network(NamedTuple):
    """The fee market as it stands. Wei per gas."""

    rules: Rules
    base_fee: int
    tip: int


class Allowance(NamedTuple):
    """What a contract may still take of a token of its owner's."""

    units: int
    """Base units as the owner sees them (wei of stETH); ``UNLIMITED`` does not shrink."""
    given: int
    """When."""
    used: int
    """When it was last made use of; 0: never."""


class Cost(NamedTuple):
    """What a transaction costs now."""

    gas: int
    base_fee: int
    tip: int

    @property
    def wei(self) -> int:
        """The whole fee."""
        return sum(fee_market.fee(self.gas, self.base_fee, self.tip))

    @property
    def price(self) -> int:
        """Wei per gas."""
        return self.base_fee + self.tip


# --- commands and events -----------------------------------------------------------------


class DeployNetwork(NamedTuple):
    """The market's: from now on transactions cost something, and contracts need approval."""

    network: Network


class Approve(NamedTuple):
    """Let ``spender`` take up to ``units`` of ``token``: in place of what it might so far.

    0 revokes; ``UNLIMITED`` stands for ever.
    """

    account: Account
    token: str
    spender: Account
    units: int


class NetworkDeployed(NamedTuple):
    """The network's rules are in force."""

    at: int
    network: Network


class Approved(NamedTuple):
    """``spender`` may take up to ``units`` of ``token`` now; 0: nothing any more."""

    at: int
    account: Account
    token: str
    spender: Account
    units: int


class AllowanceUsed(NamedTuple):
    """``spender`` took ``used`` of ``token`` and may take ``left`` more."""

    at: int
    account: Account
    token: str
    spender: Account
    used: int
    left: int


class FeePaid(NamedTuple):
    """A transaction of ``account`` was paid for. Wei per gas."""

    at: int
    account: Account
    gas: int
    base_fee: int
    tip: int
    entry: Entry


# --- reading -----------------------------------------------------------------------------


def cost_of(world: Readable, calls: Iterable[Any]) -> Cost:
    """What a transaction of these calls costs now; nothing where there is no network, and
    nothing for what no network carries."""
    network, calls = world.network, tuple(calls)
    if network is None:
        return Cost(0, 0, 0)
    if calls and all(type(call).__name__ in FREE for call in calls):
        return Cost(0, network.base_fee, network.tip)
    table = dict(network.rules.gas)
    gas = fee_market.TRANSACTION_GAS
    for call in calls:
        kind = type(call).__name__
        where = getattr(call, "pool", "") or getattr(call, "token", "")
        gas += table.get(f"{kind}.{where}", table.get(kind, network.rules.other))
    return Cost(gas, network.base_fee, network.tip)


def allowance(world: Readable, owner: Account, token: str, spender: Account) -> int:
    """Base units that ``spender`` may still take."""
    given = world.allowances.get((owner, token, spender))
    return 0 if given is None else given.units


def after_use(allowed: int, used: int) -> int:
    """What is left of an allowance."""
    return allowed if allowed == UNLIMITED else allowed - used


def fee_paid(world: Readable, account: Account, cost: Cost) -> FeePaid:
    """The event that pays for a transaction; the caller has seen that it can be paid."""
    gas, base_fee, tip = cost
    burnt, tipped = fee_market.fee(gas, base_fee, tip)
    entry: Entry = burn("ETH", burnt, account) if burnt else ()
    if tipped:
        entry += move("ETH", tipped, account, PROPOSERS)
    return FeePaid(world.time, account, gas, base_fee, tip, entry)


# --- deciding and applying ---------------------------------------------------------------


def decide_deploy(world: Readable, command: DeployNetwork) -> Sequence[NetworkDeployed]:
    """Refuses a second one."""
    if world.network is not None:
        raise NothingToDo("network")
    return (NetworkDeployed(world.time, command.network),)


def decide_approve(world: Readable, command: Approve) -> Sequence[Approved]:
    """Refuses a token that nobody can pull, negative amounts, and what stands already.

    An allowance may exceed the balance, as with every ERC-20.
    """
    account, token, spender, units = command
    if token == SENT or token not in world.tokens or not spender or spender == account:
        raise NothingToDo("approve")
    if units < 0:
        raise BelowMinimum(token, units, 0, "approve")
    if units == allowance(world, account, token, spender):
        raise NothingToDo("approve")
    return (Approved(world.time, account, token, spender, min(units, UNLIMITED)),)


def evolve_deployed(draft: Draft, event: NetworkDeployed) -> None:
    """The network is there."""
    draft.network = event.network


def evolve_approved(draft: Draft, event: Approved) -> None:
    """The allowance stands, or is gone."""
    key = (event.account, event.token, event.spender)
    allowances = draft.writable("allowances")
    if event.units:
        before = allowances.get(key)
        used = before.used if before is not None else 0
        allowances[key] = Allowance(event.units, event.at, used)
    else:
        allowances.pop(key, None)


def evolve_used(draft: Draft, event: AllowanceUsed) -> None:
    """So much less may be taken; what is used up is no approval any more."""
    key = (event.account, event.token, event.spender)
    allowances = draft.writable("allowances")
    before = allowances.pop(key, None)
    if event.left:
        given = before.given if before is not None else event.at
        allowances[key] = Allowance(event.left, given, event.at)


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    DeployNetwork: decide_deploy,
    Approve: decide_approve,
}
EVOLVE: dict[type, Callable[..., None]] = {
    NetworkDeployed: evolve_deployed,
    Approved: evolve_approved,
    AllowanceUsed: evolve_used,
    FeePaid: evolve_entry_only,
}


def audit(world: Readable) -> Sequence[str]:
    """Every allowance is of something and for something."""
    return [
        f"allowance {key} of {allowed.units}"
        for key, allowed in world.allowances.items()
        if allowed.units <= 0 or allowed.units > UNLIMITED
    ]


__all__ = [
    "PROPOSERS", "ROUTER", "UNLIMITED", "Allowance", "AllowanceUsed", "Approve", "Approved",
    "Cost", "DeployNetwork", "FeePaid", "Key", "Network", "NetworkDeployed", "Pull", "Rules",
    "after_use", "allowance", "cost_of", "fee_paid",
]  # fmt: skip
