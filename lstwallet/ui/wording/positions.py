"""Where something is held, in words."""

from __future__ import annotations

from lstwallet.ui.wording.numbers import token_name, translate


def position(kind: str, token: str) -> tuple[str, str, str]:
    """Title, quiet line and disc of a position; ``kind`` is one of the portfolio's."""
    if kind == "pool":
        other = {"LP:usdc_eth": "USDC", "LP:reth_eth": "rETH"}.get(token, "stETH")
        pair = translate("positions", "{pair} pool").format(pair=f"{other} / ETH")
        return pair, translate("positions", "Liquidity"), "LP"
    if kind == "range":
        title = translate("positions", "wstETH / ETH ranges")
        return title, translate("positions", "Concentrated liquidity"), "LP"
    if kind == "ticket":
        return translate("positions", "In the exit queue"), "", "exit"
    if kind == "native":
        return translate("positions", "Own validators"), "", "validator"
    if kind == "restaked" and token == "WETH":
        return translate("positions", "Restaking rewards"), "", token
    name = token_name(token)
    where = {
        "supplied": translate("positions", "Supplied"),
        "borrowed": translate("positions", "Borrowed"),
        "restaked": translate("positions", "Restaked"),
        "escrow": translate("positions", "In escrow"),
    }.get(kind, translate("positions", "In the wallet"))
    return name, where, token
