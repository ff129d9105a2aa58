"""The one shape of every action, whatever the room: previews, refusals, reviews, receipts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from lstwallet.app.session import Outcome, Session
from lstwallet.engine.accounts import OpenAccount
from lstwallet.engine.pools import Swap
from lstwallet.engine.quotes import Quote
from lstwallet.engine.signing import own_events
from lstwallet.engine.world import YOU, World
from lstwallet.readmodel.pools import at_least
from lstwallet.readmodel.preflight import DANGER, TICK, WARNING, Finding
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.ui import theme, wording
from lstwallet.ui.bridge import Bridge
from lstwallet.ui.jobs import Lane
from lstwallet.ui.pages.action import (
    ActionFlow,
    ActionForm,
    Change,
    Header,
    Move,
    NotYet,
    Receipt,
    Review,
    read_amount,
)
from lstwallet.ui.pages.action.records import differs
from lstwallet.ui.widgets.action_panel import ActionPanel
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.layout import column
from lstwallet.units.clock import DAY
from tests.ui.harness import make_profile

PATIENCE_MS = 20_000


class SellForm(ActionForm):
    """Sells USDC for ETH; ``accept`` and ``type_word`` are set by the tests."""

    name = "sell"

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.amount = AmountField("You sell", "USDC", 6)
        self.amount.changed.connect(self.changed)
        self.setLayout(column(self.amount))
        self.accept = self.type_word = ""
        self.previews: list[Quote | None] = []
        self.forbidden = False
        self.limit: int | None = 50
        """Basis points; ``None`` sends it without a minimum."""

    def header(self) -> Header:
        return Header("Sell", "USDC for ETH", symbol="USDC")

    def main_text(self) -> str:
        return "Review sale"

    def fields(self) -> Mapping[str, AmountField]:
        return {"amount": self.amount}

    def build_command(self) -> Swap | NotYet:
        value = read_amount(self.amount)
        if isinstance(value, NotYet):
            return value
        trial = Swap(YOU, "usdc_eth", "USDC", value, 0, "ETH")
        quote = self.bridge.preview(trial)
        if self.limit is None or isinstance(quote, Exception):
            return trial
        return trial._replace(min_out=at_least(quote.events[-1].received, self.limit))

    def veto(self, quote: Quote) -> NotYet | None:
        return NotYet("Not today", "The window forbids it.") if self.forbidden else None

    def show_preview(self, quote: Quote | None) -> None:
        self.previews.append(quote)

    def describe_review(self, quote: Quote) -> Review:
        event: Any = quote.events[-1]
        return Review(
            "Review sale", "Sell now", "Selling",
            moves=(
                Move("USDC", "You sell", wording.change(-event.paid, "USDC")),
                Move("ETH", "You get", wording.change(event.received, "ETH")),
            ),
            accept=self.accept, type_word=self.type_word,
        )  # fmt: skip

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        event: Any = outcome.events[-1]
        old, new = (w.balance(YOU, "ETH") for w in (before, outcome.world))
        return Receipt(
            f"{wording.amount(event.received, 'ETH')} received", "Sell more",
            (Change("ETH", wording.amount(old, "ETH"), wording.amount(new, "ETH")),),
        )  # fmt: skip


class Stage:
    """A panel with the form, on a real session."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, "light")
        path = make_profile(folder / "test.lstwallet")
        self.qtbot = qtbot
        self.bridge = Bridge(Lane())
        with qtbot.waitSignal(self.bridge.opened, timeout=PATIENCE_MS):
            self.bridge.open(lambda: Session.open(path))
        self.panel = ActionPanel()
        self.form = SellForm(self.bridge)
        self.flow = ActionFlow(self.bridge, self.panel, self.form)
        self.bridge.outcome.connect(lambda _: self.flow.refresh(self.bridge.world))
        qtbot.addWidget(self.panel)
        self.panel.show()

    def type(self, text: str) -> None:
        self.form.amount.set_text(text)
        self.flow.preview_now()

    def press(self, page: str, part: str = "main") -> None:
        button = getattr(self.panel.page(page), part)
        assert button.isEnabled(), f"{page}.{part} cannot be pressed"
        button.click()

    def until_phase(self, phase: str) -> None:
        self.qtbot.waitUntil(lambda: self.flow.phase == phase, timeout=PATIENCE_MS)

    def ready(self, page: str) -> bool:
        return self.panel.page(page).main.isEnabled()

    def reason(self, page: str) -> str:
        return self.panel.page(page).reason.text()


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(qtbot, tmp_path)
    yield made
    made.bridge.close()


