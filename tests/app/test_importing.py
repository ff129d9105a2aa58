"""What is exported comes in again to the same world; anything else is refused with its line."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstwallet.app import importing
from lstwallet.app.session import Session
from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.kernel import Batch, Command
from lstwallet.engine.staking import Stake
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store import export, imports
from lstwallet.store.book import Contact, Favour, NameAccount, Note, PutContact, PutNote
from lstwallet.store.codec import world_hash
from lstwallet.store.reading import Reading
from lstwallet.store.verify import verify
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.strict.refused import FileRefused, Problem
from tests.small_world import small_world

ETH = 10**18
RESERVE = '{"symbol":"wstETH","unit"'
SOMEBODY = "sim1qyqszqgpqyqszqgpqyqszqgpqyqszqgp"


def made(path: Path) -> Session:
    return Session.create(path, small_world(), MarketConfig(), name="Main")


def exported(session: Session) -> list[str]:
    return list(export.lines(session.journal()))


def imported(lines: list[str], path: Path) -> importing.Imported:
    """As the door hands them over, without the child."""
    items = imports.answer(enumerate((line.rstrip("\n") for line in lines), 1))
    return importing.load(map(imports.of_answer, items), path)


def with_branches(session: Session) -> None:
    """A tree: three branches, one hidden, one without an event of its own, notes on two."""
    session.execute(Fund(YOU, "ETH", 50 * ETH))
    session.advance(session.world.time + DAY)
    seq = session.world.events
    session.execute(Batch((Stake(YOU, ETH), WrapEth(YOU, ETH))))
    session.edit(PutNote(session.activity()[0].seq, Note("on the first line")))
    second = session.fork(seq, "Not staked")
    session.execute(WrapEth(YOU, 3 * ETH))
    session.edit(PutNote(session.activity()[0].seq, Note("on the second", "fork")))
    session.advance(session.world.time + 3 * HOUR)
    third = session.fork(session.world.events, "Nothing yet")
    session.switch(second)
    session.hide(third)


def test_a_note_is_not_looked_for_in_the_whole_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file may hold a note on every event: each of them would read them all."""
    session = made(tmp_path / "Main.lstwallet")
    with_branches(session)
    lines = exported(session)
    session.close()

    def whole(_: Reading) -> None:
        raise AssertionError("all of Activity was read")

    monkeypatch.setattr(Reading, "activity_rows", whole)
    assert imported(lines, tmp_path / "Again.lstwallet").branches == 3


# --- there and back ------------------------------------------------------------------------------

