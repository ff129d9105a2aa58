"""The Rocket-Pool-like protocol: states, commands and events.

The ledger holds rETH as such; it never changes by itself, its rate does. ETH of the protocol
lies in the rETH contract (``rocketpool:reth``), in the deposit pool (``rocketpool:deposits``)
and, as minipools, on the chain (``beacon``). All minipools are one aggregate: who runs them
moves nothing that a holder sees.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.engine.pools_facts import RethPoolBlueprint, StablePool
from lstwallet.engine.shadows import Shadow
from lstwallet.engine.staking_facts import Unreported
from lstwallet.engine.validators_facts import Earnings, Passage
from lstwallet.ledger.entries import Account, Entry
from lstwallet.protocols.consensus import Churn
from lstwallet.protocols.rocketpool import Minipools, Pool, Settings
from lstwallet.units.amount import Token, Wanted
from lstwallet.units.clock import HOUR

RETH: Final = "rETH"
CONTRACT: Final = "rocketpool:reth"
"""The rETH contract: what burning is paid from first."""
DEPOSITS: Final = "rocketpool:deposits"
"""The deposit pool."""
NODES: Final = "rocketpool:nodes"
VOTERS: Final = "rocketpool:voters"
UPDATE_HOUR: Final = 18 * HOUR
"""The oracle's daily update comes at 18:00 UTC."""
TOKENS: Final = (Token("rETH", 18), Token("LP:reth_eth", 18))
"""What a world has in addition once the protocol is there."""


class Rules(NamedTuple):
    """Parameters of the protocol, and how its nodes behave."""

    settings: Settings
    node_share: int
    voter_share: int
    """Parts of the borrowed ether's rewards that rETH does not get, 18 decimals."""
    max_change: int
    """The most by which one update may move the rate, 18 decimals."""
    nodes_per_day: int
    """Minipools that are offered in a day while the line is not full."""
    longest_line: int
    """Minipools that wait for ether at most."""
    smallest_batch: int
    """Ether is handed out when it does for so many minipools at once."""
    exits_below: int
    """Nodes leave when the collateral rate falls below this, 18 decimals."""
    exits_per_day: int
    """Minipools that leave in a day at most."""


class LastUpdate(NamedTuple):
    """What the last update did to the rate (ETH for one rETH, 18 decimals)."""

    at: int
    rate_before: int
    rate_after: int


class RocketPool(NamedTuple):
    """The protocol as a whole."""

    rules: Rules
    pool: Pool
    minipools: Minipools
    waiting: int
    """Minipools whose nodes have put up their bond and wait for borrowed ether."""
    active: int
    """Gwei of its validators that attest."""
    earned: Earnings
    """Up to where its earnings are counted."""
    unreported: Unreported
    activating: tuple[Passage, ...]
    exiting: tuple[Passage, ...]
    leaving: tuple[Passage, ...]
    """Validators on their way; one that leaves stands in the last two."""
    next_update: int
    last_update: LastUpdate


# --- commands ------------------------------------------------------------------------


class MintReth(NamedTuple):
    """ETH in, rETH out, at the reported rate less the deposit fee."""

    account: Account
    amount: Wanted


class BurnReth(NamedTuple):
    """rETH in, ETH out at once; ``amount`` in rETH."""

    account: Account
    amount: Wanted


class StepRocketPool(NamedTuple):
    """Agenda: the oracle's update, or a passage of minipools, is due."""


class RocketPoolBlueprint(NamedTuple):
    """What the protocol begins with. Wei unless it says otherwise."""

    rules: Rules
    minipools: int
    """Validators that run already; the chain counts them among everybody else's before."""
    collateral: int
    deposits: int
    rate: int
    """ETH for one rETH, 18 decimals."""
    holder: Account
    """Owns all rETH that nobody else does."""
    holdings: tuple[tuple[Account, int], ...]
    """rETH of other accounts."""
    reth_pool: RethPoolBlueprint


class DeployRocketPool(NamedTuple):
    """Found the protocol and its pool in a world that was made without them."""

    blueprint: RocketPoolBlueprint


# --- events --------------------------------------------------------------------------


class RethMinted(NamedTuple):
    """``amount`` wei of ETH became ``reth``."""

    at: int
    account: Account
    amount: int
    reth: int
    pool: Pool
    entry: Entry
    shadow: Shadow | None = None
    """What the same ether would be natively; of the user's stakes only."""


class RethBurned(NamedTuple):
    """``reth`` became ``ether`` wei of ETH."""

    at: int
    account: Account
    reth: int
    ether: int
    pool: Pool
    entry: Entry


class BalancesUpdated(NamedTuple):
    """The oracle's daily update, and what is done with ether on the same occasion."""

    at: int
    rewards: int
    """Wei that all minipools earned since the last one; negative for a loss."""
    holders: int
    """Wei of it that went to rETH."""
    pool: Pool
    minipools: Minipools
    waiting: int
    deposited: Passage | None
    """Minipools that got their ether, with the moment of activation."""
    left: Passage | None
    """Minipools whose nodes leave, with the moment of exit."""
    paid: Passage | None
    """The same, with the moment of payment."""
    deposits: Churn
    exits: Churn
    earned: Earnings
    next_update: int
    last_update: LastUpdate
    entry: Entry


class MinipoolsActivated(NamedTuple):
    """The first minipools in line attest from now on."""

    at: int
    rocket_active: int
    active: int
    earned: Earnings
    unreported: Unreported


class MinipoolsExited(NamedTuple):
    """The first leaving minipools in line are out."""

    at: int
    rocket_active: int
    active: int
    earned: Earnings
    unreported: Unreported


class MinipoolsClosed(NamedTuple):
    """The first leaving minipools in line were paid out: to rETH first, then to their nodes."""

    at: int
    holders: int
    nodes: int
    pool: Pool
    minipools: Minipools
    entry: Entry


class RocketPoolDeployed(NamedTuple):
    """The protocol and its pool are there from now on."""

    at: int
    rocketpool: RocketPool
    reth_pool: StablePool
    entry: Entry
