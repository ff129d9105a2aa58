"""rETH: minting, burning, and the oracle's daily update with all that follows from it.

There is no queue. A burn is paid at once from the rETH contract's ether and from what the
deposit pool has beyond the needs of waiting minipools, or it is refused with what there is;
the other way out is the pool (``engine/pools_stable``).

Once a day the rewards are divided, ether above the collateral target goes to work, ether in
the deposit pool goes to waiting minipools, nodes leave when the collateral has run low, and
the oracle reports what all of it is worth. One event says so: no cost grows with holders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine import pools_stable
from lstwallet.engine.pools_facts import ACCOUNT, RETH_ETH, StablePool
from lstwallet.engine.refusals import (
    BelowMinimum,
    CapReached,
    NotEnoughLiquidity,
    NothingToDo,
    ProtocolRefused,
)
from lstwallet.engine.rocketpool_facts import (
    CONTRACT,
    DEPOSITS,
    NODES,
    RETH,
    TOKENS,
    UPDATE_HOUR,
    VOTERS,
    BalancesUpdated,
    BurnReth,
    DeployRocketPool,
    LastUpdate,
    MinipoolsActivated,
    MinipoolsClosed,
    MinipoolsExited,
    MintReth,
    RethBurned,
    RethMinted,
    RocketPool,
    RocketPoolBlueprint,
    RocketPoolDeployed,
    Rules,
    StepRocketPool,
)
from lstwallet.engine.shadows import add_shadow, shadow_of
from lstwallet.engine.staking_facts import Unreported
from lstwallet.engine.validators import (
    earnings_at,
    expected_rate,
    join_activation,
    join_exit,
    mean_sweep_wait,
    others_active,
)
from lstwallet.engine.validators_facts import (
    BEACON,
    GWEI,
    VALIDATOR_GWEI,
    Beacon,
    Earnings,
    Passage,
)
from lstwallet.engine.wallet import take_units
from lstwallet.ledger.entries import Account, Entry, burn, mint, move, supply_account
from lstwallet.protocols import consensus, rocketpool
from lstwallet.protocols.consensus import Churn
from lstwallet.protocols.rocketpool import BOND, BORROWED, Minipools, Pool, Reported
from lstwallet.units.checked import Revert
from lstwallet.units.clock import DAY, next_after
from lstwallet.units.fixed import WAD, div_ceil, div_floor, mul_div_floor
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

WHERE: Final = "rocketpool"
DEPOSIT_RULE: Final = "rocketpool_deposit"
DEPOSIT_POOL: Final = "deposit_pool"
"""The kind of its cap."""
_STEP: Final = StepRocketPool()


# --- reading ---------------------------------------------------------------------------


def of(world: Readable) -> RocketPool:
    """The protocol of a world. Refuses where there is none."""
    if world.rocketpool is None:
        raise NothingToDo(WHERE)
    return world.rocketpool


def wanted(rocket: RocketPool) -> int:
    """Wei that waiting minipools will take from the deposit pool."""
    return rocket.waiting * BORROWED


def reth_rate(world: Readable) -> int:
    """ETH for one rETH as last reported, 18 decimals."""
    return rocketpool.exchange_rate(of(world).pool.reported)


def eth_of(world: Readable, reth: int) -> int:
    """Wei of ETH that ``reth`` are worth at the reported rate, rounded down."""
    return rocketpool.eth_value(of(world).pool.reported, reth) if reth else 0


def burnable(world: Readable) -> int:
    """Wei that burning can be paid with now."""
    rocket = of(world)
    return rocketpool.available(rocket.pool, wanted(rocket))


def deposit_room(world: Readable) -> int:
    """Wei that may still be deposited before the deposit pool is full."""
    rocket = of(world)
    return max(rocket.rules.settings.largest_pool + wanted(rocket) - rocket.pool.deposits, 0)


def collateral_rate(world: Readable) -> int:
    """The rETH contract's ether as a part of all that rETH is worth, 18 decimals."""
    return rocketpool.collateral_rate(of(world).pool)


def yearly_rate(world: Readable) -> int:
    """Expected yearly return of rETH after commission, 18 decimals; no promise.

    Collateral and the deposit pool earn nothing and so lower it.
    """
    rocket = of(world)
    rules = rocket.rules
    working = rocket.active * GWEI
    gross = mul_div_floor(sum(expected_rate(world.beacon)), working, rocket.pool.reported.ether)
    return mul_div_floor(gross, rocketpool.holders_share(rules.node_share, rules.voter_share), WAD)


# --- minting and burning ---------------------------------------------------------------


