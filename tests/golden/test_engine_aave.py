"""Golden cases of Aave v3.6 through engine commands: the same balances, the same refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from lstwallet.engine import kernel, lending
from lstwallet.engine.lending import (
    TREASURY,
    Borrow,
    ChooseEMode,
    Feed,
    Lending,
    LendingBlueprint,
    Liquidate,
    Repay,
    Supply,
    SwitchCollateral,
    WithdrawSupply,
    market_of,
    position_of,
)
from lstwallet.engine.refusals import NothingToDo, Refusal
from lstwallet.engine.world import Draft
from lstwallet.ledger.entries import mint
from lstwallet.protocols.lending import MAX_AMOUNT, Position, empty_position
from lstwallet.units.amount import ALL
from tests.engine.lending_world import bare_world
from tests.golden.aave_v3 import Expected, config_of, emode_of
from tests.golden.replay import load, numbers

FILE: Final = Path(__file__).parent / "vectors" / "aave_v3.json"
Case = dict[str, Any]


def amount_of(units: int) -> Any:
    """The contract's word for everything is the engine's ``ALL``."""
    return ALL if units == MAX_AMOUNT else units


def by_user(kind: Callable[..., Any], *more: Any) -> Callable[[list[str], Case], Any]:
    """A command of (user, token, amount, …)."""

    def build(symbols: list[str], op: Case) -> Any:
        args = op["args"]
        return kind(op["user"], symbols[args["reserve"]], amount_of(args["amount"]), *more)

    return build


def liquidation(symbols: list[str], op: Case) -> Liquidate:
    args = op["args"]
    return Liquidate(
        op["user"],
        args["borrower"],
        symbols[args["collateral"]],
        symbols[args["debt"]],
        amount_of(args["debt_to_cover"]),
        args["receive_aToken"],
    )


def switch(symbols: list[str], op: Case) -> SwitchCollateral:
    return SwitchCollateral(op["user"], symbols[op["args"]["reserve"]], op["args"]["enabled"])


def emode(symbols: list[str], op: Case) -> ChooseEMode:
    return ChooseEMode(op["user"], op["args"]["category"])


COMMANDS: Final[dict[str, Callable[[list[str], Case], Any]]] = {
    "supply": by_user(Supply),
    "withdraw": by_user(WithdrawSupply),
    "borrow": by_user(Borrow),
    "repay": by_user(Repay, False),
    "repayWithATokens": by_user(Repay, True),
    "setUserUseReserveAsCollateral": switch,
    "setUserEMode": emode,
    "liquidationCall": liquidation,
}
OUTSIDE: Final = ("setPrice", "warp")
SWITCHES: Final = ("setUserUseReserveAsCollateral", "setUserEMode")


def can_be_told(case: Case) -> bool:
    """Whether every operation is one that an engine command can name: none for others."""
    for op in case["ops"]:
        if op["op"] not in COMMANDS and op["op"] not in OUTSIDE:
            return False
        target = op["args"].get("on_behalf_of", op["args"].get("to", op.get("user")))
        if target != op.get("user"):
            return False
        if op["args"].get("amount") == MAX_AMOUNT and op["op"] == "borrow":
            return False
    return True


class Reading:
    """A draft in the form that the adapter's comparison reads."""

    def __init__(self, draft: Draft, symbols: list[str]) -> None:
        self.draft = draft
        self.symbols = symbols
        self.market = market_of(draft)
        self.now = draft.time
        self.balances = {
            (account, str(symbols.index(token))): units
            for (account, token), units in draft.balances.items()
            if token in symbols
        }

    def user(self, name: str) -> Position:
        if name != TREASURY.partition(":")[2]:
            return position_of(self.draft, name)
        held = tuple(self.draft.balance(TREASURY, f"a{symbol}") for symbol in self.symbols)
        return empty_position(len(self.symbols))._replace(supplied=held)


def stage(case: Case, symbols: list[str]) -> Draft:
    """A world whose market is the case's, with fixed prices and full wallets."""
    configs = tuple(config_of(row) for row in case["reserves"])
    feeds = tuple(Feed("fixed", row["price_1e8"]) for row in case["reserves"])
    emodes = tuple(emode_of(row) for row in case["emodes"])
    plan = LendingBlueprint(configs, emodes, "aave-v3.6", feeds, ())
    draft = bare_world(feeds)
    draft.time = case["initial_timestamp"]
    draft.lending = lending.found(plan, draft.time, 1, 1, 1).lending
    for user in ("lp", "alice", "bob", "carol", "liquidator"):
        for symbol, units in zip(symbols, case["initial_wallet"], strict=True):
            draft.post(mint(symbol, units, user))
    return draft


def set_price(draft: Draft, op: Case) -> None:
    """The oracle's new price."""
    parameters, reserves, feeds = draft.lending
    place = op["args"]["reserve"]
    changed = [*feeds]
    changed[place] = Feed("fixed", op["args"]["price_1e8"])
    draft.lending = Lending(parameters, reserves, tuple(changed))


def perform(draft: Draft, symbols: list[str], op: Case) -> Iterator[str]:
    """Do one operation; what is wrong with the answer, if anything is."""
    draft.time = op["timestamp"]
    if op["op"] == "setPrice":
        set_price(draft, op)
    if op["op"] in OUTSIDE:
        return
    try:
        (event,) = kernel.handle(draft, COMMANDS[op["op"]](symbols, op))
    except NothingToDo:  # the contract lets a switch that changes nothing pass
        if op.get("revert") is None and op["op"] not in SWITCHES:
            yield f"{op['op']} was refused as nothing to do"
        return
    except Refusal as refused:
        if op.get("revert") is None:
            yield f"{op['op']} was refused: {refused!r}"
        return
    if op.get("revert") is not None:
        yield f"{op['op']} was not refused: {op['revert']}"
    elif op.get("return") is not None and event.amount != op["return"]:
        yield f"{op['op']}: expected {op['return']}, computed {event.amount}"
    elif op.get("event") is not None:
        moved = {"debt_covered": event.repaid, "collateral_to_liquidator": event.seized}
        if moved != op["event"]:
            yield f"{op['op']}: expected {op['event']}, computed {moved}"


CASES: Final = [case for raw in load(FILE)["cases"] if can_be_told(case := numbers(raw))]


def test_there_are_cases_of_every_theme() -> None:
    assert len(CASES) >= 3
    assert {case["theme"] for case in CASES} >= {"emode", "liq50", "baddebt", "dust"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['theme']}")
def test_commands_leave_the_balances_of_the_contract(case: Case) -> None:
    symbols = [row["symbol"] for row in case["reserves"]]
    draft, expected = stage(case, symbols), Expected()
    for index, op in enumerate(case["ops"]):
        wrong = list(perform(draft, symbols, op))
        expected.learn(op["state_changes"], len(symbols))
        wrong.extend(expected.compare(Reading(draft, symbols)))  # type: ignore[arg-type]
        assert not wrong, (index, op["op"], wrong)
        assert lending.audit(draft) == []
