"""Adapter: sequences of an Aave pool, v3.6 or (through ``aave_v302``) v3.0.2.

Positions, reserves and results come from ``lstwallet.protocols.lending``; wallets are a
ledger, moved by the amounts that the results name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lstwallet.ledger.entries import mint, move, post
from lstwallet.protocols import lending
from lstwallet.protocols.lending import (
    BPS_TO_RAY,
    EMode,
    Liquidated,
    Market,
    Position,
    RateCurve,
    ReserveConfig,
    Rules,
)
from lstwallet.units.checked import PANIC_ARITHMETIC, Revert
from tests.golden.replay import Checked, differences, numbers

TREASURY: Final = "treasury"
POOL: Final = "pool"
Args = dict[str, Any]


def config_of(row: Args) -> ReserveConfig:
    """A reserve's parameters as a case names them."""
    curve = ("optimal_usage_bps", "base_rate_bps", "slope1_bps", "slope2_bps")
    return ReserveConfig(
        symbol=row["symbol"],
        unit=10 ** row["decimals"],
        ltv=row["ltv_bps"],
        liquidation_threshold=row["liquidation_threshold_bps"],
        liquidation_bonus=row["liquidation_bonus_bps"],
        protocol_fee=row["liquidation_protocol_fee_bps"],
        reserve_factor=row["reserve_factor_bps"],
        supply_cap=row["supply_cap_tokens_0_is_none"],
        borrow_cap=row["borrow_cap_tokens_0_is_none"],
        borrowing_enabled=row["borrowing_enabled"],
        curve=RateCurve(*(row[name] * BPS_TO_RAY for name in curve)),
    )


def emode_of(row: Args) -> EMode:
    """An e-mode category as a case names it."""
    return EMode(
        number=row["id"],
        ltv=row["ltv_bps"],
        liquidation_threshold=row["liquidation_threshold_bps"],
        liquidation_bonus=row["liquidation_bonus_bps"],
        collateral=tuple(row["collateral_reserves"]),
        borrowable=tuple(row["borrowable_reserves"]),
        ltv_zero=tuple(row["ltvzero_reserves"]),
    )


class Scene:
    """The pool, its users and their wallets while a case is replayed."""

    def __init__(self, case: Args, rules: Rules) -> None:
        configs = tuple(config_of(row) for row in case["reserves"])
        emodes = tuple(emode_of(row) for row in case["emodes"])
        start = case["initial_timestamp"]
        prices = tuple(row["price_1e8"] for row in case["reserves"])
        self.market = lending.open_market(configs, emodes, rules.name, prices, start)
        self.purse = tuple(case["initial_wallet"])
        self.now: int = start
        self.users: dict[str, Position] = {}
        self.balances: dict[tuple[str, str], int] = {}

    def user(self, name: str) -> Position:
        """The user's position; who is seen for the first time gets the initial wallet."""
        if name not in self.users:
            self.users[name] = lending.empty_position(len(self.purse))
            if name != TREASURY:
                for place, units in enumerate(self.purse):
                    post(self.balances, mint(str(place), units, name))
        return self.users[name]

    def pay(self, place: int, units: int, source: str, target: str) -> None:
        """Move tokens; too small a wallet is the token's arithmetic panic."""
        if source != POOL and self.balances.get((source, str(place)), 0) < units:
            raise Revert(PANIC_ARITHMETIC)
        post(self.balances, move(str(place), units, source, target))


# --- operations ----------------------------------------------------------------------


def supply(scene: Scene, user: str, args: Args) -> None:
    place, amount, target = args["reserve"], args["amount"], args["on_behalf_of"]
    moved = lending.supply(scene.market, place, scene.user(target), amount, scene.now)
    scene.user(user)
    scene.pay(place, amount, user, POOL)
    scene.market, scene.users[target] = moved.market, moved.position


def withdraw(scene: Scene, user: str, args: Args) -> int:
    place, target = args["reserve"], args["to"]
    moved = lending.withdraw(scene.market, place, scene.user(user), args["amount"], scene.now)
    scene.user(target)
    scene.pay(place, moved.amount, POOL, target)
    scene.market, scene.users[user] = moved.market, moved.position
    return moved.amount


def borrow(scene: Scene, user: str, args: Args) -> None:
    place = args["reserve"]
    moved = lending.borrow(scene.market, place, scene.user(user), args["amount"], scene.now)
    scene.pay(place, moved.amount, POOL, user)
    scene.market, scene.users[user] = moved.market, moved.position


