"""The catalogue: every number the world starts from and runs on, with unit and source.

``load`` reads ``resources/catalogue/*.toml`` and checks them against ``SCHEMA``: every key
is there, no other key is, every value has the unit that the schema names and lies in its
range. Values become integers (scaled by the unit's decimals) from their decimal digits;
binary floating point never sees them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from lstwallet.units.clock import SimTime, parse_iso
from lstwallet.units.paths import resources
from lstwallet.units.strict.documents import Digits, read_toml
from lstwallet.units.strict.fields import nearest
from lstwallet.units.strict.refused import FileRefused, Problem

MOST_BYTES: Final = 1_000_000
MOST_DIGITS: Final = 40
_DECIMAL: Final = re.compile(r"([+-]?)(\d[\d_]*)(?:\.(\d+))?")
_FIELDS: Final = frozenset(("value", "unit", "source", "as_of", "note"))


class Unit(NamedTuple):
    """A unit of the catalogue."""

    decimals: int
    """A value is kept as ``value × 10**decimals``."""
    largest: int = 10**15
    """In whole units."""
    signed: bool = False


UNITS: Final[Mapping[str, Unit]] = {
    "1": Unit(0),
    "ETH": Unit(18),
    "stETH": Unit(18),
    "rETH": Unit(18),
    "USDC": Unit(6),
    "USD": Unit(8),
    "tokens": Unit(0),
    "accounts": Unit(0, 10_000),
    "fraction": Unit(18, 1),
    "ratio": Unit(18, 1_000),
    "bp": Unit(4, 10_000),
    "signed bp": Unit(4, 10_000, signed=True),
    "1/yr": Unit(18, 100),
    "1/sqrt(yr)": Unit(18, 100),
    "1/day": Unit(18, 1_000),
    "1/h": Unit(18, 100),
    "days": Unit(6, 100_000),
    "s": Unit(0),
    "epochs": Unit(0),
    "blocks": Unit(0),
    "gas": Unit(0, 30_000_000),
    "gwei": Unit(9, 10_000),
    "date": Unit(0),
}

_RESERVE: Final = {
    "ltv": "fraction",
    "liquidation_threshold": "fraction",
    "liquidation_bonus": "fraction",
    "protocol_fee": "fraction",
    "reserve_factor": "fraction",
    "optimal": "fraction",
    "base": "1/yr",
    "slope1": "1/yr",
    "slope2": "1/yr",
    "supply_cap": "tokens",
    "borrow_cap": "tokens",
    "supplied": "tokens",
    "utilisation": "fraction",
}


_OPERATOR: Final = {
    "split": "fraction",
    "data": "fraction",
    "oracle": "fraction",
    "sequencer": "fraction",
    "delegated": "fraction",
    "slashed": "fraction",
}


def _flow(unit: str) -> dict[str, str]:
    return {"rate": "1/h", "median": unit, "spread": "ratio", "largest": unit}


def _daily_flow(unit: str) -> dict[str, str]:
    return {**_flow(unit), "rate": "1/day"}


_SHARED_FLOW: Final = {
    "rate": "1/h", "share": "fraction", "spread": "ratio", "largest": "fraction"
}  # fmt: skip

GAS: Final = (
    "Approve", "Stake", "Wrap", "Unwrap", "RequestUnstake", "Claim", "StakeNatively",
    "LeaveNatively", "WrapEth", "UnwrapEth", "Supply", "WithdrawSupply", "Borrow", "Repay",
    "SwitchCollateral", "ChooseEMode", "Liquidate", "Swap.steth_eth", "Swap.usdc_eth",
    "Swap.reth_eth", "Swap.route", "MintReth", "BurnReth", "Send", "Send.ETH", "AddLiquidity",
    "RemoveLiquidity", "RemoveExact", "DepositVault", "MintVault", "WithdrawVault",
    "RedeemVault", "DonateVault", "OpenRange", "AddToRange", "WithdrawRange", "CollectRange",
    "SwapConcentrated", "Restake", "Delegate", "Undelegate", "QueueWithdrawal",
    "CompleteWithdrawal", "ClaimRewards", "other",
)  # fmt: skip
"""Kinds of call whose gas is known: a command's name, with its pool or token where that matters."""

