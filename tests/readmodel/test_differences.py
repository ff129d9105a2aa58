"""Two courses side by side: entries in step, the first difference, positions, net worth."""

from __future__ import annotations

from lstwallet.engine.kernel import Draft, handle
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.ledger.entries import Account
from lstwallet.readmodel.activity import Amount, Line
from lstwallet.readmodel.differences import (
    WORTH,
    End,
    Step,
    first_difference,
    held,
    in_step,
    telling,
    worths,
)
from lstwallet.readmodel.samples import Series
from tests.small_world import small_world

ETH = 10**18


def entry(seq: int, at: int, kind: str, units: int = 0, group: str = "wallet") -> Line:
    moves = (Amount("ETH", units),) if units else ()
    return Line(seq, at, kind, group, moves, "", YOU)


def test_what_is_of_one_kind_at_one_moment_stands_side_by_side() -> None:
    ours = [entry(9, 50, "Staked", -5), entry(4, 10, "Funded", 7), entry(6, 30, "Borrowed", 3)]
    theirs = [entry(4, 10, "Funded", 7), entry(8, 50, "Staked", -6)]
    steps = in_step(ours, theirs)
    assert steps == [
        Step(10, ours[1], theirs[0]), Step(30, ours[2], None), Step(50, ours[0], theirs[1])
    ]  # fmt: skip
    assert [step.same for step in steps] == [True, False, False]
    assert first_difference(steps) == 1
    assert in_step(theirs, ours)[1] == Step(30, None, ours[2])


def test_several_at_one_moment_keep_their_order() -> None:
    ours = [entry(5, 10, "Sent", -1), entry(6, 10, "Sent", -2)]
    theirs = [entry(5, 10, "Sent", -1)]
    assert in_step(ours, theirs) == [Step(10, ours[0], theirs[0]), Step(10, ours[1], None)]


def test_the_same_entry_under_another_number_is_the_same() -> None:
    step = Step(10, entry(5, 10, "Sent", -1), entry(900, 10, "Sent", -1))
    assert step.same
    assert first_difference([step]) is None
    assert not Step(10, None, None).same


def test_rewards_are_left_out_unless_one_is_the_first_difference() -> None:
    reward, more = entry(5, 10, "OracleReported", 1, "rewards"), entry(5, 10, "X", 2, "rewards")
    sent = entry(7, 20, "Sent", -1)
    same, differs, own = Step(10, reward, reward), Step(15, reward, more), Step(20, sent, sent)
    assert telling([same, own]) == [own]
    assert telling([same, differs, own]) == [differs, own]
    assert telling([own, Step(25, sent, None), differs]) == [own, Step(25, sent, None)]


def test_positions_of_either_are_listed_with_what_both_have() -> None:
    first = small_world()
    second = Draft(first)
    for command in (Fund(YOU, "ETH", 9 * ETH), Stake(YOU, 4 * ETH)):
        handle(second, command)
    rows = {row.key: row for row in held(first, second.freeze(), YOU)}
    alone = {row.key: row for row in held(second.freeze(), first, YOU)}
    steth = rows["wallet:stETH"]
    assert steth.first == 0
    assert 0 <= 4 * ETH - steth.second <= 2
    assert steth.first_usd == 0 < steth.second_usd
    assert alone["wallet:stETH"].first == steth.second
    stranger: Account = "you:2"
    assert held(first, second.freeze(), stranger) == [], "it was never opened"


def test_lines_share_their_moments_and_end_where_they_end() -> None:
    one = Series([0, 10, 20], {WORTH: [5, None, 7]})
    other = Series([0, 15], {WORTH: [5, 6]})
    found = worths(one, other, (End(20, 7), End(15, 6)))
    assert found.at == [0, 10, 15, 20]
    assert found.first == [5, None, None, 7]
    assert found.second == [5, 5, 6, None]


def test_what_was_done_since_the_last_sample_is_in_the_end_of_its_line() -> None:
    one = Series([0, 10, 20], {WORTH: [5, 6, 7]})
    found = worths(one, Series([], {WORTH: []}), (End(20, 9), End(12, 1)))
    assert found.at == [0, 10, 12, 20]
    assert found.first == [5, 6, 6, 9], "in the moment of a sample, after it"
    assert found.second == [None, None, 1, None]
    late = worths(one, one, (End(25, 9), End(20, 7)))
    assert (late.at, late.first) == ([0, 10, 20, 25], [5, 6, 7, 9])
    assert late.second == [5, 6, 7, None]
