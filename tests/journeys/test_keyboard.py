"""The main road by keyboard alone: shortcuts, Tab, arrows, typing, Enter and Space. No mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu

from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.ui.application import Program
from lstwallet.ui.robot.hands import NotThere, plain
from lstwallet.units.clock import DAY
from tests.journeys.driver import Driver
from tests.journeys.program import Start
from tests.ui.harness import Fees

pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
]
ETH = 10**18
NONE = Qt.KeyboardModifier.NoModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
MOST_TABS = 150


class Keys:
    """A person without a mouse: every act is a key that the window system brings."""

    def __init__(self, person: Driver) -> None:
        self.person = person
        self.window = person.window

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        """One key, to whatever listens: a menu that is open, else the window."""
        popup = QApplication.activePopupWidget()
        QTest.keyClick(popup.windowHandle() if popup else self.window.windowHandle(), key, held)

    def type(self, text: str) -> None:
        """Letter by letter into what has the focus, which must be a field."""
        focused = QApplication.focusWidget()
        assert isinstance(focused, QLineEdit), focused
        for letter in text:
            QTest.keyClicks(focused, letter)

    def tab_to(self, name: str) -> None:
        """Tab on until the focus is on the widget of that name. Raises ``NotThere``."""
        person = self.person
        person.until(lambda: person.maybe(name) is not None, f"“{name}”")
        person.until(lambda: person.find(name).isEnabled(), f"“{name}” that can be pressed")
        wanted = person.find(name)
        for _ in range(MOST_TABS):
            if QApplication.focusWidget() is wanted:
                return
            self.press(Qt.Key.Key_Tab)
        raise NotThere(f"Tab never came to “{name}”")

    def do(self, name: str) -> None:
        """Tab to a button and press it with Space."""
        self.tab_to(name)
        self.press(Qt.Key.Key_Space)

    def command(self, typed: str) -> None:
        """Ctrl+K, some letters, Enter."""
        self.press(Qt.Key.Key_K, CTRL)
        palette = self.window.floating.commands.palette
        assert palette.isVisible()
        self.type(typed)
        self.press(Qt.Key.Key_Return)

    def fill(self, name: str, text: str) -> None:
        """Replace what stands in a field."""
        self.tab_to(name)
        self.press(Qt.Key.Key_A, CTRL)
        self.type(text)

    def choose(self, name: str, words: str) -> None:
        """Open the menu of a button and go down to an item."""
        self.do(name)
        self.person.until(
            lambda: isinstance(QApplication.activePopupWidget(), QMenu), f"the menu of “{name}”"
        )
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        for _ in range(len(menu.actions()) + 1):
            active = menu.activeAction()
            if active is not None and plain(active.text()).startswith(words):
                self.press(Qt.Key.Key_Return)
                return
            self.press(Qt.Key.Key_Down)
        raise NotThere(f"no “{words}” in the menu of “{name}”")

    def agree(self, form: str) -> None:
        """From a filled form over the review to the receipt; risks are accepted."""
        person = self.person
        self.do(f"{form}.review")
        person.until(lambda: person.maybe(f"{form}.back") is not None, "the review")
        if person.maybe(f"{form}.accept", QAbstractButton) is not None:
            self.do(f"{form}.accept")
        self.do(f"{form}.confirm")
        person.until(lambda: person.maybe(f"{form}.again") is not None, "the receipt")

@pytest.fixture
def no_mouse(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """The robot's hands may not click."""

    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError("a mouse was used")

    for name in ("mouseClick", "mousePress", "mouseRelease", "mouseDClick", "mouseMove"):
        monkeypatch.setattr(QTest, name, refuse)


def has_focus(person: Driver, name: str) -> bool:
    """Whether a field is there and the cursor stands in it."""
    field = person.maybe(name)
    return field is not None and field.hasFocus()


def held(program: Program, token: str) -> int:
    return program.bridge.world.balance(YOU, token)


def staked(start: Start) -> tuple[Program, Keys]:
    """A new wallet with 20 ETH staked: no mouse so far."""
    program, person = start()
    program.market = MarketConfig(flows=False)
    keys, bridge = Keys(person), program.bridge

    keys.do("welcome.empty")
    person.until(lambda: bridge.world is not None, "the wallet")
    person.until(program.window.isActiveWindow, "the window")

    keys.command("stake with lido")
    person.until(lambda: has_focus(person, "stake.amount"), "the cursor")
    keys.type("20")
    keys.agree("stake")
    assert held(program, "stETH") > 0
    return program, keys


def a_week(program: Program, keys: Keys) -> None:
    bridge = program.bridge
    begin = bridge.world.time
    keys.command("let a week")
    keys.person.until(
        lambda: bridge.world.time == begin + 7 * DAY and not bridge.running, "a week"
    )


def test_one_stakes_and_a_week_passes_by_keyboard_alone(start: Start, no_mouse: None) -> None:
    program, keys = staked(start)
    a_week(program, keys)
    keys.press(Qt.Key.Key_1, ALT)
    keys.person.until(lambda: program.window.room == "home", "Home")


@pytest.mark.slow
def test_the_main_road_by_keyboard_alone(start: Start, no_mouse: None) -> None:
    program, keys = staked(start)
    person, bridge = keys.person, program.bridge

    keys.command("wrap steth")
    person.until(lambda: has_focus(person, "wrap.amount"), "the cursor")
    keys.type("12")
    keys.agree("wrap")
    assert held(program, "wstETH") > 9 * ETH

    keys.command("supply")
    person.until(lambda: person.maybe("lend.amount") is not None, "the form")
    keys.choose("lend.token", "wstETH")
    keys.fill("lend.amount", "8")
    keys.agree("lend")
    keys.command("borrow")
    keys.choose("lend.token", "USDC")
    keys.fill("lend.amount", "9000")
    keys.agree("lend")
    assert held(program, "USDC") > 58_000 * 10**6

    keys.command("add liq steth")
    keys.fill("pools.amount0", "3")
    keys.agree("pools")
    assert held(program, "LP:steth_eth") > 0

    a_week(program, keys)

    keys.command("unstake queue")
    person.until(lambda: has_focus(person, "unstake.amount"), "the cursor")
    keys.type("2")
    keys.agree("unstake")
    assert bridge.world.tickets
    a_week(program, keys)

    before, fees = held(program, "ETH"), Fees(bridge)
    keys.command("claim")
    keys.do("claim.confirm")
    person.sees("2.0000 ETH claimed")
    assert held(program, "ETH") == before + 2 * ETH - fees.paid

    keys.press(Qt.Key.Key_1, ALT)
    person.until(lambda: program.window.room == "home", "Home")