SCHEMA: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "world": {"start": {"date": "date", "eth_usd": "USD", "usdc_usd": "USD"}},
    "ethereum": {
        "state": {
            "staked": "ETH", "entry_queue": "ETH", "exit_queue": "ETH", "sweep_epochs": "epochs",
        },
        "rewards": {
            "participation": "fraction", "participation_spread": "fraction",
            "mev_and_tips": "1/yr", "mev_spread": "ratio",
        },
    },
    "lido": {
        "state": {
            "pooled": "ETH", "ether_per_share": "ratio", "buffer": "ETH", "waiting": "stETH",
        },
        "fees": {"total": "fraction", "operators": "fraction"},
        "limits": {
            "max_positive_rebase": "fraction", "request_margin": "s", "report_delay": "s",
            "exits_per_day": "1", "deposits_per_day": "1", "buffer_reserve": "ETH",
            "stake_limit": "ETH", "stake_refill": "1",
        },
    },
    "rocketpool": {
        "state": {
            "minipools": "1", "collateral": "ETH", "deposit_pool": "ETH",
            "ether_per_reth": "ratio",
        },
        "limits": {
            "minimum_deposit": "ETH", "deposit_fee": "fraction", "largest_deposit_pool": "ETH",
            "collateral_target": "fraction", "max_rate_change": "fraction",
        },
        "shares": {"nodes": "fraction", "voters": "fraction"},
        "nodes": {
            "offered_per_day": "1", "longest_line": "1", "smallest_batch": "1",
            "exits_below": "fraction", "exits_per_day": "1",
        },
    },
    "eigenlayer": {
        "delays": {"withdrawal": "blocks", "deallocation": "blocks", "allocation": "blocks"},
        "rewards": {"interval": "days", "activation": "days"},
        "services": {"data": "1/yr", "oracle": "1/yr", "sequencer": "1/yr"},
        "operator.northlight": _OPERATOR,
        "operator.harbour": _OPERATOR,
        "operator.blue_mesa": _OPERATOR,
        "others": {"restaked": "fraction"},
    },
    "aave_v3": {
        "reserve.WETH": _RESERVE,
        "reserve.wstETH": _RESERVE,
        "reserve.USDC": _RESERVE,
        "emode.eth_correlated": {
            "ltv": "fraction", "liquidation_threshold": "fraction",
            "liquidation_bonus": "fraction",
        },
        "oracle.wstETH": {"max_growth": "1/yr"},
    },
    "pools": {
        "steth_eth": {"amplification": "1", "fee": "fraction", "eth": "ETH", "steth": "stETH"},
        "usdc_eth": {"fee": "fraction", "usdc": "USDC"},
        "reth_eth": {"amplification": "1", "fee": "fraction", "eth": "ETH", "reth": "rETH"},
        "wsteth_eth": {
            "fee": "fraction", "spacing": "1", "range": "bp", "eth": "ETH",
            "wide_range": "bp", "wide_eth": "ETH",
        },
    },
    "vaults": {
        "WETH": {"fee": "fraction", "offset": "1", "locked": "tokens"},
        "wstETH": {"fee": "fraction", "offset": "1", "locked": "tokens"},
    },
    "network": {
        "gas": dict.fromkeys(GAS, "gas"),
        "base_fee": {
            "median": "gwei", "spread": "ratio", "half_life": "days", "floor": "gwei",
            "tip": "gwei",
        },
    },
    "prices": {
        "eth": {"volatility": "1/sqrt(yr)", "degrees_of_freedom": "ratio"},
        "usdc": {"noise": "bp"},
        "basis": {"mean": "signed bp", "sd": "bp", "half_life": "days"},
    },
    "flows": {
        "stake": _flow("ETH"),
        "unstake": _flow("stETH"),
        "enter_validators": _flow("ETH"),
        "leave_validators": _flow("ETH"),
        "lend": _SHARED_FLOW,
        "borrow": {
            **_SHARED_FLOW, "staking_yield": "1/yr", "hurdle": "1/yr", "reversion": "1/day",
            "lowest_health": "ratio",
        },
        "trade_steth": _flow("ETH"),
        "trade_usdc": _flow("USDC"),
        "arbitrage": {
            "cost": "bp", "largest": "fraction", "required_yield": "1/yr",
            "redemption_largest": "ETH",
        },
        "provide": {**_SHARED_FLOW, "discount_aversion": "ratio"},
        "trade_reth": _daily_flow("ETH"),
        "mint_reth": _daily_flow("ETH"),
        "burn_reth": _daily_flow("ETH"),
        "trade_wsteth": _daily_flow("ETH"),
    },
    "crowd": {
        "accounts": dict.fromkeys(
            ("stakers", "loopers", "borrowers", "lenders", "traders", "providers"), "accounts"
        ),
        "purses": {
            "eth": "ETH", "usdc": "USDC", "steth": "stETH", "kept": "fraction",
            "stakers_eth": "ETH", "stakers_steth": "stETH",
            "liquidators_eth": "ETH", "liquidators_usdc": "USDC",
        },
        "health": dict.fromkeys(
            ("loops_median", "loops_spread", "loans_median", "loans_spread"), "ratio"
        ),
    },
}  # fmt: skip
"""File → table → key → unit."""