def decide_mint(world: Readable, command: MintReth) -> Sequence[RethMinted]:
    """Refuses zero, more than the balance, less than the minimum, and a full deposit pool."""
    rocket, who = of(world), command.account
    try:
        wei = take_units(world, who, "ETH", command.amount)
    except NothingToDo:
        raise NothingToDo("stake") from None
    settings = rocket.rules.settings
    if wei < settings.minimum_deposit:
        raise BelowMinimum("ETH", wei, settings.minimum_deposit, DEPOSIT_RULE)
    room = deposit_room(world)
    if wei > room:
        raise CapReached("ETH", DEPOSIT_POOL, settings.largest_pool, room)
    before = rocket.pool
    try:
        after, minted = rocketpool.deposit(before, settings, wei, wanted(rocket))
    except Revert as refused:
        raise ProtocolRefused(WHERE, refused.reason) from refused
    entry = _paid(before, after, who) + mint(RETH, minted, who)
    shadow = shadow_of(world, who, RETH, wei, minted)
    return (RethMinted(world.time, who, wei, minted, after, entry, shadow),)


def decide_burn(world: Readable, command: BurnReth) -> Sequence[RethBurned]:
    """Refuses zero, more than the balance, and more than can be paid, saying what can."""
    rocket, who = of(world), command.account
    try:
        reth = take_units(world, who, RETH, command.amount)
    except NothingToDo:
        raise NothingToDo("burn") from None
    ether, there = eth_of(world, reth), burnable(world)
    if ether > there:
        raise NotEnoughLiquidity(WHERE, "ETH", ether, there)
    if ether == 0:
        raise NothingToDo("burn")
    before = rocket.pool
    after, ether = rocketpool.burn(before, reth, reth, wanted(rocket))
    entry = burn(RETH, reth, who) + _paid(before, after, who)
    return (RethBurned(world.time, who, reth, ether, after, entry),)


def _paid(before: Pool, after: Pool, who: Account) -> Entry:
    """ETH of ``who`` goes where the protocol has more of it, and comes from where it has less."""
    entry: Entry = ()
    for place, more in (
        (CONTRACT, after.collateral - before.collateral),
        (DEPOSITS, after.deposits - before.deposits),
    ):
        if more > 0:
            entry += move("ETH", more, who, place)
        elif more < 0:
            entry += move("ETH", -more, place, who)
    return entry


# --- the daily update --------------------------------------------------------------------


class _Occasion(NamedTuple):
    """The protocol in the course of an update."""

    pool: Pool
    minipools: Minipools
    entry: Entry


def _unreported(rocket: RocketPool, now: Earnings) -> Unreported:
    """What its validators have earned since the last update."""
    eth = div_floor(rocket.active, consensus.INCREMENT)
    before, sums = rocket.earned, rocket.unreported
    return Unreported(
        sums.duties + (now.duties - before.duties) * eth,
        sums.execution + (now.execution - before.execution) * eth,
    )


def _if(units: int, entry: Entry) -> Entry:
    return entry if units else ()


def _settled(rocket: RocketPool, rewards: int) -> tuple[_Occasion, int]:
    """Rewards divided, ether above the target put to work; and wei that went to rETH."""
    rules, before = rocket.rules, rocket.minipools
    done = rocketpool.settle(before, rewards, rules.node_share, rules.voter_share)
    target = rules.settings.target_collateral
    richer = rocketpool.add_collateral(rocket.pool, done.reth)
    pool = rocketpool.deposit_excess_collateral(richer, target)
    gained = done.minipools.balance - before.balance
    sent = pool.deposits - richer.deposits
    entry = (
        _if(done.reth, mint("ETH", done.reth, CONTRACT))
        + _if(done.nodes, mint("ETH", done.nodes, NODES))
        + _if(done.voters, mint("ETH", done.voters, VOTERS))
        + _if(sent, move("ETH", sent, CONTRACT, DEPOSITS))
    )
    if gained > 0:
        entry += mint("ETH", gained, BEACON)
    elif gained < 0:
        entry += burn("ETH", -gained, BEACON)
    return _Occasion(pool, done.minipools, entry), done.reth


