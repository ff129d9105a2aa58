"""Rules for a trade: impact, slippage, the price outside, and what the other ways would give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lstwallet.engine.pools_facts import Swap, Swapped
from lstwallet.engine.staking_facts import Unwrapped, Wrapped
from lstwallet.engine.staking_wait import estimate_wait
from lstwallet.engine.transactions import Transaction
from lstwallet.engine.wallet import EthUnwrapped, EthWrapped
from lstwallet.readmodel import loops, rocketpool, swaps
from lstwallet.readmodel.pools import at_least
from lstwallet.readmodel.preflight.records import (
    TYPE,
    Case,
    Finding,
    danger,
    forbidden,
    note,
    safe,
    warning,
)

IMPACT_NOTED: Final = swaps.IMPACT_NOTED
IMPACT_WARNED: Final = swaps.IMPACT_WARNED
IMPACT_HIGH: Final = swaps.IMPACT_HIGH
IMPACT_TYPED: Final = swaps.IMPACT_TYPED
IMPACT_REFUSED: Final = swaps.IMPACT_REFUSED
SLIPPAGE_REFUSED: Final = 3_000
SLIPPAGE_HIGH: Final = 1_000
SLIPPAGE_LOW: Final = 10
"""Basis points."""
OFF_ORACLE: Final = 0.04
NEAR_ORACLE: Final = 0.01
WORTH_A_WORD: Final = 0.0001
"""A difference below one basis point is not told."""

_STEPS: Final = (Swapped, Wrapped, Unwrapped, EthWrapped, EthUnwrapped)
"""What a trade is made of; an approval or a fee beside it is not."""
_STAKED: Final = ("stETH", "wstETH")
_ETHER: Final = ("ETH", "WETH")


def of_swap(case: Case) -> Iterator[Finding]:
    """A swap through the pools."""
    call: Swap = case.call
    steps = [event for event in case.events if isinstance(event, _STEPS)]
    done = swaps.traded(case.before, steps, call.token_in, call.token_out)
    yield impact(done.impact, case.terms.expert)
    yield slippage(done.received, call.min_out)
    yield off_oracle(done.against_fair)
    yield from _other_ways(case, done)


def of_several(case: Case) -> Iterator[Finding]:
    """Several exchanges in one action (a loop): what they do to the price together."""
    calls = case.call.calls if isinstance(case.call, Transaction) else case.call.commands
    if sum(isinstance(call, Swap) for call in calls) > 1:
        found = impact(loops.impact(case.start, case.events), case.terms.expert)
        yield found._replace(facts={**found.facts, "several": True})


def impact(share: float, expert: bool) -> Finding:
    """How far the trade itself moves the price.

    EXPERIENCE, Swap: "impact 1/3/5 % coloured, ≥ 10 % typed confirmation, ≥ 15 % refused
    unless expert mode".
    """
    if share >= IMPACT_REFUSED:
        if not expert:
            return forbidden("impact", share=share)
        return danger("impact", TYPE, share=share)._replace(lifted=True)
    if share >= IMPACT_TYPED:
        return danger("impact", TYPE, share=share)
    if share >= IMPACT_HIGH:
        return danger("impact", share=share)
    if share >= IMPACT_WARNED:
        return warning("impact", share=share)
    return (note if share >= IMPACT_NOTED else safe)("impact", share=share)


def slippage(received: int, least: int) -> Finding:
    """How much less than quoted the command itself would take.

    EXPERIENCE, Swap: "slippage > 30 % refused, > 10 % and < 0.1 % warned". The limit is read
    from the command: what is signed counts, not what a field says.
    """
    facts = {"share": 1 - least / received if received else 0.0, "least": least}
    if least < at_least(received, SLIPPAGE_REFUSED):
        return forbidden("slippage", **facts)
    if least < at_least(received, SLIPPAGE_HIGH):
        return warning("slippage", high=True, **facts)
    if least > at_least(received, SLIPPAGE_LOW):
        return warning("slippage", high=False, **facts)
    return safe("slippage", **facts)


def off_oracle(against: float) -> Finding:
    """How far the price is off the one outside, fee and impact counted.

    EXPERIENCE, Swap: "≥ 4 % off the oracle warned".
    """
    if against <= -OFF_ORACLE:
        return warning("off_oracle", share=against)
    if abs(against) >= NEAR_ORACLE:
        return note("off_oracle", share=against)
    return safe("off_oracle", share=against)


def _other_ways(case: Case, done: swaps.Traded) -> Iterator[Finding]:
    """EXPERIENCE, Unstake: queue and market side by side; Stake: a note when one is cheaper."""
    inward, outward = done.token_in, done.token_out
    if inward in _STAKED and outward in _ETHER:
        yield _against_queue(case, done)
    elif inward == "rETH" and outward in _ETHER:
        yield _against_burning(case, done)
    elif inward in _ETHER and outward in (*_STAKED, "rETH"):
        if outward == "rETH":
            minted = rocketpool.minted_for(case.before, done.paid)
        else:
            minted = swaps.by_protocol(case.before, inward, outward, done.paid)
        lost = minted / done.received - 1 if done.received else 0.0
        if lost > WORTH_A_WORD:
            yield note("dearer_than_staking", share=lost, more=minted - done.received,
                       token=outward)  # fmt: skip
        else:
            yield safe("dearer_than_staking", share=lost)


def _against_queue(case: Case, done: swaps.Traded) -> Finding:
    pays = swaps.by_protocol(case.before, done.token_in, done.token_out, done.paid)
    below = 1 - done.received / pays if pays else 0.0
    wait = estimate_wait(case.before, pays)
    facts = {"share": below, "lost": pays - done.received, "low": wait.low, "high": wait.high}
    if below >= OFF_ORACLE or done.impact >= IMPACT_WARNED:
        return warning("below_queue", **facts)
    return (note if below > WORTH_A_WORD else safe)("below_queue", **facts)


def _against_burning(case: Case, done: swaps.Traded) -> Finding:
    """Burning pays at once too, if the protocol has the ether."""
    offer = rocketpool.burn_offer(case.before, done.paid)
    below = 1 - done.received / offer.worth if offer.worth else 0.0
    facts = {"share": below, "lost": offer.worth - done.received, "pays": offer.pays}
    if below >= OFF_ORACLE or done.impact >= IMPACT_WARNED:
        return warning("below_burning", **facts)
    return (note if below > WORTH_A_WORD else safe)("below_burning", **facts)


def of_wrap(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Wrap / unwrap: "no slippage"."""
    yield safe("own_rate")


__all__ = [
    "IMPACT_HIGH", "IMPACT_NOTED", "IMPACT_REFUSED", "IMPACT_TYPED", "IMPACT_WARNED",
    "NEAR_ORACLE", "OFF_ORACLE", "SLIPPAGE_HIGH", "SLIPPAGE_LOW", "SLIPPAGE_REFUSED",
    "impact", "of_several", "of_swap", "of_wrap", "off_oracle", "slippage",
]  # fmt: skip
