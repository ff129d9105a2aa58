"""What each kind of event is called, and which icon it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QCoreApplication

from lstwallet.readmodel.activity import (
    ESCROWS,
    FROM,
    FROM_SUPPLY,
    LIQUIDATED,
    LOST,
    OPERATOR,
    ORACLE,
    SLASHED,
    TICKETS,
    TO,
    Amount,
    Fold,
    Line,
)
from lstwallet.ui import wording

_tr = QCoreApplication.translate


if TYPE_CHECKING:
    from lstwallet.ui.bridge import Preferences


class Kind(NamedTuple):
    """``title`` makes the words; ``icon`` is a Phosphor name."""

    title: Callable[[], str]
    icon: str


SHOWN_TICKETS: Final = 3
_POOLS: Final[dict[str, Callable[[], str]]] = {
    "steth_eth": lambda: _tr("activity", "stETH / ETH pool"),
    "usdc_eth": lambda: _tr("activity", "USDC / ETH pool"),
    "reth_eth": lambda: _tr("activity", "rETH / ETH pool"),
    "wsteth_eth": lambda: _tr("activity", "wstETH / ETH ranges"),
}
_ORACLES: Final[dict[str, Callable[[], str]]] = {
    "market": lambda: _tr("activity", "{token} by its market price"),
    "exchange": lambda: _tr("activity", "{token} by its exchange rate"),
    "capped": lambda: _tr("activity", "{token} by its capped rate"),
}
_KINDS: Final[dict[str, Kind]] = {
    "Born": Kind(lambda: _tr("activity", "Profile begins"), "flag"),
    "Funded": Kind(lambda: _tr("activity", "Play money"), "coin"),
    "FeePaid": Kind(lambda: _tr("activity", "Network fee"), "gas-pump"),
    "Approved": Kind(lambda: _tr("activity", "Approval changed"), "key"),
    "AccountOpened": Kind(lambda: _tr("activity", "Account opened"), "wallet"),
    "Sent": Kind(lambda: _tr("activity", "Sent"), "paper-plane-tilt"),
    "EthWrapped": Kind(lambda: _tr("activity", "ETH into WETH"), "package"),
    "EthUnwrapped": Kind(lambda: _tr("activity", "WETH into ETH"), "package"),
    "Staked": Kind(lambda: _tr("activity", "Staked"), "stack"),
    "RethMinted": Kind(lambda: _tr("activity", "rETH minted"), "stack"),
    "RethBurned": Kind(lambda: _tr("activity", "rETH burned"), "flame"),
    "Wrapped": Kind(lambda: _tr("activity", "Wrapped"), "package"),
    "Unwrapped": Kind(lambda: _tr("activity", "Unwrapped"), "package"),
    "UnstakeRequested": Kind(lambda: _tr("activity", "Unstake requested"), "hourglass-medium"),
    "Claimed": Kind(lambda: _tr("activity", "Claimed"), "ticket"),
    "OracleReported": Kind(lambda: _tr("activity", "Rewards"), "sparkle"),
    "RewardsSwept": Kind(lambda: _tr("activity", "Validator rewards"), "sparkle"),
    "RequestsFinalised": Kind(lambda: _tr("activity", "Ready to claim"), "ticket"),
    "ValidatorsDeposited": Kind(lambda: _tr("activity", "Staked natively"), "stack"),
    "ValidatorsActivated": Kind(lambda: _tr("activity", "Validator active"), "play-circle"),
    "ExitStarted": Kind(lambda: _tr("activity", "Validator leaves"), "sign-out"),
    "ValidatorsExited": Kind(lambda: _tr("activity", "Validator has left"), "sign-out"),
    "ValidatorsPaid": Kind(lambda: _tr("activity", "Native stake paid back"), "arrow-u-up-left"),
    "Supplied": Kind(lambda: _tr("activity", "Supplied"), "bank"),
    "SupplyWithdrawn": Kind(lambda: _tr("activity", "Withdrawn from lending"), "bank"),
    "Borrowed": Kind(lambda: _tr("activity", "Borrowed"), "bank"),
    "Repaid": Kind(lambda: _tr("activity", "Repaid"), "bank"),
    "CollateralSwitched": Kind(lambda: _tr("activity", "Collateral switched"), "bank"),
    "EModeChosen": Kind(lambda: _tr("activity", "Efficiency mode chosen"), "lightning"),
    "FeedChosen": Kind(lambda: _tr("activity", "Oracle changed, practice"), "crosshair"),
    "PositionLiquidated": Kind(lambda: _tr("activity", "Liquidated"), "warning-octagon"),
    "Swapped": Kind(lambda: _tr("activity", "Swapped"), "swap"),
    "LiquidityAdded": Kind(lambda: _tr("activity", "Liquidity added"), "drop-half"),
    "VaultDeposited": Kind(lambda: _tr("activity", "Put into a vault"), "archive-box"),
    "VaultWithdrawn": Kind(lambda: _tr("activity", "Taken out of a vault"), "archive-box"),
    "VaultDonated": Kind(lambda: _tr("activity", "Given to a vault"), "gift"),
    "VaultLost": Kind(lambda: _tr("activity", "Vault robbed, practice"), "warning-octagon"),
    "LiquidityRemoved": Kind(lambda: _tr("activity", "Liquidity removed"), "drop-half"),
    "RangeFunded": Kind(lambda: _tr("activity", "Liquidity added to a range"), "drop-half"),
    "RangeWithdrawn": Kind(lambda: _tr("activity", "Liquidity taken from a range"), "drop-half"),
    "RangeCollected": Kind(lambda: _tr("activity", "Fees collected"), "coin"),
    "SwappedConcentrated": Kind(lambda: _tr("activity", "Swapped"), "swap"),
    "Restaked": Kind(lambda: _tr("activity", "Restaked"), "repeat"),
    "Delegated": Kind(lambda: _tr("activity", "Delegated"), "repeat"),
    "WithdrawalsQueued": Kind(lambda: _tr("activity", "Into escrow"), "hourglass-medium"),
    "EscrowEnded": Kind(lambda: _tr("activity", "Escrow is over"), "ticket"),
    "WithdrawalCompleted": Kind(lambda: _tr("activity", "Withdrawal completed"), "ticket"),
    "RewardsClaimed": Kind(lambda: _tr("activity", "Restaking rewards claimed"), "sparkle"),
    "StakeSlashed": Kind(lambda: _tr("activity", "Slashed"), "warning-octagon"),
    "OperatorSlashed": Kind(lambda: _tr("activity", "Operator slashed"), "warning-octagon"),
}


def title(line: Line) -> str:
    """What happened."""
    if line.kind == "Sent" and line.detail.startswith(f"{FROM}:"):
        return _tr("activity", "Received")
    return called(line.kind)


def called(name: str) -> str:
    """What happened, by the event's name alone."""
    kind = _KINDS.get(name)
    return kind.title() if kind is not None else name