class CatalogueError(ValueError):
    """The catalogue has an error; the sentence names file, table and key."""

    def __init__(self, file: str, problem: str, *, table: str = "", key: str = "") -> None:
        where = f"catalogue file {file}"
        where += f", table [{table}]" if table else ""
        where += f", key {key}" if key else ""
        super().__init__(f"{where}: {problem}")
        self.file = file
        self.table = table
        self.key = key
        self.problem = problem


class Number(NamedTuple):
    """One number of the catalogue."""

    units: int
    """``value × 10**decimals`` of its unit; for a date seconds since 1970."""
    unit: str
    source: str
    as_of: str
    note: str

    def scaled(self, decimals: int) -> int:
        """The value as an integer with ``decimals`` decimals, exactly.

        Raises ``ValueError`` when digits would be lost.
        """
        have = UNITS[self.unit].decimals
        if decimals >= have:
            scale: int = 10 ** (decimals - have)
            return self.units * scale
        whole, lost = divmod(self.units, 10 ** (have - decimals))
        if lost:
            raise ValueError(f"{self.units} with {have} decimals does not fit {decimals}")
        return int(whole)

    @property
    def real(self) -> float:
        """The value for the market's models; never for money."""
        return float(self.units / 10 ** UNITS[self.unit].decimals)


class Catalogue(NamedTuple):
    """All numbers by ``file.table.key``, e.g. ``aave_v3.reserve.WETH.ltv``."""

    numbers: Mapping[str, Number]

    def scaled(self, path: str, decimals: int) -> int:
        """``Number.scaled`` of a path; raises ``CatalogueError`` when digits would be lost."""
        try:
            return self.numbers[path].scaled(decimals)
        except ValueError as problem:
            file, _, rest = path.partition(".")
            table, _, key = rest.rpartition(".")
            raise CatalogueError(
                f"{file}.toml", f"more than {decimals} decimals are of no use here",
                table=table, key=key,
            ) from problem  # fmt: skip

    def real(self, path: str) -> float:
        """``Number.real`` of a path."""
        return self.numbers[path].real

    def start(self) -> SimTime:
        """When a world begins unless something else is asked for."""
        return self.numbers["world.start.date"].units


def load(folder: Path | None = None) -> Catalogue:
    """The checked catalogue of a folder (by default the one that is shipped, read once).

    Raises ``CatalogueError`` with a sentence that names file, table and key.
    """
    return _shipped(resources() / "catalogue") if folder is None else _checked(folder)


@cache
def _shipped(root: Path) -> Catalogue:
    return _checked(root)


def _checked(root: Path) -> Catalogue:
    numbers: dict[str, Number] = {}
    for stem in SCHEMA:
        path = root / f"{stem}.toml"
        numbers.update(numbers_of(stem, _document(path.name, _read(path))))
    return Catalogue(MappingProxyType(numbers))


def numbers_of(stem: str, document: dict[str, Any]) -> dict[str, Number]:
    """The numbers that the document of one file holds, by path. Raises ``CatalogueError``."""
    file, tables = f"{stem}.toml", SCHEMA[stem]
    numbers: dict[str, Number] = {}
    found = dict(_tables(file, document))
    for table in found:
        if table not in tables:
            raise CatalogueError(file, _unknown("table", table, tables), table=table)
    for table, keys in tables.items():
        if table not in found:
            raise CatalogueError(file, "the table is missing", table=table)
        for key, number in _numbers(file, table, found[table], keys):
            numbers[f"{stem}.{table}.{key}"] = number
    return numbers


