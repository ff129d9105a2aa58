"""Rules for restaking: how much an operator's services may take, and the escrow on the way out."""

from __future__ import annotations

from collections.abc import Iterator

from lstwallet.engine.restaking_facts import Restaked, WithdrawalsQueued
from lstwallet.readmodel import restaking
from lstwallet.readmodel.preflight.records import Case, Finding, note, safe, warning
from lstwallet.units.fixed import WAD


def of_restake(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Restake: "layered risk, escrow"."""
    if any(isinstance(each, Restaked) for each in case.events):
        yield from _what_it_means(case)


def of_delegate(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Restake: "layered risk, escrow"; slashes of former times cost nothing."""
    yield from _what_it_means(case)
    yield safe("former_slashes")


def of_withdrawal(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Restake: "queue → wait → complete"; of one deposit, or of all on leaving."""
    event = next((each for each in case.events if isinstance(each, WithdrawalsQueued)), None)
    if event is None:
        return
    for escrow in event.escrows[:1]:  # all of them begin, and end, together
        yield note("escrow_locked", at=escrow.ends)
        operator = escrow.withdrawal.operator
        fired = warning if operator else safe
        yield fired("escrow_slashable", operator=operator, at=escrow.ends)


def of_completion(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Restake: "complete or redeposit": slashes of the escrow's time are counted."""
    yield safe("escrow_over")


def _what_it_means(case: Case) -> Iterator[Finding]:
    """What of the stake is at risk from now on, and how long the way out is."""
    found = restaking.standing(case.done, case.account)
    if found is None:
        return
    mine = restaking.operator(case.done, case.account, found.operator)
    share = mine.at_risk / WAD if mine is not None else 0.0
    fired = warning if share else safe
    yield fired("restake_slashable", share=share, operator=found.operator)
    at = restaking.ends_if_asked_now(case.done)
    yield note("restake_escrow", at=at, seconds=at - case.done.time)


__all__ = ["of_completion", "of_delegate", "of_restake", "of_withdrawal"]
