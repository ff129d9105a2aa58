"""Simulated time in whole seconds."""

from __future__ import annotations

import pytest

from lstwallet.units import clock

MOMENT = clock.parse_iso("2022-06-14T09:10:11Z")


def test_reads_and_writes_iso() -> None:
    assert clock.iso(MOMENT) == "2022-06-14T09:10:11Z"
    assert clock.parse_iso("2022-06-14") == clock.parse_iso("2022-06-14T00:00:00+00:00")
    assert clock.parse_iso("2022-06-14T02:00:00+02:00") == clock.parse_iso("2022-06-14")
    with pytest.raises(ValueError, match="isoformat"):
        clock.parse_iso("yesterday")


def test_whole_steps() -> None:
    assert clock.iso(clock.start_of(clock.HOUR, MOMENT)) == "2022-06-14T09:00:00Z"
    assert clock.iso(clock.next_after(clock.HOUR, MOMENT)) == "2022-06-14T10:00:00Z"
    noon = clock.parse_iso("2022-06-14T12:00")
    assert clock.next_after(clock.DAY, noon, 12 * clock.HOUR) == noon + clock.DAY
    assert clock.next_after(clock.DAY, noon - 1, 12 * clock.HOUR) == noon
    assert clock.steps_between(clock.HOUR, MOMENT, MOMENT + 7_199) == 1
    assert clock.epoch_of(clock.EPOCH * 3 + 383, 0) == 3
