"""The printed code: enough bits, and a typing error is named before any work is done."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.vault import recovery
from lstwallet.vault.errors import CodeProblem, Mistyped
from lstwallet.vault.recovery import ALPHABET, GROUPS, LENGTH

codes = st.builds(recovery.make)
LOOK_ALIKE = ["0OQ", "1IL", "2Z", "5S", "8B", "UV"]


def problem_of(text: str) -> tuple[CodeProblem, int]:
    with pytest.raises(Mistyped) as caught:
        recovery.read(text)
    assert not text or text not in str(caught.value)
    return caught.value.problem, caught.value.group


def test_it_has_more_than_128_bits_and_no_two_that_look_alike() -> None:
    assert math.log2(len(ALPHABET)) * GROUPS * (LENGTH - 1) > 136
    assert all(len(ALPHABET) % small for small in range(2, len(ALPHABET)))
    for twins in LOOK_ALIKE:
        kept = [each for each in twins if each in ALPHABET and each != "Q"]
        assert len(kept) == 1, twins


def test_two_codes_are_never_the_same_and_all_of_the_alphabet_is_used() -> None:
    many = {recovery.make() for _ in range(300)}
    assert len(many) == 300
    assert set("".join(many)) == set(ALPHABET) | {"-"}


@given(codes)
def test_what_is_printed_is_read(code: str) -> None:
    assert [len(group) for group in code.split("-")] == [LENGTH] * GROUPS
    assert recovery.read(code) == code
    assert recovery.read(f"  {code.lower().replace('-', ' ')}\n") == code
    assert recovery.read(code.replace("-", "\u2013")) == code


@given(codes)
def test_a_twin_is_read_as_what_was_printed(code: str) -> None:
    for printed, typed in ("0O", "1I", "1L", "2Z", "5S", "8B", "VU", "0o", "1l"):
        assert recovery.read(code.replace(printed, typed)) == code


@given(codes, st.integers(0, GROUPS * LENGTH - 1), st.integers(1, len(ALPHABET) - 1))
def test_one_wrong_character_names_its_group(code: str, place: int, step: int) -> None:
    bare = list(code.replace("-", ""))
    bare[place] = ALPHABET[(ALPHABET.index(bare[place]) + step) % len(ALPHABET)]
    assert problem_of("".join(bare)) == (CodeProblem.GROUP, place // LENGTH + 1)


@given(codes, st.integers(0, GROUPS - 1), st.sampled_from(list(combinations(range(LENGTH), 2))))
def test_two_that_changed_places_name_their_group(
    code: str, group: int, pair: tuple[int, int]
) -> None:
    bare = list(code.replace("-", ""))
    first, second = (group * LENGTH + each for each in pair)
    if bare[first] != bare[second]:
        bare[first], bare[second] = bare[second], bare[first]
        assert problem_of("".join(bare)) == (CodeProblem.GROUP, group + 1)


@given(codes, st.sampled_from(list(combinations(range(GROUPS), 2))))
def test_groups_that_changed_places_are_found(code: str, pair: tuple[int, int]) -> None:
    groups = code.split("-")
    first, second = pair
    groups[first], groups[second] = groups[second], groups[first]
    assert problem_of("-".join(groups)) == (CodeProblem.GROUP, first + 1)


def test_what_is_no_code_at_all() -> None:
    code = recovery.make()
    assert problem_of("") == (CodeProblem.LENGTH, 0)
    assert problem_of(code[:-1]) == (CodeProblem.LENGTH, 0)
    assert problem_of(code + "A") == (CodeProblem.LENGTH, 0)
    assert problem_of("!" + code[1:]) == (CodeProblem.SYMBOL, 1)
    assert problem_of("\u0660" * 35) == (CodeProblem.SYMBOL, 1)
    assert problem_of("x" * 100_000) == (CodeProblem.LENGTH, 0)
