"""Whatever keeps a key away has a sentence, in the window and on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lstwallet.cli.sentences import sentence
from lstwallet.ui import wording
from lstwallet.vault import errors
from lstwallet.vault.errors import KeyringState, KeysError, PasswordProblem

PATH = Path("Main.lstwallet")


def every() -> Iterator[KeysError]:
    yield errors.KeysNewer(PATH, 2, 1)
    yield errors.KeysOld(PATH, 1, 2)
    yield errors.NoMemory(PATH, 256)
    for problem in PasswordProblem:
        yield errors.BadPassword(PATH, problem)
    for state in KeyringState:
        yield errors.KeyringTrouble(PATH, state)
    made = ("KeysNewer", "KeysOld", "NoMemory", "BadPassword", "KeyringTrouble")
    for kind in KeysError.__subclasses__():
        if kind.__name__ not in made:
            yield kind(PATH, "why")


@pytest.mark.parametrize("error", list(every()), ids=str)
def test_each_has_its_sentence(error: KeysError) -> None:
    assert wording.is_environment(error)
    told = wording.error(error)
    assert told.endswith(".")
    assert "inside the program" not in told
    said = sentence(error)
    assert said is not None
    assert said.endswith(".")
    assert "{" not in told + said
