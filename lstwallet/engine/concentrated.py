"""Providing liquidity between two prices, and trading against it.

A range takes of two amounts as much as fits the price, and gives back what it holds with the
fees it has earned. While the price lies outside of it, it holds one token alone and earns
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from lstwallet.engine import staking
from lstwallet.engine.concentrated_facts import (
    CONTRACT,
    ETH,
    HELD,
    LIQUIDITY,
    NAME,
    TOKENS,
    WSTETH,
    AddToRange,
    Band,
    CollectRange,
    Concentrated,
    ConcentratedDeployed,
    DeployConcentrated,
    OpenRange,
    Pair,
    Range,
    RangeCollected,
    RangeFunded,
    RangeWithdrawn,
    SwapConcentrated,
    SwappedConcentrated,
    WithdrawRange,
)
from lstwallet.engine.concentrated_view import (
    Holds,
    holds,
    is_in_range,
    market_price,
    of,
    price_now,
    price_of,
    range_of,
    ranges_of,
    root_of,
)
from lstwallet.engine.pools_moves import refuse, require_minimum, take_or_none
from lstwallet.engine.refusals import (
    BadRange,
    NotEnoughBalance,
    NotEnoughLiquidity,
    NothingToDo,
    ProtocolRefused,
)
from lstwallet.engine.staking_facts import Wrap
from lstwallet.engine.wallet import eth_into_weth, take_units, weth_into_eth
from lstwallet.ledger.entries import Account, Entry, mint, move
from lstwallet.protocols import concentrated
from lstwallet.protocols.concentrated import NO_POSITION, Pool, Position, Terms
from lstwallet.units.amount import ALL
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import WAD, mul_div_ceil, mul_div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

PROTOCOL: Final = "concentrated liquidity"
EVERYTHING: Final = (2**128 - 1, 2**128 - 1)
"""As an amount to collect: all that is owed."""


# --- providing -----------------------------------------------------------------------------


def decide_open(world: Readable, command: OpenRange) -> Sequence[RangeFunded]:
    """Refuses bounds that no range can have, more than the balance, and too little liquidity."""
    account, lower, upper, amounts, least = command
    state = of(world)
    require_bounds(state.terms, lower, upper)
    nothing = (0, 0)
    fresh = Range(account, lower, upper, NO_POSITION, nothing, nothing, nothing, world.time)
    return (_fund(world, state, state.last_id + 1, fresh, amounts, least),)


def decide_add(world: Readable, command: AddToRange) -> Sequence[RangeFunded]:
    """Refuses a range that is not one's own, more than the balance, and too little liquidity."""
    account, number, amounts, least = command
    state = of(world)
    return (_fund(world, state, number, range_of(world, account, number), amounts, least),)


def require_bounds(terms: Terms, lower: int, upper: int) -> None:
    """Refuses bounds out of order, out of reach, or between the ticks that may be used."""
    if lower >= upper:
        raise BadRange(lower, upper, "order")
    if lower < concentrated.MIN_TICK or upper > concentrated.MAX_TICK:
        raise BadRange(lower, upper, "reach")
    if lower % terms.spacing or upper % terms.spacing:
        raise BadRange(lower, upper, "spacing")


def _fund(
    world: Readable, state: Concentrated, number: int, before: Range, amounts: Any, least: int
) -> RangeFunded:
    account, lower, upper = before.account, before.lower, before.upper
    offered = (
        take_or_none(world, account, WSTETH, amounts[0]).units,
        take_or_none(world, account, ETH, amounts[1]).units,
    )
    pool = state.pool
    liquidity = concentrated.liquidity_for(pool.sqrt_price, lower, upper, offered)
    if liquidity <= 0:
        raise NothingToDo("add liquidity")
    require_minimum(LIQUIDITY, liquidity, least)
    try:
        done = concentrated.mint(pool, state.terms, before.position, lower, upper, liquidity)
    except Revert as refused:
        refuse(PROTOCOL, refused)
    after = before._replace(position=done.position, put=_plus(before.put, done.amounts))
    is_new = before.position == NO_POSITION
    return RangeFunded(
        world.time, account, number, done.amounts, liquidity, is_new, done.pool, after,
        into_pool(done.amounts, account),
    )  # fmt: skip


def into_pool(amounts: Pair, account: Account) -> Entry:
    """From the account into the pool; ETH becomes WETH on its way."""
    entry = move(WSTETH, amounts[0], account, CONTRACT) if amounts[0] else ()
    return entry + eth_into_weth(amounts[1], account, CONTRACT) if amounts[1] else entry


