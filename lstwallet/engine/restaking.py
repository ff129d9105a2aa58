"""Restaking: deposits, delegation, the escrow, rewards, and an operator's slash.

The protocol's own arithmetic is ``protocols/restaking``; here its numbers meet the ledger. A
slash is one event for everybody who delegated: what it took from the user's own accounts is
told besides, and moves nothing. Rewards are one running sum for each operator and strategy,
so that a posting costs the same however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from lstwallet.engine import restaking_slash, restaking_start
from lstwallet.engine.guards import block_of
from lstwallet.engine.refusals import (
    AlreadyDelegated,
    FullySlashed,
    NotDelegated,
    NotEnoughBalance,
    NothingToDo,
    NotReadyYet,
    ProtocolRefused,
)
from lstwallet.engine.restaking_facts import (
    HELD,
    MANAGER,
    SERVICES,
    ClaimRewards,
    CompleteWithdrawal,
    Delegate,
    Delegated,
    DeployRestaking,
    Escrow,
    EscrowEnded,
    Operator,
    OperatorSlashed,
    QueueWithdrawal,
    Restake,
    Restaked,
    RestakingDeployed,
    Rewards,
    RewardsClaimed,
    RewardsPosted,
    SlashOperator,
    Stake,
    StakeSlashed,
    StepRestaking,
    Strategy,
    Undelegate,
    WithdrawalCompleted,
    WithdrawalsQueued,
)
from lstwallet.engine.restaking_view import (
    STETH,
    WHERE,
    counted,
    earned_at,
    end_of,
    escrow_shares,
    ledger_units,
    of,
    operator_named,
    paid_out,
    place_of,
    recounted,
    seen,
    side,
    stake_of,
    strategy_of,
)
from lstwallet.engine.wallet import eth_into_weth, evolve_entry_only, take_units
from lstwallet.ledger.entries import Account, Entry, mint, move
from lstwallet.protocols import lido
from lstwallet.protocols import restaking as protocol
from lstwallet.protocols.restaking import Deposit, Withdrawal
from lstwallet.units.amount import ALL, Wanted
from lstwallet.units.checked import Revert

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

ESCROW: Final = "escrow"
"""What is not ready yet."""
_STEP: Final = StepRestaking()


# --- deposit and delegate ----------------------------------------------------------------


def decide_restake(world: Readable, command: Restake) -> Sequence[Restaked]:
    """Refuses zero, too much, a token without a strategy, an operator slashed to nothing."""
    who, token, wanted = command
    restaking = of(world)
    place = place_of(restaking, token)
    amount, moved = _taken(world, who, token, wanted)
    stake = counted(world, stake_of(world, who))
    operator = operator_named(restaking, stake.operator)
    # As the contract does: the tokens are there already when the shares are counted.
    after = seen(world, token, world.balance(HELD + token, token) + moved)
    before = protocol.Strategy(restaking.strategies[place].shares, after - amount)
    try:
        done = protocol.deposit(before, stake.deposits[place], side(operator, place), amount)
    except Revert as refused:
        raise _refusal(refused, stake.operator, "restake") from refused
    entry = move(token, moved, who, HELD + token)
    return (
        Restaked(
            world.time, who, token, amount, done.shares, Strategy(token, done.strategy.shares),
            _with_side(operator, place, done.operator),
            _with_deposit(stake, place, done.deposit), entry,
        ),
    )  # fmt: skip


def _taken(world: Readable, who: Account, token: str, wanted: Wanted) -> tuple[int, int]:
    """(base units meant, units of the ledger that move): shares for stETH, all of them for
    ``ALL``. Refuses zero and more than the balance."""
    if token != STETH:
        units = take_units(world, who, token, wanted)
        return units, units
    pool, held = world.staking.pool, world.balance(who, token)
    available = lido.ether_for(pool, held)
    wei = available if wanted == ALL else int(wanted)
    if wei > available:
        raise NotEnoughBalance(token, wei, available)
    shares = held if wanted == ALL else lido.shares_to_move(pool, held, max(wei, 0))
    if wei <= 0 or shares == 0:
        raise NothingToDo("restake")
    return wei, shares


def _refusal(refused: Revert, operator: str, what: str) -> Exception:
    if refused.reason == protocol.FULLY_SLASHED:
        return FullySlashed(operator)
    if refused.reason == protocol.NOTHING_MINTED:
        return NothingToDo(what)
    return ProtocolRefused(WHERE, refused.reason)


def decide_delegate(world: Readable, command: Delegate) -> Sequence[Delegated]:
    """Refuses a second operator, one that is none, and one slashed to nothing."""
    who, name = command
    restaking = of(world)
    stake = counted(world, stake_of(world, who))
    operator = operator_named(restaking, name)
    if stake.operator:
        raise AlreadyDelegated(stake.operator)
    if operator is None:
        raise NothingToDo("delegate")
    deposits, sides = [], []
    try:
        for held, own in zip(stake.deposits, operator.stakes, strict=True):
            joined, after = protocol.delegate(held, own)
            deposits.append(joined)
            sides.append(after)
    except Revert as refused:
        raise _refusal(refused, name, "delegate") from refused
    seen = tuple(earned_at(each, world.time) for each in operator.earnings)
    stake = Stake(name, tuple(deposits), seen, stake.rewards)
    return (Delegated(world.time, who, name, operator._replace(stakes=tuple(sides)), stake),)


# --- the escrow --------------------------------------------------------------------------


def decide_undelegate(world: Readable, command: Undelegate) -> Sequence[WithdrawalsQueued]:
    """Refuses who has no operator. All that is deposited goes into escrow."""
    (who,) = command
    stake = stake_of(world, who)
    if not stake.operator:
        raise NotDelegated(who)
    wanted = [(place, held.shares) for place, held in enumerate(stake.deposits) if held.shares]
    return (_queued(world, who, wanted, leave=True),)


def decide_queue(world: Readable, command: QueueWithdrawal) -> Sequence[WithdrawalsQueued]:
    """Refuses zero and more than the deposit is worth after slashing."""
    who, token, wanted = command
    restaking = of(world)
    place = place_of(restaking, token)
    stake, strategy = stake_of(world, who), strategy_of(world, place)
    held, own = stake.deposits[place], side(operator_named(restaking, stake.operator), place)
    available = protocol.tokens_for(strategy, protocol.withdrawable(held, own))
    if wanted == ALL:
        shares = held.shares if available else 0
    else:
        if int(wanted) > available:
            raise NotEnoughBalance(token, int(wanted), available)
        out = protocol.shares_for(strategy, max(int(wanted), 0))
        shares = min(held.shares, protocol.deposit_shares_for(held, own, out)) if out else 0
    if shares == 0:
        raise NothingToDo("queue")
    return (_queued(world, who, [(place, shares)], leave=False),)


def _queued(
    world: Readable, who: Account, wanted: Sequence[tuple[int, int]], *, leave: bool
) -> WithdrawalsQueued:
    """One withdrawal for each (strategy, deposit shares)."""
    restaking, now = of(world), block_of(world)
    stake = counted(world, stake_of(world, who))
    name, operator = stake.operator, operator_named(restaking, stake.operator)
    escrows = []
    for number, (place, shares) in enumerate(wanted, restaking.next_id):
        done = protocol.queue_withdrawal(
            stake.deposits[place], side(operator, place), shares, now, restaking.rules.delays
        )
        stake = _with_deposit(stake, place, done.deposit)
        operator = _with_side(operator, place, done.operator)
        withdrawal = Withdrawal(who, name, now, done.scaled_shares)
        token, ends = restaking.strategies[place].token, end_of(now, restaking)
        escrows.append(
            Escrow(number, who, token, withdrawal, ends, False, 0, done.withdrawable)
        )
    if leave:
        stake = stake._replace(operator="")
    left = name if leave else ""
    return WithdrawalsQueued(world.time, who, left, tuple(escrows), operator, stake)


def decide_complete(world: Readable, command: CompleteWithdrawal) -> Sequence[WithdrawalCompleted]:
    """Refuses what is not the account's, and what is still in escrow."""
    who, wanted, as_tokens = command
    of(world)
    if wanted == ALL:
        chosen = [
            each
            for _, each in sorted(world.escrows.items())
            if each.account == who and each.ends <= world.time
        ]
    else:
        found = world.escrows.get(int(wanted))
        chosen = [found] if found is not None and found.account == who else []
    if not chosen:
        raise NothingToDo("complete")
    for escrow in chosen:
        if escrow.ends > world.time:
            raise NotReadyYet(ESCROW, escrow.ends, escrow.ends)
    return _completed(world, who, chosen, as_tokens)


