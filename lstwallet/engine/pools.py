"""Swapping and providing liquidity.

The pool of stETH holds it in shares and reads its balance at every use, as StableSwap-NG
does for rebasing coins (asset type 2) and the old stETH pool did by calling ``balanceOf``: a
daily rebase raises the pool's stETH and goes to its providers; what is set aside for the
administrator stays the same number of wei. stETH moves as whole shares, so a transfer may
carry a wei less than it says; a pool reckons with what arrived. The pool of rETH asks the
protocol for its rate (asset type 1): the reserves stay, their worth grows.

A swap is refused when it pays in more than the pool could answer at a fair price: the
contract would go through and give next to nothing for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from lstwallet.engine.guards import STOP_OF, require_open
from lstwallet.engine.network import ROUTER
from lstwallet.engine.pools_admin import decide_claim_fees, decide_ramp, decide_remove_exact
from lstwallet.engine.pools_facts import (
    ACCOUNT,
    ADMIN,
    BALANCED,
    ETH,
    GROWTH,
    LOCKED,
    LP,
    POOL_OF,
    RETH_ETH,
    ROUTE,
    STABLE,
    STETH,
    STETH_ETH,
    TOKENS,
    USDC,
    USDC_ETH,
    AddLiquidity,
    AmplificationRamped,
    ClaimPoolFees,
    LiquidityAdded,
    LiquidityRemoved,
    Pair,
    PoolFeesClaimed,
    Pools,
    PoolsBlueprint,
    RampAmplification,
    RemoveExact,
    RemoveLiquidity,
    RethPoolBlueprint,
    StablePool,
    Swap,
    Swapped,
    UsdcPool,
)
from lstwallet.engine.pools_moves import (
    Paid,
    into_pool,
    only,
    out_of_pool,
    refuse,
    require_minimum,
    require_tokens,
    take,
    take_or_none,
    tokens_of,
    with_fees,
)
from lstwallet.engine.pools_route import traded_as, unwrap_first, wrap_last
from lstwallet.engine.pools_stable import (
    EMPTY,
    add_stable,
    found_reth_pool,
    remove_stable,
    swap_stable,
)
from lstwallet.engine.pools_view import (
    RATES,
    fair_price,
    fee_sums,
    fees_earned,
    lp_supply,
    lp_value,
    matching_amount,
    pool_price,
    pool_reserves,
    pools_of,
    stable_pool,
    virtual_price,
)
from lstwallet.engine.refusals import NotEnoughLiquidity, NothingToDo
from lstwallet.engine.wallet import eth_into_weth, take_units
from lstwallet.ledger.entries import Account, Entry, burn, mint, net, supply_account
from lstwallet.protocols import constant_product, stableswap
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import mul_div_floor
from lstwallet.units.newton import A_PRECISION
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

TRADED = frozenset((ETH, *POOL_OF))
"""What the pools trade."""


# --- swapping ------------------------------------------------------------------------


def decide_swap(world: Readable, command: Swap) -> Sequence[Any]:
    """Refuses zero, more than the balance, more than the pool, and too little out."""
    account, pool, token_in, amount, min_out, token_out = command
    paid = take(world, account, token_in, amount)
    if pool == ROUTE:
        return _routed(world, account, token_in, paid, min_out, token_out)
    require_tokens(pool, token_in, token_out)
    if pool in STABLE:
        event = swap_stable(world, pool, account, token_in, paid)
    else:
        event = _swap_usdc(world, world.pools.usdc_eth, account, token_in, paid)
    require_minimum(token_out, event.received, min_out)
    return (event,)


def _routed(
    world: Readable, account: Account, token_in: str, paid: Paid, min_out: int, token_out: str
) -> Sequence[Any]:
    """Through what lies between: unwrap, one pool or two (they meet in ETH), wrap.

    Every step is decided on the world as it is: no two of them touch the same state.
    """
    events, paid = unwrap_first(world, account, token_in, paid)
    between, wanted = traded_as(token_in), traded_as(token_out)
    if token_in == token_out or not {between, wanted} <= TRADED:
        raise NothingToDo("swap")
    while between != wanted:
        pool = POOL_OF[wanted if between == ETH else between]
        if pool in STABLE:
            swapped = swap_stable(world, pool, account, between, paid)
        else:
            swapped = _swap_usdc(world, world.pools.usdc_eth, account, between, paid)
        events = (*events, swapped)
        between, paid = swapped.token_out, _received(swapped)
    last, received = wrap_last(world, account, token_out, paid)
    require_minimum(token_out, received, min_out)
    return (*events, *last)


def _received(event: Swapped) -> Paid:
    """What a swap brought, as it goes on: shares for stETH."""
    if event.token_out != STETH:
        return Paid(event.received, event.received)
    return Paid(event.received, net(event.entry, event.account, STETH))


def _swap_usdc(
    world: Readable, pool: UsdcPool, account: Account, token_in: str, paid: Paid
) -> Swapped:
    require_open(world, STOP_OF[USDC_ETH])
    pair = pool.pair
    side = 0 if token_in == USDC else 1
    token_out = TOKENS[USDC_ETH][1 - side]
    reserves = (pair.reserve_0, pair.reserve_1)
    if paid.units > reserves[side]:
        wanted = constant_product.quote(paid.units, reserves[side], reserves[1 - side])
        raise NotEnoughLiquidity(USDC_ETH, token_out, wanted, reserves[1 - side])
    try:
        done = constant_product.swap_exact_in(pair, side, paid.units, 0, world.time)
    except Revert as refused:
        if refused.reason == constant_product.NOTHING_OUT:
            raise NothingToDo("swap") from refused
        refuse("constant product", refused)
    fee = mul_div_floor(paid.units, constant_product.FEE, constant_product.THOUSAND)
    sums = with_fees(pool.fee_sums, only(side, fee), pair.supply)
    entry = into_pool(USDC_ETH, token_in, paid.moved, account) + out_of_pool(
        USDC_ETH, token_out, done.received, account
    )
    return make(Swapped, (
        world.time, account, USDC_ETH, token_in, paid.units, token_out, done.received,
        token_in, fee, None, make(UsdcPool, (done.pool, sums)), entry, None,
    ))  # fmt: skip


# --- adding liquidity ----------------------------------------------------------------


def decide_add(world: Readable, command: AddLiquidity) -> Sequence[Any]:
    """Refuses nothing at all, more than the balance, and fewer LP units than agreed."""
    account, pool, amounts, min_lp = command
    tokens = tokens_of(pool)
    require_open(world, STOP_OF[pool])
    paid = (
        take_or_none(world, account, tokens[0], amounts[0]),
        take_or_none(world, account, tokens[1], amounts[1]),
    )
    if paid[0].units == 0 and paid[1].units == 0:
        raise NothingToDo("add liquidity")
    if pool in STABLE:
        added: Sequence[Any] = (add_stable(world, pool, account, paid),)
    elif paid[0].units and paid[1].units:
        added = (_add_usdc(world, world.pools.usdc_eth, account, paid),)
    else:
        added = _add_one_sided(world, account, paid)
    require_minimum(LP[pool], added[-1].minted, min_lp)
    return added


def _add_usdc(
    world: Readable, pool: UsdcPool, account: Account, paid: tuple[Paid, Paid]
) -> LiquidityAdded:
    """The most of both that keeps the ratio; what is over stays with the account."""
    try:
        done = constant_product.add_liquidity(
            pool.pair, (paid[0].units, paid[1].units), (0, 0), world.time
        )
    except Revert as refused:
        if refused.reason in (constant_product.NOTHING_MINTED, constant_product.BELOW_ZERO):
            raise NothingToDo("add liquidity") from refused
        refuse("constant product", refused)
    entry = (
        into_pool(USDC_ETH, "USDC", done.amounts[0], account)
        + into_pool(USDC_ETH, "ETH", done.amounts[1], account)
        + mint(LP[USDC_ETH], done.minted, account)
    )
    if done.locked:
        entry += mint(LP[USDC_ETH], done.locked, LOCKED)
    after = UsdcPool(done.pool, pool.fee_sums)
    return LiquidityAdded(
        world.time, account, USDC_ETH, done.amounts, done.minted, (0, 0), None, after, entry
    )


def _add_one_sided(
    world: Readable, account: Account, paid: tuple[Paid, Paid]
) -> tuple[Swapped, LiquidityAdded]:
    """Swap the part that leaves the rest in the pair's new ratio, then add both."""
    side = 0 if paid[0].units else 1
    whole = paid[side].units
    pool = world.pools.usdc_eth
    reserve = (pool.pair.reserve_0, pool.pair.reserve_1)[side]
    part = constant_product.one_sided_part(whole, reserve)
    if part <= 0:
        raise NothingToDo("add liquidity")
    swapped = _swap_usdc(world, pool, account, TOKENS[USDC_ETH][side], Paid(part, part))
    between = swapped.usdc_pool
    assert between is not None
    left, got = Paid(whole - part, whole - part), Paid(swapped.received, swapped.received)
    both = (left, got) if side == 0 else (got, left)
    return swapped, _add_usdc(world, between, account, both)


