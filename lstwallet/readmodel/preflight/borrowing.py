"""Rules for lending: health, the price of a liquidation, caps, liquidity, and the carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lstwallet.engine.lending_facts import Borrow, Repay, Supply
from lstwallet.engine.lending_view import reserve_token
from lstwallet.readmodel import lending as reading
from lstwallet.readmodel.lending import BORROW, NEAR_CAP, RISKY, SUPPLY, MarketRow, Risk
from lstwallet.readmodel.preflight.records import (
    DANGER,
    NOTE,
    TICK,
    WARNING,
    Case,
    Finding,
    danger,
    note,
    safe,
    warning,
)
from lstwallet.units.fixed import WAD, mul_div_floor

RED: Final = mul_div_floor(11, WAD, 10)
"""The health factor below which the gauge is red (EXPERIENCE: "< 1.1 red")."""
PRICE_NEAR: Final = 0.20
PRICE_CLOSE: Final = 0.10
"""A fall of ether of a fifth in a week was seen in May 2022, of a tenth in a day often."""
LTV_CLOSE: Final = 0.95
"""Of the loan to value at which one is liquidated."""
SCARCE: Final = 0.95
"""Utilisation from which a supply may have to wait: the free rest is small."""


def of_supply(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Supply / withdraw: "caps at 98 % warn, 100 % refuse"."""
    call: Supply = case.call
    yield from _cap(case, SUPPLY)
    row, token = _market(case), reserve_token(call.token)
    backs = any(
        each.token == token and each.collateral
        for each in reading.position(case.end, case.account).supplied
    )
    yield (safe if backs else note)("stands", token=token, backs=backs)
    used = row.utilisation / WAD
    yield (warning if used >= SCARCE else safe)("lent_out", share=used)
    yield from _health(case)


def of_withdraw(case: Case) -> Iterator[Finding]:
    """EXPERIENCE: "would fall below 1; funds are lent out" (both refused by the market)."""
    yield safe("lent_out", share=_market(case).utilisation / WAD)
    yield from _health(case)


def of_borrow(case: Case) -> Iterator[Finding]:
    """EXPERIENCE, Borrow: "health factor after < 1.5: tick 'I accept the risk'"."""
    yield from _health(case)
    yield from _cap(case, BORROW)
    yield note("variable_rate")
    yield from _carry(case)


def of_repay(case: Case) -> Iterator[Finding]:
    """EXPERIENCE: "dust-free close"."""
    call: Repay = case.call
    token = reserve_token(call.token)
    held = reading.position(case.end, case.account)
    if all(each.token != token for each in held.borrowed):
        yield safe("no_dust", token=token)
    yield from _health(case)


def of_switch(case: Case) -> Iterator[Finding]:
    """A supply that stands as collateral may be taken; one that does not lends no power."""
    if case.call.on:
        yield note("may_be_taken", token=case.call.token)
    else:
        yield safe("not_taken", token=case.call.token)
    yield from _health(case)


def of_emode(case: Case) -> Iterator[Finding]:
    """An efficiency mode restricts what may be borrowed."""
    number = case.call.number
    mode = next((each for each in reading.emodes(case.end) if each.number == number), None)
    if mode is None:
        yield safe("emode_left")
    else:
        yield note("emode_limits", borrowable=mode.borrowable)
    yield from _health(case)


# --- parts ---------------------------------------------------------------------------------


def _health(case: Case) -> Iterator[Finding]:
    before = reading.risk_of(case.start, case.account)
    then = reading.risk_of(case.end, case.account)
    if then.health is None:
        yield safe("health", after=None, before=before.health)
        return
    worse = before.health is None or then.health < before.health
    facts = {"before": before.health, "after": then.health}
    if not worse or then.health >= RISKY:
        yield safe("health", **facts)
    elif then.health < RED:
        yield danger("health", TICK, **facts)
    else:
        yield Finding("health", WARNING, facts, TICK)
    if worse:
        yield from _price(then)
        yield _ltv(then)


def _price(then: Risk) -> Iterator[Finding]:
    """EXPERIENCE, Borrow: the liquidation price. How far its price may still go."""
    trigger = then.trigger
    if trigger is None:
        return
    share = trigger.change / WAD
    facts = {
        "share": share, "of": trigger.token, "price": trigger.price, "quote": trigger.quote,
        "rises": trigger.rises,
    }  # fmt: skip
    severity = DANGER if share < PRICE_CLOSE else WARNING if share < PRICE_NEAR else NOTE
    yield Finding("liquidation_price", severity, facts)


def _ltv(then: Risk) -> Finding:
    """How near the loan is to the loan to value at which it is liquidated."""
    ltv = (then.ltv or 0) / WAD
    line = then.threshold / 10_000
    kind = danger if line and ltv >= LTV_CLOSE * line else safe
    return kind("ltv_near", ltv=ltv, line=line)


def _cap(case: Case, kind: str) -> Iterator[Finding]:
    used = reading.cap_used(case.end, case.call.token, kind)
    if used is None:
        return
    fired = warning if used >= NEAR_CAP else safe
    yield fired("cap", kind=kind, share=used / WAD)


def _carry(case: Case) -> Iterator[Finding]:
    """A position that costs more than it earns, the LST's own yield counted.

    Borrowing ether against what earns staking rewards is done for the carry: a warning then.
    Dollars are borrowed for something else: a note.
    """
    net = reading.position(case.end, case.account).net
    if net.rate is None:
        return
    costs = warning if reserve_token(case.call.token) in ("WETH", "wstETH") else note
    yield (costs if net.rate < 0 else safe)("carry", rate=net.rate / WAD)


def _market(case: Case) -> MarketRow:
    call: Supply | Borrow = case.call
    token = reserve_token(call.token)
    rows = reading.markets(case.end, case.account)
    return next(row for row in rows if row.token == token)


__all__ = ["of_borrow", "of_emode", "of_repay", "of_supply", "of_switch", "of_withdraw"]
