"""Which backups stay when many have been made."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lstwallet.app.thinning import superfluous

NOW = datetime(2026, 11, 28, 14, 5)
ages = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=900))
histories = st.lists(ages.map(lambda age: NOW - age), min_size=1, max_size=120)


def kept(moments: list[datetime], now: datetime = NOW) -> set[datetime]:
    return set(moments) - superfluous(moments, now)


def days_ago(moment: datetime, now: datetime = NOW) -> int:
    return (now.date() - moment.date()).days


def week(moment: datetime) -> tuple[int, int]:
    """One that two months share counts as two."""
    return moment.isocalendar()[1], moment.month


def test_as_it_is_told() -> None:
    moments = [NOW - timedelta(hours=hours) for hours in range(0, 24 * 120)]
    stay = sorted(kept(moments), reverse=True)
    assert sum(days_ago(each) == 0 for each in stay) == 15  # 00:05 to 14:05
    assert [days_ago(each) for each in stay if 0 < days_ago(each) <= 7] == [1, 2, 3, 4, 5, 6, 7]
    assert all(each.hour == 23 for each in stay if 0 < days_ago(each) <= 7)
    weeks = [week(each) for each in stay if 7 < days_ago(each) <= 31]
    months = [(each.year, each.month) for each in stay if days_ago(each) > 31]
    assert len(weeks) == len(set(weeks)) == 5  # of 44 to 47, one is shared by two months
    assert months == [(2026, 10), (2026, 9), (2026, 8), (2026, 7)]


@given(histories)
def test_the_newest_stays_and_so_does_all_of_today(moments: list[datetime]) -> None:
    stay = kept(moments)
    assert max(moments) in stay
    assert {each for each in moments if days_ago(each) == 0} <= stay


@given(histories)
def test_each_day_week_and_month_that_had_one_keeps_just_one(moments: list[datetime]) -> None:
    stay = kept(moments)
    for low, high, span in (
        (1, 7, lambda each: each.date()),
        (8, 31, week),
        (32, 10_000, lambda each: (each.year, each.month)),
    ):
        of_age = [each for each in moments if low <= days_ago(each) <= high]
        left = [span(each) for each in stay if low <= days_ago(each) <= high]
        assert sorted(left) == sorted({span(each) for each in of_age})


@given(histories)
def test_thinning_twice_is_thinning_once(moments: list[datetime]) -> None:
    assert not superfluous(kept(moments), NOW)


@given(histories, st.lists(st.integers(1, 40), max_size=12))
def test_as_days_go_by_no_month_that_had_a_backup_is_left_without(
    moments: list[datetime], pauses: list[int]
) -> None:
    """Thinned again and again with new ones in between: old ones fade, none of a time is lost."""
    left, now = set(moments), NOW
    ever = {(each.year, each.month) for each in moments}
    for pause in pauses:
        left = kept(sorted(left), now)
        now += timedelta(days=pause)
        left.add(now)
        ever.add((now.year, now.month))
    left = kept(sorted(left), now)
    assert {(each.year, each.month) for each in left} == ever


def test_what_was_made_in_the_future_stays() -> None:
    ahead = [NOW + timedelta(days=2, hours=hour) for hour in range(3)]
    assert not superfluous(ahead, NOW)
