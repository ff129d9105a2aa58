"""Vaults: put in, take out, give, lose.

``decide`` calls ``protocols.vault_shares`` for the shares, ``protocols.performance_fee`` for the
fee and ``protocols.lending`` for where the asset goes. Two facts come of each movement: what
passed between the account and the vault, and what the vault did in the market; the second
is the market's own event, of the vault as a supplier.

As in Aave's vault a deposit takes only what its shares cost, so nothing is lost by rounding,
and what is worth no share is refused. The market rounds each supply and each withdrawal by
a base unit or two against the supplier, here the vault: that, and a recorded loss, is all
that ever lowers what a share is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from lstwallet.engine.lending import put_position
from lstwallet.engine.lending_entries import change_of, pay_in, pay_out
from lstwallet.engine.lending_facts import ReserveAfter, Supplied, SupplyWithdrawn
from lstwallet.engine.lending_view import (
    find_place,
    market_without_prices,
    position_of,
    reserve_token,
    supply_token,
)
from lstwallet.engine.refusals import (
    BelowMinimum,
    CapReached,
    NotEnoughBalance,
    NotEnoughLiquidity,
    NothingToDo,
    ProtocolRefused,
)
from lstwallet.engine.staking import Wrap, Wrapped, decide_wrap, steth_for_shares
from lstwallet.engine.vaults_facts import (
    ACCOUNTS,
    EXPLOITER,
    ONE_SHARE,
    SHARES,
    TOKENS,
    VAULT,
    DeployVaults,
    DepositVault,
    DonateVault,
    LendingVault,
    LoseVault,
    MintVault,
    RedeemVault,
    VaultDeposited,
    VaultDonated,
    VaultLost,
    VaultsDeployed,
    VaultTerms,
    VaultWithdrawn,
    WithdrawVault,
)
from lstwallet.engine.vaults_view import (
    Books,
    assets_for,
    books_of,
    find_vault,
    held_shares,
    is_used,
    room_of,
    vault_of,
)
from lstwallet.engine.wallet import (
    eth_into_weth,
    evolve_entry_only,
    take_units,
    weth_into_eth,
)
from lstwallet.ledger.entries import Account, Entry, burn, mint, move, supply_of
from lstwallet.protocols import lending as market_rules
from lstwallet.protocols import performance_fee, vault_shares
from lstwallet.protocols.vault_shares import Moved
from lstwallet.units.amount import ALL
from lstwallet.units.checked import Revert
from lstwallet.units.fixed import WAD, mul_div_floor

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

ETH: Final = "ETH"
WSTETH: Final = "wstETH"
ROUNDING: Final = 2
"""Base units that a loss leaves, so that the market's rounding does not eat into the fees."""


# --- the vault as a supplier in the market ------------------------------------------------


def _supply(world: Readable, books: Books, units: int) -> tuple[Supplied, int]:
    """The vault lends out ``units``: the market's event, and the balance after it."""
    place, asset = books.place, books.vault.asset
    who = ACCOUNTS[asset]
    market, before = market_without_prices(world), position_of(world, who)
    try:
        moved = market_rules.supply(market, place, before, units, world.time)
    except Revert as refused:  # below one share of the market: less than two base units
        raise ProtocolRefused(VAULT, refused.reason) from None
    after = ReserveAfter(place, moved.market.reserves[place])
    entry = pay_in(asset, units, who) + _atokens(asset, place, before, moved.position)
    event = Supplied(world.time, who, asset, units, after, moved.position, entry)
    return event, _balance(world, after, moved.position)


def _withdraw(world: Readable, books: Books, units: int) -> tuple[SupplyWithdrawn, int]:
    """The vault takes ``units`` back out of the market: its event, and the balance after it."""
    place, asset = books.place, books.vault.asset
    who = ACCOUNTS[asset]
    market, before = market_without_prices(world), position_of(world, who)
    moved = market_rules.withdraw(market, place, before, units, world.time)
    after = ReserveAfter(place, moved.market.reserves[place])
    entry = _atokens(asset, place, before, moved.position) + pay_out(asset, units, who)
    event = SupplyWithdrawn(world.time, who, asset, units, after, moved.position, entry)
    return event, _balance(world, after, moved.position)


