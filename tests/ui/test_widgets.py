"""The widgets do what a person expects of them, by mouse, by keyboard and in both themes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QMainWindow,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lstwallet.ui import theme
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.bars import Bar, ProgressRow, Tick
from lstwallet.ui.widgets.buttons import Button, CheckBox, Segmented, ToolButton
from lstwallet.ui.widgets.cards import Banner, ChoiceCard, Identicon, LinkRow
from lstwallet.ui.widgets.chips import Chip, ChipRow
from lstwallet.ui.widgets.focus_ring import FocusRing
from lstwallet.ui.widgets.gantt import Gantt, GanttRow
from lstwallet.ui.widgets.gauge import angle_of
from lstwallet.ui.widgets.labels import Countdown, Label, Link, SplitNumber, UnitNumber
from lstwallet.ui.widgets.layout import column, holder, row
from lstwallet.ui.widgets.overlays import Sheet, WhyPopover
from lstwallet.ui.widgets.ring import Part, Ring
from lstwallet.ui.widgets.rows import BeforeAfter, KeyValue
from lstwallet.ui.widgets.toast import Toaster
from lstwallet.units.amount import ALL, AmountProblem, format_places
from tests.ui import gallery

ETHER = 10**18


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light")
    yield
    theme.set_calm(False)
    if theme.current().name != "light" or theme.current().scale != 1:
        theme.apply(qapp, "light")


def picture(widget: QWidget) -> QImage:
    for _ in range(3):
        QApplication.processEvents()
    return widget.grab().toImage()


# -- the whole gallery -------------------------------------------------------------------

STILL = [
    name for name in gallery.BUILDERS if name not in ("amounts", "panels")
]  # there a cursor blinks


@pytest.mark.parametrize("name", STILL)
def test_a_living_widget_changes_theme_to_the_pixel(
    qtbot: QtBot, qapp: QApplication, name: str
) -> None:
    """Built light and turned dark looks as if it had been built dark."""
    turned = gallery.BUILDERS[name]()
    qtbot.addWidget(turned)
    turned.show()
    light = picture(turned)
    theme.apply(qapp, "dark")
    born = gallery.BUILDERS[name]()
    qtbot.addWidget(born)
    born.show()
    born.resize(turned.size())
    assert picture(turned) == picture(born)
    assert picture(turned) != light


@pytest.mark.parametrize("name", gallery.BUILDERS)
def test_a_living_widget_grows_with_the_text(qtbot: QtBot, qapp: QApplication, name: str) -> None:
    widget = gallery.BUILDERS[name]()
    qtbot.addWidget(widget)
    widget.show()
    small = widget.minimumSizeHint()
    theme.apply(qapp, "light", 1.5)
    picture(widget)
    grown = widget.minimumSizeHint()
    assert grown.width() >= small.width()
    assert name in ("overlays", "sheet", "charts", "panels") or grown.height() > small.height()


@pytest.mark.parametrize("name", gallery.BUILDERS)
def test_whatever_takes_the_focus_has_a_name(qtbot: QtBot, name: str) -> None:
    widget = gallery.BUILDERS[name]()
    qtbot.addWidget(widget)
    nameless = [
        child
        for child in widget.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus
        and child.isVisibleTo(widget)
        and not (child.accessibleName() or getattr(child, "text", str)())
        and not isinstance(child.parent(), QAbstractScrollArea)  # a viewport
        and type(child).__name__ != "QSlider"
    ]
    assert nameless == []


# -- text --------------------------------------------------------------------------------


def test_one_line_is_as_high_in_every_language(qtbot: QtBot) -> None:
    latin, chinese = Label("Withdrawal queue"), Label("提款队列")
    assert latin.sizeHint().height() == chinese.sizeHint().height() == 16


def test_a_label_that_may_elide_gives_way_and_says_all_on_hover(qtbot: QtBot) -> None:
    label = Label("a name that is far too long for its place", elide=True)
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() == 24
    label.resize(60, 16)
    picture(label)
    assert label.toolTip() == label.text()
    label.setText("short")
    assert label.toolTip() == ""


def test_a_label_without_elision_keeps_its_room(qtbot: QtBot) -> None:
    label = Label("Health factor")
    assert label.minimumSizeHint() == label.sizeHint()


def test_numbers_do_not_dance(qtbot: QtBot) -> None:
    number = SplitNumber("$111,111.11")
    wide = number.sizeHint().width()
    number.set_value("$987,654.32")
    assert number.sizeHint().width() == wide
    unit = UnitNumber("1.1111", "ETH")
    assert unit.sizeHint() == UnitNumber("9.8765", "ETH").sizeHint()
    assert unit.accessibleName() == "1.1111 ETH"


def test_a_countdown_follows_the_clock(qtbot: QtBot) -> None:
    label = Countdown()
    label.set_due(90_061, 0)
    assert label.text() == "1 d 1 h"
    label.set_now(90_000)
    assert label.text() == "1 m"
    label.set_now(99_999)
    assert label.text() == "0 m"


def test_a_link_acts_on_click_and_enter(qtbot: QtBot) -> None:
    link = Link("View all")
    qtbot.addWidget(link)
    with qtbot.waitSignal(link.clicked):
        qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(link.clicked):
        qtbot.keyClick(link, Qt.Key.Key_Return)


# -- buttons -----------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "height"), [("small", 28), ("normal", 32), ("main", 44)])
def test_button_heights(qtbot: QtBot, size: str, height: int) -> None:
    assert Button("Review", size=size).sizeHint().height() == height


def test_a_pending_button_is_disabled_and_says_what_runs(qtbot: QtBot) -> None:
    clicks: list[int] = []
    button = Button("Stake 5 ETH", "primary", "main", on_click=lambda: clicks.append(1))
    qtbot.addWidget(button)
    button.set_pending("Staking, 1 of 2")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert clicks == []
    assert button.accessibleDescription() == "Staking, 1 of 2"
    button.set_pending("")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert clicks == [1]


def test_segments_by_click_and_arrow(qtbot: QtBot) -> None:
    ranges = Segmented([("d", "1D"), ("w", "1W"), ("m", "1M")], "w")
    qtbot.addWidget(ranges)
    ranges.show()
    picked: list[str] = []
    ranges.changed.connect(picked.append)
    qtbot.mouseClick(ranges.button("m"), Qt.MouseButton.LeftButton)
    assert ranges.current() == "m"
    QTest.keyClick(ranges.button("m"), Qt.Key.Key_Left)
    assert ranges.current() == "w"
    QTest.keyClick(ranges.button("w"), Qt.Key.Key_Left)
    QTest.keyClick(ranges.button("d"), Qt.Key.Key_Left)
    assert ranges.current() == "d"
    assert picked == ["m", "w", "d"]
    ranges.set_current("m")
    assert picked == ["m", "w", "d"]


def test_a_check_box_is_hit_on_its_words(qtbot: QtBot) -> None:
    box = CheckBox("I accept the risk")
    qtbot.addWidget(box)
    box.resize(box.sizeHint())
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center())
    assert box.isChecked()


def test_a_tool_button_is_named_by_its_tip(qtbot: QtBot) -> None:
    assert ToolButton("bell", "Notifications").accessibleName() == "Notifications"


# -- chips and cards ---------------------------------------------------------------------


def test_chips_that_do_not_fit_are_counted(qtbot: QtBot) -> None:
    chips = ChipRow([Chip(f"Chip {i}", small=True) for i in range(8)])
    qtbot.addWidget(chips)
    chips.resize(200, 20)
    chips.show()
    shown = [c for c in chips.findChildren(Chip) if c.isVisible()]
    counted = [c.text() for c in shown if c.text().startswith("+")]
    assert counted == [f"+{8 - (len(shown) - 1)}"]
    chips.resize(900, 20)
    QApplication.processEvents()
    assert len([c for c in chips.findChildren(Chip) if c.isVisible()]) == 8


def test_choice_cards_exclude_each_other(qtbot: QtBot) -> None:
    cards = [ChoiceCard("Lido"), ChoiceCard("Rocket Pool")]
    for card in cards:
        card.set_content(column(row(Label("Name"), card.mark), margins=12))
    around = holder(column(*cards))
    qtbot.addWidget(around)
    around.show()
    qtbot.mouseClick(cards[0], Qt.MouseButton.LeftButton)
    assert cards[0].isChecked()
    assert cards[0].mark.isVisible()
    qtbot.keyClick(cards[1], Qt.Key.Key_Return)
    assert (cards[0].isChecked(), cards[1].isChecked()) == (False, True)
    assert not cards[0].mark.isVisible()


def test_a_click_on_the_words_of_a_link_row_counts(qtbot: QtBot) -> None:
    opened: list[int] = []
    link = LinkRow("Lend it", "Adds risk", "bank", on_click=lambda: opened.append(1))
    qtbot.addWidget(link)
    link.show()
    words = link.findChild(QLabel)
    assert words is not None
    QTest.mouseClick(link, Qt.MouseButton.LeftButton, pos=words.geometry().center())
    assert opened == [1]


def test_an_empty_banner_hides(qtbot: QtBot) -> None:
    around = QWidget()
    banner = Banner("Quotes refresh in 8 s.", parent=around)
    qtbot.addWidget(around)
    around.show()
    banner.set("")
    assert not banner.isVisible()
    banner.set("Paused", "warn", action="Why")
    assert banner.isVisible()
    assert banner.action.text() == "Why"


def test_profiles_have_pictures_of_their_own(qtbot: QtBot) -> None:
    assert picture(Identicon("Demo")) == picture(Identicon("Demo"))
    assert picture(Identicon("Demo")) != picture(Identicon("Other"))


def test_rows_are_read_to_assistive_tools(qtbot: QtBot) -> None:
    change = BeforeAfter("stETH", "12.4031", "17.4031")
    assert change.accessibleDescription() == "from 12.4031 to 17.4031"
    fact = KeyValue("Rate", "1.0000")
    fact.set_value("1.0001", "good")
    assert (fact.accessibleName(), fact.accessibleDescription()) == ("Rate", "1.0001")


# -- the amount field --------------------------------------------------------------------


@pytest.fixture
def field(qtbot: QtBot) -> AmountField:
    made = AmountField("You stake", "ETH", 18)
    qtbot.addWidget(made)
    made.set_available(18_442 * 10**15)
    made.set_max(18_432 * 10**15)
    made.resize(400, made.sizeHint().height())
    made.show()
    return made


def test_typing_makes_base_units_at_once(qtbot: QtBot, field: AmountField) -> None:
    seen: list[object] = []
    field.changed.connect(lambda: seen.append(field.value()))
    qtbot.keyClicks(field.edit, "1.5")
    assert seen == [ETHER, ETHER, 15 * 10**17]
    assert field.problem() is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", AmountProblem.EMPTY), ("0", AmountProblem.ZERO), ("-1", AmountProblem.NEGATIVE),
        ("1,5", AmountProblem.COMMA), ("1e999999", AmountProblem.EXPONENT),
        ("five", AmountProblem.NOT_A_NUMBER),
        ("0.0000000000000000001", AmountProblem.TOO_MANY_DECIMALS),
        ("9" * 80, AmountProblem.TOO_LONG),
    ],
)  # fmt: skip
def test_what_is_not_an_amount_stays_and_is_named(
    qtbot: QtBot, field: AmountField, text: str, problem: AmountProblem
) -> None:
    qtbot.keyClicks(field.edit, text)
    assert field.text() == text
    assert field.value() is None
    assert field.problem() is problem


def test_pasted_groups_lose_their_narrow_spaces(qtbot: QtBot, field: AmountField) -> None:
    QGuiApplication.clipboard().setText("1\u202f234\u202f567.5 \n")
    field.edit.paste()
    assert field.text() == "1234567.5"
    assert field.value() == 12345675 * 10**17


def test_max_is_an_intention_until_it_is_edited(qtbot: QtBot, field: AmountField) -> None:
    with qtbot.waitSignal(field.changed):
        qtbot.mouseClick(field.max_button, Qt.MouseButton.LeftButton)
    assert field.value() == ALL
    assert field.text() == "18.432"
    assert field.units() == 18_432 * 10**15
    field.set_max(19 * ETHER)
    assert (field.value(), field.text()) == (ALL, "19")
    qtbot.keyClicks(field.edit, ".5")
    assert field.value() == 195 * 10**17
    field.set_max(20 * ETHER)
    assert field.text() == "19.5"


def test_max_of_nothing_is_off(qtbot: QtBot, field: AmountField) -> None:
    field.take_all()
    field.set_max(0)
    assert not field.max_button.isEnabled()
    assert field.value() is None


def test_an_error_stands_beside_the_field_and_keeps_the_text(
    qtbot: QtBot, field: AmountField
) -> None:
    field.set_text("25")
    field.set_error("6.5580 ETH more than you have.")
    assert field.error.isVisible()
    assert field.frame.state == "bad"
    assert field.edit.accessibleDescription() == "6.5580 ETH more than you have."
    assert field.text() == "25"
    field.set_error("")
    assert not field.error.isVisible()
    assert field.frame.state in ("rest", "focus")


def test_the_edge_shows_the_focus(qtbot: QtBot, field: AmountField) -> None:
    field.activateWindow()
    field.edit.setFocus()
    qtbot.waitUntil(lambda: field.frame.state == "focus")


def test_another_token_is_asked_for_not_taken(qtbot: QtBot, field: AmountField) -> None:
    field.set_token_choices(["ETH", "USDC"])
    with qtbot.waitSignal(field.token_changed) as asked:
        field.pill.choose("USDC")
    assert asked.args == ["USDC"]
    field.set_text("1.1234567")
    field.set_token("USDC", 6)
    assert field.problem() is AmountProblem.TOO_MANY_DECIMALS


def test_the_pill_may_say_other_words_than_its_symbol(field: AmountField) -> None:
    field.set_token("validator", 18, "32 ETH each")
    pill = field.pill
    assert (pill.symbol(), pill.text()) == ("validator", "32 ETH each")
    assert pill.accessibleName() == "Token 32 ETH each"
    wide = pill.sizeHint().width()
    field.set_token("stETH", 18)
    assert (pill.symbol(), pill.text()) == ("stETH", "stETH")
    assert pill.sizeHint().width() < wide


@given(st.integers(min_value=1, max_value=10**40), st.integers(min_value=0, max_value=18))
def test_what_the_field_fills_in_parses_back(qapp: QApplication, units: int, decimals: int) -> None:
    made = AmountField("Amount", "T", decimals)
    made.set_units(units)
    assert made.value() == units
    shown = format_places(units, decimals, decimals)
    made.set_text(shown)
    assert made.value() == units
    made.set_max(units)
    made.take_all()
    made._edited(made.text())
    assert made.value() == units


# -- the action panel --------------------------------------------------------------------


def test_pages_swap_and_keep_what_was_typed(qtbot: QtBot) -> None:
    panel = ActionPanel()
    qtbot.addWidget(panel)
    form = panel.show_page("form")
    amount = AmountField("You stake")
    form.add(amount)
    amount.set_text("5")
    form.set_foot("Review stake")
    panel.show()
    with qtbot.waitSignal(panel.turned) as turned:
        panel.show_page("review")
    assert turned.args == ["review"]
    assert panel.current() == "review"
    panel.show_page("form")
    assert amount.text() == "5"
    assert panel.width() == 432


def test_the_disabled_button_says_why(qtbot: QtBot) -> None:
    panel = ActionPanel()
    qtbot.addWidget(panel)
    page = panel.show_page("form")
    page.set_foot("Review stake", "Back")
    page.set_ready(False, "Enter at most 18.4320 ETH to go on")
    panel.show()
    assert not page.main.isEnabled()
    assert page.reason.isVisible()
    assert page.main.accessibleDescription() == "Enter at most 18.4320 ETH to go on"
    page.set_ready(True)
    assert page.main.isEnabled()
    assert not page.reason.isVisible()


def test_the_foot_is_never_scrolled_away(qtbot: QtBot) -> None:
    panel = ActionPanel()
    qtbot.addWidget(panel)
    page = panel.show_page("form")
    page.add(*(KeyValue(f"Fact {i}", str(i)) for i in range(60)))
    page.set_foot("Review stake")
    panel.resize(432, 420)
    panel.show()
    QApplication.processEvents()
    foot = page.main.mapTo(panel, page.main.rect().bottomRight())
    assert foot.y() < panel.height()
    assert page.scroller.verticalScrollBar().maximum() > 0


# -- figures -----------------------------------------------------------------------------


def test_the_gauge_gives_the_deciding_range_its_room() -> None:
    assert angle_of(0) == 180
    assert angle_of(10) == angle_of(25) == 0
    assert angle_of(1) - angle_of(3) > 40


def test_the_ring_knows_what_is_under_the_pointer(qtbot: QtBot) -> None:
    ring = Ring(144)
    qtbot.addWidget(ring)
    ring.set_parts([Part("A", 1, "s1"), Part("none", 0, "s2"), Part("B", 1, "s3")])
    assert ring.part_at(QPointF(136, 72)) == 0
    assert ring.part_at(QPointF(8, 72)) == 1
    assert ring.part_at(QPointF(72, 72)) == -1
    assert ring.accessibleDescription().endswith("A, B")


def test_a_bar_says_its_share(qtbot: QtBot) -> None:
    bar = Bar(0.57, "warn_mark", (Tick(0.81, "81% liquidation", "bad"),))
    assert bar.accessibleDescription() == "57% 81% liquidation"
    assert bar.sizeHint().height() > Bar(0.57).sizeHint().height()


def test_long_work_can_be_cancelled(qtbot: QtBot) -> None:
    progress = ProgressRow("Running one year")
    qtbot.addWidget(progress)
    with qtbot.waitSignal(progress.cancelled):
        qtbot.mouseClick(progress.cancel, Qt.MouseButton.LeftButton)


def test_the_timeline_is_read_clicked_and_walked(qtbot: QtBot) -> None:
    day = 86_400
    rows = [
        GanttRow("a", "3.2 ETH", "Lido #1", -5 * day, 0, 0, "Ready", ready=True),
        GanttRow("b", "1.1 ETH", "Lido #2", -day, 3 * day, 5 * day, "in 3 to 5 d"),
    ]
    waits = Gantt("Unstaking")
    qtbot.addWidget(waits)
    waits.set(rows, 0)
    waits.resize(372, waits.sizeHint().height())
    waits.show()
    assert waits.accessibleDescription() == "3.2 ETH, Lido #1: Ready; 1.1 ETH, Lido #2: in 3 to 5 d"
    keys: list[str] = []
    waits.activated.connect(keys.append)
    QTest.mouseClick(waits, Qt.MouseButton.LeftButton, pos=waits.rect().center())
    QTest.keyClick(waits, Qt.Key.Key_Down)
    QTest.keyClick(waits, Qt.Key.Key_Return)
    assert keys == ["b", "a"]


def _right(pixels: int):  # type: ignore[no-untyped-def]
    from PySide6.QtCore import QPoint

    return QPoint(pixels, 0)


# -- what floats -------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    made.setCentralWidget(holder(column(QPushButton("first"), QPushButton("second"), None)))
    made.resize(900, 600)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def test_a_toast_offers_undo_and_goes(qtbot: QtBot, window: QMainWindow) -> None:
    theme.set_calm(True)
    undone: list[int] = []
    toaster = Toaster(window)
    undo = {"action": "Undo", "on_action": lambda: undone.append(1)}
    toast = toaster.show_toast("Note saved", "Entry #1", **undo)
    box = toast.geometry()
    assert box.right() <= window.width() + 24
    assert box.bottom() <= window.height() - 54 + 24
    qtbot.mouseClick(toast.action, Qt.MouseButton.LeftButton)
    assert undone == [1]
    assert toaster.shown() == []


def test_a_toast_stays_while_hovered(qtbot: QtBot, window: QMainWindow) -> None:
    theme.set_calm(True)
    toast = Toaster(window).show_toast("Saved")
    assert toast._clock.isActive()
    toast.enterEvent(None)  # type: ignore[arg-type]
    assert not toast._clock.isActive()
    toast.leaveEvent(None)  # type: ignore[arg-type]
    assert toast._clock.remainingTime() > 5_000


def test_only_three_toasts_stand(qtbot: QtBot, window: QMainWindow) -> None:
    theme.set_calm(True)
    toaster = Toaster(window)
    for number in range(5):
        toaster.show_toast(f"Toast {number}")
    assert [toast.title.text() for toast in toaster.shown()] == ["Toast 2", "Toast 3", "Toast 4"]


def test_a_toast_goes_when_what_it_tells_is_seen(qtbot: QtBot, window: QMainWindow) -> None:
    theme.set_calm(True)
    toaster = Toaster(window)
    for room in ("lend", "unstake", "lend"):
        toaster.show_toast(room, about=room)
    toaster.seen("lend")
    assert [toast.title.text() for toast in toaster.shown()] == ["unstake"]


def test_a_sheet_keeps_tab_inside_and_gives_the_focus_back(
    qtbot: QtBot, window: QMainWindow
) -> None:
    first = window.findChild(QPushButton)
    assert first is not None
    first.setFocus()
    sheet = Sheet(window, "Claim tickets")
    ok = Button("Claim", "primary")
    sheet.add(Label("Two tickets are ready.", wrap=True))
    sheet.add_foot(None, Button("Not now"), ok)
    sheet.open()
    assert sheet.geometry() == window.rect()
    for _ in range(8):
        focused = QApplication.focusWidget()
        assert focused is not None
        assert sheet.isAncestorOf(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    with qtbot.waitSignal(sheet.closed):
        QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert QApplication.focusWidget() is first


def test_a_click_beside_a_sheet_closes_it_unless_it_is_sticky(
    qtbot: QtBot, window: QMainWindow
) -> None:
    for sticky in (False, True):
        sheet = Sheet(window, "Settings", sticky=sticky)
        sheet.add(Label("Words"))
        sheet.open()
        QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=sheet.rect().topLeft() + _right(5))
        assert sheet.isVisible() is sticky
        sheet.close()


def test_why_stays_inside_the_window(qtbot: QtBot, window: QMainWindow) -> None:
    why = WhyPopover(window)
    last = window.findChildren(QPushButton)[-1]
    why.explain(last, "Net yield, 3.31%", "a + b", [("a", "1"), ("b", "2", "bad")], "Rounded down.")
    box = why.surface.content_rect().translated(QPointF(why.surface.pos()))
    assert box.left() >= 0
    assert box.right() <= window.width()
    assert box.bottom() <= window.height()
    assert why.accessibleDescription() == "a + b. a 1; b 2. Rounded down."
    QTest.mouseClick(why, Qt.MouseButton.LeftButton, pos=why.rect().bottomRight())
    assert not why.isVisible()


def test_the_ring_is_for_the_keyboard_only(qtbot: QtBot, window: QMainWindow) -> None:
    ring = FocusRing(window)
    handle = window.windowHandle()
    first, second = window.findChildren(QPushButton)[:2]
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=first.geometry().center())
    first.setFocus()
    assert not ring.isVisible()
    QTest.keyClick(handle, Qt.Key.Key_Tab)
    qtbot.waitUntil(ring.isVisible)
    focused = QApplication.focusWidget()
    assert focused in (first, second)
    box = focused.geometry().translated(window.centralWidget().pos())
    assert ring.geometry().contains(box)
    focused.move(focused.pos() + _right(20))
    assert ring.geometry().contains(focused.geometry())
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=box.center())
    assert not ring.isVisible()


class Opener(QObject):
    opened = Signal()


def test_a_sheet_that_is_gone_is_not_closed_again(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    opener = Opener()
    for _time in range(2):
        sheet = Sheet(window, "Compare")
        opener.opened.connect(sheet.close)
        sheet.open()
        with qtbot.waitSignal(sheet.closed):
            opener.opened.emit()
        sheet.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        with qtbot.captureExceptions() as raised:
            opener.opened.emit()
        assert not raised