def _completed(
    world: Readable, who: Account, chosen: Sequence[Escrow], as_tokens: bool
) -> list[WithdrawalCompleted]:
    """One after the other: what one leaves is what the next begins with."""
    restaking = of(world)
    stake = counted(world, stake_of(world, who))
    operator = operator_named(restaking, stake.operator)
    strategies = {each.token: each.shares for each in restaking.strategies}
    units = {token: world.balance(HELD + token, token) for token in strategies}
    events = []
    for escrow in chosen:
        token, shares = escrow.token, escrow_shares(world, escrow)
        entry: Entry = ()
        paid = 0
        if as_tokens:
            there = protocol.Strategy(strategies[token], seen(world, token, units[token]))
            strategies[token], paid = paid_out(there, shares)
            moved = ledger_units(world, token, units[token], paid)
            units[token] -= moved
            entry = move(token, moved, HELD + token, who) if moved else ()
        else:
            place = place_of(restaking, token)
            try:
                deposit, own = protocol.complete_as_shares(
                    stake.deposits[place], side(operator, place), shares
                )
            except Revert as refused:
                raise _refusal(refused, stake.operator, "complete") from refused
            stake = _with_deposit(stake, place, deposit)
            operator = _with_side(operator, place, own)
        strategy = Strategy(token, strategies[token])
        events.append(
            WithdrawalCompleted(
                world.time, who, escrow.id, token, shares, paid, strategy, operator, stake, entry
            )
        )
    return events


