"""Rules for staking, waiting and claiming."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeVar

from lstwallet.engine import guards as guarding
from lstwallet.engine.pools_facts import STETH_ETH, Swap, Swapped
from lstwallet.engine.quotes import preview
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.staking_facts import Claimed, Staked, UnstakeRequested
from lstwallet.engine.staking_wait import ticket_wait
from lstwallet.engine.validators_facts import ValidatorsDeposited
from lstwallet.readmodel import portfolio
from lstwallet.readmodel import staking as reading
from lstwallet.readmodel.preflight.records import Case, Finding, note, safe, warning
from lstwallet.readmodel.preflight.trading import WORTH_A_WORD
from lstwallet.units.fixed import WAD

CONCENTRATED: Final = 0.75
"""From this part of the net worth on, one protocol is named: our own choice."""
NEAR_LIMIT: Final = 0.9
"""Of the staking limit used: the next one may have to wait."""
OPERATOR_LARGE: Final = 1 / 3
"""One operator with a third of the pool's validators could stop its share of the chain from
being finalised: the consensus threshold."""
DUST: Final = 10**6
"""Wei for each ticket that rounding may take."""
_Kind = TypeVar("_Kind")
_LIDO: Final = ("stETH", "wstETH", f"LP:{STETH_ETH}")


def of_stake(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Stake: "a note if the market sells the LST below mint rate"; operator spread."""
    event = _only(case, Staked)
    if event is None:
        return
    minted = reading.minted_for(case.before, event.amount)
    edge = reading.market_edge(case.before, case.account, event.amount, minted)
    if edge is None:
        yield safe("market_cheaper")
    else:
        yield note("market_cheaper", share=edge.discount / WAD, more=edge.more)
    yield from _limit(case)
    offer = reading.lido_offer(case.end, event.amount)
    yield note("leaving", low=offer.wait.low, high=offer.wait.high,
               share=max(0.0, 1 - offer.market / WAD))  # fmt: skip
    largest = offer.largest / WAD
    spread = warning if largest >= OPERATOR_LARGE else safe
    yield spread("operators", count=offer.operators, share=largest)
    yield _concentration(case)


def _limit(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Stake: "protocol limit"; "limit reached" (refused by the protocol)."""
    guards, left = case.end.guards, guarding.stake_left(case.end)
    if guards is None or left is None:
        return
    share = 1 - left / guards.limit.most
    yield (note if share >= NEAR_LIMIT else safe)("stake_limit", share=share, left=left)


def _concentration(case: Case) -> Finding:
    """How much of all that one owns stands on one protocol afterwards."""
    held = portfolio.holdings(case.end, case.account)
    worth = sum(each.usd for each in held)
    lido = sum(each.usd for each in held if each.usd > 0 and each.token in _LIDO)
    share = lido / worth if worth > 0 else 0.0
    return (note if share >= CONCENTRATED else safe)("concentration", share=min(share, 1.0))


def of_native_stake(case: Case) -> Iterator[Finding]:
    """Validators of one's own: not liquid, and a slashing hits one person."""
    event = _only(case, ValidatorsDeposited)
    if event is None:
        return
    solo = reading.solo_offer(case.end, event.validator.keys)
    yield warning("slashed_alone", amount=solo.slashed)
    yield note("starts", at=event.validator.active_at)
    yield note("not_liquid", low=solo.exit.low, high=solo.exit.high)


def of_leave(case: Case) -> Iterator[Finding]:
    """Out of the active set."""
    yield warning("no_way_back")
    yield note("earns_till_out")


def of_request(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Unstake: "claimable may differ after a slash; no rewards while queued"."""
    event = _only(case, UnstakeRequested)
    if event is None:
        return
    yield warning("slash_may_lower")
    wait = ticket_wait(case.end, event.tickets[-1])
    yield note("queue_wait", low=wait.low, high=wait.high, now=case.end.time)
    yield note("no_rewards_queued")
    parts = tuple(ticket.request.steth for ticket in event.tickets)
    if len(parts) > 1:
        yield note("split", parts=parts)
    yield _market_better(case, sum(parts))


def _market_better(case: Case, pays: int) -> Finding:
    """Selling may pay as much at once: the queue's loss is the wait."""
    sale = Swap(case.account, STETH_ETH, "stETH", pays, 0, "ETH")
    try:
        events = preview(case.start, sale).events
    except Refusal:  # wstETH is not stETH yet, or the pool is too small: no better way then
        return safe("market_pays_more", more=0)
    got = next((event.received for event in events if isinstance(event, Swapped)), 0)
    more = got / pays - 1 if pays else 0.0
    better = note if more > WORTH_A_WORD else safe
    return better("market_pays_more", more=max(0, got - pays), share=more)


def of_claim(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Unstake: "claimable may differ after a slash"; here it is known."""
    event = _only(case, Claimed)
    if event is None:
        return
    yield safe("set_aside")
    mine = [case.before.tickets[number] for number in event.ids if number in case.before.tickets]
    missing = sum(ticket.request.steth - ticket.ether for ticket in mine)
    if missing > DUST * len(mine):
        yield warning("claim_less", amount=missing)
    else:
        yield safe("claim_less")


def _only(case: Case, kind: type[_Kind]) -> _Kind | None:
    return next((event for event in case.events if isinstance(event, kind)), None)


__all__ = ["of_claim", "of_leave", "of_native_stake", "of_request", "of_stake"]