def _atokens(
    asset: str, place: int, before: market_rules.Position, after: market_rules.Position
) -> Entry:
    """What the vault's scaled balance changed by."""
    return change_of(
        supply_token(asset), before.supplied[place], after.supplied[place], ACCOUNTS[asset]
    )


def _balance(world: Readable, after: ReserveAfter, position: market_rules.Position) -> int:
    rules = market_rules.RULES[world.lending.parameters.rules]
    place, reserve = after
    return market_rules.supply_balance(reserve, position.supplied[place], world.time, rules)


def _vault_after(books: Books, supply: int, balance: int) -> LendingVault:
    """The vault after a movement: its yield until now is charged."""
    asset, _, fees, offset = books.vault
    charged = performance_fee.moved(fees, books.balance, balance)
    return LendingVault(asset, supply, charged, offset)


# --- putting in ---------------------------------------------------------------------------


def decide_deposit(world: Readable, command: DepositVault) -> Sequence[Any]:
    """Refuses more than the wallet, what is worth no share, and more than the market takes."""
    account, token, amount = command
    books = books_of(world, vault_of(world, token))
    units = take_units(world, account, token, amount)
    _require_room(world, books, token, units)
    shares = vault_shares.preview_deposit(books.shares, units)
    if not shares:
        least = vault_shares.preview_mint(books.shares, 1)
        raise BelowMinimum(token, units, least, ONE_SHARE)
    # What the shares cost is never more than what was named.
    return _put_in(world, account, token, books, vault_shares.mint(books.shares, units, shares))


def decide_mint(world: Readable, command: MintVault) -> Sequence[Any]:
    """Refuses zero, shares that cost more than the wallet has or the market takes."""
    account, token, shares = command
    books = books_of(world, vault_of(world, token))
    if shares <= 0:
        raise NothingToDo(token)
    try:
        cost = vault_shares.preview_mint(books.shares, shares)
    except Revert:  # the cost does not fit into a word: nobody has so much
        cost = vault_shares.NO_LIMIT
    units = take_units(world, account, token, cost)
    _require_room(world, books, token, units)
    return _put_in(world, account, token, books, vault_shares.mint(books.shares, units, shares))


def _require_room(world: Readable, books: Books, token: str, units: int) -> None:
    room = room_of(world, books)
    if units > room:
        config = world.lending.parameters.configs[books.place]
        raise CapReached(token, "supply", config.supply_cap * config.unit, room)


def _put_in(
    world: Readable, account: Account, token: str, books: Books, moved: Moved
) -> Sequence[Any]:
    asset = books.vault.asset
    supplied, balance = _supply(world, books, moved.assets)
    vault = _vault_after(books, moved.vault.supply, balance)
    entry = _into_vault(token, moved.assets, account, asset)
    entry += mint(SHARES[asset], moved.shares, account)
    facts = (world.time, account, token, moved.assets, moved.shares, vault, entry)
    return (VaultDeposited(*facts), supplied)


def _into_vault(token: str, units: int, payer: Account, asset: str) -> Entry:
    """``token`` goes from ``payer`` to the vault; ETH is wrapped on the way."""
    if token == ETH:
        return eth_into_weth(units, payer, ACCOUNTS[asset])
    return move(token, units, payer, ACCOUNTS[asset])


# --- taking out ---------------------------------------------------------------------------


def decide_withdraw(world: Readable, command: WithdrawVault) -> Sequence[Any]:
    """Refuses zero, more than one's shares are worth, and more than the market can pay."""
    account, token, amount = command
    books = books_of(world, vault_of(world, token))
    if amount == ALL:
        return decide_redeem(world, RedeemVault(account, token, ALL))
    units, held = int(amount), held_shares(world, account, books.vault.asset)
    if units <= 0:
        raise NothingToDo(token)
    try:
        moved = vault_shares.withdraw(books.shares, held, units, books.payable)
    except Revert:
        mine = vault_shares.max_withdraw(books.shares, held)
        if units > mine:
            raise NotEnoughBalance(token, units, mine) from None
        raise NotEnoughLiquidity(VAULT, token, units, books.payable) from None
    return _take_out(world, account, token, books, moved)


