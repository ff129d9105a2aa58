"""A file that is not let in is told of in one sentence."""

from __future__ import annotations

from lstwallet.ui import wording
from lstwallet.units.strict.fields import KINDS
from lstwallet.units.strict.refused import FileRefused, Problem


def test_every_refusal_of_the_door_has_a_sentence() -> None:
    for problem in Problem:
        wanted = "9" if problem is not Problem.WRONG_KIND else KINDS[0]
        told = FileRefused(problem, line=3, field="here", detail="this", wanted=wanted, file="/a/b")
        said = wording.error(told)
        assert said.startswith("b, line 3, here: "), said
        assert said[-1] == ".", said
        assert "{" not in said
        assert wording.is_environment(told)


def test_every_kind_that_may_be_expected_has_words() -> None:
    said = {wording.error(FileRefused(Problem.WRONG_KIND, wanted=kind)) for kind in KINDS}
    assert len(said) == len(KINDS)


def test_what_was_meant_is_offered() -> None:
    told = FileRefused(Problem.UNKNOWN_KEY, field="stEHT", near="stETH", file="mine.csv")
    assert wording.error(told) == "mine.csv, stEHT: it is not known. Did you mean “stETH”?"