def out_of_pool(amounts: Pair, account: Account) -> Entry:
    """From the pool to the account; WETH becomes ETH on its way."""
    entry = move(WSTETH, amounts[0], CONTRACT, account) if amounts[0] else ()
    return entry + weth_into_eth(amounts[1], CONTRACT, account) if amounts[1] else entry


def _plus(one: Pair, other: Pair) -> Pair:
    return one[0] + other[0], one[1] + other[1]


# --- leaving -------------------------------------------------------------------------------


def decide_withdraw(world: Readable, command: WithdrawRange) -> Sequence[RangeWithdrawn]:
    """Refuses nothing, more than the range has, and less out than was agreed to."""
    account, number, wanted, least = command
    state, before = of(world), range_of(world, account, number)
    there = before.position.liquidity
    liquidity = there if wanted == ALL else int(wanted)
    if liquidity <= 0:
        raise NothingToDo("remove liquidity")
    if liquidity > there:
        raise NotEnoughBalance(LIQUIDITY, liquidity, there)
    done, paid, fees = _burnt(state, before, liquidity)
    for token, out, minimum in zip(TOKENS, done.amounts, least, strict=True):
        require_minimum(token, out, minimum)
    after = _paid(before, paid.position, paid.amounts, fees)
    return (
        RangeWithdrawn(
            world.time, account, number, done.amounts, fees, liquidity, done.pool, after,
            out_of_pool(paid.amounts, account),
        ),
    )  # fmt: skip


def decide_collect(world: Readable, command: CollectRange) -> Sequence[RangeCollected]:
    """Refuses a range that has earned nothing since it was last collected."""
    account, number = command
    state, before = of(world), range_of(world, account, number)
    _, paid, fees = _burnt(state, before, 0)
    if fees == (0, 0):
        raise NothingToDo("collect")
    after = _paid(before, paid.position, fees, fees)
    entry = out_of_pool(fees, account)
    return (RangeCollected(world.time, account, number, fees, after, entry),)


def _paid(before: Range, position: Position, amounts: Pair, fees: Pair) -> Range:
    return before._replace(
        position=position,
        taken=_plus(before.taken, amounts),
        earned=_plus(before.earned, fees),
    )


def _burnt(
    state: Concentrated, before: Range, liquidity: int
) -> tuple[concentrated.Modified, concentrated.Collected, Pair]:
    """Burn, collect everything, and tell how much of it was fees."""
    lower, upper = before.lower, before.upper
    try:
        done = concentrated.burn(state.pool, state.terms, before.position, lower, upper, liquidity)
    except Revert as refused:
        refuse(PROTOCOL, refused)
    paid = concentrated.collect(done.position, EVERYTHING)
    fees = (paid.amounts[0] - done.amounts[0], paid.amounts[1] - done.amounts[1])
    return done, paid, fees


# --- trading -------------------------------------------------------------------------------


def decide_swap(world: Readable, command: SwapConcentrated) -> Sequence[SwappedConcentrated]:
    """Refuses zero, more than the balance, more than all ranges can answer, too little out."""
    account, token_in, amount, least, limit = command
    state = of(world)
    if token_in not in TOKENS:
        raise NothingToDo("swap")
    units = take_units(world, account, token_in, amount)
    falls = token_in == WSTETH
    token_out = TOKENS[1] if falls else TOKENS[0]
    end = limit or (concentrated.LOWEST_LIMIT if falls else concentrated.HIGHEST_LIMIT)
    try:
        done = concentrated.swap(state.pool, state.terms, falls, units, end)
    except Revert as refused:
        refuse(PROTOCOL, refused)
    deltas = (done.amount_0, done.amount_1)
    paid, received = (deltas[0], -deltas[1]) if falls else (deltas[1], -deltas[0])
    if paid < units and not limit:
        raise NotEnoughLiquidity(NAME, token_out, fair_out(state.pool, falls, units), received)
    if received <= 0:
        raise NothingToDo("swap")
    require_minimum(token_out, received, least)
    ins, outs = ((paid, 0), (0, received)) if falls else ((0, paid), (received, 0))
    entry = into_pool(ins, account) + out_of_pool(outs, account)
    return (
        SwappedConcentrated(
            world.time, account, token_in, paid, token_out, received, done.fee, done.pool, entry
        ),
    )


