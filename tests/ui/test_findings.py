"""Findings in words, and the widgets that show them."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from lstwallet.readmodel import preflight
from lstwallet.readmodel.preflight import Finding
from lstwallet.ui import wording
from lstwallet.ui.widgets.expert import ExpertSwitch
from lstwallet.ui.widgets.findings import CheckedList, FindingGroup, Said
from lstwallet.ui.wording import findings as sentences

ETH = 10**18


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_every_rule_has_a_sentence() -> None:
    assert set(sentences._SENTENCES) == set(preflight.SOURCES)
    assert set(sentences._rules()) <= set(preflight.SOURCES)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Finding("impact", "safe", {"share": 0.00001}),
         "The trade hardly moves the price: < 0.01%."),
        (Finding("impact", "note", {"share": 0.0123}), "The trade moves the price by 1.23%."),
        (Finding("impact", "forbidden", {"share": 0.2}),
         "The price impact is 20.00%. From 15% on a trade is refused."),
        (Finding("slippage", "warning", {"share": 0.2, "high": True}),
         "You accept up to 20.00% less than quoted."),
        (Finding("slippage", "warning", {"share": 0.0005, "high": False}),
         "You accept only 0.05% less than quoted: the smallest move stops it."),
        (Finding("off_oracle", "warning", {"share": -0.05}),
         "You get 5.00% less than at the price outside."),
        (Finding("off_oracle", "note", {"share": 0.02}),
         "You get 2.00% more than at the price outside."),
        (Finding("below_queue", "warning",
                 {"share": 0.05, "lost": ETH // 2, "low": 3 * 86_400, "high": 5 * 86_400}),
         "The market pays 5.00% less than the rate: 0.5000 ETH. "
         "The queue pays in full in 3 to 5 d."),
        (Finding("health", "warning", {"after": 124 * ETH // 100, "before": None}),
         "Your health factor will be 1.24. Below 1.00 you are liquidated."),
        (Finding("health", "safe", {"after": None, "before": None}),
         "No debt: nothing can be liquidated."),
        (Finding("liquidation_price", "note", {"share": 0.373, "of": "wstETH", "rises": False,
                                               "price": 2_222_08 * 10**6, "quote": "USD"}),
         "You are liquidated if wstETH falls 37.3%, to $2 222.08."),
        (Finding("liquidation_price", "danger", {"share": 0.05, "of": "ETH", "rises": True,
                                                 "price": 3_000 * 10**8, "quote": "USD"}),
         "You are liquidated if ETH rises 5.0%, to $3 000.00."),
        (Finding("cap", "warning", {"kind": "borrow", "share": 0.985}),
         "The market's borrow cap would be 98.5% full. Then nobody can borrow."),
        (Finding("split", "note", {"parts": (1_000 * ETH, 1_000 * ETH, 400 * ETH)}),
         "It becomes 3 tickets: 1 000.0000 + 1 000.0000 + 400.0000 ETH."),
        (Finding("approval_unlimited", "danger",
                 {"token": "USDC", "spender": "aave", "units": 2**256 - 1}),
         "Aave pool may take all USDC you ever have, without limit."),
        (Finding("emode_limits", "note", {"borrowable": ("WETH", "wstETH")}),
         "Inside you can borrow WETH and wstETH only."),
        (Finding("pool_penalty", "danger", {"share": -0.06, "put": 100 * 10**8, "got": 94 * 10**8}),
         "Off the pool's ratio: of $100.00 you keep $94.00. That costs 6.00%."),
    ],
)  # fmt: skip
def test_sentences(found: Finding, said: str) -> None:
    assert plain(wording.finding(found)) == said


def test_expert_mode_says_that_it_lets_pass() -> None:
    found = Finding("impact", "danger", {"share": 0.2}, "type", lifted=True)
    assert wording.finding_rule(found).endswith("Expert mode lets this pass.")


def test_each_severity_has_its_own_word_and_icon() -> None:
    looks = [wording.severity(name) for name in preflight.SEVERITIES]
    assert len({word for word, _, _ in looks}) == len(looks)
    assert len({icon for _, _, icon in looks}) == len(looks)


def test_a_group_says_itself_and_unfolds_its_rule(qtbot: QtBot) -> None:
    group = FindingGroup("Danger", "bad", "warning-octagon", [Said("It burns.", "Above 50 °C.")])
    qtbot.addWidget(group)
    group.show()
    assert (group.accessibleName(), group.accessibleDescription()) == ("Danger", "It burns.")
    line = group.lines[0]
    assert line.rule.isHidden()
    line.why.click()
    assert not line.rule.isHidden()
    assert line.accessibleDescription() == "Above 50 °C."


def test_what_is_fine_is_folded(qtbot: QtBot) -> None:
    folded = CheckedList("2 rules checked and fine", ["One.", "Two."])
    qtbot.addWidget(folded)
    folded.show()
    assert folded.list.isHidden()
    folded.button.click()
    assert not folded.list.isHidden()


def test_expert_mode_is_confirmed_before_it_is_on(qtbot: QtBot) -> None:
    expert, said = ExpertSwitch(False), []
    qtbot.addWidget(expert)
    expert.changed.connect(said.append)
    expert.show()
    expert.switch.click()
    assert (said, expert.switch.isChecked()) == ([], False)
    expert.keep.click()
    assert not expert.sure.isVisible()
    expert.switch.click()
    expert.sure.click()
    assert (said, expert.switch.isChecked()) == ([True], True)
    expert.switch.click()
    assert (said, expert.switch.isChecked()) == ([True, False], False)