def test_typing_previews_by_itself(stage: Stage) -> None:
    stage.form.previews.clear()
    stage.form.amount.set_text("1000")
    stage.qtbot.waitUntil(lambda: bool(stage.form.previews), timeout=1_000)
    assert stage.form.previews[-1] is not None
    assert stage.ready("form")


def test_a_refusal_stands_beside_the_field_and_the_text_stays(stage: Stage) -> None:
    refused: list[tuple[object, object]] = []
    stage.bridge.refused.connect(lambda command, why: refused.append((command, why)))
    stage.type("60000")
    assert wording.refusal(refused[-1][1]) == stage.form.amount.error.text.text()
    assert "more than you have" in stage.form.amount.error.text.text()
    assert "Enter at most" in stage.reason("form")
    assert not stage.ready("form")
    assert stage.form.amount.text() == "60000"
    stage.type("600")
    assert stage.form.amount.error.text.text() == ""
    assert stage.ready("form")


def test_the_window_may_stop_what_the_engine_would_do(stage: Stage) -> None:
    stage.form.forbidden = True
    stage.type("1000")
    assert not stage.ready("form")
    assert stage.reason("form") == "Not today"
    assert stage.form.amount.error.text.text() == "The window forbids it."


def test_from_form_to_receipt_and_back_to_an_empty_form(stage: Stage) -> None:
    phases: list[str] = []
    stage.flow.phase_changed.connect(phases.append)
    stage.type("1000")
    stage.press("form")
    assert stage.panel.page("review").step.text() == "Step 2 of 3"
    before = stage.bridge.world
    stage.press("review")
    assert stage.bridge.world is before, "success was claimed before the engine answered"
    stage.until_phase("receipt")
    assert phases == ["review", "pending", "receipt"]
    assert stage.bridge.world.balance(YOU, "USDC") == 49_000 * 10**6
    stage.press("receipt")
    assert (stage.flow.phase, stage.form.amount.text()) == ("form", "")


def test_the_receipt_is_what_the_review_said(stage: Stage) -> None:
    stage.type("1000")
    quote = stage.form.previews[-1]
    assert quote is not None
    stage.press("form")
    executed: list[Outcome] = []
    stage.flow.executed.connect(executed.append)
    stage.press("review")
    stage.until_phase("receipt")
    assert own_events(executed[0].events) == tuple(quote.events)


def test_back_keeps_what_was_typed(stage: Stage) -> None:
    stage.type("1000.50")
    stage.press("form")
    stage.press("review", "second")
    assert (stage.flow.phase, stage.form.amount.text()) == ("form", "1000.50")
    assert stage.ready("form")


def test_a_world_that_moved_is_shown_again_instead_of_executed(stage: Stage) -> None:
    stage.type("1000")
    stage.press("form")
    with stage.qtbot.waitSignal(stage.bridge.outcome, timeout=PATIENCE_MS):
        stage.bridge.send(Swap(YOU, "usdc_eth", "USDC", 30_000 * 10**6, 1, "ETH"))
    held = stage.bridge.world.balance(YOU, "USDC")
    stage.press("review")
    assert stage.flow.phase == "review", "it was executed on numbers nobody has seen"
    assert stage.bridge.world.balance(YOU, "USDC") == held
    stage.press("review")
    stage.until_phase("receipt")
    assert stage.bridge.world.balance(YOU, "USDC") == held - 1000 * 10**6


def test_what_is_no_longer_possible_goes_back_to_the_form(stage: Stage) -> None:
    stage.type("30000")
    stage.press("form")
    with stage.qtbot.waitSignal(stage.bridge.outcome, timeout=PATIENCE_MS):
        stage.bridge.send(Swap(YOU, "usdc_eth", "USDC", 40_000 * 10**6, 1, "ETH"))
    stage.press("review")
    assert stage.flow.phase == "form"
    assert "more than you have" in stage.form.amount.error.text.text()
    assert stage.form.amount.text() == "30000"


def test_a_refusal_at_the_last_moment_is_said_and_nothing_is_lost(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lane's world had moved further than the one that was previewed."""
    stage.type("30000")
    stage.press("form")
    spend = Swap(YOU, "usdc_eth", "USDC", 40_000 * 10**6, 1, "ETH")
    stage.bridge.send(spend)
    stage.press("review")
    stage.until_phase("form")
    assert "more than you have" in stage.form.amount.error.text.text()
    assert stage.form.amount.text() == "30000"
    assert stage.bridge.world.balance(YOU, "USDC") == 10_000 * 10**6


def test_an_error_of_the_disk_says_that_nothing_was_done(stage: Stage) -> None:
    def full(self: Session, command: object) -> Outcome:
        raise StoreUnavailable(self.path, Trouble.DISK_FULL)

    stage.type("1000")
    stage.press("form")
    before = stage.bridge.world
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "execute", full)
        with stage.qtbot.waitSignal(stage.bridge.failed, timeout=PATIENCE_MS):
            stage.press("review")
        stage.until_phase("review")
    assert stage.bridge.world == before
    assert not stage.ready("review")
    assert "Nothing can be saved now" in stage.reason("review")
    with stage.qtbot.waitSignal(stage.bridge.standstill.over, timeout=PATIENCE_MS):
        stage.bridge.standstill.try_again()
    assert stage.ready("review")
    stage.press("review")
    stage.until_phase("receipt")


