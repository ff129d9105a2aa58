"""The room Swap in the real window: every pair, every refusal, the price that moves away."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lstwallet.app.beginnings import Step
from lstwallet.app.settings import Settings
from lstwallet.engine.pools import STETH_ETH, Swap, Swapped
from lstwallet.engine.staking import Stake, Wrap
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU
from lstwallet.ui.main_window import MainWindow
from tests.journeys.driver import Driver
from tests.ui.harness import enter, seconds_to_refresh, window_on

ETH = 10**18
USDC = 10**6
RICH: tuple[Step, ...] = (
    Fund(YOU, "ETH", 100_000 * ETH),
    Fund(YOU, "ETH", 100_000 * ETH),
    Fund(YOU, "USDC", 10_000_000 * USDC),
    WrapEth(YOU, 20 * ETH),
    Stake(YOU, 50 * ETH),
    Wrap(YOU, 20 * ETH),
)


def opened(qtbot: QtBot, folder: Path, **more: object) -> tuple[MainWindow, Driver]:
    window = window_on(qtbot, folder, RICH, room="swap", **more)  # type: ignore[arg-type]
    return window, Driver(qtbot, window)


def events(window: MainWindow) -> int:
    world = window.bridge.world
    assert world is not None
    return world.events


def test_a_swap_from_the_first_click_to_the_receipt(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    assert you.disabled("swap.review")
    you.sees("Enter an amount to go on")
    you.fill("swap.amount", "5")
    you.sees("Price impact")
    you.ready("swap")
    page = window.page("swap")
    assert page is not None
    you.press(page.form.least.why)
    you.sees("Quoted amount · (1 − slippage limit).")
    you.key(Qt.Key.Key_Escape)
    got = you.find("swap.receive").text()
    assert got.startswith("4.99")
    before = events(window)
    you.click("swap.review")
    you.sees("Review swap")
    you.sees("−5.0000 ETH")
    you.sees(f"+{got} stETH")
    assert events(window) == before
    you.click("swap.confirm")
    you.sees(f"{got} stETH received")
    assert events(window) == before + 2  # the fee and the swap
    you.click("swap.again")
    assert you.find("swap.amount").text() == ""


WAYS = (
    ("ETH", "WETH", "3"),
    ("WETH", "wstETH", "3"),
    ("wstETH", "USDC", "2"),
    ("USDC", "stETH", "5000"),
    ("stETH", "ETH", "4"),
    ("USDC", "WETH", "2000"),
)


def test_every_kind_of_way_reaches_its_receipt(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    for token_in, token_out, amount in WAYS:
        enter(qtbot, window, "swap", {"from": token_in, "to": token_out})
        you.fill("swap.amount", amount)
        you.agree("swap")
        you.sees(f"{token_out} received")
        you.sees(f"{token_out} in wallet")
        you.click("swap.again")


BAD = [
    ("", "Enter an amount to go on"),
    ("0", "Enter more than zero."),
    ("-1", "The amount cannot be below zero."),
    ("1.0000000000000000001", "At most 18 decimals here."),
    ("1,5", "Use a point for decimals"),
    ("abc", "This is not a number."),
    ("300000", "more than is left when the network fee of"),
    ("150000", "The pool holds only"),
    ("1e999999", "without an exponent"),
    ("9" * 61, "This number is too long."),
]


def test_what_cannot_be_read_or_done_has_its_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    before = events(window)
    you.refuses("swap", "swap.amount", BAD)
    assert events(window) == before


def test_pasted_spaces_are_stripped(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path)
    QApplication.clipboard().setText(" 1\u202f000.5 \n")
    edit = you.find("swap.amount")
    edit.setFocus()
    edit.paste()
    assert edit.text() == "1000.5"
    you.ready("swap")


def test_max_spends_everything(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    enter(qtbot, window, "swap", {"from": "wstETH", "to": "stETH"})
    you.click("Max")
    you.agree("swap")
    you.sees("stETH received")
    world = window.bridge.world
    assert world is not None
    assert world.balance(YOU, "wstETH") == 0


def test_the_other_way_round(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    page = window.page("swap")
    assert page is not None
    you.fill("swap.amount", "5")
    you.ready("swap")
    you.sees("1 ETH = ")
    you.click("swap.rate")
    you.sees("1 stETH = ")
    you.click("swap.flip")
    assert page.form.pair() == ("stETH", "ETH")
    assert you.find("swap.amount").text().startswith("4.99")
    page.form.get.pill.choose("stETH")  # the same token on both sides turns the pair
    assert page.form.pair() == ("ETH", "stETH")
    page.form.pay.pill.choose("USDC")
    assert page.form.pair() == ("USDC", "stETH")


# --- slippage ------------------------------------------------------------------------------


LIMITS = (
    ("30.01", "A limit above 30% is refused", True),
    ("30", "you may receive much less", False),
    ("10.5", "you may receive much less", False),
    ("0.05", "the smallest move of the price stops it", False),
    ("1.234", "At most two decimals here.", True),
    ("1,5", "Use a point for decimals", True),
    ("", "Enter a limit", True),
    ("-1", "cannot be below zero", True),
    ("x", "This is not a number", True),
)


def test_the_slippage_limit(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path)
    you.fill("swap.amount", "5")
    for limit, sentence, stops in LIMITS:
        you.fill("swap.slippage", "0.5")
        you.ready("swap")
        you.fill("swap.slippage", limit)
        you.sees(sentence)
        you.until(lambda stops=stops: you.disabled("swap.review") is stops, f"{limit}: the button")


def test_the_default_limit_comes_from_the_settings(qtbot: QtBot, tmp_path: Path) -> None:
    _, you = opened(qtbot, tmp_path, settings=Settings(theme="light", slippage_bps=125))
    assert you.find("swap.slippage").text() == "1.25"
    you.fill("swap.amount", "100")
    you.sees("You get at least")
    you.ready("swap")


def test_a_price_beyond_the_limit_stops_at_confirm(qtbot: QtBot, tmp_path: Path) -> None:
    """Somebody trades between review and Confirm: a sentence, the new quote, nothing done."""
    window, you = opened(qtbot, tmp_path)
    you.fill("swap.amount", "5")
    you.fill("swap.slippage", "0.1")
    you.click("swap.review")
    old = you.find("swap.confirm")
    trade = Swap(YOU, STETH_ETH, "ETH", 40_000 * ETH, 0, "stETH")
    with qtbot.waitSignal(window.bridge.outcome):
        window.bridge.send(trade)
    before = events(window)
    you.press(old)
    you.sees("The price moved:")
    you.sees("Nothing was done.")
    assert events(window) == before
    assert you.find("swap.amount").text() == "5"
    assert not you.find("swap.receive").text().startswith("4.99")
    you.agree("swap")
    you.sees("stETH received")


def test_a_price_within_the_limit_is_shown_again_before_anything_happens(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window, you = opened(qtbot, tmp_path)
    you.fill("swap.amount", "5")
    you.fill("swap.slippage", "5")
    you.click("swap.review")
    with qtbot.waitSignal(window.bridge.outcome):
        window.bridge.send(Swap(YOU, STETH_ETH, "ETH", 20_000 * ETH, 0, "stETH"))
    before = events(window)
    you.click("swap.confirm")
    you.sees("These are the new numbers.")
    assert events(window) == before
    you.click("swap.confirm")
    you.sees("stETH received")


def test_the_engine_too_holds_to_the_minimum(qtbot: QtBot, tmp_path: Path) -> None:
    """The world moves in the lane after the window's last look."""
    window, you = opened(qtbot, tmp_path)
    you.fill("swap.amount", "5")
    you.fill("swap.slippage", "0.1")
    you.click("swap.review")
    window.bridge.send(Swap(YOU, STETH_ETH, "ETH", 40_000 * ETH, 0, "stETH"))
    you.press(you.find("swap.confirm"))
    you.sees("The price moved:")
    world = window.bridge.world
    assert world is not None
    asked: list[object] = []
    window.bridge.activity(asked.extend)
    qtbot.waitUntil(lambda: bool(asked))
    swaps = [r for r in asked if isinstance(r.event, Swapped)]  # type: ignore[attr-defined]
    assert len(swaps) == 1


