"""Lending in the world: its state, what may be asked of it, and what can have happened.

Amounts are base units of the token that moves. ``ETH`` is taken and given like WETH: it is
wrapped or unwrapped on the way, in the same entry. The ledger holds scaled balances:
``aWETH`` for what is supplied, ``dWETH`` for what is owed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.ledger.entries import Account, Entry
from lstwallet.protocols.lending import EMode, Parameters, Position, Reserve, ReserveConfig
from lstwallet.units.amount import Wanted

MARKET: Final = "aave"
"""Holds the tokens that can be borrowed or withdrawn now."""
TREASURY: Final = "aave:treasury"
LIQUIDATORS: Final = "crowd:liquidators"
"""Repays the debts of others; has to own what it repays with."""
MOST_LIQUIDATIONS: Final = 50
"""Liquidations in one look; who is left over waits for the next."""


class Feed(NamedTuple):
    """Where a reserve's price comes from.

    ``eth``: the outside price of ETH. ``usdc``: the outside price of USDC. ``wsteth``: the
    price of ETH times the stETH that one wstETH stands for, so that a discount of stETH on
    the market liquidates nobody; ``wsteth:market`` and ``wsteth:capped`` see that rate as
    ``lending_oracle`` says. ``fixed``: ``price``, USD with 8 decimals.
    """

    source: str
    price: int


class Lending(NamedTuple):
    """The market of this world; positions stand in ``World.positions``."""

    parameters: Parameters
    reserves: tuple[Reserve, ...]
    feeds: tuple[Feed, ...]


# --- commands --------------------------------------------------------------------------


class Supply(NamedTuple):
    """Lend out ``amount`` of ``token``; ``ALL`` is the whole wallet."""

    account: Account
    token: str
    amount: Wanted


class WithdrawSupply(NamedTuple):
    """Take supplied ``token`` back; ``ALL`` burns every share."""

    account: Account
    token: str
    amount: Wanted


class Borrow(NamedTuple):
    """Borrow ``amount`` of ``token``; ``ALL`` is the most that is allowed now."""

    account: Account
    token: str
    amount: Wanted


class Repay(NamedTuple):
    """Repay a debt of ``token`` from the wallet or from what is supplied of the same token.

    ``ALL`` from the wallet is the whole debt; from the supply it is as much as there is.
    """

    account: Account
    token: str
    amount: Wanted
    from_supply: bool


class SwitchCollateral(NamedTuple):
    """Let a supply stand as collateral, or not."""

    account: Account
    token: str
    on: bool


class ChooseEMode(NamedTuple):
    """Enter an e-mode, or leave with 0."""

    account: Account
    number: int


class Liquidate(NamedTuple):
    """Repay up to ``amount`` of a borrower's debt and take collateral for it."""

    account: Account
    borrower: Account
    collateral: str
    debt: str
    amount: Wanted
    receive_supply: bool


class LiquidateUnhealthy(NamedTuple):
    """Look through the queue and liquidate up to ``most``, the worst first.

    The market sends it after every price.
    """

    account: Account
    most: int


# --- events ----------------------------------------------------------------------------


class ReserveAfter(NamedTuple):
    """A reserve as it was left."""

    place: int
    reserve: Reserve


class Supplied(NamedTuple):
    """``amount`` of ``token`` was supplied."""

    at: int
    account: Account
    token: str
    amount: int
    after: ReserveAfter
    position: Position
    entry: Entry


class SupplyWithdrawn(NamedTuple):
    """``amount`` of ``token`` was taken back."""

    at: int
    account: Account
    token: str
    amount: int
    after: ReserveAfter
    position: Position
    entry: Entry


class Borrowed(NamedTuple):
    """``amount`` of ``token`` was borrowed."""

    at: int
    account: Account
    token: str
    amount: int
    after: ReserveAfter
    position: Position
    entry: Entry


class Repaid(NamedTuple):
    """``amount`` of a debt of ``token`` was repaid."""

    at: int
    account: Account
    token: str
    amount: int
    from_supply: bool
    after: ReserveAfter
    position: Position
    entry: Entry


class CollateralSwitched(NamedTuple):
    """A supply stands as collateral now, or no longer."""

    at: int
    account: Account
    token: str
    on: bool
    position: Position


class EModeChosen(NamedTuple):
    """An e-mode was entered, or left with 0."""

    at: int
    account: Account
    number: int
    position: Position


class Loss(NamedTuple):
    """``amount`` of ``token`` that nobody owes any more: now a deficit of its reserve."""

    token: str
    amount: int


class PositionLiquidated(NamedTuple):
    """``liquidator`` repaid debt of ``account`` and took collateral of it."""

    at: int
    account: Account
    liquidator: Account
    collateral: str
    debt: str
    repaid: int
    """Base units of ``debt``."""
    seized: int
    """Base units of ``collateral`` that the liquidator got."""
    fee: int
    """Base units of ``collateral`` that the treasury got."""
    health_before: int
    """WAD."""
    losses: tuple[Loss, ...]
    after: tuple[ReserveAfter, ...]
    position: Position
    liquidator_position: Position | None
    """Set when the liquidator took aTokens."""
    entry: Entry


# --- how a market begins ---------------------------------------------------------------


class Loan(NamedTuple):
    """A position at the beginning: ``supplied`` of one token, ``borrowed`` of another."""

    account: Account
    collateral: str
    supplied: int
    debt: str
    borrowed: int
    """0 for a lender."""
    emode: int


class LendingBlueprint(NamedTuple):
    """What a market is founded from. ``feeds`` has one feed for each reserve."""

    configs: tuple[ReserveConfig, ...]
    emodes: tuple[EMode, ...]
    rules: str
    feeds: tuple[Feed, ...]
    loans: tuple[Loan, ...]


class Need(NamedTuple):
    """What an account has to own before the market is founded."""

    account: Account
    token: str
    units: int


class Founded(NamedTuple):
    """A market, the positions in it, and the entry that backs them."""

    lending: Lending
    positions: tuple[tuple[Account, Position], ...]
    entry: Entry
