"""Settings: how it looks, play money, the default slippage, the profile, and what this is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

import lstwallet
from lstwallet.app.settings import DUST, SLIPPAGE
from lstwallet.engine.guards import REQUESTS, STAKING, STOP_OF, Stop
from lstwallet.engine.restaking_facts import SlashOperator
from lstwallet.engine.wallet import FUNDABLE, Fund
from lstwallet.ui import wording
from lstwallet.ui.jobs import GATE
from lstwallet.ui.pages.action import (
    ActionFlow,
    ActionForm,
    Change,
    Check,
    Fact,
    Header,
    Move,
    NextStep,
    NotYet,
    Receipt,
    Review,
    read_amount,
)
from lstwallet.ui.pages.keys_card import KeysCard
from lstwallet.ui.pages.notice_card import NoticeCard
from lstwallet.ui.pages.page import Page
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import Button, Segmented, Switch
from lstwallet.ui.widgets.cards import Banner, Card
from lstwallet.ui.widgets.drills import DrillCard, SlashDrill
from lstwallet.ui.widgets.expert import ExpertSwitch
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Scroller, column, holder, row
from lstwallet.ui.widgets.look_chooser import LookChooser
from lstwallet.ui.widgets.rows import BeforeAfter, ErrorLine, KeyValue
from lstwallet.units.amount import BadAmount, format_exact, parse_units

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.store.verify import Report
    from lstwallet.ui.bridge import Bridge

SCALES: Final = (100, 110, 125, 150)
SLASH_PARTS: Final = (10**17, 5 * 10**17, 10**18)
"""Of what was allocated to a service, 18 decimals."""


class FundForm(ActionForm):
    """Play money: as much as one likes."""

    name = "fund"
    free = True

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.amount = AmountField(self.tr("You get"), "ETH", 18)
        self.amount.edit.setObjectName("fund.amount")
        self.amount.set_token_choices(list(FUNDABLE))
        self.amount.changed.connect(self.changed)
        self.amount.token_changed.connect(self._choose)
        self.after = BeforeAfter(self.tr("In wallet"))
        note = Banner(self.tr("Play money: it is worth nothing outside this simulation."), "sim",
                      "flask")  # fmt: skip
        self.setLayout(column(self.amount, self.after, note, spacing=12))

    def _choose(self, symbol: str) -> None:
        self.amount.set_token(symbol, wording.decimals(symbol))
        world = self._bridge.world
        if world is not None:
            self.refresh(world)
        self.changed.emit()

    def header(self) -> Header:
        return Header(self.tr("Play money"), self.tr("Ether and dollars to practise with"),
                      icon="coin")  # fmt: skip

    def main_text(self) -> str:
        return self.tr("Review")

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def build_command(self) -> Command | NotYet:
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        return Fund(self._bridge.account, self.amount.symbol(), int(value))

    def show_preview(self, quote: Quote | None) -> None:
        account = self._bridge.account
        world = self._bridge.world
        if world is None:
            return
        symbol = self.amount.symbol()
        eye = self._bridge.preferences
        old = wording.owned_amount(eye, world.balance(account, symbol), symbol)
        new = ""
        if quote is not None:
            new = wording.owned_amount(eye, quote.after.balance(account, symbol), symbol)
        self.after.set_values(old, new)

    def describe_review(self, quote: Quote) -> Review:
        event: Any = quote.events[-1]
        what = wording.amount(event.units, event.token)
        return Review(
            title=self.tr("Review play money"),
            confirm=self.tr("Get {amount}").format(amount=what),
            pending=self.tr("Minting"),
            moves=(
                Move(
                    event.token,
                    self.tr("You get"),
                    wording.change(event.units, event.token),
                    wording.fiat(_worth(quote.after, event.token, event.units)),
                    "good",
                ),
            ),
            checks=(Check(self.tr("Recorded in your history like everything else"), "info"),),
        )

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        account = self._bridge.account
        event: Any = outcome.events[-1]
        token = event.token
        return Receipt(
            title=self.tr("{amount} received").format(amount=wording.amount(event.units, token)),
            again=self.tr("Get more"),
            changes=(
                Change(
                    self.tr("{token} in wallet").format(token=token),
                    wording.amount(before.balance(account, token), token, unit=False),
                    wording.amount(outcome.world.balance(account, token), token, unit=False),
                ),
            ),
            facts=(Fact(self.tr("Cost"), self.tr("nothing")),),
            next_steps=(
                NextStep(
                    self.tr("Stake it"), self.tr("Earn rewards from the first day"),
                    "stack", "stake",
                ),
            ),
        )  # fmt: skip

    def refresh(self, world: World) -> None:
        symbol = self.amount.symbol()
        held = world.balance(self._bridge.account, symbol)
        shown = wording.owned_amount(self._bridge.preferences, held, symbol)
        self.amount.set_available(None, self.tr("You have {amount}").format(amount=shown))
        units = self.amount.units()
        self.amount.set_fiat(wording.fiat(_worth(world, symbol, units)) if units else "")


def _worth(world: World, symbol: str, units: int) -> int:
    from lstwallet.units.fixed import mul_div_floor

    price = world.prices.usdc if symbol == "USDC" else world.prices.eth
    return mul_div_floor(units, price, 10 ** wording.decimals(symbol))


class RoomPage(Page):
    """One column of cards; play money in the action panel."""

    key = "settings"
    interests = frozenset({"wallet", "prices", "guards", "restaking"})

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._wish = ""
        self._build()
        bridge.settings_changed.connect(self._show_settings)
        bridge.opened.connect(self._forget)
        self._show_settings()

    def _forget(self) -> None:
        """Another profile: what was said of the one before is not true of it."""
        self.verify.set_pending("")
        self.verdict.set("")
        self.keys.close_form()

    def _build(self) -> None:
        head = column(
            Label(self.tr("Settings"), "title"),
            Label(self.tr("Kept on this computer only"), "small", "2"),
            spacing=3,
        )
        inner = holder(
            column(
                head, self._look_card(), self._trade_card(), self._notice_card(),
                self._drill_card(), self._slash_card(),
                self._profile_card(), self._keys_card(),
                self._about_card(), None, margins=(20, 14, 0, 14), spacing=14,
            )
        )  # fmt: skip
        inner.setMaximumWidth(900)
        self.panel = ActionPanel()
        self.panel.setObjectName("fund.panel")
        self.form = FundForm(self.bridge)
        self.flow = ActionFlow(self.bridge, self.panel, self.form)
        self.flow.navigate.connect(self.navigate)
        side = holder(column((self.panel, 1), margins=(0, 14, 16, 14)))
        self._scroller = Scroller(inner, gutter=tokens.GUTTER)
        self.setLayout(row((self._scroller, 1), side, spacing=tokens.BESIDE))

    # --- appearance ---------------------------------------------------------------------

    def _look_card(self) -> Card:
        bridge = self.bridge
        self.looks = LookChooser(bridge.settings.theme)
        self.looks.changed.connect(lambda mode: bridge.change(theme=mode))
        self.scale = Segmented(
            [(value, f"{value}%") for value in SCALES], 100, name=self.tr("Text size")
        )
        for value in SCALES:
            self.scale.button(value).setObjectName(f"settings.scale.{value}")
        self.scale.changed.connect(lambda value: bridge.change(text_scale=value))
        self.motion = Switch(self.tr("Reduce motion"), bridge.settings.reduced_motion)
        self.motion.setObjectName("settings.motion")
        self.motion.toggled.connect(lambda on: bridge.change(reduced_motion=on))
        self.privacy = Segmented(
            [
                ("exact", self.tr("Exact")),
                ("hidden", self.tr("Hidden")),
                ("percent", self.tr("Percent")),
            ],
            "exact",
            name=self.tr("What I own is shown"),
        )
        self.privacy.changed.connect(lambda mode: bridge.change(privacy=mode))
        self.dust = Segmented(
            [(usd, f"${usd}" if usd else self.tr("Off")) for usd in DUST],
            bridge.settings.dust_usd, name=self.tr("Fold away rows below"),
        )  # fmt: skip
        for usd in DUST:
            self.dust.button(usd).setObjectName(f"settings.dust.{usd}")
        self.dust.changed.connect(lambda usd: bridge.change(dust_usd=usd))
        card = Card(self.tr("Appearance"), spacing=12)
        card.add(
            self.looks,
            _line(self.tr("Text size"), self.scale),
            _line(self.tr("Reduce motion"), self.motion),
            _line(self.tr("What I own is shown"), self.privacy),
            _line(self.tr("Fold away rows below"), self.dust),
        )
        return card

    # --- trading ------------------------------------------------------------------------

    def _trade_card(self) -> Card:
        self.slippage = QLineEdit()
        self.slippage.setProperty("box", True)
        self.slippage.setObjectName("settings.slippage")
        self.slippage.setFixedWidth(90)
        self.slippage.editingFinished.connect(self._set_slippage)
        label = Label(self.tr("Default slippage limit"), "body", "2")
        label.setBuddy(self.slippage)
        self.slippage.setAccessibleName(self.tr("Default slippage limit in percent"))
        self.slippage_error = ErrorLine()
        card = Card(self.tr("Trading"), spacing=8)
        line = row(label, None, self.slippage, Label("%", "body", "2"), spacing=6)
        self.expert = ExpertSwitch(self.bridge.settings.expert)
        self.expert.changed.connect(lambda on: self.bridge.change(expert=on))
        card.add(line, self.slippage_error, None, self.expert)
        return card

    def _notice_card(self) -> NoticeCard:
        self.notices = NoticeCard(self.bridge)
        return self.notices

    def _drill_card(self) -> DrillCard:
        self.drills = DrillCard(
            [
                (STAKING, self.tr("Lido takes no stakes")),
                (REQUESTS, self.tr("Lido's queue takes no requests")),
                (STOP_OF["steth_eth"], self.tr("stETH / ETH pool: withdrawals only")),
                (STOP_OF["usdc_eth"], self.tr("USDC / ETH pool: withdrawals only")),
            ]
        )
        self.drills.wanted.connect(lambda what, on: self.command_wanted.emit(Stop(what, on)))
        return self.drills

    def _slash_card(self) -> SlashDrill:
        tenth, half, all_ = SLASH_PARTS
        self.slash = SlashDrill(
            [(tenth, self.tr("A tenth")), (half, self.tr("Half")), (all_, self.tr("All of it"))]
        )
        self.slash.wanted.connect(
            lambda operator, service, part: self.command_wanted.emit(
                SlashOperator(operator, service, part)
            )
        )
        return self.slash

    def _keys_card(self) -> KeysCard:
        self.keys = KeysCard(self.bridge)
        return self.keys

    def _set_slippage(self) -> None:
        text = self.slippage.text()
        try:
            points = parse_units(text, 2)
        except BadAmount as bad:
            words = wording.bad_amount(bad.problem, 2) or self.tr("Enter a percentage.")
            self.slippage_error.set_text(words)
            return
        if points not in SLIPPAGE:
            words = self.tr("Between {low}% and {high}%.").format(
                low=format_exact(SLIPPAGE.start, 2), high=format_exact(SLIPPAGE.stop - 1, 2)
            )
            self.slippage_error.set_text(words)
            return
        self.slippage_error.set_text("")
        self.bridge.change(slippage_bps=points)

    # --- the profile --------------------------------------------------------------------

    def _profile_card(self) -> Card:
        self.profile_name = KeyValue(self.tr("Name"))
        self.path = Label("", "small", "2", wrap=True).make_selectable()
        self.path.setObjectName("settings.path")
        copy = Button(self.tr("Copy path"), "secondary", "small", icon="copy",
                      on_click=self._copy_path)  # fmt: skip
        self.verify = Button(self.tr("Verify profile"), "secondary", icon="shield-check",
                             on_click=self._verify)  # fmt: skip
        self.verify.setObjectName("settings.verify")
        manage = Button(self.tr("Profiles and backups…"), "secondary", icon="archive",
                        on_click=lambda: self.navigate.emit("profiles", None))  # fmt: skip
        manage.setObjectName("settings.profiles")
        self.verdict = Banner("", "info")
        self.verdict.setObjectName("settings.verdict")
        self.verdict.hide()
        explained = self.tr(
            "Replays the whole history from its first event and checks the chain of hashes, "
            "double entry and every protocol's totals."
        )
        card = Card(self.tr("Profile"), spacing=10)
        card.add(
            self.profile_name,
            row((self.path, 1), copy, spacing=8),
            Label(explained, "small", "2", wrap=True),
            holder(row(self.verify, manage, None)),
            self.verdict,
        )
        return card

    def _copy_path(self) -> None:
        QApplication.clipboard().setText(self.path.text())

    def _verify(self) -> None:
        self.verify.set_pending(self.tr("Verifying"))
        self.verdict.set("")
        self.bridge.call(
            lambda session: session.verify(gate=GATE.wait), self._verified, self._not_verified
        )

    def _verified(self, report: Report) -> None:
        self.verify.set_pending("")
        self.verdict.set(*verdict(report))

    def _not_verified(self, error: BaseException) -> None:
        self.verify.set_pending("")
        self.verdict.set(wording.error(error), "bad")

    # --- about --------------------------------------------------------------------------

    def _about_card(self) -> Card:
        card = Card(self.tr("About"), spacing=6)
        card.add(
            KeyValue(self.tr("Version"), lstwallet.__version__),
            KeyValue(self.tr("Licence"), "MIT"),
            KeyValue(self.tr("Network"), self.tr("none: nothing is sent or fetched")),
        )
        return card

    # --- showing ------------------------------------------------------------------------

    def _show_settings(self) -> None:
        settings = self.bridge.settings
        self.looks.set_mode(settings.theme)
        self.scale.set_current(settings.text_scale)
        self.motion.setChecked(settings.reduced_motion)
        self.privacy.set_current(settings.privacy)
        self.dust.set_current(settings.dust_usd)
        self.expert.set_on(settings.expert)
        self.notices.show_settings()
        self.keys.show_settings()
        refused = bool(self.slippage_error.text.text())
        if not refused and not self.slippage.hasFocus():
            self.slippage.setText(format_exact(settings.slippage_bps, 2))

    def show_request(self, arguments: Any) -> None:
        """``do``: ``fund``, ``verify``, ``slippage`` (its field gets the cursor), ``slash`` (the
        drill), ``keys`` or ``code`` (a new recovery code is asked for)."""
        self._wish = (arguments or {}).get("do", "")
        if self._wish == "verify" and self.verify.isEnabled():
            self._verify()
        if self._wish == "slash":  # once the page has its size: only then is there a place to go to
            QTimer.singleShot(0, self, self.begin_typing)

    def begin_typing(self) -> None:
        if self._wish == "code":
            self._scroller.ensureWidgetVisible(self.keys.ask_for_code())
            return
        first = {
            "slippage": self.slippage, "verify": self.verify, "keys": self.keys.first(),
            "slash": self.slash.operator,
        }.get(self._wish)  # fmt: skip
        if first is None:
            super().begin_typing()
            return
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)
        shown = {"verify": self.verdict, "keys": self.keys, "slash": self.slash}.get(
            self._wish, first
        )
        self._scroller.ensureWidgetVisible(shown)

    def refresh(self, world: World) -> None:
        profile = self.bridge.profile
        if profile is not None:
            self.profile_name.set_value(profile.name)
            self.path.setText(str(profile.path))
        self.drills.show_stopped(world.guards.stopped if world.guards is not None else ())
        whole = world.restaking
        self.slash.show_names(
            [each.name for each in whole.operators] if whole is not None else (),
            [each.name for each in whole.rules.services] if whole is not None else (),
        )
        self.flow.refresh(world)

    def set_narrow(self, narrow: bool) -> None:
        super().set_narrow(narrow)
        self.panel.set_slim(narrow)


def verdict(report: Report) -> tuple[str, str]:
    """A sentence and a tone for the report of a verification."""
    tr = QCoreApplication.translate
    if report.problems:
        text = tr("settings", "The profile does not hold: {what}.")
        return text.format(what=report.problems[0]), "bad"
    text = tr("settings", "All {events} events replay to the same world. Nothing is wrong.")
    return text.format(events=wording.count(report.events)), "good"


def _line(words: str, control: QWidget) -> Any:
    label = Label(words, "body", "2", elide=True)
    label.setBuddy(control)
    return row(label, None, control, spacing=8)