def repay(scene: Scene, user: str, args: Args) -> int:
    place, target = args["reserve"], args["on_behalf_of"]
    moved = lending.repay(
        scene.market,
        place,
        scene.user(target),
        args["amount"],
        scene.now,
        own_debt=user == target,
    )
    scene.user(user)
    scene.pay(place, moved.amount, user, POOL)
    scene.market, scene.users[target] = moved.market, moved.position
    return moved.amount


def repay_with_supply(scene: Scene, user: str, args: Args) -> int:
    position = scene.user(user)
    moved = lending.repay_with_supply(
        scene.market, args["reserve"], position, args["amount"], scene.now
    )
    scene.market, scene.users[user] = moved.market, moved.position
    return moved.amount


def transfer(scene: Scene, user: str, args: Args) -> None:
    target = args["to"]
    recipient = None if target == user else scene.user(target)
    done = lending.transfer(
        scene.market, args["reserve"], scene.user(user), recipient, args["amount"], scene.now
    )
    scene.users[target] = done.recipient
    scene.users[user] = done.sender


def set_collateral(scene: Scene, user: str, args: Args) -> None:
    scene.users[user] = lending.set_collateral(
        scene.market, args["reserve"], scene.user(user), args["enabled"], scene.now
    )


def set_emode(scene: Scene, user: str, args: Args) -> None:
    scene.users[user] = lending.set_emode(
        scene.market, scene.user(user), args["category"], scene.now
    )


def liquidate(scene: Scene, user: str, args: Args) -> Liquidated:
    borrower, receive = args["borrower"], args["receive_aToken"]
    place = args["collateral"]
    done = lending.liquidate(
        scene.market,
        place,
        args["debt"],
        scene.user(borrower),
        args["debt_to_cover"],
        scene.now,
        receive_supply=receive,
        by_borrower=user == borrower,
    )
    liquidator = scene.user(user)
    if not receive:
        scene.pay(place, done.collateral, POOL, user)
    scene.pay(args["debt"], done.debt, user, POOL)
    scene.users[borrower] = done.borrower
    if receive and user != borrower:
        scene.users[user] = lending.receive(scene.market, liquidator, place, done.collateral_scaled)
    treasury = scene.user(TREASURY)
    scene.users[TREASURY] = lending.credit(treasury, place, done.fee_scaled)
    scene.market = done.market
    return done


def mint_to_treasury(scene: Scene, user: str, args: Args) -> None:
    minted = lending.mint_to_treasury(scene.market, tuple(args["reserves"]), scene.user(TREASURY))
    scene.market, scene.users[TREASURY] = minted


def set_price(scene: Scene, user: str, args: Args) -> None:
    market = scene.market
    prices = lending.put(market.prices, args["reserve"], args["price_1e8"])
    scene.market = Market(market.parameters, market.reserves, prices)


def warp(scene: Scene, user: str, args: Args) -> None:
    """Time itself is in the operation's timestamp."""


OPS: Final[dict[str, Callable[[Scene, str, Args], Any]]] = {
    "supply": supply,
    "withdraw": withdraw,
    "borrow": borrow,
    "repay": repay,
    "repayWithATokens": repay_with_supply,
    "aTokenTransfer": transfer,
    "setUserUseReserveAsCollateral": set_collateral,
    "setUserEMode": set_emode,
    "liquidationCall": liquidate,
    "mintToTreasury": mint_to_treasury,
    "setPrice": set_price,
    "warp": warp,
}


# --- reading -------------------------------------------------------------------------


def rules_of(scene: Scene) -> Rules:
    """The rule set that the market names."""
    return lending.RULES[scene.market.parameters.rules]


def read_user(scene: Scene, name: str) -> Args:
    """A user's record in the form of the file."""
    position = scene.user(name)
    reserves, now, rules = scene.market.reserves, scene.now, rules_of(scene)
    rows = list(zip(reserves, position.supplied, position.borrowed, strict=True))
    places = range(len(reserves))
    return {
        "aToken": [lending.supply_balance(r, s, now, rules) for r, s, _ in rows],
        "aToken_scaled": list(position.supplied),
        "debt": [lending.debt_balance(r, d, now, rules) for r, _, d in rows],
        "debt_scaled": list(position.borrowed),
        "wallet": [scene.balances.get((name, str(place)), 0) for place in places],
        "collateral_enabled": list(position.collateral),
        "borrowing_flag": [lending.counts_as_borrowed(position, place) for place in places],
        "emode": position.emode,
        "account": list(lending.account_data(scene.market, position, now)[:6]),
    }


