"""Rates, routes and impacts in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from lstwallet.engine.pools_facts import RETH_ETH, STETH_ETH, USDC_ETH
from lstwallet.readmodel import swaps
from lstwallet.readmodel.swaps import Hop, Traded
from lstwallet.ui import wording
from lstwallet.units.amount import format_nearest

translate = QCoreApplication.translate


def number(value: float) -> str:
    """A rate with as many digits as its size asks for."""
    places = 2 if value >= 100 else 4 if value >= 0.1 else 6
    return format_nearest(round(value * 10**8), 8, places)


def axis(value: float) -> str:
    """The same, short, for an axis."""
    if value >= 100:
        return format_nearest(round(value), 0, 0)
    return number(value)


def rate(token_in: str, token_out: str, value: float) -> str:
    """``1 ETH = 1.0232 stETH``."""
    if not value:
        return wording.UNKNOWN
    return f"1{wording.NO_BREAK}{token_in} = {number(value)}{wording.NO_BREAK}{token_out}"


def executed(done: Traded) -> float:
    """Whole tokens received for one whole token paid."""
    paid = done.paid / 10 ** wording.decimals(done.token_in)
    return done.received / 10 ** wording.decimals(done.token_out) / paid if paid else 0.0


def impact(share: float) -> tuple[str, str]:
    """Words and tone: plain at zero, good below 1 %, plain below 3 %, amber below 5 %, then red."""
    text = f"<{wording.NO_BREAK}0.01%" if 0 < share < 0.0001 else wording.percent(share)
    if share < swaps.IMPACT_NOTED:
        return text, "text" if wording.reads_zero(text) else "good"
    if share < swaps.IMPACT_WARNED:
        return text, "text"
    return text, "warn" if share < swaps.IMPACT_HIGH else "bad"


def fee(done: Traded) -> str:
    """What the pools keep: the token amount when there is one, and its worth."""
    if not done.fees:
        return translate("swap", "none")
    worth = wording.fiat(done.fee_usd)
    if len(done.fees) > 1:
        return worth
    only = done.fees[0]
    return f"{wording.amount(only.units, only.token)} · {worth}"


def route(token_in: str, steps: Sequence[Hop]) -> str:
    """``ETH → stETH → wstETH``."""
    return " → ".join([token_in, *(step.token for step in steps)])


def step(hop: Hop) -> str:
    """What happens in one step."""
    return {
        "wrap": translate("swap", "Wrap, one for one by shares"),
        "unwrap": translate("swap", "Unwrap"),
        STETH_ETH: translate("swap", "Pool stETH / ETH"),
        USDC_ETH: translate("swap", "Pool USDC / ETH"),
        RETH_ETH: translate("swap", "Pool rETH / ETH"),
    }[hop.by]


def age(seconds: int) -> str:
    """How old the quote is."""
    if seconds < 2:
        return translate("swap", "just now")
    text = translate("swap", "{duration} ago")
    return text.format(duration=wording.duration(seconds))


__all__ = ["age", "axis", "executed", "fee", "impact", "number", "rate", "route", "step"]