# --- impact --------------------------------------------------------------------------------


def test_impact_is_told_typed_and_refused(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    enter(qtbot, window, "swap", {"from": "ETH", "to": "USDC"})
    world = window.bridge.world
    assert world is not None
    reserve = world.pools.usdc_eth.pair.reserve_1 / ETH
    you.fill("swap.amount", f"{reserve * 0.06:.2f}")
    you.sees("A smaller one costs less.")
    you.fill("swap.amount", f"{reserve * 0.12:.2f}")
    you.sees("Confirm by typing.")
    you.click("swap.review")
    you.sees("Type “confirm” to go on")
    you.sees("Danger")
    assert you.disabled("swap.confirm")
    you.fill("swap.word", "conform")
    assert you.disabled("swap.confirm")
    you.fill("swap.word", "Confirm")
    assert not you.disabled("swap.confirm")
    you.click("swap.back")
    you.fill("swap.amount", f"{reserve * 0.2:.2f}")
    you.sees("From 15% on a swap is refused.")
    you.click("swap.review")
    you.sees("From 15% on a trade is refused.")
    you.sees("Refused: see above.")
    assert you.disabled("swap.confirm")
    assert you.maybe("swap.word") is None
    assert you.maybe("swap.accept") is None


def test_far_below_fair_value_is_warned(qtbot: QtBot, tmp_path: Path) -> None:
    """The pair's price is pushed up by a fifth: dollars buy much less ether than outside."""
    window, you = opened(qtbot, tmp_path)
    with qtbot.waitSignal(window.bridge.outcome):
        window.bridge.send(Swap(YOU, "usdc_eth", "USDC", 6_000_000 * USDC, 0, "ETH"))
    enter(qtbot, window, "swap", {"from": "USDC", "to": "ETH"})
    you.fill("swap.amount", "1000")
    you.sees("less than fair value. Compare the other ways.")
    assert not you.disabled("swap.review")


def test_what_staking_and_the_queue_would_give(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    you.fill("swap.amount", "5")
    you.sees("Stake instead")
    you.sees("5.0000 stETH")
    enter(qtbot, window, "swap", {"from": "stETH", "to": "ETH"})
    you.sees("Wait in the queue")
    you.sees("Queue, ")
    enter(qtbot, window, "swap", {"from": "ETH", "to": "USDC"})
    you.sees("At fair value")


# --- the house -----------------------------------------------------------------------------


def test_it_fits_and_everything_has_a_name(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path, size=(1024, 700))
    page = window.page("swap")
    assert page is not None
    assert page.minimumSizeHint().width() <= 1024 - 60
    assert (window.width(), window.height()) == (1024, 700)
    for name in ("swap.amount", "swap.flip", "swap.slippage", "swap.rate", "swap.renew"):
        widget = you.find(name)
        text = widget.accessibleName() or getattr(widget, "text", str)()
        assert text, name


def test_it_goes_by_keyboard_alone(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    you.find("swap.amount").setFocus()
    qtbot.keyClicks(window.focusWidget(), "2")
    you.ready("swap")
    you.find("swap.review").setFocus()
    you.key(Qt.Key.Key_Space)
    you.sees("Review swap")
    you.find("swap.confirm").setFocus()
    you.key(Qt.Key.Key_Space)
    you.sees("stETH received")


def test_refreshing_is_quick(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    you.fill("swap.amount", "5")
    you.ready("swap")
    assert seconds_to_refresh(window.page("swap"), window.bridge.world) < 0.012


def test_a_link_to_another_pair_leaves_the_review(qtbot: QtBot, tmp_path: Path) -> None:
    window, you = opened(qtbot, tmp_path)
    enter(qtbot, window, "swap", {"from": "ETH", "to": "USDC"})
    you.fill("swap.amount", "5")
    you.click("swap.review")
    page = window.page("swap")
    assert page is not None
    usdc = page.form.agreed
    assert usdc
    enter(qtbot, window, "home")
    enter(qtbot, window, "swap", {"from": "ETH", "to": "stETH"})
    assert (page.flow.phase, page.form.agreed) == ("form", None)
    you.click("swap.review")
    assert page.form.agreed == page.form.minimum > 4 * ETH
    page.form.set_pair("ETH", "USDC")
    assert page.form.agreed is None
