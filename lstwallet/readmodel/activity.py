"""The user's own history as rows: what moved, by how much, grouped by day, rewards folded;
and the same as CSV and JSON.

Amounts are in the token's own units (stETH in wei of stETH, never in shares), positive in
and negative out, as they were at that moment.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, Protocol

from lstwallet.ledger.entries import Account
from lstwallet.protocols import lido
from lstwallet.readmodel.portfolio import Quotes, value_of
from lstwallet.units.amount import format_exact
from lstwallet.units.clock import DAY, SimTime, iso, start_of
from lstwallet.units.strict.tables import write_rows

POOL_TOKENS: Final = {
    "steth_eth": ("ETH", "stETH"), "usdc_eth": ("USDC", "ETH"), "reth_eth": ("ETH", "rETH"),
    "wsteth_eth": ("wstETH", "ETH"),
}  # fmt: skip
"""What the two amounts of a pool's events are of, in the pool's order."""
_DECIMALS: Final = {"USDC": 6, "LP:usdc_eth": 12}
FROM_SUPPLY: Final = "supply"
"""Begins the detail of a debt that the supply repaid: ``supply:USDC:8000000000`` (base units).
Nothing moved in the wallet."""
LIQUIDATED: Final = "liquidated"
"""Begins the detail of a liquidation: ``liquidated:USDC:6038020000:980000000000000000``, the debt
it repaid and the health factor (18 decimals) that allowed it."""
ORACLE: Final = "oracle"
"""Begins the detail of another oracle: ``oracle:wstETH:market``."""
LOST: Final = "lost"
"""Begins the detail of a vault's loss: ``lost:WETH:5000000000000000000`` (base units)."""
TICKETS: Final = "tickets"
"""Begins the detail of a claim: ``tickets:384:385``, their numbers."""
OPERATOR: Final = "operator"
"""Begins the detail of a delegation: ``operator:Northlight``."""
ESCROWS: Final = "escrows"
"""Begins that of restaked tokens in escrow: ``escrows:Northlight:3:4``, the operator whom one
left (or nobody) and the withdrawals' numbers."""
SLASHED: Final = "slashed"
"""Begins that of a slash: ``slashed:Northlight:Sequencer``, the operator and the service."""
TO: Final = "to"
"""Begins the detail of what was sent: ``to:you:2``, or the address …"""
FROM: Final = "from"
"""… and of what another account of one's own sent here."""


class Amount(NamedTuple):
    """``units`` base units of ``token``: positive came in, negative went out."""

    token: str
    units: int


class Happening(Protocol):
    """An event that concerns the user, as the session hands it over."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> SimTime: ...
    @property
    def kind(self) -> str: ...
    @property
    def event(self) -> Any: ...
    @property
    def gains(self) -> Sequence[Any]: ...


class Line(NamedTuple):
    """One event of the user's."""

    seq: int
    at: SimTime
    kind: str
    """The event's name."""
    group: str
    """``wallet``, ``staking``, ``lending``, ``pools``, ``restaking``, ``rewards`` or
    ``trouble``."""
    moves: tuple[Amount, ...]
    detail: str = ""
    """A token, a pool, or what ``FROM_SUPPLY``, ``LIQUIDATED``, ``TICKETS``, ``TO`` or ``FROM``
    begins."""
    account: Account = ""
    """Whose it is."""
    fee: int = 0
    """Wei of the network fee of the transaction that it was the main part of."""


class Fold(NamedTuple):
    """Rewards that followed each other with nothing else between: one row, newest first."""

    lines: tuple[Line, ...]
    days: int
    """How many days they span, both ends included."""
    moves: tuple[Amount, ...]
    """Their sum by token."""


class Day(NamedTuple):
    """What happened on one UTC day, newest first; ``at`` is its first second."""

    at: SimTime
    rows: tuple[Line | Fold, ...]


# --- events to lines ---------------------------------------------------------------------


def _postings(event: Any, account: Account) -> tuple[Amount, ...]:
    """What the event's entry did to the account, by token; shares of stETH are left out."""
    sums: dict[str, int] = {}
    for holder, token, units in getattr(event, "entry", ()):
        if holder == account and token != "stETH":
            sums[token] = sums.get(token, 0) + units
    return tuple(Amount(token, units) for token, units in sums.items() if units)


def _staked(event: Any, _: Account) -> tuple[Amount, ...]:
    return (
        Amount("ETH", -event.amount),
        Amount("stETH", lido.ether_for(event.pool, event.shares)),
    )


def _requested(event: Any, account: Account) -> tuple[Amount, ...]:
    wrapped = [move for move in _postings(event, account) if move.token == "wstETH"]
    return tuple(wrapped) or (Amount("stETH", -event.steth),)


