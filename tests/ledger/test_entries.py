"""Every movement sums to zero; nobody but a supply account is ever negative."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.ledger.entries import (
    LedgerBroken,
    Posting,
    audit,
    burn,
    mint,
    move,
    net,
    post,
    supply_of,
)


def test_mint_move_burn() -> None:
    balances: dict[tuple[str, str], int] = {}
    post(balances, mint("ETH", 10, "you"))
    post(balances, move("ETH", 4, "you", "lido"))
    post(balances, burn("ETH", 1, "lido"))
    assert balances == {("you", "ETH"): 6, ("lido", "ETH"): 3, ("supply:ETH", "ETH"): -9}
    assert supply_of(balances, "ETH") == 9
    assert net(move("ETH", 4, "you", "lido") + burn("ETH", 1, "lido"), "lido", "ETH") == 3
    assert list(audit(balances)) == []


def test_an_empty_account_has_no_row() -> None:
    balances: dict[tuple[str, str], int] = {}
    post(balances, mint("ETH", 10, "you") + burn("ETH", 10, "you"))
    assert balances == {}


@pytest.mark.parametrize(
    "entry",
    [
        (("you", "ETH", 1),),
        (("you", "ETH", 1), ("lido", "stETH", -1)),
        move("ETH", 1, "you", "lido"),
    ],
)
def test_an_unsound_entry_is_a_bug(entry: tuple[Posting, ...]) -> None:
    with pytest.raises(LedgerBroken):
        post({}, entry)


def test_tokens_may_stand_in_any_order() -> None:
    balances: dict[tuple[str, str], int] = {}
    post(balances, mint("ETH", 10, "you") + mint("stETH", 10, "lido"))
    eth_out, eth_in = move("ETH", 3, "you", "lido")
    steth_out, steth_in = move("stETH", 4, "lido", "you")
    post(balances, (eth_out, steth_out, eth_in, steth_in))
    assert (balances["you", "ETH"], balances["you", "stETH"]) == (7, 4)
    with pytest.raises(LedgerBroken):
        post(balances, (eth_out, steth_out, ("lido", "ETH", 2), steth_in))


def test_the_audit_names_what_is_wrong() -> None:
    wrong = list(audit({("you", "ETH"): -1, ("lido", "ETH"): 3}))
    assert wrong == ["you holds -1 ETH", "ETH is off by 2"]


names = st.sampled_from(["you", "a", "b"])


@given(st.lists(st.tuples(st.integers(0, 10**30), names, names), max_size=30))
def test_value_is_conserved(moves: list[tuple[int, str, str]]) -> None:
    balances: dict[tuple[str, str], int] = {}
    post(balances, mint("ETH", 10**30, "you"))
    for units, source, target in moves:
        if balances.get((source, "ETH"), 0) >= units:
            post(balances, move("ETH", units, source, target))
    assert sum(units for (name, _), units in balances.items() if name != "supply:ETH") == 10**30
    assert list(audit(balances)) == []
