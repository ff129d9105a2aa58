"""Activity: days, folds, filters, search, export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lstwallet.engine import address
from lstwallet.engine.accounts import OpenAccount, Send
from lstwallet.engine.lending import LIQUIDATORS, Borrow, Liquidate, Repay, Supply
from lstwallet.engine.pools import Swap
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.staking import Claim, RequestUnstake, Stake, Wrap
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis, tiny
from lstwallet.readmodel.activity import Line
from lstwallet.store.book import Contact, NameAccount, Note, PutContact, PutNote
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.models.cells import Text
from lstwallet.ui.pages.activity.page import RoomPage, Row
from lstwallet.ui.wording import happened as words
from lstwallet.units.amount import ALL
from lstwallet.units.bech32 import encode
from lstwallet.units.clock import DAY
from tests.journeys.driver import Driver
from tests.ui.harness import FUNDED, window_on

ETH = 10**18
ALICE = encode("sim", bytes(range(20)))
STORY = (*FUNDED, Stake(YOU, 5 * ETH), 5 * DAY, Wrap(YOU, 2 * ETH), 3 * DAY,
         Swap(YOU, "usdc_eth", "USDC", 1_000 * 10**6, 1, "ETH"))  # fmt: skip


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    window = window_on(qtbot, tmp_path, STORY, room="activity")
    qtbot.waitUntil(lambda: bool(page_of(window)._lines), timeout=10_000)
    return window


def page_of(window: MainWindow) -> RoomPage:
    page = window.page("activity")
    assert isinstance(page, RoomPage)
    return page


def rows(window: MainWindow) -> list[Row]:
    return page_of(window)._table.rows_model.rows()


def details(window: MainWindow) -> list[str]:
    cells = [page_of(window)._what(row) for row in rows(window) if row.kind != "day"]
    return [cell.sub.replace("\u00a0", " ") for cell in cells if isinstance(cell, Text)]


def titles(window: MainWindow) -> list[str]:
    cells = [page_of(window)._what(row) for row in rows(window) if row.kind != "day"]
    return [cell.text for cell in cells if isinstance(cell, Text)]


def test_newest_first_by_day_with_rewards_folded(window: MainWindow) -> None:
    assert titles(window) == [
        "Swapped", "Rewards, 3 days", "Wrapped", "Rewards, 5 days", "Staked",
        "Play money", "Play money",
    ]  # fmt: skip
    days = [row.at for row in rows(window) if row.kind == "day"]
    assert days == sorted(days, reverse=True)


def test_a_fold_opens_into_its_parts_and_closes(window: MainWindow, qtbot: QtBot) -> None:
    table = page_of(window)._table
    place = next(i for i, row in enumerate(rows(window)) if row.kind == "fold")
    before = len(rows(window))
    rect = table.button_rect(place, "fold")
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert len(rows(window)) == before + 3
    parts = [row for row in rows(window) if row.kind == "part"]
    whole = rows(window)[place].item.moves
    assert sum(part.item.moves[0].units for part in parts) == whole[0].units > 0
    rect = table.button_rect(place, "fold")
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert len(rows(window)) == before


def test_kind_token_and_search_filter(window: MainWindow) -> None:
    page = page_of(window)
    page.group.setCurrentIndex(page.group.findData("staking"))
    assert titles(window) == ["Wrapped", "Staked"]
    page.group.setCurrentIndex(0)
    page.token.setCurrentIndex(page.token.findData("USDC"))
    assert titles(window) == ["Swapped", "Play money"]
    page.token.setCurrentIndex(0)
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.search.hasFocus()
    QTest.keyClicks(page.search, "usdc pool")
    assert titles(window) == ["Swapped"]


def test_the_cross_empties_the_search(window: MainWindow, qtbot: QtBot) -> None:
    person = Driver(qtbot, window)
    everything = len(rows(window))
    assert person.maybe("activity.search.empty") is None
    person.fill("activity.search", "wrapped")
    assert len(rows(window)) < everything
    person.click("activity.search.empty")
    assert len(rows(window)) == everything
    assert person.maybe("activity.search.empty") is None


@pytest.mark.parametrize("height", [640, 655, 700])
def test_no_row_is_cut_above_the_foot(window: MainWindow, qtbot: QtBot, height: int) -> None:
    window.resize(1440, height)
    table = page_of(window)._table
    qtbot.waitUntil(lambda: table.viewport().height() % table.row_height() == 0, timeout=5_000)
    assert table.viewport().height() > 0


def test_nothing_found_offers_everything_again(window: MainWindow, qtbot: QtBot) -> None:
    person = Driver(qtbot, window)
    person.fill("activity.search", "zebra")
    person.sees("Nothing matches")
    person.click("Show everything")
    assert len(titles(window)) == 7


def test_a_debt_repaid_from_the_supply_moves_nothing_in_the_wallet(
    qtbot: QtBot, tmp_path: Path
) -> None:
    story = (*FUNDED, Supply(YOU, "USDC", 900 * 10**6), WrapEth(YOU, ETH), Supply(YOU, "WETH", ETH),
             Borrow(YOU, "USDC", 500 * 10**6), Repay(YOU, "USDC", 500 * 10**6, True))  # fmt: skip
    window = window_on(qtbot, tmp_path, story, room="activity")
    person = Driver(qtbot, window)
    person.until(lambda: bool(page_of(window)._lines), "the entries")
    newest = page_of(window)._lines[0]
    assert (newest.kind, newest.moves) == ("Repaid", ())
    assert any("500.00 USDC from your supply" in title for title in details(window))


@pytest.mark.parametrize(
    ("kind", "about", "said"),
    [
        ("PositionLiquidated", "liquidated:USDC:6038020000:980000000000000000",
         "6 038.02 USDC of debt repaid by others, health factor was 0.98 · "),
        ("Claimed", "tickets:384", "Ticket #384 · "),
        ("Claimed", "tickets:384:385", "Tickets #384, #385 · "),
        ("Claimed", "tickets:1:2:3:4", "4 tickets · "),
        ("Swapped", "usdc_eth", "USDC / ETH pool · "),
        ("Funded", "ETH", ""),
    ],
)
def test_a_row_names_what_its_amounts_do_not(kind: str, about: str, said: str) -> None:
    text = words.detail(Line(57, 0, kind, "lending", (), about))
    assert text.replace("\u202f", " ").replace("\u00a0", " ") == f"{said}Entry #57"


def test_a_loss_names_its_debt_and_a_claim_its_ticket(qtbot: QtBot, tmp_path: Path) -> None:
    story = (
        *FUNDED, WrapEth(YOU, 10 * ETH), Supply(YOU, "WETH", 10 * ETH),
        Borrow(YOU, "USDC", 20_000 * 10**6), Fund(LIQUIDATORS, "USDC", 100_000 * 10**6),
        SetPrices(2_300 * 10**8, 10**8), Liquidate(LIQUIDATORS, YOU, "WETH", "USDC", ALL, False),
        Stake(YOU, 5 * ETH), RequestUnstake(YOU, 3 * ETH), 12 * DAY, Claim(YOU, ALL),
    )  # fmt: skip
    window = window_on(qtbot, tmp_path, story, room="activity")
    Driver(qtbot, window).until(lambda: bool(page_of(window)._lines), "the entries")
    by_kind = {line.kind: words.detail(line) for line in page_of(window)._lines}
    assert "USDC of debt repaid" in by_kind["PositionLiquidated"].replace("\u00a0", " ")
    assert by_kind["Claimed"].startswith("Ticket #")


def test_the_foot_counts_entries(window: MainWindow) -> None:
    page = page_of(window)
    every = len(page._lines)
    assert page._count.text() == f"{every} entries"
    page.search.setText("wrapped")
    assert page._count.text() == f"1 of {every} entries"
    assert words.entries(1) == "1 entry"


def test_what_happens_while_the_room_is_open_appears(window: MainWindow, qtbot: QtBot) -> None:
    window.bridge.send(Stake(YOU, ETH))
    qtbot.waitUntil(lambda: titles(window)[0] == "Staked", timeout=10_000)


def test_a_new_profile_says_what_to_do_first(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, (), room="activity")
    Driver(qtbot, window).sees("Nothing has happened yet")


def test_exports_hold_every_digit_and_are_the_same_each_time(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    page = page_of(window)
    first, second, data = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.json"
    for path in (first, second, data):
        page.export(path)
        qtbot.waitUntil(path.exists, timeout=10_000)
    person = Driver(qtbot, window)
    person.sees("entries exported")
    qtbot.waitUntil(lambda: data.read_text("utf-8").endswith("}\n"), timeout=10_000)
    assert first.read_bytes() == second.read_bytes()
    lines = first.read_text("utf-8").splitlines()
    assert lines[0] == "entry,time,kind,direction,token,base_units,amount,detail,account,label,note"
    assert any(",Staked,out,ETH,5000000000000000000,5," in line for line in lines)
    entries = json.loads(data.read_text("utf-8"))["entries"]
    staked = next(entry for entry in entries if entry["kind"] == "Staked")
    assert staked["moves"][0] == {"amount": "-5", "base_units": str(-5 * ETH), "token": "ETH"}


def test_an_export_that_fails_says_why(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    page_of(window).export(tmp_path / "missing" / "a.csv")
    Driver(qtbot, window).sees("No such file or directory")


# --- notes, labels, accounts, the eye ------------------------------------------------------


def press_note(window: MainWindow, seq: int) -> None:
    table = page_of(window)._table
    place = table.rows_model.find(("line", seq))
    rect = table.button_rect(place, "note")
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())


def seq_of(window: MainWindow, kind: str) -> int:
    return next(line.seq for line in page_of(window)._lines if line.kind == kind)


def test_a_note_is_written_found_changed_and_taken_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    person, book = Driver(qtbot, window), window.bridge
    seq = seq_of(window, "Swapped")
    press_note(window, seq)
    person.fill("activity.label", "Car")
    person.fill("activity.note", "Part of the down payment")
    person.click("activity.note.save")
    person.sees("Note kept")
    qtbot.waitUntil(lambda: book.book.notes == {seq: Note("Part of the down payment", "Car")})
    person.fill("activity.search", "down payment")
    assert titles(window) == ["Swapped"]
    person.fill("activity.search", "car")
    assert titles(window) == ["Swapped"]
    press_note(window, seq)
    person.fill("activity.note", "")
    person.fill("activity.label", "")
    QTest.keyClick(page_of(window)._editor.label, Qt.Key.Key_Return)
    person.sees("Note removed")
    qtbot.waitUntil(lambda: book.book.notes == {})
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: book.book.notes == {seq: Note("Part of the down payment", "Car")})


def test_escape_leaves_a_note_as_it_was(window: MainWindow, qtbot: QtBot) -> None:
    person = Driver(qtbot, window)
    press_note(window, seq_of(window, "Staked"))
    person.fill("activity.note", "Nonsense")
    QTest.keyClick(page_of(window)._editor.text, Qt.Key.Key_Escape)
    assert person.maybe("activity.note") is None
    assert window.bridge.book.notes == {}


def test_a_note_is_reached_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    table = page_of(window)._table
    seq = seq_of(window, "Swapped")
    place = table.rows_model.find(("line", seq))
    table.setFocus()
    table.setCurrentIndex(table.rows_model.index(place, 1))
    QTest.keyClick(table, Qt.Key.Key_Return)
    QTest.keyClicks(page_of(window)._editor.text, "By keys")
    QTest.keyClick(page_of(window)._editor.text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.bridge.book.notes == {seq: Note("By keys")})


def test_notes_go_into_the_export(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    seq = seq_of(window, "Swapped")
    window.bridge.edit(PutNote(seq, Note("=1+1", "Car")))
    qtbot.waitUntil(lambda: bool(window.bridge.book.notes))
    path = tmp_path / "a.csv"
    page_of(window).export(path)
    Driver(qtbot, window).sees("entries exported")
    lines = [line for line in path.read_text("utf-8").splitlines() if ",Swapped," in line]
    assert lines
    assert all(line.endswith(",you,Car,'=1+1") for line in lines)


def test_each_account_has_its_own_history_and_all_stand_together(
    qtbot: QtBot, tmp_path: Path
) -> None:
    to = address.of_account(genesis(7, catalogue=tiny(), market=MarketConfig(flows=False)), "you:2")
    story = (*FUNDED, OpenAccount(), Send(YOU, "ETH", 3 * ETH, to), Send(YOU, "ETH", ETH, ALICE))
    window = window_on(qtbot, tmp_path, story, room="activity")
    person = Driver(qtbot, window)
    window.bridge.edit(PutContact(ALICE, Contact(ALICE, "Alice", "Coffee")))
    person.sees("to Alice")
    person.sees("to Account 2")
    window.bridge.edit(NameAccount("you:2", "Savings"))
    person.sees("to Savings")
    for text in ("coffee", ALICE[-8:], "alice"):
        person.fill("activity.search", text)
        assert titles(window) == ["Sent"], text
    person.fill("activity.search", "savings")
    assert titles(window) == ["Sent"]
    person.click("activity.search.empty")
    window.bridge.show_account("you:2")
    qtbot.waitUntil(lambda: titles(window) == ["Received", "Account opened"], timeout=10_000)
    person.sees("from Main account")
    page = page_of(window)
    page.whose.setCurrentIndex(page.whose.findData("all"))
    qtbot.waitUntil(
        lambda: titles(window) == ["Sent", "Sent", "Account opened", "Play money", "Play money"],
        timeout=10_000,
    )


@pytest.mark.parametrize("privacy", ["hidden", "percent"])
def test_the_eye_hides_every_amount_and_an_export_says_that_it_does_not(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, privacy: str
) -> None:
    window.bridge.change(privacy=privacy)
    page = page_of(window)
    for row in rows(window):
        for cell in (page._out(row), page._in(row)):
            if isinstance(cell, Text):
                assert not any(mark.isdigit() for mark in cell.text + cell.sub + cell.tip)
    page.export(tmp_path / "a.csv")
    Driver(qtbot, window).sees("amounts in full")
