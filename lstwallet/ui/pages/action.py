"""The one shape of every action: form → overview → review → pending → receipt.

A room writes an ``ActionForm``: its inputs, the command they mean, and the words. The
``ActionFlow`` does the rest inside the kit's ``ActionPanel``: it previews while one types,
puts refusals beside the field that caused them, keeps what was typed on every error,
asks again when the world moved between review and Confirm, and never claims success
before the engine has answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from lstwallet.ui import wording
from lstwallet.ui.widgets.action_panel import ActionPanel, PanelPage, receipt_head
from lstwallet.ui.widgets.buttons import CheckBox
from lstwallet.ui.widgets.cards import Banner, Inset, LinkRow
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, column, holder
from lstwallet.ui.widgets.rows import BeforeAfter, CheckLine, KeyValue, MoveRow
from lstwallet.units.amount import AmountProblem, Wanted

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.quotes import Quote
    from lstwallet.engine.refusals import Refusal
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge
    from lstwallet.ui.widgets.amount_field import AmountField

DEBOUNCE_MS: Final = 20


class NotYet(NamedTuple):
    """Why there is nothing to review: ``reason`` stands above the disabled button,
    ``error`` (if any) beside the input named ``field``."""

    reason: str
    error: str = ""
    field: str = "amount"


class Header(NamedTuple):
    """The panel's header: words, and a token's disc or an icon."""

    title: str
    sub: str = ""
    symbol: str = ""
    icon: str = ""


class Move(NamedTuple):
    """Tokens out (``amount`` with U+2212) or in (with +)."""

    symbol: str
    caption: str
    amount: str
    worth: str = ""
    tone: str = "text"


class Check(NamedTuple):
    """A check before signing. Tones: good, info, warn, bad."""

    text: str
    tone: str = "good"


class Fact(NamedTuple):
    """A key and its value."""

    key: str
    value: str
    tone: str = "text"


class Change(NamedTuple):
    """Before → after; ``tone`` colours the new value only."""

    key: str
    old: str
    new: str
    tone: str = "text"


class NextStep(NamedTuple):
    """Where one may go from a receipt: a room and the arguments of its ``show_request``."""

    title: str
    sub: str
    icon: str
    room: str
    arguments: Any = None


class Review(NamedTuple):
    """What will happen, in words. ``moves`` is what Confirm holds the world to."""

    title: str
    confirm: str
    pending: str
    moves: tuple[Move, ...] = ()
    checks: tuple[Check, ...] = ()
    changes: tuple[Change, ...] = ()
    facts: tuple[Fact, ...] = ()
    warning: str = ""
    """A banner in the warning tone."""
    accept: str = ""
    """A sentence to be ticked ("I accept the risk") before Confirm."""
    type_word: str = ""
    """A word to be typed before Confirm (a price impact of 10 % or more)."""


class Receipt(NamedTuple):
    """What has happened."""

    title: str
    again: str
    changes: tuple[Change, ...] = ()
    facts: tuple[Fact, ...] = ()
    next_steps: tuple[NextStep, ...] = ()


def read_amount(field: AmountField, key: str = "amount") -> Wanted | NotYet:
    """What a field asks for, or why it asks for nothing yet."""
    value = field.value()
    if value is not None:
        return value
    problem = field.problem() or AmountProblem.EMPTY
    if problem is AmountProblem.EMPTY:
        return NotYet(QCoreApplication.translate("action", "Enter an amount to go on"), "", key)
    reason = QCoreApplication.translate("action", "Correct the amount to go on")
    return NotYet(reason, wording.bad_amount(problem, field.decimals()), key)


class ActionForm(QWidget):
    """The inputs of one action. Subclass it; emit ``changed`` whenever an input changed."""

    changed = Signal()
    navigate = Signal(str, object)

    name: str = ""
    """Prefix of object names: ``stake`` gives ``stake.review``, ``stake.confirm`` …"""

    def header(self) -> Header:
        """The panel's header while the form is shown."""
        raise NotImplementedError

    def main_text(self) -> str:
        """Words of the form's button: "Review stake"."""
        raise NotImplementedError

    def fields(self) -> Mapping[str, AmountField]:
        """Amount fields by ``Refusal.field``; the first one takes errors without a place."""
        raise NotImplementedError

    def build_command(self) -> Command | NotYet:
        """The command that the inputs mean, or why there is none yet."""
        raise NotImplementedError

    def veto(self, quote: Quote) -> NotYet | None:
        """The window's own reason to stop, seen in the quote (a price impact, a cap)."""
        return None

    def show_preview(self, quote: Quote | None) -> None:
        """The live overview; ``None`` while there is nothing to preview."""

    def describe_review(self, quote: Quote) -> Review:
        """What would happen."""
        raise NotImplementedError

    def describe_receipt(self, outcome: Outcome, before: World) -> Receipt:
        """What has happened; ``before`` is the world just before it."""
        raise NotImplementedError

    def refresh(self, world: World) -> None:
        """Balances and rates have moved: Available, Max, facts. Do not emit ``changed``."""

    def reset(self) -> None:
        """Empty the inputs (after a receipt)."""
        for field in self.fields().values():
            field.clear()


