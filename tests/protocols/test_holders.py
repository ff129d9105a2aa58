"""No operation's cost grows with the number of holders: each is counted in lines and in state.

A protocol keeps totals; who holds what is the caller's. So what ten holders left behind and what
a thousand did are as large, and the next operation takes as many lines of the spec.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

import pytest

import lstwallet
from lstwallet.protocols import (
    allow_list,
    bridge,
    concentrated,
    constant_product,
    cosmos_staking,
    cover,
    dual_governance,
    index_basket,
    lending,
    lido,
    marinade,
    modular_pool,
    performance_fee,
    polygon_staking,
    restaking,
    rocketpool,
    stableswap,
    stake_pool,
    stride,
    vault_shares,
    withdrawal_queue,
)
from lstwallet.units.fixed import WAD
from tests.protocols import lending_market as small
from tests.protocols.stake_pools import NOW as EPOCH
from tests.protocols.stake_pools import pool_of, validator_of

PROGRAM: Final = str(Path(lstwallet.__file__).parent)
ETH: Final = 10**18
NOW: Final = 1_700_000_000
FEW, MANY = 10, 1_000

State = Any
Act = Callable[[State], Any]


class Case(NamedTuple):
    """A protocol before anybody came, how a holder comes, and what is done afterwards."""

    empty: State
    join: Callable[[State, int], State]
    """(state, number of the holder) → state."""
    acts: tuple[Act, ...]


def lines_of(act: Act, state: State) -> int:
    """How many lines of the program ``act`` runs through."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(PROGRAM):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act(state)
    finally:
        sys.settrace(before)
    return count


def leaves(state: State) -> int:
    """How many values a state is made of."""
    return sum(map(leaves, state)) if isinstance(state, tuple) else 1


def after(case: Case, holders: int) -> State:
    return reduce(case.join, range(holders), case.empty)


# --- the protocols -----------------------------------------------------------------------

SETTINGS = rocketpool.Settings(1, 10**40, 5 * 10**14, 10**17)
SOL = 10**9
VALIDATORS = (validator_of(100 * SOL), validator_of(50 * SOL))
ZONE = stride.HostZone(
    (stride.Validator("a", 10, 10**9, WAD), stride.Validator("b", 10, 10**9, WAD)),
    2 * 10**9, WAD, 2 * 10**9,
)  # fmt: skip
DAY = stride.DayUnbonding(7)
V3_TERMS = concentrated.terms_of(3_000, 60)
V3_POOL = concentrated.initialize(concentrated.EMPTY, concentrated.Q96)
TWO_POOL = stableswap.Terms(20_000, 4_000_000, 2 * 10**10, (WAD, WAD))
TIERS = modular_pool.catalogue_tiers(*[[modular_pool.Operator(1)]] * 3)
FAULT = modular_pool.Fault(modular_pool.Layer.CONSENSUS, 0, WAD)
BASKET = index_basket.Basket(
    tuple(index_basket.Component(WAD, 100 * ETH) for _ in range(3)), 100 * ETH, WAD
)
HUB = cosmos_staking.COSMOS_HUB
DELAYS = restaking.Delays(10, 10, 0)
RIGHTS = allow_list.DEPOSIT | allow_list.REDEEM
POLICY = allow_list.Policy(frozenset(), 0, 0)
LINE = allow_list.Line()
ALONE = bridge.Verifiers(frozenset({"a"}))
UNLIMITED = bridge.Bucket(0, 0, 0, NOW, enabled=False)
MUTUAL = cover.Mutual(10**9 * ETH, ETH, 200, NOW)
TERMS = cover.Terms(target=200)
MAINNET = dual_governance.Config()
"""As the modules' own tests set them up."""


def delegated(operator: restaking.Operator, number: int) -> restaking.Operator:
    held = restaking.Deposit(ETH + number, WAD)
    return restaking.delegate(held, operator)[1]


def borrowed(market: lending.Market, number: int) -> lending.Market:
    nobody = lending.empty_position(3)
    moved = lending.supply(market, small.WETH, nobody, small.ETHER, small.START + number)
    return lending.borrow(
        moved.market, small.USDC, moved.position, small.DOLLAR, small.START + number
    ).market


def liquidated(market: lending.Market) -> object:
    _, sick = small.leveraged(10 * small.ETHER, 15_000 * small.DOLLAR)
    fallen = small.priced(market, 1_500 * small.USD)
    return lending.liquidate(
        fallen, small.WETH, small.USDC, sick, 10**9, small.START + 2_000
    )


def locked(escrow: dual_governance.Escrow, number: int) -> dual_governance.Escrow:
    return dual_governance.lock_shares(escrow, dual_governance.Vetoer(), ETH + number, NOW)[0]


