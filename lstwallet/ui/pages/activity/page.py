"""Activity: grouped by day, rewards folded, filtered, searched, exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QStackedLayout, QWidget

from lstwallet.engine import address
from lstwallet.readmodel import activity, portfolio
from lstwallet.readmodel.activity import Day, Fold, Line
from lstwallet.store.book import Note, PutNote
from lstwallet.ui import wording
from lstwallet.ui.models.cells import ButtonsCell, ButtonSpec, Cell, Text
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import ROW_TWO_LINES, TableView
from lstwallet.ui.pages.activity.notes import NoteEditor, shown
from lstwallet.ui.pages.activity.search import SearchField
from lstwallet.ui.pages.page import Page
from lstwallet.ui.theme import icons
from lstwallet.ui.widgets.buttons import Button, Chooser
from lstwallet.ui.widgets.cards import Card, EmptyState
from lstwallet.ui.widgets.labels import Label
from lstwallet.ui.widgets.layout import Rule, column, row
from lstwallet.ui.wording import happened as words

if TYPE_CHECKING:
    from lstwallet.app.session import ActivityRecord, Session
    from lstwallet.engine.world import World
    from lstwallet.ui.bridge import Bridge, Preferences

CHUNK: Final = 500
"""Records read from the profile at once; "Show older" reads more."""
NEWEST: Final = 40
"""Records read to see what is new."""


class Row(NamedTuple):
    """A row of the table: a day's heading, an event, a fold of rewards, or one of its parts."""

    key: tuple[str, int]
    kind: str
    at: int
    item: Day | Line | Fold
    open: bool = False
    note: Note | None = None
    """What the person wrote to it."""


class _WholeRows(QWidget):
    """Around a table that scrolls: as high as whole rows are, so that none is cut."""

    def __init__(self, table: TableView) -> None:
        super().__init__()
        self._table = table
        self._inside = column(table)
        self.setLayout(self._inside)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        tall = self._table.row_height()
        rest = (self.height() - self._table.horizontalHeader().height()) % tall
        self._inside.setContentsMargins(0, 0, 0, rest)
        self._table.verticalScrollBar().setSingleStep(tall)


