"""Liquid staking: ETH into stETH, stETH into wstETH and back, tickets in the queue, claims.

The report and the pool's validators are in ``engine/staking_report``, waiting times in
``engine/staking_wait``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from lstwallet.engine import staking_report
from lstwallet.engine.guards import REQUESTS, STAKING, Guards, require_open, use_limit
from lstwallet.engine.refusals import (
    BelowMinimum,
    NotEnoughBalance,
    NothingToDo,
    NotReadyYet,
    ProtocolRefused,
)
from lstwallet.engine.shadows import add_shadow, shadow_of
from lstwallet.engine.staking_facts import (
    BUFFER,
    DEFAULT_OPERATORS,
    QUEUE,
    REFERENCE_HOUR,
    WSTETH,
    Claim,
    Claimed,
    Founded,
    Holding,
    KeysActivated,
    KeysExited,
    KeysPaid,
    KeysPlanned,
    LastReport,
    Operator,
    OperatorSeed,
    OracleReported,
    RequestUnstake,
    Rules,
    Stake,
    Staked,
    Staking,
    StakingBlueprint,
    StepPool,
    SubmitReport,
    Ticket,
    Unreported,
    UnstakeRequested,
    Unwrap,
    Unwrapped,
    Wrap,
    Wrapped,
)
from lstwallet.engine.staking_report import due
from lstwallet.engine.staking_wait import Wait, daily_rewards, estimate_wait, ticket_wait
from lstwallet.engine.validators import expected_rate
from lstwallet.engine.validators_facts import GWEI, VALIDATOR_GWEI, VALIDATOR_WEI, Beacon
from lstwallet.engine.wallet import take_units
from lstwallet.ledger.entries import Account, Entry, burn, mint, move, supply_account
from lstwallet.protocols import lido, withdrawal_queue
from lstwallet.protocols.lido import Pool, Wrapper
from lstwallet.protocols.withdrawal_queue import MIN_AMOUNT, Queue
from lstwallet.units.amount import ALL, Wanted
from lstwallet.units.checked import Revert
from lstwallet.units.clock import DAY, next_after
from lstwallet.units.fixed import div_floor, mul_div_floor
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

STETH = "stETH"
WSTETH_TOKEN = "wstETH"
REQUEST_RULE = "withdrawal_request"
CACHE = "staking.tickets"


# --- reading ---------------------------------------------------------------------------


def shares_for_steth(world: Readable, steth: int) -> int:
    """Shares worth ``steth`` wei, rounded down."""
    return lido.shares_for(world.staking.pool, steth)


def steth_for_shares(world: Readable, shares: int) -> int:
    """Wei of stETH that ``shares`` are, rounded down."""
    return lido.ether_for(world.staking.pool, shares)


def steth_of(world: Readable, account: Account) -> int:
    """An account's stETH in wei, as the token's contract would show it."""
    return steth_for_shares(world, world.balance(account, STETH))


def steth_gain(world: Readable, account: Account, before: Pool) -> int:
    """Wei by which an account's stETH grew since the pool was ``before``; negative: it shrank.

    No posting shows what a report did to a holder: shares stay the same.
    """
    shares = world.balance(account, STETH)
    if not shares:
        return 0
    return steth_for_shares(world, shares) - lido.ether_for(before, shares)


def steth_rate(world: Readable) -> int:
    """Ether per share, 27 decimals: it rises with every report that brings rewards."""
    return lido.share_rate(world.staking.pool)


def yearly_rate(world: Readable) -> int:
    """Expected yearly return of stETH after the fee, 18 decimals; an estimate, not a promise.

    What is buffered or waits for activation earns nothing and so lowers it.
    """
    staking = world.staking
    fees = staking.rules.fees
    gross = mul_div_floor(
        sum(expected_rate(world.beacon)), staking.active * GWEI, staking.pool.ether
    )
    return mul_div_floor(gross, fees.precision - fees.total, fees.precision)


def tickets_of(world: Readable, account: Account) -> list[Ticket]:
    """An account's tickets, first come first. A Draft remembers whose they are."""
    cache = getattr(world, "cache", None)
    if cache is None:
        return sorted(ticket for ticket in world.tickets.values() if ticket.account == account)
    if CACHE not in cache:
        cache[CACHE] = _numbers_by_account(world)
    numbers, tickets = cache[CACHE].get(account), world.tickets
    return [tickets[number] for number in sorted(numbers)] if numbers else []


