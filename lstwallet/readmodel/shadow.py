"""Native or liquid? The user's stakes beside their shadows: the same ether, staked natively.

Both sides begin with the same wei at the same moments. The liquid side is worth what the
token stands for at the protocol's own rate. The native side is what went in and what its
validators would have earned since they were active, by the chain's running sums
(``engine/validators``), at the rates that this world recorded:

    native = Σ wei + Σ (sums now − sums at activation) × 32 ETH × whole validators

Each stake stands alone: 40 ETH are one validator and 8 ETH that wait for nothing. Rewards
of a validator are paid out at each round of the sweep and earn nothing more. What was given
away since left the oldest stake first, and took its part of the shadow along. Amounts are
wei, rounded down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from lstwallet.engine import rocketpool, validators
from lstwallet.engine.lending_view import owed_units, supplied_units
from lstwallet.engine.pools_facts import LP, RETH, RETH_ETH, STETH_ETH, TOKENS
from lstwallet.engine.pools_view import lp_value, pool_price
from lstwallet.engine.restaking_view import restaked
from lstwallet.engine.shadows import Shadow
from lstwallet.engine.staking import estimate_wait
from lstwallet.engine.staking_wait import Wait
from lstwallet.engine.validators_facts import VALIDATOR_WEI, Earnings
from lstwallet.engine.world import Readable
from lstwallet.ledger.entries import Account
from lstwallet.protocols import lido
from lstwallet.protocols.rocketpool import BOND
from lstwallet.readmodel.staking import lido_offer, solo_offer, whole_validators
from lstwallet.units.clock import SimTime
from lstwallet.units.fixed import WAD, mul_div_ceil, mul_div_floor

STETH: Final = "stETH"
WSTETH: Final = "wstETH"


# --- what is held ----------------------------------------------------------------------------


def steth_held(world: Readable, account: Account) -> int:
    """Shares of stETH that an account has in any form, less those that it owes.

    In the wallet, wrapped, supplied, restaked, and in the pool as a balanced withdrawal would
    give them.
    """
    shares = world.balance(account, STETH) + world.balance(account, WSTETH)
    if account in world.positions:
        shares += supplied_units(world, account, WSTETH) - owed_units(world, account, WSTETH)
    lp = world.balance(account, LP[STETH_ETH])
    if lp:
        inside = lp_value(world, STETH_ETH, lp)[TOKENS[STETH_ETH].index(STETH)]
        shares += lido.shares_for(world.staking.pool, inside)
    if account in world.restakes:
        shares += restaked(world, account, WSTETH)
        shares += lido.shares_for(world.staking.pool, restaked(world, account, STETH))
    return max(shares, 0)


def reth_held(world: Readable, account: Account) -> int:
    """rETH that an account has in the wallet, restaked and in the pool."""
    units, lp = world.balance(account, RETH), world.balance(account, LP[RETH_ETH])
    units += restaked(world, account, RETH)
    return units + lp_value(world, RETH_ETH, lp)[TOKENS[RETH_ETH].index(RETH)] if lp else units


def _reth_price(world: Readable) -> int:
    price = pool_price(world, RETH_ETH)
    return mul_div_floor(price, WAD, rocketpool.reth_rate(world)) if price else 0


def _commission(world: Readable) -> int:
    rules = rocketpool.of(world).rules
    return rules.node_share + rules.voter_share


def _shared_by_all(world: Readable, wei: int, loss: int) -> int:
    return mul_div_ceil(loss, wei, max(world.staking.pool.ether, wei, 1))


def _behind_the_bond(world: Readable, wei: int, loss: int) -> int:
    """A node's own ETH loses first; only what is more than that is shared."""
    ether = rocketpool.of(world).pool.reported.ether
    return mul_div_ceil(max(loss - BOND, 0), wei, max(ether, wei, 1))


def _burning(world: Readable, wei: int) -> Wait | None:
    return Wait(0, 0) if wei <= rocketpool.burnable(world) else None