def read_reserve(scene: Scene, place: int) -> Args:
    """A reserve's record in the form of the file."""
    reserve, now, rules = scene.market.reserves[place], scene.now, rules_of(scene)
    treasury = scene.user(TREASURY).supplied[place]
    return {
        "liquidity_index": reserve.liquidity_index,
        "liquidity_rate": reserve.liquidity_rate,
        "borrow_index": reserve.borrow_index,
        "borrow_rate": reserve.borrow_rate,
        "last_update": reserve.updated_at,
        "accrued_to_treasury_scaled": reserve.accrued_to_treasury,
        "normalized_income": lending.normalized_income(reserve, now),
        "normalized_debt": lending.normalized_debt(reserve, now, rules),
        "virtual_underlying": reserve.liquidity,
        "underlying_balance_of_aToken": reserve.liquidity,
        "deficit": reserve.deficit,
        "aToken_supply_scaled": reserve.supply_scaled,
        "aToken_supply": lending.supply_balance(reserve, reserve.supply_scaled, now, rules),
        "debt_supply_scaled": reserve.debt_scaled,
        "debt_supply": lending.debt_balance(reserve, reserve.debt_scaled, now, rules),
        "treasury_aToken": lending.supply_balance(reserve, treasury, now, rules),
    }


def _whole_user(record: Args, places: int) -> Args:
    """A user's record with the balances that a file leaves out when all are zero."""
    nothing = [0] * places
    balances = ("aToken", "aToken_scaled", "debt", "debt_scaled")
    return {**dict.fromkeys(balances, nothing), **record}


class Expected:
    """The whole state that the file implies: its changes, laid over what was before."""

    def __init__(self) -> None:
        self.users: dict[str, Args] = {}
        self.reserves: dict[str, Args] = {}
        self.prices: list[int] = []

    def learn(self, changes: Args, places: int) -> None:
        """Take in one operation's changes."""
        self.prices = changes.get("prices_1e8", self.prices)
        self.reserves.update(changes.get("reserves", {}))
        for name, record in changes.get("users", {}).items():
            self.users[name] = _whole_user(record, places)

    def compare(self, scene: Scene) -> Iterator[str]:
        """Every record of every user and reserve, changed or not."""
        yield from differences(self.prices, scene.market.prices, "prices")
        for name, record in self.users.items():
            yield from differences(record, read_user(scene, name), name)
        for place, record in self.reserves.items():
            yield from differences(record, read_reserve(scene, int(place)), f"reserve {place}")


def perform(scene: Scene, op: Args) -> Args:
    """Do one operation; the answer holds what it returned, reverted with or announced."""
    scene.now = op["timestamp"]
    try:
        result = OPS[op["op"]](scene, op.get("user", ""), op["args"])
    except Revert as refused:
        return {"revert": lending.written(rules_of(scene), refused.reason)}
    if isinstance(result, Liquidated):
        event = {"debt_covered": result.debt, "collateral_to_liquidator": result.collateral}
        return {"event": event}
    return {} if result is None else {"return": result}


def compare_answer(op: Args, answer: Args) -> Iterator[str]:
    """Return value, event or revert against the file's; a revert alone is a difference."""
    if op.get("revert") is not None:
        yield from differences({"revert": op["revert"]}, answer, "answer")
    elif "revert" in answer:
        yield f"answer: expected none, computed revert {answer['revert']!r}"
    for key in ("return", "event"):
        if op.get(key) is not None:
            yield from differences(op[key], answer.get(key), key)


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every operation: what it answers, and the whole state after it."""
    return replay_under(lending.V3_6, document)


def replay_under(rules: Rules, document: dict[str, Any]) -> Iterator[Checked]:
    """The same under a named rule set."""
    for raw in document["cases"]:
        case = numbers(raw)
        scene, expected = Scene(case, rules), Expected()
        for index, op in enumerate(case["ops"]):
            found = list(compare_answer(op, perform(scene, op)))
            expected.learn(op.get("state_changes") or {}, len(scene.purse))
            found.extend(expected.compare(scene))
            name = f"{index} {op['op']}"
            yield Checked(str(case["id"]), name, not found, "; ".join(found))
