"""The lending room's sentences and how it writes its numbers."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from lstwallet.readmodel.lending import EModeRow, Risk, Trigger
from lstwallet.ui import wording
from lstwallet.units.fixed import WAD

translate = QCoreApplication.translate
BPS = 10_000
ETH_WORDS = frozenset({"WETH", "wstETH"})


def share(wad: int | None, digits: int = 2, *, signed: bool = False) -> str:
    """A share or a yearly rate with 18 decimals as ``3.02%``."""
    return wording.percent(None if wad is None else wad / WAD, digits, signed=signed)


def floored(wad: int, digits: int = 1) -> str:
    """A distance, never shown larger than it is: ``29.5%``."""
    step = 10 ** (18 - 2 - digits)
    return wording.percent(wad // step * step / WAD, digits)


def points(bps: int, digits: int = 1) -> str:
    """Basis points as ``78.5%``."""
    return wording.percent(bps / BPS, digits)


def ltv(risk: Risk) -> str:
    """Debt over collateral, rounded up; ``–`` without collateral."""
    if risk.ltv is None:
        return wording.UNKNOWN
    step = 10**15
    return wording.percent(-(-risk.ltv // step) * step / WAD, 1)


def ltv_tone(risk: Risk) -> str:
    """The tone of the loan-to-value bar: that of the health factor."""
    return "good" if risk.health is None else wording.health_tone(risk.health)


def health_icon(health: int | None) -> str:
    """The icon beside the word."""
    icons = {"good": "check-circle", "warn": "warning", "bad": "warning-octagon"}
    return icons[wording.health_tone(health)]


def price(trigger: Trigger | None, *, unit: bool = True) -> str:
    """The liquidation price; ``–`` when no price can do it."""
    if trigger is None:
        return wording.UNKNOWN
    if trigger.quote == "ETH":
        return wording.amount(trigger.price, "ETH", unit=unit)
    return wording.fiat(trigger.price)


def prices(before: Risk, then: Risk) -> tuple[str, str]:
    """The liquidation price before and after; the unit once if it is the same."""
    old, new = before.trigger, then.trigger
    same = old is not None and new is not None and old.quote == new.quote
    return price(old, unit=not same), price(new)


def price_key(risk: Risk | None) -> str:
    """What the liquidation price is the price of."""
    trigger = None if risk is None else risk.trigger
    if trigger is None:
        return translate("lend", "Liquidation price")
    return translate("lend", "Liquidation price, {token}").format(token=trigger.token)


def distance(risk: Risk) -> str:
    """How much it takes to be liquidated, in one sentence."""
    if risk.health is None:
        if risk.collateral:
            return translate("lend", "Nothing is borrowed, so nothing can be liquidated.")
        return translate("lend", "Supply something, and you can borrow against it.")
    if risk.health < WAD:
        return translate(
            "lend", "Below 1.00: others may repay part of your debt and take collateral for it."
        )
    grow = floored(risk.debt_room or 0)
    trigger = risk.trigger
    if trigger is None:
        text = translate("lend", "Debt may grow {grow} before liquidation.")
        return text.format(grow=grow)
    move = floored(trigger.change)
    if trigger.rises:
        text = translate(
            "lend",
            "Debt may grow {grow}, or {token} rise {move}, before liquidation at {price}.",
        )
    else:
        text = translate(
            "lend",
            "Debt may grow {grow}, or {token} fall {move}, before liquidation at {price}.",
        )
    return text.format(grow=grow, token=trigger.token, move=move, price=price(trigger))


def oracle(source: str) -> tuple[str, str]:
    """A chip for where a price comes from, and what that means."""
    known = {
        "wsteth:market": (
            translate("lend", "Market"),
            translate(
                "lend",
                "Priced at what the stETH pool pays: a discount on the market can liquidate.",
            ),
        ),
        "wsteth:capped": (
            translate("lend", "Rate, capped"),
            translate(
                "lend",
                "Priced by its exchange rate, which is believed to grow so fast at most: a "
                "discount on the market liquidates nobody.",
            ),
        ),
        "eth": (
            translate("lend", "Market"),
            translate("lend", "Priced at what ether costs on the market."),
        ),
        "usdc": (
            translate("lend", "Market"),
            translate("lend", "Priced at what the dollar token costs on the market."),
        ),
        "wsteth": (
            translate("lend", "Rate"),
            translate(
                "lend",
                "Priced by its exchange rate to ether: a discount on the market liquidates nobody.",
            ),
        ),
        "fixed": (translate("lend", "Fixed"), translate("lend", "Counted at a fixed price.")),
    }
    return known.get(source, (source, ""))


def emode_name(mode: EModeRow) -> str:
    """What an efficiency mode is called."""
    if set(mode.collateral) <= ETH_WORDS:
        return translate("lend", "ETH-correlated")
    return translate("lend", "Category {number}").format(number=mode.number)


def large(units: int, token: str, *, unit: bool = False) -> str:
    """``102.4k``, ``88.1m``: for a column that is compared, floored to one decimal."""
    whole = units // 10 ** wording.decimals(token)
    tail = f"{wording.NO_BREAK}{token}" if unit else ""
    for floor, base, mark in ((10**9, 10**9, "bn"), (10**6, 10**6, "m"), (10**4, 10**3, "k")):
        if whole >= floor:
            tenths = whole * 10 // base
            return f"{wording.count(tenths // 10)}.{tenths % 10}{mark}{tail}"
    return wording.amount(units, token, unit=unit)
