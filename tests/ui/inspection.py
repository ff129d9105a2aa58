"""Looks at a real window as an auditor of accessibility would: names, focus, contrast, cuts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QScrollArea,
    QScrollBar,
    QTableView,
    QTextEdit,
    QWidget,
)

from lstwallet.ui import theme
from lstwallet.ui.theme import paint
from lstwallet.ui.widgets.amount_field import TokenPill
from lstwallet.ui.widgets.buttons import Button, CheckBox, Chooser, SegmentButton
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.gantt import Gantt
from lstwallet.ui.widgets.gauge import Gauge
from lstwallet.ui.widgets.history import HistoryBar
from lstwallet.ui.widgets.labels import Label, UnitNumber
from lstwallet.ui.widgets.overlays import Floating, Overlay
from lstwallet.ui.widgets.palette import Palette
from lstwallet.ui.widgets.ring import Ring
from lstwallet.ui.widgets.waterfall import Waterfall
from tests.ui.test_theme import contrast

CONTROLS = (
    QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QAbstractSlider, QPlainTextEdit,
    QTextEdit,
)  # fmt: skip
FIGURES = (Ring, Gauge, Gantt, Waterfall, HistoryBar)
"""Drawn facts: they cannot be pressed, but they say something."""
MOST_STEPS = 400
LEAST = 4.5
SLACK = 1.0
"""Of a pixel: hints are rounded up."""


def describe(widget: QWidget) -> str:
    """How a person finds it again."""
    words = ""
    if isinstance(widget, Label | QAbstractButton):
        words = widget.text()
    name = widget.objectName() or words or widget.accessibleName()
    around, parent = "", widget.parentWidget()
    while parent is not None and not around:
        around = parent.objectName() or (
            type(parent).__name__ if "lstwallet" in type(parent).__module__ else ""
        )
        parent = parent.parentWidget()
    return f"{type(widget).__name__} “{name}” in {around}"


def front(window: QWidget) -> QWidget:
    """What can be used now: the window, or the sheet that lies over it."""
    over = [each for each in window.findChildren(Overlay) if each.isVisible()]
    return over[-1] if over else window


def shown(window: QWidget) -> Iterator[QWidget]:
    """Every visible widget that can be used now, but the insides of stock ones."""
    for widget in front(window).findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, QScrollBar | QHeaderView):
            continue
        if isinstance(widget.parentWidget(), QComboBox | QHeaderView | QTableView):
            continue
        yield widget


def is_control(widget: QWidget) -> bool:
    """Whether something can be done with it."""
    if isinstance(widget, QScrollArea) or _is_viewport(widget):
        return False
    if isinstance(widget, TokenPill) and len(widget.choices()) < 2:
        return False  # a label
    can_focus = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    if isinstance(widget, QAbstractScrollArea) and not can_focus:
        return isinstance(widget, QAbstractItemView)
    if isinstance(widget, QLineEdit) and widget.isReadOnly() and not can_focus:
        return False  # a figure in a field's clothes
    return isinstance(widget, CONTROLS) or can_focus


def _is_viewport(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget


# -- names -------------------------------------------------------------------------------


def said_name(widget: QWidget) -> str:
    """What a screen reader says of it."""
    seen = QAccessible.queryAccessibleInterface(widget)
    return str(seen.text(QAccessible.Text.Name)).strip() if seen is not None else ""


def unnamed(window: QWidget) -> list[str]:
    """Controls, charts and figures without a name, or named by a code nobody would say."""
    found = []
    for widget in shown(window):
        if not is_control(widget) and not isinstance(widget, FIGURES):
            continue
        name = said_name(widget)
        if not name or name == widget.objectName() != "":
            found.append(f"no name: {describe(widget)}")
    return found


def undescribed(window: QWidget) -> list[str]:
    """Charts and figures that do not say what they show."""
    return [
        f"no description: {describe(widget)}"
        for widget in shown(window)
        if (isinstance(widget, FIGURES) or _is_plot(widget))
        and not widget.accessibleDescription().strip()
    ]


def mute(window: QWidget) -> list[str]:
    """Whatever a screen reader would have nothing to say of."""
    return unnamed(window) + undescribed(window)


def _is_plot(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return parent is not None and bool(parent.property("chart")) and widget.isVisible()


# -- focus -------------------------------------------------------------------------------


def tab_round(window: QWidget) -> tuple[list[QWidget], list[str]]:
    """Where Tab leads, from the focus until it comes round; and where it could not be seen."""
    if front(window) is window:
        cover = window.cover() if hasattr(window, "cover") else None
        (cover.nextInFocusChain() if cover else window.shell).setFocus()  # type: ignore[attr-defined]
    start = window.focusWidget()
    assert start is not None
    found: list[QWidget] = [start]
    hidden = []
    for _ in range(MOST_STEPS):
        focused = QApplication.focusWidget()
        assert focused is not None, f"the focus is lost after {describe(found[-1])}"
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
        QApplication.processEvents()
        following = QApplication.focusWidget()
        if following is None or following in found:
            return found, hidden
        found.append(following)
        if following.visibleRegion().isEmpty():
            hidden.append(f"the focus is out of sight on {describe(following)}")
    raise AssertionError("Tab never comes round")


def unreached(window: QWidget) -> list[str]:
    """Controls that Tab does not come to (of a group it must come to one: arrows do the rest),
    and places where the focus cannot be seen."""
    reached, hidden = tab_round(window)
    ids = {id(widget) for widget in reached}
    found = []
    for widget in shown(window):
        if not is_control(widget) or not widget.isEnabled() or id(widget) in ids:
            continue
        if isinstance(widget, QAbstractButton) and any(id(e) in ids for e in _group(widget)):
            continue
        if widget.focusProxy() is not None and id(widget.focusProxy()) in ids:
            continue
        if isinstance(widget, QAbstractItemView) and isinstance(front(window), Palette):
            continue  # its field has the focus, arrows move the list
        found.append(f"Tab does not come to {describe(widget)}")
    return found + hidden


def _group(button: QAbstractButton) -> list[QAbstractButton]:
    """Buttons of which one is chosen: arrows go from one to the next."""
    group = button.group()
    if group is not None:
        return group.buttons() if group.exclusive() else []
    parent = button.parentWidget()
    if not button.autoExclusive() or parent is None:
        return []
    return [each for each in parent.findChildren(QAbstractButton) if each.autoExclusive()]


# -- contrast ----------------------------------------------------------------------------


def unreadable(window: QWidget) -> list[str]:
    """Texts below 4.5:1, by the colour they are really painted in on what is really behind."""
    picture = _Picture(window)
    found = []
    for widget in shown(window):
        if not widget.isEnabled() or not _has_text(widget) or _drops(widget):
            continue
        box = widget.visibleRegion().boundingRect()
        box.translate(widget.mapTo(window, QPoint(0, 0)))
        if box.width() < 4 or box.height() < 6:
            continue
        back, *others = picture.colours(box)
        ink = _ink(widget) or max((back, *others), key=lambda each: contrast(each, back))
        ratio = contrast(ink, back)
        if ratio < LEAST:
            found.append(f"{ratio:.2f}:1 ({ink} on {back}) {describe(widget)}")
    return found


def _drops(widget: QWidget) -> bool:
    """Only partly in sight: its letters may be cut away."""
    return widget.visibleRegion().boundingRect().height() < 0.8 * widget.height()


def _has_text(widget: QWidget) -> bool:
    if isinstance(widget, Label | Button | SegmentButton | CheckBox):
        return bool(widget.text().strip())
    if isinstance(widget, QLineEdit):
        return bool(widget.text())
    return isinstance(widget, Chip | UnitNumber | Chooser)


def _ink(widget: QWidget) -> str:
    """The colour a label says it paints in; others are looked at."""
    if isinstance(widget, Label):
        return theme.current().hex(paint.tone_role(widget.tone()))
    return ""


class _Picture:
    """What the window looks like, to be asked for colours."""

    def __init__(self, window: QWidget) -> None:
        image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        self._ratio = image.devicePixelRatio()
        line = image.bytesPerLine() // 4
        values = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), line)
        self._pixels = values[:, : image.width()] & 0xFFFFFF

    def colours(self, box: QRect) -> list[str]:
        """The colours in a part of it, the most frequent first: that one is what is behind."""
        left, top = (round(each * self._ratio) for each in (box.left(), box.top()))
        right, bottom = (round(each * self._ratio) for each in (box.right(), box.bottom()))
        part = self._pixels[max(0, top) : bottom + 1, max(0, left) : right + 1]
        found, counts = np.unique(part, return_counts=True)
        return [f"#{value:06X}" for value in found[np.argsort(-counts)]]


# -- cuts --------------------------------------------------------------------------------


def cut_off(window: QWidget) -> list[str]:
    """Texts that are cut, and widgets that stand out of their parents."""
    found = []
    for widget in shown(window):
        why = _cut_text(widget) or _outside(widget, window)
        if why:
            found.append(f"{why}: {describe(widget)}")
    return found


def _cut_text(widget: QWidget) -> str:
    wide, tall = widget.width() + SLACK, widget.height() + SLACK
    if isinstance(widget, Label):
        if not widget.text():
            return ""
        if widget.wordWrap():
            need = widget.heightForWidth(widget.width())
            return f"{need} px of text in {widget.height()}" if need > tall + 1 else ""
        need = widget.sizeHint().width()
        if need <= wide:
            return ""
        elides = widget.minimumSizeHint().width() < need
        told = widget.toolTip() == widget.text() or widget.visibleRegion().isEmpty()
        return "" if elides and told else f"{need} px of text in {widget.width()}"
    kinds = (Button, SegmentButton, CheckBox, Chip, UnitNumber)
    if isinstance(widget, kinds):
        hint = widget.sizeHint()
        if hint.width() > wide or hint.height() > tall:
            return f"{hint.width()}×{hint.height()} in {widget.width()}×{widget.height()}"
    return ""


def _outside(widget: QWidget, window: QWidget) -> str:
    """Beyond its parent, unless one can scroll to it."""
    parent = widget.parentWidget()
    if parent is None or parent is window or widget.isWindow() or isinstance(widget, Floating):
        return ""
    if isinstance(parent.parentWidget(), QAbstractScrollArea):
        over = widget.width() - parent.width()
        return f"{over} px wider than what shows it" if over > 0 else ""
    if isinstance(parent, QAbstractScrollArea):
        return ""
    box = widget.geometry()
    room = parent.rect()
    sides = {
        "left": room.left() - box.left(), "right": box.right() - room.right(),
        "above": room.top() - box.top(), "below": box.bottom() - room.bottom(),
    }  # fmt: skip
    out = {side: by for side, by in sides.items() if by > 0}
    return f"outside its parent {out}" if out else ""


# -- windows -----------------------------------------------------------------------------


class Flashes(QObject):
    """Notes every widget that comes up as a window of its own: it would flash and take the
    focus. Menus and dialogs may."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            stock = isinstance(watched, QMenu | QDialog)
            if not stock and watched.windowType() not in (
                Qt.WindowType.ToolTip, Qt.WindowType.Popup
            ):  # fmt: skip
                self.seen.append(describe(watched))
        return False

