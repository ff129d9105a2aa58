"""Rules for adding and removing liquidity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lstwallet.readmodel import pools
from lstwallet.readmodel.preflight.records import (
    TICK,
    Case,
    Finding,
    danger,
    forbidden,
    note,
    safe,
    warning,
)
from lstwallet.readmodel.preflight.trading import OFF_ORACLE, slippage

COSTLY: Final = -0.01
TICKED: Final = -0.05
REFUSED: Final = -0.15
"""What a one-sided move may cost: warned, to be accepted by a tick, refused. A move off the
ratio is a hidden swap: the lines are those of a swap's impact in EXPERIENCE."""
PLAIN: Final = 0.00005


def of_add(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Pools: "bonus or penalty, pool price vs oracle"; "imbalance"."""
    done = pools.added(case.events, case.done)
    if done is None:
        return
    yield penalty(done.bonus, done.put, done.worth)
    yield slippage(done.minted, case.call.min_lp)
    view = pools.view(case.before, case.call.pool)
    yield _off_oracle(view)
    if view.leans_to:
        share = max(view.base_share, 1 - view.base_share)
        yield warning("pool_leans", of=view.leans_to, share=share)
    else:
        yield safe("pool_leans")
    yield note("fills") if view.amplification else note("divergence")
    yield safe("out_any_time")


def of_remove(case: Case) -> Iterator[Finding]:
    """The same for the way out."""
    done = pools.removed(case.events, case.before, case.done)
    if done is None:
        return
    yield penalty(done.bonus, done.stood_for, done.got)
    limits = [
        slippage(got, least)
        for got, least in zip(done.amounts, case.call.min_out, strict=True)
        if got
    ]
    yield from limits[:1]
    yield _off_oracle(pools.view(case.before, case.call.pool))


def penalty(share: float, put: int, got: int) -> Finding:
    """What the pool pays for the scarce side, or takes for the other one."""
    facts = {"share": share, "put": put, "got": got}
    if share <= REFUSED:
        return forbidden("pool_penalty", **facts)
    if share <= TICKED:
        return danger("pool_penalty", TICK, **facts)
    if share <= COSTLY:
        return warning("pool_penalty", **facts)
    return (note if share <= -PLAIN else safe)("pool_penalty", **facts)


def _off_oracle(view: pools.PoolView) -> Finding:
    kind = warning if abs(view.gap) >= OFF_ORACLE else safe
    return kind("pool_off_oracle", share=view.gap)


__all__ = ["COSTLY", "REFUSED", "TICKED", "of_add", "of_remove", "penalty"]