class ActionFlow(QObject):
    """Drives one form through an action panel. Phases: form, review, pending, receipt."""

    navigate = Signal(str, object)
    phase_changed = Signal(str)
    executed = Signal(object)
    """The ``Outcome`` of a command that was accepted."""

    def __init__(
        self, bridge: Bridge, panel: ActionPanel, form: ActionForm, parent: QObject | None = None
    ) -> None:
        super().__init__(parent or panel)
        self._bridge = bridge
        self._panel = panel
        self._form = form
        self.phase = "form"
        self._quote: Quote | None = None
        self._review: Review | None = None
        self._note = ""
        self._profile = bridge.profile
        bridge.opened.connect(self._opened)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self.preview_now)
        self._forms: list[ActionForm] = []
        for page, act in (("review", self._confirm), ("receipt", self._again)):
            panel.page(page).main.clicked.connect(act)
        panel.page("form").main.clicked.connect(self.review)
        panel.page("review").second.clicked.connect(self.back)
        panel.page("receipt").second.clicked.connect(self._view_activity)
        panel.page("receipt").on_close(self._again)
        panel.installEventFilter(self)
        self.set_form(form)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A receipt was read when its room is left: it does not wait there for weeks."""
        left = event.type() == QEvent.Type.Hide and not event.spontaneous()
        if left and self.phase == "receipt":
            self._again()
        return super().eventFilter(watched, event)

    # --- the form -----------------------------------------------------------------------

    @property
    def form(self) -> ActionForm:
        """The form that is shown."""
        return self._form

    def set_form(self, form: ActionForm) -> None:
        """Show another form of the same room (Borrow instead of Supply); inputs are kept.

        Not while a command is on its way: its answer belongs to the form that asked.
        """
        if self.phase == "pending":
            return
        page = self._panel.page("form")
        if form not in self._forms:
            self._forms.append(form)
            form.changed.connect(self._changed)
            form.navigate.connect(self.navigate)
            page.add(form)
        self._form = form
        for other in self._forms:
            other.setVisible(other is form)
        self._name_parts()
        self._show_form()
        world = self._bridge.world
        if world is not None:
            form.refresh(world)
        self.preview_now()

    def refresh(self, world: World) -> None:
        """The world has moved: call it from the page's ``refresh``."""
        if self.phase == "form":
            self._form.refresh(world)
            self._changed()

    def _opened(self) -> None:
        """Another profile: a review or a receipt of the one before says nothing about it.

        The same one again (after trouble with its file) keeps what was typed.
        """
        if self._bridge.profile is self._profile:
            return
        self._profile = self._bridge.profile
        for form in self._forms:
            form.reset()
        if self.phase != "pending":
            self._show_form()
            self.preview_now()

    def _changed(self) -> None:
        if self.phase == "form":
            self._timer.start()

    def preview_now(self) -> None:
        """Preview at once: overview, errors beside the fields, state of the button."""
        self._timer.stop()
        if self.phase != "form" or self._bridge.world is None:
            return
        self._quote = None
        command = self._form.build_command()
        if isinstance(command, NotYet):
            self._form.show_preview(None)
            self._stop(command)
            return
        answer = self._bridge.preview(command)
        if isinstance(answer, Exception):
            self._form.show_preview(None)
            self._stop(self._refused(answer))
            self._bridge.refused.emit(command, answer)
            return
        self._form.show_preview(answer)
        stop = self._form.veto(answer)
        if stop is not None:
            self._stop(stop)
            return
        self._quote = answer
        self._stop(None)

    def _refused(self, refusal: Refusal) -> NotYet:
        return NotYet(wording.advice(refusal), wording.refusal(refusal), refusal.field)

    def _stop(self, stop: NotYet | None) -> None:
        """Errors to their fields, the reason above the button; ``None`` clears both."""
        fields = self._form.fields()
        place = ""
        if stop is not None and stop.error:
            place = stop.field if stop.field in fields else next(iter(fields), "")
        for key, field in fields.items():
            field.set_error(stop.error if stop is not None and key == place else "")
        page = self._panel.page("form")
        tone = "bad" if stop is not None and stop.error else "2"
        page.set_ready(stop is None, stop.reason if stop is not None else "", tone)

    def _show_form(self) -> None:
        page = self._panel.page("form")
        head = self._form.header()
        page.set_header(head.title, head.sub, symbol=head.symbol, icon=head.icon)
        page.set_foot(self._form.main_text())
        self._turn("form")

    # --- the review ---------------------------------------------------------------------

    def review(self) -> None:
        """From the form to the review, with a quote of this moment."""
        if self.phase == "pending":
            return
        self.preview_now()
        if self._quote is not None:
            self._note = ""
            self._show_review(self._form.describe_review(self._quote))

    def back(self) -> None:
        """From the review to the form; what was typed is still there."""
        if self.phase == "review":
            self._show_form()
            self.preview_now()

    def _show_review(self, review: Review) -> None:
        self._review = review
        page = self._panel.page("review")
        head = self._form.header()
        page.set_header(
            review.title,
            self.tr("Nothing has been sent yet"),
            symbol=head.symbol,
            icon=head.icon,
            step=self.tr("Step 2 of 3"),
        )
        page.clear()
        if self._note:
            page.add(Banner(self._note, "warn"))
        if review.warning:
            page.add(Banner(review.warning, "warn"))
        self._add_conditions(page, review)  # beside what it answers, never below the fold
        if review.moves:
            page.add(_moves(review.moves))
        if review.checks:
            page.add(Label(self.tr("Checks before signing"), "strong"))
            page.add(holder(column(*(CheckLine(*check) for check in review.checks), spacing=6)))
        if review.changes:
            page.add(_changes(review.changes, ()))
        if review.facts:
            page.add(Rule())
            page.add(holder(column(*(KeyValue(*fact) for fact in review.facts), spacing=7)))
        page.set_foot(review.confirm, self.tr("Back"))
        self._turn("review")
        self._sync_confirm()

    def _add_conditions(self, page: PanelPage, review: Review) -> None:
        self._tick: CheckBox | None = None
        self._word: QLineEdit | None = None
        if review.accept:
            self._tick = CheckBox(review.accept)
            self._tick.setObjectName(f"{self._form.name}.accept")
            self._tick.toggled.connect(self._sync_confirm)
            page.add(self._tick)
        if review.type_word:
            words = self.tr("Type {word} to go on").format(word=review.type_word)
            label = Label(words, "small", "2", wrap=True)
            self._word = QLineEdit()
            self._word.setProperty("box", True)
            self._word.setObjectName(f"{self._form.name}.word")
            self._word.setAccessibleName(words)
            label.setBuddy(self._word)
            self._word.textChanged.connect(self._sync_confirm)
            page.add(label, self._word)

    def _sync_confirm(self) -> None:
        page = self._panel.page("review")
        review = self._review
        assert review is not None
        if self._tick is not None and not self._tick.isChecked():
            page.set_ready(False, self.tr("Tick the box above to go on"), "2")
        elif self._word is not None and self._word.text().strip() != review.type_word:
            words = self.tr("Type {word} above to go on").format(word=review.type_word)
            page.set_ready(False, words, "2")
        else:
            page.set_ready(True)

    # --- confirm ------------------------------------------------------------------------

    def _confirm(self) -> None:
        if self.phase != "review" or self._review is None:
            return
        command = self._form.build_command()
        if isinstance(command, NotYet):
            self.back()
            return
        answer = self._bridge.preview(command)
        if isinstance(answer, Exception):
            self._bridge.refused.emit(command, answer)
            self.back()
            return
        if self._form.veto(answer) is not None:
            self.back()
            return
        fresh = self._form.describe_review(answer)
        if _differs(self._review, fresh):
            self._note = self.tr("The world moved while you read this. These are the new numbers.")
            self._show_review(fresh)
            return
        self._send(command, fresh)

    def _send(self, command: Command, review: Review) -> None:
        self._review = review
        before = self._bridge.world
        assert before is not None
        page = self._panel.page("review")
        page.main.set_pending(review.pending)
        page.main.setEnabled(False)
        page.second.setEnabled(False)
        self._set_phase("pending")
        self._bridge.send(
            command, lambda outcome: self._answered(command, outcome, before), self._broke
        )

    def _answered(self, command: Command, outcome: Outcome, before: World) -> None:
        page = self._panel.page("review")
        page.second.setEnabled(True)
        page.main.set_pending("")
        if outcome.refusal is not None:
            self._bridge.refused.emit(command, outcome.refusal)
            self._show_form()
            self.preview_now()
            self._stop(self._refused(outcome.refusal))
            return
        self._show_receipt(outcome, before)
        self.executed.emit(outcome)

    def _broke(self, error: BaseException) -> None:
        page = self._panel.page("review")
        page.second.setEnabled(True)
        page.main.set_pending("")
        self._note = self.tr("Nothing was done. {why}").format(why=wording.error(error))
        assert self._review is not None
        self._show_review(self._review)

    # --- the receipt --------------------------------------------------------------------

    def _show_receipt(self, outcome: Outcome, before: World) -> None:
        from lstwallet.engine.quotes import Quote

        receipt = self._form.describe_receipt(outcome, before)
        page = self._panel.page("receipt")
        head = self._form.header()
        page.set_header(head.title, self.tr("Done"), symbol=head.symbol, icon=head.icon)
        page.clear()
        settled = self.tr("Settled {when}").format(when=wording.moment(outcome.world.time))
        page.add(holder(receipt_head(receipt.title, settled)))
        done = self._form.describe_review(Quote(tuple(outcome.events), outcome.world))
        if self._review is not None and _differs(self._review, done):
            page.add(
                Banner(self.tr("The world moved just before. This is what you got."), "warn")
            )
        entry = Fact(self.tr("Entry"), f"#{wording.count(outcome.seq)}")
        page.add(_changes(receipt.changes, (*receipt.facts, entry)))
        if receipt.next_steps:
            page.add(Label(self.tr("What next"), "strong"))
            page.add(holder(column(*(self._link(s) for s in receipt.next_steps), spacing=8)))
        page.set_foot(receipt.again, self.tr("View activity"), kind="secondary")
        page.set_ready(True)
        self._turn("receipt")

    def _link(self, step: NextStep) -> LinkRow:
        def go() -> None:
            self._again()
            self.navigate.emit(step.room, step.arguments)

        link = LinkRow(step.title, step.sub, step.icon, on_click=go)
        link.setObjectName(f"{self._form.name}.next.{step.room}")
        return link

    def _again(self) -> None:
        """Back to an empty form."""
        self._form.reset()
        self._show_form()
        if self._bridge.world is not None:
            self._form.refresh(self._bridge.world)
        self.preview_now()

    def _view_activity(self) -> None:
        self._again()
        self.navigate.emit("activity", None)

    # --- parts --------------------------------------------------------------------------

    def _turn(self, page: str) -> None:
        self._panel.show_page(page)
        self._set_phase(page)

    def _set_phase(self, phase: str) -> None:
        if phase != self.phase:
            self.phase = phase
            self.phase_changed.emit(phase)

    def _name_parts(self) -> None:
        name = self._form.name
        names = {
            ("form", "main"): "review", ("review", "main"): "confirm",
            ("review", "second"): "back", ("receipt", "main"): "again",
            ("receipt", "second"): "view_activity",
        }  # fmt: skip
        for (page, part), word in names.items():
            getattr(self._panel.page(page), part).setObjectName(f"{name}.{word}")
        for page in ("form", "review", "receipt"):
            self._panel.page(page).setObjectName(f"{name}.page.{page}")


def _differs(seen: Review, fresh: Review) -> bool:
    """Whether what was agreed to is no longer what would happen: amounts, not their worth."""
    agreed, now = ([move[:3] for move in review.moves] for review in (seen, fresh))
    return agreed != now or (fresh.accept != "" and seen.accept == "")


def _moves(moves: Sequence[Move]) -> Inset:
    box = Inset(padding=(12, 10, 12, 10), spacing=10)
    for index, move in enumerate(moves):
        if index:
            box.add(Rule())
        box.add(MoveRow(move.symbol, move.caption, move.worth, move.amount, move.tone))
    return box


def _changes(changes: Sequence[Change], facts: Sequence[Fact]) -> Inset:
    rows = [BeforeAfter(*change) for change in changes]
    return Inset(*rows, *(KeyValue(*fact) for fact in facts), spacing=6)


__all__ = [
    "ActionFlow", "ActionForm", "Change", "Check", "Fact", "Header", "Move", "NextStep",
    "NotYet", "Receipt", "Review", "read_amount",
]  # fmt: skip
