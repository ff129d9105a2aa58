"""Pre-flight: each threshold of EXPERIENCE.md at its edge, and what each action is told."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import address, kernel, quotes
from lstwallet.engine.accounts import OpenAccount, Send
from lstwallet.engine.kernel import Batch
from lstwallet.engine.lending_facts import (
    Borrow,
    ChooseEMode,
    Repay,
    Supply,
    SwitchCollateral,
    WithdrawSupply,
)
from lstwallet.engine.network import UNLIMITED, Approve
from lstwallet.engine.pools_facts import (
    BALANCED,
    LP,
    STETH_ETH,
    AddLiquidity,
    RemoveLiquidity,
    Swap,
)
from lstwallet.engine.staking_facts import WSTETH, RequestUnstake, Stake, Unwrap, Wrap
from lstwallet.engine.transactions import Transaction
from lstwallet.engine.validators_facts import ACTIVE, LeaveNatively, StakeNatively
from lstwallet.engine.wallet import Fund, UnwrapEth, WrapEth
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.readmodel import lending as reading
from lstwallet.readmodel import preflight
from lstwallet.readmodel.pools import at_least
from lstwallet.readmodel.preflight import Finding, Terms, providing, trading
from lstwallet.readmodel.preflight.paying import usual_base_fee
from lstwallet.readmodel.preflight.records import worst_first
from lstwallet.units.amount import ALL
from tests.small_world import small_world

ETH = 10**18
USDC = 10**6


@lru_cache(maxsize=8)
def world_after(*commands: Any) -> World:
    """The small world; you hold 1,000 ETH and 500,000 USDC and have given these commands."""
    draft = Draft(small_world())
    for command in (Fund(YOU, "ETH", 1_000 * ETH), Fund(YOU, "USDC", 500_000 * USDC), *commands):
        kernel.handle(draft, command)
    return draft.freeze()


def look(world: World, command: Any, *, expert: bool = False) -> dict[str, Finding]:
    """What is found, by rule."""
    quote = quotes.preview(world, command)
    found = preflight.findings(world, YOU, command, quote, Terms(expert=expert))
    grave = [preflight.SEVERITIES.index(each.severity) for each in found]
    assert grave == sorted(grave, reverse=True)
    assert len({each.rule for each in found}) == len(found)
    return {each.rule: each for each in found}


# --- thresholds at their edges -------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "severity", "consent"),
    [
        (0.0, "safe", ""), (0.00999, "safe", ""),
        (0.01, "note", ""), (0.02999, "note", ""),
        (0.03, "warning", ""), (0.04999, "warning", ""),
        (0.05, "danger", ""), (0.09999, "danger", ""),
        (0.10, "danger", "type"), (0.14999, "danger", "type"),
        (0.15, "forbidden", ""), (0.9, "forbidden", ""),
    ],
)  # fmt: skip
def test_impact(share: float, severity: str, consent: str) -> None:
    found = trading.impact(share, expert=False)
    assert (found.severity, found.consent, found.lifted) == (severity, consent, False)


def test_expert_mode_lifts_the_impact_and_nothing_else() -> None:
    found = trading.impact(0.2, expert=True)
    assert (found.severity, found.consent, found.lifted) == ("danger", "type", True)
    assert trading.impact(0.12, expert=True) == trading.impact(0.12, expert=False)


@pytest.mark.parametrize(
    ("bps", "severity"),
    [(10_000, "forbidden"), (3_001, "forbidden"), (3_000, "warning"), (1_001, "warning"),
     (1_000, "safe"), (50, "safe"), (10, "safe"), (9, "warning"), (0, "warning")],
)  # fmt: skip
def test_slippage(bps: int, severity: str) -> None:
    received = 123_456_789_012_345_678_901
    found = trading.slippage(received, at_least(received, bps))
    assert found.severity == severity
    if severity == "warning":
        assert found.facts["high"] is (bps > 1_000)


@given(received=st.integers(1, 10**24), bps=st.integers(0, 3_000))
def test_a_limit_that_a_field_allows_is_never_refused(received: int, bps: int) -> None:
    assert trading.slippage(received, at_least(received, bps)).severity != "forbidden"


@pytest.mark.parametrize(
    ("against", "severity"),
    [(-0.5, "warning"), (-0.04, "warning"), (-0.0399, "note"), (-0.01, "note"),
     (-0.0099, "safe"), (0.0, "safe"), (0.02, "note")],
)  # fmt: skip
def test_off_the_oracle(against: float, severity: str) -> None:
    assert trading.off_oracle(against).severity == severity


@pytest.mark.parametrize(
    ("share", "severity", "consent"),
    [(0.01, "safe", ""), (0.0, "safe", ""), (-0.0001, "note", ""), (-0.01, "warning", ""),
     (-0.05, "danger", "tick"), (-0.15, "forbidden", "")],
)  # fmt: skip
def test_a_pool_s_penalty(share: float, severity: str, consent: str) -> None:
    found = providing.penalty(share, 100, 90)
    assert (found.severity, found.consent) == (severity, consent)


def test_worst_first_and_each_rule_once_for_a_token() -> None:
    found = worst_first(
        [
            Finding("a", "safe"), Finding("b", "warning"), Finding("a", "danger"),
            Finding("c", "note", {"token": "ETH"}), Finding("c", "note", {"token": "USDC"}),
        ]
    )  # fmt: skip
    assert [(each.rule, each.severity) for each in found] == [
        ("a", "danger"), ("b", "warning"), ("c", "note"), ("c", "note"),
    ]  # fmt: skip
    assert not preflight.is_forbidden(found)
    assert preflight.consent(found) == ""
    typed = (Finding("a", "warning", {}, "tick"), Finding("b", "danger", {}, "type"))
    assert preflight.consent(typed) == "type"


# --- what each action is told ---------------------------------------------------------------


def sell(token: str, units: int, token_out: str, bps: int = 50) -> Swap:
    world = world_after()
    pool = "usdc_eth" if "USDC" in (token, token_out) else STETH_ETH
    trial = Swap(YOU, pool, token, units, 0, token_out)
    received = quotes.preview(world, trial).events[-1].received
    return trial._replace(min_out=at_least(received, bps))


def test_a_small_swap_is_safe() -> None:
    found = look(world_after(), sell("ETH", ETH // 10, "USDC"))
    assert {rule: each.severity for rule, each in found.items()} == {
        "impact": "safe", "slippage": "safe", "off_oracle": "safe",
    }  # fmt: skip


def test_a_swap_too_large_for_the_pool_is_forbidden_but_for_experts() -> None:
    world = world_after(Fund(YOU, "ETH", 99_000 * ETH))
    held = world.pools.usdc_eth.pair.reserve_1
    trial = Swap(YOU, "usdc_eth", "ETH", held // 4, 0, "USDC")
    received = quotes.preview(world, trial).events[-1].received
    command = trial._replace(min_out=at_least(received, 50))
    # A quarter more of x takes x/(x + x/4) of the price away: a fifth, its fee apart.
    assert look(world, command)["impact"].facts["share"] == pytest.approx(0.2, abs=0.001)
    assert look(world, command)["impact"].severity == "forbidden"
    expert = look(world, command, expert=True)["impact"]
    assert (expert.severity, expert.consent, expert.lifted) == ("danger", "type", True)
    assert look(world, command)["off_oracle"].severity == "warning"


def test_a_command_without_a_minimum_is_forbidden() -> None:
    assert look(world_after(), Swap(YOU, "usdc_eth", "ETH", ETH, 0, "USDC"))[
        "slippage"
    ].severity == "forbidden"


def test_a_wrap_has_one_safe_line() -> None:
    world = world_after(Stake(YOU, 10 * ETH), Wrap(YOU, 5 * ETH), WrapEth(YOU, ETH))
    for command in (Wrap(YOU, ETH), Unwrap(YOU, ETH), WrapEth(YOU, ETH), UnwrapEth(YOU, ETH)):
        assert [(f.rule, f.severity) for f in look(world, command).values()] == [
            ("own_rate", "safe")
        ]


def test_staking_says_how_one_leaves_and_who_runs_it() -> None:
    found = look(world_after(), Stake(YOU, 5 * ETH))
    assert found["leaving"].severity == "note"
    assert 0 < found["leaving"].facts["low"] <= found["leaving"].facts["high"]
    assert found["operators"].severity == "safe"
    assert found["operators"].facts["count"] == len(small_world().staking.operators)
    assert found["concentration"].severity == "safe"


def test_staking_nearly_everything_is_told() -> None:
    found = look(world_after(), Stake(YOU, 995 * ETH))
    worth = 995 / 1_000  # of the ether; 500,000 dollars stand beside it
    assert found["concentration"].facts["share"] < worth
    share = found["concentration"].facts["share"]
    assert (found["concentration"].severity == "note") is (share >= 0.75)


def test_a_market_below_the_mint_rate_is_noted() -> None:
    sold = Swap(YOU, STETH_ETH, "stETH", 900 * ETH, 0, "ETH")
    world = world_after(Stake(YOU, 950 * ETH), sold)
    found = look(world, Stake(YOU, 2 * ETH))["market_cheaper"]
    bought = quotes.preview(world, Swap(YOU, STETH_ETH, "ETH", 2 * ETH, 0, "stETH")).events[-1]
    assert (found.severity == "note") is (bought.received > 2 * ETH)
    if found.severity == "note":
        assert found.facts["more"] == pytest.approx(bought.received - 2 * ETH, abs=5)


def test_solo_staking_names_its_risks() -> None:
    found = look(world_after(), StakeNatively(YOU, 64 * ETH))
    assert found["slashed_alone"].severity == "warning"
    assert found["not_liquid"].severity == "note"
    assert found["starts"].facts["at"] > world_after().time


def test_leaving_the_validators_cannot_be_taken_back() -> None:
    world = world_after(StakeNatively(YOU, 32 * ETH))
    number, mine = next(iter(world.validators.items()))
    active = mine._replace(stage=ACTIVE, active_at=world.beacon.genesis_time)
    found = look(world._replace(validators={number: active}), LeaveNatively(YOU, number))
    assert found["no_way_back"].severity == "warning"
    assert found["earns_till_out"].severity == "note"


def test_the_queue_says_what_waiting_means() -> None:
    world = world_after(Stake(YOU, 100 * ETH), Wrap(YOU, 20 * ETH))
    found = look(world, RequestUnstake(YOU, 10 * ETH))
    assert found["slash_may_lower"].severity == "warning"
    assert found["no_rewards_queued"].severity == "note"
    assert found["queue_wait"].facts["high"] >= found["queue_wait"].facts["low"] > 0
    assert "split" not in found
    assert look(world, RequestUnstake(YOU, ETH, "wstETH"))["market_pays_more"].severity in (
        "safe", "note",
    )  # fmt: skip


def test_more_than_a_ticket_takes_is_split() -> None:
    world = world_after(Fund(YOU, "ETH", 3_000 * ETH), Stake(YOU, 2_500 * ETH))
    found = look(world, RequestUnstake(YOU, 2_400 * ETH))["split"]
    assert [part // ETH for part in found.facts["parts"]] == [1_000, 1_000, 400]


def test_selling_is_held_against_the_queue() -> None:
    world = world_after(Stake(YOU, 500 * ETH))
    trial = Swap(YOU, STETH_ETH, "stETH", 100 * ETH, 0, "ETH")
    got = quotes.preview(world, trial).events[-1].received
    found = look(world, trial._replace(min_out=at_least(got, 50)))["below_queue"]
    assert found.facts["lost"] == 100 * ETH - got
    assert found.facts["share"] == pytest.approx(1 - got / (100 * ETH))
    assert found.severity == ("note" if got < 100 * ETH else "safe")


STAKED = (Stake(YOU, 200 * ETH), Wrap(YOU, 150 * ETH), Supply(YOU, "wstETH", 20 * ETH))


def test_health_asks_for_a_tick_below_one_and_a_half() -> None:
    world = world_after(*STAKED)
    most = _most(world)
    safe = look(world, Borrow(YOU, "USDC", most // 4))["health"]
    assert (safe.severity, safe.consent) == ("safe", "")
    risky = look(world, Borrow(YOU, "USDC", most * 9 // 10))["health"]
    assert risky.facts["after"] < 15 * ETH // 10
    assert risky.consent == "tick"
    assert risky.severity == ("danger" if risky.facts["after"] < 11 * ETH // 10 else "warning")


def _most(world: World) -> int:
    """All the USDC that may be borrowed."""
    return int(quotes.preview(world, Borrow(YOU, "USDC", ALL)).events[-1].amount)


def test_what_makes_a_position_healthier_asks_for_nothing() -> None:
    start = world_after(*STAKED)
    world = world_after(*STAKED, Borrow(YOU, "USDC", _most(start) * 95 // 100))
    for command in (Repay(YOU, "USDC", USDC, False), Supply(YOU, "wstETH", ETH)):
        found = look(world, command)
        assert found["health"].facts["after"] < 15 * ETH // 10
        assert (found["health"].severity, found["health"].consent) == ("safe", "")
        assert "liquidation_price" not in found
    assert look(world, WithdrawSupply(YOU, "wstETH", 10**15))["health"].consent == "tick"


def test_a_loan_is_told_its_liquidation_price_and_that_its_rate_moves() -> None:
    found = look(world_after(*STAKED), Borrow(YOU, "USDC", 1_000 * USDC))
    assert found["liquidation_price"].facts["of"] == "wstETH"
    assert 0 < found["liquidation_price"].facts["share"] < 1
    assert found["variable_rate"].severity == "note"
    assert found["carry"].facts["rate"] == pytest.approx(
        reading.position(
            quotes.preview(world_after(*STAKED), Borrow(YOU, "USDC", 1_000 * USDC)).after, YOU
        ).net.rate / ETH
    )  # fmt: skip


def test_the_last_repayment_leaves_no_dust() -> None:
    world = world_after(*STAKED, Borrow(YOU, "USDC", 1_000 * USDC))
    assert look(world, Repay(YOU, "USDC", ALL, False))["no_dust"].severity == "safe"
    assert "no_dust" not in look(world, Repay(YOU, "USDC", USDC, False))


def test_a_cap_warns_from_98_percent_on() -> None:
    world = world_after(*STAKED)
    lending = world.lending
    place = next(p for p, c in enumerate(lending.parameters.configs) if c.symbol == "WETH")

    def with_cap(cap: int) -> World:
        configs = list(lending.parameters.configs)
        configs[place] = configs[place]._replace(supply_cap=cap)
        parameters = lending.parameters._replace(configs=tuple(configs))
        return world._replace(lending=lending._replace(parameters=parameters))

    huge = 10**9
    room = reading.cap_room(with_cap(huge), "ETH", reading.SUPPLY)
    assert room is not None
    supplied = (huge * ETH - room) // ETH
    calm, tight = with_cap(supplied * 2), with_cap(supplied + 3)
    assert look(calm, Supply(YOU, "ETH", ETH))["cap"].severity == "safe"
    near = look(tight, Supply(YOU, "ETH", ETH))["cap"]
    assert near.severity == "warning"
    assert 0.98 <= near.facts["share"] < 1


def test_switches_say_what_they_do() -> None:
    world = world_after(*STAKED)
    off = SwitchCollateral(YOU, "wstETH", False)
    assert look(world, off)["not_taken"].severity == "safe"
    assert look(world_after(*STAKED, off), off._replace(on=True))["may_be_taken"].severity == "note"
    assert look(world, ChooseEMode(YOU, 1))["emode_limits"].facts["borrowable"]
    assert look(world_after(*STAKED, ChooseEMode(YOU, 1)), ChooseEMode(YOU, 0))["emode_left"]


def test_liquidity_says_what_it_costs_and_what_it_risks() -> None:
    trial = AddLiquidity(YOU, STETH_ETH, (10 * ETH, 0), 0)
    world = world_after()
    minted = quotes.preview(world, trial).events[-1].minted
    found = look(world, trial._replace(min_lp=at_least(minted, 50)))
    assert {"pool_penalty", "slippage", "pool_off_oracle", "pool_leans", "fills"} <= set(found)
    pair = look(world, AddLiquidity(YOU, "usdc_eth", (0, ETH), 1))
    assert "divergence" in pair
    assert pair["slippage"].severity == "forbidden"


def test_removing_liquidity_looks_at_the_way_out() -> None:
    world = world_after(AddLiquidity(YOU, STETH_ETH, (50 * ETH, 0), 0))
    lp = world.balance(YOU, LP[STETH_ETH])
    trial = RemoveLiquidity(YOU, STETH_ETH, lp // 2, BALANCED, (0, 0))
    event = quotes.preview(world, trial).events[-1]
    limits = tuple(at_least(units, 50) for units in event.amounts)
    found = look(world, trial._replace(min_out=limits))
    assert found["slippage"].severity == "safe"
    assert found["pool_penalty"].severity == "safe"


def test_a_batch_is_looked_at_call_by_call() -> None:
    world = world_after()
    batch = Batch((Stake(YOU, 50 * ETH), Wrap(YOU, 40 * ETH), Supply(YOU, "wstETH", 10 * ETH)))
    found = look(world, batch)
    assert {"operators", "own_rate", "stands", "health"} <= set(found)
    assert found["stands"].facts["backs"]


# --- the list of rules --------------------------------------------------------------------


def test_every_rule_names_its_source() -> None:
    import ast
    from pathlib import Path

    folder = Path(preflight.__file__).parent
    named = set()
    makers = {"safe", "note", "warning", "danger", "forbidden", "fired", "kind", "better",
              "spread", "Finding"}  # fmt: skip
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                first = node.args[0]
                called = getattr(node.func, "id", "") or type(node.func).__name__
                if called in {*makers, "IfExp"} and isinstance(first, ast.Constant):
                    named.add(first.value)
    assert named == set(preflight.SOURCES)


# --- the transaction itself -----------------------------------------------------------------


def signed(*calls: Any, max_fee: int = 10**15) -> Transaction:
    return Transaction(YOU, calls, max_fee)


def test_a_transaction_is_looked_at_with_its_fee_and_its_approvals() -> None:
    world = world_after(Stake(YOU, 100 * ETH))
    wrap = signed(Approve(YOU, "stETH", WSTETH, 10 * ETH), Wrap(YOU, 10 * ETH))
    found = look(world, wrap)
    assert found["approval"].severity == "note"
    assert found["approval"].facts["spender"] == WSTETH
    assert found["own_rate"].severity == "safe"
    assert found["gas_left"].severity == "safe"
    assert found["fee_share"].severity == "safe"


def test_an_unlimited_approval_is_a_danger_that_names_the_spender() -> None:
    found = look(world_after(), signed(Approve(YOU, "USDC", "aave", UNLIMITED)))
    assert found["approval_unlimited"].severity == "danger"
    assert found["approval_unlimited"].facts["spender"] == "aave"
    more = look(world_after(), Approve(YOU, "USDC", "aave", 600_000 * USDC))
    assert more["approval_exceeds"].facts["held"] == 500_000 * USDC
    world = world_after(Approve(YOU, "USDC", "aave", USDC))
    revoked = look(world, signed(Approve(YOU, "USDC", "aave", 0)))
    assert revoked["approval_revoked"].severity == "safe"


def with_base_fee(world: World, base_fee: int) -> World:
    assert world.network is not None
    return world._replace(network=world.network._replace(base_fee=base_fee))


@pytest.mark.parametrize(("times", "severity"), [(1, "safe"), (1.9, "safe"), (2.1, "warning")])
def test_gas_is_held_against_the_median_of_the_last_week(times: float, severity: str) -> None:
    world = world_after()
    assert world.network is not None
    usual = usual_base_fee(world.seed, world.time // 3_600) + world.network.tip
    priced = with_base_fee(world, int(usual * times) - world.network.tip)
    assert look(priced, signed(Stake(YOU, ETH)))["fee_high"].severity == severity


def test_the_usual_fee_is_the_median_of_168_hours() -> None:
    from lstwallet.market import catalogue
    from lstwallet.market.network import BaseFees, fee_model

    fees, hour = BaseFees(7, fee_model(catalogue.load())), 500_000
    week = sorted(fees.at(at * 3_600) for at in range(hour - 168, hour))
    assert usual_base_fee(7, hour) == (week[83] + week[84]) // 2


def test_a_fee_that_eats_the_amount_and_the_last_ether_are_warned_of() -> None:
    world = with_base_fee(world_after(), 500 * 10**9)
    small = look(world, signed(Stake(YOU, ETH // 100)))
    assert small["fee_share"].severity == "warning"
    assert small["gas_left"].severity == "safe"
    everything = look(world, signed(Stake(YOU, ALL)))
    assert everything["gas_left"].severity == "warning"
    assert everything["gas_left"].facts["left"] == 0
    assert everything["fee_share"].severity == "safe"


def test_staking_near_the_limit_is_noted() -> None:
    world = world_after(Fund(YOU, "ETH", 100_000 * ETH), Fund(YOU, "ETH", 100_000 * ETH))
    assert look(world, Stake(YOU, 100_000 * ETH))["stake_limit"].severity == "safe"
    near = look(world, Stake(YOU, 140_000 * ETH))["stake_limit"]
    assert (near.severity, near.facts["left"]) == ("note", 10_000 * ETH)


# --- sending -----------------------------------------------------------------------------------


def test_a_first_transfer_is_warned_of_and_the_second_is_not() -> None:
    world = world_after(Stake(YOU, 10 * ETH))
    there = address.of_account(world, "crowd:friend")
    send = Send(YOU, "ETH", ETH, there)
    assert look(world, send)["first_time"].severity == "warning"
    quote = quotes.preview(world, send)
    receiver = quote.events[-1].receiver
    again = preflight.findings(world, YOU, send, quote, Terms(known=frozenset({receiver})))
    assert {each.rule: each.severity for each in again}["first_time"] == "safe"
    assert look(world, Send(YOU, "stETH", ETH, there))["whole_shares"].severity == "note"


def test_one_s_own_account_is_no_stranger() -> None:
    world = world_after(OpenAccount())
    own = next(each for each in world.accounts if each != YOU)
    found = look(world, Send(YOU, "ETH", ETH, address.of_account(world, own)))
    assert "first_time" not in found
    assert found["own_account"].severity == "safe"


def test_the_exchanges_of_one_action_count_together() -> None:
    """Two sales of 6 % each: the second is 6 % by itself, both together are more than 10 %."""
    world = world_after(Fund(YOU, "ETH", 99_000 * ETH))
    part = world.pools.usdc_eth.pair.reserve_1 * 6 // 100
    sale = Swap(YOU, "usdc_eth", "ETH", part, 1, "USDC")
    one = look(world, sale)["impact"]
    both = look(world, Batch((sale, sale)))["impact"]
    assert (one.severity, one.consent) == ("danger", "")
    # 2x/(1+x) for x = 0.12 of the pool: what is paid is priced at 1/(1.12) in all.
    assert both.facts["share"] == pytest.approx(0.12 / 1.12, abs=0.002)
    assert (both.severity, both.consent) == ("danger", "type")
    assert both.facts["several"]
