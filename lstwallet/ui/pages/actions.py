"""What can be done in the rooms, as data: the command palette lists it, nothing is imported.

A new action is one line here: its room, its words, its icon, and the ``arguments`` that the
room's ``show_request`` understands. A room of its own appears by itself.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication


class Action(NamedTuple):
    """Enter ``room`` with ``arguments``. ``also``: other words that one may look for."""

    room: str
    title: str
    icon: str
    arguments: Any
    also: str = ""

    @property
    def key(self) -> str:
        """What is remembered of it, in every language."""
        return f"{self.room}/{self.title}"

    def label(self) -> str:
        """The title in the user's language."""
        return QCoreApplication.translate("actions", self.title)

    def others(self) -> str:
        """The other words in the user's language."""
        return QCoreApplication.translate("actions", self.also) if self.also else ""


def _(text: str) -> str:
    """Marks a text for translation."""
    return str(QT_TRANSLATE_NOOP("actions", text))


ACTIONS: Final = (
    Action("stake", _("Stake with Lido"), "stack", {"choice": "lido"}, _("eth steth pool")),
    Action(
        "stake", _("Stake with Rocket Pool"), "stack", {"choice": "rocketpool"},
        _("eth reth mint pool"),
    ),
    Action("stake", _("Stake 32 ETH alone"), "stack", {"choice": "solo"}, _("solo validator")),
    Action("stake", _("Wrap stETH"), "package", {"mode": "wrap", "token": "wstETH"}, "wstETH"),
    Action("stake", _("Unwrap wstETH"), "package", {"mode": "unwrap", "token": "wstETH"}, "stETH"),
    Action("stake", _("Wrap ETH"), "package", {"mode": "wrap", "token": "WETH"}, "WETH"),
    Action("stake", _("Unwrap WETH"), "package", {"mode": "unwrap", "token": "WETH"}, "ETH"),
    Action(
        "unstake", _("Unstake through the queue"), "hourglass-medium", {"way": "queue"},
        _("withdraw exit request ticket"),
    ),
    Action(
        "unstake", _("Unstake on the market"), "lightning", {"way": "market"},
        _("withdraw exit sell at once"),
    ),
    Action(
        "unstake", _("Burn rETH"), "fire", {"token": "rETH", "way": "queue"},
        _("withdraw exit rocket pool redeem"),
    ),
    Action("unstake", _("Claim what is ready"), "ticket", {"claim": "all"}, _("withdraw ticket")),
    Action("lend", _("Supply"), "arrow-down-left", {"action": "supply"}, _("deposit collateral")),
    Action("lend", _("Withdraw what is supplied"), "arrow-up-right", {"action": "withdraw"}),
    Action("lend", _("Borrow"), "money", {"action": "borrow"}, _("loan debt")),
    Action("lend", _("Repay"), "arrow-u-up-left", {"action": "repay"}, _("pay back debt loan")),
    Action(
        "lend", _("Loop: leverage a stake"), "repeat", {"action": "loop"},
        _("multiply leverage borrow"),
    ),
    Action("lend", _("Bring a loop down"), "trend-down", {"action": "reduce"}, _("deleverage")),
    Action(
        "lend", _("Put into the WETH vault"), "archive-box", {"vault": "WETH", "way": "in"},
        _("deposit erc4626 shares eth"),
    ),
    Action(
        "lend", _("Put into the wstETH vault"), "archive-box", {"vault": "wstETH", "way": "in"},
        _("deposit erc4626 shares staked"),
    ),
    Action(
        "lend", _("Take out of the WETH vault"), "archive-box", {"vault": "WETH", "way": "out"},
        _("withdraw redeem erc4626 shares"),
    ),
    Action(
        "lend", _("Take out of the wstETH vault"), "archive-box", {"vault": "wstETH", "way": "out"},
        _("withdraw redeem erc4626 shares"),
    ),
    Action(
        "pools", _("Add liquidity to stETH / ETH"), "drop-half",
        {"pool": "steth_eth", "action": "add"}, _("provide deposit LP"),
    ),
    Action(
        "pools", _("Remove liquidity from stETH / ETH"), "drop",
        {"pool": "steth_eth", "action": "remove"}, _("withdraw LP"),
    ),
    Action(
        "pools", _("Add liquidity to rETH / ETH"), "drop-half",
        {"pool": "reth_eth", "action": "add"}, _("provide deposit LP"),
    ),
    Action(
        "pools", _("Remove liquidity from rETH / ETH"), "drop",
        {"pool": "reth_eth", "action": "remove"}, _("withdraw LP"),
    ),
    Action(
        "pools", _("Provide wstETH / ETH in a range"), "drop-half",
        {"pool": "wsteth_eth"}, _("concentrated liquidity bounds"),
    ),
    Action(
        "pools", _("Add liquidity to USDC / ETH"), "drop-half",
        {"pool": "usdc_eth", "action": "add"}, _("provide deposit LP"),
    ),
    Action(
        "pools", _("Remove liquidity from USDC / ETH"), "drop",
        {"pool": "usdc_eth", "action": "remove"}, _("withdraw LP"),
    ),
    Action("swap", _("Swap one token for another"), "swap", {}, _("trade sell buy exchange")),
    Action(
        "restake", _("Restake a staking token"), "repeat", {"do": "deposit"},
        _("eigenlayer deposit strategy"),
    ),
    Action(
        "restake", _("Choose an operator"), "users-three", {"do": "delegate"},
        _("delegate eigenlayer AVS service"),
    ),
    Action(
        "restake", _("Withdraw from restaking"), "hourglass-medium", {"do": "withdraw"},
        _("escrow queue leave undelegate"),
    ),
    Action(
        "restake", _("Take what left escrow"), "ticket", {"complete": "all"},
        _("complete withdrawal"),
    ),
    Action("restake", _("Claim restaking rewards"), "sparkle", {"do": "claim"}, _("AVS rewards")),
    Action("wallet", _("Send"), "paper-plane-tilt", {"view": "send"}, _("transfer pay address")),
    Action("wallet", _("Receive"), "qr-code", {"view": "receive"}, _("address deposit QR")),
    Action("wallet", _("Accounts"), "wallet", {"view": "accounts"}, _("switch new account")),
    Action("wallet", _("Contacts"), "address-book", {"view": "contacts"}, _("names addresses")),
    Action(
        "activity", _("Search what happened"), "magnifying-glass", {"do": "search"}, _("find")
    ),
    Action("activity", _("Export history as CSV"), "export", {"do": "csv"}, _("save download")),
    Action("activity", _("Export history as JSON"), "export", {"do": "json"}, _("save download")),
    Action("settings", _("Get play money"), "coin", {"do": "fund"}, _("faucet fund ETH USDC")),
    Action(
        "settings", _("Verify the profile"), "shield-check", {"do": "verify"},
        _("check audit replay"),
    ),
    Action(
        "settings", _("Default slippage limit"), "sliders-horizontal", {"do": "slippage"},
        _("tolerance"),
    ),
    Action(
        "settings", _("Keys and password"), "key", {"do": "keys"},
        _("lock unlock recovery code keyring computer protect"),
    ),
)  # fmt: skip
"""By room, in the order of its own buttons."""
