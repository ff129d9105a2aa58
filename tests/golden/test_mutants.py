"""The tests notice a change: the tool itself, and by night a sample of each large module."""

from __future__ import annotations

import ast
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("needs fork", allow_module_level=True)

from tests.golden.mutants import (
    ENOUGH,
    PROTOCOLS,
    Mutant,
    main,
    mutants_of,
    run,
    sources_of,
    suite_of,
    trial,
)

SMALL = PROTOCOLS / "stake_limit.py"
EVERY = sorted(PROTOCOLS.rglob("*.py"))


def largest(count: int) -> list[str]:
    """The names of the longest protocol modules; a package counts as one."""
    names = {path.relative_to(PROTOCOLS).parts[0].removesuffix(".py") for path in EVERY}

    def size(name: str) -> int:
        return sum(len(path.read_text("utf-8")) for path in sources_of(name))

    return sorted(names - {"__init__"}, key=size, reverse=True)[:count]


@pytest.mark.parametrize(
    "name", [pytest.param("stableswap.py", marks=pytest.mark.slow), "lending/liquidation.py"]
)
def test_every_mutant_is_another_program(name: str) -> None:
    path = PROTOCOLS / name
    mutants = mutants_of(path)
    programs = {ast.dump(ast.parse(mutant.source())) for mutant in mutants}
    assert len(programs) > 0.9 * len(mutants) > 50
    assert ast.dump(ast.parse(path.read_text("utf-8"))) not in programs


@pytest.mark.slow
def test_a_wrong_sign_dies_and_what_changes_nothing_lives() -> None:
    suite = suite_of([SMALL])
    assert [path.name for path in suite.tests] == ["test_stake_limit.py"]
    wrong = next(each for each in mutants_of(SMALL) if each.text.startswith("(limit.left -"))
    assert trial(suite, None, 60) == ""
    assert trial(suite, wrong, 60) == "tests"
    end = len(SMALL.read_text("utf-8"))
    same = Mutant(SMALL, 1, end, end, "# only a remark\n")
    assert trial(suite, same, 60) == ""
    assert trial(suite, same._replace(text="1 / 0\n"), 60) == "import"
    assert trial(suite, same._replace(text="while True:\n    pass\n"), 1) == "time"


def test_vectors_kill_what_unit_tests_leave() -> None:
    rewards = [PROTOCOLS / "fee_market.py"]
    suite = suite_of(rewards)
    assert [path.name for path in suite.vectors] == ["eip1559.json"]
    factor = next(each for each in mutants_of(rewards[0]) if each.text == "5007717")
    assert trial(suite._replace(tests=()), factor, 60) == "eip1559"


def test_the_command_prints_its_sample(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stake_limit", "--sample", "3", "--seed", "1"]) in (0, 1)
    told = capsys.readouterr().out
    assert "3 of" in told
    assert "seed 1" in told
    with pytest.raises(SystemExit, match="no module"):
        main(["no_such_module"])


@pytest.mark.nightly
@pytest.mark.parametrize("name", largest(5))
def test_a_sample_of_the_largest_modules_dies(name: str) -> None:
    result = run(sources_of(name), 150, 7)
    assert result.share >= ENOUGH, [str(mutant) for mutant in result.survivors]
