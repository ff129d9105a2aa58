"""A lesson under way: only the ledger finishes a step, and it resumes where it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from lstwallet.app.lessons.desk import Desk
from lstwallet.app.lessons.lesson import Lesson, load
from lstwallet.app.lessons.progress import Progress, ProgressFile
from lstwallet.app.lessons.run import LessonRun
from lstwallet.engine import kernel
from lstwallet.engine.lending import Supply
from lstwallet.engine.pools_facts import STETH_ETH, Swap
from lstwallet.engine.pools_view import pool_price
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.staking import Claim, RequestUnstake, Stake, Unwrap, Wrap, estimate_wait
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import genesis
from lstwallet.units.amount import ALL
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.paths import resources

ETH = 10**18


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return load(resources() / "lessons" / "en" / "01-any-amount.toml")


class Sandbox:
    """A world, its market, and the person's own events: what a session gives a lesson."""

    def __init__(self, lesson: Lesson, folder: Path) -> None:
        self.lesson = lesson
        self.file = folder / "progress.json"
        self.draft = Draft(genesis(lesson.start.seed, lesson.start.at))
        self.mine: list[tuple[int, kernel.Event]] = []
        self.do(Fund(YOU, "ETH", lesson.start.fund["ETH"]))
        self.run = self.resume()

    def world(self) -> World:
        return self.draft.freeze()

    def resume(self) -> LessonRun:
        self.run = LessonRun(self.lesson, ProgressFile(self.file), self.world(), self.since)
        return self.run

    def since(self, number: int) -> list[kernel.Event]:
        return [event for seq, event in self.mine if seq > number]

    def do(self, command: kernel.Command) -> bool:
        try:
            events = kernel.handle(self.draft, command)
        except Refusal as refusal:
            return self.run.observe_refusal(type(command).__name__, type(refusal).__name__)
        self.mine += [(self.draft.events, event) for event in events]
        return hasattr(self, "run") and self.run.observe(self.world(), events)

    def day(self) -> bool:
        driver = Driver(MarketConfig(), self.lesson.start.seed)
        for _step in driver.steps(self.draft, self.draft.time + DAY):
            pass
        return self.run.observe(self.world(), ())


@pytest.fixture
def sandbox(lesson: Lesson, tmp_path: Path) -> Sandbox:
    return Sandbox(lesson, tmp_path)


def test_the_ledger_walks_it_to_the_end(sandbox: Sandbox) -> None:
    run = sandbox.run
    assert run.step is not None
    assert run.step.id == "alone"
    assert sandbox.do(StakeNatively(YOU, 5 * ETH))
    assert run.told
    assert run.go_on()
    assert run.step is not None
    assert run.step.id == "pool"
    assert not sandbox.do(Stake(YOU, 4 * ETH))
    assert "less than 5 ETH" in (run.wrong_move() or "")
    assert sandbox.do(Stake(YOU, 5 * ETH))
    assert run.wrong_move() is None
    assert run.go_on()
    assert sandbox.day()
    assert run.go_on()
    assert run.step is None
    assert not run.progress.finished
    for question in run.lesson.quiz:
        wrong = next(n for n, option in enumerate(question.options) if not option.right)
        assert not run.answer(question.id, wrong)
    assert set(run.progress.missed) == {question.id for question in run.lesson.quiz}
    for question in run.lesson.quiz:
        right = next(n for n, option in enumerate(question.options) if option.right)
        assert run.answer(question.id, right)
    assert run.progress.finished
    assert run.progress.missed == ()


def test_pressing_buttons_alone_finishes_nothing(sandbox: Sandbox) -> None:
    for _press in range(20):
        assert not sandbox.run.go_on()
        sandbox.run.next_hint()
        assert not sandbox.run.answer("why-32", 1)
    assert sandbox.run.progress.step == 0
    assert sandbox.run.progress.hints == 3
    assert not sandbox.run.progress.finished


def test_another_refusal_is_not_this_one(sandbox: Sandbox) -> None:
    assert not sandbox.do(StakeNatively(YOU, 64 * ETH))
    assert not sandbox.do(Stake(YOU, 50 * ETH))
    assert sandbox.run.progress.step == 0
    assert not sandbox.run.told


