"""Vaults as rows: what they earn and take, what shares are worth and why, and what is said."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

import pytest

from lstwallet.engine import kernel, quotes
from lstwallet.engine.staking import Stake, Wrap, yearly_rate
from lstwallet.engine.vaults import (
    DepositVault,
    DonateVault,
    LoseVault,
    MintVault,
    RedeemVault,
    WithdrawVault,
    books_of,
    is_used,
    vault_of,
)
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import tiny
from lstwallet.readmodel import activity, home, lending, portfolio, preflight, upcoming, yields
from lstwallet.readmodel import vaults as reading
from lstwallet.readmodel.preflight import Terms
from lstwallet.readmodel.samples import NONE, SERIES, Series, sample
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.fixed import WAD
from tests.small_world import old_world, small_world

ETH = 10**18


class Record(NamedTuple):
    """As the session hands an event over."""

    seq: int
    at: int
    kind: str
    event: Any
    gains: tuple[Any, ...] = ()


def run(*commands: Any, world: World | None = None, days: int = 0) -> tuple[World, list[Record]]:
    """The small world; you hold 1,000 ETH, give these commands, then days pass."""
    draft, events = Draft(world or small_world()), []
    funds = () if world else (Fund(YOU, "ETH", 1_000 * ETH),)
    for command in (*funds, *commands):
        events.extend(kernel.handle(draft, command))
    if days:
        Driver(MarketConfig(flows=False), 7, tiny()).advance(draft, draft.time + days * DAY)
    records = [Record(n, event.at, type(event).__name__, event) for n, event in enumerate(events)]
    return draft.freeze(), records


def price(world: World, asset: str = "WETH") -> Fraction:
    assets, supply, offset = books_of(world, vault_of(world, asset)).shares
    return Fraction(assets + 1, supply + 10**offset)


# --- the vault -------------------------------------------------------------------------------


def test_an_offer_tells_what_the_vault_earns_and_takes() -> None:
    world, _ = run(DepositVault(YOU, "ETH", 10 * ETH), days=30)
    weth, wsteth = reading.offers(world)
    assert (weth.asset, weth.token, wsteth.token) == ("WETH", "vWETH", "vwstETH")
    market = next(row for row in lending.markets(world, YOU) if row.token == "WETH")
    assert weth.gross == market.supply_apy > 0
    assert weth.net == floor(weth.gross * Fraction(9, 10))
    assert weth.fee == WAD // 10
    assert weth.price == floor(WAD * price(world)) > WAD
    assert weth.total + weth.fees == books_of(world, world.vaults[0]).balance
    assert weth.payable == world.lending.reserves[0].liquidity
    assert weth.staking == 0
    assert wsteth.staking == yearly_rate(world)
    assert reading.offer(world, "ETH") == weth


def test_a_position_is_worth_its_shares() -> None:
    world, _ = run(DepositVault(YOU, "ETH", 10 * ETH), days=30)
    mine = reading.position(world, YOU, "ETH")
    assert mine.shares == 10 * ETH
    assert mine.worth == mine.free == floor(10 * ETH * price(world))
    assert mine.part == floor(Fraction(10, 11) * WAD)
    nobody = reading.position(world, "crowd:nobody", "WETH")
    assert nobody == ("WETH", 0, 0, 0, 0)


def test_what_can_be_taken_out_is_what_is_not_lent() -> None:
    world, _ = run(DepositVault(YOU, "ETH", 10 * ETH))
    reserves = tuple(each._replace(liquidity=3 * ETH) for each in world.lending.reserves)
    short = world._replace(lending=world.lending._replace(reserves=reserves))
    mine = reading.position(short, YOU, "WETH")
    assert (mine.worth, mine.free) == (10 * ETH, 3 * ETH)


def test_what_was_paid_in_is_in_less_out() -> None:
    world, records = run(
        DepositVault(YOU, "ETH", 10 * ETH), DepositVault(YOU, "ETH", 5 * ETH), days=30
    )
    assert reading.paid_in(records, YOU, "WETH") == 15 * ETH
    assert reading.position(world, YOU, "WETH").worth > 15 * ETH
    _, more = run(WithdrawVault(YOU, "ETH", 2 * ETH), DonateVault(YOU, "ETH", ETH), world=world)
    assert reading.paid_in([*records, *more], YOU, "WETH") == 14 * ETH
    assert reading.paid_in(records, "you:2", "WETH") == 0
    assert reading.paid_in(records, YOU, "wstETH") == 0


# --- why -------------------------------------------------------------------------------------


def test_every_number_of_a_conversion_is_there() -> None:
    world, _ = run(DepositVault(YOU, "ETH", 10 * ETH), days=30)
    books = books_of(world, vault_of(world, "WETH"))
    worth = reading.why_worth(world, "ETH", 3 * ETH)
    assert (worth.counted_assets, worth.counted_shares) == (
        books.shares.assets + 1, books.shares.supply + 1,
    )  # fmt: skip
    exact = 3 * ETH * price(world)
    assert worth.result == floor(exact)
    assert worth.result + Fraction(worth.rest, worth.divisor) == exact
    shares = reading.why_shares(world, "ETH", 3 * ETH)
    exact = 3 * ETH / price(world)
    assert shares.result == floor(exact)
    assert shares.result + Fraction(shares.rest, shares.divisor) == exact


@pytest.mark.parametrize("offset", [0, 3, 6])
def test_the_attack_of_the_first_depositor_pays_nobody(offset: int) -> None:
    played = reading.attack(offset, 1, ETH, ETH // 2)
    assert played.own == 10**offset
    assert played.attacker < 0
    assert played.victim <= 0
    # What both have lost stays with the shares that nobody owns.
    assert played.left == -played.attacker - played.victim
    assert (played.shares == 0) is (offset == 0)


# --- in the portfolio ------------------------------------------------------------------------


def test_shares_are_worth_their_asset_in_the_portfolio() -> None:
    world, _ = run(
        Stake(YOU, 20 * ETH), Wrap(YOU, ALL), DepositVault(YOU, "ETH", 10 * ETH),
        DepositVault(YOU, "wstETH", 5 * ETH), days=30,
    )  # fmt: skip
    prices = portfolio.quotes(world)
    rows = {row.token: row for row in portfolio.holdings(world, YOU, prices)}
    for token, asset in (("vWETH", "WETH"), ("vwstETH", "wstETH")):
        units = world.balance(YOU, token)
        worth = floor(units * price(world, asset))
        assert rows[token].units == units
        assert rows[token].kind == portfolio.WALLET
        expected = portfolio.value_of(prices, asset, worth)
        assert rows[token].usd == pytest.approx(expected, abs=10**6)
    assert rows["vWETH"].usd > portfolio.value_of(prices, "ETH", 10 * ETH)


def test_a_vault_of_nobody_costs_no_price() -> None:
    world = small_world()
    assert not any(is_used(world, vault) for vault in world.vaults)
    assert (portfolio.quotes(world).vweth, portfolio.quotes(world).vwsteth) == (0, 0)
    old = portfolio.quotes(old_world())
    assert (old.vweth, old.vwsteth) == (0, 0)


def test_yield_by_layer_and_by_position() -> None:
    world, _ = run(
        Stake(YOU, 20 * ETH), Wrap(YOU, ALL), DepositVault(YOU, "ETH", 10 * ETH),
        DepositVault(YOU, "wstETH", 5 * ETH),
    )  # fmt: skip
    prices, at = portfolio.quotes(world), yields.rates(world, YOU, None)
    rows = portfolio.holdings(world, YOU, prices)
    weth, wsteth = reading.offers(world)
    assert at.of("vWETH") == pytest.approx(weth.net / WAD)
    assert at.of("vwstETH") == pytest.approx(wsteth.net / WAD + at.staking)
    assert at.staked("vWETH") is None
    assert at.staked("vwstETH") == at.staking
    assert at.of("ETH") is None
    found = yields.layers(world, YOU, rows, prices, at)
    usd = {row.token: row.usd for row in rows}
    lent = usd["vWETH"] * weth.net / WAD + usd["vwstETH"] * wsteth.net / WAD
    assert found.lending == pytest.approx(lent)
    staked = (usd["wstETH"] + usd["vwstETH"] + usd.get("stETH", 0)) * at.staking
    assert found.consensus + found.execution == pytest.approx(staked)
    states = {each.key: each for each in home.positions(world, YOU, rows, prices, at)}
    assert states["wallet:vWETH"].state == home.EARNING
    assert states["wallet:vwstETH"].rate == pytest.approx(at.of("vwstETH"))


def test_a_report_concerns_who_holds_wsteth_in_a_vault() -> None:
    world, _ = run(Stake(YOU, 20 * ETH), Wrap(YOU, ALL), DepositVault(YOU, "wstETH", ALL))
    bare = world._replace(
        balances={key: n for key, n in world.balances.items() if key[1] in ("ETH", "vwstETH")}
    )
    assert upcoming.next_for(bare, YOU) == world.staking.next_report


# --- samples ---------------------------------------------------------------------------------


def test_a_share_is_sampled_each_hour_once_somebody_is_in_else_once_a_day() -> None:
    names = [reading.SERIES[asset] for asset in ("WETH", "wstETH")]
    places = [SERIES.index(name) for name in names]
    empty = small_world()
    midnight = empty._replace(time=empty.time - empty.time % DAY + DAY)
    assert [sample(midnight._replace(time=midnight.time + HOUR))[n] for n in places] == [NONE, NONE]
    daily = [sample(midnight)[n] for n in places]
    assert all(value >= WAD for value in daily)
    world, _ = run(DepositVault(YOU, "ETH", 10 * ETH))
    world = world._replace(time=midnight.time + HOUR)
    assert [sample(world)[n] for n in places] == [floor(WAD * price(world)), NONE]
    assert [sample(old_world())[n] for n in places] == [NONE, NONE]


def test_past_prices_carry_the_last_share_price_over_gaps() -> None:
    columns = {name: [ETH] * 3 for name in home.PRICES}
    columns["eth_usd8"] = columns["usdc_usd8"] = [2_000 * 10**8] * 3
    columns["vault_weth_wad"] = [None, 11 * WAD // 10, None]
    columns["vault_wsteth_wad"] = [None] * 3
    columns["steth_rate_ray"] = [10**27] * 3
    found = home.past_prices(Series([0, HOUR, 2 * HOUR], columns))
    assert [each.vweth for each in found] == [2_000 * 10**8, 2_200 * 10**8, 2_200 * 10**8]
    assert [each.vwsteth for each in found] == [2_000 * 10**8] * 3


# --- activity and CSV ------------------------------------------------------------------------


def test_activity_and_csv_tell_both_sides() -> None:
    world, records = run(
        DepositVault(YOU, "ETH", 10 * ETH), MintVault(YOU, "ETH", ETH),
        DonateVault(YOU, "ETH", ETH), RedeemVault(YOU, "ETH", 2 * ETH),
        LoseVault(YOU, "WETH", WAD // 2),
    )  # fmt: skip
    mine = [r for r in records if r.kind.startswith("Vault")]
    rows = {row.kind: row for row in activity.lines(mine, YOU)}
    assert {move.token for move in rows["VaultDeposited"].moves} == {"ETH", "vWETH"}
    assert rows["VaultDonated"].moves == (activity.Amount("ETH", -ETH),)
    assert {row.group for row in rows.values()} == {"lending", "trouble"}
    lost = next(r.event for r in records if r.kind == "VaultLost")
    assert rows["VaultLost"].detail == f"lost:WETH:{lost.amount}"
    text = activity.to_csv(activity.lines(mine, YOU))
    assert "VaultWithdrawn" in text
    assert ",out,vWETH,2000000000000000000,2," in text
    assert world.balance("exploiter", "aWETH") > 0


# --- before signing --------------------------------------------------------------------------


def said(world: World, command: Any) -> dict[str, str]:
    found = preflight.findings(world, YOU, command, quotes.preview(world, command), Terms())
    return {each.rule: each.severity for each in found}


def test_what_is_told_before_signing() -> None:
    world, _ = run(DepositVault(YOU, "ETH", 10 * ETH))
    told = said(world, DepositVault(YOU, "ETH", ETH))
    assert told == {
        "vault_fee": "note", "lent_out": "safe", "cap": "safe", "vault_rounding": "safe",
    }  # fmt: skip
    assert said(world, MintVault(YOU, "ETH", ETH)) == told
    assert said(world, WithdrawVault(YOU, "ETH", ETH)) == {"lent_out": "safe"}
    assert said(world, RedeemVault(YOU, "ETH", ALL)) == {"lent_out": "safe"}
    assert said(world, DonateVault(YOU, "ETH", ETH)) == {"vault_gift": "warning"}
    place = books_of(world, world.vaults[0]).place
    reserves = list(world.lending.reserves)
    reserves[place] = reserves[place]._replace(liquidity=10 * ETH)
    scarce = world._replace(
        lending=world.lending._replace(reserves=tuple(reserves)),
        balances={**world.balances, ("aave", "WETH"): 10 * ETH},
    )
    assert said(scarce, DepositVault(YOU, "ETH", ETH))["lent_out"] == "warning"
    assert said(scarce, WithdrawVault(YOU, "ETH", ETH))["lent_out"] == "safe"
