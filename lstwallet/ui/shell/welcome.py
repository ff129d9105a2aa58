"""The first start: what this is, how it should look, and how to begin. Nothing is forced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.ui.shell.rail import Mark
from lstwallet.ui.widgets.buttons import Button, Segmented
from lstwallet.ui.widgets.cards import Card, IconTile, PressCard
from lstwallet.ui.widgets.chips import Chip
from lstwallet.ui.widgets.labels import Icon, Label
from lstwallet.ui.widgets.layout import Scroller, column, holder, row
from lstwallet.ui.widgets.look_chooser import LookChooser

WIDTH: Final = 640


class _Way(PressCard):
    """One way to begin."""

    def __init__(self, icon: str, title: str, text: str, chip: str = "") -> None:
        super().__init__()
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        head = [Label(title, "heading")]
        if chip:
            head.append(Chip(chip, "info", small=True))
        below = Label(text, "small", "2", elide=True)
        words = column(row(*head, None, spacing=9), below, spacing=3)
        tile = IconTile(icon, "info" if chip else "plain", 44)
        caret = Icon("caret-right", "3", 14)
        self.setLayout(row(tile, (words, 1), caret, margins=(16, 13, 16, 13), spacing=14))


class Welcome(QWidget):
    """The page of the first start; ``begun(kind)``: ``tour``, ``demo``, ``empty`` or
    ``portfolio``, which leads to a page that asks for a file."""

    begun = Signal(str)
    look_changed = Signal(str)
    language_changed = Signal(str)
    left = Signal()

    def __init__(
        self,
        mode: str,
        *,
        tour: bool,
        back: bool,
        languages: Sequence[tuple[str, str]] = (),
        language: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """``tour``: the first lesson can be offered; ``back``: there is a profile to return to.
        ``languages`` (code, name) are offered where there are several."""
        super().__init__(parent)
        self._ways: list[_Way] = []
        self.card = Card(padding=(38, 30, 38, 24), spacing=8)
        self.card.setFixedWidth(WIDTH)
        self._say_what_it_is()
        self._offer_looks(mode, languages if len(languages) > 1 else (), language)
        self._offer_ways(tour)
        self.status = Label("", "small", "2", wrap=True)
        self.status.setText(self.tr("All of this can be changed later in Settings."))
        self._status_icon = Icon("info", "3", 14)
        last: list[Any] = [self._status_icon, (self.status, 1)]
        if back:
            leave = Button(self.tr("Back"), "secondary", on_click=self.left.emit)
            leave.setObjectName("welcome.back")
            last.append(leave)
        self.card.add(4, row(*last, spacing=7))
        chip = Chip(self.tr("SIMULATION"), "sim", "flask-fill")
        foot = row(
            None, chip, Label(self.tr("Nothing here is connected to a real chain"), "small", "2"),
            None, spacing=8,
        )  # fmt: skip
        middle = column(None, row(None, self.card, None), 12, foot, None, margins=(0, 16, 0, 16))
        self.setLayout(column((Scroller(holder(middle)), 1), spacing=0))

    def _say_what_it_is(self) -> None:
        """The mark stands beside the words: at 1024×700 all of the page is seen, its foot too."""
        text = self.tr(
            "A whole wallet in a simulated world. No network, no real money, no recovery phrase."
        )
        title = Label(self.tr("Practise liquid staking with play money"), "display", wrap=True)
        self.card.add(row(Mark(40), (title, 1), spacing=14), Label(text, "body", "2", wrap=True), 6)

    def _offer_looks(
        self, mode: str, languages: Sequence[tuple[str, str]], language: str
    ) -> None:
        """Appearance, and beside it the language where there are several."""
        self.looks = LookChooser(mode)
        self.looks.changed.connect(self.look_changed)
        looks = column(Label(self.tr("Appearance"), "strong"), self.looks, spacing=10)
        parts: list[Any] = [looks, None]
        if languages:
            self.languages = Segmented(languages, language, name=self.tr("Language"))
            self.languages.changed.connect(self.language_changed.emit)
            words = Label(self.tr("Language"), "strong")
            parts[:0] = [column(words, self.languages, None, spacing=10), 28]
        self.card.add(row(*parts, spacing=0), 8)

    def _offer_ways(self, tour: bool) -> None:
        self.card.add(Label(self.tr("How would you like to begin?"), "strong"), 2)
        ways = [
            (
                "demo", "chart-pie-slice", self.tr("Load the demo portfolio"),
                self.tr("Stakes, a loan, a pool share and four weeks of real prices."),
            ),
            (
                "empty", "circle-dashed", self.tr("Start empty"),
                self.tr("100 simulated ETH, 50\u202f000 simulated USDC and nothing else."),
            ),
            (
                "portfolio", "file-arrow-down", self.tr("Bring a portfolio"),
                self.tr("What you hold, from a file: the same amounts in play money."),
            ),
        ]  # fmt: skip
        if tour:
            text = self.tr("Your first stake in a few short steps, in a sandbox of its own.")
            ways.insert(0, ("tour", "graduation-cap", self.tr("Start the tour"), text))
        for key, icon, title, text in ways:
            way = _Way(icon, title, text, self.tr("Recommended") if key == "tour" else "")
            way.setObjectName(f"welcome.{key}")
            way.clicked.connect(lambda _on=False, k=key: self._begin(k))
            self._ways.append(way)
            self.card.add(way)

    def _begin(self, kind: str) -> None:
        if kind != "portfolio":
            self.set_busy(True)
        self.begun.emit(kind)

    def set_busy(self, busy: bool) -> None:
        """While the world is made nothing else can be chosen."""
        for way in self._ways:
            way.setEnabled(not busy)
        if busy:
            self._tell(self.tr("Making your world…"), "hourglass-simple", "2")

    def show_problem(self, sentence: str) -> None:
        """It could not be made: say why, offer the choice again."""
        self.set_busy(False)
        self._tell(sentence, "warning-circle-fill", "bad")

    def _tell(self, text: str, icon: str, tone: str) -> None:
        self.status.setText(text)
        self.status.set_tone(tone)
        self._status_icon.set_icon(icon, tone)
