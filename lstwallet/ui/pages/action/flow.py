"""Drives one form through an action panel: the part of the one shape that rooms do not write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from lstwallet.engine.refusals import SigningRefused
from lstwallet.readmodel.preflight import Terms, findings, is_forbidden
from lstwallet.ui import wording
from lstwallet.ui.pages.action.fees import approval_line, fee_line, with_network, with_paid
from lstwallet.ui.pages.action.form import ActionForm
from lstwallet.ui.pages.action.records import Fact, NextStep, NotYet, Review, differs
from lstwallet.ui.pages.action.review import ReviewView, changes_box
from lstwallet.ui.past import InThePast
from lstwallet.ui.widgets.action_panel import ActionPanel, receipt_head
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.cards import Banner, LinkRow
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import column, holder
from lstwallet.ui.widgets.rows import BeforeAfter, KeyValue

if TYPE_CHECKING:
    from lstwallet.app.session import Outcome
    from lstwallet.engine.kernel import Command
    from lstwallet.engine.refusals import Refusal
    from lstwallet.engine.signing import Prepared
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge

DEBOUNCE_MS: Final = 20


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
        self._prepared: Prepared | None = None
        self._review: Review | None = None
        self._note = ""
        self._unlimited = False
        self._reviewing = ReviewView(panel.page("review"))
        self._reviewing.unlimited_chosen.connect(self._choose_unlimited)
        self._fee = KeyValue(self.tr("Network fee"))
        self._approval = KeyValue(self.tr("Approval"))
        self._signing = holder(column(self._fee, self._approval, spacing=6))
        self._profile = bridge.profile
        self._account = bridge.account
        bridge.opened.connect(self._opened)
        bridge.account_changed.connect(self._another_account)
        bridge.preferences_changed.connect(self._preferred)
        bridge.past.changed.connect(self._another_moment)
        bridge.standstill.changed.connect(self._hold)
        self._limits = self._allowed()
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
            self._hide_or_show()
            page.body.removeWidget(self._signing)
            page.add(self._signing)  # below whichever form is shown
        self._form = form
        for other in self._forms:
            other.setVisible(other is form)
        self._name_parts()
        self._show_form()
        world = self._bridge.world
        if world is not None:
            form.refresh(world)
        self.preview_now()

    def keep(self, *forms: ActionForm) -> None:
        """Forms that may be shown later end with the panel, whether they ever were or not."""
        for form in forms:
            form.hide()
            form.setParent(self._panel)

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
        self._begin_anew()

    def _another_account(self) -> None:
        """What was typed, and a review or a receipt, was the account's before."""
        if self._bridge.world is not None:
            self._form.refresh(self._bridge.world)
        self._begin_anew()

    def _another_moment(self) -> None:
        """A moment of the past, or now again: what was typed stays, nothing can be signed there."""
        if self.phase == "review":
            self.back()
        else:
            self._changed()

    def _begin_anew(self) -> None:
        for form in self._forms:
            form.reset()
        if self.phase != "pending":
            self._show_form()
            self.preview_now()

    def _allowed(self) -> tuple[int, bool]:
        """The settings that decide what a form means and what may be confirmed."""
        preferences = self._bridge.preferences
        return preferences.default_slippage_bps, preferences.expert

    def _preferred(self) -> None:
        """A review showed what another limit meant: Confirm would send what nobody saw."""
        self._hide_or_show()
        before, self._limits = self._limits, self._allowed()
        if before != self._limits:
            self.back()
        elif self.phase == "review" and self._review is not None:
            self._show_review(self._review)  # findings tell, or do not, what is owned
        else:
            self._changed()

    def _private(self) -> bool:
        return self._bridge.preferences.privacy != "exact"

    def _hide_or_show(self) -> None:
        """The eye hides what is available, and balances before and after; not what is moved."""
        private = self._private()
        for line in self._panel.findChildren(BeforeAfter):
            line.set_private(private)
        for form in self._forms:
            for field in form.findChildren(AmountField):
                field.set_private(private)

    def _changed(self) -> None:
        if self.phase == "form":
            self._timer.start()

    def preview_now(self) -> None:
        """Preview at once: overview, errors beside the fields, state of the button."""
        self._timer.stop()
        if self.phase != "form" or self._bridge.world is None:
            return
        self._prepared = None
        self._show_signing(None)
        command = self._form.build_command()
        if isinstance(command, NotYet):
            self._form.show_preview(None)
            self._stop(command)
            return
        answer = self._bridge.prepare(command)
        if isinstance(answer, Exception):
            self._form.show_preview(None)
            self._stop(self._refused(answer))
            self._bridge.refused.emit(command, answer)
            return
        self._form.show_preview(answer.quote)
        self._show_signing(answer)
        stop = self._form.veto(answer.quote)
        if stop is None and self._held():
            stop = NotYet(self._held())
        if stop is not None:
            self._stop(stop)
            return
        if self._bridge.past.looking is not None:
            self._stop(NotYet(wording.error(InThePast())))
            return
        self._prepared = answer
        self._stop(None)

    def _held(self) -> str:
        """Why nothing can be sent now, whatever the form says; mostly nothing."""
        if self._bridge.standstill.trouble is None:
            return ""
        return self.tr("Nothing can be saved now: see the top of the window.")

    def _hold(self) -> None:
        """The file takes no writing, or takes it again. What was typed and read stays."""
        if self.phase == "review":
            self._reviewing.hold(self._held())
        self._changed()

    def _show_signing(self, prepared: Prepared | None) -> None:
        """What it would cost and who would be approved, below the form."""
        world = self._bridge.world
        charged = world is not None and world.network is not None and not self._form.free
        self._signing.setVisible(charged)
        if world is not None and prepared is not None:
            self._fee.set_value(fee_line(world, prepared.cost))
            self._approval.set_value(approval_line(prepared))
        else:
            for line in (self._fee, self._approval):
                line.set_value(wording.UNKNOWN)

    def _refused(self, refusal: Refusal) -> NotYet:
        private = self._private()
        said = wording.refusal(refusal, private=private)
        return NotYet(wording.advice(refusal, private=private), said, refusal.field)

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
        if self._prepared is not None:
            self._note, self._unlimited = "", False
            self._show_review(self._describe(self._prepared))

    def _describe(self, prepared: Prepared) -> Review:
        """The form's words, what pre-flight finds in the transaction, fee and approvals."""
        world = self._bridge.world
        assert world is not None
        terms = Terms(self._bridge.preferences.expert, self._form.known())
        signed = prepared.transaction
        found = findings(world, self._bridge.account, signed, prepared.whole, terms)
        review = self._form.describe_review(prepared.quote)._replace(findings=found)
        return with_network(review, world, prepared, unlimited=self._unlimited)

    def _choose_unlimited(self, wanted: bool) -> None:
        """Approvals without limit, or the exact ones again: the review says which."""
        self._unlimited = wanted
        command = self._form.build_command()
        if self.phase != "review" or isinstance(command, NotYet):
            return
        answer = self._bridge.prepare(command, unlimited=wanted)
        if not isinstance(answer, Exception):
            self._prepared = answer
            self._show_review(self._describe(answer))

    def back(self) -> None:
        """From the review to the form; what was typed is still there."""
        if self.phase == "review":
            self._show_form()
            self.preview_now()

    def _show_review(self, review: Review) -> None:
        self._review = review
        self._reviewing.show_review(
            self._form.name, self._form.header(), review, self._note, private=self._private()
        )
        self._hide_or_show()
        self._turn("review")
        self._reviewing.hold(self._held())

    # --- confirm ------------------------------------------------------------------------

    def _confirm(self) -> None:
        if self.phase != "review" or self._review is None:
            return
        command = self._form.build_command()
        if isinstance(command, NotYet):
            self.back()
            return
        answer = self._bridge.prepare(command, unlimited=self._unlimited)
        if isinstance(answer, Exception):
            self._bridge.refused.emit(command, answer)
            self.back()
            return
        if self._form.veto(answer.quote) is not None:
            self.back()
            return
        fresh = self._describe(answer)
        note = self._moved(self._review, fresh, answer)
        if note:
            self._note, self._prepared = note, answer
            self._show_review(fresh)
            return
        if not is_forbidden(fresh.findings):
            self._send(command, answer, fresh)

    def _moved(self, seen: Review, fresh: Review, now: Prepared) -> str:
        """What is no longer as the review showed it; empty when all is."""
        if differs(seen, fresh):
            return self.tr("The world moved while you read this. These are the new numbers.")
        if self._prepared is not None and now.cost.price > self._prepared.transaction.max_fee:
            return self.tr("Gas costs more now than the most you agreed to. This is the new fee.")
        return ""

    def _send(self, command: Command, prepared: Prepared, review: Review) -> None:
        """Sign: ``command`` is what the form means, the transaction what is sent for it."""
        self._review = review
        before = self._bridge.world
        assert before is not None
        self._account = self._bridge.account
        page = self._panel.page("review")
        page.main.set_pending(review.pending)
        page.main.setEnabled(False)
        page.second.setEnabled(False)
        self._set_phase("pending")
        seen = self._prepared or prepared
        self._bridge.send(
            prepared.transaction._replace(max_fee=seen.transaction.max_fee),
            lambda outcome: self._answered(command, outcome, before),
            self._broke,
        )

    def _answered(self, command: Command, outcome: Outcome, before: World) -> None:
        page = self._panel.page("review")
        page.second.setEnabled(True)
        page.main.set_pending("")
        if outcome.refusal is not None:
            self._bridge.refused.emit(command, outcome.refusal)
            if self._account != self._bridge.account:
                self._leave_to_sender()
            elif not self._shown_again(command, outcome.refusal):
                self._show_form()
                self.preview_now()
                self._stop(self._refused(outcome.refusal))
            return
        if self._account == self._bridge.account:
            self._show_receipt(outcome, before)
        else:
            self._leave_to_sender()
        self.executed.emit(outcome)

    def _leave_to_sender(self) -> None:
        """A review or a receipt would tell of balances that are not the shown account's."""
        self._show_form()
        self.preview_now()

    def _shown_again(self, command: Command, refusal: Refusal) -> bool:
        """After a signature that the world overtook: the review once more, with new numbers."""
        if not isinstance(refusal, SigningRefused):
            return False
        answer = self._bridge.prepare(command, unlimited=self._unlimited)
        if isinstance(answer, Exception):
            return False
        self._note, self._prepared = wording.refusal(refusal), answer
        self._show_review(self._describe(answer))
        return True

    def _broke(self, error: BaseException) -> None:
        page = self._panel.page("review")
        page.second.setEnabled(True)
        page.main.set_pending("")
        if self._account != self._bridge.account:
            self._leave_to_sender()
            return
        self._note = self.tr("Nothing was done. {why}").format(why=wording.error(error))
        assert self._review is not None
        self._show_review(self._review)

    # --- the receipt --------------------------------------------------------------------

    def _show_receipt(self, outcome: Outcome, before: World) -> None:
        from lstwallet.engine.quotes import Quote
        from lstwallet.engine.signing import own_events

        own = outcome._replace(events=own_events(outcome.events))
        receipt = with_paid(self._form.describe_receipt(own, before), outcome, before)
        page = self._panel.page("receipt")
        head = self._form.header()
        page.set_header(head.title, self.tr("Done"), symbol=head.symbol, icon=head.icon)
        page.clear()
        settled = self.tr("Settled {when}").format(when=wording.moment(outcome.world.time))
        page.add(holder(receipt_head(receipt.title, settled)))
        done = self._form.describe_review(Quote(own.events, outcome.world))
        if self._review is not None and differs(self._review, done):
            page.add(
                Banner(self.tr("The world moved just before. This is what you got."), "warn")
            )
        entry = Fact(self.tr("Entry"), f"#{wording.count(outcome.seq)}")
        page.add(changes_box(receipt.changes, (*receipt.facts, entry)))
        self._hide_or_show()
        links = [self._link(step) for step in receipt.next_steps]
        if not self._bridge.past.resting:
            links.append(self._way_back(outcome))
        if links:
            page.add(Label(self.tr("What next"), "strong"))
            page.add(holder(column(*links, spacing=8)))
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

    def _way_back(self, outcome: Outcome) -> LinkRow:
        """To the moment before it was done."""

        def go() -> None:
            self._again()
            self._bridge.past.look(outcome.seq - len(outcome.events))

        link = LinkRow(
            self.tr("Go back to before this"), self.tr("It stays on its branch; nothing is lost"),
            "clock-counter-clockwise", tone="sim", on_click=go,
        )  # fmt: skip
        link.setObjectName(f"{self._form.name}.undo")
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