class Liquid(NamedTuple):
    """A token that one gets for staking, as it is compared."""

    token: str
    held: Callable[[Readable, Account], int]
    """Units in any form."""
    worth: Callable[[Readable, int], int]
    """Wei that units stand for at the protocol's own rate."""
    price: Callable[[Readable], int]
    """ETH on the market for one wei of that worth (WAD); 0: no market."""
    wait: Callable[[Readable, int], Wait | None]
    """Seconds until so many wei are paid back; ``None``: nobody can say."""
    loss: Callable[[Readable, int, int], int]
    """Wei that fall on so many wei of stake when one validator loses so much, rounded up."""
    least: Callable[[Readable], int]
    """The smallest stake, wei; 0: any."""
    fee: Callable[[Readable], int]
    """Share of rewards that does not reach the holders (WAD)."""


LIQUID: Final = (
    Liquid(
        STETH,
        steth_held,
        lambda world, units: lido.ether_for(world.staking.pool, units),
        lambda world: pool_price(world, STETH_ETH) or 0,
        estimate_wait,
        _shared_by_all,
        lambda world: 0,
        lambda world: lido_offer(world).fee,
    ),
    Liquid(
        RETH,
        reth_held,
        rocketpool.eth_of,
        _reth_price,
        _burning,
        _behind_the_bond,
        lambda world: rocketpool.of(world).rules.settings.minimum_deposit,
        _commission,
    ),
)
"""One row for each; what else one gets for staking is one more."""


def liquid_of(token: str) -> Liquid:
    """The row of a token."""
    return next(each for each in LIQUID if each.token == token)


# --- stakes that are still there -----------------------------------------------------------------


class Kept(NamedTuple):
    """A stake, or the part of it that is still held."""

    shadow: Shadow
    units: int

    def part(self, wei: int) -> int:
        """The kept part of an amount that belongs to the whole stake."""
        return mul_div_floor(wei, self.units, self.shadow.units)


def kept(cast: Sequence[Shadow], held: int) -> tuple[Kept, ...]:
    """The newest stakes that ``held`` units are enough for, the oldest of them in part.

    ``cast`` and the answer are oldest first.
    """
    found = []
    for shadow in reversed(cast):
        units = min(shadow.units, held)
        if units <= 0:
            break
        held -= units
        found.append(Kept(shadow, units))
    return tuple(reversed(found))


def native_rewards(each: Kept, now: Earnings) -> tuple[int, int]:
    """Wei that the shadow's part would have earned: for duties, from fees and MEV."""
    begun = each.shadow.begun
    if begun is None:
        return 0, 0
    duties, execution = validators.earned_by(each.shadow.keys, begun, now)
    return each.part(duties), each.part(execution)


# --- side by side --------------------------------------------------------------------------------


class Compared(NamedTuple):
    """All stakes in one token, both ways."""

    token: str
    stakes: int
    since: SimTime
    """The oldest of them."""
    wei: int
    """ETH that went in."""
    liquid: int
    """What it is worth now at the protocol's rate."""
    market: int
    """What the market pays for that at the margin; 0: no market."""
    duties: int
    """Wei that the shadow earned for duties; negative: lost."""
    execution: int
    """Wei that the shadow earned from fees and MEV."""
    idle: int
    """ETH of it that is not 32 ETH, alone, and could not have been staked."""
    waiting: int
    """ETH of the shadow that is not active yet."""
    active_from: SimTime
    """When the last of what waits is active; 0: nothing waits."""
    beyond: int
    """Worth of what is held beyond all stakes: bought, and so without a shadow."""

    @property
    def native(self) -> int:
        """What it would be natively."""
        return self.wei + self.duties + self.execution

    @property
    def earning(self) -> int:
        """ETH of the shadow that earns now."""
        return self.wei - self.idle - self.waiting

    @property
    def ahead(self) -> int:
        """By how much the liquid side is ahead; negative: behind."""
        return self.liquid - self.native


