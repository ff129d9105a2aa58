"""The one World, and the Draft that work is done on.

A World is immutable: others read it while the engine goes on. A Draft has the same
attributes, shares the small frozen area states with the World it was thawed from, and
copies a map the first time it writes to it. ``decide`` reads either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.ledger import entries
from lstwallet.ledger.entries import Account, Entry, Posting
from lstwallet.units.amount import Token
from lstwallet.units.clock import SimTime

if TYPE_CHECKING:  # the areas import this module for the types of their arguments
    from lstwallet.engine.concentrated_facts import Concentrated, Range
    from lstwallet.engine.guards import Guards
    from lstwallet.engine.lending import Lending
    from lstwallet.engine.lending_oracle import RateCap
    from lstwallet.engine.network import Allowance, Key, Network
    from lstwallet.engine.pools import Pools
    from lstwallet.engine.prices import Prices
    from lstwallet.engine.restaking_facts import Escrow, Restaking
    from lstwallet.engine.restaking_facts import Stake as Restake
    from lstwallet.engine.rocketpool_facts import RocketPool
    from lstwallet.engine.shadows import Shadows
    from lstwallet.engine.staking import Staking, Ticket
    from lstwallet.engine.validators import Beacon, Validator
    from lstwallet.engine.vaults_facts import LendingVault
    from lstwallet.protocols.lending import Position

YOU: Final = "you"
"""The first account of the person at the window."""
OWN: Final = f"{YOU}:"
"""Begins the names of the others: ``you:2``, ``you:3`` …"""

MAPS: Final = (
    "balances", "tickets", "validators", "positions", "allowances", "ranges", "restakes",
    "escrows",
)  # fmt: skip
"""The attributes that grow with who is there: copied on the first write after a freeze."""


_NONE: Final[Mapping[Any, Any]] = {}
"""A map of nothing; whoever writes copies it first."""


class World(NamedTuple):
    """Everything that is so at ``time``. Equal worlds have equal hashes on every machine."""

    time: SimTime
    """The simulated moment; an advance may move it without any event."""
    events: int
    """How many events have happened: the sequence number of the latest one."""
    seed: int
    """Keys every random stream of the market that drives this world."""
    started: SimTime
    """When this world was born."""
    tokens: Mapping[str, Token]
    """Symbol → token, for every token of this world."""
    prices: Prices
    staking: Staking
    beacon: Beacon
    lending: Lending
    pools: Pools
    balances: Mapping[tuple[Account, str], int]
    """The ledger: (account, token symbol) → base units (shares for stETH)."""
    tickets: Mapping[int, Ticket]
    """Withdrawal requests that are not claimed yet, by id."""
    validators: Mapping[int, Validator]
    """Native stakes of accounts, by id."""
    positions: Mapping[Account, Position]
    """Lending positions by account."""
    rate_caps: tuple[RateCap, ...] = ()
    """What capped oracles believe at most."""
    accounts: tuple[Account, ...] = (YOU,)
    """The user's own, in the order in which they were opened."""
    rocketpool: RocketPool | None = None
    """Absent in worlds that were made before it."""
    network: Network | None = None
    """What transactions cost; ``None``: nothing, and contracts need no approval."""
    allowances: Mapping[Key, Allowance] = _NONE
    """(owner, token, spender) → what the spender may take."""
    guards: Guards | None = None
    """Lido's staking limit and what is stopped; ``None`` in a world that has neither yet."""
    shadows: Shadows | None = None
    """What the user's liquid stakes would be natively."""
    vaults: tuple[LendingVault, ...] = ()
    """Vaults that lend out what is put into them; none in worlds that were made before."""
    concentrated: Concentrated | None = None
    """Absent in worlds that were made before it."""
    ranges: Mapping[int, Range] = _NONE
    """Positions in the concentrated pool, by number."""
    restaking: Restaking | None = None
    """Absent in worlds that were made before it."""
    restakes: Mapping[Account, Restake] = _NONE
    """What the user's accounts have restaked."""
    escrows: Mapping[int, Escrow] = _NONE
    """Restaked tokens on their way out, by id."""

    def balance(self, account: Account, token: str) -> int:
        """Base units of ``token`` in the ledger (shares for stETH, scaled for aTokens)."""
        return self.balances.get((account, token), 0)


class Draft:
    """A World in the making. Only the kernel and ``evolve`` functions write to it."""

    __slots__ = (*World._fields, "_shared", "cache")

    time: SimTime
    events: int
    seed: int
    started: SimTime
    tokens: Mapping[str, Token]
    prices: Prices
    staking: Staking
    beacon: Beacon
    lending: Lending
    pools: Pools
    balances: dict[tuple[Account, str], int]
    tickets: dict[int, Ticket]
    validators: dict[int, Validator]
    positions: dict[Account, Position]
    rate_caps: tuple[RateCap, ...]
    accounts: tuple[Account, ...]
    rocketpool: RocketPool | None
    network: Network | None
    allowances: dict[Key, Allowance]
    guards: Guards | None
    shadows: Shadows | None
    vaults: tuple[LendingVault, ...]
    concentrated: Concentrated | None
    ranges: dict[int, Range]
    restaking: Restaking | None
    restakes: dict[Account, Restake]
    escrows: dict[int, Escrow]
    _shared: set[str]
    cache: dict[str, Any]
    """Indices that can be rebuilt from the rest at any time; never part of the World."""

    def __init__(self, world: World | Draft) -> None:
        for name in World._fields:
            setattr(self, name, getattr(world, name))
        self._shared = set(MAPS)
        self.cache = {}
        if isinstance(world, Draft):
            world._shared = set(MAPS)

    def balance(self, account: Account, token: str) -> int:
        """Base units of ``token`` in the ledger (shares for stETH, scaled for aTokens)."""
        return self.balances.get((account, token), 0)

    def writable(self, name: str) -> dict[Any, Any]:
        """The map called ``name``, copied first if a World or another Draft reads it too."""
        if name in self._shared:
            setattr(self, name, dict(getattr(self, name)))
            self._shared.discard(name)
        owned: dict[Any, Any] = getattr(self, name)
        return owned

    def post(self, entry: Entry) -> None:
        """Add an entry to the ledger. Raises ``LedgerBroken`` (a bug) if it is unsound."""
        if "balances" in self._shared:
            self.writable("balances")
        entries.post(self.balances, entry)

    def freeze(self) -> World:
        """The immutable World of this moment."""
        self._shared = set(MAPS)
        return World(*(getattr(self, name) for name in World._fields))

    def take(self, other: Draft) -> None:
        """Become what ``other`` is; ``other`` is not used afterwards."""
        for name in Draft.__slots__:
            setattr(self, name, getattr(other, name))


def is_yours(account: Account) -> bool:
    """Whether it is one of the user's own accounts."""
    return account == YOU or account.startswith(OWN)


Readable = World | Draft
"""What ``decide`` and every read model may look at."""

__all__ = ["MAPS", "OWN", "YOU", "Draft", "Posting", "Readable", "World", "is_yours"]
