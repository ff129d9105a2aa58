"""The stake form: with the pool, any amount; or validators of one's own, 32 ETH each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lstwallet.engine.guards import stake_left
from lstwallet.engine.rocketpool import MintReth, RethMinted, deposit_room, eth_of
from lstwallet.engine.signing import spendable
from lstwallet.engine.staking import Stake, Staked
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.validators_facts import ETH_PER_VALIDATOR, VALIDATOR_WEI
from lstwallet.readmodel import rocketpool
from lstwallet.readmodel import staking as reading
from lstwallet.readmodel.lending import markets
from lstwallet.readmodel.portfolio import quotes, value_of
from lstwallet.readmodel.staking import Apr
from lstwallet.ui import wording
from lstwallet.ui.pages.action import (
    ActionForm,
    Change,
    Fact,
    Header,
    Move,
    NextStep,
    NotYet,
    Receipt,
    Review,
    offer_ether,
    read_amount,
)
from lstwallet.ui.pages.stake import rocket, words
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.cards import Banner, Inset, LinkRow
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder
from lstwallet.ui.widgets.rows import BeforeAfter, KeyValue
from lstwallet.units.amount import ALL
from lstwallet.units.fixed import WAD

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

LIDO: Final = "lido"
ROCKET: Final = "rocketpool"
SOLO: Final = "solo"
VALIDATOR: Final = "validator"
"""The disc of one's own validators, as ``tokens.ASSETS`` names it."""
Explain = Callable[[QWidget, str], None]
KINDS: Final = {LIDO: Stake, ROCKET: MintReth, SOLO: StakeNatively}
"""What is asked of the engine, by the way that is chosen."""


