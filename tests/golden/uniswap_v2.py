"""Replays ``uniswap_v2.json`` through ``lstwallet.protocols.constant_product``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lstwallet.protocols import constant_product
from lstwallet.protocols.constant_product import Pair
from lstwallet.units.checked import Revert, checked_sub
from tests.golden.replay import Checked, checked, numbers, tried, users_of

Json = dict[str, Any]
BY_THE_PAIR = "UniswapV2: "
CANNOT_PAY = "TransferHelper: TRANSFER_FROM_FAILED"


def replay(document: Json) -> Iterator[Checked]:
    """Every operation of every case, with everything read after it."""
    for case in document["cases"]:
        users = users_of(case, "wallet")
        book = Book(case["protocol_fee_on"], numbers(case["initial_wallet"]), users)
        for op in case["ops"]:
            yield _step(book, str(case["id"]), op)


def _step(book: Book, case: str, op: Json) -> Checked:
    book.now = int(op["timestamp"])
    outcome = tried(lambda: book.apply(op["op"], op.get("user"), numbers(op["args"])))
    refused = isinstance(outcome, dict)
    amounts = [int(probe["amount"]) for probe in op["state"].get("probes", ())]
    computed = {
        "return": outcome,
        "revert": outcome if refused else None,
        "state": book.state(amounts),
    }
    expected = {"state": op["state"], "revert": None}
    if "revert" in op:
        expected["revert"] = {"revert": op["revert"]}
    if "return" in op:
        expected["return"] = op["return"]
    return checked(case, op["op"], expected, computed)


class Book:
    """One pair, the wallets around it, and who holds its LP tokens."""

    def __init__(self, fee_on: bool, wallet: list[int], users: list[str]) -> None:
        self.fee_on = fee_on
        self.now = 0
        self.pool = constant_product.EMPTY
        self.wallet = {user: list(wallet) for user in users}
        self.lp = dict.fromkeys((*users, "zero_address", "fee_to"), 0)
        self.lp_of_pair = 0

    # --- operations ---

    def apply(self, name: str, user: str | None, args: Json) -> Any:
        """Run one operation; returns what the contract returned."""
        return getattr(self, f"op_{name}")(user, **args)

    def op_router_addLiquidity(self, user: str, desired: list[int], min: list[int]) -> list[int]:
        wanted, least = _pair(desired), _pair(min)
        self.can_pay(user, constant_product.optimal_amounts(self.pool, wanted, least))
        done = constant_product.add_liquidity(
            self.pool, wanted, least, self.now, fee_on=self.fee_on
        )
        self.settle(user, paid=done.amounts)
        self.minted(user, done)
        return [*done.amounts, done.minted]

    def op_router_removeLiquidity(self, user: str, liquidity: int, min: list[int]) -> Pair:
        left = self.lp_less(user, liquidity)
        done = constant_product.remove_liquidity(
            self.pool, liquidity + self.lp_of_pair, _pair(min), self.now, fee_on=self.fee_on
        )
        self.lp[user], self.lp_of_pair = left, 0
        self.burned(user, done)
        return done.amounts

    def op_router_swapExactTokensForTokens(
        self, user: str, token_in: int, amount_in: int, min_out: int
    ) -> Pair:
        try:
            done = constant_product.swap_exact_in(self.pool, token_in, amount_in, min_out, self.now)
        except Revert as refused:
            if refused.reason.startswith(BY_THE_PAIR):
                self.can_pay(user, _only(token_in, amount_in))
            raise
        return self.swapped(user, token_in, done)

    def op_router_swapTokensForExactTokens(
        self, user: str, token_in: int, amount_out: int, max_in: int
    ) -> Pair:
        done = constant_product.swap_exact_out(self.pool, token_in, amount_out, max_in, self.now)
        return self.swapped(user, token_in, done)

    def op_transfer_to_pair(self, user: str, token: int, amount: int) -> None:
        self.settle(user, paid=_only(token, amount))
        self.pool = constant_product.receive(self.pool, token, amount)

    def op_transfer_lp_to_pair(self, user: str, amount: int) -> None:
        self.lp[user] = self.lp_less(user, amount)
        self.lp_of_pair += amount

    def op_pair_mint(self, user: str) -> int:
        done = constant_product.mint(self.pool, self.now, fee_on=self.fee_on)
        self.minted(user, done)
        return done.minted

    def op_pair_burn(self, user: str) -> Pair:
        done = constant_product.burn(self.pool, self.lp_of_pair, self.now, fee_on=self.fee_on)
        self.lp_of_pair = 0
        self.burned(user, done)
        return done.amounts

    def op_pair_swap(self, user: str, amount0_out: int, amount1_out: int) -> None:
        outs = (amount0_out, amount1_out)
        self.pool = constant_product.swap(self.pool, outs, self.now)
        self.settle(user, received=outs)

    def op_pair_skim(self, user: str) -> None:
        done = constant_product.skim(self.pool)
        self.pool = done.pool
        self.settle(user, received=done.amounts)

    def op_pair_sync(self, _user: str) -> None:
        self.pool = constant_product.sync(self.pool, self.now)

    def op_warp(self, _user: str | None, dt: int) -> None:
        """The file gives each operation its moment."""

    # --- bookkeeping ---

    def swapped(self, user: str, token_in: int, done: constant_product.Swapped) -> Pair:
        self.settle(
            user, paid=_only(token_in, done.paid), received=_only(1 - token_in, done.received)
        )
        self.pool = done.pool
        return done.paid, done.received

    def minted(self, user: str, done: constant_product.Minted) -> None:
        self.pool = done.pool
        self.lp[user] += done.minted
        self.lp["zero_address"] += done.locked
        self.lp["fee_to"] += done.protocol_fee

    def burned(self, user: str, done: constant_product.Burned) -> None:
        self.pool = done.pool
        self.lp["fee_to"] += done.protocol_fee
        self.settle(user, received=done.amounts)

    def can_pay(self, user: str, amounts: Pair) -> None:
        """The router pays the pair before the pair has a say."""
        held = self.wallet[user]
        if amounts[0] > held[0] or amounts[1] > held[1]:
            raise Revert(CANNOT_PAY)

    def settle(self, user: str, paid: Pair = (0, 0), received: Pair = (0, 0)) -> None:
        self.can_pay(user, paid)
        held = self.wallet[user]
        self.wallet[user] = [
            checked_sub(have, out) + back
            for have, out, back in zip(held, paid, received, strict=True)
        ]

    def lp_less(self, user: str, amount: int) -> int:
        if amount > self.lp[user]:
            raise Revert(constant_product.BELOW_ZERO)
        return checked_sub(self.lp[user], amount)

    # --- what is read after each operation ---

    def state(self, probe_amounts: list[int]) -> Json:
        pool = self.pool
        return {
            "reserves": (pool.reserve_0, pool.reserve_1),
            "block_timestamp_last": pool.clock.updated,
            "total_supply": pool.supply,
            "k_last": pool.k_last,
            "price0_cumulative_last": pool.clock.cumulative_0,
            "price1_cumulative_last": pool.clock.cumulative_1,
            "pair_token_balances": (pool.balance_0, pool.balance_1),
            "lp": self.lp,
            "wallet": self.wallet,
            "probes": [_probe(pool, amount) for amount in probe_amounts],
        }


def _probe(pool: constant_product.Pool, amount: int) -> Json:
    """The library's views at one amount."""
    first, second = pool.reserve_0, pool.reserve_1
    return {
        "amount": amount,
        "getAmountOut_0to1": tried(lambda: constant_product.amount_out(amount, first, second)),
        "getAmountOut_1to0": tried(lambda: constant_product.amount_out(amount, second, first)),
        "getAmountIn_for_out_of_1": tried(
            lambda: constant_product.amount_in(amount, first, second)
        ),
        "quote_0to1": tried(lambda: constant_product.quote(amount, first, second)),
    }


def _pair(values: list[int]) -> Pair:
    first, second = values
    return first, second


def _only(token: int, amount: int) -> Pair:
    return (amount, 0) if token == 0 else (0, amount)