def _numbers_by_account(world: Readable) -> dict[Account, set[int]]:
    numbers: dict[Account, set[int]] = {}
    for ticket in world.tickets.values():
        numbers.setdefault(ticket.account, set()).add(ticket.id)
    return numbers


# --- stake and wrap -----------------------------------------------------------------------


def decide_stake(world: Readable, command: Stake) -> Sequence[Staked]:
    """Refuses zero, more than the balance, and more than Lido takes now."""
    who, amount = command
    wei = _units(world, who, "ETH", amount, "stake")
    require_open(world, STAKING)
    limit = use_limit(world, wei)
    pool, minted = lido.submit(world.staking.pool, wei)
    entry = move("ETH", wei, who, BUFFER) + (mint(STETH, minted, who) if minted else ())
    shadow = shadow_of(world, who, STETH, wei, minted)
    return (make(Staked, (world.time, who, wei, minted, pool, entry, limit, shadow)),)


def _units(world: Readable, who: Account, token: str, amount: Wanted, what: str) -> int:
    """Base units meant. Refuses zero, naming ``what`` was to be done, and too much."""
    try:
        return take_units(world, who, token, amount)
    except NothingToDo:
        raise NothingToDo(what) from None


def _available(world: Readable, who: Account, amount: Wanted, what: str) -> tuple[int, int]:
    """(wei of stETH meant, shares held). Refuses zero and more than the balance."""
    held = world.balance(who, STETH)
    available = steth_for_shares(world, held)
    wei = available if amount == ALL else int(amount)
    if wei <= 0:
        raise NothingToDo(what)
    if wei > available:
        raise NotEnoughBalance(STETH, wei, available)
    return wei, held


def decide_wrap(world: Readable, command: Wrap) -> Sequence[Wrapped]:
    """Refuses zero, more than the balance, and less than one share."""
    who, amount = command
    wei, held = _available(world, who, amount, "wrap")
    staking = world.staking
    if amount == ALL:
        wrapper, minted = lido.wrap_all(staking.wrapper, held), held
    else:
        wrapper, minted = lido.wrap(staking.pool, staking.wrapper, held, wei)
    if minted == 0:
        raise NothingToDo("wrap")
    entry = move(STETH, minted, who, WSTETH) + mint(WSTETH_TOKEN, minted, who)
    return (Wrapped(world.time, who, wei, minted, wrapper, entry),)


def decide_unwrap(world: Readable, command: Unwrap) -> Sequence[Unwrapped]:
    """Refuses zero and more than the balance."""
    who, amount = command
    wsteth = _units(world, who, WSTETH_TOKEN, amount, "unwrap")
    staking = world.staking
    wrapper, steth, moved = lido.unwrap(staking.pool, staking.wrapper, wsteth, wsteth)
    entry = burn(WSTETH_TOKEN, wsteth, who) + _moved(moved, WSTETH, who)
    return (Unwrapped(world.time, who, wsteth, steth, wrapper, entry),)


def _moved(shares: int, source: Account, target: Account) -> Entry:
    return move(STETH, shares, source, target) if shares else ()


# --- the queue -------------------------------------------------------------------------------


def decide_request_unstake(world: Readable, command: RequestUnstake) -> Sequence[UnstakeRequested]:
    """As many tickets as the amount needs, at most 1,000 ETH each.

    Refuses less than 100 wei, more than the balance, and a token that is neither stETH
    nor wstETH.
    """
    require_open(world, REQUESTS)
    if command.token == WSTETH_TOKEN:
        return (_request_wsteth(world, command),)
    if command.token != STETH:
        raise NothingToDo("unstake")
    return (_request_steth(world, command),)