CASES: Final = {
    "lido": Case(
        lido.Pool(10**6 * ETH, 10**6 * ETH),
        lambda pool, number: lido.submit(pool, ETH + number)[0],
        (
            lambda pool: lido.submit(pool, ETH),
            lambda pool: lido.rebase(pool, lido.Fees(10**19, 5 * 10**18), ETH, ETH),
            lambda pool: lido.rebase(pool, lido.Fees(10**19, 5 * 10**18), -ETH, 0),
        ),
    ),
    "withdrawal_queue": Case(
        withdrawal_queue.EMPTY,
        lambda queue, number: withdrawal_queue.enqueue(
            queue, ETH, ETH, f"crowd:{number}", NOW + number
        )[0],
        (
            lambda queue: withdrawal_queue.enqueue(queue, ETH, ETH, "you", NOW + 2_000),
            lambda queue: withdrawal_queue.on_report(queue, NOW + 2_000),
            withdrawal_queue.unfinalized_steth,
        ),
    ),
    "rocketpool": Case(
        rocketpool.Pool(rocketpool.Reported(110 * ETH, 100 * ETH), 100 * ETH, 10 * ETH, 0),
        lambda pool, number: rocketpool.deposit(pool, SETTINGS, ETH + number)[0],
        (
            lambda pool: rocketpool.deposit(pool, SETTINGS, ETH),
            lambda pool: rocketpool.burn(pool, ETH, ETH),
            lambda pool: rocketpool.update_balances(
                pool.reported, 111 * ETH, 100 * ETH, 2 * 10**16
            ),
        ),
    ),
    "stake_pool": Case(
        pool_of(200 * SOL, 200 * SOL, reserve=50 * SOL),
        lambda pool, number: stake_pool.deposit_sol(pool, SOL + number, EPOCH)[0],
        (
            lambda pool: stake_pool.withdraw_sol(pool, SOL, EPOCH),
            lambda pool: stake_pool.update_pool(pool, VALIDATORS, EPOCH),
        ),
    ),
    "marinade": Case(
        marinade.State(
            10**6 * SOL, 0, 0, 0, 10**6 * SOL, 0, 0, 699,
            marinade.LiquidityPool(10**4 * SOL, 0, 10**4 * SOL),
        ),
        lambda state, number: marinade.deposit(state, marinade.MAINNET, SOL + number)[0],
        (
            lambda state: marinade.order_unstake(state, marinade.MAINNET, SOL, "you", 700),
            lambda state: marinade.liquid_unstake(state, marinade.MAINNET, SOL),
            lambda state: marinade.update(state, marinade.MAINNET, SOL),
            marinade.stake_delta,
        ),
    ),
    "stride": Case(
        ZONE,
        lambda zone, number: stride.liquid_stake(zone, 10**6 + number, stride.DEFAULTS)[0],
        (
            stride.update_redemption_rate,
            lambda zone: stride.redeem(zone, DAY, None, "you", 10**6, stride.DEFAULTS),
            lambda zone: stride.reinvest(zone, 10**6, stride.DEFAULTS),
            lambda zone: stride.delegate(stride.transfer_deposits(zone)),
        ),
    ),
    "lending": Case(
        small.stocked(),
        borrowed,
        (
            lambda market: borrowed(market, 2_000),
            liquidated,
            lambda market: lending.mint_to_treasury(
                market, (0, 1, 2), lending.empty_position(3)
            ),
        ),
    ),
    "stableswap": Case(
        stableswap.add_liquidity(
            stableswap.Pool((0, 0), (0, 0), 0), TWO_POOL, (10**6 * ETH, 10**6 * ETH)
        ).pool,
        lambda pool, number: stableswap.add_liquidity(
            pool, TWO_POOL, (ETH + number, ETH + number)
        ).pool,
        (
            lambda pool: stableswap.exchange(pool, TWO_POOL, 0, 1, ETH),
            lambda pool: stableswap.remove_liquidity_one_coin(pool, TWO_POOL, ETH, 0),
            stableswap.claim_admin_fees,
        ),
    ),
    "constant_product": Case(
        constant_product.add_liquidity(
            constant_product.EMPTY, (10**6 * ETH, 10**6 * ETH), (0, 0), NOW
        ).pool,
        lambda pool, number: constant_product.add_liquidity(
            pool, (ETH + number, ETH + number), (0, 0), NOW + number
        ).pool,
        (
            lambda pool: constant_product.swap_exact_in(pool, 0, ETH, 0, NOW + 2_000),
            lambda pool: constant_product.remove_liquidity(pool, ETH, (0, 0), NOW + 2_000),
        ),
    ),
    "concentrated": Case(
        V3_POOL,
        lambda pool, number: concentrated.mint(
            pool, V3_TERMS, concentrated.NO_POSITION, -600, 600, ETH + number
        ).pool,
        (
            lambda pool: concentrated.swap(
                pool, V3_TERMS, True, ETH // 1_000, concentrated.LOWEST_LIMIT
            ),
            lambda pool: concentrated.mint(
                pool, V3_TERMS, concentrated.NO_POSITION, -60, 60, ETH
            ),
            lambda pool: concentrated.collect_protocol(pool, (1, 1)),
        ),
    ),
    "vault_shares": Case(
        vault_shares.Vault(0, 0, 3),
        lambda vault, number: vault_shares.deposit(vault, 2 * ETH, ETH + number).vault,
        (
            lambda vault: vault_shares.withdraw(vault, 10**4 * ETH, ETH),
            lambda vault: vault_shares.lose(vault, ETH),
            lambda vault: vault_shares.donate(vault, ETH),
        ),
    ),
    "restaking": Case(
        restaking.allocate(restaking.new_operator(1), 0, WAD, 1, DELAYS),
        delegated,
        (
            lambda operator: restaking.slash(operator, 0, WAD // 10, 5, DELAYS),
            lambda operator: restaking.queue_withdrawal(
                restaking.Deposit(ETH, WAD), operator, ETH, 5, DELAYS
            ),
            lambda operator: restaking.allocate(operator, 0, WAD // 2, 5, DELAYS),
        ),
    ),
    "index_basket": Case(
        BASKET,
        lambda basket, number: index_basket.create(basket, ETH + number)[0],
        (
            lambda basket: index_basket.redeem(basket, ETH),
            lambda basket: index_basket.nav(basket, (WAD, WAD, WAD)),
            lambda basket: index_basket.accrue_fee(basket, WAD // 100, 86_400),
        ),
    ),
    "modular_pool": Case(
        modular_pool.Pool(100 * ETH, 100 * ETH, TIERS),
        lambda pool, number: modular_pool.deposit(pool, ETH + number)[0],
        (
            lambda pool: modular_pool.settle(pool, (ETH, ETH, ETH), (), NOW, NOW + 86_400),
            lambda pool: modular_pool.slash(pool, FAULT),
            lambda pool: modular_pool.request_exit(pool, ETH, ETH, NOW),
        ),
    ),
    "allow_list": Case(
        allow_list.Pool(100 * ETH, 100 * ETH),
        lambda pool, number: allow_list.deposit(pool, POLICY, RIGHTS, RIGHTS, ETH + number, 0)[0],
        (
            lambda pool: allow_list.report(pool, pool.ether + ETH, 1_000, contained=False),
            lambda pool: allow_list.request(pool, LINE, RIGHTS, RIGHTS, ETH),
        ),
    ),
    "cosmos_staking": Case(
        cosmos_staking.Validator("one", 10**9, 10**9 * WAD),
        lambda validator, number: cosmos_staking.delegate(validator, 10**6 + number)[0],
        (
            lambda validator: cosmos_staking.slash(validator, 1_000, WAD // 20, 0),
            lambda validator: cosmos_staking.undelegate(
                validator, 10**6 * WAD, (), 10**5, HUB, 1, NOW
            ),
            lambda validator: cosmos_staking.jail(validator, NOW),
        ),
    ),
    "polygon_staking": Case(
        polygon_staking.ValidatorShare(8, 0, 0, 0, 0),
        lambda validator, number: polygon_staking.buy(validator, ETH + number)[0],
        (
            lambda validator: polygon_staking.add_rewards(validator, ETH),
            lambda validator: polygon_staking.sell(validator, ETH, ETH, ETH, 7),
        ),
    ),
    "performance_fee": Case(
        performance_fee.founded(WAD // 10),
        lambda fees, number: performance_fee.moved(
            fees, fees.balance + 10, fees.balance + 10 + ETH + number
        ),
        (lambda fees: performance_fee.take(fees, fees.balance + 100, 1),),
    ),
    "bridge": Case(
        bridge.Bridge(),
        lambda state, number: bridge.lock(state, ETH + number * 10**12, 18)[0],
        (
            lambda state: bridge.deliver(
                *bridge.lock(state, ETH, 18), ALONE, {"a": 1}, UNLIMITED, NOW
            ),
            bridge.backing,
            bridge.shortfall,
        ),
    ),
    "cover": Case(
        MUTUAL,
        lambda mutual, number: cover.buy(mutual, TERMS, ETH, 30 * 86_400, NOW + number)[0],
        (
            lambda mutual: cover.buy(mutual, TERMS, ETH, 30 * 86_400, NOW + 2_000),
            lambda mutual: cover.price_at(mutual, TERMS, NOW + 2_000),
        ),
    ),
    "dual_governance": Case(
        dual_governance.Escrow(),
        locked,
        (
            lambda escrow: dual_governance.rage_quit_support(escrow, 10**6 * ETH, 10**6 * ETH),
            lambda escrow: locked(escrow, 2_000),
            lambda escrow: dual_governance.begin_rage_quit(escrow, MAINNET, 0, 0),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_hundred_times_the_holders_cost_no_more(name: str) -> None:
    """Rounds of an iteration may differ by a few with the amounts: less than twice the lines."""
    case = CASES[name]
    few, many = after(case, FEW), after(case, MANY)
    assert few != many
    assert leaves(few) == leaves(many)
    for act in case.acts:
        cost = lines_of(act, few)
        assert cost > 0
        assert lines_of(act, many) < 2 * cost


def test_what_grows_is_seen() -> None:
    """The measure itself: a state and a sum over it that do grow."""
    rows = Case((), lambda state, number: (*state, number), ())
    assert leaves(after(rows, MANY)) == 100 * leaves(after(rows, FEW))

    def over(state: State) -> object:
        return [lido.shares_for(lido.Pool(1, 1), each) for each in state]

    assert lines_of(over, after(rows, MANY)) == 100 * lines_of(over, after(rows, FEW))
