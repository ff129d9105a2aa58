"""Text of a lesson: words to press in bold, glossary terms dotted and to be asked about."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstwallet.ui.theme import Themed, current, paint

_MARKED: Final = re.compile(r"\*([^*]+)\*")
_LINE_PERCENT: Final = 124
_WIDEST: Final = 420


def bare(marked: str) -> str:
    """A lesson's text without its marks."""
    return _MARKED.sub(r"\1", marked)


class TermText(Themed, QWidget):
    """Paints ``*words*``: a dotted line under a term, bold for anything else.

    ``asked(term)`` when a term is clicked, or Enter is pressed on it; left and right move
    from one term to the next.
    """

    asked = Signal(str)

    def __init__(
        self,
        text: str = "",
        terms: Mapping[str, str] | None = None,
        *,
        style: str = "body",
        tone: str = "text",
        parent: QWidget | None = None,
    ) -> None:
        """``terms`` are those that have an explanation."""
        super().__init__(parent)
        self._text, self._terms, self._style, self._tone = text, terms or {}, style, tone
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        self._present: list[str] = []
        self._chosen = 0
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)
        self.setProperty("own_focus", True)
        self.begin_style()

    def restyle(self) -> None:
        self._document.setDefaultFont(current().font(self._style))
        self._write()

    def text(self) -> str:
        """What is shown, without marks."""
        return bare(self._text)

    def set_text(self, text: str, terms: Mapping[str, str] | None = None) -> None:
        """Show another text."""
        self._text = text
        if terms is not None:
            self._terms = terms
        self._chosen = 0
        self._write()

    def terms(self) -> list[str]:
        """The terms in the text that can be asked about, in order."""
        return list(self._present)

    def _write(self) -> None:
        theme = current()
        self._document.clear()
        cursor = QTextCursor(self._document)
        spacing = QTextBlockFormat()
        spacing.setLineHeight(
            _LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        )
        cursor.setBlockFormat(spacing)
        plain, bold, term = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
        bold.setFontWeight(QFont.Weight.DemiBold)
        for each in (plain, bold, term):
            each.setForeground(theme.color(paint.tone_role(self._tone)))
        term.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        term.setUnderlineColor(theme.color("text3"))
        term.setFontWeight(QFont.Weight.Medium)
        term.setAnchor(True)
        self._present = []
        for number, part in enumerate(_MARKED.split(self._text)):
            if number % 2 == 0:
                cursor.insertText(part, plain)
            elif part in self._terms:
                self._present.append(part)
                term.setAnchorHref(part)
                cursor.insertText(part, term)
            else:
                cursor.insertText(part, bold)
        has_terms = bool(self._present)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if has_terms else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(
            self.tr("Terms: {terms}").format(terms=", ".join(self._present)) if has_terms else ""
        )
        self.updateGeometry()
        self.update()

    # --- size ---------------------------------------------------------------------------

    def heightForWidth(self, width: int) -> int:
        self._document.setTextWidth(width)
        return math.ceil(self._document.size().height())

    def sizeHint(self) -> QSize:
        self._document.setTextWidth(-1)
        wide = min(math.ceil(self._document.idealWidth()) + 1, current().px(_WIDEST))
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, current().line(self._style))

    # --- asking -------------------------------------------------------------------------

    def _term_at(self, spot: QPointF) -> str:
        self._document.setTextWidth(self.width())
        return str(self._document.documentLayout().anchorAt(spot))

    def spot_of(self, term: str) -> QPointF:
        """Where a term stands, for a click. Raises ``KeyError``."""
        if term not in self._present:
            raise KeyError(term)
        self._document.setTextWidth(self.width())
        where = self._document.find(term)
        while not where.isNull() and where.charFormat().anchorHref() != term:
            where = self._document.find(term, where)
        layout = where.block().layout()
        line = layout.lineForTextPosition(where.selectionStart() - where.block().position())
        x, _ = line.cursorToX(where.selectionStart() - where.block().position())
        return QPointF(x + 3, line.y() + line.height() / 2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = bool(self._term_at(event.position()))
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        term = self._term_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and term:
            self.asked.emit(term)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = keys.get(Qt.Key(event.key()))
        if self._present and step is not None:
            self._chosen = (self._chosen + step) % len(self._present)
            self.update()
        elif self._present and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit(self._present[self._chosen])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # --- painting -----------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        self._document.setTextWidth(self.width())
        with QPainter(self) as painter:
            self._document.drawContents(painter)
            if self.hasFocus() and self._present:
                self._draw_focus(painter)

    def _draw_focus(self, painter: QPainter) -> None:
        term = self._present[self._chosen]
        spot = self.spot_of(term)
        font = QFont(current().font(self._style))
        font.setWeight(QFont.Weight.Medium)
        wide = min(paint.text_width(term, font), self.width() - spot.x() + 3)
        high = current().line(self._style)
        box = QRectF(spot.x() - 4.5, spot.y() - high / 2 - 1, wide + 3, high + 2)
        paint.draw_panel(painter, box, "", "focus", 4, 2)