# --- taking liquidity out ------------------------------------------------------------


def decide_remove(world: Readable, command: RemoveLiquidity) -> Sequence[Any]:
    """Refuses nothing, more LP units than there are, and less out than agreed."""
    account, pool, wanted, mode, min_out = command
    tokens = tokens_of(pool)
    if mode != BALANCED and mode not in tokens:
        raise NothingToDo("remove liquidity")
    lp = take_units(world, account, LP[pool], wanted)
    if pool in STABLE:
        removed: Sequence[Any] = (remove_stable(world, pool, account, lp, mode),)
        out: Pair = removed[0].amounts
    else:
        first = _remove_usdc(world, account, lp)
        removed, out = (first,), first.amounts
        if mode != BALANCED:
            removed, out = _into_one(world, first, tokens.index(mode))
    require_minimum(tokens[0], out[0], min_out[0])
    require_minimum(tokens[1], out[1], min_out[1])
    return removed


def _remove_usdc(world: Readable, account: Account, lp: int) -> LiquidityRemoved:
    pool = world.pools.usdc_eth
    try:
        done = constant_product.remove_liquidity(pool.pair, lp, (0, 0), world.time)
    except Revert as refused:
        if refused.reason == constant_product.NOTHING_BURNED:
            raise NothingToDo("remove liquidity") from refused
        refuse("constant product", refused)
    entry = (
        burn(LP[USDC_ETH], lp, account)
        + out_of_pool(USDC_ETH, "USDC", done.amounts[0], account)
        + out_of_pool(USDC_ETH, "ETH", done.amounts[1], account)
    )
    after = UsdcPool(done.pool, pool.fee_sums)
    return LiquidityRemoved(
        world.time, account, USDC_ETH, lp, done.amounts, (0, 0), None, after, entry
    )


