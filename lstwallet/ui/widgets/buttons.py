"""Buttons, icon buttons, segmented controls, check boxes and choosers, painted from the theme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from lstwallet.ui.theme import Themed, current, icons, paint
from lstwallet.ui.theme.plain import plain_tip
from lstwallet.ui.widgets.layout import row


def _state(button: QAbstractButton) -> str:
    if not button.isEnabled():
        return "disabled"
    if button.isDown():
        return "pressed"
    return "hover" if button.underMouse() else "rest"


class Button(Themed, QPushButton):
    """A push button. Kinds: primary, secondary, ghost, quiet, soft, danger. Sizes: small
    (28 px), normal (32), main (44, fills its row)."""

    def __init__(
        self,
        text: str = "",
        kind: str = "secondary",
        size: str = "normal",
        *,
        icon: str = "",
        trailing: bool = False,
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._kind, self._size, self._icon, self._trailing = kind, size, icon, trailing
        self._pending = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        wide = QSizePolicy.Policy.Expanding if size == "main" else QSizePolicy.Policy.Fixed
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self.setProperty("focus_radius", paint.BUTTON_SIZES[size].radius)
        if on_click is not None:
            self.clicked.connect(lambda _checked=False: on_click())
        self.begin_style()

    def restyle(self) -> None:
        self.setFont(current().font(paint.button_style(self._kind, self._size)))
        self.updateGeometry()

    def set_kind(self, kind: str) -> None:
        """Change the kind."""
        if kind != self._kind:
            self._kind = kind
            self.restyle()
            self.update()

    def set_icon(self, icon: str) -> None:
        """Change or drop the icon."""
        self._icon = icon
        self.updateGeometry()
        self.update()

    def set_pending(self, words: str) -> None:
        """While ``words`` is not empty: disabled, an hourglass, and these words instead."""
        self._pending = words
        self.setEnabled(not words)
        self.setAccessibleDescription(words)
        self.updateGeometry()
        self.update()

    def _shown(self) -> tuple[str, str]:
        if self._pending:
            return self._pending, "hourglass-simple"
        return self.text().replace("&&", "\0").replace("&", "").replace("\0", "&"), self._icon

    def sizeHint(self) -> QSize:
        text, icon = self._shown()
        height = current().px(paint.BUTTON_SIZES[self._size].height)
        return QSize(paint.button_width(text, self._kind, self._size, icon), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        text, icon = self._shown()
        state = "pressed" if self.isChecked() and self.isEnabled() else _state(self)
        with QPainter(self) as painter:
            paint.draw_button(
                painter, QRectF(self.rect()), text, self._kind, self._size, state, icon,
                trailing=self._trailing,
            )  # fmt: skip


class ToolButton(Themed, QToolButton):
    """An icon button. Kinds: plain, outline, primary and sim (round). Always named by its tip."""

    def __init__(
        self,
        icon: str,
        tip: str,
        kind: str = "plain",
        *,
        side: int = 32,
        icon_side: int = 18,
        tone: str = "text2",
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._kind, self._side, self._icon_side = icon, kind, side, icon_side
        self._tone, self._badge = tone, ""
        self.set_tip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        round_ = kind in ("primary", "sim")
        self.setProperty("focus_radius", side // 2 if round_ else 8)
        if on_click is not None:
            self.clicked.connect(lambda _checked=False: on_click())
        self.begin_style()

    def restyle(self) -> None:
        side = current().px(self._side)
        self.setFixedSize(side, side)

    def set_tip(self, tip: str) -> None:
        """Tool tip and accessible name."""
        self.setToolTip(plain_tip(tip))
        self.setAccessibleName(tip)

    def set_icon(self, icon: str, tone: str = "") -> None:
        """Change the glyph."""
        self._icon, self._tone = icon, tone or self._tone
        self.update()

    def set_badge(self, tone: str) -> None:
        """A dot in the corner: bad, warn, good, or nothing."""
        self._badge = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, state = current(), _state(self)
        box = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            ink = self._background(painter, box, state)
            side = theme.px(self._icon_side)
            corner = (box.width() - side) / 2
            icons.draw(painter, QRectF(corner, corner, side, side), self._icon, theme.color(ink))
            if self._badge:
                painter.setPen(paint.NO_PEN)
                painter.setBrush(theme.color(self._badge + "_mark"))
                painter.drawEllipse(QPointF(box.width() * 0.75, box.height() * 0.28), 4, 4)

    def _background(self, painter: QPainter, box: QRectF, state: str) -> str:
        theme = current()
        if self._kind in ("primary", "sim"):
            role = "sim_mark"
            if self._kind == "primary":
                role = {"hover": "accent_hover", "pressed": "accent_pressed"}.get(state, "accent")
            fill = theme.color(role)
            if self._kind == "sim" and state in ("hover", "pressed"):
                fill = theme.mix("sim_mark", "text", 0.85)
            painter.setPen(paint.NO_PEN)
            painter.setBrush(theme.color("pressed") if state == "disabled" else fill)
            painter.drawEllipse(box)
            if state == "disabled":
                return "text3"
            return "on_accent" if self._kind == "primary" else "on_sim"
        edge = "line_strong" if self._kind == "outline" else ""
        on = self.isCheckable() and self.isChecked()
        fill_role = {"hover": "hover", "pressed": "pressed"}.get(state, "")
        if self._kind == "outline" and not fill_role:
            fill_role = "surface"
        if on:
            fill_role = "pressed"
        if fill_role or edge:
            paint.draw_panel(painter, box, fill_role, edge, 8)
        if state == "disabled":
            return "disabled"
        return "accent_text" if on else paint.TEXT_ROLES.get(self._tone, self._tone)


class SegmentButton(Themed, QAbstractButton):
    """One choice of a ``Segmented``; one that shares a width needs less of its own."""

    def __init__(self, text: str, parent: QWidget, *, shares: bool = False) -> None:
        super().__init__(parent)
        self._margins = 8 if shares else 22
        self.setText(text)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setProperty("focus_radius", 6)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.begin_style()

    def restyle(self) -> None:
        self.setFont(current().font("small_medium"))
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()  # the group moves the choice
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        width = paint.text_width(self.text(), self.font())
        return QSize(round(width) + self._margins, current().px(26))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        box = QRectF(self.rect())
        with QPainter(self) as painter:
            if self.isChecked():
                paint.draw_panel(painter, box, "segment_on", "line", 6)
            elif self.underMouse() and self.isEnabled():
                paint.draw_panel(painter, box, "pressed", "", 6)
            tone = "text" if self.isChecked() else "text2"
            tone = tone if self.isEnabled() else "disabled"
            paint.draw_text(painter, box, self.text(), "small_medium", tone, "center", elide=False)


class Segmented(QWidget):
    """Pick one of a few. ``changed(key)`` when the user picks; arrows move the choice.

    In a ``momentary`` one each button does something at once: there arrows move the focus
    only, and Space or Enter presses.
    """

    changed = Signal(object)

    def __init__(
        self,
        items: Sequence[tuple[Any, str]],
        chosen: Any = None,
        *,
        name: str = "",
        expand: bool = False,
        momentary: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """``items`` are (key, words); ``name`` says what is chosen; ``expand`` shares the width."""
        super().__init__(parent)
        self._keys: list[Any] = []
        self._buttons: list[SegmentButton] = []
        self.setAccessibleName(name)
        self._expand = expand
        self._momentary = momentary
        wide = QSizePolicy.Policy.Expanding if expand else QSizePolicy.Policy.Fixed
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self._row = row(margins=2, spacing=2)
        self.setLayout(self._row)
        self.set_items(items, chosen)

    def set_items(self, items: Sequence[tuple[Any, str]], chosen: Any = None) -> None:
        """Replace the choices without a signal."""
        for old in self._buttons:
            self._row.removeWidget(old)
            old.setParent(None)
            old.deleteLater()
        self._keys = [key for key, _ in items]
        self._buttons = []
        for key, words in items:
            button = SegmentButton(words, self, shares=self._expand)
            button.setAutoExclusive(True)
            button.clicked.connect(lambda _on=False, k=key: self._picked(k))
            self._buttons.append(button)
            self._row.addWidget(button, 1 if self._expand else 0)
        self.set_current(chosen if chosen is not None else (self._keys or [None])[0])

    def current(self) -> Any:
        """The chosen key."""
        for key, button in zip(self._keys, self._buttons, strict=True):
            if button.isChecked():
                return key
        return None

    def set_current(self, chosen: Any) -> None:
        """Choose without a signal. A key that is not there changes nothing."""
        for key, button in zip(self._keys, self._buttons, strict=True):
            on = key == chosen
            if on:
                button.setChecked(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus)

    def choose_none(self) -> None:
        """Nothing is chosen, without a signal; Tab then comes to the first."""
        for at, button in enumerate(self._buttons):
            button.setAutoExclusive(False)
            button.setChecked(False)
            button.setAutoExclusive(True)
            button.setFocusPolicy(
                Qt.FocusPolicy.ClickFocus if at else Qt.FocusPolicy.StrongFocus
            )

    def button(self, key: Any) -> SegmentButton:
        """The button of a key. Raises ``ValueError`` for an unknown one."""
        return self._buttons[self._keys.index(key)]

    def _picked(self, key: Any) -> None:
        self.set_current(key)
        self.changed.emit(key)

    def _from(self) -> int:
        """Where an arrow starts: at the focus if that moves by itself, else at the choice."""
        focused = [button.hasFocus() for button in self._buttons]
        if self._momentary and any(focused):
            return focused.index(True)
        return self._keys.index(self.current())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        pressed = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._momentary
        if pressed and not event.isAutoRepeat():
            self._buttons[self._from()].click()
            return
        if not step or not self._keys:
            super().keyPressEvent(event)
            return
        at = self._from() + step
        if 0 <= at < len(self._keys):
            if not self._momentary:
                self._picked(self._keys[at])
            self._buttons[at].setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint.draw_panel(painter, QRectF(self.rect()), "hover", "", 8)


class CheckBox(Themed, QCheckBox):
    """A check box of 16 px with its words beside it."""

    def __init__(self, text: str = "", style: str = "small", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._style = style
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setProperty("focus_radius", 6)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.begin_style()

    def restyle(self) -> None:
        self.setFont(current().font(self._style))
        self.updateGeometry()

    def _side(self) -> int:
        return current().px(18)

    def sizeHint(self) -> QSize:
        wide = round(paint.text_width(self.text(), self.font())) + 2 if self.text() else 0
        gap = 8 if wide else 0
        return QSize(self._side() + gap + wide, max(current().px(22), self._side() + 2))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos) -> bool:  # type: ignore[no-untyped-def]
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, side = current(), self._side()
        on = self.isChecked()
        box = QRectF(0, (self.height() - side) / 2, side, side)
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            back = "accent" if on else "hover" if self.underMouse() else "surface"
            edge = "accent" if on else "line_control"
            if not self.isEnabled():
                back, edge = "hover", "line_strong"
            paint.draw_panel(painter, box, back, edge, 4)
            if on:
                ink = theme.color("on_accent" if self.isEnabled() else "text3")
                inset = side * 0.14
                icons.draw(painter, box.adjusted(inset, inset, -inset, -inset), "check-bold", ink)
            words = QRectF(side + 8, 0, self.width() - side - 8, self.height())
            tone = "text" if self.isEnabled() else "disabled"
            paint.draw_text(painter, words, self.text(), self._style, tone, elide=False)


class Chooser(Themed, QComboBox):
    """A drop-down list with our own face. ``addItem(words, key)``; ``currentData()``."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("focus_radius", 8)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.begin_style()

    def restyle(self) -> None:
        self.setFont(current().font("small_medium"))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        widest = max(
            (paint.text_width(self.itemText(i), self.font()) for i in range(self.count())),
            default=60.0,
        )
        return QSize(round(widest) + 42, current().px(32))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(90, self.sizeHint().width()), current().px(32))

    def wheelEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        box = QRectF(self.rect())
        with QPainter(self) as painter:
            back = "hover" if self.underMouse() and self.isEnabled() else "surface"
            paint.draw_panel(painter, box, back, "line_control", 8)
            tone = "text" if self.isEnabled() else "disabled"
            words = box.adjusted(11, 0, -28, 0)
            paint.draw_text(painter, words, self.currentText(), "small_medium", tone)
            side = theme.px(12)
            arrow = QRectF(box.right() - side - 10, (box.height() - side) / 2, side, side)
            icons.draw(painter, arrow, "caret-down", theme.color("text2"))


class Switch(Themed, QAbstractButton):
    """An on/off switch."""

    def __init__(self, name: str, on: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(on)
        self.setAccessibleName(name)
        self.setToolTip(plain_tip(name))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setProperty("focus_radius", 11)
        self.begin_style()

    def restyle(self) -> None:
        self.setFixedSize(current().px(38), current().px(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        box = QRectF(self.rect())
        radius = box.height() / 2
        with QPainter(self) as painter:
            painter.setRenderHint(paint.ANTIALIASED)
            role = "accent" if self.isChecked() else "line_control"
            painter.setBrush(theme.color(role if self.isEnabled() else "line_strong"))
            painter.setPen(paint.NO_PEN)
            painter.drawRoundedRect(box, radius, radius)
            painter.setBrush(theme.color("on_accent" if not theme.dark else "text"))
            x = box.width() - radius if self.isChecked() else radius
            painter.setPen(QPen(paint.NO_PEN))
            painter.drawEllipse(QPointF(x, radius), radius - 3, radius - 3)
