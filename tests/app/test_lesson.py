"""Lesson files: good ones load whole, bad ones are refused with one plain sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstwallet.app.lessons.lesson import BadLesson, load, load_all
from lstwallet.app.lessons.predicates import TOKENS
from lstwallet.market import genesis
from lstwallet.units.paths import resources

LESSON = resources() / "lessons" / "en" / "01-any-amount.toml"


def test_every_shipped_lesson_loads() -> None:
    lessons = load_all(LESSON.parent)
    assert [lesson.id for lesson in lessons] == ["any-amount", "two-kinds", "queue-or-market"]
    lesson = lessons[0]
    assert [step.id for step in lesson.steps] == ["alone", "pool", "first-reward"]
    assert lesson.start.fund == {"ETH": 18_442 * 10**15}
    assert all(step.hints[2].do for step in lesson.steps)
    assert lesson.steps[0].targets == ("stake.choice.solo", "stake.panel")
    assert lesson.steps[0].shows == ()
    assert lesson.steps[2].targets == ("time.day",)
    assert lesson.steps[2].shows == ("home.positions",)


def test_every_lesson_has_three_hints_undo_advice_and_an_explained_quiz() -> None:
    for lesson in load_all(LESSON.parent):
        assert 3 <= len(lesson.steps) <= 7
        assert all(len(step.hints) == 3 for step in lesson.steps)
        assert any(step.wrong for step in lesson.steps)
        assert len(lesson.quiz) >= 3
        assert all(option.why for question in lesson.quiz for option in question.options)


def test_every_dotted_term_is_in_the_glossary() -> None:
    for lesson in load_all(LESSON.parent):
        texts = " ".join(step.text + step.after for step in lesson.steps)
        for term in lesson.terms:
            assert f"*{term}*" in texts, term


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('id = "any-amount"', "", "id is missing"),
        ("minutes = 4", 'minutes = "four"', "minutes is not a whole number"),
        ("minutes = 4", "minutes = 4\ncolour = 1", "colour is not known"),
        ("id = ", "id = = ", "is not valid TOML"),
        ('fund = { ETH = "18.442" }', 'fund = { ETH = "1,5" }', "fund, ETH is not an amount"),
        ('fund = { ETH = "18.442" }', 'fund = { DOGE = "1" }', "does not come in DOGE"),
        ('at = "2025-10-14T13:00:00Z"', 'at = "soon"', "at is not a date and time"),
        ('event = "Staked", token', 'event = "Stacked", token', "no event “Stacked”"),
        ('reason = "BelowMinimum"', 'reason = "TooPoor"', "no reason “TooPoor”"),
        ('command = "StakeNatively"', 'command = "eval"', "no command “eval”"),
        ("reward_arrived =", "__import__ =", "no predicate “__import__”"),
        ('event = "Staked", token', 'event = "Staked", of = "worth", token', "“worth”"),
        ('reward_arrived = { token = "stETH" }', 'reward_arrived = { token = "ETH" }', "“wstETH”"),
        ("hours = 24", 'hours = "24"', "“time_passed” needs “hours”"),
        ('at_least = "5"', 'at_least = "1e9"', "is not an amount"),
        ('["step", "day"]', '["shell", "day"]', "is not an action"),
        ('target = "time.day"', "target = []", "target is a text or a list of texts"),
        ('target = "time.day"', "target = 3", "target is not a list"),
        ('show = "home.positions"', "show = []", "show is a text or a list of texts"),
        ('id = "any-amount"', 'id = "../../main"', "id is made of small letters"),
        ("minutes = 4", "minutes = 10000", "minutes is a number from 1 to 600"),
        ("minutes = 4", "minutes = true", "minutes is not a whole number"),
        ("minutes = 4", "minuets = 4", "minuets is not known; did you mean “minutes”?"),
        ("seed = 32", "seed = -1", "seed is a number"),
        ('title = "Any', "title = 1.5 # ", "title is not a text"),
        ('event = "Staked", token', 'event = "Staked", where = { pool = { a = 1 } }, token',
         "“where” compares “pool”"),
        ('event = "Staked", token', 'event = "Staked", of = "account", token', "is no number"),
        ('token = "ETH", at_least', 'token = "ETC", at_least', "did you mean “ETH”?"),
        ("hours = 24", "hours = -24", "“hours” is a number from 1"),
        ("right = true\nwhy = \"Yes. Half", "why = \"Yes. Half", "exactly one right option"),
    ],
)  # fmt: skip
def test_an_error_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    text = LESSON.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "broken.toml"
    broken.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadLesson, match=r"broken\.toml") as caught:
        load(broken)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


def test_what_a_condition_may_be_about_has_the_decimals_of_the_world() -> None:
    assert {token: genesis.TOKENS[token].decimals for token in TOKENS} == TOKENS


def test_a_missing_file_and_a_bomb(tmp_path: Path) -> None:
    with pytest.raises(BadLesson, match="cannot be read"):
        load(tmp_path / "none.toml")
    bomb = tmp_path / "bomb.toml"
    bomb.write_bytes(b"#" * 300_000)
    with pytest.raises(BadLesson, match="larger"):
        load(bomb)


def test_two_lessons_with_one_id(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_bytes(LESSON.read_bytes())
    with pytest.raises(BadLesson, match="same id"):
        load_all(tmp_path)
