"""A wallet filled from a portfolio's file holds what the file says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.app.door.portfolio import (
    MOST_ETHER,
    MOST_USDC,
    TOKENS,
    Portfolio,
    of_plain,
    parse,
    plain,
    to_csv,
    to_json,
)
from lstwallet.app.holdings import fill, tried
from lstwallet.engine import kernel
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.staking import steth_of
from lstwallet.engine.world import YOU, Draft
from lstwallet.market.genesis import genesis, tiny

WORLD = genesis(7, catalogue=tiny())
AMOUNTS = {
    token: st.integers(10**12, 500 * 10**18) if decimals == 18 else st.integers(1, 10**14)
    for token, decimals in TOKENS.items()
} | {"rETH": st.integers(10**16, 500 * 10**18)}
HOLDINGS = st.fixed_dictionaries({}, optional=AMOUNTS).filter(bool)
NAMES = st.text("abcdefghij XYZ-éЖ東", max_size=20).map(lambda name: " ".join(name.split()))
A_FEW = 5
"""Wei."""


@given(HOLDINGS)
def test_the_wallet_holds_what_the_file_says(holdings: dict[str, int]) -> None:
    draft = Draft(WORLD)
    kernel.handle(draft, fill(WORLD, Portfolio("", holdings)))
    for token in TOKENS:
        wanted = holdings.get(token, 0)
        held = steth_of(draft, YOU) if token == "stETH" else draft.balance(YOU, token)
        exact = token in ("ETH", "USDC")
        assert 0 <= held - wanted <= (0 if exact else A_FEW), token


def test_it_is_tried_on_a_copy() -> None:
    portfolio = Portfolio("", {"stETH": 3 * 10**18})
    found = tried(WORLD, portfolio)
    assert WORLD.balance(YOU, "stETH") == 0
    assert steth_of(found.world, YOU) >= 3 * 10**18
    draft = Draft(WORLD)
    kernel.handle(draft, found.batch)
    assert draft.freeze() == found.world, "what was tried is what is done"


def test_the_most_of_everything_can_be_had() -> None:
    most = dict.fromkeys(TOKENS, MOST_ETHER * 10 ** 18) | {"USDC": MOST_USDC * 10**6}
    assert kernel.handle(Draft(WORLD), fill(WORLD, Portfolio("", most)))


def test_less_than_a_protocol_takes_is_refused() -> None:
    draft = Draft(WORLD)
    with pytest.raises(Refusal):
        kernel.handle(draft, fill(WORLD, Portfolio("", {"ETH": 10**18, "rETH": 10**12})))
    assert draft.freeze() == WORLD, "all or nothing"


# --- its file --------------------------------------------------------------------------------


@given(NAMES, HOLDINGS)
def test_a_portfolio_comes_back_from_its_file(name: str, holdings: dict[str, int]) -> None:
    portfolio = Portfolio(name, {token: holdings[token] for token in TOKENS if token in holdings})
    assert parse(to_json(portfolio)) == portfolio
    assert of_plain(plain(portfolio)) == portfolio
    assert parse(to_csv(portfolio)) == portfolio._replace(name="")
