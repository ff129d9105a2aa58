"""Addresses: one's own are fixed, slips are found, those of real networks are named as such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.engine import address
from lstwallet.engine.address import LENGTH, Problem, of_account, problem, short, tidy
from lstwallet.engine.world import YOU
from lstwallet.units.bech32 import ALPHABET, encode
from tests.small_world import small_world

OTHER_NETWORKS = (
    "0x00000000219ab540356cBB839Cbe05303d7705Fa",
    "0xae7ab96520de3a18e5e111b5eaab095312d7fe84",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "cosmos1vlthgax23ca9syk7xgaz347xmf4nunefw3cnv8",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM",
    "vitalik.eth",
)


def mine() -> str:
    return of_account(small_world(), YOU)


def test_an_account_has_the_same_address_every_time_and_another_one_elsewhere() -> None:
    assert mine() == mine()
    assert mine().startswith("sim1")
    assert len(mine()) == LENGTH
    assert problem(mine()) is None
    assert problem(mine().upper()) is None
    assert of_account(small_world(), "you:2") != mine()
    assert of_account(small_world(2), YOU) != of_account(small_world(3), YOU)


@given(st.integers(4, LENGTH - 1), st.sampled_from(ALPHABET))
def test_any_single_slip_is_found(place: int, letter: str) -> None:
    sound = mine()
    slipped = sound[:place] + letter + sound[place + 1 :]
    assert problem(slipped) is (None if letter == sound[place] else Problem.CHECKSUM)


@given(st.integers(0, LENGTH - 1))
def test_mixed_case_is_refused(place: int) -> None:
    sound = mine()
    mixed = sound[:place] + sound[place].upper() + sound[place + 1 :]
    assert problem(mixed) is (None if mixed == sound else Problem.MIXED_CASE)


@pytest.mark.parametrize("text", OTHER_NETWORKS)
def test_an_address_of_a_real_network_is_called_that(text: str) -> None:
    assert problem(text) is Problem.OTHER_NETWORK


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", Problem.EMPTY),
        ("hello", Problem.NOT_AN_ADDRESS),
        ("sim", Problem.NOT_AN_ADDRESS),
        (mine()[:-1], Problem.LENGTH),
        (mine() + "q", Problem.LENGTH),
        (mine()[:-1] + "b", Problem.CHARACTER),
        (encode("sim", bytes(19)), Problem.LENGTH),
        (encode("sim", bytes(32)), Problem.LENGTH),
    ],
)
def test_every_other_slip_has_its_name(text: str, wrong: Problem) -> None:
    assert problem(text) is wrong


def test_another_prefix_that_begins_alike_is_no_address() -> None:
    assert problem(encode("sim", bytes(20))) is None
    assert problem(encode("sim1q", bytes(20))) is Problem.LENGTH


@given(st.text(max_size=60))
def test_no_text_whatever_breaks_it(text: str) -> None:
    found = problem(address.tidy(text))
    assert found is None or found in Problem


def test_what_is_pasted_is_tidied() -> None:
    broken = f"  {mine()[:10]}\n{mine()[10:]} "
    assert tidy(broken) == mine()
    assert tidy(mine().upper()) == mine()
    assert tidy("Sim1Q") == "Sim1Q"


def test_the_short_form_shows_both_ends() -> None:
    assert short(mine()) == f"{mine()[:8]}…{mine()[-4:]}"
