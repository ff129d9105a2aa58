"""A performance fee: who runs a vault keeps a part of what it earned, and of nothing else.

    yield        = balance − balance at the last movement     (none while it is lower)
    fees         = fees charged + yield · rate                (rounded down)
    total assets = balance − fees                             (what shares are shares of)

Whenever somebody puts in or takes out, the yield until then is charged, and the balance that
the movement leaves is where the next yield is counted from. So nobody pays a fee on what
they brought, and a gift counts as yield. A loss charges nothing; the movement after it counts
from the lower balance, so what is earned back is charged: there is no high-water mark.

Source: aave/Aave-Vault@497d18da ``src/ATokenVault.sol`` (``totalAssets``, ``getClaimableFees``,
``_accrueYield``, ``withdrawFees``). Amounts are base units of the vault's asset; the rate has
18 decimals. The rounding is for those who hold shares.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.units.checked import checked_sub, require
from lstwallet.units.fixed import WAD, mul_div_floor

TOO_HIGH: Final = "FEE_TOO_HIGH"
TOO_FEW: Final = "INSUFFICIENT_FEES"


class Fees(NamedTuple):
    """What a vault remembers for its fee."""

    rate: int
    """Part of the yield, 18 decimals."""
    balance: int = 0
    """The vault's balance after the last movement (``lastVaultBalance``)."""
    charged: int = 0
    """Charged and not taken yet (``accumulatedFees``)."""


def founded(rate: int) -> Fees:
    """A fee that nothing has been charged for. Reverts above the whole yield."""
    require(rate <= WAD, TOO_HIGH)
    return Fees(rate)


# --- what shares are shares of ---------------------------------------------------------


def claimable(fees: Fees, balance: int) -> int:
    """What the one who runs the vault may take now (``getClaimableFees``)."""
    if balance <= fees.balance:
        return fees.charged
    return fees.charged + mul_div_floor(balance - fees.balance, fees.rate, WAD)


def total_assets(fees: Fees, balance: int) -> int:
    """What belongs to the shares (``totalAssets``).

    Reverts with the arithmetic panic when a loss has eaten into the fees.
    """
    return checked_sub(balance, claimable(fees, balance))


# --- charging --------------------------------------------------------------------------


def moved(fees: Fees, before: int, after: int) -> Fees:
    """Charge the yield up to the balance ``before`` a movement; count from ``after`` on."""
    return Fees(fees.rate, after, claimable(fees, before))


def take(fees: Fees, balance: int, amount: int) -> Fees:
    """The one who runs the vault takes ``amount`` of its fees. Reverts beyond them."""
    earned = claimable(fees, balance)
    require(amount <= earned, TOO_FEW)
    return Fees(fees.rate, balance - amount, earned - amount)
