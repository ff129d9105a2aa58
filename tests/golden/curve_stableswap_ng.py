"""Replays ``curve_stableswap_ng.json`` through ``lstwallet.protocols.stableswap``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from lstwallet.protocols import stableswap
from lstwallet.protocols.stableswap import Pair, Terms
from lstwallet.units.checked import Revert, checked_sub
from lstwallet.units.fixed import WAD
from lstwallet.units.newton import A_PRECISION
from tests.golden.replay import Checked, checked, numbers, tried, users_of

Json = dict[str, Any]


def replay(document: Json) -> Iterator[Checked]:
    """Every operation of every case, with everything read after it."""
    for case in document["cases"]:
        holders = users_of(case, "lp")
        book = Book(numbers(case["params"]), numbers(case["probe_spec"]), holders)
        for op in case["ops"]:
            yield _step(book, str(case["id"]), op)


def _step(book: Book, case: str, op: Json) -> Checked:
    book.now = int(op["timestamp"])
    computed: Json = {}
    try:
        computed["return"] = book.apply(op["op"], op.get("user"), numbers(op["args"]))
    except Revert as refused:
        computed["revert"] = refused.reason
    computed["state"] = book.state()
    expected = {key: op[key] for key in ("return", "revert", "state") if key in op}
    if "revert" in op:
        expected["revert"] = {"revert": op["revert"]}
        computed["revert"] = {"revert": computed.get("revert")}
    elif "revert" in computed:
        computed["return"] = {"revert": computed["revert"]}
    return checked(case, op["op"], expected, computed)


class Book:
    """One pool, who holds its LP tokens, and what was given to it."""

    def __init__(self, params: Json, probes: list[Json], holders: list[str]) -> None:
        self.params = params
        self.probes = probes
        self.now: int = params["initial_timestamp"]
        self.oracle_rate: int = params["initial_oracle_rate"]
        self.pool = stableswap.Pool((0, 0), (0, 0), 0)
        self.ramp = stableswap.steady(params["A"] * A_PRECISION)
        self.oracle = stableswap.new_oracle(self.now)
        self.lp = dict.fromkeys(holders, 0)
        self.donated = [0, 0]

    # --- operations ---

    def apply(self, name: str, user: str | None, args: Json) -> Any:
        """Run one operation; returns what the contract returned."""
        return getattr(self, f"op_{name}")(user, **args)

    def op_exchange(self, _user: str, i: int, j: int, dx: int, min_dy: int) -> int:
        done = stableswap.exchange(self.pool, self.terms(), i, j, dx, min_dy)
        self.pool = done.pool
        self.observe(done.values, done.d)
        return done.received

    def op_add_liquidity(self, user: str, amounts: list[int], min_mint: int) -> int:
        first = self.pool.supply == 0
        done = stableswap.add_liquidity(self.pool, self.terms(), (amounts[0], amounts[1]), min_mint)
        self.pool = done.pool
        self.lp[user] += done.minted
        if first:
            self.oracle = stableswap.observe_first_deposit(self.oracle, done.d, self.now)
        else:
            self.observe(done.values, done.d)
        return done.minted

    def op_remove_liquidity(
        self, user: str, burn: int, min_amounts: list[int], claim_admin_fees: bool
    ) -> Pair:
        done = stableswap.remove_liquidity(self.pool, burn, (min_amounts[0], min_amounts[1]))
        self.burn(user, burn)
        self.oracle = stableswap.observe_withdrawal(self.oracle, burn, self.pool.supply, self.now)
        self.pool = done.pool
        if claim_admin_fees:
            self.op_withdraw_admin_fees(user)
        return done.amounts

    def op_remove_liquidity_one_coin(self, user: str, burn: int, i: int, min_received: int) -> int:
        done = stableswap.remove_liquidity_one_coin(self.pool, self.terms(), burn, i, min_received)
        self.burn(user, burn)
        self.pool = done.pool
        self.observe(done.values, done.d)
        return done.received

    def op_remove_liquidity_imbalance(self, user: str, amounts: list[int], max_burn: int) -> int:
        done = stableswap.remove_liquidity_imbalance(
            self.pool, self.terms(), (amounts[0], amounts[1]), max_burn
        )
        self.burn(user, done.burned)
        self.pool = done.pool
        self.observe(done.values, done.d)
        return done.burned

    def op_withdraw_admin_fees(self, _user: str | None) -> None:
        self.pool = stableswap.claim_admin_fees(self.pool).pool

    def op_ramp_A(self, _user: str | None, future_A: int, duration: int) -> None:
        self.ramp = stableswap.start_ramp(self.ramp, future_A, duration, self.now)

    def op_set_rate(self, _user: str | None, rate: int) -> None:
        self.oracle_rate = rate

    def op_donate(self, _user: str, i: int, amount: int) -> None:
        self.donated[i] += amount

    def op_warp(self, _user: str | None, dt: int) -> None:
        """The file gives each operation its moment."""

    # --- bookkeeping ---

    def terms(self) -> Terms:
        return Terms(
            stableswap.amp_at(self.ramp, self.now),
            self.params["fee"],
            self.params["offpeg_fee_multiplier"],
            self.rates(),
        )

    def rates(self) -> Pair:
        first, second = (
            stableswap.stored_rate(decimals, self.oracle_rate if earns == 1 else WAD)
            for decimals, earns in zip(
                self.params["decimals"], self.params["asset_types"], strict=True
            )
        )
        return first, second

    def observe(self, held: Pair, d: int) -> None:
        amp, window = self.terms().amp, self.params["ma_exp_time"]
        self.oracle = stableswap.observe(self.oracle, held, amp, d, window, self.now)

    def burn(self, user: str, amount: int) -> None:
        if amount > self.lp[user]:
            raise Revert
        self.lp[user] = checked_sub(self.lp[user], amount)

    # --- what is read after each operation ---

    def state(self) -> Json:
        terms = self.terms()
        held = stableswap.balances(self.pool)
        window = self.params["ma_exp_time"]
        values = stableswap.values(held, terms.rates)
        return {
            "balances": held,
            "token_balances_of_pool": [
                stored + given for stored, given in zip(self.pool.stored, self.donated, strict=True)
            ],
            "admin_balances": self.pool.admin,
            "total_supply": self.pool.supply,
            "stored_rates": terms.rates,
            "A_precise": terms.amp,
            "virtual_price": tried(lambda: stableswap.virtual_price(self.pool, terms)),
            "lp": self.lp,
            "probes": [tried(partial(self.probe, probe)) for probe in self.probes],
            "get_p": tried(
                lambda: stableswap.spot_price(values, terms.amp, stableswap.invariant(held, terms))
            ),
            "last_price": self.oracle.last_price,
            "ema_price": self.oracle.average_price,
            "price_oracle": stableswap.price_average(self.oracle, window, self.now),
            "D_oracle": stableswap.d_average(self.oracle, self.now),
            "dynamic_fee_01": tried(
                lambda: stableswap.dynamic_fee(*values, terms.fee, terms.offpeg)
            ),
        }

    def probe(self, probe: Json) -> int:
        """A view: the views' contract sees whole A only."""
        terms = self.terms()
        seen = Terms(stableswap.displayed_amp(terms.amp), terms.fee, terms.offpeg, terms.rates)
        i, j, amount = probe["i"], probe["j"], probe["amount"]
        if probe["fn"] == "get_dy":
            return stableswap.quote_dy(self.pool, seen, i, j, amount)
        return stableswap.quote_dx(self.pool, seen, i, j, amount)