def decide_redeem(world: Readable, command: RedeemVault) -> Sequence[Any]:
    """Refuses zero, more shares than are held, what is worth nothing, and more than can be paid."""
    account, token, wanted = command
    books = books_of(world, vault_of(world, token))
    shares = take_units(world, account, SHARES[books.vault.asset], wanted)
    try:
        moved = vault_shares.redeem(books.shares, shares, shares, books.payable)
    except Revert:
        worth = vault_shares.preview_redeem(books.shares, shares)
        raise NotEnoughLiquidity(VAULT, token, worth, books.payable) from None
    if not moved.assets:
        least = vault_shares.preview_withdraw(books.shares, 1)
        raise BelowMinimum(SHARES[books.vault.asset], shares, least, "one unit of the asset")
    return _take_out(world, account, token, books, moved)


def _take_out(
    world: Readable, account: Account, token: str, books: Books, moved: Moved
) -> Sequence[Any]:
    asset = books.vault.asset
    withdrawn, balance = _withdraw(world, books, moved.assets)
    vault = _vault_after(books, moved.vault.supply, balance)
    entry = burn(SHARES[asset], moved.shares, account)
    if token == ETH:
        entry += weth_into_eth(moved.assets, ACCOUNTS[asset], account)
    else:
        entry += move(token, moved.assets, ACCOUNTS[asset], account)
    facts = (world.time, account, token, moved.assets, moved.shares, vault, entry)
    return (withdrawn, VaultWithdrawn(*facts))


# --- what moves the worth of every share --------------------------------------------------


def decide_donate(world: Readable, command: DonateVault) -> Sequence[Any]:
    """Refuses more than the wallet, and more than the market takes."""
    account, token, amount = command
    books = books_of(world, vault_of(world, token))
    units = take_units(world, account, token, amount)
    _require_room(world, books, token, units)
    supplied, _ = _supply(world, books, units)
    asset = books.vault.asset
    entry = _into_vault(token, units, account, asset)
    return (VaultDonated(world.time, account, token, units, asset, entry), supplied)


def decide_lose(world: Readable, command: LoseVault) -> Sequence[VaultLost]:
    """Refuses an empty vault, and a part that is none."""
    books = books_of(world, vault_of(world, command.asset))
    if not 0 < command.part <= WAD:
        raise NothingToDo(VAULT)
    units = mul_div_floor(max(books.shares.assets - ROUNDING, 0), command.part, WAD)
    if not units:
        raise NothingToDo(VAULT)
    asset, who = books.vault.asset, ACCOUNTS[books.vault.asset]
    moved = market_rules.transfer(
        market_without_prices(world),
        books.place,
        position_of(world, who),
        position_of(world, EXPLOITER),
        units,
        world.time,
    )
    entry = move(supply_token(asset), moved.scaled, who, EXPLOITER)
    reserve = ReserveAfter(books.place, world.lending.reserves[books.place])
    left = performance_fee.total_assets(
        books.vault.fees, _balance(world, reserve, moved.sender)
    )
    facts = (world.time, command.account, asset, units, left)
    return (VaultLost(*facts, moved.sender, moved.recipient, entry),)


# --- founding -----------------------------------------------------------------------------


def decide_deploy(world: Readable, command: DeployVaults) -> Sequence[Any]:
    """Refuses where there are vaults, and an asset that the market does not take."""
    terms, holder = command
    if world.vaults or not terms:
        raise NothingToDo("deploy")
    founded = [_founded(world, each) for each in terms]
    wraps: list[Wrapped] = []
    vaults: list[LendingVault] = []
    supplies: list[Supplied] = []
    entry: Entry = ()
    for vault, each in zip(founded, terms, strict=True):
        token, units, fresh = ETH, each.locked, mint(ETH, each.locked, holder)
        if each.asset == WSTETH:
            wraps += decide_wrap(world, Wrap(holder, steth_for_shares(world, units)))
            token, units, fresh = WSTETH, wraps[-1].wsteth, ()
        books = books_of(world, vault)
        moved = vault_shares.deposit(books.shares, units, units)
        supplied, balance = _supply(world, books, units)
        vaults.append(_vault_after(books, moved.vault.supply, balance))
        supplies.append(supplied)
        entry += fresh + _into_vault(token, units, holder, each.asset)
        entry += mint(SHARES[each.asset], moved.shares, ACCOUNTS[each.asset])
    return (*wraps, VaultsDeployed(world.time, tuple(vaults), entry), *supplies)