def test_it_resumes_at_the_exact_step_with_its_evidence(sandbox: Sandbox) -> None:
    sandbox.do(StakeNatively(YOU, 5 * ETH))
    assert sandbox.resume().told
    sandbox.run.go_on()
    sandbox.do(Stake(YOU, 4 * ETH))
    run = sandbox.resume()
    assert run.step is not None
    assert run.step.id == "pool"
    assert run.wrong_move() is not None
    sandbox.do(Stake(YOU, 5 * ETH))
    assert sandbox.resume().told


def test_a_day_before_the_step_began_does_not_count(sandbox: Sandbox) -> None:
    sandbox.do(StakeNatively(YOU, 5 * ETH))
    sandbox.run.go_on()
    sandbox.day()
    sandbox.do(Stake(YOU, 5 * ETH))
    sandbox.run.go_on()
    assert sandbox.run.step is not None
    assert sandbox.run.step.id == "first-reward"
    assert not sandbox.run.told


def test_a_damaged_progress_file_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    file.write_text('{"any-amount": {"step": "x"', encoding="utf-8")
    kept = ProgressFile(file)
    assert kept.of("any-amount") == Progress()
    assert kept.set_aside is not None
    assert kept.set_aside.exists()
    kept.keep("any-amount", Progress(step=2))
    assert ProgressFile(file).of("any-amount").step == 2


@pytest.mark.parametrize(
    ("part", "nonsense"),
    [
        ('"step": 2', '"step": Infinity'),
        ('"step": 2', '"step": -1'),
        ('"hints": 0', '"hints": -3'),
        ('"hints": 0', '"hints": ' + "[" * 100_000),
        ('"step": 2', '"step": true'),
        ('"step": 2', '"step": 2, "step": 3'),
        ('"step": 2', '"step": 1' + "0" * 5_000),
        ('"mark": null', '"mark": [1, 2]'),
        ('"mark": null', '"mark": [1, 2, "3"]'),
        ('"refused": []', '"refused": ["Stake"]'),
        ('"refused": []', '"refused": [["Stake", 3]]'),
        ('"missed": []', '"missed": [[]]'),
        ('"answers": {}', '"answers": {"a": null}'),
        ('"answers": {}', '"answers": []'),
    ],
)
def test_no_damage_makes_it_raise_and_none_is_overwritten(
    tmp_path: Path, part: str, nonsense: str
) -> None:
    file = tmp_path / "progress.json"
    for number in (1, 2):
        ProgressFile(file).keep("any-amount", Progress(step=2))
        text = file.read_text()
        assert part in text
        damaged = text.replace(part, nonsense)
        file.write_text(damaged)
        kept = ProgressFile(file)
        assert kept.of("any-amount") == Progress()
        assert kept.set_aside == tmp_path / f"progress.json.broken-{number}"
        assert kept.set_aside.read_text() == damaged
    assert len(list(tmp_path.iterdir())) == 2


def test_what_was_done_just_before_a_crash_counts(sandbox: Sandbox) -> None:
    sandbox.do(StakeNatively(YOU, 5 * ETH))
    assert sandbox.run.go_on()
    kernel.handle(sandbox.draft, Fund(YOU, "ETH", ETH))
    events = kernel.handle(sandbox.draft, Stake(YOU, 5 * ETH))
    sandbox.mine += [(sandbox.draft.events, event) for event in events]  # committed, not observed
    assert not sandbox.run.told
    assert sandbox.resume().told


def test_a_refusal_that_finishes_nothing_is_remembered(sandbox: Sandbox) -> None:
    sandbox.do(Stake(YOU, 10**30))
    assert not sandbox.run.told
    assert [item.command for item in sandbox.resume().progress.refused] == ["Stake"]


Move = kernel.Command | int
"""A command, or seconds that pass."""


def walk(desk: Desk, ident: str, moves: Mapping[str, Sequence[Move]]) -> LessonRun:
    """Each step's moves in the lesson's own profile; the last one ends it, none before it."""
    lesson = desk.lesson(ident)
    session = desk.open(lesson)
    try:
        run = desk.follow(lesson, session)
        for step, acts in moves.items():
            assert run.step is not None
            assert run.step.id == step
            for act in acts:
                assert not run.told
                outcome = (
                    session.advance(session.world.time + act)
                    if isinstance(act, int)
                    else session.execute(act)
                )
                assert outcome.refusal is None
                run.observe(outcome.world, outcome.events)
            assert run.told, step
            assert run.go_on()
    finally:
        session.close()
    return run


