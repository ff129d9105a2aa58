"""Supply, withdraw, borrow and repay: one form, four ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine.lending import Borrow, Repay, Supply, WithdrawSupply
from lstwallet.engine.lending_view import owed_units, supplied_units
from lstwallet.readmodel import lending as reading
from lstwallet.readmodel.lending import BORROW, REPAY, RISKY, SUPPLY, TOKENS, WITHDRAW, Risk
from lstwallet.store.book import pinned
from lstwallet.ui import wording
from lstwallet.ui.pages.action import Header, NotYet, read_amount
from lstwallet.ui.pages.lend import words
from lstwallet.ui.pages.lend.tabs import LOOP, ActionTabs
from lstwallet.ui.pages.lend.telling import TellingForm, rate_of, show_risk
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.cards import Banner, Inset
from lstwallet.ui.widgets.layout import Rule, column
from lstwallet.ui.widgets.rows import BeforeAfter, KeyValue
from lstwallet.units.amount import ALL, AmountProblem

if TYPE_CHECKING:
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.readmodel.lending import MarketRow
    from lstwallet.ui.bridge import Bridge

WALLET: Final = "wallet"
SUPPLIED: Final = "supplied"


class LendForm(TellingForm):
    """``turned``: another action or token, so the panel's header and button change too.
    ``foreseen``: the health factor after what is typed (18 decimals), or ``None``."""

    name = "lend"
    turned = Signal()
    loop_wanted = Signal()
    """The loop builder, instead of this form."""
    foreseen = Signal(object)

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._typed: dict[str, str] = {}
        self._build()
        self._dress()

    # --- parts --------------------------------------------------------------------------

    def _build(self) -> None:
        self.actions = ActionTabs(SUPPLY)
        self.actions.changed.connect(self._picked)
        sources = [(WALLET, self.tr("From the wallet")), (SUPPLIED, self.tr("From my supply"))]
        self.source = Segmented(sources, WALLET, name=self.tr("Repay from"), expand=True)
        for key, _ in sources:
            self.source.button(key).setObjectName(f"lend.repay.{key}")
        self.source.changed.connect(self._source_changed)
        self.amount = AmountField("", "ETH", 18)
        self.amount.edit.setObjectName("lend.amount")
        self.amount.pill.setObjectName("lend.token")
        self.amount.max_button.setObjectName("lend.max")
        self.amount.set_token_choices(list(TOKENS))
        self.amount.changed.connect(self._amount_changed)
        self.amount.token_changed.connect(self.choose)
        self.setLayout(
            column(
                self.actions, self.source, self.amount, self._build_overview(),
                self._build_warnings(), spacing=12,
            )
        )  # fmt: skip

    def _build_overview(self) -> Inset:
        self.health = BeforeAfter(self.tr("Health factor"), plain=True)
        self.loan = BeforeAfter(self.tr("Loan to value"), plain=True)
        self.trigger = BeforeAfter(words.price_key(None), plain=True)
        self.holding = BeforeAfter("")
        self.rate = BeforeAfter("", plain=True)
        self.limit = KeyValue("")
        self.wrapped = KeyValue("")
        rows = (self.health, self.loan, self.trigger)
        for row, name in zip(rows, ("health", "ltv", "trigger"), strict=True):
            row.setObjectName(f"lend.after.{name}")
        return Inset(*rows, Rule(), self.holding, self.rate, self.limit, self.wrapped, spacing=5)

    def _build_warnings(self) -> QWidget:
        self.note = Banner("", "info")
        self.warning = Banner("", "warn")
        self.warning.setObjectName("lend.warning")
        self.cap_warning = Banner("", "warn")
        self.cap_warning.setObjectName("lend.cap_warning")
        for banner in (self.note, self.warning, self.cap_warning):
            banner.set("")
        box = QWidget()
        box.setLayout(column(self.warning, self.cap_warning, self.note, spacing=8))
        return box

    # --- choosing -----------------------------------------------------------------------

    def token(self) -> str:
        """The token that is chosen."""
        return self.amount.symbol()

    def _picked(self, action: str) -> None:
        if action == LOOP:
            self.actions.set_current(self.action)  # the page shows another form instead
            self.loop_wanted.emit()
        else:
            self.turn(action)

    def turn(self, action: str, token: str = "") -> None:
        """Another action, and a token that it can move; what was typed there comes back."""
        if action != self.action:
            self._typed[self.action] = self.amount.text()
            self.action = action
            self.actions.set_current(action)
            self._set_token(token or self._fitting())
            self.amount.set_text(self._typed.get(action, ""))
        elif token:
            self._set_token(token)
        self._dress()
        self.turned.emit()

    def choose(self, token: str) -> None:
        """Another token."""
        self._set_token(token)
        self._dress()
        self.turned.emit()

    def _set_token(self, token: str) -> None:
        self.amount.set_token(token, wording.decimals(token))
        self.amount.set_places(wording.places(token))

    def _fitting(self) -> str:
        """The token at hand if the action can move it, else the first that it can."""
        account = self._bridge.account
        world, now = self._bridge.world, self.token()
        if world is None or self.action in (SUPPLY, BORROW):
            return now
        held = supplied_units if self.action == WITHDRAW else owed_units
        if held(world, account, now):
            return now
        return next((token for token in TOKENS[1:] if held(world, account, token)), now)

    def _source_changed(self) -> None:
        if self._bridge.world is not None:
            self.refresh(self._bridge.world)
        self.changed.emit()

    def _amount_changed(self) -> None:
        if self._bridge.world is not None:
            self._show_fiat(self._bridge.world)
        self.changed.emit()

    def _dress(self) -> None:
        """Words that follow from the action."""
        self.source.setVisible(self.action == REPAY)
        labels = {
            SUPPLY: self.tr("You supply"), WITHDRAW: self.tr("You withdraw"),
            BORROW: self.tr("You borrow"), REPAY: self.tr("You repay"),
        }  # fmt: skip
        self.amount.set_label(labels[self.action])
        mine = self.action in (SUPPLY, WITHDRAW)
        self.holding.key.setText(self.tr("Supplied") if mine else self.tr("Debt"))
        self.rate.key.setText(self.tr("Supply APY") if mine else self.tr("Borrow APY"))
        ether = self.token() == "ETH"
        self.wrapped.setVisible(ether)
        inward = self.action in (SUPPLY, REPAY)
        self.wrapped.set_key(self.tr("Wrapped first") if inward else self.tr("Unwrapped after"))
        self.wrapped.set_value(self.tr("ETH → WETH") if inward else self.tr("WETH → ETH"))

    def _from_supply(self) -> bool:
        return self.action == REPAY and self.source.current() == SUPPLIED

    # --- the flow asks ------------------------------------------------------------------

    def header(self) -> Header:
        titles = {
            SUPPLY: self.tr("Supply {token}"), WITHDRAW: self.tr("Withdraw {token}"),
            BORROW: self.tr("Borrow {token}"), REPAY: self.tr("Repay {token}"),
        }  # fmt: skip
        subs = {
            SUPPLY: self.tr("Earns interest, can back a loan"),
            WITHDRAW: self.tr("Back to your wallet"),
            BORROW: self.tr("Variable rate, against your collateral"),
            REPAY: self.tr("Lowers your debt"),
        }
        token = self.token()
        return Header(titles[self.action].format(token=token), subs[self.action], symbol=token)

    def main_text(self) -> str:
        return {
            SUPPLY: self.tr("Review supply"), WITHDRAW: self.tr("Review withdrawal"),
            BORROW: self.tr("Review loan"), REPAY: self.tr("Review repayment"),
        }[self.action]  # fmt: skip

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def build_command(self) -> Command | NotYet:
        account = self._bridge.account
        world = self._bridge.world
        lacking = self._lacking(world) if world is not None else ""
        if lacking:
            typed = self.amount.problem() is not AmountProblem.EMPTY
            return NotYet(lacking, lacking if typed else "")
        value = read_amount(self.amount)
        if isinstance(value, NotYet) or world is None:
            return value if isinstance(value, NotYet) else NotYet("")
        token = self.token()
        if value == ALL and self._reach(world).wanted != ALL:
            value = self.amount.units() or 0
        if self.action == SUPPLY:
            return Supply(account, token, value)
        if self.action == WITHDRAW:
            return WithdrawSupply(account, token, value)
        if self.action == BORROW:
            return Borrow(account, token, value)
        return Repay(account, token, value, self._from_supply())

    def _lacking(self, world: World) -> str:
        """What has to be there first, or nothing."""
        account = self._bridge.account
        token = self.token()
        if self.action == WITHDRAW and not supplied_units(world, account, token):
            return self.tr("You have supplied no {token}").format(token=token)
        if self.action == REPAY and not owed_units(world, account, token):
            return self.tr("You owe no {token}").format(token=token)
        if self._from_supply() and not supplied_units(world, account, token):
            return self.tr("You have supplied no {token} to repay from").format(token=token)
        if self.action == BORROW and not reading.risk_of(world, account).collateral:
            return self.tr("Supply something as collateral first")
        return ""

    def _reach(self, world: World) -> reading.Reach:
        return reading.reach(
            world, self._bridge.account, self.action, self.token(), from_supply=self._from_supply()
        )

    # --- what is shown ------------------------------------------------------------------

    def refresh(self, world: World) -> None:
        self.amount.set_token_choices(pinned(self._bridge.book, TOKENS, "token", "market"))
        reach, token = self._reach(world), self.token()
        self.amount.set_available(reach.available, self._available_words(reach.available))
        self.amount.set_max(reach.most)
        self._show_fiat(world)
        market = self._market(world)
        if self.action in (SUPPLY, BORROW):
            room = reading.cap_room(world, token, self.action)
            limit = wording.UNKNOWN if room is None else words.large(room, market.token, unit=True)
            self.limit.set_key(
                self.tr("Room under the supply cap")
                if self.action == SUPPLY
                else self.tr("Room under the borrow cap")
            )
            self.limit.set_value(limit)
        elif self.action == WITHDRAW:
            self.limit.set_key(self.tr("Not lent out"))
            self.limit.set_value(words.large(market.free, market.token, unit=True))
        elif self._from_supply():
            self.limit.set_key(self.tr("Your supply"))
            units = supplied_units(world, self._bridge.account, token)
            self.limit.set_value(self._owned(units, market.token))
        else:
            self.limit.set_key(self.tr("In your wallet"))
            self.limit.set_value(self._owned(world.balance(self._bridge.account, token), token))

    def _owned(self, units: int, token: str, *, unit: bool = True) -> str:
        return wording.owned_amount(self._bridge.preferences, units, token, unit=unit)

    def _available_words(self, units: int) -> str:
        text = self._owned(units, self.token(), unit=False)
        if self.action == REPAY:
            return self.tr("You can repay {amount}").format(amount=text)
        return self.tr("Available {amount}").format(amount=text)

    def _note(self, world: World, reach: reading.Reach) -> str:
        account = self._bridge.account
        token, market = self.token(), self._market(world)
        if self.action == WITHDRAW and reach.lent_out:
            text = self.tr("Part of what you supplied is lent out: {free} can be had now.")
            return text.format(free=wording.amount(market.free, market.token))
        if self.action == WITHDRAW and 0 < reach.most < reach.available:
            text = self.tr("Max keeps your loan within {limit} of the collateral's value.")
            return text.format(limit=words.points(reading.risk_of(world, account).most))
        if self.action == BORROW and not market.borrowable:
            return self.tr("Your e-mode does not lend {token}.").format(token=market.token)
        if self.action == BORROW and reach.lent_out and reach.available:
            text = self.tr("The market has {free} left to lend.")
            return text.format(free=wording.amount(market.free, market.token))
        units = self.amount.units()
        if self.action == REPAY and units is not None:
            owed = owed_units(world, account, token)
            if units > owed > 0:
                text = self.tr("You owe {amount}: no more than that is taken.")
                return text.format(amount=wording.amount(owed, token))
        return ""

    def _market(self, world: World) -> MarketRow:
        account = self._bridge.account
        symbol = reading.reserve_token(self.token())
        return next(row for row in reading.markets(world, account) if row.token == symbol)

    def _show_fiat(self, world: World) -> None:
        units = self.amount.units()
        self.amount.set_fiat(
            wording.fiat(reading.worth(world, self.token(), units)) if units is not None else ""
        )

    def show_preview(self, quote: Quote | None) -> None:
        world = self._bridge.world
        if world is None:
            return
        after = quote.after if quote is not None else None
        before = reading.risk_of(world, self._bridge.account)
        then = reading.risk_of(after, self._bridge.account) if after is not None else None
        health = then.health if then is not None else self._health_of_refused(world)
        show_risk((self.health, self.loan, self.trigger), before, then)
        if then is None and health is not None:
            tone = wording.health_tone(health)
            self.health.set_values(wording.health(before.health), wording.health(health), tone)
        self.note.set(self._note(world, self._reach(world)), "info")
        self._show_holding(world, after)
        self._show_warnings(then, after)
        self.foreseen.emit(health)

    def _health_of_refused(self, world: World) -> int | None:
        """The health factor that something refused would have led to."""
        units = self.amount.units()
        if units is None or self.action not in (BORROW, WITHDRAW):
            return None
        return reading.health_if(world, self._bridge.account, self.action, self.token(), units)

    def _show_holding(self, world: World, after: World | None) -> None:
        account = self._bridge.account
        token = reading.reserve_token(self.token())
        mine = self.action in (SUPPLY, WITHDRAW)
        held = supplied_units if mine else owed_units
        old, rate = held(world, account, token), rate_of(world, account, token, mine)
        if after is None:
            self.holding.set_values(self._owned(old, token), "")
            self.rate.set_values(words.share(rate), "")
            return
        new = self._owned(held(after, account, token), token)
        self.holding.set_values(self._owned(old, token, unit=False), new)
        then = words.share(rate_of(after, account, token, mine))
        self.rate.set_values(words.share(rate), then if then != words.share(rate) else "")

    def _show_warnings(self, then: Risk | None, after: World | None) -> None:
        risky = then is not None and self._risks(then)
        self.warning.set(
            self.tr("Health below {line} after this. Confirm in the review.").format(
                line=wording.health(RISKY)
            )
            if risky
            else "",
            "warn",
        )
        self.cap_warning.set(self._cap_words(after) if after is not None else "", "warn")

    def _cap_words(self, after: World) -> str:
        """A warning from 98 % of a cap on; the engine refuses above 100 %."""
        if self.action not in (SUPPLY, BORROW):
            return ""
        used = reading.cap_used(after, self.token(), self.action)
        if used is None or used < reading.NEAR_CAP:
            return ""
        if self.action == SUPPLY:
            text = self.tr("The market's supply cap would be {share} full. Then nobody can add.")
        else:
            text = self.tr("The market's borrow cap would be {share} full. Then nobody can borrow.")
        return text.format(share=words.share(used, 1))

    def reset(self) -> None:
        self._typed.clear()
        super().reset()
