"""Replays ``uniswap_v3_pool.json`` through ``lstwallet.protocols.concentrated``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lstwallet.protocols import concentrated
from lstwallet.units.checked import Revert
from tests.golden.replay import Checked, checked, numbers, tried, users_of

Json = dict[str, Any]
Pair = tuple[int, int]
Key = tuple[str, int, int]
CANNOT_PAY: Final = "TF"


def replay(document: Json) -> Iterator[Checked]:
    """Every operation of every case, with everything read after it."""
    for raw in document["cases"]:
        case = numbers(raw)
        book = Book(case, users_of(raw, "wallet"))
        for op in raw["ops"]:
            yield _step(book, str(raw["id"]), op)


def _step(book: Book, case: str, op: Json) -> Checked:
    outcome = tried(lambda: book.apply(op["op"], op["user"], numbers(op["args"])))
    refused = isinstance(outcome, dict)
    computed = {
        "return": outcome,
        "revert": outcome if refused else None,
        "state": book.state(),
    }
    expected = {"state": op["state"], "revert": None}
    if "revert" in op:
        expected["revert"] = {"revert": op["revert"]}
    if "return" in op:
        expected["return"] = op["return"]
    return checked(case, op["op"], expected, computed)


class Book:
    """One pool, who holds which position in it, and the wallets around it."""

    def __init__(self, case: Json, users: list[str]) -> None:
        self.terms = concentrated.terms_of(case["fee_pips"], case["tick_spacing"])
        share = (case["fee_protocol"], case["fee_protocol"])
        priced = concentrated.initialize(concentrated.EMPTY, case["initial_sqrt_price_x96"])
        self.pool = concentrated.set_protocol_share(priced, share)
        assert self.pool.tick == case["initial_tick"]
        self.wallet = {user: list(case["initial_wallet"]) for user in users}
        self.tokens = [0, 0]
        self.positions: dict[Key, concentrated.Position] = {}
        self.ticks: set[int] = set()
        """Every tick that liquidity was ever minted at: the file lists them for ever."""

    # --- operations ---

    def apply(self, name: str, user: str, args: Json) -> Any:
        """Run one operation; returns what the contract returned."""
        return getattr(self, f"op_{name}")(user, **args)

    def op_mint(self, user: str, lower: int, upper: int, liquidity: int) -> Pair:
        key = (user, lower, upper)
        done = concentrated.mint(self.pool, self.terms, self.position(key), lower, upper, liquidity)
        self.settle(user, done.amounts)
        self.ticks |= {lower, upper}
        self.pool, self.positions[key] = done.pool, done.position
        return done.amounts

    def op_burn(self, user: str, lower: int, upper: int, liquidity: int) -> Pair:
        key = (user, lower, upper)
        done = concentrated.burn(self.pool, self.terms, self.position(key), lower, upper, liquidity)
        self.pool, self.positions[key] = done.pool, done.position
        return done.amounts

    def op_collect(self, user: str, lower: int, upper: int, amount0: int, amount1: int) -> Pair:
        key = (user, lower, upper)
        done = concentrated.collect(self.position(key), (amount0, amount1))
        self.settle(user, tuple(map(int.__neg__, done.amounts)))
        if key in self.positions:
            self.positions[key] = done.position
        return done.amounts

    def op_swap(
        self, user: str, zero_for_one: bool, amount_specified: int, sqrt_price_limit_x96: int
    ) -> Pair:
        done = concentrated.swap(
            self.pool, self.terms, zero_for_one, amount_specified, sqrt_price_limit_x96
        )
        self.settle(user, (done.amount_0, done.amount_1))
        self.pool = done.pool
        return done.amount_0, done.amount_1

    # --- bookkeeping ---

    def position(self, key: Key) -> concentrated.Position:
        return self.positions.get(key, concentrated.NO_POSITION)

    def settle(self, user: str, amounts: tuple[int, ...]) -> None:
        """Positive amounts go from the wallet into the pool, negative ones come back."""
        wallet = [have - paid for have, paid in zip(self.wallet[user], amounts, strict=True)]
        tokens = [have + paid for have, paid in zip(self.tokens, amounts, strict=True)]
        if min(*wallet, *tokens) < 0:
            raise Revert(CANNOT_PAY)
        self.wallet[user], self.tokens = wallet, tokens

    # --- what is read after each operation ---

    def state(self) -> Json:
        pool = self.pool
        return {
            "sqrt_price_x96": pool.sqrt_price,
            "tick": pool.tick,
            "liquidity": pool.liquidity,
            "fee_growth_global_0": pool.growth_0,
            "fee_growth_global_1": pool.growth_1,
            "protocol_fees": pool.protocol_fees,
            "positions": [_position(*item) for item in self.positions.items()],
            "ticks": [_tick(pool, tick) for tick in sorted(self.ticks)],
            "wallet": self.wallet,
            "pool_tokens": self.tokens,
        }


def _position(key: Key, position: concentrated.Position) -> Json:
    owner, lower, upper = key
    return {
        "owner": owner,
        "lower": lower,
        "upper": upper,
        "liquidity": position.liquidity,
        "fee_growth_inside_0_last": position.inside_0,
        "fee_growth_inside_1_last": position.inside_1,
        "tokens_owed_0": position.owed_0,
        "tokens_owed_1": position.owed_1,
    }


def _tick(pool: concentrated.Pool, tick: int) -> Json:
    state = concentrated.tick_state(pool, tick)
    return {
        "tick": tick,
        "liquidity_gross": state.gross,
        "liquidity_net": state.net,
        "fee_growth_outside_0": state.outside_0,
        "fee_growth_outside_1": state.outside_1,
    }
