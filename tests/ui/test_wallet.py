"""The room "Wallet" through the real window: accounts, sending, receiving, contacts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from lstwallet.app.session import Session
from lstwallet.app.settings import load
from lstwallet.engine import address
from lstwallet.engine.accounts import MOST_ACCOUNTS, OpenAccount, Send
from lstwallet.engine.staking import RequestUnstake, Stake, steth_of
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.wallet import WrapEth
from lstwallet.engine.world import YOU
from lstwallet.store.book import Contact, Favour, Note, PutContact
from lstwallet.ui.bridge import Bridge
from lstwallet.ui.jobs import Lane
from lstwallet.ui.main_window import MainWindow
from lstwallet.ui.robot.hands import Hands, plain
from lstwallet.ui.widgets.overlays import MARGIN
from lstwallet.ui.widgets.toast import Toast
from lstwallet.units.bech32 import encode
from tests.ui.harness import FUNDED, Settings, make_profile, window_on

pytestmark = pytest.mark.qt_log_ignore("does not support")  # menus, where no window system is
ETH = 10**18
ALICE = encode("sim", bytes(range(20)))
OTHERS = "0x00000000219ab540356cBB839Cbe05303d7705Fa"
Open = Callable[..., tuple[MainWindow, Hands]]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Open:
    def make(*commands: object, **rest: object) -> tuple[MainWindow, Hands]:
        window = window_on(qtbot, tmp_path, (*FUNDED, *commands), room="wallet", **rest)  # type: ignore[arg-type]
        return window, Hands(window)

    return make


def address_of(window: MainWindow, account: str) -> str:
    assert window.bridge.world is not None
    return address.of_account(window.bridge.world, account)


def send(hands: Hands, to: str, amount: str) -> None:
    hands.click("wallet.tab.send")
    hands.fill("send.to", to)
    hands.fill("send.amount", amount)


# --- accounts ------------------------------------------------------------------------------


def test_an_account_is_opened_named_and_shown(opened: Open) -> None:
    window, hands = opened()
    hands.click("wallet.add_account")
    hands.sees("Account 2 opened")
    hands.click("account.name.you.2.pencil")
    hands.fill("account.name.you.2", "Savings")
    hands.key(Qt.Key.Key_Return)
    hands.sees("Account is called Savings")
    hands.click("account.show.you.2")
    hands.until(lambda: window.bridge.account == "you:2", "the other account")
    hands.sees("Account Savings")  # the top bar's switcher
    hands.until(lambda: hands.shows("$0.00"), "the worth of an empty account")
    assert window.top_bar.net_worth.text() == "$0.00"


def test_a_toast_makes_room_for_the_panel_of_a_view_that_is_turned_to(opened: Open) -> None:
    window, hands = opened()
    hands.click("wallet.add_account")
    hands.sees("Account 2 opened")
    (toast,) = window.findChildren(Toast)
    hands.click("wallet.tab.send")
    panel = window.page("wallet").panel  # type: ignore[union-attr]
    right = toast.geometry().right() - MARGIN
    assert right < panel.mapTo(window, QPoint(0, 0)).x()


def test_a_name_is_taken_back_with_undo(opened: Open) -> None:
    window, hands = opened()
    hands.click("account.name.you.pencil")
    hands.fill("account.name.you", "Everyday")
    hands.key(Qt.Key.Key_Return)
    hands.until(lambda: window.bridge.book.names == {YOU: "Everyday"}, "the name")
    hands.sees("Undo")
    hands.click("Undo")
    hands.until(lambda: window.bridge.book.names == {}, "the name to go")
    hands.sees("Main account")


def test_escape_keeps_the_old_name(opened: Open) -> None:
    window, hands = opened()
    hands.click("account.name.you.pencil")
    hands.fill("account.name.you", "Nonsense")
    hands.key(Qt.Key.Key_Escape)
    hands.sees("Main account")
    assert window.bridge.book.names == {}


def test_the_switcher_lists_every_account_with_its_worth(opened: Open) -> None:
    window, hands = opened(OpenAccount())
    texts = [action.text() for action in window.top_bar.account.menu().actions()]
    worth = window.top_bar.net_worth.text()
    assert texts[0] == f"Main account\t{worth}"
    assert texts[1] == "Account 2\t$0.00"
    assert texts[2] == f"All accounts\t{worth}"
    hands.choose("top.account", "Account 2")
    hands.until(lambda: window.bridge.account == "you:2", "the other account")


def test_the_switcher_adds_an_account_and_shows_it(opened: Open) -> None:
    window, hands = opened()
    hands.choose("top.account", "Add account")
    hands.until(lambda: window.bridge.account == "you:2", "the fresh account")
    hands.choose("top.account", "Manage accounts")
    hands.sees("Your accounts, and what each is worth")


def test_no_more_accounts_than_there_may_be(opened: Open) -> None:
    window, hands = opened(*[OpenAccount()] * (MOST_ACCOUNTS - 1))
    button = window.page("wallet").view.add  # type: ignore[union-attr, attr-defined]
    assert not button.isEnabled()
    assert "12 accounts" in button.toolTip()
    hands.choose("top.account", "Add account")
    hands.pause(200)
    assert window.bridge.account == YOU
    assert window.bridge.world is not None
    assert len(window.bridge.world.accounts) == MOST_ACCOUNTS


def test_a_favourite_account_stands_first(opened: Open) -> None:
    window, hands = opened(OpenAccount())
    hands.click("account.star.you.2")
    hands.sees("Account 2 is a favourite")
    view = window.page("wallet").view  # type: ignore[union-attr, attr-defined]
    hands.until(lambda: next(iter(view._lines)) == "you:2", "the favourite to stand first")


# --- sending -------------------------------------------------------------------------------


def test_ether_goes_to_an_account_of_ones_own(opened: Open) -> None:
    window, hands = opened(OpenAccount())
    hands.click("account.send.you.2")
    hands.sees("Your own: Account 2")
    hands.fill("send.amount", "30")
    hands.click("send.review")
    hands.click("send.checked")
    hands.sees("It goes to an account of your own")
    assert not hands.shows("never sent to this address")
    hands.click("send.confirm")
    hands.sees("30.0000 ETH sent")
    world = window.bridge.world
    assert world is not None
    assert world.balance("you:2", "ETH") == 30 * ETH


def test_a_transfer_to_a_stranger_is_warned_of_once_labelled_and_kept(opened: Open) -> None:
    window, hands = opened(Stake(YOU, 20 * ETH))
    send(hands, ALICE, "5")
    hands.choose("send.token", "stETH")
    hands.fill("send.label", "Rent")
    hands.sees("Not in your contacts")
    hands.click("send.review")
    hands.sees("You have never sent to this address")
    hands.sees("a wei or two less may arrive")
    hands.click("send.confirm")
    hands.sees("5.0000 stETH sent")
    world = window.bridge.world
    assert world is not None
    assert 0 <= 5 * ETH - steth_of(world, ALICE) <= 2
    labelled = {world.events: Note("", "Rent")}
    hands.until(lambda: window.bridge.book.notes == labelled, "the label")
    hands.click("send.next.wallet")  # add to contacts
    hands.fill("contact.name", "Alice")
    hands.click("contact.save")
    hands.sees("Alice is saved")
    send(hands, ALICE, "1")
    hands.sees("Contact: Alice")
    hands.click("send.review")
    assert not hands.shows("never sent to this address")


def test_whom_one_has_sent_to_is_known_when_the_profile_is_opened(opened: Open) -> None:
    window, hands = opened(Send(YOU, "ETH", ETH, ALICE))
    send(hands, ALICE, "1")
    form = window.page("wallet").view.form  # type: ignore[union-attr, attr-defined]
    hands.until(lambda: form.sent_to == {ALICE}, "what was sent before")
    hands.click("send.review")
    hands.sees("Nothing has been sent yet")
    assert not hands.shows("never sent to this address")


def test_what_cannot_be_sent_is_said_beside_its_field(opened: Open) -> None:
    window, hands = opened()
    hands.click("wallet.tab.send")
    page = window.page("wallet")
    view = page.view  # type: ignore[union-attr, attr-defined]
    form, reason = view.form, view.panel.page("form").reason
    hands.until(lambda: reason.text() == "Enter an address to go on", "the reason")
    for text, said in (
        (OTHERS, "another network's address"),
        (ALICE[:-1] + "q", "one character or more is wrong"),
        (ALICE[:-2], "42 characters"),
        (ALICE[:20] + ALICE[20:].upper(), "Small and capital letters"),
        ("somebody", "They begin with sim1"),
        (address_of(window, YOU), ""),
    ):
        hands.fill("send.to", text)
        hands.fill("send.amount", "1")
        if said:
            hands.until(lambda said=said: said in form.to.error.text.text(), said)
        else:
            hands.until(lambda: "it comes from" in form.to.error.text.text(), "itself")
        assert form.amount.error.text.text() == ""
        assert not view.panel.page("form").main.isEnabled()
    hands.fill("send.to", ALICE)
    hands.fill("send.amount", "0")
    hands.until(lambda: "more than zero" in form.amount.error.text.text(), "zero")
    hands.fill("send.amount", "1000000")
    hands.until(lambda: "more than is left" in form.amount.error.text.text(), "too much")
    assert form.to.text() == ALICE  # what was typed survives


def test_max_sends_every_share(opened: Open) -> None:
    window, hands = opened(Stake(YOU, 20 * ETH))
    send(hands, ALICE, "1")
    hands.choose("send.token", "stETH")
    hands.click("send.max")
    hands.agree("send")
    hands.sees("sent")
    world = window.bridge.world
    assert world is not None
    hands.until(lambda: window.bridge.world.balance(YOU, "stETH") == 0, "nothing to be left")  # type: ignore[union-attr]


def test_the_menu_offers_accounts_and_contacts(opened: Open) -> None:
    window, hands = opened(OpenAccount())
    window.bridge.edit(PutContact(ALICE, Contact(ALICE, "Alice")))
    hands.click("wallet.tab.send")
    hands.sees("Send to Alice")
    hands.choose("send.to.pick", "Alice")
    hands.sees("Contact: Alice")
    hands.click(f"send.party.{address_of(window, 'you:2')[:12]}")
    hands.sees("Your own: Account 2")


def tab_to(hands: Hands, name: str) -> None:
    """Tab until the focus is there; round the window at most."""
    for _ in range(80):
        hands.key(Qt.Key.Key_Tab)
        focused = hands.window.focusWidget()
        if focused is not None and focused.objectName() == name:
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_it_is_sent_by_keys_alone(opened: Open) -> None:
    window, hands = opened()
    hands.click("wallet.tab.send")
    window.page("wallet").begin_typing()  # type: ignore[union-attr]
    QTest.keyClicks(window.focusWidget(), ALICE)
    tab_to(hands, "send.amount")
    QTest.keyClicks(window.focusWidget(), "2")
    hands.until(lambda: hands.find("send.review", QPushButton).isEnabled(), "the review")
    tab_to(hands, "send.review")
    hands.key(Qt.Key.Key_Space)
    hands.sees("Nothing has been sent yet")
    assert window.focusWidget().objectName() == "send.confirm"
    hands.key(Qt.Key.Key_Space)
    hands.sees("2.0000 ETH sent")


# --- receiving -----------------------------------------------------------------------------


def test_the_address_is_shown_copied_and_in_a_code(opened: Open) -> None:
    window, hands = opened(OpenAccount())
    hands.click("wallet.tab.receive")
    hands.sees("worthless on a real network")
    code = window.page("wallet").view.code  # type: ignore[union-attr, attr-defined]
    assert code.text() == address_of(window, YOU)
    assert len(code.modules()) == len(code.modules()[0]) >= 21
    corner = [line[:7] for line in code.modules()[:7]]
    assert corner[0] == (1,) * 7
    assert corner[3] == (1, 0, 1, 1, 1, 0, 1)  # a finder pattern
    hands.click("receive.copy")
    assert QGuiApplication.clipboard().text() == address_of(window, YOU)
    shown = window.page("wallet").view.text.text()  # type: ignore[union-attr, attr-defined]
    assert address.tidy(shown) == address_of(window, YOU)


# --- contacts ------------------------------------------------------------------------------


def test_a_contact_is_added_changed_and_removed_with_undo(opened: Open) -> None:
    window, hands = opened()
    hands.click("wallet.tab.contacts")
    hands.sees("No contact yet")
    hands.click("wallet.add_contact")
    hands.click("contact.save")
    hands.sees("Enter a name.")
    hands.fill("contact.name", "Alice")
    hands.fill("contact.address", OTHERS)
    hands.click("contact.save")
    hands.sees("another network's address")
    hands.fill("contact.address", address_of(window, YOU))
    hands.click("contact.save")
    hands.sees("That is your own Main account.")
    hands.fill("contact.address", ALICE.upper())
    hands.fill("contact.note", "Coffee")
    hands.click("contact.save")
    hands.sees("Alice is saved")
    assert window.bridge.book.contacts == {ALICE: Contact(ALICE, "Alice", "Coffee")}
    hands.click(f"contact.edit.{ALICE[:12]}")
    hands.fill("contact.name", "Alice B.")
    hands.click("contact.save")
    hands.sees("Alice B. is saved")
    hands.click(f"contact.remove.{ALICE[:12]}")
    hands.sees("Alice B. is removed")
    hands.until(lambda: not window.bridge.book.contacts, "the contact to go")
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hands.until(lambda: ALICE in window.bridge.book.contacts, "the contact to come back")


def test_an_address_has_one_contact(opened: Open) -> None:
    window, hands = opened()
    window.bridge.edit(PutContact(ALICE, Contact(ALICE, "Alice")))
    hands.click("wallet.tab.contacts")
    hands.sees("Alice")
    hands.click("wallet.add_contact")
    hands.fill("contact.name", "Bob")
    hands.fill("contact.address", ALICE)
    hands.click("contact.save")
    hands.sees("Alice has this address already.")


# --- the eye -------------------------------------------------------------------------------


@pytest.mark.parametrize("privacy", ["hidden", "percent"])
def test_the_eye_hides_what_is_owned_in_every_view(opened: Open, privacy: str) -> None:
    window, hands = opened(OpenAccount(), settings=Settings(theme="light", privacy=privacy))
    assert window.bridge.world is not None
    for view in ("accounts", "send", "receive", "contacts"):
        hands.click(f"wallet.tab.{view}")
        said = " ".join(hands.texts())
        assert "$" not in said, view
        assert "100.0000" not in said, view
    if privacy == "percent":
        hands.click("wallet.tab.accounts")
        hands.sees("100.00%")


def test_the_book_survives_closing(opened: Open) -> None:
    from lstwallet.app.session import Session

    window, hands = opened()
    window.bridge.edit(PutContact(ALICE, Contact(ALICE, "Alice")))
    window.bridge.edit(Favour("contact", ALICE, True))
    hands.until(lambda: bool(window.bridge.book.favourites), "the book")
    profile = window.bridge.profile
    assert profile is not None
    assert window.bridge.close()
    session = Session.open(profile.path)
    assert session.book == window.bridge.book
    session.close()


# --- dust ----------------------------------------------------------------------------------


def test_what_is_worth_little_is_folded_away_and_counted(
    opened: Open, qtbot: QtBot
) -> None:
    window, hands = opened(WrapEth(YOU, 10**14))  # thirty cents of WETH
    hands.go("settings")
    hands.click("settings.dust.1")
    hands.sees("Rows worth less than $1 are folded away")
    hands.go("home")
    hands.sees("+1 small")
    table = window.page("home").positions.table  # type: ignore[union-attr, attr-defined]
    assert all(each.key != "wallet:WETH" for each in table.rows_model.rows())
    QTest.mouseClick(hands.find("home.small", QLabel), Qt.MouseButton.LeftButton)
    hands.until(
        lambda: any(each.key == "wallet:WETH" for each in table.rows_model.rows()), "the dust"
    )
    hands.go("activity")
    hands.sees("+1 small")
    hands.sees_not("ETH into WETH")
    hands.click("activity.small")
    hands.sees("ETH into WETH")
    hands.click("activity.small")
    hands.sees_not("ETH into WETH")
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hands.until(lambda: window.bridge.settings.dust_usd == 0, "the setting taken back")
    hands.sees("ETH into WETH")


@pytest.mark.parametrize("room", ["stake", "unstake", "lend", "swap", "wallet"])
def test_the_eye_hides_what_is_available_where_one_acts(opened: Open, room: str) -> None:
    window, hands = opened(Stake(YOU, 21 * ETH), StakeNatively(YOU, 32 * ETH),
                           RequestUnstake(YOU, 3 * ETH))  # fmt: skip
    hands.go(room)
    if room == "wallet":
        hands.click("wallet.tab.send")
    hands.sees("Available")
    assert any(re.search(r"Available \d", plain(text)) for text in hands.texts())
    window.bridge.change(privacy="hidden")
    hands.sees("Available ••••")
    texts = [plain(text) for text in hands.texts()]
    assert not [text for text in texts if re.search(r"Available \d", text)]
    if room == "unstake":  # the ticket
        assert not [text for text in texts if text in ("3.0000 ETH", "2.9999 ETH")]
    if room == "stake":  # the validator
        assert not [text for text in texts if text == "32.0000 ETH"]


def test_the_shown_account_is_shown_again_after_a_restart(qtbot: QtBot, tmp_path: Path) -> None:
    window = window_on(qtbot, tmp_path, (*FUNDED, OpenAccount()), room="wallet")
    hands, kept = Hands(window), tmp_path / "settings.json"
    hands.click("account.show.you.2")
    hands.until(lambda: window.bridge.account == "you:2", "the other account")
    path = tmp_path / "test.lstwallet"
    line = f"{path}\tyou:2"
    hands.until(lambda: load(kept)[0].shown_accounts == line, "it in the settings file")
    assert window.bridge.close()

    again = Bridge(Lane(), load(kept)[0], kept)
    try:
        with qtbot.waitSignal(again.opened, timeout=60_000):
            again.open(lambda: Session.open(path))
        assert again.account == "you:2"
        # another profile does not have that account: its main one is shown
        other = make_profile(tmp_path / "other.lstwallet")
        with qtbot.waitSignal(again.opened, timeout=60_000):
            again.open(lambda: Session.open(other))
        assert again.account == YOU
        with qtbot.waitSignal(again.opened, timeout=60_000):
            again.open(lambda: Session.open(path))
        assert again.account == "you:2"
    finally:
        assert again.close()


def test_an_account_that_is_not_there_any_more_is_not_shown(qtbot: QtBot, tmp_path: Path) -> None:
    path = make_profile(tmp_path / "test.lstwallet")
    bridge = Bridge(Lane(), Settings(shown_accounts=f"{path}\tyou:7\nnonsense"))
    try:
        with qtbot.waitSignal(bridge.opened, timeout=60_000):
            bridge.open(lambda: Session.open(path))
        assert bridge.account == YOU
    finally:
        assert bridge.close()