def _assigned(
    rocket: RocketPool, so_far: _Occasion, waiting: int, world: Readable
) -> tuple[_Occasion, int, Churn, Passage | None]:
    """Ether of the deposit pool for the first in line; those who still wait, and the passage."""
    deposits = world.beacon.deposits
    number = min(waiting, div_floor(so_far.pool.deposits, BORROWED))
    if number < max(rocket.rules.smallest_batch, 1):
        return so_far, waiting, deposits, None
    pool, minipools = rocketpool.assign(so_far.pool, so_far.minipools, number)
    gwei = number * VALIDATOR_GWEI
    deposits, active_at = join_activation(world.beacon, world.time, gwei)
    entry = (
        so_far.entry
        + move("ETH", number * BORROWED, DEPOSITS, BEACON)
        + mint("ETH", number * BOND, BEACON)
    )
    return _Occasion(pool, minipools, entry), waiting - number, deposits, Passage(active_at, gwei)


def _leaving(
    rocket: RocketPool, pool: Pool, world: Readable
) -> tuple[Churn, Passage | None, Passage | None]:
    """Minipools that leave because there is too little to pay burners with."""
    rules, beacon = rocket.rules, world.beacon
    if rocketpool.collateral_rate(pool) >= rules.exits_below:
        return beacon.exits, None, None
    goal = mul_div_floor(pool.reported.ether, rules.settings.target_collateral, WAD)
    asked = sum(passage.gwei for passage in rocket.exiting)
    coming = sum(passage.gwei for passage in rocket.leaving)
    missing = goal - pool.collateral - div_floor(coming, VALIDATOR_GWEI) * BORROWED
    number = min(
        div_ceil(max(missing, 0), BORROWED),
        rules.exits_per_day,
        div_floor(rocket.active - asked, VALIDATOR_GWEI),
    )
    if number <= 0:
        return beacon.exits, None, None
    gwei = number * VALIDATOR_GWEI
    exits, out, ready = join_exit(beacon, world.time, gwei)
    return exits, Passage(out, gwei), Passage(ready + mean_sweep_wait(beacon), gwei)


def _reported(rocket: RocketPool, so_far: _Occasion) -> Pool:
    """The pool after the oracle has said what it is worth, within the limit."""
    pool, minipools, _ = so_far
    if not pool.supply:
        return pool
    most = rocket.rules.max_change
    ether = rocketpool.network_ether(pool, minipools)
    near = rocketpool.within_limit(pool.reported, ether, pool.supply, most)
    said = rocketpool.update_balances(pool.reported, near, pool.supply, most)
    return pool._replace(reported=said)


def _update(world: Readable, rocket: RocketPool) -> BalancesUpdated:
    now, rules = world.time, rocket.rules
    earned = earnings_at(world.beacon, now)
    sums = _unreported(rocket, earned)
    # A loss takes what there is: the minipools' own balances.
    rewards = max(
        consensus.rewards_of(sums.duties) * GWEI + sums.execution, -rocket.minipools.balance
    )
    so_far, holders = _settled(rocket, rewards)
    line = max(min(rocket.waiting + rules.nodes_per_day, rules.longest_line), rocket.waiting)
    so_far, waiting, deposits, deposited = _assigned(rocket, so_far, line, world)
    pool = _reported(rocket, so_far)
    exits, left, paid = _leaving(rocket, pool, world)
    rate = rocketpool.exchange_rate
    last = LastUpdate(now, rate(rocket.pool.reported), rate(pool.reported))
    return BalancesUpdated(
        now, rewards, holders, pool, so_far.minipools, waiting, deposited, left, paid,
        deposits, exits, earned, rocket.next_update + DAY, last, so_far.entry,
    )  # fmt: skip


# --- the agenda ----------------------------------------------------------------------------


def due(world: Readable) -> tuple[int, StepRocketPool] | None:
    """The next update, or a passage of minipools."""
    rocket = world.rocketpool
    if rocket is None:
        return None
    activating, exiting, leaving, moment, _ = rocket[-5:]
    for line in (activating, exiting, leaving):
        if line and line[0].at < moment:
            moment = line[0].at
    return moment, _STEP


def decide_step(world: Readable, command: StepRocketPool) -> Sequence[Any]:
    """One step, the first that is due."""
    rocket, now = of(world), world.time
    if rocket.activating and rocket.activating[0].at <= now:
        return (MinipoolsActivated(now, *_changed(world, rocket, rocket.activating[0].gwei)),)
    if rocket.exiting and rocket.exiting[0].at <= now:
        return (MinipoolsExited(now, *_changed(world, rocket, -rocket.exiting[0].gwei)),)
    if rocket.leaving and rocket.leaving[0].at <= now:
        return (_close(now, rocket),)
    if rocket.next_update <= now:
        return (_update(world, rocket),)
    raise NothingToDo("report")


def _changed(
    world: Readable, rocket: RocketPool, gwei: int
) -> tuple[int, int, Earnings, Unreported]:
    earned = earnings_at(world.beacon, world.time)
    return rocket.active + gwei, world.beacon.active + gwei, earned, _unreported(rocket, earned)