def _into_one(world: Readable, removed: LiquidityRemoved, side: int) -> tuple[Sequence[Any], Pair]:
    """Swap what came out of the other token in the pool that is left."""
    between = removed.usdc_pool
    assert between is not None
    other = removed.amounts[1 - side]
    swapped = _swap_usdc(
        world, between, removed.account, TOKENS[USDC_ETH][1 - side], Paid(other, other)
    )
    return (removed, swapped), only(side, removed.amounts[side] + swapped.received)


# --- the beginning -------------------------------------------------------------------


def found(blueprint: PoolsBlueprint, at: int) -> tuple[Pools, Entry]:
    """The first two pools of a new world, and the entry that backs them.

    The stETH shares of the entry are minted here; whoever makes the staking protocol
    counts them among its total.
    """
    who, amp = blueprint.provider, blueprint.amplification * A_PRECISION
    terms = stableswap.Terms(amp, blueprint.fee, blueprint.offpeg, RATES)
    first = stableswap.add_liquidity(EMPTY, terms, (blueprint.eth, blueprint.steth))
    pair = constant_product.add_liquidity(
        constant_product.EMPTY, (blueprint.usdc, blueprint.weth), (0, 0), at
    )
    steth_pool = StablePool(
        blueprint.eth, blueprint.steth_shares, (0, 0), first.minted,
        stableswap.steady(amp), blueprint.fee, blueprint.offpeg, (0, 0),
    )  # fmt: skip
    entry = (
        mint("ETH", blueprint.eth, ACCOUNT[STETH_ETH])
        + mint("stETH", blueprint.steth_shares, ACCOUNT[STETH_ETH])
        + mint(LP[STETH_ETH], first.minted, who)
        + mint("USDC", blueprint.usdc, ACCOUNT[USDC_ETH])
        + mint("ETH", blueprint.weth, who)
        + eth_into_weth(blueprint.weth, who, ACCOUNT[USDC_ETH])
        + mint(LP[USDC_ETH], pair.minted, who)
        + mint(LP[USDC_ETH], pair.locked, LOCKED)
    )
    return Pools(steth_pool, UsdcPool(pair.pool, (0, 0))), entry