def _added(event: Any, _: Account) -> tuple[Amount, ...]:
    tokens = POOL_TOKENS[event.pool]
    paid = (
        Amount(token, -units) for token, units in zip(tokens, event.amounts, strict=True) if units
    )
    return (*paid, Amount(f"LP:{event.pool}", event.minted))


def _removed(event: Any, _: Account) -> tuple[Amount, ...]:
    tokens = POOL_TOKENS[event.pool]
    got = (Amount(token, u) for token, u in zip(tokens, event.amounts, strict=True) if u)
    return (Amount(f"LP:{event.pool}", -event.burned), *got)


def _repaid(event: Any, _: Account) -> tuple[Amount, ...]:
    """Out of the wallet, unless the supply paid."""
    return () if event.from_supply else (Amount(event.token, -event.amount),)


def _sent(event: Any, account: Account) -> tuple[Amount, ...]:
    """Out of the account that sent, into the one that received."""
    if account == event.account:
        return (Amount(event.token, -event.units),)
    return (Amount(event.token, event.arrived),) if account == event.receiver else ()


Moves = Callable[[Any, Account], tuple[Amount, ...]]
_KINDS: Final[dict[str, tuple[str, Moves]]] = {
    "Born": ("wallet", lambda event, _: ()),
    "Funded": ("wallet", lambda event, _: (Amount(event.token, event.units),)),
    "AccountOpened": ("wallet", lambda event, _: ()),
    "Sent": ("wallet", _sent),
    "FeePaid": ("wallet", _postings),
    "Approved": ("wallet", lambda event, _: ()),
    "AllowanceUsed": ("wallet", lambda event, _: ()),
    "EthWrapped": ("wallet", _postings),
    "EthUnwrapped": ("wallet", _postings),
    "Staked": ("staking", _staked),
    "Wrapped": (
        "staking", lambda event, _: (Amount("stETH", -event.steth), Amount("wstETH", event.wsteth)),
    ),
    "Unwrapped": (
        "staking", lambda event, _: (Amount("wstETH", -event.wsteth), Amount("stETH", event.steth)),
    ),
    "RethMinted": ("staking", _postings),
    "RethBurned": ("staking", _postings),
    "UnstakeRequested": ("staking", _requested),
    "Claimed": ("staking", lambda event, _: (Amount("ETH", event.ether),)),
    "OracleReported": ("rewards", lambda event, _: ()),
    "RewardsSwept": ("rewards", _postings),
    "Supplied": ("lending", lambda event, _: (Amount(event.token, -event.amount),)),
    "SupplyWithdrawn": ("lending", lambda event, _: (Amount(event.token, event.amount),)),
    "Borrowed": ("lending", lambda event, _: (Amount(event.token, event.amount),)),
    "Repaid": ("lending", _repaid),
    "VaultDeposited": ("lending", _postings),
    "VaultWithdrawn": ("lending", _postings),
    "VaultDonated": ("lending", _postings),
    "VaultLost": ("trouble", _postings),
    "PositionLiquidated": (
        "trouble", lambda event, _: (Amount(event.collateral, -event.seized - event.fee),),
    ),
    "Swapped": (
        "pools", lambda event, _: (
            Amount(event.token_in, -event.paid), Amount(event.token_out, event.received),
        ),
    ),
    "LiquidityAdded": ("pools", _added),
    "LiquidityRemoved": ("pools", _removed),
    "RangeFunded": ("pools", _postings),
    "RangeWithdrawn": ("pools", _postings),
    "RangeCollected": ("pools", _postings),
    "SwappedConcentrated": ("pools", _postings),
    "Restaked": ("restaking", lambda event, _: (Amount(event.token, -event.amount),)),
    "Delegated": ("restaking", lambda event, _: ()),
    "WithdrawalsQueued": ("restaking", lambda event, _: ()),
    "EscrowEnded": ("restaking", lambda event, _: ()),
    "WithdrawalCompleted": (
        "restaking", lambda event, _: (
            (Amount(event.token, event.amount),) if event.amount else ()
        ),
    ),
    "RewardsClaimed": ("restaking", lambda event, _: (Amount("WETH", event.amount),)),
    "StakeSlashed": ("trouble", lambda event, _: (Amount(event.token, -event.amount),)),
}  # fmt: skip
"""Event name → group and what moved. Other kinds: the group ``staking`` or ``lending`` by
their name, and whatever their postings say."""
FEE_PAID: Final = "FeePaid"
_SIGNING: Final = (FEE_PAID, "Approved", "AllowanceUsed")
"""Events that belong to a transaction, not to one of its calls."""
_IN_RANGES: Final = frozenset(
    ("RangeFunded", "RangeWithdrawn", "RangeCollected", "SwappedConcentrated")
)
_LENDING: Final = frozenset(("CollateralSwitched", "EModeChosen", "FeedChosen"))


