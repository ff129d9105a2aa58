"""Prices: the right volatility, exact closes, and no memory but the last price."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lstwallet.engine.prices import Prices
from lstwallet.market.price_table import read_price_table
from lstwallet.market.prices import (
    SMALLEST_CHI,
    PriceModel,
    RecordedPrices,
    SeededPrices,
    mean_of_capped_inverse,
)
from lstwallet.market.random_streams import Dice, Hours, Normals, Stream, Uniforms, hour_of
from lstwallet.units.amount import parse_units
from lstwallet.units.clock import DAY, HOUR, parse_iso
from lstwallet.units.paths import resources

MODEL = PriceModel(0.688, 2.94, 0.00005, -12.2e-4, 20e-4, 0.76)
START = parse_iso("2026-01-05")
FIRST_HOUR = hour_of(START)
YEAR_OF_HOURS = 365 * 24
START_PRICES = Prices(3000 * 10**8, 10**8)


def walk(prices: SeededPrices | RecordedPrices, begin: int, hours: int) -> list[Prices]:
    last, path = START_PRICES, []
    for hour in range(1, hours + 1):
        last = prices.at(begin + hour * HOUR, last)
        path.append(last)
    return path


def returns_of(seed: int) -> np.ndarray:
    prices = SeededPrices(seed, MODEL)
    return np.array([prices.hourly_return(FIRST_HOUR + h) for h in range(YEAR_OF_HOURS)])


def test_a_days_first_numbers_are_those_of_its_first_hour() -> None:
    dice = Uniforms(7, Stream.RETH, 5)
    assert dice.first(20_000) == dice.day(20_000)[0]


def test_an_hour_can_be_drawn_alone() -> None:
    drawn = [Hours(Uniforms(7, Stream.STAKING, 3).day).at(hour) for hour in range(1000, 1100)]
    kept = Hours(Uniforms(7, Stream.STAKING, 3).day)
    for hour in (1099, 1000, 1042, 1003):
        assert kept.at(hour) == drawn[hour - 1000]
    assert Hours(Uniforms(8, Stream.STAKING, 3).day).at(1042) != drawn[42]
    assert Hours(Uniforms(7, Stream.LENDING, 3).day).at(1042) != drawn[42]


def test_a_reused_generator_equals_a_fresh_one() -> None:
    dice = Dice(7)
    dice.roll(Stream.USDC, 3).random(5)
    key = np.array((7, int(Stream.CROWD)), dtype=np.uint64)
    fresh = np.random.Generator(np.random.Philox(key=key, counter=(0, 0, 0, 9)))
    assert dice.roll(Stream.CROWD, 9).random(8).tolist() == fresh.random(8).tolist()


@pytest.mark.parametrize("seed", [0, -5, 2**63, 2**70])
def test_any_whole_number_is_a_seed(seed: int) -> None:
    drawn = Hours(Uniforms(seed, Stream.USDC, 2).day).at(5)
    assert drawn == Hours(Uniforms(seed, Stream.USDC, 2).day).at(5)
    assert drawn != Hours(Uniforms(seed + 1, Stream.USDC, 2).day).at(5)


def test_streams_are_not_alike() -> None:
    a = np.concatenate([Normals(7, Stream.USDC).day(day) for day in range(400)])
    b = np.concatenate([Normals(7, Stream.BASIS).day(day) for day in range(400)])
    assert abs(float(np.corrcoef(a, b)[0, 1])) < 0.04


def test_mean_of_the_capped_inverse() -> None:
    drawn = np.random.default_rng(1).chisquare(2.94, 2_000_000)
    measured = float(np.mean(1 / np.maximum(drawn, SMALLEST_CHI)))
    assert mean_of_capped_inverse(2.94) == pytest.approx(measured, rel=0.005)


def test_realised_volatility_is_the_catalogues() -> None:
    years = [returns_of(seed) for seed in range(24)]
    hourly = math.sqrt(float(np.mean([np.sum(year**2) for year in years])))
    daily = math.sqrt(
        float(np.mean([np.sum(year.reshape(-1, 24).sum(axis=1) ** 2) for year in years]))
    )
    assert hourly == pytest.approx(0.688, abs=0.015)
    assert daily == pytest.approx(0.688, abs=0.03)


def test_tails_are_fat_by_the_hour_and_by_the_day() -> None:
    pooled = np.concatenate([returns_of(seed) for seed in range(12)])
    days = pooled.reshape(-1, 24).sum(axis=1)
    for sample in (pooled, days):
        kurtosis = float(np.mean(sample**4) / np.mean(sample**2) ** 2 - 3)
        assert 4 < kurtosis < 40


def test_volatility_of_the_recorded_integers_is_the_same() -> None:
    squares = []
    for seed in range(12):
        eth = np.array([p.eth for p in walk(SeededPrices(seed, MODEL), START, YEAR_OF_HOURS)])
        squares.append(float(np.sum(np.diff(np.log(eth)) ** 2)))
    assert math.sqrt(np.mean(squares)) == pytest.approx(0.688, abs=0.02)


def test_the_path_does_not_depend_on_where_one_begins_to_draw() -> None:
    whole = walk(SeededPrices(7, MODEL), START, 100)
    last = START_PRICES
    for hour in range(1, 101):
        last = SeededPrices(7, MODEL).at(START + hour * HOUR, last)
        assert last == whole[hour - 1]


def test_usdc_stays_at_a_dollar() -> None:
    path = [prices.usdc for prices in walk(SeededPrices(7, MODEL), START, 1000)]
    assert max(abs(usdc - 10**8) for usdc in path) <= 15_000
    assert len(set(path)) > 100


def test_the_basis_has_the_fits_mean_spread_and_half_life() -> None:
    prices = SeededPrices(7, MODEL)
    basis = np.array([prices.steth_basis(FIRST_HOUR + h) for h in range(8 * YEAR_OF_HOURS)])
    assert float(basis.mean()) == pytest.approx(-12.2e-4, abs=1.5e-4)
    assert float(basis.std()) == pytest.approx(20e-4, abs=1.5e-4)
    days = basis[::24]
    assert float(np.corrcoef(days[:-1], days[1:])[0, 1]) == pytest.approx(0.402, abs=0.05)
    assert SeededPrices(7, MODEL).steth_basis(FIRST_HOUR + 5000) == basis[5000]


@pytest.fixture(scope="module")
def replay() -> RecordedPrices:
    text = (resources() / "replays" / "steth_2022.csv").read_text("utf-8")
    return RecordedPrices(read_price_table(text), 7, MODEL)


def test_every_recorded_close_is_hit_exactly(replay: RecordedPrices) -> None:
    text = (resources() / "replays" / "steth_2022.csv").read_text("utf-8")
    for row in text.splitlines()[1:]:
        day, eth, steth = row.split(",")
        close = parse_iso(day) + DAY
        assert replay.eth(close) == parse_units(eth, 8)
        assert replay.steth_basis(hour_of(close)) == pytest.approx(float(steth) - 1, abs=1e-12)


def test_between_two_closes_the_price_wanders(replay: RecordedPrices) -> None:
    begin = parse_iso("2022-06-10")
    path = np.log([replay.eth(begin + h * HOUR) for h in range(20 * 24 + 1)])
    steps = np.diff(path)
    realised = math.sqrt(float(np.sum(steps**2)) / 20 * 365)
    assert 0.6 < realised < 1.6
    assert float(np.max(np.abs(steps))) < 0.1


def test_the_bridge_depends_on_the_seed(replay: RecordedPrices) -> None:
    text = (resources() / "replays" / "steth_2022.csv").read_text("utf-8")
    other = RecordedPrices(read_price_table(text), 8, MODEL)
    noon = parse_iso("2022-06-14") + DAY // 2
    assert other.eth(noon) != replay.eth(noon)
    assert other.eth(noon + DAY // 2) == replay.eth(noon + DAY // 2)


def test_before_the_first_close_it_stands_and_after_the_last_one_the_process_goes_on(
    replay: RecordedPrices,
) -> None:
    assert replay.eth(parse_iso("2022-04-01")) == 2828 * 10**8
    end = parse_iso("2022-08-01")
    last = replay.at(end, START_PRICES)
    assert last.eth == 1682 * 10**8
    following = replay.at(end + HOUR, last)
    assert following == SeededPrices(7, MODEL).at(end + HOUR, last)
    assert 0 < abs(math.log(following.eth / last.eth)) < 0.1