# --- rewards -----------------------------------------------------------------------------


def decide_claim(world: Readable, command: ClaimRewards) -> Sequence[RewardsClaimed]:
    """Refuses when nothing may be claimed yet."""
    (who,) = command
    of(world)
    stake = counted(world, stake_of(world, who))
    round_, accruing, posted, amount, claimed = stake.rewards
    if amount == 0:
        raise NothingToDo("claim_rewards")
    stake = stake._replace(rewards=Rewards(round_, accruing, posted, 0, claimed + amount))
    entry = mint("ETH", amount, SERVICES) + eth_into_weth(amount, SERVICES, who)
    return (RewardsClaimed(world.time, who, amount, stake, entry),)


def due(world: Readable) -> tuple[int, StepRestaking] | None:
    """The next posting, or the next end of an escrow."""
    restaking = world.restaking
    return None if restaking is None else (restaking.next_due, _STEP)


def decide_step(world: Readable, command: StepRestaking) -> Sequence[Any]:
    """Refuses when nothing is due. Escrows first, in order."""
    restaking, now = of(world), world.time
    over = [world.escrows[each] for each in restaking.waiting if world.escrows[each].ends <= now]
    if over:
        return [
            EscrowEnded(
                now, each.account, each._replace(ready=True, shares=escrow_shares(world, each))
            )
            for each in over
        ]
    if restaking.next_round > now:
        raise NothingToDo(WHERE)
    earnings = tuple(
        recounted(world, restaking, each, post=True) for each in restaking.operators
    )
    after = restaking.next_round + restaking.rules.interval
    return (RewardsPosted(now, restaking.round + 1, after, earnings),)