def _close(now: int, rocket: RocketPool) -> MinipoolsClosed:
    number = div_floor(rocket.leaving[0].gwei, VALIDATOR_GWEI)
    left, holders, nodes = rocketpool.close(rocket.minipools, number)
    pool = rocketpool.add_collateral(rocket.pool, holders)
    entry = _if(holders, move("ETH", holders, BEACON, CONTRACT)) + _if(
        nodes, burn("ETH", nodes, BEACON)
    )
    return MinipoolsClosed(now, holders, nodes, pool, left, entry)


# --- the beginning ---------------------------------------------------------------------------


def found(
    blueprint: RocketPoolBlueprint, beacon: Beacon, at: int
) -> tuple[RocketPool, StablePool, Entry]:
    """The protocol, its pool, and the entry that backs both.

    Its minipools are part of the stake that the chain has already. Raises ``ValueError`` when
    more rETH is given away than there is.
    """
    number = blueprint.minipools
    minipools = Minipools(number, number * rocketpool.VALIDATOR)
    ether = blueprint.collateral + blueprint.deposits + rocketpool.borrowed_part(minipools)
    supply = mul_div_floor(ether, WAD, blueprint.rate)
    pool = Pool(Reported(ether, supply), supply, blueprint.collateral, blueprint.deposits)
    rate = rocketpool.exchange_rate(pool.reported)
    traded, pool_entry = pools_stable.found_reth_pool(blueprint.reth_pool, rate)
    rest = supply - traded.units - sum(units for _, units in blueprint.holdings)
    if rest < 0:
        raise ValueError(f"{-rest} rETH more are given away than there are")
    entry = (
        _if(blueprint.collateral, mint("ETH", blueprint.collateral, CONTRACT))
        + _if(blueprint.deposits, mint("ETH", blueprint.deposits, DEPOSITS))
        + mint(RETH, traded.units, ACCOUNT[RETH_ETH])
        + _if(rest, mint(RETH, rest, blueprint.holder))
        + pool_entry
    )
    for account, units in blueprint.holdings:
        entry += _if(units, mint(RETH, units, account))
    rocket = RocketPool(
        blueprint.rules, pool, minipools, 0, number * VALIDATOR_GWEI, beacon.earned,
        Unreported(0, 0), (), (), (), next_after(DAY, at, UPDATE_HOUR), LastUpdate(at, rate, rate),
    )  # fmt: skip
    return rocket, traded, entry


def decide_deploy(world: Readable, command: DeployRocketPool) -> Sequence[RocketPoolDeployed]:
    """Refuses where it is there already, and more minipools than others have validators."""
    blueprint = command.blueprint
    there = world.rocketpool is not None
    if there or blueprint.minipools * VALIDATOR_GWEI > others_active(world):
        raise NothingToDo("deploy")
    beacon = world.beacon._replace(earned=earnings_at(world.beacon, world.time))
    try:
        rocket, traded, entry = found(blueprint, beacon, world.time)
    except (Revert, ValueError) as problem:
        raise ProtocolRefused(WHERE, str(problem)) from problem
    return (RocketPoolDeployed(world.time, rocket, traded, entry),)


# --- applying --------------------------------------------------------------------------------


def evolve_pool(draft: Draft, event: RethMinted | RethBurned) -> None:
    """More rETH, or less."""
    assert draft.rocketpool is not None
    rules, _, *rest = draft.rocketpool
    draft.rocketpool = make(RocketPool, (rules, event.pool, *rest))
    if type(event) is RethMinted and event.shadow is not None:
        add_shadow(draft, event.shadow)


def evolve_updated(draft: Draft, event: BalancesUpdated) -> None:
    """The new rate, and minipools on their way."""
    rocket, beacon = of(draft), draft.beacon
    draft.rocketpool = RocketPool(
        rocket.rules, event.pool, event.minipools, event.waiting, rocket.active, event.earned,
        Unreported(0, 0), _joined(rocket.activating, event.deposited),
        _joined(rocket.exiting, event.left), _joined(rocket.leaving, event.paid),
        event.next_update, event.last_update,
    )  # fmt: skip
    if event.deposited or event.left:
        draft.beacon = beacon._replace(deposits=event.deposits, exits=event.exits)


def _joined(line: tuple[Passage, ...], passage: Passage | None) -> tuple[Passage, ...]:
    return line if passage is None else (*line, passage)