amounts = st.integers(1, 40).map(lambda tenths: tenths * ETH // 10)
steps: st.SearchStrategy[list[Command | int]] = st.lists(
    st.one_of(
        amounts.map(lambda units: Fund(YOU, "ETH", units)),
        amounts.map(lambda units: Stake(YOU, units)),
        amounts.map(lambda units: WrapEth(YOU, units)),
        st.just(OpenAccount()),
        st.sampled_from([1, 59, HOUR, 5 * HOUR, DAY, 2 * DAY + 7]),
    ),
    max_size=8,
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_a_history_comes_in_again_to_the_same_world_and_the_same_file(
    story: list[Command | int],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = made(Path(folder, "a.lstwallet"))
        for step in story:
            if isinstance(step, int):
                session.advance(session.world.time + step)
            else:
                session.execute(step)
        lines = exported(session)
        found = imported(lines, Path(folder, "b.lstwallet"))
        again = Session.open(Path(folder, "b.lstwallet"), read_only=True)
        assert again.world == session.world
        assert found.world_hash == world_hash(session.world)
        assert [(row.seq, row.command, row.gains) for row in again.activity()] == [
            (row.seq, row.command, row.gains) for row in session.activity()
        ]
        assert exported(again) == lines
        again.close()
        session.close()
        assert verify(Path(folder, "b.lstwallet")).problems == ()


@pytest.fixture
def tree(tmp_path: Path) -> list[str]:
    """The lines of a profile with branches, notes, contacts and favourites."""
    session = made(tmp_path / "a.lstwallet")
    session.edit(NameAccount(YOU, "Pocket"))
    session.edit(Favour("token", "stETH", True))
    with_branches(session)
    lines = exported(session)
    session.close()
    return lines


def test_branches_come_in_again(tree: list[str], tmp_path: Path) -> None:
    found = imported(tree, tmp_path / "b.lstwallet")
    assert found.branches == 3
    again = Session.open(tmp_path / "b.lstwallet", read_only=True)
    assert exported(again) == tree
    again.close()
    report = verify(tmp_path / "b.lstwallet")
    assert report.problems == ()
    assert report.branches == 3


def test_the_history_goes_on_where_it_was(tree: list[str], tmp_path: Path) -> None:
    """The next day is the same, event for event, in the old file and in the new one."""
    imported(tree, tmp_path / "b.lstwallet")
    hashes = []
    for name in ("a", "b"):
        session = Session.open(tmp_path / f"{name}.lstwallet")
        session.advance(session.world.time + DAY)
        hashes.append((world_hash(session.world), session._head))
        session.close()
    assert hashes[0] == hashes[1]


def test_contacts_come_in_again(tmp_path: Path) -> None:
    session = made(tmp_path / "a.lstwallet")
    from lstwallet.engine import address

    place = address.of_account(session.world, "you:2")
    contact = Contact(place, "Ann & Bo", "met on a bridge")
    session.edit(PutContact(place, contact))
    imported(exported(session), tmp_path / "b.lstwallet")
    session.close()
    again = Session.open(tmp_path / "b.lstwallet", read_only=True)
    assert again.book.contacts == {place: contact}
    again.close()


def test_the_same_history_is_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        session = made(tmp_path / f"{name}.lstwallet")
        session.execute(Fund(YOU, "ETH", 5 * ETH))
        session.advance(session.world.time + 30 * HOUR)
        texts.append("".join(exported(session)))
        session.close()
    assert texts[0] == texts[1]
    assert texts[0].isascii()


# --- refused -------------------------------------------------------------------------------------


def changed(lines: list[str], number: int, change: Callable[[dict[str, Any]], object]) -> list[str]:
    value = json.loads(lines[number - 1])
    change(value)
    return [*lines[: number - 1], json.dumps(value), *lines[number:]]


def refused(lines: list[str], folder: Path) -> FileRefused:
    with pytest.raises(FileRefused) as told:
        imported(lines, folder / "c.lstwallet")
    shutil.rmtree(folder / "c.lstwallet", ignore_errors=True)
    return told.value


def first_with(lines: list[str], text: str) -> int:
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("where", "change", "reason"),
    [
        ('"Funded"', lambda v: v["event"].update(units="51"), "line"),
        ('"Funded"', lambda v: v["event"].update(units="1e3"), "whole number"),
        ('"Funded"', lambda v: v["event"].update(kind="Gifted"), "unknown kind"),
        ('"Funded"', lambda v: v.update(seq=7), "expected"),
        ('"Funded"', lambda v: v.update(time="2022-05-02"), "moment"),
        ('"Funded"', lambda v: v.update(time="2001-01-01T00:00:00Z"), "before"),
        ('"Funded"', lambda v: v.update(branch=9), "not named"),
        ('"Funded"', lambda v: v.update(note="x"), "no place"),
        ('"of":', lambda v: v.update(of=1), "of"),
        ('"Not staked"', lambda v: v["branches"][1].update(after=10**6), "leaves its parent"),
        ('"Not staked"', lambda v: v["branches"][1].update(parent=7), "not named before"),
        ('"Not staked"', lambda v: v.update(current=8), "no such branch"),
        ('"Not staked"', lambda v: v["market"].update(prices="replay:none"), "market"),
        ('"Not staked"', lambda v: v["market"].update(flows=1), "true or false"),
        ('{"note"', lambda v: v["note"].update(seq=1_000), "no entry of Activity"),
        ('{"note"', lambda v: v["note"].update(text="x" * 300), "at most"),
        ('{"favourite"', lambda v: v["favourite"].update(kind="person"), "no such kind"),
        ('"end":[', lambda v: v["end"][0].update(events=3), "told"),
        ('"end":[', lambda v: v["end"][0].update(chain="0" * 64), "chain"),
        ('"end":[', lambda v: v["end"][1].update(world="0" * 64), "world"),
        ('"end":[', lambda v: v["end"].pop(), "branches"),
        ('"end":[', lambda v: v.update(lines=5), "lines are told"),
    ],
)
def test_what_was_changed_is_refused_with_its_line(
    where: str, change: Callable[[dict[str, Any]], object], reason: str, tree: list[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    number = first_with(tree, where)
    told = refused(changed(tree, number, change), tmp_path)
    assert told.problem is Problem.CONTENT
    if where != '"Not staked"' or "leaves" not in reason:
        assert told.line in (number, len(tree))
    if reason != "line":
        assert reason in told.detail


def test_an_amount_that_was_changed_everywhere_is_still_found_by_the_chain(
    tree: list[str], tmp_path: Path
) -> None:
    """It could have happened: only the hash on the last line says that it did not."""
    lines = [line.replace("50000000000000000000", "60000000000000000000") for line in tree]
    assert lines != tree
    told = refused(lines, tmp_path)
    assert told.line == len(tree)


def test_a_market_that_a_later_line_looks_for_in_vain_is_refused(
    tree: list[str], tmp_path: Path
) -> None:
    """The vault's reserve has another name: the event is applied, the sample of the day fails."""
    lines = [line.replace(RESERVE, RESERVE.replace("TH", "HT")) for line in tree]
    assert lines != tree
    assert refused(lines, tmp_path).problem is Problem.CONTENT


@pytest.mark.parametrize("drop", [1, 2, 3, -2, -1])
def test_a_line_that_is_missing_is_noticed(drop: int, tree: list[str], tmp_path: Path) -> None:
    lines = [line for number, line in enumerate(tree) if number != drop % len(tree)]
    refused(lines, tmp_path)


def test_another_format_and_a_newer_one_are_told_apart(tree: list[str], tmp_path: Path) -> None:
    assert refused(['{"a":1}'], tmp_path).problem is Problem.OTHER_FORMAT
    assert refused([], tmp_path).problem is Problem.OTHER_FORMAT
    newer = changed(tree, 1, lambda value: value.update(version=2))
    assert refused(newer, tmp_path).problem is Problem.NEWER
    assert refused([*tree, tree[-1]], tmp_path).line == len(tree) + 1
    assert refused([tree[0], tree[0]], tmp_path).line == 2


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_byte_that_is_changed_is_noticed_or_says_nothing(
    tree: list[str], tmp_path: Path, data: st.DataObject
) -> None:
    """Noticed, or what came in is the same history (a branch's title, the program's version)."""
    text = "".join(tree)
    weight = text.index("\n", text.index('"Born"'))  # most bytes are the first world's
    place = data.draw(st.one_of(st.integers(0, 400), st.integers(weight, len(text) - 1)))
    letter = data.draw(st.sampled_from('0917"{}[],:aZ\n '))
    changed = text[:place] + letter + text[place + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "c.lstwallet")
        try:
            found = imported(changed.splitlines(keepends=True), target)
        except FileRefused:
            return
        ends = json.loads(tree[-1])["end"]
        assert found.world_hash in {end["world"] for end in ends}
        assert verify(target).problems == ()
