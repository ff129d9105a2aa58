"""One vault: what it brings, what a share has been worth, one's own shares, and drills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from lstwallet.readmodel import vaults as reading
from lstwallet.ui import wording
from lstwallet.ui.charts.line import Series, moment_words
from lstwallet.ui.pages.lend import vault_words as words
from lstwallet.ui.pages.lend.vault_cards import POPOVER, PriceTermsCard, SharesCard
from lstwallet.ui.pages.lend.vault_drill import DrillsCard
from lstwallet.ui.pages.price_card import Drawing, Key, PriceCard
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.buttons import ToolButton
from lstwallet.ui.widgets.cards import Avatar, Inset
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, row
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.app.session import ActivityRecord
    from lstwallet.engine.world import World
    from lstwallet.readmodel.samples import Series as Samples
    from lstwallet.readmodel.vaults import VaultOffer
    from lstwallet.ui.bridge import Bridge

PAGE_OF_RECORDS: Final = 500


class _Figure(QWidget):
    """A quiet name over a number."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = Label(name, "small", "2", elide=True)
        self.value = Label(wording.UNKNOWN, "heading")
        self.setLayout(column(self.name, self.value, spacing=2))

    def set_value(self, value: str, tone: str = "text") -> None:
        """Show another number."""
        self.value.setText(value)
        self.value.set_tone(tone)
        self.setAccessibleName(f"{self.name.text()} {value}")


class VaultView(QWidget):
    """The left side of the room while a vault is open; ``set_vault`` shows another.

    ``back``: to the markets. ``robbed(part)``: the drill.
    """

    back = Signal()
    robbed = Signal(object)

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.asset = ""
        self._paid: int | None = None
        self._read: tuple[str, str, int] | None = None
        """Account, asset and shares that ``_paid`` was read for."""
        self._popover: WhyPopover | None = None
        self._build()

    def _build(self) -> None:
        arrow = ToolButton("arrow-left", self.tr("All markets"), on_click=self.back.emit)
        arrow.setObjectName("vault.back")
        self.avatar = Avatar("vWETH", 40)
        self.title = Label("", "title", elide=True)
        self.sub = Label("", "small", "2", elide=True)
        names = column(self.title, self.sub, spacing=2)
        self.why = ToolButton("info", self.tr("Why this number?"), side=16, icon_side=14,
                              tone="3", on_click=self._explain)  # fmt: skip
        self.why.setObjectName("vault.why.rate")
        self.total = _Figure(self.tr("In the vault"))
        self.net = _Figure(self.tr("Net APY"))
        self.staking = _Figure(self.tr("Staking on top"))
        self.price = _Figure(self.tr("One share"))
        figures = Inset(
            row(
                (self.total, 1), (row(self.net, self.why, None, spacing=4), 1),
                (self.staking, 1), (self.price, 1), spacing=12,
            )
        )  # fmt: skip
        self.chart = PriceCard(
            self._bridge, self.tr("Share price"), "vault.chart", y_width=72
        )
        self.shares = SharesCard()
        self.terms = PriceTermsCard()
        self.drills = DrillsCard()
        self.drills.robbed.connect(self.robbed)
        gap = tokens.CARD_GAP
        self._lower = row((self.shares, 1), (self.terms, 1), spacing=gap)
        self.setLayout(
            column(
                row(arrow, self.avatar, (names, 1), spacing=10), figures, (self.chart, 1),
                self._lower, self.drills,
                margins=(tokens.PAGE_MARGIN, 14, 0, 14), spacing=gap,
            )
        )  # fmt: skip
        self.setMaximumWidth(tokens.CONTENT_MAX)

    def set_narrow(self, narrow: bool) -> None:
        """One card below the other where there is no room."""
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._lower.setDirection(down if narrow else right)
        self.drills.set_narrow(narrow)

    # --- showing ------------------------------------------------------------------------

    def set_vault(self, asset: str) -> None:
        """Show this vault."""
        if asset == self.asset:
            return
        self.asset = asset
        self.avatar.set_symbol(reading.share_token(asset))
        self.title.setText(words.title(asset))
        self.staking.setVisible(asset == "wstETH")
        self.chart.set_source(
            (reading.SERIES[asset],), self._draw, lambda value: f"{value:.6f}",
            self.tr("Share price, {asset}").format(asset=asset),
        )  # fmt: skip

    def refresh(self, world: World) -> None:
        """The vault now."""
        account, asset = self._bridge.account, self.asset
        offer = reading.offer(world, asset)
        self.sub.setText(words.sub(offer))
        self.total.set_value(wording.amount(offer.total, asset))
        self.net.set_value(words.rate(offer.net), "good")
        self.staking.set_value(words.rate(offer.staking))
        self.price.set_value(words.price(offer.price, asset))
        self.chart.set_legend(
            [Key("s1", self.tr("One share"), words.price(offer.price, asset))]
        )
        self.chart.refresh()
        self.terms.show_offer(world, asset)
        self._read_paid(world, offer)
        self.shares.show_position(world, account, asset, self._paid, self._bridge.preferences)
        self.drills.show_vault(world, asset)

    def _draw(self, samples: Samples) -> Drawing:
        """Once a day while nobody is in the vault: what is between is no gap."""
        column_ = samples.column(reading.SERIES[self.asset])
        known = [(at, v) for at, v in zip(samples.at, column_, strict=True) if v is not None]
        world = self._bridge.world
        if world is not None and known:  # a loss shows at once, not at the next sample
            now = (world.time, reading.offer(world, self.asset).price)
            known = [*(each for each in known if each[0] < world.time), now]
        at, values = [each[0] for each in known], [each[1] / WAD for each in known]

        def readout(index: int) -> list[tuple[str, str, str]]:
            return [
                (moment_words(at[index]), "caption", "3"),
                (f"{values[index]:.9f}{wording.NO_BREAK}{self.asset}", "small_medium", "text"),
            ]

        line = Series(self.tr("One share"), "s1", at, values)
        return Drawing((line,), "area", readout)

    def _explain(self) -> None:
        """Why this rate?"""
        world = self._bridge.world
        if world is None:
            return
        if self._popover is None:
            self._popover = WhyPopover(self.window(), width=POPOVER)
        self._popover.explain(self.why, *words.why_rate(reading.offer(world, self.asset)))

    # --- what was put in ------------------------------------------------------------------

    def forget(self) -> None:
        """Something was done, or another profile is shown: read it anew."""
        self._read, self._paid = None, None

    def _read_paid(self, world: World, offer: VaultOffer) -> None:
        """All entries of the account's, in pages, in the lane."""
        account = self._bridge.account
        mark = (account, self.asset, world.balance(account, offer.token))
        if mark == self._read:
            return
        if self._read is None or mark[:2] != self._read[:2]:
            self._paid = None
        self._read = mark
        self._ask(mark, [], None)

    def _ask(
        self, mark: tuple[str, str, int], known: list[ActivityRecord], before: int | None
    ) -> None:
        def answered(records: list[ActivityRecord]) -> None:
            if self._read != mark:
                return
            every = [*known, *records]
            if len(records) == PAGE_OF_RECORDS:
                self._ask(mark, every, records[-1].seq)
                return
            self._paid = reading.paid_in(every, mark[0], mark[1])
            world = self._bridge.world
            if world is not None and self.isVisible():
                self.shares.show_position(
                    world, mark[0], mark[1], self._paid, self._bridge.preferences
                )

        def failed() -> None:
            if self._read == mark:
                self._read = None

        self._bridge.activity(answered, before=before, limit=PAGE_OF_RECORDS, failed=failed)


__all__ = ["VaultView"]
