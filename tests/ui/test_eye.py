"""The eye: while it hides, no room, review or receipt tells what the account owns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QTableView, QWidget
from pytestqt.qtbot import QtBot

from lstwallet.app.settings import Settings
from lstwallet.engine.staking import RequestUnstake
from lstwallet.engine.world import YOU, World
from lstwallet.readmodel.portfolio import holdings
from lstwallet.ui import wording
from lstwallet.ui.models.cells import tip
from lstwallet.ui.models.rows import RowsModel
from lstwallet.ui.robot.hands import plain
from tests.journeys.driver import Driver
from tests.ui.harness import enter, window_on
from tests.ui.test_accessibility import FEW, PLACES, Place, walked
from tests.ui.test_home import STORY as TOLD

ETH = 10**18
STORY = (*TOLD, RequestUnstake(YOU, ETH // 2))
"""No holding is as much as what is typed on the walk: that is shown."""
pytestmark = pytest.mark.qt_log_ignore("does not support")


def words_on(window: QWidget) -> Iterator[tuple[str, str]]:
    """Whatever is written, shown on hover or said, with where it stands."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        where = widget.objectName() or type(widget).__name__
        said = [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLabel | QAbstractButton):
            said.append(widget.text())
        if isinstance(widget, QTableView):
            said += cells_of(widget)
        for text in said:
            yield where, plain(text)


def cells_of(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            index = model.index(row, column)
            yield str(model.data(index) or "")
            if isinstance(model, RowsModel):
                yield tip(model.cell(index))


def balances(world: World, account: str) -> frozenset[str]:
    """Every holding as the window would write it, and all of it together in dollars."""
    rows = holdings(world, account)
    found = {wording.fiat(abs(row.usd)) for row in rows}
    worth = sum(row.usd for row in rows)
    found |= {wording.fiat(worth), wording.fiat_short(worth)}
    for row in rows:
        found.add(wording.amount(row.units, row.token, unit=False))
        found.add(wording.exact(row.units, row.token))
        found.add(wording.amount(world.balance(account, row.token), row.token, unit=False))
    return frozenset(plain(each) for each in found) - {"0.0000", "0.00", "$0.00", "0"}


def told(window: QWidget, secrets: frozenset[str]) -> list[str]:
    """Places that tell one of them, the whole number and not a part of another."""
    pattern = re.compile(
        "|".join(rf"(?<![\d.]){re.escape(each)}(?![\d.]*\d)(?!%)" for each in sorted(secrets))
    )
    return sorted({f"{where}: {text}" for where, text in words_on(window) if pattern.search(text)})


def person_on(qtbot: QtBot, folder: Path, privacy: str) -> Driver:
    settings = Settings(theme="light", privacy=privacy)
    return Driver(qtbot, window_on(qtbot, folder, STORY, settings=settings))


def test_the_walk_would_see_them(qtbot: QtBot, tmp_path: Path) -> None:
    """A control: with the eye open the same look finds them."""
    person = person_on(qtbot, tmp_path, "exact")
    enter(qtbot, person.window, "home")
    person.pause(300)
    assert person.window.bridge.world is not None
    secrets = balances(person.window.bridge.world, person.window.bridge.account)
    assert len(told(person.window, secrets)) > 5


def walk(qtbot: QtBot, folder: Path, privacy: str, all_of: tuple[Place, ...]) -> None:
    """Through these places; none may tell what is owned."""
    person = person_on(qtbot, folder, privacy)
    bridge, problems = person.window.bridge, []
    secrets: frozenset[str] = frozenset()
    places = 0
    for place in walked(person, all_of):
        assert bridge.world is not None
        secrets |= balances(bridge.world, bridge.account)
        person.pause(200)
        places += 1
        problems += [f"{place.room} {place.name}: {each}" for each in told(person.window, secrets)]
    assert places == len(all_of)
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.parametrize("privacy", ["hidden", "percent"])
def test_no_room_tells_what_is_owned(qtbot: QtBot, tmp_path: Path, privacy: str) -> None:
    walk(qtbot, tmp_path, privacy, PLACES)


@pytest.mark.parametrize("privacy", ["hidden", pytest.param("percent", marks=pytest.mark.slow)])
def test_a_few_rooms_do_not_tell_what_is_owned(
    qtbot: QtBot, tmp_path: Path, privacy: str
) -> None:
    walk(qtbot, tmp_path, privacy, FEW)


def test_a_review_and_a_receipt_hide_balances_and_show_what_moves(
    qtbot: QtBot, tmp_path: Path
) -> None:
    person = person_on(qtbot, tmp_path, "exact")
    bridge = person.window.bridge
    enter(qtbot, person.window, "stake")
    person.fill("stake.amount", "5")
    person.click("stake.review")
    assert bridge.world is not None
    before = plain(wording.amount(bridge.world.balance(bridge.account, "ETH"), "ETH", unit=False))
    person.sees(before)
    bridge.change(privacy="hidden")  # while the review is open
    person.until(lambda: not told(person.window, frozenset({before})), "the balance to be hidden")
    person.sees("−5.0000 ETH")
    person.click("stake.confirm")
    person.sees("stETH received")
    person.sees("••••")
    now = balances(bridge.world, bridge.account)
    assert not told(person.window, now)
    bridge.change(privacy="exact")
    after = wording.amount(bridge.world.balance(bridge.account, "ETH"), "ETH", unit=False)
    person.sees(plain(after))


def test_a_refusal_does_not_tell_how_much_there_is(qtbot: QtBot, tmp_path: Path) -> None:
    person = person_on(qtbot, tmp_path, "hidden")
    enter(qtbot, person.window, "stake")
    person.fill("stake.amount", "1000")
    person.sees("More than you have.")
    person.sees("Enter a smaller amount to go on")
    person.window.bridge.change(privacy="exact")
    person.sees("Enter at most ")


def test_a_finding_does_not_tell_what_stays(qtbot: QtBot, tmp_path: Path) -> None:
    person = person_on(qtbot, tmp_path, "hidden")
    enter(qtbot, person.window, "stake")
    person.click("stake.max")
    person.click("stake.review")
    person.sees("Too little stays for the next fees")
    person.window.bridge.change(privacy="exact")
    person.sees("stays for the next fees; this one costs")
    assert any("Only 0" in text for _, text in words_on(person.window))