def _request_steth(world: Readable, command: RequestUnstake) -> UnstakeRequested:
    who, amount, _ = command
    wei, held = _available(world, who, amount, "unstake")
    _check_minimum(wei)
    pool = world.staking.pool
    parts = withdrawal_queue.split_amount(wei)
    shares = [lido.shares_to_move(pool, held, part) for part in parts]
    if amount == ALL:
        shares[-1] += held - sum(shares)  # every share goes, no dust stays behind
    queue, tickets = _enqueue(world, who, zip(parts, shares, strict=True))
    entry = _moved(sum(shares), who, QUEUE)
    return UnstakeRequested(world.time, who, wei, tickets, queue, world.staking.wrapper, entry)


def _request_wsteth(world: Readable, command: RequestUnstake) -> UnstakeRequested:
    who, amount, _ = command
    wsteth = _units(world, who, WSTETH_TOKEN, amount, "unstake")
    pool, wrapper = world.staking.pool, world.staking.wrapper
    _check_minimum(lido.ether_for(pool, wsteth))
    most = lido.shares_for(pool, withdrawal_queue.MAX_AMOUNT)
    if most == 0:  # one share is worth more than a ticket may be
        raise ProtocolRefused("lido", withdrawal_queue.TOO_LARGE)
    least = lido.shares_for(pool, MIN_AMOUNT) + 2
    parts: list[tuple[int, int]] = []
    for piece in withdrawal_queue.split_amount(wsteth, most, least):
        wrapper, steth, moved = lido.unwrap(pool, wrapper, piece, piece)
        parts.append((steth, moved))
    queue, tickets = _enqueue(world, who, iter(parts))
    entry = burn(WSTETH_TOKEN, wsteth, who) + _moved(sum(s for _, s in parts), WSTETH, QUEUE)
    steth = sum(part for part, _ in parts)
    return UnstakeRequested(world.time, who, steth, tickets, queue, wrapper, entry)


def _check_minimum(wei: int) -> None:
    if wei < MIN_AMOUNT:
        raise BelowMinimum(STETH, wei, MIN_AMOUNT, REQUEST_RULE)


def _enqueue(
    world: Readable, who: Account, parts: Iterator[tuple[int, int]]
) -> tuple[Queue, tuple[Ticket, ...]]:
    queue = world.staking.queue
    tickets = []
    try:
        for steth, shares in parts:
            withdrawal_queue.check_amount(steth)
            queue, request = withdrawal_queue.enqueue(queue, steth, shares, who, world.time)
            tickets.append(make(Ticket, (queue.last_id, who, request, False, 0)))
    except Revert as refused:
        raise ProtocolRefused("lido", refused.reason) from refused
    return queue, tuple(tickets)


def decide_claim(world: Readable, command: Claim) -> Sequence[Claimed]:
    """Refuses what is not there, what was paid, and what is not ready, with its range."""
    who, wanted = command
    mine = tickets_of(world, who)
    chosen = mine if wanted == ALL else [ticket for ticket in mine if ticket.id == wanted]
    ready = [ticket for ticket in chosen if ticket.finalised]
    if not ready:
        if not chosen:
            raise NothingToDo("claim")
        low, high = ticket_wait(world, chosen[0])
        raise NotReadyYet("ticket", world.time + low, world.time + high)
    queue, ether = world.staking.queue, 0
    try:
        for ticket in ready:
            queue, paid = withdrawal_queue.claim(
                queue, world.staking.checkpoints, ticket.id, ticket.request, who
            )
            ether += paid
    except Revert as refused:
        raise ProtocolRefused("lido", refused.reason) from refused
    entry = move("ETH", ether, QUEUE, who) if ether else ()
    ids = tuple(ticket.id for ticket in ready)
    return (Claimed(world.time, who, ids, ether, queue, entry),)


# --- applying -----------------------------------------------------------------------------------


def evolve_staked(draft: Draft, event: Staked) -> None:
    """The pool is larger by it, and less of the limit is left."""
    rules, _, *rest = draft.staking
    draft.staking = make(Staking, (rules, event.pool, *rest))
    if event.limit is not None and draft.guards is not None:
        draft.guards = make(Guards, (event.limit, draft.guards.stopped))
    if event.shadow is not None:
        add_shadow(draft, event.shadow)


def evolve_wrapper(draft: Draft, event: Wrapped | Unwrapped) -> None:
    """The wrapper holds more, or less."""
    rules, pool, _, *rest = draft.staking
    draft.staking = make(Staking, (rules, pool, event.wrapper, *rest))


