"""The names of the others' accounts."""

from __future__ import annotations

import sys
from typing import Final

from lstwallet.market.catalogue import Catalogue

ARBITRAGE: Final = "crowd:arbitrage"
"""Keeps both pools near outside prices."""
REDEEMER: Final = "crowd:redeemer"
"""Buys stETH when it is cheap and redeems it in the queue."""
HOLDERS: Final = "crowd:holders"
"""Everybody who holds stETH and does nothing else."""
PROVIDER: Final = "crowd:provider:00"
"""The largest liquidity provider: holds what the pools begin with."""


def accounts(kind: str, catalogue: Catalogue) -> tuple[str, ...]:
    """All accounts of one kind: ``crowd:staker:00`` and so on."""
    count = catalogue.scaled(f"crowd.accounts.{kind}s", 0)
    # One text for each account, whoever asks: the ledger finds its rows by identity then.
    return tuple(sys.intern(f"crowd:{kind}:{number:02}") for number in range(count))


def loan_tokens(number: int) -> tuple[str, str]:
    """(collateral, debt) of the borrower with that number."""
    return _LOANS[number % len(_LOANS)]


_LOANS: Final = (
    ("ETH", "USDC"),
    ("wstETH", "USDC"),
    ("ETH", "USDC"),
    ("wstETH", "USDC"),
    ("USDC", "ETH"),
    ("ETH", "USDC"),
    ("wstETH", "USDC"),
    ("USDC", "wstETH"),
)
