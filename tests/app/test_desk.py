"""Each lesson in a profile of its own: kept while paused, deleted on reset."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstwallet.app.lessons.desk import Desk
from lstwallet.app.session import Session
from lstwallet.engine.staking import Stake
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.world import YOU
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.units.clock import DAY

ETH = 10**18


def test_a_lesson_is_paused_and_goes_on_where_it_was(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lesson = desk.lesson("any-amount")
    session = desk.open(lesson)
    run = desk.follow(lesson, session)
    assert session.world.balance(YOU, "ETH") == lesson.start.fund["ETH"]
    refusal = session.execute(StakeNatively(YOU, 5 * ETH)).refusal
    assert run.observe_refusal("StakeNatively", type(refusal).__name__)
    assert run.go_on()
    outcome = session.execute(Stake(YOU, 5 * ETH))
    assert run.observe(outcome.world, outcome.events)
    before = session.world
    session.close()

    again = Desk(tmp_path)
    session = again.open(lesson)
    run = again.follow(lesson, session)
    assert session.world == before
    assert run.told
    assert run.go_on()
    outcome = session.advance(session.world.time + DAY)
    assert run.observe(outcome.world, outcome.events)
    session.close()


def test_reset_deletes_the_profile_and_the_progress(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lesson = desk.lesson("any-amount")
    session = desk.open(lesson)
    run = desk.follow(lesson, session)
    run.observe_refusal("StakeNatively", "BelowMinimum")
    session.close()
    assert desk.progress(lesson).told
    desk.reset(lesson)
    assert not list(tmp_path.glob("any-amount*"))
    assert not desk.progress(lesson).told


def test_a_lesson_that_is_open_is_not_reset(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lesson = desk.lesson("any-amount")
    session = desk.open(lesson)
    desk.follow(lesson, session).observe_refusal("StakeNatively", "BelowMinimum")
    with pytest.raises(StoreUnavailable) as caught:
        Desk(tmp_path).reset(lesson)
    assert caught.value.trouble is Trouble.LOCKED
    assert desk.path(lesson).exists()
    assert Desk(tmp_path).progress(lesson).told
    assert session.execute(Stake(YOU, ETH)).refusal is None
    session.close()


def test_evidence_without_a_ledger_is_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lesson = desk.lesson("any-amount")
    session = desk.open(lesson)
    desk.follow(lesson, session).observe_refusal("StakeNatively", "BelowMinimum")
    session.close()
    desk.path(lesson).unlink()
    session = desk.open(lesson)
    assert not desk.follow(lesson, session).told
    session.close()


def test_a_profile_left_before_its_money_came_gets_it_when_it_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    lesson = desk.lesson("any-amount")

    def power_cut(self: Session, command: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(Session, "execute", power_cut)
        with pytest.raises(KeyboardInterrupt):
            desk.open(lesson)
    session = desk.open(lesson)  # nobody holds its lock
    assert session.world.balance(YOU, "ETH") == lesson.start.fund["ETH"]
    session.close()
    session = desk.open(lesson)
    assert session.world.balance(YOU, "ETH") == lesson.start.fund["ETH"]
    session.close()