def group_of(kind: str) -> str:
    """The group of an event by its name."""
    known = _KINDS.get(kind)
    if known is not None:
        return known[0]
    return "lending" if kind in _LENDING else "staking"


def line(record: Happening, account: Account) -> Line:
    """One event as a row of the account's."""
    _, moves = _KINDS.get(record.kind, ("", _postings))
    group = group_of(record.kind)
    event = record.event
    moved = moves(event, account) or _gained(record, account)
    detail = _detail(record.kind, event, account)
    return Line(record.seq, record.at, record.kind, group, moved, detail, account)


def _gained(record: Happening, account: Account) -> tuple[Amount, ...]:
    return tuple(
        Amount(gain.token, gain.units) for gain in record.gains if gain.account == account
    )


_RESTAKING: Final[dict[str, Callable[[Any], str]]] = {
    "Delegated": lambda event: f"{OPERATOR}:{event.to}",
    "WithdrawalsQueued": lambda event: ":".join(
        (ESCROWS, event.left, *(str(each.id) for each in event.escrows))
    ),
    "EscrowEnded": lambda event: f"{ESCROWS}::{event.escrow.id}",
    "WithdrawalCompleted": lambda event: f"{ESCROWS}::{event.escrow}",
    "StakeSlashed": lambda event: f"{SLASHED}:{event.by}:{event.service}",
}


def _detail(kind: str, event: Any, account: Account) -> str:
    if kind == "Sent":
        here = event.account == account
        return f"{TO}:{event.receiver}" if here else f"{FROM}:{event.account}"
    if kind == "AccountOpened":
        return f"{FROM}:{event.account}"
    if kind == "PositionLiquidated":
        return f"{LIQUIDATED}:{event.debt}:{event.repaid}:{event.health_before}"
    if kind == "FeedChosen":
        return f"{ORACLE}:{event.token}:{event.oracle}"
    if kind == "VaultLost":
        return f"{LOST}:{event.asset}:{event.amount}"
    if kind in _IN_RANGES:
        return "wsteth_eth"
    if kind in _RESTAKING:
        return _RESTAKING[kind](event)
    if kind == "Claimed":
        return ":".join((TICKETS, *map(str, event.ids)))
    if getattr(event, "from_supply", False):
        return f"{FROM_SUPPLY}:{event.token}:{event.amount}"
    pool = getattr(event, "pool", "")
    if isinstance(pool, str) and pool:
        return pool
    return str(getattr(event, "token", "") or "")


def lines(records: Iterable[Happening], account: Account) -> list[Line]:
    """All of them, in the order given; a network fee stands in the row that it was paid for."""
    return [line(record, account)._replace(fee=fee) for record, fee in _paid_for(records)]


def lines_of_all(records: Iterable[Happening], accounts: Sequence[Account]) -> list[Line]:
    """All of them, each as a row of the account that acted, else of one that it concerns."""
    return [
        line(record, _whose(record, accounts))._replace(fee=fee)
        for record, fee in _paid_for(records)
    ]


def _paid_for(records: Iterable[Happening]) -> list[tuple[Happening, int]]:
    """Records with the fee of their transaction: at its main part, which is the first event
    of a call, or the first approval where that is all.

    What approvals are used up by is told by the event beside; a fee whose transaction is not
    among the records stands by itself.
    """
    every = list(records)
    fees: dict[int, int] = {}
    dropped: set[int] = set()
    ordered = sorted(every, key=lambda record: record.seq)
    for place, record in enumerate(ordered):
        if record.kind in ("FeePaid", "AllowanceUsed"):
            dropped.add(record.seq)
        if record.kind != FEE_PAID:
            continue
        event, command = record.event, getattr(record, "command", None)
        beside: list[Happening] = []
        for other in ordered[place + 1 :]:
            if other.kind == FEE_PAID or command is None or other.command != command:  # type: ignore[attr-defined]
                break
            beside.append(other)
        calls = [each for each in beside if each.kind not in _SIGNING]
        main = next(iter(calls or beside), None)
        if main is None:
            dropped.discard(record.seq)
            continue
        fees[main.seq] = event.gas * (event.base_fee + event.tip)
        dropped.update(each.seq for each in beside if calls and each.kind == "Approved")
    return [
        (record, fees.get(record.seq, 0)) for record in every if record.seq not in dropped
    ]


def _whose(record: Happening, accounts: Sequence[Account]) -> Account:
    event = record.event
    told = [getattr(event, name, "") for name in ("account", "receiver")]
    told += [gain.account for gain in record.gains]
    told += [posting[0] for posting in getattr(event, "entry", ())]
    return next((each for each in told if each in accounts), accounts[0])