def evolve_requested(draft: Draft, event: UnstakeRequested) -> None:
    """New tickets at the end of the line."""
    tickets, numbers = draft.writable("tickets"), draft.cache.get(CACHE)
    for ticket in event.tickets:
        tickets[ticket.id] = ticket
        if numbers is not None:
            numbers.setdefault(event.account, set()).add(ticket.id)
    rules, pool, _, _, *rest = draft.staking
    draft.staking = make(Staking, (rules, pool, event.wrapper, event.queue, *rest))


def evolve_claimed(draft: Draft, event: Claimed) -> None:
    """The tickets are gone."""
    tickets, numbers = draft.writable("tickets"), draft.cache.get(CACHE)
    for number in event.ids:
        del tickets[number]
        if numbers is not None:
            numbers[event.account].discard(number)
    rules, pool, wrapper, _, *rest = draft.staking
    draft.staking = make(Staking, (rules, pool, wrapper, event.queue, *rest))


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    Stake: decide_stake,
    Wrap: decide_wrap,
    Unwrap: decide_unwrap,
    RequestUnstake: decide_request_unstake,
    Claim: decide_claim,
    **staking_report.DECIDE,
}
PULLS: dict[type, Callable[[Any], Sequence[tuple[str, Account]]]] = {
    Wrap: lambda call: ((STETH, WSTETH),),
    RequestUnstake: lambda call: ((call.token, QUEUE),),
}
EVOLVE: dict[type, Callable[..., None]] = {
    Staked: evolve_staked,
    Wrapped: evolve_wrapper,
    Unwrapped: evolve_wrapper,
    UnstakeRequested: evolve_requested,
    Claimed: evolve_claimed,
    **staking_report.EVOLVE,
}


# --- what must hold ---------------------------------------------------------------------------


_SHARES: Final = (supply_account(STETH), STETH)
_BUFFERED: Final = (BUFFER, "ETH")
_WRAPPED: Final = (WSTETH, STETH)
_WSTETH: Final = (supply_account(WSTETH_TOKEN), WSTETH_TOKEN)
_LOCKED: Final = (QUEUE, "ETH")
_QUEUED: Final = (QUEUE, STETH)
"""Rows of the ledger that mirror a total of the protocol."""


def _pairs(world: Readable) -> list[str]:
    """Each total of the protocol beside what the ledger says."""
    staking, ledger = world.staking, world.balances.get
    pool, wrapper, queue = staking.pool, staking.wrapper, staking.queue
    said = (
        pool.shares,
        pool.ether - staking.validators_wei,
        wrapper.shares,
        wrapper.supply,
        queue.locked_ether,
        queue.cumulative_shares - queue.finalized_shares,
    )
    held = (
        -ledger(_SHARES, 0),
        ledger(_BUFFERED, 0),
        ledger(_WRAPPED, 0),
        -ledger(_WSTETH, 0),
        ledger(_LOCKED, 0),
        ledger(_QUEUED, 0),
    )
    wrong = []
    if said != held:
        names = ("shares", "buffer", "wrapped shares", "wstETH", "locked ether", "queued shares")
        rows = zip(names, said, held, strict=True)
        wrong = [f"{name}: said {one}, held {other}" for name, one, other in rows if one != other]
    if wrapper.supply > wrapper.shares:
        wrong.append(f"{wrapper.supply} wstETH on {wrapper.shares} shares")
    return wrong


def check_pairs(draft: Draft, event: Any) -> None:
    """Ledger totals equal the protocol's, after each event that touched them."""
    wrong = _pairs(draft)
    assert not wrong, wrong


CHECK: dict[type, Callable[..., None]] = dict.fromkeys(
    (Staked, Wrapped, Unwrapped, UnstakeRequested, Claimed, OracleReported, KeysPlanned, KeysPaid),
    check_pairs,
)