def _read(path: Path) -> str:
    """The text of a file, as it comes; ``_document`` looks at what is in it."""
    file = path.name
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise CatalogueError(file, f"it cannot be read ({problem.strerror})") from problem
    if len(data) > MOST_BYTES:
        raise CatalogueError(file, f"it is larger than {MOST_BYTES} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise CatalogueError(file, "it is not UTF-8 text") from problem


def _document(file: str, text: str) -> dict[str, Any]:
    """The TOML of a file, floats kept as their digits."""
    try:
        return read_toml(text)
    except FileRefused as refused:
        where = f"line {refused.line}: " if refused.line else ""
        problem = {
            Problem.TOO_DEEP: f"it nests deeper than {refused.wanted} levels",
            Problem.LONG_KEY: f"the name “{refused.detail}” is too long",
            Problem.LONG_NUMBER: f"the number {refused.detail} is too long",
            Problem.NOT_FINITE: f"{refused.detail} is not a number to work with",
            Problem.BAD_VALUE: f"{refused.detail} must stand in quotes",
        }.get(refused.problem, f"it is not valid TOML: {refused.detail}")
        raise CatalogueError(file, f"{where}{problem}", key=refused.field) from refused


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    meant = nearest(name, known)
    return f"this {kind} is not known" + (f"; did you mean “{meant}”?" if meant else "")


def _tables(
    file: str, document: dict[str, Any], prefix: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(dotted name, table) of every table that holds numbers."""
    for name, content in document.items():
        table = f"{prefix}{name}"
        if not isinstance(content, dict):
            raise CatalogueError(file, "a table is expected here", table=table)
        inner = [isinstance(item, dict) and "value" not in item for item in content.values()]
        if content and all(inner) and not _FIELDS & content.keys():
            yield from _tables(file, content, f"{table}.")
        else:
            yield table, content


def _numbers(
    file: str, table: str, content: dict[str, Any], keys: Mapping[str, str]
) -> Iterator[tuple[str, Number]]:
    for key in content:
        if key not in keys:
            raise CatalogueError(file, _unknown("key", key, keys), table=table, key=key)
    for key, unit in keys.items():
        if key not in content:
            raise CatalogueError(file, "the key is missing", table=table, key=key)
        try:
            yield key, _number(content[key], unit)
        except ValueError as problem:
            raise CatalogueError(file, str(problem), table=table, key=key) from None


def _number(item: Any, unit: str) -> Number:
    """A checked number; raises ``ValueError`` with what is wrong with it."""
    if not isinstance(item, dict):
        raise ValueError("a table with value, unit, source and as_of is expected")
    for name in ("value", "unit", "source", "as_of"):
        if name not in item:
            raise ValueError(f"{name} is missing")
    for name, content in item.items():
        if name not in _FIELDS:
            raise ValueError(f"{name} is not known beside a value")
        if name != "value" and type(content) is not str:
            raise ValueError(f"{name} must be a text")
    if item["unit"] not in UNITS:
        raise ValueError(f"the unit “{item['unit'][:40]}” is not known")
    if item["unit"] != unit:
        raise ValueError(f"the unit must be “{unit}”, not “{item['unit']}”")
    if not item["source"]:
        raise ValueError("source is empty; write “unverified” or “model parameter” if it is so")
    units = _date(item["value"]) if unit == "date" else _units(item["value"], UNITS[unit])
    return Number(units, unit, item["source"], item["as_of"], item.get("note", ""))


def _date(value: Any) -> SimTime:
    if type(value) is not str:
        raise ValueError("value must be a date in quotes, like “2026-01-05”")
    try:
        return parse_iso(value)
    except ValueError:
        raise ValueError(f"“{value[:40]}” is not a date like 2026-01-05") from None


def _units(value: Any, unit: Unit) -> int:
    """The integer ``value × 10**decimals``, from the digits as written."""
    if type(value) is not int and type(value) is not Digits:
        raise ValueError("value must be a number")
    text = str(value)
    if "nan" in text or "inf" in text:
        raise ValueError(f"{text} is not a number to work with")
    found = _DECIMAL.fullmatch(text) if len(text) <= MOST_DIGITS else None
    if found is None:
        raise ValueError(f"write the number out in digits, not as {text[:MOST_DIGITS]}")
    sign, whole, fraction = found[1], found[2].replace("_", ""), (found[3] or "").rstrip("0")
    if len(fraction) > unit.decimals:
        raise ValueError(f"{text} has more decimals than the {unit.decimals} of its unit")
    units = int(whole + fraction.ljust(unit.decimals, "0"))
    if sign == "-" and units and not unit.signed:
        raise ValueError(f"{text} is negative")
    if units > unit.largest * 10**unit.decimals:
        raise ValueError(f"{text} is larger than {unit.largest}")
    return -units if sign == "-" else units
