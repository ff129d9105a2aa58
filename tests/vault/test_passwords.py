"""One rule for a new password; the rest is advice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.vault import passwords
from lstwallet.vault.errors import PasswordProblem
from lstwallet.vault.passwords import Advice


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", PasswordProblem.TOO_SHORT),
        ("1234567", PasswordProblem.TOO_SHORT),
        ("12345678", None),
        ("e\u0301" * 7, PasswordProblem.TOO_SHORT),  # seven letters, however they are written
        ("x" * 1_024, None),
        ("x" * 1_025, PasswordProblem.TOO_LONG),
    ],
)
def test_the_rule(password: str, problem: PasswordProblem | None) -> None:
    assert passwords.problem(password) is problem


@pytest.mark.parametrize(
    ("password", "name", "advice"),
    [
        ("green tractor rides at dawn", "Main", ()),
        ("tractor", "", (Advice.SHORT,)),
        ("Password123", "", (Advice.COMMON, Advice.SHORT)),
        ("correct horse battery staple", "", (Advice.COMMON,)),
        ("Savings", "savings", (Advice.LIKE_NAME, Advice.SHORT)),
        ("my savings of 2031!", "Savings", (Advice.LIKE_NAME,)),
        ("we sit at a table", "A", ()),  # a short name is in many sentences
        ("abcdefghijklmnop", "", (Advice.REPEATED,)),
        ("zzzzzzzzzzzzzzzz", "", (Advice.REPEATED,)),
        ("9876543210", "", (Advice.REPEATED, Advice.SHORT)),
    ],
)
def test_advice(password: str, name: str, advice: tuple[Advice, ...]) -> None:
    assert passwords.advice(password, name) == advice


@given(st.text(), st.text())
def test_any_text_gets_an_answer(password: str, name: str) -> None:
    assert set(passwords.advice(password, name)) <= set(Advice)
