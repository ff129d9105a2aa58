"""Vault shares: hand tables, and that nobody gains by rounding, gifts or being first."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.protocols import vault_shares as vs
from lstwallet.protocols.vault_shares import NO_LIMIT, Moved, Vault
from lstwallet.units.checked import MAX_UINT256, Revert

PANIC = r"Panic\(0x11"
RICH = NO_LIMIT
"""A wallet that is never too small."""

offsets = st.sampled_from((0, 3, 6))
amounts = st.one_of(st.integers(0, 50), st.integers(0, 10**24))
vaults = st.builds(
    Vault,
    st.one_of(st.integers(0, 50), st.integers(0, 10**26)),
    st.one_of(st.integers(0, 50), st.integers(0, 10**30)),
    offsets,
)


def price(vault: Vault) -> Fraction:
    """What one share is worth with the virtual ones counted in: exact, nothing rounded."""
    return Fraction(vault.assets + 1, vault.supply + 10**vault.offset)


# --- by hand -------------------------------------------------------------------------

THREE = Vault(assets=20, supply=6, offset=0)
"""A share is worth exactly three: (20 + 1) / (6 + 1)."""


@pytest.mark.parametrize(
    ("named", "to_get", "to_give", "to_get_assets", "to_give_assets"),
    [(0, 0, 0, 0, 0), (1, 0, 1, 3, 3), (2, 0, 1, 6, 6), (3, 1, 1, 9, 9), (4, 1, 2, 12, 12)],
)
def test_a_share_worth_three(
    named: int, to_get: int, to_give: int, to_get_assets: int, to_give_assets: int
) -> None:
    assert vs.preview_deposit(THREE, named) == vs.convert_to_shares(THREE, named) == to_get
    assert vs.preview_withdraw(THREE, named) == to_give
    assert vs.preview_redeem(THREE, named) == vs.convert_to_assets(THREE, named) == to_get_assets
    assert vs.preview_mint(THREE, named) == to_give_assets


def test_a_share_worth_a_third_of_something() -> None:
    vault = Vault(assets=6, supply=20)  # (6 + 1) / (20 + 1)
    assert [vs.preview_redeem(vault, shares) for shares in (1, 2, 3, 4)] == [0, 0, 1, 1]
    assert [vs.preview_mint(vault, shares) for shares in (1, 2, 3, 4)] == [1, 1, 1, 2]
    assert [vs.preview_deposit(vault, assets) for assets in (1, 2)] == [3, 6]


@pytest.mark.parametrize("offset", [0, 3, 6])
def test_an_empty_vault_has_a_price(offset: int) -> None:
    """One unit is ten to the offset shares, both ways."""
    empty = Vault(0, 0, offset)
    assert vs.virtual_shares(empty) == 10**offset
    assert vs.preview_deposit(empty, 7) == 7 * 10**offset
    assert vs.preview_withdraw(empty, 7) == 7 * 10**offset
    assert vs.preview_redeem(empty, 7 * 10**offset) == 7
    assert vs.preview_mint(empty, 7 * 10**offset) == 7
    assert vs.preview_mint(empty, 7 * 10**offset + 1) == 8


def test_the_four_ways_in_and_out_of_one_vault() -> None:
    assert vs.deposit(THREE, 10, 10) == Moved(Vault(30, 9), assets=10, shares=3)
    assert vs.mint(THREE, 9, 3) == Moved(Vault(29, 9), assets=9, shares=3)
    assert vs.withdraw(THREE, 4, 10) == Moved(Vault(10, 2), assets=10, shares=4)
    assert vs.redeem(THREE, 4, 4) == Moved(Vault(8, 2), assets=12, shares=4)


def test_a_deposit_that_is_worth_no_share_is_taken() -> None:
    assert vs.deposit(THREE, 2, 2) == Moved(Vault(22, 6), assets=2, shares=0)


# --- refusing ------------------------------------------------------------------------


def test_nobody_takes_out_more_than_is_theirs() -> None:
    assert vs.max_withdraw(THREE, 2) == 6
    assert vs.max_redeem(THREE, 2) == 2
    assert vs.withdraw(THREE, 2, 6).shares == 2
    assert vs.redeem(THREE, 2, 2).assets == 6
    with pytest.raises(Revert, match="ERC4626ExceededMaxWithdraw"):
        vs.withdraw(THREE, 2, 7)
    with pytest.raises(Revert, match="ERC4626ExceededMaxRedeem"):
        vs.redeem(THREE, 2, 3)


def test_a_vault_that_lends_pays_what_it_can() -> None:
    """Seven are worth two shares and something: no third one may be redeemed."""
    assert vs.max_withdraw(THREE, 5, payable=7) == 7
    assert vs.max_redeem(THREE, 5, payable=7) == 2
    assert vs.max_redeem(THREE, 1, payable=7) == 1
    assert vs.max_withdraw(THREE, 5, payable=15) == 15
    assert vs.max_redeem(THREE, 5, payable=0) == vs.max_withdraw(THREE, 5, payable=0) == 0
    assert vs.withdraw(THREE, 5, 7, payable=7).shares == 3
    with pytest.raises(Revert, match="ERC4626ExceededMaxWithdraw"):
        vs.withdraw(THREE, 5, 8, payable=7)
    assert vs.redeem(THREE, 5, 2, payable=7).assets == 6
    with pytest.raises(Revert, match="ERC4626ExceededMaxRedeem"):
        vs.redeem(THREE, 5, 3, payable=7)


def test_nobody_puts_in_more_than_they_have() -> None:
    assert vs.deposit(THREE, 9, 9).shares == 3
    assert vs.mint(THREE, 9, 3).assets == 9
    for refused in (lambda: vs.deposit(THREE, 8, 9), lambda: vs.mint(THREE, 8, 3)):
        with pytest.raises(Revert, match="ERC20InsufficientBalance"):
            refused()


def test_a_vault_with_a_limit_takes_no_more() -> None:
    assert vs.max_mint(THREE) == NO_LIMIT
    assert vs.max_mint(THREE, room=10) == 3
    assert vs.deposit(THREE, RICH, 10, room=10).shares == 3
    assert vs.mint(THREE, RICH, 3, room=10).assets == 9
    with pytest.raises(Revert, match="ERC4626ExceededMaxDeposit"):
        vs.deposit(THREE, RICH, 11, room=10)
    with pytest.raises(Revert, match="ERC4626ExceededMaxMint"):
        vs.mint(THREE, RICH, 4, room=10)


def test_numbers_that_do_not_fit_into_a_word() -> None:
    """The greatest that fit, and one more; what a conversion gives is a word as well."""
    empty = Vault(0, 0, 3)
    most = MAX_UINT256 // 1_000
    assert vs.preview_deposit(empty, most) == most * 1_000
    with pytest.raises(Revert, match=PANIC):
        vs.preview_deposit(empty, most + 1)
    assert vs.preview_redeem(Vault(MAX_UINT256 - 1, 0, 0), 1) == MAX_UINT256
    with pytest.raises(Revert, match=PANIC):
        vs.preview_redeem(Vault(MAX_UINT256, 0, 0), 0)  # total assets + 1
    with pytest.raises(Revert, match=PANIC):
        vs.preview_redeem(Vault(0, MAX_UINT256 - 999, 3), 0)  # supply + virtual shares
    assert vs.preview_redeem(Vault(0, MAX_UINT256 - 1_000, 3), 0) == 0
    with pytest.raises(Revert, match=PANIC):
        vs.preview_mint(Vault(2**255, 0, 0), 3)
    with pytest.raises(Revert, match=PANIC):
        vs.preview_withdraw(Vault(0, 2**255, 0), 3)


def test_a_pot_and_a_supply_are_words() -> None:
    pot = Vault(MAX_UINT256 - 5, 0, 0)
    assert vs.deposit(pot, RICH, 5).vault.assets == MAX_UINT256
    with pytest.raises(Revert, match=PANIC):
        vs.deposit(pot, RICH, 6)
    full = Vault(0, MAX_UINT256 - 1, 0)
    assert vs.mint(full, RICH, 1).vault.supply == MAX_UINT256
    with pytest.raises(Revert, match=PANIC):
        vs.mint(full, RICH, 2)
    assert vs.donate(pot, 5).assets == MAX_UINT256
    with pytest.raises(Revert, match=PANIC):
        vs.donate(pot, 6)


def test_no_more_is_lost_than_is_there() -> None:
    assert vs.lose(THREE, 20) == Vault(0, 6)
    assert vs.lose(THREE, 6) == Vault(14, 6)
    with pytest.raises(Revert, match="ERC20InsufficientBalance"):
        vs.lose(THREE, 21)


def test_after_a_loss_of_everything_shares_are_there_and_worth_nothing() -> None:
    ruined = vs.lose(Vault(10**18, 10**21, 3), 10**18)
    assert vs.max_withdraw(ruined, 10**21) == 0
    assert vs.redeem(ruined, 10**21, 10**21) == Moved(Vault(0, 0, 3), 0, 10**21)
    # Who comes next gets nearly everything of what is put in: old shares are worth dust.
    fresh = vs.deposit(ruined, RICH, 10**18)
    assert vs.preview_redeem(fresh.vault, 10**21) <= 1


# --- whatever the vault is -----------------------------------------------------------


@given(vaults, amounts)
def test_each_conversion_is_the_fraction_rounded_once(vault: Vault, amount: int) -> None:
    shares, assets = amount / price(vault), amount * price(vault)
    assert vs.shares_floor(vault, amount) == floor(shares)
    assert vs.shares_ceil(vault, amount) == ceil(shares)
    assert vs.assets_floor(vault, amount) == floor(assets)
    assert vs.assets_ceil(vault, amount) == ceil(assets)


@given(vaults, amounts)
def test_putting_in_never_lowers_a_share(vault: Vault, amount: int) -> None:
    for moved in (vs.deposit(vault, RICH, amount), vs.mint(vault, RICH, amount)):
        assert price(moved.vault) >= price(vault)
        assert moved.vault.assets == vault.assets + moved.assets
        assert moved.vault.supply == vault.supply + moved.shares
        assert moved.shares * price(vault) <= moved.assets  # never more than was paid for


@given(vaults, amounts, st.integers(0, 100))
def test_taking_out_never_lowers_a_share(vault: Vault, amount: int, part: int) -> None:
    held = min(amount, vault.supply)
    out = vs.max_withdraw(vault, held) * part // 100
    for moved in (vs.redeem(vault, held, held * part // 100), vs.withdraw(vault, held, out)):
        assert price(moved.vault) >= price(vault)
        assert moved.vault.assets == vault.assets - moved.assets >= 0
        assert moved.vault.supply == vault.supply - moved.shares >= 0
        assert moved.shares <= held
        assert moved.assets <= moved.shares * price(vault)


@given(vaults, amounts)
def test_a_round_trip_never_gains(vault: Vault, amount: int) -> None:
    paid = vs.deposit(vault, RICH, amount)
    assert vs.redeem(paid.vault, paid.shares, paid.shares).assets <= amount
    assert vs.max_withdraw(paid.vault, paid.shares) <= amount
    got = vs.mint(vault, RICH, amount)
    assert vs.redeem(got.vault, amount, amount).assets <= got.assets
    held = min(amount, vault.supply)
    left = vs.redeem(vault, held, held)
    assert vs.deposit(left.vault, RICH, left.assets).shares <= held


@given(vaults, amounts, amounts)
def test_more_in_more_out_and_two_halves_bring_no_more(vault: Vault, one: int, two: int) -> None:
    for given_back in (vs.shares_floor, vs.assets_floor):
        assert given_back(vault, one) + given_back(vault, two) <= given_back(vault, one + two)
    for asked in (vs.shares_ceil, vs.assets_ceil):
        assert asked(vault, one) + asked(vault, two) >= asked(vault, one + two)


@given(vaults, amounts)
def test_only_a_loss_lowers_a_share_and_a_gift_lifts_it(vault: Vault, amount: int) -> None:
    given_to = vs.donate(vault, amount)
    assert price(given_to) - price(vault) == Fraction(amount, vault.supply + 10**vault.offset)
    lost = vs.lose(vault, min(amount, vault.assets))
    assert price(lost) <= price(vault)
    assert vs.donate(lost, min(amount, vault.assets)) == vault


@given(vaults, amounts, amounts, amounts)
def test_limits_are_what_is_accepted_and_not_one_more(
    vault: Vault, held: int, payable: int, room: int
) -> None:
    held, payable = min(held, vault.supply), min(payable, vault.assets)
    most = vs.max_withdraw(vault, held, payable)
    assert vs.withdraw(vault, held, most, payable).assets == most
    shares = vs.max_redeem(vault, held, payable)
    assert vs.redeem(vault, held, shares, payable).assets <= payable
    minted = vs.max_mint(vault, room)
    assert vs.mint(vault, RICH, minted, room).assets <= room
    for refused in (
        lambda: vs.withdraw(vault, held, most + 1, payable),
        lambda: vs.redeem(vault, held, shares + 1, payable),
        lambda: vs.mint(vault, RICH, minted + 1, room),
        lambda: vs.deposit(vault, RICH, room + 1, room),
    ):
        with pytest.raises(Revert, match="ERC4626ExceededMax"):
            refused()


# --- the first depositor -------------------------------------------------------------


def attack(offset: int, first: int, gift: int, victim: int) -> tuple[int, int]:
    """What the attacker and the victim gain when both have left again.

    The attacker is first with a small deposit, gives the vault a gift so that the next
    deposit rounds to few shares, and leaves once the victim has put in.
    """
    own = vs.deposit(Vault(0, 0, offset), RICH, first)
    other = vs.deposit(vs.donate(own.vault, gift), RICH, victim)
    taken = vs.redeem(other.vault, own.shares, own.shares)
    rest = vs.redeem(taken.vault, other.shares, other.shares)
    return taken.assets - first - gift, rest.assets - victim


@given(offsets, amounts, amounts, amounts)
def test_the_first_depositor_cannot_gain(offset: int, first: int, gift: int, victim: int) -> None:
    assert attack(offset, first, gift, victim)[0] <= 0


def test_what_the_attack_costs_by_hand() -> None:
    """One unit first, a gift of a whole token, and a victim who puts in half a token."""
    token = 10**18
    # token + 2 are counted for 1 + 1 shares: half a token is worth less than one share, and
    # she gets none. Of 1.5 tokens + 2 half is the attacker's, and half the virtual share's.
    gain, loss = attack(0, 1, token, token // 2)
    assert (gain, loss) == (-token // 4, -token // 2)
    # With three decimals more there are 1000 + 1000 shares, and she gets 999 of 999.99…
    # Of 1.5 tokens + 2 for 2999 counted shares, 1000 are the attacker's.
    gain, loss = attack(3, 1, token, token // 2)
    assert gain == floor(Fraction(1_000, 2_999) * (3 * token // 2 + 2)) - token - 1
    assert gain < -token * 499 // 1_000
    assert -token // 2_000 < loss < 0


@given(st.integers(1, 10**6), st.integers(1, 10**24), st.integers(1, 10**24))
def test_with_an_offset_a_victim_loses_two_shares_at_most(
    first: int, gift: int, victim: int
) -> None:
    """One by rounding when she comes, one when she goes; a share is a millionth of the gift."""
    _, loss = attack(6, first, gift, victim)
    share = Fraction(gift + first + 1, (first + 1) * 10**6)
    assert -loss <= 2 * share + 1
