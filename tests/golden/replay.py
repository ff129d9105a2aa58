"""The frame of the golden replays: find the adapter of a file, run it, count.

An adapter is a module of this package with ``replay(document) -> Iterator[Checked]``.
It calls the functions that the engine calls, does no arithmetic of its own, and yields
one ``Checked`` for each operation of the file (a case without ``ops`` is one operation).
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

from lstwallet.units.checked import Revert

PANIC: Final = "Panic"
KEPT_DIFFERENCES: Final = 5
"""How many differences of a file are told in full."""


class Checked(NamedTuple):
    """One operation of a file, compared."""

    case: str
    op: str
    exact: bool
    detail: str
    """Empty when exact; otherwise what differs, expected beside computed."""


class Report(NamedTuple):
    """What the replay of one file came to."""

    name: str
    cases: int
    operations: int
    exact: int
    left_out: int
    """Operations of the file that the adapter did not replay."""
    differences: list[Checked]
    """The first few operations that differ."""

    @property
    def differ(self) -> int:
        return self.operations - self.exact

    def __str__(self) -> str:
        line = (
            f"{self.name}: {self.cases} cases, {self.operations} operations, "
            f"{self.exact} exact, {self.differ} differ"
        )
        return f"{line} ({self.left_out} left out)" if self.left_out else line


class UnknownFormat(Exception):
    """A file is not a vector file that an adapter here can read; the text says why."""


class Family(NamedTuple):
    """How files of one format name themselves."""

    adapter: str
    protocol: str
    contract: str
    """How the ``contract`` field begins."""


FAMILIES: Final = (
    Family("aave_v3", "Aave V3", "Pool (PoolInstance"),
    Family("aave_v302", "Aave V3", "Pool + PoolConfigurator"),
    Family("aave_v3_math", "Aave V3", "MathUtils"),
    Family("curve_stableswap_ng", "Curve StableSwap-NG", "CurveStableSwapNG"),
    Family("eigenlayer_strategy", "EigenLayer", "StrategyBase"),
    Family("eip1559", "Ethereum EIP-1559 (+ EIP-4844 blob price)", "execution-specs"),
    Family("erc4626_oz", "OpenZeppelin ERC4626", "ERC4626"),
    Family("ethereum_consensus", "Ethereum consensus layer", "consensus-specs"),
    Family("lido_steth", "Lido", "StETH"),
    Family("rocketpool_reth", "Rocket Pool", "RocketTokenRETH"),
    Family("uniswap_v2", "Uniswap V2", "UniswapV2"),
    Family("uniswap_v3_math", "Uniswap V3", "TickMath"),
    Family("uniswap_v3_pool", "Uniswap V3", "UniswapV3Pool"),
)


# --- comparing ---------------------------------------------------------------------


def numbers(value: Any) -> Any:
    """The value with every decimal string made an integer, at any depth.

    Booleans, null and texts that are not numbers (names, addresses) stay as they are.
    """
    if isinstance(value, str):
        return int(value) if value.removeprefix("-").isdecimal() else value
    if isinstance(value, list):
        return [numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: numbers(item) for key, item in value.items()}
    return value


def revert_key(reason: str) -> str:
    """What two reverts are compared by: the part before the bracket.

    A panic keeps its code where the text gives one: ``Panic(0x11: …)`` → ``Panic(0x11``.
    """
    head, bracket, rest = reason.partition("(")
    if head == PANIC and bracket:
        return f"{PANIC}({rest.partition(':')[0].rstrip(')')}"
    return head.strip()


def same_revert(expected: str, computed: str) -> bool:
    """Whether two revert texts name the same reason."""
    left, right = revert_key(expected), revert_key(computed)
    if PANIC in (left, right):
        return left.partition("(")[0] == right.partition("(")[0]
    return left == right


def differences(expected: Any, computed: Any, path: str = "") -> Iterator[str]:
    """Each place where two nested values differ; tuples count as lists.

    Only what is expected is compared: a key that ``computed`` has beyond it is no
    difference. ``{"revert": reason}`` is compared as a revert.
    """
    if isinstance(expected, dict):
        if set(expected) == {"revert"}:
            yield from _revert_differences(expected["revert"], computed, path)
        elif not isinstance(computed, dict):
            yield f"{path}: expected {expected}, computed {computed}"
        else:
            for key, item in expected.items():
                if key in computed:
                    yield from differences(item, computed[key], f"{path}.{key}".lstrip("."))
                elif item is not None:
                    yield f"{path}.{key}: expected {item}, not computed".lstrip(".")
    elif isinstance(expected, list):
        if not isinstance(computed, list | tuple) or len(computed) != len(expected):
            yield f"{path}: expected {expected}, computed {computed}"
        else:
            for index, (want, have) in enumerate(zip(expected, computed, strict=True)):
                yield from differences(want, have, f"{path}[{index}]")
    elif expected != computed or isinstance(expected, bool) != isinstance(computed, bool):
        yield f"{path}: expected {expected}, computed {computed}"


def _revert_differences(expected: Any, computed: Any, path: str) -> Iterator[str]:
    reason = computed.get("revert") if isinstance(computed, dict) else None
    if not isinstance(reason, str) or not same_revert(str(expected), reason):
        yield f"{path}: expected revert {expected!r}, computed {computed}".lstrip(": ")


def as_revert(refused: Revert) -> dict[str, str]:
    """A caught ``Revert`` in the form of the files."""
    return {"revert": refused.reason}


def tried(call: Callable[[], Any]) -> Any:
    """What a call returns, or its ``Revert`` in the form of the files."""
    try:
        return call()
    except Revert as refused:
        return as_revert(refused)


def answer_in(op: dict[str, Any]) -> Any:
    """What a file tells of an operation's answer: a revert as ``as_revert`` has it, or a value."""
    return {"revert": op["revert"]} if "revert" in op else op.get("return")


def checked(case: str, op: str, expected: Any, computed: Any) -> Checked:
    """Compare two nested values; decimal strings of the file become integers first."""
    found = list(differences(numbers(expected), computed))
    return Checked(case, op, not found, "; ".join(found))


def users_of(case: dict[str, Any], record: str) -> list[str]:
    """Who acts in a case, or has a line in the named record of its states."""
    told = {user for op in case["ops"] for user in op["state"].get(record, ())}
    return sorted(told | {op["user"] for op in case["ops"] if op.get("user")})


# --- running -----------------------------------------------------------------------


def load(path: Path) -> dict[str, Any]:
    """The document of a vector file. Raises ``UnknownFormat``."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise UnknownFormat(f"{path}: cannot be read: {problem.strerror}.") from problem
    except ValueError as problem:
        raise UnknownFormat(f"{path}: is not JSON: {problem}.") from problem
    if not isinstance(document, dict) or not isinstance(document.get("cases"), list):
        raise UnknownFormat(f"{path}: is not a vector file: it has no list of cases.")
    for case in document["cases"]:
        for op in case.get("ops") or ():
            _fill(op)
    return document


def _fill(op: dict[str, Any]) -> None:
    """Nothing is told by null or by a key left out: the adapters read one of the two."""
    op.setdefault("args", {})
    for told in ("revert", "user"):
        if told in op and op[told] is None:
            del op[told]


def adapter_for(path: Path, document: dict[str, Any]) -> ModuleType:
    """The adapter of a file: by its stem, otherwise by its protocol and contract.

    Raises ``UnknownFormat`` when none fits.
    """
    name = _family_of(path.stem, document)
    if name is None:
        raise UnknownFormat(
            f"{path}: unknown format: protocol {document.get('protocol')!r}, "
            f"contract {document.get('contract')!r}."
        )
    return import_module(f"tests.golden.{name}")


def _family_of(stem: str, document: dict[str, Any]) -> str | None:
    for family in FAMILIES:
        if family.adapter == stem:
            return family.adapter
    protocol, contract = document.get("protocol"), str(document.get("contract"))
    for family in FAMILIES:
        if family.protocol == protocol and contract.startswith(family.contract):
            return family.adapter
    return None


def run(path: Path) -> Report:
    """Replay one file. Raises ``UnknownFormat``."""
    document = load(path)
    adapter = adapter_for(path, document)
    operations = exact = 0
    kept: list[Checked] = []
    try:
        for found in adapter.replay(document):
            operations += 1
            exact += found.exact
            if not found.exact and len(kept) < KEPT_DIFFERENCES:
                kept.append(found)
    except Exception:  # an adapter that breaks is a difference, and the other files go on
        operations += 1
        kept.append(Checked("?", "adapter broke", False, traceback.format_exc()))
    left_out = max(0, operations_in(document) - operations)
    return Report(path.name, len(document["cases"]), operations, exact, left_out, kept)


def operations_in(document: dict[str, Any]) -> int:
    """How many operations a file holds: the ops of its cases, one for a case without."""
    return sum(len(case["ops"]) if "ops" in case else 1 for case in document["cases"])