def test_a_risk_must_be_ticked(stage: Stage) -> None:
    stage.form.accept = "I accept the risk"
    stage.type("1000")
    stage.press("form")
    assert not stage.ready("review")
    assert "Tick the box" in stage.reason("review")
    tick = stage.panel.findChild(QAbstractButton, "sell.accept")
    assert tick is not None
    tick.click()
    assert stage.ready("review")


def test_a_word_must_be_typed(stage: Stage) -> None:
    stage.form.type_word = "sell"
    stage.type("1000")
    stage.press("form")
    word = stage.panel.findChild(QLineEdit, "sell.word")
    assert word is not None
    word.setText("sel")
    assert not stage.ready("review")
    word.setText("sell")
    assert stage.ready("review")


def test_who_accepted_one_risk_has_not_accepted_another() -> None:
    health = Finding("health", WARNING, consent=TICK)
    impact = Finding("impact", DANGER, consent=TICK)
    seen = Review("Review", "Go", "Going", findings=(health,))
    assert not differs(seen, seen._replace(findings=(health._replace(facts={"after": 1}),)))
    assert differs(seen, seen._replace(findings=(impact,)))
    assert differs(seen, seen._replace(findings=(health._replace(severity=DANGER),)))
    assert differs(seen, seen._replace(findings=(health, Finding("ltv_near", DANGER))))
    assert not differs(seen, seen._replace(findings=(health, Finding("fee_high", WARNING))))
    assert not differs(seen, seen._replace(findings=()))


@pytest.mark.parametrize("broken", [False, True])
def test_an_answer_for_another_account_shows_no_review_of_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    with stage.qtbot.waitSignal(stage.bridge.outcome, timeout=PATIENCE_MS):
        stage.bridge.send(OpenAccount())
    stage.type("1000")
    stage.press("form")
    if broken:
        def lost(*_: object) -> None:
            raise StoreUnavailable(Trouble.DISK_FULL, Path("test.lstwallet"))

        monkeypatch.setattr(Session, "execute", lost)
    else:  # the market is gone before the lane comes to it
        stage.bridge.send(Swap(YOU, "usdc_eth", "USDC", 90_000 * 10**6, 0, "ETH"))
    stage.press("review")
    assert stage.flow.phase == "pending"
    stage.bridge.show_account("you:2")
    stage.qtbot.waitUntil(lambda: stage.flow.phase != "pending", timeout=PATIENCE_MS)
    assert stage.flow.phase == "form"
    assert stage.reason("form") == "Enter an amount to go on"
    assert stage.panel.page("review").second.isEnabled()


def test_time_that_passes_refreshes_the_overview(stage: Stage) -> None:
    stage.type("1000")
    count = len(stage.form.previews)
    stage.bridge.advance(DAY)
    stage.qtbot.waitUntil(lambda: len(stage.form.previews) > count, timeout=PATIENCE_MS)
    assert stage.flow.phase == "form"


def test_max_is_an_intention(stage: Stage) -> None:
    stage.form.amount.set_max(50_000 * 10**6)
    stage.form.amount.take_all()
    stage.flow.preview_now()
    stage.press("form")
    stage.press("review")
    stage.until_phase("receipt")
    assert stage.bridge.world.balance(YOU, "USDC") == 0


def test_another_profile_begins_with_an_empty_form(
    stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    stage.type("1000")
    stage.press("form")
    stage.press("review")
    stage.until_phase("receipt")
    stage.form.amount.set_text("5")
    other = make_profile(tmp_path / "other.lstwallet")
    with qtbot.waitSignal(stage.bridge.opened, timeout=PATIENCE_MS):
        stage.bridge.open(lambda: Session.open(other))
    assert stage.flow.phase == "form"
    assert stage.form.amount.text() == ""


def test_the_same_profile_after_trouble_keeps_what_was_typed(stage: Stage) -> None:
    stage.type("1000")
    stage.bridge.opened.emit()  # as after a file that had to be read again
    assert stage.form.amount.text() == "1000"
