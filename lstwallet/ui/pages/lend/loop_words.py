"""Sentences about loops."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from lstwallet.engine.lending_oracle import CAPPED, EXCHANGE, MARKET
from lstwallet.readmodel.loops import MINT, LoopNow, LoopPair, Step
from lstwallet.readmodel.swaps import IMPACT_HIGH, IMPACT_NOTED, IMPACT_WARNED
from lstwallet.ui import wording
from lstwallet.ui.pages.lend import words

translate = QCoreApplication.translate

def pair_name(pair: LoopPair) -> str:
    """``wstETH against ETH``."""
    text = translate("lend", "{collateral} against {debt}")
    return text.format(collateral=pair.collateral, debt=pair.debt)


def route_name(route: str) -> str:
    """How a loan becomes collateral."""
    return translate("lend", "Stake and wrap") if route == MINT else translate("lend", "Buy it")


def limit(reason: str) -> str:
    """What binds at the highest multiple, as a sentence of its own."""
    text = wording.limit_of_a_loop(reason)
    return f"{text[:1].upper()}{text[1:]}."


def pays(now: LoopNow) -> str:
    """Which borrow rate ends the profit."""
    if now.break_even is None:
        return ""
    text = translate(
        "lend",
        "Above {pays} each turn costs more than it earns; above {even} the whole loop loses.",
    )
    return text.format(pays=words.share(now.pays_below), even=words.share(now.break_even))


def impact_tone(impact: float) -> str:
    """Coloured from 1 %, 3 % and 5 % on, as in Swap."""
    if impact >= IMPACT_HIGH:
        return "bad"
    if impact >= IMPACT_WARNED:
        return "warn"
    return "warn" if impact >= IMPACT_NOTED else "text"


def step(what: Step) -> str:
    """A step in words."""
    token, out = what.token, what.token_out
    if what.kind == "emode":
        return (
            translate("lend", "Enter the e-mode")
            if what.units
            else translate("lend", "Leave the e-mode")
        )
    if what.kind == "collateral":
        text = translate("lend", "Use {token} as collateral")
        return text.format(token=token)
    texts = {
        "supply": translate("lend", "Supply {token}"),
        "borrow": translate("lend", "Borrow {token}"),
        "withdraw": translate("lend", "Withdraw {token}"),
        "repay": translate("lend", "Repay {token}"),
        "swap": translate("lend", "Swap for {out}"),
        "mint": translate("lend", "Stake and wrap"),
        "wrap": translate("lend", "Wrap to {out}"),
    }
    return texts[what.kind].format(token=token, out=out)


def step_amount(what: Step) -> str:
    """What a step moves, or what an exchange brings."""
    if what.kind in ("emode", "collateral"):
        return ""
    if what.token_out:
        return wording.amount(what.units_out, what.token_out)
    return wording.amount(what.units, what.token)


# --- oracles ---------------------------------------------------------------------------------


def oracle_name(oracle: str) -> str:
    """What an oracle is called."""
    return {
        MARKET: translate("lend", "Market price"),
        EXCHANGE: translate("lend", "Exchange rate"),
        CAPPED: translate("lend", "Capped rate"),
    }[oracle]


def oracle_means(oracle: str, growth: int) -> str:
    """What an oracle means when stETH trades below its rate; ``growth`` in basis points."""
    if oracle == MARKET:
        return translate(
            "lend",
            "wstETH counts at what the stETH pool pays. A discount lowers your health at once and "
            "can liquidate you, as in 2022.",
        )
    if oracle == EXCHANGE:
        return translate(
            "lend",
            "wstETH counts at what the protocol redeems it for. A discount on the market "
            "liquidates nobody; slashing and a debt that outgrows it still can.",
        )
    text = translate(
        "lend",
        "The exchange rate, but it is believed to grow {growth} a year at most. A discount "
        "liquidates nobody, and a rate that jumps up lends nobody more.",
    )
    return text.format(growth=words.points(growth, 2))
