"""The room "Restake": deposits, a table of operators, escrow timers, slashes, rewards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from lstwallet.readmodel import restaking as reading
from lstwallet.ui import theme, wording
from lstwallet.ui.models.table import TableView
from lstwallet.ui.pages.action import ActionFlow, ActionForm
from lstwallet.ui.pages.page import Page
from lstwallet.ui.pages.restake import words
from lstwallet.ui.pages.restake.cards import (
    EscrowsCard,
    OperatorsCard,
    SlashesCard,
    StandingCard,
)
from lstwallet.ui.pages.restake.choices import ClaimForm, CompleteForm, OperatorForm
from lstwallet.ui.pages.restake.forms import TOKENS, DepositForm, WithdrawForm
from lstwallet.ui.theme import tokens
from lstwallet.ui.widgets.action_panel import SLIM_WIDTH, WIDTH, ActionPanel
from lstwallet.ui.widgets.buttons import Segmented
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Scroller, column, holder, row
from lstwallet.ui.widgets.overlays import WhyPopover
from lstwallet.units.amount import ALL, Wanted

if TYPE_CHECKING:
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

DEPOSIT: Final = "deposit"
OPERATOR: Final = "delegate"
WITHDRAW: Final = "withdraw"
MOST_SCALED: Final = 1.2


class RoomPage(Page):
    """Tables at the left, the action panel at the right."""

    key = "restake"
    interests = frozenset({"time", "prices", "wallet", "staking", "rocketpool", "restaking"})

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._why: WhyPopover | None = None
        self._build_left()
        self._build_panel()
        side = holder(column((self.panel, 1), margins=(0, 14, 16, 14)))
        scroller = Scroller(self._left, gutter=tokens.GUTTER)
        self.setLayout(row((scroller, 1), side, spacing=tokens.BESIDE))
        self._connect()

    def _build_left(self) -> None:
        self.standing, self.operators = StandingCard(), OperatorsCard()
        self.escrows, self.slashes = EscrowsCard(), SlashesCard()
        head = column(
            Label(self.tr("Restake"), "title"),
            Label(
                self.tr("Staked tokens that secure further services, earn more, and risk more."),
                "small", "2", elide=True,
            ),
            spacing=3,
        )  # fmt: skip
        self._left = holder(
            column(
                head, self.standing, self.operators, self.escrows, self.slashes, None,
                margins=(tokens.PAGE_MARGIN, 14, 0, 14), spacing=tokens.CARD_GAP,
            )
        )  # fmt: skip
        self._left.setMaximumWidth(tokens.CONTENT_MAX)

    def _build_panel(self) -> None:
        self.panel = ActionPanel()
        self.panel.setObjectName("restake.panel")
        self.tabs = Segmented(
            [(DEPOSIT, self.tr("Deposit")), (OPERATOR, self.tr("Operator")),
             (WITHDRAW, self.tr("Withdraw"))],
            DEPOSIT, name=self.tr("What to do"), expand=True,
        )  # fmt: skip
        for key in (DEPOSIT, OPERATOR, WITHDRAW):
            self.tabs.button(key).setObjectName(f"restake.tab.{key}")
        self.panel.page("form").add(self.tabs)
        self.deposit, self.operator = DepositForm(self.bridge), OperatorForm(self.bridge)
        self.withdraw = WithdrawForm(self.bridge)
        self.complete, self.claim = CompleteForm(self.bridge), ClaimForm(self.bridge)
        self.flow = ActionFlow(self.bridge, self.panel, self.deposit)
        self.flow.keep(self.operator, self.withdraw, self.complete, self.claim)

    def _connect(self) -> None:
        self.flow.navigate.connect(self._go)
        self.flow.phase_changed.connect(self._phase_changed)
        self.tabs.changed.connect(self._turn)
        self.standing.claim_wanted.connect(self._claim)
        self.standing.why_wanted.connect(self._explain_stake)
        self.standing.stake_wanted.connect(lambda: self.navigate.emit("stake", None))
        self.slashes.drill_wanted.connect(lambda: self.navigate.emit("settings", {"do": "slash"}))
        self.operators.chosen.connect(self._choose)
        self.operators.why_wanted.connect(self._explain_operator)
        self.escrows.take_wanted.connect(self._take)
        self.escrows.why_wanted.connect(self._explain_escrow)
        self.bridge.opened.connect(self._forget)
        self.bridge.account_changed.connect(self._forget)

    def _forms(self) -> dict[str, ActionForm]:
        return {DEPOSIT: self.deposit, OPERATOR: self.operator, WITHDRAW: self.withdraw}

    def _forget(self) -> None:
        """Another profile or account: its operator is another one."""
        self.operator.chosen = ""
        self.mark_stale()

    # --- what is shown at the right -----------------------------------------------------

    def _turn(self, key: str) -> None:
        """Deposit, operator or withdraw. A command on its way is waited for."""
        if self.flow.phase == "pending":
            return
        self.tabs.set_current(key)
        self.flow.set_form(self._forms()[key])

    def _choose(self, name: str) -> None:
        if self.flow.phase == "pending":
            return
        self.operator.choose(name)
        self._turn(OPERATOR)

    def _take(self, escrow: Wanted, as_tokens: bool) -> None:
        """Review at once, or say beside the table why not."""
        if self.flow.phase != "form":
            return
        self.complete.escrow, self.complete.as_tokens = escrow, as_tokens
        self._review(self.complete, self.escrows.error)

    def _claim(self) -> None:
        if self.flow.phase == "form":
            self._review(self.claim, self.standing.error)

    def _review(self, form: CompleteForm | ClaimForm, error: Any) -> None:
        command = form.build_command()
        answer = self.bridge.preview(command)
        if isinstance(answer, Exception):
            error.set_text(wording.refusal(answer))
            self.bridge.refused.emit(command, answer)
            return
        error.set_text("")
        self.flow.set_form(form)
        self.flow.review()

    def _phase_changed(self, phase: str) -> None:
        """After a claim or a withdrawal that was taken, the tabs' own form comes back."""
        if phase == "form" and self.flow.form in (self.complete, self.claim):
            self.flow.set_form(self._forms()[self.tabs.current()])

    def _go(self, room: str, arguments: Any) -> None:
        if room == self.key:
            self.show_request(arguments)
        else:
            self.navigate.emit(room, arguments)

    # --- showing ------------------------------------------------------------------------

    def show_request(self, arguments: Any) -> None:
        """``do`` (deposit, delegate, withdraw, claim), ``token``, or ``complete`` (a withdrawal,
        or "all")."""
        wish = arguments or {}
        if wish.get("do") in (DEPOSIT, OPERATOR, WITHDRAW):
            self._turn(wish["do"])
        if wish.get("token") in TOKENS:
            for form in (self.deposit, self.withdraw):
                form.choose_token(wish["token"])
        if wish.get("complete") is not None:
            self._take(ALL if wish["complete"] == "all" else wish["complete"], True)
        if wish.get("do") == "claim":
            self._claim()

    def refresh(self, world: World) -> None:
        self._fit_panel()
        account, preferences = self.bridge.account, self.bridge.preferences
        self.standing.show_standing(reading.standing(world, account), world, preferences)
        self.standing.show_wallet(
            empty=not any(reading.held(world, account, token) for token in reading.tokens(world))
        )
        self.operators.show_rows(reading.operators(world, account))
        self.escrows.show_rows(reading.escrows(world, account), world.time, preferences)
        self.slashes.show_rows(reading.slashes(world))
        self.flow.refresh(world)

    def set_narrow(self, narrow: bool) -> None:
        super().set_narrow(narrow)
        self._fit_panel()

    def _fit_panel(self) -> None:
        """Larger text needs a wider panel, as far as there is room."""
        wide = SLIM_WIDTH if self.narrow else WIDTH
        if self.window().width() >= tokens.NARROW:
            wide = round(wide * min(theme.current().scale, MOST_SCALED))
        self.panel.set_width(wide)

    # --- why this number? ---------------------------------------------------------------

    def _popover(self) -> WhyPopover:
        if self._why is None:
            self._why = WhyPopover(self.window())
        return self._why

    def _explain_stake(self, token: str) -> None:
        world = self.bridge.world
        if world is not None:
            terms = reading.terms(world, self.bridge.account, token)
            anchor = self.standing.held[token].ask
            self._popover().explain(anchor, *words.why_stake(terms, token))

    def _explain_operator(self, name: str) -> None:
        world = self.bridge.world
        found = reading.operator(world, self.bridge.account, name) if world is not None else None
        if found is not None:
            self._explain_row(self.operators.table, found, words.why_rate(found))

    def _explain_escrow(self, number: int) -> None:
        world = self.bridge.world
        rows = reading.escrows(world, self.bridge.account) if world is not None else ()
        found = next((each for each in rows if each.id == number), None)
        if found is not None:
            self._explain_row(self.escrows.table, found, words.why_escrow(found))

    def _explain_row(self, table: TableView, found: Any, why: words.Why) -> None:
        """Beside the button that asked."""
        spot = table.button_rect(table.rows_model.find(found[0]), "why")
        self._popover().explain(table.viewport(), *why, spot=spot)


__all__ = ["RoomPage"]