def icon(line: Line) -> str:
    """The icon of its kind."""
    kind = _KINDS.get(line.kind)
    return kind.icon if kind is not None else "circle"


def detail(
    line: Line,
    party: Callable[[str], str] = str,
    *,
    whose: bool = False,
    preferences: Preferences | None = None,
) -> str:
    """The quiet second line: the pool, the debt, the ticket or the other party, and the entry's
    number. ``party`` names accounts and addresses; ``whose`` tells the account first;
    without ``preferences`` amounts are told whatever the eye wants."""
    entry = _tr("activity", "Entry #{number}").format(number=wording.count(line.seq))
    key, _, rest = line.detail.partition(":")
    if line.kind == "AccountOpened":
        about = "" if whose else party(rest)
    elif key in (TO, FROM):
        text = _tr("activity", "to {party}") if key == TO else _tr("activity", "from {party}")
        about = text.format(party=party(rest))
    else:
        about = _about(preferences, *line.detail.split(":"))
    fee = _tr("activity", "fee {fee}").format(fee=wording.fee(line.fee)) if line.fee else ""
    first = party(line.account) if whose else ""
    return " · ".join(part for part in (first, about, entry, fee) if part)


def _about(preferences: Preferences | None, key: str, *rest: str) -> str:
    """What the moves do not say; empty where they say it all."""

    def owned(units: str, token: str) -> str:
        if preferences is None:
            return wording.amount(int(units), token)
        return wording.owned_amount(preferences, int(units), token)

    if key == TICKETS:
        return tickets(rest)
    if key in (OPERATOR, ESCROWS, SLASHED):
        return _of_restaking(key, *rest)
    if key == FROM_SUPPLY:
        token, units = rest
        text = _tr("activity", "{amount} from your supply")
        return text.format(amount=owned(units, token))
    if key == LIQUIDATED:
        token, units, health = rest
        text = _tr("activity", "{amount} of debt repaid by others, health factor was {health}")
        return text.format(amount=owned(units, token), health=wording.health(int(health)))
    if key == LOST:
        token, units = rest
        text = _tr("activity", "{amount} stolen from all who hold shares")
        return text.format(amount=wording.amount(int(units), token))
    if key == ORACLE:
        token, oracle = rest
        text = _ORACLES.get(oracle)
        return text().format(token=token) if text is not None else ""
    pool = _POOLS.get(key)
    return pool() if pool is not None else ""