def fair_out(pool: Pool, falls: bool, units: int) -> int:
    """What an amount is worth in the other token at the present price, without a fee."""
    price = price_of(pool.sqrt_price)
    return mul_div_floor(units, price, WAD) if falls else mul_div_floor(units, WAD, price)


# --- founding ------------------------------------------------------------------------------


def decide_deploy(world: Readable, command: DeployConcentrated) -> Sequence[Any]:
    """Refuses where the pool is there already, and terms that the factory would not take."""
    if world.concentrated is not None or not command.bands:
        raise NothingToDo("deploy")
    try:
        terms = concentrated.terms_of(command.fee, command.spacing)
        pool = concentrated.initialize(concentrated.EMPTY, root_of(market_price(world)))
    except Revert as refused:
        refuse(PROTOCOL, refused)
    needed = sum(_wsteth_beside(pool, terms, band) for band in command.bands)
    worth = staking.steth_for_shares(world, needed) + 2
    wrapped = staking.decide_wrap(world, Wrap(command.holder, worth))
    if wrapped[0].wsteth < needed:
        raise ProtocolRefused(PROTOCOL, WSTETH)
    ranges: list[Range] = []
    held: Pair = (0, 0)
    for band in command.bands:
        pool, opened = _first_range(world, pool, terms, band, command.provider)
        ranges.append(opened)
        held = _plus(held, opened.put)
    entry = move(WSTETH, held[0], command.holder, CONTRACT)
    entry += mint(ETH, held[1], command.provider)
    entry += eth_into_weth(held[1], command.provider, CONTRACT)
    state = Concentrated(terms, pool, held, len(ranges))
    return (*wrapped, ConcentratedDeployed(world.time, state, tuple(ranges), entry))


def bounds_around(terms: Terms, tick: int, half_width: int) -> Pair:
    """Usable ticks at least ``half_width`` below and above."""
    lower, upper = tick - half_width, tick + half_width
    return lower - lower % terms.spacing, upper + -upper % terms.spacing


def _wsteth_beside(pool: Pool, terms: Terms, band: Band) -> int:
    """As much wstETH as goes with a band's ETH."""
    liquidity, lower, upper = _liquidity_of(pool, terms, band)
    return concentrated.amounts_for(pool, lower, upper, liquidity)[0]


def _liquidity_of(pool: Pool, terms: Terms, band: Band) -> tuple[int, int, int]:
    lower, upper = bounds_around(terms, pool.tick, band.half_width)
    plenty = mul_div_ceil(band.eth, WAD, price_of(pool.sqrt_price)) << 64
    return (
        concentrated.liquidity_for(pool.sqrt_price, lower, upper, (plenty, band.eth)), lower, upper
    )  # fmt: skip


def _first_range(
    world: Readable, pool: Pool, terms: Terms, band: Band, provider: Account
) -> tuple[Pool, Range]:
    liquidity, lower, upper = _liquidity_of(pool, terms, band)
    try:
        done = concentrated.mint(pool, terms, NO_POSITION, lower, upper, liquidity)
    except Revert as refused:
        refuse(PROTOCOL, refused)
    opened = Range(
        provider, lower, upper, done.position, done.amounts, (0, 0), (0, 0), world.time
    )  # fmt: skip
    return done.pool, opened


# --- applying ------------------------------------------------------------------------------


def evolve_funded(draft: Draft, event: RangeFunded) -> None:
    """More liquidity, in an old range or a new one."""
    state = of(draft)
    draft.writable("ranges")[event.range_id] = event.range
    draft.concentrated = Concentrated(
        state.terms, event.pool, _plus(state.held, event.amounts),
        max(state.last_id, event.range_id),
    )  # fmt: skip


def evolve_withdrawn(draft: Draft, event: RangeWithdrawn) -> None:
    """Less liquidity; an empty range is gone."""
    _paid_out(draft, event.pool, _plus(event.amounts, event.fees))
    _put_range(draft, event.range_id, event.range)


def evolve_collected(draft: Draft, event: RangeCollected) -> None:
    """The fees are paid."""
    _paid_out(draft, of(draft).pool, event.fees)
    _put_range(draft, event.range_id, event.range)


def _paid_out(draft: Draft, pool: Pool, amounts: Pair) -> None:
    terms, _, held, last_id = of(draft)
    left = (held[0] - amounts[0], held[1] - amounts[1])
    draft.concentrated = Concentrated(terms, pool, left, last_id)


