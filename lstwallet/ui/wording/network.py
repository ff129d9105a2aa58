"""Fees, contracts and approvals in words."""

from __future__ import annotations

from typing import Any, Final

from lstwallet.ui.wording.numbers import (
    NO_BREAK,
    amount,
    decimals,
    fiat,
    token_name,
    translate,
)
from lstwallet.units.amount import format_nearest, format_places

GWEI_DECIMALS: Final = 9
FEE_DECIMALS: Final = 6
"""Of a fee in ETH: it is often less than what four decimals can show."""
UNLIMITED: Final = 2**256 - 1


def gwei(wei: int) -> str:
    """``0.55 gwei``: a price of gas, to the nearest hundredth."""
    return f"{format_nearest(wei, GWEI_DECIMALS, 2)}{NO_BREAK}gwei"


def fee(wei: int) -> str:
    """``0.000061 ETH``: a network fee, rounded up: never more is taken than is shown."""
    step = 10 ** (decimals("ETH") - FEE_DECIMALS)
    shown = format_places(wei + step - 1 if wei % step else wei, decimals("ETH"), FEE_DECIMALS)
    return f"{shown}{NO_BREAK}ETH"


def fee_and_worth(wei: int, usd: int) -> str:
    """``0.000061 ETH · $0.19``; ``usd`` has 8 decimals."""
    if not wei:
        return translate("wording", "free")
    return translate("wording", "{fee} · {worth}").format(fee=fee(wei), worth=fiat_fee(usd))


def fiat_fee(usd: int) -> str:
    """``$0.19``; what is less than a cent says so."""
    return translate("wording", "under $0.01") if 0 < usd < 10**6 else fiat(usd)


def contract(spender: str) -> str:
    """What a person calls the contract that pulls a token."""
    names = {
        "wsteth": translate("wording", "wstETH contract"),
        "lido:queue": translate("wording", "Lido's withdrawal queue"),
        "aave": translate("wording", "Aave pool"),
        "restaking": translate("wording", "Restaking contract"),
        "pool:steth_eth": translate("wording", "stETH / ETH pool"),
        "pool:usdc_eth": translate("wording", "USDC / ETH pool"),
        "pool:reth_eth": translate("wording", "rETH / ETH pool"),
        "vault:WETH": translate("wording", "WETH vault"),
        "vault:wstETH": translate("wording", "wstETH vault"),
        "pool:wsteth_eth": translate("wording", "wstETH / ETH ranges"),
        "router": translate("wording", "Swap router"),
    }
    return names.get(spender, spender)


def allowed(units: int, token: str) -> str:
    """``10.0000 wstETH``, or that there is no limit."""
    return translate("wording", "Unlimited") if units >= UNLIMITED else amount(units, token)


def may_take(spender: str, token: str, units: int) -> str:
    """``Aave pool may take 10.0000 wstETH, exactly this amount``."""
    if units >= UNLIMITED:
        text = translate("wording", "{contract} may take all {token} you ever have, without limit")
        return text.format(contract=contract(spender), token=token_name(token))
    text = translate("wording", "{contract} may take {amount}, exactly this amount")
    return text.format(contract=contract(spender), amount=amount(units, token))


def fee_not_payable(why: Any) -> str:
    """What is missing for the fee."""
    text = translate(
        "wording", "The network fee is {needed} and you have {available} to pay it with."
    )
    have = fee(why.available) if why.available else translate("wording", "no ETH")
    return text.format(needed=fee(why.needed), available=have)


def not_enough_after_fee(why: Any) -> str:
    """How much is too much once the fee is paid."""
    missing = why.wanted - why.available
    text = translate(
        "wording", "{missing} more than is left when the network fee of {fee} is paid."
    )
    shown = amount(missing, "ETH") if missing >= 10**14 else fee(missing)
    return text.format(missing=shown, fee=fee(why.fee))


def fee_above_limit(why: Any) -> str:
    """The base fee rose."""
    text = translate("wording", "Gas costs {price} now, more than the {most} you agreed to.")
    return text.format(price=gwei(why.price), most=gwei(why.most))


def not_approved(why: Any) -> str:
    """Which contract may not take that much."""
    text = translate("wording", "{contract} may take {allowed} of yours, not {wanted}.")
    return text.format(
        contract=contract(why.spender),
        allowed=allowed(why.allowed, why.token),
        wanted=amount(why.wanted, why.token),
    )


def moved(why: Any) -> str:
    """What would come out otherwise than was seen."""
    token, agreed, now = why.changes[0] if why.changes else ("", 0, 0)
    if not token:
        return translate("wording", "The world moved. Nothing was done.")
    text = translate(
        "wording", "The world moved: {now} instead of {agreed}. Nothing was done."
    )
    was, is_now = (amount(abs(units), token) for units in (agreed, now))
    if was == is_now:
        return translate("wording", "The world moved by a trifle. Nothing was done.")
    return text.format(now=is_now, agreed=was)


__all__ = [
    "allowed", "contract", "fee", "fee_and_worth", "fiat_fee", "gwei", "may_take",
]  # fmt: skip