def _of_restaking(key: str, first: str, *rest: str) -> str:
    """To whom, out of which withdrawals, or by whom."""
    if key == OPERATOR:
        return _tr("activity", "to {operator}").format(operator=first)
    if key == SLASHED:
        text = _tr("activity", "{operator}, by {service}")
        return text.format(operator=first, service=rest[0])
    numbers = ", ".join(f"#{number}" for number in rest)
    if not first:
        return _tr("activity", "withdrawal {all}").format(all=numbers)
    text = _tr("activity", "withdrawal {all}, left {operator}")
    return text.format(all=numbers, operator=first)


def tickets(numbers: Sequence[str]) -> str:
    """``Ticket #384``, ``Tickets #384, #385``; only how many from four on."""
    if len(numbers) > SHOWN_TICKETS:
        return wording.plural(_tr("activity", "%n ticket(s)", "", len(numbers)), len(numbers))
    one, more = _tr("activity", "Ticket {all}"), _tr("activity", "Tickets {all}")
    named = ", ".join(f"#{number}" for number in numbers)
    return (one if len(numbers) == 1 else more).format(all=named)


def entries(count: int) -> str:
    """``57 entries``, ``1 entry``."""
    text = _tr("activity", "{count} entry") if count == 1 else _tr("activity", "{count} entries")
    return text.format(count=wording.count(count))


def moves(amounts: tuple[Amount, ...], preferences: Preferences, *, incoming: bool) -> str:
    """The amounts of one direction, signed: ``−5.0000 ETH``, as the eye wants them shown."""
    chosen = [move for move in amounts if (move.units > 0) is incoming]
    sign = "+" if incoming else wording.MINUS
    return "\n".join(
        sign + wording.owned_amount(preferences, abs(move.units), move.token) for move in chosen
    )


def exact(amounts: tuple[Amount, ...], preferences: Preferences) -> str:
    """Every digit, for hover; nothing while the eye hides amounts."""
    if preferences.privacy != "exact":
        return ""
    return "\n".join(wording.exact(move.units, move.token) for move in amounts)


def fold_title(fold: Fold) -> str:
    """``Rewards, 30 days``."""
    if fold.days == 1:
        return _tr("activity", "Rewards, {count} times").format(count=len(fold.lines))
    return _tr("activity", "Rewards, {days} days").format(days=wording.count(fold.days))


def said(
    line: Line, party: Callable[[str], str] = str, known: Callable[[Line], str] = lambda _: ""
) -> str:
    """Everything that a search may look for; ``known`` adds notes, labels and addresses."""
    amounts = " ".join(wording.exact(move.units, move.token) for move in line.moves)
    words = f"{title(line)} {detail(line, party)} {party(line.account)} {known(line)}"
    return f"{words} {amounts} #{line.seq} {wording.moment(line.at)}"
