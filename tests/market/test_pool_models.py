"""The arbitrageur's floats agree with the exact pools."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.market.pool_models import product_trade, stable_curve
from lstwallet.protocols import stableswap
from lstwallet.units.fixed import WAD

BALANCES = st.floats(10_000, 1_000_000)


@given(BALANCES, st.floats(0.2, 5), st.sampled_from([5, 50, 200]))
def test_invariant_and_price_agree_with_the_exact_pool(x: float, skew: float, a: int) -> None:
    held = (int(x * skew * 10**6) * 10**12, int(x * 10**6) * 10**12)
    terms = stableswap.Terms(a * 100, 4_000_000, 0, (WAD, WAD))
    d = stableswap.invariant(held, terms)
    curve = stable_curve(held[1] / WAD, held[0] / WAD, a)
    assert curve.d == pytest.approx(d / WAD, rel=1e-9)
    exact = stableswap.spot_price(held, terms.amp, d) / WAD
    assert curve.price(held[1] / WAD, held[0] / WAD) == pytest.approx(exact, rel=1e-6)
    assert curve.other(held[1] / WAD) == pytest.approx(held[0] / WAD, rel=1e-6)


@given(BALANCES, st.floats(0.3, 3), st.floats(0.8, 1.2))
def test_the_balance_at_a_price_has_that_price(x: float, skew: float, price: float) -> None:
    curve = stable_curve(x, x * skew, 50)
    there = curve.balance_at(price, x)
    assert math.log(curve.price(there, curve.other(there)) / price) == pytest.approx(0, abs=2e-6)


def test_a_price_out_of_reach_gives_the_end_of_the_bracket() -> None:
    curve = stable_curve(100_000, 100_000, 50)
    assert curve.balance_at(1e-9, 1.0) == pytest.approx(curve.d, rel=1e-6)
    assert curve.balance_at(1e12, 100_000) == pytest.approx(curve.d * 1e-3, rel=1e-3)


def test_the_path_of_june_2022() -> None:
    """A = 50 with the balances of 2022-06-14 gives the discount of that day."""
    assert stable_curve(498_671, 109_892, 50).price(498_671, 109_892) == pytest.approx(
        0.9345, abs=1e-4
    )


@given(st.floats(1e6, 1e9), st.floats(1e3, 1e6), st.floats(0.5, 2.0))
def test_a_product_trade_ends_at_the_outside_price(usdc: float, eth: float, ratio: float) -> None:
    price = usdc / eth * ratio
    paid = product_trade(usdc, eth, price, 0.003)
    if paid > 0:
        inside = usdc + paid * 0.997
        marginal = inside / (usdc * eth / inside) / 0.997
        assert marginal == pytest.approx(price, rel=1e-9)
    else:
        assert usdc / eth / 0.997 >= price * (1 - 1e-9)