def audit(world: Readable) -> Sequence[str]:
    """The pairs, the tickets against the queue, and the validators against the lines."""
    staking = world.staking
    queue = staking.queue
    wrong = _pairs(world)
    waiting = [ticket for ticket in world.tickets.values() if not ticket.finalised]
    if sum(ticket.request.steth for ticket in waiting) != withdrawal_queue.unfinalized_steth(queue):
        wrong.append("waiting tickets do not add up to the queue")
    ready = sum(ticket.ether for ticket in world.tickets.values() if ticket.finalised)
    if ready > queue.locked_ether:
        wrong.append(f"tickets are owed {ready} wei of {queue.locked_ether}")
    for ticket in world.tickets.values():
        if ticket.finalised != (ticket.id <= queue.last_finalized_id):
            wrong.append(f"ticket {ticket.id} is out of line")
    keys = sum(operator.keys for operator in staking.operators)
    waiting_keys = sum(sum(passage.keys) for passage in staking.activating)
    asked = sum(sum(passage.keys) for passage in staking.exiting)
    if (keys - waiting_keys + asked) * VALIDATOR_GWEI != staking.active:
        wrong.append(f"{keys} keys, {waiting_keys} waiting, {asked} asked: {staking.active} Gwei")
    return wrong


# --- the beginning -------------------------------------------------------------------------------


def found(blueprint: StakingBlueprint, beacon: Beacon, at: int) -> Founded:
    """The protocol of a new world, on the chain of that world.

    The validators' ETH is part of what the beacon chain mints. Raises ``ValueError`` when
    more shares are given away than there are.
    """
    rules = blueprint.rules
    keys = div_floor(blueprint.ether - blueprint.buffer, VALIDATOR_WEI)
    validators_wei = keys * VALIDATOR_WEI
    pool = Pool(blueprint.ether, blueprint.shares)
    entry = _if(blueprint.ether - validators_wei, "ETH", BUFFER)
    wrapped = 0
    given = blueprint.elsewhere
    for account, token, units in blueprint.holdings:
        given += units
        if token == WSTETH_TOKEN:
            wrapped += units
        entry += _if(units, token, account)
    queue, tickets = withdrawal_queue.EMPTY, []
    for part in withdrawal_queue.split_amount(blueprint.waiting):
        shares = lido.shares_for(pool, part)
        queue, request = withdrawal_queue.enqueue(queue, part, shares, blueprint.holder, at)
        tickets.append(Ticket(queue.last_id, blueprint.holder, request, False, 0))
    rest = blueprint.shares - given - queue.cumulative_shares
    if rest < 0:
        raise ValueError(f"{-rest} shares more are given away than there are")
    entry += (
        _if(wrapped, STETH, WSTETH)
        + _if(queue.cumulative_shares, STETH, QUEUE)
        + _if(rest, STETH, blueprint.holder)
    )
    rate = lido.share_rate(pool)
    staking = Staking(
        rules, pool, Wrapper(wrapped, wrapped), queue, (),
        _first_operators(blueprint.operators, keys), keys * VALIDATOR_GWEI, validators_wei, 0,
        beacon.earned, Unreported(0, 0), (), (), (),
        next_after(DAY, at, REFERENCE_HOUR + rules.report_delay), False,
        LastReport(at, rate, rate),
    )  # fmt: skip
    return Founded(staking, tuple(tickets), entry)


def _if(units: int, token: str, account: Account) -> Entry:
    return mint(token, units, account) if units else ()


def _first_operators(seeds: Sequence[OperatorSeed], keys: int) -> tuple[Operator, ...]:
    parts = lido.split_evenly(keys, tuple(seed.weight for seed in seeds)) if seeds else ()
    return tuple(Operator(seed.name, part) for seed, part in zip(seeds, parts, strict=True))


__all__ = [
    "DEFAULT_OPERATORS", "Claim", "Claimed", "Founded", "Holding", "KeysActivated", "KeysExited",
    "KeysPaid", "KeysPlanned", "OracleReported", "RequestUnstake", "Rules", "Stake", "Staked",
    "Staking", "StakingBlueprint", "StepPool", "SubmitReport", "Ticket", "UnstakeRequested",
    "Unwrap", "Unwrapped", "Wait", "Wrap", "Wrapped", "daily_rewards", "due", "estimate_wait",
    "found", "shares_for_steth", "steth_for_shares", "steth_of", "steth_rate", "ticket_wait",
    "tickets_of", "yearly_rate",
]  # fmt: skip