def compared(world: Readable, account: Account, liquid: Liquid = LIQUID[0]) -> Compared | None:
    """``None`` while the account holds nothing that it staked."""
    cast = world.shadows.cast if world.shadows else ()
    mine = [each for each in cast if (each.account, each.token) == (account, liquid.token)]
    held = liquid.held(world, account) if mine else 0
    stakes = kept(mine, held)
    if not stakes:
        return None
    now = validators.earnings_at(world.beacon, world.time)
    rewards = [native_rewards(each, now) for each in stakes]
    units = sum(each.units for each in stakes)
    worth = liquid.worth(world, units)
    waits = [each for each in stakes if each.shadow.keys and each.shadow.begun is None]
    return Compared(
        liquid.token,
        len(stakes),
        stakes[0].shadow.at,
        sum(each.part(each.shadow.wei) for each in stakes),
        worth,
        mul_div_floor(worth, liquid.price(world), WAD),
        sum(duties for duties, _ in rewards),
        sum(execution for _, execution in rewards),
        sum(each.part(too_few(each.shadow.wei)) for each in stakes),
        sum(each.part(each.shadow.keys * VALIDATOR_WEI) for each in waits),
        max((each.shadow.active_at for each in waits), default=0),
        liquid.worth(world, held - units),
    )


def all_compared(world: Readable, account: Account) -> tuple[Compared, ...]:
    """One row for each token that the account staked for and still holds."""
    rows = (compared(world, account, liquid) for liquid in LIQUID)
    return tuple(row for row in rows if row is not None)


def too_few(wei: int) -> int:
    """What is left of a stake after whole validators of 32 ETH."""
    return wei % VALIDATOR_WEI


# --- from here on --------------------------------------------------------------------------------


class Prospect(NamedTuple):
    """So much ether from now on, both ways."""

    wei: int
    idle: int
    """ETH of it that could not be staked natively."""
    activation: int
    """Seconds until a new validator would earn."""
    liquid_wait: Wait | None
    """Seconds to be paid back by the protocol; ``None``: nobody can say."""
    native_wait: Wait
    """Seconds from asking to leave to the payment by the sweep."""
    market: int
    """Wei that the market pays at once, at the margin; 0: no market."""
    loss_alone: int
    """Wei that one slashed validator of one's own costs at once."""
    loss_shared: int
    """Wei of the same loss that falls on this stake in the protocol."""


def prospect(world: Readable, wei: int, liquid: Liquid = LIQUID[0]) -> Prospect:
    """For ``wei`` staked now, or that is staked already."""
    solo = solo_offer(world, whole_validators(wei))
    return Prospect(
        wei,
        too_few(wei),
        solo.activation,
        liquid.wait(world, wei),
        solo.exit,
        mul_div_floor(wei, liquid.price(world), WAD),
        solo.slashed,
        liquid.loss(world, wei, solo.slashed),
    )


class InAYear(NamedTuple):
    """Wei that a stake earns in a year at the present rates; simple, not compounded."""

    liquid: int
    native: int


def in_a_year(world: Readable, wei: int, liquid_rate: int) -> InAYear:
    """``liquid_rate`` is the pool's yearly rate (WAD). Natively only whole validators earn."""
    native = sum(validators.expected_rate(world.beacon))
    return InAYear(
        mul_div_floor(wei, liquid_rate, WAD), mul_div_floor(wei - too_few(wei), native, WAD)
    )


def share_of(gain: int, wei: int) -> int:
    """A gain as a share of what went in (WAD)."""
    return mul_div_floor(gain, WAD, wei) if wei else 0


__all__ = [
    "LIQUID", "Compared", "InAYear", "Kept", "Liquid", "Prospect", "all_compared", "compared",
    "in_a_year", "kept", "liquid_of", "native_rewards", "prospect", "share_of", "steth_held",
    "too_few",
]  # fmt: skip
