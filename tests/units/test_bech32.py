"""Bech32m: the published vectors, and no single slip goes unseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.units.bech32 import ALPHABET, BadBech32, Problem, decode, encode

PAYLOADS = st.binary(min_size=1, max_size=40)
SOUND = (
    "A1LQFN3A",
    "a1lqfn3a",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
)
"""BIP 350, valid bech32m."""
UNSOUND = (
    ("qyrz8wqd2c9m", Problem.NO_PREFIX),
    ("1qyrz8wqd2c9m", Problem.NO_PREFIX),
    ("y1b0jsk6g", Problem.CHARACTER),
    ("lt1igcx5c0", Problem.CHARACTER),
    ("in1muywd", Problem.LENGTH),
    ("au1s5cgom", Problem.CHARACTER),
    ("M1VUXWEZ", Problem.CHECKSUM),
    ("16plkw9", Problem.NO_PREFIX),
    ("1p2gdwpf", Problem.NO_PREFIX),
    ("A1lqfn3a", Problem.MIXED_CASE),
    ("an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4",
     Problem.LENGTH),
)  # fmt: skip
"""BIP 350, invalid."""


@pytest.mark.parametrize("text", SOUND)
def test_the_published_texts_are_sound(text: str) -> None:
    prefix, payload = decode(text)
    assert encode(prefix, payload) == text.lower()


@pytest.mark.parametrize(("text", "problem"), UNSOUND)
def test_the_published_slips_are_found(text: str, problem: Problem) -> None:
    with pytest.raises(BadBech32) as refused:
        decode(text)
    assert refused.value.problem is problem


@given(PAYLOADS)
def test_what_is_encoded_comes_back(payload: bytes) -> None:
    text = encode("sim", payload)
    assert decode(text) == ("sim", payload)
    assert decode(text.upper()) == ("sim", payload)


@given(PAYLOADS, st.data())
def test_any_wrong_character_is_found(payload: bytes, data: st.DataObject) -> None:
    text = encode("sim", payload)
    place = data.draw(st.integers(4, len(text) - 1))
    other = data.draw(st.sampled_from(ALPHABET.replace(text[place], "")))
    with pytest.raises(BadBech32):
        decode(text[:place] + other + text[place + 1 :])


@given(PAYLOADS, st.data())
def test_two_neighbours_that_change_places_are_found(payload: bytes, data: st.DataObject) -> None:
    text = encode("sim", payload)
    place = data.draw(st.integers(4, len(text) - 2))
    first, second = text[place], text[place + 1]
    if first != second:
        with pytest.raises(BadBech32):
            decode(text[:place] + second + first + text[place + 2 :])
