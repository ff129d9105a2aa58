"""The gallery's controls: buttons, text, amounts, panels, tables, choices."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtWidgets import QSlider, QWidget

from lstwallet.ui.models.cells import (
    BarCell,
    ButtonsCell,
    ButtonSpec,
    ChipCell,
    SparkCell,
    Text,
)
from lstwallet.ui.models.rows import Column
from lstwallet.ui.models.table import ROW_DENSE, ROW_ONE_LINE, TableView
from lstwallet.ui.widgets.action_panel import ActionPanel, receipt_head
from lstwallet.ui.widgets.amount_field import AmountField
from lstwallet.ui.widgets.buttons import (
    Button,
    CheckBox,
    Chooser,
    Segmented,
    Switch,
    ToolButton,
)
from lstwallet.ui.widgets.cards import (
    Avatar,
    Banner,
    Card,
    ChoiceCard,
    EmptyState,
    IconTile,
    Identicon,
    Inset,
    LinkRow,
)
from lstwallet.ui.widgets.chips import Chip, ChipRow
from lstwallet.ui.widgets.labels import Icon, Label, Link, SplitNumber, UnitNumber
from lstwallet.ui.widgets.layout import Rule, column, holder, row
from lstwallet.ui.widgets.rows import BeforeAfter, CheckLine, KeyValue, MoveRow
from tests.ui.gallery_stand import page, shows


@shows("buttons")
def buttons() -> QWidget:
    kinds = ("primary", "secondary", "ghost", "quiet", "soft", "danger")
    card = Card("Buttons", note="32 px, 44 px for the one main action")
    for kind in kinds:
        off = Button("Disabled", kind)
        off.setEnabled(False)
        down = Button("Pressed", kind)
        down.setDown(True)
        small = Button("Small", kind, "small")
        icon = Button("With icon", kind, icon="git-branch")
        card.add(row(Button("Review", kind), down, off, small, icon, None))
    pending = Button("Stake 5 ETH", "primary", "main")
    pending.set_pending("Staking, 1 of 2")
    card.add(row((pending, 3), (Button("Cancel", size="main"), 1)))
    card.add(Button("Review stake", "primary", "main"))
    tools = row(
        ToolButton("bell", "Notifications"),
        ToolButton("ri.lock-line", "Lock"),
        ToolButton("x", "Close", "outline"),
        ToolButton("play-fill", "Play", "sim", icon_side=15),
        ToolButton("plus", "Add", "primary", icon_side=15),
        Button("Most used", size="small", icon="caret-down", trailing=True),
        None,
    )
    tools.itemAt(0).widget().set_badge("bad")
    card.add(tools)
    controls = Card("Controls")
    accept, plain, off_box = (
        CheckBox("I accept the risk"),
        CheckBox("Use as collateral"),
        CheckBox("Off"),
    )
    accept.setChecked(True)
    off_box.setEnabled(False)
    controls.add(
        row(Segmented([("h", "Hour"), ("d", "Day"), ("w", "Week")], "d"), None),
        Segmented([("o", "One token"), ("b", "Balanced"), ("c", "Custom")], "o", expand=True),
        row(accept, plain, off_box, None, spacing=16),
    )
    chooser = Chooser("Sort by")
    for words in ("Most used", "Highest yield", "Fastest exit"):
        chooser.addItem(words, words)
    switch = Switch("Reduce motion", True)
    controls.add(row(chooser, switch, Switch("Expert mode"), Link("View all"), None, spacing=16))
    slider = QSlider()
    slider.setOrientation(slider.orientation().Horizontal)
    slider.setRange(100, 465)
    slider.setValue(320)
    controls.add(slider)
    symbols = ("ETH", "stETH", "wstETH", "rETH", "SOL", "weETH", "LP", "USDC", "exit", "validator")
    controls.add(row(*(Avatar(s, 30) for s in symbols), None))
    tiles = (("heartbeat", "warn"), ("ticket", "good"), ("trend-down", "info"), ("bank", "plain"))
    controls.add(row(*(IconTile(i, t) for i, t in tiles), Identicon("Demo"), Identicon("me"), None))
    return page(column(card, None), column(controls, None), width=1120)


@shows("text")
def text() -> QWidget:
    card = Card("Type", note="Inter, Inter Display from 20 px, tnum")
    card.add(row(Label("hero", "caption", "3"), None, SplitNumber("$214,075.06")))
    card.add(
        row(Label("display", "caption", "3"), None, Label("Practise with play money", "display"))
    )
    card.add(row(Label("figure", "caption", "3"), None, UnitNumber("5.9748", "ETH")))
    card.add(row(Label("title", "caption", "3"), None, Label("Withdrawal queue", "title")))
    for style in ("heading", "strong", "medium", "body", "small", "caption"):
        card.add(
            row(Label(style, "caption", "3"), None, Label("Waiting gains 0.42% 等待收益", style))
        )
    card.add(Rule())
    card.add(row(Label("1,111.1111", "strong"), Label("1,111.1111 ETH"), None))
    card.add(row(Label("8,888.8888", "strong"), Label("8,888.8888 ETH"), None))
    tones = ("text", "2", "3", "good", "warn", "bad", "info", "sim", "accent", "disabled")
    card.add(row(*(Label(t, "small_medium", t) for t in tones), None))
    card.add(Label("A label that is far too long for its place " * 3, elide=True))
    card.add(
        Label("A text that wraps over as many lines as it needs. " * 4, "small", "2", wrap=True)
    )
    card.add(row(Label("Redemption rate", "small", "2", term=True), Icon("info", "3", 14), None))
    chips = Card("Chips")
    chips.add(
        row(
            Chip("Safe 4.20", "good", "check-circle"),
            Chip("Watch 1.42", "warn", "warning"),
            Chip("Danger 1.04", "bad", "warning-octagon"),
            Chip("No debt ∞", "plain", "minus-circle"),
            None,
        )
    )
    chips.add(
        row(
            Chip("Ready", "good", "check-circle", small=True),
            Chip("E-mode", "info", "lightning", small=True),
            Chip("main", "line", "git-branch", small=True),
            Chip("SIMULATION", "sim", "flask-fill"),
            None,
        )
    )
    chips.add(ChipRow([Chip(f"Chip {i}", "plain", small=True) for i in range(12)]))
    banners = Card("Banners")
    banners.add(
        Banner("Quotes refresh in 8 s."),
        Banner("You add the scarce side: bonus 0.06%.", "good", "plus-circle"),
    )
    banners.add(Banner("Price impact 3.1%. A smaller trade costs less.", "warn", action="Split it"))
    banners.add(Banner("This would be liquidated at once. Reduce the amount.", "bad"))
    banners.add(
        Banner(
            "You look at 6 Sep 2025. Acting here opens a new branch, and it is long.",
            "sim",
            action="Back to now",
        )
    )
    right = holder(
        column(
            chips,
            banners,
            EmptyState(
                "stack", "No positions yet", "Stake any amount, not only 32 ETH.", action="Stake"
            ),
            None,
            spacing=14,
        )
    )
    right.setFixedWidth(460)
    return page(column(card, None), right, width=1120)


@shows("amounts")
def amounts() -> QWidget:
    made = []
    for kind in ("rest", "empty", "focus", "bad", "max", "quiet", "off", "long"):
        field = AmountField("You stake", "ETH", 18, read_only=kind == "quiet")
        field.set_available(18_442_000_000_000_000_000)
        field.set_max(18_432_000_000_000_000_000)
        field.set_token_choices(["ETH", "stETH"])
        field.set_fiat("$13,200.00")
        if kind not in ("empty", "max", "quiet"):
            field.set_text("5")
        if kind == "focus":
            field.frame.state = "focus"
        if kind == "bad":
            field.set_text("25")
            field.set_error("6.5580 ETH more than you have. Max keeps 0.0100 ETH for fees.")
        if kind == "max":
            field.take_all()
        if kind == "long":
            field.set_text("123456789.123456789123456789")
        if kind == "quiet":
            field.set_token("stETH", 18)
            field.set_token_choices(["stETH"])
            field.set_available(None, "1 ETH = 1.0000 stETH")
            field.set_shown("5.0000")
            field.set_fiat("Balance grows every day")
        field.setEnabled(kind != "off")
        made.append(field)
    left, right = Card("Amount field"), Card("States")
    left.add(*made[:4])
    right.add(*made[4:])
    left.setFixedWidth(400)
    right.setFixedWidth(400)
    return page(column(left, None), column(right, None), width=860)


def panels() -> dict[str, ActionPanel]:
    """An action panel on each of its pages."""
    made = {}
    for name in ("form", "review", "receipt", "refused"):
        panel = ActionPanel()
        page_ = panel.show_page(name)
        if name in ("form", "refused"):
            fill_form(page_, refused=name == "refused")
        elif name == "review":
            fill_review(page_)
        else:
            fill_receipt(page_)
        made[name] = panel
    return made


def fill_form(page_, refused: bool) -> None:  # type: ignore[no-untyped-def]
    page_.set_header("Stake with Lido", "Ethereum · rebasing token", symbol="stETH")
    page_.on_help(lambda: None)
    pay = AmountField("You stake", "ETH", 18)
    pay.set_token_choices(["ETH", "WETH"])
    pay.set_available(18_442_000_000_000_000_000)
    pay.set_max(18_432_000_000_000_000_000)
    pay.set_text("25" if refused else "5")
    pay.set_fiat("$66,000.00" if refused else "$13,200.00")
    if refused:
        pay.set_error("6.5580 ETH more than you have. Max keeps 0.0100 ETH for fees.")
    get = AmountField("You receive", "stETH", 18, read_only=True)
    get.set_shown("25.0000" if refused else "5.0000")
    get.set_available(None, "1 ETH = 1.0000 stETH")
    get.set_fiat("Balance grows every day")
    page_.add(pay, get)
    if not refused:
        words = "The market sells stETH 0.42% below this rate. Buying gets you 0.0211 stETH more."
        page_.add(Banner(words, "info", "storefront", action="Compare"))
    page_.add(
        column(
            KeyValue("APR, 7-day average, not guaranteed", "3.02%", why=lambda: None),
            KeyValue("Reward fee, on rewards only", "10%", why=lambda: None),
            KeyValue("Network fee", "0.0021 ETH · $5.54"),
            KeyValue("Leave by", "queue 3 to 5 d, or market"),
            spacing=7,
        )
    )
    if not refused:
        page_.add(
            Inset(
                Label("Before and after", "caption", "3"),
                BeforeAfter("ETH in wallet", "18.4420", "13.4399"),
                BeforeAfter("stETH", "12.4031", "17.4031"),
                BeforeAfter("Yearly rewards, about", "$989", "$1,388", "good"),
                spacing=5,
            )
        )
        page_.add(
            LinkRow(
                "Staked natively instead",
                "2.78%, exit 9 to 16 days, your own slashing risk",
                "ri.lock-line",
                sunken=True,
            )
        )
    page_.set_foot("Review stake")
    page_.set_ready(not refused, "Enter at most 18.4320 ETH to go on" if refused else "")


def fill_review(page_) -> None:  # type: ignore[no-untyped-def]
    page_.set_header(
        "Review stake", "Nothing has been sent yet", symbol="stETH", step="Step 2 of 3"
    )
    page_.add(
        Inset(
            MoveRow("ETH", "You send", "$13,200.00", "−5.0000 ETH"),
            Rule(),
            MoveRow("stETH", "You receive", "$13,144.56 at market", "+5.0000 stETH", "good"),
            padding=(14, 12, 14, 12),
            spacing=10,
        )
    )
    page_.add(
        column(
            Label("Checks before signing", "strong"),
            CheckLine("You can pay the fee and 13.4399 ETH stays in the wallet"),
            CheckLine("No approval needed, nobody may move your tokens"),
            CheckLine("Leaving takes 3 to 5 days, or costs 0.42% at once", "info"),
            spacing=8,
        )
    )
    page_.add(Rule())
    page_.add(KeyValue("Rate", "1 ETH = 1.0000 stETH"))
    page_.set_foot("Stake 5 ETH", "Back")


def fill_receipt(page_) -> None:  # type: ignore[no-untyped-def]
    page_.set_header("Stake with Lido", "Done", symbol="stETH")
    page_.on_close(lambda: None)
    page_.add(receipt_head("5.0000 stETH received", "Settled Tue 14 Oct 2025, 09:00:12"))
    page_.add(
        Inset(
            BeforeAfter("ETH in wallet", "18.4420", "13.4399"),
            KeyValue("Fee paid", "0.0021 ETH · $5.54"),
        )
    )
    page_.add(
        column(
            Label("What next", "strong"),
            LinkRow("Wrap to wstETH", "Fixed balance, for lending and pools", "package"),
            LinkRow("Lend it", "1.9% more, adds liquidation risk", "bank"),
            spacing=8,
        )
    )
    page_.set_foot("Stake more", "View activity", kind="secondary")


@shows("panels")
def panel_pages() -> QWidget:
    return page(*panels().values(), width=1830, height=760)


class Position(NamedTuple):
    """A row of the sample table."""

    symbol: str
    sub: str
    balance: str
    worth: float
    apy: float | None
    state: tuple[str, str, str]


POSITIONS = (
    Position("ETH", "ETH in wallet", "18.4420 ETH", 48686.88, None, ("Not earning", "plain", "")),
    Position(
        "stETH",
        "Lido, rebasing",
        "12.4031 stETH",
        32744.18,
        3.02,
        ("Earning", "good", "check-circle"),
    ),
    Position(
        "wstETH", "Aave loop 2.3×", "9.5094 ETH", 25104.71, 3.92, ("Watch 1.42", "warn", "warning")
    ),
    Position(
        "LP", "Curve wstETH / ETH", "5.88 LP", 16938.92, 3.44, ("61% wstETH", "info", "scales")
    ),
)


def spark(seed: int) -> tuple[float | None, ...]:
    """A wandering line."""
    values, at = [], 0.0
    for step in range(34):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        at += seed % 100 / 50 - 0.9
        values.append(None if step == 20 and seed % 7 == 0 else at)
    return tuple(values)


def position_table(clickable: bool = True) -> TableView:
    table = TableView(
        [
            Column(
                "name",
                "Position",
                lambda r: Text(r.symbol, r.sub, r.symbol, style="medium"),
                lambda r: r.symbol,
                stretch=1,
            ),
            Column(
                "balance",
                "Balance",
                lambda r: Text(r.balance, tone="2"),
                align="right",
                optional=True,
            ),
            Column(
                "worth",
                "Value",
                lambda r: Text(f"${r.worth:,.2f}", style="medium"),
                lambda r: r.worth,
                "right",
            ),
            Column(
                "apy",
                "APY",
                lambda r: Text(f"{r.apy:.2f}%" if r.apy else "–"),
                lambda r: r.apy,
                "right",
            ),
            Column("spark", "30 days", lambda r: SparkCell(spark(len(r.sub))), optional=True),
            Column("state", "Status", lambda r: ChipCell(*r.state)),
        ],
        fit=True,
        clickable=clickable,
        name="Positions",
    )
    table.set_rows(POSITIONS)
    return table


def ticket_table() -> TableView:
    def buttons_of(r):  # type: ignore[no-untyped-def]
        ready = r[4] >= 1
        return ButtonsCell(
            (
                ButtonSpec("claim", "Claim", "primary")
                if ready
                else ButtonSpec("details", "Details"),
            )
        )

    table = TableView(
        [
            Column(
                "ticket",
                "Ticket",
                lambda r: Text(r[0], avatar=r[1], style="medium"),
                lambda r: r[0],
                stretch=1,
            ),
            Column("amount", "Amount", lambda r: Text(r[2], style="medium"), align="right"),
            Column("asked", "Asked", lambda r: Text(r[3], tone="2")),
            Column(
                "progress",
                "Progress",
                lambda r: BarCell(r[4], f"{r[4]:.0%}", "good_mark" if r[4] >= 1 else "s1"),
                lambda r: r[4],
                stretch=3,
            ),
            Column(
                "ready",
                "Ready",
                lambda r: Text(r[5], style="medium", tone="good" if r[4] >= 1 else "text"),
            ),
            Column(
                "state",
                "State",
                lambda r: (
                    ChipCell("Ready", "good", "check-circle")
                    if r[4] >= 1
                    else ChipCell("Waiting", "info", "hourglass-medium")
                ),
            ),
            Column("act", "", buttons_of, align="right"),
        ],
        fit=True,
        row_height=ROW_ONE_LINE,
        gap=20,
        name="Tickets",
    )
    table.set_rows(
        [
            ("Lido #20377", "stETH", "3.2000 ETH", "10 Oct, 03:00", 1.0, "Ready since 08:00"),
            ("Lido #20418", "stETH", "3.2000 ETH", "12 Oct, 18:40", 0.32, "in 3 to 5 d"),
            ("Validator exit", "validator", "32.0000 ETH", "9 Oct, 22:10", 0.31, "in 9 d 20 h"),
        ]
    )
    return table


@shows("tables")
def tables() -> QWidget:
    first = Card(
        "Positions", Button("View all", "ghost", "small"), padding=(16, 8, 16, 4), spacing=2
    )
    first.add(position_table())
    second = Card(
        "Tickets",
        Chip("3.2000 ETH claimable", "good", "check-circle"),
        Button("Claim all ready", size="small"),
        padding=(16, 12, 16, 6),
        spacing=6,
    )
    second.add(ticket_table())
    markets = TableView(
        [
            Column(
                "m",
                "Market",
                lambda r: Text(r[0], avatar=r[0], style="medium"),
                lambda r: r[0],
                stretch=1,
            ),
            Column(
                "s", "Supply APY", lambda r: Text(r[1], style="medium"), lambda r: r[1], "right"
            ),
            Column(
                "u",
                "Utilisation",
                lambda r: BarCell(
                    r[2],
                    f"{r[2]:.0%}",
                    "warn_mark" if r[2] > 0.9 else "s1",
                    "warn" if r[2] > 0.9 else "2",
                ),
                stretch=2,
            ),
            Column("o", "Oracle", lambda r: ChipCell(r[3])),
            Column(
                "a",
                "",
                lambda r: ButtonsCell(
                    (ButtonSpec("supply", "Supply"), ButtonSpec("borrow", "Borrow"))
                ),
                align="right",
            ),
        ],
        fit=True,
        row_height=ROW_DENSE,
        gap=20,
        name="Markets",
    )
    markets.set_rows(
        [
            ("ETH", "2.02%", 0.84, "Market"),
            ("wstETH", "0.08%", 0.12, "Rate, capped"),
            ("USDC", "4.11%", 0.91, "Market"),
        ]
    )
    third = Card("Markets", padding=(16, 10, 16, 6), spacing=4)
    third.add(markets)
    small = Card("Narrow", padding=(16, 8, 16, 4), spacing=2)
    small.add(position_table())
    small.setFixedWidth(380)
    return page(column(first, second, third, None, spacing=14), column(small, None), width=1240)


@shows("choices")
def choices() -> QWidget:
    cards = []
    for sym, name, apr in (("stETH", "Lido", "3.02%"), ("rETH", "Rocket Pool", "2.84%")):
        card = ChoiceCard(name)
        words = column(
            row(Label(name, "heading"), Label(sym, "small", "3"), card.mark, None),
            row(
                Icon("hourglass-medium", "3", 13),
                Label("Exit 3 to 5 days", "small", "2"),
                None,
                spacing=5,
            ),
            spacing=2,
        )
        number = column(
            UnitNumber(apr, style="title", align="right"),
            Label("APR, 7-day average", "caption", "3"),
            spacing=0,
        )
        chips = ChipRow(
            [
                Chip("Balance grows", small=True),
                Chip("812 operators", small=True),
                Chip("Low slashing share", "good", "shield-check", small=True),
            ]
        )
        card.set_content(
            column(
                row(Avatar(sym, 36), (words, 1), number, spacing=12),
                chips,
                margins=(14, 11, 14, 11),
                spacing=9,
            )
        )
        cards.append(card)
    cards[0].setChecked(True)
    side = holder(column(*cards, None, spacing=9))
    side.setFixedWidth(600)
    return page(side, width=640)