# --- facts ---------------------------------------------------------------------------


PoolEvent = Swapped | LiquidityAdded | LiquidityRemoved | PoolFeesClaimed | AmplificationRamped
"""Each names its pool and carries the pool as it is afterwards."""


def evolve_pool(draft: Draft, event: PoolEvent) -> None:
    """The pool is as the event found it."""
    steth_eth, usdc_eth, reth_eth = draft.pools
    draft.pools = make(Pools, (
        event.steth_pool or steth_eth, event.usdc_pool or usdc_eth, event.reth_pool or reth_eth,
    ))  # fmt: skip


def check_pool(draft: Draft, event: PoolEvent) -> None:
    """The ledger holds what the touched pool says it holds."""
    wrong = _audit_pool(draft, event.pool)
    assert not wrong, wrong


_ROWS: Final = {
    pool: (
        (ACCOUNT[pool], ETH if pool in STABLE else USDC),
        (ACCOUNT[pool], tokens[1] if pool in STABLE else "WETH"),
        (supply_account(LP[pool]), LP[pool]),
    )
    for pool, tokens in TOKENS.items()
}
"""Where the ledger keeps what a pool holds and the supply of its LP token."""


def _audit_pool(world: Readable, name: str) -> list[str]:
    ledger = world.balances.get
    first, second, supply = _ROWS[name]
    held = (ledger(first, 0), ledger(second, 0), -ledger(supply, 0))
    if name in STABLE:
        pool = stable_pool(world, name)
        said = (pool.eth, pool.units, pool.supply)
    else:
        pair = world.pools.usdc_eth.pair
        said = (pair.balance_0, pair.balance_1, pair.supply)
    return [] if held == said else [f"{name}: ledger {held}, pool {said}"]


def audit(world: Readable) -> Sequence[str]:
    """Every pool agrees with the ledger."""
    return [wrong for name in pools_of(world) for wrong in _audit_pool(world, name)]


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    Swap: decide_swap,
    AddLiquidity: decide_add,
    RemoveLiquidity: decide_remove,
    RemoveExact: decide_remove_exact,
    ClaimPoolFees: decide_claim_fees,
    RampAmplification: decide_ramp,
}
PULLS: dict[type, Callable[[Any], Sequence[tuple[str, Account]]]] = {
    Swap: lambda call: ((call.token_in, ACCOUNT.get(call.pool, ROUTER)),),
    AddLiquidity: lambda call: tuple((token, ACCOUNT[call.pool]) for token in TOKENS[call.pool]),
}
EVOLVE: dict[type, Callable[..., None]] = {
    Swapped: evolve_pool,
    LiquidityAdded: evolve_pool,
    LiquidityRemoved: evolve_pool,
    PoolFeesClaimed: evolve_pool,
    AmplificationRamped: evolve_pool,
}
CHECK: dict[type, Callable[..., None]] = {
    Swapped: check_pool,
    LiquidityAdded: check_pool,
    LiquidityRemoved: check_pool,
    PoolFeesClaimed: check_pool,
}

__all__ = [
    "ACCOUNT",
    "ADMIN",
    "BALANCED",
    "CHECK",
    "DECIDE",
    "EVOLVE",
    "GROWTH",
    "LOCKED",
    "LP",
    "RETH_ETH",
    "ROUTE",
    "STABLE",
    "STETH_ETH",
    "TOKENS",
    "USDC_ETH",
    "AddLiquidity",
    "AmplificationRamped",
    "ClaimPoolFees",
    "LiquidityAdded",
    "LiquidityRemoved",
    "PoolFeesClaimed",
    "Pools",
    "PoolsBlueprint",
    "RampAmplification",
    "RemoveExact",
    "RemoveLiquidity",
    "RethPoolBlueprint",
    "StablePool",
    "Swap",
    "Swapped",
    "UsdcPool",
    "audit",
    "fair_price",
    "fee_sums",
    "fees_earned",
    "found",
    "found_reth_pool",
    "lp_supply",
    "lp_value",
    "matching_amount",
    "pool_price",
    "pool_reserves",
    "pools_of",
    "virtual_price",
]