class RoomPage(Page):
    """One table, newest first."""

    key = "activity"
    interests = frozenset({
        "wallet", "staking", "validators", "lending", "pools", "restaking", "profile",
    })  # fmt: skip

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._lines: list[Line] = []
        self._more = False
        self._acts: set[int] = set()
        """Entries that an action of the user's own brought about."""
        self._unfolded: set[int] = set()
        self._asked = False
        self._again = False
        self._with_small = False
        self._question = 0
        """Counted up when another account or profile is asked for."""
        self._build()
        bridge.opened.connect(self._forget)
        bridge.account_changed.connect(self._forget)
        bridge.past.changed.connect(self._forget)
        bridge.book_changed.connect(self._show)
        bridge.preferences_changed.connect(self._show)

    def _build(self) -> None:
        head = row(
            column(
                Label(self.tr("Activity"), "title"),
                Label(self.tr("Everything that happened to you, newest first"), "small", "2"),
                spacing=3,
            ),
            None,
            self._export_button(),
        )
        self._older = Button(self.tr("Show older"), "ghost", on_click=self._read_older)
        self._older.setObjectName("activity.older")
        self._older.hide()
        self._small = Button("", "ghost", "small", on_click=self._toggle_small)
        self._small.setObjectName("activity.small")
        self._small.hide()
        self._count = Label("", "caption", "3")
        self._table = self._make_table()
        self._empty = EmptyState(
            "list-bullets", self.tr("Nothing has happened yet"),
            self.tr("Stake some ether: it will be the first entry here."),
            action=self.tr("Go to Stake"), on_action=lambda: self.navigate.emit("stake", None),
        )  # fmt: skip
        self._nothing = EmptyState(
            "funnel", self.tr("Nothing matches"), self.tr("Change the filter or the search."),
            action=self.tr("Show everything"), on_action=self._clear_filter,
        )  # fmt: skip
        body = QWidget()
        self._stack = QStackedLayout(body)
        for each in (_WholeRows(self._table), self._empty, self._nothing):
            self._stack.addWidget(each)
        card = Card(padding=(16, 8, 16, 8), spacing=4)
        card.add((body, 1), Rule(), 2, row(self._count, self._small, None, self._older))
        self.setLayout(
            column(head, self._filters(), (card, 1), margins=(20, 14, 16, 14), spacing=12)
        )

    def _filters(self) -> Any:
        self.group = Chooser(self.tr("Kind"))
        self.group.setObjectName("activity.kind")
        groups = [
            ("", self.tr("All kinds")),
            ("wallet", self.tr("Wallet")),
            ("staking", self.tr("Staking")),
            ("rewards", self.tr("Rewards")),
            ("lending", self.tr("Lending")),
            ("pools", self.tr("Pools and swaps")),
            ("restaking", self.tr("Restaking")),
            ("trouble", self.tr("Liquidations and slashes")),
        ]
        for key, text in groups:
            self.group.addItem(text, key)
        self.token = Chooser(self.tr("Token"))
        self.token.setObjectName("activity.token")
        self.token.addItem(self.tr("All tokens"), "")
        for symbol in ("ETH", "WETH", "stETH", "wstETH", "rETH", "USDC"):
            self.token.addItem(symbol, symbol)
        self.token.addItem(self.tr("Shares of the WETH vault"), "vWETH")
        self.token.addItem(self.tr("Shares of the wstETH vault"), "vwstETH")
        self.token.addItem(self.tr("LP, stETH / ETH"), "LP:steth_eth")
        self.token.addItem(self.tr("LP, rETH / ETH"), "LP:reth_eth")
        self.token.addItem(self.tr("LP, USDC / ETH"), "LP:usdc_eth")
        self.whose = Chooser(self.tr("Accounts"))
        self.whose.setObjectName("activity.account")
        self.whose.addItem(self.tr("This account"), "")
        self.whose.addItem(self.tr("All accounts"), "all")
        self.whose.currentIndexChanged.connect(lambda _index: self._forget())
        self.whose.hide()
        field = SearchField()
        self.search = field.edit
        for chooser in (self.group, self.token):
            chooser.currentIndexChanged.connect(lambda _index: self._show())
        self.search.textChanged.connect(lambda _text: self._show())
        return row(self.whose, self.group, self.token, (field, 1), None, spacing=8)

    def _export_button(self) -> Button:
        self._export = Button(self.tr("Export"), "secondary", icon="export")
        self._export.setObjectName("activity.export")
        self._export.clicked.connect(self._choose_export)
        return self._export

    def _make_table(self) -> TableView:
        table = TableView(
            [
                Column("what", self.tr("What"), self._what, width=None, stretch=2),
                Column("note", self.tr("Note"), self._note, align="right"),
                Column("out", self.tr("Out"), self._out, align="right"),
                Column("in", self.tr("In"), self._in, align="right"),
                Column("time", self.tr("Time (UTC)"), self._time, align="right", width=96),
                Column("more", "", self._more_of, align="right", width=28),
            ],
            key=lambda each: each.key,
            row_height=ROW_TWO_LINES,
            name=self.tr("Activity"),
        )
        table.setObjectName("activity.table")
        table.activated_cell.connect(self._toggle)
        table.set_menu(self._menu)
        self._editor = NoteEditor(table)
        self._editor.kept.connect(self._keep_note)
        return table

    # --- cells --------------------------------------------------------------------------

    def _what(self, each: Row) -> Cell:
        item = each.item
        if isinstance(item, Day):
            return Text(wording.day(item.at), style="strong")
        if isinstance(item, Fold):
            span = self.tr("{first} to {last}").format(
                first=wording.day(item.lines[-1].at, year=False),
                last=wording.day(item.lines[0].at, year=False),
            )
            return Text(words.fold_title(item), span, icon="sparkle", style="medium")
        tone = "bad" if item.group == "trouble" else "text"
        icon = "" if each.kind == "part" else words.icon(item)
        sub = words.detail(
            item, self._party, whose=self._all(), preferences=self.bridge.preferences
        )
        return Text(words.title(item), sub, icon=icon, style="medium", tone=tone)

    def _note(self, each: Row) -> Cell:
        return shown(each.note, self.tr("Add note")) if isinstance(each.item, Line) else None

    def _out(self, each: Row) -> Cell:
        return _moves(each, self.bridge.preferences, incoming=False)

    def _in(self, each: Row) -> Cell:
        return _moves(each, self.bridge.preferences, incoming=True)

    def _party(self, account: str) -> str:
        """What an account or an address is called."""
        world = self.bridge.world
        return wording.party_name(self.bridge.book, world, account) if world and account else ""

    def _all(self) -> bool:
        return self.whose.currentData() == "all"

    def _time(self, each: Row) -> Cell:
        if isinstance(each.item, Day):
            return None
        if isinstance(each.item, Fold):
            text = self.tr("Fold") if each.open else self.tr("Unfold")
            icon = "caret-up" if each.open else "caret-down"
            return ButtonsCell((ButtonSpec("fold", text, "quiet", True, icon),))
        if each.kind == "part":
            return Text(wording.day(each.at, year=False), tone="2")
        return Text(wording.clock_time(each.at), tone="2")

    def _more_of(self, each: Row) -> Cell:
        if not isinstance(each.item, Line) or self.bridge.past.resting:
            return None
        tip = self.tr("What can be done with it")
        return ButtonsCell((ButtonSpec("more", "", "quiet", True, "dots-three", tip),))

    def _menu(self, each: Row) -> QMenu | None:
        """Back to before an entry, or what would be without it."""
        line = each.item
        if not isinstance(line, Line) or self.bridge.past.resting:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        back = QAction(
            icons.icon("clock-counter-clockwise"), self.tr("Go back to before this"), menu
        )
        back.triggered.connect(lambda _on=False: self.bridge.past.look_before(line.seq))
        menu.addAction(back)
        if line.seq in self._acts:
            without = QAction(
                icons.icon("git-branch"), self.tr("What if I had not done this?"), menu
            )
            without.triggered.connect(lambda _on=False: self.navigate.emit("what_if", line))
            menu.addAction(without)
        return menu

    def _open_menu(self, each: Row) -> None:
        menu, table = self._menu(each), self._table
        if menu is not None:
            spot = table.button_rect(table.rows_model.find(each.key), "more").bottomLeft()
            menu.popup(table.viewport().mapToGlobal(spot))

    def _toggle(self, each: Row, key: str) -> None:
        if key == "more":
            self._open_menu(each)
        elif key == "fold":
            self._unfolded ^= {each.key[1]}
            self._show()
        elif key == "note":
            table = self._table
            place = table.rows_model.find(each.key)
            line = table.visualRect(table.rows_model.index(place, 0))
            self._editor.begin(each.key[1], each.note, line)

    def _keep_note(self, seq: int, note: Note | None) -> None:
        said = self.tr("Note kept") if note is not None else self.tr("Note removed")
        self.edit(PutNote(seq, note), said)

    # --- reading ------------------------------------------------------------------------

    def refresh(self, world: World) -> None:
        """Ask for what is new; the answer shows it. One question at a time."""
        self.whose.setVisible(len(world.accounts) > 1)
        if self._asked:
            self._again = True
            return
        self._asked = True
        if self._lines:
            self._read(self._read_newest, NEWEST)
        else:
            self._read(self._read_all, CHUNK)

    def _read(self, reply: Callable[[list[ActivityRecord]], None], limit: int) -> None:
        """Ask for the newest; an answer that another question overtook is let go."""
        asked = self._question

        def answered(records: list[ActivityRecord]) -> None:
            if asked == self._question:
                reply(records)

        self.bridge.activity(answered, limit=limit, everybody=self._all(), failed=self._unread)

    def _made(self, given: Iterable[ActivityRecord]) -> list[Line]:
        world, records = self.bridge.world, list(given)
        self._acts |= {each.seq for each in records if each.command is not None}
        if self._all() and world is not None:
            return activity.lines_of_all(records, world.accounts)
        return activity.lines(records, self.bridge.account)

    def _forget(self) -> None:
        self._lines = []
        self._question += 1
        self._editor.hide()
        self._unfolded.clear()
        self._asked = False
        self._older.setEnabled(True)
        self.mark_stale()

    def _unread(self) -> None:
        """No answer: the next change asks again."""
        self._asked = self._again = False

    def _read_all(self, records: list[ActivityRecord]) -> None:
        self._asked = False
        self._acts.clear()
        self._lines = self._made(records)
        self._more = len(records) >= CHUNK
        self._show()
        if self._again:
            self._again = False
            self.mark_stale()

    def _read_newest(self, records: list[ActivityRecord]) -> None:
        """Put what is new before what is known; begin anew when something lies between."""
        known = self._lines[0].seq if self._lines else -1
        if records and records[-1].seq > known:
            self._read(self._read_all, CHUNK)
            return
        self._asked = False
        fresh = self._made(record for record in records if record.seq > known)
        if fresh:
            self._lines = fresh + self._lines
            self._show()
        if self._again:
            self._again = False
            self.mark_stale()

    def _read_older(self) -> None:
        before = self._lines[-1].seq if self._lines else None
        self._older.setEnabled(False)
        self.bridge.activity(
            self._append, before=before, limit=CHUNK, everybody=self._all(),
            failed=self._older_unread,
        )  # fmt: skip

    def _older_unread(self) -> None:
        self._older.setEnabled(True)

    def _append(self, records: list[ActivityRecord]) -> None:
        self._older.setEnabled(True)
        self._lines += self._made(records)
        self._more = len(records) >= CHUNK
        self._show()

    # --- showing ------------------------------------------------------------------------

    def _shown(self) -> list[Line]:
        return activity.matching(
            self._lines,
            self.group.currentData(),
            self.token.currentData(),
            self.search.text(),
            self._said(),
        )

    def _said(self) -> Callable[[Line], str]:
        """What a search looks through: the words of an entry, its note and label, the names and
        addresses of who is in it."""
        book, party = self.bridge.book, self._party

        def known(line: Line) -> str:
            note = book.notes.get(line.seq)
            written = f"{note.text} {note.label}" if note is not None else ""
            return f"{written} {self._address(line)}"

        return lambda line: words.said(line, party, known)

    def _address(self, line: Line) -> str:
        """The whole address of the other party, and what is noted of it."""
        key, _, party = line.detail.partition(":")
        world = self.bridge.world
        if key not in (activity.TO, activity.FROM) or world is None:
            return ""
        if party in world.accounts:
            return address.of_account(world, party)
        contact = self.bridge.book.contacts.get(party)
        return f"{party} {contact.note}" if contact is not None else party

    def _show(self) -> None:
        found = self._without_small(self._shown())
        notes = self.bridge.book.notes
        self._table.set_rows(rows_of(activity.by_day(found), self._unfolded, notes))
        self._table.viewport().update()  # the eye, or a contact's name
        self._older.setVisible(self._more)
        own = [line for line in self._lines if line.kind != "Born"]
        self._stack.setCurrentIndex(0 if found else 2 if own else 1)
        self._count.setText(self._count_words(len(found)))

    def _without_small(self, found: list[Line]) -> list[Line]:
        """What is worth little is folded away, and counted on the button that shows it."""
        world, dust = self.bridge.world, self.bridge.preferences.dust
        prices = portfolio.quotes(world) if world is not None and dust else None
        large = [line for line in found if not prices or not activity.is_small(line, dust, prices)]
        count = len(found) - len(large)
        fold, unfold = self.tr("Hide small"), self.tr("+{count} small").format(count=count)
        self._small.setText(fold if self._with_small else unfold)
        self._small.setVisible(bool(count))
        return found if self._with_small else large

    def _toggle_small(self) -> None:
        self._with_small = not self._with_small
        self._show()

    def _count_words(self, found: int) -> str:
        if found == len(self._lines):
            return words.entries(found)
        return self.tr("{found} of {all}").format(
            found=wording.count(found), all=words.entries(len(self._lines))
        )

    def _clear_filter(self) -> None:
        self.group.setCurrentIndex(0)
        self.token.setCurrentIndex(0)
        self.search.clear()

    def find(self) -> None:
        """Ctrl+F."""
        self.search.setFocus()
        self.search.selectAll()

    def show_request(self, arguments: Any) -> None:
        """``do``: ``search``, or export as ``csv`` or ``json``."""
        wish = (arguments or {}).get("do", "")
        if wish in ("csv", "json"):
            self._ask_where(wish)

    def begin_typing(self) -> None:
        self.find()

    # --- export -------------------------------------------------------------------------

    def _choose_export(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.bridge.preferences.privacy != "exact":
            told = QAction(self.tr("A file has every amount in full"), menu)
            told.setEnabled(False)
            menu.addAction(told)
        for suffix, text, icon in (
            ("csv", self.tr("As a table (CSV)…"), "table"),
            ("json", self.tr("As data (JSON)…"), "brackets-curly"),
        ):
            action = QAction(icons.icon(icon), text, menu)
            action.triggered.connect(lambda _on=False, s=suffix: self._ask_where(s))
            menu.addAction(action)
        menu.popup(self._export.mapToGlobal(self._export.rect().bottomLeft()))

    def _ask_where(self, suffix: str) -> None:
        dialog = QFileDialog(self, self.tr("Export activity"), f"lstwallet-activity.{suffix}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.fileSelected.connect(lambda path: self.export(Path(path)))
        dialog.open()

    def export(self, path: Path) -> None:
        """Write everything that the filter lets through, however old, to ``path``.

        Its suffix chooses CSV or JSON. Read and written in the lane.
        """
        group, token = self.group.currentData(), self.token.currentData()
        text, account, everybody = self.search.text(), self.bridge.account, self._all()
        said, notes = self._said(), self.bridge.book.notes
        looking = self.bridge.past.looking
        before = None if looking is None else looking.seq + 1

        def remark(seq: int) -> tuple[str, str]:
            note = notes.get(seq)
            return (note.label, note.text) if note is not None else ("", "")

        def work(session: Session) -> int:
            if everybody:
                records = session.activity(before=before, limit=10**9)
                every = activity.lines_of_all(records, session.world.accounts)
            else:
                records = session.activity(before=before, limit=10**9, account=account)
                every = activity.lines(records, account)
            chosen = activity.matching(every, group, token, text, said)
            make = activity.to_json if path.suffix == ".json" else activity.to_csv
            path.write_text(make(chosen, remark), encoding="utf-8", newline="")
            return len(chosen)

        self.bridge.call(work, lambda count: self._exported(path, count), self._not_exported)

    def _exported(self, path: Path, count: int) -> None:
        title = self.tr("{entries} exported").format(entries=words.entries(count))
        if self.bridge.preferences.privacy != "exact":
            title = self.tr("{entries} exported, amounts in full").format(
                entries=words.entries(count)
            )
        self.tell(title, str(path))

    def _not_exported(self, error: BaseException) -> None:
        self.tell(self.tr("Not exported"), wording.error(error), "bad")


def rows_of(
    days: Sequence[Day], unfolded: set[int], notes: Mapping[int, Note] = MappingProxyType({})
) -> list[Row]:
    """Days, their events with their notes, and the parts of the folds that are open."""
    made: list[Row] = []
    for day in days:
        made.append(Row(("day", day.at), "day", day.at, day))
        for item in day.rows:
            if isinstance(item, Line):
                note = notes.get(item.seq)
                made.append(Row(("line", item.seq), "line", item.at, item, note=note))
                continue
            oldest = item.lines[-1].seq
            opened = oldest in unfolded
            made.append(Row(("fold", oldest), "fold", item.lines[0].at, item, opened))
            if opened:
                made.extend(
                    Row(("line", x.seq), "part", x.at, x, note=notes.get(x.seq))
                    for x in item.lines
                )
    return made


def _moves(each: Row, preferences: Preferences, *, incoming: bool) -> Cell:
    if isinstance(each.item, Day):
        return None
    amounts = each.item.moves
    text = words.moves(amounts, preferences, incoming=incoming)
    if not text:
        return None
    first, _, second = text.partition("\n")
    tone = "good" if incoming else "text"
    return Text(first, second, tone=tone, style="medium", tip=words.exact(amounts, preferences))
