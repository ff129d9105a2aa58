"""The palette and the style sheet made from the tokens.

Our own widgets paint themselves; the sheet dresses the stock ones (line edits, sliders,
menus, scroll bars, tool tips) and offers frames by dynamic property. ``:disabled`` and
``[kind=…]`` weigh the same and the later one wins: each kind's states follow the kind.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QPalette

from lstwallet.ui.theme import tokens

if TYPE_CHECKING:
    from lstwallet.ui.theme.manager import Theme

_R = QPalette.ColorRole
_PALETTE: Final = (
    (_R.Window, "window"), (_R.WindowText, "text"), (_R.Base, "surface"),
    (_R.AlternateBase, "sunken"), (_R.Text, "text"), (_R.Button, "surface"),
    (_R.ButtonText, "text"), (_R.BrightText, "on_accent"), (_R.Highlight, "accent"),
    (_R.HighlightedText, "on_accent"), (_R.PlaceholderText, "text3"), (_R.ToolTipBase, "surface"),
    (_R.ToolTipText, "text"), (_R.Link, "accent_text"), (_R.LinkVisited, "accent_text"),
    (_R.Light, "surface"), (_R.Midlight, "hover"), (_R.Mid, "line"), (_R.Dark, "line_strong"),
    (_R.Shadow, "line_strong"), (_R.Accent, "accent"),
)  # fmt: skip

_SHEET: Final = Template("""
QLineEdit { border: none; background: transparent; padding: 0; color: $text;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:disabled { color: $disabled; }
QLineEdit[bad="true"] { color: $bad; }
QLineEdit[box="true"] { border: 1px solid $line_control; border-radius: 8px; padding: 0 10px;
  min-height: ${box_h}px; background: $surface; }
QLineEdit[box="true"]:focus { border: 2px solid $focus; padding: 0 9px;
  min-height: ${box_h_focus}px; }
QLineEdit[box="true"][bad="true"] { border: 2px solid $bad_mark; padding: 0 9px;
  min-height: ${box_h_focus}px; color: $text; }
QLineEdit[box="true"]:disabled { border-color: $line; background: $sunken; }
QPlainTextEdit, QTextEdit { border: 1px solid $line_control; border-radius: 8px; padding: 6px 8px;
  background: $surface; color: $text; selection-background-color: $accent;
  selection-color: $on_accent; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $focus; padding: 5px 7px; }
QSlider { min-height: ${slider_h}px; }
QSlider::groove:horizontal { height: 4px; background: $line_strong; border-radius: 2px; }
QSlider::sub-page:horizontal { height: 4px; background: $accent; border-radius: 2px; }
QSlider::sub-page:horizontal:disabled { background: $line_strong; }
QSlider::handle:horizontal { width: 16px; height: 16px; margin: -8px 0; border-radius: 10px;
  background: $surface; border: 2px solid $accent; }
QSlider::handle:horizontal:hover { background: $accent_soft; }
QSlider::handle:horizontal:disabled { border-color: $line_strong; }
QScrollBar:vertical { width: 10px; background: transparent; margin: 2px; }
QScrollBar:horizontal { height: 10px; background: transparent; margin: 2px; }
QScrollBar::handle { background: $line_strong; border-radius: 3px; min-height: 32px;
  min-width: 32px; }
QScrollBar::handle:hover { background: $line_control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QToolTip { background: $surface; color: $text; border: 1px solid $line_strong; padding: 6px 8px; }
QMenu { background: $surface; color: $text; border: 1px solid $line_strong; border-radius: 8px;
  padding: 4px; }
QMenu::item { padding: 6px 20px 6px 10px; border-radius: 6px; }
QMenu::item:selected { background: $hover; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }
QMenu::icon { padding-left: 8px; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $line_strong;
  outline: none; padding: 4px; selection-background-color: $selected; selection-color: $text; }
PlotWidget { background: transparent; border: none; }
QTableView { background: transparent; border: none; outline: none; gridline-color: $line; }
QTableView#plain { color: $text; selection-background-color: $selected; selection-color: $text; }
QTableView#plain::item { padding: 0 8px; border: none; border-bottom: 1px solid $line; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: transparent; color: $text3; border: none;
  border-bottom: 1px solid $line; padding: 4px 11px; }
QProgressBar { background: $pressed; border: none; border-radius: 3px; max-height: 6px;
  min-height: 6px; }
QProgressBar::chunk { background: $s1; border-radius: 3px; }
QSpinBox { border: 1px solid $line_control; border-radius: 8px; padding: 0 8px;
  min-height: ${box_h}px; background: $surface; color: $text; }
QSpinBox:focus { border: 2px solid $focus; padding: 0 7px; min-height: ${box_h_focus}px; }
""")


def palette(theme: Theme) -> QPalette:
    """The palette of a theme, its Disabled group too."""
    made = QPalette()
    for role, token in _PALETTE:
        made.setColor(role, theme.color(token))
    for role in (_R.WindowText, _R.Text, _R.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, theme.color("disabled"))
    return made


def sheet(theme: Theme) -> str:
    """The style sheet of a theme."""
    height = theme.px(32)
    return _SHEET.substitute(
        tokens.ROLES[theme.name],
        box_h=height,
        box_h_focus=height - 2,
        slider_h=max(24, theme.px(24)),
    )