class StakeForm(ActionForm):
    """One amount, three ways to stake it. What was typed stays when the way is changed."""

    name = "stake"
    choice_wanted = Signal(str)
    """The user asks for the other way from inside the form."""

    def __init__(self, bridge: Bridge, explain: Explain, parent: QWidget | None = None) -> None:
        """``explain(anchor, topic)`` answers "Why this number?"."""
        super().__init__(parent)
        self._bridge = bridge
        self._explain = explain
        self.choice = LIDO
        self.apr = self.reth_apr = Apr(0, 0)
        self._limited = False
        """Whether a protocol takes less than there is: Max is a number then, not all."""
        self._build_fields()
        self._build_facts()
        self.shadow = LinkRow("", "", "arrows-left-right", sunken=True, on_click=self._other_wanted)
        self.shadow.setObjectName("stake.shadow")
        self.setLayout(
            column(
                self.poor, self.amount, self.receive, self.edge, self.lido_facts,
                self.rocket_facts, self.solo_facts, self.overview, self.shadow, spacing=12,
            )
        )  # fmt: skip
        self.choose(LIDO)

    def _build_fields(self) -> None:
        self.poor = Banner(
            self.tr("You have no ETH yet. Play money is in Settings."), "sim", "flask",
            action=self.tr("Get play money"), on_action=self._to_settings,
        )  # fmt: skip
        self.poor.action.setObjectName("stake.fund")
        self.amount = AmountField(self.tr("You stake"), "ETH", 18)
        self.amount.edit.setObjectName("stake.amount")
        self.amount.max_button.setObjectName("stake.max")
        self.amount.changed.connect(self._typed)
        self.receive = AmountField(self.tr("You receive"), "stETH", 18, read_only=True)
        self.receive.edit.setObjectName("stake.receive")
        self.edge = Banner(
            "", "info", "storefront", action=self.tr("Compare"), on_action=self._compare
        )
        self.edge.action.setObjectName("stake.compare")
        self.edge.hide()

    def _build_facts(self) -> None:
        why = self._why
        self.apr_row = KeyValue(self.tr("APR"), why=lambda: why(self.apr_row, "apr"))
        self.fee_row = KeyValue(
            self.tr("Reward fee, on rewards only"), why=lambda: why(self.fee_row, "fee")
        )
        self.limit_row = KeyValue(self.tr("Lido takes now, at most"))
        self.spread_row = KeyValue(self.tr("Operators"))
        self.back_row = KeyValue(self.tr("Rate back, by the queue"))
        self.leave_row = KeyValue(self.tr("Leave by"))
        rows = (self.apr_row, self.fee_row, self.spread_row, self.limit_row, self.back_row,
                self.leave_row)  # fmt: skip
        self.lido_facts = holder(column(*rows, spacing=6))
        self.rocket_facts = rocket.Facts(self._explain)
        self.native_row = KeyValue(self.tr("APR"), why=lambda: why(self.native_row, "native"))
        self.start_row = KeyValue(self.tr("Starts to earn"))
        self.pay_row = KeyValue(self.tr("Pays rewards"))
        self.exit_row = KeyValue(
            self.tr("Leave by"), why=lambda: why(self.exit_row, "exit")
        )
        rows = (self.native_row, self.start_row, self.pay_row, self.exit_row)
        self.solo_facts = holder(column(*rows, spacing=6))
        self.eth_change = BeforeAfter(self.tr("ETH in wallet"))
        self.stake_change = BeforeAfter(self.tr("stETH"))
        self.yearly_change = BeforeAfter(self.tr("Yearly rewards, about"))
        self.overview = Inset(
            Label(self.tr("Before and after"), "caption", "3"),
            self.eth_change, self.stake_change, self.yearly_change, spacing=5,
        )  # fmt: skip

    def _why(self, row: KeyValue, topic: str) -> None:
        self._explain(row.why or row, topic)

    def _typed(self) -> None:
        if self._bridge.world is not None:
            self.refresh(self._bridge.world)
        self.changed.emit()

    # --- which way ----------------------------------------------------------------------

    def choose(self, choice: str) -> None:
        """Stake with one of the protocols, or natively."""
        self.choice = choice
        solo = choice == SOLO
        self.lido_facts.setVisible(choice == LIDO)
        self.rocket_facts.setVisible(choice == ROCKET)
        self.solo_facts.setVisible(solo)
        self.receive.set_label(self.tr("You run") if solo else self.tr("You receive"))
        if solo:
            self.receive.set_token(VALIDATOR, 18, self.tr("32 ETH each"))
        else:
            self.receive.set_token(self._token(), 18)
        self.stake_change.key.setText(self.tr("Validators") if solo else self._token())
        if self._bridge.world is not None:
            self.refresh(self._bridge.world)
        self.changed.emit()

    def _token(self) -> str:
        return "rETH" if self.choice == ROCKET else "stETH"

    def _other_wanted(self) -> None:
        self.choice_wanted.emit(LIDO if self.choice == SOLO else SOLO)

    def set_apr(self, apr: Apr) -> None:
        """The pool's average, once it is known."""
        self.apr = apr
        if self._bridge.world is not None:
            self.refresh(self._bridge.world)

    def set_reth_apr(self, apr: Apr) -> None:
        """The average of rETH, once it is known."""
        self.reth_apr = apr
        if self._bridge.world is not None:
            self.refresh(self._bridge.world)

    def _compare(self) -> None:
        self.navigate.emit("swap", {"from": "ETH", "to": self._token()})

    def _to_settings(self) -> None:
        self.navigate.emit("settings", None)

    # --- the form -----------------------------------------------------------------------

    def header(self) -> Header:
        if self.choice == SOLO:
            return Header(
                self.tr("Run validators of your own"), self.tr("Ethereum · native, not liquid"),
                symbol=VALIDATOR,
            )  # fmt: skip
        if self.choice == ROCKET:
            return Header(
                self.tr("Stake with Rocket Pool"), self.tr("Ethereum · token by rate"),
                symbol="rETH",
            )  # fmt: skip
        return Header(
            self.tr("Stake with Lido"), self.tr("Ethereum · rebasing token"), symbol="stETH"
        )

    def main_text(self) -> str:
        return self.tr("Review stake")

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def build_command(self) -> Command | NotYet:
        account = self._bridge.account
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        if value == ALL and self.choice != SOLO and self._limited:
            value = self.amount.units() or 0
        return KINDS[self.choice](account, value)

    def refresh(self, world: World) -> None:
        solo = self.choice == SOLO
        balance = world.balance(self._bridge.account, "ETH")
        self.poor.setVisible(balance == 0)
        self.amount.set_available(balance)
        account, left = self._bridge.account, self._room(world)
        call = KINDS[self.choice](account, ALL)
        after_fee = spendable(world, account, call)
        self._limited = left is not None and left < after_fee
        if solo:
            self.amount.set_max(reading.whole_validators(after_fee) * VALIDATOR_WEI)
        elif self._limited:
            self.amount.set_max(left)
        else:
            offer_ether(self.amount, self._bridge, world, call)
        units = self.amount.units()
        fiat = wording.fiat(value_of(quotes(world), "ETH", units)) if units else ""
        self.amount.set_fiat(fiat)
        shadow = {LIDO: self._show_lido, ROCKET: self._show_rocket, SOLO: self._show_solo}
        shadow[self.choice](world, units or 0)

    def _room(self, world: World) -> int | None:
        """Wei that the chosen protocol takes now; ``None``: no limit."""
        if self.choice == ROCKET:
            return deposit_room(world) if world.rocketpool else None
        return stake_left(world)

    def _show_lido(self, world: World, wei: int) -> None:
        offer = reading.lido_offer(world, wei)
        minted = reading.minted_for(world, wei) if wei else 0
        one = words.rate("ETH", reading.minted_for(world, WAD), "stETH")
        self.receive.set_available(None, one)
        self.receive.set_shown(wording.amount(minted, "stETH", unit=False) if wei else "")
        self.receive.set_fiat(self.tr("Balance grows every day"))
        self.apr_row.set_key(words.apr_key(self.apr))
        self.apr_row.set_value(words.share(self.apr.rate))
        self.fee_row.set_value(words.share(offer.fee, 0))
        self.spread_row.set_value(words.spread(offer))
        left = stake_left(world)
        self.limit_row.set_value(words.no_limit() if left is None else words.whole(left))
        self.back_row.set_value(words.rate("stETH", WAD, "ETH"))
        self.leave_row.set_value(words.leave_by(offer.wait))
        self.shadow.set_words(
            self.tr("Staked natively instead"),
            words.solo_line(reading.native_apr(world), reading.solo_offer(world)),
        )

    def _show_rocket(self, world: World, wei: int) -> None:
        offer = rocketpool.offer(world)
        if offer is None:
            return
        minted = rocketpool.minted_for(world, wei) if wei else 0
        one = words.rate("ETH", rocketpool.minted_for(world, WAD), "rETH")
        self.receive.set_available(None, one)
        self.receive.set_shown(wording.amount(minted, "rETH", unit=False) if wei else "")
        self.receive.set_fiat(self.tr("Each rETH is worth more every day"))
        self.rocket_facts.show_offer(offer, self.reth_apr)
        self.shadow.set_words(
            self.tr("Staked natively instead"),
            words.solo_line(reading.native_apr(world), reading.solo_offer(world)),
        )

    def _show_solo(self, world: World, wei: int) -> None:
        keys = reading.whole_validators(wei)
        solo = reading.solo_offer(world, keys)
        apr = reading.native_apr(world)
        self.receive.set_available(None, self.tr("32 ETH = 1 validator"))
        self.receive.set_shown(wording.count(keys) if wei else "")
        self.receive.set_fiat(self.tr("Rewards are paid to your wallet"))
        self.native_row.set_key(words.apr_key(apr))
        self.native_row.set_value(words.share(apr.rate))
        self.start_row.set_value(
            self.tr("in about {wait}").format(wait=words.about(solo.activation))
        )
        self.pay_row.set_value(
            self.tr("every {wait} or so").format(wait=words.about(solo.sweep))
        )
        self.exit_row.set_value(
            self.tr("exit queue {wait}").format(wait=words.wait(solo.exit))
        )
        self.shadow.set_words(
            self.tr("Staked with Lido instead"),
            words.lido_line(self.apr, reading.lido_offer(world)),
        )

    # --- the overview -------------------------------------------------------------------

    def show_preview(self, quote: Quote | None) -> None:
        world = self._bridge.world
        if world is None:
            return
        self._show_change(world, quote.after if quote else None)
        self._show_edge(world, quote)

    def _show_change(self, world: World, after: World | None) -> None:
        old, new = self._standing(world), self._standing(after) if after else ("", "", "")
        self.eth_change.set_values(old[0], new[0])
        self.stake_change.set_values(old[1], new[1])
        self.yearly_change.set_values(old[2], new[2], "good")

    def _standing(self, world: World) -> tuple[str, str, str]:
        """ETH in the wallet, what is staked this way, and what that earns in a year."""
        account = self._bridge.account
        eth = wording.amount(world.balance(account, "ETH"), "ETH", unit=False)
        if self.choice == SOLO:
            staked = reading.natively(world, account)
            shown = wording.count(reading.whole_validators(staked))
            apr = reading.native_apr(world)
        elif self.choice == ROCKET:
            held = world.balance(account, "rETH")
            shown = wording.amount(held, "rETH", unit=False)
            staked, apr = eth_of(world, held), self.reth_apr
        else:
            staked = reading.held(world, account, "stETH")
            shown = wording.amount(staked, "stETH", unit=False)
            apr = self.apr
        return eth, shown, wording.fiat_large(reading.yearly(staked, apr, world.prices.eth))

    def _show_edge(self, world: World, quote: Quote | None) -> None:
        event = quote.events[-1] if quote else None
        edge = None
        if isinstance(event, Staked):
            minted = reading.minted_for(world, event.amount)
            edge = reading.market_edge(world, self._bridge.account, event.amount, minted)
        elif isinstance(event, RethMinted):
            edge = rocketpool.market_edge(world, self._bridge.account, event.amount, event.reth)
        if edge is None:
            self.edge.set("")
            return
        token = self._token()
        text = self.tr(
            "The market sells {token} {share} below this rate. Buying gets you {more} more."
        )
        self.edge.set(
            text.format(token=token, share=words.share(edge.discount),
                        more=wording.amount(edge.more, token)),
            icon="storefront",
        )  # fmt: skip

    # --- review and receipt -------------------------------------------------------------

    def describe_review(self, quote: Quote) -> Review:
        event = quote.events[-1]
        if isinstance(event, Staked):
            return self._review_lido(event, quote.after)
        if isinstance(event, RethMinted):
            return rocket.review(event, quote.after, self._ether(quote.after))
        return self._review_solo(event, quote.after)

    def _review_lido(self, event: Staked, after: World) -> Review:
        prices = quotes(after)
        received = reading.steth_behind(after, event.shares)
        offer = reading.lido_offer(after, received)
        return Review(
            title=self.tr("Review stake"),
            confirm=self.tr("Stake {amount}").format(amount=words.brief(event.amount)),
            pending=self.tr("Staking"),
            moves=(
                Move("ETH", self.tr("You send"), wording.change(-event.amount, "ETH"),
                     wording.fiat(value_of(prices, "ETH", event.amount))),
                Move("stETH", self.tr("You receive"), wording.change(received, "stETH"),
                     self.tr("{value} at market").format(
                         value=wording.fiat(value_of(prices, "stETH", received))),
                     "good"),
            ),
            changes=(self._ether(after),),
            facts=(
                Fact(self.tr("Rate"), words.rate("ETH", reading.minted_for(after, WAD), "stETH")),
                Fact(self.tr("Fee on rewards"), words.share(offer.fee, 0)),
                Fact(self.tr("Operators"), words.spread(offer)),
                Fact(self.tr("Contract"), self.tr("Lido stETH · simulated")),
            ),
        )  # fmt: skip

    def _ether(self, after: World) -> Change:
        """What stays in the wallet."""
        old, new = (self._standing(world)[0] for world in (self._bridge.world or after, after))
        return Change(self.tr("ETH in wallet"), old, new)

    def _review_solo(self, event: Any, after: World) -> Review:
        keys = event.validator.keys
        wei = keys * VALIDATOR_WEI
        return Review(
            title=self.tr("Review stake"),
            confirm=self.tr("Stake {amount}").format(amount=words.brief(wei)),
            pending=self.tr("Depositing"),
            moves=(
                Move("ETH", self.tr("You deposit"), wording.change(-wei, "ETH"),
                     wording.fiat(value_of(quotes(after), "ETH", wei))),
                Move(VALIDATOR, self.tr("You run"), f"+{words.validators(keys)}",
                     self.tr("{count} ETH each").format(count=ETH_PER_VALIDATOR), "good"),
            ),
            changes=(self._ether(after),),
            facts=(
                Fact(self.tr("Each validator"), self.tr("32 ETH exactly")),
                Fact(self.tr("Fee on rewards"), self.tr("none")),
                Fact(self.tr("Contract"), self.tr("Deposit contract · simulated")),
            ),
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event = outcome.events[-1]
        old, new = self._standing(before), self._standing(outcome.world)
        changes = (
            Change(self.tr("ETH in wallet"), old[0], new[0]),
            Change(self.stake_change.key.text(), old[1], new[1]),
        )
        if isinstance(event, Staked):
            received = reading.steth_behind(outcome.world, event.shares)
            return Receipt(
                self.tr("{amount} received").format(amount=wording.amount(received, "stETH")),
                self.tr("Stake more"),
                changes,
                (self._first_reward(outcome.world),),
                self._next_steps(outcome.world),
            )
        if isinstance(event, RethMinted):
            return rocket.receipt(event, outcome.world, changes)
        starts = wording.moment(event.validator.active_at)
        return Receipt(
            self.tr("{count} deposited").format(count=words.validators(event.validator.keys)),
            self.tr("Stake more"),
            changes,
            (Fact(self.tr("Begins to earn"), starts),),
        )

    def _first_reward(self, world: World) -> Fact:
        due = wording.countdown(world.staking.next_report, world.time)
        return Fact(self.tr("Next reward report"), due)

    def _next_steps(self, world: World) -> tuple[NextStep, ...]:
        lent = next(row for row in markets(world, self._bridge.account) if row.token == "wstETH")
        return (
            NextStep(
                self.tr("Wrap to wstETH"), self.tr("Fixed balance, for lending and pools"),
                "package", "stake", {"mode": "wrap"},
            ),
            NextStep(
                self.tr("Lend it"),
                words.lending_line(lent.supply_apy),
                "bank", "lend", {"action": "supply", "token": "wstETH"},
            ),
            NextStep(
                self.tr("Add to a pool"), self.tr("Trading fees on top, you share the price gap"),
                "drop-half", "pools", {"pool": "steth_eth"},
            ),
            NextStep(
                self.tr("See the ways out"), self.tr("Queue or market, with the break-even"),
                "sign-out", "ways_out",
            ),
        )  # fmt: skip


__all__ = ["LIDO", "ROCKET", "SOLO", "VALIDATOR", "StakeForm"]