def test_two_kinds_of_receipt_to_the_quiz(tmp_path: Path) -> None:
    run = walk(
        Desk(tmp_path),
        "two-kinds",
        {
            "stake": [Stake(YOU, 4 * ETH), Stake(YOU, 6 * ETH)],
            "wrap": [Wrap(YOU, 2 * ETH), Wrap(YOU, 3 * ETH)],
            "a-day": [HOUR, 23 * HOUR],
            "collateral": [Supply(YOU, "wstETH", ETH), Supply(YOU, "wstETH", 2 * ETH)],
            "unwrap": [Unwrap(YOU, ETH // 20), Wrap(YOU, 2 * ETH), Unwrap(YOU, 2 * ETH)],
        },
    )
    assert run.step is None
    assert not run.progress.finished


def test_queue_or_market_to_the_quiz_with_a_range_and_a_discount(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lesson = desk.lesson("queue-or-market")
    session = desk.open(lesson)
    world = session.world
    session.close()
    wait = estimate_wait(world, 5 * ETH)
    assert (wait.low // DAY, -(-wait.high // DAY)) == (5, 10)  # as the lesson's text says
    price = pool_price(world, STETH_ETH)
    assert price is not None
    assert 0.995 < price / ETH < 0.997
    run = walk(
        desk,
        "queue-or-market",
        {
            "stake": [Stake(YOU, 12 * ETH)],
            "ask": [RequestUnstake(YOU, ETH), RequestUnstake(YOU, 5 * ETH)],
            "sell": [Swap(YOU, STETH_ETH, "stETH", 5 * ETH, 0, "ETH")],
            "wait": [DAY, 6 * DAY],
            "claim": [Claim(YOU, ALL)],
        },
    )
    assert run.step is None


@pytest.mark.parametrize(
    ("ident", "step", "acts", "advice"),
    [
        ("two-kinds", "wrap", [Stake(YOU, 10 * ETH), None, Wrap(YOU, ALL)], "*Unwrap*"),
        ("two-kinds", "wrap", [Stake(YOU, 10 * ETH), None, WrapEth(YOU, ETH)], "into WETH"),
        ("queue-or-market", "ask",
         [Stake(YOU, 12 * ETH), None, Swap(YOU, STETH_ETH, "stETH", 5 * ETH, 0, "ETH")],
         "that is the next step"),
        ("queue-or-market", "ask",
         [Stake(YOU, 12 * ETH), None, RequestUnstake(YOU, ETH)], "less than 5"),
    ],
)  # fmt: skip
def test_a_wrong_move_is_told_how_to_undo_it(
    tmp_path: Path, ident: str, step: str, acts: Sequence[kernel.Command | None], advice: str
) -> None:
    desk = Desk(tmp_path)
    session = desk.open(desk.lesson(ident))
    run = desk.follow(desk.lesson(ident), session)
    for act in acts:
        if act is None:
            assert run.go_on()
            continue
        outcome = session.execute(act)
        assert outcome.refusal is None
        run.observe(outcome.world, outcome.events)
    session.close()
    assert run.step is not None
    assert (run.step.id, run.told) == (step, False)
    assert advice in (run.wrong_move() or "")


def test_claimed_before_going_on_is_skipped_not_stuck(tmp_path: Path) -> None:
    """A ticket that is claimed while the explanation is read can not be claimed again."""
    desk = Desk(tmp_path)
    lesson = desk.lesson("queue-or-market")
    session = desk.open(lesson)
    run = desk.follow(lesson, session)
    for act in (
        Stake(YOU, 12 * ETH), RequestUnstake(YOU, 5 * ETH),
        Swap(YOU, STETH_ETH, "stETH", 5 * ETH, 0, "ETH"),
    ):  # fmt: skip
        outcome = session.execute(act)
        run.observe(outcome.world, outcome.events)
        assert run.go_on()
    outcome = session.advance(session.world.time + 7 * DAY)
    run.observe(outcome.world, outcome.events)
    assert run.told
    outcome = session.execute(Claim(YOU, ALL))
    run.observe(outcome.world, outcome.events)
    session.close()
    assert run.go_on()
    assert run.step is None
