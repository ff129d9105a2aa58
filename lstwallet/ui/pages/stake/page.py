"""The room "Stake": Lido, Rocket Pool or own validators; wrapping; the way out of the latter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from lstwallet.readmodel import rocketpool
from lstwallet.readmodel import staking as reading
from lstwallet.readmodel.staking import Apr
from lstwallet.ui import theme, wording
from lstwallet.ui.pages.action import ActionFlow
from lstwallet.ui.pages.page import Page
from lstwallet.ui.pages.stake import words
from lstwallet.ui.pages.stake.cards import (
    LidoCard,
    PairCard,
    RocketCard,
    SoloCard,
    ValidatorsCard,
    WrapCard,
)
from lstwallet.ui.pages.stake.compare import CompareCard
from lstwallet.ui.pages.stake.form import LIDO, ROCKET, SOLO, StakeForm
from lstwallet.ui.pages.stake.leave import LeaveForm
from lstwallet.ui.pages.stake.rocket import ROCKET_TOPICS, rocket_reason
from lstwallet.ui.pages.stake.wrap import UNWRAP, WRAP, WrapForm
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.action_panel import SLIM_WIDTH, WIDTH, ActionPanel
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Scroller, column, holder, row
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.units.clock import DAY, HOUR
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.app.session import Series
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

STAKE: Final = "stake"
MODES: Final = (STAKE, WRAP, UNWRAP)
RATE: Final = "steth_rate_ray"
MOST_SCALED: Final = 1.2


class RoomPage(Page):
    """Choices at the left, the action panel at the right."""

    key = "stake"
    interests = frozenset(
        {"time", "prices", "wallet", "staking", "rocketpool", "validators", "shadows", "lending",
         "pools", "guards"}
    )  # fmt: skip

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._measured: tuple[int, int] | None = None
        self._asking = False
        self._then: int | None = None
        self._measured_reth: tuple[int, int] | None = None
        self._why: WhyPopover | None = None
        self._build_left()
        self._build_panel()
        side = holder(column((self.panel, 1), margins=(0, 14, 16, 14)))
        scroller = Scroller(self._left, gutter=tokens.GUTTER)
        self.setLayout(row((scroller, 1), side, spacing=tokens.BESIDE))
        self._connect()
        self._show_mode()

    # --- parts --------------------------------------------------------------------------

    def _build_left(self) -> None:
        self.sub = Label("", "small", "2", elide=True)
        head = column(Label(self.tr("Stake"), "title"), self.sub, spacing=3)
        self.mode = Segmented(
            [(STAKE, self.tr("Stake")), (WRAP, self.tr("Wrap")), (UNWRAP, self.tr("Unwrap"))],
            STAKE,
            name=self.tr("What to do"),
        )
        for key in MODES:
            self.mode.button(key).setObjectName(f"stake.mode.{key}")
        self.validators = ValidatorsCard()
        self.validators.hide()
        self.lido, self.solo = LidoCard(), SoloCard()
        self.compare, self.compare_reth = (CompareCard(self.bridge, t) for t in ("stETH", "rETH"))
        self.rocket = RocketCard()
        self.lido.setChecked(True)
        gap = tokens.CARD_GAP
        self._ways = holder(
            column(self.lido, self.rocket, self.solo, self.validators, self.compare,
                   self.compare_reth, spacing=10)
        )
        self.steth = PairCard("wstETH", "stETH")
        self.weth = PairCard("WETH", "ETH")
        self.steth.setChecked(True)
        self.which = WrapCard()
        self._pairs = holder(column(self.steth, self.weth, self.which, spacing=10))
        self._left = holder(
            column(
                head, row(self.mode, None), self._ways, self._pairs, None,
                margins=(tokens.PAGE_MARGIN, 14, 0, 14), spacing=gap,
            )
        )  # fmt: skip
        self._left.setMaximumWidth(tokens.CONTENT_MAX)

    def _build_panel(self) -> None:
        self.panel = ActionPanel()
        self.panel.setObjectName("stake.panel")
        self.form = StakeForm(self.bridge, self._explain)
        self.wrap = WrapForm(self.bridge, WRAP, self)
        self.unwrap = WrapForm(self.bridge, UNWRAP, self)
        self.leave = LeaveForm(self.bridge, self)
        for form in (self.wrap, self.unwrap, self.leave):
            form.hide()  # until it is first shown in the panel
        self.flow = ActionFlow(self.bridge, self.panel, self.form)
        self._before = "form"

    def _connect(self) -> None:
        self.flow.navigate.connect(self.navigate)
        self.flow.phase_changed.connect(self._phase_changed)
        self.mode.changed.connect(self._turn)
        self.lido.clicked.connect(lambda _on=False: self._choose(LIDO))
        self.rocket.clicked.connect(lambda _on=False: self._choose(ROCKET))
        self.solo.clicked.connect(lambda _on=False: self._choose(SOLO))
        for card in (self.steth, self.weth):
            card.clicked.connect(lambda _on=False, c=card: self._choose_pair(c.wrapped))
        self.form.choice_wanted.connect(self._choose)
        self.form.amount.changed.connect(self._compare_again)
        for each in (self.compare, self.compare_reth):
            each.why.clicked.connect(lambda _on=False, card=each: self._explain_native(card))
        self.leave.stake_wanted.connect(lambda: self._turn(STAKE))
        self.validators.leave_wanted.connect(self._leave)
        self._profile = self.bridge.profile
        self.bridge.opened.connect(self._forget)
        self.bridge.past.changed.connect(self._forget)

    # --- what is shown at the right -----------------------------------------------------

    def _turn(self, mode: str) -> None:
        """Stake, wrap or unwrap. A command on its way is waited for."""
        if self.flow.phase == "pending":
            self.mode.set_current(self._mode())
            return
        self.mode.set_current(mode)
        forms = {STAKE: self.form, WRAP: self.wrap, UNWRAP: self.unwrap}
        self.flow.set_form(forms[mode])
        self._show_mode()

    def _mode(self) -> str:
        return {id(self.wrap): WRAP, id(self.unwrap): UNWRAP}.get(id(self.flow.form), STAKE)

    def _show_mode(self) -> None:
        mode = self._mode()
        self._ways.setVisible(mode == STAKE)
        self._pairs.setVisible(mode != STAKE)
        self.sub.setText(
            self.tr("Choose who runs the validators and which token you hold meanwhile.")
            if mode == STAKE
            else self.tr("The same value in another form, at the contract's own rate.")
        )
        world = self.bridge.world
        if world is not None:
            self._show_left(world)

    def _choose(self, choice: str) -> None:
        if self.flow.phase == "pending":
            choice = self.form.choice
        {LIDO: self.lido, ROCKET: self.rocket, SOLO: self.solo}[choice].setChecked(True)
        if self.flow.phase == "pending":
            return
        self.form.choose(choice)
        self.flow.set_form(self.form)
        self._compare_again()

    def _choose_pair(self, wrapped: str) -> None:
        form = self.unwrap if self._mode() == UNWRAP else self.wrap
        if self.flow.phase == "pending":
            wrapped = form.wrapped
        card = self.weth if wrapped == "WETH" else self.steth
        card.setChecked(True)
        if self.flow.phase == "pending":
            return
        for each in (self.wrap, self.unwrap):
            each.choose(wrapped)
        self.flow.set_form(form)
        self._show_mode()

    def _leave(self, number: int) -> None:
        if self.flow.phase == "pending":
            return
        self._turn(STAKE)
        self.leave.choose(number)
        self.flow.set_form(self.leave)

    def _phase_changed(self, phase: str) -> None:
        before, self._before = self._before, phase
        if phase == "form" and before == "receipt" and self.flow.form is self.leave:
            self.flow.set_form(self.form)

    # --- showing ------------------------------------------------------------------------

    def show_request(self, arguments: Any) -> None:
        """``mode`` (stake, wrap, unwrap), ``choice`` (lido, rocketpool, solo) or ``token``
        (wstETH, WETH)."""
        wish = arguments or {}
        if wish.get("mode") in MODES:
            self._turn(wish["mode"])
        if wish.get("choice") in (LIDO, ROCKET, SOLO):
            self._turn(STAKE)
            self._choose(wish["choice"])
        if self._mode() != STAKE and wish.get("token") in ("wstETH", "WETH"):
            self._choose_pair(wish["token"])

    def refresh(self, world: World) -> None:
        self._fit_panel()
        self._show_left(world)
        self.flow.refresh(world)
        self._measure(world)
        self._measure_reth(world)

    def _show_left(self, world: World) -> None:
        if self._mode() == STAKE:
            lido, solo = reading.lido_offer(world), reading.solo_offer(world)
            native = reading.native_apr(world)
            self.lido.show_lido(lido, self.form.apr)
            self.rocket.show_offer_of(rocketpool.offer(world), self.form.reth_apr)
            self.solo.show_solo(solo, native)
            self._show_comparison(world)
        else:
            rates, preferences = reading.wrap_rates(world), self.bridge.preferences
            for card, rate in ((self.steth, rates.steth_per_wsteth), (self.weth, WAD)):
                pair = (card.inside, card.wrapped)
                held = tuple(reading.held(world, self.bridge.account, token) for token in pair)
                card.show_pair(held, rate, preferences)
            self.which.show_rates(rates)
            self.which.setVisible(self.wrap.wrapped == "wstETH")
        rows = reading.validator_rows(world, self.bridge.account) if self._mode() == STAKE else ()
        self.validators.show_rows(rows, world.time, self.bridge.preferences)

    def _show_comparison(self, world: World) -> None:
        """Beside validators of one's own stands the protocol that is chosen, else Lido."""
        rocket = self.form.choice == ROCKET
        self.compare.setVisible(not rocket)
        self.compare_reth.setVisible(rocket)
        card, apr = self.compare, self.form.apr
        if rocket:
            card, apr = self.compare_reth, self.form.reth_apr
        card.show_world(world, self.form.amount.units() or 0, apr.rate)

    def _compare_again(self) -> None:
        """Another amount or another way."""
        world = self.bridge.world
        if world is not None and self._mode() == STAKE:
            self._show_comparison(world)

    def set_narrow(self, narrow: bool) -> None:
        super().set_narrow(narrow)
        self._fit_panel()

    def _fit_panel(self) -> None:
        """Larger text needs a wider panel, as far as there is room."""
        wide = SLIM_WIDTH if self.narrow else WIDTH
        if self.window().width() >= tokens.NARROW:
            wide = round(wide * min(theme.current().scale, MOST_SCALED))
        self.panel.set_width(wide)

    # --- the average --------------------------------------------------------------------

    def _forget(self) -> None:
        """Another profile: its average is another one, and it begins with staking."""
        self._measured, self._asking = None, False
        self._measured_reth = None
        if self.bridge.profile is not self._profile:
            self._profile = self.bridge.profile
            self._turn(STAKE)
            self._choose(LIDO)

    def _measure(self, world: World) -> None:
        """After each report, ask once for the rate of a week ago."""
        mark = (world.started, world.staking.last_report.at)
        if self._asking or mark == self._measured:
            return
        if self._measured is None:
            self._set_apr(reading.expected_apr(world))
        before, self._asking, self._measured = self._measured, True, mark
        since = reading.baseline(world)

        def show(series: Series) -> None:
            if self._measured != mark:
                return  # another profile was opened meanwhile
            self._asking = False
            points = list(zip(series.at, series.column(RATE), strict=True))
            self._then = reading.rate_at(points, since)
            self._set_apr(reading.measured_apr(world, self._then))

        def failed() -> None:
            if self._measured == mark:
                self._asking, self._measured = False, before

        self.bridge.series([RATE], since - HOUR, since + 2 * HOUR, show, failed)

    def _measure_reth(self, world: World) -> None:
        """The same for rETH, after each of its updates."""
        rocket = world.rocketpool
        mark = (world.started, rocket.last_update.at if rocket else 0)
        if rocket is None or mark == self._measured_reth:
            return
        if self._measured_reth is None:
            self.form.set_reth_apr(rocketpool.apr(world, None))
        before, self._measured_reth = self._measured_reth, mark
        since = max(mark[1] - reading.WINDOW * DAY, world.started)

        def show(series: Series) -> None:
            if self._measured_reth == mark:
                self.form.set_reth_apr(rocketpool.apr(world, series))
                self._show_left(self.bridge.world or world)
                self.flow.preview_now()

        def failed() -> None:
            self._measured_reth = before

        self.bridge.series([rocketpool.RATE], since, since + 3 * HOUR, show, failed)

    def _set_apr(self, apr: Apr) -> None:
        self.form.set_apr(apr)
        world = self.bridge.world
        if world is not None:
            self._show_left(world)
            self.flow.preview_now()

    # --- why this number? ---------------------------------------------------------------

    def _explain(self, anchor: QWidget, topic: str) -> None:
        world = self.bridge.world
        if world is not None:
            self._popover().explain(anchor, *self._reasons(world, topic))

    def _explain_native(self, card: CompareCard) -> None:
        world = self.bridge.world
        reasons = card.reasons(world) if world is not None else None
        if reasons is not None:
            self._popover().explain(card.why, *reasons)

    def _popover(self) -> WhyPopover:
        if self._why is None:
            self._why = WhyPopover(self.window())
        return self._why

    def _reasons(
        self, world: World, topic: str
    ) -> tuple[str, str, list[tuple[str, ...]], str]:
        """Title, formula, terms, and a note on rounding and source."""
        lido, native = reading.lido_offer(world), reading.native_apr(world)
        if topic == "fee":
            return (
                self.tr("Reward fee"),
                self.tr("rewards of a report × fee, as new shares for operators and treasury"),
                [(self.tr("Fee"), words.share(lido.fee, 0)),
                 (self.tr("On your stake"), self.tr("none")),
                 (self.tr("Operators"), wording.count(lido.operators))],
                self.tr("Shares are rounded down. Lido, Accounting contract."),
            )  # fmt: skip
        offer = rocketpool.offer(world)
        if topic in ROCKET_TOPICS and offer is not None:
            return rocket_reason(topic, offer, self.form.reth_apr, native)
        if topic == "exit":
            solo = reading.solo_offer(world)
            return (
                self.tr("Time to leave"),
                self.tr("exit queue + 256 epochs + next round of the sweep"),
                [(self.tr("Soonest to latest"), words.wait(solo.exit)),
                 (self.tr("One round of the sweep"), words.about(solo.sweep))],
                self.tr("From the queue as it stands. Ethereum consensus specification."),
            )  # fmt: skip
        if topic == "native":
            duties, execution = (words.share(part) for part in reading.native_parts(world))
            return (
                self.tr("Expected yearly rate"),
                self.tr("base rewards for duties + fees and MEV, for each staked ETH"),
                [(self.tr("Duties"), duties), (self.tr("Fees and MEV"), execution),
                 (self.tr("Together"), words.share(native.rate))],
                self.tr("Rounded to nearest. At the present stake and participation."),
            )  # fmt: skip
        apr = self.form.apr
        if apr.days == 0:
            return (
                self.tr("Expected yearly rate"),
                self.tr("rate of the chain × share that attests × (1 − fee)"),
                [(self.tr("Rate of the chain"), words.share(native.rate)),
                 (self.tr("Fee"), words.share(lido.fee, 0)),
                 (self.tr("Result"), words.share(apr.rate))],
                self.tr("No report has come yet. Without interest on interest."),
            )  # fmt: skip
        return (
            self.tr("Average yearly rate"),
            self.tr("(rate now / rate then − 1) × 365 / days"),
            [(self.tr("Rate now"), words.rate_of_share(reading.steth_rate(world))),
             (self.tr("Rate then"), words.rate_of_share(self._then or 0)),
             (self.tr("Reports of"), words.counted(self.tr("%n day(s)", "", apr.days), apr.days)),
             (self.tr("Result"), words.share(apr.rate))],
            self.tr("After the fee, without interest on interest. From the daily reports."),
        )  # fmt: skip


__all__ = ["RoomPage"]