def _evolve_active(draft: Draft, event: MinipoolsActivated | MinipoolsExited) -> RocketPool:
    draft.beacon = draft.beacon._replace(active=event.active, earned=event.earned)
    return of(draft)._replace(
        active=event.rocket_active, earned=event.earned, unreported=event.unreported
    )


def evolve_activated(draft: Draft, event: MinipoolsActivated) -> None:
    """The first in line are active."""
    rocket = _evolve_active(draft, event)
    draft.rocketpool = rocket._replace(activating=rocket.activating[1:])


def evolve_exited(draft: Draft, event: MinipoolsExited) -> None:
    """The first in line are out."""
    rocket = _evolve_active(draft, event)
    draft.rocketpool = rocket._replace(exiting=rocket.exiting[1:])


def evolve_closed(draft: Draft, event: MinipoolsClosed) -> None:
    """The first in line are paid out."""
    rocket = of(draft)
    draft.rocketpool = rocket._replace(
        pool=event.pool, minipools=event.minipools, leaving=rocket.leaving[1:]
    )


def evolve_deployed(draft: Draft, event: RocketPoolDeployed) -> None:
    """The protocol, its pool and their tokens are there."""
    draft.rocketpool = event.rocketpool
    draft.pools = draft.pools._replace(reth_eth=event.reth_pool)
    draft.tokens = {**draft.tokens, **{token.symbol: token for token in TOKENS}}


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    MintReth: decide_mint,
    BurnReth: decide_burn,
    StepRocketPool: decide_step,
    DeployRocketPool: decide_deploy,
}
EVOLVE: dict[type, Callable[..., None]] = {
    RethMinted: evolve_pool,
    RethBurned: evolve_pool,
    BalancesUpdated: evolve_updated,
    MinipoolsActivated: evolve_activated,
    MinipoolsExited: evolve_exited,
    MinipoolsClosed: evolve_closed,
    RocketPoolDeployed: evolve_deployed,
}


# --- what must hold ---------------------------------------------------------------------------


_SUPPLY: Final = (supply_account(RETH), RETH)
_COLLATERAL: Final = (CONTRACT, "ETH")
_DEPOSITED: Final = (DEPOSITS, "ETH")
"""Rows of the ledger that mirror a total of the protocol."""


def _pairs(world: Readable) -> list[str]:
    """Each total of the protocol beside what the ledger says."""
    pool, ledger = of(world).pool, world.balances.get
    said = (pool.supply, pool.collateral, pool.deposits)
    held = (-ledger(_SUPPLY, 0), ledger(_COLLATERAL, 0), ledger(_DEPOSITED, 0))
    if said == held:
        return []
    rows = zip(("rETH", "collateral", "deposit pool"), said, held, strict=True)
    return [f"{name}: said {one}, held {other}" for name, one, other in rows if one != other]


def check_pairs(draft: Draft, event: Any) -> None:
    """Ledger totals equal the protocol's, after each event that touched them."""
    wrong = _pairs(draft)
    assert not wrong, wrong


CHECK: dict[type, Callable[..., None]] = dict.fromkeys(
    (RethMinted, RethBurned, BalancesUpdated, MinipoolsClosed, RocketPoolDeployed), check_pairs
)


def audit(world: Readable) -> Sequence[str]:
    """The pairs, and the minipools against the lines and what attests."""
    rocket = world.rocketpool
    if rocket is None:
        return () if world.pools is None or world.pools.reth_eth is None else ("reth_eth alone",)
    wrong = _pairs(world)
    number, balance = rocket.minipools
    waiting = sum(passage.gwei for passage in rocket.activating)
    out = sum(passage.gwei for passage in rocket.leaving) - sum(
        passage.gwei for passage in rocket.exiting
    )
    if number * VALIDATOR_GWEI != rocket.active + waiting + out:
        wrong.append(f"{number} minipools: {rocket.active} Gwei active, {waiting} + {out} not")
    if not 0 <= balance <= number * rocketpool.VALIDATOR:
        wrong.append(f"{number} minipools hold {balance} wei")
    for line in (rocket.activating, rocket.exiting, rocket.leaving):
        moments = [passage.at for passage in line]
        if moments != sorted(moments):
            wrong.append("a line of minipools is out of order")
    return wrong


__all__ = [
    "BalancesUpdated", "BurnReth", "DeployRocketPool", "MintReth", "RethBurned", "RethMinted",
    "RocketPool", "RocketPoolBlueprint", "Rules", "StepRocketPool", "audit", "burnable",
    "collateral_rate", "deposit_room", "due", "eth_of", "found", "of", "reth_rate", "wanted",
    "yearly_rate",
]  # fmt: skip