def _put_range(draft: Draft, number: int, after: Range) -> None:
    if _is_empty(after.position):
        draft.writable("ranges").pop(number, None)
    else:
        draft.writable("ranges")[number] = after


def _is_empty(position: Position) -> bool:
    return not (position.liquidity or position.owed_0 or position.owed_1)


def evolve_swapped(draft: Draft, event: SwappedConcentrated) -> None:
    """The price has moved."""
    terms, _, held, last_id = of(draft)
    falls = event.token_in == WSTETH
    change = (event.paid, -event.received) if falls else (-event.received, event.paid)
    draft.concentrated = Concentrated(terms, event.pool, _plus(held, change), last_id)


def evolve_deployed(draft: Draft, event: ConcentratedDeployed) -> None:
    """The pool is there with its first ranges."""
    draft.concentrated = event.state
    ranges = draft.writable("ranges")
    for number, each in enumerate(event.ranges, start=1):
        ranges[number] = each


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    OpenRange: decide_open,
    AddToRange: decide_add,
    WithdrawRange: decide_withdraw,
    CollectRange: decide_collect,
    SwapConcentrated: decide_swap,
    DeployConcentrated: decide_deploy,
}
PULLS: dict[type, Callable[[Any], Sequence[tuple[str, Account]]]] = {
    OpenRange: lambda call: ((WSTETH, CONTRACT),),
    AddToRange: lambda call: ((WSTETH, CONTRACT),),
    SwapConcentrated: lambda call: ((call.token_in, CONTRACT),),
}
EVOLVE: dict[type, Callable[..., None]] = {
    RangeFunded: evolve_funded,
    RangeWithdrawn: evolve_withdrawn,
    RangeCollected: evolve_collected,
    SwappedConcentrated: evolve_swapped,
    ConcentratedDeployed: evolve_deployed,
}


# --- what must hold ------------------------------------------------------------------------


def check_held(draft: Draft, event: Any) -> None:
    """The ledger holds what the pool says it holds."""
    state = of(draft)
    ledger = tuple(draft.balances.get((CONTRACT, token), 0) for token in HELD)
    assert ledger == state.held, (ledger, state.held)


CHECK: dict[type, Callable[..., None]] = dict.fromkeys(EVOLVE, check_held)


def audit(world: Readable) -> Sequence[str]:
    """The pool can pay every range and the protocol at once; its ticks are the ranges' bounds."""
    state = world.concentrated
    if state is None:
        return ("ranges without a pool",) if world.ranges else ()
    wrong = []
    held = tuple(world.balance(CONTRACT, token) for token in HELD)
    if held != state.held:
        wrong.append(f"{CONTRACT}: ledger {held}, pool {state.held}")
    claims, begins, nets = state.pool.protocol_fees, Counter[int](), Counter[int]()
    in_range = 0
    for each in world.ranges.values():
        claims = _plus(claims, holds(world, each).whole)
        liquidity = each.position.liquidity
        begins.update({each.lower: liquidity, each.upper: liquidity})
        nets.update({each.lower: liquidity})
        nets.subtract({each.upper: liquidity})
        in_range += liquidity if is_in_range(world, each) else 0
    if claims[0] > held[0] or claims[1] > held[1]:
        wrong.append(f"{CONTRACT}: owes {claims}, holds {held}")
    for tick, its in zip(state.pool.ticks, state.pool.states, strict=True):
        if (its.gross, its.net) != (begins.pop(tick, 0), nets[tick]):
            wrong.append(f"{CONTRACT}: tick {tick} is {its}")
    if any(begins.values()) or in_range != state.pool.liquidity:
        wrong.append(f"{CONTRACT}: {in_range} in range, pool {state.pool.liquidity}")
    return wrong


__all__ = [
    "CONTRACT", "NAME", "TOKENS", "AddToRange", "Band", "CollectRange", "Concentrated",
    "ConcentratedDeployed", "DeployConcentrated", "Holds", "OpenRange", "Range",
    "RangeCollected", "RangeFunded", "RangeWithdrawn", "SwapConcentrated",
    "SwappedConcentrated", "WithdrawRange", "audit", "bounds_around", "holds", "is_in_range",
    "market_price", "of", "price_now", "price_of", "range_of", "ranges_of", "require_bounds",
    "root_of",
]  # fmt: skip