def _founded(world: Readable, terms: VaultTerms) -> LendingVault:
    if terms.asset not in ACCOUNTS or find_place(world.lending, terms.asset) is None:
        raise ProtocolRefused(VAULT, "AssetNotListed")
    if terms.locked <= 0:
        raise BelowMinimum(terms.asset, terms.locked, 1, ONE_SHARE)
    try:
        fees = performance_fee.founded(terms.fee)
    except Revert as refused:
        raise ProtocolRefused(VAULT, refused.reason) from None
    return LendingVault(terms.asset, 0, fees, terms.offset)


# --- applying -----------------------------------------------------------------------------


def evolve_moved(draft: Draft, event: VaultDeposited | VaultWithdrawn) -> None:
    """The vault is as the event says."""
    changed = event.vault
    draft.vaults = tuple(
        changed if each.asset == changed.asset else each for each in draft.vaults
    )


def evolve_lost(draft: Draft, event: VaultLost) -> None:
    """The aTokens are the exploiter's."""
    put_position(draft, ACCOUNTS[event.asset], event.position)
    put_position(draft, EXPLOITER, event.exploiter)


def evolve_deployed(draft: Draft, event: VaultsDeployed) -> None:
    """The vaults and their tokens are there."""
    draft.vaults = event.vaults
    draft.tokens = {**draft.tokens, **{token.symbol: token for token in TOKENS}}


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {
    DepositVault: decide_deposit,
    MintVault: decide_mint,
    WithdrawVault: decide_withdraw,
    RedeemVault: decide_redeem,
    DonateVault: decide_donate,
    LoseVault: decide_lose,
    DeployVaults: decide_deploy,
}
PULLS: dict[type, Callable[[Any], Sequence[tuple[str, Account]]]] = dict.fromkeys(
    (DepositVault, MintVault, DonateVault),
    lambda call: ((call.token, ACCOUNTS[reserve_token(call.token)]),),
)
EVOLVE: dict[type, Callable[..., None]] = {
    VaultDeposited: evolve_moved,
    VaultWithdrawn: evolve_moved,
    VaultDonated: evolve_entry_only,
    VaultLost: evolve_lost,
    VaultsDeployed: evolve_deployed,
}


# --- what must hold -----------------------------------------------------------------------


def check_moved(draft: Draft, event: VaultDeposited | VaultWithdrawn) -> None:
    """The ledger holds as many shares as the vault has given out."""
    balances: Any = draft.balances
    held = supply_of(balances, SHARES[event.vault.asset])
    assert held == event.vault.supply, (event.vault, held)


CHECK: dict[type, Callable[..., None]] = {
    VaultDeposited: check_moved,
    VaultWithdrawn: check_moved,
}


def audit(world: Readable) -> Sequence[str]:
    """Shares against the ledger; a vault lends out all that it has, owes nothing, and can pay
    the fees that it has charged."""
    wrong, balances = [], world.balances
    for vault in world.vaults:
        who, token = ACCOUNTS[vault.asset], SHARES[vault.asset]
        held = supply_of(balances, token)  # type: ignore[arg-type]
        if held != vault.supply:
            wrong.append(f"{who}: {vault.supply} shares, ledger {held}")
        idle = world.balance(who, vault.asset)
        if idle or any(position_of(world, who).borrowed):
            wrong.append(f"{who}: {idle} idle, or a debt")
        try:
            books_of(world, vault)
        except Revert:
            wrong.append(f"{who}: less than its fees is left")
    return wrong


__all__ = [
    "ACCOUNTS", "EXPLOITER", "ONE_SHARE", "SHARES", "TOKENS", "VAULT", "Books", "DeployVaults",
    "DepositVault", "DonateVault", "LendingVault", "LoseVault", "MintVault", "RedeemVault",
    "VaultDeposited", "VaultDonated", "VaultLost", "VaultTerms", "VaultWithdrawn",
    "VaultsDeployed", "WithdrawVault", "assets_for", "audit", "books_of", "find_vault",
    "held_shares", "is_used", "room_of", "vault_of",
]  # fmt: skip