# --- filter, fold, group -----------------------------------------------------------------


def matching(
    rows: Iterable[Line],
    group: str = "",
    token: str = "",
    text: str = "",
    words: Callable[[Line], str] = lambda row: row.kind,
) -> list[Line]:
    """Rows of a group (all when empty) that moved a token (any when empty) and whose words
    contain every word of ``text``, whatever the case."""
    wanted = text.casefold().split()
    found = []
    for row in rows:
        if group and row.group != group:
            continue
        if token and token not in {move.token for move in row.moves}:
            continue
        if wanted:
            said = words(row).casefold()
            if not all(word in said for word in wanted):
                continue
        found.append(row)
    return found


def is_small(row: Line, dust: int, prices: Quotes) -> bool:
    """Whether it may be folded away: all that moved is worth less than ``dust`` (USD, 8 decimals)
    at ``prices``. Where nothing moved, or a pool share did, it is never small."""
    if not row.moves or any(move.token.startswith("LP:") for move in row.moves):
        return False
    return all(value_of(prices, move.token, abs(move.units)) < dust for move in row.moves)


def by_day(rows: Sequence[Line]) -> list[Day]:
    """Rows (newest first) by UTC day; two or more rewards in a row are folded into one."""
    made: list[Day] = []
    current: list[Line | Fold] = []
    at = -1
    for item in _folded(rows):
        newest = item.lines[0].at if isinstance(item, Fold) else item.at
        day = start_of(DAY, newest)
        if day != at and current:
            made.append(Day(at, tuple(current)))
            current = []
        at = day
        current.append(item)
    if current:
        made.append(Day(at, tuple(current)))
    return made


def _folded(rows: Sequence[Line]) -> Iterable[Line | Fold]:
    run: list[Line] = []
    for row in rows:
        if row.group == "rewards":
            run.append(row)
            continue
        yield from _fold(run)
        run = []
        yield row
    yield from _fold(run)


def _fold(run: list[Line]) -> Iterable[Line | Fold]:
    if len(run) < 2:
        yield from run
        return
    sums: dict[str, int] = {}
    for row in run:
        for token, units in row.moves:
            sums[token] = sums.get(token, 0) + units
    first, last = start_of(DAY, run[-1].at), start_of(DAY, run[0].at)
    days = len(range(first, last + DAY, DAY))
    moves = tuple(Amount(token, units) for token, units in sums.items())
    yield Fold(tuple(run), days, moves)


# --- export ------------------------------------------------------------------------------


def decimals(token: str) -> int:
    """Decimals of a token's base unit."""
    return _DECIMALS.get(token, 18)


_COLUMNS: Final = (
    "entry", "time", "kind", "direction", "token", "base_units", "amount", "detail", "account",
    "label", "note",
)  # fmt: skip
Remark = Callable[[int], tuple[str, str]]
"""Number of an entry → label and note that a person wrote to it, empty where there are none."""


def _no_remark(_seq: int) -> tuple[str, str]:
    return "", ""


def to_csv(rows: Iterable[Line], remark: Remark = _no_remark) -> str:
    """One line per amount (one without amount where nothing moved), oldest first; a network
    fee is one of its own, of the same entry.

    Amounts are positive, ``direction`` says in or out: a minus sign would be prefixed.
    """
    return write_rows([_COLUMNS, *_cells(rows, remark)])


def _cells(rows: Iterable[Line], remark: Remark) -> Iterator[list[str]]:
    for row in sorted(rows):
        paid = ((FEE_PAID, Amount("ETH", -row.fee)),) if row.fee else ()
        for kind, move in (*((row.kind, move) for move in row.moves or (None,)), *paid):
            cells = [str(row.seq), iso(row.at), kind, "", "", "", "", row.detail, row.account]
            cells += remark(row.seq)
            if move is not None:
                size = abs(move.units)
                cells[3] = "in" if move.units > 0 else "out"
                cells[4:7] = [move.token, str(size), format_exact(size, decimals(move.token))]
            yield cells


def to_json(rows: Iterable[Line], remark: Remark = _no_remark) -> str:
    """The same as JSON: amounts as text, so that no reader rounds them."""
    entries = [
        {
            "entry": row.seq,
            "time": iso(row.at),
            "kind": row.kind,
            "group": row.group,
            "detail": row.detail,
            "account": row.account,
            "fee": str(row.fee),
            "label": remark(row.seq)[0],
            "note": remark(row.seq)[1],
            "moves": [
                {
                    "token": token,
                    "base_units": str(units),
                    "amount": format_exact(units, decimals(token)),
                }
                for token, units in row.moves
            ],
        }
        for row in sorted(rows)
    ]
    return json.dumps({"entries": entries}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