# --- applying ----------------------------------------------------------------------------


def _with_deposit(stake: Stake, place: int, deposit: Deposit) -> Stake:
    deposits = (*stake.deposits[:place], deposit, *stake.deposits[place + 1 :])
    return stake._replace(deposits=deposits)


def _with_side(
    operator: Operator | None, place: int, own: protocol.Operator | None
) -> Operator | None:
    """The operator with another record in one strategy."""
    if operator is None or own is None:
        return None
    return operator._replace(stakes=(*operator.stakes[:place], own, *operator.stakes[place + 1 :]))


def _changed(
    draft: Draft,
    strategies: Sequence[Strategy] = (),
    operator: Operator | None = None,
    **fields: Any,
) -> None:
    """The protocol with other strategies (by token), another operator (by name), and so on."""
    restaking = draft.restaking
    assert restaking is not None
    if strategies:
        new = {each.token: each for each in strategies}
        fields["strategies"] = tuple(new.get(each.token, each) for each in restaking.strategies)
    if operator is not None:
        fields["operators"] = tuple(
            operator if each.name == operator.name else each for each in restaking.operators
        )
    draft.restaking = restaking._replace(**fields)


def _plan(draft: Draft, waiting: tuple[int, ...], next_round: int) -> None:
    """What is due next: an escrow's end, or a posting."""
    ends = [draft.escrows[each].ends for each in waiting[:1]]
    due_next = min((*ends, next_round))
    _changed(draft, waiting=waiting, next_round=next_round, next_due=due_next)


def evolve_restaked(draft: Draft, event: Restaked) -> None:
    """The deposit is there."""
    draft.writable("restakes")[event.account] = event.stake
    _changed(draft, (event.strategy,), event.operator)


def evolve_delegated(draft: Draft, event: Delegated) -> None:
    """The operator has more."""
    draft.writable("restakes")[event.account] = event.stake
    _changed(draft, (), event.operator)


def evolve_queued(draft: Draft, event: WithdrawalsQueued) -> None:
    """New withdrawals wait at the end of the line."""
    draft.writable("restakes")[event.account] = event.stake
    escrows = draft.writable("escrows")
    escrows.update((each.id, each) for each in event.escrows)
    before = of(draft)
    numbers = tuple(each.id for each in event.escrows)
    _changed(draft, (), event.operator, next_id=before.next_id + len(numbers))
    _plan(draft, (*before.waiting, *numbers), before.next_round)


def evolve_ended(draft: Draft, event: EscrowEnded) -> None:
    """It waits no longer."""
    draft.writable("escrows")[event.escrow.id] = event.escrow
    before = of(draft)
    waiting = tuple(each for each in before.waiting if each != event.escrow.id)
    _plan(draft, waiting, before.next_round)


def evolve_completed(draft: Draft, event: WithdrawalCompleted) -> None:
    """It is gone; what it left is there."""
    draft.writable("restakes")[event.account] = event.stake
    before = of(draft)
    waiting = tuple(each for each in before.waiting if each != event.escrow)
    draft.writable("escrows").pop(event.escrow)
    _changed(draft, (event.strategy,), event.operator)
    _plan(draft, waiting, before.next_round)


def evolve_posted(draft: Draft, event: RewardsPosted) -> None:
    """Every operator's earnings go on from here."""
    before = of(draft)
    pairs = zip(before.operators, event.earnings, strict=True)
    operators = tuple(each._replace(earnings=earnings) for each, earnings in pairs)
    _changed(draft, operators=operators, round=event.round)
    _plan(draft, before.waiting, event.next_round)


def evolve_claimed(draft: Draft, event: RewardsClaimed) -> None:
    """Counted anew."""
    draft.writable("restakes")[event.account] = event.stake


