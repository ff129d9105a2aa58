"""Text that somebody wrote is shown as text, also where Qt would take it for HTML.

Labels are plain by themselves. A tool tip has no such switch: Qt draws whatever looks like
HTML as such, with pictures from wherever it says.
"""

from __future__ import annotations

import html

from PySide6.QtGui import Qt  # there it also knows mightBeRichText


def plain_tip(text: str) -> str:
    """What to give Qt so that the tip reads as ``text`` does, letter by letter."""
    if not Qt.mightBeRichText(text):
        return text
    return f"<qt>{html.escape(text)}</qt>".replace("\n", "<br>")
