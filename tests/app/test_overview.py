"""How far each lesson is, as the Learn room shows it."""

from __future__ import annotations

from pathlib import Path

from lstwallet.app.lessons.desk import Desk
from lstwallet.app.lessons.overview import FINISHED, NEW, QUIZ, STEPS, overview, standing
from lstwallet.app.lessons.predicates import Mark
from lstwallet.app.lessons.progress import Progress

BEGUN = Mark(0, 0, 0)


def test_a_lesson_never_opened_is_new(tmp_path: Path) -> None:
    seen = overview(Desk(tmp_path))
    only = seen.standings[0]
    assert (only.state, only.done, only.total) == (NEW, 0, 4)
    assert seen.present is only
    assert [question.id for question in only.left] == ["why-32", "what-grows", "the-fee"]


def test_a_step_that_is_told_counts_as_done(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lesson = desk.lessons[0]
    under_way = standing(lesson, Progress(1, BEGUN, told=True), tmp_path)
    assert (under_way.state, under_way.done) == (STEPS, 2)
    last = standing(lesson, Progress(2, BEGUN, told=True), tmp_path)
    assert (last.state, last.done) == (STEPS, 3)


def test_the_quiz_is_left_and_what_was_missed_is_due(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    lesson = desk.lessons[0]
    progress = Progress(3, BEGUN, answers={"why-32": 0, "the-fee": 0}, missed=("why-32",))
    seen = standing(lesson, progress, tmp_path)
    assert (seen.state, seen.done) == (QUIZ, 3)
    assert [question.id for question in seen.review] == ["why-32"]
    assert [question.id for question in seen.left] == ["why-32", "what-grows"]


def test_finished_is_all_of_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    answers = {"why-32": 1, "what-grows": 1, "the-fee": 0}
    seen = standing(desk.lessons[0], Progress(3, BEGUN, answers=answers, finished=True), tmp_path)
    assert (seen.state, seen.done, seen.total) == (FINISHED, 4, 4)
    assert not seen.left


def test_an_answer_that_the_lesson_no_longer_offers_is_not_right(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    seen = standing(desk.lessons[0], Progress(3, BEGUN, answers={"why-32": 9}), tmp_path)
    assert "why-32" in [question.id for question in seen.left]


def test_a_damaged_progress_file_is_set_aside_and_named(tmp_path: Path) -> None:
    (tmp_path / "progress.json").write_text("{half", encoding="utf-8")
    seen = overview(Desk(tmp_path))
    assert seen.set_aside == tmp_path / "progress.json.broken-1"
    assert seen.standings[0].state == NEW


def test_the_glossary_is_in_the_order_of_the_alphabet(tmp_path: Path) -> None:
    terms = list(overview(Desk(tmp_path)).terms)
    assert terms == sorted(terms, key=str.casefold)
    assert terms[:2] == ["break-even", "discount"]
    assert {"oracle report", "rebasing token", "Solo validator", "wstETH"} <= set(terms)