def evolve_slashed(draft: Draft, event: OperatorSlashed) -> None:
    """The operator has less, and so have all who delegated: none of them is looked at."""
    _changed(draft, event.strategies, event.operator)


def evolve_deployed(draft: Draft, event: RestakingDeployed) -> None:
    """The protocol is there."""
    draft.restaking = event.restaking


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    Restake: decide_restake,
    Delegate: decide_delegate,
    Undelegate: decide_undelegate,
    QueueWithdrawal: decide_queue,
    CompleteWithdrawal: decide_complete,
    ClaimRewards: decide_claim,
    SlashOperator: restaking_slash.decide_slash,
    StepRestaking: decide_step,
    DeployRestaking: restaking_start.decide_deploy,
}
PULLS: dict[type, Callable[[Any], Sequence[tuple[str, Account]]]] = {
    Restake: lambda call: ((call.token, MANAGER),),
}
EVOLVE: dict[type, Callable[..., None]] = {
    Restaked: evolve_restaked,
    Delegated: evolve_delegated,
    WithdrawalsQueued: evolve_queued,
    EscrowEnded: evolve_ended,
    WithdrawalCompleted: evolve_completed,
    RewardsPosted: evolve_posted,
    RewardsClaimed: evolve_claimed,
    OperatorSlashed: evolve_slashed,
    StakeSlashed: evolve_entry_only,
    RestakingDeployed: evolve_deployed,
}


# --- what must hold ----------------------------------------------------------------------


def _owed(world: Readable, place: int) -> int:
    """Shares of a strategy that operators, those without one and withdrawals are owed."""
    restaking = of(world)
    token = restaking.strategies[place].token
    delegated = sum(each.stakes[place].shares for each in restaking.operators)
    stakes, escrows = world.restakes.values(), world.escrows.values()
    alone = sum(each.deposits[place].shares for each in stakes if not each.operator)
    leaving = sum(escrow_shares(world, each) for each in escrows if each.token == token)
    return delegated + alone + leaving


def _wrong(world: Readable) -> list[str]:
    """Nobody is owed shares that a strategy has not."""
    wrong = []
    for place, (token, shares) in enumerate(of(world).strategies):
        owed = _owed(world, place)
        if owed > shares:
            wrong.append(f"{token}: {owed} shares are owed of {shares}")
    return wrong


def check_totals(draft: Draft, event: Any) -> None:
    """After each event that moved shares."""
    wrong = _wrong(draft)
    assert not wrong, wrong


CHECK: dict[type, Callable[..., None]] = dict.fromkeys(
    (Restaked, WithdrawalsQueued, WithdrawalCompleted, OperatorSlashed), check_totals
)


def audit(world: Readable) -> Sequence[str]:
    """The totals; each operator's magnitudes; the plan."""
    restaking = world.restaking
    if restaking is None:
        return () if not world.restakes and not world.escrows else ("restaked without a protocol",)
    wrong = _wrong(world)
    for operator in restaking.operators:
        for place, stake in enumerate(operator.stakes):
            given = sum(each.current for each in stake.allocations)
            if not given <= stake.encumbered <= protocol.max_magnitude(stake):
                wrong.append(f"{operator.name} allocated {given} of {stake.encumbered}")
            mine = sum(
                protocol.withdrawable(each.deposits[place], stake)
                for each in world.restakes.values()
                if each.operator == operator.name
            )
            if mine > stake.shares:
                wrong.append(f"{operator.name} has {stake.shares} shares, delegated {mine}")
    waiting = tuple(number for number, each in sorted(world.escrows.items()) if not each.ready)
    ends = [world.escrows[each].ends for each in waiting]
    if restaking.waiting != waiting or ends != sorted(ends):
        wrong.append(f"withdrawals wait as {restaking.waiting}, not {waiting}")
    if restaking.next_due != min((*ends[:1], restaking.next_round)):
        wrong.append(f"next due {restaking.next_due}")
    return wrong
